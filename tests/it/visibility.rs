//! What a caller may not see is as if it were not there: through every path of every type, to every kind
//! of caller.
//!
//! The same questions are asked in three phases of one world (`world`): without any hidden row, with them,
//! and with them holding other values. To whom may not see them, the answers are the same to the byte,
//! costs included; to whom may, they differ, so that no question passes on nothing. Types, fields, lists
//! and filters are walked as the catalogue has them (`paths`): a new one needs no line here.

mod paths;
mod world;

use std::collections::{BTreeSet, HashMap};

use crate::support::clients as api_client;
use aiplus::auth::secret::Hashing;
use aiplus::domain::principal::{Author, Principal};
use aiplus::error::Language;
use aiplus::graphql::catalog;
use aiplus::graphql::engine::Call;
use aiplus::graphql::request::Request;
use aiplus::read::model::{Field, Kind};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::support::{Place, TestApp, now};
use crate::tests;
use paths::{Look, Paths, Probe};
use world::{Phase, World};

tests![
    nobody_sees_or_infers_what_is_hidden,
    a_partner_sees_or_infers_nothing_hidden_of_others,
    a_partner_with_every_scope_sees_or_infers_nothing_hidden_of_others,
    an_operator_sees_clients_and_the_audit_with_their_scopes_only,
    the_system_sees_what_is_hidden_through_every_path,
    an_operator_sees_what_is_hidden_through_every_path,
    an_operator_with_one_scope_sees_what_is_hidden_of_the_programme,
    an_institution_sees_its_own_rows_and_no_other_partner_does,
    an_institution_sees_its_own_hidden_entry,
    changes_of_hidden_rows_are_not_told_as_they_happen,
    a_company_that_may_not_be_named_is_not_found_by_its_name,
    a_company_knows_its_own_name,
    a_person_who_only_counts_is_only_counted,
    no_secret_and_no_contact_reaches_the_audit,
];

const OPERATOR: &str = "TIPA";
const PARTNER: &str = "KOSME";
/// A scope that reads nothing.
const NO_USE: &str = "content:write";
const READ: &str = "program:read";
const ALL: &str = "program:read results:submit results:review content:write legislation:write \
                   access:admin audit:read";

/// An answer, or what of it belongs to one field of the root.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Answer {
    data: String,
    /// Path and text of each error.
    errors: Vec<(Value, String)>,
    cost: Option<(usize, usize)>,
}

/// Several fields of the root in one document.
struct Batch {
    text: String,
    /// Which probes they are.
    probes: Vec<usize>,
    /// Each with its alias.
    fields: Vec<String>,
}

/// Documents that hold the fields, each within the limits of a request and of the cache of documents.
fn batches<'a>(fields: impl Iterator<Item = (usize, &'a str)>) -> Vec<Batch> {
    let mut batches: Vec<Batch> = Vec::new();
    for (at, field) in fields {
        let line = format!(" p{at}: {field}");
        // What walks the feed costs more than others do.
        let dear = |text: &str| text.matches("changeStatistics").count();
        match batches.last_mut() {
            Some(batch)
                if batch.probes.len() < 40
                    && (dear(&batch.text) > 0) == (dear(&line) > 0)
                    && dear(&batch.text) < 4
                    && batch.text.len() + line.len() < 12_000 =>
            {
                batch.text.push_str(&line);
                batch.probes.push(at);
                batch.fields.push(line);
            }
            _ => {
                let (text, fields) = (line.clone(), vec![line]);
                batches.push(Batch { text, probes: vec![at], fields });
            }
        }
    }
    for batch in &mut batches {
        batch.text = format!("{{{} }}", batch.text);
    }
    batches
}

async fn ask(app: &TestApp, principal: &Principal, query: &str) -> Answer {
    let request = Request { query: query.to_owned(), ..Request::default() };
    let author = Author { principal, request_id: "test", address: None, now: now() };
    let call = Call { author, language: Language::English, allowance: None };
    let answered = app.app.engine.execute(&request, &call).await;
    let errors = answered.errors.iter().map(|error| {
        let code = error.error.code();
        let message = error.error.message();
        let is_unknown = code == "NOT_FOUND"
            || code == "BAD_USER_INPUT" && message.en.contains("there is no code")
            // Who may not ask at all is told so, the same whatever there is.
            || matches!(code, "UNAUTHENTICATED" | "FORBIDDEN");
        assert!(is_unknown, "{code} {} at {:?} of {query}", message.en, error.path);
        (Value::from(error.path.clone()), message.en.to_string())
    });
    let errors = errors.collect();
    let cost = answered.cost.map(|cost| (cost.requested, cost.actual));
    Answer { data: answered.data.unwrap_or_else(|| "{}".to_owned()), errors, cost }
}

/// The answer to a batch, each field asked for by itself: who may not ask for one is refused the whole document.
async fn ask_each(app: &TestApp, principal: &Principal, batch: &Batch) -> Answer {
    let (mut data, mut errors, mut costs) = (Map::new(), Vec::new(), (0, 0));
    for (at, field) in batch.probes.iter().zip(&batch.fields) {
        let one = ask(app, principal, &format!("{{{field} }}")).await;
        data.extend(
            serde_json::from_str::<Option<Map<_, _>>>(&one.data).unwrap().unwrap_or_default(),
        );
        errors.extend(one.errors.into_iter().map(|(path, text)| match path == json!([]) {
            true => (json!([format!("p{at}")]), text),
            false => (path, text),
        }));
        let (requested, actual) = one.cost.unwrap_or_default();
        costs = (costs.0 + requested, costs.1 + actual);
    }
    Answer { data: Value::from(data).to_string(), errors, cost: Some(costs) }
}

/// The answers to all batches, on a stage.
async fn ask_all(app: &TestApp, principal: &Principal, batches: &[Batch]) -> Vec<Answer> {
    let mut answers = Vec::with_capacity(batches.len());
    for batch in batches {
        let mut answer = ask(app, principal, &batch.text).await;
        if answer.errors.iter().any(|(path, _)| *path == json!([])) {
            answer = ask_each(app, principal, batch).await;
        }
        answers.push(answer);
        // Each look at personal data is audited, and the partner sees its own audit.
        if principal.client().is_some() {
            app.sql("DELETE FROM audit_event WHERE action = 'personal.read'").await;
        }
    }
    answers
}

/// The answer of a batch by probe.
fn apart(batch: &Batch, answer: &Answer) -> HashMap<usize, Value> {
    let mut data: Value = serde_json::from_str(&answer.data).unwrap();
    let part = |at: &usize| {
        let alias = format!("p{at}");
        let errors = answer.errors.iter().filter(|(path, _)| path[0] == *alias);
        let errors: Vec<_> = errors.collect();
        (*at, json!({ "data": data[&alias].take(), "errors": errors }))
    };
    batch.probes.iter().map(part).collect()
}

/// What an answer tells of rows, without what it tells of who asks.
fn of_rows(answer: &Value) -> Value {
    match answer {
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(name, _)| *name != "viewerCan");
            Value::Object(fields.map(|(name, value)| (name.clone(), of_rows(value))).collect())
        }
        Value::Array(items) => items.iter().map(of_rows).collect(),
        leaf => leaf.clone(),
    }
}

/// Where two answers differ.
fn differences(one: &Value, other: &Value, at: &str, found: &mut Vec<String>) {
    match (one, other) {
        (one, other) if one == other => {}
        (Value::Object(one), Value::Object(other)) if one.len() == other.len() => {
            for (key, one) in one {
                differences(one, &other[key], &format!("{at}.{key}"), found);
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (place, (one, other)) in one.iter().zip(other).enumerate() {
                differences(one, other, &format!("{at}.{place}"), found);
            }
        }
        _ => {
            let short = |value: &Value| value.to_string().chars().take(120).collect::<String>();
            found.push(format!("{at} is {} and {}", short(one), short(other)));
        }
    }
}

/// A place where the hidden rows come and go.
struct Stage {
    app: TestApp,
    partner: Uuid,
    world: World,
}

impl Stage {
    async fn new(app: TestApp, owner: Option<usize>) -> Self {
        let partner = institution(&app, PARTNER).await;
        let world = World::settle(&app, partner, owner).await;
        Self { app, partner, world }
    }

    /// The paths, with what the system sees of the hidden rows; leaves them as they are in the phase B.
    async fn paths(&self) -> Paths<'_> {
        let mut enums = HashMap::new();
        for name in paths::enums() {
            let query = format!("{{ __type(name: \"{name}\") {{ enumValues {{ name }} }} }}");
            let data = self.app.data(&query).await;
            if let Some(values) = data["__type"]["enumValues"].as_array() {
                let codes = values.iter().filter_map(|value| value["name"].as_str());
                enums.insert(name.to_owned(), codes.map(str::to_owned).collect());
            }
        }
        let mut paths = Paths::new(&self.world, self.partner, enums);
        self.world.go(&self.app, Phase::Absent, Phase::A).await;
        paths.looks[0] = self.look(&paths).await;
        self.world.go(&self.app, Phase::A, Phase::B).await;
        paths.looks[1] = self.look(&paths).await;
        paths
    }

    async fn look(&self, paths: &Paths<'_>) -> Look {
        let mut look = Look { rows: self.rows(paths).await, ..Look::default() };
        let cursors = paths.cursors();
        let lists: Vec<String> = cursors.iter().map(|(_, text, _)| text.clone()).collect();
        for (at, shown) in self.shown(&lists).await {
            let (name, _, id) = &cursors[at];
            let mut edges = shown["edges"].as_array().unwrap().iter();
            // A list with an argument of its own may hold the row in one phase only.
            if let Some(edge) = edges.find(|edge| edge["node"]["id"] == **id) {
                look.cursors.insert(name.clone(), edge["cursor"].as_str().unwrap().to_owned());
            }
        }
        look
    }

    /// Rows by type and key as the system sees them.
    async fn rows(&self, paths: &Paths<'_>) -> HashMap<(&'static str, Uuid), Value> {
        let portrait = |known: &world::Known| paths::portraits(known.ty, &paths.keys(known));
        let fields: Vec<String> = paths.known.iter().map(portrait).collect();
        let mut rows = HashMap::new();
        for (at, shown) in self.shown(&fields).await {
            let known = &paths.known[at];
            for (key, row) in paths.keys(known).into_iter().zip(shown.as_array().unwrap()) {
                if !row.is_null() {
                    rows.insert((known.ty.name, key), row.clone());
                }
            }
        }
        rows
    }

    /// What the system sees.
    async fn shown(&self, fields: &[String]) -> Vec<(usize, Value)> {
        let mut shown = Vec::new();
        for batch in batches(fields.iter().map(String::as_str).enumerate()) {
            let answer = ask(&self.app, &Principal::System, &batch.text).await;
            let mut data: Value = serde_json::from_str(&answer.data).unwrap();
            shown.extend(batch.probes.iter().map(|at| (*at, data[format!("p{at}")].take())));
        }
        shown
    }
}

async fn institution(app: &TestApp, code: &str) -> Uuid {
    let sql = format!("SELECT id FROM institution WHERE code = '{code}'");
    let statement = Statement::from_string(app.db.get_database_backend(), sql);
    app.db.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

/// Batches that are asked in one phase after the other before the next ones are: as many as a database keeps the plans of.
const TOGETHER: usize = 6;

/// The answers to all batches in each of these phases, of which the first is the present one; leaves the hidden rows as they
/// are in the last.
async fn ask_in<const N: usize>(
    stage: &Stage,
    principal: &Principal,
    batches: &[Batch],
    phases: [Phase; N],
) -> [Vec<Answer>; N] {
    let mut answers = [const { Vec::new() }; N];
    let mut present = 0;
    for some in batches.chunks(TOGETHER) {
        let mut order: Vec<usize> = (0..N).collect();
        if present > 0 {
            order.reverse();
        }
        for at in order {
            if at != present {
                stage.world.go(&stage.app, phases[present], phases[at]).await;
                present = at;
            }
            answers[at].extend(ask_all(&stage.app, principal, some).await);
        }
    }
    if present != N - 1 {
        stage.world.go(&stage.app, phases[present], phases[N - 1]).await;
    }
    answers
}

/// What was asked, and what was told each time.
struct Told {
    batches: Vec<Batch>,
    answers: Vec<Answer>,
}

/// Asks all that is `wanted` in all phases; nothing may differ.
async fn must_not_show(
    stage: &Stage,
    who: &str,
    principal: &Principal,
    wanted: fn(&Probe) -> bool,
) -> Told {
    let paths = stage.paths().await;
    let probes: Vec<Probe> = paths.probes().into_iter().filter(wanted).collect();
    let batches = batches(probes.iter().map(|probe| &*probe.text).enumerate());
    let [with_b, with_a, without] =
        ask_in(stage, principal, &batches, [Phase::B, Phase::A, Phase::Absent]).await;
    let mut leaks = Vec::new();
    for (at, batch) in batches.iter().enumerate() {
        let answers = [&without[at], &with_a[at], &with_b[at]];
        if answers[0] == answers[1] && answers[0] == answers[2] {
            continue;
        }
        let [none, a, b] = answers.map(|answer| apart(batch, answer));
        let before = leaks.len();
        for probe in &batch.probes {
            let Probe { name, text, .. } = &probes[*probe];
            let told = [&a, &b].into_iter().find(|with| with[probe] != none[probe]);
            if let Some(with) = told {
                let mut found = Vec::new();
                differences(&none[probe], &with[probe], "", &mut found);
                found.truncate(8);
                let text: String = text.chars().take(300).collect();
                leaks.push(format!("{name}: {}\n    {text}", found.join("; ")));
            }
        }
        if leaks.len() == before {
            let costs = answers.map(|answer| answer.cost);
            leaks.push(format!("the costs {costs:?} of {}", batch.text));
        }
    }
    assert!(
        leaks.is_empty(),
        "{who}: {} of {} answers tell of what is hidden:\n{}",
        leaks.len(),
        probes.len(),
        leaks.join("\n")
    );
    Told { batches, answers: with_a }
}

async fn nobody_sees_or_infers_what_is_hidden(place: Place) {
    let app = place.app_of_many_questions().await;
    let without_scope =
        [app.principal(OPERATOR, NO_USE).await, app.principal(PARTNER, NO_USE).await];
    let stage = Stage::new(app, None).await;
    let told = must_not_show(&stage, "nobody", &Principal::Anonymous, |_| true).await;
    // Who has signed in without a scope that reads is told what everybody is, and nothing else.
    stage.world.go(&stage.app, Phase::Absent, Phase::A).await;
    for client in without_scope {
        let answers = ask_all(&stage.app, &client, &told.batches).await;
        let mut others = Vec::new();
        for ((batch, nobodys), answer) in told.batches.iter().zip(&told.answers).zip(answers) {
            let (nobodys, answer) = (apart(batch, nobodys), apart(batch, &answer));
            for (at, field) in batch.probes.iter().zip(&batch.fields) {
                // Who asks is what `viewer` tells, and `viewerCan` of a row.
                let is_viewer = field.contains(": viewer ");
                if !is_viewer && of_rows(&nobodys[at]["data"]) != of_rows(&answer[at]["data"]) {
                    others.push(format!("{field}\n    {}\n    {}", nobodys[at], answer[at]));
                }
            }
        }
        assert!(others.is_empty(), "{client:?} is told otherwise:\n{}", others.join("\n"));
    }
}

async fn no_client_sees(place: Place, institution: &str, scopes: &str, wanted: fn(&Probe) -> bool) {
    let app = place.app_of_many_questions().await;
    let principal = app.principal(institution, scopes).await;
    let stage = Stage::new(app, None).await;
    must_not_show(&stage, &format!("{institution} with {scopes}"), &principal, wanted).await;
}

async fn a_partner_sees_or_infers_nothing_hidden_of_others(place: Place) {
    no_client_sees(place, PARTNER, READ, |_| true).await;
}

async fn a_partner_with_every_scope_sees_or_infers_nothing_hidden_of_others(place: Place) {
    no_client_sees(place, PARTNER, ALL, |_| true).await;
}

async fn an_operator_sees_clients_and_the_audit_with_their_scopes_only(place: Place) {
    no_client_sees(place, OPERATOR, READ, is_restricted).await;
}

/// Whether a probe starts from what is seen with a scope of its own.
fn is_restricted(probe: &Probe) -> bool {
    matches!(probe.from, Some("ApiClient" | "Webhook" | "AuditEvent"))
}

async fn the_system_sees_what_is_hidden_through_every_path(place: Place) {
    let stage = Stage::new(place.app_of_many_questions().await, None).await;
    let paths = stage.paths().await;
    let lists = paths.cursors().into_iter().map(|(name, ..)| name);
    let blind: Vec<String> =
        lists.filter(|name| !paths.looks[0].cursors.contains_key(name)).collect();
    assert!(blind.is_empty(), "the hidden row is not in {blind:?}");
    every_edge_is_walked(&stage, &paths).await;
    let probes = paths.probes();
    must_show(&stage, &probes, "the system", &Principal::System, |_| true).await;
    assert!(paths.known.len() >= 50, "only {} types were walked", paths.known.len());
    let fields = paths.known.iter().flat_map(|known| &known.ty.fields);
    let leads = |field: &&Field| {
        matches!(field.kind, Kind::One { .. } | Kind::Either(_) | Kind::Many(_) | Kind::Subject)
    };
    let edges = fields.filter(leads).count();
    assert!(edges >= 280, "only {edges} fields that lead to rows were walked");
    assert!(probes.len() >= 2_000, "only {} questions were asked", probes.len());
}

async fn an_operator_sees_what_is_hidden_through_every_path(place: Place) {
    let app = place.app_of_many_questions().await;
    let with_all = app.principal(OPERATOR, ALL).await;
    let stage = Stage::new(app, None).await;
    let paths = stage.paths().await;
    let probes = paths.probes();
    stage.world.go(&stage.app, Phase::B, Phase::A).await;
    must_show(&stage, &probes, "an operator with every scope", &with_all, |_| true).await;
}

async fn an_operator_with_one_scope_sees_what_is_hidden_of_the_programme(place: Place) {
    let app = place.app_of_many_questions().await;
    let with_one = app.principal(OPERATOR, READ).await;
    let stage = Stage::new(app, None).await;
    let paths = stage.paths().await;
    let probes = paths.probes();
    stage.world.go(&stage.app, Phase::B, Phase::A).await;
    must_show(&stage, &probes, "an operator", &with_one, |it| !is_restricted(it)).await;
}

/// Asks all that is `wanted` in all phases, beginning with A; each answer must differ in one of them.
async fn must_show(
    stage: &Stage,
    probes: &[Probe],
    who: &str,
    principal: &Principal,
    wanted: fn(&Probe) -> bool,
) {
    let fields = probes.iter().enumerate().filter(|(_, probe)| probe.tells && wanted(probe));
    let batches = batches(fields.map(|(at, probe)| (at, &*probe.text)));
    let [with_a, with_b, without] =
        ask_in(stage, principal, &batches, [Phase::A, Phase::B, Phase::Absent]).await;
    let mut blind = Vec::new();
    for (at, batch) in batches.iter().enumerate() {
        let [a, b, none] =
            [&with_a[at], &with_b[at], &without[at]].map(|answer| apart(batch, answer));
        for at in batch.probes.iter().filter(|at| a[*at] == none[*at] && b[*at] == none[*at]) {
            let Probe { name, text, .. } = &probes[*at];
            blind.push(format!("{name}: {text}\n    {}", none[at]));
        }
    }
    assert!(
        blind.is_empty(),
        "{who}: {} questions would pass on nothing:\n{}",
        blind.len(),
        blind.join("\n")
    );
}

/// Looks whether each field that leads to a hidden row shows it to who may see it; leaves the hidden rows
/// as they are in the phase A.
async fn every_edge_is_walked(stage: &Stage, paths: &Paths<'_>) {
    stage.world.go(&stage.app, Phase::B, Phase::Absent).await;
    let absent = stage.rows(paths).await;
    stage.world.go(&stage.app, Phase::Absent, Phase::A).await;
    let known: BTreeSet<&str> = paths.known.iter().map(|known| known.ty.name).collect();
    // Every type of rows has its hidden row.
    let unknown: Vec<&str> = catalog()
        .types()
        .iter()
        .filter(|ty| ty.is_node && !known.contains(ty.name))
        .map(|ty| ty.name)
        .collect();
    assert!(unknown.is_empty(), "there are no rows of {unknown:?}: make some in world.rs");
    let mut missing = Vec::new();
    for of in paths.known.iter().filter(|known| known.ty.is_fact) {
        for field in &of.ty.fields {
            let leads = match &field.kind {
                Kind::One { target, .. } => known.contains(target) && paths::may_hide(of.ty, field),
                Kind::Either(_) => paths::may_hide(of.ty, field),
                Kind::Many(list) => known.contains(list.target),
                _ => false,
            };
            let shown = |look: &HashMap<(&'static str, Uuid), Value>| {
                let row =
                    |key: &Uuid| look.get(&(of.ty.name, *key)).map(|row| row[field.name].clone());
                of.visible.iter().map(row).collect::<Vec<_>>()
            };
            let [a, b] = &paths.looks;
            if leads && shown(&absent) == shown(&a.rows) && shown(&a.rows) == shown(&b.rows) {
                missing.push(format!("{}.{}", of.ty.name, field.name));
            }
        }
    }
    assert!(missing.is_empty(), "no hidden row shows in {missing:?} to who may see it");
}

/// Another institution that takes part.
const OTHER: &str = "SEMAS";

async fn an_institution_sees_its_own_rows_and_no_other_partner_does(place: Place) {
    let owners = catalog().types().iter().map(|ty| ty.owners.len()).max().unwrap();
    let mut seen = 0;
    // A row belongs to each institution that one of several columns names.
    for owner in 0..owners {
        let app = place.app().await;
        let own = [
            (app.principal(PARTNER, READ).await, false),
            (app.principal(PARTNER, ALL).await, true),
        ];
        let strangers = [
            Principal::Anonymous,
            app.principal(PARTNER, NO_USE).await,
            app.principal(OTHER, READ).await,
            app.principal(OTHER, ALL).await,
        ];
        let stage = Stage::new(app, Some(owner)).await;
        stage.world.go(&stage.app, Phase::Absent, Phase::A).await;
        for known in &stage.world.known() {
            let ty = known.ty;
            let id = paths::id(ty, known.hidden);
            let list = paths::lists().find(|(root, _, target)| {
                target.name == ty.name && root.args.iter().any(|arg| arg.name == "where")
            });
            let list = list.map_or_else(String::new, |(root, ..)| {
                format!("list: {}(where: {{ id: {{ eq: \"{id}\" }} }}) {{ totalCount }}", root.name)
            });
            let query = format!("{{ node(id: \"{id}\") {{ id }} {list} }}");
            let is_own = stage.world.is_own(known);
            for (principal, with_all) in &own {
                let sees = is_own
                    && (*with_all || !matches!(ty.name, "ApiClient" | "Webhook" | "AuditEvent"));
                assert_seen(&stage.app, principal, &query, sees, ty.name).await;
                seen += usize::from(sees);
            }
            for stranger in &strangers {
                assert_seen(&stage.app, stranger, &query, false, ty.name).await;
            }
        }
    }
    assert!(seen >= 40, "only {seen} rows of their own were seen");
}

async fn assert_seen(app: &TestApp, who: &Principal, query: &str, sees: bool, ty: &str) {
    let answer = ask(app, who, query).await;
    let data: Value = serde_json::from_str(&answer.data).unwrap();
    assert_eq!(!data["node"].is_null(), sees, "{ty} to {}: {query}", who.actor());
    if let Some(list) = data.get("list") {
        let total = list["totalCount"].as_i64().unwrap_or(0);
        assert_eq!(total, i64::from(sees), "{ty} to {}: {query}", who.actor());
    }
}

async fn an_institution_sees_its_own_hidden_entry(place: Place) {
    let app = place.app().await;
    let id = paths::id(catalog().find("Institution").unwrap(), institution(&app, PARTNER).await);
    let query = format!(
        "{{ node(id: \"{id}\") {{ id }} \
         list: institutions(where: {{ id: {{ eq: \"{id}\" }} }}) {{ totalCount }} }}"
    );
    let callers = [
        (Principal::Anonymous, false),
        (app.principal(PARTNER, NO_USE).await, false),
        (app.principal(PARTNER, READ).await, true),
        (app.principal(OTHER, READ).await, false),
        (app.principal(OPERATOR, NO_USE).await, false),
        (app.principal(OPERATOR, READ).await, true),
    ];
    app.sql(&format!("UPDATE institution SET visibility = 'INTERNAL' WHERE code = '{PARTNER}'"))
        .await;
    for (who, sees) in &callers {
        assert_seen(&app, who, &query, *sees, "Institution").await;
        // Who it is itself, a caller is told as far as it sees it.
        let viewer = ask(&app, who, "{ viewer { institution { code } } }").await;
        let shown = viewer.data.contains(PARTNER);
        let is_partner = who.client().is_some_and(|client| client.institution.code == PARTNER);
        assert_eq!(shown, *sees && is_partner, "{} {}", who.actor(), viewer.data);
    }
}

async fn changes_of_hidden_rows_are_not_told_as_they_happen(place: Place) {
    let app = place.app().await;
    // Who, and whether it hears of what is hidden, and of clients.
    let listeners = [
        (Principal::Anonymous, false, false),
        (app.principal(PARTNER, NO_USE).await, false, false),
        (app.principal(PARTNER, READ).await, false, false),
        (app.principal(PARTNER, ALL).await, false, false),
        (app.principal(OPERATOR, NO_USE).await, false, false),
        (app.principal(OPERATOR, READ).await, true, false),
        (app.principal(OPERATOR, ALL).await, true, true),
        (Principal::System, true, true),
    ];
    let stage = Stage::new(app, None).await;
    stage.world.go(&stage.app, Phase::Absent, Phase::A).await;
    let engine = &stage.app.app.engine;
    for (principal, rows, clients) in &listeners {
        for (types, hears) in [("null", *rows), ("[\"ApiClient\"]", *clients)] {
            let query = format!(
                "subscription {{ changes(types: {types}) {{ cursor node {{ type subject {{ id }} }} }} }}"
            );
            let request = Request { query, ..Request::default() };
            let author = Author { principal, request_id: "test", address: None, now: now() };
            let call = Call { author, language: Language::English, allowance: None };
            let prepared = engine.prepare(&request, &call).unwrap();
            let (since, until) = (world::FIRST_NUMBER - 1, world::FIRST_NUMBER + 10_000);
            let events = engine.events(&prepared, &call, since, until).await.unwrap();
            let told = (!events.events.is_empty(), events.actual > 0);
            assert_eq!(told, (hears, hears), "{} {types}: {:?}", principal.actor(), events.events);
        }
    }
}

/// How a company is not to be named.
const UNNAMED: [(&str, bool); 4] =
    [("NAMED", false), ("ANONYMISED", true), ("ANONYMISED", false), ("WITHHELD", true)];

/// Gives the case a company: its name, and its institution's code.
async fn name_company(app: &TestApp, company: Option<(&str, &str)>) {
    let (name, id) = match company {
        None => ("NULL".to_owned(), "NULL".to_owned()),
        Some((name, code)) => {
            (format!("'{name}'"), format!("(SELECT id FROM institution WHERE code = '{code}')"))
        }
    };
    app.sql(&format!(
        "UPDATE adoption_case SET company_name = {name}, company_id = {id} WHERE code = 'DEMO-0001'"
    ))
    .await;
}

async fn disclose(app: &TestApp, disclosure: &str, consent: bool) {
    let consent = match (app.is_postgres(), consent) {
        (true, consent) => consent.to_string(),
        (false, consent) => i32::from(consent).to_string(),
    };
    app.sql(&format!(
        "UPDATE adoption_case SET disclosure = '{disclosure}', consent_to_publish = {consent} \
         WHERE code = 'DEMO-0001'"
    ))
    .await;
}

/// Questions whose answers could depend on the company of the case.
async fn questions_about_the_company(app: &TestApp) -> String {
    let case = catalog().find("AdoptionCase").unwrap();
    let found = app.data("{ adoptionCase(code: \"DEMO-0001\") { id } }").await;
    let (_, key) =
        aiplus::read::global_id::decode(found["adoptionCase"]["id"].as_str().unwrap()).unwrap();
    let mut fields = vec![paths::portraits(case, &[key])];
    let institutions = catalog().find("Institution").unwrap();
    for code in [OTHER, "KAMPA"] {
        let key = institution(app, code).await;
        let id = paths::id(institutions, key);
        fields.push(paths::portraits(institutions, &[key]));
        for filter in [
            format!("{{ company: {{ id: {{ eq: \"{id}\" }} }} }}"),
            format!("{{ company: {{ code: {{ eq: \"{code}\" }} }} }}"),
            format!("{{ not: {{ company: {{ code: {{ eq: \"{code}\" }} }} }} }}"),
        ] {
            fields.push(format!("adoptionCases(where: {filter}) {{ totalCount }}"));
            fields.push(format!("outcomes(where: {{ adoptionCase: {filter} }}) {{ totalCount }}"));
        }
    }
    for name in ["가린갑사", "가린을사"] {
        for operator in ["eq", "ne", "contains", "startsWith"] {
            fields.push(format!(
                "adoptionCases(where: {{ companyName: {{ {operator}: \"{name}\" }} }}) {{ totalCount }}"
            ));
        }
        fields.push(format!("adoptionCases(where: {{ search: \"{name}\" }}) {{ totalCount }}"));
        fields.push(format!("search(text: \"{name}\") {{ totalCount nodes {{ id }} }}"));
        fields.push(format!(
            "similarCases(to: {{ size: SMALL }}, includeIllustrative: true, where: {{ case: {{ companyName: {{ eq: \"{name}\" }} }} }}) \
             {{ totalCount }}"
        ));
    }
    for filter in [
        "{ companyName: { isNull: true } }",
        "{ companyName: { isNull: false } }",
        "{ company: {} }",
        "{ not: { company: {} } }",
        "{ disclosure: { eq: NAMED } }",
        "{ disclosure: { eq: WITHHELD } }",
    ] {
        fields.push(format!("adoptionCases(where: {filter}) {{ totalCount nodes {{ id }} }}"));
    }
    for order in ["CODE", "STARTED_ON"] {
        fields.push(format!(
            "adoptionCases(orderBy: [{{ field: {order} }}], first: 100) {{ edges {{ cursor }} }}"
        ));
    }
    for group in ["REGION", "INDUSTRY", "SIZE", "STAGE", "TECHNOLOGY", "APPLICATION"] {
        fields.push(format!(
            "adoptionCaseStatistics(groupBy: {group}, includeIllustrative: true) \
             {{ total {{ count investment {{ sum }} }} rows {{ keys {{ code }} count }} }}"
        ));
    }
    let lines = fields.iter().enumerate().map(|(at, field)| format!(" p{at}: {field}"));
    format!("{{{} }}", lines.collect::<String>())
}

async fn a_company_that_may_not_be_named_is_not_found_by_its_name(place: Place) {
    let app = place.app().await;
    let strangers = [
        Principal::Anonymous,
        app.principal(OPERATOR, NO_USE).await,
        app.principal(PARTNER, NO_USE).await,
        app.principal(PARTNER, READ).await,
        app.principal(PARTNER, ALL).await,
    ];
    let operator = app.principal(OPERATOR, READ).await;
    let query = questions_about_the_company(&app).await;
    let companies = [None, Some(("가린갑사", OTHER)), Some(("가린을사", "KAMPA"))];
    let consented = ("NAMED", true);
    for (disclosure, consent) in UNNAMED.into_iter().chain([consented]) {
        disclose(&app, disclosure, consent).await;
        let mut answers = Vec::new();
        for company in companies {
            name_company(&app, company).await;
            let mut answer = Vec::new();
            for who in strangers.iter().chain([&operator]) {
                answer.push(ask(&app, who, &query).await);
            }
            answers.push(answer);
        }
        for (at, who) in strangers.iter().enumerate() {
            let same = answers.iter().all(|answer| answer[at] == answers[0][at]);
            let is_named = (disclosure, consent) == consented;
            assert_ne!(same, is_named, "{} {disclosure} {consent}", who.actor());
            assert_eq!(answers[1][at].data.contains("\"가린갑사\""), is_named);
        }
        // To who runs the programme each company looks another.
        let at = strangers.len();
        for (one, other) in [(0, 1), (1, 2), (0, 2)] {
            assert_ne!(answers[one][at], answers[other][at], "{disclosure} {consent}");
        }
    }
}

async fn a_company_knows_its_own_name(place: Place) {
    let app = place.app().await;
    let (own, without) = (app.principal(PARTNER, READ).await, app.principal(PARTNER, NO_USE).await);
    name_company(&app, Some(("가린갑사", PARTNER))).await;
    let query = format!(
        "{{ adoptionCase(code: \"DEMO-0001\") {{ companyName company {{ code }} }} \
           named: adoptionCases(where: {{ companyName: {{ eq: \"가린갑사\" }} }}) {{ totalCount }} \
           of: adoptionCases(where: {{ company: {{ code: {{ eq: \"{PARTNER}\" }} }} }}) {{ totalCount }} }}"
    );
    for (disclosure, consent) in UNNAMED {
        disclose(&app, disclosure, consent).await;
        for (who, knows) in [(&own, true), (&without, false)] {
            let answer: Value = serde_json::from_str(&ask(&app, who, &query).await.data).unwrap();
            let case = if knows {
                json!({ "companyName": "가린갑사", "company": { "code": PARTNER } })
            } else {
                json!({ "companyName": null, "company": null })
            };
            let count = json!({ "totalCount": i32::from(knows) });
            let expected = json!({ "adoptionCase": case, "named": count, "of": count });
            assert_eq!(answer, expected, "{disclosure} {consent}");
        }
    }
}

async fn a_person_who_only_counts_is_only_counted(place: Place) {
    let app = place.app().await;
    let query = "{ attendances { totalCount }
        none: attendances(where: { headCount: { eq: 77 } }) { totalCount }
        meetings(first: 100) { nodes { countedAttendance attendance { totalCount } } } }";
    app.sql(
        "UPDATE attendance SET head_count = 77, visibility = 'INTERNAL' \
         WHERE id = (SELECT id FROM attendance ORDER BY id LIMIT 1)",
    )
    .await;
    let hidden = app.data(query).await;
    app.sql("UPDATE attendance SET visibility = 'COUNTS_ONLY' WHERE head_count = 77").await;
    let mut counted = app.data(query).await;
    let mut more = 0;
    let before = hidden["meetings"]["nodes"].as_array().unwrap();
    for (before, after) in before.iter().zip(counted["meetings"]["nodes"].as_array_mut().unwrap()) {
        let count = |meeting: &Value| meeting["countedAttendance"].as_i64().unwrap();
        more += count(after) - count(before);
        after["countedAttendance"] = before["countedAttendance"].clone();
    }
    assert_eq!(more, 77, "they count");
    assert_eq!(counted, hidden, "and show nowhere else");
}

async fn no_secret_and_no_contact_reaches_the_audit(place: Place) {
    let app = place.app().await;
    let operator = app.principal(OPERATOR, ALL).await;
    let client = app.client(PARTNER, READ).await;
    let author = Author { principal: &operator, request_id: "test", address: None, now: now() };
    let rotated =
        api_client::rotate_secret(&app.db, &Hashing::default(), author, client.id, 1, false)
            .await
            .unwrap();
    let mut secrets: Vec<String> = [client.secret, rotated.secret].into_iter().flatten().collect();
    assert_eq!(secrets.len(), 2);
    let redacted = world::redacted(&app.db).await;
    for (ty, column) in [
        ("ApiClient", "secret_hash"),
        ("ApiClient", "previous_secret_hash"),
        ("ContactPoint", "value"),
    ] {
        let values = redacted.iter().find(|(of, name, _)| (*of, *name) == (ty, column));
        assert!(values.is_some_and(|(.., values)| !values.is_empty()), "{ty}.{column}");
    }
    secrets.extend(redacted.into_iter().flat_map(|(.., values)| values));
    let (mut events, mut after) = (0, String::from("null"));
    let mut marked = BTreeSet::new();
    while after != "done" {
        let query = format!(
            "{{ auditEvents(first: 100, after: {after}) {{ nodes {{ {} }} \
             pageInfo {{ hasNextPage endCursor }} }} \
             apiClients(first: 100) {{ nodes {{ {} }} }} }}",
            paths::portrait(catalog().find("AuditEvent").unwrap()),
            paths::portrait(catalog().find("ApiClient").unwrap())
        );
        let answer = ask(&app, &operator, &query).await;
        for secret in &secrets {
            let written = Value::from(secret.as_str()).to_string();
            let written = written.trim_matches('"');
            assert!(!answer.data.contains(written), "{secret} is in {}", answer.data);
        }
        let data: Value = serde_json::from_str(&answer.data).unwrap();
        for event in data["auditEvents"]["nodes"].as_array().unwrap() {
            events += 1;
            for side in ["before", "after"] {
                for (column, value) in event[side].as_object().into_iter().flatten() {
                    if *value == "[redacted]" {
                        marked.insert(format!("{} {side} {column}", event["subjectType"]));
                    }
                }
            }
        }
        let page = &data["auditEvents"]["pageInfo"];
        after =
            if page["hasNextPage"] == true { page["endCursor"].to_string() } else { "done".into() };
    }
    assert!(events > 2_000, "only {events} events were read");
    for mark in [
        "\"ApiClient\" before secret_hash",
        "\"ApiClient\" after secret_hash",
        "\"ApiClient\" after previous_secret_hash",
        "\"ContactPoint\" after value",
    ] {
        assert!(marked.contains(mark), "{mark} is not in {marked:?}");
    }
}
