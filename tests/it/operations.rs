//! What an operator sees and does: figures, the log, copies of the database, and whether it is sound.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use aiplus::files::Files;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpStream;

use crate::audit::send;
use crate::cli::{Running, Terminal, finished};
use crate::support::{Place, free_address, settings};
use crate::tests;
use crate::wire::{call, get, post, router, with};

tests![
    figures_are_told_to_operators,
    what_happens_is_counted,
    the_operators_page_names_every_figure,
    requests_and_what_is_slow_are_logged_without_what_they_held,
    a_copy_made_under_load_holds_what_was_acknowledged,
    a_copy_never_takes_the_place_of_what_is_there,
    what_is_not_sound_is_found,
    a_plan_changes_nothing,
];

async fn figures_are_told_to_operators(place: Place) {
    let app = place.app().await;
    let routes = router(&app, &settings());
    for (institution, scopes, expected) in [
        ("TIPA", "audit:read", 200),
        ("MSS", "audit:read program:read", 200),
        ("TIPA", "program:read results:review content:write access:admin", 403),
        ("KOSME", "audit:read", 403),
    ] {
        let token = app.token(&app.client(institution, scopes).await).await;
        let request = with(get("/metrics"), &[("authorization", &format!("Bearer {token}"))]);
        let answer = call(&routes, request).await;
        assert_eq!(answer.status, expected, "{institution} {scopes}");
        let is_told = String::from_utf8_lossy(&answer.body).contains("aiplus_");
        assert_eq!(is_told, expected == 200, "{institution} {scopes}");
    }
    let answer = call(&routes, get("/metrics")).await;
    assert_eq!((answer.status, answer.code()), (401, json!("UNAUTHENTICATED")));
    assert!(answer.header("www-authenticate").is_some());
    let forged = with(get("/metrics"), &[("authorization", "Bearer x.y.z")]);
    assert_eq!(call(&routes, forged).await.status, 401);
}

/// Figures as an address tells them, by their names and labels.
struct Figures(String);

impl Figures {
    async fn of(address: SocketAddr) -> Self {
        let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
        let (mut sender, connection) = http1::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        let request = Request::get("/metrics").header("host", "figures.test");
        let answer = sender.send_request(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.status(), 200);
        let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
        assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
        let body = to_bytes(Body::new(answer.into_body()), 1 << 20).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        assert!(text.ends_with("# EOF\n"), "{text}");
        Self(text)
    }

    /// All of them: those that the database tells are left out while it takes its time.
    async fn whole(address: SocketAddr) -> Self {
        for _ in 0..100 {
            let figures = Self::of(address).await;
            if figures.names().contains("aiplus_database_size_bytes") {
                return figures;
            }
        }
        panic!("the database tells its figures never");
    }

    /// The value of a series; 0 if there is none.
    fn get(&self, series: &str) -> f64 {
        let line = self.0.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        line.map_or(0.0, |value| value.parse().unwrap())
    }

    /// Names of all there are.
    fn names(&self) -> BTreeSet<String> {
        let kinds = self.0.lines().filter_map(|line| line.strip_prefix("# TYPE "));
        kinds
            .map(|told| match told.split_once(' ').unwrap() {
                (name, "counter") => format!("{name}_total"),
                (name, _) => name.to_owned(),
            })
            .collect()
    }
}

/// A server with an address for its figures.
async fn told(terminal: &Terminal, more: &[(&str, &str)]) -> (Running, SocketAddr) {
    let figures = free_address();
    let address = figures.to_string();
    let mut variables = vec![("AIPLUS_METRICS_LISTEN", &*address)];
    variables.extend(more);
    (Running::start_with(terminal, &variables).await, figures)
}

async fn ask(server: &Running, query: &str) -> serde_json::Value {
    send(server.address, post(None, &json!({ "query": query }))).await.1
}

async fn what_happens_is_counted(place: Place) {
    let terminal = Terminal::new(&place).await;
    let (server, figures) = told(&terminal, &[]).await;
    let before = Figures::whole(figures).await;
    assert_eq!(before.get("aiplus_database_available"), 1.0);
    for query in
        ["{ meetings(first: 3) { nodes { id } } }", "query Bodies { bodies { totalCount } }"]
    {
        assert!(ask(&server, query).await["errors"].is_null());
    }
    assert!(ask(&server, "{ nothing }").await["errors"].is_array());
    assert!(ask(&server, "{ auditEvents { nodes { id } } }").await["errors"].is_array());
    let forged = with(
        post(None, &json!({ "query": "{ __typename }" })),
        &[("authorization", "Bearer a.b.c")],
    );
    assert_eq!(send(server.address, forged).await.0, 401);
    let after = Figures::whole(figures).await;
    let more = |series: &str| after.get(series) - before.get(series);
    let operations = "aiplus_graphql_operations_total";
    assert_eq!(more(&format!("{operations}{{type=\"query\",outcome=\"OK\"}}")), 2.0, "{}", after.0);
    assert_eq!(more(&format!("{operations}{{type=\"none\",outcome=\"UNAUTHENTICATED\"}}")), 1.0);
    assert_eq!(
        more(&format!("{operations}{{type=\"none\",outcome=\"GRAPHQL_VALIDATION_FAILED\"}}")),
        1.0
    );
    let requests = "aiplus_http_requests_total{route=\"/graphql\",method=\"POST\"";
    assert_eq!(more(&format!("{requests},status=\"200\"}}")), 2.0, "{}", after.0);
    assert_eq!(more(&format!("{requests},status=\"400\"}}")), 1.0);
    assert_eq!(more(&format!("{requests},status=\"401\"}}")), 2.0);
    assert_eq!(more("aiplus_http_request_duration_seconds_count{route=\"/graphql\"}"), 5.0);
    let refused = "aiplus_refusals_total{action=\"token.refuse\",reason=\"UNAUTHENTICATED\"}";
    assert_eq!(more(refused), 1.0, "{}", after.0);
    // Two statements at least for the two queries that were answered.
    assert!(more("aiplus_database_statements_total{outcome=\"OK\"}") >= 2.0);
    assert!(more("aiplus_database_statement_duration_seconds_count") >= 2.0);
    assert!(more("aiplus_graphql_rows_total{type=\"query\"}") >= 3.0);
    assert!(
        after.get("aiplus_changes_last") > 1_000.0 && after.get("aiplus_database_size_bytes") > 1e6
    );
    server.stop().await;
}

async fn the_operators_page_names_every_figure(place: Place) {
    let terminal = Terminal::new(&place).await;
    let (server, figures) = told(&terminal, &[]).await;
    let forged = [("authorization", "Bearer a.b.c")];
    send(server.address, with(post(None, &json!({ "query": "{ __typename }" })), &forged)).await;
    ask(&server, "{ __typename }").await;
    let told = Figures::whole(figures).await.names();
    let page = include_str!("../../docs/operators.md");
    let rows = page
        .lines()
        .filter(|line| line.starts_with("| `aiplus_") || line.starts_with("| `process_"));
    let named: BTreeSet<String> = rows
        .flat_map(|row| row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2))
        .map(str::to_owned)
        .collect();
    assert_eq!(told, named);
    // And alerts and the board hang on nothing else.
    for (file, least) in [
        (include_str!("../../docs/alerts.yml"), 8),
        (include_str!("../../packaging/grafana.json"), 15),
    ] {
        let mut used = 0;
        for piece in file.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')) {
            if piece.starts_with("aiplus_") {
                let name = piece.trim_end_matches("_bucket");
                assert!(named.contains(name), "{piece} is told by nobody");
                used += 1;
            }
        }
        assert!(used >= least, "{used}");
    }
    server.stop().await;
}

async fn requests_and_what_is_slow_are_logged_without_what_they_held(place: Place) {
    let terminal = Terminal::new(&place).await;
    let each = [("AIPLUS_LOG_REQUESTS", "true"), ("AIPLUS_SLOW_STATEMENT", "1")];
    let (server, _) = told(&terminal, &each).await;
    let query = "query Named($word: String!) { search(text: $word) { nodes { id } } a: adoptionCases(where: { search: $word }) { totalCount } }";
    let body = json!({ "query": query, "variables": { "word": "개인의 비밀스러운 말" } });
    let request = with(post(None, &body), &[("x-request-id", "request-of-a-test")]);
    assert_eq!(send(server.address, request).await.0, 200);
    let log = server.stop().await;
    let line = log
        .lines()
        .find(|line| line.contains("request.done") && line.contains("request-of-a-test"));
    let line = line.unwrap_or_else(|| panic!("{log}"));
    for told in ["Named", "/graphql", "POST", "200"] {
        assert!(line.contains(told), "{told}: {line}");
    }
    // The start alone has statements that take a millisecond.
    assert!(log.contains("statement.slow"), "{log}");
    assert!(!log.contains("비밀스러운"), "{log}");

    let (server, _) =
        told(&terminal, &[("AIPLUS_SLOW_REQUEST", "1"), ("AIPLUS_SLOW_STATEMENT", "0")]).await;
    // A secret that is compared takes longer than a millisecond, whichever machine.
    server
        .form(
            "/oauth/token",
            "grant_type=client_credentials&client_id=x&client_secret=y".to_owned(),
        )
        .await;
    let log = server.stop().await;
    assert!(log.contains("request.slow") && log.contains("/oauth/token"), "{log}");
    assert!(!log.contains("statement.slow") && !log.contains("request.done"), "{log}");
}

async fn a_copy_made_under_load_holds_what_was_acknowledged(place: Place) {
    let terminal = Terminal::new(&place).await;
    if !terminal.url().starts_with("sqlite:") {
        // Its own tools copy it.
        for command in ["backup", "restore"] {
            let done = terminal.run(&[command, "copy.db"]).await;
            assert_eq!(done.code, Some(1));
            assert!(done.err.contains("docs/operators.md"), "{}", done.err);
        }
        return;
    }
    let made = terminal
        .run(&[
            "client",
            "create",
            "--institution",
            "TIPA",
            "--name",
            "backup",
            "--scope",
            "access:admin program:read content:write",
        ])
        .await;
    let made: serde_json::Value = serde_json::from_str(&made.out).unwrap();
    let server = Running::start_with(&terminal, &[]).await;
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        made["client_id"].as_str().unwrap(),
        made["client_secret"].as_str().unwrap()
    );
    let token =
        server.form("/oauth/token", form).await.1["access_token"].as_str().unwrap().to_owned();
    let address = server.address;
    let write = async move |name: String, token: &str| {
        let query = "mutation($input: CreateApiClientInput!) { createApiClient(input: $input) { apiClient { id } errors { code } } }";
        let input = json!({ "institution": "KOSME", "name": name, "scopes": ["program:read"], "idempotencyKey": format!("key-{name}") });
        let request =
            post(Some(token), &json!({ "query": query, "variables": { "input": input } }));
        let (_, answer) = send(address, request).await;
        assert!(answer["data"]["createApiClient"]["apiClient"]["id"].is_string(), "{answer}");
    };
    for at in 0..5 {
        write(format!("before-{at}"), &token).await;
    }
    // A document with a file, whose content stands outside the database.
    let query = "mutation($input: RecordDocumentInput!) { recordDocument(input: $input) { document { id } errors { code } } }";
    let input = json!({ "code": "MINUTES-1", "title": { "ko": "회의록" }, "kind": "MINUTES", "publishedOn": "2026", "idempotencyKey": "document-1" });
    let recorded = post(Some(&token), &json!({ "query": query, "variables": { "input": input } }));
    let (_, answer) = send(address, recorded).await;
    assert_eq!(answer["data"]["recordDocument"]["errors"], json!([]), "{answer}");
    let file = Request::put("/documents/MINUTES-1/files/minutes.pdf")
        .header("authorization", format!("Bearer {token}"))
        .body(Body::from("%PDF-1.7"))
        .unwrap();
    let (_, answer) = send(address, file).await;
    assert_eq!(answer["file"]["byteSize"], 8, "{answer}");
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let load = tokio::spawn({
        let token = token.clone();
        async move {
            let mut at = 0;
            while !*stopped.borrow() {
                write(format!("during-{at}"), &token).await;
                at += 1;
            }
            at
        }
    });
    let copied = terminal.run(&["backup", "copy.db"]).await;
    assert_eq!((copied.code, &*copied.err), (Some(0), ""), "{}", copied.out);
    stop.send(true).unwrap();
    load.await.unwrap();
    server.stop().await;

    std::fs::create_dir(terminal.folder().join("other")).unwrap();
    let other = Terminal::over(format!("sqlite://{}/other/other.db", terminal.folder().display()));
    let copy = terminal.folder().join("copy.db");
    let restored = other.run(&["restore", copy.to_str().unwrap()]).await;
    assert_eq!((restored.code, &*restored.err), (Some(0), ""));
    for database in [&terminal, &other] {
        let checked = database.run(&["check"]).await;
        assert_eq!((checked.code, &*checked.err), (Some(0), ""), "{}", checked.out);
        assert!(checked.out.contains("sound  1 file of documents"), "{}", checked.out);
        assert!(checked.out.contains("nothing is wrong"), "{}", checked.out);
    }
    let listed = other.run(&["client", "list"]).await.out;
    for at in 0..5 {
        assert!(listed.contains(&format!("before-{at}")), "{listed}");
    }
    use std::os::unix::fs::PermissionsExt as _;
    for file in ["copy.db", "other/other.db"] {
        let data = std::fs::metadata(terminal.folder().join(file)).unwrap();
        assert_eq!(data.permissions().mode() & 0o777, 0o600, "{file}");
    }
    // Nothing is left beside them.
    let left = std::fs::read_dir(terminal.folder()).unwrap();
    let left: Vec<String> = left.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    assert!(!left.iter().any(|name| name.contains(".part")), "{left:?}");
}

async fn a_copy_never_takes_the_place_of_what_is_there(place: Place) {
    let terminal = Terminal::new(&place).await;
    if !terminal.url().starts_with("sqlite:") {
        return;
    }
    assert_eq!(terminal.run(&["migrate"]).await.code, Some(0));
    let file = terminal.folder().join("there.txt");
    std::fs::write(&file, "mine").unwrap();
    for command in ["backup", "restore"] {
        let done = terminal.run(&[command, "there.txt"]).await;
        assert_eq!(done.code, Some(1), "{command}");
        assert!(done.err.contains("is there already"), "{command}: {}", done.err);
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
    // What is no copy of ours is not brought back, and leaves nothing.
    let other = Terminal::over(format!("sqlite://{}/other.db", terminal.folder().display()));
    for content in ["", "mine", "SQLite format 3\0"] {
        std::fs::write(&file, content).unwrap();
        let done = other.run(&["restore", file.to_str().unwrap()]).await;
        assert_eq!((done.code, &*done.out), (Some(1), ""), "{content:?}");
        assert!(!terminal.folder().join("other.db").exists(), "{content:?}");
    }
    let done = other.run(&["backup", "x.db"]).await;
    assert!(done.err.contains("there is no database"), "{}", done.err);
}

async fn what_is_not_sound_is_found(place: Place) {
    let app = place.app().await;
    let sound = aiplus::service::integrity::all(&app.db, &Files::new(&app.settings.files), |_| {})
        .await
        .unwrap();
    assert!(sound.iter().all(|finding| finding.faults.is_empty()), "{sound:#?}");
    for (damage, found) in [
        (
            "UPDATE bill SET stage = 'PROMULGATED' WHERE number = (SELECT min(number) FROM bill)",
            "does not follow from its events",
        ),
        (
            "DELETE FROM search_document WHERE id = (SELECT id FROM search_document WHERE subject_type = 'Bill' ORDER BY id LIMIT 1)",
            "is not what its row says",
        ),
        (
            "UPDATE search_document SET content = 'x' WHERE id = (SELECT id FROM search_document WHERE subject_type = 'Meeting' ORDER BY id LIMIT 1)",
            "is not what its row says",
        ),
        ("UPDATE ledger SET change_seq = change_seq + 1", "were numbered"),
    ] {
        let known: usize = faults(&app).await.len();
        app.sql(damage).await;
        let now = faults(&app).await;
        assert!(now.len() > known, "{damage}");
        assert!(now.iter().any(|fault| fault.contains(found)), "{damage}: {now:#?}");
    }
}

async fn faults(app: &crate::support::TestApp) -> Vec<String> {
    let all = aiplus::service::integrity::all(&app.db, &Files::new(&app.settings.files), |_| {})
        .await
        .unwrap();
    all.into_iter().flat_map(|finding| finding.faults).collect()
}

async fn a_plan_changes_nothing(place: Place) {
    let terminal = Terminal::new(&place).await;
    let missing = terminal.run(&["migrate", "--plan"]).await;
    let is_file = terminal.url().starts_with("sqlite:");
    if is_file {
        assert_eq!(missing.code, Some(1), "{}", missing.out);
    } else {
        assert!(missing.out.contains("still to come"), "{}", missing.out);
    }
    assert_eq!(terminal.run(&["migrate"]).await.code, Some(0));
    let done = finished(terminal.aiplus(&["migrate", "--plan"])).await;
    assert_eq!((done.code, &*done.out), (Some(0), "the tables are up to date\n"));
}
