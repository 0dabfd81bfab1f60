//! The change feed 변경 내역: how far it goes. Changes themselves are written by the write path and read by the
//! read path; here is what wakes those who wait for them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use sea_orm::{ConnectionTrait, Statement};
use tokio::sync::{OnceCell, watch};
use uuid::Uuid;

use super::ledger;
use crate::database::reads::Reads;
use crate::domain::feed_key::FeedKey;
use crate::error::{Error, Message};
use crate::read::{Reader, row, scope};

/// How often the end of the feed is asked for while somebody waits: one statement a server, however many
/// wait, and what another server has written is seen as well.
const PERIOD: Duration = Duration::from_millis(250);

/// Number of the last change.
///
/// # Errors
/// Internal.
pub async fn last(db: &impl ConnectionTrait) -> Result<i64, Error> {
    let statement = Statement::from_string(
        db.get_database_backend(),
        "SELECT change_seq FROM ledger WHERE id = 1",
    );
    let row = db
        .query_one_raw(statement)
        .await?
        .ok_or_else(|| Error::internal("the ledger has no row"))?;
    Ok(row.try_get_by_index(0)?)
}

/// Number of the last change that is no longer kept ([`super::retention`]); 0 if all are.
///
/// # Errors
/// Internal.
pub async fn forgotten(db: &impl ConnectionTrait) -> Result<i64, Error> {
    let sql = "SELECT forgotten_seq FROM ledger WHERE id = 1";
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    Ok(row.ok_or_else(|| Error::internal("the ledger has no row"))?.try_get_by_index(0)?)
}

/// What stands for the last change that the caller may see, so that two answers can be told apart.
///
/// # Errors
/// Internal.
pub async fn data_version(reader: &Reader<'_>) -> Result<u32, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT c.id FROM change c WHERE ");
    scope::seen(reader, &mut sql, "Change", "c")?;
    sql.push(" ORDER BY c.seq DESC LIMIT 1");
    let found = reader.db.query_all_raw(sql.finish()).await?;
    let last = match found.first() {
        Some(found) => row::key(found, 0)?,
        // It is none that there was before.
        None => match forgotten(reader.db).await? {
            0 => None,
            number => Some(ledger::key_of_number(number)),
        },
    };
    let Some(key) = last else { return Ok(0) };
    reader.places.open(reader.db).await?;
    let (version, ..) = reader.places.hide(key)?.as_fields();
    // It is told as a number of 32 bits with a sign.
    Ok(version >> 1)
}

/// Whether all that came after a change is still on record.
///
/// # Errors
/// Input, by a code of its own, if some of it was forgotten; internal.
pub async fn check_kept(db: &impl ConnectionTrait, number: i64) -> Result<(), Error> {
    if number >= forgotten(db).await? {
        return Ok(());
    }
    Err(Error::Argument {
        code: "CURSOR_EXPIRED",
        path: vec!["after".to_owned()],
        message: Message::new(
            "이 커서 다음의 변경 중 보관 기간이 지난 것은 지워졌습니다. 필요한 자료를 다시 읽은 뒤 `changes(last: 1)`의 커서부터 이어 가 주십시오.",
            "Some of what came after this cursor is no longer kept. Read anew what you need, then go on from the cursor of `changes(last: 1)`.",
        ),
    })
}

/// What callers see of places in the feed: the same on every server, since its secret is the database's own.
#[derive(Debug, Default)]
pub struct Places(OnceCell<FeedKey>);

impl Places {
    /// Asks for the secret, once; nothing of the feed can be told or read before.
    ///
    /// # Errors
    /// Unavailable; internal.
    pub async fn open(&self, db: &impl ConnectionTrait) -> Result<(), Error> {
        self.0.get_or_try_init(|| secret(db)).await?;
        Ok(())
    }

    fn key(&self) -> Result<FeedKey, Error> {
        self.0.get().copied().ok_or_else(|| Error::internal("the feed's secret was not asked for"))
    }

    /// The key of a change as callers see it.
    ///
    /// # Errors
    /// Internal.
    pub fn hide(&self, key: Uuid) -> Result<Uuid, Error> {
        Ok(Uuid::from_u128(self.key()?.hide(key.as_u128())))
    }

    /// The number and the key of the change that callers see so; none if it was made up.
    ///
    /// # Errors
    /// Internal.
    pub fn show(&self, hidden: Uuid) -> Result<Option<(i64, Uuid)>, Error> {
        let key = Uuid::from_u128(self.key()?.show(hidden.as_u128()));
        Ok(ledger::number_of_key(key).map(|number| (number, key)))
    }
}

async fn secret(db: &impl ConnectionTrait) -> Result<FeedKey, Error> {
    let secret = "SELECT feed_secret FROM ledger WHERE id = 1";
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), secret)).await?;
    let row = row.ok_or_else(|| Error::internal("the ledger has no row"))?;
    Ok(FeedKey::new(&row.try_get_by_index::<String>(0)?))
}

/// Tells those who wait how far the feed goes.
#[derive(Debug)]
pub struct Feed {
    reads: Reads,
    end: watch::Sender<i64>,
    is_watched: Mutex<bool>,
}

impl Feed {
    /// A feed that nobody waits for, of the database itself: a replica that is behind another would let changes fall
    /// between two looks.
    pub fn new(reads: Reads) -> Arc<Self> {
        Arc::new(Self { reads, end: watch::Sender::new(0), is_watched: Mutex::new(false) })
    }

    /// The end of the feed, as it moves.
    pub fn watch(self: &Arc<Self>) -> watch::Receiver<i64> {
        let receiver = self.end.subscribe();
        if let Ok(mut is_watched) = self.is_watched.lock()
            && !*is_watched
        {
            *is_watched = true;
            tokio::spawn(self.clone().follow());
        }
        receiver
    }

    async fn follow(self: Arc<Self>) {
        let mut is_told = false;
        let mut ticks = tokio::time::interval(PERIOD);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            {
                let Ok(mut is_watched) = self.is_watched.lock() else { return };
                if self.end.receiver_count() == 0 {
                    *is_watched = false;
                    return;
                }
            }
            let look = async {
                let read = self.reads.take_home().await?;
                let end = last(&*read).await;
                read.done();
                end
            };
            match self.reads.pulse().during(look).await {
                Ok(end) => {
                    is_told = false;
                    self.end.send_if_modified(|known| std::mem::replace(known, end) != end);
                }
                // Once, and not four times a second.
                Err(_) if is_told => {}
                Err(error) => {
                    is_told = true;
                    tracing::error!(error.cause = %error, "feed.unreadable");
                }
            }
        }
    }
}
