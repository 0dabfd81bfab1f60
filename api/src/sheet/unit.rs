//! Units beside a number: in a text (`1,234천원`, `₩1,000`) or in the format of its cell (`#,##0"천원"`). What is
//! in thousands of the unit that is asked for must never pass for a number in it, so the two are compared.

use super::format::Look;
use super::number::Asked;
use super::{Kind, Text};

/// Words that multiply the unit behind them, longer ones first, with their powers of ten.
const SCALES: [(&str, i32); 17] = [
    ("천억", 11),
    ("백억", 10),
    ("십억", 9),
    ("천만", 7),
    ("백만", 6),
    ("십만", 5),
    ("조", 12),
    ("억", 8),
    ("만", 4),
    ("천", 3),
    ("백", 2),
    ("십", 1),
    ("thousand", 3),
    ("million", 6),
    ("billion", 9),
    ("K", 3),
    ("M", 6),
];
/// What won is called.
const WON: &str = "원";
/// Signs and names of other money.
const FOREIGN: [&str; 12] =
    ["$", "US$", "USD", "달러", "€", "EUR", "유로", "¥", "JPY", "엔", "CNY", "위안"];
/// What stands around a unit without being of it.
const AROUND: [char; 12] = [' ', '\u{A0}', '-', '+', '(', ')', '△', '▲', '▽', '▼', ':', '\u{2212}'];

/// How what is written beside a number fits what is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Beside {
    /// It is that unit, or there is none.
    Fits,
    /// It is another scale of it, or other money.
    Other,
    /// Something that cannot be compared.
    Unknown,
}

/// A unit without spaces, with won under one name and behind what multiplies it.
fn plain(unit: &str) -> String {
    let mut plain: String = unit.chars().filter(|it| !it.is_whitespace()).collect();
    for won in ["\u{20A9}", "\u{FFE6}", "\\", "KRW", "krw"] {
        plain = plain.replace(won, WON);
    }
    match plain.strip_prefix(WON) {
        Some(rest) if !rest.is_empty() => format!("{}{WON}", rest.trim_end_matches(WON)),
        _ => plain,
    }
}

/// The power of ten that a unit begins with, and what it multiplies.
fn split(unit: &str) -> (i32, &str) {
    let found = SCALES.iter().find_map(|(word, power)| Some((*power, unit.strip_prefix(word)?)));
    found.unwrap_or((0, unit))
}

/// The power of ten and the unit that are asked for; amounts are asked for in won, whatever else is said.
fn wanted(asked: &Asked<'_>) -> (i32, String) {
    let unit = plain(asked.unit);
    let (power, base) = split(&unit);
    match asked.kind {
        Kind::Krw if base == WON || base.is_empty() => (power, WON.to_owned()),
        Kind::Krw => (0, WON.to_owned()),
        _ => (power, base.to_owned()),
    }
}

/// Of which power of ten of the unit that is asked for another one is; none if it is something else.
fn steps(unit: &str, asked: &Asked<'_>) -> Option<i32> {
    let unit = plain(unit);
    if unit == plain(asked.unit) || (asked.kind == Kind::Percent && unit == "%") {
        return Some(0);
    }
    let (power, base) = wanted(asked);
    if unit == base {
        return Some(-power);
    }
    let (scale, rest) = split(&unit);
    (scale > 0 && (rest.is_empty() || rest == base)).then_some(scale - power)
}

/// Whether a text is a sign or name of money.
fn is_money(text: &str) -> bool {
    plain(text) == WON || is_foreign(text)
}

fn is_foreign(text: &str) -> bool {
    FOREIGN.contains(&text.trim())
}

/// How a unit that a person typed beside a number fits.
pub(super) fn typed(unit: &str, asked: &Asked<'_>) -> Beside {
    match steps(unit, asked) {
        _ if unit.trim().is_empty() => Beside::Fits,
        Some(0) => Beside::Fits,
        Some(_) => Beside::Other,
        None => Beside::Unknown,
    }
}

/// How the unit that a cell's format shows fits, as many thousands as it is shown in counted in.
pub(super) fn shown(look: &Look, asked: &Asked<'_>) -> Beside {
    let thousands = 3 * i32::from(look.thousands);
    let Some(unit) = look.unit.as_deref() else {
        // Thousands of what is asked for in thousands are millions, or were meant as thousands.
        let is_twice = thousands > 0 && wanted(asked).0 > 0;
        return if is_twice { Beside::Other } else { Beside::Fits };
    };
    match steps(unit, asked) {
        Some(steps) if steps == thousands => Beside::Fits,
        Some(_) => Beside::Other,
        None if asked.kind == Kind::Krw && is_foreign(unit) => Beside::Other,
        None if thousands > 0 && wanted(asked).0 > 0 => Beside::Other,
        None => Beside::Unknown,
    }
}

/// The unit that the literal texts of a format show: what follows the digits, and money before them.
pub(super) fn of_format(before: &str, after: &str) -> Option<String> {
    let [before, after] = [before, after].map(|text| text.trim_matches(AROUND));
    let before = if is_money(before) { before } else { "" };
    let unit = format!("{before}{after}");
    (!unit.is_empty()).then_some(unit)
}

/// The unit that is asked for, as it is told.
fn named<'a>(asked: &Asked<'a>) -> &'a str {
    match asked.unit.trim() {
        "" if asked.kind == Kind::Krw => WON,
        unit => unit,
    }
}

/// The sentence about a number in another unit than is asked for.
pub(super) fn other(unit: &str, asked: &Asked<'_>) -> Text {
    let wanted = named(asked);
    Text::new(
        format!(
            "값에 적힌 단위({unit})가 지표의 단위({wanted})와 달라 받지 않았습니다. {wanted} 단위로 바꾼 숫자만 적어 주십시오."
        ),
        format!(
            "The value is written in {unit} and the indicator is in {wanted}. Convert it, and write the number alone."
        ),
    )
}

/// The sentence about a cell that shows its number in another unit than is asked for.
pub(super) fn other_shown(seen: &str, stored: &str, asked: &Asked<'_>) -> Text {
    let wanted = named(asked);
    Text::new(
        format!(
            "표시 형식 때문에 {seen}(으)로 보이는 칸인데(저장된 값 {stored}) 지표의 단위는 {wanted}이어서, 어느 값인지 알 수 없습니다. 표시 형식을 숫자로 바꾸고 {wanted} 단위의 값을 적어 주십시오."
        ),
        format!(
            "The cell's format shows {seen} (stored: {stored}), and the indicator is in {wanted}, so it is not known which is meant. Change the format to a number and enter the value in {wanted}."
        ),
    )
}

/// The sentence about a unit that cannot be compared with the one that is asked for.
pub(super) fn unknown_shown(unit: &str, taken: &str, asked: &Asked<'_>) -> Text {
    let wanted = named(asked);
    Text::new(
        format!(
            "표시 형식에 ‘{unit}’이(가) 보이는 칸인데 지표의 단위는 {wanted}입니다. 값 {taken}을(를) {wanted} 단위로 받았습니다."
        ),
        format!(
            "The cell's format shows '{unit}' and the indicator is in {wanted}; {taken} was taken in {wanted}."
        ),
    )
}
