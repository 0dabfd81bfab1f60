//! What every mutation has, whatever it does: faults told together at their paths, one name in the audit, and the same
//! shape in the schema.

use aiplus::domain::principal::Principal;
use serde_json::{Value, json};

use crate::support::Place;
use crate::support::results::{PROGRAMME, QUARTER, World, good, key};
use crate::tests;

tests![
    faults_of_one_input_are_told_together,
    numbers_beyond_all_bounds_are_told,
    what_is_stale_is_told_before_its_rule_and_with_its_faults,
    a_key_named_as_our_own_is_like_any_other,
    what_is_badly_written_writes_nothing,
    a_default_stands_for_what_is_left_out_and_for_null,
    what_was_done_and_what_was_rejected_have_one_name,
    mutations_have_one_shape,
];

/// Code and path of each error of a payload.
fn told(payload: &Value) -> Vec<(&str, String)> {
    let errors = payload["errors"].as_array().unwrap_or_else(|| panic!("{payload:#}"));
    errors
        .iter()
        .map(|error| {
            let path = error["path"].as_array().unwrap().iter().map(|step| step.as_str().unwrap());
            (error["code"].as_str().unwrap(), path.collect::<Vec<_>>().join("."))
        })
        .collect()
}

async fn faults_of_one_input_are_told_together(place: Place) {
    let world = World::new(&place).await;
    for (mutation, input, expected) in [
        (
            "createProgramme",
            json!({ "code": "small", "name": { "ko": "", "en": "x".repeat(101) }, "operator": "NOBODY", "dueDays": 0, "lockDays": 181 }),
            vec![
                ("UNKNOWN", "input.operator"),
                ("INVALID_CODE", "input.code"),
                ("INVALID_NAME", "input.name.ko"),
                ("INVALID_NAME", "input.name.en"),
                ("OUT_OF_RANGE", "input.dueDays"),
                ("OUT_OF_RANGE", "input.lockDays"),
            ],
        ),
        (
            "createObligation",
            json!({ "institution": "KOSME", "programme": PROGRAMME, "startsOn": "2026-02-30", "endsOn": "morgen", "idempotencyKey": "short" }),
            vec![
                ("INVALID_KEY", "input.idempotencyKey"),
                ("INVALID_DATE", "input.startsOn"),
                ("INVALID_DATE", "input.endsOn"),
            ],
        ),
        (
            "setTarget",
            json!({ "programme": "NONE", "indicator": "COMPANIES", "institution": "NOBODY", "quarter": "2026-Q4", "value": "1" }),
            vec![("UNKNOWN", "input.institution"), ("UNKNOWN", "input.programme")],
        ),
        (
            "finaliseQuarter",
            json!({ "quarter": "2026-Q5", "expectedVersion": 1, "missing": ["nobody", world.seen("KOSME").await.id] }),
            vec![("INVALID_QUARTER", "input.quarter"), ("NOT_AN_ID", "input.missing.0")],
        ),
    ] {
        let payload = world.act(&world.lead, mutation, input).await;
        let expected: Vec<(&str, String)> =
            expected.into_iter().map(|(code, path)| (code, path.to_owned())).collect();
        assert_eq!(told(&payload), expected, "{mutation}: {payload:#}");
        for error in payload["errors"].as_array().unwrap() {
            let message = error["message"].as_str().unwrap();
            assert!(message.len() > 10 && !message.contains("expected"), "{message}");
        }
    }
}

async fn numbers_beyond_all_bounds_are_told(place: Place) {
    let world = World::new(&place).await;
    for decimals in [100_000, i32::MAX, -1, i32::MIN] {
        let input = json!({
            "programme": PROGRAMME, "code": "WIDE", "name": { "ko": "이름" }, "unit": "%", "valueType": "PERCENT",
            "decimals": decimals, "validFrom": "2027-Q1",
        });
        let payload = world.act(&world.lead, "createIndicator", input).await;
        assert_eq!(told(&payload), [("OUT_OF_RANGE", "input.decimals".to_owned())]);
    }
}

async fn what_is_stale_is_told_before_its_rule_and_with_its_faults(place: Place) {
    let world = World::new(&place).await;
    let list = "{ indicators(where: { code: { eq: \"COMPANIES\" } }) { nodes { id } } }";
    let found = world.data(&world.lead, list).await["indicators"]["nodes"][0].clone();
    let range = json!({ "minimum": "9", "maximum": "1" });
    let stale = json!({ "id": found["id"], "expectedVersion": 77, "range": range });
    let payload = world.act(&world.lead, "setIndicatorRange", stale).await;
    assert_eq!(told(&payload), [("CONFLICT", "input.expectedVersion".to_owned())]);
    let stale =
        json!({ "id": found["id"], "expectedVersion": 77, "validFrom": "2027-Q1", "unit": "" });
    let payload = world.act(&world.lead, "reviseIndicator", stale).await;
    let both = ["CONFLICT", "INVALID_NAME"].map(str::to_owned);
    assert_eq!(told(&payload).iter().map(|(code, _)| (*code).to_owned()).collect::<Vec<_>>(), both);
    // Of many, each is told at its own place.
    world.save("KOSME", good()).await;
    world.submit("KOSME").await;
    let seen = world.seen("KOSME").await;
    let items = json!({ "items": [
        { "id": world.seen("KIBO").await.id, "expectedVersion": 1 }, { "id": seen.id, "expectedVersion": 99 },
    ] });
    let payload = world.act(&world.reviewer, "acceptSubmissions", items).await;
    let paths: Vec<Value> = payload["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["errors"][0]["path"].clone())
        .collect();
    assert_eq!(
        paths,
        [json!(["input", "items", "0", "id"]), json!(["input", "items", "1", "expectedVersion"])]
    );
}

async fn a_key_named_as_our_own_is_like_any_other(place: Place) {
    let world = World::new(&place).await;
    let open = json!({ "quarter": "2026-Q2", "idempotencyKey": "period:2026-Q2" });
    for _ in 0..2 {
        let payload = world.done(&world.lead, "openQuarter", open.clone()).await;
        assert_eq!(payload["reportingPeriod"]["state"], "OPEN");
    }
    // The version that was read anew makes no other call of it.
    let version = world.period(QUARTER).await["version"].clone();
    let missing =
        [world.seen("KOSME").await.id, world.seen("KIBO").await.id, world.seen("SEMAS").await.id];
    let mut input = json!({
        "quarter": QUARTER, "expectedVersion": version, "missing": missing, "closesEarly": true, "idempotencyKey": key(),
    });
    world.done(&world.lead, "finaliseQuarter", input.clone()).await;
    input["expectedVersion"] = world.period(QUARTER).await["version"].clone();
    world.done(&world.lead, "finaliseQuarter", input).await;
}

async fn what_is_badly_written_writes_nothing(place: Place) {
    let world = World::new(&place).await;
    world.save("KOSME", good()).await;
    world.submit("KOSME").await;
    let before = world.written().await;
    // Each would be done but for one text.
    for (who, mutation, more) in [
        (
            &world.reviewer,
            "returnSubmission",
            json!({ "dueOn": "2026-12-01", "comments": [{ "message": "보완" }, { "message": " " }] }),
        ),
        (&world.reviewer, "grantExtension", json!({ "reason": "", "expiresOn": "2027-06-01" })),
    ] {
        let payload = world.act(who, mutation, world.seen("KOSME").await.input(more)).await;
        assert!(told(&payload).iter().any(|(code, _)| *code == "INVALID_TEXT"), "{payload:#}");
        assert_eq!(payload["submission"], Value::Null);
    }
    let target = json!({ "code": "FINE", "name": { "ko": "이름", "en": "" }, "operator": "TIPA" });
    let payload = world.act(&world.lead, "createProgramme", target).await;
    assert_eq!(told(&payload), [("INVALID_NAME", "input.name.en".to_owned())]);
    assert_eq!(world.written().await, before);
}

async fn a_default_stands_for_what_is_left_out_and_for_null(place: Place) {
    let world = World::new(&place).await;
    for (code, more) in [
        ("LEFT_OUT", json!({})),
        ("NULLED", json!({ "dueDays": null, "lockDays": null, "rollRule": null, "summary": null })),
    ] {
        let mut input = json!({ "code": code, "name": { "ko": "이름" }, "operator": "TIPA" });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        world.done(&world.lead, "createProgramme", input).await;
        let query = format!("{{ programme(code: \"{code}\") {{ dueDays lockDays rollRule }} }}");
        assert_eq!(
            world.data(&world.lead, &query).await["programme"],
            json!({ "dueDays": 10, "lockDays": 30, "rollRule": "NEXT_BUSINESS_DAY" })
        );
    }
}

async fn what_was_done_and_what_was_rejected_have_one_name(place: Place) {
    let world = World::new(&place).await;
    let auditor = world.app.principal("MSS", "program:read audit:read").await;
    world.save("KOSME", good()).await;
    let seen = world.seen("KOSME").await;
    let submit = json!({ "attestation": true });
    world.done(&world.kosme, "submitSubmission", seen.input(submit.clone())).await;
    let stale = world.act(&world.kosme, "submitSubmission", seen.input(submit)).await;
    assert_eq!(told(&stale), [("CONFLICT", "input.expectedVersion".to_owned())]);
    let query = "{ auditEvents(first: 100, where: { action: { eq: \"submitSubmission\" } }) { nodes { outcome reason subjectType } } }";
    let events = world.data(&auditor, query).await["auditEvents"]["nodes"].clone();
    let events: Vec<[&str; 2]> = events
        .as_array()
        .unwrap()
        .iter()
        .map(|event| [event["outcome"].as_str().unwrap(), event["subjectType"].as_str().unwrap()])
        .collect();
    assert_eq!(
        events,
        [["REFUSED", "Submission"], ["DONE", "SubmissionRevision"], ["DONE", "Submission"]]
    );
}

async fn mutations_have_one_shape(place: Place) {
    let world = World::new(&place).await;
    let query = "{ __schema { mutationType { fields { name description args { name type { ofType { name inputFields { name type { kind } } } } } type { name kind fields { name } } } } } }";
    let schema = world.data(&Principal::Anonymous, query).await;
    let fields = schema["__schema"]["mutationType"]["fields"].as_array().unwrap();
    assert!(fields.len() > 25);
    for field in fields {
        let name = field["name"].as_str().unwrap();
        let pascal = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
        let input = &field["args"][0]["type"]["ofType"];
        assert_eq!(input["name"], format!("{pascal}Input"), "{name}");
        assert_eq!(field["type"]["name"], format!("{pascal}Payload"), "{name}");
        let has = |of: &str| {
            input["inputFields"].as_array().unwrap().iter().any(|field| field["name"] == of)
        };
        assert!(has("idempotencyKey"), "{name}");
        assert!(!has("version") && has("id") <= has("expectedVersion"), "{name}");
        let payload = field["type"]["fields"].as_array().unwrap();
        assert_eq!(payload.last().unwrap()["name"], "errors", "{name}");
        assert!(field["description"].as_str().unwrap().contains("Requires `"), "{name}");
    }
    // Every one answers a bad key in the same way, whoever may call it.
    let lacking = json!({ "quarter": QUARTER, "idempotencyKey": "1234567" });
    let payload = world.act(&world.lead, "openQuarter", lacking).await;
    assert_eq!(told(&payload), [("INVALID_KEY", "input.idempotencyKey".to_owned())]);
    assert!(key().len() >= 8);
}
