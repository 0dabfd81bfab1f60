//! `/export/dictionary`: what the columns of the exports are, out of their declaration: as JSON, as CSV, and as a
//! page to read.

use std::fmt::Write as _;

use apollo_compiler::schema::ExtendedType;
use axum::body::Body;
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse as _, Response};
use serde_json::Value;

use super::Shared;
use super::caller::Caller;
use super::export::{file, sign_in};
use super::export_address::{parameters, unknown};
use super::files::{self, Fault};
use crate::error::Error;
use crate::graphql::{self, engine::validation_schema};
use crate::read::export::{Column, columns};
use crate::sheet::rows::{Format, Head, RowWriter, Texts};

/// Columns of the dictionary itself.
const HEADS: [&str; 11] = [
    "file",
    "column",
    "headingKo",
    "headingEn",
    "type",
    "isNullable",
    "isList",
    "isFilter",
    "path",
    "description",
    "codes",
];

/// Answers `/export/dictionary.{json,csv,html}`; without an extension what the caller takes, a page or JSON.
pub async fn answer(shared: &Shared, parts: &Parts, extension: &str) -> Response {
    let mut caller = Caller::of(shared, parts);
    let told = tell(shared, &mut caller, parts, extension).await;
    files::finish(&caller, told)
}

async fn tell(
    shared: &Shared,
    caller: &mut Caller,
    parts: &Parts,
    extension: &str,
) -> Result<Response, Fault> {
    sign_in(shared, caller, parts).await?;
    // It is a part of the schema.
    if !shared.app.engine.tells_schema(&caller.principal) {
        return Err(Error::IntrospectionOff.into());
    }
    if let Some((name, _)) = parameters(parts)?.first() {
        return Err(unknown(name, std::iter::empty()).into());
    }
    let accept = parts.headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let format = match extension {
        "csv" => Format::Csv,
        "json" => Format::Json,
        "xlsx" => Format::Xlsx,
        "html" => return Ok(Html(page()?).into_response()),
        "" if accept.is_some_and(|accept| accept.contains("text/html")) => {
            return Ok(Html(page()?).into_response());
        }
        "" => Format::Json,
        _ => return Err(Error::NotFound.into()),
    };
    let heads = HEADS.map(|key| Head { key: key.into(), heading: key.into(), texts: Texts::Plain });
    let mut writer =
        RowWriter::new(format, "dictionary", heads.to_vec()).map_err(Error::internal)?;
    for row in rows()? {
        writer.row(&row).map_err(Error::internal)?;
    }
    let bytes = writer.finish().map_err(Error::internal)?;
    Ok(file("dictionary", format, Body::from(bytes))?)
}

/// Codes of a type with what they stand for; none where it is no list of codes.
fn codes(ty: &str) -> Vec<String> {
    let Some(ExtendedType::Enum(list)) = validation_schema().types.get(ty) else {
        return Vec::new();
    };
    let code = |(name, value): (
        &_,
        &apollo_compiler::schema::Component<apollo_compiler::ast::EnumValueDefinition>,
    )| {
        let description = value.description.as_ref().map_or("", |text| text.as_str());
        format!("{name}: {description}")
    };
    list.values.iter().map(code).collect()
}

fn described(name: &str, column: &Column) -> Vec<Value> {
    vec![
        name.into(),
        column.key.clone().into(),
        column.korean.clone().into(),
        column.english.clone().into(),
        column.ty.clone().into(),
        column.is_nullable.into(),
        column.is_list.into(),
        column.is_filter.into(),
        column.path.into(),
        column.description.clone().into(),
        codes(&column.ty).into(),
    ]
}

fn rows() -> Result<Vec<Vec<Value>>, Error> {
    let catalog = graphql::catalog();
    let mut rows = Vec::new();
    for (ty, export) in catalog.exports() {
        rows.extend(columns(catalog, ty, export)?.iter().map(|it| described(export.name, it)));
    }
    Ok(rows)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn page() -> Result<String, Error> {
    let catalog = graphql::catalog();
    let mut out = String::from(
        "<!doctype html><html lang=\"ko\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>내보내기 자료 사전 · Export data dictionary</title>\
         <style>body{font:16px/1.5 'Pretendard GOV',system-ui,sans-serif;margin:2rem auto;max-width:80rem;padding:0 1rem;color:#1e2124}\
         .wide{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid #b1b8be;padding:.4rem .6rem;text-align:left;vertical-align:top}\
         code{font-family:monospace}summary{cursor:pointer}</style>\
         <h1>내보내기 자료 사전 <span lang=\"en\">Export data dictionary</span></h1>\
         <p><a href=\"/export/dictionary.csv\">CSV</a> · <a href=\"/export/dictionary.json\">JSON</a></p>",
    );
    for (ty, export) in catalog.exports() {
        let name = export.name;
        let _ = write!(out, "<h2 id=\"{name}\">{name}</h2><p>{}</p><p>", escaped(ty.description));
        for format in Format::ALL {
            let extension = format.extension();
            let _ = write!(out, "<code>/export/{name}.{extension}</code> ");
        }
        out.push_str(
            "</p><div class=\"wide\"><table><thead><tr><th scope=\"col\">열 Column<th scope=\"col\">제목 Heading\
             <th scope=\"col\">유형 Type<th scope=\"col\">조건 Filter<th scope=\"col\">설명 Description</thead><tbody>",
        );
        for column in columns(catalog, ty, export)? {
            let Column { key, korean, english, ty, is_nullable, is_list, is_filter, .. } = &column;
            let several = if *is_list { " ×n" } else { "" };
            let empty = if *is_nullable { " · 빈칸 가능 nullable" } else { "" };
            let filter = if *is_filter { "○" } else { "" };
            let _ = write!(
                out,
                "<tr><th scope=\"row\"><code>{key}</code><td>{}<br><span lang=\"en\">{english}</span><td>{ty}{several}{empty}<td>{filter}<td>{}",
                escaped(korean),
                escaped(&column.description)
            );
            let codes = codes(ty);
            if !codes.is_empty() {
                let _ = write!(out, "<details><summary>코드 Codes ({})</summary><ul>", codes.len());
                for code in codes {
                    let _ = write!(out, "<li>{}", escaped(&code));
                }
                out.push_str("</ul></details>");
            }
        }
        out.push_str("</tbody></table></div>");
    }
    out.push_str("</html>\n");
    Ok(out)
}
