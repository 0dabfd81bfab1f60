//! The fact that a citation or a conflict is about, as an input names it.

use std::str::FromStr;

use sea_orm::sea_query::LockType;
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::record::{self, LinkRecord, Record, Visit};
use super::sight;
use super::write::Write;
use crate::error::Error;
use crate::input::types::AnyId;
use crate::input::{InputErrors, unknown};
use crate::read::Act;
use crate::read::model::{Kind, Type};

/// Fields of every fact that tell of its row, and nothing that a source could state.
const OF_THE_ROW: [&str; 7] =
    ["id", "version", "origin", "createdAt", "updatedAt", "citations", "conflicts"];

/// What it is about.
pub(super) struct Subject<'a> {
    /// Its type.
    pub(super) ty: &'a Type,
    /// Its key; none if the caller sees no such row.
    pub(super) id: Option<Uuid>,
}

impl<'a> Subject<'a> {
    /// The fact of that id, which stays until the write is over. `deep` tells whether conflicts and claims are such facts as
    /// well.
    pub(super) async fn read(
        write: &Write<'_>,
        act: &Act<'a>,
        faults: &mut InputErrors,
        AnyId(tag, id): AnyId,
        deep: bool,
    ) -> Result<Option<Self>, Error> {
        let Some(ty) = act.catalog.subjects(deep).find(|ty| ty.tag == tag) else {
            faults.add(
                "subject",
                "NOT_A_FACT",
                "출처나 불일치를 적을 수 있는 유형의 식별자가 아닙니다.",
                "This is no id of a type that has citations and conflicts.",
            );
            return Ok(None);
        };
        let is_there = record::visit(ty.table, &mut Held { write, act, id }).await?;
        if !is_there {
            faults.add("subject", "UNKNOWN", "그런 항목이 없습니다.", "There is no such row.");
        }
        Ok(Some(Self { ty, id: is_there.then_some(id) }))
    }
}

/// Tells a field that the type does not have.
pub(super) fn check_field(faults: &mut InputErrors, ty: &Type, given: &str) {
    let (name, language) =
        given.split_once('.').map_or((given, None), |(name, of)| (name, Some(of)));
    let own = || ty.fields.iter().filter(|field| !OF_THE_ROW.contains(&field.name));
    let is_known = own().any(|field| {
        let in_languages = matches!(field.kind, Kind::Localized { .. });
        field.name == name && language.is_none_or(|of| in_languages && matches!(of, "ko" | "en"))
    });
    if !is_known {
        let text = ("이 유형에 그런 항목이 없습니다.", "The type has no such field.");
        faults.0.push(unknown("field", text, given, own().map(|field| field.name)));
    }
}

/// Looks for a row and holds it.
struct Held<'a, 'b> {
    write: &'a Write<'b>,
    act: &'a Act<'a>,
    id: Uuid,
}

impl Visit for Held<'_, '_> {
    type Output = bool;

    async fn fact<R: Record>(&mut self) -> Result<bool, Error> {
        let key = R::Column::from_str("id").map_err(|_| Error::internal(R::TYPE))?;
        let found = R::find().filter(key.eq(self.id)).lock(LockType::NoKeyUpdate);
        let found = found.one(self.write.reads()).await?;
        Ok(found.is_some() && sight::sees::<R>(self.write, self.act, self.id).await?)
    }

    async fn link<L: LinkRecord>(&mut self) -> Result<bool, Error> {
        Ok(false)
    }
}
