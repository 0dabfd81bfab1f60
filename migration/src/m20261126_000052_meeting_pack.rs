//! What a meeting is prepared with, as views that tie it to rows of other tables: read like link tables, so that lists
//! of them are filtered, paged and guarded as all lists are.

use sea_orm_migration::prelude::*;

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// Name and body of each view, in an order in which each stands below those it reads.
const VIEWS: [(&str, &str); 7] = [
    // A meeting, the day of the last one of its series that was held before it (of its body, if it has no series), and the
    // quarters of the period that it is about.
    (
        "meeting_pack_span",
        "SELECT m.id AS meeting_id, m.body_id, m.held_on, \
                coalesce((SELECT max(p.held_on) FROM meeting p \
                  WHERE p.status = 'HELD' AND p.held_on < m.held_on AND \
                        (p.visibility = 'PUBLIC' OR m.visibility = 'INTERNAL') AND \
                        (p.series_id = m.series_id OR (m.series_id IS NULL AND p.body_id = m.body_id))), '') AS since, \
                substr(coalesce(m.covers_period, m.held_on), 1, 4) AS year, \
                CASE WHEN length(coalesce(m.covers_period, m.held_on)) = 4 THEN '1' \
                     WHEN substr(coalesce(m.covers_period, m.held_on), 6, 2) IN ('H1', 'Q1', '01', '02', '03') THEN '1' \
                     WHEN substr(coalesce(m.covers_period, m.held_on), 6, 2) IN ('Q2', '04', '05', '06') THEN '2' \
                     WHEN substr(coalesce(m.covers_period, m.held_on), 6, 2) IN ('H2', 'Q3', '07', '08', '09') THEN '3' \
                     ELSE '4' END AS first_quarter, \
                CASE WHEN length(coalesce(m.covers_period, m.held_on)) = 4 THEN '4' \
                     WHEN substr(coalesce(m.covers_period, m.held_on), 6, 2) IN ('Q1', '01', '02', '03') THEN '1' \
                     WHEN substr(coalesce(m.covers_period, m.held_on), 6, 2) IN ('H1', 'Q2', '04', '05', '06') THEN '2' \
                     WHEN substr(coalesce(m.covers_period, m.held_on), 6, 2) IN ('Q3', '07', '08', '09') THEN '3' \
                     ELSE '4' END AS last_quarter \
           FROM meeting m",
    ),
    // Those raised since the last meeting, at it included, in this body or in none.
    (
        "meeting_pack_opened",
        "SELECT s.meeting_id, r.id AS recommendation_id FROM meeting_pack_span s \
           JOIN recommendation r ON r.raised_on >= s.since AND r.raised_on <= s.held_on \
           LEFT JOIN meeting at ON at.id = r.meeting_id \
          WHERE r.meeting_id IS NULL OR (at.body_id = s.body_id AND r.meeting_id <> s.meeting_id)",
    ),
    (
        "meeting_pack_answered",
        "SELECT DISTINCT s.meeting_id, r.id AS recommendation_id FROM meeting_pack_span s \
           JOIN recommendation_answer a ON a.answered_on >= s.since AND a.answered_on <= s.held_on \
           JOIN recommendation r ON r.id = a.recommendation_id \
           LEFT JOIN meeting at ON at.id = r.meeting_id \
          WHERE a.visibility = 'PUBLIC' AND (r.meeting_id IS NULL OR at.body_id = s.body_id)",
    ),
    (
        "meeting_pack_open",
        "SELECT s.meeting_id, r.id AS recommendation_id FROM meeting_pack_span s \
           JOIN recommendation r ON r.raised_on <= s.held_on AND r.status NOT IN ('DELIVERED', 'CLOSED') \
           LEFT JOIN meeting at ON at.id = r.meeting_id \
          WHERE r.meeting_id IS NULL OR (at.body_id = s.body_id AND r.meeting_id <> s.meeting_id)",
    ),
    // Those that are pending, and those that its items deal with.
    (
        "meeting_pack_bill",
        "SELECT m.id AS meeting_id, b.id AS bill_id FROM meeting m JOIN bill b ON NOT b.is_closed \
          UNION \
         SELECT c.meeting_id, c.bill_id FROM consideration c \
           JOIN meeting m ON m.id = c.meeting_id AND (c.visibility = 'PUBLIC' OR m.visibility = 'INTERNAL') \
          WHERE c.bill_id IS NOT NULL",
    ),
    (
        "meeting_pack_case",
        "SELECT DISTINCT c.meeting_id, c.adoption_case_id FROM consideration c \
           JOIN meeting m ON m.id = c.meeting_id AND (c.visibility = 'PUBLIC' OR m.visibility = 'INTERNAL') \
          WHERE c.adoption_case_id IS NOT NULL",
    ),
    (
        "meeting_pack_submission",
        "SELECT s.meeting_id, r.id AS submission_id FROM meeting_pack_span s \
           JOIN submission r ON r.quarter >= s.year || '-Q' || s.first_quarter \
                            AND r.quarter <= s.year || '-Q' || s.last_quarter",
    ),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        self.down(manager).await?;
        for (name, body) in VIEWS {
            let view = format!("CREATE VIEW {name} AS {body}");
            manager.get_connection().execute_unprepared(&view).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, _) in VIEWS.iter().rev() {
            let view = format!("DROP VIEW IF EXISTS {name}");
            manager.get_connection().execute_unprepared(&view).await?;
        }
        Ok(())
    }
}
