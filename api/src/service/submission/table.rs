//! From what people write to what the domain knows: cells of an upload or of a mutation, each with what is
//! wrong with it and the nearest code that would be right.

use entity::adoption_case::BusinessSize;
use entity::indicator::ValueType;
use entity::region;
use entity::submission_value::ValueState;
use sea_orm::Iterable;

use super::data::{FormData, Lists};
use crate::domain::admit;
use crate::domain::cell::Cell;
use crate::domain::codes::Codes;
use crate::domain::fold;
use crate::domain::form::{self, Entry, Indicator};
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
        choice.values.iter().map(|it| format!("{}({})", it.korean(), it.code)).collect();
    (
        format!(" 쓸 수 있는 값: {}.", named.join(", ")),
        format!(" Valid values: {}.", codes.join(", ")),
    )
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

/// What was found; what is wrong with it goes to the faults.
fn noted<T>(found: Result<Option<T>, Box<Fault>>, faults: &mut Vec<Fault>) -> Option<T> {
    found.unwrap_or_else(|fault| {
        faults.push(*fault);
        None
    })
}

/// The code of the indicator, which every cell has.
fn indicator<'a>(data: &'a FormData, raw: &sheet::Cell) -> Result<&'a str, Box<Fault>> {
    let list = &data.lists.indicators;
    part(&raw.indicator, "indicator", INDICATOR, list)?
        .ok_or_else(|| unknown("indicator", INDICATOR, &raw.indicator, list))
}

/// The address of a cell as written.
///
/// # Errors
/// Each part that names nothing.
pub fn address(data: &FormData, raw: &sheet::Cell) -> Result<Cell, Vec<Fault>> {
    let Lists { sizes, industries, .. } = &data.lists;
    let mut faults = Vec::new();
    let indicator = noted(indicator(data, raw).map(Some), &mut faults);
    let region = noted(region(data, &raw.region), &mut faults);
    let size = noted(part(&raw.size, "size", SIZE, sizes), &mut faults);
    let industry = noted(part(&raw.industry, "industry", INDUSTRY, industries), &mut faults);
    match indicator {
        Some(indicator) if faults.is_empty() => Ok(Cell {
            indicator: indicator.to_owned(),
            region,
            size: size.and_then(|code| BusinessSize::iter().find(|known| known.code() == code)),
            industry: industry.map(str::to_owned),
        }),
        _ => Err(faults),
    }
}

/// The cell that a text names: an indicator, or `indicator/region/size/industry` with each as people write it.
pub fn spelt(data: &FormData, text: &str) -> Option<Cell> {
    let parts: Vec<&str> = text.split('/').collect();
    let [indicator, region, size, industry] = match parts.as_slice() {
        [indicator] => [*indicator, "", "", ""],
        [indicator, region, size, industry] => [*indicator, *region, *size, *industry],
        _ => return None,
    };
    let [indicator, region, size, industry] =
        [indicator, region, size, industry].map(str::to_owned);
    let raw = sheet::Cell { indicator, region, size, industry, ..sheet::Cell::default() };
    address(data, &raw).ok()
}

/// What kind of value a file has for an indicator of a type.
pub fn kind(value_type: ValueType) -> sheet::Kind {
    match value_type {
        ValueType::Integer => sheet::Kind::Integer,
        ValueType::Decimal => sheet::Kind::Decimal,
        ValueType::Krw => sheet::Kind::Krw,
        ValueType::Percent => sheet::Kind::Percent,
        ValueType::Boolean => sheet::Kind::Boolean,
        ValueType::Text => sheet::Kind::Text,
    }
}

/// What an indicator keeps of a value as people write it.
fn typed(data: &FormData, known: &Indicator, text: &str) -> Result<String, Text> {
    let row = data.indicators.iter().find(|row| row.code == known.code);
    let unit = row.map_or("", |row| row.unit.as_str());
    sheet::typed(kind(known.value_type), known.decimals, unit, text)
}

/// A cell as written: its address, and its entry unless nothing is said there.
///
/// # Errors
/// All that is wrong with it.
pub fn cell(data: &FormData, raw: &sheet::Cell) -> Result<(Cell, Option<Entry>), Vec<Fault>> {
    let (cell, mut faults) = match address(data, raw) {
        Ok(cell) => (Some(cell), Vec::new()),
        Err(faults) => (None, faults),
    };
    let given = |text: &str| {
        let trimmed = text.trim();
        (!trimmed.is_empty()).then(|| admit::composed(trimmed).into_owned())
    };
    let value = given(&raw.value);
    let notes = [given(&raw.reason), given(&raw.comment), given(&raw.evidence_note)];
    let state = part(&raw.state, "state", STATE, &data.lists.states);
    let is_blank =
        matches!(state, Ok(None)) && value.is_none() && notes.iter().all(Option::is_none);
    if let (true, Some(cell)) = (is_blank, &cell) {
        return Ok((cell.clone(), None));
    }
    let wrong = |field, code, message, value: &str, faults: &mut Vec<Fault>| {
        faults.push(Fault { field, code, message, value: value.to_owned(), nearest: None });
    };
    for (field, text) in ["reason", "comment", "evidenceNote"].into_iter().zip(&notes) {
        if let Err(message) = form::noted(text.clone()) {
            let value = text.as_deref().unwrap_or_default();
            wrong(field, "INVALID_TEXT", message, value, &mut faults);
        }
    }
    let (is_known, definition) = match indicator(data, raw) {
        Ok(code) => (true, data.indicator(code)),
        Err(_) => (false, None),
    };
    let [reason, comment, evidence_note] = notes;
    let entry = match (state, definition) {
        (Err(fault), _) => {
            faults.push(*fault);
            None
        }
        // A row whose value is blank has said enough by what else is wrong with it.
        _ if is_blank => None,
        (Ok(state), Some(definition)) => {
            let state = state.and_then(|code| ValueState::iter().find(|it| it.code() == code));
            let value = value.map(|value| typed(data, definition, &value)).transpose();
            let entry = value.and_then(|value| {
                form::entry(definition, state, value.as_deref(), reason, comment, evidence_note)
            });
            match entry {
                Ok(entry) => Some(entry),
                Err(message) => {
                    wrong("value", "INVALID_VALUE", message, &raw.value, &mut faults);
                    None
                }
            }
        }
        (Ok(_), None) => {
            if is_known {
                let list = &data.lists.indicators;
                faults.push(*unknown("indicator", INDICATOR, &raw.indicator, list));
            }
            None
        }
    };
    match (cell, entry) {
        (Some(cell), Some(entry)) if faults.is_empty() => Ok((cell, Some(entry))),
        _ => Err(faults),
    }
}
