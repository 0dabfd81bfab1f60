//! Who did what, and when. Seen from the present: six quarters are final, the one before the last is accepted
//! but for one, and in the last there is one submission in each state. Figures of three indicators were published once.

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::QUARTERS;
use super::figures::{REPORTERS, TRAINERS, Turn};
use super::programmes::{JOINED, LEFT, TRAINING, VOUCHER};
use crate::domain::quarter::Quarter;
use crate::seed::numbers::Numbers;
use crate::seed::scenario::{self, working_day};

/// The last quarter, by its place.
const LAST: usize = QUARTERS - 1;
/// Days after its opening on which a quarter is made final.
const FREEZE: u64 = 75;
/// Days after the opening of the newest final quarter on which its figures are published.
const PUBLISH: u64 = 79;

/// Who does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doer {
    /// The institution that reports.
    Reporter,
    /// Who reviews: the secretariat, and the ministry what the secretariat reports.
    Reviewer,
    /// The ministry.
    Lead,
}

/// What is done with a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Values are saved.
    Save(Turn),
    /// It is handed in.
    Submit,
    /// It is said that there is nothing to report.
    Nil,
    /// Its review begins.
    Start,
    /// It is returned, to come again by that day.
    Return(NaiveDate),
    /// It is accepted.
    Accept,
    /// Its due date is moved to that day.
    Extend(NaiveDate),
    /// Its institution is reminded.
    Remind,
    /// Final figures are opened to be put right.
    Restate,
}

impl Act {
    /// Who does it.
    pub const fn doer(self) -> Doer {
        match self {
            Self::Save(_) | Self::Submit | Self::Nil => Doer::Reporter,
            Self::Start | Self::Return(_) | Self::Accept | Self::Extend(_) | Self::Remind => {
                Doer::Reviewer
            }
            Self::Restate => Doer::Lead,
        }
    }
}

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A quarter is opened.
    Open,
    /// Something is done with the submission of an institution for a programme.
    Done {
        /// Programme.
        programme: &'static str,
        /// Institution.
        institution: &'static str,
        /// Number of the step within the submission's story.
        number: usize,
        /// What.
        act: Act,
    },
    /// A quarter is made final; what nobody handed in is listed as missing.
    Freeze,
    /// Figures of the final quarters are published.
    Publish,
}

/// A step of the story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub at: DateTime<Utc>,
    /// Quarter, by its place.
    pub quarter: usize,
    /// What happens.
    pub event: Event,
}

/// Days after the opening of a quarter and an hour, in Seoul; what people do waits for a working day.
fn instant(quarter: Quarter, days: u64, (hour, minute): (u32, u32)) -> DateTime<Utc> {
    let day = quarter.next().first_day() + Days::new(days);
    scenario::instant(if days == 0 { day } else { working_day(day) }, (hour, minute))
}

/// The whole story in the order of time.
pub fn steps(quarters: &[Quarter; QUARTERS]) -> Vec<Step> {
    let mut steps = Vec::new();
    for (at, quarter) in quarters.iter().enumerate() {
        let step =
            |days, time, event| Step { at: instant(*quarter, days, time), quarter: at, event };
        steps.push(step(0, (0, 10), Event::Open));
        for (programme, institution) in expected(at) {
            for (number, (days, hour, act)) in
                told(programme, institution, at, *quarter).into_iter().enumerate()
            {
                // Minutes tell institutions apart.
                let minute = u32::try_from(institution.len() * 11 % 60).unwrap_or(0);
                let event = Event::Done { programme, institution, number, act };
                steps.push(step(days, (hour, minute), event));
            }
        }
        if at + 2 < QUARTERS {
            steps.push(step(FREEZE, (18, 0), Event::Freeze));
        }
        if at + 3 == QUARTERS {
            steps.push(step(PUBLISH, (10, 0), Event::Publish));
        }
    }
    steps.sort_by_key(|step| step.at);
    steps
}

/// Who is expected to report in the quarter of that place.
fn expected(at: usize) -> Vec<(&'static str, &'static str)> {
    let vouchers = REPORTERS.iter().filter(|one| one.code != "KISED" || at >= JOINED);
    let training = TRAINERS.iter().filter(|one| one.code != "KIBO" || at <= LEFT);
    vouchers
        .map(|one| (VOUCHER, one.code))
        .chain(training.map(|one| (TRAINING, one.code)))
        .collect()
}

/// What happens with one submission: days after the opening, hour, act. Hours rise from step to step, so that
/// none is overtaken where two wait for the same working day.
type Told = Vec<(u64, u32, Act)>;

fn told(programme: &str, institution: &str, at: usize, quarter: Quarter) -> Told {
    if at == LAST {
        return last(programme, institution, quarter);
    }
    let mut numbers = Numbers::named(&format!("story/{programme}/{institution}/{quarter}"));
    let submitted = 3 + numbers.below(6);
    let decided = submitted + 3 + numbers.below(5);
    let usual = |turn| {
        vec![
            (submitted - 1, 9, Act::Save(turn)),
            (submitted, 11, Act::Submit),
            (decided, 17, Act::Accept),
        ]
    };
    match (programme, institution, at) {
        (TRAINING, "KIBO", 0) => vec![(submitted, 11, Act::Nil), (decided, 17, Act::Accept)],
        // Nobody hands it in: listed as missing when the quarter is made final.
        (TRAINING, "SEMAS", 3) => vec![(20, 10, Act::Remind)],
        (VOUCHER, "SEMAS", 4) => usual(Turn::Surge),
        (VOUCHER, "KOSME", 1) => {
            // Put right more than a year later.
            let mut told = usual(Turn::Usual);
            told.extend([
                (400, 10, Act::Restate),
                (402, 11, Act::Save(Turn::Restated)),
                (402, 15, Act::Submit),
                (408, 17, Act::Accept),
            ]);
            told
        }
        (VOUCHER, "SEMAS", 1) | (VOUCHER, "KIBO", 4) | (TRAINING, "KOSME", 5) => {
            returned_once(quarter, submitted)
        }
        // Handed in late.
        (VOUCHER, "KISED", 3 | 6) | (VOUCHER, "KIBO", 2) | (TRAINING, "KIBO", 3) => {
            vec![(12, 9, Act::Save(Turn::Usual)), (15, 11, Act::Submit), (20, 17, Act::Accept)]
        }
        // Returned, and overdue since.
        (TRAINING, "SEMAS", 6) => vec![
            (submitted - 1, 9, Act::Save(Turn::Early)),
            (submitted, 11, Act::Submit),
            (decided, 14, Act::Return(day(quarter, decided + 14))),
        ],
        _ => usual(Turn::Usual),
    }
}

fn day(quarter: Quarter, days: u64) -> NaiveDate {
    quarter.next().first_day() + Days::new(days)
}

fn returned_once(quarter: Quarter, submitted: u64) -> Told {
    vec![
        (submitted - 1, 9, Act::Save(Turn::Early)),
        (submitted, 11, Act::Submit),
        (submitted + 2, 13, Act::Start),
        (submitted + 3, 14, Act::Return(day(quarter, submitted + 17))),
        (submitted + 8, 15, Act::Save(Turn::Usual)),
        (submitted + 8, 16, Act::Submit),
        (submitted + 12, 17, Act::Accept),
    ]
}

/// The last quarter: one in each state.
fn last(programme: &str, institution: &str, quarter: Quarter) -> Told {
    match (programme, institution) {
        (VOUCHER, "KOSME") => vec![
            (3, 9, Act::Save(Turn::Usual)),
            (4, 11, Act::Submit),
            (7, 13, Act::Start),
            (8, 17, Act::Accept),
        ],
        (VOUCHER, "TIPA") => {
            vec![(5, 9, Act::Save(Turn::Usual)), (6, 11, Act::Submit), (13, 13, Act::Start)]
        }
        (VOUCHER, "KIBO") => vec![
            (4, 9, Act::Save(Turn::Early)),
            (5, 11, Act::Submit),
            (12, 14, Act::Return(day(quarter, 70))),
        ],
        (VOUCHER, "SEMAS") => vec![(9, 9, Act::Save(Turn::Broken)), (20, 10, Act::Remind)],
        (VOUCHER, "KISED") => vec![(7, 9, Act::Save(Turn::Usual)), (14, 11, Act::Submit)],
        (TRAINING, "KOSME") => vec![(20, 10, Act::Remind)],
        (TRAINING, "SEMAS") => {
            vec![(6, 9, Act::Save(Turn::Usual)), (8, 10, Act::Extend(day(quarter, 60)))]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    #[test]
    fn nothing_happens_before_its_time() {
        let mut quarters = ["2026-Q3".parse::<Quarter>().unwrap(); QUARTERS];
        for (back, quarter) in quarters.iter_mut().rev().enumerate() {
            *quarter = quarter.back(u32::try_from(back).unwrap());
        }
        let mut reached: BTreeMap<(usize, &str, &str), usize> = BTreeMap::new();
        let mut opened = BTreeSet::new();
        let steps = steps(&quarters);
        assert!(steps.windows(2).all(|two| two[0].at <= two[1].at));
        for step in steps {
            match step.event {
                Event::Open => assert!(opened.insert(step.quarter)),
                Event::Done { programme, institution, number, .. } => {
                    assert!(opened.contains(&step.quarter));
                    let next = reached.entry((step.quarter, programme, institution)).or_default();
                    assert_eq!(*next, number, "{programme} {institution} {}", step.quarter);
                    *next += 1;
                }
                Event::Freeze | Event::Publish => assert!(step.quarter + 2 < QUARTERS),
            }
        }
        assert_eq!(opened.len(), QUARTERS);
    }
}
