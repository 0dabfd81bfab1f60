//! Text is ordered by its code points and compared alike on both databases, whatever a database of PostgreSQL
//! was told about the language of its texts.

use aiplus::domain::principal::Principal;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::lists::plan;
use crate::support::results::{PROGRAMME, QUARTER, World, key};
use crate::support::{Place, TestApp};
use crate::tests;

tests![
    pages_follow_code_points,
    orders_of_text_are_those_of_their_indexes,
    the_case_of_ascii_letters_alone_makes_no_difference,
    every_text_of_postgres_has_one_collation,
    what_is_written_is_composed,
    divisions_that_became_one_count_an_institution_once,
];

const CODES: [&str; 13] =
    ["Z-1", "a-1", "A-2", "A1", "A-1", "_", "b", "가", "나", "각", "ㄱ", "É", "e"];

/// Topics with these codes and names beside those that are there.
async fn topics(app: &TestApp, rows: &[(&str, &str)]) {
    let key = if app.is_postgres() { "gen_random_uuid()" } else { "randomblob(16)" };
    for (code, name) in rows {
        let [code, name] = [code, name].map(|text| text.replace('\'', "''"));
        app.sql(&format!(
            "INSERT INTO topic (id, code, name_ko, kind, visibility, origin, version, created_at, updated_at) \
             SELECT {key}, '{code}', '{name}', kind, visibility, origin, version, created_at, updated_at FROM topic WHERE code NOT LIKE '%/%' LIMIT 1"
        ))
        .await;
    }
}

async fn codes(app: &TestApp, page: &str) -> (Vec<String>, Value) {
    let data = app
        .data(&format!(
            "{{ topics({page}) {{ nodes {{ code }} pageInfo {{ startCursor endCursor }} }} }}"
        ))
        .await;
    let nodes = data["topics"]["nodes"].as_array().unwrap().iter();
    let codes = nodes.map(|node| node["code"].as_str().unwrap().to_owned()).collect();
    (codes, data["topics"]["pageInfo"].clone())
}

async fn pages_follow_code_points(place: Place) {
    let app = place.localised_app().await;
    topics(&app, &CODES.map(|code| (code, code))).await;
    for (field, direction) in [("CODE", "ASC"), ("CODE", "DESC")] {
        let order = format!("orderBy: [{{ field: {field}, direction: {direction} }}]");
        let mut seen = Vec::new();
        let mut after = String::new();
        loop {
            let (page, info) = codes(&app, &format!("first: 3, {order}{after}")).await;
            let is_last = page.len() < 3;
            seen.extend(page);
            if is_last {
                break;
            }
            after = format!(", after: {}", info["endCursor"]);
        }
        let mut sorted = seen.clone();
        // Rust compares the bytes of UTF-8, whose order is that of code points.
        sorted.sort();
        sorted.dedup();
        if direction == "DESC" {
            sorted.reverse();
        }
        assert_eq!(seen, sorted, "{order}");
        assert!(CODES.iter().all(|code| seen.iter().any(|seen| seen == code)), "{seen:?}");
        // The same backwards.
        let mut back = Vec::new();
        let mut before = String::new();
        loop {
            let (mut page, info) = codes(&app, &format!("last: 3, {order}{before}")).await;
            let is_last = page.len() < 3;
            page.reverse();
            back.extend(page);
            if is_last {
                break;
            }
            before = format!(", before: {}", info["startCursor"]);
        }
        back.reverse();
        assert_eq!(back, seen, "{order}");
    }
}

async fn orders_of_text_are_those_of_their_indexes(place: Place) {
    let app = place.localised_app().await;
    // As many as make an index worth while.
    let many: Vec<(String, String)> =
        (0..120).map(|at| (format!("x-{at}"), format!("이름 {at}"))).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(code, name)| (&**code, &**name)).collect();
    topics(&app, &many).await;
    let (_, info) = codes(&app, "first: 3").await;
    for page in [
        "first: 3, orderBy: [{ field: CODE }]".to_owned(),
        "last: 3, orderBy: [{ field: CODE }]".to_owned(),
        format!("first: 3, after: {}", info["endCursor"]),
    ] {
        let query = format!("{{ topics({page}) {{ nodes {{ code }} }} }}");
        let plan = plan(&app, &Principal::Anonymous, &query).await;
        let is_sort = |line: &str| line.trim_start_matches([' ', '-', '>']).starts_with("Sort  (");
        let is_sorted = plan.contains("TEMP B-TREE") || plan.lines().any(is_sort);
        assert!(plan.contains("_topic_code") && !is_sorted, "{query}\n{plan}");
    }
}

async fn the_case_of_ascii_letters_alone_makes_no_difference(place: Place) {
    let app = place.localised_app().await;
    topics(
        &app,
        &[
            ("Q-1", "Éclair STRASSE"),
            ("Q-2", "éclair straße"),
            ("Q-3", "100% a_b c\\d"),
            ("Q-4", "100x aXb c/d"),
            ("Q-5", "İstanbul ΑΒΓ"),
        ],
    )
    .await;
    for (condition, expected) in [
        ("contains: \"CLAIR\"", vec!["Q-1", "Q-2"]),
        ("contains: \"Éclair\"", vec!["Q-1"]),
        ("contains: \"éCLAIR\"", vec!["Q-2"]),
        ("startsWith: \"É\"", vec!["Q-1"]),
        ("contains: \"strasse\"", vec!["Q-1"]),
        ("contains: \"STRASSE\"", vec!["Q-1"]),
        ("contains: \"straße\"", vec!["Q-2"]),
        ("contains: \"istanbul\"", vec![]),
        ("contains: \"STANBUL\"", vec!["Q-5"]),
        ("contains: \"αβγ\"", vec![]),
        ("contains: \"ΑΒΓ\"", vec!["Q-5"]),
        ("contains: \"100%\"", vec!["Q-3"]),
        ("contains: \"A_B\"", vec!["Q-3"]),
        ("contains: \"C\\\\D\"", vec!["Q-3"]),
        ("eq: \"éclair straße\"", vec!["Q-2"]),
        ("eq: \"ÉCLAIR STRASSE\"", vec![]),
        ("in: [\"Éclair STRASSE\", \"x\"]", vec!["Q-1"]),
    ] {
        let where_ = format!(
            "where: {{ code: {{ startsWith: \"q-\" }}, name: {{ ko: {{ {condition} }} }} }}, orderBy: [{{ field: CODE }}]"
        );
        assert_eq!(codes(&app, &where_).await.0, expected, "{condition}");
    }
}

async fn every_text_of_postgres_has_one_collation(place: Place) {
    let app = place.localised_app().await;
    if !app.is_postgres() {
        return;
    }
    let others = "SELECT string_agg(table_name || '.' || column_name || ' ' || coalesce(collation_name, 'default'), ', ') \
        FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name) \
        WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' \
        AND data_type IN ('text', 'character varying') AND collation_name IS DISTINCT FROM 'C'";
    let others = Statement::from_string(app.db.get_database_backend(), others);
    let row = app.db.query_one_raw(others).await.unwrap().unwrap();
    assert_eq!(row.try_get_by_index::<Option<String>>(0).unwrap(), None);
    // The views over them are there as before.
    let data = app.data("{ timeline(first: 3) { nodes { title { ko } } } search(text: \"협의체\") { nodes { type } } }").await;
    assert!(data["timeline"]["nodes"].as_array().unwrap().len() == 3, "{data}");
    assert!(!data["search"]["nodes"].as_array().unwrap().is_empty(), "{data}");
}

async fn what_is_written_is_composed(place: Place) {
    let world = World::new(&place).await;
    let (given, kept) = ("\u{1112}\u{1161}\u{11AB}글 e\u{301}", "한글 é");
    let seen = world.seen("KOSME").await;
    let cell = json!({ "indicator": "BUDGET", "value": "1", "comment": given });
    let input = seen.input(json!({ "values": [cell] }));
    world.done(&world.kosme, "saveSubmissionDraft", input).await;
    let query = format!(
        "{{ node(id: \"{}\") {{ ... on Submission {{ values {{ nodes {{ comment }} }} }} }} }}",
        seen.id
    );
    let data = world.data(&world.kosme, &query).await;
    assert_eq!(data["node"]["values"]["nodes"][0]["comment"], kept);
    let input = json!({
        "idempotencyKey": key(), "code": "T_NFC", "name": { "ko": given }, "operator": "MSS", "dueDays": 10,
    });
    let answer = world.act(&world.lead, "createProgramme", input.clone()).await;
    assert!(answer["errors"].as_array().is_some_and(Vec::is_empty), "{answer}");
    let data = world.data(&world.lead, "{ programme(code: \"T_NFC\") { name { ko } } }").await;
    assert_eq!(data["programme"]["name"]["ko"], kept);
}

async fn divisions_that_became_one_count_an_institution_once(place: Place) {
    // Gwangju and Jeonnam are one from 2026-07-01; of the quarter before both were reported.
    let quarter = "2026-Q2";
    assert!(quarter < QUARTER);
    let now = crate::support::results::at("2026-07-05T03:00:00Z");
    let world = World::before(&place, now, quarter).await;
    world.open(quarter).await;
    let seen = world.seen_in("KOSME", PROGRAMME, quarter).await;
    let part = |region: &str, value: &str| json!({ "indicator": "COMPANIES", "region": region, "value": value });
    let values = json!({ "values": [
        json!({ "indicator": "COMPANIES", "value": "10" }), json!({ "indicator": "BUDGET", "value": "1000" }),
        json!({ "indicator": "EXECUTED", "value": "500" }), part("KR-29", "4"), part("KR-46", "6"),
    ] });
    world.done(&world.kosme, "saveSubmissionDraft", seen.input(values)).await;
    for (by, verb, more) in [
        (&world.kosme, "submitSubmission", json!({ "attestation": true })),
        (&world.reviewer, "startSubmissionReview", json!({})),
        (&world.reviewer, "acceptSubmission", json!({})),
    ] {
        let seen = world.seen_in("KOSME", PROGRAMME, quarter).await;
        world.done(by, verb, seen.input(more)).await;
    }
    let points = async |basis: &str| {
        let query = format!(
            "{{ indicatorSeries(programme: \"{PROGRAMME}\", indicator: \"COMPANIES\", by: REGION, regionBasis: {basis}, from: \"{quarter}\", to: \"{quarter}\") {{ points {{ value institutions }} }} }}"
        );
        world.data(&world.lead, &query).await["indicatorSeries"]["points"].clone()
    };
    let one = |value: &str| json!({ "value": value, "institutions": 1 });
    assert_eq!(points("AS_REPORTED").await, json!([one("4"), one("6")]));
    assert_eq!(points("CURRENT").await, json!([one("10")]));
}
