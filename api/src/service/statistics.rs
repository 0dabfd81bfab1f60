//! 통계 공표. Cuts a release: figures of final quarters, of indicators that the ministry decided to publish, in a fixed
//! set of tables. What may be told is decided in `domain::disclosure`, over this and all earlier releases.
//!
//! To add a table: a variant of [`StatisticsTable`], and its keys in [`Group::figures`]; all tables of an indicator and a
//! quarter are decided together.

use std::collections::{BTreeMap, BTreeSet};

use chrono::SubsecRound;
use entity::common::{Origin, Visibility};
use entity::indicator::{self, Aggregation};
use entity::institution::InstitutionKind;
use entity::region::RegionCategory;
use entity::reporting_period::{self, PeriodState};
use entity::statistics_cell::{self, CellState, StatisticsTable, WithheldReason};
use entity::{region, statistics_figure, statistics_release};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, Statement,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::ledger::insert_all;
use super::programme::begin;
use super::results::mean;
use super::submission::data::quarter_of;
use super::write::{Author, Write};
use crate::database::Store;
use crate::domain::disclosure::{self, Figure, Part};
use crate::domain::indicator::is_publishable;
use crate::domain::{canonical, decimal};
use crate::error::{Error, UserError};
use crate::input;
use crate::input::types::{Localized, Prose, texts};
use crate::read::row;

/// Final quarters in a release, the newest.
const QUARTERS: u64 = 8;
/// Most values that a release is cut from.
const MAX_VALUES: usize = 250_000;

input! {
    /// 통계 공표. A release of the figures of the eight newest final quarters, as they stand.
    mutation PublishStatistics {
        /// 설명. What its readers should know.
        note: Option<Localized<Prose>>,
        /// 예시 자료 공표 여부. Whether it is of ILLUSTRATIVE results instead of reported ones; it is marked so.
        is_illustrative: bool = "false",
    }
}

/// Which figure of an indicator and a quarter it is, in every release.
type Key = (StatisticsTable, String);

/// A value that counts: an institution's total, or its part of a region.
struct Counted {
    institution: Uuid,
    kind: InstitutionKind,
    region: Option<String>,
    value: i128,
    /// What it counts for in a mean.
    weight: Option<i128>,
}

/// An indicator in a quarter: what is decided together.
struct Group {
    indicator: indicator::Model,
    quarter: String,
    values: Vec<Counted>,
    /// Kinds of the institutions that were expected.
    kinds: BTreeSet<InstitutionKind>,
    /// Regions that there were, where the indicator is broken down by them.
    regions: BTreeSet<String>,
}

impl Group {
    /// Figures of all its tables, the total first; one without parts was not reported.
    fn figures(&self) -> Vec<Figure<Key>> {
        let mut figures: BTreeMap<Key, BTreeSet<Part>> = BTreeMap::new();
        figures.insert((StatisticsTable::Total, String::new()), BTreeSet::new());
        if self.indicator.aggregation == Aggregation::Sum {
            let keys = self
                .kinds
                .iter()
                .map(|kind| (StatisticsTable::InstitutionKind, kind.code().to_owned()));
            let regions = self.regions.iter().map(|code| (StatisticsTable::Region, code.clone()));
            figures.extend(keys.chain(regions).map(|key| (key, BTreeSet::new())));
        }
        let mut put = |key: Key, part: &Part| {
            if let Some(parts) = figures.get_mut(&key) {
                parts.insert(part.clone());
            }
        };
        for whole in self.values.iter().filter(|value| value.region.is_none()) {
            let (institution, kind) = (whole.institution, whole.kind.code().to_owned());
            let of = |value: &&Counted| value.institution == institution && value.region.is_some();
            let mut parts = Vec::new();
            let mut rest = whole.value;
            if let Some(weight) = whole.weight {
                let (amount, place) = (whole.value * weight, format!("x{weight}"));
                parts.push(Part { institution, place, amount });
            } else {
                if self.indicator.aggregation == Aggregation::Sum {
                    for value in self.values.iter().filter(of) {
                        rest -= value.value;
                        let place = value.region.clone().unwrap_or_default();
                        parts.push(Part { institution, place, amount: value.value });
                    }
                }
                // What is not broken down is nowhere.
                if parts.is_empty() || rest != 0 {
                    parts.push(Part { institution, place: String::new(), amount: rest });
                }
            }
            for part in &parts {
                put((StatisticsTable::Total, String::new()), part);
                put((StatisticsTable::InstitutionKind, kind.clone()), part);
                if !part.place.is_empty() {
                    put((StatisticsTable::Region, part.place.clone()), part);
                }
            }
        }
        figures.into_iter().map(|(key, parts)| Figure { key, parts }).collect()
    }

    /// A figure as it is shown.
    fn value(&self, figure: &Figure<Key>) -> Option<String> {
        let sum: i128 = figure.parts.iter().map(|part| part.amount).sum();
        let decimals = u32::try_from(self.indicator.decimals).unwrap_or_default();
        if self.indicator.aggregation != Aggregation::Average {
            return Some(decimal::show(sum, decimals));
        }
        let weight = |value: &Counted| value.weight.unwrap_or(1);
        let base = self.values.iter().filter(|value| value.region.is_none()).map(weight).sum();
        Some(decimal::show(mean(sum, base)?, decimals))
    }
}

/// What earlier releases looked at, of an indicator and a quarter.
#[derive(Default)]
struct Before {
    told: Vec<Figure<Key>>,
    /// By table, key and digest: the row, and whether it was told.
    known: BTreeMap<(Key, String), (Uuid, bool)>,
}

/// Parts as they are kept.
fn written(parts: &BTreeSet<Part>) -> String {
    let parts: Vec<Value> = parts
        .iter()
        .map(|part| json!([part.institution, part.place, part.amount.to_string()]))
        .collect();
    Value::Array(parts).to_string()
}

fn read(parts: &str) -> Result<BTreeSet<Part>, Error> {
    let parts: Vec<(Uuid, String, String)> =
        serde_json::from_str(parts).map_err(Error::internal)?;
    let part = |(institution, place, amount): (Uuid, String, String)| {
        let amount = amount.parse().map_err(Error::internal)?;
        Ok(Part { institution, place, amount })
    };
    parts.into_iter().map(part).collect()
}

/// Cuts a release.
///
/// # Errors
/// Forbidden; user errors; internal.
pub async fn publish(
    db: &Store,
    author: Author<'_>,
    new: PublishStatistics,
) -> Result<Uuid, Error> {
    let mut write = begin(db, author, &new.call).await?;
    let id = Uuid::now_v7();
    if let Some(made) = write.repeats::<statistics_release::Entity>(&new.call, id).await? {
        return Ok(made);
    }
    let today = write.today();
    let last = statistics_release::Entity::find()
        .order_by_desc(statistics_release::Column::PublishedOn)
        .one(write.reads())
        .await?;
    if last.is_some_and(|last| last.published_on >= today) {
        return Err(published_today());
    }
    let origin = if new.is_illustrative { Origin::Illustrative } else { Origin::Reported };
    let groups = groups(&write, origin).await?;
    let quarters: BTreeSet<&str> = groups.iter().map(|group| group.quarter.as_str()).collect();
    let (Some(first), Some(last)) = (quarters.first(), quarters.last()) else {
        return Err(Error::User(vec![UserError::at(
            "input",
            "NOTHING_TO_PUBLISH",
            "공표할 자료가 없습니다. 공표하기로 한 지표와 확정된 분기가 있어야 합니다.",
            "There is nothing to publish: it takes a published indicator and a final quarter.",
        )]));
    };
    let (first_quarter, last_quarter) = ((*first).to_owned(), (*last).to_owned());
    let before = before(&write, &groups).await?;
    let regions = region::Entity::find().all(write.reads()).await?;
    let regions = regions.into_iter().map(|row| (row.code, row.id)).collect();
    // Hundreds of small linear programmes, which would hold up whoever else is served by this thread.
    let cut = tokio::task::spawn_blocking(move || cut(id, &groups, before, &regions));
    let Cut { cells, figures, told } = cut.await.map_err(Error::internal)?;
    let (note_ko, note_en) = texts(new.note);
    let shown: Vec<Value> = cells.iter().map(cell_content).collect();
    let count = |number: usize| i32::try_from(number).map_err(Error::internal);
    let withheld = cells.iter().filter(|cell| cell.state == CellState::Withheld).count();
    let model = statistics_release::Model {
        id,
        code: today.to_string(),
        published_on: today,
        known_at: author.now.trunc_subsecs(6),
        first_quarter,
        last_quarter,
        cell_count: count(cells.len())?,
        withheld_count: count(withheld)?,
        content_hash: canonical::digest(&canonical::json(&Value::Array(shown))),
        note_ko,
        note_en,
        visibility: Visibility::Public,
        origin,
        version: 1,
        created_at: author.now,
        updated_at: author.now,
    };
    // Of two that publish at once, the second is told so.
    let added = write.add_with::<statistics_release::Entity>("create", id, model).await;
    added.map_err(
        |error| {
            if matches!(error, Error::Conflict) { published_today() } else { error }
        },
    )?;
    let rows = cells.into_iter().map(|cell| cell.into_active_model().reset_all());
    insert_all::<statistics_cell::Entity>(write.parts(), rows.collect()).await?;
    let rows = figures.into_iter().map(|figure| figure.into_active_model().reset_all());
    insert_all::<statistics_figure::Entity>(write.parts(), rows.collect()).await?;
    for told in told.chunks(500) {
        statistics_figure::Entity::update_many()
            .col_expr(statistics_figure::Column::IsTold, true.into())
            .filter(statistics_figure::Column::Id.is_in(told.iter().copied()))
            .exec(write.parts())
            .await?;
    }
    write.commit().await?;
    Ok(id)
}

fn published_today() -> Error {
    Error::User(vec![UserError::at(
        "input",
        "ALREADY_PUBLISHED",
        "오늘 이미 공표했습니다. 공표는 하루에 한 번만 할 수 있습니다.",
        "There is a release of today already; there is at most one a day.",
    )])
}

/// What a release writes.
struct Cut {
    cells: Vec<statistics_cell::Model>,
    /// What was not looked at before.
    figures: Vec<statistics_figure::Model>,
    /// Of what was looked at before and not told, what is told now.
    told: Vec<Uuid>,
}

fn cut(
    release: Uuid,
    groups: &[Group],
    mut before: BTreeMap<(Uuid, String), Before>,
    regions: &BTreeMap<String, Uuid>,
) -> Cut {
    let mut cut = Cut { cells: Vec::new(), figures: Vec::new(), told: Vec::new() };
    for group in groups {
        let of = (group.indicator.id, group.quarter.clone());
        let Before { told, known } = before.remove(&of).unwrap_or_default();
        let figures = group.figures();
        let wanted: Vec<Figure<Key>> =
            figures.iter().filter(|figure| !figure.parts.is_empty()).cloned().collect();
        let digests: Vec<(Key, String)> = wanted
            .iter()
            .map(|figure| (figure.key.clone(), canonical::digest(&written(&figure.parts))))
            .collect();
        // What was decided on the same figures stands: nothing more was told since.
        let decided: Option<Vec<bool>> =
            digests.iter().map(|of| known.get(of).map(|(_, is_told)| *is_told)).collect();
        let shown = decided.unwrap_or_else(|| disclosure::shown(&told, &wanted));
        let mut decided = BTreeMap::new();
        for ((figure, digest), shown) in wanted.iter().zip(digests).zip(shown) {
            decided.insert(figure.key.clone(), shown);
            match known.get(&digest) {
                Some((id, false)) if shown => cut.told.push(*id),
                Some(_) => {}
                None => cut.figures.push(statistics_figure::Model {
                    id: Uuid::now_v7(),
                    indicator_id: group.indicator.id,
                    quarter: group.quarter.clone(),
                    statistics_table: figure.key.0,
                    key: figure.key.1.clone(),
                    digest: digest.1,
                    parts: written(&figure.parts),
                    is_told: shown,
                }),
            }
        }
        for figure in figures {
            let value = match decided.get(&figure.key) {
                Some(true) => group.value(&figure),
                _ => None,
            };
            let state = match (figure.parts.is_empty(), &value) {
                (true, _) => CellState::NotReported,
                (false, Some(_)) => CellState::Shown,
                (false, None) => CellState::Withheld,
            };
            let was_told = || told.iter().any(|told| told.key == figure.key);
            let reason = (state == CellState::Withheld).then(|| match was_told() {
                true => WithheldReason::Restatement,
                false => WithheldReason::Confidential,
            });
            let institutions = i32::try_from(figure.institutions()).ok();
            let (table, key) = figure.key;
            let position = i32::try_from(cut.cells.len()).unwrap_or(i32::MAX);
            cut.cells.push(statistics_cell::Model {
                id: Uuid::now_v7(),
                release_id: release,
                indicator_id: group.indicator.id,
                quarter: group.quarter.clone(),
                statistics_table: table,
                position,
                region_id: regions.get(&key).copied().filter(|_| table == StatisticsTable::Region),
                institution_kind: group
                    .kinds
                    .iter()
                    .copied()
                    .find(|kind| table == StatisticsTable::InstitutionKind && kind.code() == key),
                state,
                reason,
                value,
                institutions: institutions.filter(|_| state != CellState::Withheld),
                visibility: Visibility::Public,
            });
        }
    }
    cut
}

/// What a cell says, for the hash of its release.
fn cell_content(cell: &statistics_cell::Model) -> Value {
    json!([
        cell.indicator_id,
        cell.quarter,
        cell.statistics_table.code(),
        cell.region_id,
        cell.institution_kind.map(|kind| kind.code()),
        cell.state.code(),
        cell.reason.map(|reason| reason.code()),
        cell.value,
        cell.institutions,
    ])
}

/// What is published: each indicator in each of the newest final quarters, with the values that count.
async fn groups(write: &Write<'_>, origin: Origin) -> Result<Vec<Group>, Error> {
    let quarters: Vec<String> = reporting_period::Entity::find()
        .filter(reporting_period::Column::State.eq(PeriodState::Final))
        .filter(reporting_period::Column::Visibility.eq(Visibility::Public))
        .order_by_desc(reporting_period::Column::Quarter)
        .limit(QUARTERS)
        .all(write.reads())
        .await?
        .into_iter()
        .map(|period| period.quarter)
        .collect();
    let (Some(from), Some(to)) = (quarters.iter().min(), quarters.iter().max()) else {
        return Ok(Vec::new());
    };
    let regions =
        region::Entity::find().order_by_asc(region::Column::Code).all(write.reads()).await?;
    let published = indicator::Entity::find()
        .filter(indicator::Column::PublishedSince.is_not_null())
        .filter(indicator::Column::Visibility.eq(Visibility::Public))
        .filter(indicator::Column::ValidFrom.lte(to))
        .filter(indicator::Column::ValidTo.is_null().or(indicator::Column::ValidTo.gte(from)))
        .order_by_asc(indicator::Column::ProgrammeId)
        .order_by_asc(indicator::Column::Position)
        .order_by_asc(indicator::Column::Id)
        .all(write.reads())
        .await?;
    let kinds = kinds(write, from, to, origin).await?;
    let mut values = values(write, from, to, origin).await?;
    let mut groups = Vec::new();
    for quarter in quarters {
        let at = quarter_of(&quarter)?;
        let was_there = |row: &&region::Model| {
            row.category != RegionCategory::Nationwide
                && row.valid_from.is_none_or(|from| from <= at.last_day())
                && row.valid_to.is_none_or(|to| to >= at.last_day())
        };
        let there: BTreeSet<String> =
            regions.iter().filter(was_there).map(|row| row.code.clone()).collect();
        for indicator in &published {
            let is_in_force = indicator.valid_from <= quarter
                && indicator.valid_to.as_ref().is_none_or(|to| *to >= quarter);
            let expected = kinds.get(&(indicator.programme_id, quarter.clone()));
            let (true, Some(expected)) = (is_in_force, expected) else { continue };
            if !is_publishable(indicator.value_type, indicator.aggregation) {
                continue;
            }
            let values = values.remove(&(indicator.id, quarter.clone())).unwrap_or_default();
            let mut regions = BTreeSet::new();
            if indicator.by_region {
                regions.extend(there.iter().cloned());
                regions.extend(values.iter().filter_map(|value| value.region.clone()));
            }
            groups.push(Group {
                indicator: indicator.clone(),
                quarter: quarter.clone(),
                values,
                kinds: expected.clone(),
                regions,
            });
        }
    }
    Ok(groups)
}

fn asked(write: &Write<'_>, sql: &str, from: &str, to: &str, origin: Origin) -> Statement {
    let backend = write.reads().get_database_backend();
    let bound = [from.into(), to.into(), origin.code().into()];
    Statement::from_sql_and_values(backend, sql, bound)
}

/// Kinds of the institutions expected, by programme and quarter.
async fn kinds(
    write: &Write<'_>,
    from: &str,
    to: &str,
    origin: Origin,
) -> Result<BTreeMap<(Uuid, String), BTreeSet<InstitutionKind>>, Error> {
    let sql = "SELECT DISTINCT s.programme_id, s.quarter, n.kind FROM submission s \
        JOIN institution n ON n.id = s.institution_id JOIN programme g ON g.id = s.programme_id \
        WHERE s.quarter >= $1 AND s.quarter <= $2 AND s.origin = $3 AND g.visibility = 'PUBLIC'";
    let mut kinds: BTreeMap<_, BTreeSet<InstitutionKind>> = BTreeMap::new();
    for found in write.reads().query_all_raw(asked(write, sql, from, to, origin)).await? {
        let Some(programme) = row::key(&found, 0)? else { continue };
        let quarter = row::text(&found, 1)?.unwrap_or_default().to_owned();
        kinds.entry((programme, quarter)).or_default().insert(kind_of(row::text(&found, 2)?)?);
    }
    Ok(kinds)
}

fn kind_of(code: Option<&str>) -> Result<InstitutionKind, Error> {
    serde_json::from_value(code.into()).map_err(Error::internal)
}

/// Values that count: of revisions that were accepted and not superseded, with what weighs them.
async fn values(
    write: &Write<'_>,
    from: &str,
    to: &str,
    origin: Origin,
) -> Result<BTreeMap<(Uuid, String), Vec<Counted>>, Error> {
    let sql = format!(
        "SELECT i.id, s.quarter, s.institution_id, n.kind, g.code, v.scaled, w.scaled, i.weighted_by IS NOT NULL \
        FROM submission s JOIN reporting_period p ON p.id = s.period_id AND p.state = 'FINAL' \
        JOIN submission_revision r ON r.submission_id = s.id AND r.accepted_at IS NOT NULL AND r.superseded_at IS NULL \
        JOIN submission_value v ON v.submission_id = s.id AND v.first_revision <= r.number \
         AND (v.last_revision IS NULL OR v.last_revision >= r.number) \
        JOIN indicator i ON i.id = v.indicator_id AND i.published_since IS NOT NULL \
        JOIN institution n ON n.id = s.institution_id LEFT JOIN region g ON g.id = v.region_id \
        LEFT JOIN submission_value w ON w.submission_id = s.id AND w.cell = i.weighted_by || substr(v.cell, length(i.code) + 1) \
         AND w.first_revision <= r.number AND (w.last_revision IS NULL OR w.last_revision >= r.number) \
        WHERE s.quarter >= $1 AND s.quarter <= $2 AND s.origin = $3 AND v.scaled IS NOT NULL \
         AND v.size IS NULL AND v.industry_id IS NULL LIMIT {}",
        MAX_VALUES + 1
    );
    let found = write.reads().query_all_raw(asked(write, &sql, from, to, origin)).await?;
    if found.len() > MAX_VALUES {
        return Err(Error::User(vec![UserError::at(
            "input",
            "TOO_MANY_VALUES",
            format!("공표할 값이 {MAX_VALUES}개를 넘습니다. 공표할 지표를 줄여 주십시오."),
            format!("There are more than {MAX_VALUES} values: publish fewer indicators."),
        )]));
    }
    let mut values: BTreeMap<_, Vec<Counted>> = BTreeMap::new();
    for found in found {
        let (Some(indicator), Some(institution), Some(value)) =
            (row::key(&found, 0)?, row::key(&found, 2)?, row::integer(&found, 5)?)
        else {
            continue;
        };
        let weight = row::integer(&found, 6)?.map(i128::from);
        let is_weighted = row::boolean(&found, 7)? == Some(true);
        // One without a weight, or with none to speak of, does not count.
        if is_weighted && weight.is_none_or(|weight| weight <= 0) {
            continue;
        }
        let quarter = row::text(&found, 1)?.unwrap_or_default().to_owned();
        values.entry((indicator, quarter)).or_default().push(Counted {
            institution,
            kind: kind_of(row::text(&found, 3)?)?,
            region: row::text(&found, 4)?.map(str::to_owned),
            value: value.into(),
            weight: weight.filter(|_| is_weighted),
        });
    }
    Ok(values)
}

/// What earlier releases looked at, of what is published now.
async fn before(
    write: &Write<'_>,
    groups: &[Group],
) -> Result<BTreeMap<(Uuid, String), Before>, Error> {
    let quarters: BTreeSet<&str> = groups.iter().map(|group| group.quarter.as_str()).collect();
    let known = statistics_figure::Entity::find()
        .filter(statistics_figure::Column::Quarter.is_in(quarters))
        .order_by_asc(statistics_figure::Column::Id)
        .all(write.reads())
        .await?;
    let mut before: BTreeMap<(Uuid, String), Before> = BTreeMap::new();
    for figure in known {
        let of = before.entry((figure.indicator_id, figure.quarter)).or_default();
        let key = (figure.statistics_table, figure.key);
        if figure.is_told {
            of.told.push(Figure { key: key.clone(), parts: read(&figure.parts)? });
        }
        of.known.insert((key, figure.digest), (figure.id, figure.is_told));
    }
    Ok(before)
}
