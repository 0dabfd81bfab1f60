//! What is raised in meetings, by letter, by institutions themselves and at an intake desk; who answers what and when, how it
//! is delivered, what comes of it, and what those who raised it think of the answer.

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use super::{Scenario, text};
use crate::seed::scenario::working_day;

/// Days within which an answer is due.
const DUE: u64 = 30;

/// Where a recommendation comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whence {
    /// A meeting of that name; its recommendations are told one after the other.
    Meeting(&'static str),
    /// A letter that the secretariat recorded, by quarter and days.
    Letter(i32, u64),
    /// Its institution raised it here; the secretariat published and assigned it.
    Own(i32, u64),
    /// Somebody came to the intake desk of the made-up centre.
    Desk(i32, u64),
}

/// An answer: days after it was raised, disposition, reason in Korean and English.
type Answer = (u64, &'static str, (&'static str, &'static str));

/// What was raised and what became of it.
struct Raised {
    /// Where it comes from.
    whence: Whence,
    /// Code of who raised it.
    by: &'static str,
    /// Code of the addressee.
    to: &'static str,
    topic: &'static str,
    title: (&'static str, &'static str),
    answer: Option<Answer>,
    /// Days, light, whether it is completed.
    delivery: &'static [(u64, &'static str, bool)],
    /// Days, kind.
    effect: Option<(u64, &'static str)>,
    rating: Option<i32>,
}

const fn raised(
    whence: Whence,
    (by, to): (&'static str, &'static str),
    topic: &'static str,
    title: (&'static str, &'static str),
) -> Raised {
    Raised { whence, by, to, topic, title, answer: None, delivery: &[], effect: None, rating: None }
}

impl Raised {
    const fn answered(
        self,
        days: u64,
        disposition: &'static str,
        reason: (&'static str, &'static str),
    ) -> Self {
        Self { answer: Some((days, disposition, reason)), ..self }
    }

    const fn accepted(self, days: u64) -> Self {
        self.answered(days, "ACCEPTED", ("", ""))
    }

    const fn reported(self, delivery: &'static [(u64, &'static str, bool)]) -> Self {
        Self { delivery, ..self }
    }

    const fn led_to(self, days: u64, kind: &'static str) -> Self {
        Self { effect: Some((days, kind)), ..self }
    }

    const fn rated(self, rating: i32) -> Self {
        Self { rating: Some(rating), ..self }
    }

    /// What whoever records it says of it.
    fn input(&self, raised_on: NaiveDate) -> Value {
        let (ko, en) = self.title;
        json!({
            "title": text(ko, en),
            "summary": text(&format!("요청: {ko}"), &format!("Asked for: {en}")),
            "institution": self.by,
            "topic": self.topic,
            "addressee": self.to,
            "dueOn": working_day(raised_on + Days::new(DUE)),
            "isPublic": true,
        })
    }
}

use Whence::{Desk, Letter, Meeting, Own};

/// All of them, those of one meeting in their order.
const RAISED: [Raised; 28] = [
    raised(
        Meeting("plenary-3"),
        ("DEMO_MAKER", "KOSME"),
        "COST",
        ("도입 뒤 운영 비용 지원", "Support for running costs"),
    )
    .accepted(18)
    .reported(&[(60, "GREEN", false), (150, "GREEN", true)])
    .led_to(140, "SUPPORT")
    .rated(5),
    raised(
        Meeting("plenary-3"),
        ("DEMO_ASSOC", "MSS"),
        "GUIDELINES",
        ("제조 AI 도입 안내서 마련", "A guide to AI in manufacturing"),
    )
    .answered(
        26,
        "PARTIALLY_ACCEPTED",
        ("업종별 안내서는 세 업종부터 만듦", "Guides by industry begin with three of them"),
    )
    .reported(&[(90, "YELLOW", false), (170, "GREEN", true)])
    .led_to(165, "GUIDELINE")
    .rated(4),
    raised(
        Meeting("working-6"),
        ("DEMO_MAKER", "SEMAS"),
        "TALENT",
        ("현장 인력 교육을 야간에도 운영", "Training in the evening as well"),
    )
    .accepted(14)
    .reported(&[(80, "GREEN", true)])
    .led_to(85, "POLICY_TASK")
    .rated(5),
    raised(
        Meeting("working-5"),
        ("DEMO_FOOD", "TIPA"),
        "DATA",
        ("생산 자료 표준 서식 공표", "A standard form for production data"),
    )
    .accepted(22)
    .reported(&[(70, "GREEN", true)])
    .led_to(72, "SUBORDINATE_RULE")
    .rated(4),
    raised(
        Meeting("plenary-2"),
        ("DEMO_AI", "MSS"),
        "DATA",
        ("공공 데이터 이용 조건 완화", "Easier terms for public data"),
    )
    .answered(
        41,
        "LONG_TERM_REVIEW",
        ("관계 부처와 협의가 필요함", "Other ministries have to be asked"),
    )
    .rated(2),
    raised(
        Meeting("plenary-2"),
        ("DEMO_ASSOC", "KIBO"),
        "FUNDING",
        ("데이터 자산을 담보로 한 보증", "Guarantees on data"),
    )
    .accepted(28)
    .reported(&[(75, "YELLOW", false)]),
    raised(
        Meeting("working-3"),
        ("DEMO_CENTRE", "TIPA"),
        "DATA",
        ("데이터 정비 상담 인력 확대", "More advisers on data"),
    )
    .answered(
        19,
        "PARTIALLY_ACCEPTED",
        ("올해 예산 안에서 두 명을 늘림", "Two more within this year's budget"),
    )
    .reported(&[(60, "GREEN", false)])
    .led_to(62, "BUDGET")
    .rated(3),
    raised(
        Meeting("working-2"),
        ("DEMO_AI", "MSS"),
        "SANDBOX",
        ("이동 로봇 실증 허가 기간 단축", "Faster permits for mobile robots"),
    )
    .accepted(21)
    .reported(&[(55, "GREEN", true)])
    .led_to(58, "SANDBOX_PERMIT")
    .rated(5),
    raised(
        Meeting("plenary-1"),
        ("DEMO_MAKER", "KISED"),
        "TESTBED",
        ("창업기업과의 공동 실증", "Trials together with start-ups"),
    )
    .accepted(25),
    raised(
        Meeting("plenary-1"),
        ("DEMO_ASSOC", "KOSME"),
        "INFRASTRUCTURE",
        ("지역 공동 장비 마련", "Shared equipment in the regions"),
    ),
    raised(
        Meeting("working0"),
        ("DEMO_SHOPS", "SEMAS"),
        "REGIONAL_AI",
        ("상점가 공동 도입 지원", "Support for shops that adopt together"),
    )
    .accepted(15),
    raised(
        Meeting("plenary0"),
        ("DEMO_CENTRE", "TIPA"),
        "REGIONAL_AI",
        ("지역 공급기업 명단 공개", "A list of suppliers in the regions"),
    ),
    raised(
        Letter(-3, 12),
        ("DEMO_FOOD", "KOSME"),
        "FUNDING",
        ("설비 교체 융자 한도 상향", "A higher limit for equipment loans"),
    )
    .answered(24, "NOT_ACCEPTED", ("융자 한도는 법령으로 정해져 있음", "The limit is set by law"))
    .rated(1),
    raised(
        Letter(-3, 25),
        ("DEMO_AI", "TIPA"),
        "STANDARDISATION",
        ("공급기업 평가 기준 공개", "Published criteria for suppliers"),
    )
    .accepted(47)
    .reported(&[(90, "GREEN", true)])
    .led_to(95, "GUIDELINE"),
    raised(
        Letter(-3, 60),
        ("DEMO_SHOPS", "SEMAS"),
        "COST",
        ("소액 도입 비용 지원", "Support for small purchases"),
    )
    .accepted(20)
    .reported(&[(50, "GREEN", true)])
    .led_to(49, "SUPPORT")
    .rated(4),
    raised(
        Letter(-2, 8),
        ("DEMO_UNIV", "KISED"),
        "INDUSTRY_ACADEMIA",
        ("대학 연구실과 기업 연결", "Laboratories matched with companies"),
    )
    .answered(
        16,
        "PARTIALLY_ACCEPTED",
        ("권역별로 한 곳씩 먼저 시행", "One in each part of the country first"),
    )
    .reported(&[(65, "RED", false)]),
    raised(
        Letter(-2, 21),
        ("DEMO_MAKER", "KIBO"),
        "FUNDING",
        ("AI 기업 보증 심사 기간 단축", "Faster guarantees for AI companies"),
    )
    .accepted(52)
    .reported(&[(110, "GREEN", true)]),
    raised(
        Letter(-2, 47),
        ("DEMO_FOOD", "MSS"),
        "REGULATION",
        ("식품 표시 자동 점검 기준 마련", "Rules for automatic checks of labels"),
    )
    .answered(
        20,
        "FORWARDED_AS_POLICY_PROPOSAL",
        (
            "식약처 소관이어서 정책건의로 넘김",
            "It is the food ministry's, to which it is passed on",
        ),
    ),
    raised(
        Letter(-2, 66),
        ("DEMO_ASSOC", "TIPA"),
        "TALENT",
        ("중견 인력 재교육 과정 개설", "Courses for experienced staff"),
    ),
    raised(
        Letter(-1, 9),
        ("DEMO_CENTRE", "KOSME"),
        "REGIONAL_AI",
        ("지역별 상담 창구 마련", "Advice in each region"),
    )
    .answered(
        12,
        "GUIDANCE_GIVEN",
        ("이미 운영하는 지역 창구를 안내함", "The regional desks that there are were pointed out"),
    )
    .rated(3),
    raised(
        Letter(-1, 24),
        ("DEMO_SHOPS", "KIBO"),
        "COST",
        ("소상공인 보증료 감면", "Lower fees for small businesses"),
    ),
    raised(
        Letter(-1, 52),
        ("DEMO_AI", "MSS"),
        "PRIVACY",
        ("영상 자료 가명 처리 기준", "How to anonymise video"),
    )
    .accepted(29)
    .reported(&[(45, "GREEN", false)]),
    raised(
        Own(-2, 33),
        ("DEMO_ASSOC", "SEMAS"),
        "TALENT",
        ("교육 과정 신청 절차 간소화", "Simpler applications for courses"),
    )
    .accepted(17)
    .reported(&[(60, "GREEN", true)])
    .led_to(61, "OTHER")
    .rated(5),
    raised(
        Own(-1, 40),
        ("DEMO_MAKER", "KOSME"),
        "COST",
        ("바우처 정산 서류 축소", "Less paper for vouchers"),
    )
    .accepted(23),
    raised(
        Own(0, 4),
        ("DEMO_MAKER", "KOSME"),
        "COST",
        ("운영 비용 지원 기간 연장", "Support for running costs for longer"),
    )
    .accepted(20),
    raised(
        Letter(0, 9),
        ("DEMO_FOOD", "TIPA"),
        "DATA",
        ("냉장 유통 자료 공동 이용", "Shared data on cold chains"),
    ),
    raised(
        Letter(0, 16),
        ("DEMO_UNIV", "MSS"),
        "TESTBED",
        ("대학 실증 공간 개방", "Campus space for trials"),
    )
    .answered(
        18,
        "LONG_TERM_REVIEW",
        ("내년 예산에 담을지 검토", "It may come with next year's budget"),
    ),
    raised(
        Desk(-1, 17),
        ("", "DEMO_CENTRE"),
        "INFRASTRUCTURE",
        ("공용 연산 자원 이용 상담", "Advice on shared computing"),
    )
    .answered(
        6,
        "GUIDANCE_GIVEN",
        ("이용 절차와 담당 기관을 안내함", "Told how and where to apply"),
    ),
];

/// Adds those that no meeting raises.
pub fn tell(scenario: &mut Scenario) {
    for (at, raised) in RAISED.iter().enumerate() {
        let (Letter(quarter, days) | Own(quarter, days) | Desk(quarter, days)) = raised.whence
        else {
            continue;
        };
        let name = format!("raised-{at}");
        let on = format!("@Recommendation:{name}");
        let day = scenario.calendar.day(quarter, days);
        raise(scenario, raised, (&name, &on), day);
        follow(scenario, raised, (&format!("answer-{at}"), &on), day);
        if raised.whence == Own(0, days) {
            let input = json!({ "other": "@Recommendation:plenary-3/1", "kind": "REPEATS" });
            scenario.call((day, 16), "TIPA", "relateRecommendations", (Some(on), ""), input);
        }
    }
}

/// Adds what comes of those that a meeting raises; what its closing tells of them.
pub fn raised_in(scenario: &mut Scenario, meeting: &str, day: NaiveDate) -> Vec<Value> {
    let of = |raised: &&Raised| matches!(raised.whence, Meeting(name) if name == meeting);
    (1..)
        .zip(RAISED.iter().filter(of))
        .map(|(place, raised)| {
            let on = format!("@Recommendation:{meeting}/{place}");
            follow(scenario, raised, (&format!("answer-{meeting}-{place}"), &on), day);
            let mut input = raised.input(day);
            input["statement"] = 0.into();
            input
        })
        .collect()
}

fn raise(scenario: &mut Scenario, raised: &Raised, (name, on): (&str, &str), day: NaiveDate) {
    let mut input = raised.input(day);
    let on = || Some(on.to_owned());
    let taken = |input: &mut Value, fields: &[&str]| {
        if let Some(input) = input.as_object_mut() {
            input.retain(|field, _| !fields.contains(&field.as_str()));
        }
    };
    let raise = "raiseRecommendation";
    match raised.whence {
        Meeting(_) => {}
        Letter(..) => {
            input["source"] = "SURVEY".into();
            input["evidenceNote"] = "(예시) 접수한 공문".into();
            scenario.call((day, 9), "TIPA", raise, (None, name), input);
        }
        Own(..) => {
            let (to, due) = (input["addressee"].clone(), input["dueOn"].clone());
            taken(&mut input, &["institution", "addressee", "dueOn", "isPublic"]);
            input["source"] = "SURVEY".into();
            scenario.call((day, 9), raised.by, raise, (None, name), input);
            scenario.call((day, 13), "TIPA", "publishRecommendation", (on(), ""), json!({}));
            let input = json!({ "addressee": to, "dueOn": due });
            scenario.call((day, 14), "TIPA", "assignRecommendation", (on(), ""), input);
        }
        Desk(..) => {
            taken(&mut input, &["institution", "addressee", "dueOn", "isPublic"]);
            input["source"] = "INTAKE_DESK".into();
            input["raisedByGroup"] = text("남부 지역 소기업", "A small company in the south");
            input["region"] = "JEONNAM_GWANGJU".into();
            input["evidenceNote"] = "(예시) 상담 기록".into();
            scenario.call((day, 9), raised.to, raise, (None, name), input);
            scenario.call((day, 13), "TIPA", "publishRecommendation", (on(), ""), json!({}));
        }
    }
}

/// What comes of it after it was raised.
fn follow(scenario: &mut Scenario, raised: &Raised, (name, on): (&str, &str), day: NaiveDate) {
    let after = |days| working_day(day + Days::new(days));
    let on = || Some(on.to_owned());
    let Some((days, disposition, (ko, en))) = raised.answer else { return };
    let mut input = json!({ "disposition": disposition });
    if !ko.is_empty() {
        input["reason"] = text(ko, en);
    }
    if matches!(disposition, "ACCEPTED" | "LONG_TERM_REVIEW") {
        input["plannedOn"] = super::period(day + Days::new(days + 120)).into();
    }
    if disposition == "FORWARDED_AS_POLICY_PROPOSAL" {
        input["forwardedTo"] = "MFDS".into();
    }
    scenario.call((after(days), 11), raised.to, "answerRecommendation", (on(), name), input);
    if let Some(rating) = raised.rating {
        let answer = Some(format!("@RecommendationAnswer:{name}"));
        let input = json!({ "rating": rating, "comment": "(예시) 회신을 읽고" });
        scenario.call((after(days + 3), 15), raised.by, "rateAnswer", (answer, ""), input);
    }
    for (days, light, is_completed) in raised.delivery {
        let note = match *light {
            "GREEN" => text("계획대로 진행", "As planned"),
            "YELLOW" => text("관계 기관 협의가 늦어짐", "Talks with others take longer"),
            _ => text(
                "참여 기관을 찾지 못해 다시 검토",
                "No partner was found; it is looked at anew",
            ),
        };
        let input = json!({ "light": light, "isCompleted": is_completed, "note": note });
        scenario.call((after(*days), 12), raised.to, "reportDelivery", (on(), ""), input);
    }
    if let Some((days, kind)) = raised.effect {
        let day = after(days);
        scenario.call((day, 17), "TIPA", "recordEffect", (on(), ""), effect(kind, day));
    }
}

fn effect(kind: &str, day: NaiveDate) -> Value {
    let (ko, en) = match kind {
        "GUIDELINE" => ("안내서 발간", "A guide was published"),
        "SUBORDINATE_RULE" => ("서식 고시", "The form was made a public notice"),
        "SANDBOX_PERMIT" => ("실증특례 승인", "The trial was permitted"),
        "BUDGET" => ("상담 인력 예산 확보", "Money for advisers"),
        "SUPPORT" => ("지원 사업 공고", "Support was announced"),
        "POLICY_TASK" => ("과제로 반영", "It became a task of the plan"),
        _ => ("절차 개선", "The procedure was changed"),
    };
    let mut input = json!({
        "kind": kind, "title": text(ko, en), "occurredOn": day, "evidenceNote": "(예시) 지어낸 공고",
    });
    match kind {
        "SANDBOX_PERMIT" => {
            input["startsOn"] = day.to_string().into();
            input["endsOn"] = (day + Days::new(730)).to_string().into();
        }
        "BUDGET" => input["amount"] = "180000000".into(),
        "SUPPORT" => input["amount"] = "350000000".into(),
        "POLICY_TASK" => input["policyTask"] = "@PolicyTask:DEMO_TASK_TRAIN".into(),
        _ => {}
    }
    input
}
