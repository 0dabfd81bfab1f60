//! Subscriptions over WebSocket and server-sent events: every change once and in order, to those who may
//! see it, for as long as they may.

use crate::support::clients::{self as api_client, Changes, Issued};
use aiplus::auth::token::{self, Written};
use aiplus::domain::principal::{Author, Principal};
use aiplus::service::write::Write;
use axum::Router;
use axum::body::{Body, BodyDataStream};
use axum::http::Request;
use chrono::{Duration, Utc};
use entity::topic;
use futures_util::StreamExt;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;

use crate::socket::Socket;
use crate::support::client::form;
use crate::support::{Place, TestApp, now, settings};
use crate::tests;
use crate::wire::{PATIENCE, Server, call, form_urlencoded, get, post, query, router, with};

tests![
    changes_arrive_in_order_and_none_is_lost,
    without_a_cursor_it_begins_now,
    each_is_told_what_it_may_see,
    rights_are_those_of_the_moment,
    types_are_chosen,
    wrong_arguments_are_refused,
    a_token_that_ends_ends_what_it_began,
    a_failure_is_told_before_the_end,
    a_query_is_answered_as_events,
    a_subscription_needs_a_stream,
];

const CHANGES: &str =
    "subscription($after: String, $types: [String!]) { changes(after: $after, types: $types) {
    cursor node { kind type version subject { ... on Topic { code } } } } }";

/// Writes topics of these numbers in one commit.
pub async fn write(app: &TestApp, numbers: std::ops::Range<usize>, visibility: &str) {
    let author =
        Author { principal: &Principal::System, request_id: "test", address: None, now: now() };
    let mut write = Write::begin(&app.db, author).await.unwrap();
    for number in numbers {
        let topic: topic::Model = serde_json::from_value(json!({
            "id": Uuid::nil(), "code": code(number), "name_ko": "시험", "kind": "THEME", "visibility": visibility,
            "origin": "REPORTED", "version": 0, "created_at": now(), "updated_at": now(),
        }))
        .unwrap();
        write.create::<topic::Entity>(topic, &code(number)).await.unwrap();
    }
    write.commit().await.unwrap();
}

pub fn code(number: usize) -> String {
    format!("TEST_{number:04}")
}

/// The cursor of the last change, whoever may see it.
pub async fn end(app: &TestApp) -> String {
    let last = "{ changes(last: 1) { edges { cursor } } }";
    let answer = app.ask(&Principal::System, last, Value::Null).await;
    answer["data"]["changes"]["edges"][0]["cursor"].as_str().unwrap().to_owned()
}

/// What an answer tells: the change's cursor, and its node.
fn change(answer: &Value) -> (String, Value) {
    assert!(answer.get("errors").is_none(), "{answer}");
    let change = &answer["data"]["changes"];
    (change["cursor"].as_str().unwrap().to_owned(), change["node"].clone())
}

fn created(number: usize) -> Value {
    json!({ "kind": "CREATED", "type": "Topic", "version": 1, "subject": { "code": code(number) } })
}

/// A stream of events as it arrives.
struct Events {
    body: BodyDataStream,
    text: String,
}

impl Events {
    async fn open(routes: &Router, request: Request<Body>) -> Self {
        let request = with(request, &[("accept", "text/event-stream")]);
        let response = routes.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream; charset=utf-8");
        Self { body: response.into_body().into_data_stream(), text: String::new() }
    }

    async fn subscribe(routes: &Router, token: Option<&str>, variables: Value) -> Self {
        let body = json!({ "query": CHANGES, "variables": variables });
        Self::open(routes, post(token, &body)).await
    }

    /// The next event: its name and its data; none at the end of the stream.
    async fn next(&mut self) -> Option<(String, String)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let line = |name: &str| {
                    event
                        .lines()
                        .find_map(|line| line.strip_prefix(name))
                        .unwrap_or_default()
                        .to_owned()
                };
                let found = (line("event: "), line("data:").trim().to_owned());
                let is_comment = event.starts_with(':');
                self.text = rest.to_owned();
                if is_comment {
                    continue;
                }
                return Some(found);
            }
            let more = tokio::time::timeout(PATIENCE, self.body.next()).await.expect("no event");
            let Some(more) = more else {
                assert_eq!(self.text, "", "half an event");
                return None;
            };
            self.text.push_str(std::str::from_utf8(&more.unwrap()).unwrap());
        }
    }

    async fn change(&mut self) -> (String, Value) {
        let (name, data) = self.next().await.expect("the stream has ended");
        assert_eq!(name, "next", "{data}");
        change(&serde_json::from_str(&data).unwrap())
    }

    async fn expect_end(&mut self) {
        assert_eq!(self.next().await, Some(("complete".to_owned(), String::new())));
        assert_eq!(self.next().await, None);
    }
}

async fn changes_arrive_in_order_and_none_is_lost(place: Place) {
    const ALL: usize = 250;
    let app = place.app().await;
    let routes = router(&app, &settings());
    let server = Server::start(app.app.clone(), &settings()).await;
    let start = end(&app).await;
    let mut told: Vec<(String, Value)> = Vec::new();
    let mut socket = Socket::open(&server, json!({})).await;
    socket.subscribe("a", CHANGES, json!({ "after": start })).await;
    // More than two pages of events, in commits of many and of one, while they are read.
    let writing = async {
        for numbers in [0..120, 120..121, 121..122, 122..150, 150..ALL] {
            write(&app, numbers, "PUBLIC").await;
        }
    };
    let reading = async {
        while told.len() < 130 {
            told.push(change(&socket.answer("a").await));
        }
    };
    tokio::join!(writing, reading);
    drop(socket);
    // Another connection, over another protocol, goes on where the first broke off.
    let after = &told.last().unwrap().0;
    let mut events = Events::subscribe(&routes, None, json!({ "after": after })).await;
    while told.len() < ALL {
        told.push(events.change().await);
    }
    let nodes: Vec<&Value> = told.iter().map(|(_, node)| node).collect();
    let expected: Vec<Value> = (0..ALL).map(created).collect();
    assert_eq!(nodes, expected.iter().collect::<Vec<_>>());
    // The query's cursors are the same ones.
    let mut cursors = Vec::new();
    let mut after = start;
    while cursors.len() < ALL {
        let page = app
            .data(&format!(
                "{{ changes(first: 100, after: \"{after}\") {{ edges {{ cursor }} }} }}"
            ))
            .await;
        for edge in page["changes"]["edges"].as_array().unwrap() {
            after = edge["cursor"].as_str().unwrap().to_owned();
            cursors.push(after.clone());
        }
    }
    assert_eq!(cursors, told.into_iter().map(|(cursor, _)| cursor).collect::<Vec<_>>());
    // From the last one on there is nothing but what comes then, over both protocols.
    let mut socket = Socket::open(&server, json!({})).await;
    socket.subscribe("b", CHANGES, json!({ "after": after })).await;
    write(&app, ALL..ALL + 1, "PUBLIC").await;
    let next = change(&socket.answer("b").await);
    assert_eq!(next.1, created(ALL));
    assert_eq!(events.change().await, next);
}

async fn without_a_cursor_it_begins_now(place: Place) {
    let app = place.app().await;
    let server = Server::start(app.app.clone(), &settings()).await;
    write(&app, 0..1, "PUBLIC").await;
    let mut socket = Socket::open(&server, json!({})).await;
    socket.subscribe("a", CHANGES, Value::Null).await;
    // Nothing tells that it has begun, so changes are made until one is told of.
    let mut made = 1;
    let first = loop {
        write(&app, made..made + 1, "PUBLIC").await;
        made += 1;
        let patience = std::time::Duration::from_secs(1);
        if let Ok(answer) = tokio::time::timeout(patience, socket.answer("a")).await {
            break change(&answer).1;
        }
    };
    let first =
        (1..made).find(|number| first == created(*number)).expect("one that was made since");
    write(&app, made..made + 3, "PUBLIC").await;
    for number in first + 1..made + 3 {
        assert_eq!(change(&socket.answer("a").await).1, created(number));
    }
}

async fn each_is_told_what_it_may_see(place: Place) {
    let app = place.app().await;
    let routes = router(&app, &settings());
    let server = Server::start(app.app.clone(), &settings()).await;
    let mut tokens = vec![None];
    for (institution, scopes) in [
        ("MSS", "access:admin"),
        ("TIPA", "program:read audit:read"),
        ("KOSME", "access:admin program:read"),
        ("KOSME", "program:read"),
    ] {
        tokens.push(Some(app.token(&app.client(institution, scopes).await).await));
    }
    let after = end(&app).await;
    app.client("TIPA", "program:read").await;
    app.client("KOSME", "program:read").await;
    write(&app, 1..2, "INTERNAL").await;
    write(&app, 2..3, "PUBLIC").await;
    let client = json!({ "kind": "CREATED", "type": "ApiClient", "version": 1, "subject": {} });
    let (hidden, public) = (created(1), created(2));
    for (token, expected) in tokens.iter().zip([
        // Anybody; who runs the programme and manages clients; who runs it and reads; a partner with its own
        // clients; a partner that does not manage them.
        vec![&public],
        vec![&client, &client, &public],
        vec![&hidden, &public],
        vec![&client, &public],
        vec![&public],
    ]) {
        let payload = token
            .as_ref()
            .map_or(json!({}), |token| json!({ "authorization": format!("Bearer {token}") }));
        let mut socket = Socket::open(&server, payload).await;
        socket.subscribe("a", CHANGES, json!({ "after": after })).await;
        let mut events =
            Events::subscribe(&routes, token.as_deref(), json!({ "after": after })).await;
        for node in expected {
            let told = change(&socket.answer("a").await);
            assert_eq!(told.1, *node);
            assert_eq!(events.change().await, told);
        }
    }
}

async fn rights_are_those_of_the_moment(place: Place) {
    let app = place.app().await;
    let server = Server::start(app.app.clone(), &settings()).await;
    let client = app.client("MSS", "access:admin program:read").await;
    let token = app.token(&client).await;
    let after = end(&app).await;
    let mut socket =
        Socket::open(&server, json!({ "authorization": format!("Bearer {token}") })).await;
    socket.subscribe("a", CHANGES, json!({ "after": after })).await;
    app.client("TIPA", "program:read").await;
    assert_eq!(change(&socket.answer("a").await).1["type"], "ApiClient");
    let less = Changes { scopes: Some(vec!["program:read".to_owned()]), ..Changes::default() };
    api_client::update(&app.db, system(), client.id, 1, less).await.unwrap();
    app.client("TIPA", "program:read").await;
    write(&app, 1..2, "INTERNAL").await;
    assert_eq!(change(&socket.answer("a").await).1, created(1));
}

async fn types_are_chosen(place: Place) {
    let app = place.app().await;
    let routes = router(&app, &settings());
    let token = app.token(&app.client("MSS", "access:admin").await).await;
    let after = end(&app).await;
    app.client("TIPA", "program:read").await;
    write(&app, 1..2, "PUBLIC").await;
    app.client("TIPA", "program:read").await;
    for (types, expected) in [
        (json!(["Topic"]), vec!["Topic"]),
        (json!(["ApiClient"]), vec!["ApiClient", "ApiClient"]),
        (json!(["Topic", "ApiClient", "Topic"]), vec!["ApiClient", "Topic", "ApiClient"]),
        (Value::Null, vec!["ApiClient", "Topic", "ApiClient"]),
    ] {
        let variables = json!({ "after": after, "types": types });
        let mut events = Events::subscribe(&routes, Some(&token), variables).await;
        for ty in expected {
            assert_eq!(events.change().await.1["type"], ty, "{types}");
        }
    }
}

async fn wrong_arguments_are_refused(place: Place) {
    let app = place.app().await;
    let routes = router(&app, &settings());
    let server = Server::start(app.app.clone(), &settings()).await;
    let data = app.data("{ meetings(first: 1) { pageInfo { endCursor } } }").await;
    let of_another_list = &data["meetings"]["pageInfo"]["endCursor"];
    let mut socket = Socket::open(&server, json!({})).await;
    for (at, variables) in [
        json!({ "after": "abc" }),
        json!({ "after": "" }),
        json!({ "after": of_another_list }),
        json!({ "after": format!("{}AAAA", end(&app).await) }),
        json!({ "types": ["Nothing"] }),
        json!({ "types": ["AuditEvent"] }),
        json!({ "types": ["topic"] }),
        json!({ "types": ["Topic' OR '1'='1"] }),
    ]
    .into_iter()
    .enumerate()
    {
        let id = at.to_string();
        socket.subscribe(&id, CHANGES, variables.clone()).await;
        let error = socket.message().await;
        assert_eq!((&error["type"], &error["id"]), (&json!("error"), &json!(id)), "{variables}");
        assert_eq!(error["payload"][0]["extensions"]["code"], "BAD_USER_INPUT", "{variables}");
        let mut events = Events::subscribe(&routes, None, variables.clone()).await;
        let (name, data) = events.next().await.unwrap();
        let data: Value = serde_json::from_str(&data).unwrap();
        assert_eq!((name.as_str(), data.get("data")), ("next", None), "{variables}");
        assert_eq!(data["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{variables}");
        events.expect_end().await;
    }
    // Variables are checked before a stream begins.
    let body = json!({ "query": CHANGES, "variables": { "types": [1] } });
    let refused = call(&routes, with(post(None, &body), &[("accept", "text/event-stream")])).await;
    assert_eq!((refused.status, refused.code()), (400, json!("BAD_USER_INPUT")));
    socket.send(&json!({ "type": "ping" })).await;
    assert_eq!(socket.message().await, json!({ "type": "pong" }));
}

pub fn system() -> Author<'static> {
    Author { principal: &Principal::System, request_id: "test", address: None, now: Utc::now() }
}

/// A token of our own that ends soon.
pub fn short_token(app: &TestApp, client: &Issued, seconds: i64) -> String {
    let (access, now) = (&app.app.access, Utc::now());
    let claims = Written {
        iss: access.issuer.clone(),
        aud: access.audience.clone(),
        sub: client.client_id.clone(),
        client_id: client.client_id.clone(),
        exp: (now + Duration::seconds(seconds)).timestamp(),
        iat: now.timestamp(),
        nbf: None,
        jti: Uuid::new_v4().to_string(),
        scope: "program:read".to_owned(),
        institution: "TIPA".to_owned(),
        generation: 0,
    };
    token::sign(&access.keys.current(), &claims, now).unwrap()
}

async fn a_token_that_ends_ends_what_it_began(place: Place) {
    let app = place.app().await;
    let routes = router(&app, &settings());
    let server = Server::start(app.app.clone(), &settings()).await;
    let client = app.client("TIPA", "program:read").await;
    let (expiring, revoked) = (short_token(&app, &client, 2), app.token(&client).await);
    let other = app.client("TIPA", "program:read").await;
    let disabled = app.token(&other).await;
    let variables = json!({ "after": end(&app).await });
    let mut streams = Vec::new();
    let mut sockets = Vec::new();
    for token in [&expiring, &revoked, &disabled] {
        let mut socket =
            Socket::open(&server, json!({ "authorization": format!("Bearer {token}") })).await;
        socket.subscribe("a", CHANGES, variables.clone()).await;
        sockets.push(socket);
        streams.push(Events::subscribe(&routes, Some(token), variables.clone()).await);
    }
    let mut bystander = Socket::open(&server, json!({})).await;
    bystander.subscribe("a", CHANGES, variables.clone()).await;
    let ended = form(
        "/oauth/revoke",
        &format!(
            "token={revoked}&client_id={}&client_secret={}",
            client.client_id,
            client.secret.as_deref().unwrap()
        ),
    );
    assert_eq!(call(&routes, ended).await.status, 200);
    api_client::disable(&app.db, system(), other.id, 1, None).await.unwrap();
    let closed = join_all(sockets.iter_mut().map(Socket::closed)).await;
    let reasons = ["Token expired", "Token revoked", "Token revoked"];
    assert_eq!(closed, reasons.map(|reason| (4403, reason.to_owned())));
    for mut events in streams {
        events.expect_end().await;
    }
    // A token that was ended opens nothing any more.
    for token in [&revoked, &disabled] {
        let mut socket = Socket::connect(&server).await;
        let payload = json!({ "authorization": format!("Bearer {token}") });
        socket.send(&json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(socket.closed().await, (4403, "Forbidden".to_owned()));
        let body = json!({ "query": CHANGES });
        let refused = with(post(Some(token), &body), &[("accept", "text/event-stream")]);
        assert_eq!(call(&routes, refused).await.status, 401);
    }
    // Whoever needs no token goes on.
    write(&app, 1..2, "PUBLIC").await;
    assert_eq!(change(&bystander.answer("a").await).1["type"], "Topic");
}

async fn a_failure_is_told_before_the_end(place: Place) {
    let app = place.app().await;
    let mut events =
        Events::subscribe(&router(&app, &settings()), None, json!({ "after": end(&app).await }))
            .await;
    write(&app, 0..1, "PUBLIC").await;
    assert_eq!(events.change().await.1, created(0));
    // The next look finds nothing to look at.
    app.sql("ALTER TABLE change RENAME TO lost").await;
    app.sql("UPDATE ledger SET change_seq = change_seq + 1").await;
    let (name, data) = events.next().await.expect("the stream has ended");
    let data: Value = serde_json::from_str(&data).unwrap();
    assert_eq!(
        (&*name, &data["errors"][0]["extensions"]["code"]),
        ("next", &json!("INTERNAL_SERVER_ERROR"))
    );
    events.expect_end().await;
}

async fn a_query_is_answered_as_events(place: Place) {
    let app = place.app().await;
    let routes = router(&app, &settings());
    let events = [("accept", "text/event-stream")];
    let text = "{ bodies { totalCount } }";
    let answer = call(&routes, with(query(text), &events)).await;
    assert_eq!(answer.header("content-type"), Some("text/event-stream; charset=utf-8"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("x-accel-buffering"), Some("no"));
    let told = String::from_utf8(answer.body.to_vec()).unwrap();
    let start =
        "event: next\ndata: {\"data\":{\"bodies\":{\"totalCount\":4}},\"extensions\":{\"cost\":";
    assert!(told.starts_with(start), "{told}");
    assert!(told.ends_with("}}}\n\nevent: complete\ndata:\n\n"), "{told}");
    assert_eq!(told.matches("\n\n").count(), 2, "{told}");
    // A browser's EventSource knows GET alone.
    let path = format!("/graphql?query={}", form_urlencoded(text));
    let mut from_get = Events::open(&routes, get(&path)).await;
    assert_eq!(from_get.next().await.unwrap().0, "next");
    from_get.expect_end().await;
    // Line breaks in a text do not break an event.
    let lines = "{ node(id: \"a\\nevent: complete\\n\\n\") { id } }";
    let mut partly = Events::open(&routes, query(lines)).await;
    let (name, data) = partly.next().await.unwrap();
    let data: Value = serde_json::from_str(&data).unwrap();
    assert_eq!((name.as_str(), &data["data"]), ("next", &json!({ "node": null })));
    assert_eq!(data["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    partly.expect_end().await;
    for (text, status, code) in [
        ("{", 400, "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", 400, "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { changes { nothing } }", 400, "GRAPHQL_VALIDATION_FAILED"),
        (
            "subscription { a: changes { cursor } b: changes { cursor } }",
            400,
            "GRAPHQL_VALIDATION_FAILED",
        ),
    ] {
        let refused = call(&routes, with(query(text), &events)).await;
        assert_eq!((refused.status, refused.code()), (status, json!(code)), "{text}");
        let kind = refused.header("content-type").unwrap();
        assert!(kind.starts_with("application/graphql-response+json"), "{kind}");
    }
}

async fn a_subscription_needs_a_stream(place: Place) {
    let app = place.app().await;
    let routes = router(&app, &settings());
    let text = "subscription { changes { cursor } }";
    let path = format!("/graphql?query={}", form_urlencoded(text));
    let accept = [("accept", "application/graphql-response+json")];
    for request in [query(text), with(get(&path), &accept)] {
        let refused = call(&routes, request).await;
        assert_eq!((refused.status, refused.code()), (400, json!("GRAPHQL_VALIDATION_FAILED")));
        let told = refused.json()["errors"][0]["message"].to_string();
        assert!(told.contains("WebSocket") && told.contains("text/event-stream"), "{told}");
    }
}
