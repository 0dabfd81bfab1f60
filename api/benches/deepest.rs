//! What the read path costs: the deepest query (20 meetings with their agenda, attendance and statements)
//! beside a handler written by hand for this one answer, over the same database, in one run.
//!
//! ```text
//! cargo bench --profile dist -p aiplus --bench deepest
//! DATABASE_URL=postgres://USER@HOST/EMPTY_DATABASE cargo bench --profile dist -p aiplus --bench deepest -- --rounds 20
//! ```
//!
//! The bench makes a database (SQLite in a temporary folder, or the empty PostgreSQL database at
//! `DATABASE_URL`): the starting data set and 40 made-up meetings. It starts itself twice over, as the
//! product and as the handler, each a process with the same pool, allocator, runtime and HTTP stack; sees
//! that both give the same bytes; then asks both in turn, round by round, and reads the CPU time of each
//! process from `/proc` (so it runs on Linux only). SQLite works inside the server and counts on both
//! sides; PostgreSQL's own processes count on neither. It fails above [`LIMIT`] times the handler's CPU.
//!
//! The handler has what the answer needs and nothing else: four prepared statements on one connection,
//! to-one rows joined, rows read by position and written straight to text. It looks at no request body.

#![expect(clippy::print_stdout, reason = "the report is what the bench is for")]

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{BufRead, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

use aiplus::app::{App, Progress};
use aiplus::auth::Access;
use aiplus::auth::keys::KeyStore;
use aiplus::config::{AccessSettings, DatabaseSettings, LogSettings, ServeSettings};
use aiplus::graphql::engine::EngineSettings;
use aiplus::graphql::persisted::Persisted;
use aiplus::{database, http, telemetry};
use clap::Parser;
use futures_util::future::try_join_all;
use sea_orm::{DatabaseConnection, DbBackend};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Server CPU per request that the product may take, as a multiple of the handler's.
const LIMIT: f64 = 3.0;
/// Made-up meetings; they lie after all others, so that a page holds none but them.
const MADE_UP: u32 = 40;
/// Rows of a page, as the query asks for them at each list.
const PAGE: usize = 20;

const QUERY: &str = "{ meetings(first: 20) { edges { node { id code title { ko en } heldOn startsAt status \
    agenda(first: 20) { nodes { id position number title { ko } startsAt endsAt presenterGroup { ko } } } \
    attendance(first: 20) { nodes { id position role status headCount groupLabel { ko } \
        institution { id code name { ko en } kind } person { id name { ko } } } } \
    statements(first: 20) { nodes { id position summary { ko } \
        person { id code name { ko en } } institution { id code name { ko } } } } \
    } } pageInfo { hasNextPage endCursor } } }";

/// CPU of the deepest query beside that of a handler written by hand
#[derive(Debug, Parser)]
#[command(name = "deepest", max_term_width = 100)]
struct Options {
    /// Rounds, each of both servers
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    rounds: u32,
    /// Requests to each server in a round
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(4..=1_000_000))]
    requests: u32,
    /// Given by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
    /// Given to the servers: which one, and where it listens
    #[arg(long, num_args = 2, value_names = ["SERVER", "ADDRESS"], hide = true)]
    serve: Option<Vec<String>>,
    #[command(flatten)]
    database: DatabaseSettings,
    #[command(flatten)]
    access: AccessSettings,
    #[command(flatten)]
    settings: ServeSettings,
    #[command(flatten)]
    log: LogSettings,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    let done = match options.serve.as_deref() {
        Some([server, address]) => serve(&options, server, address).await.map(|()| true),
        _ if options.bench => compare(&options).await,
        _ => {
            println!("deepest: measures with `cargo bench` only");
            Ok(true)
        }
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("deepest: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Prepares the database, starts both servers, and measures; tells whether the limit is kept.
async fn compare(options: &Options) -> Result<bool, Failure> {
    let name = format!("aiplus-deepest-{}", std::process::id());
    let folder = Folder(std::env::temp_dir().join(name));
    std::fs::create_dir(&folder.0)?;
    let mut database = options.database.clone();
    database.database_read_url = None;
    if !database.database_url.starts_with("postgres") {
        database.database_url = format!("sqlite://{}", folder.0.join("deepest.db").display());
    }
    let mut access = options.access.clone();
    let keys = access.signing_key_file.get_or_insert_with(|| folder.0.join("keys.pem")).clone();
    made_up::prepare(&database, &access, &options.settings).await?;

    let body = serde_json::json!({ "query": QUERY }).to_string();
    let post = "POST /graphql HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n";
    let post = format!("{post}content-length: {}\r\n\r\n{body}", body.len());
    let get = "GET /meetings HTTP/1.1\r\nhost: bench\r\n\r\n".to_owned();
    let product = Server::start("product", post, &database, &keys).await?;
    let mut servers = [product, Server::start("hand", get, &database, &keys).await?];
    let answers = [servers[0].answer().await?, servers[1].answer().await?];
    if answers[0] != answers[1] {
        return Err(difference(&answers[0], &answers[1]).into());
    }
    let (size, leaves) = (answers[0].len(), leaves(&serde_json::from_slice(&answers[0])?));
    println!("both answer the same {size} bytes, {leaves} leaves; 4 connections to each");

    let mut rounds: Vec<[f64; 3]> = Vec::new();
    // Round 0 warms up.
    for number in 0..=options.rounds {
        let mut spent = [0.0; 2];
        let first = usize::from(number % 2 == 0);
        for at in [first, 1 - first] {
            spent[at] = servers[at].round(options.requests, size).await?;
        }
        let ([product, hand], ratio) = (spent, spent[0] / spent[1]);
        if number > 0 {
            println!(
                "round {number:2}: product {product:.0} µs, hand {hand:.0} µs, ratio {ratio:.2}"
            );
            rounds.push([product, hand, ratio]);
        }
    }
    let column = |at: usize| median(rounds.iter().map(|round| round[at]).collect());
    let [product, hand, ratio] = [0, 1, 2].map(column);
    println!("server CPU per request, medians of {} rounds:", rounds.len());
    println!("product {product:.0} µs, hand {hand:.0} µs, ratio {ratio:.2} (limit {LIMIT:.1})");
    Ok(ratio <= LIMIT)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 {
        values[middle]
    } else {
        f64::midpoint(values[middle - 1], values[middle])
    }
}

fn leaves(value: &serde_json::Value) -> usize {
    match value {
        serde_json::Value::Array(items) => items.iter().map(leaves).sum(),
        serde_json::Value::Object(fields) => fields.values().map(leaves).sum(),
        _ => 1,
    }
}

/// Where two answers begin to differ.
fn difference(product: &[u8], hand: &[u8]) -> String {
    let at = product.iter().zip(hand).take_while(|(one, other)| one == other).count();
    let [product, hand] = [product, hand].map(|bytes| {
        String::from_utf8_lossy(&bytes[at.saturating_sub(80)..bytes.len().min(at + 80)])
            .into_owned()
    });
    format!("the answers differ at byte {at}:\n  product …{product}…\n  hand    …{hand}…")
}

/// CPU time of a process so far, in µs: by thread as the scheduler counts it, or else, by the kernel's
/// ticks, of the whole process under one name.
fn cpu_time(process: u32) -> Result<HashMap<OsString, f64>, Failure> {
    let mut times = HashMap::new();
    for task in std::fs::read_dir(format!("/proc/{process}/task"))? {
        let task = task?;
        // A thread may end while it is looked at.
        let Ok(text) = std::fs::read_to_string(task.path().join("schedstat")) else { continue };
        if let Some(nanoseconds) = text.split(' ').next().and_then(|time| time.parse::<f64>().ok())
        {
            times.insert(task.file_name(), nanoseconds / 1e3);
        }
    }
    if times.values().sum::<f64>() == 0.0 {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
        // The name of the program, in brackets, may hold spaces. User and system time stand 14th and 15th.
        let rest = stat.rsplit_once(") ").ok_or("/proc has no times of processes")?.1;
        let ticks: f64 =
            rest.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
        times = HashMap::from([(OsString::new(), ticks * 10_000.0)]);
    }
    Ok(times)
}

/// A temporary folder, gone in the end.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// One of the two servers: a process of its own, asked the same thing over and over on four connections.
struct Server {
    child: Child,
    request: String,
    connections: Vec<BufStream>,
}

type BufStream = tokio::io::BufReader<TcpStream>;

impl Server {
    async fn start(
        name: &str,
        request: String,
        on: &DatabaseSettings,
        keys: &Path,
    ) -> Result<Self, Failure> {
        let child = Command::new(std::env::current_exe()?)
            .args(["--serve", name, "127.0.0.1:0"])
            .args(["--database-connections", &on.database_connections.to_string()])
            // Not among the arguments, which everybody on the machine can read.
            .env("DATABASE_URL", &on.database_url)
            .env("AIPLUS_SIGNING_KEY_FILE", keys)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut server = Self { child, request, connections: Vec::new() };
        let mut address = String::new();
        let out = server.child.stdout.take().ok_or("a server without output")?;
        std::io::BufReader::new(out).read_line(&mut address)?;
        let address = address.trim().parse::<SocketAddr>();
        let address = address.map_err(|_| format!("the server {name} did not start"))?;
        for _ in 0..4 {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            server.connections.push(BufStream::with_capacity(64 * 1024, stream));
        }
        Ok(server)
    }

    async fn answer(&mut self) -> Result<Vec<u8>, Failure> {
        ask(&mut self.connections[0], &self.request).await
    }

    /// CPU time of a request, in µs, over about as many as told; every answer has to be of the size known.
    async fn round(&mut self, requests: u32, size: usize) -> Result<f64, Failure> {
        let before = cpu_time(self.child.id())?;
        let times = requests.div_ceil(4);
        let request = &self.request;
        let turns = self.connections.iter_mut().map(async |connection| {
            for _ in 0..times {
                let found = ask(connection, request).await?.len();
                if found != size {
                    return Err(Failure::from(format!("an answer of {found} bytes, not {size}")));
                }
            }
            Ok(())
        });
        try_join_all(turns).await?;
        // What a server does after its last answer is part of the cost.
        tokio::time::sleep(Duration::from_millis(20)).await;
        let after = cpu_time(self.child.id())?;
        let of = |(thread, time): (&OsString, &f64)| time - before.get(thread).unwrap_or(&0.0);
        let spent: f64 = after.iter().map(of).sum();
        Ok(spent / f64::from(times * 4))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// As much of HTTP/1.1 as the bench needs: sends a request; the body of its answer.
async fn ask(connection: &mut BufStream, request: &str) -> Result<Vec<u8>, Failure> {
    connection.write_all(request.as_bytes()).await?;
    let mut head = String::new();
    while connection.read_line(&mut head).await? > 2 {}
    head.make_ascii_lowercase();
    let mut headers = head.lines().filter_map(|line| line.split_once(": "));
    match headers.find(|(name, _)| *name == "content-length") {
        Some((_, length)) if head.starts_with("http/1.1 200 ") => {
            let mut body = vec![0; length.parse()?];
            connection.read_exact(&mut body).await?;
            Ok(body)
        }
        _ => Err(format!("a server answered: {head}").into()),
    }
}

/// Is one of the two servers, until its standard input ends with the bench.
async fn serve(options: &Options, server: &str, address: &str) -> Result<(), Failure> {
    std::thread::spawn(|| {
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
    telemetry::start(&options.log);
    let listener = TcpListener::bind(address).await?;
    let on = &options.database;
    let db = database::connect(&on.database_url, on.database_connections).await?;
    println!("{}", listener.local_addr()?);
    match server {
        "product" => {
            let file = options.access.key_file(&options.database);
            let keys = KeyStore::open(file, chrono::Utc::now())?;
            let access = Access::new(&options.access, keys, &options.settings.public_url())?;
            let engine = EngineSettings {
                introspection: options.settings.limits.introspection,
                persisted: Persisted::default(),
                webhooks: None,
            };
            let app = App::new(db, None, access, engine);
            http::serve(listener, app, &options.settings).await?;
        }
        _ => axum::serve(listener, hand::router(&db)).await?,
    }
    Ok(())
}

/// The database: the starting data set and the made-up meetings.
mod made_up {
    use chrono::{Months, NaiveDate, Utc};
    use sea_orm::{ConnectionTrait, sqlx};
    use uuid::Uuid;

    use super::{
        AccessSettings, App, DatabaseConnection, DatabaseSettings, DbBackend, Failure, MADE_UP,
        Progress, ServeSettings, database,
    };

    struct Silent;

    impl Progress for Silent {
        fn step(&mut self, _: &str) {}
    }

    pub async fn prepare(
        settings: &DatabaseSettings,
        access: &AccessSettings,
        serve: &ServeSettings,
    ) -> Result<(), Failure> {
        let db = database::connect(&settings.database_url, 1).await?;
        if db.get_database_backend() == DbBackend::Postgres {
            let tables = "SELECT count(*) FROM information_schema.tables \
                WHERE table_schema = current_schema()";
            let pool = db.get_postgres_connection_pool();
            let tables: i64 = sqlx::query_scalar(tables).fetch_one(pool).await?;
            if tables > 0 {
                return Err("the database at DATABASE_URL is not empty".into());
            }
        }
        db.close().await?;
        let (app, _) = App::start(settings, access, serve, &mut Silent).await?;
        let first = NaiveDate::from_ymd_opt(2030, 1, 15).ok_or("no such day")?;
        for number in 0..MADE_UP {
            let day = first.checked_add_months(Months::new(number)).ok_or("no such day")?;
            meeting(&app.db, number, day).await?;
        }
        database::analyze(&app.db).await?;
        app.close().await?;
        Ok(())
    }

    /// A held meeting with 7 agenda items, 12 attendances, of which 10 name somebody, and 6 statements.
    async fn meeting(db: &DatabaseConnection, number: u32, day: NaiveDate) -> Result<(), Failure> {
        let code = format!("MADE_UP_{number:02}");
        let ko = format!("제{number}차 중소·벤처 AI 대전환 월례 토론회(예시)");
        let en = format!("Made-up \"AI\" monthly talk no. {number}");
        let of = format!("(SELECT id FROM meeting WHERE code = '{code}')");
        let at = |m: i32| format!("'{day}T{:02}:{:02}:00+00:00'", 5 + m / 60, m % 60);
        let null = || "NULL".to_owned();
        // Somebody of the starting data set, another one each time.
        let some = |table: &str, place: i32| {
            let at = format!("({number} * 7 + {place}) % (SELECT count(*) FROM {table})");
            format!("(SELECT id FROM {table} ORDER BY code LIMIT 1 OFFSET {at})")
        };

        let meeting =
            format!("'{code}', 'MONTHLY', 'HELD', '{ko}', '{en}', '{day}', {}, 'OPEN'", at(0));
        let columns = "code, kind, status, title_ko, title_en, held_on, starts_at, press_access";
        insert(db, "meeting", columns, [meeting]).await?;

        let columns =
            "meeting_id, position, number, title_ko, presenter_group_ko, starts_at, ends_at";
        let items = (1..=7).map(|place| {
            let title = "지역 AI 대전환 사업 우수사례 소개와 기업 현장의견 토론";
            let group = if place % 2 == 0 { "'협·단체'" } else { "NULL" };
            let (from, to) = (at(place * 15 - 15), at(place * 15));
            format!("{of}, {place}, '{place}', '{title}', {group}, {from}, {to}")
        });
        insert(db, "agenda_item", columns, items).await?;

        let columns = "meeting_id, position, role, status, person_id, institution_id, \
            group_label_ko, head_count";
        let attendances = (1..=12).map(|place| {
            let (person, institution, group) = match place % 6 {
                0 => (null(), null(), "'AI 공급기업 및 수요기업 관계자', 20"),
                1 => (some("person", place), null(), "NULL, 1"),
                2 => (some("person", place), some("institution", place), "NULL, 1"),
                _ => (null(), some("institution", place), "NULL, NULL"),
            };
            format!("{of}, {place}, 'PARTICIPANT', 'ATTENDED', {person}, {institution}, {group}")
        });
        insert(db, "attendance", columns, attendances).await?;

        let columns = "meeting_id, position, code, person_id, institution_id, summary_ko";
        let statements = (1..=6).map(|place| {
            let (person, institution) = match place % 2 {
                0 => (some("person", place), null()),
                _ => (null(), some("institution", place)),
            };
            let summary = "현장에서 쓸 데이터가 모자라 도입이 더디므로, \
                업종별 공용 데이터와 전문 인력을 함께 지원해야 한다는 의견";
            format!("{of}, {place}, '{code}_{place}', {person}, {institution}, '{summary}'")
        });
        insert(db, "statement", columns, statements).await
    }

    /// Writes rows of facts: their own columns, and those that every fact has.
    async fn insert(
        db: &DatabaseConnection,
        table: &str,
        columns: &str,
        rows: impl IntoIterator<Item = String>,
    ) -> Result<(), Failure> {
        let now = Utc::now().to_rfc3339();
        let quote = if db.get_database_backend() == DbBackend::Postgres { "'" } else { "x'" };
        let rows = rows.into_iter().map(|row| {
            let id = Uuid::now_v7().simple();
            format!("({quote}{id}', 'PUBLIC', 'ILLUSTRATIVE', 1, '{now}', '{now}', {row})")
        });
        let rows = rows.collect::<Vec<_>>().join(", ");
        let columns = format!("id, visibility, origin, version, created_at, updated_at, {columns}");
        let sql = format!("INSERT INTO {table} ({columns}) VALUES {rows}");
        db.execute_unprepared(&sql).await?;
        Ok(())
    }
}

/// The handler written by hand.
mod hand {
    use std::collections::HashMap;
    use std::fmt::Write as _;
    use std::sync::LazyLock;

    use aiplus::domain::quarter::seoul;
    use aiplus::read::{global_id, page};
    use axum::http::header;
    use axum::response::IntoResponse;
    use axum::{Router, routing::get};
    use chrono::{DateTime, SecondsFormat, Utc};
    use sea_orm::sqlx::{self, Row as _};
    use uuid::Uuid;

    use super::{DatabaseConnection, DbBackend, PAGE};

    pub fn router(db: &DatabaseConnection) -> Router {
        let handler = if db.get_database_backend() == DbBackend::Postgres {
            let pool = db.get_postgres_connection_pool().clone();
            get(async move || answer(postgres(&pool).await))
        } else {
            let pool = db.get_sqlite_connection_pool().clone();
            get(async move || answer(sqlite(&pool).await))
        };
        Router::new().route("/meetings", handler)
    }

    fn answer(body: Result<String, sqlx::Error>) -> impl IntoResponse {
        let body = body.unwrap_or_else(|error| error.to_string());
        ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], body)
    }

    /// One more than a page, to know whether there is a next one.
    const MEETINGS: &str = "SELECT b.id, b.code, b.title_ko, b.title_en, b.held_on, b.starts_at, b.status FROM meeting b \
        WHERE b.visibility = 'PUBLIC' ORDER BY b.held_on DESC, b.id DESC LIMIT 21";

    /// The statements of agenda, attendance and statements: the public rows of the meetings `meant`. The
    /// index gives them by meeting in their order, so each meeting's page is cut when it is written.
    fn children(meant: &str) -> [String; 3] {
        [
            "b.number, b.title_ko, b.starts_at, b.ends_at, b.presenter_group_ko FROM agenda_item b",
            "b.role, b.status, b.head_count, b.group_label_ko, i.id, i.code, i.name_ko, i.name_en, i.kind, \
             p.id, p.name_ko FROM attendance b \
             LEFT JOIN institution i ON i.id = b.institution_id AND i.visibility = 'PUBLIC' \
             LEFT JOIN person p ON p.id = b.person_id AND p.visibility = 'PUBLIC'",
            "b.summary_ko, p.id, p.code, p.name_ko, p.name_en, i.id, i.code, i.name_ko FROM statement b \
             LEFT JOIN person p ON p.id = b.person_id AND p.visibility = 'PUBLIC' \
             LEFT JOIN institution i ON i.id = b.institution_id AND i.visibility = 'PUBLIC'",
        ]
        .map(|rows| {
            format!(
                "SELECT b.meeting_id, b.id, b.position, {rows} WHERE b.meeting_id {meant} AND b.visibility = 'PUBLIC' \
                 ORDER BY b.meeting_id, b.position, b.id"
            )
        })
    }

    static OF_POSTGRES: LazyLock<[String; 3]> = LazyLock::new(|| children("= ANY($1)"));
    static OF_SQLITE: LazyLock<[String; 3]> = LazyLock::new(|| {
        let places: Vec<String> = (1..=PAGE).map(|place| format!("${place}")).collect();
        children(&format!("IN ({})", places.join(", ")))
    });

    /// A row of either driver, read by position. The columns are of our own tables: their kinds are known.
    trait Cells {
        fn text(&self, at: usize) -> Option<&str>;
        fn key(&self, at: usize) -> Option<Uuid>;
        fn number(&self, at: usize) -> Option<i32>;
        fn instant(&self, at: usize) -> Option<DateTime<Utc>>;
    }

    /// The rows of a driver, and the answer by it; what differs is how keys are bound.
    macro_rules! driver {
        ($name:ident, $database:ty, $row:ty, $texts:ident, |$query:ident, $keys:ident| $bound:expr) => {
            #[rustfmt::skip]
            impl Cells for $row {
                fn text(&self, at: usize) -> Option<&str> { self.get_unchecked(at) }
                fn key(&self, at: usize) -> Option<Uuid> { self.get_unchecked(at) }
                fn number(&self, at: usize) -> Option<i32> { self.get_unchecked(at) }
                fn instant(&self, at: usize) -> Option<DateTime<Utc>> { self.get_unchecked(at) }
            }

            async fn $name(pool: &sqlx::Pool<$database>) -> Result<String, sqlx::Error> {
                let mut connection = pool.acquire().await?;
                let meetings = sqlx::query(MEETINGS).fetch_all(&mut *connection).await?;
                let $keys: Vec<Uuid> = meetings.iter().take(PAGE).filter_map(|row| row.key(0)).collect();
                let mut below = [Vec::new(), Vec::new(), Vec::new()];
                for (text, rows) in $texts.iter().zip(&mut below) {
                    let $query = sqlx::query(text.as_str());
                    *rows = $bound.fetch_all(&mut *connection).await?;
                }
                Ok(write(&meetings, &below))
            }
        };
    }

    driver!(postgres, sqlx::Postgres, sqlx::postgres::PgRow, OF_POSTGRES, |query, keys| {
        query.bind(keys.as_slice())
    });
    driver!(sqlite, sqlx::Sqlite, sqlx::sqlite::SqliteRow, OF_SQLITE, |query, keys| {
        (0..PAGE).fold(query, |query, place| query.bind(keys.get(place).copied()))
    });

    /// The rows of each meeting, in their order.
    fn by_meeting<R: Cells>(rows: &[R]) -> HashMap<Option<Uuid>, &[R]> {
        let groups = rows.chunk_by(|one, next| one.key(0) == next.key(0));
        groups.map(|group| (group[0].key(0), group)).collect()
    }

    fn write<R: Cells>(meetings: &[R], below: &[Vec<R>; 3]) -> String {
        let [agenda, attendance, statements] = below.each_ref().map(|rows| by_meeting(rows));
        let page = &meetings[..meetings.len().min(PAGE)];
        let mut answer = String::with_capacity(160 * 1024);
        let out = &mut answer;
        out.push_str(r#"{"data":{"meetings":{"edges":["#);
        for (at, row) in page.iter().enumerate() {
            let key = row.key(0);
            open(out, if at > 0 { r#",{"node":"# } else { r#"{"node":"# }, b"ME", key);
            text(out, r#","code":"#, row.text(1));
            text(out, r#","title":{"ko":"#, row.text(2));
            text(out, r#","en":"#, row.text(3));
            code(out, r#"},"heldOn":"#, row.text(4));
            instant(out, r#","startsAt":"#, row.instant(5));
            code(out, r#","status":"#, row.text(6));
            nodes(out, r#","agenda":{"nodes":["#, agenda.get(&key), agenda_item);
            nodes(out, r#","attendance":{"nodes":["#, attendance.get(&key), participant);
            nodes(out, r#","statements":{"nodes":["#, statements.get(&key), statement);
            out.push_str("}}");
        }
        out.push_str(r#"],"pageInfo":{"hasNextPage":"#);
        out.push_str(if meetings.len() > PAGE { "true" } else { "false" });
        let cursor = page.last().map(|row| {
            let seal = page::seal("Query.meetings", "-held_on,");
            page::encode(seal, &[row.text(4).into()], row.key(0).unwrap_or_default())
        });
        code(out, r#","endCursor":"#, cursor.as_deref());
        out.push_str("}}}}");
        answer
    }

    fn nodes<R>(out: &mut String, name: &str, rows: Option<&&[R]>, node: fn(&mut String, &R)) {
        out.push_str(name);
        for (at, row) in rows.into_iter().copied().flatten().take(PAGE).enumerate() {
            out.push_str(if at > 0 { "," } else { "" });
            node(out, row);
            out.push('}');
        }
        out.push_str("]}");
    }

    fn agenda_item<R: Cells>(out: &mut String, row: &R) {
        open(out, "", b"AI", row.key(1));
        number(out, r#","position":"#, row.number(2));
        text(out, r#","number":"#, row.text(3));
        korean(out, r#","title":"#, row.text(4));
        instant(out, r#","startsAt":"#, row.instant(5));
        instant(out, r#","endsAt":"#, row.instant(6));
        korean(out, r#","presenterGroup":"#, row.text(7));
    }

    fn participant<R: Cells>(out: &mut String, row: &R) {
        open(out, "", b"AT", row.key(1));
        number(out, r#","position":"#, row.number(2));
        code(out, r#","role":"#, row.text(3));
        code(out, r#","status":"#, row.text(4));
        number(out, r#","headCount":"#, row.number(5));
        korean(out, r#","groupLabel":"#, row.text(6));
        if open(out, r#","institution":"#, b"IN", row.key(7)) {
            text(out, r#","code":"#, row.text(8));
            text(out, r#","name":{"ko":"#, row.text(9));
            text(out, r#","en":"#, row.text(10));
            code(out, r#"},"kind":"#, row.text(11));
            out.push('}');
        }
        if open(out, r#","person":"#, b"PE", row.key(12)) {
            korean(out, r#","name":"#, row.text(13));
            out.push('}');
        }
    }

    fn statement<R: Cells>(out: &mut String, row: &R) {
        open(out, "", b"ST", row.key(1));
        number(out, r#","position":"#, row.number(2));
        korean(out, r#","summary":"#, row.text(3));
        if open(out, r#","person":"#, b"PE", row.key(4)) {
            text(out, r#","code":"#, row.text(5));
            text(out, r#","name":{"ko":"#, row.text(6));
            text(out, r#","en":"#, row.text(7));
            out.push_str("}}");
        }
        if open(out, r#","institution":"#, b"IN", row.key(8)) {
            text(out, r#","code":"#, row.text(9));
            korean(out, r#","name":"#, row.text(10));
            out.push('}');
        }
    }

    /// Begins an object with its id, for the caller to go on with and to close; or writes null.
    fn open(out: &mut String, name: &str, tag: &[u8; 2], key: Option<Uuid>) -> bool {
        out.push_str(name);
        let Some(key) = key else {
            out.push_str("null");
            return false;
        };
        out.push_str(r#"{"id":""#);
        global_id::write(*tag, key.as_bytes(), out);
        out.push('"');
        true
    }

    /// Text that needs no escapes.
    fn code(out: &mut String, name: &str, code: Option<&str>) {
        out.push_str(name);
        let Some(code) = code else { return out.push_str("null") };
        out.push('"');
        out.push_str(code);
        out.push('"');
    }

    fn text(out: &mut String, name: &str, text: Option<&str>) {
        let plain = |byte: u8| byte >= 0x20 && byte != b'"' && byte != b'\\';
        if text.is_none_or(|text| text.bytes().all(plain)) {
            return code(out, name, text);
        }
        out.push_str(name);
        out.push_str(&serde_json::Value::from(text).to_string());
    }

    /// The Korean of a text in two languages; the text itself is null where that is.
    fn korean(out: &mut String, name: &str, korean: Option<&str>) {
        if korean.is_none() {
            return code(out, name, None);
        }
        out.push_str(name);
        text(out, r#"{"ko":"#, korean);
        out.push('}');
    }

    fn number(out: &mut String, name: &str, number: Option<i32>) {
        out.push_str(name);
        let Some(number) = number else { return out.push_str("null") };
        let _ = write!(out, "{number}");
    }

    fn instant(out: &mut String, name: &str, instant: Option<DateTime<Utc>>) {
        let shown = instant.map(|instant| instant.with_timezone(&seoul()));
        let shown = shown.map(|instant| instant.to_rfc3339_opts(SecondsFormat::AutoSi, false));
        code(out, name, shown.as_deref());
    }
}
