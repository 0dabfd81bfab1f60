//! Admission: a request waits for its turn before it takes a connection to the database, and whoever asked is
//! charged for what it cost, however it ends: answered, refused, timed out, left.
//!
//! Queries, writes and files have turns of their own: whatever dashboards ask for, results can be handed in. So has
//! the processor, where a request takes it for long before it is known to be good.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Shared;
use super::caller::Caller;
use super::limiter::Limiter;
use crate::config::LimitSettings;
use crate::domain::principal::Principal;
use crate::domain::rate::{Allowance, Who};
use crate::error::Error;
use crate::turns::{Bounds, Busy, Turn, Turns};

/// Files that are read or made at a time: each may take some hundred MiB.
const FILES: usize = 2;
/// Files that are held in memory at a time, most of them waiting for their turn.
const FILES_HELD: usize = 16;
/// Of them, those of one caller.
const FILES_EACH: usize = 4;
/// Longest wait for a file's turn.
const FILES_PATIENCE: Duration = Duration::from_secs(120);
/// Files of documents and submissions that arrive at a time, a quarter of them of one institution.
const UPLOADS: usize = 16;
/// Exports that run at a time. Each has a turn at reading for a step at a time, and the memory of a step.
const EXPORTS: usize = 8;
/// Longest wait for an export to begin.
const EXPORTS_PATIENCE: Duration = Duration::from_secs(10);
/// Longest wait of an export for its next turn at reading.
const STEP_PATIENCE: Duration = Duration::from_secs(60);
/// Milliseconds on a connection that are part of a request's own point: less than that is mostly chance.
const FREE_MS: u128 = 10;
/// Points for each millisecond of a processor, of which there are fewer than connections.
const PROCESSOR: u128 = 4;
/// How long an event waits where a request would be refused.
const PAUSE: Duration = Duration::from_millis(100);

/// What a request is about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Read.
    Read,
    /// Write.
    Write,
}

/// The turns of a server.
#[derive(Debug)]
pub struct Admission {
    reads: Turns,
    writes: Turns,
    files: Turns,
    held: Turns,
    exports: Turns,
    uploads: Turns,
}

impl Admission {
    /// Turns at so many connections.
    pub fn new(connections: usize, settings: &LimitSettings) -> Self {
        let bounds = Bounds::shared(connections, settings.share as usize);
        let files = Bounds { patience: FILES_PATIENCE, ..Bounds::shared(FILES, 50) };
        let held = Bounds {
            places: FILES_HELD,
            each: FILES_EACH,
            anonymous: FILES_EACH,
            waiting: 4 * FILES_HELD,
            waiting_each: FILES_HELD,
            patience: FILES_PATIENCE,
        };
        let exports = Bounds {
            waiting: 8 * EXPORTS,
            waiting_each: EXPORTS,
            patience: EXPORTS_PATIENCE,
            ..Bounds::shared(EXPORTS, 50)
        };
        let uploads = Bounds { patience: EXPORTS_PATIENCE, ..Bounds::shared(UPLOADS, 25) };
        Self {
            uploads: Turns::new(uploads),
            exports: Turns::new(exports),
            reads: Turns::new(bounds),
            writes: Turns::new(bounds),
            files: Turns::new(files),
            held: Turns::new(held),
        }
    }

    /// How many have a turn and how many wait, by what it is a turn at.
    pub fn loads(&self) -> [(&'static str, (usize, usize)); 6] {
        let Self { reads, writes, files, held, exports, uploads } = self;
        let of = [
            ("read", reads),
            ("write", writes),
            ("file", files),
            ("file_held", held),
            ("export", exports),
            ("upload", uploads),
        ];
        of.map(|(kind, turns)| (kind, turns.load()))
    }

    /// Whether a file is being made or read.
    pub fn has_files(&self) -> bool {
        !self.held.is_idle() || !self.files.is_idle() || !self.uploads.is_idle()
    }

    /// A place for an export, as long as it runs.
    ///
    /// # Errors
    /// Rate limited; unavailable.
    pub async fn hold_export(&self, caller: &Caller) -> Result<Turn, Error> {
        Ok(self.exports.take(&caller.who()).await?)
    }

    /// A place for a file of a document or a submission that is about to arrive: however many clients an institution has,
    /// others find one.
    ///
    /// # Errors
    /// Rate limited; unavailable.
    pub async fn hold_upload(&self, caller: &Caller) -> Result<Turn, Error> {
        let institution = caller.institution().map(|of| Who::Client(of.to_string().into()));
        Ok(self.uploads.take(&institution.unwrap_or_else(|| caller.who())).await?)
    }

    /// A place for a file that is about to arrive.
    ///
    /// # Errors
    /// Rate limited; unavailable.
    pub async fn hold_file(&self, caller: &Caller) -> Result<Turn, Error> {
        Ok(self.held.take(&caller.who()).await?)
    }
}

/// What is charged for the time of a turn.
#[derive(Debug, Clone, Copy)]
enum Time {
    Free,
    Connection,
    Processor,
}

/// A request that was let in. Its caller is charged when it ends, or is dropped.
#[derive(Debug)]
pub struct Admitted {
    limiter: Arc<Limiter>,
    principal: Principal,
    address: Option<IpAddr>,
    since: Instant,
    time: Time,
    turn: Option<Turn>,
}

impl Admitted {
    fn new(shared: &Shared, caller: &Caller, turn: Turn, time: Time) -> Self {
        Self {
            limiter: shared.limiter.clone(),
            principal: caller.principal.clone(),
            address: caller.address,
            since: Instant::now(),
            time,
            turn: Some(turn),
        }
    }

    /// It has ended, and has read so many rows. Gives what its caller may still ask for.
    pub fn end(mut self, rows: usize) -> Option<Allowance> {
        self.charge(rows)
    }

    /// A point for each row or each millisecond, whichever are more: a page costs what it shows, and what shows
    /// little and takes long costs its time.
    fn charge(&mut self, rows: usize) -> Option<Allowance> {
        self.turn = None;
        let time = self.since.elapsed();
        let cost = match self.time {
            Time::Free => 0,
            Time::Connection => time.as_millis().saturating_sub(FREE_MS),
            Time::Processor => time.as_micros() * PROCESSOR / 1_000,
        };
        let cost = cost.max(rows as u128);
        let cost = u32::try_from(cost).unwrap_or(u32::MAX);
        self.limiter.charge(&self.principal, self.address, cost, Instant::now())
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        if self.turn.is_some() {
            self.charge(0);
        }
    }
}

/// Lets a query or a mutation in, as soon as it is its caller's turn.
///
/// # Errors
/// Rate limited, if the caller has nothing left or too much waiting; unavailable, if there is no turn in time.
pub async fn admit(shared: &Shared, caller: &mut Caller, kind: Kind) -> Result<Admitted, Error> {
    let turns = match kind {
        Kind::Read => &shared.admission.reads,
        Kind::Write => &shared.admission.writes,
    };
    let turn = loop {
        if let Some(connection) = &caller.connection {
            let longest = shared.settings.limits.query_timeout();
            let drained = tokio::time::timeout(longest, connection.drained());
            drained.await.map_err(|_| Error::Timeout)?;
        }
        let turn = turns.take(&caller.who()).await?;
        // What waited together must not run one after the other onto a connection that takes nothing.
        if !caller.connection.as_ref().is_some_and(|connection| connection.is_clogged()) {
            break turn;
        }
    };
    // A write waits for other writes most of its time.
    let time = if kind == Kind::Read { Time::Connection } else { Time::Free };
    Ok(Admitted::new(shared, caller, turn, time))
}

/// Lets a look for events in; it waits where a query would be refused.
pub async fn admit_look(shared: &Shared, caller: &Caller) -> Admitted {
    loop {
        if let Some(connection) = &caller.connection {
            connection.drained().await;
        }
        match shared.admission.reads.wait(&caller.who()).await {
            Ok(turn) => return Admitted::new(shared, caller, turn, Time::Connection),
            Err(Busy::Own | Busy::All) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// Lets a step of an export in: as soon as its caller has paid for the steps before, unless it was asked for already,
/// and it is its turn.
///
/// # Errors
/// Unavailable, if there is no turn for long.
pub async fn admit_step(
    shared: &Shared,
    caller: &mut Caller,
    has_asked: bool,
) -> Result<Admitted, Error> {
    // Whoever owes waits: it is paced, not refused.
    let mut wait = u32::from(!has_asked);
    while wait > 0 {
        let now = Instant::now();
        caller.allowance = shared.limiter.ask(&caller.principal, caller.address, now);
        wait = caller.allowance.map_or(0, |allowance| allowance.retry_after);
        tokio::time::sleep(Duration::from_secs(wait.into())).await;
    }
    let who = caller.who();
    let turn = tokio::time::timeout(STEP_PATIENCE, shared.admission.reads.wait(&who)).await;
    let turn = turn.map_err(|_| Error::unavailable("no turn for a step"))??;
    Ok(Admitted::new(shared, caller, turn, Time::Connection))
}

/// Lets a file be made or read.
///
/// # Errors
/// Rate limited; unavailable.
pub async fn admit_file(shared: &Shared, caller: &Caller) -> Result<Admitted, Error> {
    let turn = shared.admission.files.take(&caller.who()).await?;
    Ok(Admitted::new(shared, caller, turn, Time::Connection))
}

/// Does what takes a processor and nothing else, as soon as it is the caller's turn; what takes `long` is charged. It
/// is done where it is asked: there are as few turns as processors, and threads of their own would each keep memory.
///
/// # Errors
/// Rate limited; unavailable, if there is no turn in time.
pub async fn in_turn<T>(
    shared: &Shared,
    caller: &mut Caller,
    long: bool,
    work: impl FnOnce() -> T,
) -> Result<T, Error> {
    let turn = shared.app.engine.parsing.take(&caller.who()).await?;
    if !long {
        let done = work();
        drop(turn);
        return Ok(done);
    }
    let admitted = Admitted::new(shared, caller, turn, Time::Processor);
    let done = work();
    caller.allowance = admitted.end(0);
    Ok(done)
}
