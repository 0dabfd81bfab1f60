//! Connections that queries read by, one request each at a time.
//!
//! On SQLite a statement runs in this process, and goes on when nobody waits for it any more. So each
//! connection looks, every few thousand steps of a statement, whether its request has gone, and stops then.
//! PostgreSQL is told to cancel what the connection's backend runs, over a connection kept for that. The
//! connection is free again only once it has answered after that, so that no later request is cancelled in
//! the place of the one that has gone. One that does not answer is never used again: its backend is told to
//! end, another connection takes its place, and it counts as left until the server has no such backend any
//! more. Only so many are replaced at a time; beyond that the server has fewer connections and is not ready.
//!
//! A replica is read as long as it is there and not too far behind, by whoever asks for nothing that it has not
//! replayed; else, and by what follows the feed, the database itself is.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::position::Position;
use super::pulse::{Pulse, Question};
use super::{is_sqlite, options, sqlite_file};
use crate::error::Error;

/// Steps of a statement between two looks: some tenths of a millisecond.
const STEPS: i32 = 5_000;

/// The connections.
#[derive(Debug, Clone)]
pub struct Reads {
    /// To the database that is written.
    home: Source,
    pulse: Pulse,
    replica: Option<Arc<Replica>>,
}

/// A replica of the database.
#[derive(Debug)]
struct Replica {
    source: Source,
    pulse: Pulse,
    /// What each client has written last, unless the replica has that.
    written: Mutex<HashMap<String, Position>>,
}

/// The connections to one server.
#[derive(Debug, Clone)]
enum Source {
    /// A pool that looks after itself.
    Pool(DatabaseConnection),
    /// Connections that stop when their request has gone.
    Slots(Arc<Slots>),
}

/// Connections, each with what it is stopped by.
#[derive(Debug)]
struct Slots {
    free: Mutex<Vec<Slot>>,
    places: Arc<Semaphore>,
    count: usize,
    /// On PostgreSQL alone.
    postgres: Option<Postgres>,
}

/// What ends the connections to PostgreSQL that their requests have left.
#[derive(Debug)]
struct Postgres {
    url: String,
    /// Longest statement.
    longest: Duration,
    /// Connections by which the backends of others are told to stop.
    canceller: DatabaseConnection,
    pulse: Pulse,
    /// Connections whose backend has not ended yet.
    left: AtomicUsize,
    /// Most of them that are replaced.
    most_left: usize,
}

/// A backend of PostgreSQL: its number, and when it began, since numbers are used again.
type Backend = (i32, String);

#[derive(Debug)]
struct Slot {
    db: DatabaseConnection,
    /// Whether the request that uses it has gone.
    is_left: Arc<AtomicBool>,
    /// Its backend; none on SQLite, and before it is connected.
    backend: Arc<Mutex<Option<Backend>>>,
}

/// How long a connection may take to answer before it is told to cancel once more: the first word may have
/// come before the statement.
const PATIENCE: Duration = Duration::from_millis(200);
/// How often it is told.
const TIMES: u32 = 5;
/// How often it is asked whether a backend that was told to end has ended.
const LOOK: Duration = Duration::from_millis(250);

impl Postgres {
    /// Calls a function of the server on a backend; whether that is there, if it can be told.
    async fn tell(&self, function: &str, backend: &Backend) -> Option<bool> {
        let call = Statement::from_sql_and_values(
            DbBackend::Postgres,
            format!(
                "SELECT {function}(pid) FROM pg_stat_activity \
                 WHERE pid = $1 AND backend_start::text = $2"
            ),
            [backend.0.into(), backend.1.as_str().into()],
        );
        let told = self.canceller.query_one_raw(call);
        tokio::time::timeout(PATIENCE, told).await.ok()?.ok().map(|row| row.is_some())
    }

    /// Stops what the connection still runs for a request that has gone; whether it could be stopped.
    async fn stop(&self, slot: &Slot) -> bool {
        for _ in 0..TIMES {
            if let Some(backend) = slot.backend() {
                self.tell("pg_cancel_backend", &backend).await;
            }
            // Whatever it answers, it has heard all that was meant for the request before.
            let answer = slot.db.execute_unprepared("SELECT 1");
            if tokio::time::timeout(PATIENCE, answer).await.is_ok() {
                return true;
            }
        }
        false
    }

    /// Has the connection's backend end, and waits until it has.
    async fn leave(&self, slot: &Slot) {
        let Some(backend) = slot.backend() else { return };
        tracing::warn!(backend = backend.0, "connection.left");
        loop {
            self.pulse.until_there().await;
            if self.tell("pg_terminate_backend", &backend).await == Some(false) {
                return;
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

impl Slot {
    fn backend(&self) -> Option<Backend> {
        self.backend.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A connection for one request.
#[derive(Debug)]
pub struct Read {
    slots: Option<(Arc<Slots>, Slot, OwnedSemaphorePermit)>,
    pool: Option<DatabaseConnection>,
    /// Whether the request has had all it wanted.
    is_done: bool,
    /// How often the database had been away when the request began.
    outages: u64,
    /// Whether the replica is there, if that is read.
    replica: Option<Pulse>,
    /// What it includes, as far as that is known, if there is a replica.
    pub position: Option<Position>,
}

/// A connection to PostgreSQL whose statements end after `longest`; it is made when it is first used.
async fn connect_postgres(url: &str, longest: Duration) -> Result<Slot, Error> {
    let backend = Arc::new(Mutex::new(None));
    let mut options = options(url, 1, longest);
    let known = backend.clone();
    // In place of the look at what was left on a connection, which would come between each two statements of a request:
    // `stop` looks.
    options.connect_lazy(true).map_sqlx_postgres_pool_opts(move |pool| {
        let known = known.clone();
        pool.after_connect(move |connection, _| {
            let known = known.clone();
            Box::pin(async move {
                let told = sea_orm::sqlx::query_as::<_, Backend>(
                    "SELECT pid, backend_start::text FROM pg_stat_activity WHERE pid = pg_backend_pid()",
                );
                let told = told.fetch_one(connection).await?;
                *known.lock().unwrap_or_else(PoisonError::into_inner) = Some(told);
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

impl Source {
    /// Connections to the database at `url`, for queries that are given up after `timeout`; `db` is the
    /// pool that is open already.
    async fn open(
        url: &str,
        connections: u32,
        db: &DatabaseConnection,
        timeout: Duration,
        question: Question,
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
        let count = free.len();
        let postgres = if is_sqlite(url) {
            None
        } else {
            let mut options = options(url, 2, super::LONGEST);
            options.connect_lazy(true);
            Some(Postgres {
                url: url.to_owned(),
                longest,
                canceller: super::open(options, url).await?,
                pulse: Pulse::of(url, question)?,
                left: AtomicUsize::new(0),
                most_left: (count / 4).max(1),
            })
        };
        let places = Arc::new(Semaphore::new(count));
        Ok(Self::Slots(Arc::new(Slots { free: Mutex::new(free), places, count, postgres })))
    }

    fn postgres(&self) -> Option<&Postgres> {
        match self {
            Self::Slots(slots) => slots.postgres.as_ref(),
            Self::Pool(_) => None,
        }
    }

    fn is_short(&self) -> bool {
        self.postgres().is_some_and(|it| it.left.load(Ordering::Relaxed) > it.most_left)
    }

    fn pulse(&self) -> Pulse {
        self.postgres().map_or_else(Pulse::steady, |postgres| postgres.pulse.clone())
    }

    async fn take(&self) -> Result<Read, Error> {
        let (mut slots, mut pool) = (None, None);
        match self {
            Self::Pool(db) => pool = Some(db.clone()),
            Self::Slots(of) => {
                let place = of.places.clone().acquire_owned().await.map_err(Error::internal)?;
                let slot = of.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
                let slot = slot.ok_or_else(|| Error::unavailable("no connection is free"))?;
                slots = Some((of.clone(), slot, place));
            }
        }
        let outages = self.postgres().map_or(0, |postgres| postgres.pulse.outages());
        Ok(Read { slots, pool, is_done: false, outages, replica: None, position: None })
    }

    async fn close(&self) -> Result<(), Error> {
        let slots = match self {
            Self::Slots(slots) => slots,
            Self::Pool(db) => return Ok(db.clone().close().await?),
        };
        let free = std::mem::take(&mut *slots.free.lock().unwrap_or_else(PoisonError::into_inner));
        for slot in free {
            slot.db.close().await?;
        }
        if let Some(postgres) = &slots.postgres {
            postgres.canceller.clone().close().await?;
        }
        Ok(())
    }
}

impl Reads {
    /// Reads by a pool that is open already, and looks after itself.
    pub fn pool(db: DatabaseConnection) -> Self {
        Self { home: Source::Pool(db), pulse: Pulse::steady(), replica: None }
    }

    /// So many connections to the database at `url`, and as many to its replica, which is read while it is no further
    /// behind than so, for queries that are given up after `timeout`; `db` is the pool that is open already.
    ///
    /// # Errors
    /// Internal.
    pub async fn open(
        url: &str,
        replica: Option<(&str, Duration)>,
        connections: u32,
        db: &DatabaseConnection,
        timeout: Duration,
    ) -> Result<Self, Error> {
        let question = if replica.is_some() { Question::Position } else { Question::Life };
        let home = Source::open(url, connections, db, timeout, question).await?;
        let pulse = home.pulse();
        let replica = match replica {
            Some((replica, lag)) => {
                let question = Question::Replica(pulse.clone(), lag);
                let source = Source::open(replica, connections, db, timeout, question).await?;
                let written = Mutex::default();
                Some(Arc::new(Replica { pulse: source.pulse(), source, written }))
            }
            None => None,
        };
        Ok(Self { home, pulse, replica })
    }

    /// How many connections to one server there are.
    pub fn places(&self) -> usize {
        match &self.home {
            Source::Slots(slots) => slots.count,
            Source::Pool(db) => super::pool_size(db),
        }
    }

    /// Whether the database is there.
    pub fn pulse(&self) -> &Pulse {
        &self.pulse
    }

    /// Why the replica is not read; none if it is, or there is none.
    pub fn without_replica(&self) -> Option<&'static str> {
        let replica = self.replica.as_ref()?;
        let short = replica.source.is_short().then_some("the database ends no connections");
        replica.pulse.away().or(short)
    }

    /// Whether more connections do not end than are replaced. Those to the replica make a server no less ready: it
    /// reads the database then.
    pub fn is_short(&self) -> bool {
        self.home.is_short()
    }

    /// A connection to a database that has what the client has written and whatever stands before a position, as
    /// soon as one is free.
    ///
    /// # Errors
    /// Unavailable; internal.
    pub async fn take(&self, client: &str, least: Position) -> Result<Read, Error> {
        let Some(replica) = &self.replica else { return self.take_home().await };
        let position = replica.pulse.position();
        let least = {
            let written = replica.written.lock().unwrap_or_else(PoisonError::into_inner);
            written.get(client).copied().unwrap_or_default().max(least)
        };
        if self.without_replica().is_some() || position < least {
            return self.take_home().await;
        }
        let mut read = replica.source.take().await?;
        (read.replica, read.position) = (Some(replica.pulse.clone()), position.known());
        Ok(read)
    }

    /// A connection to the database itself, as soon as one is free.
    ///
    /// # Errors
    /// Unavailable; internal.
    pub async fn take_home(&self) -> Result<Read, Error> {
        let mut read = self.home.take().await?;
        read.position = self.replica.as_ref().and_then(|_| self.pulse.position().known());
        Ok(read)
    }

    /// Notes that the client has written, so that what it reads next has that. Gives where that stands; none where
    /// there is no replica.
    ///
    /// # Errors
    /// Unavailable; internal.
    pub async fn wrote(
        &self,
        client: &str,
        db: &DatabaseConnection,
    ) -> Result<Option<Position>, Error> {
        let Some(replica) = &self.replica else { return Ok(None) };
        if db.get_database_backend() != DbBackend::Postgres {
            return Ok(None);
        }
        let asked = "SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint";
        let told = db.query_one_raw(Statement::from_string(DbBackend::Postgres, asked)).await?;
        let told = told.ok_or_else(|| Error::internal("the database tells no position"))?;
        let position = Position(told.try_get_by_index::<i64>(0)?.unsigned_abs());
        let mut written = replica.written.lock().unwrap_or_else(PoisonError::into_inner);
        let replayed = replica.pulse.position();
        written.retain(|_, position| *position > replayed);
        let last = written.entry(client.to_owned()).or_default();
        *last = position.max(*last);
        Ok(Some(position))
    }

    /// Closes the connections.
    ///
    /// # Errors
    /// Internal.
    pub async fn close(&self) -> Result<(), Error> {
        if let Some(replica) = &self.replica {
            replica.source.close().await?;
        }
        self.home.close().await
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
    /// Whether the replica is there, if that is read.
    pub fn replica(&self) -> Option<Pulse> {
        self.replica.clone()
    }

    /// Gives the connection back: its request has had all it wanted, and there is nothing to stop.
    pub fn done(mut self) {
        self.is_done = true;
    }
}

impl Slots {
    fn give_back(&self, slot: Slot) {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(slot);
    }

    /// Ends what a request that has gone has left on its connection. The connection is used again if that
    /// ends; if not, another one takes its place.
    async fn end(
        &self,
        postgres: &Postgres,
        slot: Slot,
        place: OwnedSemaphorePermit,
        outages: u64,
    ) {
        // What was used when the database went away may be dead without knowing.
        if postgres.pulse.outages() == outages && postgres.stop(&slot).await {
            self.give_back(slot);
            return drop(place);
        }
        let is_first = postgres.left.fetch_add(1, Ordering::Relaxed) < postgres.most_left;
        let mut place = Some(place);
        if is_first {
            self.replace(postgres, &mut place).await;
        }
        postgres.leave(&slot).await;
        postgres.left.fetch_sub(1, Ordering::Relaxed);
        self.replace(postgres, &mut place).await;
    }

    /// Gives a place a connection of its own again, if it has none.
    async fn replace(&self, postgres: &Postgres, place: &mut Option<OwnedSemaphorePermit>) {
        if place.is_none() {
            return;
        }
        match connect_postgres(&postgres.url, postgres.longest).await {
            Ok(slot) => {
                self.give_back(slot);
                *place = None;
            }
            // The address is that of the others; the place is tried again once the backend has ended.
            Err(error) => tracing::error!(error.cause = %error, "connection.not_replaced"),
        }
    }
}

impl Drop for Read {
    fn drop(&mut self) {
        let Some((slots, slot, place)) = self.slots.take() else { return };
        if slots.postgres.is_some()
            && !self.is_done
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            let outages = self.outages;
            runtime.spawn(async move {
                if let Some(postgres) = &slots.postgres {
                    slots.end(postgres, slot, place, outages).await;
                }
            });
            return;
        }
        // Where the request has ended this stops nothing: the flag is taken down before the next statement.
        slot.is_left.store(true, Ordering::Relaxed);
        slots.give_back(slot);
        drop(place);
    }
}
