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
    /// Whether a total must be given.
    pub is_required: bool,
    /// Whether it may be broken down by region.
    pub by_region: bool,
    /// By business size.
    pub by_size: bool,
    /// By industry.
    pub by_industry: bool,
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
    pub evidence: Option<String>,
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
    /// Whether the cell has a comment, which answers a warning.
    pub is_justified: bool,
}

fn problem(cells: &Cells, cell: Cell, rule: &str, severity: Severity, message: Text) -> Problem {
    let entry = cells.get(&cell);
    Problem {
        value: entry.and_then(|entry| entry.value.clone()),
        is_justified: entry.is_some_and(|entry| entry.comment.is_some()),
        cell,
        rule: rule.to_owned(),
        severity,
        message,
    }
}

/// Everything that is wrong with the values, by cell and rule; at most [`MAX_PROBLEMS`].
pub fn check(form: &Form<'_>, cells: &Cells) -> Vec<Problem> {
    let mut problems = Vec::new();
    for indicator in form.indicators {
        required(indicator, cells, &mut problems);
        outlier(form, indicator, cells, &mut problems);
    }
    let mut known: BTreeMap<&str, &Indicator> = BTreeMap::new();
    known.extend(form.indicators.iter().map(|indicator| (indicator.code.as_str(), indicator)));
    for (cell, entry) in cells {
        let Some(indicator) = known.get(cell.indicator.as_str()) else { continue };
        of_cell(indicator, cell, entry, cells, &mut problems);
    }
    sums(&known, cells, &mut problems);
    rules(form, cells, &mut problems);
    // Errors first, so that none is cut off for the sake of a warning.
    problems.sort_by(|one, other| {
        let rank = |problem: &Problem| problem.severity == Severity::Warning;
        (rank(one), &one.cell, &one.rule).cmp(&(rank(other), &other.cell, &other.rule))
    });
    problems.truncate(MAX_PROBLEMS);
    problems.sort_by(|one, other| (&one.cell, &one.rule).cmp(&(&other.cell, &other.rule)));
    problems
}

fn required(indicator: &Indicator, cells: &Cells, problems: &mut Vec<Problem>) {
    let total = Cell::total(&indicator.code);
    if indicator.is_required && !cells.contains_key(&total) {
        let name = &indicator.name_ko;
        let message = Text::new(
            format!(
                "{name}: 필수 지표입니다. 값이나 값 구분(0 확인, 해당 없음, 미확보)을 입력하십시오."
            ),
            format!("{} is required: give a value, or say why there is none.", indicator.code),
        );
        problems.push(problem(cells, total, "REQUIRED", Severity::Error, message));
    }
}

fn of_cell(
    indicator: &Indicator,
    cell: &Cell,
    entry: &Entry,
    cells: &Cells,
    problems: &mut Vec<Problem>,
) {
    let mut add = |rule, message| {
        problems.push(problem(cells, cell.clone(), rule, Severity::Error, message));
    };
    let pattern = cell.pattern();
    if pattern.region && !indicator.by_region
        || pattern.size && !indicator.by_size
        || pattern.industry.is_some() && !indicator.by_industry
    {
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
    let is_negative = entry.scaled.is_some_and(|scaled| scaled < 0);
    if indicator.value_type == ValueType::Percent && is_negative {
        let message = Text::new("백분율은 0 이상이어야 합니다.", "A percentage is not below zero.");
        add("RANGE", message);
    }
}

/// The parts of one pattern: their sum, and whether one of them has no value.
#[derive(Debug, Default)]
struct Parts {
    sum: i128,
    lacks: bool,
}

/// Parts must make up their total, pattern by pattern.
fn sums(known: &BTreeMap<&str, &Indicator>, cells: &Cells, problems: &mut Vec<Problem>) {
    let mut parts: BTreeMap<(&str, Pattern), Parts> = BTreeMap::new();
    for (cell, entry) in cells.iter().filter(|(cell, _)| !cell.is_total()) {
        let sum = parts.entry((&cell.indicator, cell.pattern())).or_default();
        match entry.scaled {
            Some(scaled) => sum.sum += i128::from(scaled),
            None => sum.lacks = true,
        }
    }
    for ((code, pattern), parts) in parts {
        let Some(indicator) = known.get(code) else { continue };
        if indicator.aggregation != Aggregation::Sum || indicator.value_type == ValueType::Boolean {
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
        problems.push(problem(cells, Cell::total(code), "SUM", Severity::Error, message));
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
fn outlier(form: &Form<'_>, indicator: &Indicator, cells: &Cells, problems: &mut Vec<Problem>) {
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
            format!(
                "지난 {}개 분기의 중앙값({shown})에서 크게 벗어납니다. 맞으면 의견에 사유를 적어 주십시오.",
                history.len()
            ),
            format!(
                "It is far from the median of the last {} quarters, {shown}. If it is right, say why in the comment.",
                history.len()
            ),
        );
        problems.push(problem(cells, cell, "OUTLIER", Severity::Warning, message));
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

fn rules(form: &Form<'_>, cells: &Cells, problems: &mut Vec<Problem>) {
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
                    "규칙을 계산할 수 없습니다. 값을 확인하고 의견을 적어 주십시오.",
                    "The rule could not be evaluated; check the values and leave a comment.",
                ),
            ),
        };
        problems.push(problem(cells, Cell::total(&rule.indicator), &rule.code, severity, message));
    }
}

fn noted(text: Option<String>) -> Result<Option<String>, Text> {
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
    evidence: Option<String>,
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
        evidence: noted(evidence)?,
    })
}

/// SHA-256, in hexadecimal, over the values: for each cell in the order of its parts a line of JSON
/// `[cell, state, value, reason, comment, evidence]` in UTF-8 without spaces, null where there is none, each
/// line ended by a line feed. So a receipt can be checked by others.
pub fn content_hash(cells: &Cells) -> String {
    let mut hash = Sha256::new();
    for (cell, entry) in cells {
        let line = serde_json::json!([
            cell.to_string(),
            entry.state.code(),
            entry.value,
            entry.reason,
            entry.comment,
            entry.evidence
        ]);
        hash.update(line.to_string());
        hash.update(b"\n");
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The code nearest to what was written, if one is near: a third of its letters may be wrong.
pub fn nearest<'a>(text: &str, codes: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: String = text.trim().chars().take(60).collect::<String>().to_uppercase();
    let scored = codes.map(|code| (strsim::osa_distance(&wanted, &code.to_uppercase()), code));
    let (distance, code) = scored.min_by_key(|(distance, _)| *distance)?;
    let longest = wanted.chars().count().max(code.chars().count());
    (distance * 3 <= longest).then_some(code)
}

#[cfg(test)]
mod tests {
    use entity::adoption_case::BusinessSize;
    use entity::validation_rule::MissingStrategy;
    use proptest::prelude::*;

    use super::*;

    fn indicator(code: &str, value_type: ValueType) -> Indicator {
        Indicator {
            code: code.to_owned(),
            name_ko: "지표".to_owned(),
            value_type,
            decimals: if value_type == ValueType::Percent { 1 } else { 0 },
            aggregation: Aggregation::Sum,
            is_required: false,
            by_region: false,
            by_size: false,
            by_industry: false,
        }
    }

    fn broken_down(code: &str) -> Indicator {
        Indicator {
            by_region: true,
            by_size: true,
            by_industry: true,
            ..indicator(code, ValueType::Integer)
        }
    }

    fn number(scaled: i64) -> Entry {
        Entry {
            state: ValueState::Value,
            value: Some(scaled.to_string()),
            scaled: Some(scaled),
            reason: None,
            comment: None,
            evidence: None,
        }
    }

    fn without(state: ValueState, reason: Option<&str>) -> Entry {
        Entry { state, value: None, scaled: None, reason: reason.map(str::to_owned), ..number(0) }
    }

    fn cell(text: &str) -> Cell {
        text.parse().unwrap()
    }

    fn cells<const N: usize>(entries: [(&str, Entry); N]) -> Cells {
        entries.into_iter().map(|(address, entry)| (cell(address), entry)).collect()
    }

    /// Cell and rule of each problem.
    fn told(indicators: &[Indicator], cells: &Cells) -> Vec<(String, String)> {
        told_with(indicators, &[], &BTreeMap::new(), cells)
    }

    fn told_with(
        indicators: &[Indicator],
        rules: &[Rule],
        history: &BTreeMap<String, Vec<i64>>,
        cells: &Cells,
    ) -> Vec<(String, String)> {
        let previous = BTreeMap::new();
        let form = Form { indicators, rules, previous: &previous, history };
        let problems = check(&form, cells);
        problems.into_iter().map(|problem| (problem.cell.to_string(), problem.rule)).collect()
    }

    fn one(address: &str, rule: &str) -> Vec<(String, String)> {
        vec![(address.to_owned(), rule.to_owned())]
    }

    #[test]
    fn a_required_total_may_say_anything_but_nothing() {
        let required = Indicator { is_required: true, ..broken_down("A") };
        let optional = broken_down("A");
        let said = [
            number(0),
            number(5),
            Entry { state: ValueState::ZeroConfirmed, ..number(0) },
            without(ValueState::NotApplicable, Some("사유")),
            without(ValueState::Missing, Some("사유")),
        ];
        for entry in said {
            assert_eq!(told(std::slice::from_ref(&required), &cells([("A", entry)])), []);
        }
        assert_eq!(told(std::slice::from_ref(&required), &Cells::new()), one("A", "REQUIRED"));
        assert_eq!(told(&[optional], &Cells::new()), []);
        // A part is no total.
        let part = cells([("A/KR-11//", number(0))]);
        let found = told(&[required], &part);
        assert!(found.contains(&("A".to_owned(), "REQUIRED".to_owned())), "{found:?}");
    }

    #[test]
    fn a_value_is_broken_down_only_as_its_indicator_says() {
        for (region, size, industry) in [
            (false, false, false),
            (true, false, false),
            (false, true, false),
            (false, false, true),
            (true, true, true),
        ] {
            let indicator = Indicator {
                by_region: region,
                by_size: size,
                by_industry: industry,
                aggregation: Aggregation::None,
                ..broken_down("A")
            };
            for (address, fits) in [
                ("A", true),
                ("A/KR-11//", region),
                ("A//SMALL/", size),
                ("A///C", industry),
                ("A///10", industry),
                ("A/KR-11/SMALL/", region && size),
                ("A/KR-11/SMALL/C", region && size && industry),
            ] {
                let expected = if fits { Vec::new() } else { one(address, "BREAKDOWN") };
                let found = told(std::slice::from_ref(&indicator), &cells([(address, number(1))]));
                assert_eq!(found, expected, "{address} {region} {size} {industry}");
            }
        }
    }

    #[test]
    fn what_has_no_value_has_a_reason() {
        let of = [indicator("A", ValueType::Integer)];
        for state in [ValueState::NotApplicable, ValueState::Missing] {
            assert_eq!(told(&of, &cells([("A", without(state, None))])), one("A", "REASON"));
            assert_eq!(told(&of, &cells([("A", without(state, Some("사유")))])), []);
        }
        assert_eq!(told(&of, &cells([("A", number(1))])), []);
    }

    #[test]
    fn a_percentage_is_not_below_zero() {
        let table = [
            (ValueType::Percent, -1, true),
            (ValueType::Percent, 0, false),
            (ValueType::Percent, 1, false),
            // A rate of growth may pass 100 %.
            (ValueType::Percent, 5000, false),
            (ValueType::Decimal, -1, false),
            (ValueType::Integer, -1, false),
            (ValueType::Krw, -1, false),
        ];
        for (value_type, scaled, is_wrong) in table {
            let expected = if is_wrong { one("A", "RANGE") } else { Vec::new() };
            let found = told(&[indicator("A", value_type)], &cells([("A", number(scaled))]));
            assert_eq!(found, expected, "{value_type:?} {scaled}");
        }
    }

    #[test]
    fn parts_add_up_pattern_by_pattern() {
        let missing = || without(ValueState::Missing, Some("사유"));
        let of = [broken_down("A")];
        let table = [
            (cells([("A", number(10)), ("A/KR-11//", number(4)), ("A/KR-26//", number(6))]), true),
            (cells([("A", number(10)), ("A/KR-11//", number(4)), ("A/KR-26//", number(5))]), false),
            (cells([("A", number(10)), ("A/KR-11//", number(4)), ("A/KR-26//", number(7))]), false),
            // What is missing may be anything that is not below zero.
            (cells([("A", number(10)), ("A/KR-11//", number(4)), ("A/KR-26//", missing())]), true),
            (cells([("A", number(10)), ("A/KR-11//", number(10)), ("A/KR-26//", missing())]), true),
            (
                cells([("A", number(10)), ("A/KR-11//", number(11)), ("A/KR-26//", missing())]),
                false,
            ),
            // Sections and divisions count the same twice, and so do regions and sizes.
            (cells([("A", number(10)), ("A///C", number(10)), ("A///10", number(10))]), true),
            (
                cells([("A", number(10)), ("A/KR-11//", number(10)), ("A//SMALL/", number(10))]),
                true,
            ),
            (
                cells([("A", number(10)), ("A/KR-11//", number(10)), ("A//SMALL/", number(9))]),
                false,
            ),
            // Parts without a total.
            (cells([("A/KR-11//", number(0))]), false),
            (cells([("A", missing()), ("A/KR-11//", number(1))]), false),
        ];
        for (at, (cells, fits)) in table.into_iter().enumerate() {
            let expected = if fits { Vec::new() } else { one("A", "SUM") };
            assert_eq!(told(&of, &cells), expected, "line {at}");
        }
        // Averages do not add up, and answers of yes and no neither.
        for other in [
            Indicator { aggregation: Aggregation::Average, ..broken_down("A") },
            Indicator { aggregation: Aggregation::None, ..broken_down("A") },
            Indicator { value_type: ValueType::Boolean, ..broken_down("A") },
        ] {
            let cells =
                cells([("A", number(1)), ("A/KR-11//", number(0)), ("A/KR-26//", number(0))]);
            assert_eq!(told(&[other], &cells), []);
        }
        // Beyond 64 bits there is no wrapping round.
        let most = cells([
            ("A", number(-2)),
            ("A/KR-11//", number(i64::MAX)),
            ("A/KR-26//", number(i64::MAX)),
        ]);
        assert_eq!(told(&of, &most), one("A", "SUM"));
    }

    #[test]
    fn an_outlier_is_far_by_both_measures() {
        let table: [(&[i64], i64, bool); 17] = [
            // Fewer than four quarters say nothing.
            (&[], 1_000, false),
            (&[100, 100, 100], 1_000, false),
            (&[100, 100, 100, 100], 1_000, true),
            // No spread: a fifth of the median is the measure.
            (&[100, 100, 100, 100], 120, false),
            (&[100, 100, 100, 100], 121, true),
            (&[100, 100, 100, 100], 80, false),
            (&[100, 100, 100, 100], 79, true),
            // Median 100, spread 10: five times that.
            (&[90, 90, 110, 110], 150, false),
            (&[90, 90, 110, 110], 151, true),
            (&[90, 90, 110, 110], 50, false),
            (&[90, 90, 110, 110], 49, true),
            // A middle of two that is a half: median 100.5, spread 0.5, a fifth 20.1.
            (&[100, 100, 101, 101], 120, false),
            (&[100, 100, 101, 101], 121, true),
            // Zeros: any other number is far.
            (&[0, 0, 0, 0], 0, false),
            (&[0, 0, 0, 0], 1, true),
            // Odd numbers of quarters, in any order; one stray quarter moves nothing.
            (&[9_999, 100, 100, 100, 100], 121, true),
            // The greatest numbers there are.
            (&[i64::MAX, i64::MAX, i64::MIN, i64::MIN], i64::MAX, false),
        ];
        for (history, now, is_far) in table {
            let known = BTreeMap::from([("A".to_owned(), history.to_vec())]);
            let found = told_with(
                &[indicator("A", ValueType::Krw)],
                &[],
                &known,
                &cells([("A", number(now))]),
            );
            let expected = if is_far { one("A", "OUTLIER") } else { Vec::new() };
            assert_eq!(found, expected, "{now} after {history:?}");
        }
        let known = BTreeMap::from([("A".to_owned(), vec![0; 8])]);
        for value_type in [ValueType::Boolean, ValueType::Text] {
            let found =
                told_with(&[indicator("A", value_type)], &[], &known, &cells([("A", number(1))]));
            assert_eq!(found, [], "{value_type:?}");
        }
        let form_of = [indicator("A", ValueType::Integer)];
        let previous = BTreeMap::new();
        let form = Form { indicators: &form_of, rules: &[], previous: &previous, history: &known };
        let commented = Entry { comment: Some("맞음".to_owned()), ..number(9) };
        let problems = check(&form, &cells([("A", commented)]));
        assert_eq!((problems[0].severity, problems[0].is_justified), (Severity::Warning, true));
        assert_eq!(problems[0].value.as_deref(), Some("9"));
    }

    #[test]
    fn an_entry_by_state_and_type() {
        use ValueState as S;
        use ValueType as T;
        let kept = |text: &str, scaled: i64| Some((Some(text.to_owned()), Some(scaled)));
        let nothing = Some((None, None));
        let table: [(T, Option<S>, Option<&str>, Option<(Option<String>, Option<i64>)>); 34] = [
            (T::Integer, None, None, None),
            (T::Integer, None, Some("  "), None),
            (T::Integer, None, Some("1,234"), kept("1234", 1234)),
            (T::Integer, Some(S::Value), Some("0"), kept("0", 0)),
            (T::Integer, Some(S::Value), None, None),
            (T::Integer, Some(S::Value), Some("1.5"), None),
            (T::Integer, Some(S::ZeroConfirmed), None, kept("0", 0)),
            (T::Integer, Some(S::ZeroConfirmed), Some("0"), kept("0", 0)),
            (T::Integer, Some(S::ZeroConfirmed), Some("1"), None),
            (T::Integer, Some(S::ZeroConfirmed), Some("없음"), None),
            (T::Integer, Some(S::NotApplicable), None, nothing.clone()),
            (T::Integer, Some(S::NotApplicable), Some("0"), None),
            (T::Integer, Some(S::Missing), None, nothing.clone()),
            (T::Integer, Some(S::Missing), Some("1"), None),
            (
                T::Krw,
                None,
                Some("9007199254740993"),
                kept("9007199254740993", 9_007_199_254_740_993),
            ),
            (T::Krw, None, Some("9223372036854775807"), kept("9223372036854775807", i64::MAX)),
            (T::Krw, None, Some("9223372036854775808"), None),
            (T::Krw, Some(S::ZeroConfirmed), None, kept("0", 0)),
            (T::Percent, None, Some("12.5%"), kept("12.5", 125)),
            (T::Percent, None, Some("12.55"), None),
            (T::Percent, Some(S::ZeroConfirmed), Some("0.0"), kept("0", 0)),
            (T::Percent, Some(S::Missing), None, nothing.clone()),
            (T::Boolean, None, Some("예"), kept("true", 1)),
            (T::Boolean, None, Some("아니요"), kept("false", 0)),
            (T::Boolean, None, Some("글쎄"), None),
            (T::Boolean, Some(S::ZeroConfirmed), None, None),
            (T::Boolean, Some(S::NotApplicable), None, nothing.clone()),
            (T::Text, None, Some("  말  "), Some((Some("말".to_owned()), None))),
            (T::Text, None, Some("두\n줄"), Some((Some("두\n줄".to_owned()), None))),
            (T::Text, None, Some("a\u{0}b"), None),
            (T::Text, Some(S::Value), None, None),
            (T::Text, Some(S::ZeroConfirmed), None, None),
            (T::Text, Some(S::Missing), None, nothing.clone()),
            (T::Text, Some(S::Missing), Some("말"), None),
        ];
        for (value_type, state, value, expected) in table {
            let made = entry(&indicator("A", value_type), state, value, None, None, None);
            let place = format!("{value_type:?} {state:?} {value:?}: {made:?}");
            assert_eq!(
                made.clone().ok().map(|entry| (entry.value, entry.scaled)),
                expected,
                "{place}"
            );
            if let (Ok(entry), Some(state)) = (&made, state) {
                assert_eq!(entry.state, state, "{place}");
            }
        }
    }

    #[test]
    fn notes_are_trimmed_and_bounded() {
        let of = indicator("A", ValueType::Integer);
        let note = |text: &str| entry(&of, None, Some("1"), None, Some(text.to_owned()), None);
        assert_eq!(note("  뜻 \n").unwrap().comment.as_deref(), Some("뜻"));
        assert_eq!(note(" \n ").unwrap().comment, None);
        assert_eq!(
            note(&"가".repeat(MAX_TEXT)).unwrap().comment.unwrap().chars().count(),
            MAX_TEXT
        );
        assert!(note(&"가".repeat(MAX_TEXT + 1)).is_err());
        assert!(note("울림\u{7}").is_err());
        let long = "가".repeat(MAX_TEXT + 1);
        assert!(
            entry(&indicator("A", ValueType::Text), None, Some(&long), None, None, None).is_err()
        );
    }

    #[test]
    fn the_hash_is_of_the_documented_lines() {
        assert_eq!(
            content_hash(&Cells::new()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        // Computed by another program over these lines:
        // ["COUNT","VALUE","1200",null,"확인 \"끝\"",null]
        // ["COUNT/KR-11/SMALL/C","ZERO_CONFIRMED","0",null,null,"a/b\\c"]
        // ["RATE","MISSING",null,"집계 전\n다음 분기",null,null]
        let all = cells([
            ("RATE", without(ValueState::Missing, Some("집계 전\n다음 분기"))),
            (
                "COUNT/KR-11/SMALL/C",
                Entry {
                    state: ValueState::ZeroConfirmed,
                    evidence: Some("a/b\\c".to_owned()),
                    ..number(0)
                },
            ),
            ("COUNT", Entry { comment: Some("확인 \"끝\"".to_owned()), ..number(1200) }),
        ]);
        assert_eq!(
            content_hash(&all),
            "2a8dfa6f681c54cbfb0654bd3c0c41b7d7630b6b1c0b06530f8a8b3dc88c3b4f"
        );
    }

    #[test]
    fn the_hash_tells_every_change() {
        let part = Cell { size: Some(BusinessSize::Small), ..Cell::total("A") };
        let base: Cells = [(Cell::total("A"), number(1)), (part, number(1))].into_iter().collect();
        let with = |change: fn(&mut Entry)| {
            let mut changed = base.clone();
            change(changed.get_mut(&Cell::total("A")).unwrap());
            changed
        };
        let mut moved = base.clone();
        let entry = moved.remove(&Cell::total("A")).unwrap();
        moved.insert(Cell::total("B"), entry);
        let mut fewer = base.clone();
        fewer.remove(&Cell::total("A"));
        let all = [
            base.clone(),
            with(|entry| entry.value = Some("2".to_owned())),
            with(|entry| entry.value = None),
            with(|entry| entry.state = ValueState::ZeroConfirmed),
            with(|entry| entry.reason = Some("말".to_owned())),
            with(|entry| entry.comment = Some("말".to_owned())),
            with(|entry| entry.evidence = Some("말".to_owned())),
            with(|entry| entry.comment = Some(String::new())),
            moved,
            fewer,
        ];
        let hashes: std::collections::BTreeSet<String> = all.iter().map(content_hash).collect();
        assert_eq!(hashes.len(), all.len());
        // How a number is counted inside says nothing.
        assert_eq!(content_hash(&with(|entry| entry.scaled = None)), content_hash(&base));
    }

    #[test]
    fn the_nearest_code_is_near() {
        let codes = ["COMPANIES", "BUDGET", "KR-11", "KR-26", "C"];
        for (written, expected) in [
            ("COMPANIES", Some("COMPANIES")),
            ("companies", Some("COMPANIES")),
            (" COMPANES ", Some("COMPANIES")),
            // Two letters changed places: one mistake.
            ("BUGDET", Some("BUDGET")),
            ("BUDG", Some("BUDGET")),
            ("BUD", None),
            ("KR-1", Some("KR-11")),
            ("KR-12", Some("KR-11")),
            ("기업", None),
            ("", None),
            ("XXXXXXXXX", None),
        ] {
            assert_eq!(nearest(written, codes.into_iter()), expected, "{written:?}");
        }
        assert_eq!(nearest("A", std::iter::empty()), None);
        assert_eq!(nearest(&"COMPANIES".repeat(10_000), codes.into_iter()), None);
    }

    #[test]
    fn of_too_many_problems_the_errors_are_kept() {
        // 1,200 warnings stand before 5 errors in the order of their cells.
        let mut indicators: Vec<Indicator> =
            (0..1200).map(|at| indicator(&format!("A{at:04}"), ValueType::Integer)).collect();
        let history: BTreeMap<String, Vec<i64>> =
            indicators.iter().map(|of| (of.code.clone(), vec![0; 4])).collect();
        let mut all: Cells =
            indicators.iter().map(|of| (Cell::total(&of.code), number(9))).collect();
        for at in 0..5 {
            let code = format!("Z{at}");
            all.insert(Cell::total(&code), without(ValueState::Missing, None));
            indicators.push(indicator(&code, ValueType::Integer));
        }
        let previous = BTreeMap::new();
        let form =
            Form { indicators: &indicators, rules: &[], previous: &previous, history: &history };
        let problems = check(&form, &all);
        assert_eq!(problems.len(), MAX_PROBLEMS);
        let errors: Vec<String> = problems
            .iter()
            .filter(|problem| problem.severity == Severity::Error)
            .map(|problem| problem.cell.to_string())
            .collect();
        assert_eq!(errors, ["Z0", "Z1", "Z2", "Z3", "Z4"]);
        assert!(problems.is_sorted_by_key(|problem| (problem.cell.clone(), problem.rule.clone())));
    }

    #[test]
    fn rules_see_totals_in_their_own_decimals() {
        let rule = |expression: &str, severity| {
            let message = Text::new("확인", "check");
            Rule::compile(
                "R",
                expression,
                "A",
                severity,
                MissingStrategy::SkipIfAny,
                message,
                &["A", "P"],
            )
            .unwrap()
        };
        let of = [indicator("A", ValueType::Integer), indicator("P", ValueType::Percent)];
        let none = BTreeMap::new();
        // 12.5 % is kept as 125 tenths.
        for (expression, percent, is_broken) in [
            ("P <= 12.5", 125, false),
            ("P <= 12.5", 126, true),
            ("P < A", 20, true),
            ("P < A", 19, false),
        ] {
            let rules = [rule(expression, Severity::Error)];
            let found =
                told_with(&of, &rules, &none, &cells([("A", number(2)), ("P", number(percent))]));
            let expected = if is_broken { one("A", "R") } else { Vec::new() };
            assert_eq!(found, expected, "{expression} {percent}");
        }
        // What cannot be computed is a warning, never silence and never a block.
        let rules = [rule("A / (P - 0.5) > 1", Severity::Error)];
        let previous = BTreeMap::new();
        let form = Form { indicators: &of, rules: &rules, previous: &previous, history: &none };
        let problems = check(&form, &cells([("A", number(2)), ("P", number(5))]));
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].severity, Severity::Warning);
    }

    proptest! {
        #[test]
        fn parts_fit_exactly_if_they_add_up(
            parts in prop::collection::btree_map(0_u8..17, any::<i64>(), 1..17), off in -2_i64..=2
        ) {
            let sum: i128 = parts.values().map(|part| i128::from(*part)).sum();
            let of = [broken_down("A")];
            let mut all: Cells = parts
                .iter()
                .map(|(region, part)| (cell(&format!("A/KR-{region}//")), number(*part)))
                .collect();
            let total = i64::try_from(sum).ok().and_then(|sum| sum.checked_add(off));
            let Some(total) = total else {
                // No total there is can be right.
                all.insert(Cell::total("A"), number(i64::MAX));
                prop_assert_eq!(told(&of, &all), one("A", "SUM"));
                return Ok(());
            };
            all.insert(Cell::total("A"), number(total));
            let expected = if off == 0 { Vec::new() } else { one("A", "SUM") };
            prop_assert_eq!(told(&of, &all), expected);
        }

        #[test]
        fn what_is_kept_is_read_as_the_same_again(
            value in any::<i64>(), at in 0_usize..3, is_grouped in any::<bool>()
        ) {
            let value_type = [ValueType::Integer, ValueType::Krw, ValueType::Percent][at];
            let of = indicator("A", value_type);
            let text = if is_grouped { format!(" {value} ") } else { value.to_string() };
            if let Ok(first) = entry(&of, None, Some(&text), None, None, None) {
                let again = entry(&of, Some(first.state), first.value.as_deref(), None, None, None);
                prop_assert_eq!(again.ok(), Some(first));
            }
        }

        #[test]
        fn a_check_never_fails_and_is_in_order(
            all in prop::collection::btree_map("[AB](/KR-1[1-3]//)?", any::<i64>(), 0..12),
            history in prop::collection::vec(any::<i64>(), 0..9)
        ) {
            let of = [broken_down("A"), Indicator { is_required: true, ..indicator("B", ValueType::Percent) }];
            let all: Cells = all.into_iter().map(|(address, value)| (cell(&address), number(value))).collect();
            let previous = BTreeMap::from([("A".to_owned(), i64::MIN)]);
            let history = BTreeMap::from([("A".to_owned(), history.clone()), ("B".to_owned(), history)]);
            let form = Form { indicators: &of, rules: &[], previous: &previous, history: &history };
            let problems = check(&form, &all);
            prop_assert!(problems.is_sorted_by(|one, other| (&one.cell, &one.rule) <= (&other.cell, &other.rule)));
        }
    }
}
