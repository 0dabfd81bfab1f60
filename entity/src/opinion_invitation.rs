//! 의견수렴 대상. An institution invited to an opinion round.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::common::{Origin, Visibility};

/// 의견수렴 대상. An institution invited to an opinion round.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "opinion_invitation")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 의견수렴. Round.
    pub round_id: Uuid,
    /// 순서. Order.
    pub position: i32,
    /// 대상 기관. Institution invited.
    pub institution_id: Uuid,
    /// 회신 차수. How often it has responded.
    pub revision: i32,
    /// 회신일. Day of its last response.
    pub responded_on: Option<Date>,
    /// 공개 범위. Who may see the row.
    pub visibility: Visibility,
    /// 출처 구분. Where the row comes from.
    pub origin: Origin,
    /// Version, counted up by each write.
    pub version: i32,
    /// Instant of creation.
    pub created_at: DateTimeUtc,
    /// Instant of the last write.
    pub updated_at: DateTimeUtc,
    /// Row of [`Model::round_id`].
    #[sea_orm(belongs_to, relation_enum = "Round", from = "round_id", to = "id")]
    #[serde(skip)]
    pub round: BelongsTo<super::opinion_round::Entity>,
    /// Row of [`Model::institution_id`].
    #[sea_orm(belongs_to, relation_enum = "Institution", from = "institution_id", to = "id")]
    #[serde(skip)]
    pub institution: BelongsTo<super::institution::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
