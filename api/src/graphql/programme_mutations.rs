//! What those who run the programme set up: programmes, indicators, targets, rules, obligations, days off, quarters.

use entity::holiday;
use serde_json::{Map, Value};

use super::mutation::{ERRORS, Fields, Mutation, deleted, row, whole};
use crate::domain::access::{Needs, Object};
use crate::error::Error;
use crate::mutation;
use crate::service::indicator::{self, CreateIndicator, ReviseIndicator, SetIndicatorRange};
use crate::service::obligation::{self, CreateObligation, EndObligation};
use crate::service::programme::{
    self, AmendHoliday, AmendProgramme, CreateHoliday, CreateProgramme, CreateValidationRule,
    EndProgramme, RemoveHoliday, RetireValidationRule,
};
use crate::service::submission::quarter::{self, FinaliseQuarter, OpenQuarter};
use crate::service::target::{self, RemoveTarget, SetTarget};

const SETS_UP: Needs = Needs::Write(Object::Programme);

const PROGRAMME: Fields =
    &[("programme", "Programme", "사업. The programme; null if nothing was done."), ERRORS];
const ENDED: Fields = &[
    ("programme", "Programme", "사업. The programme; null if nothing was done."),
    (
        "keptQuarters",
        "[Quarter!]",
        "유지된 분기. Quarters already opened whose lists stand, though the programme ends before their last day.",
    ),
    ERRORS,
];
const INDICATOR: Fields = &[
    ("indicator", "Indicator", "지표. The indicator's revision; null if nothing was done."),
    ERRORS,
];
const TARGET: Fields =
    &[("target", "Target", "목표. The target; null if nothing was done."), ERRORS];
const AIMED_AT: Fields = &[
    (
        "indicator",
        "Indicator",
        "지표. The indicator whose target it was; null if nothing was done.",
    ),
    ERRORS,
];
const RULE: Fields = &[
    ("validationRule", "ValidationRule", "검증 규칙. The rule; null if nothing was done."),
    ERRORS,
];
const OBLIGATION: Fields = &[
    ("obligation", "Obligation", "제출 의무. The obligation; null if nothing was done."),
    (
        "joinedQuarters",
        "[Quarter!]",
        "추가된 분기. Quarters already opened whose list the institution joined by this call; it is due there by the programme's rule.",
    ),
    (
        "keptQuarters",
        "[Quarter!]",
        "유지된 분기. Quarters already opened whose list keeps the institution, though the obligation ends before their last day.",
    ),
    ERRORS,
];
const HOLIDAY: Fields =
    &[("holiday", "Holiday", "공휴일. The day off; null if nothing was done."), ERRORS];
const REMOVED: Fields = &[
    ("deletedId", "ID", "삭제된 식별자. Id of the day off that is gone; null if nothing was done."),
    ERRORS,
];
const PERIOD: Fields = &[
    ("reportingPeriod", "ReportingPeriod", "보고기간. The quarter; null if nothing was done."),
    ERRORS,
];

/// The mutations declared here.
pub fn mutations() -> Vec<Mutation> {
    vec![
        mutation!(
            CreateProgramme,
            SETS_UP,
            PROGRAMME,
            "사업 등록. Creates a programme.",
            |act, input| row("programme", programme::create(act.db, act.author, input).await)
        ),
        mutation!(
            AmendProgramme,
            SETS_UP,
            PROGRAMME,
            "사업 변경. Changes a programme.",
            |act, input| row("programme", programme::amend(act, input).await)
        ),
        mutation!(
            EndProgramme,
            SETS_UP,
            ENDED,
            "사업 종료. Ends a programme, with its obligations.",
            |act, input| ended(programme::end(act, input).await)
        ),
        mutation!(
            CreateIndicator,
            SETS_UP,
            INDICATOR,
            "지표 등록. Creates an indicator; not for quarters that are final.",
            |act, input| row("indicator", indicator::create(act.db, act.author, input).await)
        ),
        mutation!(
            ReviseIndicator,
            SETS_UP,
            INDICATOR,
            "지표 개정. Creates a new revision of an indicator; not for quarters that are final.",
            |act, input| row("indicator", indicator::revise(act.db, act.author, input).await)
        ),
        mutation!(
            SetIndicatorRange,
            SETS_UP,
            INDICATOR,
            "허용 범위 설정. Sets what an indicator's values may be; what was accepted is not checked again.",
            |act, input| row("indicator", indicator::set_range(act.db, act.author, input).await)
        ),
        mutation!(
            SetTarget,
            SETS_UP,
            TARGET,
            "목표 설정. Sets or replaces a target. Targets of a final quarter cannot change.",
            |act, input| row("target", target::set(act.db, act.author, input).await)
        ),
        mutation!(
            RemoveTarget,
            SETS_UP,
            AIMED_AT,
            "목표 삭제. Takes a target off; what it was stays known. Targets of a final quarter stay.",
            |act, input| whole("indicator", target::remove(act, input).await)
        ),
        mutation!(
            CreateValidationRule,
            SETS_UP,
            RULE,
            "검증 규칙 등록. Creates a rule that values must meet.",
            |act, input| row(
                "validationRule",
                programme::create_rule(act.db, act.author, input).await
            )
        ),
        mutation!(
            RetireValidationRule,
            SETS_UP,
            RULE,
            "검증 규칙 종료. Ends a rule.",
            |act, input| row(
                "validationRule",
                programme::retire_rule(act.db, act.author, input).await
            )
        ),
        mutation!(
            CreateObligation,
            SETS_UP,
            OBLIGATION,
            "제출 의무 등록. Obliges an institution to report.",
            |act, input| obliged(obligation::create(act.db, act.author, input).await)
        ),
        mutation!(
            EndObligation,
            SETS_UP,
            OBLIGATION,
            "제출 의무 종료. Ends an obligation.",
            |act, input| obliged(obligation::end(act.db, act.author, input).await)
        ),
        mutation!(
            CreateHoliday,
            SETS_UP,
            HOLIDAY,
            "공휴일 등록. Records a day off; due dates that fall on it move.",
            |act, input| row("holiday", programme::create_holiday(act.db, act.author, input).await)
        ),
        mutation!(
            AmendHoliday,
            SETS_UP,
            HOLIDAY,
            "공휴일 변경. Changes what a day off is called, or why it is one.",
            |act, input| row("holiday", programme::amend_holiday(act, input).await)
        ),
        mutation!(
            RemoveHoliday,
            SETS_UP,
            REMOVED,
            "공휴일 삭제. Takes a day off away that was recorded by mistake.",
            |act, input| deleted::<holiday::Entity>(programme::remove_holiday(act, input).await)
        ),
        mutation!(
            OpenQuarter,
            Needs::Lead,
            PERIOD,
            "분기 개시. Opens a quarter and fixes the list of those expected to report.",
            |act, input| row("reportingPeriod", quarter::open_now(act.db, act.author, input).await)
        ),
        mutation!(
            FinaliseQuarter,
            Needs::Lead,
            PERIOD,
            "분기 확정. Makes a quarter final: what is accepted becomes final, the rest is listed as missing.",
            |act, input| row("reportingPeriod", quarter::finalise(act.db, act.author, input).await)
        ),
    ]
}

fn ended(done: Result<programme::Ended, Error>) -> Result<Map<String, Value>, Error> {
    let programme::Ended { id, kept } = done?;
    let mut payload = row("programme", Ok(id))?;
    payload.insert("keptQuarters".to_owned(), kept.into());
    Ok(payload)
}

fn obliged(done: Result<obligation::Done, Error>) -> Result<Map<String, Value>, Error> {
    let obligation::Done { id, joined, kept } = done?;
    let mut payload = row("obligation", Ok(id))?;
    payload.insert("joinedQuarters".to_owned(), joined.into());
    payload.insert("keptQuarters".to_owned(), kept.into());
    Ok(payload)
}
