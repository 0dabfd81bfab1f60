//! Statements made in meetings and in public.

use crate::read::model::{Guard, Through, Type};

/// The types declared here.
pub fn types() -> Vec<Type> {
    vec![statement()]
}

fn statement() -> Type {
    use entity::statement::Column as C;
    Type::fact::<entity::statement::Entity>(
        "Statement",
        *b"ST",
        Guard::Between(&[("meeting_id", "Meeting")]),
        "발언. What somebody said, summarised in our words, with the affiliation of that time.",
    )
    .owned(&[C::InstitutionId])
    .column("code", C::Code, "발언 키. Stable key.")
    .one("meeting", C::MeetingId, "Meeting", "회의. Meeting, if said in one.")
    .one("agendaItem", C::AgendaItemId, "AgendaItem", "안건. Agenda item it belongs to.")
    .column("position", C::Position, "순서. Order in the source.")
    .one("person", C::PersonId, "Person", "발언자. Speaker.")
    .one(
        "institution",
        C::InstitutionId,
        "Institution",
        "소속 기관. Affiliation of the speaker, or the institution speaking.",
    )
    .party(
        "speaker",
        C::PersonId,
        C::InstitutionId,
        "발언 주체. Speaking person, or institution where no person is named.",
    )
    .localized(
        "speakerGroup",
        C::SpeakerGroupKo,
        C::SpeakerGroupEn,
        "발언 집단. Speaking group, where no name is given.",
    )
    .localized("post", C::PostKo, C::PostEn, "직위. Post title at that time.")
    .localized("summary", C::SummaryKo, C::SummaryEn, "요지. What was said, in our words.")
    .partial_date("madeOn", C::MadeOn, "발언일. Date.")
    .many(
        "recommendations",
        entity::recommendation::Column::StatementId,
        "Recommendation",
        &["code"],
        "건의. Recommendations that arose from it.",
    )
    .many(
        "barriers",
        entity::barrier::Column::StatementId,
        "Barrier",
        &["position"],
        "애로. Barriers it names.",
    )
    .through(
        "topics",
        Through { table: "statement_topic", parent: "statement_id", target: "topic_id" },
        "Topic",
        &["code"],
        "주제. Topics.",
    )
    .sorted(&["position"])
    .orderable("POSITION", "position")
    .orderable("CODE", "code")
    .searchable_by(&["person", "institution"])
    .list("statements")
    .unfiltered(&["summary"])
}
