//! Submissions 제출 and what belongs to them: values, revisions, comments, extensions and requests for them. What is done with
//! them is in `submission_mutations`, what is asked about them in `results`.

use entity::adoption_case::BusinessSize;
use entity::common::Origin;
use entity::extension_request::ExtensionRequestStatus;
use entity::reporting_period::PeriodState;
use entity::submission::{Column as C, SubmissionStatus};
use entity::submission_value::ValueState;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::api_client::permission;
use super::audit_event::WITHHELD;
use super::document::Downloaded as _;
use super::result_statistics;
use crate::domain::access;
use crate::domain::due_date::Reminder;
use crate::domain::submission::{self as rules, Facts, NotReady, Verb, WaitsFor};
use crate::error::{Error, Message};
use crate::input::Tagged;
use crate::read::Reader;
use crate::read::catalog::{Root, RootKind, page_args};
use crate::read::model::{
    Arg, Args, Column, Filter, Guard, List, Scalar, Shape, Source, Through, Type,
};
use crate::read::sql::Sql;
use crate::service::submission::actor;

/// Tag of a submission's id.
pub const TAG: [u8; 2] = entity::submission::Entity::TAG;

/// The types declared here.
pub fn types() -> Vec<Type> {
    vec![
        submission(),
        submission_value(),
        submission_file(),
        submission_revision(),
        submission_comment(),
        extension(),
        extension_request(),
    ]
}

fn submission() -> Type {
    let ty = Type::rows::<entity::submission::Entity>(
        "Submission",
        TAG,
        Guard::Result,
        "제출. An expected result: institution × programme × quarter. Seen by its institution, and by those who run the programme.",
    )
    .unfiltered(&["nilReason", "cellCount"]);
    let judged = vec![
        expression(counted_status, Scalar::Text),
        expression(counted_on_time, Scalar::Boolean),
        expression(period_state, Scalar::Text),
        expression(opens_on, Scalar::Date),
        ty.input(C::DueOn),
    ];
    let acted = vec![
        ty.input(C::Status),
        ty.input(C::ReviewStartedAt),
        expression(period_state, Scalar::Text),
        expression(opens_on, Scalar::Date),
        ty.input(C::LocksOn),
        ty.input(C::IsRestatement),
        expression(institution_key, Scalar::Text),
        ty.input(C::SubmittedBy),
        expression(has_something, Scalar::Boolean),
        ty.input(C::CellCount),
        expression(is_requested, Scalar::Boolean),
    ];
    let timed = vec![
        expression(opens_on, Scalar::Date),
        ty.input(C::FirstSubmittedAt),
        ty.input(C::ReturnedAt),
        ty.input(C::SubmittedAt),
        ty.input(C::AcceptedAt),
    ];
    let waiting = || {
        vec![
            ty.input(C::Status),
            expression(period_state, Scalar::Text),
            ty.input(C::IsRestatement),
        ]
    };
    let mut due = waiting();
    due.extend([ty.input(C::DueOn), ty.input(C::ReturnDueOn)]);
    let waiting = waiting();
    ty.owned(&[C::InstitutionId])
        .one("institution", C::InstitutionId, "Institution", "제출 기관. Institution that reports.")
        .one("programme", C::ProgrammeId, "Programme", "사업. Programme.")
        .one("period", C::PeriodId, "ReportingPeriod", "보고기간. Reporting period.")
        .quarter("quarter", C::Quarter, "분기. Quarter.")
        .choice("status", C::Status, SubmissionStatus::CHOICE, "상태. Where it stands.")
        .computed("completeness", "Completeness!", judged, completeness, "이행 구분. How complete it is, as statistics count it; in a final quarter it changes only when a restatement is accepted.")
        .computed("waitsFor", "WaitsFor!", waiting, waits_for, "처리 주체. Who must act next; in a final quarter nobody, unless a restatement is open.")
        .column("isNil", C::IsNil, "실적 없음 여부. Whether it was reported that there is nothing to report.")
        .column("nilReason", C::NilReason, "실적 없음 사유. Why.")
        .column("dueOn", C::DueOn, "제출 기한. Last day to be on time, extensions counted in.")
        .column("originalDueOn", C::OriginalDueOn, "당초 기한. Due date by the rule.")
        .column("locksOn", C::LocksOn, "접수 마감일. Last day on which it is accepted for review at all, extensions and returns counted in; a restatement has none.")
        .column("returnDueOn", C::ReturnDueOn, "보완 기한. Day by which what was returned must come again.")
        .computed("daysLeft", "Int", due, days_left, "남은 일수. Days until `dueOn`, or until `returnDueOn` of what is due again; negative when overdue, also while it is still taken (`locksOn`, which an extension moves then), null if nobody waits for it or a restatement has no due date.")
        .column("startedAt", C::StartedAt, "작성 시작 시각. When something was first saved.")
        .column("firstSubmittedAt", C::FirstSubmittedAt, "최초 제출 시각. When it was first handed in.")
        .column("isOnTime", C::IsOnTime, "기한 내 여부. Whether it was first submitted by the due date; null until then, and after a recall until it is submitted again, unless it was returned before.")
        .column("submittedAt", C::SubmittedAt, "제출 시각. When it was last handed in.")
        .column("submittedBy", C::SubmittedBy, "제출자. Client that last submitted it.")
        .one_by("submittedByInstitution", Source::Expression(submitter), "Institution", "Institution", "제출자 소속 기관. Institution of that client; null until it is submitted.")
        .column("reviewStartedAt", C::ReviewStartedAt, "검토 시작 시각. When the review began; from then on it cannot be recalled.")
        .expression("reviewedBy", Scalar::Text, "String", reviewed_by, "검토자. Client that reviews or reviewed it; WITHHELD from who does not run the programme.")
        .one("reviewedByInstitution", C::ReviewedByInstitutionId, "Institution", "검토자 소속 기관. Institution of that client; null if nobody reviewed it or it is not known.")
        .column("returnedAt", C::ReturnedAt, "반려 시각. When it was last returned.")
        .column("acceptedAt", C::AcceptedAt, "승인 시각. When it was accepted.")
        .expression("acceptedBy", Scalar::Text, "String", accepted_by, "승인자. Client that accepted it; WITHHELD from who does not run the programme.")
        .one("acceptedByInstitution", C::AcceptedByInstitutionId, "Institution", "승인자 소속 기관. Institution of that client; null if it is not accepted or not known.")
        .column("reason", C::Reason, "사유. Why it was returned, reopened or restated last.")
        .column("remindedAt", C::RemindedAt, "알림 시각. When it was last reminded of.")
        .column("revision", C::Revision, "최근 차수. Number of the last revision handed in; 0 for none.")
        .column("isRestatement", C::IsRestatement, "정정 여부. Whether it was opened in a final quarter, to be corrected or supplied late, and is not accepted yet. Until then statistics count it as before.")
        .column("cellCount", C::CellCount, "값 수. Cells filled in.")
        .computed("clocks", "SubmissionClocks!", timed, clocks, "처리 기간. How long each side took.")
        .computed("viewerCan", "SubmissionActions!", acted, viewer_can, "가능한 작업. What the caller may do with it now, and if not, why.")
        .many("values", entity::submission_value::Column::SubmissionId, "SubmissionValue", &["cell"], "값. Values as they stand, or as a revision had them.")
        .narrowed(as_of(), of_revision)
        .many("files", entity::submission_file::Column::SubmissionId, "SubmissionFile", &["name"], "증빙 파일. Evidence as it stands, or as a revision had it: of the whole and of its values.")
        .narrowed(as_of(), of_revision)
        .many("revisions", entity::submission_revision::Column::SubmissionId, "SubmissionRevision", &["-number"], "차수. What was handed in, newest first.")
        .many("comments", entity::submission_comment::Column::SubmissionId, "SubmissionComment", &["created_at"], "검토 의견. What reviewers asked to put right.")
        .many("extensions", entity::extension::Column::SubmissionId, "Extension", &["created_at"], "기한연장. Extensions granted.")
        .many("extensionRequests", entity::extension_request::Column::SubmissionId, "ExtensionRequest", &["-created_at"], "기한연장 신청. Requests for an extension, newest first.")
        .choice("origin", C::Origin, Origin::CHOICE, "출처 구분. User entry or illustration.")
        .column("version", C::Version, "판. Version, counted up by each write; a write names the version it saw. Reminders and deadlines that moved since are in no write's way, but in that of another of their kind.")
        .column("createdAt", C::CreatedAt, "생성 시각. Instant of creation.")
        .column("updatedAt", C::UpdatedAt, "수정 시각. Instant of the last write.")
        .sorted(&["-quarter"])
        .orderable("QUARTER", "quarter")
        .orderable("DUE_ON", "due_on")
        .filter(Filter {
            name: "isOverdue",
            ty: "Boolean",
            description: "기한 경과 여부. Due, or due again, before today, and not handed in.",
            condition: is_overdue,
        })
        .filter(Filter {
            name: "waitsFor",
            ty: "WaitsFor",
            description: "처리 주체. Who must act next.",
            condition: waits_for_is,
        })
        .filter(Filter {
            name: "reminderDue",
            ty: "ReminderKind",
            description: "알림 대상. Not handed in, and so many days before or after its due date today.",
            condition: reminder_due,
        })
        .list("submissions")
        .exported("submissions", &["id", "institution.code", "institution.name.ko", "programme.code", "programme.name.ko", "quarter", "status", "completeness", "waitsFor", "isNil", "nilReason", "dueOn", "originalDueOn", "locksOn", "returnDueOn", "daysLeft", "startedAt", "firstSubmittedAt", "isOnTime", "submittedAt", "submittedByInstitution.code", "returnedAt", "acceptedAt", "revision", "isRestatement", "cellCount", "reason", "origin", "version", "updatedAt"])
        .statistics(result_statistics::of_submissions())
}

fn submission_value() -> Type {
    use entity::submission_value::Column as C;
    let ty = Type::rows::<entity::submission_value::Entity>(
        "SubmissionValue",
        *b"SV",
        Guard::Result,
        "제출 값. A cell of a submission: an indicator's total, or a part of it by region, size, industry.",
    )
    .unfiltered(&["comment", "evidenceNote"]);
    let number = vec![ty.input(C::Value), ty.input(C::Scaled)];
    ty.owned(&[C::InstitutionId])
        .one("submission", C::SubmissionId, "Submission", "제출. Submission.")
        .one("institution", C::InstitutionId, "Institution", "제출 기관. Institution that reports.")
        .one("indicator", C::IndicatorId, "Indicator", "지표. Indicator.")
        .column(
            "cell",
            C::Cell,
            "셀. Address by codes: `INDICATOR` for a total, `INDICATOR/KR-11/SMALL/C` for a part.",
        )
        .expression("isTotal", Scalar::Boolean, "Boolean!", is_total, "합계 여부. Whether it is the indicator's total; the others are parts of one, so a sum over both counts twice.")
        .one("region", C::RegionId, "Region", "지역. Region of the part.")
        .choice("size", C::Size, BusinessSize::CHOICE, "기업 규모. Business size of the part.")
        .one("industry", C::IndustryId, "Industry", "업종. Industry of the part.")
        .choice("state", C::State, ValueState::CHOICE, "구분. What the cell says.")
        .column(
            "value",
            C::Value,
            "값. Exact value as text, in the indicator's unit: `1200`, `12.5`, `true`.",
        )
        .computed(
            "number",
            "Float",
            number,
            number_of,
            "수치. The value as a number, for charts; not exact beyond 2^53.",
        )
        .column("reason", C::Reason, "사유. Why there is no value.")
        .column("comment", C::Comment, "의견. Comment, which also answers a warning.")
        .column("evidenceNote", C::EvidenceNote, "증빙 설명. Where the evidence is, in words; the files are `files`.")
        .through("files", FILES, "SubmissionFile", &["name"], "증빙 파일. Evidence of its indicator in the submission as it stands, or as a revision had it.")
        .narrowed(as_of(), of_revision)
        .column("firstRevision", C::FirstRevision, "시작 차수. First revision that holds it.")
        .column(
            "lastRevision",
            C::LastRevision,
            "끝 차수. Last revision that holds it; null while it stands.",
        )
        .sorted(&["cell"])
        .exported(
            "values",
            &[
                "id",
                "submission.institution.code",
                "submission.programme.code",
                "submission.quarter",
                "submission.status",
                "indicator.code",
                "indicator.revision",
                "indicator.name.ko",
                "indicator.unit",
                "indicator.aggregation",
                "cell",
                "isTotal",
                "region.code",
                "size",
                "industry.code",
                "state",
                "value",
                "number",
                "reason",
                "comment",
                "evidenceNote",
                "firstRevision",
                "lastRevision",
                "submission.origin",
            ],
        )
        .statistics(result_statistics::of_values())
}

/// Which revision a list is asked of.
fn as_of() -> Arg {
    Arg::new(
        "revision",
        "Int",
        "차수. Number of a revision; what stands now if left out, nothing if there is no such revision.",
    )
}

/// Files by the values that they show: those of their indicator in their submission.
const FILES: Through = Through {
    table: "(SELECT v.id AS value_id, f.id AS file_id FROM submission_value v JOIN submission_file f \
        ON f.submission_id = v.submission_id AND f.indicator_id = v.indicator_id)",
    parent: "value_id",
    target: "file_id",
};

fn submission_file() -> Type {
    use entity::submission_file::Column as C;
    Type::rows::<entity::submission_file::Entity>(
        "SubmissionFile",
        entity::submission_file::Entity::TAG,
        Guard::Result,
        "증빙 파일. A file that shows what a submission says, of the whole or of the values of an indicator; seen by who sees its values.",
    )
    .owned(&[C::InstitutionId])
    .one("submission", C::SubmissionId, "Submission", "제출. Submission.")
    .one("indicator", C::IndicatorId, "Indicator", "지표. Indicator whose values it shows; null for the whole.")
    .column("name", C::Name, "파일 이름. Name with its extension.")
    .column("mediaType", C::MediaType, "형식. Media type (RFC 6838), as read from the content.")
    .column("byteSize", C::ByteSize, "크기. Size in bytes.")
    .column("sha256", C::Sha256, "해시. SHA-256 of the content, lower-case hexadecimal.")
    .downloaded::<entity::submission_file::Entity>()
    .column("addedBy", C::AddedBy, "첨부자. Client that attached it.")
    .column("addedAt", C::AddedAt, "첨부 시각. When it was attached.")
    .column("firstRevision", C::FirstRevision, "시작 차수. First revision that holds it.")
    .column("lastRevision", C::LastRevision, "끝 차수. Last revision that holds it; null while it stands.")
    .sorted(&["name"])
    .unfiltered(&["byteSize"])
}

/// The root fields declared here.
pub fn roots() -> Vec<Root> {
    let mut args = vec![Arg {
        name: "includeSuperseded",
        ty: "Boolean!".into(),
        default: Some("false"),
        description: "이전 값 포함. Whether values that earlier revisions held are listed as well, beside those that stand.".into(),
    }];
    args.extend(page_args("SubmissionValue", false));
    vec![Root {
        name: "submissionValues",
        description: "제출 값 목록. Values of all submissions that the caller may see, in the order in which they came to be.".into(),
        ty: "SubmissionValueConnection".into(),
        args,
        kind: RootKind::List(List {
            target: "SubmissionValue",
            link: None,
            sorted: Vec::new(),
            condition: Some(standing),
            weight: |_| 0,
        }),
    }]
}

/// Adds the condition that a value stands now, unless all are wanted.
fn standing(_: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Result<(), Error> {
    if args.get("includeSuperseded").and_then(Value::as_bool) == Some(true) {
        sql.push("TRUE");
    } else {
        sql.column(alias, "last_revision").push(" IS NULL");
    }
    Ok(())
}

fn is_total(_: &Reader<'_>, sql: &mut Sql, alias: &str, _: &Args, _: &Args) -> Result<(), Error> {
    sql.push("(").column(alias, "region_id").push(" IS NULL AND ").column(alias, "size");
    sql.push(" IS NULL AND ").column(alias, "industry_id").push(" IS NULL)");
    Ok(())
}

fn submission_revision() -> Type {
    use entity::submission_revision::Column as C;
    Type::rows::<entity::submission_revision::Entity>(
        "SubmissionRevision",
        *b"RV",
        Guard::Result,
        "제출 차수. What was handed in at once. Its values never change.",
    )
    .owned(&[C::InstitutionId])
    .one("submission", C::SubmissionId, "Submission", "제출. Submission.")
    .column("number", C::Number, "차수. Number, from 1.")
    .column("receipt", C::Receipt, "접수 번호. Receipt number.")
    .column("contentHash", C::ContentHash, "내용 해시. SHA-256 over its values and evidence files; `docs/reporting.md` tells how, so that others can check a receipt.")
    .column("cellCount", C::CellCount, "값 수. Cells in it.")
    .column("isNil", C::IsNil, "실적 없음 여부. Whether it says that there is nothing to report.")
    .column("nilReason", C::NilReason, "실적 없음 사유. Why.")
    .column("isOnTime", C::IsOnTime, "기한 내 여부. Whether it came by the due date of that time.")
    .column("submittedAt", C::SubmittedAt, "제출 시각. When it was handed in.")
    .column("submittedBy", C::SubmittedBy, "제출자. Client that submitted it.")
    .one("submittedByInstitution", C::InstitutionId, "Institution", "제출자 소속 기관. Institution of that client.")
    .column("acceptedAt", C::AcceptedAt, "승인 시각. When it was accepted; its figures count from then on.")
    .expression("acceptedBy", Scalar::Text, "String", accepted_by, "승인자. Client that accepted it; WITHHELD from who does not run the programme.")
    .one("acceptedByInstitution", C::AcceptedByInstitutionId, "Institution", "승인자 소속 기관. Institution of that client; null if it was not accepted or is not known.")
    .column("supersededAt", C::SupersededAt, "효력 종료 시각. When its figures ceased to count.")
    .column("restatementReason", C::RestatementReason, "정정 사유. Why final figures were put right.")
    .localized("publicNote", C::PublicNoteKo, C::PublicNoteEn, "공개 설명. What the public is told of it.")
    .sorted(&["-submitted_at"])
    .orderable("SUBMITTED_AT", "submitted_at")
    .list("submissionRevisions")
    .lookup("receipt", "receipt")
    .unfiltered(&["contentHash", "nilReason", "restatementReason", "publicNote", "cellCount", "supersededAt"])
}

fn submission_comment() -> Type {
    use entity::submission_comment::Column as C;
    Type::rows::<entity::submission_comment::Entity>(
        "SubmissionComment",
        *b"SC",
        Guard::Result,
        "검토 의견. What a reviewer asks to put right, cell by cell.",
    )
    .owned(&[C::InstitutionId])
    .one("submission", C::SubmissionId, "Submission", "제출. Submission.")
    .column("revision", C::Revision, "차수. Revision it is about.")
    .one(
        "indicator",
        C::IndicatorId,
        "Indicator",
        "지표. Indicator it is about; null for the whole.",
    )
    .column("cell", C::Cell, "셀. Address of the cell; null for the whole.")
    .column("message", C::Message, "의견. What is to be put right.")
    .expression(
        "author",
        Scalar::Text,
        "String!",
        author,
        "작성자. Client that wrote it; WITHHELD from who does not run the programme.",
    )
    .one(
        "authorInstitution",
        C::AuthorInstitutionId,
        "Institution",
        "작성자 소속 기관. Institution of that client; null if it is not known.",
    )
    .column("createdAt", C::CreatedAt, "작성 시각. When it was written.")
    .sorted(&["created_at"])
}

fn extension() -> Type {
    use entity::extension::Column as C;
    Type::rows::<entity::extension::Entity>(
        "Extension",
        *b"EX",
        Guard::Result,
        "기한연장. Later due date of one submission; of one that was submitted before, a later closing date only.",
    )
    .owned(&[C::InstitutionId])
    .one("submission", C::SubmissionId, "Submission", "제출. Submission.")
    .column("expiresOn", C::ExpiresOn, "연장 기한. Last day of the extension.")
    .column("reason", C::Reason, "사유. Why.")
    .expression("approvedBy", Scalar::Text, "String!", approved_by, "승인자. Client that granted it; WITHHELD from who does not run the programme.")
    .one(
        "approvedByInstitution",
        C::ApprovedByInstitutionId,
        "Institution",
        "승인자 소속 기관. Institution of that client; null if it is not known.",
    )
    .column("createdAt", C::CreatedAt, "승인 시각. When it was granted.")
    .sorted(&["created_at"])
}

fn extension_request() -> Type {
    use entity::extension_request::Column as C;
    Type::rows::<entity::extension_request::Entity>(
        "ExtensionRequest",
        *b"EQ",
        Guard::Result,
        "기한연장 신청. Later deadline that an institution asks for, and what was decided.",
    )
    .owned(&[C::InstitutionId])
    .one("submission", C::SubmissionId, "Submission", "제출. Submission.")
    .choice("status", C::Status, ExtensionRequestStatus::CHOICE, "처리 상태. What became of it.")
    .column(
        "expiresOn",
        C::ExpiresOn,
        "희망 기한. Day that is asked for; what was granted is the extension's own.",
    )
    .column("reason", C::Reason, "신청 사유. Why.")
    .column("requestedBy", C::RequestedBy, "신청자. Client that asked.")
    .one(
        "institution",
        C::InstitutionId,
        "Institution",
        "신청 기관. Institution that asks, of that client.",
    )
    .column(
        "decidedAt",
        C::DecidedAt,
        "처리 시각. When it was granted, declined or withdrawn; null while it is open.",
    )
    .expression(
        "decidedBy",
        Scalar::Text,
        "String",
        decided_by,
        "처리자. Client that granted or declined it; WITHHELD from who does not run the programme.",
    )
    .one(
        "decidedByInstitution",
        C::DecidedByInstitutionId,
        "Institution",
        "처리 기관. Institution of that client.",
    )
    .column("decisionReason", C::DecisionReason, "처리 사유. Why it was granted or declined.")
    .column("version", C::Version, "판. Version, counted up by each write.")
    .column("createdAt", C::CreatedAt, "신청 시각. When it was asked for.")
    .column("updatedAt", C::UpdatedAt, "수정 시각. Instant of the last write.")
    .sorted(&["created_at"])
    .orderable("CREATED_AT", "created_at")
    .list("extensionRequests")
}

fn expression(expression: crate::read::model::Expression, scalar: Scalar) -> Column {
    Column { source: Source::Expression(expression), scalar }
}

fn of_period(sql: &mut Sql, alias: &str, column: &str) {
    let period = sql.alias();
    sql.push("(SELECT ").column(&period, column).push(" FROM reporting_period ").push(&period);
    sql.push(" WHERE ").column(&period, "id").push(" = ").column(alias, "period_id").push(")");
}

fn opens_on(_: &Reader<'_>, sql: &mut Sql, alias: &str, _: &Args, _: &Args) -> Result<(), Error> {
    of_period(sql, alias, "opens_on");
    Ok(())
}

fn period_state(
    _: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    _: &Args,
    _: &Args,
) -> Result<(), Error> {
    of_period(sql, alias, "state");
    Ok(())
}

/// Whether a value that stands is not zero: [`crate::domain::form::Entry::is_something`] in SQL.
fn has_something(
    _: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    _: &Args,
    _: &Args,
) -> Result<(), Error> {
    let value = sql.alias();
    sql.push("EXISTS (SELECT 1 FROM submission_value ").push(&value).push(" WHERE ");
    sql.column(&value, "submission_id").push(" = ").column(alias, "id").push(" AND ");
    sql.column(&value, "last_revision").push(" IS NULL AND ");
    sql.column(&value, "state").push(" = 'VALUE' AND coalesce(");
    sql.column(&value, "scaled").push(", 1) <> 0)");
    Ok(())
}

/// Whether a request for an extension is open.
fn is_requested(
    _: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    _: &Args,
    _: &Args,
) -> Result<(), Error> {
    let request = sql.alias();
    sql.push("EXISTS (SELECT 1 FROM extension_request ").push(&request).push(" WHERE ");
    sql.column(&request, "submission_id").push(" = ").column(alias, "id").push(" AND ");
    sql.column(&request, "status").push(" = 'OPEN')");
    Ok(())
}

/// What statistics count of the submission now.
fn counted(sql: &mut Sql, alias: &str, column: &str) {
    let tally = sql.alias();
    sql.push("(SELECT ").column(&tally, column).push(" FROM submission_tally ").push(&tally);
    sql.push(" WHERE ").column(&tally, "submission_id").push(" = ").column(alias, "id");
    sql.push(" AND ").column(&tally, "known_to").push(" IS NULL)");
}

fn counted_status(
    _: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    _: &Args,
    _: &Args,
) -> Result<(), Error> {
    counted(sql, alias, "status");
    Ok(())
}

fn counted_on_time(
    _: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    _: &Args,
    _: &Args,
) -> Result<(), Error> {
    counted(sql, alias, "is_on_time");
    Ok(())
}

fn institution_key(
    _: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    _: &Args,
    _: &Args,
) -> Result<(), Error> {
    sql.key_as_text(alias, "institution_id");
    Ok(())
}

/// Only the institution that reports submits.
fn submitter(_: &Reader<'_>, sql: &mut Sql, alias: &str, _: &Args, _: &Args) -> Result<(), Error> {
    sql.push("CASE WHEN ").column(alias, "submitted_by").push(" IS NULL THEN NULL ELSE ");
    sql.column(alias, "institution_id").push(" END");
    Ok(())
}

fn of_revision(_: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Result<(), Error> {
    match args.get("revision").and_then(Value::as_i64) {
        None => sql.column(alias, "last_revision").push(" IS NULL"),
        Some(number) => {
            sql.push("(").column(alias, "first_revision").push(" <= ").bind(number);
            sql.push(" AND (").column(alias, "last_revision").push(" IS NULL OR ");
            sql.column(alias, "last_revision").push(" >= ").bind(number).push(")");
            // What stands now is not what a revision to come will say.
            sql.push(" AND EXISTS (SELECT 1 FROM submission o WHERE o.id = ");
            sql.column(alias, "submission_id").push(" AND o.revision >= ").bind(number).push("))")
        }
    };
    Ok(())
}

/// Adds the condition that this is who must act next.
fn waited_for(sql: &mut Sql, alias: &str, by: WaitsFor) {
    use sea_orm::Iterable;
    sql.push("(CASE WHEN ").column(alias, "is_restatement").push(" THEN 'OPEN' ELSE ");
    of_period(sql, alias, "state");
    sql.push(" END, ").column(alias, "status").push(") IN (VALUES ('', '')");
    for period in PeriodState::iter() {
        let of = |status: &SubmissionStatus| rules::waits_for(*status, period, false) == by;
        for status in SubmissionStatus::iter().filter(of) {
            // Codes of our own enums: nothing to escape.
            sql.push(", ('").push(period.code()).push("', '").push(status.code()).push("')");
        }
    }
    sql.push(")");
}

fn is_overdue(reader: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Result<(), Error> {
    let wanted = args.get("value").and_then(Value::as_bool) != Some(false);
    sql.push(if wanted { "(" } else { "NOT (" });
    waited_for(sql, alias, WaitsFor::Partner);
    // As `awaited_by` has it; neither true nor false is no answer.
    sql.push(" AND CASE WHEN ").column(alias, "return_due_on").push(" IS NOT NULL THEN ");
    sql.column(alias, "return_due_on").push(" < ").bind(reader.today());
    sql.push(" ELSE NOT ").column(alias, "is_restatement").push(" AND ");
    sql.column(alias, "due_on").push(" < ").bind(reader.today()).push(" END)");
    Ok(())
}

fn waits_for_is(_: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Result<(), Error> {
    let wanted = args.get("value").and_then(Value::as_str).unwrap_or_default();
    let by = WaitsFor::ALL
        .into_iter()
        .find(|by| by.code() == wanted)
        .ok_or_else(|| Error::internal("nobody of that name is waited for"))?;
    waited_for(sql, alias, by);
    Ok(())
}

fn reminder_due(reader: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Result<(), Error> {
    let wanted = args.get("value").and_then(Value::as_str).unwrap_or_default();
    let kind = Reminder::ALL
        .into_iter()
        .find(|kind| kind.code() == wanted)
        .ok_or_else(|| Error::internal("a reminder that is none"))?;
    sql.push("(");
    waited_for(sql, alias, WaitsFor::Partner);
    sql.push(" AND NOT ").column(alias, "is_restatement");
    sql.push(" AND ").column(alias, "due_on").push(" = ");
    sql.bind(reader.today() - chrono::Duration::days(kind.days())).push(")");
    Ok(())
}

fn text(values: &[Value], at: usize) -> Option<&str> {
    values.get(at)?.as_str()
}

fn read<T: serde::de::DeserializeOwned>(values: &[Value], at: usize) -> Result<T, Error> {
    serde_json::from_value(values.get(at).cloned().unwrap_or_default()).map_err(Error::internal)
}

fn completeness(reader: &Reader<'_>, values: &[Value], _: &Args) -> Result<Value, Error> {
    let period: PeriodState = read(values, 2)?;
    let judged = crate::domain::completeness::completeness(
        read(values, 0)?,
        read(values, 1)?,
        period == PeriodState::Final,
        read(values, 3)?,
        read(values, 4)?,
        reader.today(),
    );
    Ok(judged.code().into())
}

/// Who must act next, out of status, state of the period and whether it is a restatement.
fn awaited(values: &[Value]) -> Result<WaitsFor, Error> {
    Ok(rules::waits_for(read(values, 0)?, read(values, 1)?, read(values, 2)?))
}

fn waits_for(_: &Reader<'_>, values: &[Value], _: &Args) -> Result<Value, Error> {
    Ok(awaited(values)?.code().into())
}

fn days_left(reader: &Reader<'_>, values: &[Value], _: &Args) -> Result<Value, Error> {
    if awaited(values)? != WaitsFor::Partner {
        return Ok(Value::Null);
    }
    let due = rules::awaited_by(read(values, 3)?, read(values, 4)?, read(values, 2)?);
    Ok(due.map(|due| (due - reader.today()).num_days()).into())
}

fn number_of(_: &Reader<'_>, values: &[Value], _: &Args) -> Result<Value, Error> {
    if values.get(1).is_none_or(Value::is_null) {
        return Ok(Value::Null);
    }
    Ok(text(values, 0).and_then(|text| text.parse::<f64>().ok()).into())
}

fn clocks(reader: &Reader<'_>, values: &[Value], _: &Args) -> Result<Value, Error> {
    let clocks = rules::clocks(
        read(values, 0)?,
        read(values, 1)?,
        read(values, 2)?,
        read(values, 3)?,
        read(values, 4)?,
        reader.now,
    );
    Ok(json!({
        "daysToSubmit": clocks.first_submission_days,
        "daysToResubmit": clocks.resubmission_days,
        "daysToReview": clocks.review_days,
    }))
}

fn viewer_can(reader: &Reader<'_>, values: &[Value], _: &Args) -> Result<Value, Error> {
    let facts = Facts {
        status: read(values, 0)?,
        review_started: values.get(1).is_some_and(|at| !at.is_null()),
        period: read(values, 2)?,
        today: reader.today(),
        opens_on: read(values, 3)?,
        locks_on: read(values, 4)?,
        is_restatement: read(values, 5)?,
        is_requested: read(values, 10)?,
    };
    let institution: Uuid = read(values, 6)?;
    let actor = actor(reader.principal, institution, text(values, 7));
    let mut can = Map::new();
    for verb in Verb::ALL.into_iter().filter(|verb| *verb != Verb::Freeze) {
        let mut reason = rules::next(verb, &facts, &actor).err().map(|refused| refused.message());
        if verb == Verb::ReportNil && reason.is_none() && read(values, 8)? {
            reason = Some(NotReady::NonZeroValue.message());
        }
        if verb == Verb::Submit && reason.is_none() && read::<i32>(values, 9)? == 0 {
            reason = Some(NotReady::EmptyForm.message());
        }
        let reason = reason.map(Message::from);
        can.insert(verb.code().to_owned(), permission(reason));
    }
    Ok(Value::Object(can))
}

/// The shapes declared here.
pub const SHAPES: &[Shape] = &[
    Shape {
        name: "SubmissionActions",
        description: "제출 작업. What the caller may do with a submission.",
        fields: &[
            ("saveDraft", "Permission!", "저장. Save values."),
            (
                "submit",
                "Permission!",
                "제출. Hand it in, if its values have no open errors (`submissionCheck`).",
            ),
            ("reportNil", "Permission!", "실적 없음 보고. Report that there is nothing to report."),
            ("recall", "Permission!", "회수. Take it back before the review."),
            ("startReview", "Permission!", "검토 시작. Begin the review."),
            ("return", "Permission!", "반려. Give it back to be put right."),
            (
                "accept",
                "Permission!",
                "승인. Accept it, if its values have no open errors (`submissionCheck`).",
            ),
            ("reopen", "Permission!", "재개방. Open it again after it was accepted."),
            (
                "extend",
                "Permission!",
                "기한연장. Move its due date, or the closing date of what was submitted before.",
            ),
            (
                "requestExtension",
                "Permission!",
                "기한연장 신청. Ask for a later deadline, where none is asked for yet.",
            ),
            (
                "declineExtension",
                "Permission!",
                "기한연장 불허. Decline the open request for an extension.",
            ),
            ("remind", "Permission!", "알림. Remind its institution."),
            (
                "restate",
                "Permission!",
                "정정. Open it in a final quarter, to be corrected or supplied late.",
            ),
        ],
    },
    Shape {
        name: "SubmissionClocks",
        description: "처리 기간. How long each side took, in days; null where nothing was to be done yet.",
        fields: &[
            (
                "daysToSubmit",
                "Int",
                "최초 제출 소요일. From the opening to the first handing in, or to now.",
            ),
            (
                "daysToResubmit",
                "Int",
                "보완 소요일. From the last return to the next handing in, or to now.",
            ),
            (
                "daysToReview",
                "Int",
                "검토 소요일. From the last handing in to its decision, or to now.",
            ),
        ],
    },
];

/// Adds a column that names the client of a reviewer, for who is told.
fn reviewer(reader: &Reader<'_>, sql: &mut Sql, alias: &str, column: &str) {
    if access::knows_others(reader.principal) {
        sql.column(alias, column);
        return;
    }
    sql.push("CASE WHEN ").column(alias, column).push(" IS NOT NULL THEN '");
    sql.push(WITHHELD).push("' END");
}

macro_rules! reviewers {
    ($($name:ident),*) => {$(
        fn $name(r: &Reader<'_>, sql: &mut Sql, alias: &str, _: &Args, _: &Args) -> Result<(), Error> {
            reviewer(r, sql, alias, stringify!($name));
            Ok(())
        }
    )*};
}

reviewers!(reviewed_by, accepted_by, author, approved_by, decided_by);
