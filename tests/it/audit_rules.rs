//! The chain outlives the code: what an earlier release wrote verifies, its keys count, and each event names the
//! rule of its hash; an update tells what it changed.

use std::sync::Arc;

use aiplus::database;
use aiplus::domain::principal::{Client, Institution, Principal, Scopes, Standing, Token};
use aiplus::error::Error;
use aiplus::input::Call;
use aiplus::service::audit::verify;
use aiplus::service::ledger::{HASH_VERSION, key_of_number};
use aiplus::service::write::{Author, Created, Write};
use chrono::DateTime;
use entity::api_client::RateTier;
use entity::{audit_event, topic};
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseConnection, EntityTrait, QueryOrder, Statement};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Place, now};
use crate::tests;

tests![what_the_first_rule_wrote_still_counts, an_update_tells_what_it_changed];

/// Rows as a release wrote them whose hashes were of the JSON of the whole row.
const WRITTEN: &str = include_str!("../fixtures/audit_rule_1.txt");

fn rows(kind: &str) -> Vec<Value> {
    let of_kind = WRITTEN.lines().filter_map(|line| line.strip_prefix(kind));
    of_kind.map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn bound(column: &str, value: &Value) -> sea_orm::Value {
    let text = value.as_str();
    match column {
        "seq" => value.as_i64().unwrap().into(),
        "at" => text.unwrap().parse::<DateTime<chrono::Utc>>().unwrap().into(),
        "id" | "client_id" | "institution_id" | "subject_id" => {
            text.map(|text| text.parse::<Uuid>().unwrap()).into()
        }
        _ => text.map(str::to_owned).into(),
    }
}

async fn insert(db: &DatabaseConnection, table: &str, row: &Value) {
    let row = row.as_object().unwrap();
    let names: Vec<String> = row.keys().map(|name| format!("\"{name}\"")).collect();
    let places: Vec<String> = (1..=row.len()).map(|at| format!("${at}")).collect();
    let sql = format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), places.join(", "));
    let values: Vec<_> = row.iter().map(|(column, value)| bound(column, value)).collect();
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    db.execute_raw(statement).await.unwrap();
}

fn client(id: Option<Uuid>) -> Principal {
    Principal::Client(Arc::new(Client {
        id,
        client_id: "tipa-0123456789abcdef".to_owned(),
        institution: Institution {
            id: Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0002),
            code: "TIPA".to_owned(),
            standing: Standing::Operator,
            leads: false,
        },
        scopes: Scopes::all(),
        tier: RateTier::Standard,
        token: Token {
            issuer: String::new(),
            id: String::new(),
            expires_at: DateTime::UNIX_EPOCH,
            generation: 0,
        },
        writes: entity::common::Origin::Reported,
    }))
}

fn model() -> topic::Model {
    serde_json::from_value(json!({
        "id": Uuid::nil(), "code": "FIXTURE", "kind": "THEME",
        "name_ko": "줄\n바꿈\t\"따옴표\" \\ 역/빗금 \u{1}\u{8}\u{c}\r\u{1f}\u{7f}\u{2028} 😀 é",
        "visibility": "PUBLIC", "origin": "REPORTED", "version": 0, "created_at": now(), "updated_at": now(),
    }))
    .unwrap()
}

async fn what_the_first_rule_wrote_still_counts(place: Place) {
    let db = database::connect(&place.empty().await, 4).await.unwrap();
    let last = Migrator::migrations()
        .iter()
        .position(|migration| migration.name() == "m20261125_000019_orders")
        .unwrap();
    Migrator::up(&db, Some(u32::try_from(last).unwrap() + 1)).await.unwrap();
    let events = rows("EVENT ");
    for event in &events {
        let mut row = event.clone();
        row["id"] = key_of_number(event["seq"].as_i64().unwrap()).to_string().into();
        insert(&db, "audit_event", &row).await;
    }
    for key in rows("KEY ") {
        insert(&db, "idempotency", &key).await;
    }
    let (count, hash) = (events.len(), events[events.len() - 1]["hash"].as_str().unwrap());
    db.execute_unprepared(&format!("UPDATE ledger SET audit_seq = {count}, audit_hash = '{hash}'"))
        .await
        .unwrap();

    database::migrate(&db).await.unwrap();
    let verdict = verify(&db, None).await.unwrap();
    assert_eq!((verdict.events, &*verdict.hash), (7, hash));
    assert_eq!(verdict.faults, []);

    // Keys used then are used now, for the same content and no other.
    let system =
        Author { principal: &Principal::System, request_id: "now", address: None, now: now() };
    let mut write = Write::begin(&db, system).await.unwrap();
    let known = write.create::<topic::Entity>(model(), "fixture-topic").await.unwrap();
    let id: Uuid = events[0]["subject_id"].as_str().unwrap().parse().unwrap();
    assert_eq!(known, Created::Known(id));
    let other = topic::Model { name_ko: "다른 것".to_owned(), ..model() };
    let differs = write.create::<topic::Entity>(other, "fixture-topic").await.unwrap();
    assert_eq!(differs, Created::Differs(id));
    drop(write);
    let caller = client(Some(Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0001)));
    let write = Write::begin(&db, Author { principal: &caller, ..system }).await.unwrap();
    // What was called for by the rule of before cannot be compared any more: it is not done again.
    let content = json!({ "b": [1, null, true], "a": "가\u{1}" });
    let call = Call::made("accept", (id, 1), "fixture-once", &content);
    let again = write.repeats::<topic::Entity>(&call, id).await;
    assert!(matches!(again, Err(Error::User(errors)) if errors[0].code == "KEY_REUSED"));
    drop(write);

    // What is written now follows by the rule of now; neither can pass for the other.
    let mut write = Write::begin(&db, Author { principal: &caller, ..system }).await.unwrap();
    write.create::<topic::Entity>(model(), "fixture-again").await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(verify(&db, None).await.unwrap().faults, []);
    let stored = audit_event::Entity::find().order_by_asc(audit_event::Column::Seq);
    let rules: Vec<i32> =
        stored.all(&db).await.unwrap().iter().map(|event| event.hash_version).collect();
    assert_eq!(rules, [vec![1; 7], vec![HASH_VERSION]].concat());
}

async fn an_update_tells_what_it_changed(place: Place) {
    let app = place.app().await;
    let caller = client(None);
    let author = Author { principal: &caller, request_id: "told", address: None, now: now() };
    let mut write = Write::begin(&app.db, author).await.unwrap();
    let id = write.create::<topic::Entity>(model(), "told-once").await.unwrap().id();
    write.commit().await.unwrap();
    let mut write = Write::begin(&app.db, author).await.unwrap();
    let rename = |row: &mut serde_json::Map<String, Value>| {
        row.insert("name_en".into(), "Told".into());
        row.insert("kind".into(), "THEME".into());
    };
    write.update::<topic::Entity>(id, 1, rename).await.unwrap();
    write.commit().await.unwrap();
    let query = "{ auditEvents(where: { requestId: { eq: \"told\" } }) { nodes { action before after hashVersion } } }";
    let auditor = app.principal("TIPA", "audit:read").await;
    let told = app.ask(&auditor, query, Value::Null).await["data"]["auditEvents"]["nodes"].clone();
    let side = |at: usize, side: &str| -> Value { told[at][side].clone() };
    // The last comes first.
    assert_eq!(side(0, "before"), json!({ "name_en": null, "version": 1 }), "{told:#}");
    assert_eq!(side(0, "after"), json!({ "name_en": "Told", "version": 2 }));
    assert_eq!((side(1, "before"), &side(1, "after")["code"]), (Value::Null, &json!("FIXTURE")));
    assert_eq!(told[0]["hashVersion"], HASH_VERSION);
}
