//! `aiplus import`: data of others, a dry run unless told otherwise.

use std::io::Read;

use chrono::Utc;
use clap::Subcommand;

use super::{prepared, print};
use crate::config::DatabaseSettings;
use crate::domain::principal::{Author, Principal};
use crate::error::Error;
use crate::service::bill_import::{self, file};

/// Largest file, in bytes.
const LARGEST: u64 = 256 * 1024 * 1024;

/// What is imported.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Bills in the National Assembly's open-data shape: JSON, JSON lines or XML
    Bills {
        /// The file, or - for standard input
        file: String,
        /// Write what is found; without it nothing is written, and the same is told
        #[arg(long)]
        apply: bool,
    },
}

/// Imports, and tells in JSON what was done or would be.
///
/// # Errors
/// Input, if the file cannot be read; internal.
pub async fn run(database: &DatabaseSettings, command: Command) -> Result<(), Error> {
    let Command::Bills { file, apply } = command;
    let rows = file::rows(&read(&file)?)?;
    let (db, lock) = prepared(database).await?;
    let principal = &Principal::System;
    let author = Author { principal, request_id: "command", address: None, now: Utc::now() };
    let report = bill_import::import(&db, author, &rows, apply).await?;
    lock.release().await?;
    db.close().await?;
    let told = serde_json::to_string_pretty(&report).map_err(Error::internal)?;
    print(&format!("{told}\n"));
    Ok(())
}

fn read(name: &str) -> Result<Vec<u8>, Error> {
    let wrong = |error: std::io::Error| {
        Error::input(
            format!("{name}: 읽을 수 없습니다: {error}"),
            format!("{name}: cannot be read: {error}"),
        )
    };
    let from: Box<dyn Read> = match name {
        "-" => Box::new(std::io::stdin()),
        name => Box::new(std::fs::File::open(name).map_err(wrong)?),
    };
    let mut bytes = Vec::new();
    from.take(LARGEST + 1).read_to_end(&mut bytes).map_err(wrong)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LARGEST {
        return Err(Error::input(
            format!("{name}: 256 MB까지 읽습니다."),
            format!("{name}: at most 256 MB are read"),
        ));
    }
    Ok(bytes)
}
