//! Rows that an input names by their codes, as far as the caller sees them.

use entity::common::Visibility;
use entity::{document, institution, merged_institution};
use sea_orm::sea_query::{Expr, UnionType};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait as _,
};
use uuid::Uuid;

use super::write::Write;
use crate::domain::access::{self, Object, Rows};
use crate::domain::fold;
use crate::domain::principal::Principal;
use crate::error::{Error, UserError};
use crate::input::unknown;

/// Whether the caller sees a fact of this visibility.
pub(super) fn sees(principal: &Principal, visibility: Visibility) -> bool {
    visibility == Visibility::Public || access::rows(principal, Object::Content) == Rows::All
}

/// The condition that an institution has a code, or that a code leads to it since another was merged into it.
pub(super) fn has_code(code: &str) -> Expr {
    let merged = merged_institution::Entity::find()
        .filter(merged_institution::Column::Code.eq(code))
        .select_only()
        .column(merged_institution::Column::IntoId);
    let own = institution::Entity::find()
        .filter(institution::Column::Code.eq(code))
        .select_only()
        .column(institution::Column::Id);
    let mut either = own.into_query();
    either.union(UnionType::All, merged.into_query());
    institution::Column::Id.in_subquery(either)
}

/// The institution to which a code leads since the one that had it was merged.
pub(super) async fn stays(db: &impl ConnectionTrait, code: &str) -> Result<Option<Uuid>, Error> {
    let merged =
        merged_institution::Entity::find().filter(merged_institution::Column::Code.eq(code));
    Ok(merged.one(db).await?.map(|merged| merged.into_id))
}

/// The institution of a code.
pub(super) async fn institution_of(
    write: &Write<'_>,
    principal: &Principal,
    field: &str,
    code: &str,
) -> Result<Uuid, Error> {
    let given = fold::code(code);
    let mut named = institution::Entity::find();
    if access::rows(principal, Object::Content) != Rows::All {
        named = named.filter(institution::Column::Visibility.eq(Visibility::Public));
    }
    let found = named.clone().filter(has_code(&given));
    if let Some(found) = found.one(write.reads()).await? {
        return Ok(found.id);
    }
    let all = named.order_by_asc(institution::Column::Code).all(write.reads()).await?;
    let text = ("그런 코드의 기관이 없습니다.", "There is no institution of that code.");
    Err(Error::User(vec![unknown(field, text, &given, all.iter().map(|row| row.code.as_str()))]))
}

/// The document of a code.
pub(super) async fn document_of(
    write: &Write<'_>,
    principal: &Principal,
    field: &str,
    code: &str,
) -> Result<Uuid, Error> {
    let found = document::Entity::find().filter(document::Column::Code.eq(fold::code(code)));
    let found = found.one(write.reads()).await?;
    let found = found.filter(|row| sees(principal, row.visibility));
    found.map(|row| row.id).ok_or_else(|| {
        Error::User(vec![UserError::at(
            field,
            "UNKNOWN",
            "그런 코드의 자료가 없습니다. `documents`에서 코드를 찾아 주십시오.",
            "There is no document of that code; find it in `documents`.",
        )])
    })
}
