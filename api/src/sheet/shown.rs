//! A number and what its cell shows of it.
//!
//! One rule: the number that is stored is taken, read with the sign of a percentage, and where the cell shows
//! another one, the answer says so at that cell. A format is dress: columns are narrowed and decimals hidden for
//! the looks, sums and shares are computed from what is stored, and a form that comes back must say what it said.
//! Only a number that the indicator cannot hold, since it has more decimal places than are asked for, is taken as
//! the cell shows it, which is told as well; so nothing is ever taken that is neither stored nor seen.

use super::content::Taken;
use super::format::{Digits, Look};
use super::number::{self, Asked};
use super::problems::Problems;
use super::unit::{self, Beside};
use super::{Kind, Place, Text};
use crate::domain::indicator::is_percentage;

/// A number for an indicator that asks for one.
pub(super) fn of_number(
    value: f64,
    look: Look,
    asked: &Asked<'_>,
    place: &dyn Fn() -> Place,
    problems: &mut Problems,
) -> Taken {
    let stored = number::text(value);
    let exact = number::shifted(&stored, 2 * i32::from(look.percents));
    if look.percents > 0 && asked.kind != Kind::Percent && !is_percentage(asked.unit) {
        problems.error(place(), not_a_percentage(&format!("{exact}%"), &stored));
        return Taken { text: stored, is_faulty: true };
    }
    let beside = unit::shown(&look, asked);
    if beside == Beside::Other {
        let scaled = number::shifted(&exact, -3 * i32::from(look.thousands));
        let number = seen(&exact, &look).unwrap_or(scaled);
        let shown = format!("{number}{}", look.unit.as_deref().unwrap_or_default());
        problems.error(place(), unit::other_shown(&shown, &exact, asked));
        return Taken { text: exact, is_faulty: true };
    }
    let decimals = usize::try_from(asked.decimals).unwrap_or(usize::MAX);
    let seen = match look.digits {
        // Sums of fractions have digits that no cell shows; where the rest can be held, they are no matter.
        Digits::All if number::places(&exact) > decimals => {
            general(&exact).filter(|seen| number::places(seen) <= decimals)
        }
        _ => seen(&exact, &look),
    };
    let is_rounded = look.thousands == 0 && matches!(look.digits, Digits::Places(_) | Digits::All);
    let is_too_fine = is_rounded && number::places(&exact) > decimals;
    let (text, seen) = match seen {
        Some(seen) if is_too_fine && number::places(&seen) <= decimals => (seen, None),
        seen => (exact.clone(), seen),
    };
    if text != exact {
        problems.info(place(), as_shown(&text, &exact));
    }
    if beside == Beside::Unknown {
        let unit = look.unit.as_deref().unwrap_or_default();
        problems.info(place(), unit::unknown_shown(unit, &text, asked));
    } else if let Some(seen) = seen {
        let percent = "%".repeat(look.percents.into());
        tell(&look, (&format!("{seen}{percent}"), &format!("{exact}{percent}")), place, problems);
    }
    Taken { text, is_faulty: false }
}

/// A number where a text is asked for: the number that is stored, with the sign of a percentage.
pub(super) fn of_text(
    value: f64,
    look: Look,
    place: &dyn Fn() -> Place,
    problems: &mut Problems,
) -> Taken {
    let percent = "%".repeat(look.percents.into());
    let exact = number::shifted(&number::text(value), 2 * i32::from(look.percents));
    let text = format!("{exact}{percent}");
    if let Some(seen) = seen(&exact, &look) {
        tell(&look, (&format!("{seen}{percent}"), &text), place, problems);
    }
    Taken { text, is_faulty: false }
}

/// Tells of a cell that another number is seen than was taken. One in thousands that does not say so may well have been
/// entered as it is seen.
fn tell(
    look: &Look,
    (seen, taken): (&str, &str),
    place: &dyn Fn() -> Place,
    problems: &mut Problems,
) {
    match (look.thousands, look.unit.as_deref()) {
        (0, _) => problems.info(place(), as_stored(seen, taken)),
        (_, None) => problems.caution(place(), in_thousands(seen, taken)),
        (_, Some(unit)) => problems.info(place(), in_thousands(&format!("{seen}{unit}"), taken)),
    }
}

/// Characters that a cell without a format of its own shows of a number.
const GENERAL: i32 = 11;

/// What a cell without a format of its own shows of a number, where that is another one.
fn general(exact: &str) -> Option<String> {
    let point = number::magnitude(exact).max(0) + 2;
    let shown = number::rounded(exact, usize::try_from(GENERAL - point).unwrap_or_default());
    (shown != exact).then_some(shown)
}

/// What a cell shows of a number, where that is another one: of one in thousands, the thousands.
fn seen(exact: &str, look: &Look) -> Option<String> {
    let steps = 3 * i32::from(look.thousands);
    let scaled = number::shifted(exact, -steps);
    let (shown, text) = match look.digits {
        Digits::All => (scaled.clone(), scaled.clone()),
        Digits::Places(places) => {
            let shown = number::rounded(&scaled, places.into());
            (shown.clone(), shown)
        }
        Digits::Exponent { whole, places } => {
            let step = i32::from(whole.max(1));
            let power = number::magnitude(&scaled).div_euclid(step) * step;
            let mantissa = number::rounded(&number::shifted(&scaled, -power), places.into());
            (number::shifted(&mantissa, power), format!("{mantissa}E{power:+03}"))
        }
        Digits::Fraction { denominator, is_fixed } => fraction(&scaled, denominator, is_fixed)?,
        Digits::None => return Some(String::new()).filter(|_| exact != "0"),
        Digits::Date | Digits::Clock { .. } => return None,
    };
    let unsigned = look.drops_sign && shown.starts_with('-');
    // Thousands that say so are the number itself.
    let is_told = steps == 0 || look.unit.is_some() || exact == "0";
    let is_exact = is_told && number::shifted(&shown, steps) == exact && !unsigned;
    (!is_exact).then(|| if unsigned { text.trim_start_matches('-').to_owned() } else { text })
}

/// The fraction that is shown for a number, unless it is that very number.
fn fraction(exact: &str, most: u32, is_fixed: bool) -> Option<(String, String)> {
    let value: f64 = exact.parse().ok()?;
    let part = value.abs().fract();
    let nearest = if is_fixed { f64::from(most) } else { denominator(part, f64::from(most)) };
    let above = (part * nearest).round();
    // What binary fractions add is shown by no spreadsheet.
    if (above / nearest - part).abs() < 1e-12 {
        return None;
    }
    let sign = if value < 0.0 { "-" } else { "" };
    let whole = value.abs().trunc();
    let shown = number::text(value.signum() * (whole + above / nearest));
    let text = match (whole, above) {
        (_, 0.0) => format!("{sign}{whole}"),
        (0.0, _) => format!("{sign}{above}/{nearest}"),
        _ => format!("{sign}{whole} {above}/{nearest}"),
    };
    Some((shown, text))
}

/// The denominator, none above `most`, whose fraction is nearest to a number from 0 to 1: by its continued fraction,
/// since thousands of cells may show one.
fn denominator(number: f64, most: f64) -> f64 {
    let off = |of: f64| ((number * of).round() / of - number).abs();
    let (mut before, mut last, mut rest) = (0.0, 1.0, number);
    while rest.fract() > 1e-9 {
        rest = rest.fract().recip();
        let next = before + rest.trunc() * last;
        if next > most {
            // Between the last one and the next, as near to that as is allowed.
            let between = before + ((most - before) / last).trunc() * last;
            return if off(between) < off(last) { between } else { last };
        }
        (before, last) = (last, next);
    }
    last
}

fn not_a_percentage(seen: &str, stored: &str) -> Text {
    Text::new(
        format!(
            "백분율 형식이라 {seen}로 보이는 칸인데(저장된 값 {stored}), 이 지표는 백분율이 아닙니다. 표시 형식을 숫자로 바꾸고 값을 확인해 주십시오."
        ),
        format!(
            "The cell is formatted as a percentage and shows {seen} (stored: {stored}), but this indicator is no percentage. Change the format to a number and check the value."
        ),
    )
}

fn in_thousands(seen: &str, exact: &str) -> Text {
    Text::new(
        format!(
            "표시 형식이 값을 줄여 {seen}(으)로 보이는 칸이라, 저장된 값 {exact}을(를) 받았습니다. 보이는 값이 맞으면 그 값을 적어 주십시오."
        ),
        format!(
            "The cell's format shows its number scaled down, as {seen}; the stored value {exact} was taken. If what it shows is right, enter that."
        ),
    )
}

fn as_stored(seen: &str, exact: &str) -> Text {
    if seen.trim_matches('%').is_empty() {
        return Text::new(
            format!(
                "표시 형식 때문에 값이 보이지 않는 칸이라, 저장된 값 {exact}을(를) 받았습니다."
            ),
            format!("The cell's format hides its number; the stored value {exact} was taken."),
        );
    }
    Text::new(
        format!(
            "표시 형식 때문에 {seen}(으)로 보이는 칸이라, 저장된 값 {exact}을(를) 받았습니다. 보이는 값이 맞으면 그 값을 적어 주십시오."
        ),
        format!(
            "The cell's format shows {seen}; the stored value {exact} was taken. If what it shows is right, enter that."
        ),
    )
}

fn as_shown(seen: &str, exact: &str) -> Text {
    Text::new(
        format!(
            "저장된 값 {exact}의 소수 자릿수가 많아, 칸에 보이는 대로 {seen}을(를) 받았습니다."
        ),
        format!(
            "The stored value {exact} has more decimal places than are asked for; {seen} was taken, as the cell shows it."
        ),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_other_fraction_is_nearer(thousandths in 0_u32..100_000, places in 1_u32..4) {
            let (number, most) = (f64::from(thousandths) / 100_000.0, 10_u32.pow(places) - 1);
            let off = |of: f64| ((number * of).round() / of - number).abs();
            let found = denominator(number, f64::from(most));
            prop_assert!((1.0..=f64::from(most)).contains(&found));
            let best = (1..=most).map(|of| off(f64::from(of))).fold(f64::MAX, f64::min);
            prop_assert!(off(found) <= best + 1e-9, "{number}: {found}");
        }
    }
}
