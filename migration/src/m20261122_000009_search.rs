//! The search index: one document a row, and the two-character grams of its text.

use crate::table::{Table, creates};

creates!(tables);

fn tables() -> Vec<Table> {
    vec![
        Table::plain("search_document")
            .key("source_id")
            .text("subject_type")
            .key("subject_id")
            .text("title_ko")
            .text_opt("title_en")
            .text("content")
            .unique(&["source_id"])
            .index(&["subject_id"])
            .index(&["subject_type", "id"]),
        Table::plain("search_gram")
            .text("gram")
            .text("subject_type")
            .key("source_id")
            .unique(&["gram", "subject_type", "source_id"])
            .index(&["source_id"]),
    ]
}
