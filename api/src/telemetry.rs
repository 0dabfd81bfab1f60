//! The log: fixed messages with dotted names, values as fields; never tokens or contact data.

use std::io::IsTerminal;
use std::sync::OnceLock;
use std::time::Duration;

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::prelude::*;

use crate::config::{LogFormat, LogSettings};

/// What is logged beside what goes wrong.
#[derive(Debug, Clone, Copy)]
struct Thresholds {
    requests: bool,
    slow_request: u32,
    slow_statement: u32,
}

static THRESHOLDS: OnceLock<Thresholds> = OnceLock::new();

fn is_slow(time: Duration, from: u32) -> bool {
    from > 0 && time >= Duration::from_millis(from.into())
}

/// A request was answered: logged if each is, or if it took long. Its address, which can hold anything, is not.
pub fn request(method: &str, route: &str, status: u16, time: Duration) {
    let Some(log) = THRESHOLDS.get() else { return };
    let ms = time.as_secs_f64() * 1000.0;
    if is_slow(time, log.slow_request) {
        tracing::warn!(method, route, status, ms, "request.slow");
    } else if log.requests {
        tracing::info!(method, route, status, ms, "request.done");
    }
}

/// A statement has ended: logged without its values if it took long.
pub fn statement(sql: &str, has_failed: bool, time: Duration) {
    let Some(log) = THRESHOLDS.get() else { return };
    if is_slow(time, log.slow_statement) {
        let ms = time.as_secs_f64() * 1000.0;
        tracing::warn!(ms, has_failed, sql, "statement.slow");
    }
}

/// Logs requests and what is slow from now on: a server does, while a command may take its time.
pub fn watch(settings: &LogSettings) {
    // A second server of the process, as in tests, keeps to the first.
    let _ = THRESHOLDS.set(Thresholds {
        requests: settings.log_requests,
        slow_request: settings.slow_request,
        slow_statement: settings.slow_statement,
    });
}

/// Starts the log, on the standard error stream.
pub fn start(settings: &LogSettings) {
    // What the driver says of an address that it reads can hold a password.
    let targets = settings.log.0.clone().with_target("sqlx_postgres::options", LevelFilter::OFF);
    let registry = tracing_subscriber::registry().with(targets);
    let started = match settings.log_format {
        LogFormat::Text => registry
            .with(
                fmt::layer()
                    .with_writer(std::io::stderr)
                    .with_ansi(std::io::stderr().is_terminal())
                    .with_target(false),
            )
            .try_init(),
        LogFormat::Json => {
            registry.with(fmt::layer().json().with_writer(std::io::stderr)).try_init()
        }
    };
    // A second start, as in tests, keeps the first log.
    drop(started);
}
