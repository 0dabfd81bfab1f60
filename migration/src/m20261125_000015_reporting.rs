//! What an indicator's values may be, by what their mean is weighted, and on whose behalf submissions were
//! reviewed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::ConnectionTrait;
use sea_orm_migration::sea_query::Table as SeaTable;

use crate::table;

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// Columns by table, and what each is.
const COLUMNS: [(&str, &str, Kind); 9] = [
    ("indicator", "minimum", Kind::Text),
    ("indicator", "maximum", Kind::Text),
    ("indicator", "range_severity", Kind::Severity),
    ("indicator", "weighted_by", Kind::Text),
    ("submission", "reviewed_by_institution_id", Kind::Key),
    ("submission", "accepted_by_institution_id", Kind::Key),
    ("submission_revision", "accepted_by_institution_id", Kind::Key),
    ("submission_comment", "author_institution_id", Kind::Key),
    ("extension", "approved_by_institution_id", Kind::Key),
];

#[derive(Clone, Copy)]
enum Kind {
    Text,
    Severity,
    Key,
}

/// What rows that are there are given; safe to repeat.
const FILLED: [&str; 9] = [
    // What was reported so far was never asked for its range, but for percentages below zero. It is not
    // checked again; what is submitted from now on is.
    "UPDATE indicator SET minimum = '0', maximum = '100' WHERE value_type = 'PERCENT'",
    "UPDATE indicator SET minimum = '0' WHERE value_type IN ('INTEGER', 'KRW')",
    // A sum of percentages, and any figure made of texts, was never right.
    "UPDATE indicator SET aggregation = 'AVERAGE' WHERE value_type = 'PERCENT' AND aggregation = 'SUM'",
    "UPDATE indicator SET aggregation = 'NONE' WHERE value_type = 'TEXT' \
     OR (value_type = 'BOOLEAN' AND aggregation = 'AVERAGE')",
    // Clients of outside issuers have no row: of their reviews the institution stays unknown.
    "UPDATE submission SET reviewed_by_institution_id = \
     (SELECT c.institution_id FROM api_client c WHERE c.client_id = submission.reviewed_by)",
    "UPDATE submission SET accepted_by_institution_id = \
     (SELECT c.institution_id FROM api_client c WHERE c.client_id = submission.accepted_by)",
    "UPDATE submission_revision SET accepted_by_institution_id = \
     (SELECT c.institution_id FROM api_client c WHERE c.client_id = submission_revision.accepted_by)",
    "UPDATE submission_comment SET author_institution_id = \
     (SELECT c.institution_id FROM api_client c WHERE c.client_id = submission_comment.author)",
    "UPDATE extension SET approved_by_institution_id = \
     (SELECT c.institution_id FROM api_client c WHERE c.client_id = extension.approved_by)",
];

fn column(name: &'static str, kind: Kind) -> ColumnDef {
    let mut column = ColumnDef::new(name);
    match kind {
        Kind::Text => column.text().null(),
        Kind::Severity => column
            .text()
            .not_null()
            .default("ERROR")
            .check(Expr::col(name).is_in(["ERROR", "WARNING"])),
        Kind::Key => column.uuid().null(),
    };
    column
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, name, kind) in COLUMNS {
            // Safe to repeat after a start that was cut short.
            if !table::has_column(manager, table, name).await? {
                let added =
                    SeaTable::alter().table(table).add_column(column(name, kind)).to_owned();
                manager.alter_table(added).await?;
            }
        }
        for sql in FILLED {
            manager.get_connection().execute_unprepared(sql).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, name, _) in COLUMNS {
            manager
                .alter_table(SeaTable::alter().table(table).drop_column(name).to_owned())
                .await?;
        }
        Ok(())
    }
}
