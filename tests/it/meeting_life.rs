//! One meeting as five clients live it: planned, invited, held, closed with three recommendations; one of them forwarded,
//! answered in part, delivered, its effect a bill's provision, rated; and what the next meeting's pack makes of it.
//!
//! Before each step the same call is tried as who may not, and on a version that is not the present one; after it, the same
//! call again, and its key with something else. None of these changes anything.

use aiplus::domain::principal::{Author, Principal};
use aiplus::error::Language;
use aiplus::graphql::engine::Call;
use aiplus::graphql::request::Request;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::support::acting::{expected, number, outcome, told, written};
use crate::support::results::{at, keyed};
use crate::support::{Place, TestApp, now};
use crate::tests;

tests![a_meeting_and_what_came_of_it];

/// Those who take part, in the order of [`CLIENTS`].
const SECRETARIAT: usize = 0;
const RAISER: usize = 1;
const ADDRESSEE: usize = 2;
const SECOND: usize = 3;
const LAW: usize = 4;

const CLIENTS: [(&str, &str); 5] = [
    ("TIPA", "program:read content:write"),
    ("KOSME", "program:read content:write"),
    ("KIBO", "program:read content:write"),
    ("SEMAS", "program:read content:write"),
    ("MSS", "program:read legislation:write"),
];

const RECOMMENDATION: &str = "row: recommendation { id code version status addressee { code } }";

struct Life {
    app: TestApp,
    clients: Vec<Principal>,
    now: DateTime<Utc>,
    /// Counted at the beginning, and what the steps add to it.
    counts: [i64; 8],
}

impl Life {
    async fn new(place: &Place) -> Self {
        let app = place.app().await;
        let mut clients = Vec::new();
        for (institution, scopes) in CLIENTS {
            clients.push(app.principal(institution, scopes).await);
        }
        let mut life = Self { app, clients, now: now(), counts: [0; 8] };
        life.counts = life.counted().await;
        life
    }

    fn on(&mut self, day: &str) {
        self.now = at(&format!("{day}T06:00:00Z"));
    }

    async fn ask(&self, who: &Principal, query: &str, input: &Value) -> Value {
        let variables = json!({ "input": input }).as_object().unwrap().clone();
        let request = Request { query: query.to_owned(), variables, ..Request::default() };
        let author = Author { principal: who, request_id: "test", address: None, now: self.now };
        let call = Call { author, language: Language::English, allowance: None };
        let mut answered = self.app.app.engine.execute(&request, &call).await;
        answered.cost = None;
        serde_json::from_str(&answered.into_json(Language::English, "test")).unwrap()
    }

    async fn data(&self, who: usize, query: &str) -> Value {
        let answer = self.ask(&self.clients[who], query, &Value::Null).await;
        assert!(answer.get("errors").is_none(), "{query}\n{answer:#}");
        answer["data"].clone()
    }

    /// What is counted of the loop, as an operator sees it.
    async fn counted(&self) -> [i64; 8] {
        let query = "{ feedbackStatistics { total { raised items { sum } answered answeredOnTime { part base } delivered withEffect overdue } } }";
        let total = self.data(SECRETARIAT, query).await["feedbackStatistics"]["total"].clone();
        [
            "/raised",
            "/items/sum",
            "/answered",
            "/answeredOnTime/part",
            "/answeredOnTime/base",
            "/delivered",
            "/withEffect",
            "/overdue",
        ]
        .map(|at| {
            let value = total.pointer(at).unwrap_or_else(|| panic!("{total:#}"));
            // Amounts are text.
            value.as_str().map_or(value.as_i64(), |text| text.parse().ok()).unwrap()
        })
    }

    /// The counts moved by so much, and by no more.
    async fn moved(&mut self, by: [i64; 8]) {
        for (count, by) in self.counts.iter_mut().zip(by) {
            *count += by;
        }
        assert_eq!(self.counted().await, self.counts, "{}", self.now);
    }

    /// All that a refused call must leave as it was.
    async fn state(&self) -> ([i64; 2], i64, [i64; 8]) {
        let tables = [
            "meeting",
            "agenda_item",
            "attendance",
            "statement",
            "minutes",
            "recommendation",
            "recommendation_assignment",
            "recommendation_answer",
            "recommendation_delivery",
            "effect",
            "bill",
            "bill_event",
            "provision",
        ];
        let rows = tables.map(|table| format!("SELECT version FROM {table}")).join(" UNION ALL ");
        let versions =
            format!("SELECT CAST(sum(version) AS BIGINT) * 10000 + count(*) FROM ({rows}) v");
        (written(&self.app).await, number(&self.app, &versions).await, self.counted().await)
    }

    /// A document of a mutation with its row under one name.
    fn document(verb: &str, selection: &str) -> String {
        let ty = format!("{}{}Input", verb[..1].to_uppercase(), &verb[1..]);
        format!(
            "mutation($input: {ty}!) {{ payload: {verb}(input: $input) {{ {selection} errors {{ code path message }} }} }}"
        )
    }

    /// A call that is refused with these errors, and changes nothing.
    async fn refused(&self, who: usize, verb: &str, input: &Value, errors: &[(&str, &str)]) {
        let before = self.state().await;
        let mut input = input.clone();
        keyed(&mut input);
        let answer =
            self.ask(&self.clients[who], &Self::document(verb, "__typename"), &input).await;
        let (mut found, mut wanted) = (told(&answer["data"]["payload"]), expected(errors));
        found.sort();
        wanted.sort();
        assert_eq!(found, wanted, "{verb} {answer:#}");
        let shown = answer["data"]["payload"]["errors"].as_array().unwrap();
        assert!(shown.iter().all(|error| error["message"].as_str().unwrap().len() > 10));
        assert_eq!(self.state().await, before, "{verb} was refused");
    }

    /// What a step does to a row as it is now; `others` of the five are refused with a code.
    async fn step(
        &self,
        who: usize,
        verb: &str,
        selection: &str,
        mut input: Value,
        others: &[(usize, &str)],
    ) -> Value {
        keyed(&mut input);
        let document = Self::document(verb, selection);
        let before = self.state().await;
        let mut refused = vec![(Principal::Anonymous, "UNAUTHENTICATED", input.clone())];
        for (other, code) in others {
            refused.push((self.clients[*other].clone(), code, input.clone()));
        }
        if let Some(version) = input["expectedVersion"].as_i64() {
            let mut stale = input.clone();
            stale["expectedVersion"] = (version + 1).into();
            refused.push((self.clients[who].clone(), "CONFLICT", stale));
        }
        for (other, code, input) in refused {
            let answer = self.ask(&other, &document, &input).await;
            assert_eq!(outcome(&answer), code, "{verb} by {other:?}\n{answer:#}");
        }
        assert_eq!(self.state().await, before, "{verb} was refused");
        let answer = self.ask(&self.clients[who], &document, &input).await;
        assert_eq!(outcome(&answer), "", "{verb} {input:#}\n{answer:#}");
        let after = self.state().await;
        assert_ne!(after, before, "{verb} did something");
        // The same call again is the same answer; its key is good for nothing else.
        let again = self.ask(&self.clients[who], &document, &input).await;
        assert_eq!(again, answer, "{verb} again");
        if let Some(other) = with_something_else(&input) {
            let other = self.ask(&self.clients[who], &document, &other).await;
            assert_eq!(outcome(&other), "KEY_REUSED", "{verb} with its key\n{other:#}");
        }
        assert_eq!(self.state().await, after, "{verb} again");
        answer["data"]["payload"].clone()
    }

    /// The input about a row as it is now.
    async fn about(&self, row: &Value, more: Value) -> Value {
        let query = format!("{{ node(id: {}) {{ id ... on Fact {{ version }} }} }}", row["id"]);
        let answer = self.ask(&Principal::System, &query, &Value::Null).await;
        let version = answer["data"]["node"]["version"].clone();
        let mut input = json!({ "id": row["id"], "expectedVersion": version });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    }

    /// A step about a recommendation.
    async fn of(
        &self,
        who: usize,
        verb: &str,
        row: &Value,
        more: Value,
        others: &[(usize, &str)],
    ) -> Value {
        let input = self.about(row, more).await;
        let added = match verb {
            "assignRecommendation" => "added: assignment { position addressee { code } dueOn }",
            "reportDelivery" => "added: delivery { position light isCompleted }",
            "recordEffect" => "added: effect { kind bill { number } provision { article } }",
            _ => {
                "added: answer { id version position disposition plannedOn rating ratedOn forwardedTo { code } }"
            }
        };
        self.step(who, verb, &format!("{RECOMMENDATION} {added}"), input, others).await
    }
}

/// The same input with one of its contents changed; none if it only names a row.
fn with_something_else(input: &Value) -> Option<Value> {
    let others = [
        ("title", json!({ "ko": "다른 내용" })),
        ("note", json!({ "ko": "다른 내용" })),
        ("reason", json!({ "ko": "다른 내용" })),
        ("comment", json!("다른 내용")),
        ("light", json!("RED")),
        ("headcount", json!(99)),
        ("items", json!([])),
        ("participants", json!([])),
        ("provisions", json!([])),
    ];
    let (name, value) = others.into_iter().find(|(name, _)| input.get(name).is_some())?;
    let mut other = input.clone();
    other[name] = value;
    Some(other)
}

/// Partners that run nothing, and who writes legislation alone.
const NOT_THE_SECRETARIAT: [(usize, &str); 4] =
    [(RAISER, "FORBIDDEN"), (ADDRESSEE, "FORBIDDEN"), (SECOND, "FORBIDDEN"), (LAW, "FORBIDDEN")];

async fn a_meeting_and_what_came_of_it(place: Place) {
    let mut life = Life::new(&place).await;
    let meeting = "row: meeting { id version status }";

    // Planned and invited.
    life.on("2026-11-24");
    let plan = json!({
        "series": "AIPLUS_QUARTERLY", "heldOn": "2026-12-10", "code": "T_LIFE", "title": { "ko": "4분기 정책토론회" },
    });
    let wrong = json!({
        "series": "AIPLUS_QUARTELY", "host": "NOBODY", "heldOn": "2026-12-10", "code": "T_LIFE", "title": { "ko": "" },
    });
    let errors = [
        ("UNKNOWN", "input.series"),
        ("UNKNOWN", "input.host"),
        ("INVALID_NAME", "input.title.ko"),
    ];
    life.refused(SECRETARIAT, "planMeeting", &wrong, &errors).await;
    let planned = life.step(SECRETARIAT, "planMeeting", meeting, plan, &NOT_THE_SECRETARIAT).await;
    let row = planned["row"].clone();
    let agenda = json!({ "items": [{ "title": { "ko": "지역 AI 도입" } }, { "title": { "ko": "종합 토론" } }] });
    let agenda = life.about(&row, agenda).await;
    life.step(SECRETARIAT, "setAgenda", meeting, agenda, &NOT_THE_SECRETARIAT).await;
    let invited = json!({ "participants": [
        { "institution": "KOSME" }, { "institution": "KIBO" }, { "group": { "ko": "지역 기업" }, "headCount": 20 },
    ] });
    let invited = life.about(&row, invited).await;
    life.step(SECRETARIAT, "inviteParticipants", meeting, invited, &NOT_THE_SECRETARIAT).await;
    let early = life.about(&row, json!({})).await;
    life.refused(SECRETARIAT, "closeMeeting", &early, &[("NOT_DUE", "input.id")]).await;
    life.moved([0; 8]).await;

    // Held, and closed in one transaction.
    life.on("2026-12-10");
    let items = "{ meeting(code: \"T_LIFE\") { agenda { nodes { id } } } }";
    let items = life.data(SECRETARIAT, items).await["meeting"]["agenda"]["nodes"].clone();
    let closing = |addressee: &str, statement: i64, outcome: &Value| {
        json!({
            "headcount": 22,
            "attendance": [
                { "participant": { "institution": "KOSME" } }, { "participant": { "institution": "KIBO" }, "hasAttended": false },
                { "participant": { "group": { "ko": "지역 기업" }, "headCount": 18 } },
            ],
            "outcomes": [{ "item": outcome, "outcome": "DECIDED" }, { "item": items[1]["id"], "outcome": "NOTED" }],
            "statements": [
                { "institution": "KOSME", "summary": { "ko": "실증 데이터를 함께 쓸 근거가 없다" }, "agendaItem": items[0]["id"] },
                { "group": { "ko": "지역 기업" }, "summary": { "ko": "교육을 늘려 달라" }, "agendaItem": items[1]["id"] },
            ],
            "recommendations": [
                { "title": { "ko": "실증 데이터 공동 이용 근거" }, "statement": statement, "addressee": addressee, "dueOn": "2026-12-31", "isPublic": true },
                { "title": { "ko": "지역 교육 확대" }, "statement": 1, "isPublic": true },
                { "title": { "ko": "규제 안내서" }, "institution": "SEMAS", "agendaItem": items[1]["id"] },
            ],
            "minutes": { "text": { "ko": "1. 지역 AI 도입을 의결함." } },
        })
    };
    let mut faults = life.about(&row, closing("NOBODY", 5, &items[0]["id"])).await;
    faults["recommendations"][1]["title"]["ko"] = "".into();
    let errors = [
        ("UNKNOWN", "input.recommendations.0.statement"),
        ("UNKNOWN", "input.recommendations.0.addressee"),
        ("INVALID_NAME", "input.recommendations.1.title.ko"),
    ];
    life.refused(SECRETARIAT, "closeMeeting", &faults, &errors).await;
    let close = life.about(&row, closing("KIBO", 0, &items[0]["id"])).await;
    let closed = life.step(SECRETARIAT, "closeMeeting", meeting, close, &NOT_THE_SECRETARIAT).await;
    assert_eq!(closed["row"]["status"], "HELD");
    life.moved([3, 3, 0, 0, 0, 0, 0, 0]).await;
    let again = life.about(&row, json!({})).await;
    life.refused(SECRETARIAT, "closeMeeting", &again, &[("WRONG_STATE", "input.id")]).await;
    let approve = life.about(&row, json!({})).await;
    life.step(SECRETARIAT, "approveMinutes", meeting, approve, &NOT_THE_SECRETARIAT).await;
    let raised = "{ meeting(code: \"T_LIFE\") { countedAttendance recommendations { nodes { id code version status title { ko } addressee { code } } } } }";
    let shown = life.data(SECRETARIAT, raised).await["meeting"].clone();
    assert_eq!(shown["countedAttendance"], 19);
    let rows = shown["recommendations"]["nodes"].as_array().unwrap().clone();
    let of = |title: &str| rows.iter().find(|row| row["title"]["ko"] == title).unwrap().clone();
    let (first, second, third) =
        (of("실증 데이터 공동 이용 근거"), of("지역 교육 확대"), of("규제 안내서"));
    assert_eq!(
        [&first, &second, &third].map(|row| (&row["status"], &row["addressee"]["code"])),
        [
            (&json!("FORWARDED"), &json!("KIBO")),
            (&json!("RAISED"), &Value::Null),
            (&json!("RAISED"), &Value::Null)
        ]
    );

    // Forwarded by its first addressee; who did not raise it and is not addressed does not answer.
    life.on("2026-12-20");
    let partly = json!({ "disposition": "PARTIALLY_ACCEPTED", "reason": { "ko": "예산 범위에서 수용" }, "plannedOn": "2027-02" });
    let forward = json!({ "disposition": "FORWARDED_AS_POLICY_PROPOSAL", "reason": { "ko": "소관이 아님" }, "forwardedTo": "SEMAS" });
    let others = [
        (RAISER, "FORBIDDEN"),
        (SECOND, "FORBIDDEN"),
        (LAW, "FORBIDDEN"),
        (SECRETARIAT, "EVIDENCE_REQUIRED"),
    ];
    let answered = life.of(ADDRESSEE, "answerRecommendation", &first, forward, &others).await;
    assert_eq!(answered["added"]["forwardedTo"]["code"], "SEMAS");
    life.moved([0, 0, 1, 1, 1, 0, 0, 0]).await;
    let assign =
        json!({ "addressee": "SEMAS", "dueOn": "2027-01-20", "reason": { "ko": "정책건의" } });
    life.of(SECRETARIAT, "assignRecommendation", &first, assign, &NOT_THE_SECRETARIAT).await;
    life.moved([0; 8]).await;

    // Answered in part, delivered.
    life.on("2027-01-15");
    let others = [
        (RAISER, "FORBIDDEN"),
        (ADDRESSEE, "FORBIDDEN"),
        (LAW, "FORBIDDEN"),
        (SECRETARIAT, "EVIDENCE_REQUIRED"),
    ];
    let answered = life.of(SECOND, "answerRecommendation", &first, partly.clone(), &others).await;
    assert_eq!(
        (
            &answered["added"]["disposition"],
            &answered["added"]["position"],
            &answered["row"]["status"]
        ),
        (&json!("PARTIALLY_ACCEPTED"), &json!(2), &json!("ANSWERED"))
    );
    life.moved([0; 8]).await;
    let others = [(RAISER, "FORBIDDEN"), (ADDRESSEE, "FORBIDDEN"), (LAW, "FORBIDDEN")];
    life.on("2027-02-01");
    let amber = json!({ "light": "YELLOW", "note": { "ko": "협의 지연" } });
    life.of(SECOND, "reportDelivery", &first, amber, &others).await;
    life.moved([0; 8]).await;
    life.on("2027-02-20");
    let done = json!({ "light": "GREEN", "isCompleted": true });
    let delivered = life.of(SECOND, "reportDelivery", &first, done, &others).await;
    assert_eq!(delivered["row"]["status"], "DELIVERED");
    life.moved([0, 0, 0, 0, 0, 1, 0, 0]).await;
    let again = life.about(&first, partly).await;
    life.refused(SECOND, "answerRecommendation", &again, &[("WRONG_STATE", "input.id")]).await;

    // Its effect is a provision of a bill that the ministry's legislation desk registers.
    let bill = "row: bill { id version number }";
    let not_law = [
        (SECRETARIAT, "FORBIDDEN"),
        (RAISER, "FORBIDDEN"),
        (ADDRESSEE, "FORBIDDEN"),
        (SECOND, "FORBIDDEN"),
    ];
    let register =
        json!({ "number": "2297001", "title": { "ko": "중소기업 인공지능 활용 촉진법안" } });
    let law = life.step(LAW, "registerBill", bill, register, &not_law).await["row"].clone();
    let provisions = json!({ "provisions": [{ "article": "제7조", "title": { "ko": "실증 데이터의 공동 이용" } }] });
    let provisions = life.about(&law, provisions).await;
    life.step(LAW, "setProvisions", bill, provisions, &not_law).await;
    let provision = "{ bill(number: \"2297001\") { provisions { nodes { id } } } }";
    let provision = life.data(LAW, provision).await["bill"]["provisions"]["nodes"][0]["id"].clone();
    let effect = json!({
        "kind": "BILL_PROVISION", "title": { "ko": "공동 이용의 근거" }, "occurredOn": "2027-02-20", "provision": provision, "evidenceNote": "의안 원문",
    });
    let faults =
        json!({ "kind": "BILL_PROVISION", "title": { "ko": "" }, "occurredOn": "2027-02-20" });
    let faults = life.about(&first, faults).await;
    let errors = [
        ("INVALID_NAME", "input.title.ko"),
        ("REQUIRED", "input.provision"),
        ("EVIDENCE_REQUIRED", "input.evidenceNote"),
    ];
    life.refused(SECRETARIAT, "recordEffect", &faults, &errors).await;
    let noted = life.of(SECRETARIAT, "recordEffect", &first, effect, &NOT_THE_SECRETARIAT).await;
    assert_eq!(
        noted["added"],
        json!({ "kind": "BILL_PROVISION", "bill": { "number": "2297001" }, "provision": { "article": "제7조" } })
    );
    life.moved([0, 0, 0, 0, 0, 0, 1, 0]).await;

    // Rated by who raised it.
    life.on("2027-03-02");
    let rating = json!({ "rating": 4, "comment": "일부라도 반영됨" });
    let input = life.about(&answered["added"], rating).await;
    let selection = format!("{RECOMMENDATION} added: answer {{ rating ratedOn }}");
    let others = [(ADDRESSEE, "FORBIDDEN"), (SECOND, "FORBIDDEN"), (LAW, "FORBIDDEN")];
    let rated = life.step(RAISER, "rateAnswer", &selection, input, &others).await;
    assert_eq!(rated["added"], json!({ "rating": 4, "ratedOn": "2027-03-02" }));
    life.moved([0; 8]).await;

    // What the next meeting is prepared with.
    let next = json!({ "series": "AIPLUS_QUARTERLY", "heldOn": "2027-03-11", "code": "T_NEXT", "title": { "ko": "1분기 정책토론회" } });
    life.step(SECRETARIAT, "planMeeting", meeting, next, &NOT_THE_SECRETARIAT).await;
    let pack = "{ meetingPack(meeting: \"T_NEXT\") { meeting { coversPeriod } previous { code }
        openedRecommendations(first: 100) { totalCount nodes { code } } answeredRecommendations(first: 100) { totalCount nodes { code } }
        openRecommendations(first: 100, where: { meeting: { code: { eq: \"T_LIFE\" } } }) { nodes { code } }
        bills(first: 100, where: { number: { eq: \"2297001\" } }) { totalCount } submissions { totalCount } }
        quarter: submissions(where: { quarter: { eq: \"2027-Q1\" } }) { totalCount } }";
    let data = life.data(SECRETARIAT, pack).await;
    let pack = &data["meetingPack"];
    let codes = |list: &str| {
        let mut codes: Vec<String> = pack[list]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["code"].as_str().unwrap().to_owned())
            .collect();
        codes.sort();
        codes
    };
    let mut three = [&first, &second, &third].map(|row| row["code"].as_str().unwrap().to_owned());
    three.sort();
    let [_, a, b] = [&first, &second, &third].map(|row| row["code"].as_str().unwrap().to_owned());
    let mut two = [a, b];
    two.sort();
    assert_eq!(
        (&pack["meeting"]["coversPeriod"], &pack["previous"]["code"]),
        (&json!("2027-Q1"), &json!("T_LIFE"))
    );
    assert_eq!(codes("openedRecommendations"), three);
    assert_eq!(codes("answeredRecommendations"), [first["code"].as_str().unwrap()]);
    assert_eq!(codes("openRecommendations"), two);
    assert_eq!(
        (
            &pack["openedRecommendations"]["totalCount"],
            &pack["answeredRecommendations"]["totalCount"],
            &pack["bills"]["totalCount"]
        ),
        (&json!(3), &json!(1), &json!(1))
    );
    assert_eq!(pack["submissions"]["totalCount"], data["quarter"]["totalCount"]);

    // A dashboard without a token counts the two that are public, by meeting.
    let public = "{ feedbackStatistics(where: { meeting: { code: { eq: \"T_LIFE\" } } }) { total { raised answered delivered withEffect } } recommendations(where: { meeting: { code: { eq: \"T_LIFE\" } } }) { totalCount } }";
    let seen = life.ask(&Principal::Anonymous, public, &Value::Null).await;
    assert_eq!(
        seen["data"],
        json!({
            "feedbackStatistics": { "total": { "raised": 2, "answered": 1, "delivered": 1, "withEffect": 1 } },
            "recommendations": { "totalCount": 2 },
        }),
        "{seen:#}"
    );
}
