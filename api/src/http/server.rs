//! Connections: taken one by one, over HTTP/1.1 and HTTP/2 (with prior knowledge, h2c), bounded in number,
//! and given up where the other end is slow to send or to read.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_io_timeout::TimeoutStream;
use tower::util::ServiceExt as _;

use super::caller::Peer;
use super::told_to_stop;
use crate::error::Error;

/// Time in which the head of a request must arrive, on a connection that is kept open as well.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// Time in which a peer must read what is written to it.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// Largest head of a request, in bytes.
const MAX_HEAD: usize = 32 * 1024;
/// Most headers of a request.
const MAX_HEADERS: usize = 64;
/// Most requests at a time on one HTTP/2 connection.
const MAX_STREAMS: u32 = 100;
/// How often an HTTP/2 connection must show that it lives.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// How long open requests may take to end once the server is told to stop.
const GRACE: Duration = Duration::from_secs(10);
/// How long to wait when the system gives no more connections.
const PAUSE: Duration = Duration::from_millis(100);

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEAD);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(MAX_HEAD as u32)
        .keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE);
    builder
}

/// What a connection of HTTP/2 begins with (RFC 9113 §3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// How often a beginning that could still become a preface is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// Whether the peer speaks HTTP/2; none if it says too little in time to tell. What it said is still to be
/// read.
async fn speaks_http2(stream: &TcpStream) -> Option<bool> {
    let told = tokio::time::timeout(HEAD_TIMEOUT, async {
        let mut beginning = [0; PREFACE.len()];
        loop {
            let length = stream.peek(&mut beginning).await.ok()?;
            if length == 0 {
                return None;
            }
            if !PREFACE.starts_with(&beginning[..length]) {
                return Some(false);
            }
            if length == PREFACE.len() {
                return Some(true);
            }
            // What was looked at counts as readable, so the rest has to be waited for.
            tokio::time::sleep(LOOK).await;
        }
    });
    told.await.ok().flatten()
}

/// Serves until the server is told to stop; then open requests are given time to end.
///
/// # Errors
/// Internal.
pub async fn run(
    listener: TcpListener,
    router: Router,
    connections: u32,
    stopping: watch::Receiver<bool>,
) -> Result<(), Error> {
    let builders = Arc::new((builder().http1_only(), builder().http2_only()));
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(connections as usize));
    loop {
        // Who finds no place waits in the system's own queue.
        let place = tokio::select! {
            place = places.clone().acquire_owned() => place.map_err(Error::internal)?,
            () = told_to_stop(stopping.clone()) => break,
        };
        let (stream, peer) = tokio::select! {
            taken = listener.accept() => match taken {
                Ok(taken) => taken,
                Err(error) => {
                    tracing::warn!(error.cause = %error, "server.cannot_accept");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            },
            () = told_to_stop(stopping.clone()) => break,
        };
        // Answers are written in one piece; waiting to fill a packet would only delay the last one.
        let _ = stream.set_nodelay(true);
        let router = router.clone().map_request(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(Peer(peer));
            request
        });
        let service = TowerToHyperService::new(router);
        let (builders, watcher) = (builders.clone(), graceful.watcher());
        tokio::spawn(async move {
            let _place = place;
            let Some(http2) = speaks_http2(&stream).await else { return };
            let builder = if http2 { &builders.1 } else { &builders.0 };
            let mut stream = TimeoutStream::new(stream);
            stream.set_write_timeout(Some(WRITE_TIMEOUT));
            let io = TokioIo::new(Box::pin(stream));
            let connection = builder.serve_connection_with_upgrades(io, service);
            if let Err(error) = watcher.watch(connection.into_owned()).await {
                tracing::debug!(error.cause = %error, "connection.ended");
            }
        });
    }
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => {}
        () = tokio::time::sleep(GRACE) => tracing::warn!("server.stopped_with_open_requests"),
    }
    Ok(())
}
