//! Feedback statistics 환류 통계: how recommendations were answered and delivered, and what came of them. Each
//! counts once: a published total by its items on record, one raised again by the first.

use crate::domain::recommendation::WAITING;
use crate::error::Error;
use crate::read::Reader;
use crate::read::model::{Args, Type};
use crate::read::scope;
use crate::read::sql::Sql;
use crate::read::statistic::{NumberSource, Statistics, origin, write_days};

/// What is declared of them.
pub fn statistics() -> Statistics {
    Statistics::of("feedbackStatistics", "환류 통계. How recommendations were answered and delivered, and what came of them. Measures count each once: a published total by those of its items that are on record, one raised again (SAME_AS, REPEATS) by the first; `count` counts rows.")
        .by("ADDRESSEE", "addressee", "소관 기관. Institution addressed now.")
        .by("INSTITUTION", "institution", "제기 기관. Institution that raised it.")
        .by("SECTOR", "institution.sector", "산·학·연·관. Side of the institution that raised it.")
        .by("TOPIC", "topic", "분야. Topic.")
        .by("BARRIER", "barrier.kind", "애로 유형. Kind of the barrier that it answers.")
        .by_region("REGION", "region", "지역. Region.")
        .by("SOURCE", "source", "건의 경로. How it arose.")
        .by("STATUS", "status", "상태. Where it stands.")
        .by("CONSULTATION_STAGE", "consultationStage", "상담 단계. Stage at the intake desk.")
        .by("DISPOSITION", "answers.disposition", "처리 결과. Dispositions of its answers; one counts once under each.")
        .by("EFFECT", "effects.kind", "성과 종류. Kinds of its effects; one counts once under each.")
        .by("MEETING", "meeting", "회의. Meeting it was raised in.")
        .by("BODY", "meeting.body", "협의체. Body whose meeting it was raised in.")
        .by_date(["RAISED_MONTH", "RAISED_QUARTER", "RAISED_HALF", "RAISED_YEAR"], "raisedOn", "제기일. Date raised.")
        .by_date(["DUE_MONTH", "DUE_QUARTER", "DUE_HALF", "DUE_YEAR"], "dueOn", "회신 기한. Date by which the answer is due.")
        .count("raised", raised, "건의 수. Recommendations on record, each once.")
        .amount("items", NumberSource::Written(items), "건", "과제 건수. Items they stand for; of a published total, those not on record by themselves count under it. One that stands for none has no value.")
        .count("answered", answered, "회신 수. Recommendations answered; a withdrawal answers nothing.")
        .share("answeredOnTime", on_time, with_due_date, "기한 내 회신 비율. Answers by the due date that the first had to meet, of those with a due date of which it is known whether they met it.")
        .number("daysToAnswer", NumberSource::Written(|_, sql, _, _| days(sql, "s0.answered_on_")), (0, "days"), "회신 소요 일수. Days from raising to the first answer, where both are dated to the day.")
        .count("delivered", |reader, sql, alias, args| held(reader, sql, alias, args, "s0.status = 'DELIVERED'"), "이행 완료 수. Recommendations delivered.")
        .number("daysToDelivery", NumberSource::Written(|_, sql, _, _| days(sql, "s0.delivered_on_")), (0, "days"), "이행 소요 일수. Days from raising to the first report of full delivery.")
        .count("withEffect", |reader, sql, alias, args| held(reader, sql, alias, args, "s0.has_effect_"), "성과 있는 건의 수. Recommendations with an effect on record.")
        .number("daysToEffect", NumberSource::Written(|_, sql, _, _| days(sql, "s0.effect_on_")), (0, "days"), "성과 소요 일수. Days from raising to the first effect that is dated to the day.")
        .count("overdue", overdue, "기한 경과 수. Recommendations whose answer is due and not given.")
        .state("status")
        .table(again)
        .derived(derived)
}

type Done = Result<(), Error>;

/// Adds what is computed once for each recommendation.
fn derived(reader: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Done {
    let declared = |name| reader.catalog.declared(name);
    let (recommendation, relation, answer, effect, delivery) = (
        declared("Recommendation")?,
        declared("RecommendationRelation")?,
        declared("RecommendationAnswer")?,
        declared("Effect")?,
        declared("RecommendationDelivery")?,
    );
    let below = |sql: &mut Sql, ty: &Type, inner: &str| {
        sql.column(inner, "recommendation_id").push(" = ").column(alias, "id").push(" AND ");
        scope::guard(reader, sql, ty, inner, Some("recommendation_id"));
    };
    // The first answer counts, by the due date that it had to meet: another assignment makes none late or on time.
    // What a source tells has the recommendation's alone, and a withdrawal answers nothing.
    let due = format!(
        "CASE WHEN a.recorded_by_id IS NULL THEN CAST({alias}.due_on AS text) ELSE CAST(a.due_on AS text) END"
    );
    for (column, name) in [("a.answered_on", "answered_on_"), (&*due, "answer_due_on_")] {
        sql.push(", (SELECT ").push(column).push(" FROM recommendation_answer a WHERE a.answered_on IS NOT NULL AND a.disposition <> 'WITHDRAWN' AND ");
        below(sql, answer, "a");
        sql.push(" ORDER BY a.answered_on, a.position, a.id LIMIT 1) AS ").push(name);
    }
    sql.push(", EXISTS (SELECT 1 FROM effect e WHERE ");
    below(sql, effect, "e");
    sql.push(") AS has_effect_, (SELECT min(e.occurred_on) FROM effect e WHERE length(e.occurred_on) = 10 AND ");
    below(sql, effect, "e");
    sql.push(") AS effect_on_, (SELECT CAST(min(d.reported_on) AS text) FROM recommendation_delivery d WHERE d.is_completed AND ");
    below(sql, delivery, "d");
    sql.push(") AS delivered_on_");
    let other = |sql: &mut Sql| {
        scope::guard(reader, sql, relation, "p", Some("recommendation_id"));
        sql.push(" AND ");
        scope::guard(reader, sql, recommendation, "o", None);
        sql.push(" AND ");
        origin(sql, "o", args);
    };
    sql.push(", (SELECT sum(o.item_count) FROM recommendation_relation p JOIN recommendation o ON o.id = p.recommendation_id WHERE p.kind = 'PART_OF' AND p.other_id = ");
    sql.column(alias, "id").push(" AND ");
    other(sql);
    // What is the same as another, or repeats it, counts as that; of those that lead to one another, the first does.
    sql.push(") AS parts_, EXISTS (SELECT 1 FROM again_ g WHERE g.own = ");
    sql.column(alias, "id").push(" AND (g.other < g.own OR NOT EXISTS (SELECT 1 FROM again_ h WHERE h.own = g.other AND h.other = g.own))) AS is_again_");
    Ok(())
}

/// Adds the table of those that a recommendation leads to, step by step, as the same matter or one that it repeats.
fn again(reader: &Reader<'_>, sql: &mut Sql, _: &str, args: &Args) -> Done {
    let declared = |name| reader.catalog.declared(name);
    let (recommendation, relation) =
        (declared("Recommendation")?, declared("RecommendationRelation")?);
    sql.push("same_ AS (SELECT p.recommendation_id AS own, p.other_id AS other FROM recommendation_relation p JOIN recommendation o ON o.id = p.other_id WHERE p.kind IN ('SAME_AS', 'REPEATS') AND p.other_id <> p.recommendation_id AND ");
    scope::guard(reader, sql, relation, "p", None);
    sql.push(" AND ");
    scope::guard(reader, sql, recommendation, "o", None);
    sql.push(" AND ");
    origin(sql, "o", args);
    sql.push("), again_ AS (SELECT own, other FROM same_ UNION SELECT a.own, s.other FROM again_ a JOIN same_ s ON s.own = a.other)");
    Ok(())
}

/// Adds the condition that the recommendation counts, and another.
fn held(_: &Reader<'_>, sql: &mut Sql, _: &str, _: &Args, condition: &str) -> Done {
    sql.push("(NOT s0.is_again_ AND s0.parts_ IS NULL AND ").push(condition).push(")");
    Ok(())
}

fn raised(reader: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Done {
    held(reader, sql, alias, args, "TRUE")
}

fn items(_: &Reader<'_>, sql: &mut Sql, _: &str, _: &Args) -> Done {
    sql.push("CASE WHEN NOT s0.is_again_ AND s0.item_count > coalesce(s0.parts_, 0) THEN s0.item_count - coalesce(s0.parts_, 0) END");
    Ok(())
}

fn answered(reader: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Done {
    held(reader, sql, alias, args, "s0.answered_on_ IS NOT NULL")
}

/// An answer known to the month or year of its due date may be in time or late: it is not counted.
fn with_due_date(reader: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Done {
    held(
        reader,
        sql,
        alias,
        args,
        "(s0.answered_on_ = s0.answer_due_on_ OR s0.answered_on_ <> substr(s0.answer_due_on_, 1, length(s0.answered_on_)))",
    )
}

fn on_time(reader: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Done {
    held(
        reader,
        sql,
        alias,
        args,
        "(s0.answered_on_ = s0.answer_due_on_ OR s0.answered_on_ < substr(s0.answer_due_on_, 1, length(s0.answered_on_)))",
    )
}

/// Adds the days from raising, of a recommendation that counts.
fn days(sql: &mut Sql, to: &str) -> Done {
    sql.push("CASE WHEN NOT s0.is_again_ AND s0.parts_ IS NULL THEN ");
    write_days(sql, "s0.raised_on", to);
    sql.push(" END");
    Ok(())
}

fn overdue(reader: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Done {
    let condition = format!(
        "s0.status IN ('{}', '{}') AND CAST(s0.due_on AS text) < '{}'",
        WAITING[0].code(),
        WAITING[1].code(),
        reader.today()
    );
    held(reader, sql, alias, args, &condition)
}
