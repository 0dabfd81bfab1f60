//! Search over everything that has a name, a title or a summary.

use serde_json::Value;

use crate::error::Error;
use crate::read::Reader;
use crate::read::catalog::{Root, RootKind, page_args};
use crate::read::model::{Arg, Args, Column, Guard, List, Scalar, Source, Type};
use crate::read::search;
use crate::read::sql::Sql;
use crate::read::weight;

/// The types declared here.
pub fn types() -> Vec<Type> {
    vec![
        Type::view(
            "SearchResult",
            *b"SR",
            "search_result",
            Guard::Subject { own: false },
            "검색 결과. A row found by its name, title or summary.",
        )
        .plain_localized("title", "title_ko", "title_en", "제목. Title or name of the row.")
        .plain("type", "subject_type", Scalar::Text, "String!", "유형. Name of the row's type.")
        .subject("subject", "대상. The row.")
        .orderable_by("RANK", Column { source: Source::Expression(rank), scalar: Scalar::Int }),
    ]
}

/// The root fields declared here.
pub fn roots() -> Vec<Root> {
    let mut args = vec![
        Arg::new(
            "text",
            "String!",
            "검색어. Words that must all be found, at most 8 and 100 characters. Two Korean syllables are found anywhere in a word, whatever its spacing; a Latin word, a number or a single syllable where a word begins with it. Case, width and punctuation do not matter.",
        ),
        Arg::new("types", "[SearchType!]", "검색 대상. Kinds of rows; all if left out."),
    ];
    args.extend(page_args("SearchResult", false).into_iter().filter(|arg| arg.name != "where"));
    vec![Root {
        name: "search",
        description: "통합 검색. Rows whose name, title or summary holds every word: first those of that very name, then those with the words in their name, then the others.".into(),
        ty: "SearchResultConnection!".into(),
        args,
        kind: RootKind::List(List {
            target: "SearchResult",
            link: None,
            sorted: vec!["RANK"],
            condition: Some(found),
            weight: |args| weight::RANKED_WORD * weight::words(text(args)),
        }),
    }]
}

fn text(args: &Args) -> &str {
    args.get("text").and_then(Value::as_str).unwrap_or_default()
}

fn rank(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    _: &Args,
    level: &Args,
) -> Result<(), Error> {
    search::rank(reader, sql, alias, text(level))
}

fn found(reader: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Result<(), Error> {
    search::anywhere(reader, sql, alias, text(args))?;
    if let Some(types) = args.get("types").and_then(Value::as_array) {
        let names = types.iter().filter_map(Value::as_str).map(|name| pascal(name).into());
        sql.push(" AND ").holds(alias, "subject_type", names.collect());
    }
    Ok(())
}

/// `AGENDA_ITEM` to `AgendaItem`.
fn pascal(code: &str) -> String {
    code.split('_')
        .flat_map(|part| {
            part.chars()
                .enumerate()
                .map(|(at, letter)| if at == 0 { letter } else { letter.to_ascii_lowercase() })
        })
        .collect()
}
