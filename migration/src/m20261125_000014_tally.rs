//! What statistics count of a submission, from when to when, so that they can be had as known at an instant; and
//! one target of each indicator, quarter and institution.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::table::{Table, create, drop};

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Vec<Table> {
    vec![
        Table::plain("submission_tally")
            .reference("submission_id", "submission")
            .choice(
                "status",
                &["NOT_STARTED", "DRAFT", "SUBMITTED", "RETURNED", "ACCEPTED", "FINAL"],
            )
            .bool("is_nil")
            .bool_opt("is_on_time")
            .date("due_on")
            .instant("known_from")
            .instant_opt("known_to")
            .index(&["submission_id", "known_from", "id"]),
    ]
}

/// What is known of the past: expected from its creation, handed in, and accepted.
const FILL: &str = "
    INSERT INTO submission_tally (id, submission_id, status, is_nil, is_on_time, due_on, known_from, known_to)
    WITH s AS (SELECT * FROM submission WHERE NOT EXISTS (SELECT 1 FROM submission_tally)),
    a AS (SELECT r.submission_id, min(r.accepted_at) AS accepted_at FROM submission_revision r
           WHERE r.submission_id IN (SELECT n.submission_id FROM submission_revision n
                                      WHERE n.accepted_at IS NOT NULL AND n.superseded_at IS NULL)
           GROUP BY r.submission_id)
    SELECT NEW_ID, s.id, CASE WHEN s.first_submitted_at IS NULL THEN s.status ELSE 'NOT_STARTED' END, FALSE, NULL,
           s.due_on, s.created_at, s.first_submitted_at FROM s
    UNION ALL
    SELECT NEW_ID, s.id, CASE WHEN a.accepted_at IS NULL THEN s.status ELSE 'SUBMITTED' END, s.is_nil, s.is_on_time,
           s.due_on, s.first_submitted_at, a.accepted_at
      FROM s LEFT JOIN a ON a.submission_id = s.id WHERE s.first_submitted_at IS NOT NULL
    UNION ALL
    SELECT NEW_ID, s.id, CASE WHEN s.is_restatement THEN 'FINAL' ELSE s.status END, s.is_nil, s.is_on_time,
           s.due_on, a.accepted_at, NULL
      FROM s JOIN a ON a.submission_id = s.id WHERE s.first_submitted_at IS NOT NULL";

/// Of several targets the newest stays, which is the one that was told.
const ONE_TARGET: &str = "
    DELETE FROM target WHERE EXISTS (SELECT 1 FROM target n WHERE n.indicator_id = target.indicator_id
      AND n.quarter = target.quarter AND coalesce(n.institution_id, NOBODY) = coalesce(target.institution_id, NOBODY)
      AND (n.updated_at > target.updated_at OR (n.updated_at = target.updated_at AND n.id > target.id)))";

const UNIQUE: [&str; 2] = [
    "CREATE UNIQUE INDEX IF NOT EXISTS uq_submission_tally_now ON submission_tally (submission_id) WHERE known_to IS NULL",
    "CREATE UNIQUE INDEX IF NOT EXISTS uq_target ON target (indicator_id, quarter, coalesce(institution_id, NOBODY))",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, tables()).await?;
        let (new_id, nobody) = match manager.get_database_backend() {
            DbBackend::Sqlite => ("randomblob(16)", "x'00000000000000000000000000000000'"),
            _ => ("gen_random_uuid()", "'00000000-0000-0000-0000-000000000000'::uuid"),
        };
        for sql in [FILL, ONE_TARGET].into_iter().chain(UNIQUE) {
            let sql = sql.replace("NEW_ID", new_id).replace("NOBODY", nobody);
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("DROP INDEX IF EXISTS uq_target").await?;
        drop(manager, tables()).await
    }
}
