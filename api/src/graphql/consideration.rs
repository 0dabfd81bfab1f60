//! Who dealt with a law in the making, a plan or a task, where, how and when (OParl Consultation).

use entity::consideration::ConsiderationRole;

use crate::read::model::{Guard, Type};

/// The types declared here.
pub fn types() -> Vec<Type> {
    vec![consideration()]
}

/// What a consideration names. It is seen by who sees all of it, so that it never tells of a hidden row.
const NAMED: Guard = Guard::Between(&[
    ("initiative_id", "LegislativeInitiative"),
    ("bill_id", "Bill"),
    ("plan_id", "PolicyPlan"),
    ("task_id", "PolicyTask"),
    ("programme_id", "Programme"),
    ("adoption_case_id", "AdoptionCase"),
    ("body_id", "Body"),
    ("institution_id", "Institution"),
    ("meeting_id", "Meeting"),
    ("agenda_item_id", "AgendaItem"),
]);

fn consideration() -> Type {
    use entity::consideration::Column as C;
    Type::fact::<entity::consideration::Entity>(
        "Consideration",
        *b"CS",
        NAMED,
        "논의 이력. That an initiative, bill, plan, task, programme or case was dealt with: by which body or institution, in which meeting and under which agenda item, how and when (OParl Consultation).",
    )
    .column("position", C::Position, "순서. Order.")
    .one("initiative", C::InitiativeId, "LegislativeInitiative", "입법과제. Initiative dealt with.")
    .one("bill", C::BillId, "Bill", "법률안. Bill dealt with.")
    .one("plan", C::PlanId, "PolicyPlan", "계획. Plan dealt with.")
    .one("task", C::TaskId, "PolicyTask", "과제. Task dealt with.")
    .one("programme", C::ProgrammeId, "Programme", "사업. Programme dealt with.")
    .one("adoptionCase", C::AdoptionCaseId, "AdoptionCase", "사례. Case that was presented.")
    .one("body", C::BodyId, "Body", "협의체. Body that dealt with it, or works on it.")
    .one(
        "institution",
        C::InstitutionId,
        "Institution",
        "기관. Institution that presented it, or deals with it.",
    )
    .one("meeting", C::MeetingId, "Meeting", "회의. Meeting in which it was dealt with.")
    .one(
        "agendaItem",
        C::AgendaItemId,
        "AgendaItem",
        "안건. Agenda item under which it was dealt with; null where it was the meeting as a whole.",
    )
    .choice("role", C::Role, ConsiderationRole::CHOICE, "구분. How it was dealt with.")
    .partial_date("consideredOn", C::ConsideredOn, "일자. Date; null for continuing work.")
    .localized("note", C::NoteKo, C::NoteEn, "비고. Note.")
    .sorted(&["position"])
    .orderable("POSITION", "position")
    .list("considerations")
    .unfiltered(&["note"])
}
