//! What is written of documents and their files.

use super::mutation::{ERRORS, Fields, Mutation, row, whole};
use crate::domain::access::Needs;
use crate::mutation;
use crate::service::document::file::{self, AttachFile, RemoveFile};
use crate::service::document::{self, AmendDocument, RecordDocument};

const DOCUMENT: Fields =
    &[("document", "Document", "자료. The document; null if nothing was done."), ERRORS];
const FILE: Fields =
    &[("file", "DocumentFile", "첨부 파일. The file; null if nothing was done."), ERRORS];
const OF: Fields = &[
    ("document", "Document", "자료. The document that it was of; null if nothing was done."),
    ERRORS,
];

/// The mutations declared here.
pub fn mutations() -> Vec<Mutation> {
    vec![
        mutation!(
            RecordDocument,
            Needs::OwnProfile,
            DOCUMENT,
            "자료 등록. Puts a document on record; a partner one that it publishes itself, which an operator makes public.",
            |act, input| row("document", document::record(act, input).await)
        ),
        mutation!(
            AmendDocument,
            Needs::OwnProfile,
            DOCUMENT,
            "자료 변경. Changes a document; a partner its own until it is public.",
            |act, input| row("document", document::amend(act, input).await)
        ),
        mutation!(
            AttachFile,
            Needs::OwnProfile,
            FILE,
            "파일 첨부. Attaches a file that came with the call to a document, up to 10 MB; larger ones by `PUT /documents/{code}/files/{name}`.",
            |act, input| row("file", file::attach(act, input).await)
        ),
        mutation!(
            RemoveFile,
            Needs::OwnProfile,
            OF,
            "파일 삭제. Takes a file off its document.",
            |act, input| whole("document", file::remove(act, input).await)
        ),
    ]
}
