//! 기관의 다른 명칭. Another name of an institution and when it was in use.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};

choice! {
    /// 명칭 구분. Kind of another name of an institution.
    pub enum NameKind {
        /// 옛 명칭. Former official name.
        Former = "FORMER",
        /// 약칭. Abbreviation.
        Abbreviation = "ABBREVIATION",
        /// 이명. Another name or spelling in use.
        Alias = "ALIAS",
    }
}

/// 기관의 다른 명칭. Another name of an institution and when it was in use.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "institution_name")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 기관. Institution it names.
    pub institution_id: Uuid,
    /// 명칭. The name. Korean.
    pub name_ko: String,
    /// 명칭. The name. English.
    pub name_en: Option<String>,
    /// 구분. Kind of name.
    pub kind: NameKind,
    /// 사용 시작. First use.
    pub valid_from: Option<String>,
    /// 사용 종료. Last use.
    pub valid_to: Option<String>,
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
    /// Row of [`Model::institution_id`].
    #[sea_orm(belongs_to, relation_enum = "Institution", from = "institution_id", to = "id")]
    #[serde(skip)]
    pub institution: BelongsTo<super::institution::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
