//! `where` looked at before anything is read: each value is of its field's kind, and none is null where a null
//! is no condition. A variable that was left out is no value; one that is null is most likely a mistake, and
//! must not widen what is kept. What the condition will cost is weighed on the way.

use serde_json::{Map, Value};

use super::catalog::Catalog;
use super::filter::{MAX_PATTERN, MAX_VALUES};
use super::model::{Column, Field, Kind, Scalar, Source, Type};
use super::search;
use super::weight;
use super::{forms, global_id};
use crate::error::{Error, Message};

/// Looks at the filter of a list; tells what it costs.
///
/// # Errors
/// Input, with the path of the first value that cannot stand.
pub fn filter(catalog: &Catalog, ty: &Type, filter: &Map<String, Value>) -> Result<usize, Error> {
    let mut walk = Walk { catalog, path: vec!["where".to_owned()], cost: 0 };
    walk.filter(ty, filter)?;
    Ok(walk.cost)
}

/// Most days that a filter takes.
const MAX_DAYS: i64 = 36_600;

struct Walk<'a> {
    catalog: &'a Catalog,
    path: Vec<String>,
    /// What the terms looked at so far cost, in rows.
    cost: usize,
}

impl Walk<'_> {
    /// Goes one step down.
    fn within(
        &mut self,
        name: &str,
        look: impl FnOnce(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.path.push(name.to_owned());
        look(self)?;
        self.path.pop();
        Ok(())
    }

    fn fault(&self, message: Message) -> Error {
        Error::at(self.path.clone(), message)
    }

    /// A null that is no condition.
    fn null(&self, hint: Option<&str>) -> Error {
        let at = self.path.join(".");
        let (ko, en) = hint.map_or_else(Default::default, |hint| {
            (
                format!(" 값이 없는 행을 찾으려면 `{hint}`를 써 주십시오."),
                format!(" For rows without a value, use `{hint}`."),
            )
        });
        self.fault(Message::new(
            format!("`{at}`에는 null을 쓸 수 없습니다. 조건이 없으면 항목을 빼 주십시오.{ko}"),
            format!("`{at}` must not be null; leave it out if there is no condition.{en}"),
        ))
    }

    fn filter(&mut self, ty: &Type, filter: &Map<String, Value>) -> Result<(), Error> {
        for (name, value) in filter {
            self.within(name, |walk| walk.term(ty, name, value))?;
        }
        Ok(())
    }

    fn term(&mut self, ty: &Type, name: &str, value: &Value) -> Result<(), Error> {
        if let (None, Value::Array(filters)) = (ty.find(name), value)
            && matches!(name, "and" | "or")
        {
            for (at, filter) in filters.iter().enumerate() {
                self.within(&at.to_string(), |walk| walk.object(ty, filter))?;
            }
            return Ok(());
        }
        if name == "not" {
            return self.object(ty, value);
        }
        if let Some(own) = ty.filters.iter().find(|own| own.name == name) {
            self.cost += weight::SCAN;
            return match own.ty {
                _ if value.is_null() => Err(self.null(None)),
                "Quarter" => self.value(Scalar::Quarter, value),
                "Date" => self.value(Scalar::Date, value),
                "Period" => self.value(Scalar::Period, value),
                "Int" => self.days(value),
                _ => Ok(()),
            };
        }
        let Some(field) = ty.find(name).filter(|_| !value.is_null()) else {
            // What is no field is `search`, or the null that is looked at here.
            self.cost += weight::WORD * weight::words(value.as_str().unwrap_or_default());
            let hint = ty.find(name).and_then(|field| match field.kind {
                Kind::One { .. } if !field.ty.ends_with('!') => {
                    Some(format!("not: {{ {name}: {{}} }}"))
                }
                Kind::Leaf(_) => is_null(field),
                _ => None,
            });
            return match value {
                Value::Null => Err(self.null(hint.as_deref())),
                Value::String(text) if name == "search" && !search::is_readable(text) => {
                    Err(self.fault(search::unreadable()))
                }
                _ => Ok(()),
            };
        };
        match &field.kind {
            Kind::One { target, .. } => {
                let target = self.catalog.declared(target)?;
                self.cost += weight::TO_ONE;
                self.object(target, value)
            }
            Kind::Many(list) => {
                let target = self.catalog.declared(list.target)?;
                self.each(value, |walk, _, filter| {
                    walk.cost += weight::TO_MANY;
                    walk.object(target, filter)
                })
            }
            Kind::Id => self.each(value, |walk, operator, value| {
                walk.cost += weight::KEY;
                walk.id(operator, value)
            }),
            Kind::Leaf(column) => {
                let is_key =
                    matches!(column.source, Source::Column(name) if ty.keys().contains(&name));
                self.leaf(field, column, value, if is_key { weight::KEY } else { weight::SCAN })
            }
            Kind::Localized { ko, en } => self.each(value, |walk, part, value| {
                let column = |name| Column { source: Source::Column(name), scalar: Scalar::Text };
                match (part, value) {
                    (_, Value::Null) => Err(walk.null(None)),
                    ("ko", value) => walk.leaf(field, &column(ko), value, weight::SCAN),
                    ("en", value) => walk.leaf(field, &column(en), value, weight::SCAN),
                    (_, value) => walk.text(value),
                }
            }),
            Kind::Either(_) | Kind::Subject | Kind::SubjectId | Kind::Computed { .. } => Ok(()),
        }
    }

    /// An inner filter.
    fn object(&mut self, ty: &Type, value: &Value) -> Result<(), Error> {
        match value {
            Value::Object(filter) => self.filter(ty, filter),
            _ => Err(self.null(None)),
        }
    }

    fn each(
        &mut self,
        value: &Value,
        look: impl Fn(&mut Self, &str, &Value) -> Result<(), Error>,
    ) -> Result<(), Error> {
        for (name, value) in value.as_object().into_iter().flatten() {
            self.within(name, |walk| look(walk, name, value))?;
        }
        Ok(())
    }

    fn leaf(
        &mut self,
        field: &Field,
        column: &Column,
        value: &Value,
        compared: usize,
    ) -> Result<(), Error> {
        let may_be_null = is_null(field);
        self.each(value, |walk, operator, value| match (operator, value) {
            ("contains" | "startsWith", Value::String(_)) => walk.text(value),
            _ => {
                walk.cost += compared;
                walk.compared(column, (operator, value), may_be_null.as_deref())
            }
        })
    }

    fn compared(
        &mut self,
        column: &Column,
        term: (&str, &Value),
        may_be_null: Option<&str>,
    ) -> Result<(), Error> {
        match term {
            ("eq" | "ne", Value::Null) if may_be_null.is_some() => Ok(()),
            (_, Value::Null) => Err(self.null(may_be_null)),
            ("isNull", _) => Ok(()),
            ("in" | "notIn", value) => {
                self.values(value, |walk, value| walk.value(column.scalar, value))
            }
            (_, value) => self.value(column.scalar, value),
        }
    }

    fn id(&mut self, operator: &str, value: &Value) -> Result<(), Error> {
        let one = |walk: &mut Self, value: &Value| match value.as_str().and_then(global_id::decode)
        {
            Some(_) => Ok(()),
            None if value.is_null() => Err(walk.null(None)),
            None => Err(walk.fault(Message::new(
                format!("`{}`: 식별자(id)가 아닙니다.", walk.path.join(".")),
                format!("`{}` is not an id.", walk.path.join(".")),
            ))),
        };
        if matches!(operator, "in" | "notIn") { self.values(value, one) } else { one(self, value) }
    }

    fn values(
        &mut self,
        value: &Value,
        look: impl Fn(&mut Self, &Value) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let Value::Array(values) = value else { return Err(self.null(None)) };
        if values.len() > MAX_VALUES {
            let at = self.path.join(".");
            return Err(self.fault(Message::new(
                format!("`{at}`에는 값을 {MAX_VALUES}개까지 쓸 수 있습니다."),
                format!("`{at}` takes at most {MAX_VALUES} values."),
            )));
        }
        for (at, value) in values.iter().enumerate() {
            self.within(&at.to_string(), |walk| look(walk, value))?;
        }
        Ok(())
    }

    fn text(&mut self, value: &Value) -> Result<(), Error> {
        if value.is_null() {
            return Err(self.null(None));
        }
        self.cost += weight::PATTERN;
        if value.as_str().is_some_and(|text| text.chars().nth(MAX_PATTERN).is_some()) {
            let at = self.path.join(".");
            return Err(self.fault(Message::new(
                format!("`{at}`에는 {MAX_PATTERN}자까지 쓸 수 있습니다."),
                format!("`{at}` takes at most {MAX_PATTERN} characters."),
            )));
        }
        self.value(Scalar::Text, value)
    }

    /// A filter of its own that takes a number takes one of days.
    fn days(&mut self, value: &Value) -> Result<(), Error> {
        if value.as_i64().is_some_and(|days| (0..=MAX_DAYS).contains(&days)) {
            return Ok(());
        }
        let at = self.path.join(".");
        Err(self.fault(Message::new(
            format!("`{at}` 값은 0 이상 {MAX_DAYS} 이하여야 합니다."),
            format!("`{at}` must be between 0 and {MAX_DAYS}."),
        )))
    }

    fn value(&mut self, scalar: Scalar, value: &Value) -> Result<(), Error> {
        match forms::misfit(scalar, &self.path.join("."), value) {
            Some(message) => Err(self.fault(message)),
            None => Ok(()),
        }
    }
}

/// How rows without a value are asked for, if the field can be without one.
fn is_null(field: &Field) -> Option<String> {
    (!field.ty.ends_with('!')).then(|| "isNull: true".to_owned())
}
