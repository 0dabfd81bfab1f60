//! Every setting, with its default: flags of the command line, and the environment under the name given
//! in the flag's help. Nothing else reads the environment.

use std::net::SocketAddr;
use std::time::Duration;

use clap::{Args, ValueEnum};

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

/// How the server serves.
#[derive(Debug, Clone, Args)]
pub struct ServeSettings {
    /// Address to listen on
    #[arg(long, env = "AIPLUS_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Address by which callers know the server, without a slash at its end; `http://` and the listening address if left out
    #[arg(long, env = "AIPLUS_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// Seconds after which a query is given up
    #[arg(long, env = "AIPLUS_QUERY_TIMEOUT", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub query_timeout: u64,
    /// Whether `/graphiql` is served
    #[arg(long, env = "AIPLUS_GRAPHIQL", default_value_t = true, action = clap::ArgAction::Set)]
    pub graphiql: bool,
}

impl ServeSettings {
    /// Time after which a query is given up.
    pub fn query_timeout(&self) -> Duration {
        Duration::from_secs(self.query_timeout)
    }

    /// Address by which callers know the server.
    pub fn public_url(&self) -> String {
        self.public_url.clone().unwrap_or_else(|| format!("http://{}", self.listen))
    }
}
