//! Statistics over what the caller may see: the scope of the read path is part of each statement.

use sea_orm::{ConnectionTrait, QueryResult};
use serde_json::{Value, json};

use super::{change, ledger};
use crate::domain::access::{self, Object, Rows};
use crate::domain::recommendation::WAITING;
use crate::domain::{partial_date, suppression};
use crate::error::Error;
use crate::read::Reader;
use crate::read::model::Args;
use crate::read::sql::Sql;
use crate::read::{row, scope};

/// Rows of a statement.
///
/// # Errors
/// Internal.
pub(super) async fn rows(reader: &Reader<'_>, sql: Sql) -> Result<Vec<QueryResult>, Error> {
    Ok(reader.db.query_all_raw(sql.finish()).await?)
}

/// What stands for the last change that the caller may see, so that two answers can be told apart.
///
/// # Errors
/// Internal.
pub(super) async fn data_version(reader: &Reader<'_>) -> Result<u32, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT c.id FROM change c WHERE ");
    scope::seen(reader, &mut sql, "Change", "c")?;
    sql.push(" ORDER BY c.seq DESC LIMIT 1");
    let last = match rows(reader, sql).await?.first() {
        Some(found) => row::key(found, 0)?,
        // It is none that there was before.
        None => match change::forgotten(reader.db).await? {
            0 => None,
            number => Some(ledger::key_of_number(number)),
        },
    };
    let Some(key) = last else { return Ok(0) };
    reader.places.open(reader.db).await?;
    let (version, ..) = reader.places.hide(key)?.as_fields();
    // It is told as a number of 32 bits with a sign.
    Ok(version >> 1)
}

/// An argument that has a default, or is a must.
pub(super) fn argument<'a>(args: &'a Args, name: &str) -> &'a str {
    args.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Adds the condition that illustrations count only if asked for.
pub fn origin(sql: &mut Sql, alias: &str, args: &Args) {
    if args.get("includeIllustrative").and_then(Value::as_bool) != Some(true) {
        sql.push(" AND ").column(alias, "origin").push(" <> 'ILLUSTRATIVE'");
    }
}

/// Adds a table of recommendations `r` with their group, first answer and effects. Each is counted once: a
/// total by its parts on record, which leave it the `items` that are not; one raised again by the first.
fn recommendations(reader: &Reader<'_>, sql: &mut Sql, args: &Args) -> Result<(), Error> {
    let (recommendation, relation, answer, effect) = (
        reader.catalog.declared("Recommendation")?,
        reader.catalog.declared("RecommendationRelation")?,
        reader.catalog.declared("RecommendationAnswer")?,
        reader.catalog.declared("Effect")?,
    );
    let key = match argument(args, "groupBy") {
        "TOPIC" => "topic_id",
        "REGION" => "region_id",
        "SOURCE" => "source",
        _ => "addressee_id",
    };
    sql.push("WITH c AS (SELECT t.*, ");
    // The first answer counts, by the due date that it had to meet: another assignment makes none late or on time.
    // What a source tells has the recommendation's alone, and a withdrawal answers nothing.
    for column in [
        "a.answered_on",
        "CASE WHEN a.recorded_by_id IS NULL THEN CAST(t.due_on AS text) ELSE CAST(a.due_on AS text) END",
    ] {
        sql.push("(SELECT ").push(column).push(" FROM recommendation_answer a WHERE a.recommendation_id = t.id AND a.answered_on IS NOT NULL AND a.disposition <> 'WITHDRAWN' AND ");
        scope::guard(reader, sql, answer, "a", Some("recommendation_id"));
        sql.push(" ORDER BY a.answered_on, a.position, a.id LIMIT 1) AS ");
        sql.push(if column == "a.answered_on" { "answered_on, " } else { "answer_due_on, " });
    }
    sql.push("EXISTS (SELECT 1 FROM effect e WHERE e.recommendation_id = t.id AND ");
    scope::guard(reader, sql, effect, "e", Some("recommendation_id"));
    sql.push(") AS has_effect, (SELECT sum(o.item_count) FROM recommendation_relation p JOIN recommendation o ON o.id = p.recommendation_id WHERE p.other_id = t.id AND p.kind = 'PART_OF' AND ");
    scope::guard(reader, sql, relation, "p", Some("recommendation_id"));
    sql.push(" AND ");
    scope::guard(reader, sql, recommendation, "o", None);
    origin(sql, "o", args);
    // Of two that name each other, the first counts.
    sql.push(") AS parts, EXISTS (SELECT 1 FROM recommendation_relation p JOIN recommendation o ON o.id = p.other_id WHERE p.recommendation_id = t.id AND p.kind = 'SAME_AS' AND (o.id < t.id OR NOT EXISTS (SELECT 1 FROM recommendation_relation q WHERE q.recommendation_id = o.id AND q.other_id = t.id AND q.kind = 'SAME_AS')) AND ");
    scope::guard(reader, sql, relation, "p", Some("recommendation_id"));
    sql.push(" AND ");
    scope::guard(reader, sql, recommendation, "o", None);
    origin(sql, "o", args);
    sql.push(") AS is_again FROM recommendation t WHERE ");
    scope::guard(reader, sql, recommendation, "t", None);
    origin(sql, "t", args);
    for (name, sign, suffix) in [("from", " >= ", ""), ("to", " < ", "~")] {
        let Some(text) = args.get(name).and_then(Value::as_str) else { continue };
        if !partial_date::is_partial_date(text) {
            return Err(Error::not_a_partial_date(name));
        }
        sql.push(" AND t.raised_on").push(sign).bind(format!("{text}{suffix}"));
    }
    sql.push("), r AS (SELECT c.").push(key).push(" AS k, c.raised_on, c.status, c.answered_on, c.has_effect, c.answer_due_on AS due_on, CAST(c.due_on AS text) AS awaited_on, NOT c.is_again AND c.parts IS NULL AS counts, CASE WHEN c.is_again OR c.item_count < c.parts THEN 0 ELSE c.item_count - coalesce(c.parts, 0) END AS items FROM c) ");
    Ok(())
}

/// Adds how many recommendations count for which the condition holds.
fn counted(sql: &mut Sql, condition: &str) {
    sql.push(", count(*) FILTER (WHERE r.counts AND ").push(condition).push(")");
}

/// Feedback 환류 by group: raised, answered, on time, median days, delivered.
///
/// # Errors
/// Input, if a date is none; internal.
pub async fn feedback(reader: &Reader<'_>, args: &Args) -> Result<Value, Error> {
    let group = argument(args, "groupBy");
    let (table, ty) = match group {
        "TOPIC" => (Some("topic"), "Topic"),
        "REGION" => (Some("region"), "Region"),
        "SOURCE" => (None, ""),
        _ => (Some("institution"), "Institution"),
    };
    let mut sql = reader.sql();
    recommendations(reader, &mut sql, args)?;
    sql.push("SELECT ").push(if table.is_some() {
        "g.code, g.name_ko, g.name_en"
    } else {
        "r.k, NULL, NULL"
    });
    counted(&mut sql, "TRUE");
    sql.push(", CAST(sum(r.items) AS bigint)");
    for condition in [
        "r.answered_on IS NOT NULL",
        // An answer known to the month or year of its due date may be in time or late: it is not counted.
        "(r.answered_on = r.due_on OR r.answered_on < substr(r.due_on, 1, length(r.answered_on)))",
        "(r.answered_on = r.due_on OR r.answered_on <> substr(r.due_on, 1, length(r.answered_on)))",
        "r.status = 'DELIVERED'",
        "r.has_effect",
        &format!(
            "r.status IN ('{}', '{}') AND r.awaited_on < '{}'",
            WAITING[0].code(),
            WAITING[1].code(),
            reader.today()
        ),
    ] {
        counted(&mut sql, condition);
    }
    sql.push(" FROM r");
    if let Some(table) = table {
        let target = reader.catalog.declared(ty)?;
        sql.push(" LEFT JOIN ").push(table).push(" g ON g.id = r.k AND ");
        scope::guard(reader, &mut sql, target, "g", None);
    }
    sql.push(" GROUP BY 1, 2, 3 HAVING sum(r.items) > 0 OR count(*) FILTER (WHERE r.counts) > 0 ORDER BY 4 DESC, 1");
    let found = rows(reader, sql).await?;

    let mut sql = reader.sql();
    recommendations(reader, &mut sql, args)?;
    sql.push("SELECT ").push(if table.is_some() { "g.code" } else { "r.k" });
    sql.push(", r.raised_on, r.answered_on, count(*) FROM r");
    if let Some(table) = table {
        sql.push(" LEFT JOIN ").push(table).push(" g ON g.id = r.k AND ");
        scope::seen(reader, &mut sql, ty, "g")?;
    }
    sql.push(" WHERE r.counts AND length(r.raised_on) = 10 AND length(r.answered_on) = 10 GROUP BY 1, 2, 3");
    let spans = spans(&rows(reader, sql).await?)?;

    let names = [
        "raised",
        "items",
        "answered",
        "answeredOnTime",
        "answeredWithDueDate",
        "delivered",
        "withEffect",
        "overdue",
    ];
    let mut totals = [0; 8];
    let mut shown = Vec::with_capacity(found.len());
    for found in &found {
        let key = row::text(found, 0)?;
        let label = row::text(found, 1)?.map(|ko| (ko, row::text(found, 2)));
        let mut entry = json!({
            "key": key,
            "label": match label { None => Value::Null, Some((ko, en)) => json!({ "ko": ko, "en": en? }) },
            "medianDays": median(spans.iter().filter(|(of, ..)| of.as_deref() == key)),
        });
        for (at, name) in names.iter().enumerate() {
            let value = row::integer(found, at + 3)?.unwrap_or(0);
            totals[at] += value;
            entry[*name] = value.into();
        }
        shown.push(entry);
    }
    let mut total = json!({ "key": null, "label": null, "medianDays": median(spans.iter()) });
    for (name, value) in names.iter().zip(totals) {
        total[*name] = value.into();
    }
    Ok(json!({
        "groupBy": group,
        "rows": shown,
        "total": total,
        "computedAt": row::show_instant(reader.now),
        "dataVersion": data_version(reader).await?,
    }))
}

/// Group, days, how often.
type Span = (Option<String>, i64, i64);

fn spans(rows: &[QueryResult]) -> Result<Vec<Span>, Error> {
    let mut spans = Vec::with_capacity(rows.len());
    for found in rows {
        let date = |at| Ok::<_, Error>(row::text(found, at)?.and_then(partial_date::first_day));
        if let (Some(raised), Some(answered)) = (date(1)?, date(2)?) {
            let key = row::text(found, 0)?.map(str::to_owned);
            spans.push((key, (answered - raised).num_days(), row::integer(found, 3)?.unwrap_or(0)));
        }
    }
    Ok(spans)
}

fn median<'a>(spans: impl Iterator<Item = &'a Span>) -> Option<f64> {
    let mut days: Vec<(i64, i64)> = spans.map(|(_, days, count)| (*days, *count)).collect();
    days.sort_unstable();
    let total: i64 = days.iter().map(|(_, count)| count).sum();
    let at = |place: i64| {
        let mut seen = 0;
        days.iter().find(|(_, count)| {
            seen += count;
            seen > place
        })
    };
    let (low, high) = (at((total - 1) / 2)?, at(total / 2)?);
    // Days are far below 2^52, so the sum of two is exact.
    #[expect(clippy::cast_precision_loss, reason = "days are small")]
    let middle = (low.0 + high.0) as f64 / 2.0;
    (total > 0).then_some(middle)
}

/// Published cases by group, small counts hidden from the public.
///
/// # Errors
/// Internal.
pub async fn adoption_cases(reader: &Reader<'_>, args: &Args) -> Result<Value, Error> {
    let case = reader.catalog.declared("AdoptionCase")?;
    let group = argument(args, "groupBy");
    let mut sql = reader.sql();
    let column = match group {
        "SIZE" => Some("size"),
        "STAGE" => Some("stage"),
        "TECHNOLOGY" => Some("technology"),
        "APPLICATION" => Some("application"),
        _ => None,
    };
    match column {
        Some(column) => {
            sql.push("SELECT ")
                .column("t", column)
                .push(", NULL, NULL, count(*) FROM adoption_case t");
        }
        None => {
            let (table, fk, up) = match group {
                "INDUSTRY" => ("industry", "industry_id", "parent_id"),
                _ => ("region", "region_id", "successor_id"),
            };
            let as_reported = group == "REGION" && argument(args, "regionBasis") != "CURRENT";
            let ty = if group == "INDUSTRY" { "Industry" } else { "Region" };
            // A group that the caller may not see counts under none.
            sql.push(
                "SELECT g.code, g.name_ko, g.name_en, count(*) FROM adoption_case t LEFT JOIN ",
            );
            sql.push(table).push(" o ON ").column("o", "id").push(" = ").column("t", fk);
            sql.push(" AND ");
            scope::seen(reader, &mut sql, ty, "o")?;
            if !as_reported {
                sql.push(" LEFT JOIN ").push(table).push(" n ON ").column("n", "id").push(" = ");
                sql.column("o", up).push(" AND ");
                scope::seen(reader, &mut sql, ty, "n")?;
            }
            sql.push(" LEFT JOIN ").push(table).push(" g ON g.id = ");
            sql.push(if as_reported { "o.id" } else { "coalesce(n.id, o.id)" });
        }
    }
    sql.push(" WHERE ");
    scope::guard(reader, &mut sql, case, "t", None);
    origin(&mut sql, "t", args);
    sql.push(" GROUP BY 1, 2, 3 ORDER BY 1");
    let found = rows(reader, sql).await?;
    let counts = found
        .iter()
        .map(|found| Ok(row::integer(found, 3)?.unwrap_or(0)))
        .collect::<Result<Vec<i64>, Error>>()?;
    let public = access::rows(reader.principal, Object::AdoptionCase) != Rows::All;
    let hidden = if public { suppression::hidden(&counts) } else { vec![false; counts.len()] };
    let total: i64 = counts.iter().sum();
    let mut shown = Vec::with_capacity(found.len());
    for ((found, count), hide) in found.iter().zip(&counts).zip(&hidden) {
        let label = match row::text(found, 1)? {
            None => Value::Null,
            Some(ko) => json!({ "ko": ko, "en": row::text(found, 2)? }),
        };
        shown.push(json!({
            "key": row::text(found, 0)?,
            "label": label,
            "count": if *hide { None } else { Some(count) },
            "isHidden": hide,
        }));
    }
    let small = public && (1..suppression::THRESHOLD).contains(&total);
    Ok(json!({
        "groupBy": group,
        "rows": shown,
        "total": if small { None } else { Some(total) },
        "computedAt": row::show_instant(reader.now),
        "dataVersion": data_version(reader).await?,
    }))
}
