//! The one write path. Each write is one transaction that asks the access policy, checks the version,
//! keeps the idempotency key, and adds the audit event, the change and the search index with the row.
//! Nothing else opens a write transaction, so none of them can be forgotten.
//!
//! Changes and audit events are numbered by [`super::ledger`] just before the commit, so their order is that
//! of the commits over all servers.

use std::str::FromStr;

use chrono::{DateTime, SubsecRound, Utc};
use entity::change::ChangeKind;
use entity::common::{Origin, Visibility};
use entity::{
    audit_event, citation, conflict, data_set, deleted_row, idempotency, search_document,
    search_gram,
};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction,
    DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Set,
    SqlErr,
};
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::bill;
use super::ledger::{self, Change, Event};
use super::record::{self, LinkRecord, Record, TABLES, Visit};
use super::{named, search_index, target_history, withheld};
use crate::auth::known::LEASE;
use crate::database::store::{Ending, Last, Store};
pub use crate::domain::principal::Author;
use crate::domain::principal::Principal;
use crate::domain::{access, canonical};
use crate::domain::{partial_date, period, quarter};
use crate::error::{Error, UserError};
use crate::input::Call;

/// Name under which the audit holds the write of columns that follow from other rows.
pub const DERIVE: &str = "derive";

/// An open write: a transaction and what must be written with it.
pub struct Write<'a> {
    transaction: DatabaseTransaction,
    ending: Ending,
    author: Author<'a>,
    /// The action that all of it is, where a caller has called for one.
    action: Option<&'static str>,
    /// Whether the call is written well; else a rule was asked for what else is wrong, and nothing is written.
    is_sound: bool,
    /// Whose row it is that rows without an owner of their own are part of.
    whole: Option<Uuid>,
    /// The bill that is written itself once all its events are.
    held_bill: Option<Uuid>,
    changes: Vec<Change>,
    events: Vec<audit_event::Model>,
    documents: Vec<search_document::ActiveModel>,
    grams: Vec<search_gram::ActiveModel>,
}

/// Rows that were not written themselves and whose columns may follow otherwise now.
struct Followers {
    bills: Vec<Uuid>,
    cases: Vec<Uuid>,
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

/// What became of a row that was to be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removed {
    /// It is deleted.
    Done,
    /// Somebody else has written it since, or a row that stays names it: it was left alone.
    Kept,
}

/// Whether the database refused because another row names this one.
fn is_in_use(error: &DbErr) -> bool {
    // SQLite tells a restricted delete as a trigger's refusal, which has no name of its own.
    error.to_string().to_ascii_lowercase().contains("foreign key")
}

/// Of two that make the same at once, the second is told so; who names what is gone meanwhile is to come again.
fn first_wins(error: DbErr) -> Error {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => Error::Conflict,
        Some(SqlErr::ForeignKeyConstraintViolation(cause)) => Error::unavailable(cause),
        _ => error.into(),
    }
}

/// Takes off the links that a row owns.
struct Unlink<'a> {
    transaction: &'a DatabaseTransaction,
    table: &'a str,
    id: Uuid,
}

impl Visit for Unlink<'_> {
    type Output = ();

    async fn fact<R: Record>(&mut self) -> Result<(), Error> {
        Ok(())
    }

    async fn link<L: LinkRecord>(&mut self) -> Result<(), Error> {
        if let [(owner, table), ..] = L::REFERENCES
            && *table == self.table
        {
            let owner = L::Column::from_str(owner).map_err(|_| Error::internal(*owner))?;
            L::delete_many().filter(owner.eq(self.id)).exec(self.transaction).await?;
        }
        Ok(())
    }
}

/// Hash of what is done with an idempotency key. It begins with the rule by which it was made; those of before
/// name none. A column that is added later and may be null changes no fingerprint.
struct Fingerprint {
    made: String,
    /// As it was made before.
    first: String,
}

impl Fingerprint {
    /// Of a row, but for columns that no two calls have alike and those that follow from other rows.
    fn of_row<R: Record>(row: &Map<String, Value>) -> Self {
        let mut content = row.clone();
        for column in ["id", "version", "created_at", "updated_at"].iter().chain(R::DERIVED) {
            content.remove(*column);
        }
        let mut first = content.clone();
        first.retain(|column, _| !R::LATER.contains(&column.as_str()));
        content.retain(|_, value| !value.is_null());
        let digest = |row| canonical::digest(&canonical::json(&Value::Object(row)));
        Self { made: format!("2:{}", digest(content)), first: digest(first) }
    }

    fn is(&self, known: &str) -> bool {
        known == self.made || known == self.first
    }
}

/// A row as JSON.
///
/// # Errors
/// Internal, if it is no object.
pub fn as_json(row: &impl Serialize) -> Result<Map<String, Value>, Error> {
    match serde_json::to_value(row).map_err(Error::internal)? {
        Value::Object(row) => Ok(row),
        _ => Err(Error::internal("a row that is no object")),
    }
}

/// Institution that a row belongs to.
fn owner_of<R: Record>(row: &Map<String, Value>) -> Option<Uuid> {
    row.get(R::OWNER?)?.as_str()?.parse().ok()
}

/// The bill whose stage follows from the row, if it is an event of one.
fn whole_of<R: Record>(row: &Map<String, Value>) -> Option<Uuid> {
    (R::TYPE == "BillEvent").then(|| row.get("bill_id")?.as_str()?.parse().ok()).flatten()
}

/// What an update changed. The instant is the event's own.
fn changed(
    mut before: Map<String, Value>,
    mut after: Map<String, Value>,
) -> (Map<String, Value>, Map<String, Value>) {
    before.remove("updated_at");
    after.remove("updated_at");
    after.retain(|column, value| match before.get(column) {
        Some(known) if known == value => {
            before.remove(column);
            false
        }
        _ => true,
    });
    (before, after)
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
    /// Opens a write, after those that came before.
    ///
    /// # Errors
    /// Unavailable, if the database takes none now; internal.
    pub async fn begin(db: &Store, author: Author<'a>) -> Result<Self, Error> {
        // Databases keep microseconds; what is put on record must be what they keep.
        let author = Author { now: author.now.trunc_subsecs(6), ..author };
        let (transaction, ending) = db.begin_write().await?;
        Ok(Self {
            transaction,
            ending,
            author,
            action: None,
            is_sound: true,
            whole: None,
            held_bill: None,
            changes: Vec::new(),
            events: Vec::new(),
            documents: Vec::new(),
            grams: Vec::new(),
        })
    }

    /// Opens the write of a call: all that it writes stands in the audit under the name of its mutation.
    ///
    /// # Errors
    /// As [`Self::begin`].
    pub async fn attempt(db: &Store, author: Author<'a>, call: &Call) -> Result<Self, Error> {
        let mut write = Self::begin(db, author).await?;
        write.action = Some(call.action);
        write.is_sound = call.sound().is_ok();
        Ok(write)
    }

    /// Takes the key of a call that makes the row `id` or does something to it. If the call was made before, the row of
    /// then: nothing must be done then.
    ///
    /// # Errors
    /// User error, if the key was used for another call; internal.
    pub async fn repeats<R: Record>(&self, call: &Call, id: Uuid) -> Result<Option<Uuid>, Error> {
        let fingerprint = Fingerprint { made: format!("3:{}", call.digest), first: String::new() };
        let used = match self.used(&call.key, &fingerprint).await? {
            Some(used) => used,
            None if self.use_key::<R>(&call.key, &fingerprint, id).await? => return Ok(None),
            // Another call with this key was faster and has committed meanwhile.
            None => {
                let used = self.used(&call.key, &fingerprint).await?;
                used.ok_or_else(|| Error::internal("a used key that is not there"))?
            }
        };
        match used {
            Created::New(id) | Created::Known(id) => Ok(Some(id)),
            Created::Differs(_) => Err(Error::User(vec![UserError::at(
                "idempotencyKey",
                "KEY_REUSED",
                "이 키는 다른 내용에 이미 쓰였습니다.",
                "This key was used before for other content.",
            )])),
        }
    }

    /// When a call that is made again was made first.
    ///
    /// # Errors
    /// Internal.
    pub async fn first_used(&self, call: &Call) -> Result<DateTime<Utc>, Error> {
        let used = idempotency::Entity::find()
            .filter(idempotency::Column::Actor.eq(self.author.principal.actor()))
            .filter(idempotency::Column::IdempotencyKey.eq(&call.key))
            .one(&self.transaction)
            .await?;
        used.map(|used| used.at).ok_or_else(|| Error::internal("a used key that is not there"))
    }

    /// Notes which row a call turned out to be about.
    ///
    /// # Errors
    /// Internal.
    pub async fn about(&self, call: &Call, id: Uuid) -> Result<(), Error> {
        idempotency::Entity::update_many()
            .col_expr(idempotency::Column::SubjectId, id.into())
            .filter(idempotency::Column::Actor.eq(self.author.principal.actor()))
            .filter(idempotency::Column::IdempotencyKey.eq(&call.key))
            .exec(&self.transaction)
            .await?;
        Ok(())
    }

    /// The transaction, for reads that the write depends on.
    pub fn reads(&self) -> &impl ConnectionTrait {
        &self.transaction
    }

    /// Today in Seoul.
    pub fn today(&self) -> chrono::NaiveDate {
        self.author.now.with_timezone(&quarter::seoul()).date_naive()
    }

    /// Whether the call may write at all.
    fn sound(&self) -> Result<(), Error> {
        if self.is_sound { Ok(()) } else { Err(Error::User(Vec::new())) }
    }

    fn allow<R: Record>(&self, row: &Map<String, Value>) -> Result<(), Error> {
        let owner = if R::OWNER.is_some() { owner_of::<R>(row) } else { self.whole };
        Ok(access::may_write(self.author.principal, R::OBJECT, owner)?)
    }

    /// Says whose row it is that what is written next is part of: rows that have no owner of their own are written
    /// by who may write that one.
    pub fn part_of(&mut self, owner: Option<Uuid>) {
        self.whole = owner;
    }

    /// Says which bill is written itself once its events are, so that it is written once.
    pub fn hold_bill(&mut self, bill: Option<Uuid>) {
        self.held_bill = bill;
    }

    /// Tells those who do not see a row any more that it is gone, or those who see it again that it is there: by what was
    /// written in this transaction, of the row or of what it belongs to.
    pub fn tell_sight<R: Record>(&mut self, id: Uuid, version: i32, is_hidden: bool) {
        self.changes.push(Change {
            subject_type: R::TYPE,
            subject_id: id,
            kind: if is_hidden { ChangeKind::Deleted } else { ChangeKind::Updated },
            version,
            is_hiding: is_hidden,
        });
    }

    /// Tells of rows that were written by statements over many.
    pub fn tell(&mut self, changes: Vec<Change>) {
        self.changes.extend(changes);
    }

    /// Brings cases to what follows since an institution has names that others had.
    ///
    /// # Errors
    /// Conflict; internal.
    pub async fn rename(&mut self, institution: Uuid) -> Result<(), Error> {
        let cases = withheld::all_cases_of(&self.transaction, institution).await?;
        self.follow(Followers { bills: Vec::new(), cases }).await
    }

    /// Has it count as done only once no server goes by what it knew of a caller before.
    pub fn shuts_out(&mut self) {
        self.ending.rest = LEASE;
    }

    /// Adds an event that is no write of a row.
    pub fn note(&mut self, event: Event) {
        self.events.push(ledger::complete(&self.author, event));
    }

    /// Adds events of other authors, which were completed when they happened.
    pub fn note_all(&mut self, events: Vec<audit_event::Model>) {
        self.events.extend(events);
    }

    fn check<R: Record>(row: &Map<String, Value>) -> Result<(), Error> {
        for column in R::PARTIAL_DATES {
            if let Some(text) = row.get(*column).and_then(Value::as_str)
                && !partial_date::is_partial_date(text)
            {
                return Err(Error::input(
                    format!("{column}: `{text}` 값은 날짜가 아닙니다."),
                    format!("{column}: {text} is no date."),
                ));
            }
        }
        for column in R::PERIODS {
            if let Some(text) = row.get(*column).and_then(Value::as_str)
                && period::Period::parse(text).is_none()
            {
                return Err(Error::input(
                    format!(
                        "{column}: {text}은(는) 기간이 아닙니다. 2026-07, 2026-Q3, 2026-H2, 2026처럼 적습니다."
                    ),
                    format!(
                        "{column}: {text} is not a period. Write 2026-07, 2026-Q3, 2026-H2 or 2026."
                    ),
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
        let row = as_json(&model)?;
        self.allow::<R>(&row)?;
        let fingerprint = Fingerprint::of_row::<R>(&row);
        if let Some(used) = self.used(key, &fingerprint).await? {
            return Ok(used);
        }
        Self::check::<R>(&row)?;
        let id = Uuid::now_v7();
        if !self.use_key::<R>(key, &fingerprint, id).await? {
            // Another call with this key was faster and has committed meanwhile.
            let used = self.used(key, &fingerprint).await?;
            return used.ok_or_else(|| Error::internal("a used key that is not there"));
        }
        self.insert::<R>("create", id, 1, model, row).await?;
        Ok(Created::New(id))
    }

    /// Creates a row as part of something that has a key of its own, under the name of that action.
    ///
    /// # Errors
    /// Forbidden; input; internal.
    pub async fn add<R>(&mut self, action: &'static str, model: R::Model) -> Result<Uuid, Error>
    where
        R: Record,
    {
        let id = Uuid::now_v7();
        self.add_with::<R>(action, id, model).await?;
        Ok(id)
    }

    /// The same under a key made before.
    ///
    /// # Errors
    /// Forbidden; input; internal.
    pub async fn add_with<R>(
        &mut self,
        action: &'static str,
        id: Uuid,
        model: R::Model,
    ) -> Result<(), Error>
    where
        R: Record,
    {
        let row = as_json(&model)?;
        self.allow::<R>(&row)?;
        Self::check::<R>(&row)?;
        self.insert::<R>(action, id, 1, model, row).await
    }

    async fn insert<R>(
        &mut self,
        action: &'static str,
        id: Uuid,
        version: i32,
        mut model: R::Model,
        mut row: Map<String, Value>,
    ) -> Result<(), Error>
    where
        R: Record,
    {
        self.sound()?;
        let is_marked = self.mark(&mut row);
        if !R::DERIVED.is_empty() {
            self.derive::<R>(id, &mut row).await?;
        }
        if is_marked || !R::DERIVED.is_empty() {
            model = serde_json::from_value(Value::Object(row.clone())).map_err(Error::internal)?;
        }
        let mut active = model.into_active_model().reset_all();
        for (column, value) in [
            ("id", sea_orm::Value::from(id)),
            ("version", version.into()),
            ("created_at", self.author.now.into()),
            ("updated_at", self.author.now.into()),
        ] {
            let column = R::Column::from_str(column)
                .map_err(|_| Error::internal(format!("{} has no column {column}", R::TYPE)))?;
            active.set(column, value);
        }
        R::insert(active).exec_without_returning(&self.transaction).await.map_err(first_wins)?;
        target_history::note::<R>(&self.transaction, id, &row, self.author.now).await?;
        row.insert("id".to_owned(), id.to_string().into());
        row.insert("version".to_owned(), version.into());
        let now = serde_json::to_value(self.author.now).map_err(Error::internal)?;
        row.insert("created_at".to_owned(), now.clone());
        row.insert("updated_at".to_owned(), now);
        self.index::<R>(id, &row);
        let followers = self.followers::<R>(id, [None, Some(&row)]).await?;
        self.record::<R>(action, id, ChangeKind::Created, version, None, Some(row));
        self.follow(followers).await
    }

    /// Marks as made up what a made-up client writes; tells whether it did.
    fn mark(&self, row: &mut Map<String, Value>) -> bool {
        let origin =
            self.author.principal.client().map_or(Origin::Reported, |client| client.writes);
        let is_marked = origin != Origin::Reported
            && row.get("origin").and_then(Value::as_str) == Some(Origin::Reported.code());
        if is_marked {
            row.insert("origin".to_owned(), origin.code().into());
        }
        is_marked
    }

    /// Brings the columns that follow from other rows to what they are now.
    async fn derive<R: Record>(&self, id: Uuid, row: &mut Map<String, Value>) -> Result<(), Error> {
        match R::TYPE {
            "Bill" => row.extend(bill::derived(&self.transaction, id, row).await?),
            "AdoptionCase" => row.extend(withheld::derived(&self.transaction, id, row).await?),
            _ => {}
        }
        Ok(())
    }

    /// Writes a row whose columns follow from others, if they do not any more. That is nobody's act: whose row it is
    /// learns nothing of who wrote the others.
    async fn derive_anew<R: Record>(&mut self, id: Uuid) -> Result<(), Error> {
        let column = R::Column::from_str("id").map_err(|_| Error::internal(R::TYPE))?;
        // Held, so that who writes it meanwhile waits, and is not what this write fails by.
        let found = R::find().filter(column.eq(id)).lock(LockType::NoKeyUpdate);
        let found = found.one(&self.transaction).await?;
        let Some(before) = found.as_ref().map(as_json).transpose()? else { return Ok(()) };
        let mut after = before.clone();
        self.derive::<R>(id, &mut after).await?;
        if after == before {
            return Ok(());
        }
        let seen = before.get("version").and_then(Value::as_i64).unwrap_or_default();
        let seen = i32::try_from(seen).map_err(Error::internal)?;
        let author = self.author;
        self.author = Author { principal: &Principal::System, address: None, ..author };
        let written = self.update_as::<R>(DERIVE, id, seen, |_| {}, Map::new()).await;
        self.author = author;
        written.map(drop)
    }

    /// Rows whose columns may follow otherwise from what was written: the bills an event belonged and belongs to, and
    /// cases that are shown by how many there are.
    async fn followers<R: Record>(
        &self,
        id: Uuid,
        rows: [Option<&Map<String, Value>>; 2],
    ) -> Result<Followers, Error> {
        let mut bills: Vec<Uuid> = rows.into_iter().flatten().filter_map(whole_of::<R>).collect();
        bills.dedup();
        bills.retain(|bill| Some(*bill) != self.held_bill);
        let cases = match R::TYPE {
            "AdoptionCase" => withheld::neighbours(&self.transaction, id, rows).await?,
            "Institution" => withheld::cases_of(&self.transaction, Some(id), rows).await?,
            "InstitutionName" => {
                let named = rows.into_iter().flatten().find_map(|row| row.get("institution_id"));
                let named = named.and_then(Value::as_str).and_then(|key| key.parse().ok());
                withheld::cases_of(&self.transaction, named, rows).await?
            }
            _ => Vec::new(),
        };
        Ok(Followers { bills, cases })
    }

    /// Writes those of them that have changed by it.
    fn follow(&mut self, followers: Followers) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async move {
            for bill in followers.bills {
                self.derive_anew::<entity::bill::Entity>(bill).await?;
            }
            for case in followers.cases {
                self.derive_anew::<entity::adoption_case::Entity>(case).await?;
            }
            Ok(())
        })
    }

    /// The transaction, for rows that are part of a row written in it and stand in that row's audit.
    pub fn parts(&self) -> &DatabaseTransaction {
        &self.transaction
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
        self.update_as::<R>("update", id, seen, change, Map::new()).await
    }

    /// Changes a row under the name of an action. `told` stands in the audit beside the row: what of its
    /// parts was changed.
    ///
    /// # Errors
    /// Not found; conflict, if somebody else wrote first; forbidden; input; internal.
    pub async fn update_as<R>(
        &mut self,
        action: &'static str,
        id: Uuid,
        seen: i32,
        change: impl FnOnce(&mut Map<String, Value>) + Send,
        told: Map<String, Value>,
    ) -> Result<i32, Error>
    where
        R: Record,
    {
        let column = |name: &str| {
            R::Column::from_str(name)
                .map_err(|_| Error::internal(format!("{} has no column {name}", R::TYPE)))
        };
        let found = R::find().filter(column("id")?.eq(id)).one(&self.transaction).await?;
        let before = as_json(&found.ok_or(Error::NotFound)?)?;
        self.allow::<R>(&before)?;
        self.sound()?;
        let mut after = before.clone();
        change(&mut after);
        // What is no column would be told in the audit, and not be written.
        if let Some(name) = after.keys().find(|name| !before.contains_key(*name)) {
            return Err(Error::internal(format!("{} has no column {name}", R::TYPE)));
        }
        self.allow::<R>(&after)?;
        self.derive::<R>(id, &mut after).await?;
        let version = seen.checked_add(1).ok_or(Error::Conflict)?;
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
            .map_err(|error| Error::input("행의 값이 올바르지 않습니다.", error.to_string()))?;
        let active = model.into_active_model().reset_all();
        let done = R::update_many()
            .set(active)
            .filter(column("id")?.eq(id))
            .filter(column("version")?.eq(seen))
            .exec(&self.transaction)
            .await
            .map_err(first_wins)?;
        if done.rows_affected == 0 {
            return Err(Error::Conflict);
        }
        target_history::note::<R>(&self.transaction, id, &after, self.author.now).await?;
        if !R::SEARCH.is_empty() {
            self.leave_index(id).await?;
            self.index::<R>(id, &after);
        }
        let followers = self.followers::<R>(id, [Some(&before), Some(&after)]).await?;
        after.extend(told);
        self.record::<R>(action, id, ChangeKind::Updated, version, Some(before), Some(after));
        self.follow(followers).await?;
        Ok(version)
    }

    /// Lets a key that was not used stand for the row that somebody else has put on record under the same code.
    ///
    /// # Errors
    /// Internal.
    pub async fn adopt<R>(&self, row: Map<String, Value>, key: &str) -> Result<(), Error>
    where
        R: Record,
    {
        let Some((column, code)) = R::CODE.zip(R::CODE.and_then(|code| row.get(code)?.as_str()))
        else {
            return Ok(());
        };
        let column = R::Column::from_str(column).map_err(|_| Error::internal(R::TYPE))?;
        let found = R::find().filter(column.eq(code)).one(&self.transaction).await?;
        let id = match found.as_ref().map(as_json).transpose()? {
            Some(found) => {
                found.get("id").and_then(Value::as_str).and_then(|id| id.parse::<Uuid>().ok())
            }
            None if R::TYPE == "Institution" => named::stays(&self.transaction, code).await?,
            None => None,
        };
        let id = id.filter(|id| !self.changes.iter().any(|change| change.subject_id == *id));
        let fingerprint = Fingerprint::of_row::<R>(&row);
        if let Some(id) = id
            && self.used(key, &fingerprint).await?.is_none()
        {
            self.use_key::<R>(key, &fingerprint, id).await?;
        }
        Ok(())
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
        if !self.is_own(id).await? {
            return Ok(false);
        }
        let content = as_json(&model)?;
        let fingerprint = Fingerprint::of_row::<R>(&content);
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
        self.keep_key(key, fingerprint).await?;
        Ok(true)
    }

    /// Whether the caller was the last to write a row.
    ///
    /// # Errors
    /// Internal.
    pub async fn is_own(&self, id: Uuid) -> Result<bool, Error> {
        let last = audit_event::Entity::find()
            .filter(audit_event::Column::SubjectId.eq(id))
            // What follows from other rows is nobody's edit of this one.
            .filter(audit_event::Column::Action.ne(DERIVE))
            .order_by_desc(audit_event::Column::Seq)
            .one(&self.transaction)
            .await?;
        Ok(last.is_some_and(|event| event.actor == self.author.principal.actor()))
    }

    /// Notes other content for a key that was used.
    async fn keep_key(&self, key: &str, fingerprint: Fingerprint) -> Result<(), Error> {
        idempotency::Entity::update_many()
            .col_expr(idempotency::Column::Fingerprint, fingerprint.made.into())
            .filter(idempotency::Column::Actor.eq(self.author.principal.actor()))
            .filter(idempotency::Column::IdempotencyKey.eq(key))
            .exec(&self.transaction)
            .await?;
        Ok(())
    }

    /// Deletes a row with its links, unless somebody else has written it since or a row that stays names
    /// it; `cited_by` are the rows about it that go as well. Its key and version are kept, so that it
    /// comes back as what it was ([`Self::restore`]); its content stands in the audit log.
    ///
    /// # Errors
    /// Forbidden; internal.
    pub async fn remove<R>(&mut self, id: Uuid, cited_by: &[Uuid]) -> Result<Removed, Error>
    where
        R: Record,
    {
        if self.is_own(id).await? {
            self.take_out::<R>(id, cited_by).await
        } else {
            Ok(Removed::Kept)
        }
    }

    /// Deletes a row with its links, whoever wrote it, unless a row that stays is about it: what a caller takes out of what
    /// it holds and has seen.
    ///
    /// # Errors
    /// Forbidden; internal.
    pub async fn withdraw<R>(&mut self, id: Uuid) -> Result<Removed, Error>
    where
        R: Record,
    {
        self.sound()?;
        self.take_out::<R>(id, &[]).await
    }

    async fn take_out<R>(&mut self, id: Uuid, cited_by: &[Uuid]) -> Result<Removed, Error>
    where
        R: Record,
    {
        let key = R::Column::from_str("id").map_err(|_| Error::internal(R::TYPE))?;
        let Some(found) = R::find().filter(key.eq(id)).one(&self.transaction).await? else {
            return Ok(Removed::Kept);
        };
        let before = as_json(&found)?;
        self.allow::<R>(&before)?;
        // Citations and conflicts name their subject without a foreign key.
        let cited = citation::Entity::find()
            .filter(citation::Column::SubjectId.eq(id))
            .filter(citation::Column::Id.is_not_in(cited_by.iter().copied()))
            .count(&self.transaction)
            .await?;
        if cited > 0 || self.is_disputed(id).await? {
            return Ok(Removed::Kept);
        }
        let is_public = access::rows(&Principal::Anonymous, R::OBJECT) != access::Rows::None
            && before.get("visibility").and_then(Value::as_str) == Some(Visibility::Public.code());
        let known_to = if is_public { Visibility::Public } else { Visibility::Internal };
        self.erase::<R>(id, before, known_to).await
    }

    async fn is_disputed(&self, id: Uuid) -> Result<bool, Error> {
        let conflicts = conflict::Entity::find().filter(conflict::Column::SubjectId.eq(id));
        Ok(conflicts.count(&self.transaction).await? > 0)
    }

    /// Deletes a row with what sources are cited for it, whoever has written it before, unless a row that stays names it or
    /// is about it. `known_to` tells who saw it, and so is told that it is gone.
    ///
    /// # Errors
    /// Forbidden; internal.
    pub async fn remove_part<R: Record>(
        &mut self,
        id: Uuid,
        known_to: Visibility,
    ) -> Result<Removed, Error> {
        let key = R::Column::from_str("id").map_err(|_| Error::internal(R::TYPE))?;
        let found = R::find().filter(key.eq(id)).one(&self.transaction).await?;
        let before = as_json(&found.ok_or(Error::NotFound)?)?;
        self.allow::<R>(&before)?;
        self.sound()?;
        if self.is_disputed(id).await? {
            return Ok(Removed::Kept);
        }
        let removed = self.erase::<R>(id, before, known_to).await?;
        if removed == Removed::Done {
            let cited = citation::Entity::find().filter(citation::Column::SubjectId.eq(id));
            for row in cited.all(&self.transaction).await? {
                let is_open = known_to == Visibility::Public;
                let known_to = if is_open { row.visibility } else { Visibility::Internal };
                self.erase::<citation::Entity>(row.id, as_json(&row)?, known_to).await?;
            }
        }
        Ok(removed)
    }

    /// Takes a row and its links away, unless a row that stays names it.
    async fn erase<R: Record>(
        &mut self,
        id: Uuid,
        before: Map<String, Value>,
        known_to: Visibility,
    ) -> Result<Removed, Error> {
        let key = R::Column::from_str("id").map_err(|_| Error::internal(R::TYPE))?;
        self.transaction.execute_unprepared("SAVEPOINT removal").await?;
        let entity = R::default();
        let mut unlink = Unlink { transaction: &self.transaction, table: entity.table_name(), id };
        for table in TABLES {
            record::visit(table, &mut unlink).await?;
        }
        let removed = R::delete_many().filter(key.eq(id)).exec(&self.transaction).await;
        let is_kept = match removed {
            Ok(_) => false,
            Err(error) if is_in_use(&error) => {
                self.transaction.execute_unprepared("ROLLBACK TO SAVEPOINT removal").await?;
                true
            }
            Err(error) => return Err(error.into()),
        };
        // A savepoint that was rolled back to still stands.
        self.transaction.execute_unprepared("RELEASE SAVEPOINT removal").await?;
        if is_kept {
            return Ok(Removed::Kept);
        }
        target_history::end::<R>(&self.transaction, id, self.author.now).await?;
        self.leave_index(id).await?;
        let version = before.get("version").and_then(Value::as_i64).unwrap_or_default() + 1;
        let version = i32::try_from(version).map_err(Error::internal)?;
        let deleted = deleted_row::ActiveModel {
            id: Set(id),
            subject_type: Set(R::TYPE.to_owned()),
            visibility: Set(known_to),
            version: Set(version),
            deleted_at: Set(self.author.now),
        };
        deleted_row::Entity::insert(deleted).exec_without_returning(&self.transaction).await?;
        let followers = self.followers::<R>(id, [Some(&before), None]).await?;
        self.record::<R>("delete", id, ChangeKind::Deleted, version, Some(before), None);
        self.follow(followers).await?;
        Ok(Removed::Done)
    }

    /// Brings a deleted row back that was created with a key, with this content and the id it had.
    ///
    /// # Errors
    /// Not found, if it is not deleted; forbidden; input; internal.
    pub async fn restore<R>(&mut self, id: Uuid, model: R::Model, key: &str) -> Result<(), Error>
    where
        R: Record,
    {
        let deleted = deleted_row::Entity::find_by_id(id).one(&self.transaction).await?;
        let deleted = deleted.ok_or(Error::NotFound)?;
        let row = as_json(&model)?;
        self.allow::<R>(&row)?;
        Self::check::<R>(&row)?;
        deleted_row::Entity::delete_by_id(id).exec(&self.transaction).await?;
        self.keep_key(key, Fingerprint::of_row::<R>(&row)).await?;
        let version = deleted.version.checked_add(1).ok_or(Error::Conflict)?;
        self.insert::<R>("restore", id, version, model, row).await
    }

    /// Takes a row out of the search index.
    async fn leave_index(&mut self, id: Uuid) -> Result<(), Error> {
        // Written in this transaction, the row waits for its commit to be indexed.
        if self.documents.iter().any(|waiting| *waiting.source_id.as_ref() == id) {
            self.documents.retain(|waiting| *waiting.source_id.as_ref() != id);
            self.grams.retain(|waiting| *waiting.source_id.as_ref() != id);
        }
        search_document::Entity::delete_many()
            .filter(search_document::Column::SourceId.eq(id))
            .exec(&self.transaction)
            .await?;
        search_gram::Entity::delete_many()
            .filter(search_gram::Column::SourceId.eq(id))
            .exec(&self.transaction)
            .await?;
        Ok(())
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

    /// Ties a row to just these by a link table, as part of writing the row that owns the links.
    ///
    /// # Errors
    /// Internal.
    pub async fn link_all<L>(&mut self, owner: Uuid, others: &[Uuid]) -> Result<(), Error>
    where
        L: LinkRecord,
    {
        let column = |name: &str| L::Column::from_str(name).map_err(|_| Error::internal(name));
        let [(owner_column, _), (other_column, _)] = L::REFERENCES else {
            return Err(Error::internal("a link ties two rows"));
        };
        L::delete_many()
            .filter(column(owner_column)?.eq(owner))
            .filter(column(other_column)?.is_not_in(others.iter().copied()))
            .exec(&self.transaction)
            .await?;
        for other in others {
            self.link::<L>(owner, *other).await?;
        }
        Ok(())
    }

    async fn link<L>(&mut self, owner: Uuid, other: Uuid) -> Result<(), Error>
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

    /// What the caller's key was used for.
    async fn used(&self, key: &str, fingerprint: &Fingerprint) -> Result<Option<Created>, Error> {
        let used = idempotency::Entity::find()
            .filter(idempotency::Column::Actor.eq(self.author.principal.actor()))
            .filter(idempotency::Column::IdempotencyKey.eq(key))
            .one(&self.transaction)
            .await?;
        Ok(used.map(|used| {
            if fingerprint.is(&used.fingerprint) {
                Created::Known(used.subject_id)
            } else {
                Created::Differs(used.subject_id)
            }
        }))
    }

    /// Uses a key, waiting for another call that is about to; tells whether it was free.
    async fn use_key<R: Record>(
        &self,
        key: &str,
        fingerprint: &Fingerprint,
        id: Uuid,
    ) -> Result<bool, Error> {
        let row = idempotency::ActiveModel {
            id: Set(Uuid::now_v7()),
            actor: Set(self.author.principal.actor().to_owned()),
            idempotency_key: Set(key.to_owned()),
            fingerprint: Set(fingerprint.made.clone()),
            subject_type: Set(R::TYPE.to_owned()),
            subject_id: Set(id),
            at: Set(self.author.now),
        };
        let columns = [idempotency::Column::Actor, idempotency::Column::IdempotencyKey];
        let inserted = idempotency::Entity::insert(row)
            .on_conflict_do_nothing_on(columns)
            .exec_without_returning(&self.transaction)
            .await?;
        Ok(matches!(inserted, sea_orm::TryInsertResult::Inserted(1..)))
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
        self.changes.push(Change {
            subject_type: R::TYPE,
            subject_id: id,
            kind,
            version,
            is_hiding: false,
        });
        // What others do to what an institution holds stands in its audit as well.
        let owner = after.as_ref().or(before.as_ref()).and_then(owner_of::<R>).or(self.whole);
        let (before, after) = match (before, after) {
            (Some(before), Some(after)) => {
                let (before, after) = changed(before, after);
                (Some(before), Some(after))
            }
            whole => whole,
        };
        // Where a row stands for others is nobody's act.
        let action = self.action.filter(|_| action != DERIVE).unwrap_or(action);
        self.note(Event {
            action,
            subject_type: R::TYPE,
            subject_id: Some(id),
            institution_id: owner,
            before: before.map(audited::<R>),
            after: after.map(audited::<R>),
            refused: None,
        });
    }

    /// Writes what belongs to the rows, numbers it, and commits, unless the write is held so that its payload
    /// can be read before that ([`Store::holding`]). Tells how many rows were written.
    ///
    /// # Errors
    /// Unavailable, if the database could not commit; internal.
    pub async fn commit(mut self) -> Result<usize, Error> {
        self.sound()?;
        let written = self.changes.len();
        let documents = std::mem::take(&mut self.documents);
        let grams = std::mem::take(&mut self.grams);
        ledger::insert_all::<search_document::Entity>(&self.transaction, documents).await?;
        ledger::insert_all::<search_gram::Entity>(&self.transaction, grams).await?;
        let Self { transaction, ending, author: Author { now, .. }, changes, events, .. } = self;
        let last: Last =
            Box::new(move |transaction| ledger::number(transaction, now, changes, events).boxed());
        ending.end(transaction, last).await?;
        Ok(written)
    }
}
