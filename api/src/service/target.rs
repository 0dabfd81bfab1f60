//! Targets 목표 of indicators: one of each indicator, quarter and institution. Those of a final quarter stand.

use entity::common::Visibility;
use entity::reporting_period::{self, PeriodState};
use entity::{indicator, target};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::people::gone;
use super::programme::{
    ORIGIN, begin, in_force, institution_of, no_indicator, programme_of, quarter_final,
};
use super::submission::data;
use super::submission::quarter::finals;
use super::write::{Author, Write};
use crate::database::Store;
use crate::domain::decimal;
use crate::domain::quarter::Quarter;
use crate::error::{Error, UserError};
use crate::input;
use crate::input::InputErrors;
use crate::read::Act;

input! {
    /// 목표 설정. What is to be reached.
    mutation SetTarget {
        /// 사업 코드. Code of the programme.
        programme: String,
        /// 지표 코드. Code of the indicator.
        indicator: String,
        /// 기관 코드. Institution; null for the programme as a whole.
        institution: Option<String>,
        /// 분기. Quarter.
        quarter: Quarter,
        /// 목표값. Exact value in the indicator's unit.
        value: String,
    }
}

input! {
    /// 목표 삭제. A target that is to be one no more; what it was stays known (`knownAt`).
    mutation RemoveTarget on target::Entity {}
}

/// Sets or replaces a target.
///
/// # Errors
/// Forbidden; user errors; internal.
pub async fn set(db: &Store, author: Author<'_>, new: SetTarget) -> Result<Uuid, Error> {
    let mut write = begin(db, author, &new.call).await?;
    let id = Uuid::now_v7();
    if let Some(set) = write.repeats::<target::Entity>(&new.call, id).await? {
        return Ok(set);
    }
    let mut faults = InputErrors::default();
    let institution_id = match &new.institution {
        None => None,
        Some(code) => faults.keep(institution_of(&write, "institution", code).await)?,
    };
    let programme = faults.keep(programme_of(&write, &new.programme).await)?;
    let programme = faults.sure(programme)?;
    let at = new.quarter.to_string();
    let mut indicators = in_force(&write, programme.id, &at).await?;
    let Some(found) = indicators.iter().position(|row| row.code == new.indicator) else {
        let codes = indicators.iter().map(|row| row.code.as_str());
        return Err(Error::User(vec![no_indicator(&new.indicator, codes)]));
    };
    let indicator = indicators.swap_remove(found);
    let decimals = u32::try_from(indicator.decimals).map_err(Error::internal)?;
    let value = decimal::parse(&new.value, indicator.value_type, decimals).map_err(|wrong| {
        let text = wrong.message();
        Error::User(vec![UserError::at("value", "INVALID_VALUE", text.ko, text.en)])
    })?;
    if let Some(beyond) = data::definition(&indicator)?.beyond(value.scaled) {
        let (ko, en) = (beyond.ko, beyond.en);
        return Err(Error::User(vec![UserError::at("value", "OUT_OF_RANGE", ko, en)]));
    }
    // One call at a time sets targets of an indicator, so that there is one of each.
    indicator::Entity::find_by_id(indicator.id).lock_exclusive().one(write.reads()).await?;
    let of = match institution_id {
        Some(id) => target::Column::InstitutionId.eq(id),
        None => target::Column::InstitutionId.is_null(),
    };
    let known = target::Entity::find()
        .filter(target::Column::IndicatorId.eq(indicator.id))
        .filter(target::Column::Quarter.eq(&at))
        .filter(of)
        .one(write.reads())
        .await?;
    still_open(&write, programme.id, "quarter", new.quarter).await?;
    let id = match known {
        Some(known) if known.scaled == value.scaled && known.value == value.text => known.id,
        Some(known) => {
            write
                .update::<target::Entity>(known.id, known.version, |row| {
                    row.insert("value".to_owned(), value.text.into());
                    row.insert("scaled".to_owned(), value.scaled.into());
                })
                .await?;
            known.id
        }
        None => {
            let model = target::Model {
                id,
                indicator_id: indicator.id,
                institution_id,
                quarter: at,
                value: value.text,
                scaled: value.scaled,
                visibility: Visibility::Public,
                origin: ORIGIN,
                version: 1,
                created_at: author.now,
                updated_at: author.now,
            };
            write.add_with::<target::Entity>("create", id, model).await?;
            id
        }
    };
    write.about(&new.call, id).await?;
    write.commit().await?;
    Ok(id)
}

/// Takes a target off; the indicator of which it was one.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn remove(act: &Act<'_>, input: RemoveTarget) -> Result<Option<Uuid>, Error> {
    let call = input.call;
    let write = begin(act.db, act.author, &call).await?;
    let find = || target::Entity::find_by_id(call.id);
    let mut found = find().one(write.reads()).await?;
    let mut of = None;
    if let Some(known) = &found {
        // As whoever sets one does: first the indicator, then the quarter, then the target.
        let held = indicator::Entity::find_by_id(known.indicator_id).lock_exclusive();
        of = held.one(write.reads()).await?;
        found = find().one(write.reads()).await?;
    }
    let (Some(known), Some(indicator)) = (found, of) else {
        let known = write.repeats::<indicator::Entity>(&call, call.id).await?;
        return known.map(|id| (id != call.id).then_some(id)).ok_or(Error::NotFound);
    };
    if let Some(id) = write.repeats::<indicator::Entity>(&call, indicator.id).await? {
        return Ok(Some(id));
    }
    if known.version != call.version {
        return Err(Error::Conflict);
    }
    let quarter = data::quarter_of(&known.quarter)?;
    still_open(&write, indicator.programme_id, "id", quarter).await?;
    gone::<target::Entity>(act, write, call.id).await?;
    Ok(Some(indicator.id))
}

/// Whether a quarter is not final, and stays so until the write is over.
async fn still_open(
    write: &Write<'_>,
    programme: Uuid,
    field: &str,
    quarter: Quarter,
) -> Result<(), Error> {
    let period = reporting_period::Entity::find()
        .filter(reporting_period::Column::Quarter.eq(quarter.to_string()))
        .lock_exclusive()
        .one(write.reads())
        .await?;
    match period {
        Some(period) if period.state == PeriodState::Final => {
            let last = finals(write.reads(), programme).await?.pop();
            Err(quarter_final(field, last.unwrap_or(quarter)))
        }
        _ => Ok(()),
    }
}
