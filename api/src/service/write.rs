//! The one write path. Each write is one transaction that asks the access policy, checks the version,
//! keeps the idempotency key, and adds the audit event, the change and the search index with the row.
//! Nothing else opens a write transaction, so none of them can be forgotten.
//!
//! Order over all servers: the last statement before a commit locks the one row of `ledger`, which holds
//! the last numbers of the change feed and of the audit chain. Commits therefore happen in the order of
//! their numbers, and none is skipped.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use entity::change::ChangeKind;
use entity::{audit_event, change, data_set, idempotency, search_document, search_gram};
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseConnection,
    DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::record::{LinkRecord, Record};
use super::search_index;
use crate::domain::access;
use crate::domain::partial_date;
use crate::domain::principal::Principal;
use crate::error::Error;

/// Rows of one statement when many are inserted; SQLite binds at most 32,766 values.
const BATCH: usize = 400;

/// Who writes, on whose request.
#[derive(Debug, Clone, Copy)]
pub struct Author<'a> {
    /// The caller.
    pub principal: &'a Principal,
    /// The request's id.
    pub request_id: &'a str,
    /// The present time.
    pub now: DateTime<Utc>,
}

/// An open write: a transaction and what must be written with it.
pub struct Write<'a> {
    transaction: DatabaseTransaction,
    author: Author<'a>,
    changes: Vec<(&'static str, Uuid, ChangeKind, i32)>,
    audits: Vec<Audit>,
    keys: Vec<idempotency::ActiveModel>,
    documents: Vec<search_document::ActiveModel>,
    grams: Vec<search_gram::ActiveModel>,
}

struct Audit {
    action: &'static str,
    subject_type: &'static str,
    subject_id: Option<Uuid>,
    before: Option<String>,
    after: Option<String>,
}

/// What became of a create with an idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// The row is new.
    New(Uuid),
    /// The key was used before for the same content; nothing was written.
    Known(Uuid),
    /// The key was used before for other content; nothing was written.
    Differs(Uuid),
}

impl Created {
    /// Key of the row.
    pub fn id(self) -> Uuid {
        match self {
            Self::New(id) | Self::Known(id) | Self::Differs(id) => id,
        }
    }
}

/// Hash of what was written with an idempotency key.
fn fingerprint(row: &Map<String, Value>) -> String {
    let mut content = row.clone();
    for column in ["id", "version", "created_at", "updated_at"] {
        content.remove(column);
    }
    hex(&Sha256::digest(Value::Object(content).to_string()))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// A row as JSON.
fn as_json(row: &impl Serialize) -> Result<Map<String, Value>, Error> {
    match serde_json::to_value(row).map_err(Error::internal)? {
        Value::Object(row) => Ok(row),
        _ => Err(Error::internal("a row that is no object")),
    }
}

/// A row as the audit keeps it: without what never reaches the audit.
fn audited<R: Record>(mut row: Map<String, Value>) -> String {
    for column in R::REDACTED {
        if row.get(*column).is_some_and(|value| !value.is_null()) {
            row.insert((*column).to_owned(), "[redacted]".into());
        }
    }
    Value::Object(row).to_string()
}

impl<'a> Write<'a> {
    /// Opens a write.
    ///
    /// # Errors
    /// Internal.
    pub async fn begin(db: &DatabaseConnection, author: Author<'a>) -> Result<Self, Error> {
        // SQLite must take its write lock at once: a read that later turns into a write could not.
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        Ok(Self {
            transaction: db.begin_with_options(options).await?,
            author,
            changes: Vec::new(),
            audits: Vec::new(),
            keys: Vec::new(),
            documents: Vec::new(),
            grams: Vec::new(),
        })
    }

    /// The transaction, for reads that the write depends on.
    pub fn reads(&self) -> &impl ConnectionTrait {
        &self.transaction
    }

    fn allow<R: Record>(&self) -> Result<(), Error> {
        if access::may_write(self.author.principal, R::OBJECT) {
            Ok(())
        } else {
            Err(Error::Forbidden)
        }
    }

    fn check<R: Record>(row: &Map<String, Value>) -> Result<(), Error> {
        for column in R::PARTIAL_DATES {
            if let Some(text) = row.get(*column).and_then(Value::as_str)
                && !partial_date::is_partial_date(text)
            {
                return Err(Error::input(
                    format!("{column}: {text}은(는) 날짜가 아닙니다."),
                    format!("{column}: {text} is no date."),
                ));
            }
        }
        Ok(())
    }

    /// Creates a row. Key, version and instants are given here, whatever `model` says.
    ///
    /// # Errors
    /// Forbidden; input; internal.
    pub async fn create<R>(&mut self, model: R::Model, key: &str) -> Result<Created, Error>
    where
        R: Record,
    {
        self.allow::<R>()?;
        let mut row = as_json(&model)?;
        let fingerprint = fingerprint(&row);
        if let Some(used) = self.used(key).await? {
            return Ok(if used.fingerprint == fingerprint {
                Created::Known(used.subject_id)
            } else {
                Created::Differs(used.subject_id)
            });
        }
        Self::check::<R>(&row)?;
        let id = Uuid::now_v7();
        let mut active = model.into_active_model().reset_all();
        for (column, value) in [
            ("id", sea_orm::Value::from(id)),
            ("version", 1_i32.into()),
            ("created_at", self.author.now.into()),
            ("updated_at", self.author.now.into()),
        ] {
            let column = R::Column::from_str(column)
                .map_err(|_| Error::internal(format!("{} has no column {column}", R::TYPE)))?;
            active.set(column, value);
        }
        R::insert(active).exec_without_returning(&self.transaction).await?;
        row.insert("id".to_owned(), id.to_string().into());
        row.insert("version".to_owned(), 1.into());
        self.index::<R>(id, &row);
        self.keys.push(idempotency::ActiveModel {
            id: Set(Uuid::now_v7()),
            actor: Set(self.author.principal.actor().to_owned()),
            idempotency_key: Set(key.to_owned()),
            fingerprint: Set(fingerprint),
            subject_type: Set(R::TYPE.to_owned()),
            subject_id: Set(id),
            at: Set(self.author.now),
        });
        self.record::<R>("create", id, ChangeKind::Created, 1, None, Some(row));
        Ok(Created::New(id))
    }

    /// Changes a row that still has the version seen. `change` edits the columns that may change.
    ///
    /// # Errors
    /// Not found; conflict, if somebody else wrote first; forbidden; input; internal.
    pub async fn update<R>(
        &mut self,
        id: Uuid,
        seen: i32,
        change: impl FnOnce(&mut Map<String, Value>) + Send,
    ) -> Result<i32, Error>
    where
        R: Record,
    {
        self.allow::<R>()?;
        let column = |name: &str| {
            R::Column::from_str(name)
                .map_err(|_| Error::internal(format!("{} has no column {name}", R::TYPE)))
        };
        let found = R::find().filter(column("id")?.eq(id)).one(&self.transaction).await?;
        let before = as_json(&found.ok_or(Error::NotFound)?)?;
        let mut after = before.clone();
        change(&mut after);
        let version = seen + 1;
        after.insert("id".to_owned(), id.to_string().into());
        after.insert("version".to_owned(), version.into());
        after
            .insert("created_at".to_owned(), before.get("created_at").cloned().unwrap_or_default());
        after.insert(
            "updated_at".to_owned(),
            serde_json::to_value(self.author.now).map_err(Error::internal)?,
        );
        Self::check::<R>(&after)?;
        let model: R::Model = serde_json::from_value(Value::Object(after.clone()))
            .map_err(|error| Error::input(error.to_string(), error.to_string()))?;
        let active = model.into_active_model().reset_all();
        let done = R::update_many()
            .set(active)
            .filter(column("id")?.eq(id))
            .filter(column("version")?.eq(seen))
            .exec(&self.transaction)
            .await?;
        if done.rows_affected == 0 {
            return Err(Error::Conflict);
        }
        search_document::Entity::delete_many()
            .filter(search_document::Column::SourceId.eq(id))
            .exec(&self.transaction)
            .await?;
        search_gram::Entity::delete_many()
            .filter(search_gram::Column::SourceId.eq(id))
            .exec(&self.transaction)
            .await?;
        self.index::<R>(id, &after);
        self.record::<R>("update", id, ChangeKind::Updated, version, Some(before), Some(after));
        Ok(version)
    }

    /// Brings a row that was created with a key to new content, unless somebody else has written it
    /// since. Tells whether it did.
    ///
    /// # Errors
    /// Forbidden; input; internal.
    pub async fn amend<R>(&mut self, id: Uuid, model: R::Model, key: &str) -> Result<bool, Error>
    where
        R: Record,
    {
        let last = audit_event::Entity::find()
            .filter(audit_event::Column::SubjectId.eq(id))
            .order_by_desc(audit_event::Column::Seq)
            .one(&self.transaction)
            .await?;
        let actor = self.author.principal.actor();
        if last.is_none_or(|event| event.actor != actor) {
            return Ok(false);
        }
        let content = as_json(&model)?;
        let fingerprint = fingerprint(&content);
        let version = R::Column::from_str("version").map_err(|_| Error::internal(R::TYPE))?;
        let key_column = R::Column::from_str("id").map_err(|_| Error::internal(R::TYPE))?;
        let seen: i32 = R::find()
            .select_only()
            .column(version)
            .filter(key_column.eq(id))
            .into_tuple()
            .one(&self.transaction)
            .await?
            .ok_or(Error::NotFound)?;
        self.update::<R>(id, seen, |row| *row = content).await?;
        idempotency::Entity::update_many()
            .col_expr(idempotency::Column::Fingerprint, fingerprint.into())
            .filter(idempotency::Column::Actor.eq(actor))
            .filter(idempotency::Column::IdempotencyKey.eq(key))
            .exec(&self.transaction)
            .await?;
        Ok(true)
    }

    /// Notes a data set as loaded, with the rows it brought.
    ///
    /// # Errors
    /// Internal.
    pub async fn note_data_set(
        &self,
        name: &str,
        fingerprint: &str,
        rows: usize,
    ) -> Result<(), Error> {
        data_set::Entity::delete_by_id(name).exec(&self.transaction).await?;
        let noted = data_set::ActiveModel {
            name: Set(name.to_owned()),
            fingerprint: Set(fingerprint.to_owned()),
            row_count: Set(i32::try_from(rows).map_err(Error::internal)?),
            loaded_at: Set(self.author.now),
        };
        data_set::Entity::insert(noted).exec_without_returning(&self.transaction).await?;
        Ok(())
    }

    /// Ties two rows by a link table, as part of writing the row that owns the link.
    ///
    /// # Errors
    /// Internal.
    pub async fn link<L>(&mut self, owner: Uuid, other: Uuid) -> Result<(), Error>
    where
        L: LinkRecord,
    {
        let column = |name: &str| L::Column::from_str(name).map_err(|_| Error::internal(name));
        let [(owner_column, _), (other_column, _)] = L::REFERENCES else {
            return Err(Error::internal("a link ties two rows"));
        };
        let mut active = <L::ActiveModel as ActiveModelBehavior>::new();
        active.set(column("id")?, Uuid::now_v7().into());
        active.set(column(owner_column)?, owner.into());
        active.set(column(other_column)?, other.into());
        // A link that is there already is as it should be.
        L::insert(active)
            .on_conflict_do_nothing_on([column(owner_column)?, column(other_column)?])
            .exec_without_returning(&self.transaction)
            .await?;
        Ok(())
    }

    async fn used(&self, key: &str) -> Result<Option<idempotency::Model>, Error> {
        Ok(idempotency::Entity::find()
            .filter(idempotency::Column::Actor.eq(self.author.principal.actor()))
            .filter(idempotency::Column::IdempotencyKey.eq(key))
            .one(&self.transaction)
            .await?)
    }

    fn index<R: Record>(&mut self, id: Uuid, row: &Map<String, Value>) {
        if let Some((document, grams)) = search_index::entries::<R>(id, row) {
            self.documents.push(document);
            self.grams.extend(grams);
        }
    }

    fn record<R: Record>(
        &mut self,
        action: &'static str,
        id: Uuid,
        kind: ChangeKind,
        version: i32,
        before: Option<Map<String, Value>>,
        after: Option<Map<String, Value>>,
    ) {
        self.changes.push((R::TYPE, id, kind, version));
        self.audits.push(Audit {
            action,
            subject_type: R::TYPE,
            subject_id: Some(id),
            before: before.map(audited::<R>),
            after: after.map(audited::<R>),
        });
    }

    /// Writes what belongs to the rows, numbers it, and commits. Tells how many rows were written.
    ///
    /// # Errors
    /// Internal.
    pub async fn commit(mut self) -> Result<usize, Error> {
        let written = self.changes.len();
        let keys = std::mem::take(&mut self.keys);
        let documents = std::mem::take(&mut self.documents);
        let grams = std::mem::take(&mut self.grams);
        insert_all::<idempotency::Entity>(&self.transaction, keys).await?;
        insert_all::<search_document::Entity>(&self.transaction, documents).await?;
        insert_all::<search_gram::Entity>(&self.transaction, grams).await?;
        self.number().await?;
        self.transaction.commit().await?;
        Ok(written)
    }

    /// Gives the changes and the audit events their numbers; the last statements before the commit.
    async fn number(&mut self) -> Result<(), Error> {
        if self.changes.is_empty() && self.audits.is_empty() {
            return Ok(());
        }
        let count = |length: usize| i64::try_from(length).map_err(Error::internal);
        let (changes, audits) = (count(self.changes.len())?, count(self.audits.len())?);
        let backend = self.transaction.get_database_backend();
        let lock = Statement::from_sql_and_values(
            backend,
            "UPDATE ledger SET change_seq = change_seq + $1, audit_seq = audit_seq + $2 WHERE id = 1 \
             RETURNING change_seq, audit_seq, audit_hash",
            [changes.into(), audits.into()],
        );
        let ledger = self
            .transaction
            .query_one_raw(lock)
            .await?
            .ok_or_else(|| Error::internal("the ledger has no row"))?;
        let first_change = ledger.try_get_by_index::<i64>(0)? - changes + 1;
        let first_audit = ledger.try_get_by_index::<i64>(1)? - audits + 1;
        let mut previous: String = ledger.try_get_by_index(2)?;

        let changes = std::mem::take(&mut self.changes);
        let rows = (first_change..).zip(changes).map(|(seq, (ty, id, kind, version))| {
            change::ActiveModel {
                seq: Set(seq),
                subject_type: Set(ty.to_owned()),
                subject_id: Set(id),
                kind: Set(kind),
                version: Set(version),
                at: Set(self.author.now),
            }
        });
        insert_all::<change::Entity>(&self.transaction, rows.collect()).await?;

        let audits = std::mem::take(&mut self.audits);
        let mut events = Vec::with_capacity(audits.len());
        for (seq, audit) in (first_audit..).zip(audits) {
            let mut event = audit_event::Model {
                seq,
                at: self.author.now,
                actor: self.author.principal.actor().to_owned(),
                action: audit.action.to_owned(),
                subject_type: audit.subject_type.to_owned(),
                subject_id: audit.subject_id,
                before: audit.before,
                after: audit.after,
                request_id: self.author.request_id.to_owned(),
                previous_hash: previous,
                hash: String::new(),
            };
            event.hash = chain_hash(&event)?;
            previous = event.hash.clone();
            events.push(event.into_active_model().reset_all());
        }
        insert_all::<audit_event::Entity>(&self.transaction, events).await?;
        let chain = Statement::from_sql_and_values(
            backend,
            "UPDATE ledger SET audit_hash = $1 WHERE id = 1",
            [previous.into()],
        );
        self.transaction.execute_raw(chain).await?;
        Ok(())
    }
}

/// Hash of an audit event over all it holds, the hash of the one before included.
///
/// # Errors
/// Internal.
pub fn chain_hash(event: &audit_event::Model) -> Result<String, Error> {
    let mut content = as_json(event)?;
    content.remove("hash");
    // Databases keep microseconds; what is hashed must read back the same.
    content.insert("at".to_owned(), event.at.timestamp_micros().into());
    Ok(hex(&Sha256::digest(Value::Object(content).to_string())))
}

async fn insert_all<E>(
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
