//! Numbers as text: what a spreadsheet's number holds exactly, and what a person types for one.

use super::unit::{self, Beside};
use super::{Indicator, Kind, Text};
use crate::domain::fold;
pub(super) use crate::domain::form::yes_no;

/// What is asked in a cell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    /// Kind of the value.
    pub(super) kind: Kind,
    /// Decimal places that are taken.
    pub(super) decimals: u32,
    /// Unit in which it is asked.
    pub(super) unit: &'a str,
}

impl Asked<'_> {
    /// A text.
    pub(super) const TEXT: Asked<'static> = Asked { kind: Kind::Text, decimals: 0, unit: "" };
}

impl<'a> From<&'a Indicator> for Asked<'a> {
    fn from(it: &'a Indicator) -> Self {
        Self { kind: it.kind, decimals: it.decimals, unit: &it.unit }
    }
}

/// Digits that a spreadsheet keeps of a number.
const DIGITS: usize = 15;
/// From here on a whole number has more digits than that.
const TOO_LONG: f64 = 1e15;

/// Whether values of this kind are numbers.
pub(super) fn is_number(kind: Kind) -> bool {
    match kind {
        Kind::Integer | Kind::Decimal | Kind::Krw | Kind::Percent => true,
        Kind::Boolean | Kind::Text => false,
    }
}

/// The number to write for a text, if a spreadsheet keeps it exactly; a number comes back as its
/// shortest text, so trailing zeros of a fraction are all that is lost.
pub(super) fn exact(text: &str) -> Option<f64> {
    if !is_plain(text) {
        return None;
    }
    let shortest =
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
    let digits = shortest.bytes().filter(u8::is_ascii_digit).count();
    let leading = shortest.bytes().take_while(|byte| matches!(byte, b'-' | b'0' | b'.'));
    let leading = leading.filter(|byte| *byte == b'0').count();
    let number: f64 = text.parse().ok()?;
    (digits.saturating_sub(leading) <= DIGITS && self::text(number) == shortest).then_some(number)
}

/// Whether a text is a decimal number without grouping and exponent: `-0.5`, `12`.
pub(super) fn is_plain(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    is_digits(whole) && fraction.is_none_or(is_digits)
}

/// A spreadsheet's number as it shows it: fifteen digits at most, no exponent. What binary fractions add behind
/// them no spreadsheet shows.
pub(super) fn text(number: f64) -> String {
    if number == 0.0 || !number.is_finite() {
        return "0".into();
    }
    let shown = format!("{number:.*e}", DIGITS - 1);
    let (mantissa, exponent) = shown.split_once('e').unwrap_or((&shown, "0"));
    // invariant: the standard library writes the exponent as a whole number.
    shifted(mantissa, exponent.parse().unwrap_or_default())
}

/// A plain number with its point moved to the right, or to the left.
pub(super) fn shifted(number: &str, places: i32) -> String {
    let (sign, unsigned) = match number.strip_prefix('-') {
        Some(unsigned) => ("-", unsigned),
        None => ("", number),
    };
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = format!("{whole}{fraction}");
    let point = i32::try_from(whole.len()).unwrap_or(i32::MAX).saturating_add(places);
    let length = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or_default());
    let (whole, fraction) = match usize::try_from(point) {
        Ok(at) if at <= digits.len() => (digits[..at].to_owned(), digits[at..].to_owned()),
        Ok(_) => (format!("{digits}{}", zeros(point - length)), String::new()),
        Err(_) => (String::new(), format!("{}{digits}", zeros(-point))),
    };
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');
    match (whole, fraction) {
        ("", "") => "0".into(),
        (whole, "") => format!("{sign}{whole}"),
        ("", fraction) => format!("{sign}0.{fraction}"),
        (whole, fraction) => format!("{sign}{whole}.{fraction}"),
    }
}

/// The power of ten of a plain number's first digit; of zero, none.
pub(super) fn magnitude(number: &str) -> i32 {
    let unsigned = number.trim_start_matches('-');
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let whole = whole.trim_start_matches('0');
    let zeros = fraction.bytes().take_while(|digit| *digit == b'0').count();
    match (whole.len(), fraction.len()) {
        (0, length) if zeros == length => 0,
        (0, _) => -i32::try_from(zeros).unwrap_or(i32::MAX - 1) - 1,
        (length, _) => i32::try_from(length).unwrap_or(i32::MAX) - 1,
    }
}

/// Decimal places of a plain number.
pub(super) fn places(number: &str) -> usize {
    number.split_once('.').map_or(0, |(_, fraction)| fraction.len())
}

/// A plain number to so many decimal places, halves away from zero as spreadsheets show them.
pub(super) fn rounded(number: &str, to: usize) -> String {
    if places(number) <= to {
        return number.to_owned();
    }
    let (sign, unsigned) = match number.strip_prefix('-') {
        Some(unsigned) => ("-", unsigned),
        None => ("", number),
    };
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let is_up = fraction.as_bytes().get(to).is_some_and(|digit| *digit >= b'5');
    let mut digits: Vec<u8> = [b"0", whole.as_bytes(), &fraction.as_bytes()[..to]].concat();
    if is_up {
        for digit in digits.iter_mut().rev() {
            if *digit < b'9' {
                *digit += 1;
                break;
            }
            *digit = b'0';
        }
    }
    let digits: String = digits.into_iter().map(char::from).collect();
    shifted(&format!("{sign}{digits}"), -i32::try_from(to).unwrap_or(i32::MAX))
}

/// Whether a number cell may have lost digits while it was typed.
pub(super) fn is_too_long(number: f64) -> bool {
    number.abs() >= TOO_LONG || number.is_nan()
}

/// Whether a text is a number with an exponent, as spreadsheets write long numbers into CSV.
pub(super) fn has_exponent(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        return false;
    };
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    is_plain(mantissa) && !exponent.is_empty() && exponent.bytes().all(|byte| byte.is_ascii_digit())
}

/// A typed value without what only dresses it: spaces around a number, grouping commas, the sign of a
/// percentage, the indicator's own unit, the sign of won, the brackets that accounts put around what is below
/// zero, the truth words of spreadsheets. Anything else is left as it is.
pub(super) fn tidy(asked: &Asked<'_>, typed: String) -> String {
    match asked.kind {
        Kind::Text => typed,
        Kind::Boolean => match &*fold::clean(&typed) {
            word if word.eq_ignore_ascii_case("TRUE") => yes_no(true).to_owned(),
            word if word.eq_ignore_ascii_case("FALSE") => yes_no(false).to_owned(),
            word => word.to_owned(),
        },
        Kind::Integer | Kind::Decimal | Kind::Krw | Kind::Percent => match Dressed::of(&typed) {
            Some(it) if unit::typed(&it.unit, asked) == Beside::Fits => it.number,
            _ => fold::visible(&typed),
        },
    }
}

/// A value as people write it, in the one form in which it is kept: for files and calls alike.
///
/// # Errors
/// What to put right: a number in another unit than is asked for.
pub fn typed(kind: Kind, decimals: u32, unit: &str, text: &str) -> Result<String, Text> {
    let asked = Asked { kind, decimals, unit };
    match Dressed::of(text).filter(|_| is_number(kind)) {
        Some(it) if unit::typed(&it.unit, &asked) == Beside::Other => {
            Err(unit::other(&it.unit, &asked))
        }
        _ => Ok(tidy(&asked, text.to_owned())),
    }
}

/// A number that a person typed, and the unit beside it.
struct Dressed {
    /// Plain.
    number: String,
    /// As it was typed; empty if there is none.
    unit: String,
}

impl Dressed {
    /// Takes a text apart; none, if it is no number with a unit.
    fn of(typed: &str) -> Option<Self> {
        let text: String = fold::visible(typed).chars().map(narrow).collect();
        let is_digit = |letter: char| letter.is_ascii_digit();
        let (start, end) = (text.find(is_digit)?, text.rfind(is_digit)? + 1);
        // A point or comma before the first digit is no number's.
        let (before, digits, after) = (&text[..start], &text[start..end], text[end..].trim());
        let plain = if is_grouped(digits) { digits.replace(',', "") } else { digits.to_owned() };
        let (has_bracket, after) = match (before.contains('('), after.strip_suffix(')')) {
            (true, Some(inside)) => (true, inside.trim_end().to_owned()),
            // The unit may follow the bracket: `(1,200)원`.
            (true, None) => (true, after.strip_prefix(')')?.trim_start().to_owned()),
            (false, _) => (false, after.to_owned()),
        };
        let is_negative = before.contains('-');
        let money: String =
            before.chars().filter(|it| !matches!(it, '(' | '-') && !it.is_whitespace()).collect();
        let is_money = money.is_empty() || matches!(&*money, "\u{20A9}" | "\\");
        if !is_money || !is_plain(&plain) || has_bracket && is_negative {
            return None;
        }
        let sign = if is_negative || has_bracket { "-" } else { "" };
        Some(Self { number: format!("{sign}{plain}"), unit: format!("{money}{after}") })
    }
}

/// A letter of a number in the width of ASCII.
fn narrow(letter: char) -> char {
    match letter {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(letter) - 0xFEE0).unwrap_or(letter),
        '\u{2212}' => '-',
        '\u{FFE6}' => '\u{20A9}',
        '\u{3000}' | '\u{A0}' => ' ',
        other => other,
    }
}

/// Whether commas stand after every third digit: `-1,234,567.8`.
fn is_grouped(text: &str) -> bool {
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let mut rest = groups.peekable();
    rest.peek().is_some()
        && (1..=3).contains(&first.len())
        && rest.all(|group| group.len() == 3)
        && is_plain(&text.replacen(',', "", usize::MAX))
        && !text.split_once('.').is_some_and(|(_, fraction)| fraction.contains(','))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_fifteen_digits_hold_is_a_number() {
        for (text, shortest) in [
            ("0", "0"),
            ("-5", "-5"),
            ("0.1", "0.1"),
            ("1.50", "1.5"),
            ("999999999999999", "999999999999999"),
            ("0.000000123456789012345", "0.000000123456789012345"),
            ("-12.340", "-12.34"),
        ] {
            assert_eq!(exact(text).map(super::text).as_deref(), Some(shortest), "{text}");
        }
        for text in [
            "",
            "-",
            "007",
            "+5",
            ".5",
            "5.",
            "1e3",
            "-0",
            "1000000000000000",
            "9007199254740993",
            "0.1234567890123456",
            "inf",
            "NaN",
            "１２",
            "1,234",
        ] {
            assert_eq!(exact(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_are_written_without_exponent() {
        for (number, written) in [
            (1e14, "100000000000000"),
            (1e-7, "0.0000001"),
            (-0.0, "0"),
            (0.1 + 0.2, "0.3"),
            (91.299_999_999_999_98, "91.3"),
            (0.07 * 100.0, "7"),
            (1.1 * 1.1, "1.21"),
            (-1234.56, "-1234.56"),
            (123_456_789_012_345.0, "123456789012345"),
            (1e15, "1000000000000000"),
        ] {
            assert_eq!(text(number), written);
        }
        assert!(is_too_long(1e15) && is_too_long(-9.1e15) && !is_too_long(999_999_999_999_999.0));
    }

    #[test]
    fn the_point_moves_and_halves_are_rounded_away_from_zero() {
        for (number, places, moved) in [
            ("0.9", 2, "90"),
            ("-0.0715", 2, "-7.15"),
            ("12", -3, "0.012"),
            ("0", 4, "0"),
            ("5", 3, "5000"),
        ] {
            assert_eq!(shifted(number, places), moved);
        }
        for (number, to, round) in [
            ("91.25", 1, "91.3"),
            ("-91.25", 1, "-91.3"),
            ("99.96", 1, "100"),
            ("0.04", 1, "0"),
            ("-0.04", 1, "0"),
            ("12.5", 0, "13"),
            ("12.5", 3, "12.5"),
        ] {
            assert_eq!(rounded(number, to), round, "{number}");
        }
    }

    #[test]
    fn dress_is_taken_off_numbers_only() {
        for (kind, unit, typed, left) in [
            (Kind::Krw, "원", " 1,234,567 ", "1234567"),
            (Kind::Krw, "원", "1,234,567원", "1234567"),
            (Kind::Krw, "원", "₩1,234", "1234"),
            (Kind::Krw, "원", "￦ 1,234 ", "1234"),
            (Kind::Krw, "원", "-₩ 1,234", "-1234"),
            (Kind::Krw, "원", "\\1,234", "1234"),
            (Kind::Krw, "원", "1,234천원", "1,234천원"),
            (Kind::Krw, "천원", "₩1,234", "₩1,234"),
            (Kind::Krw, "천원", "₩1,234천원", "1234"),
            (Kind::Krw, "천원", "1,234천", "1234"),
            (Kind::Krw, "천 원", "1,234 천원", "1234"),
            (Kind::Krw, "원", "(1,200)원", "-1200"),
            (Kind::Krw, "백만원", "₩1,234", "₩1,234"),
            (Kind::Integer, "명", "12천명", "12천명"),
            (Kind::Integer, "천명", "12천명", "12"),
            (Kind::Integer, "천명", "12명", "12명"),
            (Kind::Krw, "천원", "1,234천원", "1234"),
            (Kind::Krw, "천원", "1,234원", "1,234원"),
            (Kind::Krw, "원", "3억원", "3억원"),
            (Kind::Krw, "원", "(1,200)", "-1200"),
            (Kind::Krw, "원", "(₩1,200)", "-1200"),
            (Kind::Krw, "원", "(-5)", "(-5)"),
            (Kind::Krw, "원", "△1,200", "△1,200"),
            (Kind::Integer, "명", "12 명", "12"),
            (Kind::Integer, "명", "１２명", "12"),
            (Kind::Integer, "명", "12건", "12건"),
            (Kind::Integer, "명", "₩12", "₩12"),
            (Kind::Decimal, "시간", "-1,234.5", "-1234.5"),
            (Kind::Krw, "원", "1,23", "1,23"),
            (Kind::Krw, "원", "1234,567", "1234,567"),
            (Kind::Decimal, "", "1.234,567", "1.234,567"),
            (Kind::Percent, "%", "12.5 %", "12.5"),
            (Kind::Percent, "", "９０％", "90"),
            (Kind::Percent, "%p", "3.2%p", "3.2"),
            (Kind::Percent, "%", "90%%", "90%%"),
            (Kind::Krw, "원", "12%", "12%"),
            (Kind::Integer, "개", "약 10", "약 10"),
            (Kind::Boolean, "", "true", "예"),
            (Kind::Boolean, "", " 아니요 ", "아니요"),
            (Kind::Text, "원", " 1,234 ", " 1,234 "),
        ] {
            let asked = Asked { kind, decimals: 1, unit };
            assert_eq!(tidy(&asked, typed.to_owned()), left, "{kind:?} {typed}");
        }
        assert!(has_exponent("1.23457E+17") && has_exponent("-1e5"));
        assert!(
            !has_exponent("E5") && !has_exponent("1E") && !has_exponent("12") && !has_exponent("E")
        );
    }
}
