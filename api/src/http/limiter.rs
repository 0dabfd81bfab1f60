//! Who asks too much: a bucket for each address, each client, and each failed sign-in, in bounded memory.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::Mutex;

use axum::http::HeaderMap;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use chrono::{DateTime, Utc};
use entity::api_client::RateTier;

use crate::config::LimitSettings;
use crate::domain::principal::Client;
use crate::domain::rate::{Allowance, Bucket, WINDOW, network};

/// Most buckets of a kind; full ones are as good as none and go first.
const MOST: usize = 50_000;
/// Failed sign-ins a minute of one client from one address.
pub const FAILURES_OF_A_CLIENT: u32 = 10;
/// Failed sign-ins a minute from one address.
pub const FAILURES_OF_AN_ADDRESS: u32 = 300;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// Buckets by key.
#[derive(Debug)]
struct Buckets<K>(Mutex<HashMap<K, Bucket>>);

impl<K: Hash + Eq> Buckets<K> {
    fn new() -> Self {
        Self(Mutex::default())
    }

    fn with<T>(
        &self,
        key: K,
        limit: u32,
        now: DateTime<Utc>,
        act: impl FnOnce(&mut Bucket) -> T,
    ) -> T {
        // A panic while a bucket was held leaves no bucket half drawn from.
        let mut known = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if known.len() >= MOST && !known.contains_key(&key) {
            known.retain(|_, bucket| !bucket.is_full(limit, now));
            if known.len() >= MOST {
                known.clear();
            }
        }
        act(known.entry(key).or_insert_with(|| Bucket::full(limit, now)))
    }
}

/// The buckets of a server.
#[derive(Debug)]
pub struct Limiter {
    settings: LimitSettings,
    addresses: Buckets<IpAddr>,
    clients: Buckets<String>,
    failures: Buckets<(String, Option<IpAddr>)>,
}

impl Limiter {
    /// Full buckets for everybody.
    pub fn new(settings: &LimitSettings) -> Self {
        Self {
            settings: settings.clone(),
            addresses: Buckets::new(),
            clients: Buckets::new(),
            failures: Buckets::new(),
        }
    }

    /// One request from an address; none if it is not limited.
    pub fn address(&self, address: Option<IpAddr>, now: DateTime<Utc>) -> Option<Allowance> {
        let (address, limit) = (address?.to_canonical(), self.settings.address_rate);
        if limit == 0 || (address.is_loopback() && !self.settings.rate_loopback) {
            return None;
        }
        Some(self.addresses.with(network(address), limit, now, |bucket| bucket.take(limit, 1, now)))
    }

    fn client_limit(&self, client: &Client) -> u32 {
        let factor = match client.tier {
            RateTier::Standard => 1,
            RateTier::Elevated => 10,
        };
        self.settings.client_rate.saturating_mul(factor)
    }

    /// One request of a client; none if it is not limited.
    pub fn client(&self, client: &Client, now: DateTime<Utc>) -> Option<Allowance> {
        let limit = self.client_limit(client);
        (limit > 0).then(|| {
            self.clients
                .with(client.client_id.clone(), limit, now, |bucket| bucket.take(limit, 1, now))
        })
    }

    /// What a client's request has cost, in rows.
    pub fn charge(&self, client: &Client, rows: usize, now: DateTime<Utc>) -> Option<Allowance> {
        let limit = self.client_limit(client);
        let cost = u32::try_from(rows).unwrap_or(u32::MAX);
        (limit > 0).then(|| {
            self.clients.with(client.client_id.clone(), limit, now, |bucket| {
                bucket.charge(limit, cost, now)
            })
        })
    }

    fn failure_keys(
        client_id: &str,
        address: Option<IpAddr>,
    ) -> [(String, Option<IpAddr>, u32); 2] {
        let address = address.map(network);
        let client_id: String = client_id.chars().take(100).collect();
        [
            (client_id, address, FAILURES_OF_A_CLIENT),
            (String::new(), address, FAILURES_OF_AN_ADDRESS),
        ]
    }

    /// Seconds until a client may try to sign in; 0 if it may now.
    pub fn sign_in(&self, client_id: &str, address: Option<IpAddr>, now: DateTime<Utc>) -> u32 {
        let waits = Self::failure_keys(client_id, address).map(|(client, address, limit)| {
            self.failures.with((client, address), limit, now, |bucket| {
                bucket.take(limit, 0, now).retry_after
            })
        });
        waits.into_iter().max().unwrap_or(0)
    }

    /// Notes that a client failed to sign in.
    pub fn failed(&self, client_id: &str, address: Option<IpAddr>, now: DateTime<Utc>) {
        for (client, address, limit) in Self::failure_keys(client_id, address) {
            self.failures
                .with((client, address), limit, now, |bucket| bucket.charge(limit, 1, now));
        }
    }
}

/// Tells a caller what it may still ask for (draft-ietf-httpapi-ratelimit-headers).
pub fn tell(headers: &mut HeaderMap, name: &str, allowance: &Allowance) {
    let Allowance { limit, remaining, reset, retry_after } = allowance;
    for (header, text) in [
        (POLICY, format!("\"{name}\";q={limit};w={WINDOW}")),
        (LIMIT, format!("\"{name}\";r={remaining};t={reset}")),
    ] {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.append(header, value);
        }
    }
    if *retry_after > 0 {
        headers.insert(axum::http::header::RETRY_AFTER, HeaderValue::from(*retry_after));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_sign_ins_of_an_address_have_a_bound() {
        let settings = crate::config::LimitSettings {
            query_timeout: 10,
            address_rate: 0,
            rate_loopback: false,
            client_rate: 0,
            connections: 1,
            sockets_per_address: 1,
            introspection: crate::config::Introspection::Everyone,
            trusted_documents: None,
        };
        let limiter = Limiter::new(&settings);
        let (now, at) = (DateTime::UNIX_EPOCH, |text: &str| Some(text.parse().unwrap()));
        // Each client once, so that no client's own bound is met.
        for number in 0..FAILURES_OF_AN_ADDRESS {
            let client = format!("client-{number}");
            assert_eq!(limiter.sign_in(&client, at("192.0.2.1"), now), 0, "failure {number}");
            limiter.failed(&client, at("192.0.2.1"), now);
        }
        assert_eq!(limiter.sign_in("another", at("192.0.2.1"), now), 1);
        assert_eq!(limiter.sign_in("another", at("192.0.2.2"), now), 0, "another address");
        let later = now + chrono::Duration::seconds(1);
        assert_eq!(limiter.sign_in("another", at("192.0.2.1"), later), 0);
        // Of IPv6 a network counts.
        for number in 0..FAILURES_OF_AN_ADDRESS {
            limiter.failed(&format!("client-{number}"), at(&format!("2001:db8::{number:x}")), now);
        }
        assert_eq!(limiter.sign_in("another", at("2001:db8::ffff"), now), 1);
        assert_eq!(limiter.sign_in("another", at("2001:db8:0:1::1"), now), 0);
    }

    #[test]
    fn the_memory_for_addresses_is_bounded() {
        let buckets = Buckets::<u32>::new();
        for key in 0..(MOST as u32 + 10) {
            buckets.with(key, 5, DateTime::UNIX_EPOCH, |bucket| {
                bucket.take(5, 1, DateTime::UNIX_EPOCH)
            });
        }
        assert!(buckets.0.lock().unwrap().len() <= MOST);
    }
}
