//! Files: the form of a submission to download (`/export/submission.xlsx`, `.csv`), and its upload
//! (`/import/submission.xlsx`, `.csv`), a dry run unless `mode=save`.
//!
//! Which version a file was made from is told by `If-Match` (RFC 9110 §13.1.1) with the `ETag` of the download;
//! the form knows it by itself, as a workbook and as CSV. The address says what kind of file it is: what a browser, a
//! proxy or Windows calls it does not matter. To add a file: its handler here, and a route.

use std::collections::HashSet;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::request::Parts;
use axum::http::{HeaderName, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use serde_json::{Value, json};
use uuid::Uuid;

use super::admission::admit_file;
use super::caller::Caller;
use super::headers::tell_position;
use super::refusal::Signs;
use super::{Refusal, Shared, body};
use crate::domain::admit;
use crate::domain::fold;
use crate::domain::principal::Principal;
use crate::domain::quarter::Quarter;
use crate::domain::text::Text;
use crate::error::{Error, Language, Message, UserError};
use crate::graphql::submission_id;
use crate::service::submission::file::{
    self, Failure, Format, Found, Outcome, Report, Seen, Target, Upload,
};
use crate::service::submission::values::Counts;
use crate::sheet::{MAX_UPLOAD, Severity};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const CSV: &str = "text/csv; charset=utf-8";
pub(super) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Time in which an upload must arrive.
const ARRIVAL: Duration = Duration::from_secs(60);
/// Longest time that a file may take.
const LONGEST: Duration = Duration::from_secs(180);
/// Cells of an upload that cost a point.
const CELLS_A_POINT: usize = 100;
/// Bytes of a download that cost a point.
const BYTES_A_POINT: usize = 1_000;

/// What is wrong with a call: status, code, sentence.
pub(super) struct Fault {
    status: StatusCode,
    code: &'static str,
    message: Box<Message>,
    errors: Vec<UserError>,
    signs: Box<Signs>,
    /// The cause of what is our fault.
    cause: Option<String>,
}

impl Fault {
    pub(super) fn new(status: StatusCode, code: &'static str, ko: &str, en: &str) -> Self {
        let message = Box::new(Message::new(ko, en));
        let signs = Box::default();
        Self { status, code, message, errors: Vec::new(), signs, cause: None }
    }

    /// 422: what is wrong with what was sent.
    pub(super) fn unprocessable(error: Error) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, ..error.into() }
    }

    fn show(self, caller: &Caller) -> Response {
        if let Some(cause) = self.cause {
            let request = caller.request_id.as_str();
            if self.status == StatusCode::SERVICE_UNAVAILABLE {
                tracing::error!(request.id = request, error.cause = cause, "file.unavailable");
            } else {
                tracing::error!(request.id = request, error.cause = cause, "file.internal_error");
            }
        }
        let text = |message: &Message| message.text(caller.language).to_owned();
        let errors: Vec<Value> = self
            .errors
            .iter()
            .map(|error| json!({ "code": error.code, "path": error.path, "message": text(&error.message) }))
            .collect();
        let mut shown = json!({ "error": { "code": self.code, "message": text(&self.message), "requestId": caller.request_id } });
        if !errors.is_empty() {
            shown["errors"] = errors.into();
        }
        let mut response = (self.status, Json(shown)).into_response();
        self.signs.put(&mut response);
        response
    }
}

impl From<Refusal> for Fault {
    fn from(Refusal(status, error): Refusal) -> Self {
        let signs = Box::new(Signs::of(&error));
        let (status, code) = match &error {
            Error::Conflict => (StatusCode::PRECONDITION_FAILED, error.code()),
            // What a verb's guard refuses: the state of the submission.
            Error::User(errors) => {
                (StatusCode::CONFLICT, errors.first().map_or("BAD_USER_INPUT", |one| one.code))
            }
            _ => (status, error.code()),
        };
        let message = Box::new(error.message());
        let (errors, cause) = match error {
            Error::User(errors) => (errors, None),
            Error::Argument { code, path, message } => {
                (vec![UserError { code, path, message }], None)
            }
            Error::Internal(cause) | Error::Unavailable { cause, .. } => {
                (Vec::new(), Some(cause).filter(|it| !it.is_empty()))
            }
            _ => (Vec::new(), None),
        };
        Self { status, code, message, errors, signs, cause }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Refusal::from(error).into()
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Error(error) => error.into(),
            Failure::Unreadable(unreadable) => {
                let Text { ko, en } = unreadable.message();
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, unreadable.code(), &ko, &en)
            }
            Failure::NoVersion => Self::new(
                StatusCode::PRECONDITION_REQUIRED,
                "VERSION_REQUIRED",
                "저장하려면 내려받을 때의 ETag를 If-Match 헤더로 보내 주십시오.",
                "To save, send the ETag of the download as If-Match.",
            ),
        }
    }
}

fn format_of(name: &str) -> Option<Format> {
    match name {
        "submission.xlsx" => Some(Format::Xlsx),
        "submission.csv" => Some(Format::Csv),
        _ => None,
    }
}

/// Parameters of an address.
struct Wished {
    target: Target,
    save: bool,
    replace: bool,
}

pub(super) fn bad(ko: &str, en: &str) -> Fault {
    Fault::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", ko, en)
}

fn wished(parts: &Parts, caller: &Caller) -> Result<Wished, Fault> {
    let own = caller.principal.client().map(|client| client.institution.code.clone());
    let (mut institution, mut programme, mut quarter) = (own, None, None);
    let (mut save, mut replace) = (false, false);
    let mut named = HashSet::new();
    for (name, value) in form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()) {
        if !admit::is_text(&value) {
            let name: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
            let [ko, en] = [
                format!("`{name}` 값에 NUL 문자를 쓸 수 없습니다."),
                format!("`{name}` must not hold the character NUL."),
            ];
            return Err(Error::argument(&name, ko, en).into());
        }
        if !named.insert(name.to_string()) {
            let name: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
            let [ko, en] = [
                format!("`{name}` 매개변수가 두 번 있습니다. 하나만 남겨 주십시오."),
                format!("`{name}` is there twice; keep one."),
            ];
            return Err(Error::argument(&name, ko, en).into());
        }
        match (&*name, &*value) {
            ("institution", code) => institution = Some(code.to_owned()),
            ("programme", code) => programme = Some(code.to_owned()),
            ("quarter", text) => quarter = Some(text.to_owned()),
            ("mode", "dry-run") => save = false,
            ("mode", "save") => save = true,
            ("replace", "false") => replace = false,
            ("replace", "true") => replace = true,
            _ => {
                return Err(bad(
                    "쓸 수 있는 매개변수: institution, programme, quarter, mode(dry-run, save), replace(true, false)",
                    "Parameters: institution, programme, quarter, mode (dry-run, save), replace (true, false).",
                ));
            }
        }
    }
    match (institution, programme, quarter) {
        (Some(institution), Some(programme), Some(quarter)) => {
            let known = Quarter::written(&quarter);
            let quarter = known.ok_or_else(|| Error::not_a_quarter("quarter"))?.to_string();
            Ok(Wished { target: Target { institution, programme, quarter }, save, replace })
        }
        _ => Err(bad(
            "programme과 quarter(예: 2026-Q3)를 지정해 주십시오.",
            "Name the programme and the quarter, e.g. 2026-Q3.",
        )),
    }
}

/// `GET /export/submission.xlsx`, `.csv`: the form of a submission.
pub(super) async fn export(shared: &Shared, parts: &Parts, name: &str) -> Response {
    let mut caller = Caller::of(shared, parts);
    let sent = shared.app.pulse().during(send(shared, &mut caller, parts, name)).await;
    finish(&caller, sent)
}

async fn send(
    shared: &Shared,
    caller: &mut Caller,
    parts: &Parts,
    name: &str,
) -> Result<Response, Fault> {
    only(parts, &[Method::GET, Method::HEAD], "GET, HEAD")?;
    sign_in(shared, caller, parts).await?;
    let format = format_of(name).ok_or(Error::NotFound)?;
    let Wished { target, .. } = wished(parts, caller)?;
    let admitted = admit_file(shared, caller).await?;
    let working = file::download(&shared.app.db, &caller.principal, &target, format);
    let sent = tokio::time::timeout(LONGEST, working).await.map_err(|_| Error::Timeout)??;
    caller.allowance = admitted.end(sent.bytes.len() / BYTES_A_POINT);
    let (kind, extension) = match format {
        Format::Xlsx => (XLSX, "xlsx"),
        Format::Csv => (CSV, "csv"),
    };
    // Codes may come in any writing; a file's name in a header is plain.
    let plain = |code: &str| -> String {
        let is_plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        fold::code(code).chars().filter(is_plain).collect()
    };
    let [institution, programme, quarter] =
        [&target.institution, &target.programme, &target.quarter].map(|code| plain(code));
    let name = format!("attachment; filename=\"{institution}_{programme}_{quarter}.{extension}\"");
    let name = HeaderValue::from_str(&name).map_err(Error::internal)?;
    let tag = HeaderValue::from_str(&format!("\"{}\"", sent.version)).map_err(Error::internal)?;
    let length = HeaderValue::from(sent.bytes.len());
    let is_head = parts.method == Method::HEAD;
    let body = if is_head { Body::empty() } else { Body::from(sent.bytes) };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, length);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_DISPOSITION, name);
    headers.insert(header::ETAG, tag);
    Ok(response)
}

/// Lets the caller show who it is; who does not is told so before anything else is judged.
pub(super) async fn sign_in(
    shared: &Shared,
    caller: &mut Caller,
    parts: &Parts,
) -> Result<(), Fault> {
    caller.sign_in(shared, parts).await?;
    if caller.principal != Principal::Anonymous {
        return Ok(());
    }
    Err(Error::SignedOut.into())
}

pub(super) fn only(parts: &Parts, methods: &[Method], allow: &'static str) -> Result<(), Fault> {
    if methods.contains(&parts.method) {
        return Ok(());
    }
    Err(Refusal::method_not_allowed(allow).into())
}

/// `POST /import/{file}`.
pub async fn import(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let mut caller = Caller::of(&shared, &parts);
    let mut of = None;
    let taken = take(&shared, &mut caller, &parts, body, &name, &mut of);
    let taken = shared.app.pulse().during(taken).await;
    if let Some(reason) = refused(&taken) {
        caller.refuse_upload(&shared, reason, of);
    }
    finish(&caller, taken)
}

/// Why a file was not taken, unless that stands in the audit already: as what was told when its token or its rate was
/// looked at does. What is our fault is no refusal.
pub(super) fn refused(taken: &Result<Response, Fault>) -> Option<&'static str> {
    match taken {
        Err(fault) if fault.status == StatusCode::UNAUTHORIZED && !fault.signs.ask_for_token() => {
            None
        }
        Err(Fault { status: StatusCode::TOO_MANY_REQUESTS, .. }) => None,
        Err(fault) => fault.status.is_client_error().then_some(fault.code),
        Ok(response) => (response.status() == StatusCode::UNPROCESSABLE_ENTITY).then_some(REJECTED),
    }
}

/// Why an upload with cells that cannot be kept was not saved.
const REJECTED: &str = "CELLS_REJECTED";

pub(super) fn finish(caller: &Caller, answer: Result<Response, Fault>) -> Response {
    let mut response = answer.unwrap_or_else(|fault| fault.show(caller));
    caller.tell(response.headers_mut());
    response
}

/// Refuses a body that holds the file inside something else.
pub(super) fn check_body(headers: &HeaderMap) -> Result<(), Fault> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let unsupported =
        |ko, en| Err(Fault::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_REQUEST", ko, en));
    if text(header::CONTENT_TYPE).trim_start().to_ascii_lowercase().starts_with("multipart/") {
        return unsupported(
            "파일을 양식(multipart)으로 싸지 말고 요청 본문에 그대로 보내 주십시오. 예: curl --data-binary @파일",
            "Send the file itself as the body, not inside a form (multipart): curl --data-binary @FILE.",
        );
    }
    if !matches!(text(header::CONTENT_ENCODING).trim(), "" | "identity") {
        return unsupported(
            "압축(Content-Encoding)하지 말고 파일을 그대로 보내 주십시오.",
            "Send the file as it is, without a Content-Encoding.",
        );
    }
    Ok(())
}

/// The version that `If-Match` names; none if the header is not there. A weak tag names its version too: proxies
/// weaken tags of what they compress, or add `-gzip`, and a version does not depend on that.
pub(super) fn seen(headers: &HeaderMap) -> Result<Option<Seen>, Fault> {
    let mut given = headers.get_all(header::IF_MATCH).iter().peekable();
    if given.peek().is_none() {
        return Ok(None);
    }
    let bad = || {
        bad(
            "If-Match에는 내려받을 때의 ETag를 그대로 적어 주십시오. 예: \"3\"",
            "If-Match takes the ETag of the download as it is, e.g. \"3\".",
        )
    };
    let mut versions = Vec::new();
    for value in given {
        let mut rest = value.as_bytes().trim_ascii();
        if rest == b"*" {
            return Ok(Some(Seen::Any));
        }
        while let Some(tag) = next_tag(&mut rest).map_err(|NoTag| bad())? {
            let opaque = tag.strip_suffix(b"-gzip").unwrap_or(tag);
            // A tag that is none of ours names no version that there is.
            let version = std::str::from_utf8(opaque).ok().and_then(|text| text.parse().ok());
            versions.push(version.unwrap_or(0));
        }
    }
    if versions.is_empty() { Err(bad()) } else { Ok(Some(Seen::OneOf(versions))) }
}

/// What stands where an entity tag should is none.
struct NoTag;

/// Takes the next entity tag off a list (RFC 9110 §8.8.3), what stands between its quotation marks: any byte but those,
/// controls and spaces, commas too. Elements may be empty; none is left at the end.
fn next_tag<'t>(list: &mut &'t [u8]) -> Result<Option<&'t [u8]>, NoTag> {
    let is_between = |byte: &u8| matches!(byte, b' ' | b'\t' | b',');
    let Some(start) = list.iter().position(|byte| !is_between(byte)) else { return Ok(None) };
    let tag = &list[start..];
    let tag = tag.strip_prefix(b"W/").unwrap_or(tag).strip_prefix(b"\"").ok_or(NoTag)?;
    let end = tag.iter().position(|byte| *byte == b'"').ok_or(NoTag)?;
    let (opaque, rest) = (&tag[..end], tag[end + 1..].trim_ascii_start());
    let is_of_tag = |byte: &u8| matches!(byte, 0x21 | 0x23..=0x7E | 0x80..);
    if !opaque.iter().all(is_of_tag) || !matches!(rest.first(), None | Some(b',')) {
        return Err(NoTag);
    }
    *list = rest;
    Ok(Some(opaque))
}

/// The caller's key, kept apart from those of mutations.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Fault> {
    let Some(given) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let key = given.to_str().ok().filter(|key| (8..=100).contains(&key.len()));
    match key {
        Some(key) => Ok(Some(format!("file:{key}"))),
        None => Err(bad(
            "Idempotency-Key는 8~100자여야 합니다.",
            "Idempotency-Key has 8 to 100 characters.",
        )),
    }
}

async fn take(
    shared: &Shared,
    caller: &mut Caller,
    parts: &Parts,
    body: Body,
    name: &str,
    of: &mut Option<(Uuid, Uuid)>,
) -> Result<Response, Fault> {
    only(parts, &[Method::POST], "POST")?;
    sign_in(shared, caller, parts).await?;
    let format = format_of(name).ok_or(Error::NotFound)?;
    let Wished { target, save, replace } = wished(parts, caller)?;
    check_body(&parts.headers)?;
    let (seen, key) = (seen(&parts.headers)?, idempotency_key(&parts.headers)?);
    let accept = parts.headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let mark = format == Format::Xlsx && accept.is_some_and(|accept| accept.contains(XLSX));
    // Who may not upload is told before anything is read.
    let found = file::may_upload(&shared.app.db, &caller.principal, &target).await?;
    *of = Some((found.id, found.institution_id));
    // What arrives is in memory until it is worked off.
    let _held = shared.admission.hold_file(caller).await?;
    let most = usize::try_from(MAX_UPLOAD).map_err(Error::internal)?;
    let bytes = body::read_within(body, most, ARRIVAL).await?;
    let bytes = Vec::from(bytes);
    let upload = Upload { format, bytes, seen, key, save, replace, mark };
    let admitted = admit_file(shared, caller).await?;
    let author = caller.author(Utc::now());
    let working = file::upload(&shared.app.db, author, &target, upload, caller.language);
    let report = tokio::time::timeout(LONGEST, working).await.map_err(|_| Error::Timeout)??;
    let cells = report.counts.created + report.counts.updated + report.counts.unchanged;
    caller.allowance = admitted.end(cells / CELLS_A_POINT);
    let position = if save { shared.app.engine.wrote(&caller.principal).await } else { None };
    let mut response = answer(report, save, caller.language);
    tell_position(response.headers_mut(), position);
    Ok(response)
}

fn answer(report: Report, save: bool, language: Language) -> Response {
    let status = match report.outcome {
        Outcome::Rejected => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::OK,
    };
    let tag = HeaderValue::from_str(&format!("\"{}\"", report.submission.version)).ok();
    let mut response = match report.marked {
        Some(book) => {
            let kind = [
                (header::CONTENT_TYPE, XLSX),
                (header::CONTENT_DISPOSITION, "attachment; filename=\"checked.xlsx\""),
            ];
            (status, kind, book).into_response()
        }
        None => (status, Json(shown(&report, save, language))).into_response(),
    };
    if let Some(tag) = tag {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

fn shown(report: &Report, save: bool, language: Language) -> Value {
    let count = |severity| report.problems.iter().filter(|it| it.severity == severity).count();
    let summary = match report.outcome {
        Outcome::Saved => Message::new("저장했습니다.", "Saved."),
        Outcome::Unchanged => Message::new(
            "바뀐 값이 없어 새로 저장하지 않았습니다.",
            "Nothing was changed: the values are already saved.",
        ),
        Outcome::Repeated => Message::new(
            "같은 멱등 키로 이미 저장한 요청이며, 그 뒤에 값이 바뀌었습니다.",
            "This call was saved before with the same key; values have changed since.",
        ),
        Outcome::Rejected => Message::new(
            "읽을 수 없는 칸이 있어 아무것도 저장하지 않았습니다.",
            "Nothing was saved: some cells cannot be read.",
        ),
        Outcome::Checked if report.closed => Message::new(
            "점검만 했습니다. 지금은 저장할 수 없습니다.",
            "Checked only; it cannot be saved now.",
        ),
        Outcome::Checked if report.rejected > 0 => Message::new(
            "점검만 했습니다. 읽을 수 없는 칸을 고쳐야 저장할 수 있습니다.",
            "Checked only; it can be saved once the cells that cannot be read are put right.",
        ),
        Outcome::Checked => Message::new(
            "점검만 했습니다. 저장하려면 mode=save로 보내 주십시오.",
            "Checked only; send it with mode=save to save it.",
        ),
    };
    json!({
        "mode": if save { "save" } else { "dry-run" },
        "isSaved": report.outcome.is_saved(),
        "message": summary.text(language),
        "submission": {
            "id": submission_id(report.submission.id),
            "version": report.submission.version,
            "status": report.submission.status.code(),
        },
        "counts": counts(report),
        "encoding": report.encoding,
        "errorCount": count(Severity::Error),
        "warningCount": count(Severity::Warning),
        "infoCount": count(Severity::Info),
        "isReady": report.is_ready,
        "problems": report.problems.iter().map(|found| problem(found, language)).collect::<Vec<_>>(),
    })
}

/// What became of each cell, counted once: those of the file, and those that stood beside it.
fn counts(report: &Report) -> Value {
    let Counts { created, updated, unchanged, cleared } = report.counts;
    let told = created + updated + unchanged + report.rejected;
    json!({
        "cells": report.cells,
        "created": created,
        "updated": updated,
        "unchanged": unchanged,
        "rejected": report.rejected,
        // Sound ones that were kept from being saved by the rejected ones, or by what was saved since.
        "notSaved": report.cells.saturating_sub(told),
        "cleared": cleared,
        "absent": report.absent,
    })
}

fn problem(found: &Found, language: Language) -> Value {
    json!({
        "sheet": found.place.as_ref().map(|place| &place.sheet),
        "cell": found.place.as_ref().map(|place| &place.cell),
        "indicator": found.indicator,
        "address": found.address,
        "rule": found.rule,
        "severity": match found.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
            Severity::Info => "INFO",
        },
        "isJustified": found.is_justified,
        "value": found.value,
        "nearest": found.nearest,
        "message": Message::from(found.message.clone()).text(language),
    })
}
