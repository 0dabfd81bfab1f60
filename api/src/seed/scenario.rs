//! What the scenarios of the demonstration share: made-up clients, whose writes are marked ILLUSTRATIVE by the write path,
//! and a calendar of working days in Seoul.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeZone, Utc};
use entity::api_client::RateTier;
use entity::common::Origin;
use entity::institution;
use entity::programme::RollRule;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::domain::due_date::roll;
use crate::domain::principal::{Client, Institution, Principal, Scope, Standing, Token};
use crate::domain::quarter::seoul;
use crate::error::Error;

/// The key of the institution of a code.
pub async fn institution(db: &DatabaseConnection, code: &str) -> Result<Uuid, Error> {
    let found = institution::Entity::find()
        .filter(institution::Column::Code.eq(code))
        .one(db)
        .await?
        .ok_or_else(|| Error::internal(format!("there is no institution {code}")))?;
    Ok(found.id)
}

/// A client made up for an institution, which may read and what the scopes say.
pub fn client(
    id: String,
    (code, key): (&str, Uuid),
    standing: Standing,
    scopes: &[Scope],
) -> Principal {
    Principal::Client(Arc::new(Client {
        id: None,
        client_id: id,
        institution: Institution {
            id: key,
            code: code.to_owned(),
            standing,
            leads: standing == Standing::Operator && code == "MSS",
        },
        scopes: scopes.iter().copied().chain([Scope::ProgramRead]).collect(),
        tier: RateTier::Standard,
        // It never comes in over the wire.
        token: Token {
            issuer: "demo".to_owned(),
            id: String::new(),
            expires_at: DateTime::UNIX_EPOCH,
            generation: 0,
        },
        writes: Origin::Illustrative,
    }))
}

/// The day, or the next on which people work.
pub fn working_day(day: NaiveDate) -> NaiveDate {
    roll(day, RollRule::NextBusinessDay, &BTreeSet::new())
}

/// An hour of a day in Seoul.
pub fn instant(day: NaiveDate, (hour, minute): (u32, u32)) -> DateTime<Utc> {
    let local = day.and_hms_opt(hour, minute, 0).unwrap_or_default();
    match seoul().from_local_datetime(&local) {
        chrono::offset::LocalResult::Single(found) => found.to_utc(),
        _ => local.and_utc(),
    }
}

/// What a service tells a caller is a fault of the scenario.
pub fn fault(step: &impl std::fmt::Debug, error: &Error) -> Error {
    match error {
        Error::User(errors) => Error::internal(format!("{step:?}: {errors:?}")),
        Error::Internal(cause) => Error::internal(format!("{step:?}: {cause}")),
        other => Error::internal(format!("{step:?}: {other}")),
    }
}
