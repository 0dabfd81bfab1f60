//! Validated documents by their text, so that a dashboard's query is parsed and validated once. Bounded
//! in number and in size; when full, it starts anew, which costs each live document one validation.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, RwLock};

use apollo_compiler::ExecutableDocument;
use apollo_compiler::validation::Valid;

/// Most documents kept.
const MAX_DOCUMENTS: usize = 1000;
/// Longest document kept, in bytes.
const MAX_LENGTH: usize = 16 * 1024;
/// Most bytes of all documents kept: what is made of a document takes some fifty times its text.
const MAX_TOTAL: usize = 1024 * 1024;

/// A validated document.
#[derive(Debug)]
pub struct Checked {
    /// The document.
    pub executable: Valid<ExecutableDocument>,
    /// Variables that decide a `@skip` or `@include`.
    pub conditions: BTreeSet<String>,
}

/// A validated document, shared by the requests that run it.
pub type Document = Arc<Checked>;

/// The cache.
#[derive(Debug, Default)]
pub struct DocumentCache(RwLock<Kept>);

#[derive(Debug, Default)]
struct Kept {
    documents: HashMap<String, Document>,
    /// Bytes of their texts.
    total: usize,
}

impl DocumentCache {
    /// The document of that text, if it was validated before.
    pub fn find(&self, text: &str) -> Option<Document> {
        self.0.read().ok()?.documents.get(text).cloned()
    }

    /// Keeps a validated document.
    pub fn keep(&self, text: &str, document: &Document) {
        if text.len() > MAX_LENGTH {
            return;
        }
        if let Ok(mut kept) = self.0.write() {
            if kept.documents.len() >= MAX_DOCUMENTS || kept.total + text.len() > MAX_TOTAL {
                *kept = Kept::default();
            }
            if kept.documents.insert(text.to_owned(), document.clone()).is_none() {
                kept.total += text.len();
            }
        }
    }
}
