//! Published figures, citations and conflicts (area 7).

use sea_orm_migration::prelude::*;

use crate::table::{self, Table};

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::create(manager, tables()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, tables()).await
    }
}

fn tables() -> Vec<Table> {
    vec![
        Table::fact("observation")
            .text("code")
            .text("title_ko")
            .text_opt("title_en")
            .choice("kind", &["ACTUAL", "FORECAST", "TARGET", "LIMIT"])
            .double_opt("value")
            .big_int_opt("amount")
            .text("value_text")
            .text("unit_ko")
            .text_opt("unit_en")
            .partial_date_opt("period_start")
            .partial_date_opt("period_end")
            .text_opt("population_ko")
            .text_opt("population_en")
            .text_opt("source_name_ko")
            .text_opt("source_name_en")
            .text_opt("note_ko")
            .text_opt("note_en")
            .reference_opt("institution_id", "institution")
            .reference_opt("body_id", "body")
            .reference_opt("meeting_id", "meeting")
            .reference_opt("topic_id", "topic")
            .reference_opt("region_id", "region")
            .reference_opt("plan_id", "policy_plan")
            .reference_opt("task_id", "policy_task")
            .unique(&["code"])
            .index(&["code", "id"])
            .index(&["institution_id", "code", "id"])
            .index(&["topic_id", "code", "id"])
            .index(&["body_id", "code", "id"])
            .index(&["meeting_id", "code", "id"])
            .index(&["plan_id", "code", "id"])
            .index(&["task_id", "code", "id"])
            .index(&["region_id"]),
        Table::fact("citation")
            .text("subject_type")
            .key("subject_id")
            .int("position")
            .reference("document_id", "document")
            .text_opt("field")
            .text_opt("locator")
            .choice("basis", &["STATED", "INFERRED"])
            .text_opt("note_ko")
            .text_opt("note_en")
            .index(&["document_id", "position", "id"])
            .index(&["subject_id", "position", "id"]),
        Table::fact("conflict")
            .text("subject_type")
            .key("subject_id")
            .int("position")
            .text("field")
            .choice("status", &["OPEN", "RESOLVED"])
            .text("summary_ko")
            .text_opt("summary_en")
            .index(&["position", "id"])
            .index(&["subject_id", "position", "id"]),
        Table::fact("claim")
            .reference("conflict_id", "conflict")
            .int("position")
            .text("value_ko")
            .text_opt("value_en")
            .reference_opt("document_id", "document")
            .text_opt("locator")
            .index(&["conflict_id", "position", "id"])
            .index(&["document_id"]),
    ]
}
