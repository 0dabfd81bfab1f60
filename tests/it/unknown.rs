//! Documents that are not known yet: parsing and validating them is their sender's to wait for and to pay.

use std::net::{IpAddr, Ipv4Addr};

use aiplus::domain::rate::Who;
use axum::body::Body;
use axum::http::Request;
use futures_util::FutureExt as _;
use serde_json::{Value, json};

use crate::socket::Socket;
use crate::support::{Place, settings};
use crate::tests;
use crate::wire::{Answer, Server, post, query, with};

tests![
    who_sends_unknown_documents_is_charged_and_told,
    what_is_known_costs_no_parsing,
    who_has_a_token_does_not_wait_for_documents_of_others,
];

/// A long document that no other one is like, and that is not valid.
fn unknown(at: usize) -> String {
    let fields: String = (0..2_900).map(|field| format!("nothing{at}x{field} ")).collect();
    format!("{{ {fields} }}")
}

/// A long document that is valid, and no other one like it.
fn valid(at: usize) -> String {
    format!("{{ __typename }} # {at} {}", "-".repeat(3_000))
}

/// Many values that no variable takes.
fn keys(at: usize) -> Value {
    let given = (0..15_000).map(|key| (format!("k{at}x{key}"), Value::from(key)));
    Value::Object(given.collect())
}

/// Makes a request that none before is like.
type Make<'a> = &'a (dyn Fn(usize) -> Request<Body> + Sync);

async fn who_sends_unknown_documents_is_charged_and_told(place: Place) {
    const MOST: usize = 50;
    let app = place.app().await;
    let mut settings = settings();
    (settings.limits.address_cost, settings.limits.rate_loopback) = (200, true);
    let fragments = |at: usize| {
        let spreads: String = (0..2_900).map(|name| format!("...F{at}x{name} ")).collect();
        format!("{{ {spreads} }}")
    };
    let given = |at| post(None, &json!({ "query": "{ __typename }", "variables": keys(at) }));
    let stream = |at| with(query(&unknown(at)), &[("accept", "text/event-stream")]);
    let kinds: [(&str, Make<'_>); 4] = [
        ("fields", &|at| query(&unknown(at))),
        ("fragments", &|at| query(&fragments(at))),
        ("a stream", &stream),
        ("variables", &given),
    ];
    for (name, make) in kinds {
        let server = Server::start(app.app.clone(), &settings).await;
        let mut connection = server.connect().await;
        let mut told: Option<Answer> = None;
        for at in 0..MOST {
            let answer = connection.ask(make(at)).await;
            if answer.status == 429 {
                told = Some(answer);
                break;
            }
            assert_ne!(answer.status, 503, "{name}");
        }
        let told = told.unwrap_or_else(|| panic!("{name}: {MOST} of them were taken"));
        assert_eq!(told.code(), "RATE_LIMITED", "{name}");
        assert!(told.retry_after() > 0, "{name}");
        // Nor is anything else of it looked at.
        assert_eq!(server.connect().await.ask(query("{ __typename }")).await.status, 429, "{name}");
    }
    let server = Server::start(app.app.clone(), &settings).await;
    let mut socket = Socket::open(&server, json!({})).await;
    for at in 0..=MOST {
        socket.subscribe("1", &unknown(at), Value::Null).await;
        let error = socket.message().await;
        let code = &error["payload"][0]["extensions"]["code"];
        if code == "RATE_LIMITED" {
            return;
        }
        assert_eq!(code, "GRAPHQL_VALIDATION_FAILED", "{error}");
    }
    panic!("a socket took {MOST} of them");
}

async fn what_is_known_costs_no_parsing(place: Place) {
    let app = place.app().await;
    let mut settings = settings();
    settings.limits.client_rate = 6_000;
    let server = Server::start(app.app.clone(), &settings).await;
    let token = app.token(&app.client("TIPA", "program:read").await).await;
    let mut connection = server.connect().await;
    let first = connection.ask(post(Some(&token), &json!({ "query": valid(0) }))).await;
    assert_eq!(first.status, 200);
    let left = first.left().0;
    let again = connection.ask(post(Some(&token), &json!({ "query": valid(0) }))).await;
    let after = again.left().0;
    assert!(left <= after + 1, "a known document cost {}", left - after);
}

async fn who_has_a_token_does_not_wait_for_documents_of_others(place: Place) {
    let app = place.app().await;
    let server = Server::start(app.app.clone(), &settings()).await;
    let token = app.token(&app.client("TIPA", "program:read").await).await;
    let mut connection = server.connect().await;
    let known = "{ institution(code: \"TIPA\") { code } }";
    assert_eq!(connection.ask(query(known)).await.status, 200);
    // Others without a token have all the turns that such callers may have, at addresses of their own.
    let parsing = &app.app.engine.parsing;
    let mut held = Vec::new();
    for last in 1..=u8::MAX {
        let who = Who::Address(Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, last))));
        let Some(turn) = parsing.take(&who).now_or_never() else { break };
        held.push(turn.unwrap());
    }
    assert!(!held.is_empty());
    for text in [unknown(1), valid(1), "{ a: __typename }".to_owned()] {
        let refused = connection.ask(query(&text)).await;
        assert_eq!((refused.status, refused.code()), (503, json!("UNAVAILABLE")));
        assert!(refused.retry_after() > 0);
    }
    let mut socket = Socket::open(&server, json!({})).await;
    socket.subscribe("1", &valid(2), Value::Null).await;
    let error = socket.message().await;
    assert_eq!(error["payload"][0]["extensions"]["code"], "UNAVAILABLE", "{error}");
    // What is known needs no turn.
    assert_eq!(connection.ask(query(known)).await.status, 200);
    socket.subscribe("2", known, Value::Null).await;
    assert_eq!(socket.answer("2").await["data"]["institution"]["code"], "TIPA");
    for (text, status) in [(known.to_owned(), 200), (valid(3), 200), (unknown(3), 400)] {
        let answer = connection.ask(post(Some(&token), &json!({ "query": text }))).await;
        assert_eq!(answer.status, status, "who has a token goes on");
    }
    // The turns come back, and those without a token are served again.
    drop(held);
    assert_eq!(connection.ask(query(&valid(1))).await.status, 200);
}
