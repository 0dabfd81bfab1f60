//! `where` as a condition: typed comparisons of each field, `and`/`or`/`not`, rows of to-one and
//! to-many fields, `search`. A row the caller may not see never matches, since every inner select
//! carries the caller's scope.

use serde_json::{Map, Value};

use super::context::Reader;
use super::global_id;
use super::merged;
use super::model::{Args, Column, Field, Guard, Kind, Link, Scalar, Source, Type};
use super::page::bound;
use super::scope;
use super::search;
use super::sql::Sql;
use crate::domain::fold;
use crate::error::{Error, Message};

/// Most conditions on rows of other types in one `where`.
pub const MAX_CONDITIONS: usize = 50;
/// Most terms of one `where`, those joined by `and` and `or` counted one by one.
pub const MAX_TERMS: usize = 300;
/// Conditions on rows of other types that the planner of PostgreSQL may move about freely.
const PLANNED: usize = 3;
/// Most values of an `in`.
pub const MAX_VALUES: usize = 100;
/// Most characters of a text that is looked for within others.
pub const MAX_PATTERN: usize = 200;

/// Adds the condition of a filter input over the row `alias`.
///
/// # Errors
/// Input, if a value is not of its field's kind.
pub fn condition(
    reader: &Reader<'_>,
    sql: &mut Sql,
    ty: &Type,
    alias: &str,
    filter: &Map<String, Value>,
) -> Result<(), Error> {
    sql.push("(TRUE");
    for (name, value) in filter {
        sql.push(" AND ");
        count_term(sql)?;
        match name.as_str() {
            "and" => all(reader, sql, ty, alias, value, " AND ", "TRUE")?,
            "or" => all(reader, sql, ty, alias, value, " OR ", "FALSE")?,
            "not" => {
                sql.push("(");
                condition(reader, sql, ty, alias, object(value))?;
                sql.push(" IS NOT TRUE)");
            }
            "search" if ty.searchable => {
                search::condition(reader, sql, ty, alias, value.as_str().unwrap_or_default())?;
            }
            name => named(reader, sql, ty, alias, name, value)?,
        }
    }
    sql.push(")");
    Ok(())
}

fn object(value: &Value) -> &Map<String, Value> {
    static EMPTY: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    value.as_object().unwrap_or(&EMPTY)
}

fn all(
    reader: &Reader<'_>,
    sql: &mut Sql,
    ty: &Type,
    alias: &str,
    value: &Value,
    between: &str,
    none: &str,
) -> Result<(), Error> {
    let filters = value.as_array().map(Vec::as_slice).unwrap_or_default();
    if filters.is_empty() {
        sql.push(none);
        return Ok(());
    }
    sql.push("(");
    for (at, filter) in filters.iter().enumerate() {
        if at > 0 {
            sql.push(between);
        }
        let filter = object(filter);
        if filter.is_empty() {
            count_term(sql)?;
        }
        condition(reader, sql, ty, alias, filter)?;
    }
    sql.push(")");
    Ok(())
}

/// Counts a term, or an empty one, which is one all the same.
fn count_term(sql: &mut Sql) -> Result<(), Error> {
    if sql.count_term() <= MAX_TERMS {
        return Ok(());
    }
    Err(Error::TooLarge(Message::new(
        format!("조건(where)의 항이 너무 많습니다(한도 {MAX_TERMS})."),
        format!("The conditions (where) have too many terms (at most {MAX_TERMS})."),
    )))
}

fn named(
    reader: &Reader<'_>,
    sql: &mut Sql,
    ty: &Type,
    alias: &str,
    name: &str,
    value: &Value,
) -> Result<(), Error> {
    if let Some(filter) = ty.filters.iter().find(|filter| filter.name == name) {
        let mut args = Args::new();
        args.insert("value".to_owned(), value.clone());
        return (filter.condition)(reader, sql, alias, &args);
    }
    let Some(field) = ty.find(name) else {
        return Err(Error::internal(format!("filter {}.{name} is not declared", ty.name)));
    };
    match &field.kind {
        Kind::Id => ids(reader, sql, ty, alias, object(value)),
        Kind::Leaf(column) => {
            let operators = match column {
                Column { source: Source::Column(name), scalar: Scalar::Text }
                    if ty.is_code(name) =>
                {
                    coded(ty, object(value))
                }
                Column { scalar: Scalar::Text, .. } => cleaned(object(value)),
                _ => plain(object(value)),
            };
            match (ty.merged, column.source) {
                (Some(table), Source::Column("code")) => {
                    led(reader, sql, (ty, table), alias, (field, column), &operators)
                }
                _ => leaf(reader, sql, alias, field, column, &operators),
            }
        }
        Kind::Localized { ko, en } => localized(reader, sql, alias, field, (ko, en), object(value)),
        Kind::One { key, target } => {
            let target = reader.catalog.declared(target)?;
            let filter = object(value);
            // Rows that are named are found once, before the statement's own; an index on the key then serves,
            // if it is not looked into for other values already ([`Sql::holds`]).
            let named = most(target, filter);
            let (begin, end) = match (named, key) {
                (Some(0 | 1), _) => (" = (SELECT ", ""),
                (Some(rows), Source::Column(column)) if sql.is_postgres() => {
                    let is_probed = sql.probes(alias, column, rows);
                    sql.push(if is_probed { "" } else { "(" });
                    (" = ANY(ARRAY(SELECT ", if is_probed { ")" } else { ")) IS TRUE" })
                }
                _ => (" IN (SELECT ", ""),
            };
            write_source(reader, sql, alias, key, &Args::new())?;
            let inner = inner_alias(sql)?;
            sql.push(begin).column(&inner, "id").push(" FROM ").push(target.table);
            sql.push(" ").push(&inner).push(" WHERE ");
            scope::guard(reader, sql, target, &inner, None);
            sql.push(" AND ");
            condition(reader, sql, target, &inner, filter)?;
            end_inner(sql);
            sql.push(end);
            Ok(())
        }
        Kind::Many(list) => {
            let target = reader.catalog.declared(list.target)?;
            let link = list.link.ok_or_else(|| Error::internal(field.name))?;
            sql.push("(TRUE");
            for (quantifier, filter) in object(value) {
                // The keys of the parents that have such a row, found once for the whole statement: asked
                // for each row anew, conditions within conditions would multiply.
                sql.push(" AND ").column(alias, "id");
                sql.push(if quantifier == "none" { " NOT IN (SELECT " } else { " IN (SELECT " });
                let inner = inner_alias(sql)?;
                let reached_by = write_parents(reader, sql, target.table, &inner, link)?;
                sql.push(" AND ");
                scope::guard(reader, sql, target, &inner, reached_by);
                sql.push(" AND ");
                condition(reader, sql, target, &inner, object(filter))?;
                end_inner(sql);
            }
            sql.push(")");
            Ok(())
        }
        Kind::Either(_) | Kind::Subject | Kind::SubjectId | Kind::Computed { .. } => {
            Err(Error::internal(format!("filter {}.{name} is not declared", ty.name)))
        }
    }
}

/// Adds the condition on a code of rows to which codes of others may lead.
fn led(
    reader: &Reader<'_>,
    sql: &mut Sql,
    (ty, table): (&Type, &str),
    alias: &str,
    (field, column): (&Field, &Column),
    operators: &[(String, Value)],
) -> Result<(), Error> {
    sql.push("(TRUE");
    for (operator, value) in operators {
        sql.push(" AND ");
        let codes = match (operator.as_str(), value) {
            ("eq", Value::String(_)) => std::slice::from_ref(value),
            ("in", Value::Array(codes)) => codes.as_slice(),
            _ => {
                operator_of(reader, sql, alias, field, column, operator, value)?;
                continue;
            }
        };
        let code = |code| bound(column.scalar, code).ok_or_else(|| wrong(field.name));
        let codes = codes.iter().map(code).collect::<Result<_, _>>()?;
        merged::holds(sql, ty, table, alias, codes);
    }
    sql.push(")");
    Ok(())
}

/// How many rows of the type a filter keeps at most, if it names them by a column of which no two rows share
/// a value.
fn most(ty: &Type, filter: &Map<String, Value>) -> Option<usize> {
    let term = |(name, value): (&String, &Value)| match name.as_str() {
        "and" => value.as_array()?.iter().filter_map(|filter| most(ty, object(filter))).min(),
        "or" => value.as_array()?.iter().map(|filter| most(ty, object(filter))).sum(),
        name => {
            let is_key = match &ty.find(name)?.kind {
                Kind::Id => true,
                // A text that looks otherwise than it is written is compared both ways.
                Kind::Leaf(column) => {
                    matches!(column.source, Source::Column(name) if ty.keys.contains(&name))
                        && (ty.is_code(name) || !matches!(column.scalar, Scalar::Text))
                }
                _ => false,
            };
            let operators = value.as_object().filter(|_| is_key)?;
            match (operators.get("eq"), operators.get("in")) {
                (Some(value), _) if !value.is_null() => Some(1),
                (_, Some(Value::Array(values))) => Some(values.len()),
                _ => None,
            }
        }
    };
    filter.iter().filter_map(term).min()
}

/// Comparisons of one field, joined by `and`; an operator may stand twice.
type Operators = Vec<(String, Value)>;

fn plain(operators: &Map<String, Value>) -> Operators {
    operators.iter().map(|(operator, value)| (operator.clone(), value.clone())).collect()
}

/// The operators of a code, with codes as they are kept.
fn coded(ty: &Type, operators: &Map<String, Value>) -> Operators {
    let code = |value: &Value| match value {
        Value::String(text) if !text.contains('\0') => (ty.code_of)(text).into(),
        other => other.clone(),
    };
    let term = |(operator, value): (&String, &Value)| {
        let value = match (operator.as_str(), value) {
            ("eq" | "ne", value) => code(value),
            ("in" | "notIn", Value::Array(values)) => values.iter().map(code).collect(),
            (_, value) => value.clone(),
        };
        (operator.clone(), value)
    };
    operators.iter().map(term).collect()
}

/// The operators of a text, which is compared both as it was written and as it looks.
fn cleaned(operators: &Map<String, Value>) -> Operators {
    let term = |(operator, value): (&String, &Value)| {
        let given = match value {
            Value::Array(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        };
        let looks = given.iter().filter_map(Value::as_str).map(|text| fold::clean(text).into());
        let looks: Vec<Value> =
            looks.filter(|looks: &Value| *looks != "" && !given.contains(looks)).collect();
        let operator = match operator.as_str() {
            _ if looks.is_empty() => return (operator.clone(), value.clone()),
            "eq" | "in" => "in",
            "ne" | "notIn" => "notIn",
            _ => return (operator.clone(), value.clone()),
        };
        // Of very many, the form in which texts are kept is enough.
        let keeps = given.len() + looks.len() <= MAX_VALUES;
        let given = given.iter().filter(|_| keeps).cloned();
        (operator.to_owned(), given.chain(looks).collect())
    };
    operators.iter().map(term).collect()
}

/// An alias for an inner select, as long as there are not too many.
pub(super) fn inner_alias(sql: &mut Sql) -> Result<String, Error> {
    if sql.count_condition() > MAX_CONDITIONS {
        return Err(Error::TooLarge(Message::new(
            format!("조건(where)이 다른 유형을 {MAX_CONDITIONS}번까지만 거칠 수 있습니다."),
            format!("The conditions (where) reach other types more than {MAX_CONDITIONS} times."),
        )));
    }
    Ok(sql.alias())
}

/// Ends an inner select. The time in which PostgreSQL plans many of them as one grows without measure, so
/// beyond a few each is planned alone, which its fence says.
pub(super) fn end_inner(sql: &mut Sql) {
    let is_fenced = sql.is_postgres() && sql.conditions() > PLANNED;
    sql.push(if is_fenced { " OFFSET 0)" } else { ")" });
}

/// Adds `key-of-the-parent FROM table alias [JOIN link] WHERE there-is-a-parent`; tells the column by
/// which rows are reached.
fn write_parents(
    reader: &Reader<'_>,
    sql: &mut Sql,
    table: &str,
    alias: &str,
    link: Link,
) -> Result<Option<&'static str>, Error> {
    Ok(match link {
        Link::Reached(key) => {
            write_source(reader, sql, alias, &Source::Expression(key), &Args::new())?;
            sql.push(" FROM ").push(table).push(" ").push(alias).push(" WHERE ");
            write_source(reader, sql, alias, &Source::Expression(key), &Args::new())?;
            sql.push(" IS NOT NULL");
            None
        }
        Link::Foreign(fk) => {
            sql.column(alias, fk).push(" FROM ").push(table).push(" ").push(alias);
            sql.push(" WHERE ").column(alias, fk).push(" IS NOT NULL");
            Some(fk)
        }
        Link::Through(through) => {
            let link = sql.alias();
            sql.column(&link, through.parent).push(" FROM ").push(through.table).push(" ");
            sql.push(&link).push(" JOIN ").push(table).push(" ").push(alias).push(" ON ");
            sql.column(alias, "id").push(" = ").column(&link, through.target).push(" WHERE TRUE");
            None
        }
    })
}

/// Adds a column or expression over the row `alias`.
///
/// # Errors
/// Those of the expression.
pub fn write_source(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    source: &Source,
    level: &Args,
) -> Result<(), Error> {
    match source {
        Source::Column(name) => {
            sql.column(alias, name);
            Ok(())
        }
        Source::Expression(expression) => expression(reader, sql, alias, &Args::new(), level),
    }
}

/// What [`super::check`] does not let pass.
fn wrong(field: &str) -> Error {
    Error::internal(format!("a value of the filter {field} was not looked at"))
}

fn ids(
    reader: &Reader<'_>,
    sql: &mut Sql,
    ty: &Type,
    alias: &str,
    operators: &Map<String, Value>,
) -> Result<(), Error> {
    // As callers see it; one that was made up names no row.
    let shown = |key| match ty.guard {
        Guard::Feed => Ok(reader.places.show(key)?.map(|(_, key)| key)),
        _ => Ok(Some(key)),
    };
    sql.push("(TRUE");
    for (operator, value) in operators {
        let negative = matches!(operator.as_str(), "ne" | "notIn");
        let given = value.as_array().map_or_else(|| std::slice::from_ref(value), Vec::as_slice);
        // An id of another type names no row of this one.
        let keys: Vec<uuid::Uuid> = given
            .iter()
            .map(|id| id.as_str().and_then(global_id::decode).ok_or_else(|| wrong("id")))
            .filter(|id| !matches!(id, Ok((tag, _)) if *tag != ty.tag))
            .filter_map(|id| id.and_then(|(_, key)| shown(key)).transpose())
            .collect::<Result<_, Error>>()?;
        sql.push(if negative { " AND NOT (" } else { " AND (" });
        sql.holds_key(alias, "id", &keys).push(")");
    }
    sql.push(")");
    Ok(())
}

fn localized(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    field: &Field,
    (ko, en): (&'static str, &'static str),
    parts: &Map<String, Value>,
) -> Result<(), Error> {
    let text = |name| Column { source: Source::Column(name), scalar: Scalar::Text };
    sql.push("(TRUE");
    for (part, value) in parts {
        sql.push(" AND ");
        match part.as_str() {
            "ko" => leaf(reader, sql, alias, field, &text(ko), &cleaned(object(value)))?,
            "en" => leaf(reader, sql, alias, field, &text(en), &cleaned(object(value)))?,
            _ => {
                let contains = [("contains".to_owned(), value.clone())];
                sql.push("(");
                leaf(reader, sql, alias, field, &text(ko), &contains)?;
                sql.push(" OR ");
                leaf(reader, sql, alias, field, &text(en), &contains)?;
                sql.push(")");
            }
        }
    }
    sql.push(")");
    Ok(())
}

fn leaf(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    field: &Field,
    column: &Column,
    operators: &[(String, Value)],
) -> Result<(), Error> {
    sql.push("(TRUE");
    for (operator, value) in operators {
        sql.push(" AND ");
        operator_of(reader, sql, alias, field, column, operator, value)?;
    }
    sql.push(")");
    Ok(())
}

fn operator_of(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    field: &Field,
    column: &Column,
    operator: &str,
    value: &Value,
) -> Result<(), Error> {
    let one = |value: &Value| bound(column.scalar, value).ok_or_else(|| wrong(field.name));
    let level = Args::new();
    // A partial date is compared at the precision of the value given.
    let digits = match (column.scalar, value) {
        (Scalar::PartialDate, Value::String(text)) => Some(text.len()),
        _ => None,
    };
    let subject = |sql: &mut Sql| -> Result<(), Error> {
        match digits {
            Some(digits) if digits < 10 => {
                sql.push("substr(");
                write_source(reader, sql, alias, &column.source, &level)?;
                sql.push(", 1, ").literal(digits).push(")");
                Ok(())
            }
            _ => write_source(reader, sql, alias, &column.source, &level),
        }
    };
    match operator {
        "eq" | "ne" if value.is_null() => {
            subject(sql)?;
            sql.push(if operator == "eq" { " IS NULL" } else { " IS NOT NULL" });
        }
        "isNull" => {
            subject(sql)?;
            sql.push(if value.as_bool() == Some(true) { " IS NULL" } else { " IS NOT NULL" });
        }
        "eq" => {
            subject(sql)?;
            sql.push(" = ").bind(one(value)?);
        }
        "ne" => {
            subject(sql)?;
            sql.push(" IS DISTINCT FROM ").bind(one(value)?);
        }
        "lt" | "lte" | "gt" | "gte" => {
            subject(sql)?;
            sql.push(match operator {
                "lt" => " < ",
                "lte" => " <= ",
                "gt" => " > ",
                _ => " >= ",
            });
            sql.bind(one(value)?);
        }
        "in" | "notIn" => {
            let values = value.as_array().map(Vec::as_slice).unwrap_or_default();
            let values: Vec<_> = values.iter().map(one).collect::<Result<_, _>>()?;
            sql.push("(");
            match column.source {
                Source::Column(name) if operator == "in" => {
                    sql.holds(alias, name, values);
                }
                _ => {
                    subject(sql)?;
                    sql.among(values);
                }
            }
            sql.push(if operator == "in" { ")" } else { ") IS NOT TRUE" });
        }
        "contains" | "startsWith" => {
            let text = value.as_str().ok_or_else(|| wrong(field.name))?;
            let lead = if operator == "contains" { "%" } else { "" };
            // As it was written, and as it looks. The case of ASCII letters alone makes no difference, as both
            // databases fold them.
            let (given, clean) =
                (text.to_ascii_lowercase(), fold::clean(text).to_ascii_lowercase());
            sql.push("(lower(");
            subject(sql)?;
            sql.push(") LIKE ").bind(format!("{lead}{}%", like(&given))).push(" ESCAPE '\\'");
            if given != clean && !clean.is_empty() {
                sql.push(" OR lower(");
                subject(sql)?;
                sql.push(") LIKE ").bind(format!("{lead}{}%", like(&clean))).push(" ESCAPE '\\'");
            }
            sql.push(")");
        }
        other => return Err(Error::internal(format!("unknown filter operator {other}"))),
    }
    Ok(())
}

/// Text in which `LIKE` reads each character as itself.
fn like(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}
