//! Recommendations 건의 of before with what became of them: assigned, answered, delivered, with effects, one after the other
//! by their days. What is on record of one stays; more of it may follow.

use chrono::NaiveDate;
use entity::recommendation::{Column, Entity, RecommendationStatus};
use entity::recommendation_relation::{self, RecommendationRelationKind};
use entity::{effect, recommendation_answer, recommendation_assignment, recommendation_delivery};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::shape::{Field, Inputs, fields, input_fields, inputs};
use super::told::{Known, code_of, each, said};
use super::{Kind, MAX_SHOWN, call, call_naming, items};
use crate::database::Store;
use crate::error::Error;
use crate::input;
use crate::input::types::RecordCode;
use crate::input::{Input, InputErrors};
use crate::read::Act;
use crate::service::recommendation::answer::{AnswerRecommendation, answer_as};
use crate::service::recommendation::assign::{AssignRecommendation, assign_on};
use crate::service::recommendation::deliver::{ReportDelivery, report_as};
use crate::service::recommendation::effect::{RecordEffect, record};
use crate::service::recommendation::raise::{
    PublishRecommendation, RaiseRecommendation, publish, raise_as,
};
use crate::service::recommendation::{Done, RecordedBefore};

input! {
    /// 건의 기록. Under which code a recommendation of before is found again.
    object RecommendationRecord {
        /// 건의 키. 2 to 40 capital letters, digits, `_`, `-`.
        code: RecordCode,
    }
}

input! {
    /// 이관 기록. When it was assigned.
    object AssignedBefore {
        /// 이관일. Day of the assignment.
        assigned_on: NaiveDate,
    }
}

/// A list of what became of a recommendation.
struct Part {
    name: &'static str,
    korean: &'static str,
    /// The field of its day.
    day: &'static str,
    inputs: fn() -> Inputs,
}

const ASSIGNMENTS: &str = "assignments";
const ANSWERS: &str = "answers";
const DELIVERIES: &str = "deliveries";
const EFFECTS: &str = "effects";

/// In the order in which they follow each other on a day.
const PARTS: [Part; 4] = [
    Part {
        name: EFFECTS,
        korean: "성과",
        day: "occurredOn",
        inputs: || inputs(&[RecordEffect::objects]),
    },
    Part {
        name: ASSIGNMENTS,
        korean: "이관",
        day: "assignedOn",
        inputs: || inputs(&[AssignedBefore::objects, AssignRecommendation::objects]),
    },
    Part {
        name: ANSWERS,
        korean: "회신",
        day: "answeredOn",
        inputs: || inputs(&[RecordedBefore::objects, AnswerRecommendation::objects]),
    },
    Part {
        name: DELIVERIES,
        korean: "이행",
        day: "reportedOn",
        inputs: || inputs(&[RecordedBefore::objects, ReportDelivery::objects]),
    },
];

pub(super) struct Recommendations;

impl Kind for Recommendations {
    type Row = Entity;
    // Assignments say to whom and until when.
    const WITHOUT: &'static [&'static str] = &["addressee", "due_on"];

    fn inputs() -> Inputs {
        inputs(&[
            RecommendationRecord::objects,
            RecordedBefore::objects,
            RaiseRecommendation::objects,
        ])
    }

    fn lists() -> Vec<Field> {
        let list = |it: &Part| Field::list(it.name, it.korean, fields(&(it.inputs)(), &[]), false);
        PARTS.iter().map(list).collect()
    }

    fn amends(name: &str) -> bool {
        name == "isPublic" || PARTS.iter().any(|part| part.name == name)
    }

    async fn known(db: &Store, code: &str) -> Result<Option<Known>, Error> {
        let found = Entity::find().filter(Column::Code.eq(code)).one(db).await?;
        let Some(row) = found else { return Ok(None) };
        let own = input_fields(&Self::inputs(), Self::WITHOUT);
        let mut said = said::<Entity>(db, own, &row, &[]).await?;
        for part in &PARTS {
            said.insert(part.name.to_owned(), part.said(db, row.id).await?);
        }
        Ok(Some(Known { id: row.id, said, items: Vec::new() }))
    }

    async fn create(act: &Act<'_>, given: Map<String, Value>) -> Result<(), Error> {
        let own = Value::Object(given.clone());
        let record = input::object::<RecommendationRecord>(own.clone())?;
        let by = input::object::<RecordedBefore>(own)?;
        dated(&given, "raisedOn")?;
        let before = Some((record.code.into(), by));
        let done = async |input: RaiseRecommendation| raise_as(act, input, before).await;
        let raised = call_naming::<Entity, Entity, _, _>(act, None, given.clone(), &[], done);
        let id = raised.await?.id;
        let mut steps = Vec::new();
        for part in &PARTS {
            let listed = given.get(part.name).and_then(Value::as_array).into_iter().flatten();
            let listed = listed.enumerate().filter(|(_, item)| item.is_object());
            steps.extend(listed.map(|(at, item)| Step { part, at, item }));
        }
        follow(act, id, steps, None).await
    }

    async fn amend(act: &Act<'_>, known: &Known, given: Map<String, Value>) -> Result<(), Error> {
        let row = Entity::find_by_id(known.id).one(act.db).await?.ok_or(Error::NotFound)?;
        if given.get("isPublic") == Some(&true.into()) {
            let done = async |input: PublishRecommendation| publish(act, input).await;
            call::<Entity, _, _>(act, Some(known.id), Map::new(), done).await?;
        }
        let (mut steps, mut faults) = (Vec::new(), InputErrors::default());
        for (part, field) in PARTS.iter().zip(Self::lists()) {
            let Some(list) = given.get(part.name) else { continue };
            for (at, said) in field.apart(list, &known.said[part.name], false) {
                match at {
                    Some(at) if said.is_null() => steps.push(Step { part, at, item: &list[at] }),
                    at => stays(&mut faults, part, at, &said),
                }
            }
        }
        faults.settle()?;
        let last = match row.status {
            RecommendationStatus::Raised => None,
            RecommendationStatus::Forwarded => Some(ASSIGNMENTS),
            _ => Some(ANSWERS),
        };
        follow(act, known.id, steps, last).await
    }
}

/// Tells of an item that it says something else than is on record, or that a list leaves one out.
fn stays(faults: &mut InputErrors, part: &Part, at: Option<usize>, said: &Value) {
    let said: String = said.to_string().chars().take(MAX_SHOWN).collect();
    faults.add(
        &at.map_or_else(|| part.name.to_owned(), |at| format!("{}.{at}", part.name)),
        "CANNOT_CHANGE",
        format!("기록된 것은 남으며, 그 뒤에 더할 수만 있습니다. 기록: {said}"),
        format!("What is on record stays; more may follow it. On record: {said}"),
    );
}

impl Part {
    /// What is on record.
    async fn said(&self, db: &Store, id: Uuid) -> Result<Value, Error> {
        macro_rules! rows {
            ($table:ident, $columns:expr) => {{
                let rows = $table::Entity::find()
                    .filter($table::Column::RecommendationId.eq(id))
                    .order_by_asc($table::Column::Position)
                    .order_by_asc($table::Column::Id)
                    .all(db)
                    .await?;
                let fields: Vec<_> = input_fields(&(self.inputs)(), &[]).collect();
                each::<$table::Entity>(db, &fields, &rows, $columns).await?
            }};
        }
        let mut said = match self.name {
            ASSIGNMENTS => rows!(recommendation_assignment, &[]),
            ANSWERS => rows!(recommendation_answer, &[]),
            DELIVERIES => rows!(recommendation_delivery, &[]),
            _ => rows!(effect, &[("evidence", "document")]),
        };
        if self.name == ANSWERS {
            let same = recommendation_relation::Entity::find()
                .filter(recommendation_relation::Column::RecommendationId.eq(id))
                .filter(
                    recommendation_relation::Column::Kind.eq(RecommendationRelationKind::SameAs),
                )
                .order_by_asc(recommendation_relation::Column::Position)
                .all(db)
                .await?;
            let answers = said.as_array_mut().into_iter().flatten();
            let duplicates = answers.filter(|it| it["disposition"] == "DUPLICATE");
            for (answer, same) in duplicates.zip(same) {
                let other = Value::from(same.other_id.to_string());
                answer["sameAs"] = code_of(db, "recommendation", Some(&other)).await?;
            }
        }
        Ok(said)
    }
}

/// Tells a day that is left out: what was before was not today.
fn dated(given: &Map<String, Value>, field: &str) -> Result<(), Error> {
    let mut faults = InputErrors::default();
    if given.get(field).is_none_or(Value::is_null) {
        faults.add(
            field,
            "REQUIRED",
            "그때의 날짜를 적어야 합니다. 예: 2024-03-05",
            "Say on which day it was, such as 2024-03-05.",
        );
    }
    faults.settle()
}

/// Something that became of a recommendation.
struct Step<'a> {
    part: &'static Part,
    /// Its place in its list.
    at: usize,
    item: &'a Value,
}

/// Takes a recommendation through the steps by their days. What follows what on one day is told by `last`, which of
/// assignment and answer came last: one that was assigned is answered first, one that was answered is delivered.
async fn follow(
    act: &Act<'_>,
    id: Uuid,
    mut steps: Vec<Step<'_>>,
    mut last: Option<&str>,
) -> Result<(), Error> {
    let day = |step: &Step<'_>| step.item[step.part.day].as_str().unwrap_or_default().to_owned();
    steps.sort_by_key(day);
    while let Some(first) = steps.first() {
        let today = day(first);
        let wanted = match last {
            None => ASSIGNMENTS,
            Some(ASSIGNMENTS) => ANSWERS,
            Some(_) => DELIVERIES,
        };
        let of_day = steps.iter().take_while(|step| day(step) == today);
        let next = of_day.into_iter().position(|step| step.part.name == wanted);
        let step = steps.remove(next.unwrap_or(0));
        items::within(take(act, id, &step).await, step.part.name, step.at)?;
        if matches!(step.part.name, ASSIGNMENTS | ANSWERS) {
            last = Some(step.part.name);
        }
    }
    Ok(())
}

async fn take(act: &Act<'_>, id: Uuid, step: &Step<'_>) -> Result<Done, Error> {
    let given = step.item.as_object().cloned().unwrap_or_default();
    dated(&given, step.part.day)?;
    let by = || input::object::<RecordedBefore>(step.item.clone());
    match step.part.name {
        ASSIGNMENTS => {
            let day = input::object::<AssignedBefore>(step.item.clone())?.assigned_on;
            let done = async |input: AssignRecommendation| assign_on(act, input, Some(day)).await;
            call::<Entity, _, _>(act, Some(id), given, done).await
        }
        ANSWERS => {
            let by = by()?;
            let done = async |input: AnswerRecommendation| answer_as(act, input, Some(by)).await;
            let others = [("same_as", "recommendation")];
            call_naming::<recommendation_answer::Entity, Entity, _, _>(
                act,
                Some(id),
                given,
                &others,
                done,
            )
            .await
        }
        DELIVERIES => {
            let by = by()?;
            let done = async |input: ReportDelivery| report_as(act, input, Some(by)).await;
            call_naming::<recommendation_delivery::Entity, Entity, _, _>(
                act,
                Some(id),
                given,
                &[],
                done,
            )
            .await
        }
        _ => {
            let done = async |input: RecordEffect| record(act, input).await;
            let others = [("evidence", "document")];
            call_naming::<effect::Entity, Entity, _, _>(act, Some(id), given, &others, done).await
        }
    }
}
