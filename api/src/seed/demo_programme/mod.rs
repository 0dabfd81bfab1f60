//! The illustrative year of the programme: a made-up council of made-up members that meets, what is said and raised
//! there and elsewhere, how real institutions of the sources would answer and deliver it, two bills, opinion rounds, cases
//! and seats. It is played through the mutations by made-up clients at the times of the story. Every row is marked
//! ILLUSTRATIVE, and none hangs on a body, a bill or a plan of the sources; the same quarter always brings the same.
//!
//! `rows` holds what no mutation makes, `meetings`, `recommendations`, `legislation` and `cases` what happens, `play` does
//! it. To add to the story: a line in one of their tables, or a call of [`Scenario::call`].

mod cases;
mod legislation;
mod meetings;
mod play;
mod recommendations;
mod rows;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc};
use entity::change::ChangeKind;
use entity::common::Origin;
use entity::{adoption_case, body, change, data_set, meeting, recommendation};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Value, json};

use super::scenario::{instant, working_day};
use super::{Summary, fingerprint};
use crate::database::Store;
use crate::domain::principal::Principal;
use crate::domain::quarter::{Quarter, seoul};
use crate::error::Error;
use crate::graphql::catalog;
use crate::service::write::{Author, Write};

/// Name under which the set is noted as loaded.
const NAME: &str = "demo-programme";
/// The made-up council.
const COUNCIL: &str = "DEMO_COUNCIL";

/// A text in Korean and English, marked as made up.
fn text(ko: &str, en: &str) -> Value {
    json!({ "ko": format!("(예시) {ko}"), "en": format!("(Illustration) {en}") })
}

/// The days of the story, told from the quarter in which it is played.
#[derive(Debug, Clone, Copy)]
struct Calendar(Quarter);

impl Calendar {
    fn of(now: DateTime<Utc>) -> Result<Self, Error> {
        let today = now.with_timezone(&seoul()).date_naive();
        Quarter::of(today).map(Self).ok_or_else(|| Error::internal("no quarter is now"))
    }

    /// The first day of a month, counted from the first of the quarter.
    fn month(self, months: i32) -> NaiveDate {
        let (first, by) = (self.0.first_day(), Months::new(months.unsigned_abs()));
        if months < 0 { first - by } else { first + by }
    }

    /// A working day so many days after the first of a month.
    fn in_month(self, months: i32, days: u64) -> NaiveDate {
        working_day(self.month(months) + Days::new(days))
    }

    /// A working day so many days after the first of a quarter, counted from this one.
    fn day(self, quarters: i32, days: u64) -> NaiveDate {
        self.in_month(3 * quarters, days)
    }
}

/// A month as a period is written.
fn period(month: NaiveDate) -> String {
    format!("{}-{:02}", month.year(), month.month())
}

/// A call of a mutation.
#[derive(Debug)]
struct Step {
    at: DateTime<Utc>,
    /// Code of the institution whose client calls.
    by: &'static str,
    mutation: &'static str,
    /// The row that it is about, as `@Type:name`.
    on: Option<String>,
    /// Name of what it makes, by which later steps call it.
    name: String,
    input: Value,
}

/// The story as it is told.
#[derive(Debug)]
struct Scenario {
    calendar: Calendar,
    steps: Vec<Step>,
}

impl Scenario {
    /// The whole story in the order of time.
    fn new(calendar: Calendar) -> Self {
        let mut scenario = Self { calendar, steps: Vec::new() };
        legislation::tell(&mut scenario);
        cases::tell(&mut scenario);
        recommendations::tell(&mut scenario);
        meetings::tell(&mut scenario);
        // Those of one hour stay in the order in which they are told.
        scenario.steps.sort_by_key(|step| step.at);
        scenario
    }

    /// Adds a call on a day: its hour in Seoul, who makes it, mutation, the row that it is about, the name of what it makes.
    fn call(
        &mut self,
        (day, hour): (NaiveDate, u32),
        by: &'static str,
        mutation: &'static str,
        (on, name): (Option<String>, &str),
        input: Value,
    ) {
        let (at, name) = (instant(day, (hour, 0)), name.to_owned());
        self.steps.push(Step { at, by, mutation, on, name, input });
    }
}

/// Loads the illustrative year, unless it was loaded before; `progress` hears of each step with the number of its rows.
/// None, if the programme works here in earnest: what is made up would stand among what waits for somebody's answer.
///
/// # Errors
/// Internal.
pub async fn load(
    db: &Store,
    now: DateTime<Utc>,
    mut progress: impl FnMut(&str, usize),
) -> Result<Option<Summary>, Error> {
    if data_set::Entity::find_by_id(NAME).one(db).await?.is_some() {
        return Ok(Some(Summary { known: true, ..Summary::default() }));
    }
    // Broken off, it goes on as it began, in whichever quarter.
    let begun = body::Entity::find().filter(body::Column::Code.eq(COUNCIL)).one(db).await?;
    if begun.is_none() && works_in_earnest(db).await? {
        return Ok(None);
    }
    let calendar = Calendar::of(begun.map_or(now, |body| body.created_at))?;
    let set = rows::set(calendar)?;
    let mut summary = super::load(db, &set, now, &mut progress).await?;
    let scenario = Scenario::new(calendar);
    progress("the year of the programme", scenario.steps.len());
    let last = change::Entity::find().order_by_desc(change::Column::Seq).one(db).await?;
    play::all(db, &scenario, now).await?;
    let made: Vec<String> = change::Entity::find()
        .select_only()
        .column(change::Column::SubjectType)
        .filter(change::Column::Seq.gt(last.map_or(0, |last| last.seq)))
        .filter(change::Column::Kind.eq(ChangeKind::Created))
        .into_tuple()
        .all(db)
        .await?;
    for made in made {
        let table = catalog().declared(&made)?.table;
        *summary.created.entry(table.to_owned()).or_default() += 1;
    }
    let author = Author { principal: &Principal::System, request_id: "seed", address: None, now };
    let write = Write::begin(db, author).await?;
    let told = fingerprint([set.fingerprint.as_str()]);
    write.note_data_set(NAME, &told, summary.total_created()).await?;
    write.commit().await?;
    summary.known = false;
    Ok(Some(summary))
}

/// Whether anybody has put a meeting, a recommendation or a case on record that is not made up.
async fn works_in_earnest(db: &impl ConnectionTrait) -> Result<bool, Error> {
    let meeting = meeting::Entity::find().filter(meeting::Column::Origin.eq(Origin::Reported));
    let raised =
        recommendation::Entity::find().filter(recommendation::Column::Origin.eq(Origin::Reported));
    let case =
        adoption_case::Entity::find().filter(adoption_case::Column::Origin.eq(Origin::Reported));
    Ok(meeting.one(db).await?.is_some()
        || raised.one(db).await?.is_some()
        || case.one(db).await?.is_some())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_story_is_told_in_its_order_whenever_it_is_told() {
        for now in ["2026-11-22T03:00:00Z", "2026-12-31T15:30:00Z", "2027-06-30T14:00:00Z"] {
            let scenario = Scenario::new(Calendar::of(now.parse().unwrap()).unwrap());
            let mut made = BTreeSet::new();
            for step in &scenario.steps {
                assert!(
                    step.at.with_timezone(&seoul()).date_naive().weekday().number_from_monday() < 6
                );
                let told = format!("{:?} {}", step.on, step.input);
                for name in told.split('@').skip(1) {
                    let name = name.split(['"', '/', '\\']).next().unwrap();
                    let (ty, name) = name.split_once(':').unwrap();
                    let is_there = ty.starts_with("Policy") || made.contains(name);
                    assert!(is_there, "{ty}:{name} at {step:?}");
                }
                made.insert(step.name.as_str());
            }
        }
    }
}
