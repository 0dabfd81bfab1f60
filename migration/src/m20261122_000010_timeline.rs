//! The timeline: every dated event of the programme as one view, so that it is filtered, paged and
//! guarded like a table. Each branch names the row it tells of.

use sea_orm_migration::prelude::*;

/// See the head of this file.
#[derive(DeriveMigrationName)]
pub struct Migration;

const VIEW: &str = "
CREATE VIEW timeline_entry AS
SELECT id, held_on AS occurred_on, 'MEETING' AS kind, title_ko, title_en,
       'Meeting' AS subject_type, id AS subject_id, body_id, origin
  FROM meeting
UNION ALL
SELECT e.id, e.occurred_on, 'BILL_EVENT', b.title_ko, b.title_en, 'BillEvent', e.id, NULL, e.origin
  FROM bill_event e JOIN bill b ON b.id = e.bill_id
UNION ALL
SELECT id, starts_on, 'PLAN', title_ko, title_en, 'PolicyPlan', id, NULL, origin
  FROM policy_plan WHERE starts_on IS NOT NULL
UNION ALL
SELECT id, due, 'TASK', title_ko, title_en, 'PolicyTask', id, NULL, origin
  FROM policy_task WHERE due IS NOT NULL
UNION ALL
SELECT id, published_on, 'DOCUMENT', title_ko, title_en, 'Document', id, NULL, origin
  FROM document
UNION ALL
SELECT id, founded, 'INSTITUTION', name_ko, name_en, 'Institution', id, NULL, origin
  FROM institution WHERE founded IS NOT NULL
UNION ALL
SELECT id, operating_since, 'BODY', name_ko, name_en, 'Body', id, id, origin
  FROM body WHERE operating_since IS NOT NULL
UNION ALL
SELECT id, starts_on, 'ACTIVITY', title_ko, title_en, 'Activity', id, NULL, origin
  FROM activity WHERE starts_on IS NOT NULL
UNION ALL
SELECT a.id, a.answered_on, 'ANSWER', r.title_ko, r.title_en, 'RecommendationAnswer', a.id, NULL, a.origin
  FROM recommendation_answer a JOIN recommendation r ON r.id = a.recommendation_id
 WHERE a.answered_on IS NOT NULL
UNION ALL
SELECT id, occurred_on, 'EFFECT', title_ko, title_en, 'Effect', id, NULL, origin
  FROM effect WHERE occurred_on IS NOT NULL";

/// Orders the view reads by, so that a span of time costs no scan.
const INDEXES: [(&str, &str, &str); 8] = [
    ("ix_bill_event_occurred", "bill_event", "occurred_on"),
    ("ix_policy_plan_starts", "policy_plan", "starts_on"),
    ("ix_policy_task_due", "policy_task", "due"),
    ("ix_institution_founded", "institution", "founded"),
    ("ix_body_operating_since", "body", "operating_since"),
    ("ix_activity_starts", "activity", "starts_on"),
    ("ix_recommendation_answer_answered", "recommendation_answer", "answered_on"),
    ("ix_effect_occurred", "effect", "occurred_on"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, table, column) in INDEXES {
            let index =
                Index::create().name(name).table(table).col(column).if_not_exists().to_owned();
            manager.create_index(index).await?;
        }
        let db = manager.get_connection();
        db.execute_unprepared("DROP VIEW IF EXISTS timeline_entry").await?;
        db.execute_unprepared(VIEW).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("DROP VIEW IF EXISTS timeline_entry").await?;
        for (name, table, _) in INDEXES {
            manager
                .drop_index(Index::drop().name(name).table(table).if_exists().to_owned())
                .await?;
        }
        Ok(())
    }
}
