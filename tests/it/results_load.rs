//! Many clients that save, hand in, take back and return the same submissions at the same time: nothing is
//! lost, nothing is done twice, and nobody is shown a fault of ours.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aiplus::domain::principal::{Author, Principal};
use aiplus::error::Language;
use aiplus::graphql::engine::Call;
use aiplus::graphql::request::Request;
use aiplus::read::global_id;
use aiplus::service::audit::verify;
use entity::audit_event::AuditOutcome;
use entity::{audit_event, change, submission, submission_revision, submission_value};
use futures_util::future::join_all;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::results::{QUARTER, World, document, key, value};
use crate::support::{Place, now};
use crate::tests;

tests![clients_that_write_the_same_submissions_lose_nothing];

/// Clients of the institution that reports, and of the secretariat.
const PARTNERS: usize = 28;
const REVIEWERS: usize = 4;
const SUBMISSIONS: usize = 50;
/// How long they go on at least, and at most: until each verb has met enough of the others, however slow the
/// machine is.
const LASTS: Duration = Duration::from_secs(10);
const AT_MOST: Duration = Duration::from_secs(180);
const ENOUGH: usize = 10;
const VERBS: [&str; 4] =
    ["saveSubmissionDraft", "submitSubmission", "recallSubmission", "returnSubmission"];

/// A write that was told as done.
#[derive(Debug, Clone)]
struct Accepted {
    mutation: &'static str,
    submission: usize,
    request: String,
    /// Version that it made.
    version: i64,
    /// What it saved, if it saved.
    saved: Option<i64>,
    receipt: Option<String>,
}

/// What a client has met.
#[derive(Debug, Default)]
struct Met {
    accepted: Vec<Accepted>,
    /// Codes of user errors.
    refused: BTreeMap<String, usize>,
    /// Answers that are nobody's doing but ours.
    faults: Vec<String>,
    reads: usize,
}

struct Load {
    world: World,
    ids: Vec<String>,
    began: Instant,
    asked: AtomicUsize,
    /// Accepted writes of each verb.
    done: [AtomicUsize; VERBS.len()],
}

/// What a client sees of a submission.
struct Look {
    status: String,
    version: i64,
    count: i64,
}

impl Load {
    /// An answer to a call with an id of its own.
    async fn ask(
        &self,
        who: &Principal,
        request_id: &str,
        query: String,
        variables: Value,
    ) -> Value {
        let Value::Object(variables) = variables else { panic!("no variables") };
        let request = Request { query, variables, ..Request::default() };
        let author = Author { principal: who, request_id, address: None, now: now() };
        let call = Call { author, language: Language::English, allowance: None };
        let answered = self.world.app.app.engine.execute(&request, &call).await;
        serde_json::from_str(&answered.into_json(Language::English, request_id)).unwrap()
    }

    async fn look(&self, who: &Principal, at: usize, met: &mut Met) -> Option<Look> {
        let query = format!(
            "{{ node(id: \"{}\") {{ ... on Submission {{ status version values(first: 1) {{ nodes {{ value }} }} }} }} }}",
            self.ids[at]
        );
        met.reads += 1;
        let answer = self.ask(who, "look", query, json!({})).await;
        let node = &answer["data"]["node"];
        let Some(version) = node["version"].as_i64() else {
            met.faults.push(answer.to_string());
            return None;
        };
        let shown = node["values"]["nodes"][0]["value"].as_str().unwrap_or("0");
        let status = node["status"].as_str().unwrap().to_owned();
        Some(Look { status, version, count: shown.parse().unwrap() })
    }

    /// A write, and what came of it. Returns whether it was done.
    async fn write(
        &self,
        who: &Principal,
        (at, version): (usize, i64),
        mutation: &'static str,
        more: Value,
        met: &mut Met,
    ) {
        let mut input =
            json!({ "id": self.ids[at], "expectedVersion": version, "idempotencyKey": key() });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let saved = more["values"][0]["value"].as_str().map(|value| value.parse().unwrap());
        let number = self.asked.fetch_add(1, Ordering::Relaxed);
        let call = async |turn: usize| {
            let request = format!("{mutation}-{number}-{turn}");
            let variables = json!({ "input": input });
            let answer = self.ask(who, &request, document(mutation), variables).await;
            (request, answer)
        };
        // Every fourth call is made twice at once, as by a client that did not wait for its answer.
        let answers = if number.is_multiple_of(4) {
            let (one, other) = tokio::join!(call(0), call(1));
            vec![one, other]
        } else {
            vec![call(0).await]
        };
        let mut done: Vec<(String, Value)> = Vec::new();
        for (request, answer) in answers {
            let payload = &answer["data"]["payload"];
            match payload["errors"].as_array() {
                None => met.faults.push(answer.to_string()),
                Some(errors) if errors.is_empty() => done.push((request, payload.clone())),
                Some(errors) => {
                    let code = errors[0]["code"].as_str().unwrap().to_owned();
                    *met.refused.entry(code).or_default() += 1;
                }
            }
        }
        let Some((request, payload)) = done.first() else { return };
        let receipt = |payload: &Value| payload["revision"]["receipt"].as_str().map(str::to_owned);
        if mutation == "submitSubmission" {
            for (_, other) in &done {
                if receipt(other).is_none() || receipt(other) != receipt(payload) {
                    met.faults.push(format!("two receipts for one call: {done:?}"));
                }
            }
        }
        if let Some(verb) = VERBS.iter().position(|verb| *verb == mutation) {
            self.done[verb].fetch_add(1, Ordering::Relaxed);
        }
        met.accepted.push(Accepted {
            mutation,
            submission: at,
            request: request.rsplit_once('-').unwrap().0.to_owned(),
            version: version + 1,
            saved,
            receipt: receipt(payload).filter(|_| mutation == "submitSubmission"),
        });
    }

    fn is_over(&self) -> bool {
        let gone = self.began.elapsed();
        let enough = || self.done.iter().all(|done| done.load(Ordering::Relaxed) >= ENOUGH);
        gone >= AT_MOST || gone >= LASTS && enough()
    }

    /// What one client does until the end.
    async fn client(&self, who: &Principal, number: usize) -> Met {
        let mut met = Met::default();
        // Numbers that look like chance and are the same each time.
        let mut chance = 0x9E37_79B9_u64.wrapping_mul(number as u64 + 1);
        while !self.is_over() {
            chance = chance
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let draw = usize::try_from(chance >> 40).unwrap();
            let at = draw % SUBMISSIONS;
            let Some(look) = self.look(who, at, &mut met).await else { continue };
            let seen = (at, look.version);
            let is_partner = number < PARTNERS;
            let back = json!({ "comments": [{ "message": "보완" }], "dueOn": "2026-12-31" });
            match (look.status.as_str(), is_partner) {
                ("SUBMITTED", false) => {
                    self.write(who, seen, "returnSubmission", back, &mut met).await;
                }
                (_, false) => {}
                ("SUBMITTED", true) => {
                    self.write(who, seen, "recallSubmission", json!({}), &mut met).await;
                }
                ("DRAFT" | "RETURNED", true) if draw % 3 == 0 => {
                    let attested = json!({ "attestation": true });
                    self.write(who, seen, "submitSubmission", attested, &mut met).await;
                }
                (_, true) => {
                    let cells =
                        json!({ "values": [value("COUNT", &(look.count + 1).to_string())] });
                    self.write(who, seen, "saveSubmissionDraft", cells, &mut met).await;
                }
            }
        }
        met
    }
}

async fn settle(place: &Place) -> Load {
    let world = World::before(place, now(), QUARTER).await;
    let mut ids = Vec::new();
    for number in 0..SUBMISSIONS {
        let code = format!("L_{number:02}");
        world.programme(&code).await;
        world.indicator(&code, "COUNT", "INTEGER", json!({})).await;
        world.obligation("KOSME", &code, "2026-01-01").await;
    }
    world.open(QUARTER).await;
    for number in 0..SUBMISSIONS {
        ids.push(world.seen_in("KOSME", &format!("L_{number:02}"), QUARTER).await.id);
    }
    let began = Instant::now();
    Load { world, ids, began, asked: AtomicUsize::new(0), done: Default::default() }
}

async fn clients_that_write_the_same_submissions_lose_nothing(place: Place) {
    let mut load = settle(&place).await;
    let mut principals = Vec::new();
    for number in 0..PARTNERS + REVIEWERS {
        let (institution, scopes) = if number < PARTNERS {
            ("KOSME", "program:read results:submit")
        } else {
            ("TIPA", "program:read results:review")
        };
        principals.push(load.world.app.principal(institution, scopes).await);
    }
    let server = if load.world.app.is_postgres() { "postgres" } else { "sqlite" };
    load.began = Instant::now();
    let load = Arc::new(load);
    let clients = principals.into_iter().enumerate().map(|(number, principal)| {
        let load = load.clone();
        tokio::spawn(async move { load.client(&principal, number).await })
    });
    let mut all = Met::default();
    for met in join_all(clients).await {
        let met = met.unwrap();
        all.accepted.extend(met.accepted);
        all.faults.extend(met.faults);
        all.reads += met.reads;
        for (code, count) in met.refused {
            *all.refused.entry(code).or_default() += count;
        }
    }
    let count = |mutation: &str| {
        all.accepted.iter().filter(|accepted| accepted.mutation == mutation).count()
    };
    println!(
        "{server}: {} clients on {SUBMISSIONS} submissions for {} s: {} reads; accepted {} ({} saves, {} submits, {} recalls, \
         {} returns); refused {:?}; faults {}",
        PARTNERS + REVIEWERS,
        load.began.elapsed().as_secs(),
        all.reads,
        all.accepted.len(),
        count("saveSubmissionDraft"),
        count("submitSubmission"),
        count("recallSubmission"),
        count("returnSubmission"),
        all.refused,
        all.faults.len()
    );
    assert!(all.faults.is_empty(), "{:#?}", &all.faults[..all.faults.len().min(5)]);
    let known = ["CONFLICT", "WRONG_STATE"];
    assert!(all.refused.keys().all(|code| known.contains(&code.as_str())), "{:?}", all.refused);
    for mutation in VERBS {
        assert!(count(mutation) >= ENOUGH, "only {} {mutation}", count(mutation));
    }
    nothing_is_lost(&load, &all).await;
}

async fn nothing_is_lost(load: &Load, all: &Met) {
    let db = &load.world.app.db;
    let keys: Vec<Uuid> = load.ids.iter().map(|id| global_id::decode(id).unwrap().1).collect();
    let mut of: HashMap<usize, Vec<&Accepted>> = HashMap::new();
    for accepted in &all.accepted {
        of.entry(accepted.submission).or_default().push(accepted);
    }
    let changes = change::Entity::find()
        .filter(change::Column::SubjectType.eq("Submission"))
        .all(db)
        .await
        .unwrap();
    for (at, key) in keys.iter().enumerate() {
        let row = submission::Entity::find_by_id(*key).one(db).await.unwrap().unwrap();
        let mut accepted = of.remove(&at).unwrap_or_default();
        accepted.sort_by_key(|accepted| accepted.version);
        // Each version was made by one accepted write, and each accepted write has made one.
        let versions: Vec<i64> = accepted.iter().map(|accepted| accepted.version).collect();
        assert_eq!(versions, (2..=i64::from(row.version)).collect::<Vec<_>>(), "submission {at}");
        let mut told: Vec<i64> = changes
            .iter()
            .filter(|change| change.subject_id == *key)
            .map(|change| i64::from(change.version))
            .collect();
        told.sort_unstable();
        assert_eq!(
            told,
            (1..=i64::from(row.version)).collect::<Vec<_>>(),
            "feed of submission {at}"
        );
        // Each save has counted on from what the one before it had saved.
        let saved: Vec<i64> = accepted.iter().filter_map(|accepted| accepted.saved).collect();
        assert_eq!(saved, (1..).take(saved.len()).collect::<Vec<_>>(), "submission {at}");
        let stands = submission_value::Entity::find()
            .filter(submission_value::Column::SubmissionId.eq(*key))
            .filter(submission_value::Column::LastRevision.is_null())
            .all(db)
            .await
            .unwrap();
        let stands: Vec<i64> = stands.iter().filter_map(|value| value.scaled).collect();
        assert_eq!(
            stands,
            saved.last().copied().into_iter().collect::<Vec<_>>(),
            "submission {at}"
        );
        let revisions = submission_revision::Entity::find()
            .filter(submission_revision::Column::SubmissionId.eq(*key))
            .order_by_asc(submission_revision::Column::Number)
            .all(db)
            .await
            .unwrap();
        let numbers: Vec<i32> = revisions.iter().map(|revision| revision.number).collect();
        assert_eq!(numbers, (1..=row.revision).collect::<Vec<_>>(), "submission {at}");
        // In the order of their versions the receipts are those of the revisions.
        let given: Vec<&str> =
            accepted.iter().filter_map(|accepted| accepted.receipt.as_deref()).collect();
        let kept: Vec<&str> = revisions.iter().map(|revision| &*revision.receipt).collect();
        assert_eq!(given, kept, "submission {at}");
    }
    // Each accepted write stands in the audit once, however often it was called; what was refused, never.
    let events = audit_event::Entity::find()
        .filter(audit_event::Column::SubjectType.eq("Submission"))
        .filter(audit_event::Column::Outcome.eq(AuditOutcome::Done))
        .filter(audit_event::Column::RequestId.contains("Submission"))
        .all(db)
        .await
        .unwrap();
    let mut written: HashMap<&str, Vec<Uuid>> = HashMap::new();
    for event in &events {
        let call = event.request_id.rsplit_once('-').unwrap().0;
        written.entry(call).or_default().extend(event.subject_id);
    }
    for accepted in &all.accepted {
        let found = written.remove(accepted.request.as_str());
        assert_eq!(found, Some(vec![keys[accepted.submission]]), "{accepted:?}");
    }
    assert!(written.is_empty(), "nobody was told of {written:?}");
    assert!(verify(db, None).await.unwrap().faults.is_empty());
}
