//! Reminders 알림: each server looks when it starts and every hour for what is due or late, and notes each reason once for
//! each day that it counts from. The feed and webhooks tell of it as of any row. To add a reason: a variant of
//! [`ReminderReason`] with a migration, and its rows in [`due`].

use chrono::{DateTime, Duration, NaiveDate, Utc};
use entity::reminder::{self, ReminderReason};
use entity::reporting_period::PeriodState;
use entity::submission::SubmissionStatus;
use sea_orm::{ConnectionTrait, Iterable as _, Statement};
use uuid::Uuid;

use super::write::{Author, Write};
use crate::database::Store;
use crate::domain::bill::STALLED_AFTER;
use crate::domain::due_date::Reminder;
use crate::domain::principal::Principal;
use crate::domain::quarter::seoul;
use crate::domain::recommendation::WAITING;
use crate::domain::submission::{WaitsFor, waits_for};
use crate::error::Error;

/// Days after which a meeting should have minutes.
const MINUTES_AFTER: i64 = 14;
/// Days before the end of a term.
const TERM_BEFORE: i64 = 30;
/// Days after which nobody is reminded any more of what was not: history that comes in is none of it.
const OLDEST: i64 = 90;
/// Reminders made in one write.
const AT_A_TIME: usize = 200;

/// Of what one reason reminds.
struct Due {
    reason: ReminderReason,
    /// Type of the rows.
    subject: &'static str,
    /// Their keys, the institutions that have to act, and the days that they count from.
    sql: String,
}

fn listed<'a>(codes: impl IntoIterator<Item = &'a str>) -> String {
    // Codes of our own enums: nothing to escape.
    codes.into_iter().map(|code| format!("'{code}'")).collect::<Vec<_>>().join(", ")
}

/// What is to be reminded of on a day, by reason.
fn due(today: NaiveDate) -> Vec<Due> {
    let day = |days: i64| today + Duration::days(days);
    let results = Reminder::ALL.into_iter().map(|kind| {
        let reason = match kind {
            Reminder::TMinus14 => ReminderReason::ResultsDueIn14Days,
            Reminder::TMinus7 => ReminderReason::ResultsDueIn7Days,
            Reminder::TMinus1 => ReminderReason::ResultsDueTomorrow,
            Reminder::TPlus1 => ReminderReason::ResultsOverdue,
        };
        // The last one whose day has come: nobody is told of 14 days when 7 are left.
        let next = Reminder::ALL.into_iter().find(|next| next.days() > kind.days());
        let after = day(-next.map_or(OLDEST, Reminder::days));
        let waiting = SubmissionStatus::iter()
            .filter(|status| waits_for(*status, PeriodState::Open, false) == WaitsFor::Partner);
        let statuses = listed(waiting.map(|status| status.code()));
        let last = day(-kind.days());
        Due {
            reason,
            subject: "Submission",
            sql: format!(
                "SELECT s.id, s.institution_id, CAST(coalesce(s.return_due_on, s.due_on) AS text) AS day \
                 FROM submission s JOIN reporting_period p ON p.id = s.period_id \
                 WHERE s.status IN ({statuses}) AND (s.is_restatement OR p.state <> 'FINAL') \
                 AND (s.return_due_on IS NOT NULL OR NOT s.is_restatement) \
                 AND CAST(coalesce(s.return_due_on, s.due_on) AS text) > '{after}' \
                 AND CAST(coalesce(s.return_due_on, s.due_on) AS text) <= '{last}'"
            ),
        }
    });
    let rest = [
        Due {
            reason: ReminderReason::AnswerOverdue,
            subject: "Recommendation",
            sql: format!(
                "SELECT r.id, r.addressee_id AS institution_id, CAST(r.due_on AS text) AS day \
                 FROM recommendation r WHERE r.status IN ({}) \
                 AND CAST(r.due_on AS text) >= '{}' AND CAST(r.due_on AS text) < '{today}'",
                listed(WAITING.iter().map(|state| state.code())),
                day(-OLDEST),
            ),
        },
        Due {
            reason: ReminderReason::MinutesMissing,
            subject: "Meeting",
            sql: format!(
                "SELECT m.id, coalesce(m.host_id, b.secretariat_id, b.host_id) AS institution_id, \
                 m.held_on AS day FROM meeting m LEFT JOIN body b ON b.id = m.body_id \
                 WHERE m.status = 'HELD' AND length(m.held_on) = 10 \
                 AND m.held_on >= '{}' AND m.held_on <= '{}' \
                 AND NOT EXISTS (SELECT 1 FROM minutes n WHERE n.meeting_id = m.id)",
                day(-OLDEST),
                day(-MINUTES_AFTER),
            ),
        },
        Due {
            reason: ReminderReason::BillStalled,
            subject: "Bill",
            sql: format!(
                "SELECT b.id, NULL AS institution_id, b.stage_since AS day FROM bill b \
                 WHERE b.is_closed = FALSE AND b.stage_since_precision = 'DAY' \
                 AND b.stage_since >= '{}' AND b.stage_since <= '{}'",
                day(-STALLED_AFTER - OLDEST),
                day(-STALLED_AFTER),
            ),
        },
        Due {
            reason: ReminderReason::TermEnding,
            subject: "Appointment",
            sql: format!(
                "SELECT a.id, coalesce(b.secretariat_id, b.host_id) AS institution_id, a.ends_on AS day \
                 FROM appointment a JOIN body b ON b.id = a.body_id \
                 WHERE length(a.ends_on) = 10 AND a.ends_on >= '{today}' AND a.ends_on <= '{}'",
                day(TERM_BEFORE),
            ),
        },
    ];
    results.chain(rest).collect()
}

/// Rows that nobody was reminded of yet.
async fn fresh(
    db: &impl ConnectionTrait,
    of: &Due,
) -> Result<Vec<(Uuid, Option<Uuid>, NaiveDate)>, Error> {
    let sql = format!(
        "SELECT x.id, x.institution_id, x.day FROM ({}) x \
         WHERE NOT EXISTS (SELECT 1 FROM reminder m WHERE m.subject_id = x.id \
         AND m.reason = '{}' AND CAST(m.reference_on AS text) = x.day) \
         ORDER BY x.day, x.id LIMIT {AT_A_TIME}",
        of.sql,
        of.reason.code(),
    );
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    let row = |row: sea_orm::QueryResult| {
        let day: String = row.try_get_by_index(2)?;
        let day = day.parse().map_err(Error::internal)?;
        Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?, day))
    };
    rows.into_iter().map(row).collect()
}

/// Makes some of the reminders of one reason; tells how many.
async fn make(db: &Store, author: Author<'_>, of: &Due) -> Result<usize, Error> {
    if fresh(db, of).await?.is_empty() {
        return Ok(0);
    }
    let mut write = Write::begin(db, author).await?;
    // Those before may have been made meanwhile.
    let rows = fresh(write.reads(), of).await?;
    for (subject_id, institution_id, reference_on) in &rows {
        let model = reminder::Model {
            id: Uuid::nil(),
            reason: of.reason,
            institution_id: *institution_id,
            subject_type: of.subject.to_owned(),
            subject_id: *subject_id,
            reference_on: *reference_on,
            version: 1,
            created_at: author.now,
            updated_at: author.now,
        };
        write.add::<reminder::Entity>("create", model).await?;
    }
    write.commit().await?;
    Ok(rows.len())
}

/// Makes every reminder whose day has come and that is not there; tells how many.
///
/// # Errors
/// Unavailable; internal.
pub async fn remind(db: &Store, now: DateTime<Utc>) -> Result<usize, Error> {
    let principal = &Principal::System;
    let author = Author { principal, request_id: "calendar", address: None, now };
    let mut all = 0;
    for of in due(now.with_timezone(&seoul()).date_naive()) {
        loop {
            match make(db, author, &of).await {
                Ok(0) => break,
                Ok(made) => all += made,
                // Another server is making the same.
                Err(Error::Conflict) => break,
                Err(error) => return Err(error),
            }
        }
    }
    Ok(all)
}
