//! Arguments as values: variables replaced, defaults filled in, single values widened to lists
//! (GraphQL specification, "Coercing Field Arguments"). The document was validated before, so what is
//! left are values of our own scalars, which their readers check.

use apollo_compiler::Schema;
use apollo_compiler::ast;
use apollo_compiler::executable::Field;
use apollo_compiler::schema::ExtendedType;
use serde_json::{Map, Value};

use super::model::Args;
use crate::error::Error;

/// Coerced variables of the request.
pub type Variables = Map<String, Value>;

/// The arguments of a field.
///
/// # Errors
/// Input, if a required argument has no value.
pub fn coerce(schema: &Schema, field: &Field, variables: &Variables) -> Result<Args, Error> {
    let mut args = Args::new();
    for definition in &field.definition.arguments {
        let given = field
            .arguments
            .iter()
            .find(|argument| argument.name == definition.name)
            .map(|argument| &*argument.value);
        let value = match given {
            Some(given) => from_ast(schema, given, &definition.ty, variables),
            None => None,
        };
        let value = value.or_else(|| {
            let default = definition.default_value.as_ref()?;
            from_ast(schema, default, &definition.ty, variables)
        });
        match value {
            Some(Value::Null) | None if definition.ty.is_non_null() => {
                return Err(Error::input(
                    format!("필수 인자 {}에 값이 없습니다.", definition.name),
                    format!("The required argument {} has no value.", definition.name),
                ));
            }
            Some(value) => {
                args.insert(definition.name.to_string(), value);
            }
            None => {}
        }
    }
    Ok(args)
}

/// The value; none where a variable was left out.
fn from_ast(
    schema: &Schema,
    value: &ast::Value,
    ty: &ast::Type,
    variables: &Variables,
) -> Option<Value> {
    if let ast::Value::Variable(name) = value {
        return variables.get(name.as_str()).cloned();
    }
    if let ast::Value::Null = value {
        return Some(Value::Null);
    }
    if ty.is_list() {
        let item = ty.item_type();
        return Some(Value::Array(match value {
            ast::Value::List(items) => items
                .iter()
                .map(|value| from_ast(schema, value, item, variables).unwrap_or(Value::Null))
                .collect(),
            single => vec![from_ast(schema, single, item, variables)?],
        }));
    }
    Some(match value {
        ast::Value::Enum(name) => Value::from(name.as_str()),
        ast::Value::String(text) => Value::from(text.as_str()),
        ast::Value::Boolean(truth) => Value::from(*truth),
        ast::Value::Int(number) => number.as_str().parse::<i64>().map_or_else(
            |_| Value::from(number.as_str()),
            // Where a string of digits is meant as well (ID, String), the reader decides.
            Value::from,
        ),
        ast::Value::Float(number) => {
            number.as_str().parse::<f64>().map_or(Value::Null, Value::from)
        }
        ast::Value::List(items) => Value::Array(
            items.iter().filter_map(|value| from_ast(schema, value, ty, variables)).collect(),
        ),
        ast::Value::Object(entries) => {
            let fields = match schema.types.get(ty.inner_named_type()) {
                Some(ExtendedType::InputObject(input)) => Some(&input.fields),
                _ => None,
            };
            let mut object = Map::new();
            for (name, value) in entries {
                let known = fields.and_then(|fields| fields.get(name));
                let ty = known.map_or(ty, |known| &*known.ty);
                if let Some(value) = from_ast(schema, value, ty, variables) {
                    object.insert(name.to_string(), value);
                }
            }
            for (name, known) in fields.into_iter().flatten() {
                if !object.contains_key(name.as_str())
                    && let Some(default) = &known.default_value
                    && let Some(value) = from_ast(schema, default, &known.ty, variables)
                {
                    object.insert(name.to_string(), value);
                }
            }
            Value::Object(object)
        }
        ast::Value::Null | ast::Value::Variable(_) => Value::Null,
    })
}
