//! 제출. What may be done with a submission, by whom and when: the verbs and guards of code list 7.
//!
//! Access is judged before the state, so that a stranger learns nothing of the state; the quarter before the
//! state, and the state before the time. To add a verb: a variant, its line in each match and in the table of
//! the tests.

use chrono::{DateTime, NaiveDate, Utc};
use entity::reporting_period::PeriodState;
use entity::submission::SubmissionStatus;

use super::quarter::seoul;
use super::text::Text;

mod refused;

pub use refused::{Refused, status_ko};

/// What can be done with a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    /// 저장. Save values.
    SaveDraft,
    /// 제출. Hand it in.
    Submit,
    /// 실적 없음 보고. Report that there is nothing to report.
    ReportNil,
    /// 회수. Take it back before its review.
    Recall,
    /// 검토 시작. Begin the review.
    StartReview,
    /// 반려. Give it back to be put right.
    Return,
    /// 승인. Accept it.
    Accept,
    /// 재개방. Open it again after it was accepted.
    Reopen,
    /// 기한연장. Move its deadline.
    Extend,
    /// 기한연장 신청. Ask for a later deadline.
    RequestExtension,
    /// 기한연장 불허. Decline what was asked for.
    DeclineExtension,
    /// 알림. Remind its institution.
    Remind,
    /// 확정. Make it final with its quarter.
    Freeze,
    /// 정정. Open it in a final quarter, to be put right or supplied late.
    Restate,
}

impl Verb {
    /// Every verb, in the order of the procedure.
    pub const ALL: [Self; 14] = [
        Self::SaveDraft,
        Self::Submit,
        Self::ReportNil,
        Self::Recall,
        Self::StartReview,
        Self::Return,
        Self::Accept,
        Self::Reopen,
        Self::Extend,
        Self::RequestExtension,
        Self::DeclineExtension,
        Self::Remind,
        Self::Freeze,
        Self::Restate,
    ];

    /// Name as shown.
    pub const fn code(self) -> &'static str {
        match self {
            Self::SaveDraft => "saveDraft",
            Self::Submit => "submit",
            Self::ReportNil => "reportNil",
            Self::Recall => "recall",
            Self::StartReview => "startReview",
            Self::Return => "return",
            Self::Accept => "accept",
            Self::Reopen => "reopen",
            Self::Extend => "extend",
            Self::RequestExtension => "requestExtension",
            Self::DeclineExtension => "declineExtension",
            Self::Remind => "remind",
            Self::Freeze => "freeze",
            Self::Restate => "restate",
        }
    }

    /// The Korean verb before "수 없습니다".
    const fn ko(self) -> &'static str {
        match self {
            Self::SaveDraft => "저장할",
            Self::Submit => "제출할",
            Self::ReportNil => "실적 없음을 보고할",
            Self::Recall => "회수할",
            Self::StartReview => "검토를 시작할",
            Self::Return => "반려할",
            Self::Accept => "승인할",
            Self::Reopen => "재개방할",
            Self::Extend => "기한을 연장할",
            Self::RequestExtension => "기한연장을 신청할",
            Self::DeclineExtension => "기한연장을 불허할",
            Self::Remind => "알림을 보낼",
            Self::Freeze => "확정할",
            Self::Restate => "정정할",
        }
    }
}

/// What a guard must know of a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Where it stands.
    pub status: SubmissionStatus,
    /// Whether its review has begun.
    pub review_started: bool,
    /// How far its period has come.
    pub period: PeriodState,
    /// Today in Seoul.
    pub today: NaiveDate,
    /// First day on which results are taken.
    pub opens_on: NaiveDate,
    /// Last day on which they are taken, extensions and returns counted in.
    pub locks_on: NaiveDate,
    /// Whether it was opened in a final quarter and is not accepted yet.
    pub is_restatement: bool,
    /// Whether its institution asks for a later deadline, and nobody has decided.
    pub is_requested: bool,
}

/// What a caller is to a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Actor {
    /// May hand in results of its own institution.
    pub can_submit: bool,
    /// May review results: of an institution that runs the programme.
    pub reviews: bool,
    /// May open again, make final and restate: of the ministry.
    pub leads: bool,
    /// Is of the institution that reports.
    pub is_own: bool,
    /// Is the client that handed it in.
    pub is_submitter: bool,
}

/// The state that a verb leads to.
///
/// # Errors
/// Why it is refused.
pub fn next(verb: Verb, facts: &Facts, actor: &Actor) -> Result<SubmissionStatus, Refused> {
    access(verb, actor)?;
    quarter(verb, facts)?;
    let next = state(verb, facts)?;
    time(verb, facts)?;
    match verb {
        Verb::Accept if actor.is_submitter => Err(Refused::OwnSubmission),
        Verb::RequestExtension if facts.is_requested => Err(Refused::RequestOpen),
        Verb::DeclineExtension if !facts.is_requested => Err(Refused::NoRequest),
        _ => Ok(next),
    }
}

fn access(verb: Verb, actor: &Actor) -> Result<(), Refused> {
    match verb {
        Verb::SaveDraft
        | Verb::Submit
        | Verb::ReportNil
        | Verb::Recall
        | Verb::RequestExtension => {
            if actor.is_own && actor.can_submit {
                Ok(())
            } else {
                Err(Refused::NotYours)
            }
        }
        Verb::StartReview | Verb::Return | Verb::Accept | Verb::Extend | Verb::DeclineExtension => {
            match (actor.reviews, actor.is_own) {
                (false, _) => Err(Refused::NeedsReviewer),
                (true, true) => Err(Refused::OwnInstitution),
                (true, false) => Ok(()),
            }
        }
        Verb::Reopen => match (actor.leads, actor.is_own) {
            (false, _) => Err(Refused::NeedsLead),
            (true, true) => Err(Refused::OwnInstitution),
            (true, false) => Ok(()),
        },
        Verb::Remind => {
            if actor.reviews {
                Ok(())
            } else {
                Err(Refused::NeedsReviewer)
            }
        }
        // Of a quarter as a whole, and under the public's eyes: also for the ministry's own.
        Verb::Freeze | Verb::Restate => {
            if actor.leads {
                Ok(())
            } else {
                Err(Refused::NeedsLead)
            }
        }
    }
}

/// What a final quarter allows: to open a restatement, and then what leads to its acceptance; and to decide on what was
/// asked for before.
fn quarter(verb: Verb, facts: &Facts) -> Result<(), Refused> {
    match (verb, facts.period, facts.is_restatement) {
        (Verb::Restate, PeriodState::Planned | PeriodState::Open, _) => Err(Refused::NotFinal),
        (Verb::Restate, PeriodState::Final, false) => Ok(()),
        (Verb::Restate, PeriodState::Final, true) => Err(Refused::RestatementOpen),
        (Verb::DeclineExtension, ..) => Ok(()),
        (_, PeriodState::Final, false) => Err(Refused::PeriodFinal),
        (Verb::Extend | Verb::RequestExtension, PeriodState::Final, true) => {
            Err(Refused::NoDeadline)
        }
        _ => Ok(()),
    }
}

fn state(verb: Verb, facts: &Facts) -> Result<SubmissionStatus, Refused> {
    use SubmissionStatus as S;
    let wrong = Err(Refused::WrongState { status: facts.status, verb });
    match verb {
        Verb::SaveDraft => match facts.status {
            S::NotStarted | S::Draft => Ok(S::Draft),
            S::Returned => Ok(S::Returned),
            S::Submitted | S::Accepted | S::Final => wrong,
        },
        Verb::Submit => match facts.status {
            S::Draft | S::Returned => Ok(S::Submitted),
            S::NotStarted | S::Submitted | S::Accepted | S::Final => wrong,
        },
        Verb::ReportNil => match facts.status {
            S::NotStarted | S::Draft | S::Returned => Ok(S::Submitted),
            S::Submitted | S::Accepted | S::Final => wrong,
        },
        Verb::Recall => match facts.status {
            S::Submitted if facts.review_started => Err(Refused::ReviewBegan),
            S::Submitted => Ok(S::Draft),
            S::NotStarted | S::Draft | S::Returned | S::Accepted | S::Final => wrong,
        },
        Verb::StartReview => match facts.status {
            S::Submitted => Ok(S::Submitted),
            S::NotStarted | S::Draft | S::Returned | S::Accepted | S::Final => wrong,
        },
        Verb::Return => match facts.status {
            S::Submitted => Ok(S::Returned),
            S::NotStarted | S::Draft | S::Returned | S::Accepted | S::Final => wrong,
        },
        Verb::Accept => match (facts.status, facts.period) {
            // What was opened in a final quarter is final again.
            (S::Submitted, PeriodState::Final) => Ok(S::Final),
            (S::Submitted, PeriodState::Planned | PeriodState::Open) => Ok(S::Accepted),
            (S::NotStarted | S::Draft | S::Returned | S::Accepted | S::Final, _) => wrong,
        },
        Verb::Reopen => match facts.status {
            S::Accepted => Ok(S::Returned),
            S::NotStarted | S::Draft | S::Submitted | S::Returned | S::Final => wrong,
        },
        Verb::Extend | Verb::RequestExtension | Verb::Remind => match facts.status {
            S::NotStarted | S::Draft | S::Returned => Ok(facts.status),
            S::Submitted | S::Accepted | S::Final => wrong,
        },
        Verb::DeclineExtension => Ok(facts.status),
        Verb::Freeze => match facts.status {
            S::Accepted => Ok(S::Final),
            S::NotStarted | S::Draft | S::Submitted | S::Returned | S::Final => wrong,
        },
        // Whatever it holds, nothing at all included: late supply.
        Verb::Restate => Ok(S::Draft),
    }
}

fn time(verb: Verb, facts: &Facts) -> Result<(), Refused> {
    match verb {
        Verb::SaveDraft | Verb::Submit | Verb::ReportNil | Verb::Recall => {
            if facts.is_restatement {
                return Ok(());
            }
            match facts.period {
                PeriodState::Final => Err(Refused::PeriodFinal),
                PeriodState::Planned => Err(Refused::NotOpen),
                PeriodState::Open if facts.today < facts.opens_on => Err(Refused::NotOpen),
                PeriodState::Open if facts.today > facts.locks_on => Err(Refused::Locked { verb }),
                PeriodState::Open => Ok(()),
            }
        }
        Verb::StartReview
        | Verb::Return
        | Verb::Accept
        | Verb::Reopen
        | Verb::Extend
        | Verb::RequestExtension
        | Verb::DeclineExtension
        | Verb::Remind
        | Verb::Freeze
        | Verb::Restate => Ok(()),
    }
}

/// Which deadline an extension moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Deadline {
    /// 제출 기한. The due date, and the closing date with it.
    Due,
    /// 접수 마감일. The closing date alone: whether it was on time is settled.
    Closing,
}

/// The deadline that an extension moves of what was handed in so many times.
pub const fn deadline(revision: i32) -> Deadline {
    if revision == 0 { Deadline::Due } else { Deadline::Closing }
}

/// What a handing in holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Content {
    /// Cells filled in.
    pub cells: usize,
    /// Problems of severity ERROR.
    pub errors: usize,
    /// Problems of severity WARNING without a comment.
    pub unjustified_warnings: usize,
    /// Whether any value is not zero.
    pub has_nonzero: bool,
    /// Whether the submitter vouches for it.
    pub attested: bool,
}

/// What a handing in lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotReady {
    /// Nothing is filled in.
    EmptyForm,
    /// Errors are open.
    OpenErrors(usize),
    /// Warnings have no comment.
    UnjustifiedWarnings(usize),
    /// Nobody vouches for it.
    NotAttested,
    /// A value is not zero, though there is said to be nothing.
    NonZeroValue,
    /// No reason is given why there is nothing.
    NoReason,
}

impl NotReady {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::EmptyForm => "EMPTY_FORM",
            Self::OpenErrors(_) => "OPEN_ERRORS",
            Self::UnjustifiedWarnings(_) => "UNJUSTIFIED_WARNINGS",
            Self::NotAttested => "NOT_ATTESTED",
            Self::NonZeroValue => "NON_ZERO_VALUE",
            Self::NoReason => "NO_REASON",
        }
    }

    /// What to tell.
    pub fn message(self) -> Text {
        match self {
            Self::EmptyForm => Text::new(
                "입력된 값이 없습니다. 실적이 없으면 실적 없음을 보고하십시오.",
                "Nothing is filled in. If there is nothing to report, report that.",
            ),
            Self::OpenErrors(count) => Text::new(
                format!("검증 오류 {count}건을 먼저 고쳐 주십시오."),
                format!("Errors are open, {count} of them: put them right first."),
            ),
            Self::UnjustifiedWarnings(count) => Text::new(
                format!("경고 {count}건에 의견(comment)을 적어 주십시오."),
                format!("Warnings ask for a comment on their cell, {count} of them."),
            ),
            Self::NotAttested => Text::new(
                "값이 사실과 같음을 확인(attestation: true)해야 합니다.",
                "Say that the values are right: attestation must be true.",
            ),
            Self::NonZeroValue => Text::new(
                "0이 아닌 값이 있어 실적 없음으로 보고할 수 없습니다.",
                "A value is not zero, so there is something to report.",
            ),
            Self::NoReason => Text::new(
                "실적이 없는 사유를 1~2,000자로 적어 주십시오.",
                "Say why there is nothing to report, in 1 to 2,000 characters.",
            ),
        }
    }
}

/// What keeps values from being handed in; nothing if empty.
pub fn may_hand_in(content: &Content) -> Vec<NotReady> {
    let mut lacking = Vec::new();
    if content.cells == 0 {
        lacking.push(NotReady::EmptyForm);
    }
    if content.errors > 0 && content.cells > 0 {
        lacking.push(NotReady::OpenErrors(content.errors));
    }
    if content.unjustified_warnings > 0 {
        lacking.push(NotReady::UnjustifiedWarnings(content.unjustified_warnings));
    }
    if !content.attested {
        lacking.push(NotReady::NotAttested);
    }
    lacking
}

/// What keeps a report of nothing from being handed in.
pub fn may_report_nil(content: &Content, reason: &str) -> Vec<NotReady> {
    let mut lacking = Vec::new();
    if content.has_nonzero {
        lacking.push(NotReady::NonZeroValue);
    }
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 2000 {
        lacking.push(NotReady::NoReason);
    }
    lacking
}

/// Who must act next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WaitsFor {
    /// The institution that reports.
    Partner,
    /// A reviewer.
    Reviewer,
    /// The ministry.
    Lead,
    /// Nobody.
    Nobody,
}

impl WaitsFor {
    /// Everybody, and nobody.
    pub const ALL: [Self; 4] = [Self::Partner, Self::Reviewer, Self::Lead, Self::Nobody];

    /// Code as shown.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Partner => "PARTNER",
            Self::Reviewer => "REVIEWER",
            Self::Lead => "LEAD",
            Self::Nobody => "NOBODY",
        }
    }
}

/// Who must act next on a submission: in a final quarter nobody, unless it was opened again.
pub const fn waits_for(
    status: SubmissionStatus,
    period: PeriodState,
    is_restatement: bool,
) -> WaitsFor {
    if matches!(period, PeriodState::Final) && !is_restatement {
        return WaitsFor::Nobody;
    }
    match status {
        SubmissionStatus::NotStarted | SubmissionStatus::Draft | SubmissionStatus::Returned => {
            WaitsFor::Partner
        }
        SubmissionStatus::Submitted => WaitsFor::Reviewer,
        SubmissionStatus::Accepted => WaitsFor::Lead,
        SubmissionStatus::Final => WaitsFor::Nobody,
    }
}

/// The day by which its institution must act, if there is one: what is supplied to a final quarter has none but
/// that of its return.
pub fn awaited_by(
    due_on: NaiveDate,
    return_due_on: Option<NaiveDate>,
    is_restatement: bool,
) -> Option<NaiveDate> {
    return_due_on.or((!is_restatement).then_some(due_on))
}

/// Whether the first submission was on time, once its due date has moved: nobody becomes late by it.
pub fn judged_again(
    was_on_time: Option<bool>,
    first_on: Option<NaiveDate>,
    due_on: NaiveDate,
) -> Option<bool> {
    was_on_time.map(|was| was || first_on.is_some_and(|first| first <= due_on))
}

/// Three clocks, in whole days of Seoul; one that runs goes to now, one that never ran is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clocks {
    /// From the opening to the first handing in.
    pub first_submission_days: Option<i64>,
    /// From the last return to the next handing in.
    pub resubmission_days: Option<i64>,
    /// From the last handing in to its acceptance or return.
    pub review_days: Option<i64>,
}

/// Reads the clocks of a submission.
pub fn clocks(
    opens_on: NaiveDate,
    first_submitted_at: Option<DateTime<Utc>>,
    returned_at: Option<DateTime<Utc>>,
    submitted_at: Option<DateTime<Utc>>,
    accepted_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Clocks {
    let day = |instant: DateTime<Utc>| instant.with_timezone(&seoul()).date_naive();
    let between = |from: NaiveDate, to: DateTime<Utc>| (day(to) - from).num_days();
    let first = first_submitted_at.unwrap_or(now);
    let resubmission_days = returned_at.map(|returned| {
        let again = submitted_at.filter(|at| *at > returned).unwrap_or(now);
        between(day(returned), again)
    });
    let review_days = submitted_at.map(|submitted| {
        let decided =
            [accepted_at, returned_at].into_iter().flatten().filter(|at| *at >= submitted);
        between(day(submitted), decided.min().unwrap_or(now))
    });
    Clocks {
        first_submission_days: (day(first) >= opens_on).then(|| between(opens_on, first)),
        resubmission_days,
        review_days,
    }
}

#[cfg(test)]
mod tests;
