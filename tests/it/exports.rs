//! Exports: what a file holds is what the list tells its caller, in each format; filters in the address; the charge;
//! what fails on the way breaks off.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;
use std::process::Command;

use aiplus::config::{Introspection, ServeSettings};
use aiplus::graphql::catalog;
use aiplus::read::export::{self, Column};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use calamine::{Data, Reader as _, Xlsx};
use chrono::{Days, NaiveDate, TimeDelta, Utc};
use futures_util::StreamExt as _;
use sea_orm::{IdenStatic as _, Iterable as _};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tower::ServiceExt as _;

use crate::subscription::{short_token, system};
use crate::support::{Place, TestApp, clients, settings};
use crate::tests;
use crate::wire::{Answer, PATIENCE, Server, call, form_urlencoded, get, post, router, with};

tests![
    each_file_tells_what_the_list_tells,
    long_files_come_in_steps,
    filters_stand_in_the_address,
    what_cannot_be_asked_is_refused,
    who_asks_is_charged_for_the_rows,
    what_fails_on_the_way_breaks_off,
    what_is_broken_off_is_seen_on_the_wire,
    a_file_outlasts_its_token_and_ends_with_its_client,
    a_file_has_its_time,
    an_export_that_nobody_reads_ends,
    the_dictionary_has_every_column,
    statistics_are_files_as_well,
    programs_open_the_files,
    the_documented_programs_run,
];

/// Callers with their tokens: anybody, a partner, an operator.
async fn callers(app: &TestApp) -> [Option<String>; 3] {
    let partner = app.client("KIBO", "program:read results:submit").await;
    let operator = app.client("TIPA", "program:read results:review content:write").await;
    [None, Some(app.token(&partner).await), Some(app.token(&operator).await)]
}

fn free() -> ServeSettings {
    let mut settings = settings();
    (settings.limits.client_rate, settings.limits.address_cost) = (0, 0);
    settings
}

fn signed(path: &str, token: Option<&str>) -> Request<Body> {
    match token {
        Some(token) => with(get(path), &[("authorization", &format!("Bearer {token}"))]),
        None => get(path),
    }
}

pub async fn down(routes: &Router, path: &str, token: Option<&str>) -> Answer {
    call(routes, signed(path, token)).await
}

/// The value at a path of a node, found apart from how the product finds it.
fn at(node: &Value, path: &str) -> Value {
    let Some((first, rest)) = path.split_once('.') else { return node[path].clone() };
    match &node[first]["nodes"] {
        Value::Array(rows) => rows.iter().map(|row| at(row, rest)).collect(),
        _ => at(&node[first], rest),
    }
}

/// All rows of the list as its pages tell them, by column.
async fn listed(
    routes: &Router,
    token: Option<&str>,
    (root, args): (&str, &str),
    columns: &[Column],
) -> Result<Vec<Vec<Value>>, String> {
    let mut selection = String::new();
    for column in columns {
        let steps: Vec<&str> = column.path.split('.').collect();
        let last = steps.len() - 1;
        let mut close = String::new();
        for (depth, step) in steps.iter().enumerate() {
            selection.push_str(step);
            if depth < last {
                let many = column.is_list && depth == 0;
                selection.push_str(if many { "(first: 100) { nodes { " } else { " { " });
                close.push_str(if many { " } }" } else { " }" });
            }
        }
        selection.push_str(&close);
        selection.push(' ');
    }
    let (mut rows, mut after) = (Vec::new(), Value::Null);
    loop {
        let query = format!(
            "query($after: String) {{ {root}(first: 100, after: $after{args}) {{ nodes {{ {selection} }} pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let body = json!({ "query": query, "variables": { "after": after } });
        let answer = call(routes, post(token, &body)).await.json();
        if let Some(error) = answer.get("errors") {
            return Err(error[0]["extensions"]["code"].as_str().unwrap().to_owned());
        }
        let page = &answer["data"][root];
        for node in page["nodes"].as_array().unwrap() {
            rows.push(columns.iter().map(|column| at(node, column.path)).collect());
        }
        if page["pageInfo"]["hasNextPage"] == false {
            return Ok(rows);
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(cell).collect::<Vec<_>>().join(";"),
        other => other.to_string(),
    }
}

fn cells(rows: &[Vec<Value>]) -> Vec<Vec<String>> {
    rows.iter().map(|row| row.iter().map(cell).collect()).collect()
}

fn of_csv(answer: &Answer) -> (Vec<String>, Vec<Vec<String>>) {
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    let text = text.strip_prefix('\u{FEFF}').expect("a mark by which Excel knows UTF-8");
    let mut rows = split_csv(text).into_iter();
    let heads = rows.next().unwrap();
    // An apostrophe keeps a text from being a formula.
    let plain = |cell: String| match cell.strip_prefix('\'') {
        Some(rest) => rest.to_owned(),
        None => cell,
    };
    (heads, rows.map(|row| row.into_iter().map(plain).collect()).collect())
}

/// CSV by RFC 4180, read apart from how it was written.
fn split_csv(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, quoted) {
            ('"', true) if letters.peek() == Some(&'"') => {
                cell.push('"');
                letters.next();
            }
            ('"', _) => quoted = !quoted,
            (',', false) => row.push(std::mem::take(&mut cell)),
            ('\r', false) => {}
            ('\n', false) => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            (other, _) => cell.push(other),
        }
    }
    assert!(cell.is_empty() && row.is_empty() && !quoted, "the last line has no end");
    rows
}

fn of_xlsx(answer: &Answer, sheet: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(answer.body.to_vec())).unwrap();
    let range = book.worksheet_range(sheet).unwrap();
    let (_, width) = range.end().unwrap();
    let shown = |value: &Data| match value {
        Data::DateTime(day) => {
            let zero = NaiveDate::from_ymd_opt(1899, 12, 30).unwrap();
            (zero + Days::new(day.as_f64() as u64)).to_string()
        }
        Data::Float(number) => number.to_string(),
        Data::Bool(truth) => truth.to_string(),
        Data::Empty => String::new(),
        Data::String(text) => text.clone(),
        other => panic!("{other:?}"),
    };
    let mut rows = (0..=range.end().unwrap().0).map(|row| {
        (0..=width).map(|column| shown(range.get_value((row, column)).unwrap())).collect()
    });
    let heads = rows.next().unwrap();
    (heads, rows.collect())
}

fn of_json(answer: &Answer, is_lines: bool, keys: &[String]) -> Vec<Vec<Value>> {
    let text = std::str::from_utf8(&answer.body).unwrap();
    let rows: Vec<Value> = if is_lines {
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    } else {
        serde_json::from_str(text).unwrap()
    };
    let row = |row: &Value| {
        assert_eq!(row.as_object().unwrap().len(), keys.len());
        keys.iter().map(|key| row[key].clone()).collect()
    };
    rows.iter().map(row).collect()
}

async fn each_file_tells_what_the_list_tells(place: Place) {
    let app = place.app().await;
    // A case that nobody but the operators sees, and a name that its company did not give.
    app.sql("UPDATE adoption_case SET status = 'DRAFT', title_ko = '비밀 사례' WHERE code = 'DEMO-0007'").await;
    app.sql("UPDATE adoption_case SET disclosure = 'ANONYMISED', company_name = '비밀 기업' WHERE code = 'DEMO-0008'").await;
    app.sql(
        "UPDATE adoption_case SET title_ko = '=1+1', title_en = '＝x' WHERE code = 'DEMO-0009'",
    )
    .await;
    let (routes, catalog) = (router(&app, &free()), catalog());
    for token in callers(&app).await {
        let token = token.as_deref();
        for (ty, export) in catalog.exports() {
            let (root, name) = (catalog.listed(ty).unwrap().name, export.name);
            let columns = export::columns(catalog, ty, export).unwrap();
            let keys: Vec<String> = columns.iter().map(|column| column.key.clone()).collect();
            let expected = match listed(&routes, token, (root, ""), &columns).await {
                Ok(rows) => rows,
                Err(code) => {
                    let answer = down(&routes, &format!("/export/{name}.csv"), token).await;
                    assert_eq!(answer.status, 401, "{name}");
                    assert_eq!(answer.json()["error"]["code"], *code, "{name}");
                    assert!(answer.header("www-authenticate").is_some());
                    continue;
                }
            };
            assert!(!expected.is_empty() || token.is_none(), "{name}: nothing to compare");
            for extension in ["csv", "xlsx", "json", "ndjson"] {
                let path = format!("/export/{name}.{extension}");
                let answer = down(&routes, &path, token).await;
                assert_eq!(answer.status, 200, "{path}");
                let named = format!("attachment; filename=\"{name}.{extension}\"");
                assert_eq!(answer.header("content-disposition"), Some(&*named));
                match extension {
                    "csv" => {
                        assert_eq!(of_csv(&answer), (keys.clone(), cells(&expected)), "{path}")
                    }
                    "xlsx" => {
                        assert_eq!(
                            of_xlsx(&answer, name),
                            (keys.clone(), cells(&expected)),
                            "{path}"
                        );
                    }
                    _ => {
                        let rows = of_json(&answer, extension == "ndjson", &keys);
                        assert!(rows == expected, "{path}");
                    }
                }
                if name == "cases" && extension != "xlsx" {
                    let text = String::from_utf8_lossy(&answer.body).into_owned();
                    let sees_all = text.contains("비밀 사례") && text.contains("비밀 기업");
                    let sees_any = text.contains("비밀");
                    assert!(sees_all == sees_any, "{path}");
                    assert!(!sees_any || token.is_some(), "{path}");
                    assert!(text.contains("DEMO-0008"), "{path}");
                }
                let head = Request::head(&path).header(header::HOST, "api.test");
                let head = match token {
                    Some(token) => head.header(header::AUTHORIZATION, format!("Bearer {token}")),
                    None => head,
                };
                let head = call(&routes, head.body(Body::empty()).unwrap()).await;
                assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
                assert_eq!(head.header("content-type"), answer.header("content-type"));
            }
        }
    }
}

/// Adds so many cases, copies of the first.
async fn more_cases(app: &TestApp, count: usize) {
    let columns: Vec<&str> = entity::adoption_case::Column::iter()
        .map(|column| column.as_str())
        .filter(|name| !matches!(*name, "id" | "code"))
        .collect();
    let columns = columns.join(", ");
    let (id, numbers) = if app.is_postgres() {
        ("gen_random_uuid()", format!("generate_series(1, {count}) AS n(i)"))
    } else {
        let walk = "WITH RECURSIVE w(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM w";
        ("randomblob(16)", format!("({walk} WHERE i < {count}) SELECT i FROM w) n"))
    };
    let code = if app.is_postgres() {
        "'MANY-' || lpad(n.i::text, 7, '0')"
    } else {
        "printf('MANY-%07d', n.i)"
    };
    app.sql(&format!(
        "INSERT INTO adoption_case (id, code, {columns}) SELECT {id}, {code}, {columns} FROM (SELECT * FROM adoption_case WHERE code = 'DEMO-0001') c, {numbers}"
    ))
    .await;
}

async fn long_files_come_in_steps(place: Place) {
    let app = place.app().await;
    more_cases(&app, 1_700).await;
    let routes = router(&app, &free());
    app.statements();
    let answer = down(&routes, "/export/cases.ndjson?fields=code,barriersKind", None).await;
    let statements = app.statements().len();
    let rows = of_json(&answer, true, &["code".into(), "barriersKind".into()]);
    let codes: Vec<&str> = rows.iter().map(|row| row[0].as_str().unwrap()).collect();
    assert!(codes.is_sorted_by(|one, next| one < next) && codes.len() == 2_000, "{}", codes.len());
    // Each step reads rows and what hangs on them.
    assert!(statements <= 4 * 3 + 2, "{statements}");
    let book = down(&routes, "/export/cases.xlsx?fields=code", None).await;
    assert_eq!(of_xlsx(&book, "cases").1.len(), 2_000);
    let packed = with(get("/export/cases.csv?fields=code"), &[("accept-encoding", "gzip")]);
    let packed = call(&routes, packed).await;
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    let packed = with(get("/export/cases.xlsx?fields=code"), &[("accept-encoding", "gzip")]);
    assert_eq!(call(&routes, packed).await.header("content-encoding"), None);
}

async fn filters_stand_in_the_address(place: Place) {
    let app = place.app().await;
    let (routes, catalog) = (router(&app, &free()), catalog());
    let [_, partner, _] = callers(&app).await;
    let both = r#"where={"stage":{"eq":"PILOT"}}&region=KR-11"#;
    let ranges = "investment.gte=100000000&startedOn.lt=2026&barriersKind=COST,DATA";
    for (name, query, args) in [
        ("cases", "region=KR-11", r#"where: { region: { code: { eq: "KR-11" } } }"#),
        ("cases", "regionCode=KR-11", r#"where: { region: { code: { eq: "KR-11" } } }"#),
        (
            "cases",
            "region=KR-11&region=KR-26",
            r#"where: { region: { code: { in: ["KR-11", "KR-26"] } } }"#,
        ),
        (
            "cases",
            "size.in=SMALL,MEDIUM&orderBy=-STARTED_ON,CODE",
            "where: { size: { in: [SMALL, MEDIUM] } }, orderBy: [{ field: STARTED_ON, direction: DESC }, { field: CODE }]",
        ),
        ("cases", both, r#"where: { stage: { eq: PILOT }, region: { code: { eq: "KR-11" } } }"#),
        (
            "cases",
            ranges,
            "where: { investment: { gte: 100000000 }, startedOn: { lt: \"2026\" }, barriers: { some: { kind: { eq: COST } } } }",
        ),
        ("cases", "search=서울", r#"where: { search: "서울" }"#),
        ("cases", "districtX.isNull=true", ""),
        // A section of industry has the cases of its divisions, as in the statistics.
        (
            "cases",
            "industrySection=C",
            r#"where: { or: [{ industry: { code: { eq: "C" } } }, { industry: { parent: { code: { eq: "C" } } } }] }"#,
        ),
        // The end of a path calls its column, where no other ends so.
        (
            "values",
            "institution=KIBO&quarter=2026-Q1&status.in=ACCEPTED,FINAL&isTotal=true",
            r#"where: { institution: { code: { eq: "KIBO" } }, submission: { quarter: { eq: "2026-Q1" }, status: { in: [ACCEPTED, FINAL] } }, not: { cell: { contains: "/" } } }"#,
        ),
        (
            "values",
            "programme=AI_VOUCHER",
            r#"where: { submission: { programme: { code: { eq: "AI_VOUCHER" } } } }"#,
        ),
        ("values", "code=KOSME", ""),
        ("meetings", "quarter=2026-Q3", r#"where: { quarter: "2026-Q3" }"#),
        // Codes as people have them: of lists by their Korean names too.
        ("cases", "size=소기업", "where: { size: { eq: SMALL } }"),
        ("cases", "size=small", "where: { size: { eq: SMALL } }"),
        ("cases", "size.in=ｓｍａｌｌ,중기업\u{200B}", "where: { size: { in: [SMALL, MEDIUM] } }"),
        (
            "cases",
            "size.ne=소 기업&region=서울",
            r#"where: { size: { ne: SMALL }, region: { code: { eq: "KR-11" } } }"#,
        ),
        (
            "cases",
            "stage=pilot&orderBy=-started_on",
            "where: { stage: { eq: PILOT } }, orderBy: [{ field: STARTED_ON, direction: DESC }]",
        ),
        ("meetings", "quarter=2026q3", r#"where: { quarter: "2026-Q3" }"#),
        ("submissions", "quarter=２０２６-Q2", r#"where: { quarter: { eq: "2026-Q2" } }"#),
        ("published", "state=withheld", "where: { state: { eq: WITHHELD } }"),
        ("bills", "reached=drafting", "where: { reached: DRAFTING }"),
        ("recommendations", "isOverdue=true", "where: { isOverdue: true }"),
        ("published", "state=WITHHELD", "where: { state: { eq: WITHHELD } }"),
        ("published", "state=NOT_REPORTED", "where: { state: { eq: NOT_REPORTED } }"),
        ("bills", "reached=DRAFTING", "where: { reached: DRAFTING }"),
        ("changes", "types=Meeting,Bill", r#"types: ["Meeting", "Bill"]"#),
        ("submissions", "quarter=2026-Q2", r#"where: { quarter: { eq: "2026-Q2" } }"#),
        (
            "values",
            "includeSuperseded=true&submissionQuarter=2026-Q1",
            r#"includeSuperseded: true, where: { submission: { quarter: { eq: "2026-Q1" } } }"#,
        ),
    ] {
        let (ty, export) = catalog.exported(name).unwrap();
        let columns = export::columns(catalog, ty, export).unwrap();
        let keys: Vec<String> = columns.iter().map(|column| column.key.clone()).collect();
        let query = query.replace(",DATA", "");
        let encoded: Vec<String> = query
            .split('&')
            .map(|pair| pair.split_once('=').unwrap())
            .map(|(name, value)| format!("{name}={}", form_urlencoded(value)))
            .collect();
        let path = format!("/export/{name}.json?{}", encoded.join("&"));
        let answer = down(&routes, &path, partner.as_deref()).await;
        if args.is_empty() {
            assert_eq!(answer.status, 400, "{path}");
            continue;
        }
        assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
        let root = catalog.listed(ty).unwrap().name;
        let args = format!(", {args}");
        let expected = listed(&routes, partner.as_deref(), (root, &args), &columns).await.unwrap();
        assert!(of_json(&answer, false, &keys) == expected, "{path}");
        assert!(!expected.is_empty() || name == "recommendations" || name == "bills", "{path}");
    }
    // Totals and parts are told apart, so that neither is counted twice.
    let [_, _, operator] = callers(&app).await;
    let path = "/export/values.ndjson?fields=cell,isTotal";
    let answer = down(&routes, path, operator.as_deref()).await;
    let keys = ["cell", "isTotal"].map(str::to_owned);
    let rows = of_json(&answer, true, &keys);
    assert!(rows.iter().any(|row| row[1] == false) && rows.iter().any(|row| row[1] == true));
    for row in &rows {
        assert_eq!(row[1], !row[0].as_str().unwrap().contains('/'), "{row:?}");
    }
    let heads = async |query: &str| {
        let path = format!("/export/cases.csv?fields=regionNameKo,code,barriersKind{query}");
        of_csv(&down(&routes, &path, None).await).0
    };
    assert_eq!(heads("").await, ["regionNameKo", "code", "barriersKind"]);
    assert_eq!(heads("&lang=ko").await, ["지역명", "사례 번호", "애로 유형"]);
    assert_eq!(heads("&lang=en").await, ["Region name ko", "Code", "Barriers kind"]);
}

async fn what_cannot_be_asked_is_refused(place: Place) {
    let app = place.app().await;
    let routes = router(&app, &free());
    let deep = format!("where={}1{}", "%7B%22not%22:".repeat(20), "%7D".repeat(20));
    for (query, code) in [
        ("nothing=1", "BAD_USER_INPUT"),
        ("regoin=KR-11", "BAD_USER_INPUT"),
        ("region.like=KR", "BAD_USER_INPUT"),
        ("summaryKo=x", "BAD_USER_INPUT"),
        ("where=%7B", "BAD_USER_INPUT"),
        ("where=%7B%22nothing%22:1%7D", "BAD_USER_INPUT"),
        ("where=%5B%5D", "BAD_USER_INPUT"),
        ("where=null", "BAD_USER_INPUT"),
        ("stage=NOTHING", "BAD_USER_INPUT"),
        ("startedOn=yesterday", "BAD_USER_INPUT"),
        ("investment=much", "BAD_USER_INPUT"),
        ("orderBy=NOTHING", "BAD_USER_INPUT"),
        ("orderBy=CODE,CODE", "BAD_USER_INPUT"),
        ("fields=nothing", "BAD_USER_INPUT"),
        ("fields=code,code", "BAD_USER_INPUT"),
        ("fields=", "BAD_USER_INPUT"),
        ("lang=fr", "BAD_USER_INPUT"),
        ("lang=ko&lang=en", "BAD_USER_INPUT"),
        ("region=%00", "BAD_USER_INPUT"),
        // What would silently find nothing.
        ("region=", "BAD_USER_INPUT"),
        ("district=", "BAD_USER_INPUT"),
        ("search=", "BAD_USER_INPUT"),
        ("region.in=KR-11,", "BAD_USER_INPUT"),
        ("region=KR-11,KR-26", "BAD_USER_INPUT"),
        ("region.ne=KR-11,KR-26", "BAD_USER_INPUT"),
        ("region=KR-99", "BAD_USER_INPUT"),
        ("region=KR-11&region=Nowhere", "BAD_USER_INPUT"),
        ("region.in=KR-11,KR-99", "BAD_USER_INPUT"),
        ("regionCode=Nowhere", "BAD_USER_INPUT"),
        ("industry=ZZ", "BAD_USER_INPUT"),
        ("owner=NOBODY", "BAD_USER_INPUT"),
        ("first=10", "BAD_USER_INPUT"),
        ("after=x", "BAD_USER_INPUT"),
        (&deep, "BAD_USER_INPUT"),
    ] {
        for path in [format!("/export/cases.csv?{query}"), format!("/export/cases.xlsx?{query}")] {
            let answer = down(&routes, &path, None).await;
            assert!(matches!(answer.status, 400 | 413), "{path}: {}", answer.status);
            let told = answer.json();
            let seen = told["error"]["code"].as_str().unwrap();
            assert!(seen == code || query == deep, "{path}: {told}");
            let korean = with(get(&path), &[("accept-language", "ko")]);
            let korean = call(&routes, korean).await.json();
            let sentence = korean["error"]["message"].as_str().unwrap();
            assert!(sentence.chars().any(|letter| ('가'..='힣').contains(&letter)), "{korean}");
        }
    }
    for (query, words) in [
        ("region=KR-11,KR-26", "`region.in=A,B`"),
        ("region.ne=KR-11,KR-26", "`region.notIn=A,B`"),
        ("district=", "`district.isNull=true`"),
        ("region=KR-99", "`KR-99`"),
        ("size=SMALL,MEDIUM", "`size.in=A,B`"),
        ("code=NOTHING", "`NOTHING`"),
        // A lookup finds it, a filter does not.
        ("owner=ti-pa", "`TIPA`"),
    ] {
        let answer = down(&routes, &format!("/export/cases.csv?{query}"), None).await.json();
        let sentence = answer["error"]["message"].as_str().unwrap();
        assert!(sentence.contains(words), "{query}: {sentence}");
        assert!(query == "district=" || !sentence.contains("isNull"), "{query}: {sentence}");
    }
    // What is wrong is named as it was written, in its path too.
    for (query, path, words) in [
        ("size=bogus", &["size"][..], "`size`"),
        ("size.in=SMALL,X", &["size.in"], "`size.in`"),
        ("size=SMALL&region=KR-11&stage=x", &["stage"], "`stage`"),
        ("barriersKind=x", &["barriersKind"], "`barriersKind`"),
        ("region=KR-99", &["region"], "`region`"),
        ("region.in=KR-11,KR-99", &["region.in"], "`region.in`"),
        ("startedOn=yesterday", &["startedOn"], "`startedOn`"),
        ("investment.gte=much&size=SMALL", &["investment.gte"], "`investment.gte`"),
        ("orderBy=NOTHING", &["orderBy"], "`orderBy`"),
        (
            "where=%7B%22size%22:%7B%22eq%22:%22x%22%7D%7D",
            &["where", "size", "eq"],
            "`where.size.eq`",
        ),
    ] {
        for file in ["cases.csv", "statistics/adoptionCaseStatistics.csv"] {
            for language in ["en", "ko"] {
                let asked = get(&format!("/export/{file}?{query}"));
                let answer = call(&routes, with(asked, &[("accept-language", language)])).await;
                let told = answer.json();
                assert_eq!(answer.status, 400, "{told}");
                assert_eq!(told["errors"][0]["path"], json!(path), "{file} {query}: {told}");
                let sentence = told["error"]["message"].as_str().unwrap();
                assert!(sentence.contains(words), "{file} {query}: {sentence}");
                assert!(!sentence.contains('$') && !sentence.contains("`code`"), "{sentence}");
            }
        }
    }
    // Who may not ask is told that, not which codes there are.
    let answer = down(&routes, "/export/values.csv?institution=NOBODY", None).await;
    assert_eq!(
        (answer.status, answer.json()["error"]["code"].as_str()),
        (401, Some("UNAUTHENTICATED"))
    );
    // As many codes as a filter takes are looked up.
    let many: Vec<String> = (0..99).map(|at| format!("C-{at}")).collect();
    let path = format!("/export/cases.csv?region.in=KR-11,{}", many.join(","));
    assert_eq!(down(&routes, &path, None).await.status, 400);
    let reader = app.token(&app.client("KIBO", "results:submit").await).await;
    for (path, token, status, code) in [
        ("/export/submissions.csv", None, 401, "UNAUTHENTICATED"),
        ("/export/values.xlsx", None, 401, "UNAUTHENTICATED"),
        ("/export/cases.csv", Some("x"), 401, "UNAUTHENTICATED"),
        ("/export/cases.csv?access_token=x", None, 401, "UNAUTHENTICATED"),
        ("/export/nothing.csv", Some(&*reader), 404, "NOT_FOUND"),
        ("/export/cases.pdf", Some(&*reader), 404, "NOT_FOUND"),
        ("/export/statistics/adoptionCases.csv", None, 404, "NOT_FOUND"),
        ("/export/statistics/adoptionCaseStatistics.csv?nothing=1", None, 400, "BAD_USER_INPUT"),
        ("/export/statistics/adoptionCaseStatistics.csv?region=KR-99", None, 400, "BAD_USER_INPUT"),
        ("/export/statistics/adoptionCaseStatistics.csv?lang=fr", None, 400, "BAD_USER_INPUT"),
        ("/export/statistics/adoptionCaseStatistics.csv?fields=code", None, 400, "BAD_USER_INPUT"),
        (
            "/export/statistics/adoptionCaseStatistics.csv?groupBy=NOTHING",
            None,
            400,
            "BAD_USER_INPUT",
        ),
        ("/export/statistics/submissionStatistics.csv", None, 401, "UNAUTHENTICATED"),
    ] {
        let answer = down(&routes, path, token).await;
        assert_eq!(answer.status, status, "{path}: {}", String::from_utf8_lossy(&answer.body));
        assert_eq!(answer.json()["error"]["code"], code, "{path}");
    }
    let post = Request::post("/export/cases.csv").body(Body::empty()).unwrap();
    let answer = call(&routes, post).await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD")));
}

async fn who_asks_is_charged_for_the_rows(place: Place) {
    let app = place.app().await;
    more_cases(&app, 900).await;
    // Of which little comes in meanwhile.
    let mut poor = settings();
    poor.limits.client_rate = 6_000;
    let routes = router(&app, &poor);
    let [_, token, _] = callers(&app).await;
    let token = token.as_deref();
    let none = async || {
        let path = "/export/cases.csv?code=NOTHING&fields=code";
        down(&routes, path, token).await.left().0
    };
    let before = none().await;
    let answer = down(&routes, "/export/cases.csv?fields=code", token).await;
    assert_eq!(of_csv(&answer).1.len(), 1_200);
    let after = none().await;
    assert!(before - after > 600, "{before} {after}");
    poor.limits.client_rate = 1;
    let routes = router(&app, &poor);
    let one = "/export/cases.csv?code=DEMO-0001";
    assert_eq!(down(&routes, one, token).await.status, 200);
    let answer = down(&routes, one, token).await;
    assert_eq!(
        (answer.status, answer.json()["error"]["code"].as_str()),
        (429, Some("RATE_LIMITED"))
    );
    assert!(answer.retry_after() > 0);
}

async fn what_fails_on_the_way_breaks_off(place: Place) {
    let app = place.app().await;
    more_cases(&app, 1_000).await;
    let routes = router(&app, &free());
    for extension in ["csv", "xlsx", "json", "ndjson"] {
        let request = get(&format!("/export/cases.{extension}"));
        let response = routes.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        let mut body = response.into_body().into_data_stream();
        body.next().await.unwrap().unwrap();
        app.sql("ALTER TABLE adoption_case RENAME TO gone").await;
        let mut ended = None;
        while let Some(piece) = body.next().await {
            if let Err(error) = piece {
                ended = Some(error);
                break;
            }
        }
        app.sql("ALTER TABLE gone RENAME TO adoption_case").await;
        assert!(ended.is_some(), "{extension}: a file that ended well is whole");
    }
}

async fn a_file_outlasts_its_token_and_ends_with_its_client(place: Place) {
    let app = place.app().await;
    more_cases(&app, 1_700).await;
    let routes = router(&app, &free());
    let client = app.client("TIPA", "program:read").await;
    let token = short_token(&app, &client, 6);
    let ends = Utc::now() + TimeDelta::seconds(6);
    let begin =
        |token: &str| routes.clone().oneshot(signed("/export/cases.csv?fields=code", Some(token)));
    let response = begin(&token).await.unwrap();
    assert_eq!(response.status(), 200);
    // What ends is time itself.
    tokio::time::sleep((ends - Utc::now()).to_std().unwrap_or_default()).await;
    let whole = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    let codes = String::from_utf8_lossy(&whole).matches("MANY-").count();
    assert_eq!(codes, 1_700, "who was let in gets the whole");

    let response = begin(&app.token(&client).await).await.unwrap();
    let mut body = response.into_body().into_data_stream();
    body.next().await.unwrap().unwrap();
    clients::disable(&app.db, system(), client.id, 1, None).await.unwrap();
    let mut is_broken = false;
    while let Some(piece) = body.next().await {
        is_broken |= piece.is_err();
    }
    assert!(is_broken, "who is shut out gets no more");
}

async fn a_file_has_its_time(place: Place) {
    let app = place.app().await;
    more_cases(&app, 1_700).await;
    let mut settings = free();
    settings.limits.export_timeout = 1;
    for token in callers(&app).await {
        let asked = signed("/export/cases.ndjson?fields=code", token.as_deref());
        let mut body =
            router(&app, &settings).oneshot(asked).await.unwrap().into_body().into_data_stream();
        body.next().await.unwrap().unwrap();
        // What ends is time itself.
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        let mut ends = Vec::new();
        while let Some(piece) = body.next().await {
            ends.push(piece.is_err());
        }
        assert_eq!(ends.last(), Some(&true), "who reads slowly keeps nobody waiting");
    }
}

/// The head of an answer on the wire, and the connection.
async fn begun(server: &Server, path: &str) -> tokio::net::TcpStream {
    let mut stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
    let head = format!("GET {path} HTTP/1.1\r\nhost: a.test\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut first = vec![0; 4_096];
    let read = tokio::time::timeout(PATIENCE, stream.read(&mut first)).await.unwrap().unwrap();
    let first = String::from_utf8_lossy(&first[..read]).into_owned();
    assert!(first.starts_with("HTTP/1.1 200"), "{first}");
    stream
}

async fn what_is_broken_off_is_seen_on_the_wire(place: Place) {
    let app = place.app().await;
    // More than the buffers of a connection hold.
    more_cases(&app, 30_000).await;
    let server = Server::start(app.app.clone(), &free()).await;
    let mut stream = begun(&server, "/export/cases.ndjson").await;
    app.sql("ALTER TABLE adoption_case RENAME TO gone").await;
    let mut rest = Vec::new();
    // Whether it ends or is reset, the last chunk never came.
    let _ = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await.unwrap();
    assert!(!rest.ends_with(b"0\r\n\r\n"), "the end of a whole file");
    app.sql("ALTER TABLE gone RENAME TO adoption_case").await;
    let mut stream = begun(&server, "/export/cases.ndjson?fields=code").await;
    stream.shutdown().await.unwrap();
}

async fn an_export_that_nobody_reads_ends(place: Place) {
    let app = place.app().await;
    more_cases(&app, 30_000).await;
    let server = Server::start(app.app.clone(), &free()).await;
    // As many as one caller may have at a time, none of which is read on.
    let mut held = Vec::new();
    for _ in 0..4 {
        held.push(begun(&server, "/export/cases.ndjson").await);
    }
    let queries = async {
        let mut connection = server.connect().await;
        connection.ask(get("/graphql?query=%7B__typename%7D")).await
    };
    assert_eq!(queries.await.status, 200, "they hold no turn at reading");
    drop(held);
    let mut connection = server.connect().await;
    let answer = connection.ask(get("/export/cases.csv?code=DEMO-0001")).await;
    assert_eq!(answer.status, 200, "who has gone has left its place");
}

async fn the_dictionary_has_every_column(place: Place) {
    let app = place.app().await;
    let routes = router(&app, &settings());
    let told = down(&routes, "/export/dictionary.json", None).await.json();
    let mut known: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in told.as_array().unwrap() {
        let text = |name: &str| row[name].as_str().unwrap().to_owned();
        known.entry(text("file")).or_default().push(text("column"));
        assert!(!text("headingKo").is_empty() && !text("description").is_empty(), "{row}");
    }
    for (_, export) in catalog().exports() {
        let path = format!("/export/{}.csv", export.name);
        let token = app.token(&app.client("TIPA", "program:read results:review").await).await;
        let heads = of_csv(&down(&routes, &path, Some(&token)).await).0;
        assert_eq!(known[export.name], heads, "{path}");
    }
    let stage = told.as_array().unwrap().iter().find(|row| row["column"] == "stage").unwrap();
    assert!(stage["codes"].as_array().unwrap().iter().any(|code| code == "PILOT: 시범. Pilot."));
    assert_eq!(down(&routes, "/export/dictionary", None).await.json(), told);
    let csv = of_csv(&down(&routes, "/export/dictionary.csv", None).await);
    assert_eq!(csv.1.len(), told.as_array().unwrap().len());
    let page = with(get("/export/dictionary"), &[("accept", "text/html,*/*")]);
    let page = call(&routes, page).await;
    assert!(page.header("content-type").unwrap().starts_with("text/html"));
    assert!(String::from_utf8_lossy(&page.body).contains("regionNameKo"));
    let mut closed = settings();
    closed.limits.introspection = Introspection::Nobody;
    let app = place.app_with(&closed).await;
    let answer = down(&router(&app, &closed), "/export/dictionary.json", None).await;
    assert_eq!(answer.status, 403, "it tells the schema");
}

async fn statistics_are_files_as_well(place: Place) {
    let app = place.app().await;
    let routes = router(&app, &free());
    let path = "/export/statistics/adoptionCaseStatistics";
    let query = "?includeIllustrative=true&groupBy=REGION,STAGE&where=%7B%22size%22:%7B%22eq%22:%22SMALL%22%7D%7D";
    let told = down(&routes, &format!("{path}.json{query}"), None).await.json();
    let asked = "{ adoptionCaseStatistics(includeIllustrative: true, groupBy: [REGION, STAGE], where: { size: { eq: SMALL } }) { base rows { keys { code label { ko } } count investment { sum } } } }";
    let asked = &call(&routes, post(None, &json!({ "query": asked }))).await.json()["data"]["adoptionCaseStatistics"];
    assert_eq!(told["base"], asked["base"]);
    let rows = asked["rows"].as_array().unwrap();
    assert!(rows.len() > 5 && told["rows"].as_array().unwrap().len() == rows.len());
    let (heads, cells) = of_csv(&down(&routes, &format!("{path}.csv{query}"), None).await);
    let column = |name: &str| heads.iter().position(|head| head == name).unwrap();
    for (row, cells) in rows.iter().zip(&cells) {
        assert_eq!(cells[column("region")], row["keys"][0]["code"].as_str().unwrap());
        assert_eq!(cells[column("regionKo")], row["keys"][0]["label"]["ko"].as_str().unwrap());
        assert_eq!(cells[column("stage")], row["keys"][1]["code"].as_str().unwrap());
        assert_eq!(cells[column("count")], row["count"].to_string());
        assert_eq!(cells[column("investmentSum")], cell(&row["investment"]["sum"]));
    }
    assert_eq!(cells.len(), rows.len());
    // The list's conditions are the same in both files.
    let short = "?includeIllustrative=true&groupBy=REGION,STAGE&size=SMALL";
    let file = |query: &str, end: &str| format!("{path}.{end}{query}");
    let (one, other) = (
        down(&routes, &file(short, "csv"), None).await,
        down(&routes, &file(query, "csv"), None).await,
    );
    assert_eq!(one.body, other.body);
    let ranges = format!(
        "{path}.json?includeIllustrative=true&size.in=SMALL,MEDIUM&investment.gte=100000000&search=AI"
    );
    let asked = "{ of: adoptionCaseStatistics(includeIllustrative: true, where: { size: { in: [SMALL, MEDIUM] }, investment: { gte: 100000000 }, search: \"AI\" }) { base } }";
    let asked = call(&routes, post(None, &json!({ "query": asked }))).await.json();
    let told = down(&routes, &ranges, None).await.json();
    assert!(told["base"] == asked["data"]["of"]["base"] && told["base"] != 0, "{told}");
    let ordered = |order: &str| format!("{path}.csv{short}&orderBy={order}");
    let json = form_urlencoded(r#"[{"field":"COUNT","direction":"DESC"}]"#);
    let (one, other) =
        (down(&routes, &ordered("-COUNT"), None).await, down(&routes, &ordered(&json), None).await);
    assert!(one.status == 200 && one.body == other.body);
    // Amounts are numbers in a workbook, so that they can be summed there, and headings are words if wanted.
    let (words, sums) = of_xlsx(
        &down(&routes, &file(&format!("{short}&lang=ko"), "xlsx"), None).await,
        "statistics",
    );
    assert_eq!(words[..5], ["지역 코드", "지역", "지역(영문)", "도입 단계 코드", "도입 단계"]);
    let mut book: Xlsx<_> =
        Xlsx::new(Cursor::new(down(&routes, &file(short, "xlsx"), None).await.body)).unwrap();
    let sheet = book.worksheet_range("statistics").unwrap();
    let at = u32::try_from(column("investmentSum")).unwrap();
    for (row, line) in (1..).zip(&rows[..]) {
        let sum = &line["investment"]["sum"];
        let seen = sheet.get_value((row, at)).cloned().unwrap_or_default();
        let expected = sum.as_str().map_or(Data::Empty, |sum| Data::Float(sum.parse().unwrap()));
        assert_eq!(seen, expected, "{line}");
    }
    assert_eq!(sums.len(), rows.len());
    let (_, total) = of_csv(&down(&routes, &format!("{path}.csv"), None).await);
    assert_eq!(total.len(), 1, "without dimensions there is the total");
    let [_, _, operator] = callers(&app).await;
    // Columns follow from the question, not from what there is.
    for quarter in ["2026-Q1", "1999-Q1"] {
        let path = format!(
            "/export/statistics/valueStatistics.csv?groupBy=INDICATOR,YEAR&includeIllustrative=true&quarter={quarter}"
        );
        let (heads, _) = of_csv(&down(&routes, &path, operator.as_deref()).await);
        assert_eq!(
            heads[..6],
            ["indicator", "indicatorKo", "indicatorEn", "indicatorRevision", "indicatorId", "year"]
        );
    }
    for root in catalog().roots.iter() {
        use aiplus::read::catalog::RootKind;
        let needs = root.args.iter().any(|arg| arg.ty.ends_with('!') && arg.default.is_none());
        if needs || !matches!(root.kind, RootKind::Statistics(_) | RootKind::Statistic(..)) {
            continue;
        }
        for extension in ["csv", "json", "xlsx", "ndjson"] {
            let path = format!("/export/statistics/{}.{extension}", root.name);
            let answer = down(&routes, &path, operator.as_deref()).await;
            assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
        }
    }
}

/// The program, if it is installed; who lacks it is told so.
fn found(program: &str, arguments: &[&str]) -> bool {
    let is_there =
        Command::new(program).args(arguments).output().is_ok_and(|it| it.status.success());
    if !is_there {
        println!("NOT RUN: {program} {} is not there", arguments.join(" "));
    }
    is_there
}

/// Python with what the documented programs import.
fn python() -> Option<String> {
    let program = std::env::var("AIPLUS_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    found(&program, &["-c", "import pandas, openpyxl, gql, requests"]).then_some(program)
}

fn run(command: &mut Command) -> String {
    let done = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(done.status.success(), "{}\n{}", text(&done.stdout), text(&done.stderr));
    text(&done.stdout)
}

async fn programs_open_the_files(place: Place) {
    let app = place.app().await;
    if app.is_postgres() {
        return;
    }
    app.sql("UPDATE adoption_case SET title_ko = '=1+1', title_en = '한글 ''\"' WHERE code = 'DEMO-0001'").await;
    let routes = router(&app, &free());
    let folder = tempfile::tempdir().unwrap();
    for extension in ["csv", "xlsx", "json", "ndjson"] {
        let answer = down(&routes, &format!("/export/cases.{extension}?lang=ko"), None).await;
        std::fs::write(folder.path().join(format!("cases.{extension}")), &answer.body).unwrap();
    }
    let calc = folder.path().to_owned();
    let opened = move || {
        if !found("soffice", &["--version"]) {
            return;
        }
        for (file, filter) in [
            ("cases.xlsx", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true"),
            ("cases.csv", "xlsx:Calc MS Excel 2007 XML"),
        ] {
            let out = calc.join(format!("of_{}", file.rsplit('.').next().unwrap()));
            let home = format!("-env:UserInstallation=file://{}/home", calc.display());
            run(Command::new("soffice")
                .arg(home)
                .args(["--headless", "--convert-to", filter, "--outdir"])
                .arg(&out)
                .arg(calc.join(file)));
        }
        let text = std::fs::read_to_string(calc.join("of_xlsx/cases.csv")).unwrap();
        let rows = split_csv(&text.replace('\n', "\r\n"));
        assert_eq!(rows.len(), 301, "{}", &text[..200]);
        assert_eq!(
            (&*rows[0][1], &*rows[1][1], &*rows[1][2], &*rows[1][3]),
            ("사례 번호", "DEMO-0001", "=1+1", "한글 '\"")
        );
        let bytes = std::fs::read(calc.join("of_csv/cases.xlsx")).unwrap();
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        let sheet = book.worksheet_range_at(0).unwrap().unwrap();
        assert_eq!(sheet.height(), 301);
        assert_eq!(sheet.get_value((1, 2)), Some(&Data::String("'=1+1".into())), "no formula");
    };
    tokio::task::spawn_blocking(opened).await.unwrap();
    let Some(python) = python() else { return };
    let program = "import pandas as p\n\
        c = p.read_csv('cases.csv'); x = p.read_excel('cases.xlsx')\n\
        j = p.read_json('cases.json'); n = p.read_json('cases.ndjson', lines=True)\n\
        assert len(c) == len(x) == len(j) == len(n) == 300\n\
        assert list(c.columns) == list(x.columns) and list(j.columns) == list(n.columns)\n\
        assert c['사례 번호'][0] == x['사례 번호'][0] == j['code'][0] == 'DEMO-0001'\n\
        assert int(j['investment'].sum()) == int(n['investment'].sum()) == int(x['투자액(원)'].sum()) > 0\n";
    let folder_ = folder.path().to_owned();
    tokio::task::spawn_blocking(move || {
        run(Command::new(python).args(["-c", program]).current_dir(folder_))
    })
    .await
    .unwrap();
}

async fn the_documented_programs_run(place: Place) {
    let app = place.app().await;
    let Some(python) = python() else { return };
    let token = app.token(&app.client("TIPA", "program:read results:review").await).await;
    let server = Server::start(app.app.clone(), &free()).await;
    let text = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/export.md");
    let text = std::fs::read_to_string(text).unwrap();
    let programs: Vec<String> = text
        .split("```python\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .map(|program| {
            program.replace("http://127.0.0.1:8080", &format!("http://{}", server.address))
        })
        .collect();
    assert!(programs.len() >= 2);
    for program in programs {
        let (python, token) = (python.clone(), token.clone());
        let ran = tokio::task::spawn_blocking(move || {
            let folder = tempfile::tempdir().unwrap();
            let mut command = Command::new(python);
            command.args(["-c", &program]).env("AIPLUS_TOKEN", token).current_dir(folder.path());
            run(&mut command)
        });
        assert!(!ran.await.unwrap().trim().is_empty());
    }
}
