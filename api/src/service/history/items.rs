//! Lists of records of which each item is a row of its own, brought there by a call of its own. What a file leaves out of
//! them stays as it is.

use serde_json::{Map, Value};
use uuid::Uuid;

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

/// A call that brings an item to what a record says.
pub struct Change {
    /// Place of the item.
    pub at: usize,
    /// Its row; none where it is new.
    pub on: Option<Uuid>,
    /// What differs, or all of what is new.
    pub given: Map<String, Value>,
}

/// The calls that bring the items to what a record says: of those that differ, then of those that are new.
pub fn changes((field, keys): (&Field, Keys), given: &Value, known: Option<&Known>) -> Vec<Change> {
    let given = listed(Some(given));
    let rows = listed(known.and_then(|known| known.said.get(&field.name)));
    let ids = known.map(|known| known.items.as_slice()).unwrap_or_default();
    let mut changes = Vec::new();
    for (at, place) in places(field, keys, given, rows).into_iter().enumerate() {
        let Value::Object(item) = &given[at] else { continue };
        let given: Map<String, Value> = match place {
            // Of what is new, what is not said is as if it were left out.
            None => item
                .iter()
                .filter(|(_, it)| !it.is_null())
                .map(|(k, v)| (k.clone(), v.clone()))
                .collect(),
            Some(place) => {
                let said = |it: &Field| it.said(rows[place].get(&it.name).unwrap_or(&Value::Null));
                let value = |it: &Field| item.get(&it.name).cloned().unwrap_or_default();
                let differing = field.of_item().iter().filter(|it| it.said(&value(it)) != said(it));
                differing.map(|it| (it.name.clone(), it.or_default(&value(it)))).collect()
            }
        };
        if !given.is_empty() {
            changes.push(Change { at, on: place.map(|place| ids[place]), given });
        }
    }
    // One that ends makes room for another.
    changes.sort_by_key(|change| change.on.is_none());
    changes
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
