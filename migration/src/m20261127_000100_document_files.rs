//! Files of documents. The content itself is kept outside the database, under its hash.

use crate::table::{Table, creates};

creates!(tables);

fn tables() -> Vec<Table> {
    vec![
        Table::fact("document_file")
            .reference("document_id", "document")
            .int("position")
            .text("name")
            .text("media_type")
            .int("byte_size")
            .text("sha256")
            .unique(&["document_id", "name"])
            .index(&["document_id", "position", "id"])
            .index(&["sha256"]),
    ]
}
