//! What the sources do not print is marked, by one rule for every row: a date that no cited document
//! prints with its year, and an English name that no document prints, are INFERRED.
//!
//! Each document of the data set lists what it prints (`printed`): dates with their year, names in Latin
//! letters, and how the dates are derived that it prints without one. A row that has a citation of its own
//! for the field, marked INFERRED, is left as it is.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Row;
use crate::error::Error;
use crate::service::record::partial_dates;

/// What a document prints.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Printed {
    /// Dates with their year: `2026`, `2026-03`, `2026-03-01`.
    #[serde(default)]
    pub dates: BTreeSet<String>,
    /// Names and titles in English.
    #[serde(default)]
    pub names: BTreeSet<String>,
    /// How the year is derived of dates printed without one.
    pub year: Option<Note>,
}

/// A note in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    ko: String,
    en: String,
}

/// Note of a name in English that no source prints.
const OUR_RENDERING: [&str; 2] = [
    "영문 표기는 어느 출처에도 인쇄되어 있지 않아 우리가 옮김",
    "Our rendering; no source prints it in English",
];

/// Columns that hold names, without their language.
const NAMES: [&str; 3] = ["name", "title", "unit"];

/// Tables whose titles are our own words in both languages, and no names.
const OUR_WORDS: [&str; 8] = [
    "activity",
    "barrier",
    "conflict",
    "effect",
    "milestone",
    "observation",
    "recommendation",
    "statement",
];

/// Marks what no source prints with a citation.
///
/// # Errors
/// Input, naming a row with a date that nothing explains.
pub fn mark(rows: &mut [Row]) -> Result<(), Error> {
    let documents: BTreeMap<String, Printed> = rows
        .iter()
        .filter(|row| row.table == "document")
        .map(|row| (row.key.clone(), row.printed.clone().unwrap_or_default()))
        .collect();
    let names: BTreeSet<String> =
        documents.values().flat_map(|printed| &printed.names).map(|name| fold(name)).collect();
    for row in rows.iter_mut().filter(|row| !row.citations.is_empty()) {
        let mut marks = Vec::new();
        for column in unprinted_dates(row, &documents) {
            marks.push(inferred_date(row, column, &documents)?);
        }
        for stem in unprinted_names(row, &names) {
            let mut mark = Map::new();
            mark.insert("document".to_owned(), document(&row.citations[0]).into());
            infer(&mut mark, &format!("{stem}.en"), OUR_RENDERING);
            marks.push(mark);
        }
        row.citations.extend(marks);
    }
    Ok(())
}

/// Case is no part of a name here: a sentence prints what a title would capitalise.
fn fold(name: &str) -> String {
    name.to_lowercase()
}

fn document(citation: &Map<String, Value>) -> &str {
    citation.get("document").and_then(Value::as_str).unwrap_or_default()
}

fn infer(mark: &mut Map<String, Value>, field: &str, [ko, en]: [&str; 2]) {
    mark.insert("basis".to_owned(), "INFERRED".into());
    mark.insert("field".to_owned(), field.into());
    mark.insert("note_ko".to_owned(), ko.into());
    mark.insert("note_en".to_owned(), en.into());
}

fn is_inferred(citation: &Map<String, Value>) -> bool {
    citation.get("basis").and_then(Value::as_str) == Some("INFERRED")
}

/// Whether the citation is about the field, or about the whole row.
fn carries(citation: &Map<String, Value>, field: &str) -> bool {
    citation.get("field").is_none_or(|named| named == field)
}

/// Columns with a date, each with the date alone.
fn dates(row: &Row) -> impl Iterator<Item = (&String, &str)> {
    let partial = partial_dates(&row.table);
    row.columns.iter().filter_map(move |(column, value)| {
        let text = value.as_str()?;
        let is_date = partial.contains(&column.as_str());
        let is_instant = DateTime::parse_from_rfc3339(text).is_ok();
        (is_date || is_instant).then(|| (column, text.split('T').next().unwrap_or(text)))
    })
}

/// Columns with a date that no document cited for it prints, and that nothing marks.
fn unprinted_dates(row: &Row, documents: &BTreeMap<String, Printed>) -> Vec<String> {
    let is_carried = |column: &str, date: &str| {
        row.citations.iter().filter(|citation| carries(citation, column)).any(|citation| {
            let printed = documents.get(document(citation));
            is_inferred(citation) || printed.is_some_and(|printed| printed.dates.contains(date))
        })
    };
    dates(row)
        .filter(|(column, date)| !is_carried(column, date))
        .map(|(column, _)| column.clone())
        .collect()
}

fn inferred_date(
    row: &Row,
    column: String,
    documents: &BTreeMap<String, Printed>,
) -> Result<Map<String, Value>, Error> {
    // The citation of the field itself comes before that of the whole row.
    let cited = row.citations.iter().filter(|citation| carries(citation, &column));
    let cited = cited.min_by_key(|citation| !citation.contains_key("field"));
    let note = cited.and_then(|citation| documents.get(document(citation))?.year.as_ref());
    let (Some(cited), Some(note)) = (cited, note) else {
        let text = format!(
            "{} ({}): no document cited prints the date of {column}; cite it as INFERRED with a note",
            row.place, row.key
        );
        return Err(Error::input(text.clone(), text));
    };
    let mut mark = cited.clone();
    infer(&mut mark, &column, [&note.ko, &note.en]);
    Ok(mark)
}

/// Columns with a name in English that no document prints, without their language.
fn unprinted_names(row: &Row, printed: &BTreeSet<String>) -> Vec<&'static str> {
    if OUR_WORDS.contains(&row.table.as_str()) {
        return Vec::new();
    }
    let text = |column: String| row.columns.get(&column).and_then(Value::as_str);
    NAMES
        .into_iter()
        .filter(|stem| {
            let field = format!("{stem}.en");
            let is_marked = row.citations.iter().any(|citation| {
                citation.get("field").and_then(Value::as_str) == Some(field.as_str())
            });
            text(format!("{stem}_en")).is_some_and(|name| {
                // A name in Latin letters is the same in both languages.
                text(format!("{stem}_ko")) != Some(name)
                    && !printed.contains(&fold(name))
                    && !is_marked
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::{parse, starting_set};

    const FILE: &str = r#"
[[document]]
code = "D"
printed = { dates = ["2026-03", "2026-03-02"], names = ["Ministry of Tests"], year = { ko = "추정", en = "Guess" } }

[[institution]]
code = "A"
name = { ko = "시험부", en = "Ministry of tests" }
founded = "DATE"
cite = ["D"]
"#;

    fn institution(date: &str, cite: &str) -> Result<Row, Error> {
        let text = FILE.replace("DATE", date).replace("cite = [\"D\"]", cite);
        let mut rows = parse::rows("test.toml", &text)?;
        mark(&mut rows)?;
        Ok(rows.pop().unwrap())
    }

    #[test]
    fn a_date_without_its_year_in_print_is_inferred() {
        let marks = |date: &str, cite: &str| {
            let row = institution(date, cite).unwrap();
            row.citations.iter().filter(|citation| is_inferred(citation)).count()
        };
        for printed in ["2026-03", "2026-03-02"] {
            assert_eq!(marks(printed, "cite = [\"D\"]"), 0, "{printed}");
        }
        for unprinted in ["2026", "2026-04", "2026-03-03", "2025-03"] {
            assert_eq!(marks(unprinted, "cite = [\"D\"]"), 1, "{unprinted}");
        }
        let own = "cite = [\"D\", { document = \"D\", field = \"founded\", basis = \"INFERRED\", note = { ko = \"ㄱ\", en = \"a\" } }]";
        assert_eq!(marks("2025", own), 1, "its own mark is enough");
        let other = "cite = [\"D\", { document = \"D\", field = \"kind\", basis = \"INFERRED\" }]";
        assert_eq!(marks("2025", other), 2, "a mark of another field is none");
        let row = institution(
            "2025",
            "cite = [{ document = \"D\", locator = { ko = \"끝\", en = \"End\" } }]",
        )
        .unwrap();
        let mark = &row.citations[1];
        assert_eq!((&mark["field"], &mark["note_en"]), (&"founded".into(), &"Guess".into()));
        assert_eq!(mark["locator_ko"], "끝");
    }

    #[test]
    fn a_date_that_nothing_explains_is_refused() {
        let text = FILE.replace(", year = { ko = \"추정\", en = \"Guess\" }", "");
        let mut rows = parse::rows("test.toml", &text.replace("DATE", "2025")).unwrap();
        let error = mark(&mut rows).unwrap_err().to_string();
        assert!(error.contains("founded"), "{error}");
    }

    #[test]
    fn an_english_name_that_nobody_prints_is_our_rendering() {
        let mut rows = parse::rows("test.toml", &FILE.replace("DATE", "2026-03")).unwrap();
        let other = FILE.replace("DATE", "2026-03").replace("Ministry of tests", "Test Ministry");
        rows.extend(parse::rows("test.toml", &other).unwrap().pop());
        mark(&mut rows).unwrap();
        assert_eq!(rows[1].citations.len(), 1);
        assert_eq!(rows[2].citations[1]["field"], "name.en");
        assert_eq!(rows[2].citations[1]["note_en"], OUR_RENDERING[1]);
    }

    #[test]
    fn every_place_and_note_is_in_both_languages() {
        for row in starting_set().unwrap().rows {
            let own = row.columns.keys().filter(|name| name.starts_with("locator"));
            assert!(own.count() % 2 == 0, "{}", row.place);
            for citation in &row.citations {
                for stem in ["locator", "note"] {
                    let [ko, en] =
                        ["ko", "en"].map(|language| citation.get(&format!("{stem}_{language}")));
                    assert_eq!(ko.is_some(), en.is_some(), "{} {stem}", row.place);
                    assert!(!citation.contains_key(stem), "{} {stem}", row.place);
                }
                assert!(
                    !is_inferred(citation) || citation.contains_key("note_en"),
                    "{}: says that it is inferred and not how",
                    row.place
                );
            }
        }
    }
}
