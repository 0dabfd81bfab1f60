//! Validated documents by their text, so that a dashboard's query is parsed and validated once.

use std::collections::BTreeSet;
use std::sync::Arc;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::validation::Valid;

use super::store::Store;

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
#[derive(Debug)]
pub struct DocumentCache(Store<Document>);

impl Default for DocumentCache {
    fn default() -> Self {
        Self(Store::new(MAX_DOCUMENTS, MAX_TOTAL))
    }
}

impl DocumentCache {
    /// The document of that text, if it was validated before.
    pub fn find(&self, text: &str) -> Option<Document> {
        self.0.find(text)
    }

    /// Keeps a validated document for who asked for it.
    pub fn keep(&self, owner: &str, text: &str, document: &Document) {
        if text.len() <= MAX_LENGTH {
            self.0.keep(owner, text, text.len(), document);
        }
    }
}
