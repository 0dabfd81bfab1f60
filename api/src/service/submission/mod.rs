//! Submissions 제출: saved, handed in, reviewed, made final and put right again. Which verb a state allows to
//! whom is `domain::submission`'s; here is what each verb reads and writes.
//!
//! A submission is one whole: its row is locked first, its version is checked, its values are written as
//! parts of it, and one audit event and one change tell of it. To add a verb: its guard in the domain, a
//! function in the file it belongs to, and a mutation.

pub mod bulk;
pub mod data;
pub mod draft;
pub mod evidence;
pub mod expected;
pub mod extension;
pub mod file;
pub mod hand_in;
pub mod quarter;
pub mod review;
pub mod table;
mod tally;
pub mod values;

use chrono::{DateTime, NaiveDate, Utc};
use entity::extension_request::{self, ExtensionRequestStatus};
use entity::submission::SubmissionStatus;
use entity::{reporting_period, submission};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, QueryFilter, QuerySelect,
};
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::named::has_code;
use super::write::{Author, Write};
use crate::domain::access::{self, Denied, Object, Rows};
use crate::domain::fold;
use crate::domain::principal::{Principal, Scope};
use crate::domain::quarter::seoul;
use crate::domain::submission::{Actor, Facts, Refused, Verb, next};
use crate::error::{Error, Message, UserError};
use crate::input::Call;
use crate::read::codes::unknown;

/// What came of a verb.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Done {
    /// The submission.
    pub id: Uuid,
    /// The revision that was handed in or decided on.
    pub revision: Option<Uuid>,
}

/// A submission that nobody else writes until the write is over, with its period.
#[derive(Debug)]
pub struct Held {
    /// The row.
    pub submission: submission::Model,
    /// Its period.
    pub period: reporting_period::Model,
    /// Its open request for an extension.
    pub request: Option<extension_request::Model>,
}

/// What a caller is to a submission of an institution.
pub fn actor(principal: &Principal, institution: Uuid, submitted_by: Option<&str>) -> Actor {
    let Some(client) = principal.client() else { return Actor::default() };
    let runs = access::may_write(principal, Object::Programme, None).is_ok();
    Actor {
        can_submit: client.scopes.has(Scope::ResultsSubmit),
        reviews: runs,
        leads: runs && client.institution.leads,
        is_own: client.institution.id == institution,
        is_submitter: submitted_by == Some(&client.client_id),
    }
}

/// On whose behalf the caller acts.
fn institution(author: &Author<'_>) -> Option<Uuid> {
    author.principal.client().map(|client| client.institution.id)
}

/// Today in Seoul.
pub fn today(author: &Author<'_>) -> NaiveDate {
    author.now.with_timezone(&seoul()).date_naive()
}

/// Whether the caller sees the results of an institution.
pub fn sees(principal: &Principal, institution: Uuid) -> bool {
    match access::rows(principal, Object::Result) {
        Rows::All => true,
        Rows::Own(own) | Rows::OnlyOwn(own) => own == institution,
        Rows::Published | Rows::None => false,
    }
}

/// A submission that the caller may see.
///
/// # Errors
/// Not found; internal.
pub async fn find(
    db: &impl ConnectionTrait,
    principal: &Principal,
    id: Uuid,
) -> Result<submission::Model, Error> {
    let found = submission::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound)?;
    if sees(principal, found.institution_id) { Ok(found) } else { Err(Error::NotFound) }
}

async fn hold(write: &Write<'_>, principal: &Principal, id: Uuid) -> Result<Held, Error> {
    access::may_begin(principal, Object::Result.into())?;
    let submission = submission::Entity::find_by_id(id)
        .lock_exclusive()
        .one(write.reads())
        .await?
        .filter(|found| sees(principal, found.institution_id))
        .ok_or(Error::NotFound)?;
    let period = reporting_period::Entity::find_by_id(submission.period_id)
        .one(write.reads())
        .await?
        .ok_or_else(|| Error::internal("a submission without its period"))?;
    let request = open_request(write.reads(), id).await?;
    Ok(Held { submission, period, request })
}

async fn open_request(
    db: &impl ConnectionTrait,
    submission: Uuid,
) -> Result<Option<extension_request::Model>, Error> {
    use extension_request::{Column, Entity};
    let of = Entity::find().filter(Column::SubmissionId.eq(submission));
    Ok(of.filter(Column::Status.eq(ExtensionRequestStatus::Open)).one(db).await?)
}

impl Held {
    fn facts(&self, today: NaiveDate) -> Facts {
        Facts {
            status: self.submission.status,
            review_started: self.submission.review_started_at.is_some(),
            period: self.period.state,
            today,
            opens_on: self.period.opens_on,
            locks_on: self.submission.locks_on,
            is_restatement: self.submission.is_restatement,
            is_requested: self.request.is_some(),
        }
    }
}

/// Why the institution that reports cannot do this with its submission as it is now; none if it can.
///
/// # Errors
/// Internal.
pub async fn barred(
    db: &impl ConnectionTrait,
    submission: &submission::Model,
    verb: Verb,
    now: DateTime<Utc>,
) -> Result<Option<Refused>, Error> {
    let period = reporting_period::Entity::find_by_id(submission.period_id)
        .one(db)
        .await?
        .ok_or_else(|| Error::internal("a submission without its period"))?;
    let request = open_request(db, submission.id).await?;
    let held = Held { submission: submission.clone(), period, request };
    let reporter = Actor { can_submit: true, is_own: true, ..Actor::default() };
    Ok(next(verb, &held.facts(now.with_timezone(&seoul()).date_naive()), &reporter).err())
}

/// Why a verb is refused, as the caller is told.
fn refused(refused: &Refused, principal: &Principal) -> Error {
    if refused.is_access() {
        let wanted = match refused {
            Refused::NotYours => Scope::ResultsSubmit,
            _ => Scope::ResultsReview,
        };
        let denied = match principal.client() {
            None => Denied::SignedOut,
            Some(client) if !client.scopes.has(wanted) => Denied::Scope(wanted),
            Some(_) => Denied::Institution,
        };
        return denied.into();
    }
    let text = refused.message();
    Error::User(vec![UserError::at("id", refused.code(), text.ko, text.en)])
}

/// Whether this call of a verb is the first with its key; what it leads to if so.
enum Turn {
    /// Go on, to this state.
    First(Held, SubmissionStatus),
    /// It was done before; nothing is to be done.
    Again(Held),
}

/// Locks the submission and asks, in this order: may the caller see it, may it do this, was it done before
/// with this key, is its version the one seen, does its state allow it.
async fn turn(
    write: &Write<'_>,
    author: &Author<'_>,
    call: &Call,
    verb: Verb,
) -> Result<Turn, Error> {
    let held = hold(write, author.principal, call.id).await?;
    let row = &held.submission;
    let who = actor(author.principal, row.institution_id, row.submitted_by.as_deref());
    let next = next(verb, &held.facts(today(author)), &who);
    if let Err(denied) = &next
        && denied.is_access()
    {
        return Err(refused(denied, author.principal));
    }
    if write.repeats::<submission::Entity>(call, call.id).await?.is_some() {
        return Ok(Turn::Again(held));
    }
    // What a verb about deadlines rests on are deadlines; every other rests on what was reported.
    let is_seen = match verb {
        Verb::Extend | Verb::RequestExtension | Verb::DeclineExtension | Verb::Remind => {
            row.version == call.version
        }
        _ => (row.content_version..=row.version).contains(&call.version),
    };
    if !is_seen {
        return Err(Error::Conflict);
    }
    match next {
        Ok(status) => Ok(Turn::First(held, status)),
        Err(denied) => Err(refused(&denied, author.principal)),
    }
}

/// Columns to be set on a row.
#[derive(Debug, Default)]
struct Columns(Map<String, Value>);

impl Columns {
    fn set(&mut self, name: &str, value: impl Serialize) -> Result<&mut Self, Error> {
        let value = serde_json::to_value(value).map_err(Error::internal)?;
        self.0.insert(name.to_owned(), value);
        Ok(self)
    }

    /// Who does it, and on whose behalf.
    fn by(&mut self, name: &str, author: &Author<'_>) -> Result<&mut Self, Error> {
        self.set(name, author.principal.actor())?;
        self.set(&format!("{name}_institution_id"), institution(author))
    }

    fn status(status: SubmissionStatus) -> Result<Self, Error> {
        let mut columns = Self::default();
        columns.set("status", status)?;
        Ok(columns)
    }

    /// What a write does to a row.
    fn onto(self) -> impl FnOnce(&mut Map<String, Value>) + Send {
        |row| row.extend(self.0)
    }
}

/// Writes the submission, and tells which revision it was about.
async fn finish(
    mut write: Write<'_>,
    author: &Author<'_>,
    action: &'static str,
    held: &Held,
    columns: Columns,
) -> Result<Done, Error> {
    let row = &held.submission;
    tally::update(&mut write, author, action, row, columns, Map::new()).await?;
    let revision = revision(write.reads(), row).await?.map(|found| found.id);
    write.commit().await?;
    Ok(Done { id: row.id, revision })
}

async fn known(write: &Write<'_>, held: &Held) -> Result<Done, Error> {
    let revision = revision(write.reads(), &held.submission).await?.map(|found| found.id);
    Ok(Done { id: held.submission.id, revision })
}

/// A day that a verb must be given: from today to a year ahead.
fn day(field: &str, day: NaiveDate, today: NaiveDate, errors: &mut Vec<UserError>) {
    if day < today || (day - today).num_days() > 366 {
        errors.push(UserError::at(
            field,
            "INVALID_DATE",
            "오늘부터 1년 안의 날짜여야 합니다.",
            "The day must be today or within a year.",
        ));
    }
}

fn settled(errors: Vec<UserError>) -> Result<(), Error> {
    if errors.is_empty() { Ok(()) } else { Err(Error::User(errors)) }
}

/// The revision of that number.
async fn revision(
    db: &impl ConnectionTrait,
    submission: &submission::Model,
) -> Result<Option<entity::submission_revision::Model>, Error> {
    use entity::submission_revision::{Column, Entity};
    Ok(Entity::find()
        .filter(Column::SubmissionId.eq(submission.id))
        .filter(Column::Number.eq(submission.revision))
        .one(db)
        .await?)
}

/// The submission of an institution for a programme and a quarter, by their codes, that the caller may see.
///
/// # Errors
/// Not found; internal.
pub async fn by_codes(
    db: &DatabaseConnection,
    principal: &Principal,
    institution: &str,
    programme: &str,
    quarter: &str,
) -> Result<submission::Model, Error> {
    let found = submission::Entity::find()
        .inner_join(entity::institution::Entity)
        .inner_join(entity::programme::Entity)
        .filter(has_code(&fold::code(institution)))
        .filter(entity::programme::Column::Code.eq(fold::code(programme)))
        .filter(submission::Column::Quarter.eq(quarter))
        .one(db)
        .await?;
    match found {
        Some(found) if sees(principal, found.institution_id) => Ok(found),
        _ => Err(none(db, institution, programme, quarter).await?),
    }
}

/// Why there is no such submission, as far as everybody may know: which institutions and programmes there are is
/// public; whether one has a submission is not, and told alike where it is hidden.
async fn none(
    db: &DatabaseConnection,
    institution: &str,
    programme: &str,
    quarter: &str,
) -> Result<Error, Error> {
    use entity::common::Visibility;
    use sea_orm::QueryOrder;
    let institutions = entity::institution::Entity::find()
        .filter(entity::institution::Column::Visibility.eq(Visibility::Public))
        .order_by_asc(entity::institution::Column::Code)
        .all(db)
        .await?;
    let programmes = entity::programme::Entity::find()
        .filter(entity::programme::Column::Visibility.eq(Visibility::Public))
        .order_by_asc(entity::programme::Column::Code)
        .all(db)
        .await?;
    let institutions: Vec<&str> = institutions.iter().map(|row| row.code.as_str()).collect();
    let programmes: Vec<&str> = programmes.iter().map(|row| row.code.as_str()).collect();
    for (name, given, known) in
        [("institution", institution, institutions), ("programme", programme, programmes)]
    {
        let code = fold::code(given);
        if !known.contains(&code.as_str()) {
            return Ok(unknown(vec![name.to_owned()], given, known.into_iter()).absent());
        }
    }
    let message = Message::new(
        format!(
            "{quarter} 분기에는 이 기관의 이 사업 제출이 없습니다. 열린 분기와 제출 의무를 확인해 주십시오."
        ),
        format!(
            "There is no submission of this institution for this programme in {quarter}; look at the open quarters and its obligations."
        ),
    );
    Ok(Error::at(vec!["quarter".to_owned()], message).absent())
}
