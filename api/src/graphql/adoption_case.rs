//! Regional AI-adoption cases with their outcomes.

use entity::adoption_case::{
    AdoptionStage, ApplicationArea, BusinessSize, CaseStatus, Disclosure, Technology, Verification,
};
use entity::barrier::BarrierKind;
use entity::outcome::OutcomeFamily;

use serde_json::Value;
use uuid::Uuid;

use super::choices::AMOUNT_BAND;
use crate::domain::access::{self, Object, Rows};
use crate::domain::adoption_case::{points, required_from};
use crate::domain::codes;
use crate::error::Error;
use crate::read::Reader;
use crate::read::catalog::{Root, RootKind, page_args};
use crate::read::model::{Arg, Args, Column, Expression, Guard, List, Scalar, Source, Type};
use crate::read::scope;
use crate::read::sql::Sql;
use crate::read::statistic::{self, NumberSource, Statistics, field};
use crate::read::weight;

/// The types declared here.
pub fn types() -> Vec<Type> {
    vec![
        adoption_case(),
        similar_case(),
        case_barrier(),
        case_technology(),
        outcome(),
        case_requirement(),
    ]
}

fn adoption_case() -> Type {
    use entity::adoption_case::Column as C;
    Type::fact::<entity::adoption_case::Entity>("AdoptionCase", *b"CA", Guard::Case, "지역 AI 도입·활용 사례. How a company adopted AI, where, with whose help and to what effect. Anonymous callers see published cases only.")
        .owned(&[C::CompanyId, C::SupplierId, C::OwnerId])
        .column("code", C::Code, "사례 번호. Stable key.")
        .localized("title", C::TitleKo, C::TitleEn, "제목. Title.")
        .localized("summary", C::SummaryKo, C::SummaryEn, "내용. Content.")
        .one_by("company", Source::Expression(company), "Institution", "Institution", "기업(기관). Company, where it is an institution of record and may be named.")
        .expression("companyName", Scalar::Text, "String", company_name, "기업명. Name of the company; null unless `disclosure` is NAMED.")
        .expression("disclosure", Scalar::Choice(Disclosure::CHOICE), "Disclosure!", disclosure, "기업명 공개. Whether the company's name is shown, and if not, why.")
        .computed("withheld", "[WithheldField!]!", vec![Column { source: Source::Expression(withheld), scalar: Scalar::Text }], split_names, "비공개 항목. What of an anonymised case is withheld from the caller, or shown more coarsely; nothing from the institution whose case it is, from its company and from those who run the programme.")
        .one_by("region", Source::Expression(region), "Region", "Region", "지역. Region as reported; NATIONWIDE where it is withheld.")
        .one_by("currentRegion", Source::Expression(current_region), "Region", "Region", "현행 지역. Division that the region belongs to now.")
        .expression("district", Scalar::Text, "String", |reader, sql, alias, _, _| shown(reader, sql, alias, "district"), "시·군·구. District; null where it is withheld.")
        .one_by("industry", Source::Expression(industry), "Industry", "Industry", "업종. KSIC section or division; the section where the division is withheld.")
        .one("industrySection", C::SectionId, "Industry", "업종 대분류. KSIC section of the industry, by which statistics group.")
        .expression("size", Scalar::Choice(BusinessSize::CHOICE), "BusinessSize", size, "기업 규모. Size; null where it is withheld.")
        .choice("technology", C::Technology, Technology::CHOICE, "주요 AI 기술. Primary AI technology.")
        .choice("application", C::Application, ApplicationArea::CHOICE, "활용 분야. Business function.")
        .choice("stage", C::Stage, AdoptionStage::CHOICE, "도입 단계. Stage.")
        .expression("supplierName", Scalar::Text, "String", |reader, sql, alias, _, _| shown(reader, sql, alias, "supplier_name"), "공급기업. Supplier; null where it is withheld.")
        .one_by("supplier", Source::Expression(|reader, sql, alias, _, _| shown(reader, sql, alias, "supplier_id")), "Institution", "Institution", "공급기업(기관). Supplier, where it is an institution of record; null where it is withheld.")
        .localized("programme", C::ProgrammeKo, C::ProgrammeEn, "지원 사업. Support programme.")
        .partial_date("startedOn", C::StartedOn, "도입 시작. Start.")
        .expression("investment", Scalar::Krw, "KRW", investment, "투자액(원). Own investment in KRW; null where it is withheld.")
        .expression("investmentBand", Scalar::Choice(AMOUNT_BAND), "AmountBand", |_, sql, alias, _, _| band(sql, alias, "investment"), "투자액 구간. Band of the investment, shown of each case; null if it is not known.")
        .expression("publicSupport", Scalar::Krw, "KRW", public_support, "지원금(원). Public support in KRW; null where it is withheld.")
        .expression("publicSupportBand", Scalar::Choice(AMOUNT_BAND), "AmountBand", |_, sql, alias, _, _| band(sql, alias, "public_support"), "지원금 구간. Band of the public support, shown of each case; null if it is not known.")
        .choice("verification", C::Verification, Verification::CHOICE, "검증 수준. Verification level.")
        .choice("status", C::Status, CaseStatus::CHOICE, "처리 상태. Workflow state.")
        .localized("lessons", C::LessonsKo, C::LessonsEn, "시사점. Lessons.")
        .column("hasConsentToPublish", C::ConsentToPublish, "공개 동의. Whether the company agreed to publication.")
        .column("publishedOn", C::PublishedOn, "공개일. Date of publication.")
        .one_by("owner", Source::Expression(|reader, sql, alias, _, _| shown(reader, sql, alias, "owner_id")), "Institution", "Institution", "제출 기관. Institution whose case it is; null if the operators keep it, or if it is an anonymised company.")
        .column("statusReason", C::StatusReason, "처리 사유. Why it was returned or withdrawn; null otherwise.")
        .many("outcomes", entity::outcome::Column::AdoptionCaseId, "Outcome", &["position"], "성과. Measured outcomes.")
        .many("barriers", entity::case_barrier::Column::AdoptionCaseId, "CaseBarrier", &["kind"], "애로. Barriers met.")
        .many("technologies", entity::case_technology::Column::AdoptionCaseId, "CaseTechnology", &["technology"], "AI 기술. All technologies used.")
        .sorted(&["code"])
        .orderable("CODE", "code")
        .orderable("STARTED_ON", "started_on")
        .orderable_by("INVESTMENT", known(Scalar::Krw, |reader, sql, alias, _, _| least(reader, sql, alias, "investment", "-1")))
        .orderable_by("PUBLIC_SUPPORT", known(Scalar::Krw, |reader, sql, alias, _, _| least(reader, sql, alias, "public_support", "-1")))
        .orderable_by("PUBLISHED_ON", known(Scalar::Date, |_, sql, alias, _, _| { sql.push("coalesce(").column(alias, "published_on").push(", '0001-01-01')"); Ok(()) }))
        .searchable_by(&["region", "industry"])
        .list("adoptionCases")
        .exported("cases", &["id", "code", "title.ko", "title.en", "companyName", "disclosure", "region.code", "region.name.ko", "currentRegion.code", "district", "industry.code", "industry.name.ko", "industrySection.code", "size", "technology", "technologies.technology", "application", "stage", "barriers.kind", "supplierName", "programme.ko", "startedOn", "investment", "investmentBand", "publicSupport", "publicSupportBand", "verification", "status", "publishedOn", "owner.code", "summary.ko", "lessons.ko", "origin", "version", "updatedAt"])
        .lookup("adoptionCase", "code")
        .statistics(case_statistics())
        .unfiltered(&["summary", "lessons", "hasConsentToPublish", "statusReason"])
}

fn case_statistics() -> Statistics {
    Statistics::of("adoptionCaseStatistics", "도입 사례 통계. Cases that the caller may see, by region, industry, size, stage and more, with their investment and support.")
        .by_region("REGION", "region", "지역. Region as reported, or the division of now (`regionBasis`).")
        .by_parent("INDUSTRY", "industry", "parent_id", "업종 대분류. KSIC section.")
        .by("INDUSTRY_DIVISION", "industry", "업종. KSIC section or division, as reported.")
        .by("SIZE", "size", "기업 규모. Size.")
        .by("STAGE", "stage", "도입 단계. Stage.")
        .by("TECHNOLOGY", "technology", "주요 AI 기술. Primary AI technology.")
        .by("TECHNOLOGIES", "technologies.technology", "AI 기술. All AI technologies used; a case counts once under each.")
        .by("APPLICATION", "application", "활용 분야. Business function.")
        .by("BARRIER", "barriers.kind", "애로. Barriers met; a case counts once under each.")
        .by("OUTCOME", "outcomes.family", "성과 분야. Families of measured outcomes; a case counts once under each.")
        .by("PROGRAMME", "programme", "지원 사업. Support programme.")
        .by("VERIFICATION", "verification", "검증 수준. Verification level.")
        .by("STATUS", "status", "처리 상태. Workflow state.")
        .by("INVESTMENT_BAND", "investmentBand", "투자액 구간. Band of own investment.")
        .by("PUBLIC_SUPPORT_BAND", "publicSupportBand", "지원금 구간. Band of public support.")
        .by("OWNER", "owner", "제출 기관. Institution whose case it is.")
        .by_date(["STARTED_MONTH", "STARTED_QUARTER", "STARTED_HALF", "STARTED_YEAR"], "startedOn", "도입 시작. Start of adoption.")
        .by_date(["PUBLISHED_MONTH", "PUBLISHED_QUARTER", "PUBLISHED_HALF", "PUBLISHED_YEAR"], "publishedOn", "공개일. Date of publication.")
        .amount("investment", field("investment"), "KRW", "투자액(원). Own investment; withheld amounts do not count.")
        .amount("publicSupport", field("publicSupport"), "KRW", "지원금(원). Public support; withheld amounts do not count.")
        .share("withOutcome", has_outcome, |_, sql, _, _| { sql.push("TRUE"); Ok(()) }, "성과 측정 비율. Cases with a measured outcome, of all.")
        .distinct_regions("regions", "region", "지역 수. Different regions, as reported or as they are now (`regionBasis`).")
        .state("status")
}

/// Adds the condition that an outcome was measured, as far as the caller sees it.
fn has_outcome(reader: &Reader<'_>, sql: &mut Sql, alias: &str, _: &Args) -> Result<(), Error> {
    let outcome = reader.catalog.declared("Outcome")?;
    let inner = sql.alias();
    sql.push("EXISTS (SELECT 1 FROM outcome ").push(&inner).push(" WHERE ");
    sql.column(&inner, "adoption_case_id").push(" = ").column(alias, "id").push(" AND ");
    scope::guard(reader, sql, outcome, &inner, Some("adoption_case_id"));
    sql.push(")");
    Ok(())
}

fn outcome_statistics() -> Statistics {
    Statistics::of("outcomeStatistics", "사례 성과 통계. Measured outcomes of cases that the caller may see: how far each metric moved.")
        .by("FAMILY", "family", "성과 분야. Family.")
        .by("METRIC", "metric", "지표. Metric.")
        .by("UNIT", "unit", "단위. Unit.")
        .by_region("REGION", "adoptionCase.region", "지역. Region of the case.")
        .by_parent("INDUSTRY", "adoptionCase.industry", "parent_id", "업종 대분류. KSIC section of the case.")
        .by("SIZE", "adoptionCase.size", "기업 규모. Size of the company.")
        .by("STAGE", "adoptionCase.stage", "도입 단계. Stage of the case.")
        .by("TECHNOLOGY", "adoptionCase.technology", "주요 AI 기술. Primary AI technology of the case.")
        .by_date(["MEASURED_MONTH", "MEASURED_QUARTER", "MEASURED_HALF", "MEASURED_YEAR"], "measuredOn", "측정일. Date measured.")
        .number("changePercent", NumberSource::Written(percent_changed), (2, "percent"), "변화율(%). Change in percent of the baseline, to two decimals; outcomes with a baseline of zero have none.")
        .distinct("cases", "adoptionCase", "사례 수. Different cases.")
}

fn percent_changed(_: &Reader<'_>, sql: &mut Sql, alias: &str, _: &Args) -> Result<(), Error> {
    // A database may hold what inputs do not take; a quotient beyond its range would end the statement.
    sql.push("CASE WHEN abs(").column(alias, "baseline").push(") >= 1e-9 AND abs(");
    sql.column(alias, "baseline").push(") <= 1e15 AND abs(").column(alias, "after");
    sql.push(") <= 1e15 THEN (").column(alias, "after");
    sql.push(" - ").column(alias, "baseline").push(") / ").column(alias, "baseline");
    sql.push(" * 100 END");
    Ok(())
}

fn case_barrier() -> Type {
    use entity::case_barrier::Column as C;
    Type::fact::<entity::case_barrier::Entity>(
        "CaseBarrier",
        *b"CB",
        Guard::Via { fk: "adoption_case_id", parent: "AdoptionCase" },
        "사례의 애로. Barrier met in a case.",
    )
    .one("adoptionCase", C::AdoptionCaseId, "AdoptionCase", "사례. Case.")
    .choice("kind", C::Kind, BarrierKind::CHOICE, "유형. Kind.")
    .localized("note", C::NoteKo, C::NoteEn, "설명. Note.")
    .sorted(&["kind"])
    .unfiltered(&["note"])
}

fn case_technology() -> Type {
    use entity::case_technology::Column as C;
    Type::fact::<entity::case_technology::Entity>(
        "CaseTechnology",
        *b"CT",
        Guard::Via { fk: "adoption_case_id", parent: "AdoptionCase" },
        "사례의 AI 기술. AI technology used in a case.",
    )
    .one("adoptionCase", C::AdoptionCaseId, "AdoptionCase", "사례. Case.")
    .choice("technology", C::Technology, Technology::CHOICE, "기술. Technology.")
    .sorted(&["technology"])
}

fn outcome() -> Type {
    use entity::outcome::Column as C;
    Type::fact::<entity::outcome::Entity>(
        "Outcome",
        *b"OU",
        Guard::Via { fk: "adoption_case_id", parent: "AdoptionCase" },
        "성과. Measured outcome of a case; the change is computed, never typed.",
    )
    .one("adoptionCase", C::AdoptionCaseId, "AdoptionCase", "사례. Case.")
    .column("position", C::Position, "순서. Order.")
    .choice("family", C::Family, OutcomeFamily::CHOICE, "성과 분야. Family.")
    .localized("metric", C::MetricKo, C::MetricEn, "지표. Metric.")
    .column("unit", C::Unit, "단위. Unit, e.g. %, 건/일.")
    .column("baseline", C::Baseline, "도입 전. Value before.")
    .column("after", C::After, "도입 후. Value after.")
    .computed("change", "Float!", measured(), change, "변화량. After less baseline, in the unit.")
    .computed(
        "changePercent",
        "Float",
        measured(),
        change_percent,
        "변화율(%). Change in percent of the baseline; null if that is zero.",
    )
    .partial_date("measuredOn", C::MeasuredOn, "측정일. Date measured.")
    .localized("method", C::MethodKo, C::MethodEn, "측정 방법. Method.")
    .one("document", C::DocumentId, "Document", "증빙. Evidence.")
    .sorted(&["position"])
    .orderable("POSITION", "position")
    .searchable()
    .list("outcomes")
    .statistics(outcome_statistics())
    .unfiltered(&["method"])
}

fn case_requirement() -> Type {
    use entity::case_requirement::Column as C;
    Type::fact::<entity::case_requirement::Entity>(
        "CaseRequirement",
        *b"CQ",
        Guard::Public,
        "사례 필수 항목. What a case must hold from a stage on; data, not code.",
    )
    .choice("stage", C::Stage, AdoptionStage::CHOICE, "단계. Stage from which it is required.")
    .column("field", C::Field, "항목. Field of AdoptionCase.")
    .column("position", C::Position, "순서. Order.")
    .localized("note", C::NoteKo, C::NoteEn, "설명. Why and how.")
    .sorted(&["position"])
    .orderable("POSITION", "position")
    .unfiltered(&["note"])
}

fn known(scalar: Scalar, expression: Expression) -> Column {
    Column { source: Source::Expression(expression), scalar }
}

/// Adds a column to sort by as it is shown, with the least value where it has none: the expression of an index.
fn least(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    column: &str,
    value: &str,
) -> Result<(), Error> {
    sql.push("coalesce(");
    shown(reader, sql, alias, column)?;
    sql.push(", ").push(value).push(")");
    Ok(())
}

/// Whether the caller sees names that companies did not give for publication.
fn sees_all(reader: &Reader<'_>) -> bool {
    access::rows(reader.principal, Object::AdoptionCase) == Rows::All
}

fn named(sql: &mut Sql, alias: &str) {
    sql.push("(")
        .column(alias, "disclosure")
        .push(" = 'NAMED' AND ")
        .column(alias, "consent_to_publish")
        .push(")");
}

/// Adds the condition that the caller knows all of the case: a company knows its own, and who filed it has written it.
fn is_own(sql: &mut Sql, alias: &str, own: Uuid) {
    sql.push("(").column(alias, "company_id").push(" IS NOT DISTINCT FROM ").bind(own);
    sql.push(" OR ").column(alias, "owner_id").push(" IS NOT DISTINCT FROM ").bind(own).push(")");
}

/// Adds a column that may be withheld: as it is to those who may see it, else what is shown in its place
/// (`service::withheld`).
fn shown(reader: &Reader<'_>, sql: &mut Sql, alias: &str, column: &str) -> Result<(), Error> {
    let in_its_place = format!("shown_{column}");
    match access::rows(reader.principal, Object::AdoptionCase) {
        Rows::All => {
            sql.column(alias, column);
        }
        Rows::Own(own) | Rows::OnlyOwn(own) => {
            sql.push("CASE WHEN ");
            is_own(sql, alias, own);
            sql.push(" THEN ").column(alias, column).push(" ELSE ");
            sql.column(alias, &in_its_place).push(" END");
        }
        Rows::Published | Rows::None => {
            sql.column(alias, &in_its_place);
        }
    }
    Ok(())
}

/// Adds the region as it is shown.
///
/// # Errors
/// None.
pub(super) fn region(
    r: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    _: &Args,
    _: &Args,
) -> Result<(), Error> {
    shown(r, sql, alias, "region_id")
}

/// Adds the industry as it is shown.
///
/// # Errors
/// None.
pub(super) fn industry(
    r: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    _: &Args,
    _: &Args,
) -> Result<(), Error> {
    shown(r, sql, alias, "industry_id")
}

fn size(r: &Reader<'_>, sql: &mut Sql, alias: &str, _: &Args, _: &Args) -> Result<(), Error> {
    shown(r, sql, alias, "size")
}

fn investment(r: &Reader<'_>, sql: &mut Sql, alias: &str, _: &Args, _: &Args) -> Result<(), Error> {
    shown(r, sql, alias, "investment")
}

fn public_support(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    _: &Args,
    _: &Args,
) -> Result<(), Error> {
    shown(reader, sql, alias, "public_support")
}

/// Adds the band of an amount, the same for every caller.
fn band(sql: &mut Sql, alias: &str, column: &str) -> Result<(), Error> {
    sql.push("CASE");
    for (code, below) in [
        ("NONE", 1_usize),
        ("UNDER_10M", 10_000_000),
        ("FROM_10M", 50_000_000),
        ("FROM_50M", 100_000_000),
        ("FROM_100M", 500_000_000),
        ("FROM_500M", 1_000_000_000),
    ] {
        sql.push(" WHEN ").column(alias, column).push(" < ").literal(below);
        sql.push(" THEN '").push(code).push("'");
    }
    sql.push(" WHEN ").column(alias, column).push(" IS NOT NULL THEN 'FROM_1B' END");
    Ok(())
}

/// Adds the names of what is withheld from the caller, each closed by a comma.
fn withheld(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    _: &Args,
    _: &Args,
) -> Result<(), Error> {
    let own = match access::rows(reader.principal, Object::AdoptionCase) {
        Rows::All => {
            sql.push("''");
            return Ok(());
        }
        Rows::Own(own) | Rows::OnlyOwn(own) => Some(own),
        Rows::Published | Rows::None => None,
    };
    sql.push("CASE WHEN ");
    named(sql, alias);
    if let Some(own) = own {
        sql.push(" OR ");
        is_own(sql, alias, own);
    }
    sql.push(" THEN '' ELSE 'COMPANY,'");
    for (name, column) in [
        ("REGION", "region_id"),
        ("DISTRICT", "district"),
        ("INDUSTRY", "industry_id"),
        ("SIZE", "size"),
        ("INVESTMENT", "investment"),
        ("PUBLIC_SUPPORT", "public_support"),
        ("OWNER", "owner_id"),
        ("SUPPLIER", "supplier_id"),
    ] {
        sql.push(" || CASE WHEN ").column(alias, column).push(" IS DISTINCT FROM ");
        sql.column(alias, &format!("shown_{column}"));
        if name == "SUPPLIER" {
            sql.push(" OR ").column(alias, "supplier_name").push(" IS DISTINCT FROM ");
            sql.column(alias, "shown_supplier_name");
        }
        sql.push(" THEN '").push(name).push(",' ELSE '' END");
    }
    sql.push(" END");
    Ok(())
}

fn split_names(_: &Reader<'_>, values: &[Value], _: &Args) -> Result<Value, Error> {
    let names = values.first().and_then(Value::as_str).unwrap_or_default();
    Ok(names.split(',').filter(|name| !name.is_empty()).collect())
}

/// Adds a column that is null to callers who may not see the company's name.
fn masked(reader: &Reader<'_>, sql: &mut Sql, alias: &str, column: &str) -> Result<(), Error> {
    if sees_all(reader) {
        sql.column(alias, column);
        return Ok(());
    }
    sql.push("CASE WHEN ");
    named(sql, alias);
    if let Rows::Own(own) = access::rows(reader.principal, Object::AdoptionCase) {
        sql.push(" OR ");
        is_own(sql, alias, own);
    }
    sql.push(" THEN ").column(alias, column).push(" END");
    Ok(())
}

fn company(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    _: &Args,
    _: &Args,
) -> Result<(), Error> {
    masked(reader, sql, alias, "company_id")
}

fn company_name(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    _: &Args,
    _: &Args,
) -> Result<(), Error> {
    masked(reader, sql, alias, "company_name")
}

fn disclosure(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    _: &Args,
    _: &Args,
) -> Result<(), Error> {
    if sees_all(reader) {
        sql.column(alias, "disclosure");
        return Ok(());
    }
    // A name without consent is withheld whatever the case says.
    sql.push("CASE WHEN ").column(alias, "disclosure").push(" = 'NAMED' AND NOT ");
    sql.column(alias, "consent_to_publish").push(" THEN 'WITHHELD' ELSE ");
    sql.column(alias, "disclosure").push(" END");
    Ok(())
}

/// Adds the division that exists now in place of the region as it is shown, or that one; each as far as the caller
/// sees it.
fn current_region(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    _: &Args,
    _: &Args,
) -> Result<(), Error> {
    let (own, now) = (sql.alias(), sql.alias());
    sql.push("(SELECT coalesce(").column(&now, "id").push(", ").column(&own, "id");
    sql.push(") FROM region ").push(&own).push(" LEFT JOIN region ").push(&now).push(" ON ");
    sql.column(&now, "id").push(" = ").column(&own, "successor_id").push(" AND ");
    scope::seen(reader, sql, "Region", &now)?;
    sql.push(" WHERE ").column(&own, "id").push(" = ");
    shown(reader, sql, alias, "region_id")?;
    sql.push(" AND ");
    scope::seen(reader, sql, "Region", &own)?;
    sql.push(")");
    Ok(())
}

fn measured() -> Vec<Column> {
    ["baseline", "after"]
        .map(|column| Column { source: Source::Column(column), scalar: Scalar::Float })
        .to_vec()
}

fn pair(values: &[Value]) -> (f64, f64) {
    let value = |at: usize| values.get(at).and_then(Value::as_f64).unwrap_or_default();
    (value(0), value(1))
}

/// Two decimals are what the figures are measured to; more would be noise of the binary fraction.
fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

fn change(_: &Reader<'_>, values: &[Value], _: &Args) -> Result<Value, Error> {
    let (baseline, after) = pair(values);
    Ok(rounded(after - baseline).into())
}

fn change_percent(_: &Reader<'_>, values: &[Value], _: &Args) -> Result<Value, Error> {
    let (baseline, after) = pair(values);
    if baseline == 0.0 {
        return Ok(Value::Null);
    }
    Ok(rounded((after - baseline) / baseline * 100.0).into())
}

/// A case with the reasons why it is like the one asked about.
fn similar_case() -> Type {
    let score = Column { source: Source::Expression(score), scalar: Scalar::Int };
    Type::ranked(
        "SimilarCase",
        "case",
        "adoption_case",
        Guard::Case,
        "유사 사례. A published case ranked by its likeness, with the reasons.",
    )
    .one_by("case", Source::Column("id"), "AdoptionCase", "AdoptionCase", "사례. The case.")
    .expression(
        "score",
        Scalar::Int,
        "Int!",
        self::score,
        "유사도 점수. Sum of the points of its reasons, at most 100.",
    )
    .computed(
        "reasons",
        "[SimilarityReason!]!",
        vec![Column { source: Source::Expression(reasons), scalar: Scalar::Text }],
        split_names,
        "유사 근거. Why it is alike.",
    )
    .sorted(&["-SCORE"])
    .orderable_by("SCORE", score)
}

/// The root fields declared here.
pub fn roots() -> Vec<Root> {
    let mut similar = vec![Arg::new(
        "to",
        "SimilarCaseInput!",
        "비교 기준. The company to compare with; what is left out does not count.",
    )];
    similar.push(statistic::illustrative());
    similar.extend(page_args("SimilarCase", true).into_iter().filter(|arg| arg.name != "orderBy"));
    let mut required =
        vec![Arg::new("stage", "AdoptionStage", "단계. Only what a case at this stage must hold.")];
    required.extend(page_args("CaseRequirement", true));
    vec![
        Root {
            name: "similarCases",
            description: "유사 사례 찾기. Published cases like a company's own, best first; score and reasons stand on the edge of each.".into(),
            ty: "SimilarCaseConnection".into(),
            args: similar,
            kind: RootKind::List(List { target: "SimilarCase", link: None, sorted: vec!["-SCORE"], condition: Some(alike), weight: |_| weight::SIMILAR }),
        },
        Root {
            name: "caseRequirements",
            description: "사례 필수 항목. What a case must hold, growing with its stage.".into(),
            ty: "CaseRequirementConnection!".into(),
            args: required,
            kind: RootKind::List(List { target: "CaseRequirement", link: None, sorted: vec!["position"], condition: Some(required_at), weight: |_| 0 }),
        },
    ]
}

fn required_at(_: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Result<(), Error> {
    let Some(stage) = args.get("stage").filter(|stage| !stage.is_null()) else {
        sql.push("TRUE");
        return Ok(());
    };
    let stage: AdoptionStage = serde_json::from_value(stage.clone()).map_err(Error::internal)?;
    let stages = required_from(stage).into_iter().map(|stage| stage.code().into());
    sql.holds(alias, "stage", stages.collect());
    Ok(())
}

/// Adds the condition under which a reason holds for the row.
type Holds = fn(&Reader<'_>, &mut Sql, &str, &Args) -> Result<(), Error>;

/// One reason with its points.
type Reason = (&'static str, u8, Holds);

const REASONS: [Reason; 5] = [
    ("SAME_INDUSTRY", points::SAME_INDUSTRY, |reader, sql, alias, to| {
        let industry = sql.alias();
        shown(reader, sql, alias, "industry_id")?;
        sql.push(" IN (SELECT ").column(&industry, "id");
        sql.push(" FROM industry ").push(&industry).push(" WHERE ").column(&industry, "code");
        sql.push(" = ").bind(text(to, "ksic").as_deref().map(codes::industry)).push(" AND ");
        scope::seen(reader, sql, "Industry", &industry)?;
        sql.push(")");
        Ok(())
    }),
    ("SAME_SECTION", points::SAME_SECTION, |reader, sql, alias, to| {
        // The section of the code asked for, with its divisions, less the code itself.
        let (industry, asked) = (sql.alias(), sql.alias());
        shown(reader, sql, alias, "industry_id")?;
        sql.push(" IN (SELECT ").column(&industry, "id");
        sql.push(" FROM industry ").push(&industry).push(" JOIN industry ").push(&asked);
        sql.push(" ON ")
            .column(&asked, "code")
            .push(" = ")
            .bind(text(to, "ksic").as_deref().map(codes::industry));
        sql.push(" AND ").column(&industry, "id").push(" <> ").column(&asked, "id");
        for (at, one) in [&industry, &asked].into_iter().enumerate() {
            sql.push(if at == 0 { " AND coalesce(" } else { " = coalesce(" });
            sql.column(one, "parent_id").push(", ").column(one, "id").push(")");
        }
        for one in [&industry, &asked] {
            sql.push(" AND ");
            scope::seen(reader, sql, "Industry", one)?;
        }
        sql.push(")");
        Ok(())
    }),
    ("SAME_SIZE", points::SAME_SIZE, |reader, sql, alias, to| {
        shown(reader, sql, alias, "size")?;
        sql.push(" = ").bind(text(to, "size"));
        Ok(())
    }),
    ("SAME_REGION", points::SAME_REGION, |reader, sql, alias, to| {
        let region = sql.alias();
        shown(reader, sql, alias, "region_id")?;
        sql.push(" IN (SELECT ").column(&region, "id");
        sql.push(" FROM region ").push(&region).push(" WHERE ").column(&region, "code");
        sql.push(" = ").bind(text(to, "region").as_deref().map(codes::region)).push(" AND ");
        scope::seen(reader, sql, "Region", &region)?;
        sql.push(")");
        Ok(())
    }),
    ("VERIFIED", points::VERIFIED, |_, sql, alias, _| {
        sql.column(alias, "verification").push(" <> 'SELF_REPORTED'");
        Ok(())
    }),
];

fn text(to: &Args, name: &str) -> Option<String> {
    to.get("to").and_then(|to| to.get(name)).and_then(Value::as_str).map(str::to_owned)
}

fn score(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    _: &Args,
    level: &Args,
) -> Result<(), Error> {
    for (at, (_, points, holds)) in REASONS.iter().enumerate() {
        sql.push(if at == 0 { "(CASE WHEN " } else { " + CASE WHEN " });
        holds(reader, sql, alias, level)?;
        sql.push(" THEN ").literal(usize::from(*points)).push(" ELSE 0 END");
    }
    sql.push(")");
    Ok(())
}

fn reasons(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    _: &Args,
    level: &Args,
) -> Result<(), Error> {
    for (at, (name, _, holds)) in REASONS.iter().enumerate() {
        sql.push(if at == 0 { "(CASE WHEN " } else { " || CASE WHEN " });
        holds(reader, sql, alias, level)?;
        sql.push(" THEN '").push(name).push(",' ELSE '' END");
    }
    sql.push(")");
    Ok(())
}

/// Adds the condition that a case has more in common than being verified.
fn alike(reader: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Result<(), Error> {
    sql.push("(");
    score(reader, sql, alias, args, args)?;
    sql.push(" > ").literal(usize::from(points::VERIFIED)).push(")");
    sql.push(" AND ");
    statistic::origin(sql, alias, args);
    Ok(())
}
