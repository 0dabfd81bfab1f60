//! The feedback loop 환류: recommendation, assignment, answer, effect.

use entity::common::Visibility;
use entity::effect::{DeliveryStatus, EffectKind};
use entity::recommendation::{ConsultationStage, RecommendationSource, RecommendationStatus};
use entity::recommendation_answer::Disposition;
use entity::recommendation_relation::RecommendationRelationKind;

use serde_json::Value;

use crate::domain::recommendation::WAITING;
use crate::error::Error;
use crate::read::Reader;
use crate::read::model::{Args, Column, Filter, Guard, Scalar, Source, Type};
use crate::read::sql::Sql;

/// The types declared here.
pub fn types() -> Vec<Type> {
    vec![
        recommendation(),
        recommendation_assignment(),
        recommendation_answer(),
        recommendation_delivery(),
        effect(),
        recommendation_relation(),
    ]
}

fn recommendation() -> Type {
    use entity::recommendation::Column as C;
    Type::fact::<entity::recommendation::Entity>("Recommendation", *b"RE", Guard::Public, "건의·개선과제. Something raised for the administration to act on, followed to its outcome (환류).")
        .owned(&[C::InstitutionId, C::AddresseeId, C::RecordedById])
        .column("code", C::Code, "건의 키. Stable key.")
        .localized("title", C::TitleKo, C::TitleEn, "제목. Short title.")
        .localized("summary", C::SummaryKo, C::SummaryEn, "내용. Content in our words.")
        .choice("source", C::Source, RecommendationSource::CHOICE, "경로. How it arose.")
        .choice("status", C::Status, RecommendationStatus::CHOICE, "상태. Where it stands.")
        .choice("consultationStage", C::ConsultationStage, ConsultationStage::CHOICE, "상담 단계. Stage at the intake desk, for a consultation (상담).")
        .column("itemCount", C::ItemCount, "건수. Number of items the row stands for, where a source gives only a total.")
        .partial_date("raisedOn", C::RaisedOn, "제기일. Date raised.")
        .column("dueOn", C::DueOn, "회신 기한. Answer due.")
        .one("meeting", C::MeetingId, "Meeting", "회의. Meeting it was raised in.")
        .one("agendaItem", C::AgendaItemId, "AgendaItem", "안건. Agenda item it arose from.")
        .one("statement", C::StatementId, "Statement", "발언. Statement it arose from.")
        .one("person", C::PersonId, "Person", "제기 인물. Person who raised it.")
        .one("institution", C::InstitutionId, "Institution", "제기 기관. Institution that raised it.")
        .party("raisedBy", C::PersonId, C::InstitutionId, "제기 주체. Person or institution that raised it.")
        .computed(
            "isOverdue",
            "Boolean!",
            vec![
                Column { source: Source::Column("due_on"), scalar: Scalar::Date },
                Column { source: Source::Column("status"), scalar: Scalar::Text },
            ],
            is_overdue,
            "기한 경과 여부. Whether the answer is due and not given.",
        )
        .localized("raisedByGroup", C::RaisedByGroupKo, C::RaisedByGroupEn, "제기 집단. Group that raised it.")
        .one("topic", C::TopicId, "Topic", "분야. Sector or topic.")
        .one("barrier", C::BarrierId, "Barrier", "애로. Barrier it answers.")
        .localized("regulation", C::RegulationKo, C::RegulationEn, "관련 규제. Regulation concerned.")
        .one("region", C::RegionId, "Region", "지역. Region it comes from.")
        .one("addressee", C::AddresseeId, "Institution", "소관 기관. Institution it is addressed to now.")
        .one("plan", C::PlanId, "PolicyPlan", "근거 계획. Plan that carries it, for one of an upstream committee.")
        .one("recordedBy", C::RecordedById, "Institution", "기록 기관. Institution that recorded it here; null of what a source tells.")
        .column("isOnBehalf", C::IsOnBehalf, "대리 등록 여부. Whether it was recorded on behalf of somebody without an account; null of what a source tells.")
        .column("evidenceNote", C::EvidenceNote, "근거. What shows that it was raised.")
        .one("evidence", C::EvidenceId, "Document", "근거 자료. Document that shows it.")
        .choice("visibility", C::Visibility, Visibility::CHOICE, "공개 범위. Who may see it: everybody, or whom it concerns and the operators.")
        .choice("delivery", C::Delivery, DeliveryStatus::CHOICE, "이행 상태. Light of the last report of delivery since it was assigned.")
        .many("assignments", entity::recommendation_assignment::Column::RecommendationId, "RecommendationAssignment", &["position"], "이관 이력. Addressees over time.")
        .many("answers", entity::recommendation_answer::Column::RecommendationId, "RecommendationAnswer", &["position"], "회신. Answers.")
        .many("deliveries", entity::recommendation_delivery::Column::RecommendationId, "RecommendationDelivery", &["position"], "이행 보고. Reports of delivery.")
        .many("effects", entity::effect::Column::RecommendationId, "Effect", &["position"], "성과. What came of it.")
        .many("relations", entity::recommendation_relation::Column::RecommendationId, "RecommendationRelation", &["position"], "관련 건의. Same or repeated recommendations.")
        .filter(Filter { name: "isOverdue", ty: "Boolean", description: "기한 경과 여부. Whether the answer is due and not given.", condition: overdue })
        .sorted(&["code"])
        .orderable("CODE", "code")
        .orderable("RAISED_ON", "raised_on")
        .searchable_by(&["addressee", "institution", "person"])
        .list("recommendations")
        .exported("recommendations", &["id", "code", "title.ko", "title.en", "summary.ko", "source", "status", "consultationStage", "itemCount", "raisedOn", "dueOn", "isOverdue", "meeting.code", "institution.code", "institution.name.ko", "raisedByGroup.ko", "topic.code", "topic.name.ko", "barrier.code", "regulation.ko", "region.code", "addressee.code", "addressee.name.ko", "delivery", "answers.disposition", "effects.kind", "visibility", "origin", "version", "updatedAt"])
        .lookup("recommendation", "code")
        .statistics(super::recommendation_statistics::statistics())
        .unfiltered(&["summary", "evidenceNote"])
}

fn recommendation_assignment() -> Type {
    use entity::recommendation_assignment::Column as C;
    Type::fact::<entity::recommendation_assignment::Entity>(
        "RecommendationAssignment",
        *b"RA",
        Guard::Via { fk: "recommendation_id", parent: "Recommendation" },
        "건의 이관. An addressee of a recommendation and how long it was theirs.",
    )
    .owned(&[C::AddresseeId])
    .one("recommendation", C::RecommendationId, "Recommendation", "건의. Recommendation.")
    .column("position", C::Position, "순서. Order.")
    .one("addressee", C::AddresseeId, "Institution", "소관 기관. Addressee.")
    .partial_date("assignedOn", C::AssignedOn, "이관일. Date of assignment.")
    .column("dueOn", C::DueOn, "기한. Answer due.")
    .localized("reason", C::ReasonKo, C::ReasonEn, "사유. Why it was (re)assigned.")
    .sorted(&["position"])
    .unfiltered(&["reason"])
}

fn recommendation_answer() -> Type {
    use entity::recommendation_answer::Column as C;
    Type::fact::<entity::recommendation_answer::Entity>(
        "RecommendationAnswer",
        *b"AN",
        Guard::Via { fk: "recommendation_id", parent: "Recommendation" },
        "건의 회신. Answer of an addressee with its disposition.",
    )
    .owned(&[C::InstitutionId, C::OriginatorId])
    .one("recommendation", C::RecommendationId, "Recommendation", "건의. Recommendation.")
    .column("position", C::Position, "순서. Order.")
    .one("institution", C::InstitutionId, "Institution", "회신 기관. Institution that answered.")
    .choice("disposition", C::Disposition, Disposition::CHOICE, "처리 결과. Disposition.")
    .localized(
        "reason",
        C::ReasonKo,
        C::ReasonEn,
        "사유. Reason; mandatory unless accepted in full.",
    )
    .partial_date("answeredOn", C::AnsweredOn, "회신일. Date of the answer.")
    .partial_date("plannedOn", C::PlannedOn, "조치 예정일. Planned date of action or review.")
    .column("dueOn", C::DueOn, "회신 기한. Due date that it had to meet; null where none was set.")
    .one("forwardedTo", C::ForwardedToId, "Institution", "정책건의 대상. Institution to which it is forwarded as a policy proposal.")
    .column("rating", C::Rating, "만족도. Rating of the answer by its originator, 1 to 5.")
    .column("ratingComment", C::RatingComment, "만족도 의견. Comment on the rating.")
    .column("ratedOn", C::RatedOn, "만족도 평가일. Date of the rating.")
    .one("originator", C::OriginatorId, "Institution", "제기 기관. Institution that rates it: who raised the recommendation, or recorded it for who did.")
    .one("recordedBy", C::RecordedById, "Institution", "기록 기관. Institution that recorded it here; null of what a source tells.")
    .column("isOnBehalf", C::IsOnBehalf, "대리 등록 여부. Whether it was recorded on behalf of who answered; null of what a source tells.")
    .column("evidenceNote", C::EvidenceNote, "근거. What shows it.")
    .one("evidence", C::EvidenceId, "Document", "근거 자료. Document that shows it.")
    .sorted(&["position"])
    .searchable_by(&["institution"])
    .unfiltered(&["reason", "ratingComment", "evidenceNote"])
}

fn recommendation_delivery() -> Type {
    use entity::recommendation_delivery::Column as C;
    Type::fact::<entity::recommendation_delivery::Entity>(
        "RecommendationDelivery",
        *b"RY",
        Guard::Via { fk: "recommendation_id", parent: "Recommendation" },
        "이행 보고. How the delivery of what was answered goes: one report after the other.",
    )
    .owned(&[C::InstitutionId])
    .one("recommendation", C::RecommendationId, "Recommendation", "건의. Recommendation.")
    .column("position", C::Position, "순서. Order.")
    .one("institution", C::InstitutionId, "Institution", "이행 기관. Institution that delivers.")
    .choice("light", C::Light, DeliveryStatus::CHOICE, "이행 상태. Delivery light.")
    .column("isCompleted", C::IsCompleted, "이행 완료 여부. Whether it is delivered.")
    .localized("note", C::NoteKo, C::NoteEn, "내용. What was done, and what stands in the way.")
    .column("reportedOn", C::ReportedOn, "보고일. Date of the report.")
    .one(
        "recordedBy",
        C::RecordedById,
        "Institution",
        "기록 기관. Institution that recorded it here.",
    )
    .column("evidenceNote", C::EvidenceNote, "근거. What shows it.")
    .one("evidence", C::EvidenceId, "Document", "근거 자료. Document that shows it.")
    .sorted(&["position"])
    .unfiltered(&["note", "evidenceNote"])
}

fn effect() -> Type {
    use entity::effect::Column as C;
    Type::fact::<entity::effect::Entity>(
        "Effect",
        *b"EF",
        Guard::Via { fk: "recommendation_id", parent: "Recommendation" },
        "성과. What came of a recommendation, with date and evidence.",
    )
    .one("recommendation", C::RecommendationId, "Recommendation", "건의. Recommendation.")
    .column("position", C::Position, "순서. Order.")
    .choice("kind", C::Kind, EffectKind::CHOICE, "종류. Kind of effect.")
    .localized("title", C::TitleKo, C::TitleEn, "제목. Short title.")
    .choice("delivery", C::Delivery, DeliveryStatus::CHOICE, "이행 상태. Delivery light.")
    .one("policyTask", C::PolicyTaskId, "PolicyTask", "과제. Policy task.")
    .one("policyPlan", C::PolicyPlanId, "PolicyPlan", "계획. Plan.")
    .one("bill", C::BillId, "Bill", "법률안. Bill.")
    .one("provision", C::ProvisionId, "Provision", "조문. Provision of the bill.")
    .one("adoptionCase", C::AdoptionCaseId, "AdoptionCase", "도입 사례. Adoption case.")
    .krw("amount", C::Amount, "금액(원). Budget in KRW.")
    .partial_date("occurredOn", C::OccurredOn, "일자. Date.")
    .one("document", C::DocumentId, "Document", "증빙. Evidence.")
    .column("evidenceNote", C::EvidenceNote, "증빙 설명. Evidence in words.")
    .column("startsOn", C::StartsOn, "유효 시작일. First day of a permit.")
    .column("endsOn", C::EndsOn, "유효 종료일. Last day of a permit.")
    .sorted(&["position"])
    .orderable("POSITION", "position")
    .unfiltered(&["evidenceNote", "startsOn", "endsOn"])
    .searchable()
    .list("effects")
}

fn recommendation_relation() -> Type {
    use entity::recommendation_relation::Column as C;
    Type::fact::<entity::recommendation_relation::Entity>(
        "RecommendationRelation",
        *b"RR",
        Guard::Via { fk: "recommendation_id", parent: "Recommendation" },
        "건의 관계. A recommendation's relation to another.",
    )
    .one("recommendation", C::RecommendationId, "Recommendation", "건의. Recommendation.")
    .column("position", C::Position, "순서. Order.")
    .one("other", C::OtherId, "Recommendation", "상대 건의. The other recommendation.")
    .choice("kind", C::Kind, RecommendationRelationKind::CHOICE, "관계. How they relate.")
    .sorted(&["position"])
}

fn is_overdue(reader: &Reader<'_>, values: &[Value], _: &Args) -> Result<Value, Error> {
    let due = values.first().and_then(Value::as_str).unwrap_or_default();
    let status = values.get(1).and_then(Value::as_str);
    let waiting = WAITING.iter().any(|state| status == Some(state.code()));
    Ok((waiting && !due.is_empty() && due < reader.today().to_string().as_str()).into())
}

fn overdue(reader: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Result<(), Error> {
    let wanted = args.get("value").and_then(Value::as_bool) != Some(false);
    sql.push("((").column(alias, "due_on").push(" < ").bind(reader.today());
    sql.push(" AND ").column(alias, "status").push(" IN (");
    for (at, state) in WAITING.iter().enumerate() {
        sql.push(if at > 0 { ", " } else { "" }).bind(state.code());
    }
    sql.push(if wanted { ")))" } else { ")) IS NOT TRUE)" });
    Ok(())
}
