//! Arguments as values: variables replaced, defaults filled in, single values widened to lists
//! (GraphQL specification, "Coercing Field Arguments"). The document was validated before, so what is
//! left are values of our own scalars, which their readers check.

use apollo_compiler::ast;
use apollo_compiler::executable::Field;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Node, Schema};
use serde_json::{Map, Value};

use super::model::Args;
use crate::domain::admit;
use crate::error::{Error, Message};

/// Coerced variables of the request.
pub type Variables = Map<String, Value>;

/// The arguments of a field. What no database could hold does not pass.
///
/// # Errors
/// Input, if a required argument has no value, or a value cannot be taken.
pub fn coerce(schema: &Schema, field: &Field, variables: &Variables) -> Result<Args, Error> {
    let mut args = Args::new();
    for definition in &field.definition.arguments {
        let given = field
            .arguments
            .iter()
            .find(|argument| argument.name == definition.name)
            .map(|argument| &*argument.value);
        let value = match given {
            Some(given) => from_ast(schema, given, &definition.ty, variables)
                .map_err(|error| error.within(&definition.name))?,
            None => None,
        };
        let value = match (value, &definition.default_value) {
            (None, Some(default)) => from_ast(schema, default, &definition.ty, variables)?,
            (value, _) => value,
        };
        match value {
            Some(Value::Null) | None if definition.ty.is_non_null() => {
                return Err(missing(&definition.name));
            }
            Some(mut value) => {
                look(schema, &mut value, &definition.ty)
                    .map_err(|error| error.within(&definition.name))?;
                args.insert(definition.name.to_string(), value);
            }
            None => {}
        }
    }
    Ok(args)
}

/// Looks whether a value, wherever it was written, can be kept and compared; an id written as a number becomes
/// its text.
fn look(schema: &Schema, value: &mut Value, ty: &ast::Type) -> Result<(), Error> {
    match value {
        Value::Array(items) => {
            for (at, item) in items.iter_mut().enumerate() {
                look(schema, item, ty.item_type())
                    .map_err(|error| error.within(&at.to_string()))?;
            }
        }
        Value::Object(fields) => {
            let Some(ExtendedType::InputObject(input)) = schema.types.get(ty.inner_named_type())
            else {
                return Ok(());
            };
            for (name, value) in fields {
                if let Some(field) = input.fields.get(name.as_str()) {
                    look(schema, value, &field.ty).map_err(|error| error.within(name))?;
                }
            }
        }
        Value::String(text) if !admit::is_text(text) => {
            return Err(Error::at(
                Vec::new(),
                Message::new(
                    "NUL 문자(U+0000)는 쓸 수 없습니다.",
                    "The character NUL (U+0000) cannot be taken.",
                ),
            ));
        }
        Value::Number(number) if ty.inner_named_type() == "ID" => {
            *value = number.to_string().into();
        }
        _ => {}
    }
    Ok(())
}

fn missing(name: &str) -> Error {
    Error::argument(
        name,
        format!("필수 항목 `{name}`의 값이 없거나 null입니다."),
        format!("The required value `{name}` is missing or null."),
    )
}

/// The value; none where a variable was left out.
fn from_ast(
    schema: &Schema,
    value: &ast::Value,
    ty: &ast::Type,
    variables: &Variables,
) -> Result<Option<Value>, Error> {
    Ok(Some(match value {
        ast::Value::Variable(name) => return Ok(variables.get(name.as_str()).cloned()),
        ast::Value::Null => Value::Null,
        value if ty.is_list() => list(schema, value, ty.item_type(), variables)?,
        ast::Value::Enum(name) => Value::from(name.as_str()),
        ast::Value::String(text) => Value::from(text.as_str()),
        ast::Value::Boolean(truth) => Value::from(*truth),
        // Where a string of digits is meant as well (ID, KRW), the reader decides.
        ast::Value::Int(number) => number
            .as_str()
            .parse::<i64>()
            .map_or_else(|_| Value::from(number.as_str()), Value::from),
        ast::Value::Float(number) => {
            number.as_str().parse::<f64>().map_or(Value::Null, Value::from)
        }
        ast::Value::Object(entries) => object(schema, entries, ty, variables)?,
        // A list where the type has none: a custom scalar's own form, which its reader refuses.
        ast::Value::List(_) => Value::Array(Vec::new()),
    }))
}

/// A list; a single value is a list of one.
fn list(
    schema: &Schema,
    value: &ast::Value,
    item: &ast::Type,
    variables: &Variables,
) -> Result<Value, Error> {
    let single = [value];
    let items: Vec<&ast::Value> = match value {
        ast::Value::List(items) => items.iter().map(|item| &**item).collect(),
        _ => single.to_vec(),
    };
    let mut values = Vec::with_capacity(items.len());
    for (at, value) in items.into_iter().enumerate() {
        let at = at.to_string();
        let value = from_ast(schema, value, item, variables).map_err(|error| error.within(&at))?;
        let value = value.unwrap_or(Value::Null);
        if value.is_null() && item.is_non_null() {
            return Err(missing(&at));
        }
        values.push(value);
    }
    Ok(Value::Array(values))
}

/// An input object, its defaults filled in.
fn object(
    schema: &Schema,
    entries: &[(Name, Node<ast::Value>)],
    ty: &ast::Type,
    variables: &Variables,
) -> Result<Value, Error> {
    let mut object = Map::new();
    let Some(ExtendedType::InputObject(input)) = schema.types.get(ty.inner_named_type()) else {
        return Ok(Value::Object(object));
    };
    for (name, field) in &input.fields {
        let given = entries.iter().find(|(entry, _)| entry == name).map(|(_, value)| value);
        let value = match given {
            Some(given) => {
                from_ast(schema, given, &field.ty, variables).map_err(|error| error.within(name))?
            }
            None => None,
        };
        let value = match (value, &field.default_value) {
            (None, Some(default)) => from_ast(schema, default, &field.ty, variables)?,
            (value, _) => value,
        };
        match value {
            Some(Value::Null) | None if field.ty.is_non_null() => return Err(missing(name)),
            Some(value) => {
                object.insert(name.to_string(), value);
            }
            None => {}
        }
    }
    Ok(Value::Object(object))
}
