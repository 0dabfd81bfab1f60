//! The form 서식 of a quarter, and the one check of its values: for the API, Excel and CSV alike, while
//! drafting, at handing in and at acceptance.
//!
//! Built in are REQUIRED, SUM, BREAKDOWN, REASON, RANGE and OUTLIER; the rest are rules of the programme
//! (`validation`). To add one: a function that gives problems, called in [`check`].

use std::collections::BTreeMap;

use entity::indicator::{Aggregation, ValueType};
use entity::submission_value::ValueState;
use entity::validation_rule::Severity;
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};

use super::cell::{Cell, Pattern};
use super::decimal;
use super::text::Text;
use super::validation::{Rule, Verdict};

/// Most problems told at once; errors are kept first.
pub const MAX_PROBLEMS: usize = 1000;
/// Longest text of a value, reason, comment or evidence, in characters.
pub const MAX_TEXT: usize = 4000;
/// Quarters without which nothing is an outlier.
const LEAST_HISTORY: usize = 4;

/// An indicator as a form asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indicator {
    /// Code.
    pub code: String,
    /// Korean name.
    pub name_ko: String,
    /// What a value is.
    pub value_type: ValueType,
    /// Decimal places.
    pub decimals: u32,
    /// How values become one.
    pub aggregation: Aggregation,
    /// What its values may be.
    pub range: Range,
    /// Whether a total must be given.
    pub is_required: bool,
    /// Whether it may be broken down by region.
    pub by_region: bool,
    /// By business size.
    pub by_size: bool,
    /// By industry.
    pub by_industry: bool,
}

/// What values may be, scaled like them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// Smallest; none if there is none.
    pub minimum: Option<i64>,
    /// Greatest, likewise.
    pub maximum: Option<i64>,
    /// What a value beyond them does.
    pub severity: Severity,
}

impl Indicator {
    /// By what a cell breaks it down that it is not to be broken down by: `region`, `size` or `industry`.
    pub fn undivided(&self, cell: &Cell) -> Option<&'static str> {
        let pattern = cell.pattern();
        match (pattern.region, pattern.size, pattern.industry.is_some()) {
            (true, ..) if !self.by_region => Some("region"),
            (_, true, _) if !self.by_size => Some("size"),
            (.., true) if !self.by_industry => Some("industry"),
            _ => None,
        }
    }

    /// What a value beyond the range is told; none for one within.
    pub fn beyond(&self, scaled: i64) -> Option<Text> {
        let Range { minimum, maximum, .. } = self.range;
        if minimum.is_none_or(|least| least <= scaled) && maximum.is_none_or(|most| scaled <= most)
        {
            return None;
        }
        let [value, least, most] = [Some(scaled), minimum, maximum].map(|bound| {
            bound.map(|bound| decimal::show(bound, self.decimals)).unwrap_or_default()
        });
        let (ko, en) = match (minimum, maximum) {
            (Some(_), Some(_)) => {
                (format!("{least} 이상 {most} 이하"), format!("{least} to {most}"))
            }
            (Some(_), None) => (format!("{least} 이상"), format!("{least} or more")),
            (None, _) => (format!("{most} 이하"), format!("{most} or less")),
        };
        Some(Text::new(
            format!("값({value})이 허용 범위를 벗어났습니다. 허용 범위: {ko}."),
            format!("The value, {value}, is out of range: it must be {en}."),
        ))
    }
}

/// The words of a truth value, as files have them.
pub const fn yes_no(value: bool) -> &'static str {
    if value { "예" } else { "아니요" }
}

/// What a cell says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Kind of statement.
    pub state: ValueState,
    /// Exact value as text.
    pub value: Option<String>,
    /// Value without its decimal point.
    pub scaled: Option<i64>,
    /// Why there is no value.
    pub reason: Option<String>,
    /// Comment, which also answers a warning.
    pub comment: Option<String>,
    /// Where the evidence is.
    pub evidence_note: Option<String>,
}

/// Values of a submission by their addresses.
pub type Cells = BTreeMap<Cell, Entry>;

/// What values are checked against.
#[derive(Debug, Clone, Copy)]
pub struct Form<'a> {
    /// Indicators of the quarter.
    pub indicators: &'a [Indicator],
    /// Rules of the programme.
    pub rules: &'a [Rule],
    /// Accepted totals of the last quarter, scaled.
    pub previous: &'a BTreeMap<String, i64>,
    /// Accepted totals of up to eight quarters before, scaled, oldest first.
    pub history: &'a BTreeMap<String, Vec<i64>>,
}

/// What is wrong with a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The cell.
    pub cell: Cell,
    /// Rule that it breaks.
    pub rule: String,
    /// What the breach does.
    pub severity: Severity,
    /// What to put right.
    pub message: Text,
    /// The value given.
    pub value: Option<String>,
    /// Whether it is a warning whose cell has a comment, which answers it. An error is never answered so.
    pub is_justified: bool,
}

fn problem(
    cells: &Cells,
    cell: Cell,
    rule: &str,
    severity: Severity,
    mut message: Text,
) -> Problem {
    let entry = cells.get(&cell);
    let is_justified =
        severity == Severity::Warning && entry.is_some_and(|entry| entry.comment.is_some());
    // What the programme's own rules say ends as their authors wrote it.
    let is_asked = matches!(rule, "RANGE" | "OUTLIER");
    if is_justified {
        message.ko.push_str(" 의견에 사유가 적혀 있습니다.");
        message.en.push_str(" The comment says why.");
    } else if severity == Severity::Warning && is_asked {
        message.ko.push_str(" 맞으면 의견에 사유를 적어 주십시오.");
        message.en.push_str(" If it is right, say why in the comment.");
    }
    Problem {
        value: entry.and_then(|entry| entry.value.clone()),
        is_justified,
        cell,
        rule: rule.to_owned(),
        severity,
        message,
    }
}

impl Entry {
    /// The truth value of one that holds it.
    pub fn truth(&self) -> Option<bool> {
        self.value.as_deref()?.parse().ok()
    }

    /// What it says, for a sentence: its value, yes or no in words, or its kind where it has none.
    pub fn said(&self, value_type: Option<ValueType>) -> Text {
        match (&self.value, self.truth()) {
            (Some(_), Some(truth)) if value_type == Some(ValueType::Boolean) => {
                let en = if truth { "yes" } else { "no" };
                Text::new(yes_no(truth), en)
            }
            (Some(value), _) => Text::new(value, value),
            (None, _) => {
                let code = self.state.code();
                Text::new(ValueState::CHOICE.korean(code), code)
            }
        }
    }

    /// Whether it says that there is something to report: a value other than zero.
    pub fn is_something(&self) -> bool {
        self.state == ValueState::Value && self.scaled != Some(0)
    }
}

/// Whether nothing keeps these values from being handed in: something is filled in, no error is open and
/// each warning has its comment.
pub fn is_ready(cells: &Cells, problems: &[Problem]) -> bool {
    let is_open = |problem: &Problem| problem.severity == Severity::Error || !problem.is_justified;
    !cells.is_empty() && !problems.iter().any(is_open)
}

/// Everything that is wrong with the values, by cell and rule; at most [`MAX_PROBLEMS`].
pub fn check(form: &Form<'_>, cells: &Cells) -> Vec<Problem> {
    let mut problems = Told::default();
    for indicator in form.indicators {
        required(indicator, cells, &mut problems);
        outlier(form, indicator, cells, &mut problems);
    }
    let mut known: BTreeMap<&str, &Indicator> = BTreeMap::new();
    known.extend(form.indicators.iter().map(|indicator| (indicator.code.as_str(), indicator)));
    sums(&known, cells, &mut problems);
    rules(form, cells, &mut problems);
    for (cell, entry) in cells {
        let Some(indicator) = known.get(cell.indicator.as_str()) else { continue };
        of_cell(indicator, cell, entry, cells, &mut problems);
    }
    problems.sorted()
}

/// Problems as they are found: of each severity no more than will be told, however many cells are wrong.
#[derive(Debug, Default)]
struct Told {
    errors: Vec<Problem>,
    warnings: Vec<Problem>,
}

impl Told {
    fn add(&mut self, problem: Problem) {
        let of = match problem.severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
        };
        if of.len() < MAX_PROBLEMS {
            of.push(problem);
        }
    }

    /// By cell and rule, no error cut off for the sake of a warning, and none that still asks for a comment
    /// for the sake of one that has it.
    fn sorted(self) -> Vec<Problem> {
        let Self { mut errors, mut warnings } = self;
        warnings.sort_by_key(|problem| problem.is_justified);
        errors.extend(warnings);
        errors.truncate(MAX_PROBLEMS);
        errors.sort_by(|one, other| (&one.cell, &one.rule).cmp(&(&other.cell, &other.rule)));
        errors
    }
}

fn required(indicator: &Indicator, cells: &Cells, problems: &mut Told) {
    let total = Cell::total(&indicator.code);
    if indicator.is_required && !cells.contains_key(&total) {
        let name = &indicator.name_ko;
        let message = Text::new(
            format!(
                "{name}: 필수 지표입니다. 값이나 값 구분(0 확인, 해당 없음, 미확보)을 입력하십시오."
            ),
            format!("{} is required: give a value, or say why there is none.", indicator.code),
        );
        problems.add(problem(cells, total, "REQUIRED", Severity::Error, message));
    }
}

fn of_cell(indicator: &Indicator, cell: &Cell, entry: &Entry, cells: &Cells, problems: &mut Told) {
    let mut add = |rule, message| {
        problems.add(problem(cells, cell.clone(), rule, Severity::Error, message));
    };
    if indicator.undivided(cell).is_some() {
        let message = Text::new(
            "이 지표는 이렇게 나누어 보고하지 않습니다.",
            "This indicator is not broken down in this way.",
        );
        add("BREAKDOWN", message);
    }
    let lacks_value = matches!(entry.state, ValueState::NotApplicable | ValueState::Missing);
    if lacks_value && entry.reason.is_none() {
        let message = Text::new("값이 없는 사유를 적어 주십시오.", "Say why there is no value.");
        add("REASON", message);
    }
    if let Some(message) = entry.scaled.and_then(|scaled| indicator.beyond(scaled)) {
        let severity = indicator.range.severity;
        problems.add(problem(cells, cell.clone(), "RANGE", severity, message));
    }
}

/// The parts of one pattern: their sum, and whether one of them is missing.
#[derive(Debug, Default)]
struct Parts {
    sum: i128,
    lacks: bool,
}

/// Parts must make up their total, pattern by pattern.
fn sums(known: &BTreeMap<&str, &Indicator>, cells: &Cells, problems: &mut Told) {
    let mut parts: BTreeMap<(&str, Pattern), Parts> = BTreeMap::new();
    for (cell, entry) in cells.iter().filter(|(cell, _)| !cell.is_total()) {
        let sum = parts.entry((&cell.indicator, cell.pattern())).or_default();
        match entry.scaled {
            Some(scaled) => sum.sum += i128::from(scaled),
            // What does not apply adds nothing; what is missing could.
            None => sum.lacks |= entry.state == ValueState::Missing,
        }
    }
    for ((code, pattern), parts) in parts {
        let Some(indicator) = known.get(code) else { continue };
        let is_number = !matches!(indicator.value_type, ValueType::Boolean | ValueType::Text);
        if indicator.aggregation != Aggregation::Sum || !is_number {
            continue;
        }
        let total = cells.get(&Cell::total(code)).and_then(|entry| entry.scaled);
        let fits = match total {
            // What is missing can only add to the parts.
            Some(total) if parts.lacks => parts.sum <= i128::from(total),
            Some(total) => parts.sum == i128::from(total),
            None => false,
        };
        if fits {
            continue;
        }
        let shown = |scaled: i128| {
            i64::try_from(scaled)
                .map_or_else(|_| "…".to_owned(), |scaled| decimal::show(scaled, indicator.decimals))
        };
        let (ko, en) = named(pattern);
        let whole =
            total.map_or_else(|| "-".to_owned(), |total| decimal::show(total, indicator.decimals));
        let sum = shown(parts.sum);
        let message = Text::new(
            format!("{ko} 내역의 합({sum})이 합계({whole})와 다릅니다."),
            format!("The parts by {en} add up to {sum}, the total is {whole}."),
        );
        problems.add(problem(cells, Cell::total(code), "SUM", Severity::Error, message));
    }
}

fn named(pattern: Pattern) -> (String, String) {
    let parts = [
        (pattern.region, "지역", "region"),
        (pattern.size, "규모", "size"),
        (pattern.industry.is_some(), "업종", "industry"),
    ];
    let names = |korean: bool| {
        let of = parts.iter().filter(|(is, ..)| *is);
        of.map(|(_, ko, en)| if korean { *ko } else { *en }).collect::<Vec<_>>().join("·")
    };
    (names(true), names(false))
}

/// A total far from the institution's own past: more than five times the usual distance (median of absolute
/// deviations) from the median, and more than a fifth of it. Of fewer than four quarters nothing is said.
fn outlier(form: &Form<'_>, indicator: &Indicator, cells: &Cells, problems: &mut Told) {
    let cell = Cell::total(&indicator.code);
    let now = cells.get(&cell).and_then(|entry| entry.scaled);
    let (Some(now), Some(history)) = (now, form.history.get(&indicator.code)) else { return };
    if history.len() < LEAST_HISTORY
        || matches!(indicator.value_type, ValueType::Boolean | ValueType::Text)
    {
        return;
    }
    let median = median(history.iter().map(|value| i128::from(*value)).collect());
    let usual =
        self::median(history.iter().map(|value| (2 * i128::from(*value) - median).abs()).collect());
    // Both are twice what they stand for, since the middle of two may be a half.
    let distance = (2 * i128::from(now) - median).abs();
    if 2 * distance > 5 * usual && 5 * distance > median.abs() {
        let middle = i64::try_from(median / 2).unwrap_or(i64::MAX);
        let shown = decimal::show(middle, indicator.decimals);
        let message = Text::new(
            format!("지난 {}개 분기의 중앙값({shown})에서 크게 벗어납니다.", history.len()),
            format!("It is far from the median of the last {} quarters, {shown}.", history.len()),
        );
        problems.add(problem(cells, cell, "OUTLIER", Severity::Warning, message));
    }
}

/// Twice the median.
fn median(mut values: Vec<i128>) -> i128 {
    values.sort_unstable();
    let at = |place: usize| values.get(place).copied().unwrap_or(0);
    match values.len() {
        0 => 0,
        length if length % 2 == 1 => 2 * at(length / 2),
        length => at(length / 2 - 1) + at(length / 2),
    }
}

fn rules(form: &Form<'_>, cells: &Cells, problems: &mut Told) {
    let (mut now, mut before) = (BTreeMap::new(), BTreeMap::new());
    for indicator in form.indicators {
        let number = |scaled: i64| Decimal::from_i128_with_scale(scaled.into(), indicator.decimals);
        let total = cells.get(&Cell::total(&indicator.code)).and_then(|entry| entry.scaled);
        now.extend(total.map(|scaled| (indicator.code.clone(), number(scaled))));
        let last = form.previous.get(&indicator.code);
        before.extend(last.map(|scaled| (indicator.code.clone(), number(*scaled))));
    }
    for rule in form.rules {
        let (severity, message) = match rule.holds(&now, &before) {
            Verdict::Holds | Verdict::Skipped => continue,
            Verdict::Broken => (rule.severity, rule.message.clone()),
            Verdict::Failed => (
                Severity::Warning,
                Text::new(
                    "규칙을 계산할 수 없으니 값을 확인해 주십시오.",
                    "The rule could not be evaluated; check the values.",
                ),
            ),
        };
        problems.add(problem(cells, Cell::total(&rule.indicator), &rule.code, severity, message));
    }
}

/// A reason, comment or evidence as it is kept; none for a blank one.
///
/// # Errors
/// What to put right.
pub fn noted(text: Option<String>) -> Result<Option<String>, Text> {
    let Some(text) = text else { return Ok(None) };
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Ok(None);
    }
    let is_plain = !trimmed.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
    if trimmed.chars().count() > MAX_TEXT || !is_plain {
        return Err(Text::new(
            format!("글은 제어 문자 없이 {MAX_TEXT}자까지입니다."),
            format!("A text has at most {MAX_TEXT} characters, none of them control characters."),
        ));
    }
    Ok(Some(trimmed.to_owned()))
}

/// What a cell says, out of what was written there.
///
/// # Errors
/// What to put right.
pub fn entry(
    indicator: &Indicator,
    state: Option<ValueState>,
    value: Option<&str>,
    reason: Option<String>,
    comment: Option<String>,
    evidence_note: Option<String>,
) -> Result<Entry, Text> {
    let value = value.map(str::trim).filter(|value| !value.is_empty());
    let state = match (state, value) {
        (Some(state), _) => state,
        (None, Some(_)) => ValueState::Value,
        (None, None) => {
            return Err(Text::new("값이나 값 구분을 입력하십시오.", "Give a value or a state."));
        }
    };
    let (value, scaled) = match (state, value) {
        (ValueState::Value, None) => {
            return Err(Text::new("값을 입력하십시오.", "Give the value."));
        }
        (ValueState::Value, Some(value)) if indicator.value_type == ValueType::Text => {
            (noted(Some(value.to_owned()))?, None)
        }
        (ValueState::Value, Some(value)) => {
            let parsed = decimal::parse(value, indicator.value_type, indicator.decimals)
                .map_err(decimal::NotAValue::message)?;
            (Some(parsed.text), Some(parsed.scaled))
        }
        (ValueState::ZeroConfirmed, _)
            if matches!(indicator.value_type, ValueType::Text | ValueType::Boolean) =>
        {
            return Err(Text::new(
                "수치 지표에만 0을 확인할 수 있습니다.",
                "Only a number can be a confirmed zero.",
            ));
        }
        (ValueState::ZeroConfirmed, given) => {
            let is_zero = given.is_none_or(|given| {
                decimal::parse(given, indicator.value_type, indicator.decimals)
                    .is_ok_and(|parsed| parsed.scaled == 0)
            });
            if !is_zero {
                return Err(Text::new(
                    "0 확인에 0이 아닌 값이 있습니다.",
                    "A confirmed zero has another value.",
                ));
            }
            (Some("0".to_owned()), Some(0))
        }
        (ValueState::NotApplicable | ValueState::Missing, Some(_)) => {
            return Err(Text::new(
                "해당 없음·미확보에는 값을 적지 않습니다.",
                "What is not applicable or missing has no value.",
            ));
        }
        (ValueState::NotApplicable | ValueState::Missing, None) => (None, None),
    };
    Ok(Entry {
        state,
        value,
        scaled,
        reason: noted(reason)?,
        comment: noted(comment)?,
        evidence_note: noted(evidence_note)?,
    })
}

/// Evidence files by what they show, an indicator or the whole, and their name: the hash of each.
pub type Evidence = BTreeMap<(Option<String>, String), String>;

/// SHA-256, in hexadecimal, over values and evidence files: for each cell in the order of its parts a line of JSON
/// `[cell, state, value, reason, comment, evidenceNote]`, then for each file, those of the whole first, then by indicator
/// and name, `["FILE", indicator, name, sha256]`; in UTF-8 without spaces, null where there is none, each line ended by a
/// line feed. So a receipt can be checked by others.
pub fn content_hash(cells: &Cells, files: &Evidence) -> String {
    use serde_json::json;
    let mut hash = Sha256::new();
    let cells = cells.iter().map(|(cell, entry)| {
        let Entry { state, value, reason, comment, evidence_note, .. } = entry;
        json!([cell.to_string(), state.code(), value, reason, comment, evidence_note])
    });
    let files = files.iter().map(|((of, name), sha256)| json!(["FILE", of, name, sha256]));
    for line in cells.chain(files) {
        hash.update(line.to_string());
        hash.update(b"\n");
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
