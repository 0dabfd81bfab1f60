//! Opinion rounds 의견수렴: what is asked of whom, and what they say.

use entity::opinion_response::OpinionStance;
use entity::opinion_round::OpinionRoundStatus;
use serde_json::{Map, Value};

use super::mutation::{ERRORS, Fields, Mutation};
use crate::domain::access::{Needs, Object, Part};
use crate::error::Error;
use crate::mutation;
use crate::read::model::{Guard, Type};
use crate::service::opinion_round::{
    self, CloseOpinionRound, Done, OpenOpinionRound, RespondToOpinionRound,
};

/// The types declared here.
pub fn types() -> Vec<Type> {
    vec![round(), invitation(), response()]
}

fn round() -> Type {
    use entity::opinion_round::Column as C;
    Type::fact::<entity::opinion_round::Entity>(
        "OpinionRound",
        *b"OR",
        Guard::Public,
        "의견수렴. Opinions asked of invited institutions, on a bill, a plan or a question.",
    )
    .column("code", C::Code, "의견수렴 키. Stable key.")
    .localized("title", C::TitleKo, C::TitleEn, "제목. Short title.")
    .localized("question", C::QuestionKo, C::QuestionEn, "질의. What is asked.")
    .one("bill", C::BillId, "Bill", "법률안. Bill it is about.")
    .one("plan", C::PlanId, "PolicyPlan", "계획. Plan it is about.")
    .one("host", C::HostId, "Institution", "주관 기관. Institution that asks.")
    .choice("status", C::Status, OpinionRoundStatus::CHOICE, "상태. Where it stands.")
    .column("openedOn", C::OpenedOn, "시작일. Day on which it was opened.")
    .column("closesOn", C::ClosesOn, "제출 기한. Last day for responses.")
    .column("closedOn", C::ClosedOn, "종료일. Day on which it was closed.")
    .localized("result", C::ResultKo, C::ResultEn, "결과. What came of it.")
    .many(
        "invitations",
        entity::opinion_invitation::Column::RoundId,
        "OpinionInvitation",
        &["position"],
        "대상 기관. Institutions invited.",
    )
    .many(
        "responses",
        entity::opinion_response::Column::RoundId,
        "OpinionResponse",
        &["position"],
        "제출 의견. Opinions; your own, and once they are published all.",
    )
    .sorted(&["code"])
    .orderable("CODE", "code")
    .unfiltered(&["question", "result"])
    .searchable()
    .list("opinionRounds")
    .lookup("opinionRound", "code")
}

fn invitation() -> Type {
    use entity::opinion_invitation::Column as C;
    Type::fact::<entity::opinion_invitation::Entity>(
        "OpinionInvitation",
        *b"OV",
        Guard::Via { fk: "round_id", parent: "OpinionRound" },
        "의견수렴 대상. An institution invited to an opinion round.",
    )
    .owned(&[C::InstitutionId])
    .one("round", C::RoundId, "OpinionRound", "의견수렴. Round.")
    .column("position", C::Position, "순서. Order.")
    .one("institution", C::InstitutionId, "Institution", "대상 기관. Institution invited.")
    .column("revision", C::Revision, "회신 차수. How often it has responded; 0 if not yet.")
    .column("respondedOn", C::RespondedOn, "회신일. Day of its last response.")
    .sorted(&["position"])
}

fn response() -> Type {
    use entity::opinion_response::Column as C;
    Type::fact::<entity::opinion_response::Entity>(
        "OpinionResponse",
        *b"OP",
        Guard::Via { fk: "round_id", parent: "OpinionRound" },
        "제출 의견. An institution's opinion in an opinion round, on one clause or as a whole.",
    )
    .owned(&[C::InstitutionId])
    .one("round", C::RoundId, "OpinionRound", "의견수렴. Round.")
    .one("institution", C::InstitutionId, "Institution", "제출 기관. Institution that responds.")
    .column(
        "revision",
        C::Revision,
        "차수. Number of the institution's response; the last one counts.",
    )
    .column("position", C::Position, "순서. Order within the response.")
    .column("clause", C::Clause, "조문. Clause as the text numbers it; null of the whole.")
    .one("provision", C::ProvisionId, "Provision", "법률안 조문. Provision of the bill.")
    .choice("stance", C::Stance, OpinionStance::CHOICE, "의견 구분. Stance.")
    .localized("opinion", C::OpinionKo, C::OpinionEn, "의견. Opinion with its reasons.")
    .column("proposedText", C::ProposedText, "수정안. Text proposed instead.")
    .column("respondedOn", C::RespondedOn, "제출일. Day of the response.")
    .one(
        "recommendation",
        C::RecommendationId,
        "Recommendation",
        "건의. Recommendation that it raised.",
    )
    .one(
        "recordedBy",
        C::RecordedById,
        "Institution",
        "기록 기관. Institution that recorded it here; another one did so on behalf of who responds.",
    )
    .column(
        "evidenceNote",
        C::EvidenceNote,
        "근거. What shows it, where it was recorded on behalf of another.",
    )
    .sorted(&["position"])
    .unfiltered(&["opinion", "proposedText", "evidenceNote"])
}

const ROUND_FIELD: (&str, &str, &str) =
    ("opinionRound", "OpinionRound", "의견수렴. The round; null if nothing was done.");
const ROUND: Fields = &[ROUND_FIELD, ERRORS];
const INVITATION: Fields = &[
    ROUND_FIELD,
    ("invitation", "OpinionInvitation", "의견수렴 대상. The invitation that was responded to."),
    ERRORS,
];

/// The mutations declared here.
pub fn mutations() -> Vec<Mutation> {
    vec![
        mutation!(
            OpenOpinionRound,
            Needs::Write(Object::Content),
            ROUND,
            "의견수렴 시작. Asks invited institutions for their opinions.",
            |act, input| done(opinion_round::open(act, input).await)
        ),
        mutation!(
            RespondToOpinionRound,
            Needs::Take(Part::Invited),
            INVITATION,
            "의견 제출. Responds to an invitation, clause by clause, until the closing date; an opinion may raise a recommendation. Others see it once the round's closing publishes it.",
            |act, input| done(opinion_round::respond(act, input).await)
        ),
        mutation!(
            CloseOpinionRound,
            Needs::Write(Object::Content),
            ROUND,
            "의견수렴 종료. Closes a round with what came of it.",
            |act, input| done(opinion_round::close(act, input).await)
        ),
    ]
}

fn done(done: Result<Done, Error>) -> Result<Map<String, Value>, Error> {
    let Done { id, invitation } = done?;
    let mut payload = Map::from_iter([("opinionRound".to_owned(), id.to_string().into())]);
    if let Some(invitation) = invitation {
        payload.insert("invitation".to_owned(), invitation.to_string().into());
    }
    Ok(payload)
}
