//! The procedure of a bill: which stages count as reached, which may follow which, and where a bill stands
//! by its events, as exactly as their dates are known.
//!
//! Sources: National Assembly Act and the stages of the Assembly's feeds (code list 2).

use chrono::NaiveDate;
use entity::bill::{BillEffect, BillResult};
use entity::bill_event::BillStage;
use entity::common::DatePrecision;
use sea_orm::Iterable;
use uuid::Uuid;

use super::partial_date;

/// Stages in the order of the procedure; what ends it without enactment stands apart.
const PROCEDURE: [BillStage; 19] = [
    BillStage::Drafting,
    BillStage::Consultation,
    BillStage::LegislativeNotice,
    BillStage::RegulatoryAndMolegReview,
    BillStage::Cabinet,
    BillStage::Received,
    BillStage::CommitteeReceived,
    BillStage::CommitteeReview,
    BillStage::CommitteeDecided,
    BillStage::JudiciaryRequested,
    BillStage::JudiciaryReview,
    BillStage::PlenaryReady,
    BillStage::PlenaryDecided,
    BillStage::TextFinalised,
    BillStage::Transferred,
    BillStage::ReconsiderationRequested,
    BillStage::ReconsiderationDecided,
    BillStage::Promulgated,
    BillStage::InForce,
];

fn place(stage: BillStage) -> Option<usize> {
    PROCEDURE.iter().position(|known| *known == stage)
}

/// Stages that show that `stage` was reached: itself and, within the procedure, every later one.
pub fn reached_by(stage: BillStage) -> Vec<BillStage> {
    match place(stage) {
        Some(at) => PROCEDURE[at..].to_vec(),
        None => vec![stage],
    }
}

/// Whether `next` may follow `last` on record.
///
/// Sources tell of some stages only, so stages may be skipped forwards; backwards the procedure knows
/// the return to committee review and the reconsideration. Nothing follows an end.
pub fn may_follow(last: Option<BillStage>, next: BillStage) -> bool {
    let Some(last) = last else { return true };
    match (last, next) {
        (BillStage::CommitteeDecided | BillStage::JudiciaryReview, BillStage::CommitteeReview)
        | (
            BillStage::ReconsiderationRequested,
            BillStage::PlenaryReady | BillStage::PlenaryDecided,
        ) => true,
        (
            BillStage::InForce | BillStage::ClosedWithoutEnactment | BillStage::PlenaryNotTabled,
            _,
        ) => false,
        (BillStage::Promulgated, next) => next == BillStage::InForce,
        (_, BillStage::ClosedWithoutEnactment | BillStage::PlenaryNotTabled) => {
            place(last) < place(BillStage::Transferred)
                || last == BillStage::ReconsiderationRequested
                || last == BillStage::ReconsiderationDecided
        }
        (last, next) => place(last) < place(next),
    }
}

/// Whether the plenary passed it.
const fn is_passed(result: BillResult) -> bool {
    matches!(result, BillResult::PassedAsProposed | BillResult::PassedAmended | BillResult::Passed)
}

/// Whether `next` may be recorded after `last`, of a bill with this result and effect. Beyond [`may_follow`]: what was
/// passed is closed without enactment only once it was sent back, and what ended by its result is only closed.
pub fn may_come(
    last: Option<BillStage>,
    (result, effect): (BillResult, BillEffect),
    next: BillStage,
) -> bool {
    use BillStage as S;
    let closes = matches!(next, S::ClosedWithoutEnactment | S::PlenaryNotTabled);
    match effect {
        BillEffect::None | BillEffect::InAlternative => {
            next == S::ClosedWithoutEnactment
                && !matches!(last, Some(S::ClosedWithoutEnactment | S::PlenaryNotTabled))
        }
        BillEffect::Pending | BillEffect::Enacted => {
            let is_final = is_passed(result) && last != Some(S::ReconsiderationRequested);
            may_follow(last, next) && !(closes && is_final)
        }
    }
}

/// Stages that may be recorded next, in the order of the codes.
pub fn next_stages(
    last: Option<BillStage>,
    stands: (BillResult, BillEffect),
) -> impl Iterator<Item = BillStage> {
    BillStage::iter().filter(move |next| may_come(last, stands, *next))
}

/// Results that an event of a stage may bring; one of them must stand there if the second part says so.
pub const fn results(stage: BillStage) -> (&'static [BillResult], bool) {
    use BillResult as R;
    use BillStage as S;
    match stage {
        S::CommitteeReview | S::CommitteeDecided => (&[R::Held], false),
        S::PlenaryDecided => {
            (&[R::PassedAsProposed, R::PassedAmended, R::Passed, R::Rejected], true)
        }
        S::ReconsiderationDecided => (&[R::Passed, R::Rejected], true),
        S::ClosedWithoutEnactment => (
            &[
                R::AbsorbedInAlternative,
                R::AbsorbedInAmendment,
                R::Rejected,
                R::Discarded,
                R::Withdrawn,
                R::ExpiredTermEnd,
                R::ExpiredSession,
            ],
            true,
        ),
        S::Drafting
        | S::Consultation
        | S::LegislativeNotice
        | S::RegulatoryAndMolegReview
        | S::Cabinet
        | S::Received
        | S::CommitteeReceived
        | S::JudiciaryRequested
        | S::JudiciaryReview
        | S::PlenaryReady
        | S::PlenaryNotTabled
        | S::TextFinalised
        | S::Transferred
        | S::ReconsiderationRequested
        | S::Promulgated
        | S::InForce => (&[], false),
    }
}

/// Whether a result says that another bill took the content up.
pub const fn is_absorbed(result: BillResult) -> bool {
    matches!(result, BillResult::AbsorbedInAlternative | BillResult::AbsorbedInAmendment)
}

/// Whether a bill at this stage ends with the Assembly's term: what has reached the Assembly, and is neither decided nor
/// closed; what was sent back is pending again.
pub fn expires(stage: Option<BillStage>, (result, effect): (BillResult, BillEffect)) -> bool {
    let reached = stage.is_some_and(|stage| place(stage) >= place(BillStage::Received));
    reached
        && effect == BillEffect::Pending
        && may_come(stage, (result, effect), BillStage::ClosedWithoutEnactment)
}

/// A stage event as far as it tells where a bill stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Key.
    pub id: Uuid,
    /// Order of entry.
    pub position: i32,
    /// The event that it corrects.
    pub corrects: Option<Uuid>,
    /// Stage reached.
    pub stage: BillStage,
    /// When.
    pub occurred_on: String,
    /// Whether it is only known to have happened by then.
    pub known_by: bool,
    /// Result that it brought, if it tells one.
    pub result: Option<BillResult>,
}

/// Result and effect of a bill by its events; `known` are those on record, which stay where no event ever told one.
pub fn outcome(events: &[Event], known: (BillResult, BillEffect)) -> (BillResult, BillEffect) {
    let found = uncorrected(events);
    let was_told = events.iter().any(|event| event.result.is_some());
    let last = found.last();
    let told = found.iter().rev().find_map(|event| Some((event, event.result?)));
    let result = match told {
        // A committee's putting off ends with what it does next.
        Some((event, BillResult::Held)) if last.is_none_or(|last| last.id != event.id) => {
            BillResult::Pending
        }
        Some((_, result)) => result,
        None if was_told => BillResult::Pending,
        None => known.0,
    };
    let (result, effect) = match last {
        Some(last) => outcome_of(last.stage, result),
        None => (result, BillEffect::Pending),
    };
    // That it became law may be known where its promulgation is not.
    let is_law = known.1 == BillEffect::Enacted && effect == BillEffect::Pending && !was_told;
    (result, if is_law { BillEffect::Enacted } else { effect })
}

/// Result and effect of a bill at a stage with this result.
pub const fn outcome_of(stage: BillStage, result: BillResult) -> (BillResult, BillEffect) {
    let effect = match (stage, result) {
        (BillStage::Promulgated | BillStage::InForce, _) => BillEffect::Enacted,
        (_, BillResult::AbsorbedInAlternative | BillResult::AbsorbedInAmendment) => {
            BillEffect::InAlternative
        }
        (
            _,
            BillResult::Rejected
            | BillResult::Discarded
            | BillResult::Withdrawn
            | BillResult::ExpiredTermEnd
            | BillResult::ExpiredSession,
        )
        | (BillStage::PlenaryNotTabled, _) => BillEffect::None,
        (
            _,
            BillResult::Pending
            | BillResult::PassedAsProposed
            | BillResult::PassedAmended
            | BillResult::Passed
            | BillResult::Held
            | BillResult::Unmapped,
        ) => BillEffect::Pending,
    };
    (result, effect)
}

/// Where a bill stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Stage.
    pub stage: BillStage,
    /// When it was reached.
    pub since: String,
    /// How exactly that is known.
    pub precision: DatePrecision,
    /// Date of the latest event.
    pub latest_on: String,
}

impl Event {
    /// How exactly its date is known.
    pub fn precision(&self) -> DatePrecision {
        precision(&self.occurred_on, self.known_by)
    }
}

/// How exactly a date is known.
pub fn precision(date: &str, known_by: bool) -> DatePrecision {
    match date.len() {
        _ if known_by => DatePrecision::By,
        4 => DatePrecision::Year,
        7 => DatePrecision::Month,
        _ => DatePrecision::Day,
    }
}

/// The events that none corrects, in the order of the procedure: events are appended in it, and a
/// correction takes the place of what it corrects. Dates do not tell the order, since some are only dates
/// by which a stage had been reached.
pub fn uncorrected(events: &[Event]) -> Vec<&Event> {
    let place = |event: &Event| {
        let mut place = event.position;
        let mut corrects = event.corrects;
        for _ in 0..events.len() {
            let Some(corrected) = events.iter().find(|other| Some(other.id) == corrects) else {
                break;
            };
            place = corrected.position;
            corrects = corrected.corrects;
        }
        place
    };
    let is_corrected = |event: &Event| events.iter().any(|other| other.corrects == Some(event.id));
    let mut found: Vec<&Event> = events.iter().filter(|event| !is_corrected(event)).collect();
    found.sort_by_key(|event| (place(event), event.position, event.id));
    found
}

/// Where a bill stands by its events; none before the first.
pub fn standing(events: &[Event]) -> Option<Standing> {
    let found = uncorrected(events);
    let stage = found.last()?.stage;
    let since = found.iter().rev().take_while(|event| event.stage == stage).last()?;
    let latest = found.iter().max_by_key(|event| partial_date::last_day(&event.occurred_on))?;
    Some(Standing {
        stage,
        since: since.occurred_on.clone(),
        precision: precision(&since.occurred_on, since.known_by),
        latest_on: latest.occurred_on.clone(),
    })
}

/// A stage that a bill was in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StagePeriod<'a> {
    /// Stage.
    pub stage: BillStage,
    /// The event that brought it.
    pub from: &'a Event,
    /// The event that brought the next one.
    pub to: Option<&'a Event>,
    /// Days in it, where both days are known.
    pub days: Option<i64>,
}

/// The stages that a bill was in, one after the other; what comes again in a row is one.
pub fn stages(events: &[Event], is_closed: bool, today: NaiveDate) -> Vec<StagePeriod<'_>> {
    let mut first = uncorrected(events);
    first.dedup_by_key(|event| event.stage);
    let day = |event: &Event| {
        let is_known = event.precision() == DatePrecision::Day;
        partial_date::first_day(&event.occurred_on).filter(|_| is_known)
    };
    let until = |next: Option<&Event>| match next {
        Some(next) => day(next),
        None => (!is_closed).then_some(today),
    };
    let mut stages = Vec::with_capacity(first.len());
    for (at, from) in first.iter().copied().enumerate() {
        let to = first.get(at + 1).copied();
        let days = day(from).zip(until(to)).map(|(from, to)| (to - from).num_days());
        // Dates that contradict the order of the procedure tell no days.
        stages.push(StagePeriod {
            stage: from.stage,
            from,
            to,
            days: days.filter(|days| *days >= 0),
        });
    }
    stages
}

/// Last stage that is known to have been reached by a day; none before the first event. Within the month or
/// year in which an event is known to lie, and before the day by which it is known, it does not count yet.
pub fn stage_on(events: &[Event], day: NaiveDate, today: NaiveDate) -> Option<BillStage> {
    let mut reached = None;
    for event in uncorrected(events) {
        let first = partial_date::first_day(&event.occurred_on)?;
        // What is on record today has happened.
        let last = partial_date::last_day(&event.occurred_on)?.min(today.max(first));
        if last <= day {
            reached = Some(event.stage);
        }
    }
    reached
}

/// Days since a stage was reached; none unless the day is known.
pub fn days_in_stage(since: &str, precision: DatePrecision, today: NaiveDate) -> Option<i64> {
    (precision == DatePrecision::Day)
        .then(|| partial_date::first_day(since))
        .flatten()
        .map(|since| (today - since).num_days())
}

/// Whether a bill became law.
pub fn is_enacted(stage: Option<BillStage>, effect: BillEffect) -> bool {
    effect == BillEffect::Enacted
        || matches!(stage, Some(BillStage::Promulgated | BillStage::InForce))
}

/// Whether the procedure of a bill is over.
pub fn is_closed(stage: Option<BillStage>, result: BillResult, effect: BillEffect) -> bool {
    let by_result = match result {
        BillResult::AbsorbedInAlternative
        | BillResult::AbsorbedInAmendment
        | BillResult::Rejected
        | BillResult::Discarded
        | BillResult::Withdrawn
        | BillResult::ExpiredTermEnd
        | BillResult::ExpiredSession => true,
        // Passed bills go on to the government, which may send them back.
        BillResult::Pending
        | BillResult::PassedAsProposed
        | BillResult::PassedAmended
        | BillResult::Passed
        | BillResult::Held
        | BillResult::Unmapped => false,
    };
    let by_stage =
        matches!(stage, Some(BillStage::ClosedWithoutEnactment | BillStage::PlenaryNotTabled));
    by_result || by_stage || effect != BillEffect::Pending || is_enacted(stage, effect)
}

/// Days after which a pending bill is stalled, where nobody names any.
pub const STALLED_AFTER: i64 = 180;

/// Whether a bill has been in its stage for at least `limit` days; none where the day is not known.
pub fn is_stalled(is_closed: bool, days: Option<i64>, limit: i64) -> Option<bool> {
    if is_closed { Some(false) } else { days.map(|days| days >= limit) }
}

/// Place of a stage in the order in which the codes are declared, 0 before the first.
pub fn order(stage: Option<BillStage>) -> i32 {
    let Some(stage) = stage else { return 0 };
    let at = BillStage::CHOICE.values.iter().position(|value| value.code == stage.code());
    at.and_then(|at| i32::try_from(at).ok()).map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_procedure_goes_forwards() {
        use BillStage as S;
        let table = [
            (None, S::CommitteeReview, true),
            (Some(S::Drafting), S::CommitteeReview, true),
            (Some(S::CommitteeReview), S::Drafting, false),
            (Some(S::CommitteeReview), S::CommitteeReview, false),
            (Some(S::CommitteeDecided), S::CommitteeReview, true),
            (Some(S::CommitteeReview), S::ClosedWithoutEnactment, true),
            (Some(S::ClosedWithoutEnactment), S::Received, false),
            (Some(S::ReconsiderationRequested), S::PlenaryDecided, true),
            (Some(S::Promulgated), S::InForce, true),
            (Some(S::Promulgated), S::ClosedWithoutEnactment, false),
            (Some(S::InForce), S::Promulgated, false),
            (Some(S::Transferred), S::ClosedWithoutEnactment, false),
        ];
        for (last, next, allowed) in table {
            assert_eq!(may_follow(last, next), allowed, "{last:?} -> {next:?}");
        }
    }

    #[test]
    fn a_closed_bill_did_not_reach_promulgation() {
        assert!(!reached_by(BillStage::Promulgated).contains(&BillStage::ClosedWithoutEnactment));
        assert!(reached_by(BillStage::Received).contains(&BillStage::Promulgated));
        assert_eq!(reached_by(BillStage::PlenaryNotTabled), [BillStage::PlenaryNotTabled]);
    }

    fn event(position: u32, stage: BillStage, on: &str, known_by: bool) -> Event {
        Event {
            id: Uuid::from_u128(position.into()),
            position: position.try_into().unwrap(),
            corrects: None,
            stage,
            occurred_on: on.to_owned(),
            known_by,
            result: None,
        }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_bill_stands_where_its_last_event_left_it() {
        use BillStage as S;
        assert_eq!(standing(&[]), None);
        let mut events = vec![
            event(1, S::Received, "2024-03-29", true),
            event(2, S::CommitteeReceived, "2024-02-10", false),
        ];
        // The date by which the first stage had been reached says nothing of the order.
        let found = standing(&events).unwrap();
        assert_eq!((found.stage, found.since.as_str()), (S::CommitteeReceived, "2024-02-10"));
        assert_eq!((found.precision, found.latest_on.as_str()), (DatePrecision::Day, "2024-03-29"));
        // A correction takes the place of what it corrects, and its own correction takes the same.
        for (position, on) in [(3, "2024-01"), (4, "2024")] {
            let corrects = Some(if position == 3 { events[0].id } else { events[2].id });
            events.push(Event { corrects, ..event(position, S::Received, on, false) });
            assert_eq!(standing(&events).unwrap().stage, S::CommitteeReceived);
        }
        let corrects = Some(events[1].id);
        events.push(Event { corrects, ..event(5, S::CommitteeReview, "2024-02", false) });
        let found = standing(&events).unwrap();
        assert_eq!((found.stage, found.precision), (S::CommitteeReview, DatePrecision::Month));
        // Two that correct each other leave none, and no search without end.
        let (mut one, mut other) =
            (event(1, S::Received, "2024", false), event(2, S::Cabinet, "2024", false));
        (one.corrects, other.corrects) = (Some(other.id), Some(one.id));
        assert_eq!(standing(&[one, other]), None);
    }

    #[test]
    fn the_stage_on_a_day_is_the_last_known_to_be_reached() {
        use BillStage as S;
        let today = day("2026-11-22");
        let implied = [
            event(1, S::Drafting, "2025-01-23", true),
            event(2, S::CommitteeReview, "2026-07-01", true),
        ];
        let month = [
            event(1, S::Received, "2024-10-02", false),
            event(2, S::PlenaryDecided, "2024-12", false),
        ];
        let present = [event(1, S::Received, "2026-11", false)];
        for (events, on, expected) in [
            (&implied[..], "2025-01-22", None),
            (&implied, "2025-01-23", Some(S::Drafting)),
            (&implied, "2025-01-24", Some(S::Drafting)),
            (&implied, "2026-06-30", Some(S::Drafting)),
            (&implied, "2026-07-01", Some(S::CommitteeReview)),
            (&implied, "2030-01-01", Some(S::CommitteeReview)),
            (&month, "2024-10-01", None),
            (&month, "2024-11-30", Some(S::Received)),
            (&month, "2024-12-01", Some(S::Received)),
            (&month, "2024-12-31", Some(S::PlenaryDecided)),
            (&present, "2026-11-21", None),
            (&present, "2026-11-22", Some(S::Received)),
        ] {
            assert_eq!(stage_on(events, day(on), today), expected, "{on}");
        }
    }

    #[test]
    fn days_are_counted_from_a_known_day_only() {
        let today = day("2026-11-22");
        for (since, known_by, days) in [
            ("2026-11-20", false, Some(2)),
            ("2026-11-20", true, None),
            ("2026-11", false, None),
            ("2026", false, None),
        ] {
            assert_eq!(days_in_stage(since, precision(since, known_by), today), days, "{since}");
        }
        assert_eq!(is_stalled(false, Some(2), 2), Some(true));
        assert_eq!(is_stalled(false, Some(2), 3), Some(false));
        assert_eq!(is_stalled(false, None, 3), None);
        assert_eq!(is_stalled(true, Some(900), 3), Some(false));
        assert_eq!(is_stalled(true, None, 3), Some(false));
    }

    #[test]
    fn a_bill_is_closed_by_its_result_effect_or_stage() {
        use {BillEffect as E, BillResult as R, BillStage as S};
        for (stage, result, effect, closed, enacted) in [
            (None, R::Pending, E::Pending, false, false),
            (Some(S::CommitteeReview), R::Held, E::Pending, false, false),
            (Some(S::PlenaryDecided), R::Passed, E::Pending, false, false),
            (Some(S::PlenaryDecided), R::Passed, E::Enacted, true, true),
            (Some(S::Promulgated), R::PassedAmended, E::Pending, true, true),
            (Some(S::InForce), R::Unmapped, E::Pending, true, true),
            (Some(S::CommitteeReview), R::AbsorbedInAlternative, E::InAlternative, true, false),
            (Some(S::Received), R::ExpiredTermEnd, E::None, true, false),
            (Some(S::ClosedWithoutEnactment), R::Pending, E::Pending, true, false),
            (Some(S::PlenaryNotTabled), R::Pending, E::Pending, true, false),
        ] {
            assert_eq!(is_closed(stage, result, effect), closed, "{stage:?} {result:?} {effect:?}");
            assert_eq!(is_enacted(stage, effect), enacted, "{stage:?} {effect:?}");
        }
        assert_eq!(order(None), 0);
        assert!(order(Some(S::Drafting)) < order(Some(S::Received)));
        assert!(order(Some(S::InForce)) < order(Some(S::ClosedWithoutEnactment)));
    }

    #[test]
    fn each_stage_and_outcome_allows_its_own() {
        use {BillEffect as E, BillResult as R, BillStage as S};
        let pending = (R::Pending, E::Pending);
        let passed = (R::PassedAmended, E::Pending);
        let names = |last, stands| next_stages(last, stands).collect::<Vec<_>>();
        assert_eq!(names(None, pending).len(), 21);
        assert_eq!(
            names(Some(S::JudiciaryReview), pending),
            [
                S::CommitteeReview,
                S::PlenaryReady,
                S::PlenaryNotTabled,
                S::PlenaryDecided,
                S::TextFinalised,
                S::Transferred,
                S::ReconsiderationRequested,
                S::ReconsiderationDecided,
                S::Promulgated,
                S::InForce,
                S::ClosedWithoutEnactment
            ]
        );
        // What was passed goes on to be law, and is closed only once it was sent back.
        assert_eq!(
            names(Some(S::Transferred), passed),
            [S::ReconsiderationRequested, S::ReconsiderationDecided, S::Promulgated, S::InForce]
        );
        assert!(!names(Some(S::PlenaryDecided), passed).contains(&S::ClosedWithoutEnactment));
        assert!(
            names(Some(S::ReconsiderationRequested), passed).contains(&S::ClosedWithoutEnactment)
        );
        assert_eq!(names(Some(S::Promulgated), (R::Passed, E::Enacted)), [S::InForce]);
        // What ended by its result is only closed, once.
        for stands in [(R::Rejected, E::None), (R::AbsorbedInAlternative, E::InAlternative)] {
            assert_eq!(names(Some(S::PlenaryDecided), stands), [S::ClosedWithoutEnactment]);
            assert_eq!(names(Some(S::ClosedWithoutEnactment), stands), []);
            assert_eq!(names(Some(S::PlenaryNotTabled), stands), []);
        }
        assert_eq!(names(Some(S::InForce), (R::Passed, E::Enacted)), []);
    }

    #[test]
    fn a_term_ends_what_is_pending_in_the_assembly() {
        use {BillEffect as E, BillResult as R, BillStage as S};
        let pending = (R::Pending, E::Pending);
        for (stage, stands, expired) in [
            (None, pending, false),
            (Some(S::Drafting), pending, false),
            (Some(S::Cabinet), pending, false),
            (Some(S::Received), pending, true),
            (Some(S::CommitteeReview), (R::Held, E::Pending), true),
            (Some(S::PlenaryReady), pending, true),
            (Some(S::PlenaryDecided), (R::Passed, E::Pending), false),
            (Some(S::Transferred), (R::Passed, E::Pending), false),
            (Some(S::ReconsiderationRequested), (R::Passed, E::Pending), true),
            (Some(S::ClosedWithoutEnactment), (R::Withdrawn, E::None), false),
            (Some(S::CommitteeReview), (R::AbsorbedInAlternative, E::InAlternative), false),
            (Some(S::Promulgated), (R::Passed, E::Enacted), false),
        ] {
            assert_eq!(expires(stage, stands), expired, "{stage:?} {stands:?}");
        }
    }

    #[test]
    fn result_and_effect_follow_from_the_events() {
        use {BillEffect as E, BillResult as R, BillStage as S};
        let told = |position, stage, result| Event {
            result,
            ..event(position, stage, "2026-01-01", false)
        };
        let pending = (R::Pending, E::Pending);
        assert_eq!(outcome(&[], pending), pending);
        let mut events =
            vec![told(1, S::Received, None), told(2, S::CommitteeReview, Some(R::Held))];
        assert_eq!(outcome(&events, pending), (R::Held, E::Pending));
        events.push(told(3, S::CommitteeDecided, None));
        assert_eq!(outcome(&events, pending), pending);
        events.push(told(4, S::PlenaryDecided, Some(R::PassedAmended)));
        assert_eq!(outcome(&events, pending), (R::PassedAmended, E::Pending));
        events.push(told(5, S::Promulgated, None));
        assert_eq!(outcome(&events, pending), (R::PassedAmended, E::Enacted));
        // Corrected, it is what the correction says.
        let correction =
            Event { corrects: Some(events[4].id), ..told(6, S::ReconsiderationRequested, None) };
        events.push(correction);
        assert_eq!(outcome(&events, pending), (R::PassedAmended, E::Pending));
        events.push(told(7, S::ReconsiderationDecided, Some(R::Rejected)));
        assert_eq!(outcome(&events, pending), (R::Rejected, E::None));
        let closed = [
            told(1, S::Received, None),
            told(2, S::ClosedWithoutEnactment, Some(R::AbsorbedInAlternative)),
        ];
        assert_eq!(outcome(&closed, pending), (R::AbsorbedInAlternative, E::InAlternative));
        // What is on record without an event that says so stays.
        let law = (R::Passed, E::Enacted);
        assert_eq!(outcome(&[told(1, S::PlenaryDecided, None)], law), law);
    }
}
