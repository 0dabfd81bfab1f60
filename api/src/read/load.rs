//! One statement a level: rows of a list for all parents at once, to-one rows joined, the caller's
//! scope in each condition.

use std::collections::HashMap;
use std::ops::Range;

use futures_util::future::BoxFuture;
use sea_orm::{ConnectionTrait, QueryResult};
use serde_json::Value;
use uuid::Uuid;

use super::context::Reader;
use super::model::{Args, Guard, Scalar, Type};
use super::plan::{ChildKind, Level, ListPlan, Object};
use super::planner::Planner;
use super::row;
use super::sql::Sql;
use super::statement;
use crate::error::Error;
use crate::service::change;

/// The rows of a level, and of the levels below.
pub struct Loaded<'a> {
    /// Rows in the order of the answer.
    pub rows: Vec<QueryResult>,
    /// Levels below, as the plan numbers them.
    pub children: Vec<LoadedChild<'a>>,
}

/// Rows of a level below.
pub enum LoadedChild<'a> {
    /// Rows of a list.
    List(LoadedList<'a>),
    /// Rows of several types, by type.
    Subject(HashMap<String, LoadedKind<'a>>),
}

/// Rows of a list, by parent.
pub struct LoadedList<'a> {
    /// The rows of each parent, at most one more than the page holds.
    pub groups: HashMap<Uuid, Range<usize>>,
    /// Totals of each parent, if asked for.
    pub totals: HashMap<Uuid, i64>,
    /// The rows.
    pub loaded: Loaded<'a>,
}

/// Rows of one type, by key.
pub struct LoadedKind<'a> {
    /// What is selected on them.
    pub object: Object<'a>,
    /// Their statement.
    pub level: Level<'a>,
    /// Where each row is.
    pub at: HashMap<Uuid, usize>,
    /// The rows.
    pub loaded: Loaded<'a>,
}

/// Key under which the rows of a list at the root stand.
pub const ROOT: Uuid = Uuid::nil();

async fn rows(reader: &Reader<'_>, sql: Sql) -> Result<Vec<QueryResult>, Error> {
    Ok(reader.db.query_all_raw(sql.finish()).await?)
}

/// Loads a list at the root.
///
/// # Errors
/// Input; internal.
pub async fn root_list<'a>(
    reader: &Reader<'_>,
    planner: &mut Planner<'a>,
    plan: &ListPlan<'a>,
) -> Result<LoadedList<'a>, Error> {
    list(reader, planner, plan, None).await
}

/// Loads one row by a column, with the levels below it.
///
/// # Errors
/// Internal.
pub async fn root_rows<'a>(
    reader: &Reader<'_>,
    planner: &mut Planner<'a>,
    level: &Level<'a>,
    column: &str,
    values: Vec<sea_orm::Value>,
) -> Result<Loaded<'a>, Error> {
    let sql = statement::by_column(reader, level, column, values)?;
    let rows = rows(reader, sql).await?;
    planner.add_rows(rows.len())?;
    let children = children(reader, planner, level, &rows.iter().collect::<Vec<_>>()).await?;
    Ok(Loaded { rows, children })
}

/// Loads the rows of a list and what is below; `parents` is none at the root.
async fn list<'a>(
    reader: &Reader<'_>,
    planner: &mut Planner<'a>,
    plan: &ListPlan<'a>,
    parents: Option<&[Uuid]>,
) -> Result<LoadedList<'a>, Error> {
    let mut groups = HashMap::new();
    let mut totals = HashMap::new();
    let mut found = Vec::new();
    let link = plan.list.link;
    let parents = match (parents, link) {
        (Some(keys), Some(link)) => Some((link, keys)),
        (None, None) => None,
        _ => {
            return Err(Error::internal(
                "a list below a row needs a link, one at the root has none",
            ));
        }
    };
    let reachable = parents.is_none_or(|(_, keys)| !keys.is_empty());
    if plan.wants_rows && reachable {
        match parents {
            None => {
                found = rows(reader, statement::single(reader, plan, None)?).await?;
                groups.insert(ROOT, 0..found.len());
            }
            Some((link, [key])) => {
                found = rows(reader, statement::single(reader, plan, Some((link, *key)))?).await?;
                groups.insert(*key, 0..found.len());
            }
            Some((link, keys)) => {
                found = rows(reader, statement::several(reader, plan, link, keys)?).await?;
                let parent_at = plan.level.columns.len();
                let mut from = 0;
                while from < found.len() {
                    let key = row::key(&found[from], parent_at)?;
                    let mut to = from + 1;
                    while to < found.len() && row::key(&found[to], parent_at)? == key {
                        to += 1;
                    }
                    groups.insert(key.unwrap_or(ROOT), from..to);
                    from = to;
                }
            }
        }
    }
    // After the rows were read: what was there then is not missed, whatever is forgotten next.
    if matches!(plan.level.ty.guard, Guard::Feed)
        && let Some(after) = plan.page.after.as_ref().and_then(|after| after.first()?.as_i64())
    {
        change::check_kept(reader.db, after).await?;
    }
    planner.add_rows(found.len())?;
    if plan.wants_total && reachable {
        for counted in rows(reader, statement::total(reader, plan, parents)?).await? {
            let count = row::integer(&counted, 0)?.unwrap_or(0);
            let key = if parents.is_some() { row::key(&counted, 1)? } else { None };
            totals.insert(key.unwrap_or(ROOT), count);
        }
    }
    // The row read beyond a page's end only tells that there is one; nothing is loaded below it.
    let shown: Vec<&QueryResult> = groups
        .values()
        .flat_map(|group| &found[group.start..group.end.min(group.start + plan.page.size)])
        .collect();
    note_personal(reader, &shown, plan.personal_at)?;
    let children = children(reader, planner, &plan.level, &shown).await?;
    Ok(LoadedList { groups, totals, loaded: Loaded { rows: found, children } })
}

/// Loads the levels below some rows.
fn children<'b, 'a: 'b>(
    reader: &'b Reader<'_>,
    planner: &'b mut Planner<'a>,
    level: &'b Level<'a>,
    rows: &'b [&'b QueryResult],
) -> BoxFuture<'b, Result<Vec<LoadedChild<'a>>, Error>> {
    Box::pin(async move {
        let mut loaded = Vec::with_capacity(level.children.len());
        for child in &level.children {
            loaded.push(match &child.kind {
                ChildKind::List(plan) => {
                    let keys = distinct_keys(rows, child.key_at)?;
                    LoadedChild::List(list(reader, planner, plan, Some(&keys)).await?)
                }
                ChildKind::Subject { type_at, sets } => {
                    let mut keys: HashMap<String, Vec<Uuid>> = HashMap::new();
                    for row in rows {
                        let (Some(name), Some(key)) =
                            (row::text(row, *type_at)?, row::key(row, child.key_at)?)
                        else {
                            continue;
                        };
                        let known = keys.entry(name.to_owned()).or_default();
                        known.push(key);
                    }
                    let mut kinds = HashMap::new();
                    for (name, mut keys) in keys {
                        keys.sort_unstable();
                        keys.dedup();
                        let Some(ty) = planner.catalog.find(&name) else { continue };
                        let kind = of_kind(reader, planner, ty, sets, &keys).await?;
                        kinds.insert(name, kind);
                    }
                    LoadedChild::Subject(kinds)
                }
            });
        }
        Ok(loaded)
    })
}

/// Loads rows of one type by their keys, in one statement and the levels below.
///
/// # Errors
/// Input, if a field's argument is not what it may be; internal.
pub async fn of_kind<'a>(
    reader: &Reader<'_>,
    planner: &mut Planner<'a>,
    ty: &'a Type,
    sets: &[&'a apollo_compiler::executable::SelectionSet],
    keys: &[Uuid],
) -> Result<LoadedKind<'a>, Error> {
    let plan = plan_kind(planner, ty, sets, keys.len())?;
    load_kind(reader, planner, plan, keys).await
}

/// What is read of rows of one type that are named by their keys.
pub struct KindPlan<'a> {
    object: Object<'a>,
    level: Level<'a>,
    key_at: usize,
    personal_at: Option<usize>,
}

/// Plans the reading of so many rows of one type.
///
/// # Errors
/// Input, if a field's argument is not what it may be; too costly.
pub fn plan_kind<'a>(
    planner: &mut Planner<'a>,
    ty: &'a Type,
    sets: &[&'a apollo_compiler::executable::SelectionSet],
    rows: usize,
) -> Result<KindPlan<'a>, Error> {
    let mut level = Level::new(ty, Args::new());
    let key_at = level.key(0);
    let personal_at = level.personal_key();
    let object = planner.object(&mut level, 0, ty, sets, rows)?;
    Ok(KindPlan { object, level, key_at, personal_at })
}

/// Loads the rows of a plan by their keys.
///
/// # Errors
/// Internal; too costly.
pub async fn load_kind<'a>(
    reader: &Reader<'_>,
    planner: &mut Planner<'a>,
    plan: KindPlan<'a>,
    keys: &[Uuid],
) -> Result<LoadedKind<'a>, Error> {
    let KindPlan { object, level, key_at, personal_at } = plan;
    if keys.is_empty() {
        let loaded = Loaded { rows: Vec::new(), children: Vec::new() };
        return Ok(LoadedKind { object, level, at: HashMap::new(), loaded });
    }
    let values = keys.iter().map(|key| sea_orm::Value::from(*key)).collect();
    let loaded = root_rows(reader, planner, &level, "id", values).await?;
    note_personal(reader, &loaded.rows.iter().collect::<Vec<_>>(), personal_at)?;
    let mut at = HashMap::with_capacity(loaded.rows.len());
    for (index, row) in loaded.rows.iter().enumerate() {
        if let Some(key) = row::key(row, key_at)? {
            at.insert(key, index);
        }
    }
    Ok(LoadedKind { object, level, at, loaded })
}

/// Notes which personal data is shown.
fn note_personal(
    reader: &Reader<'_>,
    rows: &[&QueryResult],
    personal_at: Option<usize>,
) -> Result<(), Error> {
    let Some(at) = personal_at else { return Ok(()) };
    let keys: Result<Vec<Option<Uuid>>, Error> = rows.iter().map(|row| row::key(row, at)).collect();
    let keys: Vec<Uuid> = keys?.into_iter().flatten().collect();
    if !keys.is_empty() {
        reader.marks.note_personal(keys);
    }
    Ok(())
}

fn distinct_keys(rows: &[&QueryResult], at: usize) -> Result<Vec<Uuid>, Error> {
    let mut keys = Vec::with_capacity(rows.len());
    for row in rows {
        keys.extend(row::key(row, at)?);
    }
    keys.sort_unstable();
    keys.dedup();
    Ok(keys)
}

/// Values of a row's order, for its cursor.
///
/// # Errors
/// Internal.
pub fn cursor_values(plan: &ListPlan<'_>, row: &QueryResult) -> Result<Vec<Value>, Error> {
    let scalars: Vec<Scalar> = plan.order.iter().map(|term| term.column.scalar).collect();
    plan.order_at.iter().zip(scalars).map(|(at, scalar)| row::value(row, *at, scalar)).collect()
}
