//! 협의체. Policy council, advisory group, series of round tables or pool of experts.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};

choice! {
    /// 협의체 유형. Kind of body.
    pub enum BodyKind {
        /// 정책협의체. Policy council.
        PolicyCouncil = "POLICY_COUNCIL",
        /// 정책자문단. Advisory group.
        AdvisoryGroup = "ADVISORY_GROUP",
        /// 현장간담회. Series of round tables.
        RoundtableSeries = "ROUNDTABLE_SERIES",
        /// 전문가 지원단. Pool of experts.
        ExpertPool = "EXPERT_POOL",
    }
}

/// 협의체. Policy council, advisory group, series of round tables or pool of experts.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "body")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 협의체 코드. Stable code.
    #[sea_orm(unique)]
    pub code: String,
    /// 명칭. Official name. Korean.
    pub name_ko: String,
    /// 명칭. Official name. English.
    pub name_en: Option<String>,
    /// 유형. Kind of body.
    pub kind: BodyKind,
    /// 주관 기관. Institution that hosts it.
    pub host_id: Option<Uuid>,
    /// 전담 기관. Institution that runs its affairs.
    pub secretariat_id: Option<Uuid>,
    /// 운영 시작. In operation since.
    pub operating_since: Option<String>,
    /// 목적·기능. What it is for, in our words. Korean.
    pub remit_ko: Option<String>,
    /// 목적·기능. What it is for, in our words. English.
    pub remit_en: Option<String>,
    /// 정원. Number of seats, where fixed.
    pub seats: Option<i32>,
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
    /// Row of [`Model::host_id`].
    #[sea_orm(belongs_to, relation_enum = "Host", from = "host_id", to = "id")]
    #[serde(skip)]
    pub host: BelongsTo<Option<super::institution::Entity>>,
    /// Row of [`Model::secretariat_id`].
    #[sea_orm(belongs_to, relation_enum = "Secretariat", from = "secretariat_id", to = "id")]
    #[serde(skip)]
    pub secretariat: BelongsTo<Option<super::institution::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}
