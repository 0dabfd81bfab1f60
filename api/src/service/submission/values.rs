//! Values of a submission: read as the domain sees them, and written as ranges of revisions.
//!
//! A row holds from `first_revision` on. What a revision handed in holds is never changed: a new value closes
//! the row (`last_revision`) and opens another. What no revision holds yet is replaced.

use std::collections::BTreeMap;

use entity::{submission, submission_value};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
    sea_query::Expr,
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::data::FormData;
use crate::domain::cell::Cell;
use crate::domain::form::{Cells, Entry};
use crate::error::Error;
use crate::service::ledger;
use crate::service::write::Write;

/// Most cells that an audit event names one by one; of more it tells how many there were.
const TOLD: usize = 1000;
/// Rows written, deleted or closed by one statement.
const BATCH: usize = 400;
/// Rows read by one.
const PAGE: usize = 5000;

/// What is to become of cells: a new entry, or none to take it out.
pub type Edits = BTreeMap<Cell, Option<Entry>>;

/// What became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Cells that were empty.
    pub created: usize,
    /// Cells that said something else.
    pub updated: usize,
    /// Cells that said the same.
    pub unchanged: usize,
    /// Cells taken out.
    pub cleared: usize,
}

impl Counts {
    /// Whether nothing was written.
    pub fn is_nothing(&self) -> bool {
        self.created + self.updated + self.cleared == 0
    }
}

/// What a stored value says.
pub fn entry(row: submission_value::Model) -> Entry {
    Entry {
        state: row.state,
        value: row.value,
        scaled: row.scaled,
        reason: row.reason,
        comment: row.comment,
        evidence_note: row.evidence_note,
    }
}

/// Where a cell that stands is kept.
#[derive(Debug, Clone, Copy)]
pub struct Kept {
    id: Uuid,
    first_revision: i32,
    /// Whether its row is still to be written.
    is_new: bool,
}

/// The values that stand, and where they are kept.
#[derive(Debug, Default)]
pub struct Standing {
    /// The values.
    pub cells: Cells,
    kept: BTreeMap<Cell, Kept>,
}

impl Standing {
    /// Reads them.
    ///
    /// # Errors
    /// Internal.
    pub async fn load(
        db: &impl ConnectionTrait,
        submission: &submission::Model,
    ) -> Result<Self, Error> {
        let mut standing = Self::default();
        let mut after = String::new();
        loop {
            let rows = submission_value::Entity::find()
                .filter(submission_value::Column::SubmissionId.eq(submission.id))
                .filter(submission_value::Column::Cell.gt(&after))
                .filter(submission_value::Column::LastRevision.is_null())
                .order_by_asc(submission_value::Column::Cell)
                .limit(PAGE as u64)
                .all(db)
                .await?;
            let is_last = rows.len() < PAGE;
            for row in rows {
                let cell = address(&row.cell)?;
                let (id, first_revision) = (row.id, row.first_revision);
                standing.kept.insert(cell.clone(), Kept { id, first_revision, is_new: false });
                after.clone_from(&row.cell);
                standing.cells.insert(cell, entry(row));
            }
            if is_last {
                return Ok(standing);
            }
        }
    }

    /// Writes the edits as parts of a submission that is locked, and leaves `self` as it is afterwards. Tells
    /// what became of them, and what the audit is told.
    ///
    /// # Errors
    /// Internal.
    pub async fn edit(
        &mut self,
        write: &Write<'_>,
        data: &FormData,
        submission: &submission::Model,
        edits: Edits,
    ) -> Result<(Counts, Map<String, Value>), Error> {
        let next = submission.revision + 1;
        let mut counts = Counts::default();
        let (mut gone, mut closed) = (Vec::new(), Vec::new());
        let mut told = Vec::new();
        for (cell, wanted) in edits {
            let before = self.cells.get(&cell);
            match (before, &wanted) {
                (None, None) => continue,
                (Some(before), Some(after)) if before == after => {
                    counts.unchanged += 1;
                    continue;
                }
                (None, Some(_)) => counts.created += 1,
                (Some(_), Some(_)) => counts.updated += 1,
                (Some(_), None) => counts.cleared += 1,
            }
            if told.len() < TOLD {
                told.push(json!({ "cell": cell.to_string(), "before": shown(before), "after": shown(wanted.as_ref()) }));
            }
            if let Some(kept) = self.kept.remove(&cell) {
                if kept.first_revision == next { &mut gone } else { &mut closed }.push(kept.id);
            }
            match wanted {
                None => {
                    self.cells.remove(&cell);
                }
                Some(entry) => {
                    let kept = Kept { id: Uuid::now_v7(), first_revision: next, is_new: true };
                    self.kept.insert(cell.clone(), kept);
                    self.cells.insert(cell, entry);
                }
            }
        }
        for ids in gone.chunks(BATCH) {
            submission_value::Entity::delete_many()
                .filter(submission_value::Column::Id.is_in(ids.iter().copied()))
                .exec(write.parts())
                .await?;
        }
        for ids in closed.chunks(BATCH) {
            submission_value::Entity::update_many()
                .col_expr(submission_value::Column::LastRevision, Expr::value(submission.revision))
                .filter(submission_value::Column::Id.is_in(ids.iter().copied()))
                .exec(write.parts())
                .await?;
        }
        // A batch at a time: an upload may hold hundreds of thousands.
        let mut rows = Vec::with_capacity(BATCH);
        for (cell, kept) in self.kept.iter_mut().filter(|(_, kept)| kept.is_new) {
            let Some(entry) = self.cells.get(cell) else { continue };
            rows.push(row(data, submission, kept.id, next, cell, entry)?);
            kept.is_new = false;
            if rows.len() == BATCH {
                let full = std::mem::replace(&mut rows, Vec::with_capacity(BATCH));
                ledger::insert_all::<submission_value::Entity>(write.parts(), full).await?;
            }
        }
        ledger::insert_all::<submission_value::Entity>(write.parts(), rows).await?;
        Ok((counts, audited(counts, told)))
    }
}

/// A stored address.
///
/// # Errors
/// Internal, if it is none.
pub fn address(text: &str) -> Result<Cell, Error> {
    text.parse().map_err(|_| Error::internal(format!("{text} is no address of a cell")))
}

fn row(
    data: &FormData,
    submission: &submission::Model,
    id: Uuid,
    first_revision: i32,
    cell: &Cell,
    entry: &Entry,
) -> Result<submission_value::ActiveModel, Error> {
    let (indicator_id, region_id, industry_id) =
        data.keys(cell).ok_or_else(|| Error::internal(format!("{cell} was not checked")))?;
    Ok(submission_value::ActiveModel {
        id: Set(id),
        submission_id: Set(submission.id),
        institution_id: Set(submission.institution_id),
        indicator_id: Set(indicator_id),
        cell: Set(cell.to_string()),
        region_id: Set(region_id),
        size: Set(cell.size),
        industry_id: Set(industry_id),
        state: Set(entry.state),
        value: Set(entry.value.clone()),
        scaled: Set(entry.scaled),
        reason: Set(entry.reason.clone()),
        comment: Set(entry.comment.clone()),
        evidence_note: Set(entry.evidence_note.clone()),
        first_revision: Set(first_revision),
        last_revision: Set(None),
    })
}

/// A stored value as the audit and a difference show it.
pub fn shown_row(row: submission_value::Model) -> Value {
    shown(Some(&entry(row)))
}

fn shown(entry: Option<&Entry>) -> Value {
    let Some(entry) = entry else { return Value::Null };
    let mut shown = json!({ "state": entry.state.code() });
    let parts = [
        ("value", &entry.value),
        ("reason", &entry.reason),
        ("comment", &entry.comment),
        ("evidenceNote", &entry.evidence_note),
    ];
    for (name, text) in parts {
        if let Some(text) = text {
            shown[name] = text.as_str().into();
        }
    }
    shown
}

fn audited(counts: Counts, told: Vec<Value>) -> Map<String, Value> {
    let all = counts.created + counts.updated + counts.cleared;
    let mut values = Map::new();
    for (name, count) in
        [("created", counts.created), ("updated", counts.updated), ("cleared", counts.cleared)]
    {
        values.insert(name.to_owned(), count.into());
    }
    values.insert("untold".to_owned(), (all - told.len()).into());
    values.insert("cells".to_owned(), told.into());
    Map::from_iter([("values".to_owned(), Value::Object(values))])
}
