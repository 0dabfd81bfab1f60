//! How far a webhook has come, by the webhook's own key. It is no fact: it stands neither in the feed nor in the audit.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// How far a webhook has come.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "webhook_delivery")]
pub struct Model {
    /// Key of the webhook.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Number of the change after which it goes on.
    pub position: i64,
    /// Counted up whenever somebody sets the position.
    pub generation: i32,
    /// Cursor of the last change that was delivered.
    pub cursor: Option<String>,
    /// When something was last delivered.
    pub delivered_at: Option<DateTimeUtc>,
    /// Failures one after the other.
    pub failures: i32,
    /// When the first of them was.
    pub failing_since: Option<DateTimeUtc>,
    /// When the change that waits was made.
    pub waiting_since: Option<DateTimeUtc>,
    /// When it is tried again.
    pub next_attempt_at: Option<DateTimeUtc>,
    /// When it was last tried.
    pub attempted_at: Option<DateTimeUtc>,
    /// HTTP status of the last answer.
    pub status: Option<i32>,
    /// What went wrong at the last attempt.
    pub error: Option<String>,
    /// Id of a test message that waits.
    pub ping_id: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}
