//! Handing in: submit, report that there is nothing, take back. Each handing in makes a revision that never
//! changes, with a receipt.

use chrono::NaiveDate;
use entity::extension_request::ExtensionRequestStatus;
use entity::reporting_period::PeriodState;
use entity::{submission, submission_revision};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::Map;
use uuid::Uuid;

use super::data::FormData;
use super::values::{Edits, Standing};
use super::{Columns, Done, Held, Turn, evidence, extension, settled, tally, today, turn};
use crate::database::Store;
use crate::domain::cell::Cell;
use crate::domain::form::{Cells, Entry, Evidence, Problem, content_hash};
use crate::domain::submission::{Content, NotReady, Verb, awaited_by, may_hand_in, may_report_nil};
use crate::error::{Error, Message, UserError};
use crate::input;
use crate::input::Call;
use crate::service::write::{Author, Write};
use entity::submission::SubmissionStatus;
use entity::validation_rule::Severity;

/// Problems that a refusal names one by one.
const NAMED: usize = 100;

/// What a handing in says beside the values.
struct Statement<'a> {
    verb: Verb,
    nil_reason: Option<&'a str>,
    is_attested: bool,
}

input! {
    /// 제출. Hands in the values as they stand.
    mutation SubmitSubmission on submission::Entity {
        /// 확인. True: the values are right to the best of the submitter's knowledge.
        attestation: bool,
    }
}

input! {
    /// 실적 없음 보고. A nil return.
    mutation ReportNilSubmission on submission::Entity {
        /// 사유. Why there is nothing to report.
        reason: String,
    }
}

input! {
    /// 회수. A submission to be recalled before its review.
    mutation RecallSubmission on submission::Entity {}
}

/// Hands in the values as they stand.
///
/// # Errors
/// Not found; forbidden; conflict; user errors that name what is not ready; internal.
pub async fn submit(
    db: &Store,
    author: Author<'_>,
    SubmitSubmission { call, attestation }: SubmitSubmission,
) -> Result<Done, Error> {
    let said = Statement { verb: Verb::Submit, nil_reason: None, is_attested: attestation };
    hand_in(db, author, &call, &said).await
}

/// Reports that there is nothing to report.
///
/// # Errors
/// As [`submit`].
pub async fn report_nil(
    db: &Store,
    author: Author<'_>,
    ReportNilSubmission { call, reason }: ReportNilSubmission,
) -> Result<Done, Error> {
    let said =
        Statement { verb: Verb::ReportNil, nil_reason: Some(reason.trim()), is_attested: true };
    hand_in(db, author, &call, &said).await
}

/// Takes back what was handed in, before its review.
///
/// # Errors
/// As [`submit`].
pub async fn recall(
    db: &Store,
    author: Author<'_>,
    RecallSubmission { call }: RecallSubmission,
) -> Result<Done, Error> {
    let mut write = Write::attempt(db, author, &call).await?;
    let (held, status) = match turn(&write, &author, &call, Verb::Recall).await? {
        Turn::Again(held) => return Ok(Done { id: held.submission.id, revision: None }),
        Turn::First(held, status) => (held, status),
    };
    let mut columns = Columns::status(status)?;
    columns.set("is_nil", false)?.set("nil_reason", ())?;
    let row = held.submission;
    if row.returned_at.is_none() && !row.is_restatement {
        // It is as if it had never been handed in: to be on time it must come again in time.
        columns.set("first_submitted_at", ())?.set("is_on_time", ())?;
    }
    tally::update(&mut write, &author, "submission.recall", &row, columns, Map::new()).await?;
    write.commit().await?;
    Ok(Done { id: row.id, revision: None })
}

async fn hand_in(
    db: &Store,
    author: Author<'_>,
    call: &Call,
    said: &Statement<'_>,
) -> Result<Done, Error> {
    let mut write = Write::attempt(db, author, call).await?;
    let (held, status) = match turn(&write, &author, call, said.verb).await? {
        Turn::Again(held) => return again(&write, &author, &held, &call.key).await,
        Turn::First(held, status) => (held, status),
    };
    let data = FormData::load(write.reads(), &held.submission).await?;
    let mut standing = Standing::load(write.reads(), &held.submission).await?;
    let problems = data.check(&standing.cells);
    ready(&data, &standing.cells, &problems, said)?;
    let mut told = Map::new();
    if said.nil_reason.is_some() {
        // Zeros said before mean nothing beside the report that there is nothing.
        let edits: Edits = standing.cells.keys().map(|cell| (cell.clone(), None)).collect();
        (_, told) = standing.edit(&write, &data, &held.submission, edits).await?;
        told.extend(evidence::end_of_values(&write, &held.submission).await?);
    }
    let files = evidence::standing(write.reads(), held.submission.id).await?;
    let content = (&standing.cells, &evidence::content(&files));
    let mut revision = revision(&author, &held, &data, content, said, &call.key)?;
    revision.restatement_reason = restatement_reason(&write, &held).await?;
    let columns = handed_in(&author, &held, status, &revision)?;
    extension::close(&mut write, &author, &held, (ExtensionRequestStatus::Withdrawn, None)).await?;
    let row = held.submission;
    let action = match said.verb {
        Verb::ReportNil => "submission.reportNil",
        _ => "submission.submit",
    };
    tally::update(&mut write, &author, action, &row, columns, told).await?;
    let id = write.add::<submission_revision::Entity>("submission.receive", revision).await?;
    write.commit().await?;
    Ok(Done { id: row.id, revision: Some(id) })
}

/// The revision that a call with this key made before.
async fn again(
    write: &Write<'_>,
    author: &Author<'_>,
    held: &Held,
    key: &str,
) -> Result<Done, Error> {
    let made = submission_revision::Entity::find()
        .filter(submission_revision::Column::SubmissionId.eq(held.submission.id))
        .filter(submission_revision::Column::SubmittedBy.eq(author.principal.actor()))
        .filter(submission_revision::Column::RequestKey.eq(key))
        .one(write.reads())
        .await?;
    Ok(Done { id: held.submission.id, revision: made.map(|made| made.id) })
}

fn ready(
    data: &FormData,
    cells: &Cells,
    problems: &[Problem],
    said: &Statement<'_>,
) -> Result<(), Error> {
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    let content = Content {
        cells: cells.len(),
        errors,
        unjustified_warnings: problems
            .iter()
            .filter(|problem| problem.severity == Severity::Warning && !problem.is_justified)
            .count(),
        has_nonzero: cells.values().any(Entry::is_something),
        attested: said.is_attested,
    };
    let lacking = match said.nil_reason {
        Some(reason) => may_report_nil(&content, reason),
        None => may_hand_in(&content),
    };
    let mut told: Vec<UserError> = lacking.iter().map(not_ready).collect();
    if lacking.contains(&NotReady::NonZeroValue) {
        let something = cells.iter().filter(|(_, entry)| entry.is_something());
        told.extend(something.take(NAMED).map(|(cell, entry)| not_zero(data, cell, entry)));
    }
    if said.nil_reason.is_none() {
        told.extend(problems.iter().filter(|problem| blocks(problem)).take(NAMED).map(broken));
    }
    settled(if lacking.is_empty() { Vec::new() } else { told })
}

fn not_ready(lacking: &NotReady) -> UserError {
    let text = lacking.message();
    let field = match lacking {
        NotReady::NotAttested => "attestation",
        NotReady::NoReason => "reason",
        NotReady::EmptyForm
        | NotReady::OpenErrors(_)
        | NotReady::UnjustifiedWarnings(_)
        | NotReady::NonZeroValue => "id",
    };
    UserError::at(field, lacking.code(), text.ko, text.en)
}

/// A value that is in the way of a report of nothing, at the address of its cell.
fn not_zero(data: &FormData, cell: &Cell, entry: &Entry) -> UserError {
    let known = data.indicator(&cell.indicator);
    let said = entry.said(known.map(|known| known.value_type));
    let [ko, en] = [said.ko, said.en].map(|text| text.chars().take(60).collect::<String>());
    UserError {
        code: NotReady::NonZeroValue.code(),
        path: ["input", "id", &cell.to_string()].map(str::to_owned).to_vec(),
        message: Message::new(
            format!("{cell} 셀에 값({ko})이 있습니다. 지우거나, 숫자이면 0으로 고쳐 주십시오."),
            format!("{cell} has the value {en}: clear it, or set a number to zero."),
        ),
    }
}

fn blocks(problem: &Problem) -> bool {
    problem.severity == Severity::Error || !problem.is_justified
}

/// A broken rule as a user error, at the address of its cell.
fn broken(problem: &Problem) -> UserError {
    let code = match problem.severity {
        Severity::Error => "RULE_BROKEN",
        Severity::Warning => "COMMENT_NEEDED",
    };
    let (rule, text) = (&problem.rule, &problem.message);
    UserError {
        code,
        path: ["input", "id", &problem.cell.to_string()].map(str::to_owned).to_vec(),
        message: Message::new(format!("[{rule}] {}", text.ko), format!("[{rule}] {}", text.en)),
    }
}

/// Whether it comes by the day of its return, or else by its due date, which what is supplied to a final quarter
/// has missed.
fn is_on_time(author: &Author<'_>, held: &Held, return_due_on: Option<NaiveDate>) -> bool {
    let row = &held.submission;
    let is_late = held.period.state == PeriodState::Final;
    awaited_by(row.due_on, return_due_on, is_late).is_some_and(|due| today(author) <= due)
}

/// Why final figures are put right: what was said at the opening, though it was returned since.
async fn restatement_reason(write: &Write<'_>, held: &Held) -> Result<Option<String>, Error> {
    let row = &held.submission;
    if !row.is_restatement {
        return Ok(None);
    }
    let last = super::revision(write.reads(), row).await?;
    let kept =
        last.filter(|last| last.accepted_at.is_none()).and_then(|last| last.restatement_reason);
    Ok(kept.or_else(|| row.reason.clone()))
}

fn revision(
    author: &Author<'_>,
    held: &Held,
    data: &FormData,
    (cells, files): (&Cells, &Evidence),
    said: &Statement<'_>,
    key: &str,
) -> Result<submission_revision::Model, Error> {
    let row = &held.submission;
    let number = row.revision + 1;
    let hash = content_hash(cells, files);
    // The first digits of the hash let a receipt be told from one for other figures at a glance.
    let seal: String = hash.chars().take(6).collect::<String>().to_uppercase();
    let receipt = format!(
        "{}-{}-{}-{number:02}-{seal}",
        row.quarter.replace('-', ""),
        data.programme.code,
        data.institution.code
    );
    Ok(submission_revision::Model {
        id: Uuid::nil(),
        submission_id: row.id,
        institution_id: row.institution_id,
        number,
        receipt,
        content_hash: hash,
        cell_count: i32::try_from(cells.len()).map_err(Error::internal)?,
        is_nil: said.nil_reason.is_some(),
        nil_reason: said.nil_reason.map(str::to_owned),
        is_on_time: is_on_time(author, held, row.return_due_on),
        submitted_at: author.now,
        submitted_by: author.principal.actor().to_owned(),
        request_key: key.to_owned(),
        accepted_at: None,
        accepted_by: None,
        accepted_by_institution_id: None,
        superseded_at: None,
        restatement_reason: None,
        public_note_ko: row.public_note_ko.clone(),
        public_note_en: row.public_note_en.clone(),
        version: 1,
        created_at: author.now,
        updated_at: author.now,
    })
}

fn handed_in(
    author: &Author<'_>,
    held: &Held,
    status: SubmissionStatus,
    revision: &submission_revision::Model,
) -> Result<Columns, Error> {
    let mut columns = Columns::status(status)?;
    columns
        .set("revision", revision.number)?
        .set("submitted_at", author.now)?
        .set("submitted_by", author.principal.actor())?
        .set("review_started_at", ())?
        .set("is_nil", revision.is_nil)?
        .set("nil_reason", &revision.nil_reason)?
        .set("cell_count", revision.cell_count)?;
    if held.submission.started_at.is_none() {
        columns.set("started_at", author.now)?;
    }
    if held.submission.first_submitted_at.is_none() {
        columns
            .set("first_submitted_at", author.now)?
            .set("is_on_time", is_on_time(author, held, None))?;
    }
    Ok(columns)
}
