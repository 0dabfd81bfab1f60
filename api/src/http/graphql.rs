//! GraphQL over HTTP (GraphQL-over-HTTP specification): one request a call, over POST, and queries over
//! GET. async-graphql-axum's extractor takes what the specification refuses (mutations over GET, any
//! content type, bodies of any size), so the wire is read here.

use std::time::{Duration, Instant};

use apollo_compiler::ast::OperationType;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use multer::{Constraints, Multipart, SizeLimit};
use serde_json::{Map, Value};

use super::admission::{Kind, admit, in_turn};
use super::caller::Caller;
use super::headers::{least, tell_position};
use super::media::Media;
use super::refusal::Signs;
use super::{Refusal, Shared, body, event_stream, websocket};
use crate::domain::access::{self, Needs};
use crate::domain::principal::Principal;
use crate::error::Error;
use crate::graphql::engine::{Effort, Prepared};
use crate::graphql::request;
use crate::input::types::Upload;
use crate::metrics::METRICS;

/// Longest body, in bytes.
pub const MAX_BODY: usize = 1024 * 1024;
/// Longest body that files come with, in bytes.
const MAX_FORM: u64 = 10 * 1024 * 1024;
/// Time in which such a body must arrive.
const FORM_ARRIVAL: Duration = Duration::from_secs(120);
/// Most files that come with a request.
const MAX_UPLOADS: usize = 10;
/// Longest body that is read in next to no time, in bytes.
const SHORT_BODY: usize = 16 * 1024;

fn bad_request(ko: &str, en: &str) -> Refusal {
    Error::bad_request(ko, en).into()
}

/// The endpoint `/graphql`.
pub async fn endpoint(State(shared): State<Shared>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let mut caller = Caller::of(&shared, &parts);
    // Another upgrade, as curl offers HTTP/2, may be passed over (RFC 9110 §7.8).
    let upgrade = parts.headers.get(header::UPGRADE).and_then(|upgrade| upgrade.to_str().ok());
    let is_socket = upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket"));
    if is_socket && parts.method == Method::GET {
        return websocket::endpoint(shared, caller, &mut parts).await;
    }
    let Some(media) = Media::choose(&parts.headers) else {
        return refuse(&caller, Media::GraphQl, Refusal::not_acceptable());
    };
    match run(&shared, &mut caller, media, parts, body).await {
        Ok(response) => response,
        Err(refusal) => refuse(&caller, media.of_refusal(), refusal),
    }
}

async fn run(
    shared: &Shared,
    caller: &mut Caller,
    media: Media,
    parts: Parts,
    body: Body,
) -> Result<Response, Refusal> {
    if !matches!(parts.method, Method::GET | Method::HEAD | Method::POST) {
        return Err(Refusal::method_not_allowed("GET, HEAD, POST"));
    }
    let is_safe = parts.method != Method::POST;
    // Nobody reads a stream that has no body.
    let media = if parts.method == Method::HEAD { media.of_refusal() } else { media };
    caller.sign_in(shared, &parts).await?;
    // Who has signed in was asked when it did.
    if caller.principal == Principal::Anonymous {
        caller.may_ask(shared)?;
    }
    let mut request = if is_safe {
        from_query(parts.uri.query().unwrap_or_default())?
    } else {
        let _room = match &caller.connection {
            Some(connection) => Some(connection.room(&parts.headers).await),
            None => None,
        };
        from_body(shared, caller, &parts.headers, body).await?
    };
    request.is_safe = is_safe;
    request.least = least(&parts.headers)?;
    let since = Instant::now();
    let prepared = match prepare(shared, caller, request).await? {
        Ok(prepared) => prepared,
        Err(refused) => {
            let code = refused.errors.first().map_or("OK", |first| first.error.code());
            METRICS.operation("none", code, 0, since.elapsed());
            return Ok(finish(caller, media.of_refusal(), refused));
        }
    };
    if let Some(name) = prepared.name() {
        // Names have no bound of their own.
        let shown: String = name.chars().take(64).collect();
        tracing::Span::current().record("operation", shown);
    }
    if media == Media::EventStream {
        return event_stream::answer(shared.clone(), caller.clone(), prepared).await;
    }
    let answered = answer_in_time(shared, caller, &prepared).await?;
    Ok(finish(caller, media, answered))
}

/// Finds out whether a request is good, when it is its caller's turn if that takes a while, and charges what it takes.
///
/// # Errors
/// Rate limited; unavailable, if there is no turn in time; internal.
pub async fn prepare(
    shared: &Shared,
    caller: &mut Caller,
    request: request::Request,
) -> Result<Result<Prepared, request::Response>, Error> {
    let engine = shared.app.engine.clone();
    let effort = engine.effort(&request);
    let author = caller.clone();
    let work = move || engine.prepare(&request, &author.call(Utc::now()));
    match effort {
        Effort::None => Ok(work()),
        Effort::Little | Effort::Much => {
            in_turn(shared, caller, effort == Effort::Much, work).await
        }
    }
}

/// Answers a query or a mutation when it is its caller's turn, in time, and charges what it has cost.
///
/// # Errors
/// Rate limited; 503, if there is no turn in time or nothing can be answered now, whatever the media type: proxies
/// and callers shall try again; 504, if it takes too long.
pub async fn answer_in_time(
    shared: &Shared,
    caller: &mut Caller,
    prepared: &Prepared,
) -> Result<request::Response, Refusal> {
    let since = Instant::now();
    let answered = answer_admitted(shared, caller, prepared).await;
    let (error, rows) = match &answered {
        Ok(answered) => {
            let first = answered.errors.first().map(|first| first.error.code());
            (first, answered.cost.map_or(0, |cost| cost.actual))
        }
        Err(Refusal(_, error)) => (Some(error.code()), 0),
    };
    let kind = prepared.kind.name();
    METRICS.operation(kind, error.unwrap_or("OK"), rows, since.elapsed());
    answered
}

async fn answer_admitted(
    shared: &Shared,
    caller: &mut Caller,
    prepared: &Prepared,
) -> Result<request::Response, Refusal> {
    let writes = prepared.kind == OperationType::Mutation;
    let admitted = admit(shared, caller, if writes { Kind::Write } else { Kind::Read }).await?;
    let call = caller.call(Utc::now());
    let answering = shared.app.pulse().during(shared.app.engine.answer(prepared, &call));
    let answered = tokio::time::timeout(shared.settings.limits.query_timeout(), answering).await;
    let cost = answered.as_ref().ok().and_then(|answered| answered.as_ref().ok()?.cost);
    caller.allowance = admitted.end(cost.map_or(0, |cost| cost.actual));
    let mut answered = match answered {
        Err(_) => return Err(Refusal(StatusCode::GATEWAY_TIMEOUT, Error::Timeout)),
        Ok(Err(error)) if error.retry_after().is_some() => return Err(error.into()),
        Ok(answered) => answered.unwrap_or_else(request::Response::refused),
    };
    answered.allowance = caller.allowance;
    Ok(answered)
}

fn finish(caller: &Caller, media: Media, answered: request::Response) -> Response {
    let status = status(media, &answered);
    let refused = answered.errors.first().filter(|_| answered.data.is_none());
    let signs = refused.map(|first| Signs::of(&first.error));
    let position = answered.position;
    let body = answered.into_json(caller.language, &caller.request_id);
    let mut response = answer(media, status, body);
    signs.unwrap_or_default().put(&mut response);
    tell_position(response.headers_mut(), position);
    caller.tell(response.headers_mut());
    response
}

/// The answer to a caller who is not even heard.
pub fn turned_away(caller: &Caller, headers: &HeaderMap, error: Error) -> Response {
    let media = Media::choose(headers).unwrap_or(Media::GraphQl).of_refusal();
    refuse(caller, media, error.into())
}

fn refuse(caller: &Caller, media: Media, refusal: Refusal) -> Response {
    let Refusal(status, error) = refusal;
    let signs = Signs::of(&error);
    let body = request::Response::refused(error).into_json(caller.language, &caller.request_id);
    let mut response = answer(media, status, body);
    caller.tell(response.headers_mut());
    signs.put(&mut response);
    response
}

/// A request that failed before its execution is a bad one, for callers that know the new media type.
fn status(media: Media, response: &request::Response) -> StatusCode {
    let mut errors = response.errors.iter().map(|error| &error.error);
    let is_method = errors.clone().any(|error| matches!(error, Error::MethodNotAllowed { .. }));
    if response.data.is_some() || (media == Media::Json && !is_method) {
        return StatusCode::OK;
    }
    let statuses = errors.by_ref().map(Refusal::status_of);
    statuses.max().unwrap_or(StatusCode::BAD_REQUEST)
}

fn answer(media: Media, status: StatusCode, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, media.content_type())], body).into_response()
}

/// A request in the parameters of a GET.
fn from_query(query: &str) -> Result<request::Request, Refusal> {
    let mut fields = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let value = match &*name {
            "query" | "operationName" | "documentId" | "doc_id" | "id" => {
                Value::from(value.into_owned())
            }
            "variables" | "extensions" => serde_json::from_str(&value).map_err(|_| {
                bad_request(
                    "variables와 extensions는 JSON 객체여야 합니다.",
                    "variables and extensions must be JSON objects.",
                )
            })?,
            _ => continue,
        };
        if fields.insert(name.into_owned(), value).is_some() {
            return Err(bad_request(
                "같은 매개변수가 두 번 있습니다.",
                "A parameter stands twice.",
            ));
        }
    }
    request::Request::from_fields(fields).map_err(Refusal::from)
}

async fn from_body(
    shared: &Shared,
    caller: &mut Caller,
    headers: &HeaderMap,
    body: Body,
) -> Result<request::Request, Refusal> {
    let whole = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .ok_or_else(Refusal::unsupported)?;
    let mut pieces = whole.split(';').map(|piece| piece.trim().to_ascii_lowercase());
    let kind = pieces.next();
    let is_json = kind.as_deref() == Some("application/json");
    let is_form = kind.as_deref() == Some("multipart/form-data");
    let is_utf8 =
        pieces.all(|piece| matches!(piece.as_str(), "charset=utf-8" | "charset=\"utf-8\""));
    if headers.contains_key(header::CONTENT_ENCODING) {
        return Err(Refusal::unsupported());
    }
    if is_form {
        return from_form(shared, caller, whole, body).await;
    }
    if !is_json || !is_utf8 {
        return Err(Refusal::unsupported());
    }
    let bytes = body::read(body, MAX_BODY).await?;
    request::Request::from_fields(object(shared, caller, bytes).await?).map_err(Refusal::from)
}

/// The JSON object of a request, read when it is its caller's turn if that takes a while.
async fn object(
    shared: &Shared,
    caller: &mut Caller,
    bytes: Bytes,
) -> Result<Map<String, Value>, Refusal> {
    let is_short = bytes.len() <= SHORT_BODY;
    let read = move || serde_json::from_slice::<UniqueObject>(&bytes);
    let read = if is_short { read() } else { in_turn(shared, caller, true, read).await? };
    read.map(|fields| fields.0).map_err(|_| {
        bad_request(
            "본문은 GraphQL 요청의 JSON 객체여야 합니다.",
            "The body must be the JSON object of a GraphQL request.",
        )
    })
}

/// What is wrong with a form.
fn bad_form() -> Refusal {
    bad_request(
        "multipart/form-data 본문에는 operations(요청 하나의 JSON 객체), map, 파일이 차례로 있어야 합니다.",
        "A body of multipart/form-data has operations (the JSON object of one request), map and the files, in this order.",
    )
}

/// Reads a request that files come with (GraphQL multipart request specification), of a caller who may attach some. The
/// reader of async-graphql-axum holds all of it in memory, and takes operations that no other request may have.
async fn from_form(
    shared: &Shared,
    caller: &mut Caller,
    kind: &str,
    body: Body,
) -> Result<request::Request, Refusal> {
    let may = |needs| access::may_begin(&caller.principal, needs);
    may(Needs::OwnProfile)
        .or_else(|denied| may(Needs::Submit).map_err(|_| denied))
        .map_err(Error::from)?;
    let boundary = multer::parse_boundary(kind).map_err(|_| bad_form())?;
    let _held = shared.admission.hold_upload(caller).await?;
    let limits = SizeLimit::new()
        .whole_stream(MAX_FORM)
        .for_field("operations", MAX_BODY as u64)
        .for_field("map", SHORT_BODY as u64);
    let limits = Constraints::new().size_limit(limits);
    let mut form = Multipart::with_constraints(body.into_data_stream(), boundary, limits);
    let reading = async {
        let operations = part(&mut form, "operations").await?;
        let mut fields = object(shared, caller, operations).await?;
        let map = serde_json::from_slice::<UniqueObject>(&part(&mut form, "map").await?);
        let mut map = map.map_err(|_| bad_form())?.0;
        if map.len() > MAX_UPLOADS {
            return Err(bad_request(
                &format!("한 번에 보낼 수 있는 파일은 {MAX_UPLOADS}개입니다."),
                &format!("At most {MAX_UPLOADS} files come with a request."),
            ));
        }
        let mut staged = Vec::new();
        while let Some(mut file) = form.next_field().await.map_err(cut)? {
            let paths = file.name().and_then(|name| map.remove(name)).ok_or_else(bad_form)?;
            let name = file.file_name().unwrap_or_default().to_owned();
            let mut incoming = shared.files.receive(caller.institution()).await?;
            while let Some(piece) = file.chunk().await.map_err(cut)? {
                incoming.write(&piece).await?;
            }
            let arrived = incoming.staged(&name).await?;
            let reference = Upload::reference(staged.len(), &arrived.sha256, &arrived.name);
            let paths = paths.as_array().ok_or_else(bad_form)?;
            for path in paths {
                let place = path.as_str().and_then(|path| place(&mut fields, path));
                *place.ok_or_else(bad_form)? = reference.clone();
            }
            staged.push(arrived);
        }
        if !map.is_empty() {
            return Err(bad_form());
        }
        let mut request = request::Request::from_fields(fields)?;
        request.uploads = staged.into();
        Ok(request)
    };
    let late = |_| Refusal(StatusCode::REQUEST_TIMEOUT, Error::Timeout);
    tokio::time::timeout(FORM_ARRIVAL, reading).await.map_err(late)?
}

/// The next part of a form, which must have this name.
async fn part(form: &mut Multipart<'_>, name: &str) -> Result<Bytes, Refusal> {
    let next = form.next_field().await.map_err(cut)?;
    let next = next.filter(|part| part.name() == Some(name)).ok_or_else(bad_form)?;
    next.bytes().await.map_err(cut)
}

/// Why a form could not be read to its end.
fn cut(error: multer::Error) -> Refusal {
    match error {
        multer::Error::FieldSizeExceeded { limit, .. }
        | multer::Error::StreamSizeExceeded { limit } => body::too_large(limit),
        _ => bad_form(),
    }
}

/// The null of a request that a path of a form's map names.
fn place<'a>(fields: &'a mut Map<String, Value>, path: &str) -> Option<&'a mut Value> {
    let mut steps = path.split('.');
    let mut place = fields.get_mut(steps.next().filter(|step| *step == "variables")?)?;
    for step in steps {
        place = match place {
            Value::Object(fields) => fields.get_mut(step)?,
            Value::Array(items) => items.get_mut(step.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    place.is_null().then_some(place)
}

/// A JSON object in which no key stands twice.
struct UniqueObject(Map<String, Value>);

impl<'de> serde::Deserialize<'de> for UniqueObject {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = UniqueObject;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<UniqueObject, A::Error> {
                let mut fields = Map::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if fields.insert(name, value).is_some() {
                        return Err(serde::de::Error::custom("a key stands twice"));
                    }
                }
                Ok(UniqueObject(fields))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}
