//! The search index of a row: its document and the grams of its text; and the index of all rows made anew
//! when texts are compared in another way than when it was made.

use std::collections::HashMap;

use chrono::Utc;
use entity::{data_set, search_document, search_gram};
use sea_orm::{
    ActiveValue, ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Set, TransactionTrait,
};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::ledger;
use super::record::{self, LinkRecord, Record, TABLES, Visit};
use super::write::as_json;
use crate::domain::{codes, search_text};
use crate::error::Error;

/// Name under which the version of the index is noted among the data sets.
const NAME: &str = "search index";
/// Rows indexed in one transaction.
const BATCH: u64 = 200;
/// Rows after which the log tells how far it is.
const STEP: usize = 20_000;

/// Whether a column of a table holds a name or code rather than text: all that begin as the first does, unless that is a
/// text itself.
fn is_name(first: &str, column: &str) -> bool {
    let stem = first.strip_suffix("_ko").unwrap_or(first);
    let is_text = matches!(stem, "raw_text" | "reason" | "summary" | "value");
    (!is_text && column.starts_with(stem)) || matches!(column, "short_name" | "code" | "number")
}

/// The rows of the index for one row of a table; none if it has no searchable text.
pub fn entries<R: Record>(
    id: Uuid,
    row: &Map<String, Value>,
) -> Option<(search_document::ActiveModel, Vec<search_gram::ActiveModel>)> {
    let text =
        |column: &str| row.get(column).and_then(Value::as_str).filter(|text| !text.is_empty());
    let title = R::SEARCH.first()?;
    let title_ko = R::SEARCH.iter().find_map(|column| text(column))?.to_owned();
    let title_en = title.strip_suffix("_ko").and_then(|stem| text(&format!("{stem}_en")));
    // Each text is a line, and the names are closed by line feeds, so that a whole one can be told.
    let (mut names, mut content) = (String::from("\n"), String::new());
    for column in R::SEARCH {
        if let Some(text) = text(column) {
            let lines = if is_name(title, column) { &mut names } else { &mut content };
            lines.push_str(&search_text::line(text));
            lines.push('\n');
        }
    }
    if R::TYPE == "Region" {
        for name in text("code").map(codes::region_names).unwrap_or_default() {
            names.push_str(&search_text::line(name));
            names.push('\n');
        }
    }
    let (subject_type, subject_id) = match R::SEARCH_AS {
        Some((column, ty)) => (ty, text(column).and_then(|id| Uuid::parse_str(id).ok())?),
        None => (R::TYPE, id),
    };
    let mut grams = search_text::grams(&names);
    grams.extend(search_text::grams(&content));
    let grams = grams
        .into_iter()
        .map(|gram| search_gram::ActiveModel {
            id: Set(Uuid::now_v7()),
            gram: Set(gram),
            subject_type: Set(subject_type.to_owned()),
            source_id: Set(id),
        })
        .collect();
    let document = search_document::ActiveModel {
        id: Set(Uuid::now_v7()),
        source_id: Set(id),
        subject_type: Set(subject_type.to_owned()),
        subject_id: Set(subject_id),
        title_ko: Set(title_ko),
        title_en: Set(title_en.map(str::to_owned)),
        title: Set(names),
        content: Set(content),
    };
    Some((document, grams))
}

/// Makes the index anew if texts were compared in another way when it was made. One server at a time: the
/// caller holds the lock of the database's preparation. Cut short, it begins again at the next start.
///
/// # Errors
/// Internal.
pub async fn refresh(db: &DatabaseConnection) -> Result<(), Error> {
    let version = search_text::VERSION.to_string();
    let noted = data_set::Entity::find_by_id(NAME).one(db).await?;
    if noted.as_ref().is_some_and(|noted| noted.fingerprint == version) {
        return Ok(());
    }
    let mut rebuild = Rebuild { db, rows: 0 };
    for table in TABLES {
        record::visit(table, &mut rebuild).await?;
    }
    if rebuild.rows > 0 {
        tracing::info!(rows = rebuild.rows, version, "search.indexed");
    }
    let noted = data_set::ActiveModel {
        name: Set(NAME.to_owned()),
        fingerprint: Set(version),
        row_count: Set(i32::try_from(rebuild.rows).unwrap_or(i32::MAX)),
        loaded_at: Set(Utc::now()),
    };
    data_set::Entity::delete_by_id(NAME).exec(db).await?;
    data_set::Entity::insert(noted).exec_without_returning(db).await?;
    Ok(())
}

/// The next rows of a table by their keys, at most so many.
///
/// # Errors
/// Internal.
pub async fn rows_after<R: Record>(
    db: &DatabaseConnection,
    after: Uuid,
    most: u64,
) -> Result<Vec<(Uuid, Map<String, Value>)>, Error> {
    let id: R::Column = "id".parse().map_err(|_| Error::internal(R::TYPE))?;
    let found = R::find().filter(id.gt(after)).order_by_asc(id).limit(most).all(db).await?;
    let keyed = found.iter().map(|row| {
        let row = as_json(row)?;
        let key = row.get("id").and_then(Value::as_str).unwrap_or_default();
        Ok((key.parse().map_err(Error::internal)?, row))
    });
    keyed.collect()
}

/// Indexes tables, a batch of rows at a time.
struct Rebuild<'a> {
    db: &'a DatabaseConnection,
    rows: usize,
}

impl Rebuild<'_> {
    async fn batch<R: Record>(&self, rows: Vec<(Uuid, Map<String, Value>)>) -> Result<(), Error> {
        use search_document::{Column, Entity};
        let ids: Vec<Uuid> = rows.iter().map(|(id, _)| *id).collect();
        // The index is no record of its own: no audit, no change.
        let transaction = self.db.begin().await?;
        let known = Entity::find().filter(Column::SourceId.is_in(ids.iter().copied()));
        let known: Vec<(Uuid, Uuid)> = known
            .select_only()
            .columns([Column::SourceId, Column::Id])
            .into_tuple()
            .all(&transaction)
            .await?;
        let known: HashMap<Uuid, Uuid> = known.into_iter().collect();
        let (mut documents, mut grams) = (Vec::new(), Vec::new());
        for (id, row) in &rows {
            if let Some((mut document, of_row)) = entries::<R>(*id, row) {
                // Results that were handed out stay what they are.
                document.id = known.get(id).map_or(document.id, |key| ActiveValue::Set(*key));
                documents.push(document);
                grams.extend(of_row);
            }
        }
        Entity::delete_many()
            .filter(Column::SourceId.is_in(ids.iter().copied()))
            .exec(&transaction)
            .await?;
        search_gram::Entity::delete_many()
            .filter(search_gram::Column::SourceId.is_in(ids))
            .exec(&transaction)
            .await?;
        ledger::insert_all::<Entity>(&transaction, documents).await?;
        ledger::insert_all::<search_gram::Entity>(&transaction, grams).await?;
        transaction.commit().await?;
        Ok(())
    }
}

impl Visit for Rebuild<'_> {
    type Output = ();

    async fn fact<R: Record>(&mut self) -> Result<(), Error> {
        if R::SEARCH.is_empty() {
            return Ok(());
        }
        let mut after = Uuid::nil();
        loop {
            let rows = rows_after::<R>(self.db, after, BATCH).await?;
            let Some((last, _)) = rows.last() else { return Ok(()) };
            after = *last;
            let before = self.rows;
            self.rows += rows.len();
            self.batch::<R>(rows).await?;
            if before == 0 || before / STEP < self.rows / STEP {
                tracing::info!(table = R::TYPE, rows = self.rows, "search.indexing");
            }
        }
    }

    async fn link<L: LinkRecord>(&mut self) -> Result<(), Error> {
        Ok(())
    }
}
