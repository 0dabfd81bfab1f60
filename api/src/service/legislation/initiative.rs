//! Initiatives 입법과제 and the titles that they bear in the course of time.

use entity::common::Visibility;
use entity::{initiative_title, legislative_initiative};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{begin, not_ahead};
use crate::database::Store;
use crate::domain::partial_date;
use crate::error::Error;
use crate::input;
use crate::input::types::{Code, Localized, PartialDate, Prose, Title, texts};
use crate::input::{InputErrors, taken};
use crate::service::named::{institution_of, sees};
use crate::service::parts::{Columns, made, set};
use crate::service::write::{Author, Write};

input! {
    /// 입법과제 등록. A law in the making, with its first title.
    mutation CreateInitiative {
        /// 입법과제 키. 2 to 30 capital letters, digits, underscores.
        code: Code,
        /// 명칭. Title.
        title: Localized<Title>,
        /// 가칭 여부. Whether the title is tentative.
        is_tentative: bool = "false",
        /// 목적. Purpose in our words.
        purpose: Option<Localized<Prose>>,
        /// 소관 기관. Code of the institution in charge.
        owner: Option<String>,
        /// 착수. When it began, not ahead.
        starts_on: Option<PartialDate>,
    }
}

input! {
    /// 입법과제 명칭 추가. A title that the initiative bears from now on; `search` finds the earlier ones as well.
    mutation AddInitiativeTitle on legislative_initiative::Entity {
        /// 명칭. Title.
        title: Localized<Title>,
        /// 가칭 여부. Whether it is tentative.
        is_tentative: bool = "false",
        /// 사용 시작. First seen, not ahead and not before the title it follows.
        starts_on: Option<PartialDate>,
    }
}

/// Makes an initiative.
///
/// # Errors
/// Forbidden; user errors; internal.
pub async fn create(db: &Store, author: Author<'_>, new: CreateInitiative) -> Result<Uuid, Error> {
    use legislative_initiative::{Column, Entity};
    let mut write = begin(db, author, &new.call).await?;
    let id = Uuid::now_v7();
    if let Some(known) = write.repeats::<Entity>(&new.call, id).await? {
        return Ok(known);
    }
    let mut faults = InputErrors::default();
    let owner_id = match &new.owner {
        None => None,
        Some(code) => faults.keep(institution_of(&write, author.principal, "owner", code).await)?,
    };
    let starts_on = new.starts_on.map(|date| date.0);
    if let Some(date) = &starts_on {
        not_ahead(&mut faults, "startsOn", date, write.today());
    }
    let known = Entity::find().filter(Column::Code.eq(&*new.code)).one(write.reads()).await?;
    if known.is_some() {
        faults.keep(Err::<(), _>(taken("code")))?;
    }
    faults.settle()?;
    let (title_ko, title_en) = new.title.texts();
    let (purpose_ko, purpose_en) = texts(new.purpose);
    let mut columns = Columns::new();
    set(&mut columns, "code", &*new.code)?;
    set(&mut columns, "title_ko", &title_ko)?;
    set(&mut columns, "title_en", &title_en)?;
    set(&mut columns, "tentative", new.is_tentative)?;
    set(&mut columns, "purpose_ko", purpose_ko)?;
    set(&mut columns, "purpose_en", purpose_en)?;
    set(&mut columns, "owner_id", owner_id)?;
    set(&mut columns, "starts_on", &starts_on)?;
    let row = made::<Entity>(id, &author, Visibility::Public, columns)?;
    let added = write.add_with::<Entity>("create", id, row).await;
    added.map_err(|error| if matches!(error, Error::Conflict) { taken("code") } else { error })?;
    let title = NewTitle {
        position: 1,
        title: (title_ko, title_en),
        is_tentative: new.is_tentative,
        starts_on,
    };
    bear(&mut write, &author, (id, Visibility::Public), title).await?;
    write.commit().await?;
    Ok(id)
}

/// A title to be added.
struct NewTitle {
    position: i32,
    title: (String, Option<String>),
    is_tentative: bool,
    starts_on: Option<String>,
}

async fn bear(
    write: &mut Write<'_>,
    author: &Author<'_>,
    (initiative, visibility): (Uuid, Visibility),
    new: NewTitle,
) -> Result<(), Error> {
    let mut columns = Columns::new();
    set(&mut columns, "initiative_id", initiative)?;
    set(&mut columns, "position", new.position)?;
    set(&mut columns, "title_ko", new.title.0)?;
    set(&mut columns, "title_en", new.title.1)?;
    set(&mut columns, "tentative", new.is_tentative)?;
    set(&mut columns, "valid_from", new.starts_on)?;
    let id = Uuid::now_v7();
    let row = made::<initiative_title::Entity>(id, author, visibility, columns)?;
    write.add_with::<initiative_title::Entity>("create", id, row).await
}

/// Gives an initiative another title.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn add_title(
    db: &Store,
    author: Author<'_>,
    AddInitiativeTitle { call, title, is_tentative, starts_on }: AddInitiativeTitle,
) -> Result<Uuid, Error> {
    use legislative_initiative::Entity;
    let mut write = begin(db, author, &call).await?;
    let known = Entity::find_by_id(call.id).lock_exclusive().one(write.reads()).await?;
    let known =
        known.filter(|row| sees(author.principal, row.visibility)).ok_or(Error::NotFound)?;
    if write.repeats::<Entity>(&call, call.id).await?.is_some() {
        return Ok(call.id);
    }
    if known.version != call.version {
        return Err(Error::Conflict);
    }
    let titles = initiative_title::Entity::find()
        .filter(initiative_title::Column::InitiativeId.eq(call.id))
        .order_by_asc(initiative_title::Column::Position)
        .all(write.reads())
        .await?;
    let starts_on = starts_on.map(|date| date.0);
    let mut faults = InputErrors::default();
    if let Some(date) = &starts_on {
        not_ahead(&mut faults, "startsOn", date, write.today());
        let before = titles.iter().rev().find_map(|row| row.valid_from.as_deref());
        let first = before.and_then(partial_date::first_day);
        if first.zip(partial_date::last_day(date)).is_some_and(|(first, last)| last < first) {
            let before = before.unwrap_or_default();
            faults.add(
                "startsOn",
                "INVALID_DATE",
                format!("앞선 명칭의 사용 시작({before})보다 빠릅니다."),
                format!("It is before the first day of the title it follows, {before}."),
            );
        }
    }
    let (title_ko, title_en) = title.texts();
    if titles.last().is_some_and(|row| row.title_ko == title_ko && row.tentative == is_tentative) {
        faults.keep(Err::<(), _>(taken("title")))?;
    }
    faults.settle()?;
    let position = titles.last().map_or(1, |row| row.position.saturating_add(1));
    let new =
        NewTitle { position, title: (title_ko.clone(), title_en.clone()), is_tentative, starts_on };
    bear(&mut write, &author, (call.id, known.visibility), new).await?;
    let mut columns = Columns::new();
    set(&mut columns, "title_ko", title_ko)?;
    set(&mut columns, "title_en", title_en)?;
    set(&mut columns, "tentative", is_tentative)?;
    write.update::<Entity>(call.id, call.version, |row| row.extend(columns)).await?;
    write.commit().await?;
    Ok(call.id)
}
