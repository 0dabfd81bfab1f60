//! GraphQL over HTTP (GraphQL-over-HTTP specification): one request a call, over POST, and queries over
//! GET. async-graphql-axum's extractor takes what the specification refuses (mutations over GET, any
//! content type, bodies of any size), so the wire is read here.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request, State, WebSocketUpgrade};
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use serde_json::{Map, Value};

use super::Shared;
use super::headers::{RequestId, language};
use super::websocket;
use crate::domain::principal::Principal;
use crate::error::{Error, Message};
use crate::graphql::request::{self, GraphQlError};

/// Longest body, in bytes.
const MAX_BODY: usize = 1024 * 1024;
/// Time in which a body must arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(8);

/// Media types of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Media {
    /// `application/graphql-response+json`: the status tells of the request.
    GraphQl,
    /// `application/json`: 200 for whatever was well formed.
    Json,
}

impl Media {
    fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::GraphQl => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        })
    }

    /// The best of both by the quality the caller gives them; none if it takes neither.
    fn choose(headers: &HeaderMap) -> Option<Self> {
        let mut accepts = headers.get_all(header::ACCEPT).iter().peekable();
        if accepts.peek().is_none() {
            return Some(Self::Json);
        }
        let mut best: Option<(f32, Self)> = None;
        for accept in accepts {
            for part in accept.to_str().unwrap_or_default().split(',') {
                let mut pieces = part.split(';').map(str::trim);
                let media = match pieces.next().unwrap_or_default().to_ascii_lowercase().as_str() {
                    "application/graphql-response+json" => Self::GraphQl,
                    "application/json" | "application/*" | "*/*" => Self::Json,
                    _ => continue,
                };
                let quality = pieces
                    .find_map(|piece| piece.strip_prefix("q=")?.parse::<f32>().ok())
                    .unwrap_or(1.0);
                if quality > 0.0 && best.is_none_or(|(known, _)| quality > known) {
                    best = Some((quality, media));
                }
            }
        }
        best.map(|(_, media)| media)
    }
}

/// What is wrong with a call, with its status.
struct Refusal(StatusCode, Error);

fn bad_request(ko: &str, en: &str) -> Refusal {
    refused(Error::bad_request(ko, en))
}

fn refused(error: Error) -> Refusal {
    Refusal(StatusCode::BAD_REQUEST, error)
}

/// The endpoint `/graphql`.
pub async fn endpoint(State(shared): State<Shared>, request: Request) -> Response {
    if request.headers().contains_key(header::UPGRADE) {
        let (mut parts, _) = request.into_parts();
        let language = language(&parts.headers);
        return match WebSocketUpgrade::from_request_parts(&mut parts, &shared).await {
            Ok(upgrade) => websocket::upgrade(shared, upgrade, &parts.headers, language),
            Err(refused) => refused.into_response(),
        };
    }
    let language = language(request.headers());
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let media = Media::choose(request.headers());
    let shown = media.unwrap_or(Media::GraphQl);
    let refuse = |Refusal(status, error): Refusal| {
        answer(shown, status, request::Response::refused(error).into_json(language, &id))
    };
    if media.is_none() {
        return refuse(Refusal(
            StatusCode::NOT_ACCEPTABLE,
            Error::BadRequest(Message::new(
                "application/graphql-response+json 또는 application/json만 제공합니다.",
                "Only application/graphql-response+json and application/json are offered.",
            )),
        ));
    }
    let read = match *request.method() {
        Method::GET => from_query(request.uri().query().unwrap_or_default()),
        Method::POST => from_body(request).await,
        _ => {
            let mut response = refuse(Refusal(
                StatusCode::METHOD_NOT_ALLOWED,
                Error::BadRequest(Message::new(
                    "GET 또는 POST만 쓸 수 있습니다.",
                    "Use GET or POST.",
                )),
            ));
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, POST"));
            return response;
        }
    };
    let request = match read {
        Ok(request) => request,
        Err(refusal) => return refuse(refusal),
    };
    let run = shared.app.engine.execute(&request, &Principal::Anonymous, Utc::now());
    let response = match tokio::time::timeout(shared.query_timeout, run).await {
        Ok(response) => response,
        Err(_) => return refuse(Refusal(StatusCode::GATEWAY_TIMEOUT, Error::Timeout)),
    };
    let status = status(shown, &response);
    answer(shown, status, response.into_json(language, &id))
}

/// A request that failed before its execution is a bad one, for callers that know the new media type.
fn status(media: Media, response: &request::Response) -> StatusCode {
    let too_large = |error: &GraphQlError| matches!(error.error, Error::TooLarge(_));
    match (&response.data, media) {
        (Some(_), _) | (None, Media::Json) => StatusCode::OK,
        (None, Media::GraphQl) if response.errors.iter().any(too_large) => {
            StatusCode::PAYLOAD_TOO_LARGE
        }
        (None, Media::GraphQl) => StatusCode::BAD_REQUEST,
    }
}

fn answer(media: Media, status: StatusCode, body: String) -> Response {
    let mut response =
        (status, [(header::CONTENT_TYPE, media.content_type())], body).into_response();
    if matches!(status, StatusCode::PAYLOAD_TOO_LARGE | StatusCode::REQUEST_TIMEOUT) {
        // What is left of the body is not read, so nothing else can follow on this connection.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// A request in the parameters of a GET.
fn from_query(query: &str) -> Result<request::Request, Refusal> {
    let mut fields = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let value = match &*name {
            "query" | "operationName" => Value::from(value.into_owned()),
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
    request::Request::from_fields(fields).map_err(refused)
}

async fn from_body(request: Request) -> Result<request::Request, Refusal> {
    let unsupported = || {
        Refusal(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Error::BadRequest(Message::new(
                "Content-Type은 application/json이어야 합니다.",
                "The content type must be application/json.",
            )),
        )
    };
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .ok_or_else(unsupported)?;
    let mut pieces = kind.split(';').map(|piece| piece.trim().to_ascii_lowercase());
    let is_json = pieces.next().as_deref() == Some("application/json");
    let is_utf8 =
        pieces.all(|piece| matches!(piece.as_str(), "charset=utf-8" | "charset=\"utf-8\""));
    if !is_json || !is_utf8 || request.headers().contains_key(header::CONTENT_ENCODING) {
        return Err(unsupported());
    }
    let bytes = read_body(request.into_body()).await?;
    let fields = serde_json::from_slice::<UniqueObject>(&bytes).map_err(|_| {
        bad_request(
            "본문은 GraphQL 요청의 JSON 객체여야 합니다.",
            "The body must be the JSON object of a GraphQL request.",
        )
    })?;
    request::Request::from_fields(fields.0).map_err(refused)
}

async fn read_body(body: Body) -> Result<axum::body::Bytes, Refusal> {
    match tokio::time::timeout(BODY_TIMEOUT, to_bytes(body, MAX_BODY)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(Refusal(
            StatusCode::PAYLOAD_TOO_LARGE,
            Error::TooLarge(Message::new(
                format!("요청 본문이 너무 큽니다(한도 {MAX_BODY}바이트)."),
                format!("The body is too large (at most {MAX_BODY} bytes)."),
            )),
        )),
        Err(_) => Err(Refusal(StatusCode::REQUEST_TIMEOUT, Error::Timeout)),
    }
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
