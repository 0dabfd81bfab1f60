//! Saving values: cell by cell, all or nothing.

use entity::submission;
use sea_orm::ConnectionTrait;
use serde::Serialize;
use uuid::Uuid;

use super::data::FormData;
use super::table::{self, Fault};
use super::values::{Counts, Edits, Standing};
use super::{Asked, Columns, Held, Turn, tally, turn};
use crate::database::Store;
use crate::domain::form::{Cells, Problem};
use crate::domain::submission::Verb;
use crate::error::{Error, Message, UserError};
use crate::service::write::{Author, Write};
use crate::sheet;

/// Most cells of one call; an upload may hold more.
pub const MAX_CELLS: usize = 1000;

/// A cell as a caller gives it.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// The cell; empty parts say nothing.
    pub cell: sheet::Cell,
    /// Whether it is to be taken out.
    pub clear: bool,
}

/// What came of saving.
#[derive(Debug, Default)]
pub struct Saved {
    /// The submission.
    pub id: Uuid,
    /// What became of the cells.
    pub counts: Counts,
    /// What is wrong with all values as they stand now; a draft may be wrong.
    pub problems: Vec<Problem>,
}

/// Saves cells of a call.
///
/// # Errors
/// Not found; forbidden; conflict; user errors that name each cell; internal.
pub async fn save(
    db: &Store,
    author: Author<'_>,
    asked: &Asked,
    given: &[Given],
) -> Result<Saved, Error> {
    if given.is_empty() || given.len() > MAX_CELLS {
        return Err(Error::User(vec![UserError::at(
            "values",
            "WRONG_NUMBER",
            format!("값은 1~{MAX_CELLS}개씩 저장합니다."),
            format!("Save 1 to {MAX_CELLS} values at a time."),
        )]));
    }
    let content: Vec<_> = given.iter().map(|one| (shown(&one.cell), one.clear)).collect();
    let write = Write::begin(db, author).await?;
    let held = match turn(&write, &author, asked, Verb::SaveDraft, &content).await? {
        Turn::First(held, _) => held,
        Turn::Again(held) => return again(&write, &held).await,
    };
    let data = FormData::load(write.reads(), &held.submission).await?;
    let edits = edits(&data, given)?;
    let id = held.submission.id;
    let (counts, cells, _) = keep(write, &author, held, &data, edits).await?;
    Ok(Saved { id, counts, problems: data.check(&cells) })
}

/// The same content for the same cells, whatever call brings them.
fn shown(cell: &sheet::Cell) -> impl Serialize {
    [
        &cell.indicator,
        &cell.region,
        &cell.size,
        &cell.industry,
        &cell.state,
        &cell.value,
        &cell.reason,
        &cell.comment,
        &cell.evidence,
    ]
    .map(String::clone)
}

/// What a call that was made before is told: how things stand now.
async fn again(write: &Write<'_>, held: &Held) -> Result<Saved, Error> {
    let data = FormData::load(write.reads(), &held.submission).await?;
    let standing = Standing::load(write.reads(), &held.submission).await?;
    let problems = data.check(&standing.cells);
    Ok(Saved { id: held.submission.id, counts: Counts::default(), problems })
}

fn edits(data: &FormData, given: &[Given]) -> Result<Edits, Error> {
    let mut edits = Edits::new();
    let mut errors = Vec::new();
    for (at, one) in given.iter().enumerate() {
        if one.clear && says_something(&one.cell) {
            errors.push(UserError {
                code: "CLEAR_AND_VALUE",
                path: path(at, "clear"),
                message: Message::new(
                    "지울 셀(clear)에는 값, 구분, 사유, 의견, 증빙을 적지 않습니다. 하나만 남겨 주십시오.",
                    "A cell to clear takes no value, state, reason, comment or evidence: keep one or the other.",
                ),
            });
            continue;
        }
        let made = if one.clear {
            table::address(data, &one.cell).map(|cell| (cell, None))
        } else {
            table::cell(data, &one.cell)
        };
        match made {
            Err(faults) => errors.extend(faults.into_iter().map(|fault| error_at(at, fault))),
            Ok((cell, None)) if !one.clear => errors.push(UserError {
                code: "EMPTY",
                path: path(at, "value"),
                message: Message::new(
                    format!("{cell}: 값이나 구분을 적거나 clear를 쓰십시오."),
                    format!("{cell}: give a value or a state, or say clear."),
                ),
            }),
            Ok((cell, entry)) => {
                if edits.insert(cell.clone(), entry).is_some() {
                    errors.push(UserError {
                        code: "TWICE",
                        path: path(at, "indicator"),
                        message: Message::new(
                            format!("{cell}: 같은 셀이 두 번 있습니다."),
                            format!("{cell} stands twice."),
                        ),
                    });
                }
            }
        }
    }
    if errors.is_empty() { Ok(edits) } else { Err(Error::User(errors)) }
}

/// Whether anything but its address is given of a cell.
fn says_something(cell: &sheet::Cell) -> bool {
    let said = [&cell.state, &cell.value, &cell.reason, &cell.comment, &cell.evidence];
    said.into_iter().any(|text| !text.trim().is_empty())
}

fn path(at: usize, field: &str) -> Vec<String> {
    ["input", "values", &at.to_string(), field].map(str::to_owned).to_vec()
}

fn error_at(at: usize, fault: Fault) -> UserError {
    UserError { code: fault.code, path: path(at, fault.field), message: fault.message.into() }
}

/// Writes edits to a submission that is locked and may be saved, and commits. What changes nothing leaves no
/// trace: no version, no audit event, no key. Tells what became of the cells, all of them as they stand, and the
/// submission that they are of.
///
/// # Errors
/// Conflict; internal.
pub(super) async fn keep(
    mut write: Write<'_>,
    author: &Author<'_>,
    held: Held,
    data: &FormData,
    edits: Edits,
) -> Result<(Counts, Cells, submission::Model), Error> {
    let row = &held.submission;
    let mut standing = Standing::load(write.reads(), row).await?;
    let (counts, told) = standing.edit(&write, data, row, edits).await?;
    if counts.is_nothing() {
        return Ok((counts, standing.cells, held.submission));
    }
    let status = super::next(
        Verb::SaveDraft,
        &held.facts(super::today(author)),
        &super::actor(author.principal, row.institution_id, None),
    );
    let mut columns = Columns::status(status.unwrap_or(row.status))?;
    columns.set("cell_count", standing.cells.len())?;
    if row.started_at.is_none() {
        columns.set("started_at", author.now)?;
    }
    if row.is_nil {
        columns.set("is_nil", false)?.set("nil_reason", ())?;
    }
    let action = "submission.saveDraft";
    let now = tally::update(&mut write, author, action, row, columns, told).await?;
    write.commit().await?;
    Ok((counts, standing.cells, now))
}

/// What is wrong with the values of a submission as they stand.
///
/// # Errors
/// Internal.
pub async fn check(
    db: &impl ConnectionTrait,
    submission: &submission::Model,
) -> Result<(Cells, Vec<Problem>), Error> {
    let data = FormData::load(db, submission).await?;
    let standing = Standing::load(db, submission).await?;
    let problems = data.check(&standing.cells);
    Ok((standing.cells, problems))
}
