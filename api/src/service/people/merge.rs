//! Institutions put on record twice 기관 통합: one is merged into the other, and its id and code lead there from then on.
//!
//! Which rows name an institution is what `record` declares of each table, so a table that comes later moves as well.

use std::collections::BTreeMap;
use std::str::FromStr;

use entity::adoption_case::{self, CaseStatus, Disclosure};
use entity::api_client::{self, ClientState};
use entity::change::ChangeKind;
use entity::institution::{self, Entity, InstitutionKind};
use entity::institution_name::{self, NameKind};
use entity::reporting_period::{self, PeriodState};
use entity::{
    appointment, idempotency, membership, merged_institution, search_document, submission,
    submission_file, submission_value, target, target_value,
};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait as _, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait as _, Set, SqlErr,
};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::institution::leads_to;
use super::{begin, sight};
use crate::domain::access::{self, Needs, Object};
use crate::domain::principal::{Scope, Scopes};
use crate::domain::term::meet;
use crate::error::{Error, UserError};
use crate::input;
use crate::input::InputErrors;
use crate::read::sql::Sql;
use crate::read::{Act, row};
use crate::service::adoption_case::naming;
use crate::service::chain::alone;
use crate::service::ledger::Change;
use crate::service::parts::{Columns, made, set};
use crate::service::record::{self, LinkRecord, Record, TABLES, Visit};
use crate::service::write::{Removed, Write};

/// Name of the action in the audit.
const ACTION: &str = "mergeInstitutions";
/// Rows that are told one by one in the change feed; of more, only the two institutions are.
const MAX_TOLD: usize = 10_000;
/// Most things that are told as standing twice: of what there is once, of posts, and of seats.
const MAX_TWICE: usize = 30;

/// What one institution has once of each: the type, what it is called, and the two rows `a` and `b` that would stand twice.
const ONCE: [(&str, &str, &str); 8] = [
    (
        "Submission",
        "p.code || ' ' || a.quarter",
        "submission a JOIN submission b ON b.programme_id = a.programme_id AND b.period_id = a.period_id \
         JOIN programme p ON p.id = a.programme_id",
    ),
    (
        "Obligation",
        "p.code || ' ' || CAST(a.starts_on AS text)",
        "obligation a JOIN obligation b ON b.programme_id = a.programme_id \
         AND (a.starts_on = b.starts_on OR ((a.ends_on IS NULL OR b.starts_on <= a.ends_on) AND (b.ends_on IS NULL OR a.starts_on <= b.ends_on))) \
         JOIN programme p ON p.id = a.programme_id",
    ),
    (
        "Target",
        "i.code || ' ' || a.quarter",
        "target a JOIN target b ON b.indicator_id = a.indicator_id AND b.quarter = a.quarter \
         JOIN indicator i ON i.id = a.indicator_id",
    ),
    (
        "OpinionInvitation",
        "r.code",
        "opinion_invitation a JOIN opinion_invitation b ON b.round_id = a.round_id JOIN opinion_round r ON r.id = a.round_id",
    ),
    (
        "OpinionResponse",
        "r.code",
        "opinion_response a JOIN opinion_response b ON b.round_id = a.round_id JOIN opinion_round r ON r.id = a.round_id",
    ),
    (
        "Attendance",
        "m.code",
        "attendance a JOIN attendance b ON b.meeting_id = a.meeting_id AND b.person_id IS NOT DISTINCT FROM a.person_id \
         AND b.post_ko IS NOT DISTINCT FROM a.post_ko JOIN meeting m ON m.id = a.meeting_id",
    ),
    (
        "AgendaPresenter",
        "m.code",
        "agenda_presenter a JOIN agenda_presenter b ON b.agenda_item_id = a.agenda_item_id AND b.person_id IS NOT DISTINCT FROM a.person_id \
         JOIN agenda_item n ON n.id = a.agenda_item_id JOIN meeting m ON m.id = n.meeting_id",
    ),
    (
        "DocumentAuthor",
        "d.code",
        "document_author a JOIN document_author b ON b.document_id = a.document_id AND b.person_id IS NOT DISTINCT FROM a.person_id \
         JOIN document d ON d.id = a.document_id",
    ),
];

input! {
    /// 기관 통합. An institution that was put on record twice, and the one that stays.
    mutation MergeInstitutions on institution::Entity {
        /// 통합 기관. Code of the institution that stays.
        into: String,
    }
}

/// Merges an institution into another: every row that names it names the other, its names and numbers become the other's,
/// and it is no more; its code and id lead to the other. Each table is written in one statement or two; up to [`MAX_TOLD`]
/// rows are told in the change feed, of more only the institutions. Events of the audit stay as they are.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn merge(act: &Act<'_>, input: MergeInstitutions) -> Result<Uuid, Error> {
    let call = input.call;
    let mut write = begin(act, Needs::Write(Object::Content), &call).await?;
    alone::<Entity>(&write).await?;
    let mut faults = InputErrors::default();
    let given = Some(input.into.as_str());
    let into = sight::by_code::<Entity>(&write, act, &mut faults, "into", given).await?;
    // In one order, whichever way they are merged; who names one of them meanwhile waits.
    let both = Entity::find()
        .filter(institution::Column::Id.is_in(into.into_iter().chain([call.id])))
        .order_by_asc(institution::Column::Id)
        .lock_exclusive()
        .all(write.reads())
        .await?;
    let known = |id: Uuid| both.iter().find(|row| row.id == id);
    let Some(from) = known(call.id) else { return merged_before(&write, act, &call).await };
    if !sight::sees::<Entity>(&write, act, from.id).await? {
        return Err(Error::NotFound);
    }
    if let Some(known) = write.repeats::<Entity>(&call, from.id).await? {
        return Ok(known);
    }
    if from.version != call.version {
        return Err(Error::Conflict);
    }
    if let Some(into) = into.and_then(known) {
        bars(&write, act, (from, into), &mut faults).await?;
    }
    faults.settle()?;
    let into = into.and_then(known).ok_or(Error::NotFound)?;
    let mut told = moved(&mut write, act, (from, into)).await?;
    if write.withdraw::<Entity>(from.id).await? == Removed::Kept {
        return Err(in_use());
    }
    let merged = merged_institution::ActiveModel {
        id: Set(from.id),
        code: Set(from.code.clone()),
        into_id: Set(into.id),
        merged_at: Set(act.author.now),
    };
    merged_institution::Entity::insert(merged).exec_without_returning(write.parts()).await?;
    told.insert("mergedFrom".to_owned(), from.code.clone().into());
    write.update_as::<Entity>(ACTION, into.id, into.version, |_| {}, told).await?;
    write.commit().await?;
    Ok(into.id)
}

/// What is told of a merger of what is no more: where it leads, if this call did it.
async fn merged_before(
    write: &Write<'_>,
    act: &Act<'_>,
    call: &input::Call,
) -> Result<Uuid, Error> {
    let found = merged_institution::Entity::find_by_id(call.id).one(write.reads()).await?;
    let merged = found.ok_or(Error::NotFound)?;
    if !sight::sees::<Entity>(write, act, merged.into_id).await? {
        return Err(Error::NotFound);
    }
    if let Some(known) = write.repeats::<Entity>(call, merged.into_id).await? {
        return Ok(known);
    }
    let stays = Entity::find_by_id(merged.into_id).one(write.reads()).await?;
    let stays = stays.map(|row| row.code).unwrap_or_default();
    Err(Error::User(vec![UserError::at(
        "id",
        "ALREADY_MERGED",
        format!("이미 `{stays}` 기관에 통합되었습니다."),
        format!("It was merged into `{stays}` already."),
    )]))
}

fn in_use() -> Error {
    Error::User(vec![UserError::at(
        "id",
        "IN_USE",
        "옮길 수 없는 자료가 이 기관을 가리킵니다.",
        "What cannot be moved names this institution.",
    )])
}

/// What keeps an institution from being merged.
async fn bars(
    write: &Write<'_>,
    act: &Act<'_>,
    (from, into): (&institution::Model, &institution::Model),
    faults: &mut InputErrors,
) -> Result<(), Error> {
    if from.id == into.id {
        faults.add("into", "SAME", "같은 기관입니다.", "It is the same institution.");
        return Ok(());
    }
    if act.operators.contains(&from.code) {
        faults.add(
            "id",
            "RUNS_PROGRAMME",
            "사업을 주관하는 기관은 다른 기관에 통합할 수 없습니다.",
            "An institution that runs the programme is not merged into another.",
        );
    }
    if from.visibility != into.visibility {
        faults.add(
            "into",
            "VISIBILITY_DIFFERS",
            "한 기관만 공개되어 있습니다. 공개 여부(isPublic)를 먼저 같게 수정하십시오.",
            "Everybody sees only one of them: amend `isPublic` first, so that what is hidden is not shown by this.",
        );
    }
    if leads_to(write, Some(into.id), from.id).await?
        || leads_to(write, Some(from.id), into.id).await?
    {
        faults.add(
            "into",
            "CIRCULAR",
            "상위 기관과 하위 기관은 통합할 수 없습니다.",
            "One of them belongs to the other.",
        );
    }
    let is_department = |row: &institution::Model| row.kind == InstitutionKind::Department;
    let staff = membership::Entity::find().filter(membership::Column::DepartmentId.eq(from.id));
    let is_unit = is_department(from) || staff.count(write.reads()).await? > 0;
    if is_department(from) != is_department(into) || (is_unit && from.parent_id != into.parent_id) {
        faults.add(
            "into",
            "OTHER_DEPARTMENT",
            "부서는 같은 기관의 부서에만 통합할 수 있습니다.",
            "A department is merged into a department of the same institution only.",
        );
    }
    // Nobody enables one meanwhile.
    let clients = api_client::Entity::find()
        .filter(api_client::Column::InstitutionId.eq(from.id))
        .order_by_asc(api_client::Column::Id)
        .lock_exclusive()
        .all(write.reads())
        .await?;
    if clients.iter().any(|client| client.state == ClientState::Active) {
        faults.add(
            "id",
            "HAS_CLIENTS",
            "사용 중인 API 클라이언트가 있습니다. 먼저 사용 중지(disableApiClient)하십시오.",
            "It has active API clients, which would act for the other; disable them first (disableApiClient).",
        );
    }
    if has_results(write, from.id).await? {
        faults.add(
            "id",
            "HAS_RESULTS",
            "제출한 실적이나 확정된 분기의 실적·목표가 있는 기관은 통합할 수 없습니다. 반대로 통합하십시오.",
            "It has handed in results, or is in figures of a final quarter, which stand; merge the other into it.",
        );
    }
    let twice = twice(write, (from.id, into.id)).await?;
    if !twice.is_empty() {
        let named = twice.join(", ");
        faults.add(
            "id",
            "DUPLICATE",
            format!("두 기관에 겹치는 항목이 있습니다: {named}. 먼저 하나를 빼십시오."),
            format!(
                "Both have the same, and it would stand twice: {named}. Take one of each off first."
            ),
        );
    }
    let shown = showing_cases(write, (from.id, into.id)).await?.join(", ");
    if !shown.is_empty() {
        faults.add(
            "into",
            "SHOWS_COMPANY",
            format!("한 기관이 익명 사례의 기업이고 다른 기관이 그 사례의 작성·공급 기관으로 공개되어 있어, 통합하면 기업이 드러납니다: {shown}. 먼저 사례를 철회하거나 수정하십시오."),
            format!("One is the company of an anonymised case that shows the other as its owner or supplier; a merger would tell the company: {shown}. Withdraw or amend the case first."),
        );
    }
    let named = [
        naming_cases(write, from.id, into.id).await?,
        naming_cases(write, into.id, from.id).await?,
    ];
    let named = named.concat().join(", ");
    if !named.is_empty() {
        faults.add(
            "into",
            "NAMES_COMPANY",
            format!("익명 사례의 글에 그 기업의 다른 기관명이 있습니다: {named}. 먼저 사례를 수정하십시오."),
            format!("Texts of anonymised cases would name their company: {named}. Amend them first."),
        );
    }
    Ok(())
}

/// Whether an institution is in figures that stand: it has handed something in, or is counted in a final quarter.
async fn has_results(write: &Write<'_>, id: Uuid) -> Result<bool, Error> {
    use reporting_period::Column as P;
    let finals = |column: P| -> SelectStatement {
        let finals = reporting_period::Entity::find().filter(P::State.eq(PeriodState::Final));
        finals.select_only().column(column).into_query()
    };
    let is_counted = submission::Column::Revision
        .gt(0)
        .or(submission::Column::PeriodId.in_subquery(finals(P::Id)));
    let results = submission::Entity::find()
        .filter(submission::Column::InstitutionId.eq(id))
        .filter(is_counted);
    let targets = target::Entity::find()
        .filter(target::Column::InstitutionId.eq(id))
        .filter(target::Column::Quarter.in_subquery(finals(P::Quarter)));
    let db = write.reads();
    Ok(results.count(db).await? + targets.count(db).await? > 0)
}

/// Anonymised cases of which one is the company, and which show the other as owner or supplier: what is withheld from then on
/// would tell whose they are.
async fn showing_cases(
    write: &Write<'_>,
    (one, other): (Uuid, Uuid),
) -> Result<Vec<String>, Error> {
    use adoption_case::Column as C;
    let both = |company: Uuid, shown: Uuid| {
        let is_shown = C::ShownOwnerId.eq(shown).or(C::ShownSupplierId.eq(shown));
        C::CompanyId.eq(company).and(is_shown)
    };
    let cases = adoption_case::Entity::find()
        .filter(C::Disclosure.ne(Disclosure::Named))
        .filter(both(one, other).or(both(other, one)))
        .order_by_asc(C::Code)
        .limit(MAX_TWICE as u64)
        .all(write.reads())
        .await?;
    Ok(cases.into_iter().map(|case| case.code).collect())
}

/// Anonymised cases of a company whose texts hold a name of another institution; a draft is looked at when it is submitted.
async fn naming_cases(write: &Write<'_>, company: Uuid, other: Uuid) -> Result<Vec<String>, Error> {
    use adoption_case::Column as C;
    let cases = adoption_case::Entity::find()
        .filter(C::CompanyId.eq(company))
        .filter(C::Disclosure.ne(Disclosure::Named))
        .filter(C::Status.is_not_in([CaseStatus::Draft, CaseStatus::Returned]))
        .order_by_asc(C::Code)
        .all(write.reads())
        .await?;
    let mut named = Vec::new();
    for case in cases {
        let code = case.code.clone();
        let case = adoption_case::Model { company_id: Some(other), company_name: None, ..case };
        if !naming(write, &case).await?.is_empty() {
            named.push(code);
        }
    }
    Ok(named)
}

/// What would stand twice.
async fn twice(write: &Write<'_>, (from, into): (Uuid, Uuid)) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    let mut sql = Sql::new(write.reads().get_database_backend());
    for (at, (ty, label, rows)) in ONCE.into_iter().enumerate() {
        sql.push(if at > 0 { " UNION " } else { "" }).push("SELECT '").push(ty).push(" ' || ");
        sql.push(label).push(" FROM ").push(rows).push(" WHERE a.institution_id = ").bind(from);
        sql.push(" AND b.institution_id = ").bind(into);
    }
    sql.push(" UNION SELECT 'Conflict ' || a.field FROM conflict a JOIN conflict b ON b.field = a.field WHERE a.status = 'OPEN' ");
    sql.push("AND b.status = 'OPEN' AND a.subject_type = 'Institution' AND b.subject_type = 'Institution' AND a.subject_id = ");
    sql.bind(from).push(" AND b.subject_id = ").bind(into);
    sql.push(" ORDER BY 1 LIMIT ").literal(MAX_TWICE);
    for read in write.reads().query_all_raw(sql.finish()).await? {
        found.extend(row::text(&read, 0)?.map(str::to_owned));
    }
    let ends = [from, into];
    use membership::Column as M;
    let posts = membership::Entity::find()
        .filter(M::InstitutionId.is_in(ends).or(M::DepartmentId.is_in(ends)))
        .order_by_asc(M::Id)
        .all(write.reads())
        .await?;
    let span = |row: &membership::Model| (row.starts_on.clone(), row.ends_on.clone());
    let pairs = posts.iter().flat_map(|one| posts.iter().map(move |other| (one, other)));
    let is_twice = |(one, other): &(&membership::Model, &membership::Model)| {
        let are_of_both = one.institution_id == from && other.institution_id == into;
        let is_same = one.person_id == other.person_id && one.post_ko == other.post_ko;
        let are_heads = one.is_head && other.is_head;
        let of = |row: &membership::Model, id| row.department_id == Some(id);
        (are_of_both && is_same) || (are_heads && of(one, from) && of(other, into))
    };
    let posts = pairs
        .filter(is_twice)
        .filter(|(one, other)| meets(&span(one), &span(other)))
        .map(|(one, _)| format!("Membership {}", one.post_ko));
    found.extend(posts.take(MAX_TWICE));
    let seats = appointment::Entity::find()
        .filter(appointment::Column::InstitutionId.is_in(ends))
        .filter(appointment::Column::PersonId.is_null())
        .find_also_related(entity::body::Entity)
        .order_by_asc(appointment::Column::Id)
        .all(write.reads())
        .await?;
    let span = |row: &appointment::Model| (row.starts_on.clone(), row.ends_on.clone());
    let (old, new): (Vec<_>, Vec<_>) =
        seats.into_iter().partition(|(seat, _)| seat.institution_id == Some(from));
    let is_twice = |(old, _): &(appointment::Model, Option<entity::body::Model>)| {
        new.iter().any(|(new, _)| old.body_id == new.body_id && meets(&span(old), &span(new)))
    };
    let bodies = old.into_iter().filter(is_twice).filter_map(|(_, body)| body);
    found.extend(bodies.map(|body| format!("Appointment {}", body.code)).take(MAX_TWICE));
    Ok(found)
}

type Term = (Option<String>, Option<String>);

fn meets(one: &Term, other: &Term) -> bool {
    meet((one.0.as_deref(), one.1.as_deref()), (other.0.as_deref(), other.1.as_deref()))
}

/// Moves what names an institution; how many rows of each type.
async fn moved(
    write: &mut Write<'_>,
    act: &Act<'_>,
    (from, into): (&institution::Model, &institution::Model),
) -> Result<Map<String, Value>, Error> {
    let names = names(write, (from, into)).await?;
    tame(write, from.id).await?;
    let mut moving = Move {
        write,
        now: act.author.now,
        from: from.id,
        into: into.id,
        told: Vec::new(),
        moved: BTreeMap::new(),
    };
    for table in TABLES {
        record::visit(table, &mut moving).await?;
    }
    let Move { told, moved, .. } = moving;
    if told.len() <= MAX_TOLD {
        write.tell(told);
    }
    // Values and files of results that are not handed in, what targets were, names by which it was found, and calls that were made of it.
    use search_document::Column as D;
    search_document::Entity::update_many()
        .col_expr(D::SubjectId, into.id.into())
        .filter(D::SubjectType.eq(<Entity as Record>::TYPE))
        .filter(D::SubjectId.eq(from.id))
        .filter(D::SourceId.ne(from.id))
        .exec(write.parts())
        .await?;
    submission_value::Entity::update_many()
        .col_expr(submission_value::Column::InstitutionId, into.id.into())
        .filter(submission_value::Column::InstitutionId.eq(from.id))
        .exec(write.parts())
        .await?;
    submission_file::Entity::update_many()
        .col_expr(submission_file::Column::InstitutionId, into.id.into())
        .filter(submission_file::Column::InstitutionId.eq(from.id))
        .exec(write.parts())
        .await?;
    target_value::Entity::update_many()
        .col_expr(target_value::Column::InstitutionId, into.id.into())
        .filter(target_value::Column::InstitutionId.eq(from.id))
        .exec(write.parts())
        .await?;
    idempotency::Entity::update_many()
        .col_expr(idempotency::Column::SubjectId, into.id.into())
        .filter(idempotency::Column::SubjectType.eq(<Entity as Record>::TYPE))
        .filter(idempotency::Column::SubjectId.eq(from.id))
        .exec(write.parts())
        .await?;
    merged_institution::Entity::update_many()
        .col_expr(merged_institution::Column::IntoId, into.id.into())
        .filter(merged_institution::Column::IntoId.eq(from.id))
        .exec(write.parts())
        .await?;
    if let Some(columns) = names {
        let id = Uuid::now_v7();
        let row = made::<institution_name::Entity>(id, &act.author, into.visibility, columns)?;
        write.add_with::<institution_name::Entity>(ACTION, id, row).await?;
    }
    write.rename(into.id).await?;
    let counts: Map<String, Value> =
        moved.into_iter().map(|(ty, rows)| (ty.to_owned(), rows.into())).collect();
    Ok(Map::from_iter([("moved".to_owned(), counts.into())]))
}

/// Takes from the clients of an institution, none of which is active, what only the other could give them: scopes to act in
/// its name. Whose secrets they are is somebody else.
async fn tame(write: &Write<'_>, from: Uuid) -> Result<(), Error> {
    use api_client::Column as C;
    let clients = api_client::Entity::find().filter(C::InstitutionId.eq(from));
    for client in clients.all(write.reads()).await? {
        let known = Scopes::known(&client.scopes);
        let reads = |scope: &Scope| !access::acts([*scope].into_iter().collect());
        let scopes: Scopes = known.iter().filter(reads).collect();
        api_client::Entity::update_many()
            .col_expr(C::Scopes, scopes.to_string().into())
            .col_expr(C::SecretByOther, true.into())
            .filter(C::Id.eq(client.id))
            .exec(write.parts())
            .await?;
    }
    Ok(())
}

/// Takes off the names that the other has too; the name of the institution itself as another name, unless it has that too.
async fn names(
    write: &mut Write<'_>,
    (from, into): (&institution::Model, &institution::Model),
) -> Result<Option<Columns>, Error> {
    use institution_name::Column as N;
    let rows = institution_name::Entity::find()
        .filter(N::InstitutionId.is_in([from.id, into.id]))
        .order_by_asc(N::Id)
        .all(write.reads())
        .await?;
    let (old, new): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| row.institution_id == from.id);
    let mut known: Vec<String> = vec![into.name_ko.clone()];
    known.extend(into.name_en.clone());
    known.extend(new.into_iter().flat_map(|row| [Some(row.name_ko), row.name_en]).flatten());
    let has = |known: &[String], ko: &String, en: Option<&String>| {
        known.contains(ko) && en.is_none_or(|en| known.contains(en))
    };
    for row in old {
        if has(&known, &row.name_ko, row.name_en.as_ref()) {
            write.remove_part::<institution_name::Entity>(row.id, from.visibility).await?;
        } else {
            known.extend([Some(row.name_ko), row.name_en].into_iter().flatten());
        }
    }
    if has(&known, &from.name_ko, from.name_en.as_ref()) {
        return Ok(None);
    }
    let mut columns = Columns::new();
    set(&mut columns, "institution_id", into.id)?;
    set(&mut columns, "name_ko", &from.name_ko)?;
    set(&mut columns, "name_en", &from.name_en)?;
    set(&mut columns, "kind", NameKind::Alias)?;
    Ok(Some(columns))
}

/// Moves rows, table by table.
struct Move<'w, 'a> {
    write: &'w mut Write<'a>,
    now: chrono::DateTime<chrono::Utc>,
    from: Uuid,
    into: Uuid,
    /// Rows to be told, no more than one above what may be.
    told: Vec<Change>,
    moved: BTreeMap<&'static str, u64>,
}

fn column<C: FromStr>(name: &str) -> Result<C, Error> {
    C::from_str(name).map_err(|_| Error::internal(name))
}

/// Columns that name institutions.
fn naming_columns<C: FromStr>(references: &[(&str, &str)]) -> Result<Vec<C>, Error> {
    let columns = references.iter().filter(|(_, table)| *table == "institution");
    columns.map(|(name, _)| column(name)).collect()
}

/// What a table of its own allows once is told as such, whichever it is.
fn refused(ty: &str, error: DbErr) -> Error {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => Error::User(vec![UserError::at(
            "id",
            "DUPLICATE",
            format!("두 기관에 겹치는 항목이 있습니다: {ty}. 먼저 하나를 빼십시오."),
            format!(
                "Both have the same, and it would stand twice: {ty}. Take one of each off first."
            ),
        )]),
        _ => error.into(),
    }
}

impl Move<'_, '_> {
    /// The value of a column that names the one, once it names the other.
    fn instead<C: ColumnTrait>(&self, column: C) -> Expr {
        CaseStatement::new().case(column.eq(self.from), self.into).finally(Expr::col(column)).into()
    }

    /// What of the rows of a table is seen to change. Which anonymised case is of which company is not told by what
    /// changes with it.
    fn seen<R: Record>(&self) -> Result<Option<Condition>, Error> {
        if R::TYPE != "AdoptionCase" {
            return Ok(None);
        }
        let named = Condition::all()
            .add(column::<R::Column>("disclosure")?.eq(Disclosure::Named))
            .add(column::<R::Column>("consent_to_publish")?.eq(true));
        let shown = Condition::any()
            .add(column::<R::Column>("shown_owner_id")?.eq(self.from))
            .add(column::<R::Column>("shown_supplier_id")?.eq(self.from));
        Ok(Some(Condition::any().add(named).add(shown)))
    }

    /// Notes which rows are told, before they move.
    async fn tell<R: Record>(&mut self, moves: Condition) -> Result<(), Error> {
        let (id, version) = (column::<R::Column>("id")?, column::<R::Column>("version")?);
        let left = (MAX_TOLD + 1).saturating_sub(self.told.len());
        let rows: Vec<(Uuid, i32)> = R::find()
            .select_only()
            .column(id)
            .column(version)
            .filter(moves)
            .order_by_asc(id)
            .limit(left as u64)
            .into_tuple()
            .all(self.write.reads())
            .await?;
        self.told.extend(rows.into_iter().map(|(subject_id, version)| Change {
            subject_type: R::TYPE,
            subject_id,
            kind: ChangeKind::Updated,
            version: version.saturating_add(1),
            is_hiding: false,
        }));
        Ok(())
    }
}

impl Visit for Move<'_, '_> {
    type Output = ();

    async fn fact<R: Record>(&mut self) -> Result<(), Error> {
        let mut columns: Vec<R::Column> = naming_columns(R::REFERENCES)?;
        let mut moves = Condition::any();
        for column in &columns {
            moves = moves.add(column.eq(self.from));
        }
        // Citations and conflicts name their subject by its type.
        let subject = R::Column::from_str("subject_type").ok();
        if let Some((ty, id)) = subject.zip(R::Column::from_str("subject_id").ok()) {
            let of_it = Condition::all().add(ty.eq(<Entity as Record>::TYPE)).add(id.eq(self.from));
            moves = moves.add(of_it);
            columns.push(id);
        }
        if columns.is_empty() {
            return Ok(());
        }
        let mut parts = vec![(moves.clone(), true)];
        if let Some(seen) = self.seen::<R>()? {
            parts = vec![(Condition::all().add(moves.clone()).add(seen), true), (moves, false)];
        }
        let mut count = 0;
        for (moves, is_told) in parts {
            let mut update = R::update_many();
            if is_told {
                self.tell::<R>(moves.clone()).await?;
                let version = column::<R::Column>("version")?;
                update = update
                    .col_expr(version, Expr::col(version).add(1))
                    .col_expr(column::<R::Column>("updated_at")?, self.now.into());
            }
            for column in &columns {
                update = update.col_expr(*column, self.instead(*column));
            }
            if R::TYPE == "Citation" {
                // What a source says of a field of the one it does not say of that of the other.
                update =
                    update.col_expr(column::<R::Column>("field")?, Option::<String>::None.into());
            }
            let done = update.filter(moves).exec(self.write.parts()).await;
            count += done.map_err(|error| refused(R::TYPE, error))?.rows_affected;
        }
        if count > 0 {
            self.moved.insert(R::TYPE, count);
        }
        Ok(())
    }

    async fn link<L: LinkRecord>(&mut self) -> Result<(), Error> {
        for column in naming_columns::<L::Column>(L::REFERENCES)? {
            L::update_many()
                .col_expr(column, self.into.into())
                .filter(column.eq(self.from))
                .exec(self.write.parts())
                .await
                .map_err(|error| refused("", error))?;
        }
        Ok(())
    }
}
