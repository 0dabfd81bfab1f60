//! What is asked about quarterly results: `service::results` computes it.

use entity::{Choice, ChoiceValue};
use futures_util::FutureExt;
use serde_json::{Value, json};

use super::submission::TAG;
use crate::domain::access::Object;
use crate::domain::form::{Problem, is_ready};
use crate::domain::submission::Verb;
use crate::error::Error;
use crate::read::Reader;
use crate::read::catalog::{Root, RootKind};
use crate::read::global_id;
use crate::read::model::{Arg, Args, Shape};
use crate::read::statistic::illustrative;
use crate::read::weight;
use crate::service::{results, submission};
use entity::validation_rule::Severity;

/// How complete a submission is.
pub const COMPLETENESS: &Choice = &Choice {
    name: "Completeness",
    description: "이행 구분. How complete a submission is. A recalled one is judged as if it had never been submitted, unless it was returned before.",
    values: &[
        ChoiceValue { code: "NOT_DUE", description: "접수 전. Not open yet." },
        ChoiceValue {
            code: "OPEN", description: "미작성. Open, nothing saved, and not overdue."
        },
        ChoiceValue {
            code: "DRAFT",
            description: "작성 중. Being filled in, a recalled one included, and not overdue.",
        },
        ChoiceValue {
            code: "SUBMITTED",
            description: "제출. First submitted on time, returned since or not, not accepted yet.",
        },
        ChoiceValue {
            code: "LATE",
            description: "지연 제출. First submitted late, returned since or not, not accepted yet.",
        },
        ChoiceValue { code: "ACCEPTED", description: "승인. Accepted or final." },
        ChoiceValue {
            code: "MISSING",
            description: "미제출. Not submitted, or recalled, and overdue or the quarter final.",
        },
    ],
};

/// Who must act next.
pub const WAITS_FOR: &Choice = &Choice {
    name: "WaitsFor",
    description: "처리 주체. Who must act next.",
    values: &[
        ChoiceValue {
            code: "PARTNER", description: "제출 기관. The institution that reports."
        },
        ChoiceValue { code: "REVIEWER", description: "검토자. A reviewer." },
        ChoiceValue {
            code: "LEAD",
            description: "부처. The ministry, which makes the quarter final.",
        },
        ChoiceValue { code: "NOBODY", description: "없음. Nobody." },
    ],
};

/// Days on which an institution is reminded.
pub const REMINDER: &Choice = &Choice {
    name: "ReminderKind",
    description: "알림 구분. Days before or after the due date on which an institution is reminded.",
    values: &[
        ChoiceValue { code: "T_MINUS_14", description: "14일 전. 14 days before." },
        ChoiceValue { code: "T_MINUS_7", description: "7일 전. 7 days before." },
        ChoiceValue { code: "T_MINUS_1", description: "1일 전. The day before." },
        ChoiceValue { code: "T_PLUS_1", description: "1일 후. The day after." },
    ],
};

/// How a series is broken down.
pub const BREAKDOWN: &Choice = &Choice {
    name: "SeriesBreakdown",
    description: "계열 구분. How a series is broken down.",
    values: &[
        ChoiceValue { code: "NONE", description: "전체. One point a quarter." },
        ChoiceValue { code: "INSTITUTION", description: "기관별. By institution." },
        ChoiceValue {
            code: "REGION",
            description: "지역별. By region, as far as values were broken down so.",
        },
        ChoiceValue { code: "SIZE", description: "규모별. By business size, likewise." },
        ChoiceValue { code: "INDUSTRY", description: "업종별. By industry, likewise." },
    ],
};

fn narrowing() -> Vec<Arg> {
    vec![
        Arg::new("from", "Quarter", "시작 분기. First quarter; eight quarters if left out."),
        Arg::new(
            "to",
            "Quarter",
            "끝 분기. Last quarter; the present one if left out. At most 40 quarters.",
        ),
        Arg::new("institution", "String", "기관 코드. Only this institution."),
        illustrative(),
    ]
}

/// The root fields declared here.
pub fn roots() -> Vec<Root> {
    let mut series = vec![
        Arg::new("programme", "String!", "사업 코드. Programme."),
        Arg::new("indicator", "String!", "지표 코드. Indicator, over all its revisions."),
        Arg {
            name: "by",
            ty: "SeriesBreakdown!".into(),
            default: Some("NONE"),
            description: "구분. How to break it down.".into(),
        },
        Arg {
            name: "regionBasis",
            ty: "RegionBasis!".into(),
            default: Some("AS_REPORTED"),
            description: "지역 기준. Which division a part counts under.".into(),
        },
        Arg::new(
            "knownAt",
            "DateTime",
            "기준 시각. Figures as they were accepted at this instant; now if left out.",
        ),
    ];
    series.extend(narrowing());
    vec![
        Root {
            name: "indicatorSeries",
            description: "지표 시계열. An indicator over quarters with its targets, out of the accepted values that the caller may see. NOT_FOUND if there is no such indicator, or the caller may not see it.".into(),
            ty: "IndicatorSeries".into(),
            args: series,
            kind: RootKind::Statistic(Object::Result, weight::SERIES, |reader, args| results::series(reader, args).boxed()),
        },
        Root {
            name: "submissionCheck",
            description: "제출 점검. What is wrong with a submission's values as they stand, by the same rules as at handing in. NOT_FOUND if the caller may not see it.".into(),
            ty: "SubmissionCheck".into(),
            args: vec![Arg::new("id", "ID!", "식별자. The submission.")],
            kind: RootKind::Statistic(Object::Result, weight::CHECK, |reader, args| validate(reader, args).boxed()),
        },
        Root {
            name: "submissionDiff",
            description: "차수 비교. What differs between two revisions of a submission. NOT_FOUND if there is none, or the caller may not see it.".into(),
            ty: "SubmissionDiff".into(),
            args: vec![
                Arg::new("id", "ID!", "식별자. The submission."),
                Arg::new("from", "Int!", "앞 차수. Number of the one revision."),
                Arg::new("to", "Int!", "뒤 차수. Number of the other."),
            ],
            kind: RootKind::Statistic(Object::Result, weight::DIFF, |reader, args| diff(reader, args).boxed()),
        },
    ]
}

fn id(args: &Args) -> Result<uuid::Uuid, Error> {
    let id = args.get("id").and_then(Value::as_str).unwrap_or_default();
    match global_id::decode(id) {
        Some((TAG, key)) => Ok(key),
        _ => Err(Error::argument(
            "id",
            "제출의 식별자(id)가 아닙니다.",
            "This is not the id of a submission.",
        )),
    }
}

async fn validate(reader: &Reader<'_>, args: &Args) -> Result<Value, Error> {
    let found = submission::find(reader.db, reader.principal, id(args)?).await?;
    let (cells, checked) = submission::draft::check(reader.db, &found).await?;
    let errors = checked.iter().filter(|problem| problem.severity == Severity::Error).count();
    let barred = submission::barred(reader.db, &found, Verb::Submit, reader.now).await?;
    Ok(json!({
        "submission": found.id.to_string(),
        "errorCount": errors,
        "warningCount": checked.len() - errors,
        "isReady": barred.is_none() && is_ready(&cells, &checked),
        "problems": problems(&checked),
    }))
}

async fn diff(reader: &Reader<'_>, args: &Args) -> Result<Value, Error> {
    let number = |name: &str| {
        args.get(name).and_then(Value::as_i64).and_then(|number| i32::try_from(number).ok())
    };
    let (from, to) = number("from").zip(number("to")).ok_or(Error::NotFound)?;
    results::diff(reader, id(args)?, from, to).await
}

/// Problems as a payload shows them.
pub fn problems(problems: &[Problem]) -> Value {
    problems
        .iter()
        .map(|problem| {
            json!({
                "cell": problem.cell.to_string(),
                "indicator": problem.cell.indicator,
                "rule": problem.rule,
                "severity": problem.severity.code(),
                "message": { "ko": problem.message.ko, "en": problem.message.en },
                "value": problem.value,
                "isJustified": problem.is_justified,
            })
        })
        .collect()
}

/// The shapes declared here.
pub const SHAPES: &[Shape] = &[
    Shape {
        name: "ValidationProblem",
        description: "점검 결과 항목. What is wrong with a cell.",
        fields: &[
            ("cell", "String!", "셀. Address of the cell."),
            ("indicator", "String!", "지표 코드. Indicator."),
            (
                "rule",
                "String!",
                "규칙 코드. Rule of the programme, or REQUIRED, SUM, BREAKDOWN, REASON, RANGE, OUTLIER.",
            ),
            (
                "severity",
                "Severity!",
                "심각도. ERROR keeps it from being handed in, WARNING asks for a comment.",
            ),
            ("message", "LocalizedText!", "안내. What to put right."),
            ("value", "String", "값. The value given."),
            (
                "isJustified",
                "Boolean!",
                "소명 여부. Whether it is a warning whose cell has a comment, which answers it; false for errors.",
            ),
        ],
    },
    Shape {
        name: "SubmissionCheck",
        description: "제출 점검 결과. What is wrong with a submission's values.",
        fields: &[
            ("submission", "Submission", "제출. The submission."),
            ("errorCount", "Int!", "오류 수. Problems that keep it from being handed in."),
            ("warningCount", "Int!", "경고 수. Problems that ask for a comment."),
            (
                "isReady",
                "Boolean!",
                "제출 가능 여부. Whether it can be submitted now: its state and the day allow it, it is not empty, no error is open and each warning has a comment.",
            ),
            ("problems", "[ValidationProblem!]!", "항목. At most 1,000, errors kept first."),
        ],
    },
    Shape {
        name: "SubmissionCellValue",
        description: "셀 값. What a cell says in a revision.",
        fields: &[
            ("state", "ValueState!", "구분. What it says."),
            ("value", "String", "값. Exact value as text."),
            ("reason", "String", "사유. Why there is no value."),
            ("comment", "String", "의견. Comment."),
            ("evidenceNote", "String", "증빙 설명. Where the evidence is, in words."),
        ],
    },
    Shape {
        name: "SubmissionCellChange",
        description: "셀 차이. A cell that differs.",
        fields: &[
            ("cell", "String!", "셀. Address of the cell."),
            (
                "before",
                "SubmissionCellValue",
                "앞 차수 값. What the one revision says; null if nothing.",
            ),
            ("after", "SubmissionCellValue", "뒤 차수 값. What the other says; null if nothing."),
        ],
    },
    Shape {
        name: "SubmissionFileChange",
        description: "증빙 차이. An evidence file that differs.",
        fields: &[
            (
                "indicator",
                "String",
                "지표 코드. Indicator whose values it shows; null for the whole.",
            ),
            ("name", "String!", "파일 이름. Name of the file."),
            (
                "before",
                "SubmissionFileContent",
                "앞 차수 파일. What the one revision has; null if nothing.",
            ),
            (
                "after",
                "SubmissionFileContent",
                "뒤 차수 파일. What the other has; null if nothing.",
            ),
        ],
    },
    Shape {
        name: "SubmissionFileContent",
        description: "증빙 내용. An evidence file as a revision has it.",
        fields: &[
            ("id", "ID!", "식별자. Id of the `SubmissionFile`, for `node(id:)`."),
            ("sha256", "String!", "해시. SHA-256 of the content, lower-case hexadecimal."),
            ("downloadPath", "String!", "내려받기 경로. Where it is read: `GET` with a token."),
        ],
    },
    Shape {
        name: "SubmissionDiff",
        description: "차수 비교 결과. What differs between two revisions.",
        fields: &[
            ("submission", "Submission", "제출. The submission."),
            ("from", "Int!", "앞 차수. Number of the one."),
            ("to", "Int!", "뒤 차수. Number of the other."),
            (
                "changes",
                "[SubmissionCellChange!]!",
                "차이. Cells that differ, by their address; at most 1,000.",
            ),
            ("isTruncated", "Boolean!", "생략 여부. Whether more cells differ."),
            (
                "files",
                "[SubmissionFileChange!]!",
                "증빙 차이. Evidence files that differ, by indicator and name; those of the whole first.",
            ),
        ],
    },
    Shape {
        name: "IndicatorSeries",
        description: "지표 시계열. An indicator over quarters, out of accepted values.",
        fields: &[
            ("indicator", "Indicator", "지표. Its newest revision."),
            ("by", "SeriesBreakdown!", "구분. How it is broken down."),
            ("points", "[IndicatorPoint!]!", "값. By quarter, then by key."),
            ("knownAt", "DateTime!", "기준 시각. Instant as of which values were accepted."),
            ("computedAt", "DateTime!", "산출 시각. When it was computed."),
            (
                "dataVersion",
                "Int!",
                "자료 판. Stands for the last change you may see: the same as long as nothing has changed. It has no order.",
            ),
        ],
    },
    Shape {
        name: "IndicatorPoint",
        description: "지표 값. An indicator in one quarter.",
        fields: &[
            ("quarter", "Quarter!", "분기. Quarter."),
            ("key", "String", "키. Code of the part; null for the whole."),
            ("label", "LocalizedText", "명칭. Name of the part."),
            (
                "value",
                "String",
                "값. Exact figure as text, brought together as the indicator says; null where it says that values are not.",
            ),
            ("number", "Float", "수치. The figure as a number, for charts."),
            (
                "base",
                "String",
                "기준값. Base of a weighted mean: the sum of the values of the indicator named in `weightedBy`, exact; null for other figures, whose base is `institutions`.",
            ),
            (
                "institutions",
                "Int!",
                "기관 수. Accepted values in it; a value without a weight is not in a weighted mean.",
            ),
            (
                "accepted",
                "Int!",
                "승인 수. Submissions accepted in the quarter, nil reports among them.",
            ),
            ("expected", "Int!", "제출 대상. Submissions expected in the quarter: the base."),
            ("target", "String", "목표값. What was to be reached."),
            ("targetRate", "Float", "달성률(%). value of target; null without one."),
        ],
    },
];
