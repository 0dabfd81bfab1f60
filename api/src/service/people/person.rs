//! People 인물 and their posts 소속·직위 in institutions.

use entity::common::Visibility;
use entity::{appointment, institution, membership, person};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::institution::leads_to;
use super::{
    MAX_NAMESAKES, begin, code_and_name, hold, means, namesakes, new_names, ordered, take_off,
    tell_parts, turn, turns,
};
use crate::domain::access::{self, Needs, Object};
use crate::domain::term::{Span, meet};
use crate::error::Error;
use crate::input;
use crate::input::types::{Change, Code, Localized, OneLine, PartialDate, texts};
use crate::input::{InputErrors, taken};
use crate::read::Act;
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
    /// 인물 변경. What changes of a person: what is left out stays. A new name is compared with those on record first.
    mutation AmendPerson on person::Entity {
        /// 이름. Name.
        name: Option<Localized<OneLine>>,
        /// 공개 여부. Whether everybody sees the person, with posts and seats.
        is_public: Option<bool>,
        /// 동명이인 여부. Whether it is another person than those of the new name.
        is_distinct: bool = "false",
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
        /// 소속 부서 코드. Department on record; it belongs to the institution.
        department: Change<String>,
        /// 부서장 여부. Whether the post heads the department.
        is_head: Option<bool>,
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

input! {
    /// 직위 삭제. A post that was recorded by mistake; one that is over ends by its `endsOn`.
    mutation RemoveMembership on membership::Entity {}
}

/// Persons that the caller sees under a name that means the same, but for the one itself.
async fn same_name(
    write: &Write<'_>,
    act: &Act<'_>,
    own: Option<Uuid>,
    names: &[String],
) -> Result<Vec<(String, String)>, Error> {
    let ty = act.catalog.declared("Person")?;
    let found = sight::rows(write, act, (ty, &["code", "name_ko"]), |sql| {
        sql.push(" AND ");
        means(sql, "t", &["name_ko", "name_en"], names);
        if let Some(own) = own {
            sql.push(" AND t.id <> ").bind(own);
        }
        sql.push(" ORDER BY t.code LIMIT ").literal(MAX_NAMESAKES);
    })
    .await?;
    code_and_name(&found)
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
    let name = new.name.texts();
    if !new.is_distinct {
        let names = new_names(&name, None);
        namesakes(&mut faults, &same_name(&write, act, None, &names).await?);
    }
    let made_code = || format!("P_{:08X}", id.as_u128() & 0xFFFF_FFFF);
    let code = new.code.map_or_else(made_code, String::from);
    if Entity::find().filter(Column::Code.eq(&code)).one(write.reads()).await?.is_some() {
        faults.keep(Err::<(), _>(taken("code")))?;
    }
    faults.settle()?;
    let mut columns = Columns::new();
    set(&mut columns, "code", code)?;
    set(&mut columns, "name_ko", name.0)?;
    set(&mut columns, "name_en", name.1)?;
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
pub async fn amend(act: &Act<'_>, input: AmendPerson) -> Result<Uuid, Error> {
    use person::Entity;
    let call = input.call;
    let mut write = begin(act, Needs::Write(Object::Content), &call).await?;
    let owner = (Object::Content, (|_: &person::Model| None) as fn(&_) -> _);
    let Some(known) = turn::<Entity>(&mut write, act, &call, owner).await? else {
        return Ok(call.id);
    };
    let mut faults = InputErrors::default();
    let mut columns = Columns::new();
    if let Some(name) = input.name.map(Localized::texts) {
        let names = new_names(&name, Some((&known.name_ko, known.name_en.as_ref())));
        if !input.is_distinct {
            namesakes(&mut faults, &same_name(&write, act, Some(known.id), &names).await?);
        }
        set(&mut columns, "name_ko", name.0)?;
        set(&mut columns, "name_en", name.1)?;
    }
    faults.settle()?;
    let turns = turns(&mut columns, input.is_public, known.visibility)?;
    if turns == Some(false) {
        tell_roles(&mut write, act, known.id, true).await?;
    }
    let version = write.update::<Entity>(call.id, call.version, |row| row.extend(columns)).await?;
    match turns {
        Some(true) => tell_roles(&mut write, act, known.id, false).await?,
        Some(false) => write.tell_sight::<Entity>(known.id, version, true),
        None => {}
    }
    write.commit().await?;
    Ok(call.id)
}

/// Tells of a person's posts and seats, which are seen with the person.
async fn tell_roles(
    write: &mut Write<'_>,
    act: &Act<'_>,
    person: Uuid,
    is_hidden: bool,
) -> Result<(), Error> {
    tell_parts::<membership::Entity>(write, act, "person_id", person, is_hidden).await?;
    tell_parts::<appointment::Entity>(write, act, "person_id", person, is_hidden).await
}

async fn posts_of(write: &Write<'_>, institution: Uuid) -> Result<Vec<membership::Model>, Error> {
    Ok(membership::Entity::find()
        .filter(membership::Column::InstitutionId.eq(institution))
        .order_by_asc(membership::Column::Position)
        .all(write.reads())
        .await?)
}

fn span(row: &membership::Model) -> Span<'_> {
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

fn no_department(faults: &mut InputErrors) {
    faults.add(
        "department",
        "REQUIRED",
        "부서장이면 소속 부서를 적어야 합니다.",
        "Who heads a department names it.",
    );
}

/// Tells a department that belongs to another institution, at whatever depth.
async fn check_department(
    write: &Write<'_>,
    institution: Uuid,
    department: Option<Uuid>,
    faults: &mut InputErrors,
) -> Result<(), Error> {
    let Some(department) = department else { return Ok(()) };
    if department == institution || !leads_to(write, Some(department), institution).await? {
        faults.add(
            "department",
            "MISMATCH",
            "이 기관의 부서가 아닙니다.",
            "It is no department of the institution.",
        );
    }
    Ok(())
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
        no_department(&mut faults);
    }
    let (post_ko, post_en) = new.post.texts();
    let mut position = 1;
    if let Some(institution) = institution {
        check_department(&write, institution, department, &mut faults).await?;
        hold(&write, institution).await?;
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
    hold(&write, known.institution_id).await?;
    let mut faults = InputErrors::default();
    let starts_on =
        input.starts_on.into_new().map_or(known.starts_on.clone(), |it| it.map(|it| it.0));
    let ends_on = input.ends_on.into_new().map_or(known.ends_on.clone(), |it| it.map(|it| it.0));
    let held = (starts_on.as_deref(), ends_on.as_deref());
    ordered(&mut faults, "endsOn", held);
    let mut department = known.department_id;
    let mut is_lost = false;
    if let Some(code) = input.department.into_new() {
        let given = code.as_deref();
        department =
            sight::by_code::<institution::Entity>(&write, act, &mut faults, "department", given)
                .await?;
        is_lost = given.is_some() && department.is_none();
        check_department(&write, known.institution_id, department, &mut faults).await?;
    }
    let is_head = input.is_head.unwrap_or(known.is_head);
    if is_head && department.is_none() && !is_lost {
        no_department(&mut faults);
    }
    let (post_ko, post_en) = input.post.map_or((known.post_ko, known.post_en), Localized::texts);
    let others = posts_of(&write, known.institution_id).await?;
    let others = || others.iter().filter(|row| row.id != known.id && meet(span(row), held));
    if others().any(|row| row.person_id == known.person_id && row.post_ko == post_ko) {
        is_taken(&mut faults, "post.ko");
    }
    let heads = |row: &membership::Model| row.is_head && row.department_id == department;
    if is_head && department.is_some() && others().any(heads) {
        is_taken(&mut faults, if input.is_head.is_some() { "isHead" } else { "endsOn" });
    }
    faults.settle()?;
    let mut columns = Columns::new();
    set(&mut columns, "post_ko", post_ko)?;
    set(&mut columns, "post_en", post_en)?;
    set(&mut columns, "department_id", department)?;
    set(&mut columns, "is_head", is_head)?;
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

/// Takes a post off that was recorded by mistake; the institution in which it was.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn remove_post(act: &Act<'_>, input: RemoveMembership) -> Result<Option<Uuid>, Error> {
    let of: fn(&membership::Model) -> _ = |row| Some(row.institution_id);
    let owned = (Object::Profile, of);
    take_off::<membership::Entity, institution::Entity>(act, &input.call, owned, of).await
}
