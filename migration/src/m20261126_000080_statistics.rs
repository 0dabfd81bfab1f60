//! Published statistics: releases with their cells, what their figures were made of, and which indicators are published.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_query::Table as SeaTable;

use crate::table::{self, Table};

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

const INDICATOR: &str = "indicator";
const PUBLISHED: &str = "published_since";
const TABLES: [&str; 3] = ["TOTAL", "REGION", "INSTITUTION_KIND"];
const KINDS: [&str; 15] = [
    "MINISTRY",
    "LOCAL_GOVERNMENT",
    "COMMITTEE",
    "LEGISLATURE",
    "OMBUDSMAN",
    "PUBLIC_AGENCY",
    "SUPPORT_CENTRE",
    "ASSOCIATION",
    "UNIVERSITY",
    "RESEARCH_INSTITUTE",
    "AI_SUPPLIER",
    "AI_ADOPTER",
    "STARTUP",
    "PRIVATE_RESEARCH",
    "DEPARTMENT",
];

fn tables() -> Vec<Table> {
    vec![
        Table::fact("statistics_release")
            .text("code")
            .date("published_on")
            .instant("known_at")
            .text("first_quarter")
            .text("last_quarter")
            .int("cell_count")
            .int("withheld_count")
            .text("content_hash")
            .text_opt("note_ko")
            .text_opt("note_en")
            .unique(&["code"])
            .index(&["published_on", "id"])
            .index(&["updated_at", "id"]),
        Table::plain("statistics_cell")
            .reference("release_id", "statistics_release")
            .reference("indicator_id", "indicator")
            .text("quarter")
            .choice("statistics_table", &TABLES)
            .int("position")
            .reference_opt("region_id", "region")
            .choice_opt("institution_kind", &KINDS)
            .choice("state", &["SHOWN", "NOT_REPORTED", "WITHHELD"])
            .choice_opt("reason", &["CONFIDENTIAL", "RESTATEMENT"])
            .text_opt("value")
            .int_opt("institutions")
            .choice("visibility", &["PUBLIC", "INTERNAL"])
            .index(&["release_id", "position", "id"])
            .index(&["position", "id"])
            .index(&["indicator_id", "quarter", "id"])
            .index(&["region_id", "id"]),
        Table::plain("statistics_figure")
            .key("indicator_id")
            .text("quarter")
            .choice("statistics_table", &TABLES)
            .text("key")
            .text("digest")
            .text("parts")
            .bool("is_told")
            .unique(&["indicator_id", "quarter", "statistics_table", "key", "digest"]),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let published = ColumnDef::new(PUBLISHED).timestamp_with_time_zone().null().take();
        table::add_column(manager, INDICATOR, published).await?;
        table::create(manager, tables()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, tables()).await?;
        let dropped = SeaTable::alter().table(INDICATOR).drop_column(PUBLISHED).to_owned();
        manager.alter_table(dropped).await
    }
}
