//! The table of code list 7: every verb in every state by every caller.

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn facts(status: SubmissionStatus) -> Facts {
    Facts {
        status,
        review_started: false,
        period: PeriodState::Open,
        today: day("2026-10-12"),
        opens_on: day("2026-10-01"),
        locks_on: day("2026-11-11"),
        is_restatement: false,
        is_requested: false,
    }
}

const STATES: [SubmissionStatus; 6] = [
    SubmissionStatus::NotStarted,
    SubmissionStatus::Draft,
    SubmissionStatus::Submitted,
    SubmissionStatus::Returned,
    SubmissionStatus::Accepted,
    SubmissionStatus::Final,
];

/// Callers: nobody; a stranger who submits; one of the institution without the scope; its submitter;
/// a reviewer; one who reviews and handed it in for another; a reviewer of the institution; the lead;
/// the lead where the ministry reports itself.
fn callers() -> [Actor; 9] {
    let nobody = Actor::default();
    let stranger = Actor { can_submit: true, ..nobody };
    let unscoped = Actor { is_own: true, ..nobody };
    let submitter = Actor { is_own: true, can_submit: true, is_submitter: true, ..nobody };
    let reviewer = Actor { reviews: true, ..nobody };
    let both = Actor { reviews: true, is_submitter: true, ..nobody };
    let own = Actor { reviews: true, is_own: true, ..nobody };
    let lead = Actor { reviews: true, leads: true, ..nobody };
    let own_lead = Actor { is_own: true, ..lead };
    [nobody, stranger, unscoped, submitter, reviewer, both, own, lead, own_lead]
}

/// A letter for what came of it: the next state, or why not.
fn letter(outcome: Result<SubmissionStatus, Refused>) -> char {
    match outcome {
        Ok(SubmissionStatus::NotStarted) => 'N',
        Ok(SubmissionStatus::Draft) => 'D',
        Ok(SubmissionStatus::Submitted) => 'S',
        Ok(SubmissionStatus::Returned) => 'R',
        Ok(SubmissionStatus::Accepted) => 'A',
        Ok(SubmissionStatus::Final) => 'F',
        Err(Refused::NotYours) => 'y',
        Err(Refused::NeedsReviewer) => 'v',
        Err(Refused::NeedsLead) => 'l',
        Err(Refused::OwnInstitution) => 'o',
        Err(Refused::OwnSubmission) => 'm',
        Err(Refused::WrongState { .. }) => '-',
        Err(Refused::NotOpen) => 'n',
        Err(Refused::Locked { .. }) => 'k',
        Err(Refused::ReviewBegan) => 'b',
        Err(Refused::PeriodFinal) => 'p',
        Err(Refused::NotFinal) => 'x',
        Err(Refused::RestatementOpen) => 'r',
        Err(Refused::NoDeadline) => 'z',
        Err(Refused::RequestOpen) => 'w',
        Err(Refused::NoRequest) => 'q',
    }
}

#[test]
fn every_verb_in_every_state_by_every_caller() {
    // For each caller of `callers`, the outcome in each state of STATES.
    let table: [(Verb, [&str; 9]); 14] = [
        (
            Verb::SaveDraft,
            [
                "yyyyyy", "yyyyyy", "yyyyyy", "DD-R--", "yyyyyy", "yyyyyy", "yyyyyy", "yyyyyy",
                "yyyyyy",
            ],
        ),
        (
            Verb::Submit,
            [
                "yyyyyy", "yyyyyy", "yyyyyy", "-S-S--", "yyyyyy", "yyyyyy", "yyyyyy", "yyyyyy",
                "yyyyyy",
            ],
        ),
        (
            Verb::ReportNil,
            [
                "yyyyyy", "yyyyyy", "yyyyyy", "SS-S--", "yyyyyy", "yyyyyy", "yyyyyy", "yyyyyy",
                "yyyyyy",
            ],
        ),
        (
            Verb::Recall,
            [
                "yyyyyy", "yyyyyy", "yyyyyy", "--D---", "yyyyyy", "yyyyyy", "yyyyyy", "yyyyyy",
                "yyyyyy",
            ],
        ),
        (
            Verb::StartReview,
            [
                "vvvvvv", "vvvvvv", "vvvvvv", "vvvvvv", "--S---", "--S---", "oooooo", "--S---",
                "oooooo",
            ],
        ),
        (
            Verb::Return,
            [
                "vvvvvv", "vvvvvv", "vvvvvv", "vvvvvv", "--R---", "--R---", "oooooo", "--R---",
                "oooooo",
            ],
        ),
        (
            Verb::Accept,
            [
                "vvvvvv", "vvvvvv", "vvvvvv", "vvvvvv", "--A---", "--m---", "oooooo", "--A---",
                "oooooo",
            ],
        ),
        (
            Verb::Reopen,
            [
                "llllll", "llllll", "llllll", "llllll", "llllll", "llllll", "llllll", "----R-",
                "oooooo",
            ],
        ),
        (
            Verb::Extend,
            [
                "vvvvvv", "vvvvvv", "vvvvvv", "vvvvvv", "ND-R--", "ND-R--", "oooooo", "ND-R--",
                "oooooo",
            ],
        ),
        (
            Verb::RequestExtension,
            [
                "yyyyyy", "yyyyyy", "yyyyyy", "ND-R--", "yyyyyy", "yyyyyy", "yyyyyy", "yyyyyy",
                "yyyyyy",
            ],
        ),
        (
            Verb::DeclineExtension,
            [
                "vvvvvv", "vvvvvv", "vvvvvv", "vvvvvv", "qqqqqq", "qqqqqq", "oooooo", "qqqqqq",
                "oooooo",
            ],
        ),
        (
            Verb::Remind,
            [
                "vvvvvv", "vvvvvv", "vvvvvv", "vvvvvv", "ND-R--", "ND-R--", "ND-R--", "ND-R--",
                "ND-R--",
            ],
        ),
        (
            Verb::Freeze,
            [
                "llllll", "llllll", "llllll", "llllll", "llllll", "llllll", "llllll", "----F-",
                "----F-",
            ],
        ),
        (
            Verb::Restate,
            [
                "llllll", "llllll", "llllll", "llllll", "llllll", "llllll", "llllll", "xxxxxx",
                "xxxxxx",
            ],
        ),
    ];
    assert_eq!(table.map(|(verb, _)| verb), Verb::ALL);
    for (verb, rows) in table {
        for (actor, expected) in callers().iter().zip(rows) {
            let seen: String =
                STATES.iter().map(|status| letter(next(verb, &facts(*status), actor))).collect();
            assert_eq!(seen, expected, "{verb:?} by {actor:?}");
        }
    }
}

#[test]
fn time_decides_what_an_institution_may_do() {
    let submitter = callers()[3];
    let verbs = [Verb::SaveDraft, Verb::Submit, Verb::ReportNil];
    let seen = |facts: Facts| -> String {
        verbs.iter().map(|verb| letter(next(*verb, &facts, &submitter))).collect()
    };
    let draft = facts(SubmissionStatus::Draft);
    for (today, expected) in
        [("2026-09-30", "nnn"), ("2026-10-01", "DSS"), ("2026-11-11", "DSS"), ("2026-11-12", "kkk")]
    {
        assert_eq!(seen(Facts { today: day(today), ..draft }), expected, "{today}");
    }
    assert_eq!(seen(Facts { period: PeriodState::Planned, ..draft }), "nnn");
    assert_eq!(seen(Facts { period: PeriodState::Final, ..draft }), "ppp");
    let restated = Facts {
        period: PeriodState::Final,
        is_restatement: true,
        today: day("2027-06-01"),
        ..draft
    };
    assert_eq!(seen(restated), "DSS");
}

#[test]
fn a_final_quarter_is_only_restated() {
    let able = |verb: Verb| {
        let [_, _, _, submitter, reviewer, _, _, lead, _] = callers();
        [submitter, reviewer, lead].into_iter().find(|actor| access(verb, actor).is_ok()).unwrap()
    };
    let seen = |verb: Verb, is_restatement: bool| -> String {
        let of = |status| {
            let period = PeriodState::Final;
            letter(next(verb, &Facts { period, is_restatement, ..facts(status) }, &able(verb)))
        };
        STATES.into_iter().map(of).collect()
    };
    for verb in Verb::ALL {
        let expected = match verb {
            Verb::Restate => "DDDDDD",
            Verb::DeclineExtension => "qqqqqq",
            _ => "pppppp",
        };
        assert_eq!(seen(verb, false), expected, "{verb:?}");
    }
    // While one is open: draft, handed in, returned.
    for (verb, expected) in [
        (Verb::SaveDraft, "D-R"),
        (Verb::Submit, "S-S"),
        (Verb::ReportNil, "S-S"),
        (Verb::Recall, "-D-"),
        (Verb::StartReview, "-S-"),
        (Verb::Return, "-R-"),
        (Verb::Accept, "-F-"),
        (Verb::Reopen, "---"),
        (Verb::Extend, "zzz"),
        (Verb::RequestExtension, "zzz"),
        (Verb::DeclineExtension, "qqq"),
        (Verb::Remind, "D-R"),
        (Verb::Freeze, "---"),
        (Verb::Restate, "rrr"),
    ] {
        assert_eq!(seen(verb, true)[1..4], *expected, "{verb:?}");
    }
}

/// Where a submission can be, as far as any rule sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Spot {
    status: SubmissionStatus,
    review_started: bool,
    is_final: bool,
    is_restatement: bool,
    was_handed_in: bool,
    is_requested: bool,
    clock: Clock,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Clock {
    BeforeOpen,
    Open,
    PastDue,
    PastLock,
}

const DUE: &str = "2026-10-12";

impl Spot {
    fn facts(self) -> Facts {
        Facts {
            review_started: self.review_started,
            period: if self.is_final { PeriodState::Final } else { PeriodState::Open },
            today: day(match self.clock {
                Clock::BeforeOpen => "2026-09-30",
                Clock::Open => DUE,
                Clock::PastDue => "2026-11-11",
                Clock::PastLock => "2026-11-12",
            }),
            is_restatement: self.is_restatement,
            is_requested: self.is_requested,
            ..facts(self.status)
        }
    }

    /// What a verb makes of it, done by the first caller who may.
    fn after(self, verb: Verb) -> Option<Self> {
        let facts = self.facts();
        let status = callers().iter().find_map(|actor| next(verb, &facts, actor).ok())?;
        let mut after = Self { status, ..self };
        match verb {
            Verb::SaveDraft | Verb::Recall | Verb::Remind => {}
            Verb::Submit | Verb::ReportNil => {
                (after.was_handed_in, after.review_started) = (true, false);
                after.is_requested = false;
            }
            Verb::StartReview => after.review_started = true,
            Verb::Return | Verb::Reopen => {
                // A return takes the closing date along.
                after.review_started = false;
                if after.clock == Clock::PastLock {
                    after.clock = Clock::PastDue;
                }
            }
            Verb::Accept => after.is_restatement = false,
            Verb::RequestExtension => after.is_requested = true,
            Verb::DeclineExtension => after.is_requested = false,
            Verb::Extend => {
                after.is_requested = false;
                after.clock = match (self.clock, deadline(i32::from(self.was_handed_in))) {
                    (Clock::PastDue | Clock::PastLock, Deadline::Due) => Clock::Open,
                    (Clock::PastLock, Deadline::Closing) => Clock::PastDue,
                    (clock, _) => clock,
                };
            }
            // Of the quarter as a whole, below.
            Verb::Freeze => return None,
            Verb::Restate => (after.is_restatement, after.review_started) = (true, false),
        }
        Some(after)
    }

    /// What time, or the end of the quarter, makes of it.
    fn passed(self) -> Vec<Self> {
        let clock = match self.clock {
            Clock::BeforeOpen => Clock::Open,
            Clock::Open => Clock::PastDue,
            Clock::PastDue | Clock::PastLock => Clock::PastLock,
        };
        let mut passed = vec![Self { clock, ..self }];
        if !self.is_final {
            let status = match self.status {
                SubmissionStatus::Accepted => SubmissionStatus::Final,
                status => status,
            };
            passed.push(Self { is_final: true, status, ..self });
        }
        passed
    }
}

fn reachable() -> Vec<Spot> {
    let first = Spot {
        status: SubmissionStatus::NotStarted,
        review_started: false,
        is_final: false,
        is_restatement: false,
        was_handed_in: false,
        is_requested: false,
        clock: Clock::BeforeOpen,
    };
    let mut seen = vec![first];
    let mut at = 0;
    while let Some(spot) = seen.get(at).copied() {
        let verbs = Verb::ALL.into_iter().filter_map(|verb| spot.after(verb));
        for next in verbs.chain(spot.passed()) {
            if !seen.contains(&next) {
                seen.push(next);
            }
        }
        at += 1;
    }
    seen
}

#[test]
fn every_state_has_a_way_out() {
    let spots = reachable();
    assert!(spots.len() > 60, "only {} were reached", spots.len());
    let is_settled = |spot: &Spot| spot.status == SubmissionStatus::Final;
    // Backwards from what is settled, by verbs alone: no waiting, but for the opening.
    let mut led: Vec<Spot> = spots.iter().copied().filter(is_settled).collect();
    loop {
        let more: Vec<Spot> = spots
            .iter()
            .copied()
            .filter(|spot| !led.contains(spot))
            .filter(|spot| {
                let opens = spot.clock == Clock::BeforeOpen;
                let frozen = spot.status == SubmissionStatus::Accepted || opens;
                Verb::ALL
                    .into_iter()
                    .filter_map(|verb| spot.after(verb))
                    .any(|next| led.contains(&next))
                    || (frozen && spot.passed().iter().any(|next| led.contains(next)))
            })
            .collect();
        if more.is_empty() {
            break;
        }
        led.extend(more);
    }
    for spot in &spots {
        assert!(led.contains(spot), "no way out of {spot:?}");
        let has_verb = Verb::ALL
            .into_iter()
            .any(|verb| callers().iter().any(|actor| next(verb, &spot.facts(), actor).is_ok()));
        assert!(has_verb, "no verb for anybody in {spot:?}");
    }
}

#[test]
fn what_a_message_advises_works_there_for_somebody() {
    let mut advised = std::collections::HashSet::new();
    for spot in reachable() {
        let facts = spot.facts();
        for (verb, actor) in Verb::ALL.iter().flat_map(|verb| callers().map(|actor| (*verb, actor)))
        {
            let Err(refused) = next(verb, &facts, &actor) else { continue };
            let text = refused.message();
            let names_one = ["Ask for an extension", "return it", "restatement, which"]
                .iter()
                .any(|word| text.en.contains(word));
            assert_eq!(refused.advises().is_some(), names_one, "{}", text.en);
            let Some(helps) = refused.advises() else { continue };
            advised.insert(helps);
            let works = callers().iter().any(|actor| next(helps, &facts, actor).is_ok());
            assert!(works, "{verb:?} in {spot:?} is told: {}", text.en);
        }
        let handled_by_another =
            callers().iter().any(|actor| next(Verb::Accept, &facts, actor).is_ok());
        let told = callers()
            .iter()
            .any(|actor| next(Verb::Accept, &facts, actor) == Err(Refused::OwnSubmission));
        assert!(!told || handled_by_another, "{spot:?}");
    }
    assert_eq!(advised.len(), 3, "{advised:?}");
}

#[test]
fn who_is_waited_for_can_act() {
    for spot in reachable().into_iter().filter(|spot| spot.clock == Clock::Open) {
        let facts = spot.facts();
        let able = |verbs: &[Verb], at: usize| {
            verbs.iter().any(|verb| next(*verb, &facts, &callers()[at]).is_ok())
        };
        let partner = able(&[Verb::SaveDraft, Verb::Submit], 3);
        let reviewer = able(&[Verb::Accept, Verb::Return], 4);
        let lead = able(&[Verb::Freeze], 7);
        let expected = match (partner, reviewer, lead) {
            (true, false, false) => WaitsFor::Partner,
            (false, true, false) => WaitsFor::Reviewer,
            (false, false, true) => WaitsFor::Lead,
            (false, false, false) => WaitsFor::Nobody,
            several => panic!("{several:?} in {spot:?}"),
        };
        assert_eq!(
            waits_for(facts.status, facts.period, facts.is_restatement),
            expected,
            "{spot:?}"
        );
    }
}

#[test]
fn what_is_asked_for_can_be_granted_and_declined() {
    let [_, _, _, submitter, reviewer, _, own, ..] = callers();
    let mut open = 0;
    for spot in reachable() {
        let mut facts = spot.facts();
        let of = |verb, facts: &Facts, actor| next(verb, facts, actor);
        let grants = of(Verb::Extend, &facts, &reviewer);
        // One at a time, and exactly where it could be granted.
        let asks = of(Verb::RequestExtension, &facts, &submitter);
        match grants {
            Ok(_) if facts.is_requested => assert_eq!(asks, Err(Refused::RequestOpen), "{spot:?}"),
            Ok(status) => assert_eq!(asks, Ok(status), "{spot:?}"),
            Err(_) => assert!(asks.is_err(), "{spot:?}"),
        }
        // Whatever has become of it meanwhile, what is open can be closed, by who is not of the institution.
        open += i32::from(facts.is_requested);
        let declines = of(Verb::DeclineExtension, &facts, &reviewer);
        assert_eq!(declines.is_ok(), facts.is_requested, "{spot:?}");
        facts.is_requested = true;
        let own = of(Verb::DeclineExtension, &facts, &own);
        assert_eq!(own, Err(Refused::OwnInstitution), "{spot:?}");
    }
    assert!(open > 10, "only {open} were open");
}

#[test]
fn what_is_supplied_to_a_final_quarter_has_no_due_date() {
    let (due, again) = (day("2026-10-12"), day("2026-12-01"));
    assert_eq!(awaited_by(due, None, false), Some(due));
    assert_eq!(awaited_by(due, Some(again), false), Some(again));
    assert_eq!(awaited_by(due, Some(again), true), Some(again));
    assert_eq!(awaited_by(due, None, true), None);
    assert_eq!([0, 1, 7].map(deadline), [Deadline::Due, Deadline::Closing, Deadline::Closing]);
}

#[test]
fn what_keeps_a_handing_in() {
    use NotReady as N;
    let fine =
        Content { cells: 3, errors: 0, unjustified_warnings: 0, has_nonzero: true, attested: true };
    let table = [
        (fine, vec![]),
        (Content { cells: 0, ..fine }, vec![N::EmptyForm]),
        (Content { cells: 0, errors: 2, ..fine }, vec![N::EmptyForm]),
        (Content { errors: 2, ..fine }, vec![N::OpenErrors(2)]),
        (Content { unjustified_warnings: 1, ..fine }, vec![N::UnjustifiedWarnings(1)]),
        (Content { attested: false, ..fine }, vec![N::NotAttested]),
    ];
    for (content, expected) in table {
        assert_eq!(may_hand_in(&content), expected, "{content:?}");
    }
    let zero = Content { has_nonzero: false, ..fine };
    assert_eq!(may_report_nil(&zero, "공고 지연"), []);
    assert_eq!(may_report_nil(&fine, "공고 지연"), [N::NonZeroValue]);
    assert_eq!(may_report_nil(&zero, "  "), [N::NoReason]);
}

#[test]
fn clocks_run_until_they_are_stopped() {
    let at = |text: &str| Some(format!("{text}T03:00:00Z").parse::<DateTime<Utc>>().unwrap());
    let read = |first, returned, submitted, accepted| {
        let clocks = clocks(
            day("2026-10-01"),
            first,
            returned,
            submitted,
            accepted,
            at("2026-10-20").unwrap(),
        );
        (clocks.first_submission_days, clocks.resubmission_days, clocks.review_days)
    };
    assert_eq!(read(None, None, None, None), (Some(19), None, None));
    assert_eq!(read(at("2026-10-05"), None, at("2026-10-05"), None), (Some(4), None, Some(15)));
    assert_eq!(
        read(at("2026-10-05"), at("2026-10-08"), at("2026-10-05"), None),
        (Some(4), Some(12), Some(3))
    );
    assert_eq!(
        read(at("2026-10-05"), at("2026-10-08"), at("2026-10-09"), at("2026-10-11")),
        (Some(4), Some(1), Some(2))
    );
}
