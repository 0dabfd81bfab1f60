//! `aiplus audit`: whether the audit is as it was written.

use std::path::PathBuf;

use clap::Subcommand;

use super::print;
use crate::config::DatabaseSettings;
use crate::database;
use crate::error::Error;
use crate::service::anchors;
use crate::service::audit::verify_against;

/// What is done with the audit.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Recompute every hash; tells of events that were changed, taken out or put in, and of submitted values that are not what they were, and fails if there are any
    Verify {
        /// Number and hash of an event noted earlier (`NUMBER:HASH`, as this command prints it): proves that nothing up to it was rewritten
        #[arg(long)]
        anchor: Option<String>,
        /// File of anchors, as the server writes it (`AIPLUS_AUDIT_ANCHOR_FILE`): each must be there with its hash
        #[arg(long, value_name = "FILE")]
        anchors: Option<PathBuf>,
    },
}

/// Does it.
///
/// # Errors
/// Internal, if anything is wrong with the audit, or it cannot be read.
pub async fn run(settings: &DatabaseSettings, command: Command) -> Result<(), Error> {
    let Command::Verify { anchor, anchors } = command;
    let mut noted = anchors.map(|file| anchors::read(&file)).transpose()?.unwrap_or_default();
    let anchor = anchor.map(|text| read(&text)).transpose()?;
    database::present(&settings.database_url)?;
    let db = database::connect(&settings.database_url, settings.database_connections).await?;
    noted.extend(anchor);
    let verdict = verify_against(&db, noted).await?;
    db.close().await?;
    if verdict.faults.is_empty() {
        print(&format!(
            "{} events, none changed, missing or put in\nnote this anchor elsewhere: {}:{}\n",
            verdict.events, verdict.last, verdict.hash
        ));
        return Ok(());
    }
    let faults: Vec<String> = verdict.faults.iter().map(ToString::to_string).collect();
    Err(Error::internal(format!("the audit is not as it was written:\n  {}", faults.join("\n  "))))
}

fn read(anchor: &str) -> Result<(i64, String), Error> {
    anchor
        .split_once(':')
        .and_then(|(number, hash)| Some((number.parse().ok()?, hash.to_owned())))
        .ok_or_else(|| {
            Error::input("번호:해시 형식이어야 합니다.", "Write the anchor as NUMBER:HASH.")
        })
}
