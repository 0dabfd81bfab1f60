//! HTTP: the router, and what all answers share. To add a route: its handler in a file of its own, and a
//! line in [`router`].

mod admission;
mod body;
mod calendar;
mod caller;
mod cors;
mod document_files;
mod event_stream;
mod export;
mod export_address;
mod export_conditions;
mod export_dictionary;
mod export_statistics;
mod files;
mod graphql;
mod headers;
mod limiter;
mod media;
mod metrics;
mod oauth;
mod refusal;
mod server;
mod subscription;
mod unsent;
mod web;
mod webhooks;
mod websocket;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT_RANGES, CONNECTION, HeaderMap, RETRY_AFTER};
use axum::http::{Extensions, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use sea_orm::ConnectionTrait;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};

use crate::app::App;
use crate::config::ServeSettings;
use crate::domain::rate::Allowance;
use crate::error::Error;
use crate::fault;
use crate::files::Files;
use crate::service::audit::RATE_LIMIT;
use crate::sheet::rows::Format;

use admission::Admission;
use caller::Caller;
use limiter::Limiter;
use refusal::Refusal;

/// What the handlers share.
#[derive(Debug, Clone)]
pub struct Shared {
    app: App,
    settings: Arc<ServeSettings>,
    limiter: Arc<Limiter>,
    admission: Arc<Admission>,
    sockets: websocket::Sockets,
    files: Files,
    /// Turns true when the server takes no more connections.
    stopping: watch::Receiver<bool>,
    /// Whether it has been told to stop.
    draining: Arc<AtomicBool>,
}

impl Shared {
    fn new(app: App, settings: &ServeSettings, stopping: watch::Receiver<bool>) -> Self {
        Self {
            admission: Arc::new(Admission::new(app.engine.reads.places(), &settings.limits)),
            app,
            limiter: Arc::new(Limiter::new(&settings.limits)),
            files: Files::new(&settings.files),
            settings: Arc::new(settings.clone()),
            sockets: websocket::Sockets::default(),
            stopping,
            draining: Arc::default(),
        }
    }

    /// Whether no new work should be sent here.
    fn is_stopping(&self) -> bool {
        self.draining.load(Ordering::Relaxed) || *self.stopping.borrow()
    }
}

/// Waits until the server is told to stop; for ever, if nobody is left to tell it.
async fn told_to_stop(mut stopping: watch::Receiver<bool>) {
    if stopping.wait_for(|stopping| *stopping).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// The routes over an application.
pub fn router(app: App, settings: &ServeSettings, stopping: watch::Receiver<bool>) -> Router {
    routes(Shared::new(app, settings, stopping))
}

fn routes(shared: Shared) -> Router {
    let limited = Router::new()
        .route("/graphql", any(graphql::endpoint))
        .route("/oauth/token", any(oauth::token))
        .route("/oauth/revoke", any(oauth::revoke))
        .route("/export/{file}", any(export::endpoint))
        .route("/export/statistics/{file}", any(export_statistics::endpoint))
        .route("/calendar/{*path}", get(calendar::endpoint))
        .route("/import/{file}", any(files::import))
        .route("/files/{id}", any(document_files::download))
        .route("/documents/{code}/files/{name}", any(document_files::upload))
        .route("/submissions/{id}/files/{name}", any(document_files::upload_evidence))
        .route("/metrics", get(metrics::endpoint))
        .layer(cors::layer(shared.clone()))
        // Outermost: who is turned away costs no look-up.
        .layer(axum::middleware::from_fn_with_state(shared.clone(), limit));
    let pages = web::PAGES.iter().fold(Router::new(), |all, path| all.route(path, get(web::site)));
    let open = pages
        .route("/", get(web::home))
        .route("/graphiql", get(web::graphiql))
        .route("/assets/{*path}", get(web::asset))
        .route("/favicon.ico", get(web::icon))
        .route("/favicon.svg", get(web::icon))
        .route("/licences", get(web::licences))
        .route("/.well-known/jwks.json", get(oauth::key_set))
        .route("/.well-known/oauth-authorization-server", get(oauth::metadata))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .fallback(|| async { (StatusCode::NOT_FOUND, "not found\n") })
        .layer(cors::layer(shared.clone()))
        .layer(axum::middleware::from_fn_with_state(shared.clone(), limit_open));
    limited
        .merge(open)
        .layer(axum::middleware::from_fn(unsent::count))
        .layer(CompressionLayer::new().compress_when(compressible()))
        .layer(axum::middleware::from_fn(headers::secure))
        .with_state(shared)
}

/// What is worth packing; workbooks are packed already.
fn compressible() -> impl Predicate {
    // Of what is asked for by ranges each byte has its place.
    let is_whole = |_, _, headers: &HeaderMap, _: &Extensions| !headers.contains_key(ACCEPT_RANGES);
    DefaultPredicate::new()
        .and(NotForContentType::const_new(Format::Xlsx.media_type()))
        .and(is_whole)
}

/// Turns away an address that asks too much for what is told to everybody alike.
async fn limit_open(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let address = Caller::of(&shared, &parts).address;
    match shared.limiter.open(address, Instant::now()) {
        Some(Allowance { retry_after, .. }) if retry_after > 0 => {
            let wait = [(RETRY_AFTER, retry_after.to_string())];
            (StatusCode::TOO_MANY_REQUESTS, wait, "too many requests from this address\n")
                .into_response()
        }
        _ => next.run(Request::from_parts(parts, body)).await,
    }
}

/// Turns away an address that asks too much, before anything is read or looked up for it.
async fn limit(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let caller = Caller::of(&shared, &parts);
    let allowance = shared.limiter.address(caller.address, Instant::now());
    let mut response = match allowance {
        Some(allowance) if allowance.retry_after > 0 => {
            let error = Error::RateLimited { retry_after: allowance.retry_after.into() };
            caller.refuse(&shared, RATE_LIMIT, &error);
            graphql::turned_away(&caller, &parts.headers, error)
        }
        _ => next.run(Request::from_parts(parts, body)).await,
    };
    if let Some(allowance) = &allowance {
        limiter::tell(response.headers_mut(), "address", allowance);
    }
    response
}

/// Answers that the server starts, and lives, until this is dropped.
pub async fn starting(listener: TcpListener) {
    // Nobody keeps a connection to what will be gone.
    let last = |status, text| (status, [(CONNECTION, "close"), (RETRY_AFTER, "1")], text);
    let router = Router::new()
        .route("/healthz", get(move || async move { last(StatusCode::OK, "ok\n") }))
        .fallback(move || async move { last(StatusCode::SERVICE_UNAVAILABLE, "starting\n") });
    if let Err(error) = axum::serve(listener, router).await {
        tracing::warn!(error.cause = %error, "server.cannot_accept");
    }
}

/// Serves until Ctrl-C or SIGTERM.
///
/// # Errors
/// Internal, if the listener fails.
pub async fn serve(listener: TcpListener, app: App, settings: &ServeSettings) -> Result<(), Error> {
    serve_until(listener, None, app, settings, stop_signal()).await
}

/// Serves until it is `told` to stop, and `figures` on an address of their own; then open requests are given time to end.
///
/// # Errors
/// Internal, if the listener fails.
pub async fn serve_until(
    listener: TcpListener,
    figures: Option<TcpListener>,
    app: App,
    settings: &ServeSettings,
    told: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Error> {
    let (stop, stopping) = watch::channel(false);
    let shared = Shared::new(app.clone(), settings, stopping.clone());
    if let Some(listener) = figures {
        tokio::spawn(metrics::serve(listener, shared.clone(), stopping.clone()));
    }
    let draining = shared.draining.clone();
    let drain = Duration::from_secs(settings.drain);
    let refusals = tokio::spawn(app.clone().write_refusals());
    let quarters = tokio::spawn(app.clone().open_quarters());
    let reminds = settings.reminders.then(|| tokio::spawn(app.clone().remind()));
    let forgets = tokio::spawn(app.clone().forget(settings.retention));
    let sweeps = tokio::spawn(app.clone().sweep(shared.files.clone()));
    let webhooks = webhooks::run(app.clone(), settings.webhooks.clone(), stopping.clone());
    let mut sending = JoinSet::new();
    sending.spawn(webhooks);
    let file = settings.audit_anchor_file.clone();
    let anchors = file.clone().map(|file| tokio::spawn(app.clone().write_anchors(file)));
    tokio::spawn(async move {
        told.await;
        tracing::info!(drain_s = drain.as_secs(), "server.stopping");
        // Whoever sends callers here sees it first, and sends no more of them.
        draining.store(true, Ordering::Relaxed);
        tokio::time::sleep(drain).await;
        let _ = stop.send(true);
    });
    let done = server::run(listener, shared, stopping).await;
    // What is being written is written to its end.
    if let Err(error) = app.engine.backlog.finish(&app.db).await {
        tracing::error!(error.cause = %error, "audit.not_written");
    }
    sending.join_next().await;
    refusals.abort();
    quarters.abort();
    forgets.abort();
    sweeps.abort();
    if let Some(task) = reminds {
        task.abort();
    }
    if let (Some(task), Some(file)) = (anchors, file) {
        task.abort();
        app.write_anchor(&file, None).await;
    }
    done
}

/// Listens for Ctrl-C and SIGTERM from now on; ends when one has come. The next one ends the process at once.
pub fn stop_signal() -> impl Future<Output = ()> + Send + 'static {
    #[cfg(unix)]
    let heard = {
        use tokio::signal::unix::{SignalKind, signal};
        [SignalKind::interrupt(), SignalKind::terminate()].map(signal)
    };
    async move {
        #[cfg(unix)]
        if let [Ok(mut interrupt), Ok(mut terminate)] = heard {
            let mut next = async move || {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
            };
            next().await;
            tokio::spawn(async move {
                next().await;
                tracing::warn!("server.ended_at_once");
                std::process::exit(1);
            });
            return;
        }
        let _ = tokio::signal::ctrl_c().await;
    }
}

/// How long the database may take to show that it is there.
const PATIENCE: Duration = Duration::from_millis(700);

/// Whether calls can be answered; why not.
async fn ready(State(shared): State<Shared>) -> Response {
    match not_ready(&shared).await {
        None => match shared.app.engine.reads.without_replica() {
            None => (StatusCode::OK, "ready\n").into_response(),
            Some(why) => {
                (StatusCode::OK, format!("ready without the replica: {why}\n")).into_response()
            }
        },
        Some(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")).into_response(),
    }
}

async fn not_ready(shared: &Shared) -> Option<&'static str> {
    if shared.is_stopping() {
        return Some("stopping");
    }
    let app = &shared.app;
    if let Some(why) = app.pulse().away() {
        return Some(why);
    }
    if app.engine.reads.is_short() {
        return Some("connections to the database do not end");
    }
    match tokio::time::timeout(PATIENCE, app.db.execute_unprepared("SELECT 1")).await {
        Ok(Ok(_)) => None,
        Ok(Err(error)) => Some(fault::of(&error).why()),
        Err(_) => Some("the database does not answer"),
    }
}
