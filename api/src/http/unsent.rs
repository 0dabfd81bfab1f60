//! What is made and not yet sent: counted by connection, handed over in pieces, and given up where the other end
//! takes too little of it.
//!
//! An answer is made in one piece and stays in memory until it is sent. So while much of a connection is unsent
//! no further request of it runs, and who reads too slowly loses its connection: sooner where all connections
//! together hold much.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, Version};
use axum::middleware::Next;
use axum::response::Response;
use hyper::body::{Frame, SizeHint};
use tokio::sync::{Notify, OwnedSemaphorePermit};
use tokio::time::Instant;

use super::graphql::MAX_BODY;
use super::websocket::Place;

/// While more bytes of a connection are unsent, no further request of it runs.
const MOST_OF_A_CONNECTION: usize = 256 * 1024;
/// Where more bytes of all connections are unsent, there is less patience.
const MUCH: usize = 64 * 1024 * 1024;
/// Bytes that are handed over at a time. On a connection of one answer at a time, what is no longer is not counted.
const PIECE: usize = 32 * 1024;
/// Time in which a peer must take [`LEAST`] bytes, or the rest.
const PATIENCE: Duration = Duration::from_secs(30);
/// The same where much is unsent.
const LITTLE_PATIENCE: Duration = Duration::from_secs(3);
/// Bytes that a peer takes at the least while it is waited for.
const LEAST: usize = 64 * 1024;
/// How often a connection with unsent bytes is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Bytes of all connections that are unsent.
static ALL: AtomicUsize = AtomicUsize::new(0);

/// Bytes that a body is counted as whose length nobody tells.
const UNTOLD: usize = 64 * 1024;

/// A connection, as long as anything of it is open.
#[derive(Debug, Default)]
pub struct Unsent {
    bytes: AtomicUsize,
    /// Bytes that were handed over so far.
    sent: AtomicUsize,
    changed: Notify,
    /// Given back when the connection is gone, a WebSocket that came of it included.
    _places: Option<(OwnedSemaphorePermit, Place)>,
}

impl Unsent {
    /// A connection with its places.
    pub fn new(place: OwnedSemaphorePermit, of_address: Place) -> Self {
        Self { _places: Some((place, of_address)), ..Self::default() }
    }

    /// Whether too much is unsent for another request to run.
    pub fn is_clogged(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) > MOST_OF_A_CONNECTION
    }

    /// Waits until another request may run.
    pub async fn drained(&self) {
        self.changes_until(|| !self.is_clogged()).await;
    }

    async fn changes_until(&self, is_so: impl Fn() -> bool) {
        loop {
            // Listening begins before the look, so that no change is missed.
            let changed = self.changed.notified();
            if is_so() {
                return;
            }
            changed.await;
        }
    }

    /// Counts bytes that are to be sent.
    pub fn hold(self: &Arc<Self>, bytes: usize) -> Held {
        ALL.fetch_add(bytes, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.changed.notify_waiters();
        Held { unsent: self.clone(), bytes }
    }

    /// Waits until there is room for the body of a request, and counts it until it has been read: what is sent on many
    /// streams of one connection must not all be in memory either.
    pub async fn room(self: &Arc<Self>, headers: &HeaderMap) -> Held {
        self.drained().await;
        let told =
            headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        self.hold(told.map_or(UNTOLD, |told: usize| told.min(MAX_BODY)))
    }

    fn release(&self, bytes: usize) {
        ALL.fetch_sub(bytes, Ordering::Relaxed);
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
        self.changed.notify_waiters();
    }

    /// Ends when the peer has taken too little for too long.
    pub async fn stalled(&self) {
        loop {
            self.changes_until(|| self.bytes.load(Ordering::Relaxed) > 0).await;
            let (mut since, mut seen) = (Instant::now(), self.sent.load(Ordering::Relaxed));
            while self.bytes.load(Ordering::Relaxed) > 0 {
                tokio::time::sleep(LOOK).await;
                let sent = self.sent.load(Ordering::Relaxed);
                let much = ALL.load(Ordering::Relaxed) > MUCH;
                if sent.wrapping_sub(seen) >= LEAST {
                    (since, seen) = (Instant::now(), sent);
                } else if since.elapsed() >= if much { LITTLE_PATIENCE } else { PATIENCE } {
                    return;
                }
            }
        }
    }
}

/// Bytes that are counted as unsent until they are handed over, or dropped.
#[derive(Debug)]
pub struct Held {
    unsent: Arc<Unsent>,
    bytes: usize,
}

impl Held {
    /// So many of them are handed over.
    pub fn pass(&mut self, bytes: usize) {
        let bytes = bytes.min(self.bytes);
        self.bytes -= bytes;
        self.unsent.sent.fetch_add(bytes, Ordering::Relaxed);
        self.unsent.release(bytes);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.pass(self.bytes);
    }
}

/// A body that is handed over in pieces.
struct Pieces {
    body: Body,
    /// What has come of the body and is not yet handed over.
    rest: Bytes,
    /// Bytes of the last piece: it is sent when another is asked for, or nothing more is.
    handed: usize,
    held: Held,
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let handed = std::mem::take(&mut self.handed);
        self.held.pass(handed);
        if self.rest.is_empty() {
            match Pin::new(&mut self.body).poll_frame(context) {
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) => self.rest = data,
                    Err(frame) => return Poll::Ready(Some(Ok(frame))),
                },
                other => return other,
            }
        }
        let length = self.rest.len().min(PIECE);
        // A copy, so that what was handed over does not keep all of it in memory.
        let piece = Bytes::copy_from_slice(&self.rest.split_to(length));
        self.handed = length;
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = self.rest.len() as u64;
        let inner = self.body.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(inner.lower() + rest);
        if let Some(upper) = inner.upper() {
            hint.set_upper(upper + rest);
        }
        hint
    }
}

/// Hands the answer over in pieces that are counted.
pub async fn count(request: Request, next: Next) -> Response {
    let unsent = request.extensions().get::<Arc<Unsent>>().cloned();
    // Where many answers wait for one window, small ones are much together.
    let least = if request.version() == Version::HTTP_2 { 0 } else { PIECE as u64 };
    let response = next.run(request).await;
    let Some(unsent) = unsent else { return response };
    match response.body().size_hint().exact() {
        Some(length) if length > least => {
            let held = unsent.hold(usize::try_from(length).unwrap_or(usize::MAX));
            response.map(|body| Body::new(Pieces { body, rest: Bytes::new(), handed: 0, held }))
        }
        _ => response,
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn a_body_is_counted_until_it_is_handed_over() {
        let unsent = Arc::new(Unsent::default());
        let text = "x".repeat(MOST_OF_A_CONNECTION + 10 * PIECE + 1);
        let held = unsent.hold(text.len());
        let body = Body::from(text.clone());
        let mut pieces = Box::pin(Pieces { body, rest: Bytes::new(), handed: 0, held });
        assert_eq!(pieces.size_hint().exact(), Some(text.len() as u64));
        assert!(unsent.is_clogged() && unsent.drained().now_or_never().is_none());
        let mut read = 0;
        while let Some(frame) =
            std::future::poll_fn(|context| pieces.as_mut().poll_frame(context)).await
        {
            let data = frame.unwrap().into_data().unwrap();
            read += data.len();
            assert!(data.len() <= PIECE);
            assert_eq!(unsent.is_clogged(), text.len() - read + data.len() > MOST_OF_A_CONNECTION);
            assert_eq!(pieces.size_hint().exact(), Some((text.len() - read) as u64));
        }
        assert_eq!((read, unsent.bytes.load(Ordering::Relaxed)), (text.len(), 0));
        assert!(unsent.drained().now_or_never().is_some());
        // What nobody takes any more is not unsent.
        drop(unsent.hold(10));
        assert_eq!(unsent.bytes.load(Ordering::Relaxed), 0);
    }
}
