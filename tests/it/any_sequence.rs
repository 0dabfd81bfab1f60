//! Random sequences of all mutations by random callers: each is done whole or not at all, by whom it may be done, once
//! for its key and never over what the caller has not seen; the audit and the change feed tell it once; nobody sees what
//! was hidden unless by a verb that shows; and the database stays what its own rules make it (`aiplus check`).
//!
//! Inputs are made from the schema, so a mutation that comes later is played as well. `results_frozen` does the same for
//! the figures of final quarters, with inputs that fit better.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aiplus::domain::principal::Principal;
use aiplus::files::Files;
use aiplus::service::integrity;
use chrono::{DateTime, Duration, Utc};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Map, Value, json};

use crate::extremes::{Schema, entries, named, written};
use crate::results_frozen::Numbers;
use crate::support::results::key;
use crate::support::{Place, TestApp};
use crate::tests;

tests![any_sequence_of_mutations_keeps_what_must_hold];

/// Seeds that are played; one that failed stays here.
const SEEDS: [u64; 2] = [1, 2];
const STEPS: usize = 1200;
/// Steps after which everything is checked.
const CHECKED: usize = 400;
/// Rows whose hiding is watched, for each of those who watch.
const WATCHED: usize = 300;

/// What a client of a partner may do.
const OWN_SCOPES: &str = "program:read results:submit content:write access:admin";

/// Verbs that show what was there and hidden.
const SHOWS: [&str; 7] = [
    "publishCase",
    "publishRecommendation",
    "publishStatistics",
    "setIndicatorPublication",
    "approveMinutes",
    "closeMeeting",
    "closeOpinionRound",
];

/// Verbs that make somebody a party to what is not public.
const HANDS: [&str; 7] = [
    "mergeInstitutions",
    "openOpinionRound",
    "assignRecommendation",
    "answerRecommendation",
    "amendCase",
    "amendMembership",
    "createObligation",
];

/// What is given always, since without it next to nothing is done.
const GIVEN: [(&str, &str); 4] = [
    ("planMeeting", "body"),
    ("answerRecommendation", "reason"),
    ("recordStatement", "institution"),
    ("inviteParticipants", "institution"),
];

/// Tables that no feed tells of: what the server notes for itself.
const OWN: [&str; 2] = ["audit_event", "change"];

/// What a caller may hold of a row.
#[derive(Clone)]
struct Row {
    id: String,
    code: Option<String>,
    /// Programme that it is part of.
    programme: Option<String>,
    /// Institution that it is of.
    institution: Option<String>,
    /// Who wrote it here.
    by: Option<Principal>,
}

/// A row of a table, by its number: its version.
type Versions = BTreeMap<String, i64>;

struct Run {
    app: TestApp,
    schema: Schema,
    numbers: Numbers,
    now: DateTime<Utc>,
    callers: Vec<Principal>,
    /// Of institutions that report.
    partners: HashMap<String, Principal>,
    /// Rows by type; those that were written here stand last and are taken more often.
    rows: HashMap<String, Vec<Row>>,
    written: HashMap<String, Vec<Row>>,
    /// Tables with their rows, as they are now.
    tables: BTreeMap<String, (bool, [i64; 2], String, Versions)>,
    /// Who watches, and which rows are hidden from it.
    watch: Vec<(Principal, BTreeSet<String>)>,
    /// How far each of them has read the feed.
    read_to: Vec<Value>,
    /// What was called, for whoever looks into a failure.
    told: Vec<String>,
    done: BTreeMap<String, usize>,
}

impl Run {
    async fn new(place: &Place, seed: u64) -> Self {
        let app = place.app().await;
        let schema = Schema::of(&app).await;
        let all = "program:read results:submit results:review content:write legislation:write access:admin audit:read";
        let own = OWN_SCOPES;
        let mut callers = Vec::new();
        for (institution, scopes, times) in [
            ("MSS", all, 12),
            ("TIPA", all, 7),
            ("KOSME", own, 7),
            ("KIBO", own, 2),
            ("SEMAS", "program:read", 1),
        ] {
            callers.extend(vec![app.principal(institution, scopes).await; times]);
        }
        callers.push(Principal::Anonymous);
        let reader = app.principal("KISED", "program:read").await;
        let watch = vec![(Principal::Anonymous, BTreeSet::new()), (reader, BTreeSet::new())];
        let mut run = Self {
            app,
            schema,
            numbers: Numbers(seed),
            now: crate::support::now(),
            callers,
            partners: HashMap::new(),
            rows: HashMap::new(),
            written: HashMap::new(),
            tables: BTreeMap::new(),
            watch,
            read_to: Vec::new(),
            told: Vec::new(),
            done: BTreeMap::new(),
        };
        run.read_rows().await;
        for (who, _) in run.watch.clone() {
            let query = "{ changes(last: 1) { pageInfo { endCursor } } }";
            let answer = run.ask(&who, query, json!({})).await;
            run.read_to.push(answer["data"]["changes"]["pageInfo"]["endCursor"].clone());
        }
        let of = run.rows["Submission"].iter().filter_map(|row| row.institution.clone());
        for institution in of.collect::<BTreeSet<_>>() {
            let partner = run.app.principal(&institution, OWN_SCOPES).await;
            run.partners.insert(institution, partner);
        }
        run.read_tables().await;
        let mut seen: Vec<String> = run.rows.values().flatten().map(|row| row.id.clone()).collect();
        seen.sort();
        for at in 0..run.watch.len() {
            run.watch[at].1 =
                run.hidden(at, seen.clone()).await.into_iter().take(WATCHED).collect();
        }
        run
    }

    async fn ask(&self, who: &Principal, query: &str, variables: Value) -> Value {
        self.app.ask_at(who, self.now, query, variables).await
    }

    /// The type of the rows of a list.
    fn row_type(&self, list: &Value) -> Option<&str> {
        let list = named(list).ends_with("Connection").then(|| &self.schema.types[named(list)])?;
        let (_, nodes) =
            entries(list, "fields").into_iter().find(|(field, _)| *field == "nodes")?;
        (self.schema.types[named(nodes)]["kind"] == "OBJECT").then(|| named(nodes))
    }

    /// What is selected of a type: its id, its code where it has one, and the same of lists that begin nowhere else.
    fn selection(&self, ty: &str, deeper: bool) -> String {
        let mut selected = "__typename id".to_owned();
        for (field, of, args) in self.schema.fields(ty) {
            if matches!(field, "code" | "number") && named(of) == "String" {
                selected += &format!(" code: {field}");
                continue;
            }
            if field == "programme" && named(of) == "Programme"
                || field == "institution" && ["Submission"].contains(&ty)
            {
                selected += &format!(" {field} {{ code }}");
            }
            let Some(row) = self.row_type(of) else { continue };
            let is_root = self.schema.fields("Query").any(|(_, ty, _)| named(ty) == named(of));
            if deeper && !is_root && args.iter().all(|(_, ty)| ty["kind"] != "NON_NULL") {
                selected +=
                    &format!(" {field}(first: 4) {{ nodes {{ {} }} }}", self.selection(row, false));
            }
        }
        selected
    }

    /// Reads rows of every list there is.
    async fn read_rows(&mut self) {
        let mut queries = Vec::new();
        for (list, ty, args) in self.schema.fields("Query") {
            let Some(row) = self.row_type(ty) else { continue };
            let is_row = self.schema.fields(row).any(|(field, ..)| field == "id");
            if is_row && args.iter().all(|(_, ty)| ty["kind"] != "NON_NULL") {
                queries.push(format!(
                    "{{ it: {list}(first: 40) {{ nodes {{ {} }} }} }}",
                    self.selection(row, true)
                ));
            }
        }
        for query in queries {
            let answer = self.ask(&Principal::System, &query, Value::Null).await;
            assert!(answer.get("errors").is_none(), "{query}\n{answer:#}");
            for row in answer["data"]["it"]["nodes"].as_array().unwrap() {
                keep(&mut self.rows, row, None);
            }
        }
    }

    /// Which of some rows somebody does not see.
    async fn hidden(&self, who: usize, ids: Vec<String>) -> Vec<String> {
        let mut hidden = Vec::new();
        for ids in ids.chunks(100) {
            let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
            let answer = self.ask(&self.watch[who].0, query, json!({ "ids": ids })).await;
            let Some(nodes) = answer["data"]["nodes"].as_array() else { panic!("{answer:#}") };
            hidden.extend(
                ids.iter().zip(nodes).filter(|(_, node)| node.is_null()).map(|(id, _)| id.clone()),
            );
        }
        hidden
    }

    /// Reads the tables again; tells which rows are other ones than before.
    async fn read_tables(&mut self) -> BTreeSet<String> {
        // Refusals are put on record a moment later.
        self.app.app.engine.backlog.flush(&self.app.db).await.unwrap();
        let touched = match self.tables.is_empty() {
            true => self.begin_to_touch().await,
            false => self.texts("SELECT name FROM touched").await,
        };
        self.app.sql("DELETE FROM touched").await;
        let counts: Vec<String> = touched
            .iter()
            .map(|name| {
                let (versions, last) = match self.tables[name].0 {
                    true => ("coalesce(sum(version), 0)", format!("max({})", self.as_text("id"))),
                    false => ("0", "''".to_owned()),
                };
                format!("SELECT '{name}' AS name, count(*) AS rows, CAST({versions} AS BIGINT) AS versions, coalesce({last}, '') FROM {name}")
            })
            .collect();
        let mut other = BTreeSet::new();
        // SQLite takes so many at a time.
        for some in counts.chunks(100) {
            for row in self.select(&some.join(" UNION ALL ")).await {
                let name: String = row.try_get_by_index(0).unwrap();
                let now = [1, 2].map(|at| row.try_get_by_index::<i64>(at).unwrap());
                let last: String = row.try_get_by_index(3).unwrap();
                let table = self.tables.get_mut(&name).unwrap();
                let is_row = table.0;
                if (now, &last) == (table.1, &table.2) {
                    continue;
                }
                (table.1, table.2) = (now, last);
                if !is_row {
                    other.insert(name);
                    continue;
                }
                let id = self.as_text("id");
                let sql = format!("SELECT {id}, CAST(version AS BIGINT) FROM {name}");
                let rows = self.select(&sql).await;
                let rows = rows.iter().map(|row| {
                    (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap())
                });
                let now: Versions = rows.collect();
                let then = std::mem::replace(&mut self.tables.get_mut(&name).unwrap().3, now);
                let now = &self.tables[&name].3;
                let gone = then.keys().filter(|id| !now.contains_key(*id));
                let made = now
                    .iter()
                    .filter(|(id, version)| then.get(*id) != Some(version))
                    .map(|(id, _)| id);
                other.extend(gone.chain(made).map(|id| format!("{name} {id}")));
            }
        }
        other
    }

    /// Has the database note which tables a commit wrote, so that only these are read again; gives all of them.
    async fn begin_to_touch(&mut self) -> Vec<String> {
        let is_sqlite = self.app.db.get_database_backend() == DbBackend::Sqlite;
        let names = match is_sqlite {
            true => {
                "SELECT m.name, sum(c.name IN ('id', 'version')) FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' GROUP BY m.name"
            }
            false => {
                "SELECT table_name::text, count(*) FILTER (WHERE column_name IN ('id', 'version')) FROM information_schema.columns WHERE table_schema = 'public' GROUP BY table_name"
            }
        };
        for row in self.select(names).await {
            let (name, keys): (String, i64) =
                (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
            if !OWN.contains(&&*name) && !name.starts_with("sqlite_") {
                self.tables.insert(name, (keys == 2, [0, 0], String::new(), Versions::new()));
            }
        }
        self.app.sql("CREATE TABLE touched (name TEXT PRIMARY KEY)").await;
        if !is_sqlite {
            self.app
                .sql("CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO touched VALUES (TG_TABLE_NAME) ON CONFLICT DO NOTHING; RETURN NULL; END'")
                .await;
        }
        for name in self.tables.keys() {
            match is_sqlite {
                true => {
                    for verb in ["INSERT", "UPDATE", "DELETE"] {
                        self.app
                            .sql(&format!("CREATE TRIGGER touch_{name}_{verb} AFTER {verb} ON {name} BEGIN INSERT OR IGNORE INTO touched VALUES ('{name}'); END"))
                            .await;
                    }
                }
                false => {
                    self.app
                        .sql(&format!("CREATE TRIGGER touch AFTER INSERT OR UPDATE OR DELETE ON {name} EXECUTE FUNCTION touch()"))
                        .await;
                }
            }
        }
        self.tables.keys().cloned().collect()
    }

    /// A column of keys as text.
    fn as_text(&self, column: &str) -> String {
        match self.app.db.get_database_backend() {
            DbBackend::Sqlite => format!("lower(hex({column}))"),
            _ => format!("replace(CAST({column} AS TEXT), '-', '')"),
        }
    }

    async fn select(&self, sql: &str) -> Vec<sea_orm::QueryResult> {
        let statement = Statement::from_string(self.app.db.get_database_backend(), sql);
        self.app.db.query_all_raw(statement).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    async fn texts(&self, sql: &str) -> Vec<String> {
        self.select(sql).await.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }

    fn row(&mut self, ty: &str) -> Option<Row> {
        let written = self.written.get(ty).filter(|rows| !rows.is_empty());
        let from = match written {
            Some(rows) if self.numbers.below(10) < 7 => rows,
            _ => self.rows.get(ty)?,
        };
        Some(self.numbers.pick(from).clone())
    }

    /// A row; of a type, or of any.
    fn any_row(&mut self, ty: Option<&str>) -> Row {
        if let Some(row) = ty.and_then(|ty| self.row(ty)) {
            return row;
        }
        let mut types: Vec<String> = self.rows.keys().cloned().collect();
        types.sort();
        let ty = self.numbers.pick(&types).clone();
        self.row(&ty).unwrap()
    }

    /// A value for a member of an input; `often` of twelve is how often one that may be left out is given.
    fn made(&mut self, mutation: &str, name: &str, ty: &Value, often: usize) -> Value {
        match ty["kind"].as_str().unwrap() {
            "NON_NULL" => self.made(mutation, name, &ty["ofType"], often),
            "LIST" => {
                let length = [1, 1, 1, 2, 2, 0][self.numbers.below(6)];
                (0..length).map(|_| self.made(mutation, name, &ty["ofType"], often)).collect()
            }
            "INPUT_OBJECT" => {
                let fields: Vec<(String, Value)> =
                    entries(&self.schema.types[named(ty)], "inputFields")
                        .into_iter()
                        .map(|(name, ty)| (name.to_owned(), ty.clone()))
                        .collect();
                let mut value = Map::new();
                for (field, ty) in fields {
                    let is_given = ty["kind"] == "NON_NULL" || GIVEN.contains(&(mutation, &*field));
                    if is_given || self.numbers.below(12) < often {
                        let of = if field == "code" && name != "input" { name } else { &field };
                        value.insert(field.clone(), self.made(mutation, of, &ty, often));
                    }
                }
                if value.contains_key("programme") && value.contains_key("indicator") {
                    let indicator = self.row("Indicator").unwrap();
                    let code = indicator.code.unwrap();
                    if value.contains_key("expression") {
                        value.insert("expression".to_owned(), format!("{code} <= 5").into());
                    }
                    value.insert("indicator".to_owned(), code.into());
                    value.insert("programme".to_owned(), indicator.programme.into());
                }
                value.into()
            }
            "ENUM" => {
                let values = self.schema.types[named(ty)]["enumValues"].as_array().unwrap().clone();
                self.numbers.pick(&values)["name"].clone()
            }
            _ => self.scalar(mutation, name, named(ty)),
        }
    }

    fn scalar(&mut self, mutation: &str, name: &str, ty: &str) -> Value {
        let day = self.now.date_naive() + Duration::days(self.numbers.below(120) as i64 - 60);
        let quarter = *self.numbers.pick(&["2026-Q2", "2026-Q3", "2026-Q4", "2027-Q1"]);
        match (ty, name) {
            ("Boolean", "attestation" | "isDistinct") => true.into(),
            ("Boolean", _) => (self.numbers.below(2) == 0).into(),
            ("Int", "year") => 2027.into(),
            ("Int", _) => (1 + self.numbers.below(5)).into(),
            ("Float" | "KRW", _) => (1_000_000 * (1 + self.numbers.below(90))).into(),
            ("Date", _) => day.to_string().into(),
            ("DateTime", _) => format!("{day}T10:00:00+09:00").into(),
            ("PartialDate", _) => {
                let day = day.to_string();
                day[..*self.numbers.pick(&[4, 7, 10])].into()
            }
            ("Quarter", _) => quarter.into(),
            ("Period", _) => {
                (*self.numbers.pick(&["2026-09", "2026-12", "2026-H2", "2027", quarter])).into()
            }
            ("Upload", _) => "0".into(),
            ("ID", _) => {
                let of = match name {
                    "bill" => "Bill",
                    "plan" | "policyPlan" => "PolicyPlan",
                    "task" | "policyTask" => "PolicyTask",
                    "provision" => "Provision",
                    "adoptionCase" | "case" => "AdoptionCase",
                    "evidence" => "Document",
                    "statement" => "Statement",
                    "agendaItem" | "item" => "AgendaItem",
                    "meeting" => "Meeting",
                    "person" => "Person",
                    "sameAs" | "other" => "Recommendation",
                    "client" => "ApiClient",
                    "missing" | "items" | "id" if mutation.contains("ubmission") => "Submission",
                    _ => return self.any_row(None).id.into(),
                };
                self.any_row(Some(of)).id.into()
            }
            (_, "idempotencyKey") => key().into(),
            (_, "code" | "number") if !mutation.starts_with("amend") => {
                format!("ANY_{}", self.told.len()).into()
            }
            _ => self.text(mutation, name),
        }
    }

    fn text(&mut self, mutation: &str, name: &str) -> Value {
        let scopes = ["program:read", "content:write", "results:submit", "audit:read"];
        let of = match name {
            "institution" | "institutions" | "host" | "publisher" | "addressee" | "forwardedTo"
            | "company" | "supplier" | "owner" | "operator" | "parent" | "department"
            | "onBehalfOf" | "into" => "Institution",
            "person" => "Person",
            "body" => "Body",
            "series" => "MeetingSeries",
            "region" | "regions" | "district" => "Region",
            "industry" | "industries" => "Industry",
            "programme" | "programmes" => "Programme",
            "indicator" | "weightedBy" => "Indicator",
            "topic" | "topics" => "Topic",
            "barrier" => "Barrier",
            "document" | "source" => "Document",
            "initiative" => "LegislativeInitiative",
            "absorbedInto" => "Bill",
            "plan" => "PolicyPlan",
            "task" => "PolicyTask",
            "scopes" => return (*self.numbers.pick(&scopes)).into(),
            "url" => return "https://hooks.example.kr/".into(),
            "website" | "origins" => return "https://aiplus.example.kr".into(),
            "language" => return "ko".into(),
            "value" if mutation == "addContactPoint" => return "02-1357-1357".into(),
            "value" | "minimum" | "maximum" => return (self.numbers.below(90)).to_string().into(),
            "expression" => return "COMPANIES <= 5".into(),
            "types" => return "Meeting".into(),
            _ => return format!("시험 {}", self.told.len()).into(),
        };
        let row = self.row(of).and_then(|row| row.code);
        row.unwrap_or_else(|| "NO_SUCH".to_owned()).into()
    }

    /// Plays one step.
    async fn step(&mut self) {
        self.now += Duration::minutes(self.numbers.below(400) as i64);
        let mutations: Vec<(String, Value, Value)> = self
            .schema
            .fields("Mutation")
            .map(|(name, payload, args)| (name.to_owned(), args[0].1.clone(), payload.clone()))
            .collect();
        // Rather one that was done less.
        let some: Vec<_> = (0..4).map(|_| self.numbers.pick(&mutations).clone()).collect();
        let less = |(name, ..): &&(String, Value, Value)| self.done.get(name).copied().unwrap_or(0);
        let (mutation, input, payload) = some.iter().min_by_key(less).unwrap().clone();
        let objects: Vec<(String, String)> = entries(&self.schema.types[named(&payload)], "fields")
            .into_iter()
            .filter(|(_, ty)| {
                self.schema.types[named(ty)]["kind"] == "OBJECT" && ty["kind"] == "OBJECT"
            })
            .map(|(field, ty)| (field.to_owned(), named(ty).to_owned()))
            .collect();
        let mut who = self.numbers.pick(&self.callers).clone();
        let often = *self.numbers.pick(&[0, 0, 1, 3, 6]);
        let mut input_value = self.made(&mutation, "input", &input, often);
        let mut is_stale = false;
        if input_value.get("id").is_some() {
            let of = self.about(&mutation, &objects);
            let any = self.numbers.below(12) == 0;
            let row = self.any_row(of.as_deref().filter(|_| !any));
            // Rather by whom it is of, or who wrote it.
            let own = match (self.numbers.below(6), row.institution, row.by) {
                (0 | 1, Some(institution), _) => self.partners.get(&institution).cloned(),
                (0..=3, _, Some(by)) => Some(by),
                _ => None,
            };
            who = own.unwrap_or(who);
            input_value["id"] = row.id.into();
            let query = "query($id: ID!) { node(id: $id) { __typename } }";
            let known =
                self.ask(&Principal::System, query, json!({ "id": input_value["id"] })).await;
            if let Some(ty) = known["data"]["node"]["__typename"].as_str() {
                let query =
                    format!("query($id: ID!) {{ node(id: $id) {{ ... on {ty} {{ version }} }} }}");
                let known =
                    self.ask(&Principal::System, &query, json!({ "id": input_value["id"] })).await;
                let version = known["data"]["node"]["version"].as_i64().unwrap_or(1);
                is_stale = self.numbers.below(10) == 0;
                input_value["expectedVersion"] = (version + i64::from(is_stale)).into();
            }
        }
        let selected: Vec<String> = objects
            .iter()
            .filter(|(_, ty)| self.schema.fields(ty).any(|(field, ..)| field == "id"))
            .map(|(field, ty)| format!("{field} {{ {} }}", self.selection(ty, true)))
            .collect();
        let document = format!(
            "mutation($input: {}) {{ payload: {mutation}(input: $input) {{ {} errors {{ code path message }} }} }}",
            written(&input),
            selected.join(" ")
        );
        let [change, event] = self.last().await;
        let answer = self.ask(&who, &document, json!({ "input": input_value })).await;
        let payload = &answer["data"]["payload"];
        let code = [&answer["errors"][0]["extensions"]["code"], &payload["errors"][0]["code"]];
        let outcome = code.into_iter().find_map(Value::as_str).unwrap_or("done").to_owned();
        self.told.push(format!("{} {mutation} {input_value}: {outcome}", self.now));
        let is_done = outcome == "done" && payload["errors"] == json!([]);
        let other = self.read_tables().await;
        self.holds(&answer, &mutation, is_done, is_stale, &other, [change, event]).await;
        if !is_done {
            return;
        }
        *self.done.entry(mutation.clone()).or_default() += 1;
        for (field, _) in &objects {
            keep(&mut self.written, &payload[field], Some(&who));
        }
        self.watch(&mutation, &input_value, payload, &objects).await;
        if self.numbers.below(3) == 0 {
            self.now += Duration::minutes(1);
            let again = self.ask(&who, &document, json!({ "input": input_value })).await;
            let other = self.read_tables().await;
            assert_eq!(
                again["data"]["payload"]["errors"],
                json!([]),
                "again\n{again:#}\n{}",
                self.history()
            );
            assert!(other.is_empty(), "again: {other:?}\n{}", self.history());
        }
    }

    /// The type of the row whose id a mutation takes: that of its payload, or what its name says it takes away or judges.
    fn about(&self, mutation: &str, objects: &[(String, String)]) -> Option<String> {
        let of = match mutation {
            "rateAnswer" => "RecommendationAnswer",
            "correctBillEvent" => "BillEvent",
            "respondToOpinionRound" => "OpinionInvitation",
            "removeFile" => "DocumentFile",
            _ => {
                let noun = mutation.trim_start_matches(char::is_lowercase);
                let takes = mutation.starts_with("remove") || mutation.starts_with("delete");
                if takes && self.schema.types.contains_key(noun) {
                    return Some(noun.to_owned());
                }
                // What is recorded stands beside what it is recorded of.
                let beside = |ty: &str| mutation.starts_with("record") && ty == noun;
                let of = objects.iter().find(|(_, ty)| !beside(ty));
                return of.map(|(_, ty)| ty.clone());
            }
        };
        Some(of.to_owned())
    }

    /// The numbers of the last change and the last event.
    async fn last(&self) -> [i64; 2] {
        let rows = self
            .select(
                "SELECT change_seq, (SELECT coalesce(max(seq), 0) FROM audit_event) FROM ledger",
            )
            .await;
        [0, 1].map(|at| rows[0].try_get_by_index(at).unwrap())
    }

    /// What must hold after a call.
    async fn holds(
        &self,
        answer: &Value,
        mutation: &str,
        is_done: bool,
        is_stale: bool,
        other: &BTreeSet<String>,
        [change, event]: [i64; 2],
    ) {
        let history = || self.history();
        for error in answer["errors"].as_array().into_iter().flatten() {
            let code = error["extensions"]["code"].as_str().unwrap();
            assert!(
                ["FORBIDDEN", "UNAUTHENTICATED", "NOT_FOUND"].contains(&code),
                "{answer:#}\n{}",
                history()
            );
        }
        for error in answer["data"]["payload"]["errors"].as_array().into_iter().flatten() {
            assert!(
                error["path"].is_array() && error["message"] != "",
                "{answer:#}\n{}",
                history()
            );
        }
        let subject = self.as_text("subject_id");
        let changes =
            format!("SELECT {subject} FROM change WHERE seq > {change} AND NOT is_hiding");
        let changes = self.texts(&changes).await;
        let events =
            format!("SELECT action FROM audit_event WHERE seq > {event} AND outcome = 'DONE'");
        let events = self.texts(&events).await;
        let rows: BTreeSet<&str> =
            other.iter().filter_map(|row| row.split_once(' ')).map(|(_, id)| id).collect();
        if !is_done {
            assert!(
                rows.is_empty() && changes.is_empty() && events.is_empty(),
                "not done: {other:?} {events:?}\n{}",
                history()
            );
            return;
        }
        assert!(!is_stale, "done over another version\n{}", history());
        let told: BTreeSet<&str> = changes.iter().map(String::as_str).collect();
        let events: Vec<_> = events.iter().filter(|action| *action != "personal.read").collect();
        let place = || format!("{mutation}: changes {changes:?}, events {events:?}\n{}", history());
        assert_eq!(told, rows, "{}", place());
        // A period is made, and then opened.
        let twice = usize::from(mutation == "openQuarter" && !rows.is_empty());
        assert!(changes.len() <= told.len() + twice, "{}", place());
        // Of a merger one event says how many rows of each type moved.
        if mutation != "mergeInstitutions" {
            assert_eq!(events.len(), changes.len(), "{}", place());
        }
        assert!(
            events.iter().all(|action| *action == mutation || *action == "derive"),
            "{}",
            place()
        );
    }

    /// Looks at what was hidden.
    async fn watch(
        &mut self,
        mutation: &str,
        input: &Value,
        payload: &Value,
        objects: &[(String, String)],
    ) {
        let mut new = HashMap::new();
        for (field, _) in objects {
            keep(&mut new, &payload[field], None);
        }
        let new: Vec<String> = new.into_values().flatten().map(|row: Row| row.id).collect();
        for at in 0..self.watch.len() {
            let before = self.watch[at].1.clone();
            let mut asked: Vec<String> = before.iter().cloned().collect();
            asked.extend(new.iter().filter(|id| !before.contains(*id)).cloned());
            let hidden: BTreeSet<String> = self.hidden(at, asked).await.into_iter().collect();
            let shown: Vec<&String> = before.difference(&hidden).collect();
            let says_so = SHOWS.contains(&mutation)
                || (at > 0 && HANDS.contains(&mutation))
                || input["isPublic"] == true;
            assert!(shown.is_empty() || says_so, "{shown:?} of {at}\n{}", self.history());
            let fed = self.fed(at).await;
            let leaks: Vec<&String> = fed
                .iter()
                .map(|(id, _)| id)
                .filter(|id| before.contains(*id) && hidden.contains(*id))
                .collect();
            assert!(
                leaks.is_empty(),
                "{at} is told of what is hidden: {leaks:?}\n{}",
                self.history()
            );
            let there =
                fed.iter().filter(|(_, is_gone)| !is_gone).map(|(id, _)| id.clone()).collect();
            let unseen = self.hidden(at, there).await;
            assert!(
                unseen.is_empty(),
                "{at} is told of what it does not see: {unseen:?}\n{}",
                self.history()
            );
            self.watch[at].1 = hidden;
        }
    }

    /// What the feed tells one of those who watch since it was read last: ids, and whether they are gone.
    async fn fed(&mut self, at: usize) -> Vec<(String, bool)> {
        let query = "query($after: String!) { changes(first: 100, after: $after) { nodes { kind subjectId } pageInfo { endCursor hasNextPage } } }";
        let mut fed = Vec::new();
        loop {
            let after = json!({ "after": self.read_to[at] });
            let answer = self.ask(&self.watch[at].0, query, after).await;
            let page = &answer["data"]["changes"];
            let Some(nodes) = page["nodes"].as_array() else { panic!("{answer:#}") };
            fed.extend(nodes.iter().map(|node| {
                (node["subjectId"].as_str().unwrap().to_owned(), node["kind"] == "DELETED")
            }));
            self.read_to[at] = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == false {
                return fed;
            }
        }
    }

    async fn check(&self) {
        let files = Files::new(&self.app.settings.files);
        let found = integrity::all(&self.app.db, &files, |_| {}).await.unwrap();
        for finding in found {
            assert!(
                finding.faults.is_empty(),
                "{}: {:#?}\n{}",
                finding.what,
                finding.faults,
                self.history()
            );
        }
    }

    fn history(&self) -> String {
        let done: Vec<&str> = self.told.iter().map(String::as_str).collect();
        done[done.len().saturating_sub(40)..].join("\n")
    }
}

/// Keeps a row of an answer, with what stands in its lists.
fn keep(rows: &mut HashMap<String, Vec<Row>>, row: &Value, by: Option<&Principal>) {
    let (Some(ty), Some(id)) = (row["__typename"].as_str(), row["id"].as_str()) else { return };
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let known = rows.entry(ty.to_owned()).or_default();
    if !known.iter().any(|known| known.id == id) {
        known.push(Row {
            id: id.to_owned(),
            code: text(&row["code"]),
            programme: text(&row["programme"]["code"]),
            institution: text(&row["institution"]["code"]),
            by: by.cloned(),
        });
    }
    for list in
        row.as_object().into_iter().flatten().filter_map(|(_, value)| value["nodes"].as_array())
    {
        for row in list {
            keep(rows, row, by);
        }
    }
}

async fn any_sequence_of_mutations_keeps_what_must_hold(place: Place) {
    let mut done: BTreeMap<String, usize> = BTreeMap::new();
    for seed in SEEDS {
        let mut run = Run::new(&place, seed).await;
        for step in 1..=STEPS {
            run.step().await;
            if step % CHECKED == 0 {
                run.check().await;
            }
        }
        for (mutation, count) in run.done {
            *done.entry(mutation).or_default() += count;
        }
    }
    // It proves nothing if nothing happens.
    let times: usize = done.values().sum();
    assert!(done.len() >= 60 && times >= 200, "{} mutations were done, {times} times", done.len());
}
