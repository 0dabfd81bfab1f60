//! Carrying migrations out: which have been is in the table `seaql_migrations`, a row each. On PostgreSQL a
//! migration and its row are one transaction; on SQLite a migration is safe to repeat.
//!
//! The names are those of the crate sea-orm-migration, for which its derive macro and the oldest databases
//! stand; its inspection of schemas is nothing that is needed here, and takes long to compile.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::SystemTime;

use sea_orm::sea_query::{
    IndexCreateStatement, IndexDropStatement, TableAlterStatement, TableCreateStatement,
    TableDropStatement,
};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseExecutor, DbBackend, DbErr, Statement,
    StatementBuilder, TransactionTrait,
};

/// What a migration is called.
pub trait MigrationName {
    /// The name of its file.
    fn name(&self) -> &str;
}

/// The name of a file without its folder and its end.
pub fn get_file_stem(path: &str) -> &str {
    Path::new(path).file_stem().and_then(|stem| stem.to_str()).unwrap_or(path)
}

/// A step of the database's history.
#[async_trait::async_trait]
pub trait MigrationTrait: MigrationName + Send + Sync {
    /// Goes forward.
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr>;

    /// Goes back.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr>;
}

/// The database as a migration sees it.
#[derive(Debug)]
pub struct SchemaManager<'c>(DatabaseExecutor<'c>);

impl<'c> SchemaManager<'c> {
    /// Runs a statement.
    ///
    /// # Errors
    /// The database's own.
    pub async fn execute<S: StatementBuilder>(&self, statement: S) -> Result<(), DbErr> {
        self.0.execute(&statement).await.map(drop)
    }

    /// Runs a statement.
    ///
    /// # Errors
    /// The database's own.
    pub async fn create_table(&self, statement: TableCreateStatement) -> Result<(), DbErr> {
        self.execute(statement).await
    }

    /// Runs a statement.
    ///
    /// # Errors
    /// The database's own.
    pub async fn alter_table(&self, statement: TableAlterStatement) -> Result<(), DbErr> {
        self.execute(statement).await
    }

    /// Runs a statement.
    ///
    /// # Errors
    /// The database's own.
    pub async fn drop_table(&self, statement: TableDropStatement) -> Result<(), DbErr> {
        self.execute(statement).await
    }

    /// Runs a statement.
    ///
    /// # Errors
    /// The database's own.
    pub async fn create_index(&self, statement: IndexCreateStatement) -> Result<(), DbErr> {
        self.execute(statement).await
    }

    /// Runs a statement.
    ///
    /// # Errors
    /// The database's own.
    pub async fn drop_index(&self, statement: IndexDropStatement) -> Result<(), DbErr> {
        self.execute(statement).await
    }

    /// Which database it is.
    pub fn get_database_backend(&self) -> DbBackend {
        self.0.get_database_backend()
    }

    /// For statements of another kind.
    pub fn get_connection(&self) -> &DatabaseExecutor<'c> {
        &self.0
    }
}

/// An ordered list of migrations.
pub trait MigratorTrait {
    /// The list.
    fn migrations() -> Vec<Box<dyn MigrationTrait>>;

    /// Carries out the first `steps` of those that have not been carried out, or all.
    fn up(
        db: &DatabaseConnection,
        steps: Option<u32>,
    ) -> impl Future<Output = Result<(), DbErr>> + Send {
        async move {
            let done = done(db).await?;
            let list = Self::migrations();
            let known: BTreeSet<&str> = list.iter().map(|migration| migration.name()).collect();
            if let Some(newer) = done.iter().find(|name| !known.contains(name.as_str())) {
                return Err(DbErr::Migration(format!(
                    "the database is one of a newer release: it has {newer}, which this one does not know"
                )));
            }
            let open = list.iter().filter(|migration| !done.contains(migration.name()));
            for migration in open.take(most(steps)) {
                let taken = step(db, migration.as_ref(), true).await;
                taken.map_err(|error| denied(migration.name(), error))?;
            }
            Ok(())
        }
    }

    /// Names of those that are still to come, in their order; nothing is changed. All of them, where there is no table
    /// of those carried out.
    fn pending(db: &DatabaseConnection) -> impl Future<Output = Vec<String>> + Send {
        async move {
            let done = listed(db).await.unwrap_or_default();
            let list = Self::migrations();
            let names = list.iter().map(|migration| migration.name().to_owned());
            names.filter(|name| !done.contains(name)).collect()
        }
    }

    /// Takes back the last `steps` of those that have been carried out, or all.
    fn down(
        db: &DatabaseConnection,
        steps: Option<u32>,
    ) -> impl Future<Output = Result<(), DbErr>> + Send {
        async move {
            let done = done(db).await?;
            let list = Self::migrations();
            let applied = list.iter().rev().filter(|migration| done.contains(migration.name()));
            for migration in applied.take(most(steps)) {
                step(db, migration.as_ref(), false).await?;
            }
            Ok(())
        }
    }
}

fn most(steps: Option<u32>) -> usize {
    steps.and_then(|steps| usize::try_from(steps).ok()).unwrap_or(usize::MAX)
}

/// The error of a migration that the database's role may not carry out says who may.
fn denied(name: &str, error: DbErr) -> DbErr {
    let told = error.to_string();
    if !told.contains("permission denied") && !told.contains("must be owner") {
        return error;
    }
    DbErr::Migration(format!(
        "the tables are older than this program ({name} is still to come), and this role may not change them; \
         run `aiplus migrate` with the role that owns them"
    ))
}

/// The names of those that have been carried out.
async fn done(db: &DatabaseConnection) -> Result<BTreeSet<String>, DbErr> {
    // A role that may not make tables finds this one made.
    if let Ok(listed) = listed(db).await {
        return Ok(listed);
    }
    let made = db
        .execute_unprepared(
            "CREATE TABLE IF NOT EXISTS seaql_migrations \
             (version varchar NOT NULL PRIMARY KEY, applied_at bigint NOT NULL)",
        )
        .await;
    made.map_err(|error| denied("the first", error))?;
    listed(db).await
}

async fn listed(db: &DatabaseConnection) -> Result<BTreeSet<String>, DbErr> {
    let statement =
        Statement::from_string(db.get_database_backend(), "SELECT version FROM seaql_migrations");
    let rows = db.query_all_raw(statement).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}

async fn step(
    db: &DatabaseConnection,
    migration: &dyn MigrationTrait,
    forward: bool,
) -> Result<(), DbErr> {
    if db.get_database_backend() == DbBackend::Sqlite {
        return run(SchemaManager(db.into()), migration, forward).await;
    }
    let transaction = db.begin().await?;
    run(SchemaManager((&transaction).into()), migration, forward).await?;
    transaction.commit().await
}

async fn run(
    manager: SchemaManager<'_>,
    migration: &dyn MigrationTrait,
    forward: bool,
) -> Result<(), DbErr> {
    let name = migration.name();
    let (sql, mut values) = if forward {
        migration.up(&manager).await?;
        ("INSERT INTO seaql_migrations (version, applied_at) VALUES ($1, $2)", vec![name.into()])
    } else {
        migration.down(&manager).await?;
        ("DELETE FROM seaql_migrations WHERE version = $1", vec![name.into()])
    };
    if forward {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        values.push(i64::try_from(now.as_secs()).unwrap_or_default().into());
    }
    let backend = manager.get_database_backend();
    manager.0.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await.map(drop)
}
