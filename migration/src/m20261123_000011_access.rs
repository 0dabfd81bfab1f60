//! Access: clients of the API, revoked tokens, and an audit that tells who did what from where and
//! that the database itself keeps from being changed; search results as a view. Changes and audit events get a key made from their
//! number, by which lists are paged.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, Statement};
use sea_orm_migration::sea_query::Table as SeaTable;

use crate::table::{self, Table};

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

const NUMBERED: [&str; 2] = ["change", "audit_event"];

/// Columns added to the audit; null in events from before.
const AUDIT_COLUMNS: [(&str, Kind); 5] = [
    ("client_id", Kind::Key),
    ("institution_id", Kind::Key),
    ("address", Kind::Text),
    ("outcome", Kind::Text),
    ("reason", Kind::Text),
];

#[derive(Clone, Copy)]
enum Kind {
    Key,
    Text,
}

const AUDIT_INDEXES: [(&str, [&str; 2]); 2] = [
    ("ix_audit_event_client_seq", ["client_id", "seq"]),
    ("ix_audit_event_institution_seq", ["institution_id", "seq"]),
];

fn tables() -> Vec<Table> {
    vec![
        Table::plain("api_client")
            .text("client_id")
            .text("name")
            .reference("institution_id", "institution")
            .text("scopes")
            .text("origins")
            .choice("rate_tier", &["STANDARD", "ELEVATED"])
            .choice("state", &["ACTIVE", "DISABLED"])
            .instant_opt("disabled_at")
            .text_opt("disabled_reason")
            .text("secret_hash")
            .instant("secret_created_at")
            .text_opt("previous_secret_hash")
            .instant_opt("previous_secret_created_at")
            .int("version")
            .instant("created_at")
            .instant("updated_at")
            .unique(&["client_id"])
            .index(&["institution_id"])
            .index(&["name", "id"]),
        Table::bare("revoked_token")
            .primary_text("jti")
            .instant("expires_at")
            .index(&["expires_at"]),
    ]
}

/// A key made from a row's number: UUID version 8 (RFC 9562), the number in its last six bytes.
fn key_of_number(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Sqlite => "unhex('00000000000080008000' || printf('%012x', seq))",
        _ => "('00000000-0000-8000-8000-' || lpad(to_hex(seq), 12, '0'))::uuid",
    }
}

async fn has_column(manager: &SchemaManager<'_>, table: &str, name: &str) -> Result<bool, DbErr> {
    let backend = manager.get_database_backend();
    let sql = match backend {
        DbBackend::Sqlite => "SELECT 1 FROM pragma_table_info($1) WHERE name = $2",
        _ => {
            "SELECT 1 FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = $1 AND column_name = $2"
        }
    };
    let statement = Statement::from_sql_and_values(backend, sql, [table.into(), name.into()]);
    Ok(manager.get_connection().query_one_raw(statement).await?.is_some())
}

async fn add_column(
    manager: &SchemaManager<'_>,
    table: &'static str,
    name: &'static str,
    kind: Kind,
) -> Result<(), DbErr> {
    // Safe to repeat after a start that was cut short.
    if has_column(manager, table, name).await? {
        return Ok(());
    }
    let mut column = ColumnDef::new(name);
    match kind {
        Kind::Key => column.uuid(),
        Kind::Text => column.text(),
    };
    manager.alter_table(SeaTable::alter().table(table).add_column(column.null()).to_owned()).await
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::create(manager, tables()).await?;
        let db = manager.get_connection();
        let backend = manager.get_database_backend();
        for name in NUMBERED {
            add_column(manager, name, "id", Kind::Key).await?;
            let number = key_of_number(backend);
            db.execute_unprepared(&format!("UPDATE {name} SET id = {number} WHERE id IS NULL"))
                .await?;
            let index = Index::create()
                .name(format!("uq_{name}_id"))
                .table(name)
                .col("id")
                .unique()
                .if_not_exists()
                .to_owned();
            manager.create_index(index).await?;
        }
        for (name, kind) in AUDIT_COLUMNS {
            add_column(manager, "audit_event", name, kind).await?;
        }
        for (name, columns) in AUDIT_INDEXES {
            let mut index = Index::create();
            index.name(name).table("audit_event").if_not_exists();
            for column in columns {
                index.col(column);
            }
            manager.create_index(index).await?;
        }
        // A row is found once, under its own text, whichever of its names matched.
        db.execute_unprepared("DROP VIEW IF EXISTS search_result").await?;
        db.execute_unprepared(
            "CREATE VIEW search_result AS SELECT id, subject_type, subject_id, title_ko, title_en \
             FROM search_document WHERE source_id = subject_id",
        )
        .await?;
        for statement in append_only(backend) {
            db.execute_unprepared(&statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let backend = manager.get_database_backend();
        db.execute_unprepared("DROP VIEW IF EXISTS search_result").await?;
        for statement in writable_again(backend) {
            db.execute_unprepared(statement).await?;
        }
        for (name, _) in AUDIT_INDEXES {
            manager
                .drop_index(Index::drop().name(name).table("audit_event").if_exists().to_owned())
                .await?;
        }
        for (name, _) in AUDIT_COLUMNS {
            manager
                .alter_table(SeaTable::alter().table("audit_event").drop_column(name).to_owned())
                .await?;
        }
        for name in NUMBERED {
            manager
                .drop_index(
                    Index::drop().name(format!("uq_{name}_id")).table(name).if_exists().to_owned(),
                )
                .await?;
            manager.alter_table(SeaTable::alter().table(name).drop_column("id").to_owned()).await?;
        }
        table::drop(manager, tables()).await
    }
}

/// Triggers that refuse to change or delete an audit event.
fn append_only(backend: DbBackend) -> Vec<String> {
    if backend == DbBackend::Sqlite {
        let mut statements = ["UPDATE", "DELETE"]
            .map(|verb| {
                format!(
                    "CREATE TRIGGER IF NOT EXISTS audit_event_no_{} BEFORE {verb} ON audit_event \
                     BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END",
                    verb.to_lowercase()
                )
            })
            .to_vec();
        // REPLACE takes the old row out without asking the trigger of DELETE.
        statements.push(
            "CREATE TRIGGER IF NOT EXISTS audit_event_no_replace BEFORE INSERT ON audit_event \
             WHEN EXISTS (SELECT 1 FROM audit_event WHERE seq = NEW.seq OR id = NEW.id) \
             BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
                .to_owned(),
        );
        return statements;
    }
    vec![
        "CREATE OR REPLACE FUNCTION audit_event_append_only() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$"
            .to_owned(),
        "CREATE OR REPLACE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE \
         ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION audit_event_append_only()"
            .to_owned(),
    ]
}

fn writable_again(backend: DbBackend) -> &'static [&'static str] {
    if backend == DbBackend::Sqlite {
        return &[
            "DROP TRIGGER IF EXISTS audit_event_no_update",
            "DROP TRIGGER IF EXISTS audit_event_no_delete",
            "DROP TRIGGER IF EXISTS audit_event_no_replace",
        ];
    }
    &[
        "DROP TRIGGER IF EXISTS audit_event_append_only ON audit_event",
        "DROP FUNCTION IF EXISTS audit_event_append_only()",
    ]
}
