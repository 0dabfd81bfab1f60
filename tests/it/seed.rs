//! The data sets: loaded once, brought up to date, kept where somebody else has written.

use aiplus::database;
use aiplus::seed::{self, DataSet};
use entity::common::Origin;
use serde_json::json;

use crate::support::{Place, now};
use crate::tests;

tests![
    loading_again_writes_nothing,
    a_changed_fact_is_brought_up_to_date_unless_edited,
    a_broken_set_loads_nothing,
    every_fact_has_its_source,
    illustrations_are_marked_and_apart
];

fn changed(set: &DataSet) -> DataSet {
    let mut rows = set.rows.clone();
    let row = rows.iter_mut().find(|row| row.table == "institution" && row.key == "TIPA").unwrap();
    row.columns.insert("summary_ko".to_owned(), "고친 설명".into());
    DataSet { name: set.name, fingerprint: "changed".to_owned(), origin: Origin::Source, rows }
}

async fn loading_again_writes_nothing(place: Place) {
    let app = place.app().await;
    let set = seed::starting_set().unwrap();
    let version = app.data("{ feedbackStatistics { dataVersion } }").await;
    let again = seed::load(&app.db, &set, now(), |_, _| {}).await.unwrap();
    assert!(again.known);
    let renamed = DataSet { fingerprint: "other".to_owned(), ..seed::starting_set().unwrap() };
    let compared = seed::load(&app.db, &renamed, now(), |_, _| {}).await.unwrap();
    assert!(!compared.known);
    assert_eq!(
        (compared.total_created(), compared.updated, compared.kept),
        (0, 0, 0),
        "{compared:?}"
    );
    assert!(compared.unchanged > 1300);
    assert_eq!(app.data("{ feedbackStatistics { dataVersion } }").await, version);
}

async fn a_changed_fact_is_brought_up_to_date_unless_edited(place: Place) {
    let app = place.app().await;
    let set = changed(&seed::starting_set().unwrap());
    let summary = seed::load(&app.db, &set, now(), |_, _| {}).await.unwrap();
    assert_eq!((summary.total_created(), summary.updated, summary.kept), (0, 1, 0), "{summary:?}");
    let data = app.data("{ institution(code: \"TIPA\") { version summary { ko } } search(text: \"고친 설명\") { totalCount } }").await;
    assert_eq!(data["institution"], json!({ "version": 2, "summary": { "ko": "고친 설명" } }));
    assert_eq!(data["search"]["totalCount"], 1);
    // Once a person has written the row, a new set leaves it alone.
    app.unlock_audit().await;
    app.sql("UPDATE audit_event SET actor = 'client:1' WHERE action = 'update'").await;
    let mut again = seed::starting_set().unwrap();
    again.fingerprint = "back".to_owned();
    let summary = seed::load(&app.db, &again, now(), |_, _| {}).await.unwrap();
    assert_eq!((summary.updated, summary.kept), (0, 1), "{summary:?}");
}

async fn a_broken_set_loads_nothing(place: Place) {
    let db = database::connect(&place.empty().await, 2).await.unwrap();
    database::migrate(&db).await.unwrap();
    for (column, value, names) in [
        ("kind", json!("NO_SUCH_KIND"), "NO_SUCH_KIND"),
        ("no_such_column", json!("x"), "no_such_column"),
        ("founded", json!("someday"), "someday"),
        ("parent", json!("NOBODY"), "nowhere"),
    ] {
        let mut set = seed::starting_set().unwrap();
        let row = set
            .rows
            .iter_mut()
            .find(|row| row.table == "institution" && row.key == "TIPA")
            .unwrap();
        row.columns.insert(column.to_owned(), value);
        let error = seed::load(&db, &set, now(), |_, _| {}).await.unwrap_err().to_string();
        assert!(error.contains(names), "{error}");
    }
    let sound = seed::load(&db, &seed::starting_set().unwrap(), now(), |_, _| {}).await.unwrap();
    assert_eq!((sound.unchanged, sound.kept), (0, 0), "the broken sets left nothing behind");
}

async fn every_fact_has_its_source(place: Place) {
    let app = place.app().await;
    for list in [
        "institutions",
        "persons",
        "bodies",
        "meetings",
        "statements",
        "barriers",
        "recommendations",
        "policyPlans",
        "policyTasks",
        "bills",
        "observations",
        "activities",
    ] {
        let data = app
            .data(&format!("{{ all: {list} {{ totalCount }} uncited: {list}(where: {{ citations: {{ none: {{}} }} }}) {{ nodes {{ id ... on Node {{ __typename }} }} totalCount }} other: {list}(where: {{ origin: {{ ne: SOURCE }} }}) {{ totalCount }} }}"))
            .await;
        assert!(data["all"]["totalCount"].as_i64().unwrap() > 2, "{list}");
        assert_eq!(data["uncited"]["totalCount"], 0, "{list} without a citation: {data}");
        assert_eq!(data["other"]["totalCount"], 0, "{list}");
    }
    let kaia = app.data("{ institutions(where: { name: { ko: { contains: \"한국인공지능협회\" } } }) { nodes { code founded citations { nodes { document { code } } } } } }").await;
    let nodes = kaia["institutions"]["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 1, "one institution, however many sources name it");
    let mut documents: Vec<String> = nodes[0]["citations"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["document"]["code"].to_string())
        .collect();
    documents.sort();
    documents.dedup();
    assert_eq!(documents, ["\"S1\"", "\"S2\"", "\"S3\""]);
}

async fn illustrations_are_marked_and_apart(place: Place) {
    let app = place.app().await;
    let data = app
        .data(
            "{ cases: adoptionCases(where: { origin: { eq: ILLUSTRATIVE } }) { totalCount }
               facts: adoptionCaseStatistics { total } all: adoptionCaseStatistics(includeIllustrative: true) { total }
               outcomes(where: { origin: { ne: ILLUSTRATIVE } }) { totalCount } }",
        )
        .await;
    assert_eq!(
        data,
        json!({ "cases": { "totalCount": 300 }, "facts": { "total": 0 }, "all": { "total": 300 }, "outcomes": { "totalCount": 0 } })
    );
    for group in ["REGION", "INDUSTRY", "SIZE", "STAGE", "TECHNOLOGY", "APPLICATION"] {
        let data = app.data(&format!("{{ adoptionCaseStatistics(groupBy: {group}, includeIllustrative: true) {{ rows {{ count isHidden label {{ ko }} }} }} }}")).await;
        let rows = data["adoptionCaseStatistics"]["rows"].as_array().unwrap();
        assert!(rows.len() >= 4, "{group} covers {rows:?}");
    }
}
