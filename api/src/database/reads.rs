//! Connections that queries read by, one request each at a time.
//!
//! On SQLite a statement runs in this process, and goes on when nobody waits for it any more. So each
//! connection looks, every few thousand steps of a statement, whether its request has gone, and stops then.
//! PostgreSQL ends a statement by its own time-out, which is that of a query.

use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sea_orm::DatabaseConnection;
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

/// Connections of SQLite.
#[derive(Debug)]
pub struct Slots {
    free: Mutex<Vec<Slot>>,
    places: Arc<Semaphore>,
}

#[derive(Debug)]
struct Slot {
    db: DatabaseConnection,
    /// Whether the request that uses it has gone.
    is_left: Arc<AtomicBool>,
}

/// A connection for one request.
#[derive(Debug)]
pub struct Read {
    slots: Option<(Arc<Slots>, Slot, OwnedSemaphorePermit)>,
    pool: Option<DatabaseConnection>,
}

async fn connect(url: &str) -> Result<Slot, Error> {
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
    Ok(Slot { db, is_left })
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
        if !is_sqlite(url) {
            // A little longer, so that the caller is told of its query's time-out, not of the statement's.
            let longest = timeout + Duration::from_millis(500);
            return Ok(Self::Pool(super::open(options(url, connections, longest), url).await?));
        }
        // A database in memory belongs to its one connection.
        if sqlite_file(url).is_none() {
            return Ok(Self::Pool(db.clone()));
        }
        let mut free = Vec::new();
        for _ in 0..connections {
            free.push(connect(url).await?);
        }
        let places = Arc::new(Semaphore::new(free.len()));
        Ok(Self::Slots(Arc::new(Slots { free: Mutex::new(free), places })))
    }

    /// A connection, as soon as one is free.
    ///
    /// # Errors
    /// Internal.
    pub async fn take(&self) -> Result<Read, Error> {
        match self {
            Self::Pool(db) => Ok(Read { slots: None, pool: Some(db.clone()) }),
            Self::Slots(slots) => {
                let place = slots.places.clone().acquire_owned().await.map_err(Error::internal)?;
                let slot = slots.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
                let slot = slot.ok_or_else(|| Error::internal("no connection is free"))?;
                Ok(Read { slots: Some((slots.clone(), slot, place)), pool: None })
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

impl Drop for Read {
    fn drop(&mut self) {
        let Some((slots, slot, place)) = self.slots.take() else { return };
        // Where the request has ended this stops nothing: the flag is taken down before the next statement.
        slot.is_left.store(true, Ordering::Relaxed);
        slots.free.lock().unwrap_or_else(PoisonError::into_inner).push(slot);
        drop(place);
    }
}
