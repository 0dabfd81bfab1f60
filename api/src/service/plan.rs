//! Plans 계획, their tasks 과제 and milestones 이정표 as operators write them. While a plan is on record as completed, none of
//! its tasks is planned anew.

use entity::common::Visibility;
use entity::policy_plan::{self, PlanKind, PlanStatus};
use entity::policy_task::{self, TaskKind};
use entity::{
    industry, institution, milestone, plan_topic, region, task_industry, task_region, task_topic,
    topic,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;
use uuid::Uuid;

use super::chain::{alone, leads};
use super::parts::{Columns, made, set};
use super::people::{begin, ordered, take_off, turn};
use super::record::Record;
use super::sight;
use super::write::Write;
use crate::domain::access::{Needs, Object};
use crate::domain::partial_date;
use crate::error::Error;
use crate::input;
use crate::input::types::{
    Change, Code, List, Localized, PartialDate, Prose, Title, Within, Won, texts,
};
use crate::input::{Call, InputErrors, taken};
use crate::read::Act;

const NEEDS: Needs = Needs::Write(Object::Content);

input! {
    /// 계획 등록. A plan or package of measures.
    mutation CreatePlan {
        /// 계획 키. 2 to 30 capital letters, digits, underscores; it stays.
        code: Code,
        /// 제목. Title.
        title: Localized<Title>,
        /// 가칭 여부. Whether the title is tentative (가칭).
        is_tentative: bool = "false",
        /// 유형. Kind.
        kind: PlanKind,
        /// 상태. Status.
        status: PlanStatus = "PREPARING",
        /// 내용. Content in our words.
        summary: Option<Localized<Prose>>,
        /// 주관 기관. Code of the owner.
        owner: Option<String>,
        /// 근거 계획. Code of the plan whose recommendation it follows.
        mandate: Option<String>,
        /// 권고 기관. Code of the institution that gave the mandate.
        mandate_institution: Option<String>,
        /// 근거 설명. How the mandate came about.
        mandate_note: Option<Localized<Prose>>,
        /// 착수·발표. Begun or announced.
        starts_on: Option<PartialDate>,
        /// 종료. End, not before its start.
        ends_on: Option<PartialDate>,
        /// 주제. Codes of the topics that it names.
        topics: List<String, 0, 30> = "[]",
    }
}

input! {
    /// 계획 변경. What changes of a plan: what is left out stays, null clears, a list replaces.
    mutation AmendPlan on policy_plan::Entity {
        /// 제목. Title.
        title: Option<Localized<Title>>,
        /// 가칭 여부. Whether the title is tentative.
        is_tentative: Option<bool>,
        /// 유형. Kind.
        kind: Option<PlanKind>,
        /// 상태. Status; while it is COMPLETED, none of its tasks is planned anew.
        status: Option<PlanStatus>,
        /// 내용. Content in our words.
        summary: Change<Localized<Prose>>,
        /// 주관 기관. Code of the owner.
        owner: Change<String>,
        /// 근거 계획. Code of the plan whose recommendation it follows.
        mandate: Change<String>,
        /// 권고 기관. Code of the institution that gave the mandate.
        mandate_institution: Change<String>,
        /// 근거 설명. How the mandate came about.
        mandate_note: Change<Localized<Prose>>,
        /// 착수·발표. Begun or announced.
        starts_on: Change<PartialDate>,
        /// 종료. End, not before its start.
        ends_on: Change<PartialDate>,
        /// 주제. Codes of the topics that it names.
        topics: Option<List<String, 0, 30>>,
    }
}

input! {
    /// 과제 추가. A task, support programme, project or target.
    mutation AddTask {
        /// 과제 키. 2 to 30 capital letters, digits, underscores; it stays.
        code: Code,
        /// 계획. Code of the plan it belongs to, which is not completed; null for none.
        plan: Option<String>,
        /// 유형. Kind.
        kind: TaskKind,
        /// 제목. Title.
        title: Localized<Title>,
        /// 내용. Content in our words.
        summary: Option<Localized<Prose>>,
        /// 상태. Status.
        status: PlanStatus = "PREPARING",
        /// 담당 기관. Code of the owner.
        owner: Option<String>,
        /// 분야. Code of its topic.
        topic: Option<String>,
        /// 기한. Due.
        due_on: Option<PartialDate>,
        /// 지원 한도(원). Most that one company gets, in KRW.
        support_ceiling: Option<Won>,
        /// 거론된 주제. Codes of the topics that it names, beside `topic`.
        topics: List<String, 0, 30> = "[]",
        /// 지역. Codes of the regions that it is for; none for all.
        regions: List<String, 0, 30> = "[]",
        /// 업종. Codes of the industries (KSIC) that it is for; none for all.
        industries: List<String, 0, 30> = "[]",
    }
}

input! {
    /// 과제 변경. What changes of a task: what is left out stays, null clears, a list replaces. While its plan is completed, its due date stays and its status can become COMPLETED alone.
    mutation AmendTask on policy_task::Entity {
        /// 계획. Code of the plan it belongs to, which is not completed.
        plan: Change<String>,
        /// 유형. Kind.
        kind: Option<TaskKind>,
        /// 제목. Title.
        title: Option<Localized<Title>>,
        /// 내용. Content in our words.
        summary: Change<Localized<Prose>>,
        /// 상태. Status.
        status: Option<PlanStatus>,
        /// 담당 기관. Code of the owner.
        owner: Change<String>,
        /// 분야. Code of its topic.
        topic: Change<String>,
        /// 기한. Due.
        due_on: Change<PartialDate>,
        /// 지원 한도(원). Most that one company gets, in KRW.
        support_ceiling: Change<Won>,
        /// 거론된 주제. Codes of the topics that it names, beside `topic`.
        topics: Option<List<String, 0, 30>>,
        /// 지역. Codes of the regions that it is for.
        regions: Option<List<String, 0, 30>>,
        /// 업종. Codes of the industries (KSIC) that it is for.
        industries: Option<List<String, 0, 30>>,
    }
}

input! {
    /// 과제 삭제. A task that was recorded by mistake; one with milestones, or which something else names, stays.
    mutation RemoveTask on policy_task::Entity {}
}

input! {
    /// 이정표 등록. A milestone of a task.
    mutation RecordMilestone {
        /// 과제. Code of the task.
        task: String,
        /// 제목. Title.
        title: Localized<Title>,
        /// 예정. Due.
        due_on: Option<PartialDate>,
        /// 달성. When it was reached, not ahead; null while it is not.
        reached_on: Option<PartialDate>,
        /// 순서. Order; after the others if left out.
        position: Option<Within<1, 1000>>,
    }
}

input! {
    /// 이정표 변경. What changes of a milestone: what is left out stays, null clears.
    mutation AmendMilestone on milestone::Entity {
        /// 제목. Title.
        title: Option<Localized<Title>>,
        /// 예정. Due.
        due_on: Change<PartialDate>,
        /// 달성. When it was reached, not ahead; null if it was not.
        reached_on: Change<PartialDate>,
        /// 순서. Order.
        position: Option<Within<1, 1000>>,
    }
}

input! {
    /// 이정표 삭제. A milestone that was recorded by mistake.
    mutation RemoveMilestone on milestone::Entity {}
}

impl From<CreatePlan> for AmendPlan {
    fn from(new: CreatePlan) -> Self {
        Self {
            call: new.call,
            title: Some(new.title),
            is_tentative: Some(new.is_tentative),
            kind: Some(new.kind),
            status: Some(new.status),
            summary: new.summary.into(),
            owner: new.owner.into(),
            mandate: new.mandate.into(),
            mandate_institution: new.mandate_institution.into(),
            mandate_note: new.mandate_note.into(),
            starts_on: new.starts_on.into(),
            ends_on: new.ends_on.into(),
            topics: Some(new.topics),
        }
    }
}

impl From<AddTask> for AmendTask {
    fn from(new: AddTask) -> Self {
        Self {
            call: new.call,
            plan: new.plan.into(),
            kind: Some(new.kind),
            title: Some(new.title),
            summary: new.summary.into(),
            status: Some(new.status),
            owner: new.owner.into(),
            topic: new.topic.into(),
            due_on: new.due_on.into(),
            support_ceiling: new.support_ceiling.into(),
            topics: Some(new.topics),
            regions: Some(new.regions),
            industries: Some(new.industries),
        }
    }
}

/// A row in the making: its columns, and what is wrong with them.
struct Draft<'w, 'a> {
    write: &'w Write<'a>,
    act: &'w Act<'w>,
    columns: Columns,
    faults: InputErrors,
}

impl<'w, 'a> Draft<'w, 'a> {
    fn of(write: &'w Write<'a>, act: &'w Act<'w>) -> Self {
        Self { write, act, columns: Columns::new(), faults: InputErrors::default() }
    }

    fn set(&mut self, column: &str, value: impl serde::Serialize) -> Result<(), Error> {
        set(&mut self.columns, column, value)
    }

    fn text<T: Into<String>>(&mut self, column: &str, text: Option<Option<Localized<T>>>) {
        if let Some(text) = text {
            let (ko, en) = texts(text);
            self.columns.insert(format!("{column}_ko"), ko.into());
            self.columns.insert(format!("{column}_en"), en.into());
        }
    }

    /// Sets the date that there is after a change, and tells it.
    fn date(
        &mut self,
        column: &str,
        date: Change<PartialDate>,
        known: Option<String>,
    ) -> Result<Option<String>, Error> {
        let Some(date) = date.into_new() else { return Ok(known) };
        let date = date.map(|date| date.0);
        self.set(column, &date)?;
        Ok(date)
    }

    /// Sets a column to the row of a code, and tells which it is after a change.
    async fn named<R: Record>(
        &mut self,
        (field, column): (&str, &str),
        code: Change<String>,
        known: Option<Uuid>,
    ) -> Result<Option<Uuid>, Error> {
        let Some(code) = code.into_new() else { return Ok(known) };
        let found =
            sight::by_code::<R>(self.write, self.act, &mut self.faults, field, code.as_deref());
        let found = found.await?;
        self.set(column, found)?;
        Ok(found)
    }

    /// The rows that a list names.
    async fn all<R: Record>(
        &mut self,
        field: &str,
        codes: Option<List<String, 0, 30>>,
    ) -> Result<Option<Vec<Uuid>>, Error> {
        let Some(List(codes)) = codes else { return Ok(None) };
        sight::by_codes::<R>(self.write, self.act, &mut self.faults, field, &codes).await.map(Some)
    }

    fn plan_ended(&mut self, field: &str) {
        self.faults.add(
            field,
            "PLAN_ENDED",
            "완료된 계획의 과제는 새로 계획할 수 없습니다. 먼저 계획의 상태를 바꾸십시오(amendPlan).",
            "Its plan is completed, so nothing of it is planned anew; change the plan's status first (amendPlan).",
        );
    }

    /// Tells of a day that a milestone cannot have been reached on.
    fn reached(&mut self, date: Option<&String>) {
        let today = self.write.today();
        let first = date.and_then(|date| partial_date::first_day(date));
        if first.is_some_and(|day| day > today) {
            self.faults.add(
                "reachedOn",
                "INVALID_DATE",
                "아직 오지 않은 날짜입니다. 달성한 날만 기록합니다.",
                "The date lies ahead; only what was reached is recorded.",
            );
        }
    }

    fn settle(self) -> Result<Columns, Error> {
        self.faults.settle()?;
        Ok(self.columns)
    }
}

/// Whether a plan is completed, as it stays until the write is over.
async fn is_ended(write: &Write<'_>, plan: Option<Uuid>) -> Result<bool, Error> {
    let Some(plan) = plan else { return Ok(false) };
    let found = policy_plan::Entity::find_by_id(plan).lock_exclusive().one(write.reads()).await?;
    Ok(found.is_some_and(|plan| plan.status == PlanStatus::Completed))
}

/// What an input sets of a plan, and the topics that it is to have.
async fn plan(
    write: &Write<'_>,
    act: &Act<'_>,
    (id, known): (Uuid, Option<policy_plan::Model>),
    code: Option<Code>,
    input: AmendPlan,
) -> Result<(Columns, Option<Vec<Uuid>>), Error> {
    let mut draft = Draft::of(write, act);
    if let Some(code) = code {
        use policy_plan::{Column, Entity};
        let known = Entity::find().filter(Column::Code.eq(&*code)).one(write.reads()).await?;
        if known.is_some() {
            draft.faults.keep(Err::<(), _>(taken("code")))?;
        }
        draft.set("code", &*code)?;
    }
    draft.text("title", input.title.map(Some));
    draft.text("summary", input.summary.into_new());
    draft.text("mandate_note", input.mandate_note.into_new());
    if let Some(is_tentative) = input.is_tentative {
        draft.set("tentative", is_tentative)?;
    }
    if let Some(kind) = input.kind {
        draft.set("kind", kind)?;
    }
    if let Some(status) = input.status {
        draft.set("status", status)?;
    }
    draft.named::<institution::Entity>(("owner", "owner_id"), input.owner, None).await?;
    let of = ("mandate", "mandate_id");
    let mandate = draft.named::<policy_plan::Entity>(of, input.mandate, None).await?;
    if leads::<policy_plan::Entity>(write, mandate, id, |plan| plan.mandate_id).await? {
        draft.faults.add(
            "mandate",
            "CIRCULAR",
            "근거 계획이 이 계획을 따르거나 단계가 너무 많습니다.",
            "That plan follows this one, or there are too many after each other.",
        );
    }
    let of = ("mandateInstitution", "mandate_institution_id");
    draft.named::<institution::Entity>(of, input.mandate_institution, None).await?;
    let (starts_on, ends_on) =
        known.map(|known| (known.starts_on, known.ends_on)).unwrap_or_default();
    let starts_on = draft.date("starts_on", input.starts_on, starts_on)?;
    let ends_on = draft.date("ends_on", input.ends_on, ends_on)?;
    ordered(&mut draft.faults, "endsOn", (starts_on.as_deref(), ends_on.as_deref()));
    let topics = draft.all::<topic::Entity>("topics", input.topics).await?;
    Ok((draft.settle()?, topics))
}

/// Adds a row under a code that no other has.
async fn add<R: Record>(
    write: &mut Write<'_>,
    act: &Act<'_>,
    id: Uuid,
    columns: Columns,
) -> Result<(), Error> {
    let row = made::<R>(id, &act.author, Visibility::Public, columns)?;
    let added = write.add_with::<R>("create", id, row).await;
    added.map_err(|error| if matches!(error, Error::Conflict) { taken("code") } else { error })
}

/// Puts a plan on record.
///
/// # Errors
/// Forbidden; user errors; internal.
pub async fn create(act: &Act<'_>, new: CreatePlan) -> Result<Uuid, Error> {
    use policy_plan::Entity;
    let mut write = begin(act, NEEDS, &new.call).await?;
    let id = Uuid::now_v7();
    if let Some(known) = write.repeats::<Entity>(&new.call, id).await? {
        return Ok(known);
    }
    let code = new.code.clone();
    let (columns, topics) = plan(&write, act, (id, None), Some(code), new.into()).await?;
    add::<Entity>(&mut write, act, id, columns).await?;
    write.link_all::<plan_topic::Entity>(id, &topics.unwrap_or_default()).await?;
    write.commit().await?;
    Ok(id)
}

/// Locks the row of a call and asks whether it is the first with its key, about the version seen.
async fn first<R: Record>(
    write: &mut Write<'_>,
    act: &Act<'_>,
    call: &Call,
) -> Result<Option<R::Model>, Error>
where
    <R::PrimaryKey as sea_orm::PrimaryKeyTrait>::ValueType: From<Uuid>,
{
    turn::<R>(write, act, call, (Object::Content, |_| None)).await
}

/// Links as they stand in the audit.
fn told(lists: &[(&str, Option<&Vec<Uuid>>)]) -> Columns {
    let given = lists.iter().filter_map(|(name, ids)| ids.map(|ids| (name, ids)));
    given
        .map(|(name, ids)| {
            let ids: Vec<Value> = ids.iter().map(|id| id.to_string().into()).collect();
            ((*name).to_owned(), ids.into())
        })
        .collect()
}

/// Changes what is on record of a plan.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn amend(act: &Act<'_>, input: AmendPlan) -> Result<Uuid, Error> {
    use policy_plan::Entity;
    let (call, mut write) = (input.call.clone(), begin(act, NEEDS, &input.call).await?);
    if input.mandate != Change::Keep {
        alone::<Entity>(&write).await?;
    }
    let known = first::<Entity>(&mut write, act, &call).await?;
    let Some(known) = known else { return Ok(call.id) };
    let (columns, topics) = plan(&write, act, (call.id, Some(known)), None, input).await?;
    let lists = told(&[("topics", topics.as_ref())]);
    let change = |row: &mut Columns| row.extend(columns);
    write.update_as::<Entity>("update", call.id, call.version, change, lists).await?;
    if let Some(topics) = topics {
        write.link_all::<plan_topic::Entity>(call.id, &topics).await?;
    }
    write.commit().await?;
    Ok(call.id)
}

/// Rows that a task is tied to; none where they stay as they are.
struct Ties {
    topics: Option<Vec<Uuid>>,
    regions: Option<Vec<Uuid>>,
    industries: Option<Vec<Uuid>>,
}

impl Ties {
    async fn bind(self, write: &mut Write<'_>, task: Uuid) -> Result<(), Error> {
        if let Some(topics) = self.topics {
            write.link_all::<task_topic::Entity>(task, &topics).await?;
        }
        if let Some(regions) = self.regions {
            write.link_all::<task_region::Entity>(task, &regions).await?;
        }
        if let Some(industries) = self.industries {
            write.link_all::<task_industry::Entity>(task, &industries).await?;
        }
        Ok(())
    }
}

/// What an input sets of a task, and what it is to be tied to.
async fn task(
    write: &Write<'_>,
    act: &Act<'_>,
    known: Option<&policy_task::Model>,
    code: Option<Code>,
    input: AmendTask,
) -> Result<(Columns, Ties), Error> {
    let mut draft = Draft::of(write, act);
    if let Some(code) = code {
        use policy_task::{Column, Entity};
        let known = Entity::find().filter(Column::Code.eq(&*code)).one(write.reads()).await?;
        if known.is_some() {
            draft.faults.keep(Err::<(), _>(taken("code")))?;
        }
        draft.set("code", &*code)?;
    }
    let (plan_before, due_before) =
        known.map(|known| (known.plan_id, known.due.clone())).unwrap_or_default();
    let of = ("plan", "plan_id");
    let plan = draft.named::<policy_plan::Entity>(of, input.plan, plan_before).await?;
    draft.text("title", input.title.map(Some));
    draft.text("summary", input.summary.into_new());
    if let Some(kind) = input.kind {
        draft.set("kind", kind)?;
    }
    if let Some(status) = input.status {
        draft.set("status", status)?;
    }
    draft.named::<institution::Entity>(("owner", "owner_id"), input.owner, None).await?;
    draft.named::<topic::Entity>(("topic", "topic_id"), input.topic, None).await?;
    let due = draft.date("due", input.due_on, due_before.clone())?;
    if let Some(ceiling) = input.support_ceiling.into_new() {
        draft.set("support_ceiling", ceiling.map(|won| won.0))?;
    }
    // Nor does a task leave a plan that is completed.
    if is_ended(write, plan).await? || (plan != plan_before && is_ended(write, plan_before).await?)
    {
        let is_another = known.is_none() || plan != plan_before;
        let is_reopened = input.status.is_some_and(|status| {
            status != PlanStatus::Completed && known.is_some_and(|known| known.status != status)
        });
        for (field, is_anew) in
            [("plan", is_another), ("status", is_reopened), ("dueOn", due != due_before)]
        {
            if is_anew && (field == "plan" || !is_another) {
                draft.plan_ended(field);
            }
        }
    }
    let topics = draft.all::<topic::Entity>("topics", input.topics).await?;
    let regions = draft.all::<region::Entity>("regions", input.regions).await?;
    let industries = draft.all::<industry::Entity>("industries", input.industries).await?;
    Ok((draft.settle()?, Ties { topics, regions, industries }))
}

/// Puts a task on record.
///
/// # Errors
/// Forbidden; user errors; internal.
pub async fn add_task(act: &Act<'_>, new: AddTask) -> Result<Uuid, Error> {
    use policy_task::Entity;
    let mut write = begin(act, NEEDS, &new.call).await?;
    let id = Uuid::now_v7();
    if let Some(known) = write.repeats::<Entity>(&new.call, id).await? {
        return Ok(known);
    }
    let code = new.code.clone();
    let (columns, ties) = task(&write, act, None, Some(code), new.into()).await?;
    add::<Entity>(&mut write, act, id, columns).await?;
    ties.bind(&mut write, id).await?;
    write.commit().await?;
    Ok(id)
}

/// Changes what is on record of a task.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn amend_task(act: &Act<'_>, input: AmendTask) -> Result<Uuid, Error> {
    use policy_task::Entity;
    let (call, mut write) = (input.call.clone(), begin(act, NEEDS, &input.call).await?);
    let known = first::<Entity>(&mut write, act, &call).await?;
    let Some(known) = known else { return Ok(call.id) };
    let (columns, ties) = task(&write, act, Some(&known), None, input).await?;
    let lists = told(&[
        ("topics", ties.topics.as_ref()),
        ("regions", ties.regions.as_ref()),
        ("industries", ties.industries.as_ref()),
    ]);
    let change = |row: &mut Columns| row.extend(columns);
    write.update_as::<Entity>("update", call.id, call.version, change, lists).await?;
    ties.bind(&mut write, call.id).await?;
    write.commit().await?;
    Ok(call.id)
}

/// Takes a task off that nothing names; the plan to which it belonged.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn remove_task(act: &Act<'_>, input: RemoveTask) -> Result<Option<Uuid>, Error> {
    use policy_task::{Entity, Model};
    let of = (Object::Content, (|_| None) as fn(&Model) -> _);
    take_off::<Entity, policy_plan::Entity>(act, &input.call, of, |row| row.plan_id).await
}

/// Puts a milestone of a task on record.
///
/// # Errors
/// Forbidden; user errors; internal.
pub async fn record_milestone(act: &Act<'_>, new: RecordMilestone) -> Result<Uuid, Error> {
    use milestone::{Column, Entity};
    let mut write = begin(act, NEEDS, &new.call).await?;
    let id = Uuid::now_v7();
    if let Some(known) = write.repeats::<Entity>(&new.call, id).await? {
        return Ok(known);
    }
    let mut draft = Draft::of(&write, act);
    let of = ("task", "task_id");
    let task = draft.named::<policy_task::Entity>(of, Change::Set(new.task), None).await?;
    draft.text("title", Some(Some(new.title)));
    draft.date("due", new.due_on.into(), None)?;
    let reached = draft.date("reached_on", new.reached_on.into(), None)?;
    draft.reached(reached.as_ref());
    let mut last = 0;
    if let Some(task) = task {
        // One call at a time adds to a task.
        let task = policy_task::Entity::find_by_id(task).lock_exclusive().one(write.reads());
        let task = task.await?.ok_or(Error::NotFound)?;
        if reached.is_none() && is_ended(&write, task.plan_id).await? {
            draft.plan_ended("task");
        }
        let others = Entity::find().filter(Column::TaskId.eq(task.id));
        let others = others.order_by_desc(Column::Position).one(write.reads()).await?;
        last = others.map_or(0, |row| row.position);
    }
    draft.set("position", new.position.map_or(last + 1, |position| position.0))?;
    let columns = draft.settle()?;
    let row = made::<Entity>(id, &act.author, Visibility::Public, columns)?;
    write.add_with::<Entity>("create", id, row).await?;
    write.commit().await?;
    Ok(id)
}

/// Changes what is on record of a milestone.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn amend_milestone(act: &Act<'_>, input: AmendMilestone) -> Result<Uuid, Error> {
    use milestone::Entity;
    let AmendMilestone { call, title, due_on, reached_on, position } = input;
    let mut write = begin(act, NEEDS, &call).await?;
    let known = first::<Entity>(&mut write, act, &call).await?;
    let Some(known) = known else { return Ok(call.id) };
    let mut draft = Draft::of(&write, act);
    draft.text("title", title.map(Some));
    let due = draft.date("due", due_on, known.due.clone())?;
    let reached = draft.date("reached_on", reached_on, known.reached_on.clone())?;
    draft.reached(reached.as_ref());
    let (is_moved, is_undone) = (due != known.due, known.reached_on.is_some() && reached.is_none());
    if is_moved || is_undone {
        let task = policy_task::Entity::find_by_id(known.task_id).lock_exclusive();
        let task = task.one(write.reads()).await?;
        if is_ended(&write, task.and_then(|task| task.plan_id)).await? {
            draft.plan_ended(if is_moved { "dueOn" } else { "reachedOn" });
        }
    }
    if let Some(Within(position)) = position {
        draft.set("position", position)?;
    }
    let columns = draft.settle()?;
    write.update::<Entity>(call.id, call.version, |row| row.extend(columns)).await?;
    write.commit().await?;
    Ok(call.id)
}

/// Takes a milestone off; the task of which it was one.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn remove_milestone(
    act: &Act<'_>,
    input: RemoveMilestone,
) -> Result<Option<Uuid>, Error> {
    use milestone::{Entity, Model};
    let of = (Object::Content, (|_| None) as fn(&Model) -> _);
    take_off::<Entity, policy_task::Entity>(act, &input.call, of, |row| Some(row.task_id)).await
}
