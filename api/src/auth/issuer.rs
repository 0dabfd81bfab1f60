//! Outside issuers: agencies that have an identity provider of their own. Which ones are trusted, for which
//! audience, and how their claims name an institution, is the operator's to set in a TOML file:
//!
//! ```toml
//! [[issuer]]
//! issuer = "https://login.example.go.kr"
//! audience = "https://aiplus.example.go.kr/graphql"
//! jwks_url = "https://login.example.go.kr/jwks.json"   # or jwks_file = "keys.json"
//! algorithms = ["ES256"]
//! typ = "at+jwt"                                       # "JWT" for providers from before RFC 9068
//! institution_claim = "org"
//! scope_claim = "scope"                                # a text parted by spaces, or a list
//! scopes = "program:read results:submit"               # the most its tokens can have
//! max_lifetime_seconds = 3600
//! [issuer.institutions]                                # left out: the claim is the institution's code,
//!                                                      # but never that of one that runs the programme
//! "1371000" = "TIPA"
//! ```

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use chrono::{DateTime, Duration, Utc};
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::sync::Mutex;

use super::fetch::Source;
use super::token::{Claims, Refusal, TYPE, Unchecked, times};
use super::watched::Watched;
use crate::domain::principal::Scopes;
use crate::error::Error;

/// How long a fetched key set is taken for good.
const KEPT: Duration = Duration::seconds(600);
/// How soon after a fetch an unknown key leads to another.
const PAUSE: Duration = Duration::seconds(30);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    issuer: Vec<Settings>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    issuer: String,
    audience: String,
    jwks_url: Option<String>,
    jwks_file: Option<PathBuf>,
    #[serde(default = "default_algorithms")]
    algorithms: Vec<Algorithm>,
    #[serde(default = "default_type")]
    typ: String,
    institution_claim: String,
    #[serde(default = "default_client_claim")]
    client_claim: String,
    #[serde(default = "default_scope_claim")]
    scope_claim: String,
    scopes: String,
    #[serde(default = "default_lifetime")]
    max_lifetime_seconds: u32,
    #[serde(default)]
    institutions: HashMap<String, String>,
}

fn default_algorithms() -> Vec<Algorithm> {
    vec![Algorithm::ES256, Algorithm::EdDSA]
}

fn default_type() -> String {
    TYPE.to_owned()
}

fn default_client_claim() -> String {
    "client_id".to_owned()
}

fn default_scope_claim() -> String {
    "scope".to_owned()
}

const fn default_lifetime() -> u32 {
    3600
}

/// Where an issuer's keys come from.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "one of each configured issuer, for the server's life"
)]
enum Keys {
    File(Watched<JwkSet>),
    Url { source: Source, known: RwLock<Fetched>, fetching: Mutex<()> },
}

#[derive(Debug, Default)]
struct Fetched {
    set: Option<Arc<JwkSet>>,
    tried: Option<DateTime<Utc>>,
}

#[derive(Debug)]
struct Issuer {
    settings: Settings,
    scopes: Scopes,
    keys: Keys,
}

/// The issuers that are trusted beside ourselves.
#[derive(Debug, Default)]
pub struct Issuers(Vec<Issuer>);

fn key_set(text: &str) -> Result<JwkSet, Error> {
    serde_json::from_str(text).map_err(|error| Error::internal(format!("no key set: {error}")))
}

impl Issuers {
    /// Reads the file of issuers; none without a file.
    ///
    /// # Errors
    /// Internal, if it does not hold what it should.
    pub fn read(path: Option<&Path>) -> Result<Self, Error> {
        let Some(path) = path else { return Ok(Self::default()) };
        let fault = |cause: String| Error::internal(format!("{}: {cause}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| fault(error.to_string()))?;
        let file: File = toml::from_str(&text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            fault(format!("line {}: {}", before.matches('\n').count() + 1, error.message()))
        })?;
        let (mut issuers, mut faults) = (Vec::new(), Vec::new());
        for settings in file.issuer {
            let name = settings.issuer.clone();
            match Issuer::new(settings, path) {
                Ok(issuer) => issuers.push(issuer),
                Err(cause) => faults.push(format!("{name}: {}", cause.for_operator())),
            }
        }
        if faults.is_empty() { Ok(Self(issuers)) } else { Err(fault(faults.join("; "))) }
    }

    /// The claims of a token of one of these issuers; `operators` are the codes of the institutions that run
    /// the programme.
    ///
    /// # Errors
    /// Whatever is wrong with it.
    pub async fn verify(
        &self,
        token: &Unchecked<'_>,
        now: DateTime<Utc>,
        operators: &[String],
    ) -> Result<Claims, Refusal> {
        let issuer = self.0.iter().find(|issuer| issuer.settings.issuer == token.issuer);
        let issuer = issuer.ok_or(Refusal::Issuer)?;
        let claims = issuer.verify(token, now).await?;
        // To run the programme is nothing that an issuer can claim: the operator's file has to say it.
        if issuer.settings.institutions.is_empty() && operators.contains(&claims.institution) {
            return Err(Refusal::Operator);
        }
        Ok(claims)
    }
}

impl Issuer {
    fn new(settings: Settings, file: &Path) -> Result<Self, Error> {
        let scopes = Scopes::parse(&settings.scopes)
            .map_err(|word| Error::internal(format!("{word} is no scope")))?;
        // A shared secret would let whoever checks a token also make one.
        let symmetric = [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512];
        if settings.algorithms.is_empty()
            || settings.algorithms.iter().any(|algorithm| symmetric.contains(algorithm))
        {
            return Err(Error::internal("algorithms must be asymmetric ones"));
        }
        let keys = match (&settings.jwks_url, &settings.jwks_file) {
            (Some(url), None) => {
                let source = Source::new(url)?;
                Keys::Url { source, known: RwLock::default(), fetching: Mutex::new(()) }
            }
            (None, Some(path)) => {
                let path = file.parent().map_or_else(|| path.clone(), |folder| folder.join(path));
                Keys::File(Watched::new(path, key_set)?)
            }
            _ => return Err(Error::internal("give jwks_url or jwks_file")),
        };
        Ok(Self { settings, scopes, keys })
    }

    async fn verify(&self, token: &Unchecked<'_>, now: DateTime<Utc>) -> Result<Claims, Refusal> {
        let settings = &self.settings;
        if token.carries(&["crit", "b64", "jku", "x5u", "jwk", "x5c"]) {
            return Err(Refusal::Malformed);
        }
        if !token.is_type(&settings.typ) {
            return Err(Refusal::Type);
        }
        let algorithm: Algorithm = token
            .header("alg")
            .and_then(|name| name.parse().ok())
            .filter(|algorithm| settings.algorithms.contains(algorithm))
            .ok_or(Refusal::Algorithm)?;
        let kid = token.header("kid").ok_or(Refusal::Key)?;
        let jwk = self.key(kid, now).await.ok_or(Refusal::Key)?;
        let key = DecodingKey::from_jwk(&jwk).map_err(|_| Refusal::Key)?;
        let claims: Map<String, Value> = token.signed_by(&key, algorithm)?;
        self.claims(&claims, now)
    }

    fn claims(&self, claims: &Map<String, Value>, now: DateTime<Utc>) -> Result<Claims, Refusal> {
        let settings = &self.settings;
        let text = |name: &str| claims.get(name).and_then(Value::as_str).ok_or(Refusal::Claims);
        let number = |name: &str| claims.get(name).and_then(Value::as_i64);
        if text("iss")? != settings.issuer {
            return Err(Refusal::Issuer);
        }
        let for_us = match claims.get("aud") {
            Some(Value::String(one)) => *one == settings.audience,
            Some(Value::Array(several)) => {
                several.iter().any(|one| one.as_str() == Some(&settings.audience))
            }
            _ => false,
        };
        if !for_us {
            return Err(Refusal::Audience);
        }
        let (Some(iat), Some(exp)) = (number("iat"), number("exp")) else {
            return Err(Refusal::Claims);
        };
        let nbf = match claims.get("nbf") {
            None => None,
            Some(nbf) => Some(nbf.as_i64().ok_or(Refusal::Claims)?),
        };
        let longest = Duration::seconds(settings.max_lifetime_seconds.into());
        let expires_at = times(iat, nbf, exp, longest, now)?;
        let named = text(&settings.institution_claim)?;
        let institution = if settings.institutions.is_empty() {
            named.to_owned()
        } else {
            settings.institutions.get(named).cloned().ok_or(Refusal::Unknown)?
        };
        let asked = match claims.get(&settings.scope_claim) {
            Some(Value::String(text)) => Scopes::known(text),
            Some(Value::Array(list)) => {
                let words: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
                Scopes::known(&words.join(" "))
            }
            _ => Scopes::NONE,
        };
        let client = text(&settings.client_claim).or_else(|_| text("sub"))?;
        Ok(Claims {
            issuer: settings.issuer.clone(),
            id: format!("{}#{}", settings.issuer, text("jti")?),
            // The issuer's name keeps two issuers' clients apart in the audit.
            client_id: format!("{}#{client}", settings.issuer),
            institution,
            scopes: asked.and(self.scopes),
            expires_at,
            generation: 0,
            outside: true,
        })
    }

    async fn key(&self, kid: &str, now: DateTime<Utc>) -> Option<Jwk> {
        match &self.keys {
            Keys::File(file) => file.current().find(kid).cloned(),
            Keys::Url { source, known, fetching } => {
                let look = |age: Duration| {
                    let known = known.read().ok()?;
                    let fresh = known.tried.is_some_and(|tried| (now - tried).abs() < age);
                    let found = known.set.as_ref().and_then(|set| set.find(kid).cloned());
                    Some((fresh, found))
                };
                if let (true, Some(found)) = look(KEPT)? {
                    return Some(found);
                }
                // One fetch at a time; who waited for another's looks at what that brought.
                let _turn = fetching.lock().await;
                let (recent, found) = look(PAUSE)?;
                if recent {
                    return found;
                }
                let fetched = fetch(source).await;
                let mut known = known.write().ok()?;
                known.tried = Some(now);
                match fetched {
                    Ok(set) => known.set = Some(Arc::new(set)),
                    Err(error) => {
                        tracing::error!(error.cause = %error, issuer = %self.settings.issuer, "issuer.keys_unreachable");
                    }
                }
                known.set.as_ref().and_then(|set| set.find(kid).cloned())
            }
        }
    }
}

async fn fetch(source: &Source) -> Result<JwkSet, Error> {
    let bytes = source.get().await?;
    key_set(std::str::from_utf8(&bytes).map_err(Error::internal)?)
}
