//! Exact numbers of results: a whole number scaled by a power of ten, so that won beyond 2^53 and tenths of a
//! percent are what was typed.
//!
//! A number is read as people and spreadsheets write it, and kept in one form: no separators, no leading `+`,
//! no zeros at the end of a fraction. To read another kind of value: an arm in [`parse`].

use super::fold;
use entity::indicator::ValueType;

pub use super::text::Text;

/// Longest text that is looked at, in characters.
pub const MAX_NUMBER: usize = 100;
/// Longest run of digits of an exponent.
const MAX_EXPONENT: usize = 3;
/// Digits of the greatest number there is room for, 9,223,372,036,854,775,807.
const MAX_DIGITS: usize = 19;

/// A value, as a number and as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scaled {
    /// The value times 10 to the power of its decimal places; 1 and 0 for yes and no.
    pub scaled: i64,
    /// The one form in which it is kept: `12.5`, `-3`, `0`, `true`.
    pub text: String,
}

/// Why a text is not a value of its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAValue {
    /// There is no text.
    Empty,
    /// The text is not a number.
    NotANumber,
    /// There are more decimal places than the indicator has.
    TooManyDecimals,
    /// There is no room for a number that great.
    OutOfRange,
    /// The text is neither yes nor no.
    NotABoolean,
    /// Texts are not read as numbers.
    Text,
}

impl NotAValue {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "EMPTY",
            Self::NotANumber => "NOT_A_NUMBER",
            Self::TooManyDecimals => "TOO_MANY_DECIMALS",
            Self::OutOfRange => "OUT_OF_RANGE",
            Self::NotABoolean => "NOT_A_BOOLEAN",
            Self::Text => "TEXT",
        }
    }

    /// What to put right.
    pub fn message(self) -> Text {
        let (ko, en) = match self {
            Self::Empty => ("값이 비어 있습니다.", "The value is empty."),
            Self::NotANumber => (
                "숫자로 읽을 수 없습니다. 1,234,567 또는 12.5처럼 숫자만 입력해 주세요.",
                "This cannot be read as a number. Enter digits only, like 1,234,567 or 12.5.",
            ),
            Self::TooManyDecimals => (
                "소수 자릿수가 지표가 정한 자릿수보다 많습니다.",
                "There are more decimal places than the indicator allows.",
            ),
            Self::OutOfRange => (
                "숫자가 다룰 수 있는 범위를 벗어났습니다.",
                "The number is beyond the range that can be kept.",
            ),
            Self::NotABoolean => {
                ("예 또는 아니요로 입력해 주세요.", "Enter yes or no (예, 아니요, true, false).")
            }
            Self::Text => ("글은 숫자로 읽지 않습니다.", "A text is not read as a number."),
        };
        Text::new(ko, en)
    }
}

/// Decimal places in which values of the type are counted: whole units have none, whatever the indicator says.
pub const fn places(value_type: ValueType, decimals: u32) -> u32 {
    match value_type {
        ValueType::Decimal | ValueType::Percent => decimals,
        ValueType::Integer | ValueType::Krw | ValueType::Boolean | ValueType::Text => 0,
    }
}

/// Reads a value as people type it and as spreadsheets write it, exactly or not at all.
///
/// `decimals` counts for DECIMAL and PERCENT; see [`places`].
///
/// # Errors
/// Why the text is not a value of the type.
pub fn parse(text: &str, value_type: ValueType, decimals: u32) -> Result<Scaled, NotAValue> {
    let text: String = text.trim().chars().take(MAX_NUMBER + 1).map(narrow).collect();
    if text.is_empty() {
        return Err(NotAValue::Empty);
    }
    let places = places(value_type, decimals);
    match value_type {
        ValueType::Text => Err(NotAValue::Text),
        ValueType::Boolean => boolean(&text),
        ValueType::Integer | ValueType::Krw | ValueType::Decimal => number(&text, places),
        ValueType::Percent => number(text.strip_suffix('%').unwrap_or(&text).trim_end(), places),
    }
}

/// A character in the width in which it is compared: the full-width forms of Korean input are ASCII.
fn narrow(character: char) -> char {
    match character {
        '\u{FF01}'..='\u{FF5E}' => {
            char::from_u32(u32::from(character) - 0xFEE0).unwrap_or(character)
        }
        '\u{2212}' => '-',
        other => other,
    }
}

fn boolean(text: &str) -> Result<Scaled, NotAValue> {
    let yes = match fold::clean(text).to_lowercase().as_str() {
        "예" | "네" | "true" | "y" | "yes" | "1" => true,
        "아니요" | "아니오" | "false" | "n" | "no" | "0" => false,
        _ => return Err(NotAValue::NotABoolean),
    };
    Ok(Scaled { scaled: i64::from(yes), text: yes.to_string() })
}

/// A number's parts: sign, digits of the whole part, digits of the fraction, exponent.
struct Parts<'a> {
    is_negative: bool,
    whole: String,
    fraction: &'a str,
    exponent: i64,
}

fn number(text: &str, places: u32) -> Result<Scaled, NotAValue> {
    if text.chars().count() > MAX_NUMBER {
        return Err(NotAValue::NotANumber);
    }
    let parts = parts(text).ok_or(NotAValue::NotANumber)?;
    let scaled = scale(&parts, places)?;
    Ok(Scaled { scaled, text: show(scaled, places) })
}

fn parts(text: &str) -> Option<Parts<'_>> {
    let (is_negative, text) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, self::exponent(exponent)?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() || !are_digits(fraction) {
        return None;
    }
    Some(Parts { is_negative, whole: ungroup(whole)?, fraction, exponent })
}

fn are_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || digits.len() > MAX_EXPONENT || !are_digits(digits) {
        return None;
    }
    text.parse().ok()
}

/// The digits without separators, if each stands where thousands are parted.
fn ungroup(whole: &str) -> Option<String> {
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let mut digits = first.to_owned();
    for group in groups {
        if group.len() != 3 || !(1..=3).contains(&first.len()) {
            return None;
        }
        digits.push_str(group);
    }
    are_digits(&digits).then_some(digits)
}

/// The number in units of its last decimal place, if that is exact and there is room for it.
fn scale(parts: &Parts<'_>, places: u32) -> Result<i64, NotAValue> {
    let all = format!("{}{}", parts.whole, parts.fraction);
    let digits = all.trim_start_matches('0');
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        return Ok(0);
    }
    let count = |text: &str| i64::try_from(text.len()).unwrap_or(i64::MAX);
    let zeros = count(digits) - count(significant);
    let shift = i64::from(places) + parts.exponent - count(parts.fraction) + zeros;
    let shift = usize::try_from(shift).map_err(|_| NotAValue::TooManyDecimals)?;
    if significant.len() + shift > MAX_DIGITS {
        return Err(NotAValue::OutOfRange);
    }
    let sign = if parts.is_negative { "-" } else { "" };
    format!("{sign}{significant}{}", "0".repeat(shift)).parse().map_err(|_| NotAValue::OutOfRange)
}

/// The one form in which a scaled number is written: no separators, no zeros at the end of a fraction.
pub fn show(scaled: impl Into<i128>, decimals: u32) -> String {
    let scaled = scaled.into();
    let places = usize::try_from(decimals).unwrap_or_default();
    let digits = format!("{:0>width$}", scaled.unsigned_abs(), width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let fraction = fraction.trim_end_matches('0');
    let sign = if scaled < 0 { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}

/// The sum; none if there is no room for it.
pub fn sum(mut values: impl Iterator<Item = i64>) -> Option<i64> {
    let sum = values.try_fold(0_i128, |sum, value| sum.checked_add(i128::from(value)))?;
    i64::try_from(sum).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_read_as_people_type_them() {
        use NotAValue as N;
        use ValueType as V;
        type Row = (&'static str, V, u32, Result<(i64, &'static str), N>);
        let table: [Row; 60] = [
            ("0", V::Integer, 0, Ok((0, "0"))),
            ("-0", V::Integer, 0, Ok((0, "0"))),
            ("007", V::Integer, 0, Ok((7, "7"))),
            (" 1,234,567 ", V::Integer, 0, Ok((1_234_567, "1234567"))),
            ("\u{3000}１，２３４\u{3000}", V::Integer, 0, Ok((1234, "1234"))),
            ("－１２．５％", V::Percent, 1, Ok((-125, "-12.5"))),
            ("−3", V::Integer, 0, Ok((-3, "-3"))),
            ("+42", V::Integer, 0, Ok((42, "42"))),
            ("1234,567", V::Integer, 0, Err(N::NotANumber)),
            ("1,23", V::Integer, 0, Err(N::NotANumber)),
            ("1,2345", V::Integer, 0, Err(N::NotANumber)),
            (",123", V::Integer, 0, Err(N::NotANumber)),
            ("1,,234", V::Integer, 0, Err(N::NotANumber)),
            ("1,234,", V::Integer, 0, Err(N::NotANumber)),
            ("1.2,345", V::Decimal, 4, Err(N::NotANumber)),
            ("1 234", V::Integer, 0, Err(N::NotANumber)),
            ("--1", V::Integer, 0, Err(N::NotANumber)),
            ("+-1", V::Integer, 0, Err(N::NotANumber)),
            ("- 1", V::Integer, 0, Err(N::NotANumber)),
            ("1-", V::Integer, 0, Err(N::NotANumber)),
            ("", V::Integer, 0, Err(N::Empty)),
            ("  ", V::Boolean, 0, Err(N::Empty)),
            ("-", V::Integer, 0, Err(N::NotANumber)),
            (".", V::Decimal, 2, Err(N::NotANumber)),
            (".5", V::Decimal, 2, Ok((50, "0.5"))),
            ("5.", V::Decimal, 2, Ok((500, "5"))),
            ("1.5", V::Integer, 0, Err(N::TooManyDecimals)),
            ("1.0", V::Integer, 0, Ok((1, "1"))),
            ("1.5", V::Krw, 2, Err(N::TooManyDecimals)),
            ("2.00", V::Krw, 2, Ok((2, "2"))),
            ("12.50", V::Decimal, 1, Ok((125, "12.5"))),
            ("12.55", V::Decimal, 1, Err(N::TooManyDecimals)),
            ("-0.05", V::Decimal, 2, Ok((-5, "-0.05"))),
            ("1.5E+3", V::Krw, 0, Ok((1500, "1500"))),
            ("1.5e3", V::Krw, 0, Ok((1500, "1500"))),
            ("1.23456E+3", V::Krw, 0, Err(N::TooManyDecimals)),
            ("1E-2", V::Decimal, 2, Ok((1, "0.01"))),
            ("1E-3", V::Decimal, 2, Err(N::TooManyDecimals)),
            ("100E-2", V::Integer, 0, Ok((1, "1"))),
            ("0E999", V::Integer, 0, Ok((0, "0"))),
            ("1E999", V::Integer, 0, Err(N::OutOfRange)),
            ("1E1000", V::Integer, 0, Err(N::NotANumber)),
            ("1E", V::Integer, 0, Err(N::NotANumber)),
            ("E5", V::Integer, 0, Err(N::NotANumber)),
            ("1E5E5", V::Integer, 0, Err(N::NotANumber)),
            ("1E+-5", V::Integer, 0, Err(N::NotANumber)),
            ("9007199254740993", V::Krw, 0, Ok((9_007_199_254_740_993, "9007199254740993"))),
            ("9223372036854775807", V::Krw, 0, Ok((i64::MAX, "9223372036854775807"))),
            ("9223372036854775808", V::Krw, 0, Err(N::OutOfRange)),
            ("-9223372036854775808", V::Krw, 0, Ok((i64::MIN, "-9223372036854775808"))),
            ("922337203685477580.8", V::Decimal, 1, Err(N::OutOfRange)),
            ("99.5 %", V::Percent, 1, Ok((995, "99.5"))),
            ("99.5%%", V::Percent, 1, Err(N::NotANumber)),
            ("99%", V::Integer, 0, Err(N::NotANumber)),
            ("%", V::Percent, 0, Err(N::NotANumber)),
            ("NaN", V::Decimal, 2, Err(N::NotANumber)),
            ("inf", V::Decimal, 2, Err(N::NotANumber)),
            ("0x10", V::Integer, 0, Err(N::NotANumber)),
            ("1원", V::Krw, 0, Err(N::NotANumber)),
            ("글", V::Text, 0, Err(N::Text)),
        ];
        for (text, value_type, decimals, expected) in table {
            let seen = parse(text, value_type, decimals);
            let expected = expected.map(|(scaled, text)| Scaled { scaled, text: text.to_owned() });
            assert_eq!(seen, expected, "{text} {value_type:?} {decimals}");
        }
        let long = "0".repeat(MAX_NUMBER + 1);
        assert_eq!(parse(&long, ValueType::Integer, 0), Err(NotAValue::NotANumber));
    }

    #[test]
    fn yes_and_no_have_many_names() {
        let read = |text| parse(text, ValueType::Boolean, 0);
        for text in
            ["예", "\u{110B}\u{1168}", " 네 ", "true", "TRUE", "True", "y", "Y", "Ｙ", "yes", "1"]
        {
            let yes = Scaled { scaled: 1, text: "true".to_owned() };
            assert_eq!(read(text), Ok(yes), "{text}");
        }
        for text in ["아니요", "아니오", "false", "FALSE", "n", "N", "no", "0", "０"] {
            let no = Scaled { scaled: 0, text: "false".to_owned() };
            assert_eq!(read(text), Ok(no), "{text}");
        }
        for text in ["2", "maybe", "참", "1.0", "-"] {
            assert_eq!(read(text), Err(NotAValue::NotABoolean), "{text}");
        }
    }

    #[test]
    fn a_sum_has_room_or_is_none() {
        assert_eq!(sum([].into_iter()), Some(0));
        assert_eq!(sum([i64::MAX, 1, -1].into_iter()), Some(i64::MAX));
        assert_eq!(sum([i64::MAX, 1].into_iter()), None);
        assert_eq!(sum([i64::MIN, -1].into_iter()), None);
    }

    /// Digits with a comma before every third from the right.
    fn grouped(value: i64) -> String {
        let digits = value.unsigned_abs().to_string();
        let mut text = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        if value < 0 { format!("-{text}") } else { text }
    }

    proptest! {
        #[test]
        fn a_number_survives_its_text(scaled in any::<i64>(), decimals in 0_u32..=6) {
            let text = show(scaled, decimals);
            for value_type in [ValueType::Decimal, ValueType::Percent] {
                let read = parse(&text, value_type, decimals).unwrap();
                prop_assert_eq!(read.scaled, scaled);
                prop_assert_eq!(&read.text, &text);
            }
        }

        #[test]
        fn shown_text_is_the_number_by_another_road(scaled in any::<i64>(), decimals in 0_u32..=6) {
            let power = 10_i128.pow(decimals);
            let text = show(scaled, decimals);
            let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
            prop_assert!(!fraction.ends_with('0') && !text.ends_with('.'));
            let part: i128 = format!("{fraction:0<width$}0", width = decimals as usize).parse().unwrap();
            let whole: i128 = whole.trim_start_matches('-').parse().unwrap();
            prop_assert_eq!(whole * power + part / 10, i128::from(scaled).abs());
            prop_assert_eq!(text.starts_with('-'), scaled < 0);
        }

        #[test]
        fn won_are_exact_beyond_2_to_53(won in -9_007_199_254_740_993_i64..=i64::MAX, up in any::<bool>()) {
            let won = if up { won } else { won | (1 << 53) };
            for text in [won.to_string(), grouped(won), format!(" {} ", grouped(won))] {
                prop_assert_eq!(parse(&text, ValueType::Krw, 0).unwrap().scaled, won);
            }
        }

        #[test]
        fn garbage_never_panics(
            text in "\\PC{0,40}|[-+0-9.,eE%＋－．，０-９ ]{0,40}", decimals in 0_u32..=30
        ) {
            for value_type in [
                ValueType::Integer, ValueType::Decimal, ValueType::Krw, ValueType::Percent,
                ValueType::Boolean, ValueType::Text,
            ] {
                if let Ok(read) = parse(&text, value_type, decimals) {
                    let again = parse(&read.text, value_type, decimals);
                    prop_assert_eq!(again.as_ref(), Ok(&read));
                }
            }
        }
    }
}
