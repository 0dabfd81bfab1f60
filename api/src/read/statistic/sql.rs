//! The one statement of a statistic.
//!
//! ```text
//! rows_   what is counted: the list's rows with the values to group by and the numbers to bring together
//! groups_ the values that occur, with the names of rows, in the order asked for
//! marked  each row under the place of its group, of the group of all others, and of the total (0)
//! ```

use serde_json::Value;

use super::figures::HALF;
use super::keys::{BASE, Key, KeyKind, revision};
use super::plan::{By, Measured, Plan, Term};
use super::{Compared, MeasureKind, Number, NumberSource, Up};
use crate::error::Error;
use crate::read::Reader;
use crate::read::filter::{self, write_source};
use crate::read::model::{Args, Column, Condition, Kind, Scalar, Source, Type};
use crate::read::scope;
use crate::read::sql::Sql;

/// Greatest number with decimal places that is counted, so that it stays an integer at its scale.
const GREATEST: &str = "1e12";

/// The statement.
///
/// # Errors
/// Input, if the filter is not what it may be.
pub fn statement(reader: &Reader<'_>, plan: &Plan<'_>) -> Result<Sql, Error> {
    let mut sql = reader.sql();
    sql.push("WITH ");
    if let Some(table) = plan.of.table.filter(|_| !plan.measured.is_empty()) {
        sql.push("RECURSIVE ");
        table(reader, &mut sql, BASE, &plan.args)?;
        sql.push(", ");
    }
    let derived = plan.of.derived.filter(|_| !plan.measured.is_empty());
    if let Some(derived) = derived {
        // Materialized, so that what is computed once is not computed wherever it is used.
        sql.push("base_ AS MATERIALIZED (SELECT ").push(BASE).push(".*");
        derived(reader, &mut sql, BASE, &plan.args)?;
        write_source_rows(reader, &mut sql, plan, &[])?;
        sql.push("), ");
    }
    sql.push("rows_ AS (");
    write_rows(reader, &mut sql, plan)?;
    sql.push(")");
    if plan.wants_rows {
        sql.push(", groups_ AS (");
        write_groups(&mut sql, plan);
        sql.push(")");
    }
    sql.push(", marked AS (");
    write_marked(&mut sql, plan);
    sql.push("), figures AS (");
    write_figures(&mut sql, plan);
    sql.push(") SELECT f.place, ");
    if plan.wants_rows {
        sql.push("(SELECT count(*) FROM groups_)");
    } else {
        sql.push("0");
    }
    for at in 0..plan.keys.len() {
        let at = at.to_string();
        for column in PART {
            if plan.wants_rows {
                sql.push(", g.").push(column).push(&at);
            } else {
                sql.push(", NULL");
            }
        }
    }
    sql.push(", f.states, f.n");
    for (at, one) in plan.measured.iter().enumerate() {
        for column in 0..one.width() {
            sql.push(", f.m").literal(at).push("_").literal(column);
        }
    }
    sql.push(" FROM figures f");
    if plan.wants_rows {
        sql.push(" LEFT JOIN groups_ g ON g.place = f.place AND g.place <= ").literal(plan.first);
        if plan.is_filled {
            write_fillers(reader, &mut sql, plan)?;
        }
    }
    sql.push(" ORDER BY 1");
    Ok(sql)
}

/// Adds the condition that illustrations count only if asked for.
pub fn origin(sql: &mut Sql, alias: &str, args: &Args) {
    if args.get("includeIllustrative").and_then(Value::as_bool) == Some(true) {
        sql.push("TRUE");
    } else {
        sql.column(alias, "origin").push(" <> 'ILLUSTRATIVE'");
    }
}

/// Adds what is counted.
fn write_rows(reader: &Reader<'_>, sql: &mut Sql, plan: &Plan<'_>) -> Result<(), Error> {
    sql.push(if plan.is_overlapping() { "SELECT DISTINCT " } else { "SELECT " });
    sql.column(BASE, "id").push(" AS id");
    for (at, key) in plan.keys.iter().enumerate() {
        sql.push(", ");
        key.write(reader, sql, &plan.args)?;
        sql.push(" AS k").literal(at);
        if matches!(key.kind, KeyKind::Localized) {
            sql.push(", ");
            key.write_english(sql);
            sql.push(" AS e").literal(at);
        }
    }
    if plan.wants_states {
        let column = plan.of.state.and_then(|name| leaf(plan.ty, name));
        let column = column.ok_or_else(|| Error::internal("a state that is no field"))?;
        sql.push(", ");
        write_source(reader, sql, BASE, &column.source, &plan.args)?;
        sql.push(" AS state");
    }
    for (at, one) in plan.measured.iter().enumerate() {
        sql.push(", ");
        match one.measure.kind {
            MeasureKind::Count(holds) => {
                write_holds(reader, sql, plan, &[holds])?;
                sql.push(" AS v").literal(at);
            }
            MeasureKind::Share { part, base } => {
                write_holds(reader, sql, plan, &[base, part])?;
                sql.push(" AS v").literal(at).push(", ");
                write_holds(reader, sql, plan, &[base])?;
                sql.push(" AS w").literal(at);
            }
            MeasureKind::Distinct(name, up) => {
                match plan.ty.find(name).map(|field| &field.kind) {
                    // Rows that the caller may not see are not counted.
                    Some(Kind::One { key, target }) => {
                        let target = reader.catalog.declared(target)?;
                        let inner = sql.alias();
                        sql.push("(SELECT ");
                        match up {
                            Up::Current(column) if plan.is_current => {
                                let above = sql.alias();
                                sql.push("coalesce((SELECT ").column(&above, "id").push(" FROM ");
                                sql.push(target.table).push(" ").push(&above).push(" WHERE ");
                                sql.column(&above, "id").push(" = ").column(&inner, column);
                                sql.push(" AND ");
                                scope::guard(reader, sql, target, &above, None);
                                sql.push("), ").column(&inner, "id").push(")");
                            }
                            Up::Current(_) | Up::Always(_) | Up::Never => {
                                sql.column(&inner, "id");
                            }
                        }
                        sql.push(" FROM ").push(target.table);
                        sql.push(" ").push(&inner).push(" WHERE ").column(&inner, "id").push(" = ");
                        write_source(reader, sql, BASE, key, &plan.args)?;
                        sql.push(" AND ");
                        scope::guard(reader, sql, target, &inner, None);
                        sql.push(")");
                    }
                    Some(Kind::Leaf(column)) => {
                        write_source(reader, sql, BASE, &column.source, &plan.args)?;
                    }
                    _ => return Err(Error::internal(format!("{name} has no values to count"))),
                }
                sql.push(" AS v").literal(at);
            }
            MeasureKind::Number(number) => {
                write_number(reader, sql, plan, &number)?;
                sql.push(" AS v").literal(at);
                if let Some(scale) = number.scale {
                    sql.push(", ");
                    scale(reader, sql, BASE, &plan.args)?;
                    sql.push(" AS u").literal(at);
                }
            }
        }
    }
    if plan.of.derived.is_none() || plan.measured.is_empty() {
        return write_source_rows(reader, sql, plan, &plan.keys);
    }
    sql.push(" FROM base_ ").push(BASE);
    for key in &plan.keys {
        key.write_joins(reader, sql, &plan.args)?;
    }
    Ok(())
}

/// Adds the rows of the list that the caller may see, as far as they count and meet the conditions, with what is
/// joined to them.
fn write_source_rows(
    reader: &Reader<'_>,
    sql: &mut Sql,
    plan: &Plan<'_>,
    keys: &[Key<'_>],
) -> Result<(), Error> {
    sql.push(" FROM ").push(plan.ty.table).push(" ").push(BASE);
    for key in keys {
        key.write_joins(reader, sql, &plan.args)?;
    }
    sql.push(" WHERE ");
    scope::guard(reader, sql, plan.ty, BASE, None);
    if plan.ty.columns.contains_key("origin") {
        sql.push(" AND ");
        origin(sql, BASE, &plan.args);
    }
    if let Some(condition) = plan.of.condition {
        sql.push(" AND ");
        condition(reader, sql, BASE, &plan.args)?;
    }
    if let Some(filter) = &plan.filter {
        sql.push(" AND ");
        filter::condition(reader, sql, plan.ty, BASE, filter)?;
    }
    Ok(())
}

fn leaf(ty: &Type, name: &str) -> Option<Column> {
    match ty.find(name)?.kind {
        Kind::Leaf(column) => Some(column),
        _ => None,
    }
}

/// Adds 1 where all conditions hold, else 0.
fn write_holds(
    reader: &Reader<'_>,
    sql: &mut Sql,
    plan: &Plan<'_>,
    conditions: &[Condition],
) -> Result<(), Error> {
    sql.push("CASE WHEN ");
    for (at, condition) in conditions.iter().enumerate() {
        sql.push(if at > 0 { " AND " } else { "" });
        condition(reader, sql, BASE, &plan.args)?;
    }
    sql.push(" THEN 1 ELSE 0 END");
    Ok(())
}

/// Adds a number as an integer at its scale. A half is rounded away from zero, on both databases.
fn write_number(
    reader: &Reader<'_>,
    sql: &mut Sql,
    plan: &Plan<'_>,
    number: &Number,
) -> Result<(), Error> {
    let source = match number.source {
        NumberSource::Field(name) => Some(
            leaf(plan.ty, name)
                .ok_or_else(|| Error::internal(format!("{name} holds no number")))?,
        ),
        NumberSource::Written(_) => None,
    };
    let write = |sql: &mut Sql| match (number.source, source) {
        (NumberSource::Written(written), _) => written(reader, sql, BASE, &plan.args),
        (_, Some(column)) => write_source(reader, sql, BASE, &column.source, &plan.args),
        (_, None) => Ok(()),
    };
    let is_float =
        number.decimals > 0 || source.is_some_and(|column| matches!(column.scalar, Scalar::Float));
    if !is_float {
        sql.push("CAST(");
        write(sql)?;
        sql.push(" AS bigint)");
        return Ok(());
    }
    let scale = 10_usize.pow(number.decimals);
    sql.push("CASE WHEN abs(");
    write(sql)?;
    sql.push(") < ").push(GREATEST).push(" THEN CAST(");
    sql.push(if sql.is_postgres() { "trunc((" } else { "((" });
    write(sql)?;
    sql.push(") * ").literal(scale).push(" + CASE WHEN ");
    write(sql)?;
    sql.push(" < 0 THEN -0.5 ELSE 0.5 END) AS bigint) END");
    Ok(())
}

fn write_keys(sql: &mut Sql, plan: &Plan<'_>, alias: &str) {
    for at in 0..plan.keys.len() {
        sql.push(if at > 0 { ", " } else { "" }).push(alias).push(".k").literal(at);
    }
}

/// Adds the groups in their order.
fn write_groups(sql: &mut Sql, plan: &Plan<'_>) {
    sql.push("SELECT ");
    write_keys(sql, plan, "x");
    for (at, key) in plan.keys.iter().enumerate() {
        let x = format!("x.k{at}");
        let joined = format!("r{at}");
        let mut more = ["NULL".to_owned(), "NULL".to_owned()];
        let (code, ko, en) = match key.kind {
            KeyKind::Row(ty) => {
                let name =
                    names(ty).map(|(ko, en)| (format!("{joined}.{ko}"), format!("{joined}.{en}")));
                let (ko, en) = name.unwrap_or_else(|| ("NULL".to_owned(), "NULL".to_owned()));
                more = more_of(ty, sql, &joined);
                (code(ty).map_or_else(|| ko.clone(), |code| format!("{joined}.{code}")), ko, en)
            }
            KeyKind::Localized => {
                (format!("nullif({x}, '')"), format!("nullif({x}, '')"), format!("x.e{at}"))
            }
            _ => (format!("nullif({x}, '')"), "NULL".to_owned(), "NULL".to_owned()),
        };
        let [id, revision] = more;
        for (value, column) in [code, ko, en, id, revision].into_iter().zip(PART) {
            sql.push(", CAST(").push(&value).push(" AS text) AS ").push(column).literal(at);
        }
    }
    sql.push(", row_number() OVER (ORDER BY ");
    for Term { by, is_descending } in &plan.order {
        let direction = if *is_descending { " DESC, " } else { ", " };
        match by {
            By::Key => write_key_order(sql, plan, direction),
            By::Count => {
                sql.push("x.n").push(direction);
            }
            By::Measure(at, compared) => {
                let column = format!("x.o{at}_{}", *compared as u8);
                sql.push(&column).push(" IS NULL, ").push(&column).push(direction);
            }
        }
    }
    write_key_order(sql, plan, ", ");
    // Keys are closed by what they are themselves: two rows may bear one code.
    write_keys(sql, plan, "x");
    sql.push(") AS place FROM (SELECT ");
    write_keys(sql, plan, "y");
    for (at, key) in plan.keys.iter().enumerate() {
        if matches!(key.kind, KeyKind::Localized) {
            sql.push(", max(y.e").literal(at).push(") AS e").literal(at);
        }
    }
    sql.push(", count(*) AS n");
    let mut medians = Vec::new();
    for Term { by, .. } in &plan.order {
        let By::Measure(at, compared) = by else { continue };
        sql.push(", ");
        write_compared(sql, &plan.measured[*at], *at, *compared);
        sql.push(" AS o").literal(*at).push("_").push(&(*compared as u8).to_string());
        if *compared == Compared::Median {
            medians.push(*at);
        }
    }
    if medians.is_empty() {
        sql.push(" FROM rows_ y");
    } else {
        sql.push(" FROM (SELECT z.*");
        for at in medians {
            write_ranks(sql, at, |sql| write_keys(sql, plan, "z"));
        }
        sql.push(" FROM rows_ z) y");
    }
    sql.push(" GROUP BY ");
    write_keys(sql, plan, "y");
    sql.push(") x");
    for (at, key) in plan.keys.iter().enumerate() {
        if let KeyKind::Row(ty) = key.kind {
            // Only keys of rows that the caller sees are grouped by.
            sql.push(" LEFT JOIN ").push(ty.table).push(" r").literal(at);
            sql.push(" ON r").literal(at).push(".id = x.k").literal(at);
        }
    }
}

/// What a value of a key is told by: `code0`, `ko0` and so on.
pub const PART: [&str; 5] = ["code", "ko", "en", "id", "revision"];

/// What tells rows of one code apart: the key as text, and the revision where the code alone names no row.
fn more_of(ty: &Type, sql: &Sql, alias: &str) -> [String; 2] {
    let id = match sql.is_postgres() {
        true => format!("{alias}.id"),
        false => format!("hex({alias}.id)"),
    };
    let column = revision(ty);
    [id, column.map_or_else(|| "NULL".to_owned(), |column| format!("{alias}.{column}"))]
}

/// The columns with the names of a type's rows.
fn names(ty: &Type) -> Option<(&'static str, &'static str)> {
    ["name", "title"].iter().find_map(|name| match ty.find(name)?.kind {
        Kind::Localized { ko, en } => Some((ko, en)),
        _ => None,
    })
}

/// The column with the code of a type's rows.
fn code(ty: &Type) -> Option<&'static str> {
    if let Some((_, column)) = ty.lookup {
        return Some(column);
    }
    match ty.find("code")?.kind {
        Kind::Leaf(Column { source: Source::Column(column), .. }) => Some(column),
        _ => None,
    }
}

/// Adds the order of the keys, a term after the other; those that are none come last.
fn write_key_order(sql: &mut Sql, plan: &Plan<'_>, direction: &str) {
    for (at, key) in plan.keys.iter().enumerate() {
        let own = format!("x.k{at}");
        match key.kind {
            KeyKind::Choice(choice) => {
                sql.push(&own).push(" = '', CASE ").push(&own);
                for (place, value) in choice.values.iter().enumerate() {
                    sql.push(" WHEN '").push(value.code).push("' THEN ").literal(place);
                }
                sql.push(" END");
            }
            KeyKind::Row(ty) => {
                let column = code(ty).or_else(|| names(ty).map(|(ko, _)| ko)).unwrap_or("id");
                let joined = format!("r{at}.{column}");
                sql.push(&joined).push(" IS NULL, ").push(&joined);
            }
            KeyKind::Text | KeyKind::Localized | KeyKind::Period(_) => {
                sql.push(&own).push(" = '', ").push(&own);
            }
        }
        sql.push(direction);
    }
}

/// Adds what an order compares of a measure, over the rows `y` of a group.
fn write_compared(sql: &mut Sql, one: &Measured<'_>, at: usize, compared: Compared) {
    let scale = |function: &str| write_scale(function, "y", at);
    if one.has_scale() {
        // What has no figure has no place, and numbers of several scales are put in one.
        sql.push("CASE WHEN ").push(&scale("min")).push(" = ").push(&scale("max"));
        if compared == Compared::Sum {
            sql.push(" AND substr(").push(&scale("min")).push(", 2, 5) = '|SUM|'");
        }
        sql.push(" THEN 1.0 * ");
    }
    write_whole(sql, one, at, compared);
    if one.has_scale() {
        sql.push(" / CASE substr(").push(&scale("min")).push(", 1, 1)");
        for places in 1..=6_u32 {
            sql.push(" WHEN '").push(&places.to_string()).push("' THEN ");
            sql.push(&10_u64.pow(places).to_string()).push(".0");
        }
        sql.push(" ELSE 1.0 END END");
    }
}

/// The least or greatest of what the numbers of some rows are measured in.
fn write_scale(function: &str, alias: &str, at: usize) -> String {
    format!("{function}(CASE WHEN {alias}.v{at} IS NOT NULL THEN {alias}.u{at} END)")
}

/// The same, in whole numbers at their scale.
fn write_whole(sql: &mut Sql, one: &Measured<'_>, at: usize, compared: Compared) {
    let value = format!("y.v{at}");
    let sum = format!(
        "(CAST(sum({value} / {HALF}) AS double precision) * {HALF} + CAST(sum({value} % {HALF}) AS double precision))"
    );
    match (compared, one.measure.kind) {
        (Compared::Count, MeasureKind::Distinct(..)) => {
            sql.push("count(DISTINCT ").push(&value).push(")");
        }
        (Compared::Count, _) => {
            sql.push("sum(").push(&value).push(")");
        }
        (Compared::Percent, _) => {
            sql.push("CAST(sum(").push(&value).push(") AS double precision) / nullif(sum(y.w");
            sql.literal(at).push("), 0)");
        }
        (Compared::Sum, _) => {
            sql.push(&sum);
        }
        (Compared::Mean, _) => {
            sql.push(&sum).push(" / nullif(count(").push(&value).push("), 0)");
        }
        (Compared::Max, _) => {
            sql.push("max(").push(&value).push(")");
        }
        (Compared::Median, _) => {
            sql.push("(CAST(");
            write_ranked(sql, "y", at, 2, false);
            sql.push(" AS double precision) + CAST(");
            write_ranked(sql, "y", at, 2, true);
            sql.push(" AS double precision))");
        }
    }
}

/// Adds the place of each row's number among those of its part, and how many there are.
fn write_ranks(sql: &mut Sql, at: usize, part: impl Fn(&mut Sql)) {
    sql.push(", row_number() OVER (PARTITION BY ");
    part(sql);
    sql.push(" ORDER BY z.v").literal(at).push(" IS NULL, z.v").literal(at).push(") AS q");
    sql.literal(at).push(", count(z.v").literal(at).push(") OVER (PARTITION BY ");
    part(sql);
    sql.push(") AS c").literal(at);
}

/// Adds the number below or above a quartile.
fn write_ranked(sql: &mut Sql, alias: &str, at: usize, quartile: usize, above: bool) {
    sql.push("max(CASE WHEN ").push(alias).push(".q").literal(at).push(" = 1 + ((").push(alias);
    sql.push(".c").literal(at).push(" - 1) * ").literal(quartile);
    sql.push(if above { " + 3) / 4" } else { ") / 4" });
    sql.push(" THEN ").push(alias).push(".v").literal(at).push(" END)");
}

/// Adds each row under the places where it counts.
fn write_marked(sql: &mut Sql, plan: &Plan<'_>) {
    let select = if plan.is_overlapping() { "SELECT DISTINCT " } else { "SELECT " };
    let write_values = |sql: &mut Sql| {
        sql.push(" AS place, b.id");
        if plan.wants_states {
            sql.push(", b.state");
        }
        for (at, one) in plan.measured.iter().enumerate() {
            sql.push(", b.v").literal(at);
            if matches!(one.measure.kind, MeasureKind::Share { .. }) {
                sql.push(", b.w").literal(at);
            }
            if one.has_scale() {
                sql.push(", b.u").literal(at);
            }
        }
        sql.push(" FROM rows_ b");
    };
    if plan.wants_rows {
        sql.push(select).push("CASE WHEN g.place <= ").literal(plan.first);
        sql.push(" THEN g.place ELSE ").literal(plan.first + 1).push(" END");
        write_values(sql);
        sql.push(" JOIN groups_ g ON ");
        for at in 0..plan.keys.len() {
            sql.push(if at > 0 { " AND " } else { "" });
            sql.push("g.k").literal(at).push(" = b.k").literal(at);
        }
    }
    if plan.wants_total || !plan.wants_rows {
        sql.push(if plan.wants_rows { " UNION ALL " } else { "" });
        sql.push(select).push("0");
        write_values(sql);
    }
}

/// Adds the figures of each place.
fn write_figures(sql: &mut Sql, plan: &Plan<'_>) {
    sql.push("SELECT m.place, count(*) AS n, ");
    match (plan.wants_states, sql.is_postgres()) {
        (false, _) => sql.push("NULL"),
        (true, true) => sql.push("string_agg(DISTINCT m.state, ',')"),
        (true, false) => sql.push("group_concat(DISTINCT m.state)"),
    };
    sql.push(" AS states");
    for (at, one) in plan.measured.iter().enumerate() {
        let mut number = 0;
        let mut name = |sql: &mut Sql| {
            sql.push(" AS m").literal(at).push("_").literal(number);
            number += 1;
        };
        let value = format!("m.v{at}");
        match one.measure.kind {
            MeasureKind::Count(_) => {
                sql.push(", sum(").push(&value).push(")");
                name(sql);
            }
            MeasureKind::Share { .. } => {
                sql.push(", sum(").push(&value).push(")");
                name(sql);
                sql.push(", sum(m.w").literal(at).push(")");
                name(sql);
            }
            MeasureKind::Distinct(..) => {
                sql.push(", count(DISTINCT ").push(&value).push(")");
                name(sql);
            }
            MeasureKind::Number(_) => {
                sql.push(", count(").push(&value).push(")");
                name(sql);
                for half in [" / ", " % "] {
                    sql.push(", CAST(sum(").push(&value).push(half);
                    sql.push(&HALF.to_string()).push(") AS bigint)");
                    name(sql);
                }
                for function in [", min(", ", max("] {
                    sql.push(function).push(&value).push(")");
                    name(sql);
                }
                if one.has_quartiles {
                    for quartile in 1..=3 {
                        for above in [false, true] {
                            sql.push(", ");
                            write_ranked(sql, "m", at, quartile, above);
                            name(sql);
                        }
                    }
                }
                if one.has_scale() {
                    for function in ["min", "max"] {
                        sql.push(", ").push(&write_scale(function, "m", at));
                        name(sql);
                    }
                }
            }
        }
    }
    let ranked: Vec<usize> =
        (0..plan.measured.len()).filter(|at| plan.measured[*at].has_quartiles).collect();
    if ranked.is_empty() {
        sql.push(" FROM marked m");
    } else {
        sql.push(" FROM (SELECT z.*");
        for at in ranked {
            write_ranks(sql, at, |sql| {
                sql.push("z.place");
            });
        }
        sql.push(" FROM marked z) m");
    }
    sql.push(" GROUP BY m.place");
}

/// Adds the values that a dimension could have, as rows below all others: those of dimension n at place -1 - n.
fn write_fillers(reader: &Reader<'_>, sql: &mut Sql, plan: &Plan<'_>) -> Result<(), Error> {
    for (at, key) in plan.keys.iter().enumerate() {
        let KeyKind::Row(ty) = key.kind else { continue };
        let inner = sql.alias();
        let Some(fills) = fills(key, ty) else { continue };
        let Some((code, (ko, en))) = code(ty).zip(names(ty)) else { continue };
        sql.push(" UNION ALL SELECT -").literal(at + 1).push(", 0");
        for number in 0..plan.keys.len() {
            if number == at {
                let [id, revision] = more_of(ty, sql, &inner);
                for column in [code, ko, en] {
                    sql.push(", ").column(&inner, column);
                }
                for value in [id, revision] {
                    sql.push(", CAST(").push(&value).push(" AS text)");
                }
            } else {
                sql.push(&", NULL".repeat(PART.len()));
            }
        }
        sql.push(", NULL, 0");
        for _ in 0..plan.measured.iter().map(Measured::width).sum() {
            sql.push(", NULL");
        }
        sql.push(" FROM ").push(ty.table).push(" ").push(&inner).push(" WHERE ");
        scope::guard(reader, sql, ty, &inner, None);
        match fills {
            Fills::Top(column) => {
                // One whose own row above is hidden stands for itself, here as among the groups.
                let above = sql.alias();
                sql.push(" AND NOT EXISTS (SELECT 1 FROM ").push(ty.table).push(" ").push(&above);
                sql.push(" WHERE ").column(&above, "id").push(" = ").column(&inner, column);
                sql.push(" AND ");
                scope::guard(reader, sql, ty, &above, None);
                sql.push(")");
            }
            Fills::Condition(condition) => {
                sql.push(" AND ");
                condition(reader, sql, &inner, &plan.args)?;
            }
        }
    }
    Ok(())
}

enum Fills {
    /// Rows that give way to no other.
    Top(&'static str),
    Condition(Condition),
}

fn fills(key: &Key<'_>, ty: &Type) -> Option<Fills> {
    match (key.dimension.up, ty.fills) {
        (Up::Always(column), _) => Some(Fills::Top(column)),
        (_, Some(condition)) => Some(Fills::Condition(condition)),
        (_, None) => None,
    }
}

/// Adds the days from one date to another, where both are known to the day; each is a column or an expression of
/// text.
pub fn write_days(sql: &mut Sql, from: &str, to: &str) {
    sql.push("CASE WHEN length(").push(from).push(") = 10 AND length(").push(to);
    if sql.is_postgres() {
        sql.push(") = 10 THEN CAST(").push(to).push(" AS date) - CAST(").push(from);
        sql.push(" AS date) END");
    } else {
        sql.push(") = 10 THEN CAST(julianday(").push(to).push(") - julianday(").push(from);
        sql.push(") AS integer) END");
    }
}
