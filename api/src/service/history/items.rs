//! Lists of records of which each item is a row of its own, brought there by a call of its own. What a file leaves out of
//! them stays as it is.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::MAX_FAULTS;
use super::shape::Field;
use super::told::Known;
use crate::error::{Error, UserError};

/// Fields by which an item is found again, tried one after the other.
pub type Keys = &'static [&'static [&'static str]];

/// The place on record of each item: of one that says the same as far as it says anything, or else has the same key.
fn places(field: &Field, keys: Keys, given: &[Value], known: &[Value]) -> Vec<Option<usize>> {
    let fields = field.of_item();
    let said = |item: &Value| -> Vec<Option<Value>> {
        fields.iter().map(|field| item.get(&field.name).map(|value| field.said(value))).collect()
    };
    let given: Vec<_> = given.iter().map(said).collect();
    let known: Vec<_> = known.iter().map(said).collect();
    let (mut places, mut is_free) = (vec![None; given.len()], vec![true; known.len()]);
    let all: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    for key in std::iter::once(&all[..]).chain(keys.iter().copied()) {
        let of_key: Vec<usize> = (0..all.len()).filter(|at| key.contains(&all[*at])).collect();
        for (item, place) in given.iter().zip(&mut places) {
            if place.is_some() || item.iter().flatten().all(Value::is_null) {
                continue;
            }
            let fits = |row: &usize| {
                let is_same = |at: &usize| match &item[*at] {
                    Some(value) => value == known[*row][*at].as_ref().unwrap_or(&Value::Null),
                    None => true,
                };
                is_free[*row] && of_key.iter().all(is_same)
            };
            *place = (0..known.len()).find(fits);
            if let Some(row) = *place {
                is_free[row] = false;
            }
        }
    }
    places
}

fn listed(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Says what is on record where items leave a member out.
pub fn fill(field: &Field, keys: Keys, given: &mut Value, known: &Value) {
    let Value::Array(given) = given else { return };
    let known = listed(Some(known));
    let places = places(field, keys, given, known);
    for (item, place) in given.iter_mut().zip(places) {
        if let Some(place) = place {
            super::fill(item, &known[place]);
        }
    }
}

/// Brings the items to what a record says: each that differs by one call, then each that is new by another. All that is
/// wrong with them is told.
pub async fn bring(
    (field, keys): (&Field, Keys),
    given: &Value,
    known: Option<&Known>,
    amend: impl AsyncFn(Uuid, Map<String, Value>) -> Result<(), Error>,
    add: impl AsyncFn(Map<String, Value>) -> Result<(), Error>,
) -> Result<(), Error> {
    let given = listed(Some(given));
    let rows = listed(known.and_then(|known| known.said.get(&field.name)));
    let ids = known.map(|known| known.items.as_slice()).unwrap_or_default();
    let mut items: Vec<_> = places(field, keys, given, rows).into_iter().enumerate().collect();
    // One that ends makes room for another.
    items.sort_by_key(|(_, place)| place.is_none());
    let mut wrong = Vec::new();
    for (at, place) in items {
        let Value::Object(item) = &given[at] else { continue };
        if wrong.len() >= MAX_FAULTS {
            break;
        }
        let done = match place {
            None => add(item.clone()).await,
            Some(place) => {
                let value =
                    |of: &Value, field: &Field| of.get(&field.name).cloned().unwrap_or_default();
                let differs = |it: &&Field| {
                    it.said(&value(&given[at], it)) != it.said(&value(&rows[place], it))
                };
                let differing = field.of_item().iter().filter(differs);
                let differing: Map<String, Value> = differing
                    .map(|it| (it.name.clone(), it.or_default(&value(&given[at], it))))
                    .collect();
                match differing.is_empty() {
                    true => Ok(()),
                    false => amend(ids[place], differing).await,
                }
            }
        };
        match within(done, &field.name, at) {
            Err(Error::User(errors)) => wrong.extend(errors),
            done => done?,
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(Error::User(wrong)) }
}

/// Tells what is wrong with the call of an item at that item.
pub fn within<T>(done: Result<T, Error>, name: &str, at: usize) -> Result<T, Error> {
    done.map_err(|error| match error {
        Error::User(mut errors) => {
            for UserError { path, .. } in &mut errors {
                path.splice(1..1, [name.to_owned(), at.to_string()]);
            }
            Error::User(errors)
        }
        error => error,
    })
}
