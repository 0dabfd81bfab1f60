//! The access policy as a condition: what `domain::access` decides for a principal becomes part of
//! each statement, whichever path led to the row.

use uuid::Uuid;

use super::context::Reader;
use super::model::{Guard, Link, Type};
use super::sql::Sql;
use crate::domain::access::{self, Denied, Object, Rows};
use crate::domain::principal::Principal;
use crate::error::Error;

fn object(guard: Guard) -> Object {
    match guard {
        Guard::Public
        | Guard::Via { .. }
        | Guard::Between(_)
        | Guard::Subject { .. }
        | Guard::Feed => Object::Content,
        Guard::Case => Object::AdoptionCase,
        Guard::Personal => Object::ContactPoint,
        Guard::Client => Object::ApiClient,
        Guard::Audit => Object::AuditEvent,
        Guard::Result => Object::Result,
    }
}

/// Why the caller sees no row of a list of the type, whatever rows there are; none where some could be seen.
pub fn barred(principal: &Principal, ty: &Type, link: Option<Link>) -> Option<Denied> {
    let object = match (ty.guard, link) {
        // A person's are personal data, all of them; an institution's may be those of a public desk.
        (Guard::Personal, Some(Link::Foreign("person_id"))) => Object::ContactPoint,
        (Guard::Personal, _) => Object::ServiceDesk,
        (guard, _) => object(guard),
    };
    access::may_ask(principal, object).err()
}

/// Adds the condition that the caller may see the row `alias` of type `ty`.
///
/// `reached_by` names the column by which the row was reached from a row already known to be
/// visible; the parent's own condition is then not asked again.
pub fn guard(reader: &Reader<'_>, sql: &mut Sql, ty: &Type, alias: &str, reached_by: Option<&str>) {
    let personal = matches!(ty.guard, Guard::Personal);
    if personal && access::rows(reader.principal, Object::ContactPoint) != Rows::None {
        // Filtering and counting by personal data is a look at it as well.
        reader.marks.note_personal([]);
    }
    nested(reader, sql, ty, alias, reached_by, false);
}

/// Adds the condition that the caller may see the row `alias` of the type of that name.
///
/// # Errors
/// Internal, if the type is not declared.
pub fn seen(reader: &Reader<'_>, sql: &mut Sql, name: &str, alias: &str) -> Result<(), Error> {
    guard(reader, sql, reader.catalog.declared(name)?, alias, None);
    Ok(())
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
    if matches!(ty.guard, Guard::Feed) {
        // That a row became hidden is known to those who do not see it, all else to those who do.
        sql.push("((");
        subject(reader, sql, alias, reader.catalog.fed());
        sql.push(") <> ").column(alias, "is_hiding");
        // What was deleted is known to those who could see it.
        let inner = sql.alias();
        sql.push(" OR EXISTS (SELECT 1 FROM deleted_row ").push(&inner).push(" WHERE ");
        sql.column(&inner, "id").push(" = ").column(alias, "subject_id");
        if access::rows(reader.principal, Object::Content) != Rows::All {
            sql.push(" AND ").column(&inner, "visibility").push(" = 'PUBLIC'");
        }
        sql.push("))");
        return;
    }
    if matches!(ty.guard, Guard::Personal) {
        return contact(reader, sql, ty, alias, reached_by);
    }
    match access::rows(reader.principal, object(ty.guard)) {
        Rows::All => {
            sql.push("TRUE");
        }
        Rows::None => {
            sql.push("FALSE");
        }
        Rows::Published => published(reader, sql, ty, alias, reached_by, (None, within)),
        Rows::Own(own) => published(reader, sql, ty, alias, reached_by, (Some(own), within)),
        Rows::OnlyOwn(own) => owned(sql, ty, alias, own),
    }
}

/// Adds the condition that a contact point is seen: as personal data, or as that of a public service desk
/// of an institution that is seen.
fn contact(reader: &Reader<'_>, sql: &mut Sql, ty: &Type, alias: &str, reached_by: Option<&str>) {
    sql.push("(");
    match access::rows(reader.principal, Object::ContactPoint) {
        Rows::All => {
            sql.push("TRUE");
        }
        Rows::OnlyOwn(own) | Rows::Own(own) => owned(sql, ty, alias, own),
        Rows::None | Rows::Published => {
            sql.push("FALSE");
        }
    }
    match access::rows(reader.principal, Object::ServiceDesk) {
        Rows::None | Rows::OnlyOwn(_) => {}
        // Unpublished ones are seen as personal data is.
        Rows::All | Rows::Published | Rows::Own(_) => {
            sql.push(" OR (NOT ");
            personal(sql, alias);
            sql.push(" AND ").column(alias, "visibility").push(" = 'PUBLIC'");
            if reached_by != Some("institution_id") {
                sql.push(" AND ");
                exists(reader, sql, "Institution", false, |sql, inner| {
                    sql.column(inner, "id").push(" = ").column(alias, "institution_id");
                });
            }
            sql.push(")");
        }
    }
    sql.push(")");
}

/// Adds the condition that a contact point is personal data: all but a public service desk's, and never one
/// that leads to a person.
pub fn personal(sql: &mut Sql, alias: &str) {
    sql.push("(").column(alias, "holder").push(" <> 'PUBLIC_DESK' OR ");
    sql.column(alias, "person_id").push(" IS NOT NULL)");
}

/// Adds the condition that the row belongs to the institution.
fn owned(sql: &mut Sql, ty: &Type, alias: &str, own: Uuid) {
    sql.push("(");
    for (at, column) in ty.owners.iter().enumerate() {
        sql.push(if at > 0 { " OR " } else { "" }).column(alias, column).push(" = ").own(own);
    }
    sql.push(if ty.owners.is_empty() { "FALSE)" } else { ")" });
}

/// Adds the condition that the row is published, or belongs to the institution where one is given.
fn published(
    reader: &Reader<'_>,
    sql: &mut Sql,
    ty: &Type,
    alias: &str,
    reached_by: Option<&str>,
    (institution, within): (Option<Uuid>, bool),
) {
    let or_own = |sql: &mut Sql, published: &dyn Fn(&mut Sql)| match institution {
        Some(institution) if !ty.owners.is_empty() => {
            sql.push("(");
            published(sql);
            sql.push(" OR ");
            owned(sql, ty, alias, institution);
            sql.push(")");
        }
        _ => published(sql),
    };
    let own = |sql: &mut Sql| {
        or_own(sql, &|sql| {
            sql.column(alias, "visibility").push(" = 'PUBLIC'");
        });
    };
    match ty.guard {
        Guard::Public => own(sql),
        Guard::Case => or_own(sql, &|sql| {
            sql.push("(").column(alias, "status").push(" = 'PUBLISHED' AND ");
            sql.column(alias, "visibility").push(" = 'PUBLIC')");
        }),
        // Their rows are never published; the feed is decided type by type.
        Guard::Personal | Guard::Client | Guard::Audit | Guard::Result | Guard::Feed => {
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
        Guard::Between(ends) => {
            sql.push("(");
            own(sql);
            for (fk, parent) in ends.iter().filter(|(fk, _)| reached_by != Some(*fk)) {
                sql.push(" AND (").column(alias, fk).push(" IS NULL OR ");
                exists(reader, sql, parent, within, |sql, inner| {
                    sql.column(inner, "id").push(" = ").column(alias, fk);
                });
                sql.push(")");
            }
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
                sql.push(" AND ");
                subject(reader, sql, alias, reader.catalog.subjects(!within));
            }
            sql.push(")");
        }
    }
}

/// Adds the condition that the row named by `subject_type` and `subject_id` is one of these types' and is
/// seen.
fn subject<'a>(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    types: impl Iterator<Item = &'a Type>,
) {
    sql.push("CASE ").column(alias, "subject_type");
    for ty in types {
        let all = access::rows(reader.principal, object(ty.guard)) == Rows::All;
        sql.push(" WHEN '").push(ty.name).push("' THEN ");
        if all {
            sql.push("TRUE");
            continue;
        }
        exists(reader, sql, ty.name, true, |sql, inner| {
            sql.column(inner, "id").push(" = ").column(alias, "subject_id");
        });
    }
    sql.push(" ELSE FALSE END");
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
