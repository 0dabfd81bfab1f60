//! Every setting, with its default: flags of the command line, and the environment under the name given
//! in the flag's help. Nothing else reads the environment.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use ipnet::IpNet;

/// Where data is kept.
#[derive(Debug, Clone, Args)]
pub struct DatabaseSettings {
    /// Database: `sqlite://FILE` or `postgres://USER:PASSWORD@HOST/NAME`
    #[arg(
        long,
        env = "DATABASE_URL",
        default_value = "sqlite://aiplus.db",
        hide_env_values = true,
        global = true
    )]
    pub database_url: String,
    /// A replica that queries read; the database itself if left out
    #[arg(long, env = "AIPLUS_DATABASE_READ_URL", hide_env_values = true, global = true)]
    pub database_read_url: Option<String>,
    /// Most connections to the database at a time
    #[arg(long, env = "AIPLUS_DATABASE_CONNECTIONS", default_value_t = 8, value_parser = clap::value_parser!(u32).range(2..=1000), global = true)]
    pub database_connections: u32,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// One readable line an event
    Text,
    /// One JSON object an event
    Json,
}

/// What is logged.
#[derive(Debug, Clone, Args)]
pub struct LogSettings {
    /// What to log: `error`, `warn`, `info`, `debug`, or targets like `aiplus=debug`
    #[arg(long, env = "AIPLUS_LOG", default_value = "info", global = true)]
    pub log: String,
    /// Form of the log
    #[arg(long, env = "AIPLUS_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text, global = true)]
    pub log_format: LogFormat,
}

/// Who may come in.
#[derive(Debug, Clone, Args)]
pub struct AccessSettings {
    /// Key file that signs tokens (PEM, PKCS#8), made at the first start; `aiplus-keys.pem` beside the SQLite file or in the working folder if left out
    #[arg(long, env = "AIPLUS_SIGNING_KEY_FILE", global = true)]
    pub signing_key_file: Option<PathBuf>,
    /// Codes of the institutions that run the programme, parted by commas
    #[arg(
        long,
        env = "AIPLUS_OPERATORS",
        value_delimiter = ',',
        default_value = "MSS,TIPA",
        global = true
    )]
    pub operators: Vec<String>,
    /// File (TOML) of outside issuers whose tokens are taken as well
    #[arg(long, env = "AIPLUS_ISSUERS_FILE", global = true)]
    pub issuers_file: Option<PathBuf>,
}

impl AccessSettings {
    /// The file of the signing keys.
    pub fn key_file(&self, database: &DatabaseSettings) -> PathBuf {
        const NAME: &str = "aiplus-keys.pem";
        self.signing_key_file.clone().unwrap_or_else(|| {
            crate::database::sqlite_file(&database.database_url)
                .map_or_else(|| PathBuf::from(NAME), |file| file.with_file_name(NAME))
        })
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
pub struct LimitSettings {
    /// Seconds after which a query is given up
    #[arg(long, env = "AIPLUS_QUERY_TIMEOUT", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub query_timeout: u64,
    /// Requests a minute from one address (IPv6: one /64); 0 for no limit
    #[arg(long, env = "AIPLUS_ADDRESS_RATE", default_value_t = 6000)]
    pub address_rate: u32,
    /// Whether callers on this machine are limited as well
    #[arg(long, env = "AIPLUS_RATE_LOOPBACK", default_value_t = false, action = clap::ArgAction::Set)]
    pub rate_loopback: bool,
    /// Cost points a minute of a client of the tier STANDARD, one a request and one a row read; ELEVATED has ten times as many; 0 for no limit
    #[arg(long, env = "AIPLUS_CLIENT_RATE", default_value_t = 60_000)]
    pub client_rate: u32,
    /// Most connections at a time
    #[arg(long, env = "AIPLUS_CONNECTIONS", default_value_t = 4096, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub connections: u32,
    /// Most WebSocket connections and streams of server-sent events at a time from one address
    #[arg(long, env = "AIPLUS_SOCKETS_PER_ADDRESS", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub sockets_per_address: u32,
    /// Who is told the schema by introspection
    #[arg(long, env = "AIPLUS_INTROSPECTION", value_enum, default_value_t = Introspection::Everyone)]
    pub introspection: Introspection,
    /// File (JSON: SHA-256 to document) of the only documents that are answered
    #[arg(long, env = "AIPLUS_TRUSTED_DOCUMENTS")]
    pub trusted_documents: Option<PathBuf>,
}

impl LimitSettings {
    /// Time after which a query is given up.
    pub fn query_timeout(&self) -> Duration {
        Duration::from_secs(self.query_timeout)
    }
}

/// How the server serves.
#[derive(Debug, Clone, Args)]
pub struct ServeSettings {
    /// Address to listen on
    #[arg(long, env = "AIPLUS_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Address by which callers know the server, issuer of its tokens; `http://` and the listening address if left out
    #[arg(long, env = "AIPLUS_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// Whether `/graphiql` is served
    #[arg(long, env = "AIPLUS_GRAPHIQL", default_value_t = true, action = clap::ArgAction::Set)]
    pub graphiql: bool,
    /// Origins of web pages that may call the API, parted by commas, beside those of each client
    #[arg(long, env = "AIPLUS_CORS_ORIGINS", value_delimiter = ',')]
    pub cors_origins: Vec<String>,
    /// Networks of proxies whose `X-Forwarded-For` is believed, parted by commas
    #[arg(long, env = "AIPLUS_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<IpNet>,
    #[command(flatten)]
    #[allow(missing_docs, reason = "the group has its own documentation")]
    pub limits: LimitSettings,
}

impl ServeSettings {
    /// Address by which callers know the server, without a slash at its end.
    pub fn public_url(&self) -> String {
        let url = self.public_url.clone().unwrap_or_else(|| format!("http://{}", self.listen));
        url.trim_end_matches('/').to_owned()
    }
}
