//! 기관 식별번호. Number of an institution in a public register.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::common::{Origin, Visibility};

choice! {
    /// 식별번호 체계. Register that issued an identifier.
    pub enum IdentifierScheme {
        /// 사업자등록번호. Ten digits with a check digit (code list 11).
        BusinessRegistration = "BUSINESS_REGISTRATION",
        /// 법인등록번호. Thirteen digits.
        CorporateRegistration = "CORPORATE_REGISTRATION",
        /// 기타. Another register, named in the value.
        Other = "OTHER",
    }
}

/// 기관 식별번호. Number of an institution in a public register.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "institution_identifier")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 기관. Institution it identifies.
    pub institution_id: Uuid,
    /// 체계. Register.
    pub scheme: IdentifierScheme,
    /// 값. The number, digits only.
    pub value: String,
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
