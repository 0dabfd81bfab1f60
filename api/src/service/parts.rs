//! Rows that are parts of another and are written with it: brought to what they are to be, as one list.

use std::str::FromStr as _;

use entity::common::{Origin, Visibility};
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::record::Record;
use super::write::{Author, Removed, Write, as_json};
use crate::error::{Error, UserError};
use crate::input::types::{Localized, texts};

/// Columns by name.
pub(super) type Columns = Map<String, Value>;

/// Sets a column.
pub(super) fn set(columns: &mut Columns, name: &str, value: impl Serialize) -> Result<(), Error> {
    let value = serde_json::to_value(value).map_err(Error::internal)?;
    columns.insert(name.to_owned(), value);
    Ok(())
}

/// Sets a text in both languages.
pub(super) fn set_texts<T: Into<String>>(
    columns: &mut Columns,
    name: &str,
    text: Option<Localized<T>>,
) -> Result<(), Error> {
    let (ko, en) = texts(text);
    set(columns, &format!("{name}_ko"), ko)?;
    set(columns, &format!("{name}_en"), en)
}

/// Who sees a row that everybody is to see, or not.
pub(super) fn visibility(is_public: bool) -> Visibility {
    if is_public { Visibility::Public } else { Visibility::Internal }
}

/// A row that a caller makes, of its columns.
pub(super) fn made<R: Record>(
    id: Uuid,
    author: &Author<'_>,
    visibility: Visibility,
    columns: Columns,
) -> Result<R::Model, Error> {
    if let Some(name) = columns.keys().find(|name| R::Column::from_str(name).is_err()) {
        return Err(Error::internal(format!("{} has no column {name}", R::TYPE)));
    }
    let mut row = columns;
    set(&mut row, "id", id)?;
    set(&mut row, "visibility", visibility)?;
    set(&mut row, "origin", Origin::Reported)?;
    set(&mut row, "version", 1)?;
    for instant in ["created_at", "updated_at"] {
        set(&mut row, instant, author.now)?;
    }
    serde_json::from_value(Value::Object(row)).map_err(Error::internal)
}

/// What parts belong to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Whole<'a> {
    /// Column of the parts that names it.
    pub(super) column: &'a str,
    /// Its key.
    pub(super) id: Uuid,
    /// Who sees the parts, as far as that is theirs to say.
    pub(super) visibility: Visibility,
    /// Who is told of those that go.
    pub(super) known_to: Visibility,
    /// Field of the input that tells the parts.
    pub(super) field: &'a str,
}

/// Brings the parts of one kind to what they are to be: `known` and `wanted` stand for each other by their keys.
pub(super) async fn bring<R: Record, K: PartialEq + Send>(
    write: &mut Write<'_>,
    author: &Author<'_>,
    whole: Whole<'_>,
    known: Vec<(K, R::Model)>,
    wanted: Vec<(K, Columns)>,
) -> Result<(), Error> {
    let rows = known.into_iter().map(|(key, row)| Ok((key, as_json(&row)?)));
    let mut known = rows.collect::<Result<Vec<_>, Error>>()?;
    for (key, mut columns) in wanted {
        let Some(at) = known.iter().position(|(other, _)| *other == key) else {
            set(&mut columns, whole.column, whole.id)?;
            let id = Uuid::now_v7();
            let row = made::<R>(id, author, whole.visibility, columns)?;
            write.add_with::<R>("create", id, row).await?;
            continue;
        };
        let (_, row) = known.swap_remove(at);
        if columns.iter().all(|(name, value)| row.get(name) == Some(value)) {
            continue;
        }
        let (id, version) = identity(&row)?;
        write.update::<R>(id, version, |row| row.extend(columns)).await?;
    }
    for (_, row) in known {
        let removed = write.remove_part::<R>(identity(&row)?.0, whole.known_to).await?;
        if removed == Removed::Kept {
            return Err(Error::User(vec![UserError::at(
                whole.field,
                "IN_USE",
                "다른 자료가 가리키는 항목은 뺄 수 없습니다.",
                "What another row names cannot be left out.",
            )]));
        }
    }
    Ok(())
}

fn identity(row: &Columns) -> Result<(Uuid, i32), Error> {
    let id = row.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok());
    let version = row.get("version").and_then(Value::as_i64).and_then(|it| i32::try_from(it).ok());
    id.zip(version).ok_or_else(|| Error::internal("a row without key and version"))
}
