//! Arguments that name a row by its code: found among the rows that the caller sees, as codes are written,
//! or refused with the ones that could be meant.

use sea_orm::ConnectionTrait;
use serde_json::Value;

use super::context::Reader;
use super::merged::{self, Merged};
use super::model::{Args, Type};
use super::row;
use super::scope;
use crate::domain::codes::INDUSTRIES;
use crate::domain::text::Text;
use crate::domain::{fold, suggest};
use crate::error::{Error, Message};

/// Most codes in one argument.
const MAX_GIVEN: usize = 100;
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
            Some(Value::String(code)) => {
                let given = (ty.code_of)(code);
                let known = match codes(reader, ty, "code", Some(&given)).await? {
                    found if found.is_empty() => codes(reader, ty, "code", None).await?,
                    found => found,
                };
                let leads = leads(reader, ty, &known, [&**code]).await?;
                *code = one(ty, (&known, &leads), code, path)?;
            }
            Some(Value::Array(given)) => {
                if given.len() > MAX_GIVEN {
                    let at = path.join(".");
                    return Err(Error::at(
                        path,
                        Message::new(
                            format!("`{at}`에는 코드를 {MAX_GIVEN}개까지 적을 수 있습니다."),
                            format!("`{at}` takes at most {MAX_GIVEN} codes."),
                        ),
                    ));
                }
                let known = codes(reader, ty, "code", None).await?;
                let leads =
                    leads(reader, ty, &known, given.iter().filter_map(Value::as_str)).await?;
                for (at, code) in given.iter_mut().enumerate() {
                    let Value::String(code) = code else { continue };
                    let path = [&path[..], &[at.to_string()]].concat();
                    *code = one(ty, (&known, &leads), code, path)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// The code that is meant by one that a look-up did not find as it was written.
///
/// # Errors
/// Not found, with what could be meant among all that the caller sees; internal.
pub async fn meant(
    reader: &Reader<'_>,
    ty: &Type,
    column: &str,
    (arg, given): (&str, &str),
) -> Result<String, Error> {
    let known = codes(reader, ty, column, None).await?;
    let leads = leads(reader, ty, &known, [given]).await?;
    one(ty, (&known, &leads), given, vec![arg.to_owned()]).map_err(Error::absent)
}

/// Codes that the caller sees: all, or the one given if it is among them.
async fn codes(
    reader: &Reader<'_>,
    ty: &Type,
    column: &str,
    of: Option<&str>,
) -> Result<Vec<String>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT t.").push(column).push(" FROM ").push(ty.table).push(" t WHERE ");
    if let Some(code) = of {
        sql.push("t.").push(column).push(" = ").bind(code).push(" AND ");
    }
    scope::guard(reader, &mut sql, ty, "t", None);
    sql.push(" ORDER BY t.").push(column).push(" LIMIT ").literal(MAX_CODES);
    let mut codes = Vec::new();
    for found in reader.db.query_all_raw(sql.finish()).await? {
        codes.extend(row::text(&found, 0)?.map(str::to_owned));
    }
    Ok(codes)
}

/// Where codes lead that no row has any more.
async fn leads<'a>(
    reader: &Reader<'_>,
    ty: &Type,
    known: &[String],
    given: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<Merged>, Error> {
    let codes = given.into_iter().map(|given| (ty.code_of)(given));
    let lost = codes.filter(|code| !known.contains(code)).map(Into::into).collect();
    merged::find(reader, ty, "code", lost).await
}

fn one(
    ty: &Type,
    (known, leads): (&[String], &[Merged]),
    given: &str,
    path: Vec<String>,
) -> Result<String, Error> {
    let (code, key) = ((ty.code_of)(given), fold::key(given));
    if known.contains(&code) {
        return Ok(code);
    }
    if let Some(found) = leads.iter().find(|merged| merged.code == code) {
        return Ok(found.into_code.clone());
    }
    match known.iter().find(|known| !key.is_empty() && fold::key(known) == key) {
        Some(code) => Ok(code.clone()),
        // The name of one region is never a hint for another.
        None if ty.name == "Region" => Err(unknown_of(path, given, &suggest::all(known.iter()))),
        // Nor does one number stand near another because its digits do.
        None if ty.name == "Industry" => {
            let meant = INDUSTRIES.hint(given).filter(|hint| known.iter().any(|it| it == hint));
            let mut hint = suggest::all(known.iter());
            if let Some(meant) = meant {
                hint.ko.insert_str(0, &format!(" 비슷한 것: `{meant}`."));
                hint.en.insert_str(0, &format!(" Near: `{meant}`."));
            }
            Err(unknown_of(path, given, &hint))
        }
        None => Err(unknown(path, given, known.iter().map(String::as_str))),
    }
}

/// The error of a code that is not among the known ones.
pub fn unknown<'a>(path: Vec<String>, given: &str, known: impl Iterator<Item = &'a str>) -> Error {
    unknown_of(path, given, &suggest::among(given, known))
}

fn unknown_of(path: Vec<String>, given: &str, hint: &Text) -> Error {
    let shown: String = given.chars().filter(|c| !c.is_control()).take(40).collect();
    let at = path.join(".");
    Error::at(
        path,
        Message::new(
            format!("`{at}`: `{shown}` 코드가 없습니다.{}", hint.ko),
            format!("`{at}`: there is no code `{shown}`.{}", hint.en),
        ),
    )
}
