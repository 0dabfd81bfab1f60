//! Exports: which fields of a type are the columns of its file is declared once, a path each; the document by which
//! a step of its rows is read, headings, shorthands of filters and the data dictionary follow from it. Rows are read
//! by the list itself, so that a file can tell nothing else than the list does.

use serde_json::{Map, Value, json};

use super::catalog::{Catalog, Root, RootKind};
use super::model::{Field, Kind, Type};
use crate::domain::fold;
use crate::error::Error;

/// Rows of one step: read by one query, and charged when it has ended.
pub const STEP: usize = 500;

/// Arguments of a list that its export decides itself.
const OWN: [&str; 6] = ["where", "orderBy", "first", "after", "last", "before"];

/// What of a type is exported.
#[derive(Debug, Clone, Copy)]
pub struct Export {
    /// Name of its files.
    pub name: &'static str,
    /// Columns: paths of fields, such as `region.code`, `title.ko`, `barriers.kind`.
    pub paths: &'static [&'static str],
}

/// A column of a file.
#[derive(Debug, Clone)]
pub struct Column {
    /// Name: the path in one word, `regionCode`.
    pub key: String,
    /// Path of fields.
    pub path: &'static str,
    /// Korean heading: the terms of the fields.
    pub korean: String,
    /// English heading: the name in words.
    pub english: String,
    /// Type of its values, as the schema names it.
    pub ty: String,
    /// Whether a cell may be empty.
    pub is_nullable: bool,
    /// Whether a cell may hold several values.
    pub is_list: bool,
    /// What it is.
    pub description: String,
    /// Lookup of the row whose code it is.
    pub lookup: Option<Lookup>,
    /// What it is called by beside its key, where no other column is: the ends of its path, without `code` as well.
    calls: Vec<String>,
    /// Whether its values can be filtered by.
    pub is_filter: bool,
    steps: Vec<Step>,
}

/// A lookup at the root by `code`.
#[derive(Debug, Clone, Copy)]
pub struct Lookup {
    /// Name of the field.
    pub name: &'static str,
    /// How a code is kept, however it is written.
    pub code_of: fn(&str) -> String,
}

/// A step of a path.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// A field of the row, or of the row that the step before leads to.
    Field(&'static str),
    /// Rows of a list below.
    Rows(&'static str),
}

/// The term with which a description begins.
pub fn term(description: &str) -> &str {
    description.split(". ").next().unwrap_or_default().trim_end_matches('.')
}

/// Two terms one after the other; what the first ends with and the second begins with is said once.
pub fn joined(first: &str, second: &str) -> String {
    let last = first.rsplit(' ').next().unwrap_or_default();
    match second.strip_prefix(last) {
        _ if first.is_empty() => second.to_owned(),
        _ if second.is_empty() => first.to_owned(),
        Some(rest) if !last.is_empty() => format!("{first}{rest}"),
        _ => format!("{first} {second}"),
    }
}

/// What the column of a path is called beside its key. What every path may end with calls none.
fn calls(path: &str) -> Vec<String> {
    let ends = |path: &str| -> Vec<String> {
        path.match_indices('.').map(|(at, _)| key_of(&path[at + 1..])).collect()
    };
    let short = path.strip_suffix(".code").unwrap_or_default();
    let mut calls = [ends(path), ends(short), vec![key_of(short)]].concat();
    calls.retain(|call| !matches!(call.as_str(), "" | "code" | "ko" | "en"));
    calls
}

/// `regionNameKo` out of `region.name.ko`.
pub fn key_of(path: &str) -> String {
    let mut key = String::with_capacity(path.len());
    for (at, step) in path.split('.').enumerate() {
        let mut letters = step.chars();
        match letters.next() {
            Some(first) if at > 0 => key.extend(first.to_uppercase()),
            first => key.extend(first),
        }
        key.extend(letters);
    }
    key
}

/// `Region name ko` out of `regionNameKo`.
pub fn words_of(key: &str) -> String {
    let mut words = String::with_capacity(key.len() + 4);
    for letter in key.chars() {
        if words.is_empty() {
            words.extend(letter.to_uppercase());
        } else if letter.is_ascii_uppercase() {
            words.push(' ');
            words.push(letter.to_ascii_lowercase());
        } else {
            words.push(letter);
        }
    }
    words
}

/// The columns of a type's export.
///
/// # Errors
/// Internal, if a path leads nowhere; a test walks all of them.
pub fn columns(catalog: &Catalog, ty: &Type, export: &Export) -> Result<Vec<Column>, Error> {
    export.paths.iter().map(|path| column(catalog, ty, path)).collect()
}

fn column(catalog: &Catalog, ty: &Type, path: &'static str) -> Result<Column, Error> {
    let nowhere = || Error::internal(format!("{}.{path} cannot be exported", ty.name));
    let key = key_of(path);
    let mut column = Column {
        english: words_of(&key),
        key,
        path,
        korean: String::new(),
        ty: String::new(),
        is_nullable: false,
        is_list: false,
        description: String::new(),
        lookup: None,
        calls: calls(path),
        is_filter: true,
        steps: Vec::new(),
    };
    let mut steps = path.split('.');
    let mut ty = ty;
    loop {
        let step = steps.next().ok_or_else(nowhere)?;
        let field: &Field = ty.find(step).ok_or_else(nowhere)?;
        column.korean = joined(&column.korean, term(&field.description));
        column.is_nullable |= !field.ty.ends_with('!');
        column.is_filter &= !ty.unfiltered.contains(&field.name);
        column.description.clone_from(&field.description);
        let is_many = matches!(field.kind, Kind::Many(_));
        column.steps.push(if is_many { Step::Rows(field.name) } else { Step::Field(field.name) });
        match &field.kind {
            Kind::One { target, .. } => ty = catalog.declared(target)?,
            Kind::Many(list) => {
                (column.is_list, column.is_nullable) = (true, false);
                ty = catalog.declared(list.target)?;
            }
            Kind::Localized { .. } => {
                let language = steps.next().ok_or_else(nowhere)?;
                let name = ["ko", "en"].into_iter().find(|name| *name == language);
                let name = name.ok_or_else(nowhere)?;
                if name == "en" {
                    column.korean.push_str("(영문)");
                    column.is_nullable = true;
                }
                column.steps.push(Step::Field(name));
                column.ty = "String".to_owned();
                break;
            }
            kind => {
                let of = ty.lookup.filter(|(_, by)| *by == "code" && step == "code");
                column.lookup = of.map(|(name, _)| Lookup { name, code_of: ty.code_of });
                column.is_filter &= matches!(kind, Kind::Id | Kind::Leaf(_));
                column.ty = field.ty.trim_end_matches('!').to_owned();
                break;
            }
        }
    }
    if steps.next().is_some() {
        return Err(nowhere());
    }
    Ok(column)
}

/// The column that a name calls: by its key, or by the end of its path, with or without `code`, where no other column
/// ends so: `region` is `region.code`, `quarter` is `submission.quarter`.
pub fn called<'c>(columns: &'c [Column], name: &str) -> Option<&'c Column> {
    columns.iter().find(|column| column.key == name).or_else(|| {
        let mut called = columns.iter().filter(|column| column.calls.iter().any(|it| it == name));
        called.next().filter(|_| called.next().is_none())
    })
}

impl Column {
    /// Adds the field to a selection; those of one row are merged by whoever reads it.
    fn select(&self, out: &mut String) {
        let mut open = String::new();
        for (at, step) in self.steps.iter().enumerate() {
            let (name, is_last) = match step {
                Step::Field(name) => (name, at + 1 == self.steps.len()),
                Step::Rows(name) => {
                    out.push_str(name);
                    out.push_str("(first: 100) { nodes { ");
                    open.push_str(" } }");
                    continue;
                }
            };
            out.push_str(name);
            if !is_last {
                out.push_str(" { ");
                open.push_str(" }");
            }
        }
        out.push_str(&open);
        out.push(' ');
    }

    /// The value of the column in a row as the list tells it.
    pub fn value(&self, row: &mut Value) -> Value {
        take(row, &self.steps)
    }

    /// The condition that the column is one of some values, or compared by an operator.
    pub fn condition(&self, operator: &str, value: Value) -> Value {
        self.steps.iter().rev().fold(json!({ operator: value }), |inner, step| match step {
            Step::Field(name) => json!({ *name: inner }),
            Step::Rows(name) => json!({ *name: { "some": inner } }),
        })
    }

    /// A value out of the text of an address.
    pub fn read(&self, operator: &str, text: &str) -> Value {
        let is_plain = matches!(self.ty.as_str(), "Int" | "Float" | "Boolean" | "KRW");
        if is_plain || operator == "isNull" { read(text) } else { text.into() }
    }
}

/// A number or a truth value out of the text of an address; text, if it is none.
fn read(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(value @ (Value::Number(_) | Value::Bool(_))) => value,
        _ => text.into(),
    }
}

fn take(row: &mut Value, steps: &[Step]) -> Value {
    match steps.split_first() {
        None if row.is_string() => row.take(),
        None => row.clone(),
        Some((Step::Field(name), rest)) => {
            row.get_mut(*name).map_or(Value::Null, |inner| take(inner, rest))
        }
        Some((Step::Rows(name), rest)) => {
            let rows = row.get_mut(*name).and_then(|list| list.get_mut("nodes"));
            let rows = rows.and_then(Value::as_array_mut);
            rows.map(|rows| rows.iter_mut().map(|row| take(row, rest)).collect())
                .unwrap_or_default()
        }
    }
}

impl Catalog {
    /// The type whose files bear a name.
    pub fn exported(&self, name: &str) -> Option<(&Type, &Export)> {
        self.exports().find(|(_, export)| export.name == name)
    }

    /// Every type that is exported.
    pub fn exports(&self) -> impl Iterator<Item = (&Type, &Export)> {
        self.types().iter().filter_map(|ty| Some((ty, ty.export.as_ref()?)))
    }

    /// The list of the root that has a type's rows.
    ///
    /// # Errors
    /// Internal, if there is none.
    pub fn listed(&self, ty: &Type) -> Result<&Root, Error> {
        let is_it =
            |root: &&Root| matches!(&root.kind, RootKind::List(list) if list.target == ty.name);
        let root = self.roots.iter().find(is_it);
        root.ok_or_else(|| Error::internal(format!("{} has no list", ty.name)))
    }
}

/// Arguments of a list beside its condition, its order and its page.
pub fn own_args(root: &Root) -> impl Iterator<Item = &super::model::Arg> {
    root.args.iter().filter(|arg| !OWN.contains(&arg.name))
}

/// The document that reads a step of rows: `given` arguments, and these columns.
pub fn document(root: &Root, given: &Map<String, Value>, columns: &[&Column]) -> String {
    let (mut variables, mut args) = (String::from("$after: String"), String::from("after: $after"));
    for arg in root.args.iter().filter(|arg| given.contains_key(arg.name)) {
        variables.push_str(&format!(", ${}: {}", arg.name, arg.ty));
        args.push_str(&format!(", {0}: ${0}", arg.name));
    }
    let mut selection = String::new();
    for column in columns {
        column.select(&mut selection);
    }
    let name = root.name;
    format!(
        "query Export({variables}) {{ {name}(first: {STEP}, {args}) {{ nodes {{ {selection}}} pageInfo {{ hasNextPage endCursor }} }} }}"
    )
}

/// A value of an argument of that type out of the text of an address: JSON, or values parted by commas where it
/// takes several.
///
/// # Errors
/// The text is like JSON and is none.
pub fn argument(ty: &str, text: &str) -> Result<Value, serde_json::Error> {
    if text.starts_with(['{', '[', '"']) {
        return serde_json::from_str(text);
    }
    let one = |text: &str| match ty.trim_matches(['[', ']', '!']) {
        "Int" | "Float" | "Boolean" => read(text),
        _ => text.into(),
    };
    Ok(if ty.starts_with('[') { text.split(',').map(one).collect() } else { one(text) })
}

/// An order out of the text of an address: JSON, or names parted by commas, `-` before those of which the greatest
/// comes first.
///
/// # Errors
/// The text is like JSON and is none.
pub fn order(text: &str) -> Result<Value, serde_json::Error> {
    if text.starts_with(['{', '[']) {
        return serde_json::from_str(text);
    }
    let term = |name: &str| match fold::code(name).strip_prefix('-') {
        Some(name) => json!({ "field": name, "direction": "DESC" }),
        None => json!({ "field": fold::code(name), "direction": "ASC" }),
    };
    Ok(text.split(',').map(term).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_declared_column_leads_somewhere_and_has_a_heading_of_its_own() {
        let catalog = crate::graphql::catalog();
        let mut names = HashSet::new();
        for (ty, export) in catalog.exports() {
            assert!(names.insert(export.name));
            catalog.listed(ty).unwrap();
            let columns = columns(catalog, ty, export).unwrap();
            let of = |heading: fn(&Column) -> &str| -> HashSet<&str> {
                columns.iter().map(heading).collect()
            };
            for headings in [of(|it| &it.key), of(|it| &it.korean), of(|it| &it.english)] {
                assert_eq!(headings.len(), columns.len(), "{}: {headings:?}", export.name);
            }
        }
        let expected = [
            "cases",
            "submissions",
            "values",
            "recommendations",
            "bills",
            "meetings",
            "institutions",
            "changes",
            "published",
        ];
        assert_eq!(names, HashSet::from(expected));
    }

    #[test]
    fn terms_are_said_once() {
        for (first, second, expected) in [
            ("", "제목", "제목"),
            ("제출 기관", "기관 코드", "제출 기관 코드"),
            ("지역", "지역명", "지역명"),
            ("애로", "유형", "애로 유형"),
        ] {
            assert_eq!(joined(first, second), expected);
        }
        assert_eq!(words_of(&key_of("region.name.ko")), "Region name ko");
    }
}
