//! What a query costs is known before it is run: its values are counted, its conditions, totals, searches and
//! statistics weighed. And what may be asked is answered at once, however its lists are put together.

use std::time::{Duration, Instant};

use aiplus::domain::principal::Principal;
use serde_json::{Value, json};

use crate::limits::{ask, passes, query, refused, times};
use crate::support::{Place, TestApp};
use crate::tests;

tests![
    values_of_a_document_have_a_bound,
    a_variable_counts_at_each_use,
    patterns_have_a_bound,
    empty_terms_are_terms,
    lists_of_one_column_meet_at_once,
    a_list_finds_what_its_values_find_one_by_one,
    each_thing_has_its_weight,
    what_is_too_much_together_costs_nothing,
    a_payload_is_weighed_before_anything_is_written,
];

const CODES: &str = "query($v: [String!]!) ";

/// `count` values that no row has.
fn values(count: usize) -> Value {
    (0..count).map(|at| Value::from(format!("NONE-{at}"))).collect()
}

async fn values_of_a_document_have_a_bound(place: Place) {
    let app = place.app().await;
    let lists = |count: usize| {
        let full = times(count / 100, |_| "{ code: { in: $v } }".to_owned());
        let rest = times(count % 100, |_| "\"X\" ".to_owned());
        json!({
            "query": format!("{CODES} {{ meetings(where: {{ or: [{full} {{ code: {{ in: [{rest}] }} }}] }}) {{ nodes {{ id }} }} }}"),
            "variables": { "v": values(100) },
        })
    };
    passes(&app, "a thousand values", &lists(999)).await;
    refused(&app, "one more", &lists(1_001), "QUERY_TOO_LARGE", 413).await;
    let (_, answer) = ask(&app, &lists(1_400)).await;
    let path = json!(["where", "or", "10", "code", "in"]);
    assert_eq!(answer["errors"][0]["extensions"]["path"], path, "{answer}");
    // In several lists, behind fragments, below rows, in directives of other fields: all the same.
    let list = "meetings(where: { code: { in: $v } }) { nodes { id } }";
    for (name, text) in [
        ("aliases", format!("{{ {} }}", times(11, |at| format!("a{at}: {list} ")))),
        (
            "fragments",
            format!(
                "{{ {} }} fragment F on Query {{ x: {list} }}",
                times(11, |at| format!("a{at}: {list} ...F "))
            ),
        ),
        (
            "below rows",
            format!(
                "{{ bodies {{ nodes {{ {} }} }} }}",
                times(11, |at| format!(
                    "a{at}: meetings(where: {{ code: {{ in: $v }} }}) {{ totalCount }} "
                ))
            ),
        ),
    ] {
        let body = json!({ "query": format!("{CODES}{text}"), "variables": { "v": values(100) } });
        refused(&app, name, &body, "QUERY_TOO_LARGE", 413).await;
    }
}

async fn a_variable_counts_at_each_use(place: Place) {
    let app = place.app().await;
    // The request that kept a server of PostgreSQL busy until it was killed, and its kin.
    for term in [
        "{ code: { in: $v } }",
        "{ code: { notIn: $v } }",
        "{ body: { code: { in: $v } } }",
        "{ body: { host: { code: { in: $v } } } }",
        "{ statements: { some: { code: { in: $v } } } }",
        "{ topics: { none: { code: { in: $v } } } }",
        "{ not: { code: { in: $v } } }",
        "{ title: { ko: { in: $v } } }",
    ] {
        for (join, count) in [("and", 154), ("or", 154), ("and", 40)] {
            let text = format!(
                "{CODES}{{ meetings(where: {{ {join}: [{}] }}) {{ totalCount nodes {{ id }} }} }}",
                term.repeat(count)
            );
            let body = json!({ "query": text, "variables": { "v": values(100) } });
            let start = Instant::now();
            refused(&app, term, &body, "QUERY_TOO_LARGE", 413).await;
            assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
        }
    }
    let ids = json!({
        "query": format!("query($v: [ID!]!) {{ {} }}", times(11, |at| format!("a{at}: nodes(ids: $v) {{ id }} "))),
        "variables": { "v": values(100) },
    });
    refused(&app, "ids", &ids, "QUERY_TOO_LARGE", 413).await;
    // A long text is as much as many values.
    let long = json!({
        "query": "query($v: String) { meetings(where: { code: { eq: $v } }) { nodes { id } } }",
        "variables": { "v": "x".repeat(1_000_000) },
    });
    refused(&app, "a long text", &long, "QUERY_TOO_LARGE", 413).await;
}

async fn patterns_have_a_bound(place: Place) {
    let app = place.app().await;
    for name in ["contains", "startsWith", "either language", "within"] {
        let body = |length: usize| {
            let text = "가".repeat(length);
            let filter = match name {
                "contains" => json!({ "code": { "contains": text } }),
                "startsWith" => json!({ "title": { "ko": { "startsWith": text } } }),
                "either language" => json!({ "title": { "contains": text } }),
                _ => json!({ "body": { "code": { "contains": text } } }),
            };
            json!({
                "query": "query($w: MeetingFilter) { meetings(where: $w) { nodes { id } } }",
                "variables": { "w": filter },
            })
        };
        passes(&app, name, &body(200)).await;
        refused(&app, name, &body(201), "BAD_USER_INPUT", 200).await;
    }
}

async fn empty_terms_are_terms(place: Place) {
    let app = place.app().await;
    let empty = |count: usize| {
        let terms = "{} ".repeat(count);
        query(format!("{{ meetings(where: {{ or: [{terms}] }}) {{ nodes {{ id }} }} }}"))
    };
    passes(&app, "299 and the list", &empty(299)).await;
    refused(&app, "300 and the list", &empty(300), "QUERY_TOO_LARGE", 200).await;
}

/// Runs a query that must be answered before its time is over, which is ten seconds, and gives its data.
async fn soon(app: &TestApp, text: &str, variables: Value) -> Value {
    let (_, answer) = ask(app, &json!({ "query": text, "variables": variables })).await;
    assert!(answer.get("errors").is_none(), "{text}\n{}", answer["errors"]);
    answer["data"].clone()
}

async fn lists_of_one_column_meet_at_once(place: Place) {
    let app = place.app().await;
    // Enough rows that PostgreSQL looks into indexes.
    let codes: Vec<Value> =
        app.data("{ adoptionCases(first: 9) { nodes { code } } }").await["adoptionCases"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| node["code"].clone())
            .collect();
    let of = json!({ "v": codes, "w": [codes[3].clone(), "NONE-1", "NONE-2"] });
    for (field, value) in [
        ("code: { in: $v }", "code: { in: $w }"),
        ("or: [{ code: { in: $v } }]", "or: [{ code: { in: $w } }]"),
        ("and: [{ code: { in: $v } }, { or: [{ code: { in: $v } }] }]", "code: { in: $w }"),
    ] {
        let many = times(40, |_| format!("{{ {field} }} "));
        let text = format!(
            "query($v: [String!]!, $w: [String!]!) {{ adoptionCases(where: {{ and: [{many} {{ {value} }}] }}) {{ totalCount nodes {{ code }} }} }}"
        );
        let found = soon(&app, &text, of.clone()).await;
        let only = json!({ "totalCount": 1, "nodes": [{ "code": codes[3] }] });
        assert_eq!(found["adoptionCases"], only, "{field}");
    }
    // Rows that are named, over and over, by other columns as well, and below rows of their own.
    let regions =
        json!({ "v": ["KR-11", "KR-26", "KR-27", "KR-28", "KR-30", "KR-31", "KR-41", "KR-43"] });
    let term = "{ region: { code: { in: $v } } } ";
    let text = format!(
        "query($v: [String!]!) {{ adoptionCases(where: {{ and: [{}] }}) {{ totalCount }} industries(first: 50) {{ nodes {{ code adoptionCases(where: {{ and: [{}] }}) {{ totalCount }} }} }} }}",
        term.repeat(40),
        term.repeat(40)
    );
    soon(&app, &text, regions).await;
    let ids = app.data("{ adoptionCases(first: 20) { nodes { id } } }").await;
    let ids: Value = ids["adoptionCases"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["id"].clone())
        .collect();
    let text = format!(
        "query($v: [ID!]!) {{ adoptionCases(where: {{ and: [{}] }}) {{ totalCount }} }}",
        "{ id: { in: $v } } ".repeat(45)
    );
    let found = soon(&app, &text, json!({ "v": ids })).await;
    assert_eq!(found["adoptionCases"]["totalCount"], 20);
}

async fn a_list_finds_what_its_values_find_one_by_one(place: Place) {
    let app = place.app().await;
    for (list, field, shown, values) in [
        ("meetings", "heldOn", "heldOn", "\"2026-07-01\", \"2023-12-06\""),
        (
            "meetings",
            "startsAt",
            "startsAt",
            "\"2026-07-01T14:00:00+09:00\", \"2023-12-06T05:00:00Z\"",
        ),
        ("meetings", "status", "status", "HELD, PLANNED"),
        ("observations", "value", "value", "33, 48.79, 42"),
        ("adoptionCases", "investment", "investment", "0, 9007199254740993, 30000000, 50000000"),
        ("holidays", "observedOn", "observedOn", "\"2026-01-01\", \"2026-12-25\""),
        ("regions", "code", "code", "\"KR-11\", \" kr-26 \", \"nothing\""),
        ("institutions", "name { ko", "name { ko }", "\"중소벤처기업부\", \"없는 기관\""),
    ] {
        let (path, close) = match field.split_once(" { ") {
            Some((outer, inner)) => (format!("{outer}: {{ {inner}"), "}"),
            None => (field.to_owned(), ""),
        };
        let ask = async |condition: String| {
            app.data(&format!(
                "{{ {list}(first: 100, where: {{ {condition} }}) {{ totalCount nodes {{ id {shown} }} }} }}"
            ))
            .await[list]
                .clone()
        };
        let given =
            values.split(", ").map(|value| format!("{{ {path}: {{ eq: {value} }} {close} }} "));
        let one_by_one = ask(format!("or: [{}]", given.collect::<String>())).await;
        let together = ask(format!("{path}: {{ in: [{values}] }} {close}")).await;
        assert_eq!(together, one_by_one, "{list}.{field}");
        let others = ask(format!("{path}: {{ notIn: [{values}] }} {close}")).await;
        let all = app.data(&format!("{{ {list} {{ totalCount }} }}")).await;
        let count = |page: &Value| page["totalCount"].as_i64().unwrap();
        assert_eq!(count(&together) + count(&others), count(&all[list]), "{list}.{field}");
    }
}

async fn cost(app: &TestApp, text: &str) -> u64 {
    let answer = passes(app, text, &query(text)).await;
    answer["extensions"]["cost"]["requested"].as_u64().unwrap()
}

async fn each_thing_has_its_weight(place: Place) {
    let app = place.app().await;
    let list = |condition: &str| {
        format!("{{ meetings(first: 1, where: {{ {condition} }}) {{ nodes {{ id }} }} }}")
    };
    for (text, points) in [
        ("{ __typename viewer { kind } }".to_owned(), 0),
        ("{ meetings(first: 7) { nodes { id } } }".to_owned(), 7),
        ("{ meetings(first: 7) { totalCount nodes { id } } }".to_owned(), 10_007),
        (
            "{ bodies(first: 4) { nodes { meetings(first: 5) { totalCount nodes { id } } } } }"
                .to_owned(),
            4 + 20 + 40,
        ),
        ("{ institution(code: \"TIPA\") { code } }".to_owned(), 10),
        (
            "{ institution(code: \"TIPA\") { memberships(first: 5) { nodes { id } } } }".to_owned(),
            15,
        ),
        (list("code: { eq: \"X\" }"), 11),
        (list("code: { contains: \"X\" }"), 2_001),
        (list("number: { gt: 1, lt: 7 }"), 1_001),
        (list("body: { code: { eq: \"X\" } }"), 211),
        (list("statements: { some: { code: { eq: \"X\" } } }"), 5_011),
        (list("search: \"데이터 허브\""), 20_001),
        ("{ search(text: \"데이터 허브\", first: 1) { nodes { type } } }".to_owned(), 40_001),
        ("{ timeline(first: 1) { nodes { kind } } }".to_owned(), 20_001),
        (
            "{ similarCases(to: { region: \"KR-11\" }, first: 1) { edges { reasons } } }"
                .to_owned(),
            50_001,
        ),
        ("{ feedbackStatistics { dataVersion } }".to_owned(), 10_000),
        ("{ changeStatistics { dataVersion } }".to_owned(), 200_000),
    ] {
        assert_eq!(cost(&app, &text).await, points, "{text}");
    }
}

async fn what_is_too_much_together_costs_nothing(place: Place) {
    let app = place.app().await;
    for (name, count, piece) in [
        ("totals", 101, "meetings { totalCount }"),
        ("searches", 51, "search(text: \"협의체\", first: 1) { nodes { type } }"),
        (
            "conditions",
            13,
            "meetings(first: 1, where: { or: [{ search: \"a b c d e f g h\" }] }) { nodes { id } }",
        ),
        (
            "similar cases",
            21,
            "similarCases(to: { region: \"KR-11\" }, first: 1) { edges { reasons } }",
        ),
        ("the timeline", 51, "timeline(first: 1) { nodes { kind } }"),
        (
            "lists below a row",
            2,
            "body(code: \"X\") { meetings(first: 100) { nodes { statements(first: 100) { nodes { topics(first: 60) { nodes { id } } } } } } }",
        ),
    ] {
        let text = format!(
            "{{ first: topics(first: 1) {{ nodes {{ id }} }} {} }}",
            times(count, |at| format!("a{at}: {piece} "))
        );
        refused(&app, name, &query(text), "QUERY_TOO_COSTLY", 200).await;
    }
}

async fn a_payload_is_weighed_before_anything_is_written(place: Place) {
    let app = place.app().await;
    let input = json!({
        "code": "WEIGHED",
        "name": { "ko": "무게" },
        "operator": "TIPA",
        "idempotencyKey": "weighed-payload",
    });
    let ask = async |selected: &str| {
        let mutation = format!(
            "mutation($input: CreateProgrammeInput!) {{ createProgramme(input: $input) {{ programme {{ code {selected} }} errors {{ code }} }} }}"
        );
        app.ask(&Principal::System, &mutation, json!({ "input": input })).await
    };
    let dear = "submissions(first: 100) { nodes { revisions(first: 100) { nodes { id } } values(first: 100) { nodes { id } } \
        a: values(first: 100) { nodes { id } } b: values(first: 100) { nodes { id } } c: values(first: 100) { nodes { id } } \
        d: values(first: 100) { nodes { id } } e: values(first: 100) { nodes { id } } f: values(first: 100) { nodes { id } } \
        g: values(first: 100) { nodes { id } } h: values(first: 100) { nodes { id } } } }";
    for (selected, code) in
        [(dear, "QUERY_TOO_COSTLY"), ("submissions(first: 101) { nodes { id } }", "BAD_USER_INPUT")]
    {
        let answer = ask(selected).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{answer}");
    }
    assert_eq!(
        app.data("{ programmes(where: { code: { eq: \"WEIGHED\" } }) { totalCount } }").await["programmes"]
            ["totalCount"],
        0
    );
    let answer =
        ask("submissions(first: 100) { nodes { values(first: 100) { nodes { id } } } }").await;
    assert_eq!(answer["data"]["createProgramme"]["programme"]["code"], "WEIGHED", "{answer}");
}
