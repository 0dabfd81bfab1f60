//! The values that rows are grouped by: where a dimension's path leads, the joins on the way and the expression
//! at its end. None of it is null in a group: rows without a value, or with one that the caller may not see,
//! are of the empty text or the key of no row.

use entity::Choice;
use uuid::Uuid;

use super::{Dimension, Unit, Up};
use crate::error::Error;
use crate::read::Reader;
use crate::read::catalog::Catalog;
use crate::read::filter::write_source;
use crate::read::model::{Args, Column, Kind, Link, Scalar, Source, Type};
use crate::read::scope;
use crate::read::sql::Sql;

/// Alias of the rows that are counted.
pub const BASE: &str = "s0";

/// Where a dimension leads.
pub struct Key<'a> {
    /// The dimension.
    pub dimension: &'a Dimension,
    /// What stands at its end.
    pub kind: KeyKind<'a>,
    /// Whether a row may have several.
    pub is_many: bool,
    hops: Vec<Hop<'a>>,
    end: End,
}

/// Kinds of values.
#[derive(Clone, Copy)]
pub enum KeyKind<'a> {
    /// A text of its own.
    Text,
    /// A code of an enum.
    Choice(&'static Choice),
    /// A text in Korean, with the English beside it.
    Localized,
    /// A period.
    Period(Unit),
    /// A row.
    Row(&'a Type),
}

/// A row on the way.
struct Hop<'a> {
    alias: String,
    from: String,
    ty: &'a Type,
    step: Step,
}

enum Step {
    /// The one that a key names.
    One(Source),
    /// Those of a list.
    Many(Link),
    /// The one in whose place it stands, that a column names.
    Up(&'static str),
}

enum End {
    Leaf(String, Column),
    Text(String, &'static str, &'static str),
    /// The row's own key, or that of the row in whose place it stands.
    Row(Vec<String>),
}

/// The column with the revision of a type's rows, where their code alone names none.
pub fn revision(ty: &Type) -> Option<&'static str> {
    match ty.find("revision").filter(|_| ty.lookup.is_none())?.kind {
        Kind::Leaf(Column { source: Source::Column(column), .. }) => Some(column),
        _ => None,
    }
}

/// Whether a dimension's groups are told apart by revision and ID beside their code.
pub fn is_revised(catalog: &Catalog, ty: &Type, dimension: &Dimension) -> bool {
    let key = Key::of(catalog, ty, dimension, 0, false);
    matches!(key, Ok(Key { kind: KeyKind::Row(ty), .. }) if revision(ty).is_some())
}

impl<'a> Key<'a> {
    /// Follows a dimension's path; `current` asks for the divisions that exist now.
    ///
    /// # Errors
    /// Internal, if it leads nowhere.
    pub fn of(
        catalog: &'a Catalog,
        ty: &'a Type,
        dimension: &'a Dimension,
        at: usize,
        current: bool,
    ) -> Result<Self, Error> {
        let lost = || {
            Error::internal(format!("the dimension {}.{} leads nowhere", ty.name, dimension.name))
        };
        let (mut on, mut alias) = (ty, BASE.to_owned());
        let mut hops: Vec<Hop<'a>> = Vec::new();
        let mut end = None;
        for step in dimension.path.split('.') {
            let field = on.find(step).filter(|_| end.is_none()).ok_or_else(lost)?;
            let (target, step) = match &field.kind {
                Kind::One { key, target } => (*target, Step::One(*key)),
                Kind::Many(list) => (list.target, Step::Many(list.link.ok_or_else(lost)?)),
                Kind::Leaf(column) => {
                    end = Some(End::Leaf(alias.clone(), *column));
                    continue;
                }
                Kind::Localized { ko, en } => {
                    end = Some(End::Text(alias.clone(), ko, en));
                    continue;
                }
                _ => return Err(lost()),
            };
            on = catalog.declared(target)?;
            let from = std::mem::replace(&mut alias, format!("h{at}_{}", hops.len()));
            hops.push(Hop { alias: alias.clone(), from, ty: on, step });
        }
        let is_many = hops.iter().any(|hop| matches!(hop.step, Step::Many(_)));
        let end = match end {
            Some(end) => end,
            None => {
                let mut keys = vec![alias.clone()];
                let up = match dimension.up {
                    Up::Always(column) => Some(column),
                    Up::Current(column) if current => Some(column),
                    Up::Current(_) | Up::Never => None,
                };
                if let Some(column) = up {
                    let above = format!("h{at}_up");
                    keys.insert(0, above.clone());
                    hops.push(Hop { alias: above, from: alias, ty: on, step: Step::Up(column) });
                }
                End::Row(keys)
            }
        };
        let kind = match (&end, dimension.unit) {
            (End::Row(_), _) => KeyKind::Row(on),
            (End::Text(..), _) => KeyKind::Localized,
            (End::Leaf(..), Some(unit)) => KeyKind::Period(unit),
            (End::Leaf(_, Column { scalar: Scalar::Choice(choice), .. }), _) => {
                KeyKind::Choice(choice)
            }
            (End::Leaf(..), None) => KeyKind::Text,
        };
        Ok(Self { dimension, kind, is_many, hops, end })
    }

    /// Adds the joins on the way.
    ///
    /// # Errors
    /// Those of an expression.
    pub fn write_joins(
        &self,
        reader: &Reader<'_>,
        sql: &mut Sql,
        args: &Args,
    ) -> Result<(), Error> {
        for Hop { alias, from, ty, step } in &self.hops {
            let mut reached_by = None;
            match step {
                Step::One(key) => {
                    sql.push(" LEFT JOIN ").push(ty.table).push(" ").push(alias).push(" ON ");
                    sql.column(alias, "id").push(" = ");
                    write_source(reader, sql, from, key, args)?;
                }
                Step::Up(column) => {
                    sql.push(" LEFT JOIN ").push(ty.table).push(" ").push(alias).push(" ON ");
                    sql.column(alias, "id").push(" = ").column(from, column);
                }
                Step::Many(Link::Foreign(fk)) => {
                    sql.push(" LEFT JOIN ").push(ty.table).push(" ").push(alias).push(" ON ");
                    sql.column(alias, fk).push(" = ").column(from, "id");
                    reached_by = Some(*fk);
                }
                Step::Many(Link::Reached(key)) => {
                    sql.push(" LEFT JOIN ").push(ty.table).push(" ").push(alias).push(" ON ");
                    write_source(reader, sql, alias, &Source::Expression(*key), args)?;
                    sql.push(" = ").column(from, "id");
                }
                Step::Many(Link::Through(through)) => {
                    let (link, inner) = (format!("{alias}_link"), sql.alias());
                    sql.push(" LEFT JOIN ").push(through.table).push(" ").push(&link).push(" ON ");
                    sql.column(&link, through.parent).push(" = ").column(from, "id");
                    // A link to what is hidden is none: a row that has others does not count under none as well.
                    sql.push(" AND EXISTS (SELECT 1 FROM ").push(ty.table).push(" ").push(&inner);
                    sql.push(" WHERE ").column(&inner, "id").push(" = ");
                    sql.column(&link, through.target).push(" AND ");
                    scope::guard(reader, sql, ty, &inner, None);
                    sql.push(") LEFT JOIN ").push(ty.table).push(" ").push(alias).push(" ON ");
                    sql.column(alias, "id").push(" = ").column(&link, through.target);
                    continue;
                }
            }
            sql.push(" AND ");
            scope::guard(reader, sql, ty, alias, reached_by);
        }
        Ok(())
    }

    /// Adds the value.
    ///
    /// # Errors
    /// Those of an expression.
    pub fn write(&self, reader: &Reader<'_>, sql: &mut Sql, args: &Args) -> Result<(), Error> {
        sql.push("coalesce(");
        match &self.end {
            End::Row(aliases) => {
                for alias in aliases {
                    sql.column(alias, "id").push(", ");
                }
                sql.bind(Uuid::nil()).push(")");
                return Ok(());
            }
            End::Text(alias, ko, _) => {
                sql.column(alias, ko);
            }
            End::Leaf(alias, column) => match self.dimension.unit {
                Some(unit) => write_period(reader, sql, (alias, column), unit, args)?,
                None => write_text(reader, sql, (alias, column), args)?,
            },
        }
        sql.push(", '')");
        Ok(())
    }

    /// Adds the English beside a Korean text.
    pub fn write_english(&self, sql: &mut Sql) {
        match &self.end {
            End::Text(alias, _, en) => sql.column(alias, en),
            End::Leaf(..) | End::Row(_) => sql.push("NULL"),
        };
    }
}

/// Adds a value as text.
fn write_text(
    reader: &Reader<'_>,
    sql: &mut Sql,
    (alias, column): (&str, &Column),
    args: &Args,
) -> Result<(), Error> {
    match column.scalar {
        Scalar::Boolean => {
            for (begin, end) in
                [("CASE WHEN ", " THEN 'true' WHEN NOT "), ("", " THEN 'false' END")]
            {
                sql.push(begin);
                write_source(reader, sql, alias, &column.source, args)?;
                sql.push(end);
            }
            Ok(())
        }
        Scalar::Date | Scalar::DateTime => write_day(reader, sql, (alias, column), args),
        Scalar::Int | Scalar::Krw | Scalar::Float => {
            sql.push("CAST(");
            write_source(reader, sql, alias, &column.source, args)?;
            sql.push(" AS text)");
            Ok(())
        }
        _ => write_source(reader, sql, alias, &column.source, args),
    }
}

/// Adds a day in Seoul as text, as far as it is known.
fn write_day(
    reader: &Reader<'_>,
    sql: &mut Sql,
    (alias, column): (&str, &Column),
    args: &Args,
) -> Result<(), Error> {
    let (begin, end) = match (column.scalar, sql.is_postgres()) {
        (Scalar::Date, true) => ("CAST(", " AS text)"),
        (Scalar::DateTime, true) => ("to_char(", " AT TIME ZONE INTERVAL '+09:00', 'YYYY-MM-DD')"),
        (Scalar::DateTime, false) => ("date(", ", '+9 hours')"),
        _ => ("", ""),
    };
    sql.push(begin);
    write_source(reader, sql, alias, &column.source, args)?;
    sql.push(end);
    Ok(())
}

/// Adds the period that a date or a quarter counts under; null where no more than the year is known.
fn write_period(
    reader: &Reader<'_>,
    sql: &mut Sql,
    of: (&str, &Column),
    unit: Unit,
    args: &Args,
) -> Result<(), Error> {
    let mut parts: Vec<&str> = match (of.1.scalar, unit) {
        (Scalar::Quarter, Unit::Quarter) => vec!["", ""],
        (Scalar::Quarter, Unit::Half) => vec![
            "substr(",
            ", 1, 4) || CASE WHEN substr(",
            ", 7, 1) IN ('1', '2') THEN '-H1' ELSE '-H2' END",
        ],
        (_, Unit::Year) => vec!["substr(", ", 1, 4)"],
        (_, Unit::Month | Unit::Quarter | Unit::Half) => vec!["CASE WHEN length("],
    };
    match (of.1.scalar, unit) {
        (Scalar::Quarter, _) | (_, Unit::Year) => {}
        (_, Unit::Month) => parts.extend([") >= 7 THEN substr(", ", 1, 7) END"]),
        (_, Unit::Quarter) => parts.extend([
            ") >= 7 THEN substr(",
            ", 1, 4) || '-Q' || CAST((CAST(substr(",
            ", 6, 2) AS integer) + 2) / 3 AS text) END",
        ]),
        (_, Unit::Half) => parts.extend([
            ") >= 7 THEN substr(",
            ", 1, 4) || '-H' || CAST((CAST(substr(",
            ", 6, 2) AS integer) + 5) / 6 AS text) END",
        ]),
    }
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            write_day(reader, sql, of, args)?;
        }
        sql.push(part);
    }
    Ok(())
}
