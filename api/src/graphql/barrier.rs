//! Barriers to AI adoption.

use entity::barrier::BarrierKind;

use crate::read::model::{Guard, Type};

/// The types declared here.
pub fn types() -> Vec<Type> {
    vec![barrier()]
}

fn barrier() -> Type {
    use entity::barrier::Column as C;
    Type::fact::<entity::barrier::Entity>(
        "Barrier",
        *b"BA",
        Guard::Public,
        "애로. A barrier to AI adoption or innovation that somebody raised or a study found.",
    )
    .owned(&[C::InstitutionId])
    .column("code", C::Code, "애로 키. Stable key.")
    .choice("kind", C::Kind, BarrierKind::CHOICE, "유형. Kind.")
    .localized("title", C::TitleKo, C::TitleEn, "제목. Short title.")
    .localized("summary", C::SummaryKo, C::SummaryEn, "내용. Content in our words.")
    .column("position", C::Position, "순서. Order in the source.")
    .one("topic", C::TopicId, "Topic", "분야. Sector or topic.")
    .one("meeting", C::MeetingId, "Meeting", "회의. Meeting it was raised in.")
    .one("statement", C::StatementId, "Statement", "발언. Statement naming it.")
    .one("institution", C::InstitutionId, "Institution", "제기 기관. Institution that raised it.")
    .localized("regulation", C::RegulationKo, C::RegulationEn, "관련 규제. Regulation concerned.")
    .partial_date("startedOn", C::Since, "시점. Since when.")
    .many(
        "recommendations",
        entity::recommendation::Column::BarrierId,
        "Recommendation",
        &["code"],
        "건의. Recommendations against it.",
    )
    .sorted(&["position"])
    .orderable("POSITION", "position")
    .orderable("CODE", "code")
    .searchable_by(&["institution"])
    .list("barriers")
}
