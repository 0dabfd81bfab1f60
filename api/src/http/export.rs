//! Rows of lists as files: `GET /export/{cases,submissions,…}.{csv,xlsx,json,ndjson}`, with the list's filter in the
//! address.
//!
//! A file is read by the list itself, [`export::STEP`] rows at a time, each step a query of its own: it has a turn at
//! reading for as long as that takes, its caller is charged for it and waits before the next one while it owes. So a
//! file is no snapshot, holds no connection while its reader is slow, and needs the memory of one step, however long
//! it is. What fails after the first step breaks the connection off: nothing that ended is less than the whole.

use std::io;
use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::extract::{Path, Request, State};
use axum::http::header::{self, HeaderValue};
use axum::http::request::Parts;
use axum::http::{Method, Response as HttpResponse};
use axum::response::Response;
use chrono::Utc;
use futures_util::stream;
use serde_json::{Map, Value};
use tracing::Instrument as _;

use super::admission::{admit_step, in_turn};
use super::caller::Caller;
use super::export_address::{
    argument, no_json, parameters, put, shown, speak, spoken, twice, unknown,
};
use super::export_conditions::{Asked, Codes, Conditions};
use super::files::{self, Fault};
use super::graphql::answer_in_time;
use super::headers::least;
use super::unsent::Held;
use super::{Shared, export_dictionary};
use crate::domain::access::Denied;
use crate::domain::principal::Principal;
use crate::domain::suggest;
use crate::error::Error;
use crate::graphql;
use crate::graphql::engine::Prepared;
use crate::graphql::request;
use crate::metrics::METRICS;
use crate::read::catalog::Root;
use crate::read::export::{self, Column};
use crate::read::model::Type;
use crate::sheet::rows::{Format, Head, RowWriter, Texts};
use crate::turns::Turn;

/// Most bytes that are handed over at a time.
const PIECE: usize = 32 * 1024;

/// `GET /export/{file}`.
pub async fn endpoint(
    State(shared): State<Shared>,
    Path(file): Path<String>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let (name, extension) = file.split_once('.').unwrap_or((&file, ""));
    if name == "dictionary" {
        return export_dictionary::answer(&shared, &parts, extension).await;
    }
    let format = Format::ALL.into_iter().find(|format| format.extension() == extension);
    let Some((format, (ty, export))) = format.zip(graphql::catalog().exported(name)) else {
        return files::export(&shared, &parts, &file).await;
    };
    let mut caller = Caller::of(&shared, &parts);
    let sent = send(&shared, &mut caller, &parts, (ty, export, format));
    let sent = shared.app.pulse().during(sent).await;
    files::finish(&caller, sent)
}

/// Lets a caller of an export show who it is, where it wants to.
pub async fn sign_in(shared: &Shared, caller: &mut Caller, parts: &Parts) -> Result<(), Fault> {
    files::only(parts, &[Method::GET, Method::HEAD], "GET, HEAD")?;
    caller.sign_in(shared, parts).await?;
    // Who has signed in was asked when it did.
    if caller.principal == Principal::Anonymous {
        caller.may_ask(shared)?;
    }
    Ok(())
}

/// Refuses who shows no token where one is needed, before anything else is judged.
pub fn token_first(principal: &Principal, root: &Root) -> Result<(), Error> {
    match graphql::catalog().barred(principal, root) {
        Some(Denied::SignedOut) => Err(Error::SignedOut),
        _ => Ok(()),
    }
}

/// What an address asks for.
struct Wish {
    args: Map<String, Value>,
    columns: Vec<Column>,
    heads: Vec<Head>,
    asked: Asked,
}

fn wish(ty: &Type, root: &Root, columns: Vec<Column>, parts: &Parts) -> Result<Wish, Error> {
    let mut args = Map::new();
    let (mut fields, mut language) = (None, None);
    let mut conditions = Conditions::of(ty, &columns);
    for (name, text) in parameters(parts)? {
        let own = export::own_args(root).find(|arg| arg.name == name);
        match name.as_str() {
            "orderBy" if !ty.orders.is_empty() => {
                let order = export::order(&text).map_err(|_| no_json(&name))?;
                put(&mut args, "orderBy", order)?;
            }
            "fields" => {
                if fields.replace(text).is_some() {
                    return Err(twice(&name));
                }
            }
            "lang" => speak(&mut language, text)?,
            _ => match own {
                Some(arg) => {
                    let value = argument(&arg.ty, &name, &text)?;
                    put(&mut args, arg.name, value)?;
                }
                None if conditions.take(&name, &text)? => {}
                None => {
                    let plain = ["orderBy", "fields", "lang"].into_iter();
                    return Err(unknown(&name, plain.chain(conditions.known())));
                }
            },
        }
    }
    let mut asked = conditions.close();
    if let Some(filter) = asked.filter.take() {
        args.insert("where".to_owned(), filter);
    }
    let columns = match fields {
        Some(fields) => picked(columns, &fields)?,
        None => columns,
    };
    let heads = columns.iter().map(|column| Head {
        key: column.key.clone(),
        heading: spoken(language.as_deref(), &column.key, &column.korean, &column.english),
        texts: match column.ty.as_str() {
            "Date" | "PartialDate" => Texts::Dates,
            _ => Texts::Plain,
        },
    });
    Ok(Wish { args, heads: heads.collect(), columns, asked })
}

/// Refuses codes that no row bears which the caller may see.
pub async fn check(
    shared: &Shared,
    caller: &mut Caller,
    parts: &Parts,
    codes: &Codes,
) -> Result<(), Fault> {
    let Some((document, values)) = codes.document() else { return Ok(()) };
    let prepared = prepare(shared, caller, parts, (document, values, 1)).await?;
    Ok(codes.check(&answer_in_time(shared, caller, &prepared).await?)?)
}

/// The columns that are wanted, in the order in which they are named.
fn picked(mut columns: Vec<Column>, fields: &str) -> Result<Vec<Column>, Error> {
    let mut picked = Vec::new();
    for name in fields.split(',').map(str::trim) {
        let at = columns.iter().position(|column| column.key == name).ok_or_else(|| {
            let (name, hint) =
                (shown(name), suggest::among(name, columns.iter().map(|column| &*column.key)));
            Error::argument(
                "fields",
                format!("`{name}` 열이 없거나 두 번 있습니다.{}", hint.ko),
                format!("There is no column `{name}`, or it is there twice.{}", hint.en),
            )
        })?;
        picked.push(columns.remove(at));
    }
    Ok(picked)
}

/// Prepares a query of our own with arguments out of an address.
pub async fn prepare(
    shared: &Shared,
    caller: &mut Caller,
    parts: &Parts,
    (document, args, page): (String, Map<String, Value>, usize),
) -> Result<Prepared, Error> {
    let mut fields = Map::new();
    fields.insert("query".to_owned(), document.into());
    fields.insert("variables".to_owned(), args.into());
    let request = request::Request::from_fields(fields)?;
    let (least, author, engine) = (least(&parts.headers)?, caller.clone(), &shared.app.engine);
    let engine = engine.clone();
    let work = move || {
        let call = author.call(Utc::now());
        engine.prepare_own(&request.query, &request.variables, (page, least), &call)
    };
    in_turn(shared, caller, true, work).await?
}

/// The answer with a file as its body.
pub fn file(name: &str, format: Format, body: Body) -> Result<Response, Error> {
    let name = format!("attachment; filename=\"{name}.{}\"", format.extension());
    HttpResponse::builder()
        .header(header::CONTENT_TYPE, format.media_type())
        .header(header::CONTENT_DISPOSITION, HeaderValue::from_str(&name).map_err(Error::internal)?)
        .body(body)
        .map_err(Error::internal)
}

async fn send(
    shared: &Shared,
    caller: &mut Caller,
    parts: &Parts,
    (ty, export, format): (&'static Type, &'static export::Export, Format),
) -> Result<Response, Fault> {
    sign_in(shared, caller, parts).await?;
    let catalog = graphql::catalog();
    let root = catalog.listed(ty)?;
    token_first(&caller.principal, root)?;
    let Wish { args, columns, heads, asked } =
        wish(ty, root, export::columns(catalog, ty, export)?, parts)?;
    let document = export::document(root, &args, &columns.iter().collect::<Vec<_>>());
    let prepared = prepare(shared, caller, parts, (document, args, export::STEP)).await;
    let prepared = prepared.map_err(|error| asked.told(error))?;
    check(shared, caller, parts, &asked.codes).await?;
    let place = shared.admission.hold_export(caller).await?;
    let writer = RowWriter::new(format, export.name, heads).map_err(Error::internal)?;
    let mut running = Box::new(Running {
        shared: shared.clone(),
        caller: caller.clone(),
        prepared,
        root: root.name,
        columns,
        writer: Some(writer),
        rest: Bytes::new(),
        held: None,
        has_asked: true,
        began: Instant::now(),
        _place: place,
    });
    // What is wrong with the question is told by the answer's status.
    let begun = running.step().await;
    caller.allowance = running.caller.allowance;
    begun.map_err(|error| asked.told(error))?;
    if parts.method == Method::HEAD {
        return Ok(file(export.name, format, Body::empty())?);
    }
    let span = tracing::Span::current();
    let pieces =
        stream::try_unfold(running, move |running| running.piece().instrument(span.clone()));
    Ok(file(export.name, format, Body::from_stream(pieces))?)
}

/// A file on its way.
struct Running {
    shared: Shared,
    caller: Caller,
    prepared: Prepared,
    root: &'static str,
    columns: Vec<Column>,
    /// None once the file has ended.
    writer: Option<RowWriter>,
    /// What was written and is not handed over yet.
    rest: Bytes,
    /// What was handed over last: it is sent when more is asked for.
    held: Option<Held>,
    /// Whether the next step was asked for already.
    has_asked: bool,
    /// When it was asked for.
    began: Instant,
    /// Given back when the file ends, or its reader has gone.
    _place: Turn,
}

impl Running {
    /// The next piece of the file; none after its end.
    async fn piece(mut self: Box<Self>) -> io::Result<Option<(Bytes, Box<Self>)>> {
        self.held = None;
        while self.rest.is_empty() {
            if self.writer.is_none() {
                return Ok(None);
            }
            if let Err(error) = self.step().await {
                let (id, code) = (&self.caller.request_id, error.code());
                let cause = error.message();
                tracing::warn!(
                    request.id = id,
                    error.code = code,
                    error.cause = cause.en,
                    "export.broken"
                );
                return Err(io::Error::other(code));
            }
        }
        let length = self.rest.len().min(PIECE);
        // A copy, so that what was handed over does not keep all of it in memory.
        let piece = Bytes::copy_from_slice(&self.rest.split_to(length));
        self.held = self.caller.connection.as_ref().map(|connection| connection.hold(length));
        Ok(Some((piece, self)))
    }

    /// Reads the next rows and writes them.
    async fn step(&mut self) -> Result<(), Error> {
        let limits = &self.shared.settings.limits;
        let longest = limits.query_timeout();
        // Who reads slowly, or waits for points, holds a place that others wait for.
        let end = self.began + limits.export_timeout();
        if Instant::now() >= end {
            return Err(Error::Timeout);
        }
        let has_asked = std::mem::take(&mut self.has_asked);
        let admitted = admit_step(&self.shared, &mut self.caller, has_asked);
        let admitted = tokio::time::timeout_at(end.into(), admitted).await;
        let admitted = admitted.map_err(|_| Error::Timeout)??;
        let (app, now, since) = (&self.shared.app, Utc::now(), Instant::now());
        let reading = async {
            let (access, caller) = (&app.access, &self.caller.principal);
            // Who was let in gets the whole, unless the client or its token is taken back: a long file outlasts a token.
            // A client of an outside issuer has nothing but its token that could be.
            let is_own = caller.client().is_some_and(|client| client.id.is_some());
            self.caller.principal = match is_own {
                true => access.still(&app.db, caller).await?,
                false => access.renew(&app.db, caller, now).await?,
            };
            app.engine.answer(&self.prepared, &self.caller.call(now)).await
        };
        let answered = tokio::time::timeout(longest, app.pulse().during(reading)).await;
        let answered = answered.unwrap_or(Err(Error::Timeout)).and_then(only_data);
        let rows = answered.as_ref().map_or(0, |(_, rows)| *rows);
        self.caller.allowance = admitted.end(rows);
        let outcome = answered.as_ref().err().map_or("OK", Error::code);
        METRICS.operation("export", outcome, rows, since.elapsed());
        self.write(answered?.0)
    }

    fn write(&mut self, mut data: Value) -> Result<(), Error> {
        let Some(mut writer) = self.writer.take() else { return Ok(()) };
        let nodes = data.pointer_mut(&format!("/{}/nodes", self.root));
        let nodes = nodes.and_then(Value::as_array_mut).map(std::mem::take).unwrap_or_default();
        let mut values = Vec::with_capacity(self.columns.len());
        for mut node in nodes {
            values.clear();
            values.extend(self.columns.iter().map(|column| column.value(&mut node)));
            writer.row(&values).map_err(Error::internal)?;
        }
        let page = data.pointer_mut(&format!("/{}/pageInfo", self.root)).map(Value::take);
        let mut page = page.unwrap_or_default();
        let has_next = page.get("hasNextPage").and_then(Value::as_bool) == Some(true);
        let written = match page.get_mut("endCursor").map(Value::take).filter(|_| has_next) {
            Some(cursor) => {
                self.prepared.go_on(cursor);
                let written = writer.take();
                self.writer = Some(writer);
                written
            }
            None => writer.finish(),
        };
        self.rest = written.map_err(Error::internal)?.into();
        Ok(())
    }
}

/// The data of an answer without errors, and the rows that were read for it.
///
/// # Errors
/// The first of those of the answer.
pub fn only_data(mut answered: request::Response) -> Result<(Value, usize), Error> {
    if let Some(first) = answered.errors.drain(..).next() {
        return Err(first.error);
    }
    let data = answered.data.as_deref().unwrap_or("null");
    let data = serde_json::from_str(data).map_err(Error::internal)?;
    Ok((data, answered.cost.map_or(0, |cost| cost.actual)))
}
