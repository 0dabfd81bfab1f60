//! Plans and legislation (area 4).

use crate::table::{Table, creates};

creates!(tables);

fn tables() -> Vec<Table> {
    vec![
        Table::fact("policy_plan")
            .text("code")
            .text("title_ko")
            .text_opt("title_en")
            .bool("tentative")
            .choice("kind", &["ACTION_PLAN", "MEASURE", "OPERATING_PLAN", "INITIATIVE"])
            .choice("status", &["PREPARING", "ANNOUNCED", "IN_PROGRESS", "COMPLETED"])
            .text_opt("summary_ko")
            .text_opt("summary_en")
            .reference_opt("owner_id", "institution")
            .reference_opt("mandate_id", "policy_plan")
            .reference_opt("mandate_institution_id", "institution")
            .text_opt("mandate_note_ko")
            .text_opt("mandate_note_en")
            .partial_date_opt("starts_on")
            .partial_date_opt("ends_on")
            .unique(&["code"])
            .index(&["code", "id"])
            .index(&["mandate_id", "code", "id"])
            .index(&["owner_id"])
            .index(&["mandate_institution_id"]),
        Table::fact("policy_task")
            .text("code")
            .reference_opt("plan_id", "policy_plan")
            .choice("kind", &["TASK", "SUPPORT", "INFRASTRUCTURE", "TARGET"])
            .text("title_ko")
            .text_opt("title_en")
            .text_opt("summary_ko")
            .text_opt("summary_en")
            .choice("status", &["PREPARING", "ANNOUNCED", "IN_PROGRESS", "COMPLETED"])
            .reference_opt("owner_id", "institution")
            .reference_opt("topic_id", "topic")
            .partial_date_opt("due")
            .unique(&["code"])
            .index(&["code", "id"])
            .index(&["owner_id", "code", "id"])
            .index(&["topic_id", "code", "id"])
            .index(&["plan_id", "code", "id"]),
        Table::fact("milestone")
            .reference("task_id", "policy_task")
            .int("position")
            .text("title_ko")
            .text_opt("title_en")
            .partial_date_opt("due")
            .partial_date_opt("reached_on")
            .index(&["task_id", "position", "id"]),
        Table::fact("legislative_initiative")
            .text("code")
            .text("title_ko")
            .text_opt("title_en")
            .bool("tentative")
            .text_opt("purpose_ko")
            .text_opt("purpose_en")
            .reference_opt("owner_id", "institution")
            .partial_date_opt("starts_on")
            .unique(&["code"])
            .index(&["code", "id"])
            .index(&["owner_id"]),
        Table::fact("initiative_title")
            .reference("initiative_id", "legislative_initiative")
            .int("position")
            .text("title_ko")
            .text_opt("title_en")
            .bool("tentative")
            .partial_date_opt("valid_from")
            .partial_date_opt("valid_to")
            .index(&["initiative_id", "position", "id"]),
        Table::fact("bill")
            .reference_opt("initiative_id", "legislative_initiative")
            .text("number")
            .text("title_ko")
            .text_opt("title_en")
            .choice_opt(
                "proposer_kind",
                &["MEMBER", "COMMITTEE_CHAIR", "GOVERNMENT", "SPEAKER", "OTHER"],
            )
            .text_opt("proposer_ko")
            .text_opt("proposer_en")
            .text_opt("committee_ko")
            .text_opt("committee_en")
            .choice(
                "result",
                &[
                    "PENDING",
                    "PASSED_AS_PROPOSED",
                    "PASSED_AMENDED",
                    "PASSED",
                    "ABSORBED_IN_ALTERNATIVE",
                    "ABSORBED_IN_AMENDMENT",
                    "REJECTED",
                    "DISCARDED",
                    "WITHDRAWN",
                    "EXPIRED_TERM_END",
                    "EXPIRED_SESSION",
                    "HELD",
                    "UNMAPPED",
                ],
            )
            .choice("effect", &["NONE", "PENDING", "IN_ALTERNATIVE", "ENACTED"])
            .reference_opt("absorbed_into_id", "bill")
            .partial_date_opt("proposed_on")
            .instant_opt("checked_at")
            .text_opt("result_text")
            .unique(&["number"])
            .index(&["number", "id"])
            .index(&["initiative_id", "number", "id"])
            .index(&["absorbed_into_id"]),
        Table::fact("provision")
            .reference("bill_id", "bill")
            .int("position")
            .text_opt("article")
            .text("title_ko")
            .text_opt("title_en")
            .text_opt("summary_ko")
            .text_opt("summary_en")
            .index(&["bill_id", "position", "id"]),
        Table::fact("bill_event")
            .reference("bill_id", "bill")
            .int("position")
            .choice(
                "stage",
                &[
                    "DRAFTING",
                    "CONSULTATION",
                    "LEGISLATIVE_NOTICE",
                    "REGULATORY_AND_MOLEG_REVIEW",
                    "CABINET",
                    "RECEIVED",
                    "COMMITTEE_RECEIVED",
                    "COMMITTEE_REVIEW",
                    "COMMITTEE_DECIDED",
                    "JUDICIARY_REQUESTED",
                    "JUDICIARY_REVIEW",
                    "PLENARY_READY",
                    "PLENARY_NOT_TABLED",
                    "PLENARY_DECIDED",
                    "TEXT_FINALISED",
                    "TRANSFERRED",
                    "RECONSIDERATION_REQUESTED",
                    "RECONSIDERATION_DECIDED",
                    "PROMULGATED",
                    "IN_FORCE",
                    "CLOSED_WITHOUT_ENACTMENT",
                ],
            )
            .partial_date("occurred_on")
            .reference_opt("institution_id", "institution")
            .text_opt("raw_text")
            .text_opt("note_ko")
            .text_opt("note_en")
            .reference_opt("corrects_id", "bill_event")
            .index(&["position", "id"])
            .index(&["occurred_on", "id"])
            .index(&["bill_id", "position", "id"])
            .index(&["institution_id"])
            .index(&["corrects_id"]),
    ]
}
