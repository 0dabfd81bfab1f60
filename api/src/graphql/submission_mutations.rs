//! What is done with submissions, by the verbs of their states (`domain::submission`).

use serde_json::{Map, Value, json};

use super::mutation::{ERRORS, Fields, Mutation, refused_item, row, shown};
use super::results::problems;
use crate::domain::access::Needs;
use crate::error::Error;
use crate::input::{Call, Tagged};
use crate::mutation;
use crate::read::model::Shape;
use crate::read::{Act, global_id};
use crate::service::submission::Done;
use crate::service::submission::bulk::{
    self, AcceptSubmissions, Bulk, RemindSubmissions, SubmissionItem,
};
use crate::service::submission::draft::{self, SaveSubmissionDraft, Saved};
use crate::service::submission::evidence::{self, AttachEvidence, RemoveEvidence};
use crate::service::submission::extension::{
    self, DeclineExtension, GrantExtension, RequestExtension,
};
use crate::service::submission::hand_in::{
    self, RecallSubmission, ReportNilSubmission, SubmitSubmission,
};
use crate::service::submission::review::{
    self, AcceptSubmission, ReopenSubmission, RestateSubmission, ReturnSubmission,
    StartSubmissionReview,
};

/// The shapes declared here.
pub const SHAPES: &[Shape] = &[Shape {
    name: "SubmissionItem",
    description: "일괄 처리 결과 항목. Result for one of many.",
    fields: &[
        ("id", "ID!", "식별자. The submission."),
        ("isDone", "Boolean!", "처리 여부. Whether it was done."),
        ("errors", "[UserError!]!", "오류. What kept it from being done."),
    ],
}];

const SUBMISSION: Fields = &[
    ("submission", "Submission", "제출. The submission as it is now; null if nothing was done."),
    (
        "revision",
        "SubmissionRevision",
        "차수. The revision submitted or decided on, with its receipt; null where there is none.",
    ),
    ERRORS,
];
const SAVED: Fields = &[
    ("submission", "Submission", "제출. The submission as it is now; null if nothing was done."),
    ("created", "Int", "신규. Cells that were empty."),
    ("updated", "Int", "변경. Cells that said something else."),
    ("unchanged", "Int", "동일. Cells that said the same."),
    ("cleared", "Int", "삭제. Cells cleared."),
    (
        "problems",
        "[ValidationProblem!]",
        "점검 결과. What is wrong with all values as they stand; a draft may be wrong.",
    ),
    ERRORS,
];
const EVIDENCE: Fields = &[
    ("submission", "Submission", "제출. The submission as it is now; null if nothing was done."),
    (
        "file",
        "SubmissionFile",
        "증빙 파일. The file; null if nothing was done, or it is gone since the call was made first.",
    ),
    ERRORS,
];
const WITHOUT: Fields = &[
    ("submission", "Submission", "제출. The submission as it is now; null if nothing was done."),
    ERRORS,
];
const ITEMS: Fields = &[
    (
        "items",
        "[SubmissionItem!]",
        "항목. One for each submission named, in the order given; null if nothing was tried.",
    ),
    ERRORS,
];

/// The mutations declared here.
pub fn mutations() -> Vec<Mutation> {
    vec![
        mutation!(
            SaveSubmissionDraft,
            Needs::Submit,
            SAVED,
            "저장. Saves values, all or none; the first saving begins the draft.",
            |act, input| saved(draft::save(act.db, act.author, input).await)
        ),
        mutation!(
            AttachEvidence,
            Needs::Submit,
            EVIDENCE,
            "증빙 첨부. Attaches an evidence file that came with the call to a submission or its values of an indicator, up to 10 MB, where values can be saved; larger ones by `PUT /submissions/{id}/files/{name}`.",
            |act, input| {
                let (submission, file) = evidence::attach(act, input).await?;
                Ok(Map::from_iter([
                    ("submission".to_owned(), submission.to_string().into()),
                    ("file".to_owned(), file.map(|id| id.to_string()).into()),
                ]))
            }
        ),
        mutation!(
            RemoveEvidence,
            Needs::Submit,
            WITHOUT,
            "증빙 삭제. Takes an evidence file off, where values can be saved; a revision submitted with it keeps it.",
            |act, input| row("submission", evidence::remove(act, input).await)
        ),
        mutation!(
            SubmitSubmission,
            Needs::Submit,
            SUBMISSION,
            "제출. Submits the values, and gives a receipt. Rejected while an error is open or a warning has no comment.",
            |act, input| done(hand_in::submit(act.db, act.author, input).await)
        ),
        mutation!(
            ReportNilSubmission,
            Needs::Submit,
            SUBMISSION,
            "실적 없음 보고. Submits a nil return, and gives a receipt.",
            |act, input| done(hand_in::report_nil(act.db, act.author, input).await)
        ),
        mutation!(
            RecallSubmission,
            Needs::Submit,
            SUBMISSION,
            "회수. Recalls what was submitted, before its review. It counts as not submitted, and is judged by when it is submitted again, unless it was returned before.",
            |act, input| done(hand_in::recall(act.db, act.author, input).await)
        ),
        mutation!(
            StartSubmissionReview,
            Needs::Review,
            SUBMISSION,
            "검토 시작. Begins the review; from then on it cannot be recalled.",
            |act, input| done(review::start(act.db, act.author, input).await)
        ),
        mutation!(
            ReturnSubmission,
            Needs::Review,
            SUBMISSION,
            "반려. Returns it with what needs correcting, cell by cell, and a resubmission deadline.",
            |act, input| done(review::return_to(act.db, act.author, input).await)
        ),
        mutation!(
            AcceptSubmission,
            Needs::Review,
            SUBMISSION,
            "승인. Accepts it; its figures count from then on. Nobody accepts what they submitted themselves.",
            |act, input| done(review::accept(act.db, act.author, input).await)
        ),
        mutation!(
            ReopenSubmission,
            Needs::Lead,
            SUBMISSION,
            "재개방. Opens an accepted one again; its figures cease to count.",
            |act, input| done(review::reopen(act.db, act.author, input).await)
        ),
        mutation!(
            RestateSubmission,
            Needs::Lead,
            SUBMISSION,
            "정정. Opens a submission of a final quarter in whatever state it is, to correct it or to supply it late. Its institution submits, a reviewer accepts, and it is final again; figures and completeness change at the acceptance.",
            |act, input| done(review::restate(act.db, act.author, input).await)
        ),
        mutation!(
            GrantExtension,
            Needs::Review,
            SUBMISSION,
            "기한연장. Moves the due date of what was never submitted. What was returned or recalled gets a later closing date only: an extension never makes a late submission on time. Not in a final quarter. Closes an open request as granted, whatever day it asked for.",
            |act, input| done(extension::grant(act.db, act.author, input).await)
        ),
        mutation!(
            RequestExtension,
            Needs::Submit,
            SUBMISSION,
            "기한연장 신청. Asks for a later deadline, where `grantExtension` could move it to that day; one request at a time. Submitting withdraws it.",
            |act, input| done(extension::request(act.db, act.author, input).await)
        ),
        mutation!(
            DeclineExtension,
            Needs::Review,
            SUBMISSION,
            "기한연장 불허. Declines the open request for an extension and says why; no deadline moves.",
            |act, input| done(extension::decline(act.db, act.author, input).await)
        ),
        mutation!(
            AcceptSubmissions,
            Needs::Review,
            ITEMS,
            "일괄 승인. Accepts many, each on its own.",
            |act, input| items(act, Bulk::Accept, &input.call, &input.items).await
        ),
        mutation!(
            RemindSubmissions,
            Needs::Review,
            ITEMS,
            "일괄 알림. Records that many were reminded, each on its own.",
            |act, input| items(act, Bulk::Remind, &input.call, &input.items).await
        ),
    ]
}

fn done(done: Result<Done, Error>) -> Result<Map<String, Value>, Error> {
    let Done { id, revision } = done?;
    Ok(Map::from_iter([
        ("submission".to_owned(), id.to_string().into()),
        ("revision".to_owned(), revision.map(|id| id.to_string()).into()),
    ]))
}

fn saved(saved: Result<Saved, Error>) -> Result<Map<String, Value>, Error> {
    let Saved { id, counts, problems: found } = saved?;
    Ok(Map::from_iter([
        ("submission".to_owned(), id.to_string().into()),
        ("created".to_owned(), counts.created.into()),
        ("updated".to_owned(), counts.updated.into()),
        ("unchanged".to_owned(), counts.unchanged.into()),
        ("cleared".to_owned(), counts.cleared.into()),
        ("problems".to_owned(), problems(&found)),
    ]))
}

async fn items(
    act: &Act<'_>,
    what: Bulk,
    call: &Call,
    items: &[SubmissionItem],
) -> Result<Map<String, Value>, Error> {
    // Each is a write of its own, and the payload reads none of their rows.
    let items = bulk::each(&act.db.direct(), act.author, what, (call, items)).await?;
    for item in &items {
        if let Some(error) = item.errors.first() {
            refused_item(act, call.action, "Submission", item.id, error.code);
        }
    }
    let items: Vec<Value> = items
        .iter()
        .map(|item| {
            json!({
                "id": global_id::encode(entity::submission::Entity::TAG, item.id),
                "isDone": item.errors.is_empty(),
                "errors": shown(act, &item.errors),
            })
        })
        .collect();
    Ok(Map::from_iter([("items".to_owned(), items.into())]))
}
