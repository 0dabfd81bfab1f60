//! Topics: sectors, themes and subject headings.

use entity::topic::TopicKind;

use crate::read::model::{Guard, Through, Type};

/// The types declared here.
pub fn types() -> Vec<Type> {
    vec![topic()]
}

fn topic() -> Type {
    use entity::topic::Column as C;
    Type::fact::<entity::topic::Entity>(
        "Topic",
        *b"TP",
        Guard::Public,
        "주제. Industry sector, policy theme or subject heading.",
    )
    .column("code", C::Code, "주제 키. Stable key.")
    .localized("name", C::NameKo, C::NameEn, "주제명. Name.")
    .choice("kind", C::Kind, TopicKind::CHOICE, "구분. Kind of topic.")
    .many(
        "recommendations",
        entity::recommendation::Column::TopicId,
        "Recommendation",
        &["code"],
        "건의. Recommendations on the topic.",
    )
    .many(
        "barriers",
        entity::barrier::Column::TopicId,
        "Barrier",
        &["position"],
        "애로. Barriers in the topic.",
    )
    .many(
        "activities",
        entity::activity::Column::TopicId,
        "Activity",
        &["position"],
        "기관 활동. Activities on the topic.",
    )
    .many(
        "tasks",
        entity::policy_task::Column::TopicId,
        "PolicyTask",
        &["code"],
        "과제. Policy tasks on the topic.",
    )
    .many(
        "observations",
        entity::observation::Column::TopicId,
        "Observation",
        &["code"],
        "수치. Published figures on the topic.",
    )
    .through(
        "meetings",
        Through { table: "meeting_topic", parent: "topic_id", target: "meeting_id" },
        "Meeting",
        &["-held_on"],
        "회의. Meetings on the topic.",
    )
    .through(
        "statements",
        Through { table: "statement_topic", parent: "topic_id", target: "statement_id" },
        "Statement",
        &["position"],
        "발언. Statements on the topic.",
    )
    .through(
        "documents",
        Through { table: "document_topic", parent: "topic_id", target: "document_id" },
        "Document",
        &["-published_on"],
        "자료. Documents on the topic.",
    )
    .through(
        "plans",
        Through { table: "plan_topic", parent: "topic_id", target: "plan_id" },
        "PolicyPlan",
        &["code"],
        "계획. Plans that name the topic.",
    )
    .through(
        "namedInTasks",
        Through { table: "task_topic", parent: "topic_id", target: "task_id" },
        "PolicyTask",
        &["code"],
        "거론한 과제. Policy tasks that name the topic among others.",
    )
    .sorted(&["code"])
    .orderable("CODE", "code")
    .orderable("NAME", "name_ko")
    .searchable()
    .list("topics")
    .lookup("topic", "code")
}
