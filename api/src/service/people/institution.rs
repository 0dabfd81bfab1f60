//! Institutions 기관: put on record once, and what is on record of them kept true.

use entity::common::{Origin, Sector, Visibility};
use entity::institution::{self, InstitutionKind};
use entity::institution_identifier::{self, IdentifierScheme};
use entity::institution_name::{self, NameKind};
use entity::{appointment, contact_point, membership, region};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{
    MAX_NAMESAKES, begin, code_and_name, means, namesakes, new_names, operator_only, ordered,
    tell_parts, turn, turns,
};
use crate::domain::access::{Needs, Object};
use crate::domain::register_number;
use crate::error::Error;
use crate::input;
use crate::input::types::{
    Change, Code, List, Localized, OneLine, PartialDate, Prose, WebAddress, texts,
};
use crate::input::{InputErrors, taken};
use crate::read::{Act, row};
use crate::service::chain::{alone, leads};
use crate::service::named::stays;
use crate::service::parts::{Columns, Whole, bring, made, set};
use crate::service::sight;
use crate::service::write::{Author, Write};

input! {
    /// 다른 명칭. Another name.
    object OtherName {
        /// 명칭. The name.
        name: Localized<OneLine>,
        /// 구분. Kind of name.
        kind: NameKind,
        /// 사용 시작. First use.
        starts_on: Option<PartialDate>,
        /// 사용 종료. Last use.
        ends_on: Option<PartialDate>,
    }
}

input! {
    /// 식별번호. A number in a public register.
    object RegisterNumber {
        /// 체계. Register.
        scheme: IdentifierScheme,
        /// 값. The number; of a business 10 digits with their check digit, of a corporation 13. Hyphens are dropped.
        value: OneLine,
    }
}

input! {
    /// 기관 등록. An institution. Names and numbers are compared with those on record first.
    mutation CreateInstitution {
        /// 기관 코드. Abbreviation, 2 to 30 capital letters, digits, underscores; it stays.
        code: Code,
        /// 기관명. Current official name.
        name: Localized<OneLine>,
        /// 기관 유형. Kind.
        kind: InstitutionKind,
        /// 산·학·연·관. Side it belongs to.
        sector: Option<Sector>,
        /// 소재지. Code of the region of its seat.
        region: Option<String>,
        /// 상위 기관. Code of the institution it belongs to; a DEPARTMENT has one.
        parent: Option<String>,
        /// 설립·출범. Founded or opened.
        founded_on: Option<PartialDate>,
        /// 누리집. Website.
        website: Option<WebAddress>,
        /// 설명. What it is, in our words.
        summary: Option<Localized<Prose>>,
        /// 다른 명칭. Other names.
        names: List<OtherName, 0, 30> = "[]",
        /// 식별번호. Register numbers.
        identifiers: List<RegisterNumber, 0, 10> = "[]",
        /// 공개 여부. Whether everybody sees it.
        is_public: bool = "true",
        /// 별개 기관 여부. Whether it is another than those of the same name.
        is_distinct: bool = "false",
    }
}

input! {
    /// 기관 변경. What changes of an institution: what is left out stays, null clears. A list replaces what callers have given; what sources say stays. A new name is compared with those on record first.
    mutation AmendInstitution on institution::Entity {
        /// 기관명. Current official name.
        name: Option<Localized<OneLine>>,
        /// 개칭일. When it took the new name; the old one is kept as a former one. Left out, the name was misspelt.
        renamed_on: Option<PartialDate>,
        /// 기관 유형. Kind; operators only.
        kind: Option<InstitutionKind>,
        /// 산·학·연·관. Side it belongs to.
        sector: Change<Sector>,
        /// 소재지. Code of the region.
        region: Change<String>,
        /// 상위 기관. Code of the institution it belongs to; operators only.
        parent: Change<String>,
        /// 설립·출범. Founded or opened.
        founded_on: Change<PartialDate>,
        /// 누리집. Website.
        website: Change<WebAddress>,
        /// 설명. What it is.
        summary: Change<Localized<Prose>>,
        /// 다른 명칭. Other names.
        names: Option<List<OtherName, 0, 30>>,
        /// 식별번호. Register numbers; operators only.
        identifiers: Option<List<RegisterNumber, 0, 10>>,
        /// 공개 여부. Whether everybody sees it, with its names, posts and seats; operators only.
        is_public: Option<bool>,
        /// 별개 기관 여부. Whether it is another than those of the new name.
        is_distinct: bool = "false",
    }
}

/// A register number as it is kept: its digits, or as it is where the register is another.
fn number(given: &RegisterNumber) -> Option<String> {
    let digits: String = given.value.chars().filter(|c| *c != '-' && *c != ' ').collect();
    let all = |length: usize| digits.len() == length && digits.bytes().all(|b| b.is_ascii_digit());
    match given.scheme {
        IdentifierScheme::BusinessRegistration => {
            register_number::is_business(&digits).then_some(digits)
        }
        IdentifierScheme::CorporateRegistration => all(13).then_some(digits),
        IdentifierScheme::Other => Some(given.value.to_string()),
    }
}

type Named<K> = Vec<(K, Columns)>;

/// Other names as columns, each once.
fn names(
    given: &[OtherName],
    faults: &mut InputErrors,
) -> Result<Named<(NameKind, String)>, Error> {
    let mut named: Named<(NameKind, String)> = Vec::new();
    for (at, given) in given.iter().enumerate() {
        let (ko, en) = given.name.clone().texts();
        let key = (given.kind, ko.clone());
        if named.iter().any(|(other, _)| *other == key) {
            let place = format!("names.{at}");
            faults.add(&place, "DUPLICATE", "두 번 적혀 있습니다.", "This stands here twice.");
        }
        let [starts_on, ends_on] =
            [&given.starts_on, &given.ends_on].map(|date| date.as_ref().map(|date| &date.0));
        let mut columns = Columns::new();
        set(&mut columns, "name_ko", ko)?;
        set(&mut columns, "name_en", en)?;
        set(&mut columns, "kind", given.kind)?;
        set(&mut columns, "valid_from", starts_on)?;
        set(&mut columns, "valid_to", ends_on)?;
        let span = (starts_on.map(String::as_str), ends_on.map(String::as_str));
        ordered(faults, &format!("names.{at}.endsOn"), span);
        named.push((key, columns));
    }
    Ok(named)
}

/// Register numbers as columns; one that another institution has is told with it.
async fn identifiers(
    write: &Write<'_>,
    act: &Act<'_>,
    own: Option<Uuid>,
    given: &[RegisterNumber],
    faults: &mut InputErrors,
) -> Result<Named<(IdentifierScheme, String)>, Error> {
    let mut named: Named<(IdentifierScheme, String)> = Vec::new();
    for (at, given) in given.iter().enumerate() {
        let place = format!("identifiers.{at}.value");
        let Some(value) = number(given) else {
            faults.add(
                &place,
                "INVALID_NUMBER",
                "번호가 맞지 않습니다. 사업자등록번호는 검증번호를 포함한 10자리, 법인등록번호는 13자리입니다.",
                "This is no such number: of a business 10 digits with their check digit, of a corporation 13.",
            );
            continue;
        };
        if named.iter().any(|((scheme, other), _)| (*scheme, other) == (given.scheme, &value)) {
            faults.add(&place, "DUPLICATE", "두 번 적혀 있습니다.", "This stands here twice.");
        }
        let ty = act.catalog.declared("Institution")?;
        let holders = sight::rows(write, act, (ty, &["id", "code"]), |sql| {
            sql.push(
                " AND t.id IN (SELECT institution_id FROM institution_identifier WHERE scheme = ",
            );
            sql.bind(given.scheme.code())
                .push(" AND value = ")
                .bind(value.clone())
                .push(") LIMIT 5");
        })
        .await?;
        for holder in &holders {
            let (id, code) = (row::key(holder, 0)?, row::text(holder, 1)?.unwrap_or_default());
            if id != own {
                faults.add(
                    &place,
                    "TAKEN",
                    format!("`{code}`의 번호입니다."),
                    format!("It is the number of `{code}`."),
                );
            }
        }
        let mut columns = Columns::new();
        set(&mut columns, "scheme", given.scheme)?;
        set(&mut columns, "value", &value)?;
        named.push(((given.scheme, value), columns));
    }
    Ok(named)
}

/// Institutions that the caller sees under a name that means the same, but for the one itself.
async fn same_name(
    write: &Write<'_>,
    act: &Act<'_>,
    own: Option<Uuid>,
    names: &[String],
) -> Result<Vec<(String, String)>, Error> {
    let ty = act.catalog.declared("Institution")?;
    let found = sight::rows(write, act, (ty, &["code", "name_ko"]), |sql| {
        sql.push(" AND (");
        means(sql, "t", &["name_ko", "name_en"], names);
        sql.push(" OR EXISTS (SELECT 1 FROM institution_name n WHERE n.institution_id = t.id AND ");
        means(sql, "n", &["name_ko", "name_en"], names);
        sql.push("))");
        if let Some(own) = own {
            sql.push(" AND t.id <> ").bind(own);
        }
        sql.push(" ORDER BY t.code LIMIT ").literal(MAX_NAMESAKES);
    })
    .await?;
    code_and_name(&found)
}

/// The institution above, which is not the one below it.
async fn above(
    write: &Write<'_>,
    own: Option<Uuid>,
    parent: Option<Uuid>,
    kind: InstitutionKind,
    faults: &mut InputErrors,
) -> Result<(), Error> {
    if kind == InstitutionKind::Department && parent.is_none() {
        faults.add(
            "parent",
            "REQUIRED",
            "부서는 상위 기관이 있어야 합니다.",
            "A department belongs to an institution.",
        );
    }
    if leads_to(write, parent, own.unwrap_or_default()).await? {
        faults.add(
            "parent",
            "CIRCULAR",
            "상위 기관이 이 기관의 하위 기관이거나 단계가 너무 많습니다.",
            "The institution above belongs to this one, or there are too many above each other.",
        );
    }
    Ok(())
}

/// Whether an institution is another or belongs to it, at whatever depth.
pub(super) async fn leads_to(
    write: &Write<'_>,
    own: Option<Uuid>,
    whole: Uuid,
) -> Result<bool, Error> {
    leads::<institution::Entity>(write, own, whole, |row| row.parent_id).await
}

type Numbers = Named<(IdentifierScheme, String)>;
type KnownNumbers = Vec<((IdentifierScheme, String), institution_identifier::Model)>;

/// Brings the register numbers to what they are to be; one that somebody has whom the caller does not see is taken as well.
async fn bring_numbers(
    write: &mut Write<'_>,
    author: &Author<'_>,
    whole: Whole<'_>,
    known: KnownNumbers,
    wanted: Numbers,
) -> Result<(), Error> {
    let done = bring::<institution_identifier::Entity, _>(write, author, whole, known, wanted);
    done.await.map_err(|error| match error {
        Error::Conflict => taken("identifiers"),
        error => error,
    })
}

fn part(id: Uuid, known_to: Visibility, field: &'static str) -> Whole<'static> {
    Whole {
        column: "institution_id",
        id,
        // They are seen with their institution.
        visibility: Visibility::Public,
        known_to,
        field,
    }
}

/// Puts an institution on record.
///
/// # Errors
/// Forbidden; user errors; internal.
pub async fn create(act: &Act<'_>, new: CreateInstitution) -> Result<Uuid, Error> {
    use institution::{Column, Entity};
    let mut write = begin(act, Needs::Write(Object::Content), &new.call).await?;
    let id = Uuid::now_v7();
    if let Some(known) = write.repeats::<Entity>(&new.call, id).await? {
        return Ok(known);
    }
    let mut faults = InputErrors::default();
    let (name_ko, name_en) = new.name.texts();
    let region =
        sight::by_code::<region::Entity>(&write, act, &mut faults, "region", new.region.as_deref())
            .await?;
    let parent =
        sight::by_code::<Entity>(&write, act, &mut faults, "parent", new.parent.as_deref()).await?;
    if new.parent.is_none() || parent.is_some() {
        above(&write, None, parent, new.kind, &mut faults).await?;
    }
    let other_names = names(&new.names, &mut faults)?;
    let numbers = identifiers(&write, act, None, &new.identifiers, &mut faults).await?;
    if !new.is_distinct {
        let mut all = vec![name_ko.clone()];
        all.extend(name_en.clone());
        all.extend(new.names.iter().map(|name| name.name.clone().texts().0));
        namesakes(&mut faults, &same_name(&write, act, None, &all).await?);
    }
    let known = Entity::find().filter(Column::Code.eq(&*new.code)).one(write.reads()).await?;
    if known.is_some() || stays(write.reads(), &new.code).await?.is_some() {
        faults.keep(Err::<(), _>(taken("code")))?;
    }
    faults.settle()?;
    let (summary_ko, summary_en) = texts(new.summary);
    let mut columns = Columns::new();
    set(&mut columns, "code", &*new.code)?;
    set(&mut columns, "name_ko", name_ko)?;
    set(&mut columns, "name_en", name_en)?;
    set(&mut columns, "kind", new.kind)?;
    set(&mut columns, "sector", new.sector)?;
    set(&mut columns, "region_id", region)?;
    set(&mut columns, "parent_id", parent)?;
    set(&mut columns, "founded", new.founded_on.map(|date| date.0))?;
    set(&mut columns, "website", new.website.map(String::from))?;
    set(&mut columns, "summary_ko", summary_ko)?;
    set(&mut columns, "summary_en", summary_en)?;
    let visibility = if new.is_public { Visibility::Public } else { Visibility::Internal };
    let row = made::<Entity>(id, &act.author, visibility, columns)?;
    let added = write.add_with::<Entity>("createInstitution", id, row).await;
    added.map_err(|error| if matches!(error, Error::Conflict) { taken("code") } else { error })?;
    let author = act.author;
    bring::<institution_name::Entity, _>(
        &mut write,
        &author,
        part(id, visibility, "names"),
        vec![],
        other_names,
    )
    .await?;
    let whole = part(id, visibility, "identifiers");
    bring_numbers(&mut write, &author, whole, vec![], numbers).await?;
    write.commit().await?;
    Ok(id)
}

/// Changes what is on record of an institution.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn amend(act: &Act<'_>, input: AmendInstitution) -> Result<Uuid, Error> {
    use institution::Entity;
    let call = input.call;
    let mut write = begin(act, Needs::OwnProfile, &call).await?;
    if input.parent != Change::Keep {
        alone::<Entity>(&write).await?;
    }
    let own = (Object::Profile, (|row: &institution::Model| Some(row.id)) as fn(&_) -> _);
    let Some(known) = turn::<Entity>(&mut write, act, &call, own).await? else {
        return Ok(call.id);
    };
    let mut faults = InputErrors::default();
    for (is_given, field) in [
        (input.kind.is_some(), "kind"),
        (input.parent != Change::Keep, "parent"),
        (input.identifiers.is_some(), "identifiers"),
        (input.is_public.is_some(), "isPublic"),
    ] {
        operator_only(act, &mut faults, field, is_given);
    }
    let mut columns = Columns::new();
    let kind = input.kind.unwrap_or(known.kind);
    set(&mut columns, "kind", kind)?;
    if let Some(code) = input.region.into_new() {
        let found =
            sight::by_code::<region::Entity>(&write, act, &mut faults, "region", code.as_deref());
        set(&mut columns, "region_id", found.await?)?;
    }
    let mut parent = known.parent_id;
    let mut is_lost = false;
    if let Some(code) = input.parent.into_new() {
        parent =
            sight::by_code::<Entity>(&write, act, &mut faults, "parent", code.as_deref()).await?;
        is_lost = code.is_some() && parent.is_none();
        set(&mut columns, "parent_id", parent)?;
    }
    if !is_lost && (parent != known.parent_id || kind != known.kind) {
        above(&write, Some(known.id), parent, kind, &mut faults).await?;
    }
    if let Some(sector) = input.sector.into_new() {
        set(&mut columns, "sector", sector)?;
    }
    if let Some(date) = input.founded_on.into_new() {
        set(&mut columns, "founded", date.map(|date| date.0))?;
    }
    if let Some(website) = input.website.into_new() {
        set(&mut columns, "website", website.map(String::from))?;
    }
    if let Some(summary) = input.summary.into_new() {
        let (ko, en) = texts(summary);
        set(&mut columns, "summary_ko", ko)?;
        set(&mut columns, "summary_en", en)?;
    }
    let mut wanted = match &input.names {
        Some(given) => Some(names(given, &mut faults)?),
        None => None,
    };
    let rows = names_of(&write, known.id).await?;
    let new_name = input.name.map(Localized::texts);
    match (&new_name, &input.renamed_on) {
        (None, Some(_)) => faults.add(
            "name.ko",
            "REQUIRED",
            "개칭일은 새 기관명과 함께 적습니다.",
            "A day of renaming comes with the new name.",
        ),
        (Some((ko, _)), Some(date)) if *ko != known.name_ko => {
            let mut columns = Columns::new();
            set(&mut columns, "name_ko", &known.name_ko)?;
            set(&mut columns, "name_en", &known.name_en)?;
            set(&mut columns, "kind", NameKind::Former)?;
            set(&mut columns, "valid_to", &date.0)?;
            let key = (NameKind::Former, known.name_ko.clone());
            let mut kept = match wanted.take() {
                Some(wanted) => wanted,
                None => rows.iter().map(|(key, _)| (key.clone(), Columns::new())).collect(),
            };
            kept.retain(|(other, _)| *other != key);
            kept.push((key, columns));
            wanted = Some(kept);
        }
        _ => {}
    }
    if let Some((ko, en)) = new_name {
        let name = (ko, en);
        if !input.is_distinct {
            let names = new_names(&name, Some((&known.name_ko, known.name_en.as_ref())));
            namesakes(&mut faults, &same_name(&write, act, Some(known.id), &names).await?);
        }
        set(&mut columns, "name_ko", name.0)?;
        set(&mut columns, "name_en", name.1)?;
    }
    let numbers = match &input.identifiers {
        Some(given) => Some(identifiers(&write, act, Some(known.id), given, &mut faults).await?),
        None => None,
    };
    faults.settle()?;
    let turns = turns(&mut columns, input.is_public, known.visibility)?;
    if turns == Some(false) {
        tell_all(&mut write, act, known.id, true).await?;
    }
    let version = write.update::<Entity>(known.id, call.version, |row| row.extend(columns)).await?;
    match turns {
        Some(true) => tell_all(&mut write, act, known.id, false).await?,
        Some(false) => write.tell_sight::<Entity>(known.id, version, true),
        None => {}
    }
    let is_ours = |origin| origin != Origin::Source;
    if let Some(wanted) = wanted {
        let mut rows = rows;
        rows.retain(|(key, row)| is_ours(row.origin) || wanted.iter().any(|(it, _)| it == key));
        let whole = part(known.id, known.visibility, "names");
        bring::<institution_name::Entity, _>(&mut write, &act.author, whole, rows, wanted).await?;
    }
    if let Some(wanted) = numbers {
        let rows = institution_identifier::Entity::find()
            .filter(institution_identifier::Column::InstitutionId.eq(known.id))
            .all(write.reads())
            .await?;
        let rows = rows.into_iter().map(|row| ((row.scheme, row.value.clone()), row));
        let rows = rows
            .filter(|(key, row)| is_ours(row.origin) || wanted.iter().any(|(it, _)| it == key))
            .collect();
        bring_numbers(
            &mut write,
            &act.author,
            part(known.id, known.visibility, "identifiers"),
            rows,
            wanted,
        )
        .await?;
    }
    write.commit().await?;
    Ok(known.id)
}

/// Tells of what is seen with an institution.
async fn tell_all(
    write: &mut Write<'_>,
    act: &Act<'_>,
    id: Uuid,
    is_hidden: bool,
) -> Result<(), Error> {
    const OF: &str = "institution_id";
    tell_parts::<institution_name::Entity>(write, act, OF, id, is_hidden).await?;
    tell_parts::<institution_identifier::Entity>(write, act, OF, id, is_hidden).await?;
    tell_parts::<contact_point::Entity>(write, act, OF, id, is_hidden).await?;
    tell_parts::<membership::Entity>(write, act, OF, id, is_hidden).await?;
    tell_parts::<appointment::Entity>(write, act, OF, id, is_hidden).await
}

type KnownNames = Vec<((NameKind, String), institution_name::Model)>;

async fn names_of(write: &Write<'_>, id: Uuid) -> Result<KnownNames, Error> {
    let rows = institution_name::Entity::find()
        .filter(institution_name::Column::InstitutionId.eq(id))
        .order_by_asc(institution_name::Column::Id)
        .all(write.reads())
        .await?;
    Ok(rows.into_iter().map(|row| ((row.kind, row.name_ko.clone()), row)).collect())
}
