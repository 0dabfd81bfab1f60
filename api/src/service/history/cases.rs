//! Adoption cases 도입 사례 of before, brought as far as the record says, or as its data allow.

use chrono::NaiveDate;
use entity::adoption_case::{CaseStatus, Column, Entity, Verification};
use entity::{case_barrier, case_technology, outcome};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::shape::{Inputs, input_fields, inputs};
use super::told::{Known, each, said};
use super::{Kind, call, fields_in, has};
use crate::database::Store;
use crate::error::{Error, UserError};
use crate::input;
use crate::input::types::{Prose, RecordCode};
use crate::input::{Input, MutationInput};
use crate::read::Act;
use crate::service::adoption_case::{
    AmendCase, Before, CaseBarrier, CaseOutcome, DraftCase, GiveCaseConsent, PublishCase,
    ReturnCase, SubmitCase, VerifyCase, WithdrawCase, amend, consent, draft_as, publish_on,
    return_case, submit, verify, withdraw,
};

input! {
    /// 사례 기록. Where a case of before stands.
    object CaseRecord {
        /// 사례 코드. Code by which it is found again: 2 to 40 capital letters, digits, `_`, `-`.
        code: RecordCode,
        /// 작성 기관. Code of the institution whose case it is; the secretariat's if blank. It stays.
        owner: Option<String>,
        /// 공개 동의 여부. Whether the company agreed to publication.
        has_consent_to_publish: Option<bool>,
        /// 상태. State to which it came; blank for as far as its data allow.
        status: Option<CaseStatus>,
        /// 검증 수준. How far it was checked; required to be verified or published.
        verification: Option<Verification>,
        /// 공개일. Day on which it was published; today if blank.
        published_on: Option<NaiveDate>,
        /// 상태 사유. Why it was returned or withdrawn.
        status_reason: Option<Prose>,
    }
}

pub(super) struct Cases;

impl Kind for Cases {
    type Row = Entity;
    const ORDERED: &'static [&'static str] = &["outcomes"];
    const LOOSE: &'static [&'static str] =
        &["hasConsentToPublish", "status", "verification", "publishedOn", "statusReason"];

    fn inputs() -> Inputs {
        inputs(&[CaseRecord::objects, DraftCase::objects])
    }

    fn amends(name: &str) -> bool {
        has(AmendCase::OBJECT, name) || Self::LOOSE.contains(&name)
    }

    fn complete(given: &mut Map<String, Value>) {
        // The primary technology is always among them.
        if let Some(primary) = given.get("technology").cloned()
            && let Some(Value::Array(all)) = given.get_mut("technologies")
            && !primary.is_null()
            && !all.contains(&primary)
        {
            all.push(primary);
        }
    }

    async fn known(db: &Store, code: &str) -> Result<Option<Known>, Error> {
        let found = Entity::find().filter(Column::Code.eq(code)).one(db).await?;
        let Some(row) = found else { return Ok(None) };
        let fields = input_fields(&Self::inputs(), &[]);
        let columns = [("has_consent_to_publish", "consent_to_publish")];
        let mut said = said::<Entity>(db, fields, &row, &columns).await?;
        let technologies = case_technology::Entity::find()
            .filter(case_technology::Column::AdoptionCaseId.eq(row.id))
            .order_by_asc(case_technology::Column::Technology)
            .all(db)
            .await?;
        let technologies =
            technologies.iter().map(|it| Value::from(it.technology.code())).collect();
        said.insert("technologies".to_owned(), technologies);
        Self::complete(&mut said);
        let outcomes = outcome::Entity::find()
            .filter(outcome::Column::AdoptionCaseId.eq(row.id))
            .order_by_asc(outcome::Column::Position)
            .order_by_asc(outcome::Column::Id)
            .all(db)
            .await?;
        let outcomes =
            each::<outcome::Entity>(db, &fields_in::<CaseOutcome>(), &outcomes, &[]).await?;
        said.insert("outcomes".to_owned(), outcomes);
        let barriers = case_barrier::Entity::find()
            .filter(case_barrier::Column::AdoptionCaseId.eq(row.id))
            .order_by_asc(case_barrier::Column::Kind)
            .all(db)
            .await?;
        let barriers =
            each::<case_barrier::Entity>(db, &fields_in::<CaseBarrier>(), &barriers, &[]).await?;
        said.insert("barriers".to_owned(), barriers);
        Ok(Some(Known { id: row.id, said, items: Vec::new() }))
    }

    async fn create(act: &Act<'_>, given: Map<String, Value>) -> Result<(), Error> {
        let record = input::object::<CaseRecord>(Value::Object(given.clone()));
        let (before, wrong) = match &record {
            Ok(record) => {
                (Before { code: record.code.to_string(), owner: record.owner.clone() }, Vec::new())
            }
            Err(Error::User(wrong)) => (Before { code: String::new(), owner: None }, wrong.clone()),
            Err(error) => return Err(Error::internal(error)),
        };
        let drafted = async |new: DraftCase| draft_as(act.db, act.author, new, Some(before)).await;
        let drafted = match call::<Entity, _, _>(act, None, given, drafted).await {
            Err(Error::User(more)) => return Err(Error::User([wrong, more].concat())),
            drafted => drafted?,
        };
        let record = record?;
        match record.status {
            Some(_) => advance(act, drafted, CaseStatus::Draft, &record).await,
            None => as_far_as_it_goes(act, drafted, record).await,
        }
    }

    async fn amend(act: &Act<'_>, known: &Known, given: Map<String, Value>) -> Result<(), Error> {
        let is_of_content = |name: &String| has(AmendCase::OBJECT, name);
        let content: Map<String, Value> = given
            .iter()
            .filter(|(name, _)| is_of_content(name))
            .map(|(a, b)| (a.clone(), b.clone()))
            .collect();
        let is_moved = content.len() < given.len();
        if !content.is_empty() {
            let done = async |input: AmendCase| amend(act.db, act.author, input).await;
            call::<Entity, _, _>(act, Some(known.id), content, done).await?;
        }
        if !is_moved {
            return Ok(());
        }
        // What the record does not say anew is as it is.
        let mut whole = known.said.clone();
        whole.extend(given);
        let record = input::object::<CaseRecord>(Value::Object(whole))?;
        let row = Entity::find_by_id(known.id).one(act.db).await?.ok_or(Error::NotFound)?;
        advance(act, known.id, row.status, &record).await
    }
}

/// As far as the data of a new case allow: submitted if it is whole, verified if it says how, published if the company
/// agreed.
async fn as_far_as_it_goes(act: &Act<'_>, id: Uuid, mut record: CaseRecord) -> Result<(), Error> {
    let is_checked = record.verification.is_some_and(|it| it != Verification::SelfReported);
    let mut reached = CaseStatus::Draft;
    let steps = [
        (true, CaseStatus::Submitted),
        (is_checked, CaseStatus::Verified),
        (record.has_consent_to_publish == Some(true), CaseStatus::Published),
    ];
    for (may, next) in steps {
        record.status = Some(next);
        let part = act.db.together().await?;
        let stepped = match may {
            true => advance(&Act { db: &part, ..*act }, id, reached, &record).await,
            false => Err(Error::User(Vec::new())),
        };
        match stepped {
            Ok(()) => part.keep().await?,
            Err(Error::User(_)) => {
                part.undo().await?;
                break;
            }
            Err(error) => return Err(error),
        }
        reached = next;
    }
    record.status = Some(reached);
    advance(act, id, reached, &record).await
}

/// Takes a case from where it stands to where the record says it came, verb by verb.
async fn advance(
    act: &Act<'_>,
    id: Uuid,
    from: CaseStatus,
    record: &CaseRecord,
) -> Result<(), Error> {
    use CaseStatus::{Draft, Published, Returned, Submitted, Verified, Withdrawn};
    let (db, author) = (act.db, act.author);
    let row = Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound)?;
    let to = record.status.unwrap_or(from);
    if record.has_consent_to_publish == Some(true) && !row.consent_to_publish && to != Withdrawn {
        let done = async |input: GiveCaseConsent| consent(db, author, input).await;
        call::<Entity, _, _>(act, Some(id), Map::new(), done).await?;
    }
    let is_open = matches!(from, Draft | Returned);
    if is_open && matches!(to, Submitted | Verified | Published) || from == Draft && to == Returned
    {
        let done = async |input: SubmitCase| submit(db, author, input).await;
        call::<Entity, _, _>(act, Some(id), Map::new(), done).await?;
    }
    if matches!(to, Verified | Published) && !matches!(from, Verified | Published) {
        let level = record.verification.map_or(Value::Null, |level| level.code().into());
        if level.is_null() {
            let text = (
                "검증된 사례에는 검증 수준이 있어야 합니다.",
                "A case that was verified says how far.",
            );
            return Err(Error::User(vec![UserError::at(
                "verification",
                "REQUIRED",
                text.0,
                text.1,
            )]));
        }
        let done = async |input: VerifyCase| verify(db, author, input).await;
        let given = Map::from_iter([("level".to_owned(), level)]);
        call::<Entity, _, _>(act, Some(id), given, done).await?;
    }
    let reason = record.status_reason.as_ref().map_or(Value::Null, |it| it.to_string().into());
    let reason = Map::from_iter([("reason".to_owned(), reason)]);
    match to {
        Published if from != Published => {
            let day = record.published_on;
            let done = async |input: PublishCase| publish_on(db, author, input, day).await;
            call::<Entity, _, _>(act, Some(id), Map::new(), done).await.map(drop)
        }
        Returned if from != Returned => {
            let done = async |input: ReturnCase| return_case(db, author, input).await;
            call::<Entity, _, _>(act, Some(id), reason, done).await.map(drop)
        }
        Withdrawn if from != Withdrawn => {
            let done = async |input: WithdrawCase| withdraw(db, author, input).await;
            call::<Entity, _, _>(act, Some(id), reason, done).await.map(drop)
        }
        _ => Ok(()),
    }
}
