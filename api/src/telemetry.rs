//! The log: fixed messages with dotted names, values as fields; never tokens or contact data.

use std::io::IsTerminal;

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::prelude::*;

use crate::config::{LogFormat, LogSettings};

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
