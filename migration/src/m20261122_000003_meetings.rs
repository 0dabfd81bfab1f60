//! Bodies, series, meetings and what happens in them (area 2).

use sea_orm_migration::prelude::*;

use crate::table::{self, Table};

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::create(manager, tables()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::drop(manager, tables()).await
    }
}

fn tables() -> Vec<Table> {
    vec![
        Table::fact("body")
            .text("code")
            .text("name_ko")
            .text_opt("name_en")
            .choice(
                "kind",
                &["POLICY_COUNCIL", "ADVISORY_GROUP", "ROUNDTABLE_SERIES", "EXPERT_POOL"],
            )
            .reference_opt("host_id", "institution")
            .reference_opt("secretariat_id", "institution")
            .partial_date_opt("operating_since")
            .text_opt("remit_ko")
            .text_opt("remit_en")
            .int_opt("seats")
            .unique(&["code"])
            .index(&["code", "id"])
            .index(&["host_id", "code", "id"])
            .index(&["secretariat_id"]),
        Table::link("body_topic")
            .reference("body_id", "body")
            .reference("topic_id", "topic")
            .unique(&["body_id", "topic_id"])
            .index(&["topic_id"]),
        Table::fact("appointment")
            .reference("body_id", "body")
            .int("position")
            .reference_opt("person_id", "person")
            .reference_opt("institution_id", "institution")
            .text_opt("group_label_ko")
            .text_opt("group_label_en")
            .int("head_count")
            .choice("role", &["CHAIR", "ADVISOR", "SECRETARY", "MEMBER", "EXPERT"])
            .choice_opt("sector", &["INDUSTRY", "ACADEMIA", "RESEARCH", "GOVERNMENT", "CIVIL"])
            .text_opt("post_ko")
            .text_opt("post_en")
            .text_opt("expertise_ko")
            .text_opt("expertise_en")
            .partial_date_opt("starts_on")
            .partial_date_opt("ends_on")
            .date_opt("letter_on")
            .index(&["position", "id"])
            .index(&["institution_id", "position", "id"])
            .index(&["person_id", "position", "id"])
            .index(&["body_id", "position", "id"]),
        Table::fact("meeting_series")
            .reference("body_id", "body")
            .text("code")
            .text("name_ko")
            .text_opt("name_en")
            .choice("cadence", &["MONTHLY", "QUARTERLY", "ANNUAL", "IRREGULAR"])
            .text_opt("format_ko")
            .text_opt("format_en")
            .partial_date_opt("starts_on")
            .partial_date_opt("ends_on")
            .unique(&["code"])
            .index(&["code", "id"])
            .index(&["body_id", "code", "id"]),
        Table::fact("meeting")
            .text("code")
            .reference_opt("body_id", "body")
            .reference_opt("series_id", "meeting_series")
            .reference_opt("host_id", "institution")
            .int_opt("number")
            .choice("kind", &["KICKOFF", "MONTHLY", "QUARTERLY", "ROUNDTABLE", "FORUM", "AD_HOC"])
            .choice("status", &["PLANNED", "HELD", "POSTPONED", "CANCELLED"])
            .text("title_ko")
            .text_opt("title_en")
            .text_opt("purpose_ko")
            .text_opt("purpose_en")
            .partial_date("held_on")
            .instant_opt("starts_at")
            .instant_opt("ends_at")
            .choice("press_access", &["OPEN", "PARTIAL", "CLOSED", "UNKNOWN"])
            .int_opt("headcount")
            .text_opt("headcount_text")
            .int_opt("company_count")
            .int_opt("item_count")
            .unique(&["code"])
            .index(&["held_on", "id"])
            .index(&["code", "id"])
            .index(&["host_id", "held_on", "id"])
            .index(&["body_id", "held_on", "id"])
            .index(&["series_id", "held_on", "id"]),
        Table::link("meeting_topic")
            .reference("meeting_id", "meeting")
            .reference("topic_id", "topic")
            .unique(&["meeting_id", "topic_id"])
            .index(&["topic_id"]),
        Table::fact("venue")
            .reference("meeting_id", "meeting")
            .int("position")
            .text("name_ko")
            .text_opt("name_en")
            .text_opt("room_ko")
            .text_opt("room_en")
            .text_opt("address_ko")
            .text_opt("address_en")
            .reference_opt("region_id", "region")
            .index(&["meeting_id", "position", "id"])
            .index(&["region_id"]),
        Table::fact("agenda_item")
            .reference("meeting_id", "meeting")
            .int("position")
            .text_opt("number")
            .text("title_ko")
            .text_opt("title_en")
            .instant_opt("starts_at")
            .instant_opt("ends_at")
            .reference_opt("presenter_id", "person")
            .reference_opt("presenter_institution_id", "institution")
            .text_opt("presenter_group_ko")
            .text_opt("presenter_group_en")
            .bool_opt("open_to_press")
            .choice_opt("outcome", &["DECIDED", "DEFERRED", "REFERRED", "NOTED"])
            .index(&["position", "id"])
            .index(&["meeting_id", "position", "id"])
            .index(&["presenter_id"])
            .index(&["presenter_institution_id"]),
        Table::attendance("attendance")
            .reference("meeting_id", "meeting")
            .int("position")
            .reference_opt("person_id", "person")
            .reference_opt("institution_id", "institution")
            .reference_opt("on_behalf_of_id", "institution")
            .text_opt("group_label_ko")
            .text_opt("group_label_en")
            .int_opt("head_count")
            .text_opt("post_ko")
            .text_opt("post_en")
            .choice(
                "role",
                &[
                    "HOST",
                    "SUPPORT",
                    "ADVISOR",
                    "EXPERT",
                    "ASSOCIATION",
                    "COMPANY",
                    "AGENCY",
                    "PARTICIPANT",
                ],
            )
            .choice("status", &["INVITED", "ATTENDED", "ABSENT"])
            .choice_opt("sector", &["INDUSTRY", "ACADEMIA", "RESEARCH", "GOVERNMENT", "CIVIL"])
            .index(&["position", "id"])
            .index(&["institution_id", "position", "id"])
            .index(&["person_id", "position", "id"])
            .index(&["meeting_id", "position", "id"])
            .index(&["on_behalf_of_id"]),
        Table::fact("statement")
            .text("code")
            .reference_opt("meeting_id", "meeting")
            .reference_opt("agenda_item_id", "agenda_item")
            .int("position")
            .reference_opt("person_id", "person")
            .reference_opt("institution_id", "institution")
            .text_opt("speaker_group_ko")
            .text_opt("speaker_group_en")
            .text_opt("post_ko")
            .text_opt("post_en")
            .text("summary_ko")
            .text_opt("summary_en")
            .partial_date_opt("made_on")
            .unique(&["code"])
            .index(&["position", "id"])
            .index(&["code", "id"])
            .index(&["institution_id", "position", "id"])
            .index(&["person_id", "position", "id"])
            .index(&["meeting_id", "position", "id"])
            .index(&["agenda_item_id", "position", "id"]),
        Table::link("statement_topic")
            .reference("statement_id", "statement")
            .reference("topic_id", "topic")
            .unique(&["statement_id", "topic_id"])
            .index(&["topic_id"]),
        Table::fact("meeting_document")
            .reference("meeting_id", "meeting")
            .int("position")
            .reference("document_id", "document")
            .choice("role", &["AGENDA", "MINUTES", "MATERIAL", "PRESS_RELEASE"])
            .index(&["meeting_id", "position", "id"])
            .index(&["document_id", "position", "id"]),
        Table::fact("minutes")
            .reference("meeting_id", "meeting")
            .int("position")
            .choice("status", &["DRAFT", "APPROVED"])
            .reference_opt("document_id", "document")
            .date_opt("approved_on")
            .index(&["meeting_id", "position", "id"])
            .index(&["document_id"]),
    ]
}
