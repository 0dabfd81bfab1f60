//! What is reported: two programmes with their indicators, targets, rules and obligations, all made up.

use serde_json::{Value, json};

use super::QUARTERS;
use super::figures::{self, REPORTERS, TRAINERS};
use crate::domain::decimal;
use crate::domain::indicator::usual_range;
use crate::domain::quarter::Quarter;
use crate::error::Error;
use crate::seed::{DataSet, Row, fingerprint, made_up};

/// Code of the programme of vouchers.
pub const VOUCHER: &str = "AI_VOUCHER";
/// Its indicators whose figures are published.
pub const PUBLISHED: [&str; 3] = ["COMPANIES_SUPPORTED", "BUDGET_EXECUTED", "COST_SAVING"];
/// Code of the programme of training.
pub const TRAINING: &str = "AI_TRAINING";
/// Quarter, by its place, from which companies are counted anew: the indicator's second revision.
pub const RECOUNTED: usize = 4;
/// Quarter from which KISED reports on vouchers.
pub const JOINED: usize = 2;
/// Last quarter for which KIBO reports on training.
pub const LEFT: usize = 4;

/// Days after the due date in which late results are taken: nearly to the end of the quarter, so that a draft
/// of the last one can be tried out.
const LOCK_DAYS: u32 = 90;

/// Code, Korean and English name, definition, unit, type, decimals, direction, aggregation, whether required,
/// by what it is broken down.
type Asked = (
    &'static str,
    (&'static str, &'static str),
    (&'static str, &'static str),
    (&'static str, &'static str, u32),
    (&'static str, &'static str),
    bool,
    &'static [&'static str],
);

const VOUCHER_INDICATORS: [Asked; 8] = [
    (
        "BUDGET_ALLOCATED",
        ("배정 예산", "Budget allocated"),
        ("분기에 배정된 바우처 예산", "Voucher budget allocated for the quarter"),
        ("원", "KRW", 0),
        ("NEUTRAL", "SUM"),
        true,
        &[],
    ),
    (
        "BUDGET_EXECUTED",
        ("집행 예산", "Budget executed"),
        (
            "분기에 지급한 바우처 금액, 기업 소재지별",
            "Vouchers paid in the quarter, by the company's region",
        ),
        ("원", "KRW", 0),
        ("HIGHER_IS_BETTER", "SUM"),
        true,
        &["region"],
    ),
    (
        "COMPANIES_SUPPORTED",
        ("지원 기업 수", "Companies supported"),
        ("분기에 협약을 맺은 기업 수", "Companies that signed an agreement in the quarter"),
        ("개사", "INTEGER", 0),
        ("HIGHER_IS_BETTER", "SUM"),
        true,
        &["region", "size", "industry"],
    ),
    (
        "SATISFACTION",
        ("만족도", "Satisfaction"),
        (
            "지원 기업 설문에서 만족 이상으로 답한 비율",
            "Share of surveyed companies that were satisfied or better",
        ),
        ("%", "PERCENT", 1),
        ("HIGHER_IS_BETTER", "AVERAGE"),
        true,
        &[],
    ),
    (
        "HIRES",
        ("신규 고용", "Hires"),
        (
            "지원 기업이 분기에 새로 고용한 인원",
            "People hired in the quarter by companies supported",
        ),
        ("명", "INTEGER", 0),
        ("HIGHER_IS_BETTER", "SUM"),
        true,
        &[],
    ),
    (
        "COST_SAVING",
        ("비용 절감액", "Costs saved"),
        ("지원 기업이 보고한 절감액의 합", "Savings that the companies reported"),
        ("원", "KRW", 0),
        ("HIGHER_IS_BETTER", "SUM"),
        false,
        &[],
    ),
    (
        "HAS_AI_ETHICS_TRAINING",
        ("AI 윤리 교육 실시 여부", "AI ethics training given"),
        (
            "분기에 지원 기업을 대상으로 AI 윤리 교육을 했는지",
            "Whether companies were trained in AI ethics in the quarter",
        ),
        ("예/아니요", "BOOLEAN", 0),
        ("HIGHER_IS_BETTER", "NONE"),
        true,
        &[],
    ),
    (
        "REMARKS",
        ("특이 사항", "Remarks"),
        ("수치로 드러나지 않는 내용", "What the numbers do not show"),
        ("-", "TEXT", 0),
        ("NEUTRAL", "NONE"),
        false,
        &[],
    ),
];

const TRAINING_INDICATORS: [Asked; 5] = [
    (
        "SESSIONS",
        ("교육 과정 수", "Courses held"),
        ("분기에 마친 교육 과정", "Courses that ended in the quarter"),
        ("회", "INTEGER", 0),
        ("HIGHER_IS_BETTER", "SUM"),
        true,
        &[],
    ),
    (
        "TRAINEES",
        ("수료 인원", "People trained"),
        ("분기에 교육을 받은 임직원 수", "Employees trained in the quarter"),
        ("명", "INTEGER", 0),
        ("HIGHER_IS_BETTER", "SUM"),
        true,
        &["region", "size"],
    ),
    (
        "COMPLETION_RATE",
        ("수료율", "Completion rate"),
        ("등록한 사람 가운데 끝까지 들은 비율", "Share of those enrolled that stayed to the end"),
        ("%", "PERCENT", 1),
        ("HIGHER_IS_BETTER", "AVERAGE"),
        true,
        &[],
    ),
    (
        "TRAINING_COST",
        ("교육비", "Cost of training"),
        ("분기에 쓴 교육비", "Spent on training in the quarter"),
        ("원", "KRW", 0),
        ("LOWER_IS_BETTER", "SUM"),
        true,
        &[],
    ),
    (
        "REMARKS",
        ("특이 사항", "Remarks"),
        ("수치로 드러나지 않는 내용", "What the numbers do not show"),
        ("-", "TEXT", 0),
        ("NEUTRAL", "NONE"),
        false,
        &[],
    ),
];

/// Programme, code, condition, indicator, severity, message in Korean and English.
type Condition = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const RULES: [Condition; 5] = [
    (
        VOUCHER,
        "EXECUTED_WITHIN_ALLOCATED",
        "BUDGET_EXECUTED <= BUDGET_ALLOCATED",
        "BUDGET_EXECUTED",
        "ERROR",
        "집행 예산이 배정 예산보다 많습니다.",
        "More was executed than allocated.",
    ),
    (
        VOUCHER,
        "SUPPORTED_JUMP",
        "abs(change(COMPANIES_SUPPORTED, prev_COMPANIES_SUPPORTED)) <= 50",
        "COMPANIES_SUPPORTED",
        "WARNING",
        "지원 기업 수가 지난 분기보다 50% 넘게 달라졌습니다. 사유를 의견에 적어 주십시오.",
        "Companies supported differ from the last quarter by more than half; say why in the comment.",
    ),
    (
        VOUCHER,
        "HIRES_PLAUSIBLE",
        "HIRES <= COMPANIES_SUPPORTED * 5",
        "HIRES",
        "WARNING",
        "기업당 신규 고용이 5명을 넘습니다. 맞으면 의견에 사유를 적어 주십시오.",
        "More than five hires a company; if it is right, say why in the comment.",
    ),
    (
        TRAINING,
        "TRAINEES_PER_COURSE",
        "TRAINEES >= SESSIONS",
        "TRAINEES",
        "ERROR",
        "수료 인원이 과정 수보다 적습니다.",
        "Fewer people were trained than courses held.",
    ),
    (
        TRAINING,
        "COST_PER_TRAINEE",
        "TRAINING_COST <= TRAINEES * 1000000",
        "TRAINING_COST",
        "WARNING",
        "1인당 교육비가 100만 원을 넘습니다. 맞으면 의견에 사유를 적어 주십시오.",
        "Training cost more than a million won a head; if it is right, say why in the comment.",
    ),
];

/// The programmes and what belongs to them, for these quarters.
///
/// # Errors
/// Internal.
pub fn set(quarters: &[Quarter; QUARTERS]) -> Result<DataSet, Error> {
    let mut rows = Vec::new();
    programme(
        &mut rows,
        (VOUCHER, "TIPA"),
        ("중소기업 AI 활용 바우처(예시)", "Voucher for AI in SMEs (illustration)"),
        (
            "(예시) 중소기업이 AI 솔루션을 살 때 쓰는 바우처를 기관별로 지급하는 가상의 사업",
            "(Illustration) A made-up programme in which institutions grant vouchers for AI solutions",
        ),
    )?;
    programme(
        &mut rows,
        (TRAINING, "KISED"),
        ("AI 활용 역량 교육(예시)", "Training in the use of AI (illustration)"),
        (
            "(예시) 중소기업 임직원에게 AI 활용을 가르치는 가상의 사업",
            "(Illustration) A made-up programme that trains employees of SMEs in the use of AI",
        ),
    )?;
    for (programme, asked) in
        [(VOUCHER, VOUCHER_INDICATORS.as_slice()), (TRAINING, TRAINING_INDICATORS.as_slice())]
    {
        for (position, one) in (1..).zip(asked) {
            indicator(&mut rows, quarters, programme, position, one)?;
        }
    }
    for at in 0..QUARTERS {
        targets(&mut rows, quarters, at)?;
    }
    rules(&mut rows, quarters)?;
    obligations(&mut rows, quarters)?;
    let text: Vec<String> =
        rows.iter().map(|row| format!("{}{:?}", row.table, row.columns)).collect();
    Ok(DataSet {
        name: "demo-programmes",
        fingerprint: fingerprint(text.iter().map(String::as_str)),
        origin: entity::common::Origin::Illustrative,
        rows,
    })
}

fn programme(
    rows: &mut Vec<Row>,
    (code, operator): (&str, &str),
    (ko, en): (&str, &str),
    (summary_ko, summary_en): (&str, &str),
) -> Result<(), Error> {
    made_up(
        rows,
        "programme",
        json!({
            "code": code,
            "name": { "ko": ko, "en": en },
            "summary": { "ko": summary_ko, "en": summary_en },
            "operator": operator,
            "due_days": 10,
            "roll_rule": "NEXT_BUSINESS_DAY",
            "lock_days": LOCK_DAYS,
        }),
    )
}

/// By what a mean is weighted.
fn weighted_by(code: &str) -> Option<&'static str> {
    match code {
        "SATISFACTION" => Some("COMPANIES_SUPPORTED"),
        "COMPLETION_RATE" => Some("TRAINEES"),
        _ => None,
    }
}

/// Revision of an indicator in the quarter of that place.
fn revision(code: &str, at: usize) -> u32 {
    if code == "COMPANIES_SUPPORTED" && at >= RECOUNTED { 2 } else { 1 }
}

fn indicator(
    rows: &mut Vec<Row>,
    quarters: &[Quarter; QUARTERS],
    programme: &str,
    position: u32,
    asked: &Asked,
) -> Result<(), Error> {
    let (code, (ko, en), definition, (unit, ty, decimals), (direction, aggregation), required, by) =
        asked;
    let value_type = serde_json::from_value(Value::from(*ty)).map_err(Error::internal)?;
    let (minimum, maximum) = usual_range(value_type);
    let first = json!({
        "key": format!("{programme}/{code}/1"),
        "programme": programme,
        "code": code,
        "revision": 1,
        "position": position,
        "name": { "ko": ko, "en": en },
        "definition": { "ko": definition.0, "en": definition.1 },
        "unit": unit,
        "value_type": ty,
        "decimals": decimals,
        "direction": direction,
        "aggregation": aggregation,
        "weighted_by": weighted_by(code),
        "minimum": minimum,
        "maximum": maximum,
        "range_severity": "ERROR",
        "is_required": required,
        "by_region": by.contains(&"region"),
        "by_size": by.contains(&"size"),
        "by_industry": by.contains(&"industry"),
        "valid_from": quarters[0].to_string(),
    });
    if revision(code, QUARTERS) == 1 {
        return made_up(rows, "indicator", first);
    }
    let mut second = first.clone();
    second["key"] = format!("{programme}/{code}/2").into();
    second["revision"] = 2.into();
    second["definition"] = json!({
        "ko": "분기에 바우처를 처음 쓴 기업 수(협약만 맺은 기업은 빼고 셈)",
        "en": "Companies that first used a voucher in the quarter; an agreement alone no longer counts",
    });
    second["valid_from"] = quarters[RECOUNTED].to_string().into();
    let mut first = first;
    first["valid_to"] = quarters[RECOUNTED - 1].to_string().into();
    made_up(rows, "indicator", first)?;
    made_up(rows, "indicator", second)
}

fn targets(rows: &mut Vec<Row>, quarters: &[Quarter; QUARTERS], at: usize) -> Result<(), Error> {
    let mut set = |programme: &str, code: &str, of: Option<&str>, scaled: u64, decimals| {
        let scaled = i64::try_from(scaled).map_err(Error::internal)?;
        let quarter = quarters[at].to_string();
        let mut entry = json!({
            "key": format!("{programme}/{code}/{quarter}/{}", of.unwrap_or_default()),
            "indicator": format!("{programme}/{code}/{}", revision(code, at)),
            "quarter": quarter,
            "value": decimal::show(scaled, decimals),
            "scaled": scaled,
        });
        if let Some(of) = of {
            entry["institution"] = of.into();
        }
        made_up(rows, "target", entry)
    };
    let reporting = || REPORTERS.iter().filter(|one| one.code != "KISED" || at >= JOINED);
    let companies = reporting().map(|one| figures::grown(one.companies, at)).sum();
    let won = reporting().map(|one| figures::grown(one.allocated, at)).sum::<u64>() * 9 / 10;
    let trainees = TRAINERS.iter().filter(|one| one.code != "KIBO" || at <= LEFT);
    let trainees = trainees.map(|one| figures::grown(one.trainees, at)).sum();
    set(VOUCHER, "COMPANIES_SUPPORTED", None, companies, 0)?;
    set(VOUCHER, "BUDGET_EXECUTED", None, won, 0)?;
    set(VOUCHER, "SATISFACTION", None, 850, 1)?;
    set(TRAINING, "TRAINEES", None, trainees, 0)?;
    for one in REPORTERS.iter().filter(|one| matches!(one.code, "KOSME" | "SEMAS")) {
        let own = figures::grown(one.companies, at);
        set(VOUCHER, "COMPANIES_SUPPORTED", Some(one.code), own, 0)?;
    }
    Ok(())
}

fn rules(rows: &mut Vec<Row>, quarters: &[Quarter; QUARTERS]) -> Result<(), Error> {
    for (position, rule) in (1..).zip(RULES) {
        let (programme, code, expression, indicator, severity, ko, en) = rule;
        made_up(
            rows,
            "validation_rule",
            json!({
                "key": format!("{programme}/{code}"),
                "programme": programme,
                "code": code,
                "position": position,
                "expression": expression,
                "indicator_code": indicator,
                "severity": severity,
                "missing_strategy": "SKIP_IF_ANY_VALUE_MISSING",
                "message": { "ko": ko, "en": en },
                "valid_from": quarters[0].to_string(),
            }),
        )?;
    }
    Ok(())
}

fn obligations(rows: &mut Vec<Row>, quarters: &[Quarter; QUARTERS]) -> Result<(), Error> {
    let reporters = REPORTERS.iter().map(|one| (VOUCHER, one.code));
    for (programme, institution) in reporters.chain(TRAINERS.iter().map(|one| (TRAINING, one.code)))
    {
        let starts = if (programme, institution) == (VOUCHER, "KISED") { JOINED } else { 0 };
        let ends = ((programme, institution) == (TRAINING, "KIBO"))
            .then(|| Value::from(quarters[LEFT].last_day().to_string()));
        let mut entry = json!({
            "key": format!("{programme}/{institution}"),
            "programme": programme,
            "institution": institution,
            "starts_on": quarters[starts].first_day().to_string(),
        });
        if let Some(ends) = ends {
            entry["ends_on"] = ends;
        }
        made_up(rows, "obligation", entry)?;
    }
    Ok(())
}
