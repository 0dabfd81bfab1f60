//! Tokens of our own that were good a moment ago, so that who asks often is not checked as often.
//!
//! What a token says holds until it ends, as long as the keys are the same. What the database tells of its client holds
//! for [`LEASE`], counted from before it was asked. Who shuts a client out or takes back a token has its answer only
//! once that time has passed since the commit ([`crate::service::write::Write::shuts_out`]): by then no server goes by
//! what was so before, though none tells another.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::keys::{Key, KeyRing};
use super::token::{Claims, LEEWAY};
use crate::domain::principal::Client;

/// How long what the database told of a client is gone by.
pub const LEASE: Duration = Duration::from_millis(100);
/// Most tokens that are remembered.
const MOST: usize = 4_096;

/// The tokens.
#[derive(Debug, Default)]
pub struct Known(Mutex<HashMap<String, Entry>>);

#[derive(Debug)]
struct Entry {
    claims: Claims,
    /// The keys by which it was checked.
    keys: Arc<KeyRing>,
    /// When it was checked.
    checked: DateTime<Utc>,
    client: Arc<Client>,
    /// When the database was asked for the client.
    asked: Instant,
}

/// What is still known of a token.
#[derive(Debug)]
pub enum Memory {
    /// Its client may come in.
    Client(Arc<Client>),
    /// What it says is believed.
    Claims(Claims),
}

impl Known {
    /// What is known of a token.
    pub fn of(&self, bearer: &str, keys: &Arc<KeyRing>, now: DateTime<Utc>) -> Option<Memory> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = known.get(bearer)?;
        // A key retires without a change of its file.
        let stands = |key: &Key| key.is_good(now) || !key.is_good(entry.checked);
        let is_good = Arc::ptr_eq(&entry.keys, keys)
            && keys.0.iter().all(stands)
            && entry.checked <= now
            && now - LEEWAY < entry.claims.expires_at;
        is_good.then(|| match entry.asked.elapsed() < LEASE {
            true => Memory::Client(entry.client.clone()),
            false => Memory::Claims(entry.claims.clone()),
        })
    }

    /// Remembers a token whose client was asked for at an instant.
    pub fn keep(
        &self,
        bearer: &str,
        keys: Arc<KeyRing>,
        (claims, checked): (Claims, DateTime<Utc>),
        (client, asked): (Arc<Client>, Instant),
    ) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST && !known.contains_key(bearer) {
            known.retain(|_, entry| entry.asked.elapsed() < LEASE);
            // So many at a time are checked each by itself.
            if known.len() >= MOST {
                return;
            }
        }
        known.insert(bearer.to_owned(), Entry { claims, keys, checked, client, asked });
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::principal::{Institution, Scopes, Standing, Token};

    fn client(claims: &Claims) -> Arc<Client> {
        Arc::new(Client {
            id: Some(Uuid::nil()),
            client_id: claims.client_id.clone(),
            institution: Institution {
                id: Uuid::nil(),
                standing: Standing::Partner,
                leads: false,
                code: claims.institution.clone(),
            },
            scopes: claims.scopes,
            tier: entity::api_client::RateTier::Standard,
            token: Token {
                issuer: claims.issuer.clone(),
                id: claims.id.clone(),
                expires_at: claims.expires_at,
                generation: claims.generation,
            },
            writes: entity::common::Origin::Reported,
        })
    }

    fn claims(expires_at: DateTime<Utc>) -> Claims {
        Claims {
            issuer: "http://api.test".to_owned(),
            id: "1".to_owned(),
            client_id: "kosme-1".to_owned(),
            institution: "KOSME".to_owned(),
            scopes: Scopes::default(),
            expires_at,
            generation: 0,
            outside: false,
        }
    }

    /// What is known of a token: 2 its client, 1 what it says, 0 nothing.
    fn known(of: Option<Memory>) -> u8 {
        match of {
            Some(Memory::Client(_)) => 2,
            Some(Memory::Claims(_)) => 1,
            None => 0,
        }
    }

    #[test]
    fn a_token_is_known_for_a_while() {
        let now = Utc::now();
        let ends = now + chrono::Duration::minutes(5);
        let keys = Arc::new(KeyRing(vec![Key::generate(now).unwrap()]));
        let others = Arc::new(KeyRing(Vec::new()));
        let mut leaving = Key::generate(now).unwrap();
        leaving.retires_at = Some(ends - chrono::Duration::minutes(1));
        let leaving = Arc::new(KeyRing(vec![leaving]));
        let keep = |tokens: &Known, bearer: &str, asked: Instant| {
            let said = claims(ends);
            let client = client(&said);
            tokens.keep(bearer, keys.clone(), (said, now), (client, asked));
        };
        let tokens = Known::default();
        // As far from its end as a test can be stalled.
        let fresh = Instant::now() + Duration::from_secs(60);
        let old = Instant::now().checked_sub(LEASE).unwrap();
        keep(&tokens, "fresh", fresh);
        keep(&tokens, "old", old);
        let said = claims(ends);
        let of_leaving = client(&said);
        tokens.keep("leaving", leaving.clone(), (said, now), (of_leaving, fresh));
        let second = chrono::Duration::seconds(1);
        for (bearer, ring, at, expected) in [
            ("fresh", &keys, now, 2),
            ("old", &keys, now, 1),
            ("another", &keys, now, 0),
            ("fresh", &others, now, 0),
            ("fresh", &keys, now - second, 0),
            ("fresh", &keys, ends + LEEWAY - second, 2),
            ("fresh", &keys, ends + LEEWAY, 0),
            ("old", &keys, ends + LEEWAY, 0),
            ("leaving", &leaving, now, 2),
            ("leaving", &leaving, ends - chrono::Duration::minutes(1), 0),
        ] {
            assert_eq!(known(tokens.of(bearer, ring, at)), expected, "{bearer} at {at}");
        }
        // However many there are, it remembers so many; those that ask keep their places.
        for number in 0..MOST {
            keep(&tokens, &number.to_string(), fresh);
        }
        assert_eq!(tokens.0.lock().unwrap().len(), MOST);
        assert_eq!(known(tokens.of("fresh", &keys, now)), 2);
        assert_eq!(known(tokens.of("old", &keys, now)), 0);
    }
}
