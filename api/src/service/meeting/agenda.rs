//! The agenda of a meeting: one ordered list, set as a whole, in which items keep who they are by their ids.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use entity::common::Origin;
use entity::consideration::ConsiderationRole;
use entity::{
    adoption_case, agenda_item, agenda_presenter, bill, consideration, institution,
    legislative_initiative, meeting, person, policy_plan, policy_task, programme, recommendation,
    statement,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{Columns, Turn, correction, day_of, items_of, no_item, one, touch, turn};
use crate::domain::meeting::Verb;
use crate::error::Error;
use crate::input;
use crate::input::InputErrors;
use crate::input::types::{Id, List, Localized, OneLine, Prose, texts};
use crate::read::Act;
use crate::service::sight::{Codes, codes};
use crate::service::write::{Removed, Write, as_json};

input! {
    /// 안건 발표자. A person, an institution or a group that presents an item.
    object Presenter {
        /// 인물 키. Person.
        person: Option<String>,
        /// 기관 코드. Institution.
        institution: Option<String>,
        /// 집단. Group, where no person is named.
        group: Option<Localized<OneLine>>,
    }
}

input! {
    /// 논의 대상. What an item deals with: just one of the six.
    object Considered {
        /// 의안번호. Bill.
        bill: Option<String>,
        /// 입법과제 코드. Initiative.
        initiative: Option<String>,
        /// 계획 코드. Plan.
        plan: Option<String>,
        /// 과제 코드. Task.
        task: Option<String>,
        /// 사업 코드. Programme.
        programme: Option<String>,
        /// 사례 코드. Case that is presented.
        adoption_case: Option<String>,
        /// 구분. How it is dealt with.
        role: ConsiderationRole = "DISCUSSION",
        /// 비고. Note.
        note: Option<Localized<Prose>>,
    }
}

input! {
    /// 안건. An item of an agenda.
    object AgendaItem {
        /// 식별자. The item that it is already; null for a new one.
        id: Option<Id<agenda_item::Entity>>,
        /// 번호. Number as printed.
        number: Option<OneLine>,
        /// 안건명. Title.
        title: Localized<OneLine>,
        /// 시작 시각. Start of its slot, within the meeting.
        starts_at: Option<DateTime<Utc>>,
        /// 종료 시각. End of its slot.
        ends_at: Option<DateTime<Utc>>,
        /// 발표자. Presenters, the main one first.
        presenters: List<Presenter, 0, 20> = "[]",
        /// 언론 공개 여부. Whether the press is admitted.
        is_open_to_press: Option<bool>,
        /// 논의 대상. Bills, plans, programmes and cases that it deals with.
        considers: List<Considered, 0, 20> = "[]",
    }
}

input! {
    /// 안건 편성. The whole agenda in its order. Items left out are removed, unless statements, recommendations or an outcome hang on them.
    mutation SetAgenda on meeting::Entity {
        /// 안건. Up to 100 items.
        items: List<AgendaItem, 0, 100>,
        /// 정정 사유. What was wrong; required once the meeting was held, and only then.
        correction: Option<Localized<Prose>>,
    }
}

/// What the items of an agenda name.
struct Names {
    persons: Codes,
    institutions: Codes,
    bills: Codes,
    initiatives: Codes,
    plans: Codes,
    tasks: Codes,
    programmes: Codes,
    cases: Codes,
}

impl Names {
    async fn read(
        write: &Write<'_>,
        act: &Act<'_>,
        items: &[AgendaItem],
        faults: &mut InputErrors,
    ) -> Result<Self, Error> {
        let (mut persons, mut institutions) = (Vec::new(), Vec::new());
        let mut named: [Vec<(String, String)>; 6] = Default::default();
        for (at, item) in items.iter().enumerate() {
            for (index, given) in item.presenters.iter().enumerate() {
                let place = format!("items.{at}.presenters.{index}");
                persons.extend(one(&format!("{place}.person"), given.person.as_ref()));
                institutions
                    .extend(one(&format!("{place}.institution"), given.institution.as_ref()));
                if given.person.is_none() && given.institution.is_none() && given.group.is_none() {
                    faults.add(
                        &format!("{place}.person"),
                        "REQUIRED",
                        "인물, 기관, 집단 가운데 하나는 있어야 합니다.",
                        "Name a person, an institution or a group.",
                    );
                }
            }
            for (index, given) in item.considers.iter().enumerate() {
                let place = format!("items.{at}.considers.{index}");
                let fields = given.fields();
                for (list, (field, code)) in named.iter_mut().zip(fields) {
                    list.extend(one(&format!("{place}.{field}"), code));
                }
                if fields.iter().filter(|(_, code)| code.is_some()).count() != 1 {
                    faults.add(
                        &place,
                        "JUST_ONE",
                        "논의 대상은 하나만 적어 주십시오.",
                        "Name just one thing that it deals with; add another entry for another.",
                    );
                }
            }
        }
        let [bills, initiatives, plans, tasks, programmes, cases] = named;
        Ok(Self {
            persons: codes::<person::Entity>(write, act, persons, faults).await?,
            institutions: codes::<institution::Entity>(write, act, institutions, faults).await?,
            bills: codes::<bill::Entity>(write, act, bills, faults).await?,
            initiatives: codes::<legislative_initiative::Entity>(write, act, initiatives, faults)
                .await?,
            plans: codes::<policy_plan::Entity>(write, act, plans, faults).await?,
            tasks: codes::<policy_task::Entity>(write, act, tasks, faults).await?,
            programmes: codes::<programme::Entity>(write, act, programmes, faults).await?,
            cases: codes::<adoption_case::Entity>(write, act, cases, faults).await?,
        })
    }
}

impl Considered {
    fn fields(&self) -> [(&'static str, Option<&String>); 6] {
        [
            ("bill", self.bill.as_ref()),
            ("initiative", self.initiative.as_ref()),
            ("plan", self.plan.as_ref()),
            ("task", self.task.as_ref()),
            ("programme", self.programme.as_ref()),
            ("adoptionCase", self.adoption_case.as_ref()),
        ]
    }
}

/// Whether the slots lie within the meeting.
fn check_slots(held: &meeting::Model, items: &[AgendaItem], faults: &mut InputErrors) {
    for (at, item) in items.iter().enumerate() {
        let place = |field: &str| format!("items.{at}.{field}");
        for (field, time) in [("startsAt", item.starts_at), ("endsAt", item.ends_at)] {
            let Some(time) = time else { continue };
            let is_within = match (held.starts_at, held.ends_at) {
                (Some(starts_at), Some(ends_at)) => (starts_at..=ends_at).contains(&time),
                (Some(starts_at), None) => time >= starts_at && day_of(time) == day_of(starts_at),
                (None, _) => day_of(time).to_string() == held.held_on,
            };
            if !is_within {
                faults.add(
                    &place(field),
                    "OUTSIDE_MEETING",
                    "회의 시간 밖입니다. 회의 시간을 바꾸려면 amendMeeting을 쓰십시오.",
                    "The slot lies outside the meeting; amendMeeting changes when that is.",
                );
            }
        }
        match (item.starts_at, item.ends_at) {
            (None, Some(_)) => faults.add(
                &place("endsAt"),
                "NO_START",
                "시작 시각 없이 종료 시각만 적을 수 없습니다.",
                "An end needs a start.",
            ),
            (Some(starts_at), Some(ends_at)) if ends_at <= starts_at => faults.add(
                &place("endsAt"),
                "INVALID_RANGE",
                "종료 시각은 시작 시각보다 뒤여야 합니다.",
                "It ends before it starts.",
            ),
            _ => {}
        }
    }
}

/// Whether the items that are named are the meeting's, each once; and whether those left out can go.
async fn check_items(
    write: &Write<'_>,
    known: &[agenda_item::Model],
    items: &[AgendaItem],
    faults: &mut InputErrors,
) -> Result<(), Error> {
    let mut seen = HashSet::new();
    for (at, item) in items.iter().enumerate() {
        let Some(id) = item.id else { continue };
        let place = format!("items.{at}.id");
        if !known.iter().any(|row| row.id == id.0) {
            faults.0.push(no_item(&place));
        } else if !seen.insert(id.0) {
            faults.add(
                &place,
                "TWICE",
                "같은 안건이 목록에 두 번 있습니다.",
                "The item stands in the list twice.",
            );
        }
    }
    let gone: Vec<Uuid> = known.iter().map(|row| row.id).filter(|id| !seen.contains(id)).collect();
    let said = statement::Entity::find()
        .filter(statement::Column::AgendaItemId.is_in(gone.iter().copied()))
        .all(write.reads())
        .await?;
    let raised = recommendation::Entity::find()
        .filter(recommendation::Column::AgendaItemId.is_in(gone.iter().copied()))
        .all(write.reads())
        .await?;
    let held = said
        .iter()
        .filter_map(|row| row.agenda_item_id)
        .chain(raised.iter().filter_map(|row| row.agenda_item_id));
    let held: HashSet<Uuid> = held.collect();
    for row in known.iter().filter(|row| gone.contains(&row.id)) {
        if held.contains(&row.id) || row.outcome.is_some() {
            faults.0.push(in_use(&row.title_ko));
        }
    }
    Ok(())
}

fn in_use(title: &str) -> crate::error::UserError {
    crate::error::UserError::at(
        "items",
        "IN_USE",
        format!("발언·건의·결과나 출처가 딸린 안건은 뺄 수 없습니다: {title}"),
        format!(
            "An item with statements, recommendations, an outcome or sources cannot be left out: {title}"
        ),
    )
}

/// Sets the agenda.
///
/// # Errors
/// Forbidden; not found; conflict; user errors; internal.
pub async fn set(act: &Act<'_>, input: SetAgenda) -> Result<Uuid, Error> {
    let (mut write, turn) = turn(act, &input.call, Verb::SetAgenda).await?;
    let held = match turn {
        Turn::First(held, _) => held,
        Turn::Again(id) => return Ok(id),
    };
    let mut faults = InputErrors::default();
    correction(&held, input.correction.as_ref(), &mut faults);
    let known = items_of(&write, held.id).await?;
    let names = Names::read(&write, act, &input.items, &mut faults).await?;
    check_slots(&held, &input.items, &mut faults);
    check_items(&write, &known, &input.items, &mut faults).await?;
    faults.settle()?;
    let mut columns = Columns::default();
    if let Some(correction) = input.correction {
        columns.texts("note", texts(Some(correction)))?;
    }
    touch(&mut write, &held, columns).await?;
    let kept: HashSet<Uuid> = input.items.iter().filter_map(|item| Some(item.id?.0)).collect();
    let children = Children::of(&write, &known).await?;
    for row in known.iter().filter(|row| !kept.contains(&row.id)) {
        children.set(&mut write, row.id, (Vec::new(), Vec::new())).await?;
        if write.withdraw::<agenda_item::Entity>(row.id).await? == Removed::Kept {
            return Err(Error::User(vec![in_use(&row.title_ko)]));
        }
    }
    for (item, position) in input.items.0.into_iter().zip(1..) {
        let known = item.id.and_then(|id| known.iter().find(|row| row.id == id.0));
        put(&mut write, &held, (item, position), known, &names, &children).await?;
    }
    write.commit().await?;
    Ok(held.id)
}

/// Writes an item with its presenters and what it deals with.
async fn put(
    write: &mut Write<'_>,
    held: &meeting::Model,
    (item, position): (AgendaItem, i32),
    known: Option<&agenda_item::Model>,
    names: &Names,
    children: &Children,
) -> Result<(), Error> {
    let presenters = item
        .presenters
        .0
        .into_iter()
        .map(|given| {
            let person = names.persons.maybe(given.person.as_ref());
            (person, names.institutions.maybe(given.institution.as_ref()), texts(given.group))
        })
        .collect::<Vec<_>>();
    let main = presenters.first().cloned().unwrap_or_default();
    let mut columns = Columns::default();
    let (title_ko, title_en) = item.title.texts();
    columns.set("meeting_id", held.id)?.set("position", position)?;
    columns.set("number", item.number.map(String::from))?;
    columns.texts("title", (Some(title_ko), title_en))?;
    columns.set("starts_at", item.starts_at)?.set("ends_at", item.ends_at)?;
    columns.set("presenter_id", main.0)?.set("presenter_institution_id", main.1)?;
    columns.texts("presenter_group", main.2)?.set("open_to_press", item.is_open_to_press)?;
    let id = match known {
        Some(known) => {
            columns.update::<agenda_item::Entity>(write, known).await?;
            known.id
        }
        None => {
            columns.set("visibility", held.visibility)?;
            columns.add::<agenda_item::Entity>(write).await?
        }
    };
    let mut presented = Vec::with_capacity(presenters.len());
    for ((person, institution, group), position) in presenters.into_iter().zip(1..) {
        let mut columns = Columns::default();
        columns.set("agenda_item_id", id)?.set("position", position)?.set("person_id", person)?;
        columns.set("institution_id", institution)?.texts("group", group)?;
        columns.set("visibility", held.visibility)?;
        presented.push(columns);
    }
    let mut considered = Vec::with_capacity(item.considers.len());
    let is_held = crate::domain::meeting::is_correction(held.status);
    for (given, position) in item.considers.0.into_iter().zip(1..) {
        let mut columns = Columns::default();
        columns.set("agenda_item_id", id)?.set("meeting_id", held.id)?;
        columns.set("body_id", held.body_id)?.set("position", position)?;
        columns.set("bill_id", names.bills.maybe(given.bill.as_ref()))?;
        columns.set("initiative_id", names.initiatives.maybe(given.initiative.as_ref()))?;
        columns.set("plan_id", names.plans.maybe(given.plan.as_ref()))?;
        columns.set("task_id", names.tasks.maybe(given.task.as_ref()))?;
        columns.set("programme_id", names.programmes.maybe(given.programme.as_ref()))?;
        columns.set("adoption_case_id", names.cases.maybe(given.adoption_case.as_ref()))?;
        columns.set("role", given.role)?.texts("note", texts(given.note))?;
        // Until it is held, it is to be dealt with.
        columns.set("considered_on", is_held.then_some(&held.held_on))?;
        columns.set("visibility", held.visibility)?;
        considered.push(columns);
    }
    children.set(write, id, (presented, considered)).await
}

/// What hangs on the items of an agenda, in its order. What a source says an item dealt with is not the callers' to change.
struct Children {
    presenters: Vec<agenda_presenter::Model>,
    considerations: Vec<consideration::Model>,
}

impl Children {
    async fn of(write: &Write<'_>, items: &[agenda_item::Model]) -> Result<Self, Error> {
        let ids: Vec<Uuid> = items.iter().map(|item| item.id).collect();
        let presenters = agenda_presenter::Entity::find()
            .filter(agenda_presenter::Column::AgendaItemId.is_in(ids.iter().copied()))
            .order_by_asc(agenda_presenter::Column::Position)
            .all(write.reads())
            .await?;
        let considerations = consideration::Entity::find()
            .filter(consideration::Column::AgendaItemId.is_in(ids))
            .filter(consideration::Column::Origin.ne(Origin::Source))
            .order_by_asc(consideration::Column::Position)
            .all(write.reads())
            .await?;
        Ok(Self { presenters, considerations })
    }

    /// Brings those of an item to just these.
    async fn set(
        &self,
        write: &mut Write<'_>,
        item: Uuid,
        (presented, considered): (Vec<Columns>, Vec<Columns>),
    ) -> Result<(), Error> {
        let known: Vec<_> =
            self.presenters.iter().filter(|row| row.agenda_item_id == item).collect();
        level::<agenda_presenter::Entity>(write, &known, presented).await?;
        let known: Vec<_> =
            self.considerations.iter().filter(|row| row.agenda_item_id == Some(item)).collect();
        level::<consideration::Entity>(write, &known, considered).await
    }
}

/// Brings rows in an order to these: what is alike stays untouched.
async fn level<R: crate::service::record::Record>(
    write: &mut Write<'_>,
    known: &[&R::Model],
    wanted: Vec<Columns>,
) -> Result<(), Error>
where
    R::Model: Sync,
{
    let count = wanted.len();
    for (at, columns) in wanted.into_iter().enumerate() {
        match known.get(at) {
            Some(known) => columns.update::<R>(write, known).await?,
            None => drop(columns.add::<R>(write).await?),
        }
    }
    for surplus in known.iter().skip(count) {
        let id = as_json(*surplus)?.get("id").and_then(|id| id.as_str()?.parse().ok());
        let id = id.ok_or_else(|| Error::internal("a row without a key"))?;
        if write.withdraw::<R>(id).await? == Removed::Kept {
            return Err(Error::User(vec![crate::error::UserError::at(
                "items",
                "IN_USE",
                "출처가 딸린 발표자나 논의 대상은 뺄 수 없습니다.",
                "A presenter or a thing dealt with that sources are cited for cannot be left out.",
            )]));
        }
    }
    Ok(())
}
