//! The write path's own tables: audit, change feed, idempotency keys, the sequence they share, and
//! which data sets were loaded.

use sea_orm_migration::prelude::*;

use crate::table::{self, Table};

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::create(manager, tables()).await?;
        let sequence = sea_orm_migration::sea_query::Query::insert()
            .into_table("ledger")
            .columns(["id", "change_seq", "audit_seq", "audit_hash"])
            .values_panic([1.into(), 0.into(), 0.into(), "".into()])
            .on_conflict(OnConflict::column("id").do_nothing().to_owned())
            .to_owned();
        manager.execute(sequence).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, tables()).await
    }
}

fn tables() -> Vec<Table> {
    vec![
        // One row: the last numbers given out. Locking it orders the writes of all servers.
        Table::bare("ledger")
            .primary_big_int("id")
            .big_int("change_seq")
            .big_int("audit_seq")
            .text("audit_hash"),
        Table::bare("change")
            .primary_big_int("seq")
            .text("subject_type")
            .key("subject_id")
            .choice("kind", &["CREATED", "UPDATED", "DELETED"])
            .int("version")
            .instant("at")
            .index(&["subject_id", "seq"]),
        Table::bare("audit_event")
            .primary_big_int("seq")
            .instant("at")
            .text("actor")
            .text("action")
            .text("subject_type")
            .key_opt("subject_id")
            .text_opt("before")
            .text_opt("after")
            .text("request_id")
            .text("previous_hash")
            .text("hash")
            .index(&["subject_id", "seq"]),
        // What a caller's key was used for; the same key with other content is refused.
        Table::plain("idempotency")
            .text("actor")
            .text("idempotency_key")
            .text("fingerprint")
            .text("subject_type")
            .key("subject_id")
            .instant("at")
            .unique(&["actor", "idempotency_key"]),
        Table::bare("data_set")
            .primary_text("name")
            .text("fingerprint")
            .int("row_count")
            .instant("loaded_at"),
    ]
}
