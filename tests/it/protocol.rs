//! What holds on each connection: both versions of HTTP, compression, headers, methods, pages of other
//! origins.

use crate::support::clients::{self as api_client, Issued, NewClient};
use aiplus::auth::secret::Hashing;
use aiplus::domain::principal::{Author, Principal};
use axum::body::Body;
use axum::http::{Request, Version};
use chrono::Utc;
use entity::api_client::RateTier;
use futures_util::future::join_all;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::json;
use tokio::net::TcpStream;

use crate::support::client::form;
use crate::support::{Place, TestApp, settings};
use crate::tests;
use crate::wire::{Answer, Server, call, form_urlencoded, get, post, query, router, with};

tests![
    both_versions_of_http_are_spoken,
    an_offer_to_upgrade_may_be_passed_over,
    large_answers_are_compressed,
    request_ids_are_kept_where_they_are_plain,
    refusals_have_the_headers_too,
    a_mutation_needs_a_post,
    pages_of_other_origins_call_if_they_are_listed,
];

/// A query with a large answer.
const PAGE: &str = "{ changes(first: 100) { nodes { type } } }";

async fn both_versions_of_http_are_spoken(place: Place) {
    let app = place.app().await;
    let server = Server::start(app.app.clone(), &settings()).await;
    let stream = TokioIo::new(TcpStream::connect(server.address).await.unwrap());
    let (sender, connection) = http2::handshake(TokioExecutor::new(), stream).await.unwrap();
    tokio::spawn(connection);
    // Several at once on one connection.
    let answers =
        join_all(
            (0..10).map(|_| {
                let (mut sender, mut request) =
                    (sender.clone(), query("{ bodies { totalCount } }"));
                *request.uri_mut() = format!("http://{}/graphql", server.address).parse().unwrap();
                async move {
                    Answer::of(sender.send_request(request).await.unwrap().map(Body::new)).await
                }
            }),
        );
    for answer in answers.await {
        assert_eq!((answer.version, answer.status), (Version::HTTP_2, 200));
        assert_eq!(answer.json()["data"]["bodies"]["totalCount"], 4);
        assert!(answer.header("x-request-id").is_some());
    }
    let mut connection = server.connect().await;
    for _ in 0..2 {
        let answer = connection.ask(query("{ bodies { totalCount } }")).await;
        assert_eq!((answer.version, answer.status), (Version::HTTP_11, 200));
    }
}

async fn an_offer_to_upgrade_may_be_passed_over(place: Place) {
    let app = place.app().await;
    let server = Server::start(app.app.clone(), &settings()).await;
    // Clients that know HTTP/2 offer it this way on a plain connection, Java's by default; a server that does not
    // take the offer answers as if it had not been made (RFC 9110 §7.8).
    let offer = [
        ("connection", "Upgrade, HTTP2-Settings"),
        ("upgrade", "h2c"),
        ("http2-settings", "AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA"),
    ];
    for request in [query("{ __typename }"), get("/graphql?query=%7B__typename%7D")] {
        let answer = server.connect().await.ask(with(request, &offer)).await;
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    }
}

async fn large_answers_are_compressed(place: Place) {
    let app = place.app().await;
    let routes = router(&app, &settings());
    let gzip = [("accept-encoding", "gzip")];
    let plain = call(&routes, query(PAGE)).await;
    assert_eq!(plain.header("content-encoding"), None);
    let packed = call(&routes, with(query(PAGE), &gzip)).await;
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert!(packed.headers.get_all("vary").iter().any(|vary| vary == "accept-encoding"));
    assert!(packed.body.starts_with(&[0x1f, 0x8b]) && packed.body.len() < plain.body.len() / 2);
    // Packing would hold events back.
    let events =
        call(&routes, with(query(PAGE), &[gzip[0], ("accept", "text/event-stream")])).await;
    assert!(events.body.starts_with(b"event: next\n"));
    assert_eq!(events.header("content-encoding"), None);
}

async fn request_ids_are_kept_where_they_are_plain(place: Place) {
    let app = place.app().await;
    let routes = router(&app, &settings());
    let (longest, longer) = ("a".repeat(64), "a".repeat(65));
    for (given, kept) in [
        ("abcdefgh", true),
        ("abcdefg", false),
        (longest.as_str(), true),
        (longer.as_str(), false),
        ("0A-z-9-0", true),
        ("abcdefg_", false),
        ("abcd efgh", false),
        ("abcdefg\"", false),
        ("abcdefg%0a", false),
    ] {
        let answer = call(&routes, with(query("{ __typename }"), &[("x-request-id", given)])).await;
        let id = answer.header("x-request-id").unwrap();
        assert_eq!(id == given, kept, "{given} became {id}");
        assert!((8..=64).contains(&id.len()));
    }
    let own = async || call(&routes, query("{ __typename }")).await.headers["x-request-id"].clone();
    assert_ne!(own().await, own().await);
}

async fn refusals_have_the_headers_too(place: Place) {
    let app = place.app().await;
    let routes = router(&app, &settings());
    let json_only = |request| with(request, &[("content-type", "application/json")]);
    for (request, status) in [
        (query("{ nothing }"), 400),
        (post(Some("x"), &json!({ "query": "{ __typename }" })), 401),
        (get("/nothing"), 404),
        (Request::put("/graphql").body(Body::empty()).unwrap(), 405),
        (with(get("/graphql?query=%7B__typename%7D"), &[("accept", "text/html")]), 406),
        (json_only(Request::post("/graphql").body(Body::from("x".repeat(1 << 21))).unwrap()), 413),
        (Request::post("/graphql").body(Body::from("{}")).unwrap(), 415),
        (form("/oauth/token", "grant_type=password"), 400),
        // Taken for a question of a page of another origin.
        (Request::options("/graphql").body(Body::empty()).unwrap(), 200),
    ] {
        let shown = format!("{} {}", request.method(), request.uri());
        let answer = call(&routes, request).await;
        assert_eq!(answer.status, status, "{shown}");
        for (name, value) in [
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{shown} {status}");
        }
        assert!(answer.header("x-request-id").is_some(), "{shown} {status}");
    }
    let page = call(&routes, get("/graphiql")).await;
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
    assert!(
        policy.ends_with("frame-ancestors 'none'") && !policy.contains("unsafe-eval"),
        "{policy}"
    );
}

async fn a_mutation_needs_a_post(place: Place) {
    let app = place.app().await;
    let routes = router(&app, &settings());
    let token = app.token(&app.client("TIPA", "access:admin").await).await;
    let signed_in = ("authorization", format!("Bearer {token}"));
    let text = "query Q { __typename } mutation M { createApiClient(input: { institution: \"TIPA\", name: \"x\", \
                scopes: [\"program:read\"], idempotencyKey: \"by-a-get\" }) { apiClient { id } } }";
    let path = |name: &str| {
        let query = form_urlencoded(text);
        get(&format!("/graphql?operationName={name}&query={query}"))
    };
    for headers in [vec![], vec![(signed_in.0, signed_in.1.as_str())]] {
        for accept in ["application/json", "application/graphql-response+json", "text/event-stream"]
        {
            let mut headers = headers.clone();
            headers.push(("accept", accept));
            let refused = call(&routes, with(path("M"), &headers)).await;
            assert_eq!((refused.status, refused.header("allow")), (405, Some("POST")), "{accept}");
            assert_eq!(refused.code(), "BAD_REQUEST");
            assert_eq!(call(&routes, with(path("Q"), &headers)).await.status, 200);
        }
    }
    let made = call(
        &routes,
        post(
            Some(&token),
            &json!({ "query": "{ apiClients(where: { name: { eq: \"x\" } }) { totalCount } }" }),
        ),
    )
    .await;
    assert_eq!(made.json()["data"]["apiClients"]["totalCount"], 0);
}

/// Makes a client that lists an origin, as it stands in the database.
async fn client_with_origin(app: &TestApp, origin: &str) -> Issued {
    let new = NewClient {
        institution: "TIPA".to_owned(),
        name: "대시보드".to_owned(),
        scopes: vec!["program:read".to_owned()],
        origins: vec!["https://first.example.kr".to_owned(), origin.to_owned()],
        rate_tier: RateTier::Standard,
    };
    api_client::create(&app.db, &Hashing::default(), system(), &new, "with an origin")
        .await
        .unwrap()
}

fn system() -> Author<'static> {
    Author { principal: &Principal::System, request_id: "test", address: None, now: Utc::now() }
}

async fn pages_of_other_origins_call_if_they_are_listed(place: Place) {
    let app = place.app().await;
    let mut settings = settings();
    settings.cors_origins = vec!["https://portal.example".to_owned()];
    let routes = router(&app, &settings);
    let client = client_with_origin(&app, "https://dash.example.kr:8443").await;
    let origins = [
        ("https://portal.example", true),
        ("https://first.example.kr", true),
        ("https://dash.example.kr:8443", true),
        ("https://dash.example.kr", false),
        ("http://portal.example", false),
        ("https://portal.example:444", false),
        ("https://portal.example.evil.example", false),
        ("https://evil-portal.example", false),
        ("https://elsewhere.example", false),
        ("https://%", false),
        ("https://first_example.kr", false),
        ("*", false),
        ("null", false),
    ];
    for (origin, allowed) in origins {
        let expected = allowed.then_some(origin);
        for (request, status) in [
            (query("{ __typename }"), 200),
            (query("{ nothing }"), 400),
            (post(Some("x"), &json!({ "query": "{ __typename }" })), 401),
            (form("/oauth/token", "grant_type=client_credentials"), 401),
        ] {
            let answer = call(&routes, with(request, &[("origin", origin)])).await;
            assert_eq!(answer.status, status, "{origin}");
            assert_eq!(answer.header("access-control-allow-origin"), expected, "{origin}");
            // Cookies are used nowhere, and caches must not mix origins up.
            assert_eq!(answer.header("access-control-allow-credentials"), None);
            let vary: Vec<_> = answer.headers.get_all("vary").iter().collect();
            assert!(vary.iter().any(|vary| vary.to_str().unwrap().contains("origin")), "{vary:?}");
            let exposed = answer.header("access-control-expose-headers").unwrap();
            for name in [
                "content-disposition",
                "etag",
                "ratelimit",
                "ratelimit-policy",
                "retry-after",
                "x-request-id",
            ] {
                assert!(exposed.split(',').any(|exposed| exposed == name), "{exposed}");
            }
        }
        let preflight = Request::options("/graphql")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization,content-type")
            .body(Body::empty())
            .unwrap();
        let answer = call(&routes, preflight).await;
        assert_eq!((answer.status, answer.header("access-control-max-age")), (200, Some("600")));
        assert_eq!(answer.header("access-control-allow-origin"), expected, "{origin}");
        assert_eq!(answer.header("access-control-allow-methods"), Some("GET,POST,PUT"));
        let taken = answer.header("access-control-allow-headers").unwrap();
        for name in [
            "authorization",
            "content-type",
            "accept",
            "accept-language",
            "if-match",
            "idempotency-key",
            "x-request-id",
        ] {
            assert!(taken.split(',').any(|taken| taken == name), "{taken}");
        }
    }
    api_client::disable(&app.db, system(), client.id, 1, None).await.unwrap();
    for (origin, allowed) in
        [("https://dash.example.kr:8443", None), (origins[0].0, Some(origins[0].0))]
    {
        let answer = call(&routes, with(query("{ __typename }"), &[("origin", origin)])).await;
        assert_eq!(answer.header("access-control-allow-origin"), allowed, "after it was disabled");
    }
}
