//! Meetings as the secretariat runs them: planned by the year, changed, put off, called off, held; what a series owed
//! follows, and what is rejected changes nothing.

use aiplus::domain::principal::{Author, Principal};
use aiplus::error::Language;
use aiplus::graphql::engine::Call;
use aiplus::graphql::request::Request;
use aiplus::read::global_id;
use aiplus::service::record::Record;
use aiplus::service::write::Write;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::results::{at, key, keyed};
use crate::support::{Place, TestApp, now};
use crate::tests;

tests![
    a_year_is_planned_by_the_rhythm_of_its_series,
    a_meeting_is_planned_amended_put_off_and_called_off,
    a_series_tells_what_was_held_missed_and_is_due,
    numbers_follow_the_last,
    faults_of_a_plan_are_told_together,
    a_period_without_its_meeting_is_recorded_once,
    a_meeting_lives_from_its_plan_to_its_minutes,
    what_is_wrong_with_a_closing_is_told_at_once,
    items_keep_who_they_are_and_what_hangs_on_them,
    a_participant_stands_on_the_list_once,
    a_record_without_its_meeting_was_wrong,
    what_is_internal_stays_hidden_until_it_is_published,
    what_a_source_says_of_a_hidden_meeting_is_hidden,
    a_pack_holds_what_a_meeting_is_prepared_with,
    a_pack_tells_results_of_the_period_that_a_meeting_covers,
    every_state_verb_and_caller_is_decided,
];

/// What a meeting is shown with.
const MEETING: &str = "meeting { id code version status number kind heldOn startsAt endsAt originallyOn note { ko } title { ko } \
    host { code } body { code } coversPeriod headcount }";

/// The secretariat's desk.
pub struct Desk {
    pub app: TestApp,
    /// Of the secretariat, who may write.
    pub operator: Principal,
    /// Of the ministry, who may read the audit.
    pub auditor: Principal,
    /// The present time.
    pub now: DateTime<Utc>,
}

impl Desk {
    pub async fn new(place: &Place) -> Self {
        let app = place.app_without_results().await;
        let operator = app.principal("TIPA", "program:read content:write").await;
        let auditor = app.principal("MSS", "program:read audit:read").await;
        Self { app, operator, auditor, now: now() }
    }

    /// The whole answer of a caller.
    pub async fn ask(&self, who: &Principal, query: &str, variables: Value) -> Value {
        let Value::Object(variables) = variables else { panic!("{variables}") };
        let request = Request { query: query.to_owned(), variables, ..Request::default() };
        let author = Author { principal: who, request_id: "test", address: None, now: self.now };
        let call = Call { author, language: Language::English, allowance: None };
        let mut answered = self.app.app.engine.execute(&request, &call).await;
        answered.cost = None;
        serde_json::from_str(&answered.into_json(Language::English, "test")).unwrap()
    }

    /// Data that the operator sees.
    pub async fn data(&self, query: &str) -> Value {
        let answer = self.ask(&self.operator, query, json!({})).await;
        assert!(answer.get("errors").is_none(), "{query}\n{answer:#}");
        answer["data"].clone()
    }

    /// The whole answer to a mutation.
    pub async fn tried(&self, who: &Principal, mutation: &str, mut input: Value) -> Value {
        keyed(&mut input);
        let selection = match mutation {
            "planSeries" => "series { code } plannedPeriods",
            "recordStatement" => {
                "statement { id code summary { ko } madeOn } meeting { id version status }"
            }
            "recordNotHeld" => "missedMeeting { id version period reason { ko } }",
            _ => MEETING,
        };
        let pascal = format!("{}{}", mutation[..1].to_uppercase(), &mutation[1..]);
        let query = format!(
            "mutation($input: {pascal}Input!) {{ payload: {mutation}(input: $input) {{ {selection} errors {{ code path message }} }} }}"
        );
        self.ask(who, &query, json!({ "input": input })).await
    }

    /// The payload of a mutation of the operator's.
    pub async fn act(&self, mutation: &str, input: Value) -> Value {
        let answer = self.tried(&self.operator, mutation, input.clone()).await;
        assert!(answer.get("errors").is_none(), "{mutation} {input:#}\n{answer:#}");
        answer["data"]["payload"].clone()
    }

    /// The payload of a mutation that does what it was asked.
    pub async fn done(&self, mutation: &str, input: Value) -> Value {
        let payload = self.act(mutation, input.clone()).await;
        assert_eq!(payload["errors"], json!([]), "{mutation} {input:#}\n{payload:#}");
        payload
    }

    /// Plans a meeting: its row.
    pub async fn plan(&self, input: Value) -> Value {
        let mut input = input;
        let fields = input.as_object_mut().unwrap();
        fields.entry("title").or_insert_with(|| json!({ "ko": "정책협의체 회의" }));
        self.done("planMeeting", input).await["meeting"].clone()
    }

    /// What the mutation of a meeting does to it as it is now.
    pub async fn then(&self, meeting: &Value, mutation: &str, more: Value) -> Value {
        self.done(mutation, self.input(meeting, more).await).await["meeting"].clone()
    }

    /// The input about a meeting as it is now.
    pub async fn input(&self, meeting: &Value, more: Value) -> Value {
        let query = format!("{{ node(id: {}) {{ ... on Meeting {{ version }} }} }}", meeting["id"]);
        let version = self.data(&query).await["node"]["version"].clone();
        let mut input = json!({ "id": meeting["id"], "expectedVersion": version });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    }

    /// Counts of a series: expected, held, not on record, missed, due.
    pub async fn counts(&self, series: &str) -> [i64; 5] {
        let query = format!(
            "{{ series: meetingSeries(code: \"{series}\") {{ record {{ expected held notOnRecord missed due }} }} }}"
        );
        let record = self.data(&query).await["series"]["record"].clone();
        ["expected", "held", "notOnRecord", "missed", "due"]
            .map(|name| record[name].as_i64().unwrap())
    }

    /// How a period of a series went.
    pub async fn period(&self, series: &str, period: &str) -> String {
        let query = format!(
            "{{ series: meetingSeries(code: \"{series}\") {{ record(until: \"2027-12-31\") {{ periods {{ period status }} }} }} }}"
        );
        let periods = self.data(&query).await["series"]["record"]["periods"].clone();
        let periods = periods.as_array().unwrap();
        let found = periods.iter().find(|of| of["period"] == period);
        found.unwrap_or_else(|| panic!("{period} in {periods:#?}"))["status"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// All that is written: changes and audit events that were done.
    pub async fn written(&self) -> Value {
        let query = "{ changes(last: 1) { nodes { id } } auditEvents(where: { outcome: { eq: DONE } }) { totalCount } }";
        let answer = self.ask(&self.auditor, query, json!({})).await;
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answer["data"].clone()
    }
}

/// Code and path of each error of a payload.
pub fn told(payload: &Value) -> Vec<(String, String)> {
    let errors = payload["errors"].as_array().unwrap_or_else(|| panic!("{payload:#}"));
    errors
        .iter()
        .map(|error| {
            let path = error["path"].as_array().unwrap().iter().map(|step| step.as_str().unwrap());
            let path = path.skip(1).collect::<Vec<_>>().join(".");
            (error["code"].as_str().unwrap().to_owned(), path)
        })
        .collect()
}

/// The same as expected.
pub fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(code, path)| ((*code).to_owned(), (*path).to_owned())).collect()
}

async fn a_year_is_planned_by_the_rhythm_of_its_series(place: Place) {
    let desk = Desk::new(&place).await;
    // The present year: what is over is not planned, what is there stays.
    let year = json!({ "series": "AIPLUS_MONTHLY", "year": 2026, "idempotencyKey": key() });
    let payload = desk.done("planSeries", year.clone()).await;
    assert_eq!(payload["plannedPeriods"], json!(["2026-11", "2026-12"]));
    assert_eq!(desk.done("planSeries", year.clone()).await, payload, "the same call again");
    let mut other = year;
    other["idempotencyKey"] = key().into();
    let payload = desk.act("planSeries", other).await;
    assert_eq!(told(&payload), pairs(&[("NOTHING_TO_PLAN", "year")]));
    // A year ahead, around what is planned, recorded as not held or called off.
    let april = desk.plan(json!({ "series": "AIPLUS_QUARTERLY", "heldOn": "2027-04-15" })).await;
    let next = json!({ "series": "AIPLUS_QUARTERLY", "year": 2027, "month": 2 });
    let payload = desk.done("planSeries", next.clone()).await;
    assert_eq!(payload["plannedPeriods"], json!(["2027-Q1", "2027-Q3", "2027-Q4"]));
    let list = "{ meetings(where: { series: { code: { eq: \"AIPLUS_QUARTERLY\" } }, status: { eq: PLANNED } }, orderBy: { field: HELD_ON }) {
        nodes { code heldOn kind number origin title { ko en } host { code } coversPeriod } } }";
    let list = list.replace("orderBy: { field: HELD_ON }", "first: 10");
    let found = desk.data(&list).await["meetings"]["nodes"].clone();
    let mut found: Vec<Value> = found.as_array().unwrap().clone();
    found.sort_by_key(|of| of["heldOn"].as_str().unwrap().to_owned());
    let dates: Vec<&str> = found.iter().map(|of| of["heldOn"].as_str().unwrap()).collect();
    assert_eq!(dates, ["2027-02", "2027-04-15", "2027-08", "2027-11"]);
    assert_eq!(
        found[0],
        json!({
            "code": "AIPLUS_QUARTERLY_202702", "heldOn": "2027-02", "kind": "QUARTERLY", "number": null, "origin": "REPORTED",
            "title": { "ko": "민관합동 정책토론회 등 간담회 2027-Q1", "en": "Joint public-private policy meeting 2027-Q1" },
            "host": { "code": "MSS" }, "coversPeriod": "2027-Q1",
        })
    );
    // Called off, it is missing again.
    desk.then(&april, "cancelMeeting", json!({ "reason": { "ko": "일정 변경" } })).await;
    let payload = desk.done("planSeries", next).await;
    assert_eq!(payload["plannedPeriods"], json!(["2027-Q2"]));
    // What has no rhythm, and what is no month of its periods.
    for (input, expected) in [
        (json!({ "series": "ADVISORY_MEETINGS", "year": 2027 }), ("NO_RHYTHM", "series")),
        (
            json!({ "series": "AIPLUS_QUARTERLY", "year": 2028, "month": 4 }),
            ("OUT_OF_RANGE", "month"),
        ),
        (json!({ "series": "RELAY_2023", "year": 2027 }), ("NOTHING_TO_PLAN", "year")),
        (json!({ "series": "AIPLUS_QUARTELY", "year": 2027 }), ("UNKNOWN", "series")),
        (json!({ "series": "AIPLUS_QUARTERLY", "year": 1900 }), ("OUT_OF_RANGE", "year")),
    ] {
        let payload = desk.act("planSeries", input).await;
        assert_eq!(told(&payload)[0], pairs(&[expected])[0], "{payload:#}");
    }
}

async fn a_meeting_is_planned_amended_put_off_and_called_off(place: Place) {
    let desk = Desk::new(&place).await;
    let planned = desk
        .plan(json!({
            "series": "aiplus_quarterly", "heldOn": "2026-12-10", "startsAt": "2026-12-10T14:00:00+09:00", "endsAt": "2026-12-10T16:00:00+09:00",
            "title": { "ko": "4분기 민관합동 정책토론회", "en": "Fourth quarter" }, "purpose": { "ko": "성과 점검" }, "topics": ["SME_AI", "FEEDBACK"],
            "venue": { "name": { "ko": "정부세종청사" }, "region": "KR-50" }, "pressAccess": "PARTIAL",
        }))
        .await;
    assert_eq!(
        (&planned["status"], &planned["code"], &planned["host"]["code"], &planned["body"]["code"]),
        (
            &json!("PLANNED"),
            &json!("AIPLUS_QUARTERLY_20261210"),
            &json!("MSS"),
            &json!("POLICY_COUNCIL")
        )
    );
    let query = "{ meeting(code: \"AIPLUS_QUARTERLY_20261210\") { origin venues { nodes { name { ko } region { code } origin } } topics { nodes { code } } } \
        search(text: \"4분기 민관합동\") { nodes { title { ko } } } }";
    let shown = desk.data(query).await;
    assert_eq!(
        shown["meeting"],
        json!({
            "origin": "REPORTED", "topics": { "nodes": [{ "code": "FEEDBACK" }, { "code": "SME_AI" }] },
            "venues": { "nodes": [{ "name": { "ko": "정부세종청사" }, "region": { "code": "KR-50" }, "origin": "REPORTED" }] },
        })
    );
    assert!(
        shown["search"]["nodes"].to_string().contains("4분기 민관합동 정책토론회"),
        "{shown:#}"
    );
    // What is left out stays, null clears.
    let change = json!({ "purpose": null, "title": { "ko": "정책토론회" }, "topics": ["AI"], "venue": { "name": { "ko": "TIPA 대강당" } } });
    let amended = desk.then(&planned, "amendMeeting", change).await;
    assert_eq!(
        (&amended["version"], &amended["title"]["ko"], &amended["startsAt"], &amended["status"]),
        (&json!(2), &json!("정책토론회"), &json!("2026-12-10T14:00:00+09:00"), &json!("PLANNED"))
    );
    let query = "{ meeting(code: \"AIPLUS_QUARTERLY_20261210\") { purpose { ko } venues { nodes { name { ko } region { code } } } topics { nodes { code } } } }";
    assert_eq!(
        desk.data(query).await["meeting"],
        json!({
            "purpose": null, "topics": { "nodes": [{ "code": "AI" }] },
            "venues": { "nodes": [{ "name": { "ko": "TIPA 대강당" }, "region": null }] },
        })
    );
    // Put off to a day, then without one, then given one again.
    let later = json!({ "heldOn": "2026-12-17", "reason": { "ko": "장관 일정" } });
    let put_off = desk.then(&planned, "postponeMeeting", later).await;
    assert_eq!(
        (&put_off["status"], &put_off["heldOn"], &put_off["originallyOn"], &put_off["startsAt"]),
        (&json!("PLANNED"), &json!("2026-12-17"), &json!("2026-12-10"), &json!(null))
    );
    let open = json!({ "reason": { "ko": "국회 일정", "en": "Assembly" } });
    let put_off = desk.then(&planned, "postponeMeeting", open.clone()).await;
    assert_eq!(
        (&put_off["status"], &put_off["heldOn"], &put_off["originallyOn"], &put_off["note"]["ko"]),
        (&json!("POSTPONED"), &json!("2026-12-17"), &json!("2026-12-10"), &json!("국회 일정"))
    );
    let payload = desk.act("postponeMeeting", desk.input(&planned, open).await).await;
    assert_eq!(told(&payload), pairs(&[("REQUIRED", "heldOn")]));
    let amended = desk.then(&planned, "amendMeeting", json!({ "heldOn": "2027-01" })).await;
    assert_eq!((&amended["status"], &amended["heldOn"]), (&json!("PLANNED"), &json!("2027-01")));
    let earlier = json!({ "heldOn": "2027-01-20", "reason": { "ko": "앞당김" } });
    let payload = desk.act("postponeMeeting", desk.input(&planned, earlier).await).await;
    assert_eq!(told(&payload), pairs(&[("NOT_LATER", "heldOn")]));
    // Called off, nothing of it changes any more.
    let called_off =
        desk.then(&planned, "cancelMeeting", json!({ "reason": { "ko": "예산" } })).await;
    assert_eq!(
        (&called_off["status"], &called_off["note"]["ko"]),
        (&json!("CANCELLED"), &json!("예산"))
    );
    let query = "{ auditEvents(first: 50, where: { action: { contains: \"Meeting\" }, subjectType: { eq: \"Meeting\" } }) { nodes { action outcome } } }";
    let events = desk.ask(&desk.auditor, query, json!({})).await;
    let events =
        events["data"]["auditEvents"]["nodes"].as_array().unwrap_or_else(|| panic!("{events:#}"));
    let done: Vec<&str> = events
        .iter()
        .filter(|event| event["outcome"] == "DONE")
        .map(|event| event["action"].as_str().unwrap())
        .collect();
    let expected = [
        "cancelMeeting",
        "amendMeeting",
        "postponeMeeting",
        "postponeMeeting",
        "amendMeeting",
        "planMeeting",
    ];
    assert_eq!(done, expected);
}

async fn a_series_tells_what_was_held_missed_and_is_due(place: Place) {
    let mut desk = Desk::new(&place).await;
    // From March to October nothing is on record; November is not over.
    assert_eq!(desk.counts("AIPLUS_MONTHLY").await, [8, 0, 8, 0, 1]);
    desk.done(
        "recordNotHeld",
        json!({ "series": "AIPLUS_MONTHLY", "period": "2026-08", "reason": { "ko": "휴가철" } }),
    )
    .await;
    assert_eq!(desk.counts("AIPLUS_MONTHLY").await, [8, 0, 7, 1, 1]);
    // Planned and called off, November is missed once it is over.
    let november = desk.plan(json!({ "series": "AIPLUS_MONTHLY", "heldOn": "2026-11-27" })).await;
    assert_eq!(november["kind"], "MONTHLY");
    assert_eq!(desk.counts("AIPLUS_MONTHLY").await, [8, 0, 7, 1, 1]);
    desk.then(&november, "cancelMeeting", json!({ "reason": { "ko": "취소" } })).await;
    assert_eq!(desk.counts("AIPLUS_MONTHLY").await, [8, 0, 7, 1, 1]);
    desk.now = at("2026-12-01T03:00:00Z");
    assert_eq!(desk.counts("AIPLUS_MONTHLY").await, [9, 0, 7, 2, 1]);
    // Put off out of its month, the month has none on record.
    let december = desk.plan(json!({ "series": "AIPLUS_MONTHLY", "heldOn": "2026-12-15" })).await;
    let later = json!({ "heldOn": "2027-01-05", "reason": { "ko": "연말" } });
    desk.then(&december, "postponeMeeting", later).await;
    desk.now = at("2027-01-10T03:00:00Z");
    assert_eq!(desk.counts("AIPLUS_MONTHLY").await, [10, 0, 8, 2, 1]);
    assert_eq!(desk.period("AIPLUS_MONTHLY", "2026-12").await, "NOT_ON_RECORD");
    assert_eq!(desk.period("AIPLUS_MONTHLY", "2026-11").await, "MISSED");
    assert_eq!(desk.period("AIPLUS_MONTHLY", "2027-01").await, "DUE");
}

async fn numbers_follow_the_last(place: Place) {
    let desk = Desk::new(&place).await;
    let quarter = |on: &str, number: Value| json!({ "series": "AIPLUS_QUARTERLY", "heldOn": on, "number": number });
    // How many came before is not on record, so no number is made up.
    assert_eq!(desk.plan(quarter("2026-12", Value::Null)).await["number"], Value::Null);
    assert_eq!(desk.plan(quarter("2027-01", json!(5))).await["number"], 5);
    let sixth = desk.plan(quarter("2027-04", Value::Null)).await;
    assert_eq!(sixth["number"], 6);
    let mut again = quarter("2027-07", json!(6));
    again["title"] = json!({ "ko": "회의" });
    assert_eq!(told(&desk.act("planMeeting", again.clone()).await), pairs(&[("TAKEN", "number")]));
    // The number of one called off is not given again, unless by who names it.
    desk.then(&sixth, "cancelMeeting", json!({ "reason": { "ko": "취소" } })).await;
    assert_eq!(desk.plan(quarter("2027-10", Value::Null)).await["number"], 7);
    assert_eq!(desk.done("planMeeting", again).await["meeting"]["number"], 6);
    let payload = desk
        .act("planMeeting", json!({ "body": "POLICY_COUNCIL", "heldOn": "2027-07-01", "number": 3, "title": { "ko": "수시" } }))
        .await;
    assert_eq!(told(&payload), pairs(&[("NO_SERIES", "number")]));
}

async fn faults_of_a_plan_are_told_together(place: Place) {
    let desk = Desk::new(&place).await;
    desk.plan(
        json!({ "series": "AIPLUS_QUARTERLY", "heldOn": "2026-12-10", "code": "COUNCIL_Q4" }),
    )
    .await;
    let before = desk.written().await;
    for (input, expected) in [
        (
            json!({
                "series": "AIPLUS_QUARTERLY", "body": "ADVISORY_GROUP", "host": "NOBODY", "heldOn": "2026-11-30", "startsAt": "2026-11-30T16:30:00Z",
                "endsAt": "2026-11-30T10:00:00+09:00", "topics": ["AI", "NO_TOPIC"], "venue": { "name": { "ko": "곳" }, "region": "KR-99" },
                "code": "COUNCIL_Q4", "title": { "ko": "" },
            }),
            &[
                ("UNKNOWN", "host"),
                ("UNKNOWN", "venue.region"),
                ("UNKNOWN", "topics.1"),
                ("OTHER_BODY", "body"),
                ("PERIOD_TAKEN", "heldOn"),
                ("NOT_ON_DAY", "startsAt"),
                ("INVALID_RANGE", "endsAt"),
                ("TAKEN", "code"),
                ("INVALID_NAME", "title.ko"),
            ][..],
        ),
        (
            json!({ "heldOn": "2026-13-01", "startsAt": "noon", "coversPeriod": "2026-Q7", "title": { "ko": "회의" } }),
            &[
                ("INVALID_DATE", "heldOn"),
                ("INVALID_DATE", "startsAt"),
                ("INVALID_PERIOD", "coversPeriod"),
            ],
        ),
        (
            json!({ "heldOn": "2026-12-01", "endsAt": "2026-12-01T10:00:00+09:00", "title": { "ko": "회의" } }),
            &[("REQUIRED", "series"), ("NO_START", "endsAt")],
        ),
        (
            json!({ "series": "AIPLUS_MONTHLY", "heldOn": "2026-02-27", "title": { "ko": "회의" } }),
            &[("OUTSIDE_SERIES", "heldOn")],
        ),
        (
            json!({ "series": "RELAY_2023", "heldOn": "2026-12", "title": { "ko": "회의" } }),
            &[("OUTSIDE_SERIES", "heldOn")],
        ),
        (
            json!({ "series": "AIPLUS_MONTHLY", "heldOn": "2026-12", "startsAt": "2026-12-01T10:00:00+09:00", "title": { "ko": "회의" } }),
            &[("NOT_ON_DAY", "startsAt")],
        ),
    ] {
        let payload = desk.act("planMeeting", input.clone()).await;
        assert_eq!(told(&payload), pairs(expected), "{input:#} {payload:#}");
        assert_eq!(payload["meeting"], Value::Null);
    }
    assert_eq!(desk.written().await, before, "what is rejected changes nothing");
    // One more in the period, said to be so.
    let extra = json!({ "series": "AIPLUS_QUARTERLY", "heldOn": "2026-11-30", "isExtra": true });
    assert_eq!(desk.plan(extra).await["code"], "AIPLUS_QUARTERLY_20261130");
    // Two of one day have two keys.
    for code in ["POLICY_COUNCIL_20261201", "POLICY_COUNCIL_20261201_2"] {
        assert_eq!(
            desk.plan(json!({ "body": "POLICY_COUNCIL", "heldOn": "2026-12-01" })).await["code"],
            code
        );
    }
}

async fn a_period_without_its_meeting_is_recorded_once(place: Place) {
    let desk = Desk::new(&place).await;
    let planned = desk.plan(json!({ "series": "AIPLUS_QUARTERLY", "heldOn": "2026-12-10" })).await;
    for (period, expected) in [
        ("2026-Q3", ("WAS_HELD", "period")),
        ("2026-Q4", ("PERIOD_TAKEN", "period")),
        ("2027-Q1", ("NOT_DUE", "period")),
        ("2026-08", ("OTHER_RHYTHM", "period")),
        ("2026", ("OTHER_RHYTHM", "period")),
        ("2025-Q4", ("OUTSIDE_SERIES", "period")),
        ("2026-Q9", ("INVALID_PERIOD", "period")),
    ] {
        let input = json!({ "series": "AIPLUS_QUARTERLY", "period": period });
        let payload = desk.act("recordNotHeld", input).await;
        assert_eq!(told(&payload), pairs(&[expected]), "{period}: {payload:#}");
    }
    let second =
        json!({ "series": "AIPLUS_QUARTERLY", "period": "2026-Q2", "reason": { "ko": "미개최" } });
    let payload = desk.done("recordNotHeld", second.clone()).await;
    assert_eq!(payload["missedMeeting"]["reason"]["ko"], "미개최");
    assert_eq!(told(&desk.act("recordNotHeld", second).await), pairs(&[("TAKEN", "period")]));
    assert_eq!(desk.counts("AIPLUS_QUARTERLY").await, [3, 1, 1, 1, 1]);
    // Put off without a day, it is in the way no more.
    desk.then(&planned, "postponeMeeting", json!({ "reason": { "ko": "연기" } })).await;
    desk.done("recordNotHeld", json!({ "series": "AIPLUS_QUARTERLY", "period": "2026-Q4" })).await;
    assert_eq!(desk.counts("AIPLUS_QUARTERLY").await, [4, 1, 1, 2, 0]);
}

/// A meeting of today with two items, on which there is nothing yet.
async fn due(desk: &Desk, code: &str) -> Value {
    let meeting =
        desk.plan(json!({ "body": "POLICY_COUNCIL", "heldOn": "2026-11-22", "code": code })).await;
    let items = json!({ "items": [{ "title": { "ko": "첫째 안건" } }, { "title": { "ko": "둘째 안건" } }] });
    desk.then(&meeting, "setAgenda", items).await;
    meeting
}

/// Ids of the items of a meeting in their order.
async fn items(desk: &Desk, code: &Value) -> Vec<Value> {
    let query = format!("{{ meeting(code: {code}) {{ agenda {{ nodes {{ id }} }} }} }}");
    let found = desk.data(&query).await["meeting"]["agenda"]["nodes"].clone();
    found.as_array().unwrap().iter().map(|item| item["id"].clone()).collect()
}

async fn a_meeting_lives_from_its_plan_to_its_minutes(place: Place) {
    let mut desk = Desk::new(&place).await;
    let list =
        "{ adoptionCases(first: 1, where: { status: { eq: PUBLISHED } }) { nodes { code } } }";
    let case = desk.data(list).await["adoptionCases"]["nodes"][0]["code"].clone();
    assert_eq!(desk.counts("AIPLUS_QUARTERLY").await, [3, 1, 2, 0, 1]);
    let meeting = desk
        .plan(json!({
            "series": "AIPLUS_QUARTERLY", "heldOn": "2026-12-10", "startsAt": "2026-12-10T14:00:00+09:00", "endsAt": "2026-12-10T16:00:00+09:00",
            "code": "COUNCIL_Q4",
        }))
        .await;
    let agenda = json!({ "items": [
        {
            "number": "①", "title": { "ko": "지역기업 AI 활용", "en": "Regional AI" }, "startsAt": "2026-12-10T14:00:00+09:00",
            "endsAt": "2026-12-10T14:40:00+09:00", "isOpenToPress": true,
            "presenters": [{ "person": "LEE_JEONGSUN", "institution": "TIPA" }, { "institution": "KOSME" }, { "group": { "ko": "스타트업 대표단" } }],
            "considers": [{ "plan": "REGIONAL_AI_PLAN" }, { "adoptionCase": case, "role": "NOTICE", "note": { "ko": "우수사례" } }],
        },
        { "title": { "ko": "토론" }, "startsAt": "2026-12-10T14:40:00+09:00" },
    ] });
    desk.then(&meeting, "setAgenda", agenda).await;
    let invited = json!({ "participants": [
        { "institution": "KOSME" }, { "person": "LIM_JUNHO", "institution": "TIPA", "role": "EXPERT" }, { "group": { "ko": "지역 기업" }, "headCount": 20 },
    ] });
    desk.then(&meeting, "inviteParticipants", invited).await;
    let query = "{ meeting(code: \"COUNCIL_Q4\") { countedAttendance attendance { nodes { status person { code } institution { code } groupLabel { ko } headCount role } }
        agenda { nodes { number title { ko en } startsAt endsAt isOpenToPress outcome presenter { code } presenterInstitution { code }
            presenters { nodes { person { code } institution { code } group { ko } } }
            considerations { nodes { plan { code } adoptionCase { code } role consideredOn note { ko } body { code } } } } } } }";
    let shown = desk.data(query).await["meeting"].clone();
    assert_eq!(shown["countedAttendance"], 0, "nobody has come yet");
    assert_eq!(shown["attendance"]["nodes"][1]["status"], "INVITED");
    assert_eq!(
        shown["agenda"]["nodes"][0],
        json!({
            "number": "①", "title": { "ko": "지역기업 AI 활용", "en": "Regional AI" }, "startsAt": "2026-12-10T14:00:00+09:00",
            "endsAt": "2026-12-10T14:40:00+09:00", "isOpenToPress": true, "outcome": null,
            "presenter": { "code": "LEE_JEONGSUN" }, "presenterInstitution": { "code": "TIPA" },
            "presenters": { "nodes": [
                { "person": { "code": "LEE_JEONGSUN" }, "institution": { "code": "TIPA" }, "group": null },
                { "person": null, "institution": { "code": "KOSME" }, "group": null },
                { "person": null, "institution": null, "group": { "ko": "스타트업 대표단" } },
            ] },
            "considerations": { "nodes": [
                { "plan": { "code": "REGIONAL_AI_PLAN" }, "adoptionCase": null, "role": "DISCUSSION", "consideredOn": null, "note": null, "body": { "code": "POLICY_COUNCIL" } },
                { "plan": null, "adoptionCase": { "code": case }, "role": "NOTICE", "consideredOn": null, "note": { "ko": "우수사례" }, "body": { "code": "POLICY_COUNCIL" } },
            ] },
        })
    );
    // Put off by a day and an hour, the slots go along.
    let later = json!({
        "heldOn": "2026-12-11", "startsAt": "2026-12-11T15:00:00+09:00", "endsAt": "2026-12-11T17:00:00+09:00", "reason": { "ko": "장관 일정" },
    });
    desk.then(&meeting, "postponeMeeting", later).await;
    let slot = |shown: &Value, at: usize| shown["agenda"]["nodes"][at]["startsAt"].clone();
    let shown = desk.data(query).await["meeting"].clone();
    assert_eq!(
        (slot(&shown, 0), slot(&shown, 1)),
        (json!("2026-12-11T15:00:00+09:00"), json!("2026-12-11T15:40:00+09:00"))
    );
    // Before its day nothing of it is recorded.
    for (verb, more) in recording() {
        let payload = desk.act(verb, desk.input(&meeting, more).await).await;
        assert_eq!(told(&payload), pairs(&[("NOT_DUE", "id")]), "{verb}");
    }
    desk.now = at("2026-12-11T09:00:00Z");
    let ids = items(&desk, &json!("COUNCIL_Q4")).await;
    let closing = json!({
        "headcount": 25, "headcountText": "25명 내외", "companyCount": 12, "endsAt": "2026-12-11T17:20:00+09:00",
        "attendance": [
            { "participant": { "institution": "KOSME" } }, { "participant": { "person": "LIM_JUNHO" }, "hasAttended": false },
            { "participant": { "group": { "ko": "지역 기업" }, "headCount": 18 } }, { "participant": { "person": "LEE_EUNSEO", "role": "ADVISOR" } },
        ],
        "outcomes": [{ "item": ids[0], "outcome": "DECIDED" }, { "item": ids[1], "outcome": "NOTED" }],
        "statements": [
            { "person": "LEE_EUNSEO", "institution": "KOSME", "summary": { "ko": "지역 기업의 AI 도입 자금이 부족하다" }, "agendaItem": ids[0], "topics": ["REGIONAL_AI"] },
            { "group": { "ko": "참석 기업" }, "summary": { "ko": "실증 기회를 넓혀 달라" }, "agendaItem": ids[1] },
        ],
        "recommendations": [
            { "title": { "ko": "지역 AI 도입 자금 지원" }, "statement": 0, "topic": "REGIONAL_AI", "addressee": "MSS", "dueOn": "2027-01-15", "isPublic": true },
            { "title": { "ko": "실증 기회 확대" }, "statement": 1, "isPublic": true },
            { "title": { "ko": "규제 안내" }, "agendaItem": ids[0], "institution": "KISED" },
        ],
        "minutes": { "text": { "ko": "1. 지역기업 AI 활용 방안을 의결함.\n2. 토론." } },
    });
    let closed = desk.then(&meeting, "closeMeeting", closing).await;
    assert_eq!(
        (&closed["status"], &closed["headcount"], &closed["endsAt"], &closed["startsAt"]),
        (
            &json!("HELD"),
            &json!(25),
            &json!("2026-12-11T17:20:00+09:00"),
            &json!("2026-12-11T15:00:00+09:00")
        )
    );
    let shown = desk.data(query).await["meeting"].clone();
    // One institution, 18 of the group and one person; the one who was absent does not count.
    assert_eq!(shown["countedAttendance"], 20);
    let came: Vec<&str> = shown["attendance"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["status"].as_str().unwrap())
        .collect();
    assert_eq!(came, ["ATTENDED", "ABSENT", "ATTENDED", "ATTENDED"]);
    assert_eq!(shown["attendance"]["nodes"][1]["role"], "EXPERT", "what the invitation told stays");
    let outcomes: Vec<&Value> =
        shown["agenda"]["nodes"].as_array().unwrap().iter().map(|item| &item["outcome"]).collect();
    assert_eq!(outcomes, [&json!("DECIDED"), &json!("NOTED")]);
    assert_eq!(
        shown["agenda"]["nodes"][0]["considerations"]["nodes"][0]["consideredOn"],
        "2026-12-11"
    );
    assert_eq!(desk.counts("AIPLUS_QUARTERLY").await, [4, 2, 2, 0, 0]);
    let said = "{ meeting(code: \"COUNCIL_Q4\") { statements { nodes { summary { ko } person { code } institution { code } speakerGroup { ko } madeOn topics { nodes { code } } agendaItem { title { ko } } } } } }";
    assert_eq!(
        desk.data(said).await["meeting"]["statements"]["nodes"][0],
        json!({
            "summary": { "ko": "지역 기업의 AI 도입 자금이 부족하다" }, "person": { "code": "LEE_EUNSEO" }, "institution": { "code": "KOSME" }, "speakerGroup": null,
            "madeOn": "2026-12-11", "topics": { "nodes": [{ "code": "REGIONAL_AI" }] }, "agendaItem": { "title": { "ko": "지역기업 AI 활용" } },
        })
    );
    let raised = "{ meeting(code: \"COUNCIL_Q4\") { recommendations(orderBy: [], first: 10) { nodes { title { ko } status source raisedOn dueOn addressee { code } person { code } institution { code } raisedByGroup { ko }
        statement { summary { ko } } agendaItem { title { ko } } topic { code } } } } }";
    let raised = raised.replace("orderBy: [], ", "");
    let mut found =
        desk.data(&raised).await["meeting"]["recommendations"]["nodes"].as_array().unwrap().clone();
    found.sort_by_key(|row| row["title"]["ko"].as_str().unwrap().to_owned());
    assert_eq!(
        found,
        [
            json!({
                "title": { "ko": "규제 안내" }, "status": "RAISED", "source": "AGENDA_ITEM", "raisedOn": "2026-12-11", "dueOn": null, "addressee": null, "person": null,
                "institution": { "code": "KISED" }, "raisedByGroup": null, "statement": null, "agendaItem": { "title": { "ko": "지역기업 AI 활용" } }, "topic": null,
            }),
            json!({
                "title": { "ko": "실증 기회 확대" }, "status": "RAISED", "source": "STATEMENT", "raisedOn": "2026-12-11", "dueOn": null, "addressee": null, "person": null,
                "institution": null, "raisedByGroup": { "ko": "참석 기업" }, "statement": { "summary": { "ko": "실증 기회를 넓혀 달라" } },
                "agendaItem": { "title": { "ko": "토론" } }, "topic": null,
            }),
            json!({
                "title": { "ko": "지역 AI 도입 자금 지원" }, "status": "FORWARDED", "source": "STATEMENT", "raisedOn": "2026-12-11", "dueOn": "2027-01-15",
                "addressee": { "code": "MSS" }, "person": { "code": "LEE_EUNSEO" }, "institution": { "code": "KOSME" }, "raisedByGroup": null,
                "statement": { "summary": { "ko": "지역 기업의 AI 도입 자금이 부족하다" } }, "agendaItem": { "title": { "ko": "지역기업 AI 활용" } }, "topic": { "code": "REGIONAL_AI" },
            }),
        ]
    );
    // A draft is internal; approved, it is everybody's; then a new revision begins.
    let minutes = "{ meeting(code: \"COUNCIL_Q4\") { minutes { nodes { position status approvedOn text { ko } } } } }";
    let public = async |desk: &Desk| {
        let answer = desk.ask(&Principal::Anonymous, minutes, json!({})).await;
        answer["data"]["meeting"]["minutes"]["nodes"].as_array().unwrap().len()
    };
    assert_eq!(public(&desk).await, 0);
    let early = desk.input(&meeting, json!({ "approvedOn": "2026-12-10" })).await;
    assert_eq!(
        told(&desk.act("approveMinutes", early).await),
        pairs(&[("BEFORE_MEETING", "approvedOn")])
    );
    desk.then(&meeting, "draftMinutes", json!({ "minutes": { "text": { "ko": "고친 회의록" } } }))
        .await;
    desk.then(&meeting, "approveMinutes", json!({})).await;
    assert_eq!(public(&desk).await, 1);
    let again = desk.act("approveMinutes", desk.input(&meeting, json!({})).await).await;
    assert_eq!(told(&again), pairs(&[("NO_DRAFT", "id")]));
    desk.then(&meeting, "draftMinutes", json!({ "minutes": { "text": { "ko": "둘째 판" } } }))
        .await;
    let found = desk.data(minutes).await["meeting"]["minutes"]["nodes"].clone();
    assert_eq!(
        found,
        json!([
            { "position": 1, "status": "APPROVED", "approvedOn": "2026-12-11", "text": { "ko": "고친 회의록" } },
            { "position": 2, "status": "DRAFT", "approvedOn": null, "text": { "ko": "둘째 판" } },
        ])
    );
    // What was recorded is corrected by who says what was wrong, and is not taken back.
    let correction = json!({ "heldOn": "2026-12-10", "startsAt": null, "endsAt": null, "correction": { "ko": "날짜 오기" } });
    let corrected = desk.then(&meeting, "amendMeeting", correction).await;
    assert_eq!(
        (&corrected["heldOn"], &corrected["note"]["ko"]),
        (&json!("2026-12-10"), &json!("날짜 오기"))
    );
    let shown = desk.data(query).await["meeting"].clone();
    assert_eq!(
        shown["agenda"]["nodes"][0]["considerations"]["nodes"][0]["consideredOn"],
        "2026-12-10"
    );
    let payload = desk
        .act("reopenMeeting", desk.input(&meeting, json!({ "reason": { "ko": "착오" } })).await)
        .await;
    assert_eq!(told(&payload), pairs(&[("MINUTES_APPROVED", "id")]));
}

async fn what_is_wrong_with_a_closing_is_told_at_once(place: Place) {
    let desk = Desk::new(&place).await;
    let meeting = due(&desk, "T_DUE").await;
    let other = due(&desk, "T_OTHER").await;
    let (ids, others) = (items(&desk, &meeting["code"]).await, items(&desk, &other["code"]).await);
    let before = desk.written().await;
    let closing = json!({
        "heldOn": "2026-11-23", "startsAt": "2026-11-20T10:00:00+09:00",
        "attendance": [
            { "participant": { "person": "NOBODY" } }, { "participant": { "institution": "KOSME" } }, { "participant": { "institution": "kosme" } }, { "participant": {} },
            { "participant": { "person": "LIM_JUNHO", "headCount": 3, "group": { "ko": "집단" } } },
        ],
        "outcomes": [{ "item": others[0], "outcome": "NOTED" }, { "item": ids[0], "outcome": "NOTED" }, { "item": ids[0], "outcome": "DECIDED" }],
        "statements": [{ "summary": { "ko": "말" } }, { "institution": "TIPA", "summary": { "ko": " " }, "agendaItem": others[1], "topics": ["NO_TOPIC"] }],
        "recommendations": [
            { "title": { "ko": "" }, "statement": 2, "addressee": "MSS" }, { "title": { "ko": "건의" }, "dueOn": "2027-01-01" },
            { "title": { "ko": "건의" }, "institution": "TIPA", "agendaItem": others[0], "topic": "NO_TOPIC", "addressee": "KOSME", "dueOn": "2026-11-21" },
        ],
        "minutes": {},
    });
    let payload = desk.act("closeMeeting", desk.input(&meeting, closing).await).await;
    let mut found = told(&payload);
    found.sort();
    let mut expected = pairs(&[
        ("IN_FUTURE", "heldOn"),
        ("NOT_ON_DAY", "startsAt"),
        ("UNKNOWN", "attendance.0.participant.person"),
        ("TWICE", "attendance.2.participant"),
        ("REQUIRED", "attendance.3.participant.person"),
        ("NOT_BOTH", "attendance.4.participant.group"),
        ("NOT_BOTH", "attendance.4.participant.headCount"),
        ("UNKNOWN", "outcomes.0.item"),
        ("TWICE", "outcomes.2.item"),
        ("REQUIRED", "statements.0.person"),
        ("UNKNOWN", "statements.1.agendaItem"),
        ("UNKNOWN", "statements.1.topics.0"),
        ("UNKNOWN", "recommendations.0.statement"),
        ("REQUIRED", "recommendations.0.dueOn"),
        ("INVALID_NAME", "recommendations.0.title.ko"),
        ("REQUIRED", "recommendations.1.institution"),
        ("REQUIRED", "recommendations.1.addressee"),
        ("UNKNOWN", "recommendations.2.agendaItem"),
        ("UNKNOWN", "recommendations.2.topic"),
        ("INVALID_DATE", "recommendations.2.dueOn"),
        ("REQUIRED", "minutes.text"),
        ("INVALID_TEXT", "statements.1.summary.ko"),
    ]);
    expected.sort();
    assert_eq!(found, expected, "{payload:#}");
    assert_eq!(desk.written().await, before);
    // Known to the month alone, it needs its day.
    let month = desk
        .plan(json!({ "body": "POLICY_COUNCIL", "heldOn": "2026-11", "code": "T_MONTH" }))
        .await;
    let payload = desk.act("closeMeeting", desk.input(&month, json!({})).await).await;
    assert_eq!(told(&payload), pairs(&[("REQUIRED", "heldOn")]));
    let closed = desk.then(&month, "closeMeeting", json!({ "heldOn": "2026-11-03" })).await;
    assert_eq!((&closed["status"], &closed["heldOn"]), (&json!("HELD"), &json!("2026-11-03")));
    // Taken back, it is planned and can be closed again.
    let back =
        desk.then(&month, "reopenMeeting", json!({ "reason": { "ko": "다른 회의와 혼동" } })).await;
    assert_eq!(
        (&back["status"], &back["note"]["ko"]),
        (&json!("PLANNED"), &json!("다른 회의와 혼동"))
    );
    desk.then(&month, "closeMeeting", json!({})).await;
}

async fn items_keep_who_they_are_and_what_hangs_on_them(place: Place) {
    let desk = Desk::new(&place).await;
    let meeting = due(&desk, "T_ITEMS").await;
    let ids = items(&desk, &meeting["code"]).await;
    let statement = json!({ "statement": { "institution": "TIPA", "summary": { "ko": "의견" }, "agendaItem": ids[1] } });
    let said = desk.done("recordStatement", desk.input(&meeting, statement).await).await;
    assert_eq!(said["statement"]["madeOn"], "2026-11-22");
    // Order and texts change, ids stay; what is new comes between.
    let order = json!({ "items": [
        { "id": ids[1], "title": { "ko": "이제 첫째" } }, { "title": { "ko": "새 안건" }, "considers": [{ "plan": "REGIONAL_AI_PLAN" }] },
        { "id": ids[0], "title": { "ko": "첫째 안건" } },
    ] });
    desk.then(&meeting, "setAgenda", order).await;
    let now = items(&desk, &meeting["code"]).await;
    assert_eq!((&now[0], &now[2], now.len()), (&ids[1], &ids[0], 3));
    // What something hangs on is not left out; what nothing does goes with all of it.
    let without = json!({ "items": [{ "id": ids[0], "title": { "ko": "첫째 안건" } }] });
    let payload = desk.act("setAgenda", desk.input(&meeting, without).await).await;
    assert_eq!(told(&payload), pairs(&[("IN_USE", "items")]));
    let less = json!({ "items": [{ "id": ids[1], "title": { "ko": "이제 첫째" } }] });
    desk.then(&meeting, "setAgenda", less.clone()).await;
    assert_eq!(items(&desk, &meeting["code"]).await, [ids[1].clone()]);
    for (list, expected) in [
        (
            json!([{ "id": ids[0], "title": { "ko": "없는 안건" } }, { "id": ids[1], "title": { "ko": "이제 첫째" } }]),
            vec![("UNKNOWN", "items.0.id")],
        ),
        (
            json!([{ "id": ids[1], "title": { "ko": "안건" } }, { "id": ids[1], "title": { "ko": "안건" } }]),
            vec![("TWICE", "items.1.id")],
        ),
        (
            json!([{
                "id": ids[1], "title": { "ko": "안건" }, "startsAt": "2026-11-23T10:00:00+09:00", "endsAt": "2026-11-22T09:00:00+09:00",
                "presenters": [{}, { "person": "NOBODY" }], "considers": [{}, { "plan": "REGIONAL_AI_PLAN", "bill": "2299999" }],
            }]),
            vec![
                ("REQUIRED", "items.0.presenters.0.person"),
                ("JUST_ONE", "items.0.considers.0"),
                ("JUST_ONE", "items.0.considers.1"),
                ("UNKNOWN", "items.0.presenters.1.person"),
                ("UNKNOWN", "items.0.considers.1.bill"),
                ("OUTSIDE_MEETING", "items.0.startsAt"),
                ("INVALID_RANGE", "items.0.endsAt"),
            ],
        ),
    ] {
        let payload =
            desk.act("setAgenda", desk.input(&meeting, json!({ "items": list })).await).await;
        assert_eq!(told(&payload), pairs(&expected), "{payload:#}");
    }
    // After it was held, a change says what was wrong.
    desk.then(&meeting, "closeMeeting", json!({})).await;
    let payload = desk.act("setAgenda", desk.input(&meeting, less.clone()).await).await;
    assert_eq!(told(&payload), pairs(&[("REQUIRED", "correction")]));
    let mut corrected = less;
    corrected["correction"] = json!({ "ko": "안건명 오기" });
    desk.then(&meeting, "setAgenda", corrected).await;
}

async fn a_participant_stands_on_the_list_once(place: Place) {
    let desk = Desk::new(&place).await;
    let meeting = due(&desk, "T_LIST").await;
    let twice = json!({ "participants": [
        { "person": "LIM_JUNHO", "institution": "TIPA" }, { "institution": "TIPA" }, { "person": "lim_junho", "institution": "KOSME" }, { "institution": "TIPA", "onBehalfOf": "MSS" },
        { "group": { "ko": "기업" } }, { "group": { "ko": "기업" }, "institution": "KOSME" },
    ] });
    let payload = desk.act("inviteParticipants", desk.input(&meeting, twice).await).await;
    assert_eq!(told(&payload), pairs(&[("TWICE", "participants.2")]));
    let first = json!({ "participants": [{ "person": "LIM_JUNHO", "visibility": "INTERNAL" }, { "institution": "TIPA" }] });
    desk.then(&meeting, "inviteParticipants", first.clone()).await;
    let payload = desk.act("inviteParticipants", desk.input(&meeting, first).await).await;
    assert_eq!(told(&payload), pairs(&[("TAKEN", "participants.0"), ("TAKEN", "participants.1")]));
    // What is recorded of who is internal stays internal; a person not said to be public is counted only.
    let came = json!({ "attendance": [{ "participant": { "person": "LIM_JUNHO" } }, { "participant": { "person": "LEE_EUNSEO" } }] });
    desk.then(&meeting, "recordAttendance", came).await;
    let query = "{ meeting(code: \"T_LIST\") { countedAttendance attendance { nodes { person { code } institution { code } status } } } }";
    let seen = desk.ask(&Principal::Anonymous, query, json!({})).await["data"]["meeting"].clone();
    assert_eq!(
        seen,
        json!({ "countedAttendance": 1, "attendance": { "nodes": [{ "person": null, "institution": { "code": "TIPA" }, "status": "INVITED" }] } })
    );
    assert_eq!(
        desk.data(query).await["meeting"]["attendance"]["nodes"].as_array().unwrap().len(),
        3
    );
}

async fn a_record_without_its_meeting_was_wrong(place: Place) {
    let desk = Desk::new(&place).await;
    desk.done("recordNotHeld", json!({ "series": "AIPLUS_MONTHLY", "period": "2026-10" })).await;
    assert_eq!(desk.counts("AIPLUS_MONTHLY").await, [8, 0, 7, 1, 1]);
    let october = desk.plan(json!({ "series": "AIPLUS_MONTHLY", "heldOn": "2026-10-15" })).await;
    desk.then(&october, "closeMeeting", json!({})).await;
    assert_eq!(desk.counts("AIPLUS_MONTHLY").await, [8, 1, 7, 0, 1]);
    let query = "{ meetingSeries(code: \"AIPLUS_MONTHLY\") { missed { totalCount } } }";
    assert_eq!(desk.data(query).await["meetingSeries"]["missed"]["totalCount"], 0);
}

async fn what_is_internal_stays_hidden_until_it_is_published(place: Place) {
    let desk = Desk::new(&place).await;
    let meeting = desk.plan(json!({ "body": "POLICY_COUNCIL", "heldOn": "2026-11-22", "code": "T_INSIDE", "isPublic": false, "venue": { "name": { "ko": "비공개 장소" } } })).await;
    let agenda = json!({ "items": [{ "title": { "ko": "내부 안건" }, "presenters": [{ "institution": "TIPA" }], "considers": [{ "plan": "REGIONAL_AI_PLAN" }] }, { "title": { "ko": "뺄 안건" } }] });
    desk.then(&meeting, "setAgenda", agenda).await;
    let ids = items(&desk, &json!("T_INSIDE")).await;
    let less = json!({ "items": [{ "id": ids[0], "title": { "ko": "내부 안건" }, "presenters": [{ "institution": "TIPA" }], "considers": [{ "plan": "REGIONAL_AI_PLAN" }] }] });
    desk.then(&meeting, "setAgenda", less).await;
    let said = json!({ "statement": { "institution": "TIPA", "summary": { "ko": "숨은 발언" } } });
    desk.done("recordStatement", desk.input(&meeting, said).await).await;
    let query = "{ meeting(code: \"T_INSIDE\") { agenda { nodes { title { ko } presenters { totalCount } considerations { totalCount } } } venues { totalCount } } }";
    let public = "{ statements(last: 100, where: { institution: { code: { eq: \"TIPA\" } } }) { nodes { summary { ko } } } meetings(last: 100) { nodes { code } } changes(last: 30) { nodes { subjectType: type } } }";
    let hidden = desk.ask(&Principal::Anonymous, query, json!({})).await;
    assert_eq!(hidden["errors"][0]["extensions"]["code"], "NOT_FOUND", "{hidden:#}");
    let seen = desk.ask(&Principal::Anonymous, public, json!({})).await.to_string();
    assert!(!seen.contains("T_INSIDE") && !seen.contains("숨은 발언"), "{seen}");
    assert!(!seen.contains("AgendaItem"), "{seen}");
    // Who may write and not read sees what everybody sees.
    let blind = desk.app.principal("TIPA", "content:write").await;
    let input = desk.input(&meeting, json!({ "title": { "ko": "새 이름" } })).await;
    let answer = desk.tried(&blind, "amendMeeting", input).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND", "{answer:#}");
    desk.then(&meeting, "amendMeeting", json!({ "isPublic": true })).await;
    let seen = desk.ask(&Principal::Anonymous, query, json!({})).await["data"]["meeting"].clone();
    assert_eq!(
        seen,
        json!({
            "agenda": { "nodes": [{ "title": { "ko": "내부 안건" }, "presenters": { "totalCount": 1 }, "considerations": { "totalCount": 1 } }] },
            "venues": { "totalCount": 1 },
        })
    );
    let seen = desk.ask(&Principal::Anonymous, public, json!({})).await.to_string();
    assert!(seen.contains("T_INSIDE") && !seen.contains("숨은 발언"), "{seen}");
    // Hidden again, it is told to be gone, and so are its parts.
    desk.then(&meeting, "amendMeeting", json!({ "isPublic": false })).await;
    let gone = "{ changes(last: 30) { nodes { kind type } } }";
    let gone = desk.ask(&Principal::Anonymous, gone, json!({})).await;
    let gone = gone["data"]["changes"]["nodes"].as_array().unwrap();
    for ty in ["Meeting", "AgendaItem", "Venue"] {
        let told = json!({ "kind": "DELETED", "type": ty });
        assert!(gone.contains(&told), "{ty}: {gone:#?}");
    }
    // A case that is not published is unknown to who does not read it, and is not offered.
    desk.then(&meeting, "amendMeeting", json!({ "isPublic": true })).await;
    let writes = desk.app.principal("KOSME", "program:read content:write").await;
    let mut input = crate::cases_written::exploring();
    keyed(&mut input);
    let draft =
        "mutation($input: DraftCaseInput!) { draftCase(input: $input) { adoptionCase { code } } }";
    let made = desk.ask(&writes, draft, json!({ "input": input })).await;
    let code = made["data"]["draftCase"]["adoptionCase"]["code"].as_str().unwrap().to_owned();
    for (given, who, is_known) in [
        (code.clone(), &blind, false),
        (code[..code.len() - 1].to_owned(), &blind, false),
        (code.clone(), &desk.operator, true),
    ] {
        let items = json!({ "items": [{ "title": { "ko": "사례" }, "considers": [{ "adoptionCase": given }] }] });
        let answer = desk.tried(who, "setAgenda", desk.input(&meeting, items).await).await;
        let errors = answer["data"]["payload"]["errors"].clone();
        assert_eq!(errors == json!([]), is_known, "{answer:#}");
        assert!(is_known || given == code || !errors.to_string().contains(&code), "{errors}");
    }
}

async fn what_a_source_says_of_a_hidden_meeting_is_hidden(place: Place) {
    let desk = Desk::new(&place).await;
    let said = "{ statements(first: 100) { nodes { id meeting { id version code attendance { totalCount } } } } }";
    let ask = async || {
        let seen = desk.ask(&Principal::Anonymous, said, json!({})).await;
        seen["data"]["statements"]["nodes"].as_array().unwrap().clone()
    };
    let before = ask().await;
    let of = |rows: &[Value], code: &str| {
        rows.iter()
            .filter(|row| row["meeting"]["code"] == code)
            .map(|row| row["id"].clone())
            .collect::<Vec<_>>()
    };
    let row = before
        .iter()
        .find(|row| row["meeting"]["attendance"]["totalCount"].as_i64() > Some(0))
        .unwrap();
    let (meeting, code) = (&row["meeting"], row["meeting"]["code"].as_str().unwrap());
    let hidden = of(&before, code);
    let why = json!({ "isPublic": false, "correction": { "ko": "비공개 회의였다" } });
    desk.then(meeting, "amendMeeting", why).await;
    let after = ask().await;
    assert_eq!((of(&after, code).len(), after.len()), (0, before.len() - hidden.len()));
    let told = "{ changes(last: 100) { nodes { kind type subjectId } } }";
    let told =
        desk.ask(&Principal::Anonymous, told, json!({})).await["data"]["changes"]["nodes"].clone();
    let gone = told.as_array().unwrap().iter().filter(|row| row["kind"] == "DELETED");
    let gone: Vec<_> = gone.map(|row| (row["type"].clone(), row["subjectId"].clone())).collect();
    for id in &hidden {
        assert!(gone.contains(&(json!("Statement"), id.clone())), "{id} in {gone:#?}");
    }
    let count = |ty: &str| gone.iter().filter(|(told, _)| told == ty).count();
    assert!(count("Attendance") > 0 && count("Meeting") == 1, "{gone:#?}");
    let why = json!({ "isPublic": true, "correction": { "ko": "공개 회의였다" } });
    desk.then(meeting, "amendMeeting", why).await;
    assert_eq!(
        ask().await,
        before
            .iter()
            .cloned()
            .map(|mut row| {
                if row["meeting"]["code"] == code {
                    row["meeting"]["version"] =
                        json!(row["meeting"]["version"].as_i64().unwrap() + 2);
                }
                row
            })
            .collect::<Vec<_>>()
    );
}

/// Makes a row beside the API, as an import would.
async fn made<R: Record>(app: &TestApp, row: Value) -> Uuid {
    let mut row = row;
    let fields = row.as_object_mut().unwrap();
    for (name, value) in [
        ("id", json!(Uuid::nil())),
        ("version", json!(1)),
        ("visibility", json!("PUBLIC")),
        ("origin", json!("REPORTED")),
        ("created_at", json!(now())),
        ("updated_at", json!(now())),
    ] {
        fields.entry(name).or_insert(value);
    }
    let author =
        Author { principal: &Principal::System, request_id: "test", address: None, now: now() };
    let mut write = Write::begin(&app.db, author).await.unwrap();
    let id = write.add::<R>("create", serde_json::from_value(row).unwrap()).await.unwrap();
    write.commit().await.unwrap();
    id
}

/// A recommendation of that code, raised on a day in a meeting or none.
async fn raised(desk: &Desk, code: &str, on: &str, meeting: Option<&str>, status: &str) -> Uuid {
    let meeting = match meeting {
        Some(code) => {
            let found = desk.data(&format!("{{ meeting(code: \"{code}\") {{ id }} }}")).await;
            global_id::decode(found["meeting"]["id"].as_str().unwrap()).map(|(_, key)| key)
        }
        None => None,
    };
    let row = json!({
        "code": code, "title_ko": code, "source": "INTAKE_DESK", "status": status, "item_count": 1, "raised_on": on, "meeting_id": meeting,
    });
    made::<entity::recommendation::Entity>(&desk.app, row).await
}

async fn a_pack_holds_what_a_meeting_is_prepared_with(place: Place) {
    let desk = Desk::new(&place).await;
    let list =
        "{ adoptionCases(first: 1, where: { status: { eq: PUBLISHED } }) { nodes { code } } }";
    let case = desk.data(list).await["adoptionCases"]["nodes"][0]["code"].clone();
    let meeting = desk
        .plan(json!({ "series": "AIPLUS_QUARTERLY", "heldOn": "2026-11-20", "code": "T_PACK" }))
        .await;
    let query = "{ meetingPack(meeting: \"T_PACK\") { meeting { code coversPeriod agenda { totalCount } } previous { code }
        openedRecommendations(first: 100) { totalCount nodes { code } } answeredRecommendations(first: 100) { totalCount nodes { code } }
        openRecommendations(first: 100) { totalCount nodes { code } } bills(first: 100) { totalCount nodes { number stage daysInStage } }
        adoptionCases { nodes { code } } submissions { totalCount } } bills { totalCount } pending: bills(where: { isClosed: { eq: false } }) { totalCount } }";
    let before = desk.data(query).await;
    let codes = |data: &Value, list: &str| -> Vec<String> {
        let rows = data["meetingPack"][list]["nodes"].as_array().unwrap();
        rows.iter()
            .map(|row| row["code"].as_str().unwrap().to_owned())
            .filter(|code| code.starts_with("T_"))
            .collect()
    };
    assert_eq!(
        before["meetingPack"]["meeting"],
        json!({ "code": "T_PACK", "coversPeriod": "2026-Q4", "agenda": { "totalCount": 0 } })
    );
    assert_eq!(before["meetingPack"]["previous"]["code"], "AIPLUS_2026_0701");
    assert_eq!(before["meetingPack"]["bills"]["totalCount"], before["pending"]["totalCount"]);
    raised(&desk, "T_AT_LAST", "2026-07-01", Some("AIPLUS_2026_0701"), "RAISED").await;
    raised(&desk, "T_SINCE", "2026-08-10", None, "DELIVERED").await;
    raised(&desk, "T_OTHER_BODY", "2026-08-10", Some("SEOUL_2024_0328"), "RAISED").await;
    raised(&desk, "T_AHEAD", "2026-11-21", None, "RAISED").await;
    let early = raised(&desk, "T_EARLY", "2026-06-30", None, "ANSWERED").await;
    for on in ["2026-06-30", "2026-09-01", "2026-09-02"] {
        let answer = json!({ "recommendation_id": early, "position": 1, "disposition": "ACCEPTED", "answered_on": on });
        made::<entity::recommendation_answer::Entity>(&desk.app, answer).await;
    }
    desk.then(&meeting, "setAgenda", json!({ "items": [{ "title": { "ko": "사례" }, "considers": [{ "adoptionCase": case }] }, { "title": { "ko": "다시" }, "considers": [{ "adoptionCase": case }] }] })).await;
    let after = desk.data(query).await;
    assert_eq!(codes(&after, "openedRecommendations"), ["T_AT_LAST", "T_SINCE"]);
    assert_eq!(codes(&after, "answeredRecommendations"), ["T_EARLY"]);
    assert_eq!(codes(&after, "openRecommendations"), ["T_AT_LAST", "T_EARLY"]);
    for (list, more) in
        [("openedRecommendations", 2), ("answeredRecommendations", 1), ("openRecommendations", 2)]
    {
        let count = |data: &Value| data["meetingPack"][list]["totalCount"].as_i64().unwrap();
        assert_eq!(count(&after), count(&before) + more, "{list}");
    }
    assert_eq!(after["meetingPack"]["adoptionCases"]["nodes"], json!([{ "code": case }]));
    assert_eq!(after["meetingPack"]["submissions"]["totalCount"], 0);
    let unknown = desk
        .ask(&desk.operator, "{ meetingPack(meeting: \"T_NONE\") { meeting { code } } }", json!({}))
        .await;
    assert_eq!(unknown["errors"][0]["extensions"]["code"], "NOT_FOUND");
}

async fn a_pack_tells_results_of_the_period_that_a_meeting_covers(place: Place) {
    let app = place.app().await;
    let desk = Desk {
        operator: app.principal("TIPA", "program:read content:write").await,
        auditor: Principal::System,
        now: now(),
        app,
    };
    let count = async |code: &str, quarters: &str| {
        let query = format!(
            "{{ meetingPack(meeting: \"{code}\") {{ submissions {{ totalCount }} }} submissions(where: {{ quarter: {{ in: {quarters} }} }}) {{ totalCount }} }}"
        );
        let data = desk.data(&query).await;
        assert_eq!(
            data["meetingPack"]["submissions"]["totalCount"], data["submissions"]["totalCount"],
            "{code}"
        );
        data["submissions"]["totalCount"].as_i64().unwrap()
    };
    // About the first half of the year, as is on record.
    assert!(count("AIPLUS_2026_0701", "[\"2026-Q1\", \"2026-Q2\"]").await > 0);
    for (period, code, quarters) in [
        (None, "T_OWN", "[\"2026-Q3\"]"),
        (Some("2025"), "T_YEAR", "[\"2025-Q1\", \"2025-Q2\", \"2025-Q3\", \"2025-Q4\"]"),
        (Some("2025-H2"), "T_HALF", "[\"2025-Q3\", \"2025-Q4\"]"),
        (Some("2026-Q2"), "T_QUARTER", "[\"2026-Q2\"]"),
        (Some("2026-05"), "T_MONTH", "[\"2026-Q2\"]"),
    ] {
        desk.plan(json!({ "body": "POLICY_COUNCIL", "heldOn": "2026-09-10", "coversPeriod": period, "code": code })).await;
        count(code, quarters).await;
    }
    // Who may not see results is told so, and sees the rest.
    let query =
        "{ meetingPack(meeting: \"T_YEAR\") { meeting { code } submissions { totalCount } } }";
    let answer = desk.ask(&Principal::Anonymous, query, json!({})).await;
    assert_eq!(
        answer["data"]["meetingPack"],
        json!({ "meeting": { "code": "T_YEAR" }, "submissions": null }),
        "{answer:#}"
    );
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}

/// Verbs that tell of what took place.
fn recording() -> Vec<(&'static str, Value)> {
    vec![
        (
            "recordAttendance",
            json!({ "attendance": [{ "participant": { "institution": "KISED" } }] }),
        ),
        (
            "recordStatement",
            json!({ "statement": { "institution": "TIPA", "summary": { "ko": "의견" } } }),
        ),
        ("draftMinutes", json!({ "minutes": { "text": { "ko": "회의록" } } })),
        ("closeMeeting", json!({})),
    ]
}

/// A verb of the table, with an input that would do it.
fn verbs() -> Vec<(&'static str, Value)> {
    let reason = json!({ "reason": { "ko": "사유" } });
    vec![
        ("amendMeeting", json!({ "title": { "ko": "새 이름" } })),
        ("postponeMeeting", json!({ "heldOn": "2027-02-01", "reason": { "ko": "사유" } })),
        ("cancelMeeting", reason.clone()),
        ("setAgenda", json!({ "items": [] })),
        ("inviteParticipants", json!({ "participants": [{ "institution": "ETRI" }] })),
        ("approveMinutes", json!({})),
        ("reopenMeeting", reason),
    ]
    .into_iter()
    .chain(recording())
    .collect()
}

async fn every_state_verb_and_caller_is_decided(place: Place) {
    let desk = Desk::new(&place).await;
    let held = "AIPLUS_2026_0701";
    for (state, code) in
        [("PLANNED", "P"), ("DUE", "D"), ("POSTPONED", "S"), ("CANCELLED", "C"), ("HELD", held)]
    {
        if state == "HELD" {
            continue;
        }
        let date = if state == "DUE" { "2026-11-20" } else { "2027-01-10" };
        let meeting = desk
            .plan(json!({ "body": "POLICY_COUNCIL", "heldOn": date, "code": format!("T_{code}") }))
            .await;
        match state {
            "POSTPONED" => drop(
                desk.then(&meeting, "postponeMeeting", json!({ "reason": { "ko": "사유" } })).await,
            ),
            "CANCELLED" => drop(
                desk.then(&meeting, "cancelMeeting", json!({ "reason": { "ko": "사유" } })).await,
            ),
            _ => {}
        }
    }
    // verb, and what is told in PLANNED, on its day, POSTPONED, HELD, CANCELLED
    let allowed = |verb: &str| match verb {
        "amendMeeting" => ["", "", "", "REQUIRED", "WRONG_STATE"],
        "postponeMeeting" | "cancelMeeting" => ["", "", "", "WRONG_STATE", "WRONG_STATE"],
        "setAgenda" => ["", "", "", "REQUIRED", "WRONG_STATE"],
        "inviteParticipants" => ["", "", "", "WRONG_STATE", "WRONG_STATE"],
        "recordAttendance" | "recordStatement" | "draftMinutes" => {
            ["NOT_DUE", "", "WRONG_STATE", "", "WRONG_STATE"]
        }
        "closeMeeting" => ["NOT_DUE", "", "WRONG_STATE", "WRONG_STATE", "WRONG_STATE"],
        "approveMinutes" => {
            ["WRONG_STATE", "WRONG_STATE", "WRONG_STATE", "NO_DRAFT", "WRONG_STATE"]
        }
        "reopenMeeting" => ["WRONG_STATE", "WRONG_STATE", "WRONG_STATE", "", "WRONG_STATE"],
        other => panic!("{other}"),
    };
    let callers = [
        (Principal::Anonymous, "UNAUTHENTICATED"),
        (desk.app.principal("KOSME", "program:read content:write").await, "FORBIDDEN"),
        (
            desk.app.principal("TIPA", "program:read legislation:write results:review").await,
            "FORBIDDEN",
        ),
    ];
    for (verb, input) in verbs() {
        for (code, expected) in ["T_P", "T_D", "T_S", held, "T_C"].into_iter().zip(allowed(verb)) {
            let query = format!(
                "{{ meeting(code: \"{code}\") {{ id version status heldOn title {{ ko }} note {{ ko }} }} }}"
            );
            let before = desk.data(&query).await["meeting"].clone();
            let input = desk.input(&before, input.clone()).await;
            for (who, expected) in &callers {
                let answer = desk.tried(who, verb, input.clone()).await;
                assert_eq!(
                    answer["errors"][0]["extensions"]["code"], *expected,
                    "{verb}: {answer:#}"
                );
            }
            // Stale, whatever the state; then as it is.
            let written = desk.written().await;
            let mut stale = input.clone();
            stale["expectedVersion"] = json!(77);
            assert_eq!(
                told(&desk.act(verb, stale).await)[0],
                pairs(&[("CONFLICT", "expectedVersion")])[0]
            );
            if !expected.is_empty() {
                let payload = desk.act(verb, input.clone()).await;
                assert_eq!(told(&payload)[0].0, expected, "{verb} of {code}: {payload:#}");
                assert_eq!(desk.data(&query).await["meeting"], before, "{verb} of {code}");
                assert_eq!(desk.written().await, written, "{verb} of {code}");
                continue;
            }
            // It is done once, and told again; what is undone is made good for the next verb.
            let mut once = input;
            once["idempotencyKey"] = key().into();
            let payload = desk.done(verb, once.clone()).await;
            assert_eq!(payload["meeting"]["version"], before["version"].as_i64().unwrap() + 1);
            let again = desk.done(verb, once.clone()).await;
            assert_eq!(again, payload, "{verb} of {code}");
            once["idempotencyKey"] = once["idempotencyKey"].clone();
            let mut reused = once.clone();
            match verb {
                "amendMeeting" => reused["title"] = json!({ "ko": "또 다른 이름" }),
                "setAgenda" => reused["items"] = json!([{ "title": { "ko": "안건" } }]),
                "inviteParticipants" => reused["participants"][0]["institution"] = json!("KIBO"),
                "recordAttendance" => reused["attendance"][0]["hasAttended"] = json!(false),
                "recordStatement" => reused["statement"]["summary"]["ko"] = json!("다른 의견"),
                "draftMinutes" => reused["minutes"]["text"]["ko"] = json!("다른 회의록"),
                "closeMeeting" => reused["headcount"] = json!(3),
                _ => reused["reason"] = json!({ "ko": "다른 사유" }),
            }
            assert_eq!(
                told(&desk.act(verb, reused).await),
                pairs(&[("KEY_REUSED", "idempotencyKey")])
            );
            let (status, day) =
                (before["status"].as_str().unwrap(), before["heldOn"].as_str().unwrap());
            desk.app
                .sql(&format!("UPDATE meeting SET status = '{status}', held_on = '{day}' WHERE code = '{code}'"))
                .await;
        }
    }
}
