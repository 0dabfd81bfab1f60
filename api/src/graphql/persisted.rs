//! Documents that callers name by their hash: automatic persisted queries, and the list of trusted
//! documents where the operator gives one.
//!
//! | list | form |
//! | --- | --- |
//! | Apollo's manifest | `{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id", "body", …}]}` |
//! | Relay's `persisted_queries.json` and `queryMap.json`, code generators' `persisted-documents.json` | `{"<hash>": "<text>"}` |
//!
//! A hash is SHA-256, SHA-1 or (Relay's default, taken as it is) MD5 in hexadecimal, with its name before it or not:
//! `sha256:…`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::request::Request;
use super::store::Store;
use crate::domain::canonical::hex;
use crate::error::{Error, Message};

/// Most documents kept for callers.
const MAX_DOCUMENTS: usize = 1000;
/// Most bytes of all documents kept for callers.
const MAX_TOTAL: usize = 4 * 1024 * 1024;
/// Longest document kept, in bytes.
pub const MAX_LENGTH: usize = 16 * 1024;
/// Most faults of a list that are told.
const MAX_FAULTS: usize = 20;

/// Documents by their hashes.
#[derive(Debug)]
pub struct Persisted {
    /// Under each hash that names them, the SHA-256 of their text among them.
    trusted: Option<HashMap<String, Arc<str>>>,
    known: Store<Arc<str>>,
}

impl Default for Persisted {
    fn default() -> Self {
        Self { trusted: None, known: Store::new(MAX_DOCUMENTS, MAX_TOTAL) }
    }
}

/// The hash of a document.
pub fn hash(text: &str) -> String {
    hex(&Sha256::digest(text))
}

/// A document's name without the word for its kind of hash.
pub fn plain(id: &str) -> &str {
    let id = id.trim();
    ["sha256:", "sha1:", "md5:"].iter().find_map(|kind| id.strip_prefix(kind)).unwrap_or(id)
}

/// Whether a text is a number of so many hexadecimal digits, as hashes are written.
fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// What is wrong with the name of a text in a list; nothing if it is the text's hash. A manifest's own names need
/// be no hashes.
fn fault(id: &str, text: &str, is_free: bool) -> Option<String> {
    let name = plain(id);
    let known = match name.len() {
        64 => Some(("SHA-256", hash(text))),
        40 => Some(("SHA-1", hex(digest(&SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes()).as_ref()))),
        _ => None,
    };
    match known {
        Some((_, expected)) if name == expected => None,
        Some((kind, _)) if !is_free || is_hex(name, name.len()) => {
            Some(format!("{id} is not the {kind} of its document"))
        }
        _ if is_hex(name, 32) || (is_free && !name.is_empty()) => None,
        _ => Some(format!("{id} is no hash: SHA-256, SHA-1 or MD5 in lower-case hexadecimal")),
    }
}

/// All faults in one text, if there are any; of very many, the first.
fn all(mut faults: Vec<String>) -> Option<String> {
    let more = faults.len().saturating_sub(MAX_FAULTS);
    faults.truncate(MAX_FAULTS);
    if more > 0 {
        faults.push(format!("and {more} more"));
    }
    (!faults.is_empty()).then(|| faults.join("; "))
}

/// Names and values of an object as they stand, those that stand twice as well.
struct Entries(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Entries;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object of documents by their hashes, or a manifest")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(All)
    }
}

/// A list while it is read.
#[derive(Default)]
struct Reading {
    documents: HashMap<String, Arc<str>>,
    faults: Vec<String>,
}

impl Reading {
    fn take(&mut self, id: &str, text: Option<&str>, is_free: bool) {
        let shown: String = id.chars().filter(|c| !c.is_control()).take(100).collect();
        let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
            return self.faults.push(format!("{shown} has no text"));
        };
        if let Some(fault) = fault(&shown, text, is_free) {
            return self.faults.push(fault);
        }
        let text: Arc<str> = text.into();
        let before = self.documents.insert(plain(id).to_owned(), text.clone());
        if before.is_some_and(|before| before != text) {
            self.faults.push(format!("{shown} names two documents"));
        }
        self.documents.insert(hash(&text), text);
    }

    fn manifest(&mut self, entries: &[(String, Value)]) {
        let field = |name: &str| entries.iter().find(|(known, _)| known == name).map(|of| &of.1);
        if field("format").and_then(Value::as_str) != Some("apollo-persisted-query-manifest")
            || field("version").and_then(Value::as_i64) != Some(1)
        {
            let fault = "a manifest has the format apollo-persisted-query-manifest, version 1";
            self.faults.push(fault.to_owned());
        }
        let Some(operations) = field("operations").and_then(Value::as_array) else {
            return self.faults.push("a manifest has a list of operations".to_owned());
        };
        for (at, operation) in operations.iter().enumerate() {
            match operation.get("id").and_then(Value::as_str).filter(|id| !id.trim().is_empty()) {
                Some(id) => self.take(id, operation.get("body").and_then(Value::as_str), true),
                None => self.faults.push(format!("operations[{at}] has no id")),
            }
        }
    }
}

impl Persisted {
    /// Reads the list of trusted documents, if there is one.
    ///
    /// # Errors
    /// Internal, with all that is wrong with the list.
    pub fn read(trusted: Option<&Path>) -> Result<Self, Error> {
        let Some(path) = trusted else { return Ok(Self::default()) };
        let fault = |cause: String| Error::internal(format!("{}: {cause}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| fault(error.to_string()))?;
        let Entries(entries) =
            serde_json::from_str(&text).map_err(|error| fault(error.to_string()))?;
        let mut reading = Reading::default();
        if entries.iter().any(|(name, _)| matches!(&**name, "format" | "operations")) {
            reading.manifest(&entries);
        } else {
            for (id, text) in &entries {
                reading.take(id, text.as_str(), false);
            }
        }
        if reading.documents.is_empty() && reading.faults.is_empty() {
            reading.faults.push("it names no document, so that nothing could be asked".to_owned());
        }
        match all(reading.faults) {
            None => Ok(Self { trusted: Some(reading.documents), ..Self::default() }),
            Some(faults) => Err(fault(faults)),
        }
    }

    /// What is wrong with the texts of trusted documents, which a check tells of each.
    pub fn faults(&self, check: impl Fn(&str) -> Option<String>) -> Option<String> {
        let trusted = self.trusted.iter().flatten();
        // Each text stands under its own SHA-256 once.
        let texts = trusted.filter(|(id, text)| **id == hash(text));
        let mut faults: Vec<String> = texts
            .filter_map(|(id, text)| check(text).map(|cause| format!("{id}: {cause}")))
            .collect();
        faults.sort();
        all(faults)
    }

    /// The document of a request.
    ///
    /// # Errors
    /// Not trusted; persisted query not found; bad request, if the hash is another document's.
    pub fn text<'a>(&'a self, request: &'a Request) -> Result<Cow<'a, str>, Error> {
        let query = request.query.as_str();
        if let Some(trusted) = &self.trusted {
            let text = match &request.document_id {
                Some(id) => trusted.get(id),
                None => trusted.get(&hash(query)),
            };
            // A text beside a trusted name is the document's, or the caller means another.
            let text = text.filter(|text| query.is_empty() || ***text == *query);
            return Ok(Cow::Borrowed(text.ok_or(Error::NotTrusted)?));
        }
        let Some(id) = &request.document_id else { return Ok(Cow::Borrowed(query)) };
        if query.is_empty() {
            let text = self.known.find(id).ok_or(Error::PersistedQueryNotFound)?;
            return Ok(Cow::Owned(text.to_string()));
        }
        if is_hex(id, 64) && hash(query) != *id {
            return Err(Error::BadRequest(Message::new(
                "요청의 해시가 query의 SHA-256이 아닙니다.",
                "The hash of the request is not the SHA-256 of its query.",
            )));
        }
        Ok(Cow::Borrowed(query))
    }

    /// Keeps the document of a request that was found valid under the hash that the request gives it.
    pub fn keep(&self, owner: &str, request: &Request) {
        let id = request.document_id.as_deref().filter(|id| is_hex(id, 64));
        let text = &request.query;
        if let Some(id) = id
            && self.trusted.is_none()
            && (1..=MAX_LENGTH).contains(&text.len())
        {
            self.known.keep(owner, id, text.len(), &text.as_str().into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_hashes_of_their_texts() {
        let sha256 = "a4fc6e9d2f3c2c9e2f7e0f2e5f5d1a55";
        let text = "{ __typename }";
        for (id, is_free, fault_of) in [
            (hash(text), false, None),
            (format!("sha256:{}", hash(text)), false, None),
            (hash(text).to_uppercase(), false, Some("SHA-256")),
            (hash("x"), true, Some("SHA-256")),
            ("0".repeat(40), false, Some("SHA-1")),
            (sha256.to_owned(), false, None),
            (format!("md5:{sha256}"), false, None),
            ("00".to_owned(), false, Some("no hash")),
            ("getBodies".to_owned(), false, Some("no hash")),
            ("getBodies".to_owned(), true, None),
            (String::new(), true, Some("no hash")),
        ] {
            let found = fault(&id, text, is_free);
            let is_told = match (&found, fault_of) {
                (Some(found), Some(said)) => found.contains(said),
                (found, said) => found.is_none() && said.is_none(),
            };
            assert!(is_told, "{id}: {found:?}");
        }
    }
}
