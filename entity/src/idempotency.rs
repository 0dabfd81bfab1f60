//! Idempotency keys: what a caller's key was used for.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// One used key.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "idempotency")]
pub struct Model {
    /// Key of the row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose key it is.
    pub actor: String,
    /// The key.
    pub idempotency_key: String,
    /// Hash of what was written with it.
    pub fingerprint: String,
    /// Type of the row written.
    pub subject_type: String,
    /// Key of the row written.
    pub subject_id: Uuid,
    /// Instant of the write.
    pub at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
