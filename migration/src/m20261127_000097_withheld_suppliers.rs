//! What callers see of the supplier of a case, which may be the company itself.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};
use sea_orm_migration::sea_query::Table as SeaTable;

use crate::table;

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

const CASE: &str = "adoption_case";

/// A supplier that is the company, or is called as it is, shows only where the company is named.
const FILL: &str = "UPDATE adoption_case SET shown_supplier_id = supplier_id, shown_supplier_name = supplier_name
    WHERE (disclosure = 'NAMED' AND consent_to_publish)
    OR NOT (coalesce(supplier_id = company_id, FALSE)
        OR coalesce(company_name <> '' AND replace(supplier_name, company_name, '') <> supplier_name, FALSE)
        OR EXISTS (SELECT 1 FROM institution i WHERE i.id = company_id
            AND replace(adoption_case.supplier_name, i.name_ko, '') <> adoption_case.supplier_name)
        OR EXISTS (SELECT 1 FROM institution s WHERE s.id = supplier_id AND (s.name_ko = adoption_case.company_name
            OR s.name_ko = (SELECT i.name_ko FROM institution i WHERE i.id = company_id))))";

/// So does an owner.
const OWNERS: &str = "UPDATE adoption_case SET shown_owner_id = NULL
    WHERE NOT (disclosure = 'NAMED' AND consent_to_publish)
    AND EXISTS (SELECT 1 FROM institution o WHERE o.id = owner_id AND o.name_ko = adoption_case.company_name)";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let uuid = match manager.get_database_backend() {
            DbBackend::Sqlite => "uuid_text",
            _ => "uuid",
        };
        if !table::has_column(manager, CASE, "shown_supplier_id").await? {
            let sql = format!(
                "ALTER TABLE {CASE} ADD COLUMN shown_supplier_id {uuid} REFERENCES institution (id) ON DELETE RESTRICT ON UPDATE RESTRICT"
            );
            db.execute_unprepared(&sql).await?;
        }
        let mut name = ColumnDef::new("shown_supplier_name");
        table::add_column(manager, CASE, name.text().null().take()).await?;
        for fill in [FILL, OWNERS] {
            db.execute_unprepared(fill).await?;
        }
        let index = format!(
            "CREATE INDEX IF NOT EXISTS ix_{CASE}_shown_supplier ON {CASE} (shown_supplier_id, code, id)"
        );
        db.execute_unprepared(&index).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(&format!("DROP INDEX IF EXISTS ix_{CASE}_shown_supplier")).await?;
        for column in ["shown_supplier_id", "shown_supplier_name"] {
            let dropped = SeaTable::alter().table(CASE).drop_column(column).to_owned();
            manager.alter_table(dropped).await?;
        }
        Ok(())
    }
}
