//! The application: database, schema, engine. The server and the tests both start here.

use std::sync::Arc;

use chrono::Utc;
use sea_orm::DatabaseConnection;

use crate::config::DatabaseSettings;
use crate::database::{self, PrepareLock};
use crate::error::Error;
use crate::graphql::engine::Engine;
use crate::seed::{self, Summary};

/// A running application.
#[derive(Debug, Clone)]
pub struct App {
    /// The database that is written.
    pub db: DatabaseConnection,
    /// Answers GraphQL requests.
    pub engine: Arc<Engine>,
}

/// What preparing the database did, for the person at the terminal.
pub trait Progress {
    /// A step begins.
    fn step(&mut self, text: &str);
}

impl App {
    /// An application over databases that are ready.
    pub fn new(db: DatabaseConnection, read: Option<DatabaseConnection>) -> Self {
        let engine = Arc::new(Engine::new(read.unwrap_or_else(|| db.clone())));
        Self { db, engine }
    }

    /// Connects, migrates, and loads the starting data set, one server at a time.
    ///
    /// # Errors
    /// Internal; input, if the data set is broken.
    pub async fn start(
        settings: &DatabaseSettings,
        progress: &mut (dyn Progress + Send),
    ) -> Result<(Self, Summary), Error> {
        let lock = PrepareLock::take(&settings.database_url).await?;
        let db = database::connect(&settings.database_url, settings.database_connections).await?;
        database::migrate(&db).await?;
        let summary = seed::load(&db, &seed::starting_set()?, Utc::now(), |table, rows| {
            progress.step(&format!("{table} ({rows})"));
        })
        .await?;
        if !summary.known {
            database::analyze(&db).await?;
        }
        lock.release().await?;
        let read = match &settings.database_read_url {
            Some(url) => Some(database::connect(url, settings.database_connections).await?),
            None => None,
        };
        Ok((Self::new(db, read), summary))
    }

    /// Closes the database.
    ///
    /// # Errors
    /// Internal.
    pub async fn close(self) -> Result<(), Error> {
        Ok(self.db.close().await?)
    }
}
