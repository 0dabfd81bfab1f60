//! Bills know their ids at the source, and stage events the result that they brought and where they were read.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::ConnectionTrait;
use sea_orm_migration::sea_query::Table as SeaTable;

use crate::table;

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

const BILL: &str = "bill";
const IDS: [&str; 2] = ["source_id", "second_source_id"];
const EVENT: &str = "bill_event";
const RESULT: &str = "result";
const SOURCE: &str = "source";
const RESULTS: [&str; 13] = [
    "PENDING",
    "PASSED_AS_PROPOSED",
    "PASSED_AMENDED",
    "PASSED",
    "ABSORBED_IN_ALTERNATIVE",
    "ABSORBED_IN_AMENDMENT",
    "REJECTED",
    "DISCARDED",
    "WITHDRAWN",
    "EXPIRED_TERM_END",
    "EXPIRED_SESSION",
    "HELD",
    "UNMAPPED",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for id in IDS {
            table::add_column(manager, BILL, ColumnDef::new(id).text().null().take()).await?;
            let unique =
                format!("CREATE UNIQUE INDEX IF NOT EXISTS uq_{BILL}_{id} ON {BILL} ({id})");
            db.execute_unprepared(&unique).await?;
        }
        let known =
            ColumnDef::new(RESULT).text().null().check(Expr::col(RESULT).is_in(RESULTS)).take();
        table::add_column(manager, EVENT, known).await?;
        table::add_column(manager, EVENT, ColumnDef::new(SOURCE).text().null().take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for column in [SOURCE, RESULT] {
            let dropped = SeaTable::alter().table(EVENT).drop_column(column).to_owned();
            manager.alter_table(dropped).await?;
        }
        for id in IDS {
            db.execute_unprepared(&format!("DROP INDEX IF EXISTS uq_{BILL}_{id}")).await?;
            manager.alter_table(SeaTable::alter().table(BILL).drop_column(id).to_owned()).await?;
        }
        Ok(())
    }
}
