//! Files of documents and evidence of submissions: `PUT /documents/{code}/files/{name}` and `PUT /submissions/{id}/files/{name}`
//! take one, `GET /files/{id}` gives it, with ranges (RFC 9110 §14).
//!
//! What may be seen and written is asked by GraphQL as any caller could ask it; only the content goes another way: it is
//! written to the disk as it comes ([`crate::files`]), and read from there or from the bucket.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header::{self, HeaderValue};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use futures_util::StreamExt as _;
use serde_json::{Map, json};
use tokio::time::Instant;
use tower_http::services::ServeFile;
use uuid::Uuid;

use super::caller::Caller;
use super::export::{only_data, prepare, sign_in};
use super::files::{self, Fault};
use super::graphql::answer_in_time;
use super::headers::tell_position;
use super::{Shared, body};
use crate::domain::access::{self, Needs};
use crate::domain::admit;
use crate::domain::principal::Principal;
use crate::error::Error;
use crate::files::{Files, Staged};
use crate::input::Tagged as _;
use crate::input::types::Upload;
use crate::read::global_id;
use crate::service::document::file;
use crate::service::submission::evidence;
use crate::service::submission::file::Failure;

/// Longest pause of what arrives, and in which [`LEAST`] must have.
const PAUSE: Duration = Duration::from_secs(30);
/// Bytes that arrive within a pause at the least: slower ones would only keep places.
const LEAST: usize = 64 * 1024;
/// Longest time in which a file must have arrived.
const ARRIVAL: Duration = Duration::from_secs(15 * 60);

const FILE: &str = "query($id: ID!) { node(id: $id) {
  ... on DocumentFile { name mediaType byteSize sha256 }
  ... on SubmissionFile { name mediaType byteSize sha256 }
} }";
const DOCUMENT: &str = "query($of: String!, $name: String!) { of: document(code: $of) {
  files(where: { name: { eq: $name } }, first: 1) { nodes { id } }
} }";
const ATTACH: &str = "mutation($input: AttachFileInput!) { done: attachFile(input: $input) {
  file { id version name mediaType byteSize sha256 downloadPath document { code version } }
  errors { code path message }
} }";
const ATTACH_EVIDENCE: &str = "mutation($input: AttachEvidenceInput!) { done: attachEvidence(input: $input) {
  file { id name mediaType byteSize sha256 downloadPath indicator { code } submission { id version } }
  errors { code path message }
} }";

/// What a file is put to.
enum Place {
    /// The document of that code.
    Document(String),
    /// The submission of that global id, or its values of an indicator.
    Submission(String, Option<String>),
}

impl Place {
    /// What the audit calls a file that is put there.
    fn action(&self) -> &'static str {
        match self {
            Self::Document(_) => "attachFile",
            Self::Submission(..) => EVIDENCE,
        }
    }
}

/// What the audit calls evidence that is attached.
const EVIDENCE: &str = "attachEvidence";

/// `GET /files/{id}`.
pub async fn download(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let mut caller = Caller::of(&shared, &parts);
    let sent = shared.app.pulse().during(send(&shared, &mut caller, parts, id)).await;
    files::finish(&caller, sent)
}

async fn send(
    shared: &Shared,
    caller: &mut Caller,
    mut parts: Parts,
    id: String,
) -> Result<Response, Fault> {
    sign_in(shared, caller, &parts).await?;
    global_id::decode(&id).ok_or(Error::NotFound)?;
    let args = Map::from_iter([("id".to_owned(), id.into())]);
    let prepared = prepare(shared, caller, &parts, (FILE.to_owned(), args, 1)).await?;
    let (data, _) = only_data(answer_in_time(shared, caller, &prepared).await?)?;
    let file = |name: &str| data["node"][name].as_str().ok_or(Error::NotFound);
    let (name, media_type, sha256) = (file("name")?, file("mediaType")?, file("sha256")?);
    let bytes = data["node"]["byteSize"].as_u64();
    let bytes = bytes.ok_or_else(|| Error::internal("a file without a size"))?;
    let tag = format!("\"{sha256}\"");
    // The hash says all that the instants of the disk could, and says it right.
    let [known, wanted, range] = [header::IF_NONE_MATCH, header::IF_MATCH, header::IF_RANGE]
        .map(|name| parts.headers.get_all(name).iter().cloned().collect::<Vec<_>>());
    for name in [header::IF_MODIFIED_SINCE, header::IF_UNMODIFIED_SINCE, header::IF_NONE_MATCH]
        .into_iter()
        .chain([header::IF_MATCH, header::IF_RANGE])
    {
        parts.headers.remove(name);
    }
    let is_other = range.first().is_some_and(|range| range.as_bytes() != tag.as_bytes());
    // A unit that is not known is passed over (RFC 9110 §14.2).
    let is_bytes = |range: &HeaderValue| range.as_bytes().starts_with(b"bytes=");
    if is_other || !parts.headers.get(header::RANGE).is_some_and(is_bytes) {
        parts.headers.remove(header::RANGE);
    }
    if !wanted.is_empty() && !names(&wanted, &tag) {
        return Err(Fault::new(
            StatusCode::PRECONDITION_FAILED,
            Error::Conflict.code(),
            "파일이 If-Match의 것과 다릅니다.",
            "The file is another than If-Match names.",
        ));
    }
    let mut response = if names(&known, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        content(&shared.files, sha256, bytes, parts).await?
    };
    if response.status() == StatusCode::RANGE_NOT_SATISFIABLE {
        let size = format!("bytes */{bytes}");
        return Ok((response.status(), [(header::CONTENT_RANGE, size)]).into_response());
    }
    let cache = if caller.principal == Principal::Anonymous {
        "public, no-cache"
    } else {
        "private, no-cache"
    };
    let headers = response.headers_mut();
    headers.remove(header::LAST_MODIFIED);
    for (header, value) in [
        (header::CONTENT_TYPE, media_type),
        (header::CONTENT_DISPOSITION, &disposition(name)),
        (header::ETAG, &tag),
        (header::CACHE_CONTROL, cache),
        (header::VARY, "Authorization"),
    ] {
        headers.insert(header, HeaderValue::from_str(value).map_err(Error::internal)?);
    }
    Ok(response)
}

/// A content that a row names, or the range of it that is asked for; with `RANGE_NOT_SATISFIABLE` nothing of it.
async fn content(files: &Files, sha256: &str, bytes: u64, parts: Parts) -> Result<Response, Error> {
    let Some(bucket) = files.bucket()? else {
        let path = files.whole(sha256, bytes).await?;
        let mut serving = ServeFile::new(&path).ignore_multi_range_requests(true);
        let served = serving.try_call(Request::from_parts(parts, Body::empty())).await;
        let lost =
            |cause: String| Error::unavailable(format!("files: {}: {cause}", path.display()));
        let served = served.map_err(|error| lost(error.to_string()))?;
        if served.status() == StatusCode::NOT_FOUND {
            return Err(lost("it is gone".to_owned()));
        }
        return Ok(served.map(Body::new));
    };
    // Several ranges are none, as in the folder.
    let range = match parts.headers.get(header::RANGE).map(|range| ranges(range, bytes)) {
        Some(None) => return Ok(StatusCode::RANGE_NOT_SATISFIABLE.into_response()),
        Some(Some(range)) => range,
        None => None,
    };
    let is_head = parts.method == Method::HEAD;
    let span = range.clone().map(|range| *range.start()..*range.end() + 1);
    let length = span.as_ref().map_or(bytes, |span| span.end - span.start);
    let body = Body::from_stream(bucket.open(sha256, bytes, span, is_head).await?);
    let lines = [(header::ACCEPT_RANGES, "bytes".to_owned())]
        .into_iter()
        .chain([(header::CONTENT_LENGTH, length.to_string())])
        .chain(range.as_ref().map(|range| {
            let span = format!("bytes {}-{}/{bytes}", range.start(), range.end());
            (header::CONTENT_RANGE, span)
        }));
    let mut response = Response::new(if is_head { Body::empty() } else { body });
    for (name, value) in lines {
        response.headers_mut().insert(name, value.parse().map_err(Error::internal)?);
    }
    if range.is_some() {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(response)
}

/// The range of a header; none within, if several are asked for, and none at all, if there is no such part.
fn ranges(header: &HeaderValue, bytes: u64) -> Option<Option<RangeInclusive<u64>>> {
    let read = http_range_header::parse_range_header(header.to_str().ok()?).ok()?;
    if read.ranges.len() > 1 {
        return Some(None);
    }
    read.validate(bytes).ok()?.pop().map(Some)
}

/// Whether tags of a header name this content, strong or weak: a hash is never another.
fn names(given: &[HeaderValue], tag: &str) -> bool {
    let mut tags = given.iter().flat_map(|value| value.to_str().unwrap_or_default().split(','));
    tags.any(|given| {
        let given = given.trim();
        given == "*" || given.strip_prefix("W/").unwrap_or(given) == tag
    })
}

/// To be saved under its name (RFC 6266): as it is, and in plain letters for who reads no others.
fn disposition(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "._- ".contains(c) { c } else { '_' })
        .collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"._-".contains(&byte) {
            encoded.push(byte.into());
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

/// `PUT /documents/{code}/files/{name}`.
pub async fn upload(
    State(shared): State<Shared>,
    Path((code, name)): Path<(String, String)>,
    request: Request,
) -> Response {
    put(&shared, Ok(Place::Document(code)), name, request).await
}

/// `PUT /submissions/{id}/files/{name}?indicator=`.
pub async fn upload_evidence(
    State(shared): State<Shared>,
    Path((id, name)): Path<(String, String)>,
    request: Request,
) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let mut given = form_urlencoded::parse(query.as_bytes());
    let place = match (given.next(), given.next()) {
        (None, _) => Ok(Place::Submission(id, None)),
        (Some((name, code)), None) if name == "indicator" && admit::is_text(&code) => {
            let of = Some(code.into_owned()).filter(|code| !code.trim().is_empty());
            Ok(Place::Submission(id, of))
        }
        _ => Err(files::bad(
            "쓸 수 있는 매개변수: indicator(지표 코드) 하나",
            "There is one parameter: indicator, the code of one.",
        )),
    };
    put(&shared, place, name, request).await
}

async fn put(
    shared: &Shared,
    place: Result<Place, Fault>,
    name: String,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let mut caller = Caller::of(shared, &parts);
    let (mut is_asked, action) = (false, place.as_ref().map_or(EVIDENCE, Place::action));
    let taken = take(shared, &mut caller, &parts, body, (place, name, &mut is_asked));
    let taken = shared.app.pulse().during(taken).await;
    // What the mutation refused stands in the audit by then.
    if let Some(reason) = files::refused(&taken).filter(|_| !is_asked) {
        caller.refuse_for(shared, action, reason);
    }
    files::finish(&caller, taken)
}

async fn take(
    shared: &Shared,
    caller: &mut Caller,
    parts: &Parts,
    body: Body,
    (place, name, is_asked): (Result<Place, Fault>, String, &mut bool),
) -> Result<Response, Fault> {
    files::only(parts, &[Method::PUT], "PUT")?;
    files::sign_in(shared, caller, parts).await?;
    let place = place?;
    let (needs, attach) = match &place {
        Place::Document(_) => (Needs::OwnProfile, ATTACH),
        Place::Submission(..) => (Needs::Submit, ATTACH_EVIDENCE),
    };
    access::may_begin(&caller.principal, needs).map_err(Error::from)?;
    files::check_body(&parts.headers)?;
    if parts.headers.contains_key(header::CONTENT_RANGE) {
        return Err(files::bad(
            "파일은 한 번에 보내 주십시오.",
            "Send the file whole, not a range of it.",
        ));
    }
    // Whatever can be told before the file is sent is told then.
    let given = files::idempotency_key(&parts.headers)?;
    let name = admit::composed(name.trim()).into_owned();
    file::name_of(&name).map_err(Fault::unprocessable)?;
    let length =
        parts.headers.get(header::CONTENT_LENGTH).and_then(|it| it.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: u64| length > shared.files.most) {
        return Err(body::too_large(shared.files.most).into());
    }
    let (is_new, mut input) = match &place {
        Place::Document(code) => {
            let is_new = ask(shared, caller, parts, code, &name).await?;
            file::may_attach(&shared.app.db, &caller.principal, code).await?;
            (is_new, json!({ "document": code }))
        }
        Place::Submission(id, of) => {
            let seen = files::seen(&parts.headers)?.ok_or(Failure::NoVersion)?;
            let (_, key) = global_id::decode(id)
                .filter(|(tag, _)| *tag == entity::submission::Entity::TAG)
                .ok_or(Error::NotFound)?;
            let author = caller.author(Utc::now());
            let row = evidence::may_attach(&shared.app.db, &author, key).await?;
            let version = seen.version(row.version);
            // A call made again names the version that it found when it was made first.
            if given.is_none() && version != row.version {
                return Err(Error::Conflict.into());
            }
            let is_new = evidence::is_new(&shared.app.db, &row, of.as_deref(), &name).await;
            let is_new = is_new.map_err(Fault::unprocessable)?;
            (is_new, json!({ "id": id, "indicator": of, "expectedVersion": version }))
        }
    };
    let _held = shared.admission.hold_upload(caller).await?;
    let staged = receive(shared, caller, body, &name).await?;
    input["file"] = Upload::reference(0, &staged.sha256, &staged.name);
    input["idempotencyKey"] = given.unwrap_or_else(|| Uuid::now_v7().to_string()).into();
    let args = Map::from_iter([("input".to_owned(), input)]);
    let mut prepared = prepare(shared, caller, parts, (attach.to_owned(), args, 1)).await?;
    prepared.uploads = Arc::from([staged]);
    *is_asked = true;
    let answered = answer_in_time(shared, caller, &prepared).await?;
    let position = answered.position;
    let (mut data, _) = only_data(answered)?;
    let mut answer = data["done"].take();
    let file = answer["file"].take();
    let mut response = if file.is_null() {
        // Of a call made again whose file is gone since, there is nothing to tell.
        let status = match answer["errors"][0]["code"].as_str() {
            None => StatusCode::OK,
            Some("CONFLICT") => StatusCode::PRECONDITION_FAILED,
            Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        };
        (status, Json(answer)).into_response()
    } else {
        let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
        let place = HeaderValue::from_str(file["downloadPath"].as_str().unwrap_or_default());
        let place = place.map_err(Error::internal)?;
        (status, [(header::LOCATION, place)], Json(json!({ "file": file }))).into_response()
    };
    tell_position(response.headers_mut(), position);
    Ok(response)
}

/// Whether a document that the caller sees has no file of that name yet.
async fn ask(
    shared: &Shared,
    caller: &mut Caller,
    parts: &Parts,
    of: &str,
    name: &str,
) -> Result<bool, Fault> {
    let names = [("of".to_owned(), of.into()), ("name".to_owned(), name.into())];
    let asked = (DOCUMENT.to_owned(), Map::from_iter(names), 1);
    let asked = prepare(shared, caller, parts, asked).await?;
    let (found, _) = only_data(answer_in_time(shared, caller, &asked).await?)?;
    let known = found["of"]["files"]["nodes"].as_array().ok_or(Error::NotFound)?;
    Ok(known.is_empty())
}

/// Writes a body to the disk as it comes.
async fn receive(
    shared: &Shared,
    caller: &Caller,
    body: Body,
    name: &str,
) -> Result<Staged, Fault> {
    let arriving = async {
        let mut incoming = shared.files.receive(caller.institution()).await?;
        let mut pieces = body.into_data_stream();
        let (mut ends, mut came) = (Instant::now() + PAUSE, 0);
        loop {
            let next = tokio::time::timeout_at(ends, pieces.next()).await;
            match next.map_err(|_| late())? {
                None => break Ok::<_, Fault>(incoming.finish(name).await?),
                Some(Ok(piece)) => {
                    incoming.write(&piece).await?;
                    came += piece.len();
                    if came >= LEAST {
                        (ends, came) = (Instant::now() + PAUSE, 0);
                    }
                }
                Some(Err(_)) => {
                    return Err(files::bad(
                        "파일이 끝까지 오지 않았습니다.",
                        "The file did not arrive whole.",
                    ));
                }
            }
        }
    };
    tokio::time::timeout(ARRIVAL, arriving).await.map_err(|_| late())?
}

fn late() -> Fault {
    Fault::new(
        StatusCode::REQUEST_TIMEOUT,
        "TIMEOUT",
        "파일이 제때 오지 않았습니다. 다시 올려 주십시오.",
        "The file did not arrive in time; send it again.",
    )
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn a_name_is_told_as_it_is_and_in_plain_letters() {
        assert_eq!(
            disposition("회의록 1.pdf"),
            "attachment; filename=\"___ 1.pdf\"; filename*=UTF-8''%ED%9A%8C%EC%9D%98%EB%A1%9D%201.pdf"
        );
        assert_eq!(
            disposition("a\"b;c.pdf"),
            "attachment; filename=\"a_b_c.pdf\"; filename*=UTF-8''a%22b%3Bc.pdf"
        );
    }
}
