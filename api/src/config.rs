//! Every setting, with its default: flags of the command line, and the environment under the name given
//! in the flag's help. `cli::settings` reads both; nothing else reads the environment.

use std::fmt::{self, Display};
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, ValueEnum};
use ipnet::IpNet;
use tracing_subscriber::filter::{LevelFilter, Targets};

use crate::database::{self, Synchronous};
use crate::domain::api_client::is_origin;
use crate::domain::webhook::{Addresses, Hosts};

/// The values of a list parted by commas.
fn list<T>(text: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let mut values = Vec::new();
    let mut wrong = Vec::new();
    for piece in text.split(',').map(str::trim) {
        match read(piece) {
            Ok(value) => values.push(value),
            Err(_) if piece.is_empty() => {
                wrong.push("nothing stands between two commas".to_owned())
            }
            Err(cause) => wrong.push(format!("{piece} {cause}")),
        }
    }
    if wrong.is_empty() { Ok(values) } else { Err(wrong.join("; ")) }
}

/// Reads a whole number within bounds.
fn whole<T>(bounds: RangeInclusive<T>) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync
where
    T: FromStr + PartialOrd + Display + Clone + Send + Sync + 'static,
{
    move |text| {
        let read: Option<T> = text.trim().parse().ok().filter(|number| bounds.contains(number));
        read.ok_or_else(|| {
            format!("write a whole number from {} to {}", bounds.start(), bounds.end())
        })
    }
}

fn operators(text: &str) -> Result<Vec<String>, String> {
    let codes = list(text, |code| {
        let is_code = !code.is_empty() && !code.contains(char::is_whitespace);
        if is_code { Ok(code.to_owned()) } else { Err("is no code of an institution".to_owned()) }
    })?;
    let twice: Vec<&str> = codes
        .iter()
        .enumerate()
        .filter(|(at, code)| codes[..*at].contains(code) && !codes[at + 1..].contains(code))
        .map(|(_, code)| code.as_str())
        .collect();
    if codes.is_empty() {
        Err("at least one institution runs the programme".to_owned())
    } else if twice.is_empty() {
        Ok(codes)
    } else {
        Err(format!("name each institution once: {} is there more than once", twice.join(", ")))
    }
}

fn origins(text: &str) -> Result<Vec<String>, String> {
    list(text, |origin| {
        let fault = "is no origin: write scheme, host and any port, nothing else, such as https://dash.example.kr";
        if is_origin(origin) { Ok(origin.to_owned()) } else { Err(fault.to_owned()) }
    })
}

fn networks(text: &str) -> Result<Vec<IpNet>, String> {
    list(text, |network| {
        let one = || network.parse::<IpAddr>().map(IpNet::from);
        let fault = "is no network: write one such as 10.0.0.0/8, or an address";
        network.parse().or_else(|_| one()).map_err(|_| fault.to_owned())
    })
}

fn address(text: &str) -> Result<SocketAddr, String> {
    let fault = "write ADDRESS:PORT, such as 127.0.0.1:8080, or 0.0.0.0:8080 for every address of this machine";
    text.parse().map_err(|_| fault.to_owned())
}

/// An address by which callers know the server, without a slash at its end.
fn public_url(text: &str) -> Result<String, String> {
    let url = text.strip_suffix('/').unwrap_or(text);
    let fault = "write scheme, host in small letters and any port, nothing else, such as https://api.example.kr";
    if is_origin(url) { Ok(url.to_owned()) } else { Err(fault.to_owned()) }
}

fn database_url(text: &str) -> Result<String, String> {
    database::check(text).map(|()| text.to_owned())
}

/// An address of a store of files: what is sent there is for nobody's eyes, so without TLS it stays on this machine.
fn store_address(text: &str) -> Result<String, String> {
    let url = public_url(text)?;
    let host = url.strip_prefix("http://").unwrap_or_default();
    let host =
        host.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')).map_or(host, |it| it.0);
    let number = host.trim_matches(['[', ']']).parse::<IpAddr>();
    if url.starts_with("https://") || host == "localhost" || number.is_ok_and(|it| it.is_loopback())
    {
        Ok(url)
    } else {
        Err("without TLS a store is on this machine alone; write https://".to_owned())
    }
}

/// The name of a region, which goes into what a request is signed with.
fn region(text: &str) -> Result<String, String> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    if !text.is_empty() && text.len() <= 64 && text.chars().all(is_plain) {
        return Ok(text.to_owned());
    }
    Err("is no region: letters, digits, - and _, such as ap-northeast-2".to_owned())
}

/// A bucket, and what its names begin with there.
fn bucket(text: &str) -> Result<String, String> {
    let is_part = |part: &str, letters: &str| {
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || letters.contains(letter);
        !part.is_empty() && part.chars().all(is_plain) && !part.chars().all(|letter| letter == '.')
    };
    let mut parts = text.split('/');
    let name = parts.next().unwrap_or_default();
    let is_name = (3..=63).contains(&name.len()) && is_part(name, ".-");
    if is_name && name.to_ascii_lowercase() == name && parts.all(|part| is_part(part, "._-")) {
        Ok(text.to_owned())
    } else {
        Err("write BUCKET or BUCKET/PREFIX, such as aiplus-files or shared/aiplus: letters, digits and . _ -".to_owned())
    }
}

/// A text that is told to nobody.
#[derive(Clone)]
pub struct Hidden(String);

impl Hidden {
    /// The text.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl FromStr for Hidden {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_plain = !text.is_empty() && text.chars().all(|letter| letter.is_ascii_graphic());
        let fault = "it is empty, or holds what is no letter, digit or sign of ASCII";
        if is_plain { Ok(Self(text.to_owned())) } else { Err(fault.to_owned()) }
    }
}

/// What is logged: a level for everything, and levels for targets.
#[derive(Debug, Clone)]
pub struct LogFilter(pub Targets);

impl FromStr for LogFilter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // What drivers say of each statement is of no use to an operator, unless they are named.
        let mut filter = Targets::new()
            .with_default(LevelFilter::INFO)
            .with_target("object_store", LevelFilter::WARN)
            .with_target("sea_orm_migration", LevelFilter::WARN)
            .with_target("sqlx", LevelFilter::WARN);
        let read = |level: &str| {
            // The library takes nothing at all for a level.
            let level = Some(level.trim()).filter(|level| !level.is_empty()).ok_or(());
            level.and_then(|level| LevelFilter::from_str(level).map_err(drop)).map_err(|()| {
                "is no level: write error, warn, info, debug, trace or off".to_owned()
            })
        };
        let named = list(text, |piece| match piece.split_once('=') {
            None => Ok((None, read(piece)?)),
            Some((target, level)) => {
                let target = target.trim();
                let is_path = !target.is_empty()
                    && target
                        .chars()
                        .all(|letter| letter.is_alphanumeric() || "_:-".contains(letter));
                if !is_path {
                    return Err("names no target: write one such as aiplus=debug".to_owned());
                }
                Ok((Some(target.to_owned()), read(level)?))
            }
        })?;
        for (target, level) in named {
            filter = match target {
                None => filter.with_default(level),
                Some(target) => filter.with_target(target, level),
            };
        }
        Ok(Self(filter))
    }
}

/// Where data is kept.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Database")]
pub struct DatabaseSettings {
    /// Database: `sqlite://FILE` or `postgres://USER:PASSWORD@HOST/NAME`
    #[arg(
        long,
        env = "DATABASE_URL",
        default_value = "sqlite://aiplus.db",
        value_parser = database_url,
        hide_env_values = true,
        global = true
    )]
    pub database_url: String,
    /// A replica that queries read; the database itself if left out
    #[arg(long, env = "AIPLUS_DATABASE_READ_URL", value_parser = database_url, hide_env_values = true, global = true)]
    pub database_read_url: Option<String>,
    /// Seconds that the replica may be behind and still be read
    #[arg(long, env = "AIPLUS_DATABASE_READ_LAG", default_value_t = 10, value_parser = whole::<u64>(1..=3600), global = true)]
    pub database_read_lag: u64,
    /// Most connections to the database at a time
    #[arg(long, env = "AIPLUS_DATABASE_CONNECTIONS", default_value_t = 8, value_parser = whole::<u32>(2..=1000), global = true)]
    pub database_connections: u32,
    /// When SQLite waits for the disk
    #[arg(long, env = "AIPLUS_SQLITE_SYNCHRONOUS", value_enum, default_value_t = Synchronous::Full, global = true)]
    pub sqlite_synchronous: Synchronous,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// One readable line an event
    Text,
    /// One JSON object an event
    Json,
}

/// How the log is kept.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Log")]
pub struct LogSettings {
    /// What to log: `error`, `warn`, `info`, `debug`, or targets like `aiplus=debug`
    #[arg(long, env = "AIPLUS_LOG", default_value = "info", value_parser = LogFilter::from_str, global = true)]
    pub log: LogFilter,
    /// Form of the log
    #[arg(long, env = "AIPLUS_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text, global = true)]
    pub log_format: LogFormat,
    /// Whether each request is logged with its status and time (`request.done`)
    #[arg(long, env = "AIPLUS_LOG_REQUESTS", default_value_t = false, action = clap::ArgAction::Set, global = true)]
    pub log_requests: bool,
    /// Milliseconds from which a request is logged as slow (`request.slow`); 0 for never
    #[arg(long, env = "AIPLUS_SLOW_REQUEST", default_value_t = 2_000, value_parser = whole::<u32>(0..=u32::MAX), global = true)]
    pub slow_request: u32,
    /// Milliseconds from which a statement is logged as slow, without its values (`statement.slow`); 0 for never
    #[arg(long, env = "AIPLUS_SLOW_STATEMENT", default_value_t = 500, value_parser = whole::<u32>(0..=u32::MAX), global = true)]
    pub slow_statement: u32,
}

/// Who may come in.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Access")]
pub struct AccessSettings {
    /// Key file that signs tokens (PEM, PKCS#8), made at the first start; `aiplus-keys.pem` beside the SQLite file or in the working folder if left out
    #[arg(long, env = "AIPLUS_SIGNING_KEY_FILE", global = true)]
    pub signing_key_file: Option<PathBuf>,
    /// Codes of the institutions that run the programme, parted by commas
    #[arg(
        long,
        env = "AIPLUS_OPERATORS",
        value_parser = operators,
        default_value = "MSS,TIPA",
        global = true
    )]
    pub operators: std::vec::Vec<String>,
    /// File (TOML) of outside issuers whose tokens are taken as well
    #[arg(long, env = "AIPLUS_ISSUERS_FILE", global = true)]
    pub issuers_file: Option<PathBuf>,
}

impl AccessSettings {
    /// The file of the signing keys.
    pub fn key_file(&self, database: &DatabaseSettings) -> PathBuf {
        self.signing_key_file.clone().unwrap_or_else(|| beside(database, "aiplus-keys.pem"))
    }
}

/// Who is told the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Introspection {
    /// Every caller.
    Everyone,
    /// Callers with a token.
    SignedIn,
    /// Nobody.
    Nobody,
}

/// How much callers may ask for.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitSettings {
    /// Seconds after which a query is given up
    #[arg(long, env = "AIPLUS_QUERY_TIMEOUT", default_value_t = 10, value_parser = whole::<u64>(1..=600), global = true)]
    pub query_timeout: u64,
    /// Seconds that an export may take
    // No longer than tokens that were taken back are known after their end: a file may outlast its token.
    #[arg(long, env = "AIPLUS_EXPORT_TIMEOUT", default_value_t = 3600, value_parser = whole::<u64>(1..=3600), global = true)]
    pub export_timeout: u64,
    /// Requests a minute from one address (IPv6: one /64); 0 for no limit
    #[arg(long, env = "AIPLUS_ADDRESS_RATE", default_value_t = 6000, value_parser = whole::<u32>(0..=u32::MAX), global = true)]
    pub address_rate: u32,
    /// Cost points a minute of the callers without a token at one address: one a request, and one for each row read or each millisecond that a connection to the database was held, whichever are more; 0 for no limit
    #[arg(long, env = "AIPLUS_ADDRESS_COST", default_value_t = 60_000, value_parser = whole::<u32>(0..=u32::MAX), global = true)]
    pub address_cost: u32,
    /// Percent of the connections to the database that one client, or all callers without a token together, may hold at a time
    #[arg(long, env = "AIPLUS_SHARE", default_value_t = 50, value_parser = whole::<u32>(1..=100), global = true)]
    pub share: u32,
    /// Whether callers on this machine are limited as well
    #[arg(long, env = "AIPLUS_RATE_LOOPBACK", default_value_t = false, action = clap::ArgAction::Set, global = true)]
    pub rate_loopback: bool,
    /// Cost points a minute of a client of the tier STANDARD, counted alike; ELEVATED has ten times as many; 0 for no limit
    #[arg(long, env = "AIPLUS_CLIENT_RATE", default_value_t = 60_000, value_parser = whole::<u32>(0..=u32::MAX), global = true)]
    pub client_rate: u32,
    /// Most connections at a time
    #[arg(long, env = "AIPLUS_CONNECTIONS", default_value_t = 4096, value_parser = whole::<u32>(1..=1_000_000), global = true)]
    pub connections: u32,
    /// Most connections at a time from one address; 0 for no limit
    #[arg(long, env = "AIPLUS_CONNECTIONS_PER_ADDRESS", default_value_t = 256, value_parser = whole::<u32>(0..=u32::MAX), global = true)]
    pub connections_per_address: u32,
    /// Most WebSocket connections and streams of server-sent events at a time from one address
    #[arg(long, env = "AIPLUS_SOCKETS_PER_ADDRESS", default_value_t = 100, value_parser = whole::<u32>(1..=100_000), global = true)]
    pub sockets_per_address: u32,
    /// Who is told the schema by introspection
    #[arg(long, env = "AIPLUS_INTROSPECTION", value_enum, default_value_t = Introspection::Everyone, global = true)]
    pub introspection: Introspection,
    /// File (JSON: hashes and documents, or Apollo's manifest) of the only documents that are answered
    #[arg(long, env = "AIPLUS_TRUSTED_DOCUMENTS", global = true)]
    pub trusted_documents: Option<PathBuf>,
}

impl LimitSettings {
    /// Time after which a query is given up.
    pub fn query_timeout(&self) -> Duration {
        Duration::from_secs(self.query_timeout)
    }

    /// Time after which a file that is not whole is broken off.
    pub fn export_timeout(&self) -> Duration {
        Duration::from_secs(self.export_timeout)
    }
}

/// How long is kept what nobody needs for ever.
#[derive(Debug, Clone, Copy, Default, Args)]
#[command(next_help_heading = "Retention")]
pub struct RetentionSettings {
    /// Days for which changes are kept: who goes on after an older cursor of `changes` is told `CURSOR_EXPIRED`; 0 for ever
    #[arg(long, env = "AIPLUS_KEEP_CHANGES", default_value_t = 0, value_parser = whole::<u32>(0..=36_500), global = true)]
    pub keep_changes: u32,
    /// Days for which idempotency keys are kept: an older call that is repeated is a new one; 0 for ever
    #[arg(long, env = "AIPLUS_KEEP_KEYS", default_value_t = 0, value_parser = whole::<u32>(0..=36_500), global = true)]
    pub keep_keys: u32,
}

/// Where webhooks are sent to.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Webhooks")]
pub struct WebhookSettings {
    /// Hosts that webhooks are sent to: `off`, `public` for any of the public internet, or hosts parted by commas, such as `hooks.example.kr` or `*.example.kr`
    #[arg(long, env = "AIPLUS_WEBHOOKS", default_value = "off", value_parser = Hosts::from_str, global = true)]
    pub webhooks: Hosts,
    /// Networks that webhooks are sent to though they are not public, parted by commas; HTTP without TLS goes to this machine alone
    #[arg(long, env = "AIPLUS_WEBHOOK_NETWORKS", value_parser = networks, default_value = "", hide_default_value = true, global = true)]
    pub webhook_networks: std::vec::Vec<IpNet>,
    /// Key file from which the secrets of webhooks follow, made at the first start that has webhooks; `aiplus-webhooks.key` beside the file of the signing keys if left out
    #[arg(long, env = "AIPLUS_WEBHOOK_KEY_FILE", global = true)]
    pub webhook_key_file: Option<PathBuf>,
    /// Seconds in which a receiver must answer
    #[arg(long, env = "AIPLUS_WEBHOOK_TIMEOUT", default_value_t = 15, value_parser = whole::<u64>(1..=60), global = true)]
    pub webhook_timeout: u64,
    /// Days of failures after which a webhook is disabled
    #[arg(long, env = "AIPLUS_WEBHOOK_DAYS", default_value_t = 5, value_parser = whole::<u32>(1..=365), global = true)]
    pub webhook_days: u32,
}

impl Default for WebhookSettings {
    fn default() -> Self {
        Self {
            webhooks: Hosts::Off,
            webhook_networks: Vec::new(),
            webhook_key_file: None,
            webhook_timeout: 15,
            webhook_days: 5,
        }
    }
}

impl WebhookSettings {
    /// Where they may be sent to.
    pub fn addresses(&self) -> Addresses {
        Addresses { hosts: self.webhooks.clone(), networks: self.webhook_networks.clone() }
    }

    /// Time in which a receiver must answer.
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(self.webhook_timeout)
    }

    /// The file of the key, beside that of the signing keys unless it is set.
    pub fn key_file(&self, signing: &Path) -> PathBuf {
        let beside = || signing.with_file_name("aiplus-webhooks.key");
        self.webhook_key_file.clone().unwrap_or_else(beside)
    }
}

/// Where files of documents and submissions are kept.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Files")]
pub struct FileSettings {
    /// Folder of the files of documents and submissions, made when the first one comes; `files` beside the SQLite file or in the working folder if left out. Servers of one database share it, unless `AIPLUS_S3_BUCKET` is set: then only what arrives is there, until it is sent
    #[arg(long, env = "AIPLUS_FILES", global = true)]
    pub files: Option<PathBuf>,
    /// Most mebibytes of a file
    #[arg(long, env = "AIPLUS_FILE_SIZE", default_value_t = 100, value_parser = whole::<u32>(1..=2000), global = true)]
    pub file_size: u32,
    /// Most mebibytes of files that an institution sends to a server in a day
    #[arg(long, env = "AIPLUS_FILES_DAILY", default_value_t = 5_000, value_parser = whole::<u32>(1..=1_000_000), global = true)]
    pub files_daily: u32,
    #[command(flatten)]
    #[allow(missing_docs, reason = "the group has its own documentation")]
    pub store: StoreSettings,
}

impl Default for FileSettings {
    fn default() -> Self {
        Self { files: None, file_size: 100, files_daily: 5_000, store: StoreSettings::default() }
    }
}

/// An S3-compatible store of the files, in place of the folder.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Files")]
pub struct StoreSettings {
    /// Bucket of an S3-compatible store that keeps the files in place of the folder, and what their names begin with there: `BUCKET` or `BUCKET/PREFIX`
    #[arg(long, env = "AIPLUS_S3_BUCKET", value_parser = bucket, global = true)]
    pub s3_bucket: Option<String>,
    /// Address of the store, to which the bucket is added (path style), such as `https://s3.ap-northeast-2.amazonaws.com`; without TLS on this machine alone
    #[arg(long, env = "AIPLUS_S3_ENDPOINT", value_parser = store_address, global = true)]
    pub s3_endpoint: Option<String>,
    /// Region of the store; many that are not Amazon's take any
    #[arg(long, env = "AIPLUS_S3_REGION", default_value = "us-east-1", value_parser = region, global = true)]
    pub s3_region: String,
    /// Id of the key that may read, write, delete and list there
    #[arg(long, env = "AIPLUS_S3_ACCESS_KEY", hide_env_values = true, global = true)]
    pub s3_access_key: Option<Hidden>,
    /// The key itself
    #[arg(long, env = "AIPLUS_S3_SECRET_KEY", hide_env_values = true, global = true)]
    pub s3_secret_key: Option<Hidden>,
    /// Seconds in which the store must answer, and go on
    #[arg(long, env = "AIPLUS_S3_TIMEOUT", default_value_t = 10, value_parser = whole::<u64>(1..=60), global = true)]
    pub s3_timeout: u64,
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self {
            s3_bucket: None,
            s3_endpoint: None,
            s3_region: "us-east-1".to_owned(),
            s3_access_key: None,
            s3_secret_key: None,
            s3_timeout: 10,
        }
    }
}

impl StoreSettings {
    /// Those without which the others say nothing.
    pub fn missing(&self) -> Vec<&'static str> {
        let set = [
            ("s3-bucket", self.s3_bucket.is_some()),
            ("s3-endpoint", self.s3_endpoint.is_some()),
            ("s3-access-key", self.s3_access_key.is_some()),
            ("s3-secret-key", self.s3_secret_key.is_some()),
        ];
        let is_any = set.iter().any(|(_, is_set)| *is_set);
        set.iter().filter(|(_, is_set)| is_any && !is_set).map(|(name, _)| *name).collect()
    }
}

impl FileSettings {
    /// Name of the folder where none is set.
    pub const FOLDER: &str = "files";

    /// Fixes the folder: beside the database's file unless it is set.
    pub fn settle(&mut self, database: &DatabaseSettings) {
        self.files.get_or_insert_with(|| beside(database, Self::FOLDER));
    }
}

/// A name beside the file of SQLite, or in the working folder.
fn beside(database: &DatabaseSettings, name: &str) -> PathBuf {
    let file = database::sqlite_file(&database.database_url);
    file.map_or_else(|| PathBuf::from(name), |file| file.with_file_name(name))
}

/// How the server serves.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Serving")]
pub struct ServeSettings {
    /// Address to listen on
    #[arg(long, env = "AIPLUS_LISTEN", default_value = "127.0.0.1:8080", value_parser = address, global = true)]
    pub listen: SocketAddr,
    /// Address on which `/metrics` is told to whoever reaches it; on the server's own it takes an operator's token with `audit:read`
    #[arg(long, env = "AIPLUS_METRICS_LISTEN", value_parser = address, global = true)]
    pub metrics_listen: Option<SocketAddr>,
    /// Address by which callers know the server, issuer of its tokens; `http://` and the listening address if left out
    #[arg(long, env = "AIPLUS_PUBLIC_URL", value_parser = public_url, global = true)]
    pub public_url: Option<String>,
    /// Whether `/graphiql` is served
    #[arg(long, env = "AIPLUS_GRAPHIQL", default_value_t = true, action = clap::ArgAction::Set, global = true)]
    pub graphiql: bool,
    /// Origins of web pages that may call the API, parted by commas, beside those of each client
    #[arg(long, env = "AIPLUS_CORS_ORIGINS", value_parser = origins, default_value = "", hide_default_value = true, global = true)]
    pub cors_origins: std::vec::Vec<String>,
    /// Networks of proxies whose `X-Forwarded-For` is believed, parted by commas
    #[arg(long, env = "AIPLUS_TRUSTED_PROXIES", value_parser = networks, default_value = "", hide_default_value = true, global = true)]
    pub trusted_proxies: std::vec::Vec<IpNet>,
    /// Seconds for which `/readyz` says that the server stops before it takes no more connections
    #[arg(long, env = "AIPLUS_DRAIN", default_value_t = 0, value_parser = whole::<u64>(0..=600), global = true)]
    pub drain: u64,
    /// File to which the end of the audit is added each minute in which it moved, to be kept where who can write the database cannot
    #[arg(long, env = "AIPLUS_AUDIT_ANCHOR_FILE", global = true)]
    pub audit_anchor_file: Option<PathBuf>,
    /// Whether reminders are made of what is due or late: results, answers, minutes, bills, terms
    #[arg(long, env = "AIPLUS_REMINDERS", default_value_t = true, action = clap::ArgAction::Set, global = true)]
    pub reminders: bool,
    #[command(flatten)]
    #[allow(missing_docs, reason = "the group has its own documentation")]
    pub retention: RetentionSettings,
    #[command(flatten)]
    #[allow(missing_docs, reason = "the group has its own documentation")]
    pub files: FileSettings,
    #[command(flatten)]
    #[allow(missing_docs, reason = "the group has its own documentation")]
    pub webhooks: WebhookSettings,
    #[command(flatten)]
    #[allow(missing_docs, reason = "the group has its own documentation")]
    pub limits: LimitSettings,
}

impl ServeSettings {
    /// Address by which callers know the server, without a slash at its end.
    pub fn public_url(&self) -> String {
        self.public_url.clone().unwrap_or_else(|| format!("http://{}", self.listen))
    }
}
