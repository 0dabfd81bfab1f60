//! Bad input: a clear error with a code, never SQL, a panic or a 500.

use aiplus::domain::principal::Principal;
use serde_json::{Value, json};

use crate::support::Place;
use crate::tests;

tests![
    each_bad_input_has_a_code,
    a_cursor_opens_its_own_list_only,
    variables_are_checked,
    a_bad_field_empties_itself_where_it_may_be_empty,
    large_documents_are_refused,
    a_query_that_reaches_too_far_is_refused,
    errors_speak_korean_too,
];

async fn each_bad_input_has_a_code(place: Place) {
    let app = place.app().await;
    for (query, code) in [
        ("{ node(id: \"x\") { id } }", "BAD_USER_INPUT"),
        ("{ node(id: \"WlpaWlpaWlpaWlpaWlpaWlpa\") { id } }", "BAD_USER_INPUT"),
        ("{ nodes(ids: [\"TWVldGluZw==\"]) { id } }", "BAD_USER_INPUT"),
        ("{ institution(code: \"NOBODY\") { id } }", "NOT_FOUND"),
        ("{ institution(code: \"\\u0000\") { id } }", "BAD_USER_INPUT"),
        ("{ meetings(first: -1) { totalCount } }", "BAD_USER_INPUT"),
        ("{ meetings(first: 101) { totalCount } }", "BAD_USER_INPUT"),
        ("{ meetings(last: 1000000) { totalCount } }", "BAD_USER_INPUT"),
        ("{ meetings(first: 1, last: 1) { totalCount } }", "BAD_USER_INPUT"),
        ("{ meetings(after: \"abc\") { totalCount } }", "BAD_USER_INPUT"),
        (
            "{ meetings(orderBy: [{ field: CODE }, { field: CODE }]) { totalCount } }",
            "BAD_USER_INPUT",
        ),
        ("{ meetings(where: { quarter: \"2026-Q5\" }) { totalCount } }", "BAD_USER_INPUT"),
        (
            "{ meetings(where: { startsAt: { gte: \"yesterday\" } }) { totalCount } }",
            "BAD_USER_INPUT",
        ),
        ("{ meetings(where: { id: { eq: \"1\" } }) { totalCount } }", "BAD_USER_INPUT"),
        ("{ meetings(where: { code: { eq: \"a\\u0000\" } }) { totalCount } }", "BAD_USER_INPUT"),
        ("{ search(text: \"\") { totalCount } }", "BAD_USER_INPUT"),
        ("{ timeline(from: \"2026-1\") { totalCount } }", "BAD_USER_INPUT"),
        ("{ bill(number: \"SME_AI_ACT-1\") { stageOn(date: \"2026\") } }", "BAD_USER_INPUT"),
        ("{ body(code: \"ADVISORY_GROUP\") { expiringSeats(days: -1) } }", "BAD_USER_INPUT"),
        (
            "{ feedbackStatistics(where: { raisedOn: { gte: \"x\" } }) { dataVersion } }",
            "BAD_USER_INPUT",
        ),
        (
            "{ feedbackStatistics(groupBy: [TOPIC, STATUS, REGION, SOURCE]) { dataVersion } }",
            "BAD_USER_INPUT",
        ),
        ("{ feedbackStatistics(groupBy: [TOPIC, TOPIC]) { dataVersion } }", "BAD_USER_INPUT"),
        ("{ feedbackStatistics(groupBy: TOPIC, first: 0) { dataVersion } }", "BAD_USER_INPUT"),
        ("{ feedbackStatistics(groupBy: TOPIC, first: 5001) { dataVersion } }", "BAD_USER_INPUT"),
        (
            "{ feedbackStatistics(orderBy: [{ field: KEY }, { field: KEY }]) { dataVersion } }",
            "BAD_USER_INPUT",
        ),
        (
            "{ meetings(where: { status: { eq: GONE } }) { totalCount } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("{ meetings(first: 3000000000) { totalCount } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ meetings }", "GRAPHQL_VALIDATION_FAILED"),
        ("mutation { x }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { x }", "GRAPHQL_VALIDATION_FAILED"),
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("query A { __typename } query A { __typename }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ __typename } query B { __typename }", "GRAPHQL_VALIDATION_FAILED"),
        ("", "GRAPHQL_PARSE_FAILED"),
        ("\u{0}", "GRAPHQL_PARSE_FAILED"),
        ("query A { __typename } query B { __typename }", "GRAPHQL_VALIDATION_FAILED"),
    ] {
        let answer = app.query(query).await;
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"]["code"], code, "{query}: {answer}");
        let message = error["message"].as_str().unwrap();
        assert!(
            !message.is_empty() && !message.contains("SELECT") && !message.contains("$1"),
            "{message}"
        );
    }
}

async fn a_cursor_opens_its_own_list_only(place: Place) {
    let app = place.app().await;
    let data = app.data("{ meetings(first: 1) { pageInfo { endCursor } } }").await;
    let cursor = &data["meetings"]["pageInfo"]["endCursor"];
    app.data(&format!("{{ meetings(after: {cursor}) {{ totalCount }} }}")).await;
    for list in [
        format!("{{ bodies(after: {cursor}) {{ totalCount }} }}"),
        format!("{{ meetings(after: {cursor}, orderBy: [{{ field: CODE }}]) {{ totalCount }} }}"),
        format!(
            "{{ body(code: \"POLICY_COUNCIL\") {{ meetings(after: {cursor}) {{ totalCount }} }} }}"
        ),
    ] {
        assert_eq!(app.refusal(&list).await, "BAD_USER_INPUT", "{list}");
    }
}

async fn variables_are_checked(place: Place) {
    let app = place.app().await;
    let query = "query($n: Int!, $s: MeetingStatus) { meetings(first: $n, where: { status: { eq: $s } }) { totalCount } }";
    for (variables, good) in [
        (json!({ "n": 1 }), true),
        (json!({ "n": 1, "s": "HELD" }), true),
        (json!({ "n": 1, "s": "HELD", "extra": 1 }), true),
        (json!({}), false),
        (json!({ "n": null }), false),
        (json!({ "n": "1" }), false),
        (json!({ "n": 1.5 }), false),
        (json!({ "n": 1, "s": "GONE" }), false),
        (json!({ "n": 1, "s": ["HELD", "PLANNED"] }), false),
    ] {
        let answer = app.ask(&Principal::Anonymous, query, variables.clone()).await;
        if good {
            assert!(answer.get("errors").is_none(), "{variables}: {answer}");
        } else {
            assert_eq!(
                answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT",
                "{variables}: {answer}"
            );
            assert!(answer.get("data").is_none(), "{answer}");
        }
    }
    // No meeting is without a status, so that a null is a mistake; it is the field's own.
    let answer = app.ask(&Principal::Anonymous, query, json!({ "n": 1, "s": null })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
}

async fn a_bad_field_empties_itself_where_it_may_be_empty(place: Place) {
    let app = place.app().await;
    let answer = app
        .query("{ a: bodies { totalCount } b: institution(code: \"NOBODY\") { id } c: __typename }")
        .await;
    assert_eq!(answer["data"], json!({ "a": { "totalCount": 4 }, "b": null, "c": "Query" }));
    assert_eq!(answer["errors"][0]["path"], json!(["b"]));
    let answer =
        app.query("{ a: bodies { totalCount } b: meetings(first: -1) { totalCount } }").await;
    assert_eq!(answer["data"], Value::Null, "a list is never null, so its error empties all data");
    assert_eq!(answer["errors"][0]["path"], json!(["b"]));
}

async fn large_documents_are_refused(place: Place) {
    let app = place.app().await;
    let deep =
        format!("{}id{}", "{ node(id: \"x\") { ... on Meeting ".repeat(100), "}}".repeat(100));
    let nested = format!(
        "{{ meetings(where: {}{}) {{ totalCount }} }}",
        "{ not: ".repeat(200),
        "}".repeat(200)
    );
    let long = format!("{{ {} }}", "__typename ".repeat(200_000));
    let wide =
        format!("{{ {} }}", (0..6000).map(|n| format!("a{n}: __typename ")).collect::<String>());
    // Each fragment spreads the next one twice: 2^30 fields, if anybody walked them.
    let mut doubling = String::from("{ ...F0 } ");
    for n in 0..30 {
        doubling.push_str(&format!("fragment F{n} on Query {{ ...F{m} ...F{m} }} ", m = n + 1));
    }
    doubling.push_str("fragment F30 on Query { __typename }");
    for (name, query) in
        [("deep", deep), ("nested", nested), ("long", long), ("doubling", doubling)]
    {
        assert_eq!(app.refusal(&query).await, "QUERY_TOO_LARGE", "{name}");
    }
    assert_ne!(app.refusal(&wide).await, "INTERNAL_SERVER_ERROR");
    assert!(app.statements().is_empty(), "nothing was read");
}

async fn a_query_that_reaches_too_far_is_refused(place: Place) {
    let app = place.app().await;
    let far = "{ meetings(first: 100) { nodes { statements(first: 100) { nodes { topics(first: 100) { nodes { code } } } } } } }";
    assert_eq!(app.refusal(far).await, "QUERY_TOO_COSTLY");
    assert!(app.statements().is_empty(), "nothing was read");
    // What could be much but is little is answered; the bound is on what is there.
    app.data(&far.replace("topics(first: 100)", "topics(first: 50)")).await;
}

async fn errors_speak_korean_too(place: Place) {
    let app = place.app().await;
    let request = axum::http::Request::builder()
        .uri("/graphql?query=%7Bnode(id:%22x%22)%7Bid%7D%7D")
        .header("accept-language", "ko")
        .body(axum::body::Body::empty())
        .unwrap();
    let answer = tower::ServiceExt::oneshot(app.router(), request).await.unwrap();
    let body = axum::body::to_bytes(answer.into_body(), 10_000).await.unwrap();
    let text = String::from_utf8(body.to_vec()).unwrap();
    assert!(text.contains("식별자"), "{text}");
}
