//! How much a caller may ask for: a bucket that fills evenly and is drawn from.
//!
//! The bucket holds what may be asked for in a minute. A request whose cost is known only afterwards is let
//! in while anything is left, and what it cost is drawn then, so that the bucket may owe; the next request
//! waits until the debt is paid. Time is the monotonic clock's: whoever sets the other one fills nothing.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::time::Instant;

use super::principal::{Author, Principal};

/// An address as it is counted: of IPv6 a whole network, since each caller has one.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let network = u128::from(address) & (u128::MAX << 64);
            IpAddr::V6(Ipv6Addr::from(network))
        }
        address => address,
    }
}

/// A caller as it is counted: who has signed in by its name, everybody else by the network of its address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Who {
    /// A client, or the system itself.
    Client(Arc<str>),
    /// An address; none where there is no connection.
    Address(Option<IpAddr>),
}

impl Who {
    /// The caller with its address.
    pub fn of(principal: &Principal, address: Option<IpAddr>) -> Self {
        match principal {
            Principal::Anonymous => Self::Address(address.map(network)),
            Principal::System | Principal::Client(_) => Self::Client(principal.actor().into()),
        }
    }

    /// The author of a write.
    pub fn author(author: &Author<'_>) -> Self {
        Self::of(author.principal, author.address.and_then(|address| address.parse().ok()))
    }

    /// Whether it has shown who it is.
    pub fn has_signed_in(&self) -> bool {
        matches!(self, Self::Client(_))
    }
}

/// Seconds in which an empty bucket fills.
pub const WINDOW: u32 = 60;

/// A bucket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    left: f64,
    at: Instant,
}

/// What a caller may still ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// What may be asked for in a minute.
    pub limit: u32,
    /// What is left now.
    pub remaining: u32,
    /// Seconds until all is left again.
    pub reset: u32,
    /// Seconds until anything may be asked for; 0 if it may now.
    pub retry_after: u32,
}

impl Bucket {
    /// A full bucket.
    pub fn full(limit: u32, now: Instant) -> Self {
        Self { left: f64::from(limit), at: now }
    }

    /// Draws `cost` if anything is left; an unpaid debt lets nothing through.
    pub fn take(&mut self, limit: u32, cost: u32, now: Instant) -> Allowance {
        self.fill(limit, now);
        let may = self.left >= 1.0;
        if may {
            self.left -= f64::from(cost);
        }
        self.allowance(limit, may)
    }

    /// Draws what a request that was let in has cost.
    pub fn charge(&mut self, limit: u32, cost: u32, now: Instant) -> Allowance {
        self.fill(limit, now);
        self.left -= f64::from(cost);
        self.allowance(limit, true)
    }

    /// Whether the bucket is as good as a new one.
    pub fn is_full(&self, limit: u32, now: Instant) -> bool {
        let mut filled = *self;
        filled.fill(limit, now);
        filled.left >= f64::from(limit)
    }

    fn fill(&mut self, limit: u32, now: Instant) {
        let seconds = now.saturating_duration_since(self.at).as_secs_f64();
        self.left = (self.left + seconds * rate(limit)).min(f64::from(limit));
        self.at = self.at.max(now);
    }

    fn allowance(&self, limit: u32, may: bool) -> Allowance {
        let seconds = |missing: f64| (missing.max(0.0) / rate(limit)).ceil() as u32;
        Allowance {
            limit,
            remaining: self.left.max(0.0) as u32,
            reset: seconds(f64::from(limit) - self.left),
            retry_after: if may { 0 } else { seconds(1.0 - self.left).max(1) },
        }
    }
}

/// What comes in each second.
fn rate(limit: u32) -> f64 {
    f64::from(limit.max(1)) / f64::from(WINDOW)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_are_counted_by_caller() {
        for (given, expected) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ] {
            assert_eq!(network(given.parse().unwrap()), expected.parse::<IpAddr>().unwrap());
        }
    }

    #[test]
    fn the_last_one_passes_and_the_next_waits() {
        let start = Instant::now();
        let mut bucket = Bucket::full(3, start);
        let seen: Vec<(u32, u32)> = (0..4)
            .map(|_| bucket.take(3, 1, start))
            .map(|allowance| (allowance.remaining, allowance.retry_after))
            .collect();
        assert_eq!(seen, [(2, 0), (1, 0), (0, 0), (0, 20)]);
        assert_eq!(bucket.take(3, 1, start + Duration::from_secs(19)).retry_after, 1);
        assert_eq!(bucket.take(3, 1, start + Duration::from_secs(20)).retry_after, 0);
    }

    #[test]
    fn a_debt_is_paid_before_anything_passes() {
        let start = Instant::now();
        let mut bucket = Bucket::full(60, start);
        assert_eq!(bucket.take(60, 1, start).remaining, 59);
        assert_eq!(bucket.charge(60, 159, start).remaining, 0);
        assert_eq!(bucket.take(60, 1, start).retry_after, 101);
        assert_eq!(bucket.take(60, 1, start + Duration::from_secs(101)).retry_after, 0);
    }

    proptest! {
        #[test]
        fn no_more_passes_than_the_limit_and_what_came_in(
            limit in 1_u32..100, steps in prop::collection::vec(0_u64..5_000, 1..200)
        ) {
            let start = Instant::now();
            let (mut bucket, mut now, mut passed) = (Bucket::full(limit, start), start, 0_u32);
            for step in steps {
                now += Duration::from_millis(step);
                let allowance = bucket.take(limit, 1, now);
                prop_assert!(allowance.remaining <= limit);
                passed += u32::from(allowance.retry_after == 0);
            }
            let seconds = (now - start).as_secs_f64();
            prop_assert!(f64::from(passed) <= f64::from(limit) + seconds * rate(limit) + 1.0);
        }
    }
}
