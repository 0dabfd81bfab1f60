//! The audit 감사 기록, read with `audit:read`.

use entity::audit_event::{AuditOutcome, Column as C};

use crate::domain::access;
use crate::error::Error;
use crate::read::Reader;
use crate::read::model::{Args, Guard, Scalar, Type};
use crate::read::sql::Sql;

/// What stands where something is not told.
pub const WITHHELD: &str = "WITHHELD";
/// Columns of rows that name a client which reviewed.
const REVIEWERS: [&str; 5] = ["accepted_by", "approved_by", "author", "decided_by", "reviewed_by"];

/// The types declared here.
pub fn types() -> Vec<Type> {
    vec![
        Type::rows::<entity::audit_event::Entity>("AuditEvent", *b"AU", Guard::Audit, "감사 기록. One write, refusal, token or reading of personal data; hash-chained and append-only. Seen with `audit:read`: all by the institutions that run the programme, its own by every other.")
            .owned(&[C::InstitutionId])
            .plain("number", "seq", Scalar::Int, "Int!", "번호. Number in the chain, without gaps.")
            .column("occurredAt", C::At, "시각. Instant of the event.")
            .expression("actor", Scalar::Text, "String!", actor, "행위자. Who: `system`, `anonymous`, or the client's `clientId`; WITHHELD of another institution's from who does not run the programme.")
            .one("client", C::ClientId, "ApiClient", "클라이언트. Client that acted.")
            .one("institution", C::InstitutionId, "Institution", "소속 기관. Institution on whose behalf, or concerned.")
            .one("actingInstitution", C::ActingInstitutionId, "Institution", "수행 기관. Institution of the client that acted; null if there is none, or in events of before.")
            .expression("address", Scalar::Text, "String", address, "접속 주소. Address of the caller; WITHHELD as `actor` is.")
            .column("action", C::Action, "행위. What was tried: `create`, `update`, `token.issue`, `personal.read`, or the name of the mutation.")
            .choice("outcome", C::Outcome, AuditOutcome::CHOICE, "처리 결과. Whether it was done; null in events from before refusals were kept.")
            .column("reason", C::Reason, "사유 코드. Why it was refused.")
            .column("subjectType", C::SubjectType, "대상 유형. Type of the object; empty if there is none.")
            .any_subject("subject", "대상. The object as it is now; null if it is gone, or the caller may not see it.")
            .expression("before", Scalar::Json, "JSON", before, "변경 전. The object before, without secrets and contact data; of an update the columns that it changed, and null of a creation.")
            .expression("after", Scalar::Json, "JSON", after, "변경 후. The object after, likewise; of an update the columns that it changed and, under `values`, cells; null of a deletion.")
            .column("requestId", C::RequestId, "요청 번호. Request the event belongs to.")
            .plain("hashVersion", "hash_version", Scalar::Int, "Int!", "해시 규칙. Rule by which the hash was made: 2, and 1 in events of before.")
            .column("previousHash", C::PreviousHash, "이전 해시. Hash of the event before.")
            .column("hash", C::Hash, "해시. SHA-256 over the event and the hash of the one before, by the rule `hashVersion`.")
            .sorted(&["-seq"])
            .orderable("NUMBER", "seq")
            .list("auditEvents")
            .unfiltered(&["before", "after", "previousHash", "hash", "hashVersion"]),
    ]
}

/// Adds a column of an event that tells of who acted, unless that is another institution's client.
fn of_actor(reader: &Reader<'_>, sql: &mut Sql, alias: &str, column: &str) {
    let caller = reader.principal.client().filter(|_| !access::knows_others(reader.principal));
    let Some(caller) = caller else {
        sql.column(alias, column);
        return;
    };
    let own = caller.institution.id;
    sql.push("CASE WHEN ").column(alias, column).push(" IS NULL OR ").column(alias, "actor");
    sql.push(" IN ('system', 'anonymous') OR ").column(alias, "acting_institution_id");
    sql.push(" = ").bind(own).push(" OR (").column(alias, "acting_institution_id");
    sql.push(" IS NULL AND ").column(alias, "client_id");
    sql.push(" IN (SELECT id FROM api_client WHERE institution_id = ").bind(own).push("))");
    sql.push(" THEN ").column(alias, column).push(" ELSE '").push(WITHHELD).push("' END");
}

fn actor(r: &Reader<'_>, sql: &mut Sql, alias: &str, _: &Args, _: &Args) -> Result<(), Error> {
    of_actor(r, sql, alias, "actor");
    Ok(())
}

fn address(r: &Reader<'_>, sql: &mut Sql, alias: &str, _: &Args, _: &Args) -> Result<(), Error> {
    of_actor(r, sql, alias, "address");
    Ok(())
}

/// Adds a side of an event without the columns that name who reviewed, for who is not told.
fn side(reader: &Reader<'_>, sql: &mut Sql, alias: &str, column: &str) {
    if access::knows_others(reader.principal) {
        sql.column(alias, column);
        return;
    }
    if sql.is_postgres() {
        let names = REVIEWERS.map(|name| format!("'{name}'")).join(", ");
        sql.push("CAST(CAST(").column(alias, column).push(" AS jsonb) - ARRAY[").push(&names);
        sql.push("] AS text)");
    } else {
        let names = REVIEWERS.map(|name| format!("'$.{name}'")).join(", ");
        sql.push("json_remove(").column(alias, column).push(", ").push(&names).push(")");
    }
}

fn before(r: &Reader<'_>, sql: &mut Sql, alias: &str, _: &Args, _: &Args) -> Result<(), Error> {
    side(r, sql, alias, "before");
    Ok(())
}

fn after(r: &Reader<'_>, sql: &mut Sql, alias: &str, _: &Args, _: &Args) -> Result<(), Error> {
    side(r, sql, alias, "after");
    Ok(())
}
