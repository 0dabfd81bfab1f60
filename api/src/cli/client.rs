//! `aiplus client`: the programs of partner agencies that may sign in.

use chrono::{DateTime, Utc};
use clap::{Subcommand, ValueEnum};
use entity::api_client::{ClientState, RateTier};
use entity::{api_client, institution};
use sea_orm::{DatabaseConnection, EntityTrait, QueryOrder};
use serde_json::json;
use uuid::Uuid;

use super::print;
use crate::auth::secret::Hashing;
use crate::config::DatabaseSettings;
use crate::database::{self, Store};
use crate::domain::principal::{Author, Principal};
use crate::error::Error;
use crate::input::{self, Call};
use crate::seed;
use crate::service::api_client::{
    self as service, CreateApiClient, DisableApiClient, EnableApiClient, Issued,
    RotateApiClientSecret,
};

/// Form in which a secret is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// A JSON object
    Json,
    /// Lines for a shell: `eval "$(aiplus client create … --output env)"`
    Env,
}

/// How much a client may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Tier {
    /// The usual budget
    Standard,
    /// Ten times the usual budget
    Elevated,
}

/// What is done with clients.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a client; its secret is shown once
    Create {
        /// Code of its institution, e.g. TIPA
        #[arg(long)]
        institution: String,
        /// Name for people
        #[arg(long)]
        name: String,
        /// Scopes it may ask for, parted by spaces: program:read results:submit results:review content:write legislation:write access:admin audit:read
        #[arg(long)]
        scope: String,
        /// Origin of a web page that may use it, e.g. https://dash.example.kr; may be repeated
        #[arg(long)]
        origin: Vec<String>,
        /// How much it may ask for
        #[arg(long, value_enum, default_value_t = Tier::Standard)]
        tier: Tier,
        /// Form in which it is told
        #[arg(long, value_enum, default_value_t = Output::Json)]
        output: Output,
    },
    /// List the clients
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Give a client a new secret; the last one stays valid until the next rotation
    Rotate {
        /// Name with which it signs in
        client_id: String,
        /// End the last secret now
        #[arg(long)]
        drop_others: bool,
        /// Form in which it is told
        #[arg(long, value_enum, default_value_t = Output::Json)]
        output: Output,
    },
    /// Shut a client out; its tokens are refused at once
    Disable {
        /// Name with which it signs in
        client_id: String,
        /// Why
        #[arg(long)]
        reason: Option<String>,
    },
    /// Let a client in again
    Enable {
        /// Name with which it signs in
        client_id: String,
    },
}

/// Does it.
///
/// # Errors
/// What the person at the terminal can put right; internal.
pub async fn run(settings: &DatabaseSettings, command: Command) -> Result<(), Error> {
    // The first client may come before the first start; what is done with clients that there are makes no database.
    if !matches!(command, Command::Create { .. }) {
        database::present(&settings.database_url)?;
    }
    let (db, lock) = super::prepared(settings).await?;
    // Clients belong to institutions, which are part of the starting data set.
    seed::load(&db, &seed::starting_set()?, Utc::now(), |_, _| {}).await?;
    lock.release().await?;
    let done = act(&db, command).await;
    db.close().await?;
    done
}

async fn act(db: &Store, command: Command) -> Result<(), Error> {
    let request_id = format!("cli-{}", Uuid::now_v7());
    let author = Author {
        principal: &Principal::System,
        request_id: &request_id,
        address: None,
        now: Utc::now(),
    };
    match command {
        Command::Create { institution, name, scope, origin, tier, output } => {
            let new = CreateApiClient {
                call: Call::of::<CreateApiClient>((Uuid::nil(), 0), &*request_id),
                institution,
                name: input::one("name", name)?,
                scopes: scope.split_whitespace().map(str::to_owned).collect::<Vec<_>>().into(),
                origins: origin.into(),
                rate_tier: match tier {
                    Tier::Standard => RateTier::Standard,
                    Tier::Elevated => RateTier::Elevated,
                },
            };
            let issued = service::create(db, &Hashing::default(), author, new).await?;
            tell(db, &issued, output).await
        }
        Command::List { json } => list(db, json).await,
        Command::Rotate { client_id, drop_others, output } => {
            let client = find(db, &client_id).await?;
            let call = Call::of::<RotateApiClientSecret>((client.id, client.version), &*request_id);
            let input = RotateApiClientSecret { call, drop_others };
            let issued = service::rotate_secret(db, &Hashing::default(), author, input).await?;
            tell(db, &issued, output).await
        }
        Command::Disable { client_id, reason } => {
            let client = find(db, &client_id).await?;
            let call = Call::of::<DisableApiClient>((client.id, client.version), &*request_id);
            let reason = reason.map(|reason| input::one("reason", reason)).transpose()?;
            service::disable(db, author, DisableApiClient { call, reason }).await?;
            print(&format!("{client_id} is disabled; its tokens are refused from now on\n"));
            Ok(())
        }
        Command::Enable { client_id } => {
            let client = find(db, &client_id).await?;
            let call = Call::of::<EnableApiClient>((client.id, client.version), &*request_id);
            service::enable(db, author, EnableApiClient { call }).await?;
            print(&format!("{client_id} may sign in again\n"));
            Ok(())
        }
    }
}

async fn find(db: &DatabaseConnection, client_id: &str) -> Result<api_client::Model, Error> {
    let found = service::by_client_id(db, client_id).await?;
    found.map(|(client, _)| client).ok_or_else(|| {
        Error::input(
            "그런 클라이언트가 없습니다.",
            format!("There is no client {client_id}; `aiplus client list` shows them."),
        )
    })
}

async fn tell(db: &DatabaseConnection, issued: &Issued, output: Output) -> Result<(), Error> {
    let (client, institution) =
        service::by_client_id(db, &issued.client_id).await?.ok_or(Error::NotFound)?;
    let secret = issued.secret.clone().unwrap_or_default();
    match output {
        Output::Json => {
            let shown = json!({
                "client_id": issued.client_id,
                "client_secret": secret,
                "institution": institution.code,
                "name": client.name,
                "scope": client.scopes,
            });
            let text = serde_json::to_string_pretty(&shown).map_err(Error::internal)?;
            print(&format!("{text}\n"));
        }
        Output::Env => print(&format!(
            "AIPLUS_CLIENT_ID={}\nAIPLUS_CLIENT_SECRET={secret}\n",
            issued.client_id
        )),
    }
    Ok(())
}

fn day(at: DateTime<Utc>) -> String {
    at.with_timezone(&crate::domain::quarter::seoul()).format("%Y-%m-%d").to_string()
}

async fn list(db: &DatabaseConnection, as_json: bool) -> Result<(), Error> {
    let found = api_client::Entity::find()
        .find_also_related(institution::Entity)
        .order_by_asc(api_client::Column::ClientId)
        .all(db)
        .await?;
    if as_json {
        let rows: Vec<_> = found
            .iter()
            .map(|(client, institution)| {
                json!({
                    "client_id": client.client_id,
                    "name": client.name,
                    "institution": institution.as_ref().map(|institution| &institution.code),
                    "scope": client.scopes,
                    "state": client.state.code(),
                    "secret_created_at": client.secret_created_at,
                    "secrets": 1 + usize::from(client.previous_secret_hash.is_some()),
                })
            })
            .collect();
        let text = serde_json::to_string_pretty(&rows).map_err(Error::internal)?;
        print(&format!("{text}\n"));
        return Ok(());
    }
    if found.is_empty() {
        print("no clients yet; `aiplus client create` makes one\n");
        return Ok(());
    }
    let mut rows =
        vec![["CLIENT ID", "STATE", "SECRETS", "SECRET OF", "SCOPE", "NAME"].map(str::to_owned)];
    for (client, _) in found {
        let state = match client.state {
            ClientState::Active => "active",
            ClientState::Disabled => "disabled",
        };
        let secrets = 1 + usize::from(client.previous_secret_hash.is_some());
        rows.push([
            client.client_id,
            state.to_owned(),
            secrets.to_string(),
            day(client.secret_created_at),
            client.scopes,
            client.name,
        ]);
    }
    print(&super::table(&rows));
    Ok(())
}
