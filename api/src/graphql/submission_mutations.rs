//! What is done with submissions, by the verbs of code list 7; `service::submission` does it.

use chrono::NaiveDate;
use entity::submission_value::ValueState;
use futures_util::FutureExt;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::choices::{Input, InputField};
use super::mutation::{self, key_of, refused_item, root, run, shown};
use super::results::problems;
use super::submission::TAG;
use crate::domain::access::Aim;
use crate::error::Error;
use crate::read::catalog::Root;
use crate::read::model::Shape;
use crate::read::{Act, global_id};
use crate::service::programme::Named;
use crate::service::submission::bulk::{self, Bulk};
use crate::service::submission::draft::{self, Given};
use crate::service::submission::review::{self, Comment, Restatement};
use crate::service::submission::{Asked, Done, hand_in};
use crate::sheet;

const ID: InputField = ("id", "ID!", "식별자. The submission.");
const VERSION: InputField = (
    "expectedVersion",
    "Int!",
    "판. The version you saw; another one is a CONFLICT and nothing is done.",
);
const KEY: InputField = (
    "idempotencyKey",
    "String!",
    "멱등 키. A text of your own, 8 to 100 characters; repeating the call with it does nothing more and gives the same receipt.",
);

/// The shapes declared here.
pub const SHAPES: &[Shape] = &[
    Shape {
        name: "SubmissionPayload",
        description: "제출 작업 결과. What came of it.",
        fields: &[
            (
                "submission",
                "Submission",
                "제출. The submission as it is now; null if nothing was done.",
            ),
            (
                "revision",
                "SubmissionRevision",
                "차수. The revision handed in or decided on, with its receipt.",
            ),
            ("errors", "[UserError!]!", "입력 오류. What to put right; empty if it was done."),
        ],
    },
    Shape {
        name: "SaveSubmissionDraftPayload",
        description: "저장 결과. What came of saving values.",
        fields: &[
            (
                "submission",
                "Submission",
                "제출. The submission as it is now; null if nothing was done.",
            ),
            ("created", "Int", "신규. Cells that were empty."),
            ("updated", "Int", "변경. Cells that said something else."),
            ("unchanged", "Int", "동일. Cells that said the same."),
            ("cleared", "Int", "삭제. Cells taken out."),
            (
                "problems",
                "[ValidationProblem!]",
                "점검 결과. What is wrong with all values as they stand; a draft may be wrong.",
            ),
            (
                "errors",
                "[UserError!]!",
                "입력 오류. What to put right, each with the path of its value; nothing is saved unless empty.",
            ),
        ],
    },
    Shape {
        name: "SubmissionItem",
        description: "일괄 처리 결과 항목. What came of one of many.",
        fields: &[
            ("id", "ID!", "식별자. The submission."),
            ("isDone", "Boolean!", "처리 여부. Whether it was done."),
            ("errors", "[UserError!]!", "오류. What kept it from being done."),
        ],
    },
    Shape {
        name: "SubmissionItemsPayload",
        description: "일괄 처리 결과. What came of each, in the order given.",
        fields: &[
            (
                "items",
                "[SubmissionItem!]",
                "항목. One for each submission named; null if nothing was tried.",
            ),
            ("errors", "[UserError!]!", "입력 오류. What to put right in the call as a whole."),
        ],
    },
];

/// The input objects declared here.
pub const INPUTS: &[Input] = &[
    (
        "SubmissionValueInput",
        "값 입력. What a cell is to say.",
        &[
            ("indicator", "String!", "지표 코드. Indicator."),
            ("region", "String", "지역 코드. Region of a part, e.g. `KR-11`."),
            ("size", "BusinessSize", "기업 규모. Business size of a part."),
            ("industry", "String", "업종 코드. KSIC section or division of a part."),
            ("state", "ValueState", "값 구분. VALUE if a value is given."),
            (
                "value",
                "String",
                "값. Exact value as text, in the indicator's unit; commas and the unit itself (`1,094`, `1,094원`) may stand as in a file, another unit may not.",
            ),
            (
                "reason",
                "String",
                "사유. Why there is no value; needed for NOT_APPLICABLE and MISSING.",
            ),
            ("comment", "String", "의견. Comment, which also answers a warning."),
            ("evidence", "String", "증빙. Where the evidence is."),
            (
                "clear",
                "Boolean",
                "삭제. Whether the cell is to be taken out; beside anything but its address it is refused.",
            ),
        ],
    ),
    (
        "SaveSubmissionDraftInput",
        "저장. Values to be saved, all or none.",
        &[
            ID,
            VERSION,
            (
                "values",
                "[SubmissionValueInput!]!",
                "값. 1 to 1,000 cells; the others stay as they are.",
            ),
            KEY,
        ],
    ),
    (
        "SubmitSubmissionInput",
        "제출. What is to be handed in.",
        &[
            ID,
            VERSION,
            (
                "attestation",
                "Boolean!",
                "확인. True: the values are right to the best of the submitter's knowledge.",
            ),
            KEY,
        ],
    ),
    (
        "ReportNilSubmissionInput",
        "실적 없음 보고. That there is nothing to report.",
        &[ID, VERSION, ("reason", "String!", "사유. Why."), KEY],
    ),
    (
        "RecallSubmissionInput",
        "회수. What is to be taken back before its review.",
        &[ID, VERSION, KEY],
    ),
    ("StartSubmissionReviewInput", "검토 시작. What is to be reviewed.", &[ID, VERSION, KEY]),
    (
        "SubmissionCommentInput",
        "검토 의견. What is to be put right.",
        &[
            (
                "cell",
                "String",
                "셀. Address as `SubmissionValue.cell` has it: `CODE`, `CODE/KR-11//`; the whole if left out.",
            ),
            ("message", "String!", "의견. What is to be put right, 1 to 2,000 characters."),
        ],
    ),
    (
        "ReturnSubmissionInput",
        "반려. What is to be given back.",
        &[
            ID,
            VERSION,
            ("comments", "[SubmissionCommentInput!]!", "검토 의견. At least one, at most 500."),
            ("dueOn", "Date!", "보완 기한. Day by which it must come again."),
            KEY,
        ],
    ),
    ("AcceptSubmissionInput", "승인. What is to be accepted.", &[ID, VERSION, KEY]),
    (
        "ReopenSubmissionInput",
        "재개방. What is to be opened again after it was accepted.",
        &[
            ID,
            VERSION,
            ("reason", "String!", "사유. Why."),
            ("dueOn", "Date!", "보완 기한. Day by which it must come again."),
            KEY,
        ],
    ),
    (
        "RestateSubmissionInput",
        "정정. A submission of a final quarter to be opened; statistics count it as it is until the new figures are accepted.",
        &[
            ID,
            VERSION,
            ("reason", "String!", "사유. Why, for the file."),
            ("publicNote", "LocalizedTextInput!", "공개 설명. What the public is told."),
            KEY,
        ],
    ),
    (
        "GrantExtensionInput",
        "기한연장. A deadline to be moved.",
        &[
            ID,
            VERSION,
            ("reason", "String!", "사유. Why."),
            (
                "expiresOn",
                "Date!",
                "연장 기한. Last day of the extension: later than the due date, or than the closing date of what was submitted before; at most a year ahead.",
            ),
            KEY,
        ],
    ),
    ("SubmissionItemInput", "일괄 처리 항목. One of many.", &[ID, VERSION]),
    (
        "SubmissionItemsInput",
        "일괄 처리. Submissions, each handled on its own.",
        &[("items", "[SubmissionItemInput!]!", "항목. 1 to 100 submissions."), KEY],
    ),
];

const SUBMITS: (Aim, &str) = (Aim::Submit, "Needs `results:submit` of the institution.");
const REVIEWS: (Aim, &str) = (
    Aim::Review,
    "Needs `results:review` of an institution that runs the programme, not the one that reports.",
);
const LEADS: (Aim, &str) = (Aim::Lead, "Needs `results:review` of the ministry.");

fn verb(
    name: &'static str,
    (text, (aim, needs)): (&str, (Aim, &str)),
    input: &'static str,
    action: crate::read::catalog::Action,
) -> Root {
    let text = format!("{text} {needs}");
    root(aim, name, &text, input, "SubmissionPayload", action)
}

/// The fields of the mutation's root declared here.
pub fn mutations() -> Vec<Root> {
    vec![
        root(
            SUBMITS.0,
            "saveSubmissionDraft",
            &format!(
                "저장. Saves values, all or none; the first saving begins the draft. {}",
                SUBMITS.1
            ),
            "SaveSubmissionDraftInput",
            "SaveSubmissionDraftPayload",
            |act, args| run(act, "saveSubmissionDraft", args, save).boxed(),
        ),
        verb(
            "submitSubmission",
            (
                "제출. Hands the values in, and gives a receipt. Refused while an error is open or a warning has no comment.",
                SUBMITS,
            ),
            "SubmitSubmissionInput",
            |act, args| {
                run(act, "submitSubmission", args, |act, input: Submit| async move {
                    let asked = input.asked.checked()?;
                    done(hand_in::submit(act.db, act.author, &asked, input.attestation).await?)
                })
                .boxed()
            },
        ),
        verb(
            "reportNilSubmission",
            (
                "실적 없음 보고. Reports that there is nothing to report, and gives a receipt.",
                SUBMITS,
            ),
            "ReportNilSubmissionInput",
            |act, args| {
                run(act, "reportNilSubmission", args, |act, input: Reasoned| async move {
                    let asked = input.asked.checked()?;
                    done(hand_in::report_nil(act.db, act.author, &asked, &input.reason).await?)
                })
                .boxed()
            },
        ),
        verb(
            "recallSubmission",
            (
                "회수. Takes back what was submitted, before its review. It counts as not submitted, and is judged by when it is submitted again, unless it was returned before.",
                SUBMITS,
            ),
            "RecallSubmissionInput",
            |act, args| {
                run(act, "recallSubmission", args, |act, input: Wish| async move {
                    done(hand_in::recall(act.db, act.author, &input.checked()?).await?)
                })
                .boxed()
            },
        ),
        verb(
            "startSubmissionReview",
            ("검토 시작. Begins the review; from then on it cannot be taken back.", REVIEWS),
            "StartSubmissionReviewInput",
            |act, args| {
                run(act, "startSubmissionReview", args, |act, input: Wish| async move {
                    done(review::start(act.db, act.author, &input.checked()?).await?)
                })
                .boxed()
            },
        ),
        verb(
            "returnSubmission",
            (
                "반려. Gives it back with what is to be put right, cell by cell, and a new due date.",
                REVIEWS,
            ),
            "ReturnSubmissionInput",
            |act, args| {
                run(act, "returnSubmission", args, |act, input: Return| async move {
                    let asked = input.asked.checked()?;
                    let comments: Vec<Comment> =
                        input.comments.into_iter().map(Into::into).collect();
                    done(
                        review::return_to(act.db, act.author, &asked, &comments, input.due_on)
                            .await?,
                    )
                })
                .boxed()
            },
        ),
        verb(
            "acceptSubmission",
            (
                "승인. Accepts it; its figures count from then on. Nobody accepts what it handed in itself.",
                REVIEWS,
            ),
            "AcceptSubmissionInput",
            |act, args| {
                run(act, "acceptSubmission", args, |act, input: Wish| async move {
                    done(review::accept(act.db, act.author, &input.checked()?).await?)
                })
                .boxed()
            },
        ),
        verb(
            "reopenSubmission",
            ("재개방. Opens an accepted one again; its figures cease to count.", LEADS),
            "ReopenSubmissionInput",
            |act, args| {
                run(act, "reopenSubmission", args, |act, input: Reopen| async move {
                    let asked = input.asked.checked()?;
                    done(
                        review::reopen(act.db, act.author, &asked, &input.reason, input.due_on)
                            .await?,
                    )
                })
                .boxed()
            },
        ),
        verb(
            "restateSubmission",
            (
                "정정. Opens a submission of a final quarter in whatever state it is, to correct it or to supply it late. Its institution submits, a reviewer accepts, and it is final again; figures and completeness change at the acceptance.",
                LEADS,
            ),
            "RestateSubmissionInput",
            |act, args| {
                run(act, "restateSubmission", args, |act, input: Restate| async move {
                    let asked = input.asked.checked()?;
                    let restatement = Restatement {
                        reason: input.reason,
                        note_ko: input.public_note.ko,
                        note_en: input.public_note.en,
                    };
                    done(review::restate(act.db, act.author, &asked, &restatement).await?)
                })
                .boxed()
            },
        ),
        verb(
            "grantExtension",
            (
                "기한연장. Moves the due date of what was never submitted. What was returned or recalled gets a later closing date only: an extension never makes a late submission on time. Not in a final quarter.",
                REVIEWS,
            ),
            "GrantExtensionInput",
            |act, args| {
                run(act, "grantExtension", args, |act, input: Extend| async move {
                    let asked = input.asked.checked()?;
                    done(
                        review::extend(act.db, act.author, &asked, &input.reason, input.expires_on)
                            .await?,
                    )
                })
                .boxed()
            },
        ),
        root(
            REVIEWS.0,
            "acceptSubmissions",
            &format!("일괄 승인. Accepts many, each on its own. {}", REVIEWS.1),
            "SubmissionItemsInput",
            "SubmissionItemsPayload",
            |act, args| {
                run(act, "acceptSubmissions", args, |act, input: Items| {
                    each(act, Bulk::Accept, input)
                })
                .boxed()
            },
        ),
        root(
            REVIEWS.0,
            "remindSubmissions",
            &format!("일괄 알림. Notes that many were reminded of, each on its own. {}", REVIEWS.1),
            "SubmissionItemsInput",
            "SubmissionItemsPayload",
            |act, args| {
                run(act, "remindSubmissions", args, |act, input: Items| {
                    each(act, Bulk::Remind, input)
                })
                .boxed()
            },
        ),
    ]
}

/// What every verb's input holds.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wish {
    id: String,
    expected_version: i32,
    idempotency_key: String,
}

impl Wish {
    fn checked(&self) -> Result<Asked, Error> {
        let id = key_of(TAG, &self.id)?;
        Ok(Asked { id, version: self.expected_version, key: self.idempotency_key.clone() })
    }
}

#[derive(Deserialize)]
struct Submit {
    #[serde(flatten)]
    asked: Wish,
    attestation: bool,
}

#[derive(Deserialize)]
struct Reasoned {
    #[serde(flatten)]
    asked: Wish,
    reason: String,
}

#[derive(Deserialize)]
struct CommentInput {
    #[serde(default)]
    cell: Option<String>,
    message: String,
}

impl From<CommentInput> for Comment {
    fn from(input: CommentInput) -> Self {
        let CommentInput { cell, message } = input;
        Self { cell, message }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Return {
    #[serde(flatten)]
    asked: Wish,
    comments: Vec<CommentInput>,
    due_on: NaiveDate,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reopen {
    #[serde(flatten)]
    asked: Wish,
    reason: String,
    due_on: NaiveDate,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Restate {
    #[serde(flatten)]
    asked: Wish,
    reason: String,
    public_note: Named,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Extend {
    #[serde(flatten)]
    asked: Wish,
    reason: String,
    expires_on: NaiveDate,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct ValueInput {
    indicator: String,
    region: Option<String>,
    size: Option<String>,
    industry: Option<String>,
    state: Option<ValueState>,
    value: Option<String>,
    reason: Option<String>,
    comment: Option<String>,
    evidence: Option<String>,
    clear: Option<bool>,
}

#[derive(Deserialize)]
struct Save {
    #[serde(flatten)]
    asked: Wish,
    values: Vec<ValueInput>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    id: String,
    expected_version: i32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Items {
    items: Vec<Item>,
    idempotency_key: String,
}

fn done(done: Done) -> Result<Map<String, Value>, Error> {
    let mut payload = Map::new();
    payload.insert("submission".to_owned(), done.id.to_string().into());
    payload.insert("revision".to_owned(), done.revision.map(|id| id.to_string()).into());
    Ok(payload)
}

impl From<ValueInput> for Given {
    fn from(input: ValueInput) -> Self {
        let text = Option::unwrap_or_default;
        Self {
            clear: input.clear.unwrap_or(false),
            cell: sheet::Cell {
                indicator: input.indicator,
                region: text(input.region),
                size: text(input.size),
                industry: text(input.industry),
                state: input.state.map(|state| state.code().to_owned()).unwrap_or_default(),
                value: text(input.value),
                reason: text(input.reason),
                comment: text(input.comment),
                evidence: text(input.evidence),
            },
        }
    }
}

async fn save(act: &Act<'_>, input: Save) -> Result<Map<String, Value>, Error> {
    let asked = input.asked.checked()?;
    let given: Vec<Given> = input.values.into_iter().map(Into::into).collect();
    let saved = draft::save(act.db, act.author, &asked, &given).await?;
    let payload = json!({
        "submission": saved.id.to_string(),
        "created": saved.counts.created,
        "updated": saved.counts.updated,
        "unchanged": saved.counts.unchanged,
        "cleared": saved.counts.cleared,
        "problems": problems(&saved.problems),
    });
    match payload {
        Value::Object(payload) => Ok(payload),
        _ => Err(Error::internal("a payload that is no object")),
    }
}

async fn each(act: &Act<'_>, what: Bulk, input: Items) -> Result<Map<String, Value>, Error> {
    let place = |at: usize| ["items", &at.to_string(), "id"].map(str::to_owned).to_vec();
    let ids = input.items.iter().enumerate().map(|(at, item)| (place(at), item.id.as_str()));
    let ids = mutation::keys_of(TAG, ids)?;
    let asked = ids.into_iter().zip(&input.items).map(|(id, item)| Asked {
        id,
        version: item.expected_version,
        key: format!("{}#{id}", input.idempotency_key),
    });
    let asked: Vec<Asked> = asked.collect();
    // Each is a write of its own, and the payload reads none of their rows.
    let items = bulk::each(&act.db.direct(), act.author, what, &asked).await?;
    let action = match what {
        Bulk::Accept => "acceptSubmissions",
        Bulk::Remind => "remindSubmissions",
    };
    for item in &items {
        if let Some(error) = item.errors.first() {
            refused_item(act, action, "Submission", item.id, error.code);
        }
    }
    let items: Vec<Value> = items
        .iter()
        .map(|item| {
            json!({
                "id": global_id::encode(TAG, item.id),
                "isDone": item.errors.is_empty(),
                "errors": shown(act, &item.errors),
            })
        })
        .collect();
    Ok(Map::from_iter([("items".to_owned(), items.into())]))
}
