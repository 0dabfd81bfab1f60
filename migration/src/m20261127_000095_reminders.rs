//! Reminders: what institutions were reminded of.

use sea_orm_migration::prelude::*;

use crate::table::{self, Table};

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Vec<Table> {
    let reasons = [
        "RESULTS_DUE_IN_14_DAYS",
        "RESULTS_DUE_IN_7_DAYS",
        "RESULTS_DUE_TOMORROW",
        "RESULTS_OVERDUE",
        "ANSWER_OVERDUE",
        "MINUTES_MISSING",
        "BILL_STALLED",
        "TERM_ENDING",
    ];
    vec![
        Table::plain("reminder")
            .choice("reason", &reasons)
            .reference_opt("institution_id", "institution")
            .text("subject_type")
            .key("subject_id")
            .date("reference_on")
            .written()
            .unique(&["subject_id", "reason", "reference_on"])
            .index(&["reference_on", "id"])
            .index(&["updated_at", "id"])
            .index(&["institution_id", "reference_on", "id"]),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::create(manager, tables()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, tables()).await
    }
}
