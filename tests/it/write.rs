//! The write path: version, idempotency, audit chain, change feed, all or nothing.

use aiplus::domain::principal::Principal;
use aiplus::error::Error;
use aiplus::service::ledger::chain_hash;
use aiplus::service::write::{Author, Created, Write};
use entity::{audit_event, change, topic};
use futures_util::future::join_all;
use sea_orm::{EntityTrait, PaginatorTrait, QueryOrder};
use serde_json::json;
use uuid::Uuid;

use crate::support::{Place, TestApp, now};
use crate::tests;

tests![
    a_key_creates_once,
    a_write_needs_the_version_it_saw,
    nobody_writes_unasked,
    what_is_not_committed_leaves_nothing,
    the_audit_is_a_chain_without_contact_data,
    writers_at_once_number_every_change_once,
];

fn author() -> Author<'static> {
    Author { principal: &Principal::System, request_id: "test", address: None, now: now() }
}

fn named(code: &str) -> topic::Model {
    serde_json::from_value(json!({
        "id": Uuid::nil(), "code": code, "name_ko": "멱등시험", "kind": "THEME", "visibility": "PUBLIC", "origin": "REPORTED",
        "version": 0, "created_at": now(), "updated_at": now(),
    }))
    .unwrap()
}

async fn create(app: &TestApp, code: &str, key: &str) -> Result<Created, Error> {
    let mut write = Write::begin(&app.db, author()).await?;
    let created = write.create::<topic::Entity>(named(code), key).await?;
    write.commit().await?;
    Ok(created)
}

async fn a_key_creates_once(place: Place) {
    let app = place.app().await;
    let changes = change::Entity::find().count(&app.db).await.unwrap();
    let first = create(&app, "TEST_A", "k1").await.unwrap();
    assert!(matches!(first, Created::New(_)));
    assert_eq!(create(&app, "TEST_A", "k1").await.unwrap(), Created::Known(first.id()));
    assert_eq!(create(&app, "TEST_B", "k1").await.unwrap(), Created::Differs(first.id()));
    assert_eq!(change::Entity::find().count(&app.db).await.unwrap(), changes + 1);
    let data = app.data("{ topics(where: { code: { startsWith: \"TEST_\" } }) { nodes { code version origin } } search(text: \"멱등시험\") { totalCount } }").await;
    assert_eq!(
        data["topics"]["nodes"],
        json!([{ "code": "TEST_A", "version": 1, "origin": "REPORTED" }])
    );
    assert_eq!(data["search"]["totalCount"], 1);
}

async fn a_write_needs_the_version_it_saw(place: Place) {
    let app = place.app().await;
    let id = create(&app, "TEST_A", "k1").await.unwrap().id();
    let rename = async |seen: i32, name: &'static str| {
        let mut write = Write::begin(&app.db, author()).await?;
        let version = write
            .update::<topic::Entity>(id, seen, |row| _ = row.insert("name_ko".into(), name.into()))
            .await?;
        write.commit().await?;
        Ok::<i32, Error>(version)
    };
    assert_eq!(rename(1, "둘째").await.unwrap(), 2);
    assert!(matches!(rename(1, "옛것").await, Err(Error::Conflict)));
    let data = app.data("{ topic(code: \"TEST_A\") { name { ko } version } }").await;
    assert_eq!(data["topic"], json!({ "name": { "ko": "둘째" }, "version": 2 }));
    let missing = Write::begin(&app.db, author())
        .await
        .unwrap()
        .update::<topic::Entity>(Uuid::now_v7(), 1, |_| ())
        .await;
    assert!(matches!(missing, Err(Error::NotFound)));
}

async fn nobody_writes_unasked(place: Place) {
    let app = place.app().await;
    let anonymous = Author { principal: &Principal::Anonymous, ..author() };
    let mut write = Write::begin(&app.db, anonymous).await.unwrap();
    assert!(matches!(
        write.create::<topic::Entity>(named("TEST_A"), "k1").await,
        Err(Error::SignedOut)
    ));
    drop(write);
    assert_eq!(app.refusal("{ topic(code: \"TEST_A\") { id } }").await, "NOT_FOUND");
}

async fn what_is_not_committed_leaves_nothing(place: Place) {
    let app = place.app().await;
    let audits = audit_event::Entity::find().count(&app.db).await.unwrap();
    let mut write = Write::begin(&app.db, author()).await.unwrap();
    write.create::<topic::Entity>(named("TEST_A"), "k1").await.unwrap();
    drop(write);
    assert!(matches!(create(&app, "TEST_A", "k1").await.unwrap(), Created::New(_)));
    assert_eq!(audit_event::Entity::find().count(&app.db).await.unwrap(), audits + 1);
}

async fn chain(app: &TestApp) -> Vec<audit_event::Model> {
    audit_event::Entity::find().order_by_asc(audit_event::Column::Seq).all(&app.db).await.unwrap()
}

fn verify(events: &[audit_event::Model]) {
    let mut previous = String::new();
    for (seq, event) in (1..).zip(events) {
        assert_eq!(event.seq, seq, "the chain has a gap");
        assert_eq!(event.previous_hash, previous, "event {seq} does not follow the one before");
        assert_eq!(event.hash, chain_hash(event).unwrap(), "event {seq} was changed");
        previous.clone_from(&event.hash);
    }
}

async fn the_audit_is_a_chain_without_contact_data(place: Place) {
    let app = place.app().await;
    let events = chain(&app).await;
    assert!(events.len() > 2000);
    verify(&events);
    let contact: Vec<&audit_event::Model> =
        events.iter().filter(|event| event.subject_type == "ContactPoint").collect();
    assert!(!contact.is_empty());
    for event in contact {
        let after: serde_json::Value =
            serde_json::from_str(event.after.as_deref().unwrap()).unwrap();
        assert_eq!(after["value"], "[redacted]");
    }
    let mut forged = events;
    forged[10].actor = "somebody".to_owned();
    assert_ne!(forged[10].hash, chain_hash(&forged[10]).unwrap());
}

async fn writers_at_once_number_every_change_once(place: Place) {
    let app = std::sync::Arc::new(place.app().await);
    let before = change::Entity::find().count(&app.db).await.unwrap();
    let writers = (0..24).map(|writer| {
        let app = app.clone();
        tokio::spawn(async move {
            for turn in 0..4 {
                // Two writers share each key, so each pair creates one row.
                let code = format!("TEST_{}_{turn}", writer / 2);
                create(&app, &code, &code).await.unwrap();
            }
        })
    });
    for writer in join_all(writers).await {
        writer.unwrap();
    }
    let changes =
        change::Entity::find().order_by_asc(change::Column::Seq).all(&app.db).await.unwrap();
    assert_eq!(changes.len() as u64, before + 48);
    assert!((1..).zip(&changes).all(|(seq, change)| change.seq == seq), "the feed has a gap");
    verify(&chain(&app).await);
}
