//! Opinion rounds, with whom they ask and what is said; recommendations that they raise.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::table::{self, Table};

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Vec<Table> {
    vec![
        Table::fact("opinion_round")
            .text("code")
            .text("title_ko")
            .text_opt("title_en")
            .text("question_ko")
            .text_opt("question_en")
            .reference_opt("bill_id", "bill")
            .reference_opt("plan_id", "policy_plan")
            .reference_opt("host_id", "institution")
            .choice("status", &["OPEN", "CLOSED"])
            .date("opened_on")
            .date("closes_on")
            .date_opt("closed_on")
            .text_opt("result_ko")
            .text_opt("result_en")
            .unique(&["code"])
            .index(&["code", "id"])
            .index(&["updated_at", "id"])
            .index(&["bill_id"])
            .index(&["plan_id"])
            .index(&["host_id"]),
        Table::fact("opinion_invitation")
            .reference("round_id", "opinion_round")
            .int("position")
            .reference("institution_id", "institution")
            .int("revision")
            .date_opt("responded_on")
            .index(&["round_id", "position", "id"])
            .index(&["institution_id"]),
        Table::fact("opinion_response")
            .reference("round_id", "opinion_round")
            .reference("institution_id", "institution")
            .int("revision")
            .int("position")
            .text_opt("clause")
            .reference_opt("provision_id", "provision")
            .choice("stance", &["AGREE", "AGREE_WITH_CHANGES", "DISAGREE", "NO_OPINION"])
            .text_opt("opinion_ko")
            .text_opt("opinion_en")
            .text_opt("proposed_text")
            .date("responded_on")
            .reference_opt("recommendation_id", "recommendation")
            .reference_opt("recorded_by_id", "institution")
            .text_opt("evidence_note")
            .index(&["round_id", "position", "id"])
            .index(&["institution_id"])
            .index(&["provision_id"])
            .index(&["recommendation_id"])
            .index(&["recorded_by_id"]),
    ]
}

/// Adds a code to the check on how recommendations arise, as `m20261126_000060_feedback_written` does for effects.
fn widen(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Sqlite => {
            "PRAGMA writable_schema = ON; \
             UPDATE sqlite_master SET sql = replace(sql, '''RESEARCH_REPORT''', \
             '''RESEARCH_REPORT'', ''OPINION_ROUND''') \
             WHERE type = 'table' AND name = 'recommendation' AND sql NOT LIKE '%OPINION_ROUND%'; \
             PRAGMA writable_schema = RESET"
        }
        _ => {
            "ALTER TABLE recommendation DROP CONSTRAINT IF EXISTS recommendation_source_check; \
             ALTER TABLE recommendation ADD CONSTRAINT recommendation_source_check CHECK (source IN \
             ('STATEMENT', 'AGENDA_ITEM', 'SURVEY', 'UPSTREAM_COMMITTEE', 'INTAKE_DESK', \
             'RESEARCH_REPORT', 'OPINION_ROUND'))"
        }
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        manager.get_connection().execute_unprepared(widen(backend)).await?;
        table::create(manager, tables()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The wider check stays: it takes all that the narrower one took.
        table::drop(manager, tables()).await
    }
}
