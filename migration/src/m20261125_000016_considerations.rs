//! Who dealt with what and when; periods recorded as missed; the stage of a bill as columns; departments,
//! presenters, topics of plans; which contact points are public desks.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};
use sea_orm_migration::sea_query::Table as SeaTable;

use crate::table::{self, Table};

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

const STAGES: [&str; 21] = [
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
];

fn tables() -> Vec<Table> {
    vec![
        Table::fact("consideration")
            .int("position")
            .reference_opt("initiative_id", "legislative_initiative")
            .reference_opt("bill_id", "bill")
            .reference_opt("plan_id", "policy_plan")
            .reference_opt("task_id", "policy_task")
            .reference_opt("body_id", "body")
            .reference_opt("institution_id", "institution")
            .reference_opt("meeting_id", "meeting")
            .reference_opt("agenda_item_id", "agenda_item")
            .choice(
                "role",
                &["HEARING", "DISCUSSION", "DECISION", "NOTICE", "PREPARATION", "DELIVERY"],
            )
            .partial_date_opt("considered_on")
            .text_opt("note_ko")
            .text_opt("note_en")
            .index(&["position", "id"])
            .index(&["considered_on", "id"])
            .index(&["initiative_id", "position", "id"])
            .index(&["bill_id", "position", "id"])
            .index(&["plan_id", "position", "id"])
            .index(&["task_id", "position", "id"])
            .index(&["body_id", "position", "id"])
            .index(&["institution_id", "position", "id"])
            .index(&["meeting_id", "position", "id"])
            .index(&["agenda_item_id", "position", "id"]),
        Table::fact("missed_meeting")
            .reference("series_id", "meeting_series")
            .text("period")
            .text_opt("reason_ko")
            .text_opt("reason_en")
            .index(&["series_id", "period", "id"]),
        Table::fact("agenda_presenter")
            .reference("agenda_item_id", "agenda_item")
            .int("position")
            .reference_opt("person_id", "person")
            .reference_opt("institution_id", "institution")
            .text_opt("group_ko")
            .text_opt("group_en")
            .index(&["agenda_item_id", "position", "id"])
            .index(&["person_id", "position", "id"])
            .index(&["institution_id", "position", "id"]),
        Table::link("plan_topic")
            .reference("plan_id", "policy_plan")
            .reference("topic_id", "topic")
            .unique(&["plan_id", "topic_id"])
            .index(&["topic_id"]),
        Table::link("task_topic")
            .reference("task_id", "policy_task")
            .reference("topic_id", "topic")
            .unique(&["task_id", "topic_id"])
            .index(&["topic_id"]),
    ]
}

/// Columns added to tables that are there: table and column.
fn columns() -> Vec<(&'static str, ColumnDef)> {
    let date = |name: &'static str| {
        let known = Expr::expr(Func::char_length(Expr::col(name))).is_in([4, 7, 10]);
        ColumnDef::new(name).text().null().check(known).take()
    };
    let flag = |name: &'static str| ColumnDef::new(name).boolean().not_null().default(false).take();
    let choice = |name: &'static str, codes: &[&'static str]| {
        let known = Expr::col(name).is_in(codes.iter().copied());
        ColumnDef::new(name).text().null().check(known).take()
    };
    vec![
        ("meeting", ColumnDef::new("covers_period").text().null().take()),
        ("bill_event", flag("known_by")),
        ("bill", choice("stage", &STAGES)),
        // Null until the stage was first computed: so a start finds the bills of before.
        ("bill", ColumnDef::new("stage_order").integer().null().take()),
        ("bill", date("stage_since")),
        ("bill", choice("stage_since_precision", &["DAY", "MONTH", "YEAR", "BY"])),
        ("bill", date("latest_event_on")),
        ("bill", flag("is_closed")),
        ("bill", flag("is_enacted")),
        ("membership", flag("is_head")),
        (
            "membership",
            ColumnDef::new("department_id")
                .uuid()
                .null()
                .extra("REFERENCES institution (id) ON UPDATE RESTRICT ON DELETE RESTRICT")
                .take(),
        ),
        (
            "contact_point",
            ColumnDef::new("holder")
                .text()
                .not_null()
                .default("PERSONAL")
                .check(Expr::col("holder").is_in(["PERSONAL", "PUBLIC_DESK"]))
                .take(),
        ),
    ]
}

/// Indexes of the new columns, of the orders by them, and of what is overdue.
const INDEXES: [(&str, &str); 8] = [
    // Order STAGE.
    ("ix_bill_stage_order", "bill (stage_order, id)"),
    // Order LATEST_EVENT.
    ("ix_bill_latest_event", "bill (coalesce(latest_event_on, ''), id)"),
    // Filter `stage`.
    ("ix_bill_stage", "bill (stage, number, id)"),
    // Filters `isStalled` and `stalledDays`.
    ("ix_bill_stage_since", "bill (is_closed, stage_since)"),
    // Filter `isOverdue`.
    ("ix_recommendation_due_on", "recommendation (due_on, id)"),
    ("ix_milestone_due", "milestone (due)"),
    ("ix_membership_department", "membership (department_id, position, id)"),
    // Filter `covers`.
    ("ix_meeting_covers_period", "meeting (covers_period)"),
];

/// Adds a code to the check on the kinds of institutions. SQLite has no statement for it; its own
/// documentation tells to write the table's description in this way.
fn widen(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Sqlite => {
            "PRAGMA writable_schema = ON; \
             UPDATE sqlite_master SET sql = replace(sql, '''PRIVATE_RESEARCH''', '''PRIVATE_RESEARCH'', ''DEPARTMENT''') \
             WHERE type = 'table' AND name = 'institution' AND sql NOT LIKE '%DEPARTMENT%'; \
             PRAGMA writable_schema = RESET"
        }
        _ => {
            "ALTER TABLE institution DROP CONSTRAINT IF EXISTS institution_kind_check; \
             ALTER TABLE institution ADD CONSTRAINT institution_kind_check CHECK (kind IN \
             ('MINISTRY', 'LOCAL_GOVERNMENT', 'COMMITTEE', 'LEGISLATURE', 'OMBUDSMAN', \
             'PUBLIC_AGENCY', 'SUPPORT_CENTRE', 'ASSOCIATION', 'UNIVERSITY', 'RESEARCH_INSTITUTE', \
             'AI_SUPPLIER', 'AI_ADOPTER', 'STARTUP', 'PRIVATE_RESEARCH', 'DEPARTMENT'))"
        }
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(widen(manager.get_database_backend())).await?;
        table::create(manager, tables()).await?;
        for (table, column) in columns() {
            table::add_column(manager, table, column).await?;
        }
        for (name, on) in INDEXES {
            db.execute_unprepared(&format!("CREATE INDEX IF NOT EXISTS {name} ON {on}")).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for (name, _) in INDEXES {
            db.execute_unprepared(&format!("DROP INDEX IF EXISTS {name}")).await?;
        }
        for (table, column) in columns().into_iter().rev() {
            let name = column.get_column_name().to_owned();
            let dropped = SeaTable::alter().table(table).drop_column(Alias::new(name)).to_owned();
            manager.alter_table(dropped).await?;
        }
        // The wider check on kinds of institutions stays: it takes all that the narrower one took.
        table::drop(manager, tables()).await
    }
}
