//! The audit 감사 기록: every write (by the write path itself), every refusal, every token issued or refused,
//! every reading of personal data.
//!
//! [`record`] writes what must be on record before the answer leaves. [`Backlog`] takes refusals and tokens issued:
//! they are written in batches, in bounded memory, so that nobody who signs in waits for an upload or is kept from it
//! by those who are refused. Refusals that do not fit are counted and the count written; a token is then issued when
//! its event is written. What
//! anybody can cause without end (tokens that are none, rates exceeded) is told by group, so that a flood
//! adds a row a minute for each network it comes from, and not one for each of its requests.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Duration, SecondsFormat, SubsecRound, Utc};
use entity::audit_event::{self, AuditOutcome};
use futures_util::TryStreamExt;
use ipnet::IpNet;
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, IsolationLevel,
    QueryOrder, Statement, TransactionTrait,
};

use uuid::Uuid;

use super::ledger::{self, Event};
use super::proof::{self, Wrong};
use super::write::{Author, Write};
use crate::database::Store;
use crate::domain::principal::Principal;
use crate::error::Error;
use crate::metrics::METRICS;

/// Action of a refusal for having asked too much.
pub const RATE_LIMIT: &str = "rate.limit";

/// Writes events that are no writes of rows.
///
/// # Errors
/// Internal.
pub async fn record(db: &Store, author: Author<'_>, events: Vec<Event>) -> Result<(), Error> {
    let mut write = Write::begin(db, author).await?;
    for event in events {
        write.note(event);
    }
    write.commit().await?;
    Ok(())
}

/// Most events that wait to be written.
const WAITING: usize = 1_000;
/// How long what was done may wait to be written before no more is put beside it.
const LONGEST: Duration = Duration::seconds(30);
/// Most groups of refusals that are told apart at a time.
const GROUPS: usize = 200;
/// How often a group is told of, in seconds.
pub const WINDOW: Duration = Duration::seconds(60);

/// Refusals that are told together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Group {
    actor: String,
    action: String,
    reason: Option<String>,
    network: Option<IpNet>,
    /// The client concerned, where there is one; never what a caller merely names.
    subject: Option<Uuid>,
}

/// Refusals of a group since it was last told of.
#[derive(Debug)]
struct Window {
    since: DateTime<Utc>,
    repeats: u64,
    /// The first of them, which was told by itself.
    first: audit_event::Model,
}

impl Window {
    fn is_over(&self, now: DateTime<Utc>) -> bool {
        now - self.since >= WINDOW
    }

    /// What is told of the repeats.
    fn told(&self, group: &Group, now: DateTime<Utc>) -> audit_event::Model {
        let since = self.since.to_rfc3339_opts(SecondsFormat::Secs, true);
        let repeats = serde_json::json!({ "refusals": self.repeats, "since": since });
        audit_event::Model {
            at: now.trunc_subsecs(6),
            address: group.network.map(|network| network.to_string()),
            subject_type: group.subject.map_or(String::new(), |_| self.first.subject_type.clone()),
            subject_id: group.subject,
            before: None,
            after: Some(repeats.to_string()),
            request_id: "audit".to_owned(),
            ..self.first.clone()
        }
    }
}

#[derive(Debug, Default)]
struct Waiting {
    events: Vec<audit_event::Model>,
    /// How many are being written, and since when the first of them waits.
    written: usize,
    written_since: Option<DateTime<Utc>>,
    groups: HashMap<Group, Window>,
    /// When it was last told how many were left out.
    left_out_told: Option<DateTime<Utc>>,
}

impl Waiting {
    /// Since when the first of all waits.
    fn since(&self) -> Option<DateTime<Utc>> {
        self.written_since.or_else(|| self.events.first().map(|first| first.at))
    }
}

/// What waits to be written.
#[derive(Default)]
pub struct Backlog {
    waiting: Mutex<Waiting>,
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

/// The network that an address is of: many addresses are one caller's.
fn network(address: &str) -> Option<IpNet> {
    let address = address.parse::<IpAddr>().ok()?.to_canonical();
    let length = if address.is_ipv4() { 24 } else { 48 };
    IpNet::new(address, length).ok().map(|network| network.trunc())
}

impl Backlog {
    /// How many wait to be written, and how many were left out since that was last told.
    pub fn length(&self) -> (usize, u64) {
        let waiting = self.waiting.lock().map_or(0, |it| it.written + it.events.len());
        (waiting, self.left_out.load(Ordering::Relaxed))
    }

    /// Notes a refusal; costs the request nothing but this. Those that anybody can cause without end are
    /// told by group: the first by itself, the others of each minute by their number.
    pub fn push(&self, author: Author<'_>, event: Event) {
        METRICS.refusal(event.action, event.refused.as_deref().unwrap_or_default());
        let repeats = *author.principal == Principal::Anonymous || event.action == RATE_LIMIT;
        let group = repeats.then(|| Group {
            actor: author.principal.actor().to_owned(),
            action: event.action.to_owned(),
            reason: event.refused.clone(),
            network: author.address.and_then(network),
            subject: event.institution_id.and(event.subject_id),
        });
        let Ok(mut waiting) = self.waiting.lock() else { return };
        if let Some(group) = &group
            && let Some(window) = waiting.groups.get_mut(group)
        {
            window.repeats += 1;
            return;
        }
        let now = author.now;
        if group.is_some() && waiting.groups.len() >= GROUPS {
            waiting.groups.retain(|_, window| window.repeats > 0 || !window.is_over(now));
        }
        if waiting.events.len() >= WAITING || (group.is_some() && waiting.groups.len() >= GROUPS) {
            self.left_out.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let event = ledger::complete(&author, event);
        if let Some(group) = group {
            let first = event.clone();
            waiting.groups.insert(group, Window { since: now, repeats: 0, first });
        }
        waiting.events.push(event);
        drop(waiting);
        self.filled.notify_one();
    }

    /// Puts on record what was done, without waiting for a writer: it is written with what waits, in its order. Where
    /// as many wait as may, or as long, it is written before this returns.
    ///
    /// # Errors
    /// Unavailable, if it could not be written; internal.
    pub async fn note(&self, db: &Store, author: Author<'_>, event: Event) -> Result<(), Error> {
        if let Ok(mut waiting) = self.waiting.lock()
            && waiting.written + waiting.events.len() < WAITING
            && waiting.since().is_none_or(|since| author.now - since < LONGEST)
        {
            waiting.events.push(ledger::complete(&author, event));
            self.filled.notify_one();
            return Ok(());
        }
        record(db, author, vec![event]).await
    }

    /// Writes what waits, in one transaction.
    ///
    /// # Errors
    /// Internal; what could not be written is counted as left out.
    pub async fn flush(&self, db: &Store) -> Result<(), Error> {
        self.flush_at(db, Utc::now()).await
    }

    /// Writes what waits at an instant: events, and the numbers of groups whose minute is over.
    ///
    /// # Errors
    /// Internal; what could not be written is counted as left out.
    pub async fn flush_at(&self, db: &Store, now: DateTime<Utc>) -> Result<(), Error> {
        self.write(db, now, |window| window.is_over(now)).await
    }

    /// Writes all that waits, the numbers of this minute as well; for a server that stops.
    ///
    /// # Errors
    /// Internal.
    pub async fn finish(&self, db: &Store) -> Result<(), Error> {
        self.write(db, Utc::now(), |_| true).await
    }

    async fn write(
        &self,
        db: &Store,
        now: DateTime<Utc>,
        is_due: impl Fn(&Window) -> bool + Send,
    ) -> Result<(), Error> {
        let _turn = self.writing.lock().await;
        let mut taken = Taken { backlog: self, count: 0, done: Vec::new() };
        let events = {
            let Ok(mut waiting) = self.waiting.lock() else { return Ok(()) };
            (waiting.written, waiting.written_since) = (waiting.events.len(), waiting.since());
            let mut events = std::mem::take(&mut waiting.events);
            let is_done = |event: &&audit_event::Model| event.outcome == Some(AuditOutcome::Done);
            taken.done = events.iter().filter(is_done).cloned().collect();
            taken.count = (events.len() - taken.done.len()) as u64;
            waiting.groups.retain(|group, window| {
                if !is_due(window) {
                    return true;
                }
                if window.repeats == 0 {
                    return false;
                }
                events.push(window.told(group, now));
                taken.count += window.repeats;
                (window.since, window.repeats) = (now, 0);
                true
            });
            // A number alone, so that a flood is told of once a minute as well.
            if waiting.left_out_told.is_none_or(|told| now - told >= WINDOW) {
                let left_out = self.left_out.swap(0, Ordering::Relaxed);
                taken.count += left_out;
                if left_out > 0 {
                    waiting.left_out_told = Some(now);
                    let event = Event {
                        action: "audit.left_out",
                        after: Some(format!("{{\"refusals\":{left_out}}}")),
                        ..Event::default()
                    };
                    events.push(ledger::complete(&system(now), event));
                }
            }
            events
        };
        if events.is_empty() {
            return Ok(());
        }
        write_all(db, events, now).await?;
        (taken.count, taken.done) = (0, Vec::new());
        Ok(())
    }
}

fn system(now: DateTime<Utc>) -> Author<'static> {
    let now = now.trunc_subsecs(6);
    Author { principal: &Principal::System, request_id: "audit", address: None, now }
}

/// What is being written. If that fails or is given up, refusals are counted as left out, and what was done waits
/// again.
struct Taken<'a> {
    backlog: &'a Backlog,
    count: u64,
    done: Vec<audit_event::Model>,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.backlog.left_out.fetch_add(self.count, Ordering::Relaxed);
        if let Ok(mut waiting) = self.backlog.waiting.lock() {
            (waiting.written, waiting.written_since) = (0, None);
            if self.count > 0 {
                waiting.left_out_told = None;
            }
            waiting.events.splice(0..0, self.done.drain(..));
        }
    }
}

async fn write_all(
    db: &Store,
    events: Vec<audit_event::Model>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let mut write = Write::begin(db, system(now)).await?;
    write.note_all(events);
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
    /// What was submitted is not what it was.
    Submitted(Wrong),
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
            Self::Submitted(wrong) => wrong.fmt(f),
        }
    }
}

/// As [`verify_against`], with an anchor or none.
///
/// # Errors
/// Internal.
pub async fn verify(
    db: &DatabaseConnection,
    anchor: Option<(i64, String)>,
) -> Result<Verdict, Error> {
    verify_against(db, anchor.into_iter().collect()).await
}

/// The number and hash of the last event.
///
/// # Errors
/// Internal.
pub async fn end(db: &impl ConnectionTrait) -> Result<(i64, String), Error> {
    let ledger = Statement::from_string(
        db.get_database_backend(),
        "SELECT audit_seq, audit_hash FROM ledger WHERE id = 1",
    );
    let ledger = db.query_one_raw(ledger).await?;
    let ledger = ledger.ok_or_else(|| Error::internal("the ledger has no row"))?;
    Ok((ledger.try_get_by_index(0)?, ledger.try_get_by_index(1)?))
}

/// Looks over the whole audit: numbers without gaps, each event as it was hashed, each following the one
/// before, the end as the ledger has it; and over what was submitted ([`proof`]). `anchors` are numbers and hashes
/// noted elsewhere earlier.
///
/// # Errors
/// Internal.
pub async fn verify_against(
    db: &DatabaseConnection,
    mut anchors: BTreeMap<i64, String>,
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
    let end = end(&snapshot).await?;
    let mut verdict = Verdict { events: 0, last: 0, hash: String::new(), faults: Vec::new() };
    let mut told = proof::Told::default();
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
            if ledger::chain_hash(&event).as_ref() != Some(&event.hash)
                || event.id != ledger::key_of_number(event.seq)
            {
                verdict.faults.push(Fault::Changed(event.seq));
            }
            if anchors.remove(&event.seq).is_some_and(|hash| hash != event.hash) {
                verdict.faults.push(Fault::Anchor(event.seq));
            }
            told.read(&event);
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
    // What was noted and is not there: the end was cut off, and the ledger set back.
    verdict.faults.extend(anchors.into_keys().map(Fault::Anchor));
    let wrong = proof::look(&snapshot, told, MOST_FAULTS).await?;
    verdict.faults.extend(wrong.into_iter().map(Fault::Submitted));
    verdict.faults.truncate(MOST_FAULTS);
    snapshot.rollback().await?;
    Ok(verdict)
}
