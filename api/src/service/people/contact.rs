//! Contact points 연락처: a public desk's for everybody, a person's as personal data.

use entity::common::Visibility;
use entity::contact_point::{self, ContactHolder, ContactKind};
use entity::{institution, person};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{begin, hold, take_off};
use crate::domain::access::{self, Needs, Object};
use crate::error::Error;
use crate::input;
use crate::input::InputErrors;
use crate::input::types::{Localized, OneLine, texts};
use crate::read::Act;
use crate::service::parts::{Columns, made, set};
use crate::service::sight;

input! {
    /// 연락처 등록. A contact point of an institution, or of a person in it.
    mutation AddContactPoint {
        /// 기관 코드. Institution it reaches.
        institution: String,
        /// 인물 키. Person it reaches; it is personal data then.
        person: Option<String>,
        /// 종류. Kind.
        kind: ContactKind,
        /// 보유자 구분. PUBLIC_DESK is shown to everybody.
        holder: ContactHolder,
        /// 값. Number with 7 to 15 digits, or mail address.
        value: OneLine,
        /// 비고. What it is for.
        note: Option<Localized<OneLine>>,
    }
}

input! {
    /// 연락처 삭제. A contact point to be taken off.
    mutation RemoveContactPoint on contact_point::Entity {}
}

fn is_contact(kind: ContactKind, value: &str) -> bool {
    match kind {
        ContactKind::Phone | ContactKind::Fax => {
            let digits = value.bytes().filter(u8::is_ascii_digit).count();
            (7..=15).contains(&digits)
                && value.chars().all(|c| c.is_ascii_digit() || "+-() ~.".contains(c))
        }
        ContactKind::Email => value.split_once('@').is_some_and(|(name, host)| {
            let is_plain = |text: &str| {
                !text.is_empty()
                    && text.chars().all(|c| c.is_ascii_graphic() && !"<>,;:\"()[]\\@".contains(c))
            };
            is_plain(name)
                && is_plain(host)
                && host.contains('.')
                && !host.starts_with('.')
                && !host.ends_with('.')
        }),
    }
}

/// Adds a contact point.
///
/// # Errors
/// Forbidden; user errors; internal.
pub async fn add(act: &Act<'_>, new: AddContactPoint) -> Result<Uuid, Error> {
    use contact_point::{Column, Entity};
    let mut write = begin(act, Needs::OwnProfile, &new.call).await?;
    let id = Uuid::now_v7();
    let mut faults = InputErrors::default();
    let given = Some(new.institution.as_str());
    let institution =
        sight::by_code::<institution::Entity>(&write, act, &mut faults, "institution", given)
            .await?;
    if let Some(own) = institution {
        access::may_write(act.author.principal, Object::ContactPoint, Some(own))?;
    }
    if let Some(known) = write.repeats::<Entity>(&new.call, id).await? {
        return Ok(known);
    }
    let given = new.person.as_deref();
    let person =
        sight::by_code::<person::Entity>(&write, act, &mut faults, "person", given).await?;
    if new.person.is_some() && new.holder == ContactHolder::PublicDesk {
        faults.add(
            "holder",
            "NOT_BOTH",
            "개인의 연락처는 대민 창구로 공개할 수 없습니다.",
            "A person's contact point is no public desk's.",
        );
    }
    if !is_contact(new.kind, &new.value) {
        faults.add(
            "value",
            "INVALID_VALUE",
            "전화·팩스는 7~15자리 번호, 전자우편은 name@host.kr 꼴이어야 합니다.",
            "A number has 7 to 15 digits, a mail address looks like name@host.kr.",
        );
    }
    let mut position = 1;
    if let Some(institution) = institution {
        hold(&write, institution).await?;
        let known = Entity::find().filter(Column::InstitutionId.eq(institution));
        let known = known.order_by_asc(Column::Position).all(write.reads()).await?;
        position = known.last().map_or(1, |row| row.position.saturating_add(1));
        let is_same = |row: &contact_point::Model| {
            (row.kind, row.person_id, row.value.as_str()) == (new.kind, person, &*new.value)
        };
        if known.iter().any(is_same) {
            faults.add("value", "TAKEN", "이미 있습니다.", "There is one already.");
        }
    }
    faults.settle()?;
    write.part_of(institution);
    let (note_ko, note_en) = texts(new.note);
    let mut columns = Columns::new();
    set(&mut columns, "person_id", person)?;
    set(&mut columns, "institution_id", institution)?;
    set(&mut columns, "position", position)?;
    set(&mut columns, "kind", new.kind)?;
    set(&mut columns, "holder", new.holder)?;
    set(&mut columns, "value", &*new.value)?;
    set(&mut columns, "note_ko", note_ko)?;
    set(&mut columns, "note_en", note_en)?;
    let visibility = match new.holder {
        ContactHolder::PublicDesk => Visibility::Public,
        ContactHolder::Personal => Visibility::Internal,
    };
    let row = made::<Entity>(id, &act.author, visibility, columns)?;
    write.add_with::<Entity>("addContactPoint", id, row).await?;
    write.commit().await?;
    Ok(id)
}

/// Takes a contact point off; the institution that it reached.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn remove(act: &Act<'_>, input: RemoveContactPoint) -> Result<Option<Uuid>, Error> {
    let reached: fn(&contact_point::Model) -> _ = |row| row.institution_id;
    let owned = (Object::ContactPoint, reached);
    take_off::<contact_point::Entity, institution::Entity>(act, &input.call, owned, reached).await
}
