//! Reviewing: begun, returned with a reason for each cell, accepted, opened again, restated; due dates
//! extended. Nobody reviews its own institution's results, and nobody accepts what it handed in itself.

use chrono::NaiveDate;
use entity::validation_rule::Severity;
use entity::{extension, submission_comment, submission_revision};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};
use serde::Serialize;
use serde_json::Map;
use uuid::Uuid;

use super::data::FormData;
use super::draft;
use super::{Asked, Columns, Done, Held, Turn, day, settled, text, today, turn};
use crate::domain::cell::Cell;
use crate::domain::submission::Verb;
use crate::error::{Error, Message, UserError};
use crate::service::write::{Author, Write};
use entity::submission::SubmissionStatus;

/// Most comments of one return.
const MAX_COMMENTS: usize = 500;

/// What is to be put right at a cell.
#[derive(Debug, Clone, Serialize)]
pub struct Comment {
    /// Address of the cell; none for the whole.
    pub cell: Option<String>,
    /// What is to be put right.
    pub message: String,
}

/// Writes the submission, and tells which revision it was about.
async fn finish(
    mut write: Write<'_>,
    action: &'static str,
    held: &Held,
    columns: Columns,
) -> Result<Done, Error> {
    let row = &held.submission;
    write
        .update_as::<entity::submission::Entity>(
            action,
            row.id,
            row.version,
            columns.onto(),
            Map::new(),
        )
        .await?;
    let revision = super::revision(write.reads(), row).await?.map(|found| found.id);
    write.commit().await?;
    Ok(Done { id: row.id, revision })
}

async fn known(write: &Write<'_>, held: &Held) -> Result<Done, Error> {
    let revision = super::revision(write.reads(), &held.submission).await?.map(|found| found.id);
    Ok(Done { id: held.submission.id, revision })
}

/// Begins the review: from now on it cannot be taken back.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn start(
    db: &DatabaseConnection,
    author: Author<'_>,
    asked: &Asked,
) -> Result<Done, Error> {
    let write = Write::begin(db, author).await?;
    let (held, status) = match turn(&write, &author, asked, Verb::StartReview, &()).await? {
        Turn::Again(held) => return known(&write, &held).await,
        Turn::First(held, status) => (held, status),
    };
    let mut columns = Columns::status(status)?;
    columns
        .set("review_started_at", held.submission.review_started_at.unwrap_or(author.now))?
        .by("reviewed_by", &author)?;
    finish(write, "submission.startReview", &held, columns).await
}

/// Gives it back, with what is to be put right and until when.
///
/// # Errors
/// As [`start`].
pub async fn return_to(
    db: &DatabaseConnection,
    author: Author<'_>,
    asked: &Asked,
    comments: &[Comment],
    due_on: NaiveDate,
) -> Result<Done, Error> {
    let mut write = Write::begin(db, author).await?;
    let content = (comments, due_on);
    let (held, status) = match turn(&write, &author, asked, Verb::Return, &content).await? {
        Turn::Again(held) => return known(&write, &held).await,
        Turn::First(held, status) => (held, status),
    };
    let data = FormData::load(write.reads(), &held.submission).await?;
    let rows = checked(&author, &held, &data, comments, due_on)?;
    let mut columns = given_back(&author, &held, status, due_on)?;
    let whole = rows.iter().find(|row| row.cell.is_none()).or(rows.first());
    columns.set("reason", whole.map(|row| &row.message))?;
    for row in rows {
        write.add::<submission_comment::Entity>("submission.comment", row).await?;
    }
    finish(write, "submission.return", &held, columns).await
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
    comments: &[Comment],
    due_on: NaiveDate,
) -> Result<Vec<submission_comment::Model>, Error> {
    let mut errors = Vec::new();
    day("dueOn", due_on, today(author), &mut errors);
    if comments.is_empty() || comments.len() > MAX_COMMENTS {
        errors.push(UserError::at(
            "comments",
            "WRONG_NUMBER",
            format!("보완할 내용을 1~{MAX_COMMENTS}건 적어 주십시오."),
            format!("Give 1 to {MAX_COMMENTS} comments: what is to be put right."),
        ));
    }
    let mut rows = Vec::with_capacity(comments.len());
    for (at, comment) in comments.iter().enumerate() {
        let mut wrong = Vec::new();
        let message = text("message", &comment.message, &mut wrong);
        errors.extend(wrong.into_iter().map(|error| UserError {
            path: ["input", "comments", &at.to_string(), "message"].map(str::to_owned).to_vec(),
            ..error
        }));
        let indicator_id = match &comment.cell {
            None => None,
            Some(cell) => {
                let keys = cell.parse::<Cell>().ok().and_then(|cell| data.keys(&cell));
                if keys.is_none() {
                    let path = ["input", "comments", &at.to_string(), "cell"];
                    errors.push(UserError {
                        code: "UNKNOWN_CELL",
                        path: path.map(str::to_owned).to_vec(),
                        message: Message::new(
                            "이 제출에 없는 셀입니다. 예: CODE 또는 CODE/KR-11//",
                            "This submission has no such cell. Write CODE, or CODE/KR-11// for a part.",
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
            cell: comment.cell.clone(),
            message,
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
    db: &DatabaseConnection,
    author: Author<'_>,
    asked: &Asked,
) -> Result<Done, Error> {
    let mut write = Write::begin(db, author).await?;
    let (held, status) = match turn(&write, &author, asked, Verb::Accept, &()).await? {
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
                format!("It cannot be accepted: {errors} errors are open."),
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
    finish(write, "submission.accept", &held, columns).await
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
    db: &DatabaseConnection,
    author: Author<'_>,
    asked: &Asked,
    reason: &str,
    due_on: NaiveDate,
) -> Result<Done, Error> {
    let mut write = Write::begin(db, author).await?;
    let content = (reason, due_on);
    let (held, status) = match turn(&write, &author, asked, Verb::Reopen, &content).await? {
        Turn::Again(held) => return known(&write, &held).await,
        Turn::First(held, status) => (held, status),
    };
    let mut errors = Vec::new();
    let reason = text("reason", reason, &mut errors);
    day("dueOn", due_on, today(&author), &mut errors);
    settled(errors)?;
    supersede(&mut write, &held, &author).await?;
    let mut columns = given_back(&author, &held, status, due_on)?;
    columns
        .set("reason", reason)?
        .set("accepted_at", ())?
        .set("accepted_by", ())?
        .set("accepted_by_institution_id", ())?;
    finish(write, "submission.reopen", &held, columns).await
}

/// Why final figures are put right.
#[derive(Debug, Clone, Serialize)]
pub struct Restatement {
    /// Why, for the file.
    pub reason: String,
    /// What the public is told, in Korean.
    pub note_ko: String,
    /// The same in English.
    pub note_en: Option<String>,
}

/// Opens final figures to be put right. They go on counting until the new ones are accepted.
///
/// # Errors
/// As [`start`].
pub async fn restate(
    db: &DatabaseConnection,
    author: Author<'_>,
    asked: &Asked,
    restatement: &Restatement,
) -> Result<Done, Error> {
    let write = Write::begin(db, author).await?;
    let (held, status) = match turn(&write, &author, asked, Verb::Restate, restatement).await? {
        Turn::Again(held) => return known(&write, &held).await,
        Turn::First(held, status) => (held, status),
    };
    let mut errors = Vec::new();
    let reason = text("reason", &restatement.reason, &mut errors);
    let note_ko = text("publicNote", &restatement.note_ko, &mut errors);
    let note_en = restatement.note_en.as_deref().map(|note| text("publicNote", note, &mut errors));
    settled(errors)?;
    let mut columns = Columns::status(status)?;
    columns
        .set("is_restatement", true)?
        .set("reason", reason)?
        .set("public_note_ko", note_ko)?
        .set("public_note_en", note_en)?
        .set("review_started_at", ())?;
    finish(write, "submission.restate", &held, columns).await
}

/// Moves the due date of one that was not handed in yet.
///
/// # Errors
/// As [`start`].
pub async fn extend(
    db: &DatabaseConnection,
    author: Author<'_>,
    asked: &Asked,
    reason: &str,
    expires_on: NaiveDate,
) -> Result<Done, Error> {
    let mut write = Write::begin(db, author).await?;
    // Extending is the reviewer's, like a return, but of what was not handed in.
    let held = super::hold(&write, author.principal, asked.id).await?;
    let row = held.submission.clone();
    let who = super::actor(author.principal, row.institution_id, None);
    let denied = match (who.reviews, who.is_own) {
        (false, _) => Some(crate::domain::submission::Refused::NeedsReviewer),
        (true, true) => Some(crate::domain::submission::Refused::OwnInstitution),
        (true, false) => None,
    };
    if let Some(denied) = denied {
        return Err(super::refused(&denied, author.principal));
    }
    let content = ("extend", reason, expires_on);
    match write.once::<entity::submission::Entity>(&asked.key, asked.id, &content).await? {
        crate::service::write::Created::New(_) => {}
        crate::service::write::Created::Known(_) => return known(&write, &held).await,
        crate::service::write::Created::Differs(_) => return Err(super::key_reused()),
    }
    if row.version != asked.version {
        return Err(Error::Conflict);
    }
    let mut errors = Vec::new();
    let reason = text("reason", reason, &mut errors);
    day("expiresOn", expires_on, today(&author), &mut errors);
    if expires_on <= row.due_on {
        errors.push(UserError::at(
            "expiresOn",
            "INVALID_DATE",
            format!("현재 기한({})보다 늦은 날이어야 합니다.", row.due_on),
            format!("The day must be later than the due date now, {}.", row.due_on),
        ));
    }
    let waits = crate::domain::submission::waits_for(row.status)
        == crate::domain::submission::WaitsFor::Partner;
    if !waits || row.first_submitted_at.is_some() {
        errors.push(UserError::at(
            "id",
            "WRONG_STATE",
            "이미 제출된 건은 기한을 연장할 수 없습니다. 반려할 때 보완 기한을 정하십시오.",
            "It was handed in already; a return sets a new day.",
        ));
    }
    settled(errors)?;
    let model = extension::Model {
        id: Uuid::nil(),
        submission_id: row.id,
        institution_id: row.institution_id,
        expires_on,
        reason,
        approved_by: author.principal.actor().to_owned(),
        approved_by_institution_id: super::institution(&author),
        version: 1,
        created_at: author.now,
        updated_at: author.now,
    };
    write.add::<extension::Entity>("submission.grantExtension", model).await?;
    let mut columns = Columns::default();
    columns.set("due_on", expires_on)?.set("locks_on", row.locks_on.max(expires_on))?;
    finish(write, "submission.extend", &held, columns).await
}

/// Notes that the institution was reminded.
///
/// # Errors
/// As [`start`]; user error, if nobody waits for it.
pub async fn remind(
    db: &DatabaseConnection,
    author: Author<'_>,
    asked: &Asked,
) -> Result<Done, Error> {
    let write = Write::begin(db, author).await?;
    let held = super::hold(&write, author.principal, asked.id).await?;
    let row = &held.submission;
    if !super::actor(author.principal, row.institution_id, None).reviews {
        let denied = crate::domain::submission::Refused::NeedsReviewer;
        return Err(super::refused(&denied, author.principal));
    }
    match write.once::<entity::submission::Entity>(&asked.key, asked.id, &"remind").await? {
        crate::service::write::Created::New(_) => {}
        crate::service::write::Created::Known(_) => return known(&write, &held).await,
        crate::service::write::Created::Differs(_) => return Err(super::key_reused()),
    }
    if row.version != asked.version {
        return Err(Error::Conflict);
    }
    if crate::domain::submission::waits_for(row.status)
        != crate::domain::submission::WaitsFor::Partner
    {
        return Err(Error::User(vec![UserError::at(
            "id",
            "WRONG_STATE",
            "기관의 제출을 기다리는 건이 아닙니다.",
            "It does not wait for the institution.",
        )]));
    }
    let mut columns = Columns::default();
    columns.set("reminded_at", author.now)?;
    finish(write, "submission.remind", &held, columns).await
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
