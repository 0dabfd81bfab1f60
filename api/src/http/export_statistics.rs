//! Statistics as files: `GET /export/statistics/{root}.{json,csv,xlsx,ndjson}`, so that each chart has addresses of
//! its own. The parameters are the arguments of the field of that name at the query's root and, beside a list, its
//! conditions as the list's file has them; JSON is its answer, the others are its groups as a table.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::Method;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Map, Value};

use super::Shared;
use super::caller::Caller;
use super::export::{check, file, only_data, prepare, sign_in, token_first};
use super::export_address::{argument, no_json, parameters, put, speak, spoken, unknown};
use super::export_conditions::Conditions;
use super::files::{self, Fault};
use super::graphql::answer_in_time;
use crate::error::Error;
use crate::graphql;
use crate::read::catalog::{Catalog, Root, RootKind};
use crate::read::export::{self, key_of, term, words_of};
use crate::read::model::{Shape, Type};
use crate::read::page;
use crate::read::statistic;
use crate::sheet::rows::{Format, Head, RowWriter, Texts};

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
        token_first(&caller.principal, root)?;
        let (mut args, mut language) = (Map::new(), None);
        let listed = match root.kind {
            RootKind::Statistics(ty) => Some(catalog.declared(ty)?),
            _ => None,
        };
        let columns = match listed.and_then(|ty| Some((ty, ty.export.as_ref()?))) {
            Some((ty, export)) => export::columns(catalog, ty, export)?,
            None => Vec::new(),
        };
        let mut conditions = listed.map(|ty| Conditions::of(ty, &columns));
        for (name, text) in parameters(&parts)? {
            let arg = root.args.iter().find(|arg| arg.name == name && arg.name != "where");
            if let Some(arg) = arg {
                let value = match arg.name {
                    "orderBy" => export::order(&text).map_err(|_| no_json(&name)),
                    _ => argument(&arg.ty, &name, &text),
                }?;
                put(&mut args, arg.name, value)?;
            } else if name == "lang" {
                speak(&mut language, text)?;
            } else if !conditions.as_mut().map_or(Ok(false), |all| all.take(&name, &text))? {
                let own = root.args.iter().map(|arg| arg.name).filter(|name| *name != "where");
                let own = own.chain(["lang"]);
                let more = conditions.iter().flat_map(Conditions::known);
                return Err(unknown(&name, own.chain(more)).into());
            }
        }
        let mut conditions = conditions.map(Conditions::close).unwrap_or_default();
        args.extend(conditions.filter.take().map(|filter| ("where".to_owned(), filter)));
        let asked = (document(catalog, root, &args), args, page::MAX_SIZE);
        let prepared = prepare(&shared, &mut caller, &parts, asked).await;
        let prepared = prepared.map_err(|error| conditions.told(error))?;
        check(&shared, &mut caller, &parts, &conditions.codes).await?;
        let answered = answer_in_time(&shared, &mut caller, &prepared).await?;
        let (mut data, _) = only_data(answered).map_err(|error| conditions.told(error))?;
        let told = data.get_mut(root.name).map(Value::take).unwrap_or_default();
        let bytes = match format {
            Format::Json => None,
            format => Some(table(catalog, (root, listed), (format, language.as_deref()), &told)?),
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

/// A column of the table.
#[derive(Debug, Clone, Default)]
struct Way {
    /// Its name.
    name: String,
    /// Its Korean heading.
    korean: String,
    /// The way to its values, a JSON pointer.
    at: String,
    /// Whether they are exact numbers as text.
    is_number: bool,
}

impl Way {
    /// A column below this one.
    fn below(&self, name: &str, korean: &str, at: &str) -> Self {
        Self {
            name: match self.name.as_str() {
                "" => name.to_owned(),
                above => key_of(&format!("{above}.{name}")),
            },
            korean: export::joined(&self.korean, korean),
            at: format!("{}/{at}", self.at),
            is_number: false,
        }
    }
}

/// A dimension of the table.
struct Grouped {
    name: String,
    korean: String,
    /// Whether its codes need the revision and the ID beside them to tell groups apart.
    is_revised: bool,
}

/// The columns of a shape below a way; `dimensions` are those of its keys.
fn ways(catalog: &Catalog, shape: &Shape, dimensions: &[Grouped], way: &Way, out: &mut Vec<Way>) {
    let texts = |way: &Way, out: &mut Vec<Way>| {
        out.push(way.below("ko", "", "ko"));
        out.push(Way { korean: format!("{}(영문)", way.korean), ..way.below("en", "", "en") });
    };
    for (field, ty, description) in shape.fields {
        let below = way.below(field, term(description), field);
        if inner(ty) == "StatisticKey" {
            for (place, Grouped { name, korean, is_revised }) in dimensions.iter().enumerate() {
                let key = way.below(name, korean, &format!("{field}/{place}"));
                out.push(Way { name: name.clone(), ..key.below("code", "코드", "code") });
                texts(&Way { at: format!("{}/label", key.at), ..key.clone() }, out);
                if *is_revised {
                    out.push(key.below("revision", "개정 번호", "revision"));
                    out.push(key.below("id", "ID", "subjectId"));
                }
            }
        } else if ty.starts_with('[') {
            out.push(below);
        } else if inner(ty) == "LocalizedText" {
            texts(&below, out);
        } else if let Some(key) = named(catalog, inner(ty)) {
            out.push(Way { at: format!("{}/{key}", below.at), ..below });
        } else if let Some(shape) = catalog.shape(inner(ty)) {
            ways(catalog, shape, dimensions, &below, out);
        } else {
            let is_number = shape.name == "AmountMeasure" && *field != "unit";
            out.push(Way { is_number, ..below });
        }
    }
}

/// The groups of an answer as a table: the rows of its first list of objects; the answer itself where it has none.
fn table(
    catalog: &Catalog,
    (root, listed): (&Root, Option<&Type>),
    (format, language): (Format, Option<&str>),
    told: &Value,
) -> Result<Vec<u8>, Error> {
    let whole = catalog
        .shape(inner(&root.ty))
        .ok_or_else(|| Error::internal(format!("{} has no shape", root.name)))?;
    let groups = whole.fields.iter().find_map(|(name, ty, _)| {
        let shape = catalog.shape(inner(ty)).filter(|_| ty.starts_with('['))?;
        Some((*name, shape))
    });
    let (shape, rows) = match groups {
        Some((name, shape)) => (shape, told[name].as_array().map_or(&[][..], Vec::as_slice)),
        None => (whole, std::slice::from_ref(told)),
    };
    let dimensions = grouped(catalog, listed, told);
    let total = told.get("total").filter(|total| total.is_object() && dimensions.is_empty());
    let rows = match total {
        // Without dimensions there is the total alone.
        Some(total) if rows.is_empty() => std::slice::from_ref(total),
        _ => rows,
    };
    let mut columns = Vec::new();
    ways(catalog, shape, &dimensions, &Way::default(), &mut columns);
    let heads = columns.iter().map(|Way { name, korean, is_number, .. }| Head {
        key: name.clone(),
        heading: spoken(language, name, korean, &words_of(name)),
        texts: if *is_number { Texts::Numbers } else { Texts::Plain },
    });
    let mut writer =
        RowWriter::new(format, "statistics", heads.collect()).map_err(Error::internal)?;
    for row in rows {
        let value = |way: &Way| row.pointer(&way.at).cloned().unwrap_or_default();
        let values: Vec<Value> = columns.iter().map(value).collect();
        writer.row(&values).map_err(Error::internal)?;
    }
    writer.finish().map_err(Error::internal)
}

/// The dimensions that an answer is grouped by.
fn grouped(catalog: &Catalog, listed: Option<&Type>, told: &Value) -> Vec<Grouped> {
    let names = told["groupBy"].as_array().map_or(&[][..], Vec::as_slice);
    let declared = listed.and_then(|ty| Some((ty, ty.statistics.as_ref()?)));
    let grouped = |name: &str| {
        let of = declared
            .and_then(|(ty, of)| Some((ty, of.dimensions.iter().find(|one| one.name == name)?)));
        Grouped {
            name: key_of(&name.to_lowercase().replace('_', ".")),
            korean: of.map_or(name, |(_, of)| term(&of.description)).to_owned(),
            is_revised: of.is_some_and(|(ty, of)| statistic::is_revised(catalog, ty, of)),
        }
    };
    names.iter().filter_map(Value::as_str).map(grouped).collect()
}
