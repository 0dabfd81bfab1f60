//! Secrets of clients: 256 random bits, shown once, kept as Argon2id hashes (OWASP password storage: 19 MiB,
//! two passes, one lane). Hashing runs beside the requests, a few at a time, so that a flood of sign-ins
//! takes neither the threads nor the memory of everybody else.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::sync::Semaphore;

use crate::error::Error;

/// Memory of a hash, in KiB.
const MEMORY: u32 = 19 * 1024;
/// Hashes that are made at a time.
const AT_A_TIME: usize = 2;
/// Sign-ins that wait for their turn; more are turned away.
const WAITING: usize = 64;
/// Sign-ins that are compared or wait.
pub const MOST_SIGN_INS: usize = AT_A_TIME + WAITING;
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

/// Makes and compares hashes.
#[derive(Debug)]
pub struct Secrets {
    waiting: Semaphore,
    computing: Semaphore,
    /// Compared with where there is no client, so that the answer takes as long.
    dummy: String,
}

fn hasher() -> Result<Argon2<'static>, Error> {
    let params = Params::new(MEMORY, 2, 1, None).map_err(Error::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The hash of a secret, for the table.
///
/// # Errors
/// Internal.
pub fn hash(secret: &str) -> Result<String, Error> {
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
        Ok(Self {
            waiting: Semaphore::new(MOST_SIGN_INS),
            computing: Semaphore::new(AT_A_TIME),
            dummy: hash(&generate()?)?,
        })
    }

    /// Whether the secret is one of the hashed ones. Without hashes it is not, after as long a time.
    ///
    /// # Errors
    /// Rate limited, if too many wait already; internal.
    pub async fn verify(&self, secret: &str, hashes: Vec<String>) -> Result<bool, Error> {
        let _waiting =
            self.waiting.try_acquire().map_err(|_| Error::RateLimited { retry_after: 1 })?;
        let _turn = self.computing.acquire().await.map_err(Error::internal)?;
        let known = hashes.len();
        // As many comparisons for every client, and for one that is not there.
        let mut hashes = hashes;
        hashes.resize(known.max(VALID), self.dummy.clone());
        let secret = if secret.len() > LONGEST { String::new() } else { secret.to_owned() };
        let compared = tokio::task::spawn_blocking(move || {
            let found: Vec<bool> = hashes.iter().map(|hash| matches(&secret, hash)).collect();
            found.into_iter().take(known).any(|found| found)
        });
        compared.await.map_err(Error::internal)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn the_queue_has_a_bound() {
        let secrets = Secrets::new().unwrap();
        let mut waiting: Vec<_> =
            (0..MOST_SIGN_INS).map(|_| Box::pin(secrets.verify("", Vec::new()))).collect();
        for one in &mut waiting {
            assert!(one.as_mut().now_or_never().is_none(), "turned away too early");
        }
        let one_more = Box::pin(secrets.verify("", Vec::new())).now_or_never();
        assert!(matches!(one_more, Some(Err(Error::RateLimited { retry_after: 1 }))));
        // Who leaves makes room.
        waiting.pop();
        assert!(Box::pin(secrets.verify("", Vec::new())).now_or_never().is_none());
    }

    #[tokio::test]
    async fn a_secret_matches_its_own_hash_alone() {
        let secrets = Secrets::new().unwrap();
        let (first, second) = (generate().unwrap(), generate().unwrap());
        let hashes = vec![hash(&first).unwrap(), hash(&second).unwrap()];
        assert!(hashes[0].starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(secrets.verify(&first, hashes.clone()).await.unwrap());
        assert!(secrets.verify(&second, hashes.clone()).await.unwrap());
        assert!(!secrets.verify("", hashes.clone()).await.unwrap());
        assert!(!secrets.verify(&first[..20], hashes).await.unwrap());
        assert!(!secrets.verify(&first, Vec::new()).await.unwrap());
    }
}
