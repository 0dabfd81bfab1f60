//! 연락처. Phone or mail of a person, protected, or of a public service desk.

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

choice! {
    /// 연락처 보유자 구분. Whose a contact point is, which decides who may see it.
    pub enum ContactHolder {
        /// 개인. A person's, or one that leads to a person: personal data.
        Personal = "PERSONAL",
        /// 대민 창구. A public service desk's, printed for the public.
        PublicDesk = "PUBLIC_DESK",
    }
}

/// 연락처. Phone or mail of a person, protected, or of a public service desk.
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
    /// 보유자 구분. Whose it is.
    #[serde(default = "personal")]
    pub holder: ContactHolder,
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

/// Nothing is public unless somebody says so.
fn personal() -> ContactHolder {
    ContactHolder::Personal
}
