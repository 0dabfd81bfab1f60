//! Regions, topics, institutions and persons (area 1 of the domain).

use crate::table::{Table, creates};

creates!(tables);

fn tables() -> Vec<Table> {
    vec![
        Table::fact("topic")
            .text("code")
            .text("name_ko")
            .text_opt("name_en")
            .choice("kind", &["SECTOR", "THEME", "SUBJECT"])
            .unique(&["code"])
            .index(&["code", "id"])
            .index(&["name_ko", "id"]),
        Table::fact("region")
            .text("code")
            .text("name_ko")
            .text_opt("name_en")
            .text_opt("short_name")
            .choice(
                "category",
                &[
                    "SPECIAL_CITY",
                    "METROPOLITAN_CITY",
                    "SPECIAL_SELF_GOVERNING_CITY",
                    "PROVINCE",
                    "SPECIAL_SELF_GOVERNING_PROVINCE",
                    "INTEGRATED_SPECIAL_CITY",
                    "NATIONWIDE",
                ],
            )
            .date_opt("valid_from")
            .date_opt("valid_to")
            .reference_opt("successor_id", "region")
            .unique(&["code"])
            .index(&["code", "id"])
            .index(&["successor_id"]),
        Table::fact("region_code")
            .reference("region_id", "region")
            .choice("scheme", &["ISO_3166_2", "ADMINISTRATIVE", "STATISTICS"])
            .text("code")
            .date_opt("valid_from")
            .date_opt("valid_to")
            .unique(&["scheme", "code", "region_id"])
            .index(&["region_id", "scheme", "id"]),
        Table::fact("institution")
            .text("code")
            .text("name_ko")
            .text_opt("name_en")
            .choice(
                "kind",
                &[
                    "MINISTRY",
                    "LOCAL_GOVERNMENT",
                    "COMMITTEE",
                    "LEGISLATURE",
                    "OMBUDSMAN",
                    "PUBLIC_AGENCY",
                    "SUPPORT_CENTRE",
                    "ASSOCIATION",
                    "UNIVERSITY",
                    "RESEARCH_INSTITUTE",
                    "AI_SUPPLIER",
                    "AI_ADOPTER",
                    "STARTUP",
                    "PRIVATE_RESEARCH",
                ],
            )
            .choice_opt("sector", &["INDUSTRY", "ACADEMIA", "RESEARCH", "GOVERNMENT", "CIVIL"])
            .reference_opt("region_id", "region")
            .reference_opt("parent_id", "institution")
            .partial_date_opt("founded")
            .text_opt("website")
            .text_opt("summary_ko")
            .text_opt("summary_en")
            .unique(&["code"])
            .index(&["code", "id"])
            .index(&["name_ko", "id"])
            .index(&["region_id", "code", "id"])
            .index(&["parent_id", "code", "id"]),
        Table::fact("institution_name")
            .reference("institution_id", "institution")
            .text("name_ko")
            .text_opt("name_en")
            .choice("kind", &["FORMER", "ABBREVIATION", "ALIAS"])
            .partial_date_opt("valid_from")
            .partial_date_opt("valid_to")
            .index(&["institution_id", "kind", "name_ko", "id"]),
        Table::fact("institution_identifier")
            .reference("institution_id", "institution")
            .choice("scheme", &["BUSINESS_REGISTRATION", "CORPORATE_REGISTRATION", "OTHER"])
            .text("value")
            .unique(&["scheme", "value"])
            .index(&["institution_id", "scheme", "value", "id"]),
        Table::fact("person")
            .text("code")
            .text("name_ko")
            .text_opt("name_en")
            .unique(&["code"])
            .index(&["code", "id"])
            .index(&["name_ko", "id"]),
        Table::fact("membership")
            .reference("person_id", "person")
            .reference("institution_id", "institution")
            .int("position")
            .text("post_ko")
            .text_opt("post_en")
            .text_opt("unit_ko")
            .text_opt("unit_en")
            .bool("acting")
            .text_opt("duty_ko")
            .text_opt("duty_en")
            .partial_date_opt("starts_on")
            .partial_date_opt("ends_on")
            .partial_date_opt("observed_on")
            .index(&["position", "id"])
            .index(&["institution_id", "position", "id"])
            .index(&["person_id", "position", "id"]),
        Table::fact("contact_point")
            .reference_opt("person_id", "person")
            .reference_opt("institution_id", "institution")
            .int("position")
            .choice("kind", &["PHONE", "EMAIL", "FAX"])
            .text("value")
            .text_opt("note_ko")
            .text_opt("note_en")
            .index(&["institution_id", "position", "id"])
            .index(&["person_id", "position", "id"]),
        Table::fact("activity")
            .reference("institution_id", "institution")
            .int("position")
            .choice("kind", &["AWARD", "SERVICE", "EFFORT"])
            .text("title_ko")
            .text_opt("title_en")
            .text_opt("summary_ko")
            .text_opt("summary_en")
            .reference_opt("topic_id", "topic")
            .text_opt("partner_ko")
            .text_opt("partner_en")
            .partial_date_opt("starts_on")
            .partial_date_opt("ends_on")
            .index(&["position", "id"])
            .index(&["institution_id", "position", "id"])
            .index(&["topic_id", "position", "id"]),
    ]
}
