//! The facts of the sources: what no source prints is marked, whoever asks for it and by whatever path.

use serde_json::Value;

use crate::support::{Place, TestApp};
use crate::tests;

tests![
    a_date_without_its_year_in_print_is_inferred,
    an_english_name_that_no_source_prints_is_our_rendering,
    what_sources_tell_otherwise_is_a_conflict,
    places_are_in_both_languages,
    what_is_inferred_is_not_stated_beside_it,
    when_a_bill_was_looked_at_says_how_it_is_known,
];

const CITATIONS: &str =
    "citations(first: 100) { nodes { basis field document { code } note { ko en } } }";

/// The rows of every page of a list at the root, or of one within each row of it.
async fn rows(app: &TestApp, list: &str, fields: &str) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut after = String::new();
    let (root, within) = list.split_once('.').unwrap_or((list, ""));
    let selected = match within {
        "" => format!("{fields} {CITATIONS}"),
        within => format!("{within}(first: 50) {{ nodes {{ {fields} {CITATIONS} }} }}"),
    };
    loop {
        let query = format!(
            "{{ {root}(first: 50{after}) {{ nodes {{ {selected} }} pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let data = app.data(&query).await;
        let page = &data[root];
        for node in page["nodes"].as_array().unwrap() {
            match within {
                "" => rows.push(node.clone()),
                within => rows.extend(node[within]["nodes"].as_array().unwrap().iter().cloned()),
            }
        }
        if page["pageInfo"]["hasNextPage"] == false {
            return rows;
        }
        after = format!(", after: {}", page["pageInfo"]["endCursor"]);
    }
}

fn citations(row: &Value) -> &Vec<Value> {
    row["citations"]["nodes"].as_array().unwrap()
}

fn is_inferred(row: &Value, field: &str) -> bool {
    citations(row).iter().any(|citation| {
        citation["basis"] == "INFERRED"
            && (citation["field"].is_null() || citation["field"] == field)
            && !citation["note"]["ko"].is_null()
            && !citation["note"]["en"].is_null()
    })
}

async fn a_date_without_its_year_in_print_is_inferred(place: Place) {
    let app = place.app().await;
    let mut seen = 0;
    for (list, fields) in [
        ("meetings", "heldOn startsAt endsAt"),
        ("agendaItems", "startsAt endsAt"),
        ("statements", "madeOn"),
        ("recommendations", "raisedOn"),
        ("recommendations.assignments", "assignedOn"),
        ("effects", "occurredOn"),
        ("memberships", "observedOn"),
        ("observations", "periodStartsOn periodEndsOn"),
        ("activities", "startsOn endsOn"),
        ("policyPlans", "startsOn endsOn"),
        ("policyTasks", "dueOn"),
        ("policyTasks.milestones", "dueOn reachedOn"),
        ("legislativeInitiatives", "startsOn"),
        ("bills", "checkedAt"),
        ("billEvents", "occurredOn"),
        ("bodies", "startedOn"),
        ("meetingSeriesList", "startsOn endsOn"),
        ("appointments", "startsOn letterOn"),
        ("documents", "publishedOn publishedAt"),
        ("institutions", "foundedOn"),
    ] {
        for row in rows(&app, list, fields).await {
            let documents: Vec<&str> = citations(&row)
                .iter()
                .map(|citation| citation["document"]["code"].as_str().unwrap())
                .collect();
            // What the documents print with its year, word for word.
            let printed: &[&str] = &[
                "1999",
                "2016",
                "2017",
                "2020",
                "2021",
                "2021-09",
                "2021-10",
                "2022",
                "2022-01",
                "2022-02",
                "2022-12-31",
                "2023-12-06",
                "2024-03-29",
                "2026-03",
                "2028",
                "2030",
                "2032",
            ];
            for field in fields.split(' ') {
                let Some(date) = row[field].as_str() else { continue };
                let date = date.split('T').next().unwrap();
                let is_printed = printed.contains(&date)
                    // S5 prints no year at all, and S4 one.
                    && documents.iter().any(|code| ["S1", "S2", "S3"].contains(code) || date == "2026-03");
                seen += 1;
                assert!(is_printed || is_inferred(&row, field), "{list} {field}: {row:#}");
            }
        }
    }
    assert!(seen > 150, "{seen} dates");
}

async fn an_english_name_that_no_source_prints_is_our_rendering(place: Place) {
    let app = place.app().await;
    let printed = [
        "Ministry of SMEs and Startups",
        "National Artificial Intelligence Committee",
        "Oh Young-joo",
        "SME Artificial Intelligence (AI) Policy Advisory Group",
        "Framework Act on AI",
        "Basic Act on AI",
    ];
    for (list, field) in [
        ("persons", "name"),
        ("institutions", "name"),
        ("bodies", "name"),
        ("meetings", "title"),
        ("policyPlans", "title"),
        ("legislativeInitiatives", "title"),
        ("bills", "title"),
        ("documents", "title"),
        ("meetingSeriesList", "name"),
    ] {
        for row in rows(&app, list, &format!("{field} {{ ko en }}")).await {
            let name = row[field]["en"].as_str().unwrap();
            let is_marked = citations(&row).iter().any(|citation| {
                citation["basis"] == "INFERRED"
                    && citation["field"] == format!("{field}.en")
                    && citation["note"]["en"]
                        .as_str()
                        .is_some_and(|note| note.contains("Our rendering"))
            });
            let is_printed = printed.contains(&name) || name.contains("Kickoff Meeting for");
            assert_eq!(is_marked, !is_printed, "{list}: {row:#}");
        }
    }
}

async fn what_sources_tell_otherwise_is_a_conflict(place: Place) {
    let app = place.app().await;
    let data = app
        .data("{ document(code: \"S2\") { publishedOn publishedAt conflicts(where: { field: { eq: \"publishedOn\" } }) { nodes { claims { nodes { value { en } } } } } }
                 meeting(code: \"ADVISORY_KICKOFF_2025_0123\") { heldOn conflicts(where: { field: { eq: \"heldOn\" } }) { nodes { status claims { nodes { value { en } locator { ko en } } } } } } }")
        .await;
    let text = data.to_string();
    for told in [
        "2024-03-29 (GMT, as printed)",
        "2024-03-30 (in Korean time)",
        "Announced on the 23rd",
        "Held on the 23rd",
        "First French paragraph",
    ] {
        assert!(text.contains(told), "{told}: {data:#}");
    }
}

async fn places_are_in_both_languages(place: Place) {
    let app = place.app().await;
    for list in ["citations", "conflicts"] {
        let half = match list {
            "citations" => {
                "{ documents(first: 20) { nodes { citedBy(where: { locator: { ko: { isNull: false }, en: { isNull: true } } }) { totalCount } } } }"
            }
            _ => {
                "{ conflicts { nodes { claims(where: { locator: { en: { isNull: true } } }) { totalCount } } } }"
            }
        };
        let text = app.data(half).await.to_string();
        assert!(text.contains("\"totalCount\":0"), "{text}");
        assert!(!text.contains("\"totalCount\":1"), "{text}");
    }
    let data = app.data("{ meeting(code: \"SEOUL_2023_AI\") { citations(where: { field: { eq: \"endsAt\" } }) { nodes { locator { ko en } } } } }").await;
    assert_eq!(
        data["meeting"]["citations"]["nodes"][0]["locator"],
        serde_json::json!({ "ko": "붙임 추진개요(일시)", "en": "Attachment, overview (time)" })
    );
}

/// A row, or a field of it, is stated by a document or inferred from it, not both.
async fn what_is_inferred_is_not_stated_beside_it(place: Place) {
    let app = place.app().await;
    for list in [
        "meetings",
        "agendaItems",
        "statements",
        "recommendations",
        "effects",
        "policyPlans",
        "policyTasks",
        "legislativeInitiatives",
        "bills",
        "billEvents",
        "observations",
        "institutions",
        "appointments",
    ] {
        for row in rows(&app, list, "id").await {
            let mut seen: Vec<(&Value, &Value, &Value)> = citations(&row)
                .iter()
                .map(|it| (&it["document"]["code"], &it["field"], &it["basis"]))
                .collect();
            seen.dedup();
            for (document, field, basis) in &seen {
                let both =
                    seen.iter().any(|it| (it.0, it.1) == (*document, *field) && it.2 != *basis);
                assert!(!both, "{list} {row:#}");
            }
        }
    }
    let effects = rows(&app, "effects", "recommendation { code }").await;
    let of_s4 = |row: &&Value| {
        row["recommendation"]["code"].as_str().is_some_and(|code| code.starts_with("RC_S4_"))
    };
    let of_s4: Vec<&Value> = effects.iter().filter(of_s4).collect();
    assert_eq!(of_s4.len(), 3);
    for row in of_s4 {
        assert!(citations(row).iter().all(|it| it["basis"] == "INFERRED"), "{row:#}");
    }
}

async fn when_a_bill_was_looked_at_says_how_it_is_known(place: Place) {
    let app = place.app().await;
    let mut seen = 0;
    for row in rows(&app, "bills", "number checkedAt").await {
        if row["checkedAt"].is_null() {
            continue;
        }
        seen += 1;
        let own: Vec<&Value> =
            citations(&row).iter().filter(|it| it["field"] == "checkedAt").collect();
        assert_eq!(own.len(), 1, "{row:#}");
        let note = own[0]["note"]["en"].as_str().unwrap();
        assert!(note.starts_with("The source does not say when it was checked"), "{note}");
    }
    assert_eq!(seen, 2);
}
