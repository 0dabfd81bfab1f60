//! The command line: one function a subcommand, a file for each group of them.

mod audit;
mod check;
mod client;
mod data;
mod import;
mod keys;
mod settings;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Instant;

use chrono::Utc;
use clap::{Parser, Subcommand};
use migration::{Migrator, MigratorTrait as _};

use crate::app::{App, Progress};
use crate::config::{AccessSettings, DatabaseSettings, LogSettings, ServeSettings};
use crate::database::Store;
use crate::database::{self, PrepareLock};
use crate::error::Error;
use crate::seed::{self, DataSet, Summary};
use crate::service::search_index;
use crate::{graphql, http, telemetry};

use settings::{Mistakes, Unread};

/// aiplus: system of record and GraphQL API of Korea's SME AI-adoption programme (중소·벤처 AI 대전환)
#[derive(Debug, Parser)]
#[command(name = "aiplus", version, about, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: ServeSettings,
    #[command(flatten)]
    database: DatabaseSettings,
    #[command(flatten)]
    access: AccessSettings,
    #[command(flatten)]
    log: LogSettings,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API (also what happens without a subcommand)
    Serve,
    /// Bring the tables up to date and stop
    Migrate {
        /// Only tell what is still to be done
        #[arg(long)]
        plan: bool,
    },
    /// Load the starting data set and stop
    Seed {
        /// Also load 300 illustrative adoption cases and eight quarters of illustrative results, each row marked ILLUSTRATIVE
        #[arg(long)]
        demo: bool,
    },
    /// Print the GraphQL schema
    Schema,
    /// Manage the programs of partner agencies that may sign in
    Client {
        #[command(subcommand)]
        command: client::Command,
    },
    /// Manage the keys that sign access tokens
    Keys {
        #[command(subcommand)]
        command: keys::Command,
    },
    /// Look the whole database over: file, references, numbers, audit, counts, search index; fails if anything is wrong
    Check,
    /// Copy a SQLite database into a new file, also while it is served
    Backup(data::Copy),
    /// Bring a copy back to where no database is
    Restore(data::Copy),
    /// Import data of others or of before; nothing is written without --apply
    Import {
        #[command(subcommand)]
        command: import::Command,
    },
    /// Write what is on record, public or not, in the shape that `import` reads
    Export(import::Export),
    /// Look over the audit
    Audit {
        #[command(subcommand)]
        command: audit::Command,
    },
}

/// Why a command has not done what it should.
#[derive(Debug)]
enum Failure {
    /// A setting is wrong: nothing was done.
    Settings(Mistakes),
    /// Anything else.
    Other(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl Mistakes {
    fn none(self) -> Result<(), Failure> {
        if self.is_empty() { Ok(()) } else { Err(Failure::Settings(self)) }
    }
}

/// Exit code where the command line or a setting is wrong.
const WRONG: u8 = 2;

/// The program: what `main` is, here so that everything it reaches is compiled once, with this crate.
pub fn main() -> ExitCode {
    match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(run()),
        Err(error) => {
            complain(&format!("cannot begin: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Reads the command line and the environment of this process and does what they say; tells the shell
/// whether it worked.
async fn run() -> ExitCode {
    let environment: BTreeMap<OsString, OsString> = std::env::vars_os().collect();
    let cli = match settings::read(std::env::args_os().collect(), &environment) {
        Ok(cli) => cli,
        Err(Unread::Said(said)) => {
            let _ = said.print();
            return ExitCode::from(u8::try_from(said.exit_code()).unwrap_or(WRONG));
        }
        Err(Unread::Wrong(mut mistakes, rest, said)) => {
            // What is wrong with the files and institutions of the others is told with it.
            if let Some(mut rest) = rest {
                let found = looked_at(&mut rest, !mistakes.has("listen")).await;
                mistakes.extend(found);
            }
            complain(&mistakes.text());
            said.map(|said| said.print());
            return ExitCode::from(WRONG);
        }
    };
    telemetry::start(&cli.log);
    match carry_out(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Settings(mistakes)) => {
            complain(&mistakes.text());
            ExitCode::from(WRONG)
        }
        Err(Failure::Other(error)) => {
            complain(&error.for_operator());
            ExitCode::FAILURE
        }
    }
}

fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "aiplus: {text}");
}

/// What is wrong with settings that are well written.
async fn looked_at(cli: &mut Cli, has_port: bool) -> Mistakes {
    let mut mistakes = check::settings(&cli.database, &cli.access, &cli.serve).await;
    if has_port && matches!(cli.command, None | Some(Command::Serve)) {
        check::port(&mut cli.serve, &mut mistakes);
    }
    mistakes
}

async fn carry_out(mut cli: Cli) -> Result<(), Failure> {
    looked_at(&mut cli, true).await.none()?;
    cli.serve.files.settle(&cli.database);
    let Cli { command, serve, database, access, log } = cli;
    match command.unwrap_or(Command::Serve) {
        Command::Serve => {
            telemetry::watch(&log);
            return self::serve(&database, &access, &serve).await;
        }
        Command::Migrate { plan: false } => migrate(&database).await?,
        Command::Migrate { plan: true } => plan(&database).await?,
        Command::Seed { demo } => seed(&database, demo).await?,
        Command::Schema => print(&graphql::sdl()),
        Command::Client { command } => client::run(&database, command).await?,
        Command::Keys { command } => keys::run(&access.key_file(&database), &command)?,
        Command::Check => data::check(&database, &serve.files).await?,
        Command::Backup(copy) => data::backup(&database, &serve.files, &copy).await?,
        Command::Restore(copy) => data::restore(&database, &serve.files, &copy).await?,
        Command::Import { command } => import::run(&database, command).await?,
        Command::Export(export) => import::export(&database, export).await?,
        Command::Audit { command } => audit::run(&database, command).await?,
    }
    Ok(())
}

/// To standard output; a reader that has gone away is no error of ours.
fn print(text: &str) {
    let mut out = std::io::stdout();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}

/// Shows the step at hand on a terminal, and nothing where the output is kept.
struct Terminal {
    is_terminal: bool,
}

impl Terminal {
    fn new() -> Self {
        Self { is_terminal: std::io::stdout().is_terminal() }
    }

    fn clear(&self) {
        if self.is_terminal {
            print("\r\u{1b}[K");
        }
    }
}

impl Progress for Terminal {
    fn step(&mut self, text: &str) {
        if self.is_terminal {
            print(&format!("\r\u{1b}[K  loading {text}"));
        }
    }
}

/// What a load did, in a line or a table.
fn tell(name: &str, summary: &Summary, started: Instant) {
    let seconds = started.elapsed().as_secs_f64();
    if summary.known {
        print(&format!("{name}: already loaded, nothing to do ({seconds:.2} s)\n"));
        return;
    }
    print(&format!(
        "{name}: {} rows created, {} updated, {} unchanged, {} deleted, {} kept as edited ({seconds:.1} s)\n",
        summary.total_created(),
        summary.updated,
        summary.unchanged,
        summary.deleted,
        summary.kept,
    ));
    let line: Vec<String> =
        summary.created.iter().map(|(table, rows)| format!("{table} {rows}")).collect();
    for part in line.chunks(6) {
        print(&format!("  {}\n", part.join(", ")));
    }
}

async fn serve(
    database: &DatabaseSettings,
    access: &AccessSettings,
    settings: &ServeSettings,
) -> Result<(), Failure> {
    let started = Instant::now();
    let cannot = |error| Error::internal(check::cannot_listen(settings.listen, &error));
    let listener = tokio::net::TcpListener::bind(settings.listen).await.map_err(cannot)?;
    let figures = match settings.metrics_listen {
        Some(address) => Some(
            tokio::net::TcpListener::bind(address)
                .await
                .map_err(|error| Error::internal(check::cannot_listen(address, &error)))?,
        ),
        None => None,
    };
    // Who asks meanwhile is told that the server starts, and not refused by the system.
    let listener = listener.into_std().map_err(cannot)?;
    let answering = listener.try_clone().and_then(tokio::net::TcpListener::from_std);
    let answering = tokio::spawn(http::starting(answering.map_err(cannot)?));
    let mut terminal = Terminal::new();
    let (app, summary) = App::start(database, access, settings, &mut terminal).await?;
    terminal.clear();
    check::operators(&app.db, access).await.none()?;
    tell("starting data set", &summary, started);
    answering.abort();
    let listener = tokio::net::TcpListener::from_std(listener).map_err(cannot)?;
    // Whoever is told that it is ready may stop it at once.
    let told = http::stop_signal();
    let url = settings.public_url();
    print(&format!(
        "\naiplus is ready\n  GraphQL   {url}/graphql\n  GraphiQL  {url}/graphiql\n  health    {url}/healthz  {url}/readyz\n\n\
         Public data needs no token. For one, make a client and ask with its secret:\n  \
         aiplus client create --institution TIPA --name \"My dashboard\" --scope program:read\n  \
         curl -u CLIENT_ID:CLIENT_SECRET -d grant_type=client_credentials {url}/oauth/token\n\n\
         Stop with Ctrl-C.\n"
    ));
    tracing::info!(listen = %settings.listen, "server.started");
    http::serve_until(listener, figures, app.clone(), settings, told).await?;
    app.close().await?;
    tracing::info!("server.stopped");
    Ok(())
}

/// A database with its tables, made by one command at a time; the lock is the caller's to release.
async fn prepared(settings: &DatabaseSettings) -> Result<(Store, PrepareLock), Error> {
    let lock = PrepareLock::take(&settings.database_url).await?;
    let db = database::connect_with(
        &settings.database_url,
        settings.database_connections,
        settings.sqlite_synchronous,
    )
    .await?;
    database::migrate(&db).await?;
    search_index::refresh(db.writer()).await?;
    Ok((db, lock))
}

async fn plan(settings: &DatabaseSettings) -> Result<(), Error> {
    database::present(&settings.database_url)?;
    let db = database::connect(&settings.database_url, 1).await?;
    let pending = Migrator::pending(db.writer()).await;
    db.close().await?;
    if pending.is_empty() {
        print("the tables are up to date\n");
        return Ok(());
    }
    print(&format!("still to come, in this order; back up first:\n  {}\n", pending.join("\n  ")));
    Ok(())
}

async fn migrate(settings: &DatabaseSettings) -> Result<(), Error> {
    let (db, lock) = prepared(settings).await?;
    lock.release().await?;
    db.close().await?;
    print("the tables are up to date\n");
    Ok(())
}

async fn seed(settings: &DatabaseSettings, demo: bool) -> Result<(), Error> {
    let (db, lock) = prepared(settings).await?;
    let mut sets: Vec<(&str, DataSet)> = vec![("starting data set", seed::starting_set()?)];
    if demo {
        sets.push(("illustrative cases", seed::demo::set()?));
    }
    for (name, set) in &sets {
        let started = Instant::now();
        let mut terminal = Terminal::new();
        let summary = seed::load(&db, set, Utc::now(), |table, rows| {
            terminal.step(&format!("{table} ({rows})"))
        })
        .await?;
        terminal.clear();
        tell(name, &summary, started);
    }
    if demo {
        demonstrate(&db).await?;
    }
    database::analyze(&db).await?;
    lock.release().await?;
    db.close().await?;
    Ok(())
}

/// Plays what is made up: the results of eight quarters, and a year of the programme.
async fn demonstrate(db: &Store) -> Result<(), Error> {
    let told = |name, loaded: Option<Summary>, started, why| match loaded {
        Some(summary) => tell(name, &summary, started),
        None => print(&format!("{name}: left out, since {why} here\n")),
    };
    let started = Instant::now();
    let mut terminal = Terminal::new();
    let step = |terminal: &mut Terminal, table: &str, rows: usize| {
        terminal.step(&format!("{table} ({rows})"));
    };
    let now = Utc::now();
    let loaded = seed::demo_results::load(db, now, |table, rows| step(&mut terminal, table, rows));
    let loaded = loaded.await?;
    terminal.clear();
    told("illustrative results", loaded, started, "institutions report");
    let started = Instant::now();
    let loaded =
        seed::demo_programme::load(db, now, |table, rows| step(&mut terminal, table, rows));
    let loaded = loaded.await?;
    terminal.clear();
    told("illustrative year", loaded, started, "the programme works");
    Ok(())
}

/// Rows as columns of the width of their longest text, the head first.
fn table<const N: usize>(rows: &[[String; N]]) -> String {
    // Korean syllables are two columns wide on a terminal.
    let width = |text: &str| -> usize {
        text.chars().map(|letter| if u32::from(letter) >= 0x1100 { 2 } else { 1 }).sum()
    };
    let widths: Vec<usize> =
        (0..N).map(|at| rows.iter().map(|row| width(&row[at])).max().unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, most) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.push_str(&" ".repeat(most - width(cell) + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
