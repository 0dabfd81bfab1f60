//! The order of everything over all servers: one row of the table `ledger` holds the last numbers of the
//! change feed and of the audit, and the last hash of the audit's chain. Locking it is the last thing a
//! write does before its commit, so numbers are given out in the order of commits, and none is skipped.

use chrono::{DateTime, Utc};
use entity::audit_event::AuditOutcome;
use entity::change::ChangeKind;
use entity::{audit_event, change};
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ConnectionTrait, DatabaseTransaction, EntityTrait,
    IntoActiveModel, Set, Statement,
};
use serde_json::Value;
use uuid::Uuid;

use super::write::Author;
use crate::domain::canonical;
use crate::error::Error;

/// Rows of one statement when many are inserted; SQLite binds at most 32,766 values.
const BATCH: usize = 400;

/// A change to be numbered.
#[derive(Debug, Clone, Copy)]
pub struct Change {
    /// Type of the row.
    pub subject_type: &'static str,
    /// Key of the row.
    pub subject_id: Uuid,
    /// What happened.
    pub kind: ChangeKind,
    /// Version after the change.
    pub version: i32,
    /// Whether it is told to those who do not see the row, and to nobody else.
    pub is_hiding: bool,
}

/// An audit event to be numbered. Texts never hold secrets, tokens or contact data.
#[derive(Debug, Clone, Default)]
pub struct Event {
    /// What was tried: `create`, `update`, `token.issue` …
    pub action: &'static str,
    /// Type of the object; empty if there is none.
    pub subject_type: &'static str,
    /// Key of the object.
    pub subject_id: Option<Uuid>,
    /// Institution concerned, if another than the author's.
    pub institution_id: Option<Uuid>,
    /// Object before, as JSON.
    pub before: Option<String>,
    /// Object after, as JSON.
    pub after: Option<String>,
    /// Code of the refusal; none if it was done.
    pub refused: Option<String>,
}

/// Key of a numbered row: UUID version 8 (RFC 9562), the number in its last six bytes.
pub fn key_of_number(number: i64) -> Uuid {
    Uuid::from_u128(0x8000_8000_0000_0000_0000 | u128::from(number.unsigned_abs()))
}

/// The number of a key; none if it is another row's.
pub fn number_of_key(key: Uuid) -> Option<i64> {
    let number = i64::try_from(key.as_u128() ^ key_of_number(0).as_u128()).ok()?;
    (number >= 0).then_some(number)
}

/// Gives changes and events their numbers and writes them; the last statements before the commit.
///
/// # Errors
/// Internal.
pub async fn number(
    transaction: &DatabaseTransaction,
    now: DateTime<Utc>,
    changes: Vec<Change>,
    events: Vec<audit_event::Model>,
) -> Result<(), Error> {
    if changes.is_empty() && events.is_empty() {
        return Ok(());
    }
    let count = |length: usize| i64::try_from(length).map_err(Error::internal);
    let (changed, audited) = (count(changes.len())?, count(events.len())?);
    let backend = transaction.get_database_backend();
    let lock = Statement::from_sql_and_values(
        backend,
        "UPDATE ledger SET change_seq = change_seq + $1, audit_seq = audit_seq + $2 WHERE id = 1 \
         RETURNING change_seq, audit_seq, audit_hash",
        [changed.into(), audited.into()],
    );
    let ledger = transaction
        .query_one_raw(lock)
        .await?
        .ok_or_else(|| Error::internal("the ledger has no row"))?;
    let first_change = ledger.try_get_by_index::<i64>(0)? - changed + 1;
    let first_event = ledger.try_get_by_index::<i64>(1)? - audited + 1;
    let mut previous: String = ledger.try_get_by_index(2)?;

    let rows = (first_change..).zip(changes).map(|(seq, change)| change::ActiveModel {
        seq: Set(seq),
        id: Set(key_of_number(seq)),
        subject_type: Set(change.subject_type.to_owned()),
        subject_id: Set(change.subject_id),
        kind: Set(change.kind),
        version: Set(change.version),
        at: Set(now),
        is_hiding: Set(change.is_hiding),
    });
    insert_all::<change::Entity>(transaction, rows.collect()).await?;

    let mut rows = Vec::with_capacity(events.len());
    for (seq, mut event) in (first_event..).zip(events) {
        event.seq = seq;
        event.id = key_of_number(seq);
        event.previous_hash = previous;
        event.hash =
            chain_hash(&event).ok_or_else(|| Error::internal("an event of no hash version"))?;
        previous = event.hash.clone();
        rows.push(event.into_active_model().reset_all());
    }
    insert_all::<audit_event::Entity>(transaction, rows).await?;
    let chain = Statement::from_sql_and_values(
        backend,
        "UPDATE ledger SET audit_hash = $1 WHERE id = 1",
        [previous.into()],
    );
    transaction.execute_raw(chain).await?;
    Ok(())
}

/// An event with all that its author adds; its number and hashes are given with the commit.
pub fn complete(author: &Author<'_>, event: Event) -> audit_event::Model {
    let client = author.principal.client();
    audit_event::Model {
        seq: 0,
        id: Uuid::nil(),
        at: author.now,
        actor: author.principal.actor().to_owned(),
        client_id: client.and_then(|client| client.id),
        acting_institution_id: client.map(|client| client.institution.id),
        institution_id: event.institution_id.or_else(|| client.map(|client| client.institution.id)),
        address: author.address.map(str::to_owned),
        outcome: Some(match event.refused {
            None => AuditOutcome::Done,
            Some(_) => AuditOutcome::Refused,
        }),
        reason: event.refused,
        action: event.action.to_owned(),
        subject_type: event.subject_type.to_owned(),
        subject_id: event.subject_id,
        before: event.before,
        after: event.after,
        request_id: author.request_id.to_owned(),
        previous_hash: String::new(),
        hash_version: HASH_VERSION,
        hash: String::new(),
    }
}

/// The rule by which hashes of new events are made. What a rule makes of an event is never changed: events of
/// every rule there was must verify. To add a column to the audit: a rule with its field, and a vector in the test.
pub const HASH_VERSION: i32 = 2;

/// Hash of an audit event over all it holds, the hash of the one before included; none if it names no rule.
pub fn chain_hash(event: &audit_event::Model) -> Option<String> {
    hashed(event).map(|text| canonical::digest(&text))
}

/// What an event's hash is made of, by the rule that it names.
fn hashed(event: &audit_event::Model) -> Option<String> {
    let key = |key: Option<Uuid>| Value::from(key.map(|key| key.to_string()));
    let text = |text: &Option<String>| Value::from(text.clone());
    let acting = key(event.acting_institution_id);
    let client = key(event.client_id);
    let institution = key(event.institution_id);
    let outcome = Value::from(event.outcome.map(AuditOutcome::code));
    let (address, reason) = (text(&event.address), text(&event.reason));
    let (action, actor) = (Value::from(&*event.action), Value::from(&*event.actor));
    let (before, after) = (text(&event.before), text(&event.after));
    // Databases keep microseconds; what is hashed must read back the same.
    let (at, seq) = (Value::from(event.at.timestamp_micros()), Value::from(event.seq));
    let previous = Value::from(&*event.previous_hash);
    let request = Value::from(&*event.request_id);
    let (ty, subject) = (Value::from(&*event.subject_type), key(event.subject_id));
    match event.hash_version {
        // By the names of the columns; those that came later are left out where they are null.
        1 => {
            let fields = [
                ("acting_institution_id", acting, true),
                ("action", action, false),
                ("actor", actor, false),
                ("address", address, true),
                ("after", after, false),
                ("at", at, false),
                ("before", before, false),
                ("client_id", client, true),
                ("institution_id", institution, true),
                ("outcome", outcome, true),
                ("previous_hash", previous, false),
                ("reason", reason, true),
                ("request_id", request, false),
                ("seq", seq, false),
                ("subject_id", subject, false),
                ("subject_type", ty, false),
            ];
            let told = fields.into_iter().filter(|(_, value, later)| !(*later && value.is_null()));
            Some(canonical::object(told.map(|(name, value, _)| (name, value))))
        }
        2 => Some(canonical::object([
            ("hash_version", 2.into()),
            ("seq", seq),
            ("previous_hash", previous),
            ("at", at),
            ("actor", actor),
            ("client_id", client),
            ("acting_institution_id", acting),
            ("institution_id", institution),
            ("address", address),
            ("outcome", outcome),
            ("reason", reason),
            ("action", action),
            ("subject_type", ty),
            ("subject_id", subject),
            ("before", before),
            ("after", after),
            ("request_id", request),
        ])),
        _ => None,
    }
}

/// Inserts rows in statements of a bounded size.
///
/// # Errors
/// Internal.
pub async fn insert_all<E>(
    transaction: &DatabaseTransaction,
    mut rows: Vec<E::ActiveModel>,
) -> Result<(), Error>
where
    E: EntityTrait,
    E::ActiveModel: ActiveModelBehavior + Send,
{
    while !rows.is_empty() {
        let rest = rows.split_off(rows.len().min(BATCH));
        E::insert_many(rows).exec_without_returning(transaction).await?;
        rows = rest;
    }
    Ok(())
}
