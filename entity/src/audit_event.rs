//! 감사 기록. One row for each write, each refusal, each token and each reading of personal data, chained by
//! hashes.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::choice;

choice! {
    /// 처리 결과. What became of what was tried.
    pub enum AuditOutcome {
        /// 수행. It was done.
        Done = "DONE",
        /// 거부. It was refused.
        Refused = "REFUSED",
    }
}

/// One audited event. `before` and `after` are JSON without secrets and contact data. What its hash is made of is
/// fixed by its `hash_version` (`service::ledger`), whatever columns are added here.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "audit_event")]
pub struct Model {
    /// Number in the chain.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// Key by which lists are closed; made from the number.
    pub id: Uuid,
    /// 시각. Instant of the event.
    pub at: DateTimeUtc,
    /// 행위자. Who: `system`, `anonymous`, or the client's `client_id`.
    pub actor: String,
    /// Client that acted.
    pub client_id: Option<Uuid>,
    /// 수행 기관. Institution of that client; null in events from before it was kept.
    pub acting_institution_id: Option<Uuid>,
    /// 소속 기관. Institution on whose behalf, or concerned.
    pub institution_id: Option<Uuid>,
    /// 접속 주소. Address of the caller.
    pub address: Option<String>,
    /// 처리 결과. Whether it was done.
    pub outcome: Option<AuditOutcome>,
    /// 사유 코드. Why it was refused.
    pub reason: Option<String>,
    /// 행위. What was done.
    pub action: String,
    /// 대상 유형. Type of the row.
    pub subject_type: String,
    /// 대상. Key of the row.
    pub subject_id: Option<Uuid>,
    /// 변경 전. Row before; of an update what it changed.
    pub before: Option<String>,
    /// 변경 후. Row after; of an update what it changed.
    pub after: Option<String>,
    /// 요청 번호. Request the event belongs to.
    pub request_id: String,
    /// 이전 해시. Hash of the event before.
    pub previous_hash: String,
    /// Rule by which the hash was made.
    pub hash_version: i32,
    /// 해시. Hash of this event.
    pub hash: String,
}

impl ActiveModelBehavior for ActiveModel {}
