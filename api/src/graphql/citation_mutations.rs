//! What is written of citations, conflicts and claims.

use super::mutation::{ERRORS, Fields, Mutation, row, whole};
use crate::mutation;
use crate::service::citation::{self, AmendCitation, Cite, OPERATORS, RemoveCitation};
use crate::service::conflict::{self, AddClaim, RecordConflict, ReopenConflict, ResolveConflict};

const CITATION: Fields =
    &[("citation", "Citation", "출처. The citation; null if nothing was done."), ERRORS];
const CITED: Fields = &[
    ("document", "Document", "자료. The document that it cited; null if nothing was done."),
    ERRORS,
];
const CONFLICT: Fields =
    &[("conflict", "Conflict", "불일치. The conflict; null if nothing was done."), ERRORS];

/// The mutations declared here.
pub fn mutations() -> Vec<Mutation> {
    vec![
        mutation!(
            Cite,
            OPERATORS,
            CITATION,
            "출처 기재. Ties a fact, or one field of it, to the document that carries it.",
            |act, input| row("citation", citation::cite(act, input).await)
        ),
        mutation!(
            AmendCitation,
            OPERATORS,
            CITATION,
            "출처 수정. Changes a citation; one of another document is a citation of its own.",
            |act, input| row("citation", citation::amend(act, input).await)
        ),
        mutation!(
            RemoveCitation,
            OPERATORS,
            CITED,
            "출처 삭제. Takes a citation off its fact.",
            |act, input| whole("document", citation::remove(act, input).await)
        ),
        mutation!(
            RecordConflict,
            OPERATORS,
            CONFLICT,
            "불일치 기재. Records that sources, or places of one, disagree about a field of a fact.",
            |act, input| row("conflict", conflict::record(act, input).await)
        ),
        mutation!(
            AddClaim,
            OPERATORS,
            CONFLICT,
            "주장 추가. Adds a claim to a conflict that is open.",
            |act, input| row("conflict", conflict::add_claim(act, input).await)
        ),
        mutation!(
            ResolveConflict,
            OPERATORS,
            CONFLICT,
            "불일치 해소. Says which claims hold, and why; all claims are kept. The fact itself is written by its own mutation.",
            |act, input| row("conflict", conflict::resolve(act, input).await)
        ),
        mutation!(
            ReopenConflict,
            OPERATORS,
            CONFLICT,
            "불일치 재개. Opens a conflict again that was resolved wrongly.",
            |act, input| row("conflict", conflict::reopen(act, input).await)
        ),
    ]
}
