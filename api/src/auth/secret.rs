//! Secrets of clients: 256 random bits, shown once, kept as Argon2id hashes (OWASP password storage: 19 MiB,
//! two passes, one lane). All hashing runs beside the requests, a few at a time and callers in turn, so that a
//! flood of sign-ins or of new secrets takes neither the threads nor the memory nor the time of everybody else.

use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::rate::Who;
use crate::error::Error;
use crate::turns::{Bounds, Turns};

/// Memory of a hash, in KiB.
const MEMORY: u32 = 19 * 1024;
/// Hashes that are made at a time, where there are as many cores.
const AT_A_TIME: usize = 4;
/// Hashes that wait for their turn; more are turned away.
const WAITING: usize = 512;
/// Of them, those of one caller.
const WAITING_EACH: usize = 64;
/// Longest that one waits.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most valid secrets of a client.
const VALID: usize = 2;
/// Longest secret that is looked at, in bytes.
const LONGEST: usize = 200;

/// Random bytes.
///
/// # Errors
/// Internal, if the system has none.
pub fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0_u8; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Error::internal("no random bytes"))?;
    Ok(bytes)
}

/// A new secret. The prefix lets scanners of code find one that was left lying about.
///
/// # Errors
/// Internal.
pub fn generate() -> Result<String, Error> {
    Ok(format!("aiplus_{}", URL_SAFE_NO_PAD.encode(random::<32>()?)))
}

/// Turns at hashing.
#[derive(Debug, Clone)]
pub struct Hashing(Turns);

impl Default for Hashing {
    fn default() -> Self {
        let places = Self::at_a_time();
        Self(Turns::new(Bounds {
            places,
            // Callers take turns at every hash, so that none has to be kept from an idle place.
            each: places,
            anonymous: places,
            waiting: WAITING,
            waiting_each: WAITING_EACH,
            patience: PATIENCE,
        }))
    }
}

impl Hashing {
    /// Hashes that are made at a time.
    pub fn at_a_time() -> usize {
        std::thread::available_parallelism().map_or(1, |cores| cores.get().min(AT_A_TIME))
    }

    /// Hashes of one caller that are made or wait.
    pub fn most_of_a_caller() -> usize {
        Self::at_a_time() + WAITING_EACH
    }

    /// Computes beside the requests, as soon as it is the caller's turn.
    async fn run<T: Send + 'static>(
        &self,
        who: &Who,
        compute: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let turn = self.0.take(who).await?;
        // The turn is over when the work is, whether or not its caller still waits.
        let working = tokio::task::spawn_blocking(move || {
            let made = compute();
            drop(turn);
            made
        });
        working.await.map_err(Error::internal)
    }

    /// The hash of a secret, for the table.
    ///
    /// # Errors
    /// Rate limited; unavailable; internal.
    pub async fn hash(&self, who: &Who, secret: String) -> Result<String, Error> {
        self.run(who, move || hash(&secret)).await?
    }
}

/// Makes and compares hashes.
#[derive(Debug)]
pub struct Secrets {
    /// Turns at hashing.
    pub hashing: Hashing,
    /// Compared with where there is no client, so that the answer takes as long.
    dummy: String,
}

fn hasher() -> Result<Argon2<'static>, Error> {
    let params = Params::new(MEMORY, 2, 1, None).map_err(Error::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(secret: &str) -> Result<String, Error> {
    let hashed = hasher()?
        .hash_password_with_salt(secret.as_bytes(), &random::<16>()?)
        .map_err(Error::internal)?;
    Ok(hashed.to_string())
}

fn matches(secret: &str, hash: &str) -> bool {
    let (Ok(hasher), Ok(hash)) = (hasher(), PasswordHash::new(hash)) else { return false };
    hasher.verify_password(secret.as_bytes(), &hash).is_ok()
}

impl Secrets {
    /// Ready to compare.
    ///
    /// # Errors
    /// Internal.
    pub fn new() -> Result<Self, Error> {
        Ok(Self { hashing: Hashing::default(), dummy: hash(&generate()?)? })
    }

    /// Whether the secret is one of the hashed ones. Without hashes it is not, after as long a time.
    ///
    /// # Errors
    /// Rate limited, if too many of the caller wait already; unavailable; internal.
    pub async fn verify(
        &self,
        who: &Who,
        secret: &str,
        mut hashes: Vec<String>,
    ) -> Result<bool, Error> {
        let known = hashes.len();
        // As many comparisons for every client, and for one that is not there.
        hashes.resize(known.max(VALID), self.dummy.clone());
        let secret = if secret.len() > LONGEST { String::new() } else { secret.to_owned() };
        let compare = move || {
            let found: Vec<bool> = hashes.iter().map(|hash| matches(&secret, hash)).collect();
            found.into_iter().take(known).any(|found| found)
        };
        self.hashing.run(who, compare).await
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    const NOBODY: Who = Who::Address(None);

    #[tokio::test]
    async fn the_queue_of_a_caller_has_a_bound() {
        let secrets = Secrets::new().unwrap();
        let mut waiting: Vec<_> = (0..Hashing::most_of_a_caller())
            .map(|_| Box::pin(secrets.verify(&NOBODY, "", Vec::new())))
            .collect();
        for one in &mut waiting {
            assert!(one.as_mut().now_or_never().is_none(), "turned away too early");
        }
        let one_more = Box::pin(secrets.verify(&NOBODY, "", Vec::new())).now_or_never();
        assert!(matches!(one_more, Some(Err(Error::RateLimited { retry_after: 1 }))));
        // Another caller has its own.
        let another = Who::Client("another".into());
        assert!(Box::pin(secrets.verify(&another, "", Vec::new())).now_or_never().is_none());
        // Who leaves makes room.
        waiting.pop();
        assert!(Box::pin(secrets.verify(&NOBODY, "", Vec::new())).now_or_never().is_none());
    }

    #[tokio::test]
    async fn a_secret_matches_its_own_hash_alone() {
        let secrets = Secrets::new().unwrap();
        let (first, second) = (generate().unwrap(), generate().unwrap());
        let hashes = vec![hash(&first).unwrap(), hash(&second).unwrap()];
        assert!(hashes[0].starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(secrets.verify(&NOBODY, &first, hashes.clone()).await.unwrap());
        assert!(secrets.verify(&NOBODY, &second, hashes.clone()).await.unwrap());
        assert!(!secrets.verify(&NOBODY, "", hashes.clone()).await.unwrap());
        assert!(!secrets.verify(&NOBODY, &first[..20], hashes).await.unwrap());
        assert!(!secrets.verify(&NOBODY, &first, Vec::new()).await.unwrap());
    }
}
