//! Statistics of quarterly results 분기 실적: how complete what is expected is, accepted values, and targets with what
//! was reached. A value counts once it is accepted, a submission as it counted at an instant (`knownAt`).

use chrono::{DateTime, Utc};
use entity::indicator::Direction;
use entity::submission::SubmissionStatus;
use sea_orm::Iterable;
use serde_json::Value;

use crate::domain::completeness::{Completeness, completeness};
use crate::domain::quarter::{Quarter, seoul};
use crate::error::Error;
use crate::read::Reader;
use crate::read::model::{Arg, Args};
use crate::read::scope;
use crate::read::sql::Sql;
use crate::read::statistic::{NumberSource, Statistics, Unit, illustrative, origin};
use crate::read::weight;
use crate::service::results::{counting, known, known_at};

type Done = Result<(), Error>;

fn known_at_arg(description: &'static str) -> Arg {
    Arg::new("knownAt", "DateTime", description)
}

/// The instant that is asked for; none for now.
fn instant(reader: &Reader<'_>, args: &Args) -> Result<Option<DateTime<Utc>>, Error> {
    args.get("knownAt").filter(|at| !at.is_null()).map(|_| known_at(reader, args)).transpose()
}

fn always(_: &Reader<'_>, sql: &mut Sql, _: &str, _: &Args) -> Done {
    sql.push("TRUE");
    Ok(())
}

/// Completeness and timeliness of submissions.
pub fn of_submissions() -> Statistics {
    Statistics::of("submissionStatistics", "제출 통계. Completeness and timeliness of the submissions that the caller may see, each rate with its base: by institution and quarter, a grid.")
        .by("INSTITUTION", "institution", "제출 기관. Institution that reports.")
        .by_region("INSTITUTION_REGION", "institution.region", "소재지. Region of its seat.")
        .by("PROGRAMME", "programme", "사업. Programme.")
        .by_period("QUARTER", "quarter", Unit::Quarter, "분기. Quarter.")
        .by_period("HALF", "quarter", Unit::Half, "반기. Half of a year.")
        .by_period("YEAR", "quarter", Unit::Year, "연도. Year.")
        .by("STATUS", "status", "상태. Where it stands now.")
        .count("expected", always, "제출 대상. Submissions on the fixed lists: the base of each rate.")
        .count("submitted", is_submitted, "제출 수. Submitted, whatever has become of it since; a recalled one only once it is submitted again, unless it was returned before.")
        .count("onTime", is_on_time, "기한 내 제출. Of these, first submitted by the due date.")
        .count("late", |_, sql, _, _| put(sql, "s0.on_time_ = 0"), "지연 제출. Of these, first submitted later.")
        .count("accepted", is_accepted, "승인 수. Accepted or final.")
        .count("nil", |_, sql, _, _| put(sql, "s0.nil_ = 1"), "실적 없음 수. Reported that there is nothing to report.")
        .count("draft", |_, sql, _, _| stands(sql, Completeness::Draft), "작성 중 수. Being filled in, recalled ones included, and not overdue.")
        .count("returned", |_, sql, _, _| put(sql, "s0.returned_ = 1"), "반려 수. Returned, and not submitted again.")
        .count("missing", |_, sql, _, _| stands(sql, Completeness::Missing), "미제출 수. Not submitted, or recalled, and overdue or the quarter final.")
        .share("submittedRate", is_submitted, always, "제출률. Submitted, of those expected.")
        .share("onTimeRate", is_on_time, always, "기한 준수율. First submitted by the due date, of those expected.")
        .share("acceptedRate", is_accepted, always, "승인율. Accepted or final, of those expected.")
        .state("status")
        .only(was_expected)
        .derived(judged)
        .arg(known_at_arg("기준 시각. Submissions as they counted at this instant; now if left out."))
        .weight(weight::SERIES)
}

fn put(sql: &mut Sql, condition: &str) -> Done {
    sql.push("coalesce(").push(condition).push(", FALSE)");
    Ok(())
}

fn stands(sql: &mut Sql, judged: Completeness) -> Done {
    sql.push("s0.completeness_ = '").push(judged.code()).push("'");
    Ok(())
}

fn is_submitted(_: &Reader<'_>, sql: &mut Sql, _: &str, _: &Args) -> Done {
    put(sql, "s0.on_time_ IS NOT NULL")
}

fn is_on_time(_: &Reader<'_>, sql: &mut Sql, _: &str, _: &Args) -> Done {
    put(sql, "s0.on_time_ = 1")
}

fn is_accepted(_: &Reader<'_>, sql: &mut Sql, _: &str, _: &Args) -> Done {
    stands(sql, Completeness::Accepted)
}

/// Adds the condition that a submission was counted at the instant: whoever joined an opened quarter was not before.
fn was_expected(reader: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Done {
    sql.push("EXISTS (SELECT 1 FROM submission_tally y WHERE y.submission_id = ");
    sql.column(alias, "id").push(" AND ");
    known(sql, instant(reader, args)?);
    sql.push(")");
    Ok(())
}

/// Adds what counted of each submission at the instant.
fn judged(reader: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Done {
    let at = instant(reader, args)?;
    let today =
        at.map_or(reader.today(), |at| at.with_timezone(&seoul()).date_naive().min(reader.today()));
    for (value, name) in [
        ("CASE WHEN y.is_on_time THEN 1 WHEN NOT y.is_on_time THEN 0 END", "on_time_"),
        ("CASE WHEN y.is_nil THEN 1 ELSE 0 END", "nil_"),
        ("CASE WHEN y.status = 'RETURNED' THEN 1 ELSE 0 END", "returned_"),
    ] {
        sql.push(", (SELECT ").push(value);
        sql.push(" FROM submission_tally y WHERE y.submission_id = ").column(alias, "id");
        sql.push(" AND ");
        known(sql, at);
        sql.push(") AS ").push(name);
    }
    sql.push(", (SELECT CASE y.status || CASE WHEN y.is_on_time THEN '+' WHEN NOT y.is_on_time THEN '-' ELSE '' END || CASE WHEN y.due_on < ");
    sql.bind(today).push(" OR p.finalised_at ");
    match at {
        None => sql.push("IS NOT NULL"),
        Some(at) => sql.push("<= ").bind(at),
    };
    sql.push(" THEN '>' WHEN p.opens_on > ").bind(today).push(" THEN '<' ELSE '' END");
    // The rule of the domain, case by case.
    let later = today.succ_opt().unwrap_or(today);
    for status in SubmissionStatus::iter() {
        for (time, on_time) in [("", None), ("+", Some(true)), ("-", Some(false))] {
            for (day, is_over, opens_on) in
                [("", false, today), (">", true, today), ("<", false, later)]
            {
                let judged = completeness(status, on_time, is_over, opens_on, later, today);
                // Codes of our own enums: nothing to escape.
                sql.push(" WHEN '").push(status.code()).push(time).push(day).push("' THEN '");
                sql.push(judged.code()).push("'");
            }
        }
    }
    sql.push(" END FROM submission_tally y JOIN reporting_period p ON p.id = ");
    sql.column(alias, "period_id").push(" WHERE y.submission_id = ").column(alias, "id");
    sql.push(" AND ");
    known(sql, at);
    sql.push(") AS completeness_");
    Ok(())
}

/// Figures of accepted values.
pub fn of_values() -> Statistics {
    Statistics::of("valueStatistics", "실적 값 통계. Accepted values of the submissions that the caller may see: totals, or by REGION, SIZE or INDUSTRY the parts that were reported so.")
        .by("INSTITUTION", "institution", "제출 기관. Institution that reports.")
        .by_region("INSTITUTION_REGION", "institution.region", "소재지. Region of its seat.")
        .by("PROGRAMME", "submission.programme", "사업. Programme.")
        .by("INDICATOR", "indicator", "지표. Indicator, each revision by itself.")
        .by_period("QUARTER", "submission.quarter", Unit::Quarter, "분기. Quarter.")
        .by_period("HALF", "submission.quarter", Unit::Half, "반기. Half of a year.")
        .by_period("YEAR", "submission.quarter", Unit::Year, "연도. Year.")
        .by_region("REGION", "region", "지역. Region of the part.")
        .by("SIZE", "size", "기업 규모. Business size of the part.")
        .by_parent("INDUSTRY", "industry", "parent_id", "업종 대분류. KSIC section of the part.")
        .scaled("value", |_, sql, alias, _| { sql.column(alias, "scaled"); Ok(()) }, write_scale, "값. Values, each counted once, whatever its weight; `indicatorSeries` has the indicator's own figure. A sum only of an indicator whose values are summed. Where units meet there are no figures, and nothing to order by: name one indicator in `where`, or group by INDICATOR.")
        .scaled("change", write_change, write_scale, "증감. What each value is more than that of the same institution and cell in another quarter (`comparedWith`), across revisions of the indicator too as long as unit and decimal places are the same; values without one have none.")
        .distinct("institutions", "institution", "기관 수. Different institutions.")
        .only(is_counted)
        .arg(Arg::new("comparedWith", "Quarter", "비교 분기. Quarter that `change` compares with; the one before each value's own if left out."))
        .arg(known_at_arg("기준 시각. Values as they were accepted at this instant; now if left out."))
        .arg(illustrative())
        .weight(weight::SERIES)
}

/// Adds the decimal places of a row's indicator, how its values come together, and its unit.
fn write_scale(_: &Reader<'_>, sql: &mut Sql, alias: &str, _: &Args) -> Done {
    sql.push("(SELECT CAST(i.decimals AS text) || '|' || i.aggregation || '|' || i.unit FROM indicator i WHERE i.id = ");
    sql.column(alias, "indicator_id").push(")");
    Ok(())
}

/// Adds the condition that value `v` is in revision `r`.
fn in_revision(sql: &mut Sql, value: &str) {
    sql.column(value, "first_revision").push(" <= r.number AND (").column(value, "last_revision");
    sql.push(" IS NULL OR ").column(value, "last_revision").push(" >= r.number)");
}

/// Adds the condition that a value is accepted, and a total, or a part of the kinds that are asked for.
fn is_counted(reader: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Done {
    let asked =
        args.get("groupBy").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    sql.column(alias, "scaled").push(" IS NOT NULL");
    let is_asked = |name: &str| asked.iter().any(|one| one.as_str() == Some(name));
    sql.push(" AND ").column(alias, "size");
    sql.push(if is_asked("SIZE") { " IS NOT NULL" } else { " IS NULL" });
    // What the caller does not see is none to the caller.
    for (column, name, ty, table) in [
        ("region_id", "REGION", "Region", "region"),
        ("industry_id", "INDUSTRY", "Industry", "industry"),
    ] {
        let inner = sql.alias();
        sql.push(if is_asked(name) { " AND EXISTS" } else { " AND NOT EXISTS" });
        sql.push(" (SELECT 1 FROM ").push(table).push(" ").push(&inner).push(" WHERE ");
        sql.column(&inner, "id").push(" = ").column(alias, column).push(" AND ");
        scope::seen(reader, sql, ty, &inner)?;
        sql.push(")");
    }
    sql.push(" AND EXISTS (SELECT 1 FROM submission s");
    counting(sql, known_at(reader, args)?);
    sql.push(" WHERE s.id = ").column(alias, "submission_id").push(" AND ");
    in_revision(sql, alias);
    sql.push(" AND ");
    origin(sql, "s", args);
    sql.push(")");
    Ok(())
}

/// Adds what a value is more than the same cell's in another quarter, in the same unit. Differences stay within 64
/// bits.
fn write_change(reader: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Done {
    const WITHIN: &str = " BETWEEN -4611686018427387904 AND 4611686018427387903";
    sql.push("CASE WHEN ").column(alias, "scaled").push(WITHIN).push(" THEN ");
    sql.column(alias, "scaled").push(" - (SELECT max(w.scaled) FROM submission o JOIN submission s ON s.institution_id = o.institution_id AND s.programme_id = o.programme_id AND s.quarter = ");
    match args.get("comparedWith").and_then(Value::as_str) {
        Some(quarter) => {
            let known = Quarter::written(quarter).map(|quarter| quarter.to_string());
            sql.bind(known.unwrap_or_else(|| quarter.to_owned()))
        }
        None => sql.push("CASE WHEN substr(o.quarter, 7, 1) = '1' THEN CAST(CAST(substr(o.quarter, 1, 4) AS integer) - 1 AS text) || '-Q4' ELSE substr(o.quarter, 1, 6) || CAST(CAST(substr(o.quarter, 7, 1) AS integer) - 1 AS text) END"),
    };
    counting(sql, known_at(reader, args)?);
    sql.push(" JOIN submission_value w ON w.submission_id = s.id AND w.cell = ")
        .column(alias, "cell");
    sql.push(" AND ");
    in_revision(sql, "w");
    sql.push(" JOIN indicator j ON j.id = w.indicator_id JOIN indicator i ON i.id = ");
    sql.column(alias, "indicator_id");
    sql.push(" AND i.decimals = j.decimals AND i.unit = j.unit WHERE o.id = ");
    sql.column(alias, "submission_id").push(" AND w.scaled").push(WITHIN).push(" AND ");
    origin(sql, "s", args);
    sql.push(" AND ");
    scope::seen(reader, sql, "Submission", "s")?;
    sql.push(") END");
    Ok(())
}

/// Targets of institutions, with what was reached.
pub fn of_targets() -> Statistics {
    Statistics::of("targetStatistics", "목표 통계. Targets that were set for institutions (none is set for a part, so there are none by its region, size or industry), with their accepted results as far as the caller may see them. Of one that was set under several revisions of an indicator the newest counts.")
        .by("INSTITUTION", "institution", "기관. Institution.")
        .by_region("INSTITUTION_REGION", "institution.region", "소재지. Region of its seat.")
        .by("PROGRAMME", "indicator.programme", "사업. Programme.")
        .by("INDICATOR", "indicator", "지표. Indicator, each revision by itself.")
        .by_period("QUARTER", "quarter", Unit::Quarter, "분기. Quarter.")
        .by_period("HALF", "quarter", Unit::Half, "반기. Half of a year.")
        .by_period("YEAR", "quarter", Unit::Year, "연도. Year.")
        .scaled("target", |_, sql, _, _| { sql.push("s0.scaled"); Ok(()) }, write_scale, "목표값. Targets.")
        .scaled("result", |_, sql, _, _| { sql.push("s0.result_"); Ok(()) }, write_scale, "실적값. Results, where they are accepted.")
        .scaled("targetOfResult", |_, sql, _, _| { sql.push("CASE WHEN s0.result_ IS NOT NULL THEN s0.scaled END"); Ok(()) }, write_scale, "실적 있는 목표값. Targets of those that have a result: what `result` is to be compared with.")
        .number("achievement", NumberSource::Written(achieved), (1, "percent"), "달성률(%). Result in percent of the target, to one decimal; a target of zero has none.")
        .share("met", is_met, is_judged, "달성 비율. Targets that were met, of those with a result; an indicator that is neither better higher nor lower has none.")
        .only(is_of_institution)
        .derived(results_of)
        .weight(weight::SERIES)
}

/// Adds the condition that a target is an institution's, and that no newer revision of the indicator has another.
fn is_of_institution(reader: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Done {
    // One whose institution the caller does not see is nobody's to the caller.
    sql.push("EXISTS (SELECT 1 FROM institution n WHERE n.id = ").column(alias, "institution_id");
    sql.push(" AND ");
    scope::seen(reader, sql, "Institution", "n")?;
    sql.push(") AND NOT EXISTS (SELECT 1 FROM indicator i JOIN indicator j ON j.programme_id = i.programme_id AND j.code = i.code AND j.revision > i.revision JOIN target u ON u.indicator_id = j.id WHERE i.id = ");
    sql.column(alias, "indicator_id")
        .push(" AND u.institution_id = ")
        .column(alias, "institution_id");
    sql.push(" AND u.quarter = ").column(alias, "quarter").push(" AND ");
    origin(sql, "u", args);
    sql.push(" AND ");
    scope::seen(reader, sql, "Target", "u")?;
    sql.push(")");
    Ok(())
}

/// Adds the accepted result of each target, in its unit.
fn results_of(reader: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Done {
    sql.push(", (SELECT max(v.scaled) FROM indicator i JOIN submission s ON s.programme_id = i.programme_id AND s.institution_id = ");
    sql.column(alias, "institution_id").push(" AND s.quarter = ").column(alias, "quarter");
    counting(sql, reader.now);
    sql.push(" JOIN submission_value v ON v.submission_id = s.id AND v.cell = i.code AND ");
    in_revision(sql, "v");
    sql.push(" JOIN indicator j ON j.id = v.indicator_id AND j.decimals = i.decimals AND j.unit = i.unit WHERE i.id = ");
    sql.column(alias, "indicator_id").push(" AND ");
    origin(sql, "s", args);
    sql.push(" AND ");
    scope::seen(reader, sql, "Submission", "s")?;
    sql.push(") AS result_, (SELECT i.direction FROM indicator i WHERE i.id = ");
    sql.column(alias, "indicator_id").push(") AS direction_");
    Ok(())
}

fn achieved(_: &Reader<'_>, sql: &mut Sql, _: &str, _: &Args) -> Done {
    sql.push("CASE WHEN s0.scaled <> 0 THEN CAST(s0.result_ AS double precision) * 100 / CAST(s0.scaled AS double precision) END");
    Ok(())
}

fn is_judged(_: &Reader<'_>, sql: &mut Sql, _: &str, _: &Args) -> Done {
    sql.push("(s0.result_ IS NOT NULL AND s0.direction_ <> '");
    sql.push(Direction::Neutral.code()).push("')");
    Ok(())
}

fn is_met(_: &Reader<'_>, sql: &mut Sql, _: &str, _: &Args) -> Done {
    sql.push("CASE WHEN s0.direction_ = '").push(Direction::LowerIsBetter.code());
    sql.push("' THEN s0.result_ <= s0.scaled ELSE s0.result_ >= s0.scaled END");
    Ok(())
}
