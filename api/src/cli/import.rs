//! `aiplus import` and `aiplus export`: data of others and of before, a dry run unless told otherwise, and the same shape out.

use std::io::{Read, Write};
use std::path::PathBuf;

use chrono::Utc;
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use super::{prepared, print};
use crate::auth::secret::Hashing;
use crate::config::DatabaseSettings;
use crate::database;
use crate::domain::principal::{Author, Principal};
use crate::error::{Error, Language};
use crate::graphql;
use crate::private;
use crate::read::Act;
use crate::service::audit::Backlog;
use crate::service::bill_import::{self, file};
use crate::service::change::Places;
use crate::service::history::{self, History};
use crate::sheet::rows::Format;

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
    /// Institutions of before, with other names and register numbers: all of them, or with a fault none
    Institutions(Table),
    /// People of before with their posts: all of them, or with a fault none
    People(Table),
    /// Seats in bodies of before, a body a record: all of them, or with a fault none
    Appointments(Table),
    /// Adoption cases of before, with outcomes and barriers: all of them, or with a fault none
    Cases(Table),
    /// Meetings of before, with agenda, attendance and minutes: all of them, or with a fault none
    Meetings(Table),
    /// Recommendations of before, with what became of them: all of them, or with a fault none
    Recommendations(Table),
}

/// A file of records.
#[derive(Debug, Args)]
pub struct Table {
    /// The file, or - for standard input
    file: String,
    /// Write what is found; without it nothing is written, and the same is told
    #[arg(long)]
    apply: bool,
    /// What the file is, if its beginning does not tell
    #[arg(long)]
    format: Option<Kind>,
}

/// What is exported.
#[derive(Debug, Args)]
pub struct Export {
    /// What to write
    history: History,
    /// What the file is to be; a workbook is best for who edits it in Excel
    #[arg(long, default_value = "csv")]
    format: Kind,
    /// The file, which must not be there; standard output if left out
    #[arg(long)]
    output: Option<PathBuf>,
}

/// Kinds of files.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// Comma-separated values: UTF-8, UTF-16 or CP949
    Csv,
    /// The first sheet of an Excel workbook
    Xlsx,
    /// A JSON object a line
    Jsonl,
}

impl From<Kind> for Format {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Csv => Self::Csv,
            Kind::Xlsx => Self::Xlsx,
            Kind::Jsonl => Self::Ndjson,
        }
    }
}

/// Imports, and tells in JSON what was done or would be.
///
/// # Errors
/// Input, if the file cannot be read or a record has a fault; internal.
pub async fn run(database: &DatabaseSettings, command: Command) -> Result<(), Error> {
    let (history, table) = match command {
        Command::Bills { file, apply } => return bills(database, &file, apply).await,
        Command::Institutions(table) => (History::Institutions, table),
        Command::People(table) => (History::People, table),
        Command::Appointments(table) => (History::Appointments, table),
        Command::Cases(table) => (History::Cases, table),
        Command::Meetings(table) => (History::Meetings, table),
        Command::Recommendations(table) => (History::Recommendations, table),
    };
    let bytes = read(&table.file)?;
    let (db, lock) = prepared(database).await?;
    let (hashing, backlog) = (Hashing::default(), Backlog::default());
    let places = Places::default();
    let act = Act {
        db: &db,
        hashing: &hashing,
        backlog: &backlog,
        catalog: graphql::catalog(),
        places: &places,
        webhooks: None,
        operators: &[],
        uploads: &[],
        author: author(),
        language: Language::Korean,
    };
    let file = (bytes.as_slice(), table.format.map(Format::from));
    let report = history::import(&act, history, file, table.apply).await?;
    lock.release().await?;
    db.close().await?;
    tell(&report)?;
    if report.refused == 0 {
        return Ok(());
    }
    let refused = report.refused;
    Err(Error::input(
        format!("{refused}건에 오류가 있어 아무것도 쓰지 않았습니다."),
        format!("{refused} records have faults, so nothing was written"),
    ))
}

async fn bills(database: &DatabaseSettings, file: &str, apply: bool) -> Result<(), Error> {
    let rows = file::rows(&read(file)?)?;
    let (db, lock) = prepared(database).await?;
    let report = bill_import::import(&db, author(), &rows, apply).await?;
    lock.release().await?;
    db.close().await?;
    tell(&report)
}

fn author() -> Author<'static> {
    Author { principal: &Principal::System, request_id: "command", address: None, now: Utc::now() }
}

fn tell(report: &impl Serialize) -> Result<(), Error> {
    let told = serde_json::to_string_pretty(report).map_err(Error::internal)?;
    print(&format!("{told}\n"));
    Ok(())
}

/// Writes what is on record in the shape that is imported.
///
/// # Errors
/// Input, if the file is there; internal.
pub async fn export(settings: &DatabaseSettings, export: Export) -> Result<(), Error> {
    database::present(&settings.database_url)?;
    let name = export.output.as_ref().map_or_else(|| "-".into(), |file| file.to_string_lossy());
    let wrong = |error: std::io::Error| {
        Error::input(
            format!("{name}: 쓸 수 없습니다: {error}"),
            format!("{name}: cannot be written: {error}"),
        )
    };
    let db = database::connect(&settings.database_url, settings.database_connections).await?;
    // What is not public is in it: for its owner alone.
    let mut out: Box<dyn Write> = match &export.output {
        None => Box::new(std::io::stdout()),
        Some(file) => {
            let mut new = private::options();
            Box::new(new.write(true).create_new(true).open(file).map_err(wrong)?)
        }
    };
    let mut write = |bytes: &[u8]| out.write_all(bytes).map_err(wrong);
    let exported = history::export(&db, export.history, export.format.into(), &mut write).await;
    let exported = exported.and_then(|()| out.flush().map_err(wrong));
    if let (Err(_), Some(file)) = (&exported, &export.output) {
        // Half a file would be taken for the whole.
        let _ = std::fs::remove_file(file);
    }
    db.close().await?;
    exported
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
