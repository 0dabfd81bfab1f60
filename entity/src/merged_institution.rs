//! An institution that was on record twice, and the one that stands for it since they were merged.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// An institution that is no more, and where its id and code lead.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "merged_institution")]
pub struct Model {
    /// Key that it had.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Code that it had, which no other gets.
    #[sea_orm(unique)]
    pub code: String,
    /// The institution that stands for it.
    pub into_id: Uuid,
    /// When they were merged.
    pub merged_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
