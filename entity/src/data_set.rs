//! Which data sets were loaded.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A loaded data set.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "data_set")]
pub struct Model {
    /// Name.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// Hash of its content.
    pub fingerprint: String,
    /// Rows it holds.
    pub row_count: i32,
    /// Instant of loading.
    pub loaded_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
