//! From what people write to what the domain knows: cells of an upload or of a mutation, each with what is
//! wrong with it and the nearest code that would be right.

use entity::adoption_case::BusinessSize;
use entity::submission_value::ValueState;
use sea_orm::Iterable;

use super::data::FormData;
use crate::domain::cell::Cell;
use crate::domain::form::{self, Entry};
use crate::domain::text::Text;
use crate::sheet;

/// What is wrong with a cell as written, so that it cannot be kept at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Part of the cell: `indicator`, `region`, `size`, `industry`, `state`, `value`.
    pub field: &'static str,
    /// Stable code.
    pub code: &'static str,
    /// What to put right.
    pub message: Text,
    /// What was written.
    pub value: String,
    /// The nearest valid code, if one is near.
    pub nearest: Option<String>,
}

fn unknown<'a>(
    field: &'static str,
    (code, ko, en): (&'static str, &str, &str),
    value: &str,
    codes: impl Iterator<Item = &'a str>,
) -> Box<Fault> {
    let shown: String = value.chars().take(60).collect();
    let nearest = form::nearest(value, codes).map(str::to_owned);
    let (hint_ko, hint_en) = match &nearest {
        None => (String::new(), String::new()),
        Some(near) => (format!(" 혹시 {near}입니까?"), format!(" Did you mean {near}?")),
    };
    Box::new(Fault {
        field,
        code,
        message: Text {
            ko: format!("{ko}: {shown}.{hint_ko}"),
            en: format!("{en}: {shown}.{hint_en}"),
        },
        value: value.to_owned(),
        nearest,
    })
}

const INDICATOR: (&str, &str, &str) = (
    "UNKNOWN_INDICATOR",
    "이 분기에 없는 지표 코드입니다",
    "There is no such indicator this quarter",
);
const REGION: (&str, &str, &str) =
    ("UNKNOWN_REGION", "이 분기에 없는 지역 코드입니다", "There is no such region this quarter");
const SIZE: (&str, &str, &str) =
    ("UNKNOWN_SIZE", "없는 기업 규모 코드입니다", "There is no such business size");
const INDUSTRY: (&str, &str, &str) =
    ("UNKNOWN_INDUSTRY", "없는 업종(KSIC) 코드입니다", "There is no such KSIC code");
const STATE: (&str, &str, &str) =
    ("UNKNOWN_STATE", "없는 값 구분입니다", "There is no such kind of value");

fn part<'a>(
    given: &str,
    field: &'static str,
    what: (&'static str, &str, &str),
    codes: impl Iterator<Item = &'a str> + Clone,
) -> Result<Option<String>, Box<Fault>> {
    let given = given.trim();
    if given.is_empty() {
        return Ok(None);
    }
    if codes.clone().any(|code| code == given) {
        return Ok(Some(given.to_owned()));
    }
    Err(unknown(field, what, given, codes))
}

/// The address of a cell as written.
///
/// # Errors
/// The first part that names nothing.
pub fn address(data: &FormData, raw: &sheet::Cell) -> Result<Cell, Box<Fault>> {
    let indicators = data.definitions.iter().map(|known| known.code.as_str());
    let indicator = part(&raw.indicator, "indicator", INDICATOR, indicators.clone())?
        .ok_or_else(|| unknown("indicator", INDICATOR, &raw.indicator, indicators))?;
    let region =
        part(&raw.region, "region", REGION, data.regions.iter().map(|known| known.code.as_str()))?;
    let sizes = BusinessSize::iter().map(BusinessSize::code);
    let size = part(&raw.size, "size", SIZE, sizes)?
        .and_then(|code| BusinessSize::iter().find(|known| known.code() == code));
    let industry = part(
        &raw.industry,
        "industry",
        INDUSTRY,
        data.industries.iter().map(|known| known.code.as_str()),
    )?;
    Ok(Cell { indicator, region, size, industry })
}

/// A cell as written: its address, and its entry unless nothing is said there.
///
/// # Errors
/// What is wrong with it.
pub fn cell(data: &FormData, raw: &sheet::Cell) -> Result<(Cell, Option<Entry>), Box<Fault>> {
    let cell = address(data, raw)?;
    let states = ValueState::iter().map(ValueState::code);
    let state = part(&raw.state, "state", STATE, states)?
        .and_then(|code| ValueState::iter().find(|known| known.code() == code));
    let given = |text: &str| {
        let trimmed = text.trim();
        (!trimmed.is_empty()).then(|| trimmed.to_owned())
    };
    let value = given(&raw.value);
    let notes = [given(&raw.reason), given(&raw.comment), given(&raw.evidence)];
    if state.is_none() && value.is_none() && notes.iter().all(Option::is_none) {
        return Ok((cell, None));
    }
    for (field, text) in ["reason", "comment", "evidence"].into_iter().zip(&notes) {
        if let Err(message) = form::noted(text.clone()) {
            let value = text.clone().unwrap_or_default();
            return Err(Box::new(Fault {
                field,
                code: "INVALID_TEXT",
                message,
                value,
                nearest: None,
            }));
        }
    }
    let definition = data.indicator(&cell.indicator);
    let [reason, comment, evidence] = notes;
    let made = definition.map(|definition| {
        form::entry(definition, state, value.as_deref(), reason, comment, evidence)
    });
    match made {
        Some(Ok(entry)) => Ok((cell, Some(entry))),
        Some(Err(message)) => Err(Box::new(Fault {
            field: "value",
            code: "INVALID_VALUE",
            message,
            value: raw.value.clone(),
            nearest: None,
        })),
        None => Err(unknown("indicator", INDICATOR, &raw.indicator, std::iter::empty())),
    }
}
