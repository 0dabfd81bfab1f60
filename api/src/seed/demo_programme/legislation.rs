//! Two bills, one on its way and one that stands still; opinion rounds on the first and on the plan; seats in the council.

use serde_json::{Value, json};

use super::{COUNCIL, Scenario, text};

/// Stages of a bill with the quarter and the days after its first.
type Way = &'static [(&'static str, i32, u64)];

const ON_ITS_WAY: Way = &[
    ("DRAFTING", -4, 10),
    ("CONSULTATION", -4, 50),
    ("LEGISLATIVE_NOTICE", -3, 20),
    ("REGULATORY_AND_MOLEG_REVIEW", -3, 70),
    ("CABINET", -2, 40),
    ("RECEIVED", -2, 60),
    ("COMMITTEE_RECEIVED", -1, 5),
    ("COMMITTEE_REVIEW", -1, 60),
    ("COMMITTEE_DECIDED", 0, 50),
];
const STANDS_STILL: Way = &[("RECEIVED", -4, 15), ("COMMITTEE_RECEIVED", -4, 30)];

/// Adds all of it.
pub fn tell(scenario: &mut Scenario) {
    initiative(scenario);
    seats(scenario);
    let stances: [(&str, &[Opinion]); 4] = [
        (
            "KOSME",
            &[
                (Some("제3조"), "AGREE", None),
                (
                    Some("제5조"),
                    "AGREE_WITH_CHANGES",
                    Some((
                        "지원 대상에 지역 제조기업을 밝혀 적을 필요",
                        "Regional manufacturers should be named among those supported",
                    )),
                ),
            ],
        ),
        (
            "SEMAS",
            &[
                (
                    Some("제5조"),
                    "AGREE_WITH_CHANGES",
                    Some((
                        "소상공인 공동 신청을 허용할 필요",
                        "Small businesses should be able to apply together",
                    )),
                ),
                (Some("제8조"), "NO_OPINION", None),
            ],
        ),
        (
            "DEMO_ASSOC",
            &[
                (
                    Some("제5조"),
                    "DISAGREE",
                    Some((
                        "자부담 비율이 높아 작은 기업은 신청하기 어려움",
                        "The own share is too high for small companies",
                    )),
                ),
                (Some("제8조"), "AGREE", None),
            ],
        ),
        (
            "DEMO_MAKER",
            &[(None, "AGREE", Some(("법안의 취지에 찬성", "In favour of what the bill is for")))],
        ),
    ];
    let invited: Vec<&str> = stances.iter().map(|(code, _)| *code).chain(["KIBO"]).collect();
    let calendar = scenario.calendar;
    scenario.call(
        (calendar.day(-3, 22), 10),
        "MSS",
        "openOpinionRound",
        (None, "round-bill"),
        json!({
            "title": text("지역기업 AI 활용 지원법안 조문별 의견", "The bill on AI in regional companies, clause by clause"),
            "question": text("조문별로 찬반과 고칠 점을 적어 주십시오.", "Say of each clause what you think and what to change."),
            "bill": "@Bill:bill",
            "closesOn": calendar.day(-3, 52),
            "institutions": invited,
        }),
    );
    for ((place, (code, opinions)), days) in (1..).zip(stances).zip([29, 34, 41, 50]) {
        respond(scenario, (-3, days), code, ("round-bill", place), opinions);
    }
    scenario.call(
        (calendar.day(-3, 56), 15),
        "MSS",
        "closeOpinionRound",
        (Some("@OpinionRound:round-bill".into()), ""),
        json!({
            "result": text(
                "제5조에 공동 신청을 넣고 자부담 비율을 낮추었으며, 나머지는 원안대로 둠",
                "Clause 5 now allows joint applications and a lower own share; the rest stays",
            ),
            "publishesResponses": true,
        }),
    );
    scenario.call(
        (calendar.day(-1, 75), 10),
        "MSS",
        "openOpinionRound",
        (None, "round-plan"),
        json!({
            "title": text("내년도 지역 AI 지원 방향", "Support for AI in the regions next year"),
            "question": text("내년에 먼저 해야 할 지원은 무엇입니까?", "What should be supported first next year?"),
            "plan": "@PolicyPlan:DEMO_PLAN",
            "closesOn": calendar.day(1, 20),
            "institutions": ["KOSME", "KIBO", "SEMAS", "KISED", "DEMO_CENTRE", "DEMO_SHOPS"],
        }),
    );
    let first: &[Opinion] = &[(
        None,
        "AGREE_WITH_CHANGES",
        Some((
            "업종별 공통 데이터 마련을 앞세울 필요",
            "Data shared within an industry should come first",
        )),
    )];
    respond(scenario, (-1, 82), "DEMO_CENTRE", ("round-plan", 5), first);
    respond(scenario, (0, 6), "KIBO", ("round-plan", 2), &[(None, "AGREE", None)]);
}

/// Clause, stance, opinion in Korean and English.
type Opinion = (Option<&'static str>, &'static str, Option<(&'static str, &'static str)>);

fn respond(
    scenario: &mut Scenario,
    (quarter, days): (i32, u64),
    by: &'static str,
    (round, place): (&str, usize),
    opinions: &[Opinion],
) {
    let opinions: Vec<Value> = opinions
        .iter()
        .map(|(clause, stance, opinion)| {
            let raises = opinion.filter(|_| *stance == "DISAGREE");
            let raises = raises.map(|_| text("자부담 비율 인하", "A lower own share"));
            let opinion = opinion.map(|(ko, en)| text(ko, en));
            json!({ "clause": clause, "stance": stance, "opinion": opinion, "raises": raises })
        })
        .collect();
    let day = scenario.calendar.day(quarter, days);
    let on = Some(format!("@OpinionInvitation:{round}/{place}"));
    let input = json!({ "opinions": opinions });
    scenario.call((day, 14), by, "respondToOpinionRound", (on, ""), input);
}

fn initiative(scenario: &mut Scenario) {
    let calendar = scenario.calendar;
    let start = calendar.day(-4, 10);
    scenario.call(
        (start, 9),
        "MSS",
        "createInitiative",
        (None, "act"),
        json!({
            "code": "DEMO_ACT",
            "title": text("지역기업 AI 활용 지원법", "Act on support for AI in regional companies"),
            "isTentative": true,
            "purpose": text("지역 중소기업의 AI 도입을 돕는 가상의 법", "A made-up act that helps regional companies adopt AI"),
            "owner": "MSS",
            "startsOn": start,
        }),
    );
    for (name, number, ko, en, kind, proposer, way) in [
        (
            "bill",
            "DEMO-BILL-1",
            "지역기업 AI 활용 지원법안",
            "Bill on support for AI in regional companies",
            "GOVERNMENT",
            ("정부", "Government"),
            ON_ITS_WAY,
        ),
        (
            "bill-still",
            "DEMO-BILL-2",
            "소상공인 AI 활용 지원법안",
            "Bill on AI for small businesses",
            "MEMBER",
            ("가상 의원 등 10인", "A made-up member and nine others"),
            STANDS_STILL,
        ),
    ] {
        let (_, quarter, days) = way[0];
        let bill = format!("@Bill:{name}");
        scenario.call(
            (calendar.day(quarter, days), 10),
            "MSS",
            "registerBill",
            (None, name),
            json!({
                "number": number, "title": text(ko, en), "initiative": "DEMO_ACT",
                "proposerKind": kind, "proposer": text(proposer.0, proposer.1),
            }),
        );
        for (stage, quarter, days) in way {
            let day = calendar.day(*quarter, *days);
            let input =
                json!({ "stage": stage, "occurredOn": day, "source": "(예시) 지어낸 기록" });
            scenario.call((day, 11), "MSS", "recordBillEvent", (Some(bill.clone()), ""), input);
        }
        for (quarter, days) in [(-1, 80), (0, 50)] {
            let checked = (calendar.day(quarter, days), 16);
            scenario.call(
                checked,
                "TIPA",
                "recordBillChecked",
                (Some(bill.clone()), ""),
                json!({}),
            );
        }
    }
    let articles = [
        ("제3조", "지원계획", "Plan of support"),
        ("제5조", "도입 비용의 지원", "Support for the cost of adoption"),
        ("제8조", "데이터의 공동 이용", "Shared use of data"),
    ];
    let provisions: Vec<Value> = articles
        .iter()
        .map(|(article, ko, en)| json!({ "article": article, "title": text(ko, en) }))
        .collect();
    let on = Some("@Bill:bill".to_owned());
    let input = json!({ "provisions": provisions });
    scenario.call((calendar.day(-4, 55), 10), "MSS", "setProvisions", (on, ""), input);
}

/// A year's seats: one ends soon, two are still without a name, two are empty.
fn seats(scenario: &mut Scenario) {
    let calendar = scenario.calendar;
    let (from, to, soon) = (calendar.day(-4, 14), calendar.day(4, 13), calendar.day(1, 13));
    let seats = [
        (json!({ "person": "DEMO_P1", "institution": "DEMO_UNIV" }), "CHAIR", "ACADEMIA", to),
        (json!({ "person": "DEMO_P2", "institution": "DEMO_MAKER" }), "MEMBER", "INDUSTRY", soon),
        (json!({ "person": "DEMO_P3", "institution": "DEMO_AI" }), "ADVISOR", "INDUSTRY", to),
        (json!({ "person": "DEMO_P4", "institution": "DEMO_ASSOC" }), "MEMBER", "INDUSTRY", to),
        (json!({ "person": "DEMO_P5", "institution": "DEMO_SHOPS" }), "MEMBER", "INDUSTRY", to),
        (json!({ "institution": "TIPA" }), "SECRETARY", "GOVERNMENT", to),
        (
            json!({ "group": text("연구계 위원(추천 중)", "Members from research, to be named"), "headCount": 2 }),
            "MEMBER",
            "RESEARCH",
            to,
        ),
    ];
    for (mut input, role, sector, ends_on) in seats {
        input["body"] = COUNCIL.into();
        input["role"] = role.into();
        input["sector"] = sector.into();
        input["startsOn"] = from.to_string().into();
        input["endsOn"] = ends_on.to_string().into();
        input["letterOn"] = from.to_string().into();
        input["post"] = text("협의체 위원", "Council member");
        scenario.call((from, 13), "MSS", "appoint", (None, ""), input);
    }
}
