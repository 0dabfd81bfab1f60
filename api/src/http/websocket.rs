//! GraphQL over WebSocket, sub-protocol `graphql-transport-ws`. The ready-made socket of
//! async-graphql-axum closes with other codes than the protocol's, so the loop is our own; the name of the
//! sub-protocol is that crate's.
//!
//! | code | why a connection ends |
//! | --- | --- |
//! | 1001 | the server stops |
//! | 1002 | frames that are none of the protocol's (RFC 6455) |
//! | 1007 | a text that is not UTF-8 |
//! | 1009 | a message longer than [`MAX_MESSAGE`] |
//! | 1011 | a fault of ours while it is asked who calls |
//! | 1013 | the database does not tell who calls |
//! | 4400 | a message that is none of the protocol's |
//! | 4401 | an operation before the connection was initialised |
//! | 4403 | a token that is not good, or has ended or was revoked meanwhile |
//! | 4406 | another sub-protocol |
//! | 4408 | not initialised within [`INIT_TIMEOUT`] |
//! | 4409 | the id of an operation that still runs |
//! | 4429 | initialised twice |

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use apollo_compiler::ast::OperationType;
use async_graphql::http::ALL_WEBSOCKET_PROTOCOLS;
use axum::extract::ws::{CloseFrame, Message as Frame, WebSocket};
use axum::extract::{FromRequestParts, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::http::header::{HOST, ORIGIN};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior};
use tracing::Instrument as _;

use super::caller::{Caller, token_of};
use super::graphql::{answer_in_time, prepare};
use super::headers::span_of;
use super::refusal::Signs;
use super::subscription::Subscription;
use super::unsent::Held;
use super::{Refusal, Shared, cors, told_to_stop};
use crate::domain::principal::Principal;
use crate::domain::rate::network;
use crate::error::Error;
use crate::graphql::request;
use crate::service::audit::RATE_LIMIT;

/// The sub-protocol that is spoken; the legacy one is not.
const PROTOCOL: &str = "graphql-transport-ws";
/// Longest message, in bytes.
pub const MAX_MESSAGE: usize = 64 * 1024;
/// Time in which a connection must be initialised.
const INIT_TIMEOUT: Duration = Duration::from_secs(5);
/// How often the caller of an open connection is asked for anew.
const RENEWAL: Duration = Duration::from_secs(1);
/// How often the peer is asked for a sign of life.
const PING: Duration = Duration::from_secs(25);
/// Time without any frame after which the peer is taken for gone.
const SILENCE: Duration = Duration::from_secs(80);
/// How long a connection that cannot be read any more is kept, so that its peer hears why.
const LINGER: Duration = Duration::from_millis(500);
/// Most operations of a connection at a time.
pub const MAX_OPERATIONS: usize = 20;
/// Action of a refusal of a connection, or of an operation on it.
pub const REFUSE: &str = "connection.refuse";
/// Longest id of an operation, in bytes.
const MAX_ID: usize = 128;
/// Messages that wait for the socket; who makes more waits.
const QUEUE: usize = 1;
/// Time in which a message must be taken, and bytes a millisecond that a longer one gets time for.
const SENDING: Duration = Duration::from_secs(20);
const SLOWEST: u64 = 2;

/// Open connections by address (of IPv6 a whole network), such as WebSockets and streams of server-sent events.
#[derive(Debug, Clone, Default)]
pub struct Sockets(Arc<Mutex<HashMap<IpAddr, u32>>>);

/// A place among the open connections of an address.
#[derive(Debug)]
pub struct Place(Sockets, Option<IpAddr>);

impl Sockets {
    /// How many there are.
    pub fn count(&self) -> u32 {
        self.0.lock().map_or(0, |open| open.values().sum())
    }

    /// A place for one more; none if the address has as many as it may.
    pub fn enter(&self, address: Option<IpAddr>, most: u32) -> Option<Place> {
        let address = address.map(network);
        if let Some(address) = address {
            let mut open = self.0.lock().ok()?;
            let count = open.entry(address).or_default();
            if *count >= most {
                return None;
            }
            *count += 1;
        }
        Some(Place(self.clone(), address))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let (Some(address), Ok(mut open)) = (self.1, self.0.0.lock()) else { return };
        if let Some(count) = open.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&address);
            }
        }
    }
}

/// Takes over a connection; pages of an origin that is not allowed may not.
pub async fn endpoint(shared: Shared, mut caller: Caller, parts: &mut Parts) -> Response {
    let upgrade = match WebSocketUpgrade::from_request_parts(parts, &shared).await {
        Ok(upgrade) => upgrade,
        Err(refused) => return refused.into_response(),
    };
    let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
    if let Some(origin) = parts.headers.get(ORIGIN) {
        let own = origin.to_str().ok().and_then(|origin| origin.split("://").nth(1)) == host;
        if !own && !cors::allows(&shared, origin).await {
            caller.refuse_for(&shared, REFUSE, "ORIGIN_NOT_ALLOWED");
            return (StatusCode::FORBIDDEN, "a page of this origin may not connect\n")
                .into_response();
        }
    }
    if let Err(error) = caller.sign_in(&shared, parts).await {
        if error.is_ours() {
            tracing::error!(error.cause = %error, "socket.not_opened");
        }
        let mut refused = (Refusal::status_of(&error), error.message().en).into_response();
        Signs::of(&error).put(&mut refused);
        return refused;
    }
    let limit = shared.settings.limits.sockets_per_address;
    let Some(place) = shared.sockets.enter(caller.address, limit) else {
        caller.refuse(&shared, REFUSE, &Error::TooManyConnections { limit });
        return (StatusCode::TOO_MANY_REQUESTS, "too many connections from this address\n")
            .into_response();
    };
    let span = tracing::Span::current();
    debug_assert!(ALL_WEBSOCKET_PROTOCOLS.contains(&PROTOCOL));
    upgrade
        .protocols([PROTOCOL])
        .max_message_size(MAX_MESSAGE)
        .max_frame_size(MAX_MESSAGE)
        .on_upgrade(move |socket| {
            let connection = async move {
                let _place = place;
                Connection::new(shared, socket, caller).run().await;
            };
            connection.instrument(span)
        })
}

/// Why a connection ends: code and reason of the protocol.
struct Close(u16, Cow<'static, str>);

impl Close {
    const fn new(code: u16, reason: &'static str) -> Self {
        Self(code, Cow::Borrowed(reason))
    }
}

const INVALID: Close = Close::new(4400, "Invalid message received");

/// The end of a connection on which something came that is no frame of the protocol; none if it was lost.
fn broken(error: &axum::Error) -> Option<Close> {
    // The type of what went wrong is the library's below axum's; its kinds begin like this.
    let text = error.to_string();
    let kinds = [
        ("WebSocket protocol", Close::new(1002, "Protocol error")),
        ("UTF-8", Close::new(1007, "Text is not UTF-8")),
        ("Space limit", Close::new(1009, "Message too big")),
    ];
    kinds.into_iter().find(|(start, _)| text.starts_with(start)).map(|(_, close)| close)
}

/// What an operation has to say.
struct Said {
    /// Counted as unsent until it is.
    _held: Option<Held>,
    id: String,
    /// Tells two operations of one id apart.
    run: u64,
    message: String,
    is_last: bool,
}

struct Connection {
    shared: Shared,
    socket: WebSocket,
    caller: Caller,
    initialised: bool,
    /// Whether the peer takes nothing any more.
    is_gone: bool,
    /// Running operations: which run of the id, and how to end it.
    operations: HashMap<String, (u64, tokio::task::AbortHandle)>,
    tasks: JoinSet<()>,
    runs: u64,
    say: mpsc::Sender<Said>,
    said: mpsc::Receiver<Said>,
}

impl Connection {
    fn new(shared: Shared, socket: WebSocket, caller: Caller) -> Self {
        let (say, said) = mpsc::channel(QUEUE);
        Self {
            shared,
            socket,
            caller,
            initialised: false,
            is_gone: false,
            operations: HashMap::new(),
            tasks: JoinSet::new(),
            runs: 0,
            say,
            said,
        }
    }

    async fn run(mut self) {
        let ended = self.talk().await;
        self.tasks.abort_all();
        let mut is_broken = false;
        if let Err(Close(code, reason)) = ended {
            is_broken = matches!(code, 1002 | 1007 | 1009);
            let frame = CloseFrame { code, reason: reason.into_owned().into() };
            let _ = self.socket.send(Frame::Close(Some(frame))).await;
        }
        // Reading on writes the answer to the peer's close, or waits for its answer to ours; a peer that never
        // answers is left after a while.
        let _ = tokio::time::timeout(INIT_TIMEOUT, async {
            while let Some(Ok(_)) = self.socket.recv().await {}
        })
        .await;
        if is_broken {
            // Nothing more can be read: what the peer still sends would make the system drop what we said last.
            tokio::time::sleep(LINGER).await;
        }
    }

    /// Speaks the protocol until the peer leaves.
    async fn talk(&mut self) -> Result<(), Close> {
        if self.socket.protocol().is_none_or(|name| name.as_bytes() != PROTOCOL.as_bytes()) {
            return Err(Close::new(4406, "Subprotocol not acceptable"));
        }
        let stopping = self.shared.stopping.clone();
        let deadline = Instant::now() + INIT_TIMEOUT;
        let mut renewals = tokio::time::interval(RENEWAL);
        renewals.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut pings = tokio::time::interval_at(Instant::now() + PING, PING);
        let mut heard = Instant::now();
        loop {
            if self.is_gone {
                return Ok(());
            }
            let frame = tokio::select! {
                frame = self.socket.recv() => frame,
                Some(said) = self.said.recv() => {
                    self.pass_on(said).await;
                    continue;
                }
                () = tokio::time::sleep_until(deadline), if !self.initialised => {
                    return Err(Close::new(4408, "Connection initialisation timeout"));
                }
                _ = renewals.tick(), if self.caller.principal != Principal::Anonymous => {
                    self.renew()?;
                    continue;
                }
                _ = pings.tick() => {
                    if heard.elapsed() > SILENCE {
                        return Ok(());
                    }
                    let _ = self.socket.send(Frame::Ping(Vec::new().into())).await;
                    continue;
                }
                Some(ended) = self.tasks.join_next() => {
                    if let Err(error) = ended && error.is_panic() {
                        tracing::error!(error.cause = %error, "operation.panicked");
                        return Err(Close::new(1011, "Internal server error"));
                    }
                    continue;
                }
                () = told_to_stop(stopping.clone()) => {
                    return Err(Close::new(1001, "Server stopping"));
                }
            };
            heard = Instant::now();
            match frame {
                None | Some(Ok(Frame::Close(_))) => return Ok(()),
                Some(Err(error)) => return broken(&error).map_or(Ok(()), Err),
                Some(Ok(Frame::Ping(_) | Frame::Pong(_))) => {}
                Some(Ok(Frame::Text(text))) => self.hear(&text).await?,
                Some(Ok(Frame::Binary(_))) => return Err(INVALID),
            }
        }
    }

    /// Asks whether the caller would still come in.
    fn renew(&mut self) -> Result<(), Close> {
        let (app, now) = (&self.shared.app, Utc::now());
        match app.access.renewed(&app.db, &self.caller.principal, now) {
            Ok(principal) => {
                self.caller.principal = principal;
                Ok(())
            }
            Err(_) => {
                let client = self.caller.principal.client();
                let ended = client.is_some_and(|client| now >= client.token.expires_at);
                Err(Close::new(4403, if ended { "Token expired" } else { "Token revoked" }))
            }
        }
    }

    /// Acts on one message.
    async fn hear(&mut self, text: &str) -> Result<(), Close> {
        let Ok(Value::Object(mut message)) = serde_json::from_str(text) else {
            return Err(INVALID);
        };
        let kind = message.remove("type");
        let id = match message.remove("id") {
            Some(Value::String(id)) if !id.is_empty() && id.len() <= MAX_ID => Some(id),
            Some(_) => return Err(INVALID),
            None => None,
        };
        match (kind.as_ref().and_then(Value::as_str), id) {
            (Some("connection_init"), _) if self.initialised => {
                Err(Close::new(4429, "Too many initialisation requests"))
            }
            (Some("connection_init"), _) => self.initialise(message.remove("payload")).await,
            (Some("ping" | "pong"), _) if !is_object(message.get("payload")) => Err(INVALID),
            (Some("ping"), _) => {
                self.send(r#"{"type":"pong"}"#.to_owned()).await;
                Ok(())
            }
            (Some("pong"), _) => Ok(()),
            (Some("subscribe"), Some(_)) if !self.initialised => {
                Err(Close::new(4401, "Unauthorized"))
            }
            (Some("subscribe"), Some(id)) => {
                let Some(Value::Object(payload)) = message.remove("payload") else {
                    return Err(INVALID);
                };
                self.begin(id, payload).await
            }
            (Some("complete"), Some(id)) => {
                if let Some((_, task)) = self.operations.remove(&id) {
                    task.abort();
                }
                Ok(())
            }
            _ => Err(INVALID),
        }
    }

    /// Lets the caller show who it is, unless the upgrade's own header has said so.
    async fn initialise(&mut self, payload: Option<Value>) -> Result<(), Close> {
        let payload = match payload {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(payload)) => payload,
            Some(_) => return Err(INVALID),
        };
        let mut given =
            payload.iter().filter(|(name, _)| name.eq_ignore_ascii_case("authorization"));
        let token = match (given.next(), given.next()) {
            (None, _) => Ok(None),
            (Some((_, Value::String(credentials))), None) => {
                token_of(credentials).map(Some).ok_or(Error::Unauthenticated)
            }
            _ => Err(Error::Unauthenticated),
        };
        match self.caller.take_token(&self.shared, token).await {
            Ok(()) => {}
            // A client takes 4403 for the last word on its token, and this for a reason to try again.
            Err(error) if error.retry_after().is_some() || matches!(error, Error::Timeout) => {
                if let Error::Unavailable { cause, .. } = &error {
                    tracing::warn!(error.cause = %cause, "socket.unavailable");
                }
                return Err(Close::new(1013, "Try again later"));
            }
            Err(Error::Internal(cause)) => {
                tracing::error!(error.cause = %cause, "socket.not_initialised");
                return Err(Close::new(1011, "Internal server error"));
            }
            Err(_) => return Err(Close::new(4403, "Forbidden")),
        }
        self.initialised = true;
        self.send(r#"{"type":"connection_ack"}"#.to_owned()).await;
        Ok(())
    }

    async fn begin(&mut self, id: String, payload: Map<String, Value>) -> Result<(), Close> {
        if self.operations.contains_key(&id) {
            // The reason as the protocol spells it, as far as a close frame holds it.
            let shown: String = id.chars().take(20).collect();
            return Err(Close(4409, format!("Subscriber for {shown} already exists").into()));
        }
        let request = request::Request::from_fields(payload);
        let request = match request {
            Ok(request) => request,
            Err(Error::BadRequest(_)) => return Err(INVALID),
            Err(error) => return self.refuse(&id, error).await,
        };
        if self.operations.len() >= MAX_OPERATIONS {
            let error = Error::TooManySubscriptions { limit: MAX_OPERATIONS };
            self.caller.refuse(&self.shared, REFUSE, &error);
            return self.refuse(&id, error).await;
        }
        // Each operation is a request of its own for those who count them.
        let mut caller = self.caller.clone();
        caller.request_id = uuid::Uuid::now_v7().to_string();
        let counted = self.shared.limiter.address(caller.address, std::time::Instant::now());
        if let Some(allowance) = counted.filter(|allowance| allowance.retry_after > 0) {
            let error = Error::RateLimited { retry_after: allowance.retry_after.into() };
            caller.refuse(&self.shared, RATE_LIMIT, &error);
            return self.refuse(&id, error).await;
        }
        if let Err(error) = caller.may_ask(&self.shared) {
            return self.refuse(&id, error).await;
        }
        self.runs += 1;
        let operation = Operation {
            shared: self.shared.clone(),
            caller,
            id: id.clone(),
            run: self.runs,
            say: self.say.clone(),
        };
        let span = span_of(&operation.caller.request_id);
        let task = self.tasks.spawn(operation.run(request).instrument(span));
        self.operations.insert(id, (self.runs, task));
        Ok(())
    }

    async fn refuse(&mut self, id: &str, error: Error) -> Result<(), Close> {
        let refused = request::Response::refused(error);
        let shown = refused.into_json(self.caller.language, &self.caller.request_id);
        self.send(failed(id, &shown)).await;
        Ok(())
    }

    /// Passes on what an operation says, unless the peer has ended it meanwhile.
    async fn pass_on(&mut self, said: Said) {
        if self.operations.get(&said.id).is_none_or(|(run, _)| *run != said.run) {
            return;
        }
        if said.is_last {
            self.operations.remove(&said.id);
        }
        let Said { message, _held: held, .. } = said;
        self.send(message).await;
        drop(held);
    }

    async fn send(&mut self, message: String) {
        let longest = SENDING + Duration::from_millis(message.len() as u64 / SLOWEST);
        let sending = self.socket.send(Frame::Text(message.into()));
        // A peer that cannot be reached, or reads too slowly, is gone; the loop ends with the next look.
        if !matches!(tokio::time::timeout(longest, sending).await, Ok(Ok(()))) {
            self.is_gone = true;
        }
    }
}

/// Whether a payload that may be left out is an object where it is there.
fn is_object(payload: Option<&Value>) -> bool {
    matches!(payload, None | Some(Value::Null | Value::Object(_)))
}

/// A message of type `error`: the errors of an answer, without the answer around them.
fn failed(id: &str, answer: &str) -> String {
    let shown: Value = serde_json::from_str(answer).unwrap_or_default();
    json!({ "type": "error", "id": id, "payload": shown["errors"] }).to_string()
}

/// One operation of a connection.
struct Operation {
    shared: Shared,
    caller: Caller,
    id: String,
    run: u64,
    say: mpsc::Sender<Said>,
}

impl Operation {
    async fn run(mut self, request: request::Request) {
        let shared = self.shared.clone();
        let prepared = match prepare(&shared, &mut self.caller, request).await {
            Ok(Ok(prepared)) => prepared,
            Ok(Err(refused)) => return self.fail(refused).await,
            Err(error) => return self.fail(request::Response::refused(error)).await,
        };
        if prepared.kind != OperationType::Subscription {
            let answered = match answer_in_time(&shared, &mut self.caller, &prepared).await {
                Ok(answered) if answered.data.is_some() => answered,
                Ok(refused) => return self.fail(refused).await,
                Err(refusal) => return self.fail(request::Response::refused(refusal.1)).await,
            };
            let json = answered.into_json(self.caller.language, &self.caller.request_id);
            self.next(&json).await;
            let complete = json!({ "type": "complete", "id": self.id }).to_string();
            return self.say(complete, true).await;
        }
        let begun = Subscription::begin(shared, self.caller.clone(), prepared).await;
        let mut subscription = match begun {
            Ok(subscription) => subscription,
            Err(error) => return self.fail(request::Response::refused(error)).await,
        };
        loop {
            match subscription.next().await {
                Ok(events) => {
                    for json in &events {
                        self.next(json).await;
                    }
                }
                Err(error) => return self.fail(request::Response::refused(error)).await,
            }
        }
    }

    async fn next(&self, json: &str) {
        // As text: a tree in between would sort the keys.
        let id = Value::from(self.id.as_str());
        self.say(format!("{{\"type\":\"next\",\"id\":{id},\"payload\":{json}}}"), false).await;
    }

    async fn fail(&self, refused: request::Response) {
        let shown = refused.into_json(self.caller.language, &self.caller.request_id);
        self.say(failed(&self.id, &shown), true).await;
    }

    async fn say(&self, message: String, is_last: bool) {
        let held = self.caller.connection.as_ref().map(|unsent| unsent.hold(message.len()));
        let said = Said { _held: held, id: self.id.clone(), run: self.run, message, is_last };
        // A connection that is gone listens no more.
        let _ = self.say.send(said).await;
    }
}
