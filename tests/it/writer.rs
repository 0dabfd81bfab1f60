//! Who writes, and who waits for it: one writer on SQLite, whom nobody waits for that only asks; a payload
//! that tells what its own call wrote; nothing begun for somebody who may not ask.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use aiplus::database::{self, Store};
use aiplus::domain::principal::{Author, Principal};
use aiplus::service::ledger::Event;
use aiplus::service::{api_client, audit};
use axum::http::StatusCode;
use chrono::Utc;
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, DatabaseTransaction, Statement};
use serde_json::{Map, Value, json};
use tokio::time::{Instant, timeout};

use crate::support::results::{World, key, value};
use crate::support::{CONNECTIONS, Place, TestApp, client};
use crate::tests;

tests![
    who_only_asks_does_not_wait_for_a_writer,
    who_signs_in_waits_for_no_writer,
    no_mutation_begins_before_it_is_asked_who_calls,
    writes_beside_another_process_are_told_to_wait,
    writes_are_let_in_as_they_come,
    a_payload_tells_what_its_call_wrote,
];

/// At once, on a machine that builds and tests other things meanwhile: what waits for the writer does so for ever, or is told
/// so.
const AT_ONCE: Duration = Duration::from_secs(20);

/// Keeps every writer of other connections waiting until it is dropped.
async fn held(app: &TestApp) -> (Store, DatabaseTransaction) {
    let other = database::connect(&app.url, 1).await.unwrap();
    let (transaction, _) = other.begin_write().await.unwrap();
    transaction.execute_unprepared("UPDATE ledger SET id = id").await.unwrap();
    (other, transaction)
}

async fn who_only_asks_does_not_wait_for_a_writer(place: Place) {
    let app = place.app().await;
    let token = app.token(&app.client("TIPA", "program:read").await).await;
    let (_other, transaction) = held(&app).await;
    // More of them than there are connections, some waiting for the writer already.
    let nothing = json!({ "query": "{ __typename }" });
    let calls = (0..CONNECTIONS + 4).map(|_| app.post(Some(&token), &nothing));
    let asked = timeout(AT_ONCE, async {
        for answer in join_all(calls).await {
            assert_eq!(answer.status(), StatusCode::OK);
        }
        let query =
            json!({ "query": "{ institution(code: \"TIPA\") { code } viewer { __typename } }" });
        let answer = client::json(app.post(Some(&token), &query).await).await;
        assert_eq!(answer["data"]["institution"]["code"], "TIPA", "{answer:#}");
        // The token is looked at as well, and so is the origin of a web page.
        app.app.access.authenticate(&app.db, &token, Utc::now()).await.unwrap();
        api_client::allows_origin(&app.db, "https://a.example.kr").await.unwrap();
    });
    asked.await.expect("a look-up waited for the writer");
    transaction.rollback().await.unwrap();
}

/// A value of an input type, by the schema's own description of it.
fn made_up(types: &Map<String, Value>, ty: &Value) -> Value {
    match ty["kind"].as_str().unwrap() {
        "NON_NULL" => made_up(types, &ty["ofType"]),
        "LIST" => json!([made_up(types, &ty["ofType"])]),
        "ENUM" => types[ty["name"].as_str().unwrap()]["enumValues"][0]["name"].clone(),
        "INPUT_OBJECT" => {
            let fields = types[ty["name"].as_str().unwrap()]["inputFields"].as_array().unwrap();
            let made = fields.iter().filter(|field| field["type"]["kind"] == "NON_NULL");
            made.map(|field| {
                (field["name"].as_str().unwrap().to_owned(), made_up(types, &field["type"]))
            })
            .collect::<Map<_, _>>()
            .into()
        }
        _ => match ty["name"].as_str().unwrap() {
            "Int" => json!(1),
            "Boolean" => json!(true),
            "Date" => json!("2026-07-01"),
            "Quarter" => json!("2026-Q2"),
            "KRW" => json!("1"),
            "ID" => json!("U1VCAZ1_"),
            _ => json!("ABCDEFGH"),
        },
    }
}

async fn no_mutation_begins_before_it_is_asked_who_calls(place: Place) {
    let app = place.app().await;
    let of_type = "kind name ofType { kind name ofType { kind name ofType { kind name } } }";
    let schema = app
        .data(&format!(
            "{{ __schema {{ mutationType {{ fields {{ name description args {{ type {{ {of_type} }} }} }} }} \
               types {{ name enumValues {{ name }} inputFields {{ name type {{ {of_type} }} }} }} }} }}"
        ))
        .await;
    let types: Map<String, Value> = schema["__schema"]["types"]
        .as_array()
        .unwrap()
        .iter()
        .map(|ty| (ty["name"].as_str().unwrap().to_owned(), ty.clone()))
        .collect();
    // Callers, and what each of them may begin.
    let (submits, reviews, leads, clients, content) = (1, 2, 4, 8, 16);
    let callers = [
        (Principal::Anonymous, 0),
        (app.principal("KOSME", "results:submit").await, submits),
        (app.principal("KIBO", "results:review program:read").await, 0),
        (app.principal("KIBO", "access:admin").await, clients),
        (app.principal("TIPA", "program:read audit:read").await, 0),
        (app.principal("TIPA", "results:review").await, reviews),
        (app.principal("TIPA", "results:submit content:write").await, submits + content),
        (app.principal("MSS", "results:review").await, reviews + leads),
    ];
    app.app.engine.backlog.flush(&app.db).await.unwrap();
    let (_other, transaction) = held(&app).await;
    app.statements();
    let mutations = schema["__schema"]["mutationType"]["fields"].as_array().unwrap();
    assert!(mutations.len() > 25, "{}", mutations.len());
    let mut refusals = 0;
    for (caller, may) in &callers {
        for mutation in mutations {
            let name = mutation["name"].as_str().unwrap();
            let needs = match name {
                _ if mutation["description"].as_str().unwrap().contains("content:write") => content,
                // Nobody here may.
                _ if mutation["description"].as_str().unwrap().contains("legislation:write") => 32,
                "saveSubmissionDraft"
                | "submitSubmission"
                | "reportNilSubmission"
                | "recallSubmission"
                | "attachEvidence"
                | "removeEvidence"
                | "requestExtension" => submits,
                "reopenSubmission"
                | "restateSubmission"
                | "openQuarter"
                | "finaliseQuarter"
                | "setIndicatorPublication" => leads,
                name if name.contains("ApiClient") || name.contains("Webhook") => clients,
                _ => reviews,
            };
            if may & needs > 0 {
                continue;
            }
            let ty = &mutation["args"][0]["type"];
            let input = made_up(&types, ty);
            let query = format!(
                "mutation($input: {}!) {{ {name}(input: $input) {{ __typename }} }}",
                ty["ofType"]["name"].as_str().unwrap()
            );
            let asked = app.ask(caller, &query, json!({ "input": input }));
            let answer = timeout(AT_ONCE, asked)
                .await
                .unwrap_or_else(|_| panic!("{name} waited for the writer"));
            let code = &answer["errors"][0]["extensions"]["code"];
            let is_client = caller.client().is_some();
            let expected = if is_client { "FORBIDDEN" } else { "UNAUTHENTICATED" };
            assert_eq!(*code, expected, "{name} of {caller:?} {input}: {answer:#}");
            assert_eq!(app.statements(), Vec::<String>::new(), "{name} asked the database first");
            refusals += i64::from(is_client);
        }
    }
    transaction.rollback().await.unwrap();
    // Each stands on record all the same.
    app.app.engine.backlog.flush(&app.db).await.unwrap();
    let known =
        "SELECT count(*) FROM audit_event WHERE reason = 'FORBIDDEN' AND client_id IS NOT NULL";
    let known = Statement::from_string(app.db.get_database_backend(), known);
    let known = app.db.query_one_raw(known).await.unwrap().unwrap();
    assert_eq!(known.try_get_by_index::<i64>(0).unwrap(), refusals);
}

async fn who_signs_in_waits_for_no_writer(place: Place) {
    let app = place.app().await;
    let client = app.client("TIPA", "program:read").await;
    let backlog = &app.app.engine.backlog;
    let (_other, transaction) = held(&app).await;
    let signed_in = join_all((0..4).map(|_| app.token(&client)));
    let tokens = timeout(AT_ONCE, signed_in).await.expect("a sign-in waited for the writer");
    for token in &tokens {
        app.app.access.authenticate(&app.db, token, Utc::now()).await.unwrap();
    }
    // What could not be written yet is not lost.
    timeout(Duration::from_millis(200), backlog.flush(&app.db)).await.unwrap_err();
    // As many as may wait; who comes then waits for its turn.
    let author = || Author {
        principal: &Principal::System,
        request_id: "many",
        address: None,
        now: Utc::now(),
    };
    let issued = || Event { action: "token.issue", ..Event::default() };
    for _ in tokens.len()..1_000 {
        timeout(AT_ONCE, backlog.note(&app.db, author(), issued())).await.unwrap().unwrap();
    }
    let mut waits = std::pin::pin!(backlog.note(&app.db, author(), issued()));
    timeout(Duration::from_millis(200), &mut waits).await.unwrap_err();
    transaction.rollback().await.unwrap();
    waits.await.unwrap();
    backlog.flush(&app.db).await.unwrap();
    let known = "SELECT count(*) FROM audit_event WHERE action = 'token.issue'";
    let known = Statement::from_string(app.db.get_database_backend(), known);
    let known = app.db.query_one_raw(known).await.unwrap().unwrap();
    assert_eq!(known.try_get_by_index::<i64>(0).unwrap(), 1_001);
    assert_eq!(audit::verify(&app.db, None).await.unwrap().faults, []);
}

async fn writes_beside_another_process_are_told_to_wait(place: Place) {
    let app = place.app().await;
    if app.is_postgres() {
        return;
    }
    let made = app.client("TIPA", "program:read access:admin").await;
    let token = app.token(&made).await;
    let list = "{ apiClients { nodes { id version } } }";
    let found = client::json(app.post(Some(&token), &json!({ "query": list })).await).await;
    let node = &found["data"]["apiClients"]["nodes"][0];
    let rename = json!({
        "query": "mutation($input: UpdateApiClientInput!) { updateApiClient(input: $input) { apiClient { name version } errors { code } } }",
        "variables": { "input": { "id": node["id"], "expectedVersion": node["version"], "idempotencyKey": key(), "name": "다른 이름" } },
    });
    let (other, transaction) = held(&app).await;
    let answer = app.post(Some(&token), &rename).await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.headers().contains_key("retry-after"));
    let answer = client::json(answer).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{answer:#}");
    transaction.rollback().await.unwrap();
    drop(other);
    // Nothing was done, and the very same call goes through.
    let answer = client::json(app.post(Some(&token), &rename).await).await;
    assert_eq!(answer["data"]["updateApiClient"]["errors"], json!([]), "{answer:#}");
    assert_eq!(answer["data"]["updateApiClient"]["apiClient"]["name"], "다른 이름");
}

async fn writes_are_let_in_as_they_come(place: Place) {
    let app = place.app().await;
    if app.is_postgres() {
        return;
    }
    let (first, _) = app.db.begin_write().await.unwrap();
    let order = Arc::new(std::sync::Mutex::new(Vec::new()));
    let mut waiting = Vec::new();
    for number in 0..20 {
        let (db, told) = (app.db.clone(), order.clone());
        let (here, arrived) = tokio::sync::oneshot::channel();
        waiting.push(tokio::spawn(async move {
            let mut begins = std::pin::pin!(db.begin_write());
            // Asked once, it stands in the queue.
            assert!(begins.as_mut().now_or_never().is_none());
            here.send(()).unwrap();
            let (transaction, _) = begins.await.unwrap();
            told.lock().unwrap().push(number);
            transaction.rollback().await.unwrap();
        }));
        arrived.await.unwrap();
    }
    let begun = Instant::now();
    first.rollback().await.unwrap();
    for write in waiting {
        write.await.unwrap();
    }
    let order = order.lock().unwrap().clone();
    assert_eq!(order, (0..20).collect::<Vec<_>>());
    assert!(begun.elapsed() < AT_ONCE, "{:?}", begun.elapsed());
}

async fn a_payload_tells_what_its_call_wrote(place: Place) {
    let world = Arc::new(World::new(&place).await);
    let seen = world.seen("KOSME").await;
    let latest = Arc::new(AtomicI64::new(seen.version));
    let id = Arc::new(seen.id);
    let told = Arc::new(AtomicI64::new(0));
    let tasks = (0..8).map(|task: i64| {
        let (world, latest, id) = (world.clone(), latest.clone(), id.clone());
        let told = told.clone();
        tokio::spawn(async move {
            let mut turn = task;
            while told.load(Ordering::Relaxed) < 80 {
                turn += 8;
                let version = latest.load(Ordering::Relaxed);
                let input = json!({
                    "id": *id, "expectedVersion": version, "idempotencyKey": key(),
                    "values": [value("COMPANIES", &turn.to_string())],
                });
                let payload = world.act(&world.kosme, "saveSubmissionDraft", input).await;
                if payload["errors"] != json!([]) {
                    continue;
                }
                // It has waited for this version alone, so the next one is its own.
                assert_eq!(payload["submission"]["version"], version + 1, "{payload:#}");
                latest.fetch_max(version + 1, Ordering::Relaxed);
                told.fetch_add(1, Ordering::Relaxed);
            }
        })
    });
    for task in join_all(tasks).await {
        task.unwrap();
    }
}
