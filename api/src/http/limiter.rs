//! Who asks too much: a bucket for the requests of each address, for the cost of each client and of each address
//! without a token, and for failed sign-ins, in bounded memory.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::Mutex;
use std::time::Instant;

use axum::http::HeaderMap;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use entity::api_client::RateTier;

use crate::config::LimitSettings;
use crate::domain::principal::Principal;
use crate::domain::rate::{Allowance, Bucket, WINDOW, Who, network};

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

    fn with<T>(&self, key: K, limit: u32, now: Instant, act: impl FnOnce(&mut Bucket) -> T) -> T {
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
    /// Requests for what is told to everybody alike, so that who asks for that is not kept from it by the rest.
    open: Buckets<IpAddr>,
    callers: Buckets<Who>,
    failures: Buckets<(String, Option<IpAddr>)>,
}

impl Limiter {
    /// Full buckets for everybody.
    pub fn new(settings: &LimitSettings) -> Self {
        Self {
            settings: settings.clone(),
            addresses: Buckets::new(),
            open: Buckets::new(),
            callers: Buckets::new(),
            failures: Buckets::new(),
        }
    }

    /// The address, if it is limited.
    fn limited(&self, address: Option<IpAddr>) -> Option<IpAddr> {
        let address = address?.to_canonical();
        let is_free = address.is_loopback() && !self.settings.rate_loopback;
        (!is_free).then(|| network(address))
    }

    /// One request from an address; none if it is not limited.
    pub fn address(&self, address: Option<IpAddr>, now: Instant) -> Option<Allowance> {
        self.one_of(&self.addresses, address, now)
    }

    /// One request from an address for a page, a key set or a sign of life; none if it is not limited.
    pub fn open(&self, address: Option<IpAddr>, now: Instant) -> Option<Allowance> {
        self.one_of(&self.open, address, now)
    }

    fn one_of(
        &self,
        buckets: &Buckets<IpAddr>,
        address: Option<IpAddr>,
        now: Instant,
    ) -> Option<Allowance> {
        let (address, limit) = (self.limited(address)?, self.settings.address_rate);
        (limit > 0).then(|| buckets.with(address, limit, now, |bucket| bucket.take(limit, 1, now)))
    }

    /// By what a caller's cost is counted, and how much it may cost in a minute; none if that is not limited.
    fn budget(&self, principal: &Principal, address: Option<IpAddr>) -> Option<(Who, u32)> {
        let limit = match principal {
            Principal::System => return None,
            Principal::Anonymous => {
                self.limited(address)?;
                self.settings.address_cost
            }
            Principal::Client(client) => {
                let factor = match client.tier {
                    RateTier::Standard => 1,
                    RateTier::Elevated => 10,
                };
                self.settings.client_rate.saturating_mul(factor)
            }
        };
        (limit > 0).then(|| (Who::of(principal, address), limit))
    }

    /// One request of a caller; none if it is not limited.
    pub fn ask(
        &self,
        principal: &Principal,
        address: Option<IpAddr>,
        now: Instant,
    ) -> Option<Allowance> {
        let (who, limit) = self.budget(principal, address)?;
        Some(self.callers.with(who, limit, now, |bucket| bucket.take(limit, 1, now)))
    }

    /// What a caller's request has cost.
    pub fn charge(
        &self,
        principal: &Principal,
        address: Option<IpAddr>,
        cost: u32,
        now: Instant,
    ) -> Option<Allowance> {
        let (who, limit) = self.budget(principal, address)?;
        Some(self.callers.with(who, limit, now, |bucket| bucket.charge(limit, cost, now)))
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
    pub fn sign_in(&self, client_id: &str, address: Option<IpAddr>, now: Instant) -> u32 {
        let waits = Self::failure_keys(client_id, address).map(|(client, address, limit)| {
            self.failures.with((client, address), limit, now, |bucket| {
                bucket.take(limit, 0, now).retry_after
            })
        });
        waits.into_iter().max().unwrap_or(0)
    }

    /// Notes that a client failed to sign in.
    pub fn failed(&self, client_id: &str, address: Option<IpAddr>, now: Instant) {
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
            export_timeout: 3600,
            address_rate: 0,
            address_cost: 0,
            share: 50,
            rate_loopback: false,
            client_rate: 0,
            connections: 1,
            connections_per_address: 1,
            sockets_per_address: 1,
            introspection: crate::config::Introspection::Everyone,
            trusted_documents: None,
        };
        let limiter = Limiter::new(&settings);
        let (now, at) = (Instant::now(), |text: &str| Some(text.parse().unwrap()));
        // Each client once, so that no client's own bound is met.
        for number in 0..FAILURES_OF_AN_ADDRESS {
            let client = format!("client-{number}");
            assert_eq!(limiter.sign_in(&client, at("192.0.2.1"), now), 0, "failure {number}");
            limiter.failed(&client, at("192.0.2.1"), now);
        }
        assert_eq!(limiter.sign_in("another", at("192.0.2.1"), now), 1);
        assert_eq!(limiter.sign_in("another", at("192.0.2.2"), now), 0, "another address");
        let later = now + std::time::Duration::from_secs(1);
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
        let (buckets, now) = (Buckets::<u32>::new(), Instant::now());
        for key in 0..(MOST as u32 + 10) {
            buckets.with(key, 5, now, |bucket| bucket.take(5, 1, now));
        }
        assert!(buckets.0.lock().unwrap().len() <= MOST);
    }
}
