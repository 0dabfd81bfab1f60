//! Requests and answers on the wire, to the routes or to a server of its own.

use std::net::SocketAddr;
use std::time::Duration;

use aiplus::app::App;
use aiplus::config::ServeSettings;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, HeaderValue, Request, Version, header};
use axum::response::Response;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tower::ServiceExt;

use crate::support::TestApp;

/// How long a test waits for what must come.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// An answer that has arrived.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub version: Version,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub async fn of(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1 << 26).await.unwrap();
        Self { status: parts.status.as_u16(), version: parts.version, headers: parts.headers, body }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("no JSON: {}", String::from_utf8_lossy(&self.body)))
    }

    pub fn code(&self) -> Value {
        self.json()["errors"][0]["extensions"]["code"].clone()
    }

    /// What the header `ratelimit` says is left, and the seconds until all is.
    pub fn left(&self) -> (u32, u32) {
        let header = self.header("ratelimit").unwrap();
        let number = |name: &str| {
            let part = header.split(';').find_map(|part| part.strip_prefix(name)).unwrap();
            part.parse().unwrap()
        };
        (number("r="), number("t="))
    }

    pub fn retry_after(&self) -> u64 {
        self.header("retry-after").unwrap().parse().unwrap()
    }
}

/// The routes over an application, with settings of their own.
pub fn router(app: &TestApp, settings: &ServeSettings) -> Router {
    let (_, stopping) = tokio::sync::watch::channel(false);
    aiplus::http::router(app.app.clone(), settings, stopping)
}

/// The answer of routes.
pub async fn call(router: &Router, request: Request<Body>) -> Answer {
    Answer::of(router.clone().oneshot(request).await.unwrap()).await
}

/// A server on a port of its own, for as long as it is held.
pub struct Server {
    pub address: SocketAddr,
    task: JoinHandle<()>,
}

impl Server {
    pub async fn start(app: App, settings: &ServeSettings) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let settings = settings.clone();
        let task = tokio::spawn(async move {
            aiplus::http::serve(listener, app, &settings).await.unwrap();
        });
        Self { address, task }
    }

    /// A connection over HTTP/1.1.
    pub async fn connect(&self) -> Connection {
        let stream = TokioIo::new(TcpStream::connect(self.address).await.unwrap());
        let (sender, connection) = http1::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        Connection(sender)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A connection over HTTP/1.1, kept open as long as the server keeps it.
pub struct Connection(http1::SendRequest<Body>);

impl Connection {
    pub async fn ask(&mut self, mut request: Request<Body>) -> Answer {
        request.headers_mut().entry(header::HOST).or_insert(HeaderValue::from_static("api.test"));
        self.0.ready().await.unwrap();
        let response = tokio::time::timeout(PATIENCE, self.0.send_request(request)).await;
        Answer::of(response.expect("no answer").unwrap().map(Body::new)).await
    }
}

/// A GraphQL request over POST.
pub fn post(token: Option<&str>, body: &Value) -> Request<Body> {
    with_body(token, body.to_string().into())
}

pub fn with_body(token: Option<&str>, body: Body) -> Request<Body> {
    let mut request = Request::post("/graphql")
        .header(header::HOST, "api.test")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/graphql-response+json");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    request.body(body).unwrap()
}

pub fn query(text: &str) -> Request<Body> {
    post(None, &json!({ "query": text }))
}

pub fn get(path: &str) -> Request<Body> {
    Request::get(path).header(header::HOST, "api.test").body(Body::empty()).unwrap()
}

/// The request with these headers and no others of their names.
pub fn with(mut request: Request<Body>, headers: &[(&'static str, &str)]) -> Request<Body> {
    for (name, _) in headers {
        request.headers_mut().remove(*name);
    }
    for (name, value) in headers {
        request.headers_mut().append(*name, value.parse().unwrap());
    }
    request
}

/// A text as it stands in a query string.
pub fn form_urlencoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}
