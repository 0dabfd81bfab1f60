//! What all mutations share: the input read, the refusal put on record, what a person can put right told in
//! the payload.
//!
//! To add a mutation: its input in the feature's `INPUTS`, its payload in `SHAPES`, and a [`root`] whose
//! action calls [`run`] with a function of the service.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::domain::access::Aim;
use crate::domain::admit;
use crate::error::{Error, Message, UserError};
use crate::read::catalog::{Action, Catalog, Root, RootKind};
use crate::read::model::{Arg, Args, Shape};
use crate::read::{Act, global_id};
use crate::service::audit;
use crate::service::ledger::Event;

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

/// A field of the mutation's root with an aim, such as to write rows of a kind.
pub fn root(
    aim: impl Into<Aim>,
    name: &'static str,
    description: &str,
    input: &'static str,
    payload: &'static str,
    action: Action,
) -> Root {
    Root {
        name,
        description: description.to_owned(),
        ty: payload.to_owned(),
        args: vec![Arg::new("input", format!("{input}!"), "입력. What is to be done.")],
        kind: RootKind::Action(aim.into(), action),
    }
}

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
/// Those of the request: forbidden, not found, input, internal. Whatever is refused is put on record by its
/// code; what the input held never is.
pub async fn run<'a, I, F>(
    act: &'a Act<'a>,
    name: &'static str,
    mut args: Args,
    action: impl FnOnce(&'a Act<'a>, I) -> F + Send,
) -> Result<Value, Error>
where
    I: DeserializeOwned + Send,
    F: Future<Output = Result<Map<String, Value>, Error>> + Send,
{
    let mut input = args.remove("input").unwrap_or_default();
    admit::compose(&mut input);
    let subject = subject(act.catalog, input.get("id").and_then(Value::as_str));
    let version = ["expectedVersion", "version"].into_iter().find(|name| input.get(name).is_some());
    // Who may not act learns nothing of what is wrong with the input.
    let root = act.catalog.root("Mutation", name);
    if let Some(denied) = root.and_then(|root| act.catalog.barred(act.author.principal, root)) {
        let error = Error::from(denied);
        // It waits for no writer, and none for it.
        act.backlog.push(act.author, refusal(name, subject, error.code()));
        return Err(error);
    }
    let mut payload = Map::new();
    let mut misfits = act.misfits.to_vec();
    misfits.extend(wrong_key(&input));
    let done = match serde_json::from_value(input) {
        _ if !misfits.is_empty() => Err(Error::User(misfits)),
        Ok(input) => action(act, input).await,
        // The schema and the forms of its scalars leave nothing known for this.
        Err(error) => Err(Error::argument(
            "input",
            "`input`에 받을 수 없는 값이 있습니다.",
            format!("`input` holds a value that cannot be taken: {error}"),
        )),
    };
    let errors = match done {
        Ok(done) => {
            payload = done;
            Vec::new()
        }
        Err(Error::User(errors)) => errors,
        Err(Error::Conflict) => {
            let message = Error::Conflict.message();
            let field = version.unwrap_or("id");
            vec![UserError::at(field, "CONFLICT", message.ko, message.en)]
        }
        Err(error) => {
            // What is our fault is no refusal; the log has it.
            if !error.is_ours() {
                refused(act, name, subject, error.code()).await?;
            }
            return Err(error);
        }
    };
    if let Some(first) = errors.first() {
        refused(act, name, subject, first.code).await?;
    }
    payload.insert("errors".to_owned(), shown(act, &errors));
    Ok(Value::Object(payload))
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

/// The key of a row of the type with this tag, out of the global id in the input's `id`.
///
/// # Errors
/// User error, if it is no id, or one of another type.
pub fn key_of(tag: [u8; 2], id: &str) -> Result<Uuid, Error> {
    keys_of(tag, [(vec!["id".to_owned()], id)])?.pop().ok_or_else(|| Error::internal("no key"))
}

/// The keys of ids, each with its place in the input; every one that is none of the type is told.
///
/// # Errors
/// User errors.
pub fn keys_of<'i>(
    tag: [u8; 2],
    ids: impl IntoIterator<Item = (Vec<String>, &'i str)>,
) -> Result<Vec<Uuid>, Error> {
    let (mut keys, mut wrong) = (Vec::new(), Vec::new());
    for (mut path, id) in ids {
        match global_id::decode(id) {
            Some((found, key)) if found == tag => keys.push(key),
            _ => {
                path.insert(0, "input".to_owned());
                let message =
                    Message::new("이 유형의 식별자가 아닙니다.", "This is not an id of this type.");
                wrong.push(UserError { code: "NOT_AN_ID", path, message });
            }
        }
    }
    if wrong.is_empty() { Ok(keys) } else { Err(Error::User(wrong)) }
}

/// What is wrong with a caller's idempotency key, which must be too long to be likely and short enough to keep.
fn wrong_key(input: &Value) -> Option<UserError> {
    let key = input.get("idempotencyKey")?.as_str()?;
    if (8..=100).contains(&key.chars().count()) && !key.chars().any(char::is_control) {
        return None;
    }
    Some(UserError::at(
        "idempotencyKey",
        "INVALID_KEY",
        "멱등 키는 8~100자여야 합니다. 예: UUID",
        "An idempotency key has 8 to 100 characters, e.g. a UUID.",
    ))
}
