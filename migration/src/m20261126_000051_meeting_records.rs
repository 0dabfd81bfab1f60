//! Minutes hold their text; what an agenda item deals with may be a programme or a case.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::ConnectionTrait;
use sea_orm_migration::sea_query::Table as SeaTable;

use crate::table;

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn columns() -> Vec<(&'static str, ColumnDef)> {
    let text = |name: &'static str| ColumnDef::new(name).text().null().take();
    let reference = |name: &'static str, to: &str| {
        let references = format!("REFERENCES {to} (id) ON UPDATE RESTRICT ON DELETE RESTRICT");
        ColumnDef::new(name).uuid().null().extra(references).take()
    };
    vec![
        ("minutes", text("text_ko")),
        ("minutes", text("text_en")),
        ("consideration", reference("programme_id", "programme")),
        ("consideration", reference("adoption_case_id", "adoption_case")),
    ]
}

const INDEXES: [(&str, &str); 2] = [
    ("ix_consideration_programme_position", "consideration (programme_id, position, id)"),
    ("ix_consideration_adoption_case_position", "consideration (adoption_case_id, position, id)"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
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
        Ok(())
    }
}
