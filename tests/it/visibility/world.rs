//! A world in which each type has one hidden row that everything around it names, and the same world in
//! which that row never was.
//!
//! Rows are made from the tables' own description, so a new type needs no line here. Of each type there are:
//! - two visible rows, [`Role::First`] and [`Role::Second`]. All that the first names is hidden once the
//!   hidden rows are there; before, it names nothing, or [`Role::Decoy`], a row that is always hidden;
//! - [`Role::Hidden`]: in the phase A it belongs to the first rows, in the phase B to the second ones, and
//!   no column holds in B what it holds in A;
//! - [`Role::Orphan`]: a public row whose parent is hidden. Citations, conflicts and their claims about
//!   each hidden row are orphans as well.

use aiplus::domain::feed_key::FeedKey;
use aiplus::domain::fold;
use aiplus::error::Error;
use aiplus::graphql::catalog;
use aiplus::read::model::{Guard, Kind, Scalar, Source, Type};
use aiplus::service::ledger::{insert_all, key_of_number};
use aiplus::service::record::{self, LinkRecord, Record, TABLES, Visit};
use aiplus::service::search_index;
use entity::audit_event::AuditOutcome;
use entity::change::ChangeKind;
use entity::{
    Choice, audit_event, change, search_document, search_gram, statistics_cell, submission_file,
    submission_value,
};
use sea_orm::sea_query::ColumnType;
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseConnection,
    DatabaseTransaction, EntityTrait, IdenStatic, IntoActiveModel, Iterable, QueryFilter,
    QuerySelect, Set, Statement, TransactionTrait,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::support::TestApp;

/// Word that all texts of hidden rows hold, in the phase A and in the phase B.
pub const WORDS: [&str; 2] = ["숨은갑", "숨은을"];
/// Word that all texts of the first rows hold.
pub const SHOWN: &str = "드러난하나";
/// Dates of hidden rows.
pub const DATES: [&str; 2] = ["2026-08-11", "2026-09-12"];

/// Whether the hidden rows are there, and with which content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    Absent,
    A,
    B,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    First,
    Second,
    Decoy,
    Hidden,
    Orphan,
}

impl Role {
    /// Whether the row is there only while the hidden ones are.
    fn passes(self) -> bool {
        matches!(self, Self::Hidden | Self::Orphan)
    }
}

/// What a row of citations, conflicts or claims is about.
#[derive(Debug, Clone, Copy)]
enum About {
    /// The visible rows of a table: the first one, in the phase B the second one.
    Visible(usize),
    /// One row, named as a subject.
    Row(usize, Uuid),
    /// One row, named by the column of the parent.
    Parent(Uuid),
}

struct Row {
    table: usize,
    role: Role,
    key: Uuid,
    about: Option<About>,
}

struct Column {
    name: &'static str,
    kind: ColumnType,
    is_null: bool,
    is_partial_date: bool,
    is_quarter: bool,
    /// Table of the row it names.
    target: Option<&'static str>,
    choice: Option<&'static Choice>,
}

struct Table {
    name: &'static str,
    ty: &'static Type,
    columns: Vec<Column>,
}

impl Table {
    /// The rows without which a row is not seen: column and type.
    fn parents(&self) -> Vec<(&'static str, &'static str)> {
        match self.ty.guard {
            Guard::Via { fk, parent } => vec![(fk, parent)],
            Guard::Between(ends) => ends.to_vec(),
            _ => Vec::new(),
        }
    }

    fn has_subject(&self) -> bool {
        matches!(self.ty.guard, Guard::Subject { .. })
    }

    /// Whether its rows are seen by their institution's clients alone.
    fn is_owned_only(&self) -> bool {
        matches!(self.ty.guard, Guard::Personal | Guard::Client | Guard::Result)
    }

    /// Whether the column names the whole of which a row is a part, and whose institution it shares.
    fn is_part_of(&self, column: &Column) -> bool {
        matches!(self.ty.guard, Guard::Result) && column.name == "submission_id"
    }
}

pub struct World {
    tables: Vec<Table>,
    rows: Vec<Row>,
    /// Institution of the partner.
    partner: Uuid,
    /// Which of its owners' columns of a hidden row names the partner, if any.
    owner: Option<usize>,
    /// What hides the places of the feed.
    feed: FeedKey,
}

/// Rows that a value of a submission names.
const PART: &[(&str, &str)] = &[
    ("submission_id", "submission"),
    ("institution_id", "institution"),
    ("indicator_id", "indicator"),
    ("region_id", "region"),
    ("industry_id", "industry"),
];

/// Rows that a cell of a release names.
const CELL: &[(&str, &str)] =
    &[("release_id", "statistics_release"), ("indicator_id", "indicator"), ("region_id", "region")];

/// Numbers of changes and audit events of the world: behind all others.
pub const FIRST_NUMBER: i64 = 9_000_000;

impl World {
    /// Makes the visible rows and the decoys.
    pub async fn settle(app: &TestApp, partner: Uuid, owner: Option<usize>) -> Self {
        let mut tables = Vec::new();
        for name in TABLES {
            tables.extend(record::visit(name, &mut Describe).await.unwrap());
        }
        // Values are parts of a submission and no record of their own.
        tables.push(described::<submission_value::Entity>("SubmissionValue", &[], PART));
        // Their evidence, and cells of a release, likewise.
        let mut files = described::<submission_file::Entity>("SubmissionFile", &[], PART);
        // A file and a value that name one indicator belong together, whoever sees it.
        files.columns.iter_mut().for_each(|it| it.is_null &= it.name != "indicator_id");
        tables.push(files);
        tables.push(described::<statistics_cell::Entity>("StatisticsCell", &[], CELL));
        let secret = "SELECT feed_secret FROM ledger";
        let secret = Statement::from_string(app.db.get_database_backend(), secret);
        let secret = app.db.query_one_raw(secret).await.unwrap().unwrap();
        let feed = FeedKey::new(&secret.try_get_by_index::<String>(0).unwrap());
        let mut world = Self { rows: Vec::new(), tables, partner, owner, feed };
        world.rows = world.all_rows();
        // Audit events come and go with the hidden rows.
        app.unlock_audit().await;
        let transaction = app.db.begin().await.unwrap();
        world.act(&transaction, Act::Settle, Phase::Absent).await;
        let event = world.event(Role::First, Phase::Absent);
        audit_event::Entity::insert(event).exec_without_returning(&transaction).await.unwrap();
        transaction.commit().await.unwrap();
        world
    }

    /// Brings the world from one phase to another.
    pub async fn go(&self, app: &TestApp, from: Phase, to: Phase) {
        let transaction = app.db.begin().await.unwrap();
        let on = &transaction;
        if from != Phase::Absent {
            self.forget(on).await;
        }
        match (from, to) {
            (Phase::Absent, Phase::Absent) => {}
            (Phase::Absent, _) => {
                self.act(on, Act::Arrive, to).await;
                self.act(on, Act::Point, to).await;
            }
            (_, Phase::Absent) => {
                self.act(on, Act::Point, to).await;
                self.act(on, Act::Leave, to).await;
            }
            _ => self.act(on, Act::Turn, to).await,
        }
        let first = self.event(Role::First, to);
        audit_event::Entity::update_many()
            .set(first)
            .filter(audit_event::Column::Id.eq(event_key(Role::First)))
            .exec(on)
            .await
            .unwrap();
        if to != Phase::Absent {
            self.remember(on, to).await;
        }
        transaction.commit().await.unwrap();
    }

    /// Types that have a hidden row, with the keys of their rows.
    pub fn known(&self) -> Vec<Known> {
        let mut known: Vec<Known> = self
            .tables
            .iter()
            .enumerate()
            .map(|(at, table)| Known {
                ty: table.ty,
                visible: vec![self.key(at, Role::First), self.key(at, Role::Second)],
                hidden: self.key(at, Role::Hidden),
                orphan: self.row(at, Role::Orphan).map(|row| row.key),
            })
            .collect();
        let special = |name: &str, visible: Vec<Uuid>, hidden: Uuid| Known {
            ty: catalog().find(name).unwrap(),
            visible,
            hidden,
            orphan: None,
        };
        known.push(special("AuditEvent", vec![event_key(Role::First)], event_key(Role::Hidden)));
        let meeting = self.key(self.of_type("Meeting"), Role::Hidden);
        known.push(special("Change", Vec::new(), self.change_key(meeting)));
        known.push(special("SearchResult", Vec::new(), document_key(meeting)));
        known.push(special("TimelineEntry", Vec::new(), meeting));
        known
    }

    /// Everything that is there only while the hidden rows are: type and key.
    pub fn passing(&self) -> Vec<(&'static Type, Uuid)> {
        let views: Vec<&Type> = ["SearchResult", "TimelineEntry", "Change"]
            .into_iter()
            .filter_map(|name| catalog().find(name))
            .collect();
        let mut passing = vec![(catalog().find("AuditEvent").unwrap(), event_key(Role::Hidden))];
        for row in self.rows.iter().filter(|row| row.role.passes()) {
            passing.push((self.tables[row.table].ty, row.key));
            passing.push((views[0], document_key(row.key)));
            passing.push((views[1], row.key));
            passing.push((views[2], self.change_key(row.key)));
        }
        passing
    }

    /// The key of the change of a passing row, as callers see it.
    fn change_key(&self, key: Uuid) -> Uuid {
        let mut passing = self.rows.iter().filter(|row| row.role.passes());
        let at = passing.position(|row| row.key == key).unwrap();
        let number = key_of_number(FIRST_NUMBER + i64::try_from(at).unwrap());
        Uuid::from_u128(self.feed.hide(number.as_u128()))
    }

    /// Whether the hidden row of a type belongs to the partner.
    pub fn is_own(&self, known: &Known) -> bool {
        let Some(owner) = self.owner else { return false };
        match known.ty.name {
            "AuditEvent" => owner == 0,
            // They tell of the hidden meeting.
            "Change" | "SearchResult" | "TimelineEntry" => {
                owner < catalog().find("Meeting").unwrap().owners.len()
            }
            // An institution is its own owner, and the partner is another one.
            _ => known.ty.owners.get(owner).is_some_and(|column| *column != "id"),
        }
    }

    /// The hidden rows of a citing type (citations, conflicts) about the visible rows of `of`.
    pub fn hidden_about(&self, citing: &str, of: &str) -> Option<Uuid> {
        let (citing, of) = (self.find_type(citing)?, self.find_type(of)?);
        self.rows
            .iter()
            .find(|row| {
                row.table == citing
                    && row.role == Role::Hidden
                    && matches!(row.about, Some(About::Visible(about)) if about == of)
            })
            .map(|row| row.key)
    }

    /// What a row of a type holds in a column of text.
    pub fn text(&self, ty: &str, role: Role, phase: Phase, column: &str) -> String {
        let row = self.row(self.of_type(ty), role).unwrap();
        self.json(row, phase)[column].as_str().unwrap().to_owned()
    }

    fn find_type(&self, name: &str) -> Option<usize> {
        self.tables.iter().position(|table| table.ty.name == name)
    }

    fn of_type(&self, name: &str) -> usize {
        self.find_type(name).unwrap()
    }

    fn of_table(&self, name: &str) -> usize {
        self.tables.iter().position(|table| table.name == name).unwrap()
    }

    fn row(&self, table: usize, role: Role) -> Option<&Row> {
        self.rows.iter().find(|row| row.table == table && row.role == role)
    }

    fn key(&self, table: usize, role: Role) -> Uuid {
        self.row(table, role).unwrap().key
    }

    fn all_rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for (at, table) in self.tables.iter().enumerate() {
            let mut add = |role, slot: usize, about| {
                let key = 0x0192_0000_0000_7000_8000_0000_0000_0000 | (at << 16 | slot) as u128;
                rows.push(Row { table: at, role, key: Uuid::from_u128(key), about });
            };
            let about = table.has_subject().then(|| About::Visible(self.of_type("Meeting")));
            add(Role::First, 1, about);
            add(Role::Second, 2, about);
            add(Role::Decoy, 3, about);
            add(Role::Hidden, 4, about);
            if !table.parents().is_empty() {
                add(Role::Orphan, 5, None);
            }
        }
        // What is about other rows comes below them all.
        let citing: Vec<usize> =
            (0..self.tables.len()).filter(|at| self.tables[*at].has_subject()).collect();
        let facts: Vec<(usize, Uuid, Role)> = rows
            .iter()
            .filter(|row| row.role.passes() && self.tables[row.table].ty.is_fact)
            .map(|row| (row.table, row.key, row.role))
            .collect();
        for citing in citing {
            let mut slot = 0x100;
            let mut add = |rows: &mut Vec<Row>, table: usize, role, about| {
                slot += 1;
                let key = 0x0192_0000_0000_7000_8000_0000_0000_0000 | (table << 16 | slot) as u128;
                let key = Uuid::from_u128(key);
                rows.push(Row { table, role, key, about: Some(about) });
                key
            };
            for (table, key, role) in &facts {
                if *role == Role::Hidden && self.tables[*table].ty.name != "Meeting" {
                    add(&mut rows, citing, Role::Hidden, About::Visible(*table));
                }
                let about = add(&mut rows, citing, Role::Orphan, About::Row(*table, *key));
                for (below, table) in self.tables.iter().enumerate() {
                    if table
                        .parents()
                        .iter()
                        .any(|(_, parent)| *parent == self.tables[citing].ty.name)
                    {
                        add(&mut rows, below, Role::Orphan, About::Parent(about));
                    }
                }
            }
        }
        rows.sort_by_key(|row| row.table);
        rows
    }

    async fn act(&self, on: &DatabaseTransaction, act: Act, phase: Phase) {
        let mut tables: Vec<&str> = TABLES.to_vec();
        let mut work = Work { world: self, on, act, phase };
        // What is counted of a submission is no record of its own.
        on.execute_unprepared("DELETE FROM submission_tally").await.unwrap();
        if act == Act::Leave {
            tables.reverse();
            work.parts().await.unwrap();
        }
        for table in tables {
            record::visit(table, &mut work).await.unwrap();
        }
        if act != Act::Leave {
            work.parts().await.unwrap();
        }
        on.execute_unprepared(
            "INSERT INTO submission_tally (id, submission_id, status, is_nil, is_on_time, due_on, known_from, known_to) \
             SELECT id, id, status, is_nil, is_on_time, due_on, created_at, NULL FROM submission",
        )
        .await
        .unwrap();
    }

    /// Links, changes and audit events of the hidden rows go.
    async fn forget(&self, on: &DatabaseTransaction) {
        self.act(on, Act::Untie, Phase::Absent).await;
        change::Entity::delete_many()
            .filter(change::Column::Seq.gte(FIRST_NUMBER))
            .exec(on)
            .await
            .unwrap();
        audit_event::Entity::delete_many()
            .filter(audit_event::Column::Id.eq(event_key(Role::Hidden)))
            .exec(on)
            .await
            .unwrap();
    }

    /// Links, changes and audit events of the hidden rows come.
    async fn remember(&self, on: &DatabaseTransaction, phase: Phase) {
        self.act(on, Act::Tie, phase).await;
        let passing = self.rows.iter().filter(|row| row.role.passes());
        let changes = (FIRST_NUMBER..).zip(passing).map(|(seq, row)| change::ActiveModel {
            seq: Set(seq),
            id: Set(key_of_number(seq)),
            subject_type: Set(self.tables[row.table].ty.name.to_owned()),
            subject_id: Set(row.key),
            kind: Set(if phase == Phase::A { ChangeKind::Created } else { ChangeKind::Updated }),
            version: Set(if phase == Phase::A { 2 } else { 3 }),
            at: Set(instant(phase).parse().unwrap()),
            is_hiding: Set(false),
        });
        insert_all::<change::Entity>(on, changes.collect()).await.unwrap();
        let event = self.event(Role::Hidden, phase);
        audit_event::Entity::insert(event).exec_without_returning(on).await.unwrap();
    }

    /// An event of the partner that names a hidden client, or one of another institution.
    fn event(&self, role: Role, phase: Phase) -> audit_event::ActiveModel {
        let key = |name: &str, role| self.key(self.of_type(name), role);
        let own = if phase == Phase::B { Role::Second } else { Role::First };
        let (client, institution) = match role {
            Role::First if phase == Phase::Absent => (None, self.partner),
            Role::First => (Some(key("ApiClient", Role::Hidden)), self.partner),
            _ if self.owner == Some(0) => (Some(key("ApiClient", own)), self.partner),
            _ => (Some(key("ApiClient", own)), key("Institution", own)),
        };
        let word = match (role, phase) {
            (Role::First, _) => SHOWN,
            (_, Phase::B) => WORDS[1],
            _ => WORDS[0],
        };
        let text = |column: &str| Set(format!("{word} {column}"));
        let some = |column: &str| Set(Some(format!("{word} {column}")));
        let json = |column: &str| Set(Some(format!("{{\"{column}\": \"{word} {column}\"}}")));
        let phase = if role == Role::First { Phase::Absent } else { phase };
        audit_event::ActiveModel {
            seq: Set(FIRST_NUMBER + i64::from(role == Role::Hidden)),
            id: Set(event_key(role)),
            at: Set(instant(phase).parse().unwrap()),
            actor: text("actor"),
            client_id: Set(client),
            institution_id: Set(Some(institution)),
            address: some("address"),
            outcome: Set(Some(match phase {
                Phase::B => AuditOutcome::Refused,
                _ => AuditOutcome::Done,
            })),
            reason: some("reason"),
            action: text("action"),
            subject_type: text("subject_type"),
            subject_id: Set(None),
            before: json("before"),
            after: json("after"),
            request_id: text("request_id"),
            previous_hash: text("previous_hash"),
            acting_institution_id: Set(Some(institution)),
            hash_version: Set(2),
            hash: text("hash"),
        }
    }

    fn json(&self, row: &Row, phase: Phase) -> Map<String, Value> {
        let table = &self.tables[row.table];
        table
            .columns
            .iter()
            .map(|column| (column.name.to_owned(), self.value(table, row, column, phase)))
            .collect()
    }

    fn value(&self, table: &Table, row: &Row, column: &Column, phase: Phase) -> Value {
        let name = column.name;
        let second = phase == Phase::B;
        match name {
            "id" => return row.key.to_string().into(),
            "visibility" => {
                // A case is hidden by its visibility in one phase and by its state in the other.
                let by_state = matches!(table.ty.guard, Guard::Case) && second;
                let hidden = match row.role {
                    Role::Hidden => !by_state,
                    Role::Decoy => true,
                    _ => false,
                };
                return if hidden { "INTERNAL" } else { "PUBLIC" }.into();
            }
            "status" if matches!(table.ty.guard, Guard::Case) => {
                return if row.role == Role::Hidden && second { "WITHDRAWN" } else { "PUBLISHED" }
                    .into();
            }
            "subject_type" | "subject_id" if table.has_subject() => {
                let (about, key) = match row.about {
                    Some(About::Row(about, key)) => (about, key),
                    Some(About::Visible(about)) => {
                        let role = match row.role {
                            Role::Second => Role::Second,
                            Role::Hidden if second => Role::Second,
                            _ => Role::First,
                        };
                        (about, self.key(about, role))
                    }
                    _ => unreachable!("{} {name}: about what?", table.name),
                };
                let (ty, key) = (self.tables[about].ty.name, key.to_string());
                return if name == "subject_type" { ty.into() } else { key.into() };
            }
            // Reminded of is a row as visible as the reminder.
            "subject_type" if table.name == "reminder" => return "Submission".into(),
            "subject_id" if table.name == "reminder" => {
                return self.key(self.of_type("Submission"), row.role).to_string().into();
            }
            // What is narrowed to what stands, and to totals that count, is one of them.
            "last_revision" | "superseded_at" => return Value::Null,
            "region_id" | "size" | "industry_id"
                if table.name == "submission_value" && row.role == Role::Hidden =>
            {
                return Value::Null;
            }
            _ => {}
        }
        if let Some(target) = column.target {
            let named = self.named(table, row, column, self.of_table(target), phase);
            return named.map_or(Value::Null, |key| key.to_string().into());
        }
        // Number of the row's kind: first, second, decoy, hidden in A, hidden in B.
        let kind = match (row.role, second) {
            (Role::First, _) => 0,
            (Role::Second, _) => 1,
            (Role::Decoy, _) => 2,
            (_, false) => 3,
            (_, true) => 4,
        };
        if let Some(choice) = column.choice {
            return choice.values[chosen(table.ty.name, name, choice, kind)].code.into();
        }
        match (table.name, name) {
            // The quarters of periods are each one's own, whatever a data set holds.
            ("reporting_period", "quarter") => {
                return ["1991-Q1", "1991-Q2", "1991-Q3", "1991-Q4", "1992-Q1"][kind].into();
            }
            ("submission_value", "cell") => {
                return ["SHOWN_A", "SHOWN_B", "DECOY", "HIDDEN_A", "HIDDEN_B"][kind].into();
            }
            ("indicator", "decimals") => return kind.into(),
            // A period that is none is no text of a meeting's own.
            ("meeting", "covers_period") => {
                return ["2025-H1", "2025-H2", "2025", "2026-H1", "2026-H2"][kind].into();
            }
            ("indicator", "minimum" | "maximum") => {
                return ["1", "2", "3", "41", "83"][kind].into();
            }
            _ if column.is_quarter => {
                return ["2025-Q1", "2025-Q2", "2025-Q3", "2026-Q2", "2026-Q3"][kind].into();
            }
            _ => {}
        }
        match column.kind {
            ColumnType::Integer => json!([1, 2, 3, 41, 83][kind]),
            ColumnType::BigInteger => json!([1_000, 2_000, 3_000, 4_100_000, 8_300_000][kind]),
            ColumnType::Double => json!([1.5, 2.5, 3.5, 41.25, 83.75][kind]),
            ColumnType::Boolean => json!([true, true, true, true, false][kind]),
            ColumnType::Date => day(kind).into(),
            ColumnType::TimestampWithTimeZone => format!("{}T01:02:03Z", day(kind)).into(),
            ColumnType::Uuid => unreachable!("{}.{name} names a row of what?", table.name),
            _ if column.is_partial_date => day(kind).into(),
            _ => {
                let word = [SHOWN, "드러난둘", "늘숨은것", WORDS[0], WORDS[1]][kind];
                let role = if row.role == Role::Orphan { " 딸린" } else { "" };
                let text = format!("{word} {name}{role}");
                // Codes are kept in one form.
                if matches!(name, "code" | "number" | "receipt") { fold::code(&text) } else { text }
                    .into()
            }
        }
    }

    /// The row that a column names.
    fn named(
        &self,
        table: &Table,
        row: &Row,
        column: &Column,
        target: usize,
        phase: Phase,
    ) -> Option<Uuid> {
        let is_parent = table.parents().iter().any(|(fk, _)| *fk == column.name);
        let is_owner = table.ty.owners.contains(&column.name);
        let own = if phase == Phase::B { Role::Second } else { Role::First };
        let role = match row.role {
            Role::First | Role::Second if table.is_owned_only() && is_owner => {
                return Some(self.partner);
            }
            _ if table.is_part_of(column) => row.role,
            // One institution has one submission of a programme and quarter.
            Role::Decoy if table.is_owned_only() && is_owner => Role::Second,
            Role::Second if table.name == "submission" && column.name == "period_id" => {
                Role::Second
            }
            Role::First if is_parent => Role::First,
            Role::First if phase != Phase::Absent => Role::Hidden,
            Role::First if column.is_null => return None,
            Role::First => Role::Decoy,
            Role::Second if is_parent => Role::Second,
            Role::Second => Role::First,
            Role::Decoy if column.is_null => return None,
            Role::Decoy => Role::First,
            Role::Hidden if is_owner && self.owns(table, column) => return Some(self.partner),
            Role::Hidden => own,
            Role::Orphan if is_parent => match row.about {
                Some(About::Parent(key)) => return Some(key),
                _ => Role::Hidden,
            },
            Role::Orphan => own,
        };
        Some(self.key(target, role))
    }

    fn owns(&self, table: &Table, column: &Column) -> bool {
        self.owner.and_then(|at| table.ty.owners.get(at)) == Some(&column.name)
    }
}

/// A type with its rows.
pub struct Known {
    pub ty: &'static Type,
    pub visible: Vec<Uuid>,
    pub hidden: Uuid,
    pub orphan: Option<Uuid>,
}

impl Known {
    /// Keys of the rows that are not to be seen.
    pub fn unseen(&self) -> impl Iterator<Item = Uuid> {
        [Some(self.hidden), self.orphan].into_iter().flatten()
    }
}

fn day(kind: usize) -> &'static str {
    ["2026-05-01", "2026-05-02", "2026-05-03", DATES[0], DATES[1]][kind]
}

fn instant(phase: Phase) -> &'static str {
    match phase {
        Phase::Absent => "2026-05-01T01:02:03Z",
        Phase::A => "2026-08-11T01:02:03Z",
        Phase::B => "2026-09-12T01:02:03Z",
    }
}

/// Which code of a list a row holds.
fn chosen(ty: &str, column: &str, choice: &Choice, kind: usize) -> usize {
    let code =
        |code: &str| choice.values.iter().position(|value| value.code == code).unwrap_or_default();
    match (ty, column) {
        // Illustrations count in no statistic unless asked for.
        (_, "origin") => return code(["SOURCE", "SOURCE", "SOURCE", "SOURCE", "REPORTED"][kind]),
        // What a caller may do with its own submission depends on the state of its period, seen or not.
        ("ReportingPeriod", "state") => return code("OPEN"),
        // Only a relation of one of two kinds takes its row out of a total.
        ("RecommendationRelation", "kind") => {
            return code(["REPEATS", "REPEATS", "REPEATS", "PART_OF", "SAME_AS"][kind]);
        }
        _ => {}
    }
    let last = choice.values.len() - 1;
    match kind {
        0 | 1 => 0,
        2 => last,
        3 => last.min(1),
        _ if last == 1 => 0,
        _ => last,
    }
}

fn derived(key: Uuid, kind: u128) -> Uuid {
    Uuid::from_u128(key.as_u128() | kind << 48)
}

fn document_key(key: Uuid) -> Uuid {
    derived(key, 1)
}

fn event_key(role: Role) -> Uuid {
    let number = if role == Role::First { 1 } else { 2 };
    derived(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0000 | number), 3)
}

/// Describes a table; none if it is a link.
struct Describe;

impl Visit for Describe {
    type Output = Option<Table>;

    async fn fact<R: Record>(&mut self) -> Result<Self::Output, Error> {
        Ok(Some(described::<R>(R::TYPE, R::PARTIAL_DATES, R::REFERENCES)))
    }

    async fn link<L: LinkRecord>(&mut self) -> Result<Self::Output, Error> {
        Ok(None)
    }
}

/// Describes the table of a type.
fn described<E: EntityTrait>(
    name_of: &str,
    partial_dates: &[&str],
    references: &'static [(&'static str, &'static str)],
) -> Table {
    let ty = catalog().find(name_of).unwrap_or_else(|| panic!("{name_of} is no type"));
    let columns = E::Column::iter().map(|column| {
            let (name, def) = (column.as_str(), column.def());
            Column {
                name,
                kind: def.get_column_type().clone(),
                is_null: def.is_null(),
                is_partial_date: partial_dates.contains(&name),
                target: references.iter().find(|(of, _)| *of == name).map(|(_, table)| *table),
                choice: choice_of(ty, name),
                is_quarter: ty.fields.iter().any(|field| match &field.kind {
                    Kind::Leaf(leaf) => {
                        matches!((leaf.source, leaf.scalar), (Source::Column(of), Scalar::Quarter | Scalar::Period) if of == name)
                    }
                    _ => false,
                }),
            }
        });
    Table { name: ty.table, ty, columns: columns.collect() }
}

/// The codes that a column may hold, as the field over it tells.
fn choice_of(ty: &Type, column: &str) -> Option<&'static Choice> {
    ty.fields.iter().find_map(|field| match &field.kind {
        Kind::Leaf(leaf) => match (leaf.source, leaf.scalar) {
            (Source::Column(name), Scalar::Choice(choice)) if name == column => Some(choice),
            // A column behind an expression of the same name.
            (Source::Expression(_), Scalar::Choice(choice))
                // What is shown in place of a column is of its kind.
                if field.name == column.strip_prefix("shown_").unwrap_or(column) =>
            {
                Some(choice)
            }
            _ => None,
        },
        _ => None,
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    /// Inserts the rows that stay.
    Settle,
    /// Inserts the rows that pass.
    Arrive,
    /// Gives them other content.
    Turn,
    /// Deletes them.
    Leave,
    /// Lets the first rows name hidden rows, or no more.
    Point,
    /// Ties hidden and visible rows by link tables.
    Tie,
    /// Unties them.
    Untie,
}

/// Does something with a table.
struct Work<'a> {
    world: &'a World,
    on: &'a DatabaseTransaction,
    act: Act,
    phase: Phase,
}

/// What a search finds a row by.
type Found = (search_document::ActiveModel, Vec<search_gram::ActiveModel>);

impl Work<'_> {
    /// Values of submissions, which no search finds.
    async fn parts(&mut self) -> Result<(), Error> {
        self.rows::<submission_value::Entity>("SubmissionValue", |_, _| None).await?;
        self.rows::<submission_file::Entity>("SubmissionFile", |_, _| None).await?;
        self.rows::<statistics_cell::Entity>("StatisticsCell", |_, _| None).await
    }

    async fn rows<R>(
        &mut self,
        name: &str,
        entries: impl Fn(Uuid, &Map<String, Value>) -> Option<Found>,
    ) -> Result<(), Error>
    where
        R: EntityTrait<
                Model: DeserializeOwned + IntoActiveModel<R::ActiveModel>,
                ActiveModel: ActiveModelBehavior + Send,
            >,
    {
        let world = self.world;
        let at = world.of_type(name);
        let wanted = |row: &&Row| {
            row.table == at
                && match self.act {
                    Act::Settle => !row.role.passes(),
                    Act::Arrive | Act::Turn | Act::Leave => row.role.passes(),
                    Act::Point => row.role == Role::First,
                    Act::Tie | Act::Untie => false,
                }
        };
        let rows: Vec<&Row> = world.rows.iter().filter(wanted).collect();
        if rows.is_empty() {
            return Ok(());
        }
        let key_column = key_column::<R>();
        let keys: Vec<Uuid> = rows.iter().map(|row| row.key).collect();
        if matches!(self.act, Act::Turn | Act::Leave | Act::Point) {
            let documents = search_document::Column::SourceId.is_in(keys.clone());
            search_document::Entity::delete_many().filter(documents).exec(self.on).await?;
            let grams = search_gram::Column::SourceId.is_in(keys.clone());
            search_gram::Entity::delete_many().filter(grams).exec(self.on).await?;
        }
        if self.act == Act::Leave {
            R::delete_many().filter(key_column.is_in(keys)).exec(self.on).await?;
            return Ok(());
        }
        let (mut models, mut documents, mut grams) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            let columns = world.json(row, self.phase);
            if let Some((mut document, found)) = entries(row.key, &columns) {
                document.id = Set(document_key(row.key));
                documents.push(document);
                grams.extend(found);
            }
            let model: R::Model = serde_json::from_value(Value::Object(columns.clone()))
                .unwrap_or_else(|error| panic!("a row of {}: {error}\n{columns:#?}", name));
            models.push(model.into_active_model().reset_all());
        }
        if matches!(self.act, Act::Settle | Act::Arrive) {
            insert_all::<R>(self.on, models).await?;
        } else {
            for (model, key) in models.into_iter().zip(keys) {
                R::update_many().set(model).filter(key_column.eq(key)).exec(self.on).await?;
            }
        }
        insert_all::<search_document::Entity>(self.on, documents).await?;
        insert_all::<search_gram::Entity>(self.on, grams).await
    }
}

impl Visit for Work<'_> {
    type Output = ();

    async fn fact<R: Record>(&mut self) -> Result<(), Error> {
        self.rows::<R>(R::TYPE, search_index::entries::<R>).await
    }

    async fn link<L: LinkRecord>(&mut self) -> Result<(), Error> {
        let [left, right] = L::REFERENCES else { panic!("a link ties two rows") };
        let key = |table: &str, role| self.world.key(self.world.of_table(table), role);
        let column = |name: &str| column_of::<L>(name);
        if self.act == Act::Untie {
            for (name, table) in [left, right] {
                let hidden = column(name).eq(key(table, Role::Hidden));
                L::delete_many().filter(hidden).exec(self.on).await?;
            }
        }
        if self.act == Act::Tie {
            let seen = if self.phase == Phase::A { Role::First } else { Role::Second };
            let mut links = Vec::new();
            for roles in [(seen, Role::Hidden), (Role::Hidden, seen)] {
                let mut link = <L::ActiveModel as ActiveModelBehavior>::new();
                link.set(column("id"), Uuid::now_v7().into());
                link.set(column(left.0), key(left.1, roles.0).into());
                link.set(column(right.0), key(right.1, roles.1).into());
                links.push(link);
            }
            insert_all::<L>(self.on, links).await?;
        }
        Ok(())
    }
}

fn key_column<E: EntityTrait>() -> E::Column {
    column_of::<E>("id")
}

fn column_of<E: EntityTrait>(name: &str) -> E::Column {
    name.parse().unwrap_or_else(|_| panic!("there is no column {name}"))
}

/// What stands in the columns that the audit must not hold: type, column, values.
pub async fn redacted(db: &DatabaseConnection) -> Vec<(&'static str, &'static str, Vec<String>)> {
    let mut found = Vec::new();
    for table in TABLES {
        found.extend(record::visit(table, &mut Redacted { db }).await.unwrap());
    }
    found
}

struct Redacted<'a> {
    db: &'a DatabaseConnection,
}

impl Visit for Redacted<'_> {
    type Output = Vec<(&'static str, &'static str, Vec<String>)>;

    async fn fact<R: Record>(&mut self) -> Result<Self::Output, Error> {
        let mut found = Vec::new();
        for name in R::REDACTED {
            let values = R::find().select_only().column(column_of::<R>(name));
            let values: Vec<Option<String>> = values.into_tuple().all(self.db).await?;
            found.push((R::TYPE, *name, values.into_iter().flatten().collect()));
        }
        Ok(found)
    }

    async fn link<L: LinkRecord>(&mut self) -> Result<Self::Output, Error> {
        Ok(Vec::new())
    }
}
