//! A subscription's events: the edges of a list that came to be since the last look, in the order of their
//! numbers, each as one answer. Nothing is kept between two looks but the number of the last.

use apollo_compiler::executable::SelectionSet;
use serde_json::Value;

use super::answer::Writer;
use super::catalog::RootKind;
use super::context::Reader;
use super::error::FieldError;
use super::load;
use super::model::{Args, List};
use super::page;
use super::planner::{Planner, STREAMED, written};
use super::selection::{Document, Selected};
use crate::error::Error;
use crate::service::change::Places;

/// Argument under which the condition of a streamed list finds the number after which rows are new.
pub const SINCE: &str = "$since";
/// Argument under which it finds the number up to which this look goes.
pub const UNTIL: &str = "$until";

/// One event.
#[derive(Debug)]
pub struct Event {
    /// Its data as JSON text.
    pub data: String,
    /// What of it the caller may not ask for.
    pub errors: Vec<FieldError>,
    /// Number of its row.
    pub number: i64,
}

/// What one look found.
#[derive(Debug)]
pub struct Events {
    /// The events.
    pub events: Vec<Event>,
    /// Number after which the next look goes on.
    pub position: i64,
    /// Rows that were read.
    pub actual: usize,
}

fn streamed<'a>(
    planner: &Planner<'a>,
    root: &'a SelectionSet,
) -> Result<(&'a List, Selected<'a>), Error> {
    let selected = planner.document.collect(planner.catalog, "Subscription", &[root]);
    let one = selected.into_iter().next().ok_or_else(|| {
        Error::input("구독할 필드가 없습니다.", "The subscription selects nothing.")
    })?;
    match planner.catalog.root("Subscription", one.field.name.as_str()).map(|root| &root.kind) {
        Some(RootKind::Stream(list)) => Ok((list, one)),
        _ => Err(Error::input("구독할 수 없는 필드입니다.", "This field cannot be subscribed to.")),
    }
}

/// Checks a subscription's arguments; gives the number after which the caller wants to go on, if it names
/// one.
///
/// # Errors
/// Input.
pub fn start(
    reader: &Reader<'_>,
    document: Document<'_>,
    root: &SelectionSet,
) -> Result<Option<i64>, Error> {
    let mut planner = Planner::new(reader, document);
    let (list, selected) = streamed(&planner, root)?;
    let args = planner.args(&selected)?;
    let after = args.get("after").and_then(Value::as_str).map(str::to_owned);
    if let Some(condition) = list.condition {
        condition(reader, &mut reader.sql(), "b", &args)?;
    }
    let (plan, _) = planner.stream(list, &selected, Args::new())?;
    let Some(after) = after else { return Ok(None) };
    let values = page::decode_place(&after, plan.seal, reader.places)?;
    values.and_then(|values| values.first()?.as_i64()).map(Some).ok_or_else(|| {
        Error::argument(
            "after",
            "after의 커서가 이 목록의 것이 아닙니다.",
            "The cursor in after is not one of this list.",
        )
    })
}

/// The number of the change that a cursor of the feed names; none if it is not one of the feed.
///
/// # Errors
/// Internal.
pub fn place(cursor: &str, places: &Places) -> Result<Option<i64>, Error> {
    let values = page::decode_place(cursor, page::seal(STREAMED, "seq,"), places)?;
    Ok(values.and_then(|values| values.first()?.as_i64()))
}

/// Looks for rows numbered after `since` and up to `until`.
///
/// # Errors
/// Input; too costly; internal.
pub async fn events(
    reader: &Reader<'_>,
    document: Document<'_>,
    root: &SelectionSet,
    since: i64,
    until: i64,
) -> Result<Events, Error> {
    let mut planner = Planner::new(reader, document);
    let (list, selected) = streamed(&planner, root)?;
    let mut args = planner.args(&selected)?;
    args.insert(SINCE.to_owned(), since.into());
    args.insert(UNTIL.to_owned(), until.into());
    let (plan, edge) = planner.stream(list, &selected, args)?;
    let loaded = load::root_list(reader, &mut planner, &plan).await?;
    let found = loaded.groups.get(&load::ROOT).cloned().unwrap_or(0..0);
    let shown = found.start..found.start + found.len().min(plan.page.size);
    let mut position = until;
    let mut events = Vec::with_capacity(shown.len());
    let number = |at: usize| -> Result<i64, Error> {
        let values = load::cursor_values(&plan, &loaded.loaded.rows[at])?;
        let number = values.first().and_then(Value::as_i64);
        number.ok_or_else(|| Error::internal("a row of a stream has no number"))
    };
    for at in shown.clone() {
        let mut writer = Writer::new(reader, String::from("{"));
        writer.out.push_str(&written(selected.key));
        writer.edge(&edge, &plan, &loaded, at)?;
        writer.out.push('}');
        let errors = writer.errors(selected.key);
        events.push(Event { data: writer.out, errors, number: number(at)? });
    }
    if found.len() > shown.len()
        && let Some(last) = events.last()
    {
        position = last.number;
    }
    Ok(Events { events, position, actual: planner.rows })
}
