//! Settings that are wrong: all told at once, by every command, before anything is touched. And who may read
//! the files that a start makes or finds.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use aiplus::database;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::cli::{Done, Running, Terminal, finished, mode};
use crate::support::Place;
use crate::tests;

tests![
    every_command_tells_every_mistake_at_once,
    a_wrong_value_is_told_with_its_names,
    what_is_wrong_on_this_machine_is_told_at_once,
    a_store_of_files_is_set_whole,
    an_operator_is_an_institution,
    what_is_right_is_taken,
    files_are_for_their_owner_alone,
];

/// Runs a command that finds wrong settings; gives a line for each.
async fn wrong(mut command: Command, variables: &[(&str, &str)]) -> Vec<String> {
    command.envs(variables.iter().copied());
    let Done { code, out, err } = finished(command).await;
    assert_eq!((code, &*out), (Some(2), ""), "{err}");
    let (head, lines) = err.split_once(":\n").unwrap_or_else(|| panic!("{err}"));
    let lines: Vec<String> = lines.lines().map(|line| line.trim().to_owned()).collect();
    let are = if lines.len() == 1 { "setting is" } else { "settings are" };
    assert_eq!(head, format!("aiplus: {} {are} wrong", lines.len()), "{err}");
    lines
}

/// The lines begin with these names, in any order.
fn names(lines: &[String], expected: &[&str]) {
    let mut found: Vec<&str> = lines.iter().map(|line| line.split(": ").next().unwrap()).collect();
    let mut expected = expected.to_vec();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected, "{lines:#?}");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

const COMMANDS: [&[&str]; 8] = [
    &[],
    &["serve"],
    &["migrate"],
    &["seed", "--demo"],
    &["schema"],
    &["client", "list"],
    &["keys", "rotate"],
    &["audit", "verify"],
];

async fn every_command_tells_every_mistake_at_once(place: Place) {
    let terminal = Terminal::new(&place).await;
    let before = files(terminal.folder());
    let variables = [
        ("AIPLUS_LISTN", "127.0.0.1:8080"),
        ("aiplus_log", "debug"),
        ("AIPLUS_DATABASE_URL", "sqlite://other.db"),
        ("AIPLUS_SOMETHING_ELSE", ""),
        ("AIPLUS_LISTEN", "localhost:8080"),
        ("AIPLUS_PUBLIC_URL", "api.example.kr"),
        ("AIPLUS_CORS_ORIGINS", "dash.example.kr, https://a.example.kr,https://b.example.kr/page"),
        ("AIPLUS_TRUSTED_PROXIES", "10.0.0.0/8,proxy"),
        ("AIPLUS_LOG", "inof"),
        ("AIPLUS_QUERY_TIMEOUT", "0"),
        ("AIPLUS_GRAPHIQL", "yes"),
        ("AIPLUS_INTROSPECTION", "all"),
        ("AIPLUS_OPERATORS", "MSS,,TIPA"),
        ("AIPLUS_DATABASE_READ_URL", "mysql://reader:hunter2@host/aiplus"),
    ];
    for arguments in COMMANDS {
        let lines = wrong(terminal.aiplus(arguments), &variables).await;
        names(
            &lines,
            &[
                "AIPLUS_LISTN",
                "aiplus_log",
                "AIPLUS_DATABASE_URL",
                "AIPLUS_SOMETHING_ELSE",
                "AIPLUS_LISTEN (--listen)",
                "AIPLUS_PUBLIC_URL (--public-url)",
                "AIPLUS_CORS_ORIGINS (--cors-origins)",
                "AIPLUS_TRUSTED_PROXIES (--trusted-proxies)",
                "AIPLUS_LOG (--log)",
                "AIPLUS_QUERY_TIMEOUT (--query-timeout)",
                "AIPLUS_GRAPHIQL (--graphiql)",
                "AIPLUS_INTROSPECTION (--introspection)",
                "AIPLUS_OPERATORS (--operators)",
                "AIPLUS_DATABASE_READ_URL (--database-read-url)",
            ],
        );
        let told = lines.join("\n");
        for said in [
            // The setting that was meant.
            "AIPLUS_LISTN: no setting is called that; AIPLUS_LISTEN is",
            "aiplus_log: no setting is called that; AIPLUS_LOG is",
            "AIPLUS_DATABASE_URL: no setting is called that; DATABASE_URL is",
            // Each wrong piece of a list, and the values that are valid.
            "dash.example.kr is no origin",
            "https://b.example.kr/page is no origin",
            "proxy is no network",
            "inof is no level",
            "write a whole number from 1 to 600",
            "true, false",
            "everyone, signed-in, nobody",
            "between two commas",
            "mysql is no database",
        ] {
            assert!(told.contains(said), "{said}: {told}");
        }
        assert!(!told.contains("hunter2"), "{told}");
    }
    // Flags and variables together; what is no command line at all stands below.
    let flags = ["--listen", "nowhere", "--log=loud", "migrate", "--query-timeout", "ten"];
    let lines = wrong(terminal.aiplus(&flags), &[("AIPLUS_CLIENT_RATE", "-1")]).await;
    names(
        &lines,
        &[
            "AIPLUS_LISTEN (--listen)",
            "AIPLUS_LOG (--log)",
            "AIPLUS_QUERY_TIMEOUT (--query-timeout)",
            "AIPLUS_CLIENT_RATE (--client-rate)",
        ],
    );
    let mut both = terminal.aiplus(&["--lisen", "127.0.0.1:8080"]);
    both.env("AIPLUS_CLIENT_RATE", "-1");
    let done = finished(both).await;
    assert_eq!(done.code, Some(2));
    assert!(done.err.contains("AIPLUS_CLIENT_RATE (--client-rate): "), "{}", done.err);
    assert!(done.err.contains("'--lisen'") && done.err.contains("Usage: "), "{}", done.err);
    assert_eq!(files(terminal.folder()), before, "nothing is touched");
    if !database::is_sqlite(terminal.url()) {
        let db = terminal.database().await;
        let tables = "SELECT 1 FROM information_schema.tables WHERE table_schema = 'public'";
        let found = db.query_all_raw(Statement::from_string(DbBackend::Postgres, tables)).await;
        assert!(found.unwrap().is_empty());
    } else {
        let file = database::sqlite_file(terminal.url()).unwrap();
        assert!(!file.exists(), "nothing is touched");
    }
    // Help comes whatever is set.
    let mut help = terminal.aiplus(&["--help"]);
    help.envs(variables);
    let done = finished(help).await;
    assert_eq!((done.code, &*done.err), (Some(0), ""));
    assert!(done.out.contains("[env: AIPLUS_LISTEN="), "{}", done.out);
}

async fn a_wrong_value_is_told_with_its_names(place: Place) {
    let terminal = Terminal::new(&place).await;
    for (name, flag, values) in [
        ("AIPLUS_LISTEN", "listen", &["8080", ":8080", "localhost", "127.0.0.1:99999"][..]),
        (
            "AIPLUS_PUBLIC_URL",
            "public-url",
            &[
                "api.example.kr",
                "ftp://api.example.kr",
                "https://",
                "https://api.example.kr/graphql",
                "https://api.example.kr?x=1",
                "https://api.example.kr#top",
                "https://user@api.example.kr",
                "https://api.example.kr:port",
                "https://api.example.kr:0",
                "https://api..example.kr",
                "https:/api.example.kr",
                "https://api example.kr",
                "https://API.example.kr",
            ],
        ),
        (
            "AIPLUS_CORS_ORIGINS",
            "cors-origins",
            &[
                "*",
                "null",
                "a.kr",
                "https://a.kr/",
                "https://a.kr https://b.kr",
                "https://a.kr,",
                "https://:::",
            ],
        ),
        (
            "AIPLUS_S3_ENDPOINT",
            "s3-endpoint",
            &[
                "s3.example.kr",
                "http://s3.example.kr",
                "http://10.0.0.1:9000",
                "https://s3.example.kr/bucket",
                "https://key@s3.example.kr",
            ],
        ),
        (
            "AIPLUS_S3_BUCKET",
            "s3-bucket",
            &[
                "s3://files",
                "Files",
                "ab",
                "files/",
                "files//a",
                "files/../a",
                "/files",
                "files/a b",
            ],
        ),
        ("AIPLUS_S3_REGION", "s3-region", &["서울", "ap northeast 2", "eu/west", "a\nb"]),
        ("AIPLUS_S3_SECRET_KEY", "s3-secret-key", &["hun ter2", "비밀"]),
        ("AIPLUS_TRUSTED_PROXIES", "trusted-proxies", &["10.0.0.0/33", "10.0.0", "::/129", "all"]),
        (
            "AIPLUS_LOG",
            "log",
            &[
                "verbose",
                "info,aiplus=loud",
                "=debug",
                "aiplus=",
                "info,,debug",
                "aiplus debug",
                "a[b]=info",
            ],
        ),
        ("AIPLUS_LOG_FORMAT", "log-format", &["xml"]),
        ("AIPLUS_RATE_LOOPBACK", "rate-loopback", &["1", "TRUE"]),
        ("AIPLUS_CONNECTIONS", "connections", &["0", "many", "1000001"]),
        ("AIPLUS_SOCKETS_PER_ADDRESS", "sockets-per-address", &["0"]),
        ("AIPLUS_ADDRESS_RATE", "address-rate", &["1.5", "99999999999"]),
        ("AIPLUS_DATABASE_CONNECTIONS", "database-connections", &["1", "1001"]),
        (
            "DATABASE_URL",
            "database-url",
            &[
                "mysql://root@localhost/aiplus",
                "mariadb://localhost",
                "aiplus.db",
                "/var/lib/aiplus.db",
                "sqlite://",
                "sqlite:",
                "sqlite://aiplus.db?mode=ro",
                "sqlite://aiplus.db?mode=odd",
                "sqlite://aiplus.db?journal=off",
                "postgres://host:port/aiplus",
                "http://127.0.0.1:8080",
                "SQLITE://aiplus.db",
            ],
        ),
        (
            "AIPLUS_OPERATORS",
            "operators",
            &["MSS TIPA", ",", "MSS,", "MSS,MSS", "MSS,TIPA,MSS,MSS"],
        ),
        ("AIPLUS_QUERY_TIMEOUT", "query-timeout", &["-1", "abc", "0", "601", "10s", "1.5"]),
        ("AIPLUS_EXPORT_TIMEOUT", "export-timeout", &["-1", "1h", "3601"]),
        ("AIPLUS_KEEP_CHANGES", "keep-changes", &["abc", "-1", "36501"]),
        ("AIPLUS_SLOW_REQUEST", "slow-request", &["2s", "4294967296"]),
        ("AIPLUS_DRAIN", "drain", &["-1", "99999999999999999999"]),
    ] {
        for value in values {
            let label = format!("{name} (--{flag})");
            let lines = wrong(terminal.aiplus(&["schema"]), &[(name, value)]).await;
            names(&lines, &[&label]);
            // What a library says of a number helps nobody.
            for piece in ["invalid digit", "too large", "too small", "is not in", "empty string"] {
                assert!(!lines[0].contains(piece), "{lines:#?}");
            }
            if label.contains("TIMEOUT") {
                assert!(lines[0].contains("write a whole number from 1 to "), "{lines:#?}");
            }
            let flag = format!("--{flag}={value}");
            let told = wrong(terminal.aiplus(&["schema", &flag]), &[]).await;
            assert_eq!(told, lines, "a flag is told as its variable is");
        }
    }
    // A password in an address is told to nobody.
    for name in ["AIPLUS_PUBLIC_URL", "AIPLUS_CORS_ORIGINS"] {
        for value in [
            "https://user:geheim@api.example.kr",
            "user:geheim@api.example.kr",
            "https://user:ge@heim,geheim@api.example.kr",
            "https://a.kr,https://user:geheim@b.kr,https://user:geheim@c.kr",
        ] {
            let told = wrong(terminal.aiplus(&["schema"]), &[(name, value)]).await.join("");
            assert!(!told.contains("heim") && told.contains(name), "{told}");
        }
    }
}

async fn what_is_wrong_on_this_machine_is_told_at_once(place: Place) {
    let terminal = Terminal::new(&place).await;
    let folder = terminal.folder();
    let path = |name: &str| folder.join(name).display().to_string();
    std::fs::write(folder.join("wrong.toml"), "[[issuer]]\nissuer = \"x\"\n").unwrap();
    std::fs::write(folder.join("wrong.json"), "{\"00\": \"{ __typename }\"}").unwrap();
    std::fs::write(folder.join("wrong.pem"), "no key").unwrap();
    // Documents that nobody could ask, each told.
    let unasked = json!({ "a": "{ meetingz { id } }", "b": "{ meetings { nodes } }", "c": "{" });
    let operations: Vec<Value> = unasked
        .as_object()
        .unwrap()
        .iter()
        .map(|(id, body)| json!({ "id": id, "body": body }))
        .collect();
    let manifest = json!({ "format": "apollo-persisted-query-manifest", "version": 1, "operations": operations });
    std::fs::write(folder.join("unasked.json"), manifest.to_string()).unwrap();
    std::fs::create_dir(folder.join("folder")).unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let before = files(folder);
    let other = if !database::is_sqlite(terminal.url()) {
        "sqlite://other.db"
    } else {
        "postgres://host/aiplus"
    };
    let variables = [
        ("AIPLUS_DATABASE_READ_URL", other),
        ("AIPLUS_SIGNING_KEY_FILE", &path("nowhere/keys.pem")),
        ("AIPLUS_ISSUERS_FILE", &path("issuers.toml")),
        ("AIPLUS_TRUSTED_DOCUMENTS", &path("folder")),
        ("AIPLUS_AUDIT_ANCHOR_FILE", &path("none/anchors")),
        ("AIPLUS_LISTEN", &listen),
    ];
    let lines = wrong(terminal.aiplus(&[]), &variables).await;
    let expected = [
        "AIPLUS_DATABASE_READ_URL (--database-read-url)",
        "AIPLUS_SIGNING_KEY_FILE (--signing-key-file)",
        "AIPLUS_ISSUERS_FILE (--issuers-file)",
        "AIPLUS_TRUSTED_DOCUMENTS (--trusted-documents)",
        "AIPLUS_AUDIT_ANCHOR_FILE (--audit-anchor-file)",
        "AIPLUS_LISTEN (--listen)",
    ];
    names(&lines, &expected);
    let told = lines.join("\n");
    for said in [
        "nowhere does not exist",
        "issuers.toml does not exist",
        "is a folder, not a file",
        &format!("cannot listen on {listen}: another program listens there"),
    ] {
        assert!(told.contains(said), "{said}: {told}");
    }
    // The port matters to the server alone.
    for arguments in &COMMANDS[2..] {
        names(&wrong(terminal.aiplus(arguments), &variables).await, &expected[..5]);
    }
    let variables = [
        ("AIPLUS_SIGNING_KEY_FILE", &*path("wrong.pem")),
        ("AIPLUS_ISSUERS_FILE", &path("wrong.toml")),
        ("AIPLUS_TRUSTED_DOCUMENTS", &path("wrong.json")),
    ];
    let lines = wrong(terminal.aiplus(&["schema"]), &variables).await;
    names(&lines, &expected[1..4]);
    for (name, said) in [
        ("unasked.json", &["meetingz", "subselection", "not valid GraphQL"][..]),
        ("folder", &["is a folder, not a file"]),
    ] {
        let variables = [("AIPLUS_TRUSTED_DOCUMENTS", &*path(name))];
        let told = wrong(terminal.aiplus(&["schema"]), &variables).await.join("\n");
        assert!(said.iter().all(|said| told.contains(said)), "{told}");
    }
    let variables = [("AIPLUS_AUDIT_ANCHOR_FILE", &*path("folder"))];
    let lines = wrong(terminal.aiplus(&["serve"]), &variables).await;
    names(&lines, &["AIPLUS_AUDIT_ANCHOR_FILE (--audit-anchor-file)"]);
    // Each right by itself: one file for two things.
    let keys = path("keys.pem");
    let lines = wrong(terminal.aiplus(&["schema"]), &[("AIPLUS_ISSUERS_FILE", &keys)]).await;
    assert!(lines.iter().any(|line| line.contains("--signing-key-file")), "{lines:#?}");
    for url in ["sqlite://nowhere/aiplus.db", "sqlite://folder", "sqlite://wrong.pem/aiplus.db"] {
        let lines = wrong(terminal.aiplus(&["migrate"]), &[("DATABASE_URL", url)]).await;
        names(&lines, &["DATABASE_URL (--database-url)"]);
    }
    let read =
        [("DATABASE_URL", "sqlite://new.db"), ("AIPLUS_DATABASE_READ_URL", "sqlite://no.db")];
    let lines = wrong(terminal.aiplus(&["migrate"]), &read).await;
    names(&lines, &expected[..1]);
    // What is written wrong is told with what is wrong here, and nothing is said of what it would have been.
    let written = [
        ("AIPLUS_LISTN", "127.0.0.1:8080"),
        ("AIPLUS_LOG", "inof"),
        ("AIPLUS_TRUSTED_DOCUMENTS", &*path("folder")),
        ("AIPLUS_OPERATORS", "NOWHERE"),
        ("AIPLUS_LISTEN", &*listen),
    ];
    let here = [
        "AIPLUS_LISTN",
        "AIPLUS_LOG (--log)",
        "AIPLUS_TRUSTED_DOCUMENTS (--trusted-documents)",
        "AIPLUS_OPERATORS (--operators)",
        "AIPLUS_LISTEN (--listen)",
    ];
    let set = [&written[..], &[("DATABASE_URL", "sqlite://first.db")]].concat();
    names(&wrong(terminal.aiplus(&["serve"]), &set).await, &here);
    let set = [&written[..], &[("DATABASE_URL", "mysql://first")]].concat();
    let lines = wrong(terminal.aiplus(&["serve"]), &set).await;
    let told = ["DATABASE_URL (--database-url)", here[0], here[1], here[2], here[4]];
    names(&lines, &told);
    let set = [&written[..3], &[("AIPLUS_LISTEN", "localhost")]].concat();
    let lines = wrong(terminal.aiplus(&["serve"]), &set).await;
    names(&lines, &[here[0], here[1], here[2], here[4]]);
    assert_eq!(files(folder), before, "nothing is touched");
}

async fn a_store_of_files_is_set_whole(place: Place) {
    let terminal = Terminal::new(&place).await;
    let all = [
        ("AIPLUS_S3_BUCKET", "AIPLUS_S3_BUCKET (--s3-bucket)", "files/aiplus"),
        ("AIPLUS_S3_ENDPOINT", "AIPLUS_S3_ENDPOINT (--s3-endpoint)", "http://[::1]:9000"),
        ("AIPLUS_S3_ACCESS_KEY", "AIPLUS_S3_ACCESS_KEY (--s3-access-key)", "key"),
        ("AIPLUS_S3_SECRET_KEY", "AIPLUS_S3_SECRET_KEY (--s3-secret-key)", "hunter2"),
    ];
    for (given, _, value) in all {
        let lines = wrong(terminal.aiplus(&["schema"]), &[(given, value)]).await;
        let missing: Vec<&str> =
            all.iter().filter(|it| it.0 != given).map(|(_, label, _)| *label).collect();
        names(&lines, &missing);
        assert!(!lines.join("").contains("hunter2"));
    }
    let mut whole = terminal.aiplus(&["schema"]);
    whole.envs(all.map(|(name, _, value)| (name, value)));
    assert_eq!(finished(whole).await.code, Some(0));
}

async fn an_operator_is_an_institution(place: Place) {
    let terminal = Terminal::new(&place).await;
    let variables = [("AIPLUS_OPERATORS", "MSS,TIPPA,NOWHERE"), ("AIPLUS_LISTEN", "127.0.0.1:0")];
    // Before the first start, while it prepares the database, or after it.
    for _ in 0..2 {
        let lines = wrong(terminal.aiplus(&[]), &variables).await;
        assert_eq!(
            lines,
            [
                "AIPLUS_OPERATORS (--operators): no institution has the code TIPPA; TIPA has",
                "AIPLUS_OPERATORS (--operators): no institution has the code NOWHERE",
            ]
        );
        assert_eq!(terminal.run(&["seed"]).await.code, Some(0));
    }
    // One that is no part of the starting set.
    let db = terminal.database().await;
    db.execute_unprepared("UPDATE institution SET code = 'NOWHERE' WHERE code = 'KOSME'")
        .await
        .unwrap();
    let variables = [("AIPLUS_OPERATORS", "MSS,NOWHERE"), ("AIPLUS_LOG", "off")];
    let mut command = terminal.aiplus(&["client", "list"]);
    command.envs(variables);
    let done = finished(command).await;
    assert_eq!(done.code, Some(0), "{}", done.err);
    let lines = wrong(
        terminal.aiplus(&[]),
        &[("AIPLUS_OPERATORS", "KOSMEE"), ("AIPLUS_LISTEN", "127.0.0.1:0")],
    )
    .await;
    assert_eq!(lines.len(), 1, "{lines:#?}");
    db.close().await.unwrap();
}

async fn what_is_right_is_taken(place: Place) {
    let terminal = Terminal::new(&place).await;
    let free = "127.0.0.1:0";
    for variables in [
        // Empty ones are none.
        &[("AIPLUS_PUBLIC_URL", ""), ("AIPLUS_CORS_ORIGINS", ""), ("AIPLUS_OPERATORS", "")][..],
        &[("AIPLUS_PUBLIC_URL", "https://api.example.kr/"), ("AIPLUS_LISTEN", free)],
        &[("AIPLUS_PUBLIC_URL", "http://[::1]:8080"), ("AIPLUS_TRUSTED_PROXIES", "10.0.0.1, ::1")],
        &[("AIPLUS_CORS_ORIGINS", "https://a.example.kr, http://localhost:3000")],
        &[("AIPLUS_LOG", "warn, aiplus=debug,sqlx::query=trace,hyper=off")],
        &[("AIPLUS_OPERATORS", "TIPA"), ("AIPLUS_LOG", "DEBUG")],
        // What other programs, the build, the README and a cluster set.
        &[
            ("AIPLUS_CLIENT_ID", "x"),
            ("AIPLUS_CLIENT_SECRET", "x"),
            ("AIPLUS_TOKEN", "x"),
            ("AIPLUS_WEB", "skip"),
            ("AIPLUS_TEST_ANYTHING", "x"),
        ],
        &[
            ("AIPLUS_SERVICE_HOST", "10.0.0.1"),
            ("AIPLUS_SERVICE_PORT", "80"),
            ("AIPLUS_SERVICE_PORT_HTTP", "80"),
            ("AIPLUS_PORT", "tcp://10.0.0.1:80"),
            ("AIPLUS_PORT_80_TCP", "tcp://10.0.0.1:80"),
            ("AIPLUS_PORT_80_TCP_ADDR", "10.0.0.1"),
            ("AIPLUS_DB_SERVICE_HOST", "10.0.0.2"),
            ("AIPLUS_DB_SERVICE_PORT", "5432"),
            ("AIPLUS_DB_PORT_5432_TCP_PROTO", "tcp"),
        ],
    ] {
        let mut command = terminal.aiplus(&["schema"]);
        command.envs(variables.iter().copied());
        let done = finished(command).await;
        assert_eq!((done.code, &*done.err), (Some(0), ""), "{variables:?}");
    }
    // A flag goes before a variable, wherever it stands.
    for arguments in [&["--log", "info", "schema"][..], &["schema", "--log", "info"]] {
        let mut command = terminal.aiplus(arguments);
        command.env("AIPLUS_LOG", "nonsense");
        assert_eq!(finished(command).await.code, Some(0), "{arguments:?}");
    }
    // Without a service the same names are mistakes.
    let lines = wrong(terminal.aiplus(&["schema"]), &[("AIPLUS_PORT", "8080")]).await;
    names(&lines, &["AIPLUS_PORT"]);
}

async fn files_are_for_their_owner_alone(place: Place) {
    let folder = TempDir::new().unwrap();
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
    let mut url = place.empty().await;
    let is_sqlite = database::is_sqlite(&url);
    if is_sqlite {
        url = format!("sqlite://{}", folder.path().join("a b.db").display());
    }
    let terminal = Terminal::over(url);
    // A mask that takes nothing away.
    let server = Running::start_with_mask(&terminal, "000").await;
    let mut made: Vec<PathBuf> = files(folder.path());
    if is_sqlite {
        let names: Vec<_> = made.iter().map(|file| file.file_name().unwrap().to_owned()).collect();
        assert_eq!(names, ["a b.db", "a b.db-shm", "a b.db-wal", "a b.db.lock"]);
    }
    made.push(terminal.key_file());
    for file in &made {
        assert_eq!(mode(file), 0o600, "{}", file.display());
    }
    // Files from before are taken from everybody else, those in use as well.
    for file in &made {
        std::fs::set_permissions(file, PermissionsExt::from_mode(0o664)).unwrap();
    }
    let second = Running::start_with_mask(&terminal, "022").await;
    for file in &made {
        assert_eq!(mode(file), 0o600, "{}", file.display());
    }
    let log = second.stop().await;
    for file in &made {
        let line = log.lines().find(|line| {
            line.contains("file.made_private") && line.contains(&format!("{} ", file.display()))
        });
        assert!(line.is_some_and(|line| line.contains("0664")), "{}: {log}", file.display());
    }
    assert_eq!(mode(folder.path()), 0o755, "folders stay as they are");
    let log = server.stop().await;
    assert!(!log.contains("file.made_private"), "{log}");
}
