//! Meetings of the council: plenaries each quarter, its working group each month. Some are to come, one was put off, one was
//! called off, for two months it is on record that none was held, and a round table waits for a day.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

use super::recommendations::raised_in;
use super::{COUNCIL, Scenario, period, text};
use crate::seed::scenario::instant;

/// What a meeting is about in Korean and English, and what is said there.
type Theme = ((&'static str, &'static str), (&'static str, &'static str));

const COST: Theme = (
    ("AI 도입 비용과 인력", "Cost and talent"),
    (
        "장비보다 운영 인력의 비용이 더 큰 부담임",
        "The people who run it cost more than the equipment",
    ),
);
const DATA: Theme = (
    ("데이터와 보안", "Data and security"),
    (
        "현장 자료가 서식마다 달라 학습에 쓰기 어려움",
        "Each form keeps its data differently, so none can be learnt from",
    ),
);
const RULES: Theme = (
    ("규제와 실증", "Regulation and trials"),
    (
        "실증 허가에 걸리는 기간을 미리 알 수 없음",
        "Nobody can say how long the permit for a trial takes",
    ),
);
const REGIONS: Theme = (
    ("지역 확산과 성과", "The regions and what came of it"),
    ("수도권 밖에서는 공급기업을 찾기 어려움", "Outside the capital it is hard to find a supplier"),
);
const NEXT: Theme = (
    ("내년도 지원 방향", "Support next year"),
    ("지원 시기를 앞당길 필요", "Support should begin earlier in the year"),
);

/// Months of the working group, counted from the first of this quarter, with what they are about.
const WORKING: [(i32, Theme); 9] = [
    (-6, COST),
    (-5, DATA),
    (-3, DATA),
    (-2, RULES),
    (0, REGIONS),
    (1, COST),
    (2, DATA),
    (3, NEXT),
    (4, RULES),
];

/// A meeting.
struct Meeting {
    name: String,
    series: &'static str,
    /// What it is called.
    kind: (&'static str, &'static str),
    theme: Theme,
    planned_on: NaiveDate,
    held_on: NaiveDate,
    venue: (&'static str, &'static str, &'static str),
}

/// Adds them.
pub fn tell(scenario: &mut Scenario) {
    let calendar = scenario.calendar;
    for (quarters, theme) in (-3..).zip([COST, DATA, RULES, REGIONS, NEXT]) {
        let meeting = Meeting {
            name: plenary(quarters),
            series: "DEMO_PLENARY",
            kind: ("전체회의", "Plenary"),
            theme,
            planned_on: calendar.day(quarters - 2, 60),
            held_on: calendar.day(quarters, 38),
            venue: ("세종 회의장", "Conference hall, Sejong", "KR-50"),
        };
        whole(scenario, &meeting);
    }
    for (months, theme) in WORKING {
        let mut meeting = Meeting {
            name: working(months),
            series: "DEMO_WORKING",
            kind: ("실무협의회", "Working group"),
            theme,
            planned_on: calendar.in_month(months - 5, 2),
            held_on: calendar.in_month(months, 14),
            venue: ("대전 회의실", "Meeting room, Daejeon", "KR-30"),
        };
        if months == -2 {
            let new = calendar.in_month(months, 22);
            let reason = text("발표자의 사정", "The presenter could not come");
            let [starts_at, ends_at] = hours(new);
            scenario.call(
                (calendar.in_month(months, 10), 10),
                "TIPA",
                "postponeMeeting",
                (Some(format!("@Meeting:{}", meeting.name)), ""),
                json!({ "heldOn": new, "startsAt": starts_at, "endsAt": ends_at, "reason": reason }),
            );
            plan(scenario, &meeting);
            meeting.held_on = new;
            record(scenario, &meeting);
        } else {
            whole(scenario, &meeting);
        }
    }
    not_held(scenario);
}

/// Name of a plenary.
fn plenary(quarters: i32) -> String {
    format!("plenary{quarters}")
}

/// Name of a meeting of the working group.
fn working(months: i32) -> String {
    format!("working{months}")
}

fn not_held(scenario: &mut Scenario) {
    let calendar = scenario.calendar;
    let called_off = Meeting {
        name: working(-4),
        series: "DEMO_WORKING",
        kind: ("실무협의회", "Working group"),
        theme: REGIONS,
        planned_on: calendar.in_month(-6, 2),
        held_on: calendar.in_month(-4, 14),
        venue: ("대전 회의실", "Meeting room, Daejeon", "KR-30"),
    };
    plan(scenario, &called_off);
    let reason = text("태풍으로 이동이 어려움", "A typhoon kept people from travelling");
    scenario.call(
        (calendar.in_month(-4, 12), 10),
        "TIPA",
        "cancelMeeting",
        (Some(format!("@Meeting:{}", called_off.name)), ""),
        json!({ "reason": reason }),
    );
    for (months, on, reason) in [
        (-4, calendar.in_month(-3, 1), reason),
        (
            -1,
            calendar.in_month(-1, 26),
            text("전체회의 준비로 열지 않음", "Not held, as the plenary was prepared"),
        ),
    ] {
        scenario.call(
            (on, 11),
            "TIPA",
            "recordNotHeld",
            (None, ""),
            json!({ "series": "DEMO_WORKING", "period": period(calendar.month(months)), "reason": reason }),
        );
    }
    let waiting = "roundtable";
    scenario.call(
        (calendar.day(-2, 70), 10),
        "TIPA",
        "planMeeting",
        (None, waiting),
        json!({
            "body": COUNCIL,
            "kind": "ROUNDTABLE",
            "title": text("AI 규제 현장간담회", "Round table on regulation of AI"),
            "heldOn": period(calendar.month(-1)),
            "topics": ["REGULATION"],
        }),
    );
    scenario.call(
        (calendar.day(-1, 20), 10),
        "TIPA",
        "postponeMeeting",
        (Some(format!("@Meeting:{waiting}")), ""),
        json!({ "reason": text("참석 기업을 다시 정함", "The companies are chosen anew") }),
    );
}

/// From two to four.
fn hours(day: NaiveDate) -> [DateTime<Utc>; 2] {
    [instant(day, (14, 0)), instant(day, (16, 0))]
}

fn whole(scenario: &mut Scenario, meeting: &Meeting) {
    plan(scenario, meeting);
    record(scenario, meeting);
}

/// Planned with its agenda and those who are invited.
fn plan(scenario: &mut Scenario, meeting: &Meeting) {
    let ((ko, en), _) = meeting.theme;
    let on = Some(format!("@Meeting:{}", meeting.name));
    let [starts_at, ends_at] = hours(meeting.held_on);
    let (venue_ko, venue_en, region) = meeting.venue;
    scenario.call(
        (meeting.planned_on, 10),
        "TIPA",
        "planMeeting",
        (None, &meeting.name),
        json!({
            "series": meeting.series,
            "title": text(&format!("{}: {ko}", meeting.kind.0), &format!("{}: {en}", meeting.kind.1)),
            "purpose": text("현장의 애로를 듣고 처리 결과를 알림", "To hear the field and report what came of it"),
            "heldOn": meeting.held_on,
            "startsAt": starts_at,
            "endsAt": ends_at,
            "venue": { "name": text(venue_ko, venue_en), "region": region },
            "topics": ["REGIONAL_AI", "FEEDBACK"],
            "pressAccess": "PARTIAL",
        }),
    );
    let plan = json!([{ "plan": "DEMO_PLAN", "role": "DISCUSSION" }]);
    let mut items = json!([
        { "number": "1", "title": text("지난 건의의 처리 현황", "What came of earlier recommendations"), "presenters": [{ "institution": "TIPA" }], "isOpenToPress": true },
        { "number": "2", "title": text(ko, en), "presenters": [{ "person": "DEMO_P1" }, { "person": "DEMO_P2" }], "considers": plan },
        { "number": "3", "title": text("다음 회의 일정", "Date of the next meeting"), "presenters": [{ "institution": "MSS" }] },
    ]);
    for (at, (from, to)) in
        [((14, 0), (14, 20)), ((14, 20), (15, 50)), ((15, 50), (16, 0))].into_iter().enumerate()
    {
        items[at]["startsAt"] = json!(instant(meeting.held_on, from));
        items[at]["endsAt"] = json!(instant(meeting.held_on, to));
    }
    scenario.call(
        (meeting.planned_on, 11),
        "TIPA",
        "setAgenda",
        (on.clone(), ""),
        json!({ "items": items }),
    );
    let invited: Vec<Value> = participants().into_iter().map(|(given, _)| given).collect();
    let invited = json!({ "participants": invited });
    scenario.call((meeting.planned_on, 12), "TIPA", "inviteParticipants", (on, ""), invited);
}

/// Who is invited, and whether they come.
fn participants() -> Vec<(Value, bool)> {
    let person = |code: &str, role: &str, sector: &str| json!({ "person": code, "role": role, "sector": sector, "visibility": "PUBLIC" });
    vec![
        (person("DEMO_P1", "ADVISOR", "ACADEMIA"), true),
        (person("DEMO_P2", "COMPANY", "INDUSTRY"), true),
        (person("DEMO_P3", "COMPANY", "INDUSTRY"), true),
        (person("DEMO_P4", "ASSOCIATION", "INDUSTRY"), true),
        (person("DEMO_P5", "ASSOCIATION", "INDUSTRY"), false),
        (
            json!({ "institution": "MSS", "role": "HOST", "sector": "GOVERNMENT", "headCount": 4 }),
            true,
        ),
        (
            json!({ "institution": "TIPA", "role": "SUPPORT", "sector": "GOVERNMENT", "headCount": 3 }),
            true,
        ),
        (
            json!({ "institution": "KOSME", "role": "AGENCY", "sector": "GOVERNMENT", "headCount": 2 }),
            true,
        ),
        (
            json!({ "group": text("지역 제조기업", "Manufacturers of the region"), "role": "COMPANY", "headCount": 12 }),
            true,
        ),
    ]
}

/// Held, with all that came of it; its minutes are approved a week later.
fn record(scenario: &mut Scenario, meeting: &Meeting) {
    let (_, (said_ko, said_en)) = meeting.theme;
    let on = Some(format!("@Meeting:{}", meeting.name));
    let item = |place: usize| format!("@AgendaItem:{}/{place}", meeting.name);
    let attendance: Vec<Value> = participants()
        .into_iter()
        .map(|(participant, came)| json!({ "participant": participant, "hasAttended": came }))
        .collect();
    let raised = raised_in(scenario, &meeting.name, meeting.held_on);
    scenario.call(
        (meeting.held_on, 17),
        "TIPA",
        "closeMeeting",
        (on.clone(), &meeting.name),
        json!({
            "headcount": 25,
            "companyCount": 14,
            "attendance": attendance,
            "outcomes": [
                { "item": item(1), "outcome": "NOTED" },
                { "item": item(2), "outcome": "REFERRED" },
                { "item": item(3), "outcome": "DECIDED" },
            ],
            "statements": [
                { "person": "DEMO_P2", "institution": "DEMO_MAKER", "summary": text(said_ko, said_en), "agendaItem": item(2), "topics": ["REGIONAL_AI"] },
                { "institution": "MSS", "summary": text("소관 기관에 넘겨 기한 안에 회신하겠음", "It goes to those in charge, and is answered in time"), "agendaItem": item(2) },
            ],
            "recommendations": raised,
            "minutes": { "text": text(
                &format!("{said_ko}. 건의를 소관 기관에 넘기고 다음 회의에서 처리 결과를 알리기로 함."),
                &format!("{said_en}. What was raised goes to those in charge; the next meeting hears what came of it."),
            ) },
        }),
    );
    let approved = super::working_day(meeting.held_on + chrono::Days::new(7));
    scenario.call((approved, 10), "MSS", "approveMinutes", (on, ""), json!({}));
}
