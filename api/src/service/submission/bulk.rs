//! The same verb for many submissions, each a write of its own: what one lacks keeps no other from it.

use uuid::Uuid;

use super::{Asked, Done, actor, refused, review};
use crate::database::Store;
use crate::domain::submission::Refused;
use crate::error::{Error, UserError};
use crate::service::write::Author;

/// Most submissions of one call.
pub const MAX_ITEMS: usize = 100;

/// What came of one of many.
#[derive(Debug)]
pub struct Item {
    /// The submission as the caller named it.
    pub id: Uuid,
    /// What kept it from being done; empty if it was.
    pub errors: Vec<UserError>,
}

/// What can be done with many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bulk {
    /// Accept them.
    Accept,
    /// Remind their institutions.
    Remind,
}

/// Does it with each, in the order given.
///
/// # Errors
/// User error, if there are too many; forbidden, if the caller may do it with none; internal.
pub async fn each(
    db: &Store,
    author: Author<'_>,
    what: Bulk,
    asked: &[Asked],
) -> Result<Vec<Item>, Error> {
    if !actor(author.principal, Uuid::nil(), None).reviews {
        return Err(refused(&Refused::NeedsReviewer, author.principal));
    }
    if asked.is_empty() || asked.len() > MAX_ITEMS {
        return Err(Error::User(vec![UserError::at(
            "items",
            "WRONG_NUMBER",
            format!("한 번에 1~{MAX_ITEMS}건까지 처리합니다."),
            format!("Name 1 to {MAX_ITEMS} submissions."),
        )]));
    }
    let mut items = Vec::with_capacity(asked.len());
    for one in asked {
        let done: Result<Done, Error> = match what {
            Bulk::Accept => review::accept(db, author, one).await,
            Bulk::Remind => review::remind(db, author, one).await,
        };
        let errors = match done {
            Ok(_) => Vec::new(),
            Err(Error::User(errors)) => errors,
            Err(error @ (Error::Conflict | Error::NotFound | Error::Forbidden(_))) => {
                let message = error.message();
                vec![UserError::at("id", error.code(), message.ko, message.en)]
            }
            Err(error) => return Err(error),
        };
        items.push(Item { id: one.id, errors });
    }
    Ok(items)
}
