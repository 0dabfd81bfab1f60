//! Series, bills and plans as a careful reader sees them: silence is no missed meeting, days are counted
//! where the day is known, who dealt with what is linked, and what is a public desk's is public.

use aiplus::domain::principal::Principal;
use aiplus::error::Error;
use aiplus::graphql::catalog;
use aiplus::read::global_id;
use aiplus::service::bill;
use aiplus::service::record::Record;
use aiplus::service::write::{Author, Write};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Place, TestApp, now};
use crate::tests;

tests![
    silence_is_not_a_missed_meeting,
    a_meeting_tells_what_it_was_about,
    days_are_counted_where_the_day_is_known,
    the_stage_of_a_bill_is_kept_by_the_write_path,
    bills_of_before_get_their_columns,
    stages_are_recorded_once_they_are_reached,
    what_is_overdue_is_found,
    who_dealt_with_the_act_and_when,
    a_consideration_tells_of_nothing_hidden,
    a_public_desk_is_public_and_a_person_is_not,
    departments_presenters_and_topics_are_linked,
    filters_by_time_in_stage_use_their_index,
];

async fn key(app: &TestApp, sql: &str) -> Uuid {
    let statement = Statement::from_string(app.db.get_database_backend(), sql.to_owned());
    app.db.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

/// Writes a row of a table, whose visibility is public unless it says otherwise.
async fn create<R: Record>(app: &TestApp, key: &str, columns: Value) -> Result<Uuid, Error> {
    let mut row = json!({
        "id": Uuid::nil(), "visibility": "PUBLIC", "origin": "REPORTED",
        "version": 0, "created_at": now(), "updated_at": now(),
    });
    row.as_object_mut().unwrap().extend(columns.as_object().unwrap().clone());
    let author =
        Author { principal: &Principal::System, request_id: "test", address: None, now: now() };
    let mut write = Write::begin(&app.db, author).await?;
    if R::TYPE == "BillEvent" {
        bill::check_next_stage(&write, row.as_object().unwrap()).await?;
    }
    let model = serde_json::from_value(row).unwrap();
    let id = write.create::<R>(model, key).await?.id();
    write.commit().await?;
    Ok(id)
}

async fn silence_is_not_a_missed_meeting(place: Place) {
    let app = place.app().await;
    let query = "{ meetingSeriesList { nodes { code record { expected held undated notOnRecord missed due meetingsOnRecord } } }
        meetingSeries(code: \"AIPLUS_QUARTERLY\") { record { periods { period held status } } missed { nodes { period reason { ko } } } } }";
    let data = app.data(query).await;
    let mut seen = 0;
    for series in data["meetingSeriesList"]["nodes"].as_array().unwrap() {
        let record = &series["record"];
        let count = |name: &str| record[name].as_i64().unwrap();
        assert_eq!(count("missed"), 0, "nothing recorded a missed meeting: {series}");
        let parts = ["held", "undated", "notOnRecord", "missed"].map(count);
        assert_eq!(count("expected"), parts.iter().sum::<i64>(), "{series}");
        seen += count("notOnRecord");
        if series["code"] == "AIPLUS_MONTHLY" {
            // From March to October; November is not over.
            assert_eq!((count("notOnRecord"), count("due")), (8, 1), "{series}");
        }
        if series["code"] == "RELAY_2023" {
            assert_eq!((count("held"), count("undated"), count("notOnRecord")), (1, 3, 0));
        }
    }
    assert!(seen >= 10, "{data}");
    let periods = |of: &Value| -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let periods = of["meetingSeries"]["record"]["periods"].as_array().unwrap();
        periods.iter().map(|period| (text(&period["period"]), text(&period["status"]))).collect()
    };
    let expected = |second: &str| {
        [("2026-Q1", "NOT_ON_RECORD"), ("2026-Q2", second), ("2026-Q3", "HELD"), ("2026-Q4", "DUE")]
            .map(|(period, status)| (period.to_owned(), status.to_owned()))
            .to_vec()
    };
    assert_eq!(periods(&data), expected("NOT_ON_RECORD"));
    // Somebody records that there was none.
    let series = key(&app, "SELECT id FROM meeting_series WHERE code = 'AIPLUS_QUARTERLY'").await;
    let missed = json!({ "series_id": series, "period": "2026-Q2", "reason_ko": "미개최" });
    let id = create::<entity::missed_meeting::Entity>(&app, "missed-1", missed).await.unwrap();
    let data = app.data(query).await;
    assert_eq!(periods(&data), expected("MISSED"));
    assert_eq!(
        data["meetingSeries"]["missed"]["nodes"],
        json!([{ "period": "2026-Q2", "reason": { "ko": "미개최" } }])
    );
    // Who may not see that record is told no more than before.
    app.sql("UPDATE missed_meeting SET visibility = 'INTERNAL'").await;
    let data = app.data(query).await;
    assert_eq!(periods(&data), expected("NOT_ON_RECORD"), "{id}");
    let operator = app.principal("MSS", "program:read").await;
    assert_eq!(periods(&app.ask(&operator, query, Value::Null).await["data"]), expected("MISSED"));
    // What is no period is refused, and what lies ahead is due.
    let wrong = json!({ "series_id": series, "period": "2026-Q5" });
    let refused = create::<entity::missed_meeting::Entity>(&app, "missed-2", wrong).await;
    assert!(matches!(refused, Err(Error::Input { .. })), "{refused:?}");
    let ahead = app.data("{ meetingSeries(code: \"AIPLUS_MONTHLY\") { record(until: \"2027-12-31\") { notOnRecord due } } }").await;
    assert_eq!(ahead["meetingSeries"]["record"], json!({ "notOnRecord": 8, "due": 14 }));
}

async fn a_meeting_tells_what_it_was_about(place: Place) {
    let app = place.app().await;
    let query = "{
        council: meeting(code: \"AIPLUS_2026_0701\") { heldOn quarter coversPeriod isCoversPeriodRecorded }
        relay: meeting(code: \"SEOUL_2023_AI\") { quarter coversPeriod isCoversPeriodRecorded }
        year: meeting(code: \"SEOUL_2023_ROBOT\") { quarter coversPeriod isCoversPeriodRecorded }
        half: meetings(where: { covers: \"2026-H1\" }) { nodes { code } }
        second: meetings(where: { covers: \"2026-Q2\" }) { nodes { code } }
        third: meetings(where: { covers: \"2026-Q3\" }) { nodes { code } }
        held: meetings(where: { quarter: \"2026-Q3\" }) { nodes { code } }
        years: meetings(where: { covers: \"2023-H2\" }) { totalCount }
        counted: meetingSeries(code: \"AIPLUS_QUARTERLY\") { record { periods { period held } } }
    }";
    let data = app.data(query).await;
    assert_eq!(
        data["council"],
        json!({ "heldOn": "2026-07-01", "quarter": "2026-Q3", "coversPeriod": "2026-H1", "isCoversPeriodRecorded": true })
    );
    assert_eq!(
        data["relay"],
        json!({ "quarter": "2023-Q4", "coversPeriod": "2023-Q4", "isCoversPeriodRecorded": false })
    );
    assert_eq!(
        data["year"],
        json!({ "quarter": null, "coversPeriod": "2023", "isCoversPeriodRecorded": false })
    );
    let council = json!([{ "code": "AIPLUS_2026_0701" }]);
    assert_eq!((&data["half"]["nodes"], &data["second"]["nodes"]), (&council, &council));
    assert_eq!((&data["third"]["nodes"], &data["held"]["nodes"]), (&json!([]), &council));
    assert_eq!(data["years"]["totalCount"], 4);
    let periods = data["counted"]["record"]["periods"].as_array().unwrap();
    assert!(periods.contains(&json!({ "period": "2026-Q3", "held": 1 })), "{periods:?}");
    for text in ["2026-H3", "2026-7", "", "soon"] {
        let refused = app
            .refusal(&format!("{{ meetings(where: {{ covers: \"{text}\" }}) {{ totalCount }} }}"))
            .await;
        assert_eq!(refused, "BAD_USER_INPUT", "{text}");
    }
}

async fn days_are_counted_where_the_day_is_known(place: Place) {
    let app = place.app().await;
    let query = "{ bills { nodes { number stage stageReachedOn stageReachedOnPrecision latestEventOn daysInStage stalled: isStalled(days: 30) isClosed isEnacted
        events { nodes { occurredOn isKnownBy } } } } }";
    let data = app.data(query).await;
    let bills = data["bills"]["nodes"].as_array().unwrap();
    let of = |number: &str| {
        let mut bill = bills.iter().find(|bill| bill["number"] == number).unwrap().clone();
        bill.as_object_mut().unwrap().remove("events");
        bill
    };
    assert_eq!(
        of("AI_FRAMEWORK_ACT-1"),
        json!({ "number": "AI_FRAMEWORK_ACT-1", "stage": "PLENARY_DECIDED", "stageReachedOn": "2024-12", "stageReachedOnPrecision": "MONTH", "latestEventOn": "2024-12",
                "daysInStage": null, "stalled": false, "isClosed": true, "isEnacted": true })
    );
    for (number, stage, since) in [
        ("SME_AI_ACT-1", "COMMITTEE_REVIEW", "2026-07-01"),
        ("PETNOW_AMENDMENT-1", "RECEIVED", "2024-03-29"),
    ] {
        assert_eq!(
            of(number),
            json!({ "number": number, "stage": stage, "stageReachedOn": since, "stageReachedOnPrecision": "BY", "latestEventOn": since,
                    "daysInStage": null, "stalled": null, "isClosed": false, "isEnacted": false })
        );
    }
    let events = bills.iter().flat_map(|bill| bill["events"]["nodes"].as_array().unwrap());
    assert_eq!(events.filter(|event| event["isKnownBy"] == true).count(), 3);
    let on = app.data("{ bill(number: \"PETNOW_AMENDMENT-1\") { before: stageOn(date: \"2024-03-28\") on: stageOn(date: \"2024-03-29\") }
        act: bill(number: \"AI_FRAMEWORK_ACT-1\") { within: stageOn(date: \"2024-12-15\") after: stageOn(date: \"2024-12-31\") } }").await;
    assert_eq!(on["bill"], json!({ "before": null, "on": "RECEIVED" }));
    assert_eq!(on["act"], json!({ "within": null, "after": "PLENARY_DECIDED" }));
    // A seat known to end in a month ends with the month.
    app.sql("UPDATE appointment SET ends_on = '2026-12' WHERE head_count = 11").await;
    let seats = "{ body(code: \"ADVISORY_GROUP\") { early: expiringSeats(days: 20) late: expiringSeats(days: 39) } }";
    assert_eq!(app.data(seats).await["body"], json!({ "early": 0, "late": 11 }));
}

async fn a_bill(app: &TestApp, number: &str, more: Value) -> Uuid {
    let mut columns = json!({ "number": number, "title_ko": "시험 법률안", "result": "PENDING", "effect": "PENDING" });
    columns.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    create::<entity::bill::Entity>(app, number, columns).await.unwrap()
}

async fn an_event(
    app: &TestApp,
    bill: Uuid,
    position: i32,
    stage: &str,
    on: &str,
    more: Value,
) -> Result<Uuid, Error> {
    let mut columns =
        json!({ "bill_id": bill, "position": position, "stage": stage, "occurred_on": on });
    columns.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    create::<entity::bill_event::Entity>(app, &format!("{bill}-{position}"), columns).await
}

const STANDS: &str = "version stage stageReachedOn stageReachedOnPrecision latestEventOn daysInStage isStalled(days: 10) isClosed isEnacted";

async fn the_stage_of_a_bill_is_kept_by_the_write_path(place: Place) {
    let app = place.app().await;
    let shown = async |number: &str| {
        let query = format!("{{ bill(number: \"{number}\") {{ {STANDS} }} }}");
        let mut bill = app.data(&query).await["bill"].clone();
        (bill.as_object_mut().unwrap().remove("version").unwrap(), bill)
    };
    let stands = |stage: Option<&str>,
                  since: Option<&str>,
                  precision: Option<&str>,
                  days: Option<i64>| {
        json!({ "stage": stage, "stageReachedOn": since, "stageReachedOnPrecision": precision, "latestEventOn": since, "daysInStage": days,
                "isStalled": days.map(|days| days >= 10), "isClosed": false, "isEnacted": false })
    };
    let id = a_bill(&app, "2200001", json!({})).await;
    assert_eq!(shown("2200001").await, (json!(1), stands(None, None, None, None)));
    let first = an_event(&app, id, 1, "RECEIVED", "2026-11-01", json!({})).await.unwrap();
    let (version, bill) = shown("2200001").await;
    assert_eq!(
        (version, bill),
        (json!(2), stands(Some("RECEIVED"), Some("2026-11-01"), Some("DAY"), Some(21)))
    );
    // An event that not everybody sees changes nothing that everybody sees.
    let secret = json!({ "visibility": "INTERNAL" });
    let hidden = an_event(&app, id, 2, "COMMITTEE_RECEIVED", "2026-11-05", secret).await.unwrap();
    let (version, bill) = shown("2200001").await;
    assert_eq!((version, &bill["stage"]), (json!(2), &json!("RECEIVED")));
    let reached = "{ bills(where: { number: { eq: \"2200001\" }, reached: COMMITTEE_RECEIVED }) { totalCount } }";
    assert_eq!(app.data(reached).await["bills"]["totalCount"], 0);
    // Published, it does.
    let author =
        Author { principal: &Principal::System, request_id: "test", address: None, now: now() };
    let mut write = Write::begin(&app.db, author).await.unwrap();
    let publish = |row: &mut serde_json::Map<String, Value>| {
        row.insert("visibility".to_owned(), "PUBLIC".into());
    };
    write.update::<entity::bill_event::Entity>(hidden, 1, publish).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(shown("2200001").await.1["stageReachedOn"], "2026-11-05");
    assert_eq!(app.data(reached).await["bills"]["totalCount"], 1);
    // A correction takes the place of what it corrects; the first event's is not the last word.
    let corrects = json!({ "corrects_id": first });
    an_event(&app, id, 3, "RECEIVED", "2026-10-31", corrects).await.unwrap();
    assert_eq!(shown("2200001").await.1["stage"], "COMMITTEE_RECEIVED");
    let corrects = json!({ "corrects_id": hidden, "known_by": true });
    an_event(&app, id, 4, "COMMITTEE_REVIEW", "2026-11-10", corrects).await.unwrap();
    let (_, bill) = shown("2200001").await;
    assert_eq!(bill, stands(Some("COMMITTEE_REVIEW"), Some("2026-11-10"), Some("BY"), None));
    // A write of the bill leaves what follows from its events, whatever it says, and closes it by its result.
    let author =
        Author { principal: &Principal::System, request_id: "test", address: None, now: now() };
    let mut write = Write::begin(&app.db, author).await.unwrap();
    let withdraw = |row: &mut serde_json::Map<String, Value>| {
        row.insert("result".to_owned(), "WITHDRAWN".into());
        row.insert("effect".to_owned(), "NONE".into());
        row.insert("stage".to_owned(), "IN_FORCE".into());
        row.insert("is_enacted".to_owned(), true.into());
    };
    let seen = shown("2200001").await.0.as_i64().unwrap();
    write.update::<entity::bill::Entity>(id, i32::try_from(seen).unwrap(), withdraw).await.unwrap();
    write.commit().await.unwrap();
    let (_, bill) = shown("2200001").await;
    assert_eq!(
        (&bill["stage"], &bill["isClosed"], &bill["isEnacted"], &bill["isStalled"]),
        (&json!("COMMITTEE_REVIEW"), &json!(true), &json!(false), &json!(false))
    );
    // The feed tells of the bill whenever it stands elsewhere.
    let feed =
        app.data("{ changes(last: 8, types: [\"Bill\"]) { nodes { kind subject { id } } } }").await;
    let global = global_id::encode(catalog().find("Bill").unwrap().tag, id);
    let of_bill = feed["changes"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|change| change["subject"]["id"] == *global);
    assert_eq!(of_bill.count(), 5, "created, three stages, withdrawn: {feed:#}");

    // Filters and orders over what is kept.
    let days = a_bill(&app, "2200002", json!({})).await;
    an_event(&app, days, 1, "RECEIVED", "2026-03-01", json!({})).await.unwrap();
    let fresh = a_bill(&app, "2200003", json!({})).await;
    an_event(&app, fresh, 1, "CABINET", "2026-11-20", json!({})).await.unwrap();
    a_bill(&app, "2200004", json!({})).await;
    let numbers = async |args: &str| -> Vec<String> {
        let query = format!("{{ bills({args}) {{ nodes {{ number }} }} }}");
        let data = app.data(&query).await;
        let nodes = data["bills"]["nodes"].as_array().unwrap().clone();
        nodes.iter().map(|bill| bill["number"].as_str().unwrap().to_owned()).collect()
    };
    for (filter, expected) in [
        ("isStalled: true", vec!["2200002"]),
        ("isStalled: false", vec!["2200001", "2200003", "AI_FRAMEWORK_ACT-1"]),
        ("stalledDays: 2", vec!["2200002", "2200003"]),
        ("stalledDays: 266", vec!["2200002"]),
        ("stalledDays: 267", vec![]),
        (
            "not: { stalledDays: 2 }",
            vec!["2200001", "2200004", "AI_FRAMEWORK_ACT-1", "PETNOW_AMENDMENT-1", "SME_AI_ACT-1"],
        ),
        ("stage: { eq: RECEIVED }", vec!["2200002", "PETNOW_AMENDMENT-1"]),
        ("stage: { isNull: true }", vec!["2200004"]),
        ("latestEventOn: { gte: \"2026-11\" }", vec!["2200001", "2200003"]),
        (
            "stageReachedOnPrecision: { eq: BY }, isClosed: { eq: false }",
            vec!["PETNOW_AMENDMENT-1", "SME_AI_ACT-1"],
        ),
        ("isEnacted: { eq: true }", vec!["AI_FRAMEWORK_ACT-1"]),
    ] {
        assert_eq!(numbers(&format!("where: {{ {filter} }}")).await, expected, "{filter}");
    }
    let by = |order: &str, direction: &str| {
        format!("orderBy: [{{ field: {order}, direction: {direction} }}]")
    };
    let stages = [
        "2200004",
        "2200003",
        "2200002",
        "PETNOW_AMENDMENT-1",
        "SME_AI_ACT-1",
        "2200001",
        "AI_FRAMEWORK_ACT-1",
    ];
    let found = numbers(&by("STAGE", "ASC")).await;
    let place = |number: &str| found.iter().position(|known| known == number).unwrap();
    assert!(place(stages[0]) == 0 && place(stages[1]) == 1 && place(stages[6]) == 6, "{found:?}");
    assert!(
        place(stages[2]) < place(stages[4]) && place(stages[3]) < place(stages[5]),
        "{found:?}"
    );
    assert_eq!(
        numbers(&by("LATEST_EVENT", "DESC")).await,
        [
            "2200003",
            "2200001",
            "SME_AI_ACT-1",
            "2200002",
            "AI_FRAMEWORK_ACT-1",
            "PETNOW_AMENDMENT-1",
            "2200004"
        ]
    );
    // Page by page it is the same, with those that have no date.
    let mut paged = Vec::new();
    let mut after = String::new();
    for _ in 0..7 {
        let query = format!(
            "{{ bills(first: 1{after}, {}) {{ nodes {{ number }} pageInfo {{ endCursor }} }} }}",
            by("LATEST_EVENT", "ASC")
        );
        let data = app.data(&query).await;
        paged.push(data["bills"]["nodes"][0]["number"].as_str().unwrap().to_owned());
        after = format!(", after: {}", data["bills"]["pageInfo"]["endCursor"]);
    }
    paged.reverse();
    assert_eq!(paged, numbers(&by("LATEST_EVENT", "DESC")).await);
    for days in [-1, 36_601] {
        let refused = app
            .refusal(&format!("{{ bills(where: {{ stalledDays: {days} }}) {{ totalCount }} }}"))
            .await;
        assert_eq!(refused, "BAD_USER_INPUT");
    }
}

async fn bills_of_before_get_their_columns(place: Place) {
    let app = place.app().await;
    let query = format!("{{ bills {{ nodes {{ number {} }} }} }}", STANDS.replace("version ", ""));
    let before = app.data(&query).await;
    app.sql("UPDATE bill SET stage = NULL, stage_order = NULL, stage_since = NULL, stage_since_precision = NULL, latest_event_on = NULL, is_closed = FALSE, is_enacted = FALSE").await;
    assert_ne!(app.data(&query).await, before);
    assert_eq!(bill::complete(&app.db, now()).await.unwrap(), 3);
    assert_eq!(app.data(&query).await, before);
    assert_eq!(bill::complete(&app.db, now()).await.unwrap(), 0);
    // Nobody edited them: a later data set still brings them up to date.
    let mut set = aiplus::seed::starting_set().unwrap();
    set.fingerprint = "later".to_owned();
    let row = set.rows.iter_mut().find(|row| row.key == "SME_AI_ACT-1").unwrap();
    row.columns.insert("result_text".to_owned(), "심의 중".into());
    let summary = aiplus::seed::load(&app.db, &set, now(), |_, _| {}).await.unwrap();
    assert_eq!((summary.updated, summary.kept), (1, 0), "{summary:?}");
    assert_eq!(app.data(&query).await, before);
}

async fn stages_are_recorded_once_they_are_reached(place: Place) {
    let app = place.app().await;
    let id = a_bill(&app, "2200009", json!({})).await;
    an_event(&app, id, 1, "DRAFTING", "2026-01", json!({})).await.unwrap();
    an_event(&app, id, 2, "COMMITTEE_REVIEW", "2026-07-01", json!({})).await.unwrap();
    for (position, stage, on) in [
        (3, "DRAFTING", "2026-08-01"),
        (3, "COMMITTEE_REVIEW", "2026-08-01"),
        (3, "COMMITTEE_DECIDED", "2026-11-23"),
        (3, "COMMITTEE_DECIDED", "2026-12"),
        (3, "COMMITTEE_DECIDED", "2027"),
    ] {
        let refused = an_event(&app, id, position, stage, on, json!({})).await;
        assert!(matches!(refused, Err(Error::Input { .. })), "{stage} {on}: {refused:?}");
    }
    an_event(&app, id, 3, "COMMITTEE_DECIDED", "2026-11", json!({})).await.unwrap();
}

async fn what_is_overdue_is_found(place: Place) {
    let app = place.app().await;
    app.sql("UPDATE recommendation SET due_on = '2026-11-21', status = 'FORWARDED' WHERE code = (SELECT min(code) FROM recommendation)").await;
    app.sql("UPDATE recommendation SET due_on = '2026-11-21', status = 'ANSWERED' WHERE code = (SELECT max(code) FROM recommendation)").await;
    app.sql("UPDATE policy_task SET due = NULL").await;
    for (code, due, status) in [
        ("UNICORNS_40", "2026-11", "IN_PROGRESS"),
        ("TESTBED", "2026-10", "IN_PROGRESS"),
        ("RND_SUPPORT", "2025", "COMPLETED"),
        ("ONE_STOP", "2026-11-22", "PREPARING"),
        ("SEOUL_FORA", "2026-11-21", "PREPARING"),
    ] {
        app.sql(&format!(
            "UPDATE policy_task SET due = '{due}', status = '{status}' WHERE code = '{code}'"
        ))
        .await;
    }
    app.sql("UPDATE milestone SET due = '2026', reached_on = NULL WHERE due = '2028'").await;
    for (list, key, overdue) in [("recommendations", "code", 1), ("policyTasks", "code", 2)] {
        let query = format!(
            "{{ all: {list}(first: 100) {{ totalCount nodes {{ {key} isOverdue }} }}
                yes: {list}(where: {{ isOverdue: true }}) {{ totalCount nodes {{ {key} isOverdue }} }}
                no: {list}(where: {{ isOverdue: false }}) {{ totalCount }}
                not: {list}(where: {{ not: {{ isOverdue: true }} }}) {{ totalCount }} }}"
        );
        let data = app.data(&query).await;
        let count = |name: &str| data[name]["totalCount"].as_i64().unwrap();
        assert_eq!(count("yes"), overdue, "{list}: {data}");
        assert_eq!((count("no"), count("not")), (count("all") - overdue, count("all") - overdue));
        assert!(
            data["yes"]["nodes"].as_array().unwrap().iter().all(|row| row["isOverdue"] == true)
        );
        let shown = data["all"]["nodes"].as_array().unwrap();
        assert_eq!(shown.iter().filter(|row| row["isOverdue"] == true).count() as i64, overdue);
    }
    // A milestone due in a year that is not over, and one of a year that is and was reached.
    let milestones = app.data("{ policyTasks(where: { milestones: { some: { isOverdue: true } } }) { nodes { code milestones { nodes { dueOn reachedOn isOverdue } } } } }").await;
    let codes: Vec<&Value> = milestones["policyTasks"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|task| &task["code"])
        .collect();
    assert_eq!(codes, ["SEOUL_ROUNDTABLES_2024"], "{milestones}");
    // An answer known to the month only is on time where every day of the month is.
    let total = async || {
        let query = "{ feedbackStatistics(includeIllustrative: true) { total { answeredOnTime { part base } } } }";
        app.data(query).await["feedbackStatistics"]["total"]["answeredOnTime"].clone()
    };
    app.sql("UPDATE recommendation SET due_on = NULL").await;
    assert_eq!(total().await, json!({ "part": 0, "base": 0 }));
    let id = key(&app, "SELECT id FROM recommendation WHERE code = (SELECT min(code) FROM recommendation WHERE id NOT IN (SELECT recommendation_id FROM recommendation_answer))").await;
    let answer = json!({ "recommendation_id": id, "position": 1, "disposition": "ACCEPTED", "answered_on": "2026-07" });
    create::<entity::recommendation_answer::Entity>(&app, "answer", answer).await.unwrap();
    for (due, on_time, base) in [("2026-07-10", 0, 0), ("2026-08-01", 1, 1), ("2026-06-30", 0, 1)] {
        app.sql(&format!("UPDATE recommendation SET due_on = '{due}' WHERE id = (SELECT recommendation_id FROM recommendation_answer WHERE answered_on = '2026-07')")).await;
        assert_eq!(total().await, json!({ "part": on_time, "base": base }), "{due}");
    }
}

async fn who_dealt_with_the_act_and_when(place: Place) {
    let app = place.app().await;
    let data = app
        .data(
            "{ legislativeInitiative(code: \"SME_AI_ACT\") { considerations { nodes {
                   role consideredOn body { code } meeting { code heldOn } agendaItem { number } institution { code } bill { number }
                   citations { nodes { document { code } basis } } } } }
               meeting(code: \"AIPLUS_2026_0701\") { considerations { nodes { role plan { code } initiative { code } task { code } } } agenda { nodes { number considerations { totalCount } } } }
               body(code: \"ADVISORY_GROUP\") { considerations(where: { task: {} }) { nodes { role task { code } plan { code } } } }
               plan: policyPlan(code: \"REGIONAL_AI_PLAN\") { considerations { nodes { role body { code } } } }
               meetings(where: { considerations: { some: { initiative: { code: { eq: \"SME_AI_ACT\" } } } } }) { nodes { code } }
               bodies(where: { considerations: { some: { bill: { number: { eq: \"AI_FRAMEWORK_ACT-1\" } } } } }) { nodes { code } }
               considerations(where: { consideredOn: { eq: \"2026-07-01\" }, role: { eq: HEARING } }) { totalCount } }",
        )
        .await;
    let found = data["legislativeInitiative"]["considerations"]["nodes"].as_array().unwrap();
    let notice = found.iter().find(|of| of["role"] == "NOTICE").unwrap();
    assert_eq!(
        (
            &notice["consideredOn"],
            &notice["body"]["code"],
            &notice["meeting"]["code"],
            &notice["agendaItem"]["number"],
            &notice["institution"]["code"]
        ),
        (
            &json!("2026-07-01"),
            &json!("POLICY_COUNCIL"),
            &json!("AIPLUS_2026_0701"),
            &json!("④"),
            &json!("MSS")
        )
    );
    let roles: Vec<&Value> = found.iter().map(|of| &of["role"]).collect();
    assert_eq!(roles, ["NOTICE", "HEARING", "PREPARATION", "PREPARATION"]);
    assert!(
        found.iter().all(|of| !of["citations"]["nodes"].as_array().unwrap().is_empty()),
        "{found:#?}"
    );
    assert_eq!(data["meetings"]["nodes"], json!([{ "code": "AIPLUS_2026_0701" }]));
    assert_eq!(data["bodies"]["nodes"], json!([{ "code": "ADVISORY_GROUP" }]));
    assert!(data["body"]["considerations"]["nodes"].as_array().unwrap().len() >= 6);
    assert!(data["meeting"]["considerations"]["nodes"].as_array().unwrap().len() >= 5);
    assert_eq!(data["plan"]["considerations"]["nodes"].as_array().unwrap().len(), 3);
    assert_eq!(data["considerations"]["totalCount"], 2);
}

async fn a_consideration_tells_of_nothing_hidden(place: Place) {
    let app = place.app().await;
    let ty = catalog().find("Consideration").unwrap();
    let row = key(&app, "SELECT c.id FROM consideration c JOIN agenda_item a ON a.id = c.agenda_item_id WHERE a.number = '④'").await;
    let query = format!(
        "{{ nodes(ids: [\"{}\"]) {{ id }} considerations {{ totalCount }}
            initiative: legislativeInitiative(code: \"SME_AI_ACT\") {{ considerations {{ totalCount }} }}
            body(code: \"POLICY_COUNCIL\") {{ considerations {{ totalCount }} }}
            institution(code: \"MSS\") {{ considerations {{ totalCount }} }}
            bills(where: {{ considerations: {{ some: {{ role: {{ eq: NOTICE }} }} }} }}) {{ totalCount }} }}",
        global_id::encode(ty.tag, row)
    );
    let public = async || app.query(&query).await["data"].clone();
    let before = public().await;
    assert!(!before["nodes"][0].is_null() && before["bills"]["totalCount"] == 1, "{before}");
    let operator = app.principal("MSS", "program:read").await;
    let hides = [
        "agenda_item SET visibility = '{}' WHERE number = '④'",
        "meeting SET visibility = '{}' WHERE code = 'AIPLUS_2026_0701'",
        "bill SET visibility = '{}' WHERE number = 'SME_AI_ACT-1'",
    ];
    for hide in hides {
        app.sql(&format!("UPDATE {}", hide.replace("{}", "INTERNAL"))).await;
        let after = public().await;
        assert!(after["nodes"][0].is_null(), "{hide}: {after}");
        for at in [
            "/considerations/totalCount",
            "/initiative/considerations/totalCount",
            "/body/considerations/totalCount",
            "/institution/considerations/totalCount",
        ] {
            let count = |data: &Value| data.pointer(at).unwrap().as_i64().unwrap();
            assert!(count(&after) < count(&before), "{hide} {at}");
        }
        assert_eq!(after["bills"]["totalCount"], 0, "{hide}");
        assert_eq!(app.ask(&operator, &query, Value::Null).await["data"], before, "{hide}");
        app.sql(&format!("UPDATE {}", hide.replace("{}", "PUBLIC"))).await;
    }
    assert_eq!(public().await, before);
}

const DESK: &str = "02-2133-3119";

async fn a_public_desk_is_public_and_a_person_is_not(place: Place) {
    let app = place.app().await;
    let ty = catalog().find("ContactPoint").unwrap();
    let desk = key(&app, &format!("SELECT id FROM contact_point WHERE value = '{DESK}'")).await;
    let person = key(&app, "SELECT id FROM contact_point WHERE value = '044-204-7250'").await;
    let ids = [desk, person].map(|key| format!("\"{}\"", global_id::encode(ty.tag, key)));
    let query = format!(
        "{{ nodes(ids: [{}]) {{ ... on ContactPoint {{ value holder institution {{ code }} citations {{ totalCount }} }} }}
            desk: institution(code: \"SEOUL_BSC\") {{ contactPoints {{ totalCount nodes {{ value }} }} }}
            institutions(where: {{ contactPoints: {{ some: {{ value: {{ startsWith: \"0\" }} }} }} }}) {{ nodes {{ code }} }}
            persons(first: 100) {{ nodes {{ contactPoints {{ totalCount }} }} }}
            some: persons(where: {{ contactPoints: {{ some: {{}} }} }}) {{ totalCount }}
            feed: changes(first: 100, types: [\"ContactPoint\"]) {{ nodes {{ subject {{ id }} }} }} }}",
        ids.join(", ")
    );
    let seen = async |who: &Principal| app.ask(who, &query, Value::Null).await["data"].clone();
    let public = seen(&Principal::Anonymous).await;
    assert_eq!(public["nodes"][0]["value"], DESK);
    assert_eq!(
        (&public["nodes"][0]["holder"], &public["nodes"][0]["institution"]["code"]),
        (&json!("PUBLIC_DESK"), &json!("SEOUL_BSC"))
    );
    assert_eq!(public["nodes"][0]["citations"]["totalCount"], 2);
    assert_eq!(public["nodes"][1], Value::Null);
    assert_eq!(
        public["desk"]["contactPoints"],
        json!({ "totalCount": 1, "nodes": [{ "value": DESK }] })
    );
    assert_eq!(public["institutions"]["nodes"], json!([{ "code": "SEOUL_BSC" }]));
    assert!(
        public["persons"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .all(|of| of["contactPoints"].is_null())
    );
    assert_eq!(public["some"]["totalCount"], 0);
    assert_eq!(public["feed"]["nodes"].as_array().unwrap().len(), 1, "{}", public["feed"]);
    // Another institution sees no more, one without a scope neither; an operator sees all.
    for (institution, scopes) in [("KOSME", "program:read"), ("TIPA", "content:write")] {
        let principal = app.principal(institution, scopes).await;
        let mut seen = seen(&principal).await;
        // Who may see its own has a list, with nothing of others.
        let is_empty = |of: &Value| of["contactPoints"]["totalCount"].as_i64().unwrap_or(0) == 0;
        assert!(seen["persons"]["nodes"].as_array().unwrap().iter().all(is_empty));
        seen["persons"] = public["persons"].clone();
        assert_eq!(seen, public, "{institution} {scopes}");
    }
    let operator = app.principal("TIPA", "program:read").await;
    let all = seen(&operator).await;
    assert!(
        all["some"]["totalCount"].as_i64().unwrap() >= 8 && !all["nodes"][1].is_null(),
        "{all}"
    );
    // Only what is personal is put on record as read.
    let read = "SELECT count(*) FROM audit_event WHERE action = 'personal.read'";
    let count = async |app: &TestApp| -> i64 {
        let statement = Statement::from_string(app.db.get_database_backend(), read.to_owned());
        app.db.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
    };
    let before = count(&app).await;
    seen(&Principal::Anonymous).await;
    assert_eq!(count(&app).await, before, "a public number is no personal data");
    let event =
        "SELECT after FROM audit_event WHERE action = 'personal.read' ORDER BY seq DESC LIMIT 1";
    seen(&operator).await;
    assert_eq!(count(&app).await, before + 1);
    let statement = Statement::from_string(app.db.get_database_backend(), event.to_owned());
    let after: String =
        app.db.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap();
    assert!(after.contains(&person.to_string()) && !after.contains(&desk.to_string()), "{after}");

    // Not a desk, not published, a person's, or of an institution that is hidden: protected.
    let hidden =
        json!({ "nodes": [null, null], "institutions": { "nodes": [] }, "feed": { "nodes": [] } });
    for (hide, undo) in [
        (
            "UPDATE contact_point SET holder = 'PERSONAL'",
            "UPDATE contact_point SET holder = 'PUBLIC_DESK' WHERE person_id IS NULL",
        ),
        (
            "UPDATE contact_point SET visibility = 'INTERNAL'",
            "UPDATE contact_point SET visibility = 'PUBLIC'",
        ),
        (
            "UPDATE institution SET visibility = 'INTERNAL' WHERE code = 'SEOUL_BSC'",
            "UPDATE institution SET visibility = 'PUBLIC'",
        ),
        (
            "UPDATE contact_point SET person_id = (SELECT min_p.id FROM person min_p WHERE min_p.code = 'CHOI_PANGYU') WHERE holder = 'PUBLIC_DESK'",
            "UPDATE contact_point SET person_id = NULL WHERE holder = 'PUBLIC_DESK'",
        ),
    ] {
        app.sql(hide).await;
        let after = seen(&Principal::Anonymous).await;
        for name in ["nodes", "institutions", "feed"] {
            assert_eq!(after[name], hidden[name], "{hide}");
        }
        assert_eq!(after["some"]["totalCount"], 0, "{hide}");
        app.sql(undo).await;
    }
    // A person's number that somebody calls a desk stays protected.
    app.sql("UPDATE contact_point SET holder = 'PUBLIC_DESK'").await;
    assert_eq!(seen(&Principal::Anonymous).await, public);
}

async fn departments_presenters_and_topics_are_linked(place: Place) {
    let app = place.app().await;
    let data = app
        .data(
            "{ mss: institution(code: \"MSS\") { units { nodes { code kind name { ko } parent { code }
                   staff { nodes { isHead person { name { ko } } post { ko } institution { code } } }
                   head: staff(where: { isHead: { eq: true } }) { nodes { person { name { ko } } } } } } }
               tipa: institution(code: \"TIPA\") { units { nodes { name { ko } head: staff(where: { isHead: { eq: true } }) { nodes { person { name { ko } } } } } } }
               ministries: institutions(where: { kind: { eq: MINISTRY }, name: { ko: { contains: \"추진단\" } } }) { totalCount }
               agendaItems(where: { number: { eq: \"①\" } }) { nodes { presenters { nodes { group { ko } institution { code } presenter { __typename } } } } }
               kosme: institution(code: \"KOSME\") { presentations { nodes { agendaItem { number meeting { code } } } } }
               topics(where: { code: { in: [\"XR\", \"MEDIA\", \"WEBTOON\", \"GAME\"] } }) { nodes { code plans { nodes { code } } namedInTasks { nodes { code } } } }
               policyPlan(code: \"SEOUL_REGULATION\") { topics(where: { code: { eq: \"XR\" } }) { totalCount } } }",
        )
        .await;
    let task_force = &data["mss"]["units"]["nodes"][0];
    assert_eq!(
        (&task_force["name"]["ko"], &task_force["kind"], &task_force["parent"]["code"]),
        (&json!("중소기업인공지능확산추진단"), &json!("DEPARTMENT"), &json!("MSS"))
    );
    assert_eq!(task_force["head"]["nodes"], json!([{ "person": { "name": { "ko": "곽재경" } } }]));
    assert_eq!(task_force["staff"]["nodes"].as_array().unwrap().len(), 3);
    assert_eq!(
        data["tipa"]["units"]["nodes"],
        json!([{ "name": { "ko": "AX전략실" }, "head": { "nodes": [{ "person": { "name": { "ko": "송치평" } } }] } }])
    );
    assert_eq!(data["ministries"]["totalCount"], 0);
    assert_eq!(
        data["agendaItems"]["nodes"][0]["presenters"]["nodes"],
        json!([
            { "group": { "ko": "공공기관" }, "institution": null, "presenter": null },
            { "group": null, "institution": { "code": "KOSME" }, "presenter": { "__typename": "Institution" } },
            { "group": null, "institution": { "code": "TIPA" }, "presenter": { "__typename": "Institution" } },
        ])
    );
    assert_eq!(
        data["kosme"]["presentations"]["nodes"],
        json!([{ "agendaItem": { "number": "①", "meeting": { "code": "AIPLUS_2026_0701" } } }])
    );
    for topic in data["topics"]["nodes"].as_array().unwrap() {
        assert_eq!(topic["plans"]["nodes"], json!([{ "code": "SEOUL_REGULATION" }]), "{topic}");
        assert_eq!(
            topic["namedInTasks"]["nodes"],
            json!([{ "code": "SEOUL_ROUNDTABLES_2024" }]),
            "{topic}"
        );
    }
    assert_eq!(data["policyPlan"]["topics"]["totalCount"], 1);
}

async fn filters_by_time_in_stage_use_their_index(place: Place) {
    let app = place.app().await;
    for (query, index) in [
        ("{ bills(where: { stalledDays: 90 }) { totalCount } }", "ix_bill_stage_since"),
        ("{ bills(where: { stage: { eq: RECEIVED } }) { nodes { number } } }", "ix_bill_stage"),
        (
            "{ bills(orderBy: [{ field: LATEST_EVENT }]) { nodes { number } } }",
            "ix_bill_latest_event",
        ),
        ("{ bills(orderBy: [{ field: STAGE }]) { nodes { number } } }", "ix_bill_stage_order"),
        (
            "{ recommendations(where: { isOverdue: true }) { totalCount } }",
            "ix_recommendation_due_on",
        ),
        ("{ policyTasks(where: { isOverdue: true }) { totalCount } }", "ix_policy_task_due"),
    ] {
        if app.is_postgres() {
            let plan = crate::lists::plan(&app, &Principal::Anonymous, query).await;
            assert!(plan.contains(index), "{query}\n{plan}");
        } else {
            // SQLite rightly scans a table of a few rows.
            let sql = format!(
                "SELECT count(*) FROM sqlite_master WHERE type = 'index' AND name = '{index}'"
            );
            let statement = Statement::from_string(app.db.get_database_backend(), sql);
            let found = app.db.query_one_raw(statement).await.unwrap().unwrap();
            assert_eq!(found.try_get_by_index::<i64>(0).unwrap(), 1, "{index}");
        }
    }
}
