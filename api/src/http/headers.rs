//! Headers of every answer: the request's id, and what keeps browsers from guessing.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use axum::extract::Request;
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::uri::Authority;
use axum::http::{Method, StatusCode, Version};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use tracing::field::Empty;
use tracing::{Instrument as _, Span};
use uuid::Uuid;

use super::caller::Peer;
use crate::database::position::Position;
use crate::error::{Error, Language};
use crate::metrics::METRICS;
use crate::{graphql, telemetry};

/// Header of the request's id.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Header of what a request must find at least, or an answer includes, where a replica may be behind.
pub const POSITION: HeaderName = HeaderName::from_static("x-position");

/// What a request must find at least.
///
/// # Errors
/// Bad request, if it is no position.
pub fn least(headers: &HeaderMap) -> Result<Position, Error> {
    let Some(given) = headers.get(POSITION) else { return Ok(Position::default()) };
    given.to_str().ok().and_then(|given| given.parse().ok()).ok_or_else(|| {
        Error::bad_request(
            "x-position 헤더는 응답에 있던 값이어야 합니다.",
            "The header x-position must be one that an answer had, like 16/B374D848.",
        )
    })
}

/// Tells what an answer includes.
pub fn tell_position(headers: &mut HeaderMap, position: Option<Position>) {
    let shown = position.map(|position| HeaderValue::from_str(&position.to_string()));
    if let Some(Ok(shown)) = shown {
        headers.insert(POSITION, shown);
    }
}

/// Policy of pages: scripts, styles and workers of our own only; no framing.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     font-src 'self' data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// Policy of everything else: nothing.
const DATA_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// The id of a request, given by the caller if it is a plain one, or new.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).filter(|id| {
        (8..=64).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    });
    given.map_or_else(|| Uuid::now_v7().to_string(), str::to_owned)
}

/// The language a caller prefers.
pub fn language(headers: &HeaderMap) -> Language {
    Language::from_header(
        headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()),
    )
}

/// Whatever is logged on behalf of a request bears its id, and its client and its operation's name once they are known.
pub fn span_of(request_id: &str) -> Span {
    tracing::error_span!("request", request.id = request_id, client = Empty, operation = Empty)
}

/// Routes by which requests are counted; what follows the last slash is cut off.
const ROUTES: [&str; 24] = [
    "/graphql",
    "/oauth/token",
    "/oauth/revoke",
    "/export/",
    "/import/",
    "/files/",
    "/documents/",
    "/submissions/",
    "/metrics",
    "/graphiql",
    "/assets/",
    "/bodies/",
    "/meetings/",
    "/institutions/",
    "/bills/",
    "/recommendations/",
    "/cases/",
    "/programmes/",
    "/search",
    "/submit",
    "/.well-known/",
    "/healthz",
    "/readyz",
    "/",
];

fn route_of(path: &str) -> &'static str {
    let is_of = |route: &&&str| {
        path == **route || (route.len() > 1 && route.ends_with('/') && path.starts_with(**route))
    };
    ROUTES.iter().find(is_of).copied().unwrap_or("other")
}

fn method_of(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Why a request that came over a connection is none of HTTP's, with its status: which server it is for must be
/// told once (RFC 9112 §3.2), and how its body is coded must be known (§6.1).
fn malformed(request: &Request) -> Option<(StatusCode, Error)> {
    request.extensions().get::<Peer>()?;
    let bad = |ko: &str, en: &str| Some((StatusCode::BAD_REQUEST, Error::bad_request(ko, en)));
    let mut hosts = request.headers().get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) if request.version() == Version::HTTP_11 => {
            return bad("Host 헤더가 필요합니다.", "The header Host is required.");
        }
        (_, Some(_)) => return bad("Host 헤더가 두 번 있습니다.", "The header Host stands twice."),
        (Some(host), None) if !host.is_empty() && !is_host(host.as_bytes()) => {
            return bad("Host 헤더가 올바르지 않습니다.", "The header Host names no host.");
        }
        _ => {}
    }
    let mut codings = request.headers().get_all(header::TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, _) => None,
        (Some(one), None) if one.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked") => None,
        _ => Some((
            StatusCode::NOT_IMPLEMENTED,
            Error::bad_request(
                "Transfer-Encoding은 chunked만 쓸 수 있습니다.",
                "The only transfer coding is chunked.",
            ),
        )),
    }
}

/// Whether the text is a host with a port at most.
fn is_host(text: &[u8]) -> bool {
    !text.contains(&b'@') && Authority::try_from(text).is_ok()
}

/// An answer that comes from no route.
fn told(status: StatusCode, error: Error, language: Language, id: &str) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/json; charset=utf-8")];
    (status, kind, graphql::request::Response::refused(error).into_json(language, id))
        .into_response()
}

/// The answer of the routes; one of our own where a handler panics.
async fn answered(request: Request, next: Next, id: &str) -> Response {
    let language = language(request.headers());
    if let Some((status, error)) = malformed(&request) {
        let mut response = told(status, error, language, id);
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        return response;
    }
    // Nothing is shared with the handler but what it keeps behind locks.
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("?");
            let error = Error::internal(format!("a panic: {text}"));
            told(StatusCode::INTERNAL_SERVER_ERROR, error, language, id)
        }
    }
}

/// Methods of the address, for who asks for them.
fn methods(path: &str) -> &'static str {
    match path {
        "/graphql" => "GET, HEAD, POST, OPTIONS",
        _ if path.starts_with("/oauth/") || path.starts_with("/import/") => "POST, OPTIONS",
        _ => "GET, HEAD, OPTIONS",
    }
}

/// Gives the request its id and the answer its headers.
pub async fn secure(mut request: Request, next: Next) -> Response {
    let id = request_id(request.headers());
    request.extensions_mut().insert(RequestId(id.clone()));
    let allow = (request.method() == Method::OPTIONS).then(|| methods(request.uri().path()));
    // Where a length stands beside a coding, the length is passed over; another server on the way may count by it,
    // so nothing that follows on the connection is read (RFC 9112 §6.3).
    let is_coded = request.headers().contains_key(header::TRANSFER_ENCODING);
    let (method, route) = (method_of(request.method()), route_of(request.uri().path()));
    let (since, span) = (Instant::now(), span_of(&id));
    let mut response = answered(request, next, &id).instrument(span.clone()).await;
    let (status, time) = (response.status().as_u16(), since.elapsed());
    METRICS.request(route, method, status, time);
    span.in_scope(|| telemetry::request(method, route, status, time));
    let headers = response.headers_mut();
    if is_coded {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    if let Some(allow) = allow {
        headers.insert(header::ALLOW, HeaderValue::from_static(allow));
    }
    let is_page = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("text/html") || kind.starts_with("text/javascript"));
    let policy = if is_page { PAGE_POLICY } else { DATA_POLICY };
    // A page may bring a stricter one.
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(policy));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    response
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::routing::get;
    use tower::ServiceExt as _;
    use tracing_subscriber::prelude::*;

    use super::*;

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// What a handler answers through [`secure`], and what was logged meanwhile.
    fn through(routes: Router) -> (Response, String) {
        let log = Log::default();
        let writer = log.clone();
        let layer =
            tracing_subscriber::fmt::layer().with_ansi(false).with_writer(move || writer.clone());
        let subscriber = tracing_subscriber::registry().with(layer);
        let request = Request::get("/").header(REQUEST_ID, "request-of-a-test").body(Body::empty());
        let asked = routes.layer(axum::middleware::from_fn(secure)).oneshot(request.unwrap());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let response =
            tracing::subscriber::with_default(subscriber, || runtime.block_on(asked).unwrap());
        let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        (response, logged)
    }

    #[test]
    fn a_panic_is_an_answer_with_its_request() {
        async fn broken() {
            panic!("out of hand");
        }
        let (response, logged) = through(Router::new().route("/", get(broken)));
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers()[REQUEST_ID], "request-of-a-test");
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let body = runtime.block_on(to_bytes(response.into_body(), 10_000)).unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        assert!(
            body.contains("\"requestId\":\"request-of-a-test\"") && !body.contains("hand"),
            "{body}"
        );
        let line = logged.lines().find(|line| line.contains("out of hand")).unwrap();
        assert!(line.contains("ERROR") && line.contains("request-of-a-test"), "{logged}");
    }

    #[test]
    fn what_is_logged_below_bears_the_request() {
        async fn below() {
            tracing::warn!("something.below");
        }
        let (_, logged) = through(Router::new().route("/", get(below)));
        let line = logged.lines().find(|line| line.contains("something.below")).unwrap();
        assert!(line.contains("request-of-a-test"), "{logged}");
    }

    #[test]
    fn a_host_is_a_name_with_a_port_at_most() {
        for (text, expected) in [
            ("api.example.kr", true),
            ("api.example.kr:8080", true),
            ("[::1]:8080", true),
            ("127.0.0.1", true),
            ("user@api.example.kr", false),
            ("api.example.kr/x", false),
            ("a b", false),
        ] {
            assert_eq!(is_host(text.as_bytes()), expected, "{text}");
        }
    }
}
