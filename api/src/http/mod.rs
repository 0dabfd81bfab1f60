//! HTTP: the router, and what all answers share.

mod graphiql;
mod graphql;
mod headers;
mod websocket;

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse};
use axum::routing::{any, get};
use sea_orm::ConnectionTrait;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower_http::compression::CompressionLayer;

use crate::app::App;
use crate::config::ServeSettings;
use crate::error::Error;

/// How long open requests may take to end once the server is told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// What the handlers share.
#[derive(Debug, Clone)]
pub struct Shared {
    app: App,
    query_timeout: Duration,
    graphiql: bool,
    /// Turns true when the server is told to stop.
    stopping: watch::Receiver<bool>,
}

/// The routes over an application.
pub fn router(app: App, settings: &ServeSettings, stopping: watch::Receiver<bool>) -> Router {
    let shared = Shared {
        app,
        query_timeout: settings.query_timeout(),
        graphiql: settings.graphiql,
        stopping,
    };
    Router::new()
        .route("/", get(home))
        .route("/graphql", any(graphql::endpoint))
        .route("/graphiql", get(graphiql::page))
        .route("/graphiql/{*path}", get(graphiql::asset))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .fallback(|| async { (StatusCode::NOT_FOUND, "not found\n") })
        .layer(CompressionLayer::new())
        .layer(axum::middleware::from_fn(headers::secure))
        .with_state(shared)
}

/// Serves until Ctrl-C or SIGTERM; then open requests are given time to end.
///
/// # Errors
/// Internal, if the listener fails.
pub async fn serve(listener: TcpListener, app: App, settings: &ServeSettings) -> Result<(), Error> {
    let (stop, stopping) = watch::channel(false);
    let router = router(app, settings, stopping.clone());
    let mut told = stopping.clone();
    let server = axum::serve(listener, router).with_graceful_shutdown(async move {
        stop_signal().await;
        tracing::info!("server.stopping");
        let _ = stop.send(true);
    });
    tokio::select! {
        done = server => done.map_err(Error::internal),
        () = async {
            let _ = told.wait_for(|told| *told).await;
            tokio::time::sleep(GRACE).await;
        } => {
            tracing::warn!("server.stopped_with_open_requests");
            Ok(())
        }
    }
}

async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}

/// Whether the database answers.
async fn ready(State(shared): State<Shared>) -> impl IntoResponse {
    match shared.app.db.execute_unprepared("SELECT 1").await {
        Ok(_) if !*shared.stopping.borrow() => (StatusCode::OK, "ready\n"),
        Ok(_) => (StatusCode::SERVICE_UNAVAILABLE, "stopping\n"),
        Err(error) => {
            tracing::error!(error.cause = %error, "server.not_ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}

async fn home() -> Html<&'static str> {
    Html(include_str!("home.html"))
}
