//! 통계 비밀보호. Which figures of quarterly results may be published, so that none tells what an institution reported.
//!
//! A figure is the sum of *parts*: what one institution reported for one place. Whoever reads the published figures of
//! this and of all earlier releases can add and subtract them, knows that no amount is below zero, and may be one of the
//! institutions, which knows its own parts. [`shown`] lets a figure out only if after it still
//!
//! 1. whatever can be computed from all that was told by adding and subtracting is about at least
//!    [`MIN_INSTITUTIONS`] institutions: so one of them learns nothing exact of another, and of a restatement by one or
//!    two nothing can be read from two releases ([`View::tells_few`]: no vector of the row space has its support in the
//!    parts of two institutions);
//! 2. no institution's part of a published figure, or of what figures leave over, is known from above to [`MARGIN`]
//!    percent, neither to outsiders nor to another institution (the p-percent rule, by a linear programme over all that
//!    was told: [`View::is_close`]);
//! 3. the difference to an earlier release is not dominated by one institution either.
//!
//! Figures are let out one by one, those of most institutions first; what would tell too much stays back. So hidden
//! cells get their complements without a rule of their own, and what was told before and stands is told again, since it
//! adds nothing. All arithmetic is exact; where it would overflow, a figure stays back.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

/// Fewest institutions that something published is about.
pub const MIN_INSTITUTIONS: usize = 3;
/// How close in percent nobody comes to what an institution reported.
pub const MARGIN: i128 = 15;
/// Amounts beyond this are in no figure, so that sums of them have room.
const MOST: i128 = 1 << 96;

/// What one institution reported for one place: the smallest amount that tables tell apart. The same amount in another
/// release is the same part, one that was restated another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// The institution.
    pub institution: Uuid,
    /// Where its tables put it, and whatever else tells it from others of the institution.
    pub place: String,
    /// How much.
    pub amount: i128,
}

/// A figure of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure<K> {
    /// Which figure it is, the same in all releases.
    pub key: K,
    /// What it adds up.
    pub parts: BTreeSet<Part>,
}

impl<K> Figure<K> {
    /// Institutions in it.
    pub fn institutions(&self) -> usize {
        self.parts.iter().map(|part| part.institution).collect::<BTreeSet<_>>().len()
    }
}

/// Which of the figures wanted may be told beside those told before.
pub fn shown<K: PartialEq>(told: &[Figure<K>], wanted: &[Figure<K>]) -> Vec<bool> {
    let mut known: Vec<&BTreeSet<Part>> = told.iter().map(|figure| &figure.parts).collect();
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by_key(|at| (Reverse(wanted[*at].institutions()), *at));
    let mut shown = vec![false; wanted.len()];
    // What was told stays told; it is known whatever becomes of the rest.
    let cells: Vec<_> = told.iter().chain(wanted).map(|figure| &figure.parts).collect();
    let (again, new): (Vec<_>, Vec<_>) =
        order.into_iter().partition(|at| known.contains(&&wanted[*at].parts));
    for at in again {
        shown[at] = true;
    }
    for at in new {
        let figure = &wanted[at];
        let mut before = told.iter().filter(|told| told.key == figure.key);
        if figure.institutions() < MIN_INSTITUTIONS
            || wanted.iter().flat_map(|of| &of.parts).any(|part| part.amount.abs() > MOST)
            || before.any(|before| is_readable(&before.parts, &figure.parts))
        {
            continue;
        }
        known.push(&figure.parts);
        shown[at] = is_safe(&known, &cells).unwrap_or(false);
        if !shown[at] {
            known.pop();
        }
    }
    shown
}

/// Whether the difference of a figure to what it was is one institution's more than anybody's.
fn is_readable(before: &BTreeSet<Part>, now: &BTreeSet<Part>) -> bool {
    let mut changes: BTreeMap<Uuid, i128> = BTreeMap::new();
    for part in now.difference(before) {
        *changes.entry(part.institution).or_default() += part.amount;
    }
    for part in before.difference(now) {
        *changes.entry(part.institution).or_default() -= part.amount;
    }
    !changes.is_empty() && (changes.len() < MIN_INSTITUTIONS || is_dominated(changes.into_values()))
}

/// Whether the second largest could tell the largest to [`MARGIN`] percent, were each to be at least nothing.
fn is_dominated(amounts: impl Iterator<Item = i128>) -> bool {
    let mut sizes: Vec<i128> = amounts.map(i128::abs).collect();
    sizes.sort_unstable_by_key(|size| Reverse(*size));
    let rest: i128 = sizes.iter().skip(2).sum();
    rest * 100 < sizes.first().copied().unwrap_or(0) * MARGIN
}

/// Whether what is known tells nobody too much of what is in the cells.
fn is_safe(known: &[&BTreeSet<Part>], cells: &[&BTreeSet<Part>]) -> Option<bool> {
    let view = View::of(known)?;
    Some(!view.tells_few()? && !view.is_close(cells)?)
}

/// Parts that are in the same figures: nobody who sees the figures alone can tell how they share their sum.
struct Class {
    figures: Vec<usize>,
    /// What each institution has in it.
    shares: BTreeMap<Uuid, i128>,
}

impl Class {
    /// What is in it, beside what an institution knows to be its own.
    fn rest(&self, own: Option<Uuid>) -> i128 {
        let own = own.and_then(|own| self.shares.get(&own)).copied().unwrap_or(0);
        self.shares.values().sum::<i128>() - own
    }
}

/// What the figures told say together.
struct View<'a> {
    classes: Vec<Class>,
    /// Which class a part is in.
    class_of: BTreeMap<&'a Part, usize>,
    /// The figures as equations over the classes, reduced; the pivots of the rows.
    rows: Vec<Vec<Ratio>>,
    pivots: Vec<usize>,
}

impl<'a> View<'a> {
    fn of(known: &[&'a BTreeSet<Part>]) -> Option<Self> {
        let mut figures: BTreeMap<&Part, Vec<usize>> = BTreeMap::new();
        for (at, parts) in known.iter().enumerate() {
            for part in *parts {
                figures.entry(part).or_default().push(at);
            }
        }
        let signatures: BTreeSet<&Vec<usize>> = figures.values().collect();
        let mut classes: Vec<Class> = signatures
            .iter()
            .map(|figures| Class { figures: (*figures).clone(), shares: BTreeMap::new() })
            .collect();
        let numbers: BTreeMap<&Vec<usize>, usize> = signatures.into_iter().zip(0..).collect();
        let mut class_of = BTreeMap::new();
        for (part, figures) in &figures {
            let at = numbers[figures];
            class_of.insert(*part, at);
            let share = classes[at].shares.entry(part.institution).or_default();
            *share = share.checked_add(part.amount)?;
        }
        let equation = |at: usize| {
            let is_in = |class: &Class| Ratio::whole(i128::from(class.figures.contains(&at)));
            classes.iter().map(is_in).collect()
        };
        let mut rows: Vec<Vec<Ratio>> = (0..known.len()).map(equation).collect();
        let pivots = reduce(&mut rows, classes.len())?;
        Some(Self { classes, class_of, rows, pivots })
    }

    /// Whether something can be computed that is about fewer than [`MIN_INSTITUTIONS`] institutions. A combination of
    /// the equations with no other classes than `few` exists if and only if these are dependent in what the
    /// equations leave open (their null space).
    fn tells_few(&self) -> Option<bool> {
        let few: Vec<usize> = (0..self.classes.len())
            .filter(|at| self.classes[*at].shares.len() < MIN_INSTITUTIONS)
            .collect();
        let institutions: BTreeSet<Uuid> =
            few.iter().flat_map(|at| self.classes[*at].shares.keys().copied()).collect();
        let free: Vec<usize> =
            (0..self.classes.len()).filter(|at| !self.pivots.contains(at)).collect();
        let mut seen = BTreeSet::new();
        for one in &institutions {
            for other in institutions.range(*one..) {
                let theirs =
                    |at: &usize| self.classes[*at].shares.keys().all(|of| of == one || of == other);
                let theirs: Vec<usize> = few.iter().copied().filter(theirs).collect();
                if theirs.is_empty() || !seen.insert(theirs.clone()) {
                    continue;
                }
                let mut open = Vec::with_capacity(theirs.len());
                for at in &theirs {
                    open.push(self.left_open(*at, &free)?);
                }
                if reduce(&mut open, free.len())?.len() < theirs.len() {
                    return Some(true);
                }
            }
        }
        Some(false)
    }

    /// How a class moves with each of the free ones.
    fn left_open(&self, class: usize, free: &[usize]) -> Option<Vec<Ratio>> {
        match self.pivots.iter().position(|pivot| *pivot == class) {
            Some(row) => {
                free.iter().map(|at| self.rows[row][*at].times(Ratio::whole(-1))).collect()
            }
            None => Some(free.iter().map(|at| Ratio::whole(i128::from(*at == class))).collect()),
        }
    }

    /// Whether somebody can tell from above to [`MARGIN`] percent what an institution has in a cell, told or not, or in
    /// what cells have in common.
    fn is_close(&self, cells: &[&BTreeSet<Part>]) -> Option<bool> {
        if self.class_of.keys().any(|part| part.amount < 0) {
            // Amounts that may be below zero have no bounds: what is left is that nobody dominates.
            return Some(cells.iter().any(|parts| {
                let mut of: BTreeMap<Uuid, i128> = BTreeMap::new();
                for part in parts.iter().filter(|part| self.class_of.contains_key(part)) {
                    *of.entry(part.institution).or_default() += part.amount.abs();
                }
                is_dominated(of.into_values())
            }));
        }
        let institutions: BTreeSet<Uuid> =
            self.classes.iter().flat_map(|class| class.shares.keys().copied()).collect();
        let mut bounds = BTreeMap::new();
        for ((institution, own), has) in self.wholes(cells) {
            let is_near = |most: i128| most * 100 < has * (100 + MARGIN);
            let others = institutions.iter().copied().filter(|other| *other != institution);
            for knows in [None].into_iter().chain(others.map(Some)) {
                // What is in its classes could all be its own.
                let most = own.iter().map(|at| self.classes[*at].rest(knows)).sum();
                if has == 0 || !is_near(most) {
                    continue;
                }
                let most = match bounds.get(&(own.clone(), knows)) {
                    Some(most) => *most,
                    None => {
                        let most = self.most(&own, knows)?;
                        bounds.insert((own.clone(), knows), most);
                        most
                    }
                };
                if is_near(most) {
                    return Some(true);
                }
            }
        }
        Some(false)
    }

    /// What institutions have together in a cell or a class: the most there is by institution and classes.
    fn wholes(&self, cells: &[&BTreeSet<Part>]) -> BTreeMap<(Uuid, Vec<usize>), i128> {
        let mut wholes: BTreeMap<(Uuid, Vec<usize>), i128> = BTreeMap::new();
        let mut note = |institution, own, has: i128| {
            let most = wholes.entry((institution, own)).or_default();
            *most = has.max(*most);
        };
        for (at, class) in self.classes.iter().enumerate() {
            for (institution, share) in &class.shares {
                note(*institution, vec![at], *share);
            }
        }
        for parts in cells {
            let mut of: BTreeMap<Uuid, (BTreeSet<usize>, i128)> = BTreeMap::new();
            for part in *parts {
                // What is in no figure told has no bound.
                let (own, has) = of.entry(part.institution).or_default();
                match self.class_of.get(part) {
                    Some(at) => drop(own.insert(*at)),
                    None => *has = i128::MIN / 2,
                }
                *has += part.amount;
            }
            for (institution, (own, has)) in of {
                note(institution, own.into_iter().collect(), has.max(0));
            }
        }
        wholes
    }

    /// The most that can be in some classes together, as who knows its own parts can tell; rounded down.
    fn most(&self, wanted: &[usize], knows: Option<Uuid>) -> Option<i128> {
        let open: Vec<usize> = (0..self.classes.len())
            .filter(|at| self.classes[*at].shares.keys().any(|of| Some(*of) != knows))
            .collect();
        let mut rows = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            let mut sum = Ratio::whole(0);
            for at in &open {
                sum = sum.plus(row[*at].times(Ratio::whole(self.classes[*at].rest(knows)))?)?;
            }
            let mut row: Vec<Ratio> = open.iter().map(|at| row[*at]).collect();
            row.push(sum);
            rows.push(row);
        }
        let wanted: Vec<bool> = open.iter().map(|at| wanted.contains(at)).collect();
        Some(maximum(rows, &wanted)?.floor())
    }
}

/// Brings equations to reduced row echelon form over the first `width` columns, without those that follow from
/// others; the pivots of the rest.
fn reduce(rows: &mut Vec<Vec<Ratio>>, width: usize) -> Option<Vec<usize>> {
    let mut pivots = Vec::new();
    for column in 0..width {
        let at = pivots.len();
        let Some(found) = (at..rows.len()).find(|row| !rows[*row][column].is_zero()) else {
            continue;
        };
        rows.swap(at, found);
        pivot(rows, at, column)?;
        pivots.push(column);
    }
    rows.truncate(pivots.len());
    Some(pivots)
}

/// Solves for one variable in one equation, and puts it into the others.
fn pivot(rows: &mut [Vec<Ratio>], at: usize, column: usize) -> Option<()> {
    let by = rows[at][column];
    for cell in &mut rows[at] {
        *cell = cell.over(by)?;
    }
    let chosen = rows[at].clone();
    for (other, row) in rows.iter_mut().enumerate() {
        let factor = row[column];
        if other == at || factor.is_zero() {
            continue;
        }
        for (cell, with) in row.iter_mut().zip(&chosen) {
            if !with.is_zero() {
                *cell = cell.plus(with.times(factor)?.times(Ratio::whole(-1))?)?;
            }
        }
    }
    Some(())
}

/// The greatest sum of the wanted variables, none below zero, under equations whose last column is the right-hand
/// side: the simplex method with Bland's rule, exact. None if it overflows.
fn maximum(mut rows: Vec<Vec<Ratio>>, wanted: &[bool]) -> Option<Ratio> {
    let width = wanted.len();
    for row in &mut rows {
        if row[width].is_negative() {
            for cell in row.iter_mut() {
                *cell = cell.times(Ratio::whole(-1))?;
            }
        }
    }
    // Each equation begins with a variable of its own, which has to go: none of them is in the basis at the end.
    let mut basis: Vec<Option<usize>> = vec![None; rows.len()];
    loop {
        let gain = |column: usize, rows: &[Vec<Ratio>], basis: &[Option<usize>]| {
            let mut own = rows.iter().zip(basis).filter(|(_, of)| of.is_none());
            own.try_fold(Ratio::whole(0), |sum, (row, _)| sum.plus(row[column]))
        };
        let mut enters = None;
        for column in 0..width {
            if gain(column, &rows, &basis)?.is_positive() {
                enters = Some(column);
                break;
            }
        }
        let Some(column) = enters else { break };
        let leaves = leaving(&rows, column, &basis, width)?;
        pivot(&mut rows, leaves, column)?;
        basis[leaves] = Some(column);
    }
    for at in (0..rows.len()).rev().filter(|at| basis[*at].is_none()).collect::<Vec<_>>() {
        match (0..width).find(|column| !rows[at][*column].is_zero()) {
            Some(column) => {
                pivot(&mut rows, at, column)?;
                basis[at] = Some(column);
            }
            None => {
                rows.remove(at);
                basis.remove(at);
            }
        }
    }
    let is_wanted = |of: &Option<usize>| of.is_some_and(|of| wanted[of]);
    loop {
        let mut enters = None;
        for (column, gained) in wanted.iter().enumerate() {
            let lost = rows.iter().zip(&basis).filter(|(_, of)| is_wanted(of));
            let lost = lost.map(|(row, _)| row[column]).try_fold(Ratio::whole(0), Ratio::plus)?;
            if lost.is_less(Ratio::whole(i128::from(*gained)))? {
                enters = Some(column);
                break;
            }
        }
        let Some(column) = enters else { break };
        let leaves = leaving(&rows, column, &basis, width)?;
        pivot(&mut rows, leaves, column)?;
        basis[leaves] = Some(column);
    }
    let reached = rows.iter().zip(&basis).filter(|(_, of)| is_wanted(of));
    reached.map(|(row, _)| row[width]).try_fold(Ratio::whole(0), Ratio::plus)
}

/// The equation whose variable reaches zero first as a column's grows; of several that of the least variable.
fn leaving(
    rows: &[Vec<Ratio>],
    column: usize,
    basis: &[Option<usize>],
    width: usize,
) -> Option<usize> {
    let mut first: Option<(Ratio, usize)> = None;
    for at in (0..rows.len()).filter(|at| rows[*at][column].is_positive()) {
        let reach = rows[at][width].over(rows[at][column])?;
        let is_first = match first {
            None => true,
            Some((least, _)) if reach.is_less(least)? => true,
            Some((least, best)) => reach == least && basis[at] < basis[best],
        };
        if is_first {
            first = Some((reach, at));
        }
    }
    first.map(|(_, at)| at)
}

/// A fraction in lowest terms, with a denominator above zero. None of its operations where they would overflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ratio(i128, i128);

impl Ratio {
    fn whole(number: i128) -> Self {
        Self(number, 1)
    }

    fn new(above: i128, below: i128) -> Option<Self> {
        let (mut common, mut rest) = (above.checked_abs()?, below.checked_abs()?);
        while rest != 0 {
            (common, rest) = (rest, common % rest);
        }
        let common = if below < 0 { -common } else { common };
        Some(Self(above.checked_div(common)?, below.checked_div(common)?))
    }

    fn plus(self, other: Self) -> Option<Self> {
        if self.1 == 1 && other.1 == 1 {
            return Some(Self(self.0.checked_add(other.0)?, 1));
        }
        let left = self.0.checked_mul(other.1)?;
        Self::new(left.checked_add(other.0.checked_mul(self.1)?)?, self.1.checked_mul(other.1)?)
    }

    fn times(self, other: Self) -> Option<Self> {
        let (above, below) = (self.0.checked_mul(other.0)?, self.1.checked_mul(other.1)?);
        if below == 1 { Some(Self(above, 1)) } else { Self::new(above, below) }
    }

    fn over(self, other: Self) -> Option<Self> {
        match other {
            Self(1, 1) => Some(self),
            Self(above, below) => Self::new(self.0.checked_mul(below)?, self.1.checked_mul(above)?),
        }
    }

    fn is_zero(self) -> bool {
        self.0 == 0
    }

    fn is_positive(self) -> bool {
        self.0 > 0
    }

    fn is_negative(self) -> bool {
        self.0 < 0
    }

    fn is_less(self, other: Self) -> Option<bool> {
        Some(self.0.checked_mul(other.1)? < other.0.checked_mul(self.1)?)
    }

    fn floor(self) -> i128 {
        self.0.div_euclid(self.1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Key = (char, u8);

    fn part(institution: u8, place: u8, amount: i128) -> Part {
        Part { institution: Uuid::from_u128(institution.into()), place: place.to_string(), amount }
    }

    /// One amount of an institution: which, of what kind, in which region, how much.
    type Row = (u8, u8, u8, i128);

    /// The tables of a quarter: the total, by region, by kind.
    fn tables(rows: &[Row]) -> Vec<Figure<Key>> {
        let mut figures: BTreeMap<Key, BTreeSet<Part>> = BTreeMap::new();
        for (institution, kind, region, amount) in rows {
            for key in [('t', 0), ('r', *region), ('k', *kind)] {
                let parts = figures.entry(key).or_default();
                parts.insert(part(*institution, *region, *amount));
            }
        }
        let mut figures: Vec<_> =
            figures.into_iter().map(|(key, parts)| Figure { key, parts }).collect();
        figures.sort_by_key(|figure| figure.key.0 != 't');
        figures
    }

    fn told(figures: &[Figure<Key>]) -> Vec<Figure<Key>> {
        let shown = shown(&[], figures);
        figures.iter().zip(shown).filter(|(_, shown)| *shown).map(|(of, _)| of.clone()).collect()
    }

    fn keys(figures: &[Figure<Key>]) -> Vec<Key> {
        figures.iter().map(|figure| figure.key).collect()
    }

    /// One institution a region, as it was: total 13, 10 and three of 1.
    #[test]
    fn a_total_with_one_institution_a_region_tells_none() {
        let rows = [(1, 0, 1, 10), (2, 0, 2, 1), (3, 0, 3, 1), (4, 0, 4, 1)];
        assert_eq!(keys(&told(&tables(&rows))), [('t', 0), ('k', 0)]);
        let rows = [(1, 0, 1, 20), (2, 0, 2, 1), (3, 0, 3, 1), (4, 0, 4, 1)];
        assert!(told(&tables(&rows)).is_empty(), "a total of 23 tells 20 to ten percent");
    }

    #[test]
    fn a_lone_hidden_cell_gets_a_complement() {
        let mut rows: Vec<Row> = Vec::new();
        for institution in 0..4 {
            rows.push((institution, institution, 1, 100));
            rows.push((institution, institution, 2, 60));
        }
        rows.push((9, 9, 3, 50));
        // Region 3 is one institution's, so one of the other two stays back beside it.
        assert_eq!(keys(&told(&tables(&rows))), [('t', 0), ('r', 1)]);
        rows.retain(|row| row.0 != 9);
        assert_eq!(keys(&told(&tables(&rows))), [('t', 0), ('r', 1), ('r', 2)]);
    }

    #[test]
    fn what_is_even_is_told_whole() {
        let rows: Vec<Row> = (0..24).map(|at| (at, at % 2, at / 8, 50 + i128::from(at))).collect();
        assert_eq!(told(&tables(&rows)).len(), 6);
        assert_eq!(shown(&[], &tables(&[])), [false; 0]);
    }

    #[test]
    fn zeros_of_three_are_told_and_beside_one_amount_are_not() {
        let zeros = [(1, 0, 1, 0), (2, 0, 1, 0), (3, 0, 1, 0)];
        assert_eq!(told(&tables(&zeros)).len(), 3);
        let one = [(1, 0, 1, 0), (2, 0, 1, 0), (3, 0, 1, 7)];
        assert!(told(&tables(&one)).is_empty());
    }

    #[test]
    fn a_restatement_of_one_is_not_read_from_two_releases() {
        let mut rows: Vec<Row> = (0..12).map(|at| (at, at % 2, at / 6, 40)).collect();
        let first = told(&tables(&rows));
        assert_eq!(first.len(), 5);
        assert_eq!(shown(&first, &tables(&rows)), [true; 5], "what stands is told again");
        rows[0].3 = 50;
        let now = tables(&rows);
        let again = shown(&first, &now);
        let again: Vec<Key> =
            keys(&now).into_iter().zip(again).filter(|of| of.1).map(|of| of.0).collect();
        assert_eq!(again, [('k', 1), ('r', 1)], "whatever it is in stays back, the rest stays");
        // Of two in the one region nothing can be read from what is left of the total either.
        let mut two = rows.clone();
        for at in [2, 4, 8, 10] {
            two[at].3 = 50;
        }
        let two: Vec<Row> = two.into_iter().map(|row| (row.0, 0, row.2, row.3)).collect();
        let all: Vec<Row> = rows.iter().map(|row| (row.0, 0, row.2, 40)).collect();
        let known = told(&tables(&all));
        let now = tables(&two);
        let again = shown(&known, &now);
        assert_eq!(again, [true, true, false, false], "{:?}", keys(&now));
        // Of several the sum can be told, unless one of them makes most of it.
        rows[2].3 = 48;
        rows[4].3 = 45;
        assert_eq!(shown(&first, &tables(&rows)), [true; 5]);
        rows[4].3 = 41;
        assert!(!shown(&first, &tables(&rows))[0]);
    }

    /// What somebody finds out without any of the code above: unknowns are what each institution has in each figure,
    /// known and not; elimination in floating point, then bounds carried from equation to equation.
    struct Attacker {
        rows: Vec<Vec<f64>>,
        width: usize,
    }

    impl Attacker {
        fn eliminate(&mut self) {
            let mut at = 0;
            for column in 0..self.width {
                let best = (at..self.rows.len()).max_by(|a, b| {
                    self.rows[*a][column].abs().total_cmp(&self.rows[*b][column].abs())
                });
                let Some(best) = best.filter(|best| self.rows[*best][column].abs() > 1e-7) else {
                    continue;
                };
                self.rows.swap(at, best);
                let by = self.rows[at][column];
                self.rows[at].iter_mut().for_each(|cell| *cell /= by);
                let chosen = self.rows[at].clone();
                for other in (0..self.rows.len()).filter(|other| *other != at) {
                    let factor = self.rows[other][column];
                    if factor != 0.0 {
                        let row = self.rows[other].iter_mut().zip(&chosen);
                        row.for_each(|(cell, with)| *cell -= with * factor);
                    }
                }
                at += 1;
            }
            self.rows.truncate(at);
        }

        /// Of the last unknown, which alone may be below zero.
        fn bounds(&self) -> (f64, f64) {
            let mut bounds = vec![(0.0, f64::INFINITY); self.width];
            bounds[self.width - 1].0 = f64::NEG_INFINITY;
            for _ in 0..12 {
                for row in &self.rows {
                    for column in (0..self.width).filter(|column| row[*column].abs() > 1e-7) {
                        let (mut least, mut most) = (row[self.width], row[self.width]);
                        for other in (0..self.width).filter(|other| *other != column) {
                            let (low, high) = bounds[other];
                            let by = row[other];
                            if by > 1e-7 {
                                least -= by * high;
                                most -= by * low;
                            } else if by < -1e-7 {
                                least -= by * low;
                                most -= by * high;
                            }
                        }
                        let (a, b) = (least / row[column], most / row[column]);
                        let (low, high): &mut (f64, f64) = &mut bounds[column];
                        *low = low.max(a.min(b));
                        *high = high.min(a.max(b));
                    }
                }
            }
            bounds[self.width - 1]
        }
    }

    /// What is looked for: parts, added and subtracted.
    type Target<'a> = Vec<(&'a Part, f64)>;

    /// Between what and what somebody who knows one institution's parts sees a target.
    #[expect(clippy::cast_precision_loss, reason = "amounts are small")]
    fn look(told: &[Figure<Key>], knows: Option<Uuid>, target: &Target<'_>) -> (f64, f64) {
        let is_open = |part: &&Part| Some(part.institution) != knows;
        let mut parts: Vec<&Part> = told.iter().flat_map(|figure| &figure.parts).collect();
        parts.extend(target.iter().map(|(part, _)| *part));
        parts.retain(is_open);
        parts.sort();
        parts.dedup();
        // The last unknown is what is looked for.
        let width = parts.len() + 1;
        let equation = |terms: &[(&Part, f64)], of: f64, sum: f64| {
            let mut row = vec![0.0; width + 1];
            for (part, by) in terms {
                row[parts.binary_search(part).unwrap()] += by;
            }
            (row[width - 1], row[width]) = (of, sum);
            row
        };
        let figures = told.iter().map(|figure| {
            let open: Vec<(&Part, f64)> =
                figure.parts.iter().filter(is_open).map(|part| (part, 1.0)).collect();
            let sum: i128 = open.iter().map(|(part, _)| part.amount).sum();
            equation(&open, 0.0, sum as f64)
        });
        let mut rows: Vec<Vec<f64>> = figures.collect();
        rows.push(equation(target, -1.0, 0.0));
        let plain = Attacker { rows: rows.clone(), width };
        let mut solved = Attacker { rows, width };
        solved.eliminate();
        let ((low, high), (least, most)) = (plain.bounds(), solved.bounds());
        (low.max(least), high.min(most))
    }

    /// Everybody looks for what institutions have in cells, told or not, and for what became of it since.
    #[expect(clippy::cast_precision_loss, reason = "amounts are small")]
    fn attack(told: &[Figure<Key>], cells: &[Figure<Key>], before: &[Figure<Key>]) {
        let parts = told.iter().chain(cells).flat_map(|figure| &figure.parts);
        let institutions: BTreeSet<Uuid> = parts.map(|part| part.institution).collect();
        for knows in [None].into_iter().chain(institutions.iter().copied().map(Some)) {
            for institution in institutions.iter().filter(|of| Some(**of) != knows) {
                for cell in cells {
                    let mine = |figure: &Figure<Key>| {
                        let mine =
                            figure.parts.iter().filter(|part| part.institution == *institution);
                        mine.cloned().collect::<BTreeSet<Part>>()
                    };
                    let now = mine(cell);
                    let has = now.iter().map(|part| part.amount).sum::<i128>() as f64;
                    let target: Target<'_> = now.iter().map(|part| (part, 1.0)).collect();
                    let (low, high) = look(told, knows, &target);
                    assert!(
                        high >= has * 1.1499,
                        "{institution} in {:?}: {has} is within {low} to {high} for {knows:?}",
                        cell.key,
                    );
                    let was =
                        before.iter().find(|of| of.key == cell.key).map(mine).unwrap_or_default();
                    if was == now || was.is_empty() {
                        continue;
                    }
                    let mut target: Target<'_> =
                        now.difference(&was).map(|part| (part, 1.0)).collect();
                    target.extend(was.difference(&now).map(|part| (part, -1.0)));
                    let (low, high) = look(told, knows, &target);
                    assert!(high - low > 1e-3, "{institution} in {:?} changed by {low}", cell.key);
                }
            }
        }
    }

    fn rows() -> impl Strategy<Value = Vec<Row>> {
        let amount = prop_oneof![2 => 0..20_i128, 2 => 50..90_i128, 1 => 500..900_i128];
        let row = (0..8_u8, 0..4_u8, amount);
        (prop::collection::vec(row, 1..22), prop::collection::vec(0..3_u8, 8)).prop_map(
            |(rows, kinds)| {
                let rows: BTreeMap<(u8, u8), i128> =
                    rows.into_iter().map(|(of, region, amount)| ((of, region), amount)).collect();
                rows.into_iter()
                    .map(|((of, region), amount)| (of, kinds[usize::from(of)], region, amount))
                    .collect()
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn an_attacker_finds_nobody_out(
            rows in rows(),
            restated in prop::collection::vec(prop::collection::vec((0..22_usize, 0..200_i128), 0..5), 0..3),
        ) {
            let mut rows = rows;
            let mut known: Vec<Figure<Key>> = Vec::new();
            let mut last: Vec<Figure<Key>> = Vec::new();
            for changes in std::iter::once(Vec::new()).chain(restated) {
                for (at, amount) in changes {
                    if let Some(row) = rows.get_mut(at) {
                        row.3 = amount;
                    }
                }
                let figures = tables(&rows);
                let shown = shown(&known, &figures);
                for (figure, shown) in figures.iter().zip(&shown) {
                    let before = known.iter().any(|of| of.parts == figure.parts);
                    prop_assert!(*shown || !before, "{:?} was told and is not again", figure.key);
                    if *shown && !before {
                        known.push(figure.clone());
                    }
                }
                attack(&known, &figures, &last);
                last = figures;
            }
        }

        #[test]
        fn the_simplex_method_finds_what_trying_finds(
            masses in prop::collection::vec(0..4_i128, 2..5),
            equations in prop::collection::vec(prop::collection::vec(any::<bool>(), 5), 1..4),
            wanted in prop::collection::vec(any::<bool>(), 5),
        ) {
            let width = masses.len();
            let mut rows: Vec<Vec<Ratio>> = equations.iter().map(|with| {
                let mut row: Vec<Ratio> = with[..width].iter().map(|of| Ratio::whole((*of).into())).collect();
                let sum = with.iter().zip(&masses).filter(|of| *of.0).map(|of| of.1).sum();
                row.push(Ratio::whole(sum));
                row
            }).collect();
            // Each is in some equation, so that there is a most.
            let mut all = vec![Ratio::whole(1); width];
            all.push(Ratio::whole(masses.iter().sum()));
            rows.push(all);
            let most = maximum(rows.clone(), &wanted[..width]).unwrap();
            let mut best = 0;
            let limit = usize::try_from(masses.iter().sum::<i128>()).unwrap() + 1;
            for at in 0..limit.pow(u32::try_from(width).unwrap()) {
                let tried: Vec<i128> = (0..width).map(|of| i128::try_from(at / limit.pow(u32::try_from(of).unwrap()) % limit).unwrap()).collect();
                let holds = rows.iter().all(|row| {
                    row[..width].iter().zip(&tried).map(|(by, of)| by.0 * of).sum::<i128>() == row[width].0
                });
                if holds {
                    best = best.max(tried.iter().zip(&wanted).filter(|of| *of.1).map(|of| of.0).sum());
                }
            }
            // Fractions may reach further than whole numbers, never less far.
            prop_assert!(most.floor() >= best && most.floor() <= masses.iter().sum());
        }
    }
}
