//! The change feed 변경 내역: what changed, in the order of commits, to be polled or subscribed to.

use entity::change::{ChangeKind, Column as C};
use serde_json::Value;

use crate::domain::suggest;
use crate::error::Error;
use crate::read::Reader;
use crate::read::catalog::{Root, RootKind, page_args};
use crate::read::model::{Arg, Args, Guard, List, Type};
use crate::read::sql::Sql;
use crate::read::statistic::Statistics;
use crate::read::stream::{SINCE, UNTIL};
use crate::read::weight;

/// The types declared here.
pub fn types() -> Vec<Type> {
    vec![
        Type::rows::<entity::change::Entity>("Change", *b"CH", Guard::Feed, "변경. One change of one row, in the order of commits over all servers. Seen by who may see the row at the time of the look.")
            .choice("kind", C::Kind, ChangeKind::CHOICE, "변경 종류. What happened.")
            .column("type", C::SubjectType, "유형. Name of the row's type.")
            .column("version", C::Version, "판. Version of the row after the change.")
            .column("occurredAt", C::At, "시각. Instant of the change.")
            .subject_id("subjectId", "ID!", "대상 식별자. Id of the row, also if it is gone: what to take out of a copy.")
            .any_subject("subject", "대상. The row as it is now; null if it is gone.")
            .sorted(&["seq"])
            .exported("changes", &["id", "kind", "type", "subjectId", "version", "occurredAt"])
            .statistics(
                Statistics::of("changeStatistics", "변경 통계. Changes by type, kind and period.")
                    .by("TYPE", "type", "유형. Type of the row.")
                    .by("KIND", "kind", "변경 종류. What happened.")
                    .by_date(["OCCURRED_MONTH", "OCCURRED_QUARTER", "OCCURRED_HALF", "OCCURRED_YEAR"], "occurredAt", "시각. Instant of the change.")
                    .weight(weight::FEED),
            ),
    ]
}

fn types_arg() -> Arg {
    Arg::new("types", "[String!]", "유형. Names of types, e.g. `Meeting`; everything if left out.")
}

fn list() -> List {
    List {
        target: "Change",
        link: None,
        sorted: vec!["seq"],
        condition: Some(wanted),
        weight: |_| 0,
    }
}

/// The fields of the query's root declared here.
pub fn roots() -> Vec<Root> {
    let mut args = vec![types_arg()];
    args.extend(page_args("Change", false));
    vec![Root {
        name: "changes",
        description: "변경 내역. What changed, the oldest first: ask with `after` of the last cursor you saw for what is new since. An empty page gives that cursor again, and before the first change one that stands before it.".into(),
        ty: "ChangeConnection!".into(),
        args,
        kind: RootKind::List(list()),
    }]
}

/// The fields of the subscription's root declared here.
pub fn subscriptions() -> Vec<Root> {
    vec![Root {
        name: "changes",
        description: "변경 알림. Each change as it is made, with its cursor; none is lost or told twice if you go on after the last cursor you saw.".into(),
        ty: "ChangeEdge!".into(),
        args: vec![
            types_arg(),
            Arg::new("after", "String", "이 커서 다음부터. Cursor of the last change you saw, of this subscription or of the query; from now on if left out."),
        ],
        kind: RootKind::Stream(list()),
    }]
}

fn wanted(reader: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Result<(), Error> {
    sql.push("TRUE");
    for (name, sign) in [(SINCE, " > "), (UNTIL, " <= ")] {
        if let Some(number) = args.get(name).and_then(Value::as_i64) {
            sql.push(" AND ").column(alias, "seq").push(sign).bind(number);
        }
    }
    let Some(types) = args.get("types").and_then(Value::as_array) else { return Ok(()) };
    let mut names: Vec<&str> = Vec::new();
    for name in types.iter().filter_map(Value::as_str) {
        let known = reader.catalog.fed().find(|ty| ty.name == name).ok_or_else(|| {
            let shown: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
            let hint = suggest::among(name, reader.catalog.fed().map(|ty| ty.name));
            Error::argument(
                "types",
                format!("변경 내역에 `{shown}` 유형이 없습니다.{}", hint.ko),
                format!("The feed has no type `{shown}`.{}", hint.en),
            )
        })?;
        if !names.contains(&known.name) {
            names.push(known.name);
        }
    }
    match names.as_slice() {
        [] => sql.push(" AND FALSE"),
        // An index has the changes of one type in their order.
        [one] => sql.push(" AND ").column(alias, "subject_type").push(" = '").push(one).push("'"),
        several => {
            let list = several.join("', '");
            sql.push(" AND ").column(alias, "subject_type").push(" IN ('").push(&list).push("')")
        }
    };
    Ok(())
}
