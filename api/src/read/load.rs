//! One statement a level: rows of a list for all parents at once, to-one rows joined, the caller's
//! scope in each condition.

use std::collections::HashMap;
use std::ops::Range;

use futures_util::future::BoxFuture;
use sea_orm::{ConnectionTrait, QueryResult};
use serde_json::Value;
use uuid::Uuid;

use super::context::Reader;
use super::filter;
use super::model::{Args, Link, Order, Scalar, Source, Type};
use super::page::bound;
use super::plan::{ChildKind, Level, ListPlan, MAX_ROWS, Object, Planner};
use super::row;
use super::scope;
use super::sql::Sql;
use crate::error::Error;

/// Alias of a level's own rows.
const BASE: &str = "b";

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

fn alias(row: usize) -> String {
    match row {
        0 => BASE.to_owned(),
        row => format!("j{row}"),
    }
}

fn write_columns(reader: &Reader<'_>, sql: &mut Sql, level: &Level<'_>) -> Result<(), Error> {
    for (at, item) in level.columns.iter().enumerate() {
        if at > 0 {
            sql.push(", ");
        }
        let alias = alias(item.row);
        match item.column.source {
            Source::Column(name) => {
                sql.column(&alias, name);
            }
            Source::Expression(expression) => {
                expression(reader, sql, &alias, &item.args, &level.args)?;
            }
        }
    }
    if level.columns.is_empty() {
        sql.push("1");
    }
    Ok(())
}

fn write_joins(reader: &Reader<'_>, sql: &mut Sql, level: &Level<'_>) -> Result<(), Error> {
    for (at, join) in level.joins.iter().enumerate() {
        let joined = alias(at + 1);
        sql.push(" LEFT JOIN ").push(join.ty.table).push(" ").push(&joined).push(" ON ");
        sql.column(&joined, "id").push(" = ");
        filter::write_source(reader, sql, &alias(join.from), &join.key, &level.args)?;
        sql.push(" AND ");
        scope::guard(reader, sql, join.ty, &joined, None);
    }
    Ok(())
}

fn write_term(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    term: &Order,
    level: &Args,
) -> Result<(), Error> {
    filter::write_source(reader, sql, alias, &term.column.source, level)
}

/// Direction of the closing id: that of the last term, so that one index serves both.
fn id_descending(order: &[Order]) -> bool {
    order.last().is_some_and(|term| term.descending)
}

fn write_order(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    plan: &ListPlan<'_>,
) -> Result<(), Error> {
    let direction = |descending: bool| if descending == plan.page.backward { "" } else { " DESC" };
    for term in &plan.order {
        write_term(reader, sql, alias, term, &plan.level.args)?;
        sql.push(direction(term.descending)).push(", ");
    }
    sql.column(alias, "id").push(direction(id_descending(&plan.order)));
    Ok(())
}

/// Adds the condition that a row stands after (or before) a cursor in the list's order.
fn write_keyset(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    plan: &ListPlan<'_>,
    cursor: &[Value],
    after: bool,
) -> Result<(), Error> {
    let unreadable = || Error::internal("a cursor that was read before cannot be bound");
    let sign = |descending: bool| if descending == after { " < " } else { " > " };
    let id = |value: &Value| value.as_str().and_then(|text| Uuid::parse_str(text).ok());
    let (key, values) = cursor.split_last().ok_or_else(unreadable)?;
    let key = id(key).ok_or_else(unreadable)?;
    let last = id_descending(&plan.order);
    if plan.order.iter().all(|term| term.descending == last) {
        sql.push("(");
        for term in &plan.order {
            write_term(reader, sql, alias, term, &plan.level.args)?;
            sql.push(", ");
        }
        sql.column(alias, "id").push(")").push(sign(last)).push("(");
        for (term, value) in plan.order.iter().zip(values) {
            sql.bind(bound(term.column.scalar, value).ok_or_else(unreadable)?).push(", ");
        }
        sql.bind(key).push(")");
        return Ok(());
    }
    // Mixed directions have no row comparison: greater in the first term, or equal and greater in the next …
    sql.push("(");
    for at in 0..=plan.order.len() {
        if at > 0 {
            sql.push(" OR ");
        }
        sql.push("(");
        for (term, value) in plan.order.iter().zip(values).take(at) {
            write_term(reader, sql, alias, term, &plan.level.args)?;
            sql.push(" = ")
                .bind(bound(term.column.scalar, value).ok_or_else(unreadable)?)
                .push(" AND ");
        }
        match plan.order.get(at).zip(values.get(at)) {
            Some((term, value)) => {
                write_term(reader, sql, alias, term, &plan.level.args)?;
                sql.push(sign(term.descending));
                sql.bind(bound(term.column.scalar, value).ok_or_else(unreadable)?);
            }
            None => {
                sql.column(alias, "id").push(sign(last)).bind(key);
            }
        }
        sql.push(")");
    }
    sql.push(")");
    Ok(())
}

/// Adds scope, the list's own condition and `where`.
fn write_conditions(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    plan: &ListPlan<'_>,
    reached_by: Option<&str>,
) -> Result<(), Error> {
    scope::guard(reader, sql, plan.level.ty, alias, reached_by);
    if let Some(condition) = plan.list.condition {
        sql.push(" AND ");
        condition(reader, sql, alias, &plan.level.args)?;
    }
    if let Some(filter) = &plan.filter {
        sql.push(" AND ");
        filter::condition(reader, sql, plan.level.ty, alias, filter)?;
    }
    Ok(())
}

fn write_cursors(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    plan: &ListPlan<'_>,
) -> Result<(), Error> {
    for (cursor, after) in [(&plan.page.after, true), (&plan.page.before, false)] {
        if let Some(cursor) = cursor {
            sql.push(" AND ");
            write_keyset(reader, sql, alias, plan, cursor, after)?;
        }
    }
    Ok(())
}

/// The rows of a list at the root, or of one parent: the index gives them in order, so LIMIT ends
/// the statement early.
fn single_statement(
    reader: &Reader<'_>,
    plan: &ListPlan<'_>,
    parent: Option<(Link, Uuid)>,
) -> Result<Sql, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT ");
    write_columns(reader, &mut sql, &plan.level)?;
    sql.push(" FROM ");
    let mut link_table = None;
    let table = plan.level.ty.table;
    let reached_by = match parent {
        Some((Link::Through(through), _)) => {
            let link = sql.alias();
            sql.push(through.table).push(" ").push(&link).push(" JOIN ").push(table).push(" ");
            sql.push(BASE)
                .push(" ON ")
                .column(BASE, "id")
                .push(" = ")
                .column(&link, through.target);
            link_table = Some((link, through.parent));
            None
        }
        Some((Link::Foreign(fk), _)) => {
            sql.push(table).push(" ").push(BASE);
            Some(fk)
        }
        None => {
            sql.push(table).push(" ").push(BASE);
            None
        }
    };
    write_joins(reader, &mut sql, &plan.level)?;
    sql.push(" WHERE ");
    if let Some((_, key)) = parent {
        match (&link_table, reached_by) {
            (Some((link, column)), _) => sql.column(link, column),
            (None, Some(fk)) => sql.column(BASE, fk),
            (None, None) => sql.push("NULL"),
        };
        sql.push(" = ").bind(key).push(" AND ");
    }
    write_conditions(reader, &mut sql, BASE, plan, reached_by)?;
    write_cursors(reader, &mut sql, BASE, plan)?;
    sql.push(" ORDER BY ");
    write_order(reader, &mut sql, BASE, plan)?;
    sql.push(" LIMIT ").literal(plan.page.size + 1);
    Ok(sql)
}

/// The rows of a list for several parents: each parent's are ranked, so each has a page of its own.
fn ranked_statement(
    reader: &Reader<'_>,
    plan: &ListPlan<'_>,
    link: Link,
    parents: &[Uuid],
) -> Result<Sql, Error> {
    let mut sql = reader.sql();
    let inner = sql.alias();
    sql.push("SELECT ");
    write_columns(reader, &mut sql, &plan.level)?;
    sql.push(", b.parent_key FROM (SELECT ").push(&inner).push(".*, ");
    let table = plan.level.ty.table;
    let (parent, reached_by) = match link {
        Link::Foreign(fk) => (format!("{inner}.{fk}"), Some(fk)),
        Link::Through(through) => (format!("{inner}_link.{}", through.parent), None),
    };
    sql.push(&parent).push(" AS parent_key, row_number() OVER (PARTITION BY ").push(&parent);
    sql.push(" ORDER BY ");
    write_order(reader, &mut sql, &inner, plan)?;
    sql.push(") AS row_rank FROM ");
    if let Link::Through(through) = link {
        sql.push(through.table)
            .push(" ")
            .push(&inner)
            .push("_link JOIN ")
            .push(table)
            .push(" ")
            .push(&inner);
        sql.push(" ON ")
            .column(&inner, "id")
            .push(" = ")
            .push(&inner)
            .push("_link.")
            .push(through.target);
    } else {
        sql.push(table).push(" ").push(&inner);
    }
    sql.push(" WHERE ").push(&parent).in_keys(parents).push(" AND ");
    write_conditions(reader, &mut sql, &inner, plan, reached_by)?;
    write_cursors(reader, &mut sql, &inner, plan)?;
    sql.push(") ").push(BASE);
    write_joins(reader, &mut sql, &plan.level)?;
    sql.push(" WHERE b.row_rank <= ").literal(plan.page.size + 1);
    sql.push(" ORDER BY b.parent_key, b.row_rank LIMIT ").literal(MAX_ROWS + 1);
    Ok(sql)
}

fn total_statement(
    reader: &Reader<'_>,
    plan: &ListPlan<'_>,
    parents: Option<(Link, &[Uuid])>,
) -> Result<Sql, Error> {
    let mut sql = reader.sql();
    let inner = sql.alias();
    let Some((link, keys)) = parents else {
        sql.push("SELECT count(*) FROM ")
            .push(plan.level.ty.table)
            .push(" ")
            .push(&inner)
            .push(" WHERE ");
        write_conditions(reader, &mut sql, &inner, plan, None)?;
        return Ok(sql);
    };
    let (parent, reached_by) = match link {
        Link::Foreign(fk) => (format!("{inner}.{fk}"), Some(fk)),
        Link::Through(through) => (format!("{inner}_link.{}", through.parent), None),
    };
    sql.push("SELECT count(*), ").push(&parent).push(" FROM ");
    if let Link::Through(through) = link {
        sql.push(through.table)
            .push(" ")
            .push(&inner)
            .push("_link JOIN ")
            .push(plan.level.ty.table);
        sql.push(" ").push(&inner).push(" ON ").column(&inner, "id").push(" = ").push(&inner);
        sql.push("_link.").push(through.target);
    } else {
        sql.push(plan.level.ty.table).push(" ").push(&inner);
    }
    sql.push(" WHERE ").push(&parent).in_keys(keys).push(" AND ");
    write_conditions(reader, &mut sql, &inner, plan, reached_by)?;
    sql.push(" GROUP BY ").push(&parent);
    Ok(sql)
}

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
    let mut sql = reader.sql();
    sql.push("SELECT ");
    write_columns(reader, &mut sql, level)?;
    sql.push(" FROM ").push(level.ty.table).push(" ").push(BASE);
    write_joins(reader, &mut sql, level)?;
    sql.push(" WHERE ").column(BASE, column).push(" IN (");
    for (at, value) in values.into_iter().enumerate() {
        if at > 0 {
            sql.push(", ");
        }
        sql.bind(value);
    }
    sql.push(") AND ");
    scope::guard(reader, &mut sql, level.ty, BASE, None);
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
                found = rows(reader, single_statement(reader, plan, None)?).await?;
                groups.insert(ROOT, 0..found.len());
            }
            Some((link, [key])) => {
                found = rows(reader, single_statement(reader, plan, Some((link, *key)))?).await?;
                groups.insert(*key, 0..found.len());
            }
            Some((link, keys)) => {
                found = rows(reader, ranked_statement(reader, plan, link, keys)?).await?;
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
    planner.add_rows(found.len())?;
    if plan.wants_total && reachable {
        for counted in rows(reader, total_statement(reader, plan, parents)?).await? {
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
    let mut level = Level::new(ty, Args::new());
    let key_at = level.key(0);
    let object = planner.object(&mut level, 0, ty, sets, keys.len())?;
    let values = keys.iter().map(|key| sea_orm::Value::from(*key)).collect();
    let loaded = root_rows(reader, planner, &level, "id", values).await?;
    let mut at = HashMap::with_capacity(loaded.rows.len());
    for (index, row) in loaded.rows.iter().enumerate() {
        if let Some(key) = row::key(row, key_at)? {
            at.insert(key, index);
        }
    }
    Ok(LoadedKind { object, level, at, loaded })
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
