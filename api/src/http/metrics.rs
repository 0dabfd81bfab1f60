//! `/metrics`: what was counted, and how things stand now. On the server's own address for an operator's token with
//! `audit:read`; on an address that an operator has set for it (`AIPLUS_METRICS_LISTEN`), for whoever reaches that.

use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::caller::Caller;
use super::{Shared, graphql, told_to_stop};
use crate::domain::access::{self, Denied, Object};
use crate::metrics::{Gathered, Labels, METRICS};

/// How long the database may take to tell how large it is.
const PATIENCE: Duration = Duration::from_millis(700);
const CONTENT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The end of the feed and of the audit, and the size of the database in bytes.
const SIZES: [(DbBackend, &str); 2] = [
    (
        DbBackend::Sqlite,
        "SELECT change_seq, audit_seq, (SELECT page_count FROM pragma_page_count()) * (SELECT page_size FROM pragma_page_size()) FROM ledger WHERE id = 1",
    ),
    (
        DbBackend::Postgres,
        "SELECT change_seq, audit_seq, pg_database_size(current_database()) FROM ledger WHERE id = 1",
    ),
];

/// Tells operators.
pub async fn endpoint(State(shared): State<Shared>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let mut caller = Caller::of(&shared, &parts);
    let asked = caller.sign_in(&shared, &parts).await.and_then(|()| {
        access::may_ask(&caller.principal, Object::AuditEvent)?;
        let is_operator = access::knows_others(&caller.principal);
        if is_operator { Ok(()) } else { Err(Denied::Institution.into()) }
    });
    match asked {
        Ok(()) => told(&shared).await,
        Err(error) => graphql::turned_away(&caller, &parts.headers, error),
    }
}

/// Tells whoever reaches an address that an operator has set, until the server stops.
pub async fn serve(listener: TcpListener, shared: Shared, stopping: watch::Receiver<bool>) {
    let all = |State(shared): State<Shared>| async move { told(&shared).await };
    let router = Router::new().route("/metrics", get(all)).with_state(shared);
    let served = axum::serve(listener, router).with_graceful_shutdown(told_to_stop(stopping));
    if let Err(error) = served.await {
        tracing::error!(error.cause = %error, "metrics.not_served");
    }
}

async fn told(shared: &Shared) -> Response {
    match METRICS.text(gathered(shared).await) {
        Ok(text) => ([(CONTENT_TYPE, CONTENT)], text).into_response(),
        Err(error) => {
            tracing::error!(error.cause = %error, "metrics.not_told");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn one(name: &'static str, help: &'static str, value: f64) -> Gathered {
    (name, help, vec![(Labels::new(), value)])
}

async fn gathered(shared: &Shared) -> Vec<Gathered> {
    let app = &shared.app;
    let (waiting, left_out) = app.engine.backlog.length();
    let mut turns = [Vec::new(), Vec::new()];
    for (kind, (taken, waits)) in
        shared.admission.loads().into_iter().chain([("parsing", app.engine.parsing.load())])
    {
        let labels: Labels = vec![("kind", kind.into())];
        turns[0].push((labels.clone(), taken as f64));
        turns[1].push((labels, waits as f64));
    }
    let [taken, waits] = turns;
    let mut all = vec![
        (
            "aiplus_build",
            "Version of the program, as a label",
            vec![(vec![("version", env!("CARGO_PKG_VERSION").into())], 1.0)],
        ),
        ("aiplus_turns_taken", "Requests that hold a turn, by what it is a turn at", taken),
        ("aiplus_turns_waiting", "Requests that wait for a turn", waits),
        one(
            "aiplus_sockets_open",
            "WebSockets and streams of server-sent events that are open",
            f64::from(shared.sockets.count()),
        ),
        one("aiplus_refusals_waiting", "Refusals that are not in the audit yet", waiting as f64),
        one(
            "aiplus_refusals_left_out",
            "Refusals that the audit had no room for yet",
            left_out as f64,
        ),
        one(
            "aiplus_database_available",
            "Whether the database is there: 1 or 0",
            f64::from(u8::from(app.pulse().away().is_none())),
        ),
        one(
            "aiplus_database_outages",
            "How often the database went away since the start",
            app.pulse().outages() as f64,
        ),
        one(
            "aiplus_database_read_connections",
            "Connections that read, of one server",
            app.engine.reads.places() as f64,
        ),
        one(
            "aiplus_replica_unused",
            "Whether a replica is set and not read, since it is away or behind: 1 or 0",
            f64::from(u8::from(app.engine.reads.without_replica().is_some())),
        ),
    ];
    if let Ok(Some([changes, events, bytes])) = tokio::time::timeout(PATIENCE, sizes(shared)).await
    {
        all.push(one("aiplus_changes_last", "Number of the feed's last change", changes));
        all.push(one("aiplus_audit_last", "Number of the audit's last event", events));
        all.push(one("aiplus_database_size_bytes", "Size of the database", bytes));
    }
    if let Ok(Some([failing, lag])) = tokio::time::timeout(PATIENCE, webhooks(shared)).await {
        all.push(one("aiplus_webhooks_failing", "Webhooks whose last attempt failed", failing));
        let help = "Age of the oldest change that a webhook waits with";
        all.push(one("aiplus_webhook_lag_seconds", help, lag));
    }
    all.extend(process());
    all
}

/// Enabled webhooks that fail, and for how many seconds what they wait with has been there.
async fn webhooks(shared: &Shared) -> Option<[f64; 2]> {
    let db = &shared.app.db;
    let sql = "SELECT d.waiting_since FROM webhook_delivery d JOIN webhook w ON w.id = d.id \
               WHERE w.state = 'ENABLED' AND d.failures > 0";
    let rows =
        db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.ok()?;
    let since = rows.iter().filter_map(|row| row.try_get_by_index::<DateTime<Utc>>(0).ok()).min();
    let lag = since.map_or(0, |since| (Utc::now() - since).num_seconds().max(0));
    Some([rows.len() as f64, lag as f64])
}

async fn sizes(shared: &Shared) -> Option<[f64; 3]> {
    let db = &shared.app.db;
    let backend = db.get_database_backend();
    let sql = SIZES.iter().find(|(of, _)| *of == backend)?.1;
    let row = db.query_one_raw(Statement::from_string(backend, sql)).await.ok()??;
    let number = |at| row.try_get_by_index::<i64>(at).ok().map(|number| number as f64);
    Some([number(0)?, number(1)?, number(2)?])
}

/// What the system says of this process, where it has `/proc`; names as other programs have them.
fn process() -> Vec<Gathered> {
    let mut all = Vec::new();
    let pages = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let resident = pages.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = resident.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
    if let Some(kib) = kib {
        let help = "Memory of the process that is in use";
        all.push(one("process_resident_memory_bytes", help, kib * 1024.0));
    }
    if let Ok(open) = std::fs::read_dir("/proc/self/fd") {
        all.push(one(
            "process_open_fds",
            "Files and connections that are open",
            open.count() as f64,
        ));
    }
    all
}
