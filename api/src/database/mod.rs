//! Connections, and the one start at a time: several servers that start at once migrate once and load
//! the starting data set once.

pub mod reads;

use std::path::PathBuf;
use std::time::Duration;

use migration::{Migrator, MigratorTrait};
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement,
};

use crate::error::Error;

/// Name of the lock in PostgreSQL under which the database is prepared.
const PREPARE_LOCK: i64 = 0x6169_706c_7573;
/// How long a write waits for another on SQLite.
const BUSY_TIMEOUT: Duration = Duration::from_secs(20);
/// Longest statement on PostgreSQL that is no query of a caller's.
const LONGEST: Duration = Duration::from_secs(30);
/// Prepared statements kept by each connection; the read path has few texts, but more than the default.
const STATEMENTS: usize = 400;

fn is_sqlite(url: &str) -> bool {
    url.starts_with("sqlite:")
}

fn options(url: &str, connections: u32, longest: Duration) -> ConnectOptions {
    let mut options = ConnectOptions::new(url.to_owned());
    options
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(20))
        .sqlx_logging(false)
        // A ping before each use would double the round trips; only idle connections are asked.
        .test_before_acquire_if_idle_for(Duration::from_secs(30));
    if is_sqlite(url) {
        options.map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Normal)
                .foreign_keys(true)
                .busy_timeout(BUSY_TIMEOUT)
                .statement_cache_capacity(STATEMENTS)
                .pragma("mmap_size", "268435456")
                .pragma("cache_size", "-32768")
                .optimize_on_close(true, Some(400))
        });
    } else {
        options.map_sqlx_postgres_opts(move |postgres| {
            let longest = format!("{}ms", longest.as_millis());
            postgres
                .application_name("aiplus")
                .statement_cache_capacity(STATEMENTS)
                // Compiling a statement to machine code costs more than any of ours runs.
                .options([("jit", "off"), ("statement_timeout", &longest)])
        });
    }
    options
}

async fn open(options: ConnectOptions, url: &str) -> Result<DatabaseConnection, Error> {
    Database::connect(options).await.map_err(|error| {
        Error::internal(format!("cannot open the database {}: {error}", public(url)))
    })
}

/// Opens a pool.
///
/// # Errors
/// Internal, if the database is not there or the address is none.
pub async fn connect(url: &str, connections: u32) -> Result<DatabaseConnection, Error> {
    open(options(url, connections, LONGEST), url).await
}

/// An address without its password, for messages.
fn public(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, place))) => format!("{scheme}://…@{place}"),
        _ => url.to_owned(),
    }
}

/// The only one who prepares a database, as long as it is held.
#[derive(Debug)]
pub struct PrepareLock {
    session: Option<DatabaseConnection>,
    file: Option<std::fs::File>,
}

/// The file of a SQLite address, unless it is in memory.
pub fn sqlite_file(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    let path = path.split('?').next().unwrap_or(path);
    (!path.is_empty() && !path.contains(":memory:")).then(|| PathBuf::from(path))
}

impl PrepareLock {
    /// Waits until nobody else prepares the database.
    ///
    /// # Errors
    /// Internal.
    pub async fn take(url: &str) -> Result<Self, Error> {
        if !is_sqlite(url) {
            let session = connect(url, 1).await?;
            // The wait may be long: another server is loading.
            session.execute_unprepared("SET statement_timeout = 0").await?;
            let lock = Statement::from_sql_and_values(
                DbBackend::Postgres,
                "SELECT pg_advisory_lock($1)",
                [PREPARE_LOCK.into()],
            );
            session.execute_raw(lock).await?;
            return Ok(Self { session: Some(session), file: None });
        }
        let Some(path) = sqlite_file(url) else { return Ok(Self { session: None, file: None }) };
        let mut name = path.into_os_string();
        name.push(".lock");
        let locked = tokio::task::spawn_blocking(move || {
            let opened = std::fs::File::create(&name).and_then(|file| file.lock().map(|()| file));
            opened.map_err(|error| {
                Error::internal(format!("cannot lock {}: {error}", name.to_string_lossy()))
            })
        });
        let file = locked.await.map_err(Error::internal)??;
        Ok(Self { session: None, file: Some(file) })
    }

    /// Lets the next one in.
    ///
    /// # Errors
    /// Internal.
    pub async fn release(self) -> Result<(), Error> {
        if let Some(session) = self.session {
            // The lock belongs to the session and ends with it.
            session.close().await?;
        }
        if let Some(file) = self.file {
            file.unlock().map_err(Error::internal)?;
        }
        Ok(())
    }
}

/// Brings the tables up to date.
///
/// # Errors
/// Internal.
pub async fn migrate(db: &DatabaseConnection) -> Result<(), Error> {
    Ok(Migrator::up(db, None).await?)
}

/// Lets the planner know the sizes of the tables after much was loaded.
///
/// # Errors
/// Internal.
pub async fn analyze(db: &DatabaseConnection) -> Result<(), Error> {
    db.execute_unprepared("ANALYZE").await?;
    Ok(())
}
