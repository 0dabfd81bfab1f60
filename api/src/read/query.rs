//! A query from its selection to its answer: the fields of the root one after the other, each with its
//! levels; an error empties its own field, or all data where the field must not be empty.

use std::collections::HashMap;

use apollo_compiler::executable::SelectionSet;
use sea_orm::DatabaseExecutor;
use serde_json::Value;
use uuid::Uuid;

use super::answer::{Writer, plain};
use super::catalog::{Root, RootKind};
use super::codes;
use super::context::{Act, Reader};
use super::error::FieldError;
use super::global_id;
use super::load::{self, KindPlan};
use super::merged;
use super::model::{Args, Guard, Type};
use super::plan::{Level, ListPlan, Object, ShapeField};
use super::planner::Planner;
use super::selection::{Document, Selected};
use super::statistic;
use super::weight;
use crate::error::{Error, Message};

/// Most ids of `nodes`.
const MAX_IDS: usize = 100;

/// Answers of `__schema` and `__type` as JSON text, by response key.
pub type Introspected = apollo_compiler::collections::HashMap<String, String>;

/// What an operation came to.
#[derive(Debug)]
pub struct Answer {
    /// Data as JSON text.
    pub data: String,
    /// What went wrong.
    pub errors: Vec<FieldError>,
    /// What it could have cost, in rows: those that could have been reached, by page sizes, and [`weight`].
    pub requested: usize,
    /// Rows that were read.
    pub actual: usize,
}

/// Most that the payload of a mutation may cost: it is read while its write is open.
const MOST_OF_A_PAYLOAD: usize = 100_000;
/// What a write costs, in rows.
const WRITE_COST: usize = 10;
/// What a statistic costs once it is computed, in rows read, however many it has counted.
pub const STATISTIC_READ: usize = 100;

/// Answers a query, or with `act` a mutation, whose fields run one after the other.
///
/// # Errors
/// What kept everything from being answered and may pass: that is told by a status, not beside data that is none.
pub async fn answer(
    reader: &Reader<'_>,
    document: Document<'_>,
    root: &SelectionSet,
    introspected: &Introspected,
    act: Option<&Act<'_>>,
) -> Result<Answer, Error> {
    let mut planner = Planner::new(reader, document);
    let mut errors = Vec::new();
    let data = fields(reader, &mut planner, root, introspected, act, &mut errors).await;
    let passes = errors.iter().position(|told: &FieldError| told.error.retry_after().is_some());
    if let (None, Some(at)) = (&data, passes) {
        return Err(errors.swap_remove(at).error);
    }
    let (requested, actual) = (planner.cost, planner.rows);
    Ok(Answer { data: data.unwrap_or_else(|| "null".to_owned()), errors, requested, actual })
}

/// The fields of the root; none if one that must not be empty is.
async fn fields<'a>(
    reader: &Reader<'_>,
    planner: &mut Planner<'a>,
    root: &'a SelectionSet,
    introspected: &Introspected,
    act: Option<&Act<'_>>,
    errors: &mut Vec<FieldError>,
) -> Option<String> {
    let of = if act.is_some() { "Mutation" } else { "Query" };
    let selected = planner.document.collect(reader.catalog, of, &[root]);
    // Everything is planned before the first row is read, so that what is too much together is refused
    // before it has cost anything.
    let mut plans = Vec::with_capacity(selected.len());
    for selected in &selected {
        let plan = match planner.catalog.root(of, selected.field.name.as_str()) {
            None => Ok(Planned::Alone),
            // A mutation puts it on record itself.
            Some(root) => match planner.catalog.barred(reader.principal, root) {
                Some(denied) if act.is_none() => Err(denied.into()),
                _ => planned(planner, root, selected),
            },
        };
        if let Err(error @ Error::TooCostly { .. }) = plan {
            errors.push(FieldError { path: vec![selected.key.into()], error });
            return None;
        }
        plans.push(plan);
    }
    let mut writer = Writer::new(reader, String::with_capacity(4096));
    let mut served = false;
    let mut away: Option<u64> = None;
    writer.out.push('{');
    for (at, (selected, plan)) in selected.iter().zip(plans).enumerate() {
        if at > 0 {
            writer.out.push(',');
        }
        writer.out.push('"');
        writer.out.push_str(selected.key);
        writer.out.push_str("\":");
        let start = writer.out.len();
        let name = selected.field.name.as_str();
        if name == "__typename" {
            writer.out.push('"');
            writer.out.push_str(of);
            writer.out.push('"');
            continue;
        }
        if let Some(text) = introspected.get(selected.key) {
            writer.out.push_str(text);
            continue;
        }
        let Some(root) = planner.catalog.root(of, name) else {
            let error = Error::internal(format!("unknown root field {name}"));
            errors.push(FieldError { path: vec![selected.key.into()], error });
            return None;
        };
        let done = match (away, plan) {
            // What could not serve the field before will not serve this one, and each would wait for it.
            (Some(retry_after), _) => Err(Error::Unavailable {
                cause: "after another field".to_owned(),
                retry_after,
                is_cut: false,
            }),
            (None, Ok(Planned::List(plan))) => connection(reader, planner, &mut writer, plan).await,
            (None, Ok(Planned::Row(row))) => one(reader, planner, &mut writer, row).await,
            (None, Ok(Planned::Kinds(kinds))) => {
                let is_many = matches!(root.kind, RootKind::Nodes);
                nodes(reader, planner, &mut writer, selected, kinds, is_many, errors).await
            }
            (None, Ok(Planned::Statistic(plan))) => {
                counted(reader, planner, &mut writer, &plan).await
            }
            (None, Ok(Planned::Alone)) => {
                field(reader, planner, &mut writer, root, selected, act).await
            }
            (None, Err(error)) => Err(error),
        };
        served |= done.is_ok();
        let barred = writer.errors(selected.key);
        if done.is_ok() {
            errors.extend(barred);
        }
        if let Err(error) = done {
            if let Error::Unavailable { retry_after, .. } = error {
                away = Some(retry_after);
            }
            errors.push(FieldError { path: vec![selected.key.into()], error });
            if root.ty.ends_with('!') {
                return None;
            }
            writer.out.truncate(start);
            writer.out.push_str("null");
        }
    }
    writer.out.push('}');
    (served || away.is_none()).then_some(writer.out)
}

/// A field of the root as far as it is known before anything is read.
enum Planned<'a> {
    List(ListPlan<'a>),
    Row(Row<'a>),
    Statistic(Box<statistic::Plan<'a>>),
    Kinds(Kinds<'a>),
    /// A statistic or a write: one piece.
    Alone,
}

/// A row by a natural code.
struct Row<'a> {
    level: Level<'a>,
    object: Object<'a>,
    column: &'static str,
    arg: &'static str,
    code: String,
}

/// Rows by their ids: each id as it was read, and what is read of each type.
struct Kinds<'a> {
    ids: Vec<Result<(&'a Type, Uuid), Error>>,
    plans: Vec<(KindPlan<'a>, &'a Type, Vec<Uuid>)>,
}

fn planned<'a>(
    planner: &mut Planner<'a>,
    root: &'a Root,
    selected: &Selected<'a>,
) -> Result<Planned<'a>, Error> {
    match &root.kind {
        RootKind::List(list) => {
            let coordinate = format!("Query.{}", root.name);
            planner.list(&coordinate, list, selected, 1).map(Planned::List)
        }
        RootKind::Lookup { target, column, arg } => {
            let args = planner.args(selected)?;
            planner.add_cost(weight::LOOKUP)?;
            let code = args.get(*arg).and_then(Value::as_str).unwrap_or_default();
            let ty = planner.catalog.declared(target)?;
            let code = if ty.is_code(column) { (ty.code_of)(code) } else { code.to_owned() };
            let mut level = Level::new(ty, Args::new());
            let object = planner.object(&mut level, 0, ty, &selected.sets, 1)?;
            Ok(Planned::Row(Row { level, object, column, arg, code }))
        }
        // Each id that is none is told at its own place.
        RootKind::Node | RootKind::Nodes => {
            kinds(planner, &planner.given(selected)?, selected).map(Planned::Kinds)
        }
        RootKind::Statistics(target) => statistic::plan(planner, target, selected)
            .map(|plan| Planned::Statistic(Box::new(plan))),
        RootKind::Statistic(_, weight, _) => planner.add_cost(*weight).map(|()| Planned::Alone),
        RootKind::Known(_) | RootKind::Action(..) | RootKind::Stream(_) => Ok(Planned::Alone),
    }
}

fn kinds<'a>(
    planner: &mut Planner<'a>,
    args: &Args,
    selected: &Selected<'a>,
) -> Result<Kinds<'a>, Error> {
    let given = match (args.get("ids"), args.get("id")) {
        (Some(Value::Array(ids)), _) => ids.as_slice(),
        (_, id) => id.map_or(&[][..], std::slice::from_ref),
    };
    if given.len() > MAX_IDS {
        return Err(Error::argument(
            "ids",
            format!("ids는 한 번에 {MAX_IDS}개까지입니다."),
            format!("ids takes at most {MAX_IDS} ids."),
        ));
    }
    let read = |(at, id): (usize, &Value)| match args.contains_key("ids") {
        true => read_id(planner, &["ids", &at.to_string()], id),
        false => read_id(planner, &["id"], id),
    };
    let ids: Vec<Result<(&Type, Uuid), Error>> = given.iter().enumerate().map(read).collect();
    let mut keys: Vec<(&'a Type, Vec<Uuid>)> = Vec::new();
    for (ty, key) in ids.iter().flatten() {
        match keys.iter_mut().find(|(known, _)| known.tag == ty.tag) {
            Some((_, keys)) if keys.contains(key) => {}
            Some((_, keys)) => keys.push(*key),
            None => keys.push((ty, vec![*key])),
        }
    }
    let mut plans = Vec::with_capacity(keys.len());
    for (ty, keys) in keys {
        planner.add_cost(weight::LOOKUP)?;
        plans.push((load::plan_kind(planner, ty, &selected.sets, keys.len())?, ty, keys));
    }
    Ok(Kinds { ids, plans })
}

async fn connection<'a>(
    reader: &Reader<'_>,
    planner: &mut Planner<'a>,
    writer: &mut Writer<'_>,
    mut plan: ListPlan<'a>,
) -> Result<(), Error> {
    codes::resolve(reader, &mut plan.level.args).await?;
    let loaded = load::root_list(reader, planner, &plan).await?;
    writer.connection(&plan, &loaded, load::ROOT)
}

async fn counted(
    reader: &Reader<'_>,
    planner: &mut Planner<'_>,
    writer: &mut Writer<'_>,
    plan: &statistic::Plan<'_>,
) -> Result<(), Error> {
    let (read, value) = statistic::load(reader, plan).await?;
    planner.add_rows(STATISTIC_READ + read)?;
    writer.value(&value, Some(&plan.shape));
    Ok(())
}

async fn field<'a>(
    reader: &Reader<'_>,
    planner: &mut Planner<'a>,
    writer: &mut Writer<'_>,
    root: &'a Root,
    selected: &Selected<'a>,
    act: Option<&Act<'_>>,
) -> Result<(), Error> {
    match &root.kind {
        RootKind::Statistic(_, _, statistic) | RootKind::Known(statistic) => {
            let mut args = planner.args(selected)?;
            if matches!(root.kind, RootKind::Statistic(..)) {
                planner.add_rows(STATISTIC_READ)?;
                let resolved = codes::resolve(reader, &mut args).await;
                // What may be null is looked up, and what names it must be there.
                let is_lookup = !root.ty.ends_with('!');
                resolved.map_err(|error| if is_lookup { error.absent() } else { error })?;
            }
            let value = statistic(reader, &args).await?;
            payload(reader, planner, writer, &root.ty, selected, &value).await
        }
        RootKind::Action(_, action) => {
            let act = act.ok_or_else(|| Error::internal("a write without an author"))?;
            // What its input holds is read by the mutation itself.
            let args = planner.given(selected).inspect_err(|error| act.refuse(root.name, error))?;
            planner.cost = planner.cost.saturating_add(WRITE_COST);
            planner.add_rows(WRITE_COST)?;
            weigh(planner, &root.ty, selected).inspect_err(|error| act.refuse(root.name, error))?;
            // What was begun by an action that failed is never committed by the next one.
            let done = action(act, args).await.inspect_err(|_| drop(act.db.take_held()));
            let value = done?;
            let Some(held) = act.db.take_held() else {
                return payload(reader, planner, writer, &root.ty, selected, &value).await;
            };
            // What was written is told by its own transaction: after the commit it may be somebody else's.
            let db = DatabaseExecutor::from(&held.transaction);
            let reader = Reader { db: &db, ..*reader };
            payload(&reader, planner, writer, &root.ty, selected, &value).await?;
            held.commit().await
        }
        RootKind::List(_)
        | RootKind::Lookup { .. }
        | RootKind::Statistics(_)
        | RootKind::Node
        | RootKind::Nodes => Err(Error::internal("a field that was not planned")),
        RootKind::Stream(_) => Err(Error::internal("a stream has no single answer")),
    }
}

/// Looks at what a payload selects before anything is written: other writes wait while it is read.
///
/// # Errors
/// Input; too costly.
fn weigh<'a>(planner: &mut Planner<'a>, ty: &str, selected: &Selected<'a>) -> Result<(), Error> {
    let before = planner.cost;
    let shape = planner.shape(ty, &selected.sets);
    for (.., field) in shape.iter().flat_map(|shape| &shape.fields) {
        if let ShapeField::Row(ty, sets) = field {
            load::plan_kind(planner, ty, sets, 1)?;
        }
    }
    let cost = planner.cost - before;
    if cost > MOST_OF_A_PAYLOAD {
        return Err(Error::TooCostly { cost, limit: MOST_OF_A_PAYLOAD });
    }
    planner.cost = before;
    Ok(())
}

/// Writes a shape whose fields may be rows, named by their keys.
async fn payload<'a>(
    reader: &Reader<'_>,
    planner: &mut Planner<'a>,
    writer: &mut Writer<'_>,
    ty: &str,
    selected: &Selected<'a>,
    value: &Value,
) -> Result<(), Error> {
    let Some(shape) = planner.shape(ty, &selected.sets) else {
        writer.value(value, None);
        return Ok(());
    };
    if !shape.fields.iter().any(|(.., field)| matches!(field, ShapeField::Row(..))) {
        writer.value(value, Some(&shape));
        return Ok(());
    }
    writer.out.push('{');
    for (at, (response_key, name, field)) in shape.fields.iter().enumerate() {
        if at > 0 {
            writer.out.push(',');
        }
        writer.out.push_str(response_key);
        let inner = value.get(*name).unwrap_or(&Value::Null);
        match field {
            _ if *name == "__typename" => writer.value(&shape.shape.name.into(), None),
            ShapeField::Row(ty, sets) => {
                let Some(key) = inner.as_str().and_then(|key| key.parse::<Uuid>().ok()) else {
                    writer.out.push_str("null");
                    continue;
                };
                let kind = load::of_kind(reader, planner, ty, sets, &[key]).await?;
                match kind.at.get(&key) {
                    Some(at) => writer.item(&kind, *at, plain(response_key))?,
                    None => writer.out.push_str("null"),
                }
            }
            ShapeField::Shape(plan) => writer.value(inner, Some(plan)),
            ShapeField::Leaf => writer.value(inner, None),
        }
    }
    writer.out.push('}');
    Ok(())
}

async fn one<'a>(
    reader: &Reader<'_>,
    planner: &mut Planner<'a>,
    writer: &mut Writer<'_>,
    row: Row<'a>,
) -> Result<(), Error> {
    let Row { level, object, column, arg, code } = row;
    let named = vec![code.as_str().into()];
    let mut loaded = load::root_rows(reader, planner, &level, column, named).await?;
    if loaded.rows.is_empty() {
        let meant = codes::meant(reader, level.ty, column, (arg, &code)).await?;
        loaded = load::root_rows(reader, planner, &level, column, vec![meant.into()]).await?;
    }
    if loaded.rows.is_empty() {
        return Err(Error::NotFound);
    }
    writer.object(&object, &level, &loaded, 0)
}

fn read_id<'a>(
    planner: &Planner<'a>,
    path: &[&str],
    id: &Value,
) -> Result<(&'a Type, Uuid), Error> {
    let read = id.as_str().and_then(global_id::decode);
    let read = match read.and_then(|(tag, key)| Some((planner.catalog.tagged(tag)?, key))) {
        Some((ty, key)) if matches!(ty.guard, Guard::Feed) => {
            planner.places.show(key)?.map(|(_, key)| (ty, key))
        }
        read => read,
    };
    read.ok_or_else(|| {
        let path = path.iter().map(|step| (*step).to_owned()).collect();
        let text = ("올바른 식별자(id)가 아닙니다.", "This is not an id of this API.");
        Error::at(path, Message::new(text.0, text.1))
    })
}

async fn nodes<'a>(
    reader: &Reader<'_>,
    planner: &mut Planner<'a>,
    writer: &mut Writer<'_>,
    selected: &Selected<'a>,
    kinds: Kinds<'a>,
    is_many: bool,
    errors: &mut Vec<FieldError>,
) -> Result<(), Error> {
    let mut loaded = HashMap::new();
    let mut leads = HashMap::new();
    for (plan, ty, keys) in kinds.plans {
        let kind = load::load_kind(reader, planner, plan, &keys).await?;
        let lost = keys.iter().filter(|key| !kind.at.contains_key(key)).map(|key| (*key).into());
        let found = merged::find(reader, ty, "id", lost.collect()).await?;
        if !found.is_empty() {
            let into: Vec<Uuid> = found.iter().map(|found| found.into).collect();
            let kind = load::of_kind(reader, planner, ty, &selected.sets, &into).await?;
            leads.extend(found.into_iter().map(|found| (found.id, found.into)));
            loaded.insert((ty.tag, true), kind);
        }
        loaded.insert((ty.tag, false), kind);
    }
    let find = |read: Result<(&Type, Uuid), Error>| {
        let (ty, key) = read?;
        let lead = leads.get(&key);
        let kind = loaded.get(&(ty.tag, lead.is_some())).ok_or(Error::NotFound)?;
        Ok((kind, *kind.at.get(lead.unwrap_or(&key)).ok_or(Error::NotFound)?))
    };
    let mut ids = kinds.ids.into_iter();
    if !is_many {
        let (kind, at) = find(ids.next().unwrap_or(Err(Error::NotFound)))?;
        return writer.kind(kind, at);
    }
    writer.out.push('[');
    for (at, read) in ids.enumerate() {
        if at > 0 {
            writer.out.push(',');
        }
        match find(read) {
            Ok((kind, row)) => writer.item(kind, row, at)?,
            Err(error) => {
                errors.push(FieldError { path: vec![selected.key.into(), at.into()], error });
                writer.out.push_str("null");
            }
        }
    }
    writer.out.push(']');
    Ok(())
}
