//! Institutions that were on record twice and merged: where their ids and codes lead.

use crate::table::Table;

fn tables() -> Vec<Table> {
    vec![
        Table::plain("merged_institution")
            .text("code")
            .reference("into_id", "institution")
            .instant("merged_at")
            .unique(&["code"])
            .index(&["into_id"]),
    ]
}

crate::table::creates!(tables);
