//! Seats in bodies 위촉 of before: a record is a body that is there, with the seats that were given in it.

use entity::appointment;
use entity::body::{Column, Entity};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Map, Value};

use super::shape::{Field, Inputs, fields, input_fields, inputs};
use super::told::{Known, codes, each};
use super::{Kind, call, items};
use crate::database::Store;
use crate::error::Error;
use crate::input;
use crate::input::{Input, InputErrors, unknown};
use crate::read::Act;
use crate::service::people::seat::{AmendAppointment, Appoint, amend, appoint};

input! {
    /// 협의체 명단. A body, whose seats are told.
    object RosterRecord {
        /// 협의체 키. Code of the body, which is there.
        code: String,
    }
}

pub(super) struct Appointments;

const SEATS: &str = "seats";
/// What the record says of its seats.
const OF_RECORD: &[&str] = &["body"];

fn seat() -> Inputs {
    inputs(&[Appoint::objects])
}

fn seats() -> Field {
    Field::list(SEATS, "위촉", fields(&seat(), OF_RECORD), true)
}

impl Kind for Appointments {
    type Row = Entity;
    const KEYS: &'static [&'static [&'static str]] =
        &[&["person", "institution", "group", "startsOn"]];

    fn inputs() -> Inputs {
        inputs(&[RosterRecord::objects])
    }

    fn lists() -> Vec<Field> {
        vec![seats()]
    }

    fn amends(name: &str) -> bool {
        name == SEATS
    }

    async fn known(db: &Store, code: &str) -> Result<Option<Known>, Error> {
        let found = Entity::find().filter(Column::Code.eq(code)).one(db).await?;
        let Some(row) = found else { return Ok(None) };
        let rows = appointment::Entity::find()
            .filter(appointment::Column::BodyId.eq(row.id))
            .order_by_asc(appointment::Column::Position)
            .all(db)
            .await?;
        let fields: Vec<_> = input_fields(&seat(), OF_RECORD).collect();
        let seats =
            each::<appointment::Entity>(db, &fields, &rows, &[("group", "group_label")]).await?;
        let said =
            Map::from_iter([("code".to_owned(), row.code.into()), (SEATS.to_owned(), seats)]);
        Ok(Some(Known { id: row.id, said, items: rows.iter().map(|row| row.id).collect() }))
    }

    async fn create(act: &Act<'_>, given: Map<String, Value>) -> Result<(), Error> {
        let code = input::object::<RosterRecord>(Value::Object(given))?.code;
        let bodies = codes::<Entity>(act.db, "").await?;
        let text = ("그런 협의체가 없습니다.", "There is no such body.");
        let error = unknown("code", text, &code, bodies.iter().map(String::as_str));
        Err(Error::User(vec![error]))
    }

    async fn amend(act: &Act<'_>, known: &Known, given: Map<String, Value>) -> Result<(), Error> {
        let seats = given.get(SEATS).unwrap_or(&Value::Null);
        let mut faults = InputErrors::default();
        for mut change in items::changes((&self::seats(), Self::KEYS), seats, Some(known)) {
            let done = match change.on {
                Some(id) => {
                    let done = async |input: AmendAppointment| amend(act, input).await;
                    call::<appointment::Entity, _, _>(act, Some(id), change.given, done).await
                }
                None => {
                    change.given.insert("body".to_owned(), known.said["code"].clone());
                    let done = async |input: Appoint| appoint(act, input).await;
                    call::<appointment::Entity, _, _>(act, None, change.given, done).await
                }
            };
            faults.keep(items::within(done, SEATS, change.at))?;
        }
        faults.settle()
    }
}
