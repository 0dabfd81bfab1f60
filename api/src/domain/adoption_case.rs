//! Adoption cases: what may be done with one, by whom and in which state; what is required at a stage; how alike two
//! cases are.
//!
//! Access is judged before the state, so that a stranger learns nothing of the state. To add a verb: a variant, its
//! line in each match and in the tables of the tests.

use entity::adoption_case::{AdoptionStage, CaseStatus};

use super::text::Text;

/// Fewest published cases that share its region and KSIC section, or its size beside them, from which on an anonymised
/// case shows them.
pub const SHOWN_FROM: u64 = 3;

/// What can be done with a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    /// 수정. Change what it says; a withdrawn one begins anew.
    Amend,
    /// 공개 동의. The company agrees to publication.
    Consent,
    /// 제출. Submit it for verification.
    Submit,
    /// 반려. Send it back with a reason; a published one is hidden by it.
    Return,
    /// 검증. State how far it was verified.
    Verify,
    /// 공개. Show it to everybody.
    Publish,
    /// 철회. Withdraw it and the consent; a published one is hidden by it.
    Withdraw,
}

impl Verb {
    /// Every verb, in the order of the procedure.
    pub const ALL: [Self; 7] = [
        Self::Amend,
        Self::Consent,
        Self::Submit,
        Self::Return,
        Self::Verify,
        Self::Publish,
        Self::Withdraw,
    ];

    /// The mutation.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Amend => "amendCase",
            Self::Consent => "giveCaseConsent",
            Self::Submit => "submitCase",
            Self::Return => "returnCase",
            Self::Verify => "verifyCase",
            Self::Publish => "publishCase",
            Self::Withdraw => "withdrawCase",
        }
    }

    /// The Korean name.
    const fn name_ko(self) -> &'static str {
        match self {
            Self::Amend => "수정",
            Self::Consent => "공개 동의",
            Self::Submit => "제출",
            Self::Return => "반려",
            Self::Verify => "검증",
            Self::Publish => "공개",
            Self::Withdraw => "철회",
        }
    }
}

/// What a caller is to a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Actor {
    /// Writes it as the institution whose case it is; the operators keep cases that are nobody's.
    pub keeps: bool,
    /// May decide on cases: of an institution that runs the programme.
    pub operates: bool,
    /// Is of the institution whose case it is, of its company or of its supplier.
    pub is_own: bool,
}

/// What a guard must know of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Where it stands.
    pub status: CaseStatus,
    /// Whether the company agreed to publication.
    pub has_consent: bool,
}

/// Why a verb is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejected {
    /// It is for the institution whose case it is.
    NotYours,
    /// It is for those who run the programme.
    NeedsOperator,
    /// Nobody decides on a case of its own institution.
    OwnInstitution,
    /// The state does not allow it.
    WrongState {
        /// Where it stands.
        facts: Facts,
        /// What was wished.
        verb: Verb,
    },
    /// The company has not agreed to publication.
    NoConsent,
    /// It has agreed already.
    HasConsent,
}

impl Rejected {
    /// Stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotYours => "NOT_YOURS",
            Self::NeedsOperator => "NEEDS_OPERATOR",
            Self::OwnInstitution => "OWN_INSTITUTION",
            Self::WrongState { .. } => "WRONG_STATE",
            Self::NoConsent => "NO_CONSENT",
            Self::HasConsent => "HAS_CONSENT",
        }
    }

    /// Whether the caller may not do it at all, whatever the state.
    pub const fn is_access(&self) -> bool {
        match self {
            Self::NotYours | Self::NeedsOperator => true,
            Self::OwnInstitution | Self::WrongState { .. } | Self::NoConsent | Self::HasConsent => {
                false
            }
        }
    }

    /// What to tell: why, and what can be done instead.
    pub fn message(&self) -> Text {
        match self {
            Self::NotYours => Text::new(
                "사례를 낸 기관의 작성 권한(content:write)이 있어야 합니다.",
                "This is for the institution whose case it is, with content:write.",
            ),
            Self::NeedsOperator => Text::new(
                "사업 운영 기관의 작성 권한(content:write)이 있어야 합니다.",
                "This is for an institution that runs the programme, with content:write.",
            ),
            Self::OwnInstitution => Text::new(
                "소속 기관이 냈거나 도입·공급한 사례는 직접 처리할 수 없습니다. 다른 운영 기관이 처리해야 합니다.",
                "Nobody decides on a case of its own institution, whether it filed it, adopted the AI or supplied it; another operator must.",
            ),
            Self::WrongState { facts, verb } => {
                let instead: Vec<Verb> =
                    Verb::ALL.into_iter().filter(|verb| state(*verb, facts).is_ok()).collect();
                let ko: Vec<String> = instead
                    .iter()
                    .map(|verb| format!("{}({})", verb.name_ko(), verb.code()))
                    .collect();
                let en: Vec<&str> = instead.iter().map(|verb| verb.code()).collect();
                Text::new(
                    format!(
                        "{} 상태의 사례에는 {} 처리를 할 수 없습니다. 가능한 처리: {}.",
                        status_ko(facts.status),
                        verb.name_ko(),
                        ko.join(", ")
                    ),
                    format!(
                        "{} is not allowed while the case is {}. Possible now: {}.",
                        verb.code(),
                        facts.status.code(),
                        en.join(", ")
                    ),
                )
            }
            Self::NoConsent => Text::new(
                "기업이 공개에 동의하지 않았습니다. 사례를 낸 기관이 먼저 공개 동의(giveCaseConsent)를 등록해야 합니다.",
                "The company has not agreed to publication: its consent comes first (giveCaseConsent), from the institution whose case it is.",
            ),
            Self::HasConsent => Text::new(
                "이미 공개에 동의한 사례입니다. 동의를 거두려면 철회(withdrawCase)하십시오.",
                "The company has agreed already; to take the consent back, withdraw the case (withdrawCase).",
            ),
        }
    }
}

/// The Korean name of a state.
pub fn status_ko(status: CaseStatus) -> &'static str {
    CaseStatus::CHOICE.korean(status.code())
}

/// The state that a verb leads to.
///
/// # Errors
/// Why it is rejected.
pub fn next(verb: Verb, facts: &Facts, actor: &Actor) -> Result<CaseStatus, Rejected> {
    access(verb, actor)?;
    state(verb, facts)
}

fn access(verb: Verb, actor: &Actor) -> Result<(), Rejected> {
    match verb {
        Verb::Amend | Verb::Consent | Verb::Submit => {
            if actor.keeps {
                Ok(())
            } else {
                Err(Rejected::NotYours)
            }
        }
        Verb::Return | Verb::Verify | Verb::Publish => match (actor.operates, actor.is_own) {
            (false, _) => Err(Rejected::NeedsOperator),
            (true, true) => Err(Rejected::OwnInstitution),
            (true, false) => Ok(()),
        },
        // A company without access turns to the operators, who must not keep showing what it takes back.
        Verb::Withdraw => {
            if actor.keeps || actor.operates {
                Ok(())
            } else {
                Err(Rejected::NotYours)
            }
        }
    }
}

fn state(verb: Verb, facts: &Facts) -> Result<CaseStatus, Rejected> {
    use CaseStatus as S;
    let wrong = Err(Rejected::WrongState { facts: *facts, verb });
    match verb {
        Verb::Amend => match facts.status {
            S::Draft | S::Withdrawn => Ok(S::Draft),
            S::Returned => Ok(S::Returned),
            S::Submitted | S::Verified | S::Published => wrong,
        },
        Verb::Consent => match (facts.status, facts.has_consent) {
            // It is written anew first, so that nobody agrees to what it once said.
            (S::Withdrawn, _) => wrong,
            (S::Draft | S::Submitted | S::Verified | S::Published | S::Returned, true) => {
                Err(Rejected::HasConsent)
            }
            (S::Draft | S::Submitted | S::Verified | S::Published | S::Returned, false) => {
                Ok(facts.status)
            }
        },
        Verb::Submit => match facts.status {
            S::Draft | S::Returned => Ok(S::Submitted),
            S::Submitted | S::Verified | S::Published | S::Withdrawn => wrong,
        },
        Verb::Return => match facts.status {
            S::Submitted | S::Verified | S::Published => Ok(S::Returned),
            S::Draft | S::Returned | S::Withdrawn => wrong,
        },
        Verb::Verify => match facts.status {
            S::Submitted => Ok(S::Verified),
            // A later visit says more than the papers did.
            S::Verified | S::Published => Ok(facts.status),
            S::Draft | S::Returned | S::Withdrawn => wrong,
        },
        Verb::Publish => match (facts.status, facts.has_consent) {
            (S::Verified, true) => Ok(S::Published),
            (S::Verified, false) => Err(Rejected::NoConsent),
            (S::Draft | S::Submitted | S::Published | S::Returned | S::Withdrawn, _) => wrong,
        },
        Verb::Withdraw => match facts.status {
            S::Draft | S::Submitted | S::Verified | S::Published | S::Returned => Ok(S::Withdrawn),
            S::Withdrawn => wrong,
        },
    }
}

/// Stages whose requirements hold at `stage`. Requirements grow with the stage; a case can stop at any
/// stage, so a stopped one owes the first stage's and its own.
pub fn required_from(stage: AdoptionStage) -> Vec<AdoptionStage> {
    use AdoptionStage as S;
    match stage {
        S::Exploring => vec![S::Exploring],
        S::Poc => vec![S::Exploring, S::Poc],
        S::Pilot => vec![S::Exploring, S::Poc, S::Pilot],
        S::Production => vec![S::Exploring, S::Poc, S::Pilot, S::Production],
        S::Scaled => vec![S::Exploring, S::Poc, S::Pilot, S::Production, S::Scaled],
        S::Stopped => vec![S::Exploring, S::Stopped],
    }
}

/// Points that make two cases alike; the ranking of `similarCases` adds them up.
pub mod points {
    /// Same KSIC code.
    pub const SAME_INDUSTRY: u8 = 50;
    /// Same KSIC section only.
    pub const SAME_SECTION: u8 = 25;
    /// Same size of business.
    pub const SAME_SIZE: u8 = 30;
    /// Same region.
    pub const SAME_REGION: u8 = 15;
    /// Shown by documents or more.
    pub const VERIFIED: u8 = 5;
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATES: [CaseStatus; 6] = [
        CaseStatus::Draft,
        CaseStatus::Submitted,
        CaseStatus::Verified,
        CaseStatus::Published,
        CaseStatus::Returned,
        CaseStatus::Withdrawn,
    ];

    #[test]
    fn what_each_state_allows() {
        use CaseStatus as S;
        const NO: Result<CaseStatus, &str> = Err("WRONG_STATE");
        // In the order of the states above, with consent; publishing and consenting without it stand below.
        let table: [(Verb, [Result<S, &str>; 6]); 7] = [
            (Verb::Amend, [Ok(S::Draft), NO, NO, NO, Ok(S::Returned), Ok(S::Draft)]),
            (
                Verb::Consent,
                [
                    Err("HAS_CONSENT"),
                    Err("HAS_CONSENT"),
                    Err("HAS_CONSENT"),
                    Err("HAS_CONSENT"),
                    Err("HAS_CONSENT"),
                    NO,
                ],
            ),
            (Verb::Submit, [Ok(S::Submitted), NO, NO, NO, Ok(S::Submitted), NO]),
            (Verb::Return, [NO, Ok(S::Returned), Ok(S::Returned), Ok(S::Returned), NO, NO]),
            (Verb::Verify, [NO, Ok(S::Verified), Ok(S::Verified), Ok(S::Published), NO, NO]),
            (Verb::Publish, [NO, NO, Ok(S::Published), NO, NO, NO]),
            (
                Verb::Withdraw,
                [
                    Ok(S::Withdrawn),
                    Ok(S::Withdrawn),
                    Ok(S::Withdrawn),
                    Ok(S::Withdrawn),
                    Ok(S::Withdrawn),
                    NO,
                ],
            ),
        ];
        assert_eq!(table.map(|(verb, _)| verb), Verb::ALL);
        for (verb, expected) in table {
            for (status, expected) in STATES.into_iter().zip(expected) {
                let facts = Facts { status, has_consent: true };
                let found = state(verb, &facts).map_err(|rejected| rejected.code());
                assert_eq!(found, expected, "{verb:?} {status:?}");
                let without = state(verb, &Facts { has_consent: false, ..facts });
                let without = without.map_err(|rejected| rejected.code());
                let expected = match (verb, status) {
                    (Verb::Publish, S::Verified) => Err("NO_CONSENT"),
                    (Verb::Consent, S::Withdrawn) => NO,
                    (Verb::Consent, status) => Ok(status),
                    _ => expected,
                };
                assert_eq!(without, expected, "{verb:?} {status:?} without consent");
            }
        }
    }

    #[test]
    fn who_may_do_what() {
        let actor = |keeps, operates, is_own| Actor { keeps, operates, is_own };
        // A stranger, its own institution, an operator, an operator whose own it is, one whose company it is.
        let callers = [
            actor(false, false, false),
            actor(true, false, true),
            actor(false, true, false),
            actor(true, true, true),
            actor(false, true, true),
        ];
        const NOT_YOURS: &str = "NOT_YOURS";
        const OWN: &str = "OWN_INSTITUTION";
        const OPERATOR: &str = "NEEDS_OPERATOR";
        for verb in Verb::ALL {
            let expected = match verb {
                Verb::Amend | Verb::Consent | Verb::Submit => {
                    [NOT_YOURS, "", NOT_YOURS, "", NOT_YOURS]
                }
                Verb::Return | Verb::Verify | Verb::Publish => [OPERATOR, OPERATOR, "", OWN, OWN],
                Verb::Withdraw => [NOT_YOURS, "", "", "", ""],
            };
            for (caller, expected) in callers.iter().zip(expected) {
                let found = access(verb, caller).map_or_else(|rejected| rejected.code(), |()| "");
                assert_eq!(found, expected, "{verb:?} {caller:?}");
            }
        }
    }

    #[test]
    fn every_state_has_a_way_out_and_every_rejection_names_one() {
        for status in STATES {
            for has_consent in [false, true] {
                let facts = Facts { status, has_consent };
                let open = Verb::ALL.into_iter().filter(|verb| state(*verb, &facts).is_ok());
                let open: Vec<Verb> = open.collect();
                assert!(!open.is_empty(), "{facts:?}");
                for verb in Verb::ALL {
                    if let Err(wrong @ Rejected::WrongState { .. }) = state(verb, &facts) {
                        let told = wrong.message();
                        for verb in &open {
                            assert!(told.en.contains(verb.code()) && told.ko.contains(verb.code()));
                        }
                    }
                }
            }
        }
    }
}
