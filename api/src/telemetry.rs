//! The log: fixed messages with dotted names, values as fields; never tokens or contact data.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::prelude::*;

use crate::config::{LogFormat, LogSettings};

/// Starts the log, on the standard error stream.
pub fn start(settings: &LogSettings) {
    // What drivers say of each statement is of no use to an operator.
    let filter = EnvFilter::try_new(format!("{},sea_orm_migration=warn,sqlx=warn", settings.log))
        .unwrap_or_else(|_| EnvFilter::new("info"));
    let registry = tracing_subscriber::registry().with(filter);
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
