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
        Err(Refused::Locked) => 'k',
        Err(Refused::ReviewBegan) => 'b',
        Err(Refused::PeriodFinal) => 'p',
    }
}

#[test]
fn every_verb_in_every_state_by_every_caller() {
    // For each caller of `callers`, the outcome in each state of STATES.
    let table: [(Verb, [&str; 9]); 10] = [
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
                "llllll", "llllll", "llllll", "llllll", "llllll", "llllll", "llllll", "----Rp",
                "oooooo",
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
                "llllll", "llllll", "llllll", "llllll", "llllll", "llllll", "llllll", "-----D",
                "-----D",
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
fn a_review_that_has_begun_and_a_restatement() {
    let [.., reviewer, _, _, lead, _] = callers();
    let begun = Facts { review_started: true, ..facts(SubmissionStatus::Submitted) };
    assert_eq!(next(Verb::Recall, &begun, &callers()[3]), Err(Refused::ReviewBegan));
    let restated = Facts { is_restatement: true, period: PeriodState::Final, ..begun };
    assert_eq!(next(Verb::Accept, &restated, &reviewer), Ok(SubmissionStatus::Final));
    let accepted = Facts { period: PeriodState::Final, ..facts(SubmissionStatus::Accepted) };
    assert_eq!(next(Verb::Reopen, &accepted, &lead), Err(Refused::PeriodFinal));
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
