//! Outages have a name: what cannot be answered now is UNAVAILABLE, on every way to ask.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use aiplus::database::reads::Reads;
use aiplus::service::submission::quarter;
use axum::body::Body;
use axum::http::{Request, header};
use chrono::Utc;
use futures_util::future::join_all;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::cli::{Running, Terminal, finished};
use crate::socket::Socket;
use crate::subscription::end;
use crate::support::client::form;
use crate::support::proxy::{Mode, Proxy};
use crate::support::{Place, TestApp, free_address, settings};
use crate::tests;
use crate::wire::{Answer, PATIENCE, Server, get, post, query, with};

tests![
    a_database_that_is_gone_is_told_on_every_way,
    a_network_that_fails_is_told_within_a_second,
    a_read_goes_on_over_another_connection,
    without_its_replica_a_server_reads_the_database,
    a_backend_that_hears_nothing_holds_up_nobody_else,
    a_server_waits_for_its_database,
    a_role_that_may_not_change_tables_serves,
    a_clock_that_is_ahead_opens_no_quarter,
];

/// How long a caller may be left without an answer: a second, and as much as a machine may lose that has other things to
/// do. Who waits for a connection or a statement instead is told something else (`TIMEOUT`), or nothing.
const SOON: Duration = Duration::from_secs(10);
/// How long what must not happen is watched for.
const WATCHED: Duration = Duration::from_secs(3);

/// Every way to ask for what a database holds.
pub fn ways(token: &str) -> Vec<(&'static str, Request<Body>)> {
    let bearer: &str = &format!("Bearer {token}");
    let lookup = "{ institution(code: \"TIPA\") { code } }";
    let list = "{ meetings(first: 1) { nodes { id } } }";
    let mutation = "mutation { disableApiClient(input: { id: \"x\", expectedVersion: 1, idempotencyKey: \"inline-0003\" }) { errors { code } } }";
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

/// A query that reads.
const READ: &str = "{ institution(code: \"TIPA\") { code } }";

async fn a_network_that_fails_is_told_within_a_second(place: Place) {
    let app = place.app().await;
    if !app.is_postgres() {
        return;
    }
    let proxy = Proxy::before(&app.url).await;
    let settings = settings();
    let served = app.served_by(&proxy.url(&app.url), 4, &settings).await;
    let before = end(&app).await;
    let client = app.client("TIPA", "program:read access:admin").await;
    let token = app.token(&client).await;
    let server = Server::start(served, &settings).await;
    // Connections are made, however long that takes: who came too early was told to come again.
    let used = async || {
        join_all((0..4).map(async |_| {
            let read = || post(Some(&token), &json!({ "query": READ }));
            while server.connect().await.ask(read()).await.status != 200 {}
        }))
        .await;
    };
    tokio::time::timeout(PATIENCE, used()).await.unwrap();
    let payload = json!({ "authorization": format!("Bearer {token}") });
    let mut socket = Socket::open(&server, payload).await;
    let listen = "subscription($after: String) { changes(after: $after) { node { subject { ... on ApiClient { name } } } } }";
    socket.subscribe("1", listen, json!({ "after": before })).await;
    let hears = async |socket: &mut Socket, institution: &str| {
        let told = socket.answer("1").await;
        let name = format!("{institution} 시험");
        assert_eq!(told["data"]["changes"]["node"]["subject"]["name"], name, "{told}");
    };
    // It has begun once it tells of what was there.
    hears(&mut socket, "TIPA").await;
    for mode in [Mode::Refuse, Mode::Swallow] {
        tokio::time::timeout(PATIENCE, used()).await.unwrap();
        app.client("KOSME", "program:read").await;
        proxy.set(mode);
        app.client("KIBO", "program:read").await;
        // A token that the server has not seen: what it knows of another holds for a moment without the database.
        let unseen = app.token(&client).await;
        // Those that come as it happens, and those that come when it is known.
        for round in 0..2 {
            join_all(ways(&unseen).into_iter().map(async |(way, request)| {
                let mut connection = server.connect().await;
                let asked = Instant::now();
                let answer = connection.ask(request).await;
                let took = asked.elapsed();
                unavailable(way, &answer);
                assert!(took < SOON, "{mode:?}, round {round}, {way}: {took:?}");
            }))
            .await;
            let asked = Instant::now();
            let ready = server.connect().await.ask(get("/readyz")).await;
            assert!(asked.elapsed() < SOON);
            let told = String::from_utf8_lossy(&ready.body).into_owned();
            assert_eq!(ready.status, 503, "{told}");
            assert!(told.starts_with("the database ") && !told.contains("127.0.0.1"), "{told}");
            assert_eq!(server.connect().await.ask(get("/healthz")).await.status, 200);
        }
        proxy.set(Mode::Pass);
        let back = Instant::now();
        while server.connect().await.ask(get("/readyz")).await.status != 200 {
            assert!(back.elapsed() < SOON, "{mode:?}: {:?}", back.elapsed());
        }
        for request in [query(READ), post(Some(&token), &json!({ "query": READ }))] {
            let answer = server.connect().await.ask(request).await;
            assert_eq!(answer.status, 200, "{mode:?}: {}", String::from_utf8_lossy(&answer.body));
        }
        assert!(back.elapsed() < SOON, "{mode:?}: {:?}", back.elapsed());
        // Who listened hears what was written before, meanwhile and later.
        app.client("SEMAS", "program:read").await;
        for institution in ["KOSME", "KIBO", "SEMAS"] {
            hears(&mut socket, institution).await;
        }
    }
}

/// Runs SQL beside the server; the numbers in the first column.
async fn numbers(app: &TestApp, sql: &str) -> Vec<i32> {
    let statement = Statement::from_string(DbBackend::Postgres, sql);
    let rows = app.db.query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

async fn a_read_goes_on_over_another_connection(place: Place) {
    let app = place.app().await;
    if !app.is_postgres() {
        return;
    }
    let mut settings = settings();
    // As many ask as there are connections, and nobody waits for a turn.
    settings.limits.share = 100;
    let server = Server::start(app.served_by(&app.url, 3, &settings).await, &settings).await;
    let token = app.token(&app.client("TIPA", "program:read").await).await;
    let token = Some(&*token);
    for _ in 0..5 {
        join_all((0..3).map(async |_| {
            let answer = server.connect().await.ask(post(token, &json!({ "query": READ }))).await;
            assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        }))
        .await;
        let cut = "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        assert!(numbers(&app, cut).await.len() > 3);
    }
}

async fn without_its_replica_a_server_reads_the_database(place: Place) {
    let app = place.app().await;
    if !app.is_postgres() {
        return;
    }
    let settings = settings();
    let proxy = Proxy::before(&app.url).await;
    let longest = settings.limits.query_timeout();
    let url = proxy.url(&app.url);
    // However far it is behind: a slow machine is no subject here.
    let replica = Some((&*url, Duration::from_secs(3600)));
    let reads = Reads::open(&app.url, replica, 3, &app.db, longest).await.unwrap();
    let served = TestApp::made(&app.keys, app.db.clone(), Some(reads), &settings);
    let server = Server::start(served, &settings).await;
    for mode in [Mode::Pass, Mode::Swallow, Mode::Pass, Mode::Refuse] {
        proxy.set(mode);
        let told = async {
            loop {
                let asked = Instant::now();
                let answer = server.connect().await.ask(query(READ)).await;
                assert_eq!(
                    answer.status,
                    200,
                    "{mode:?}: {}",
                    String::from_utf8_lossy(&answer.body)
                );
                assert!(asked.elapsed() < SOON, "{mode:?}: {:?}", asked.elapsed());
                let ready = server.connect().await.ask(get("/readyz")).await;
                let told = String::from_utf8_lossy(&ready.body);
                assert_eq!(ready.status, 200, "{mode:?}: {told}");
                let well = &ready.body[..] == b"ready\n";
                if well == (mode == Mode::Pass) {
                    return;
                }
                assert!(
                    well || ready.body.starts_with(b"ready without the replica: the database ")
                );
            }
        };
        tokio::time::timeout(PATIENCE, told).await.unwrap();
    }
}

/// A backend that hears nothing, until this is dropped.
struct Stopped(i32);

impl Stopped {
    fn new(backend: i32) -> Self {
        Self::signal(backend, "-STOP");
        Self(backend)
    }

    fn signal(backend: i32, signal: &str) {
        let mut kill = Command::new("kill");
        assert!(kill.args([signal, &backend.to_string()]).status().unwrap().success());
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        Self::signal(self.0, "-CONT");
    }
}

async fn a_backend_that_hears_nothing_holds_up_nobody_else(place: Place) {
    let app = place.app().await;
    if !app.is_postgres() {
        return;
    }
    app.sql("ALTER TABLE barrier RENAME TO swift_barrier").await;
    app.sql("CREATE VIEW barrier AS SELECT * FROM swift_barrier WHERE (SELECT count(*) FROM (SELECT pg_sleep(300)) slow) > 0").await;
    let mut settings = settings();
    settings.limits.query_timeout = 300;
    // No more ask than there are connections: who waits for a turn on a slow machine is told to come again.
    settings.limits.share = 100;
    // Of four connections one may be left at a time.
    let server = Server::start(app.served_by(&app.url, 4, &settings).await, &settings).await;
    let ready = async || {
        let answer = server.connect().await.ask(get("/readyz")).await;
        (answer.status, String::from_utf8_lossy(&answer.body).into_owned())
    };
    let busy = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active' AND query LIKE '%barrier%'";
    let mut stopped: Vec<Stopped> = Vec::new();
    for left in 1..=2 {
        let stream = TcpStream::connect(server.address).await.unwrap();
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        let connection = tokio::spawn(connection);
        let asked = tokio::spawn(async move {
            let request = query("{ barriers { totalCount } }");
            let _ = sender.send_request(request).await;
        });
        let found = async {
            loop {
                let found = numbers(&app, busy).await;
                let new = found.iter().find(|pid| stopped.iter().all(|it| it.0 != **pid));
                if let Some(new) = new {
                    return *new;
                }
            }
        };
        let backend = tokio::time::timeout(PATIENCE, found).await.unwrap();
        stopped.push(Stopped::new(backend));
        // Its caller goes.
        asked.abort();
        connection.abort();
        let told = async {
            // Nobody else waits for it, over whichever connection.
            let expected = if left == 1 { 200 } else { 503 };
            let mut since = Instant::now();
            while since.elapsed() < WATCHED {
                join_all((0..3).map(async |_| {
                    let asked = Instant::now();
                    let answer = server.connect().await.ask(query(READ)).await;
                    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
                    assert!(asked.elapsed() < SOON, "{:?}", asked.elapsed());
                }))
                .await;
                if ready().await.0 != expected {
                    since = Instant::now();
                }
            }
        };
        tokio::time::timeout(PATIENCE, told).await.unwrap();
    }
    assert_eq!(ready().await, (503, "connections to the database do not end\n".to_owned()));
    // They hear at last that they were told to end, and their places are taken.
    drop(stopped);
    let well = async { while ready().await.0 != 200 {} };
    tokio::time::timeout(PATIENCE, well).await.unwrap();
    let ended = async { while !numbers(&app, busy).await.is_empty() {} };
    tokio::time::timeout(PATIENCE, ended).await.unwrap();
}

async fn a_server_waits_for_its_database(place: Place) {
    let app = place.app().await;
    if !app.is_postgres() {
        return;
    }
    let url = app.url.clone();
    let proxy = Proxy::before(&url).await;
    proxy.set(Mode::Refuse);
    let terminal = Terminal::over(proxy.url(&url));
    let free = free_address();
    let mut command = terminal.aiplus(&["serve"]);
    command.env("AIPLUS_LISTEN", free.to_string()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let ask = async |path: &str| {
        let stream = TcpStream::connect(free).await.ok()?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
        tokio::spawn(connection);
        let answer = sender.send_request(get(path)).await.ok()?;
        Some(Answer::of(answer.map(Body::new)).await)
    };
    let until = async |path: &str, status: u16| {
        let wait = async {
            loop {
                match ask(path).await {
                    Some(answer) if answer.status == status => return answer,
                    _ => tokio::task::yield_now().await,
                }
            }
        };
        // It is a process of its own, that pauses between two tries, and prepares its database.
        let started = tokio::time::timeout(4 * PATIENCE, wait).await;
        started.unwrap_or_else(|_| panic!("{path}: no {status}"))
    };
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    let tried = tokio::task::spawn_blocking(move || {
        let mut line = String::new();
        errors.read_line(&mut line).unwrap();
        (line, errors)
    });
    let (tried, mut errors) = tokio::time::timeout(PATIENCE, tried).await.unwrap().unwrap();
    assert!(tried.contains("database.awaited") && tried.contains("refused"), "{tried}");
    until("/healthz", 200).await;
    let waiting = until("/readyz", 503).await;
    assert_eq!(String::from_utf8_lossy(&waiting.body), "starting\n");
    assert_eq!(ask("/graphql").await.unwrap().status, 503);
    proxy.set(Mode::Pass);
    until("/readyz", 200).await;
    child.kill().unwrap();
    child.wait().unwrap();
    let mut log = String::new();
    errors.read_to_string(&mut log).unwrap();
    assert!(log.contains("server.started"), "{log}");
    // What does not pass by itself ends it.
    let missing = Terminal::over(proxy.url(&format!("{url}_missing")));
    let mut command = missing.aiplus(&["serve"]);
    command.env("AIPLUS_LISTEN", "127.0.0.1:0");
    let done = finished(command).await;
    assert_eq!((done.code, done.out.as_str()), (Some(1), ""), "{}", done.err);
    assert!(
        done.err.starts_with("aiplus: cannot open the database") && done.err.lines().count() == 1,
        "{}",
        done.err
    );
    assert!(done.err.contains("does not exist"), "{}", done.err);
}

async fn a_role_that_may_not_change_tables_serves(place: Place) {
    let app = place.app().await;
    if !app.is_postgres() {
        return;
    }
    let role = format!("writer_of_{}", app.url.rsplit_once('/').unwrap().1);
    app.sql(&format!("DROP ROLE IF EXISTS {role}")).await;
    app.sql(&format!("CREATE ROLE {role} LOGIN")).await;
    let tables = "ALL TABLES IN SCHEMA public";
    app.sql(&format!("GRANT SELECT, INSERT, UPDATE, DELETE ON {tables} TO {role}")).await;
    let terminal = Terminal::over(app.url.replace("aiplus@", &format!("{role}@")));
    let server = Running::start_saying(&terminal, "info").await;
    let create = [
        "client",
        "create",
        "--institution",
        "TIPA",
        "--name",
        "x",
        "--scope",
        "program:read",
        "--output",
        "env",
    ];
    let made = terminal.run(&create).await;
    assert_eq!(made.code, Some(0), "{}", made.err);
    let value = |name: &str| {
        let line = made.out.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.strip_prefix('=')).unwrap().to_owned()
    };
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        value("AIPLUS_CLIENT_ID"),
        value("AIPLUS_CLIENT_SECRET")
    );
    let (status, token) = server.form("/oauth/token", form).await;
    assert_eq!(status, 200, "{token}");
    server.stop().await;
    // With tables of an older program it says what to do.
    app.sql("DELETE FROM seaql_migrations").await;
    let mut command = terminal.aiplus(&["serve"]);
    command.env("AIPLUS_LISTEN", "127.0.0.1:0");
    let done = finished(command).await;
    assert_eq!((done.code, done.err.lines().count()), (Some(1), 1), "{}", done.err);
    assert!(done.err.contains("run `aiplus migrate` with the role that owns them"), "{}", done.err);
}

async fn a_clock_that_is_ahead_opens_no_quarter(place: Place) {
    let app = place.app().await;
    app.client("TIPA", "program:read").await;
    let now = Utc::now();
    assert_eq!(quarter::disbelieved(&app.db, now).await.unwrap(), None);
    let later = now + chrono::Duration::days(365);
    assert!(quarter::disbelieved(&app.db, later).await.unwrap().is_some());
    // An hour ahead is seen where the database has a clock of its own.
    let ahead = now + chrono::Duration::hours(1);
    let why = quarter::disbelieved(&app.db, ahead).await.unwrap();
    assert_eq!(why.is_some(), app.is_postgres(), "{why:?}");
}
