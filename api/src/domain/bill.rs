//! The procedure of a bill: which stages count as reached, and which may follow which.
//!
//! Sources: National Assembly Act and the stages of the Assembly's feeds (code list 2).

use entity::bill_event::BillStage;

/// Stages in the order of the procedure; what ends it without enactment stands apart.
const PROCEDURE: [BillStage; 19] = [
    BillStage::Drafting,
    BillStage::Consultation,
    BillStage::LegislativeNotice,
    BillStage::RegulatoryAndMolegReview,
    BillStage::Cabinet,
    BillStage::Received,
    BillStage::CommitteeReceived,
    BillStage::CommitteeReview,
    BillStage::CommitteeDecided,
    BillStage::JudiciaryRequested,
    BillStage::JudiciaryReview,
    BillStage::PlenaryReady,
    BillStage::PlenaryDecided,
    BillStage::TextFinalised,
    BillStage::Transferred,
    BillStage::ReconsiderationRequested,
    BillStage::ReconsiderationDecided,
    BillStage::Promulgated,
    BillStage::InForce,
];

fn place(stage: BillStage) -> Option<usize> {
    PROCEDURE.iter().position(|known| *known == stage)
}

/// Stages that show that `stage` was reached: itself and, within the procedure, every later one.
pub fn reached_by(stage: BillStage) -> Vec<BillStage> {
    match place(stage) {
        Some(at) => PROCEDURE[at..].to_vec(),
        None => vec![stage],
    }
}

/// Whether `next` may follow `last` on record.
///
/// Sources tell of some stages only, so stages may be skipped forwards; backwards the procedure knows
/// the return to committee review and the reconsideration. Nothing follows an end.
pub fn may_follow(last: Option<BillStage>, next: BillStage) -> bool {
    let Some(last) = last else { return true };
    match (last, next) {
        (BillStage::CommitteeDecided | BillStage::JudiciaryReview, BillStage::CommitteeReview)
        | (
            BillStage::ReconsiderationRequested,
            BillStage::PlenaryReady | BillStage::PlenaryDecided,
        ) => true,
        (
            BillStage::InForce | BillStage::ClosedWithoutEnactment | BillStage::PlenaryNotTabled,
            _,
        ) => false,
        (BillStage::Promulgated, next) => next == BillStage::InForce,
        (_, BillStage::ClosedWithoutEnactment | BillStage::PlenaryNotTabled) => {
            place(last) < place(BillStage::Transferred)
                || last == BillStage::ReconsiderationRequested
                || last == BillStage::ReconsiderationDecided
        }
        (last, next) => place(last) < place(next),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_procedure_goes_forwards() {
        use BillStage as S;
        let table = [
            (None, S::CommitteeReview, true),
            (Some(S::Drafting), S::CommitteeReview, true),
            (Some(S::CommitteeReview), S::Drafting, false),
            (Some(S::CommitteeReview), S::CommitteeReview, false),
            (Some(S::CommitteeDecided), S::CommitteeReview, true),
            (Some(S::CommitteeReview), S::ClosedWithoutEnactment, true),
            (Some(S::ClosedWithoutEnactment), S::Received, false),
            (Some(S::ReconsiderationRequested), S::PlenaryDecided, true),
            (Some(S::Promulgated), S::InForce, true),
            (Some(S::Promulgated), S::ClosedWithoutEnactment, false),
            (Some(S::InForce), S::Promulgated, false),
            (Some(S::Transferred), S::ClosedWithoutEnactment, false),
        ];
        for (last, next, allowed) in table {
            assert_eq!(may_follow(last, next), allowed, "{last:?} -> {next:?}");
        }
    }

    #[test]
    fn a_closed_bill_did_not_reach_promulgation() {
        assert!(!reached_by(BillStage::Promulgated).contains(&BillStage::ClosedWithoutEnactment));
        assert!(reached_by(BillStage::Received).contains(&BillStage::Promulgated));
        assert_eq!(reached_by(BillStage::PlenaryNotTabled), [BillStage::PlenaryNotTabled]);
    }
}
