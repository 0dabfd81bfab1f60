//! 웹훅. Address of a partner agency to which changes are sent.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;

choice! {
    /// 웹훅 상태. Whether changes are sent.
    pub enum WebhookState {
        /// 사용. Changes are sent.
        Enabled = "ENABLED",
        /// 사용 중지. Nothing is sent; it goes on where it stopped once it is enabled.
        Disabled = "DISABLED",
    }
}

choice! {
    /// 웹훅 중지 구분. Why a webhook was disabled.
    pub enum WebhookStop {
        /// 요청. Somebody disabled it.
        Requested = "REQUESTED",
        /// 수신 종료. Its receiver answered 410 Gone.
        Gone = "GONE",
        /// 계속된 실패. Its receiver did not take what was sent for days.
        Failing = "FAILING",
        /// 보관 기간 경과. Changes that it had to send are no longer kept.
        CursorExpired = "CURSOR_EXPIRED",
    }
}

/// 웹훅. Address of a partner agency to which changes are sent, as its client may see them. What becomes of that stands in
/// `webhook_delivery`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "webhook")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 클라이언트. Client whose rights decide what is sent.
    pub client_id: Uuid,
    /// 소속 기관. Institution of the client.
    pub institution_id: Uuid,
    /// 이름. Name for people.
    pub name: String,
    /// 수신 주소. Address to which changes are sent.
    pub url: String,
    /// 유형. Names of the types whose changes are sent, parted by spaces; empty for all.
    pub types: String,
    /// 상태. Whether changes are sent.
    pub state: WebhookState,
    /// 중지 시각. When it was disabled.
    pub disabled_at: Option<DateTimeUtc>,
    /// 중지 구분. Why it was disabled.
    pub disabled_because: Option<WebhookStop>,
    /// 중지 사유. Reason given by who disabled it.
    pub disabled_reason: Option<String>,
    /// How often its secret was rotated; the secret itself is not kept.
    pub secret_rotations: i32,
    /// Name of the key from which its secret follows.
    pub secret_key: String,
    /// 비밀키 발급 시각. When its secret was made.
    pub secret_created_at: DateTimeUtc,
    /// 이전 비밀키 만료. Until when the secret before signs as well.
    pub previous_secret_ends_at: Option<DateTimeUtc>,
    /// Version, counted up by each write.
    pub version: i32,
    /// Instant of creation.
    pub created_at: DateTimeUtc,
    /// Instant of the last write.
    pub updated_at: DateTimeUtc,
    /// Row of [`Model::client_id`].
    #[sea_orm(belongs_to, relation_enum = "Client", from = "client_id", to = "id")]
    #[serde(skip)]
    pub client: BelongsTo<super::api_client::Entity>,
    /// Row of [`Model::institution_id`].
    #[sea_orm(belongs_to, relation_enum = "Institution", from = "institution_id", to = "id")]
    #[serde(skip)]
    pub institution: BelongsTo<super::institution::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
