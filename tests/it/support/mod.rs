//! Databases, applications and callers for the tests.

pub mod acting;
pub mod bucket;
pub mod client;
pub mod clients;
mod postgres;
pub mod proxy;
pub mod results;

use std::collections::HashMap;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

use aiplus::app::App;
use aiplus::auth::Access;
use aiplus::auth::keys::KeyStore;
use aiplus::config::{
    AccessSettings, FileSettings, Introspection, LimitSettings, RetentionSettings, ServeSettings,
    WebhookSettings,
};
use aiplus::database::reads::Reads;
use aiplus::database::{self, Store};
use aiplus::domain::principal::{Author, Principal};
use aiplus::error::Language;
use aiplus::files::{Files, Staged};
use aiplus::graphql::engine::{Call, EngineSettings};
use aiplus::graphql::persisted::Persisted;
use aiplus::graphql::request::Request;
use aiplus::service::webhook::Webhooks;
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use libtest_mimic::{Arguments, Failed, Trial};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Map, Value};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use postgres::Postgres;

/// A test: its name and what it does in a place of its own.
pub type Test = (&'static str, fn(Place) -> BoxFuture<'static, ()>);

/// Names tests of a module: `tests![first, second]`.
#[macro_export]
macro_rules! tests {
    ($($name:ident),* $(,)?) => {
        pub fn tests() -> Vec<$crate::support::Test> {
            vec![$((
                concat!(module_path!(), "::", stringify!($name)),
                |place| Box::pin($name(place)),
            )),*]
        }
    };
}

/// The present time of the tests.
pub fn now() -> DateTime<Utc> {
    "2026-11-22T03:00:00Z".parse().unwrap()
}

/// Makes databases on one kind of server, each a copy of a template.
enum Server {
    Sqlite { folder: TempDir },
    Postgres { server: Postgres },
}

impl Server {
    fn name(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "sqlite",
            Self::Postgres { .. } => "postgres",
        }
    }

    /// Removes a database with what stands beside its file: hundreds of them would fill a small disk.
    async fn remove(&self, url: &str) {
        match self {
            Self::Sqlite { .. } => {
                let path = url.trim_start_matches("sqlite://");
                for beside in ["", "-wal", "-shm", ".lock"] {
                    // What is not there needs no removal.
                    let _ = std::fs::remove_file(format!("{path}{beside}"));
                }
            }
            Self::Postgres { server } => server.remove(url).await,
        }
    }

    /// The address of an empty database.
    async fn empty(&self) -> String {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("t{}", COUNT.fetch_add(1, Ordering::Relaxed));
        match self {
            Self::Sqlite { folder } => format!("sqlite://{}/{name}.db", folder.path().display()),
            Self::Postgres { server } => server.create(&name, None).await,
        }
    }

    /// The address of a database with the starting data set and all that is illustrative.
    async fn full(&self) -> String {
        self.copy_of("template_full").await
    }

    async fn copy_of(&self, template: &str) -> String {
        match self {
            Self::Sqlite { folder } => {
                let url = self.empty().await;
                let path = PathBuf::from(url.trim_start_matches("sqlite://"));
                std::fs::copy(folder.path().join(format!("{template}.db")), path).unwrap();
                url
            }
            Self::Postgres { server } => server.create(&self.empty_name(), Some(template)).await,
        }
    }

    /// The address of an empty database, on PostgreSQL of one whose texts sort as Korean ones do.
    async fn localised(&self) -> String {
        match self {
            Self::Sqlite { .. } => self.empty().await,
            Self::Postgres { server } => {
                let how =
                    " TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'ko' LOCALE 'C.UTF-8'";
                server.create_as(&self.empty_name(), how).await
            }
        }
    }

    fn empty_name(&self) -> String {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        format!("f{}", COUNT.fetch_add(1, Ordering::Relaxed))
    }

    async fn make_template(&self) {
        let url = match self {
            Self::Sqlite { folder } => {
                format!("sqlite://{}/template_full.db", folder.path().display())
            }
            Self::Postgres { server } => server.create("template_full", None).await,
        };
        let db = database::connect(&url, 2).await.unwrap();
        database::migrate(&db).await.unwrap();
        for set in [aiplus::seed::starting_set().unwrap(), aiplus::seed::demo::set().unwrap()] {
            aiplus::seed::load(&db, &set, now(), |_, _| {}).await.unwrap();
        }
        database::analyze(&db).await.unwrap();
        db.close().await.unwrap();
        match self {
            Self::Sqlite { folder } => {
                let file = |name: &str| folder.path().join(format!("{name}.db"));
                std::fs::copy(file("template_full"), file("template_plain")).unwrap();
            }
            Self::Postgres { server } => {
                server.create("template_plain", Some("template_full")).await;
            }
        }
        let db = database::connect(&url, 2).await.unwrap();
        aiplus::seed::demo_results::load(&db, now(), |_, _| {}).await.unwrap();
        database::analyze(&db).await.unwrap();
        db.close().await.unwrap();
    }
}

/// An address of this machine that nobody listens at, for who has to name it before anybody does. It is none of those that
/// the system gives out by itself, from which another test could get it meanwhile.
pub fn free_address() -> SocketAddr {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    // Runs beside this one begin elsewhere.
    let start = std::process::id() as usize * 100;
    loop {
        let at = start + NEXT.fetch_add(1, Ordering::Relaxed);
        let address = SocketAddr::from(([127, 0, 0, 1], 20_000 + (at % 12_000) as u16));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}

/// Where a test runs.
#[derive(Clone)]
pub struct Place {
    server: Arc<Server>,
    /// Databases of the test, which end with it.
    made: Arc<Mutex<Vec<String>>>,
}

impl Place {
    fn keep(&self, url: String) -> String {
        self.made.lock().unwrap().push(url.clone());
        url
    }

    async fn clear(&self) {
        let made = std::mem::take(&mut *self.made.lock().unwrap());
        for url in made {
            self.server.remove(&url).await;
        }
    }

    /// Address of an empty database.
    pub async fn empty(&self) -> String {
        self.keep(self.server.empty().await)
    }

    /// An application over a database with all data.
    pub async fn app(&self) -> TestApp {
        let url = self.keep(self.server.full().await);
        TestApp::counted(url, Arc::new(TempDir::new().unwrap())).await
    }

    /// The same, for many questions that are each asked several times: PostgreSQL plans each of them once. To plan is what
    /// they cost it most.
    pub async fn app_of_many_questions(&self) -> TestApp {
        let url = self.keep(self.server.full().await);
        let (address, connections) = match &*self.server {
            Server::Sqlite { .. } => (url, CONNECTIONS),
            Server::Postgres { .. } => {
                let once = "statement-cache-capacity=3000&options=-c%20plan_cache_mode%3Dforce_generic_plan";
                (format!("{url}?{once}"), 2)
            }
        };
        TestApp::connected(address, connections, Arc::new(TempDir::new().unwrap())).await
    }

    /// An application over a database without results.
    pub async fn app_without_results(&self) -> TestApp {
        let url = self.keep(self.server.copy_of("template_plain").await);
        TestApp::counted(url, Arc::new(TempDir::new().unwrap())).await
    }

    /// An application over a database with the starting data set alone, on PostgreSQL one whose texts sort as
    /// Korean ones do.
    pub async fn localised_app(&self) -> TestApp {
        let url = self.keep(self.server.localised().await);
        let app = TestApp::counted(url, Arc::new(TempDir::new().unwrap())).await;
        database::migrate(&app.db).await.unwrap();
        let set = aiplus::seed::starting_set().unwrap();
        aiplus::seed::load(&app.db, &set, now(), |_, _| {}).await.unwrap();
        app
    }

    /// An application over a server of PostgreSQL that has a replica; none on SQLite, or where no server can be made.
    pub async fn replicated(&self) -> Option<Replicated> {
        let Server::Postgres { .. } = &*self.server else { return None };
        let primary = Postgres::another().await?;
        let from = self.keep(self.server.copy_of("template_plain").await);
        let url = primary.copy("aiplus", &from).await;
        let replica = primary.replica().await;
        let app = TestApp::counted(url, Arc::new(TempDir::new().unwrap())).await;
        Some(Replicated { replica, primary, app })
    }

    /// An application with settings of its own.
    pub async fn app_with(&self, settings: &ServeSettings) -> TestApp {
        let url = self.keep(self.server.full().await);
        let db = database::connect(&url, CONNECTIONS).await.unwrap();
        TestApp::over(url, db, Arc::default(), settings, Arc::new(TempDir::new().unwrap()))
    }
}

/// Connections to a test's database: more than most tests have calls at once. Who finds none on a slow machine within two
/// seconds is told to come again, which is no subject of theirs.
pub const CONNECTIONS: u32 = 16;

/// Settings of those who may come in.
pub fn access_settings() -> AccessSettings {
    AccessSettings {
        signing_key_file: None,
        operators: vec!["MSS".to_owned(), "TIPA".to_owned()],
        issuers_file: None,
    }
}

/// An application, and the servers of its database.
pub struct Replicated {
    pub replica: Postgres,
    pub primary: Postgres,
    pub app: TestApp,
}

/// An application whose statements are counted.
pub struct TestApp {
    pub app: App,
    pub db: Store,
    /// Address of the database.
    pub url: String,
    pub settings: ServeSettings,
    /// Folder of the signing keys.
    pub keys: Arc<TempDir>,
    statements: Arc<Mutex<Vec<Statement>>>,
}

impl TestApp {
    async fn counted(url: String, keys: Arc<TempDir>) -> Self {
        Self::connected(url, CONNECTIONS, keys).await
    }

    async fn connected(url: String, connections: u32, keys: Arc<TempDir>) -> Self {
        let mut db = database::connect(&url, connections).await.unwrap();
        let statements = Arc::new(Mutex::new(Vec::new()));
        let counted = statements.clone();
        db.set_metric_callback(move |info| counted.lock().unwrap().push(info.statement.clone()));
        Self::over(url, db, statements, &settings(), keys)
    }

    /// Another server of the same cluster: the same database and keys, and nothing else in common.
    pub async fn another(&self) -> Self {
        Self::counted(self.url.clone(), self.keys.clone()).await
    }

    fn over(
        url: String,
        db: Store,
        statements: Arc<Mutex<Vec<Statement>>>,
        settings: &ServeSettings,
        keys: Arc<TempDir>,
    ) -> Self {
        let app = Self::made(&keys, db.clone(), None, settings);
        Self { app, db, url, settings: settings.clone(), keys, statements }
    }

    /// An application of these connections.
    pub fn made(keys: &TempDir, db: Store, reads: Option<Reads>, settings: &ServeSettings) -> App {
        let store = KeyStore::open(keys.path().join("keys.pem"), Utc::now()).unwrap();
        let access = Access::new(&access_settings(), store, &settings.public_url()).unwrap();
        let trusted = settings.limits.trusted_documents.as_deref();
        // They can be written everywhere, and are sent where a test wants it.
        let hooks = match settings.webhooks.addresses().is_off() {
            true => webhooks(),
            false => settings.webhooks.clone(),
        };
        let engine = EngineSettings {
            introspection: settings.limits.introspection,
            persisted: Persisted::read(trusted).unwrap(),
            webhooks: Webhooks::open(&hooks, &keys.path().join("keys.pem")).unwrap(),
        };
        App::new(db, reads, access, engine)
    }

    /// Another server of the same database and keys as it is run, with connections of its own for reading,
    /// by another address of the database.
    pub async fn served_by(&self, url: &str, connections: u32, settings: &ServeSettings) -> App {
        let db = database::connect(url, connections).await.unwrap();
        let longest = settings.limits.query_timeout();
        let reads = Reads::open(url, None, connections, &db, longest).await.unwrap();
        Self::made(&self.keys, db, Some(reads), settings)
    }

    /// File of the signing keys.
    pub fn key_file(&self) -> PathBuf {
        self.keys.path().join("keys.pem")
    }

    /// Answer to a query of an anonymous caller.
    pub async fn query(&self, query: &str) -> Value {
        self.ask(&Principal::Anonymous, query, Value::Null).await
    }

    /// Answer as text, to look at the order of its keys.
    pub async fn text(&self, principal: &Principal, query: &str, variables: Value) -> String {
        self.text_at(principal, now(), query, variables).await
    }

    async fn text_at(
        &self,
        principal: &Principal,
        now: DateTime<Utc>,
        query: &str,
        variables: Value,
    ) -> String {
        let variables = match variables {
            Value::Object(variables) => variables,
            _ => Map::new(),
        };
        let uploads = uploads(variables.get("input")).await;
        let request = Request { query: query.to_owned(), variables, uploads, ..Request::default() };
        let author = Author { principal, request_id: "test", address: None, now };
        self.text_as(author, &request).await
    }

    /// Answer to an author's request as text.
    pub async fn text_as(&self, author: Author<'_>, request: &Request) -> String {
        let call = Call { author, language: Language::English, allowance: None };
        let mut answered = self.app.engine.execute(request, &call).await;
        // What it cost is the subject of tests of its own.
        answered.cost = None;
        answered.into_json(Language::English, "test")
    }

    /// Answer at an instant.
    pub async fn ask_at(
        &self,
        principal: &Principal,
        now: DateTime<Utc>,
        query: &str,
        variables: Value,
    ) -> Value {
        serde_json::from_str(&self.text_at(principal, now, query, variables).await).unwrap()
    }

    /// Answer to a query.
    pub async fn ask(&self, principal: &Principal, query: &str, variables: Value) -> Value {
        serde_json::from_str(&self.text(principal, query, variables).await).unwrap()
    }

    /// Data of a query that must not fail.
    pub async fn data(&self, query: &str) -> Value {
        let answer = self.query(query).await;
        assert!(answer.get("errors").is_none(), "{query}\n{answer:#}");
        answer["data"].clone()
    }

    /// Code of the first error of a query that must fail.
    pub async fn refusal(&self, query: &str) -> String {
        let answer = self.query(query).await;
        let code = &answer["errors"][0]["extensions"]["code"];
        code.as_str().unwrap_or_else(|| panic!("no error code for {query}: {answer}")).to_owned()
    }

    /// Statements since the last call.
    pub fn statements(&self) -> Vec<String> {
        self.bound_statements().into_iter().map(|statement| statement.sql).collect()
    }

    /// Statements since the last call, with their values.
    pub fn bound_statements(&self) -> Vec<Statement> {
        std::mem::take(&mut *self.statements.lock().unwrap())
    }

    /// Runs a statement beside the product, to arrange what the API cannot yet.
    pub async fn sql(&self, sql: &str) {
        self.db.execute_unprepared(sql).await.unwrap();
    }

    /// Takes the lock off the audit, for tests that tamper with it.
    pub async fn unlock_audit(&self) {
        let triggers: &[&str] = if self.is_postgres() {
            &["audit_event_append_only ON audit_event"]
        } else {
            &["audit_event_no_update", "audit_event_no_delete"]
        };
        for trigger in triggers {
            self.sql(&format!("DROP TRIGGER {trigger}")).await;
        }
    }

    /// Whether it runs on PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        self.db.get_database_backend() == DbBackend::Postgres
    }

    /// The routes.
    pub fn router(&self) -> axum::Router {
        let (_, stopping) = tokio::sync::watch::channel(false);
        aiplus::http::router(self.app.clone(), &self.settings, stopping)
    }
}

/// Settings of a server under test.
pub fn settings() -> ServeSettings {
    ServeSettings {
        metrics_listen: None,
        listen: "127.0.0.1:0".parse().unwrap(),
        public_url: Some("http://api.test".to_owned()),
        graphiql: true,
        cors_origins: Vec::new(),
        trusted_proxies: Vec::new(),
        drain: 0,
        audit_anchor_file: None,
        reminders: false,
        retention: RetentionSettings::default(),
        files: FileSettings { files: Some(files()), ..FileSettings::default() },
        webhooks: WebhookSettings::default(),
        limits: LimitSettings {
            query_timeout: 10,
            export_timeout: 3600,
            address_rate: 6000,
            address_cost: 60_000,
            share: 50,
            rate_loopback: false,
            client_rate: 60_000,
            connections: 100,
            connections_per_address: 0,
            sockets_per_address: 100,
            introspection: Introspection::Everyone,
            trusted_documents: None,
        },
    }
}

/// A folder of files for all tests that need none of their own: contents are kept by their hashes.
fn files() -> PathBuf {
    static FOLDER: LazyLock<TempDir> = LazyLock::new(|| TempDir::new().unwrap());
    FOLDER.path().to_owned()
}

/// What comes with a request whose input names a file.
pub async fn uploads(input: Option<&Value>) -> Arc<[Staged]> {
    if input.and_then(|input| input.get("file")).is_none() {
        return Arc::default();
    }
    let mut incoming = Files::new(&settings().files).receive(None).await.unwrap();
    incoming.write(b"%PDF-1.7").await.unwrap();
    Arc::from([incoming.finish("minutes.pdf").await.unwrap()])
}

/// Settings by which webhooks are sent to this machine.
pub fn webhooks() -> WebhookSettings {
    WebhookSettings {
        webhooks: "public".parse().unwrap(),
        webhook_networks: vec!["127.0.0.0/8".parse().unwrap()],
        webhook_timeout: 1,
        ..WebhookSettings::default()
    }
}

/// How many of the tests that took longest are told.
const SLOWEST: usize = 20;

/// How often each test is run, to find those that fail by chance.
const REPEAT: &str = "AIPLUS_TEST_REPEAT";

/// Runs every test on every database at hand.
pub fn run(tests: Vec<Test>) -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Tests wait for time-outs, processes and databases as much as they compute.
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    arguments.test_threads.get_or_insert(2 * cores);
    let runtime = Arc::new(Runtime::new().unwrap());
    let mut servers = vec![Server::Sqlite { folder: TempDir::new().unwrap() }];
    match runtime.block_on(Postgres::find()) {
        Ok(server) => servers.push(Server::Postgres { server }),
        Err(missing) => {
            println!("PostgreSQL: {missing}; its tests do not run");
            if std::env::var_os("CI").is_some() {
                println!("CI needs PostgreSQL");
                return ExitCode::FAILURE;
            }
        }
    }
    let servers: Vec<Arc<Server>> = servers.into_iter().map(Arc::new).collect();
    if !arguments.list {
        for server in &servers {
            runtime.block_on(server.make_template());
        }
    }
    let mut counts: Vec<(&'static str, Arc<AtomicUsize>)> = Vec::new();
    let mut trials = Vec::new();
    let took: Arc<Mutex<Vec<(Duration, String)>>> = Arc::default();
    let times = std::env::var(REPEAT).map_or(1, |times| times.parse().unwrap());
    for server in &servers {
        let count = Arc::new(AtomicUsize::new(0));
        counts.push((server.name(), count.clone()));
        for (name, test) in tests.iter().flat_map(|test| std::iter::repeat_n(test, times)) {
            let name = name.trim_start_matches("it::");
            let place = Place { server: server.clone(), made: Arc::default() };
            let (test, runtime, count) = (*test, runtime.clone(), count.clone());
            let (name, took) = (format!("{}::{name}", server.name()), took.clone());
            trials.push(Trial::test(name.clone(), move || {
                count.fetch_add(1, Ordering::Relaxed);
                let begun = Instant::now();
                // A panic of the test is its failure; joining carries it here.
                runtime.block_on(async {
                    let ended = tokio::spawn(test(place.clone())).await;
                    place.clear().await;
                    took.lock().unwrap().push((begun.elapsed(), name));
                    ended.map_err(|_| Failed::without_message())
                })
            }));
        }
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    if !arguments.list {
        let ran: Vec<String> = counts
            .iter()
            .map(|(name, count)| format!("{} on {name}", count.load(Ordering::Relaxed)))
            .collect();
        println!("tests ran: {}\n", ran.join(", "));
        let mut took = took.lock().unwrap();
        took.sort_by(|one, other| other.cmp(one));
        for (took, name) in took.iter().take(SLOWEST) {
            println!("{:>6.1} s  {name}", took.as_secs_f64());
        }
        // What a part of the suite costs, several at a time.
        let mut modules: HashMap<&str, f64> = HashMap::new();
        for (took, name) in took.iter() {
            let module = name.rsplit_once("::").map_or(&**name, |(module, _)| module);
            *modules.entry(module).or_default() += took.as_secs_f64();
        }
        let mut modules: Vec<_> = modules.into_iter().collect();
        modules.sort_by(|one, other| other.1.total_cmp(&one.1));
        println!();
        for (module, took) in modules.iter().take(SLOWEST) {
            println!("{took:>6.0} s  {module}");
        }
    }
    conclusion.exit_code()
}
