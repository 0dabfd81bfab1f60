//! The audit 감사 기록: every write (by the write path itself), every refusal, every token issued or refused,
//! every reading of personal data.
//!
//! [`record`] writes what must be on record before the answer leaves. [`Backlog`] takes refusals that
//! anybody can cause without end (tokens that are none, rates exceeded): they are written in batches, in
//! bounded memory, and what does not fit is counted and the count written.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::Utc;
use entity::audit_event;
use futures_util::TryStreamExt;
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, IsolationLevel,
    QueryOrder, Statement, TransactionTrait,
};

use super::ledger::{self, Event};
use super::write::{Author, Write};
use crate::domain::principal::Principal;
use crate::error::Error;

/// Writes events that are no writes of rows.
///
/// # Errors
/// Internal.
pub async fn record(
    db: &DatabaseConnection,
    author: Author<'_>,
    events: Vec<Event>,
) -> Result<(), Error> {
    let mut write = Write::begin(db, author).await?;
    for event in events {
        write.note(event);
    }
    write.commit().await?;
    Ok(())
}

/// Most refusals that wait to be written.
const WAITING: usize = 1_000;

/// Refusals that wait to be written.
#[derive(Default)]
pub struct Backlog {
    waiting: Mutex<Vec<audit_event::Model>>,
    /// Held while what waited is written: who flushes next sees it written.
    writing: tokio::sync::Mutex<()>,
    left_out: AtomicU64,
    /// Tells the writer that something waits.
    pub filled: tokio::sync::Notify,
}

impl std::fmt::Debug for Backlog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Backlog").field("left_out", &self.left_out).finish_non_exhaustive()
    }
}

impl Backlog {
    /// Notes a refusal; costs the request nothing but this.
    pub fn push(&self, author: Author<'_>, event: Event) {
        let Ok(mut waiting) = self.waiting.lock() else { return };
        if waiting.len() >= WAITING {
            self.left_out.fetch_add(1, Ordering::Relaxed);
            return;
        }
        waiting.push(ledger::complete(&author, event));
        drop(waiting);
        self.filled.notify_one();
    }

    /// Writes what waits, in one transaction.
    ///
    /// # Errors
    /// Internal; what could not be written is counted as left out.
    pub async fn flush(&self, db: &DatabaseConnection) -> Result<(), Error> {
        let _turn = self.writing.lock().await;
        let waiting = match self.waiting.lock() {
            Ok(mut waiting) => std::mem::take(&mut *waiting),
            Err(_) => return Ok(()),
        };
        let left_out = self.left_out.swap(0, Ordering::Relaxed);
        if waiting.is_empty() && left_out == 0 {
            return Ok(());
        }
        let mut taken = Taken { backlog: self, count: waiting.len() as u64 + left_out };
        write_all(db, waiting, left_out).await?;
        taken.count = 0;
        Ok(())
    }
}

/// What is being written; counted as left out if that fails or is given up.
struct Taken<'a> {
    backlog: &'a Backlog,
    count: u64,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.backlog.left_out.fetch_add(self.count, Ordering::Relaxed);
    }
}

async fn write_all(
    db: &DatabaseConnection,
    waiting: Vec<audit_event::Model>,
    left_out: u64,
) -> Result<(), Error> {
    let system = Author {
        principal: &Principal::System,
        request_id: "audit",
        address: None,
        now: Utc::now(),
    };
    let mut write = Write::begin(db, system).await?;
    write.note_all(waiting);
    if left_out > 0 {
        write.note(Event {
            action: "audit.left_out",
            after: Some(format!("{{\"refusals\":{left_out}}}")),
            ..Event::default()
        });
    }
    write.commit().await?;
    Ok(())
}

/// What a look over the whole audit found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Events looked at.
    pub events: i64,
    /// Number of the last event.
    pub last: i64,
    /// Its hash: kept elsewhere, it proves later that nothing before it was changed.
    pub hash: String,
    /// What is wrong, in the order of the audit; at most [`MOST_FAULTS`].
    pub faults: Vec<Fault>,
}

/// Most faults that are told.
pub const MOST_FAULTS: usize = 20;

/// What is wrong with the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Events from this number to that one are not there.
    Missing(i64, i64),
    /// The event does not hold what its hash was made of.
    Changed(i64),
    /// The event does not follow the one before: one was put in, taken out or exchanged.
    Broken(i64),
    /// The ledger's last number or hash is another than the audit's: its end was cut off or written past
    /// the ledger.
    End,
    /// The event that was noted elsewhere has another hash, or is not there.
    Anchor(i64),
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing(from, to) if from == to => write!(f, "event {from} is missing"),
            Self::Missing(from, to) => write!(f, "events {from} to {to} are missing"),
            Self::Changed(seq) => write!(f, "event {seq} was changed"),
            Self::Broken(seq) => {
                write!(f, "event {seq} does not follow the event before it")
            }
            Self::End => f.write_str("the end of the audit is not the one on record in the ledger"),
            Self::Anchor(seq) => write!(f, "event {seq} is not the one whose hash was given"),
        }
    }
}

/// Looks over the whole audit: numbers without gaps, each event as it was hashed, each following the one
/// before, the end as the ledger has it. `anchor` is a number and hash noted elsewhere earlier.
///
/// # Errors
/// Internal.
pub async fn verify(
    db: &DatabaseConnection,
    anchor: Option<(i64, String)>,
) -> Result<Verdict, Error> {
    // One snapshot, so that events written meanwhile do not look like a cut-off end.
    let snapshot = match db.get_database_backend() {
        // A transaction of SQLite reads a snapshot anyway.
        DbBackend::Sqlite => db.begin().await?,
        _ => {
            let (isolation, access) = (IsolationLevel::RepeatableRead, AccessMode::ReadOnly);
            db.begin_with_config(Some(isolation), Some(access)).await?
        }
    };
    let backend = snapshot.get_database_backend();
    let ledger = snapshot
        .query_one_raw(Statement::from_string(
            backend,
            "SELECT audit_seq, audit_hash FROM ledger WHERE id = 1",
        ))
        .await?
        .ok_or_else(|| Error::internal("the ledger has no row"))?;
    let end: (i64, String) = (ledger.try_get_by_index(0)?, ledger.try_get_by_index(1)?);
    let mut verdict = Verdict { events: 0, last: 0, hash: String::new(), faults: Vec::new() };
    let mut anchored = anchor.is_none();
    {
        let mut events = audit_event::Entity::find()
            .order_by_asc(audit_event::Column::Seq)
            .stream(&snapshot)
            .await?;
        while let Some(event) = events.try_next().await? {
            if event.seq != verdict.last + 1 {
                verdict.faults.push(Fault::Missing(verdict.last + 1, event.seq - 1));
            } else if event.previous_hash != verdict.hash {
                verdict.faults.push(Fault::Broken(event.seq));
            }
            if ledger::chain_hash(&event)? != event.hash
                || event.id != ledger::key_of_number(event.seq)
            {
                verdict.faults.push(Fault::Changed(event.seq));
            }
            if let Some((seq, hash)) = &anchor
                && *seq == event.seq
            {
                anchored = true;
                if *hash != event.hash {
                    verdict.faults.push(Fault::Anchor(*seq));
                }
            }
            verdict.events += 1;
            verdict.last = event.seq;
            verdict.hash = event.hash;
            if verdict.faults.len() >= MOST_FAULTS {
                return Ok(verdict);
            }
        }
    }
    if end != (verdict.last, verdict.hash.clone()) {
        verdict.faults.push(Fault::End);
    }
    if let (false, Some((seq, _))) = (anchored, &anchor) {
        verdict.faults.push(Fault::Anchor(*seq));
    }
    snapshot.rollback().await?;
    Ok(verdict)
}
