//! Bounds of what a query reads: cursors, cost by page sizes, rows; and that the documented examples are
//! well within them.

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::limits::{ask, passes, query, refused, times};
use crate::support::Place;
use crate::tests;

tests![
    cursors_have_a_bound,
    cost_has_a_bound,
    rows_have_a_bound,
    statistics_have_their_cost,
    introspection_has_a_bound,
    tools_may_introspect,
    documented_examples_may_ask_for_the_largest_page,
];

async fn cursors_have_a_bound(place: Place) {
    let app = place.app().await;
    let page = query("{ meetings(first: 1) { pageInfo { endCursor } } }");
    let data = passes(&app, "a cursor", &page).await;
    let cursor = data["data"]["meetings"]["pageInfo"]["endCursor"].as_str().unwrap();
    let content = URL_SAFE_NO_PAD.decode(cursor).unwrap();
    // White space after JSON means nothing, so a cursor can be of any length.
    let padded = |length: usize| {
        let mut content = content.clone();
        content.resize(length, b' ');
        let cursor = URL_SAFE_NO_PAD.encode(content);
        (cursor.len(), query(format!("{{ meetings(after: \"{cursor}\") {{ nodes {{ id }} }} }}")))
    };
    let (length, fits) = padded(1536);
    assert_eq!(length, 2048);
    passes(&app, "2,048 characters", &fits).await;
    let (length, longer) = padded(1537);
    assert!(length > 2048);
    refused(&app, "longer", &longer, "BAD_USER_INPUT", 200).await;
}

async fn cost_has_a_bound(place: Place) {
    let app = place.app().await;
    let make = |cost: usize| {
        // 100 + 100 × 100 + 100 × 100 × 98, and 98 + 98 × 100: two less than a million.
        query(format!(
            "{{ a: meetings(first: 100) {{ nodes {{ statements(first: 100) {{ nodes {{ topics(first: 98) {{ nodes {{ id }} }} }} }} }} }}
                b: meetings(first: 98) {{ nodes {{ statements(first: 100) {{ nodes {{ id }} }} }} }}
                c: topics(first: {}) {{ nodes {{ id }} }} }}",
            cost - 999_998
        ))
    };
    let answer = passes(&app, "a million", &make(1_000_000)).await;
    let cost = &answer["extensions"]["cost"];
    assert_eq!((&cost["requested"], &cost["limit"]), (&json!(1_000_000), &json!(1_000_000)));
    refused(&app, "one more", &make(1_000_001), "QUERY_TOO_COSTLY", 200).await;
    // What is behind a fragment costs the same.
    let hidden = "{ ...A } fragment A on Query { meetings(first: 100) { ...B } }
        fragment B on MeetingConnection { edges { node { statements(first: 100) { ... { nodes { topics(first: 100) { totalCount } } } } } } }";
    refused(&app, "in fragments", &query(hidden), "QUERY_TOO_COSTLY", 200).await;
}

async fn rows_have_a_bound(place: Place) {
    let app = place.app().await;
    let many = "regions(first: 20) { nodes { adoptionCases(first: 30) { nodes {
        outcomes(first: 2) { nodes { id } } barriers(first: 2) { nodes { id } } technologies(first: 2) { nodes { id } } } } } }";
    let read = |answer: &Value| {
        usize::try_from(answer["extensions"]["cost"]["actual"].as_u64().unwrap()).unwrap()
    };
    let each = read(&passes(&app, "one", &query(format!("{{ {many} }}"))).await);
    // A page that is followed by another one reads one row more than it shows.
    let make = |rows: usize| {
        let mut text = times(50_000 / each, |at| format!("a{at}: {many} "));
        let mut left = rows - 50_000 / each * each;
        while left > 0 {
            let some = left.min(101);
            text.push_str(&format!("b{left}: changes(first: {}) {{ nodes {{ id }} }} ", some - 1));
            left -= some;
        }
        query(format!("{{ {text} }}"))
    };
    let most = passes(&app, "50,000 rows", &make(50_000)).await;
    assert_eq!(read(&most), 50_000);
    let (status, answer) = ask(&app, &make(50_001)).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        answer["errors"][0]["extensions"]["code"], "QUERY_TOO_COSTLY",
        "{}",
        answer["errors"]
    );
    assert!(answer["data"].is_null());
    // It was read for nothing, but it was read.
    assert_eq!(read(&answer), 50_001);
}

async fn statistics_have_their_cost(place: Place) {
    let app = place.app().await;
    let statistics = |count: usize| {
        times(count, |at| {
            let [one, other] = ["feedbackStatistics", "adoptionCaseStatistics"];
            format!("s{at}: {} {{ dataVersion }} ", if at % 2 == 0 { one } else { other })
        })
    };
    let cost = async |text: String| {
        let answer = passes(&app, &text, &query(text.clone())).await;
        let cost = &answer["extensions"]["cost"];
        (cost["requested"].as_u64().unwrap(), cost["actual"].as_u64().unwrap())
    };
    assert_eq!(cost(format!("{{ {} }}", statistics(1))).await, (10_000, 100));
    assert_eq!(cost(format!("{{ {} }}", statistics(3))).await, (30_000, 300));
    assert_eq!(cost("{ viewer { kind } __typename }".to_owned()).await, (0, 0));
    // A hundred are a whole query; with one more, or with a row beside them, none is computed.
    assert_eq!(cost(format!("{{ {} }}", statistics(100))).await, (1_000_000, 10_000));
    let more = query(format!("{{ {} }}", statistics(101)));
    refused(&app, "one more statistic", &more, "QUERY_TOO_COSTLY", 200).await;
    let beside = query(format!("{{ {} topics(first: 1) {{ totalCount }} }}", statistics(100)));
    refused(&app, "a row beside them", &beside, "QUERY_TOO_COSTLY", 200).await;
    let before = query(format!("{{ topics(first: 1) {{ totalCount }} {} }}", statistics(100)));
    refused(&app, "a row before them", &before, "QUERY_TOO_COSTLY", 200).await;
}

/// What the most curious tools ask for: graphql-js's `getIntrospectionQuery` with every option, as GraphiQL
/// sends it.
const INTROSPECTION: &str = "query IntrospectionQuery {
  __schema {
    description
    queryType { name kind }
    mutationType { name kind }
    subscriptionType { name kind }
    types { ...FullType }
    directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } }
  }
}
fragment FullType on __Type {
  kind name description specifiedByURL
  fields(includeDeprecated: true) {
    name description
    args(includeDeprecated: true) { ...InputValue }
    type { ...TypeRef }
    isDeprecated deprecationReason
  }
  inputFields(includeDeprecated: true) { ...InputValue }
  interfaces { ...TypeRef }
  enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
  possibleTypes { ...TypeRef }
}
fragment InputValue on __InputValue {
  name description type { ...TypeRef } defaultValue isDeprecated deprecationReason
}
fragment TypeRef on __Type {
  kind name
  ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
  ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } }
}";

async fn introspection_has_a_bound(place: Place) {
    let app = place.app().await;
    let cost = async |name: &str, text: &str| {
        let answer = passes(&app, name, &query(text)).await;
        let cost = &answer["extensions"]["cost"];
        assert_eq!(cost["requested"], cost["actual"], "{name}");
        cost["actual"].as_u64().unwrap()
    };
    let filters = "__schema { types { inputFields { type { inputFields { name } } } } }";
    let one = cost("one", &format!("{{ {filters} }}")).await;
    assert!(one > 100, "{one} points");
    let two = cost("two", &format!("{{ a: {filters} b: {filters} }}")).await;
    assert!(two.abs_diff(one * 2) <= 1, "twice as much costs {two}, not twice {one}");
    // The last number that passes and the first that does not, by what one of them costs.
    let many =
        |count: usize| query(format!("{{ {} }}", times(count, |at| format!("a{at}: {filters} "))));
    let most = 4 * 1024 / usize::try_from(one).unwrap();
    passes(&app, "as many as fit", &many(most)).await;
    refused(&app, "more", &many(most + 2), "QUERY_TOO_LARGE", 413).await;
    // However it is repeated, and however little of it is written.
    let whole = INTROSPECTION.split_once("__schema").unwrap().1;
    let (whole, fragments) = whole.split_once("\n}\n").unwrap();
    for (name, text) in [
        ("aliases of the field", times(500, |at| format!("a{at}: {filters} "))),
        ("aliases of all that tools ask for", times(40, |at| format!("a{at}: __schema {whole} "))),
        (
            "aliases of a list",
            format!(
                "__schema {{ {} }}",
                times(400, |at| format!(
                    "a{at}: types {{ description fields {{ description }} }} "
                ))
            ),
        ),
        (
            "aliases of a text",
            format!(
                "__schema {{ types {{ {} }} }}",
                times(400, |at| format!("a{at}: description "))
            ),
        ),
        (
            "aliases of a type",
            times(490, |at| {
                format!(
                    "a{at}: __type(name: \"Query\") {{ fields {{ args {{ type {{ inputFields {{ name }} }} }} }} }} "
                )
            }),
        ),
    ] {
        let text = format!("{{ {text} }} {}", if text.contains("...") { fragments } else { "" });
        refused(&app, name, &query(text), "QUERY_TOO_LARGE", 413).await;
    }
    for (name, aliases) in [("one below the other", 20), ("many", 499)] {
        let text = format!(
            "{{ {} }} fragment F on __Type {{ inputFields {{ type {{ inputFields {{ type {{ name description }} }} }} }} }}",
            times(aliases, |at| format!("a{at}: __schema {{ types {{ ...F }} }} "))
        );
        refused(&app, name, &query(text), "QUERY_TOO_LARGE", 413).await;
    }
    let deep = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
    refused(&app, "three lists deep", &query(deep), "QUERY_TOO_LARGE", 413).await;
    // By a variable as by a text.
    let named = json!({
        "query": format!("query($name: String!) {{ {} }}", times(490, |at| format!("a{at}: __type(name: $name) {{ fields {{ args {{ type {{ inputFields {{ name }} }} }} }} }} "))),
        "variables": { "name": "Query" },
    });
    refused(&app, "by a variable", &named, "QUERY_TOO_LARGE", 413).await;
}

async fn tools_may_introspect(place: Place) {
    let app = place.app().await;
    let answer = passes(&app, "tools", &query(INTROSPECTION)).await;
    assert!(answer["data"]["__schema"]["types"].as_array().unwrap().len() > 100);
    let cost = answer["extensions"]["cost"]["actual"].as_u64().unwrap();
    let length = answer["data"].to_string().len() as u64;
    // What is estimated is about what is told.
    assert!(
        length / 1024 <= cost && cost <= 4 * length / 1024,
        "{length} bytes cost {cost} points"
    );
    assert!(cost <= 4 * 1024 / 8 * 7, "{cost} points leave no room for the schema to grow");
}

/// The text with the largest page wherever it names a page's size, and how often it does.
fn with_largest_pages(text: &str) -> (String, usize) {
    let pieces: Vec<&str> = text.split("first: ").collect();
    let rest =
        pieces[1..].iter().map(|piece| piece.trim_start_matches(|c: char| c.is_ascii_digit()));
    let text = rest.fold(pieces[0].to_owned(), |text, piece| text + "first: 100" + piece);
    (text, pieces.len() - 1)
}

async fn documented_examples_may_ask_for_the_largest_page(place: Place) {
    let app = place.app().await;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../api/web/examples");
    let mut documents: Vec<(String, Value)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "graphql"))
        .filter(|path| std::fs::read_to_string(path).unwrap().contains("\nquery "))
        .map(|path| {
            let variables = std::fs::read_to_string(path.with_extension("variables.json"))
                .map_or(Value::Null, |text| serde_json::from_str(&text).unwrap());
            (std::fs::read_to_string(path).unwrap(), variables)
        })
        .collect();
    let readme = concat!(include_str!("../../README.md"), include_str!("../../docs/asking.md"));
    for block in readme.split("```graphql\n").skip(1) {
        documents.push((block.split("```").next().unwrap().to_owned(), Value::Null));
    }
    let mut named = 0;
    for (text, variables) in documents {
        let (text, pages) = with_largest_pages(&text);
        passes(&app, &text, &json!({ "query": text, "variables": variables })).await;
        named += pages;
    }
    assert!(named >= 4, "only {named} page sizes are named");
}
