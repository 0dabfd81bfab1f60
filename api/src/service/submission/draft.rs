//! Saving values: cell by cell, all or nothing.

use entity::adoption_case::BusinessSize;
use entity::submission;
use entity::submission_value::ValueState;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::data::FormData;
use super::table::{self, Fault};
use super::values::{Counts, Edits, Standing};
use super::{Columns, Held, Turn, tally, turn};
use crate::database::Store;
use crate::domain::form::{Cells, Problem};
use crate::domain::submission::Verb;
use crate::error::{Error, Message, UserError};
use crate::input;
use crate::input::types::List;
use crate::service::write::{Author, Write};
use crate::sheet;

input! {
    /// 값 입력. What a cell is to say.
    object SubmissionValue {
        /// 지표 코드. Indicator.
        indicator: String,
        /// 지역 코드. Region of a part, e.g. `KR-11`.
        region: Option<String>,
        /// 기업 규모. Business size of a part.
        size: Option<BusinessSize>,
        /// 업종 코드. KSIC section or division of a part.
        industry: Option<String>,
        /// 값 구분. VALUE if a value is given.
        state: Option<ValueState>,
        /// 값. Exact value as text, in the indicator's unit; commas and the unit itself (`1,094`, `1,094원`) may stand as in a file, another unit may not.
        value: Option<String>,
        /// 사유. Why there is no value; required for NOT_APPLICABLE and MISSING.
        reason: Option<String>,
        /// 의견. Comment, which also answers a warning.
        comment: Option<String>,
        /// 증빙 설명. Where the evidence is, in words.
        evidence_note: Option<String>,
        /// 삭제. Whether the cell is cleared; rejected beside anything but its address.
        clear: bool = "false",
    }
}

input! {
    /// 저장. Values to be saved, all or none.
    mutation SaveSubmissionDraft on submission::Entity {
        /// 값. 1 to 1,000 cells; the others stay as they are.
        values: List<SubmissionValue, 1, 1000>,
    }
}

impl SubmissionValue {
    /// The cell; empty parts say nothing.
    fn cell(&self) -> sheet::Cell {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        sheet::Cell {
            indicator: self.indicator.clone(),
            region: text(&self.region),
            size: self.size.map(|size| size.code().to_owned()).unwrap_or_default(),
            industry: text(&self.industry),
            state: self.state.map(|state| state.code().to_owned()).unwrap_or_default(),
            value: text(&self.value),
            reason: text(&self.reason),
            comment: text(&self.comment),
            evidence_note: text(&self.evidence_note),
        }
    }
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
    SaveSubmissionDraft { call, values }: SaveSubmissionDraft,
) -> Result<Saved, Error> {
    let write = Write::attempt(db, author, &call).await?;
    let held = match turn(&write, &author, &call, Verb::SaveDraft).await? {
        Turn::First(held, _) => held,
        Turn::Again(held) => return again(&write, &held).await,
    };
    let data = FormData::load(write.reads(), &held.submission).await?;
    let edits = edits(&data, &values)?;
    let id = held.submission.id;
    let (counts, cells, _) = keep(write, &author, held, &data, edits).await?;
    Ok(Saved { id, counts, problems: data.check(&cells) })
}

/// What a call that was made before is told: how things stand now.
async fn again(write: &Write<'_>, held: &Held) -> Result<Saved, Error> {
    let data = FormData::load(write.reads(), &held.submission).await?;
    let standing = Standing::load(write.reads(), &held.submission).await?;
    let problems = data.check(&standing.cells);
    Ok(Saved { id: held.submission.id, counts: Counts::default(), problems })
}

fn edits(data: &FormData, given: &[SubmissionValue]) -> Result<Edits, Error> {
    let mut edits = Edits::new();
    let mut errors = Vec::new();
    for (at, one) in given.iter().enumerate() {
        let given = one.cell();
        if one.clear && says_something(&given) {
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
            table::address(data, &given).map(|cell| (cell, None))
        } else {
            table::cell(data, &given)
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
    let said = [&cell.state, &cell.value, &cell.reason, &cell.comment, &cell.evidence_note];
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
