//! Programmes and what is reported for them: indicators, targets, rules, obligations, periods, days off.
//! What is done with them is in `programme_mutations`.

use entity::holiday::HolidayKind;
use entity::indicator::{Aggregation, Direction, ValueType};
use entity::programme::RollRule;
use entity::reporting_period::PeriodState;
use entity::validation_rule::{MissingStrategy, Severity};

use super::result_statistics;
use crate::domain::quarter::Quarter;
use crate::error::Error;
use crate::input::Tagged;
use crate::read::Reader;
use crate::read::model::{Args, Filter, Guard, Type};
use crate::read::sql::Sql;

/// Tags of ids that mutations take.
pub const PROGRAMME: [u8; 2] = entity::programme::Entity::TAG;
/// See [`PROGRAMME`].
pub const INDICATOR: [u8; 2] = entity::indicator::Entity::TAG;
/// See [`PROGRAMME`].
pub const RULE: [u8; 2] = entity::validation_rule::Entity::TAG;
/// See [`PROGRAMME`].
pub const OBLIGATION: [u8; 2] = entity::obligation::Entity::TAG;
/// See [`PROGRAMME`].
pub const PERIOD: [u8; 2] = *b"RP";

/// The types declared here.
pub fn types() -> Vec<Type> {
    vec![
        programme(),
        indicator(),
        target(),
        validation_rule(),
        obligation(),
        holiday(),
        reporting_period(),
    ]
}

fn programme() -> Type {
    use entity::programme::Column as C;
    Type::fact::<entity::programme::Entity>(
        "Programme",
        PROGRAMME,
        Guard::Public,
        "사업. Support programme, run by an institution, for which others hand in quarterly results.",
    )
    .owned(&[C::OperatorId])
    .column("code", C::Code, "사업 코드. Stable code.")
    .localized("name", C::NameKo, C::NameEn, "사업명. Name.")
    .localized("summary", C::SummaryKo, C::SummaryEn, "개요. What it supports, in our words.")
    .one("operator", C::OperatorId, "Institution", "운영 기관. Institution that runs it.")
    .partial_date("startsOn", C::StartsOn, "시작. Start.")
    .partial_date("endsOn", C::EndsOn, "종료. End.")
    .column("dueDays", C::DueDays, "제출 기한 일수. Days after the quarter's end until results are due (Civil Act art. 157, 159).")
    .choice("rollRule", C::RollRule, RollRule::CHOICE, "기한 이월 규칙. What happens to a due date on a day off (Civil Act art. 161).")
    .column("lockDays", C::LockDays, "마감 유예 일수. Days after the due date until which late results are still taken.")
    .many("indicators", entity::indicator::Column::ProgrammeId, "Indicator", &["position"], "지표. Indicators with their revisions.")
    .many("validationRules", entity::validation_rule::Column::ProgrammeId, "ValidationRule", &["position"], "검증 규칙. Conditions that values must meet.")
    .many("obligations", entity::obligation::Column::ProgrammeId, "Obligation", &["starts_on"], "제출 의무. Institutions that must report.")
    .many("submissions", entity::submission::Column::ProgrammeId, "Submission", &["-quarter"], "제출. Results handed in or expected; what the caller may see of them.")
    .sorted(&["code"])
    .orderable("CODE", "code")
    .searchable_by(&["operator"])
    .list("programmes")
    .lookup("programme", "code")
    .unfiltered(&["summary"])
}

fn indicator() -> Type {
    use entity::indicator::Column as C;
    Type::fact::<entity::indicator::Entity>(
        "Indicator",
        INDICATOR,
        Guard::Via { fk: "programme_id", parent: "Programme" },
        "지표. What an institution reports each quarter; a change of its meaning is a new revision.",
    )
    .one("programme", C::ProgrammeId, "Programme", "사업. Programme.")
    .column("code", C::Code, "지표 코드. Code, the same in all revisions; `BUDGET_EXECUTED`.")
    .column("revision", C::Revision, "개정 번호. Number of the revision, from 1.")
    .column("position", C::Position, "순서. Order in forms.")
    .localized("name", C::NameKo, C::NameEn, "지표명. Name.")
    .localized("definition", C::DefinitionKo, C::DefinitionEn, "정의. What is counted, and how.")
    .column("unit", C::Unit, "단위. Unit, e.g. 원, 개사, %.")
    .choice("valueType", C::ValueType, ValueType::CHOICE, "값 유형. What a value is.")
    .column("decimals", C::Decimals, "소수 자릿수. Decimal places, 0 to 6.")
    .choice("direction", C::Direction, Direction::CHOICE, "방향. Whether more is better.")
    .choice("aggregation", C::Aggregation, Aggregation::CHOICE, "집계 방법. How values of institutions become one.")
    .column("weightedBy", C::WeightedBy, "가중 지표 코드. Indicator of the programme by whose values an AVERAGE is weighted; null if each institution counts once.")
    .column("minimum", C::Minimum, "최솟값. Smallest value allowed, exact, in the unit, parts as well as totals; null if there is none.")
    .column("maximum", C::Maximum, "최댓값. Greatest value allowed, likewise; null if there is none.")
    .choice("rangeSeverity", C::RangeSeverity, Severity::CHOICE, "범위 심각도. What a value beyond them does.")
    .column("isRequired", C::IsRequired, "필수 여부. Whether a total must be given.")
    .column("isByRegion", C::ByRegion, "지역별 여부. Whether values may be broken down by region.")
    .column("isBySize", C::BySize, "규모별 여부. Whether values may be broken down by business size.")
    .column("isByIndustry", C::ByIndustry, "업종별 여부. Whether values may be broken down by industry (KSIC).")
    .quarter("validFrom", C::ValidFrom, "적용 시작 분기. First quarter in which it is reported.")
    .quarter("validTo", C::ValidTo, "적용 종료 분기. Last quarter in which it is reported; null while it is.")
    .column("publicationDecidedAt", C::PublishedSince, "공표 결정 시각. Since when its figures are in the releases of statistics; null if they are not public.")
    .many("targets", entity::target::Column::IndicatorId, "Target", &["quarter"], "목표. What is to be reached.")
    .sorted(&["position"])
    .orderable("POSITION", "position")
    .filter(Filter {
        name: "validIn",
        ty: "Quarter",
        description: "적용 분기. Reported in this quarter.",
        condition: valid_in,
    })
    .searchable_by(&["programme"])
    .list("indicators")
    .unfiltered(&["definition", "minimum", "maximum", "decimals"])
}

fn target() -> Type {
    use entity::target::Column as C;
    Type::fact::<entity::target::Entity>(
        "Target",
        entity::target::Entity::TAG,
        Guard::Via { fk: "indicator_id", parent: "Indicator" },
        "목표. What is to be reached by an indicator in a quarter.",
    )
    .one("indicator", C::IndicatorId, "Indicator", "지표. Indicator.")
    .one(
        "institution",
        C::InstitutionId,
        "Institution",
        "기관. Institution; null for the programme as a whole.",
    )
    .quarter("quarter", C::Quarter, "분기. Quarter.")
    .column("value", C::Value, "목표값. Exact value, in the indicator's unit.")
    .sorted(&["quarter"])
    .orderable("QUARTER", "quarter")
    .list("targets")
    .statistics(result_statistics::of_targets())
}

fn validation_rule() -> Type {
    use entity::validation_rule::Column as C;
    Type::fact::<entity::validation_rule::Entity>(
        "ValidationRule",
        RULE,
        Guard::Via { fk: "programme_id", parent: "Programme" },
        "검증 규칙. Condition that the values of a submission must meet; data, not code.",
    )
    .one("programme", C::ProgrammeId, "Programme", "사업. Programme.")
    .column("code", C::Code, "규칙 코드. Code.")
    .column("position", C::Position, "순서. Order.")
    .column("expression", C::Expression, "식. Condition over indicators by their codes, true where all is well; `prev_CODE` is the accepted value of the last quarter, `change(now, before)` a change in percent.")
    .column("indicatorCode", C::IndicatorCode, "지표 코드. Indicator at whose cell a breach is shown.")
    .choice("severity", C::Severity, Severity::CHOICE, "심각도. What a breach does.")
    .choice("missingStrategy", C::MissingStrategy, MissingStrategy::CHOICE, "결측 처리. What becomes of it if values are missing.")
    .localized("message", C::MessageKo, C::MessageEn, "안내. What to put right.")
    .quarter("validFrom", C::ValidFrom, "적용 시작 분기. First quarter in which it applies.")
    .quarter("validTo", C::ValidTo, "적용 종료 분기. Last quarter in which it applies; null while it does.")
    .sorted(&["position"])
    .orderable("POSITION", "position")
    .list("validationRules")
    .unfiltered(&["expression", "message"])
}

fn obligation() -> Type {
    use entity::obligation::Column as C;
    Type::fact::<entity::obligation::Entity>(
        "Obligation",
        OBLIGATION,
        Guard::Via { fk: "programme_id", parent: "Programme" },
        "제출 의무. Institution that must report for a programme, and since when. Who is under one on a quarter's last day is expected to report for it.",
    )
    .one("institution", C::InstitutionId, "Institution", "기관. Institution.")
    .one("programme", C::ProgrammeId, "Programme", "사업. Programme.")
    .column("startsOn", C::StartsOn, "시작일. First day.")
    .column("endsOn", C::EndsOn, "종료일. Last day; null while it lasts.")
    .sorted(&["starts_on"])
    .orderable("STARTS_ON", "starts_on")
    .list("obligations")
}

fn holiday() -> Type {
    use entity::holiday::Column as C;
    Type::fact::<entity::holiday::Entity>(
        "Holiday",
        entity::holiday::Entity::TAG,
        Guard::Public,
        "공휴일. Day off that moves due dates (Civil Act art. 161); data, since the government names new ones.",
    )
    .column("observedOn", C::ObservedOn, "날짜. The day.")
    .localized("name", C::NameKo, C::NameEn, "명칭. Name.")
    .choice("kind", C::Kind, HolidayKind::CHOICE, "구분. Why it is off.")
    .sorted(&["observed_on"])
    .orderable("OBSERVED_ON", "observed_on")
    .list("holidays")
}

fn reporting_period() -> Type {
    use entity::reporting_period::Column as C;
    Type::fact::<entity::reporting_period::Entity>(
        "ReportingPeriod",
        PERIOD,
        Guard::Public,
        "보고기간. Quarter for which results are handed in; bounds in Asia/Seoul.",
    )
    .quarter("quarter", C::Quarter, "분기. The quarter.")
    .choice("state", C::State, PeriodState::CHOICE, "상태. How far it has come.")
    .column("opensOn", C::OpensOn, "접수 시작일. First day on which results are taken.")
    .column(
        "expectedFrozenAt",
        C::ExpectedFrozenAt,
        "제출 대상 확정 시각. When the list of those expected was frozen.",
    )
    .column("finalisedAt", C::FinalisedAt, "분기 확정 시각. When the quarter became final.")
    .many(
        "submissions",
        entity::submission::Column::PeriodId,
        "Submission",
        &["due_on"],
        "제출. Results handed in or expected; what the caller may see of them.",
    )
    .sorted(&["-quarter"])
    .orderable("QUARTER", "quarter")
    .list("periods")
    .lookup("period", "quarter")
}

fn valid_in(_: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Result<(), Error> {
    let quarter: Quarter = args
        .get("value")
        .and_then(serde_json::Value::as_str)
        .and_then(Quarter::written)
        .ok_or_else(|| Error::not_a_quarter("validIn"))?;
    let quarter = quarter.to_string();
    sql.push("(").column(alias, "valid_from").push(" <= ").bind(quarter.clone());
    sql.push(" AND (").column(alias, "valid_to").push(" IS NULL OR ");
    sql.column(alias, "valid_to").push(" >= ").bind(quarter).push("))");
    Ok(())
}
