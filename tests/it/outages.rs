//! Outages have a name: what cannot be answered now is UNAVAILABLE, on every way to ask.

use axum::body::Body;
use axum::http::{Request, header};
use serde_json::{Value, json};

use crate::socket::Socket;
use crate::support::client::form;
use crate::support::{Place, settings};
use crate::tests;
use crate::wire::{Answer, Server, get, post, query, with};

tests![a_database_that_is_gone_is_told_on_every_way];

/// Every way to ask for what a database holds.
pub fn ways(token: &str) -> Vec<(&'static str, Request<Body>)> {
    let bearer: &str = &format!("Bearer {token}");
    let lookup = "{ institution(code: \"TIPA\") { code } }";
    let list = "{ meetings(first: 1) { nodes { id } } }";
    let mutation =
        "mutation { disableApiClient(input: { id: \"x\", version: 1 }) { errors { code } } }";
    let json_alone = [("accept", "application/json")];
    let file = "submission.csv?programme=AI_TRAINING&quarter=2026-Q3";
    let signed = |request| with(request, &[("authorization", bearer)]);
    vec![
        ("a list", query(list)),
        ("a list, plain JSON", with(query(list), &json_alone)),
        ("what may be null", query(lookup)),
        ("what may be null, plain JSON", with(query(lookup), &json_alone)),
        ("a query with a token", post(Some(token), &json!({ "query": lookup }))),
        ("nothing with a token", post(Some(token), &json!({ "query": "{ __typename }" }))),
        ("a mutation", post(Some(token), &json!({ "query": mutation }))),
        ("a GET", get("/graphql?query=%7Bmeetings%7BtotalCount%7D%7D")),
        ("events", with(query(list), &[("accept", "text/event-stream")])),
        (
            "a subscription",
            with(query("subscription { changes { cursor } }"), &[("accept", "text/event-stream")]),
        ),
        (
            "a token",
            form("/oauth/token", "grant_type=client_credentials&client_id=x&client_secret=y"),
        ),
        ("a revocation", form("/oauth/revoke", "token=x&client_id=x&client_secret=y")),
        ("an export", signed(get(&format!("/export/{file}")))),
        (
            "an upload",
            signed(
                Request::post(format!("/import/{file}"))
                    .header(header::CONTENT_TYPE, "text/csv")
                    .body(Body::from("code,value\n"))
                    .unwrap(),
            ),
        ),
    ]
}

/// The code of an answer, whatever form its way has.
pub fn code(answer: &Answer) -> Value {
    let told = answer.json();
    let graphql = &told["errors"][0]["extensions"]["code"];
    let file = &told["error"]["code"];
    [graphql, file, &told["error"]].into_iter().find(|code| code.is_string()).unwrap().clone()
}

/// Asserts that an answer tells of an outage.
pub fn unavailable(way: &str, answer: &Answer) {
    let shown = String::from_utf8_lossy(&answer.body);
    assert_eq!(answer.status, 503, "{way}: {shown}");
    let expected = match way {
        // RFC 6749 has a word of its own.
        "a token" | "a revocation" => "temporarily_unavailable",
        _ => "UNAVAILABLE",
    };
    assert_eq!(code(answer), expected, "{way}: {shown}");
    assert!((1..=30).contains(&answer.retry_after()), "{way}");
    assert!(answer.header("www-authenticate").is_none(), "{way}");
    assert!(answer.json()["data"].is_null(), "{way}: {shown}");
}

async fn a_database_that_is_gone_is_told_on_every_way(place: Place) {
    let app = place.app().await;
    let token = app.token(&app.client("TIPA", "program:read access:admin").await).await;
    let server = Server::start(app.app.clone(), &settings()).await;
    let mut before = Socket::open(&server, json!({})).await;
    app.db.clone().close().await.unwrap();
    for (way, request) in ways(&token) {
        let answer = server.connect().await.ask(request).await;
        unavailable(way, &answer);
    }
    // What needs no database goes on.
    let answer = server.connect().await.ask(query("{ __typename }")).await;
    assert_eq!(
        (answer.status, answer.json()),
        (
            200,
            json!({ "data": { "__typename": "Query" }, "extensions": answer.json()["extensions"] })
        )
    );
    assert_eq!(server.connect().await.ask(get("/healthz")).await.status, 200);
    assert_eq!(server.connect().await.ask(get("/readyz")).await.status, 503);
    // A socket that is open tells by operation; a new one is closed with a reason to come back.
    before.subscribe("1", "{ meetings(first: 1) { nodes { id } } }", Value::Null).await;
    let error = before.message().await;
    let code = &error["payload"][0]["extensions"]["code"];
    assert_eq!((&error["type"], code), (&json!("error"), &json!("UNAVAILABLE")), "{error}");
    let mut after = Socket::connect(&server).await;
    let payload = json!({ "authorization": format!("Bearer {token}") });
    after.send(&json!({ "type": "connection_init", "payload": payload })).await;
    assert_eq!(after.closed().await.0, 1013);
}
