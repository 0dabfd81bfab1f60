//! Errors of a field, before they are put beside the answer.

use crate::error::Error;

/// An error with the place it belongs to.
#[derive(Debug)]
pub struct FieldError {
    /// Response keys and list positions from the root.
    pub path: Vec<serde_json::Value>,
    /// What went wrong.
    pub error: Error,
}
