//! The command line: one function a subcommand, a file for each group of them.

mod audit;
mod client;
mod keys;

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Instant;

use chrono::Utc;
use clap::{Parser, Subcommand};
use sea_orm::DatabaseConnection;

use crate::app::{App, Progress};
use crate::config::{AccessSettings, DatabaseSettings, LogSettings, ServeSettings};
use crate::database::{self, PrepareLock};
use crate::error::Error;
use crate::seed::{self, DataSet, Summary};
use crate::service::search_index;
use crate::{graphql, http, telemetry};

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
    Serve(ServeSettings),
    /// Bring the tables up to date and stop
    Migrate,
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
    /// Look over the audit
    Audit {
        #[command(subcommand)]
        command: audit::Command,
    },
}

/// Runs the command; tells the shell whether it worked.
pub async fn run(cli: Cli) -> ExitCode {
    telemetry::start(&cli.log);
    let done = match cli.command {
        None => serve(&cli.database, &cli.access, &cli.serve).await,
        Some(Command::Serve(settings)) => serve(&cli.database, &cli.access, &settings).await,
        Some(Command::Migrate) => migrate(&cli.database).await,
        Some(Command::Seed { demo }) => seed(&cli.database, demo).await,
        Some(Command::Schema) => {
            print(&graphql::sdl());
            Ok(())
        }
        Some(Command::Client { command }) => client::run(&cli.database, command).await,
        Some(Command::Keys { command }) => keys::run(&cli.access.key_file(&cli.database), &command),
        Some(Command::Audit { command }) => audit::run(&cli.database, command).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The person at the terminal is the operator: the cause itself is what helps.
            let text = match error {
                Error::Internal(cause) => cause,
                Error::User(errors) => {
                    errors.into_iter().map(|error| error.message.en).collect::<Vec<_>>().join("\n")
                }
                other => other.message().en,
            };
            let _ = writeln!(std::io::stderr(), "aiplus: {text}");
            ExitCode::FAILURE
        }
    }
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
        "{name}: {} rows created, {} updated, {} unchanged, {} kept as edited ({seconds:.1} s)\n",
        summary.total_created(),
        summary.updated,
        summary.unchanged,
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
) -> Result<(), Error> {
    let started = Instant::now();
    let mut terminal = Terminal::new();
    let (app, summary) = App::start(database, access, settings, &mut terminal).await?;
    terminal.clear();
    tell("starting data set", &summary, started);
    let listener = tokio::net::TcpListener::bind(settings.listen).await.map_err(|error| {
        Error::internal(format!("cannot listen on {}: {error}", settings.listen))
    })?;
    let url = settings.public_url();
    print(&format!(
        "\naiplus is ready\n  GraphQL   {url}/graphql\n  GraphiQL  {url}/graphiql\n  health    {url}/healthz  {url}/readyz\n\n\
         Public data needs no token. For one, make a client and ask with its secret:\n  \
         aiplus client create --institution TIPA --name \"My dashboard\" --scope program:read\n  \
         curl -u CLIENT_ID:CLIENT_SECRET -d grant_type=client_credentials {url}/oauth/token\n\n\
         Stop with Ctrl-C.\n"
    ));
    tracing::info!(listen = %settings.listen, "server.started");
    http::serve(listener, app.clone(), settings).await?;
    app.close().await?;
    tracing::info!("server.stopped");
    Ok(())
}

/// A database with its tables, made by one command at a time; the lock is the caller's to release.
async fn prepared(settings: &DatabaseSettings) -> Result<(DatabaseConnection, PrepareLock), Error> {
    let lock = PrepareLock::take(&settings.database_url).await?;
    let db = database::connect(&settings.database_url, settings.database_connections).await?;
    database::migrate(&db).await?;
    search_index::refresh(&db).await?;
    Ok((db, lock))
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
        demo_results(&db).await?;
    }
    database::analyze(&db).await?;
    lock.release().await?;
    db.close().await?;
    Ok(())
}

async fn demo_results(db: &DatabaseConnection) -> Result<(), Error> {
    let started = Instant::now();
    let mut terminal = Terminal::new();
    let loaded = seed::demo_results::load(db, Utc::now(), |table, rows| {
        terminal.step(&format!("{table} ({rows})"));
    })
    .await?;
    terminal.clear();
    match loaded {
        Some(summary) => tell("illustrative results", &summary, started),
        None => print("illustrative results: left out, since institutions report here\n"),
    }
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
