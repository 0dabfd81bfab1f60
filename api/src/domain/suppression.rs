//! Small cells of public statistics over companies: a count under 3 could tell who is meant, so it
//! is hidden, and with it a second cell when the hidden one could be found by subtraction from the
//! total (complementary suppression).

/// Least count that is shown.
pub const THRESHOLD: i64 = 3;

/// Which cells of a one-way table with a published total must be hidden.
pub fn hidden(counts: &[i64]) -> Vec<bool> {
    let mut hidden: Vec<bool> = counts.iter().map(|count| (1..THRESHOLD).contains(count)).collect();
    let sum: i64 =
        counts.iter().zip(&hidden).filter(|(_, hide)| **hide).map(|(count, _)| count).sum();
    // One hidden cell is the total less the others; so are several that sum to less than the threshold.
    let alone = hidden.iter().filter(|hide| **hide).count() == 1;
    if alone || (sum > 0 && sum < THRESHOLD) {
        let next = counts
            .iter()
            .enumerate()
            .filter(|(at, count)| !hidden[*at] && **count > 0)
            .min_by_key(|(_, count)| **count)
            .map(|(at, _)| at);
        if let Some(at) = next {
            hidden[at] = true;
        }
    }
    hidden
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lone_small_cell_takes_the_next_smallest_with_it() {
        assert_eq!(hidden(&[10, 2, 5]), [false, true, true]);
        assert_eq!(hidden(&[10, 2, 1]), [false, true, true]);
        assert_eq!(hidden(&[10, 1, 1]), [true, true, true]);
        assert_eq!(hidden(&[10, 5, 0]), [false, false, false]);
        assert_eq!(hidden(&[2]), [true]);
        assert_eq!(hidden(&[]), Vec::<bool>::new());
    }
}
