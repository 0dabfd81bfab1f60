//! The statements of a level: what is selected and joined, the caller's scope and the filter in each
//! condition, keyset pages by LIMIT for one parent and by rank for several.

use sea_orm::{DbBackend, Value as Bound};
use serde_json::Value;
use uuid::Uuid;

use super::context::Reader;
use super::filter;
use super::model::{Args, Link, Order, Source};
use super::page::bound;
use super::plan::{Level, ListPlan};
use super::planner::MAX_ROWS;
use super::scope;
use super::sql::Sql;
use crate::error::Error;

/// Alias of a level's own rows.
const BASE: &str = "b";

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
///
/// # Errors
/// Input, if the filter or a cursor is not what it may be.
pub fn single(
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
        Some((Link::Reached(_), _)) | None => {
            sql.push(table).push(" ").push(BASE);
            None
        }
    };
    write_joins(reader, &mut sql, &plan.level)?;
    sql.push(" WHERE ");
    if let Some((link, key)) = parent {
        match &link_table {
            Some((link, column)) => {
                sql.column(link, column);
            }
            None => write_parent(reader, &mut sql, BASE, link)?,
        }
        sql.push(" = ").bind(key).push(" AND ");
    }
    write_conditions(reader, &mut sql, BASE, plan, reached_by)?;
    write_cursors(reader, &mut sql, BASE, plan)?;
    sql.push(" ORDER BY ");
    write_order(reader, &mut sql, BASE, plan)?;
    sql.push(" LIMIT ").literal(plan.page.size + 1);
    Ok(sql)
}

/// The rows of a list for several parents, each with a page of its own.
///
/// # Errors
/// Input, if the filter or a cursor is not what it may be.
pub fn several(
    reader: &Reader<'_>,
    plan: &ListPlan<'_>,
    link: Link,
    parents: &[Uuid],
) -> Result<Sql, Error> {
    if reader.backend() == DbBackend::Postgres {
        let sql = lateral(reader, plan, link, parents)?;
        // Rows of other types that a condition looks at would be looked for again for each parent.
        if sql.conditions() == 0 {
            return Ok(sql);
        }
    }
    ranked(reader, plan, link, parents)
}

/// Each parent's page by itself: the index that gives its rows in order is left as soon as the page is full.
fn lateral(
    reader: &Reader<'_>,
    plan: &ListPlan<'_>,
    link: Link,
    parents: &[Uuid],
) -> Result<Sql, Error> {
    let mut sql = reader.sql();
    let (parent, inner) = (sql.alias(), sql.alias());
    sql.push("SELECT ");
    write_columns(reader, &mut sql, &plan.level)?;
    sql.push(", ").column(&parent, "key").push(" FROM unnest(CAST(").keys(parents);
    sql.push(" AS uuid[])) AS ");
    sql.push(&parent).push("(key) CROSS JOIN LATERAL (SELECT ").push(&inner).push(".* FROM ");
    let reached_by = match link {
        Link::Foreign(_) | Link::Reached(_) => {
            sql.push(plan.level.ty.table).push(" ").push(&inner).push(" WHERE ");
            write_parent(reader, &mut sql, &inner, link)?;
            reached_by(link)
        }
        Link::Through(through) => {
            let link = sql.alias();
            sql.push(through.table).push(" ").push(&link).push(" JOIN ").push(plan.level.ty.table);
            sql.push(" ").push(&inner).push(" ON ").column(&inner, "id").push(" = ");
            sql.column(&link, through.target).push(" WHERE ").column(&link, through.parent);
            None
        }
    };
    sql.push(" = ").column(&parent, "key").push(" AND ");
    write_conditions(reader, &mut sql, &inner, plan, reached_by)?;
    write_cursors(reader, &mut sql, &inner, plan)?;
    sql.push(" ORDER BY ");
    write_order(reader, &mut sql, &inner, plan)?;
    sql.push(" LIMIT ").literal(plan.page.size + 1).push(") ").push(BASE);
    write_joins(reader, &mut sql, &plan.level)?;
    sql.push(" ORDER BY ").column(&parent, "key").push(", ");
    write_order(reader, &mut sql, BASE, plan)?;
    sql.push(" LIMIT ").literal(MAX_ROWS + 1);
    Ok(sql)
}

/// Adds the parent's key as the row `inner` has it, or the link beside it.
fn write_parent(reader: &Reader<'_>, sql: &mut Sql, inner: &str, link: Link) -> Result<(), Error> {
    match link {
        Link::Foreign(fk) => {
            sql.column(inner, fk);
        }
        Link::Through(through) => {
            sql.column(&format!("{inner}_link"), through.parent);
        }
        Link::Reached(key) => key(reader, sql, inner, &Args::new(), &Args::new())?,
    }
    Ok(())
}

/// The column by which rows are reached from their parents.
fn reached_by(link: Link) -> Option<&'static str> {
    match link {
        Link::Foreign(fk) => Some(fk),
        Link::Through(_) | Link::Reached(_) => None,
    }
}

/// Adds the condition that the row belongs to one of the parents.
fn write_parents(
    reader: &Reader<'_>,
    sql: &mut Sql,
    inner: &str,
    link: Link,
    parents: &[Uuid],
) -> Result<(), Error> {
    match link {
        Link::Foreign(fk) => {
            sql.holds_key(inner, fk, parents);
        }
        Link::Through(through) => {
            sql.holds_key(&format!("{inner}_link"), through.parent, parents);
        }
        Link::Reached(_) => {
            write_parent(reader, sql, inner, link)?;
            sql.among(parents.iter().map(|key| Bound::from(*key)).collect());
        }
    }
    Ok(())
}

/// All rows ranked within their parents.
fn ranked(
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
    write_parent(reader, &mut sql, &inner, link)?;
    sql.push(" AS parent_key, row_number() OVER (PARTITION BY ");
    write_parent(reader, &mut sql, &inner, link)?;
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
    sql.push(" WHERE ");
    write_parents(reader, &mut sql, &inner, link, parents)?;
    sql.push(" AND ");
    write_conditions(reader, &mut sql, &inner, plan, reached_by(link))?;
    write_cursors(reader, &mut sql, &inner, plan)?;
    sql.push(") ").push(BASE);
    write_joins(reader, &mut sql, &plan.level)?;
    sql.push(" WHERE b.row_rank <= ").literal(plan.page.size + 1);
    sql.push(" ORDER BY b.parent_key, b.row_rank LIMIT ").literal(MAX_ROWS + 1);
    Ok(sql)
}

/// How many rows there are, at the root or for each of several parents.
///
/// # Errors
/// Input, if the filter is not what it may be.
pub fn total(
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
    sql.push("SELECT count(*), ");
    write_parent(reader, &mut sql, &inner, link)?;
    sql.push(" FROM ");
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
    sql.push(" WHERE ");
    write_parents(reader, &mut sql, &inner, link, keys)?;
    sql.push(" AND ");
    write_conditions(reader, &mut sql, &inner, plan, reached_by(link))?;
    // By its place: a value that is bound twice is two to PostgreSQL.
    sql.push(" GROUP BY 2");
    Ok(sql)
}

/// Rows whose column holds one of the values.
///
/// # Errors
/// Those of an expression.
pub fn by_column(
    reader: &Reader<'_>,
    level: &Level<'_>,
    column: &str,
    values: Vec<Bound>,
) -> Result<Sql, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT ");
    write_columns(reader, &mut sql, level)?;
    sql.push(" FROM ").push(level.ty.table).push(" ").push(BASE);
    write_joins(reader, &mut sql, level)?;
    sql.push(" WHERE ").holds(BASE, column, values).push(" AND ");
    scope::guard(reader, &mut sql, level.ty, BASE, None);
    Ok(sql)
}
