//! 소속. A person's post in an institution at a time (Popolo membership).

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::common::{Origin, Visibility};

/// 소속. A person's post in an institution at a time (Popolo membership).
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "membership")]
pub struct Model {
    /// Key (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 인물. Person.
    pub person_id: Uuid,
    /// 기관. Institution.
    pub institution_id: Uuid,
    /// 순서. Order in the source.
    pub position: i32,
    /// 직위. Post title at that time. Korean.
    pub post_ko: String,
    /// 직위. Post title at that time. English.
    pub post_en: Option<String>,
    /// 부서. Department or office. Korean.
    pub unit_ko: Option<String>,
    /// 부서. Department or office. English.
    pub unit_en: Option<String>,
    /// 소속 부서. Department, where it is a unit on record.
    pub department_id: Option<Uuid>,
    /// 부서장 여부. Whether the post heads the department.
    #[serde(default)]
    pub is_head: bool,
    /// 직무대행 여부. Whether held in an acting capacity.
    pub acting: bool,
    /// 담당. Part in the matter at hand, e.g. 책임자. Korean.
    pub duty_ko: Option<String>,
    /// 담당. Part in the matter at hand, e.g. 책임자. English.
    pub duty_en: Option<String>,
    /// 시작. Start of the post.
    pub starts_on: Option<String>,
    /// 종료. End of the post.
    pub ends_on: Option<String>,
    /// 확인 시점. Date at which the source shows the post.
    pub observed_on: Option<String>,
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
    pub person: BelongsTo<super::person::Entity>,
    /// Row of [`Model::institution_id`].
    #[sea_orm(belongs_to, relation_enum = "Institution", from = "institution_id", to = "id")]
    #[serde(skip)]
    pub institution: BelongsTo<super::institution::Entity>,
    /// Row of [`Model::department_id`].
    #[sea_orm(belongs_to, relation_enum = "Department", from = "department_id", to = "id")]
    #[serde(skip)]
    pub department: BelongsTo<Option<super::institution::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}
