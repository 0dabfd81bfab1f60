//! No text of the data set takes over the wording of a source: no run of [`RUN`] letters and digits of it
//! stands in a source, but in official titles, names and terms.
//!
//! The sources are not part of the repository; the hashes of their runs are. To make them again, from a
//! folder with the texts of the sources, one file each:
//!
//! ```sh
//! AIPLUS_SOURCES=FOLDER cargo test -p aiplus --lib -- --ignored the_hashes_of_the_sources
//! ```

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use super::FILES;

/// Letters and digits of a run.
const RUN: usize = 21;
/// Bytes kept of a hash: enough that no run of ours is taken for one of theirs by chance.
const WIDTH: usize = 6;
/// Hashes of the sources' runs, in order.
const HASHES: &[u8] = include_bytes!("../../data/source_runs.bin");
/// Official titles, names and terms, one a line; `#` begins a comment.
const EXCEPTIONS: &str = include_str!("../../data/source_terms.txt");

/// Letters and digits alone, of one width and case.
fn fold(text: &str) -> Vec<char> {
    let folded = text.nfkc().flat_map(char::to_lowercase);
    folded.filter(|letter| letter.is_alphanumeric()).collect()
}

fn hash(run: &[char]) -> [u8; WIDTH] {
    let text: String = run.iter().collect();
    let digest = Sha256::digest(text);
    std::array::from_fn(|at| digest[at])
}

/// Texts of a value, each with its path.
fn texts(value: &Value, path: String, into: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => into.push((path, text.clone())),
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                texts(item, format!("{path}[{at}]"), into);
            }
        }
        Value::Object(entries) => {
            for (name, entry) in entries {
                texts(entry, format!("{path}.{name}"), into);
            }
        }
        _ => {}
    }
}

/// Longest stretches of a text that the sources have as well, exceptions left out.
fn taken_over(text: &str, theirs: &BTreeSet<[u8; WIDTH]>, terms: &[String]) -> Vec<String> {
    let text = fold(text);
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (at, run) in text.windows(RUN).enumerate() {
        if !theirs.contains(&hash(run)) {
            continue;
        }
        let run: String = run.iter().collect();
        if terms.iter().any(|term| term.contains(&run)) {
            continue;
        }
        match found.last_mut() {
            Some((_, to)) if *to >= at => *to = at + RUN,
            _ => found.push((at, at + RUN)),
        }
    }
    found.into_iter().map(|(from, to)| text[from..to].iter().collect()).collect()
}

fn theirs() -> BTreeSet<[u8; WIDTH]> {
    HASHES.chunks_exact(WIDTH).map(|chunk| chunk.try_into().unwrap()).collect()
}

fn terms() -> Vec<String> {
    let lines = EXCEPTIONS.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| fold(line).into_iter().collect()).collect()
}

#[test]
fn no_text_takes_over_the_wording_of_a_source() {
    let (theirs, terms) = (theirs(), terms());
    assert!(theirs.len() > 10_000, "the hashes of five documents");
    let mut found = Vec::new();
    for (file, text) in FILES {
        let rows: Value =
            serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap();
        let mut all = Vec::new();
        texts(&rows, (*file).to_owned(), &mut all);
        for (path, text) in all {
            found.extend(
                taken_over(&text, &theirs, &terms).into_iter().map(|run| format!("{path}: {run}")),
            );
        }
    }
    assert!(
        found.is_empty(),
        "reword these, or list titles, names and terms:\n{}",
        found.join("\n")
    );
}

#[test]
fn taking_over_is_seen_whatever_stands_between_the_letters() {
    let source = "Innovation is hard: nobody reads, what nobody wrote.";
    let theirs = fold(source).windows(RUN).map(hash).collect();
    let found = |text: &str, terms: &[String]| taken_over(text, &theirs, terms);
    for copied in [
        "NOBODY READS – what nobody wrote",
        "(ｎｏｂｏｄｙ reads what nobody)",
        "x: is hard nobody reads\nwhat",
    ] {
        assert_eq!(found(copied, &[]).len(), 1, "{copied}");
    }
    assert!(found("nobody reads what no one wrote", &[]).is_empty());
    assert!(
        found("nobody reads what nobody wrote", &["nobodyreadswhatnobodywrote".to_owned()])
            .is_empty()
    );
}

#[test]
fn every_exception_is_needed() {
    let theirs = theirs();
    for term in terms() {
        let term: Vec<char> = term.chars().collect();
        assert!(
            term.windows(RUN).any(|run| theirs.contains(&hash(run))),
            "{}",
            term.iter().collect::<String>()
        );
    }
}

#[test]
#[ignore = "writes the hashes; needs the texts of the sources"]
fn the_hashes_of_the_sources() {
    let folder =
        std::env::var("AIPLUS_SOURCES").expect("AIPLUS_SOURCES names the folder of the sources");
    let mut hashes = BTreeSet::new();
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        hashes.extend(fold(&text).windows(RUN).map(hash));
        names.push((path, text));
    }
    let to = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/source_runs.bin");
    std::fs::write(to, hashes.into_iter().flatten().collect::<Vec<u8>>()).unwrap();
    // What a document is said to print stands in one of them.
    let printed = super::starting_set().unwrap().rows.into_iter().filter_map(|row| row.printed);
    for name in printed.flat_map(|printed| printed.names) {
        let folded = fold(&name);
        let is_there = |text: &str| fold(text).windows(folded.len()).any(|at| at == folded);
        assert!(names.iter().any(|(_, text)| is_there(text)), "no source prints {name}");
    }
}
