//! Figures out of what the database has counted: whole numbers at a scale, exact whatever their size.

/// What the database tells of one number in one group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counted {
    /// Rows with a value.
    pub count: i64,
    /// Sum.
    pub sum: i128,
    /// Least.
    pub min: i64,
    /// Greatest.
    pub max: i64,
    /// The neighbours of the first quartile, the median and the third quartile.
    pub quartiles: [(i64, i64); 3],
}

/// What both halves of a sum are counted in: a sum of so great parts, and one of what is left over, stay below
/// 2^63 for any number of rows that a table holds.
pub const HALF: i64 = 1_000_000_000;

/// Decimal places of a mean beside those of its numbers.
const MEAN_PLACES: u32 = 4;

impl Counted {
    /// The mean with [`MEAN_PLACES`] more decimal places, half away from zero.
    pub fn mean(&self) -> Option<(i128, u32)> {
        let count = i128::from(self.count);
        if count == 0 {
            return None;
        }
        let scaled = self.sum * 10_i128.pow(MEAN_PLACES);
        Some(((2 * scaled + scaled.signum() * count) / (2 * count), MEAN_PLACES))
    }

    /// A quartile, from 1 to 3, with two more decimal places: exact, since it lies quarters between its neighbours.
    pub fn quartile(&self, number: usize) -> Option<(i128, u32)> {
        let (low, high) = self.quartiles.get(number - 1)?;
        let (low, high) = (i128::from(*low), i128::from(*high));
        let quarters = i128::from((self.count - 1) * i64::try_from(number).ok()? % 4);
        (self.count > 0).then_some(((4 * low + quarters * (high - low)) * 25, 2))
    }
}

/// A whole number less its decimal places, without zeros at the end.
pub fn show(value: i128, places: u32) -> String {
    let digits = value.unsigned_abs().to_string();
    let places = usize::try_from(places).unwrap_or(0);
    let padded = format!("{digits:0>width$}", width = places + 1);
    let (whole, fraction) = padded.split_at(padded.len() - places);
    let fraction = fraction.trim_end_matches('0');
    let sign = if value < 0 { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a reader would compute with all numbers before him.
    fn counted(numbers: &mut [i64]) -> Counted {
        numbers.sort_unstable();
        let last = numbers.len() - 1;
        let quartiles = [1, 2, 3]
            .map(|number| (numbers[last * number / 4], numbers[(last * number).div_ceil(4)]));
        Counted {
            count: numbers.len() as i64,
            sum: numbers.iter().map(|number| i128::from(*number)).sum(),
            min: numbers[0],
            max: numbers[last],
            quartiles,
        }
    }

    #[test]
    fn figures_are_what_a_hand_computes() {
        let mut numbers = [7, 15, 36, 39, 40, 41];
        let of = counted(&mut numbers);
        let shown = |(value, places)| show(value, places);
        assert_eq!(of.mean().map(shown).unwrap(), "29.6667");
        let quartiles = [1, 2, 3].map(|number| of.quartile(number).map(shown).unwrap());
        assert_eq!(quartiles, ["20.25", "37.5", "39.75"]);
        let mut one = [-3];
        let of = counted(&mut one);
        assert_eq!(of.quartile(1).map(shown).unwrap(), "-3");
        assert_eq!(of.mean().map(shown).unwrap(), "-3");
        assert_eq!((Counted::default().mean(), Counted::default().quartile(2)), (None, None));
        assert_eq!(show(-5, 2), "-0.05");
        assert_eq!(show(120, 1), "12");
        assert_eq!(show(i128::from(i64::MAX) * 1000, 0), "9223372036854775807000");
    }

    proptest! {
        #[test]
        fn a_quartile_lies_between_its_neighbours(mut numbers in prop::collection::vec(any::<i64>(), 1..40)) {
            let of = counted(&mut numbers);
            for number in 1..=3 {
                let (value, _) = of.quartile(number).unwrap();
                let (low, high) = of.quartiles[number - 1];
                prop_assert!(i128::from(low) * 100 <= value && value <= i128::from(high) * 100);
            }
        }
    }
}
