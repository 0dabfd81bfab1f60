//! Barriers, recommendations, answers and effects (area 3).

use crate::table::{Table, creates};

creates!(tables);

fn tables() -> Vec<Table> {
    vec![
        Table::fact("barrier")
            .text("code")
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
            .text("title_ko")
            .text_opt("title_en")
            .text_opt("summary_ko")
            .text_opt("summary_en")
            .int("position")
            .reference_opt("topic_id", "topic")
            .reference_opt("meeting_id", "meeting")
            .reference_opt("statement_id", "statement")
            .reference_opt("institution_id", "institution")
            .text_opt("regulation_ko")
            .text_opt("regulation_en")
            .partial_date_opt("since")
            .unique(&["code"])
            .index(&["position", "id"])
            .index(&["code", "id"])
            .index(&["institution_id", "position", "id"])
            .index(&["topic_id", "position", "id"])
            .index(&["meeting_id", "position", "id"])
            .index(&["statement_id", "position", "id"]),
        Table::fact("recommendation")
            .text("code")
            .text("title_ko")
            .text_opt("title_en")
            .text_opt("summary_ko")
            .text_opt("summary_en")
            .choice(
                "source",
                &[
                    "STATEMENT",
                    "AGENDA_ITEM",
                    "SURVEY",
                    "UPSTREAM_COMMITTEE",
                    "INTAKE_DESK",
                    "RESEARCH_REPORT",
                ],
            )
            .choice(
                "status",
                &["RAISED", "FORWARDED", "ANSWERED", "IN_DELIVERY", "DELIVERED", "CLOSED"],
            )
            .choice_opt("consultation_stage", &["DISCOVERY", "RESOLUTION", "FOLLOW_UP"])
            .int("item_count")
            .partial_date("raised_on")
            .date_opt("due_on")
            .reference_opt("meeting_id", "meeting")
            .reference_opt("agenda_item_id", "agenda_item")
            .reference_opt("statement_id", "statement")
            .reference_opt("person_id", "person")
            .reference_opt("institution_id", "institution")
            .text_opt("raised_by_group_ko")
            .text_opt("raised_by_group_en")
            .reference_opt("topic_id", "topic")
            .reference_opt("barrier_id", "barrier")
            .text_opt("regulation_ko")
            .text_opt("regulation_en")
            .reference_opt("region_id", "region")
            .reference_opt("addressee_id", "institution")
            .reference_opt("plan_id", "policy_plan")
            .unique(&["code"])
            .index(&["code", "id"])
            .index(&["raised_on", "id"])
            .index(&["addressee_id", "code", "id"])
            .index(&["institution_id", "code", "id"])
            .index(&["person_id", "code", "id"])
            .index(&["topic_id", "code", "id"])
            .index(&["meeting_id", "code", "id"])
            .index(&["agenda_item_id", "code", "id"])
            .index(&["statement_id", "code", "id"])
            .index(&["barrier_id", "code", "id"])
            .index(&["plan_id", "code", "id"])
            .index(&["region_id"]),
        Table::fact("recommendation_assignment")
            .reference("recommendation_id", "recommendation")
            .int("position")
            .reference("addressee_id", "institution")
            .partial_date_opt("assigned_on")
            .date_opt("due_on")
            .text_opt("reason_ko")
            .text_opt("reason_en")
            .index(&["recommendation_id", "position", "id"])
            .index(&["addressee_id"]),
        Table::fact("recommendation_answer")
            .reference("recommendation_id", "recommendation")
            .int("position")
            .reference_opt("institution_id", "institution")
            .choice(
                "disposition",
                &[
                    "ACCEPTED",
                    "PARTIALLY_ACCEPTED",
                    "LONG_TERM_REVIEW",
                    "NOT_ACCEPTED",
                    "GUIDANCE_GIVEN",
                    "FORWARDED_AS_POLICY_PROPOSAL",
                    "WITHDRAWN",
                    "DUPLICATE",
                ],
            )
            .text_opt("reason_ko")
            .text_opt("reason_en")
            .partial_date_opt("answered_on")
            .partial_date_opt("planned_on")
            .int_opt("rating")
            .index(&["recommendation_id", "position", "id"])
            .index(&["institution_id"]),
        Table::fact("effect")
            .reference("recommendation_id", "recommendation")
            .int("position")
            .choice(
                "kind",
                &[
                    "POLICY_TASK",
                    "POLICY_PLAN",
                    "BILL_PROVISION",
                    "BUDGET",
                    "ADOPTION_CASE",
                    "OTHER",
                ],
            )
            .text("title_ko")
            .text_opt("title_en")
            .choice_opt("delivery", &["GREEN", "YELLOW", "RED"])
            .reference_opt("policy_task_id", "policy_task")
            .reference_opt("policy_plan_id", "policy_plan")
            .reference_opt("bill_id", "bill")
            .reference_opt("provision_id", "provision")
            .reference_opt("adoption_case_id", "adoption_case")
            .big_int_opt("amount")
            .partial_date_opt("occurred_on")
            .reference_opt("document_id", "document")
            .index(&["position", "id"])
            .index(&["recommendation_id", "position", "id"])
            .index(&["policy_task_id"])
            .index(&["policy_plan_id"])
            .index(&["bill_id"])
            .index(&["provision_id"])
            .index(&["adoption_case_id"])
            .index(&["document_id"]),
        Table::fact("recommendation_relation")
            .reference("recommendation_id", "recommendation")
            .int("position")
            .reference("other_id", "recommendation")
            .choice("kind", &["SAME_AS", "REPEATS", "PART_OF"])
            .index(&["recommendation_id", "position", "id"])
            .index(&["other_id"]),
    ]
}
