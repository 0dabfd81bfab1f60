//! Targets as they were known: each value with the instants from and until which it was the target, so that
//! figures of the past have the targets of the past. Of targets that are there the audit tells.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::table::{Table, create, drop};

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Vec<Table> {
    vec![
        Table::plain("target_value")
            .key("target_id")
            .text("value")
            .big_int("scaled")
            .instant("known_from")
            .instant_opt("known_to")
            .index(&["target_id", "known_from", "id"]),
    ]
}

/// What a target was from each of its writes to the next.
const FILL: &str = "
    INSERT INTO target_value (id, target_id, value, scaled, known_from, known_to)
    SELECT NEW_ID, t.id, VALUE, CAST(SCALED AS bigint), e.at, lead(e.at) OVER (PARTITION BY t.id ORDER BY e.seq)
      FROM target t JOIN audit_event e ON e.subject_id = t.id AND e.subject_type = 'Target'
     WHERE e.\"after\" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM target_value)";

/// One that the audit says nothing of is known since it was made.
const REST: &str = "
    INSERT INTO target_value (id, target_id, value, scaled, known_from, known_to)
    SELECT NEW_ID, t.id, t.value, t.scaled, t.created_at, NULL
      FROM target t WHERE NOT EXISTS (SELECT 1 FROM target_value v WHERE v.target_id = t.id)";

const UNIQUE: &str = "CREATE UNIQUE INDEX IF NOT EXISTS uq_target_value_now ON target_value (target_id) WHERE known_to IS NULL";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, tables()).await?;
        let (new_id, value, scaled) = match manager.get_database_backend() {
            DbBackend::Sqlite => (
                "randomblob(16)",
                "json_extract(e.\"after\", '$.value')",
                "json_extract(e.\"after\", '$.scaled')",
            ),
            _ => (
                "gen_random_uuid()",
                "(e.\"after\"::jsonb ->> 'value')",
                "(e.\"after\"::jsonb ->> 'scaled')",
            ),
        };
        for sql in [FILL, REST, UNIQUE] {
            let sql =
                sql.replace("NEW_ID", new_id).replace("VALUE", value).replace("SCALED", scaled);
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, tables()).await
    }
}
