//! The command line: one function a subcommand.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Instant;

use chrono::Utc;
use clap::{Parser, Subcommand};

use crate::app::{App, Progress};
use crate::config::{DatabaseSettings, LogSettings, ServeSettings};
use crate::database::{self, PrepareLock};
use crate::error::Error;
use crate::seed::{self, DataSet, Summary};
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
        /// Also load 300 illustrative adoption cases, each marked ILLUSTRATIVE
        #[arg(long)]
        demo: bool,
    },
    /// Print the GraphQL schema
    Schema,
}

/// Runs the command; tells the shell whether it worked.
pub async fn run(cli: Cli) -> ExitCode {
    telemetry::start(&cli.log);
    let done = match cli.command {
        None => serve(&cli.database, &cli.serve).await,
        Some(Command::Serve(settings)) => serve(&cli.database, &settings).await,
        Some(Command::Migrate) => migrate(&cli.database).await,
        Some(Command::Seed { demo }) => seed(&cli.database, demo).await,
        Some(Command::Schema) => {
            print(&graphql::sdl());
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The person at the terminal is the operator: the cause itself is what helps.
            let text = match error {
                Error::Internal(cause) => cause,
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

async fn serve(database: &DatabaseSettings, settings: &ServeSettings) -> Result<(), Error> {
    let started = Instant::now();
    let mut terminal = Terminal::new();
    let (app, summary) = App::start(database, &mut terminal).await?;
    terminal.clear();
    tell("starting data set", &summary, started);
    let listener = tokio::net::TcpListener::bind(settings.listen).await.map_err(|error| {
        Error::internal(format!("cannot listen on {}: {error}", settings.listen))
    })?;
    let url = settings.public_url();
    print(&format!(
        "\naiplus is ready\n  GraphQL   {url}/graphql\n  GraphiQL  {url}/graphiql\n  health    {url}/healthz  {url}/readyz\n\n\
         Public data needs no token. Stop with Ctrl-C.\n"
    ));
    tracing::info!(listen = %settings.listen, "server.started");
    http::serve(listener, app.clone(), settings).await?;
    app.close().await?;
    tracing::info!("server.stopped");
    Ok(())
}

async fn migrate(settings: &DatabaseSettings) -> Result<(), Error> {
    let lock = PrepareLock::take(&settings.database_url).await?;
    let db = database::connect(&settings.database_url, settings.database_connections).await?;
    database::migrate(&db).await?;
    lock.release().await?;
    db.close().await?;
    print("the tables are up to date\n");
    Ok(())
}

async fn seed(settings: &DatabaseSettings, demo: bool) -> Result<(), Error> {
    let lock = PrepareLock::take(&settings.database_url).await?;
    let db = database::connect(&settings.database_url, settings.database_connections).await?;
    database::migrate(&db).await?;
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
    database::analyze(&db).await?;
    lock.release().await?;
    db.close().await?;
    Ok(())
}
