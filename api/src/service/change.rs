//! The change feed 변경 내역: how far it goes. Changes themselves are written by the write path and read by the
//! read path; here is what wakes those who wait for them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use tokio::sync::watch;

use crate::database::reads::Reads;
use crate::error::Error;

/// How often the end of the feed is asked for while somebody waits: one statement a server, however many
/// wait, and what another server has written is seen as well.
const PERIOD: Duration = Duration::from_millis(250);

/// Number of the last change.
///
/// # Errors
/// Internal.
pub async fn last(db: &DatabaseConnection) -> Result<i64, Error> {
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
                let end = last(&read).await;
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
