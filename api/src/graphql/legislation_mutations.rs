//! What is written of legislation: initiatives, bills and their stages.

use serde_json::{Map, Value};

use super::mutation::{ERRORS, Fields, Mutation, row};
use crate::domain::access::{Needs, Object};
use crate::error::Error;
use crate::mutation;
use crate::service::legislation::bill::{
    self as bills, AmendBill, RecordBillChecked, RegisterBill, SetProvisions,
};
use crate::service::legislation::event::{
    self as events, CorrectBillEvent, EndAssemblyTerm, RecordBillEvent,
};
use crate::service::legislation::initiative::{self, AddInitiativeTitle, CreateInitiative};

const WRITES: Needs = Needs::Write(Object::Legislation);

const INITIATIVE: Fields = &[
    (
        "legislativeInitiative",
        "LegislativeInitiative",
        "입법과제. The initiative; null if nothing was done.",
    ),
    ERRORS,
];
const BILL: Fields = &[("bill", "Bill", "법률안. The bill; null if nothing was done."), ERRORS];
const EVENT: Fields = &[
    ("bill", "Bill", "법률안. The bill as it stands now; null if nothing was done."),
    ("billEvent", "BillEvent", "입법 단계. The new event; null if nothing was done."),
    ERRORS,
];
const TERM: Fields = &[
    (
        "expired",
        "Int",
        "만료된 법률안 수. Bills that expired on that day; null if nothing was done.",
    ),
    (
        "remaining",
        "Int",
        "남은 법률안 수. Bills still to expire: call again with another key until it is 0.",
    ),
    ERRORS,
];

/// The mutations declared here.
pub fn mutations() -> Vec<Mutation> {
    vec![
        mutation!(
            CreateInitiative,
            WRITES,
            INITIATIVE,
            "입법과제 등록. Creates a legislative initiative.",
            |act, input| row(
                "legislativeInitiative",
                initiative::create(act.db, act.author, input).await
            )
        ),
        mutation!(
            AddInitiativeTitle,
            WRITES,
            INITIATIVE,
            "입법과제 명칭 추가. Gives an initiative another title.",
            |act, input| row(
                "legislativeInitiative",
                initiative::add_title(act.db, act.author, input).await
            )
        ),
        mutation!(
            RegisterBill,
            WRITES,
            BILL,
            "법률안 등록. Registers a bill.",
            |act, input| row("bill", bills::register(act.db, act.author, input).await)
        ),
        mutation!(
            AmendBill,
            WRITES,
            BILL,
            "법률안 수정. Changes what is on record of a bill beside its stages.",
            |act, input| row("bill", bills::amend(act.db, act.author, input).await)
        ),
        mutation!(
            RecordBillEvent,
            WRITES,
            EVENT,
            "입법 단계 기록. Records a stage that a bill has reached.",
            |act, input| recorded(events::record(act.db, act.author, input).await)
        ),
        mutation!(
            CorrectBillEvent,
            WRITES,
            EVENT,
            "입법 단계 정정. Corrects a stage event by a new one.",
            |act, input| recorded(events::correct(act.db, act.author, input).await)
        ),
        mutation!(
            RecordBillChecked,
            WRITES,
            BILL,
            "확인 기록. Records that a bill's procedure was looked up.",
            |act, input| row("bill", bills::checked(act.db, act.author, input).await)
        ),
        mutation!(
            SetProvisions,
            WRITES,
            BILL,
            "조문 설정. Sets or replaces the provisions of a bill.",
            |act, input| row("bill", bills::set_provisions(act.db, act.author, input).await)
        ),
        mutation!(
            EndAssemblyTerm,
            WRITES,
            TERM,
            "임기 만료. Expires the pending bills of a term that has ended, at most 500 a call.",
            |act, input| ended(events::end_term(act.db, act.author, input).await)
        ),
    ]
}

fn recorded(done: Result<events::Done, Error>) -> Result<Map<String, Value>, Error> {
    let events::Done { bill, event } = done?;
    let mut payload = row("bill", Ok(bill))?;
    payload.insert("billEvent".to_owned(), event.to_string().into());
    Ok(payload)
}

fn ended(done: Result<events::Ended, Error>) -> Result<Map<String, Value>, Error> {
    let events::Ended { expired, remaining } = done?;
    Ok(Map::from_iter([
        ("expired".to_owned(), expired.into()),
        ("remaining".to_owned(), remaining.into()),
    ]))
}
