//! Industries (KSIC).

use entity::industry::IndustryLevel;

use super::adoption_case;
use crate::domain::codes;
use crate::read::model::{Guard, Type};

/// The types declared here.
pub fn types() -> Vec<Type> {
    vec![industry()]
}

fn industry() -> Type {
    use entity::industry::Column as C;
    Type::fact::<entity::industry::Entity>("Industry", *b"ID", Guard::Public, "산업분류. Industry of the Korean Standard Industrial Classification (KSIC, 11th revision since 2024-07-01).")
        .column("code", C::Code, "분류 코드. Section letter or two-digit division.")
        .column("revision", C::Revision, "차수. Revision of the classification.")
        .choice("level", C::Level, IndustryLevel::CHOICE, "단계. Section or division.")
        .localized("name", C::NameKo, C::NameEn, "분류명. Name.")
        .one("parent", C::ParentId, "Industry", "상위 분류. Section of a division.")
        .many("divisions", entity::industry::Column::ParentId, "Industry", &["code"], "하위 분류. Divisions of a section.")
        .many_by("adoptionCases", adoption_case::industry, "AdoptionCase", &["code"], "도입 사례. Adoption cases in the industry; those of which the division is withheld are under its section.")
        .sorted(&["code"])
        .orderable("CODE", "code")
        .searchable()
        .codes(codes::industry)
        .list("industries")
        .lookup("industry", "code")
}
