//! Secrets of webhooks, and signatures after the Standard Webhooks specification. A secret must be had again to sign, so no
//! hash of it will do; and the database holds none at all: each follows from a key in a file, the webhook and the number of
//! its rotations. Who reads the database or a copy of it cannot sign.

use std::path::Path;

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;

use super::{keys, secret};
use crate::domain::canonical::hex;
use crate::error::Error;
use crate::private;

/// The key from which secrets follow.
pub struct WebhookKey {
    key: Key,
    /// Names it without telling it.
    pub name: String,
}

impl std::fmt::Debug for WebhookKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebhookKey").field("name", &self.name).finish_non_exhaustive()
    }
}

impl WebhookKey {
    /// Reads the file; makes it if it is not there.
    ///
    /// # Errors
    /// Internal.
    pub fn open(path: &Path) -> Result<Self, Error> {
        if !path.exists() {
            // Servers that start at once: the first one's file counts.
            keys::create(path, &format!("{}\n", STANDARD.encode(secret::random::<32>()?)))?;
        }
        private::tighten(path);
        let fault =
            |cause: &dyn std::fmt::Display| Error::internal(format!("{}: {cause}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| fault(&error))?;
        let bytes = STANDARD.decode(text.trim()).unwrap_or_default();
        if bytes.len() < 32 {
            return Err(fault(&"it holds no 32 bytes in base64"));
        }
        Ok(Self::new(&bytes))
    }

    fn new(bytes: &[u8]) -> Self {
        let key = Key::new(HMAC_SHA256, bytes);
        let name = hex(&sign(&key, b"name").as_ref()[..8]);
        Self { key, name }
    }

    /// The secret of a webhook after so many rotations.
    pub fn secret(&self, webhook: Uuid, rotations: i32) -> Secret {
        let made = sign(&self.key, format!("webhook:{webhook}:{rotations}").as_bytes());
        Secret(made.as_ref().to_vec())
    }
}

/// The secret of a webhook.
pub struct Secret(Vec<u8>);

impl Secret {
    /// As its receiver is told it, once.
    pub fn text(&self) -> String {
        format!("whsec_{}", STANDARD.encode(&self.0))
    }

    /// The signature of a message, as it stands in its header.
    pub fn signature(&self, id: &str, timestamp: i64, body: &str) -> String {
        let key = Key::new(HMAC_SHA256, &self.0);
        let signed = sign(&key, format!("{id}.{timestamp}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(signed.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_signed_as_the_specification_has_it() {
        // The example of the specification and its reference libraries.
        let secret = Secret(STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap());
        assert_eq!(secret.text(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let signed = secret.signature(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn each_webhook_and_rotation_has_a_secret_of_its_own() {
        let (key, other) = (WebhookKey::new(&[1; 32]), WebhookKey::new(&[2; 32]));
        let text =
            |key: &WebhookKey, id, rotation| key.secret(Uuid::from_u128(id), rotation).text();
        let first = text(&key, 1, 0);
        assert_eq!(first, text(&WebhookKey::new(&[1; 32]), 1, 0));
        for another in [text(&key, 1, 1), text(&key, 2, 0), text(&other, 1, 0)] {
            assert_ne!(first, another);
        }
        assert_ne!(key.name, other.name);
        assert!(!format!("{key:?}").contains(&first[6..]));
    }

    #[test]
    fn the_file_is_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("webhooks.key");
        let (one, two) = (WebhookKey::open(&path).unwrap(), WebhookKey::open(&path).unwrap());
        assert_eq!(one.name, two.name);
        std::fs::write(&path, "c2hvcnQ=").unwrap();
        assert!(WebhookKey::open(&path).is_err());
    }
}
