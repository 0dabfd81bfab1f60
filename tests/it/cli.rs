//! The command line, as a person at a terminal or a script meets it: what it prints, where, with which
//! exit code; what a running server writes to its log; and the README's way to a token, run as written.
//!
//! The command is this very binary (see `main.rs`), started as a process of its own.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread::JoinHandle;

use aiplus::auth::secret::Secrets;
use aiplus::database::{self, Store};
use aiplus::domain::rate::Who;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use entity::audit_event::{self, AuditOutcome};
use entity::{api_client, contact_point};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::audit::send;
use crate::support::clients::Issued;
use crate::support::{Place, free_address};
use crate::tests;

tests![
    a_client_is_made_before_the_first_start,
    clients_are_listed_rotated_disabled_and_enabled,
    what_cannot_be_done_is_one_readable_line,
    what_only_looks_makes_no_database,
    keys_are_rotated_and_listed,
    the_audit_is_verified,
    the_log_holds_no_secret_and_no_contact_data,
    refusals_are_written_before_the_end,
    the_readme_leads_to_a_token,
    the_readme_reports_a_quarter,
];

/// Set where this binary is to act as the command.
pub const AS_COMMAND: &str = "AIPLUS_TEST_CLI";

/// A terminal over a database: a folder to stand in, and nothing else in the environment.
pub struct Terminal {
    folder: TempDir,
    url: String,
}

/// What a command did.
pub struct Done {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl From<Output> for Done {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Done {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

impl Terminal {
    /// A terminal over a database that is empty.
    pub async fn new(place: &Place) -> Self {
        Self::over(place.empty().await)
    }

    /// A terminal over a database that is there.
    pub fn over(url: String) -> Self {
        Self { folder: TempDir::new().unwrap(), url }
    }

    /// Where it stands.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The address of its database.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where its server keeps its keys.
    pub fn key_file(&self) -> PathBuf {
        self.folder.path().join("keys.pem")
    }

    /// A program in this terminal.
    fn program(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("DATABASE_URL", &self.url)
            .env("AIPLUS_SIGNING_KEY_FILE", self.key_file())
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    /// `aiplus` with arguments.
    pub fn aiplus(&self, arguments: &[&str]) -> Command {
        let mut command = self.program(std::env::current_exe().unwrap().to_str().unwrap());
        command.env(AS_COMMAND, "1").args(arguments);
        command
    }

    /// Runs `aiplus` with arguments.
    pub async fn run(&self, arguments: &[&str]) -> Done {
        finished(self.aiplus(arguments)).await
    }

    /// Runs `aiplus`, which must work and say nothing on the error stream.
    async fn works(&self, arguments: &[&str]) -> Done {
        let done = self.run(arguments).await;
        assert_eq!(done.code, Some(0), "{arguments:?}: {}", done.err);
        assert_eq!(done.err, "", "{arguments:?}");
        done
    }

    /// Runs `aiplus`, which must fail; gives its one line.
    async fn fails(&self, arguments: &[&str]) -> String {
        let done = self.run(arguments).await;
        assert_eq!(done.code, Some(1), "{arguments:?}: {} {}", done.out, done.err);
        assert_eq!(done.out, "", "{arguments:?}");
        let line = done.err.strip_suffix('\n').unwrap_or_else(|| panic!("{}", done.err));
        assert!(!line.contains('\n'), "{arguments:?}: {line}");
        line.strip_prefix("aiplus: ").unwrap_or_else(|| panic!("{line}")).to_owned()
    }

    /// Its database.
    pub async fn database(&self) -> Store {
        database::connect(&self.url, 2).await.unwrap()
    }

    async fn clients(&self) -> Vec<api_client::Model> {
        let db = self.database().await;
        let found =
            api_client::Entity::find().order_by_asc(api_client::Column::Id).all(&db).await.unwrap();
        db.close().await.unwrap();
        found
    }
}

/// Waits for a command beside the tests that run meanwhile.
pub async fn finished(mut command: Command) -> Done {
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap().into()
}

/// Whether the secret is one that the client signs in with.
async fn signs_in(client: &api_client::Model, secret: &str) -> bool {
    let hashes = [Some(client.secret_hash.clone()), client.previous_secret_hash.clone()];
    let hashes = hashes.into_iter().flatten().collect();
    Secrets::new().unwrap().verify(&Who::Address(None), secret, hashes).await.unwrap()
}

/// Values of the lines `NAME=VALUE`, which must be these names.
fn variables(text: &str) -> [String; 2] {
    let lines: Vec<(&str, &str)> = text.lines().map(|line| line.split_once('=').unwrap()).collect();
    let [("AIPLUS_CLIENT_ID", client_id), ("AIPLUS_CLIENT_SECRET", secret)] = lines[..] else {
        panic!("{text}");
    };
    [client_id.to_owned(), secret.to_owned()]
}

async fn a_client_is_made_before_the_first_start(place: Place) {
    let terminal = Terminal::new(&place).await;
    let made = terminal
        .works(&[
            "client",
            "create",
            "--institution",
            "TIPA",
            "--name",
            "내 화면",
            "--scope",
            "results:submit  program:read",
        ])
        .await
        .json();
    let (client_id, secret) =
        (made["client_id"].as_str().unwrap(), made["client_secret"].as_str().unwrap());
    assert_eq!(
        made,
        json!({
            "client_id": client_id,
            "client_secret": secret,
            "institution": "TIPA",
            "name": "내 화면",
            "scope": "program:read results:submit",
        })
    );
    // Lines that a shell takes as they are.
    let shown = terminal
        .works(&[
            "client",
            "create",
            "--institution",
            "KOSME",
            "--name",
            "b",
            "--scope",
            "audit:read",
            "--origin",
            "https://a.example.kr",
            "--origin",
            "http://localhost:3000",
            "--tier",
            "elevated",
            "--output",
            "env",
        ])
        .await;
    let [second_id, second] = variables(&shown.out);
    for text in [&second_id, &second] {
        assert!(
            text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)),
            "{text} needs quotes in a shell"
        );
    }
    let clients = terminal.clients().await;
    assert_eq!(clients.len(), 2);
    assert_eq!(clients[0].client_id, client_id);
    assert!(signs_in(&clients[0], secret).await && !signs_in(&clients[0], &second).await);
    assert_eq!(clients[1].client_id, second_id);
    assert!(signs_in(&clients[1], &second).await);
    assert_eq!(
        (&*clients[1].origins, &*clients[1].scopes, clients[1].rate_tier),
        (
            "https://a.example.kr http://localhost:3000",
            "audit:read",
            entity::api_client::RateTier::Elevated
        )
    );
    // The operator at the terminal is the author.
    let db = terminal.database().await;
    let events = audit_event::Entity::find()
        .filter(audit_event::Column::SubjectType.eq("ApiClient"))
        .all(&db)
        .await
        .unwrap();
    assert_eq!(events.len(), 2);
    for event in events {
        assert_eq!((&*event.actor, event.outcome), ("system", Some(AuditOutcome::Done)));
        assert!(event.request_id.starts_with("cli-"), "{}", event.request_id);
    }
}

async fn clients_are_listed_rotated_disabled_and_enabled(place: Place) {
    let terminal = Terminal::new(&place).await;
    terminal.works(&["migrate"]).await;
    let none = terminal.works(&["client", "list"]).await.out;
    assert!(none.contains("aiplus client create"), "{none}");
    assert_eq!(terminal.works(&["client", "list", "--json"]).await.json(), json!([]));
    let create = ["client", "create", "--institution", "TIPA", "--scope", "program:read", "--name"];
    let made = terminal.works(&[&create[..], &["첫째 화면"]].concat()).await.json();
    terminal.works(&[&create[..], &["둘째"]].concat()).await;
    let client_id = made["client_id"].as_str().unwrap();
    let first = made["client_secret"].as_str().unwrap();

    let rotated = terminal.works(&["client", "rotate", client_id]).await.json();
    let second = rotated["client_secret"].as_str().unwrap();
    assert_eq!(rotated["client_id"], client_id);
    let client = terminal.clients().await.remove(0);
    assert!(signs_in(&client, first).await && signs_in(&client, second).await && first != second);
    let listed = async || {
        let listed = terminal.works(&["client", "list", "--json"]).await.json();
        let row = listed.as_array().unwrap().iter().find(|row| row["client_id"] == client_id);
        row.unwrap().clone()
    };
    let row = listed().await;
    assert_eq!(
        row,
        json!({
            "client_id": client_id,
            "name": "첫째 화면",
            "institution": "TIPA",
            "scope": "program:read",
            "state": "ACTIVE",
            "secret_created_at": row["secret_created_at"],
            "secrets": 2,
        })
    );
    let rotated =
        terminal.works(&["client", "rotate", client_id, "--drop-others", "--output", "env"]).await;
    let [again, third] = variables(&rotated.out);
    assert_eq!(again, client_id);
    let client = terminal.clients().await.remove(0);
    assert!(!signs_in(&client, second).await && signs_in(&client, &third).await);
    assert_eq!(listed().await["secrets"], 1);

    let told = terminal.works(&["client", "disable", client_id, "--reason", "점검"]).await.out;
    assert!(told.contains(client_id) && told.contains("disabled"), "{told}");
    assert_eq!(listed().await["state"], "DISABLED");
    assert_eq!(terminal.clients().await[0].disabled_reason.as_deref(), Some("점검"));
    let table = terminal.works(&["client", "list"]).await.out;
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 3, "{table}");
    assert!(lines[0].starts_with("CLIENT ID"), "{table}");
    let line = lines.iter().find(|line| line.starts_with(client_id)).unwrap();
    assert!(line.contains("disabled") && line.ends_with("첫째 화면"), "{table}");
    let told = terminal.works(&["client", "enable", client_id]).await.out;
    assert!(told.contains(client_id), "{told}");
    assert_eq!(listed().await["state"], "ACTIVE");
    // No list shows a secret or what is kept of it.
    for secret in [first, second, &third, &client.secret_hash] {
        assert!(!table.contains(secret) && !listed().await.to_string().contains(secret));
    }
}

async fn what_cannot_be_done_is_one_readable_line(place: Place) {
    let terminal = Terminal::new(&place).await;
    let create = |institution: &'static str, name: &'static str, scope: &'static str| {
        vec!["client", "create", "--institution", institution, "--name", name, "--scope", scope]
    };
    let mut origin = create("TIPA", "이름", "program:read");
    origin.extend(["--origin", "https://dash.example.kr/"]);
    for (arguments, says) in [
        (create("NOWHERE", "이름", "program:read"), "institution"),
        (create("TIPA", "이름", "program:write"), "program:write"),
        (create("TIPA", "이름", ""), "scope"),
        (create("TIPA", " ", "program:read"), "name"),
        (origin, "https://dash.example.kr"),
        (vec!["client", "rotate", "tipa-0000"], "tipa-0000"),
        (vec!["client", "disable", "tipa-0000"], "tipa-0000"),
        (vec!["client", "enable", "tipa-0000"], "tipa-0000"),
        (vec!["keys", "list"], "keys.pem"),
        (vec!["audit", "verify", "--anchor", "nonsense"], "NUMBER:HASH"),
    ] {
        let line = terminal.fails(&arguments).await;
        assert!(line.contains(says), "{arguments:?}: {line}");
        // A sentence for a person, no dump of a value.
        assert!(!line.contains('{') && !line.contains("Error("), "{arguments:?}: {line}");
    }
    assert!(terminal.clients().await.is_empty());
    // A client in the wrong state.
    let made = terminal.works(&create("TIPA", "이름", "program:read")).await.json();
    let client_id = made["client_id"].as_str().unwrap();
    assert!(terminal.fails(&["client", "enable", client_id]).await.contains("active"));
    terminal.works(&["client", "disable", client_id]).await;
    for action in ["disable", "rotate"] {
        assert!(terminal.fails(&["client", action, client_id]).await.contains("disabled"));
    }
    // What is no command at all is told how it is used.
    for arguments in [&["client"][..], &["client", "create"], &["nothing"]] {
        let done = terminal.run(arguments).await;
        assert_eq!(done.code, Some(2), "{arguments:?}");
        assert!(done.err.contains("Usage: "), "{arguments:?}: {}", done.err);
    }
}

/// The permissions of a file.
pub fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

async fn what_only_looks_makes_no_database(place: Place) {
    let there = Terminal::new(&place).await;
    let sqlite = there.url().starts_with("sqlite:");
    // A mistyped path, or a mistyped name at the end of the address.
    let (folder, url) = (TempDir::new().unwrap(), there.url());
    let url = match sqlite {
        true => format!("sqlite://{}", folder.path().join("aiplsu.db").display()),
        false => format!("{}_aiplsu", url.split('?').next().unwrap()),
    };
    let terminal = Terminal::over(url);
    for arguments in [
        &["client", "list"][..],
        &["client", "list", "--json"],
        &["client", "rotate", "tipa-0000"],
        &["client", "disable", "tipa-0000"],
        &["client", "enable", "tipa-0000"],
        &["audit", "verify"],
    ] {
        let line = terminal.fails(arguments).await;
        assert!(line.contains("aiplsu"), "{arguments:?}: {line}");
        assert!(!sqlite || line.contains("there is no database"), "{arguments:?}: {line}");
    }
    assert_eq!(folder.path().read_dir().unwrap().count(), 0, "nothing was made");
}

async fn keys_are_rotated_and_listed(place: Place) {
    let terminal = Terminal::new(&place).await;
    let server = Running::start(&terminal).await;
    let file = terminal.key_file();
    assert_eq!(mode(&file), 0o600, "the server has made it");
    let published = async || {
        let request = Request::get("/.well-known/jwks.json").header("host", "api.test");
        let (status, keys) = send(server.address, request.body(Body::empty()).unwrap()).await;
        assert_eq!(status, StatusCode::OK);
        let mut keys: Vec<String> = keys["keys"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| key["kid"].as_str().unwrap().to_owned())
            .collect();
        keys.sort();
        keys
    };
    // Rows of the table without its head: the key, and whether it signs now.
    let rows = |table: &str| -> Vec<(String, bool)> {
        assert!(table.starts_with("KEY"), "{table}");
        table
            .lines()
            .skip(1)
            .map(|line| {
                let kid = line.split(' ').next().unwrap().to_owned();
                assert!(line.contains("EdDSA"), "{line}");
                (kid, line.ends_with("signs now"))
            })
            .collect()
    };
    let list = async || rows(&terminal.works(&["keys", "list"]).await.out);
    let first = list().await;
    assert_eq!(first.len(), 1);
    assert!(first[0].1);
    assert_eq!(published().await, [first[0].0.clone()]);

    // The new key waits; the old one signs until every cache knows the new one.
    let told = rows(&terminal.works(&["keys", "rotate"]).await.out);
    assert_eq!(told, list().await);
    assert_eq!(told.len(), 2);
    assert_eq!(told[0], (first[0].0.clone(), true));
    assert!(!told[1].1 && told[1].0 != first[0].0);
    assert_eq!(mode(&file), 0o600);

    // A key that was stolen goes at once, and every other with it.
    let told = rows(&terminal.works(&["keys", "rotate", "--now"]).await.out);
    assert_eq!(told.len(), 1);
    assert!(told[0].1 && !first.iter().chain(&list().await[1..]).any(|key| key.0 == told[0].0));
    assert_eq!(mode(&file), 0o600);
    let left: Vec<_> = std::fs::read_dir(terminal.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("keys.pem"))
        .collect();
    assert_eq!(left, ["keys.pem"], "no copy of a key is left lying about");
    // No private part is printed.
    let text = std::fs::read_to_string(&file).unwrap();
    let private: Vec<&str> = text
        .lines()
        .filter(|line| line.len() > 20 && !line.contains(':') && !line.starts_with('-'))
        .collect();
    assert!(!private.is_empty());
    let shown = terminal.works(&["keys", "list"]).await.out;
    assert!(!private.iter().any(|line| shown.contains(line)), "{shown}");
    let log = server.stop().await;
    assert!(!private.iter().any(|line| log.contains(line)), "{log}");
}

async fn the_audit_is_verified(place: Place) {
    let terminal = Terminal::new(&place).await;
    terminal
        .works(&[
            "client",
            "create",
            "--institution",
            "TIPA",
            "--name",
            "a",
            "--scope",
            "audit:read",
        ])
        .await;
    let verified = terminal.works(&["audit", "verify"]).await.out;
    let anchor = verified.trim_end().rsplit(' ').next().unwrap().to_owned();
    let (number, hash) = anchor.split_once(':').unwrap();
    let db = terminal.database().await;
    let last = audit_event::Entity::find()
        .order_by_desc(audit_event::Column::Seq)
        .one(&db)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((number.parse(), hash), (Ok(last.seq), &*last.hash));
    assert!(verified.starts_with(&format!("{} events", last.seq)), "{verified}");
    // The anchor holds later on, a wrong one does not.
    terminal.works(&["client", "list"]).await;
    terminal
        .works(&[
            "client",
            "create",
            "--institution",
            "TIPA",
            "--name",
            "b",
            "--scope",
            "audit:read",
        ])
        .await;
    terminal.works(&["audit", "verify", "--anchor", &anchor]).await;
    for wrong in [format!("{number}:{}", "0".repeat(64)), format!("999999:{hash}")] {
        let failed = terminal.run(&["audit", "verify", "--anchor", &wrong]).await;
        assert_eq!((failed.code, &*failed.out), (Some(1), ""));
        let number = wrong.split(':').next().unwrap();
        assert!(failed.err.contains(&format!("event {number} ")), "{}", failed.err);
    }
    let triggers: &[&str] = if db.get_database_backend() == DbBackend::Postgres {
        &["audit_event_append_only ON audit_event"]
    } else {
        &["audit_event_no_update", "audit_event_no_delete"]
    };
    for trigger in triggers {
        db.execute_unprepared(&format!("DROP TRIGGER {trigger}")).await.unwrap();
    }
    db.execute_unprepared("UPDATE audit_event SET actor = 'nobody' WHERE seq = 5").await.unwrap();
    db.execute_unprepared("DELETE FROM audit_event WHERE seq = 8 OR seq = 9").await.unwrap();
    let failed = terminal.run(&["audit", "verify"]).await;
    assert_eq!((failed.code, &*failed.out), (Some(1), ""));
    for fault in ["event 5 was changed", "events 8 to 9 are missing"] {
        assert!(failed.err.contains(fault), "{}", failed.err);
    }
}

/// A running server.
pub struct Running {
    child: Child,
    pub address: SocketAddr,
    log: Option<JoinHandle<String>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        // Unless it was stopped already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    /// Starts a server that logs what it can, and waits until it says that it is ready.
    async fn start(terminal: &Terminal) -> Self {
        Self::start_saying(terminal, "trace").await
    }

    /// Starts a server that logs from that level on.
    pub async fn start_saying(terminal: &Terminal, level: &str) -> Self {
        Self::start_as(|| terminal.aiplus(&["serve"]), level).await
    }

    /// Starts a server with settings of its own.
    pub async fn start_with(terminal: &Terminal, settings: &[(&str, &str)]) -> Self {
        let command = || {
            let mut command = terminal.aiplus(&["serve"]);
            command.envs(settings.iter().copied());
            command
        };
        Self::start_as(command, "info").await
    }

    /// Starts a server whose files are made under a mask.
    pub async fn start_with_mask(terminal: &Terminal, mask: &str) -> Self {
        let command = || {
            let aiplus = terminal.aiplus(&[]);
            let mut shell = terminal.program("sh");
            let script = format!("umask {mask}; exec \"$0\" serve");
            shell.env(AS_COMMAND, "1").arg("-c").arg(script).arg(aiplus.get_program());
            shell
        };
        Self::start_as(command, "info").await
    }

    /// Starts a server by a command, logging from that level on.
    pub async fn start_as(command: impl Fn() -> Command, level: &str) -> Self {
        // A port that was free a moment ago may be taken by another run meanwhile.
        for _ in 0..20 {
            let address = free_address();
            let mut command = command();
            command
                .env("AIPLUS_LISTEN", address.to_string())
                .env("AIPLUS_LOG", level)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped());
            let started = tokio::task::spawn_blocking(move || Self::ready(command, address));
            match started.await.unwrap() {
                Ok(server) => return server,
                Err(log) => assert!(log.contains("cannot listen on"), "{log}"),
            }
        }
        panic!("no port is free");
    }

    fn ready(mut command: Command, address: SocketAddr) -> Result<Self, String> {
        let mut child = command.spawn().unwrap();
        let mut errors = child.stderr.take().unwrap();
        let log = std::thread::spawn(move || {
            let mut text = String::new();
            errors.read_to_string(&mut text).unwrap();
            text
        });
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        if lines.by_ref().map(Result::unwrap).any(|line| line == "aiplus is ready") {
            // What else it prints must find somebody to read it.
            std::thread::spawn(move || lines.for_each(drop));
            return Ok(Self { child, address, log: Some(log) });
        }
        child.wait().unwrap();
        Err(log.join().unwrap())
    }

    /// Kills it at once: SIGKILL.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Tells it to stop.
    pub async fn terminate(&self) {
        let mut stop = Command::new("kill");
        stop.args(["-TERM", &self.child.id().to_string()]);
        assert_eq!(finished(stop).await.code, Some(0));
    }

    /// Waits until it has ended; gives the code with which it did.
    pub async fn ended(mut self) -> Option<i32> {
        tokio::task::spawn_blocking(move || self.child.wait().unwrap().code()).await.unwrap()
    }

    /// Stops it as an operator does, and gives its log.
    pub async fn stop(self) -> String {
        let (status, log) = self.end().await;
        assert!(status.success(), "{status}: {log}");
        log
    }

    /// The same, however it ends.
    pub async fn end(mut self) -> (ExitStatus, String) {
        self.terminate().await;
        tokio::task::spawn_blocking(move || {
            (self.child.wait().unwrap(), self.log.take().unwrap().join().unwrap())
        })
        .await
        .unwrap()
    }

    pub async fn form(&self, path: &str, body: String) -> (StatusCode, Value) {
        let request = Request::post(path)
            .header("host", "api.test")
            .header("content-type", "application/x-www-form-urlencoded");
        send(self.address, request.body(Body::from(body)).unwrap()).await
    }

    /// A token of a client.
    pub async fn token(&self, client: &Issued) -> String {
        let (id, secret) = (&client.client_id, client.secret.as_deref().unwrap());
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        let (_, answer) = self.form("/oauth/token", form).await;
        answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    pub async fn graphql(&self, path: &str, token: &str, query: &str) -> (StatusCode, Value) {
        let request = Request::post(path)
            .header("host", "api.test")
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {token}"));
        let body = json!({ "query": query }).to_string();
        send(self.address, request.body(Body::from(body)).unwrap()).await
    }
}

async fn the_log_holds_no_secret_and_no_contact_data(place: Place) {
    let terminal = Terminal::new(&place).await;
    let mut logs = String::new();
    // The command's own log as well, at the level that says most.
    let mut command = terminal.aiplus(&[
        "client",
        "create",
        "--institution",
        "TIPA",
        "--name",
        "이름",
        "--scope",
        "program:read access:admin audit:read",
    ]);
    command.env("AIPLUS_LOG", "trace");
    let made = finished(command).await;
    logs.push_str(&made.err);
    let made = made.json();
    let client_id = made["client_id"].as_str().unwrap();
    let secret = made["client_secret"].as_str().unwrap();
    let server = Running::start(&terminal).await;
    let sign_in = |secret: &str| {
        format!("grant_type=client_credentials&client_id={client_id}&client_secret={secret}")
    };
    let (status, answer) = server.form("/oauth/token", sign_in(secret)).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let token = answer["access_token"].as_str().unwrap();
    let mut kept = vec![secret.to_owned(), token.to_owned()];

    // Everything that comes near a log: refused, wrong, misplaced, broken, rotated, revoked, read.
    let wrong = format!("{secret}x");
    assert_eq!(server.form("/oauth/token", sign_in(&wrong)).await.0, StatusCode::UNAUTHORIZED);
    let swapped = format!("grant_type=client_credentials&client_id={secret}&client_secret=x");
    assert_eq!(server.form("/oauth/token", swapped).await.0, StatusCode::UNAUTHORIZED);
    let twice = format!("{}&client_secret={secret}", sign_in(secret));
    assert_eq!(server.form("/oauth/token", twice).await.0, StatusCode::BAD_REQUEST);
    let forged = format!("{token}x");
    for (path, token, status) in [
        ("/graphql".to_owned(), &*forged, StatusCode::UNAUTHORIZED),
        (format!("/graphql?access_token={token}"), token, StatusCode::UNAUTHORIZED),
        (format!("/nothing/{token}"), token, StatusCode::NOT_FOUND),
        ("/graphql".to_owned(), token, StatusCode::OK),
    ] {
        assert_eq!(server.graphql(&path, token, "{ __typename }").await.0, status, "{path}");
    }
    let create = "mutation { createApiClient(input: { institution: \"KOSME\", name: \"이름\", scopes: [\"program:read\"], idempotencyKey: \"log-key-1\" }) { apiClient { id } clientSecret } }";
    let (_, answer) = server.graphql("/graphql", token, create).await;
    let made = &answer["data"]["createApiClient"];
    kept.push(made["clientSecret"].as_str().unwrap().to_owned());
    let rotate = format!(
        "mutation {{ rotateApiClientSecret(input: {{ id: {}, expectedVersion: 1, idempotencyKey: \"inline-0006\" }}) {{ clientSecret }} }}",
        made["apiClient"]["id"]
    );
    let (_, answer) = server.graphql("/graphql", token, &rotate).await;
    let rotated = &answer["data"]["rotateApiClientSecret"]["clientSecret"];
    kept.push(rotated.as_str().unwrap().to_owned());

    let db = terminal.database().await;
    let contacts = contact_point::Entity::find().all(&db).await.unwrap();
    assert!(contacts.len() > 5);
    let mail = "hong.gildong@example.kr";
    for (number, contact) in contacts.iter().enumerate() {
        let filter = format!(
            "{{ persons(where: {{ contactPoints: {{ some: {{ value: {{ in: [\"{}\", \"{mail}\"] }} }} }} }}) {{ nodes {{ contactPoints {{ nodes {{ value }} }} }} }} }}",
            contact.value
        );
        let (status, answer) = server.graphql("/graphql", token, &filter).await;
        assert_eq!(status, StatusCode::OK);
        assert!(answer.get("errors").is_none(), "{number}: {answer:#}");
        // A document that is none holds it as well.
        server.graphql("/graphql", token, &format!("{{ persons(x: \"{}\"", contact.value)).await;
        kept.push(contact.value.clone());
    }
    kept.push(mail.to_owned());
    // A cause of ours, whose words come from the database.
    db.execute_unprepared("ALTER TABLE contact_point RENAME TO contact_point_away").await.unwrap();
    let read = format!(
        "{{ persons(where: {{ contactPoints: {{ some: {{ value: {{ eq: \"{mail}\" }} }} }} }}) {{ totalCount }} }}"
    );
    let (_, answer) = server.graphql("/graphql", token, &read).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "INTERNAL_SERVER_ERROR", "{answer:#}");
    db.execute_unprepared("ALTER TABLE contact_point_away RENAME TO contact_point").await.unwrap();
    let revoke = format!("{}&token={token}", sign_in(secret));
    assert_eq!(server.form("/oauth/revoke", revoke).await.0, StatusCode::OK);
    assert_eq!(
        server.graphql("/graphql", token, "{ __typename }").await.0,
        StatusCode::UNAUTHORIZED
    );
    logs.push_str(&server.stop().await);
    for client in terminal.clients().await {
        kept.push(client.secret_hash);
        kept.extend(client.previous_secret_hash);
    }
    for kept in kept {
        assert!(!logs.contains(&kept), "{kept} stands in the log:\n{logs}");
    }
    // The log was there, and says what it should.
    for said in ["server.started", "token.refused", "graphql.internal_error", "server.stopped"] {
        assert!(logs.contains(said), "the log does not say {said}:\n{logs}");
    }
}

async fn refusals_are_written_before_the_end(place: Place) {
    let terminal = Terminal::new(&place).await;
    let server = Running::start(&terminal).await;
    for _ in 0..25 {
        let (status, _) = server.graphql("/graphql", "nonsense", "{ __typename }").await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    }
    server.stop().await;
    let db = terminal.database().await;
    let written = audit_event::Entity::find()
        .filter(audit_event::Column::Action.eq("token.refuse"))
        .all(&db)
        .await
        .unwrap();
    // The first as it was, the rest counted.
    let of = |event: &audit_event::Model| match &event.after {
        None => 1,
        Some(told) => serde_json::from_str::<Value>(told).unwrap()["refusals"].as_u64().unwrap(),
    };
    assert_eq!(written.iter().map(of).sum::<u64>(), 25, "{written:#?}");
    assert_eq!(written.len(), 2);
    assert_eq!(aiplus::service::audit::verify(&db, None).await.unwrap().faults, []);
}

/// The shell blocks of the README and the pages beside it under a heading, down to the next heading.
fn shell_blocks(heading: &str) -> Vec<String> {
    let readme = concat!(
        include_str!("../../README.md"),
        include_str!("../../docs/reporting.md"),
        include_str!("../../docs/operators.md"),
    );
    let mut blocks = Vec::new();
    let (mut is_below, mut fence) = (false, None::<String>);
    for line in readme.lines() {
        match &mut fence {
            // Within a block, a line that begins with `#` is a comment.
            Some(_) if line == "```" => {
                let block = fence.take().unwrap_or_default();
                let (kind, text) = block.split_once('\n').unwrap_or_default();
                if is_below && matches!(kind, "sh" | "bash") {
                    blocks.push(text.to_owned());
                }
            }
            Some(block) => {
                block.push_str(line);
                block.push('\n');
            }
            None => {
                if let Some(kind) = line.strip_prefix("```") {
                    fence = Some(format!("{kind}\n"));
                } else if line.starts_with('#') {
                    is_below = line.trim_start_matches('#').trim() == heading;
                }
            }
        }
    }
    blocks
}

/// The JSON objects that stand in a text.
fn objects(text: &str) -> Vec<Value> {
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some(at) = rest.find('{') {
        rest = &rest[at..];
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        match values.next() {
            Some(Ok(value)) => {
                let end = values.byte_offset();
                found.push(value);
                rest = &rest[end..];
            }
            _ => rest = &rest[1..],
        }
    }
    found
}

/// Runs a section of the README against a server, as written but for the address.
async fn run_as_written(terminal: &Terminal, server: &Running, heading: &str) -> Done {
    let blocks = shell_blocks(heading);
    assert!(blocks.len() >= 2, "the README shows it: {blocks:?}");
    let mut curl = terminal.program("curl");
    curl.arg("--version");
    let found = tokio::task::spawn_blocking(move || curl.output()).await.unwrap();
    assert!(found.is_ok_and(|curl| curl.status.success()), "this test needs curl");

    // The folder is as it is after the first command of "Run it": the program is there, and on no path.
    let bin = terminal.folder.path().join("target/release");
    std::fs::create_dir_all(&bin).unwrap();
    let wrapper = bin.join("aiplus");
    let exe = std::env::current_exe().unwrap();
    std::fs::write(
        &wrapper,
        format!("#!/bin/sh\n{AS_COMMAND}=1 exec '{}' \"$@\"\n", exe.display()),
    )
    .unwrap();
    std::fs::set_permissions(&wrapper, std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .unwrap();
    let first = shell_blocks("Run it");
    let first = first.iter().filter(|block| !block.contains("cargo run"));
    // Only the address differs; a step that fails ends it.
    let address = "http://127.0.0.1:8080";
    let script = first.chain(&blocks).map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(script.contains(address), "{script}");
    let script = script.replace(address, &format!("http://{}", server.address));
    let mut shell = terminal.program("bash");
    shell.args(["-e", "-u", "-o", "pipefail", "-c", &script]);
    let done = finished(shell).await;
    assert_eq!((done.code, &*done.err), (Some(0), ""), "{}", done.out);
    done
}

async fn the_readme_reports_a_quarter(place: Place) {
    let terminal = Terminal::new(&place).await;
    let server = Running::start(&terminal).await;
    let done = run_as_written(&terminal, &server, "Report a quarter").await;
    let printed = objects(&done.out);
    let [checked, saved, submitted, started, returned, again, accepted, figures] = &printed[..]
    else {
        panic!("{} answers: {}", printed.len(), done.out)
    };
    // The dry run names both mistakes by their cell, and nothing else.
    let cells: Vec<(&Value, &Value, &Value)> = checked["problems"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|problem| problem["severity"] == "ERROR")
        .map(|problem| (&problem["sheet"], &problem["cell"], &problem["rule"]))
        .collect();
    let [csv, g3, g4] = ["CSV", "G3", "G4"].map(Value::from);
    let (value, rule) = ("INVALID_VALUE".into(), "TRAINEES_PER_COURSE".into());
    assert_eq!(cells, [(&csv, &g4, &value), (&csv, &g3, &rule)], "{checked:#}");
    assert_eq!(checked["isSaved"], false);
    assert_eq!((&saved["isSaved"], &saved["isReady"]), (&json!(true), &json!(true)), "{saved:#}");
    assert_eq!(saved["counts"]["created"], 4);

    let came = |answer: &Value, mutation: &str| {
        let payload = answer["data"][mutation].clone();
        assert_eq!(payload["errors"], json!([]), "{answer:#}");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (text(&payload["submission"]["status"]), text(&payload["revision"]["receipt"]))
    };
    let (status, receipt) = came(submitted, "submitSubmission");
    assert_eq!(status, "SUBMITTED");
    assert!(receipt.contains("-AI_TRAINING-KOSME-01-"), "{receipt}");
    assert_eq!(came(started, "startSubmissionReview").0, "SUBMITTED");
    assert_eq!(came(returned, "returnSubmission").0, "RETURNED");
    let (status, second) = came(again, "submitSubmission");
    assert_eq!(status, "SUBMITTED");
    assert!(second.contains("-AI_TRAINING-KOSME-02-"), "{second}");
    assert_eq!(came(accepted, "acceptSubmission"), ("ACCEPTED".to_owned(), second));

    // Its figures count.
    let points = figures["data"]["indicatorSeries"]["points"].as_array().unwrap();
    let own: Vec<&Value> = points.iter().filter(|point| point["key"] == "KOSME").collect();
    assert_eq!(own.len(), 1, "{figures:#}");
    assert_eq!(own[0]["value"], "280");
    let total = &figures["data"]["submissionStatistics"]["total"];
    assert!(total["accepted"].as_i64().unwrap() >= 1, "{figures:#}");
    // The form came down as a workbook too.
    let book = std::fs::read(terminal.folder.path().join("form.xlsx")).unwrap();
    assert!(book.starts_with(b"PK"), "a workbook is a zip archive");
    terminal.works(&["audit", "verify"]).await;
    server.stop().await;
}

async fn the_readme_leads_to_a_token(place: Place) {
    let terminal = Terminal::new(&place).await;
    let server = Running::start(&terminal).await;
    let done = run_as_written(&terminal, &server, "Get a token").await;

    // It has made one client and rotated its secret, beside which the last one still works.
    let clients = terminal.clients().await;
    let [client] = &clients[..] else { panic!("{clients:#?}") };
    assert!(client.previous_secret_hash.is_some());
    let printed = objects(&done.out);
    let [asked, token] = &printed[..] else { panic!("{}", done.out) };
    // The API has told who asked, by its token.
    let scopes: Vec<&str> = client.scopes.split(' ').collect();
    assert_eq!(
        asked["data"]["viewer"],
        json!({ "kind": "CLIENT", "clientId": client.client_id, "scopes": scopes, "institution": { "code": "TIPA" } }),
        "{asked:#}"
    );
    // And the rotated secret has brought another token, which is good.
    assert_eq!((&token["token_type"], &token["expires_in"]), (&json!("Bearer"), &json!(900)));
    assert_eq!(token["scope"], client.scopes);
    let token = token["access_token"].as_str().unwrap();
    let (_, answer) = server.graphql("/graphql", token, "{ viewer { clientId } }").await;
    assert_eq!(answer["data"]["viewer"]["clientId"], client.client_id);
    // Tokens are put on record without waiting for it; a server that stops has written all.
    server.stop().await;
    let db = terminal.database().await;
    let issued = audit_event::Entity::find()
        .filter(audit_event::Column::Action.eq("token.issue"))
        .filter(audit_event::Column::Outcome.eq("DONE"))
        .filter(audit_event::Column::SubjectId.eq(client.id))
        .count(&db)
        .await
        .unwrap();
    assert_eq!(issued, 2);
}
