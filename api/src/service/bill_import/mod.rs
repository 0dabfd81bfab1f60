//! Bills out of the National Assembly's open data, through the functions that the mutations use: a bill is registered or
//! brought up to date, and the stages it has reached since are recorded; what differs is corrected by a new event.
//!
//! Each bill is its own: what is wrong with one keeps none of the others. A dry run does all of it and writes nothing.

pub mod file;

use std::collections::BTreeMap;

use entity::bill::{self, BillResult, Model as Bill};
use entity::bill_event;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::Serialize;
use uuid::Uuid;

use super::bill::events;
use super::legislation::bill::{RegisterBill, registered};
use super::legislation::event::{Said, corrected, recorded};
use super::parts::{Columns, set};
use super::write::{Author, Write, as_json};
use crate::database::Store;
use crate::domain::bill::{order, uncorrected};
use crate::domain::bill_feed::{Reached, Row, Told, is_law, number, told};
use crate::error::{Error, Language};
use crate::input::Call;
use crate::input::types::{BillNumber, Localized, OneLine, PartialDate, Title};

/// Bills of one write, so that none holds others up for long.
const AT_ONCE: usize = 50;
/// What the stages were read in.
const SOURCE: &str = "열린국회정보";

/// What an import did, or would do.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Whether it was written.
    pub is_applied: bool,
    /// Bills that are new.
    pub created: usize,
    /// Bills that were brought up to date.
    pub updated: usize,
    /// Bills that were as they are.
    pub unchanged: usize,
    /// Values that were not understood.
    pub unmapped: usize,
    /// What somebody must look at.
    pub alerts: Vec<Alert>,
}

/// What somebody must look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alert {
    /// Number of the bill; empty if its row has none.
    pub bill: String,
    /// Stable code.
    pub code: String,
    /// Field of the feed, or of the input that it became.
    pub field: String,
    /// What stood there.
    pub value: String,
    /// What to do.
    pub message: String,
}

/// Imports rows.
///
/// # Errors
/// Unavailable; internal.
pub async fn import(
    db: &Store,
    author: Author<'_>,
    rows: &[Row],
    is_applied: bool,
) -> Result<Report, Error> {
    let mut report = Report { is_applied, ..Report::default() };
    let mut bills: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows.iter().filter(|row| is_law(row)) {
        match number(row) {
            Some(number) => bills.entry(number).or_default().push(row),
            None => report.alerts.push(Alert {
                bill: String::new(),
                code: "REQUIRED".to_owned(),
                field: "BILL_NO".to_owned(),
                value: row.get("BILL_NAME").cloned().unwrap_or_default(),
                message: "의안번호가 없는 행입니다. The row has no number.".to_owned(),
            }),
        }
    }
    let bills: Vec<Told> = bills.values().map(|rows| told(rows)).collect();
    for some in bills.chunks(AT_ONCE) {
        let call = Call::made("importBills", (Uuid::nil(), 0), String::new(), &().into());
        let mut write = Write::attempt(db, author, &call).await?;
        for told in some {
            one(&mut write, &author, told, &mut report).await?;
        }
        // Undone, where it is not committed.
        if is_applied {
            write.commit().await?;
        }
    }
    Ok(report)
}

impl Report {
    fn alert(&mut self, told: &Told, code: &str, field: &str, value: &str, message: &str) {
        self.alerts.push(Alert {
            bill: told.number.clone(),
            code: code.to_owned(),
            field: field.to_owned(),
            value: value.to_owned(),
            message: message.to_owned(),
        });
    }

    /// Tells of what a rule rejects; what is our own fault goes on.
    fn rejected<T>(
        &mut self,
        told: &Told,
        value: &str,
        done: Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        match done {
            Ok(done) => Ok(Some(done)),
            Err(Error::User(errors)) => {
                for error in errors {
                    let field = error.path.last().cloned().unwrap_or_default();
                    let message =
                        [Language::Korean, Language::English].map(|it| error.message.text(it));
                    self.alert(told, error.code, &field, value, &message.join(" "));
                }
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

async fn one(
    write: &mut Write<'_>,
    author: &Author<'_>,
    told: &Told,
    report: &mut Report,
) -> Result<(), Error> {
    for it in &told.unmapped {
        report.unmapped += 1;
        let message =
            "알 수 없는 값이라 옮기지 않았습니다. The value is unknown and was not taken.";
        report.alert(told, "UNMAPPED", &it.field, &it.value, message);
    }
    let known = bill::Entity::find()
        .filter(bill::Column::Number.eq(&told.number))
        .lock_exclusive()
        .one(write.reads())
        .await?;
    let is_new = known.is_none();
    let id = match known {
        Some(bill) => bill.id,
        None => {
            let made = register(write, author, told).await;
            let Some(id) = report.rejected(told, &told.number, made)? else { return Ok(()) };
            id
        }
    };
    let mut is_changed = bring(write, author, id, told).await?;
    for reached in &told.reached {
        is_changed |= stage(write, author, id, (told, reached), report).await?;
    }
    match (is_new, is_changed) {
        (true, _) => report.created += 1,
        (false, true) => report.updated += 1,
        (false, false) => report.unchanged += 1,
    }
    Ok(())
}

fn korean<T: for<'t> From<&'t str>>(text: &str) -> Localized<T> {
    Localized { ko: T::from(text), en: None }
}

async fn register(write: &mut Write<'_>, author: &Author<'_>, told: &Told) -> Result<Uuid, Error> {
    let new = RegisterBill {
        call: Call::made("importBills", (Uuid::nil(), 0), String::new(), &().into()),
        number: BillNumber::from(told.number.as_str()),
        source_id: told.source_id.as_deref().map(OneLine::from),
        title: korean::<Title>(told.title.as_deref().unwrap_or(&told.number)),
        initiative: None,
        proposer_kind: told.proposer_kind,
        proposer: told.proposer.as_deref().map(korean::<OneLine>),
        committee: told.committee.as_deref().map(korean::<OneLine>),
        proposed_on: told.proposed_on.clone().map(PartialDate),
    };
    registered(write, author, Uuid::now_v7(), new).await
}

async fn find(write: &Write<'_>, id: Uuid) -> Result<Bill, Error> {
    bill::Entity::find_by_id(id).one(write.reads()).await?.ok_or(Error::NotFound)
}

/// Brings what is on record of a bill to what the feed says, and notes that it was looked up. Tells whether anything but
/// that differs.
async fn bring(
    write: &mut Write<'_>,
    author: &Author<'_>,
    id: Uuid,
    told: &Told,
) -> Result<bool, Error> {
    let row = find(write, id).await?;
    let mut columns = Columns::new();
    for (column, value) in [
        ("source_id", &told.source_id),
        ("second_source_id", &told.second_source_id),
        ("title_ko", &told.title),
        ("proposer_ko", &told.proposer),
        ("committee_ko", &told.committee),
        ("proposed_on", &told.proposed_on),
        ("result_text", &told.result_text),
    ] {
        if let Some(value) = value {
            set(&mut columns, column, value)?;
        }
    }
    if let Some(kind) = told.proposer_kind {
        set(&mut columns, "proposer_kind", kind)?;
    }
    // Never a guess: until somebody reads it, it is none that is known.
    if told.is_result_unmapped && row.result == BillResult::Pending {
        set(&mut columns, "result", BillResult::Unmapped)?;
    }
    let known = as_json(&row)?;
    let differs = columns.iter().any(|(name, value)| known.get(name) != Some(value));
    if row.checked_at.is_none_or(|at| at < author.now) {
        set(&mut columns, "checked_at", author.now)?;
    }
    if differs || columns.contains_key("checked_at") {
        write.update::<bill::Entity>(id, row.version, |row| row.extend(columns)).await?;
    }
    Ok(differs)
}

/// Records a stage, or corrects what is on record of it. Tells whether it did.
async fn stage(
    write: &mut Write<'_>,
    author: &Author<'_>,
    id: Uuid,
    (told, reached): (&Told, &Reached),
    report: &mut Report,
) -> Result<bool, Error> {
    let bill = find(write, id).await?;
    let known = events(write.reads(), id, false).await?;
    let found = uncorrected(&known);
    let said = Said {
        stage: reached.stage,
        occurred_on: reached.on.clone().unwrap_or_else(|| write.today().to_string()),
        is_known_by: reached.on.is_none(),
        result: reached.result,
        absorbed_into: None,
        is_absorption_open: true,
        institution: None,
        raw_text: Some(reached.raw.clone()),
        source: Some(SOURCE.to_owned()),
        note: (None, None),
    };
    let same = found.iter().rev().find(|event| event.stage == reached.stage);
    let Some(same) = same else {
        let last = found.last().map(|event| order(Some(event.stage)));
        if last.is_some_and(|last| order(Some(reached.stage)) < last) {
            let message = "이미 기록된 단계보다 앞선 단계라 기록하지 않았습니다. 필요하면 직접 정정(correctBillEvent)하십시오. \
                           A later stage is on record already; correct it by hand if need be (correctBillEvent).";
            report.alert(told, "OUT_OF_ORDER", reached.stage.code(), &said.occurred_on, message);
            return Ok(false);
        }
        let absorbed = reached.result.is_some_and(crate::domain::bill::is_absorbed);
        let done = recorded(write, author, &bill, Uuid::now_v7(), said).await;
        let is_done = report.rejected(told, reached.stage.code(), done)?.is_some();
        if is_done && absorbed {
            let message = "반영된 대안이 자료에 없습니다. 단계를 정정(correctBillEvent)하여 대안의 의안번호를 적으십시오. \
                           The feed does not name the alternative; name it by correcting the event (correctBillEvent).";
            report.alert(told, "ALTERNATIVE_UNKNOWN", "absorbedInto", &reached.raw, message);
        }
        return Ok(is_done);
    };
    let is_same = same.occurred_on == said.occurred_on
        && same.known_by == said.is_known_by
        && (reached.result.is_none() || same.result == reached.result);
    if is_same || reached.on.is_none() {
        return Ok(false);
    }
    let event = bill_event::Entity::find_by_id(same.id).one(write.reads()).await?;
    let event = event.ok_or(Error::NotFound)?;
    let done = corrected(write, author, (&bill, &event), Uuid::now_v7(), said).await;
    Ok(report.rejected(told, reached.stage.code(), done)?.is_some())
}
