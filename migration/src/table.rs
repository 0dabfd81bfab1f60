//! How a table is written down: each kind of column in one word, the same on SQLite and PostgreSQL.
//!
//! What every table gets from here: a UUID key, checks on its enums, a restricting foreign key with
//! an index for each reference, and an index for each order it is listed in.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, Statement};
use sea_orm_migration::sea_query::{Table as SeaTable, TableCreateStatement};

/// A migration that creates the tables of a function, and drops them on the way back.
macro_rules! creates {
    ($tables:ident) => {
        /// See the head of this file.
        #[derive(sea_orm_migration::prelude::DeriveMigrationName)]
        pub struct Migration;

        #[async_trait::async_trait]
        impl sea_orm_migration::MigrationTrait for Migration {
            async fn up(
                &self,
                manager: &sea_orm_migration::SchemaManager,
            ) -> Result<(), sea_orm_migration::DbErr> {
                $crate::table::create(manager, $tables()).await
            }

            async fn down(
                &self,
                manager: &sea_orm_migration::SchemaManager,
            ) -> Result<(), sea_orm_migration::DbErr> {
                $crate::table::drop(manager, $tables()).await
            }
        }
    };
}
pub(crate) use creates;

/// One table with its indexes.
pub struct Table {
    name: &'static str,
    create: TableCreateStatement,
    indexes: Vec<(Vec<&'static str>, bool)>,
}

/// Creates the tables in their order. Safe to repeat after a start that was cut short.
///
/// # Errors
/// The database's own.
pub async fn create(manager: &SchemaManager<'_>, tables: Vec<Table>) -> Result<(), DbErr> {
    for mut table in tables {
        manager.create_table(table.create.take()).await?;
        for (columns, unique) in &table.indexes {
            manager.create_index(index(table.name, columns, *unique)).await?;
        }
    }
    Ok(())
}

/// Drops the tables in the reverse of their order.
///
/// # Errors
/// The database's own.
pub async fn drop(manager: &SchemaManager<'_>, tables: Vec<Table>) -> Result<(), DbErr> {
    for table in tables.iter().rev() {
        manager.drop_table(SeaTable::drop().table(table.name).if_exists().take()).await?;
    }
    Ok(())
}

/// Whether a table has a column, so that a change cut short can be repeated.
///
/// # Errors
/// The database's own.
pub async fn has_column(
    manager: &SchemaManager<'_>,
    table: &str,
    column: &str,
) -> Result<bool, DbErr> {
    let backend = manager.get_database_backend();
    let sql = match backend {
        DbBackend::Sqlite => "SELECT 1 FROM pragma_table_info($1) WHERE name = $2",
        _ => {
            "SELECT 1 FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = $1 AND column_name = $2"
        }
    };
    let statement = Statement::from_sql_and_values(backend, sql, [table.into(), column.into()]);
    Ok(manager.get_connection().query_one_raw(statement).await?.is_some())
}

/// PostgreSQL cuts names at 63 bytes, so the `_id` of each column is left out of an index's name.
fn index(table: &str, columns: &[&str], unique: bool) -> IndexCreateStatement {
    let stems: Vec<&str> = columns
        .iter()
        .filter(|column| **column != "id")
        .map(|column| column.strip_suffix("_id").unwrap_or(column))
        .collect();
    let kind = if unique { "uq" } else { "ix" };
    let mut statement = Index::create()
        .name(format!("{kind}_{table}_{}", stems.join("_")))
        .table(table.to_owned())
        .if_not_exists()
        .take();
    for column in columns {
        statement.col((*column).to_owned());
    }
    if unique {
        statement.unique();
    }
    statement
}

impl Table {
    fn keyed(name: &'static str) -> Self {
        let mut create = SeaTable::create();
        create
            .table(name)
            .if_not_exists()
            .col(ColumnDef::new("id").uuid().not_null().primary_key());
        Self { name, create, indexes: Vec::new() }
    }

    /// A table of facts: key, visibility, origin, version and the instants of its writes.
    pub fn fact(name: &'static str) -> Self {
        Self::keyed(name).provenance(&["PUBLIC", "INTERNAL"])
    }

    /// Attendance, whose rows can also be counted without being shown.
    pub fn attendance(name: &'static str) -> Self {
        Self::keyed(name).provenance(&["PUBLIC", "COUNTS_ONLY", "INTERNAL"])
    }

    /// A link between two tables.
    pub fn link(name: &'static str) -> Self {
        Self::keyed(name)
    }

    /// A table of the house-keeping kind, without provenance.
    pub fn plain(name: &'static str) -> Self {
        Self::keyed(name)
    }

    /// A table with a key of its own making.
    pub fn bare(name: &'static str) -> Self {
        let mut create = SeaTable::create();
        create.table(name).if_not_exists();
        Self { name, create, indexes: Vec::new() }
    }

    fn provenance(self, visibilities: &[&'static str]) -> Self {
        self.choice("visibility", visibilities)
            .choice("origin", &["SOURCE", "REPORTED", "ILLUSTRATIVE"])
            .written()
    }

    /// Version and the instants of writes.
    pub fn written(self) -> Self {
        self.int("version").instant("created_at").instant("updated_at")
    }

    fn column(mut self, column: &mut ColumnDef) -> Self {
        self.create.col(column.take());
        self
    }

    fn check_in(mut self, name: &'static str, codes: &[&'static str]) -> Self {
        // A check over a null column is neither true nor false, which passes.
        self.create.check(Expr::col(name).is_in(codes.iter().copied()));
        self
    }

    fn refer(mut self, name: &'static str, target: &'static str) -> Self {
        self.create.foreign_key(
            ForeignKey::create()
                .from(self.name, name)
                .to(target, "id")
                .on_delete(ForeignKeyAction::Restrict)
                .on_update(ForeignKeyAction::Restrict),
        );
        self
    }

    /// The sole key of a [`Table::bare`] table.
    pub fn primary_big_int(self, name: &'static str) -> Self {
        self.column(ColumnDef::new(name).big_integer().not_null().primary_key())
    }

    /// The sole key of a [`Table::bare`] table.
    pub fn primary_text(self, name: &'static str) -> Self {
        self.column(ColumnDef::new(name).text().not_null().primary_key())
    }

    /// Text.
    pub fn text(self, name: &'static str) -> Self {
        self.column(ColumnDef::new(name).text().not_null())
    }

    /// Text or null.
    pub fn text_opt(self, name: &'static str) -> Self {
        self.column(ColumnDef::new(name).text().null())
    }

    /// 32-bit integer.
    pub fn int(self, name: &'static str) -> Self {
        self.column(ColumnDef::new(name).integer().not_null())
    }

    /// 32-bit integer or null.
    pub fn int_opt(self, name: &'static str) -> Self {
        self.column(ColumnDef::new(name).integer().null())
    }

    /// 64-bit integer.
    pub fn big_int(self, name: &'static str) -> Self {
        self.column(ColumnDef::new(name).big_integer().not_null())
    }

    /// 64-bit integer or null; money in KRW.
    pub fn big_int_opt(self, name: &'static str) -> Self {
        self.column(ColumnDef::new(name).big_integer().null())
    }

    /// Double-precision number.
    pub fn double(self, name: &'static str) -> Self {
        self.column(ColumnDef::new(name).double().not_null())
    }

    /// Double-precision number or null.
    pub fn double_opt(self, name: &'static str) -> Self {
        self.column(ColumnDef::new(name).double().null())
    }

    /// Boolean.
    pub fn bool(self, name: &'static str) -> Self {
        self.column(ColumnDef::new(name).boolean().not_null())
    }

    /// Boolean or null.
    pub fn bool_opt(self, name: &'static str) -> Self {
        self.column(ColumnDef::new(name).boolean().null())
    }

    /// Calendar date.
    pub fn date(self, name: &'static str) -> Self {
        self.column(ColumnDef::new(name).date().not_null())
    }

    /// Calendar date or null.
    pub fn date_opt(self, name: &'static str) -> Self {
        self.column(ColumnDef::new(name).date().null())
    }

    /// Instant in UTC.
    pub fn instant(self, name: &'static str) -> Self {
        self.column(ColumnDef::new(name).timestamp_with_time_zone().not_null())
    }

    /// Instant in UTC or null.
    pub fn instant_opt(self, name: &'static str) -> Self {
        self.column(ColumnDef::new(name).timestamp_with_time_zone().null())
    }

    /// Date known to the year, month or day: `2026`, `2026-07`, `2026-07-01`. Text of these three
    /// forms sorts as time does.
    pub fn partial_date(self, name: &'static str) -> Self {
        self.text(name).partial_date_check(name)
    }

    /// Partial date or null.
    pub fn partial_date_opt(self, name: &'static str) -> Self {
        self.text_opt(name).partial_date_check(name)
    }

    fn partial_date_check(mut self, name: &'static str) -> Self {
        self.create.check(Func::char_length(Expr::col(name)).is_in([4, 7, 10]));
        self
    }

    /// One code of a list.
    pub fn choice(self, name: &'static str, codes: &[&'static str]) -> Self {
        self.text(name).check_in(name, codes)
    }

    /// One code of a list or null.
    pub fn choice_opt(self, name: &'static str, codes: &[&'static str]) -> Self {
        self.text_opt(name).check_in(name, codes)
    }

    /// A row's key without a foreign key: its table is named beside it.
    pub fn key(self, name: &'static str) -> Self {
        self.column(ColumnDef::new(name).uuid().not_null())
    }

    /// A row's key without a foreign key, or null.
    pub fn key_opt(self, name: &'static str) -> Self {
        self.column(ColumnDef::new(name).uuid().null())
    }

    /// Reference to a row of `target`.
    pub fn reference(self, name: &'static str, target: &'static str) -> Self {
        self.column(ColumnDef::new(name).uuid().not_null()).refer(name, target)
    }

    /// Reference to a row of `target`, or null.
    pub fn reference_opt(self, name: &'static str, target: &'static str) -> Self {
        self.column(ColumnDef::new(name).uuid().null()).refer(name, target)
    }

    /// Columns that no two rows share.
    pub fn unique(mut self, columns: &[&'static str]) -> Self {
        self.indexes.push((columns.to_vec(), true));
        self
    }

    /// Columns by which rows are found or listed.
    pub fn index(mut self, columns: &[&'static str]) -> Self {
        self.indexes.push((columns.to_vec(), false));
        self
    }
}
