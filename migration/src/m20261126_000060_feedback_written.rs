//! The feedback loop as it is written: who recorded what for whom and by which evidence, deliveries reported, answers
//! rated, kinds of effects that the programme names.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};
use sea_orm_migration::sea_query::Table as SeaTable;

use crate::table::{self, Table};

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

const LIGHTS: [&str; 3] = ["GREEN", "YELLOW", "RED"];

fn tables() -> Vec<Table> {
    vec![
        Table::fact("recommendation_delivery")
            .reference("recommendation_id", "recommendation")
            .int("position")
            .reference_opt("institution_id", "institution")
            .choice("light", &LIGHTS)
            .bool("is_completed")
            .text_opt("note_ko")
            .text_opt("note_en")
            .date("reported_on")
            .reference_opt("recorded_by_id", "institution")
            .text_opt("evidence_note")
            .reference_opt("evidence_id", "document")
            .index(&["recommendation_id", "position", "id"])
            .index(&["institution_id"])
            .index(&["recorded_by_id"])
            .index(&["evidence_id"]),
    ]
}

/// Columns added to tables that are there. All may be null: rows of before have none.
fn columns() -> Vec<(&'static str, ColumnDef)> {
    let reference = |name: &'static str, table: &str| {
        ColumnDef::new(name)
            .uuid()
            .null()
            .extra(format!("REFERENCES {table} (id) ON UPDATE RESTRICT ON DELETE RESTRICT"))
            .take()
    };
    let text = |name: &'static str| ColumnDef::new(name).text().null().take();
    let date = |name: &'static str| ColumnDef::new(name).date().null().take();
    let flag = |name: &'static str| ColumnDef::new(name).boolean().null().take();
    let light = Expr::col("delivery").is_in(LIGHTS);
    vec![
        ("recommendation", reference("recorded_by_id", "institution")),
        ("recommendation", flag("is_on_behalf")),
        ("recommendation", text("evidence_note")),
        ("recommendation", reference("evidence_id", "document")),
        ("recommendation", ColumnDef::new("delivery").text().null().check(light).take()),
        ("recommendation_answer", reference("originator_id", "institution")),
        ("recommendation_answer", date("due_on")),
        ("recommendation_answer", reference("forwarded_to_id", "institution")),
        ("recommendation_answer", reference("recorded_by_id", "institution")),
        ("recommendation_answer", flag("is_on_behalf")),
        ("recommendation_answer", text("evidence_note")),
        ("recommendation_answer", reference("evidence_id", "document")),
        ("recommendation_answer", text("rating_comment")),
        ("recommendation_answer", date("rated_on")),
        ("effect", date("starts_on")),
        ("effect", date("ends_on")),
        ("effect", text("evidence_note")),
    ]
}

const INDEXES: [(&str, &str); 7] = [
    ("ix_recommendation_recorded_by", "recommendation (recorded_by_id, code, id)"),
    ("ix_recommendation_evidence", "recommendation (evidence_id)"),
    ("ix_recommendation_delivery", "recommendation (delivery, code, id)"),
    ("ix_recommendation_answer_originator", "recommendation_answer (originator_id)"),
    ("ix_recommendation_answer_forwarded_to", "recommendation_answer (forwarded_to_id)"),
    ("ix_recommendation_answer_recorded_by", "recommendation_answer (recorded_by_id)"),
    ("ix_recommendation_answer_evidence", "recommendation_answer (evidence_id)"),
];

/// Adds codes to the check on the kinds of effects. SQLite has no statement for it; its own documentation tells to
/// write the table's description in this way.
fn widen(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Sqlite => {
            "PRAGMA writable_schema = ON; \
             UPDATE sqlite_master SET sql = replace(sql, '''ADOPTION_CASE''', \
             '''ADOPTION_CASE'', ''GUIDELINE'', ''SUBORDINATE_RULE'', ''SANDBOX_PERMIT'', ''SUPPORT''') \
             WHERE type = 'table' AND name = 'effect' AND sql NOT LIKE '%SANDBOX_PERMIT%'; \
             PRAGMA writable_schema = RESET"
        }
        _ => {
            "ALTER TABLE effect DROP CONSTRAINT IF EXISTS effect_kind_check; \
             ALTER TABLE effect ADD CONSTRAINT effect_kind_check CHECK (kind IN \
             ('POLICY_TASK', 'POLICY_PLAN', 'BILL_PROVISION', 'BUDGET', 'ADOPTION_CASE', \
             'GUIDELINE', 'SUBORDINATE_RULE', 'SANDBOX_PERMIT', 'SUPPORT', 'OTHER'))"
        }
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(widen(manager.get_database_backend())).await?;
        table::create(manager, tables()).await?;
        for (table, column) in columns() {
            table::add_column(manager, table, column).await?;
        }
        for (name, on) in INDEXES {
            db.execute_unprepared(&format!("CREATE INDEX IF NOT EXISTS {name} ON {on}")).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for (name, _) in INDEXES {
            db.execute_unprepared(&format!("DROP INDEX IF EXISTS {name}")).await?;
        }
        for (table, column) in columns().into_iter().rev() {
            let name = column.get_column_name().to_owned();
            let dropped = SeaTable::alter().table(table).drop_column(Alias::new(name)).to_owned();
            manager.alter_table(dropped).await?;
        }
        // The wider check on kinds of effects stays: it takes all that the narrower one took.
        table::drop(manager, tables()).await
    }
}
