//! Who is calling.

/// The caller of a request or the author of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// Nobody has signed in.
    Anonymous,
    /// The system itself: loading the data set, migrations, commands of the operator.
    System,
}

impl Principal {
    /// Name under which the audit keeps the caller; never a secret or personal data.
    pub fn actor(&self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::System => "system",
        }
    }
}
