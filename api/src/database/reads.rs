//! Connections that queries read by, one request each at a time.
//!
//! On SQLite a statement runs in this process, and goes on when nobody waits for it any more. So each
//! connection looks, every few thousand steps of a statement, whether its request has gone, and stops then.
//! PostgreSQL is told to cancel what the connection's backend runs, over a connection kept for that. The
//! connection is free again only once it has answered after that, so that no later request is cancelled in
//! the place of the one that has gone. A statement that is missed all the same ends by its own time-out,
//! which is that of a query.

use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{is_sqlite, options, sqlite_file};
use crate::error::Error;

/// Steps of a statement between two looks: some tenths of a millisecond.
const STEPS: i32 = 5_000;

/// The connections.
#[derive(Debug, Clone)]
pub enum Reads {
    /// A pool that looks after itself.
    Pool(DatabaseConnection),
    /// Connections that stop when their request has gone.
    Slots(Arc<Slots>),
}

/// Connections, each with what it is stopped by.
#[derive(Debug)]
pub struct Slots {
    free: Mutex<Vec<Slot>>,
    places: Arc<Semaphore>,
    count: usize,
    /// The connection by which the others are told to cancel; on PostgreSQL alone.
    canceller: Option<DatabaseConnection>,
}

#[derive(Debug)]
struct Slot {
    db: DatabaseConnection,
    /// Whether the request that uses it has gone.
    is_left: Arc<AtomicBool>,
    /// Number of its backend; 0 on SQLite.
    backend: Arc<AtomicI32>,
}

/// How long a connection may take to answer before it is told to cancel once more: the first word may have
/// come before the statement.
const PATIENCE: Duration = Duration::from_millis(200);
/// How often it is told.
const TIMES: u32 = 10;

impl Slot {
    /// Stops what the connection still runs for a request that has gone.
    async fn stop(&self, canceller: &DatabaseConnection) {
        for _ in 0..TIMES {
            let backend = self.backend.load(Ordering::Relaxed);
            let cancel = Statement::from_sql_and_values(
                DbBackend::Postgres,
                "SELECT pg_cancel_backend($1)",
                [backend.into()],
            );
            if let Err(error) = canceller.execute_raw(cancel).await {
                tracing::warn!(error.cause = %error, "query.not_cancelled");
            }
            // Whatever it answers, it has heard all that was meant for the request before.
            let answer = self.db.execute_unprepared("SELECT 1");
            if tokio::time::timeout(PATIENCE, answer).await.is_ok() {
                return;
            }
        }
    }
}

/// A connection for one request.
#[derive(Debug)]
pub struct Read {
    slots: Option<(Arc<Slots>, Slot, OwnedSemaphorePermit)>,
    pool: Option<DatabaseConnection>,
    /// Whether the request has had all it wanted.
    is_done: bool,
}

/// A connection to PostgreSQL whose statements end after `longest`.
async fn connect_postgres(url: &str, longest: Duration) -> Result<Slot, Error> {
    let backend = Arc::new(AtomicI32::new(0));
    let mut options = options(url, 1, longest);
    let known = backend.clone();
    options.map_sqlx_postgres_pool_opts(move |pool| {
        let known = known.clone();
        pool.after_connect(move |connection, _| {
            let known = known.clone();
            Box::pin(async move {
                let number = sea_orm::sqlx::query_scalar::<_, i32>("SELECT pg_backend_pid()");
                known.store(number.fetch_one(connection).await?, Ordering::Relaxed);
                Ok(())
            })
        })
    });
    let db = super::open(options, url).await?;
    Ok(Slot { db, is_left: Arc::default(), backend })
}

async fn connect_sqlite(url: &str) -> Result<Slot, Error> {
    let is_left = Arc::new(AtomicBool::new(false));
    let mut options = options(url, 1, super::LONGEST);
    let (looking, beginning) = (is_left.clone(), is_left.clone());
    options.map_sqlx_sqlite_pool_opts(move |pool| {
        let looking = looking.clone();
        pool.after_connect(move |connection, _| {
            let looking = looking.clone();
            Box::pin(async move {
                let mut handle = connection.lock_handle().await?;
                handle.set_progress_handler(STEPS, move || !looking.load(Ordering::Relaxed));
                Ok(())
            })
        })
    });
    // The connection is idle here, so what was left has ended.
    options.map_sqlx_sqlite_before_acquire(move |_, _| {
        beginning.store(false, Ordering::Relaxed);
        Box::pin(async { Ok(true) })
    });
    let db = super::open(options, url).await?;
    Ok(Slot { db, is_left, backend: Arc::default() })
}

impl Reads {
    /// Connections to the database at `url`, for queries that are given up after `timeout`; `db` is the
    /// pool that is open already.
    ///
    /// # Errors
    /// Internal.
    pub async fn open(
        url: &str,
        connections: u32,
        db: &DatabaseConnection,
        timeout: Duration,
    ) -> Result<Self, Error> {
        // A little longer, so that the caller is told of its query's time-out, not of the statement's.
        let longest = timeout + Duration::from_millis(500);
        // A database in memory belongs to its one connection.
        if is_sqlite(url) && sqlite_file(url).is_none() {
            return Ok(Self::Pool(db.clone()));
        }
        let mut free = Vec::new();
        for _ in 0..connections {
            free.push(if is_sqlite(url) {
                connect_sqlite(url).await?
            } else {
                connect_postgres(url, longest).await?
            });
        }
        let canceller = if is_sqlite(url) { None } else { Some(super::pool(url, 1).await?) };
        let count = free.len();
        let places = Arc::new(Semaphore::new(count));
        Ok(Self::Slots(Arc::new(Slots { free: Mutex::new(free), places, count, canceller })))
    }

    /// How many there are.
    pub fn places(&self) -> usize {
        match self {
            Self::Slots(slots) => slots.count,
            Self::Pool(db) => super::pool_size(db),
        }
    }

    /// A connection, as soon as one is free.
    ///
    /// # Errors
    /// Internal.
    pub async fn take(&self) -> Result<Read, Error> {
        match self {
            Self::Pool(db) => Ok(Read { slots: None, pool: Some(db.clone()), is_done: false }),
            Self::Slots(slots) => {
                let place = slots.places.clone().acquire_owned().await.map_err(Error::internal)?;
                let slot = slots.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
                let slot = slot.ok_or_else(|| Error::internal("no connection is free"))?;
                Ok(Read { slots: Some((slots.clone(), slot, place)), pool: None, is_done: false })
            }
        }
    }

    /// Closes the connections.
    ///
    /// # Errors
    /// Internal.
    pub async fn close(&self) -> Result<(), Error> {
        let slots = match self {
            Self::Slots(slots) => slots,
            Self::Pool(db) => return Ok(db.clone().close().await?),
        };
        let free = std::mem::take(&mut *slots.free.lock().unwrap_or_else(PoisonError::into_inner));
        for slot in free {
            slot.db.close().await?;
        }
        if let Some(canceller) = &slots.canceller {
            canceller.clone().close().await?;
        }
        Ok(())
    }
}

impl Deref for Read {
    type Target = DatabaseConnection;

    fn deref(&self) -> &DatabaseConnection {
        match (&self.slots, &self.pool) {
            (Some((_, slot, _)), _) => &slot.db,
            (None, Some(db)) => db,
            // invariant: `take` fills one of the two, and only `drop` empties them.
            (None, None) => unreachable!("a read without a connection"),
        }
    }
}

impl Read {
    /// Gives the connection back: its request has had all it wanted, and there is nothing to stop.
    pub fn done(mut self) {
        self.is_done = true;
    }
}

impl Slots {
    fn give_back(&self, slot: Slot) {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(slot);
    }
}

impl Drop for Read {
    fn drop(&mut self) {
        let Some((slots, slot, place)) = self.slots.take() else { return };
        if slots.canceller.is_some()
            && !self.is_done
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(async move {
                if let Some(canceller) = &slots.canceller {
                    slot.stop(canceller).await;
                }
                slots.give_back(slot);
                drop(place);
            });
            return;
        }
        // Where the request has ended this stops nothing: the flag is taken down before the next statement.
        slot.is_left.store(true, Ordering::Relaxed);
        slots.give_back(slot);
        drop(place);
    }
}
