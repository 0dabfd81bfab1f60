//! Raising 건의 등록: by an institution, or recorded on behalf of somebody who has no account here; and publishing 공개.
//!
//! A partner raises in its own name, and records at its own intake desk what others bring there (상담). What it raises is
//! seen by those whom it concerns until an operator publishes it.

use chrono::NaiveDate;
use entity::common::Visibility;
use entity::recommendation::{RecommendationSource, RecommendationStatus};
use entity::{
    agenda_item, barrier, document, institution, meeting, person, policy_plan, recommendation,
    region, statement, topic,
};
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::assign::{self, Assignment};
use super::{Done, Evidence, RecordedBefore, Turn, begin, past, recorder, required, turn};
use crate::domain::access::{self, Needs, Object};
use crate::domain::recommendation::{Verb, stage};
use crate::error::Error;
use crate::input;
use crate::input::InputErrors;
use crate::input::types::{Id, Localized, OneLine, Prose, texts};
use crate::read::Act;
use crate::service::people::operator_only;
use crate::service::programme::ORIGIN;
use crate::service::sight;
use crate::service::write::{Author, Write};

input! {
    /// 건의 등록. A recommendation.
    mutation RaiseRecommendation {
        /// 제목. Short title.
        title: Localized<OneLine>,
        /// 내용. Content.
        summary: Option<Localized<Prose>>,
        /// 경로. How it arose; STATEMENT names a statement or meeting, AGENDA_ITEM an agenda item. INTAKE_DESK makes it a consultation 상담 of your desk.
        source: RecommendationSource,
        /// 제기일. Date raised; today if null.
        raised_on: Option<NaiveDate>,
        /// 제기 기관. Code of the institution that raised it; your own if nobody else is named.
        institution: Option<String>,
        /// 제기 인물. Person who raised it.
        person: Option<Id<person::Entity>>,
        /// 제기 집단. Group that raised it, where no institution is known.
        raised_by_group: Option<Localized<OneLine>>,
        /// 근거. What shows it; this, `evidence`, or a statement, agenda item or meeting is required on behalf of others.
        evidence_note: Option<Prose>,
        /// 근거 자료. Document that shows it.
        evidence: Option<Id<document::Entity>>,
        /// 발언. Statement it arose from; its meeting and agenda item follow.
        statement: Option<Id<statement::Entity>>,
        /// 안건. Agenda item it arose from; its meeting follows.
        agenda_item: Option<Id<agenda_item::Entity>>,
        /// 회의. Meeting it was raised in.
        meeting: Option<Id<meeting::Entity>>,
        /// 근거 계획. Plan that carries it.
        plan: Option<Id<policy_plan::Entity>>,
        /// 분야. Code of the topic.
        topic: Option<String>,
        /// 애로. Code of the barrier it answers.
        barrier: Option<String>,
        /// 지역. Code of the region.
        region: Option<String>,
        /// 관련 규제. Regulation concerned.
        regulation: Option<Localized<OneLine>>,
        /// 소관 기관. Code of the addressee, assigned at once; operators only. A consultation is first its desk's.
        addressee: Option<String>,
        /// 회신 기한. Answer due; of a recommendation that is assigned at once.
        due_on: Option<NaiveDate>,
        /// 공개 여부. Whether everybody sees it; operators only.
        is_public: bool = "false",
    }
}

input! {
    /// 건의 공개. A recommendation to be seen by everybody.
    mutation PublishRecommendation on recommendation::Entity {}
}

/// A recommendation to be raised. What it names was looked up, and who may was asked, by who raises it.
#[derive(Debug, Clone)]
pub struct NewRecommendation {
    /// Title in Korean and English.
    pub title: (String, Option<String>),
    /// Content.
    pub summary: (Option<String>, Option<String>),
    /// How it arose.
    pub source: RecommendationSource,
    /// Date raised.
    pub raised_on: NaiveDate,
    /// Institution that raised it.
    pub institution_id: Option<Uuid>,
    /// Person who raised it.
    pub person_id: Option<Uuid>,
    /// Group that raised it.
    pub group: (Option<String>, Option<String>),
    /// What shows it.
    pub evidence: Evidence,
    /// Statement it arose from.
    pub statement_id: Option<Uuid>,
    /// Agenda item it arose from.
    pub agenda_item_id: Option<Uuid>,
    /// Meeting it was raised in.
    pub meeting_id: Option<Uuid>,
    /// Plan that carries it.
    pub plan_id: Option<Uuid>,
    /// Topic.
    pub topic_id: Option<Uuid>,
    /// Barrier that it answers.
    pub barrier_id: Option<Uuid>,
    /// Region it comes from.
    pub region_id: Option<Uuid>,
    /// Regulation concerned.
    pub regulation: (Option<String>, Option<String>),
    /// Addressee with the day on which its answer is due; none if it is not assigned yet.
    pub assigned: Option<(Uuid, NaiveDate)>,
    /// Who may see it.
    pub visibility: Visibility,
    /// Institution that recorded it; the caller's if none.
    pub recorded_by: Option<Uuid>,
    /// Its code, of what was before; made if none.
    pub code: Option<String>,
}

impl NewRecommendation {
    /// One that names nothing yet, and is seen by those whom it concerns.
    pub fn new(
        title: (String, Option<String>),
        source: RecommendationSource,
        raised_on: NaiveDate,
    ) -> Self {
        Self {
            title,
            summary: (None, None),
            source,
            raised_on,
            institution_id: None,
            person_id: None,
            group: (None, None),
            evidence: Evidence::default(),
            statement_id: None,
            agenda_item_id: None,
            meeting_id: None,
            plan_id: None,
            topic_id: None,
            barrier_id: None,
            region_id: None,
            regulation: (None, None),
            assigned: None,
            visibility: Visibility::Internal,
            recorded_by: None,
            code: None,
        }
    }

    /// Whether what an institution records is another's.
    pub fn is_on_behalf(&self, recorded_by: Option<Uuid>) -> bool {
        self.institution_id.is_none() || self.institution_id != recorded_by
    }
}

/// Raises a recommendation under this key as part of a write, assigned if it has an addressee.
///
/// # Errors
/// Forbidden; internal.
pub async fn raise_in(
    write: &mut Write<'_>,
    author: &Author<'_>,
    id: Uuid,
    new: NewRecommendation,
) -> Result<(), Error> {
    let recorded_by_id = new.recorded_by.or(super::institution(author.principal));
    let is_on_behalf = new.is_on_behalf(recorded_by_id);
    let is_consultation = new.source == RecommendationSource::IntakeDesk;
    let status = match new.assigned {
        Some(_) => RecommendationStatus::Forwarded,
        None => RecommendationStatus::Raised,
    };
    // What is brought to a desk is first the desk's own to answer.
    let desk = recorded_by_id.filter(|_| is_consultation);
    let model = recommendation::Model {
        id,
        code: new.code.unwrap_or_else(|| code("RC", new.raised_on, id)),
        title_ko: new.title.0,
        title_en: new.title.1,
        summary_ko: new.summary.0,
        summary_en: new.summary.1,
        source: new.source,
        status,
        consultation_stage: is_consultation.then(|| stage(status)),
        item_count: 1,
        raised_on: new.raised_on.to_string(),
        due_on: new.assigned.map(|(_, due_on)| due_on),
        meeting_id: new.meeting_id,
        agenda_item_id: new.agenda_item_id,
        statement_id: new.statement_id,
        person_id: new.person_id,
        institution_id: new.institution_id,
        raised_by_group_ko: new.group.0,
        raised_by_group_en: new.group.1,
        topic_id: new.topic_id,
        barrier_id: new.barrier_id,
        regulation_ko: new.regulation.0,
        regulation_en: new.regulation.1,
        region_id: new.region_id,
        addressee_id: new.assigned.map(|(addressee, _)| addressee).or(desk),
        plan_id: new.plan_id,
        recorded_by_id,
        is_on_behalf: Some(is_on_behalf),
        evidence_note: new.evidence.note,
        evidence_id: new.evidence.document,
        delivery: None,
        visibility: new.visibility,
        origin: ORIGIN,
        version: 1,
        created_at: author.now,
        updated_at: author.now,
    };
    write.add_with::<recommendation::Entity>("raiseRecommendation", id, model).await?;
    if let Some((addressee_id, due_on)) = new.assigned {
        let assigned_on = write.today();
        let first = Assignment { addressee_id, due_on, reason: (None, None), assigned_on };
        assign::record(write, author, (Uuid::now_v7(), id, 1), first).await?;
    }
    Ok(())
}

/// The code under which a row can be asked for: of what it is one, its day, and what no other has.
pub fn code(of: &str, day: NaiveDate, id: Uuid) -> String {
    let own = id.as_u128() & 0xFFFF_FFFF;
    format!("{of}-{}-{own:08X}", day.format("%Y%m%d"))
}

/// Raises a recommendation.
///
/// # Errors
/// Forbidden; user errors; internal.
pub async fn raise(act: &Act<'_>, input: RaiseRecommendation) -> Result<Done, Error> {
    raise_as(act, input, None).await
}

/// The same, of one of before where it is one: with its code, and who recorded it.
///
/// # Errors
/// As [`raise`].
pub async fn raise_as(
    act: &Act<'_>,
    input: RaiseRecommendation,
    before: Option<(String, RecordedBefore)>,
) -> Result<Done, Error> {
    let mut write = begin(act, Needs::Raise, &input.call).await?;
    let id = Uuid::now_v7();
    if let Some(made) = write.repeats::<recommendation::Entity>(&input.call, id).await? {
        return Ok(Done { id: made, added: None });
    }
    let mut faults = InputErrors::default();
    let (code, by) = before.unzip();
    let own = recorder(&write, act, &mut faults, by.as_ref()).await?;
    let mut new = read(&write, act, input, own, &mut faults).await?;
    faults.settle()?;
    (new.code, new.recorded_by) = (code, own);
    raise_in(&mut write, &act.author, id, new).await?;
    write.commit().await?;
    Ok(Done { id, added: None })
}

/// What the input names, with all that is wrong with it.
async fn read(
    write: &Write<'_>,
    act: &Act<'_>,
    input: RaiseRecommendation,
    own: Option<Uuid>,
    faults: &mut InputErrors,
) -> Result<NewRecommendation, Error> {
    let today = write.today();
    let raised_on = input.raised_on.unwrap_or(today);
    past(faults, "raisedOn", raised_on, (None, today));
    let mut new = NewRecommendation::new(input.title.texts(), input.source, raised_on);
    new.summary = texts(input.summary);
    new.group = texts(input.raised_by_group);
    new.regulation = texts(input.regulation);
    new.evidence.note = input.evidence_note.map(Into::into);
    let named = input.institution.as_deref();
    new.institution_id =
        sight::by_code::<institution::Entity>(write, act, faults, "institution", named).await?;
    let unknown_raiser = named.is_some() && new.institution_id.is_none();
    new.person_id = sight::by_id(write, act, faults, "person", input.person).await?;
    new.evidence.document = sight::by_id(write, act, faults, "evidence", input.evidence).await?;
    new.topic_id =
        sight::by_code::<topic::Entity>(write, act, faults, "topic", input.topic.as_deref())
            .await?;
    let barrier = input.barrier.as_deref();
    new.barrier_id =
        sight::by_code::<barrier::Entity>(write, act, faults, "barrier", barrier).await?;
    new.region_id =
        sight::by_code::<region::Entity>(write, act, faults, "region", input.region.as_deref())
            .await?;
    new.plan_id = sight::by_id(write, act, faults, "plan", input.plan).await?;
    let arises = [input.statement.is_some(), input.agenda_item.is_some(), input.meeting.is_some()];
    new.statement_id = sight::by_id(write, act, faults, "statement", input.statement).await?;
    new.agenda_item_id = sight::by_id(write, act, faults, "agendaItem", input.agenda_item).await?;
    new.meeting_id = sight::by_id(write, act, faults, "meeting", input.meeting).await?;
    arose(write, arises, &mut new, faults).await?;
    let is_desk = input.source == RecommendationSource::IntakeDesk;
    let is_named = named.is_some() || new.person_id.is_some() || new.group.0.is_some();
    if !is_named {
        // Who comes to a desk is somebody else.
        if is_desk {
            required(faults, "raisedByGroup");
        }
        new.institution_id = own;
    }
    let operates = access::may_write(act.author.principal, Object::Content, None).is_ok();
    if !operates {
        if new.person_id.is_some() && named.is_none() && !is_desk {
            new.institution_id = own;
        }
        if !is_desk && !unknown_raiser && new.is_on_behalf(own) {
            faults.add(
                "institution",
                "NOT_YOURS",
                "소속 기관 이름으로만 건의할 수 있습니다. 다른 사람의 건의는 상담 창구(INTAKE_DESK)로 등록하십시오.",
                "You raise in the name of your own institution; what others bring is a consultation (INTAKE_DESK).",
            );
        }
        for (given, field) in [
            (input.addressee.is_some(), "addressee"),
            (input.due_on.is_some(), "dueOn"),
            (input.is_public, "isPublic"),
        ] {
            operator_only(act, faults, field, given);
        }
    } else {
        let addressee = input.addressee.as_deref();
        let addressee_id =
            sight::by_code::<institution::Entity>(write, act, faults, "addressee", addressee)
                .await?;
        match (addressee, input.due_on) {
            (None, None) => {}
            (Some(_), None) => required(faults, "dueOn"),
            (None, Some(_)) => required(faults, "addressee"),
            (Some(_), Some(due_on)) => {
                assign::due(faults, due_on, today);
                new.assigned = addressee_id.map(|addressee| (addressee, due_on));
            }
        }
    }
    let is_shown =
        [new.statement_id, new.agenda_item_id, new.meeting_id].iter().any(Option::is_some);
    if new.is_on_behalf(own) && !unknown_raiser && !is_shown {
        new.evidence.required(faults);
    }
    new.visibility = if input.is_public { Visibility::Public } else { Visibility::Internal };
    Ok(new)
}

/// What it arose from, by which of three are named: an agenda item and a meeting follow from a statement, a meeting from
/// an agenda item.
async fn arose(
    write: &Write<'_>,
    given: [bool; 3],
    new: &mut NewRecommendation,
    faults: &mut InputErrors,
) -> Result<(), Error> {
    match (new.source, given) {
        (RecommendationSource::Statement, [false, _, false]) => required(faults, "statement"),
        (RecommendationSource::AgendaItem, [_, false, _]) => required(faults, "agendaItem"),
        (RecommendationSource::OpinionRound, _) => faults.add(
            "source",
            "NOT_APPLICABLE",
            "의견수렴 건의는 의견 제출(respondToOpinionRound)의 raises로 등록합니다.",
            "An opinion round raises by `raises` of respondToOpinionRound.",
        ),
        _ => {}
    }
    let mut follow =
        |field: &str, known: &mut Option<Uuid>, found: Option<Uuid>| match (*known, found) {
            (_, None) => {}
            (Some(known), Some(found)) if known != found => faults.add(
                field,
                "MISMATCH",
                "발언·안건·회의가 서로 맞지 않습니다. 한 가지만 적으십시오.",
                "Statement, agenda item and meeting do not belong together; name one of them.",
            ),
            (_, Some(found)) => *known = Some(found),
        };
    if let Some(id) = new.statement_id
        && let Some(row) = statement::Entity::find_by_id(id).one(write.reads()).await?
    {
        follow("agendaItem", &mut new.agenda_item_id, row.agenda_item_id);
        follow("meeting", &mut new.meeting_id, row.meeting_id);
    }
    if let Some(id) = new.agenda_item_id
        && let Some(row) = agenda_item::Entity::find_by_id(id).one(write.reads()).await?
    {
        follow("meeting", &mut new.meeting_id, Some(row.meeting_id));
    }
    Ok(())
}

/// Publishes a recommendation with all that is said of it.
///
/// # Errors
/// Forbidden; not found; conflict; user errors; internal.
pub async fn publish(act: &Act<'_>, input: PublishRecommendation) -> Result<Done, Error> {
    let call = input.call;
    let mut write = begin(act, Needs::Write(Object::Content), &call).await?;
    let turn = turn::<recommendation::Entity>(&write, act, &call, (Verb::Publish, None), call.id);
    let Turn::First(_) = turn.await? else { return Ok(Done { id: call.id, added: None }) };
    write
        .update::<recommendation::Entity>(call.id, call.version, |row| {
            row.insert("visibility".to_owned(), Visibility::Public.code().into());
        })
        .await?;
    write.commit().await?;
    Ok(Done { id: call.id, added: None })
}
