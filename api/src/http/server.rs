//! Connections: taken one by one, over HTTP/1.1 and HTTP/2 (with prior knowledge, h2c), bounded in number
//! together and by address, and given up where the other end is slow to send or to read. Who finds no place is
//! told so.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_io_timeout::TimeoutStream;
use tower::util::ServiceExt as _;

use super::caller::{Peer, is_in};
use super::unsent::Unsent;
use super::websocket::{Place, Sockets};
use super::{Shared, routes, told_to_stop};
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
/// Bytes of an answer that HTTP/2 keeps beside those of its peer's window.
const MAX_SEND_BUFFER: usize = 64 * 1024;
/// Bytes that a peer may send ahead, of a request and of a connection.
const STREAM_WINDOW: u32 = 256 * 1024;
const CONNECTION_WINDOW: u32 = 1024 * 1024;
/// How long open requests may take to end once the server is told to stop.
const GRACE: Duration = Duration::from_secs(10);
/// How long files that are being read or made may take beyond that.
const GRACE_OF_FILES: Duration = Duration::from_secs(60);
/// How often it is looked whether files are done.
const LOOK_AT_FILES: Duration = Duration::from_millis(50);
/// Callers at a time that are told that there is no place; more are not.
const REFUSALS: usize = 64;
/// Time in which such a caller must ask, and take its answer.
const REFUSAL_TIMEOUT: Duration = Duration::from_secs(2);
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
        .max_send_buf_size(MAX_SEND_BUFFER)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
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

/// Connections by address, as far as that is limited.
struct Places {
    all: Arc<Semaphore>,
    by_address: Sockets,
    shared: Shared,
}

impl Places {
    /// The places of a connection; none if its address or all together have as many as they may.
    fn enter(&self, peer: SocketAddr) -> Option<Unsent> {
        let place = self.all.clone().try_acquire_owned().ok()?;
        Some(Unsent::new(place, self.of_address(peer.ip().to_canonical())?))
    }

    fn of_address(&self, address: IpAddr) -> Option<Place> {
        let settings = &self.shared.settings;
        let most = settings.limits.connections_per_address;
        // A proxy stands for its callers, and this machine for whatever runs on it.
        let is_free = most == 0
            || (address.is_loopback() && !settings.limits.rate_loopback)
            || is_in(&settings.trusted_proxies, address);
        self.by_address.enter((!is_free).then_some(address), most)
    }
}

/// What a caller is told that finds no place.
const NO_PLACE: &str = "{\"errors\":[{\"message\":\"연결이 너무 많습니다. Too many connections. Try again later.\",\
     \"extensions\":{\"code\":\"UNAVAILABLE\"}}]}";
/// The same in HTTP/2: settings, and the end of the connection without any request (RFC 9113 §6.8), since the server is
/// too busy (ENHANCE_YOUR_CALM).
const NO_PLACE_2: &[u8] = b"\0\0\0\x04\0\0\0\0\0\0\0\x08\x07\0\0\0\0\0\0\0\0\0\0\0\0\x0b";

/// Tells a caller that there is no place, once it has asked: an answer before any request is none.
async fn refuse(mut stream: TcpStream) -> std::io::Result<()> {
    let mut asked = [0; 1024];
    let length = stream.read(&mut asked).await?;
    let beginning = &asked[..length.min(PREFACE.len())];
    if length > 0 && PREFACE.starts_with(beginning) {
        stream.write_all(NO_PLACE_2).await?;
    } else {
        let head = format!(
            "HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\nretry-after: 1\r\n\
             content-type: application/json\r\ncache-control: no-store\r\ncontent-length: {}\r\n\r\n",
            NO_PLACE.len()
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(NO_PLACE.as_bytes()).await?;
    }
    stream.shutdown().await?;
    // What is not read when a connection is closed takes the answer with it.
    while stream.read(&mut asked).await? > 0 {}
    Ok(())
}

/// Serves until the server is told to stop; then open requests are given time to end, and files more of it.
///
/// # Errors
/// Internal.
pub async fn run(
    listener: TcpListener,
    shared: Shared,
    stopping: watch::Receiver<bool>,
) -> Result<(), Error> {
    let builders = Arc::new((builder().http1_only(), builder().http2_only()));
    let graceful = GracefulShutdown::new();
    let router = routes(shared.clone());
    let places = Places {
        all: Arc::new(Semaphore::new(shared.settings.limits.connections as usize)),
        by_address: Sockets::default(),
        shared: shared.clone(),
    };
    let refusals = Arc::new(Semaphore::new(REFUSALS));
    loop {
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
        let Some(unsent) = places.enter(peer) else {
            if let Ok(place) = refusals.clone().try_acquire_owned() {
                tokio::spawn(async move {
                    let _place = place;
                    let _ = tokio::time::timeout(REFUSAL_TIMEOUT, refuse(stream)).await;
                });
            }
            continue;
        };
        let unsent = Arc::new(unsent);
        // Answers are written in one piece; waiting to fill a packet would only delay the last one.
        let _ = stream.set_nodelay(true);
        let of_requests = unsent.clone();
        let router = router.clone().map_request(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(Peer(peer));
            request.extensions_mut().insert(of_requests.clone());
            request
        });
        let service = TowerToHyperService::new(router);
        let (builders, watcher) = (builders.clone(), graceful.watcher());
        tokio::spawn(async move {
            let Some(http2) = speaks_http2(&stream).await else { return };
            let builder = if http2 { &builders.1 } else { &builders.0 };
            let mut stream = TimeoutStream::new(stream);
            stream.set_write_timeout(Some(WRITE_TIMEOUT));
            let io = TokioIo::new(Box::pin(stream));
            let connection = builder.serve_connection_with_upgrades(io, service);
            tokio::select! {
                ended = watcher.watch(connection.into_owned()) => if let Err(error) = ended {
                    tracing::debug!(error.cause = %error, "connection.ended");
                },
                () = unsent.stalled() => tracing::debug!("connection.stalled"),
            }
        });
    }
    drop(listener);
    let files_done = async {
        tokio::time::sleep(GRACE).await;
        let longest = Instant::now() + GRACE_OF_FILES;
        while shared.admission.has_files() && Instant::now() < longest {
            tokio::time::sleep(LOOK_AT_FILES).await;
        }
    };
    tokio::select! {
        () = graceful.shutdown() => {}
        () = files_done => tracing::warn!("server.stopped_with_open_requests"),
    }
    Ok(())
}
