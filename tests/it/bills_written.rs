//! Bills as they are written: from the drafting in the ministry to promulgation by way of a committee's alternative.

use aiplus::domain::principal::Principal;
use serde_json::{Value, json};

use crate::support::acting::{self, expected, outcome, told, written};
use crate::support::results::key;
use crate::support::{Place, TestApp};
use crate::tests;

tests![
    a_bill_lives_from_drafting_to_law_by_way_of_an_alternative,
    a_bill_that_was_sent_back,
    each_caller_may_do_its_own,
    a_stage_that_may_not_come_next_is_told_with_those_that_may,
    faults_of_an_event_are_told_together,
    a_correction_is_a_new_event,
    a_stale_call_and_a_repeated_one,
    provisions_are_brought_to_what_was_told,
    the_end_of_a_term_expires_what_is_pending,
    what_is_hidden_stays_hidden,
];

const BILL: &str = "bill { id version number sourceId stage stageReachedOn stageReachedOnPrecision daysInStage result effect isClosed isEnacted \
    absorbedInto { number } checkedAt origin }";
const EVENT: &str = "bill { id version number stage stageReachedOn daysInStage result effect isClosed isEnacted absorbedInto { number } } \
    billEvent { id version position stage occurredOn isKnownBy result rawText source corrects { position } institution { code } }";
const INITIATIVE: &str = "legislativeInitiative { id version code title { ko } isTentative titles { nodes { position title { ko } isTentative startsOn } } }";

/// Who writes legislation.
struct Desk {
    app: TestApp,
    mss: Principal,
    reader: Principal,
    partner: Principal,
}

impl Desk {
    async fn new(place: &Place) -> Self {
        let app = place.app().await;
        Self {
            mss: app.principal("MSS", "program:read legislation:write").await,
            reader: app.principal("TIPA", "program:read content:write").await,
            partner: app.principal("KOSME", "program:read legislation:write").await,
            app,
        }
    }

    fn selection(mutation: &str) -> &'static str {
        match mutation {
            "createInitiative" | "addInitiativeTitle" => INITIATIVE,
            "recordBillEvent" | "correctBillEvent" => EVENT,
            "endAssemblyTerm" => "expired remaining",
            _ => BILL,
        }
    }

    async fn tried(&self, who: &Principal, mutation: &str, input: Value) -> Value {
        acting::tried(&self.app, who, mutation, Self::selection(mutation), input).await
    }

    async fn acted(&self, mutation: &str, input: Value) -> Value {
        acting::acted(&self.app, &self.mss, mutation, Self::selection(mutation), input).await
    }

    async fn done(&self, mutation: &str, input: Value) -> Value {
        acting::done(&self.app, &self.mss, mutation, Self::selection(mutation), input).await
    }

    async fn bill(&self, number: &str, more: Value) -> Value {
        let mut input =
            json!({ "number": number, "title": { "ko": format!("시험 법률안 {number}") } });
        extend(&mut input, more);
        self.done("registerBill", input).await["bill"].clone()
    }

    /// Records a stage of a bill as it is now.
    async fn event(&self, bill: &Value, stage: &str, on: &str, more: Value) -> Value {
        let input = self.event_input(bill, stage, on, more).await;
        self.done("recordBillEvent", input).await
    }

    async fn event_input(&self, bill: &Value, stage: &str, on: &str, more: Value) -> Value {
        let mut input = self.on(bill).await;
        extend(&mut input, json!({ "stage": stage, "occurredOn": on }));
        extend(&mut input, more);
        input
    }

    /// The input of a verb on a row as it is now.
    async fn on(&self, row: &Value) -> Value {
        let query = format!("{{ node(id: {}) {{ id ... on Fact {{ version }} }} }}", row["id"]);
        let answer = self.app.ask(&self.mss, &query, Value::Null).await;
        let node = &answer["data"]["node"];
        json!({ "id": node["id"], "expectedVersion": node["version"] })
    }

    async fn shown(&self, bill: &Value, fields: &str) -> Value {
        let query = format!("{{ node(id: {}) {{ ... on Bill {{ {fields} }} }} }}", bill["id"]);
        self.app.data(&query).await["node"].clone()
    }

    /// Numbers of the bills that a filter leaves.
    async fn numbers(&self, filter: &str) -> Vec<String> {
        let query = format!(
            "{{ bills(where: {{ number: {{ startsWith: \"22\" }}, {filter} }}) {{ nodes {{ number }} }} }}"
        );
        let data = self.app.data(&query).await;
        let nodes = data["bills"]["nodes"].as_array().unwrap().clone();
        nodes.iter().map(|bill| bill["number"].as_str().unwrap().to_owned()).collect()
    }
}

fn extend(input: &mut Value, more: Value) {
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
}

async fn a_bill_lives_from_drafting_to_law_by_way_of_an_alternative(place: Place) {
    let desk = Desk::new(&place).await;
    let initiative = json!({
        "code": "SME_AX_ACT", "title": { "ko": "(가칭)중소기업 AX 촉진법" }, "isTentative": true, "owner": "MSS", "startsOn": "2026-01",
        "purpose": { "ko": "중소기업의 인공지능 활용을 돕는다." },
    });
    let initiative =
        desk.done("createInitiative", initiative).await["legislativeInitiative"].clone();
    let mut title = desk.on(&initiative).await;
    extend(
        &mut title,
        json!({ "title": { "ko": "중소기업 인공지능 활용 촉진법" }, "startsOn": "2026-03-02" }),
    );
    let initiative = desk.done("addInitiativeTitle", title).await["legislativeInitiative"].clone();
    assert_eq!(
        (&initiative["title"]["ko"], &initiative["isTentative"], &initiative["titles"]["nodes"]),
        (
            &json!("중소기업 인공지능 활용 촉진법"),
            &json!(false),
            &json!([
                { "position": 1, "title": { "ko": "(가칭)중소기업 AX 촉진법" }, "isTentative": true, "startsOn": "2026-01" },
                { "position": 2, "title": { "ko": "중소기업 인공지능 활용 촉진법" }, "isTentative": false, "startsOn": "2026-03-02" },
            ])
        )
    );
    let found = "{ search(text: \"중소기업 AX 촉진법\") { nodes { subject { ... on LegislativeInitiative { code } } } } }";
    let found = desk.app.data(found).await;
    assert!(found.to_string().contains("SME_AX_ACT"), "{found}");

    // In the ministry it bears a key of our own; at the Assembly it is given a number.
    let bill = desk
        .bill("SME_AX_ACT-1", json!({ "initiative": "SME_AX_ACT", "proposerKind": "GOVERNMENT" }))
        .await;
    assert_eq!(
        (&bill["stage"], &bill["result"], &bill["effect"], &bill["origin"]),
        (&Value::Null, &json!("PENDING"), &json!("PENDING"), &json!("REPORTED"))
    );
    for (stage, on) in [
        ("DRAFTING", "2026-02"),
        ("CONSULTATION", "2026-03-10"),
        ("LEGISLATIVE_NOTICE", "2026-04-01"),
        ("REGULATORY_AND_MOLEG_REVIEW", "2026-05-20"),
        ("CABINET", "2026-06-09"),
        ("RECEIVED", "2026-06-12"),
    ] {
        let done = desk.event(&bill, stage, on, json!({})).await;
        assert_eq!(
            (&done["bill"]["stage"], &done["billEvent"]["stage"]),
            (&json!(stage), &json!(stage))
        );
    }
    let mut number = desk.on(&bill).await;
    extend(
        &mut number,
        json!({ "number": "2213001", "sourceId": "PRC_A1", "committee": { "ko": "산업통상자원중소벤처기업위원회" }, "proposedOn": "2026-06-12" }),
    );
    let bill = desk.done("amendBill", number).await["bill"].clone();
    assert_eq!(
        (&bill["number"], &bill["sourceId"], &bill["stage"]),
        (&json!("2213001"), &json!("PRC_A1"), &json!("RECEIVED"))
    );
    desk.event(
        &bill,
        "COMMITTEE_RECEIVED",
        "2026-06-15",
        json!({ "rawText": "소관위접수", "source": "의안정보시스템" }),
    )
    .await;
    let held =
        desk.event(&bill, "COMMITTEE_REVIEW", "2026-09-01", json!({ "result": "HELD" })).await;
    assert_eq!(held["bill"]["result"], "HELD");
    let done = desk
        .event(
            &bill,
            "COMMITTEE_DECIDED",
            "2026-11-02",
            json!({ "institution": "NATIONAL_ASSEMBLY" }),
        )
        .await;
    assert_eq!(
        done["bill"],
        json!({ "id": bill["id"], "version": done["bill"]["version"], "number": "2213001", "stage": "COMMITTEE_DECIDED", "stageReachedOn": "2026-11-02",
                "daysInStage": 20, "result": "PENDING", "effect": "PENDING", "isClosed": false, "isEnacted": false, "absorbedInto": null })
    );

    // It is absorbed into the committee's alternative, which must be on record.
    let close = json!({ "result": "ABSORBED_IN_ALTERNATIVE", "absorbedInto": "2214000", "rawText": "대안반영폐기" });
    let input =
        desk.event_input(&bill, "CLOSED_WITHOUT_ENACTMENT", "2026-11-05", close.clone()).await;
    let refused = desk.acted("recordBillEvent", input).await;
    assert_eq!(told(&refused), expected(&[("UNKNOWN", "input.absorbedInto")]));
    let other = desk.bill("2214000", json!({ "initiative": "SME_AX_ACT", "proposerKind": "COMMITTEE_CHAIR", "proposer": { "ko": "산업통상자원중소벤처기업위원장" } })).await;
    assert_eq!(desk.numbers("isClosed: { eq: false }").await, ["2213001", "2214000"]);
    let done = desk.event(&bill, "CLOSED_WITHOUT_ENACTMENT", "2026-11-05", close).await;
    assert_eq!(
        (
            &done["bill"]["result"],
            &done["bill"]["effect"],
            &done["bill"]["absorbedInto"]["number"],
            &done["bill"]["isClosed"],
            &done["bill"]["isEnacted"]
        ),
        (
            &json!("ABSORBED_IN_ALTERNATIVE"),
            &json!("IN_ALTERNATIVE"),
            &json!("2214000"),
            &json!(true),
            &json!(false)
        )
    );
    assert_eq!(desk.numbers("isClosed: { eq: true }").await, ["2213001"]);
    for (stage, on, more) in [
        ("RECEIVED", "2026-11-05", json!({})),
        ("JUDICIARY_REVIEW", "2026-11-09", json!({})),
        ("PLENARY_DECIDED", "2026-11-12", json!({ "result": "PASSED_AS_PROPOSED" })),
        ("TRANSFERRED", "2026-11-13", json!({})),
    ] {
        desk.event(&other, stage, on, more).await;
    }
    let standing = desk
        .shown(
            &other,
            "stage result effect isClosed isEnacted daysInStage on: stageOn(date: \"2026-11-10\")",
        )
        .await;
    assert_eq!(
        standing,
        json!({ "stage": "TRANSFERRED", "result": "PASSED_AS_PROPOSED", "effect": "PENDING", "isClosed": false, "isEnacted": false, "daysInStage": 9, "on": "JUDICIARY_REVIEW" })
    );
    let done = desk
        .event(&other, "PROMULGATED", "2026-11-20", json!({ "rawText": "공포 제21234호" }))
        .await;
    assert_eq!(
        (&done["bill"]["effect"], &done["bill"]["isEnacted"]),
        (&json!("ENACTED"), &json!(true))
    );
    assert_eq!(desk.numbers("reached: PLENARY_DECIDED").await, ["2214000"]);
    assert_eq!(desk.numbers("notReached: PLENARY_DECIDED").await, ["2213001"]);
    assert_eq!(desk.numbers("isEnacted: { eq: true }").await, ["2214000"]);
    let events = desk
        .shown(&bill, "events(first: 100) { nodes { position stage rawText source result } }")
        .await;
    let events = events["events"]["nodes"].as_array().unwrap().clone();
    assert_eq!(events.len(), 10);
    assert_eq!(
        events[6],
        json!({ "position": 7, "stage": "COMMITTEE_RECEIVED", "rawText": "소관위접수", "source": "의안정보시스템", "result": null })
    );
    assert_eq!(events[9]["result"], "ABSORBED_IN_ALTERNATIVE");
    // Nothing comes after the end; only what the law does next.
    let late = desk.event_input(&bill, "RECEIVED", "2026-11-20", json!({})).await;
    assert_eq!(
        told(&desk.acted("recordBillEvent", late).await),
        expected(&[("BILL_CLOSED", "input.stage")])
    );
    let late = desk.event_input(&other, "TRANSFERRED", "2026-11-21", json!({})).await;
    let refused = desk.acted("recordBillEvent", late).await;
    assert_eq!(told(&refused), expected(&[("STAGE_NOT_NEXT", "input.stage")]));
    assert!(
        refused["errors"][0]["message"].as_str().unwrap().ends_with("Possible next: IN_FORCE.")
    );
    // That there is no news is told by when it was looked up.
    let mut checked = desk.on(&other).await;
    extend(&mut checked, json!({ "checkedAt": "2026-11-21T09:00:00+09:00" }));
    let bill = desk.done("recordBillChecked", checked).await["bill"].clone();
    assert!(bill["checkedAt"].as_str().unwrap().starts_with("2026-11-21T"));
}

async fn a_bill_that_was_sent_back(place: Place) {
    let desk = Desk::new(&place).await;
    let bill = desk.bill("2213002", json!({})).await;
    for (stage, on, more) in [
        ("RECEIVED", "2026-01-05", json!({})),
        ("PLENARY_DECIDED", "2026-02-01", json!({ "result": "PASSED_AMENDED" })),
        ("TRANSFERRED", "2026-02-05", json!({})),
        ("RECONSIDERATION_REQUESTED", "2026-02-15", json!({})),
    ] {
        desk.event(&bill, stage, on, more).await;
    }
    let done = desk
        .event(
            &bill,
            "RECONSIDERATION_DECIDED",
            "2026-03-01",
            json!({ "result": "REJECTED", "rawText": "재의(부결)" }),
        )
        .await;
    assert_eq!(
        (
            &done["bill"]["result"],
            &done["bill"]["effect"],
            &done["bill"]["isClosed"],
            &done["bill"]["isEnacted"]
        ),
        (&json!("REJECTED"), &json!("NONE"), &json!(true), &json!(false))
    );
    // What was passed is not closed before it was sent back.
    let other = desk.bill("2213003", json!({})).await;
    desk.event(&other, "PLENARY_DECIDED", "2026-02-01", json!({ "result": "PASSED" })).await;
    let input = desk
        .event_input(
            &other,
            "CLOSED_WITHOUT_ENACTMENT",
            "2026-03-01",
            json!({ "result": "WITHDRAWN" }),
        )
        .await;
    assert_eq!(
        told(&desk.acted("recordBillEvent", input).await),
        expected(&[("STAGE_NOT_NEXT", "input.stage")])
    );
    // Nor by a correction.
    let sent =
        desk.event(&other, "TRANSFERRED", "2026-02-05", json!({})).await["billEvent"].clone();
    let closing = json!({ "result": "WITHDRAWN" });
    let input = desk.event_input(&sent, "CLOSED_WITHOUT_ENACTMENT", "2026-03-01", closing).await;
    assert_eq!(
        told(&desk.acted("correctBillEvent", input).await),
        expected(&[("STAGE_NOT_NEXT", "input.stage")])
    );
    let mut ids = desk.on(&other).await;
    extend(&mut ids, json!({ "sourceId": "PRC_B1", "secondSourceId": "PRC_B2" }));
    desk.done("amendBill", ids).await;
    let taken =
        json!({ "number": "2213004", "title": { "ko": "다른 법률안" }, "sourceId": "PRC_B2" });
    assert_eq!(
        told(&desk.acted("registerBill", taken).await),
        expected(&[("TAKEN", "input.sourceId")])
    );
}

async fn each_caller_may_do_its_own(place: Place) {
    let desk = Desk::new(&place).await;
    let bill = desk.bill("2213005", json!({})).await;
    let event = desk.event(&bill, "RECEIVED", "2026-01-05", json!({})).await["billEvent"].clone();
    let calls = [
        ("createInitiative", json!({ "code": "ANY", "title": { "ko": "명칭" } })),
        (
            "addInitiativeTitle",
            json!({ "id": bill["id"], "expectedVersion": 1, "title": { "ko": "명칭" } }),
        ),
        ("registerBill", json!({ "number": "2213006", "title": { "ko": "법률안" } })),
        ("amendBill", desk.on(&bill).await),
        (
            "recordBillEvent",
            desk.event_input(&bill, "COMMITTEE_RECEIVED", "2026-02-01", json!({})).await,
        ),
        ("correctBillEvent", desk.event_input(&event, "RECEIVED", "2026-01-06", json!({})).await),
        ("recordBillChecked", desk.on(&bill).await),
        ("setProvisions", {
            let mut input = desk.on(&bill).await;
            extend(&mut input, json!({ "provisions": [] }));
            input
        }),
        ("endAssemblyTerm", json!({ "endedOn": "2020-01-01" })),
    ];
    let before = written(&desk.app).await;
    for (mutation, input) in calls {
        for (who, code) in [
            (&Principal::Anonymous, "UNAUTHENTICATED"),
            (&desk.reader, "FORBIDDEN"),
            (&desk.partner, "FORBIDDEN"),
        ] {
            let answer = desk.tried(who, mutation, input.clone()).await;
            assert_eq!(outcome(&answer), code, "{mutation}: {answer:#}");
        }
    }
    assert_eq!(written(&desk.app).await, before);
}

async fn a_stage_that_may_not_come_next_is_told_with_those_that_may(place: Place) {
    let desk = Desk::new(&place).await;
    // Stage that a bill stands at with its result, what is tried, and what is allowed instead.
    for (number, (at, result), next, allowed) in [
        (
            "2213010",
            ("COMMITTEE_REVIEW", None),
            "RECEIVED",
            "COMMITTEE_DECIDED, JUDICIARY_REQUESTED, ",
        ),
        (
            "2213011",
            ("JUDICIARY_REVIEW", None),
            "COMMITTEE_DECIDED",
            "COMMITTEE_REVIEW, PLENARY_READY, ",
        ),
        (
            "2213012",
            ("TRANSFERRED", None),
            "CLOSED_WITHOUT_ENACTMENT",
            "RECONSIDERATION_REQUESTED, RECONSIDERATION_DECIDED, PROMULGATED, IN_FORCE",
        ),
        ("2213013", ("PROMULGATED", None), "CABINET", "IN_FORCE"),
        (
            "2213014",
            ("PLENARY_DECIDED", Some("REJECTED")),
            "PROMULGATED",
            "CLOSED_WITHOUT_ENACTMENT",
        ),
        (
            "2213015",
            ("PLENARY_DECIDED", Some("PASSED")),
            "COMMITTEE_REVIEW",
            "TEXT_FINALISED, TRANSFERRED, ",
        ),
    ] {
        let bill = desk.bill(number, json!({})).await;
        let done = desk.event(&bill, at, "2026-05-01", json!({ "result": result })).await;
        let before = written(&desk.app).await;
        let more = if next == "CLOSED_WITHOUT_ENACTMENT" {
            json!({ "result": "WITHDRAWN" })
        } else {
            json!({})
        };
        let input = desk.event_input(&bill, next, "2026-06-01", more).await;
        let refused = desk.acted("recordBillEvent", input).await;
        assert_eq!(told(&refused), expected(&[("STAGE_NOT_NEXT", "input.stage")]), "{number}");
        let message = refused["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains(&format!("Possible next: {allowed}")), "{message}");
        assert_eq!(written(&desk.app).await, before);
        assert_eq!(
            desk.shown(&bill, "stage version").await,
            json!({ "stage": at, "version": done["bill"]["version"] })
        );
    }
}

async fn faults_of_an_event_are_told_together(place: Place) {
    let desk = Desk::new(&place).await;
    let bill = desk.bill("2213020", json!({})).await;
    desk.event(&bill, "COMMITTEE_REVIEW", "2026-05-01", json!({})).await;
    let before = written(&desk.app).await;
    let more = json!({ "result": "PASSED", "absorbedInto": "2213020", "institution": "NOBODY", "rawText": "" });
    let input = desk.event_input(&bill, "RECEIVED", "2026-04", more).await;
    assert_eq!(
        told(&desk.acted("recordBillEvent", input).await),
        expected(&[
            ("STAGE_NOT_NEXT", "input.stage"),
            ("INVALID_DATE", "input.occurredOn"),
            ("INVALID_RESULT", "input.result"),
            ("INVALID_VALUE", "input.absorbedInto"),
            ("UNKNOWN", "input.institution"),
            ("INVALID_TEXT", "input.rawText"),
        ])
    );
    for (stage, on, more, errors) in [
        ("PLENARY_DECIDED", "2026-06-01", json!({}), vec![("REQUIRED", "input.result")]),
        (
            "CLOSED_WITHOUT_ENACTMENT",
            "2027-06",
            json!({}),
            vec![("INVALID_DATE", "input.occurredOn"), ("REQUIRED", "input.result")],
        ),
        (
            "CLOSED_WITHOUT_ENACTMENT",
            "2026-06",
            json!({ "result": "ABSORBED_IN_AMENDMENT" }),
            vec![("REQUIRED", "input.absorbedInto")],
        ),
        (
            "CLOSED_WITHOUT_ENACTMENT",
            "2026-06",
            json!({ "result": "ABSORBED_IN_AMENDMENT", "absorbedInto": "2213020" }),
            vec![("INVALID_VALUE", "input.absorbedInto")],
        ),
        ("COMMITTEE_DECIDED", "2026-02-30", json!({}), vec![("INVALID_DATE", "input.occurredOn")]),
    ] {
        let input = desk.event_input(&bill, stage, on, more).await;
        assert_eq!(told(&desk.acted("recordBillEvent", input).await), expected(&errors), "{stage}");
    }
    let input = json!({ "number": "no number", "title": { "ko": "" }, "initiative": "NOTHING", "proposedOn": "2027", "proposer": { "ko": "" } });
    assert_eq!(
        told(&desk.acted("registerBill", input).await),
        expected(&[
            ("UNKNOWN", "input.initiative"),
            ("INVALID_DATE", "input.proposedOn"),
            ("INVALID_CODE", "input.number"),
            ("INVALID_NAME", "input.title.ko"),
            ("INVALID_NAME", "input.proposer.ko"),
        ])
    );
    let input = json!({ "number": "2213020", "title": { "ko": "법률안" } });
    assert_eq!(
        told(&desk.acted("registerBill", input).await),
        expected(&[("TAKEN", "input.number")])
    );
    let input = json!({ "code": "SME_AI_ACT", "title": { "ko": "명칭" }, "owner": "NOBODY", "startsOn": "2027" });
    assert_eq!(
        told(&desk.acted("createInitiative", input).await),
        expected(&[
            ("UNKNOWN", "input.owner"),
            ("INVALID_DATE", "input.startsOn"),
            ("TAKEN", "input.code")
        ])
    );
    assert_eq!(written(&desk.app).await, before);
}

async fn a_correction_is_a_new_event(place: Place) {
    let desk = Desk::new(&place).await;
    let bill = desk.bill("2213030", json!({})).await;
    let first = desk.event(&bill, "RECEIVED", "2026-01-05", json!({})).await["billEvent"].clone();
    let second = desk
        .event(
            &bill,
            "CLOSED_WITHOUT_ENACTMENT",
            "2026-02-01",
            json!({ "result": "WITHDRAWN", "rawText": "철회" }),
        )
        .await;
    assert_eq!(second["bill"]["isClosed"], true);
    let second = second["billEvent"].clone();
    // It was not withdrawn: the bill is pending again, and the mistake stays on record.
    let input = desk
        .event_input(
            &second,
            "COMMITTEE_RECEIVED",
            "2026-02-01",
            json!({ "note": { "ko": "오기 정정" } }),
        )
        .await;
    let done = desk.done("correctBillEvent", input.clone()).await;
    assert_eq!(
        (
            &done["bill"]["stage"],
            &done["bill"]["result"],
            &done["bill"]["effect"],
            &done["bill"]["isClosed"]
        ),
        (&json!("COMMITTEE_RECEIVED"), &json!("PENDING"), &json!("PENDING"), &json!(false))
    );
    assert_eq!(
        (&done["billEvent"]["position"], &done["billEvent"]["corrects"]["position"]),
        (&json!(3), &json!(2))
    );
    let third = done["billEvent"].clone();
    // The first cannot have been after what followed it.
    let late = desk.event_input(&first, "RECEIVED", "2026-02-02", json!({})).await;
    let refused = desk.acted("correctBillEvent", late).await;
    assert_eq!(told(&refused), expected(&[("INVALID_DATE", "input.occurredOn")]));
    let events = desk.shown(&bill, "events { nodes { position stage rawText result } }").await;
    assert_eq!(
        events["events"]["nodes"],
        json!([
            { "position": 1, "stage": "RECEIVED", "rawText": null, "result": null },
            { "position": 2, "stage": "CLOSED_WITHOUT_ENACTMENT", "rawText": "철회", "result": "WITHDRAWN" },
            { "position": 3, "stage": "COMMITTEE_RECEIVED", "rawText": null, "result": null },
        ])
    );
    // What was corrected is corrected where it stands now.
    let refused = desk
        .acted("correctBillEvent", {
            let mut input = input;
            input["idempotencyKey"] = key().into();
            input
        })
        .await;
    assert_eq!(told(&refused), expected(&[("ALREADY_CORRECTED", "input.id")]));
    assert!(refused["errors"][0]["message"].as_str().unwrap().contains("number 3"));
    // It must stand between its neighbours, in the order of time.
    desk.event(&bill, "COMMITTEE_REVIEW", "2026-03-01", json!({})).await;
    let input = desk.event_input(&third, "PLENARY_READY", "2026-01-01", json!({})).await;
    let refused = desk.acted("correctBillEvent", input).await;
    assert_eq!(
        told(&refused),
        expected(&[("STAGE_NOT_NEXT", "input.stage"), ("INVALID_DATE", "input.occurredOn")])
    );
    assert!(
        refused["errors"][0]["message"]
            .as_str()
            .unwrap()
            .ends_with("Possible: COMMITTEE_RECEIVED, COMMITTEE_DECIDED, JUDICIARY_REVIEW.")
    );
    let input =
        desk.event_input(&first, "RECEIVED", "2026-01-04", json!({ "rawText": "접수" })).await;
    let done = desk.done("correctBillEvent", input).await;
    assert_eq!(
        (&done["bill"]["stage"], &done["bill"]["stageReachedOn"]),
        (&json!("COMMITTEE_REVIEW"), &json!("2026-03-01"))
    );
    let on = desk.shown(&bill, "before: stageOn(date: \"2026-01-03\") on: stageOn(date: \"2026-01-04\") stageReachedOn").await;
    assert_eq!(on, json!({ "before": null, "on": "RECEIVED", "stageReachedOn": "2026-03-01" }));
    // A result that what came after forbids is told.
    let decided = desk
        .event(&bill, "PLENARY_DECIDED", "2026-04-01", json!({ "result": "PASSED" }))
        .await["billEvent"]
        .clone();
    desk.event(&bill, "TRANSFERRED", "2026-04-05", json!({})).await;
    let input = desk
        .event_input(&decided, "PLENARY_DECIDED", "2026-04-01", json!({ "result": "REJECTED" }))
        .await;
    assert_eq!(
        told(&desk.acted("correctBillEvent", input).await),
        expected(&[("INVALID_RESULT", "input.result")])
    );
    let input = desk
        .event_input(
            &decided,
            "PLENARY_DECIDED",
            "2026-04-01",
            json!({ "result": "PASSED_AMENDED" }),
        )
        .await;
    let done = desk.done("correctBillEvent", input).await;
    assert_eq!(
        (&done["bill"]["stage"], &done["bill"]["result"]),
        (&json!("TRANSFERRED"), &json!("PASSED_AMENDED"))
    );
}

async fn a_stale_call_and_a_repeated_one(place: Place) {
    let desk = Desk::new(&place).await;
    let bill = desk.bill("2213040", json!({})).await;
    let mut input = desk.event_input(&bill, "RECEIVED", "2026-01-05", json!({})).await;
    input["idempotencyKey"] = key().into();
    let stale = desk.event_input(&bill, "COMMITTEE_RECEIVED", "2026-01-06", json!({})).await;
    let first = desk.done("recordBillEvent", input.clone()).await;
    let before = written(&desk.app).await;
    assert_eq!(desk.done("recordBillEvent", input.clone()).await, first);
    input["occurredOn"] = "2026-01-07".into();
    assert_eq!(
        told(&desk.acted("recordBillEvent", input).await),
        expected(&[("KEY_REUSED", "input.idempotencyKey")])
    );
    assert_eq!(
        told(&desk.acted("recordBillEvent", stale).await),
        expected(&[("CONFLICT", "input.expectedVersion")])
    );
    let mut checked = desk.on(&bill).await;
    extend(&mut checked, json!({ "checkedAt": "2027-01-01T00:00:00Z" }));
    assert_eq!(
        told(&desk.acted("recordBillChecked", checked).await),
        expected(&[("INVALID_DATE", "input.checkedAt")])
    );
    assert_eq!(written(&desk.app).await, before);
    desk.done("recordBillChecked", desk.on(&bill).await).await;
    let mut earlier = desk.on(&bill).await;
    extend(&mut earlier, json!({ "checkedAt": "2026-11-01T00:00:00Z" }));
    assert_eq!(
        told(&desk.acted("recordBillChecked", earlier).await),
        expected(&[("INVALID_DATE", "input.checkedAt")])
    );
    // A row of another type is none of these.
    let wrong = json!({ "id": first["billEvent"]["id"], "expectedVersion": 1, "stage": "RECEIVED", "occurredOn": "2026-01-05" });
    assert_eq!(
        told(&desk.acted("recordBillEvent", wrong).await),
        expected(&[("NOT_AN_ID", "input.id")])
    );
}

async fn provisions_are_brought_to_what_was_told(place: Place) {
    let desk = Desk::new(&place).await;
    let bill = desk.bill("2213050", json!({})).await;
    let set = async |provisions: Value| {
        let mut input = desk.on(&bill).await;
        extend(&mut input, json!({ "provisions": provisions }));
        desk.done("setProvisions", input).await;
        let shown =
            desk.shown(&bill, "provisions { nodes { id position article title { ko } } }").await;
        shown["provisions"]["nodes"].as_array().unwrap().clone()
    };
    let first = set(json!([
        { "article": "제1조", "title": { "ko": "목적" } }, { "article": "제5조", "title": { "ko": "지원" } }, { "article": "제5조", "title": { "ko": "지원(2)" } },
    ])).await;
    assert_eq!(first.len(), 3);
    let second = set(json!([
        { "article": "제5조", "title": { "ko": "지원" } }, { "article": "제2조", "title": { "ko": "정의" } }, { "article": "제1조", "title": { "ko": "목적" } },
    ])).await;
    let titles: Vec<&str> = second.iter().map(|row| row["title"]["ko"].as_str().unwrap()).collect();
    assert_eq!(titles, ["지원", "정의", "목적"]);
    assert_eq!((&second[0]["id"], &second[2]["id"]), (&first[1]["id"], &first[0]["id"]));
    let gone = format!("{{ node(id: {}) {{ id }} }}", first[2]["id"]);
    assert_eq!(desk.app.refusal(&gone).await, "NOT_FOUND");
    let feed = desk.app.data("{ changes(last: 10, types: [\"Provision\"]) { nodes { kind subject { __typename } } } }").await;
    let deleted = json!({ "kind": "DELETED", "subject": null });
    assert!(feed["changes"]["nodes"].as_array().unwrap().contains(&deleted), "{feed:#}");
    assert_eq!(set(json!([])).await.len(), 0);
}

async fn the_end_of_a_term_expires_what_is_pending(place: Place) {
    let desk = Desk::new(&place).await;
    for (number, events) in [
        ("2213060", vec![("RECEIVED", "2026-01-05", json!({}))]),
        (
            "2213061",
            vec![
                ("RECEIVED", "2026-01-05", json!({})),
                ("COMMITTEE_REVIEW", "2026-03", json!({ "result": "HELD" })),
            ],
        ),
        ("2213062", vec![("PLENARY_DECIDED", "2026-02-01", json!({ "result": "PASSED" }))]),
        (
            "2213063",
            vec![
                ("RECEIVED", "2026-01-05", json!({})),
                ("CLOSED_WITHOUT_ENACTMENT", "2026-02-01", json!({ "result": "WITHDRAWN" })),
            ],
        ),
        ("2213064", vec![("CABINET", "2026-02-01", json!({}))]),
        ("2213065", vec![("RECEIVED", "2026-06-01", json!({}))]),
        (
            "2213066",
            vec![
                ("PLENARY_DECIDED", "2026-02-01", json!({ "result": "PASSED" })),
                ("RECONSIDERATION_REQUESTED", "2026-02-15", json!({})),
            ],
        ),
        ("2213067", vec![]),
    ] {
        let bill = desk.bill(number, json!({})).await;
        for (stage, on, more) in events {
            desk.event(&bill, stage, on, more).await;
        }
    }
    let ahead = desk.acted("endAssemblyTerm", json!({ "endedOn": "2028-05-29" })).await;
    assert_eq!(told(&ahead), expected(&[("INVALID_DATE", "input.endedOn")]));
    let input =
        json!({ "endedOn": "2026-05-29", "source": "국회사무처 공고", "idempotencyKey": key() });
    let ended = desk.done("endAssemblyTerm", input.clone()).await;
    // One of the starting data set has been pending since 2024.
    assert_eq!((&ended["expired"], &ended["remaining"]), (&json!(4), &json!(0)));
    assert_eq!(
        desk.numbers("result: { eq: EXPIRED_TERM_END }").await,
        ["2213060", "2213061", "2213066"]
    );
    let before = written(&desk.app).await;
    assert_eq!(desk.done("endAssemblyTerm", input).await, ended);
    let again = desk.done("endAssemblyTerm", json!({ "endedOn": "2026-05-29" })).await;
    assert_eq!((&again["expired"], &again["remaining"]), (&json!(4), &json!(0)));
    assert_eq!(written(&desk.app).await[0], before[0]);
    let shown = desk.app.data("{ bill(number: \"2213061\") { stage stageReachedOn effect isClosed events { nodes { rawText source } } } }").await;
    assert_eq!(
        shown["bill"]["events"]["nodes"][2],
        json!({ "rawText": "임기만료폐기", "source": "국회사무처 공고" })
    );
    assert_eq!(
        (&shown["bill"]["effect"], &shown["bill"]["isClosed"], &shown["bill"]["stageReachedOn"]),
        (&json!("NONE"), &json!(true), &json!("2026-05-29"))
    );
}

async fn what_is_hidden_stays_hidden(place: Place) {
    let desk = Desk::new(&place).await;
    let bill = desk.bill("2213070", json!({})).await;
    desk.event(&bill, "RECEIVED", "2026-01-05", json!({})).await;
    desk.app.sql("UPDATE bill SET visibility = 'INTERNAL' WHERE number = '2213070'").await;
    let event = desk.event(&bill, "COMMITTEE_RECEIVED", "2026-01-06", json!({})).await;
    for id in [&event["bill"]["id"], &event["billEvent"]["id"]] {
        assert_eq!(desk.app.refusal(&format!("{{ node(id: {id}) {{ id }} }}")).await, "NOT_FOUND");
    }
    // Who writes legislation without reading beyond what is public does not find it.
    let blind = desk.app.principal("MSS", "legislation:write").await;
    let input = desk.event_input(&bill, "COMMITTEE_REVIEW", "2026-01-07", json!({})).await;
    assert_eq!(outcome(&desk.tried(&blind, "recordBillEvent", input).await), "NOT_FOUND");
    let input =
        desk.event_input(&event["billEvent"], "COMMITTEE_RECEIVED", "2026-01-07", json!({})).await;
    assert_eq!(outcome(&desk.tried(&blind, "correctBillEvent", input).await), "NOT_FOUND");
}
