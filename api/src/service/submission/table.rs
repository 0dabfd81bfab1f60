//! From what people write to what the domain knows: cells of an upload or of a mutation, each with what is
//! wrong with it and the nearest code that would be right.

use entity::adoption_case::BusinessSize;
use entity::region;
use entity::submission_value::ValueState;
use sea_orm::Iterable;

use super::data::{FormData, Lists};
use crate::domain::admit;
use crate::domain::cell::Cell;
use crate::domain::codes::Codes;
use crate::domain::fold;
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

/// What codes of a family are called where a text names none of them.
type What = (&'static str, &'static str, &'static str);

const INDICATOR: What =
    ("UNKNOWN_INDICATOR", "이 분기에 없는 지표입니다", "There is no such indicator this quarter");
const REGION: What =
    ("UNKNOWN_REGION", "이 분기에 없는 지역입니다", "There is no such region this quarter");
const SIZE: What = ("UNKNOWN_SIZE", "없는 기업 규모입니다", "There is no such business size");
const INDUSTRY: What =
    ("UNKNOWN_INDUSTRY", "없는 업종(KSIC)입니다", "There is no such KSIC section or division");
const STATE: What = ("UNKNOWN_STATE", "없는 값 구분입니다", "There is no such kind of value");

fn unknown(field: &'static str, (code, ko, en): What, value: &str, list: &Codes) -> Box<Fault> {
    let shown: String = value.trim().chars().take(60).collect();
    let nearest = list.hint(value).map(str::to_owned);
    let (hint_ko, hint_en) = match &nearest {
        None => (String::new(), String::new()),
        Some(near) => (format!(" 혹시 {near}입니까?"), format!(" Did you mean {near}?")),
    };
    // Of short lists all is told.
    let (all_ko, all_en) = match code {
        "UNKNOWN_SIZE" => all_of(BusinessSize::CHOICE),
        "UNKNOWN_STATE" => all_of(ValueState::CHOICE),
        _ => (String::new(), String::new()),
    };
    Box::new(Fault {
        field,
        code,
        message: Text {
            ko: format!("{ko}: {shown}.{hint_ko}{all_ko}"),
            en: format!("{en}: {shown}.{hint_en}{all_en}"),
        },
        value: value.to_owned(),
        nearest,
    })
}

/// The valid codes of a list, with their Korean names.
fn all_of(choice: &entity::Choice) -> (String, String) {
    let codes: Vec<&str> = choice.values.iter().map(|value| value.code).collect();
    let named: Vec<String> =
        choice.values.iter().map(|it| format!("{}({})", korean(it.description), it.code)).collect();
    (
        format!(" 쓸 수 있는 값: {}.", named.join(", ")),
        format!(" Valid values: {}.", codes.join(", ")),
    )
}

/// The Korean name at the head of a code's description.
pub fn korean(description: &str) -> &str {
    description.split('.').next().unwrap_or_default().trim()
}

/// The code that a text stands for; none if it is blank.
fn part<'a>(
    given: &str,
    field: &'static str,
    what: What,
    list: &'a Codes,
) -> Result<Option<&'a str>, Box<Fault>> {
    if fold::clean(given).is_empty() {
        return Ok(None);
    }
    list.find(given).map(Some).ok_or_else(|| unknown(field, what, given, list))
}

/// The code of a region that exists in the quarter; of one that has ended, its successor is named.
fn region(data: &FormData, given: &str) -> Result<Option<String>, Box<Fault>> {
    let code = part(given, "region", REGION, &data.lists.regions)?;
    let other = code.and_then(|code| data.other_regions.iter().find(|row| row.code == code));
    let Some(other) = other else { return Ok(code.map(str::to_owned)) };
    let ko = |row: &region::Model| format!("{}({})", row.name_ko, row.code);
    let en = |row: &region::Model| {
        format!("{} ({})", row.name_en.as_ref().unwrap_or(&row.name_ko), row.code)
    };
    let ended = other.valid_to.filter(|last| *last < data.first_day);
    let mut message = match (ended, other.valid_from) {
        (Some(last), _) => Text::new(
            format!("{}는 {last}까지 있던 지역입니다.", ko(other)),
            format!("{} existed until {last}.", en(other)),
        ),
        (None, Some(from)) => Text::new(
            format!("{}는 {from}부터 있는 지역이어서 이 분기에는 없습니다.", ko(other)),
            format!("{} exists from {from}, after this quarter.", en(other)),
        ),
        (None, None) => return Err(unknown("region", REGION, given, &data.lists.regions)),
    };
    let mut regions = data.regions.iter().chain(&data.other_regions);
    let successor = other.successor_id.filter(|_| ended.is_some());
    let successor = successor.and_then(|id| regions.find(|row| row.id == id));
    if let (Some(successor), Some(day)) = (successor, ended.and_then(|last| last.succ_opt())) {
        message.ko.push_str(&format!(" {day}부터는 {}입니다.", ko(successor)));
        message.en.push_str(&format!(" From {day} it is {}.", en(successor)));
    }
    Err(Box::new(Fault {
        field: "region",
        code: REGION.0,
        message,
        value: given.to_owned(),
        nearest: successor.map(|row| row.code.clone()),
    }))
}

/// The address of a cell as written.
///
/// # Errors
/// The first part that names nothing.
pub fn address(data: &FormData, raw: &sheet::Cell) -> Result<Cell, Box<Fault>> {
    let Lists { indicators, sizes, industries, .. } = &data.lists;
    let indicator = part(&raw.indicator, "indicator", INDICATOR, indicators)?
        .ok_or_else(|| unknown("indicator", INDICATOR, &raw.indicator, indicators))?;
    let size = part(&raw.size, "size", SIZE, sizes)?;
    Ok(Cell {
        indicator: indicator.to_owned(),
        region: region(data, &raw.region)?,
        size: size.and_then(|code| BusinessSize::iter().find(|known| known.code() == code)),
        industry: part(&raw.industry, "industry", INDUSTRY, industries)?.map(str::to_owned),
    })
}

/// A cell as written: its address, and its entry unless nothing is said there.
///
/// # Errors
/// What is wrong with it.
pub fn cell(data: &FormData, raw: &sheet::Cell) -> Result<(Cell, Option<Entry>), Box<Fault>> {
    let cell = address(data, raw)?;
    let state = part(&raw.state, "state", STATE, &data.lists.states)?
        .and_then(|code| ValueState::iter().find(|known| known.code() == code));
    let given = |text: &str| {
        let trimmed = text.trim();
        (!trimmed.is_empty()).then(|| admit::composed(trimmed).into_owned())
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
        None => Err(unknown("indicator", INDICATOR, &raw.indicator, &data.lists.indicators)),
    }
}
