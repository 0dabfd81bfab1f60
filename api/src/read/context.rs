//! What a read needs: the database, the catalogue of types, the caller and the time.

use chrono::{DateTime, Utc};
use sea_orm::{DatabaseConnection, DbBackend};

use super::catalog::Catalog;
use super::sql::Sql;
use crate::domain::principal::Principal;

/// One request's view of the data.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// The database that is read.
    pub db: &'a DatabaseConnection,
    /// Every type.
    pub catalog: &'a Catalog,
    /// Who asks.
    pub principal: &'a Principal,
    /// The present time, the same throughout the request.
    pub now: DateTime<Utc>,
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
