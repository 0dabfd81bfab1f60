//! `search` as a condition: each word is found in a row's own text or, where the type says so
//! ([`Type::searches`]), in the names of what the row hangs on. A text that the caller may not see finds
//! nothing, since every select carries the caller's scope.

use super::context::Reader;
use super::filter::{end_inner, inner_alias, write_source};
use super::model::{Args, Guard, Kind, Link, List, Type};
use super::scope;
use super::sql::Sql;
use crate::domain::search_text::{self, Piece, Query, Word, any_of};
use crate::error::{Error, Message};

/// Which part of the index is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Names,
    All,
}

fn read(text: &str) -> Result<Query, Error> {
    // `where` is looked at before; what is left is the argument of `search` at the root.
    Query::read(text).ok_or_else(|| Error::at(vec!["text".to_owned()], unreadable()))
}

/// Whether something can be looked for.
pub fn is_readable(text: &str) -> bool {
    Query::read(text).is_some()
}

/// What is wrong with a text that looks for nothing, or for too much.
pub fn unreadable() -> Message {
    let (characters, words) = (search_text::MAX_QUERY, search_text::MAX_WORDS);
    Message::new(
        format!("검색어는 글자나 숫자를 포함해 {characters}자 이하, {words}단어 이하여야 합니다."),
        format!(
            "A search text has a letter or digit, at most {characters} characters and at most {words} words."
        ),
    )
}

/// Adds the condition that every word of the text finds the row `alias`.
///
/// # Errors
/// Input, if the text asks for nothing or is too long; too large.
pub fn condition(
    reader: &Reader<'_>,
    sql: &mut Sql,
    ty: &Type,
    alias: &str,
    text: &str,
) -> Result<(), Error> {
    // Another name of a row stands in the index under that row.
    let (subject, key) = match ty.guard {
        Guard::Via { parent, .. } if ty.is_alias => (reader.catalog.declared(parent)?, "source_id"),
        _ => (ty, "subject_id"),
    };
    sql.push("(TRUE");
    for ways in &read(text)?.words {
        inner_alias(sql)?;
        sql.push(" AND ").column(alias, "id").push(" IN (");
        for (at, word) in ways.iter().enumerate() {
            sql.push(if at > 0 { " UNION ALL " } else { "" });
            documents(reader, sql, Some(subject), key, word);
            for path in &ty.searches {
                sql.push(" UNION ALL ");
                hanging(reader, sql, ty, path, word)?;
            }
        }
        end_inner(sql);
    }
    sql.push(")");
    Ok(())
}

/// Adds the condition that every word of the text finds the row of any type that `alias`, a result of the
/// search, stands for.
///
/// # Errors
/// Input; too large.
pub fn anywhere(reader: &Reader<'_>, sql: &mut Sql, alias: &str, text: &str) -> Result<(), Error> {
    sql.push("(TRUE");
    for ways in &read(text)?.words {
        inner_alias(sql)?;
        sql.push(" AND ").column(alias, "subject_id").push(" IN (");
        for (at, word) in ways.iter().enumerate() {
            sql.push(if at > 0 { " UNION ALL " } else { "" });
            documents(reader, sql, None, "subject_id", word);
        }
        end_inner(sql);
    }
    sql.push(")");
    Ok(())
}

/// Adds the rank of a result of the search: 0 if one of its names is the text, 1 if one holds every word, 2
/// if its text does.
///
/// # Errors
/// Input.
pub fn rank(reader: &Reader<'_>, sql: &mut Sql, alias: &str, text: &str) -> Result<(), Error> {
    let query = read(text)?;
    let words: Vec<Vec<Piece>> = query.words.iter().flat_map(|ways| any_of(ways)).collect();
    sql.push("CASE");
    for (rank, pieces) in [vec![vec![query.exact()]], words].iter().enumerate() {
        sql.push(" WHEN ");
        holds(sql, alias, Part::Names, pieces);
        // Names in tables of their own are few, and an index of them alone is there.
        let other = sql.alias();
        sql.push(" OR ").column(alias, "subject_id").push(" IN (SELECT ");
        sql.column(&other, "subject_id")
            .push(" FROM search_document ")
            .push(&other)
            .push(" WHERE ");
        sql.column(&other, "source_id").push(" <> ").column(&other, "subject_id").push(" AND ");
        holds(sql, &other, Part::Names, pieces);
        sql.push(" AND ");
        source_is_seen(reader, sql, None, &other);
        sql.push(") THEN ").literal(rank);
    }
    sql.push(" ELSE 2 END");
    Ok(())
}

/// Adds the condition that a document of the index holds of each group one piece.
fn holds(sql: &mut Sql, document: &str, part: Part, groups: &[Vec<Piece>]) {
    for (at, group) in groups.iter().enumerate() {
        sql.push(if at > 0 { " AND (" } else { "((" });
        for (at, piece) in group.iter().enumerate() {
            sql.push(if at > 0 { " OR " } else { "" });
            sql.push(if piece.is_squeezed { "replace(" } else { "(" });
            sql.column(document, "title");
            if part == Part::All {
                sql.push(" || ").column(document, "content");
            }
            sql.push(if piece.is_squeezed { ", ' ', '')" } else { ")" });
            // Words are letters and digits, which mean nothing else to LIKE.
            sql.push(" LIKE ").bind(format!("%{}%", piece.text));
        }
        sql.push(")");
    }
    sql.push(")");
}

/// Adds the documents of the index that hold a word, with the grams by which the index finds them, up to
/// the conditions of the select's own.
fn holding(sql: &mut Sql, subject: Option<&Type>, document: &str, part: Part, word: &Word) {
    sql.push(" FROM search_document ").push(document);
    for gram in word.grams() {
        let index = sql.alias();
        sql.push(" JOIN search_gram ").push(&index).push(" ON ");
        sql.column(&index, "source_id").push(" = ").column(document, "source_id");
        sql.push(" AND ").column(&index, "gram").push(" = ").bind(gram);
        if let Some(ty) = subject {
            sql.push(" AND ").column(&index, "subject_type").push(" = ").bind(ty.name);
        }
    }
    sql.push(" WHERE ");
    holds(sql, document, part, &word.pieces());
    if let Some(ty) = subject {
        sql.push(" AND ").column(document, "subject_type").push(" = ").bind(ty.name);
    }
}

/// Adds a select of the keys of rows whose text holds the word; that they are seen is asked elsewhere.
fn documents(reader: &Reader<'_>, sql: &mut Sql, subject: Option<&Type>, key: &str, word: &Word) {
    let document = sql.alias();
    sql.push("SELECT ").column(&document, key);
    holding(sql, subject, &document, Part::All, word);
    sql.push(" AND ");
    source_is_seen(reader, sql, subject, &document);
}

/// Adds a select of the keys of the rows of a type that hang, by a path of fields, on a row that is seen and
/// found by the word.
fn hanging(
    reader: &Reader<'_>,
    sql: &mut Sql,
    ty: &Type,
    path: &str,
    word: &Word,
) -> Result<(), Error> {
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    let row = sql.alias();
    match ty.find(name).map(|field| &field.kind) {
        Some(Kind::One { key, target }) => {
            sql.push("SELECT ")
                .column(&row, "id")
                .push(" FROM ")
                .push(ty.table)
                .push(" ")
                .push(&row);
            sql.push(" WHERE ");
            write_source(reader, sql, &row, key, &Args::new())?;
            sql.push(" IN (");
            found(reader, sql, target, rest, Part::Names, word)?;
        }
        Some(Kind::Many(List { target, link: Some(Link::Foreign(fk)), .. })) => {
            let listed = reader.catalog.declared(target)?;
            sql.push("SELECT ")
                .column(&row, fk)
                .push(" FROM ")
                .push(listed.table)
                .push(" ")
                .push(&row);
            sql.push(" WHERE ").column(&row, fk).push(" IS NOT NULL AND ");
            scope::guard(reader, sql, listed, &row, Some(fk));
            sql.push(" AND ").column(&row, "id").push(" IN (");
            found(reader, sql, target, rest, Part::All, word)?;
        }
        _ => return Err(Error::internal(format!("{} cannot be searched by {path}", ty.name))),
    }
    sql.push(")");
    Ok(())
}

/// Adds a select of the keys of the rows of a type that are seen and found by the word, or that hang on such
/// rows by the rest of a path.
fn found(
    reader: &Reader<'_>,
    sql: &mut Sql,
    name: &str,
    rest: &str,
    part: Part,
    word: &Word,
) -> Result<(), Error> {
    let ty = reader.catalog.declared(name)?;
    if !rest.is_empty() {
        return hanging(reader, sql, ty, rest, word);
    }
    let (document, row) = (sql.alias(), sql.alias());
    sql.push("SELECT ").column(&document, "subject_id");
    holding(sql, Some(ty), &document, part, word);
    sql.push(" AND ");
    source_is_seen(reader, sql, Some(ty), &document);
    sql.push(" AND EXISTS (SELECT 1 FROM ").push(ty.table).push(" ").push(&row).push(" WHERE ");
    sql.column(&row, "id").push(" = ").column(&document, "subject_id").push(" AND ");
    scope::guard(reader, sql, ty, &row, None);
    sql.push(")");
    Ok(())
}

/// Adds the condition that the row whose text a document of the index holds is seen: the subject itself,
/// which is guarded elsewhere, or a row that is found as its subject.
fn source_is_seen(reader: &Reader<'_>, sql: &mut Sql, subject: Option<&Type>, document: &str) {
    sql.push("(").column(document, "source_id").push(" = ").column(document, "subject_id");
    for ty in reader.catalog.types().iter().filter(|ty| ty.is_alias) {
        let Guard::Via { fk, parent } = ty.guard else { continue };
        if subject.is_some_and(|subject| subject.name != parent) {
            continue;
        }
        let source = sql.alias();
        sql.push(" OR EXISTS (SELECT 1 FROM ").push(ty.table).push(" ").push(&source);
        sql.push(" WHERE ").column(&source, "id").push(" = ").column(document, "source_id");
        sql.push(" AND ");
        scope::guard(reader, sql, ty, &source, Some(fk));
        sql.push(")");
    }
    sql.push(")");
}
