//! GraphQL over HTTP: methods, media types, statuses, bounds, headers, the page, the socket.

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::{Place, TestApp};
use crate::tests;

tests![
    statuses_and_media_types_follow_the_specification,
    only_json_posts_are_read,
    a_get_runs_queries_only,
    large_bodies_are_refused_with_a_code,
    every_answer_has_its_headers,
    pages_come_out_of_the_binary,
    an_internal_error_shows_its_request_only,
];

struct Answer {
    status: StatusCode,
    kind: String,
    headers: axum::http::HeaderMap,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }
}

async fn send(app: &TestApp, request: Request<Body>) -> Answer {
    let response = app.router().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 64 * 1024 * 1024).await.unwrap();
    let kind = parts
        .headers
        .get("content-type")
        .map(|kind| kind.to_str().unwrap().to_owned())
        .unwrap_or_default();
    Answer {
        status: parts.status,
        kind,
        headers: parts.headers,
        body: String::from_utf8_lossy(&bytes).into_owned(),
    }
}

fn post(headers: &[(&str, &str)], body: impl Into<Body>) -> Request<Body> {
    let mut request = Request::post("/graphql");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body.into()).unwrap()
}

const JSON: (&str, &str) = ("content-type", "application/json");
const NEW: (&str, &str) = ("accept", "application/graphql-response+json");

async fn statuses_and_media_types_follow_the_specification(place: Place) {
    let app = place.app().await;
    let good = json!({ "query": "{ __typename }" }).to_string();
    let bad = json!({ "query": "{ nothing }" }).to_string();
    let partly = json!({ "query": "{ node(id: \"x\") { id } }" }).to_string();
    for (accept, body, status, kind) in [
        (None, &good, 200, "application/json; charset=utf-8"),
        (Some("*/*"), &good, 200, "application/json; charset=utf-8"),
        (Some("application/json"), &bad, 200, "application/json; charset=utf-8"),
        (
            Some("application/graphql-response+json"),
            &good,
            200,
            "application/graphql-response+json; charset=utf-8",
        ),
        (
            Some("application/graphql-response+json"),
            &bad,
            400,
            "application/graphql-response+json; charset=utf-8",
        ),
        (
            Some("application/graphql-response+json"),
            &partly,
            200,
            "application/graphql-response+json; charset=utf-8",
        ),
        (
            Some("application/json;q=0.5, application/graphql-response+json"),
            &bad,
            400,
            "application/graphql-response+json; charset=utf-8",
        ),
        (Some("text/html"), &good, 406, "application/graphql-response+json; charset=utf-8"),
    ] {
        let mut headers = vec![JSON];
        headers.extend(accept.map(|accept| ("accept", accept)));
        let answer = send(&app, post(&headers, body.clone())).await;
        assert_eq!(
            (answer.status.as_u16(), answer.kind.as_str()),
            (status, kind),
            "{accept:?} {body}"
        );
        let shown = answer.json();
        assert_eq!(shown.get("errors").is_none(), *body == good && status == 200, "{shown}");
    }
}

async fn only_json_posts_are_read(place: Place) {
    let app = place.app().await;
    let good = json!({ "query": "{ __typename }" }).to_string();
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=euc-kr",
        "application/graphql",
    ] {
        let answer = send(&app, post(&[("content-type", kind)], good.clone())).await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
        assert_eq!(answer.json()["errors"][0]["extensions"]["code"], "BAD_REQUEST");
    }
    assert_eq!(
        send(&app, post(&[], good.clone())).await.status,
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    );
    assert_eq!(
        send(&app, post(&[("content-type", "application/json;charset=UTF-8")], good)).await.status,
        StatusCode::OK
    );
    for body in [
        "",
        "{",
        "[]",
        "[{\"query\":\"{ __typename }\"}]",
        "{}",
        "{\"query\":1}",
        "{\"query\":\"{ __typename }\",\"variables\":[]}",
        "{\"query\":\"{ __typename }\",\"operationName\":1}",
        "{\"query\":\"{ __typename }\",\"query\":\"{ __typename }\"}",
    ] {
        let answer = send(&app, post(&[JSON, NEW], body)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(answer.json()["errors"][0]["extensions"]["code"], "BAD_REQUEST", "{body}");
    }
}

async fn a_get_runs_queries_only(place: Place) {
    let app = place.app().await;
    let get = |query: &str| Request::get(format!("/graphql?{query}")).body(Body::empty()).unwrap();
    let answer = send(&app, get("query=query%20A%7B__typename%7D%20query%20B%7Bbodies%7BtotalCount%7D%7D&operationName=B")).await;
    assert_eq!(answer.json()["data"], json!({ "bodies": { "totalCount": 4 } }));
    let answer = send(&app, get("query=query(%24n%3AInt)%7Bmeetings(first%3A%24n)%7Bnodes%7BheldOn%7D%7D%7D&variables=%7B%22n%22%3A1%7D")).await;
    assert_eq!(answer.json()["data"]["meetings"]["nodes"], json!([{ "heldOn": "2026-07-01" }]));
    assert!(send(&app, get("query=mutation%7Bx%7D")).await.json()["errors"].is_array());
    assert_eq!(send(&app, get("")).await.status, StatusCode::BAD_REQUEST);
    for method in ["PUT", "DELETE", "PATCH", "PROPFIND"] {
        let request =
            Request::builder().method(method).uri("/graphql").body(Body::empty()).unwrap();
        let answer = send(&app, request).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(answer.headers["allow"], "GET, HEAD, POST");
    }
}

async fn large_bodies_are_refused_with_a_code(place: Place) {
    let app = place.app().await;
    let two_megabytes =
        json!({ "query": format!("{{ __typename }} # {}", "x".repeat(2 << 20)) }).to_string();
    let answer = send(&app, post(&[JSON, NEW], two_megabytes)).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.json()["errors"][0]["extensions"]["code"], "QUERY_TOO_LARGE");
    let fits_the_body =
        json!({ "query": format!("{{ __typename }} # {}", "x".repeat(500_000)) }).to_string();
    let answer = send(&app, post(&[JSON, NEW], fits_the_body)).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.json()["errors"][0]["extensions"]["code"], "QUERY_TOO_LARGE");
}

async fn every_answer_has_its_headers(place: Place) {
    let app = place.app().await;
    for path in
        ["/", "/graphql?query=%7B__typename%7D", "/graphiql", "/healthz", "/readyz", "/nothing"]
    {
        let answer = send(
            &app,
            Request::get(path).header("x-request-id", "my-request-1").body(Body::empty()).unwrap(),
        )
        .await;
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(answer.headers["referrer-policy"], "no-referrer", "{path}");
        assert!(
            answer.headers["content-security-policy"]
                .to_str()
                .unwrap()
                .starts_with("default-src 'none'"),
            "{path}"
        );
        assert_eq!(answer.headers["x-request-id"], "my-request-1", "{path}");
    }
    let answer = send(
        &app,
        Request::get("/").header("x-request-id", "<script>").body(Body::empty()).unwrap(),
    )
    .await;
    assert_ne!(answer.headers["x-request-id"], "<script>");
}

async fn pages_come_out_of_the_binary(place: Place) {
    let app = place.app().await;
    let home = send(&app, Request::get("/").body(Body::empty()).unwrap()).await;
    assert!(home.status.is_success() && home.body.contains("/graphiql"));
    assert_eq!(home.json()["graphql"], "/graphql");
    assert!(home.headers["vary"].to_str().unwrap().contains("accept"));
    for path in ["/", "/meetings/NOTHING", "/submit"] {
        let request = Request::get(path).header("accept", "text/html,*/*;q=0.8");
        let page = send(&app, request.body(Body::empty()).unwrap()).await;
        // A build without pages has a plain one at `/` alone.
        assert!(page.status.is_success() || page.body.contains("holds no pages"), "{path}");
        assert!(page.status.is_success() || path != "/");
        assert!(page.kind.starts_with("text/html"), "{path} {}", page.kind);
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("style-src 'self';") && !policy.contains("unsafe"), "{policy}");
    }
    let page = send(&app, Request::get("/graphiql").body(Body::empty()).unwrap()).await;
    assert!(page.kind.starts_with("text/html"));
    assert!(page.body.contains("GraphiQL"));
    // A build without Node says what to install; one with it serves the page and its parts.
    if page.status.is_success() {
        let script = page
            .body
            .split("src=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .unwrap()
            .to_owned();
        let answer = send(&app, Request::get(&script).body(Body::empty()).unwrap()).await;
        assert!(
            answer.status.is_success() && answer.kind.starts_with("text/javascript"),
            "{script} {}",
            answer.kind
        );
        assert!(answer.headers["cache-control"].to_str().unwrap().contains("immutable"));
    } else {
        assert!(
            page.body.contains("Node") || page.body.contains("AIPLUS_WEB=skip"),
            "{}",
            page.body
        );
    }
    for path in ["/assets/nothing.js", "/assets/..%2f..%2fCargo.toml", "/graphiql/nothing"] {
        assert_eq!(
            send(&app, Request::get(path).body(Body::empty()).unwrap()).await.status,
            StatusCode::NOT_FOUND
        );
    }
}

async fn an_internal_error_shows_its_request_only(place: Place) {
    let app = place.app().await;
    app.sql("DROP VIEW timeline_entry").await;
    let body = json!({ "query": "{ timeline { nodes { kind } } }" }).to_string();
    let answer = send(&app, post(&[JSON, NEW, ("x-request-id", "request-42")], body)).await;
    assert_eq!(answer.status, StatusCode::OK);
    let error = &answer.json()["errors"][0];
    assert_eq!(
        error["extensions"],
        json!({ "code": "INTERNAL_SERVER_ERROR", "requestId": "request-42" })
    );
    assert!(
        !answer.body.contains("timeline_entry") && !answer.body.to_lowercase().contains("select"),
        "{}",
        answer.body
    );
}
