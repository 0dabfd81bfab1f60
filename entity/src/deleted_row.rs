//! Rows that were deleted: what the change feed must know of them, and what they come back with.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::common::Visibility;

/// A deleted row. Its content stands in the audit log.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "deleted_row")]
pub struct Model {
    /// Key of the row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Type of the row.
    pub subject_type: String,
    /// Who may know of the deletion: those who could see the row.
    pub visibility: Visibility,
    /// Version that the deletion counted up to.
    pub version: i32,
    /// Instant of the deletion.
    pub deleted_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
