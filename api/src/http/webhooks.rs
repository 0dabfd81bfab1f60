//! Sends changes to webhooks, after the Standard Webhooks specification: each change is one message, whose id is that of the
//! change however often it is sent. One server of a database sends; each webhook is sent to in the order of the feed, from
//! its own place in it, and as its client may see it at that time. What is not taken is tried again, later and later, and
//! nothing after it is sent meanwhile.
//!
//! Nothing of the database is held while the network is waited for. Progress is noted behind the messages: a server that
//! dies leaves some to be sent twice, with the same ids.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};
use entity::webhook::{self, WebhookState, WebhookStop};
use entity::webhook_delivery;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::TokioExecutor;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::told_to_stop;
use crate::app::App;
use crate::auth::fetch::https;
use crate::auth::secret;
use crate::config::WebhookSettings;
use crate::database::position::Position;
use crate::domain::principal::{Author, Principal};
use crate::domain::webhook::{Addresses, Refused, pause};
use crate::error::{Error, Language};
use crate::graphql::engine::{Call, Prepared};
use crate::metrics::METRICS;
use crate::read::page;
use crate::service::change;
use crate::service::webhook::{due, note, note_test};

/// How often it is looked whether something is to be tried again.
const LOOK: Duration = Duration::from_millis(500);
/// Webhooks that are sent to at a time.
const AT_A_TIME: usize = 32;
/// How long what was found may be sent before it is asked anew who may see it.
const FRESH: Duration = Duration::from_secs(1);
/// How often it is noted that a webhook's place has moved over changes that are not its.
const NOTED: Duration = Duration::from_secs(10);
/// Largest answer that is read; what is in it does not matter.
const LARGEST: usize = 4 * 1024;
/// How often the server that sends shows that it lives, on PostgreSQL.
const BEAT: Duration = Duration::from_secs(1);
/// How long it may not before another one sends.
const LEASE: Duration = Duration::from_secs(5);
/// How long sending may take to end when the server stops.
const ENDING: Duration = Duration::from_secs(5);
/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(5);

/// What is asked for each webhook.
const CHANGES: &str = "subscription($types: [String!]) { changes(types: $types) { cursor node { id kind type subjectId version occurredAt } } }";

/// Finds where a host's name leads to, and nothing that may not be sent to: the connection is made to what it gives.
#[derive(Debug, Clone)]
struct Checked(Arc<Addresses>);

impl tower::Service<Name> for Checked {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, io::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), io::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let addresses = self.0.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let led: Vec<SocketAddr> =
                found.filter(|found| addresses.leads(name.as_str(), found.ip())).collect();
            if led.is_empty() {
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, Refused::Address));
            }
            Ok(led.into_iter())
        })
    }
}

/// Why a message was not taken.
#[derive(Debug)]
struct Failure {
    code: &'static str,
    status: Option<StatusCode>,
    /// How long the receiver asks to wait.
    retry_after: Option<Duration>,
}

impl Failure {
    fn of(code: &'static str) -> Self {
        Self { code, status: None, retry_after: None }
    }
}

/// One message.
struct Message {
    id: String,
    body: String,
}

/// What sends.
struct Sender {
    app: App,
    client: Client<HttpsConnector<HttpConnector<Checked>>, Body>,
    addresses: Arc<Addresses>,
    settings: WebhookSettings,
    stopping: watch::Receiver<bool>,
}

/// Where a webhook stands that had nothing sent lately.
#[derive(Debug, Clone, Copy)]
struct Seen {
    generation: i32,
    position: i64,
    noted: Instant,
}

/// Which server sends. On SQLite there is one.
struct Lead {
    me: String,
    is_shared: bool,
    /// Who has it, by the last beat, and since when nothing was heard.
    known: Option<(Option<String>, i64)>,
    since: Instant,
    /// When it was last asked for.
    asked: Option<Instant>,
    has_it: bool,
}

impl Lead {
    fn new(backend: DbBackend) -> Self {
        let is_shared = backend != DbBackend::Sqlite;
        let me = Uuid::new_v4().to_string();
        let now = Instant::now();
        Self { me, is_shared, known: None, since: now, asked: None, has_it: !is_shared }
    }

    /// Whether this server sends now. No clock of another one is believed: it is the one that has not beaten for a while, as
    /// seen from here, whose place is taken.
    async fn take(&mut self, db: &impl ConnectionTrait) -> Result<bool, Error> {
        if !self.is_shared {
            return Ok(true);
        }
        if self.asked.is_some_and(|asked| asked.elapsed() < BEAT) {
            return Ok(self.has_it);
        }
        let asked = Instant::now();
        let backend = db.get_database_backend();
        let beat = async |seen: i64| {
            let sql =
                "UPDATE webhook_sender SET holder = $1, beat = beat + 1 WHERE id = 1 AND beat = $2";
            let values = [self.me.as_str().into(), seen.into()];
            let done = db.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
            Ok::<bool, Error>(done.rows_affected() == 1)
        };
        let sql = "SELECT holder, beat FROM webhook_sender WHERE id = 1";
        let row = db.query_one_raw(Statement::from_string(backend, sql)).await?;
        let row = row.ok_or_else(|| Error::internal("webhook_sender has no row"))?;
        let now: (Option<String>, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let is_mine = now.0.as_deref() == Some(&self.me);
        let is_silent = self.known.as_ref() == Some(&now) && self.since.elapsed() >= LEASE;
        let has_it =
            if is_mine || now.0.is_none() || is_silent { beat(now.1).await? } else { false };
        if self.known.as_ref() != Some(&now) {
            (self.known, self.since) = (Some(now), Instant::now());
        }
        if has_it && !self.has_it {
            tracing::info!("webhooks.leads");
        }
        (self.has_it, self.asked) = (has_it, Some(asked));
        Ok(has_it)
    }

    /// Whether it still sends, whatever the database says.
    fn stands(&self) -> bool {
        !self.is_shared || self.has_it && self.asked.is_some_and(|asked| asked.elapsed() < LEASE)
    }

    /// Lets another server send at once.
    async fn leave(&self, db: &impl ConnectionTrait) -> Result<(), Error> {
        if self.is_shared && self.has_it {
            let sql = "UPDATE webhook_sender SET holder = NULL, beat = beat + 1 WHERE id = 1 AND holder = $1";
            let backend = db.get_database_backend();
            let values = [self.me.as_str().into()];
            db.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
        }
        Ok(())
    }
}

/// Sends until the server stops; nothing where webhooks are off.
pub async fn run(app: App, settings: WebhookSettings, stopping: watch::Receiver<bool>) {
    if let Err(error) = send(app, settings, stopping).await {
        tracing::error!(error.cause = %error, "webhooks.ended");
    }
}

async fn send(
    app: App,
    settings: WebhookSettings,
    stopping: watch::Receiver<bool>,
) -> Result<(), Error> {
    let addresses = Arc::new(settings.addresses());
    if addresses.is_off() {
        return Ok(());
    }
    let mut http = HttpConnector::new_with_resolver(Checked(addresses.clone()));
    http.enforce_http(false);
    http.set_connect_timeout(Some(settings.timeout().min(CONNECT)));
    let client = Client::builder(TokioExecutor::new()).build(https(http, true)?);
    let sender = Arc::new(Sender { app, client, addresses, settings, stopping: stopping.clone() });
    let app = &sender.app;
    let mut lead = Lead::new(app.db.get_database_backend());
    let mut seen: HashMap<Uuid, Seen> = HashMap::new();
    let (mut running, mut busy) = (JoinSet::new(), HashMap::new());
    let mut end = app.engine.feed.watch();
    let mut looks = tokio::time::interval(LOOK);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut is_told = false;
    let mut stopped = std::pin::pin!(told_to_stop(stopping));
    loop {
        tokio::select! {
            () = &mut stopped => break,
            _ = looks.tick() => {}
            Ok(()) = end.changed() => {}
            Some(done) = running.join_next_with_id() => match done {
                Ok((task, come)) => {
                    if let Some((id, come)) = busy.remove(&task).zip(come) {
                        seen.insert(id, come);
                    }
                }
                Err(ended) => _ = busy.remove(&ended.id()),
            },
        }
        let last = *end.borrow_and_update();
        let look = async {
            if !lead.take(&*app.db).await? {
                return Ok(Vec::new());
            }
            due(&*app.db, last, Utc::now(), 1_000).await
        };
        match app.pulse().during(look).await {
            Ok(found) => {
                is_told = false;
                for (webhook, mut delivery) in found {
                    if running.len() >= AT_A_TIME || busy.values().any(|id| *id == webhook.id) {
                        continue;
                    }
                    let come =
                        seen.get(&webhook.id).filter(|it| it.generation == delivery.generation);
                    let noted = come.map_or_else(Instant::now, |come| come.noted);
                    delivery.position = come.map_or(0, |it| it.position).max(delivery.position);
                    if delivery.position >= last && delivery.ping_id.is_none() {
                        continue;
                    }
                    let id = webhook.id;
                    let task = running.spawn(sender.clone().serve(webhook, delivery, noted, last));
                    busy.insert(task.id(), id);
                }
            }
            // Once, and not twice a second.
            Err(_) if is_told => {}
            Err(error) => {
                is_told = true;
                tracing::error!(error.cause = %error, "webhooks.unreadable");
            }
        }
        if !lead.stands() {
            running.abort_all();
        }
    }
    // They hear of it as well, and note how far they have come.
    let ended = async { while running.join_next().await.is_some() {} };
    if tokio::time::timeout(ENDING, ended).await.is_err() {
        running.abort_all();
    }
    lead.leave(&*app.db).await
}

impl Sender {
    /// Sends to one webhook what it may have now; gives where it stands.
    async fn serve(
        self: Arc<Self>,
        webhook: webhook::Model,
        delivery: webhook_delivery::Model,
        noted: Instant,
        end: i64,
    ) -> Option<Seen> {
        let id = webhook.id;
        let served = self.deliver(webhook, delivery, noted, end);
        match self.app.pulse().during(served).await {
            Ok(seen) => seen,
            Err(error) => {
                tracing::error!(webhook.id = %id, error.cause = %error, "webhook.not_served");
                None
            }
        }
    }

    async fn deliver(
        &self,
        webhook: webhook::Model,
        mut come: webhook_delivery::Model,
        noted: Instant,
        end: i64,
    ) -> Result<Option<Seen>, Error> {
        let app = &self.app;
        let Some(client) = app.access.client_of(&app.db, webhook.client_id, Utc::now()).await?
        else {
            return Ok(None);
        };
        let mut stopping = self.stopping.clone();
        if let Some(ping) = come.ping_id {
            tokio::select! {
                sent = self.ping(&webhook, ping) => sent?,
                // It stays asked for.
                _ = stopping.wait_for(|stopping| *stopping) => return Ok(None),
            }
        }
        let now = Utc::now();
        let is_due = come.next_attempt_at.is_none_or(|at| at <= now);
        if webhook.state != WebhookState::Enabled || !is_due || come.position >= end {
            return Ok(None);
        }
        let principal = Principal::Client(Arc::new(client));
        let author = Author { principal: &principal, request_id: "webhooks", address: None, now };
        let call = Call { author, language: Language::English, allowance: None };
        match change::check_kept(&*app.db, come.position).await {
            Err(Error::Argument { .. }) => {
                note(&app.db, come, Some(WebhookStop::CursorExpired), now).await?;
                return Ok(None);
            }
            kept => kept?,
        }
        let prepared = self.prepare(&webhook, &call)?;
        let looked = Instant::now();
        let found = app.engine.events(&prepared, &call, come.position, end).await?;
        let mut failed = None;
        let mut is_whole = true;
        for event in found.events {
            if looked.elapsed() >= FRESH || *self.stopping.borrow() {
                is_whole = false;
                break;
            }
            let (message, cursor, at) = match message(&event.data) {
                Ok(message) => message,
                Err(error) => {
                    // Later, and not again with all that was sent before it.
                    tracing::error!(webhook.id = %webhook.id, error.cause = %error, "webhook.no_message");
                    failed = Some(Failure::of("INTERNAL"));
                    is_whole = false;
                    break;
                }
            };
            let sent = tokio::select! {
                sent = self.send(&webhook, &message) => sent,
                _ = stopping.wait_for(|stopping| *stopping) => {
                    is_whole = false;
                    break;
                }
            };
            come.attempted_at = Some(Utc::now().trunc_subsecs(6));
            match sent {
                Ok(status) => {
                    come.position = event.number;
                    come.cursor = Some(cursor);
                    come.delivered_at = come.attempted_at;
                    (come.status, come.error) = (Some(status.as_u16().into()), None);
                    (come.failures, come.failing_since) = (0, None);
                    (come.waiting_since, come.next_attempt_at) = (None, None);
                }
                Err(failure) => {
                    come.waiting_since = Some(at);
                    failed = Some(failure);
                    is_whole = false;
                    break;
                }
            }
        }
        if is_whole {
            come.position = found.position;
        }
        let is_gone = failed.as_ref().is_some_and(|it| it.status == Some(StatusCode::GONE));
        if let Some(failure) = &failed {
            self.fail(&mut come, failure)?;
            tracing::warn!(webhook.id = %webhook.id, failure.code, status = come.status, failures = come.failures, "webhook.failed");
        }
        let limit = chrono::Duration::days(self.settings.webhook_days.into());
        let is_hopeless = come.failing_since.is_some_and(|since| Utc::now() - since >= limit);
        let seen = |noted| Seen { generation: come.generation, position: come.position, noted };
        // Only where something was sent, or once in a while: each change would else be a write for each webhook.
        if failed.is_some()
            || come.attempted_at.is_some_and(|at| at >= now.trunc_subsecs(6))
            || noted.elapsed() >= NOTED
        {
            let seen = seen(Instant::now());
            let stops = match (is_gone, is_hopeless) {
                (true, _) => Some(WebhookStop::Gone),
                (_, true) => Some(WebhookStop::Failing),
                _ => None,
            };
            note(&app.db, come, stops, Utc::now()).await?;
            return Ok(Some(seen));
        }
        Ok(Some(seen(noted)))
    }

    fn prepare(&self, webhook: &webhook::Model, call: &Call<'_>) -> Result<Prepared, Error> {
        let types: Vec<&str> = webhook.types.split(' ').filter(|name| !name.is_empty()).collect();
        let types = if types.is_empty() { Value::Null } else { json!(types) };
        let given = serde_json::Map::from_iter([("types".to_owned(), types)]);
        self.app.engine.prepare_own(CHANGES, &given, (page::MAX_SIZE, Position::default()), call)
    }

    /// Notes a failure, and when it is tried again.
    fn fail(&self, come: &mut webhook_delivery::Model, failure: &Failure) -> Result<(), Error> {
        let now = Utc::now().trunc_subsecs(6);
        come.failures = come.failures.saturating_add(1);
        come.failing_since.get_or_insert(now);
        (come.status, come.error) =
            (failure.status.map(|status| status.as_u16().into()), Some(failure.code.to_owned()));
        let [chance] = secret::random::<1>()?;
        let pause = pause(come.failures.unsigned_abs(), chance, failure.retry_after);
        let pause = chrono::Duration::from_std(pause).map_err(Error::internal)?;
        come.next_attempt_at = Some((now + pause).trunc_subsecs(6));
        Ok(())
    }

    /// Sends a message that tells of no change.
    async fn ping(&self, webhook: &webhook::Model, ping: Uuid) -> Result<(), Error> {
        let at = Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true);
        let body = json!({ "type": "webhook.ping", "timestamp": at, "data": {} }).to_string();
        let message = Message { id: format!("ping_{}", ping.simple()), body };
        let became = match self.send(webhook, &message).await {
            Ok(status) => (Some(status.as_u16().into()), None),
            Err(failure) => {
                let status = failure.status.map(|status| status.as_u16().into());
                (status, Some(failure.code.to_owned()))
            }
        };
        note_test(&self.app.db, (webhook.id, ping), became, Utc::now().trunc_subsecs(6)).await
    }

    /// Sends a message and waits for its answer, as long as is set.
    async fn send(
        &self,
        webhook: &webhook::Model,
        message: &Message,
    ) -> Result<StatusCode, Failure> {
        let since = Instant::now();
        let sent = tokio::time::timeout(self.settings.timeout(), self.post(webhook, message)).await;
        let sent = sent.unwrap_or_else(|_| Err(Failure::of("TIMEOUT")));
        let outcome = sent.as_ref().err().map_or("DELIVERED", |failure| failure.code);
        METRICS.webhook(outcome, since.elapsed());
        sent
    }

    async fn post(
        &self,
        webhook: &webhook::Model,
        message: &Message,
    ) -> Result<StatusCode, Failure> {
        // What the operator has set may be another since it was made; a number leads where it says.
        let uri =
            self.addresses.check(&webhook.url).map_err(|refused| Failure::of(refused.code()))?;
        let now = Utc::now();
        let set = self.app.engine.webhooks().ok_or_else(|| Failure::of("SECRET_KEY"))?;
        let secrets = set.secrets(webhook, now).map_err(|_| Failure::of("SECRET_KEY"))?;
        let timestamp = now.timestamp();
        let signatures: Vec<String> = secrets
            .iter()
            .map(|secret| secret.signature(&message.id, timestamp, &message.body))
            .collect();
        let request = Request::post(uri)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, concat!("aiplus/", env!("CARGO_PKG_VERSION")))
            .header("webhook-id", &message.id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signatures.join(" "))
            .body(Body::from(message.body.clone()))
            .map_err(|_| Failure::of("INVALID_URL"))?;
        let answer =
            self.client.request(request).await.map_err(|error| Failure::of(cause(&error)))?;
        let (parts, body) = answer.into_parts();
        // Read, so that the connection can be used again, and forgotten.
        let _ = to_bytes(Body::new(body), LARGEST).await;
        if parts.status.is_success() {
            return Ok(parts.status);
        }
        let asked = parts.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = asked.and_then(|value| wait(value, now));
        Err(Failure { code: "STATUS", status: Some(parts.status), retry_after })
    }
}

/// How long a receiver asks to wait: seconds, or until an instant.
fn wait(asked: &str, now: DateTime<Utc>) -> Option<Duration> {
    if let Ok(seconds) = asked.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    (DateTime::parse_from_rfc2822(asked).ok()?.to_utc() - now).to_std().ok()
}

/// What kept a message from being sent, in one word.
fn cause(error: &(dyn std::error::Error + 'static)) -> &'static str {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(io) = error.downcast_ref::<io::Error>()
            && let Some(refused) = io.get_ref().and_then(|inner| inner.downcast_ref::<Refused>())
        {
            return refused.code();
        }
        next = error.source();
    }
    "CONNECTION"
}

/// The message of an event, the cursor that it tells and when the change was made.
fn message(event: &str) -> Result<(Message, String, DateTime<Utc>), Error> {
    let event: Value = serde_json::from_str(event).map_err(Error::internal)?;
    let data = &event["changes"];
    let text = |value: &Value| {
        value.as_str().map(str::to_owned).ok_or_else(|| Error::internal("a change without a text"))
    };
    let node = &data["node"];
    let (ty, kind) = (text(&node["type"])?, text(&node["kind"])?.to_lowercase());
    let at = text(&node["occurredAt"])?;
    let made = DateTime::parse_from_rfc3339(&at).map_err(Error::internal)?.to_utc();
    let mut letters = ty.chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    let name: String = first.into_iter().chain(letters).collect();
    let body = json!({ "type": format!("{name}.{kind}"), "timestamp": at, "data": data });
    let message = Message { id: text(&node["id"])?, body: body.to_string() };
    Ok((message, text(&data["cursor"])?, made))
}

#[cfg(test)]
mod tests {
    use tower::Service as _;

    use super::*;
    use crate::domain::webhook::Hosts;

    #[tokio::test]
    async fn a_name_leads_to_what_may_be_sent_to_and_nowhere_else() {
        let set = |networks: &[&str]| {
            let networks = networks.iter().map(|net| net.parse().unwrap()).collect();
            Checked(Arc::new(Addresses { hosts: Hosts::Public, networks }))
        };
        let local = ["127.0.0.0/8", "::1/128"];
        // A number that is not written plainly is a name, which the system reads as a number.
        for (networks, name, is_reached) in [
            (&local[..], "localhost", true),
            (&local[1..1], "localhost", false),
            (&local[..], "0x0a000001", false),
            (&local[..], "2130706433", true),
            (&local[1..1], "2130706433", false),
            (&local[..], "2852039166", false),
        ] {
            let found = set(networks).call(name.parse().unwrap()).await;
            match found {
                Ok(mut found) => {
                    assert!(is_reached && found.all(|at| at.ip().is_loopback()), "{name}")
                }
                Err(error) => {
                    assert_eq!(cause(&error), "ADDRESS_NOT_ALLOWED", "{name}: {error}");
                    assert!(!is_reached, "{name}");
                }
            }
        }
    }

    #[test]
    fn a_receiver_says_how_long_to_wait() {
        let now = "2026-11-27T12:00:00Z".parse().unwrap();
        for (asked, seconds) in [
            ("120", Some(120)),
            ("Fri, 27 Nov 2026 12:00:30 GMT", Some(30)),
            ("Fri, 27 Nov 2026 11:00:00 GMT", None),
            ("-1", None),
            ("soon", None),
        ] {
            assert_eq!(wait(asked, now), seconds.map(Duration::from_secs), "{asked}");
        }
    }
}
