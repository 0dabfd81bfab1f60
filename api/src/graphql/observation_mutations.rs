//! What is written of published figures.

use entity::observation::Entity;

use super::mutation::{ERRORS, Fields, Mutation, deleted, row};
use crate::mutation;
use crate::service::citation::OPERATORS;
use crate::service::observation::{self, AmendObservation, RecordObservation, RemoveObservation};

const OBSERVATION: Fields =
    &[("observation", "Observation", "통계·수치. The figure; null if nothing was done."), ERRORS];
const DELETED: Fields = &[
    ("deletedId", "ID", "삭제된 식별자. Id of the figure that is gone; null if nothing was done."),
    ERRORS,
];

/// The mutations declared here.
pub fn mutations() -> Vec<Mutation> {
    vec![
        mutation!(
            RecordObservation,
            OPERATORS,
            OBSERVATION,
            "수치 기재. Puts a published figure on record.",
            |act, input| row("observation", observation::record(act, input).await)
        ),
        mutation!(
            AmendObservation,
            OPERATORS,
            OBSERVATION,
            "수치 수정. Changes a figure.",
            |act, input| row("observation", observation::amend(act, input).await)
        ),
        mutation!(
            RemoveObservation,
            OPERATORS,
            DELETED,
            "수치 삭제. Takes a figure off that was recorded by mistake, with its citations.",
            |act, input| deleted::<Entity>(observation::remove(act, input).await)
        ),
    ]
}
