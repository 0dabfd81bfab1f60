//! Conditions in the address of a file: columns with their values, comparisons, the list's own filters, `where`. They
//! become the list's filter, which stands beside the rows and beside their statistics.

use serde_json::{Map, Value, json};

use super::export_address::{argument, kept, no_json};
use crate::error::Error;
use crate::graphql::request::Response;
use crate::read::export::{self, Column};
use crate::read::model::Type;

/// Comparisons that stand behind a name: `investment.gte`.
const OPERATORS: [&str; 11] =
    ["eq", "ne", "in", "notIn", "gt", "gte", "lt", "lte", "contains", "startsWith", "isNull"];

/// The conditions of an address.
pub struct Conditions<'c> {
    ty: &'c Type,
    columns: &'c [Column],
    /// Each with the name of its parameter.
    all: Vec<(String, Value)>,
    /// Values of a column that is named several times are alternatives.
    alternatives: Vec<(&'c Column, String, Vec<Value>)>,
    codes: Codes,
}

/// What is asked for under the conditions of an address.
#[derive(Debug, Default)]
pub struct Asked {
    /// The list's filter, if there is any condition.
    pub filter: Option<Value>,
    /// Codes of rows that must be known.
    pub codes: Codes,
    /// Names of the parameters of its terms.
    names: Vec<String>,
}

impl Asked {
    /// An error of the document as one of the address: its path and its words name the parameter that the caller wrote.
    pub fn told(&self, error: Error) -> Error {
        let Error::Argument { code, path, mut message } = error else { return error };
        let first = path.first().map_or("", |first| first.trim_start_matches('$')).to_owned();
        let mut rest = path.get(1..).unwrap_or_default();
        let mut name = first;
        if name == "where" {
            let mut at = 0;
            if let (true, [and, place, inner @ ..]) = (self.names.len() > 1, rest)
                && and == "and"
            {
                (at, rest) = (place.parse().unwrap_or(0), inner);
            }
            name = self.names.get(at).cloned().unwrap_or(name);
        }
        // Below a filter that was written as one, the caller's own way goes on.
        let rest = if name == "where" { rest } else { &[] };
        let told: Vec<String> = std::iter::once(name).chain(rest.iter().cloned()).collect();
        let (was, is) = (format!("`{}`", path.join(".")), format!("`{}`", told.join(".")));
        for (sentence, variable, parameter) in [
            (&mut message.ko, "변수", "매개변수"),
            (&mut message.en, "The variable", "The parameter"),
        ] {
            let as_variable = format!("{variable} {was}");
            *sentence =
                sentence.replace(&as_variable, &format!("{parameter} {is}")).replace(&was, &is);
        }
        Error::Argument { code, path: told, message }
    }
}

impl<'c> Conditions<'c> {
    /// None yet, of rows of that type, which has these columns.
    pub fn of(ty: &'c Type, columns: &'c [Column]) -> Self {
        Self { ty, columns, all: Vec::new(), alternatives: Vec::new(), codes: Codes::default() }
    }

    /// Takes a parameter, and tells whether it is a condition.
    ///
    /// # Errors
    /// Its value cannot be one.
    pub fn take(&mut self, name: &str, text: &str) -> Result<bool, Error> {
        if name == "where" {
            let value: Map<String, Value> =
                serde_json::from_str(text).map_err(|_| no_json(name))?;
            self.all.push((name.to_owned(), value.into()));
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
            // A row that is not there has no code to be null.
            let own =
                compared.filter(|(column, _)| column.is_nullable && column.key == column.path);
            return Err(nothing(name, own.map(|(column, _)| &*column.key)));
        }
        if is_search {
            self.all.push((name.to_owned(), json!({ "search": text })));
        } else if let Some(filter) = filter {
            let value = argument(filter.ty, name, text)?;
            self.all.push((name.to_owned(), json!({ filter.name: value })));
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
            return Err(nothing(name, None));
        }
        let is_text = column.ty == "String" && !column.path.ends_with("code");
        if !is_text && matches!(operator, "eq" | "ne") && text.contains(',') {
            return Err(several(name, operator));
        }
        // Parts of a code are looked for as they are written.
        let is_whole = !matches!(operator, "contains" | "startsWith");
        let value = |text: &&str| match is_whole {
            true => column.read(operator, &kept(&column.ty, text)),
            false => column.read(operator, text),
        };
        let mut values: Vec<Value> = texts.iter().map(value).collect();
        if let ("eq" | "ne" | "in" | "notIn", Some(lookup)) = (operator, column.lookup) {
            for text in texts {
                self.codes.add(name, lookup, text);
            }
        }
        let value = match operator {
            "in" | "notIn" => Value::Array(values),
            _ => values.pop().unwrap_or_default(),
        };
        if operator != "eq" {
            self.all.push((name.to_owned(), column.condition(operator, value)));
            return Ok(());
        }
        match self.alternatives.iter_mut().find(|(known, ..)| known.key == column.key) {
            Some((.., values)) => values.push(value),
            None => self.alternatives.push((column, name.to_owned(), vec![value])),
        }
        Ok(())
    }

    /// Names that a condition may begin with.
    pub fn known(&self) -> impl Iterator<Item = &'c str> {
        let filters = self.ty.filters.iter().map(|filter| filter.name);
        let columns = self.columns.iter().filter(|column| column.is_filter);
        ["where"].into_iter().chain(filters).chain(columns.map(|column| &*column.key))
    }

    /// What they come to.
    pub fn close(mut self) -> Asked {
        for (column, name, mut values) in self.alternatives {
            let condition = match values.len() {
                1 => column.condition("eq", values.pop().unwrap_or_default()),
                _ => column.condition("in", values.into()),
            };
            self.all.push((name, condition));
        }
        let (names, mut all): (Vec<String>, Vec<Value>) = self.all.into_iter().unzip();
        let filter = match all.len() {
            0 => None,
            1 => all.pop(),
            _ => Some(json!({ "and": all })),
        };
        Asked { filter, codes: self.codes, names }
    }
}

/// Codes of rows out of an address: name of the parameter, lookup, and how the code is kept. One that no row bears is
/// a slip of who wrote it, and a file without rows would not say so.
#[derive(Debug, Default)]
pub struct Codes(Vec<(String, &'static str, String)>);

impl Codes {
    fn add(&mut self, name: &str, lookup: export::Lookup, text: &str) {
        let code = (lookup.code_of)(text);
        if !self.0.iter().any(|(_, known, other)| (*known, other) == (lookup.name, &code)) {
            self.0.push((name.to_owned(), lookup.name, code));
        }
    }

    /// The document that asks for each; none without codes.
    pub fn document(&self) -> Option<(String, Map<String, Value>)> {
        let (mut declared, mut fields, mut values) = (String::new(), String::new(), Map::new());
        for (at, (_, lookup, code)) in self.0.iter().enumerate() {
            declared.push_str(&format!("$c{at}: String! "));
            fields.push_str(&format!("c{at}: {lookup}(code: $c{at}) {{ code }} "));
            values.insert(format!("c{at}"), code.clone().into());
        }
        let document = format!("query ExportCodes({declared}) {{ {fields}}}");
        (!self.0.is_empty()).then_some((document, values))
    }

    /// Refuses the first code that the answer to the document says is of no row, or of one that is written otherwise: a
    /// lookup takes it so, a filter does not.
    ///
    /// # Errors
    /// Input, at the name of its parameter, with what could be meant.
    pub fn check(&self, answer: &Response) -> Result<(), Error> {
        let data = answer.data.as_deref().unwrap_or("null");
        let data: Value = serde_json::from_str(data).map_err(Error::internal)?;
        for (at, (name, _, code)) in self.0.iter().enumerate() {
            let alias = format!("c{at}");
            let is_it = |path: &[Value]| path.first().is_some_and(|first| *first == *alias);
            let absent = answer.errors.iter().find(|one| is_it(&one.path));
            match (data[&alias]["code"].as_str(), absent) {
                (Some(kept), _) if kept != code => return Err(otherwise(name, kept)),
                (None, Some(one)) if one.error.code() == Error::NotFound.code() => {
                    // The lookup's argument is the caller's parameter.
                    let mut message = one.error.message();
                    let is = format!("`{name}`");
                    message.ko = message.ko.replace("`code`", &is);
                    message.en = message.en.replace("`code`", &is);
                    return Err(Error::at(vec![name.clone()], message));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn otherwise(name: &str, kept: &str) -> Error {
    Error::argument(
        name,
        format!("`{name}`의 코드는 `{kept}`(으)로 적습니다."),
        format!("The code of `{name}` is written `{kept}`."),
    )
}

fn nothing(name: &str, nullable: Option<&str>) -> Error {
    let (ko, en) = nullable.map_or_else(Default::default, |key| {
        (
            format!(" 값이 없는 행은 `{key}.isNull=true`(으)로 찾습니다."),
            format!(" Rows without a value are found by `{key}.isNull=true`."),
        )
    });
    Error::argument(
        name,
        format!("`{name}` 값이 비어 있습니다. 조건이 아니면 매개변수를 빼 주십시오.{ko}"),
        format!("`{name}` has an empty value; leave the parameter out if it is no condition.{en}"),
    )
}

fn several(name: &str, operator: &str) -> Error {
    let field = name.split('.').next().unwrap_or(name);
    let set = if operator == "eq" { "in" } else { "notIn" };
    Error::argument(
        name,
        format!(
            "`{name}`에는 값 하나를 적습니다. 여러 개는 `{field}.{set}=A,B`처럼 적어 주십시오."
        ),
        format!("`{name}` takes one value; several are written `{field}.{set}=A,B`."),
    )
}
