//! Keyset paging over any list (Relay cursor connections): a cursor holds the values of the order and
//! the id of a row, sealed with the list it belongs to; no list uses OFFSET.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sea_orm::Value as Bound;
use serde_json::Value;
use uuid::Uuid;

use super::model::{Args, Scalar};
use crate::domain::admit;
use crate::domain::period::Period;
use crate::domain::quarter::Quarter;
use crate::error::Error;
use crate::service::change::Places;

/// Rows of a page where none are asked for.
pub const DEFAULT_SIZE: usize = 20;
/// Most rows of a page.
pub const MAX_SIZE: usize = 100;
/// Longest cursor that is looked at.
const MAX_CURSOR: usize = 2048;

/// A page as asked for.
#[derive(Debug, Clone)]
pub struct Page {
    /// Rows wanted.
    pub size: usize,
    /// Whether the last rows are wanted (`last`, `before`).
    pub backward: bool,
    /// Cursor after which rows are wanted.
    pub after: Option<Vec<Value>>,
    /// Cursor before which rows are wanted.
    pub before: Option<Vec<Value>>,
}

fn size(args: &Args, name: &str, most: usize) -> Result<Option<usize>, Error> {
    let given = match args.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(value) => value.as_i64(),
    };
    match given.and_then(|given| usize::try_from(given).ok()) {
        Some(given) if given <= most => Ok(Some(given)),
        _ => Err(Error::argument(
            name,
            format!("`{name}` 값은 0 이상 {most} 이하여야 합니다."),
            format!("`{name}` must be between 0 and {most}."),
        )),
    }
}

impl Page {
    /// Reads `first`, `after`, `last` and `before`, cursors by `read`; a page has so many rows at most.
    ///
    /// # Errors
    /// Input: both ends at once, a size out of bounds, a cursor of another list or none of ours.
    pub fn from_args(
        args: &Args,
        most: usize,
        read: impl Fn(&str) -> Result<Option<Vec<Value>>, Error>,
    ) -> Result<Self, Error> {
        let (first, last) = (size(args, "first", most)?, size(args, "last", most)?);
        if first.is_some() && last.is_some() {
            return Err(Error::argument(
                "last",
                "first와 last는 함께 쓸 수 없습니다.",
                "Use first or last, not both.",
            ));
        }
        let cursor = |name: &str| match args.get(name).and_then(Value::as_str) {
            None => Ok(None),
            Some(text) => read(text)?.map(Some).ok_or_else(|| {
                Error::argument(
                    name,
                    format!("`{name}`의 커서가 이 정렬로 된 이 목록의 것이 아닙니다."),
                    format!("The cursor in `{name}` is not one of this list in this order."),
                )
            }),
        };
        let (after, before) = (cursor("after")?, cursor("before")?);
        let backward = last.is_some() || (first.is_none() && before.is_some() && after.is_none());
        Ok(Self { size: first.or(last).unwrap_or(DEFAULT_SIZE), backward, after, before })
    }
}

/// Seal of a list in an order: a cursor made for one does not open another.
pub fn seal(list: &str, order: &str) -> u32 {
    // FNV-1a: short, stable over releases, and no secret is kept by it.
    let mut hash = 0x811c_9dc5_u32;
    for byte in list.bytes().chain([0]).chain(order.bytes()) {
        hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    hash
}

/// Text of a cursor: the values of the order, then the id.
pub fn encode(seal: u32, values: &[Value], id: Uuid) -> String {
    let mut parts = Vec::with_capacity(values.len() + 2);
    parts.push(Value::from(seal));
    parts.extend_from_slice(values);
    parts.push(Value::from(id.simple().to_string()));
    URL_SAFE_NO_PAD.encode(Value::Array(parts).to_string())
}

/// The values and the id of a cursor; none unless it was sealed for this list and fits its order.
pub fn decode(text: &str, sealed: u32, order: &[Scalar]) -> Option<Vec<Value>> {
    if text.len() > MAX_CURSOR {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let mut parts: Vec<Value> = serde_json::from_slice(&bytes).ok()?;
    if parts.len() != order.len() + 2 || parts.first()?.as_u64()? != u64::from(sealed) {
        return None;
    }
    parts.remove(0);
    for (scalar, value) in order.iter().zip(&parts) {
        bound(*scalar, value)?;
    }
    Uuid::parse_str(parts.last()?.as_str()?).ok()?;
    Some(parts)
}

/// Text of a cursor of the change feed: the key of the change as callers see it, which has its number.
///
/// # Errors
/// Internal.
pub fn encode_place(seal: u32, key: Uuid, places: &Places) -> Result<String, Error> {
    Ok(encode(seal, &[], places.hide(key)?))
}

/// The number and the key of such a cursor.
///
/// # Errors
/// Internal.
pub fn decode_place(text: &str, seal: u32, places: &Places) -> Result<Option<Vec<Value>>, Error> {
    let hidden = decode(text, seal, &[]).and_then(|parts| parts.first()?.as_str()?.parse().ok());
    let shown = hidden.map_or(Ok(None), |hidden| places.show(hidden))?;
    Ok(shown.map(|(number, key)| vec![number.into(), key.simple().to_string().into()]))
}

/// A value as the database compares it; none if it is not of the kind.
pub fn bound(scalar: Scalar, value: &Value) -> Option<Bound> {
    Some(match scalar {
        Scalar::Text | Scalar::Choice(_) | Scalar::PartialDate => {
            value.as_str().filter(|text| admit::is_text(text))?.to_owned().into()
        }
        Scalar::Period => Period::written(value.as_str()?)?.label.into(),
        Scalar::Quarter => Quarter::written(value.as_str()?)?.to_string().into(),
        Scalar::Int | Scalar::Krw => match value {
            Value::String(digits) => digits.parse::<i64>().ok()?.into(),
            number => number.as_i64()?.into(),
        },
        Scalar::Float => value.as_f64()?.into(),
        Scalar::Boolean => value.as_bool()?.into(),
        Scalar::Date => admit::date(value.as_str()?)?.into(),
        // No argument is of it.
        Scalar::Json => return None,
        Scalar::DateTime => admit::instant(value.as_str()?)?.into(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_opens_its_own_list_only(text in "[^\0]*", number: i32, key: u128) {
            let order = [Scalar::Text, Scalar::Int];
            let values = [Value::from(text), Value::from(number)];
            let id = Uuid::from_u128(key);
            let sealed = seal("Query.meetings", "-held_on");
            let cursor = encode(sealed, &values, id);
            let opened = decode(&cursor, sealed, &order).unwrap();
            prop_assert_eq!(&opened[..2], &values);
            prop_assert_eq!(&opened[2], &Value::from(id.simple().to_string()));
            prop_assert_eq!(decode(&cursor, seal("Query.bodies", "-held_on"), &order), None);
            prop_assert_eq!(decode(&cursor, sealed, &order[..1]), None);
        }

        #[test]
        fn any_other_text_is_refused(text: String) {
            prop_assert_eq!(decode(&text, 1, &[Scalar::Text]), None);
        }
    }
}
