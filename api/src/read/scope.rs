//! The access policy as a condition: what `domain::access` decides for a principal becomes part of
//! each statement, whichever path led to the row.

use super::context::Reader;
use super::model::{Guard, Type};
use super::sql::Sql;
use crate::domain::access::{self, Object, Rows};

fn object(guard: Guard) -> Object {
    match guard {
        Guard::Public | Guard::Via { .. } | Guard::Subject { .. } => Object::Content,
        Guard::Case => Object::AdoptionCase,
        Guard::Personal => Object::ContactPoint,
    }
}

/// Adds the condition that the caller may see the row `alias` of type `ty`.
///
/// `reached_by` names the column by which the row was reached from a row already known to be
/// visible; the parent's own condition is then not asked again.
pub fn guard(reader: &Reader<'_>, sql: &mut Sql, ty: &Type, alias: &str, reached_by: Option<&str>) {
    nested(reader, sql, ty, alias, reached_by, false);
}

/// `within` tells that the row is itself what another one is as visible as: a citation of a conflict of a
/// meeting is followed to the meeting, and no further.
fn nested(
    reader: &Reader<'_>,
    sql: &mut Sql,
    ty: &Type,
    alias: &str,
    reached_by: Option<&str>,
    within: bool,
) {
    match access::rows(reader.principal, object(ty.guard)) {
        Rows::All => {
            sql.push("TRUE");
        }
        Rows::None => {
            sql.push("FALSE");
        }
        Rows::Published => published(reader, sql, ty, alias, reached_by, within),
    }
}

fn published(
    reader: &Reader<'_>,
    sql: &mut Sql,
    ty: &Type,
    alias: &str,
    reached_by: Option<&str>,
    within: bool,
) {
    let own = |sql: &mut Sql| {
        sql.column(alias, "visibility").push(" = 'PUBLIC'");
    };
    match ty.guard {
        Guard::Public => own(sql),
        Guard::Case => {
            sql.push("(").column(alias, "status").push(" = 'PUBLISHED' AND ");
            own(sql);
            sql.push(")");
        }
        Guard::Personal => {
            sql.push("FALSE");
        }
        Guard::Via { fk, parent } => {
            if reached_by == Some(fk) {
                return own(sql);
            }
            sql.push("(");
            own(sql);
            sql.push(" AND ");
            exists(reader, sql, parent, within, |sql, inner| {
                sql.column(inner, "id").push(" = ").column(alias, fk);
            });
            sql.push(")");
        }
        Guard::Subject { own: has_own } => {
            sql.push("(");
            if has_own {
                own(sql);
            } else {
                sql.push("TRUE");
            }
            if reached_by != Some("subject_id") {
                sql.push(" AND CASE ").column(alias, "subject_type");
                for subject in reader.catalog.subjects(!within) {
                    sql.push(" WHEN '").push(subject.name).push("' THEN ");
                    exists(reader, sql, subject.name, true, |sql, inner| {
                        sql.column(inner, "id").push(" = ").column(alias, "subject_id");
                    });
                }
                sql.push(" ELSE FALSE END");
            }
            sql.push(")");
        }
    }
}

/// Adds `EXISTS (a visible row of the type that fits)`.
fn exists(
    reader: &Reader<'_>,
    sql: &mut Sql,
    name: &str,
    within: bool,
    fits: impl Fn(&mut Sql, &str),
) {
    let Some(ty) = reader.catalog.find(name) else {
        sql.push("FALSE");
        return;
    };
    let inner = sql.alias();
    sql.push("EXISTS (SELECT 1 FROM ").push(ty.table).push(" ").push(&inner).push(" WHERE ");
    fits(sql, &inner);
    sql.push(" AND ");
    nested(reader, sql, ty, &inner, None, within);
    sql.push(")");
}
