//! What the read path promises: as many statements as levels, whatever the rows and callers; keys in
//! query order; fragments, directives, aliases and merged fields as the specification says.

use std::sync::Arc;

use aiplus::domain::principal::Principal;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::Place;
use crate::tests;

tests![
    statements_equal_levels_for_any_number_of_parents,
    statements_equal_levels_for_32_callers_at_once,
    a_total_is_a_statement_only_if_selected,
    keys_come_in_query_order,
    fragments_on_interfaces_and_unions_apply,
    directives_leave_out_what_they_say,
    merged_fields_are_merged,
    introspection_stands_beside_data,
];

/// Levels: cases, outcomes, barriers, technologies, citations; regions and industries are joined.
const DEEP: &str = "query($n: Int!) { adoptionCases(first: $n) { nodes {
    code region { code name { ko } } industry { code parent { code } }
    outcomes { nodes { change } }
    citations { nodes { id } }
    barriers { nodes { kind } }
    technologies { nodes { technology } }
} } }";

async fn statements_equal_levels_for_any_number_of_parents(place: Place) {
    let app = place.app().await;
    for parents in [1, 20, 100] {
        app.statements();
        let answer = app.ask(&Principal::Anonymous, DEEP, json!({ "n": parents })).await;
        assert_eq!(answer["data"]["adoptionCases"]["nodes"].as_array().unwrap().len(), parents);
        let statements = app.statements();
        assert_eq!(statements.len(), 5, "{parents} parents: {statements:#?}");
    }
    let query = "{ meetings(first: 20) { nodes { agenda { nodes { title { ko } } }
        attendance { nodes { institution { name { ko } } } }
        statements { nodes { speaker { ... on Person { name { ko } } } topics { nodes { code } } } } } } }";
    app.statements();
    app.data(query).await;
    assert_eq!(app.statements().len(), 5, "meetings, agenda, attendance, statements, topics");
}

async fn statements_equal_levels_for_32_callers_at_once(place: Place) {
    let app = Arc::new(place.app().await);
    app.ask(&Principal::Anonymous, DEEP, json!({ "n": 20 })).await;
    app.statements();
    let callers = (0..32).map(|_| {
        let app = app.clone();
        tokio::spawn(async move { app.ask(&Principal::Anonymous, DEEP, json!({ "n": 20 })).await })
    });
    let answers: Vec<Value> = join_all(callers).await.into_iter().map(Result::unwrap).collect();
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(app.statements().len(), 32 * 5);
}

async fn a_total_is_a_statement_only_if_selected(place: Place) {
    let app = place.app().await;
    for (query, statements) in [
        ("{ meetings { nodes { id } } }", 1),
        ("{ meetings { totalCount } }", 1),
        ("{ meetings { totalCount nodes { id } } }", 2),
        ("{ meetings { nodes { agenda { totalCount } } } }", 2),
        ("{ meetings { nodes { agenda { totalCount nodes { id } } } } }", 3),
        ("{ __typename }", 0),
    ] {
        app.statements();
        app.data(query).await;
        assert_eq!(app.statements().len(), statements, "{query}");
    }
}

async fn keys_come_in_query_order(place: Place) {
    let app = place.app().await;
    let query = "{ z: bill(number: \"SME_AI_ACT-1\") { title { en ko } stage number id: number __typename }
        a: meetings(first: 1, orderBy: [{ field: CODE }]) { totalCount pageInfo { endCursor: hasNextPage } nodes { body { name { ko } code } code } } }";
    let text = app.text(&Principal::Anonymous, query, Value::Null).await;
    let keys = [
        "\"z\"",
        "\"title\"",
        "\"en\"",
        "\"ko\"",
        "\"stage\"",
        "\"number\"",
        "\"id\"",
        "\"__typename\"",
        "\"a\"",
        "\"totalCount\"",
        "\"pageInfo\"",
        "\"endCursor\"",
        "\"nodes\"",
        "\"body\"",
        "\"name\"",
        "\"ko\"",
        "\"code\"",
        "\"code\"",
    ];
    let mut from = 0;
    for key in keys {
        let at = text[from..]
            .find(&format!("{key}:"))
            .unwrap_or_else(|| panic!("{key} out of order in {text}"));
        from += at + key.len();
    }
}

async fn fragments_on_interfaces_and_unions_apply(place: Place) {
    let app = place.app().await;
    let data = app
        .data(
            "query { statements(first: 100) { nodes { ...Spoken } } conflicts(first: 100) { nodes { subject { ...Subject } } } }
             fragment Spoken on Statement { speaker { __typename ... on Node { id } ... on Person { person: name { ko } } ... on Institution { code } } }
             fragment Subject on Fact { __typename origin ...Named }
             fragment Named on Node { ... on Meeting { heldOn } ... on Body { seats } }",
        )
        .await;
    let speakers: Vec<&Value> = data["statements"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| &node["speaker"])
        .collect();
    let of = |name: &str| speakers.iter().filter(|speaker| speaker["__typename"] == name).count();
    assert!(of("Person") > 3 && of("Institution") > 0, "{speakers:?}");
    for speaker in speakers.iter().filter(|speaker| speaker["__typename"] == "Person") {
        assert!(
            speaker["person"]["ko"].is_string()
                && speaker.get("code").is_none()
                && speaker["id"].is_string()
        );
    }
    let subjects = data["conflicts"]["nodes"].as_array().unwrap();
    assert!(subjects.iter().any(|node| node["subject"]["heldOn"] == "2026-07-01"));
    assert!(subjects.iter().all(|node| node["subject"]["origin"] == "SOURCE"));
}

async fn directives_leave_out_what_they_say(place: Place) {
    let app = place.app().await;
    let query = "query($yes: Boolean = true, $no: Boolean!) { body(code: \"ADVISORY_GROUP\") {
        code @skip(if: $yes) seats @include(if: $yes) kind @include(if: $no)
        ... @include(if: $no) { id }
        ...Name @skip(if: $no) @include(if: $yes)
    } } fragment Name on Body { name { en @skip(if: true) ko } }";
    let answer = app.ask(&Principal::Anonymous, query, json!({ "no": false })).await;
    assert_eq!(
        answer["data"]["body"],
        json!({ "seats": 11, "name": { "ko": "중소기업 인공지능(AI) 정책자문단" } })
    );
}

async fn merged_fields_are_merged(place: Place) {
    let app = place.app().await;
    let data = app
        .data(
            "{ meeting: bodies(first: 1) { nodes { code } } meeting: bodies(first: 1) { nodes { kind } totalCount }
               ...Again } fragment Again on Query { meeting: bodies(first: 1) { nodes { host { code } host { name { ko } } } } }",
        )
        .await;
    let node = &data["meeting"]["nodes"][0];
    assert!(
        node["code"].is_string() && node["kind"].is_string() && node["host"]["code"].is_string()
    );
    assert!(node["host"]["name"]["ko"].is_string() && data["meeting"]["totalCount"] == 4, "{data}");
}

async fn introspection_stands_beside_data(place: Place) {
    let app = place.app().await;
    let data = app.data("{ a: __typename bodies { totalCount } __type(name: \"Meeting\") { name description } __schema { queryType { name } } }").await;
    assert_eq!(data["a"], "Query");
    assert_eq!(data["__type"]["name"], "Meeting");
    assert!(data["__type"]["description"].as_str().unwrap().contains("회의"));
    assert_eq!(data["__schema"]["queryType"]["name"], "Query");
}
