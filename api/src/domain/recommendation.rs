//! 건의의 환류. What may be done with a recommendation in which state, what each answer must say, and where it leads.
//!
//! Who may is `access`'s and is asked first, so that a stranger learns nothing of the state. To add a verb: a variant,
//! its line in each match and in the table of the tests.
//!
//! Decided here, where the sources are silent:
//! - what is answered is answered again by a revised answer; the first one stands and is the one that statistics judge;
//! - a refusal, guidance and a duplicate close it; a revised answer or a new assignment opens it again;
//! - a delivery reported as completed is opened again by another report; it is neither answered nor assigned any more;
//! - an effect needs no answer, as a plan can take up what nobody answered yet; what was refused has none until the
//!   refusal is revised;
//! - what was withdrawn stays so: who still wants it raises it again (REPEATS).

use chrono::NaiveDate;
use entity::effect::EffectKind;
use entity::recommendation::{ConsultationStage, RecommendationStatus};
use entity::recommendation_answer::Disposition;

use super::partial_date;
use super::text::Text;

/// What can be done with a recommendation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    /// 공개. Publish it.
    Publish,
    /// 이관. Assign it to an addressee.
    Assign,
    /// 회신. Answer it.
    Answer,
    /// 이행 보고. Report its delivery.
    ReportDelivery,
    /// 성과 기록. Record what came of it.
    RecordEffect,
    /// 만족도 평가. Rate its answer.
    Rate,
    /// 관계 설정. Relate it to another.
    Relate,
    /// 철회. Withdraw it.
    Withdraw,
}

impl Verb {
    /// Every verb, in the order of the loop.
    pub const ALL: [Self; 8] = [
        Self::Publish,
        Self::Assign,
        Self::Answer,
        Self::ReportDelivery,
        Self::RecordEffect,
        Self::Rate,
        Self::Relate,
        Self::Withdraw,
    ];

    /// The Korean verb before "수 없습니다", and the English participle.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Publish => ("공개할", "published"),
            Self::Assign => ("이관할", "assigned"),
            Self::Answer => ("회신할", "answered"),
            Self::ReportDelivery => ("이행을 보고할", "reported on"),
            Self::RecordEffect => ("성과를 기록할", "given an effect"),
            Self::Rate => ("만족도를 평가할", "rated"),
            Self::Relate => ("관계를 설정할", "related"),
            Self::Withdraw => ("철회할", "withdrawn"),
        }
    }
}

/// What a guard must know of a recommendation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Where it stands.
    pub status: RecommendationStatus,
    /// Disposition of its last answer; that it was withdrawn is one.
    pub answer: Option<Disposition>,
    /// Whether it has an addressee.
    pub has_addressee: bool,
    /// Whether everybody sees it.
    pub is_public: bool,
}

/// Why a verb is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The state does not allow it.
    WrongState {
        /// Where it stands.
        status: RecommendationStatus,
        /// What was wished.
        verb: Verb,
    },
    /// It was withdrawn.
    Withdrawn,
    /// Nobody is asked yet.
    NotAssigned,
    /// There is no answer.
    NotAnswered,
    /// Its answer promises nothing that could be delivered.
    NothingToDeliver,
    /// Everybody sees it already.
    AlreadyPublic,
}

/// Whether a verb is allowed.
///
/// # Errors
/// Why not.
pub fn allows(verb: Verb, facts: &Facts) -> Result<(), Refused> {
    use RecommendationStatus as S;
    let Facts { status, answer, has_addressee, is_public } = *facts;
    let wrong = Err(Refused::WrongState { status, verb });
    match verb {
        // Which matter is which stays to be told, whatever became of it.
        Verb::Relate => Ok(()),
        _ if answer == Some(Disposition::Withdrawn) => Err(Refused::Withdrawn),
        Verb::Publish if is_public => Err(Refused::AlreadyPublic),
        Verb::Publish => Ok(()),
        Verb::Assign => match status {
            S::Raised | S::Forwarded | S::Answered | S::InDelivery | S::Closed => Ok(()),
            S::Delivered => wrong,
        },
        Verb::Answer => match status {
            S::Raised | S::Forwarded | S::Answered | S::InDelivery | S::Closed if has_addressee => {
                Ok(())
            }
            S::Raised | S::Forwarded | S::Answered | S::InDelivery | S::Closed => {
                Err(Refused::NotAssigned)
            }
            S::Delivered => wrong,
        },
        Verb::ReportDelivery => match status {
            S::Answered | S::InDelivery | S::Delivered if answer.is_none_or(promises) => Ok(()),
            S::Answered | S::InDelivery | S::Delivered => Err(Refused::NothingToDeliver),
            S::Raised | S::Forwarded | S::Closed => wrong,
        },
        Verb::RecordEffect => match status {
            S::Raised | S::Forwarded | S::Answered | S::InDelivery | S::Delivered => Ok(()),
            S::Closed => wrong,
        },
        Verb::Rate => answer.map(|_| ()).ok_or(Refused::NotAnswered),
        Verb::Withdraw => match status {
            S::Raised | S::Forwarded | S::Answered | S::InDelivery => Ok(()),
            S::Delivered | S::Closed => wrong,
        },
    }
}

impl Refused {
    /// Stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::WrongState { .. } => "WRONG_STATE",
            Self::Withdrawn => "WITHDRAWN",
            Self::NotAssigned => "NOT_ASSIGNED",
            Self::NotAnswered => "NOT_ANSWERED",
            Self::NothingToDeliver => "NOTHING_TO_DELIVER",
            Self::AlreadyPublic => "ALREADY_PUBLIC",
        }
    }

    /// What to tell: why, and what can be done instead.
    pub fn message(&self) -> Text {
        let (ko, en) = match *self {
            Self::WrongState { status, verb } => return wrong_state(status, verb),
            Self::Withdrawn => (
                "철회된 건의입니다. 새로 등록(raiseRecommendation)하고 반복 제기(REPEATS)로 연결하십시오.",
                "It was withdrawn. Raise it again (raiseRecommendation) and relate the two (REPEATS).",
            ),
            Self::NotAssigned => (
                "소관 기관이 없습니다. 먼저 이관(assignRecommendation)하십시오.",
                "It has no addressee. Assign it first (assignRecommendation).",
            ),
            Self::NotAnswered => (
                "아직 회신이 없습니다. 회신(answerRecommendation)된 뒤에 평가하십시오.",
                "It has no answer. Rate it once it is answered (answerRecommendation).",
            ),
            Self::NothingToDeliver => (
                "마지막 회신에는 이행할 조치가 없습니다. 다시 회신(answerRecommendation)하거나 이관(assignRecommendation)하십시오.",
                "Its last answer promises nothing to deliver. Answer it again (answerRecommendation) or assign it (assignRecommendation).",
            ),
            Self::AlreadyPublic => ("이미 공개된 건의입니다.", "It is public already."),
        };
        Text::new(ko, en)
    }
}

fn wrong_state(status: RecommendationStatus, verb: Verb) -> Text {
    use RecommendationStatus as S;
    let state = match status {
        S::Raised => "제기",
        S::Forwarded => "이관",
        S::Answered => "회신",
        S::InDelivery => "이행 중",
        S::Delivered => "이행 완료",
        S::Closed => "종결",
    };
    let (ko, en) = match (status, verb) {
        (S::Delivered, Verb::Assign | Verb::Answer) => (
            "이행 보고(reportDelivery)로 다시 열거나, 새로 등록(raiseRecommendation)해 반복 제기(REPEATS)로 연결하십시오.",
            "Open it again by reportDelivery, or raise it again (raiseRecommendation) and relate the two (REPEATS).",
        ),
        (S::Closed, Verb::ReportDelivery | Verb::RecordEffect) => (
            "먼저 다시 회신(answerRecommendation)하십시오.",
            "Answer it again first (answerRecommendation).",
        ),
        (_, Verb::ReportDelivery) => {
            ("먼저 회신(answerRecommendation)하십시오.", "Answer it first (answerRecommendation).")
        }
        (S::Delivered, Verb::Withdraw) => (
            "회신에 대한 의견은 만족도 평가(rateAnswer)로 남기십시오.",
            "Say what you think of the answer by rateAnswer.",
        ),
        _ => ("이미 종결된 건의입니다.", "It is closed already."),
    };
    let (verb_ko, verb_en) = verb.words();
    Text::new(
        format!("{state} 상태에서는 {verb_ko} 수 없습니다. {ko}"),
        format!("It cannot be {verb_en} while it is {}. {en}", status.code()),
    )
}

/// States in which an answer is waited for.
pub const WAITING: [RecommendationStatus; 2] =
    [RecommendationStatus::Raised, RecommendationStatus::Forwarded];

/// Whether an answer promises something that is then delivered.
pub const fn promises(disposition: Disposition) -> bool {
    match disposition {
        Disposition::Accepted | Disposition::PartiallyAccepted | Disposition::LongTermReview => {
            true
        }
        Disposition::NotAccepted
        | Disposition::GuidanceGiven
        | Disposition::ForwardedAsPolicyProposal
        | Disposition::Withdrawn
        | Disposition::Duplicate => false,
    }
}

/// The state to which an answer leads.
pub const fn answered(
    status: RecommendationStatus,
    disposition: Disposition,
) -> RecommendationStatus {
    match (disposition, status) {
        // What is being delivered is so under a revised answer as well.
        (
            Disposition::Accepted | Disposition::PartiallyAccepted | Disposition::LongTermReview,
            RecommendationStatus::InDelivery,
        ) => RecommendationStatus::InDelivery,
        // Forwarded as a proposal, it waits for an operator to assign it.
        (
            Disposition::Accepted
            | Disposition::PartiallyAccepted
            | Disposition::LongTermReview
            | Disposition::ForwardedAsPolicyProposal,
            _,
        ) => RecommendationStatus::Answered,
        (
            Disposition::NotAccepted
            | Disposition::GuidanceGiven
            | Disposition::Withdrawn
            | Disposition::Duplicate,
            _,
        ) => RecommendationStatus::Closed,
    }
}

/// The state to which a report of delivery leads.
pub const fn delivered(is_completed: bool) -> RecommendationStatus {
    if is_completed { RecommendationStatus::Delivered } else { RecommendationStatus::InDelivery }
}

/// The stage of a consultation in a state: found, being resolved, followed up.
pub const fn stage(status: RecommendationStatus) -> ConsultationStage {
    match status {
        RecommendationStatus::Raised => ConsultationStage::Discovery,
        RecommendationStatus::Forwarded
        | RecommendationStatus::Answered
        | RecommendationStatus::InDelivery => ConsultationStage::Resolution,
        RecommendationStatus::Delivered | RecommendationStatus::Closed => {
            ConsultationStage::FollowUp
        }
    }
}

/// Whether an answer has something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// It must.
    Must,
    /// It may.
    May,
    /// It has not.
    Never,
}

/// What an answer says beside its disposition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// 사유: what was not taken and why, the ground of a refusal, the text of guidance.
    pub reason: Field,
    /// 예정일: of action or of review.
    pub planned_on: Field,
    /// 정책건의 대상: to whom it is forwarded.
    pub forwarded_to: Field,
    /// 중복 건의: with which it is the same.
    pub same_as: Field,
}

/// What an answer of a disposition says; none of what is no answer of an addressee.
pub const fn form(disposition: Disposition) -> Option<Form> {
    use Field::{May, Must, Never};
    let (reason, planned_on, forwarded_to, same_as) = match disposition {
        Disposition::Accepted => (May, Must, Never, Never),
        Disposition::PartiallyAccepted => (Must, May, Never, Never),
        Disposition::LongTermReview => (Must, Must, Never, Never),
        Disposition::NotAccepted | Disposition::GuidanceGiven => (Must, Never, Never, Never),
        Disposition::ForwardedAsPolicyProposal => (Must, Never, Must, Never),
        Disposition::Duplicate => (Must, Never, Never, Must),
        Disposition::Withdrawn => return None,
    };
    Some(Form { reason, planned_on, forwarded_to, same_as })
}

/// What an effect has beside title, date and evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EffectForm {
    /// 과제.
    pub policy_task: Field,
    /// 계획.
    pub policy_plan: Field,
    /// 조문, or its bill.
    pub provision: Field,
    /// 도입 사례.
    pub adoption_case: Field,
    /// 금액.
    pub amount: Field,
    /// 유효 기간.
    pub period: Field,
}

/// What an effect of a kind has.
pub const fn effect_form(kind: EffectKind) -> EffectForm {
    use Field::{May, Must, Never};
    let none = EffectForm {
        policy_task: Never,
        policy_plan: Never,
        provision: Never,
        adoption_case: Never,
        amount: Never,
        period: Never,
    };
    match kind {
        EffectKind::PolicyTask => EffectForm { policy_task: Must, ..none },
        EffectKind::PolicyPlan => EffectForm { policy_plan: Must, ..none },
        EffectKind::BillProvision => EffectForm { provision: Must, ..none },
        EffectKind::AdoptionCase => EffectForm { adoption_case: Must, ..none },
        EffectKind::Budget => EffectForm { amount: Must, policy_task: May, ..none },
        EffectKind::Support => EffectForm { amount: May, policy_task: May, ..none },
        EffectKind::SandboxPermit => EffectForm { period: Must, ..none },
        EffectKind::Guideline | EffectKind::SubordinateRule | EffectKind::Other => none,
    }
}

/// Whether a partial date lies before a day, whichever of its days is meant.
pub fn is_before(day: NaiveDate, text: &str) -> bool {
    partial_date::first_day(text).is_some_and(|first| day < first)
}

#[cfg(test)]
mod tests {
    use RecommendationStatus as S;

    use super::*;

    const STATES: [S; 6] =
        [S::Raised, S::Forwarded, S::Answered, S::InDelivery, S::Delivered, S::Closed];

    fn facts(status: S) -> Facts {
        let answer = match status {
            S::Raised | S::Forwarded => None,
            S::Answered | S::InDelivery | S::Delivered => Some(Disposition::PartiallyAccepted),
            S::Closed => Some(Disposition::NotAccepted),
        };
        Facts { status, answer, has_addressee: status != S::Raised, is_public: false }
    }

    #[test]
    fn each_state_allows_its_verbs() {
        let yes = "";
        // In the order of the states.
        let table = [
            (Verb::Publish, [yes; 6]),
            (Verb::Assign, [yes, yes, yes, yes, "WRONG_STATE", yes]),
            (Verb::Answer, ["NOT_ASSIGNED", yes, yes, yes, "WRONG_STATE", yes]),
            (Verb::ReportDelivery, ["WRONG_STATE", "WRONG_STATE", yes, yes, yes, "WRONG_STATE"]),
            (Verb::RecordEffect, [yes, yes, yes, yes, yes, "WRONG_STATE"]),
            (Verb::Rate, ["NOT_ANSWERED", "NOT_ANSWERED", yes, yes, yes, yes]),
            (Verb::Relate, [yes; 6]),
            (Verb::Withdraw, [yes, yes, yes, yes, "WRONG_STATE", "WRONG_STATE"]),
        ];
        assert_eq!(table.map(|(verb, _)| verb), Verb::ALL);
        for (verb, states) in table {
            for (status, expected) in STATES.into_iter().zip(states) {
                let told = allows(verb, &facts(status));
                let code = told.as_ref().map_or_else(Refused::code, |()| yes);
                assert_eq!(code, expected, "{verb:?} {status:?}");
                if let Err(refused) = told {
                    let text = refused.message();
                    assert!(text.ko.ends_with('.') && text.en.ends_with('.'), "{text:?}");
                }
            }
        }
    }

    #[test]
    fn what_was_withdrawn_is_only_related() {
        let withdrawn = Facts { answer: Some(Disposition::Withdrawn), ..facts(S::Closed) };
        for verb in Verb::ALL {
            let expected = if verb == Verb::Relate { Ok(()) } else { Err(Refused::Withdrawn) };
            assert_eq!(allows(verb, &withdrawn), expected, "{verb:?}");
        }
    }

    #[test]
    fn only_a_promise_is_delivered() {
        for disposition in DISPOSITIONS {
            let status = answered(S::Forwarded, disposition);
            let facts = Facts { answer: Some(disposition), ..facts(status) };
            let reported = allows(Verb::ReportDelivery, &facts).is_ok();
            assert_eq!(reported, promises(disposition), "{disposition:?}");
            // No answer leaves it as it was, and none ends the loop for good but a withdrawal.
            assert_ne!(status, S::Forwarded);
            let again = allows(Verb::Answer, &facts).is_ok();
            assert_eq!(again, disposition != Disposition::Withdrawn, "{disposition:?}");
            let revised = answered(S::InDelivery, disposition);
            assert_eq!(revised == S::InDelivery, promises(disposition));
        }
        assert_eq!([false, true].map(delivered), [S::InDelivery, S::Delivered]);
    }

    const DISPOSITIONS: [Disposition; 8] = [
        Disposition::Accepted,
        Disposition::PartiallyAccepted,
        Disposition::LongTermReview,
        Disposition::NotAccepted,
        Disposition::GuidanceGiven,
        Disposition::ForwardedAsPolicyProposal,
        Disposition::Withdrawn,
        Disposition::Duplicate,
    ];

    #[test]
    fn only_a_full_acceptance_needs_no_reason() {
        for disposition in DISPOSITIONS {
            let Some(form) = form(disposition) else {
                assert_eq!(disposition, Disposition::Withdrawn);
                continue;
            };
            assert_eq!(form.reason == Field::Must, disposition != Disposition::Accepted);
        }
    }

    #[test]
    fn a_consultation_goes_from_found_to_followed_up() {
        use ConsultationStage as C;
        assert_eq!(
            STATES.map(stage),
            [C::Discovery, C::Resolution, C::Resolution, C::Resolution, C::FollowUp, C::FollowUp]
        );
    }

    #[test]
    fn a_month_has_begun_on_its_first_day() {
        let day = "2026-11-01".parse().unwrap();
        assert!(
            is_before(day, "2026-11-02") && is_before(day, "2026-12") && is_before(day, "2027")
        );
        assert!(!is_before(day, "2026-11-01") && !is_before(day, "2026-11"));
    }
}
