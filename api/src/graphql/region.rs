//! Regions as dated rows.

use entity::region::RegionCategory;
use entity::region_code::RegionCodeScheme;

use super::adoption_case;
use crate::domain::codes;
use crate::error::Error;
use crate::read::Reader;
use crate::read::catalog::{Root, RootKind, page_args};
use crate::read::model::{Arg, Args, Guard, List, Type};
use crate::read::page;
use crate::read::sql::Sql;

/// The types declared here.
pub fn types() -> Vec<Type> {
    vec![region(), region_code()]
}

fn region() -> Type {
    use entity::region::Column as C;
    Type::fact::<entity::region::Entity>("Region", *b"RG", Guard::Public, "지역(시·도). First-level administrative division with its dated codes; rows, never an enum: Gwangju and Jeonnam are one division since 2026-07-01.")
        .column("code", C::Code, "지역 키. Stable key: the ISO 3166-2:KR code, or an own key where ISO has none (`JEONNAM_GWANGJU`, `NATIONWIDE`).")
        .localized("name", C::NameKo, C::NameEn, "지역명. Current legal name.")
        .column("shortName", C::ShortName, "약칭. Short Korean name, e.g. 서울.")
        .choice("category", C::Category, RegionCategory::CHOICE, "종류. Category of the division.")
        .column("startsOn", C::ValidFrom, "시작일. First day the division exists; null if before the record.")
        .column("endsOn", C::ValidTo, "종료일. Last day the division exists; null while it does.")
        .one("successor", C::SuccessorId, "Region", "승계 지역. Division that took its place.")
        .many("codes", entity::region_code::Column::RegionId, "RegionCode", &["scheme"], "지역 코드. Codes of the division by scheme, with their dates.")
        .many("institutions", entity::institution::Column::RegionId, "Institution", &["code"], "소재 기관. Institutions seated in the region.")
        .many_by("adoptionCases", adoption_case::region, "AdoptionCase", &["code"], "도입 사례. Adoption cases reported under the region; those of which it is withheld are under NATIONWIDE.")
        .sorted(&["code"])
        .orderable("CODE", "code")
        .searchable()
        .codes(codes::region)
        .fills(divisions)
        .lookup("region", "code")
}

fn region_code() -> Type {
    use entity::region_code::Column as C;
    Type::fact::<entity::region_code::Entity>(
        "RegionCode",
        *b"RC",
        Guard::Via { fk: "region_id", parent: "Region" },
        "지역 코드. A code of a region in one scheme, with the dates it was in use.",
    )
    .one("region", C::RegionId, "Region", "지역. Region the code names.")
    .choice("scheme", C::Scheme, RegionCodeScheme::CHOICE, "체계. Scheme of the code.")
    .column("code", C::Code, "코드. The code itself.")
    .column("startsOn", C::ValidFrom, "시작일. First day of use; null if before the record.")
    .column("endsOn", C::ValidTo, "종료일. Last day of use; null while in use.")
    .sorted(&["scheme", "code"])
}

/// The root fields declared here.
pub fn roots() -> Vec<Root> {
    let mut args = vec![Arg::new(
        "asOf",
        "Date",
        "기준일. Only divisions that existed on this day: 17 until 2026-06-30, 16 from 2026-07-01; `NATIONWIDE` is no division and left out then.",
    )];
    args.extend(page_args("Region", true));
    vec![Root {
        name: "regions",
        description: "지역 목록. Divisions, those of the past included.".into(),
        ty: "RegionConnection!".into(),
        args,
        kind: RootKind::List(List {
            target: "Region",
            link: None,
            sorted: vec!["code"],
            condition: Some(existing),
            weight: |_| 0,
        }),
    }]
}

/// Divisions that facts were reported under, or those that exist now.
fn divisions(_: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Result<(), Error> {
    sql.column(alias, "category").push(" <> 'NATIONWIDE'");
    if args.get("regionBasis").and_then(serde_json::Value::as_str) == Some("CURRENT") {
        sql.push(" AND ").column(alias, "valid_to").push(" IS NULL");
    }
    Ok(())
}

fn existing(_: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Result<(), Error> {
    let Some(day) = args.get("asOf").filter(|day| !day.is_null()) else {
        sql.push("TRUE");
        return Ok(());
    };
    let day = page::bound(crate::read::model::Scalar::Date, day)
        .ok_or_else(|| Error::not_a_date("asOf"))?;
    sql.push("(").column(alias, "valid_from").push(" IS NULL OR ").column(alias, "valid_from");
    sql.push(" <= ")
        .bind(day.clone())
        .push(") AND (")
        .column(alias, "valid_to")
        .push(" IS NULL OR ");
    sql.column(alias, "valid_to").push(" >= ").bind(day).push(") AND ");
    sql.column(alias, "category").push(" <> 'NATIONWIDE'");
    Ok(())
}
