//! Quarterly results (area 6): programmes with their indicators, targets, rules and obligations; reporting
//! periods and days off; submissions with their values, revisions, comments and extensions.
//!
//! A value stands from the first revision that holds it to the last, so a revision is a range and nothing is
//! copied when something is handed in.

use crate::table::{Table, creates};

creates!(tables);

fn tables() -> Vec<Table> {
    let mut tables = programmes();
    tables.extend(submissions());
    tables
}

fn programmes() -> Vec<Table> {
    vec![
        Table::fact("programme")
            .text("code")
            .text("name_ko")
            .text_opt("name_en")
            .text_opt("summary_ko")
            .text_opt("summary_en")
            .reference("operator_id", "institution")
            .partial_date_opt("starts_on")
            .partial_date_opt("ends_on")
            .int("due_days")
            .choice("roll_rule", &["NEXT_BUSINESS_DAY", "NONE"])
            .int("lock_days")
            .unique(&["code"])
            .index(&["code", "id"])
            .index(&["operator_id", "code", "id"]),
        Table::fact("indicator")
            .reference("programme_id", "programme")
            .text("code")
            .int("revision")
            .int("position")
            .text("name_ko")
            .text_opt("name_en")
            .text_opt("definition_ko")
            .text_opt("definition_en")
            .text("unit")
            .choice("value_type", &["INTEGER", "DECIMAL", "KRW", "PERCENT", "BOOLEAN", "TEXT"])
            .int("decimals")
            .choice("direction", &["HIGHER_IS_BETTER", "LOWER_IS_BETTER", "NEUTRAL"])
            .choice("aggregation", &["SUM", "AVERAGE", "NONE"])
            .bool("is_required")
            .bool("by_region")
            .bool("by_size")
            .bool("by_industry")
            .text("valid_from")
            .text_opt("valid_to")
            .unique(&["programme_id", "code", "revision"])
            .index(&["position", "id"])
            .index(&["programme_id", "position", "id"]),
        Table::fact("target")
            .reference("indicator_id", "indicator")
            .reference_opt("institution_id", "institution")
            .text("quarter")
            .text("value")
            .big_int("scaled")
            .index(&["quarter", "id"])
            .index(&["indicator_id", "quarter", "id"])
            .index(&["institution_id", "quarter", "id"]),
        Table::fact("validation_rule")
            .reference("programme_id", "programme")
            .text("code")
            .int("position")
            .text("expression")
            .text("indicator_code")
            .choice("severity", &["ERROR", "WARNING"])
            .choice(
                "missing_strategy",
                &["SKIP_IF_ANY_VALUE_MISSING", "SKIP_IF_ALL_VALUES_MISSING", "NEVER_SKIP"],
            )
            .text("message_ko")
            .text_opt("message_en")
            .text("valid_from")
            .text_opt("valid_to")
            .unique(&["programme_id", "code", "valid_from"])
            .index(&["position", "id"])
            .index(&["programme_id", "position", "id"]),
        Table::fact("obligation")
            .reference("institution_id", "institution")
            .reference("programme_id", "programme")
            .date("starts_on")
            .date_opt("ends_on")
            .unique(&["institution_id", "programme_id", "starts_on"])
            .index(&["starts_on", "id"])
            .index(&["institution_id", "starts_on", "id"])
            .index(&["programme_id", "starts_on", "id"]),
        Table::fact("holiday")
            .date("observed_on")
            .text("name_ko")
            .text_opt("name_en")
            .choice("kind", &["STATUTORY", "SUBSTITUTE", "TEMPORARY"])
            .unique(&["observed_on"])
            .index(&["observed_on", "id"]),
        Table::fact("reporting_period")
            .text("quarter")
            .choice("state", &["PLANNED", "OPEN", "FINAL"])
            .date("opens_on")
            .instant_opt("expected_frozen_at")
            .instant_opt("finalised_at")
            .unique(&["quarter"])
            .index(&["quarter", "id"]),
    ]
}

fn submissions() -> Vec<Table> {
    vec![
        Table::plain("submission")
            .reference("institution_id", "institution")
            .reference("programme_id", "programme")
            .reference("period_id", "reporting_period")
            .text("quarter")
            .choice(
                "status",
                &["NOT_STARTED", "DRAFT", "SUBMITTED", "RETURNED", "ACCEPTED", "FINAL"],
            )
            .bool("is_nil")
            .text_opt("nil_reason")
            .date("due_on")
            .date("original_due_on")
            .date("locks_on")
            .date_opt("return_due_on")
            .instant_opt("started_at")
            .instant_opt("first_submitted_at")
            .bool_opt("is_on_time")
            .instant_opt("submitted_at")
            .text_opt("submitted_by")
            .instant_opt("review_started_at")
            .text_opt("reviewed_by")
            .instant_opt("returned_at")
            .instant_opt("accepted_at")
            .text_opt("accepted_by")
            .text_opt("reason")
            .text_opt("public_note_ko")
            .text_opt("public_note_en")
            .instant_opt("reminded_at")
            .int("revision")
            .bool("is_restatement")
            .int("cell_count")
            .choice("origin", &["SOURCE", "REPORTED", "ILLUSTRATIVE"])
            .written()
            // One a quarter: what is expected is counted once, so no rate passes 100 %.
            .unique(&["institution_id", "programme_id", "period_id"])
            .index(&["due_on", "id"])
            .index(&["quarter", "id"])
            .index(&["institution_id", "quarter", "id"])
            .index(&["programme_id", "quarter", "id"])
            .index(&["period_id", "quarter", "id"])
            .index(&["status", "due_on", "id"]),
        Table::plain("submission_revision")
            .reference("submission_id", "submission")
            .reference("institution_id", "institution")
            .int("number")
            .text("receipt")
            .text("content_hash")
            .int("cell_count")
            .bool("is_nil")
            .text_opt("nil_reason")
            .bool("is_on_time")
            .instant("submitted_at")
            .text("submitted_by")
            .text("request_key")
            .instant_opt("accepted_at")
            .text_opt("accepted_by")
            .instant_opt("superseded_at")
            .text_opt("restatement_reason")
            .text_opt("public_note_ko")
            .text_opt("public_note_en")
            .written()
            .unique(&["submission_id", "number"])
            .unique(&["receipt"])
            .index(&["submitted_at", "id"])
            .index(&["submission_id", "number", "id"])
            .index(&["institution_id"]),
        Table::plain("submission_value")
            .reference("submission_id", "submission")
            // The submission's own, kept here so that who sees a value is decided without a join.
            .key("institution_id")
            .reference("indicator_id", "indicator")
            .text("cell")
            .reference_opt("region_id", "region")
            .choice_opt("size", &["SMALL_MERCHANT", "SMALL", "MEDIUM", "MID_MARKET"])
            .reference_opt("industry_id", "industry")
            .choice("state", &["VALUE", "ZERO_CONFIRMED", "NOT_APPLICABLE", "MISSING"])
            .text_opt("value")
            .big_int_opt("scaled")
            .text_opt("reason")
            .text_opt("comment")
            .text_opt("evidence")
            .int("first_revision")
            .int_opt("last_revision")
            .unique(&["submission_id", "cell", "first_revision"])
            .index(&["submission_id", "cell", "id"])
            .index(&["indicator_id", "cell", "id"])
            .index(&["region_id"])
            .index(&["industry_id"]),
        Table::plain("submission_comment")
            .reference("submission_id", "submission")
            .reference("institution_id", "institution")
            .int("revision")
            .reference_opt("indicator_id", "indicator")
            .text_opt("cell")
            .text("message")
            .text("author")
            .written()
            .index(&["submission_id", "created_at", "id"])
            .index(&["indicator_id"])
            .index(&["institution_id"]),
        Table::plain("extension")
            .reference("submission_id", "submission")
            .reference("institution_id", "institution")
            .date("expires_on")
            .text("reason")
            .text("approved_by")
            .written()
            .index(&["submission_id", "created_at", "id"])
            .index(&["institution_id"]),
    ]
}
