//! Bounds of documents, variables and arguments: of each the largest that passes and the smallest that is
//! refused, with its code and its status. Those of what a query reads are in `limits_reads`, those of the
//! wire in `limits_http` and `socket`.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::support::client::json as body_of;
use crate::support::{Place, TestApp};
use crate::tests;

tests![
    a_document_has_bounds,
    signs_in_strings_comments_and_arguments_are_not_counted,
    what_a_parser_passes_over_is_not_counted,
    variables_have_bounds,
    arguments_have_bounds,
    conditions_on_other_types_have_a_bound,
    terms_have_a_bound,
    many_conditions_are_answered_or_refused,
];

/// A bound: makes a request of a size, the most that passes, and what a larger one is told.
struct Bound {
    name: &'static str,
    make: fn(usize) -> Value,
    most: usize,
    code: &'static str,
    status: u16,
}

/// A bound of documents; they are refused before anything else is looked at.
fn document(name: &'static str, most: usize, make: fn(usize) -> Value) -> Bound {
    Bound { name, make, most, code: "QUERY_TOO_LARGE", status: 413 }
}

/// A bound of arguments; they are looked at when the field is answered.
fn argument(name: &'static str, most: usize, make: fn(usize) -> Value) -> Bound {
    Bound { name, make, most, code: "BAD_USER_INPUT", status: 200 }
}

pub async fn ask(app: &TestApp, body: &Value) -> (StatusCode, Value) {
    let answer = app.post(None, body).await;
    (answer.status(), body_of(answer).await)
}

/// Asserts that a request is answered, and gives its data.
pub async fn passes(app: &TestApp, name: &str, body: &Value) -> Value {
    let (status, answer) = ask(app, body).await;
    assert_eq!(status, StatusCode::OK, "{name}: {answer}");
    assert!(answer.get("errors").is_none(), "{name}: {}", answer["errors"]);
    answer
}

/// Asserts that a request is refused before anything is read for it.
pub async fn refused(app: &TestApp, name: &str, body: &Value, code: &str, status: u16) {
    app.statements();
    let (seen, answer) = ask(app, body).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{name}: {answer}");
    assert_eq!(seen.as_u16(), status, "{name}: {answer}");
    assert!(answer["data"].is_null(), "{name}: {answer}");
    assert_eq!(app.statements(), Vec::<String>::new(), "{name}: something was read");
}

async fn both_sides(app: &TestApp, bounds: &[Bound]) {
    for Bound { name, make, most, code, status } in bounds {
        passes(app, name, &make(*most)).await;
        refused(app, name, &make(most + 1), code, *status).await;
    }
}

pub fn query(text: impl Into<String>) -> Value {
    json!({ "query": text.into() })
}

/// `count` pieces, one after the other.
pub fn times(count: usize, piece: impl Fn(usize) -> String) -> String {
    (0..count).map(piece).collect()
}

/// The field that leads on from a type, and the type it leads to.
const WAY: [(&str, &str, &str); 4] = [
    ("Query", "body(code: \"POLICY_COUNCIL\")", "__typename"),
    ("Body", "meetings(first: 1)", "id"),
    ("MeetingConnection", "nodes", "totalCount"),
    ("Meeting", "body", "id"),
];

/// The selections of a walk of `depth` fields, the outermost first: type and field; the last is a leaf.
fn walk(depth: usize) -> Vec<(&'static str, &'static str)> {
    let step = |at: usize| if at == 0 { WAY[0] } else { WAY[1 + (at - 1) % 3] };
    (0..depth)
        .map(|at| {
            let (ty, field, leaf) = step(at);
            (ty, if at + 1 == depth { leaf } else { field })
        })
        .collect()
}

fn fields_below_each_other(depth: usize) -> Value {
    let text = times(depth, |at| format!("{{ {} ", walk(depth)[at].1));
    query(format!("{text}{}", "}".repeat(depth)))
}

fn through_inline_fragments(depth: usize) -> Value {
    let text = times(depth, |at| {
        let (ty, field) = walk(depth)[at];
        format!("{{ ... on {ty} {{ {field} ")
    });
    query(format!("{text}{}", "}}".repeat(depth)))
}

fn through_named_fragments(depth: usize) -> Value {
    let fragments = times(depth, |at| {
        let (ty, field) = walk(depth)[at];
        let below = if at + 1 == depth {
            String::new()
        } else {
            format!("{{ ...F{next} }}", next = at + 1)
        };
        format!("fragment F{at} on {ty} {{ {field} {below} }} ")
    });
    query(format!("{{ ...F0 }} {fragments}"))
}

async fn a_document_has_bounds(place: Place) {
    let app = place.app().await;
    both_sides(
        &app,
        &[
            document("bytes", 64 * 1024, |bytes| {
                let start = "{ __typename }#";
                query(format!("{start}{}", "x".repeat(bytes - start.len())))
            }),
            // 200 fields of six tokens each, the others of one: fewer fields than there may be.
            document("tokens", 6_000, |tokens| {
                let plain = "__typename ".repeat(tokens - 2 - 200 * 6);
                query(format!("{{ {plain} {} }}", "... on Query { __typename } ".repeat(200)))
            }),
            document("brackets of objects", 40, |levels| {
                let nots = levels - 3;
                query(format!(
                    "{{ meetings(where: {{ {} {} }}) {{ totalCount }} }}",
                    "not: { ".repeat(nots),
                    "}".repeat(nots)
                ))
            }),
            document("brackets of lists", 40, |levels| {
                let (ands, odd) = ((levels - 3) / 2, (levels - 3) % 2);
                query(format!(
                    "{{ meetings(where: {{ {}{}{}{} }}) {{ totalCount }} }}",
                    "and: [{ ".repeat(ands),
                    "not: { ".repeat(odd),
                    "}".repeat(odd),
                    "}]".repeat(ands)
                ))
            }),
            document("fields below each other", 16, fields_below_each_other),
            document("through inline fragments", 16, through_inline_fragments),
            document("through named fragments", 16, through_named_fragments),
            document("fields spread", 5_000, |fields| {
                query(format!(
                    "{{ {} {} }} fragment F on Query {{ {} }}",
                    "...F ".repeat(99),
                    "__typename ".repeat(fields - 99 * 50),
                    "__typename ".repeat(50)
                ))
            }),
            document("aliases", 500, |aliases| {
                query(format!("{{ {} }}", times(aliases, |at| format!("a{at}: __typename "))))
            }),
            document("aliases in fragments", 500, |aliases| {
                query(format!(
                    "{{ a: __typename ...F }} fragment F on Query {{ {} }}",
                    times(aliases - 1, |at| format!("a{at}: __typename "))
                ))
            }),
            document("directives", 500, |directives| {
                query(format!(
                    "{{ ...F @skip(if: false) ... @include(if: true) {{ __typename }} {} }} fragment F on Query {{ __typename }}",
                    "__typename @include(if: true) ".repeat(directives - 2)
                ))
            }),
            document("fields of introspection", 50, |count| {
                query(format!(
                    "{{ {} }}",
                    times(count, |at| format!("a{at}: __type(name: \"Topic\") {{ name }} "))
                ))
            }),
            document("fragments", 50, |fragments| {
                query(format!(
                    "{{ {} }} {}",
                    times(fragments, |at| format!("...F{at} ")),
                    times(fragments, |at| format!("fragment F{at} on Query {{ __typename }} "))
                ))
            }),
            document("operations", 20, |operations| {
                let text = times(operations, |at| format!("query Q{at} {{ __typename }} "));
                json!({ "query": text, "operationName": "Q7" })
            }),
            document("variables", 100, |variables| {
                let declared = times(variables, |at| format!("$v{at}: String! = \"A\" "));
                let used = times(variables, |at| format!("$v{at} "));
                query(format!(
                    "query({declared}) {{ meetings(where: {{ code: {{ in: [{used}] }} }}) {{ totalCount }} }}"
                ))
            }),
        ],
    )
    .await;
}

async fn signs_in_strings_comments_and_arguments_are_not_counted(place: Place) {
    let app = place.app().await;
    let brackets = "{[(".repeat(30);
    let in_search = |text: &str| format!("{{ search(text: {text}) {{ totalCount }} }}");
    for (name, text) in [
        ("brackets in a string", in_search(&format!("\"가{brackets}\""))),
        ("brackets in a block string", in_search(&format!("\"\"\"가{brackets}\"\"\""))),
        ("brackets behind a quote", in_search(&format!("\"\\\"가{brackets}\""))),
        ("brackets in a comment", format!("{{ __typename }} # {brackets}")),
        ("directives in a string", in_search(&format!("\"가{}\"", "@".repeat(99)))),
        ("directives in a comment", format!("{{ __typename }} # {}", "@skip ".repeat(101))),
        ("aliases in a comment", format!("{{ __typename }} # {}", "a: b ".repeat(101))),
        (
            "colons of arguments and in strings",
            format!(
                "{{ meetings(where: {{ or: [{}] }}) {{ totalCount }} }}",
                "{ code: { eq: \"a:b\" } } ".repeat(101)
            ),
        ),
        (
            "names like a keyword",
            format!("{{ {} }}", times(60, |at| format!("fragment{at}: __typename "))),
        ),
    ] {
        passes(&app, name, &query(text)).await;
    }
}

async fn what_a_parser_passes_over_is_not_counted(place: Place) {
    let app = place.app().await;
    // White space, commas and comments are no tokens (GraphQL specification, "Ignored Tokens").
    for (name, text) in [
        ("commas", format!("{{ {} }}", "__typename , ".repeat(4_900))),
        ("comments", format!("{{ {} }}", "__typename # why\n".repeat(3_500))),
        ("lines", format!("{{ {} }}", "__typename,\n\n".repeat(4_900))),
    ] {
        passes(&app, name, &query(text)).await;
    }
}

/// A request with variables for a filter of meetings.
fn filtered(filter: Value) -> Value {
    json!({
        "query": "query($where: MeetingFilter) { meetings(where: $where) { nodes { id } } }",
        "variables": { "where": filter },
    })
}

async fn variables_have_bounds(place: Place) {
    let app = place.app().await;
    let bad_request =
        |name, most, make| Bound { code: "BAD_REQUEST", status: 400, ..document(name, most, make) };
    both_sides(
        &app,
        &[
            bad_request("nested objects", 16, |levels| {
                filtered((1..levels).fold(json!({}), |inner, _| json!({ "not": inner })))
            }),
            bad_request("nested lists", 16, |levels| {
                let nested = (1..levels).fold(json!([]), |inner, _| json!([inner]));
                json!({ "query": "{ __typename }", "variables": { "unused": nested } })
            }),
            // The list itself counts.
            document("values", 20_000, |values| {
                json!({ "query": "{ __typename }", "variables": { "unused": vec![0; values - 1] } })
            }),
            document("values of several", 20_000, |values| {
                let pairs: Vec<Value> = vec![json!({ "a": 0 }); (values - 2) / 2];
                let odd = vec![0; (values - 2) % 2];
                json!({ "query": "{ __typename }", "variables": { "a": pairs, "b": odd } })
            }),
        ],
    )
    .await;
}

async fn arguments_have_bounds(place: Place) {
    let app = place.app().await;
    both_sides(
        &app,
        &[
            argument("first", 100, |size| {
                query(format!("{{ meetings(first: {size}) {{ totalCount }} }}"))
            }),
            argument("last", 100, |size| {
                query(format!("{{ meetings(last: {size}) {{ nodes {{ id }} }} }}"))
            }),
            argument("first below a row", 100, |size| {
                query(format!(
                    "{{ meetings {{ nodes {{ agenda(first: {size}) {{ nodes {{ id }} }} }} }} }}"
                ))
            }),
            argument("first in a variable", 100, |size| {
                json!({
                    "query": "query($first: Int) { meetings(first: $first) { totalCount } }",
                    "variables": { "first": size },
                })
            }),
            argument("first of changes", 100, |size| {
                query(format!("{{ changes(first: {size}) {{ nodes {{ id }} }} }}"))
            }),
            argument("values of in", 100, |values| {
                filtered(json!({ "code": { "in": vec!["A"; values] } }))
            }),
            argument("values of notIn", 100, |values| {
                filtered(json!({ "number": { "notIn": vec![1; values] } }))
            }),
            argument("ids of in", 100, |values| {
                filtered(json!({ "id": { "in": vec!["TUUBogrqXSVxXoZq4Py5oF63"; values] } }))
            }),
            argument("characters of a search", 100, |length| {
                query(format!("{{ search(text: \"{}\") {{ totalCount }} }}", "가".repeat(length)))
            }),
            argument("words of a search", 8, |words| {
                let text = times(words, |at| format!("낱말{at} "));
                query(format!("{{ search(text: \"{text}\") {{ totalCount }} }}"))
            }),
            argument("characters of a searching filter", 100, |length| {
                filtered(json!({ "search": "가".repeat(length) }))
            }),
        ],
    )
    .await;
    let data = passes(&app, "an id", &query("{ meetings(first: 1) { nodes { id } } }")).await;
    let id = &data["data"]["meetings"]["nodes"][0]["id"];
    let nodes = |ids: usize| {
        json!({
            "query": "query($ids: [ID!]!) { nodes(ids: $ids) { id } }",
            "variables": { "ids": vec![id.clone(); ids] },
        })
    };
    let hundred = passes(&app, "ids of nodes", &nodes(100)).await;
    assert_eq!(hundred["data"]["nodes"].as_array().unwrap().len(), 100);
    refused(&app, "ids of nodes", &nodes(101), "BAD_USER_INPUT", 200).await;
}

async fn conditions_on_other_types_have_a_bound(place: Place) {
    let app = place.app().await;
    let conditions = |name, make| Bound { status: 200, ..document(name, 50, make) };
    both_sides(
        &app,
        &[
            conditions("on a row", |count| {
                filtered(json!({ "or": vec![json!({ "body": { "code": { "eq": "X" } } }); count] }))
            }),
            conditions("on a list", |count| {
                filtered(json!({ "and": vec![json!({ "statements": { "none": {} } }); count] }))
            }),
            conditions("on a list tied by a table", |count| {
                filtered(json!({ "and": vec![json!({ "topics": { "some": {} } }); count] }))
            }),
            conditions("one in the other", |count| {
                let two = json!({ "statements": { "some": { "meeting": {} } } });
                let one = json!({ "body": {} });
                let all = [vec![two; count / 2], vec![one; count % 2]].concat();
                filtered(json!({ "and": all }))
            }),
        ],
    )
    .await;
}

async fn terms_have_a_bound(place: Place) {
    let app = place.app().await;
    let terms = |name, make| Bound { status: 200, ..document(name, 300, make) };
    both_sides(
        &app,
        &[
            // The list itself is a term.
            terms("joined by or", |count| {
                filtered(json!({ "or": vec![json!({ "code": { "eq": "X" } }); count - 1] }))
            }),
            terms("joined by and", |count| {
                filtered(json!({ "and": vec![json!({ "number": { "gt": 1 } }); count - 1] }))
            }),
            terms("turned round", |count| {
                let two = json!({ "not": { "code": { "eq": "X" } } });
                let one = json!({ "code": { "eq": "X" } });
                let all = [vec![two; (count - 1) / 2], vec![one; (count - 1) % 2]].concat();
                filtered(json!({ "or": all }))
            }),
        ],
    )
    .await;
}

async fn many_conditions_are_answered_or_refused(place: Place) {
    let app = place.app().await;
    for join in ["and", "or"] {
        for (condition, most) in [
            (json!({ "code": { "eq": "X" } }), 6_000),
            (json!({ "not": { "number": { "gt": 1 } } }), 4_000),
            (json!({ "search": "협의체" }), 1_100),
        ] {
            for count in [500, 1_100, most] {
                let filter = json!({ join: vec![condition.clone(); count] });
                let (_, answer) = ask(&app, &filtered(filter)).await;
                if let Some(error) = answer["errors"].get(0) {
                    let code = &error["extensions"]["code"];
                    assert!(
                        code == "QUERY_TOO_LARGE" || code == "QUERY_TOO_COSTLY",
                        "{code}: {count} times {condition} joined by {join}"
                    );
                }
            }
        }
    }
}
