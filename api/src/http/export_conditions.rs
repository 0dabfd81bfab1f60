//! Conditions in the address of a file: columns with their values, comparisons, the list's own filters, `where`. They
//! become the list's filter, which stands beside the rows and beside their statistics.

use serde_json::{Map, Value, json};

use super::export::{no_json, shown};
use crate::error::{Error, Message};
use crate::graphql::request::Response;
use crate::read::export::{self, Column};
use crate::read::model::Type;

/// Comparisons that stand behind a name: `investment.gte`.
const OPERATORS: [&str; 11] =
    ["eq", "ne", "in", "notIn", "gt", "gte", "lt", "lte", "contains", "startsWith", "isNull"];

/// Most codes that are looked up: whoever names more has them from a list.
const MOST_CODES: usize = 20;

/// The conditions of an address.
pub struct Conditions<'c> {
    ty: &'c Type,
    columns: &'c [Column],
    all: Vec<Value>,
    /// Values of a column that is named several times are alternatives.
    alternatives: Vec<(&'c Column, Vec<Value>)>,
    /// Codes of rows that are asked for: name of the parameter, lookup of the row and code.
    codes: Vec<(String, &'static str, Value)>,
}

impl<'c> Conditions<'c> {
    /// None yet, of rows of that type, which has these columns.
    pub fn of(ty: &'c Type, columns: &'c [Column]) -> Self {
        let (all, alternatives, codes) = (Vec::new(), Vec::new(), Vec::new());
        Self { ty, columns, all, alternatives, codes }
    }

    /// Takes a parameter, and tells whether it is a condition.
    ///
    /// # Errors
    /// Its value cannot be one.
    pub fn take(&mut self, name: &str, text: &str) -> Result<bool, Error> {
        if name == "where" {
            let value: Map<String, Value> =
                serde_json::from_str(text).map_err(|_| no_json(name))?;
            self.all.push(value.into());
            return Ok(true);
        }
        let filter = self.ty.filters.iter().find(|filter| filter.name == name);
        let is_search = name == "search" && self.ty.searchable;
        let (field, operator) = match name.split_once('.') {
            Some((field, operator)) => (field, OPERATORS.into_iter().find(|it| *it == operator)),
            None => (name, Some("eq")),
        };
        let column = export::called(self.columns, field).filter(|column| column.is_filter);
        let compared = column.zip(operator);
        if !is_search && filter.is_none() && compared.is_none() {
            return Ok(false);
        }
        if text.is_empty() {
            let hint = match compared {
                Some((column, _)) if column.is_nullable => format!(" `{field}.isNull=true`"),
                _ => String::new(),
            };
            return Err(wrong(name, nothing(name, &hint)));
        }
        if is_search {
            self.all.push(json!({ "search": text }));
        } else if let Some(filter) = filter {
            let value = export::argument(filter.ty, text).map_err(|_| no_json(name))?;
            self.all.push(json!({ filter.name: value }));
        } else if let Some((column, operator)) = compared {
            self.compare(name, (column, operator), text)?;
        }
        Ok(true)
    }

    fn compare(
        &mut self,
        name: &str,
        (column, operator): (&'c Column, &'static str),
        text: &str,
    ) -> Result<(), Error> {
        let texts: Vec<&str> = match operator {
            "in" | "notIn" => text.split(',').collect(),
            _ => vec![text],
        };
        if texts.iter().any(|text| text.is_empty()) {
            return Err(wrong(name, nothing(name, "")));
        }
        if column.path.ends_with("code") && matches!(operator, "eq" | "ne") && text.contains(',') {
            return Err(wrong(name, several(name, operator)));
        }
        let mut values: Vec<Value> = texts.iter().map(|text| column.read(operator, text)).collect();
        if let ("eq" | "ne" | "in" | "notIn", Some(lookup)) = (operator, column.lookup) {
            let codes = values.iter().map(|value| (name.to_owned(), lookup, value.clone()));
            self.codes.extend(codes);
        }
        let value = match operator {
            "in" | "notIn" => Value::Array(values),
            _ => values.pop().unwrap_or_default(),
        };
        if operator != "eq" {
            self.all.push(column.condition(operator, value));
            return Ok(());
        }
        match self.alternatives.iter_mut().find(|(known, _)| known.key == column.key) {
            Some((_, values)) => values.push(value),
            None => self.alternatives.push((column, vec![value])),
        }
        Ok(())
    }

    /// Names that a condition may begin with.
    pub fn known(&self) -> impl Iterator<Item = &'c str> {
        let filters = self.ty.filters.iter().map(|filter| filter.name);
        let columns = self.columns.iter().filter(|column| column.is_filter);
        ["where"].into_iter().chain(filters).chain(columns.map(|column| &*column.key))
    }

    /// The list's filter, if there is any condition; and codes of rows that must be known.
    pub fn close(mut self) -> (Option<Value>, Codes) {
        for (column, mut values) in self.alternatives {
            self.all.push(match (values.len(), values.pop()) {
                (1, Some(one)) => column.condition("eq", one),
                (_, last) => {
                    values.extend(last);
                    column.condition("in", values.into())
                }
            });
        }
        let filter = match self.all.len() {
            0 => None,
            1 => self.all.pop(),
            _ => Some(json!({ "and": self.all })),
        };
        (filter, Codes(self.codes))
    }
}

/// Codes of rows out of an address. One that no row bears is a slip of who wrote it, and a file without rows would
/// not say so.
#[derive(Debug)]
pub struct Codes(Vec<(String, &'static str, Value)>);

impl Codes {
    /// The document that asks for each; none without codes.
    pub fn document(&self) -> Option<(String, Map<String, Value>)> {
        if self.0.is_empty() || self.0.len() > MOST_CODES {
            return None;
        }
        let (mut declared, mut fields, mut values) = (String::new(), String::new(), Map::new());
        for (at, (_, lookup, code)) in self.0.iter().enumerate() {
            declared.push_str(&format!("$c{at}: String! "));
            fields.push_str(&format!("c{at}: {lookup}(code: $c{at}) {{ id }} "));
            values.insert(format!("c{at}"), code.clone());
        }
        Some((format!("query ExportCodes({declared}) {{ {fields}}}"), values))
    }

    /// Refuses the first code that the answer to the document says is of no row.
    ///
    /// # Errors
    /// Input, at the name of its parameter.
    pub fn check(&self, answer: &Response) -> Result<(), Error> {
        let absent = answer.errors.iter().find(|one| one.error.code() == Error::NotFound.code());
        let alias = absent.and_then(|one| one.path.first()).and_then(Value::as_str);
        let place = alias.and_then(|alias| alias.strip_prefix('c')?.parse::<usize>().ok());
        let Some((name, lookup, code)) = place.and_then(|at| self.0.get(at)) else {
            return Ok(());
        };
        let code = shown(code.as_str().unwrap_or_default());
        let message = Message::new(
            format!("`{lookup}` 목록에 `{code}` 코드가 없습니다."),
            format!("There is no `{lookup}` with the code `{code}`."),
        );
        Err(wrong(name, message))
    }
}

fn wrong(name: &str, message: Message) -> Error {
    Error::argument(name, message.ko, message.en)
}

fn nothing(name: &str, hint: &str) -> Message {
    let (ko, en) = match hint {
        "" => (String::new(), String::new()),
        hint => (
            format!(" 값이 없는 행은{hint}(으)로 찾습니다."),
            format!(" Rows without a value are found by{hint}."),
        ),
    };
    Message::new(
        format!("`{name}` 값이 비어 있습니다. 조건이 아니면 매개변수를 빼 주십시오.{ko}"),
        format!("`{name}` has an empty value; leave the parameter out if it is no condition.{en}"),
    )
}

fn several(name: &str, operator: &str) -> Message {
    let field = name.split('.').next().unwrap_or(name);
    let set = if operator == "eq" { "in" } else { "notIn" };
    Message::new(
        format!(
            "`{name}`에는 코드 하나를 적습니다. 여러 개는 `{field}.{set}=A,B`처럼 적어 주십시오."
        ),
        format!("`{name}` takes one code; several are written `{field}.{set}=A,B`."),
    )
}
