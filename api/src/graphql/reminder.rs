//! Reminders 알림: what has to be done and is due, or is late; `service::reminder` makes them.

use entity::reminder::{Column as C, ReminderReason};

use crate::read::model::{Guard, Type};

/// The types declared here.
pub fn types() -> Vec<Type> {
    let ty = Type::rows::<entity::reminder::Entity>(
        "Reminder",
        *b"RM",
        Guard::Result,
        "알림. What has to be done and is due, or is late: made once for each reason and day, and told in `changes` and to webhooks. Seen by the institution that has to act, and by the operators.",
    );
    vec![
        ty.owned(&[C::InstitutionId])
            .choice("reason", C::Reason, ReminderReason::CHOICE, "알림 사유. What is reminded of.")
            .one("institution", C::InstitutionId, "Institution", "대상 기관. Institution that has to act: who reports, to whom a recommendation is addressed, who held the meeting or runs the body; none where it is for the operators.")
            .column("type", C::SubjectType, "유형. Type of the row that it is about: Submission, Recommendation, Meeting, Bill or Appointment.")
            .subject_id("subjectId", "ID!", "대상 식별자. Id of the row that it is about, also if it is gone.")
            .any_subject("subject", "대상. The row that it is about, as it is now; null if it is gone.")
            .column("referenceOn", C::ReferenceOn, "기준일. Day that it counts from: the due day, the day of the meeting, the day since when the bill is in its stage, the last day of the term.")
            .column("version", C::Version, "판. Version, counted up by each write.")
            .column("createdAt", C::CreatedAt, "생성 시각. When it was made.")
            .column("updatedAt", C::UpdatedAt, "수정 시각. Instant of the last write.")
            .sorted(&["reference_on"])
            .orderable("REFERENCE_ON", "reference_on")
            .list("reminders"),
    ]
}
