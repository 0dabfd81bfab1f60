//! Targets 목표 of indicators: one of each indicator, quarter and institution. Those of a final quarter stand.

use entity::common::Visibility;
use entity::reporting_period::{self, PeriodState};
use entity::{indicator, target};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::Deserialize;
use uuid::Uuid;

use super::programme::{
    Faults, ORIGIN, begin, in_force, institution_of, no_indicator, programme_of, quarter_final,
};
use super::submission::data;
use super::submission::key_reused;
use super::submission::quarter::finals;
use super::write::{Author, Created, Write};
use crate::database::Store;
use crate::domain::decimal;
use crate::domain::quarter::Quarter;
use crate::error::{Error, UserError};

/// A target to be set.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewTarget {
    /// Programme by its code.
    pub programme: String,
    /// Indicator by its code.
    pub indicator: String,
    /// Institution by its code; none for the programme as a whole.
    #[serde(default)]
    pub institution: Option<String>,
    /// Quarter.
    pub quarter: String,
    /// Value.
    pub value: String,
    /// Idempotency key.
    pub idempotency_key: String,
}

/// Sets or replaces a target.
///
/// # Errors
/// Forbidden; user errors; internal.
pub async fn set(db: &Store, author: Author<'_>, new: NewTarget) -> Result<Uuid, Error> {
    let mut write = begin(db, author).await?;
    let mut faults = Faults::default();
    let quarter = faults.quarter("quarter", &new.quarter);
    let institution_id = match &new.institution {
        None => None,
        Some(code) => faults.keep(institution_of(&write, "institution", code).await)?,
    };
    let programme = faults.keep(programme_of(&write, &new.programme).await)?;
    let programme = faults.sure(programme)?;
    let mut indicators = in_force(&write, programme.id, &new.quarter).await?;
    let Some(at) = indicators.iter().position(|row| row.code == new.indicator) else {
        let codes = indicators.iter().map(|row| row.code.as_str());
        return Err(Error::User(vec![no_indicator(&new.indicator, codes)]));
    };
    let indicator = indicators.swap_remove(at);
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
        .filter(target::Column::Quarter.eq(&new.quarter))
        .filter(of)
        .one(write.reads())
        .await?;
    let id = known.as_ref().map_or_else(Uuid::now_v7, |known| known.id);
    let content = (indicator.id, institution_id, &new.quarter, &value.text);
    match write.once::<target::Entity>(&new.idempotency_key, id, &content).await? {
        Created::New(_) => {}
        Created::Known(id) => return Ok(id),
        Created::Differs(_) => return Err(key_reused()),
    }
    still_open(&write, programme.id, quarter).await?;
    match known {
        Some(known) if known.scaled == value.scaled && known.value == value.text => {}
        Some(known) => {
            write
                .update::<target::Entity>(known.id, known.version, |row| {
                    row.insert("value".to_owned(), value.text.into());
                    row.insert("scaled".to_owned(), value.scaled.into());
                })
                .await?;
        }
        None => {
            let model = target::Model {
                id,
                indicator_id: indicator.id,
                institution_id,
                quarter: new.quarter,
                value: value.text,
                scaled: value.scaled,
                visibility: Visibility::Public,
                origin: ORIGIN,
                version: 1,
                created_at: author.now,
                updated_at: author.now,
            };
            write.add_with::<target::Entity>("create", id, model).await?;
        }
    }
    write.commit().await?;
    Ok(id)
}

/// Whether a quarter is not final, and stays so until the write is over.
async fn still_open(
    write: &Write<'_>,
    programme: Uuid,
    quarter: Option<Quarter>,
) -> Result<(), Error> {
    let Some(quarter) = quarter else { return Ok(()) };
    let period = reporting_period::Entity::find()
        .filter(reporting_period::Column::Quarter.eq(quarter.to_string()))
        .lock_exclusive()
        .one(write.reads())
        .await?;
    match period {
        Some(period) if period.state == PeriodState::Final => {
            let last = finals(write.reads(), programme).await?.pop();
            Err(quarter_final("quarter", last.unwrap_or(quarter)))
        }
        _ => Ok(()),
    }
}
