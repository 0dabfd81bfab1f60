//! The same verb for many submissions, each a write of its own: what one lacks keeps no other from it.

use entity::submission;
use uuid::Uuid;

use super::review::{self, AcceptSubmission, RemindSubmission};
use super::{Done, actor, refused};
use crate::database::Store;
use crate::domain::submission::Refused;
use crate::error::{Error, UserError};
use crate::input;
use crate::input::Call;
use crate::input::types::{Id, List};
use crate::service::write::Author;

/// Most submissions of one call.
const MAX_ITEMS: usize = 100;

input! {
    /// 일괄 처리 항목. One of many.
    object SubmissionItem {
        /// 식별자. The submission.
        id: Id<submission::Entity>,
        /// 판. The `version` you read.
        expected_version: i32,
    }
}

input! {
    /// 일괄 승인. Submissions to be accepted, each on its own.
    mutation AcceptSubmissions {
        /// 항목. 1 to 100 submissions.
        items: List<SubmissionItem, 1, MAX_ITEMS>,
    }
}

input! {
    /// 일괄 알림. Submissions whose institutions were reminded, each on its own.
    mutation RemindSubmissions {
        /// 항목. 1 to 100 submissions.
        items: List<SubmissionItem, 1, MAX_ITEMS>,
    }
}

/// What can be done with many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bulk {
    /// Accept them.
    Accept,
    /// Remind their institutions.
    Remind,
}

/// What came of one of many.
#[derive(Debug)]
pub struct Item {
    /// The submission as the caller named it.
    pub id: Uuid,
    /// What kept it from being done; empty if it was.
    pub errors: Vec<UserError>,
}

/// Does the same with each, in the order given.
///
/// # Errors
/// Forbidden, if the caller may do it with none; internal.
pub async fn each(
    db: &Store,
    author: Author<'_>,
    what: Bulk,
    (call, items): (&Call, &[SubmissionItem]),
) -> Result<Vec<Item>, Error> {
    if !actor(author.principal, Uuid::nil(), None).reviews {
        return Err(refused(&Refused::NeedsReviewer, author.principal));
    }
    call.sound()?;
    let mut told = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        let (id, version) = (item.id.0, item.expected_version);
        let content = serde_json::json!(id);
        let call = Call::made(call.action, (id, version), format!("{}#{id}", call.key), &content);
        let done: Result<Done, Error> = match what {
            Bulk::Accept => review::accept(db, author, AcceptSubmission { call }).await,
            Bulk::Remind => review::remind(db, author, RemindSubmission { call }).await,
        };
        let mut errors = match done {
            Ok(_) => Vec::new(),
            Err(Error::User(errors)) => errors,
            Err(error @ (Error::Conflict | Error::NotFound | Error::Forbidden(_))) => {
                let message = error.message();
                let field = if matches!(error, Error::Conflict) { "expectedVersion" } else { "id" };
                vec![UserError::at(field, error.code(), message.ko, message.en)]
            }
            Err(error) => return Err(error),
        };
        for error in &mut errors {
            error.path.splice(1..1, ["items".to_owned(), at.to_string()]);
        }
        told.push(Item { id, errors });
    }
    Ok(told)
}
