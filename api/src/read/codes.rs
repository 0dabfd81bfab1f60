//! Arguments that name a row by its code: found among the rows that the caller sees, as codes are written,
//! or refused with the ones that could be meant.

use sea_orm::ConnectionTrait;
use serde_json::Value;

use super::context::Reader;
use super::model::{Args, Type};
use super::row;
use super::scope;
use crate::domain::suggest;
use crate::error::{Error, Message};

/// Most codes among which a near one is looked for.
const MAX_CODES: usize = 2000;

/// Puts the code of a row in the place of each argument that names one.
///
/// # Errors
/// Input, if no row that the caller sees has the code; internal.
pub async fn resolve(reader: &Reader<'_>, args: &mut Args) -> Result<(), Error> {
    for (path, name) in reader.catalog.codes {
        let mut steps = path.split('.');
        let mut found = steps.next().and_then(|step| args.get_mut(step));
        for step in steps {
            found = found.and_then(|value| value.get_mut(step));
        }
        let ty = reader.catalog.declared(name)?;
        let path: Vec<String> = path.split('.').map(str::to_owned).collect();
        match found {
            Some(Value::String(code)) => *code = one(reader, ty, code, &path).await?,
            Some(Value::Array(codes)) => {
                for (at, code) in codes.iter_mut().enumerate() {
                    let Value::String(code) = code else { continue };
                    let path = [&path[..], &[at.to_string()]].concat();
                    *code = one(reader, ty, code, &path).await?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

async fn one(
    reader: &Reader<'_>,
    ty: &Type,
    given: &str,
    path: &[String],
) -> Result<String, Error> {
    let codes = async |of: Option<&str>| {
        let mut sql = reader.sql();
        sql.push("SELECT t.code FROM ").push(ty.table).push(" t WHERE ");
        if let Some(code) = of {
            sql.push("t.code = ").bind(code).push(" AND ");
        }
        scope::guard(reader, &mut sql, ty, "t", None);
        sql.push(" ORDER BY t.code LIMIT ").literal(MAX_CODES);
        let mut codes = Vec::new();
        for found in reader.db.query_all_raw(sql.finish()).await? {
            codes.extend(row::text(&found, 0)?.map(str::to_owned));
        }
        Ok::<_, Error>(codes)
    };
    if !given.contains('\0')
        && let Some(code) = codes(Some(given)).await?.pop()
    {
        return Ok(code);
    }
    let known = codes(None).await?;
    if let Some(code) = known.iter().find(|code| suggest::same(code, given)) {
        return Ok(code.clone());
    }
    Err(unknown(path.to_vec(), given, known.iter().map(String::as_str)))
}

/// The error of a code that is not among the known ones.
pub fn unknown<'a>(path: Vec<String>, given: &str, known: impl Iterator<Item = &'a str>) -> Error {
    let shown: String = given.chars().filter(|c| !c.is_control()).take(40).collect();
    let hint = suggest::among(given, known);
    let at = path.join(".");
    Error::at(
        path,
        Message::new(
            format!("`{at}`: `{shown}` 코드가 없습니다.{}", hint.ko),
            format!("`{at}`: there is no code `{shown}`.{}", hint.en),
        ),
    )
}
