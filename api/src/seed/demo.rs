//! The illustrative set: 300 adoption cases over all regions, industries, sizes and stages, in Korean and
//! English. Every row is marked ILLUSTRATIVE. The same numbers come out of every run, so that two
//! installations show the same.

use serde_json::json;

use super::numbers::Numbers;
use super::{DataSet, Row, fingerprint, made_up as row};
use crate::error::Error;

/// Cases in the set.
const CASES: u64 = 300;

const REGIONS: [(&str, &str, &str); 17] = [
    ("KR-11", "서울", "Seoul"),
    ("KR-26", "부산", "Busan"),
    ("KR-27", "대구", "Daegu"),
    ("KR-28", "인천", "Incheon"),
    ("KR-29", "광주", "Gwangju"),
    ("KR-30", "대전", "Daejeon"),
    ("KR-31", "울산", "Ulsan"),
    ("KR-50", "세종", "Sejong"),
    ("KR-41", "경기", "Gyeonggi"),
    ("KR-42", "강원", "Gangwon"),
    ("KR-43", "충북", "North Chungcheong"),
    ("KR-44", "충남", "South Chungcheong"),
    ("KR-45", "전북", "Jeonbuk"),
    ("KR-46", "전남", "South Jeolla"),
    ("KR-47", "경북", "North Gyeongsang"),
    ("KR-48", "경남", "South Gyeongsang"),
    ("KR-49", "제주", "Jeju"),
];

/// Industry, trade in Korean and English.
const TRADES: [(&str, &str, &str); 24] = [
    ("01", "스마트팜 농가", "smart farm"),
    ("10", "식품 가공업체", "food processor"),
    ("13", "섬유 제조업체", "textile maker"),
    ("20", "화학 소재 업체", "chemical maker"),
    ("21", "의약품 제조업체", "drug maker"),
    ("22", "플라스틱 사출업체", "plastics moulder"),
    ("24", "주물 업체", "foundry"),
    ("25", "금속 가공업체", "metal works"),
    ("26", "전자부품 업체", "electronics maker"),
    ("28", "전기장비 업체", "electrical equipment maker"),
    ("29", "기계 제조업체", "machine builder"),
    ("30", "자동차 부품업체", "car parts maker"),
    ("31", "조선 기자재 업체", "shipbuilding supplier"),
    ("35", "발전 설비 운영사", "power plant operator"),
    ("38", "재활용 업체", "recycler"),
    ("41", "건설사", "builder"),
    ("46", "도매 유통사", "wholesaler"),
    ("47", "온라인 소매점", "online shop"),
    ("49", "화물 운송사", "haulier"),
    ("56", "음식점", "restaurant"),
    ("62", "소프트웨어 개발사", "software house"),
    ("72", "엔지니어링 업체", "engineering firm"),
    ("86", "지역 병원", "local hospital"),
    ("95", "수리 전문점", "repair shop"),
];

/// Application, its title in Korean and English, technology, metric (Korean, English, unit, family,
/// greatest baseline, whether less is better).
type Use = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    (&'static str, &'static str, &'static str, &'static str, u64, bool),
);

const USES: [Use; 10] = [
    (
        "DEFECT_DETECTION",
        "비전 검사로 불량 선별",
        "sorts out defects by vision",
        "COMPUTER_VISION",
        ("불량률", "defect rate", "%", "QUALITY", 80, true),
    ),
    (
        "PREDICTIVE_MAINTENANCE",
        "설비 이상 징후 예측",
        "foresees machine trouble",
        "CLASSICAL_ML",
        ("설비 정지 시간", "downtime", "시간/월", "PRODUCTIVITY", 400, true),
    ),
    (
        "DEMAND_FORECASTING",
        "수요 예측으로 재고 조정",
        "fits stock to forecast demand",
        "CLASSICAL_ML",
        ("재고 금액", "stock value", "백만원", "COST", 9000, true),
    ),
    (
        "MARKETING_AND_CUSTOMER",
        "고객 문의 자동 응대",
        "answers customers by itself",
        "NLP",
        ("평균 응답 시간", "time to answer", "분", "SALES", 300, true),
    ),
    (
        "DOCUMENTS_AND_BACK_OFFICE",
        "문서 작성과 분류 자동화",
        "drafts and files documents",
        "GENERATIVE",
        ("문서 처리량", "documents handled", "건/일", "PRODUCTIVITY", 900, false),
    ),
    (
        "DESIGN_AND_RND",
        "설계 대안 자동 생성",
        "proposes designs",
        "GENERATIVE",
        ("설계 기간", "design time", "일", "DELIVERY", 450, true),
    ),
    (
        "SAFETY",
        "작업장 위험 감지",
        "spots danger at work",
        "COMPUTER_VISION",
        ("아차사고", "near misses", "건/월", "SAFETY", 120, true),
    ),
    (
        "OTHER",
        "에너지 사용 최적화",
        "saves energy",
        "REINFORCEMENT_LEARNING",
        ("전력 사용량", "power used", "MWh/월", "COST", 3000, true),
    ),
    (
        "DOCUMENTS_AND_BACK_OFFICE",
        "업무 에이전트로 발주 처리",
        "orders through an agent",
        "AGENTIC",
        ("발주 처리 시간", "time to order", "분/건", "DELIVERY", 250, true),
    ),
    (
        "DEFECT_DETECTION",
        "음향 분석으로 조립 불량 확인",
        "hears faulty assembly",
        "CLASSICAL_ML",
        ("재작업률", "rework rate", "%", "QUALITY", 150, true),
    ),
];

const SIZES: [&str; 4] = ["SMALL_MERCHANT", "SMALL", "MEDIUM", "MID_MARKET"];
const STAGES: [&str; 6] = ["EXPLORING", "POC", "PILOT", "PRODUCTION", "SCALED", "STOPPED"];
const VERIFICATIONS: [&str; 4] = ["SELF_REPORTED", "DOCUMENTED", "SITE_VISITED", "EVALUATED"];
const BARRIERS: [&str; 8] = [
    "COST",
    "TALENT",
    "DATA",
    "INFORMATION",
    "ROI_UNCERTAINTY",
    "INFRASTRUCTURE",
    "REGULATION",
    "SECURITY",
];

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn tenth(value: u64) -> f64 {
    value as f64 / 10.0
}

/// The illustrative set.
///
/// # Errors
/// Internal.
pub fn set() -> Result<DataSet, Error> {
    let mut rows = Vec::new();
    let mut numbers = Numbers::new(2026);
    for number in 0..CASES {
        case(&mut rows, &mut numbers, number)?;
    }
    let text: Vec<String> =
        rows.iter().map(|row| format!("{}{:?}", row.table, row.columns)).collect();
    Ok(DataSet {
        name: "demo",
        fingerprint: fingerprint(text.iter().map(String::as_str)),
        origin: entity::common::Origin::Illustrative,
        rows,
    })
}

fn case(rows: &mut Vec<Row>, numbers: &mut Numbers, number: u64) -> Result<(), Error> {
    // Region and stage go round, so that each occurs with each; the rest is drawn.
    let at = |of: usize| usize::try_from(number % (of as u64)).unwrap_or(0);
    let (mut region, mut place_ko, mut place_en) = REGIONS[at(REGIONS.len())];
    let stage = STAGES[usize::try_from(number / 17 % 6).unwrap_or(0)];
    let (industry, trade_ko, trade_en) = TRADES[at(TRADES.len())];
    let (application, does_ko, does_en, technology, metric) = *numbers.pick(&USES);
    let size = SIZES[at(SIZES.len())];
    let month = 1 + numbers.below(12);
    let year = 2023 + numbers.below(4);
    let month = if year == 2026 { 1 + month % 10 } else { month };
    if year == 2026 && month >= 7 && matches!(region, "KR-29" | "KR-46") {
        (region, place_ko, place_en) = ("JEONNAM_GWANGJU", "전남광주", "Jeonnam-Gwangju");
    }
    let article = if trade_en.starts_with(['a', 'e', 'i', 'o', 'u']) { "An" } else { "A" };
    let code = format!("DEMO-{:04}", number + 1);
    let won = 1_000_000 * (5 + numbers.below(295));
    let supported = numbers.below(3) > 0;
    // Two of three companies are named; what is told of the others leads to none.
    let is_named = number % 3 < 2;
    let (who_ko, who_en) = if is_named {
        (format!("{place_ko} {trade_ko}"), format!("{article} {trade_en} in {place_en}"))
    } else {
        (format!("{} 기업", section_ko(industry)), "A company".to_owned())
    };
    let later = matches!(stage, "PRODUCTION" | "SCALED" | "PILOT");
    row(
        rows,
        "adoption_case",
        json!({
            "code": code,
            "title": { "ko": format!("{who_ko}, {does_ko}"), "en": format!("{who_en} {does_en}") },
            "summary": {
                "ko": format!("(예시) {who_ko}에서 {does_ko} 과제를 {} 단계까지 진행한 가상의 사례", stage_ko(stage)),
                "en": format!("(Illustration) {who_en} {does_en}; a made-up case at the stage {stage}"),
            },
            "disclosure": if is_named { "NAMED" } else { "ANONYMISED" },
            "company_name": is_named.then(|| format!("예시 {trade_ko} {}호", number + 1)),
            "region": region,
            "industry": industry,
            "size": size,
            "technology": technology,
            "application": application,
            "stage": stage,
            "supplier_name": format!("예시 공급기업 {}", 1 + numbers.below(12)),
            "started_on": format!("{year}-{month:02}"),
            "investment": won,
            "public_support": if supported { won / 2 } else { 0 },
            "verification": numbers.pick(&VERIFICATIONS),
            "status": "PUBLISHED",
            "lessons": { "ko": "(예시) 현장 데이터 정리에 가장 많은 시간이 들었음", "en": "(Illustration) Putting the data in order took most of the time" },
            "consent_to_publish": true,
            "published_on": "2026-10-15",
        }),
    )?;
    row(rows, "case_technology", json!({ "adoption_case": code, "technology": technology }))?;
    let barrier = numbers.pick(&BARRIERS);
    row(rows, "case_barrier", json!({ "adoption_case": code, "kind": barrier }))?;
    if later {
        let (metric_ko, metric_en, unit, family, most, less) = metric;
        let baseline = most / 2 + numbers.below(most / 2);
        let share = 5 + numbers.below(40);
        let after =
            if less { baseline * (100 - share) / 100 } else { baseline * (100 + share) / 100 };
        row(
            rows,
            "outcome",
            json!({
                "adoption_case": code,
                "position": 1,
                "family": family,
                "metric": { "ko": metric_ko, "en": metric_en },
                "unit": unit,
                "baseline": tenth(baseline),
                "after": tenth(after),
                "measured_on": format!("{year}-12"),
                "method": { "ko": "(예시) 도입 전후 3개월 평균 비교", "en": "(Illustration) Averages of three months before and after" },
            }),
        )?;
    }
    Ok(())
}

/// The KSIC section of a division, as it is spoken of.
fn section_ko(division: &str) -> &'static str {
    match division {
        "01" => "농림어업",
        "35" => "전기·가스 공급",
        "38" => "폐기물 처리",
        "41" => "건설",
        "46" | "47" => "도소매",
        "49" => "운수",
        "56" => "음식·숙박",
        "62" => "정보통신",
        "72" => "전문·과학 서비스",
        "86" => "보건",
        "95" => "수리·개인 서비스",
        _ => "제조",
    }
}

fn stage_ko(stage: &str) -> &'static str {
    match stage {
        "EXPLORING" => "탐색",
        "POC" => "개념검증",
        "PILOT" => "시범",
        "PRODUCTION" => "운영",
        "SCALED" => "확산",
        _ => "중단",
    }
}
