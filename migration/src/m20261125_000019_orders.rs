//! Indexes of the orders and filters by which lists are asked for: the instant of the last write of every
//! listed table, the figures of adoption cases, and their region with their industry.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::ConnectionTrait;

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// Tables that are listed in the order of their last writes.
const LISTED: [&str; 38] = [
    "activity",
    "adoption_case",
    "agenda_item",
    "api_client",
    "appointment",
    "attendance",
    "barrier",
    "bill",
    "bill_event",
    "body",
    "case_requirement",
    "conflict",
    "consideration",
    "document",
    "effect",
    "holiday",
    "indicator",
    "industry",
    "institution",
    "legislative_initiative",
    "meeting",
    "meeting_series",
    "membership",
    "obligation",
    "observation",
    "outcome",
    "person",
    "policy_plan",
    "policy_task",
    "programme",
    "recommendation",
    "region",
    "reporting_period",
    "statement",
    "submission",
    "target",
    "topic",
    "validation_rule",
];

/// What adoption cases are found and sorted by. An amount or a day that is not known counts as the least.
const CASES: [(&str, &str); 5] = [
    ("region_industry_code", "region_id, industry_id, code"),
    ("region_industry_started_on", "region_id, industry_id, started_on"),
    ("investment", "coalesce(investment, -1)"),
    ("public_support", "coalesce(public_support, -1)"),
    ("published_on", "coalesce(published_on, '0001-01-01')"),
];

/// Name, table and columns of each index; all are closed by the key.
fn indexes() -> impl Iterator<Item = (String, &'static str, &'static str)> {
    let written = LISTED.map(|table| (format!("ix_{table}_updated_at"), table, "updated_at"));
    let cases = CASES.map(|(name, of)| (format!("ix_adoption_case_{name}"), "adoption_case", of));
    written.into_iter().chain(cases)
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, table, columns) in indexes() {
            let create = format!("CREATE INDEX IF NOT EXISTS {name} ON {table} ({columns}, id)");
            manager.get_connection().execute_unprepared(&create).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, ..) in indexes() {
            let drop = format!("DROP INDEX IF EXISTS {name}");
            manager.get_connection().execute_unprepared(&drop).await?;
        }
        Ok(())
    }
}
