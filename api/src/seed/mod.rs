//! The starting data set: data files of facts and code lists, loaded through the write path.
//!
//! A file holds rows of tables in TOML; `README` of the data is the head of each file. To add a fact, add
//! a row with its `cite`; at the next start the rows that are new or changed are written, and nothing
//! twice. A row that somebody else has edited since is kept as it is.

pub mod demo;
mod load;
mod parse;

pub use load::{Summary, load};
pub use parse::Row;

use crate::error::Error;

/// Name and text of each file, in the order of loading.
const FILES: &[(&str, &str)] = &[
    ("codes/10_regions.toml", include_str!("../../data/codes/10_regions.toml")),
    ("codes/20_industries.toml", include_str!("../../data/codes/20_industries.toml")),
    ("codes/30_case_requirements.toml", include_str!("../../data/codes/30_case_requirements.toml")),
    ("facts/10_documents.toml", include_str!("../../data/facts/10_documents.toml")),
    ("facts/20_topics.toml", include_str!("../../data/facts/20_topics.toml")),
    ("facts/30_institutions.toml", include_str!("../../data/facts/30_institutions.toml")),
    ("facts/40_persons.toml", include_str!("../../data/facts/40_persons.toml")),
    ("facts/50_bodies.toml", include_str!("../../data/facts/50_bodies.toml")),
    ("facts/60_meetings.toml", include_str!("../../data/facts/60_meetings.toml")),
    ("facts/70_statements.toml", include_str!("../../data/facts/70_statements.toml")),
    ("facts/80_policy.toml", include_str!("../../data/facts/80_policy.toml")),
    ("facts/90_observations.toml", include_str!("../../data/facts/90_observations.toml")),
];

/// A set of rows with its name and the hash of its content.
pub struct DataSet {
    /// Name.
    pub name: &'static str,
    /// Hash.
    pub fingerprint: String,
    /// Where its rows come from.
    pub origin: entity::common::Origin,
    /// Rows.
    pub rows: Vec<Row>,
}

fn fingerprint<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    use sha2::Digest;
    let mut hash = sha2::Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The facts of the five sources and the code lists.
///
/// # Errors
/// Input, if a file is not what it should be; it names file and row.
pub fn starting_set() -> Result<DataSet, Error> {
    let mut rows = Vec::new();
    for (file, text) in FILES {
        rows.extend(parse::rows(file, text)?);
    }
    Ok(DataSet {
        name: "start",
        fingerprint: fingerprint(FILES.iter().map(|(_, text)| *text)),
        origin: entity::common::Origin::Source,
        rows,
    })
}
