//! The data sets: loaded once, brought up to date, kept where somebody else has written.

use std::collections::BTreeSet;

use aiplus::database;
use aiplus::domain::principal::Principal;
use aiplus::seed::{self, DataSet};
use aiplus::service::audit::verify;
use aiplus::service::submission::quarter;
use chrono::Duration;
use entity::common::Origin;
use serde_json::{Value, json};

use crate::support::acting::{done, number};
use crate::support::{Place, TestApp, now};
use crate::tests;

tests![
    loading_again_writes_nothing,
    a_changed_fact_is_brought_up_to_date_unless_edited,
    what_left_the_set_is_deleted_and_comes_back,
    what_left_the_set_stays_if_edited_or_named,
    what_somebody_put_on_record_first_stays_theirs,
    topics_that_left_a_row_are_taken_off,
    a_broken_set_loads_nothing,
    every_fact_has_its_source,
    illustrations_are_marked_and_apart,
    illustrative_results_are_marked_and_apart,
    illustrative_results_show_every_state,
    illustrative_results_are_loaded_once,
    figures_put_right_are_known_as_they_were,
    a_made_up_year_is_whole_marked_and_apart,
    a_made_up_year_is_played_once
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

/// The starting set with two institutions more, the second part of the first, and a meeting of the second.
fn with_more(fingerprint: &str) -> DataSet {
    let mut set = seed::starting_set().unwrap();
    for (table, like, key, parent) in [
        ("institution", "TIPA", "LEAVING_1", None),
        ("institution", "TIPA", "LEAVING_2", Some(("parent", "LEAVING_1"))),
        ("meeting", "SEOUL_2023_AI", "LEAVING_3", Some(("host", "LEAVING_2"))),
    ] {
        let found = set.rows.iter().find(|row| row.table == table && row.key == like);
        let mut row = found.unwrap().clone();
        row.key = key.to_owned();
        row.columns.insert("code".to_owned(), key.into());
        if let Some((column, parent)) = parent {
            row.columns.insert(column.to_owned(), parent.into());
        }
        set.rows.push(row);
    }
    fingerprint.clone_into(&mut set.fingerprint);
    set
}

fn without(fingerprint: &str) -> DataSet {
    DataSet { fingerprint: fingerprint.to_owned(), ..seed::starting_set().unwrap() }
}

const LEAVING: &str =
    "{ one: institution(code: \"LEAVING_1\") { id version citations { totalCount } }
      two: institution(code: \"LEAVING_2\") { id version parent { code } }
      three: meeting(code: \"LEAVING_3\") { id version host { code } topics { totalCount } } }";

async fn what_left_the_set_is_deleted_and_comes_back(place: Place) {
    let app = place.app().await;
    let facts = app.data("{ institutions { totalCount } meetings { totalCount } }").await;
    seed::load(&app.db, &with_more("more"), now(), |_, _| {}).await.unwrap();
    let there = app.data(LEAVING).await;
    let end = app.data("{ changes(last: 1) { pageInfo { endCursor } } }").await;
    let end = end["changes"]["pageInfo"]["endCursor"].clone();

    let summary = seed::load(&app.db, &without("less"), now(), |_, _| {}).await.unwrap();
    assert!(summary.deleted > 3, "rows and their citations: {summary:?}");
    assert_eq!((summary.total_created(), summary.updated, summary.kept), (0, 0, 0), "{summary:?}");
    assert_eq!(app.data("{ institutions { totalCount } meetings { totalCount } }").await, facts);
    let gone = app.ask(&Principal::Anonymous, LEAVING, Value::Null).await;
    assert_eq!(gone["data"], json!({ "one": null, "two": null, "three": null }), "{gone}");
    let found = app.data("{ search(text: \"LEAVING_1\") { totalCount } }").await;
    assert_eq!(found["search"]["totalCount"], 0);
    let query = format!(
        "{{ changes(first: 100, after: {end}) {{ nodes {{ kind type version subject {{ id }} }} }} }}"
    );
    let changes = app.data(&query).await;
    let told = |ty: &str| {
        let nodes = changes["changes"]["nodes"].as_array().unwrap();
        nodes.iter().filter(|node| node["type"] == ty).cloned().collect::<Vec<_>>()
    };
    let deleted = json!({ "kind": "DELETED", "version": 2, "subject": null });
    let of = |ty: &str| {
        let mut node = deleted.clone();
        node["type"] = ty.into();
        node
    };
    assert_eq!(told("Meeting"), [of("Meeting")]);
    assert_eq!(told("Institution"), [of("Institution"), of("Institution")]);
    assert!(told("Citation").iter().all(|node| *node == of("Citation")));
    let operator = app.principal("MSS", "audit:read").await;
    let query = "{ auditEvents(where: { action: { eq: \"delete\" } }) { totalCount } }";
    let audit = app.ask(&operator, query, Value::Null).await;
    assert_eq!(audit["data"]["auditEvents"]["totalCount"], summary.deleted, "{audit}");
    assert!(verify(&app.db, None).await.unwrap().faults.is_empty());

    // Back in the set, they are the rows they were.
    let summary = seed::load(&app.db, &with_more("again"), now(), |_, _| {}).await.unwrap();
    assert_eq!((summary.updated, summary.kept, summary.deleted), (0, 0, 0), "{summary:?}");
    let back = app.data(LEAVING).await;
    for row in ["one", "two", "three"] {
        assert_eq!(back[row]["id"], there[row]["id"]);
        assert_eq!(back[row]["version"], 3);
    }
    assert_eq!(back["one"]["citations"], there["one"]["citations"]);
    assert_eq!(back["three"]["topics"], there["three"]["topics"]);
    let again = seed::load(&app.db, &with_more("once more"), now(), |_, _| {}).await.unwrap();
    assert_eq!((again.total_created(), again.updated, again.kept), (0, 0, 0), "{again:?}");
}

async fn what_left_the_set_stays_if_edited_or_named(place: Place) {
    let app = place.app().await;
    seed::load(&app.db, &with_more("more"), now(), |_, _| {}).await.unwrap();
    let there = app.data(LEAVING).await;
    app.unlock_audit().await;
    app.sql("UPDATE audit_event SET actor = 'client:1' WHERE subject_id = (SELECT id FROM institution WHERE code = 'LEAVING_2')").await;
    let summary = seed::load(&app.db, &without("less"), now(), |_, _| {}).await.unwrap();
    // The edited one, and the one that it is part of.
    assert_eq!(summary.kept, 2, "{summary:?}");
    let query = format!("{} }}", LEAVING.split("three:").next().unwrap());
    let left = app.data(&query).await;
    assert_eq!(left["one"], there["one"], "with its citations");
    assert_eq!(left["two"], there["two"]);
    let gone =
        app.data("{ meetings(where: { code: { eq: \"LEAVING_3\" } }) { totalCount } }").await;
    assert_eq!(gone["meetings"]["totalCount"], 0);
}

async fn what_somebody_put_on_record_first_stays_theirs(place: Place) {
    let app = place.app().await;
    let operator = app.principal("TIPA", "program:read content:write").await;
    let own =
        json!({ "code": "LEAVING_1", "name": { "ko": "먼저 등록한 기관" }, "kind": "STARTUP" });
    done(&app, &operator, "createInstitution", "", own).await;
    // A release brings an institution of that code: what is on record stays, and what names it names that.
    for fingerprint in ["more", "again"] {
        let summary = seed::load(&app.db, &with_more(fingerprint), now(), |_, _| {}).await.unwrap();
        assert_eq!(summary.created.get("institution"), (fingerprint == "more").then_some(&1));
    }
    let found = "{ one: institution(code: \"LEAVING_1\") { name { ko } citations { totalCount } } two: institution(code: \"LEAVING_2\") { parent { name { ko } } } }";
    let found = app.data(found).await;
    assert_eq!(found["one"]["name"]["ko"], "먼저 등록한 기관", "{found:#}");
    assert_eq!(found["two"]["parent"], json!({ "name": { "ko": "먼저 등록한 기관" } }));
    assert_ne!(found["one"]["citations"]["totalCount"], 0);
}

async fn topics_that_left_a_row_are_taken_off(place: Place) {
    let app = place.app().await;
    let topics = "{ meeting(code: \"SEOUL_2023_AI\") { topics { totalCount nodes { code } } } }";
    let before = app.data(topics).await;
    let mut set = without("fewer topics");
    let row = set.rows.iter_mut().find(|row| row.key == "SEOUL_2023_AI").unwrap();
    row.topics.retain(|topic| topic != "PRIVACY");
    seed::load(&app.db, &set, now(), |_, _| {}).await.unwrap();
    let after = app.data(topics).await;
    let count = |data: &Value| data["meeting"]["topics"]["totalCount"].as_i64().unwrap();
    assert_eq!(count(&after), count(&before) - 1, "{after}");
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
    let kaia = app.data("{ institutions(where: { name: { ko: { contains: \"한국인공지능협회\" } } }) { nodes { code foundedOn citations { nodes { document { code } } } } } }").await;
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
               facts: adoptionCaseStatistics { total { count } } all: adoptionCaseStatistics(includeIllustrative: true) { total { count } }
               outcomes(where: { origin: { ne: ILLUSTRATIVE } }) { totalCount } }",
        )
        .await;
    assert_eq!(
        data,
        json!({ "cases": { "totalCount": 300 }, "facts": { "total": { "count": 0 } }, "all": { "total": { "count": 300 } }, "outcomes": { "totalCount": 0 } })
    );
    for group in ["REGION", "INDUSTRY", "SIZE", "STAGE", "TECHNOLOGY", "APPLICATION"] {
        let data = app.data(&format!("{{ adoptionCaseStatistics(groupBy: {group}, includeIllustrative: true) {{ rows {{ count keys {{ label {{ ko }} }} }} }} }}")).await;
        let rows = data["adoptionCaseStatistics"]["rows"].as_array().unwrap();
        assert!(rows.len() >= 4, "{group} covers {rows:?}");
    }
}

/// A reviewer of the secretariat asks.
async fn reviewed(app: &TestApp, query: &str) -> Value {
    let reviewer = app.principal("TIPA", "program:read results:review").await;
    let answer = app.ask(&reviewer, query, Value::Null).await;
    assert!(answer.get("errors").is_none(), "{query}\n{answer:#}");
    answer["data"].clone()
}

async fn illustrative_results_are_marked_and_apart(place: Place) {
    let app = place.app().await;
    for (list, rows) in [
        ("programmes", 2),
        ("indicators", 14),
        ("targets", 48),
        ("validationRules", 5),
        ("obligations", 8),
        ("periods", 8),
        ("submissions", 59),
    ] {
        let data = reviewed(&app, &format!("{{ all: {list} {{ totalCount }} facts: {list}(where: {{ origin: {{ ne: ILLUSTRATIVE }} }}) {{ totalCount }} }}")).await;
        assert_eq!(data["all"]["totalCount"], rows, "{list}");
        assert_eq!(data["facts"]["totalCount"], 0, "{list}");
    }
    // Days off are facts.
    let days = app.data("{ all: holidays { totalCount } facts: holidays(where: { origin: { eq: SOURCE } }) { totalCount } }").await;
    assert_eq!(days["all"], days["facts"]);
    let data = reviewed(
        &app,
        r#"{
            facts: submissionStatistics(where: { quarter: { gte: "2024-Q4" } }) { rows { count } total { expected submitted } }
            all: submissionStatistics(where: { quarter: { gte: "2024-Q4" } }, includeIllustrative: true) { total { expected submitted } }
            series: indicatorSeries(programme: "AI_VOUCHER", indicator: "COMPANIES_SUPPORTED", from: "2024-Q4") { points { value target } }
            shown: indicatorSeries(programme: "AI_VOUCHER", indicator: "COMPANIES_SUPPORTED", from: "2024-Q4", includeIllustrative: true) { points { quarter value target } }
        }"#,
    )
    .await;
    assert_eq!(data["facts"], json!({ "rows": [], "total": { "expected": 0, "submitted": 0 } }));
    assert_eq!(data["all"]["total"], json!({ "expected": 59, "submitted": 55 }));
    assert_eq!(data["series"]["points"], json!([]));
    let points = data["shown"]["points"].as_array().unwrap();
    assert_eq!(points.len(), 8, "a figure each quarter: {points:?}");
    assert!(points.iter().all(|point| !point["value"].is_null() && !point["target"].is_null()));
}

async fn illustrative_results_show_every_state(place: Place) {
    let app = place.app().await;
    let states = async |quarter: &str| {
        let query = format!(
            "{{ submissions(first: 100, where: {{ quarter: {{ eq: \"{quarter}\" }} }}) {{ nodes {{ status }} }} }}"
        );
        let data = reviewed(&app, &query).await;
        let nodes = data["submissions"]["nodes"].as_array().unwrap().clone();
        let mut states: Vec<String> =
            nodes.iter().map(|node| node["status"].as_str().unwrap().to_owned()).collect();
        states.sort();
        states.join(" ")
    };
    assert_eq!(states("2024-Q4").await, ["FINAL"; 7].join(" "));
    // One that nobody handed in.
    assert_eq!(states("2025-Q3").await, format!("{} NOT_STARTED", ["FINAL"; 7].join(" ")));
    assert_eq!(states("2026-Q2").await, format!("{} RETURNED", ["ACCEPTED"; 6].join(" ")));
    assert_eq!(
        states("2026-Q3").await,
        "ACCEPTED DRAFT DRAFT NOT_STARTED RETURNED SUBMITTED SUBMITTED"
    );
    let data = reviewed(
        &app,
        r#"{
            nil: submissions(where: { isNil: { eq: true } }) { nodes { quarter institution { code } } }
            late: submissions(where: { isOnTime: { eq: false } }) { totalCount }
            broken: submissions(where: { quarter: { eq: "2026-Q3" }, status: { eq: DRAFT }, institution: { code: { eq: "SEMAS" } }, programme: { code: { eq: "AI_VOUCHER" } } }) { nodes { id locksOn } }
            returned: submissions(where: { quarter: { eq: "2026-Q3" }, status: { eq: RETURNED } }) { nodes { comments { nodes { cell message } } } }
        }"#,
    )
    .await;
    assert_eq!(
        data["nil"]["nodes"],
        json!([{ "quarter": "2024-Q4", "institution": { "code": "KIBO" } }])
    );
    assert_eq!(data["late"]["totalCount"], 5);
    assert_eq!(data["returned"]["nodes"][0]["comments"]["nodes"].as_array().unwrap().len(), 3);
    let broken = &data["broken"]["nodes"][0];
    assert!(broken["locksOn"].as_str().unwrap() > "2026-11-22", "a draft can be tried out");
    let query =
        format!("{{ submissionCheck(id: {}) {{ errorCount problems {{ rule }} }} }}", broken["id"]);
    let check = reviewed(&app, &query).await;
    let problems: Vec<&str> = check["submissionCheck"]["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| problem["rule"].as_str().unwrap())
        .collect();
    assert_eq!(problems, ["EXECUTED_WITHIN_ALLOCATED", "OUTLIER", "OUTLIER", "SUPPORTED_JUMP"]);
    // What is published has one of each, too: two institutions alone asked companies at first, and nobody before them.
    let published = app
        .data(r#"{ statisticsCells(where: { table: { eq: TOTAL }, indicator: { code: { eq: "COST_SAVING" } } }) { nodes { quarter state } } }"#)
        .await;
    let published: Vec<String> = published["statisticsCells"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cell| format!("{} {}", cell["quarter"], cell["state"]).replace('"', ""))
        .collect();
    assert_eq!(
        published,
        [
            "2026-Q1 SHOWN",
            "2025-Q4 SHOWN",
            "2025-Q3 SHOWN",
            "2025-Q2 SHOWN",
            "2025-Q1 WITHHELD",
            "2024-Q4 NOT_REPORTED"
        ]
    );
}

async fn illustrative_results_are_loaded_once(place: Place) {
    let app = place.app().await;
    let before = verify(&app.db, None).await.unwrap();
    assert!(before.faults.is_empty(), "{:?}", before.faults);
    // In the next quarter as well: what is there is somebody's by now.
    for later in [0, 90] {
        let again = seed::demo_results::load(&app.db, now() + Duration::days(later), |_, _| {})
            .await
            .unwrap()
            .unwrap();
        assert!(again.known);
    }
    assert_eq!(verify(&app.db, None).await.unwrap(), before);
    // Broken off before it was noted, it is taken up again, and nothing happens twice.
    app.sql("DELETE FROM data_set WHERE name = 'demo-results'").await;
    let again = seed::demo_results::load(&app.db, now(), |_, _| {}).await.unwrap().unwrap();
    assert!(!again.known);
    assert_eq!(verify(&app.db, None).await.unwrap(), before);
    // The quarter after the last is as made up as those who are to report for it.
    assert_eq!(quarter::open_due(&app.db, now()).await.unwrap(), 0);
    assert_eq!(quarter::open_due(&app.db, now() + Duration::days(45)).await.unwrap(), 1);
    let data = app
        .data("{ periods(where: { quarter: { eq: \"2026-Q4\" } }) { nodes { state origin } } }")
        .await;
    assert_eq!(data["periods"]["nodes"], json!([{ "state": "OPEN", "origin": "ILLUSTRATIVE" }]));
    // Where somebody reports in earnest, nothing is made up.
    app.sql("DELETE FROM data_set WHERE name = 'demo-results'").await;
    app.sql("UPDATE obligation SET origin = 'REPORTED' WHERE ends_on IS NOT NULL").await;
    assert_eq!(seed::demo_results::load(&app.db, now(), |_, _| {}).await.unwrap(), None);
}

async fn figures_put_right_are_known_as_they_were(place: Place) {
    let app = place.app().await;
    let figure = async |known_at: &str| {
        let query = format!(
            "{{ indicatorSeries(programme: \"AI_VOUCHER\", indicator: \"BUDGET_EXECUTED\", institution: \"KOSME\", from: \"2025-Q1\", to: \"2025-Q1\", knownAt: \"{known_at}\", includeIllustrative: true) {{ points {{ value }} }} }}"
        );
        let data = reviewed(&app, &query).await;
        let value = &data["indicatorSeries"]["points"][0]["value"];
        value.as_str().unwrap().parse::<i64>().unwrap()
    };
    let (first, now) = (figure("2026-01-01T00:00:00Z").await, figure("2026-11-01T00:00:00Z").await);
    assert_eq!(first - now, 120_000_000);
    let seen = app.ask(&Principal::Anonymous, "{ submissions { totalCount } }", Value::Null).await;
    assert!(seen["data"]["submissions"]["totalCount"].as_i64().is_none_or(|count| count == 0));
}

/// What the real bodies and everybody's figures say where illustrations are left out.
const APART: &str = "{
    feedbackStatistics(groupBy: ADDRESSEE) { total { raised answered } rows { raised keys { code } } }
    billStatistics { total { count stalled } }
    bodies(where: { origin: { eq: SOURCE } }) { nodes { code filledSeats series { nodes { code record { expected held missed meetingsOnRecord } } } } }
    meetings(where: { origin: { eq: SOURCE } }) { totalCount }
    institutions(first: 100, where: { origin: { eq: SOURCE } }) { nodes { code version region { code } } }
}";

async fn a_made_up_year_is_whole_marked_and_apart(place: Place) {
    let app = place.app_without_results().await;
    let before = app.data(APART).await;
    seed::demo_programme::load(&app.db, now(), |_, _| {}).await.unwrap().unwrap();
    assert_eq!(app.data(APART).await, before);
    let facts = aiplus::graphql::catalog().types().iter().filter(|ty| ty.is_fact);
    let mut marked = 0;
    for ty in facts {
        let count = async |origin| {
            number(&app, &format!("SELECT count(*) FROM {} WHERE origin = '{origin}'", ty.table))
                .await
        };
        assert_eq!(count("REPORTED").await, 0, "{}", ty.name);
        marked += i64::from(count("ILLUSTRATIVE").await > 0);
    }
    assert!(marked > 30, "kinds of rows: {marked}");
    // Whoever reads one is told in both languages.
    for list in ["meetings", "recommendations", "bills", "opinionRounds", "policyPlans", "bodies"] {
        let title = if list == "bodies" { "title: name" } else { "title" };
        let query = format!(
            "{{ of: {list}(first: 100, where: {{ origin: {{ eq: ILLUSTRATIVE }} }}) {{ nodes {{ {title} {{ ko en }} }} }} }}"
        );
        let data = app.data(&query).await;
        let nodes = data["of"]["nodes"].as_array().unwrap();
        assert!(!nodes.is_empty(), "{list}");
        for node in nodes {
            assert!(node["title"]["ko"].as_str().unwrap().starts_with("(예시)"), "{node}");
            assert!(node["title"]["en"].as_str().unwrap().starts_with("(Illustration)"), "{node}");
        }
    }
    shows_every_state(&app).await;
}

/// Whether a made-up year has something to show of each kind.
async fn shows_every_state(app: &TestApp) {
    let operator = app.principal("TIPA", "program:read content:write").await;
    let counts = async |list: &str, field: &str, codes: &[&str]| {
        let counted: Vec<String> = codes
            .iter()
            .map(|code| format!("{code}: {list}(where: {{ origin: {{ eq: ILLUSTRATIVE }}, {field}: {{ eq: {code} }} }}) {{ totalCount }}"))
            .collect();
        let query = format!("{{ {} }}", counted.join(" "));
        let answer = app.ask(&operator, &query, Value::Null).await;
        let count = |code: &&str| answer["data"][code]["totalCount"].as_i64().unwrap_or(-1);
        codes.iter().map(count).collect::<Vec<_>>()
    };
    let meetings = ["PLANNED", "HELD", "POSTPONED", "CANCELLED"];
    assert_eq!(counts("meetings", "status", &meetings).await, [4, 10, 1, 1]);
    let states = ["RAISED", "FORWARDED", "ANSWERED", "IN_DELIVERY", "DELIVERED", "CLOSED"];
    assert_eq!(counts("recommendations", "status", &states).await, [1, 5, 7, 4, 9, 3]);
    let states = ["DRAFT", "SUBMITTED", "RETURNED", "VERIFIED", "WITHDRAWN"];
    assert_eq!(counts("adoptionCases", "status", &states).await, [1, 2, 1, 1, 1]);
    assert_eq!(counts("opinionRounds", "status", &["OPEN", "CLOSED"]).await, [1, 1]);
    let data = app
        .data(
            r#"{
                feedbackStatistics(groupBy: [ADDRESSEE, RAISED_QUARTER], includeIllustrative: true, where: { origin: { eq: ILLUSTRATIVE } }) {
                    total { raised answered answeredOnTime { part base } delivered withEffect overdue }
                    rows { keys { code } }
                }
                effects(where: { origin: { eq: ILLUSTRATIVE } }, first: 100) { nodes { kind } }
                way: bill(number: "DEMO-BILL-1") { stage isStalled(days: 180) events { totalCount } }
                still: bill(number: "DEMO-BILL-2") { stage isStalled(days: 180) events { totalCount } }
                body(code: "DEMO_COUNCIL") {
                    seats filledSeats expiringSeats(days: 92)
                    series { nodes { code record { expected held missed notOnRecord } } }
                }
                opinionRounds(where: { status: { eq: CLOSED } }) { nodes { responses { totalCount } } }
            }"#,
        )
        .await;
    assert_eq!(
        data["feedbackStatistics"]["total"],
        json!({
            "raised": 27, "answered": 22, "answeredOnTime": { "part": 18, "base": 21 },
            "delivered": 9, "withEffect": 9, "overdue": 4,
        })
    );
    let rows = data["feedbackStatistics"]["rows"].as_array().unwrap();
    let keys = |at: usize| rows.iter().map(move |row| row["keys"][at]["code"].as_str().unwrap());
    assert!(keys(0).collect::<BTreeSet<_>>().len() >= 6, "addressees: {rows:?}");
    let quarters = ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"];
    assert_eq!(keys(1).collect::<BTreeSet<_>>(), BTreeSet::from(quarters));
    let kinds = data["effects"]["nodes"].as_array().unwrap().iter();
    let kinds: BTreeSet<&str> = kinds.map(|node| node["kind"].as_str().unwrap()).collect();
    for kind in ["GUIDELINE", "SUBORDINATE_RULE", "SANDBOX_PERMIT", "SUPPORT", "POLICY_TASK"] {
        assert!(kinds.contains(kind), "{kind}: {kinds:?}");
    }
    let bill = |stage, stalled, events| json!({ "stage": stage, "isStalled": stalled, "events": { "totalCount": events } });
    assert_eq!(data["way"], bill("COMMITTEE_DECIDED", false, 9));
    assert_eq!(data["still"], bill("COMMITTEE_RECEIVED", true, 2));
    let record = |code, expected, held, missed| json!({ "code": code, "record": { "expected": expected, "held": held, "missed": missed, "notOnRecord": 0 } });
    let series = [record("DEMO_PLENARY", 4, 4, 0), record("DEMO_WORKING", 8, 6, 2)];
    assert_eq!(
        data["body"],
        json!({ "seats": 10, "filledSeats": 8, "expiringSeats": 1, "series": { "nodes": series } })
    );
    assert_eq!(data["opinionRounds"]["nodes"], json!([{ "responses": { "totalCount": 7 } }]));
}

async fn a_made_up_year_is_played_once(place: Place) {
    let app = place.app_without_results().await;
    seed::demo_programme::load(&app.db, now(), |_, _| {}).await.unwrap().unwrap();
    let before = verify(&app.db, None).await.unwrap();
    assert!(before.faults.is_empty(), "{:?}", before.faults);
    // In another quarter as well: what is there is somebody's by now.
    for later in [0, 90] {
        let again = seed::demo_programme::load(&app.db, now() + Duration::days(later), |_, _| {});
        assert!(again.await.unwrap().unwrap().known);
    }
    // Broken off before it was noted, it is taken up again, and nothing happens twice.
    app.sql("DELETE FROM data_set WHERE name = 'demo-programme'").await;
    let again = seed::demo_programme::load(&app.db, now(), |_, _| {}).await.unwrap().unwrap();
    assert!(!again.known);
    assert_eq!(verify(&app.db, None).await.unwrap(), before);
    // Where the programme works in earnest, nothing is made up.
    let app = place.app_without_results().await;
    let operator = app.principal("TIPA", "program:read content:write").await;
    let own =
        json!({ "body": "POLICY_COUNCIL", "title": { "ko": "임시 회의" }, "heldOn": "2026-12-01" });
    done(&app, &operator, "planMeeting", "", own).await;
    assert_eq!(seed::demo_programme::load(&app.db, now(), |_, _| {}).await.unwrap(), None);
}
