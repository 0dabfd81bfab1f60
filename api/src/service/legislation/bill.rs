//! Bills 법률안: what is on record of one beside its stages.

use chrono::{DateTime, Utc};
use entity::bill::{self, BillEffect, BillResult, ProposerKind};
use entity::common::Visibility;
use entity::provision;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{Turn, begin, initiative_of, not_ahead, turn};
use crate::database::Store;
use crate::domain::principal::Principal;
use crate::error::Error;
use crate::input;
use crate::input::types::{
    BillNumber, Change, List, Localized, OneLine, PartialDate, Prose, Title, texts,
};
use crate::input::{InputErrors, taken};
use crate::service::parts::{Columns, Whole, bring, made, set};
use crate::service::write::{Author, Write};

input! {
    /// 법률안 등록. A bill; its stages are recorded one by one (`recordBillEvent`).
    mutation RegisterBill {
        /// 의안번호. Number at the Assembly, or an own key until there is one: 2 to 40 capital letters, digits, `_` and `-`.
        number: BillNumber,
        /// 의안 ID. Id at the source (BILL_ID).
        source_id: Option<OneLine>,
        /// 의안명. Title.
        title: Localized<Title>,
        /// 입법과제. Code of the initiative it belongs to.
        initiative: Option<String>,
        /// 제안자 구분. Who proposed it.
        proposer_kind: Option<ProposerKind>,
        /// 제안자. Proposer as named.
        proposer: Option<Localized<OneLine>>,
        /// 소관위원회. Committee in charge.
        committee: Option<Localized<OneLine>>,
        /// 제안일. Date proposed, not ahead.
        proposed_on: Option<PartialDate>,
    }
}

input! {
    /// 법률안 수정. What changes of a bill: what is left out stays, null clears it.
    mutation AmendBill on bill::Entity {
        /// 의안번호. Number, once the Assembly has given one.
        number: Option<BillNumber>,
        /// 의안 ID. Id at the source.
        source_id: Change<OneLine>,
        /// 재의요구 의안 ID. Second id at the source, of a bill that was sent back.
        second_source_id: Change<OneLine>,
        /// 의안명. Title.
        title: Option<Localized<Title>>,
        /// 입법과제. Code of the initiative.
        initiative: Change<String>,
        /// 제안자 구분. Who proposed it.
        proposer_kind: Change<ProposerKind>,
        /// 제안자. Proposer as named.
        proposer: Change<Localized<OneLine>>,
        /// 소관위원회. Committee in charge.
        committee: Change<Localized<OneLine>>,
        /// 제안일. Date proposed, not ahead.
        proposed_on: Change<PartialDate>,
    }
}

input! {
    /// 확인 기록. A bill whose procedure was looked up, whether or not there was news.
    mutation RecordBillChecked on bill::Entity {
        /// 확인 시각. When it was checked, not ahead and not before the last time; now if left out.
        checked_at: Option<DateTime<Utc>>,
    }
}

input! {
    /// 조문. A provision of a bill.
    object BillProvision {
        /// 조. Article, e.g. 제5조.
        article: Option<OneLine>,
        /// 제목. Title.
        title: Localized<Title>,
        /// 내용. Content in our words.
        summary: Option<Localized<Prose>>,
    }
}

input! {
    /// 조문 설정. The provisions of a bill, in order; the list replaces the one there.
    mutation SetProvisions on bill::Entity {
        /// 조문. Provisions; one that an effect names cannot be left out.
        provisions: List<BillProvision, 0, 300>,
    }
}

/// Looks up what an input sets of a bill; what is wrong with it goes to the faults.
async fn told(
    write: &Write<'_>,
    principal: &Principal,
    (own, input): (Uuid, AmendBill),
    faults: &mut InputErrors,
) -> Result<Columns, Error> {
    let mut columns = Columns::new();
    if let Some(number) = input.number {
        let known = bill::Entity::find().filter(bill::Column::Number.eq(&*number));
        if known.one(write.reads()).await?.is_some_and(|row| row.id != own) {
            faults.keep(Err::<(), _>(taken("number")))?;
        }
        set(&mut columns, "number", &*number)?;
    }
    for (field, column, id) in [
        ("sourceId", "source_id", input.source_id),
        ("secondSourceId", "second_source_id", input.second_source_id),
    ] {
        let Some(id) = id.into_new() else { continue };
        if let Some(id) = &id {
            let one = Condition::any()
                .add(bill::Column::SourceId.eq(&**id))
                .add(bill::Column::SecondSourceId.eq(&**id));
            let known = bill::Entity::find().filter(one).one(write.reads()).await?;
            if known.is_some_and(|row| row.id != own) {
                faults.keep(Err::<(), _>(taken(field)))?;
            }
        }
        set(&mut columns, column, id.map(String::from))?;
    }
    let mut both = |name: &str, text: (Option<String>, Option<String>)| {
        columns.insert(format!("{name}_ko"), text.0.into());
        columns.insert(format!("{name}_en"), text.1.into());
    };
    if let Some(title) = input.title {
        both("title", texts(Some(title)));
    }
    for (name, text) in [("proposer", input.proposer), ("committee", input.committee)] {
        if let Some(text) = text.into_new() {
            both(name, texts(text));
        }
    }
    match input.initiative {
        Change::Keep => {}
        Change::Clear => set(&mut columns, "initiative_id", ())?,
        Change::Set(code) => {
            let found = faults.keep(initiative_of(write, principal, &code).await)?;
            set(&mut columns, "initiative_id", found)?;
        }
    }
    if let Some(kind) = input.proposer_kind.into_new() {
        set(&mut columns, "proposer_kind", kind)?;
    }
    if let Some(date) = input.proposed_on.into_new() {
        if let Some(PartialDate(date)) = &date {
            not_ahead(faults, "proposedOn", date, write.today());
        }
        set(&mut columns, "proposed_on", date.map(|date| date.0))?;
    }
    Ok(columns)
}

impl From<RegisterBill> for AmendBill {
    fn from(new: RegisterBill) -> Self {
        Self {
            call: new.call,
            number: Some(new.number),
            source_id: new.source_id.into(),
            second_source_id: Change::Keep,
            title: Some(new.title),
            initiative: new.initiative.into(),
            proposer_kind: new.proposer_kind.into(),
            proposer: new.proposer.into(),
            committee: new.committee.into(),
            proposed_on: new.proposed_on.into(),
        }
    }
}

/// Registers a bill.
///
/// # Errors
/// Forbidden; user errors; internal.
pub async fn register(db: &Store, author: Author<'_>, new: RegisterBill) -> Result<Uuid, Error> {
    let mut write = begin(db, author, &new.call).await?;
    let id = Uuid::now_v7();
    if let Some(known) = write.repeats::<bill::Entity>(&new.call, id).await? {
        return Ok(known);
    }
    let id = registered(&mut write, &author, id, new).await?;
    write.commit().await?;
    Ok(id)
}

/// Adds a bill under a key to a write.
pub(crate) async fn registered(
    write: &mut Write<'_>,
    author: &Author<'_>,
    id: Uuid,
    new: RegisterBill,
) -> Result<Uuid, Error> {
    let mut faults = InputErrors::default();
    let mut columns = told(write, author.principal, (id, new.into()), &mut faults).await?;
    faults.settle()?;
    set(&mut columns, "result", BillResult::Pending)?;
    set(&mut columns, "effect", BillEffect::Pending)?;
    let row = made::<bill::Entity>(id, author, Visibility::Public, columns)?;
    let added = write.add_with::<bill::Entity>("create", id, row).await;
    added
        .map_err(|error| if matches!(error, Error::Conflict) { taken("number") } else { error })?;
    Ok(id)
}

/// Changes what is on record of a bill.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn amend(db: &Store, author: Author<'_>, input: AmendBill) -> Result<Uuid, Error> {
    let mut write = begin(db, author, &input.call).await?;
    let id = input.call.id;
    let turn = turn::<bill::Entity>(&write, author.principal, &input.call, id).await?;
    let Turn::First(row) = turn else { return Ok(id) };
    let mut faults = InputErrors::default();
    let columns = told(&write, author.principal, (row.id, input), &mut faults).await?;
    faults.settle()?;
    write.update::<bill::Entity>(row.id, row.version, |row| row.extend(columns)).await?;
    write.commit().await?;
    Ok(row.id)
}

/// Notes when the procedure was last looked up.
///
/// # Errors
/// As [`amend`].
pub async fn checked(
    db: &Store,
    author: Author<'_>,
    RecordBillChecked { call, checked_at }: RecordBillChecked,
) -> Result<Uuid, Error> {
    let mut write = begin(db, author, &call).await?;
    let turn = turn::<bill::Entity>(&write, author.principal, &call, call.id).await?;
    let Turn::First(row) = turn else { return Ok(call.id) };
    let at = checked_at.unwrap_or(author.now);
    let mut faults = InputErrors::default();
    if at > author.now {
        faults.add(
            "checkedAt",
            "INVALID_DATE",
            "아직 오지 않은 시각입니다.",
            "The instant lies ahead.",
        );
    }
    if let Some(known) = row.checked_at.filter(|known| at < *known) {
        faults.add(
            "checkedAt",
            "INVALID_DATE",
            format!("마지막 확인 시각({})보다 빠릅니다.", known.to_rfc3339()),
            format!("It was checked later already, at {}.", known.to_rfc3339()),
        );
    }
    faults.settle()?;
    let mut columns = Columns::new();
    set(&mut columns, "checked_at", at)?;
    write.update::<bill::Entity>(row.id, row.version, |row| row.extend(columns)).await?;
    write.commit().await?;
    Ok(row.id)
}

/// Sets or replaces the provisions of a bill. Those of the same article keep their ids.
///
/// # Errors
/// As [`amend`].
pub async fn set_provisions(
    db: &Store,
    author: Author<'_>,
    SetProvisions { call, provisions: List(provisions) }: SetProvisions,
) -> Result<Uuid, Error> {
    let mut write = begin(db, author, &call).await?;
    let turn = turn::<bill::Entity>(&write, author.principal, &call, call.id).await?;
    let Turn::First(row) = turn else { return Ok(call.id) };
    let known = provision::Entity::find()
        .filter(provision::Column::BillId.eq(row.id))
        .order_by_asc(provision::Column::Position)
        .order_by_asc(provision::Column::Id)
        .all(write.reads())
        .await?;
    let known = keyed(known.into_iter().map(|row| (row.article.clone(), row)));
    let mut wanted = Vec::with_capacity(provisions.len());
    for (at, BillProvision { article, title, summary }) in provisions.into_iter().enumerate() {
        let article = article.map(String::from);
        let (title_ko, title_en) = title.texts();
        let (summary_ko, summary_en) = texts(summary);
        let mut columns = Columns::new();
        set(&mut columns, "position", at + 1)?;
        set(&mut columns, "article", &article)?;
        set(&mut columns, "title_ko", title_ko)?;
        set(&mut columns, "title_en", title_en)?;
        set(&mut columns, "summary_ko", summary_ko)?;
        set(&mut columns, "summary_en", summary_en)?;
        wanted.push((article, columns));
    }
    let whole = Whole {
        column: "bill_id",
        id: row.id,
        visibility: row.visibility,
        known_to: row.visibility,
        field: "provisions",
    };
    let wanted = keyed(wanted.into_iter());
    bring::<provision::Entity, _>(&mut write, &author, whole, known, wanted).await?;
    write.update::<bill::Entity>(row.id, row.version, |_| {}).await?;
    write.commit().await?;
    Ok(row.id)
}

/// Provisions by their article and, of several of one article, by their place among them.
fn keyed<T>(rows: impl Iterator<Item = (Option<String>, T)>) -> Vec<((Option<String>, usize), T)> {
    let mut keyed: Vec<((Option<String>, usize), T)> = Vec::new();
    for (article, row) in rows {
        let among = keyed.iter().filter(|((other, _), _)| *other == article).count();
        keyed.push(((article, among), row));
    }
    keyed
}
