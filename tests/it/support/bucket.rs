//! A store of files on this machine, in memory, that speaks what the server uses of S3's protocol. It believes nobody whose
//! signature (AWS Signature Version 4) is not right, and fails as it is told to.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aiplus::config::{FileSettings, StoreSettings};
use aws_lc_rs::{digest, hmac};
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Response, StatusCode};
use chrono::{DateTime, Utc};
use futures_util::stream;
use tokio::net::TcpListener;

/// The key of the store.
pub const ID: &str = "AKIDSTANDIN";
/// What nobody is told.
pub const SECRET: &str = "hunter2/of+the/store";
const REGION: &str = "kr-standin-1";
/// Names told at a time.
const PAGE: usize = 2;

/// What goes wrong with a request.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// The store is busy.
    Busy,
    /// No answer comes.
    Hang,
    /// The body ends before its end.
    Cut,
}

#[derive(Default)]
struct Held {
    objects: BTreeMap<String, (Bytes, DateTime<Utc>)>,
    parts: BTreeMap<String, Bytes>,
    asked: Vec<String>,
    next: VecDeque<Fault>,
    always: Option<Fault>,
}

/// The store.
#[derive(Clone)]
pub struct Store {
    held: Arc<Mutex<Held>>,
    address: String,
}

impl Store {
    pub async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let store = Self { held: Arc::default(), address };
        let router = axum::Router::new().fallback(answer).with_state(store.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        store
    }

    pub fn settings(&self) -> FileSettings {
        let store = StoreSettings {
            s3_bucket: Some("files/aiplus".to_owned()),
            s3_endpoint: Some(self.address.clone()),
            s3_region: REGION.to_owned(),
            s3_access_key: Some(ID.parse().unwrap()),
            s3_secret_key: Some(SECRET.parse().unwrap()),
            s3_timeout: 1,
        };
        FileSettings { store, file_size: 8, ..FileSettings::default() }
    }

    pub fn names(&self) -> Vec<String> {
        self.held.lock().unwrap().objects.keys().cloned().collect()
    }

    /// What was asked since this was asked last.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.held.lock().unwrap().asked)
    }

    pub fn put(&self, name: &str, content: &'static [u8]) {
        let content = (Bytes::from_static(content), Utc::now());
        self.held.lock().unwrap().objects.insert(name.to_owned(), content);
    }

    pub fn remove(&self, name: &str) {
        self.held.lock().unwrap().objects.remove(name);
    }

    /// Makes one look as if it had been there for so many hours.
    pub fn age(&self, name: &str, hours: u64) {
        let since = Utc::now() - Duration::from_secs(hours * 3600);
        self.held.lock().unwrap().objects.get_mut(name).unwrap().1 = since;
    }

    pub fn fail(&self, next: impl IntoIterator<Item = Fault>) {
        self.held.lock().unwrap().next.extend(next);
    }

    pub fn always(&self, fault: Option<Fault>) {
        self.held.lock().unwrap().always = fault;
    }
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sha256(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes))
}

fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|it| if plain(it) { char::from(it).to_string() } else { format!("%{it:02X}") })
        .collect()
}

fn query(parts: &Parts) -> BTreeMap<String, String> {
    form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect()
}

/// Whether a request is signed as it must be, and holds what its signature says.
fn is_signed(parts: &Parts, body: &[u8]) -> bool {
    let header = |name: &str| parts.headers.get(name).and_then(|it| it.to_str().ok());
    let (Some(told), Some(hash), Some(instant)) =
        (header("authorization"), header("x-amz-content-sha256"), header("x-amz-date"))
    else {
        return false;
    };
    let field = |name: &str| {
        let told = told.strip_prefix("AWS4-HMAC-SHA256 ").unwrap_or_default();
        told.split(',').find_map(|it| it.trim().strip_prefix(name)).unwrap_or_default()
    };
    let (day, signed) = (&instant[..8], field("SignedHeaders="));
    let names: Vec<&str> = signed.split(';').collect();
    let must: Vec<&str> = parts
        .headers
        .keys()
        .map(|name| name.as_str())
        .filter(|name| *name == "host" || name.starts_with("x-amz-"))
        .collect();
    let headers: String = names
        .iter()
        .map(|name| format!("{name}:{}\n", header(name).unwrap_or_default().trim()))
        .collect();
    let query: Vec<String> = query(parts)
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
        .collect();
    let (method, path, query) = (&parts.method, parts.uri.path(), query.join("&"));
    let request = format!("{method}\n{path}\n{query}\n{headers}\n{signed}\n{hash}");
    let scope = format!("{day}/{REGION}/s3/aws4_request");
    let text = format!("AWS4-HMAC-SHA256\n{instant}\n{scope}\n{}", sha256(request.as_bytes()));
    let mut key = format!("AWS4{SECRET}").into_bytes();
    for part in [day, REGION, "s3", "aws4_request", &text] {
        let signing = hmac::Key::new(hmac::HMAC_SHA256, &key);
        key = hmac::sign(&signing, part.as_bytes()).as_ref().to_vec();
    }
    let now = DateTime::parse_from_str(&format!("{instant} +0000"), "%Y%m%dT%H%M%SZ %z").unwrap();
    field("Credential=") == format!("{ID}/{scope}")
        && field("Signature=") == hex(&key)
        && hash == sha256(body)
        && must.iter().all(|name| names.contains(name))
        && (Utc::now() - now.to_utc()).abs().num_minutes() < 5
}

fn told(status: u16, headers: &[(&str, String)], body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, value);
    }
    response.body(body.into()).unwrap()
}

async fn answer(State(store): State<Store>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 26).await.unwrap();
    let fault = {
        let mut held = store.held.lock().unwrap();
        held.asked.push(format!("{} {}", parts.method, parts.uri));
        held.next.pop_front().or(held.always)
    };
    match fault {
        Some(Fault::Hang) => std::future::pending().await,
        Some(Fault::Busy) => return told(503, &[], "<Error><Code>SlowDown</Code></Error>"),
        Some(Fault::Cut) | None => {}
    }
    if !is_signed(&parts, &body) {
        return told(403, &[], "<Error><Code>SignatureDoesNotMatch</Code></Error>");
    }
    let answer = carried_out(&store, &parts, body);
    if !matches!(fault, Some(Fault::Cut)) || parts.method != Method::GET {
        return answer;
    }
    let (mut head, body) = answer.into_parts();
    let body = axum::body::to_bytes(body, 1 << 26).await.unwrap();
    head.headers.insert("content-length", body.len().into());
    let half = body.slice(..body.len() / 2);
    let pieces = [Ok(half), Err(std::io::Error::other("cut"))];
    Response::from_parts(head, Body::from_stream(stream::iter(pieces)))
}

fn carried_out(store: &Store, parts: &Parts, body: Bytes) -> Response<Body> {
    let query = query(parts);
    let asked = |name: &str| query.get(name).map(String::as_str);
    let Some(name) = parts.uri.path().strip_prefix("/files") else { return told(404, &[], "") };
    let name = name.trim_start_matches('/');
    let mut held = store.held.lock().unwrap();
    let held = &mut *held;
    let tag = |content: &Bytes| ("etag", format!("\"{}\"", &sha256(content)[..32]));
    let kept = |held: &mut Held, content: Bytes| {
        let tag = tag(&content);
        held.objects.insert(name.to_owned(), (content, Utc::now()));
        told(200, std::slice::from_ref(&tag), format!("<R><ETag>{}</ETag></R>", tag.1))
    };
    match (parts.method.as_str(), asked("uploadId")) {
        ("GET", _) if name.is_empty() => listed(held, &query),
        ("POST", None) if query.contains_key("uploads") => {
            held.parts.clear();
            let made = "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>";
            told(200, &[], made)
        }
        ("PUT", Some(_)) => {
            let number: u32 = asked("partNumber").unwrap().parse().unwrap();
            let answer = told(200, &[tag(&body)], "");
            held.parts.insert(format!("{number:05}"), body);
            answer
        }
        ("POST", Some(_)) => {
            let all: Vec<u8> = std::mem::take(&mut held.parts).into_values().flatten().collect();
            kept(held, all.into())
        }
        ("DELETE", Some(_)) => told(204, &[], ""),
        ("PUT", None) => {
            if parts.headers.contains_key("if-none-match") && held.objects.contains_key(name) {
                return told(412, &[], "");
            }
            let from = parts.headers.get("x-amz-copy-source").map(|it| it.to_str().unwrap());
            match from.map(|from| held.objects.get(from.strip_prefix("files/").unwrap())) {
                None => kept(held, body),
                Some(None) => told(404, &[], "<Error><Code>NoSuchKey</Code></Error>"),
                Some(Some((content, _))) => {
                    let content = content.clone();
                    kept(held, content)
                }
            }
        }
        ("DELETE", None) => {
            held.objects.remove(name);
            told(204, &[], "")
        }
        ("GET" | "HEAD", _) => match held.objects.get(name) {
            None => told(404, &[], "<Error><Code>NoSuchKey</Code></Error>"),
            Some((content, since)) => {
                let since = since.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
                part(&parts.headers, content, &[tag(content), ("last-modified", since)])
            }
        },
        _ => told(400, &[], ""),
    }
}

fn part(headers: &HeaderMap, content: &Bytes, lines: &[(&str, String)]) -> Response<Body> {
    let Some(range) = headers.get("range") else { return told(200, lines, content.clone()) };
    let range = range.to_str().unwrap().strip_prefix("bytes=").unwrap();
    let (first, last) = range.split_once('-').unwrap();
    let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
    if first >= content.len() {
        return told(StatusCode::RANGE_NOT_SATISFIABLE.as_u16(), &[], "");
    }
    let last = last.min(content.len() - 1);
    let span = ("content-range", format!("bytes {first}-{last}/{}", content.len()));
    told(206, &[lines, &[span]].concat(), content.slice(first..=last))
}

fn listed(held: &Held, query: &BTreeMap<String, String>) -> Response<Body> {
    let (prefix, after) = (&query["prefix"], query.get("continuation-token"));
    let all: Vec<_> = held
        .objects
        .iter()
        .filter(|(name, _)| name.starts_with(prefix) && after.is_none_or(|after| *name > after))
        .collect();
    let page = &all[..all.len().min(PAGE)];
    let mut text = format!(
        "<ListBucketResult><KeyCount>{}</KeyCount><IsTruncated>{}</IsTruncated>",
        page.len(),
        all.len() > PAGE
    );
    if let Some((name, _)) = page.last().filter(|_| all.len() > PAGE) {
        text.push_str(&format!("<NextContinuationToken>{name}</NextContinuationToken>"));
    }
    for (name, (content, since)) in page {
        let (since, size) = (since.to_rfc3339(), content.len());
        text.push_str(&format!("<Contents><Key>{name}</Key><LastModified>{since}</LastModified><ETag>\"x\"</ETag><Size>{size}</Size></Contents>"));
    }
    told(200, &[("content-type", "application/xml".to_owned())], text + "</ListBucketResult>")
}
