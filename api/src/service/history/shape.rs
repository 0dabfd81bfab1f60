//! What a record of history may say: the fields of the mutations' own inputs, as a tree. Columns of a table, their headings,
//! what a cell becomes, and whether two records say the same follow from it, so nothing is declared twice.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde_json::{Map, Value};

use super::MAX_FAULTS;
use crate::domain::{admit, suggest};
use crate::error::UserError;
use crate::input::{InputField, InputObject, camel, default};
use crate::read::export::{joined, key_of, term};

/// Between the values of a cell that holds several.
const BETWEEN: &str = "; ";

/// What a cell or a member of a record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leaf {
    Text,
    Whole,
    Decimal,
    Truth,
    Won,
    Day,
    Instant,
}

/// What a field holds.
#[derive(Debug, Clone)]
enum Holds {
    One(Leaf),
    Object(Vec<Field>),
    List(Box<Self>),
}

/// A field of a record.
#[derive(Debug, Clone)]
pub struct Field {
    /// Name.
    pub name: String,
    korean: String,
    holds: Holds,
    /// What stands for null.
    default: Option<Value>,
    /// Whether a record must have it.
    pub is_required: bool,
    /// Whether it is a list of which that stays which a record leaves out.
    pub stays: bool,
}

/// A column of a table.
#[derive(Debug, Clone)]
pub struct Column {
    /// Heading: the path in one word, `nameKo`.
    pub key: String,
    /// Korean heading.
    pub korean: String,
    /// Path of names into the record.
    pub path: Vec<String>,
    /// Whether it is of a list, an item a row.
    pub is_of_list: bool,
    holds: Holds,
}

/// Inputs whose fields a record has one after the other, and all objects that they name.
pub type Inputs = (Vec<&'static InputObject>, Vec<&'static InputObject>);

/// These inputs, each of which adds itself and then what it names.
pub fn inputs(these: &[fn(&mut Vec<&'static InputObject>)]) -> Inputs {
    let (mut own, mut all) = (Vec::new(), Vec::new());
    for add in these {
        let known = all.len();
        add(&mut all);
        own.extend(all.get(known).copied());
    }
    (own, all)
}

/// The fields of inputs, one after the other, but for these; what every call has is left out.
pub fn input_fields(
    (own, _): &Inputs,
    without: &'static [&'static str],
) -> impl Iterator<Item = &'static InputField> + use<> {
    let is_told = move |field: &&InputField| {
        let is_of_call = matches!(field.name, "id" | "expected_version" | "idempotency_key");
        !is_of_call && !without.contains(&field.name)
    };
    own.clone().into_iter().flat_map(InputObject::fields).filter(is_told)
}

/// The fields that a record has of inputs.
pub fn fields(inputs: &Inputs, without: &'static [&'static str]) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for field in input_fields(inputs, without) {
        if !fields.iter().any(|known| known.name == camel(field.name)) {
            fields.push(declared(field, &inputs.1));
        }
    }
    fields
}

fn declared(field: &InputField, all: &[&InputObject]) -> Field {
    let ty = (field.ty)();
    Field {
        name: camel(field.name),
        korean: term(field.description.trim()).to_owned(),
        holds: holds(&ty, all),
        default: field.default.map(default),
        is_required: ty.ends_with('!') && field.default.is_none(),
        stays: false,
    }
}

fn holds(ty: &str, all: &[&InputObject]) -> Holds {
    let ty = ty.trim_end_matches('!');
    if let Some(item) = ty.strip_prefix('[').and_then(|ty| ty.strip_suffix(']')) {
        return Holds::List(Box::new(holds(item, all)));
    }
    if let Some(object) = all.iter().find(|object| object.name == ty) {
        return Holds::Object(object.fields().map(|field| declared(field, all)).collect());
    }
    Holds::One(match ty {
        "Int" => Leaf::Whole,
        "Float" => Leaf::Decimal,
        "Boolean" => Leaf::Truth,
        "KRW" => Leaf::Won,
        "Date" | "PartialDate" => Leaf::Day,
        "DateTime" => Leaf::Instant,
        _ => Leaf::Text,
    })
}

/// The columns in which a table has the fields.
pub fn columns(fields: &[Field]) -> Vec<Column> {
    let mut columns = Vec::new();
    for field in fields {
        spread(field, &mut Vec::new(), "", false, &mut columns);
    }
    columns
}

fn spread(
    field: &Field,
    path: &mut Vec<String>,
    above: &str,
    is_of_list: bool,
    columns: &mut Vec<Column>,
) {
    let korean = match field.name.as_str() {
        "ko" if !above.is_empty() => above.to_owned(),
        "en" if !above.is_empty() => format!("{above}(영문)"),
        _ => joined(above, &field.korean),
    };
    path.push(field.name.clone());
    match &field.holds {
        Holds::Object(inner) => {
            for field in inner {
                spread(field, path, &korean, is_of_list, columns);
            }
        }
        Holds::List(item) if !is_of_list && matches!(**item, Holds::Object(_)) => {
            if let Holds::Object(inner) = &**item {
                for field in inner {
                    spread(field, path, &korean, true, columns);
                }
            }
        }
        holds => columns.push(Column {
            key: key_of(&path.join(".")),
            korean,
            path: path.clone(),
            is_of_list,
            holds: holds.clone(),
        }),
    }
    path.pop();
}

/// A text that is not what its column holds.
#[derive(Debug, PartialEq, Eq)]
pub struct NoList;

impl Column {
    /// The value of a cell; what is none of its kind is left to the input's own reader to tell.
    ///
    /// # Errors
    /// The column holds lists of objects, and this is none.
    pub fn read(&self, text: &str) -> Result<Value, NoList> {
        let text = text.trim();
        Ok(match &self.holds {
            Holds::One(leaf) => leaf.read(text),
            Holds::List(item) => match &**item {
                Holds::One(leaf) => {
                    let items = text.split(';').map(str::trim).filter(|item| !item.is_empty());
                    items.map(|item| leaf.read(item)).collect()
                }
                _ => {
                    let read = serde_json::from_str::<Value>(text).ok();
                    return read.filter(Value::is_array).ok_or(NoList);
                }
            },
            Holds::Object(_) => Value::Null,
        })
    }

    /// The cell of a value.
    pub fn write(&self, value: &Value) -> String {
        match (value, &self.holds) {
            (Value::Null, _) => String::new(),
            (Value::String(text), _) => text.clone(),
            (Value::Array(items), Holds::List(item)) if matches!(**item, Holds::One(_)) => {
                let texts = items.iter().map(|it| it.as_str().unwrap_or_default().to_owned());
                texts.collect::<Vec<_>>().join(BETWEEN)
            }
            (value, _) => value.to_string(),
        }
    }
}

impl Leaf {
    fn read(self, text: &str) -> Value {
        let plain = || text.replace([',', ' '], "");
        let read = match self {
            Self::Text => None,
            Self::Whole => plain().parse::<i64>().ok().map(Value::from),
            Self::Decimal => plain().parse::<f64>().ok().map(Value::from),
            Self::Truth => truth(text).map(Value::from),
            Self::Won => {
                plain().trim_end_matches('원').parse::<i64>().ok().map(|it| it.to_string().into())
            }
            Self::Day => day(text).map(Value::from),
            Self::Instant => instant(text).map(Value::from),
        };
        read.unwrap_or_else(|| text.into())
    }

    /// The value as all that say the same are written.
    fn canonical(self, value: &Value) -> Value {
        match (self, value) {
            (Self::Text, Value::String(text)) => admit::composed(text.trim()).into(),
            (Self::Decimal, Value::String(text)) => match self.read(text) {
                number @ Value::Number(_) => self.canonical(&number),
                text => text,
            },
            (_, Value::String(text)) => self.read(text),
            // As many digits as people write; the last ones of a binary fraction are lost in texts.
            (Self::Decimal, Value::Number(number)) => {
                format!("{:.13e}", number.as_f64().unwrap_or_default()).into()
            }
            (Self::Won, Value::Number(number)) => number.to_string().into(),
            (_, value) => value.clone(),
        }
    }
}

fn truth(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "예" | "y" | "yes" | "o" | "1" => Some(true),
        "false" | "아니요" | "아니오" | "n" | "no" | "x" | "0" => Some(false),
        _ => None,
    }
}

/// A day, month or year however it is written: `2024-03-05`, `2024.3.5.`, `2024/3/5`, `2024년 3월`, `20240305`.
fn day(text: &str) -> Option<String> {
    let is_plain = |c: char| c.is_ascii_digit() || c.is_whitespace() || "-./년월일".contains(c);
    // A workbook tells the midnight of a day with it.
    let text = text.strip_suffix(" 00:00:00").unwrap_or(text);
    if !text.chars().all(is_plain) {
        return None;
    }
    let digits: Vec<&str> =
        text.split(|c: char| !c.is_ascii_digit()).filter(|it| !it.is_empty()).collect();
    let (year, month, date) = match digits.as_slice() {
        [whole] if whole.len() == 8 => (&whole[..4], Some(&whole[4..6]), Some(&whole[6..])),
        [year] => (*year, None, None),
        // Excel takes 2024.10 for a number, and keeps 2024.1.
        [year, month] if month.len() == 2 || !text.contains('.') => (*year, Some(*month), None),
        [year, month, date] => (*year, Some(*month), Some(*date)),
        _ => return None,
    };
    let number = |text: Option<&str>| text.map_or(Some(1), |text| text.parse::<u32>().ok());
    let whole = NaiveDate::from_ymd_opt(year.parse().ok()?, number(month)?, number(date)?)?;
    let format = match (month, date) {
        (None, _) => "%Y",
        (_, None) => "%Y-%m",
        _ => "%Y-%m-%d",
    };
    (year.len() == 4).then(|| whole.format(format).to_string())
}

/// An instant; one without an offset is of Seoul.
fn instant(text: &str) -> Option<String> {
    let shown = |at: DateTime<Utc>| Some(at.to_rfc3339_opts(SecondsFormat::AutoSi, true));
    if let Some(at) = admit::instant(text) {
        return shown(at);
    }
    let (date, time) = text.rsplit_once([' ', 'T'])?;
    let time = if time.len() < 6 { format!("{time:0>5}:00") } else { time.to_owned() };
    shown(admit::instant(&format!("{}T{time}+09:00", day(date.trim())?))?)
}

impl Field {
    /// A list of objects with these fields.
    pub fn list(name: &str, korean: &str, of: Vec<Self>, stays: bool) -> Self {
        let holds = Holds::List(Box::new(Holds::Object(of)));
        let korean = korean.to_owned();
        Self { name: name.to_owned(), korean, holds, default: None, is_required: false, stays }
    }

    /// The fields of each item of a list.
    pub fn of_item(&self) -> &[Self] {
        match &self.holds {
            Holds::List(item) => match &**item {
                Holds::Object(fields) => fields,
                _ => &[],
            },
            _ => &[],
        }
    }

    /// What the value says; what the field's default says where it says nothing.
    pub fn or_default(&self, value: &Value) -> Value {
        if value.is_null() { self.default.clone().unwrap_or_default() } else { value.clone() }
    }

    /// Where a record says something else than is on record: the place in a list, and what is on record instead.
    pub fn apart(
        &self,
        given: &Value,
        known: &Value,
        is_ordered: bool,
    ) -> Vec<(Option<usize>, Value)> {
        let item = match (&self.holds, given) {
            (Holds::List(item), Value::Null | Value::Array(_)) => item,
            _ => {
                let (given, known) = (self.said(given), self.said(known));
                return if given == known { Vec::new() } else { vec![(None, known)] };
            }
        };
        let items = |value: &Value| -> Vec<(usize, Value)> {
            let items = value.as_array().into_iter().flatten().map(|it| item.canonical(it));
            items.enumerate().filter(|(_, it)| !it.is_null()).collect()
        };
        let (mut given, mut known) = (items(given), items(known));
        if !is_ordered {
            let mut left: HashMap<String, usize> = HashMap::new();
            known.iter().for_each(|(_, it)| *left.entry(it.to_string()).or_default() += 1);
            let mut take = |it: &Value| {
                let count = left.get_mut(&it.to_string()).filter(|count| **count > 0);
                count.map(|count| *count -= 1).is_some()
            };
            given.retain(|(_, it)| !take(it));
            // What is still left is what no item of the record says.
            known.retain(|(_, it)| take(it));
        }
        let differs = |at: &usize| given.get(*at).map(|it| &it.1) != known.get(*at).map(|it| &it.1);
        let told = (0..given.len().max(if self.stays { 0 } else { known.len() })).filter(differs);
        let instead = |at: usize| known.get(at).map(|it| it.1.clone()).unwrap_or_default();
        told.map(|at| (given.get(at).map(|it| it.0), instead(at))).collect()
    }

    /// What the field says, as all that say the same are written; null where it says nothing.
    pub fn said(&self, value: &Value) -> Value {
        match (value, &self.default) {
            (Value::Null, Some(default)) => self.holds.canonical(default),
            (value, _) => self.holds.canonical(value),
        }
    }
}

impl Holds {
    fn canonical(&self, value: &Value) -> Value {
        match (self, value) {
            (Self::One(leaf), value) => leaf.canonical(value),
            (Self::Object(fields), Value::Object(given)) => {
                let said = fields.iter().filter_map(|field| {
                    let value = given.get(&field.name).unwrap_or(&Value::Null);
                    let value = field.said(value);
                    (!value.is_null()).then(|| (field.name.clone(), value))
                });
                let said: Map<String, Value> = said.collect();
                if said.is_empty() { Value::Null } else { Value::Object(said) }
            }
            (Self::List(item), Value::Array(given)) => {
                let items = given.iter().map(|value| item.canonical(value));
                let items: Vec<Value> = items.filter(|item| !item.is_null()).collect();
                if items.is_empty() { Value::Null } else { Value::Array(items) }
            }
            (_, value) => value.clone(),
        }
    }
}

/// Looks at the shape of a record, which inputs take for granted: no name that is unknown, lists and objects where they
/// belong. Values are brought to their kinds on the way.
pub fn check(fields: &[Field], given: &mut Map<String, Value>, faults: &mut Vec<UserError>) {
    members(fields, given, &mut Vec::new(), faults);
}

fn members(
    fields: &[Field],
    given: &mut Map<String, Value>,
    path: &mut Vec<String>,
    faults: &mut Vec<UserError>,
) {
    for (name, value) in given {
        path.push(name.clone());
        match fields.iter().find(|field| field.name == *name) {
            Some(field) => member(&field.holds, value, path, faults),
            None => {
                let known = fields.iter().map(|field| field.name.as_str());
                let hint = suggest::among(name, known);
                faults.push(UserError::at(
                    &path.join("."),
                    "UNKNOWN_FIELD",
                    format!("`{name}`은(는) 없는 항목입니다.{}", hint.ko),
                    format!("There is no field `{name}`.{}", hint.en),
                ));
            }
        }
        path.pop();
    }
}

fn member(holds: &Holds, value: &mut Value, path: &mut Vec<String>, faults: &mut Vec<UserError>) {
    match (holds, &mut *value) {
        (_, Value::Null) | (Holds::One(_), Value::Number(_) | Value::Bool(_)) => {}
        (Holds::One(leaf), Value::String(text)) => {
            let text = text.trim();
            *value = if text.is_empty() { Value::Null } else { leaf.read(text) };
        }
        (Holds::Object(fields), Value::Object(given)) => members(fields, given, path, faults),
        (Holds::List(item), Value::Array(items)) => {
            for (at, value) in items.iter_mut().enumerate() {
                if faults.len() >= MAX_FAULTS {
                    break;
                }
                path.push(at.to_string());
                member(item, value, path, faults);
                path.pop();
            }
        }
        (holds, _) => {
            let (ko, en) = match holds {
                Holds::One(_) => ("값 하나", "one value"),
                Holds::Object(_) => ("묶음({ })", "an object ({ })"),
                Holds::List(_) => ("목록([ ])", "a list ([ ])"),
            };
            faults.push(UserError::at(
                &path.join("."),
                "INVALID_VALUE",
                format!("{ko}이어야 합니다."),
                format!("This must be {en}."),
            ));
        }
    }
    // What says nothing is nothing.
    if let Value::Object(given) = value
        && given.values().all(Value::is_null)
    {
        *value = Value::Null;
    }
}
