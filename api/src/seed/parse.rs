//! Data files to rows: a localized text becomes two columns, a reference keeps its key until the loader
//! knows the row.

use serde_json::{Map, Value};

use super::provenance::Printed;
use crate::error::Error;

/// One row as the file has it.
#[derive(Debug, Clone)]
pub struct Row {
    /// Table.
    pub table: String,
    /// Key by which other rows name it, unique in its table.
    pub key: String,
    /// Columns; references still hold keys, under the column's name without `_id`.
    pub columns: Map<String, Value>,
    /// Citations.
    pub citations: Vec<Map<String, Value>>,
    /// Keys of topics.
    pub topics: Vec<String>,
    /// What a document prints.
    pub printed: Option<Printed>,
    /// Where it stands, for messages.
    pub place: String,
}

fn broken(place: &str, what: impl std::fmt::Display) -> Error {
    Error::input(format!("{place}: {what}"), format!("{place}: {what}"))
}

/// The rows of a file.
///
/// # Errors
/// Input, naming the place.
pub fn rows(file: &str, text: &str) -> Result<Vec<Row>, Error> {
    let parsed: toml::Table = toml::from_str(text).map_err(|error| broken(file, error))?;
    let mut rows = Vec::new();
    for (table, entries) in parsed {
        let entries = serde_json::to_value(entries).map_err(|error| broken(file, error))?;
        let Value::Array(entries) = entries else {
            return Err(broken(file, format!("{table} is no array of tables")));
        };
        for (at, entry) in entries.into_iter().enumerate() {
            let place = format!("{file} {table}[{at}]");
            let Value::Object(entry) = entry else { return Err(broken(&place, "no table")) };
            rows.push(row(&table, entry, place)?);
        }
    }
    Ok(rows)
}

/// A row from its entries.
///
/// # Errors
/// Input, naming the place.
pub fn row(table: &str, mut entry: Map<String, Value>, place: String) -> Result<Row, Error> {
    let citations = citations(entry.remove("cite"), &place)?;
    let topics = match entry.remove("topics") {
        None => Vec::new(),
        Some(topics) => serde_json::from_value(topics).map_err(|error| broken(&place, error))?,
    };
    let printed = match entry.remove("printed") {
        None => None,
        Some(printed) => serde_json::from_value(printed).map_err(|error| broken(&place, error))?,
    };
    let key = key(table, &mut entry);
    let columns = flatten(entry);
    Ok(Row { table: table.to_owned(), key, columns, citations, topics, printed, place })
}

/// `name = { ko, en }` to `name_ko`, `name_en`.
fn flatten(entry: Map<String, Value>) -> Map<String, Value> {
    let mut columns = Map::new();
    for (name, value) in entry {
        match value {
            Value::Object(parts) => {
                for (language, text) in parts {
                    columns.insert(format!("{name}_{language}"), text);
                }
            }
            value => {
                columns.insert(name, value);
            }
        }
    }
    columns
}

/// The row's key: given, its natural code, or what tells it from its neighbours.
fn key(table: &str, entry: &mut Map<String, Value>) -> String {
    let natural = match table {
        "bill" => "number",
        "holiday" => "observed_on",
        "region_code" => "",
        _ => "code",
    };
    if let Some(Value::String(key)) = entry.remove("key") {
        return key;
    }
    if let Some(key) = entry.get(natural).and_then(Value::as_str) {
        return key.to_owned();
    }
    // The place among its parent's rows is enough; only what has no place is told by its content.
    const PARENTS: [&str; 14] = [
        "adoption_case",
        "bill",
        "body",
        "conflict",
        "document",
        "institution",
        "initiative",
        "meeting",
        "person",
        "recommendation",
        "region",
        "task",
        "topic",
        "subject",
    ];
    const CONTENT: [&str; 7] =
        ["scheme", "stage", "field", "code", "kind", "technology", "language"];
    let placed = entry.contains_key("position");
    let told: &[&str] = if placed { &["position"] } else { &CONTENT };
    let named = if placed { None } else { entry.get("name").and_then(|name| name.get("ko")) };
    PARENTS
        .iter()
        .chain(told)
        .filter_map(|name| entry.get(*name))
        .chain(named)
        .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        .collect::<Vec<_>>()
        .join("/")
}

fn citations(cite: Option<Value>, place: &str) -> Result<Vec<Map<String, Value>>, Error> {
    let entries = match cite {
        None => return Ok(Vec::new()),
        Some(Value::Array(entries)) => entries,
        Some(other) => vec![other],
    };
    entries
        .into_iter()
        .map(|entry| match entry {
            Value::String(document) => {
                let mut citation = Map::new();
                citation.insert("document".to_owned(), document.into());
                Ok(citation)
            }
            Value::Object(citation) => Ok(flatten(citation)),
            _ => Err(broken(place, "cite holds documents or tables")),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_flattened_and_keyed() {
        let rows = rows(
            "test.toml",
            "[[venue]]\nmeeting = \"M\"\nposition = 2\nname = { ko = \"가\", en = \"A\" }\ncite = [\"S1\", { document = \"S2\", basis = \"INFERRED\" }]\n",
        )
        .unwrap();
        let row = &rows[0];
        assert_eq!(row.key, "M/2");
        assert_eq!(row.columns["name_ko"], "가");
        assert_eq!(row.columns["meeting"], "M");
        assert_eq!(row.citations.len(), 2);
        assert_eq!(row.citations[1]["basis"], "INFERRED");
    }
}
