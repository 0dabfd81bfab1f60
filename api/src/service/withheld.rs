//! What callers see of an adoption case in place of what may be withheld: columns `shown_…` that follow from the row
//! and from how many published cases share its region, KSIC section and size. Whoever may see all reads the row's own
//! columns (`graphql::adoption_case`). A case that is published or hidden can bring others over the threshold, or
//! below it: those are written with it, by nobody ([`super::write::DERIVE`]).

use entity::adoption_case::{BusinessSize, CaseStatus, Column as C, Disclosure, Entity};
use entity::common::{Origin, Visibility};
use entity::{industry, institution, institution_name, region};
use sea_orm::sea_query::{Expr, ExprTrait, LockType};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Select,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::domain::adoption_case::SHOWN_FROM;
use crate::domain::namesake;
use crate::error::Error;

/// Code of the region that stands for any.
const NATIONWIDE: &str = "NATIONWIDE";

fn field<T: DeserializeOwned>(row: &Map<String, Value>, name: &str) -> Result<T, Error> {
    serde_json::from_value(row.get(name).cloned().unwrap_or_default()).map_err(Error::internal)
}

/// What published cases are counted by. Made-up ones hide no real one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cell {
    region: Uuid,
    section: Uuid,
    is_made_up: bool,
}

impl Cell {
    fn of(row: &Map<String, Value>, section: Uuid) -> Result<Self, Error> {
        let is_made_up = field::<Origin>(row, "origin")? == Origin::Illustrative;
        Ok(Self { region: field(row, "region_id")?, section, is_made_up })
    }

    /// Its published cases.
    fn cases(self) -> Select<Entity> {
        let made_up = Origin::Illustrative;
        Entity::find()
            .filter(C::RegionId.eq(self.region))
            .filter(C::SectionId.eq(self.section))
            .filter(C::Status.eq(CaseStatus::Published))
            .filter(C::Visibility.eq(Visibility::Public))
            .filter(if self.is_made_up { C::Origin.eq(made_up) } else { C::Origin.ne(made_up) })
    }
}

/// Some of the cases, no more than tell whether they are enough.
async fn few(db: &impl ConnectionTrait, cases: Select<Entity>) -> Result<Vec<Uuid>, Error> {
    let found = cases.select_only().column(C::Id).limit(SHOWN_FROM + 1);
    Ok(found.into_tuple().all(db).await?)
}

/// Whether everybody sees the case.
fn is_counted(row: &Map<String, Value>) -> Result<bool, Error> {
    Ok(field::<CaseStatus>(row, "status")? == CaseStatus::Published
        && field::<Visibility>(row, "visibility")? == Visibility::Public)
}

/// What an institution is called, or was.
async fn names_of(db: &impl ConnectionTrait, institution: Uuid) -> Result<Vec<String>, Error> {
    let found = institution::Entity::find_by_id(institution).one(db).await?;
    let others = institution_name::Entity::find()
        .filter(institution_name::Column::InstitutionId.eq(institution))
        .all(db)
        .await?;
    let mut names: Vec<_> = found.into_iter().map(|row| (row.name_ko, row.name_en)).collect();
    names.extend(others.into_iter().map(|row| (row.name_ko, row.name_en)));
    Ok(names.into_iter().flat_map(|(ko, en)| std::iter::once(ko).chain(en)).collect())
}

/// Names of the company of a case.
async fn company_names(
    db: &impl ConnectionTrait,
    row: &Map<String, Value>,
) -> Result<Vec<String>, Error> {
    let mut names = Vec::from_iter(field::<Option<String>>(row, "company_name")?);
    if let Some(company) = field(row, "company_id")? {
        names.extend(names_of(db, company).await?);
    }
    Ok(names)
}

/// Whether the institution that a column names is the company of the case, or is called as it is.
async fn is_company(
    db: &impl ConnectionTrait,
    row: &Map<String, Value>,
    (column, company): (&str, &[String]),
) -> Result<bool, Error> {
    let Some(institution) = field::<Option<Uuid>>(row, column)? else { return Ok(false) };
    if field::<Option<Uuid>>(row, "company_id")? == Some(institution) {
        return Ok(true);
    }
    let names = names_of(db, institution).await?;
    let is_same = |name: &String| company.iter().any(|of| namesake::key(of) == namesake::key(name));
    Ok(names.iter().any(is_same))
}

/// Cases that may be shown otherwise since an institution is called otherwise, as rows say that it is or was.
///
/// # Errors
/// Internal.
pub async fn cases_of(
    db: &impl ConnectionTrait,
    institution: Option<Uuid>,
    rows: [Option<&Map<String, Value>>; 2],
) -> Result<Vec<Uuid>, Error> {
    let Some(institution) = institution else { return Ok(Vec::new()) };
    let mut names: Vec<String> = Vec::new();
    for row in rows.into_iter().flatten() {
        for column in ["name_ko", "name_en"] {
            names.extend(field::<Option<String>>(row, column)?);
        }
    }
    cases_called(db, institution, names).await
}

/// The same, whatever it is called.
///
/// # Errors
/// Internal.
pub async fn all_cases_of(
    db: &impl ConnectionTrait,
    institution: Uuid,
) -> Result<Vec<Uuid>, Error> {
    let names = names_of(db, institution).await?;
    cases_called(db, institution, names).await
}

/// Cases of anonymised companies that an institution is itself, and those that it owns or supplies whose company has one of
/// these names.
async fn cases_called(
    db: &impl ConnectionTrait,
    institution: Uuid,
    names: Vec<String>,
) -> Result<Vec<Uuid>, Error> {
    let names: Vec<String> = names.iter().map(|name| namesake::key(name)).collect();
    let is_called = |column: &str| Expr::cust(namesake::key_of(column)).is_in(names.clone());
    let called = || is_called("name_ko").or(is_called("name_en"));
    let by_name = institution::Entity::find().filter(called()).select_only();
    let by_other = institution_name::Entity::find().filter(called()).select_only();
    let by_name = by_name.column(institution::Column::Id).into_query();
    let by_other = by_other.column(institution_name::Column::InstitutionId).into_query();
    let company = C::CompanyId.in_subquery(by_name).or(C::CompanyId.in_subquery(by_other));
    let takes_part = C::OwnerId.eq(institution).or(C::SupplierId.eq(institution));
    let is_namesake = takes_part.and(is_called("company_name").or(company));
    let cases = Entity::find()
        .filter(C::CompanyId.eq(institution).or(is_namesake))
        .filter(C::Disclosure.ne(Disclosure::Named))
        .order_by_asc(C::Id);
    Ok(cases.select_only().column(C::Id).into_tuple().all(db).await?)
}

/// Which of the texts of a case name its company though it is anonymised.
///
/// # Errors
/// Internal.
pub async fn naming(
    db: &impl ConnectionTrait,
    row: &Map<String, Value>,
    texts: impl IntoIterator<Item = (&'static str, String)>,
) -> Result<Vec<&'static str>, Error> {
    if field::<Disclosure>(row, "disclosure")? == Disclosure::Named {
        return Ok(Vec::new());
    }
    let names = company_names(db, row).await?;
    let is_named = |text: &str| names.iter().any(|name| namesake::holds(text, name));
    let mut naming: Vec<&str> =
        texts.into_iter().filter(|(_, text)| is_named(text)).map(|(field, _)| field).collect();
    naming.dedup();
    Ok(naming)
}

/// The columns of a case that follow from it and from the others.
///
/// # Errors
/// Internal.
pub async fn derived(
    db: &impl ConnectionTrait,
    id: Uuid,
    row: &Map<String, Value>,
) -> Result<Map<String, Value>, Error> {
    let industry: Uuid = field(row, "industry_id")?;
    let found = industry::Entity::find_by_id(industry).one(db).await?;
    let section = found.and_then(|row| row.parent_id).unwrap_or(industry);
    let value = |name: &str| row.get(name).cloned().unwrap_or_default();
    let is_named = field::<Disclosure>(row, "disclosure")? == Disclosure::Named
        && field(row, "consent_to_publish")?;
    let columns = if is_named {
        json!({
            "section_id": section,
            "shown_region_id": value("region_id"),
            "shown_industry_id": industry,
            "shown_owner_id": value("owner_id"),
            "shown_district": value("district"),
            "shown_size": value("size"),
            "shown_investment": value("investment"),
            "shown_public_support": value("public_support"),
            "shown_supplier_id": value("supplier_id"),
            "shown_supplier_name": value("supplier_name"),
        })
    } else {
        let size: BusinessSize = field(row, "size")?;
        let (mut shows_region, mut shows_size) = (false, false);
        if is_counted(row)? {
            // It is one of them itself.
            let others = Cell::of(row, section)?.cases().filter(C::Id.ne(id));
            let is_enough = |others: Vec<Uuid>| others.len() as u64 + 1 >= SHOWN_FROM;
            shows_region = is_enough(few(db, others.clone()).await?);
            shows_size = shows_region && is_enough(few(db, others.filter(C::Size.eq(size))).await?);
        }
        let region: Value = if shows_region {
            value("region_id")
        } else {
            let any = region::Entity::find().filter(region::Column::Code.eq(NATIONWIDE));
            json!(any.one(db).await?.map(|row| row.id))
        };
        // An owner or a supplier that is the company itself would name it.
        let names = company_names(db, row).await?;
        let is_own = is_company(db, row, ("owner_id", &names)).await?;
        let supplier = field::<Option<String>>(row, "supplier_name")?;
        let is_called = |supplier: String| {
            let is = |name: &String| namesake::key(name) == namesake::key(&supplier);
            names.iter().any(|name| is(name) || namesake::holds(&supplier, name))
        };
        let is_in_house =
            supplier.is_some_and(is_called) || is_company(db, row, ("supplier_id", &names)).await?;
        json!({
            "section_id": section,
            "shown_region_id": region,
            "shown_industry_id": section,
            "shown_owner_id": if is_own { Value::Null } else { value("owner_id") },
            "shown_district": null,
            "shown_size": shows_size.then_some(size),
            "shown_investment": null,
            "shown_public_support": null,
            "shown_supplier_id": if is_in_house { Value::Null } else { value("supplier_id") },
            "shown_supplier_name": if is_in_house { Value::Null } else { value("supplier_name") },
        })
    };
    match columns {
        Value::Object(columns) => Ok(columns),
        _ => Err(Error::internal("columns that are no object")),
    }
}

/// Locks the region of a case that will be published or hidden, before the case itself: of two that are at once, the
/// second counts the first.
///
/// # Errors
/// Internal.
pub async fn lock(db: &impl ConnectionTrait, case: Uuid) -> Result<(), Error> {
    let region = Entity::find_by_id(case).select_only().column(C::RegionId).into_tuple::<Uuid>();
    if let Some(region) = region.one(db).await? {
        // Rows that name it can still be written.
        region::Entity::find_by_id(region).lock(LockType::NoKeyUpdate).one(db).await?;
    }
    Ok(())
}

/// Which other cases may be shown otherwise since a case has changed: a few at most, as those of a cell that has more
/// stay above the threshold.
///
/// # Errors
/// Internal.
pub async fn neighbours(
    db: &impl ConnectionTrait,
    id: Uuid,
    rows: [Option<&Map<String, Value>>; 2],
) -> Result<Vec<Uuid>, Error> {
    let mut counted = Vec::new();
    for row in rows.into_iter().flatten() {
        if is_counted(row)? {
            let section = field(row, "section_id")?;
            counted.push((Cell::of(row, section)?, field::<BusinessSize>(row, "size")?));
        }
    }
    let mut found = Vec::new();
    if let [one, other] = counted[..]
        && one == other
    {
        return Ok(found);
    }
    for (cell, size) in counted {
        for cases in [cell.cases(), cell.cases().filter(C::Size.eq(size))] {
            let cases = few(db, cases).await?;
            if cases.len() as u64 <= SHOWN_FROM {
                found.extend(cases.into_iter().filter(|other| *other != id));
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// A select of the codes of cases that show something else than follows.
pub fn wrong() -> String {
    let counted = "c.status = 'PUBLISHED' AND c.visibility = 'PUBLIC'";
    let is_named = "c.disclosure = 'NAMED' AND c.consent_to_publish";
    let enough = |more: &str| {
        format!(
            "{counted} AND (SELECT count(*) FROM adoption_case o WHERE o.region_id = c.region_id AND o.section_id = c.section_id{more} \
             AND o.status = 'PUBLISHED' AND o.visibility = 'PUBLIC' AND (o.origin = 'ILLUSTRATIVE') = (c.origin = 'ILLUSTRATIVE')) >= {SHOWN_FROM}"
        )
    };
    // Whoever owns or supplies it, and is called as its company is.
    let namesakes = ["shown_owner_id", "shown_supplier_id"].map(|column| {
        format!(
            "UNION SELECT c.code FROM adoption_case c JOIN called a ON a.id = c.{column} AND a.name = {} WHERE NOT ({is_named}) \
             UNION SELECT c.code FROM adoption_case c JOIN called a ON a.id = c.{column} \
             JOIN called b ON b.id = c.company_id AND b.name = a.name WHERE NOT ({is_named}) ",
            namesake::key_of("c.company_name")
        )
    });
    let called = ["institution", "institution_name"].map(|table| {
        let id = if table == "institution" { "id" } else { "institution_id" };
        ["name_ko", "name_en"].map(|name| {
            format!("SELECT {id} AS id, {} AS name FROM {table}", namesake::key_of(name))
        })
    });
    format!(
        "WITH called AS ({}) SELECT code FROM (SELECT c.code FROM adoption_case c JOIN industry i ON i.id = c.industry_id \
         WHERE c.section_id IS DISTINCT FROM coalesce(i.parent_id, i.id) \
         OR c.shown_industry_id IS DISTINCT FROM CASE WHEN {is_named} THEN c.industry_id ELSE c.section_id END \
         OR c.shown_district IS DISTINCT FROM CASE WHEN {is_named} THEN c.district END \
         OR c.shown_investment IS DISTINCT FROM CASE WHEN {is_named} THEN c.investment END \
         OR c.shown_public_support IS DISTINCT FROM CASE WHEN {is_named} THEN c.public_support END \
         OR c.shown_owner_id IS DISTINCT FROM CASE WHEN {is_named} OR c.shown_owner_id IS NOT NULL THEN c.owner_id END \
         OR (NOT ({is_named}) AND c.owner_id = c.company_id AND c.shown_owner_id IS NOT NULL) \
         OR c.shown_supplier_id IS DISTINCT FROM CASE WHEN c.shown_supplier_id IS NOT NULL OR {is_named} THEN c.supplier_id END \
         OR c.shown_supplier_name IS DISTINCT FROM CASE WHEN c.shown_supplier_name IS NOT NULL OR {is_named} THEN c.supplier_name END \
         OR (NOT ({is_named}) AND c.supplier_id = c.company_id AND coalesce(CAST(c.shown_supplier_id AS text), c.shown_supplier_name) IS NOT NULL) \
         OR c.shown_region_id IS DISTINCT FROM CASE WHEN {is_named} OR {} THEN c.region_id \
            ELSE (SELECT r.id FROM region r WHERE r.code = '{NATIONWIDE}') END \
         OR c.shown_size IS DISTINCT FROM CASE WHEN {is_named} OR {} THEN c.size END \
         {}) AS found ORDER BY code",
        called.concat().join(" UNION "),
        enough(""),
        enough(" AND o.size = c.size"),
        namesakes.concat(),
    )
}
