//! Statistics: what is counted, on which basis, and what is hidden.

use aiplus::domain::principal::Principal;
use serde_json::{Value, json};

use crate::support::Place;
use crate::tests;

tests![
    small_cells_are_hidden_with_a_second_one,
    cases_count_under_the_region_they_ask_for,
    feedback_counts_answers_and_days,
    feedback_counts_each_recommendation_once,
    groups_are_what_they_are_asked_by,
];

async fn small_cells_are_hidden_with_a_second_one(place: Place) {
    let app = place.app().await;
    // Two large groups and one of two companies, told apart by stage.
    app.sql("UPDATE adoption_case SET stage = 'PILOT'").await;
    app.sql("UPDATE adoption_case SET stage = 'SCALED' WHERE code >= 'DEMO-0200'").await;
    app.sql("UPDATE adoption_case SET stage = 'STOPPED' WHERE code IN ('DEMO-0001', 'DEMO-0002')")
        .await;
    let data = app.data("{ adoptionCaseStatistics(groupBy: STAGE, includeIllustrative: true) { total rows { key count isHidden } } }").await;
    assert_eq!(
        data["adoptionCaseStatistics"],
        json!({ "total": 300, "rows": [
            { "key": "PILOT", "count": 197, "isHidden": false },
            { "key": "SCALED", "count": null, "isHidden": true },
            { "key": "STOPPED", "count": null, "isHidden": true },
        ] })
    );
}

async fn cases_count_under_the_region_they_ask_for(place: Place) {
    let app = place.app().await;
    let count = async |basis: &str, key: &str| {
        let data = app.data(&format!("{{ adoptionCaseStatistics(regionBasis: {basis}, includeIllustrative: true) {{ rows {{ key count }} }} }}")).await;
        let rows = data["adoptionCaseStatistics"]["rows"].as_array().unwrap().clone();
        rows.iter().find(|row| row["key"] == key).and_then(|row| row["count"].as_i64()).unwrap_or(0)
    };
    let (gwangju, jeonnam) =
        (count("AS_REPORTED", "KR-29").await, count("AS_REPORTED", "KR-46").await);
    let merged = count("AS_REPORTED", "JEONNAM_GWANGJU").await;
    assert!(gwangju > 0 && jeonnam > 0);
    assert_eq!(count("CURRENT", "KR-29").await, 0);
    let current = app.data("{ adoptionCases(where: { currentRegion: { code: { eq: \"JEONNAM_GWANGJU\" } } }) { totalCount } }").await;
    let current = current["adoptionCases"]["totalCount"].as_i64().unwrap();
    assert_eq!(count("CURRENT", "JEONNAM_GWANGJU").await, current);
    // A hidden cell counts as none here.
    assert!(current >= gwangju + jeonnam + merged);
}

async fn feedback_counts_answers_and_days(place: Place) {
    let app = place.app().await;
    let query = "{ feedbackStatistics(groupBy: ADDRESSEE) { total { raised answered answeredOnTime answeredWithDueDate medianDays delivered } rows { key raised answered medianDays } computedAt } }";
    let before = app.data(query).await;
    assert_eq!(before["feedbackStatistics"]["total"]["answered"], 0);
    assert_eq!(before["feedbackStatistics"]["computedAt"], "2026-11-22T12:00:00+09:00");
    // Two answers: one in time after 10 days, one late after 40.
    app.sql("UPDATE recommendation SET raised_on = '2026-07-01', due_on = '2026-07-31' WHERE code IN (SELECT code FROM recommendation ORDER BY code LIMIT 2)").await;
    for (offset, answered) in [(0, "2026-07-11"), (1, "2026-08-10")] {
        let id = if app.is_postgres() { "gen_random_uuid()" } else { "randomblob(16)" };
        app.sql(&format!(
            "INSERT INTO recommendation_answer (id, recommendation_id, position, disposition, answered_on, visibility, origin, version, created_at, updated_at)
             SELECT {id}, r.id, 1, 'ACCEPTED', '{answered}', 'PUBLIC', 'REPORTED', 1, r.created_at, r.updated_at FROM recommendation r ORDER BY r.code LIMIT 1 OFFSET {offset}"
        ))
        .await;
    }
    let after = app.data(query).await;
    let total = &after["feedbackStatistics"]["total"];
    assert_eq!(
        (
            &total["answered"],
            &total["answeredOnTime"],
            &total["answeredWithDueDate"],
            &total["medianDays"]
        ),
        (&json!(2), &json!(1), &json!(2), &json!(25))
    );
    let answered: i64 = after["feedbackStatistics"]["rows"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|row| row["answered"].as_i64())
        .sum();
    assert_eq!(answered, 2);
    let later = app
        .data(
            "{ feedbackStatistics(groupBy: SOURCE, from: \"2026-07-02\") { total { answered } } }",
        )
        .await;
    assert_eq!(later["feedbackStatistics"]["total"]["answered"], Value::from(0));
}

async fn feedback_counts_each_recommendation_once(place: Place) {
    let app = place.app().await;
    let counts = async || {
        let mut all = Vec::new();
        for group in ["ADDRESSEE", "TOPIC", "REGION", "SOURCE"] {
            let data = app.data(&format!("{{ feedbackStatistics(groupBy: {group}) {{ total {{ raised items answered }} rows {{ key raised items answered }} }} }}")).await;
            let statistics = &data["feedbackStatistics"];
            for name in ["raised", "items", "answered"] {
                let sum: i64 = statistics["rows"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|row| row[name].as_i64().unwrap())
                    .sum();
                assert_eq!(statistics["total"][name], sum, "{group} {name}");
            }
            all.push(statistics.clone());
        }
        let totals: Vec<&Value> = all.iter().map(|of| &of["total"]).collect();
        assert!(totals.windows(2).all(|pair| pair[0] == pair[1]), "{totals:?}");
        all.swap_remove(0)
    };
    // By hand: 28 on record, two of them totals (43 and 9) of which five and four are on record. So 26 by
    // themselves, and 43 + 9 + 17 items: 17 are part of no total.
    let before = counts().await;
    assert_eq!(before["total"], json!({ "raised": 26, "items": 69, "answered": 0 }));
    let row = |statistics: &Value, key: Value| {
        let rows = statistics["rows"].as_array().unwrap().clone();
        rows.into_iter().find(|row| row["key"] == key).unwrap()
    };
    // The five were put to the OPC; the other 38 and the nine of S2 to the government.
    assert_eq!(
        row(&before, json!("OPC")),
        json!({ "key": "OPC", "raised": 5, "items": 5, "answered": 0 })
    );
    assert_eq!(
        row(&before, json!("GOK")),
        json!({ "key": "GOK", "raised": 4, "items": 47, "answered": 0 })
    );
    // One raised again counts as the first, and two that name each other as one.
    let relate = async |one: &str, other: &str| {
        let id = if app.is_postgres() { "gen_random_uuid()" } else { "randomblob(16)" };
        app.sql(&format!(
            "INSERT INTO recommendation_relation (id, recommendation_id, position, other_id, kind, visibility, origin, version, created_at, updated_at)
             SELECT {id}, r.id, 9, o.id, 'SAME_AS', 'PUBLIC', 'REPORTED', 1, r.created_at, r.updated_at FROM recommendation r JOIN recommendation o ON o.code = '{other}' WHERE r.code = '{one}'"
        ))
        .await;
    };
    relate("RC_S4_PARK", "RC_S3_AI_SUPPORT").await;
    assert_eq!(counts().await["total"], json!({ "raised": 25, "items": 68, "answered": 0 }));
    relate("RC_S3_AI_SUPPORT", "RC_S4_PARK").await;
    assert_eq!(counts().await["total"], json!({ "raised": 25, "items": 68, "answered": 0 }));
    // Who does not see the parts sees the total.
    app.sql("UPDATE recommendation SET visibility = 'INTERNAL' WHERE code LIKE 'RC_S2%' AND code <> 'RC_S2_TOTAL'").await;
    assert_eq!(counts().await["total"], json!({ "raised": 22, "items": 68, "answered": 0 }));
}

async fn groups_are_what_they_are_asked_by(place: Place) {
    let app = place.app().await;
    let data = app.data("{ feedback: __type(name: \"FeedbackGroup\") { enumValues { name } } cases: __type(name: \"AdoptionCaseGroup\") { enumValues { name } } submissions: __type(name: \"SubmissionGroup\") { enumValues { name } } }").await;
    let mut seen = Vec::new();
    for (kind, field, args) in [
        ("feedback", "feedbackStatistics", ""),
        ("cases", "adoptionCaseStatistics", ", includeIllustrative: true"),
        (
            "submissions",
            "submissionStatistics",
            ", includeIllustrative: true, from: \"2024-Q1\", to: \"2026-Q4\"",
        ),
    ] {
        for value in data[kind]["enumValues"].as_array().unwrap() {
            let group = value["name"].as_str().unwrap();
            let query =
                format!("{{ {field}(groupBy: {group}{args}) {{ groupBy rows {{ key }} }} }}");
            let answer = app.ask(&Principal::System, &query, Value::Null).await["data"].take();
            assert_eq!(answer[field]["groupBy"], group);
            let keys: Vec<String> = answer[field]["rows"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["key"].to_string())
                .collect();
            assert!(field == "submissionStatistics" || !keys.is_empty(), "{field} {group}");
            // No value answers what another one does.
            assert!(
                keys.is_empty() || !seen.contains(&(field, keys.clone())),
                "{field} {group}: {keys:?}"
            );
            seen.push((field, keys));
        }
    }
}
