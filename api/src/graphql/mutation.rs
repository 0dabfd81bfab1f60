//! What all mutations share: the input read, the rejection put on record, what a person can correct told in the
//! payload.
//!
//! To add a mutation: its input beside its rule in the service (`input!`), and [`mutation!`](crate::mutation) in the
//! feature's list, which says who may, what the payload shows, what it is for, and which function does it. Name, input
//! type, payload type, audit action and the sentence of who may follow from those.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::domain::access::Needs;
use crate::domain::admit;
use crate::error::{Error, UserError};
use crate::input::{self, InputObject, MutationInput, Tagged};
use crate::read::catalog::{Action, Catalog, Root, RootKind};
use crate::read::model::{Arg, Args, Shape};
use crate::read::{Act, global_id};
use crate::service::audit;
use crate::service::ledger::Event;

/// Fields of a payload: name, type, description. Each ends with [`ERRORS`].
pub type Fields = &'static [(&'static str, &'static str, &'static str)];

/// The last field of every payload.
pub const ERRORS: (&str, &str, &str) =
    ("errors", "[UserError!]!", "입력 오류. What to correct; empty if it was done.");

/// A mutation as it is declared.
pub struct Mutation {
    /// Field of the root.
    pub root: Root,
    /// The payload.
    pub payload: Shape,
    /// Input objects that it takes.
    pub inputs: Vec<&'static InputObject>,
}

/// A mutation with an input, a need of its caller, the fields of its payload and what it is for.
pub fn declared<I: MutationInput>(
    needs: Needs,
    payload: Fields,
    description: &str,
    action: Action,
) -> Mutation {
    let mut inputs = Vec::new();
    I::objects(&mut inputs);
    Mutation {
        root: Root {
            name: I::FIELD,
            description: format!("{description} {}", needs.sentence()),
            ty: I::PAYLOAD.to_owned(),
            args: vec![Arg::new("input", I::ty(), "입력. Input.")],
            kind: RootKind::Action(needs, action),
        },
        payload: Shape { name: I::PAYLOAD, description: "결과. Result.", fields: payload },
        inputs,
    }
}

/// Declares a mutation: input type, need, payload, description, and what is done.
#[macro_export]
macro_rules! mutation {
    ($input:ty, $needs:expr, $payload:expr, $text:literal, |$act:ident, $read:ident| $done:expr) => {
        $crate::graphql::mutation::declared::<$input>($needs, $payload, $text, |act, args| {
            $crate::graphql::mutation::run::<$input, _>(act, args, |$act, $read| {
                ::futures_util::FutureExt::boxed(async move { $done })
            })
        })
    };
}

/// A payload of one row.
pub fn row(field: &str, done: Result<Uuid, Error>) -> Result<Map<String, Value>, Error> {
    Ok(Map::from_iter([(field.to_owned(), done?.to_string().into())]))
}

/// What is told of a row that is gone: that to which it belonged.
pub fn whole(field: &str, done: Result<Option<Uuid>, Error>) -> Result<Map<String, Value>, Error> {
    let whole = done?.map(|id| id.to_string());
    Ok(Map::from_iter([(field.to_owned(), whole.into())]))
}

/// A payload of a row that is gone and belonged to no other: its id.
pub fn deleted<R: Tagged>(done: Result<Uuid, Error>) -> Result<Map<String, Value>, Error> {
    Ok(Map::from_iter([("deletedId".to_owned(), global_id::encode(R::TAG, done?).into())]))
}

/// What a person can put right.
pub const USER_ERROR: Shape = Shape {
    name: "UserError",
    description: "입력 오류. What a person can put right in the input of a mutation.",
    fields: &[
        ("code", "String!", "코드. Stable code."),
        ("path", "[String!]!", "위치. Path into the input, from `input` on."),
        ("message", "String!", "안내. What to do, in Korean or English by Accept-Language."),
    ],
};

/// User errors as a payload shows them.
pub fn shown(act: &Act<'_>, errors: &[UserError]) -> Value {
    errors
        .iter()
        .map(|error| {
            json!({
                "code": error.code,
                "path": error.path,
                "message": error.message.text(act.language),
            })
        })
        .collect()
}

/// Reads the input, acts, and makes the payload: what the action gives, and `errors`.
///
/// # Errors
/// Those of the request: forbidden, not found, internal. Whatever is rejected is put on record by its code; what the
/// input held never is.
pub fn run<'a, I, F>(act: &'a Act<'a>, args: Args, action: F) -> BoxFuture<'a, Result<Value, Error>>
where
    I: MutationInput + Send,
    F: FnOnce(&'a Act<'a>, I) -> BoxFuture<'a, Result<Map<String, Value>, Error>> + Send + 'a,
{
    async move {
        let mut args = args;
        let mut given = args.remove("input").unwrap_or_default();
        admit::compose(&mut given);
        let subject = subject(act.catalog, given.get("id").and_then(Value::as_str));
        // Who may not act learns nothing of what is wrong with the input.
        let root = act.catalog.root("Mutation", I::FIELD);
        if let Some(denied) = root.and_then(|root| act.catalog.barred(act.author.principal, root)) {
            let error = Error::from(denied);
            // It waits for no writer, and none for it.
            act.backlog.push(act.author, refusal(I::FIELD, subject, error.code()));
            return Err(error);
        }
        let (faults, done) = match input::read::<I>(given) {
            Ok(mut input) => (input.call().faults.clone(), action(act, input).await),
            Err(error) => (Vec::new(), Err(error)),
        };
        let (mut payload, errors) = match done {
            Ok(payload) if faults.is_empty() => (payload, Vec::new()),
            Ok(_) => (Map::new(), faults),
            Err(Error::User(found)) => {
                // What could not be read was asked as if it were empty: what that leads to is no fault of its own.
                let told =
                    |of: &UserError| faults.iter().any(|fault| of.path.starts_with(&fault.path));
                let found: Vec<UserError> = found.into_iter().filter(|it| !told(it)).collect();
                // The rule's own come first: that the state does not allow it, say.
                (Map::new(), [found, faults].concat())
            }
            Err(Error::Conflict) => {
                let message = Error::Conflict.message();
                let at = UserError::at("expectedVersion", "CONFLICT", message.ko, message.en);
                (Map::new(), [vec![at], faults].concat())
            }
            Err(error) => {
                // What is our fault is no rejection; the log has it.
                if !error.is_ours() {
                    refused(act, I::FIELD, subject, error.code()).await?;
                }
                return Err(error);
            }
        };
        if let Some(first) = errors.first() {
            refused(act, I::FIELD, subject, first.code).await?;
        }
        payload.insert("errors".to_owned(), shown(act, &errors));
        Ok(Value::Object(payload))
    }
    .boxed()
}

/// The row that an input names by its id.
pub fn subject(catalog: &Catalog, id: Option<&str>) -> Option<(&'static str, Uuid)> {
    let (tag, key) = global_id::decode(id?)?;
    let ty = catalog.types().iter().find(|ty| ty.tag == tag)?;
    Some((ty.name, key))
}

/// A refusal as it stands in the audit.
pub fn refusal(name: &'static str, subject: Option<(&'static str, Uuid)>, reason: &str) -> Event {
    Event {
        action: name,
        subject_type: subject.map_or("", |(name, _)| name),
        subject_id: subject.map(|(_, key)| key),
        refused: Some(reason.to_owned()),
        ..Event::default()
    }
}

/// Puts on record that something was refused for one row of many.
pub fn refused_item(act: &Act<'_>, action: &'static str, ty: &'static str, id: Uuid, reason: &str) {
    act.backlog.push(act.author, refusal(action, Some((ty, id)), reason));
}

/// Puts a refusal on record.
async fn refused(
    act: &Act<'_>,
    name: &'static str,
    subject: Option<(&'static str, Uuid)>,
    reason: &str,
) -> Result<(), Error> {
    let event = refusal(name, subject, reason);
    // What was not done leaves nothing but this.
    drop(act.db.take_held());
    audit::record(&act.db.direct(), act.author, vec![event]).await
}
