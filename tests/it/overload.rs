//! Overload: what one caller asks for holds up itself, and what cannot be served is refused quickly.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aiplus::domain::rate::Who;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};

use crate::cli::{Running, Terminal};
use crate::limits_http::{served_again, slow_down, with_reads};
use crate::socket::Socket;
use crate::support::client::{every_turn_taken, json as body_of};
use crate::support::{Place, TestApp, settings};
use crate::tests;
use crate::wire::{Answer, PATIENCE, Server, get, post, query};

tests![
    secrets_are_made_for_who_may_have_them,
    an_operation_makes_so_many_secrets,
    hashes_of_one_caller_do_not_hold_up_another,
    an_address_without_a_token_has_a_budget,
    time_is_charged_however_it_ends,
    nobody_without_a_token_holds_every_connection,
    signs_of_life_have_a_rate_of_their_own,
    connections_of_one_address_have_a_bound,
    who_takes_no_answers_gets_no_more_of_them,
    a_server_that_stops_says_so_first,
    a_second_signal_ends_at_once,
    open_connections_are_asked_for_together,
];

async fn api_client_id(app: &TestApp, token: &str, client_id: &str) -> String {
    let query =
        "query($name: String!) { apiClients(where: { clientId: { eq: $name } }) { nodes { id } } }";
    let body = json!({ "query": query, "variables": { "name": client_id } });
    let answer = body_of(app.post(Some(token), &body).await).await;
    answer["data"]["apiClients"]["nodes"][0]["id"].as_str().unwrap().to_owned()
}

async fn rotate(app: &TestApp, token: Option<&str>, id: &str, version: i32) -> Value {
    let query = "mutation($input: RotateApiClientSecretInput!) { rotateApiClientSecret(input: $input) { clientSecret errors { code } } }";
    let variables = json!({ "input": { "id": id, "expectedVersion": version, "idempotencyKey": uuid::Uuid::now_v7() } });
    body_of(app.post(token, &json!({ "query": query, "variables": variables })).await).await
}

async fn secrets_are_made_for_who_may_have_them(place: Place) {
    let app = place.app().await;
    let admin = app.client("TIPA", "program:read access:admin").await;
    let reader = app.client("KOSME", "program:read").await;
    let (admins, readers) = (app.token(&admin).await, app.token(&reader).await);
    let id = api_client_id(&app, &admins, &reader.client_id).await;
    let secrets = &app.app.access.secrets;
    let names = [&admin.client_id, &reader.client_id].map(|name| Who::Client(name.as_str().into()));
    // These callers have as many hashes waiting as they may, so that one more would be refused for that.
    let (held, waiting) =
        every_turn_taken(secrets, [&names[0], &names[1], &Who::Address(None)]).await;
    for (token, version, code) in [
        (None, 1, "UNAUTHENTICATED"),
        (Some(&*readers), 1, "FORBIDDEN"),
        (Some(&*admins), 1, "RATE_LIMITED"),
    ] {
        let answer = rotate(&app, token, &id, version).await;
        let seen = &answer["errors"][0]["extensions"]["code"];
        // Who has shown no token may be told so in either way.
        let is_told = seen == code || (token.is_none() && seen == "FORBIDDEN");
        assert!(is_told, "{code}: {answer}");
    }
    let answer = rotate(&app, Some(&admins), &id, 2).await;
    let errors = &answer["data"]["rotateApiClientSecret"]["errors"];
    assert_eq!(errors[0]["code"], "CONFLICT", "another version needs no hash: {answer}");
    drop((held, waiting));
    let answer = rotate(&app, Some(&admins), &id, 1).await;
    let made = &answer["data"]["rotateApiClientSecret"];
    assert!(made["clientSecret"].is_string(), "{answer}");
}

async fn an_operation_makes_so_many_secrets(place: Place) {
    let app = place.app().await;
    let token = app.token(&app.client("TIPA", "program:read access:admin").await).await;
    let rotations = |count: usize| {
        let input =
            "input: { id: \"nobody\", expectedVersion: 1, idempotencyKey: \"inline-0004\" }";
        let fields: String = (0..count)
            .map(|at| format!("a{at}: rotateApiClientSecret({input}) {{ errors {{ code }} }} "))
            .collect();
        json!({ "query": format!("mutation {{ ...F }} fragment F on Mutation {{ {fields} }}") })
    };
    let few = app.post(Some(&token), &rotations(10)).await;
    assert_eq!(few.status(), StatusCode::OK);
    assert_eq!(body_of(few).await["data"]["a9"]["errors"][0]["code"], "NOT_AN_ID");
    let many = body_of(app.post(Some(&token), &rotations(11)).await).await;
    assert_eq!(many["errors"][0]["extensions"]["code"], "QUERY_TOO_LARGE", "{many}");
    assert!(many.get("data").is_none());
}

async fn hashes_of_one_caller_do_not_hold_up_another(place: Place) {
    const FLOOD: usize = 50;
    let app = place.app().await;
    let client = app.client("KOSME", "program:read").await;
    let done = Arc::new(AtomicUsize::new(0));
    let flood: Vec<_> = (0..FLOOD)
        .map(|_| {
            let (access, done) = (app.app.access.clone(), done.clone());
            tokio::spawn(async move {
                let who = Who::Client("flood".into());
                let _ = access.secrets.verify(&who, "", Vec::new()).await;
                done.fetch_add(1, Ordering::Relaxed);
            })
        })
        .collect();
    // One of them has been served, so that all of them wait already.
    while done.load(Ordering::Relaxed) == 0 {
        tokio::task::yield_now().await;
    }
    app.token(&client).await;
    let before = done.load(Ordering::Relaxed);
    assert!(before < FLOOD / 2, "a sign-in waited for {before} of another's hashes");
    for one in flood {
        one.abort();
    }
}

/// A query that reads 101 rows.
const PAGE: &str = "{ changes(first: 100) { nodes { id } } }";
/// What [`slow_down`] makes slow.
const SLOW: &str = "{ barriers { totalCount } }";

fn policies(answer: &Answer) -> Vec<&str> {
    let values = answer.headers.get_all("ratelimit-policy").iter();
    values.map(|value| value.to_str().unwrap()).collect()
}

async fn an_address_without_a_token_has_a_budget(place: Place) {
    let app = place.app().await;
    let mut settings = settings();
    settings.limits.address_cost = 50;
    let server = Server::start(app.app.clone(), &settings).await;
    let free = server.connect().await.ask(query(PAGE)).await;
    assert_eq!((free.status, policies(&free)), (200, vec![]), "callers on this machine are free");
    settings.limits.rate_loopback = true;
    let server = Server::start(app.app.clone(), &settings).await;
    let page = server.connect().await.ask(query(PAGE)).await;
    assert_eq!(page.status, 200);
    assert!(policies(&page).contains(&"\"address-cost\";q=50;w=60"), "{:?}", page.headers);
    let told = &page.json()["extensions"]["cost"]["allowance"];
    assert_eq!((&told["limit"], &told["remaining"]), (&json!(50), &json!(0)));
    // Over every connection of the address, and every way to ask.
    for request in [query("{ __typename }"), get("/graphql?query=%7B__typename%7D")] {
        let refused = server.connect().await.ask(request).await;
        assert_eq!((refused.status, refused.code()), (429, json!("RATE_LIMITED")));
        assert!(refused.retry_after() > 30, "{}", refused.retry_after());
    }
    // A client at the same address has a budget of its own.
    let token = app.token(&app.client("TIPA", "program:read").await).await;
    let signed_in = server.connect().await.ask(post(Some(&token), &json!({ "query": PAGE }))).await;
    assert_eq!(signed_in.status, 200);
    assert!(policies(&signed_in).contains(&"\"client\";q=60000;w=60"));
}

async fn time_is_charged_however_it_ends(place: Place) {
    let app = place.app().await;
    slow_down(&app).await;
    let mut settings = settings();
    settings.limits.query_timeout = 2;
    // A hundred come in again each second, while a thousand are charged.
    settings.limits.client_rate = 6_000;
    let server = Server::start(with_reads(&app, PATIENCE).await, &settings).await;
    let token = app.token(&app.client("TIPA", "program:read").await).await;
    let ask = |text: &str| post(Some(&token), &json!({ "query": text }));
    let mut connection = server.connect().await;
    let before = connection.ask(ask("{ __typename }")).await.left().0;
    let late = connection.ask(ask(SLOW)).await;
    assert_eq!(late.status, 504);
    let after = late.left().0;
    assert!(before - after > 1_800, "two seconds of a connection cost {}", before - after);
    // Nobody waits for this one any more.
    let mut leaving = server.connect().await;
    let left = tokio::time::timeout(Duration::from_millis(1_500), leaving.ask(ask(SLOW))).await;
    assert!(left.is_err());
    drop(leaving);
    let before = after;
    let charged = async {
        let mut asked = 0;
        loop {
            asked += 1;
            let left = connection.ask(ask("{ __typename }")).await.left().0;
            // What it costs to ask is not what is looked for.
            if before.saturating_sub(left + asked) > 300 {
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, charged).await.expect("who left was not charged");
}

async fn nobody_without_a_token_holds_every_connection(place: Place) {
    let app = place.app().await;
    slow_down(&app).await;
    let mut settings = settings();
    settings.limits.query_timeout = 20;
    // Two connections, of which those without a token share one.
    let server = Arc::new(Server::start(with_reads(&app, PATIENCE).await, &settings).await);
    let token = app.token(&app.client("TIPA", "program:read").await).await;
    let heavy: Vec<_> = (0..8)
        .map(|_| {
            let server = server.clone();
            tokio::spawn(async move { server.connect().await.ask(query(SLOW)).await })
        })
        .collect();
    // Those that find no turn are told so, and when to come back.
    let mut refused = Vec::new();
    let mut running = Vec::new();
    for one in heavy {
        running.push(one);
    }
    while running.len() > 1 {
        let (done, _, rest) = futures_util::future::select_all(running).await;
        refused.push(done.unwrap());
        running = rest;
    }
    for answer in &refused {
        assert_eq!((answer.status, answer.code()), (503, json!("UNAVAILABLE")));
        assert!((1..=5).contains(&answer.retry_after()));
    }
    for _ in 0..3 {
        let request = post(Some(&token), &json!({ "query": "{ bodies { totalCount } }" }));
        let answer = server.connect().await.ask(request).await;
        assert_eq!(answer.status, 200, "who has a token finds a connection");
    }
    assert!(!running[0].is_finished(), "one of them runs all the while");
    running[0].abort();
}

async fn signs_of_life_have_a_rate_of_their_own(place: Place) {
    let app = place.app().await;
    let mut settings = settings();
    settings.limits.rate_loopback = true;
    settings.limits.address_rate = 3;
    let server = Server::start(app.app.clone(), &settings).await;
    let mut connection = server.connect().await;
    for _ in 0..4 {
        connection.ask(query("{ __typename }")).await;
    }
    let statuses: Vec<u16> = {
        let mut statuses = Vec::new();
        for path in ["/healthz", "/readyz", "/.well-known/jwks.json", "/graphiql", "/"] {
            statuses.push(connection.ask(get(path)).await.status);
        }
        statuses
    };
    assert_eq!(statuses, [200, 200, 200, 429, 429]);
    assert!(connection.ask(get("/")).await.retry_after() > 0);
}

async fn connections_of_one_address_have_a_bound(place: Place) {
    let app = place.app().await;
    let mut settings = settings();
    settings.limits.connections_per_address = 2;
    for (rate_loopback, proxies, status) in [
        (true, vec![], 503),
        (false, vec![], 200),
        (true, vec!["127.0.0.0/8".parse().unwrap()], 200),
    ] {
        settings.limits.rate_loopback = rate_loopback;
        settings.trusted_proxies = proxies;
        let server = Server::start(app.app.clone(), &settings).await;
        let mut open = [server.connect().await, server.connect().await];
        for connection in &mut open {
            assert_eq!(connection.ask(get("/healthz")).await.status, 200);
        }
        assert_eq!(server.connect().await.ask(get("/healthz")).await.status, status);
        drop(open);
        served_again(&server).await;
    }
    // A WebSocket is a connection of its address as long as it is open.
    settings.trusted_proxies = Vec::new();
    let server = Server::start(app.app.clone(), &settings).await;
    let sockets = [Socket::open(&server, json!({})).await, Socket::open(&server, json!({})).await];
    assert_eq!(server.connect().await.ask(get("/healthz")).await.status, 503);
    drop(sockets);
    served_again(&server).await;
}

/// A query whose answer has some hundred kilobytes and reads no row.
fn large(at: usize) -> String {
    format!(
        "query Q{at} {{ __schema {{ types {{ name description fields {{ name description args {{ name description }} }} inputFields {{ name description }} }} }} }}"
    )
}

async fn who_takes_no_answers_gets_no_more_of_them(place: Place) {
    const STREAMS: usize = 12;
    let app = place.app().await;
    let server = Server::start(app.app.clone(), &settings()).await;
    let stream = TokioIo::new(TcpStream::connect(server.address).await.unwrap());
    // A window that one answer fills.
    let (mut sender, connection) = http2::Builder::new(TokioExecutor::new())
        .initial_stream_window_size(65_535)
        .initial_connection_window_size(65_535)
        .handshake(stream)
        .await
        .unwrap();
    tokio::spawn(connection);
    let begun = Arc::new(AtomicUsize::new(0));
    let mut asked = Vec::new();
    for at in 0..STREAMS {
        let request = Request::post("http://api.test/graphql")
            .header("content-type", "application/json")
            .body(Body::from(json!({ "query": large(at) }).to_string()))
            .unwrap();
        let answer = sender.send_request(request);
        let begun = begun.clone();
        asked.push(tokio::spawn(async move {
            let answer = answer.await.unwrap();
            begun.fetch_add(1, Ordering::Relaxed);
            answer
        }));
    }
    // Others of the same address have waited behind all of these.
    let mut other = server.connect().await;
    for at in 0..3 {
        let answer = other.ask(query(&large(at))).await;
        assert_eq!((answer.status, answer.body.len() > 256 * 1024), (200, true));
    }
    // One fills the bound; a few more may have begun beside it.
    let ran = begun.load(Ordering::Relaxed);
    assert!((1..=8).contains(&ran), "{ran} of {STREAMS} answers were made that nobody takes");
    // Who takes them, each as it comes, gets all of them.
    let reading = futures_util::future::join_all(asked.into_iter().map(|one| async move {
        let (parts, body) = one.await.unwrap().into_parts();
        let bytes = axum::body::to_bytes(Body::new(body), 1 << 24).await.unwrap();
        assert_eq!((parts.status, bytes.len() > 100_000), (StatusCode::OK, true));
    }));
    tokio::time::timeout(PATIENCE, reading).await.expect("an answer is held back for ever");
}

async fn a_server_that_stops_says_so_first(place: Place) {
    let app = place.app().await;
    let mut settings = settings();
    settings.drain = 3;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = tokio::sync::oneshot::channel::<()>();
    let (served, with) = (app.app.clone(), settings.clone());
    let serving = tokio::spawn(async move {
        aiplus::http::serve_until(listener, None, served, &with, async { drop(told.await) }).await
    });
    let ask = async |request: Request<Body>| {
        let stream = TokioIo::new(TcpStream::connect(address).await.ok()?);
        let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await.ok()?;
        tokio::spawn(connection);
        Some(Answer::of(sender.send_request(request).await.ok()?.map(Body::new)).await)
    };
    assert_eq!(ask(get("/readyz")).await.unwrap().status, 200);
    tell.send(()).unwrap();
    let stopping = loop {
        let answer = ask(get("/readyz")).await.expect("the port was closed first");
        if answer.status != 200 {
            break answer;
        }
    };
    assert_eq!((stopping.status, &*stopping.body), (503, "stopping\n".as_bytes()));
    let answer = ask(query("{ bodies { totalCount } }")).await.expect("nobody is turned away yet");
    assert_eq!(answer.status, 200);
    tokio::time::timeout(PATIENCE, serving).await.expect("it goes on").unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "the port is still open");
}

async fn a_second_signal_ends_at_once(place: Place) {
    let terminal = Terminal::new(&place).await;
    let running = Running::start_with(&terminal, &[("AIPLUS_DRAIN", "600")]).await;
    running.terminate().await;
    let stream = loop {
        let stream = TokioIo::new(TcpStream::connect(running.address).await.unwrap());
        let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        let answer = sender.send_request(get("/readyz")).await.unwrap();
        if answer.status() == StatusCode::SERVICE_UNAVAILABLE {
            break sender;
        }
    };
    running.terminate().await;
    let code = tokio::time::timeout(PATIENCE, running.ended()).await.expect("it drains on");
    assert_eq!(code, Some(1));
    drop(stream);
}

async fn open_connections_are_asked_for_together(place: Place) {
    const SOCKETS: usize = 12;
    let app = place.app().await;
    let server = Server::start(app.app.clone(), &settings()).await;
    let client = app.client("TIPA", "program:read").await;
    let mut sockets = Vec::new();
    for _ in 0..SOCKETS {
        let payload = json!({ "authorization": format!("Bearer {}", app.token(&client).await) });
        sockets.push(Socket::open(&server, payload).await);
    }
    let asks = |sql: &String| sql.contains("api_client") || sql.contains("revoked_token");
    app.statements();
    let mut seen = Vec::new();
    // Three rounds, however long those take here.
    let rounds = async {
        while seen.iter().filter(|sql: &&String| sql.contains("revoked_token")).count() < 3 {
            seen.extend(app.statements().into_iter().filter(asks));
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, rounds).await.expect("nobody asks");
    assert!(seen.len() <= 8, "{SOCKETS} connections ask one by one: {seen:#?}");
    // And who is shut out is still refused.
    app.sql("UPDATE api_client SET state = 'DISABLED'").await;
    for mut socket in sockets {
        assert_eq!(socket.hear().await, crate::socket::Heard::Closed(4403, "Token revoked".into()));
    }
}
