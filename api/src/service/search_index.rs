//! The search index of a row: its document and the grams of its text.

use entity::{search_document, search_gram};
use sea_orm::Set;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::record::Record;
use crate::domain::search_text;

/// The rows of the index for one row of a table; none if it has no searchable text.
pub fn entries<R: Record>(
    id: Uuid,
    row: &Map<String, Value>,
) -> Option<(search_document::ActiveModel, Vec<search_gram::ActiveModel>)> {
    let text =
        |column: &str| row.get(column).and_then(Value::as_str).filter(|text| !text.is_empty());
    let title = R::SEARCH.first()?;
    let title_ko = R::SEARCH.iter().find_map(|column| text(column))?.to_owned();
    let title_en = title.strip_suffix("_ko").and_then(|stem| text(&format!("{stem}_en")));
    let joined: Vec<&str> = R::SEARCH.iter().filter_map(|column| text(column)).collect();
    let content = search_text::normalise(&joined.join(" "));
    let (subject_type, subject_id) = match R::SEARCH_AS {
        Some((column, ty)) => (ty, text(column).and_then(|id| Uuid::parse_str(id).ok())?),
        None => (R::TYPE, id),
    };
    let grams = search_text::grams(&content)
        .into_iter()
        .map(|gram| search_gram::ActiveModel {
            id: Set(Uuid::now_v7()),
            gram: Set(gram),
            subject_type: Set(subject_type.to_owned()),
            source_id: Set(id),
        })
        .collect();
    let document = search_document::ActiveModel {
        id: Set(Uuid::now_v7()),
        source_id: Set(id),
        subject_type: Set(subject_type.to_owned()),
        subject_id: Set(subject_id),
        title_ko: Set(title_ko),
        title_en: Set(title_en.map(str::to_owned)),
        content: Set(content),
    };
    Some((document, grams))
}
