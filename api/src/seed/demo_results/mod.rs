//! The illustrative results of eight quarters: two made-up programmes for which the five public institutions of
//! the sources report. What they report is played through the verbs of a submission by made-up clients at the
//! times of the story, so that receipts, clocks, revisions and figures are as those of a real quarter. Every
//! row is marked ILLUSTRATIVE; the same quarter always brings the same.
//!
//! `programmes` holds what is reported, `figures` the numbers, `story` who did what and when, `play` does it.

mod figures;
mod play;
mod programmes;
mod story;

use chrono::{DateTime, Utc};
use entity::common::Origin;
use entity::{
    data_set, extension, obligation, reporting_period, statistics_cell, statistics_release,
    submission, submission_comment, submission_revision, submission_value,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter,
};

use super::Summary;
use crate::database::Store;
use crate::domain::principal::Principal;
use crate::domain::quarter::{Quarter, seoul};
use crate::error::Error;
use crate::service::write::{Author, Write};

/// Name under which the set is noted as loaded.
const NAME: &str = "demo-results";
/// Quarters that are told of.
const QUARTERS: usize = 8;

/// The last quarters that ended before an instant, oldest first.
fn quarters(now: DateTime<Utc>) -> Result<[Quarter; QUARTERS], Error> {
    let present = Quarter::of(now.with_timezone(&seoul()).date_naive())
        .ok_or_else(|| Error::internal("no quarter is now"))?;
    let mut quarters = [present.previous(); QUARTERS];
    for at in (1..QUARTERS).rev() {
        quarters[at - 1] = quarters[at].previous();
    }
    Ok(quarters)
}

/// Loads the illustrative results, unless they were loaded before; `progress` hears of each step with the
/// number of its rows. None, if institutions report here in earnest: a made-up quarter would open theirs.
///
/// # Errors
/// Internal.
pub async fn load(
    db: &Store,
    now: DateTime<Utc>,
    mut progress: impl FnMut(&str, usize),
) -> Result<Option<Summary>, Error> {
    if data_set::Entity::find_by_id(NAME).one(db).await?.is_some() {
        return Ok(Some(Summary { known: true, ..Summary::default() }));
    }
    if reports_in_earnest(db).await? {
        return Ok(None);
    }
    let quarters = quarters(now)?;
    let set = programmes::set(&quarters)?;
    let mut summary = super::load(db, &set, now, &mut progress).await?;
    let steps = story::steps(&quarters);
    play::all(db, &quarters, &steps, now, &mut progress).await?;
    let mut rows = 0;
    for (table, count) in counts(db).await? {
        rows += count;
        summary.created.insert(table.to_owned(), count);
    }
    let author = Author { principal: &Principal::System, request_id: "seed", address: None, now };
    let write = Write::begin(db, author).await?;
    write.note_data_set(NAME, &set.fingerprint, rows).await?;
    write.commit().await?;
    summary.known = false;
    Ok(Some(summary))
}

/// Whether anybody is under an obligation, or a quarter is there, that is not made up.
async fn reports_in_earnest(db: &impl ConnectionTrait) -> Result<bool, Error> {
    let obliged = obligation::Entity::find()
        .filter(obligation::Column::Origin.ne(Origin::Illustrative))
        .one(db)
        .await?;
    let period = reporting_period::Entity::find()
        .filter(reporting_period::Column::Origin.ne(Origin::Illustrative))
        .one(db)
        .await?;
    Ok(obliged.is_some() || period.is_some())
}

/// Rows that the story brought; there are none of others.
async fn counts(db: &DatabaseConnection) -> Result<Vec<(&'static str, usize)>, Error> {
    let counted = [
        ("reporting_period", reporting_period::Entity::find().count(db).await?),
        ("submission", submission::Entity::find().count(db).await?),
        ("submission_revision", submission_revision::Entity::find().count(db).await?),
        ("submission_value", submission_value::Entity::find().count(db).await?),
        ("submission_comment", submission_comment::Entity::find().count(db).await?),
        ("extension", extension::Entity::find().count(db).await?),
        ("statistics_release", statistics_release::Entity::find().count(db).await?),
        ("statistics_cell", statistics_cell::Entity::find().count(db).await?),
    ];
    counted
        .into_iter()
        .map(|(table, rows)| Ok((table, usize::try_from(rows).map_err(Error::internal)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quarters_are_the_last_eight_that_ended() {
        for (now, first, last) in [
            ("2026-11-22T03:00:00Z", "2024-Q4", "2026-Q3"),
            ("2026-12-31T14:59:59Z", "2024-Q4", "2026-Q3"),
            // Half past midnight in Seoul.
            ("2026-12-31T15:30:00Z", "2025-Q1", "2026-Q4"),
        ] {
            let found = quarters(now.parse().unwrap()).unwrap();
            assert_eq!((found[0].to_string(), found[7].to_string()), (first.into(), last.into()));
            assert!(found.windows(2).all(|two| two[0].next() == two[1]));
        }
    }
}
