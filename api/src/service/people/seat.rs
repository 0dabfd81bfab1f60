//! Seats in bodies 위촉: given to a person, an institution or a group, for a term, never more than there are.

use chrono::NaiveDate;
use entity::appointment::{self, AppointmentRole};
use entity::common::{Sector, Visibility};
use entity::{body, institution, person};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{begin, ordered, take_off, turn};
use crate::domain::access::{Needs, Object};
use crate::domain::term::{Span, meet, most};
use crate::error::Error;
use crate::input;
use crate::input::InputErrors;
use crate::input::types::{Change, Localized, OneLine, PartialDate, Within, texts};
use crate::read::Act;
use crate::service::parts::{Columns, made, set};
use crate::service::sight;
use crate::service::write::Write;

input! {
    /// 위촉. A seat in a body.
    mutation Appoint {
        /// 협의체 코드. Body.
        body: String,
        /// 인물 키. Person who holds it.
        person: Option<String>,
        /// 기관 코드. Institution that holds it, or for which the person does.
        institution: Option<String>,
        /// 집단. Group that holds it, where nobody is named.
        group: Option<Localized<OneLine>>,
        /// 인원. Seats that a group stands for.
        head_count: Within<1, 1000> = "1",
        /// 역할. Role; a body has one CHAIR at a time.
        role: AppointmentRole = "MEMBER",
        /// 산·학·연·관. Side represented.
        sector: Option<Sector>,
        /// 직위. Post title at the time.
        post: Option<Localized<OneLine>>,
        /// 전문분야. Field of expertise.
        expertise: Option<Localized<OneLine>>,
        /// 임기 시작. Start of the term.
        starts_on: Option<PartialDate>,
        /// 임기 종료. End of the term.
        ends_on: Option<PartialDate>,
        /// 위촉장 수여일. Date of the letter.
        letter_on: Option<NaiveDate>,
    }
}

input! {
    /// 위촉 변경. What changes of a seat: what is left out stays, null clears. A term ends by its `endsOn`.
    mutation AmendAppointment on appointment::Entity {
        /// 인원. Seats that a group stands for.
        head_count: Option<Within<1, 1000>>,
        /// 역할. Role.
        role: Option<AppointmentRole>,
        /// 산·학·연·관. Side represented.
        sector: Change<Sector>,
        /// 직위. Post title at the time.
        post: Change<Localized<OneLine>>,
        /// 전문분야. Field of expertise.
        expertise: Change<Localized<OneLine>>,
        /// 임기 시작. Start of the term.
        starts_on: Change<PartialDate>,
        /// 임기 종료. End of the term.
        ends_on: Change<PartialDate>,
        /// 위촉장 수여일. Date of the letter.
        letter_on: Change<NaiveDate>,
    }
}

input! {
    /// 위촉 삭제. A seat that was given by mistake; one that is over ends by its `endsOn`.
    mutation RemoveAppointment on appointment::Entity {}
}

/// A body that nobody else seats until the write is over, and its seats in their order.
async fn roster(
    write: &Write<'_>,
    id: Uuid,
) -> Result<(body::Model, Vec<appointment::Model>), Error> {
    let found = body::Entity::find_by_id(id).lock_exclusive().one(write.reads()).await?;
    let found = found.ok_or(Error::NotFound)?;
    let seats = appointment::Entity::find()
        .filter(appointment::Column::BodyId.eq(id))
        .order_by_asc(appointment::Column::Position)
        .all(write.reads())
        .await?;
    Ok((found, seats))
}

fn span(row: &appointment::Model) -> Span<'_> {
    (row.starts_on.as_deref(), row.ends_on.as_deref())
}

/// A seat as it is to be.
struct Wish<'a> {
    own: Option<Uuid>,
    person: Option<Uuid>,
    institution: Option<Uuid>,
    role: AppointmentRole,
    is_group: bool,
    head_count: i32,
    span: Span<'a>,
}

/// What a roster does not allow.
fn check(
    (body, seats): &(body::Model, Vec<appointment::Model>),
    wish: &Wish<'_>,
    faults: &mut InputErrors,
) {
    ordered(faults, "endsOn", wish.span);
    if !wish.is_group && wish.head_count > 1 {
        faults.add(
            "headCount",
            "NOT_APPLICABLE",
            "여러 명의 자리는 집단에만 쓸 수 있습니다.",
            "Only a group stands for several seats.",
        );
    }
    let others: Vec<_> = seats
        .iter()
        .filter(|row| Some(row.id) != wish.own)
        .filter(|row| meet(span(row), wish.span))
        .collect();
    let is_same = |row: &appointment::Model| match wish.person {
        Some(person) => row.person_id == Some(person),
        None => {
            wish.institution.is_some()
                && row.person_id.is_none()
                && row.institution_id == wish.institution
        }
    };
    if others.iter().any(|row| is_same(row)) {
        faults.add(
            if wish.person.is_some() { "person" } else { "institution" },
            "TAKEN",
            "그 기간에 이미 위촉되어 있습니다.",
            "It holds a seat at that time already.",
        );
    }
    if wish.role == AppointmentRole::Chair
        && others.iter().any(|row| row.role == AppointmentRole::Chair)
    {
        faults.add(
            "role",
            "TAKEN",
            "그 기간에 위원장이 이미 있습니다. 앞선 위원장의 임기를 먼저 종료하십시오(endsOn).",
            "There is a chair at that time; end that term first (`endsOn`).",
        );
    }
    let held: Vec<_> = others.iter().map(|row| (span(row), row.head_count)).collect();
    let filled = most(wish.span, &held);
    if let Some(seats) = body.seats
        && filled.saturating_add(wish.head_count) > seats
    {
        faults.add(
            "body",
            "SEATS_FULL",
            format!("정원 {seats}명 가운데 {filled}명이 그 기간의 어느 날에 위촉되어 있습니다."),
            format!("Of {seats} seats {filled} are filled on a day of that time."),
        );
    }
}

/// Gives a seat.
///
/// # Errors
/// Forbidden; user errors; internal.
pub async fn appoint(act: &Act<'_>, new: Appoint) -> Result<Uuid, Error> {
    use appointment::Entity;
    let mut write = begin(act, Needs::Write(Object::Content), &new.call).await?;
    let id = Uuid::now_v7();
    if let Some(known) = write.repeats::<Entity>(&new.call, id).await? {
        return Ok(known);
    }
    let mut faults = InputErrors::default();
    let given = Some(new.body.as_str());
    let body = sight::by_code::<body::Entity>(&write, act, &mut faults, "body", given).await?;
    let given = new.person.as_deref();
    let person =
        sight::by_code::<person::Entity>(&write, act, &mut faults, "person", given).await?;
    let given = new.institution.as_deref();
    let institution =
        sight::by_code::<institution::Entity>(&write, act, &mut faults, "institution", given)
            .await?;
    let is_named = new.person.is_some() || new.institution.is_some();
    match (is_named, new.group.is_some()) {
        (false, false) => faults.add(
            "person",
            "REQUIRED",
            "위촉할 인물·기관·집단 가운데 하나는 있어야 합니다.",
            "Name the person, institution or group that holds the seat.",
        ),
        (true, true) => faults.add(
            "group",
            "NOT_BOTH",
            "이름이 있으면 집단을 함께 적을 수 없습니다.",
            "Who is named is no group.",
        ),
        _ => {}
    }
    let [starts_on, ends_on] = [new.starts_on, new.ends_on].map(|date| date.map(|date| date.0));
    let span = (starts_on.as_deref(), ends_on.as_deref());
    let mut position = 1;
    if let Some(body) = body {
        let roster = roster(&write, body).await?;
        position = roster.1.last().map_or(1, |row| row.position.saturating_add(1));
        let (head_count, is_group) = (new.head_count.0, !is_named);
        let wish =
            Wish { own: None, person, institution, role: new.role, is_group, head_count, span };
        check(&roster, &wish, &mut faults);
    } else {
        ordered(&mut faults, "endsOn", span);
    }
    faults.settle()?;
    let mut columns = Columns::new();
    set(&mut columns, "body_id", body)?;
    set(&mut columns, "position", position)?;
    set(&mut columns, "person_id", person)?;
    set(&mut columns, "institution_id", institution)?;
    for (name, (ko, en)) in [
        ("group_label", texts(new.group)),
        ("post", texts(new.post)),
        ("expertise", texts(new.expertise)),
    ] {
        set(&mut columns, &format!("{name}_ko"), ko)?;
        set(&mut columns, &format!("{name}_en"), en)?;
    }
    set(&mut columns, "head_count", new.head_count.0)?;
    set(&mut columns, "role", new.role)?;
    set(&mut columns, "sector", new.sector)?;
    set(&mut columns, "starts_on", starts_on)?;
    set(&mut columns, "ends_on", ends_on)?;
    set(&mut columns, "letter_on", new.letter_on)?;
    let row = made::<Entity>(id, &act.author, Visibility::Public, columns)?;
    write.add_with::<Entity>("appoint", id, row).await?;
    write.commit().await?;
    Ok(id)
}

/// Changes a seat, or ends its term.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn amend(act: &Act<'_>, input: AmendAppointment) -> Result<Uuid, Error> {
    let call = input.call;
    let mut write = begin(act, Needs::Write(Object::Content), &call).await?;
    let owner = (Object::Content, (|_: &appointment::Model| None) as fn(&_) -> _);
    let Some(known) = turn::<appointment::Entity>(&mut write, act, &call, owner).await? else {
        return Ok(call.id);
    };
    let mut faults = InputErrors::default();
    let starts_on =
        input.starts_on.into_new().map_or(known.starts_on.clone(), |it| it.map(|it| it.0));
    let ends_on = input.ends_on.into_new().map_or(known.ends_on.clone(), |it| it.map(|it| it.0));
    let role = input.role.unwrap_or(known.role);
    let wish = Wish {
        own: Some(known.id),
        person: known.person_id,
        institution: known.institution_id,
        role,
        is_group: known.person_id.is_none() && known.institution_id.is_none(),
        head_count: input.head_count.map_or(known.head_count, |count| count.0),
        span: (starts_on.as_deref(), ends_on.as_deref()),
    };
    check(&roster(&write, known.body_id).await?, &wish, &mut faults);
    faults.settle()?;
    let mut columns = Columns::new();
    set(&mut columns, "role", role)?;
    set(&mut columns, "head_count", wish.head_count)?;
    if let Some(sector) = input.sector.into_new() {
        set(&mut columns, "sector", sector)?;
    }
    for (name, change) in [("post", input.post), ("expertise", input.expertise)] {
        if let Some(text) = change.into_new() {
            let (ko, en) = texts(text);
            set(&mut columns, &format!("{name}_ko"), ko)?;
            set(&mut columns, &format!("{name}_en"), en)?;
        }
    }
    if let Some(day) = input.letter_on.into_new() {
        set(&mut columns, "letter_on", day)?;
    }
    set(&mut columns, "starts_on", starts_on)?;
    set(&mut columns, "ends_on", ends_on)?;
    write.update::<appointment::Entity>(call.id, call.version, |row| row.extend(columns)).await?;
    write.commit().await?;
    Ok(call.id)
}

/// Takes a seat off that was given by mistake; the body in which it was.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn remove(act: &Act<'_>, input: RemoveAppointment) -> Result<Option<Uuid>, Error> {
    let owned = (Object::Content, (|_| None) as fn(&appointment::Model) -> _);
    take_off::<appointment::Entity, body::Entity>(act, &input.call, owned, |row| Some(row.body_id))
        .await
}
