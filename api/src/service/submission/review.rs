//! Reviewing: begun, returned with a reason for each cell, accepted, opened again, restated; reminders. Nobody reviews its own institution's results, and nobody accepts what it handed in itself.

use chrono::NaiveDate;
use entity::validation_rule::Severity;
use entity::{submission, submission_comment, submission_revision};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};
use serde_json::Map;
use uuid::Uuid;

use super::data::FormData;
use super::{Columns, Done, Held, Turn, day, finish, known, settled, today, turn};
use super::{draft, expected, table};
use crate::database::Store;
use crate::domain::submission::Verb;
use crate::domain::suggest;
use crate::domain::text::Text;
use crate::error::{Error, Message, UserError};
use crate::input;
use crate::input::types::{List, Localized, Prose};
use crate::service::write::{Author, Write};
use entity::submission::SubmissionStatus;

input! {
    /// 검토 시작. A submission whose review begins.
    mutation StartSubmissionReview on submission::Entity {}
}

input! {
    /// 검토 의견. What needs correcting.
    object SubmissionComment {
        /// 셀. Address as `SubmissionValue.cell` has it: `CODE`, `CODE/KR-11//`; null for the submission as a whole.
        cell: Option<String>,
        /// 의견. What needs correcting, 1 to 2,000 characters.
        message: Prose,
    }
}

input! {
    /// 반려. A submission to be returned.
    mutation ReturnSubmission on submission::Entity {
        /// 검토 의견. 1 to 500 comments.
        comments: List<SubmissionComment, 1, 500>,
        /// 보완 기한. Resubmission deadline, from today to a year ahead.
        due_on: NaiveDate,
    }
}

input! {
    /// 승인. A submission to be accepted.
    mutation AcceptSubmission on submission::Entity {}
}

input! {
    /// 재개방. An accepted submission to be opened again.
    mutation ReopenSubmission on submission::Entity {
        /// 사유. Why.
        reason: Prose,
        /// 보완 기한. Resubmission deadline, from today to a year ahead.
        due_on: NaiveDate,
    }
}

input! {
    /// 정정. A submission of a final quarter to be opened; statistics count it as it is until the new figures are accepted.
    mutation RestateSubmission on submission::Entity {
        /// 사유. Why, for the file.
        reason: Prose,
        /// 공개 설명. What the public is told.
        public_note: Localized<Prose>,
    }
}

input! {
    /// 알림. A submission whose institution was reminded.
    mutation RemindSubmission on submission::Entity {}
}

/// Begins the review: from now on it cannot be taken back.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn start(
    db: &Store,
    author: Author<'_>,
    StartSubmissionReview { call }: StartSubmissionReview,
) -> Result<Done, Error> {
    let write = Write::attempt(db, author, &call).await?;
    let (held, status) = match turn(&write, &author, &call, Verb::StartReview).await? {
        Turn::Again(held) => return known(&write, &held).await,
        Turn::First(held, status) => (held, status),
    };
    let mut columns = Columns::status(status)?;
    columns
        .set("review_started_at", held.submission.review_started_at.unwrap_or(author.now))?
        .by("reviewed_by", &author)?;
    finish(write, &author, "submission.startReview", &held, columns).await
}

/// Gives it back, with what is to be put right and until when.
///
/// # Errors
/// As [`start`].
pub async fn return_to(
    db: &Store,
    author: Author<'_>,
    ReturnSubmission { call, comments, due_on }: ReturnSubmission,
) -> Result<Done, Error> {
    let mut write = Write::attempt(db, author, &call).await?;
    let (held, status) = match turn(&write, &author, &call, Verb::Return).await? {
        Turn::Again(held) => return known(&write, &held).await,
        Turn::First(held, status) => (held, status),
    };
    let data = FormData::load(write.reads(), &held.submission).await?;
    let rows = checked(&author, &held, &data, &comments, due_on)?;
    let due_on = expected::rolled(write.reads(), held.submission.programme_id, due_on).await?;
    let mut columns = given_back(&author, &held, status, due_on)?;
    let whole = rows.iter().find(|row| row.cell.is_none()).or(rows.first());
    columns.set("reason", whole.map(|row| &row.message))?;
    for row in rows {
        write.add::<submission_comment::Entity>("submission.comment", row).await?;
    }
    finish(write, &author, "submission.return", &held, columns).await
}

fn given_back(
    author: &Author<'_>,
    held: &Held,
    status: SubmissionStatus,
    due_on: NaiveDate,
) -> Result<Columns, Error> {
    let mut columns = Columns::status(status)?;
    columns
        .set("returned_at", author.now)?
        .set("return_due_on", due_on)?
        .set("locks_on", held.submission.locks_on.max(due_on))?
        .set("review_started_at", ())?
        .by("reviewed_by", author)?;
    Ok(columns)
}

fn checked(
    author: &Author<'_>,
    held: &Held,
    data: &FormData,
    comments: &[SubmissionComment],
    due_on: NaiveDate,
) -> Result<Vec<submission_comment::Model>, Error> {
    let mut errors = Vec::new();
    day("dueOn", due_on, today(author), &mut errors);
    let mut rows = Vec::with_capacity(comments.len());
    for (at, comment) in comments.iter().enumerate() {
        let found = comment.cell.as_deref().and_then(|cell| table::spelt(data, cell));
        let indicator_id = match &comment.cell {
            None => None,
            Some(_) => {
                let keys = found.as_ref().and_then(|cell| data.keys(cell));
                if keys.is_none() {
                    let path = ["input", "comments", &at.to_string(), "cell"];
                    let given = comment.cell.as_deref().unwrap_or_default();
                    let indicator = given.split('/').next().unwrap_or_default();
                    let codes = data.indicators.iter().map(|row| row.code.as_str());
                    // Where the indicator is one, what is wrong is the part.
                    let hint = match data.lists.indicators.find(indicator) {
                        Some(_) => Text::new("", ""),
                        None => suggest::among(indicator, codes),
                    };
                    errors.push(UserError {
                        code: "UNKNOWN_CELL",
                        path: path.map(str::to_owned).to_vec(),
                        message: Message::new(
                            format!("이 제출에 없는 셀입니다. 예: CODE 또는 CODE/KR-11//{}", hint.ko),
                            format!("This submission has no such cell. Write CODE, or CODE/KR-11// for a part.{}", hint.en),
                        ),
                    });
                }
                keys.map(|(indicator, ..)| indicator)
            }
        };
        rows.push(submission_comment::Model {
            id: Uuid::nil(),
            submission_id: held.submission.id,
            institution_id: held.submission.institution_id,
            revision: held.submission.revision,
            indicator_id,
            cell: found.map(|cell| cell.to_string()),
            message: comment.message.to_string(),
            author: author.principal.actor().to_owned(),
            author_institution_id: super::institution(author),
            version: 1,
            created_at: author.now,
            updated_at: author.now,
        });
    }
    settled(errors)?;
    Ok(rows)
}

/// Accepts it: its figures count from now on.
///
/// # Errors
/// As [`start`].
pub async fn accept(
    db: &Store,
    author: Author<'_>,
    AcceptSubmission { call }: AcceptSubmission,
) -> Result<Done, Error> {
    let mut write = Write::attempt(db, author, &call).await?;
    let (held, status) = match turn(&write, &author, &call, Verb::Accept).await? {
        Turn::Again(held) => return known(&write, &held).await,
        Turn::First(held, status) => (held, status),
    };
    if !held.submission.is_nil {
        let data = FormData::load(write.reads(), &held.submission).await?;
        let standing = super::values::Standing::load(write.reads(), &held.submission).await?;
        let problems = data.check(&standing.cells);
        let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
        if errors > 0 {
            return Err(Error::User(vec![UserError::at(
                "id",
                "OPEN_ERRORS",
                format!("검증 오류 {errors}건이 남아 있어 승인할 수 없습니다."),
                format!("It cannot be accepted while errors are open, {errors} of them."),
            )]));
        }
    }
    let accepted = super::revision(write.reads(), &held.submission)
        .await?
        .ok_or_else(|| Error::internal("a submission handed in without a revision"))?;
    supersede(&mut write, &held, &author).await?;
    let mut decided = Columns::default();
    decided.set("accepted_at", author.now)?.by("accepted_by", &author)?;
    write
        .update_as::<submission_revision::Entity>(
            "submission.count",
            accepted.id,
            accepted.version,
            decided.onto(),
            Map::new(),
        )
        .await?;
    let mut columns = Columns::status(status)?;
    columns
        .set("accepted_at", author.now)?
        .by("accepted_by", &author)?
        .by("reviewed_by", &author)?
        .set("return_due_on", ())?
        .set("is_restatement", false)?
        .set("public_note_ko", ())?
        .set("public_note_en", ())?;
    finish(write, &author, "submission.accept", &held, columns).await
}

/// Figures that counted until now cease to count.
async fn supersede(write: &mut Write<'_>, held: &Held, author: &Author<'_>) -> Result<(), Error> {
    use submission_revision::Column as C;
    let counting = submission_revision::Entity::find()
        .filter(C::SubmissionId.eq(held.submission.id))
        .filter(C::AcceptedAt.is_not_null())
        .filter(C::SupersededAt.is_null())
        .all(write.reads())
        .await?;
    for old in counting {
        let mut columns = Columns::default();
        columns.set("superseded_at", author.now)?;
        write
            .update_as::<submission_revision::Entity>(
                "submission.supersede",
                old.id,
                old.version,
                columns.onto(),
                Map::new(),
            )
            .await?;
    }
    Ok(())
}

/// Opens an accepted one again, as if it had been returned. Its figures cease to count.
///
/// # Errors
/// As [`start`].
pub async fn reopen(
    db: &Store,
    author: Author<'_>,
    ReopenSubmission { call, reason, due_on }: ReopenSubmission,
) -> Result<Done, Error> {
    let mut write = Write::attempt(db, author, &call).await?;
    let (held, status) = match turn(&write, &author, &call, Verb::Reopen).await? {
        Turn::Again(held) => return known(&write, &held).await,
        Turn::First(held, status) => (held, status),
    };
    let mut errors = Vec::new();
    day("dueOn", due_on, today(&author), &mut errors);
    settled(errors)?;
    supersede(&mut write, &held, &author).await?;
    let due_on = expected::rolled(write.reads(), held.submission.programme_id, due_on).await?;
    let mut columns = given_back(&author, &held, status, due_on)?;
    columns
        .set("reason", &*reason)?
        .set("accepted_at", ())?
        .set("accepted_by", ())?
        .set("accepted_by_institution_id", ())?;
    finish(write, &author, "submission.reopen", &held, columns).await
}

/// Opens a submission of a final quarter, whatever it holds: final figures to be put right, or what is missing to
/// be supplied late. The figures count as they are until the new ones are accepted.
///
/// # Errors
/// As [`start`].
pub async fn restate(
    db: &Store,
    author: Author<'_>,
    RestateSubmission { call, reason, public_note }: RestateSubmission,
) -> Result<Done, Error> {
    let write = Write::attempt(db, author, &call).await?;
    let (held, status) = match turn(&write, &author, &call, Verb::Restate).await? {
        Turn::Again(held) => return known(&write, &held).await,
        Turn::First(held, status) => (held, status),
    };
    let (note_ko, note_en) = public_note.texts();
    let mut columns = Columns::status(status)?;
    columns
        .set("is_restatement", true)?
        .set("reason", &*reason)?
        .set("public_note_ko", note_ko)?
        .set("public_note_en", note_en)?
        .set("return_due_on", ())?
        .set("review_started_at", ())?;
    finish(write, &author, "submission.restate", &held, columns).await
}

/// Notes that the institution was reminded.
///
/// # Errors
/// As [`start`].
pub async fn remind(
    db: &Store,
    author: Author<'_>,
    RemindSubmission { call }: RemindSubmission,
) -> Result<Done, Error> {
    let write = Write::attempt(db, author, &call).await?;
    let held = match turn(&write, &author, &call, Verb::Remind).await? {
        Turn::Again(held) => return known(&write, &held).await,
        Turn::First(held, _) => held,
    };
    let mut columns = Columns::default();
    columns.set("reminded_at", author.now)?;
    finish(write, &author, "submission.remind", &held, columns).await
}

/// What is wrong with the values of a submission that the caller may see.
///
/// # Errors
/// Not found; internal.
pub async fn validate(
    db: &DatabaseConnection,
    author: &Author<'_>,
    id: Uuid,
) -> Result<Vec<crate::domain::form::Problem>, Error> {
    let submission = super::find(db, author.principal, id).await?;
    Ok(draft::check(db, &submission).await?.1)
}
