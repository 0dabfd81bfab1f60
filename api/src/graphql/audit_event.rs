//! The audit 감사 기록, read with `audit:read`.

use entity::audit_event::{AuditOutcome, Column as C};

use crate::read::model::{Guard, Scalar, Type};

/// The types declared here.
pub fn types() -> Vec<Type> {
    vec![
        Type::rows::<entity::audit_event::Entity>("AuditEvent", *b"AU", Guard::Audit, "감사 기록. One write, refusal, token or reading of personal data; hash-chained and append-only. Seen with `audit:read`: all by the institutions that run the programme, its own by every other.")
            .owned(&[C::InstitutionId])
            .plain("number", "seq", Scalar::Int, "Int!", "번호. Number in the chain, without gaps.")
            .column("at", C::At, "시각. Instant of the event.")
            .column("actor", C::Actor, "행위자. Who: `system`, `anonymous`, or the client's `clientId`.")
            .one("client", C::ClientId, "ApiClient", "클라이언트. Client that acted.")
            .one("institution", C::InstitutionId, "Institution", "소속 기관. Institution on whose behalf, or concerned.")
            .column("address", C::Address, "접속 주소. Address of the caller.")
            .column("action", C::Action, "행위. What was tried: `create`, `update`, `token.issue`, `personal.read`, or the name of the mutation.")
            .choice("outcome", C::Outcome, AuditOutcome::CHOICE, "처리 결과. Whether it was done; null in events from before refusals were kept.")
            .column("reason", C::Reason, "사유 코드. Why it was refused.")
            .column("subjectType", C::SubjectType, "대상 유형. Type of the object; empty if there is none.")
            .any_subject("subject", "대상. The object as it is now; null if it is gone, or the caller may not see it.")
            .column("before", C::Before, "변경 전. The object before, as JSON without secrets and contact data.")
            .column("after", C::After, "변경 후. The object after, as JSON without secrets and contact data.")
            .column("requestId", C::RequestId, "요청 번호. Request the event belongs to.")
            .column("previousHash", C::PreviousHash, "이전 해시. Hash of the event before.")
            .column("hash", C::Hash, "해시. SHA-256 over the event and the hash of the one before.")
            .sorted(&["-seq"])
            .orderable("NUMBER", "seq")
            .list("auditEvents"),
    ]
}
