//! Numbers in public registers: which digits can be one.

/// Weights of the first nine digits of a business registration number (National Tax Service).
const WEIGHTS: [u32; 9] = [1, 3, 7, 1, 3, 7, 1, 3, 5];

/// Whether these are the ten digits of a business registration number 사업자등록번호, the last of which checks the others.
pub fn is_business(digits: &str) -> bool {
    let digits: Option<Vec<u32>> = digits.chars().map(|c| c.to_digit(10)).collect();
    let Some(Ok(digits)) = digits.map(<[u32; 10]>::try_from) else { return false };
    let sum: u32 = WEIGHTS.iter().zip(digits).map(|(weight, digit)| weight * digit).sum();
    digits != [0; 10] && (10 - (sum + digits[8] * 5 / 10) % 10) % 10 == digits[9]
}

#[cfg(test)]
mod tests {
    use super::is_business;

    #[test]
    fn the_last_digit_checks_the_others() {
        assert!(is_business("1208147521"));
        for digits in ["1208147522", "120814752", "12081475210", "120814752a", "0000000000", ""] {
            assert!(!is_business(digits), "{digits}");
        }
    }
}
