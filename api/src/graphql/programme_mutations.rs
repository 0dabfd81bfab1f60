//! What those who run the programme set up: programmes, indicators, targets, rules, obligations, days off,
//! quarters; `service::programme` and `service::submission::quarter` do it.

use chrono::NaiveDate;
use entity::common::Origin;
use futures_util::FutureExt;
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::choices::Input;
use super::mutation::{key_of, keys_of, root, run};
use super::programme::{INDICATOR, OBLIGATION, RULE};
use super::submission::TAG;
use crate::domain::access::{Aim, Object};
use crate::domain::quarter::Quarter;
use crate::error::{Error, UserError};
use crate::read::Act;
use crate::read::catalog::Root;
use crate::read::model::Shape;
use crate::service::indicator as indicators;
use crate::service::obligation as obligations;
use crate::service::programme as service;
use crate::service::submission::quarter as quarters;
use crate::service::target as targets;

const NEEDS: &str = "Needs `results:review` of an institution that runs the programme.";
const KEY: (&str, &str, &str) = (
    "idempotencyKey",
    "String!",
    "멱등 키. A text of your own, 8 to 100 characters; repeating the call with it does nothing more.",
);

/// A payload of one row.
macro_rules! payload {
    ($name:literal, $field:literal, $ty:literal, $ko:literal) => {
        Shape {
            name: $name,
            description: concat!($ko, " 결과. What came of it."),
            fields: &[
                ($field, $ty, concat!($ko, ". The row; null if nothing was done.")),
                ("errors", "[UserError!]!", "입력 오류. What to put right; empty if it was done."),
            ],
        }
    };
}

/// The shapes declared here.
pub const SHAPES: &[Shape] = &[
    payload!("ProgrammePayload", "programme", "Programme", "사업"),
    payload!("IndicatorPayload", "indicator", "Indicator", "지표"),
    payload!("TargetPayload", "target", "Target", "목표"),
    payload!("ValidationRulePayload", "validationRule", "ValidationRule", "검증 규칙"),
    Shape {
        name: "ObligationPayload",
        description: "제출 의무 결과. What came of it.",
        fields: &[
            ("obligation", "Obligation", "제출 의무. The row; null if nothing was done."),
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
            ("errors", "[UserError!]!", "입력 오류. What to put right; empty if it was done."),
        ],
    },
    payload!("HolidayPayload", "holiday", "Holiday", "공휴일"),
    payload!("ReportingPeriodPayload", "period", "ReportingPeriod", "보고기간"),
];

const TEXT: &[super::choices::InputField] =
    &[("ko", "String!", "국문. Korean text."), ("en", "String", "영문. English text.")];

const RANGE: &[super::choices::InputField] = &[
    (
        "minimum",
        "String",
        "최솟값. Smallest value, exact, in the indicator's unit; none if left out.",
    ),
    ("maximum", "String", "최댓값. Greatest value, likewise."),
    (
        "severity",
        "Severity",
        "심각도. What a value beyond them does: ERROR, if left out, keeps it from being submitted; WARNING asks for a comment.",
    ),
];

/// The input objects declared here.
pub const INPUTS: &[Input] = &[
    (
        "LocalizedTextInput",
        "다국어 문자열. A text in Korean, and in English if there is one.",
        TEXT,
    ),
    (
        "CreateProgrammeInput",
        "사업 등록. A programme to be made.",
        &[
            ("code", "String!", "사업 코드. 2 to 30 capital letters, digits, underscores."),
            ("name", "LocalizedTextInput!", "사업명. Name."),
            ("summary", "LocalizedTextInput", "개요. What it supports."),
            ("operator", "String!", "운영 기관. Code of the institution that runs it."),
            (
                "dueDays",
                "Int",
                "제출 기한 일수. Days after the quarter's end until results are due; 10 if left out.",
            ),
            ("rollRule", "RollRule", "기한 이월 규칙. NEXT_BUSINESS_DAY if left out."),
            (
                "lockDays",
                "Int",
                "마감 유예 일수. Days after the due date until which late results are taken; 30 if left out.",
            ),
            KEY,
        ],
    ),
    (
        "CreateIndicatorInput",
        "지표 등록·개정. An indicator to be made; a code that is there already gets a new revision, in which what is left out stays as it was unless `valueType` changes.",
        &[
            ("programme", "String!", "사업 코드. Code of the programme."),
            ("code", "String!", "지표 코드. 2 to 30 capital letters, digits, underscores."),
            ("position", "Int", "순서. Order in forms."),
            ("name", "LocalizedTextInput!", "지표명. Name."),
            ("definition", "LocalizedTextInput", "정의. What is counted, and how."),
            ("unit", "String!", "단위. Unit, e.g. 원, 개사, %."),
            ("valueType", "ValueType!", "값 유형. What a value is."),
            ("decimals", "Int", "소수 자릿수. 0 to 6 for DECIMAL and PERCENT, else 0."),
            ("direction", "Direction", "방향. HIGHER_IS_BETTER if left out."),
            (
                "aggregation",
                "Aggregation",
                "집계 방법. If left out: SUM for INTEGER, DECIMAL and KRW, AVERAGE for PERCENT (which has no sum), NONE for BOOLEAN (or SUM, the number of yes) and TEXT.",
            ),
            (
                "weightedBy",
                "String",
                "가중 지표 코드. Indicator of the programme by whose values an AVERAGE is weighted, e.g. the number of people asked; its minimum is 0 or more.",
            ),
            (
                "range",
                "IndicatorRangeInput",
                "허용 범위. If left out: 0 to 100 for PERCENT, 0 or more for INTEGER and KRW, any value for DECIMAL. An empty object allows any value.",
            ),
            ("isRequired", "Boolean", "필수 여부. True if left out."),
            ("byRegion", "Boolean", "지역별 여부. Whether it may be broken down by region."),
            ("bySize", "Boolean", "규모별 여부. By business size."),
            ("byIndustry", "Boolean", "업종별 여부. By industry."),
            (
                "validFrom",
                "Quarter!",
                "적용 시작 분기. First quarter in which it is reported; the last revision ends before it.",
            ),
            KEY,
        ],
    ),
    ("IndicatorRangeInput", "허용 범위. What values may be, parts as well as totals.", RANGE),
    (
        "SetIndicatorRangeInput",
        "허용 범위 설정. What an indicator's values may be from now on.",
        &[
            ("id", "ID!", "식별자. The indicator."),
            ("version", "Int!", "판. The version you saw."),
            ("range", "IndicatorRangeInput!", "허용 범위. An empty object allows any value."),
        ],
    ),
    (
        "SetTargetInput",
        "목표 설정. What is to be reached.",
        &[
            ("programme", "String!", "사업 코드. Code of the programme."),
            ("indicator", "String!", "지표 코드. Code of the indicator."),
            (
                "institution",
                "String",
                "기관 코드. Institution; the programme as a whole if left out.",
            ),
            ("quarter", "Quarter!", "분기. Quarter."),
            ("value", "String!", "목표값. Exact value in the indicator's unit."),
            KEY,
        ],
    ),
    (
        "CreateValidationRuleInput",
        "검증 규칙 등록. A rule to be made.",
        &[
            ("programme", "String!", "사업 코드. Code of the programme."),
            ("code", "String!", "규칙 코드. Code."),
            (
                "expression",
                "String!",
                "식. Condition that is true where all is well, e.g. `EXECUTED <= ALLOCATED`, `abs(change(SUPPORTED, prev_SUPPORTED)) <= 50`.",
            ),
            ("indicator", "String!", "지표 코드. Indicator at whose cell a breach is shown."),
            ("severity", "Severity!", "심각도. What a breach does."),
            (
                "missingStrategy",
                "MissingStrategy",
                "결측 처리. SKIP_IF_ANY_VALUE_MISSING if left out.",
            ),
            ("message", "LocalizedTextInput!", "안내. What to put right."),
            ("validFrom", "Quarter!", "적용 시작 분기. First quarter in which it applies."),
            KEY,
        ],
    ),
    (
        "RetireValidationRuleInput",
        "검증 규칙 종료. A rule to be ended.",
        &[
            ("id", "ID!", "식별자. The rule."),
            ("version", "Int!", "판. The version you saw."),
            ("validTo", "Quarter!", "적용 종료 분기. Last quarter in which it applies."),
        ],
    ),
    (
        "CreateObligationInput",
        "제출 의무 등록. An institution that must report: in every quarter on whose last day the obligation is in force. Quarters already opened are joined while they take results; a quarter that is final or past its closing date refuses it, with the next possible day.",
        &[
            ("institution", "String!", "기관 코드. Institution."),
            ("programme", "String!", "사업 코드. Programme."),
            ("startsOn", "Date!", "시작일. First day."),
            ("endsOn", "Date", "종료일. Last day."),
            KEY,
        ],
    ),
    (
        "EndObligationInput",
        "제출 의무 종료. Last day of an obligation, set or replaced. Quarters already opened keep who is on their list; a later day than before joins those it newly covers, as in createObligation.",
        &[
            ("id", "ID!", "식별자. The obligation."),
            ("version", "Int!", "판. The version you saw."),
            ("endsOn", "Date!", "종료일. Last day."),
        ],
    ),
    (
        "CreateHolidayInput",
        "공휴일 등록. A day off; due dates that fall on it move.",
        &[
            ("observedOn", "Date!", "날짜. The day."),
            ("name", "LocalizedTextInput!", "명칭. Name."),
            ("kind", "HolidayKind!", "구분. Why it is off."),
            KEY,
        ],
    ),
    (
        "OpenReportingPeriodInput",
        "보고기간 개시. A quarter that is over, to be opened now; quarters open by themselves the day after their end.",
        &[("quarter", "Quarter!", "분기. Quarter.")],
    ),
    (
        "FreezeQuarterInput",
        "분기 확정. A quarter to be made final.",
        &[
            ("quarter", "Quarter!", "분기. Quarter."),
            ("version", "Int!", "판. The version of the period you saw."),
            (
                "missing",
                "[ID!]",
                "실적 없이 확정할 제출. Submissions that have no figures in the final quarter: every one that is not accepted, whether it was never submitted (미제출), is under review or was returned (반려). Each keeps its state, and only those never submitted count as missing.",
            ),
            (
                "closesEarly",
                "Boolean",
                "마감 전 확정. Whether those are missing, too, that may still be handed in; else it is STILL_OPEN until the last closing date is over.",
            ),
            KEY,
        ],
    ),
];

/// The fields of the mutation's root declared here.
pub fn mutations() -> Vec<Root> {
    let named = |text: &str| format!("{text} {NEEDS}");
    vec![
        root(
            Object::Programme,
            "createProgramme",
            &named("사업 등록. Makes a programme."),
            "CreateProgrammeInput",
            "ProgrammePayload",
            |act, args| {
                run(act, "createProgramme", args, |act, input: service::NewProgramme| async move {
                    payload("programme", service::create(act.db, act.author, input).await)
                })
                .boxed()
            },
        ),
        root(
            Object::Programme,
            "createIndicator",
            &named(
                "지표 등록·개정. Makes an indicator, or a new revision of one; not for quarters that are final.",
            ),
            "CreateIndicatorInput",
            "IndicatorPayload",
            |act, args| {
                run(
                    act,
                    "createIndicator",
                    args,
                    |act, input: indicators::NewIndicator| async move {
                        payload("indicator", indicators::create(act.db, act.author, input).await)
                    },
                )
                .boxed()
            },
        ),
        root(
            Object::Programme,
            "setIndicatorRange",
            &named(
                "허용 범위 설정. Sets what an indicator's values may be; what was accepted is not checked again.",
            ),
            "SetIndicatorRangeInput",
            "IndicatorPayload",
            |act, args| run(act, "setIndicatorRange", args, set_range).boxed(),
        ),
        root(
            Object::Programme,
            "setTarget",
            &named(
                "목표 설정. Sets or replaces a target. Targets of a final quarter cannot change.",
            ),
            "SetTargetInput",
            "TargetPayload",
            |act, args| {
                run(act, "setTarget", args, |act, input: targets::NewTarget| async move {
                    payload("target", targets::set(act.db, act.author, input).await)
                })
                .boxed()
            },
        ),
        root(
            Object::Programme,
            "createValidationRule",
            &named("검증 규칙 등록. Makes a rule that values must meet."),
            "CreateValidationRuleInput",
            "ValidationRulePayload",
            |act, args| {
                run(act, "createValidationRule", args, |act, input: service::NewRule| async move {
                    payload("validationRule", service::create_rule(act.db, act.author, input).await)
                })
                .boxed()
            },
        ),
        root(
            Object::Programme,
            "retireValidationRule",
            &named("검증 규칙 종료. Ends a rule."),
            "RetireValidationRuleInput",
            "ValidationRulePayload",
            |act, args| run(act, "retireValidationRule", args, retire_rule).boxed(),
        ),
        root(
            Object::Programme,
            "createObligation",
            &named("제출 의무 등록. Puts an institution under the obligation to report."),
            "CreateObligationInput",
            "ObligationPayload",
            |act, args| {
                run(
                    act,
                    "createObligation",
                    args,
                    |act, input: obligations::NewObligation| async move {
                        obliged(obligations::create(act.db, act.author, input).await?)
                    },
                )
                .boxed()
            },
        ),
        root(
            Object::Programme,
            "endObligation",
            &named("제출 의무 종료. Ends an obligation."),
            "EndObligationInput",
            "ObligationPayload",
            |act, args| run(act, "endObligation", args, end_obligation).boxed(),
        ),
        root(
            Object::Programme,
            "createHoliday",
            &named("공휴일 등록. Puts a day off on record; due dates that fall on it move."),
            "CreateHolidayInput",
            "HolidayPayload",
            |act, args| {
                run(act, "createHoliday", args, |act, input: service::NewHoliday| async move {
                    payload("holiday", service::create_holiday(act.db, act.author, input).await)
                })
                .boxed()
            },
        ),
        root(
            Aim::Lead,
            "openReportingPeriod",
            "보고기간 개시. Opens a quarter and freezes the list of those expected to report. Needs `results:review` of the ministry.",
            "OpenReportingPeriodInput",
            "ReportingPeriodPayload",
            |act, args| run(act, "openReportingPeriod", args, open).boxed(),
        ),
        root(
            Aim::Lead,
            "freezeQuarter",
            "분기 확정. Makes a quarter final: what is accepted becomes final, the rest is listed as missing. Needs `results:review` of the ministry.",
            "FreezeQuarterInput",
            "ReportingPeriodPayload",
            |act, args| run(act, "freezeQuarter", args, freeze).boxed(),
        ),
    ]
}

fn payload(field: &str, done: Result<Uuid, Error>) -> Result<Map<String, Value>, Error> {
    let id = done?;
    Ok(Map::from_iter([(field.to_owned(), id.to_string().into())]))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SetRange {
    id: String,
    version: i32,
    range: indicators::NewRange,
}

async fn set_range(act: &Act<'_>, input: SetRange) -> Result<Map<String, Value>, Error> {
    let id = key_of(INDICATOR, &input.id)?;
    let done = indicators::set_range(act.db, act.author, (id, input.version), &input.range).await;
    payload("indicator", done)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RetireRule {
    id: String,
    version: i32,
    valid_to: String,
}

async fn retire_rule(act: &Act<'_>, input: RetireRule) -> Result<Map<String, Value>, Error> {
    let id = key_of(RULE, &input.id)?;
    let done = service::retire_rule(act.db, act.author, (id, input.version), &input.valid_to).await;
    payload("validationRule", done)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct EndObligation {
    id: String,
    version: i32,
    ends_on: NaiveDate,
}

async fn end_obligation(act: &Act<'_>, input: EndObligation) -> Result<Map<String, Value>, Error> {
    let id = key_of(OBLIGATION, &input.id)?;
    obliged(obligations::end(act.db, act.author, (id, input.version), input.ends_on).await?)
}

fn obliged(done: obligations::Done) -> Result<Map<String, Value>, Error> {
    let mut payload = payload("obligation", Ok(done.id))?;
    payload.insert("joinedQuarters".to_owned(), done.joined.into());
    payload.insert("keptQuarters".to_owned(), done.kept.into());
    Ok(payload)
}

fn quarter(text: &str) -> Result<Quarter, Error> {
    text.parse().map_err(|_| {
        let message = Error::not_a_quarter("quarter").message();
        Error::User(vec![UserError::at("quarter", "INVALID_QUARTER", message.ko, message.en)])
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Open {
    quarter: String,
}

async fn open(act: &Act<'_>, input: Open) -> Result<Map<String, Value>, Error> {
    let quarter = quarter(&input.quarter)?;
    let opened = quarters::open(act.db, act.author, quarter, Origin::Reported).await;
    payload("period", opened.map(|(id, _)| id))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Freeze {
    quarter: String,
    version: i32,
    #[serde(default)]
    missing: Option<Vec<String>>,
    #[serde(default)]
    closes_early: Option<bool>,
    idempotency_key: String,
}

async fn freeze(act: &Act<'_>, input: Freeze) -> Result<Map<String, Value>, Error> {
    let quarter = quarter(&input.quarter)?;
    let missing = input.missing.unwrap_or_default();
    let place = |at: usize| ["missing", &at.to_string()].map(str::to_owned).to_vec();
    let missing = missing.iter().enumerate().map(|(at, id)| (place(at), id.as_str()));
    let missing = keys_of(TAG, missing)?;
    let decision = quarters::Decision {
        quarter,
        version: input.version,
        missing,
        closes_early: input.closes_early.unwrap_or_default(),
        key: input.idempotency_key,
    };
    let done = quarters::freeze(act.db, act.author, &decision).await;
    payload("period", done)
}
