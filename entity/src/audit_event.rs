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

/// One audited event. `before` and `after` are JSON without secrets and contact data. What was added
/// later is left out of the hash where it is null, so that older events keep theirs.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "audit_event")]
pub struct Model {
    /// Number in the chain.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// Key by which lists are closed; made from the number.
    #[serde(skip)]
    pub id: Uuid,
    /// 시각. Instant of the event.
    pub at: DateTimeUtc,
    /// 행위자. Who: `system`, `anonymous`, or the client's `client_id`.
    pub actor: String,
    /// Client that acted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<Uuid>,
    /// 소속 기관. Institution on whose behalf.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub institution_id: Option<Uuid>,
    /// 접속 주소. Address of the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// 처리 결과. Whether it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<AuditOutcome>,
    /// 사유 코드. Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// 행위. What was done.
    pub action: String,
    /// 대상 유형. Type of the row.
    pub subject_type: String,
    /// 대상. Key of the row.
    pub subject_id: Option<Uuid>,
    /// 변경 전. Row before.
    pub before: Option<String>,
    /// 변경 후. Row after.
    pub after: Option<String>,
    /// 요청 번호. Request the event belongs to.
    pub request_id: String,
    /// 이전 해시. Hash of the event before.
    pub previous_hash: String,
    /// 해시. Hash of this event.
    pub hash: String,
}

impl ActiveModelBehavior for ActiveModel {}
