//! Webhooks, how far each has come, and which server sends.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::ConnectionTrait;

use crate::table::{self, Table};

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Vec<Table> {
    vec![
        Table::plain("webhook")
            .reference("client_id", "api_client")
            .reference("institution_id", "institution")
            .text("name")
            .text("url")
            .text("types")
            .choice("state", &["ENABLED", "DISABLED"])
            .instant_opt("disabled_at")
            .choice_opt("disabled_because", &["REQUESTED", "GONE", "FAILING", "CURSOR_EXPIRED"])
            .text_opt("disabled_reason")
            .int("secret_rotations")
            .text("secret_key")
            .instant("secret_created_at")
            .instant_opt("previous_secret_ends_at")
            .written()
            .index(&["name", "id"])
            .index(&["updated_at", "id"])
            .index(&["client_id"])
            .index(&["institution_id"]),
        Table::plain("webhook_delivery")
            .big_int("position")
            .int("generation")
            .text_opt("cursor")
            .instant_opt("delivered_at")
            .int("failures")
            .instant_opt("failing_since")
            .instant_opt("waiting_since")
            .instant_opt("next_attempt_at")
            .instant_opt("attempted_at")
            .int_opt("status")
            .text_opt("error")
            .key_opt("ping_id"),
        Table::bare("webhook_sender").primary_big_int("id").text_opt("holder").big_int("beat"),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::create(manager, tables()).await?;
        let row = "INSERT INTO webhook_sender (id, beat) SELECT 1, 0 \
                   WHERE NOT EXISTS (SELECT 1 FROM webhook_sender)";
        manager.get_connection().execute_unprepared(row).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, tables()).await
    }
}
