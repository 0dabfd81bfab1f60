//! Whether PostgreSQL is there: asked all the time over a connection of its own, so that no request has to wait
//! to find out. While it is away nothing is asked of it but that.
//!
//! A server that was stopped, and a network that swallows what is sent, say nothing; so an answer that does not
//! come in time counts as none. One connection alone may be stuck for reasons of its own: a second one is
//! opened before the database is taken for gone. And this machine may be what is slow: time in which this process
//! itself was not let run is not held against the database.

use std::pin::pin;
use std::str::FromStr as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::{ConnectOptions as _, Connection, PgConnection};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::is_sqlite;
use super::position::Position;
use crate::error::Error;
use crate::fault::{self, Fault};

/// How often it is asked.
const PERIOD: Duration = Duration::from_millis(100);
/// How long the connection that is kept may take before another is opened beside it.
const HEAD_START: Duration = Duration::from_millis(250);
/// How long the database may take to answer before it counts as away.
const PATIENCE: Duration = Duration::from_millis(700);
/// How long one that is away is waited for before it is asked anew.
const RETRY: Duration = Duration::from_secs(3);
/// What waiting is measured in; a step that takes twice as long is not counted.
const STEP: Duration = Duration::from_millis(50);

/// How far a database is in the log of writes: the replica in what it has replayed.
const POSITION: &str = "SELECT (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() \
                        ELSE pg_current_wal_insert_lsn() END - '0/0')::bigint";

/// Whether a database is there.
#[derive(Debug, Clone)]
pub struct Pulse(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    state: watch::Sender<State>,
    position: AtomicU64,
}

/// What a database is asked.
#[derive(Debug)]
pub enum Question {
    /// Whether it is there.
    Life,
    /// How far it is as well.
    Position,
    /// How far it is behind another, and no more than so long.
    Replica(Pulse, Duration),
}

/// How long a replica takes to replay what stands in the database.
#[derive(Debug)]
struct Lag {
    home: Pulse,
    most: Duration,
    /// What it had to reach, and since when.
    target: Position,
    since: Instant,
    /// How long it took to reach the one before.
    last: Duration,
}

impl Lag {
    /// Whether a replica at a position is further behind than it may be.
    fn is_too_long(&mut self, replayed: Position) -> bool {
        let elapsed = self.since.elapsed();
        if replayed >= self.target {
            (self.target, self.since, self.last) = (self.home.position(), Instant::now(), elapsed);
        }
        elapsed.max(self.last) > self.most
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct State {
    /// Why it is away; none while it is there.
    away: Option<&'static str>,
    /// How often it has gone away.
    outages: u64,
}

impl Pulse {
    /// The pulse of a database that is part of this process.
    pub fn steady() -> Self {
        Self(Arc::default())
    }

    /// The pulse of the database at `url`, which is asked for it as long as anybody holds this.
    ///
    /// # Errors
    /// Internal, if the address is none.
    pub fn of(url: &str, question: Question) -> Result<Self, Error> {
        let pulse = Self::steady();
        if !is_sqlite(url) {
            let asked = Asked {
                options: probe_options(url)?,
                name: super::public(url),
                is_placed: !matches!(question, Question::Life),
            };
            let lag = match question {
                Question::Replica(home, most) => Some(Lag {
                    home,
                    most,
                    target: Position::default(),
                    since: Instant::now(),
                    last: Duration::ZERO,
                }),
                Question::Life | Question::Position => None,
            };
            tokio::spawn(ask(Arc::downgrade(&pulse.0), asked, lag));
        }
        Ok(pulse)
    }

    /// How far it was when it was last asked.
    pub fn position(&self) -> Position {
        Position(self.0.position.load(Ordering::Acquire))
    }

    /// Why the database is away; none while it is there.
    pub fn away(&self) -> Option<&'static str> {
        self.0.state.borrow().away
    }

    /// How often the database has gone away so far.
    pub fn outages(&self) -> u64 {
        self.0.state.borrow().outages
    }

    /// Waits until the database is away; tells why.
    pub async fn until_away(&self) -> &'static str {
        let mut state = self.0.state.subscribe();
        loop {
            if let Some(why) = state.borrow_and_update().away {
                return why;
            }
            // invariant: the sender is held by `self`.
            let _ = state.changed().await;
        }
    }

    /// Waits until the database is there.
    pub async fn until_there(&self) {
        let _ = self.0.state.subscribe().wait_for(|state| state.away.is_none()).await;
    }

    /// Does what needs the database, unless that is away or goes away meanwhile.
    ///
    /// # Errors
    /// Those of what is done; unavailable.
    pub async fn during<T, E: From<Error>>(
        &self,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        tokio::select! {
            // What needs no database is done at once.
            biased;
            done = work => done,
            why = self.until_away() => Err(Error::unavailable(why).into()),
        }
    }
}

fn probe_options(url: &str) -> Result<PgConnectOptions, Error> {
    let options = PgConnectOptions::from_str(url).map_err(Error::internal)?;
    Ok(options.application_name("aiplus pulse").disable_statement_logging())
}

/// Whether the database at an address can be worked with now.
///
/// # Errors
/// Unavailable; internal, if the address or what is behind it must be put right first.
pub async fn reach(url: &str) -> Result<(), Error> {
    if is_sqlite(url) {
        return Ok(());
    }
    let options = probe_options(url)?;
    let shown = super::public(url);
    match timeout(super::ACQUIRE, options.connect()).await {
        Ok(Ok(connection)) => {
            let _ = timeout(PATIENCE, connection.close()).await;
            Ok(())
        }
        Ok(Err(error)) => {
            let told = format!("cannot open the database {shown}: {error}");
            Err(match fault::of_driver(&error) {
                Fault::Unavailable(_) | Fault::Cut(_) => Error::unavailable(told),
                _ => Error::internal(told),
            })
        }
        Err(_) => Err(Error::unavailable(format!(
            "cannot open the database {shown}: it does not answer within {} ms",
            super::ACQUIRE.as_millis()
        ))),
    }
}

/// Waits so long, not counting time in which this process was not let run.
async fn wait(longest: Duration) {
    let mut waited = Duration::ZERO;
    while waited < longest {
        let began = Instant::now();
        sleep(STEP).await;
        if began.elapsed() < 2 * STEP {
            waited += STEP;
        }
    }
}

/// Where a database is asked what.
struct Asked {
    options: PgConnectOptions,
    name: String,
    is_placed: bool,
}

type Answer = Result<(PgConnection, Position), sea_orm::sqlx::Error>;

/// Asks until nobody holds the pulse any more.
async fn ask(pulse: Weak<Inner>, asked: Asked, mut lag: Option<Lag>) {
    const SILENT: &str = "the database does not answer";
    let note = |away, cause: &str| note(&pulse, away, cause, &asked.name);
    let mut kept = None;
    loop {
        let mut answer = pin!(timeout(RETRY, asked.answer(kept.take())));
        let in_time = tokio::select! {
            biased;
            answered = &mut answer => Some(answered),
            () = wait(PATIENCE) => None,
        };
        let answered = match in_time {
            Some(answered) => answered,
            None if note(Some(SILENT), "nothing came in time") => answer.await,
            None => return,
        };
        let is_held = match answered {
            Ok(Ok((connection, position))) => {
                kept = Some(connection);
                let is_late = lag.as_mut().is_some_and(|lag| lag.is_too_long(position));
                if let Some(pulse) = pulse.upgrade() {
                    pulse.position.store(position.0, Ordering::Release);
                }
                note(is_late.then_some("the replica is too far behind"), "")
            }
            Ok(Err(error)) => note(Some(fault::of_driver(&error).why()), &error.to_string()),
            Err(_) => note(Some(SILENT), "nothing came in time"),
        };
        if !is_held {
            return;
        }
        // Who met a connection that was cut has it asked at once.
        let _ = timeout(PERIOD, fault::doubted()).await;
        // But not without a pause: a server that refuses everybody is asked by everybody.
        sleep(Duration::from_millis(10)).await;
    }
}

/// Tells how it is; whether anybody still wants to know.
fn note(pulse: &Weak<Inner>, away: Option<&'static str>, cause: &str, name: &str) -> bool {
    let Some(pulse) = pulse.upgrade() else { return false };
    let before = *pulse.state.borrow();
    if before.away == away {
        return true;
    }
    let is_new = before.away.is_none();
    pulse.state.send_replace(State { away, outages: before.outages + u64::from(is_new) });
    match away {
        Some(why) if is_new => {
            fault::doubt();
            tracing::error!(database = name, why, error.cause = cause, "database.away");
        }
        Some(why) => tracing::warn!(database = name, why, error.cause = cause, "database.away"),
        None => {
            // Connections from before may be dead without knowing.
            fault::doubt();
            tracing::info!(database = name, "database.back");
        }
    }
    true
}

impl Asked {
    /// A connection that has answered: the one that was kept, or another.
    async fn answer(&self, kept: Option<PgConnection>) -> Answer {
        let Some(mut kept) = kept else { return self.anew().await };
        if let Ok(answered) = timeout(HEAD_START, self.look(&mut kept)).await {
            match answered {
                Ok(position) => return Ok((kept, position)),
                Err(_) => {
                    // It was cut, so others were as well, though the database may be back by now.
                    fault::doubt();
                    return self.anew().await;
                }
            }
        }
        // Whatever is asked of it now is answered after what it was asked before.
        let position = tokio::select! {
            biased;
            Ok(position) = self.look(&mut kept) => position,
            other = self.anew() => return other,
        };
        Ok((kept, position))
    }

    async fn anew(&self) -> Answer {
        let mut connection = self.options.connect().await?;
        let position = self.look(&mut connection).await?;
        Ok((connection, position))
    }

    async fn look(&self, connection: &mut PgConnection) -> Result<Position, sea_orm::sqlx::Error> {
        if !self.is_placed {
            return connection.ping().await.map(|()| Position::default());
        }
        let told: i64 = sea_orm::sqlx::query_scalar(POSITION).fetch_one(connection).await?;
        Ok(Position(told.unsigned_abs()))
    }
}
