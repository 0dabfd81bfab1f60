//! What is due or late is told once: to the institution that has to act, to the operators, in the feed and to webhooks.

use aiplus::domain::principal::Principal;
use aiplus::service::reminder::remind;
use chrono::{Duration, NaiveDate, TimeZone, Utc};
use serde_json::{Value, json};

use crate::support::acting::number;
use crate::support::results::{PROGRAMME, QUARTER, World, good};
use crate::support::{Place, TestApp};
use crate::tests;

tests![
    results_are_reminded_of_before_and_after_they_are_due,
    each_reason_reminds_once,
    two_servers_remind_once,
];

/// Noon in Seoul of a day.
fn noon(day: NaiveDate) -> chrono::DateTime<Utc> {
    Utc.from_utc_datetime(&day.and_hms_opt(3, 0, 0).unwrap())
}

const REMINDERS: &str = "{ reminders(first: 100) { totalCount nodes { reason referenceOn type subjectId institution { code }
    subject { id __typename ... on Submission { status } } } } }";

async fn seen(app: &TestApp, who: &Principal) -> Value {
    let answer = app.ask(who, REMINDERS, Value::Null).await;
    answer["data"]["reminders"]["nodes"].clone()
}

fn of<'a>(all: &'a Value, institution: &str, ty: &str) -> Vec<&'a str> {
    let rows = all.as_array().unwrap().iter();
    rows.filter(|row| row["institution"]["code"] == institution && row["type"] == ty)
        .map(|row| row["reason"].as_str().unwrap())
        .collect()
}

async fn results_are_reminded_of_before_and_after_they_are_due(place: Place) {
    let world = World::new(&place).await;
    let db = &world.app.app.db;
    let found = world.find("KIBO", PROGRAMME, QUARTER).await.unwrap();
    let due: NaiveDate = found["dueOn"].as_str().unwrap().parse().unwrap();
    let mut told = Vec::new();
    // A server that slept for days tells of what is next, and of nothing that is over.
    for (days, expected) in [
        (-15, None),
        (-14, Some("RESULTS_DUE_IN_14_DAYS")),
        (-13, None),
        (-5, Some("RESULTS_DUE_IN_7_DAYS")),
        (-2, None),
        (0, Some("RESULTS_DUE_TOMORROW")),
        (1, Some("RESULTS_OVERDUE")),
        (30, None),
    ] {
        for _ in 0..2 {
            remind(db, noon(due + Duration::days(days))).await.unwrap();
        }
        told.extend(expected);
        let all = seen(&world.app, &world.reviewer).await;
        assert_eq!(of(&all, "KIBO", "Submission"), told, "{days}");
    }
    // Whoever has handed in is not reminded.
    world.save("KOSME", good()).await;
    let before = of(&seen(&world.app, &world.reviewer).await, "KOSME", "Submission").len();
    assert_eq!(before, told.len());
    // Its own institution sees them with what they are about, nobody else but the operators.
    let own = seen(&world.app, &world.kibo).await;
    assert!(own.as_array().unwrap().iter().all(|row| row["institution"]["code"] == "KIBO"));
    assert_eq!(own[0]["subject"]["id"], found["id"]);
    assert_eq!(own[0]["subjectId"], found["id"]);
    assert_eq!(own[0]["subject"]["status"], "NOT_STARTED");
    assert_eq!(own[0]["referenceOn"], due.to_string());
    let answer = world.app.ask(&Principal::Anonymous, REMINDERS, Value::Null).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{answer}");
    // The feed tells of each once, to who sees it.
    let feed = "{ changes(types: [\"Reminder\"], first: 100) { nodes { kind type subjectId } } }";
    let fed = async |who: &Principal| {
        let answer = world.app.ask(who, feed, Value::Null).await;
        answer["data"]["changes"]["nodes"].as_array().unwrap().len()
    };
    assert_eq!(fed(&world.kibo).await, told.len());
    assert_eq!(fed(&Principal::Anonymous).await, 0);
    let audit = "SELECT count(*) FROM audit_event WHERE subject_type = 'Reminder'";
    let noted = number(&world.app, audit).await;
    let rows = number(&world.app, "SELECT count(*) FROM reminder").await;
    assert_eq!(noted, rows);
}

async fn each_reason_reminds_once(place: Place) {
    let app = place.app_without_results().await;
    let operator = app.principal("TIPA", "program:read").await;
    let secretariat =
        "(SELECT coalesce(secretariat_id, host_id) FROM body WHERE code = 'POLICY_COUNCIL')";
    let own =
        app.data("{ body(code: \"POLICY_COUNCIL\") { secretariat { code } host { code } } }").await;
    let own = match &own["body"]["secretariat"]["code"] {
        Value::Null => own["body"]["host"]["code"].clone(),
        code => code.clone(),
    };
    // A meeting two weeks ago without minutes, an answer late since yesterday, a bill that stands still, a term that ends.
    app.sql("UPDATE meeting SET held_on = '2019-01-01' WHERE length(held_on) = 10").await;
    app.sql("UPDATE bill SET is_closed = TRUE").await;
    app.sql("UPDATE recommendation SET due_on = NULL").await;
    app.sql("UPDATE appointment SET ends_on = NULL").await;
    let day: NaiveDate = "2031-03-15".parse().unwrap();
    app.sql(&format!("UPDATE meeting SET held_on = '2031-03-01', status = 'HELD', host_id = {secretariat} WHERE code = (SELECT min(code) FROM meeting WHERE NOT EXISTS (SELECT 1 FROM minutes WHERE meeting_id = meeting.id))")).await;
    app.sql("UPDATE bill SET is_closed = FALSE, stage_since = '2030-09-16', stage_since_precision = 'DAY' WHERE number = (SELECT min(number) FROM bill)").await;
    app.sql("UPDATE recommendation SET due_on = '2031-03-14', status = 'FORWARDED', addressee_id = (SELECT id FROM institution WHERE code = 'KIBO') WHERE code = (SELECT min(code) FROM recommendation)").await;
    app.sql("UPDATE appointment SET ends_on = '2031-04-14' WHERE id = (SELECT a.id FROM appointment a JOIN body b ON b.id = a.body_id WHERE b.code = 'POLICY_COUNCIL' ORDER BY a.position LIMIT 1)").await;
    // The clock is believed as long as something is written.
    assert_eq!(remind(&app.app.db, noon(day - Duration::days(1))).await.unwrap(), 0);
    assert_eq!(remind(&app.app.db, noon(day)).await.unwrap(), 4);
    assert_eq!(remind(&app.app.db, noon(day + Duration::days(1))).await.unwrap(), 0);
    let all = seen(&app, &operator).await;
    let mut told: Vec<Value> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            json!([
                row["reason"],
                row["type"],
                row["subject"]["__typename"],
                row["institution"]["code"],
                row["referenceOn"]
            ])
        })
        .collect();
    told.sort_by_key(Value::to_string);
    assert_eq!(
        told,
        [
            json!(["ANSWER_OVERDUE", "Recommendation", "Recommendation", "KIBO", "2031-03-14"]),
            json!(["BILL_STALLED", "Bill", "Bill", null, "2030-09-16"]),
            json!(["MINUTES_MISSING", "Meeting", "Meeting", own, "2031-03-01"]),
            json!(["TERM_ENDING", "Appointment", "Appointment", own, "2031-04-14"]),
        ]
    );
    let kibo = app.principal("KIBO", "program:read").await;
    let theirs = seen(&app, &kibo).await;
    assert_eq!(theirs.as_array().unwrap().len(), 1);
    assert_eq!(theirs[0]["reason"], "ANSWER_OVERDUE");
    // Once it is due on another day, that day is reminded of.
    app.sql("UPDATE recommendation SET due_on = '2031-03-16' WHERE due_on IS NOT NULL").await;
    assert_eq!(remind(&app.app.db, noon(day + Duration::days(2))).await.unwrap(), 1);
}

async fn two_servers_remind_once(place: Place) {
    let world = World::new(&place).await;
    let other = world.app.another().await;
    let found = world.find("KIBO", PROGRAMME, QUARTER).await.unwrap();
    let due: NaiveDate = found["dueOn"].as_str().unwrap().parse().unwrap();
    let now = noon(due - Duration::days(10));
    let (one, two) = tokio::join!(remind(&world.app.app.db, now), remind(&other.app.db, now));
    let rows = number(&world.app, "SELECT count(*) FROM reminder").await;
    assert_eq!(i64::try_from(one.unwrap() + two.unwrap()).unwrap(), rows);
    assert!(rows > 0);
}
