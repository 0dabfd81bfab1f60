//! What callers see of a case in place of what may be withheld, and the section of its industry: columns that follow
//! from the row and from how many published cases share its region, section and size.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};
use sea_orm_migration::sea_query::Table as SeaTable;

use crate::table;

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

const CASE: &str = "adoption_case";

/// Columns that name a row, and of which table.
const KEYS: [(&str, &str); 4] = [
    ("section_id", "industry"),
    ("shown_region_id", "region"),
    ("shown_industry_id", "industry"),
    ("shown_owner_id", "institution"),
];

/// The other columns.
const PLAIN: [&str; 4] =
    ["shown_district", "shown_size", "shown_investment", "shown_public_support"];

/// Name and columns of each index: those of the columns themselves again for what is shown in their place, and of who
/// shares a region, a section and a size.
const INDEXES: [(&str, &str); 9] = [
    ("cell", "region_id, section_id, size"),
    ("section_code", "section_id, code"),
    ("shown_region_code", "shown_region_id, code"),
    ("shown_region_industry_code", "shown_region_id, shown_industry_id, code"),
    ("shown_region_industry_started_on", "shown_region_id, shown_industry_id, started_on"),
    ("shown_industry_code", "shown_industry_id, code"),
    ("shown_owner_code", "shown_owner_id, code"),
    ("shown_investment", "coalesce(shown_investment, -1)"),
    ("shown_public_support", "coalesce(shown_public_support, -1)"),
];

const SECTIONS: &str = "UPDATE adoption_case SET section_id =
    (SELECT coalesce(i.parent_id, i.id) FROM industry i WHERE i.id = industry_id)";

/// Cases whose companies are named show themselves.
const NAMED: &str = "UPDATE adoption_case SET shown_region_id = region_id, shown_industry_id = industry_id,
    shown_owner_id = owner_id, shown_district = district, shown_size = size, shown_investment = investment,
    shown_public_support = public_support
    WHERE disclosure = 'NAMED' AND consent_to_publish";

/// Of the others only what at least three published cases share.
const OTHERS: &str = "UPDATE adoption_case SET
    shown_region_id = CASE WHEN status = 'PUBLISHED' AND visibility = 'PUBLIC' AND (region_id, section_id, origin = 'ILLUSTRATIVE') IN
        (SELECT o.region_id, o.section_id, o.origin = 'ILLUSTRATIVE' FROM adoption_case o
          WHERE o.status = 'PUBLISHED' AND o.visibility = 'PUBLIC' GROUP BY 1, 2, 3 HAVING count(*) >= 3)
        THEN region_id ELSE (SELECT r.id FROM region r WHERE r.code = 'NATIONWIDE') END,
    shown_size = CASE WHEN status = 'PUBLISHED' AND visibility = 'PUBLIC' AND (region_id, section_id, size, origin = 'ILLUSTRATIVE') IN
        (SELECT o.region_id, o.section_id, o.size, o.origin = 'ILLUSTRATIVE' FROM adoption_case o
          WHERE o.status = 'PUBLISHED' AND o.visibility = 'PUBLIC' GROUP BY 1, 2, 3, 4 HAVING count(*) >= 3)
        THEN size END,
    shown_industry_id = section_id,
    shown_owner_id = CASE WHEN owner_id = company_id THEN NULL ELSE owner_id END
    WHERE NOT (disclosure = 'NAMED' AND consent_to_publish)";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let uuid = match manager.get_database_backend() {
            DbBackend::Sqlite => "uuid_text",
            _ => "uuid",
        };
        for (column, target) in KEYS {
            if !table::has_column(manager, CASE, column).await? {
                let sql = format!(
                    "ALTER TABLE {CASE} ADD COLUMN {column} {uuid} REFERENCES {target} (id) ON DELETE RESTRICT ON UPDATE RESTRICT"
                );
                db.execute_unprepared(&sql).await?;
            }
        }
        for column in PLAIN {
            let mut column = ColumnDef::new(column);
            let column = match column.get_column_name().as_str() {
                "shown_district" | "shown_size" => column.text(),
                _ => column.big_integer(),
            };
            table::add_column(manager, CASE, column.null().take()).await?;
        }
        for fill in [SECTIONS, NAMED, OTHERS] {
            db.execute_unprepared(fill).await?;
        }
        for (name, columns) in INDEXES {
            let sql =
                format!("CREATE INDEX IF NOT EXISTS ix_{CASE}_{name} ON {CASE} ({columns}, id)");
            db.execute_unprepared(&sql).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for (name, _) in INDEXES {
            db.execute_unprepared(&format!("DROP INDEX IF EXISTS ix_{CASE}_{name}")).await?;
        }
        for column in KEYS.map(|(column, _)| column).into_iter().chain(PLAIN) {
            let dropped = SeaTable::alter().table(CASE).drop_column(column).to_owned();
            manager.alter_table(dropped).await?;
        }
        Ok(())
    }
}
