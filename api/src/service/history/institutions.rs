//! Institutions 기관 of before.

use entity::institution::{self, Column, Entity};
use entity::{institution_identifier, institution_name};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Map, Value};

use super::shape::{Inputs, inputs};
use super::told::{Known, each, said};
use super::{Kind, call, fields_in, has};
use crate::database::Store;
use crate::error::Error;
use crate::input::{Input, MutationInput};
use crate::read::Act;
use crate::service::people::institution::{
    AmendInstitution, CreateInstitution, OtherName, RegisterNumber, amend, create,
};

pub(super) struct Institutions;

impl Kind for Institutions {
    type Row = Entity;
    const MARKS: &'static [&'static str] = &["isDistinct"];

    fn inputs() -> Inputs {
        inputs(&[CreateInstitution::objects])
    }

    fn amends(name: &str) -> bool {
        has(AmendInstitution::OBJECT, name)
    }

    fn complete(given: &mut Map<String, Value>) {
        // Numbers are kept as their digits.
        let Some(Value::Array(all)) = given.get_mut("identifiers") else { return };
        for item in all.iter_mut().filter(|it| it["scheme"] != "OTHER") {
            if let Some(Value::String(number)) = item.get_mut("value") {
                number.retain(|letter| letter != '-' && letter != ' ');
            }
        }
    }

    async fn known(db: &Store, code: &str) -> Result<Option<Known>, Error> {
        let found = Entity::find().filter(Column::Code.eq(code)).one(db).await?;
        let Some(row) = found else { return Ok(None) };
        let fields = CreateInstitution::OBJECT.fields();
        let mut said = said::<Entity>(db, fields, &row, &[("founded_on", "founded")]).await?;
        let names = institution_name::Entity::find()
            .filter(institution_name::Column::InstitutionId.eq(row.id))
            .order_by_asc(institution_name::Column::Id)
            .all(db)
            .await?;
        let spans = [("starts_on", "valid_from"), ("ends_on", "valid_to")];
        let names =
            each::<institution_name::Entity>(db, &fields_in::<OtherName>(), &names, &spans).await?;
        said.insert("names".to_owned(), names);
        let numbers = institution_identifier::Entity::find()
            .filter(institution_identifier::Column::InstitutionId.eq(row.id))
            .order_by_asc(institution_identifier::Column::Id)
            .all(db)
            .await?;
        let fields = fields_in::<RegisterNumber>();
        let numbers = each::<institution_identifier::Entity>(db, &fields, &numbers, &[]).await?;
        said.insert("identifiers".to_owned(), numbers);
        Ok(Some(Known { id: row.id, said, items: Vec::new() }))
    }

    async fn create(act: &Act<'_>, given: Map<String, Value>) -> Result<(), Error> {
        let made = async |input: CreateInstitution| create(act, input).await;
        call::<institution::Entity, _, _>(act, None, given, made).await.map(drop)
    }

    async fn amend(act: &Act<'_>, known: &Known, given: Map<String, Value>) -> Result<(), Error> {
        let done = async |input: AmendInstitution| amend(act, input).await;
        call::<institution::Entity, _, _>(act, Some(known.id), given, done).await.map(drop)
    }
}
