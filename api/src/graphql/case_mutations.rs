//! What is done with adoption cases.

use super::mutation::{ERRORS, Fields, Mutation, row};
use crate::domain::access::Needs;
use crate::mutation;
use crate::service::adoption_case::{
    self as cases, AmendCase, DraftCase, GiveCaseConsent, PublishCase, ReturnCase, SubmitCase,
    VerifyCase, WithdrawCase,
};

const CASE: Fields =
    &[("adoptionCase", "AdoptionCase", "사례. The case; null if nothing was done."), ERRORS];

/// The mutations declared here.
pub fn mutations() -> Vec<Mutation> {
    vec![
        mutation!(
            DraftCase,
            Needs::OwnCase,
            CASE,
            "사례 작성. Creates a draft of an adoption case.",
            |act, input| row("adoptionCase", cases::draft(act.db, act.author, input).await)
        ),
        mutation!(
            AmendCase,
            Needs::OwnCase,
            CASE,
            "사례 수정. Changes a case that is a draft, returned or withdrawn.",
            |act, input| row("adoptionCase", cases::amend(act.db, act.author, input).await)
        ),
        mutation!(
            GiveCaseConsent,
            Needs::OwnCase,
            CASE,
            "공개 동의. Records that the company agrees to publication; `withdrawCase` takes it back.",
            |act, input| row("adoptionCase", cases::consent(act.db, act.author, input).await)
        ),
        mutation!(
            SubmitCase,
            Needs::OwnCase,
            CASE,
            "사례 제출. Submits a case for verification.",
            |act, input| row("adoptionCase", cases::submit(act.db, act.author, input).await)
        ),
        mutation!(
            ReturnCase,
            Needs::DecideCase,
            CASE,
            "사례 반려. Sends a case back with a reason.",
            |act, input| row("adoptionCase", cases::return_case(act.db, act.author, input).await)
        ),
        mutation!(
            VerifyCase,
            Needs::DecideCase,
            CASE,
            "사례 검증. Records how far a case was verified.",
            |act, input| row("adoptionCase", cases::verify(act.db, act.author, input).await)
        ),
        mutation!(
            PublishCase,
            Needs::DecideCase,
            CASE,
            "사례 공개. Publishes a verified case with consent.",
            |act, input| row("adoptionCase", cases::publish(act.db, act.author, input).await)
        ),
        mutation!(
            WithdrawCase,
            Needs::WithdrawCase,
            CASE,
            "사례 철회. Withdraws a case and the company's consent: it is public no longer.",
            |act, input| row("adoptionCase", cases::withdraw(act.db, act.author, input).await)
        ),
    ]
}
