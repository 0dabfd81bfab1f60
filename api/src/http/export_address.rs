//! The address of a file: its parameters, and what is said of those that cannot be read.

use std::collections::HashMap;
use std::sync::LazyLock;

use apollo_compiler::schema::ExtendedType;
use axum::http::request::Parts;
use entity::adoption_case::BusinessSize;
use serde_json::{Map, Value};

use crate::domain::codes::{Codes, Family};
use crate::domain::{admit, suggest};
use crate::error::Error;
use crate::graphql::engine::validation_schema;
use crate::read::export;

/// The parameters of an address, in their order.
pub fn parameters(parts: &Parts) -> Result<Vec<(String, String)>, Error> {
    let given = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
    given
        .map(|(name, value)| match admit::is_text(&name) && admit::is_text(&value) {
            true => Ok((name.into_owned(), value.into_owned())),
            false => Err(Error::argument(
                &shown(&name),
                "매개변수에 NUL 문자를 쓸 수 없습니다.",
                "A parameter must not hold the character NUL.",
            )),
        })
        .collect()
}

/// A name that a caller gave, fit to be shown.
pub fn shown(name: &str) -> String {
    name.chars().filter(|letter| !letter.is_control()).take(40).collect()
}

/// The error of a parameter that there is not.
pub fn unknown<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Error {
    let (name, hint) = (shown(name), suggest::among(name, known));
    Error::argument(
        &name,
        format!("`{name}` 매개변수는 없습니다.{}", hint.ko),
        format!("There is no parameter `{name}`.{}", hint.en),
    )
}

/// The error of a parameter that is there twice.
pub fn twice(name: &str) -> Error {
    let name = shown(name);
    Error::argument(
        &name,
        format!("`{name}` 매개변수가 두 번 있습니다. 하나만 남겨 주십시오."),
        format!("`{name}` is there twice; keep one."),
    )
}

/// The error of a parameter that is to be JSON.
pub fn no_json(name: &str) -> Error {
    let name = shown(name);
    Error::argument(
        &name,
        format!("`{name}` 값이 올바른 JSON이 아닙니다."),
        format!("`{name}` is not valid JSON."),
    )
}

/// The value of an argument out of the text of an address, codes of lists as they are kept.
///
/// # Errors
/// The text is like JSON and is none.
pub fn argument(ty: &str, name: &str, text: &str) -> Result<Value, Error> {
    let is_json = text.starts_with(['{', '[', '"']);
    let kept = match is_json {
        true => text.to_owned(),
        false if ty.starts_with('[') => {
            text.split(',').map(|text| kept(ty, text)).collect::<Vec<_>>().join(",")
        }
        false => kept(ty, text),
    };
    export::argument(ty, &kept).map_err(|_| no_json(name))
}

/// A code of a list as it is kept, however it is written, by its Korean name too; other texts as they stand.
pub fn kept(ty: &str, text: &str) -> String {
    let list = LISTS.get(ty.trim_matches(['[', ']', '!']));
    list.and_then(|codes| codes.find(text)).unwrap_or(text).to_owned()
}

/// The codes of the schema's lists. An address may hold thousands of values: a list is made once.
static LISTS: LazyLock<HashMap<&str, Codes>> = LazyLock::new(|| {
    let lists = validation_schema().types.iter().filter_map(|(name, ty)| match ty {
        ExtendedType::Enum(list) => Some((name.as_str(), list)),
        _ => None,
    });
    let codes = lists.map(|(ty, list)| {
        let names = list.values.iter().map(|(code, value)| {
            let name = value.description.as_ref().map_or("", |text| export::term(text));
            (code.as_str(), [name])
        });
        let family = if ty == BusinessSize::CHOICE.name { Family::Size } else { Family::State };
        (ty, Codes::new(family, names))
    });
    codes.collect()
});

/// Keeps an argument, unless it is there already.
pub fn put(args: &mut Map<String, Value>, name: &str, value: Value) -> Result<(), Error> {
    match args.insert(name.to_owned(), value) {
        None => Ok(()),
        Some(_) => Err(twice(name)),
    }
}

/// Keeps the language of the headings.
pub fn speak(language: &mut Option<String>, text: String) -> Result<(), Error> {
    if !matches!(text.as_str(), "ko" | "en") {
        return Err(Error::argument("lang", "lang은 ko 또는 en입니다.", "lang is ko or en."));
    }
    match language.replace(text) {
        None => Ok(()),
        Some(_) => Err(twice("lang")),
    }
}

/// The heading of a column: its name, or words.
pub fn spoken(language: Option<&str>, key: &str, korean: &str, english: &str) -> String {
    match language {
        Some("ko") => korean,
        Some(_) => english,
        None => key,
    }
    .to_owned()
}
