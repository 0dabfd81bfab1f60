//! Industries and adoption cases (area 5).

use crate::table::{Table, creates};

creates!(tables);

fn tables() -> Vec<Table> {
    vec![
        Table::fact("industry")
            .text("code")
            .int("revision")
            .choice("level", &["SECTION", "DIVISION"])
            .text("name_ko")
            .text_opt("name_en")
            .reference_opt("parent_id", "industry")
            .unique(&["code"])
            .index(&["code", "id"])
            .index(&["parent_id", "code", "id"]),
        Table::fact("adoption_case")
            .text("code")
            .text("title_ko")
            .text_opt("title_en")
            .text_opt("summary_ko")
            .text_opt("summary_en")
            .reference_opt("company_id", "institution")
            .text_opt("company_name")
            .choice("disclosure", &["NAMED", "ANONYMISED", "WITHHELD"])
            .reference("region_id", "region")
            .text_opt("district")
            .reference("industry_id", "industry")
            .choice("size", &["SMALL_MERCHANT", "SMALL", "MEDIUM", "MID_MARKET"])
            .choice(
                "technology",
                &[
                    "CLASSICAL_ML",
                    "GENERATIVE",
                    "NLP",
                    "COMPUTER_VISION",
                    "REINFORCEMENT_LEARNING",
                    "AGENTIC",
                ],
            )
            .choice(
                "application",
                &[
                    "DEFECT_DETECTION",
                    "PREDICTIVE_MAINTENANCE",
                    "DEMAND_FORECASTING",
                    "MARKETING_AND_CUSTOMER",
                    "DOCUMENTS_AND_BACK_OFFICE",
                    "DESIGN_AND_RND",
                    "SAFETY",
                    "OTHER",
                ],
            )
            .choice("stage", &["EXPLORING", "POC", "PILOT", "PRODUCTION", "SCALED", "STOPPED"])
            .text_opt("supplier_name")
            .reference_opt("supplier_id", "institution")
            .text_opt("programme_ko")
            .text_opt("programme_en")
            .partial_date("started_on")
            .big_int_opt("investment")
            .big_int_opt("public_support")
            .choice("verification", &["SELF_REPORTED", "DOCUMENTED", "SITE_VISITED", "EVALUATED"])
            .choice(
                "status",
                &["DRAFT", "SUBMITTED", "VERIFIED", "PUBLISHED", "RETURNED", "WITHDRAWN"],
            )
            .text_opt("lessons_ko")
            .text_opt("lessons_en")
            .bool("consent_to_publish")
            .date_opt("published_on")
            .unique(&["code"])
            .index(&["code", "id"])
            .index(&["started_on", "id"])
            .index(&["region_id", "code", "id"])
            .index(&["industry_id", "code", "id"])
            .index(&["company_id"])
            .index(&["supplier_id"]),
        Table::fact("case_barrier")
            .reference("adoption_case_id", "adoption_case")
            .choice(
                "kind",
                &[
                    "NO_PERCEIVED_NEED",
                    "COST",
                    "TALENT",
                    "DATA",
                    "INFORMATION",
                    "ROI_UNCERTAINTY",
                    "INFRASTRUCTURE",
                    "REGULATION",
                    "SECURITY",
                    "COORDINATION",
                    "OTHER",
                ],
            )
            .text_opt("note_ko")
            .text_opt("note_en")
            .unique(&["adoption_case_id", "kind"])
            .index(&["adoption_case_id", "kind", "id"]),
        Table::fact("case_technology")
            .reference("adoption_case_id", "adoption_case")
            .choice(
                "technology",
                &[
                    "CLASSICAL_ML",
                    "GENERATIVE",
                    "NLP",
                    "COMPUTER_VISION",
                    "REINFORCEMENT_LEARNING",
                    "AGENTIC",
                ],
            )
            .unique(&["adoption_case_id", "technology"])
            .index(&["adoption_case_id", "technology", "id"]),
        Table::fact("outcome")
            .reference("adoption_case_id", "adoption_case")
            .int("position")
            .choice(
                "family",
                &["PRODUCTIVITY", "QUALITY", "COST", "DELIVERY", "SALES", "JOBS", "SAFETY"],
            )
            .text("metric_ko")
            .text_opt("metric_en")
            .text("unit")
            .double("baseline")
            .double("after")
            .partial_date_opt("measured_on")
            .text_opt("method_ko")
            .text_opt("method_en")
            .reference_opt("document_id", "document")
            .index(&["position", "id"])
            .index(&["adoption_case_id", "position", "id"])
            .index(&["document_id"]),
        Table::fact("case_requirement")
            .choice("stage", &["EXPLORING", "POC", "PILOT", "PRODUCTION", "SCALED", "STOPPED"])
            .text("field")
            .int("position")
            .text("note_ko")
            .text_opt("note_en")
            .unique(&["stage", "field"])
            .index(&["position", "id"]),
    ]
}
