//! A disk that is full or broken, a connection to PostgreSQL that is cut: the n-th write or sync of the database's
//! files fails, or the n-th message is the last, for n = 1, 2, 3 … until a run meets no fault. Whatever was acknowledged is there, whatever was not can be done again, and no restart
//! is needed.
//!
//! The server is this very binary as the command (see `cli`), with `tests/faults/fault.c` preloaded.
//! `AIPLUS_TEST_FAULTS=all` tries each n; without it their distance grows.

use std::fs::File;
use std::net::SocketAddr;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use aiplus::database;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::audit::send;
use crate::cli::{Running, Terminal, finished};
use crate::support::Place;
use crate::support::proxy::Proxy;
use crate::support::results::key;
use crate::tests;
use crate::wire::PATIENCE;

tests![
    acknowledged_writes_outlive_a_failing_disk,
    acknowledged_writes_outlive_a_cut_connection,
    a_full_disk_keeps_no_server_from_stopping,
];

/// What fails, by its number: no space left, and an error of the device.
const ENOSPC: i32 = 28;
const EIO: i32 = 5;

/// The disk of a server, which fails when told.
struct Disk {
    folder: TempDir,
    control: File,
}

impl Disk {
    async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("faults/fault.c");
        let mut compile = Command::new("cc");
        compile.args(["-shared", "-fPIC", "-O1", "-o"]).arg(folder.path().join("fault.so"));
        let done = finished({
            compile.arg(source).arg("-ldl");
            compile
        });
        let done = done.await;
        assert_eq!(done.code, Some(0), "{}", done.err);
        let name = folder.path().join("control");
        std::fs::write(&name, [0; 16]).unwrap();
        let control = File::options().read(true).write(true).open(name).unwrap();
        Self { folder, control }
    }

    fn put(&self, at: u64, number: i32) {
        self.control.write_all_at(&number.to_ne_bytes(), at * 4).unwrap();
    }

    /// Lets the `after`-th call from now on fail, and those that follow if it `lasts`.
    fn fail(&self, after: i32, error: i32, lasts: bool) {
        self.put(3, 0);
        self.put(1, error);
        self.put(2, i32::from(lasts));
        self.put(0, after);
    }

    /// Lets all calls go well again; tells how many have failed.
    fn heal(&self) -> i32 {
        self.put(2, 0);
        self.put(0, 0);
        let mut failed = [0; 4];
        self.control.read_exact_at(&mut failed, 12).unwrap();
        i32::from_ne_bytes(failed)
    }

    fn library(&self) -> PathBuf {
        self.folder.path().join("fault.so")
    }

    /// Starts a server on it.
    async fn server(&self, terminal: &Terminal) -> Running {
        let command = || {
            let mut command = terminal.aiplus(&["serve"]);
            command
                .env("LD_PRELOAD", self.library())
                .env("DISK_FAULT", self.folder.path().join("control"));
            command
        };
        Running::start_as(command, "error").await
    }
}

/// Somebody who sets up programmes, at a server.
struct Caller {
    server: Running,
    token: String,
}

impl Caller {
    async fn new(server: Running, client: &Value) -> Self {
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}",
            client["client_id"].as_str().unwrap(),
            client["client_secret"].as_str().unwrap()
        );
        let (status, answer) = server.form("/oauth/token", form).await;
        assert_eq!(status, StatusCode::OK, "{answer:#}");
        let token = answer["access_token"].as_str().unwrap().to_owned();
        Self { server, token }
    }

    async fn ask(&self, query: &str, variables: Value) -> (StatusCode, Value) {
        let request = Request::post("/graphql")
            .header("host", "api.test")
            .header("content-type", "application/json")
            .header("accept", "application/graphql-response+json")
            .header("authorization", format!("Bearer {}", self.token));
        let body = json!({ "query": query, "variables": variables }).to_string();
        send(self.server.address, request.body(Body::from(body)).unwrap()).await
    }

    /// Makes a programme; tells whether that was acknowledged. If not, the caller is told to come again.
    async fn make(&self, wish: &Wish) -> bool {
        let query = "mutation($input: CreateProgrammeInput!) { createProgramme(input: $input) { \
            programme { code version } errors { code message } } }";
        let input = json!({
            "code": wish.code, "name": { "ko": "시험 사업" }, "operator": "TIPA", "idempotencyKey": wish.key,
        });
        let (status, answer) = self.ask(query, json!({ "input": input })).await;
        let payload = &answer["data"]["createProgramme"];
        if payload.is_object() {
            assert_eq!(payload["errors"], json!([]), "{} {answer:#}", wish.code);
            let made = json!({ "code": wish.code, "version": 1 });
            assert_eq!(payload["programme"], made, "{answer:#}");
            return true;
        }
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{answer:#}");
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{answer:#}");
        false
    }

    /// Whether it is there.
    async fn has(&self, wish: &Wish) -> bool {
        let query = format!(
            "{{ programmes(where: {{ code: {{ eq: \"{}\" }} }}) {{ nodes {{ code }} }} }}",
            wish.code
        );
        let (_, answer) = self.ask(&query, json!({})).await;
        let found = answer["data"]["programmes"]["nodes"].as_array();
        !found.unwrap_or_else(|| panic!("{answer:#}")).is_empty()
    }
}

/// A programme that is to be made.
struct Wish {
    code: String,
    key: String,
}

async fn manager(terminal: &Terminal) -> Value {
    let scope = "program:read results:review";
    let arguments = ["client", "create", "--institution", "MSS", "--name", "a", "--scope", scope];
    let made = terminal.run(&arguments).await;
    assert_eq!(made.code, Some(0), "{}", made.err);
    serde_json::from_str(&made.out).unwrap()
}

/// What fails.
enum Fault<'a> {
    Disk { disk: &'a Disk, error: i32, lasts: bool },
    Network { proxy: &'a Proxy, arrives: bool },
}

impl Fault<'_> {
    /// Lets the n-th call from now on fail.
    fn begin(&self, n: i32) {
        match self {
            Self::Disk { disk, error, lasts } => disk.fail(n, *error, *lasts),
            Self::Network { proxy, arrives } => proxy.cut(n, *arrives),
        }
    }

    /// Lets nothing fail any more; tells whether anything has.
    async fn end(&self, server: SocketAddr) -> bool {
        let failed = match self {
            Self::Disk { disk, .. } => disk.heal() > 0,
            Self::Network { proxy, .. } => proxy.heal(),
        };
        let since = Instant::now();
        loop {
            let request = Request::get("/readyz").body(Body::empty()).unwrap();
            if send(server, request).await.0 == StatusCode::OK {
                return failed;
            }
            assert!(since.elapsed() < PATIENCE, "it does not recover");
        }
    }
}

/// Writes while the n-th call fails, for n = 1, 2, 3 … until a run meets no fault.
async fn write_through(name: &str, caller: &mut Caller, kept: &mut Vec<Wish>, fault: Fault<'_>) {
    let each = std::env::var_os("AIPLUS_TEST_FAULTS").is_some();
    let (mut n, mut runs, mut refused) = (1, 0, 0);
    loop {
        let wishes: Vec<Wish> = (0..3)
            .map(|at| Wish { code: format!("F{}_{n}_{at}", kept.len()), key: key() })
            .collect();
        fault.begin(n);
        let mut done = Vec::new();
        for wish in &wishes {
            done.push(caller.make(wish).await);
        }
        let failed = fault.end(caller.server.address).await;
        for (wish, done) in wishes.iter().zip(&done) {
            assert!(!done || caller.has(wish).await, "{name}, {n}: {} is lost", wish.code);
        }
        // The very same calls go through now, whether they were committed in silence or not.
        for (wish, _) in wishes.iter().zip(&done).filter(|(_, done)| !**done) {
            refused += 1;
            assert!(caller.make(wish).await, "{name}, {n}: {} cannot be written", wish.code);
        }
        kept.extend(wishes);
        runs += 1;
        if !failed {
            break;
        }
        n += if each { 1 } else { 1 + n / 3 };
    }
    println!("{name}: {runs} runs up to call {n}, {refused} writes refused, none lost");
}

async fn acknowledged_writes_outlive_a_failing_disk(place: Place) {
    let terminal = Terminal::new(&place).await;
    if !database::is_sqlite(terminal.url()) {
        return;
    }
    let client = manager(&terminal).await;
    let disk = Disk::new().await;
    let mut kept: Vec<Wish> = Vec::new();
    for (name, error, lasts) in
        [("full once", ENOSPC, false), ("full", ENOSPC, true), ("broken once", EIO, false)]
    {
        let mut caller = Caller::new(disk.server(&terminal).await, &client).await;
        let fault = Fault::Disk { disk: &disk, error, lasts };
        write_through(name, &mut caller, &mut kept, fault).await;
        // With one more write cut short, so that what is not acknowledged stands in the log as well.
        disk.fail(3, error, true);
        let last = Wish { code: format!("F{}_LAST", kept.len()), key: key() };
        if caller.make(&last).await {
            kept.push(last);
        }
        caller.server.kill();
        disk.heal();
        caller = Caller::new(disk.server(&terminal).await, &client).await;
        for wish in &kept {
            assert!(caller.has(wish).await, "{name}: {} is lost by a crash", wish.code);
        }
        caller.server.stop().await;
        let verified = terminal.run(&["audit", "verify"]).await;
        assert_eq!(verified.code, Some(0), "{name}: {}", verified.err);
    }
}

async fn acknowledged_writes_outlive_a_cut_connection(place: Place) {
    let terminal = Terminal::new(&place).await;
    if database::is_sqlite(terminal.url()) {
        return;
    }
    let client = manager(&terminal).await;
    let proxy = Proxy::before(terminal.url()).await;
    let through = Terminal::over(proxy.url(terminal.url()));
    let server = Running::start_as(|| through.aiplus(&["serve"]), "error").await;
    let mut caller = Caller::new(server, &client).await;
    let mut kept: Vec<Wish> = Vec::new();
    for (name, arrives) in [("cut before a message arrives", false), ("cut after it", true)] {
        let fault = Fault::Network { proxy: &proxy, arrives };
        write_through(name, &mut caller, &mut kept, fault).await;
    }
    for wish in &kept {
        assert!(caller.has(wish).await, "{} is lost", wish.code);
    }
    caller.server.stop().await;
    let verified = terminal.run(&["audit", "verify"]).await;
    assert_eq!(verified.code, Some(0), "{}", verified.err);
}

async fn a_full_disk_keeps_no_server_from_stopping(place: Place) {
    let terminal = Terminal::new(&place).await;
    if !database::is_sqlite(terminal.url()) {
        return;
    }
    let client = manager(&terminal).await;
    let disk = Disk::new().await;
    let caller = Caller::new(disk.server(&terminal).await, &client).await;
    disk.fail(1, ENOSPC, true);
    assert!(!caller.make(&Wish { code: "NO_SPACE".to_owned(), key: key() }).await);
    // What was refused waits to be put on record, for which there is no space either.
    let (_, refused) = caller.server.form("/oauth/token", "grant_type=nonsense".to_owned()).await;
    assert_eq!(refused["error"], "unsupported_grant_type", "{refused:#}");
    let begun = Instant::now();
    caller.server.end().await;
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    disk.heal();
    let verified = terminal.run(&["audit", "verify"]).await;
    assert_eq!(verified.code, Some(0), "{}", verified.err);
}
