//! Access tokens: JWT after RFC 9068, checked after RFC 8725.
//!
//! What a token says is believed only after its signature was checked with a key that we chose: by `kid`
//! among our own keys, never by anything the token carries along (`jku`, `x5u`, `jwk`, `x5c`).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::keys::KeyRing;
use crate::domain::admit;
use crate::domain::principal::Scopes;
use crate::error::Error;

/// How long a token is good.
pub const LIFETIME: Duration = Duration::minutes(15);
/// How far clocks may differ.
pub const LEEWAY: Duration = Duration::seconds(30);
/// Longest token that is looked at, in bytes.
pub const LONGEST: usize = 4096;
/// Type of an access token (RFC 9068 §2.1).
pub const TYPE: &str = "at+jwt";

/// Why a token is refused; for the log alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Too long, not three parts, not JSON, unknown header members.
    Malformed,
    /// Another type than an access token's.
    Type,
    /// No issuer that is trusted.
    Issuer,
    /// No key of that name, or the key has retired.
    Key,
    /// Another algorithm than the key's.
    Algorithm,
    /// The signature is not the key's.
    Signature,
    /// A claim is missing or of another kind.
    Claims,
    /// For another audience.
    Audience,
    /// It has ended.
    Expired,
    /// Its time has not come.
    NotYet,
    /// It is good for longer than tokens may be.
    Lifetime,
    /// No such client or institution.
    Unknown,
    /// An outside issuer claims an institution that runs the programme, and nobody has granted it that.
    Operator,
    /// The client is shut out.
    Disabled,
    /// It ended when its client was shut out or its secrets were dropped.
    Ended,
    /// The token was revoked.
    Revoked,
}

/// What a token says, once it is believed.
#[derive(Debug, Clone)]
pub struct Claims {
    /// Issuer.
    pub issuer: String,
    /// Id (`jti`).
    pub id: String,
    /// The client.
    pub client_id: String,
    /// Code of its institution.
    pub institution: String,
    /// Scopes.
    pub scopes: Scopes,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// Which of its client's generations of tokens it is of; 0 of an outside issuer.
    pub generation: i32,
    /// Whether it comes from an outside issuer.
    pub outside: bool,
}

/// Claims of our own tokens as they are written.
#[derive(Debug, Serialize, Deserialize)]
pub struct Written {
    /// Issuer.
    pub iss: String,
    /// Audience.
    pub aud: String,
    /// Subject: the client itself.
    pub sub: String,
    /// Client.
    pub client_id: String,
    /// End, in seconds since 1970.
    pub exp: i64,
    /// When it was made.
    pub iat: i64,
    /// From when it is good; left out by us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// Id.
    pub jti: String,
    /// Scopes, parted by spaces.
    pub scope: String,
    /// Code of the institution.
    pub institution: String,
    /// Which of the client's generations of tokens it is of; left out in the first.
    #[serde(default, skip_serializing_if = "is_first")]
    pub generation: i32,
}

fn is_first(generation: &i32) -> bool {
    *generation == 0
}

/// A token before anything about it is believed.
pub struct Unchecked<'a> {
    text: &'a str,
    header: Map<String, Value>,
    /// The issuer it names.
    pub issuer: String,
}

fn part(text: &str) -> Result<Map<String, Value>, Refusal> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Refusal::Malformed)?;
    let part: Map<String, Value> =
        serde_json::from_slice(&bytes).map_err(|_| Refusal::Malformed)?;
    // However rightly it is signed: its claims are looked up in the database.
    let is_admitted =
        part.iter().all(|(name, value)| admit::is_text(name) && admit::is_json(value));
    if is_admitted { Ok(part) } else { Err(Refusal::Malformed) }
}

impl<'a> Unchecked<'a> {
    /// Takes a token apart.
    ///
    /// # Errors
    /// Malformed; no issuer.
    pub fn read(text: &'a str) -> Result<Self, Refusal> {
        if text.len() > LONGEST {
            return Err(Refusal::Malformed);
        }
        let mut parts = text.split('.');
        let (Some(header), Some(payload), Some(_), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Refusal::Malformed);
        };
        let header = part(header)?;
        let issuer = part(payload)?.remove("iss");
        let issuer = issuer.as_ref().and_then(Value::as_str).ok_or(Refusal::Issuer)?.to_owned();
        Ok(Self { text, header, issuer })
    }

    /// A text of the header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.header.get(name).and_then(Value::as_str)
    }

    /// Whether its type is `expected`, with or without `application/`.
    pub fn is_type(&self, expected: &str) -> bool {
        let Some(typ) = self.header("typ") else { return false };
        let typ = typ.to_ascii_lowercase();
        typ.strip_prefix("application/").unwrap_or(&typ) == expected.to_ascii_lowercase()
    }

    /// Whether the header holds one of these members.
    pub fn carries(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.header.contains_key(*name))
    }

    /// Checks the signature and gives the claims. Issuer, audience and times are still to be checked.
    ///
    /// # Errors
    /// Algorithm; signature; claims.
    pub fn signed_by<C: serde::de::DeserializeOwned>(
        &self,
        key: &DecodingKey,
        algorithm: Algorithm,
    ) -> Result<C, Refusal> {
        // Times are compared with the time of the request by ourselves, claims are typed.
        let mut validation = Validation::new(algorithm);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        let decoded = jsonwebtoken::decode::<C>(self.text, key, &validation);
        decoded.map(|token| token.claims).map_err(|error| match error.kind() {
            jsonwebtoken::errors::ErrorKind::InvalidAlgorithm => Refusal::Algorithm,
            jsonwebtoken::errors::ErrorKind::InvalidSignature => Refusal::Signature,
            _ => Refusal::Claims,
        })
    }

    /// The claims of one of our own tokens.
    ///
    /// # Errors
    /// Whatever is wrong with it.
    pub fn verify(
        &self,
        keys: &KeyRing,
        issuer: &str,
        audience: &str,
        now: DateTime<Utc>,
    ) -> Result<Claims, Refusal> {
        if self.header.keys().any(|name| !matches!(name.as_str(), "alg" | "kid" | "typ")) {
            return Err(Refusal::Malformed);
        }
        if !self.is_type(TYPE) {
            return Err(Refusal::Type);
        }
        let kid = self.header("kid").ok_or(Refusal::Key)?;
        let key = keys.find(kid, now).ok_or(Refusal::Key)?;
        let claims: Written = self.signed_by(&key.public, key.algorithm)?;
        if claims.iss != issuer {
            return Err(Refusal::Issuer);
        }
        if claims.aud != audience {
            return Err(Refusal::Audience);
        }
        if claims.sub != claims.client_id || claims.jti.is_empty() {
            return Err(Refusal::Claims);
        }
        let expires_at = times(claims.iat, claims.nbf, claims.exp, LIFETIME, now)?;
        Ok(Claims {
            issuer: claims.iss,
            id: claims.jti,
            client_id: claims.client_id,
            institution: claims.institution,
            scopes: Scopes::known(&claims.scope),
            expires_at,
            generation: claims.generation,
            outside: false,
        })
    }
}

/// Checks the times of a token and gives its end.
///
/// # Errors
/// Expired; not yet; lifetime; claims, if a number is no instant.
pub fn times(
    iat: i64,
    nbf: Option<i64>,
    exp: i64,
    longest: Duration,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, Refusal> {
    let instant = |seconds| DateTime::from_timestamp(seconds, 0).ok_or(Refusal::Claims);
    let (made, end) = (instant(iat)?, instant(exp)?);
    // Only our own time is added to: a token's may be the last one there is.
    if end <= now - LEEWAY {
        return Err(Refusal::Expired);
    }
    if made > now + LEEWAY || instant(nbf.unwrap_or(iat))? > now + LEEWAY {
        return Err(Refusal::NotYet);
    }
    if end <= made || end - made > longest {
        return Err(Refusal::Lifetime);
    }
    Ok(end)
}

/// Signs a token.
///
/// # Errors
/// Internal.
pub fn sign(keys: &KeyRing, claims: &Written, now: DateTime<Utc>) -> Result<String, Error> {
    let key = keys.signing(now)?;
    let mut header = Header::new(key.algorithm);
    header.typ = Some(TYPE.to_owned());
    header.kid = Some(key.kid.clone());
    jsonwebtoken::encode(&header, claims, &key.private).map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_on_both_sides_of_each_edge() {
        let now = DateTime::from_timestamp(1_000_000, 0).unwrap();
        let at = |iat: i64, nbf: Option<i64>, exp: i64| {
            times(1_000_000 + iat, nbf.map(|nbf| 1_000_000 + nbf), 1_000_000 + exp, LIFETIME, now)
                .err()
        };
        let table = [
            (0, None, 900, None),
            (-900, None, 0, None),
            (-900, None, -29, None),
            (-930, None, -30, Some(Refusal::Expired)),
            (30, None, 900, None),
            (31, None, 900, Some(Refusal::NotYet)),
            (0, Some(30), 900, None),
            (0, Some(31), 900, Some(Refusal::NotYet)),
            (0, None, 901, Some(Refusal::Lifetime)),
            (10, None, 10, Some(Refusal::Lifetime)),
        ];
        for (iat, nbf, exp, refusal) in table {
            assert_eq!(at(iat, nbf, exp), refusal, "{iat} {nbf:?} {exp}");
        }
        assert_eq!(times(i64::MAX, None, i64::MAX, LIFETIME, now), Err(Refusal::Claims));
        let last = DateTime::<Utc>::MAX_UTC.timestamp();
        let first = DateTime::<Utc>::MIN_UTC.timestamp();
        assert_eq!(times(first, None, last, LIFETIME, now), Err(Refusal::Lifetime));
    }
}
