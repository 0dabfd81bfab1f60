//! What is forgotten after its time, and what is told of it.

use aiplus::config::RetentionSettings;
use aiplus::service::audit;
use aiplus::service::retention::{Forgotten, forget};
use chrono::{DateTime, Duration, Utc};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::subscription::{code, write};
use crate::support::results::{QUARTER, World, key};
use crate::support::{Place, TestApp, now, settings};
use crate::tests;
use crate::wire::{call, post, router, with};

tests![nothing_is_forgotten_by_default, old_changes_are_forgotten, old_keys_are_forgotten];

async fn count(app: &TestApp, sql: &str) -> i64 {
    let statement = Statement::from_string(app.db.get_database_backend(), sql.to_owned());
    app.db.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

async fn changes(app: &TestApp, arguments: &str) -> Value {
    let fields = "nodes { subject { ... on Topic { code } } } pageInfo { startCursor endCursor }";
    app.query(&format!("{{ changes({arguments}) {{ {fields} }} }}")).await
}

/// Makes what was written so far older by so many days.
async fn age(app: &TestApp, table: &str, days: i64) {
    let at = now() - Duration::days(days);
    let set = format!("UPDATE {table} SET at = $1");
    let set = Statement::from_sql_and_values(app.db.get_database_backend(), set, [at.into()]);
    app.db.execute_raw(set).await.unwrap();
}

async fn nothing_is_forgotten_by_default(place: Place) {
    let app = place.app().await;
    let far: DateTime<Utc> = now() + Duration::days(36_000);
    let before = count(&app, "SELECT count(*) FROM change").await;
    let forgotten = forget(&app.db, far, &settings().retention).await.unwrap();
    assert_eq!(forgotten, Forgotten::default());
    assert_eq!(count(&app, "SELECT count(*) FROM change").await, before);
}

async fn old_changes_are_forgotten(place: Place) {
    let app = place.app().await;
    let start = changes(&app, "first: 1").await["data"]["changes"]["pageInfo"]["endCursor"].clone();
    write(&app, 0..2, "PUBLIC").await;
    let old = changes(&app, "last: 1").await["data"]["changes"]["pageInfo"]["endCursor"].clone();
    age(&app, "change", 31).await;
    write(&app, 2..5, "PUBLIC").await;
    let keep = RetentionSettings { keep_changes: 30, keep_keys: 0 };
    let all = count(&app, "SELECT count(*) FROM change").await;
    assert!(all > 1_000, "{all}");
    // Two servers at once.
    let (one, two) = tokio::join!(forget(&app.db, now(), &keep), forget(&app.db, now(), &keep));
    let (one, two) = (one.unwrap(), two.unwrap());
    let forgotten = (one.changes + two.changes, one.keys + two.keys);
    assert_eq!(forgotten, (u64::try_from(all - 3).unwrap(), 0));
    // What is there is told as before; who missed nothing goes on, who missed something is told so.
    let codes = |page: &Value| -> Vec<Value> {
        let nodes =
            page["data"]["changes"]["nodes"].as_array().unwrap_or_else(|| panic!("{page:#}"));
        nodes.iter().map(|node| node["subject"]["code"].clone()).collect()
    };
    let rest = [code(2), code(3), code(4)];
    for arguments in ["first: 10".to_owned(), "last: 10".to_owned(), format!("after: {old}")] {
        assert_eq!(codes(&changes(&app, &arguments).await), rest, "{arguments}");
    }
    let late = changes(&app, &format!("after: {start}")).await;
    let error = &late["errors"][0]["extensions"];
    assert_eq!((&error["code"], &error["path"]), (&json!("CURSOR_EXPIRED"), &json!(["after"])));
    let subscribe = format!("subscription {{ changes(after: {start}) {{ cursor }} }}");
    let asked = post(None, &json!({ "query": subscribe }));
    let refused =
        call(&router(&app, &settings()), with(asked, &[("accept", "text/event-stream")])).await;
    assert!(
        String::from_utf8_lossy(&refused.body).contains("CURSOR_EXPIRED"),
        "{:?}",
        refused.body
    );
    // The last one stays, however old it is, and the audit tells what was done.
    age(&app, "change", 31).await;
    assert_eq!(forget(&app.db, now(), &keep).await.unwrap().changes, 2);
    assert_eq!(codes(&changes(&app, "first: 10").await), [code(4)]);
    assert_eq!(forget(&app.db, now(), &keep).await.unwrap(), Forgotten::default());
    // Where the last one is hidden, statistics tell no version that there was when nothing was known.
    let version = async || {
        let told = app.data("{ feedbackStatistics(groupBy: TOPIC) { dataVersion } }").await;
        told["feedbackStatistics"]["dataVersion"].as_i64().unwrap()
    };
    let before = version().await;
    write(&app, 5..6, "INTERNAL").await;
    assert_eq!((version().await, before != 0), (before, true));
    age(&app, "change", 31).await;
    assert_eq!(forget(&app.db, now(), &keep).await.unwrap().changes, 1);
    assert_eq!(codes(&changes(&app, "first: 10").await), [] as [Value; 0]);
    assert_ne!(version().await, 0);
    let told = "SELECT count(*) FROM audit_event WHERE action = 'changes.forget'";
    assert!(count(&app, told).await >= 2);
    assert_eq!(audit::verify(&app.db, None).await.unwrap().faults, []);
}

async fn old_keys_are_forgotten(place: Place) {
    let world = World::new(&place).await;
    let target = |value: &str, key: &str| json!({ "programme": "T_AI", "indicator": "COMPANIES", "quarter": QUARTER, "value": value, "idempotencyKey": key });
    let (one, two) = (key(), key());
    world.done(&world.lead, "setTarget", target("10", &one)).await;
    age(&world.app, "idempotency", 8).await;
    world.done(&world.lead, "setTarget", target("20", &two)).await;
    let of_sets = "SELECT count(*) FROM idempotency WHERE actor = 'system'";
    let sets = count(&world.app, of_sets).await;
    let keep = RetentionSettings { keep_changes: 0, keep_keys: 7 };
    let forgotten = forget(&world.app.db, now(), &keep).await.unwrap();
    assert!(forgotten.keys > 0 && forgotten.changes == 0, "{forgotten:?}");
    assert_eq!(count(&world.app, of_sets).await, sets);
    // The newer key is known still: its call does nothing more; the older one's is a new call.
    world.done(&world.lead, "setTarget", target("20", &two)).await;
    let again = world.done(&world.lead, "setTarget", target("10", &one)).await;
    assert_eq!(again["target"]["value"], "10");
    let set = aiplus::seed::starting_set().unwrap();
    assert!(aiplus::seed::load(&world.app.db, &set, now(), |_, _| {}).await.unwrap().known);
}
