//! Who calls: secrets of clients, signing keys, tokens of our own and of outside issuers.
//!
//! A request's token is checked in memory ([`token`], [`issuer`]); one statement then tells whether its
//! client may still come in ([`Access::authenticate`]), so that a disabled client and a revoked token are
//! refused at once on every server of the cluster.

mod fetch;
pub mod issuer;
pub mod keys;
pub mod secret;
pub mod token;
mod watched;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::api_client::RateTier;
use sea_orm::{ConnectionTrait, DatabaseConnection, QueryResult, Statement};
use uuid::Uuid;

use crate::config::AccessSettings;
use crate::domain::principal::{Client, Institution, Principal, Scopes, Standing, Token};
use crate::error::Error;

use issuer::Issuers;
use keys::KeyStore;
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
}

/// The clients' own row and that of their institution, by what the token says; whether it was revoked.
const LOOK_UP: &str = "SELECT i.id, i.code, c.scopes, c.rate_tier, c.state, c.id, \
     EXISTS (SELECT 1 FROM revoked_token r WHERE r.jti = $2), c.token_generation \
     FROM api_client c JOIN institution i ON i.id = c.institution_id WHERE c.client_id = $1";
/// The institution that an outside issuer names; whether the token was revoked here.
const LOOK_UP_OUTSIDE: &str = "SELECT i.id, i.code, NULL, NULL, NULL, NULL, \
     EXISTS (SELECT 1 FROM revoked_token r WHERE r.jti = $2) FROM institution i WHERE i.code = $1";

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
        })
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
        let client = match self.checked(bearer, now).await {
            Ok(claims) => self.client(db, claims).await?,
            Err(refusal) => Err(refusal),
        };
        client.map(|client| Principal::Client(Arc::new(client))).map_err(|refusal| {
            tracing::info!(reason = ?refusal, "token.refused");
            Error::Unauthenticated
        })
    }

    async fn checked(&self, bearer: &str, now: DateTime<Utc>) -> Result<Claims, Refusal> {
        let parts = token::Unchecked::read(bearer)?;
        if parts.issuer == self.issuer {
            let claims = parts.verify(&self.keys.current(), &self.issuer, &self.audience, now)?;
            return Ok(claims);
        }
        self.issuers.verify(&parts, now, &self.operators).await
    }

    /// The client of checked claims, as the database knows it now.
    async fn client(
        &self,
        db: &DatabaseConnection,
        claims: Claims,
    ) -> Result<Result<Client, Refusal>, Error> {
        let Some(row) = look_up(db, &claims).await? else { return Ok(Err(Refusal::Unknown)) };
        if row.try_get_by_index::<bool>(6)? {
            return Ok(Err(Refusal::Revoked));
        }
        let code: String = row.try_get_by_index(1)?;
        let (scopes, tier) = if claims.outside {
            (claims.scopes, RateTier::Standard)
        } else {
            if row.try_get_by_index::<String>(4)? != "ACTIVE" {
                return Ok(Err(Refusal::Disabled));
            }
            if row.try_get_by_index::<i32>(7)? != claims.generation {
                return Ok(Err(Refusal::Ended));
            }
            // What was taken from the client since the token was made is gone at once.
            let granted = Scopes::known(&row.try_get_by_index::<String>(2)?);
            (claims.scopes.and(granted), row.try_get_by_index(3)?)
        };
        Ok(Ok(Client {
            id: row.try_get_by_index::<Option<Uuid>>(5)?,
            client_id: claims.client_id,
            institution: Institution {
                id: row.try_get_by_index(0)?,
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
        }))
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
        let Principal::Client(client) = principal else { return Ok(principal.clone()) };
        if now >= client.token.expires_at {
            return Err(Error::Unauthenticated);
        }
        let claims = Claims {
            issuer: client.token.issuer.clone(),
            id: client.token.id.clone(),
            client_id: client.client_id.clone(),
            institution: client.institution.code.clone(),
            scopes: client.scopes,
            expires_at: client.token.expires_at,
            generation: client.token.generation,
            outside: client.id.is_none(),
        };
        match self.client(db, claims).await? {
            Ok(client) => Ok(Principal::Client(Arc::new(client))),
            Err(_) => Err(Error::Unauthenticated),
        }
    }
}

async fn look_up(db: &DatabaseConnection, claims: &Claims) -> Result<Option<QueryResult>, Error> {
    let (sql, name) = if claims.outside {
        (LOOK_UP_OUTSIDE, &claims.institution)
    } else {
        (LOOK_UP, &claims.client_id)
    };
    let statement = Statement::from_sql_and_values(
        db.get_database_backend(),
        sql,
        [name.as_str().into(), claims.id.as_str().into()],
    );
    Ok(db.query_one_raw(statement).await?)
}
