//! What no honest caller sends, to every argument of the schema: it is refused as input, or found not to be
//! there, and never a fault of the server.

use std::collections::{BTreeMap, HashMap};

use aiplus::domain::principal::Principal;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use tower::ServiceExt;

use crate::support::client::{form, json as body_of};
use crate::support::{Place, TestApp};
use crate::tests;

tests![
    no_filter_value_is_the_servers_fault,
    no_argument_is_the_servers_fault,
    no_input_of_a_mutation_is_the_servers_fault,
    what_cannot_be_kept_is_refused_at_its_place,
    each_misfit_of_an_input_is_told_at_once_with_its_path,
    each_misfit_of_an_argument_is_told_with_its_path,
    nulls_are_left_out_and_ids_may_be_numbers,
    no_form_header_or_address_is_the_servers_fault,
];

/// The schema, as it tells of itself.
pub struct Schema {
    pub types: HashMap<String, Value>,
}

const TELL: &str = "{ __schema { types { kind name enumValues { name }
    fields { name type { ...T } args { name type { ...T } } }
    inputFields { name type { ...T } } } } }
    fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

pub fn named(ty: &Value) -> &str {
    match ty["ofType"].as_object() {
        Some(_) => named(&ty["ofType"]),
        None => ty["name"].as_str().unwrap(),
    }
}

pub fn written(ty: &Value) -> String {
    match ty["kind"].as_str().unwrap() {
        "NON_NULL" => format!("{}!", written(&ty["ofType"])),
        "LIST" => format!("[{}]", written(&ty["ofType"])),
        _ => ty["name"].as_str().unwrap().to_owned(),
    }
}

pub fn entries<'a>(of: &'a Value, what: &str) -> Vec<(&'a str, &'a Value)> {
    let entries = of[what].as_array().into_iter().flatten();
    entries.map(|entry| (entry["name"].as_str().unwrap(), &entry["type"])).collect()
}

impl Schema {
    pub async fn of(app: &TestApp) -> Self {
        let told = app.data(TELL).await;
        let types = told["__schema"]["types"].as_array().unwrap().iter();
        let types = types.map(|ty| (ty["name"].as_str().unwrap().to_owned(), ty.clone()));
        Self { types: types.collect() }
    }

    /// What is selected of a type, so that it is read.
    fn selection(&self, ty: &Value) -> String {
        let name = named(ty);
        match self.types[name]["kind"].as_str().unwrap() {
            "OBJECT" if name.ends_with("Connection") => {
                "{ totalCount nodes { __typename } pageInfo { endCursor } }".to_owned()
            }
            "OBJECT" | "INTERFACE" | "UNION" => "{ __typename }".to_owned(),
            _ => String::new(),
        }
    }

    pub fn fields(&self, ty: &str) -> impl Iterator<Item = (&str, &Value, Vec<(&str, &Value)>)> {
        self.types[ty]["fields"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|field| (field["name"].as_str().unwrap(), &field["type"], entries(field, "args")))
    }

    /// A value that could be meant.
    fn honest(&self, app: &Honest, name: &str, ty: &Value) -> Value {
        match ty["kind"].as_str().unwrap() {
            "NON_NULL" => self.honest(app, name, &ty["ofType"]),
            "LIST" => json!([self.honest(app, name, &ty["ofType"])]),
            "INPUT_OBJECT" => {
                let fields = entries(&self.types[named(ty)], "inputFields");
                let required = fields.iter().filter(|(_, ty)| ty["kind"] == "NON_NULL");
                let value =
                    required.map(|(name, ty)| ((*name).to_owned(), self.honest(app, name, ty)));
                Value::Object(value.collect())
            }
            "ENUM" => self.types[named(ty)]["enumValues"][0]["name"].clone(),
            _ => match (named(ty), name) {
                ("Int", _) => json!(1),
                ("Float" | "KRW", _) => json!(7),
                ("Boolean", _) => json!(true),
                ("ID", _) => app.id.clone(),
                ("Date", _) => json!("2026-10-12"),
                ("DateTime", _) => json!("2026-10-12T09:00:00+09:00"),
                ("PartialDate", _) => json!("2026-10"),
                ("Quarter", _) => json!("2026-Q3"),
                ("Period", _) => json!("2026-H2"),
                (_, "idempotencyKey") => json!(uuid::Uuid::now_v7().to_string()),
                (_, "programme") => json!("AI_TRAINING"),
                (_, "indicator" | "cell") => json!("TRAINEES"),
                (_, "institution" | "code") => json!("KOSME"),
                (_, "language") => json!("ko"),
                (_, "website") => json!("https://aiplus.example"),
                _ => json!("x1"),
            },
        }
    }

    /// The value with each of its leaves, one at a time, at each of its extremes.
    fn extremes(&self, honest: &Value, app: &Honest, ty: &Value, depth: usize) -> Vec<Value> {
        match ty["kind"].as_str().unwrap() {
            "NON_NULL" => self.extremes(honest, app, &ty["ofType"], depth),
            "LIST" => {
                let item = honest.get(0).cloned().unwrap_or_default();
                self.extremes(&item, app, &ty["ofType"], depth)
                    .into_iter()
                    .map(|item| json!([item]))
                    .chain([json!([])])
                    .collect()
            }
            "INPUT_OBJECT" if depth < 4 && !named(ty).ends_with("Filter") => {
                let mut all = Vec::new();
                for (name, ty) in entries(&self.types[named(ty)], "inputFields") {
                    let inner =
                        honest.get(name).cloned().unwrap_or_else(|| self.honest(app, name, ty));
                    for extreme in self.extremes(&inner, app, ty, depth + 1) {
                        let mut value = honest.clone();
                        value[name] = extreme;
                        if value.get("idempotencyKey").is_some() && name != "idempotencyKey" {
                            value["idempotencyKey"] = json!(uuid::Uuid::now_v7().to_string());
                        }
                        all.push(value);
                    }
                }
                all
            }
            "INPUT_OBJECT" => Vec::new(),
            "ENUM" => vec![json!("NO_SUCH_CODE"), json!("\0")],
            _ => extremes(named(ty)),
        }
    }
}

/// What a scalar may hold at its edges and beyond.
fn extremes(scalar: &str) -> Vec<Value> {
    // Nothing that compresses, so that an index takes it as it is.
    let long: String = (0..3_000_u32)
        .map(|at| char::from_u32(0xAC00 + at.wrapping_mul(2_654_435_761) % 11_172).unwrap())
        .collect();
    let texts = |texts: &[&str]| texts.iter().map(|text| json!(text)).collect::<Vec<_>>();
    match scalar {
        "Int" => {
            vec![json!(i32::MIN), json!(-1), json!(0), json!(i32::MAX), json!(2_147_483_648_i64)]
        }
        "Float" => vec![json!(1e308), json!(-1e308), json!(5e-324), json!(-0.0)],
        "Boolean" => vec![json!(false), json!("true")],
        "KRW" => vec![
            json!(i64::MAX),
            json!(i64::MIN),
            json!(i64::MAX.to_string()),
            json!("9223372036854775808"),
            json!("-9223372036854775809"),
            json!(u64::MAX),
            json!(1.5),
            json!("1e400"),
            json!("\0"),
        ],
        "Date" => texts(&[
            "0001-01-01",
            "9999-12-31",
            "0000-01-01",
            "-0001-01-01",
            "+10000-01-01",
            "+262142-12-31",
            "-262143-01-01",
            "2026-02-30",
            "2026-1-1",
            "",
            "\0",
            "2026-07-01\0",
        ]),
        "DateTime" => texts(&[
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59+09:00",
            "9999-12-31T23:59:59Z",
            "0000-12-31T23:59:59Z",
            "+262142-12-31T00:00:00Z",
            "+262142-12-31",
            "-262143-01-01T00:00:00Z",
            "0001-01-01T00:00:00+18:00",
            "9999-12-31T23:59:59-18:00",
            "2026-07-01T23:59:60Z",
            "2026-07-01T00:00:00+25:00",
            "2026-07-01T00:00:00.123456789123Z",
            "\0",
        ]),
        "PartialDate" => {
            texts(&["0001", "9999", "9999-12", "9999-12-31", "0000", "+9999", "2026-00", "", "\0"])
        }
        "Quarter" => {
            texts(&["1900-Q1", "2999-Q4", "9999-Q4", "0000-Q1", "2026-Q5", "", "2026-Q3\0"])
        }
        "Period" => texts(&[
            "0001",
            "9999",
            "9999-12",
            "9999-H2",
            "9999-Q4",
            "2999-Q4",
            "0000",
            "가나다라",
            "\0",
        ]),
        "ID" => {
            let mut ids =
                texts(&["", "\0", "x", "TUUBogrqXSVxXoZq4Py5oF63", "////////////////////////"]);
            ids.extend([json!(long), json!(i64::MAX)]);
            ids
        }
        _ => {
            let mut all = texts(&[
                "",
                " ",
                "\0",
                "a\0b",
                "\u{FFFF}",
                "\u{10FFFF}",
                "\u{202E}\u{200B}",
                "%_\\",
                "'; --",
                "\\",
                "\u{1}",
                "\u{1112}\u{1161}\u{11AB}",
            ]);
            all.extend([json!("가".repeat(150)), json!(long), json!("\\".repeat(150))]);
            all
        }
    }
}

/// Who asks, and a row it may name.
struct Honest {
    token: String,
    id: Value,
}

async fn signed_in(app: &TestApp) -> Honest {
    let scopes = "program:read results:submit results:review content:write legislation:write access:admin audit:read";
    // Of the ministry, which may do everything, so that its input is judged.
    let token = app.token(&app.client("MSS", scopes).await).await;
    let answer = app
        .post(Some(&token), &json!({ "query": "{ submissions(first: 1) { nodes { id } } }" }))
        .await;
    let id = body_of(answer).await["data"]["submissions"]["nodes"][0]["id"].clone();
    assert!(id.is_string());
    Honest { token, id }
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(fields) => fields.values().any(has_nul),
        _ => false,
    }
}

/// Asks, and tells whether it was answered; never may it be a fault of the server.
async fn ask(app: &TestApp, by: &Honest, query: &str, variables: &Value) -> bool {
    let body = json!({ "query": query, "variables": variables });
    let answer = app.post(Some(&by.token), &body).await;
    let status = answer.status();
    let answer = body_of(answer).await;
    let errors = answer["errors"].as_array().cloned().unwrap_or_default();
    let shown: String = body.to_string().chars().take(600).collect();
    assert!(!status.is_server_error(), "{status} {shown}\n{answer}");
    for error in &errors {
        assert_ne!(error["extensions"]["code"], "INTERNAL_SERVER_ERROR", "{shown}\n{answer}");
    }
    if has_nul(variables) {
        let error = &errors.first().unwrap_or_else(|| panic!("NUL was taken: {shown}\n{answer}"))["extensions"];
        assert_eq!(error["code"], "BAD_USER_INPUT", "{shown}\n{answer}");
        assert!(error["path"].is_array(), "{shown}\n{answer}");
    }
    errors.is_empty()
}

async fn no_filter_value_is_the_servers_fault(place: Place) {
    let app = place.app().await;
    let (schema, by) = (Schema::of(&app).await, signed_in(&app).await);
    // Which values of an operator pass is the same for every field of a kind.
    let mut passing: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut asked = 0;
    for (list, ty, args) in schema.fields("Query") {
        let Some((_, filter)) = args.iter().find(|(name, _)| *name == "where") else { continue };
        if args.iter().any(|(_, ty)| ty["kind"] == "NON_NULL") {
            continue;
        }
        let (name, selection) = (named(filter), schema.selection(ty));
        let query = format!("query($w: {name}) {{ {list}(first: 1, where: $w) {selection} }}");
        for (field, of) in entries(&schema.types[name], "inputFields") {
            let kind = named(of);
            let mut terms = Vec::new();
            if matches!(field, "and" | "or" | "not") {
                continue;
            }
            let own = schema.types[kind]["kind"] != "INPUT_OBJECT";
            let compared = kind.ends_with("Filter")
                && entries(&schema.types[kind], "inputFields")
                    .iter()
                    .any(|(name, _)| matches!(*name, "eq" | "contains"));
            if !own && !compared {
                continue;
            }
            if !passing.contains_key(kind) || own {
                let mut good = Vec::new();
                let honest = schema.honest(&by, field, of);
                let each = if own {
                    schema.extremes(&honest, &by, of, 0)
                } else {
                    let operators = entries(&schema.types[kind], "inputFields");
                    let each = operators.into_iter().flat_map(|(operator, ty)| {
                        let honest = schema.honest(&by, operator, ty);
                        let values = schema.extremes(&honest, &by, ty, 0);
                        values.into_iter().map(move |value| json!({ operator: value }))
                    });
                    each.collect()
                };
                for value in each {
                    asked += 1;
                    if ask(&app, &by, &query, &json!({ "w": { field: value.clone() } })).await {
                        good.push(value);
                    }
                }
                passing.insert(kind.to_owned(), good);
            } else {
                terms.extend(passing[kind].iter().map(|value| json!({ field: value })));
            }
            for some in terms.chunks(40) {
                asked += 1;
                assert!(
                    ask(&app, &by, &query, &json!({ "w": { "or": some } })).await,
                    "{query} {some:?}"
                );
            }
        }
    }
    assert!(asked > 500, "{asked} asked");
}

/// Asks a field with each of its arguments, one at a time, at each of its extremes.
async fn walk(
    app: &TestApp,
    schema: &Schema,
    by: &Honest,
    operation: &str,
    field: (&str, &Value, &[(&str, &Value)]),
    within: &(dyn Fn(&str) -> String + Sync),
) -> usize {
    let (name, ty, args) = field;
    let mut asked = 0;
    let is_page = |name: &str| matches!(name, "first" | "last" | "after" | "before" | "orderBy");
    // Pages are read alike everywhere.
    let is_walked = |argument: &str| {
        argument != "where"
            && (!is_page(argument) || matches!(name, "changes" | "meetings" | "search"))
    };
    for (argument, of) in args.iter().filter(|(argument, _)| is_walked(argument)) {
        let others =
            args.iter().filter(|(other, ty)| other == argument || ty["kind"] == "NON_NULL");
        let others: Vec<_> = others.collect();
        let declared: Vec<String> =
            others.iter().map(|(name, ty)| format!("${name}: {}", written(ty))).collect();
        let given: Vec<String> =
            others.iter().map(|(name, _)| format!("{name}: ${name}")).collect();
        let inner = format!("{name}({}) {}", given.join(", "), schema.selection(ty));
        let query = format!("{operation}({}) {{ {} }}", declared.join(", "), within(&inner));
        let honest: Map<String, Value> = others
            .iter()
            .map(|(name, ty)| ((*name).to_owned(), schema.honest(by, name, ty)))
            .collect();
        for extreme in schema.extremes(&honest[*argument], by, of, 0) {
            let mut variables = honest.clone();
            variables.insert((*argument).to_owned(), extreme);
            ask(app, by, &query, &variables.into()).await;
            asked += 1;
        }
    }
    asked
}

async fn no_argument_is_the_servers_fault(place: Place) {
    let app = place.app().await;
    let (schema, by) = (Schema::of(&app).await, signed_in(&app).await);
    let mut asked = 0;
    for (name, ty, args) in schema.fields("Query") {
        asked +=
            walk(&app, &schema, &by, "query", (name, ty, &args), &|inner| inner.to_owned()).await;
    }
    // Below a row, of each type that has a list of its own.
    for (list, ty, args) in schema.fields("Query") {
        let Some(row) = named(ty).strip_suffix("Connection") else { continue };
        if args.iter().any(|(_, ty)| ty["kind"] == "NON_NULL") {
            continue;
        }
        for (name, ty, args) in schema.fields(row) {
            let within = |inner: &str| format!("{list}(first: 2) {{ nodes {{ {inner} }} }}");
            asked += walk(&app, &schema, &by, "query", (name, ty, &args), &within).await;
        }
    }
    assert!(asked > 200, "{asked} asked");
}

async fn no_input_of_a_mutation_is_the_servers_fault(place: Place) {
    let app = place.app().await;
    let (schema, by) = (Schema::of(&app).await, signed_in(&app).await);
    let mut asked = 0;
    for (name, ty, args) in schema.fields("Mutation") {
        // Whoever asks would lose its own client.
        if name.contains("ApiClient") {
            continue;
        }
        let within = |inner: &str| inner.to_owned();
        asked += walk(&app, &schema, &by, "mutation", (name, ty, &args), &within).await;
    }
    assert!(asked > 500, "{asked} asked");
}

async fn what_cannot_be_kept_is_refused_at_its_place(place: Place) {
    let app = place.app().await;
    for (query, variables, path) in [
        ("{ institution(code: \"\\u0000\") { id } }", json!({}), json!(["code"])),
        (
            "query($v: [String!]) { timeline(bodies: $v) { totalCount } }",
            json!({ "v": ["X", "\0"] }),
            json!(["bodies", "1"]),
        ),
        (
            "query($v: String) { meetings(where: { or: [{}, { not: { title: { ko: { contains: $v } } } }] }) { totalCount } }",
            json!({ "v": "a\0" }),
            json!(["where", "or", "1", "not", "title", "ko", "contains"]),
        ),
        (
            "{ submissionStatistics(knownAt: \"+262142-12-31T00:00:00Z\") { base } }",
            json!({}),
            json!(["knownAt"]),
        ),
        (
            "{ submissionStatistics(knownAt: \"9999-12-31T23:59:59Z\") { base } }",
            json!({}),
            json!(["knownAt"]),
        ),
        ("{ regions(asOf: \"+10000-01-01\") { totalCount } }", json!({}), json!(["asOf"])),
        (
            "{ meetings(where: { startsAt: { lt: \"-0001-01-01T00:00:00Z\" } }) { totalCount } }",
            json!({}),
            json!(["where", "startsAt", "lt"]),
        ),
        ("{ search(text: \"가나\\u0000\") { totalCount } }", json!({}), json!(["text"])),
    ] {
        let answer = app.ask(&Principal::System, query, variables).await;
        let error = &answer["errors"][0]["extensions"];
        assert_eq!(
            (&error["code"], &error["path"]),
            (&json!("BAD_USER_INPUT"), &path),
            "{query}\n{answer}"
        );
    }
    // The edges themselves are there.
    for edge in ["9999-12-31T23:59:59+09:00", "0001-01-01T00:00:00Z"] {
        let query = format!("{{ submissionStatistics(knownAt: \"{edge}\") {{ base }} }}");
        let answer = app.ask(&Principal::System, &query, json!({})).await;
        assert!(answer.get("errors").is_none(), "{query}\n{answer}");
    }
    app.data("{ regions(asOf: \"9999-12-31\") { totalCount } }").await;
}

async fn no_form_header_or_address_is_the_servers_fault(place: Place) {
    let app = place.app().await;
    let by = signed_in(&app).await;
    let basic = |name: &str| format!("Basic {}", STANDARD.encode(format!("{name}:secret")));
    let long = "x".repeat(7_000);
    let mut requests = Vec::new();
    for value in ["%00", "a%00b", "%FF", "%ED%A0%80", "%F4%8F%BF%BF", "", "%25", long.as_str()] {
        for name in ["client_id", "client_secret", "scope", "grant_type", "token"] {
            let rest = "grant_type=client_credentials&client_id=a&client_secret=b&token=c";
            let rest = rest.replace(&format!("{name}="), "other=");
            for path in ["/oauth/token", "/oauth/revoke"] {
                requests.push(form(path, &format!("{name}={value}&{rest}")));
            }
        }
        for file in ["submission.xlsx", "submission.csv"] {
            for name in ["institution", "programme", "quarter", "mode"] {
                let others = [
                    ("institution", "KOSME"),
                    ("programme", "AI_TRAINING"),
                    ("quarter", "2026-Q3"),
                ];
                let others = others.iter().filter(|(other, _)| *other != name);
                let others: String =
                    others.map(|(name, value)| format!("&{name}={value}")).collect();
                let query = format!("{name}={value}{others}");
                let address = |kind: &str| format!("/{kind}/{file}?{query}");
                requests.push(Request::get(address("export")).body(Body::empty()).unwrap());
                requests.push(
                    Request::post(address("import"))
                        .header("if-match", "\"99999999999999999999\"")
                        .header("idempotency-key", "\u{e9}".repeat(50))
                        .body(Body::from("code,a\0b\r\n"))
                        .unwrap(),
                );
            }
        }
        for path in [
            format!("/export/{value}"),
            format!("/assets/{value}"),
            format!("/graphql?query={value}"),
            format!("/graphql?query=%7B__typename%7D&variables={value}"),
            format!("/graphql?query=%7B__typename%7D&operationName={value}"),
        ] {
            requests.push(Request::get(path).body(Body::empty()).unwrap());
        }
    }
    for name in ["a%00b", "a\0b", "%00", "%FF", "\u{10FFFF}"] {
        let mut request = form("/oauth/token", "grant_type=client_credentials");
        request.headers_mut().insert(header::AUTHORIZATION, basic(name).parse().unwrap());
        requests.push(request);
    }
    for request in requests {
        let (mut parts, body) = request.into_parts();
        if !parts.uri.path().starts_with("/oauth") {
            let bearer = format!("Bearer {}", by.token).parse().unwrap();
            parts.headers.insert(header::AUTHORIZATION, bearer);
        }
        let shown = format!("{} {}", parts.method, parts.uri);
        let has_nul = shown.contains("%00") && shown.contains("/export/submission");
        let answer = app.router().oneshot(Request::from_parts(parts, body)).await.unwrap();
        let status = answer.status();
        assert!(!status.is_server_error(), "{status} {shown}");
        if has_nul {
            assert_eq!(status, StatusCode::BAD_REQUEST, "{shown}");
        }
    }
}

/// A value of the type in which nothing of a form of its own is right, with the paths of what is wrong.
fn misfits(schema: &Schema, by: &Honest, at: Vec<String>, ty: &Value) -> (Value, Vec<Vec<String>>) {
    let deeper = |step: &str| [at.clone(), vec![step.to_owned()]].concat();
    let name = at.last().cloned().unwrap_or_default();
    match ty["kind"].as_str().unwrap() {
        "NON_NULL" => misfits(schema, by, at, &ty["ofType"]),
        "LIST" => {
            let (first, mut paths) = misfits(schema, by, deeper("0"), &ty["ofType"]);
            let (second, more) = misfits(schema, by, deeper("1"), &ty["ofType"]);
            paths.extend(more);
            (json!([first, second]), paths)
        }
        "INPUT_OBJECT" => {
            let (mut fields, mut paths) = (Map::new(), Vec::new());
            for (field, ty) in entries(&schema.types[named(ty)], "inputFields") {
                let (value, more) = misfits(schema, by, deeper(field), ty);
                fields.insert(field.to_owned(), value);
                paths.extend(more);
            }
            (fields.into(), paths)
        }
        _ => match (named(ty), name.as_str()) {
            ("Date", _) => (json!("2026-02-30"), vec![at]),
            ("DateTime", _) => (json!("2026-07-01 9:00"), vec![at]),
            ("PartialDate", _) => (json!("2026-13"), vec![at]),
            ("Period", _) => (json!("2026-H3"), vec![at]),
            ("Quarter", _) => (json!("2026-Q5"), vec![at]),
            ("ID", _) => (json!("no-id"), vec![at]),
            (_, "idempotencyKey") => (json!("short"), vec![at]),
            (_, "year") => (json!(2027), Vec::new()),
            ("String", "number") => (json!("X1"), Vec::new()),
            _ => (schema.honest(by, &name, ty), Vec::new()),
        },
    }
}

async fn each_misfit_of_an_input_is_told_at_once_with_its_path(place: Place) {
    let app = place.app().await;
    let (schema, by) = (Schema::of(&app).await, signed_in(&app).await);
    let (mut seen, mut wrong) = (0, Vec::new());
    for (name, _, args) in schema.fields("Mutation") {
        let [(_, input)] = args[..] else { panic!("{name} has arguments besides its input") };
        let (value, mut paths) = misfits(&schema, &by, vec!["input".to_owned()], input);
        let query = format!(
            "mutation($input: {}) {{ it: {name}(input: $input) {{ errors {{ code path message }} }} }}",
            written(input)
        );
        let body = json!({ "query": query, "variables": { "input": value } });
        let answer = body_of(app.post(Some(&by.token), &body).await).await;
        assert!(answer.get("errors").is_none(), "{name}: {answer:#}");
        let errors = answer["data"]["it"]["errors"].as_array().unwrap();
        let mut told: Vec<Vec<String>> = errors
            .iter()
            .map(|error| serde_json::from_value(error["path"].clone()).unwrap())
            .collect();
        paths.sort();
        told.sort();
        if told != paths {
            wrong.push(format!("{name}: {told:?}, not {paths:?}"));
        }
        seen += paths.len();
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(seen > 50, "{seen} values");
    // The day is named, in the caller's language.
    let query = "mutation($input: CreateObligationInput!) { it: createObligation(input: $input) { obligation { id } errors { code path message } } }";
    let input = json!({
        "institution": "KOSME", "programme": "AI_TRAINING", "startsOn": "2026-02-30", "endsOn": "tomorrow",
        "idempotencyKey": uuid::Uuid::now_v7().to_string(),
    });
    for (language, said) in [
        (
            "ko",
            "2026-02-30은(는) 달력에 없는 날짜입니다. `startsOn` 값은 2026-07-01과 같은 날짜여야 합니다.",
        ),
        ("en", "There is no day 2026-02-30. `startsOn` must be a date like 2026-07-01."),
    ] {
        let request = Request::post("/graphql")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT_LANGUAGE, language)
            .header(header::AUTHORIZATION, format!("Bearer {}", by.token))
            .body(Body::from(
                json!({ "query": query, "variables": { "input": input } }).to_string(),
            ));
        let answer = body_of(app.router().oneshot(request.unwrap()).await.unwrap()).await;
        let it = &answer["data"]["it"];
        assert_eq!(it["obligation"], Value::Null, "{answer:#}");
        assert_eq!(it["errors"][0]["message"], said, "{answer:#}");
        assert_eq!(it["errors"][0]["code"], "INVALID_DATE", "{answer:#}");
        assert_eq!(it["errors"][1]["path"], json!(["input", "endsOn"]), "{answer:#}");
    }
    // Codes that name nothing and a day before the first are told together, with the codes that are near.
    let input = json!({
        "institution": "KOSMEE", "programme": "AI_TRAININGS", "startsOn": "2026-03-01", "endsOn": "2026-02-01",
        "idempotencyKey": uuid::Uuid::now_v7().to_string(),
    });
    let body = json!({ "query": query, "variables": { "input": input } });
    let answer = body_of(app.post(Some(&by.token), &body).await).await;
    let told: Vec<(&Value, &Value)> = answer["data"]["it"]["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (&error["path"][1], &error["message"]))
        .collect();
    let [(programme, near), (institution, close), (ends, _)] = told[..] else {
        panic!("{answer:#}")
    };
    assert_eq!(
        [programme, institution, ends],
        ["programme", "institution", "endsOn"],
        "{answer:#}"
    );
    assert!(near.as_str().unwrap().contains("Near: `AI_TRAINING`."), "{answer:#}");
    assert!(close.as_str().unwrap().contains("Near: `KOSME`."), "{answer:#}");
}

async fn each_misfit_of_an_argument_is_told_with_its_path(place: Place) {
    let app = place.app().await;
    let (schema, by) = (Schema::of(&app).await, signed_in(&app).await);
    let mut seen = Vec::new();
    let mut all: Vec<(String, String, String)> = Vec::new();
    for (name, ty, args) in schema.fields("Query") {
        let row = named(ty).strip_suffix("Connection");
        if let Some(row) = row.filter(|_| !args.iter().any(|(_, ty)| ty["kind"] == "NON_NULL")) {
            for (inner, ty, args) in schema.fields(row) {
                all.extend(wrong(&schema, &by, (inner, ty, &args)).into_iter().map(
                    |(argument, declared, call)| {
                        (argument, declared, format!("{name}(first: 1) {{ nodes {{ {call} }} }}"))
                    },
                ));
            }
        }
        all.extend(wrong(&schema, &by, (name, ty, &args)));
    }
    for (argument, variables, call) in all {
        let body = json!({ "query": format!("{{ {call} }}") });
        let answer = body_of(app.post(Some(&by.token), &body).await).await;
        let error = &answer["errors"][0]["extensions"];
        assert_eq!(error["code"], "BAD_USER_INPUT", "{call} {variables}\n{answer:#}");
        assert_eq!(error["path"][0], argument.as_str(), "{call}\n{answer:#}");
        seen.push(call);
    }
    for expected in ["period(", "submissionCheck(", "stageOn(", "asOf:", "knownAt:"] {
        assert!(seen.iter().any(|call| call.contains(expected)), "{expected} in {seen:#?}");
    }
}

/// Calls of a field, each with one argument that is none of its scalar: the argument, its type, the call.
fn wrong(
    schema: &Schema,
    by: &Honest,
    (name, ty, args): (&str, &Value, &[(&str, &Value)]),
) -> Vec<(String, String, String)> {
    let mut calls = Vec::new();
    for (argument, of) in args.iter().filter(|(argument, _)| *argument != "where") {
        let (value, paths) = misfits(schema, by, vec![(*argument).to_owned()], of);
        if paths.is_empty() {
            continue;
        }
        let others =
            args.iter().filter(|(other, ty)| other != argument && ty["kind"] == "NON_NULL");
        let given = others.map(|(other, ty)| (*other, schema.honest(by, other, ty)));
        let given: Vec<String> = given
            .chain([(*argument, value)])
            .map(|(name, value)| match named(args.iter().find(|(it, _)| *it == name).unwrap().1) {
                ty if schema.types[ty]["kind"] == "ENUM" => {
                    // Values of an enum stand without quotes, alone or in a list.
                    format!("{name}: {}", value.to_string().replace('"', ""))
                }
                _ => format!("{name}: {value}"),
            })
            .collect();
        let call = format!("{name}({}) {}", given.join(", "), schema.selection(ty));
        calls.push(((*argument).to_owned(), written(of), call));
    }
    calls
}

async fn nulls_are_left_out_and_ids_may_be_numbers(place: Place) {
    let app = place.app().await;
    let by = signed_in(&app).await;
    let query = "mutation($input: CreateIndicatorInput!) { it: createIndicator(input: $input) { indicator { decimals } errors { code path message } } }";
    let input = json!({
        "programme": "AI_TRAINING", "code": "ONE_MORE", "name": { "ko": "하나 더", "en": null }, "unit": "%",
        "valueType": "PERCENT", "decimals": null, "isRequired": null, "range": null, "validFrom": "2027-Q1",
        "idempotencyKey": "the-same-call",
    });
    let body = json!({ "query": query, "variables": { "input": input } });
    let answer = body_of(app.post(Some(&by.token), &body).await).await;
    assert_eq!(answer["data"]["it"]["indicator"]["decimals"], 0, "{answer:#}");
    let query = "mutation { it: endObligation(input: { id: 5, expectedVersion: 1, idempotencyKey: \"inline-0005\", endsOn: \"2026-12-31\" }) { errors { code path } } }";
    let answer = body_of(app.post(Some(&by.token), &json!({ "query": query })).await).await;
    let expected = json!([{ "code": "NOT_AN_ID", "path": ["input", "id"] }]);
    assert_eq!(answer["data"]["it"]["errors"], expected, "{answer:#}");
}
