//! API 클라이언트. Program of a partner agency that signs in with a secret of its own.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;

choice! {
    /// 클라이언트 상태. Whether a client may sign in.
    pub enum ClientState {
        /// 사용. May sign in.
        Active = "ACTIVE",
        /// 사용 중지. Shut out; its tokens are refused at once.
        Disabled = "DISABLED",
    }
}

choice! {
    /// 이용 등급. How much a client may ask for each minute.
    pub enum RateTier {
        /// 일반. The usual budget.
        Standard = "STANDARD",
        /// 확대. Ten times the usual budget.
        Elevated = "ELEVATED",
    }
}

/// API 클라이언트. Program of a partner agency that signs in with a secret of its own. Secrets are kept as
/// Argon2id hashes; two may be valid at a time, so that one can be rotated without a gap.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "api_client")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 클라이언트 ID. Name with which it signs in (RFC 6749 §2.2).
    #[sea_orm(unique)]
    pub client_id: String,
    /// 이름. Name for people.
    pub name: String,
    /// 소속 기관. Institution on whose behalf it acts.
    pub institution_id: Uuid,
    /// 권한 범위. Scopes it may ask for, parted by spaces (RFC 6749 §3.3).
    pub scopes: String,
    /// 허용 출처. Origins of web pages that may use it, parted by spaces; empty for none.
    pub origins: String,
    /// 이용 등급. How much it may ask for.
    pub rate_tier: RateTier,
    /// 상태. Whether it may sign in.
    pub state: ClientState,
    /// 중지 시각. When it was shut out.
    pub disabled_at: Option<DateTimeUtc>,
    /// 중지 사유. Why it was shut out.
    pub disabled_reason: Option<String>,
    /// 주관 기관의 중지. Whether an institution that runs the programme shut it out; only such a one lets it in again.
    pub disabled_by_operator: bool,
    /// 소속 기관의 중지. Whether its own institution disabled it; no other one enables it then.
    pub disabled_by_owner: bool,
    /// Tokens of this generation count; those of an earlier one ended when it was shut out or its secrets
    /// were dropped.
    pub token_generation: i32,
    /// Hash of the newest secret.
    pub secret_hash: String,
    /// 비밀키 발급 시각. When the newest secret was made.
    pub secret_created_at: DateTimeUtc,
    /// Hash of the secret before, while it is still valid.
    pub previous_secret_hash: Option<String>,
    /// 이전 비밀키 발급 시각. When the secret before was made.
    pub previous_secret_created_at: Option<DateTimeUtc>,
    /// 다른 기관이 발급한 비밀키. Whether another institution made a secret that may still work; it then gets no scope
    /// to act with.
    pub secret_by_other: bool,
    /// Version, counted up by each write.
    pub version: i32,
    /// Instant of creation.
    pub created_at: DateTimeUtc,
    /// Instant of the last write.
    pub updated_at: DateTimeUtc,
    /// Row of [`Model::institution_id`].
    #[sea_orm(belongs_to, relation_enum = "Institution", from = "institution_id", to = "id")]
    #[serde(skip)]
    pub institution: BelongsTo<super::institution::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
