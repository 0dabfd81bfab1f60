//! Connections, and the one start at a time: several servers that start at once migrate once and load
//! the starting data set once.

pub mod position;
pub mod pulse;
pub mod reads;
pub mod store;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::Duration;

use clap::ValueEnum;
use migration::{Migrator, MigratorTrait};
use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{self, Connection as _};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement,
};

use crate::domain::codes::nearest;
use crate::error::Error;
use crate::fault::{self, Fault};
use crate::metrics::METRICS;
use crate::{private, telemetry};
pub use store::Store;

/// Name of the lock in PostgreSQL under which the database is prepared.
const PREPARE_LOCK: i64 = 0x6169_706c_7573;
/// How long a write waits for another process on SQLite.
const BUSY_TIMEOUT: Duration = Duration::from_secs(8);
/// How long a look at the database may wait for it.
const PATIENCE: Duration = Duration::from_secs(5);
/// End of the name of the file that is locked while a SQLite database is prepared.
const LOCK: &str = ".lock";
/// How long a call may wait for a free connection to PostgreSQL, or a new one take to be made. Whether the database
/// is away is told by its pulse, and sooner.
const ACQUIRE: Duration = Duration::from_secs(2);
/// How long a connection to PostgreSQL that may have been cut may take to answer.
const PING: Duration = Duration::from_millis(300);
/// How long what a connection was left with may take to end before it is closed.
const REST: Duration = Duration::from_secs(2);
/// Time without use after which a connection is asked before it is used.
const IDLE: Duration = Duration::from_secs(30);
/// Longest statement on PostgreSQL that is no query of a caller's.
const LONGEST: Duration = Duration::from_secs(30);
/// Prepared statements kept by each connection; the read path has few texts, but more than the default.
const STATEMENTS: usize = 400;

/// Whether an address is one of SQLite.
pub fn is_sqlite(url: &str) -> bool {
    url.starts_with("sqlite:")
}

/// Whether an address is one of a database that this program speaks to.
///
/// # Errors
/// What is wrong with it; never a password.
pub fn check(url: &str) -> Result<(), String> {
    let forms = "write sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME";
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        let read = PgConnectOptions::from_str(url);
        return read.map(drop).map_err(|error| format!("{forms}: {}", plain(&error)));
    }
    if !is_sqlite(url) {
        return Err(match url.split_once(':') {
            Some((scheme, _))
                if !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_lowercase()) =>
            {
                format!("{scheme} is no database this program works with; {forms}")
            }
            _ => forms.to_owned(),
        });
    }
    SqliteConnectOptions::from_str(url).map_err(|error| format!("{forms}: {}", plain(&error)))?;
    let (file, parameters) = url.split_once('?').unwrap_or((url, ""));
    if file.trim_start_matches("sqlite:").trim_matches('/').is_empty() {
        return Err(format!("no file is named; {forms}"));
    }
    if let Some(other) = parameters.split('&').find(|parameter| {
        !["", "mode=rw", "mode=rwc", "mode=memory", "cache=shared", "cache=private"]
            .contains(parameter)
    }) {
        return Err(format!(
            "{other} is no way in which this program opens its database; leave it out"
        ));
    }
    Ok(())
}

/// The cause alone, without what kind of error the driver calls it.
fn plain(error: &sea_orm::sqlx::Error) -> String {
    match error {
        sea_orm::sqlx::Error::Configuration(cause) => cause.to_string(),
        other => other.to_string(),
    }
}

fn sqlite(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .statement_cache_capacity(STATEMENTS)
        // Of each connection. The system keeps the file's pages for all of them; to map the file as well changed
        // queries by no more than noise, and counted it as memory of each connection.
        .pragma("cache_size", "-8192")
        .optimize_on_close(true, Some(400))
}

fn options(url: &str, connections: u32, longest: Duration) -> ConnectOptions {
    let mut options = ConnectOptions::new(url.to_owned());
    options.max_connections(connections).sqlx_logging(false);
    if is_sqlite(url) {
        options.acquire_timeout(Duration::from_secs(20)).test_before_acquire_if_idle_for(IDLE);
        options.map_sqlx_sqlite_opts(sqlite);
    } else {
        options.map_sqlx_postgres_opts(move |postgres| {
            let longest = format!("{}ms", longest.as_millis());
            postgres
                .application_name("aiplus")
                .statement_cache_capacity(STATEMENTS)
                // Compiling a statement to machine code costs more than any of ours runs.
                .options([
                    ("jit", "off"),
                    ("statement_timeout", &longest),
                    // What runs for a connection that was closed ends.
                    ("client_connection_check_interval", "1s"),
                ])
        });
        // A ping before each use would double the round trips; those are asked that may be dead.
        options.acquire_timeout(ACQUIRE).test_before_acquire(false);
        options.map_sqlx_postgres_before_acquire(|connection, used| {
            Box::pin(async move {
                let idle = used.idle_for;
                if idle < IDLE && !fault::is_doubtful(idle) {
                    return Ok(true);
                }
                ping(connection, PING).await
            })
        });
        options.map_sqlx_postgres_pool_opts(|pool: PgPoolOptions| {
            // What a call that has gone left on it must end before another gets it.
            pool.after_release(|connection, _| Box::pin(ping(connection, REST)))
        });
    }
    options
}

/// Whether a connection answers in time.
async fn ping(connection: &mut PgConnection, time: Duration) -> Result<bool, sqlx::Error> {
    let late = || sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
    tokio::time::timeout(time, connection.ping()).await.map_err(|_| late())??;
    Ok(true)
}

async fn open(options: ConnectOptions, url: &str) -> Result<DatabaseConnection, Error> {
    let connected = Database::connect(options).await.map_err(|error| {
        let told = format!("cannot open the database {}: {error}", public(url));
        match fault::of(&error) {
            Fault::Unavailable(_) | Fault::Cut(_) => Error::unavailable(told),
            _ => Error::internal(told),
        }
    });
    let mut db = connected?;
    db.set_metric_callback(|info| {
        METRICS.statement(info.failed, info.elapsed);
        telemetry::statement(&info.statement.sql, info.failed, info.elapsed);
    });
    Ok(db)
}

/// When SQLite waits until what it wrote is on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Synchronous {
    /// At each commit: what was acknowledged outlives a power cut
    #[default]
    Full,
    /// At each checkpoint: faster, and a power cut can take the last commits with it
    Normal,
}

/// Whether there is a database at an address, before a command that only looks at it would make one.
///
/// # Errors
/// That its file does not exist.
pub fn present(url: &str) -> Result<(), Error> {
    match sqlite_file(url).filter(|file| !file.exists()) {
        Some(file) => Err(Error::internal(format!("there is no database {}", file.display()))),
        None => Ok(()),
    }
}

/// Opens a database, with up to so many connections for what is looked up, and one more that writes where the
/// database takes one writer.
///
/// # Errors
/// Internal, if the database is not there or the address is none.
pub async fn connect(url: &str, connections: u32) -> Result<Store, Error> {
    connect_with(url, connections, Synchronous::default()).await
}

/// The same, waiting for the disk as wished.
///
/// # Errors
/// As [`connect`].
pub async fn connect_with(
    url: &str,
    connections: u32,
    synchronous: Synchronous,
) -> Result<Store, Error> {
    let db = pool(url, connections).await?;
    // A database in memory belongs to its one pool.
    if sqlite_file(url).is_none() {
        return Ok(Store::alike(db));
    }
    let mut writes = options(url, 1, LONGEST);
    writes.map_sqlx_sqlite_opts(move |options| {
        sqlite(options).synchronous(match synchronous {
            Synchronous::Full => SqliteSynchronous::Full,
            Synchronous::Normal => SqliteSynchronous::Normal,
        })
    });
    Store::with_writer(db, writes, url).await
}

async fn pool(url: &str, connections: u32) -> Result<DatabaseConnection, Error> {
    if let Some(file) = sqlite_file(url) {
        keep_private(&file)?;
    }
    open(options(url, connections, LONGEST), url).await
}

/// Most connections of a pool.
fn pool_size(db: &DatabaseConnection) -> usize {
    let most = match db.get_database_backend() {
        DbBackend::Sqlite => db.get_sqlite_connection_pool().options().get_max_connections(),
        _ => db.get_postgres_connection_pool().options().get_max_connections(),
    };
    most as usize
}

/// Makes the file of a new database for its owner alone, before anything stands in it; SQLite gives its
/// other files the mode of this one. Those that are there already are taken from everybody else.
fn keep_private(file: &Path) -> Result<(), Error> {
    private::open(file).map_err(|error| {
        Error::internal(format!("cannot open the database {}: {error}", file.display()))
    })?;
    for suffix in ["-wal", "-shm", "-journal", LOCK] {
        private::tighten(&beside(file, suffix));
    }
    Ok(())
}

/// A file whose name begins with that of another.
fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Those of `codes` that no institution of the database has, with the nearest that one has; none, if the
/// database cannot tell.
pub async fn unknown_institutions(
    db: &DatabaseConnection,
    codes: &[String],
) -> Option<Vec<(String, Option<String>)>> {
    let statement =
        Statement::from_string(db.get_database_backend(), "SELECT code FROM institution");
    let rows = db.query_all_raw(statement).await.ok()?;
    let known: BTreeSet<String> =
        rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>().ok()?;
    let unknown = codes.iter().filter(|code| !known.contains(*code));
    let near = |code: &str| nearest(code, known.iter().map(String::as_str)).map(str::to_owned);
    Some(unknown.map(|code| (code.clone(), near(code))).collect())
}

/// The same of a database that may not be there yet, which is not made.
pub async fn unknown_institutions_at(
    url: &str,
    codes: &[String],
) -> Option<Vec<(String, Option<String>)>> {
    if sqlite_file(url).is_none_or(|file| !file.exists()) && is_sqlite(url) {
        return None;
    }
    let mut options = options(url, 1, LONGEST);
    options.connect_timeout(PATIENCE).acquire_timeout(PATIENCE);
    let db = Database::connect(options).await.ok()?;
    let unknown = unknown_institutions(&db, codes).await;
    db.close().await.ok()?;
    unknown
}

/// An address without its user, password and parameters, which can hold either, for messages.
fn public(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return "that was given".to_owned() };
    let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
    format!("{scheme}://{}", place.split(['?', '#']).next().unwrap_or_default())
}

/// The only one who prepares a database, as long as it is held.
#[derive(Debug)]
pub struct PrepareLock {
    session: Option<DatabaseConnection>,
    file: Option<std::fs::File>,
}

/// The file of a SQLite address, unless it is in memory.
pub fn sqlite_file(url: &str) -> Option<PathBuf> {
    if !is_sqlite(url) || url.contains(":memory:") || url.contains("mode=memory") {
        return None;
    }
    Some(SqliteConnectOptions::from_str(url).ok()?.get_filename().to_owned())
}

impl PrepareLock {
    /// Waits until nobody else prepares the database.
    ///
    /// # Errors
    /// Internal.
    pub async fn take(url: &str) -> Result<Self, Error> {
        if !is_sqlite(url) {
            let session = pool(url, 1).await?;
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
        let name = beside(&path, LOCK);
        let locked = tokio::task::spawn_blocking(move || {
            let opened = private::open(&name).and_then(|file| file.lock().map(|()| file));
            opened.map_err(|error| {
                Error::internal(format!("cannot lock {}: {error}", name.display()))
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
pub async fn migrate(db: &Store) -> Result<(), Error> {
    Migrator::up(db.writer(), None).await?;
    Ok(migration::collate(db.writer()).await?)
}

/// Lets the planner know the sizes of the tables after much was loaded.
///
/// # Errors
/// Internal.
pub async fn analyze(db: &Store) -> Result<(), Error> {
    db.writer().execute_unprepared("ANALYZE").await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_without_its_secrets() {
        for (url, told) in [
            ("postgres://bob:S3cret@h:5432/x", "postgres://h:5432/x"),
            ("postgres://bob@h/x?password=S3cret", "postgres://h/x"),
            ("postgres://h/x?user=bob&pasword=S3cret", "postgres://h/x"),
            ("postgres://bob:a@b?c@h/x", "postgres://h/x"),
            ("sqlite://data/aiplus.db", "sqlite://data/aiplus.db"),
            ("postgres:bob:S3cret@h/x", "that was given"),
        ] {
            assert_eq!(public(url), told);
        }
    }
}
