//! What no mutation makes: the council with its series, who takes part, a plan with its tasks and milestones.

use serde_json::json;

use super::{COUNCIL, Calendar, period, text};
use crate::error::Error;
use crate::seed::{DataSet, Row, fingerprint, made_up};

/// Code, Korean and English name, kind, sector and region of made-up institutions.
const MEMBERS: [(&str, &str, &str, &str, &str, &str); 7] = [
    (
        "DEMO_ASSOC",
        "한빛제조기업협회",
        "Hanbit Manufacturers' Association",
        "ASSOCIATION",
        "INDUSTRY",
        "KR-41",
    ),
    ("DEMO_SHOPS", "골목상점연합", "Neighbourhood Shops Union", "ASSOCIATION", "INDUSTRY", "KR-26"),
    ("DEMO_MAKER", "가람정밀", "Garam Precision", "AI_ADOPTER", "INDUSTRY", "KR-48"),
    ("DEMO_FOOD", "다온식품", "Daon Foods", "AI_ADOPTER", "INDUSTRY", "KR-43"),
    ("DEMO_AI", "새벽인공지능", "Saebyeok AI", "AI_SUPPLIER", "INDUSTRY", "KR-11"),
    (
        "DEMO_UNIV",
        "새롬대학교 AI연구센터",
        "Saerom University AI Centre",
        "UNIVERSITY",
        "ACADEMIA",
        "KR-30",
    ),
    (
        "DEMO_CENTRE",
        "남부 AI전환지원센터",
        "Southern AI Support Centre",
        "SUPPORT_CENTRE",
        "CIVIL",
        "JEONNAM_GWANGJU",
    ),
];

/// Code, Korean and English name, institution, post of made-up people.
const PEOPLE: [(&str, &str, &str, &str, &str, &str); 6] = [
    ("DEMO_P1", "한가람", "Han Garam", "DEMO_UNIV", "센터장", "Head of the centre"),
    ("DEMO_P2", "서다온", "Seo Daon", "DEMO_MAKER", "대표", "CEO"),
    ("DEMO_P3", "문새벽", "Moon Saebyeok", "DEMO_AI", "대표", "CEO"),
    ("DEMO_P4", "오한빛", "Oh Hanbit", "DEMO_ASSOC", "정책실장", "Director of policy"),
    ("DEMO_P5", "임골목", "Lim Golmok", "DEMO_SHOPS", "회장", "Chair"),
    ("DEMO_P6", "나남부", "Na Nambu", "DEMO_CENTRE", "센터장", "Head of the centre"),
];

/// Code, kind, Korean and English title, status, owner, due in months, milestones with the months in which they are due and
/// were reached.
type Task = (
    &'static str,
    &'static str,
    (&'static str, &'static str),
    &'static str,
    &'static str,
    i32,
    &'static [((&'static str, &'static str), i32, Option<i32>)],
);

const TASKS: [Task; 3] = [
    (
        "DEMO_TASK_TRIAL",
        "INFRASTRUCTURE",
        ("지역 공동 실증장비 마련", "Shared testing equipment in the regions"),
        "IN_PROGRESS",
        "KOSME",
        6,
        &[
            (("수요 조사", "Survey of what is needed"), -7, Some(-7)),
            (("장비 선정", "Equipment chosen"), -3, Some(-2)),
            (("운영 시작", "In operation"), 5, None),
        ],
    ),
    (
        "DEMO_TASK_DATA",
        "SUPPORT",
        ("제조 데이터 정비 지원", "Help with putting production data in order"),
        "IN_PROGRESS",
        "TIPA",
        3,
        &[
            (("표준 서식 공표", "Standard form published"), -5, Some(-5)),
            (("기업 100곳 지원", "100 companies helped"), 2, None),
        ],
    ),
    (
        "DEMO_TASK_TRAIN",
        "TASK",
        ("현장 인력 AI 교육", "AI training for people on the shop floor"),
        "COMPLETED",
        "SEMAS",
        -1,
        &[(("과정 12개 운영", "12 courses held"), -1, Some(-1))],
    ),
];

/// The rows.
pub fn set(calendar: Calendar) -> Result<DataSet, Error> {
    let mut rows = Vec::new();
    for (code, ko, en, kind, sector, region) in MEMBERS {
        made_up(
            &mut rows,
            "institution",
            json!({
                "code": code,
                "name": text(ko, en),
                "kind": kind,
                "sector": sector,
                "region": region,
                "summary": text("보기로 지어낸 기관", "An institution made up as an example"),
            }),
        )?;
    }
    for (code, ko, en, institution, post_ko, post_en) in PEOPLE {
        made_up(&mut rows, "person", json!({ "code": code, "name": text(ko, en) }))?;
        let post = json!({
            "person": code, "institution": institution, "position": 1,
            "post": { "ko": post_ko, "en": post_en }, "is_head": true, "acting": false,
        });
        made_up(&mut rows, "membership", post)?;
    }
    council(&mut rows, calendar)?;
    plan(&mut rows, calendar)?;
    let told: Vec<String> =
        rows.iter().map(|row| format!("{}{:?}", row.table, row.columns)).collect();
    Ok(DataSet {
        name: "demo-programme-rows",
        fingerprint: fingerprint(told.iter().map(String::as_str)),
        origin: entity::common::Origin::Illustrative,
        rows,
    })
}

fn council(rows: &mut Vec<Row>, calendar: Calendar) -> Result<(), Error> {
    made_up(
        rows,
        "body",
        json!({
            "code": COUNCIL,
            "name": text("지역 AI 전환 협의체", "Council on AI in the regions"),
            "kind": "POLICY_COUNCIL",
            "host": "MSS",
            "secretariat": "TIPA",
            "operating_since": period(calendar.month(-12)),
            "seats": 10,
            "remit": text(
                "지역 중소기업의 AI 도입 애로를 듣고 처리 결과를 되돌려 주는 가상의 협의체",
                "A made-up council that hears what keeps regional companies from AI and reports back what came of it",
            ),
            "topics": ["REGIONAL_AI", "SME_AI", "FEEDBACK"],
        }),
    )?;
    for (code, ko, en, cadence, first) in [
        ("DEMO_PLENARY", "전체회의", "Plenary", "QUARTERLY", -9),
        ("DEMO_WORKING", "실무협의회", "Working group", "MONTHLY", -6),
    ] {
        made_up(
            rows,
            "meeting_series",
            json!({
                "code": code,
                "body": COUNCIL,
                "name": text(ko, en),
                "cadence": cadence,
                "starts_on": period(calendar.month(first)),
            }),
        )?;
    }
    Ok(())
}

fn plan(rows: &mut Vec<Row>, calendar: Calendar) -> Result<(), Error> {
    let plan = "DEMO_PLAN";
    made_up(
        rows,
        "policy_plan",
        json!({
            "code": plan,
            "title": text("지역 중소기업 AI 전환 지원계획", "Plan for AI in regional companies"),
            "tentative": false,
            "kind": "MEASURE",
            "status": "IN_PROGRESS",
            "summary": text(
                "협의체의 건의를 받아 세운 가상의 계획",
                "A made-up plan that takes up what the council recommended",
            ),
            "owner": "MSS",
            "starts_on": period(calendar.month(-8)),
            "ends_on": period(calendar.month(12)),
        }),
    )?;
    for (code, kind, (ko, en), status, owner, due, milestones) in TASKS {
        let due = period(calendar.month(due));
        made_up(
            rows,
            "policy_task",
            json!({
                "code": code, "plan": plan, "kind": kind, "title": text(ko, en),
                "status": status, "owner": owner, "topic": "REGIONAL_AI", "due": due,
            }),
        )?;
        for (position, ((ko, en), due, reached)) in (1..).zip(milestones) {
            let reached = reached.map(|months| period(calendar.month(months)));
            made_up(
                rows,
                "milestone",
                json!({
                    "task": code, "position": position, "title": text(ko, en),
                    "due": period(calendar.month(*due)), "reached_on": reached,
                }),
            )?;
        }
    }
    Ok(())
}
