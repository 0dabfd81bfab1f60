//! What a submission is checked against: the indicators and rules of its quarter, the codes it may name, and
//! the institution's own accepted figures of the last eight quarters. Read in as many statements as there
//! are kinds of it.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use entity::adoption_case::BusinessSize;
use entity::indicator::ValueType;
use entity::submission_value::ValueState;
use entity::{ChoiceValue, industry, institution, programme, region, submission, validation_rule};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::domain::cell::Cell;
use crate::domain::codes::{Codes, Family};
use crate::domain::decimal;
use crate::domain::form::{self, Cells, Form, Indicator, Problem, Range};
use crate::domain::quarter::Quarter;
use crate::domain::text::Text;
use crate::domain::validation::Rule;
use crate::error::Error;
use crate::read::row;
use crate::read::sql::Sql;

/// Quarters of an institution's own past that outliers are judged by.
const HISTORY: u32 = 8;

/// Everything about the form of a submission but its values.
#[derive(Debug)]
pub struct FormData {
    /// Programme.
    pub programme: programme::Model,
    /// Institution that reports.
    pub institution: institution::Model,
    /// Indicators of the quarter, in the order of the form.
    pub indicators: Vec<entity::indicator::Model>,
    /// The same as the domain sees them.
    pub definitions: Vec<Indicator>,
    /// Divisions that exist in the quarter, by code.
    pub regions: Vec<region::Model>,
    /// Divisions that ended before it, or begin after it.
    pub other_regions: Vec<region::Model>,
    /// First day of the quarter.
    pub first_day: NaiveDate,
    /// Sections and divisions of KSIC.
    pub industries: Vec<industry::Model>,
    /// What the codes that a cell names are written like.
    pub lists: Lists,
    pub(super) rules: Vec<Rule>,
    previous: BTreeMap<String, i64>,
    history: BTreeMap<String, Vec<i64>>,
    keys: HashMap<String, Uuid>,
}

/// The lists of codes that a cell may name.
#[derive(Debug)]
pub struct Lists {
    /// Indicators of the quarter.
    pub indicators: Codes,
    /// Divisions, those of other quarters included.
    pub regions: Codes,
    /// Business sizes.
    pub sizes: Codes,
    /// Industries.
    pub industries: Codes,
    /// Kinds of value.
    pub states: Codes,
}

impl Lists {
    fn new(
        indicators: &[entity::indicator::Model],
        regions: &[region::Model],
        industries: &[industry::Model],
    ) -> Self {
        let indicators = indicators.iter().map(|row| {
            let names = [Some(row.name_ko.as_str()), row.name_en.as_deref()];
            (row.code.as_str(), names.into_iter().flatten())
        });
        let regions = regions.iter().map(|row| {
            let names = [Some(&row.name_ko), row.name_en.as_ref(), row.short_name.as_ref()];
            (row.code.as_str(), names.into_iter().flatten().map(String::as_str))
        });
        let industries = industries.iter().map(|row| {
            let names = [Some(row.name_ko.as_str()), row.name_en.as_deref()];
            (row.code.as_str(), names.into_iter().flatten())
        });
        Self {
            indicators: Codes::new(Family::Indicator, indicators),
            regions: Codes::new(Family::Region, regions),
            sizes: Codes::new(Family::Size, BusinessSize::CHOICE.values.iter().map(named)),
            industries: Codes::new(Family::Industry, industries),
            states: Codes::new(Family::State, ValueState::CHOICE.values.iter().map(named)),
        }
    }
}

/// A code of an enum with its names, which its description begins with: `소기업. Small enterprise.`
fn named(value: &'static ChoiceValue) -> (&'static str, impl Iterator<Item = &'static str>) {
    (value.code, value.description.split('.').map(str::trim))
}

fn in_force<C: ColumnTrait>(from: C, to: C, quarter: &str) -> Condition {
    Condition::all()
        .add(from.lte(quarter))
        .add(Condition::any().add(to.is_null()).add(to.gte(quarter)))
}

/// The indicators of a submission, in the order of the form.
///
/// # Errors
/// Internal.
pub async fn indicators(
    db: &impl ConnectionTrait,
    submission: &submission::Model,
) -> Result<Vec<entity::indicator::Model>, Error> {
    use entity::indicator::{Column, Entity};
    Ok(Entity::find()
        .filter(Column::ProgrammeId.eq(submission.programme_id))
        .filter(in_force(Column::ValidFrom, Column::ValidTo, &submission.quarter))
        .order_by_asc(Column::Position)
        .order_by_asc(Column::Id)
        .all(db)
        .await?)
}

/// A stored quarter.
pub fn quarter_of(text: &str) -> Result<Quarter, Error> {
    text.parse().map_err(|_| Error::internal(format!("{text} is no quarter")))
}

/// An indicator as the domain sees it.
///
/// # Errors
/// Internal, if its decimals are none.
pub fn definition(row: &entity::indicator::Model) -> Result<Indicator, Error> {
    let decimals = u32::try_from(row.decimals).map_err(Error::internal)?;
    // Bounds were checked when they were set; one that is none keeps nobody from submitting.
    let bound = |text: &Option<String>| {
        decimal::parse(text.as_deref()?, row.value_type, decimals).ok().map(|bound| bound.scaled)
    };
    let range = Range {
        minimum: bound(&row.minimum),
        maximum: bound(&row.maximum),
        severity: row.range_severity,
    };
    Ok(Indicator {
        code: row.code.clone(),
        name_ko: row.name_ko.clone(),
        value_type: row.value_type,
        decimals,
        aggregation: row.aggregation,
        range,
        is_required: row.is_required,
        by_region: row.by_region,
        by_size: row.by_size,
        by_industry: row.by_industry,
    })
}

impl FormData {
    /// Reads the form of a submission.
    ///
    /// # Errors
    /// Internal.
    pub async fn load(
        db: &impl ConnectionTrait,
        submission: &submission::Model,
    ) -> Result<Self, Error> {
        let quarter = quarter_of(&submission.quarter)?;
        let missing = || Error::internal("a submission without its programme or institution");
        let programme = programme::Entity::find_by_id(submission.programme_id)
            .one(db)
            .await?
            .ok_or_else(missing)?;
        let institution = institution::Entity::find_by_id(submission.institution_id)
            .one(db)
            .await?
            .ok_or_else(missing)?;
        let indicators = indicators(db, submission).await?;
        let definitions = indicators.iter().map(definition).collect::<Result<Vec<_>, _>>()?;
        let codes: Vec<&str> = definitions.iter().map(|known| known.code.as_str()).collect();
        let rules = rules(db, &programme, &submission.quarter, &codes).await?;
        let regions = {
            use entity::region::{Column, Entity};
            let all = Entity::find().filter(Column::Code.ne("NATIONWIDE"));
            all.order_by_asc(Column::Code).all(db).await?
        };
        let industries =
            industry::Entity::find().order_by_asc(industry::Column::Code).all(db).await?;
        let lists = Lists::new(&indicators, &regions, &industries);
        let (first, last) = (quarter.first_day(), quarter.last_day());
        let (regions, other_regions): (Vec<_>, Vec<_>) = regions.into_iter().partition(|row| {
            row.valid_from.is_none_or(|from| from <= last)
                && row.valid_to.is_none_or(|to| to >= first)
        });
        let (previous, history) = past(db, submission, quarter, &definitions).await?;
        let mut keys = HashMap::new();
        keys.extend(indicators.iter().map(|row| (format!("i:{}", row.code), row.id)));
        keys.extend(regions.iter().map(|row| (format!("r:{}", row.code), row.id)));
        keys.extend(industries.iter().map(|row| (format!("k:{}", row.code), row.id)));
        Ok(Self {
            programme,
            institution,
            indicators,
            definitions,
            regions,
            other_regions,
            first_day: first,
            industries,
            lists,
            rules,
            previous,
            history,
            keys,
        })
    }

    /// The indicator of that code.
    pub fn indicator(&self, code: &str) -> Option<&Indicator> {
        self.definitions.iter().find(|known| known.code == code)
    }

    /// Keys of the rows that a cell names: indicator, region, industry; none if it names one that is not
    /// there.
    pub fn keys(&self, cell: &Cell) -> Option<(Uuid, Option<Uuid>, Option<Uuid>)> {
        let key = |kind: char, code: &str| self.keys.get(&format!("{kind}:{code}")).copied();
        let part = |kind, code: &Option<String>| match code {
            None => Some(None),
            Some(code) => key(kind, code).map(Some),
        };
        Some((key('i', &cell.indicator)?, part('r', &cell.region)?, part('k', &cell.industry)?))
    }

    /// The accepted total of the last quarter, as text.
    pub fn previous(&self, code: &str) -> Option<String> {
        let Indicator { value_type, decimals, .. } = self.indicator(code)?;
        self.previous.get(code).map(|scaled| match value_type {
            ValueType::Boolean => form::yes_no(*scaled != 0).to_owned(),
            _ => decimal::show(*scaled, *decimals),
        })
    }

    /// Everything that is wrong with these values.
    pub fn check(&self, cells: &Cells) -> Vec<Problem> {
        let form = Form {
            indicators: &self.definitions,
            rules: &self.rules,
            previous: &self.previous,
            history: &self.history,
        };
        form::check(&form, cells)
    }
}

/// The rules in force. One that no longer compiles, since an indicator is gone, is left out and logged:
/// it must not keep anybody from handing in.
async fn rules(
    db: &impl ConnectionTrait,
    programme: &programme::Model,
    quarter: &str,
    codes: &[&str],
) -> Result<Vec<Rule>, Error> {
    use validation_rule::{Column, Entity};
    let rows = Entity::find()
        .filter(Column::ProgrammeId.eq(programme.id))
        .filter(in_force(Column::ValidFrom, Column::ValidTo, quarter))
        .order_by_asc(Column::Position)
        .order_by_asc(Column::Id)
        .all(db)
        .await?;
    let mut rules = Vec::with_capacity(rows.len());
    for row in rows {
        match compile(&row, codes) {
            Ok(rule) => rules.push(rule),
            Err(bad) => tracing::error!(rule = row.code, error.cause = %bad.en, "rule.unusable"),
        }
    }
    Ok(rules)
}

/// A stored rule, ready to be asked.
///
/// # Errors
/// What is wrong with its expression.
pub fn compile(row: &validation_rule::Model, codes: &[&str]) -> Result<Rule, Text> {
    let message = Text {
        ko: row.message_ko.clone(),
        en: row.message_en.clone().unwrap_or_else(|| row.message_ko.clone()),
    };
    Rule::compile(
        &row.code,
        &row.expression,
        &row.indicator_code,
        row.severity,
        row.missing_strategy,
        message,
        codes,
    )
    .map_err(|bad| bad.message())
}

type Past = (BTreeMap<String, i64>, BTreeMap<String, Vec<i64>>);

/// Accepted totals of the quarters before: those of the last one, and all of them by quarter.
async fn past(
    db: &impl ConnectionTrait,
    submission: &submission::Model,
    quarter: Quarter,
    definitions: &[Indicator],
) -> Result<Past, Error> {
    let mut sql = Sql::new(db.get_database_backend());
    sql.push(
        "SELECT i.code, i.decimals, s.quarter, v.scaled FROM submission s \
         JOIN submission_revision r ON r.submission_id = s.id AND r.accepted_at IS NOT NULL AND r.superseded_at IS NULL \
         JOIN submission_value v ON v.submission_id = s.id AND v.first_revision <= r.number \
         AND (v.last_revision IS NULL OR v.last_revision >= r.number) \
         JOIN indicator i ON i.id = v.indicator_id \
         WHERE v.region_id IS NULL AND v.size IS NULL AND v.industry_id IS NULL AND v.scaled IS NOT NULL AND s.institution_id = ",
    );
    sql.bind(submission.institution_id);
    sql.push(" AND s.programme_id = ").bind(submission.programme_id);
    sql.push(" AND s.quarter < ").bind(quarter.to_string());
    sql.push(" AND s.quarter >= ").bind(quarter.back(HISTORY).to_string());
    sql.push(" ORDER BY s.quarter, i.code");
    let last = quarter.previous().to_string();
    let (mut previous, mut history) = Past::default();
    for found in db.query_all_raw(sql.finish()).await? {
        let text = |at| Ok::<_, Error>(row::text(&found, at)?.unwrap_or_default().to_owned());
        let number = |at| Ok::<_, Error>(row::integer(&found, at)?.unwrap_or_default());
        let (code, of, decimals, scaled) = (text(0)?, text(2)?, number(1)?, number(3)?);
        // An earlier revision of the indicator may have had other decimals.
        let same = definitions
            .iter()
            .any(|known| known.code == code && i64::from(known.decimals) == decimals);
        if !same {
            continue;
        }
        if of == last {
            previous.insert(code.clone(), scaled);
        }
        history.entry(code).or_default().push(scaled);
    }
    Ok((previous, history))
}
