//! Persons, their posts and their protected contact points (Popolo person, membership).

use entity::contact_point::{ContactHolder, ContactKind};

use crate::read::model::{Guard, Type};

/// The types declared here.
pub fn types() -> Vec<Type> {
    vec![person(), membership(), contact_point()]
}

fn person() -> Type {
    use entity::person::Column as C;
    Type::fact::<entity::person::Entity>(
        "Person",
        *b"PE",
        Guard::Public,
        "인물. A person acting in the programme; only what the sources publish.",
    )
    .column("code", C::Code, "인물 키. Stable key.")
    .localized("name", C::NameKo, C::NameEn, "이름. Name.")
    .many(
        "memberships",
        entity::membership::Column::PersonId,
        "Membership",
        &["position"],
        "소속·직위. Institutions and posts, at the time the source speaks of.",
    )
    .many(
        "appointments",
        entity::appointment::Column::PersonId,
        "Appointment",
        &["position"],
        "위촉. Seats in bodies.",
    )
    .many(
        "statements",
        entity::statement::Column::PersonId,
        "Statement",
        &["position"],
        "발언. Statements made.",
    )
    .many(
        "attendances",
        entity::attendance::Column::PersonId,
        "Attendance",
        &["position"],
        "참석. Meetings attended.",
    )
    .many(
        "authorships",
        entity::document_author::Column::PersonId,
        "DocumentAuthor",
        &["position"],
        "저작. Documents written.",
    )
    .many(
        "recommendations",
        entity::recommendation::Column::PersonId,
        "Recommendation",
        &["code"],
        "건의. Recommendations raised.",
    )
    .many(
        "presentations",
        entity::agenda_presenter::Column::PersonId,
        "AgendaPresenter",
        &["position"],
        "발표 안건. Agenda items presented.",
    )
    .many(
        "contactPoints",
        entity::contact_point::Column::PersonId,
        "ContactPoint",
        &["position"],
        "연락처. Contact points: personal data, never shown to an anonymous caller.",
    )
    .sorted(&["code"])
    .orderable("CODE", "code")
    .orderable("NAME", "name_ko")
    .searchable()
    .list("persons")
    .lookup("person", "code")
}

fn membership() -> Type {
    use entity::membership::Column as C;
    Type::fact::<entity::membership::Entity>(
        "Membership",
        *b"MB",
        Guard::Between(&[("person_id", "Person"), ("institution_id", "Institution")]),
        "소속. A person's post in an institution at a time (Popolo membership). Seen by who sees both.",
    )
    .owned(&[C::InstitutionId])
    .one("person", C::PersonId, "Person", "인물. Person.")
    .one("institution", C::InstitutionId, "Institution", "기관. Institution.")
    .column("position", C::Position, "순서. Order in the source.")
    .localized("post", C::PostKo, C::PostEn, "직위. Post title at that time.")
    .localized("unit", C::UnitKo, C::UnitEn, "부서. Department or office.")
    .one(
        "department",
        C::DepartmentId,
        "Institution",
        "소속 부서. Department, where it is a unit on record.",
    )
    .column("isHead", C::IsHead, "부서장 여부. Whether the post heads `department`.")
    .column("isActing", C::Acting, "직무대행 여부. Whether held in an acting capacity.")
    .localized("duty", C::DutyKo, C::DutyEn, "담당. Part in the matter at hand, e.g. 책임자.")
    .partial_date("startsOn", C::StartsOn, "시작. Start of the post.")
    .partial_date("endsOn", C::EndsOn, "종료. End of the post.")
    .partial_date(
        "observedOn",
        C::ObservedOn,
        "확인 시점. Date at which the source shows the post.",
    )
    .sorted(&["position"])
    .orderable("POSITION", "position")
    .searchable_by(&["person", "institution"])
    .list("memberships")
}

fn contact_point() -> Type {
    use entity::contact_point::Column as C;
    Type::fact::<entity::contact_point::Entity>("ContactPoint", *b"CP", Guard::Personal, "연락처. Phone or mail. A person's is personal data: never visible to an anonymous caller, and each reading is audited. A public service desk's, printed for the public, is public.")
        .owned(&[C::InstitutionId])
        .one("person", C::PersonId, "Person", "인물. Person it reaches.")
        .one("institution", C::InstitutionId, "Institution", "기관. Institution it reaches.")
        .column("position", C::Position, "순서. Order in the source.")
        .choice("kind", C::Kind, ContactKind::CHOICE, "종류. Kind.")
        .choice("holder", C::Holder, ContactHolder::CHOICE, "보유자 구분. Whose it is, which decides who may see it.")
        .column("value", C::Value, "값. Number or address.")
        .localized("note", C::NoteKo, C::NoteEn, "비고. What it is for.")
        .sorted(&["position"])
        .unfiltered(&["note"])
}
