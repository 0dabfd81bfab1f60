//! Obligations 제출 의무: who must report for a programme, since when and until when. One that covers a quarter
//! already opened joins it, or is refused; the list of an opened quarter keeps whoever is on it.

use chrono::{DateTime, NaiveDate, SubsecRound, Utc};
use entity::common::Visibility;
use entity::{audit_event, obligation, programme, submission};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::programme::{ORIGIN, begin, institution_of, locked, programme_of};
use super::submission::data::quarter_of;
use super::submission::expected;
use super::write::{Author, Removed, Write};
use crate::database::Store;
use crate::domain::completeness::is_expected;
use crate::domain::partial_date;
use crate::domain::quarter::Quarter;
use crate::error::{Error, UserError};
use crate::input;
use crate::input::InputErrors;

input! {
    /// 제출 의무 등록. An institution that must report: in every quarter on whose last day the obligation is in force. Quarters already opened are joined while they accept results; a quarter that is final or past its closing date rejects it, with the next possible day. Of a programme with an end it ends by then.
    mutation CreateObligation {
        /// 기관 코드. Institution.
        institution: String,
        /// 사업 코드. Programme.
        programme: String,
        /// 시작일. First day.
        starts_on: NaiveDate,
        /// 종료일. Last day; null for no end.
        ends_on: Option<NaiveDate>,
    }
}

input! {
    /// 제출 의무 종료. Last day of an obligation, set or replaced. Quarters already opened keep who is on their list; a later day than before joins those it newly covers, as in createObligation.
    mutation EndObligation on obligation::Entity {
        /// 종료일. Last day.
        ends_on: NaiveDate,
    }
}

/// What came of an obligation.
#[derive(Debug)]
pub struct Done {
    /// The obligation.
    pub id: Uuid,
    /// Quarters already opened that it joined.
    pub joined: Vec<String>,
    /// Quarters already opened whose list keeps the institution though the obligation ended before their end.
    pub kept: Vec<String>,
}

/// Makes an obligation; it joins the quarters already opened that it covers.
///
/// # Errors
/// Forbidden; user errors; internal.
pub async fn create(db: &Store, author: Author<'_>, new: CreateObligation) -> Result<Done, Error> {
    let mut write = begin(db, author, &new.call).await?;
    let id = Uuid::now_v7();
    if let Some(id) = write.repeats::<obligation::Entity>(&new.call, id).await? {
        let known = find(&write, id).await?;
        let made = Author { now: known.created_at, ..author };
        return Ok(Done { id, joined: joined(&write, &made, &known).await?, kept: Vec::new() });
    }
    let mut faults = InputErrors::default();
    let programme = faults.keep(programme_of(&write, &new.programme).await)?;
    let institution = institution_of(&write, "institution", &new.institution).await;
    let institution_id = faults.keep(institution)?;
    faults.keep(ends_after(new.starts_on, new.ends_on))?;
    let (programme, institution_id) = faults.sure(programme.zip(institution_id))?;
    let programme = locked(&write, programme.id).await?;
    within(&programme, Some(new.starts_on), new.ends_on)?;
    let first = Quarter::of(new.starts_on);
    if let Some(first) = first.filter(|first| !is_expected(new.starts_on, new.ends_on, *first)) {
        let last = first.last_day();
        return Err(Error::User(vec![UserError::at(
            "endsOn",
            "INVALID_DATE",
            format!(
                "분기 마지막 날이 들어 있지 않아 보고할 분기가 없습니다. {last} 이후로 끝나야 합니다."
            ),
            format!(
                "It holds no quarter's last day, so nothing would be expected; end it on {last} or later."
            ),
        )]));
    }
    let span = (new.starts_on, new.ends_on);
    if let Some(other) = overlaps(&write, (institution_id, programme.id), span, None).await? {
        return Err(taken("startsOn", &other));
    }
    let model = obligation::Model {
        id,
        institution_id,
        programme_id: programme.id,
        starts_on: new.starts_on,
        ends_on: new.ends_on,
        visibility: Visibility::Public,
        origin: ORIGIN,
        version: 1,
        created_at: author.now,
        updated_at: author.now,
    };
    write.add_with::<obligation::Entity>("create", id, model.clone()).await?;
    let covers = |quarter| is_expected(span.0, span.1, quarter);
    expected::join(&mut write, &author, (&programme, &model), covers, "startsOn").await?;
    let joined = joined(&write, &author, &model).await?;
    write.commit().await?;
    Ok(Done { id, joined, kept: Vec::new() })
}

async fn find(write: &Write<'_>, id: Uuid) -> Result<obligation::Model, Error> {
    obligation::Entity::find_by_id(id).one(write.reads()).await?.ok_or(Error::NotFound)
}

/// Another obligation of the institution for the programme at some time of the span.
async fn overlaps(
    write: &Write<'_>,
    (institution, programme): (Uuid, Uuid),
    (starts_on, ends_on): (NaiveDate, Option<NaiveDate>),
    but: Option<Uuid>,
) -> Result<Option<obligation::Model>, Error> {
    let rows = obligation::Entity::find()
        .filter(obligation::Column::InstitutionId.eq(institution))
        .filter(obligation::Column::ProgrammeId.eq(programme))
        .order_by_asc(obligation::Column::StartsOn)
        .all(write.reads())
        .await?;
    Ok(rows.into_iter().filter(|row| Some(row.id) != but).find(|row| {
        let starts_before_end = ends_on.is_none_or(|end| row.starts_on <= end);
        starts_before_end && row.ends_on.is_none_or(|end| end >= starts_on)
    }))
}

/// What to say where one is in the way.
fn taken(field: &str, other: &obligation::Model) -> Error {
    let from = other.starts_on;
    let (ko, en) = match other.ends_on {
        Some(to) => (
            format!("{from}부터 {to}까지의 의무와 겹칩니다."),
            format!("There is one from {from} to {to}."),
        ),
        None => (
            format!("{from}부터 계속되는 의무와 겹칩니다."),
            format!("There is one from {from} on, without an end."),
        ),
    };
    Error::User(vec![UserError::at(field, "TAKEN", ko, en)])
}

/// Quarters whose lists the institution was put on by a call at that instant.
async fn joined(
    write: &Write<'_>,
    author: &Author<'_>,
    obligation: &obligation::Model,
) -> Result<Vec<String>, Error> {
    let of = listed(write.reads(), obligation).await?;
    let at = author.now.trunc_subsecs(6);
    Ok(of.into_iter().filter(|row| row.created_at == at).map(|row| row.quarter).collect())
}

/// The submissions of an obligation's institution for its programme.
async fn listed(
    db: &impl ConnectionTrait,
    obligation: &obligation::Model,
) -> Result<Vec<submission::Model>, Error> {
    Ok(submission::Entity::find()
        .filter(submission::Column::InstitutionId.eq(obligation.institution_id))
        .filter(submission::Column::ProgrammeId.eq(obligation.programme_id))
        .order_by_asc(submission::Column::Quarter)
        .all(db)
        .await?)
}

fn ends_after(starts_on: NaiveDate, ends_on: Option<NaiveDate>) -> Result<(), Error> {
    if ends_on.is_some_and(|end| end < starts_on) {
        return Err(Error::User(vec![UserError::at(
            "endsOn",
            "INVALID_DATE",
            "종료일이 시작일보다 빠릅니다.",
            "It ends before it starts.",
        )]));
    }
    Ok(())
}

/// Nobody is under an obligation for a programme that has ended.
fn within(
    programme: &programme::Model,
    starts_on: Option<NaiveDate>,
    ends_on: Option<NaiveDate>,
) -> Result<(), Error> {
    let Some(last) = programme.ends_on.as_deref().and_then(partial_date::last_day) else {
        return Ok(());
    };
    let field = match (starts_on, ends_on) {
        (Some(starts_on), _) if starts_on > last => "startsOn",
        (_, None) => "endsOn",
        (_, Some(ends_on)) if ends_on > last => "endsOn",
        _ => return Ok(()),
    };
    Err(Error::User(vec![UserError::at(
        field,
        "PROGRAMME_ENDED",
        format!("사업이 {last}에 끝납니다. 의무도 그날까지여야 합니다."),
        format!("The programme ends on {last}; its obligations end by then."),
    )]))
}

/// Ends the obligations for a programme with its last day, and takes those off that would begin after it. The programme
/// is locked.
pub(super) async fn end_all(
    write: &mut Write<'_>,
    programme: Uuid,
    last: NaiveDate,
) -> Result<(), Error> {
    let rows = obligation::Entity::find()
        .filter(obligation::Column::ProgrammeId.eq(programme))
        .order_by_asc(obligation::Column::Id)
        .all(write.reads())
        .await?;
    for row in rows.into_iter().filter(|row| row.ends_on.is_none_or(|end| end > last)) {
        if row.starts_on > last {
            let removed = write.remove_part::<obligation::Entity>(row.id, row.visibility).await?;
            if removed == Removed::Kept {
                return Err(Error::User(vec![UserError::at(
                    "endsOn",
                    "IN_USE",
                    format!("{} 에 시작하는 제출 의무를 다른 자료가 가리킵니다.", row.starts_on),
                    format!(
                        "What another row names, an obligation from {} on, cannot be taken off.",
                        row.starts_on
                    ),
                )]));
            }
            continue;
        }
        write
            .update::<obligation::Entity>(row.id, row.version, |row| {
                row.insert("ends_on".to_owned(), last.to_string().into());
            })
            .await?;
    }
    Ok(())
}

/// Sets or replaces the last day of an obligation. Quarters already opened keep who is on their list; those that
/// it covers from now on are joined.
///
/// # Errors
/// Forbidden; not found; conflict; user errors; internal.
pub async fn end(db: &Store, author: Author<'_>, input: EndObligation) -> Result<Done, Error> {
    let EndObligation { call, ends_on } = input;
    let (id, version) = (call.id, call.version);
    let mut write = begin(db, author, &call).await?;
    let programme = locked(&write, find(&write, id).await?.programme_id).await?;
    let known = find(&write, id).await?;
    if write.repeats::<obligation::Entity>(&call, id).await?.is_some() {
        let at = write.first_used(&call).await?;
        let before = ends_before(&write, &call, at).await?;
        return quarters(&write, &known, (before, ends_on), at).await;
    }
    if known.version != version {
        return Err(Error::Conflict);
    }
    ends_after(known.starts_on, Some(ends_on))?;
    within(&programme, None, Some(ends_on))?;
    let (of, span) = ((known.institution_id, programme.id), (known.starts_on, Some(ends_on)));
    if let Some(other) = overlaps(&write, of, span, Some(id)).await? {
        return Err(taken("endsOn", &other));
    }
    write
        .update::<obligation::Entity>(id, version, |row| {
            row.insert("ends_on".to_owned(), Value::from(ends_on.to_string()));
        })
        .await?;
    let covered = |quarter: Quarter| is_expected(known.starts_on, known.ends_on, quarter);
    let covers = |quarter: Quarter| is_expected(span.0, span.1, quarter);
    let newly = |quarter| covers(quarter) && !covered(quarter);
    expected::join(&mut write, &author, (&programme, &known), newly, "endsOn").await?;
    let done = quarters(&write, &known, (known.ends_on, ends_on), author.now).await?;
    write.commit().await?;
    Ok(done)
}

/// What an end that took the place of another at an instant did to the quarters that were open then.
async fn quarters(
    write: &Write<'_>,
    known: &obligation::Model,
    (before, ends_on): (Option<NaiveDate>, NaiveDate),
    at: DateTime<Utc>,
) -> Result<Done, Error> {
    let mut done = Done { id: known.id, joined: Vec::new(), kept: Vec::new() };
    for row in listed(write.reads(), known).await? {
        let quarter = quarter_of(&row.quarter)?;
        let covered = is_expected(known.starts_on, before, quarter);
        let covers = is_expected(known.starts_on, Some(ends_on), quarter);
        if covers != covered && row.created_at <= at {
            let told = if covers { &mut done.joined } else { &mut done.kept };
            told.push(row.quarter);
        }
    }
    Ok(done)
}

/// The last day that an obligation had until a call changed it at an instant, as the audit keeps it.
async fn ends_before(
    write: &Write<'_>,
    call: &input::Call,
    at: DateTime<Utc>,
) -> Result<Option<NaiveDate>, Error> {
    let event = audit_event::Entity::find()
        .filter(audit_event::Column::SubjectId.eq(call.id))
        .filter(audit_event::Column::Action.eq(call.action))
        .filter(audit_event::Column::At.eq(at))
        .one(write.reads())
        .await?;
    let before = event.and_then(|event| event.before).unwrap_or_default();
    let before: Option<Map<String, Value>> = serde_json::from_str(&before).ok();
    let day = before.and_then(|row| row.get("ends_on")?.as_str()?.parse().ok());
    Ok(day)
}
