//! Who calls: secrets of clients, signing keys, tokens of our own and of outside issuers.
//!
//! A request's token is checked in memory ([`token`], [`issuer`]); one statement then tells whether its
//! client may still come in ([`Access::authenticate`]), unless it has told so a moment ago ([`known`]). Whoever
//! disables a client or revokes a token is answered once every server of the cluster refuses it.

pub mod fetch;
pub mod issuer;
pub mod keys;
pub mod known;
mod renewals;
pub mod secret;
pub mod token;
mod watched;
pub mod webhook_key;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, Utc};
use entity::api_client::{self, ClientState, RateTier};
use entity::common::Origin;
use entity::institution;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, QueryResult, Statement,
};
use uuid::Uuid;

use crate::config::AccessSettings;
use crate::domain::principal::{Client, Institution, Principal, Scopes, Standing, Token};
use crate::error::Error;

use issuer::Issuers;
use keys::{KeyRing, KeyStore};
use known::{Known, Memory};
use renewals::Renewals;
use secret::Secrets;
use token::{Claims, Refusal};

/// What is needed to tell who calls.
#[derive(Debug)]
pub struct Access {
    /// Keys that sign tokens.
    pub keys: KeyStore,
    /// Issuers beside ourselves.
    pub issuers: Issuers,
    /// Hashes and compares secrets.
    pub secrets: Secrets,
    /// Our own name as an issuer.
    pub issuer: String,
    /// Our own name as the audience of tokens.
    pub audience: String,
    /// Codes of the institutions that run the programme.
    operators: Vec<String>,
    /// Callers of connections that stay open.
    renewals: Renewals,
    /// Tokens that were good a moment ago.
    known: Known,
}

/// The columns by which it is judged whether a client may come in.
const OWN: &str = "SELECT i.id, i.code, c.client_id, c.id, c.scopes, c.rate_tier, c.state, c.token_generation \
     FROM api_client c JOIN institution i ON i.id = c.institution_id WHERE c.client_id";
/// Those of the institution that an outside issuer names.
const OUTSIDE: &str = "SELECT i.id, i.code FROM institution i WHERE i.code";

/// What the database knows of a caller.
#[derive(Debug, Clone)]
struct Found {
    institution: Uuid,
    code: String,
    /// The client's own row; none of an outside issuer's.
    own: Option<Own>,
    is_revoked: bool,
}

#[derive(Debug, Clone)]
struct Own {
    id: Uuid,
    scopes: String,
    tier: RateTier,
    is_active: bool,
    generation: i32,
}

/// What the database knows of many.
#[derive(Debug, Default)]
struct All {
    rows: HashMap<Name, Found>,
    revoked: HashSet<String>,
}

/// By what a caller's row is found: whether it is of an outside issuer, and its client's name or its institution's
/// code.
type Name = (bool, String);

fn name_of(claims: &Claims) -> Name {
    let name = if claims.outside { &claims.institution } else { &claims.client_id };
    (claims.outside, name.clone())
}

impl Access {
    /// Reads keys and issuers; `public_url` is the address by which callers know the server.
    ///
    /// # Errors
    /// Internal, if a file is not what it should be.
    pub fn new(settings: &AccessSettings, keys: KeyStore, public_url: &str) -> Result<Self, Error> {
        let public_url = public_url.trim_end_matches('/');
        Ok(Self {
            keys,
            issuers: Issuers::read(settings.issuers_file.as_deref())?,
            secrets: Secrets::new()?,
            issuer: public_url.to_owned(),
            audience: format!("{public_url}/graphql"),
            operators: settings.operators.clone(),
            renewals: Renewals::default(),
            known: Known::default(),
        })
    }

    /// Codes of the institutions that run the programme.
    pub fn operators(&self) -> &[String] {
        &self.operators
    }

    /// What an institution is to the programme.
    pub fn standing(&self, code: &str) -> Standing {
        if self.operators.iter().any(|operator| operator == code) {
            Standing::Operator
        } else {
            Standing::Partner
        }
    }

    /// Whether an institution leads the programme: the first of those that run it.
    pub fn leads(&self, code: &str) -> bool {
        self.operators.first().is_some_and(|first| first == code)
    }

    /// The caller that a bearer token stands for.
    ///
    /// # Errors
    /// Unauthenticated; internal. The reason goes to the log alone.
    pub async fn authenticate(
        &self,
        db: &DatabaseConnection,
        bearer: &str,
        now: DateTime<Utc>,
    ) -> Result<Principal, Error> {
        let (keys, asked) = (self.keys.current(), Instant::now());
        let claims = match self.known.of(bearer, &keys, now) {
            Some(Memory::Client(client)) => return Ok(Principal::Client(client)),
            Some(Memory::Claims(claims)) => Ok(claims),
            None => self.checked(bearer, &keys, now).await,
        };
        let client = match claims {
            // The keys of outside issuers have rules of their own.
            Ok(claims) if claims.outside => self.client(db, claims).await?.map(Arc::new),
            Ok(claims) => {
                let client = self.client(db, claims.clone()).await?.map(Arc::new);
                if let Ok(client) = &client {
                    self.known.keep(bearer, keys, (claims, now), (client.clone(), asked));
                }
                client
            }
            Err(refusal) => Err(refusal),
        };
        client.map(Principal::Client).map_err(|refusal| {
            tracing::info!(reason = ?refusal, "token.refused");
            Error::Unauthenticated
        })
    }

    async fn checked(
        &self,
        bearer: &str,
        keys: &KeyRing,
        now: DateTime<Utc>,
    ) -> Result<Claims, Refusal> {
        let parts = token::Unchecked::read(bearer)?;
        if parts.issuer == self.issuer {
            return parts.verify(keys, &self.issuer, &self.audience, now);
        }
        self.issuers.verify(&parts, now, &self.operators).await
    }

    /// The client of checked claims, as the database knows it now.
    async fn client(
        &self,
        db: &DatabaseConnection,
        claims: Claims,
    ) -> Result<Result<Client, Refusal>, Error> {
        let found = match look_up(db, &claims).await {
            // Another connection may not be cut.
            Err(Error::Unavailable { is_cut: true, .. }) => look_up(db, &claims).await?,
            found => found?,
        };
        Ok(self.judge(claims, found))
    }

    /// The client of checked claims, by what was found of it.
    fn judge(&self, claims: Claims, found: Option<Found>) -> Result<Client, Refusal> {
        let Found { institution, code, own, is_revoked } = found.ok_or(Refusal::Unknown)?;
        if is_revoked {
            return Err(Refusal::Revoked);
        }
        let (id, scopes, tier) = match own {
            None => (None, claims.scopes, RateTier::Standard),
            Some(own) if !own.is_active => return Err(Refusal::Disabled),
            Some(own) if own.generation != claims.generation => return Err(Refusal::Ended),
            // What was taken from the client since the token was made is gone at once.
            Some(own) => (Some(own.id), claims.scopes.and(Scopes::known(&own.scopes)), own.tier),
        };
        Ok(Client {
            id,
            client_id: claims.client_id,
            institution: Institution {
                id: institution,
                standing: self.standing(&code),
                leads: self.leads(&code),
                code,
            },
            scopes,
            tier,
            token: Token {
                issuer: claims.issuer,
                id: claims.id,
                expires_at: claims.expires_at,
                generation: claims.generation,
            },
            writes: Origin::Reported,
        })
    }

    /// The client of a row, as it would come in now with all its scopes; none if it may not.
    ///
    /// # Errors
    /// Unavailable; internal.
    pub async fn client_of(
        &self,
        db: &DatabaseConnection,
        id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Option<Client>, Error> {
        let row = api_client::Entity::find_by_id(id).find_also_related(institution::Entity);
        let Some((own, Some(institution))) = row.one(db).await? else { return Ok(None) };
        let claims = Claims {
            issuer: self.issuer.clone(),
            id: String::new(),
            client_id: own.client_id,
            institution: institution.code.clone(),
            scopes: Scopes::all(),
            expires_at: now,
            generation: own.token_generation,
            outside: false,
        };
        let is_active = own.state == ClientState::Active;
        let (tier, generation) = (own.rate_tier, own.token_generation);
        let own = Own { id, scopes: own.scopes, tier, is_active, generation };
        let (institution, code) = (institution.id, institution.code);
        let found = Found { institution, code, own: Some(own), is_revoked: false };
        Ok(self.judge(claims, Some(found)).ok())
    }

    /// Whether a caller who came in earlier would still come in: for connections that stay open. Gives the
    /// caller with what it may do now.
    ///
    /// # Errors
    /// Unauthenticated; internal.
    pub async fn renew(
        &self,
        db: &DatabaseConnection,
        principal: &Principal,
        now: DateTime<Utc>,
    ) -> Result<Principal, Error> {
        not_ended(principal, now)?;
        self.still(db, principal).await
    }

    /// The same, whether its token has ended or not: for what was begun while it was good.
    ///
    /// # Errors
    /// Unauthenticated; internal.
    pub async fn still(
        &self,
        db: &DatabaseConnection,
        principal: &Principal,
    ) -> Result<Principal, Error> {
        let Some(claims) = claims_of(principal) else { return Ok(principal.clone()) };
        match self.client(db, claims).await? {
            Ok(client) => Ok(Principal::Client(Arc::new(client))),
            Err(_) => Err(Error::Unauthenticated),
        }
    }

    /// The same, by what was found within the last second or two for all connections together; what the database does
    /// not tell stays as it was.
    ///
    /// # Errors
    /// Unauthenticated.
    pub fn renewed(
        self: &Arc<Self>,
        db: &DatabaseConnection,
        principal: &Principal,
        now: DateTime<Utc>,
    ) -> Result<Principal, Error> {
        not_ended(principal, now)?;
        let Some(claims) = claims_of(principal) else { return Ok(principal.clone()) };
        match self.renewals.last(self, db, claims) {
            None => Ok(principal.clone()),
            Some(Ok(client)) => Ok(Principal::Client(client)),
            Some(Err(_)) => Err(Error::Unauthenticated),
        }
    }
}

/// An error once the token of a caller has ended.
fn not_ended(principal: &Principal, now: DateTime<Utc>) -> Result<(), Error> {
    match principal.client() {
        Some(client) if now >= client.token.expires_at => Err(Error::Unauthenticated),
        _ => Ok(()),
    }
}

/// What the token of a caller said; none without one.
fn claims_of(principal: &Principal) -> Option<Claims> {
    let client = principal.client()?;
    Some(Claims {
        issuer: client.token.issuer.clone(),
        id: client.token.id.clone(),
        client_id: client.client_id.clone(),
        institution: client.institution.code.clone(),
        scopes: client.scopes,
        expires_at: client.token.expires_at,
        generation: client.token.generation,
        outside: client.id.is_none(),
    })
}

/// Reads a row of [`OWN`] or [`OUTSIDE`] and, if it is asked for behind them, whether the token was revoked.
fn read(row: &QueryResult, outside: bool, with_revoked: bool) -> Result<(Name, Found), Error> {
    let code: String = row.try_get_by_index(1)?;
    let name = if outside { code.clone() } else { row.try_get_by_index(2)? };
    let own = if outside {
        None
    } else {
        Some(Own {
            id: row.try_get_by_index(3)?,
            scopes: row.try_get_by_index(4)?,
            tier: row.try_get_by_index(5)?,
            is_active: row.try_get_by_index::<String>(6)? == "ACTIVE",
            generation: row.try_get_by_index(7)?,
        })
    };
    let is_revoked = with_revoked && row.try_get_by_index(if outside { 2 } else { 8 })?;
    let institution = row.try_get_by_index(0)?;
    Ok(((outside, name), Found { institution, code, own, is_revoked }))
}

async fn look_up(db: &DatabaseConnection, claims: &Claims) -> Result<Option<Found>, Error> {
    let columns = if claims.outside { OUTSIDE } else { OWN };
    let revoked = "EXISTS (SELECT 1 FROM revoked_token r WHERE r.jti = $2) FROM";
    let sql = format!("{} = $1", columns.replacen(" FROM", &format!(", {revoked}"), 1));
    let (_, name) = name_of(claims);
    let values = [name.into(), claims.id.as_str().into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let row = db.query_one_raw(statement).await?;
    row.map(|row| read(&row, claims.outside, true).map(|(_, found)| found)).transpose()
}

/// What the database knows of all these; a few statements, however many they are.
async fn look_up_all(db: &DatabaseConnection, all: &[Claims]) -> Result<All, Error> {
    let backend = db.get_database_backend();
    let one_of = match backend {
        DbBackend::Sqlite => "IN (SELECT value FROM json_each($1))",
        _ => "IN (SELECT jsonb_array_elements_text(CAST(CAST($1 AS text) AS jsonb)))",
    };
    let ask = async |sql: &str, names: HashSet<String>| {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let names = serde_json::to_string(&names).map_err(Error::internal)?;
        let sql = format!("{sql} {one_of}");
        let statement = Statement::from_sql_and_values(backend, sql, [names.into()]);
        db.query_all_raw(statement).await.map_err(Error::from)
    };
    let mut found = All::default();
    for (outside, sql) in [(false, OWN), (true, OUTSIDE)] {
        let names = all.iter().map(name_of).filter(|name| name.0 == outside);
        for row in ask(sql, names.map(|name| name.1).collect()).await? {
            let (name, row) = read(&row, outside, false)?;
            found.rows.insert(name, row);
        }
    }
    let tokens = all.iter().map(|claims| claims.id.clone()).collect();
    for row in ask("SELECT jti FROM revoked_token WHERE jti", tokens).await? {
        found.revoked.insert(row.try_get_by_index(0)?);
    }
    Ok(found)
}
