//! Policy plans, their tasks and milestones.

use entity::policy_plan::{PlanKind, PlanStatus};
use entity::policy_task::TaskKind;

use serde_json::Value;

use crate::domain::partial_date;
use crate::error::Error;
use crate::input::Tagged;
use crate::read::Reader;
use crate::read::model::{Args, Column, Filter, Guard, Scalar, Source, Through, Type};
use crate::read::partial_date::is_past;
use crate::read::sql::Sql;

/// The types declared here.
pub fn types() -> Vec<Type> {
    vec![policy_plan(), policy_task(), milestone()]
}

fn policy_plan() -> Type {
    use entity::policy_plan::Column as C;
    Type::fact::<entity::policy_plan::Entity>(
        "PolicyPlan",
        entity::policy_plan::Entity::TAG,
        Guard::Public,
        "대책·계획. Plan or package of measures and the mandate it follows.",
    )
    .owned(&[C::OwnerId])
    .column("code", C::Code, "계획 키. Stable key.")
    .localized("title", C::TitleKo, C::TitleEn, "제목. Title.")
    .column("isTentative", C::Tentative, "가칭 여부. Whether the title is tentative (가칭).")
    .choice("kind", C::Kind, PlanKind::CHOICE, "유형. Kind.")
    .choice("status", C::Status, PlanStatus::CHOICE, "상태. Status.")
    .localized("summary", C::SummaryKo, C::SummaryEn, "내용. Content in our words.")
    .one("owner", C::OwnerId, "Institution", "주관 기관. Owner.")
    .one("mandate", C::MandateId, "PolicyPlan", "근거 계획. Plan whose recommendation it follows.")
    .one(
        "mandateInstitution",
        C::MandateInstitutionId,
        "Institution",
        "권고 기관. Institution that gave the mandate.",
    )
    .localized(
        "mandateNote",
        C::MandateNoteKo,
        C::MandateNoteEn,
        "근거 설명. How the mandate came about.",
    )
    .partial_date("startsOn", C::StartsOn, "착수·발표. Begun or announced.")
    .partial_date("endsOn", C::EndsOn, "종료. End.")
    .many("tasks", entity::policy_task::Column::PlanId, "PolicyTask", &["code"], "과제. Tasks.")
    .many(
        "followUps",
        entity::policy_plan::Column::MandateId,
        "PolicyPlan",
        &["code"],
        "후속 계획. Plans that follow its recommendations.",
    )
    .many(
        "recommendations",
        entity::recommendation::Column::PlanId,
        "Recommendation",
        &["code"],
        "권고. Recommendations it carries.",
    )
    .many(
        "observations",
        entity::observation::Column::PlanId,
        "Observation",
        &["code"],
        "수치. Published figures about it.",
    )
    .many(
        "considerations",
        entity::consideration::Column::PlanId,
        "Consideration",
        &["position"],
        "논의 이력. Who dealt with it or works on it, in which meeting, how and when.",
    )
    .through(
        "topics",
        Through { table: "plan_topic", parent: "plan_id", target: "topic_id" },
        "Topic",
        &["code"],
        "주제. Topics that it names.",
    )
    .sorted(&["code"])
    .orderable("CODE", "code")
    .searchable_by(&["owner"])
    .list("policyPlans")
    .lookup("policyPlan", "code")
    .unfiltered(&["summary", "mandateNote"])
}

fn policy_task() -> Type {
    use entity::policy_task::Column as C;
    Type::fact::<entity::policy_task::Entity>(
        "PolicyTask",
        entity::policy_task::Entity::TAG,
        Guard::Public,
        "과제. Task, support programme, project or target with owner and due date.",
    )
    .owned(&[C::OwnerId])
    .column("code", C::Code, "과제 키. Stable key.")
    .one("plan", C::PlanId, "PolicyPlan", "계획. Plan it belongs to.")
    .choice("kind", C::Kind, TaskKind::CHOICE, "유형. Kind.")
    .localized("title", C::TitleKo, C::TitleEn, "제목. Title.")
    .localized("summary", C::SummaryKo, C::SummaryEn, "내용. Content in our words.")
    .choice("status", C::Status, PlanStatus::CHOICE, "상태. Status.")
    .one("owner", C::OwnerId, "Institution", "담당 기관. Owner.")
    .one("topic", C::TopicId, "Topic", "분야. Topic.")
    .partial_date("dueOn", C::Due, "기한. Due.")
    .krw(
        "supportCeiling",
        C::SupportCeiling,
        "지원 한도(원). Most that one company gets, in KRW; null where none is told.",
    )
    .computed(
        "isOverdue",
        "Boolean!",
        vec![
            Column { source: Source::Column("due"), scalar: Scalar::PartialDate },
            Column { source: Source::Column("status"), scalar: Scalar::Choice(PlanStatus::CHOICE) },
        ],
        is_task_overdue,
        "기한 경과 여부. Whether it is due and not on record as completed; a month or year is past once it is over.",
    )
    .many(
        "milestones",
        entity::milestone::Column::TaskId,
        "Milestone",
        &["position"],
        "이정표. Milestones.",
    )
    .many(
        "observations",
        entity::observation::Column::TaskId,
        "Observation",
        &["code"],
        "수치. Published figures about it.",
    )
    .many(
        "considerations",
        entity::consideration::Column::TaskId,
        "Consideration",
        &["position"],
        "논의 이력. Who dealt with it or works on it, in which meeting, how and when.",
    )
    .through(
        "topics",
        Through { table: "task_topic", parent: "task_id", target: "topic_id" },
        "Topic",
        &["code"],
        "거론된 주제. Topics that it names, beside `topic`.",
    )
    .through(
        "regions",
        Through { table: "task_region", parent: "task_id", target: "region_id" },
        "Region",
        &["code"],
        "지역. Regions that it is for; none where it is for all.",
    )
    .through(
        "industries",
        Through { table: "task_industry", parent: "task_id", target: "industry_id" },
        "Industry",
        &["code"],
        "업종. Industries (KSIC) that it is for; none where it is for all.",
    )
    .filter(Filter {
        name: "isOverdue",
        ty: "Boolean",
        description: "기한 경과 여부. Whether it is due and not on record as completed.",
        condition: task_overdue,
    })
    .sorted(&["code"])
    .orderable("CODE", "code")
    .searchable_by(&["owner"])
    .list("policyTasks")
    .lookup("policyTask", "code")
    .unfiltered(&["summary"])
}

fn milestone() -> Type {
    use entity::milestone::Column as C;
    Type::fact::<entity::milestone::Entity>(
        "Milestone",
        entity::milestone::Entity::TAG,
        Guard::Via { fk: "task_id", parent: "PolicyTask" },
        "이정표. Milestone of a task.",
    )
    .one("task", C::TaskId, "PolicyTask", "과제. Task.")
    .column("position", C::Position, "순서. Order.")
    .localized("title", C::TitleKo, C::TitleEn, "제목. Title.")
    .partial_date("dueOn", C::Due, "예정. Due.")
    .partial_date("reachedOn", C::ReachedOn, "달성. Reached.")
    .computed(
        "isOverdue",
        "Boolean!",
        vec![
            Column { source: Source::Column("due"), scalar: Scalar::PartialDate },
            Column { source: Source::Column("reached_on"), scalar: Scalar::PartialDate },
        ],
        is_milestone_overdue,
        "기한 경과 여부. Whether it is due and not on record as reached; a month or year is past once it is over.",
    )
    .filter(Filter {
        name: "isOverdue",
        ty: "Boolean",
        description: "기한 경과 여부. Whether it is due and not on record as reached.",
        condition: milestone_overdue,
    })
    .sorted(&["position"])
    .searchable()
}

fn is_due(reader: &Reader<'_>, due: Option<&Value>) -> bool {
    due.and_then(Value::as_str).is_some_and(|due| partial_date::is_past(due, reader.today()))
}

fn is_task_overdue(reader: &Reader<'_>, values: &[Value], _: &Args) -> Result<Value, Error> {
    let is_done = values.get(1).and_then(Value::as_str) == Some(PlanStatus::Completed.code());
    Ok((!is_done && is_due(reader, values.first())).into())
}

fn is_milestone_overdue(reader: &Reader<'_>, values: &[Value], _: &Args) -> Result<Value, Error> {
    let is_reached = values.get(1).is_some_and(Value::is_string);
    Ok((!is_reached && is_due(reader, values.first())).into())
}

/// Adds the condition that a row is due, or not; rows without a date are not.
fn overdue(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    args: &Args,
    is_open: impl FnOnce(&mut Sql),
) {
    let wanted = args.get("value").and_then(Value::as_bool) != Some(false);
    sql.push("((");
    is_past(sql, alias, "due", reader.today());
    sql.push(" AND ");
    is_open(sql);
    sql.push(if wanted { "))" } else { ") IS NOT TRUE)" });
}

fn task_overdue(reader: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Result<(), Error> {
    overdue(reader, sql, alias, args, |sql| {
        sql.column(alias, "status").push(" <> ").bind(PlanStatus::Completed.code());
    });
    Ok(())
}

fn milestone_overdue(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    args: &Args,
) -> Result<(), Error> {
    overdue(reader, sql, alias, args, |sql| {
        sql.column(alias, "reached_on").push(" IS NULL");
    });
    Ok(())
}
