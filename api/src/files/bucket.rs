//! Contents in a bucket of an S3-compatible store, under the names that they have in the folder: `ab/cdef…`, orphans under
//! `aside/`, and `owner`, which says whose they are.
//!
//! The library signs requests (AWS Signature Version 4), reads answers and tries again what may be sent twice. They go by
//! the HTTP client of the rest of the server, to the address that is set: redirections and the environment's proxies are
//! not followed, and nothing of the environment is read.

use std::fmt;
use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use axum::body::{Bytes, to_bytes};
use chrono::{TimeDelta, Utc};
use futures_util::stream::BoxStream;
use futures_util::{StreamExt as _, TryStreamExt as _};
use hyper::Method;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect;
use hyper_util::rt::TokioExecutor;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody,
    HttpResponse, HttpResponseBody, HttpService,
};
use object_store::path::Path;
use object_store::{
    BackoffConfig, ClientOptions, GetOptions, GetRange, ObjectMeta, ObjectStore as _,
    ObjectStoreExt as _, PutMode, RetryConfig,
};
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;
use tokio::time::Sleep;

use super::{ASIDE, GRACE, OWNER, is_hash};
use crate::auth::fetch::https;
use crate::config::StoreSettings;
use crate::error::Error;

/// Bytes that are sent at a time: the least that the store's protocol takes of a content in parts.
const PART: u64 = 5 * 1024 * 1024;
/// How often what may be sent twice is tried again.
const RETRIES: usize = 2;
/// Bytes a second that are sent at the least: a large content has more time than a small one.
const SLOWEST: u64 = 128 * 1024;
/// Longest answer that is no content, such as a list of a thousand names, in bytes.
const MAX_ANSWER: u64 = 4 * 1024 * 1024;
/// Bytes that are read of what a store says of a fault.
const MAX_FAULT: usize = 16 * 1024;
/// Longest cause that is told, in characters.
const MAX_CAUSE: usize = 600;
/// Longest name of a database in the file that says whose the bucket is, in bytes.
const MAX_OWNER: u64 = 1024;
/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(5);

type Found<T> = object_store::Result<T>;

/// A bucket, or a part of one.
#[derive(Clone)]
pub struct Bucket {
    store: Arc<AmazonS3>,
    prefix: Path,
    shown: Arc<str>,
    timeout: Duration,
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bucket({})", self.shown)
    }
}

impl Bucket {
    /// The one that is set, if one is; nothing is asked yet.
    ///
    /// # Errors
    /// Internal, if it is of HTTPS and the system knows no certificates.
    pub fn new(settings: &StoreSettings) -> Result<Option<Self>, Error> {
        let StoreSettings {
            s3_bucket, s3_endpoint, s3_region, s3_access_key, s3_secret_key, ..
        } = settings;
        let (Some(bucket), Some(endpoint), Some(id), Some(key)) =
            (s3_bucket, s3_endpoint, s3_access_key, s3_secret_key)
        else {
            return Ok(None);
        };
        let (name, prefix) = bucket.split_once('/').unwrap_or((bucket, ""));
        let timeout = Duration::from_secs(settings.s3_timeout);
        let mut http = connect::HttpConnector::new();
        http.enforce_http(false);
        http.set_connect_timeout(Some(timeout.min(CONNECT)));
        let https = https(http, endpoint.starts_with("https://"))?;
        let client = Client::builder(TokioExecutor::new()).build(https);
        let (first, longest) = (Duration::from_millis(100), Duration::from_secs(1));
        let backoff = BackoffConfig { init_backoff: first, max_backoff: longest, base: 2. };
        let store = AmazonS3Builder::new()
            .with_bucket_name(name)
            .with_endpoint(endpoint)
            .with_allow_http(true)
            .with_region(s3_region)
            .with_access_key_id(id.reveal())
            .with_secret_access_key(key.reveal())
            .with_disable_bulk_delete(true)
            .with_retry(RetryConfig { backoff, max_retries: RETRIES, retry_timeout: timeout })
            .with_http_connector(Sender { client, timeout })
            .build()
            .map_err(Error::internal)?;
        let shown = format!("{endpoint}/{bucket}").into();
        Ok(Some(Self { store: Arc::new(store), prefix: Path::from(prefix), shown, timeout }))
    }

    /// What an operator knows it by.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    fn named(&self, parts: &[&str]) -> Path {
        parts.iter().fold(self.prefix.clone(), |path, part| path.join(*part))
    }

    fn key(&self, sha256: &str) -> Path {
        let (group, rest) = sha256.split_at_checked(2).unwrap_or_default();
        self.named(&[group, rest])
    }

    fn aside_key(&self, sha256: &str) -> Path {
        self.named(&[ASIDE, sha256])
    }

    fn broken(&self, error: impl fmt::Display) -> Error {
        // What a store says is a stranger's text.
        let told = error.to_string();
        let told: String = told.chars().filter(|it| !it.is_control()).take(MAX_CAUSE).collect();
        Error::unavailable(format!("files: {}: {told}", self.shown))
    }

    /// Sends a content, also where one is: it may not be what it was. What has begun ends, whoever waits for it.
    ///
    /// # Errors
    /// Unavailable.
    pub async fn put(&self, from: &std::path::Path, sha256: &str) -> Result<(), Error> {
        let file = File::open(from).await.map_err(super::broken)?;
        let (bucket, key) = (self.clone(), self.key(sha256));
        let sending = tokio::spawn(async move {
            bucket.send(file, &key).await.map_err(|error| bucket.broken(error))
        });
        sending.await.map_err(Error::internal)?
    }

    async fn send(&self, mut file: File, key: &Path) -> Found<()> {
        let told = |error: io::Error| object_store::Error::Generic {
            store: "files",
            source: Box::new(error),
        };
        let bytes = file.metadata().await.map_err(told)?.len();
        let mut next = async || {
            let mut part = Vec::new();
            (&mut file).take(PART).read_to_end(&mut part).await.map(|_| part).map_err(told)
        };
        if bytes <= PART {
            return self.store.put(key, next().await?.into()).await.map(drop);
        }
        let mut parts = self.store.put_multipart(key).await?;
        let sent = async {
            loop {
                let part = next().await?;
                if part.is_empty() {
                    return parts.complete().await.map(drop);
                }
                parts.put_part(part.into()).await?;
            }
        };
        let sent = sent.await;
        if sent.is_err() {
            let _ = parts.abort().await;
        }
        sent
    }

    /// A content of this size that a row names, or a range of it; nothing of it, if only its head is wanted.
    ///
    /// # Errors
    /// Unavailable, if it is not there, is not what it was, or the store does not answer.
    pub async fn open(
        &self,
        sha256: &str,
        bytes: u64,
        range: Option<Range<u64>>,
        head: bool,
    ) -> Result<BoxStream<'static, io::Result<Bytes>>, Error> {
        let range = range.filter(|_| !head).map(GetRange::Bounded);
        let options = GetOptions { range, head, ..GetOptions::default() };
        let asked = tokio::time::timeout(self.timeout, self.found(sha256, options));
        let late = |_| self.broken(format!("{sha256}: no answer in time"));
        let found = asked.await.map_err(late)?.map_err(|error| self.broken(error))?;
        if found.meta.size != bytes {
            let there = found.meta.size;
            return Err(self.broken(format!("{sha256}: {there} bytes where there were {bytes}")));
        }
        let bucket = self.clone();
        let lost = move |error| {
            tracing::error!(error.cause = %bucket.broken(error).for_operator(), "files.broken_off");
            io::Error::other("the store of files broke off")
        };
        Ok(found.into_stream().map_err(lost).boxed())
    }

    /// A content that a row names: an orphan that was put aside is none any more.
    async fn found(&self, sha256: &str, options: GetOptions) -> Found<object_store::GetResult> {
        let key = self.key(sha256);
        match self.store.get_opts(&key, options.clone()).await {
            Err(object_store::Error::NotFound { path, source }) => {
                let back = self.store.copy(&self.aside_key(sha256), &key).await;
                back.map_err(|_| object_store::Error::NotFound { path, source })?;
                self.store.get_opts(&key, options).await
            }
            found => found,
        }
    }

    /// All of a content that a row names, piece by piece.
    ///
    /// # Errors
    /// Unavailable.
    pub async fn read(&self, sha256: &str) -> Result<BoxStream<'static, io::Result<Bytes>>, Error> {
        let found = self.found(sha256, GetOptions::default()).await;
        let pieces = found.map_err(|error| self.broken(error))?.into_stream();
        Ok(pieces.map_err(io::Error::other).boxed())
    }

    /// Whether it answers, for who holds its key.
    ///
    /// # Errors
    /// Unavailable.
    pub async fn answers(&self) -> Result<(), Error> {
        let folder = self.named(&[ASIDE]);
        let mut listed = self.store.list(Some(&folder));
        let listed = tokio::time::timeout(self.timeout, listed.try_next()).await;
        let listed = listed.map_err(|_| self.broken("no answer in time"))?;
        listed.map(drop).map_err(|error| self.broken(error))
    }

    /// Whether it is of this database; one that is nobody's is from now on.
    ///
    /// # Errors
    /// Unavailable.
    pub async fn is_of(&self, database: &str) -> Result<bool, Error> {
        let key = self.named(&[OWNER]);
        let asked = async || match self.store.get(&key).await {
            Ok(found) if found.meta.size > MAX_OWNER => Ok(Some(Bytes::new())),
            Ok(found) => found.bytes().await.map(Some),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        };
        let is_of = async {
            let mut owner = asked().await?;
            if owner.is_none() {
                let mine = database.to_owned().into_bytes().into();
                match self.store.put_opts(&key, mine, PutMode::Create.into()).await {
                    Ok(_)
                    | Err(
                        object_store::Error::AlreadyExists { .. }
                        | object_store::Error::Precondition { .. },
                    ) => {}
                    Err(error) => return Err(error),
                }
                owner = asked().await?;
            }
            Ok(owner.is_some_and(|owner| owner.trim_ascii() == database.as_bytes()))
        };
        is_of.await.map_err(|error| self.broken(error))
    }

    /// Hashes of what stands in a folder, and of them those that have been there for so long.
    async fn listed(&self, folder: &str, before: &str) -> Result<[Vec<String>; 2], Error> {
        let prefix = self.named(&[folder]);
        let mut listed = self.store.list(Some(&prefix));
        let (mut all, mut old) = (Vec::new(), Vec::new());
        while let Some(entry) = listed.next().await {
            let entry = entry.map_err(|error| self.broken(error))?;
            let hash = format!("{before}{}", entry.location.filename().unwrap_or_default());
            // What else is there is nobody's business.
            if is_hash(&hash) && entry.location == prefix.clone().join(&hash[before.len()..]) {
                if is_old(&entry, GRACE) {
                    old.push(hash.clone());
                }
                all.push(hash);
            }
        }
        Ok([all, old])
    }

    /// As [`super::Files::old`].
    pub(super) async fn old(&self, group: &str) -> Result<Vec<String>, Error> {
        let [_, old] = self.listed(group, group).await?;
        Ok(old)
    }

    /// As [`super::Files::aside`].
    pub(super) async fn aside(&self) -> Result<[Vec<String>; 2], Error> {
        self.listed(ASIDE, "").await
    }

    /// As [`super::Files::put_aside`]. The copy is new, so that it waits from now on.
    pub(super) async fn put_aside(&self, sha256: &str) -> Result<(), Error> {
        self.moved(&self.key(sha256), Some(&self.aside_key(sha256))).await
    }

    /// As [`super::Files::settle`].
    pub(super) async fn settle(&self, sha256: &str, is_named: bool) -> Result<(), Error> {
        let key = self.key(sha256);
        self.moved(&self.aside_key(sha256), is_named.then_some(&key)).await
    }

    /// Moves what is there, or takes it away; another server may have done it.
    async fn moved(&self, from: &Path, to: Option<&Path>) -> Result<(), Error> {
        let moved = async {
            if let Some(to) = to {
                self.store.copy(from, to).await?;
            }
            self.store.delete(from).await
        };
        match moved.await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.broken(error)),
        }
    }
}

fn is_old(entry: &ObjectMeta, time: Duration) -> bool {
    TimeDelta::from_std(time).is_ok_and(|time| Utc::now() - entry.last_modified >= time)
}

/// The code that a store gives a fault (`<Code>SlowDown</Code>`), of all that it says.
fn fault_code(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    let code = said.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    let letters = code.map_or("", |(code, _)| code).chars();
    letters.filter(char::is_ascii_alphanumeric).take(60).collect()
}

/// Sends the library's requests.
#[derive(Debug, Clone)]
struct Sender {
    client: Client<HttpsConnector<connect::HttpConnector>, HttpRequestBody>,
    timeout: Duration,
}

impl HttpConnector for Sender {
    fn connect(&self, _: &ClientOptions) -> Found<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

#[async_trait]
impl HttpService for Sender {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        // A list has its questions in the address; a content has none.
        let is_content = request.method() == Method::GET && request.uri().query().is_none();
        let sent = u64::try_from(request.body().content_length()).unwrap_or(u64::MAX);
        let time = self.timeout + Duration::from_secs(sent / SLOWEST);
        let answered = tokio::time::timeout(time, self.client.request(request)).await;
        let answered = answered.map_err(|late| HttpError::new(HttpErrorKind::Timeout, late))?;
        let (parts, body) = answered
            .map_err(|error| {
                let is_unsent = error.is_connect();
                let kind =
                    if is_unsent { HttpErrorKind::Connect } else { HttpErrorKind::Interrupted };
                HttpError::new(kind, error)
            })?
            .into_parts();
        let left = if is_content { u64::MAX } else { MAX_ANSWER };
        let body = Paced { body, timeout: self.timeout, ends: None, left };
        if parts.status.is_success() {
            return Ok(HttpResponse::from_parts(parts, HttpResponseBody::new(body)));
        }
        // What a store says of a fault may be long, and tell the key and the signature that it was asked with.
        let said = to_bytes(axum::body::Body::new(body), MAX_FAULT).await.unwrap_or_default();
        Ok(HttpResponse::from_parts(parts, Bytes::from(fault_code(&said)).into()))
    }
}

/// What comes, as long as it goes on coming.
struct Paced {
    body: Incoming,
    timeout: Duration,
    ends: Option<Pin<Box<Sleep>>>,
    /// Bytes that may still come.
    left: u64,
}

impl Body for Paced {
    type Data = Bytes;
    type Error = HttpError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, HttpError>>> {
        let this = &mut *self;
        if let Poll::Ready(next) = Pin::new(&mut this.body).poll_frame(context) {
            this.ends = None;
            let come = match &next {
                Some(Ok(frame)) => frame.data_ref().map_or(0, Bytes::len) as u64,
                _ => 0,
            };
            let Some(left) = this.left.checked_sub(come) else {
                let long = io::Error::other("the answer is too long");
                return Poll::Ready(Some(Err(HttpError::new(HttpErrorKind::Unknown, long))));
            };
            this.left = left;
            let cut = |error| HttpError::new(HttpErrorKind::Interrupted, error);
            return Poll::Ready(next.map(|frame| frame.map_err(cut)));
        }
        let timeout = this.timeout;
        let ends = this.ends.get_or_insert_with(|| Box::pin(tokio::time::sleep(timeout)));
        ends.as_mut().poll(context).map(|()| {
            let late = io::Error::from(io::ErrorKind::TimedOut);
            Some(Err(HttpError::new(HttpErrorKind::Timeout, late)))
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
