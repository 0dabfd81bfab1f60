//! Statistics as files: `GET /export/statistics/{root}.{json,csv,xlsx,ndjson}`, so that each chart has addresses of
//! its own. The parameters are the arguments of the field of that name at the query's root; JSON is its answer, the
//! others are its groups as a table.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::Method;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Map, Value};

use super::Shared;
use super::caller::Caller;
use super::export::{file, no_json, only_data, parameters, prepare, put, sign_in, unknown};
use super::files::{self, Fault};
use super::graphql::answer_in_time;
use crate::error::Error;
use crate::graphql;
use crate::read::catalog::{Catalog, Root, RootKind};
use crate::read::export::argument;
use crate::read::model::Shape;
use crate::read::page;
use crate::sheet::rows::{Format, Head, RowWriter};

/// `GET /export/statistics/{file}`.
pub async fn endpoint(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let mut caller = Caller::of(&shared, &parts);
    let sent = async {
        sign_in(&shared, &mut caller, &parts).await?;
        let (name, extension) = name.split_once('.').ok_or(Error::NotFound)?;
        let formats = Format::ALL.into_iter();
        let format = formats.clone().find(|format| format.extension() == extension);
        let catalog = graphql::catalog();
        let root = catalog
            .root("Query", name)
            .filter(|root| matches!(root.kind, RootKind::Statistics(_) | RootKind::Statistic(..)));
        let (format, root) = format.zip(root).ok_or(Error::NotFound)?;
        let mut args = Map::new();
        for (name, text) in parameters(&parts)? {
            let known = || root.args.iter().map(|arg| arg.name);
            let arg = root.args.iter().find(|arg| arg.name == name);
            let arg = arg.ok_or_else(|| unknown(&name, known()))?;
            put(&mut args, arg.name, argument(&arg.ty, &text).map_err(|_| no_json(&name))?)?;
        }
        let asked = (document(catalog, root, &args), args, page::MAX_SIZE);
        let prepared = prepare(&shared, &mut caller, &parts, asked).await?;
        let answered = answer_in_time(&shared, &mut caller, &prepared).await?;
        let (mut data, _) = only_data(answered)?;
        let told = data.get_mut(root.name).map(Value::take).unwrap_or_default();
        let bytes = match format {
            Format::Json => None,
            format => Some(table(catalog, root, format, &told)?),
        };
        let is_head = parts.method == Method::HEAD;
        Ok::<Response, Fault>(match bytes {
            _ if is_head => file(root.name, format, Body::empty())?,
            None => Json(told).into_response(),
            Some(bytes) => file(root.name, format, Body::from(bytes))?,
        })
    };
    let sent = shared.app.pulse().during(sent).await;
    files::finish(&caller, sent)
}

/// The field of a type by which its rows are named in a table.
fn named(catalog: &Catalog, ty: &str) -> Option<&'static str> {
    let ty = catalog.find(ty)?;
    ["code", "number", "quarter", "id"].into_iter().find(|name| ty.find(name).is_some())
}

fn inner(ty: &str) -> &str {
    ty.trim_matches(['[', ']', '!'])
}

fn select(catalog: &Catalog, shape: &Shape, out: &mut String) {
    out.push_str("{ ");
    for (name, ty, _) in shape.fields {
        out.push_str(name);
        out.push(' ');
        if inner(ty) == "LocalizedText" {
            out.push_str("{ ko en } ");
        } else if let Some(key) = named(catalog, inner(ty)) {
            out.push_str("{ ");
            out.push_str(key);
            out.push_str(" } ");
        } else if let Some(shape) = catalog.shape(inner(ty)) {
            select(catalog, shape, out);
        }
    }
    out.push_str("} ");
}

fn document(catalog: &Catalog, root: &Root, given: &Map<String, Value>) -> String {
    let args = root.args.iter().filter(|arg| given.contains_key(arg.name));
    let (variables, args): (Vec<String>, Vec<String>) = args
        .map(|arg| (format!("${}: {}", arg.name, arg.ty), format!("{0}: ${0}", arg.name)))
        .unzip();
    let parens = |items: Vec<String>| match items.is_empty() {
        true => String::new(),
        false => format!("({})", items.join(", ")),
    };
    let mut selection = String::new();
    if let Some(shape) = catalog.shape(inner(&root.ty)) {
        select(catalog, shape, &mut selection);
    }
    format!("query Export{} {{ {}{} {selection}}}", parens(variables), root.name, parens(args))
}

/// A column of the table: its name, and the way to its values as a JSON pointer.
type Way = (String, String);

/// `regionBasis` out of `REGION_BASIS`.
fn camel(name: &str) -> String {
    let mut words = name.split('_').map(str::to_lowercase);
    let mut camel = words.next().unwrap_or_default();
    for word in words {
        let mut letters = word.chars();
        camel.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        camel.extend(letters);
    }
    camel
}

fn joined(first: &str, second: &str) -> String {
    let mut letters = second.chars();
    match letters.next() {
        Some(letter) if !first.is_empty() => {
            format!("{first}{}{}", letter.to_ascii_uppercase(), letters.as_str())
        }
        _ => second.to_owned(),
    }
}

/// The columns of a shape; `dimensions` are those of its keys.
fn ways(
    catalog: &Catalog,
    shape: &Shape,
    dimensions: &[String],
    (name, at): (&str, &str),
    ways_: &mut Vec<Way>,
) {
    for (field, ty, _) in shape.fields {
        let (name, at) = (joined(name, field), format!("{at}/{field}"));
        if inner(ty) == "StatisticKey" {
            for (place, dimension) in dimensions.iter().enumerate() {
                ways_.push((dimension.clone(), format!("{at}/{place}/code")));
                for language in ["ko", "en"] {
                    let way = format!("{at}/{place}/label/{language}");
                    ways_.push((joined(dimension, language), way));
                }
            }
        } else if ty.starts_with('[') {
            ways_.push((name, at));
        } else if inner(ty) == "LocalizedText" {
            for language in ["ko", "en"] {
                ways_.push((joined(&name, language), format!("{at}/{language}")));
            }
        } else if let Some(key) = named(catalog, inner(ty)) {
            ways_.push((name, format!("{at}/{key}")));
        } else if let Some(shape) = catalog.shape(inner(ty)) {
            ways(catalog, shape, dimensions, (&name, &at), ways_);
        } else {
            ways_.push((name, at));
        }
    }
}

/// The groups of an answer as a table: the rows of its first list of objects; the answer itself where it has none.
fn table(catalog: &Catalog, root: &Root, format: Format, told: &Value) -> Result<Vec<u8>, Error> {
    let whole = catalog
        .shape(inner(&root.ty))
        .ok_or_else(|| Error::internal(format!("{} has no shape", root.name)))?;
    let groups = whole.fields.iter().find_map(|(name, ty, _)| {
        let shape = catalog.shape(inner(ty)).filter(|_| ty.starts_with('['))?;
        Some((*name, shape))
    });
    let dimensions: Vec<String> = told["groupBy"]
        .as_array()
        .map(|names| names.iter().filter_map(Value::as_str).map(camel).collect())
        .unwrap_or_default();
    let (shape, rows) = match groups {
        Some((name, shape)) => (shape, told[name].as_array().map_or(&[][..], Vec::as_slice)),
        None => (whole, std::slice::from_ref(told)),
    };
    let total = told.get("total").filter(|total| total.is_object() && dimensions.is_empty());
    let rows = match total {
        // Without dimensions there is the total alone.
        Some(total) if rows.is_empty() => std::slice::from_ref(total),
        _ => rows,
    };
    let mut columns = Vec::new();
    ways(catalog, shape, &dimensions, ("", ""), &mut columns);
    let heads = columns.iter().map(|(name, _)| Head {
        key: name.clone(),
        heading: name.clone(),
        is_date: false,
    });
    let mut writer =
        RowWriter::new(format, "statistics", heads.collect()).map_err(Error::internal)?;
    for row in rows {
        let value = |(_, way): &Way| row.pointer(way).cloned().unwrap_or_default();
        let values: Vec<Value> = columns.iter().map(value).collect();
        writer.row(&values).map_err(Error::internal)?;
    }
    writer.finish().map_err(Error::internal)
}
