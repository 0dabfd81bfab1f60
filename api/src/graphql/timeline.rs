//! The timeline 연표 over all bodies: meetings, stages of bills, plans, documents, foundings and what
//! came of recommendations.

use entity::change::TimelineKind;
use entity::common::Origin;
use serde_json::Value;

use crate::domain::{fold, partial_date};
use crate::error::Error;
use crate::read::Reader;
use crate::read::catalog::{Root, RootKind, page_args};
use crate::read::model::{Arg, Args, Column, Guard, List, Scalar, Source, Type};
use crate::read::scope;
use crate::read::sql::Sql;
use crate::read::weight;

/// The types declared here.
pub fn types() -> Vec<Type> {
    vec![
        Type::view(
            "TimelineEntry",
            *b"TE",
            "timeline_entry",
            Guard::Subject { own: false },
            "연표 항목. A dated event of the programme.",
        )
        .plain("occurredOn", "occurred_on", Scalar::PartialDate, "PartialDate!", "일자. Date.")
        .plain(
            "kind",
            "kind",
            Scalar::Choice(TimelineKind::CHOICE),
            "TimelineKind!",
            "종류. What it tells of.",
        )
        .plain_localized("title", "title_ko", "title_en", "제목. Title.")
        .plain(
            "origin",
            "origin",
            Scalar::Choice(Origin::CHOICE),
            "Origin!",
            "출처 구분. Where the row comes from.",
        )
        .one_by("body", Source::Column("body_id"), "Body", "Body", "협의체. Body it concerns.")
        .subject("subject", "대상. The row it tells of.")
        .sorted(&["occurred_on"])
        .orderable_by(
            "OCCURRED_ON",
            Column { source: Source::Column("occurred_on"), scalar: Scalar::PartialDate },
        ),
    ]
}

/// The root fields declared here.
pub fn roots() -> Vec<Root> {
    let mut args = vec![
        Arg::new("from", "PartialDate", "시작. From this date."),
        Arg::new("to", "PartialDate", "끝. Until the end of this date, month or year."),
        Arg::new("bodies", "[String!]", "협의체. Codes of bodies; everything if left out."),
    ];
    args.extend(page_args("TimelineEntry", true));
    vec![Root {
        name: "timeline",
        description: "연표. Dated events across all bodies, in order of time.".into(),
        ty: "TimelineEntryConnection".into(),
        args,
        kind: RootKind::List(List {
            target: "TimelineEntry",
            link: None,
            sorted: vec!["occurred_on"],
            condition: Some(within),
            weight: |_| weight::TIMELINE,
        }),
    }]
}

fn within(reader: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Result<(), Error> {
    let date = |name: &str| match args.get(name).and_then(Value::as_str) {
        None => Ok(None),
        Some(text) if partial_date::is_partial_date(text) => Ok(Some(text.to_owned())),
        Some(_) => Err(Error::not_a_partial_date(name)),
    };
    sql.push("TRUE");
    if let Some(from) = date("from")? {
        sql.push(" AND ").column(alias, "occurred_on").push(" >= ").bind(from);
    }
    if let Some(to) = date("to")? {
        // `~` follows every digit and hyphen, so that the whole of the month or year is included.
        sql.push(" AND ").column(alias, "occurred_on").push(" < ").bind(format!("{to}~"));
    }
    if let Some(bodies) = args.get("bodies").and_then(Value::as_array) {
        let body = sql.alias();
        sql.push(" AND ").column(alias, "body_id").push(" IN (SELECT ").column(&body, "id");
        let codes = bodies.iter().filter_map(Value::as_str).map(|code| fold::code(code).into());
        sql.push(" FROM body ").push(&body).push(" WHERE ");
        sql.holds(&body, "code", codes.collect()).push(" AND ");
        scope::seen(reader, sql, "Body", &body)?;
        sql.push(")");
    }
    Ok(())
}
