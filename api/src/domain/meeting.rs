//! 회의. What may be done with a meeting in which state, as one table, and what helps where it may not. Who may is the
//! policy's (`access`).
//!
//! To add a verb: a variant, its line in each match and in the table of the tests.

use chrono::NaiveDate;
use entity::meeting::MeetingStatus;

use super::text::Text;

/// What can be done with a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// 변경. Change what was planned, or correct what was recorded.
    Amend,
    /// 연기. Put it off.
    Postpone,
    /// 취소. Call it off.
    Cancel,
    /// 안건 편성. Set its agenda.
    SetAgenda,
    /// 초청. Invite participants.
    Invite,
    /// 참석 기록. Record who came.
    RecordAttendance,
    /// 발언 기록. Record what was said.
    RecordStatement,
    /// 회의록 작성. Draft its minutes.
    DraftMinutes,
    /// 개최 기록. Record that it was held, with what came of it.
    Close,
    /// 회의록 확정. Approve its minutes.
    ApproveMinutes,
    /// 개최 기록 취소. Take back that it was held.
    Reopen,
}

impl Verb {
    /// Every verb, in the order of a meeting's life.
    pub const ALL: [Self; 11] = [
        Self::Amend,
        Self::Postpone,
        Self::Cancel,
        Self::SetAgenda,
        Self::Invite,
        Self::RecordAttendance,
        Self::RecordStatement,
        Self::DraftMinutes,
        Self::Close,
        Self::ApproveMinutes,
        Self::Reopen,
    ];

    /// The mutation that does it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Amend => "amendMeeting",
            Self::Postpone => "postponeMeeting",
            Self::Cancel => "cancelMeeting",
            Self::SetAgenda => "setAgenda",
            Self::Invite => "inviteParticipants",
            Self::RecordAttendance => "recordAttendance",
            Self::RecordStatement => "recordStatement",
            Self::DraftMinutes => "draftMinutes",
            Self::Close => "closeMeeting",
            Self::ApproveMinutes => "approveMinutes",
            Self::Reopen => "reopenMeeting",
        }
    }

    /// Whether it tells of what took place, so that nobody does it before the day of the meeting.
    const fn tells_of_it(self) -> bool {
        match self {
            Self::RecordAttendance
            | Self::RecordStatement
            | Self::DraftMinutes
            | Self::Close
            | Self::ApproveMinutes => true,
            Self::Amend
            | Self::Postpone
            | Self::Cancel
            | Self::SetAgenda
            | Self::Invite
            | Self::Reopen => false,
        }
    }
}

/// What the table must know of a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Where it stands.
    pub status: MeetingStatus,
    /// Its day, or the first day that a day known to the month may be.
    pub day: NaiveDate,
    /// Today in Seoul.
    pub today: NaiveDate,
}

/// Why a verb is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The state does not allow it.
    WrongState {
        /// Where it stands.
        status: MeetingStatus,
        /// What was wished.
        verb: Verb,
    },
    /// The day of the meeting has not come.
    NotDue {
        /// Its day, or the first that it may be.
        day: NaiveDate,
    },
}

/// The state that a verb leads to. Where a meeting gets a day, or loses it, by what the verb is given, the service says
/// so: a meeting put off that has a day is planned again.
///
/// # Errors
/// Why it is rejected.
pub fn next(verb: Verb, facts: &Facts) -> Result<MeetingStatus, Refused> {
    use MeetingStatus as S;
    let wrong = Err(Refused::WrongState { status: facts.status, verb });
    match (facts.status, verb) {
        (
            status @ (S::Planned | S::Postponed),
            Verb::Amend | Verb::SetAgenda | Verb::Invite | Verb::Postpone,
        ) => Ok(status),
        (S::Planned | S::Postponed, Verb::Cancel) => Ok(S::Cancelled),
        (S::Planned, verb) if verb.tells_of_it() && verb != Verb::ApproveMinutes => {
            match (facts.day > facts.today, verb) {
                (true, _) => Err(Refused::NotDue { day: facts.day }),
                (false, Verb::Close) => Ok(S::Held),
                (false, _) => Ok(S::Planned),
            }
        }
        (
            S::Held,
            Verb::Amend
            | Verb::SetAgenda
            | Verb::RecordAttendance
            | Verb::RecordStatement
            | Verb::DraftMinutes
            | Verb::ApproveMinutes,
        ) => Ok(S::Held),
        (S::Held, Verb::Reopen) => Ok(S::Planned),
        (S::Planned | S::Postponed | S::Held | S::Cancelled, _) => wrong,
    }
}

/// Whether a change of a meeting is a correction of what took place, which has to say what was wrong.
pub const fn is_correction(status: MeetingStatus) -> bool {
    matches!(status, MeetingStatus::Held)
}

/// The Korean name of a state.
pub const fn status_ko(status: MeetingStatus) -> &'static str {
    match status {
        MeetingStatus::Planned => "예정",
        MeetingStatus::Held => "개최",
        MeetingStatus::Postponed => "연기",
        MeetingStatus::Cancelled => "취소",
    }
}

impl Refused {
    /// Stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::WrongState { .. } => "WRONG_STATE",
            Self::NotDue { .. } => "NOT_DUE",
        }
    }

    /// The verbs that help instead, in the state that the meeting is in.
    pub const fn advises(&self) -> &'static [Verb] {
        use MeetingStatus as S;
        match self {
            // It is final: another meeting is planned.
            Self::WrongState { status: S::Cancelled, .. } => &[],
            Self::WrongState { status: S::Held, verb } => match verb {
                Verb::Invite => &[Verb::RecordAttendance],
                Verb::Close => &[
                    Verb::Amend,
                    Verb::RecordAttendance,
                    Verb::RecordStatement,
                    Verb::DraftMinutes,
                ],
                _ => &[Verb::Reopen],
            },
            Self::WrongState { status: S::Postponed, .. } => &[Verb::Postpone, Verb::Amend],
            Self::WrongState { status: S::Planned, .. } => &[Verb::Close],
            Self::NotDue { .. } => &[Verb::Amend],
        }
    }

    /// What to tell: why, and what helps.
    pub fn message(&self) -> Text {
        use MeetingStatus as S;
        let verbs: Vec<&str> = self.advises().iter().map(|verb| verb.code()).collect();
        let verbs = verbs.join(", ");
        match self {
            Self::WrongState { status: S::Cancelled, .. } => Text::new(
                "취소된 회의는 바꿀 수 없습니다. 새 회의를 등록하십시오: planMeeting.",
                "A cancelled meeting cannot change. Plan another one: planMeeting.",
            ),
            Self::WrongState { status: S::Held, verb: Verb::Postpone | Verb::Cancel } => Text::new(
                format!(
                    "이미 개최된 회의입니다. 개최 기록이 잘못되었으면 먼저 취소하십시오: {verbs}."
                ),
                format!(
                    "The meeting was held. If that was recorded by mistake, take it back first: {verbs}."
                ),
            ),
            Self::WrongState { status: S::Postponed, .. } => Text::new(
                format!("연기되어 날짜가 없는 회의입니다. 먼저 날짜를 정하십시오: {verbs}."),
                format!("The meeting is postponed without a day. Set one first: {verbs}."),
            ),
            Self::WrongState { status, verb } => Text::new(
                format!(
                    "`{}`: {} 상태의 회의에는 쓸 수 없습니다. 가능한 작업: {verbs}.",
                    verb.code(),
                    status_ko(*status)
                ),
                format!(
                    "`{}` is not for a meeting that is {}. Use instead: {verbs}.",
                    verb.code(),
                    status.code()
                ),
            ),
            Self::NotDue { day } => Text::new(
                format!(
                    "회의일({day}) 전에는 기록할 수 없습니다. 날짜가 잘못되었으면 고치십시오: {verbs}."
                ),
                format!(
                    "The meeting is on {day}; nothing of it can be recorded before. If the day is wrong, correct it: {verbs}."
                ),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(status: MeetingStatus, day: &str) -> Facts {
        Facts { status, day: day.parse().unwrap(), today: "2026-11-22".parse().unwrap() }
    }

    #[test]
    fn every_state_and_verb_is_decided() {
        use MeetingStatus as S;
        // verb, and the state that follows in PLANNED before its day, PLANNED on its day, POSTPONED, HELD
        let table = [
            (Verb::Amend, [Some(S::Planned), Some(S::Planned), Some(S::Postponed), Some(S::Held)]),
            (Verb::Postpone, [Some(S::Planned), Some(S::Planned), Some(S::Postponed), None]),
            (Verb::Cancel, [Some(S::Cancelled), Some(S::Cancelled), Some(S::Cancelled), None]),
            (
                Verb::SetAgenda,
                [Some(S::Planned), Some(S::Planned), Some(S::Postponed), Some(S::Held)],
            ),
            (Verb::Invite, [Some(S::Planned), Some(S::Planned), Some(S::Postponed), None]),
            (Verb::RecordAttendance, [None, Some(S::Planned), None, Some(S::Held)]),
            (Verb::RecordStatement, [None, Some(S::Planned), None, Some(S::Held)]),
            (Verb::DraftMinutes, [None, Some(S::Planned), None, Some(S::Held)]),
            (Verb::Close, [None, Some(S::Held), None, None]),
            (Verb::ApproveMinutes, [None, None, None, Some(S::Held)]),
            (Verb::Reopen, [None, None, None, Some(S::Planned)]),
        ];
        assert_eq!(table.map(|(verb, _)| verb), Verb::ALL);
        for (verb, [ahead, due, postponed, held]) in table {
            for (status, day, expected) in [
                (S::Planned, "2026-11-23", ahead),
                (S::Planned, "2026-11-22", due),
                (S::Postponed, "2026-11-01", postponed),
                (S::Held, "2026-11-01", held),
                (S::Cancelled, "2026-11-01", None),
            ] {
                let found = next(verb, &facts(status, day));
                assert_eq!(found.ok(), expected, "{verb:?} of {status:?} on {day}");
            }
        }
    }

    #[test]
    fn what_is_advised_is_allowed_and_only_what_is_cancelled_has_no_way_out() {
        use MeetingStatus as S;
        for status in [S::Planned, S::Postponed, S::Held, S::Cancelled] {
            for day in ["2026-11-22", "2026-11-23"] {
                let facts = facts(status, day);
                let ways_out = Verb::ALL.into_iter().filter(|verb| {
                    next(*verb, &facts).is_ok_and(|next| next != status || *verb == Verb::Postpone)
                });
                assert_eq!(ways_out.count() == 0, status == S::Cancelled, "{status:?}");
                for verb in Verb::ALL {
                    let Err(refused) = next(verb, &facts) else { continue };
                    let text = refused.message();
                    assert!(!text.ko.is_empty() && !text.en.is_empty());
                    for advised in refused.advises() {
                        let then = Facts { day: facts.today, ..facts };
                        assert!(next(*advised, &then).is_ok(), "{verb:?}, {status:?}: {advised:?}");
                        assert!(text.en.contains(advised.code()), "{}", text.en);
                    }
                }
            }
        }
    }
}
