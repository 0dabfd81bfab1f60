//! 의견수렴. What may be done with an opinion round: on a bill, a plan or a question, of institutions that are invited.
//!
//! A partner responds until the closing date, and may revise its response until then; what came in time on paper an
//! operator records until the round is closed. What is closed stays so: who asks again opens another round.

use chrono::NaiveDate;
use entity::opinion_round::OpinionRoundStatus;

use super::text::Text;

/// What can be done with a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// 의견 제출. Respond in one's own name.
    Respond,
    /// 의견 대리 등록. Record the response of an institution that has no account.
    Record,
    /// 종료. Close it, before its date only if that is said.
    Close {
        /// Whether it is said.
        early: bool,
    },
}

/// Why a verb is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The round is closed.
    Closed,
    /// Its date has passed.
    PastClosingDate,
    /// Its date has not passed.
    NotDue,
}

/// Whether a verb is allowed of a round in this state that takes responses until that day.
///
/// # Errors
/// Why not.
pub fn allows(
    verb: Verb,
    status: OpinionRoundStatus,
    closes_on: NaiveDate,
    today: NaiveDate,
) -> Result<(), Refused> {
    match (status, verb) {
        (OpinionRoundStatus::Closed, _) => Err(Refused::Closed),
        (OpinionRoundStatus::Open, Verb::Respond) if today > closes_on => {
            Err(Refused::PastClosingDate)
        }
        (OpinionRoundStatus::Open, Verb::Close { early: false }) if today <= closes_on => {
            Err(Refused::NotDue)
        }
        (OpinionRoundStatus::Open, Verb::Respond | Verb::Record | Verb::Close { .. }) => Ok(()),
    }
}

impl Refused {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Closed => "ROUND_CLOSED",
            Self::PastClosingDate => "PAST_CLOSING_DATE",
            Self::NotDue => "NOT_DUE",
        }
    }

    /// What to tell: why, and what can be done instead.
    pub fn message(self) -> Text {
        let (ko, en) = match self {
            Self::Closed => (
                "종료된 의견수렴입니다. 건의 등록(raiseRecommendation)으로 의견을 내거나 새로 시작(openOpinionRound)하십시오.",
                "The round is closed. Raise a recommendation (raiseRecommendation), or open another round (openOpinionRound).",
            ),
            Self::PastClosingDate => (
                "의견 제출 기한이 지났습니다. 기한 안에 낸 의견은 운영 기관이 대신 등록할 수 있습니다.",
                "The closing date has passed. An operator can record what came in time.",
            ),
            Self::NotDue => (
                "아직 제출 기한 안입니다. 앞당겨 종료하려면 closesEarly를 true로 적으십시오.",
                "The closing date has not passed. To close it early, say so: closesEarly must be true.",
            ),
        };
        Text::new(ko, en)
    }
}

#[cfg(test)]
mod tests {
    use OpinionRoundStatus as S;

    use super::*;

    #[test]
    fn each_state_allows_its_verbs() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let closes = day("2026-12-10");
        let (early, late) = (Verb::Close { early: true }, Verb::Close { early: false });
        let table = [
            // State, day; respond, record, close, close early.
            (S::Open, "2026-12-10", ["", "", "NOT_DUE", ""]),
            (S::Open, "2026-12-11", ["PAST_CLOSING_DATE", "", "", ""]),
            (S::Closed, "2026-12-10", ["ROUND_CLOSED"; 4]),
            (S::Closed, "2026-12-11", ["ROUND_CLOSED"; 4]),
        ];
        for (status, today, expected) in table {
            let told = [Verb::Respond, Verb::Record, late, early]
                .map(|verb| allows(verb, status, closes, day(today)));
            let codes = told.map(|told| told.map_or_else(Refused::code, |()| ""));
            assert_eq!(codes, expected, "{status:?} {today}");
        }
    }
}
