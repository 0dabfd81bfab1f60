//! Numbers as text: what a spreadsheet's number holds exactly, and what a person types for one.

use super::Kind;

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

/// Shortest decimal text of a spreadsheet's number, without exponent.
pub(super) fn text(number: f64) -> String {
    if number == 0.0 { "0".into() } else { number.to_string() }
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

/// A typed value without what only dresses it: spaces around a number, grouping commas, the sign of
/// a percentage, the truth words of spreadsheets. Anything else is left as it is.
pub(super) fn tidy(kind: Kind, typed: String) -> String {
    match kind {
        Kind::Text => typed,
        Kind::Boolean => match typed.trim() {
            word if word.eq_ignore_ascii_case("TRUE") => yes_no(true).to_owned(),
            word if word.eq_ignore_ascii_case("FALSE") => yes_no(false).to_owned(),
            word => word.to_owned(),
        },
        Kind::Integer | Kind::Decimal | Kind::Krw | Kind::Percent => {
            let mut text = typed.trim();
            if kind == Kind::Percent
                && let Some(number) = text.strip_suffix('%')
                && is_plain(number.trim_end())
            {
                text = number.trim_end();
            }
            if is_grouped(text) { text.replace(',', "") } else { text.to_owned() }
        }
    }
}

/// The words of a truth value.
pub(super) fn yes_no(value: bool) -> &'static str {
    if value { "예" } else { "아니요" }
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
            (0.1 + 0.2, "0.30000000000000004"),
        ] {
            assert_eq!(text(number), written);
        }
        assert!(is_too_long(1e15) && is_too_long(-9.1e15) && !is_too_long(999_999_999_999_999.0));
    }

    #[test]
    fn dress_is_taken_off_numbers_only() {
        for (kind, typed, left) in [
            (Kind::Krw, " 1,234,567 ", "1234567"),
            (Kind::Decimal, "-1,234.5", "-1234.5"),
            (Kind::Krw, "1,23", "1,23"),
            (Kind::Krw, "1234,567", "1234,567"),
            (Kind::Decimal, "1.234,567", "1.234,567"),
            (Kind::Percent, "12.5 %", "12.5"),
            (Kind::Krw, "12%", "12%"),
            (Kind::Integer, "약 10", "약 10"),
            (Kind::Boolean, "true", "예"),
            (Kind::Boolean, " 아니요 ", "아니요"),
            (Kind::Text, " 1,234 ", " 1,234 "),
        ] {
            assert_eq!(tidy(kind, typed.to_owned()), left, "{kind:?} {typed}");
        }
        assert!(has_exponent("1.23457E+17") && has_exponent("-1e5"));
        assert!(
            !has_exponent("E5") && !has_exponent("1E") && !has_exponent("12") && !has_exponent("E")
        );
    }
}
