//! Statistics: what is counted, and on which basis. What each of them tells is compared with its list in `tiles`.

use std::collections::BTreeMap;

use aiplus::domain::principal::Principal;
use serde_json::{Value, json};

use crate::support::Place;
use crate::tests;

tests![
    small_groups_are_told_as_the_list_tells_them,
    cases_count_under_the_region_they_ask_for,
    feedback_counts_answers_and_days,
    feedback_counts_each_recommendation_once,
    what_is_hidden_splits_no_group,
    groups_are_what_they_are_asked_by,
    one_text_is_one_group_whatever_its_english,
];

/// Groups of an answer by the codes of their keys, joined.
fn counts(rows: &Value) -> BTreeMap<String, i64> {
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| {
        let keys = row["keys"].as_array().unwrap().iter();
        let code = keys.map(|key| key["code"].as_str().unwrap_or("-").to_owned());
        (code.collect::<Vec<_>>().join(" "), row["count"].as_i64().unwrap())
    })
    .collect()
}

async fn small_groups_are_told_as_the_list_tells_them(place: Place) {
    let app = place.app().await;
    app.sql("UPDATE adoption_case SET stage = 'PILOT'").await;
    app.sql("UPDATE adoption_case SET stage = 'STOPPED' WHERE code = 'DEMO-0001'").await;
    let data = app.data("{ adoptionCaseStatistics(groupBy: STAGE, includeIllustrative: true) { total { count } base rows { keys { dimension code label { ko en } } count isOther } }
        adoptionCases(where: { stage: { eq: STOPPED } }) { totalCount } }").await;
    let row = |code: &str, ko: &str, en: &str, count: i64| json!({ "keys": [{ "dimension": "STAGE", "code": code, "label": { "ko": ko, "en": en } }], "count": count, "isOther": false });
    assert_eq!(
        data["adoptionCaseStatistics"]["rows"],
        json!([row("PILOT", "시범", "Pilot", 299), row("STOPPED", "중단", "Stopped", 1)])
    );
    assert_eq!(data["adoptionCaseStatistics"]["base"], 300);
    assert_eq!(data["adoptionCases"]["totalCount"], 1);
}

async fn cases_count_under_the_region_they_ask_for(place: Place) {
    let app = place.app().await;
    let count = async |basis: &str| {
        let data = app.data(&format!("{{ adoptionCaseStatistics(groupBy: REGION, regionBasis: {basis}, includeIllustrative: true) {{ rows {{ keys {{ code }} count }} }} }}")).await;
        counts(&data["adoptionCaseStatistics"]["rows"])
    };
    let (reported, current) = (count("AS_REPORTED").await, count("CURRENT").await);
    assert_eq!(reported.values().sum::<i64>(), 300);
    let listed = app.data("{ adoptionCases(where: { currentRegion: { code: { eq: \"JEONNAM_GWANGJU\" } } }) { totalCount } }").await;
    let listed = listed["adoptionCases"]["totalCount"].as_i64().unwrap();
    let merged = reported.get("JEONNAM_GWANGJU").copied().unwrap_or(0);
    assert_eq!(current["JEONNAM_GWANGJU"], listed);
    assert_eq!(listed, reported["KR-29"] + reported["KR-46"] + merged);
    assert_eq!(current.get("KR-29"), None);
    // So do the divisions that are counted.
    for (basis, regions) in [("AS_REPORTED", reported.len()), ("CURRENT", current.len())] {
        let data = app.data(&format!("{{ adoptionCaseStatistics(regionBasis: {basis}, includeIllustrative: true) {{ total {{ regions }} }} }}")).await;
        assert_eq!(data["adoptionCaseStatistics"]["total"]["regions"], regions, "{basis}");
    }
}

/// A meeting counts under the topics that the caller sees, and under none only if he sees none of its.
async fn what_is_hidden_splits_no_group(place: Place) {
    let app = place.app().await;
    let listed = async || {
        let data = app.data("{ meetings(first: 100) { nodes { topics(first: 100) { nodes { code } } } } meetingStatistics(groupBy: TOPIC, includeIllustrative: true) { rows { keys { code } count } } }").await;
        let mut expected: BTreeMap<String, i64> = BTreeMap::new();
        let mut several = None;
        for meeting in data["meetings"]["nodes"].as_array().unwrap() {
            let topics = meeting["topics"]["nodes"].as_array().unwrap();
            let codes = topics.iter().map(|topic| topic["code"].as_str().unwrap().to_owned());
            let codes: Vec<String> = codes.collect();
            if codes.len() > 1 {
                several = several.or(codes.first().cloned());
            }
            for code in if codes.is_empty() { vec!["-".to_owned()] } else { codes } {
                *expected.entry(code).or_default() += 1;
            }
        }
        assert_eq!(counts(&data["meetingStatistics"]["rows"]), expected);
        several
    };
    let topic = listed().await.expect("a meeting with several topics");
    app.sql(&format!("UPDATE topic SET visibility = 'INTERNAL' WHERE code = '{topic}'")).await;
    listed().await;
}

async fn feedback_counts_answers_and_days(place: Place) {
    let app = place.app().await;
    let query = "{ feedbackStatistics(groupBy: ADDRESSEE) { total { raised answered answeredOnTime { part base percent } daysToAnswer { median } delivered } rows { keys { code } raised answered daysToAnswer { median } } computedAt } }";
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
        (&total["answered"], &total["answeredOnTime"], &total["daysToAnswer"]["median"]),
        (&json!(2), &json!({ "part": 1, "base": 2, "percent": 50 }), &json!(25))
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
            "{ feedbackStatistics(where: { raisedOn: { gte: \"2026-07-02\" } }) { total { answered } } }",
        )
        .await;
    assert_eq!(later["feedbackStatistics"]["total"]["answered"], Value::from(0));
}

/// The items of a row as a number.
fn plain(row: &mut Value) {
    row["items"] = row["items"]["sum"].as_str().map_or(0, |sum| sum.parse::<i64>().unwrap()).into();
}

async fn feedback_counts_each_recommendation_once(place: Place) {
    let app = place.app().await;
    let counts = async || {
        let mut all = Vec::new();
        for group in ["ADDRESSEE", "TOPIC", "REGION", "SOURCE"] {
            let data = app.data(&format!("{{ feedbackStatistics(groupBy: {group}) {{ total {{ raised items {{ sum }} answered }} rows {{ keys {{ code }} raised items {{ sum }} answered }} }} }}")).await;
            let mut statistics = data["feedbackStatistics"].clone();
            let rows = statistics["rows"].as_array_mut().unwrap();
            for row in rows.iter_mut() {
                plain(row);
                row["key"] = row["keys"][0]["code"].take();
                row.as_object_mut().unwrap().remove("keys");
            }
            plain(&mut statistics["total"]);
            for name in ["raised", "items", "answered"] {
                let sum: i64 = statistics["rows"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|row| row[name].as_i64().unwrap())
                    .sum();
                assert_eq!(statistics["total"][name], sum, "{group} {name}");
            }
            all.push(statistics);
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
    let related = async |kind: &str, one: &str, other: &str| {
        let id = if app.is_postgres() { "gen_random_uuid()" } else { "randomblob(16)" };
        app.sql(&format!(
            "INSERT INTO recommendation_relation (id, recommendation_id, position, other_id, kind, visibility, origin, version, created_at, updated_at)
             SELECT {id}, r.id, 9, o.id, '{kind}', 'PUBLIC', 'REPORTED', 1, r.created_at, r.updated_at FROM recommendation r JOIN recommendation o ON o.code = '{other}' WHERE r.code = '{one}'"
        ))
        .await;
    };
    let relate = async |one: &str, other: &str| related("SAME_AS", one, other).await;
    relate("RC_S4_PARK", "RC_S3_AI_SUPPORT").await;
    assert_eq!(counts().await["total"], json!({ "raised": 25, "items": 68, "answered": 0 }));
    relate("RC_S3_AI_SUPPORT", "RC_S4_PARK").await;
    assert_eq!(counts().await["total"], json!({ "raised": 25, "items": 68, "answered": 0 }));
    // Three in a circle are one, and what repeats one of them is that one raised again.
    let third = "RC_S1_PRIVACY";
    relate("RC_S3_AI_SUPPORT", third).await;
    relate(third, "RC_S4_PARK").await;
    assert_eq!(counts().await["total"], json!({ "raised": 24, "items": 67, "answered": 0 }));
    related("REPEATS", "RC_S1_REVISION", third).await;
    assert_eq!(counts().await["total"], json!({ "raised": 23, "items": 66, "answered": 0 }));
    let data = app.data("{ feedbackStatistics { total { items { count } } } }").await;
    // What counts as another stands for none.
    assert_eq!(data["feedbackStatistics"]["total"]["items"]["count"], 25);
    app.sql("DELETE FROM recommendation_relation WHERE position = 9").await;
    relate("RC_S4_PARK", "RC_S3_AI_SUPPORT").await;
    // Who does not see the parts sees the total.
    app.sql("UPDATE recommendation SET visibility = 'INTERNAL' WHERE code LIKE 'RC_S2%' AND code <> 'RC_S2_TOTAL'").await;
    assert_eq!(counts().await["total"], json!({ "raised": 22, "items": 68, "answered": 0 }));
}

async fn groups_are_what_they_are_asked_by(place: Place) {
    let app = place.app().await;
    for ty in aiplus::graphql::catalog().types() {
        let Some(of) = &ty.statistics else { continue };
        for dimension in &of.dimensions {
            let switch =
                if ty.find("origin").is_some() { ", includeIllustrative: true" } else { "" };
            let query = format!(
                "{{ {}(groupBy: {}{switch}) {{ groupBy rows {{ keys {{ dimension code }} count }} total {{ count }} isOverlapping }} }}",
                of.root, dimension.name
            );
            let answer = app.ask(&Principal::System, &query, Value::Null).await;
            let found = &answer["data"][of.root];
            assert_eq!(found["groupBy"], json!([dimension.name]), "{query}: {answer}");
            let rows = found["rows"].as_array().unwrap();
            assert!(rows.iter().all(|row| row["keys"][0]["dimension"] == dimension.name));
            let sum: i64 = rows.iter().map(|row| row["count"].as_i64().unwrap()).sum();
            assert!(found["isOverlapping"] == true || found["total"]["count"] == sum, "{answer}");
        }
    }
}

async fn one_text_is_one_group_whatever_its_english(place: Place) {
    let app = place.app().await;
    app.sql(
        "UPDATE adoption_case SET programme_ko = CASE WHEN size = 'SMALL' THEN '가 사업' ELSE '나 사업' END, \
         programme_en = CASE WHEN stage = 'PILOT' THEN 'One' WHEN stage = 'SCALED' THEN 'Other' END",
    )
    .await;
    for order in ["[]", "[{ field: COUNT, direction: DESC }]", "[{ field: KEY, direction: DESC }]"]
    {
        let query = format!(
            "{{ of: adoptionCaseStatistics(includeIllustrative: true, groupBy: [PROGRAMME, STAGE], zeroFill: true, orderBy: {order}) {{ base rows {{ keys {{ code }} count }} }} }}"
        );
        let told = app.data(&query).await["of"].clone();
        let groups = counts(&told["rows"]);
        assert_eq!(groups.len(), told["rows"].as_array().unwrap().len(), "{told:#}");
        assert_eq!(groups.values().sum::<i64>(), told["base"], "{told:#}");
    }
}
