//! Tokens that were revoked before their end (RFC 7009); kept until they would have ended anyway.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// One revoked token.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "revoked_token")]
pub struct Model {
    /// Id of the token (`jti`).
    #[sea_orm(primary_key, auto_increment = false)]
    pub jti: String,
    /// When it would have ended.
    pub expires_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
