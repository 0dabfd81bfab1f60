//! The search index: the text of a row, under the row that a search finds by it.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// The searchable text of one row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "search_document")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Row the text is of.
    pub source_id: Uuid,
    /// Type of the row found.
    pub subject_type: String,
    /// Row found; another than the source for names kept in a table of their own.
    pub subject_id: Uuid,
    /// Korean title.
    pub title_ko: String,
    /// English title.
    pub title_en: Option<String>,
    /// Names as the search compares them, one a line.
    pub title: String,
    /// The other texts likewise.
    pub content: String,
}

impl ActiveModelBehavior for ActiveModel {}
