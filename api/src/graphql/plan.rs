//! Policy plans, their tasks and milestones.

use entity::policy_plan::{PlanKind, PlanStatus};
use entity::policy_task::TaskKind;

use crate::read::model::{Guard, Type};

/// The types declared here.
pub fn types() -> Vec<Type> {
    vec![policy_plan(), policy_task(), milestone()]
}

fn policy_plan() -> Type {
    use entity::policy_plan::Column as C;
    Type::fact::<entity::policy_plan::Entity>(
        "PolicyPlan",
        *b"PP",
        Guard::Public,
        "대책·계획. Plan or package of measures and the mandate it follows.",
    )
    .owned(&[C::OwnerId])
    .column("code", C::Code, "계획 키. Stable key.")
    .localized("title", C::TitleKo, C::TitleEn, "제목. Title.")
    .column("tentative", C::Tentative, "가칭 여부. Whether the title is tentative (가칭).")
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
    .sorted(&["code"])
    .orderable("CODE", "code")
    .searchable_by(&["owner"])
    .list("policyPlans")
    .lookup("policyPlan", "code")
}

fn policy_task() -> Type {
    use entity::policy_task::Column as C;
    Type::fact::<entity::policy_task::Entity>(
        "PolicyTask",
        *b"PT",
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
    .partial_date("due", C::Due, "기한. Due.")
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
    .sorted(&["code"])
    .orderable("CODE", "code")
    .searchable_by(&["owner"])
    .list("policyTasks")
    .lookup("policyTask", "code")
}

fn milestone() -> Type {
    use entity::milestone::Column as C;
    Type::fact::<entity::milestone::Entity>(
        "Milestone",
        *b"ML",
        Guard::Via { fk: "task_id", parent: "PolicyTask" },
        "이정표. Milestone of a task.",
    )
    .one("task", C::TaskId, "PolicyTask", "과제. Task.")
    .column("position", C::Position, "순서. Order.")
    .localized("title", C::TitleKo, C::TitleEn, "제목. Title.")
    .partial_date("due", C::Due, "예정. Due.")
    .partial_date("reachedOn", C::ReachedOn, "달성. Reached.")
    .sorted(&["position"])
    .searchable()
}
