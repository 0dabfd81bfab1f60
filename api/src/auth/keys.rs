//! Keys that sign tokens, in a file of PKCS#8 keys (RFC 5958) in PEM form, one after the other, readable by
//! its owner alone. Ed25519 (EdDSA) keys are made here; ECDSA P-256 (ES256) keys are taken as well.
//!
//! Rotation overlaps: a new key is published at once, signs once every cache of the key set has run out
//! ([`OVERLAP`]), and the one before is good until its last token has ended. Lines of `active-from:` and
//! `retires-at:` above a key say when; a key without them is good and signs.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use chrono::{DateTime, Duration, SecondsFormat, Utc};
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};

use super::watched::Watched;
use crate::error::Error;
use crate::private;

/// Seconds for which callers may keep the key set.
pub const CACHED: u32 = 300;
/// How long a new key is published before it signs.
pub const OVERLAP: Duration = Duration::seconds(CACHED as i64);

/// One key.
pub struct Key {
    /// Its name in tokens: the thumbprint of its public part (RFC 7638).
    pub kid: String,
    /// Its algorithm.
    pub algorithm: Algorithm,
    /// Signs.
    pub private: EncodingKey,
    /// Checks.
    pub public: DecodingKey,
    /// Its public part, as published.
    pub jwk: Jwk,
    /// From when it signs.
    pub active_from: Option<DateTime<Utc>>,
    /// Until when its tokens are good.
    pub retires_at: Option<DateTime<Utc>>,
    pem: String,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl Key {
    /// A new Ed25519 key.
    ///
    /// # Errors
    /// Internal.
    pub fn generate(active_from: DateTime<Utc>) -> Result<Self, Error> {
        let made = Ed25519KeyPair::generate().map_err(Error::internal)?;
        let der = made.to_pkcs8v1().map_err(Error::internal)?;
        let mut key = Self::from_der(der.as_ref())?;
        key.active_from = Some(active_from);
        Ok(key)
    }

    fn from_der(der: &[u8]) -> Result<Self, Error> {
        let (algorithm, private) = if let Ok(pair) = Ed25519KeyPair::from_pkcs8(der) {
            // The form without the public part is the one that jsonwebtoken takes.
            let der = pair.to_pkcs8v1().map_err(Error::internal)?;
            (Algorithm::EdDSA, EncodingKey::from_ed_der(der.as_ref()))
        } else if EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der).is_ok() {
            (Algorithm::ES256, EncodingKey::from_ec_der(der))
        } else {
            return Err(Error::internal("a key is neither Ed25519 nor ECDSA P-256 (PKCS#8)"));
        };
        let mut jwk = Jwk::from_encoding_key(&private, algorithm).map_err(Error::internal)?;
        let kid = jwk.thumbprint(ThumbprintHash::SHA256).map_err(Error::internal)?;
        jwk.common.key_id = Some(kid.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        let public = DecodingKey::from_jwk(&jwk).map_err(Error::internal)?;
        let pem = pem::encode(&pem::Pem::new("PRIVATE KEY", private.as_bytes()));
        Ok(Self { kid, algorithm, private, public, jwk, active_from: None, retires_at: None, pem })
    }

    /// Whether tokens it has signed are good.
    pub fn is_good(&self, now: DateTime<Utc>) -> bool {
        self.retires_at.is_none_or(|end| now < end)
    }

    fn signs(&self, now: DateTime<Utc>) -> bool {
        self.is_good(now) && self.active_from.is_none_or(|start| start <= now)
    }
}

/// The keys of a file, the oldest first.
#[derive(Debug)]
pub struct KeyRing(pub Vec<Key>);

impl KeyRing {
    /// Reads the text of a key file.
    ///
    /// # Errors
    /// Internal, if it holds no key or something else.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut keys = Vec::new();
        let (mut active_from, mut retires_at) = (None, None);
        let mut block: Option<String> = None;
        for line in text.lines() {
            if let Some(open) = &mut block {
                open.push_str(line);
                open.push('\n');
                if line.starts_with("-----END") {
                    let parsed = pem::parse(open.as_bytes()).map_err(Error::internal)?;
                    let mut key = Key::from_der(parsed.contents())?;
                    (key.active_from, key.retires_at) = (active_from.take(), retires_at.take());
                    keys.push(key);
                    block = None;
                }
            } else if line.starts_with("-----BEGIN") {
                block = Some(format!("{line}\n"));
            } else if let Some(at) = line.strip_prefix("active-from: ") {
                active_from = Some(instant(at)?);
            } else if let Some(at) = line.strip_prefix("retires-at: ") {
                retires_at = Some(instant(at)?);
            }
        }
        if keys.is_empty() || block.is_some() {
            return Err(Error::internal("no complete PKCS#8 key (-----BEGIN PRIVATE KEY-----)"));
        }
        Ok(Self(keys))
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for key in &self.0 {
            for (name, at) in [("active-from", key.active_from), ("retires-at", key.retires_at)] {
                if let Some(at) = at {
                    let at = at.to_rfc3339_opts(SecondsFormat::Millis, true);
                    text.push_str(&format!("{name}: {at}\n"));
                }
            }
            text.push_str(&key.pem.replace("\r\n", "\n"));
        }
        text
    }

    /// The key that signs: the newest of those that do; before its time the newest of all.
    ///
    /// # Errors
    /// Internal, if every key has retired.
    pub fn signing(&self, now: DateTime<Utc>) -> Result<&Key, Error> {
        self.0
            .iter()
            .rev()
            .find(|key| key.signs(now))
            .or_else(|| self.0.iter().rev().find(|key| key.is_good(now)))
            .ok_or_else(|| Error::internal("every signing key has retired"))
    }

    /// The good key of that name.
    pub fn find(&self, kid: &str, now: DateTime<Utc>) -> Option<&Key> {
        self.0.iter().find(|key| key.kid == kid && key.is_good(now))
    }

    /// The public parts of the good keys (RFC 7517).
    pub fn published(&self, now: DateTime<Utc>) -> JwkSet {
        let good = self.0.iter().filter(|key| key.is_good(now));
        JwkSet { keys: good.map(|key| key.jwk.clone()).collect() }
    }

    /// The keys after a rotation: a new one signs from `active_from` on, and the others are good until
    /// `retires_at`; those that have retired are left out.
    ///
    /// # Errors
    /// Internal.
    pub fn rotated(
        self,
        active_from: DateTime<Utc>,
        retires_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Self, Error> {
        let mut keys: Vec<Key> = self.0.into_iter().filter(|key| key.is_good(now)).collect();
        for key in &mut keys {
            key.retires_at = Some(key.retires_at.map_or(retires_at, |known| known.min(retires_at)));
        }
        keys.retain(|key| key.is_good(now));
        keys.push(Key::generate(active_from)?);
        Ok(Self(keys))
    }
}

fn instant(text: &str) -> Result<DateTime<Utc>, Error> {
    let read = DateTime::parse_from_rfc3339(text.trim());
    read.map(|at| at.to_utc()).map_err(|_| Error::internal(format!("{text} is no instant")))
}

/// The key file of a running server.
#[derive(Debug)]
pub struct KeyStore(Watched<KeyRing>);

impl KeyStore {
    /// Reads the file; makes it with a first key if it is not there.
    ///
    /// # Errors
    /// Internal.
    pub fn open(path: PathBuf, now: DateTime<Utc>) -> Result<Self, Error> {
        if !path.exists() {
            // Servers that start at once: the first one's file counts.
            create(&path, &KeyRing(vec![Key::generate(now)?]).text())?;
        }
        private::tighten(&path);
        Ok(Self(Watched::new(path, KeyRing::parse)?))
    }

    /// The keys of this moment.
    pub fn current(&self) -> Arc<KeyRing> {
        self.0.current()
    }
}

/// Reads a key file, changes it and writes it back in one piece.
///
/// # Errors
/// Internal.
pub fn rewrite(
    path: &Path,
    change: impl FnOnce(KeyRing) -> Result<KeyRing, Error>,
) -> Result<KeyRing, Error> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Error::internal(format!("cannot read {}: {error}", path.display())))?;
    let ring = change(KeyRing::parse(&text)?)?;
    let fresh = private_file(path, &ring.text())?;
    if let Err(error) = keep_owner(path, &fresh).and_then(|()| std::fs::rename(&fresh, path)) {
        let _ = std::fs::remove_file(&fresh);
        return Err(cannot_write(path, &error));
    }
    Ok(ring)
}

/// Gives the new file to the owner of the old one: whoever rotates keys may be another than the server.
fn keep_owner(path: &Path, fresh: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt as _, chown};
        let (old, new) = (std::fs::metadata(path)?, std::fs::metadata(fresh)?);
        if (old.uid(), old.gid()) != (new.uid(), new.gid()) {
            chown(fresh, Some(old.uid()), Some(old.gid()))?;
        }
    }
    #[cfg(not(unix))]
    let _ = (path, fresh);
    Ok(())
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Error {
    Error::internal(format!("cannot write {}: {error}", path.display()))
}

/// Makes a file of keys in one piece, unless another has made it meanwhile.
///
/// # Errors
/// Internal.
pub(super) fn create(path: &Path, text: &str) -> Result<(), Error> {
    let fresh = private_file(path, text)?;
    let linked = std::fs::hard_link(&fresh, path);
    let _ = std::fs::remove_file(&fresh);
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(cannot_write(path, &error))
        }
        _ => Ok(()),
    }
}

/// Writes keys into a new file beside `path` that only its owner reads.
fn private_file(path: &Path, text: &str) -> Result<PathBuf, Error> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}", uuid::Uuid::new_v4().simple()));
    let fresh = PathBuf::from(name);
    private::options()
        .create_new(true)
        .open(&fresh)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        })
        .map_err(|error| cannot_write(path, &error))?;
    Ok(fresh)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_rotation_overlaps() {
        let start = at("2026-11-23T00:00:00Z");
        let ring = KeyRing(vec![Key::generate(start).unwrap()]);
        let first = ring.0[0].kid.clone();
        let (from, until) = (at("2026-11-23T01:05:00Z"), at("2026-11-23T01:21:00Z"));
        let ring = ring.rotated(from, until, at("2026-11-23T01:00:00Z")).unwrap();
        let ring = KeyRing::parse(&ring.text()).unwrap();
        let second = ring.0[1].kid.clone();
        for (now, signing, good) in [
            ("2026-11-23T01:00:00Z", &first, 2),
            ("2026-11-23T01:05:00Z", &second, 2),
            ("2026-11-23T01:20:59Z", &second, 2),
            ("2026-11-23T01:21:00Z", &second, 1),
        ] {
            assert_eq!(&ring.signing(at(now)).unwrap().kid, signing, "{now}");
            assert_eq!(ring.published(at(now)).keys.len(), good, "{now}");
        }
        let now = at("2026-11-23T02:00:00Z");
        let third = ring.rotated(now, now, now).unwrap();
        assert_eq!(third.0.len(), 1, "an immediate rotation leaves the new key alone");
    }

    #[test]
    fn files_that_are_no_keys_are_refused() {
        for text in ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "hello"]
        {
            assert!(KeyRing::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn no_private_member_is_published() {
        let now = at("2026-11-23T00:00:00Z");
        let ring = KeyRing(vec![Key::generate(now).unwrap()]);
        let published = serde_json::to_value(ring.published(now)).unwrap();
        let key = &published["keys"][0];
        assert_eq!(
            (&key["kty"], &key["crv"], &key["alg"], &key["use"]),
            (&"OKP".into(), &"Ed25519".into(), &"EdDSA".into(), &"sig".into())
        );
        assert!(key.get("d").is_none(), "{key}");
    }
}
