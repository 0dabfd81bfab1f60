//! Conflicts 불일치 as they are written: claims of sources that disagree about a field of a fact. All of them are kept, also
//! when it is found which of them holds.

use std::collections::HashMap;

use entity::common::Visibility;
use entity::conflict::{self, Column, ConflictStatus, Entity};
use entity::{claim, document};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::chain::alone;
use super::citation::{OPERATORS, seen_with};
use super::parts::{Columns, made, set, set_texts, visibility};
use super::people::{begin, turn};
use super::sight;
use super::subject::{Subject, check_field};
use super::write::Write;
use crate::domain::access::Object;
use crate::error::{Error, UserError};
use crate::input;
use crate::input::InputErrors;
use crate::input::types::{AnyId, Id, List, Localized, OneLine, Prose, Title};
use crate::read::Act;

/// Most claims of a conflict.
const MAX_CLAIMS: usize = 20;

input! {
    /// 주장. What one source, or one place of it, says.
    object Claim {
        /// 값. The claim.
        value: Localized<Prose>,
        /// 자료 키. Document that makes it.
        document: String,
        /// 위치. Where in the document.
        locator: Option<Localized<Title>>,
    }
}

input! {
    /// 불일치 기재. Claims about a field of a fact that disagree.
    mutation RecordConflict {
        /// 대상. Global id of the fact, of whatever type it is.
        subject: AnyId,
        /// 항목. Field in dispute, as the schema names it (`heldOn`; `name.en` for its English alone).
        field: OneLine,
        /// 내용. What disagrees.
        summary: Localized<Prose>,
        /// 주장. The claims, not all of the same value.
        claims: List<Claim, 2, MAX_CLAIMS>,
        /// 공개 여부. Whether whoever sees the fact sees the conflict; operators alone see a claim whose document not everybody sees.
        is_public: bool = "true",
    }
}

input! {
    /// 주장 추가. A further claim of a conflict that is open.
    mutation AddClaim on conflict::Entity {
        /// 주장. The claim.
        claim: Claim,
    }
}

input! {
    /// 불일치 해소. Which claims hold, and why; all of them are kept.
    mutation ResolveConflict on conflict::Entity {
        /// 사유. Why.
        reason: Localized<Prose>,
        /// 인정한 주장. Claims that hold; none if the fact is otherwise.
        upheld: List<Id<claim::Entity>, 0, MAX_CLAIMS> = "[]",
    }
}

input! {
    /// 불일치 재개. A conflict that was resolved wrongly, to be open again.
    mutation ReopenConflict on conflict::Entity {}
}

/// Whose conflicts are: nobody's but the operators'.
const OWNED: (Object, fn(&conflict::Model) -> Option<Uuid>) = (Object::Content, |_| None);

/// Documents that claims name, each at its place, by what the claims call them.
struct Documents {
    codes: sight::Codes,
    rows: HashMap<Uuid, document::Model>,
}

impl Documents {
    async fn read(
        write: &Write<'_>,
        act: &Act<'_>,
        faults: &mut InputErrors,
        given: Vec<(String, String)>,
    ) -> Result<Self, Error> {
        let named: Vec<String> = given.iter().map(|(_, code)| code.clone()).collect();
        let codes = sight::codes::<document::Entity>(write, act, given, faults).await?;
        let ids: Vec<Uuid> = named.iter().filter_map(|code| codes.get(code)).collect();
        let found = document::Entity::find().filter(document::Column::Id.is_in(ids));
        let rows = found.all(write.reads()).await?.into_iter().map(|row| (row.id, row)).collect();
        Ok(Self { codes, rows })
    }

    /// Adds a claim at the end of a conflict's.
    async fn add(
        &self,
        write: &mut Write<'_>,
        act: &Act<'_>,
        (conflict, is_public): (Uuid, bool),
        position: usize,
        claim: Claim,
    ) -> Result<(), Error> {
        let document = self.codes.get(&claim.document).and_then(|id| self.rows.get(&id));
        let mut columns = Columns::new();
        set(&mut columns, "conflict_id", conflict)?;
        set(&mut columns, "position", position)?;
        set_texts(&mut columns, "value", Some(claim.value))?;
        set(&mut columns, "document_id", document.map(|document| document.id))?;
        set_texts(&mut columns, "locator", claim.locator)?;
        let id = Uuid::now_v7();
        let visibility = seen_with(document, is_public);
        let row = made::<claim::Entity>(id, &act.author, visibility, columns)?;
        write.add_with::<claim::Entity>("create", id, row).await
    }
}

/// The conflict about a field that is open, if there is one.
async fn open_one(
    write: &Write<'_>,
    subject: Uuid,
    field: &str,
) -> Result<Option<conflict::Model>, Error> {
    let open = Entity::find()
        .filter(Column::SubjectId.eq(subject))
        .filter(Column::Field.eq(field))
        .filter(Column::Status.eq(ConflictStatus::Open));
    Ok(open.one(write.reads()).await?)
}

fn open_already(field: &str) -> UserError {
    UserError::at(
        field,
        "TAKEN",
        "이 항목에는 해소되지 않은 불일치가 이미 있습니다. 거기에 주장을 추가하십시오(addClaim).",
        "A conflict about this field is open already; add the claim to that (`addClaim`).",
    )
}

async fn claims_of(write: &Write<'_>, conflict: Uuid) -> Result<Vec<claim::Model>, Error> {
    let claims = claim::Entity::find().filter(claim::Column::ConflictId.eq(conflict));
    Ok(claims.order_by_asc(claim::Column::Position).all(write.reads()).await?)
}

/// Records that sources disagree.
///
/// # Errors
/// Forbidden; user errors; internal.
pub async fn record(act: &Act<'_>, new: RecordConflict) -> Result<Uuid, Error> {
    let mut write = begin(act, OPERATORS, &new.call).await?;
    // One conflict about a field is open at a time.
    alone::<Entity>(&write).await?;
    let id = Uuid::now_v7();
    if let Some(known) = write.repeats::<Entity>(&new.call, id).await? {
        return Ok(known);
    }
    let mut faults = InputErrors::default();
    let subject = Subject::read(&write, act, &mut faults, new.subject, false).await?;
    let mut position = 1;
    if let Some(subject) = &subject {
        check_field(&mut faults, subject.ty, &new.field);
    }
    if let Some(subject) = subject.as_ref().and_then(|subject| subject.id) {
        if open_one(&write, subject, &new.field).await?.is_some() {
            faults.0.push(open_already("field"));
        }
        let last = Entity::find().filter(Column::SubjectId.eq(subject));
        let last = last.order_by_desc(Column::Position).one(write.reads()).await?;
        position = last.map_or(1, |row| row.position.saturating_add(1));
    }
    let given = new.claims.iter().enumerate();
    let given = given.map(|(at, claim)| (format!("claims.{at}.document"), claim.document.clone()));
    let documents = Documents::read(&write, act, &mut faults, given.collect()).await?;
    let mut values = new.claims.iter().map(|claim| &*claim.value.ko);
    let first = values.next();
    if first.is_some_and(|first| values.all(|value| value == first)) {
        faults.add(
            "claims",
            "SAME_VALUE",
            "주장의 값이 모두 같으면 불일치가 아닙니다.",
            "Claims that are all of the same value do not disagree.",
        );
    }
    faults.settle()?;
    let mut columns = Columns::new();
    set(&mut columns, "subject_type", subject.as_ref().map(|subject| subject.ty.name))?;
    set(&mut columns, "subject_id", subject.and_then(|subject| subject.id))?;
    set(&mut columns, "position", position)?;
    set(&mut columns, "field", String::from(new.field))?;
    set(&mut columns, "status", ConflictStatus::Open)?;
    set_texts(&mut columns, "summary", Some(new.summary))?;
    let row = made::<Entity>(id, &act.author, visibility(new.is_public), columns)?;
    write.add_with::<Entity>("recordConflict", id, row).await?;
    for (position, claim) in (1..).zip(new.claims.0) {
        documents.add(&mut write, act, (id, new.is_public), position, claim).await?;
    }
    write.commit().await?;
    Ok(id)
}

/// Tells that a conflict is not as the verb needs it.
fn check_status(known: &conflict::Model, wanted: ConflictStatus) -> Result<(), Error> {
    if known.status == wanted {
        return Ok(());
    }
    let (ko, en) = match known.status {
        ConflictStatus::Open => ("해소되지 않은 불일치입니다.", "The conflict is open."),
        ConflictStatus::Resolved => (
            "이미 해소된 불일치입니다. 먼저 재개하십시오(reopenConflict).",
            "The conflict is resolved; open it again first (`reopenConflict`).",
        ),
    };
    Err(Error::User(vec![UserError::at("id", "WRONG_STATE", ko, en)]))
}

/// Adds a claim to a conflict.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn add_claim(act: &Act<'_>, input: AddClaim) -> Result<Uuid, Error> {
    let AddClaim { call, claim } = input;
    let mut write = begin(act, OPERATORS, &call).await?;
    let Some(known) = turn::<Entity>(&mut write, act, &call, OWNED).await? else {
        return Ok(call.id);
    };
    check_status(&known, ConflictStatus::Open)?;
    let mut faults = InputErrors::default();
    let given = vec![("claim.document".to_owned(), claim.document.clone())];
    let documents = Documents::read(&write, act, &mut faults, given).await?;
    let claims = claims_of(&write, call.id).await?;
    if claims.len() >= MAX_CLAIMS {
        faults.add(
            "id",
            "TOO_MANY",
            format!("불일치 한 건에 주장은 {MAX_CLAIMS}건까지입니다."),
            format!("A conflict has at most {MAX_CLAIMS} claims."),
        );
    }
    faults.settle()?;
    let position = claims.last().map_or(0, |row| usize::try_from(row.position).unwrap_or(0)) + 1;
    write.update::<Entity>(call.id, call.version, |_| {}).await?;
    let whole = (call.id, known.visibility == Visibility::Public);
    documents.add(&mut write, act, whole, position, claim).await?;
    write.commit().await?;
    Ok(call.id)
}

/// Resolves a conflict.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn resolve(act: &Act<'_>, input: ResolveConflict) -> Result<Uuid, Error> {
    let ResolveConflict { call, reason, upheld } = input;
    let mut write = begin(act, OPERATORS, &call).await?;
    let Some(known) = turn::<Entity>(&mut write, act, &call, OWNED).await? else {
        return Ok(call.id);
    };
    check_status(&known, ConflictStatus::Open)?;
    let mut faults = InputErrors::default();
    let claims = claims_of(&write, call.id).await?;
    for (at, named) in upheld.iter().enumerate() {
        if !claims.iter().any(|claim| claim.id == named.0) {
            faults.add(
                &format!("upheld.{at}"),
                "UNKNOWN",
                "이 불일치의 주장이 아닙니다.",
                "It is no claim of this conflict.",
            );
        }
    }
    faults.settle()?;
    let holds = |claim: &claim::Model| Some(upheld.iter().any(|named| named.0 == claim.id));
    let mut columns = Columns::new();
    set(&mut columns, "status", ConflictStatus::Resolved)?;
    set_texts(&mut columns, "resolution", Some(reason))?;
    set(&mut columns, "resolved_at", act.author.now)?;
    decide(write, &call, columns, &claims, holds).await
}

/// Opens a conflict again.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn reopen(act: &Act<'_>, input: ReopenConflict) -> Result<Uuid, Error> {
    let call = input.call;
    let mut write = begin(act, OPERATORS, &call).await?;
    alone::<Entity>(&write).await?;
    let Some(known) = turn::<Entity>(&mut write, act, &call, OWNED).await? else {
        return Ok(call.id);
    };
    check_status(&known, ConflictStatus::Resolved)?;
    if open_one(&write, known.subject_id, &known.field).await?.is_some() {
        return Err(Error::User(vec![open_already("id")]));
    }
    let claims = claims_of(&write, call.id).await?;
    let mut columns = Columns::new();
    set(&mut columns, "status", ConflictStatus::Open)?;
    set_texts::<String>(&mut columns, "resolution", None)?;
    set(&mut columns, "resolved_at", ())?;
    decide(write, &call, columns, &claims, |_| None).await
}

/// Writes what was decided of a conflict and of each of its claims, and commits.
async fn decide(
    mut write: Write<'_>,
    call: &input::Call,
    columns: Columns,
    claims: &[claim::Model],
    holds: impl Fn(&claim::Model) -> Option<bool>,
) -> Result<Uuid, Error> {
    write.update::<Entity>(call.id, call.version, |row| row.extend(columns)).await?;
    for claim in claims {
        let holds = holds(claim);
        if claim.is_upheld != holds {
            let version = claim.version;
            let mut columns = Columns::new();
            set(&mut columns, "is_upheld", holds)?;
            write.update::<claim::Entity>(claim.id, version, |row| row.extend(columns)).await?;
        }
    }
    write.commit().await?;
    Ok(call.id)
}
