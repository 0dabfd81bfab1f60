//! Published figures.

use entity::observation::ObservationKind;

use crate::read::model::{Guard, Type};

/// The types declared here.
pub fn types() -> Vec<Type> {
    vec![observation()]
}

fn observation() -> Type {
    use entity::observation::Column as C;
    Type::fact::<entity::observation::Entity>(
        "Observation",
        *b"OB",
        Guard::Public,
        "통계·수치. A published figure with unit, period, population and source.",
    )
    .owned(&[C::InstitutionId])
    .column("code", C::Code, "수치 키. Stable key.")
    .localized("title", C::TitleKo, C::TitleEn, "제목. What is measured.")
    .choice("kind", C::Kind, ObservationKind::CHOICE, "성격. Observed, forecast, target or limit.")
    .column("value", C::Value, "값. Number in `unit`; null where the source gives words only.")
    .krw("amount", C::Amount, "금액(원). Exact amount in KRW, for money.")
    .column("valueText", C::ValueText, "표기. The figure as printed.")
    .localized("unit", C::UnitKo, C::UnitEn, "단위. Unit.")
    .partial_date("periodStartsOn", C::PeriodStart, "기간 시작. Start of the period, or the date.")
    .partial_date("periodEndsOn", C::PeriodEnd, "기간 끝. End of the period.")
    .localized(
        "population",
        C::PopulationKo,
        C::PopulationEn,
        "모집단·대상. Whom or what it covers.",
    )
    .localized(
        "sourceName",
        C::SourceNameKo,
        C::SourceNameEn,
        "수치 출처. Origin of the figure as the document names it.",
    )
    .localized("note", C::NoteKo, C::NoteEn, "비고. Note.")
    .one("institution", C::InstitutionId, "Institution", "기관. Institution it is about.")
    .one("body", C::BodyId, "Body", "협의체. Body it is about.")
    .one("meeting", C::MeetingId, "Meeting", "회의. Meeting it is about.")
    .one("topic", C::TopicId, "Topic", "주제. Topic.")
    .one("region", C::RegionId, "Region", "지역. Region.")
    .one("plan", C::PlanId, "PolicyPlan", "계획. Plan.")
    .one("task", C::TaskId, "PolicyTask", "과제. Task.")
    .sorted(&["code"])
    .orderable("CODE", "code")
    .searchable_by(&["institution"])
    .list("observations")
    .lookup("observation", "code")
    .unfiltered(&["valueText", "population", "note"])
}
