//! Documents, their authors and keywords (area 7).

use crate::table::{Table, creates};

creates!(tables);

fn tables() -> Vec<Table> {
    vec![
        Table::fact("document")
            .text("code")
            .text("title_ko")
            .text_opt("title_en")
            .choice(
                "kind",
                &["PRESS_RELEASE", "NEWS_ARTICLE", "RESEARCH_REPORT", "LAW", "MINUTES", "EVIDENCE"],
            )
            .reference_opt("publisher_id", "institution")
            .text_opt("unit_ko")
            .text_opt("unit_en")
            .partial_date("published_on")
            .instant_opt("published_at")
            .text_opt("release_note_ko")
            .text_opt("release_note_en")
            .text_opt("identifier")
            .text("language")
            .choice("licence", &["KOGL_0", "KOGL_1", "KOGL_2", "KOGL_3", "KOGL_4", "UNSPECIFIED"])
            .text_opt("licence_text")
            .text_opt("series_ko")
            .text_opt("series_en")
            .int_opt("page_count")
            .int_opt("view_count")
            .bool_opt("has_photo")
            .text_opt("attachment_ko")
            .text_opt("attachment_en")
            .text_opt("summary_ko")
            .text_opt("summary_en")
            .unique(&["code"])
            .index(&["published_on", "id"])
            .index(&["code", "id"])
            .index(&["publisher_id", "published_on", "id"]),
        Table::link("document_topic")
            .reference("document_id", "document")
            .reference("topic_id", "topic")
            .unique(&["document_id", "topic_id"])
            .index(&["topic_id"]),
        Table::fact("document_title")
            .reference("document_id", "document")
            .text("language")
            .text("title")
            .unique(&["document_id", "language"])
            .index(&["document_id", "language", "id"]),
        Table::fact("document_author")
            .reference("document_id", "document")
            .int("position")
            .reference_opt("person_id", "person")
            .reference_opt("institution_id", "institution")
            .index(&["person_id", "position", "id"])
            .index(&["document_id", "position", "id"])
            .index(&["institution_id"]),
    ]
}
