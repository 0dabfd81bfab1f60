//! Migrations: up, down, up; foreign keys indexed; checks in the database; many starts at once.

use aiplus::app::{App, Progress};
use aiplus::config::DatabaseSettings;
use aiplus::database;
use aiplus::domain::principal::Principal;
use futures_util::future::join_all;
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use serde_json::Value;

use crate::support::{Place, access_settings};
use crate::tests;

tests![
    up_down_and_up_again,
    every_foreign_key_is_indexed,
    the_database_refuses_what_is_not_so,
    servers_that_start_at_once_load_once,
    what_was_counted_before_is_counted_after
];

async fn texts(db: &DatabaseConnection, sql: &str) -> Vec<String> {
    let statement = Statement::from_string(db.get_database_backend(), sql.to_owned());
    db.query_all_raw(statement)
        .await
        .unwrap()
        .iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .collect()
}

async fn tables(db: &DatabaseConnection) -> Vec<String> {
    let sql = match db.get_database_backend() {
        sea_orm::DbBackend::Postgres => {
            "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1"
        }
        _ => {
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY 1"
        }
    };
    texts(db, sql).await
}

async fn up_down_and_up_again(place: Place) {
    let db = database::connect(&place.empty().await, 2).await.unwrap();
    Migrator::up(&db, None).await.unwrap();
    let up = tables(&db).await;
    assert!(up.len() > 50 && up.contains(&"timeline_entry".to_owned()), "{up:?}");
    Migrator::down(&db, None).await.unwrap();
    assert_eq!(tables(&db).await, ["seaql_migrations"]);
    Migrator::up(&db, None).await.unwrap();
    assert_eq!(tables(&db).await, up);
    Migrator::up(&db, None).await.unwrap();
}

async fn every_foreign_key_is_indexed(place: Place) {
    let app = place.app().await;
    let sql = if app.is_postgres() {
        "SELECT c.conrelid::regclass::text || '.' || a.attname FROM pg_constraint c
           JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
          WHERE c.contype = 'f' AND NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1])"
    } else {
        "SELECT m.name || '.' || f.\"from\" FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f
          WHERE m.type = 'table' AND NOT EXISTS (SELECT 1 FROM pragma_index_list(m.name) l JOIN pragma_index_info(l.name) i
            WHERE i.seqno = 0 AND i.name = f.\"from\")"
    };
    assert_eq!(texts(&app.db, sql).await, Vec::<String>::new());
}

async fn the_database_refuses_what_is_not_so(place: Place) {
    let app = place.app().await;
    for sql in [
        "UPDATE meeting SET status = 'MAYBE'",
        "UPDATE meeting SET held_on = '2026-7'",
        "UPDATE meeting SET visibility = 'SECRET'",
        "UPDATE institution SET origin = 'GUESSED'",
        "UPDATE institution SET code = 'TIPA'",
        "DELETE FROM institution WHERE code = 'MSS'",
        "UPDATE agenda_item SET title_ko = NULL",
    ] {
        assert!(app.db.execute_unprepared(sql).await.is_err(), "the database took: {sql}");
    }
    assert!(
        app.db.execute_unprepared("UPDATE attendance SET visibility = 'COUNTS_ONLY'").await.is_ok()
    );
    let data = app.data("{ meetings(where: { heldOn: { eq: \"2024-03-28\" } }) { nodes { countedAttendance attendance { totalCount } } } }").await;
    let meeting = &data["meetings"]["nodes"][0];
    assert_eq!(meeting["attendance"]["totalCount"], 0);
    assert!(meeting["countedAttendance"].as_i64().unwrap() >= 11, "{meeting}");
}

struct Silent;

impl Progress for Silent {
    fn step(&mut self, _: &str) {}
}

async fn servers_that_start_at_once_load_once(place: Place) {
    let settings = DatabaseSettings {
        sqlite_synchronous: aiplus::database::Synchronous::Full,
        database_url: place.empty().await,
        database_read_url: None,
        database_read_lag: 10,
        database_connections: 2,
    };
    let folder = tempfile::TempDir::new().unwrap();
    let mut access = access_settings();
    access.signing_key_file = Some(folder.path().join("keys.pem"));
    let starts = (0..4).map(|_| {
        let (settings, access) = (settings.clone(), access.clone());
        tokio::spawn(async move {
            let serve = crate::support::settings();
            let (app, summary) = App::start(&settings, &access, &serve, &mut Silent).await.unwrap();
            app.close().await.unwrap();
            summary
        })
    });
    let summaries: Vec<_> = join_all(starts).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(summaries.iter().filter(|summary| !summary.known).count(), 1, "{summaries:?}");
    let db = database::connect(&settings.database_url, 2).await.unwrap();
    let count =
        texts(&db, "SELECT CAST(count(*) AS text) FROM institution WHERE code = 'TIPA'").await;
    assert_eq!(count, ["1"]);
}

/// A database of before the tallies: its statistics are what they were, and of several targets the newest stays.
async fn what_was_counted_before_is_counted_after(place: Place) {
    let app = place.app().await;
    let query = "{ submissionStatistics(groupBy: QUARTER, where: { quarter: { gte: \"2025-Q1\" } }, includeIllustrative: true) { \
        rows { keys { code } expected submitted onTime late accepted nil draft returned missing } } }";
    let statistics = async || {
        let answer = app.ask(&Principal::System, query, Value::Null).await;
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answer["data"].clone()
    };
    let before = statistics().await;
    assert_eq!(before["submissionStatistics"]["rows"].as_array().unwrap().len(), 7, "{before:#}");
    let names: Vec<String> =
        Migrator::migrations().iter().map(|one| one.name().to_owned()).collect();
    let at = names.iter().position(|name| name.ends_with("_tally")).unwrap();
    let steps = u32::try_from(names.len() - at).unwrap();
    Migrator::down(&app.db, Some(steps)).await.unwrap();
    let targets = texts(&app.db, "SELECT value FROM target ORDER BY id").await;
    assert!(!targets.is_empty());
    let key = if app.is_postgres() { "gen_random_uuid()" } else { "randomblob(16)" };
    app.sql(&format!(
        "INSERT INTO target (id, indicator_id, institution_id, quarter, value, scaled, visibility, origin, version, created_at, updated_at) \
         SELECT {key}, indicator_id, institution_id, quarter, '1', 1, visibility, origin, 1, created_at, '2020-01-01T00:00:00+00:00' FROM target"
    ))
    .await;
    aiplus::database::migrate(&app.db).await.unwrap();
    assert_eq!(texts(&app.db, "SELECT value FROM target ORDER BY id").await, targets);
    assert_eq!(statistics().await, before);
}
