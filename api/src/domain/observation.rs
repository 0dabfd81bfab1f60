//! What makes a figure true: an amount of won agrees with the number and the unit in which it is printed.

use super::text::Text;

/// Units of money, without spaces, and how many won each is.
const UNITS: [(&str, i64); 7] = [
    ("원", 1),
    ("천원", 1_000),
    ("만원", 10_000),
    ("백만원", 1_000_000),
    ("천만원", 10_000_000),
    ("억원", 100_000_000),
    ("조원", 1_000_000_000_000),
];

/// How many won a unit is, if it is one of money.
fn won(unit: &str) -> Option<i64> {
    let unit: String = unit.chars().filter(|c| !c.is_whitespace()).collect();
    UNITS.iter().find(|(name, _)| *name == unit).map(|(_, won)| *won)
}

/// What is wrong with an amount: its code and a sentence.
pub type Wrong = (&'static str, Text);

/// The number of a figure, given or that of its amount, if they agree with each other and the unit.
///
/// # Errors
/// What is wrong with the amount.
#[expect(clippy::cast_precision_loss, reason = "a number is as exact as the source prints it")]
pub fn number(unit: &str, value: Option<f64>, amount: Option<i64>) -> Result<Option<f64>, Wrong> {
    match (won(unit), value, amount) {
        (None, value, None) => Ok(value),
        (None, _, Some(_)) => Err((
            "NOT_MONEY",
            Text::new(
                "금액은 단위가 원·천원·만원·백만원·천만원·억원·조원일 때만 적습니다.",
                "An amount goes with the units 원, 천원, 만원, 백만원, 천만원, 억원 and 조원 alone.",
            ),
        )),
        (Some(_), None, None) => Ok(None),
        (Some(_), Some(_), None) => Err((
            "REQUIRED",
            Text::new(
                "돈이면 정확한 금액(원)도 적어야 합니다.",
                "Give the exact amount in won as well, as it is money.",
            ),
        )),
        (Some(won), None, Some(amount)) => Ok(Some(amount as f64 / won as f64)),
        (Some(won), Some(value), Some(amount)) => {
            let amount = amount as f64;
            let apart = (value * won as f64 - amount).abs();
            if apart <= 0.5_f64.max(amount.abs() * f64::EPSILON) {
                return Ok(Some(value));
            }
            Err((
                "MISMATCH",
                Text::new(
                    "금액이 값과 단위에 맞지 않습니다.",
                    "The amount is not what value and unit say.",
                ),
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_agree_with_number_and_unit() {
        for (unit, value, amount, expected) in [
            ("%", Some(48.79), None, Ok(Some(48.79))),
            ("수준", None, None, Ok(None)),
            ("명", Some(1.0), Some(1), Err("NOT_MONEY")),
            ("원", None, None, Ok(None)),
            ("원", Some(7.0), None, Err("REQUIRED")),
            ("원", None, Some(7), Ok(Some(7.0))),
            ("억 원", None, Some(150_000_000), Ok(Some(1.5))),
            ("조원", Some(1.3), Some(1_300_000_000_000), Ok(Some(1.3))),
            ("억원", Some(1.0), Some(1), Err("MISMATCH")),
            (
                "원",
                Some(9.223_372_036_854_776e18),
                Some(i64::MAX),
                Ok(Some(9.223_372_036_854_776e18)),
            ),
            ("조원", Some(1e308), Some(1), Err("MISMATCH")),
        ] {
            let found = number(unit, value, amount).map_err(|(code, _)| code);
            assert_eq!(found, expected, "{unit} {value:?} {amount:?}");
        }
    }
}
