//! Whether a database is what its own rules make it: `aiplus check`. It only reads; what it finds is told, never mended.
//!
//! To add a check: a function that tells what it looked at and what is wrong, and its line in [`all`].

use entity::{bill, search_document};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, Statement};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::document::file;
use super::record::{self, LinkRecord, Record, TABLES, Visit};
use super::write::as_json;
use super::{audit, bill as bills, search_index};
use crate::database::Store;
use crate::error::Error;
use crate::files::Files;

/// Rows looked at in one go.
const BATCH: u64 = 500;
/// Faults of one kind that are told one by one.
const SHOWN: usize = 10;

/// What one check looked at, and what is wrong with it.
#[derive(Debug)]
pub struct Finding {
    /// What was looked at.
    pub what: String,
    /// What is wrong, a line each; of many the first, and how many more there are.
    pub faults: Vec<String>,
}

impl Finding {
    fn new(what: impl Into<String>, mut faults: Vec<String>) -> Self {
        if faults.len() > SHOWN {
            let more = faults.len() - SHOWN;
            faults.truncate(SHOWN);
            faults.push(format!("and {more} more"));
        }
        Self { what: what.into(), faults }
    }
}

/// Looks at everything; `tell` hears of each step before it is taken.
///
/// # Errors
/// Unavailable; internal, if the database cannot be read.
pub async fn all(
    db: &Store,
    files: &Files,
    mut tell: impl FnMut(&str),
) -> Result<Vec<Finding>, Error> {
    let mut found = Vec::new();
    tell("the file");
    if db.get_database_backend() == DbBackend::Sqlite {
        found.push(pages(db).await?);
        found.push(references(db).await?);
    }
    tell("numbers");
    found.push(numbers(db).await?);
    tell("the audit");
    let verdict = audit::verify_against(db, std::collections::BTreeMap::new()).await?;
    let faults = verdict.faults.iter().map(ToString::to_string).collect();
    let what = format!("{} events of the audit, and what was submitted", verdict.events);
    found.push(Finding::new(what, faults));
    tell("what hangs on its own kind");
    found.push(circles(db).await?);
    tell("counts of submissions");
    found.push(tallies(db).await?);
    tell("stages of bills");
    found.push(stages(db).await?);
    tell("what is shown of cases");
    found.push(withheld(db).await?);
    tell("the search index");
    found.push(index(db).await?);
    tell("files of documents and submissions");
    let (count, faults) = file::faults(db, files).await?;
    let name = if count == 1 { "file" } else { "files" };
    found.push(Finding::new(format!("{count} {name} of documents and submissions"), faults));
    Ok(found)
}

async fn rows(db: &Store, sql: &str) -> Result<Vec<sea_orm::QueryResult>, Error> {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    Ok(db.query_all_raw(statement).await?)
}

/// The file itself, as SQLite finds it.
///
/// # Errors
/// Internal.
pub async fn pages(db: &Store) -> Result<Finding, Error> {
    let mut faults = Vec::new();
    for row in rows(db, "PRAGMA integrity_check").await? {
        let told: String = row.try_get_by_index(0)?;
        if told != "ok" {
            faults.push(told);
        }
    }
    Ok(Finding::new("pages and indexes of the file", faults))
}

/// Keys that name rows of other tables. PostgreSQL keeps them itself.
async fn references(db: &Store) -> Result<Finding, Error> {
    let mut faults = Vec::new();
    for row in rows(db, "SELECT \"table\", rowid, parent FROM pragma_foreign_key_check").await? {
        let (table, parent): (String, String) =
            (row.try_get_by_index(0)?, row.try_get_by_index(2)?);
        let number: Option<i64> = row.try_get_by_index(1)?;
        faults.push(format!(
            "a row of {table} ({number:?}) names a row of {parent} that is not there"
        ));
    }
    Ok(Finding::new("keys that name other rows", faults))
}

/// The last numbers given out, against those that stand.
async fn numbers(db: &Store) -> Result<Finding, Error> {
    let sql = "SELECT change_seq, (SELECT max(seq) FROM change), audit_seq, (SELECT max(seq) FROM audit_event) FROM ledger WHERE id = 1";
    let mut faults = Vec::new();
    match rows(db, sql).await?.first() {
        None => faults.push("the ledger has no row".to_owned()),
        Some(row) => {
            for (at, what) in [(0, "changes"), (2, "events of the audit")] {
                let given: i64 = row.try_get_by_index(at)?;
                // Old changes may have been forgotten, all of them as well.
                let stands: Option<i64> = row.try_get_by_index(at + 1)?;
                if stands.is_some_and(|stands| stands != given) {
                    faults.push(format!("{what}: {given} were numbered, the last is {stands:?}"));
                }
            }
        }
    }
    Ok(Finding::new("numbers of changes and of the audit", faults))
}

/// Rows that hang on rows of their own table, which close no circle.
async fn circles(db: &Store) -> Result<Finding, Error> {
    let mut circles = Circles { db, faults: Vec::new() };
    for table in TABLES {
        record::visit(table, &mut circles).await?;
    }
    Ok(Finding::new("rows that hang on their own kind", circles.faults))
}

struct Circles<'a> {
    db: &'a Store,
    faults: Vec<String>,
}

impl Visit for Circles<'_> {
    type Output = ();

    async fn fact<R: Record>(&mut self) -> Result<(), Error> {
        let table = R::default().table_name().to_owned();
        for (column, _) in R::REFERENCES.iter().filter(|(_, named)| *named == table) {
            // `UNION` ends it: no row is walked from the same start twice.
            let sql = format!(
                "WITH RECURSIVE up (id, above) AS (SELECT id, {column} FROM {table} WHERE {column} IS NOT NULL \
                 UNION SELECT up.id, t.{column} FROM up JOIN {table} t ON t.id = up.above WHERE up.above <> up.id) \
                 SELECT id FROM up WHERE above = id"
            );
            for row in rows(self.db, &sql).await? {
                let id: Uuid = row.try_get_by_index(0)?;
                self.faults.push(format!("{} {id} hangs on itself by its {column}", R::TYPE));
            }
        }
        Ok(())
    }

    async fn link<L: LinkRecord>(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

/// What statistics count of a submission, against its row.
async fn tallies(db: &Store) -> Result<Finding, Error> {
    let sql = "SELECT s.quarter, s.status FROM submission s LEFT JOIN submission_tally t ON t.submission_id = s.id AND t.known_to IS NULL \
        WHERE NOT s.is_restatement AND (t.id IS NULL OR t.status <> s.status OR t.is_nil <> s.is_nil OR t.due_on <> s.due_on \
        OR (t.is_on_time IS NULL) <> (s.is_on_time IS NULL) OR t.is_on_time <> s.is_on_time)";
    let mut faults = Vec::new();
    for row in rows(db, sql).await? {
        let (quarter, status): (String, String) =
            (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        faults.push(format!(
            "a submission of {quarter} that is {status} is counted as something else"
        ));
    }
    Ok(Finding::new("counts of submissions", faults))
}

/// Columns of bills that follow from their events.
async fn stages(db: &Store) -> Result<Finding, Error> {
    let found = bill::Entity::find().all(db).await?;
    let mut faults = Vec::new();
    for bill in &found {
        let row = as_json(bill)?;
        let derived = bills::derived(db, bill.id, &row).await?;
        for (column, value) in derived {
            if row.get(&column) != Some(&value) {
                faults.push(format!(
                    "{} of the bill {} does not follow from its events",
                    column, bill.number
                ));
            }
        }
    }
    Ok(Finding::new(format!("stages of {} bills", found.len()), faults))
}

/// What is shown of cases in place of what may be withheld, against how many there are.
async fn withheld(db: &Store) -> Result<Finding, Error> {
    let mut faults = Vec::new();
    for row in rows(db, &super::withheld::wrong()).await? {
        let code: String = row.try_get_by_index(0)?;
        faults.push(format!(
            "what is shown of the case {code} does not follow from the published cases"
        ));
    }
    Ok(Finding::new("what is shown of cases", faults))
}

/// The search index, against the rows it was made of.
async fn index(db: &Store) -> Result<Finding, Error> {
    let mut index = Index { db, rows: 0, faults: Vec::new() };
    for table in TABLES {
        record::visit(table, &mut index).await?;
    }
    let known = rows(db, "SELECT count(*) FROM search_document").await?;
    let known: i64 = known.first().map_or(Ok(0), |row| row.try_get_by_index(0))?;
    if known as usize > index.rows {
        index
            .faults
            .push(format!("{} entries are of rows that are gone", known as usize - index.rows));
    }
    Ok(Finding::new(format!("search index of {} rows", index.rows), index.faults))
}

struct Index<'a> {
    db: &'a Store,
    rows: usize,
    faults: Vec<String>,
}

impl Index<'_> {
    async fn batch<R: Record>(
        &mut self,
        found: Vec<(Uuid, Map<String, Value>)>,
    ) -> Result<(), Error> {
        use search_document::{Column, Entity};
        let ids = found.iter().map(|(id, _)| *id);
        let known = Entity::find().filter(Column::SourceId.is_in(ids)).all(self.db).await?;
        for (id, row) in found {
            let stands = known.iter().find(|document| document.source_id == id);
            let made = search_index::entries::<R>(id, &row).map(|(document, _)| document);
            let is_right = match (&made, stands) {
                (None, None) => true,
                (Some(made), Some(stands)) => {
                    made.title.as_ref() == &stands.title
                        && made.content.as_ref() == &stands.content
                        && made.subject_id.as_ref() == &stands.subject_id
                }
                _ => false,
            };
            self.rows += usize::from(stands.is_some());
            if !is_right {
                self.faults.push(format!("the entry of {} {id} is not what its row says", R::TYPE));
            }
        }
        Ok(())
    }
}

impl Visit for Index<'_> {
    type Output = ();

    async fn fact<R: Record>(&mut self) -> Result<(), Error> {
        if R::SEARCH.is_empty() {
            return Ok(());
        }
        let mut after = Uuid::nil();
        loop {
            let found = search_index::rows_after::<R>(self.db, after, BATCH).await?;
            let Some((last, _)) = found.last() else { return Ok(()) };
            after = *last;
            self.batch::<R>(found).await?;
        }
    }

    async fn link<L: LinkRecord>(&mut self) -> Result<(), Error> {
        Ok(())
    }
}
