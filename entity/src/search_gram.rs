//! The search index: pairs of neighbouring characters.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// One pair of characters of a row's text.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "search_gram")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Two characters.
    pub gram: String,
    /// Type of the row found.
    pub subject_type: String,
    /// Row the text is of.
    pub source_id: Uuid,
}

impl ActiveModelBehavior for ActiveModel {}
