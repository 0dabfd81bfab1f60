//! Records of history in files: a table, where the rows of one code that follow each other are one record and each carries
//! an item of its lists, or a record a line as JSON.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Place;

use serde_json::{Map, Value};

use super::shape::{Column, Field, NoList, check};
use super::{Fault, MAX_FAULTS};
use crate::domain::{admit, suggest};
use crate::error::{Error, Message, UserError};
use crate::sheet::records::{Given, MAX_ROWS, Record, read_sheet, read_table};
use crate::sheet::rows::{Format, Head, RowWriter, Texts};

/// The field that finds a record again.
pub const CODE: &str = "code";
/// Longest line of JSON, and longest cell, in bytes.
const LONGEST: usize = 1_000_000;
/// Most columns that are named for a heading that is none.
const MAX_NEAR: usize = 6;

/// A record of a file.
#[derive(Debug, Default)]
pub struct Entry {
    /// Its code.
    pub code: String,
    /// What it says.
    pub given: Map<String, Value>,
    /// Its first row.
    pub row: u32,
    /// What is wrong with how it is written; it is tried all the same, so that the rest is told with it.
    pub faults: Vec<Fault>,
    /// Rows of the items of its lists.
    items: HashMap<String, Vec<u32>>,
}

/// What a file holds, and what is wrong with how it is written.
#[derive(Debug, Default)]
pub struct Read {
    /// Records that have a code of their own.
    pub entries: Vec<Entry>,
    /// Records that have none, or are no record.
    pub lost: usize,
    /// What is wrong with those.
    pub faults: Vec<Fault>,
}

fn unreadable(ko: impl Into<String>, en: impl Into<String>) -> Error {
    let (ko, en): (String, String) = (ko.into(), en.into());
    Error::input(format!("파일을 읽을 수 없습니다: {ko}"), format!("the file cannot be read: {en}"))
}

/// The records of a file, by what it is or said to be.
///
/// # Errors
/// Input, if it is no such file.
pub fn read(bytes: &[u8], format: Option<Format>, fields: &[Field]) -> Result<Read, Error> {
    let first = bytes.iter().find(|byte| !b"\xEF\xBB\xBF \t\r\n".contains(byte));
    let format = format.unwrap_or(match first {
        Some(b'{') => Format::Ndjson,
        Some(b'[') => {
            return Err(unreadable(
                "JSON 목록입니다. 한 줄에 JSON 객체 하나씩 적으십시오.",
                "it is a JSON list: write one JSON object a line.",
            ));
        }
        _ if bytes.starts_with(b"PK\x03\x04") => Format::Xlsx,
        _ => Format::Csv,
    });
    let records = match format {
        Format::Xlsx => read_sheet(bytes),
        Format::Csv => read_table(bytes),
        Format::Json | Format::Ndjson => return lines(bytes, fields),
    };
    let records = records.map_err(|error| {
        let text = error.message();
        unreadable(text.ko, text.en)
    })?;
    table(&records, fields)
}

fn too_long(at: &str) -> UserError {
    let (ko, en) = ("1 MB까지 받습니다.", "At most 1 MB is taken.");
    UserError::at(at, "TOO_LONG", ko, en)
}

/// Reading of a file in progress.
#[derive(Default)]
struct Reading {
    read: Read,
    entry: Entry,
    /// Rows of the codes so far.
    codes: HashMap<String, u32>,
}

impl Reading {
    fn wrong(&mut self, row: u32, (column, value): (&str, &str), error: UserError) {
        self.entry.faults.push(Fault::new(row, column.to_owned(), value, error));
    }

    /// Takes up the record that is over.
    fn close(&mut self, fields: &[Field], columns: &[Column]) {
        let mut entry = std::mem::take(&mut self.entry);
        if entry.row == 0 {
            return;
        }
        let mut wrong = Vec::new();
        check(fields, &mut entry.given, &mut wrong);
        for value in entry.given.values_mut() {
            admit::compose(value);
        }
        entry.code = entry.given.get(CODE).and_then(Value::as_str).unwrap_or_default().to_owned();
        let count = wrong.len();
        match self.codes.entry(entry.code.clone()) {
            _ if entry.code.is_empty() => wrong.push(UserError::at(
                CODE,
                "REQUIRED",
                "코드가 있어야 합니다.",
                "A code is required.",
            )),
            Place::Occupied(known) => wrong.push(UserError::at(
                CODE,
                "DUPLICATE",
                format!("{}행에 있는 코드입니다. 한 코드의 행은 이어서 적습니다.", known.get()),
                format!(
                    "The code stands in row {}; rows of one code follow each other.",
                    known.get()
                ),
            )),
            Place::Vacant(free) => _ = free.insert(entry.row),
        }
        let is_lost = wrong.len() > count;
        let told: Vec<Fault> = wrong.into_iter().map(|error| entry.fault(columns, error)).collect();
        entry.faults.extend(told);
        if is_lost {
            self.read.lost += 1;
            self.read.faults.append(&mut entry.faults);
        } else {
            self.read.entries.push(entry);
        }
    }
}

impl Entry {
    /// A fault in the record, at the cell from which it comes.
    pub fn fault(&self, columns: &[Column], error: UserError) -> Fault {
        let is_place = |step: &&String| step.parse::<usize>().is_err();
        let steps: Vec<&String> = error.path.iter().skip(1).filter(is_place).collect();
        let fits =
            |column: &&Column| column.path.iter().zip(&steps).all(|(step, told)| step == *told);
        let column = columns.iter().find(|it| !steps.is_empty() && fits(it));
        let column = column.or_else(|| columns.iter().find(|it| it.path == [CODE]));
        let at = error.path.get(2).and_then(|step| step.parse::<usize>().ok());
        let items = error.path.get(1).and_then(|name| self.items.get(name));
        let row = at.zip(items).and_then(|(at, rows)| rows.get(at)).copied();
        let value = error.path.iter().skip(1).try_fold(None, |found: Option<&Value>, step| {
            let next = match found {
                None => self.given.get(step),
                Some(Value::Array(items)) => step.parse().ok().and_then(|at: usize| items.get(at)),
                Some(value) => value.get(step),
            };
            next.map(Some)
        });
        let value = match value.flatten() {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Null) | None => String::new(),
            Some(value) => value.to_string(),
        };
        let is_of_blank = error.code == "REQUIRED" || error.code.starts_with("INVALID_");
        let error = match column {
            Some(Column { key, korean, .. }) if value.is_empty() && is_of_blank => {
                let Message { ko, en } = error.message;
                let message = Message::new(
                    format!("‘{korean}’({key}) 칸이 비어 있습니다. {ko}"),
                    format!("`{key}` is blank. {en}"),
                );
                UserError { message, ..error }
            }
            _ => error,
        };
        let column = column.map_or_else(|| CODE.to_owned(), |column| column.key.clone());
        Fault::new(row.unwrap_or(self.row), column, &value, error)
    }
}

fn lines(bytes: &[u8], fields: &[Field]) -> Result<Read, Error> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| unreadable("JSON은 UTF-8이어야 합니다.", "JSON must be UTF-8."))?;
    let columns = super::shape::columns(fields);
    let mut reading = Reading::default();
    let mut count = 0;
    for (row, line) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
        if line.trim().is_empty() {
            continue;
        }
        count += 1;
        if count > MAX_ROWS {
            return Err(unreadable(
                format!("{MAX_ROWS}행까지 받습니다."),
                format!("at most {MAX_ROWS} rows are taken"),
            ));
        }
        match (line.len() <= LONGEST).then(|| serde_json::from_str::<Value>(line)) {
            Some(Ok(Value::Object(given))) => {
                reading.entry = Entry { given, row, ..Entry::default() };
                reading.close(fields, &columns);
            }
            told => {
                let error = told.map_or_else(
                    || too_long(CODE),
                    |told| {
                        let why = told.err().map_or_else(String::new, |it| format!(" ({it})"));
                        UserError::at(
                            CODE,
                            "INVALID_JSON",
                            format!("한 줄에 JSON 객체 하나여야 합니다.{why}"),
                            format!("A line is one JSON object.{why}"),
                        )
                    },
                );
                reading.read.lost += 1;
                if reading.read.faults.len() < MAX_FAULTS {
                    reading.read.faults.push(Fault::new(row, String::new(), "", error));
                }
            }
        }
    }
    Ok(reading.read)
}

/// A heading as it is compared.
fn folded(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The columns whose key or Korean heading is near to what was given.
fn near(text: &str, columns: &[Column]) -> String {
    let names = columns.iter().flat_map(|it| [it.key.as_str(), it.korean.as_str()]);
    let near = suggest::near(text, &names.collect::<Vec<_>>());
    // Korean words are short: those that begin alike are near.
    let begin: String = text.chars().take(2).filter(|letter| !letter.is_ascii()).collect();
    let is_near = |it: &&Column| match near.is_empty() {
        true => !begin.is_empty() && it.korean.starts_with(&begin),
        false => near.contains(&it.key.as_str()) || near.contains(&it.korean.as_str()),
    };
    let meant = columns.iter().filter(is_near);
    let meant = meant.map(|it| format!("{}({})", it.key, it.korean)).take(MAX_NEAR);
    let meant = meant.collect::<Vec<_>>().join(", ");
    if meant.is_empty() { meant } else { format!(" → {meant}") }
}

/// The column of each heading.
fn head(record: &Record, columns: &[Column]) -> Result<HashMap<u16, usize>, Error> {
    let mut found: HashMap<u16, usize> = HashMap::new();
    let mut wrong: Vec<Message> = Vec::new();
    for (at, given) in &record.cells {
        let text = match given {
            // It is told in a terminal.
            Given::Text(text) => text.chars().filter(|it| !it.is_control()).take(60).collect(),
            Given::Formula | Given::Fault(_) => String::new(),
        };
        let text = text.as_str();
        let is_named = |column: &&Column| folded(&column.key) == folded(text);
        let is_korean = |column: &&Column| folded(&column.korean) == folded(text);
        let mut korean = columns.iter().filter(is_korean);
        // A Korean heading that two columns have names none of them.
        let korean = korean.next().filter(|_| korean.next().is_none());
        let column = columns.iter().find(is_named).or(korean);
        let column = column.and_then(|it| columns.iter().position(|other| other.key == it.key));
        match column {
            Some(column) if !found.values().any(|known| *known == column) => {
                found.insert(*at, column);
            }
            Some(_) => wrong.push(Message::new(
                format!("‘{text}’ 열이 두 번 있습니다."),
                format!("the column '{text}' stands there twice."),
            )),
            None => {
                let hint = near(text, columns);
                wrong.push(Message::new(
                    format!("‘{text}’은(는) 없는 열입니다{hint}."),
                    format!("there is no column '{text}'{hint}."),
                ));
            }
        }
    }
    if !found.values().any(|column| columns[*column].path == [CODE]) {
        wrong.push(Message::new("`code` 열이 없습니다.", "the column `code` is missing."));
    }
    if wrong.is_empty() {
        return Ok(found);
    }
    let all = |text: fn(&Message) -> &String| {
        wrong.iter().map(text).cloned().collect::<Vec<_>>().join(" ")
    };
    Err(unreadable(all(|it| &it.ko), all(|it| &it.en)))
}

fn table(records: &[Record], fields: &[Field]) -> Result<Read, Error> {
    let columns = super::shape::columns(fields);
    let Some((first, records)) = records.split_first() else {
        return Err(unreadable("빈 파일입니다.", "it is empty."));
    };
    let head = head(first, &columns)?;
    let mut reading = Reading::default();
    for record in records {
        let text = |given: &Given| match given {
            Given::Text(text) => text.trim().to_owned(),
            Given::Formula | Given::Fault(_) => String::new(),
        };
        let is_code =
            |(at, _): &&(u16, Given)| head.get(at).is_some_and(|it| columns[*it].path == [CODE]);
        let code =
            record.cells.iter().find(is_code).map(|(_, given)| text(given)).unwrap_or_default();
        let before = reading.entry.given.get(CODE).and_then(Value::as_str).unwrap_or_default();
        let goes_on = reading.entry.row > 0
            && code == before
            && !code.is_empty()
            && record
                .cells
                .iter()
                .any(|(at, _)| head.get(at).is_some_and(|it| columns[*it].is_of_list));
        if !goes_on {
            reading.close(fields, &columns);
            reading.entry.row = record.row;
            let given = &mut reading.entry.given;
            // A column that is there and blank says that there is nothing.
            for column in head.values().map(|it| &columns[*it]) {
                match column.is_of_list {
                    true => put(given, &column.path[..1], Value::Array(Vec::new())),
                    false => put(given, &column.path, Value::Null),
                }
            }
        }
        let mut items: Map<String, Value> = Map::new();
        for (at, given) in &record.cells {
            let Some(column) = head.get(at).map(|it| &columns[*it]) else {
                let error = UserError::at(
                    CODE,
                    "NO_HEADING",
                    "제목이 없는 열의 값입니다.",
                    "The column of this value has no heading.",
                );
                reading.wrong(record.row, ("", &text(given)), error);
                continue;
            };
            let at = column.path.join(".");
            let told = match given {
                Given::Text(text) if text.len() > LONGEST => Err(too_long(&at)),
                Given::Text(text) => column.read(text).map_err(|NoList| {
                    UserError::at(
                        &at,
                        "INVALID_JSON",
                        "JSON 목록([ ])이어야 합니다.",
                        "This must be a list as JSON ([ ]).",
                    )
                }),
                Given::Formula => Err(UserError::at(
                    &at,
                    "FORMULA",
                    "수식이 든 셀입니다. 값으로 바꾸어 주십시오(값 붙여넣기).",
                    "The cell holds a formula: paste its value instead.",
                )),
                Given::Fault(_) => Err(UserError::at(
                    &at,
                    "CELL_ERROR",
                    "오류가 든 셀입니다.",
                    "The cell holds an error.",
                )),
            };
            let value = match told {
                Ok(value) => value,
                Err(error) => {
                    let shown =
                        if let Given::Fault(shown) = given { shown.clone() } else { text(given) };
                    reading.wrong(record.row, (&column.key, &shown), error);
                    continue;
                }
            };
            if column.is_of_list {
                put(&mut items, &column.path, value);
            } else if !goes_on {
                put(&mut reading.entry.given, &column.path, value);
            } else if got(&reading.entry.given, &column.path) != Some(&value) {
                let error = UserError::at(
                    &at,
                    "MISMATCH",
                    format!(
                        "같은 코드의 첫 행({}행)과 다릅니다. 비워 두거나 같게 적으십시오.",
                        reading.entry.row
                    ),
                    format!(
                        "It differs from the first row of the code ({}): leave it blank, or alike.",
                        reading.entry.row
                    ),
                );
                reading.wrong(record.row, (&column.key, &text(given)), error);
            }
        }
        for (name, mut item) in items {
            // A blank cell of an item that is brought to what it says takes away what is there.
            let list = fields.iter().find(|field| field.name == name && field.stays);
            let loose = list.into_iter().flat_map(Field::of_item).filter(|it| !it.is_required);
            for member in loose.map(|it| &it.name) {
                let is_asked =
                    |at: &usize| columns[*at].path.starts_with(&[name.clone(), member.clone()]);
                if let Value::Object(item) = &mut item
                    && head.values().any(is_asked)
                {
                    item.entry(member.clone()).or_insert(Value::Null);
                }
            }
            if let Some(Value::Array(list)) = reading.entry.given.get_mut(&name) {
                list.push(item);
                reading.entry.items.entry(name).or_default().push(record.row);
            }
        }
    }
    reading.close(fields, &columns);
    Ok(reading.read)
}

/// Puts a value at a path.
fn put(into: &mut Map<String, Value>, path: &[String], value: Value) {
    match path {
        [name] => _ = into.insert(name.clone(), value),
        [name, rest @ ..] => {
            let inner = into.entry(name.clone()).or_insert(Value::Null);
            if inner.is_null() {
                *inner = Value::Object(Map::new());
            }
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
        [] => {}
    }
}

/// The value at a path.
fn got<'v>(from: &'v Map<String, Value>, path: &[String]) -> Option<&'v Value> {
    let (name, rest) = path.split_first()?;
    rest.iter().try_fold(from.get(name)?, |value, step| value.get(step))
}

/// Writes records in the shape in which they are read.
#[derive(Debug)]
pub struct Writer {
    columns: Vec<Column>,
    /// None where each is a line of JSON.
    table: Option<RowWriter>,
}

impl Writer {
    /// A file with its headings.
    ///
    /// # Errors
    /// Internal.
    pub fn new(name: &str, format: Format, fields: &[Field]) -> Result<Self, Error> {
        let columns = super::shape::columns(fields);
        let head = |column: &Column| Head {
            key: column.key.clone(),
            heading: column.key.clone(),
            texts: Texts::Plain,
        };
        let table = match format {
            Format::Json | Format::Ndjson => None,
            format => {
                let heads = columns.iter().map(head).collect();
                Some(RowWriter::new(format, name, heads).map_err(Error::internal)?)
            }
        };
        Ok(Self { columns, table })
    }

    /// Writes a record; what can be taken away of the file.
    ///
    /// # Errors
    /// Internal.
    pub fn add(&mut self, record: &Map<String, Value>) -> Result<Vec<u8>, Error> {
        let Some(table) = &mut self.table else {
            let mut line = serde_json::to_vec(record).map_err(Error::internal)?;
            line.push(b'\n');
            return Ok(line);
        };
        let items = record
            .values()
            .filter_map(Value::as_array)
            .filter(|it| it.iter().any(Value::is_object));
        let rows = items.map(Vec::len).max().unwrap_or(0).max(1);
        for row in 0..rows {
            let cells = self.columns.iter().map(|column| {
                let value = match column.is_of_list {
                    true => record.get(&column.path[0]).and_then(|list| {
                        column.path[1..].iter().try_fold(list.get(row)?, |it, step| it.get(step))
                    }),
                    false if row == 0 || column.path == [CODE] => got(record, &column.path),
                    false => None,
                };
                value.map_or_else(String::new, |value| column.write(value)).into()
            });
            table.row(&cells.collect::<Vec<Value>>()).map_err(Error::internal)?;
        }
        table.take().map_err(Error::internal)
    }

    /// Ends the file; what is left of it.
    ///
    /// # Errors
    /// Internal.
    pub fn finish(self) -> Result<Vec<u8>, Error> {
        self.table.map_or_else(|| Ok(Vec::new()), |it| it.finish().map_err(Error::internal))
    }
}
