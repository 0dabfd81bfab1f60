//! How values of our own scalars are written: what is none is told with its path and the right form, all of it
//! at once. Filters are looked at in `check`.

use apollo_compiler::Schema;
use apollo_compiler::ast::Type;
use apollo_compiler::executable::Field;
use apollo_compiler::schema::ExtendedType;
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::global_id;
use super::model::{Args, Scalar};
use super::page::bound;
use crate::domain::{admit, partial_date};
use crate::error::{Error, Message, UserError};

/// What is wrong with the arguments of a field, its filter left out.
pub fn misfits(schema: &Schema, field: &Field, args: &Args) -> Vec<UserError> {
    let mut walk = Walk { schema, path: Vec::new(), found: Vec::new() };
    for definition in field.definition.arguments.iter().filter(|it| it.name != "where") {
        if let Some(value) = args.get(definition.name.as_str()) {
            walk.within(&definition.name, |walk| walk.value(value, &definition.ty));
        }
    }
    if walk.found.is_empty() {
        walk.found.extend(reversed(field, args));
    }
    walk.found
}

/// A range of time that ends before it begins, which would be answered with nothing. The fields of our own call
/// its ends `from` and `to`; numbers so called are no range.
fn reversed(field: &Field, args: &Args) -> Option<UserError> {
    let end = |name: &str| {
        let definition = field.definition.arguments.iter().find(|it| it.name == name)?;
        let text = args.get(name)?.as_str()?;
        match &**definition.ty.inner_named_type() {
            "DateTime" => text.parse::<DateTime<Utc>>().ok().map(|at| at.to_rfc3339()),
            // As texts they are in the order of time; all of a month or year lies before its end.
            "Date" | "PartialDate" | "Quarter" => Some(text.to_owned()),
            _ => None,
        }
    };
    let (from, to) = (end("from")?, end("to")?);
    (from > format!("{to}~")).then(|| UserError {
        code: "INVALID_RANGE",
        path: vec!["from".to_owned()],
        message: Message::new(
            format!("시작(`from`: {from})이 끝(`to`: {to})보다 뒤입니다. 둘을 바꾸어 주십시오."),
            format!("`from`, {from}, is after `to`, {to}: swap them."),
        ),
    })
}

/// The first of the misfits as an error of a query.
pub fn first(misfits: Vec<UserError>) -> Result<(), Error> {
    misfits.into_iter().next().map_or(Ok(()), |one| Err(Error::at(one.path, one.message)))
}

struct Walk<'a> {
    schema: &'a Schema,
    path: Vec<String>,
    found: Vec<UserError>,
}

impl Walk<'_> {
    fn within(&mut self, step: &str, look: impl FnOnce(&mut Self)) {
        self.path.push(step.to_owned());
        look(self);
        self.path.pop();
    }

    fn value(&mut self, value: &Value, ty: &Type) {
        match value {
            Value::Null => {}
            Value::Array(items) if ty.is_list() => {
                for (at, item) in items.iter().enumerate() {
                    self.within(&at.to_string(), |walk| walk.value(item, ty.item_type()));
                }
            }
            value => {
                let name = ty.inner_named_type();
                if let (Some(ExtendedType::InputObject(input)), Some(fields)) =
                    (self.schema.types.get(name), value.as_object())
                {
                    for (name, field) in &input.fields {
                        if let Some(value) = fields.get(name.as_str()) {
                            self.within(name, |walk| walk.value(value, &field.ty));
                        }
                    }
                } else {
                    self.scalar(name, value);
                }
            }
        }
    }

    fn scalar(&mut self, name: &str, value: &Value) {
        let at = self.path.join(".");
        let (code, scalar) = match name {
            "ID" if value.as_str().and_then(global_id::decode).is_some() => return,
            "ID" => {
                let message = Message::new(
                    format!(
                        "`{at}`: 식별자(id)가 아닙니다. 이 API가 알려 준 id를 그대로 써 주십시오."
                    ),
                    format!("`{at}` is not an id: use one that this API has told, as it is."),
                );
                self.found.push(UserError { code: "NOT_AN_ID", path: self.path.clone(), message });
                return;
            }
            "Date" => ("INVALID_DATE", Scalar::Date),
            "DateTime" => ("INVALID_DATE", Scalar::DateTime),
            "PartialDate" => ("INVALID_DATE", Scalar::PartialDate),
            "Quarter" => ("INVALID_QUARTER", Scalar::Quarter),
            "Period" => ("INVALID_PERIOD", Scalar::Period),
            "KRW" => ("INVALID_VALUE", Scalar::Krw),
            _ => return,
        };
        if let Some(message) = misfit(scalar, &at, value) {
            self.found.push(UserError { code, path: self.path.clone(), message });
        }
    }
}

/// Why a value is none of the scalar's; nothing if it is one.
pub fn misfit(scalar: Scalar, at: &str, value: &Value) -> Option<Message> {
    let text = value.as_str().unwrap_or_default();
    let fits = match scalar {
        Scalar::PartialDate => partial_date::is_partial_date(text),
        scalar => bound(scalar, value).is_some(),
    };
    if fits {
        return None;
    }
    let is_dated = matches!(scalar, Scalar::Date | Scalar::DateTime);
    if is_dated && admit::is_beyond(text) {
        return Some(Message::new(
            format!("`{at}`: 0001년부터 9999년까지의 날짜만 쓸 수 있습니다."),
            format!("`{at}`: only the years 0001 to 9999 can be taken."),
        ));
    }
    let (ko, en) = form(scalar);
    let (mut wrong_ko, mut wrong_en) = (String::new(), String::new());
    if (is_dated || matches!(scalar, Scalar::PartialDate)) && admit::is_no_day(text) {
        let day = &text[..10];
        wrong_ko = format!("{day}은(는) 달력에 없는 날짜입니다. ");
        wrong_en = format!("There is no day {day}. ");
    }
    Some(Message::new(
        format!("{wrong_ko}`{at}` 값은 {ko}야 합니다."),
        format!("{wrong_en}`{at}` must be {en}."),
    ))
}

/// How a value is written; the Korean goes on with 야 합니다.
fn form(scalar: Scalar) -> (&'static str, &'static str) {
    match scalar {
        Scalar::Text => ("NUL 문자가 없는 문자열이어", "a text without the character NUL"),
        Scalar::Int => ("정수여", "an integer"),
        Scalar::Float => ("수여", "a number"),
        Scalar::Boolean => ("true나 false여", "true or false"),
        Scalar::Krw => ("원 단위의 정수여", "a whole number of won"),
        Scalar::Date => ("2026-07-01과 같은 날짜여", "a date like 2026-07-01"),
        Scalar::DateTime => (
            "2026-07-01T14:00:00+09:00과 같은 시각이어",
            "an instant like 2026-07-01T14:00:00+09:00",
        ),
        Scalar::PartialDate => (
            "2026, 2026-07, 2026-07-01 가운데 한 형식의 날짜여",
            "a date like 2026, 2026-07 or 2026-07-01",
        ),
        Scalar::Quarter => {
            ("2026-Q3과 같은 분기(Q1~Q4)여", "a quarter like 2026-Q3, from Q1 to Q4")
        }
        Scalar::Period => (
            "2026-07, 2026-Q3, 2026-H2, 2026 가운데 한 형식의 기간이어",
            "a period like 2026-07, 2026-Q3, 2026-H2 or 2026",
        ),
        Scalar::Json => ("JSON이어", "JSON"),
        Scalar::Choice(_) => ("목록에 있는 코드여", "a code of its list"),
    }
}
