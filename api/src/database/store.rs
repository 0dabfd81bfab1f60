//! The database as everything but queries uses it: connections to look things up by, and the way to write.
//!
//! SQLite takes one writer at a time, and who finds it busy sleeps and tries again, whoever came first. So one
//! connection of this process writes, and the pool that holds it lets waiting writes in as they came, up to a
//! number and a time. What looks things up has connections of its own and never waits for a write. PostgreSQL
//! does both by one pool.
//!
//! What is acknowledged must be committed. After an I/O error SQLite may have ended a transaction by itself,
//! and the driver would still count it as open and make the next one a savepoint of it, which nobody commits.
//! So the writer's connection is used again only if its driver counts no transaction, and nothing that began
//! or ended one on it has failed; otherwise it is closed, and the next write opens another.

use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use sea_orm::prelude::async_trait::async_trait;
use sea_orm::sqlx::Connection;
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    ExecResult, QueryResult, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait,
};

use crate::error::Error;

/// How long a write waits for those that came before it.
const LONGEST_WAIT: Duration = Duration::from_secs(8);
/// Most writes that wait: more than can be done in that time.
const MOST_WAITING: usize = 1_000;

/// Connections to a database.
#[derive(Debug, Clone)]
pub struct Store {
    db: DatabaseConnection,
    writer: Option<Writer>,
    /// What waits until it was told; none where commits are made at once.
    held: Option<Arc<Holding>>,
    /// The transaction that all writes are parts of, where they are made together.
    whole: Option<Arc<Whole>>,
}

/// A transaction of several writes, each a savepoint of it.
struct Whole {
    transaction: DatabaseTransaction,
    ending: Ending,
    /// What its writes leave to be written just before the commit, in their order.
    last: Mutex<Vec<Last>>,
}

impl std::fmt::Debug for Whole {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Whole").finish_non_exhaustive()
    }
}

/// What one document's writes leave until later.
#[derive(Debug, Default)]
struct Holding {
    /// A transaction that waits for its payload to be read.
    place: Mutex<Option<Held>>,
    /// How long after the last commit all of them count as done.
    rest: Mutex<Duration>,
}

/// SQLite's one connection that writes.
#[derive(Debug, Clone)]
struct Writer {
    db: DatabaseConnection,
    waiting: Arc<AtomicUsize>,
    /// Whether a transaction could not be begun or ended on it.
    is_broken: Arc<AtomicBool>,
}

/// A write that waits its turn.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Writer {
    async fn begin(&self, options: TransactionOptions) -> Result<DatabaseTransaction, Error> {
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= MOST_WAITING {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(Error::unavailable("too many writes wait"));
        }
        let _waiting = Waiting(&self.waiting);
        self.db.begin_with_options(options).await.map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &DbErr) -> Error {
        // A connection that was not had was not broken either.
        if !matches!(error, DbErr::ConnectionAcquire(_)) {
            self.is_broken.store(true, Ordering::Release);
        }
        Error::unavailable(format!("the database takes no write now: {error}"))
    }
}

/// Sets up the pool of the writer's connection.
fn one_writer(options: &mut ConnectOptions, is_broken: &Arc<AtomicBool>) {
    options.max_connections(1).acquire_timeout(LONGEST_WAIT);
    let is_broken = is_broken.clone();
    options.map_sqlx_sqlite_pool_opts(move |pool| {
        let is_broken = is_broken.clone();
        pool.after_release(move |connection, _| {
            let is_broken = is_broken.clone();
            Box::pin(async move {
                // A rollback on drop is only queued: whatever answers this has done it.
                connection.ping().await?;
                if is_broken.swap(false, Ordering::AcqRel) || connection.is_in_transaction() {
                    // As an error, so that nothing more is run on it.
                    let cause = "a transaction could not be begun or ended; another is opened";
                    return Err(sea_orm::sqlx::Error::Protocol(cause.to_owned()));
                }
                Ok(true)
            })
        })
    });
}

/// What is still to be written in a transaction before its commit.
pub type Last =
    Box<dyn for<'a> FnOnce(&'a DatabaseTransaction) -> BoxFuture<'a, Result<(), Error>> + Send>;

/// How a transaction ends.
#[derive(Debug)]
pub struct Ending {
    writer: Option<Writer>,
    held: Option<Arc<Holding>>,
    whole: Option<Arc<Whole>>,
    /// How long after the commit it counts as done.
    pub rest: Duration,
}

/// A transaction in which all rows are written, before what must be written last.
pub struct Held {
    /// Reads what was written.
    pub transaction: DatabaseTransaction,
    ending: Ending,
    last: Last,
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Held").finish_non_exhaustive()
    }
}

impl Held {
    /// Writes what is last, and commits.
    ///
    /// # Errors
    /// Unavailable, if nothing was committed as far as the database tells; internal.
    pub async fn commit(self) -> Result<(), Error> {
        let Self { transaction, ending, last } = self;
        last(&transaction).await?;
        match (transaction.commit().await, ending.writer) {
            (Ok(()), _) => {
                rest(ending.held.as_deref(), ending.rest).await;
                Ok(())
            }
            (Err(error), Some(writer)) => Err(writer.failed(&error)),
            (Err(error), None) => Err(error.into()),
        }
    }
}

impl Ending {
    /// Writes what is `last` and commits, or leaves that to who holds the transaction meanwhile
    /// ([`Store::holding`]).
    ///
    /// # Errors
    /// Unavailable; internal.
    pub async fn end(self, transaction: DatabaseTransaction, last: Last) -> Result<(), Error> {
        if let Some(whole) = &self.whole {
            transaction.commit().await?;
            whole.last.lock().unwrap_or_else(PoisonError::into_inner).push(last);
            return Ok(());
        }
        let holding = self.held.clone();
        let held = Held { transaction, ending: self, last };
        match holding {
            None => held.commit().await,
            Some(holding) => {
                *holding.place.lock().unwrap_or_else(PoisonError::into_inner) = Some(held);
                Ok(())
            }
        }
    }
}

/// Waits, or leaves that to the end of the document.
async fn rest(holding: Option<&Holding>, time: Duration) {
    match holding {
        Some(holding) => {
            let mut rest = holding.rest.lock().unwrap_or_else(PoisonError::into_inner);
            *rest = time.max(*rest);
        }
        None if time.is_zero() => {}
        None => tokio::time::sleep(time).await,
    }
}

impl Store {
    /// Connections by which everything is done, writing as well.
    pub fn alike(db: DatabaseConnection) -> Self {
        Self { db, writer: None, held: None, whole: None }
    }

    /// Connections to SQLite, one of which writes.
    pub(super) async fn with_writer(
        db: DatabaseConnection,
        mut options: ConnectOptions,
        url: &str,
    ) -> Result<Self, Error> {
        let is_broken = Arc::default();
        one_writer(&mut options, &is_broken);
        let writer = super::open(options, url).await?;
        let writer = Writer { db: writer, waiting: Arc::default(), is_broken };
        Ok(Self { db, writer: Some(writer), held: None, whole: None })
    }

    /// The connection by which tables are made and whatever else is written outside of transactions of its
    /// own, before anything is served.
    pub fn writer(&self) -> &DatabaseConnection {
        self.writer.as_ref().map_or(&self.db, |writer| &writer.db)
    }

    /// The same database, where a write is not committed by who writes it but held, so that what was
    /// written can be read before ([`Self::take_held`]).
    #[must_use]
    pub fn holding(&self) -> Self {
        Self { held: Some(Arc::default()), ..self.clone() }
    }

    /// The same database, where writes are committed at once.
    #[must_use]
    pub fn direct(&self) -> Self {
        Self { held: None, ..self.clone() }
    }

    /// The write that is held; dropped, it is rolled back.
    pub fn take_held(&self) -> Option<Held> {
        self.held.as_ref()?.place.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Waits until what was written counts as done; where writes are held, at the end of the document
    /// ([`Self::settle`]).
    pub async fn rest(&self, time: Duration) {
        rest(self.held.as_deref(), time).await;
    }

    /// Waits until all that was held and committed counts as done: once, however much it was.
    pub async fn settle(&self) {
        if let Some(holding) = &self.held {
            let time =
                std::mem::take(&mut *holding.rest.lock().unwrap_or_else(PoisonError::into_inner));
            rest(None, time).await;
        }
    }

    /// The same database, where writes are parts of one transaction: done when it is kept, undone otherwise. Look-ups see
    /// what was written in it. Those within it may again be made together.
    ///
    /// # Errors
    /// As [`Self::begin_write`].
    pub async fn together(&self) -> Result<Self, Error> {
        let (transaction, ending) = self.begin_write().await?;
        let whole = Arc::new(Whole { transaction, ending, last: Mutex::default() });
        Ok(Self { held: None, whole: Some(whole), ..self.clone() })
    }

    fn into_whole(self) -> Result<Whole, Error> {
        let whole = self.whole.and_then(Arc::into_inner);
        whole.ok_or_else(|| Error::internal("writes that are not made together, or not over"))
    }

    /// Keeps what was written together.
    ///
    /// # Errors
    /// Unavailable, if the database could not commit; internal.
    pub async fn keep(self) -> Result<(), Error> {
        let Whole { transaction, ending, last } = self.into_whole()?;
        let all = last.into_inner().unwrap_or_else(PoisonError::into_inner);
        let last: Last = Box::new(move |transaction| {
            Box::pin(async move {
                for last in all {
                    last(transaction).await?;
                }
                Ok(())
            })
        });
        ending.end(transaction, last).await
    }

    /// Undoes what was written together.
    ///
    /// # Errors
    /// Internal.
    pub async fn undo(self) -> Result<(), Error> {
        Ok(self.into_whole()?.transaction.rollback().await?)
    }

    /// Begins a transaction that writes, after those that came before.
    ///
    /// # Errors
    /// Unavailable, if too many wait, or too long; internal.
    pub async fn begin_write(&self) -> Result<(DatabaseTransaction, Ending), Error> {
        // One that is still held would be waited for without end.
        if let Some(held) = self.take_held() {
            held.commit().await?;
        }
        let (writer, held, whole) = (self.writer.clone(), self.held.clone(), self.whole.clone());
        let ending = Ending { writer, held, whole, rest: Duration::ZERO };
        if let Some(whole) = &self.whole {
            return Ok((whole.transaction.begin().await?, ending));
        }
        // SQLite must take its write lock at once: a read that later turns into a write could not.
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let transaction = match &self.writer {
            Some(writer) => writer.begin(options).await?,
            None => self.db.begin_with_options(options).await?,
        };
        Ok((transaction, ending))
    }

    /// Tells of each statement.
    pub fn set_metric_callback<F>(&mut self, callback: F)
    where
        F: Fn(&sea_orm::metric::Info<'_>) + Clone + Send + Sync + 'static,
    {
        if let Some(writer) = &mut self.writer {
            writer.db.set_metric_callback(callback.clone());
        }
        self.db.set_metric_callback(callback);
    }

    /// Closes the connections.
    ///
    /// # Errors
    /// Internal.
    pub async fn close(self) -> Result<(), Error> {
        if let Some(writer) = self.writer {
            writer.db.close().await?;
        }
        Ok(self.db.close().await?)
    }
}

impl Deref for Store {
    type Target = DatabaseConnection;

    fn deref(&self) -> &DatabaseConnection {
        &self.db
    }
}

/// Statements outside of a write: look-ups.
#[async_trait]
impl ConnectionTrait for Store {
    fn get_database_backend(&self) -> DbBackend {
        self.db.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match &self.whole {
            Some(whole) => whole.transaction.execute_raw(statement).await,
            None => self.db.execute_raw(statement).await,
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match &self.whole {
            Some(whole) => whole.transaction.execute_unprepared(sql).await,
            None => self.db.execute_unprepared(sql).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match &self.whole {
            Some(whole) => whole.transaction.query_one_raw(statement).await,
            None => self.db.query_one_raw(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match &self.whole {
            Some(whole) => whole.transaction.query_all_raw(statement).await,
            None => self.db.query_all_raw(statement).await,
        }
    }
}
