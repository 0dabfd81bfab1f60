//! The starting data set: data files of facts and code lists, loaded through the write path.
//!
//! A file holds rows of tables in TOML; `README` of the data is the head of each file. To add a fact, add
//! a row with its `cite`; at the next start the rows that are new or changed are written, and nothing
//! twice. A row that left the files is deleted. A row that somebody else has edited since is kept as it is.

pub mod demo;
pub mod demo_programme;
pub mod demo_results;
mod load;
mod numbers;
mod parse;
mod provenance;
mod scenario;
#[cfg(test)]
mod wording;

pub use load::{Summary, load};
pub use parse::Row;

use serde_json::Value;

use crate::error::Error;

/// Name and text of each file, in the order of loading.
const FILES: &[(&str, &str)] = &[
    ("codes/10_regions.toml", include_str!("../../data/codes/10_regions.toml")),
    ("codes/20_industries.toml", include_str!("../../data/codes/20_industries.toml")),
    ("codes/30_case_requirements.toml", include_str!("../../data/codes/30_case_requirements.toml")),
    ("codes/40_holidays.toml", include_str!("../../data/codes/40_holidays.toml")),
    ("facts/10_documents.toml", include_str!("../../data/facts/10_documents.toml")),
    ("facts/20_topics.toml", include_str!("../../data/facts/20_topics.toml")),
    ("facts/30_institutions.toml", include_str!("../../data/facts/30_institutions.toml")),
    ("facts/40_persons.toml", include_str!("../../data/facts/40_persons.toml")),
    ("facts/50_bodies.toml", include_str!("../../data/facts/50_bodies.toml")),
    ("facts/60_meetings.toml", include_str!("../../data/facts/60_meetings.toml")),
    ("facts/70_statements.toml", include_str!("../../data/facts/70_statements.toml")),
    ("facts/80_policy.toml", include_str!("../../data/facts/80_policy.toml")),
    ("facts/85_considerations.toml", include_str!("../../data/facts/85_considerations.toml")),
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

/// Adds a row of a set that is made up by code, written as a row of a file is.
fn made_up(rows: &mut Vec<Row>, table: &str, entry: Value) -> Result<(), Error> {
    let entry = entry.as_object().cloned().unwrap_or_default();
    let place = format!("demo {table}[{}]", rows.len());
    rows.push(parse::row(table, entry, place)?);
    Ok(())
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
    provenance::mark(&mut rows)?;
    Ok(DataSet {
        name: "start",
        fingerprint: fingerprint(FILES.iter().map(|(_, text)| *text)),
        origin: entity::common::Origin::Source,
        rows,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use chrono::{Datelike, NaiveDate, Weekday};
    use entity::programme::RollRule;

    use super::*;
    use crate::domain::due_date::{due_on, is_day_off};

    /// Days off of the starting set with their kinds.
    fn holidays() -> BTreeMap<NaiveDate, String> {
        let rows = starting_set().unwrap().rows;
        let days = rows.iter().filter(|row| row.table == "holiday").map(|row| {
            assert_eq!(row.key, row.columns["observed_on"], "the key of a day off is its date");
            let kind = row.columns["kind"].as_str().unwrap().to_owned();
            (row.key.parse().unwrap(), kind)
        });
        days.collect()
    }

    #[test]
    fn due_dates_follow_the_days_off_on_record() {
        let days: BTreeSet<NaiveDate> = holidays().into_keys().collect();
        for (quarter, due) in [
            ("2026-Q1", "2026-04-10"),
            ("2026-Q2", "2026-07-10"),
            ("2026-Q3", "2026-10-12"),
            ("2026-Q4", "2027-01-11"),
            // Sunday, and a Monday off for Hangeul Day, which fell on Saturday.
            ("2027-Q3", "2027-10-12"),
        ] {
            let found = due_on(quarter.parse().unwrap(), 10, RollRule::NextBusinessDay, &days);
            assert_eq!(found.to_string(), due, "{quarter}");
        }
    }

    #[test]
    fn days_off_are_whole_and_each_has_its_substitute() {
        let days = holidays();
        let (first, last) = ("2024-10-01".parse().unwrap(), "2027-12-31".parse().unwrap());
        assert!(days.keys().all(|day| (first..=last).contains(day)));
        // Month, day, and whether a day off follows one on a weekend.
        let fixed = [
            (1, 1, false),
            (3, 1, true),
            (5, 5, true),
            (6, 6, false),
            (8, 15, true),
            (10, 3, true),
            (10, 9, true),
            (12, 25, true),
        ];
        for day in first.iter_days().take_while(|day| *day <= last) {
            let Some((.., moves)) =
                fixed.iter().find(|(month, of, _)| (day.month(), day.day()) == (*month, *of))
            else {
                continue;
            };
            assert_eq!(days.get(&day).map(String::as_str), Some("STATUTORY"), "{day}");
            if *moves && matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
                let named: BTreeSet<NaiveDate> = days
                    .iter()
                    .filter(|(_, kind)| *kind != "SUBSTITUTE")
                    .map(|(day, _)| *day)
                    .collect();
                let next = day.iter_days().find(|day| !is_day_off(*day, &named)).unwrap();
                assert_eq!(days.get(&next).map(String::as_str), Some("SUBSTITUTE"), "{day}");
            }
        }
        let substitutes = days.iter().filter(|(_, kind)| *kind == "SUBSTITUTE");
        for (day, _) in substitutes {
            assert!(!is_day_off(*day, &BTreeSet::new()), "{day} is off anyway");
        }
    }
}
