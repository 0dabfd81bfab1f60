//! The audit: one row for each write and each refused write, chained by hashes.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// One audited event. `before` and `after` are JSON without secrets and contact data.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "audit_event")]
pub struct Model {
    /// Number in the chain.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// Instant of the event.
    pub at: DateTimeUtc,
    /// Who.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// Type of the row.
    pub subject_type: String,
    /// Key of the row.
    pub subject_id: Option<Uuid>,
    /// Row before.
    pub before: Option<String>,
    /// Row after.
    pub after: Option<String>,
    /// Request the event belongs to.
    pub request_id: String,
    /// Hash of the event before.
    pub previous_hash: String,
    /// Hash of this event.
    pub hash: String,
}

impl ActiveModelBehavior for ActiveModel {}
