//! People 인물 and their posts 소속·직위 in institutions.

use entity::common::Visibility;
use entity::{institution, membership, person};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{MAX_NAMESAKES, begin, means, meet, namesakes, ordered, turn};
use crate::domain::access::{self, Needs, Object};
use crate::error::Error;
use crate::input;
use crate::input::types::{Change, Code, Localized, OneLine, PartialDate, texts};
use crate::input::{InputErrors, taken};
use crate::read::{Act, row};
use crate::service::parts::{Columns, made, set};
use crate::service::sight;
use crate::service::write::Write;

input! {
    /// 인물 등록. A person, as far as the sources publish it. The name is compared with those on record first.
    mutation CreatePerson {
        /// 인물 키. 2 to 30 capital letters, digits, underscores; made if left out.
        code: Option<Code>,
        /// 이름. Name.
        name: Localized<OneLine>,
        /// 공개 여부. Whether everybody sees it.
        is_public: bool = "true",
        /// 동명이인 여부. Whether it is another person than those of the same name.
        is_distinct: bool = "false",
    }
}

input! {
    /// 인물 변경. What changes of a person.
    mutation AmendPerson on person::Entity {
        /// 이름. Name.
        name: Localized<OneLine>,
    }
}

input! {
    /// 직위 등록. A person's post in an institution.
    mutation RecordMembership {
        /// 인물 키. Person.
        person: String,
        /// 기관 코드. Institution.
        institution: String,
        /// 직위. Post title.
        post: Localized<OneLine>,
        /// 부서. Department or office, as it is called.
        unit: Option<Localized<OneLine>>,
        /// 소속 부서 코드. Department on record; it belongs to the institution.
        department: Option<String>,
        /// 부서장 여부. Whether the post heads `department`, which has one head at a time.
        is_head: bool = "false",
        /// 직무대행 여부. Whether held in an acting capacity.
        is_acting: bool = "false",
        /// 담당. Part in the matter at hand.
        duty: Option<Localized<OneLine>>,
        /// 시작. Start of the post.
        starts_on: Option<PartialDate>,
        /// 종료. End of the post.
        ends_on: Option<PartialDate>,
    }
}

input! {
    /// 직위 변경. What changes of a post: what is left out stays, null clears. A post ends by its `endsOn`.
    mutation AmendMembership on membership::Entity {
        /// 직위. Post title.
        post: Option<Localized<OneLine>>,
        /// 부서. Department or office, as it is called.
        unit: Change<Localized<OneLine>>,
        /// 직무대행 여부. Whether held in an acting capacity.
        is_acting: Option<bool>,
        /// 담당. Part in the matter at hand.
        duty: Change<Localized<OneLine>>,
        /// 시작. Start of the post.
        starts_on: Change<PartialDate>,
        /// 종료. End of the post.
        ends_on: Change<PartialDate>,
    }
}

/// Puts a person on record.
///
/// # Errors
/// Forbidden; user errors; internal.
pub async fn create(act: &Act<'_>, new: CreatePerson) -> Result<Uuid, Error> {
    use person::{Column, Entity};
    let mut write = begin(act, Needs::Write(Object::Content), &new.call).await?;
    let id = Uuid::now_v7();
    if let Some(known) = write.repeats::<Entity>(&new.call, id).await? {
        return Ok(known);
    }
    let mut faults = InputErrors::default();
    let (name_ko, name_en) = new.name.texts();
    if !new.is_distinct {
        let ty = act.catalog.declared("Person")?;
        let names: Vec<String> =
            [Some(name_ko.clone()), name_en.clone()].into_iter().flatten().collect();
        let found = sight::rows(&write, act, (ty, &["code", "name_ko"]), |sql| {
            sql.push(" AND ");
            means(sql, "t", &["name_ko", "name_en"], &names);
            sql.push(" ORDER BY t.code LIMIT ").literal(MAX_NAMESAKES);
        })
        .await?;
        let text =
            |found: &_, at| Ok::<_, Error>(row::text(found, at)?.unwrap_or_default().to_owned());
        let found: Result<Vec<_>, Error> =
            found.iter().map(|found| Ok((text(found, 0)?, text(found, 1)?))).collect();
        namesakes(&mut faults, &found?);
    }
    let made_code = || format!("P_{:08X}", id.as_u128() & 0xFFFF_FFFF);
    let code = new.code.map_or_else(made_code, String::from);
    if Entity::find().filter(Column::Code.eq(&code)).one(write.reads()).await?.is_some() {
        faults.keep(Err::<(), _>(taken("code")))?;
    }
    faults.settle()?;
    let mut columns = Columns::new();
    set(&mut columns, "code", code)?;
    set(&mut columns, "name_ko", name_ko)?;
    set(&mut columns, "name_en", name_en)?;
    let visibility = if new.is_public { Visibility::Public } else { Visibility::Internal };
    let row = made::<Entity>(id, &act.author, visibility, columns)?;
    let added = write.add_with::<Entity>("createPerson", id, row).await;
    added.map_err(|error| if matches!(error, Error::Conflict) { taken("code") } else { error })?;
    write.commit().await?;
    Ok(id)
}

/// Changes what is on record of a person.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn amend(act: &Act<'_>, AmendPerson { call, name }: AmendPerson) -> Result<Uuid, Error> {
    let mut write = begin(act, Needs::Write(Object::Content), &call).await?;
    let owner = (Object::Content, (|_: &person::Model| None) as fn(&_) -> _);
    if turn::<person::Entity>(&mut write, act, &call, owner).await?.is_none() {
        return Ok(call.id);
    }
    let (name_ko, name_en) = name.texts();
    let mut columns = Columns::new();
    set(&mut columns, "name_ko", name_ko)?;
    set(&mut columns, "name_en", name_en)?;
    write.update::<person::Entity>(call.id, call.version, |row| row.extend(columns)).await?;
    write.commit().await?;
    Ok(call.id)
}

async fn posts_of(write: &Write<'_>, institution: Uuid) -> Result<Vec<membership::Model>, Error> {
    Ok(membership::Entity::find()
        .filter(membership::Column::InstitutionId.eq(institution))
        .order_by_asc(membership::Column::Position)
        .all(write.reads())
        .await?)
}

fn span(row: &membership::Model) -> (Option<&str>, Option<&str>) {
    (row.starts_on.as_deref(), row.ends_on.as_deref())
}

fn is_taken(faults: &mut InputErrors, field: &str) {
    faults.add(
        field,
        "TAKEN",
        "같은 기간에 이미 등록되어 있습니다. 앞선 것을 먼저 종료하십시오(endsOn).",
        "There is one at that time already; end that first (`endsOn`).",
    );
}

/// Records a post.
///
/// # Errors
/// Forbidden; user errors; internal.
pub async fn record(act: &Act<'_>, new: RecordMembership) -> Result<Uuid, Error> {
    use membership::Entity;
    let mut write = begin(act, Needs::OwnProfile, &new.call).await?;
    let id = Uuid::now_v7();
    let mut faults = InputErrors::default();
    let given = Some(new.institution.as_str());
    let institution =
        sight::by_code::<institution::Entity>(&write, act, &mut faults, "institution", given)
            .await?;
    if let Some(own) = institution {
        access::may_write(act.author.principal, Object::Profile, Some(own))?;
    }
    if let Some(known) = write.repeats::<Entity>(&new.call, id).await? {
        return Ok(known);
    }
    let given = Some(new.person.as_str());
    let person =
        sight::by_code::<person::Entity>(&write, act, &mut faults, "person", given).await?;
    let given = new.department.as_deref();
    let department =
        sight::by_code::<institution::Entity>(&write, act, &mut faults, "department", given)
            .await?;
    let [starts_on, ends_on] = [new.starts_on, new.ends_on].map(|date| date.map(|date| date.0));
    ordered(&mut faults, "endsOn", (starts_on.as_deref(), ends_on.as_deref()));
    if new.is_head && new.department.is_none() {
        faults.add(
            "department",
            "REQUIRED",
            "부서장이면 소속 부서를 적어야 합니다.",
            "Who heads a department names it.",
        );
    }
    let (post_ko, post_en) = new.post.texts();
    let mut position = 1;
    if let Some(institution) = institution {
        if let Some(department) = department {
            let found = institution::Entity::find_by_id(department).one(write.reads()).await?;
            if found.is_none_or(|found| found.parent_id != Some(institution)) {
                faults.add(
                    "department",
                    "MISMATCH",
                    "이 기관의 부서가 아닙니다.",
                    "It is no department of the institution.",
                );
            }
        }
        let known = posts_of(&write, institution).await?;
        position = known.last().map_or(1, |row| row.position.saturating_add(1));
        let held = (starts_on.as_deref(), ends_on.as_deref());
        let at_the_time = || known.iter().filter(|row| meet(span(row), held));
        if at_the_time().any(|row| Some(row.person_id) == person && row.post_ko == post_ko) {
            is_taken(&mut faults, "post.ko");
        }
        let heads = |row: &&membership::Model| row.is_head && row.department_id == department;
        if new.is_head && department.is_some() && at_the_time().any(|row| heads(&row)) {
            is_taken(&mut faults, "isHead");
        }
    }
    faults.settle()?;
    write.part_of(institution);
    let ((unit_ko, unit_en), (duty_ko, duty_en)) = (texts(new.unit), texts(new.duty));
    let mut columns = Columns::new();
    set(&mut columns, "person_id", person)?;
    set(&mut columns, "institution_id", institution)?;
    set(&mut columns, "position", position)?;
    set(&mut columns, "post_ko", post_ko)?;
    set(&mut columns, "post_en", post_en)?;
    set(&mut columns, "unit_ko", unit_ko)?;
    set(&mut columns, "unit_en", unit_en)?;
    set(&mut columns, "department_id", department)?;
    set(&mut columns, "is_head", new.is_head)?;
    set(&mut columns, "acting", new.is_acting)?;
    set(&mut columns, "duty_ko", duty_ko)?;
    set(&mut columns, "duty_en", duty_en)?;
    set(&mut columns, "starts_on", starts_on)?;
    set(&mut columns, "ends_on", ends_on)?;
    let row = made::<Entity>(id, &act.author, Visibility::Public, columns)?;
    write.add_with::<Entity>("recordMembership", id, row).await?;
    write.commit().await?;
    Ok(id)
}

/// Changes a post, or ends it.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn amend_post(act: &Act<'_>, input: AmendMembership) -> Result<Uuid, Error> {
    let call = input.call;
    let mut write = begin(act, Needs::OwnProfile, &call).await?;
    let own =
        (Object::Profile, (|row: &membership::Model| Some(row.institution_id)) as fn(&_) -> _);
    let Some(known) = turn::<membership::Entity>(&mut write, act, &call, own).await? else {
        return Ok(call.id);
    };
    let mut faults = InputErrors::default();
    let starts_on =
        input.starts_on.into_new().map_or(known.starts_on.clone(), |it| it.map(|it| it.0));
    let ends_on = input.ends_on.into_new().map_or(known.ends_on.clone(), |it| it.map(|it| it.0));
    ordered(&mut faults, "endsOn", (starts_on.as_deref(), ends_on.as_deref()));
    let (post_ko, post_en) = input.post.map_or((known.post_ko, known.post_en), Localized::texts);
    let held = (starts_on.as_deref(), ends_on.as_deref());
    let others = posts_of(&write, known.institution_id).await?;
    let others = || others.iter().filter(|row| row.id != known.id && meet(span(row), held));
    if others().any(|row| row.person_id == known.person_id && row.post_ko == post_ko) {
        is_taken(&mut faults, "post.ko");
    }
    let heads = |row: &membership::Model| row.is_head && row.department_id == known.department_id;
    if known.is_head && others().any(heads) {
        is_taken(&mut faults, "endsOn");
    }
    faults.settle()?;
    let mut columns = Columns::new();
    set(&mut columns, "post_ko", post_ko)?;
    set(&mut columns, "post_en", post_en)?;
    for (name, change) in [("unit", input.unit), ("duty", input.duty)] {
        if let Some(text) = change.into_new() {
            let (ko, en) = texts(text);
            set(&mut columns, &format!("{name}_ko"), ko)?;
            set(&mut columns, &format!("{name}_en"), en)?;
        }
    }
    if let Some(is_acting) = input.is_acting {
        set(&mut columns, "acting", is_acting)?;
    }
    set(&mut columns, "starts_on", starts_on)?;
    set(&mut columns, "ends_on", ends_on)?;
    write.update::<membership::Entity>(call.id, call.version, |row| row.extend(columns)).await?;
    write.commit().await?;
    Ok(call.id)
}
