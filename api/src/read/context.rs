//! What a request needs: the database, the catalogue of types, the caller and the time; and what it
//! leaves behind.

use std::sync::Mutex;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseExecutor, DbBackend};
use uuid::Uuid;

use super::catalog::Catalog;
use super::sql::Sql;
use crate::auth::secret::Hashing;
use crate::database::Store;
use crate::domain::principal::{Author, Principal};
use crate::domain::rate::Allowance;
use crate::error::{Error, Language};
use crate::files::Staged;
use crate::service::audit::Backlog;
use crate::service::change::Places;
use crate::service::ledger::Event;
use crate::service::webhook::Webhooks;

/// One request's view of the data.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// The database that is read, or the transaction whose rows are told.
    pub db: &'a DatabaseExecutor<'a>,
    /// Every type.
    pub catalog: &'a Catalog,
    /// Who asks.
    pub principal: &'a Principal,
    /// The present time, the same throughout the request.
    pub now: DateTime<Utc>,
    /// What the request leaves behind.
    pub marks: &'a Marks,
    /// What it sees of places in the change feed.
    pub places: &'a Places,
}

/// What a request leaves behind for those who account for it.
#[derive(Debug, Default)]
pub struct Marks {
    /// What the caller may still ask for, as far as it is limited.
    pub allowance: Option<Allowance>,
    personal: Mutex<Option<Vec<Uuid>>>,
}

impl Marks {
    /// Nothing yet, for a caller with this allowance.
    pub fn new(allowance: Option<Allowance>) -> Self {
        Self { allowance, personal: Mutex::default() }
    }

    /// Notes that personal data was looked at: the rows, as far as they were shown.
    pub fn note_personal(&self, rows: impl IntoIterator<Item = Uuid>) {
        if let Ok(mut personal) = self.personal.lock() {
            personal.get_or_insert_default().extend(rows);
        }
    }

    /// Keys of the personal data that was shown; none if no look was taken at any.
    pub fn personal(&self) -> Option<Vec<Uuid>> {
        let mut keys = self.personal.lock().ok()?.take()?;
        keys.sort_unstable();
        keys.dedup();
        Some(keys)
    }
}

/// One caller's wish to write.
#[derive(Clone, Copy)]
pub struct Act<'a> {
    /// The database that is written; what is written is held until its payload is read.
    pub db: &'a Store,
    /// Turns at hashing.
    pub hashing: &'a Hashing,
    /// What waits to be put on record.
    pub backlog: &'a Backlog,
    /// Every type.
    pub catalog: &'a Catalog,
    /// What callers see of places in the change feed.
    pub places: &'a Places,
    /// What is set of webhooks; none where they are off.
    pub webhooks: Option<&'a Webhooks>,
    /// Codes of the institutions that run the programme.
    pub operators: &'a [String],
    /// Files that came with the request.
    pub uploads: &'a [Staged],
    /// Who writes, on whose request.
    pub author: Author<'a>,
    /// Language of what it is told.
    pub language: Language,
}

impl Act<'_> {
    /// Puts on record that the input of a mutation could not be read.
    pub fn refuse(&self, action: &'static str, error: &Error) {
        let refused = Some(error.code().to_owned());
        self.backlog.push(self.author, Event { action, refused, ..Event::default() });
    }
}

impl Reader<'_> {
    /// Which database it is.
    pub fn backend(&self) -> DbBackend {
        self.db.get_database_backend()
    }

    /// An empty statement for the database.
    pub fn sql(&self) -> Sql {
        Sql::new(self.backend())
    }

    /// Today in Seoul.
    pub fn today(&self) -> chrono::NaiveDate {
        self.now.with_timezone(&crate::domain::quarter::seoul()).date_naive()
    }
}
