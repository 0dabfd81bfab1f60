//! GraphQL over server-sent events, in "distinct connections mode": one operation a request, an event
//! `next` for each answer and `complete` at the end. For callers behind proxies that let no WebSocket pass.

use std::convert::Infallible;
use std::pin::pin;
use std::time::Duration;

use apollo_compiler::ast::OperationType;
use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use futures_util::stream;
use tracing::Instrument as _;

use super::caller::Caller;
use super::graphql::answer_in_time;
use super::media::Media;
use super::subscription::Subscription;
use super::websocket::{self, Place};
use super::{Refusal, Shared, told_to_stop};
use crate::error::Error;
use crate::graphql::engine::Prepared;
use crate::graphql::request;

/// How often an idle stream shows that it lives, and its caller is asked for anew.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// Looks between two signs of life.
const LOOKS: u32 = 15;

fn next(json: &str) -> String {
    // JSON text has no line breaks outside of strings, and inside they are escaped.
    format!("event: next\ndata: {json}\n\n")
}

const COMPLETE: &str = "event: complete\ndata:\n\n";

/// What is sent next.
enum State {
    Running(Box<Running>),
    Ended,
}

struct Running {
    shared: Shared,
    caller: Caller,
    subscription: Subscription,
    looks: u32,
    /// Given back when the stream ends, or its reader has gone.
    _place: Place,
}

/// Answers with a stream of events.
///
/// # Errors
/// 429, if the address has as many connections open as it may.
pub async fn answer(
    shared: Shared,
    mut caller: Caller,
    prepared: Prepared,
) -> Result<Response, Refusal> {
    if prepared.kind != OperationType::Subscription {
        let answered = match answer_in_time(&shared, &mut caller, &prepared).await {
            Ok(answered) => answered,
            Err(refusal @ Refusal(_, Error::Unavailable { .. })) => return Err(refusal),
            Err(refusal) => request::Response::refused(refusal.1),
        };
        let json = answered.into_json(caller.language, &caller.request_id);
        return Ok(stream_of(Body::from(format!("{}{COMPLETE}", next(&json)))));
    }
    let limit = shared.settings.limits.sockets_per_address;
    let Some(place) = shared.sockets.enter(caller.address, limit) else {
        let error = Error::TooManyConnections { limit };
        caller.refuse(&shared, websocket::REFUSE, &error);
        return Err(error.into());
    };
    let begun = Subscription::begin(shared.clone(), caller.clone(), prepared).await;
    let subscription = match begun {
        Ok(subscription) => subscription,
        // Nothing has begun, and a status tells more than a stream that ends at once.
        Err(error @ Error::Unavailable { .. }) => return Err(error.into()),
        Err(error) => {
            let refused = request::Response::refused(error);
            let json = refused.into_json(caller.language, &caller.request_id);
            return Ok(stream_of(Body::from(format!("{}{COMPLETE}", next(&json)))));
        }
    };
    let running = Running { shared, caller, subscription, looks: 0, _place: place };
    let running = State::Running(Box::new(running));
    let span = tracing::Span::current();
    let events = stream::unfold(running, move |state| {
        let next = async move {
            match state {
                State::Ended => None,
                State::Running(running) => Some(running.step().await),
            }
        };
        next.instrument(span.clone())
    });
    Ok(stream_of(Body::from_stream(events)))
}

impl Running {
    /// Waits for what is sent next.
    async fn step(mut self: Box<Self>) -> (Result<Bytes, Infallible>, State) {
        match self.wait().await {
            Ok(Some(text)) => (Ok(text.into()), State::Running(self)),
            Ok(None) => (Ok(COMPLETE.into()), State::Ended),
            // Who listens is told, or it would take the end for that of all there is.
            Err(error) => {
                let refused = request::Response::refused(error);
                let json = refused.into_json(self.caller.language, &self.caller.request_id);
                (Ok(format!("{}{COMPLETE}", next(&json)).into()), State::Ended)
            }
        }
    }

    /// What is sent next; none once the server stops or the caller's token has ended.
    ///
    /// # Errors
    /// Time-out; internal.
    async fn wait(&mut self) -> Result<Option<String>, Error> {
        let Self { shared, caller, subscription, looks, .. } = self;
        let mut stopped = pin!(told_to_stop(shared.stopping.clone()));
        // Kept over the heartbeats: a look that takes longer than one would else never end.
        let mut next_events = pin!(subscription.next());
        loop {
            tokio::select! {
                events = &mut next_events => return match events {
                    Ok(events) => Ok(Some(events.iter().map(|json| next(json)).collect())),
                    Err(Error::Unauthenticated) => Ok(None),
                    Err(error) => Err(error),
                },
                () = tokio::time::sleep(HEARTBEAT) => {
                    let app = &shared.app;
                    match app.access.renewed(&app.db, &caller.principal, Utc::now()) {
                        // Nothing is told while the database is away, to whomever.
                        Ok(_) | Err(Error::Unavailable { .. }) => {}
                        Err(Error::Unauthenticated) => return Ok(None),
                        Err(error) => return Err(error),
                    }
                    *looks += 1;
                    if looks.is_multiple_of(LOOKS) {
                        return Ok(Some(":\n\n".to_owned()));
                    }
                }
                () = &mut stopped => return Ok(None),
            }
        }
    }
}

fn stream_of(body: Body) -> Response {
    let headers = [
        (CONTENT_TYPE, Media::EventStream.content_type()),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // A proxy that gathers an answer before it passes it on would hold events back.
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    (headers, body).into_response()
}
