//! Bounds of the wire, most of them on a real server: rates of addresses and clients, connections, bodies,
//! time.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::support::clients::{self as api_client, Issued, NewClient};
use aiplus::app::App;
use aiplus::auth::secret::Hashing;
use aiplus::config::{Introspection, ServeSettings};
use aiplus::database::reads::Reads;
use aiplus::domain::principal::{Author, Principal};
use aiplus::graphql::engine::{Engine, EngineSettings};
use aiplus::graphql::persisted::Persisted;
use axum::body::{Body, Bytes};
use axum::http::Request;
use chrono::Utc;
use entity::api_client::RateTier;
use futures_util::future::join_all;
use futures_util::stream;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::client::form;
use crate::support::{Place, TestApp, settings};
use crate::tests;
use crate::wire::{PATIENCE, Server, call, get, post, query, router, with, with_body};

tests![
    an_address_has_a_rate,
    without_a_rate_nothing_is_counted,
    a_trusted_proxy_tells_the_address,
    a_client_has_a_rate_by_cost,
    a_debt_is_paid_when_it_was_said,
    connections_have_a_bound,
    bodies_have_a_bound,
    who_is_slow_is_dropped,
    a_slow_query_is_given_up,
    a_slow_look_is_given_up,
    what_nobody_waits_for_is_stopped,
];

/// Settings by which callers on this machine are counted.
fn rated(address_rate: u32) -> ServeSettings {
    let mut settings = settings();
    settings.limits.address_rate = address_rate;
    settings.limits.address_cost = 0;
    settings.limits.rate_loopback = true;
    settings
}

async fn an_address_has_a_rate(place: Place) {
    let app = place.app().await;
    let server = Server::start(app.app.clone(), &rated(5)).await;
    let mut connection = server.connect().await;
    for left in (0..5).rev() {
        let answer = connection.ask(query("{ __typename }")).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("ratelimit-policy"), Some("\"address\";q=5;w=60"));
        assert!(answer.header("ratelimit").unwrap().starts_with("\"address\";"));
        let (remaining, reset) = answer.left();
        assert_eq!(remaining, left);
        assert!((1..=61).contains(&reset), "{reset}");
        assert_eq!(answer.header("retry-after"), None);
    }
    // Another connection is the same address, and every way to ask is counted with the others.
    app.statements();
    for request in [
        query("{ __typename }"),
        get("/graphql?query=%7B__typename%7D"),
        form("/oauth/token", "grant_type=client_credentials"),
        form("/oauth/revoke", "token=x"),
        post(Some("x"), &json!({ "query": "{ __typename }" })),
        with(query("{ __typename }"), &[("accept", "text/event-stream")]),
        with(query("{ __typename }"), &[("origin", "https://elsewhere.example")]),
    ] {
        let shown = format!("{request:?}");
        let answer = server.connect().await.ask(request).await;
        assert_eq!((answer.status, answer.code()), (429, json!("RATE_LIMITED")), "{shown}");
        // One in twelve seconds.
        assert!((1..=12).contains(&answer.retry_after()), "{shown}: {}", answer.retry_after());
        assert_eq!(answer.header("ratelimit-policy"), Some("\"address\";q=5;w=60"));
        assert_eq!(answer.left().0, 0);
    }
    let looked_up = app.statements().into_iter().find(|sql| sql.contains("api_client"));
    assert_eq!(looked_up, None, "whoever is turned away must cost nothing");
    let alive = server.connect().await.ask(get("/healthz")).await;
    assert_eq!((alive.status, alive.header("ratelimit")), (200, None));
}

async fn without_a_rate_nothing_is_counted(place: Place) {
    let app = place.app().await;
    let mut local = rated(5);
    local.limits.rate_loopback = false;
    for settings in [local, rated(0)] {
        let server = Server::start(app.app.clone(), &settings).await;
        let mut connection = server.connect().await;
        for _ in 0..10 {
            let answer = connection.ask(query("{ __typename }")).await;
            assert_eq!((answer.status, answer.header("ratelimit")), (200, None));
        }
    }
}

async fn a_trusted_proxy_tells_the_address(place: Place) {
    let app = place.app().await;
    let mut trusting = rated(2);
    trusting.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap(), "10.0.0.0/8".parse().unwrap()];
    trusting.limits.rate_loopback = false;
    let server = Server::start(app.app.clone(), &trusting).await;
    let mut connection = server.connect().await;
    for (forwarded, status) in [
        (vec!["203.0.113.7"], 200),
        (vec!["203.0.113.7"], 200),
        (vec!["203.0.113.7"], 429),
        (vec!["203.0.113.8"], 200),
        // What a caller says of itself stands in front of what the proxies add.
        (vec!["203.0.113.99, 203.0.113.7"], 429),
        (vec!["203.0.113.99", "203.0.113.7"], 429),
        (vec!["nonsense,203.0.113.7"], 429),
        // Proxies in between are passed over; the first that is none of ours counts.
        (vec!["203.0.113.7, 10.1.2.3,127.0.0.1"], 429),
        (vec!["203.0.113.7, 203.0.113.8, 10.1.2.3"], 200),
        (vec!["203.0.113.8"], 429),
        (vec!["::ffff:203.0.113.7"], 429),
        // Of IPv6 a whole network is one caller.
        (vec!["2001:db8:1:2::1"], 200),
        (vec!["2001:db8:1:2:ffff::9"], 200),
        (vec!["2001:db8:1:2:3:4:5:6"], 429),
        (vec!["2001:db8:1:3::1"], 200),
        // The proxy itself is a caller on this machine.
        (vec![], 200),
        (vec![], 200),
        (vec![], 200),
    ] {
        let headers: Vec<_> = forwarded.iter().map(|value| ("x-forwarded-for", *value)).collect();
        let answer = connection.ask(with(query("{ __typename }"), &headers)).await;
        assert_eq!(answer.status, status, "{forwarded:?}");
    }
    let mut distrusting = rated(2);
    distrusting.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
    let server = Server::start(app.app.clone(), &distrusting).await;
    let mut connection = server.connect().await;
    for (at, status) in [200, 200, 429].into_iter().enumerate() {
        let forwarded = format!("203.0.113.{at}");
        let headers = [("x-forwarded-for", forwarded.as_str()), ("forwarded", "for=203.0.113.99")];
        let answer = connection.ask(with(query("{ __typename }"), &headers)).await;
        assert_eq!(answer.status, status, "anybody can send the header");
    }
}

/// A client of the tier ELEVATED.
async fn elevated(app: &TestApp) -> Issued {
    let author = Author {
        principal: &Principal::System,
        request_id: "test",
        address: None,
        now: Utc::now(),
    };
    let new = NewClient {
        institution: "TIPA".to_owned(),
        name: "많이".to_owned(),
        scopes: vec!["program:read".to_owned()],
        origins: Vec::new(),
        rate_tier: RateTier::Elevated,
    };
    api_client::create(&app.db, &Hashing::default(), author, &new, "elevated").await.unwrap()
}

const VIEWER: &str = "{ viewer { allowance { limit remaining reset } } }";
/// A query that reads 101 rows: a page, and the row that tells of the next one.
const PAGE: &str = "{ changes(first: 100) { nodes { id } } }";

fn asked(token: &str, text: &str) -> Request<Body> {
    post(Some(token), &json!({ "query": text }))
}

async fn a_client_has_a_rate_by_cost(place: Place) {
    let app = place.app().await;
    let mut settings = settings();
    settings.limits.client_rate = 500;
    let routes = router(&app, &settings);
    let token = app.token(&app.client("TIPA", "program:read").await).await;
    let first = call(&routes, asked(&token, VIEWER)).await;
    assert_eq!(first.header("ratelimit-policy"), Some("\"client\";q=500;w=60"));
    // What takes long costs its time, which differs from run to run.
    let left = first.left().0;
    assert!((1..=499).contains(&left), "{left}");
    let shown = first.json();
    let allowance = &shown["data"]["viewer"]["allowance"];
    assert_eq!((&allowance["limit"], &allowance["remaining"]), (&json!(500), &json!(499)));
    let told = &shown["extensions"]["cost"]["allowance"];
    assert_eq!((&told["limit"], &told["remaining"]), (&json!(500), &json!(left)));
    // It is let in while anything is left, and owes what it cost.
    let pages: String =
        (0..9).map(|at| format!("p{at}: changes(first: 100) {{ nodes {{ id }} }} ")).collect();
    let page = call(&routes, asked(&token, &format!("{{ {pages} }}"))).await;
    assert_eq!((page.status, page.left().0, page.header("retry-after")), (200, 0, None));
    let cost = &page.json()["extensions"]["cost"];
    assert_eq!((&cost["actual"], &cost["allowance"]["remaining"]), (&json!(909), &json!(0)));
    // 500 - 1 - 1 - 909: it owes 411 at least, of which 500 come in each minute.
    let mut last = 300;
    for request in [
        asked(&token, "{ __typename }"),
        with(
            get("/graphql?query=%7B__typename%7D"),
            &[("authorization", &format!("Bearer {token}"))],
        ),
        with(asked(&token, "{ __typename }"), &[("accept", "text/event-stream")]),
    ] {
        let refused = call(&routes, request).await;
        assert_eq!((refused.status, refused.code()), (429, json!("RATE_LIMITED")));
        assert!((40..=last).contains(&refused.retry_after()), "{}", refused.retry_after());
        assert_eq!((refused.left().0, refused.json().get("data")), (0, None));
        assert!(u64::from(refused.left().1) > refused.retry_after());
        last = refused.retry_after();
    }
    // Nobody else pays for it.
    let anonymous = call(&routes, query(PAGE)).await;
    assert_eq!((anonymous.status, anonymous.header("ratelimit")), (200, None));
    let other = app.token(&app.client("TIPA", "program:read").await).await;
    assert!(call(&routes, asked(&other, VIEWER)).await.left().0 > 0);
    let tenfold = app.token(&elevated(&app).await).await;
    let page = call(&routes, asked(&tenfold, PAGE)).await;
    assert_eq!(page.header("ratelimit-policy"), Some("\"client\";q=5000;w=60"));
    let (status, left) = (page.status, page.left().0);
    // Some come in again meanwhile.
    assert!(status == 200 && (1000..4990).contains(&left), "{status} {left}");
    settings.limits.client_rate = 0;
    let routes = router(&app, &settings);
    let free = call(&routes, asked(&token, VIEWER)).await;
    assert_eq!((free.status, free.header("ratelimit")), (200, None));
    assert_eq!(free.json()["data"]["viewer"]["allowance"], Value::Null);
}

async fn a_debt_is_paid_when_it_was_said(place: Place) {
    let app = place.app().await;
    let mut settings = settings();
    settings.limits.client_rate = 600;
    let routes = router(&app, &settings);
    let token = app.token(&app.client("TIPA", "program:read").await).await;
    // 600 - 1 - 6 × 101 - 21: it owes 28, of which ten come in each second.
    let pages: String =
        (0..6).map(|at| format!("p{at}: changes(first: 100) {{ nodes {{ id }} }} ")).collect();
    let text = format!("{{ {pages} rest: changes(first: 20) {{ nodes {{ id }} }} }}");
    assert_eq!(call(&routes, asked(&token, &text)).await.status, 200);
    let refused = call(&routes, asked(&token, "{ __typename }")).await;
    assert_eq!(refused.status, 429);
    // What the server says is what counts: who waits that long is let in.
    tokio::time::sleep(Duration::from_secs(refused.retry_after())).await;
    assert_eq!(call(&routes, asked(&token, "{ __typename }")).await.status, 200);
}

async fn connections_have_a_bound(place: Place) {
    let app = place.app().await;
    let mut settings = settings();
    settings.limits.connections = 2;
    let server = Server::start(app.app.clone(), &settings).await;
    let (mut first, mut second) = (server.connect().await, server.connect().await);
    first.ask(get("/healthz")).await;
    second.ask(get("/healthz")).await;
    // One more is told so, and that its connection ends.
    let third = server.connect().await.ask(query("{ __typename }")).await;
    assert_eq!((third.status, third.code()), (503, json!("UNAVAILABLE")));
    assert_eq!((third.header("connection"), third.retry_after()), (Some("close"), 1));
    // Over HTTP/2 the connection ends in its own words: a frame GOAWAY, of type 7.
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
    let mut heard = Vec::new();
    tokio::time::timeout(PATIENCE, stream.read_to_end(&mut heard)).await.unwrap().unwrap();
    assert_eq!((heard[3], heard[9 + 3], heard.len()), (4, 7, 9 + 9 + 8));
    assert_eq!(second.ask(get("/healthz")).await.status, 200, "who has a place keeps it");
    drop(first);
    served_again(&server).await;
}

/// Waits until a new connection is served.
pub async fn served_again(server: &Server) {
    let served = async {
        while server.connect().await.ask(get("/healthz")).await.status != 200 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, served).await.expect("no place is given back");
}

/// All that a server says on a connection until it ends it; none if it does not within a minute. It is
/// sent `start`, and then `more` again and again.
async fn heard(address: SocketAddr, start: Vec<u8>, more: &'static str) -> Option<String> {
    let (mut reads, mut writes) = TcpStream::connect(address).await.unwrap().into_split();
    let talking = tokio::spawn(async move {
        let mut text: &[u8] = &start;
        let mut drips = tokio::time::interval(Duration::from_millis(300));
        while writes.write_all(text).await.is_ok() {
            drips.tick().await;
            text = more.as_bytes();
        }
    });
    let mut heard = Vec::new();
    // A connection that is reset has ended as well.
    let ended = tokio::time::timeout(2 * PATIENCE, reads.read_to_end(&mut heard)).await;
    talking.abort();
    ended.is_ok().then(|| String::from_utf8_lossy(&heard).into_owned())
}

async fn bodies_have_a_bound(place: Place) {
    const MOST: usize = 1024 * 1024;
    let app = place.app().await;
    let server = Server::start(app.app.clone(), &settings()).await;
    let body = |length: usize| {
        let mut body = json!({ "query": "{ __typename }" }).to_string();
        body.push_str(&" ".repeat(length - body.len()));
        body
    };
    let pieces: Vec<_> =
        body(MOST).into_bytes().chunks(60_000).map(Bytes::copy_from_slice).collect();
    // In pieces, so that no header tells the length.
    let in_pieces =
        Body::from_stream(stream::iter(pieces.into_iter().map(Ok::<_, std::io::Error>)));
    let mut connection = server.connect().await;
    for body in [Body::from(body(MOST)), in_pieces] {
        let answer = connection.ask(with_body(None, body)).await;
        assert_eq!(answer.status, 200, "{}", answer.json());
    }
    let head = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
    let over = body(MOST + 1);
    for request in [
        format!("{head}content-length: {}\r\n\r\n{over}", over.len()),
        format!("{head}transfer-encoding: chunked\r\n\r\n{:x}\r\n{over}", over.len()),
    ] {
        let answer = heard(server.address, request.into_bytes(), "").await;
        let answer =
            answer.expect("the connection stays open, with what is left of the body on it");
        assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
        assert!(answer.contains("\"QUERY_TOO_LARGE\""), "{answer}");
    }
    let form_of = |length: usize| {
        let start = "grant_type=";
        form("/oauth/token", &format!("{start}{}", "x".repeat(length - start.len())))
    };
    for (length, status) in [(8 * 1024, 400), (8 * 1024 + 1, 413)] {
        assert_eq!(server.connect().await.ask(form_of(length)).await.status, status);
    }
}

async fn who_is_slow_is_dropped(place: Place) {
    let app = place.app().await;
    let server = Server::start(app.app.clone(), &settings()).await;
    let head = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
                accept: application/graphql-response+json\r\ncontent-length: 100\r\n\r\n";
    let cases = [
        ("says nothing", String::new(), "", ""),
        ("begins the preface of HTTP/2", "PRI * HTT".to_owned(), "", ""),
        ("sends its head byte by byte", "GET / HTTP/1.1\r\nx: ".to_owned(), "x", ""),
        (
            "asks once and then no more",
            "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n".to_owned(),
            "",
            "HTTP/1.1 200 ",
        ),
        ("sends no body", head.to_owned(), "", "HTTP/1.1 408 "),
        ("sends its body byte by byte", head.to_owned(), " ", "HTTP/1.1 408 "),
    ];
    // All at once, since each waits for a time-out of the server.
    let seen = join_all(cases.map(|(who, start, more, answer)| async move {
        (who, heard(server.address, start.into_bytes(), more).await, answer)
    }));
    let mut held = Vec::new();
    for (who, heard, answer) in seen.await {
        match heard {
            None => held.push(who),
            Some(heard) => {
                assert!(heard.starts_with(answer), "who {who} is told {heard}");
                assert_eq!(heard.contains("\"TIMEOUT\""), answer.contains("408"), "{who}: {heard}");
            }
        }
    }
    assert!(held.is_empty(), "a place is held for ever by who {}", held.join(", by who "));
}

/// Makes every look at the table of barriers take minutes.
pub async fn slow_down(app: &TestApp) {
    app.sql("ALTER TABLE barrier RENAME TO swift_barrier").await;
    let slow = if app.is_postgres() {
        "(SELECT count(*) FROM (SELECT pg_sleep(300)) slow)"
    } else {
        "(WITH RECURSIVE slow(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM slow WHERE n < 1000000000000) SELECT count(*) FROM slow)"
    };
    app.sql(&format!("CREATE VIEW barrier AS SELECT * FROM swift_barrier WHERE {slow} > 0")).await;
}

/// The application as a server has it: with connections of its own for reading.
pub async fn with_reads(app: &TestApp, longest: Duration) -> App {
    let reads = Reads::open(&app.url, None, 2, &app.db, longest).await.unwrap();
    let settings = EngineSettings {
        introspection: Introspection::Everyone,
        persisted: Persisted::default(),
        webhooks: None,
    };
    let engine = Engine::new(app.db.clone(), Some(reads), settings);
    App { db: app.db.clone(), engine: Arc::new(engine), access: app.app.access.clone() }
}

/// Statements that a database of PostgreSQL still runs for somebody else.
async fn running(app: &TestApp) -> i64 {
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()";
    let statement = Statement::from_string(DbBackend::Postgres, sql);
    app.db.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

async fn what_nobody_waits_for_is_stopped(place: Place) {
    let app = place.app().await;
    slow_down(&app).await;
    // Time-outs of minutes: what stops is stopped because its caller has gone.
    let reads = Reads::open(&app.url, None, 2, &app.db, Duration::from_secs(300)).await.unwrap();
    let settings = EngineSettings {
        introspection: Introspection::Everyone,
        persisted: Persisted::default(),
        webhooks: None,
    };
    let engine = Engine::new(app.db.clone(), Some(reads), settings);
    let served =
        App { db: app.db.clone(), engine: Arc::new(engine), access: app.app.access.clone() };
    let mut settings = crate::support::settings();
    settings.limits.query_timeout = 300;
    settings.limits.share = 100;
    let server = Server::start(served.clone(), &settings).await;
    let send = async |text: &str| {
        let mut connection = TcpStream::connect(server.address).await.unwrap();
        let body = json!({ "query": text }).to_string();
        let head = format!(
            "POST /graphql HTTP/1.1\r\nhost: api.test\r\ncontent-type: application/json\r\naccept: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        connection.write_all((head + &*body).as_bytes()).await.unwrap();
        connection
    };
    let patiently = async |what: &str, seen: i64| {
        let wait = async { while running(&app).await != seen {} };
        tokio::time::timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("{what}"));
    };
    for round in 0..3 {
        let (first, second) =
            (send("{ barriers { totalCount } }").await, send("{ barriers { totalCount } }").await);
        if app.is_postgres() {
            patiently("the queries never began", 2).await;
        }
        drop((first, second));
        if app.is_postgres() {
            patiently("what nobody waits for goes on", 0).await;
        }
        // Both connections are free for others again, who are not stopped in their place.
        let swift = (0..20).map(|_| async {
            let body = json!({ "query": "{ bodies { totalCount } }" });
            let request = post(None, &body);
            let (_, stopping) = tokio::sync::watch::channel(false);
            let routes = aiplus::http::router(served.clone(), &settings, stopping);
            call(&routes, request).await
        });
        let answers = tokio::time::timeout(PATIENCE, join_all(swift)).await;
        for answer in answers.expect("no connection is free") {
            assert_eq!((answer.status, answer.json().get("errors")), (200, None), "round {round}");
        }
    }
}

async fn a_slow_look_is_given_up(place: Place) {
    let app = place.app().await;
    let first = app.data("{ changes(first: 1) { edges { cursor } } }").await;
    let cursor = &first["changes"]["edges"][0]["cursor"];
    slow_down(&app).await;
    let mut settings = settings();
    settings.limits.query_timeout = 1;
    let (_, stopping) = tokio::sync::watch::channel(false);
    let routes =
        aiplus::http::router(with_reads(&app, Duration::from_secs(1)).await, &settings, stopping);
    let look = |selected: &str| {
        let text = format!(
            "subscription {{ changes(after: {cursor}, types: [\"Barrier\"]) {{ node {{ {selected} }} }} }}"
        );
        with(query(&text), &[("accept", "text/event-stream")])
    };
    let streamed = call(&routes, look("subject { ... on Barrier { code } }")).await;
    let streamed = String::from_utf8(streamed.body.to_vec()).unwrap();
    assert!(streamed.starts_with("event: next\ndata: {\"errors\":["), "{streamed}");
    assert!(
        streamed.contains("\"TIMEOUT\"") && streamed.ends_with("event: complete\ndata:\n\n"),
        "{streamed}"
    );
}

async fn a_slow_query_is_given_up(place: Place) {
    let app = place.app().await;
    slow_down(&app).await;
    let mut settings = settings();
    settings.limits.query_timeout = 1;
    let (_, stopping) = tokio::sync::watch::channel(false);
    let routes =
        aiplus::http::router(with_reads(&app, Duration::from_secs(1)).await, &settings, stopping);
    let slow = "{ barriers { totalCount } }";
    let answers = join_all((0..8).map(|_| call(&routes, query(slow)))).await;
    // Who finds no turn meanwhile is told to come back.
    let given_up = answers.iter().filter(|answer| answer.status == 504).count();
    assert!(given_up > 0);
    for answer in answers {
        let told = (answer.status, answer.code());
        assert!(told == (504, json!("TIMEOUT")) || told == (503, json!("UNAVAILABLE")), "{told:?}");
    }
    // Nobody else waits for what was given up, once that has been stopped.
    let swift =
        async { while call(&routes, query("{ bodies { totalCount } }")).await.status != 200 {} };
    tokio::time::timeout(PATIENCE, swift).await.expect("no connection is free");
    let streamed = with(query(slow), &[("accept", "text/event-stream")]);
    let streamed = String::from_utf8(call(&routes, streamed).await.body.to_vec()).unwrap();
    assert!(streamed.starts_with("event: next\ndata: {\"errors\":["), "{streamed}");
    assert!(streamed.contains("\"TIMEOUT\""), "{streamed}");
}
