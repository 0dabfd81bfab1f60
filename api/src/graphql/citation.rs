//! Citations, conflicts and claims: what carries each fact.

use entity::common::Basis;
use entity::conflict::ConflictStatus;

use crate::read::model::{Guard, Type};

/// The types declared here.
pub fn types() -> Vec<Type> {
    vec![citation(), conflict(), claim()]
}

fn citation() -> Type {
    use entity::citation::Column as C;
    Type::fact::<entity::citation::Entity>(
        "Citation",
        *b"CI",
        Guard::Subject { own: true },
        "출처. Ties a fact to a document.",
    )
    .subject("subject", "대상. The fact.")
    .column("position", C::Position, "순서. Order.")
    .one("document", C::DocumentId, "Document", "자료. Document cited.")
    .column("field", C::Field, "항목. Field of the fact it carries, as the schema names it (`heldOn`; `name.en` for its English alone); null for the whole.")
    .localized("locator", C::LocatorKo, C::LocatorEn, "위치. Page, section or table in the document.")
    .choice("basis", C::Basis, Basis::CHOICE, "근거. Stated or inferred.")
    .localized("note", C::NoteKo, C::NoteEn, "비고. Note; says how an inferred fact was derived.")
    .sorted(&["position"])
    .unfiltered(&["note"])
}

fn conflict() -> Type {
    use entity::conflict::Column as C;
    Type::fact::<entity::conflict::Entity>("Conflict", *b"CF", Guard::Subject { own: true }, "불일치. Two sources, or two places of one, that disagree about a fact; every claim is kept.")
        .subject("subject", "대상. The fact.")
        .column("position", C::Position, "순서. Order.")
        .column("field", C::Field, "항목. Field of the fact in dispute.")
        .choice("status", C::Status, ConflictStatus::CHOICE, "상태. State.")
        .localized("summary", C::SummaryKo, C::SummaryEn, "내용. What disagrees.")
        .localized("resolution", C::ResolutionKo, C::ResolutionEn, "해소 사유. Why it is resolved so; null while it is open.")
        .column("resolvedAt", C::ResolvedAt, "해소 시각. When it was resolved; null while it is open.")
        .many("claims", entity::claim::Column::ConflictId, "Claim", &["position"], "주장. The claims.")
        .sorted(&["position"])
        .orderable("POSITION", "position")
        .searchable()
        .list("conflicts")
        .unfiltered(&["summary", "resolution"])
}

fn claim() -> Type {
    use entity::claim::Column as C;
    Type::fact::<entity::claim::Entity>(
        "Claim",
        *b"CL",
        Guard::Via { fk: "conflict_id", parent: "Conflict" },
        "주장. One of the claims of a conflict, with its source.",
    )
    .one("conflict", C::ConflictId, "Conflict", "불일치. Conflict.")
    .column("position", C::Position, "순서. Order.")
    .localized("value", C::ValueKo, C::ValueEn, "값. The claim.")
    .one("document", C::DocumentId, "Document", "자료. Document that makes it.")
    .localized("locator", C::LocatorKo, C::LocatorEn, "위치. Where in the document.")
    .column(
        "isUpheld",
        C::IsUpheld,
        "인정 여부. Whether it was found to hold; null while the conflict is open.",
    )
    .sorted(&["position"])
    .searchable()
    .unfiltered(&["value"])
}
