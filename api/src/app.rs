//! The application: database, schema, engine, access. The server and the tests both start here.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;

use crate::auth::Access;
use crate::auth::keys::KeyStore;
use crate::config::{AccessSettings, DatabaseSettings, RetentionSettings, ServeSettings};
use crate::database::pulse::{self, Pulse};
use crate::database::reads::Reads;
use crate::database::{self, PrepareLock, Store, is_sqlite};
use crate::error::Error;
use crate::files::Files;
use crate::graphql::engine::{Engine, EngineSettings};
use crate::graphql::persisted::Persisted;
use crate::seed::{self, Summary};
use crate::service::document::file;
use crate::service::retention::{self, Forgotten};
use crate::service::search_index;
use crate::service::submission::quarter;
use crate::service::webhook::Webhooks;
use crate::service::{anchors, bill, reminder};

/// How long the database may take to be closed.
const CLOSING: Duration = Duration::from_secs(15);
/// How often numbers of refusals are looked for.
const LOOK: Duration = Duration::from_secs(15);

/// A running application.
#[derive(Debug, Clone)]
pub struct App {
    /// The database that is written.
    pub db: Store,
    /// Answers GraphQL requests.
    pub engine: Arc<Engine>,
    /// Tells who calls.
    pub access: Arc<Access>,
}

/// Shortest pause between two tries to reach a database that is away when the server starts.
const SHORTEST_PAUSE: Duration = Duration::from_millis(250);
/// Longest pause between two tries to reach a database that is away when the server starts.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Waits until the database can be worked with: it may start at the same time.
async fn until_reached(url: &str) -> Result<(), Error> {
    let mut pause = SHORTEST_PAUSE;
    loop {
        match pulse::reach(url).await {
            Err(Error::Unavailable { cause, .. }) => {
                tracing::warn!(error.cause = cause, again_in = ?pause, "database.awaited");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            reached => return reached,
        }
    }
}

/// What preparing the database did, for the person at the terminal.
pub trait Progress {
    /// A step begins.
    fn step(&mut self, text: &str);
}

impl App {
    /// An application over databases that are ready.
    pub fn new(db: Store, reads: Option<Reads>, access: Access, settings: EngineSettings) -> Self {
        let mut engine = Engine::new(db.clone(), reads, settings);
        // Secrets are made in the same turns in which they are compared.
        engine.hashing = access.secrets.hashing.clone();
        engine.operators = access.operators().to_vec();
        let engine = Arc::new(engine);
        Self { db, engine, access: Arc::new(access) }
    }

    /// Whether the database is there.
    pub fn pulse(&self) -> &Pulse {
        self.engine.reads.pulse()
    }

    /// Opens each quarter whose time has come, at once and every hour, until the application is gone.
    pub async fn open_quarters(self) {
        let mut hours = tokio::time::interval(quarter::LOOK);
        loop {
            hours.tick().await;
            loop {
                let opening = async {
                    let now = Utc::now();
                    if let Some(why) = quarter::disbelieved(&self.db, now).await? {
                        tracing::error!(clock = %now, why, "period.not_opened");
                        return Ok(0);
                    }
                    quarter::open_due(&self.db, now).await
                };
                match self.pulse().during(opening).await {
                    Ok(0) => {}
                    Ok(count) => tracing::info!(count, "period.opened"),
                    Err(Error::Unavailable { .. }) => {
                        // An hour later would be late.
                        tokio::time::sleep(LOOK).await;
                        continue;
                    }
                    Err(error) => tracing::error!(error.cause = %error, "period.not_opened"),
                }
                break;
            }
        }
    }

    /// Reminds of what is due or late, at once and every hour, until the application is gone.
    pub async fn remind(self) {
        let mut hours = tokio::time::interval(quarter::LOOK);
        loop {
            hours.tick().await;
            let reminding = async {
                let now = Utc::now();
                if let Some(why) = quarter::disbelieved(&self.db, now).await? {
                    tracing::error!(clock = %now, why, "reminder.not_made");
                    return Ok(0);
                }
                reminder::remind(&self.db, now).await
            };
            match self.pulse().during(reminding).await {
                Ok(0) => {}
                Ok(count) => tracing::info!(count, "reminder.made"),
                Err(error) => tracing::error!(error.cause = %error, "reminder.not_made"),
            }
        }
    }

    /// Forgets what is older than it is kept, at once and every hour, until the application is gone.
    pub async fn forget(self, keep: RetentionSettings) {
        let mut hours = tokio::time::interval(quarter::LOOK);
        loop {
            hours.tick().await;
            match retention::forget(&self.db, Utc::now(), &keep).await {
                Ok(Forgotten { changes: 0, keys: 0 }) => {}
                Ok(Forgotten { changes, keys }) => {
                    tracing::info!(changes, keys, "retention.forgot")
                }
                Err(error) => tracing::error!(error.cause = %error, "retention.failed"),
            }
        }
    }

    /// Takes away content of files that no row names, at once and every hour, until the application is gone.
    pub async fn sweep(self, files: Files) {
        let mut hours = tokio::time::interval(quarter::LOOK);
        loop {
            hours.tick().await;
            match self.pulse().during(file::sweep(&self.db, &files)).await {
                Ok(0) => {}
                Ok(count) => tracing::info!(count, "files.swept"),
                Err(error) => tracing::error!(error.cause = %error, "files.not_swept"),
            }
        }
    }

    /// Connects, migrates, and loads the starting data set, one server at a time; reads keys, issuers and
    /// trusted documents.
    ///
    /// # Errors
    /// Internal; input, if the data set is broken.
    pub async fn start(
        database: &DatabaseSettings,
        access: &AccessSettings,
        serve: &ServeSettings,
        progress: &mut (dyn Progress + Send),
    ) -> Result<(Self, Summary), Error> {
        // What is wrong with a file is told before the database is touched.
        let settings = EngineSettings {
            introspection: serve.limits.introspection,
            persisted: Persisted::read(serve.limits.trusted_documents.as_deref())?,
            webhooks: Webhooks::open(&serve.webhooks, &access.key_file(database))?,
        };
        let keys = KeyStore::open(access.key_file(database), Utc::now())?;
        let access = Access::new(access, keys, &serve.public_url())?;
        let (db, summary) = loop {
            match Self::prepare(database, progress).await {
                // It went away meanwhile, and is waited for like one that was not there.
                Err(Error::Unavailable { cause, .. }) if !is_sqlite(&database.database_url) => {
                    tracing::warn!(error.cause = cause, "database.lost");
                    tokio::time::sleep(SHORTEST_PAUSE).await;
                }
                prepared => break prepared?,
            }
        };
        let connections = database.database_connections;
        let timeout = serve.limits.query_timeout();
        let lag = Duration::from_secs(database.database_read_lag);
        let replica = database.database_read_url.as_deref().map(|replica| (replica, lag));
        let reads = Reads::open(&database.database_url, replica, connections, &db, timeout).await?;
        Ok((Self::new(db, Some(reads), access, settings), summary))
    }

    /// Connects, migrates and loads, once the database is there.
    async fn prepare(
        database: &DatabaseSettings,
        progress: &mut (dyn Progress + Send),
    ) -> Result<(Store, Summary), Error> {
        until_reached(&database.database_url).await?;
        let lock = PrepareLock::take(&database.database_url).await?;
        let db = database::connect_with(
            &database.database_url,
            database.database_connections,
            database.sqlite_synchronous,
        )
        .await?;
        database::migrate(&db).await?;
        bill::complete(&db, Utc::now()).await?;
        search_index::refresh(db.writer()).await?;
        let summary = seed::load(&db, &seed::starting_set()?, Utc::now(), |table, rows| {
            progress.step(&format!("{table} ({rows})"));
        })
        .await?;
        if !summary.known {
            database::analyze(&db).await?;
        }
        lock.release().await?;
        Ok((db, summary))
    }

    /// Adds the end of the audit to a file whenever it has moved, until the application is gone.
    pub async fn write_anchors(self, file: PathBuf) {
        let mut looks = tokio::time::interval(anchors::LOOK);
        let mut last = None;
        loop {
            looks.tick().await;
            last = self.write_anchor(&file, last).await;
        }
    }

    /// Adds the end of the audit to a file, unless it is the last one added, and tells it.
    pub async fn write_anchor(&self, file: &Path, last: Option<i64>) -> Option<i64> {
        match anchors::add(&self.db, file, last).await {
            Ok(end) => Some(end),
            Err(error) => {
                tracing::error!(error.cause = %error, "audit.anchor_not_written");
                last
            }
        }
    }

    /// Writes refusals to the audit as they come, and their numbers as their minute is over, until the
    /// application is gone.
    pub async fn write_refusals(self) {
        let mut looks = tokio::time::interval(LOOK);
        loop {
            tokio::select! {
                () = self.engine.backlog.filled.notified() => {}
                _ = looks.tick() => {}
            }
            // What waits is not lost as long as it is not tried.
            self.pulse().until_there().await;
            if let Err(error) = self.pulse().during(self.engine.backlog.flush(&self.db)).await {
                tracing::error!(error.cause = %error, "audit.not_written");
            }
        }
    }

    /// Writes what waits and closes the database, as far as it lets itself be closed: a server that is told to
    /// stop stops, with a full disk as well.
    ///
    /// # Errors
    /// Unavailable; internal.
    pub async fn close(self) -> Result<(), Error> {
        let closing = async {
            let written = self.engine.backlog.finish(&self.db).await;
            self.engine.reads.close().await?;
            self.db.close().await?;
            written
        };
        let closed = tokio::time::timeout(CLOSING, closing).await;
        closed.unwrap_or_else(|_| {
            Err(Error::unavailable("the database does not let itself be closed"))
        })
    }
}
