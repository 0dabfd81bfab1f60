//! Adoption cases 도입 사례, from the draft to publication and back: which verb a state allows to whom is
//! `domain::adoption_case`'s; here is what each verb reads and writes.
//!
//! A case is one whole: its row is locked first and its version checked; its outcomes, barriers and technologies are
//! rows that are written with it. Once it is not public any more, those who no longer see it are told so in the feed.

use chrono::NaiveDate;
use entity::adoption_case::{
    self, AdoptionStage, ApplicationArea, BusinessSize, CaseStatus, Disclosure, Technology,
    Verification,
};
use entity::barrier::BarrierKind;
use entity::common::Visibility;
use entity::outcome::OutcomeFamily;
use entity::{case_barrier, case_requirement, case_technology, industry, outcome, region};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Value, json};
use uuid::Uuid;

use super::named::{document_of, institution_of};
use super::parts::{Columns, Whole, bring, made, set};
use super::withheld;
use super::write::{Author, Write, as_json};
use crate::database::Store;
use crate::domain::access::{self, Denied, Needs, Object, Rows};
use crate::domain::adoption_case::{Actor, Facts, Rejected, Verb, next, required_from};
use crate::domain::principal::{Principal, Scope, Standing};
use crate::domain::{codes, partial_date};
use crate::error::{Error, UserError};
use crate::input;
use crate::input::types::{Change, List, Localized, OneLine, PartialDate, Prose, Won, texts};
use crate::input::{Call, InputErrors, unknown};

input! {
    /// 성과. A measured outcome; the change is computed.
    object CaseOutcome {
        /// 성과 분야. Family.
        family: OutcomeFamily,
        /// 지표. Metric.
        metric: Localized<OneLine>,
        /// 단위. Unit, e.g. %, 건/일.
        unit: OneLine,
        /// 도입 전. Value before: 0, or between 0.000001 and 1,000,000,000,000 either way.
        baseline: f64,
        /// 도입 후. Value after, likewise.
        after: f64,
        /// 측정일. Date measured, not ahead.
        measured_on: Option<PartialDate>,
        /// 측정 방법. Method.
        method: Option<Localized<Prose>>,
        /// 증빙. Code of the document that shows it.
        document: Option<String>,
    }
}

input! {
    /// 애로. A barrier met; each kind once.
    object CaseBarrier {
        /// 유형. Kind.
        kind: BarrierKind,
        /// 설명. Note.
        note: Option<Localized<Prose>>,
    }
}

input! {
    /// 사례 작성. A case of the caller's institution. What it must hold to be submitted grows with its stage (`caseRequirements`).
    mutation DraftCase {
        /// 제목. Title.
        title: Localized<OneLine>,
        /// 내용. Content.
        summary: Option<Localized<Prose>>,
        /// 기업(기관). Code of the company, if it is an institution of record.
        company: Option<String>,
        /// 기업명. Name of the company; shown if `disclosure` is NAMED and the company agreed to publication.
        company_name: Option<OneLine>,
        /// 기업명 공개. NAMED or ANONYMISED.
        disclosure: Disclosure = "ANONYMISED",
        /// 지역. Code of the region.
        region: String,
        /// 시·군·구. District.
        district: Option<OneLine>,
        /// 업종. KSIC division, or section.
        industry: String,
        /// 기업 규모. Size.
        size: BusinessSize,
        /// 주요 AI 기술. Primary AI technology.
        technology: Technology,
        /// AI 기술. All technologies used; the primary one is always among them.
        technologies: List<Technology, 0, 6> = "[]",
        /// 활용 분야. Business function.
        application: ApplicationArea,
        /// 도입 단계. Stage.
        stage: AdoptionStage,
        /// 공급기업(기관). Code of the supplier, if it is an institution of record.
        supplier: Option<String>,
        /// 공급기업. Name of the supplier.
        supplier_name: Option<OneLine>,
        /// 지원 사업. Support programme.
        programme: Option<Localized<OneLine>>,
        /// 도입 시작. Start, not ahead.
        started_on: PartialDate,
        /// 투자액(원). Own investment.
        investment: Option<Won>,
        /// 지원금(원). Public support.
        public_support: Option<Won>,
        /// 시사점. Lessons.
        lessons: Option<Localized<Prose>>,
        /// 성과. Measured outcomes in order.
        outcomes: List<CaseOutcome, 0, 20> = "[]",
        /// 애로. Barriers met.
        barriers: List<CaseBarrier, 0, 11> = "[]",
    }
}

input! {
    /// 사례 수정. What changes of a case: what is left out stays, null clears it; a list replaces the one there. A withdrawn case becomes a draft again.
    mutation AmendCase on adoption_case::Entity {
        /// 제목. Title.
        title: Option<Localized<OneLine>>,
        /// 내용. Content.
        summary: Change<Localized<Prose>>,
        /// 기업(기관). Code of the company.
        company: Change<String>,
        /// 기업명. Name of the company.
        company_name: Change<OneLine>,
        /// 기업명 공개. NAMED or ANONYMISED.
        disclosure: Option<Disclosure>,
        /// 지역. Code of the region.
        region: Option<String>,
        /// 시·군·구. District.
        district: Change<OneLine>,
        /// 업종. KSIC division, or section.
        industry: Option<String>,
        /// 기업 규모. Size.
        size: Option<BusinessSize>,
        /// 주요 AI 기술. Primary AI technology.
        technology: Option<Technology>,
        /// AI 기술. All technologies used.
        technologies: Option<List<Technology, 0, 6>>,
        /// 활용 분야. Business function.
        application: Option<ApplicationArea>,
        /// 도입 단계. Stage.
        stage: Option<AdoptionStage>,
        /// 공급기업(기관). Code of the supplier.
        supplier: Change<String>,
        /// 공급기업. Name of the supplier.
        supplier_name: Change<OneLine>,
        /// 지원 사업. Support programme.
        programme: Change<Localized<OneLine>>,
        /// 도입 시작. Start, not ahead.
        started_on: Option<PartialDate>,
        /// 투자액(원). Own investment.
        investment: Change<Won>,
        /// 지원금(원). Public support.
        public_support: Change<Won>,
        /// 시사점. Lessons.
        lessons: Change<Localized<Prose>>,
        /// 성과. Measured outcomes in order.
        outcomes: Option<List<CaseOutcome, 0, 20>>,
        /// 애로. Barriers met.
        barriers: Option<List<CaseBarrier, 0, 11>>,
    }
}

input! {
    /// 공개 동의. A case whose company agrees to publication.
    mutation GiveCaseConsent on adoption_case::Entity {}
}

input! {
    /// 사례 제출. A case to be submitted. What its stage requires and it does not hold is told at its field, all at once.
    mutation SubmitCase on adoption_case::Entity {}
}

input! {
    /// 사례 반려. A case to be sent back; a published one is hidden at once.
    mutation ReturnCase on adoption_case::Entity {
        /// 사유. What is to be put right.
        reason: Prose,
    }
}

input! {
    /// 사례 검증. A case that was checked.
    mutation VerifyCase on adoption_case::Entity {
        /// 검증 수준. How far it was checked.
        level: Verification,
    }
}

input! {
    /// 사례 공개. A verified case to be shown to everybody.
    mutation PublishCase on adoption_case::Entity {}
}

input! {
    /// 사례 철회. A case to be withdrawn with the company's consent; a published one is hidden at once.
    mutation WithdrawCase on adoption_case::Entity {
        /// 사유. Why.
        reason: Option<Prose>,
    }
}

/// Whether everybody sees it.
fn is_public(row: &adoption_case::Model) -> bool {
    row.status == CaseStatus::Published && row.visibility == Visibility::Public
}

/// Whether the case is of an institution: filed by it, adopted by it or supplied by it.
fn is_of(row: &adoption_case::Model, institution: Uuid) -> bool {
    [row.owner_id, row.company_id, row.supplier_id].contains(&Some(institution))
}

/// Whether the caller sees the case: as the read path decides.
fn sees(principal: &Principal, row: &adoption_case::Model) -> bool {
    match access::rows(principal, Object::AdoptionCase) {
        Rows::All => true,
        Rows::Published => is_public(row),
        Rows::Own(own) => is_public(row) || is_of(row, own),
        Rows::OnlyOwn(own) => is_of(row, own),
        Rows::None => false,
    }
}

/// What a caller is to a case.
fn actor(principal: &Principal, row: &adoption_case::Model) -> Actor {
    let operates = access::may_write(principal, Object::Content, None).is_ok();
    let Some(client) = principal.client() else {
        // The command line is the machine's own.
        return Actor { keeps: operates, operates, is_own: false };
    };
    let own = client.institution.id;
    let writes = access::may_write(principal, Object::AdoptionCase, Some(own)).is_ok();
    let is_operator = client.institution.standing == Standing::Operator;
    let keeps = writes && row.owner_id.map_or(is_operator, |owner| owner == own);
    Actor { keeps, operates, is_own: is_of(row, own) }
}

/// Why a verb is rejected, as the caller is told.
fn rejected(rejected: &Rejected, principal: &Principal) -> Error {
    if rejected.is_access() {
        let denied = match principal.client() {
            None => Denied::SignedOut,
            Some(client) if !client.scopes.has(Scope::ContentWrite) => {
                Denied::Scope(Scope::ContentWrite)
            }
            Some(_) => Denied::Institution,
        };
        return denied.into();
    }
    let text = rejected.message();
    Error::User(vec![UserError::at("id", rejected.code(), text.ko, text.en)])
}

/// Whether this call of a verb is the first with its key; what it leads to if so.
enum Turn {
    /// Go on, to this state.
    First(Box<adoption_case::Model>, CaseStatus),
    /// It was done before; nothing is to be done.
    Again,
}

/// Locks the case and asks, in this order: may the caller see it, may it do this, was it done before with this key, is
/// its version the one seen, does its state allow it.
async fn turn<'a>(
    db: &Store,
    author: Author<'a>,
    call: &Call,
    verb: Verb,
) -> Result<(Write<'a>, Turn), Error> {
    let needs = match verb {
        Verb::Amend | Verb::Consent | Verb::Submit => Needs::OwnCase,
        Verb::Return | Verb::Verify | Verb::Publish => Needs::DecideCase,
        Verb::Withdraw => Needs::WithdrawCase,
    };
    access::may_begin(author.principal, needs)?;
    let mut write = Write::attempt(db, author, call).await?;
    if matches!(verb, Verb::Return | Verb::Publish | Verb::Withdraw) {
        withheld::lock(write.reads(), call.id).await?;
    }
    let found = adoption_case::Entity::find_by_id(call.id).lock_exclusive();
    let found = found.one(write.reads()).await?;
    let row = found.filter(|row| sees(author.principal, row)).ok_or(Error::NotFound)?;
    let facts = Facts { status: row.status, has_consent: row.consent_to_publish };
    let next = next(verb, &facts, &actor(author.principal, &row));
    if let Err(denied) = &next
        && denied.is_access()
    {
        return Err(rejected(denied, author.principal));
    }
    if write.repeats::<adoption_case::Entity>(call, call.id).await?.is_some() {
        return Ok((write, Turn::Again));
    }
    if row.version != call.version {
        return Err(Error::Conflict);
    }
    let status = next.map_err(|denied| rejected(&denied, author.principal))?;
    write.part_of(row.owner_id);
    Ok((write, Turn::First(Box::new(row), status)))
}

/// Writes the row, tells who no longer sees it that it is gone, and commits.
async fn finish(
    mut write: Write<'_>,
    row: &adoption_case::Model,
    status: CaseStatus,
    mut columns: Columns,
) -> Result<Uuid, Error> {
    set(&mut columns, "status", status)?;
    let version = write
        .update::<adoption_case::Entity>(row.id, row.version, |row| row.extend(columns))
        .await?;
    if is_public(row) && status != CaseStatus::Published {
        write.tell_sight::<adoption_case::Entity>(row.id, version, true);
        for part in outcomes(&write, row.id).await? {
            write.tell_sight::<outcome::Entity>(part.id, part.version, true);
        }
        for part in barriers(&write, row.id).await? {
            write.tell_sight::<case_barrier::Entity>(part.id, part.version, true);
        }
        for part in technologies(&write, row.id).await? {
            write.tell_sight::<case_technology::Entity>(part.id, part.version, true);
        }
    }
    write.commit().await?;
    Ok(row.id)
}

async fn outcomes(write: &Write<'_>, case: Uuid) -> Result<Vec<outcome::Model>, Error> {
    let found = outcome::Entity::find()
        .filter(outcome::Column::AdoptionCaseId.eq(case))
        .order_by_asc(outcome::Column::Position)
        .order_by_asc(outcome::Column::Id);
    Ok(found.all(write.reads()).await?)
}

async fn barriers(write: &Write<'_>, case: Uuid) -> Result<Vec<case_barrier::Model>, Error> {
    let found = case_barrier::Entity::find()
        .filter(case_barrier::Column::AdoptionCaseId.eq(case))
        .order_by_asc(case_barrier::Column::Kind);
    Ok(found.all(write.reads()).await?)
}

async fn technologies(write: &Write<'_>, case: Uuid) -> Result<Vec<case_technology::Model>, Error> {
    let found = case_technology::Entity::find()
        .filter(case_technology::Column::AdoptionCaseId.eq(case))
        .order_by_asc(case_technology::Column::Technology);
    Ok(found.all(write.reads()).await?)
}

/// The region of a code, as it was on a day: today, or when a case of before began.
async fn region_of(write: &Write<'_>, code: &str, day: NaiveDate) -> Result<Uuid, Error> {
    let given = codes::region(code);
    let all = region::Entity::find().order_by_asc(region::Column::Code).all(write.reads()).await?;
    let ended = |row: &region::Model| row.valid_to.is_some_and(|last| last < day);
    let Some(found) = all.iter().find(|row| row.code == given) else {
        let text = ("그런 코드의 지역이 없습니다.", "There is no region of that code.");
        let known = all.iter().filter(|row| !ended(row)).map(|row| row.code.as_str());
        return Err(Error::User(vec![unknown("region", text, &given, known)]));
    };
    if !ended(found) {
        return Ok(found.id);
    }
    let next = all.iter().find(|row| Some(row.id) == found.successor_id);
    let next = next.map_or_else(|| "-".to_owned(), |row| row.code.clone());
    Err(Error::User(vec![UserError::at(
        "region",
        "REGION_ENDED",
        format!("지금은 없는 지역입니다. 현재 지역의 코드는 {next}입니다."),
        format!("This region exists no longer; its successor is {next}."),
    )]))
}

async fn industry_of(write: &Write<'_>, code: &str) -> Result<Uuid, Error> {
    let given = codes::industry(code);
    let all = industry::Entity::find().order_by_asc(industry::Column::Code);
    let all = all.all(write.reads()).await?;
    if let Some(found) = all.iter().find(|row| row.code == given) {
        return Ok(found.id);
    }
    let text = (
        "그런 KSIC 대분류·중분류가 없습니다.",
        "There is no KSIC section or division of that code.",
    );
    let known = all.iter().map(|row| row.code.as_str());
    Err(Error::User(vec![unknown("industry", text, &given, known)]))
}

/// Tells of a date that lies ahead.
fn not_ahead(faults: &mut InputErrors, field: &str, date: &str, today: NaiveDate) {
    if partial_date::first_day(date).is_some_and(|day| day > today) {
        faults.add(field, "INVALID_DATE", "아직 오지 않은 날짜입니다.", "The date lies ahead.");
    }
}

/// What an input sets: the columns of the case, and its parts.
struct Told {
    columns: Columns,
    parts: Parts,
}

/// Parts of a case, where they change.
struct Parts {
    technologies: Option<Vec<Technology>>,
    outcomes: Option<Vec<Columns>>,
    barriers: Option<Vec<(BarrierKind, Columns)>>,
}

/// Looks up what an input names; what is wrong with it goes to the faults.
async fn told(
    write: &Write<'_>,
    principal: &Principal,
    input: AmendCase,
    regions_on: NaiveDate,
    faults: &mut InputErrors,
) -> Result<Told, Error> {
    let mut columns = Columns::new();
    let of = &mut columns;
    let mut both = |name: &str, text: (Option<String>, Option<String>)| {
        of.insert(format!("{name}_ko"), text.0.into());
        of.insert(format!("{name}_en"), text.1.into());
    };
    if let Some(title) = input.title {
        both("title", texts(Some(title)));
    }
    for (name, text) in [("summary", input.summary), ("lessons", input.lessons)] {
        if let Some(text) = text.into_new() {
            both(name, texts(text));
        }
    }
    if let Some(text) = input.programme.into_new() {
        both("programme", texts(text));
    }
    for (name, text) in [
        ("company_name", input.company_name),
        ("district", input.district),
        ("supplier_name", input.supplier_name),
    ] {
        if let Some(text) = text.into_new() {
            set(&mut columns, name, text.map(String::from))?;
        }
    }
    for (name, won) in [("investment", input.investment), ("public_support", input.public_support)]
    {
        if let Some(won) = won.into_new() {
            set(&mut columns, name, won.map(|won| won.0))?;
        }
    }
    for (field, code) in [("company", input.company), ("supplier", input.supplier)] {
        let column = format!("{field}_id");
        match code {
            Change::Keep => {}
            Change::Clear => set(&mut columns, &column, ())?,
            Change::Set(code) => {
                let found = institution_of(write, principal, field, &code).await;
                set(&mut columns, &column, faults.keep(found)?)?;
            }
        }
    }
    if let Some(code) = input.region {
        set(&mut columns, "region_id", faults.keep(region_of(write, &code, regions_on).await)?)?;
    }
    if let Some(code) = input.industry {
        set(&mut columns, "industry_id", faults.keep(industry_of(write, &code).await)?)?;
    }
    if let Some(disclosure) = input.disclosure {
        if disclosure == Disclosure::Withheld {
            faults.add(
                "disclosure",
                "INVALID_VALUE",
                "NAMED나 ANONYMISED여야 합니다. WITHHELD는 볼 수 없는 이에게 보이는 값입니다.",
                "It must be NAMED or ANONYMISED; WITHHELD is what others are shown.",
            );
        }
        set(&mut columns, "disclosure", disclosure)?;
    }
    if let Some(size) = input.size {
        set(&mut columns, "size", size)?;
    }
    if let Some(technology) = input.technology {
        set(&mut columns, "technology", technology)?;
    }
    if let Some(application) = input.application {
        set(&mut columns, "application", application)?;
    }
    if let Some(stage) = input.stage {
        set(&mut columns, "stage", stage)?;
    }
    if let Some(PartialDate(date)) = input.started_on {
        not_ahead(faults, "startedOn", &date, write.today());
        set(&mut columns, "started_on", date)?;
    }
    let outcomes = match input.outcomes {
        None => None,
        Some(List(given)) => Some(outcome_columns(write, principal, given, faults).await?),
    };
    let barriers = input.barriers.map(|List(given)| {
        let mut rows: Vec<(BarrierKind, Columns)> = Vec::with_capacity(given.len());
        for (at, CaseBarrier { kind, note }) in given.into_iter().enumerate() {
            if rows.iter().any(|(known, _)| *known == kind) {
                faults.add(
                    &format!("barriers.{at}.kind"),
                    "DUPLICATE",
                    "같은 유형의 애로가 이미 있습니다.",
                    "There is a barrier of this kind already.",
                );
            }
            let (ko, en) = texts(note);
            let note = [("note_ko", ko), ("note_en", en)];
            rows.push((
                kind,
                note.map(|(name, text)| (name.to_owned(), text.into())).into_iter().collect(),
            ));
        }
        rows
    });
    let technologies = input.technologies.map(|List(given)| given);
    Ok(Told { columns, parts: Parts { technologies, outcomes, barriers } })
}

async fn outcome_columns(
    write: &Write<'_>,
    principal: &Principal,
    given: Vec<CaseOutcome>,
    faults: &mut InputErrors,
) -> Result<Vec<Columns>, Error> {
    let mut rows = Vec::with_capacity(given.len());
    for (at, outcome) in given.into_iter().enumerate() {
        let document_id = match &outcome.document {
            None => None,
            Some(code) => {
                let field = format!("outcomes.{at}.document");
                faults.keep(document_of(write, principal, &field, code).await)?
            }
        };
        for (field, value) in [("baseline", outcome.baseline), ("after", outcome.after)] {
            if value != 0.0 && !(1e-6..=1e12).contains(&value.abs()) {
                faults.add(
                    &format!("outcomes.{at}.{field}"),
                    "OUT_OF_RANGE",
                    "0이거나 절댓값이 0.000001 이상 1조 이하여야 합니다. 단위를 바꾸어 적어 주십시오.",
                    "The value is 0, or between 0.000001 and 1,000,000,000,000 either way; choose another unit.",
                );
            }
        }
        if let Some(PartialDate(date)) = &outcome.measured_on {
            not_ahead(faults, &format!("outcomes.{at}.measuredOn"), date, write.today());
        }
        let (metric_ko, metric_en) = outcome.metric.texts();
        let (method_ko, method_en) = texts(outcome.method);
        let Value::Object(row) = json!({
            "position": at + 1,
            "family": outcome.family,
            "metric_ko": metric_ko,
            "metric_en": metric_en,
            "unit": String::from(outcome.unit),
            "baseline": outcome.baseline,
            "after": outcome.after,
            "measured_on": outcome.measured_on.map(|date| date.0),
            "method_ko": method_ko,
            "method_en": method_en,
            "document_id": document_id,
        }) else {
            return Err(Error::internal("columns that are no object"));
        };
        rows.push(row);
    }
    Ok(rows)
}

/// Writes the parts that change.
async fn write_parts(
    write: &mut Write<'_>,
    author: &Author<'_>,
    case: Uuid,
    primary: Technology,
    Parts { technologies: used, outcomes: measured, barriers: met }: Parts,
) -> Result<(), Error> {
    let whole = |field| Whole {
        column: "adoption_case_id",
        id: case,
        visibility: Visibility::Public,
        // It is not public while it is written.
        known_to: Visibility::Internal,
        field,
    };
    let known = technologies(write, case).await?;
    let mut used = used.unwrap_or_else(|| known.iter().map(|row| row.technology).collect());
    used.push(primary);
    let mut wanted: Vec<(Technology, Columns)> = Vec::new();
    for technology in used {
        if wanted.iter().all(|(other, _)| *other != technology) {
            let mut columns = Columns::new();
            set(&mut columns, "technology", technology)?;
            wanted.push((technology, columns));
        }
    }
    let known = known.into_iter().map(|row| (row.technology, row)).collect();
    bring::<case_technology::Entity, _>(write, author, whole("technologies"), known, wanted)
        .await?;
    if let Some(measured) = measured {
        let known = outcomes(write, case).await?.into_iter().enumerate().collect();
        let wanted = measured.into_iter().enumerate().collect();
        bring::<outcome::Entity, _>(write, author, whole("outcomes"), known, wanted).await?;
    }
    if let Some(met) = met {
        let known = barriers(write, case).await?.into_iter().map(|row| (row.kind, row)).collect();
        let mut wanted = Vec::with_capacity(met.len());
        for (kind, mut columns) in met {
            set(&mut columns, "kind", kind)?;
            wanted.push((kind, columns));
        }
        bring::<case_barrier::Entity, _>(write, author, whole("barriers"), known, wanted).await?;
    }
    Ok(())
}

impl From<DraftCase> for AmendCase {
    fn from(new: DraftCase) -> Self {
        fn given<T>(given: Option<T>) -> Change<T> {
            given.map_or(Change::Clear, Change::Set)
        }
        Self {
            call: new.call,
            title: Some(new.title),
            summary: given(new.summary),
            company: given(new.company),
            company_name: given(new.company_name),
            disclosure: Some(new.disclosure),
            region: Some(new.region),
            district: given(new.district),
            industry: Some(new.industry),
            size: Some(new.size),
            technology: Some(new.technology),
            technologies: Some(new.technologies),
            application: Some(new.application),
            stage: Some(new.stage),
            supplier: given(new.supplier),
            supplier_name: given(new.supplier_name),
            programme: given(new.programme),
            started_on: Some(new.started_on),
            investment: given(new.investment),
            public_support: given(new.public_support),
            lessons: given(new.lessons),
            outcomes: Some(new.outcomes),
            barriers: Some(new.barriers),
        }
    }
}

/// Makes a draft of the caller's institution.
///
/// # Errors
/// Forbidden; user errors; internal.
pub async fn draft(db: &Store, author: Author<'_>, new: DraftCase) -> Result<Uuid, Error> {
    draft_as(db, author, new, None).await
}

/// A case that has its code and institution from before.
#[derive(Debug)]
pub struct Before {
    /// Its code.
    pub code: String,
    /// Code of the institution whose case it is.
    pub owner: Option<String>,
}

/// The same, of a case of before where it is one.
///
/// # Errors
/// As [`draft`].
pub async fn draft_as(
    db: &Store,
    author: Author<'_>,
    new: DraftCase,
    before: Option<Before>,
) -> Result<Uuid, Error> {
    access::may_begin(author.principal, Needs::OwnCase)?;
    let mut write = Write::attempt(db, author, &new.call).await?;
    let id = Uuid::now_v7();
    if let Some(known) = write.repeats::<adoption_case::Entity>(&new.call, id).await? {
        return Ok(known);
    }
    let mut owner_id = author.principal.client().map(|client| client.institution.id);
    let technology = new.technology;
    let mut faults = InputErrors::default();
    if let Some(owner) = before.as_ref().and_then(|before| before.owner.as_deref()) {
        let found = institution_of(&write, author.principal, "owner", owner).await;
        owner_id = faults.keep(found)?;
    }
    // A case keeps the region that it was reported under.
    let began = before.as_ref().and_then(|_| partial_date::first_day(&new.started_on.0));
    let regions_on = began.unwrap_or_else(|| write.today());
    let told = told(&write, author.principal, new.into(), regions_on, &mut faults).await?;
    faults.settle()?;
    let mut columns = told.columns;
    // The last half of the key is drawn by lot.
    let lot = id.simple().to_string().split_off(20).to_uppercase();
    let code = || format!("CASE-{}-{lot}", write.today().format("%Y"));
    set(&mut columns, "code", before.map_or_else(code, |before| before.code))?;
    set(&mut columns, "owner_id", owner_id)?;
    set(&mut columns, "verification", Verification::SelfReported)?;
    set(&mut columns, "status", CaseStatus::Draft)?;
    set(&mut columns, "consent_to_publish", false)?;
    write.part_of(owner_id);
    let row = made::<adoption_case::Entity>(id, &author, Visibility::Public, columns)?;
    write.add_with::<adoption_case::Entity>("create", id, row).await?;
    write_parts(&mut write, &author, id, technology, told.parts).await?;
    write.commit().await?;
    Ok(id)
}

/// Changes what a case says.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn amend(db: &Store, author: Author<'_>, input: AmendCase) -> Result<Uuid, Error> {
    let (mut write, turn) = turn(db, author, &input.call, Verb::Amend).await?;
    let Turn::First(row, status) = turn else { return Ok(input.call.id) };
    let technology = input.technology.unwrap_or(row.technology);
    let mut faults = InputErrors::default();
    let told = told(&write, author.principal, input, write.today(), &mut faults).await?;
    faults.settle()?;
    let mut columns = told.columns;
    let was = as_json(&row)?;
    let is_another =
        |name: &&str| columns.get(*name).is_some_and(|told| Some(told) != was.get(*name));
    if ["disclosure", "company_id", "company_name"].iter().any(is_another) {
        // The company agreed to be shown as it was told then.
        set(&mut columns, "consent_to_publish", false)?;
    }
    if row.status == CaseStatus::Withdrawn {
        set(&mut columns, "status_reason", ())?;
    }
    write_parts(&mut write, &author, row.id, technology, told.parts).await?;
    finish(write, &row, status, columns).await
}

/// Notes that the company agrees to publication.
///
/// # Errors
/// As [`amend`].
pub async fn consent(
    db: &Store,
    author: Author<'_>,
    GiveCaseConsent { call }: GiveCaseConsent,
) -> Result<Uuid, Error> {
    let (write, turn) = turn(db, author, &call, Verb::Consent).await?;
    let Turn::First(row, status) = turn else { return Ok(call.id) };
    let mut columns = Columns::new();
    set(&mut columns, "consent_to_publish", true)?;
    finish(write, &row, status, columns).await
}

/// Submits a case, if it holds what its stage requires.
///
/// # Errors
/// As [`amend`].
pub async fn submit(
    db: &Store,
    author: Author<'_>,
    SubmitCase { call }: SubmitCase,
) -> Result<Uuid, Error> {
    let (write, turn) = turn(db, author, &call, Verb::Submit).await?;
    let Turn::First(row, status) = turn else { return Ok(call.id) };
    let mut faults = lacking(&write, &row).await?;
    faults.extend(naming(&write, &row).await?);
    if !faults.is_empty() {
        return Err(Error::User(faults));
    }
    let mut columns = Columns::new();
    set(&mut columns, "status_reason", ())?;
    // What was verified before may not be what it says now.
    set(&mut columns, "verification", Verification::SelfReported)?;
    finish(write, &row, status, columns).await
}

/// What the stage of a case requires and it does not hold, in the order of the requirements.
async fn lacking(write: &Write<'_>, row: &adoption_case::Model) -> Result<Vec<UserError>, Error> {
    let required = case_requirement::Entity::find()
        .filter(case_requirement::Column::Stage.is_in(required_from(row.stage)))
        .order_by_asc(case_requirement::Column::Position)
        .all(write.reads())
        .await?;
    let mut held = as_json(row)?;
    // Lists are held if there is one entry.
    let parts = [
        ("outcomes", outcomes(write, row.id).await?.len()),
        ("barriers", barriers(write, row.id).await?.len()),
        ("technologies", technologies(write, row.id).await?.len()),
    ];
    for (name, count) in parts {
        held.insert(name.to_owned(), (count > 0).then_some(count).into());
    }
    let mut lacking: Vec<UserError> = Vec::new();
    for rule in required {
        let is_told = lacking.iter().any(|error| error.path.last() == Some(&rule.field));
        if !is_told && !holds(&held, &rule.field) {
            let (ko, en) = (rule.note_ko, rule.note_en.unwrap_or_default());
            lacking.push(UserError::at(
                &rule.field,
                "REQUIRED",
                format!(
                    "{} 단계의 사례에는 `{}` 항목이 있어야 합니다. 수정(amendCase)하여 채워 주십시오. {ko}",
                    AdoptionStage::CHOICE.korean(row.stage.code()),
                    rule.field
                ),
                format!(
                    "A case at the stage {} needs `{}`: add it by amendCase. {en}",
                    row.stage.code(),
                    rule.field
                ),
            ));
        }
    }
    Ok(lacking)
}

/// Texts of an anonymised case that name its company all the same.
pub(super) async fn naming(
    write: &Write<'_>,
    row: &adoption_case::Model,
) -> Result<Vec<UserError>, Error> {
    let columns = [
        ("title", [Some(row.title_ko.clone()), row.title_en.clone()]),
        ("summary", [row.summary_ko.clone(), row.summary_en.clone()]),
        ("lessons", [row.lessons_ko.clone(), row.lessons_en.clone()]),
        ("programme", [row.programme_ko.clone(), row.programme_en.clone()]),
    ];
    let outcomes = outcomes(write, row.id).await?.into_iter().map(|part| {
        ("outcomes", [Some(part.metric_ko), part.metric_en, part.method_ko, part.method_en])
    });
    let barriers = barriers(write, row.id).await?.into_iter();
    let barriers = barriers.map(|part| ("barriers", [part.note_ko, part.note_en]));
    let texts = columns.into_iter().chain(barriers);
    let texts = texts.flat_map(|(field, texts)| texts.map(|text| (field, text)));
    let texts = texts.chain(outcomes.flat_map(|(field, texts)| texts.map(|text| (field, text))));
    let texts = texts.filter_map(|(field, text)| Some((field, text?)));
    let naming = withheld::naming(write.reads(), &as_json(row)?, texts).await?;
    let told = naming.into_iter().map(|field| {
        UserError::at(
            field,
            "NAMES_COMPANY",
            format!("`{field}` 항목에 기업명이 있습니다. 익명 사례에서는 빼거나, 공개 범위를 NAMED로 수정해 주십시오."),
            format!("`{field}` names the company: leave the name out of an anonymised case, or amend its disclosure to NAMED."),
        )
    });
    Ok(told.collect())
}

/// Whether a row holds a field of the API: as a value, a text, a row it names or a name instead of one. A field that
/// cases do not have is no requirement that anybody could meet.
fn holds(row: &Columns, field: &str) -> bool {
    let snake: String = field
        .chars()
        .flat_map(|c| {
            let starts = c.is_ascii_uppercase().then_some('_');
            starts.into_iter().chain([c.to_ascii_lowercase()])
        })
        .collect();
    let columns = ["", "_ko", "_id", "_name"].map(|end| row.get(&format!("{snake}{end}")));
    let mut known = columns.into_iter().flatten().peekable();
    known.peek().is_none() || known.any(|value| !value.is_null())
}

/// Sends a case back.
///
/// # Errors
/// As [`amend`].
pub async fn return_case(
    db: &Store,
    author: Author<'_>,
    ReturnCase { call, reason }: ReturnCase,
) -> Result<Uuid, Error> {
    let (write, turn) = turn(db, author, &call, Verb::Return).await?;
    let Turn::First(row, status) = turn else { return Ok(call.id) };
    let mut columns = Columns::new();
    set(&mut columns, "status_reason", String::from(reason))?;
    set(&mut columns, "published_on", ())?;
    finish(write, &row, status, columns).await
}

/// States how far a case was verified.
///
/// # Errors
/// As [`amend`].
pub async fn verify(
    db: &Store,
    author: Author<'_>,
    VerifyCase { call, level }: VerifyCase,
) -> Result<Uuid, Error> {
    let (write, turn) = turn(db, author, &call, Verb::Verify).await?;
    let Turn::First(row, status) = turn else { return Ok(call.id) };
    let mut columns = Columns::new();
    set(&mut columns, "verification", level)?;
    finish(write, &row, status, columns).await
}

/// Shows a verified case to everybody.
///
/// # Errors
/// As [`amend`].
pub async fn publish(db: &Store, author: Author<'_>, input: PublishCase) -> Result<Uuid, Error> {
    publish_on(db, author, input, None).await
}

/// The same, where it was shown on a day of before.
///
/// # Errors
/// As [`amend`].
pub async fn publish_on(
    db: &Store,
    author: Author<'_>,
    PublishCase { call }: PublishCase,
    day: Option<NaiveDate>,
) -> Result<Uuid, Error> {
    let (write, turn) = turn(db, author, &call, Verb::Publish).await?;
    let Turn::First(row, status) = turn else { return Ok(call.id) };
    let mut faults = InputErrors::default();
    if let Some(day) = day {
        not_ahead(&mut faults, "publishedOn", &day.to_string(), write.today());
    }
    faults.settle()?;
    let mut columns = Columns::new();
    set(&mut columns, "published_on", day.unwrap_or_else(|| write.today()))?;
    finish(write, &row, status, columns).await
}

/// Withdraws a case with the company's consent.
///
/// # Errors
/// As [`amend`].
pub async fn withdraw(
    db: &Store,
    author: Author<'_>,
    WithdrawCase { call, reason }: WithdrawCase,
) -> Result<Uuid, Error> {
    let (write, turn) = turn(db, author, &call, Verb::Withdraw).await?;
    let Turn::First(row, status) = turn else { return Ok(call.id) };
    let mut columns = Columns::new();
    set(&mut columns, "status_reason", reason.map(String::from))?;
    set(&mut columns, "published_on", ())?;
    set(&mut columns, "consent_to_publish", false)?;
    finish(write, &row, status, columns).await
}
