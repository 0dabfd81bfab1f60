//! Why a verb is refused, and what helps instead. What a message advises is a verb, so that a test can prove that
//! it works there for somebody.

use entity::submission::SubmissionStatus;

use super::Verb;
use crate::domain::text::Text;

/// Why a verb is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It is the reporting institution's to do.
    NotYours,
    /// It is a reviewer's to do.
    NeedsReviewer,
    /// It is the ministry's to do.
    NeedsLead,
    /// Nobody reviews its own institution.
    OwnInstitution,
    /// Nobody accepts what it handed in itself.
    OwnSubmission,
    /// The state does not allow it.
    WrongState {
        /// Where it stands.
        status: SubmissionStatus,
        /// What was wished.
        verb: Verb,
    },
    /// Results are not taken yet.
    NotOpen,
    /// Results are not taken any more.
    Locked {
        /// What was wished.
        verb: Verb,
    },
    /// The review has begun.
    ReviewBegan,
    /// The quarter is final.
    PeriodFinal,
    /// The quarter is not final.
    NotFinal,
    /// A restatement is open already.
    RestatementOpen,
    /// There is no deadline to move.
    NoDeadline,
    /// A request for an extension is open already.
    RequestOpen,
    /// No request for an extension is open.
    NoRequest,
}

/// The Korean name of a state.
pub const fn status_ko(status: SubmissionStatus) -> &'static str {
    match status {
        SubmissionStatus::NotStarted => "미작성",
        SubmissionStatus::Draft => "작성 중",
        SubmissionStatus::Submitted => "제출",
        SubmissionStatus::Returned => "반려",
        SubmissionStatus::Accepted => "승인",
        SubmissionStatus::Final => "확정",
    }
}

impl Refused {
    /// Stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotYours => "NOT_YOURS",
            Self::NeedsReviewer => "NEEDS_REVIEWER",
            Self::NeedsLead => "NEEDS_LEAD",
            Self::OwnInstitution => "OWN_INSTITUTION",
            Self::OwnSubmission => "OWN_SUBMISSION",
            Self::WrongState { .. } => "WRONG_STATE",
            Self::NotOpen => "NOT_OPEN",
            Self::Locked { .. } => "LOCKED",
            Self::ReviewBegan => "REVIEW_BEGAN",
            Self::PeriodFinal => "PERIOD_FINAL",
            Self::NotFinal => "NOT_FINAL",
            Self::RestatementOpen => "RESTATEMENT_OPEN",
            Self::NoDeadline => "NO_DEADLINE",
            Self::RequestOpen => "REQUEST_OPEN",
            Self::NoRequest => "NO_REQUEST",
        }
    }

    /// Whether the caller may not do it at all, whatever the state.
    pub const fn is_access(&self) -> bool {
        match self {
            Self::NotYours | Self::NeedsReviewer | Self::NeedsLead => true,
            Self::OwnInstitution
            | Self::OwnSubmission
            | Self::WrongState { .. }
            | Self::NotOpen
            | Self::Locked { .. }
            | Self::ReviewBegan
            | Self::PeriodFinal
            | Self::NotFinal
            | Self::RestatementOpen
            | Self::NoDeadline
            | Self::RequestOpen
            | Self::NoRequest => false,
        }
    }

    /// The verb that helps instead, of whoever may do it.
    pub const fn advises(&self) -> Option<Verb> {
        match self {
            Self::Locked { verb: Verb::Recall } | Self::ReviewBegan => Some(Verb::Return),
            Self::Locked { .. } => Some(Verb::Extend),
            Self::PeriodFinal => Some(Verb::Restate),
            Self::NotYours
            | Self::NeedsReviewer
            | Self::NeedsLead
            | Self::OwnInstitution
            | Self::OwnSubmission
            | Self::WrongState { .. }
            | Self::NotOpen
            | Self::NotFinal
            | Self::RestatementOpen
            | Self::NoDeadline
            | Self::RequestOpen
            | Self::NoRequest => None,
        }
    }

    /// What to tell: why, and what helps.
    pub fn message(&self) -> Text {
        let why = self.why();
        let (ko, en) = match self.advises() {
            Some(Verb::Extend) => ("기한연장을 요청하십시오.", "Ask for an extension."),
            Some(Verb::Return) => {
                ("검토자에게 반려를 요청하십시오.", "Ask the reviewer to return it.")
            }
            Some(Verb::Restate) => (
                "부처의 정정(restateSubmission)으로만 고칠 수 있습니다.",
                "Only a restatement, which the ministry opens, can change it.",
            ),
            _ => return why,
        };
        Text::new(format!("{} {ko}", why.ko), format!("{} {en}", why.en))
    }

    fn why(&self) -> Text {
        let (ko, en) = match self {
            Self::NotYours => (
                "제출 기관의 제출 권한(results:submit)이 있어야 합니다.",
                "This is for the institution that reports, with results:submit.",
            ),
            Self::NeedsReviewer => (
                "사업 운영 기관의 검토 권한(results:review)이 있어야 합니다.",
                "This is for a reviewer of an institution that runs the programme, with results:review.",
            ),
            Self::NeedsLead => (
                "부처의 검토 권한(results:review)이 있어야 합니다.",
                "This is for the ministry, with results:review.",
            ),
            Self::OwnInstitution => (
                "소속 기관의 제출은 직접 검토할 수 없습니다.",
                "Nobody reviews the results of its own institution.",
            ),
            Self::OwnSubmission => (
                "직접 제출한 건은 승인할 수 없습니다. 다른 검토자가 처리해야 합니다.",
                "Nobody accepts what it handed in itself; another reviewer must do it.",
            ),
            Self::WrongState { status, verb } => {
                return Text::new(
                    format!("{} 상태에서는 {} 수 없습니다.", status_ko(*status), verb.ko()),
                    format!("{} is not allowed while it is {}.", verb.code(), status.code()),
                );
            }
            Self::NotOpen => ("아직 접수 기간이 아닙니다.", "Results are not taken yet."),
            Self::Locked { verb: Verb::Recall } => (
                "접수가 마감되어 회수할 수 없습니다.",
                "Results are not taken any more, so it cannot be recalled.",
            ),
            Self::Locked { .. } => ("접수가 마감되었습니다.", "Results are not taken any more."),
            Self::ReviewBegan => ("검토가 시작되어 회수할 수 없습니다.", "The review has begun."),
            Self::PeriodFinal => ("확정된 분기입니다.", "The quarter is final."),
            Self::NotFinal => (
                "확정된 분기만 정정할 수 있습니다. 이 분기는 아직 확정되지 않았습니다.",
                "Only a final quarter is restated, and this one is not final.",
            ),
            Self::RestatementOpen => (
                "이미 정정이 진행 중입니다. 승인되면 다시 확정됩니다.",
                "A restatement is open already; it is final again once it is accepted.",
            ),
            Self::NoDeadline => (
                "확정된 분기의 정정에는 접수 마감이 없어 연장할 기한이 없습니다.",
                "A restatement has no closing date, so there is nothing to extend.",
            ),
            Self::RequestOpen => (
                "이미 신청한 기한연장이 있습니다. 결정을 기다려 주십시오.",
                "An extension was asked for already; wait for the decision.",
            ),
            Self::NoRequest => {
                ("결정할 기한연장 신청이 없습니다.", "No request for an extension is open.")
            }
        };
        Text::new(ko, en)
    }
}
