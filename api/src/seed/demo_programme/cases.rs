//! Cases of adoption in each state, so that there is something to submit, to return, to verify and to publish.

use serde_json::json;

use super::{Scenario, text};

/// How far a case went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Draft,
    Submitted,
    Returned,
    Verified,
    Published,
    Withdrawn,
}

/// Owner, title in Korean and English, region, industry, size, technology, application, stage, end.
type Case = (
    &'static str,
    (&'static str, &'static str),
    (&'static str, &'static str, &'static str),
    (&'static str, &'static str, &'static str),
    End,
);

const CASES: [Case; 8] = [
    (
        "DEMO_MAKER",
        ("가공 불량을 영상으로 선별", "Finds faulty parts by vision"),
        ("KR-48", "25", "SMALL"),
        ("COMPUTER_VISION", "DEFECT_DETECTION", "PRODUCTION"),
        End::Published,
    ),
    (
        "DEMO_FOOD",
        ("수요를 내다봐 재료 폐기 감축", "Wastes less by forecasting demand"),
        ("KR-43", "10", "MEDIUM"),
        ("CLASSICAL_ML", "DEMAND_FORECASTING", "SCALED"),
        End::Published,
    ),
    (
        "DEMO_SHOPS",
        ("상점 문의 자동 응대", "Answers customers of shops"),
        ("KR-26", "47", "SMALL_MERCHANT"),
        ("NLP", "MARKETING_AND_CUSTOMER", "PILOT"),
        End::Verified,
    ),
    (
        "DEMO_CENTRE",
        ("설비 고장 예측", "Foresees machine trouble"),
        ("JEONNAM_GWANGJU", "29", "MEDIUM"),
        ("CLASSICAL_ML", "PREDICTIVE_MAINTENANCE", "PRODUCTION"),
        End::Submitted,
    ),
    (
        "DEMO_MAKER",
        ("견적서 초안 작성", "Drafts offers"),
        ("KR-48", "25", "SMALL"),
        ("GENERATIVE", "DOCUMENTS_AND_BACK_OFFICE", "PILOT"),
        End::Submitted,
    ),
    (
        "DEMO_FOOD",
        ("작업장 위험 감지", "Spots danger at work"),
        ("KR-43", "10", "MEDIUM"),
        ("COMPUTER_VISION", "SAFETY", "PILOT"),
        End::Returned,
    ),
    (
        "DEMO_SHOPS",
        ("공동 주문 도우미", "Helps to order together"),
        ("KR-26", "46", "SMALL_MERCHANT"),
        ("AGENTIC", "DOCUMENTS_AND_BACK_OFFICE", "EXPLORING"),
        End::Draft,
    ),
    (
        "DEMO_CENTRE",
        ("용접 품질 점검", "Checks welds"),
        ("JEONNAM_GWANGJU", "31", "SMALL"),
        ("COMPUTER_VISION", "DEFECT_DETECTION", "PRODUCTION"),
        End::Withdrawn,
    ),
];

/// Adds them, one each month.
pub fn tell(scenario: &mut Scenario) {
    let calendar = scenario.calendar;
    for (at, (owner, (ko, en), (region, industry, size), (technology, application, stage), end)) in
        (0..).zip(CASES)
    {
        let months = at - 9;
        let day = |days| calendar.in_month(months, days);
        let name = format!("case-{at}");
        let outcomes = if matches!(stage, "PRODUCTION" | "SCALED") {
            json!([{
                "family": "PRODUCTIVITY", "metric": text("처리 시간", "Time taken"), "unit": "분/건",
                "baseline": 42.0, "after": 27.5, "measuredOn": day(5),
                "method": text("도입 전후 3개월 평균", "Averages of three months before and after"),
            }])
        } else {
            json!([])
        };
        scenario.call(
            (day(6), 9),
            owner,
            "draftCase",
            (None, &name),
            json!({
                "title": text(ko, en),
                "summary": text("지어낸 기업의 도입 과정", "How a made-up company went about it"),
                "companyName": "(예시) 도입기업",
                "region": region, "industry": industry, "size": size,
                "technology": technology, "application": application, "stage": stage,
                "supplier": "DEMO_AI",
                "programme": text("AI 바우처", "AI voucher"),
                "startedOn": super::period(calendar.month(months - 6)),
                "investment": "42000000", "publicSupport": "30000000",
                "lessons": text("현장 자료를 먼저 정리해야 함", "Put the data of the shop floor in order first"),
                "outcomes": outcomes,
                "barriers": [{ "kind": "DATA", "note": text("자료가 흩어져 있었음", "The data were scattered") }],
            }),
        );
        let on = Some(format!("@AdoptionCase:{name}"));
        let mut then = |days, by, mutation, input| {
            scenario.call(
                (calendar.in_month(months, days), 10),
                by,
                mutation,
                (on.clone(), ""),
                input,
            );
        };
        if end == End::Draft {
            continue;
        }
        then(8, owner, "giveCaseConsent", json!({}));
        then(9, owner, "submitCase", json!({}));
        match end {
            End::Draft | End::Submitted => continue,
            End::Returned => {
                let reason = "(예시) 위험을 어떻게 세었는지 적어 주십시오.";
                then(16, "TIPA", "returnCase", json!({ "reason": reason }));
                continue;
            }
            End::Verified | End::Published | End::Withdrawn => {
                then(17, "TIPA", "verifyCase", json!({ "level": "SITE_VISITED" }));
            }
        }
        if end != End::Verified {
            then(20, "TIPA", "publishCase", json!({}));
        }
        if end == End::Withdrawn {
            then(24, owner, "withdrawCase", json!({ "reason": "(예시) 기업이 공개를 거둠" }));
        }
    }
}
