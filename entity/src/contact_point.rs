//! 연락처. Phone or mail of a person or institution. Personal data: never visible to an anonymous caller, and each reading is audited.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};

choice! {
    /// 연락처 종류. Kind of contact point.
    pub enum ContactKind {
        /// 전화. Telephone.
        Phone = "PHONE",
        /// 전자우편. Electronic mail.
        Email = "EMAIL",
        /// 팩스. Fax.
        Fax = "FAX",
    }
}

/// 연락처. Phone or mail of a person or institution. Personal data: never visible to an anonymous caller, and each reading is audited.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "contact_point")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 인물. Person it reaches.
    pub person_id: Option<Uuid>,
    /// 기관. Institution it reaches.
    pub institution_id: Option<Uuid>,
    /// 순서. Order in the source.
    pub position: i32,
    /// 종류. Kind.
    pub kind: ContactKind,
    /// 값. Number or address.
    pub value: String,
    /// 비고. What it is for. Korean.
    pub note_ko: Option<String>,
    /// 비고. What it is for. English.
    pub note_en: Option<String>,
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
    /// Row of [`Model::person_id`].
    #[sea_orm(belongs_to, relation_enum = "Person", from = "person_id", to = "id")]
    #[serde(skip)]
    pub person: BelongsTo<Option<super::person::Entity>>,
    /// Row of [`Model::institution_id`].
    #[sea_orm(belongs_to, relation_enum = "Institution", from = "institution_id", to = "id")]
    #[serde(skip)]
    pub institution: BelongsTo<Option<super::institution::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}
