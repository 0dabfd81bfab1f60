//! Rows of a data set into the database, through the write path, in one transaction: all or nothing.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::str::FromStr;

use chrono::{DateTime, Utc};
use entity::{citation, data_set, deleted_row, idempotency};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{DataSet, Row};
use crate::database::Store;
use crate::domain::admit;
use crate::domain::principal::Principal;
use crate::error::Error;
use crate::service::bill;
use crate::service::record::{self, LinkRecord, Record, TABLES, Visit};
use crate::service::write::{Author, Created, Removed, Write, as_json};

/// What loading a data set did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Rows created, by table.
    pub created: BTreeMap<String, usize>,
    /// Rows brought up to date.
    pub updated: usize,
    /// Rows that were there as they are.
    pub unchanged: usize,
    /// Rows that left the set, deleted.
    pub deleted: usize,
    /// Rows that somebody else has edited since, and rows that left the set but are named by one that
    /// stays: kept as they are.
    pub kept: usize,
    /// Whether the set was loaded before, so that nothing was looked at.
    pub known: bool,
}

impl Summary {
    /// Rows created in all tables.
    pub fn total_created(&self) -> usize {
        self.created.values().sum()
    }
}

/// Loads a data set, unless this very content was loaded before. `progress` hears each table with the
/// number of its rows as it is begun.
///
/// # Errors
/// Input, if a row is not what its table takes; internal.
pub async fn load(
    db: &Store,
    set: &DataSet,
    now: DateTime<Utc>,
    mut progress: impl FnMut(&str, usize),
) -> Result<Summary, Error> {
    let noted = data_set::Entity::find_by_id(set.name).one(db).await?;
    if noted.is_some_and(|noted| noted.fingerprint == set.fingerprint) {
        return Ok(Summary { known: true, ..Summary::default() });
    }
    let author = Author { principal: &Principal::System, request_id: "seed", address: None, now };
    let write = Write::begin(db, author).await?;
    let mut loader = Loader {
        write,
        set,
        ids: HashMap::new(),
        cited: Vec::new(),
        used: HashSet::new(),
        deleted: HashSet::new(),
        summary: Summary::default(),
        row: None,
    };
    loader.known_codes().await?;
    loader.known_deleted().await?;
    for table in TABLES {
        let mut waiting: Vec<&Row> = set.rows.iter().filter(|row| row.table == *table).collect();
        if waiting.is_empty() {
            continue;
        }
        progress(table, waiting.len());
        // Rows may name rows of their own table that stand below them.
        while !waiting.is_empty() {
            let before = waiting.len();
            let mut later = Vec::new();
            for row in waiting {
                loader.row = Some(row);
                if !record::visit(table, &mut loader).await? {
                    later.push(row);
                }
            }
            if later.len() == before {
                return Err(loader.unresolved(later[0]));
            }
            waiting = later;
        }
    }
    if let Some(stray) = set.rows.iter().find(|row| !TABLES.contains(&row.table.as_str())) {
        return Err(broken(stray, format!("there is no table {}", stray.table)));
    }
    loader.cite_all().await?;
    loader.delete_what_left().await?;
    let Loader { write, summary, .. } = loader;
    write.note_data_set(set.name, &set.fingerprint, set.rows.len()).await?;
    write.commit().await?;
    Ok(summary)
}

fn broken(row: &Row, what: impl std::fmt::Display) -> Error {
    let text = format!("{} ({}): {what}", row.place, row.key);
    Error::input(text.clone(), text)
}

struct Loader<'a> {
    write: Write<'a>,
    set: &'a DataSet,
    /// Keys of rows, by table and key of the file.
    ids: HashMap<(String, String), Uuid>,
    /// Rows whose citations are still to be written: type, key, row.
    cited: Vec<(&'static str, Uuid, &'a Row)>,
    /// Keys of rows and citations that the set holds.
    used: HashSet<String>,
    /// Rows that are deleted.
    deleted: HashSet<Uuid>,
    summary: Summary,
    row: Option<&'a Row>,
}

impl Loader<'_> {
    /// Rows of code lists, topics and institutions that an earlier set brought, so that this one can name them.
    async fn known_codes(&mut self) -> Result<(), Error> {
        let regions = entity::region::Entity::find().all(self.write.reads()).await?;
        let industries = entity::industry::Entity::find().all(self.write.reads()).await?;
        let institutions = entity::institution::Entity::find().all(self.write.reads()).await?;
        let regions = regions.into_iter().map(|row| ("region", row.code, row.id));
        let industries = industries.into_iter().map(|row| ("industry", row.code, row.id));
        let institutions = institutions.into_iter().map(|row| ("institution", row.code, row.id));
        let merged = entity::merged_institution::Entity::find().all(self.write.reads()).await?;
        // What was merged leads to what stays.
        let merged = merged.into_iter().map(|row| ("institution", row.code, row.into_id));
        let topics = entity::topic::Entity::find().all(self.write.reads()).await?;
        let topics = topics.into_iter().map(|row| ("topic", row.code, row.id));
        let lists = regions.chain(industries).chain(topics);
        for (table, code, id) in lists.chain(institutions).chain(merged) {
            self.ids.insert((table.to_owned(), code), id);
        }
        Ok(())
    }

    async fn known_deleted(&mut self) -> Result<(), Error> {
        let rows = deleted_row::Entity::find().all(self.write.reads()).await?;
        self.deleted = rows.into_iter().map(|row| row.id).collect();
        Ok(())
    }

    /// Deletes the rows that an earlier version of the set brought and this one does not hold, those that
    /// name others first.
    async fn delete_what_left(&mut self) -> Result<(), Error> {
        let keys = idempotency::Entity::find()
            .filter(idempotency::Column::Actor.eq(Principal::System.actor()))
            .filter(idempotency::Column::IdempotencyKey.starts_with(format!("{}:", self.set.name)))
            .all(self.write.reads())
            .await?;
        let mut left = Left { loader: self, rows: HashMap::new(), citations: HashMap::new() };
        let mut stray = Vec::new();
        for key in keys {
            let (name, id) = (key.idempotency_key, key.subject_id);
            if left.loader.used.contains(&name) || left.loader.deleted.contains(&id) {
                continue;
            }
            match name.rsplit_once('#') {
                // A citation goes with its row.
                Some((row, _)) if !left.loader.used.contains(row) => {
                    left.citations.entry(row.to_owned()).or_default().push(id);
                }
                Some(_) => stray.push(id),
                None => left.rows.entry(key.subject_type).or_default().push((id, name)),
            }
        }
        for id in stray {
            let removed = left.loader.write.remove::<citation::Entity>(id, &[]).await?;
            left.loader.count(removed);
        }
        for table in TABLES.iter().rev() {
            record::visit(table, &mut left).await?;
        }
        Ok(())
    }

    fn count(&mut self, removed: Removed) {
        match removed {
            Removed::Done => self.summary.deleted += 1,
            Removed::Kept => self.summary.kept += 1,
        }
    }

    fn unresolved(&self, row: &Row) -> Error {
        broken(row, "it names a row that is nowhere in the data set")
    }

    /// Columns with references resolved; none if a row named is not there yet.
    fn resolve(
        &self,
        columns: &Map<String, Value>,
        references: &[(&'static str, &'static str)],
    ) -> Option<Map<String, Value>> {
        let mut resolved = columns.clone();
        for (column, table) in references {
            let name = column.strip_suffix("_id").unwrap_or(column);
            if let Some(Value::String(key)) = columns.get(name) {
                let id = self.ids.get(&((*table).to_owned(), key.clone()))?;
                resolved.remove(name);
                resolved.insert((*column).to_owned(), id.to_string().into());
            }
        }
        Some(resolved)
    }

    async fn create<R: Record>(
        &mut self,
        row: &Row,
        columns: Map<String, Value>,
        key: &str,
    ) -> Result<Created, Error> {
        let model = model::<R>(columns, self.set.origin.code(), row)?;
        let key = format!("{}:{}:{key}", self.set.name, row.table);
        self.used.insert(key.clone());
        self.write.adopt::<R>(as_json(&model)?, &key).await?;
        let created = match self.write.create::<R>(model.clone(), &key).await {
            Err(Error::Internal(cause)) => return Err(broken(row, cause)),
            other => other?,
        };
        match created {
            Created::New(_) => {
                *self.summary.created.entry(R::default().table_name().to_owned()).or_default() += 1
            }
            Created::Known(id) | Created::Differs(id) if self.deleted.remove(&id) => {
                self.write.restore::<R>(id, model, &key).await?;
                *self.summary.created.entry(R::default().table_name().to_owned()).or_default() += 1;
            }
            Created::Known(_) => self.summary.unchanged += 1,
            Created::Differs(id) => {
                if self.write.amend::<R>(id, model, &key).await? {
                    self.summary.updated += 1;
                } else {
                    self.summary.kept += 1;
                }
            }
        }
        Ok(created)
    }

    /// Writes the citations, once every document is there.
    async fn cite_all(&mut self) -> Result<(), Error> {
        for (ty, subject, row) in std::mem::take(&mut self.cited) {
            self.cite(ty, subject, row).await?;
        }
        Ok(())
    }

    async fn cite(&mut self, ty: &str, subject: Uuid, row: &Row) -> Result<(), Error> {
        for (at, citation) in row.citations.iter().enumerate() {
            let mut columns = self
                .resolve(citation, citation::Entity::REFERENCES)
                .filter(|columns| columns.contains_key("document_id"))
                .ok_or_else(|| {
                    broken(row, "it cites a document that is nowhere in the data set")
                })?;
            columns.insert("subject_type".to_owned(), ty.into());
            columns.insert("subject_id".to_owned(), subject.to_string().into());
            name_field(&mut columns);
            columns.insert("position".to_owned(), (at + 1).into());
            columns.entry("basis").or_insert_with(|| "STATED".into());
            let key = format!("{}#{}", row.key, at + 1);
            self.create::<citation::Entity>(row, columns, &key).await?;
        }
        Ok(())
    }

    async fn topics<R: Record>(&mut self, row: &Row, created: Created) -> Result<(), Error> {
        if !["Body", "Meeting", "Statement", "Document", "PolicyPlan", "PolicyTask"]
            .contains(&R::TYPE)
        {
            return match row.topics.is_empty() {
                true => Ok(()),
                false => Err(broken(row, "this table has no topics")),
            };
        }
        let owner = created.id();
        // Whoever has edited the row has its topics as well.
        if !matches!(created, Created::New(_)) && !self.write.is_own(owner).await? {
            return Ok(());
        }
        let mut topics = Vec::with_capacity(row.topics.len());
        for topic in &row.topics {
            let id = self.ids.get(&("topic".to_owned(), topic.clone())).copied();
            topics.push(id.ok_or_else(|| broken(row, format!("there is no topic {topic}")))?);
        }
        let write = &mut self.write;
        match R::TYPE {
            "Body" => write.link_all::<entity::body_topic::Entity>(owner, &topics).await,
            "Meeting" => write.link_all::<entity::meeting_topic::Entity>(owner, &topics).await,
            "Statement" => write.link_all::<entity::statement_topic::Entity>(owner, &topics).await,
            "PolicyPlan" => write.link_all::<entity::plan_topic::Entity>(owner, &topics).await,
            "PolicyTask" => write.link_all::<entity::task_topic::Entity>(owner, &topics).await,
            _ => write.link_all::<entity::document_topic::Entity>(owner, &topics).await,
        }
    }

    /// `subject = "meeting:KEY"` to the row's type and key.
    fn subject(&self, columns: &mut Map<String, Value>) -> Result<bool, Error> {
        let Some(Value::String(named)) = columns.get("subject").cloned() else { return Ok(true) };
        let Some((table, key)) = named.split_once(':') else { return Ok(false) };
        let Some(id) = self.ids.get(&(table.to_owned(), key.to_owned())) else { return Ok(false) };
        columns.remove("subject");
        columns.insert("subject_type".to_owned(), pascal(table).into());
        columns.insert("subject_id".to_owned(), id.to_string().into());
        Ok(true)
    }
}

/// Rows that left the set: by type, with their keys, and their citations by the key of the row.
struct Left<'a, 'b> {
    loader: &'a mut Loader<'b>,
    rows: HashMap<String, Vec<(Uuid, String)>>,
    citations: HashMap<String, Vec<Uuid>>,
}

impl Visit for Left<'_, '_> {
    type Output = ();

    async fn fact<R: Record>(&mut self) -> Result<(), Error> {
        let mut rows = self.rows.remove(R::TYPE).unwrap_or_default();
        // Of rows of one table, those that came later may name those before.
        rows.sort_unstable_by(|a, b| b.cmp(a));
        for (id, key) in rows {
            let citations = self.citations.remove(&key).unwrap_or_default();
            let removed = self.loader.write.remove::<R>(id, &citations).await?;
            self.loader.count(removed);
            if removed == Removed::Done {
                for citation in citations {
                    let removed =
                        self.loader.write.remove::<citation::Entity>(citation, &[]).await?;
                    self.loader.count(removed);
                }
            }
        }
        Ok(())
    }

    async fn link<L: LinkRecord>(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

/// Columns that the schema calls otherwise: its dates end in `On`, its truth values begin with `is`.
const FIELDS: [(&str, &str); 10] = [
    ("acting", "isActing"),
    ("due", "dueOn"),
    ("founded", "foundedOn"),
    ("operating_since", "startedOn"),
    ("period_end", "periodEndsOn"),
    ("period_start", "periodStartsOn"),
    ("since", "startedOn"),
    ("tentative", "isTentative"),
    ("valid_from", "startsOn"),
    ("valid_to", "endsOn"),
];

/// The column a citation or conflict names to the name of its field: `held_on` to `heldOn`.
fn name_field(columns: &mut Map<String, Value>) {
    if let Some(Value::String(column)) = columns.get_mut("field") {
        let pascal = pascal(column);
        *column = match FIELDS.iter().find(|(known, _)| known == column) {
            Some((_, field)) => (*field).to_owned(),
            None => column.chars().take(1).chain(pascal.chars().skip(1)).collect(),
        };
    }
}

/// `agenda_item` to `AgendaItem`.
fn pascal(table: &str) -> String {
    table
        .split('_')
        .flat_map(|part| {
            part.chars()
                .enumerate()
                .map(|(at, letter)| if at == 0 { letter.to_ascii_uppercase() } else { letter })
        })
        .collect()
}

/// A row as its entity takes it.
fn model<R: Record>(
    mut columns: Map<String, Value>,
    origin: &str,
    row: &Row,
) -> Result<R::Model, Error> {
    if let Some(stray) = columns.keys().find(|name| R::Column::from_str(name).is_err()) {
        return Err(broken(row, format!("{} has no column {stray}", R::TYPE)));
    }
    columns.values_mut().for_each(admit::compose);
    columns.entry("visibility").or_insert_with(|| "PUBLIC".into());
    columns.insert("origin".to_owned(), origin.into());
    columns.insert("id".to_owned(), Uuid::nil().to_string().into());
    columns.insert("version".to_owned(), 0.into());
    for instant in ["created_at", "updated_at"] {
        columns.insert(instant.to_owned(), "1970-01-01T00:00:00Z".into());
    }
    serde_json::from_value(Value::Object(columns)).map_err(|error| broken(row, error))
}

impl Visit for Loader<'_> {
    /// Whether the row was written; not, if it names a row that is not there yet.
    type Output = bool;

    async fn fact<R: Record>(&mut self) -> Result<bool, Error> {
        let Some(row) = self.row else { return Ok(true) };
        let Some(mut columns) = self.resolve(&row.columns, R::REFERENCES) else { return Ok(false) };
        if !self.subject(&mut columns)? {
            return Ok(false);
        }
        if R::TYPE == "Conflict" {
            name_field(&mut columns);
        }
        if R::TYPE == "BillEvent" {
            bill::check_next_stage(&self.write, &columns).await?;
        }
        let created = self.create::<R>(row, columns, &row.key).await?;
        let place = (row.table.clone(), row.key.clone());
        if self.ids.insert(place, created.id()).is_some() && matches!(created, Created::New(_)) {
            return Err(broken(row, "two rows of the table have this key"));
        }
        self.cited.push((R::TYPE, created.id(), row));
        self.topics::<R>(row, created).await?;
        Ok(true)
    }

    async fn link<L: LinkRecord>(&mut self) -> Result<bool, Error> {
        match self.row {
            Some(row) => Err(broken(row, "links are written with the row they belong to")),
            None => Ok(true),
        }
    }
}
