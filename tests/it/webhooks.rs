//! Webhooks: a receiver that fails, hangs or is late gets what a poller gets, in its order, and can tell that it is ours.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use aiplus::config::ServeSettings;
use aiplus::domain::principal::{Author, Principal};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};

use crate::cli::{Running, Terminal, finished};
use crate::results_crash::Caller;
use crate::socket::{Heard, Socket};
use crate::subscription::{end, write};
use crate::support::acting::{acted, done, outcome, told, tried};
use crate::support::clients::{self, Changes, Issued};
use crate::support::{Place, TestApp, now, settings, webhooks};
use crate::tests;
use crate::wire::{PATIENCE, Server};

tests![
    a_receiver_gets_what_a_poller_gets,
    secrets_overlap_and_are_told_once,
    what_is_no_longer_seen_is_not_sent,
    an_answer_from_before_tells_nothing_of_now,
    who_waited_longest_is_sent_to_first,
    a_webhook_stops_and_goes_on,
    what_is_sent_is_set_by_who_manages_its_client,
    only_set_addresses_are_sent_to,
    a_killed_server_leaves_nothing_out,
    without_the_setting_there_are_none,
];

/// What a receiver does with a message.
#[derive(Clone, Copy)]
enum Does {
    Take,
    Answer(u16),
    Wait(u16),
    Redirect,
    Late,
    Hang,
    /// Answers 410 once it is told to do nothing more.
    Held,
}

/// A message as it came.
#[derive(Debug, Clone)]
struct Came {
    id: String,
    at: String,
    signatures: Vec<String>,
    text: String,
    body: Value,
    taken: bool,
}

struct Receiver {
    url: String,
    came: watch::Receiver<Vec<Came>>,
    does: watch::Sender<Vec<Does>>,
}

#[derive(Clone)]
struct Inside {
    came: Arc<watch::Sender<Vec<Came>>>,
    does: watch::Receiver<Vec<Does>>,
}

impl Receiver {
    /// One that does this with the first messages and takes all others.
    async fn new(does: &[Does]) -> Self {
        let (came, told) = watch::channel(Vec::new());
        let (does, next) = watch::channel(does.to_vec());
        let inside = Inside { came: Arc::new(came), does: next };
        let router = Router::new()
            .route("/hook", post(take))
            .route("/elsewhere", post(followed))
            .with_state(inside);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, came: told, does }
    }

    /// From now on it does this with every message.
    fn always(&self, does: Does) {
        self.does.send_replace(vec![does; 1_000]);
    }

    async fn until(&self, is_enough: impl Fn(&[Came]) -> bool) -> Vec<Came> {
        let mut came = self.came.clone();
        let waited = tokio::time::timeout(PATIENCE, came.wait_for(|came| is_enough(came))).await;
        match waited {
            Ok(came) => came.unwrap().clone(),
            Err(_) => panic!("so far came {:#?}", self.came.borrow()),
        }
    }

    /// What it took, once it took the change of a topic of that subject.
    async fn taken(&self, count: usize) -> Vec<Value> {
        let came = self.until(|came| came.iter().filter(|came| came.taken).count() >= count).await;
        came.into_iter().filter(|came| came.taken).map(|came| came.body).collect()
    }
}

async fn followed() -> StatusCode {
    panic!("a redirection is followed")
}

async fn take(State(inside): State<Inside>, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let text = String::from_utf8(body.to_vec()).unwrap();
    let at = inside.came.borrow().len();
    let does = inside.does.borrow().get(at).copied().unwrap_or(Does::Take);
    let came = Came {
        id: header("webhook-id"),
        at: header("webhook-timestamp"),
        signatures: header("webhook-signature").split(' ').map(str::to_owned).collect(),
        body: serde_json::from_str(&text).unwrap(),
        text,
        taken: matches!(does, Does::Take | Does::Late),
    };
    assert_eq!(header("content-type"), "application/json");
    if matches!(does, Does::Late) {
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    inside.came.send_modify(|all| all.push(came));
    match does {
        Does::Take | Does::Late => StatusCode::NO_CONTENT.into_response(),
        Does::Hang => std::future::pending().await,
        Does::Held => {
            let mut does = inside.does.clone();
            does.wait_for(Vec::is_empty).await.unwrap();
            StatusCode::GONE.into_response()
        }
        Does::Answer(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Does::Wait(seconds) => {
            (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", seconds.to_string())])
                .into_response()
        }
        Does::Redirect => {
            (StatusCode::TEMPORARY_REDIRECT, [("location", "/elsewhere")]).into_response()
        }
    }
}

/// What the documented program says of a message, of one that was changed, and of one with another secret.
fn verified(secret: &str, came: &Came) -> Option<Vec<bool>> {
    let program = include_str!("../../docs/webhooks.md").split_once("```python\n").unwrap().1;
    let program = program.split("```").next().unwrap();
    let headers = json!({
        "webhook-id": came.id, "webhook-timestamp": came.at,
        "webhook-signature": came.signatures.join(" "),
    });
    let python = std::env::var("AIPLUS_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let asked = "import json, sys; s, h, b = json.loads(sys.argv[1]); b = b.encode()\n\
                 print(json.dumps([verify(s, h, b), verify(s, h, b + b' '), verify('whsec_AAAA', h, b)]))";
    let done = Command::new(python)
        .args(["-c", &format!("{program}\n{asked}")])
        .arg(json!([secret, headers, came.text]).to_string())
        .output();
    let Ok(done) = done else {
        println!("NOT RUN: python3 is not there");
        return None;
    };
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    Some(serde_json::from_slice(&done.stdout).unwrap())
}

/// The signature that the secret makes of a message.
fn signature(secret: &str, came: &Came) -> String {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &key);
    let signed = format!("{}.{}.{}", came.id, came.at, came.text);
    let signed = aws_lc_rs::hmac::sign(&key, signed.as_bytes());
    format!("v1,{}", STANDARD.encode(signed.as_ref()))
}

fn sending() -> ServeSettings {
    ServeSettings { webhooks: webhooks(), ..settings() }
}

async fn client_id(app: &TestApp, client: &Issued) -> Value {
    let query = format!(
        "{{ apiClients(where: {{ clientId: {{ eq: \"{}\" }} }}) {{ nodes {{ id version }} }} }}",
        client.client_id
    );
    let found = app.ask(&Principal::System, &query, Value::Null).await;
    found["data"]["apiClients"]["nodes"][0]["id"].clone()
}

/// A webhook of a client: its payload with id and secret.
async fn hook(app: &TestApp, client: &Issued, url: &str) -> Value {
    hook_of(app, client, url, "Topic").await
}

/// The same, of changes of a type.
async fn hook_of(app: &TestApp, client: &Issued, url: &str, ty: &str) -> Value {
    let input = json!({
        "client": client_id(app, client).await, "name": "시험", "url": url, "types": [ty],
    });
    let made =
        done(app, &Principal::System, "createWebhook", "webhook { id version } secret", input)
            .await;
    json!({ "id": made["webhook"]["id"], "secret": made["secret"] })
}

const FIELDS: &str = "id version state disabledBecause disabledReason failures attemptError attemptStatus waitingChangeAt nextAttemptAt deliveredCursor deliveredAt firstFailedAt";

async fn seen(app: &TestApp, hook: &Value) -> Value {
    let query = format!("{{ node(id: {}) {{ ... on Webhook {{ {FIELDS} }} }} }}", hook["id"]);
    app.ask(&Principal::System, &query, Value::Null).await["data"]["node"].clone()
}

/// The webhook once it is so.
async fn once(app: &TestApp, hook: &Value, is_so: impl Fn(&Value) -> bool) -> Value {
    let mut looks = tokio::time::interval(Duration::from_millis(50));
    let waited = async {
        loop {
            looks.tick().await;
            let found = seen(app, hook).await;
            if is_so(&found) {
                return found;
            }
        }
    };
    match tokio::time::timeout(PATIENCE, waited).await {
        Ok(found) => found,
        Err(_) => panic!("it is {:#}", seen(app, hook).await),
    }
}

/// Calls a mutation about a webhook as it stands now.
async fn on(app: &TestApp, hook: &Value, mutation: &str, more: Value) -> Value {
    let found = seen(app, hook).await;
    let mut input = json!({ "id": hook["id"], "expectedVersion": found["version"] });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let selection = match mutation {
        "rotateWebhookSecret" => "webhook { id } secret",
        "deleteWebhook" => "deletedId",
        _ => "webhook { id state }",
    };
    done(app, &Principal::System, mutation, selection, input).await
}

/// What a poller gets after a cursor.
async fn polled(app: &TestApp, who: &Principal, after: &str) -> Vec<Value> {
    let query = format!(
        "{{ changes(after: \"{after}\", types: [\"Topic\"], first: 100) {{ edges {{ cursor node {{ id kind type subjectId version occurredAt }} }} }} }}"
    );
    let answer = app.ask(who, &query, Value::Null).await;
    answer["data"]["changes"]["edges"].as_array().unwrap_or_else(|| panic!("{answer}")).clone()
}

async fn a_receiver_gets_what_a_poller_gets(place: Place) {
    let app = place.app().await;
    let (client, start) = (app.client("KOSME", "program:read").await, end(&app).await);
    let receiver = Receiver::new(&[
        Does::Answer(500),
        Does::Hang,
        Does::Late,
        Does::Take,
        Does::Redirect,
        Does::Take,
        Does::Wait(2),
        Does::Answer(404),
    ])
    .await;
    let hook = hook(&app, &client, &receiver.url).await;
    let _server = Server::start(app.app.clone(), &sending()).await;
    for (numbers, visibility) in [
        (0..1, "PUBLIC"),
        (1..3, "INTERNAL"),
        (3..6, "PUBLIC"),
        (6..7, "INTERNAL"),
        (7..9, "PUBLIC"),
    ] {
        write(&app, numbers, visibility).await;
    }
    let taken = receiver.taken(6).await;
    let partner = app.principal("KOSME", "program:read").await;
    let polled = polled(&app, &partner, &start).await;
    assert_eq!(polled.len(), 6);
    let sent: Vec<&Value> = taken.iter().map(|body| &body["data"]).collect();
    assert_eq!(sent, polled.iter().collect::<Vec<_>>());
    for body in &taken {
        assert_eq!(body["type"], "topic.created");
        assert_eq!(body["timestamp"], body["data"]["node"]["occurredAt"]);
    }
    // What failed came again before anything else, under the same id, and each is signed.
    let came = receiver.came.borrow().clone();
    assert_eq!(came.len(), 11, "{came:#?}");
    for (at, one) in came.iter().enumerate() {
        assert_eq!(one.signatures, [signature(hook["secret"].as_str().unwrap(), one)]);
        assert_eq!(one.id, one.body["data"]["node"]["id"]);
        if let Some(next) = came.get(at + 1) {
            assert_eq!(next.id == one.id, !one.taken, "{at}: {came:#?}");
        }
    }
    let asked: i64 = came[6].at.parse().unwrap();
    assert!(came[7].at.parse::<i64>().unwrap() > asked, "Retry-After is not kept to");
    let found = once(&app, &hook, |found| found["deliveredCursor"] == polled[5]["cursor"]).await;
    assert_eq!(
        [
            &found["failures"],
            &found["attemptError"],
            &found["waitingChangeAt"],
            &found["firstFailedAt"]
        ],
        [&json!(0), &Value::Null, &Value::Null, &Value::Null]
    );
}

async fn secrets_overlap_and_are_told_once(place: Place) {
    let app = place.app().await;
    let receiver = Receiver::new(&[]).await;
    let client = app.client("KOSME", "program:read").await;
    let input = json!({
        "client": client_id(&app, &client).await, "name": "시험", "url": receiver.url,
        "idempotencyKey": "once-and-no-more",
    });
    let create = async || {
        done(&app, &Principal::System, "createWebhook", "webhook { id } secret", input.clone())
            .await
    };
    let made = create().await;
    let hook = json!({ "id": made["webhook"]["id"], "secret": made["secret"] });
    let again = create().await;
    assert_eq!((&again["webhook"]["id"], &again["secret"]), (&hook["id"], &Value::Null));
    let _server = Server::start(app.app.clone(), &sending()).await;
    let ping = async |count: usize| {
        on(&app, &hook, "testWebhook", json!({})).await;
        let is_ping = |one: &&Came| one.body["type"] == "webhook.ping";
        let came = receiver.until(|came| came.iter().filter(is_ping).count() == count).await;
        came.into_iter().rfind(|one| one.body["type"] == "webhook.ping").unwrap()
    };
    let first = hook["secret"].as_str().unwrap().to_owned();
    let came = ping(1).await;
    assert_eq!(came.signatures, [signature(&first, &came)]);
    let second = on(&app, &hook, "rotateWebhookSecret", json!({})).await["secret"].clone();
    let second = second.as_str().unwrap();
    assert_ne!(second, first);
    // The sender lives by the clock, and this test by its own.
    app.sql("UPDATE webhook SET previous_secret_ends_at = '2999-01-01 00:00:00+00:00'").await;
    let came = ping(2).await;
    for secret in [&first, second] {
        let told = verified(secret, &came);
        assert!(told.is_none_or(|told| told == [true, false, false]), "{secret} does not verify");
    }
    assert_eq!(came.signatures, [signature(second, &came), signature(&first, &came)]);
    let rotated = on(&app, &hook, "rotateWebhookSecret", json!({ "overlapHours": 0 })).await;
    let third = rotated["secret"].as_str().unwrap();
    let came = ping(3).await;
    assert_eq!(came.signatures, [signature(third, &came)]);
    // No table holds one, and nothing that can be read tells one.
    let auditor = app.principal("TIPA", "program:read audit:read access:admin").await;
    let all = format!(
        "{{ webhooks {{ nodes {{ {FIELDS} url name types secretCreatedAt previousSecretEndsAt client {{ name }} }} }} auditEvents(first: 100) {{ nodes {{ before after }} }} }}"
    );
    let all = app.ask(&auditor, &all, Value::Null).await.to_string();
    assert!(all.contains(&receiver.url), "{all}");
    let columns = format!("{:?}", {
        let rows = Statement::from_string(
            app.db.get_database_backend(),
            "SELECT secret_key, name, url, types FROM webhook",
        );
        let row = app.db.query_one_raw(rows).await.unwrap().unwrap();
        (0..4).map(|at| row.try_get_by_index::<String>(at).unwrap()).collect::<Vec<_>>()
    });
    for secret in [&first, second, third] {
        assert!(!all.contains(&secret[6..]) && !columns.contains(&secret[6..]));
    }
}

async fn what_is_no_longer_seen_is_not_sent(place: Place) {
    let app = place.app().await;
    let client = app.client("TIPA", "program:read audit:read").await;
    let receiver = Receiver::new(&[]).await;
    let own = hook(&app, &client, &receiver.url).await;
    let _server = Server::start(app.app.clone(), &sending()).await;
    write(&app, 0..1, "INTERNAL").await;
    receiver.taken(1).await;
    receiver.always(Does::Answer(500));
    write(&app, 1..2, "INTERNAL").await;
    once(&app, &own, |found| found["failures"].as_i64() > Some(0)).await;
    let query = format!(
        "{{ apiClients(where: {{ clientId: {{ eq: \"{}\" }} }}) {{ nodes {{ version }} }} }}",
        client.client_id
    );
    let found = app.ask(&Principal::System, &query, Value::Null).await;
    let version = found["data"]["apiClients"]["nodes"][0]["version"].as_i64().unwrap();
    let system =
        Author { principal: &Principal::System, request_id: "test", address: None, now: now() };
    let scopes = Changes { scopes: Some(vec!["audit:read".to_owned()]), ..Changes::default() };
    clients::update(&app.db, system, client.id, version.try_into().unwrap(), scopes).await.unwrap();
    write(&app, 2..3, "PUBLIC").await;
    receiver.does.send_replace(Vec::new());
    let taken = receiver.taken(2).await;
    let partner = app.principal("KOSME", "program:read").await;
    let public = app
        .ask(
            &partner,
            "{ changes(last: 1, types: [\"Topic\"]) { edges { node { id } } } }",
            Value::Null,
        )
        .await;
    assert_eq!(taken[1]["data"]["node"]["id"], public["data"]["changes"]["edges"][0]["node"]["id"]);
    // Nor is anything sent for a client that may not sign in, while others get it.
    let other = Receiver::new(&[]).await;
    hook(&app, &app.client("KOSME", "program:read").await, &other.url).await;
    let version = i32::try_from(version).unwrap();
    clients::disable(&app.db, system, client.id, version + 1, None).await.unwrap();
    write(&app, 3..4, "PUBLIC").await;
    on(&app, &own, "testWebhook", json!({})).await;
    write(&app, 4..5, "PUBLIC").await;
    other.taken(2).await;
    let count = |came: &[Came]| came.iter().filter(|one| one.taken).count();
    assert_eq!(count(&receiver.came.borrow()), 2);
    // It is sent once the client may again.
    clients::enable(&app.db, system, client.id, version + 2).await.unwrap();
    let came = receiver.until(|came| count(came) == 5).await;
    assert_eq!(
        came.iter().filter(|one| one.body["type"] == "webhook.ping").count(),
        1,
        "{came:#?}"
    );
}

async fn an_answer_from_before_tells_nothing_of_now(place: Place) {
    let app = place.app().await;
    let client = app.client("KOSME", "program:read").await;
    let (old, new) = (Receiver::new(&[]).await, Receiver::new(&[]).await);
    old.always(Does::Held);
    let hook = hook(&app, &client, &old.url).await;
    let _server = Server::start(app.app.clone(), &sending()).await;
    write(&app, 0..1, "PUBLIC").await;
    old.until(|came| !came.is_empty()).await;
    on(&app, &hook, "amendWebhook", json!({ "url": new.url })).await;
    old.does.send_replace(Vec::new());
    // What the old one says last neither disables the webhook nor lets the message get lost.
    new.taken(1).await;
    let found = once(&app, &hook, |found| found["deliveredCursor"] != Value::Null).await;
    assert_eq!([&found["state"], &found["failures"]], [&json!("ENABLED"), &json!(0)]);
    write(&app, 1..2, "PUBLIC").await;
    new.taken(2).await;
}

fn key(hook: &Value) -> uuid::Uuid {
    aiplus::read::global_id::decode(hook["id"].as_str().unwrap()).unwrap().1
}

async fn who_waited_longest_is_sent_to_first(place: Place) {
    let app = place.app().await;
    let mut hooks = Vec::new();
    for institution in ["KOSME", "KIBO"] {
        let client = app.client(institution, "program:read").await;
        for _ in 0..4 {
            hooks.push(hook(&app, &client, "https://93.184.216.34/hook").await);
        }
    }
    // The last ones have waited longest.
    for at in 0..hooks.len() {
        let on = format!("(SELECT id FROM webhook ORDER BY created_at, id LIMIT 1 OFFSET {at})");
        let at = format!("2026-01-01 00:00:{:02}+00:00", 59 - at);
        app.sql(&format!(
            "UPDATE webhook_delivery SET attempted_at = '{at}', position = 0 WHERE id = {on}"
        ))
        .await;
    }
    let due = aiplus::service::webhook::due(&*app.db, i64::MAX, now(), 5).await.unwrap();
    let told: Vec<_> = due.iter().map(|(webhook, _)| webhook.id).collect();
    assert_eq!(told, hooks.iter().rev().take(5).map(key).collect::<Vec<_>>());
}

async fn a_webhook_stops_and_goes_on(place: Place) {
    let app = place.app().await;
    let (client, start) = (app.client("KOSME", "program:read").await, end(&app).await);
    let receiver = Receiver::new(&[Does::Take, Does::Answer(410)]).await;
    let hook = hook(&app, &client, &receiver.url).await;
    let _server = Server::start(app.app.clone(), &sending()).await;
    write(&app, 0..2, "PUBLIC").await;
    let found = once(&app, &hook, |found| found["state"] == "DISABLED").await;
    assert_eq!(
        [&found["disabledBecause"], &found["attemptStatus"], &found["attemptError"]],
        [&json!("GONE"), &json!(410), &json!("STATUS")]
    );
    write(&app, 2..3, "PUBLIC").await;
    on(&app, &hook, "enableWebhook", json!({})).await;
    let partner = app.principal("KOSME", "program:read").await;
    let all = polled(&app, &partner, &start).await;
    let taken = receiver.taken(3).await;
    assert_eq!(taken.iter().map(|body| body["data"].clone()).collect::<Vec<_>>(), all);
    // From a cursor on it is all sent again, under the same ids.
    on(&app, &hook, "replayWebhook", json!({ "after": all[0]["cursor"] })).await;
    let taken = receiver.taken(5).await;
    assert_eq!(taken[3..].iter().map(|body| body["data"].clone()).collect::<Vec<_>>(), all[1..]);
    let found = once(&app, &hook, |found| found["deliveredCursor"] == all[2]["cursor"]).await;
    // One that is made up is none.
    let input = json!({ "id": hook["id"], "expectedVersion": found["version"], "after": "x" });
    let refused = acted(&app, &Principal::System, "replayWebhook", "webhook { id }", input).await;
    assert_eq!(told(&refused), [("INVALID_CURSOR".to_owned(), "input.after".to_owned())]);
    // One that nobody takes for days is disabled, and goes on where it was.
    receiver.always(Does::Answer(500));
    write(&app, 3..4, "PUBLIC").await;
    once(&app, &hook, |found| found["failures"].as_i64() > Some(0)).await;
    app.sql("UPDATE webhook_delivery SET failing_since = '2026-01-01 00:00:00+00:00'").await;
    let found = once(&app, &hook, |found| found["state"] == "DISABLED").await;
    assert_eq!(found["disabledBecause"], "FAILING");
    assert!(found["waitingChangeAt"].is_string(), "{found:#}");
    receiver.does.send_replace(Vec::new());
    on(&app, &hook, "enableWebhook", json!({})).await;
    assert_eq!(receiver.taken(6).await[5]["data"], polled(&app, &partner, &start).await[3]);
    on(&app, &hook, "disableWebhook", json!({ "reason": "점검" })).await;
    let found = seen(&app, &hook).await;
    assert_eq!([&found["disabledBecause"], &found["disabledReason"]], ["REQUESTED", "점검"]);
    let deleted = on(&app, &hook, "deleteWebhook", json!({})).await;
    assert_eq!(deleted["deletedId"], hook["id"]);
    assert_eq!(seen(&app, &hook).await, Value::Null);
}

async fn what_is_sent_is_set_by_who_manages_its_client(place: Place) {
    let app = place.app().await;
    let client = app.client("KOSME", "program:read").await;
    let id = client_id(&app, &client).await;
    let input = json!({ "client": id, "name": "시험", "url": "https://hooks.example.kr/" });
    for (institution, scopes, expected) in [
        ("KOSME", "program:read access:admin", ""),
        ("TIPA", "access:admin", ""),
        ("KOSME", "access:admin", "SCOPE_NOT_GRANTABLE"),
        ("KOSME", "program:read", "FORBIDDEN"),
        ("KIBO", "program:read access:admin", "NOT_FOUND"),
    ] {
        let who = app.principal(institution, scopes).await;
        let answer = tried(&app, &who, "createWebhook", "webhook { id }", input.clone()).await;
        assert_eq!(outcome(&answer), expected, "{institution} {scopes}: {answer}");
    }
    for (institution, count) in [("KOSME", 2), ("KIBO", 0), ("MSS", 2)] {
        let who = app.principal(institution, "access:admin").await;
        let found = app.ask(&who, "{ webhooks { totalCount } }", Value::Null).await;
        assert_eq!(found["data"]["webhooks"]["totalCount"], count, "{institution}");
    }
}

async fn only_set_addresses_are_sent_to(place: Place) {
    let app = place.app().await;
    let client = app.client("KOSME", "program:read").await;
    let id = client_id(&app, &client).await;
    for (url, code) in [
        ("https://169.254.169.254/latest/meta-data", "ADDRESS_NOT_ALLOWED"),
        ("https://10.0.0.1/", "ADDRESS_NOT_ALLOWED"),
        ("https://[::1]:8443/", "ADDRESS_NOT_ALLOWED"),
        ("https://[::ffff:10.0.0.1]/", "ADDRESS_NOT_ALLOWED"),
        ("http://hooks.example.kr/", "URL_NOT_HTTPS"),
        ("https://hooks.example.kr:25/", "PORT_NOT_ALLOWED"),
        ("https://user:word@hooks.example.kr/", "INVALID_URL"),
    ] {
        let input = json!({ "client": id, "name": "시험", "url": url });
        let made = acted(&app, &Principal::System, "createWebhook", "webhook { id }", input).await;
        assert_eq!(told(&made), [(code.to_owned(), "input.url".to_owned())], "{url}");
    }
    let receiver = Receiver::new(&[]).await;
    let hook = hook(&app, &client, &receiver.url).await;
    let _server = Server::start(app.app.clone(), &sending()).await;
    // Whatever stands there is looked at before anything is sent.
    for (url, code) in [
        ("https://169.254.169.254/", "ADDRESS_NOT_ALLOWED"),
        ("http://10.0.0.1:8080/", "URL_NOT_HTTPS"),
    ] {
        app.sql("UPDATE webhook_delivery SET error = NULL, status = NULL").await;
        app.sql(&format!("UPDATE webhook SET url = '{url}'")).await;
        on(&app, &hook, "testWebhook", json!({})).await;
        let found = once(&app, &hook, |found| found["attemptError"].is_string()).await;
        assert_eq!(found["attemptError"], code, "{url}");
    }
    assert_eq!(receiver.came.borrow().len(), 0);
}

/// Somebody who writes, reads or listens at whichever of the servers is there.
#[derive(Clone)]
struct Outside {
    token: String,
    /// The first one, until it is killed; then the other one.
    server: watch::Receiver<SocketAddr>,
}

impl Outside {
    /// The answer of whichever server gives one: a call that a server took with it is made again, with the same key.
    async fn ask(&self, query: &str, variables: Value) -> Value {
        loop {
            let address = *self.server.borrow();
            let caller = Caller { address, token: self.token.clone() };
            if let Ok(answer) = caller.ask(query.to_owned(), variables.clone()).await {
                assert!(answer.get("errors").is_none(), "{answer:#}");
                return answer;
            }
            self.other_than(address).await;
        }
    }

    /// Waits until another server is named than one that is gone.
    async fn other_than(&self, gone: SocketAddr) {
        self.server.clone().wait_for(|server| *server != gone).await.unwrap();
    }

    /// Creates institutions one after the other, and tells of each that is there.
    async fn write(self, codes: std::ops::Range<usize>, told: mpsc::Sender<String>) {
        let create = "mutation($input: CreateInstitutionInput!) { payload: createInstitution(input: $input) { institution { id } errors { code } } }";
        for code in codes {
            let code = format!("KILLED_{code}");
            let input = json!({
                "code": code, "name": { "ko": format!("시험 기관 {code}") }, "kind": "ASSOCIATION", "idempotencyKey": format!("key-of-{code}"),
            });
            let answer = self.ask(create, json!({ "input": input })).await;
            let payload = &answer["data"]["payload"];
            assert_eq!(payload["errors"], json!([]), "{code}");
            told.send(payload["institution"]["id"].as_str().unwrap().to_owned()).await.unwrap();
        }
    }

    /// Reads the feed page by page, until it has so many changes.
    async fn poll(self, mut after: String, count: usize) -> Vec<Value> {
        let query = "query($after: String!) { changes(after: $after, types: [\"Institution\"], first: 7) { edges { cursor node { id kind type subjectId version occurredAt } } } }";
        let mut kept = Vec::new();
        // As pollers do, it leaves some time between.
        let mut turns = tokio::time::interval(Duration::from_millis(20));
        while kept.len() < count {
            turns.tick().await;
            let page = self.ask(query, json!({ "after": after })).await;
            kept.extend(page["data"]["changes"]["edges"].as_array().unwrap().iter().cloned());
            if let Some(last) = kept.last() {
                after = last["cursor"].as_str().unwrap().to_owned();
            }
        }
        kept
    }

    /// Listens, at another server after the first is gone, until it was told so many changes.
    async fn listen(self, mut after: String, count: usize) -> Vec<Value> {
        let query = "subscription($after: String) { changes(after: $after, types: [\"Institution\"]) { cursor node { id kind type subjectId version occurredAt } } }";
        let mut kept: Vec<Value> = Vec::new();
        while kept.len() < count {
            let at = *self.server.borrow();
            let Some(mut socket) = Socket::follow(at, &self.token, query, &after).await else {
                self.other_than(at).await;
                continue;
            };
            while kept.len() < count {
                let Heard::Message(mut message) = socket.hear().await else { break };
                assert_eq!(message["type"], "next", "{message}");
                kept.push(message["payload"]["data"]["changes"].take());
                after = kept.last().unwrap()["cursor"].as_str().unwrap().to_owned();
            }
        }
        kept
    }
}

/// Two servers of one database, one of which is killed while it writes, reads, tells and sends: who listens, who polls and
/// who is sent to put together what was committed, no more and no less, in its order.
async fn a_killed_server_leaves_nothing_out(place: Place) {
    const WRITERS: usize = 4;
    const EACH: usize = 15;
    const KILLED_AFTER: usize = 20;
    let app = place.app().await;
    let start = end(&app).await;
    let client = app.client("TIPA", "program:read content:write").await;
    let receiver = Receiver::new(&[
        Does::Answer(500),
        Does::Late,
        Does::Hang,
        Does::Take,
        Does::Wait(1),
        Does::Late,
        Does::Answer(404),
    ])
    .await;
    let terminal = Terminal::over(app.url.clone());
    let folder = terminal.folder().join("webhooks.key");
    std::fs::copy(app.key_file().with_file_name("aiplus-webhooks.key"), &folder).unwrap();
    let set = [
        // One for both, as a token is for one.
        ("AIPLUS_PUBLIC_URL", "http://127.0.0.1:1"),
        ("AIPLUS_WEBHOOKS", "public"),
        ("AIPLUS_WEBHOOK_NETWORKS", "127.0.0.0/8"),
        ("AIPLUS_WEBHOOK_TIMEOUT", "1"),
        ("AIPLUS_WEBHOOK_KEY_FILE", folder.to_str().unwrap()),
    ];
    let hook = hook_of(&app, &client, &receiver.url, "Institution").await;
    let mut first = Running::start_with(&terminal, &set).await;
    // Where several may serve one database, the second one is there from the beginning.
    let mut others = Vec::new();
    if app.is_postgres() {
        others.push(Running::start_with(&terminal, &set).await);
    }
    let (present, server) = watch::channel(first.address);
    let outside = Outside { token: first.token(&client).await, server };

    let count = WRITERS * EACH;
    let (told, mut done) = mpsc::channel(count);
    let writing: Vec<_> = (0..WRITERS)
        .map(|at| tokio::spawn(outside.clone().write(at * EACH..(at + 1) * EACH, told.clone())))
        .collect();
    drop(told);
    let polling = tokio::spawn(outside.clone().poll(start.clone(), count));
    let listening = tokio::spawn(outside.clone().listen(start.clone(), count));
    // Who listens at the other server is told what the first one writes.
    let elsewhere = others.first().map(|other| {
        let outside = Outside { server: watch::channel(other.address).1, ..outside.clone() };
        tokio::spawn(outside.listen(start.clone(), count))
    });
    let mut written = HashSet::new();
    while written.len() < KILLED_AFTER {
        written.insert(done.recv().await.expect("they write"));
    }
    // A message is on its way when the server dies, and hangs.
    let sent = receiver.came.borrow().len();
    receiver.always(Does::Hang);
    receiver.until(|came| came.len() > sent).await;
    first.kill();
    if others.is_empty() {
        others.push(Running::start_with(&terminal, &set).await);
    }
    present.send_replace(others[0].address);
    let sent = receiver.came.borrow().len();
    let more = [Does::Answer(503), Does::Late, Does::Hang];
    receiver.does.send_modify(|does| {
        does.truncate(sent);
        does.extend(more);
    });
    for task in writing {
        task.await.unwrap();
    }
    while let Some(id) = done.recv().await {
        written.insert(id);
    }
    assert_eq!(written.len(), count);

    // What was committed, by the database.
    let committed: Vec<Value> = {
        let query = format!(
            "{{ changes(after: \"{start}\", types: [\"Institution\"], first: 100) {{ edges {{ cursor node {{ id kind type subjectId version occurredAt }} }} }} }}"
        );
        let answer = app.ask(&Principal::System, &query, Value::Null).await;
        answer["data"]["changes"]["edges"].as_array().unwrap().clone()
    };
    let subjects: HashSet<String> = committed
        .iter()
        .map(|edge| edge["node"]["subjectId"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!((committed.len(), subjects), (count, written), "each is done once");
    assert_eq!(polling.await.unwrap(), committed, "who polls");
    assert_eq!(listening.await.unwrap(), committed, "who listens");
    if let Some(elsewhere) = elsewhere {
        assert_eq!(elsewhere.await.unwrap(), committed, "who listens at the other server");
    }
    let last = &committed[count - 1]["node"]["id"];
    let came = receiver.until(|came| came.iter().any(|one| one.taken && one.id == *last)).await;
    // Once when the server died, and twice after that, whatever came before.
    assert!(came.iter().filter(|one| !one.taken).count() >= 3, "it failed and hung: {came:#?}");
    // Repeats are dropped by their ids, as receivers do.
    let mut known = HashSet::new();
    let kept: Vec<Value> = came
        .into_iter()
        .filter(|one| one.taken && known.insert(one.id.clone()))
        .map(|one| one.body["data"].clone())
        .collect();
    assert_eq!(kept, committed, "who is sent to");
    let cursor = &committed[count - 1]["cursor"];
    once(&app, &hook, |found| found["deliveredCursor"] == *cursor).await;
    for server in others {
        server.stop().await;
    }
}

async fn without_the_setting_there_are_none(place: Place) {
    let app = place.app().await;
    let client = app.client("TIPA", "program:read access:admin").await;
    let id = client_id(&app, &client).await;
    let terminal = Terminal::over(app.url.clone());
    let running = Running::start_with(&terminal, &[]).await;
    let token = running.token(&client).await;
    let create = format!(
        "mutation {{ createWebhook(input: {{ client: {id}, name: \"시험\", url: \"https://hooks.example.kr/\", idempotencyKey: \"12345678\" }}) {{ secret errors {{ code }} }} }}"
    );
    let (_, answer) = running.graphql("/graphql", &token, &create).await;
    let made = &answer["data"]["createWebhook"];
    assert_eq!(
        (&made["errors"][0]["code"], &made["secret"]),
        (&json!("WEBHOOKS_OFF"), &Value::Null)
    );
    assert!(!terminal.folder().join("aiplus-webhooks.key").exists());
    running.stop().await;
    // Neither setting is taken as it comes.
    for (name, value) in [("AIPLUS_WEBHOOKS", "https://a.kr"), ("AIPLUS_WEBHOOK_NETWORKS", "10/8")]
    {
        let mut serve = terminal.aiplus(&["serve"]);
        serve.env(name, value);
        let wrong = finished(serve).await;
        assert_eq!(wrong.code, Some(2), "{}", wrong.err);
        assert!(wrong.err.contains(name), "{}", wrong.err);
    }
}
