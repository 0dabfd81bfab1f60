//! Plays the story through the mutations, as a caller's document would: input, access, rule, write and audit are theirs.
//! Each call has a key of its own, so that what was played before is not played again.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Scenario, Step};
use crate::auth::secret::Hashing;
use crate::database::Store;
use crate::domain::principal::{Principal, Scope, Standing};
use crate::error::{Error, Language};
use crate::graphql::catalog;
use crate::read::catalog::RootKind;
use crate::read::model::Type;
use crate::read::sql::Sql;
use crate::read::{Act, global_id, row};
use crate::seed::scenario::{client, fault, institution};
use crate::service::audit::Backlog;
use crate::service::change::Places;
use crate::service::write::Author;

/// Those who run the programme.
const OPERATORS: [&str; 2] = ["MSS", "TIPA"];
/// Rows that come with another: their type, the column of that other one, their order.
const PARTS: [(&str, &str, &str); 4] = [
    ("AgendaItem", "meeting_id", "position"),
    ("OpinionInvitation", "round_id", "position"),
    ("Provision", "bill_id", "position"),
    ("Recommendation", "meeting_id", "id"),
];

/// What was made so far, by the step's name and the payload's field; and who makes it.
#[derive(Default)]
struct Stage {
    made: HashMap<(String, String), Uuid>,
    clients: HashMap<&'static str, Principal>,
}

/// Plays every step whose time has come.
///
/// # Errors
/// Internal.
pub async fn all(db: &Store, scenario: &Scenario, now: DateTime<Utc>) -> Result<(), Error> {
    let (hashing, backlog) = (Hashing::default(), Backlog::default());
    let places = Places::default();
    let mut stage = Stage::default();
    for (at, step) in scenario.steps.iter().enumerate().filter(|(_, step)| step.at <= now) {
        if !stage.clients.contains_key(step.by) {
            let own = (step.by, institution(db, step.by).await?);
            let operates = OPERATORS.contains(&step.by);
            let standing = if operates { Standing::Operator } else { Standing::Partner };
            let scopes = [Scope::ContentWrite, Scope::LegislationWrite];
            let id = format!("demo-{}", step.by.to_lowercase());
            stage.clients.insert(step.by, client(id, own, standing, &scopes));
        }
        let principal = stage.clients.get(step.by).ok_or(Error::NotFound)?;
        let author = Author { principal, request_id: "demo", address: None, now: step.at };
        let act = Act {
            db,
            hashing: &hashing,
            backlog: &backlog,
            catalog: catalog(),
            places: &places,
            webhooks: None,
            operators: &[],
            uploads: &[],
            author,
            language: Language::English,
        };
        let payload = play(&act, &stage, step, at).await.map_err(|error| fault(step, &error))?;
        for (field, made) in payload {
            if let Some(made) = made.as_str().and_then(|made| made.parse().ok()) {
                stage.made.insert((step.name.clone(), field), made);
            }
        }
    }
    Ok(())
}

/// Makes the call; what its payload names.
async fn play(
    act: &Act<'_>,
    stage: &Stage,
    step: &Step,
    at: usize,
) -> Result<Map<String, Value>, Error> {
    let mut input = step.input.clone();
    name_rows(act.db, stage, &mut input).await?;
    input["idempotencyKey"] = format!("demo:programme:{at}").into();
    if let Some(on) = &step.on {
        let (ty, key) = find(act.db, stage, on).await?;
        let mut sql = Sql::new(act.db.get_database_backend());
        sql.push("SELECT version FROM ").push(ty.table).push(" WHERE id = ").bind(key);
        let found = act.db.query_one_raw(sql.finish()).await?.ok_or(Error::NotFound)?;
        input["id"] = global_id::encode(ty.tag, key).into();
        input["expectedVersion"] = row::integer(&found, 0)?.into();
    }
    let root = act.catalog.root("Mutation", step.mutation);
    let Some(RootKind::Action(_, action)) = root.map(|root| &root.kind) else {
        return Err(Error::internal("no such mutation"));
    };
    let payload = action(act, Map::from_iter([("input".to_owned(), input)])).await?;
    match payload {
        Value::Object(payload) if payload["errors"] == Value::Array(Vec::new()) => Ok(payload),
        refused => Err(Error::internal(refused.to_string())),
    }
}

/// Puts the global id of a row in the place of each `@Type:name`.
async fn name_rows(db: &Store, stage: &Stage, input: &mut Value) -> Result<(), Error> {
    let mut open = vec![input];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(fields) => open.extend(fields.values_mut()),
            Value::Array(items) => open.extend(items),
            Value::String(text) if text.starts_with('@') => {
                let (ty, key) = find(db, stage, text).await?;
                *text = global_id::encode(ty.tag, key);
            }
            _ => {}
        }
    }
    Ok(())
}

/// The row of `@Type:name`: one that a step of that name made, with `/2` the second that came with it, or else the one of
/// that code.
async fn find(db: &Store, stage: &Stage, named: &str) -> Result<(&'static Type, Uuid), Error> {
    let unknown = || Error::internal(format!("nothing is named {named}"));
    let (ty, name) = named.trim_start_matches('@').split_once(':').ok_or_else(unknown)?;
    let declared = catalog().declared(ty)?;
    if let Some((whole, place)) = name.split_once('/') {
        let (_, column, order) =
            PARTS.into_iter().find(|(part, ..)| *part == ty).ok_or_else(unknown)?;
        let place = place.parse::<usize>().ok().and_then(|place| place.checked_sub(1));
        let whole = stage.made.iter().find(|((step, field), _)| {
            step == whole && ["meeting", "opinionRound", "bill"].contains(&field.as_str())
        });
        let (_, whole) = whole.ok_or_else(unknown)?;
        let mut sql = Sql::new(db.get_database_backend());
        sql.push("SELECT t.id FROM ").push(declared.table);
        sql.push(" t WHERE ").column("t", column).push(" = ").bind(*whole);
        sql.push(" ORDER BY ").column("t", order).push(" LIMIT 1 OFFSET ");
        sql.literal(place.ok_or_else(unknown)?);
        return one(db, declared, sql).await?.ok_or_else(unknown);
    }
    let field = match ty {
        "RecommendationAnswer" => "answer".to_owned(),
        _ => ty[..1].to_lowercase() + &ty[1..],
    };
    if let Some(key) = stage.made.get(&(name.to_owned(), field)) {
        return Ok((declared, *key));
    }
    let mut sql = Sql::new(db.get_database_backend());
    sql.push("SELECT id FROM ").push(declared.table).push(" WHERE code = ").bind(name.to_owned());
    one(db, declared, sql).await?.ok_or_else(unknown)
}

async fn one(
    db: &Store,
    ty: &'static Type,
    sql: Sql,
) -> Result<Option<(&'static Type, Uuid)>, Error> {
    let found = db.query_one_raw(sql.finish()).await?;
    let key = found.map(|found| row::key(&found, 0)).transpose()?.flatten();
    Ok(key.map(|key| (ty, key)))
}
