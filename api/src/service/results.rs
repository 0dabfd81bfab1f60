//! What is asked about quarterly results: figures over quarters with their targets, the difference of two
//! revisions. Only what was accepted counts as a figure.
//!
//! Each has a fixed number of statements, whatever the number of rows, and the caller's scope in each.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Datelike, Utc};
use entity::indicator::Aggregation;
use entity::{indicator, submission_file, submission_value};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QueryResult,
    QuerySelect,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::change::data_version;
use super::submission::values::shown_row;
use crate::domain::decimal;
use crate::domain::fold;
use crate::domain::quarter::Quarter;
use crate::error::Error;
use crate::input::Tagged as _;
use crate::read::Reader;
use crate::read::model::Args;
use crate::read::sql::Sql;
use crate::read::statistic::origin;
use crate::read::{codes, global_id, row, scope};
use crate::service::submission;

/// Longest span of quarters.
const MAX_QUARTERS: u32 = 40;
/// Most values of a weighted mean.
const MAX_WEIGHED: u32 = 50_000;
/// Most differences told one by one.
const MAX_CHANGES: usize = 1000;

/// Rows of a statement.
async fn rows(reader: &Reader<'_>, sql: Sql) -> Result<Vec<QueryResult>, Error> {
    Ok(reader.db.query_all_raw(sql.finish()).await?)
}

/// An argument that has a default, or is a must.
fn argument<'a>(args: &'a Args, name: &str) -> &'a str {
    given(args, name).unwrap_or_default()
}

fn given<'a>(args: &'a Args, name: &str) -> Option<&'a str> {
    args.get(name).and_then(Value::as_str)
}

fn quarter(args: &Args, name: &str) -> Result<Option<Quarter>, Error> {
    let read = |text| Quarter::written(text).ok_or_else(|| Error::not_a_quarter(name));
    given(args, name).map(read).transpose()
}

/// The quarters asked for; the last eight if none are named.
fn span(reader: &Reader<'_>, args: &Args) -> Result<(Quarter, Quarter), Error> {
    let now = Quarter::of(reader.today()).ok_or_else(|| Error::internal("no quarter is now"))?;
    let to = quarter(args, "to")?.unwrap_or(now);
    let from = quarter(args, "from")?.unwrap_or_else(|| to.back(7));
    // Both ends as given are looked at with every other range (`read::forms`).
    if from > to {
        return Err(Error::argument(
            "from",
            format!(
                "시작(`from`: {from})이 지금 분기({to})보다 뒤입니다. 뒤의 분기까지 보려면 `to`도 적어 주십시오."
            ),
            format!("`from`, {from}, is after the present quarter, {to}: name `to` as well."),
        ));
    }
    if to.back(MAX_QUARTERS - 1) > from {
        return Err(Error::argument(
            "from",
            format!(
                "{from}부터 {to}까지는 {MAX_QUARTERS}개 분기가 넘습니다. 기간을 나누어 주십시오."
            ),
            format!(
                "From {from} to {to} are more than {MAX_QUARTERS} quarters; ask for them in parts."
            ),
        ));
    }
    Ok((from, to))
}

/// Adds the conditions that narrow submissions `s`, whose programme is `pg` and institution `n`.
fn narrowed(
    reader: &Reader<'_>,
    sql: &mut Sql,
    args: &Args,
    (from, to): (Quarter, Quarter),
) -> Result<(), Error> {
    scope::seen(reader, sql, "Submission", "s")?;
    sql.push(" AND ");
    origin(sql, "s", args);
    sql.push(" AND s.quarter >= ").bind(from.to_string());
    sql.push(" AND s.quarter <= ").bind(to.to_string());
    for (name, alias) in [("programme", "pg"), ("institution", "n")] {
        if let Some(code) = given(args, name) {
            sql.push(" AND ").column(alias, "code").push(" = ").bind(fold::code(code));
        }
    }
    Ok(())
}

/// Adds `JOIN`s of what submissions `s` belong to, as far as the caller sees it.
fn joined(reader: &Reader<'_>, sql: &mut Sql) -> Result<(), Error> {
    for (table, alias, column, ty) in [
        ("programme", "pg", "programme_id", "Programme"),
        ("institution", "n", "institution_id", "Institution"),
    ] {
        sql.push(" LEFT JOIN ").push(table).push(" ").push(alias).push(" ON ");
        sql.column(alias, "id").push(" = ").column("s", column).push(" AND ");
        scope::seen(reader, sql, ty, alias)?;
    }
    Ok(())
}

fn label(found: &sea_orm::QueryResult, at: usize) -> Result<Value, Error> {
    Ok(match row::text(found, at)? {
        None => Value::Null,
        Some(ko) => json!({ "ko": ko, "en": row::text(found, at + 1)? }),
    })
}

/// Adds the condition that `y` is what was known at an instant, or is known now.
pub fn known(sql: &mut Sql, at: Option<DateTime<Utc>>) {
    match at {
        // Not by the clock: another server's may be ahead.
        None => sql.push("y.known_to IS NULL"),
        Some(at) => {
            sql.push("y.known_from <= ").bind(at);
            sql.push(" AND (y.known_to IS NULL OR y.known_to > ").bind(at).push(")")
        }
    };
}

/// The newest revision of the indicator asked for, and the code as it is kept.
async fn indicator(reader: &Reader<'_>, args: &Args) -> Result<(Uuid, String), Error> {
    let mut sql = reader.sql();
    sql.push(
        "SELECT i.id, i.code FROM indicator i JOIN programme pg ON pg.id = i.programme_id WHERE pg.code = ",
    );
    sql.bind(fold::code(argument(args, "programme")));
    sql.push(" AND ");
    scope::seen(reader, &mut sql, "Programme", "pg")?;
    sql.push(" AND ");
    scope::seen(reader, &mut sql, "Indicator", "i")?;
    sql.push(" ORDER BY i.code, i.revision DESC");
    let found = rows(reader, sql).await?;
    let mut codes = Vec::with_capacity(found.len());
    for found in &found {
        codes.push(row::text(found, 1)?.unwrap_or_default());
    }
    let asked = argument(args, "indicator");
    let Some(at) = codes
        .iter()
        .position(|code| *code == asked)
        .or_else(|| codes.iter().position(|code| fold::key(code) == fold::key(asked)))
    else {
        codes.dedup();
        return Err(codes::unknown(vec!["indicator".to_owned()], asked, codes.into_iter()).absent());
    };
    Ok((row::key(&found[at], 0)?.ok_or(Error::NotFound)?, codes[at].to_owned()))
}

/// The instant as of which figures are asked for.
///
/// # Errors
/// Input, if it is not one.
pub fn known_at(reader: &Reader<'_>, args: &Args) -> Result<DateTime<Utc>, Error> {
    match given(args, "knownAt") {
        None => Ok(reader.now),
        Some(text) => {
            // Years that a calendar knows.
            let at = text.parse::<DateTime<Utc>>().ok();
            at.filter(|at| (1..=9999).contains(&at.year())).ok_or_else(|| {
                Error::argument(
                    "knownAt",
                    "`knownAt` 값은 2026-10-12T18:00:00+09:00 형식의 시각이어야 합니다.",
                    "`knownAt` must be an instant like 2026-10-12T18:00:00+09:00.",
                )
            })
        }
    }
}

/// Adds the join of the revision `r` of submissions `s` that counted at an instant.
pub fn counting(sql: &mut Sql, at: DateTime<Utc>) {
    sql.push(" JOIN submission_revision r ON r.submission_id = s.id AND r.accepted_at <= ")
        .bind(at);
    sql.push(" AND (r.superseded_at IS NULL OR r.superseded_at > ").bind(at).push(")");
}

/// What is summed of one group in one quarter, in which one revision of the indicator is in force.
#[derive(Debug, Clone)]
struct Sum {
    label: Value,
    decimals: u32,
    aggregation: Aggregation,
    /// Sum of the values; of a weighted mean, of the values times their weights.
    total: Option<i128>,
    /// Values in it.
    count: i64,
    /// Institutions that they are of: divisions that became one make several values of one institution.
    institutions: i64,
    base: Option<Base>,
}

/// What a mean is weighted by.
#[derive(Debug, Default, Clone, Copy)]
struct Base {
    /// Sum of the weights.
    sum: i128,
    decimals: u32,
    /// A value that stands alone, which is its own mean whatever its weight.
    alone: Option<i64>,
    /// Values found, with a weight or without.
    found: i64,
}

impl Sum {
    /// The figure in its indicator's decimals; none where values are not brought together.
    fn figure(&self) -> Option<i64> {
        let total = self.total?;
        let figure = match (self.aggregation, self.base) {
            (Aggregation::Average, Some(Base { found: 1, alone, .. })) => i128::from(alone?),
            (Aggregation::Average, Some(base)) => mean(total, base.sum)?,
            (Aggregation::Average, None) => mean(total, i128::from(self.count))?,
            (Aggregation::Sum, _) => total,
            (Aggregation::None, _) if self.count == 1 => total,
            (Aggregation::None, _) => return None,
        };
        i64::try_from(figure).ok()
    }

    /// Institutions in the figure.
    fn institutions(&self) -> i64 {
        if self.base.is_some_and(|base| base.found == 1) { 1 } else { self.institutions }
    }

    /// Adds a value of a weighted mean; `is_new` tells that its institution was not in it before. One without a
    /// weight, or with none to speak of, does not count.
    fn weigh(
        &mut self,
        value: i64,
        weight: Option<i64>,
        decimals: u32,
        is_new: impl FnOnce() -> bool,
    ) {
        let base = self.base.get_or_insert_default();
        base.found += 1;
        base.alone = Some(value);
        let Some(weight) = weight.filter(|weight| *weight > 0) else { return };
        base.decimals = decimals;
        base.sum += i128::from(weight);
        self.count += 1;
        self.institutions += i64::from(is_new());
        let product = i128::from(value) * i128::from(weight);
        self.total = self.total.and_then(|total| total.checked_add(product));
    }
}

/// The mean, half away from zero, as people round.
pub fn mean(total: i128, count: i128) -> Option<i128> {
    let twice = total.checked_mul(2)?.checked_add(total.signum() * count)?;
    twice.checked_div(count.checked_mul(2)?)
}

type Groups = BTreeMap<(String, Option<String>), Sum>;

/// Columns of the key of a group.
fn key_of(by: &str) -> &'static str {
    match by {
        "REGION" => "g.code, g.name_ko, g.name_en",
        "INDUSTRY" => "k.code, k.name_ko, k.name_en",
        "SIZE" => "v.size, NULL, NULL",
        "INSTITUTION" => "n.code, n.name_ko, n.name_en",
        _ => "NULL, NULL, NULL",
    }
}

/// Adds the values that counted at an instant, and the revisions of their indicator; `also` are further joins.
fn counted_values(
    reader: &Reader<'_>,
    sql: &mut Sql,
    args: &Args,
    at: DateTime<Utc>,
    also: &str,
) -> Result<(), Error> {
    let by = argument(args, "by");
    sql.push(" FROM submission s");
    joined(reader, sql)?;
    counting(sql, at);
    sql.push(" JOIN submission_value v ON v.submission_id = s.id AND v.first_revision <= r.number AND (v.last_revision IS NULL OR v.last_revision >= r.number) JOIN indicator i ON i.id = v.indicator_id");
    if by == "REGION" {
        sql.push(" LEFT JOIN region o ON o.id = v.region_id");
        if argument(args, "regionBasis") == "CURRENT" {
            sql.push(" LEFT JOIN region u ON u.id = o.successor_id LEFT JOIN region g ON g.id = coalesce(u.id, o.id)");
        } else {
            sql.push(" LEFT JOIN region g ON g.id = o.id");
        }
    }
    if by == "INDUSTRY" {
        sql.push(" LEFT JOIN industry k ON k.id = v.industry_id");
    }
    sql.push(also);
    sql.push(" WHERE v.scaled IS NOT NULL AND i.code = ");
    sql.bind(fold::code(argument(args, "indicator")));
    for (column, wanted) in
        [("region_id", by == "REGION"), ("size", by == "SIZE"), ("industry_id", by == "INDUSTRY")]
    {
        sql.push(" AND ").column("v", column);
        sql.push(if wanted { " IS NOT NULL" } else { " IS NULL" });
    }
    sql.push(" AND ");
    narrowed(reader, sql, args, span(reader, args)?)
}

/// Accepted values by quarter and group.
async fn sums(reader: &Reader<'_>, args: &Args, at: DateTime<Utc>) -> Result<Groups, Error> {
    let mut sql = reader.sql();
    // In two halves, since the sum of exact amounts may not fit in 64 bits.
    sql.push("SELECT s.quarter, ").push(key_of(argument(args, "by")));
    sql.push(", i.decimals, count(*), count(DISTINCT s.institution_id), ");
    for half in ["v.scaled / 1000000000", "v.scaled % 1000000000"] {
        sql.push("CAST(sum(").push(half).push(") AS bigint), ");
    }
    sql.push("i.aggregation");
    counted_values(reader, &mut sql, args, at, "")?;
    sql.push(" AND i.weighted_by IS NULL GROUP BY 1, 2, 3, 4, 5, i.aggregation ORDER BY 1, 2");
    let mut groups = Groups::new();
    for found in rows(reader, sql).await? {
        let quarter = row::text(&found, 0)?.unwrap_or_default().to_owned();
        let key = row::text(&found, 1)?.map(str::to_owned);
        let number = |at| Ok::<_, Error>(row::integer(&found, at)?.unwrap_or(0));
        let total = i128::from(number(7)?) * 1_000_000_000 + i128::from(number(8)?);
        let sum = Sum {
            label: label(&found, 2)?,
            decimals: u32::try_from(number(4)?).unwrap_or(0),
            aggregation: serde_json::from_value(row::text(&found, 9)?.into())
                .map_err(Error::internal)?,
            total: Some(total),
            count: number(5)?,
            institutions: number(6)?,
            base: None,
        };
        groups.insert((quarter, key), sum);
    }
    Ok(groups)
}

/// Adds the weighted means: each value with the one at the same address of the indicator it is weighted by.
/// Databases have no product that is wide enough, so they are multiplied here.
async fn weigh(
    reader: &Reader<'_>,
    args: &Args,
    at: DateTime<Utc>,
    groups: &mut Groups,
) -> Result<(), Error> {
    let mut sql = reader.sql();
    sql.push("SELECT s.quarter, ").push(key_of(argument(args, "by")));
    sql.push(", i.decimals, v.scaled, w.scaled, b.decimals, s.institution_id");
    counted_values(
        reader,
        &mut sql,
        args,
        at,
        " LEFT JOIN submission_value w ON w.submission_id = s.id \
         AND w.cell = i.weighted_by || substr(v.cell, length(i.code) + 1) AND w.first_revision <= r.number \
         AND (w.last_revision IS NULL OR w.last_revision >= r.number) LEFT JOIN indicator b ON b.id = w.indicator_id",
    )?;
    sql.push(" AND i.weighted_by IS NOT NULL LIMIT ").bind(i64::from(MAX_WEIGHED) + 1);
    let found = rows(reader, sql).await?;
    if found.len() > MAX_WEIGHED as usize {
        return Err(Error::argument(
            "from",
            format!("가중 평균은 값 {MAX_WEIGHED}개까지 계산합니다. 기간을 줄여 주십시오."),
            format!("A weighted mean takes at most {MAX_WEIGHED} values; ask for fewer quarters."),
        ));
    }
    let mut seen = HashSet::new();
    for found in found {
        let quarter = row::text(&found, 0)?.unwrap_or_default().to_owned();
        let key = row::text(&found, 1)?.map(str::to_owned);
        let of = (quarter.clone(), key.clone(), row::key(&found, 8)?);
        let places = |at| {
            let places = row::integer(&found, at)?.and_then(|places| u32::try_from(places).ok());
            Ok::<_, Error>(places.unwrap_or(0))
        };
        let (label, decimals) = (label(&found, 2)?, places(4)?);
        let sum = groups.entry((quarter, key)).or_insert_with(|| Sum {
            label,
            decimals,
            aggregation: Aggregation::Average,
            total: Some(0),
            count: 0,
            institutions: 0,
            base: None,
        });
        let value = row::integer(&found, 5)?.unwrap_or(0);
        sum.weigh(value, row::integer(&found, 6)?, places(7)?, || seen.insert(of));
    }
    Ok(())
}

/// How many were expected and how many counted, by quarter.
async fn bases(
    reader: &Reader<'_>,
    args: &Args,
    at: DateTime<Utc>,
) -> Result<BTreeMap<String, (i64, i64)>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT s.quarter, count(*), count(r.id) FROM submission s");
    joined(reader, &mut sql)?;
    sql.push(" LEFT JOIN submission_revision r ON r.submission_id = s.id AND r.accepted_at <= ")
        .bind(at);
    sql.push(" AND (r.superseded_at IS NULL OR r.superseded_at > ").bind(at).push(") WHERE ");
    narrowed(reader, &mut sql, args, span(reader, args)?)?;
    // Whoever joined an opened quarter was not expected before.
    sql.push(" AND s.created_at <= ").bind(at).push(" GROUP BY 1");
    let mut bases = BTreeMap::new();
    for found in rows(reader, sql).await? {
        let quarter = row::text(&found, 0)?.unwrap_or_default().to_owned();
        let number = |at| Ok::<_, Error>(row::integer(&found, at)?.unwrap_or(0));
        bases.insert(quarter, (number(1)?, number(2)?));
    }
    Ok(bases)
}

/// Targets by quarter and institution, none for the programme as a whole: the value, and its decimals. Of one that
/// was set under several revisions of the indicator the newest counts.
async fn targets(
    reader: &Reader<'_>,
    args: &Args,
    at: Option<DateTime<Utc>>,
) -> Result<BTreeMap<(String, Option<String>), (i64, u32)>, Error> {
    let (from, to) = span(reader, args)?;
    let mut sql = reader.sql();
    sql.push("SELECT y.quarter, n.code, y.scaled, y.institution_id, i.decimals FROM target_value y JOIN indicator i ON i.id = y.indicator_id JOIN programme pg ON pg.id = i.programme_id LEFT JOIN institution n ON n.id = y.institution_id AND ");
    scope::seen(reader, &mut sql, "Institution", "n")?;
    sql.push(" WHERE ");
    known(&mut sql, at);
    sql.push(" AND i.code = ").bind(fold::code(argument(args, "indicator")));
    sql.push(" AND pg.code = ").bind(fold::code(argument(args, "programme")));
    sql.push(" AND y.quarter >= ").bind(from.to_string());
    sql.push(" AND y.quarter <= ").bind(to.to_string()).push(" AND ");
    // What stands of a target in its history says who sees it, also when it is taken off.
    scope::seen(reader, &mut sql, "Target", "y")?;
    sql.push(" AND ");
    origin(&mut sql, "y", args);
    sql.push(" ORDER BY i.revision, y.known_from");
    let mut targets = BTreeMap::new();
    for found in rows(reader, sql).await? {
        let code = row::text(&found, 1)?.map(str::to_owned);
        if code.is_none() && row::key(&found, 3)?.is_some() {
            continue;
        }
        let quarter = row::text(&found, 0)?.unwrap_or_default().to_owned();
        let decimals = row::integer(&found, 4)?.and_then(|places| u32::try_from(places).ok());
        let scaled = row::integer(&found, 2)?.unwrap_or(0);
        targets.insert((quarter, code), (scaled, decimals.unwrap_or(0)));
    }
    Ok(targets)
}

/// An indicator over quarters, with its targets.
///
/// # Errors
/// Not found; input, if an argument is none; internal.
pub async fn series(reader: &Reader<'_>, args: &Args) -> Result<Value, Error> {
    let (id, code) = indicator(reader, args).await?;
    let mut args = args.clone();
    args.insert("indicator".to_owned(), code.into());
    let args = &args;
    let at = known_at(reader, args)?;
    let mut sums = sums(reader, args, at).await?;
    weigh(reader, args, at, &mut sums).await?;
    let bases = bases(reader, args, at).await?;
    let targets = targets(reader, args, given(args, "knownAt").map(|_| at)).await?;
    let by_institution = argument(args, "by") == "INSTITUTION";
    let whole = argument(args, "by") == "NONE";
    let mut points = Vec::with_capacity(sums.len());
    for ((quarter, key), sum) in &sums {
        let figure = sum.figure();
        let base = sum.base.and_then(|base| Some((i64::try_from(base.sum).ok()?, base.decimals)));
        let of = match (by_institution, given(args, "institution")) {
            (true, _) => key.clone(),
            (false, one) => one.map(str::to_owned),
        };
        let target = targets.get(&(quarter.clone(), of)).filter(|_| whole || by_institution);
        let (expected, accepted) = bases.get(quarter).copied().unwrap_or_default();
        points.push(json!({
            "quarter": quarter,
            "key": key,
            "label": sum.label,
            "value": figure.map(|figure| decimal::show(figure, sum.decimals)),
            "number": figure.and_then(|figure| decimal::show(figure, sum.decimals).parse::<f64>().ok()),
            "base": base.map(|(base, decimals)| decimal::show(base, decimals)),
            "institutions": sum.institutions(),
            "accepted": accepted,
            "expected": expected,
            "target": target.map(|(target, decimals)| decimal::show(*target, *decimals)),
            "targetRate": figure.zip(target.copied()).and_then(|(figure, target)| share((figure, sum.decimals), target)),
        }));
    }
    Ok(json!({
        "indicator": id.to_string(),
        "by": argument(args, "by"),
        "points": points,
        "knownAt": row::show_instant(at),
        "computedAt": row::show_instant(reader.now),
        "dataVersion": data_version(reader).await?,
    }))
}

/// What part of a target was reached, in percent with one decimal; each number with its decimals.
fn share((figure, places): (i64, u32), (target, target_places): (i64, u32)) -> Option<f64> {
    if target == 0 {
        return None;
    }
    let most = places.max(target_places);
    let whole = |number: i64, places: u32| i128::from(number) * 10_i128.pow(most - places);
    let tenths = whole(figure, places) * 1000 / whole(target, target_places);
    #[expect(clippy::cast_precision_loss, reason = "a share is shown to one decimal")]
    let share = tenths as f64 / 10.0;
    Some(share)
}

/// What differs between two revisions of a submission.
///
/// # Errors
/// Not found; internal.
pub async fn diff(reader: &Reader<'_>, id: Uuid, from: i32, to: i32) -> Result<Value, Error> {
    use submission_value::{Column as C, Entity};
    let found = submission::find(reader.db, reader.principal, id).await?;
    if [from, to].iter().any(|number| !(1..=found.revision).contains(number)) {
        return Err(Error::NotFound);
    }
    let holds = |number: i32| {
        Condition::all()
            .add(C::FirstRevision.lte(number))
            .add(Condition::any().add(C::LastRevision.is_null()).add(C::LastRevision.gte(number)))
    };
    // Rows of one revision and not of the other: what differs, and nothing else.
    let differs = Condition::any()
        .add(holds(from).add(holds(to).not()))
        .add(holds(to).add(holds(from).not()));
    let rows = Entity::find()
        .filter(C::SubmissionId.eq(id))
        .filter(differs)
        .order_by_asc(C::Cell)
        .limit(2 * MAX_CHANGES as u64 + 2)
        .all(reader.db)
        .await?;
    let mut changes: BTreeMap<String, (Value, Value)> = BTreeMap::new();
    for row in rows {
        let of_from =
            row.first_revision <= from && row.last_revision.is_none_or(|last| last >= from);
        let change = changes.entry(row.cell.clone()).or_default();
        *if of_from { &mut change.0 } else { &mut change.1 } = shown_row(row);
    }
    let is_truncated = changes.len() > MAX_CHANGES;
    // What was changed and put back is kept in two rows that say the same.
    changes.retain(|_, (before, after)| before != after);
    let shown: Vec<Value> = changes
        .into_iter()
        .take(MAX_CHANGES)
        .map(|(cell, (before, after))| json!({ "cell": cell, "before": before, "after": after }))
        .collect();
    Ok(json!({
        "submission": id.to_string(),
        "from": from,
        "to": to,
        "changes": shown,
        "isTruncated": is_truncated,
        "files": files(reader, id, from, to).await?,
    }))
}

/// What differs in the evidence files of two revisions.
async fn files(reader: &Reader<'_>, id: Uuid, from: i32, to: i32) -> Result<Vec<Value>, Error> {
    use submission_file::{Column as C, Entity};
    let rows = Entity::find().filter(C::SubmissionId.eq(id)).order_by_asc(C::Id);
    let rows = rows.find_also_related(indicator::Entity).all(reader.db).await?;
    let mut changes: BTreeMap<_, [Option<submission_file::Model>; 2]> = BTreeMap::new();
    for (row, of) in rows {
        let key = (of.map(|of| of.code), row.name.clone());
        let change = changes.entry(key).or_default();
        for (side, number) in change.iter_mut().zip([from, to]) {
            if row.first_revision <= number && row.last_revision.is_none_or(|last| last >= number) {
                *side = Some(row.clone());
            }
        }
    }
    let hash =
        |file: &Option<submission_file::Model>| file.as_ref().map(|file| file.sha256.clone());
    // What was taken off and attached again is kept in two rows of one content.
    changes.retain(|_, [before, after]| hash(before) != hash(after));
    let content = |file: submission_file::Model| {
        let id = global_id::encode(Entity::TAG, file.id);
        json!({ "sha256": file.sha256, "downloadPath": format!("/files/{id}"), "id": id })
    };
    let shown = changes.into_iter().map(|((of, name), [before, after])| {
        json!({ "indicator": of, "name": name, "before": before.map(content), "after": after.map(content) })
    });
    Ok(shown.collect())
}
