//! People 인물 of before with their posts 소속·직위.

use entity::membership;
use entity::person::{Column, Entity};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Map, Value};

use super::shape::{Field, Inputs, fields, input_fields, inputs};
use super::told::{Known, each, said};
use super::{Kind, call, has, items};
use crate::database::Store;
use crate::error::Error;
use crate::input::{Input, InputErrors, MutationInput};
use crate::read::Act;
use crate::service::people::person::{
    AmendMembership, AmendPerson, CreatePerson, RecordMembership, amend, amend_post, create, record,
};

pub(super) struct People;

const POSTS: &str = "posts";
/// What the record says of its posts.
const OF_RECORD: &[&str] = &["person"];

fn post() -> Inputs {
    inputs(&[RecordMembership::objects])
}

fn posts() -> Field {
    Field::list(POSTS, "소속", fields(&post(), OF_RECORD), true)
}

impl Kind for People {
    type Row = Entity;
    const MARKS: &'static [&'static str] = &["isDistinct"];
    const KEYS: &'static [&'static [&'static str]] =
        &[&["institution", "startsOn", "post"], &["institution", "startsOn"]];

    fn inputs() -> Inputs {
        inputs(&[CreatePerson::objects])
    }

    fn lists() -> Vec<Field> {
        vec![posts()]
    }

    fn amends(name: &str) -> bool {
        name == POSTS || has(AmendPerson::OBJECT, name)
    }

    async fn known(db: &Store, code: &str) -> Result<Option<Known>, Error> {
        let found = Entity::find().filter(Column::Code.eq(code)).one(db).await?;
        let Some(row) = found else { return Ok(None) };
        let mut said = said::<Entity>(db, CreatePerson::OBJECT.fields(), &row, &[]).await?;
        let rows = membership::Entity::find()
            .filter(membership::Column::PersonId.eq(row.id))
            .order_by_asc(membership::Column::StartsOn)
            .order_by_asc(membership::Column::Id)
            .all(db)
            .await?;
        let fields: Vec<_> = input_fields(&post(), OF_RECORD).collect();
        let posts =
            each::<membership::Entity>(db, &fields, &rows, &[("is_acting", "acting")]).await?;
        said.insert(POSTS.to_owned(), posts);
        Ok(Some(Known { id: row.id, said, items: rows.iter().map(|row| row.id).collect() }))
    }

    async fn create(act: &Act<'_>, given: Map<String, Value>) -> Result<(), Error> {
        let made = async |input: CreatePerson| create(act, input).await;
        call::<Entity, _, _>(act, None, given.clone(), made).await?;
        bring(act, &given["code"], given.get(POSTS), None).await
    }

    async fn amend(
        act: &Act<'_>,
        known: &Known,
        mut given: Map<String, Value>,
    ) -> Result<(), Error> {
        let posts = given.remove(POSTS);
        if given.keys().any(|name| !Self::MARKS.contains(&name.as_str())) {
            let done = async |input: AmendPerson| amend(act, input).await;
            call::<Entity, _, _>(act, Some(known.id), given, done).await?;
        }
        bring(act, &known.said["code"], posts.as_ref(), Some(known)).await
    }
}

async fn bring(
    act: &Act<'_>,
    person: &Value,
    given: Option<&Value>,
    known: Option<&Known>,
) -> Result<(), Error> {
    let Some(given) = given else { return Ok(()) };
    let mut faults = InputErrors::default();
    for mut change in items::changes((&posts(), People::KEYS), given, known) {
        let done = match change.on {
            Some(id) => {
                let done = async |input: AmendMembership| amend_post(act, input).await;
                call::<membership::Entity, _, _>(act, Some(id), change.given, done).await
            }
            None => {
                change.given.insert("person".to_owned(), person.clone());
                let done = async |input: RecordMembership| record(act, input).await;
                call::<membership::Entity, _, _>(act, None, change.given, done).await
            }
        };
        faults.keep(items::within(done, POSTS, change.at))?;
    }
    faults.settle()
}
