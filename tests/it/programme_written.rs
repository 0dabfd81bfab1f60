//! Programmes, their targets and days off after they were set up: amended, ended, taken off; what was reported, told or
//! final stands.

use aiplus::domain::principal::Principal;
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use crate::support::Place;
use crate::support::acting::{acted, done, expected, outcome, told, tried, written};
use crate::support::results::{PROGRAMME, QUARTER, World, at, codes, good, key};
use crate::tests;

tests![
    a_programme_is_amended,
    a_programme_ends_with_its_obligations,
    what_is_wrong_with_a_programme_is_told,
    a_day_off_recorded_by_mistake_is_taken_off,
    a_target_is_taken_off_and_stays_known,
    who_may_not_set_up_changes_nothing,
];

fn with(row: &Value, more: Value) -> Value {
    let mut input = json!({ "id": row["id"], "expectedVersion": row["version"] });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

const SHOWN: &str = "programme { id version code name { ko en } summary { ko } operator { code } startsOn endsOn dueDays rollRule lockDays }";

async fn programme(world: &World) -> Value {
    let query = format!("{{ programme(code: \"{PROGRAMME}\") {{ id version endsOn }} }}");
    world.data(&Principal::System, &query).await["programme"].clone()
}

async fn do_it(world: &World, mutation: &str, selection: &str, input: Value) -> Value {
    done(&world.app, &world.lead, mutation, selection, input).await
}

async fn faults(world: &World, mutation: &str, input: Value) -> Vec<(String, String)> {
    let before = written(&world.app).await;
    let faults = told(&acted(&world.app, &world.lead, mutation, "", input).await);
    assert_eq!(written(&world.app).await, before, "{mutation}: {faults:?}");
    faults
}

async fn a_programme_is_amended(place: Place) {
    let world = World::new(&place).await;
    let due = async || world.find("KOSME", PROGRAMME, QUARTER).await.unwrap()["dueOn"].clone();
    assert_eq!(due().await, "2026-10-12");
    let mut input = with(
        &programme(&world).await,
        json!({
            "name": { "ko": "새 이름", "en": "New name" }, "summary": { "ko": "개요" }, "operator": "KIBO", "startsOn": "2019",
            "dueDays": 20, "lockDays": 90, "idempotencyKey": key(),
        }),
    );
    let made = do_it(&world, "amendProgramme", SHOWN, input.clone()).await["programme"].clone();
    assert_eq!(
        made,
        json!({
            "id": made["id"], "version": 2, "code": PROGRAMME, "name": { "ko": "새 이름", "en": "New name" },
            "summary": { "ko": "개요" }, "operator": { "code": "KIBO" }, "startsOn": "2019", "endsOn": null, "dueDays": 20,
            "rollRule": "NEXT_BUSINESS_DAY", "lockDays": 90,
        })
    );
    // What is open is due later by it, and never earlier.
    assert_eq!(due().await, "2026-10-20");
    let again = do_it(&world, "amendProgramme", SHOWN, input.clone()).await;
    assert_eq!(again["programme"], made);
    let less = with(&made, json!({ "dueDays": 5, "summary": null, "startsOn": null }));
    let made = do_it(&world, "amendProgramme", SHOWN, less).await["programme"].clone();
    assert_eq!((&made["summary"], &made["startsOn"]), (&Value::Null, &Value::Null));
    assert_eq!((&made["name"]["ko"], &made["dueDays"]), (&json!("새 이름"), &json!(5)));
    assert_eq!(due().await, "2026-10-20");
    // The key stands for what it was used for, the version for what was seen.
    input["dueDays"] = json!(21);
    assert_eq!(
        faults(&world, "amendProgramme", input.clone()).await,
        expected(&[("KEY_REUSED", "input.idempotencyKey")])
    );
    input["idempotencyKey"] = json!(key());
    assert_eq!(
        faults(&world, "amendProgramme", input).await,
        expected(&[("CONFLICT", "input.expectedVersion")])
    );
}

async fn a_programme_ends_with_its_obligations(place: Place) {
    let world = World::new(&place).await;
    world.obligation("ETRI", PROGRAMME, "2027-02-01").await;
    let selection = format!("{SHOWN} keptQuarters");
    let mut input = with(&programme(&world).await, json!({ "endsOn": "2026-12-31" }));
    input["idempotencyKey"] = json!(key());
    let made = do_it(&world, "endProgramme", &selection, input.clone()).await;
    assert_eq!(made["programme"]["endsOn"], "2026-12-31");
    assert_eq!(made["keptQuarters"], json!([]));
    let ends = async || {
        let query = format!(
            "{{ obligations(where: {{ programme: {{ code: {{ eq: \"{PROGRAMME}\" }} }} }}) {{ nodes {{ id version endsOn institution {{ code }} }} }} }}"
        );
        let found = world.data(&world.lead, &query).await["obligations"]["nodes"].clone();
        found.as_array().unwrap().clone()
    };
    // One that would begin later is gone, the others end with it.
    let found = ends().await;
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(found.iter().all(|row| row["endsOn"] == "2026-12-31"), "{found:#?}");
    // Nobody comes under another.
    let oblige = |starts_on: &str, ends_on: Value| json!({ "institution": "ETRI", "programme": PROGRAMME, "startsOn": starts_on, "endsOn": ends_on });
    for (input, path) in [
        (oblige("2027-01-01", Value::Null), "input.startsOn"),
        (oblige("2026-09-01", Value::Null), "input.endsOn"),
        (oblige("2026-09-01", json!("2027-03-31")), "input.endsOn"),
    ] {
        let faults = faults(&world, "createObligation", input).await;
        assert_eq!(faults, expected(&[("PROGRAMME_ENDED", path)]));
    }
    let longer = with(&found[0], json!({ "endsOn": "2027-03-31" }));
    assert_eq!(
        faults(&world, "endObligation", longer).await,
        expected(&[("PROGRAMME_ENDED", "input.endsOn")])
    );
    do_it(&world, "createObligation", "", oblige("2026-12-01", json!("2026-12-31"))).await;
    // The quarter of its last day is expected, the next one of nobody.
    let (first, second) = (at("2027-01-05T03:00:00Z"), at("2027-04-05T03:00:00Z"));
    world.done_at(&world.lead, first, "openQuarter", json!({ "quarter": "2026-Q4" })).await;
    world.done_at(&world.lead, second, "openQuarter", json!({ "quarter": "2027-Q1" })).await;
    assert!(world.find("KOSME", PROGRAMME, "2026-Q4").await.is_some());
    assert!(world.find("KOSME", PROGRAMME, "2027-Q1").await.is_none());
    // An earlier day: who is on a list stays there.
    world.save("KOSME", good()).await;
    let mut earlier = with(&programme(&world).await, json!({ "endsOn": "2026-08-31" }));
    earlier["idempotencyKey"] = json!(key());
    for _ in 0..2 {
        let made = do_it(&world, "endProgramme", &selection, earlier.clone()).await;
        assert_eq!(made["keptQuarters"], json!([QUARTER, "2026-Q4"]), "again as well");
    }
    assert_eq!(world.find("KOSME", PROGRAMME, QUARTER).await.unwrap()["status"], "DRAFT");
    assert_eq!(ends().await.len(), 3, "that of December is gone");
    // A later one brings nobody back, and lets who is to go on go on.
    let later = with(&programme(&world).await, json!({ "endsOn": "2027-12-31" }));
    do_it(&world, "endProgramme", &selection, later).await;
    assert!(ends().await.iter().all(|row| row["endsOn"] == "2026-08-31"));
    let longer = with(&ends().await[0], json!({ "endsOn": "2027-03-31" }));
    world.done_at(&world.lead, second, "endObligation", longer).await;
    // What comes again when all is over undoes nothing.
    let before = written(&world.app).await;
    let again = do_it(&world, "endProgramme", &selection, input).await;
    assert_eq!(again["programme"]["endsOn"], "2027-12-31");
    assert_eq!(written(&world.app).await, before);
}

async fn what_is_wrong_with_a_programme_is_told(place: Place) {
    let world = World::new(&place).await;
    let row = programme(&world).await;
    let wrong =
        json!({ "operator": "NOBODY", "dueDays": 0, "lockDays": 181, "name": { "ko": "" } });
    assert_eq!(
        faults(&world, "amendProgramme", with(&row, wrong)).await,
        expected(&[
            ("UNKNOWN", "input.operator"),
            ("INVALID_NAME", "input.name.ko"),
            ("OUT_OF_RANGE", "input.dueDays"),
            ("OUT_OF_RANGE", "input.lockDays"),
        ])
    );
    let starts = with(&row, json!({ "startsOn": "2026-07" }));
    let made = do_it(&world, "amendProgramme", SHOWN, starts).await["programme"].clone();
    let reversed = with(&made, json!({ "endsOn": "2026-06-30" }));
    assert_eq!(
        faults(&world, "endProgramme", reversed).await,
        expected(&[("INVALID_DATE", "input.endsOn")])
    );
    let ended = with(&made, json!({ "endsOn": "2026-12-31" }));
    let made = do_it(&world, "endProgramme", SHOWN, ended).await["programme"].clone();
    assert_eq!(
        faults(&world, "amendProgramme", with(&made, json!({ "startsOn": "2027" }))).await,
        expected(&[("INVALID_DATE", "input.startsOn")])
    );
    let stale = with(&row, json!({ "endsOn": "2026-12-31" }));
    assert_eq!(
        faults(&world, "endProgramme", stale).await,
        expected(&[("CONFLICT", "input.expectedVersion")])
    );
}

async fn a_day_off_recorded_by_mistake_is_taken_off(place: Place) {
    let world = World::before(&place, crate::support::now(), QUARTER).await;
    let day = "2026-10-12";
    let create = json!({ "observedOn": day, "name": { "ko": "착오" }, "kind": "TEMPORARY" });
    let selection = "holiday { id version name { ko en } kind }";
    let made = do_it(&world, "createHoliday", selection, create.clone()).await["holiday"].clone();
    let other = json!({ "name": { "ko": "대체공휴일", "en": "Substitute" }, "kind": "SUBSTITUTE" });
    let made =
        do_it(&world, "amendHoliday", selection, with(&made, other)).await["holiday"].clone();
    assert_eq!(
        (&made["version"], &made["name"]["en"], &made["kind"]),
        (&json!(2), &json!("Substitute"), &json!("SUBSTITUTE"))
    );
    let mut stale = with(&made, json!({}));
    stale["expectedVersion"] = json!(1);
    for mutation in ["amendHoliday", "removeHoliday"] {
        assert_eq!(
            faults(&world, mutation, stale.clone()).await,
            expected(&[("CONFLICT", "input.expectedVersion")])
        );
    }
    // Before the quarter opens it is as if it had never been.
    let remove = with(&made, json!({ "idempotencyKey": key() }));
    let gone = do_it(&world, "removeHoliday", "deletedId", remove.clone()).await;
    assert_eq!(gone["deletedId"], made["id"]);
    let before = written(&world.app).await;
    let again = do_it(&world, "removeHoliday", "deletedId", remove).await;
    assert_eq!((&again, written(&world.app).await), (&gone, before));
    let answer = tried(&world.app, &world.lead, "removeHoliday", "", with(&made, json!({}))).await;
    assert_eq!(outcome(&answer), "NOT_FOUND");
    world.open(QUARTER).await;
    let due = async || world.find("KOSME", PROGRAMME, QUARTER).await.unwrap()["dueOn"].clone();
    assert_eq!(due().await, day);
    // What was told holds: the day off moves it, and its going does not move it back.
    let again = do_it(&world, "createHoliday", selection, create.clone()).await["holiday"].clone();
    assert_eq!(due().await, "2026-10-13");
    do_it(&world, "removeHoliday", "", with(&again, json!({}))).await;
    assert_eq!(due().await, "2026-10-13");
    // By what a final quarter was due, that stays.
    let again = do_it(&world, "createHoliday", selection, create).await["holiday"].clone();
    let all =
        [world.seen("KIBO").await.id, world.seen("KOSME").await.id, world.seen("SEMAS").await.id];
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    assert_eq!(codes(&world.freeze(QUARTER, &all).await), [""; 0]);
    assert_eq!(
        faults(&world, "removeHoliday", with(&again, json!({}))).await,
        expected(&[("QUARTER_FINAL", "input.id")])
    );
    // Another day off is nothing to it.
    let other =
        json!({ "observedOn": "2026-10-14", "name": { "ko": "착오" }, "kind": "TEMPORARY" });
    let other = do_it(&world, "createHoliday", selection, other).await["holiday"].clone();
    do_it(&world, "removeHoliday", "", with(&other, json!({}))).await;
}

/// The target of the quarter as known at an instant.
async fn aim(world: &World, now: DateTime<Utc>, known_at: Option<DateTime<Utc>>) -> Value {
    let known = known_at.map(|at| format!(", knownAt: \"{}\"", at.to_rfc3339()));
    let query = format!(
        "{{ indicatorSeries(programme: \"{PROGRAMME}\", indicator: \"COMPANIES\", from: \"{QUARTER}\", to: \"{QUARTER}\"{}) {{ points {{ target }} }} }}",
        known.unwrap_or_default()
    );
    let answer = world.ask_at(&world.lead, now, &query, Value::Null).await;
    assert!(answer.get("errors").is_none(), "{answer:#}");
    answer["data"]["indicatorSeries"]["points"][0]["target"].clone()
}

async fn a_target_is_taken_off_and_stays_known(place: Place) {
    let world = World::new(&place).await;
    world.accepted("KOSME", good()).await;
    let target = |value: &str| json!({ "programme": PROGRAMME, "indicator": "COMPANIES", "quarter": QUARTER, "value": value });
    let [one, two, three, four] = [1, 2, 3, 4].map(|days| world.now + Duration::days(days));
    let mut ids = Vec::new();
    for (set, value, gone) in [(one, "20", two), (three, "40", four)] {
        let made = world.done_at(&world.lead, set, "setTarget", target(value)).await;
        let made = made["target"].clone();
        let mut stale = with(&made, json!({}));
        stale["expectedVersion"] = json!(7);
        let refused = world.act_at(&world.lead, gone, "removeTarget", stale).await;
        assert_eq!(codes(&refused), ["CONFLICT"]);
        let input = with(&made, json!({ "idempotencyKey": key() }));
        let removed = world.done_at(&world.lead, gone, "removeTarget", input.clone()).await;
        assert_eq!(removed["indicator"]["code"], "COMPANIES");
        let before = written(&world.app).await;
        let again = world.done_at(&world.lead, gone, "removeTarget", input).await;
        assert_eq!((again, written(&world.app).await), (removed, before));
        ids.push(made["id"].clone());
    }
    assert_ne!(ids[0], ids[1], "it is another one");
    let later = four + Duration::days(9);
    for (known_at, value) in [
        (Some(one), json!("20")),
        (Some(two - Duration::microseconds(1)), json!("20")),
        (Some(two), Value::Null),
        (Some(three), json!("40")),
        (Some(four), Value::Null),
        (None, Value::Null),
    ] {
        assert_eq!(aim(&world, later, known_at).await, value, "{known_at:?}");
    }
    // That of a final quarter stays.
    let made = world.done(&world.lead, "setTarget", target("50")).await["target"].clone();
    let missing = [world.seen("KIBO").await.id, world.seen("SEMAS").await.id];
    let missing: Vec<&str> = missing.iter().map(String::as_str).collect();
    assert_eq!(codes(&world.freeze(QUARTER, &missing).await), [""; 0]);
    assert_eq!(
        faults(&world, "removeTarget", with(&made, json!({}))).await,
        expected(&[("QUARTER_FINAL", "input.id")])
    );
}

async fn who_may_not_set_up_changes_nothing(place: Place) {
    let world = World::new(&place).await;
    let target = json!({ "programme": PROGRAMME, "indicator": "COMPANIES", "quarter": QUARTER, "value": "1" });
    let target = world.done(&world.lead, "setTarget", target).await["target"].clone();
    let list = "{ holidays(first: 1) { nodes { id version } } }";
    let holiday = world.data(&world.lead, list).await["holidays"]["nodes"][0].clone();
    let programme = programme(&world).await;
    let before = written(&world.app).await;
    for (mutation, input) in [
        ("amendProgramme", with(&programme, json!({ "dueDays": 9 }))),
        ("endProgramme", with(&programme, json!({ "endsOn": "2026-12-31" }))),
        ("removeTarget", with(&target, json!({}))),
        ("amendHoliday", with(&holiday, json!({ "kind": "TEMPORARY" }))),
        ("removeHoliday", with(&holiday, json!({}))),
    ] {
        for (who, code) in [(&world.kosme, "FORBIDDEN"), (&Principal::Anonymous, "UNAUTHENTICATED")]
        {
            let answer = tried(&world.app, who, mutation, "", input.clone()).await;
            assert_eq!(outcome(&answer), code, "{mutation}");
        }
    }
    assert_eq!(written(&world.app).await, before);
}
