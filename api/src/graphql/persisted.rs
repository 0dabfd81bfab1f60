//! Documents that callers name by their hash: automatic persisted queries, and the list of trusted
//! documents where the operator gives one.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, RwLock};

use sha2::{Digest, Sha256};

use super::request::Request;
use crate::error::{Error, Message};
use crate::service::ledger::hex;

/// Most documents kept for callers.
const MAX_DOCUMENTS: usize = 1000;
/// Longest document kept, in bytes.
pub const MAX_LENGTH: usize = 16 * 1024;

/// Documents by the SHA-256 of their text.
#[derive(Debug, Default)]
pub struct Persisted {
    trusted: Option<HashMap<String, String>>,
    known: RwLock<HashMap<String, Arc<str>>>,
}

/// The hash of a document.
pub fn hash(text: &str) -> String {
    hex(&Sha256::digest(text))
}

impl Persisted {
    /// Reads the list of trusted documents, if there is one: a JSON object, hash to document.
    ///
    /// # Errors
    /// Internal, if a hash is not its document's.
    pub fn read(trusted: Option<&Path>) -> Result<Self, Error> {
        let Some(path) = trusted else { return Ok(Self::default()) };
        let fault = |cause: String| Error::internal(format!("{}: {cause}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| fault(error.to_string()))?;
        let trusted: HashMap<String, String> =
            serde_json::from_str(&text).map_err(|error| fault(error.to_string()))?;
        if let Some((given, _)) = trusted.iter().find(|(given, text)| hash(text) != **given) {
            return Err(fault(format!("{given} is not the SHA-256 of its document")));
        }
        Ok(Self { trusted: Some(trusted), known: RwLock::default() })
    }

    /// The document of a request.
    ///
    /// # Errors
    /// Not trusted; persisted query not found; bad request, if the hash is another document's.
    pub fn text<'a>(&'a self, request: &'a Request) -> Result<Cow<'a, str>, Error> {
        if let Some(trusted) = &self.trusted {
            let given = match &request.hash {
                Some(hash) => Cow::Borrowed(hash.as_str()),
                None => Cow::Owned(hash(&request.query)),
            };
            let text = trusted.get(&*given).ok_or(Error::NotTrusted)?;
            return Ok(Cow::Borrowed(text));
        }
        let Some(given) = &request.hash else { return Ok(Cow::Borrowed(&request.query)) };
        if request.query.is_empty() {
            let known = self.known.read().map_err(Error::internal)?;
            let text = known.get(given).ok_or(Error::PersistedQueryNotFound)?;
            return Ok(Cow::Owned(text.to_string()));
        }
        if hash(&request.query) != *given {
            return Err(Error::BadRequest(Message::new(
                "sha256Hash가 query의 해시가 아닙니다.",
                "sha256Hash is not the hash of the query.",
            )));
        }
        if request.query.len() <= MAX_LENGTH {
            let mut known = self.known.write().map_err(Error::internal)?;
            if known.len() >= MAX_DOCUMENTS {
                known.clear();
            }
            known.insert(given.clone(), request.query.as_str().into());
        }
        Ok(Cow::Borrowed(&request.query))
    }
}
