//! Once, and for all alike: calls made twelve at a time or again do one thing, targets are known as they were, days
//! off move deadlines for everybody, a quarter waits for who sets it up.

use aiplus::domain::principal::Principal;
use aiplus::service::submission::quarter;
use chrono::{DateTime, Duration, Utc};
use futures_util::future::join_all;
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::support::Place;
use crate::support::results::{PROGRAMME, QUARTER, World, at, codes, good, key};
use crate::tests;

tests![
    twelve_equal_calls_do_one_thing,
    twelve_rivals_leave_one_row,
    verbs_called_twelve_times_are_done_once,
    a_late_replay_undoes_nothing,
    a_target_is_known_as_it_was,
    targets_of_before_are_known_from_the_audit,
    a_holiday_entered_late_judges_all_alike,
    no_deadline_is_a_day_off,
    a_quarter_waits_for_who_sets_it_up,
];

const AT_ONCE: usize = 12;

/// Twelve calls at once, each with the key that is made for it.
async fn twelve(
    world: &World,
    who: &Principal,
    mutation: &str,
    input: &Value,
    key_of: impl Fn() -> String,
) -> Vec<Value> {
    let input = &world.revised(mutation, input.clone()).await;
    let calls = (0..AT_ONCE).map(|_| {
        let mut input = input.clone();
        input["idempotencyKey"] = key_of().into();
        world.tried(who, mutation, input)
    });
    let answers = join_all(calls).await;
    for answer in &answers {
        assert!(answer.get("errors").is_none(), "{mutation}: {answer:#}");
    }
    answers.into_iter().map(|answer| answer["data"]["payload"].clone()).collect()
}

/// What is set up: the mutation, its input, the payload's field, and what is counted of it.
pub fn set_ups() -> Vec<(&'static str, Value, &'static str, &'static str, i64)> {
    let name = json!({ "ko": "이름" });
    vec![
        (
            "createProgramme",
            json!({ "code": "ONCE", "name": name, "operator": "TIPA" }),
            "programme",
            "programmes(where: { code: { eq: \"ONCE\" } })",
            1,
        ),
        (
            "createIndicator",
            json!({ "programme": PROGRAMME, "code": "ONCE", "name": name, "unit": "건", "valueType": "INTEGER", "validFrom": "2026-Q4" }),
            "indicator",
            "indicators(where: { code: { eq: \"ONCE\" } })",
            1,
        ),
        (
            "reviseIndicator",
            json!({ "programme": PROGRAMME, "code": "COMPANIES", "name": name, "unit": "개사", "valueType": "INTEGER", "validFrom": "2027-Q1" }),
            "indicator",
            "indicators(where: { code: { eq: \"COMPANIES\" }, programme: { code: { eq: \"T_AI\" } } })",
            2,
        ),
        (
            "setTarget",
            json!({ "programme": PROGRAMME, "indicator": "COMPANIES", "quarter": "2027-Q2", "value": "10" }),
            "target",
            "targets(where: { quarter: { eq: \"2027-Q2\" } })",
            1,
        ),
        (
            "setTarget",
            json!({ "programme": PROGRAMME, "indicator": "COMPANIES", "institution": "KOSME", "quarter": "2027-Q3", "value": "10" }),
            "target",
            "targets(where: { quarter: { eq: \"2027-Q3\" } })",
            1,
        ),
        (
            "createValidationRule",
            json!({
                "programme": PROGRAMME, "code": "ONCE", "expression": "COMPANIES >= 0", "indicator": "COMPANIES", "severity": "WARNING",
                "message": name, "validFrom": "2026-Q4",
            }),
            "validationRule",
            "validationRules(where: { code: { eq: \"ONCE\" } })",
            1,
        ),
        (
            "createObligation",
            json!({ "institution": "ETRI", "programme": PROGRAMME, "startsOn": "2026-09-01" }),
            "obligation",
            "submissions(where: { institution: { code: { eq: \"ETRI\" } } })",
            1,
        ),
        (
            "createHoliday",
            json!({ "observedOn": "2027-03-03", "name": name, "kind": "TEMPORARY" }),
            "holiday",
            "holidays(where: { observedOn: { eq: \"2027-03-03\" } })",
            1,
        ),
        (
            "openQuarter",
            json!({ "quarter": "2026-Q2" }),
            "reportingPeriod",
            "submissions(where: { quarter: { eq: \"2026-Q2\" } })",
            3,
        ),
    ]
}

async fn counted(world: &World, list: &str) -> i64 {
    let data = world.data(&world.lead, &format!("{{ list: {list} {{ totalCount }} }}")).await;
    data["list"]["totalCount"].as_i64().unwrap()
}

async fn twelve_equal_calls_do_one_thing(place: Place) {
    let world = World::new(&place).await;
    for (mutation, input, field, list, count) in set_ups() {
        let one = key();
        let payloads = twelve(&world, &world.lead, mutation, &input, || one.clone()).await;
        for payload in &payloads {
            assert_eq!(payload["errors"], json!([]), "{mutation}: {payload:#}");
            assert_eq!(payload[field]["id"], payloads[0][field]["id"], "{mutation}");
        }
        assert_eq!(counted(&world, list).await, count, "{mutation}");
    }
}

async fn twelve_rivals_leave_one_row(place: Place) {
    let world = World::new(&place).await;
    for (mutation, input, field, list, count) in set_ups() {
        let payloads = twelve(&world, &world.lead, mutation, &input, key).await;
        let done: Vec<&Value> =
            payloads.iter().filter(|payload| payload["errors"] == json!([])).collect();
        // What sets or opens is content with what is there; what makes is told that there is one.
        let repeats = matches!(mutation, "setTarget" | "openQuarter");
        assert_eq!(done.len(), if repeats { AT_ONCE } else { 1 }, "{mutation}: {payloads:#?}");
        assert!(done.iter().all(|payload| payload[field]["id"] == done[0][field]["id"]));
        for refused in payloads.iter().filter(|payload| payload["errors"] != json!([])) {
            let code = codes(refused)[0];
            assert!(matches!(code, "TAKEN" | "CONFLICT"), "{mutation}: {refused:#}");
        }
        assert_eq!(counted(&world, list).await, count, "{mutation}");
    }
}

async fn verbs_called_twelve_times_are_done_once(place: Place) {
    let world = World::new(&place).await;
    let due = "2026-12-01";
    let comments = json!([{ "message": "보완" }]);
    let verbs = [
        ("saveSubmissionDraft", json!({ "values": good() })),
        ("submitSubmission", json!({ "attestation": true })),
        ("recallSubmission", json!({})),
        ("submitSubmission", json!({ "attestation": true })),
        ("startSubmissionReview", json!({})),
        ("returnSubmission", json!({ "comments": comments, "dueOn": due })),
        ("requestExtension", json!({ "reason": "사유", "expiresOn": "2027-06-01" })),
        ("declineExtension", json!({ "reason": "사유" })),
        ("grantExtension", json!({ "reason": "사유", "expiresOn": "2027-06-01" })),
        ("submitSubmission", json!({ "attestation": true })),
        ("acceptSubmission", json!({})),
        ("reopenSubmission", json!({ "reason": "착오", "dueOn": due })),
        ("submitSubmission", json!({ "attestation": true })),
        ("acceptSubmission", json!({})),
    ];
    for (mutation, more) in verbs {
        for (institution, is_equal) in [("KOSME", true), ("KIBO", false)] {
            let who = match mutation {
                "reopenSubmission" => &world.lead,
                "saveSubmissionDraft"
                | "submitSubmission"
                | "recallSubmission"
                | "requestExtension" => world.partner(institution),
                _ => &world.reviewer,
            };
            let seen = world.seen(institution).await;
            let input = seen.input(more.clone());
            let one = key();
            let key_of = || if is_equal { one.clone() } else { key() };
            let payloads = twelve(&world, who, mutation, &input, key_of).await;
            let done = payloads.iter().filter(|payload| payload["errors"] == json!([])).count();
            assert_eq!(done, if is_equal { AT_ONCE } else { 1 }, "{mutation}: {payloads:#?}");
            for refused in payloads.iter().filter(|payload| payload["errors"] != json!([])) {
                assert_eq!(codes(refused), ["CONFLICT"], "{mutation}");
            }
            let now = world.seen(institution).await;
            assert_eq!(now.version, seen.version + 1, "{mutation} of {institution}");
        }
    }
    for institution in ["KOSME", "KIBO"] {
        let data = world.data(&world.lead, &format!("{{ submissions(where: {{ institution: {{ code: {{ eq: \"{institution}\" }} }}, quarter: {{ eq: \"{QUARTER}\" }} }}) {{ nodes {{ revision revisions {{ totalCount }} extensions {{ totalCount }} comments {{ totalCount }} }} }} }}")).await;
        assert_eq!(
            data["submissions"]["nodes"][0],
            json!({ "revision": 4, "revisions": { "totalCount": 4 }, "extensions": { "totalCount": 1 }, "comments": { "totalCount": 1 } })
        );
    }
}

fn target(value: &str) -> Value {
    json!({ "programme": PROGRAMME, "indicator": "COMPANIES", "quarter": QUARTER, "value": value, "idempotencyKey": key() })
}

async fn a_late_replay_undoes_nothing(place: Place) {
    let world = World::new(&place).await;
    let first = target("10");
    world.done(&world.lead, "setTarget", first.clone()).await;
    world.done(&world.lead, "setTarget", target("20")).await;
    let replay = world.done(&world.lead, "setTarget", first).await;
    assert_eq!(replay["target"]["value"], "20");
    let data = world.data(&world.lead, "{ targets { nodes { value version } } }").await;
    let of_world = data["targets"]["nodes"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(of_world["value"], "20");
}

/// The target of the quarter as known at an instant.
async fn known(world: &World, now: DateTime<Utc>, at: Option<&str>) -> Value {
    let at = at.map(|at| format!(", knownAt: \"{at}\"")).unwrap_or_default();
    let query = format!(
        "{{ indicatorSeries(programme: \"{PROGRAMME}\", indicator: \"COMPANIES\", from: \"{QUARTER}\", to: \"{QUARTER}\"{at}) {{ points {{ value target targetRate }} }} }}"
    );
    let answer = world.ask_at(&world.lead, now, &query, Value::Null).await;
    assert!(answer.get("errors").is_none(), "{answer:#}");
    answer["data"]["indicatorSeries"]["points"][0].clone()
}

async fn a_target_is_known_as_it_was(place: Place) {
    let world = World::new(&place).await;
    world.accepted("KOSME", good()).await;
    let (one, two) = (world.now + Duration::days(1), world.now + Duration::days(2));
    world.done_at(&world.lead, one, "setTarget", target("20")).await;
    world.done_at(&world.lead, two, "setTarget", target("40")).await;
    // What says the same again changes nothing of what is known.
    world.done_at(&world.lead, two + Duration::days(1), "setTarget", target("40")).await;
    let later = two + Duration::days(9);
    let show = |instant: DateTime<Utc>| instant.to_rfc3339();
    let point =
        |target: Value, rate: Value| json!({ "value": "10", "target": target, "targetRate": rate });
    for (at, expected) in [
        (Some(show(one - Duration::seconds(1))), point(Value::Null, Value::Null)),
        (Some(show(one)), point("20".into(), json!(50))),
        (Some(show(two - Duration::microseconds(1))), point("20".into(), json!(50))),
        (Some(show(two)), point("40".into(), json!(25))),
        (None, point("40".into(), json!(25))),
    ] {
        assert_eq!(known(&world, later, at.as_deref()).await, expected, "{at:?}");
    }
}

async fn targets_of_before_are_known_from_the_audit(place: Place) {
    let world = World::new(&place).await;
    world.accepted("KOSME", good()).await;
    let (one, two) = (world.now + Duration::days(1), world.now + Duration::days(2));
    world.done_at(&world.lead, one, "setTarget", target("20")).await;
    // As an update was told by the release of before: the row as a whole.
    world.app.unlock_audit().await;
    world.done_at(&world.lead, two, "setTarget", target("40")).await;
    world
        .app
        .sql(
            "UPDATE audit_event SET \"after\" = '{\"id\":\"x\",\"value\":\"40\",\"scaled\":40}' \
             WHERE subject_type = 'Target' AND action = 'update'",
        )
        .await;
    let steps = Migrator::migrations()
        .iter()
        .rev()
        .take_while(|migration| migration.name() != "m20261125_000030_audit_rules")
        .count();
    Migrator::down(&world.app.db, Some(u32::try_from(steps).unwrap())).await.unwrap();
    Migrator::up(&world.app.db, None).await.unwrap();
    let later = two + Duration::days(9);
    for (at, expected) in [
        (Some((one - Duration::seconds(1)).to_rfc3339()), Value::Null),
        (Some(one.to_rfc3339()), json!("20")),
        (Some(two.to_rfc3339()), json!("40")),
        (None, json!("40")),
    ] {
        assert_eq!(known(&world, later, at.as_deref()).await["target"], expected, "{at:?}");
    }
    // One of the data sets' too, which the audit tells of as well.
    let left = Statement::from_string(
        world.app.db.get_database_backend(),
        "SELECT count(*) FROM target t WHERE NOT EXISTS \
         (SELECT 1 FROM target_value v WHERE v.target_id = t.id AND v.known_to IS NULL AND v.scaled = t.scaled)",
    );
    let left = world.app.db.query_one_raw(left).await.unwrap().unwrap();
    assert_eq!(left.try_get_by_index::<i64>(0).unwrap(), 0);
}

fn holiday(day: &str) -> Value {
    json!({ "observedOn": day, "name": { "ko": "임시공휴일" }, "kind": "TEMPORARY", "idempotencyKey": key() })
}

async fn a_holiday_entered_late_judges_all_alike(place: Place) {
    let world = World::before(&place, at("2026-10-02T03:00:00Z"), QUARTER).await;
    world.open(QUARTER).await;
    // The due date is the 12th; KOSME was early, KIBO a day late, SEMAS two.
    for (institution, instant) in [
        ("KOSME", "2026-10-12T03:00:00Z"),
        ("KIBO", "2026-10-13T03:00:00Z"),
        ("SEMAS", "2026-10-14T03:00:00Z"),
    ] {
        let who = world.partner(institution);
        let input = world.seen(institution).await.input(json!({ "values": good() }));
        world.done_at(who, at(instant), "saveSubmissionDraft", input).await;
        let input = world.seen(institution).await.input(json!({ "attestation": true }));
        world.done_at(who, at(instant), "submitSubmission", input).await;
    }
    let input = world.seen("KIBO").await.input(json!({}));
    world.done_at(&world.reviewer, at("2026-10-15T03:00:00Z"), "acceptSubmission", input).await;
    let judged = async || {
        let mut all = Vec::new();
        for institution in ["KOSME", "KIBO", "SEMAS"] {
            let row = world.find(institution, PROGRAMME, QUARTER).await.unwrap();
            all.push((row["isOnTime"].clone(), row["dueOn"].clone()));
        }
        all
    };
    let is = |on_time: bool, due: &str| (json!(on_time), json!(due));
    let (first, then) = ("2026-10-12", "2026-10-13");
    assert_eq!(judged().await, [is(true, first), is(false, first), is(false, first)]);
    let late = at("2026-10-20T03:00:00Z");
    world.done_at(&world.lead, late, "createHoliday", holiday(first)).await;
    assert_eq!(judged().await, [is(true, then), is(true, then), is(false, then)]);
    // The rate follows from then on, and what was known before stays.
    let rate = async |known_at: &str| {
        let query = format!(
            "{{ submissionStatistics(where: {{ programme: {{ code: {{ eq: \"{PROGRAMME}\" }} }}, quarter: {{ eq: \"{QUARTER}\" }} }}{known_at}) {{ total {{ onTime late }} }} }}"
        );
        let answer = world.ask_at(&world.lead, late + Duration::days(1), &query, Value::Null).await;
        answer["data"]["submissionStatistics"]["total"].clone()
    };
    assert_eq!(rate("").await, json!({ "onTime": 2, "late": 1 }));
    let before = ", knownAt: \"2026-10-19T00:00:00Z\"";
    assert_eq!(rate(before).await, json!({ "onTime": 1, "late": 2 }));
    // A final quarter stands, whatever day is put on record.
    let input = world.seen("KOSME").await.input(json!({}));
    world.done_at(&world.reviewer, late, "acceptSubmission", input).await;
    let semas = world.seen("SEMAS").await;
    assert_eq!(codes(&world.freeze(QUARTER, &[&semas.id]).await), [""; 0]);
    world.done(&world.lead, "createHoliday", holiday(then)).await;
    assert_eq!(judged().await, [is(true, then), is(true, then), is(false, then)]);
}

async fn no_deadline_is_a_day_off(place: Place) {
    let world = World::new(&place).await;
    // Sundays: an extension's, a return's, and that of what is opened again.
    let (sunday, monday) = ("2026-12-06", "2026-12-07");
    let input = world.seen("KIBO").await.input(json!({ "reason": "사유", "expiresOn": sunday }));
    let done = world.done(&world.reviewer, "grantExtension", input).await;
    assert_eq!(done["submission"]["dueOn"], monday);
    world.save("KOSME", good()).await;
    world.submit("KOSME").await;
    let comments = json!([{ "message": "보완" }]);
    let input = world.seen("KOSME").await.input(json!({ "comments": comments, "dueOn": sunday }));
    let done = world.done(&world.reviewer, "returnSubmission", input).await;
    assert_eq!(done["submission"]["returnDueOn"], monday);
    world.accepted("SEMAS", good()).await;
    let input = world.seen("SEMAS").await.input(json!({ "reason": "착오", "dueOn": sunday }));
    let done = world.done(&world.lead, "reopenSubmission", input).await;
    assert_eq!(done["submission"]["returnDueOn"], monday);
    // A day that is named off later moves them all again.
    world.done(&world.lead, "createHoliday", holiday(monday)).await;
    for institution in ["KIBO", "KOSME", "SEMAS"] {
        let query = format!(
            "{{ submissions(where: {{ institution: {{ code: {{ eq: \"{institution}\" }} }}, quarter: {{ eq: \"{QUARTER}\" }} }}) {{ nodes {{ dueOn returnDueOn locksOn }} }} }}"
        );
        let row = world.data(&world.lead, &query).await["submissions"]["nodes"][0].clone();
        for field in ["dueOn", "returnDueOn", "locksOn"] {
            assert_ne!(row[field], monday, "{institution} {row}");
            assert_ne!(row[field], sunday, "{institution} {row}");
        }
    }
}

async fn a_quarter_waits_for_who_sets_it_up(place: Place) {
    // Set up a week after the quarter's end.
    let set_up = at("2026-10-08T03:00:00Z");
    let world = World::before(&place, set_up, QUARTER).await;
    let db = &world.app.db;
    assert_eq!(quarter::open_due(db, set_up + Duration::hours(23)).await.unwrap(), 0);
    // Another obligation in the meantime: it is not finished yet.
    let input = json!({ "institution": "ETRI", "programme": PROGRAMME, "startsOn": "2026-09-01", "idempotencyKey": key() });
    world.done_at(&world.lead, set_up + Duration::hours(20), "createObligation", input).await;
    assert_eq!(quarter::open_due(db, set_up + Duration::hours(43)).await.unwrap(), 0);
    assert_eq!(quarter::open_due(db, set_up + Duration::hours(44)).await.unwrap(), 1);
    assert_eq!(counted(&world, "submissions(where: { quarter: { eq: \"2026-Q3\" } })").await, 4);
    // What stood at the quarter's end waits for nothing.
    assert_eq!(quarter::open_due(db, at("2026-12-31T15:00:01Z")).await.unwrap(), 1);
}
