//! What is asked wrongly: nulls that are no condition, codes that are none, names that do not exist. Each is
//! told where it stands and what could have been meant, in either language.

use aiplus::domain::principal::Principal;
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::support::{Place, TestApp};
use crate::tests;

tests![
    a_null_is_no_condition,
    a_variable_that_is_left_out_is_no_condition,
    values_of_another_kind_are_told_where_they_stand,
    codes_that_are_none_name_those_that_are,
    names_that_do_not_exist_name_what_is_near,
    sentences_are_korean_throughout,
    hints_tell_nothing_of_a_schema_that_is_not_told,
    an_empty_page_of_the_feed_keeps_the_place,
    illustrations_are_like_nobody_unless_asked,
    what_cannot_be_asked_names_its_place,
    likeness_stands_on_the_edge,
    what_a_stage_requires_is_what_stages_up_to_it_do,
    a_range_that_ends_before_it_begins_is_refused,
];

fn path(answer: &Value) -> String {
    let steps = answer["errors"][0]["extensions"]["path"].as_array();
    let steps = steps.unwrap_or_else(|| panic!("no path: {answer}")).iter();
    steps.map(|step| step.as_str().unwrap()).collect::<Vec<_>>().join(".")
}

async fn a_null_is_no_condition(place: Place) {
    let app = place.app().await;
    for (list, condition, at) in [
        ("adoptionCases", "startedOn: { gt: null }", "startedOn.gt"),
        ("adoptionCases", "startedOn: { gte: null, lte: \"2026\" }", "startedOn.gte"),
        ("adoptionCases", "code: { in: null }", "code.in"),
        ("adoptionCases", "code: { notIn: null }", "code.notIn"),
        ("adoptionCases", "code: { contains: null }", "code.contains"),
        ("adoptionCases", "code: { startsWith: null }", "code.startsWith"),
        ("adoptionCases", "code: { eq: null }", "code.eq"),
        ("adoptionCases", "code: { ne: null }", "code.ne"),
        ("adoptionCases", "code: null", "code"),
        ("adoptionCases", "district: null", "district"),
        ("adoptionCases", "district: { isNull: null }", "district.isNull"),
        ("adoptionCases", "investment: { lt: null }", "investment.lt"),
        ("adoptionCases", "stage: { eq: null }", "stage.eq"),
        ("adoptionCases", "stage: { in: null }", "stage.in"),
        ("adoptionCases", "id: { eq: null }", "id.eq"),
        ("adoptionCases", "id: { in: null }", "id.in"),
        ("adoptionCases", "region: null", "region"),
        ("adoptionCases", "region: { code: null }", "region.code"),
        ("adoptionCases", "region: { code: { eq: null } }", "region.code.eq"),
        ("adoptionCases", "supplier: null", "supplier"),
        ("adoptionCases", "title: null", "title"),
        ("adoptionCases", "title: { ko: null }", "title.ko"),
        ("adoptionCases", "title: { ko: { eq: null } }", "title.ko.eq"),
        ("adoptionCases", "title: { contains: null }", "title.contains"),
        ("adoptionCases", "outcomes: null", "outcomes"),
        ("adoptionCases", "outcomes: { some: null }", "outcomes.some"),
        ("adoptionCases", "outcomes: { none: null }", "outcomes.none"),
        (
            "adoptionCases",
            "outcomes: { some: { unit: { contains: null } } }",
            "outcomes.some.unit.contains",
        ),
        ("adoptionCases", "and: null", "and"),
        ("adoptionCases", "or: null", "or"),
        ("adoptionCases", "not: null", "not"),
        ("adoptionCases", "not: { code: { in: null } }", "not.code.in"),
        ("adoptionCases", "and: [{}, { code: { in: null } }]", "and.1.code.in"),
        (
            "adoptionCases",
            "or: [{ region: { or: [{ code: { eq: null } }] } }]",
            "or.0.region.or.0.code.eq",
        ),
        ("adoptionCases", "search: null", "search"),
        ("meetings", "quarter: null", "quarter"),
        ("meetings", "hasOpenRecommendations: null", "hasOpenRecommendations"),
        ("bills", "reached: null", "reached"),
        ("submissions", "isOverdue: null", "isOverdue"),
        ("submissions", "waitsFor: null", "waitsFor"),
        ("indicators", "validIn: null", "validIn"),
    ] {
        for (query, variables) in [
            (format!("{{ {list}(where: {{ {condition} }}) {{ totalCount }} }}"), Value::Null),
            // The same as a variable of the innermost term.
            (
                format!(
                    "query($none: {}) {{ {list}(where: {{ {} }}) {{ totalCount }} }}",
                    input(list, at),
                    condition.replace("null", "$none")
                ),
                json!({ "none": null }),
            ),
        ] {
            let answer = app.ask(&Principal::System, &query, variables).await;
            assert_eq!(
                answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT",
                "{query}: {answer}"
            );
            assert_eq!(path(&answer), format!("where.{at}"), "{query}");
            assert!(answer["errors"][0]["message"].as_str().unwrap().contains(at), "{answer}");
        }
    }
    // Below rows, even where there are none.
    let nested = "{ regions(where: { code: { eq: \"GONE\" } }) { nodes { adoptionCases(where: { code: { in: null } }) { totalCount } } } }";
    assert_eq!(path(&app.query(nested).await), "where.code.in");
    // The whole condition as a variable.
    let query = "query($where: AdoptionCaseFilter) { adoptionCases(where: $where) { totalCount } }";
    let answer = app
        .ask(&Principal::Anonymous, query, json!({ "where": { "startedOn": { "gt": null } } }))
        .await;
    assert_eq!(path(&answer), "where.startedOn.gt");
    // What a null does say.
    let count = async |condition: &str| {
        let data = app
            .data(&format!("{{ adoptionCases(where: {{ {condition} }}) {{ totalCount }} }}"))
            .await;
        data["adoptionCases"]["totalCount"].as_i64().unwrap()
    };
    let (none, some) =
        (count("district: { eq: null }").await, count("district: { ne: null }").await);
    assert_eq!(
        (none, some),
        (count("district: { isNull: true }").await, count("district: { isNull: false }").await)
    );
    assert_eq!(none + some, count("").await);
    assert_eq!(count("code: { in: [] }").await, 0);
    assert_eq!(count("supplier: {}").await + count("not: { supplier: {} }").await, none + some);
    app.data(
        "{ adoptionCases(where: null, orderBy: null, first: null, after: null) { totalCount } }",
    )
    .await;
}

/// Type of the term of a filter.
fn input(list: &str, at: &str) -> String {
    let schema = aiplus::graphql::engine::validation_schema();
    let mut ty = schema.get_object("Query").unwrap().fields[list]
        .argument_by_name("where")
        .unwrap()
        .ty
        .inner_named_type()
        .clone();
    let mut found = String::new();
    for step in at.split('.') {
        if step.parse::<usize>().is_ok() {
            continue;
        }
        let field = &schema.get_input_object(&ty).unwrap().fields[step];
        found = field.ty.to_string();
        ty = field.ty.inner_named_type().clone();
    }
    found
}

async fn a_variable_that_is_left_out_is_no_condition(place: Place) {
    let app = place.app().await;
    let query = "query($from: PartialDate, $region: String, $in: [String!], $some: OutcomeFilter) { adoptionCases(where: { startedOn: { gte: $from }, region: { code: { eq: $region, in: $in } }, outcomes: { some: $some } }) { totalCount } }";
    let answer = app.ask(&Principal::Anonymous, query, json!({})).await;
    assert_eq!(answer["data"]["adoptionCases"]["totalCount"], 300, "{answer}");
    let answer = app.ask(&Principal::Anonymous, query, json!({ "region": null })).await;
    assert_eq!(path(&answer), "where.region.code.eq");
}

async fn values_of_another_kind_are_told_where_they_stand(place: Place) {
    let app = place.app().await;
    let many: String = (0..101).map(|n| format!("\"{n}\",")).collect();
    for (arguments, at) in [
        ("where: { startedOn: { gte: \"2026-1\" } }".to_owned(), "where.startedOn.gte"),
        (
            "where: { publishedOn: { in: [\"2026-07-01\", \"x\"] } }".to_owned(),
            "where.publishedOn.in.1",
        ),
        ("where: { or: [{ updatedAt: { lt: \"now\" } }] }".to_owned(), "where.or.0.updatedAt.lt"),
        ("where: { id: { in: [\"1\"] } }".to_owned(), "where.id.in.0"),
        ("where: { code: { contains: \"\\u0000\" } }".to_owned(), "where.code.contains"),
        ("where: { investment: { gt: \"many\" } }".to_owned(), "where.investment.gt"),
        (format!("where: {{ code: {{ in: [{many}] }} }}"), "where.code.in"),
        ("first: -1".to_owned(), "first"),
        ("last: 1000".to_owned(), "last"),
        ("after: \"x\"".to_owned(), "after"),
        ("orderBy: [{ field: CODE }, { field: CODE }]".to_owned(), "orderBy"),
    ] {
        let answer = app.query(&format!("{{ adoptionCases({arguments}) {{ totalCount }} }}")).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
        assert_eq!(path(&answer), at, "{answer}");
    }
    for (query, variables, at) in [
        ("query($n: Int!) { regions(first: $n) { totalCount } }", json!({}), "$n"),
        ("query($n: Int!) { regions(first: $n) { totalCount } }", json!({ "n": null }), "$n"),
        ("query($n: Int) { regions(first: $n) { totalCount } }", json!({ "n": "1" }), "$n"),
        (
            "query($w: RegionFilter) { regions(where: $w) { totalCount } }",
            json!({ "w": { "code": { "in": ["A", 1] } } }),
            "$w.code.in.1",
        ),
        (
            "query($w: RegionFilter) { regions(where: $w) { totalCount } }",
            json!({ "w": { "and": [{ "kode": {} }] } }),
            "$w.and.0",
        ),
        (
            "query($o: [RegionOrder!]) { regions(orderBy: $o) { totalCount } }",
            json!({ "o": [{ "direction": "ASC" }] }),
            "$o.0.field",
        ),
    ] {
        let answer = app.ask(&Principal::Anonymous, query, variables).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
        assert_eq!(path(&answer), at, "{answer}");
    }
}

async fn codes_that_are_none_name_those_that_are(place: Place) {
    let app = place.app().await;
    for (query, code, at, near) in [
        ("similarCases(to: { ksic: \"c10\" }) { totalCount }", "BAD_USER_INPUT", "to.ksic", "`10`"),
        (
            "similarCases(to: { region: \"KR-111\" }) { totalCount }",
            "BAD_USER_INPUT",
            "to.region",
            "KR-11",
        ),
        (
            "similarCases(to: { region: \"\\u0000\" }) { totalCount }",
            "BAD_USER_INPUT",
            "to.region",
            "NUL",
        ),
        (
            "timeline(bodies: [\"POLICY_COUNCIL\", \"POLICY_COUNCL\"]) { totalCount }",
            "BAD_USER_INPUT",
            "bodies.1",
            "`POLICY_COUNCIL`",
        ),
        (
            "indicatorSeries(programme: \"AI_TRAINING\", indicator: \"TRAINEES\", institution: \"TIPPA\") { dataVersion }",
            "NOT_FOUND",
            "institution",
            "`TIPA`",
        ),
        (
            "indicatorSeries(programme: \"AI_TRAINNG\", indicator: \"TRAINEES\") { dataVersion }",
            "NOT_FOUND",
            "programme",
            "`AI_TRAINING`",
        ),
        (
            "indicatorSeries(programme: \"AI_TRAINING\", indicator: \"TRAINEE\") { dataVersion }",
            "NOT_FOUND",
            "indicator",
            "`TRAINEES`",
        ),
        ("institution(code: \"TIPPA\") { id }", "NOT_FOUND", "code", "`TIPA`"),
        ("body(code: \"POLICY_COUNCL\") { id }", "NOT_FOUND", "code", "`POLICY_COUNCIL`"),
        ("programme(code: \"AI_TRAININGS\") { id }", "NOT_FOUND", "code", "`AI_TRAINING`"),
        ("region(code: \"KR-111\") { id }", "NOT_FOUND", "code", "KR-11"),
        ("industry(code: \"c10\") { id }", "NOT_FOUND", "code", "`10`"),
        ("bill(number: \"SME_AI_ACT-9\") { id }", "NOT_FOUND", "number", "`SME_AI_ACT-1`"),
        ("period(quarter: \"2031-Q1\") { id }", "NOT_FOUND", "quarter", "2026-Q3"),
        ("changes(types: [\"Meetings\"]) { totalCount }", "BAD_USER_INPUT", "types", "`Meeting`"),
    ] {
        let answer = app.ask(&Principal::System, &format!("{{ {query} }}"), Value::Null).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{query}: {answer}");
        assert_eq!(path(&answer), at, "{query}");
        assert!(answer["errors"][0]["message"].as_str().unwrap().contains(near), "{answer}");
    }
    // A code as people write it is the code.
    for (query, code) in [
        ("programme(code: \"ai-training\")", "AI_TRAINING"),
        ("body(code: \"policy council\")", "POLICY_COUNCIL"),
    ] {
        let data = app.data(&format!("{{ it: {query} {{ code }} }}")).await;
        assert_eq!(data["it"]["code"], code, "{query}");
    }
    let ranked = async |to: &str| {
        app.data(&format!("{{ similarCases(includeIllustrative: true, to: {{ {to} }}) {{ totalCount edges {{ score node {{ code }} }} }} }}")).await
    };
    assert_eq!(
        ranked("ksic: \"c\", region: \"kr-11\"").await,
        ranked("ksic: \"C\", region: \"KR-11\"").await
    );
    let series = async |of: &str| {
        let query = format!(
            "{{ indicatorSeries({of}, includeIllustrative: true) {{ indicator {{ code }} points {{ quarter value }} }} }}"
        );
        app.ask(&Principal::System, &query, Value::Null).await["data"].clone()
    };
    assert_eq!(
        series("programme: \"ai_training\", indicator: \"Trainees\"").await,
        series("programme: \"AI_TRAINING\", indicator: \"TRAINEES\"").await
    );
    // What is hidden is named to nobody.
    app.sql("UPDATE region SET visibility = 'INTERNAL' WHERE code = 'KR-11'").await;
    let hidden = app.query("{ similarCases(to: { region: \"KR-11\" }) { totalCount } }").await;
    let message = hidden["errors"][0]["message"].as_str().unwrap();
    assert!(message.matches("KR-11").count() == 1 && message.contains("KR-26"), "{message}");
}

async fn names_that_do_not_exist_name_what_is_near(place: Place) {
    let app = place.app().await;
    let message = async |query: &str, variables: Value| {
        let answer = app.ask(&Principal::Anonymous, query, variables).await;
        let errors = answer["errors"].as_array().unwrap_or_else(|| panic!("{query}: {answer}"));
        assert_ne!(errors[0]["extensions"]["code"], "INTERNAL_SERVER_ERROR", "{answer}");
        errors.iter().map(|error| error["message"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
    };
    let statuses = ["PLANNED", "HELD", "POSTPONED", "CANCELLED"];
    for (query, variables) in [
        ("{ meetings(where: { status: { eq: HELDD } }) { totalCount } }", Value::Null),
        ("{ meetings(where: { status: { in: [HELDD] } }) { totalCount } }", Value::Null),
        ("{ meetings(where: { status: { eq: \"HELD\" } }) { totalCount } }", Value::Null),
        (
            "query($s: MeetingStatus) { meetings(where: { status: { eq: $s } }) { totalCount } }",
            json!({ "s": "held" }),
        ),
        (
            "query($w: MeetingFilter) { meetings(where: $w) { totalCount } }",
            json!({ "w": { "status": { "in": ["HELD", "HELDD"] } } }),
        ),
    ] {
        let text = message(query, variables).await;
        for status in statuses {
            assert!(text.contains(status), "{query}: {text}");
        }
    }
    for (query, near) in [
        ("{ meetings(orderBy: [{ field: HELDON }]) { totalCount } }", "`HELD_ON`"),
        ("{ meetings(orderBy: [{ field: HELD_ON, direction: DOWN }]) { totalCount } }", "DESC"),
        ("{ meetings { nodes { heldOm } } }", "`heldOn`"),
        ("{ meeting(kode: \"x\") { id } }", "`code`"),
        ("{ meetings(where: { heldon: { eq: \"2026-07-01\" } }) { totalCount } }", "`heldOn`"),
        ("{ node(id: \"x\") { ... on Meetng { id } } }", "`Meeting`"),
        ("query($w: MeetingFiltr) { meetings(where: $w) { totalCount } }", "`MeetingFilter`"),
        ("{ feedbackStatistics(groupBy: TOPICS) { dataVersion } }", "`TOPIC`"),
    ] {
        let text = message(query, Value::Null).await;
        assert!(text.contains(near), "{query}: {text}");
    }
    // One mistake is one error, whatever the validator leaves out over it.
    for query in [
        "{ meetings { totalCount { a } } }",
        "{ meetings { nodes { ... on Meetng { id } } } }",
        "{ meetings { nodes { ...F } } } fragment F on Meetng { id }",
        "query($d: Int) { meetings { nodes { idd(a: $d) } } }",
        "{ meetings { nodes { body { idd } } } }",
    ] {
        let answer = app.ask(&Principal::Anonymous, query, json!({ "d": 1 })).await;
        assert_eq!(answer["errors"].as_array().map(Vec::len), Some(1), "{query}: {answer:#}");
    }
}

/// The first error of a query, told in Korean.
async fn korean(app: &TestApp, query: &str, variables: Value) -> String {
    let request = Request::post("/graphql")
        .header("content-type", "application/json")
        .header("accept-language", "ko-KR,ko;q=0.9")
        .body(Body::from(json!({ "query": query, "variables": variables }).to_string()))
        .unwrap();
    let answer = app.router().oneshot(request).await.unwrap();
    let body = axum::body::to_bytes(answer.into_body(), 100_000).await.unwrap();
    let answer: Value = serde_json::from_slice(&body).unwrap();
    answer["errors"][0]["message"]
        .as_str()
        .unwrap_or_else(|| panic!("{query}: {answer}"))
        .to_owned()
}

async fn sentences_are_korean_throughout(place: Place) {
    let app = place.app().await;
    for (query, variables) in [
        ("{ nothing }", json!({})),
        ("{ meetings }", json!({})),
        ("{ meetings { nodes { title } } }", json!({})),
        ("{ meetings { nodes { code { x } } } }", json!({})),
        ("{ meetings { nodes { status { x } } } }", json!({})),
        ("{ meetings(x: 1) { totalCount } }", json!({})),
        ("{ meetings(first: 1, first: 2) { totalCount } }", json!({})),
        ("{ meetings(first: \"1\") { totalCount } }", json!({})),
        ("{ meetings(first: 3000000000) { totalCount } }", json!({})),
        ("{ meetings(first: $n) { totalCount } }", json!({})),
        ("{ meetings(where: { x: 1 }) { totalCount } }", json!({})),
        ("{ meetings(where: { status: { eq: GONE } }) { totalCount } }", json!({})),
        (
            "{ meetings(where: { code: { eq: \"a\" }, code: { eq: \"b\" } }) { totalCount } }",
            json!({}),
        ),
        ("{ meetings(orderBy: [{ direction: ASC }]) { totalCount } }", json!({})),
        ("{ node { id } }", json!({})),
        ("{ a: meetings { totalCount } a: bodies { totalCount } }", json!({})),
        ("{ a: __typename a: meetings { totalCount } }", json!({})),
        ("{ meetings { nodes { id id: code } } }", json!({})),
        ("{ ...F }", json!({})),
        ("{ __typename } fragment F on Query { __typename }", json!({})),
        ("{ ...F } fragment F on Gone { __typename }", json!({})),
        ("{ ... on Gone { __typename } }", json!({})),
        ("{ ... on Int { __typename } }", json!({})),
        ("{ ... on Meeting { id } }", json!({})),
        ("{ ...F } fragment F on Query { ...F }", json!({})),
        (
            "{ ...F } fragment F on Query { __typename } fragment F on Query { __typename }",
            json!({}),
        ),
        ("{ __typename @gone }", json!({})),
        ("{ __typename @skip }", json!({})),
        ("{ __typename @skip(if: true) @skip(if: true) }", json!({})),
        ("query @skip(if: true) { __typename }", json!({})),
        ("query A { __typename } query A { __typename }", json!({})),
        ("{ __typename } { __typename }", json!({})),
        ("query($a: Int) { __typename }", json!({})),
        ("query($a: Int, $a: Int) { meetings(first: $a) { totalCount } }", json!({})),
        ("query($a: Gone) { meetings(first: $a) { totalCount } }", json!({})),
        ("query($a: Meeting) { meetings(first: $a) { totalCount } }", json!({})),
        ("query($a: String) { meetings(first: $a) { totalCount } }", json!({})),
        (
            "query($a: String) { meetings(where: { status: { in: [$a] } }) { totalCount } }",
            json!({}),
        ),
        ("query($a: Boolean) { __typename @skip(if: $a) }", json!({})),
        ("mutation { gone }", json!({})),
        ("subscription { gone }", json!({})),
        ("subscription { changes { cursor } b: changes { cursor } }", json!({})),
        ("type A { a: Int }", json!({})),
        ("{", json!({})),
        ("query($n: Int!) { meetings(first: $n) { totalCount } }", json!({})),
        ("query($n: Int!) { meetings(first: $n) { totalCount } }", json!({ "n": null })),
        ("query($n: Int!) { meetings(first: $n) { totalCount } }", json!({ "n": "1" })),
        ("query($n: Float) { meetings(first: 1) { totalCount @skip(if: false) } }", json!({})),
        ("query($w: MeetingFilter) { meetings(where: $w) { totalCount } }", json!({ "w": 1 })),
        (
            "query($w: MeetingFilter) { meetings(where: $w) { totalCount } }",
            json!({ "w": { "x": 1 } }),
        ),
        (
            "query($s: MeetingStatus!) { meetings(where: { status: { eq: $s } }) { totalCount } }",
            json!({ "s": "GONE" }),
        ),
        (
            "query($o: [MeetingOrder!]) { meetings(orderBy: $o) { totalCount } }",
            json!({ "o": [{}] }),
        ),
        ("{ meetings(first: 1000) { totalCount } }", json!({})),
        ("{ meetings(after: \"x\") { totalCount } }", json!({})),
        ("{ meetings(where: { heldOn: { gt: null } }) { totalCount } }", json!({})),
        ("{ meetings(where: { heldOn: { gt: \"x\" } }) { totalCount } }", json!({})),
        ("{ meetings(where: { search: \"\" }) { totalCount } }", json!({})),
        ("{ changes(types: [\"Gone\"]) { totalCount } }", json!({})),
        ("{ similarCases(to: { ksic: \"?\" }) { totalCount } }", json!({})),
        ("{ indicatorSeries(programme: \"?\", indicator: \"?\") { dataVersion } }", json!({})),
        ("{ node(id: \"x\") { id } }", json!({})),
        ("{ institution(code: \"GONE\") { id } }", json!({})),
    ] {
        let text = korean(&app, query, variables).await;
        // Names stand in backticks, valid ones in a list at the end; what is left are the words.
        let words: String = text.split('`').step_by(2).collect();
        let words = words.split("쓸 수 있는 것:").next().unwrap();
        let english = words.split(|c: char| !c.is_ascii_alphabetic()).find(|word| {
            word.len() > 2
                && word.chars().all(|c| c.is_ascii_lowercase())
                && !ALLOWED.contains(word)
        });
        assert_eq!(english, None, "{query}: {text}");
        assert!(words.chars().any(|c| ('가'..='힣').contains(&c)), "{query}: {text}");
        for pair in ["은(는)", "이(가)", "을(를)", "와(과)", "(으)로"] {
            assert!(!text.contains(pair), "{query}: {text}");
        }
    }
}

/// Words of GraphQL and of our own arguments, which have no Korean.
const ALLOWED: [&str; 6] = ["null", "skip", "include", "first", "last", "true"];

async fn hints_tell_nothing_of_a_schema_that_is_not_told(place: Place) {
    let mut settings = crate::support::settings();
    settings.limits.introspection = aiplus::config::Introspection::SignedIn;
    let app = place.app_with(&settings).await;
    for (query, variables, near) in [
        ("{ meetngs { totalCount } }", json!({}), "meetings"),
        ("{ meetings(frst: 1) { totalCount } }", json!({}), "first"),
        ("{ meetings(where: { status: { eq: HELDD } }) { totalCount } }", json!({}), "PLANNED"),
        (
            "query($s: MeetingStatus) { meetings(where: { status: { eq: $s } }) { totalCount } }",
            json!({ "s": "X" }),
            "PLANNED",
        ),
    ] {
        let answer = app.ask(&Principal::Anonymous, query, variables.clone()).await;
        let text = answer["errors"][0]["message"].as_str().unwrap().to_owned();
        assert!(!text.contains(near), "{text}");
        let answer = app.ask(&Principal::System, query, variables).await;
        assert!(answer["errors"][0]["message"].as_str().unwrap().contains(near), "{answer}");
    }
}

async fn an_empty_page_of_the_feed_keeps_the_place(place: Place) {
    let app = place.app().await;
    let end = async |args: &str| {
        let data = app
            .data(&format!(
                "{{ changes{args} {{ nodes {{ id }} pageInfo {{ endCursor hasNextPage }} }} }}"
            ))
            .await;
        let nodes = data["changes"]["nodes"].as_array().unwrap().len();
        (nodes, data["changes"]["pageInfo"]["endCursor"].clone())
    };
    let (_, last) = end("(last: 1)").await;
    assert!(last.is_string());
    assert_eq!(end(&format!("(after: {last})")).await, (0, last.clone()));
    assert_eq!(end(&format!("(after: {last}, types: [\"Meeting\"])")).await, (0, last.clone()));
    assert_eq!(end(&format!("(after: {last}, first: 0)")).await, (0, last.clone()));
    // Other lists keep theirs as well.
    let data = app.data("{ regions(last: 1) { pageInfo { endCursor } } }").await;
    let region = &data["regions"]["pageInfo"]["endCursor"];
    let data = app.data(&format!("{{ regions(after: {region}) {{ nodes {{ id }} pageInfo {{ endCursor startCursor }} }} }}")).await;
    assert_eq!(data["regions"]["pageInfo"], json!({ "endCursor": region, "startCursor": null }));
    // Before the first change there is a place as well, from which nothing is missed.
    app.sql("DELETE FROM change WHERE subject_type = 'Holiday'").await;
    let (none, start) = end("(types: [\"Holiday\"])").await;
    assert_eq!(none, 0);
    let (all, _) = end("(first: 100)").await;
    assert_eq!(end(&format!("(first: 100, after: {start})")).await.0, all);
    assert_eq!(end(&format!("(types: [\"Holiday\"], after: {start})")).await, (0, start.clone()));
}

async fn illustrations_are_like_nobody_unless_asked(place: Place) {
    let app = place.app().await;
    let count = async |more: &str| {
        let data = app.data(&format!("{{ similarCases(to: {{ size: SMALL }}{more}) {{ totalCount nodes {{ origin }} }} }}")).await;
        data["similarCases"]["totalCount"].as_i64().unwrap()
    };
    assert_eq!(count("").await, 0, "every case of the data sets is made up");
    let all = count(", includeIllustrative: true").await;
    assert!(all > 1);
    app.sql("UPDATE adoption_case SET origin = 'REPORTED' WHERE code = (SELECT min(code) FROM adoption_case WHERE size = 'SMALL' AND status = 'PUBLISHED')").await;
    assert_eq!(count("").await, 1);
    assert_eq!(count(", includeIllustrative: true").await, all);
}

async fn what_cannot_be_asked_names_its_place(place: Place) {
    let app = place.app().await;
    for (query, at) in [
        ("meetings(where: { search: \"\" }) { totalCount }", "where.search"),
        ("meetings(where: { search: \"!!\" }) { totalCount }", "where.search"),
        (
            "meetings(where: { and: [{}, { not: { search: \"?\" } }] }) { totalCount }",
            "where.and.1.not.search",
        ),
        ("search(text: \"\") { totalCount }", "text"),
        ("search(text: \"!!\") { totalCount }", "text"),
        ("meetings(where: { covers: \"2026-H3\" }) { totalCount }", "where.covers"),
        (
            "agendaItems(where: { meeting: { covers: \"x\" } }) { totalCount }",
            "where.meeting.covers",
        ),
        (
            "bodies(where: { meetings: { some: { covers: \"\" } } }) { totalCount }",
            "where.meetings.some.covers",
        ),
        ("bills(where: { stalledDays: -5 }) { totalCount }", "where.stalledDays"),
        ("bills(where: { stalledDays: 36601 }) { totalCount }", "where.stalledDays"),
        ("bodies { nodes { expiringSeats(days: -1) } }", "days"),
        ("bodies { nodes { expiringSeats(days: 4000) } }", "days"),
        ("meetings(first: 1, last: 1) { totalCount }", "last"),
        ("meetings(first: 101) { totalCount }", "first"),
        ("meetings(before: \"x\") { totalCount }", "before"),
        ("node(id: \"x\") { id }", "id"),
        ("nodes(ids: [\"x\"]) { id }", "ids.0"),
    ] {
        let answer = app.query(&format!("{{ {query} }}")).await;
        let code = &answer["errors"][0]["extensions"]["code"];
        assert_eq!((code, path(&answer)), (&json!("BAD_USER_INPUT"), at.to_owned()), "{query}");
    }
    let many = json!({ "ids": vec!["x"; 101] });
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    assert_eq!(path(&app.ask(&Principal::Anonymous, query, many).await), "ids");
}

async fn what_a_stage_requires_is_what_stages_up_to_it_do(place: Place) {
    let app = place.app_without_results().await;
    let of = async |condition: &str| -> Vec<Value> {
        let query = format!(
            "{{ caseRequirements(first: 100{condition}) {{ totalCount nodes {{ field stage }} }} }}"
        );
        let found = app.data(&query).await["caseRequirements"].clone();
        let nodes = found["nodes"].as_array().unwrap().clone();
        assert_eq!(found["totalCount"], nodes.len());
        nodes
    };
    let all = of("").await;
    for (stage, counts) in [
        ("EXPLORING", &["EXPLORING"][..]),
        ("POC", &["EXPLORING", "POC"]),
        ("PILOT", &["EXPLORING", "POC", "PILOT"]),
        ("PRODUCTION", &["EXPLORING", "POC", "PILOT", "PRODUCTION"]),
        ("SCALED", &["EXPLORING", "POC", "PILOT", "PRODUCTION", "SCALED"]),
        ("STOPPED", &["EXPLORING", "STOPPED"]),
    ] {
        let is_required = |row: &&Value| counts.contains(&row["stage"].as_str().unwrap());
        let wanted: Vec<Value> = all.iter().filter(is_required).cloned().collect();
        assert!(!wanted.is_empty() && wanted.len() <= all.len(), "{stage}");
        assert_eq!(of(&format!(", stage: {stage}")).await, wanted, "{stage}");
    }
    assert!(of(", stage: EXPLORING").await.len() < all.len());
}

async fn likeness_stands_on_the_edge(place: Place) {
    let app = place.app().await;
    let data = app
        .data(
            "{ similarCases(to: { size: SMALL, region: \"KR-11\" }, first: 3, includeIllustrative: true) {
                 edges { __typename cursor score reasons why: reasons node { __typename id code region { code } } }
                 nodes { __typename id } totalCount pageInfo { endCursor } } }",
        )
        .await;
    let list = &data["similarCases"];
    let edges = list["edges"].as_array().unwrap();
    assert_eq!(edges.len(), 3);
    for (at, edge) in edges.iter().enumerate() {
        assert_eq!(edge["__typename"], "SimilarCaseEdge");
        assert_eq!(edge["node"]["__typename"], "AdoptionCase");
        assert_eq!(
            list["nodes"][at],
            json!({ "__typename": "AdoptionCase", "id": edge["node"]["id"] })
        );
        assert!(edge["score"].as_i64().unwrap() > 0 && edge["reasons"] == edge["why"]);
        assert!(!edge["reasons"].as_array().unwrap().is_empty());
        // The node is the case, under its own id.
        let id = &edge["node"]["id"];
        let found =
            app.data(&format!("{{ node(id: {id}) {{ ... on AdoptionCase {{ code }} }} }}")).await;
        assert_eq!(found["node"]["code"], edge["node"]["code"]);
    }
    assert_eq!(list["pageInfo"]["endCursor"], edges[2]["cursor"]);
    let next = format!(
        "{{ similarCases(to: {{ size: SMALL, region: \"KR-11\" }}, first: 1, after: {}, includeIllustrative: true) {{ edges {{ score }} }} }}",
        edges[0]["cursor"]
    );
    assert_eq!(app.data(&next).await["similarCases"]["edges"][0]["score"], edges[1]["score"]);
    let told = app.data("{ edge: __type(name: \"SimilarCaseEdge\") { fields { name } } row: __type(name: \"SimilarCase\") { name } date: __type(name: \"Date\") { specifiedByURL } }").await;
    let fields = told["edge"]["fields"].as_array().unwrap();
    let fields: Vec<&str> = fields.iter().map(|field| field["name"].as_str().unwrap()).collect();
    assert_eq!(fields, ["cursor", "node", "score", "reasons"]);
    assert_eq!(told["row"], Value::Null);
    assert_eq!(
        told["date"]["specifiedByURL"],
        "https://www.rfc-editor.org/rfc/rfc3339#section-5.6"
    );
}

async fn a_range_that_ends_before_it_begins_is_refused(place: Place) {
    let app = place.app().await;
    let programme = "programme: \"X\", indicator: \"Y\"";
    let reader = app.principal("TIPA", "program:read").await;
    for (field, piece) in [
        ("timeline(from: \"2026-07\", to: \"2026-06\") { totalCount }", "2026-06"),
        ("timeline(from: \"2026-07-02\", to: \"2026-07-01\") { totalCount }", "2026-07-01"),
        ("timeline(from: \"2027\", to: \"2026-12-31\") { totalCount }", "2026-12-31"),
        (
            &*format!(
                "indicatorSeries({programme}, from: \"2026-Q3\", to: \"2026-Q1\") {{ dataVersion }}"
            ),
            "2026-Q1",
        ),
        // Each fault has its own words.
        (
            "indicatorSeries(programme: \"AI_TRAINING\", indicator: \"TRAINEES\", from: \"2099-Q1\") { dataVersion }",
            "name `to`",
        ),
        (
            "indicatorSeries(programme: \"AI_TRAINING\", indicator: \"TRAINEES\", from: \"2000-Q1\", to: \"2026-Q1\") { dataVersion }",
            "more than 40 quarters",
        ),
    ] {
        let answer = app.ask(&reader, &format!("{{ {field} }}"), Value::Null).await;
        let error = &answer["errors"][0];
        let code = &error["extensions"]["code"];
        assert_eq!(
            (code, path(&answer)),
            (&json!("BAD_USER_INPUT"), "from".to_owned()),
            "{answer}"
        );
        assert!(error["message"].as_str().unwrap().contains(piece), "{field}: {answer}");
    }
    let variables = json!({ "a": "2026-07", "b": "2026-06" });
    let document =
        "query($a: PartialDate, $b: PartialDate) { timeline(from: $a, to: $b) { totalCount } }";
    let answer = app.ask(&Principal::Anonymous, document, variables).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
    for field in [
        "timeline(from: \"2026-07-15\", to: \"2026-07\") { totalCount }",
        "timeline(from: \"2026-07\", to: \"2026-07-01\") { totalCount }",
        "indicatorSeries(programme: \"AI_TRAINING\", indicator: \"TRAINEES\", from: \"2026-Q3\", to: \"2026-Q3\") { dataVersion }",
        "timeline(from: \"2026-07\") { totalCount }",
    ] {
        let answer = app.ask(&reader, &format!("{{ {field} }}"), Value::Null).await;
        assert!(answer.get("errors").is_none(), "{field}: {answer}");
    }
}
