//! Published statistics, and somebody who tries to learn from them what an institution reported: he reads whatever
//! everybody, or a partner, is told, adds and subtracts, and knows that nothing is below zero.

use std::collections::BTreeMap;

use aiplus::domain::principal::Principal;
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use crate::exports::down;
use crate::support::Place;
use crate::support::results::{PROGRAMME, QUARTER, World, codes, key};
use crate::tests;

tests![
    figures_are_published_once_a_day_by_who_may,
    nobody_is_found_out_over_all_releases,
    what_is_hidden_is_told_nowhere,
];

/// Who reports: code, kind, and amounts by region.
type Reports = Vec<(&'static str, &'static str, Vec<(&'static str, i64)>)>;

fn reports() -> Reports {
    let (seoul, busan, daegu) = ("KR-11", "KR-26", "KR-27");
    vec![
        ("SBA", "PUBLIC_AGENCY", vec![(seoul, 4021), (daegu, 3011)]),
        ("KOSME", "PUBLIC_AGENCY", vec![(seoul, 3989), (daegu, 2909)]),
        ("KIBO", "PUBLIC_AGENCY", vec![(seoul, 4157), (busan, 2707)]),
        ("SEMAS", "PUBLIC_AGENCY", vec![(seoul, 3877), (busan, 2843)]),
        ("KISED", "PUBLIC_AGENCY", vec![(seoul, 4241), (daegu, 3163)]),
        ("SI", "RESEARCH_INSTITUTE", vec![(seoul, 3709), (daegu, 2819)]),
        ("STEPI", "RESEARCH_INSTITUTE", vec![(seoul, 3847)]),
        ("ETRI", "RESEARCH_INSTITUTE", vec![(seoul, 4093)]),
        ("KAIA", "ASSOCIATION", vec![(seoul, 1301)]),
    ]
}

async fn partner(world: &World, code: &str) -> Principal {
    world.app.principal(code, "program:read results:submit").await
}

/// Saves, submits and has accepted what an institution reports.
async fn report(world: &World, code: &str, amounts: &[(&'static str, i64)], now: DateTime<Utc>) {
    let who = partner(world, code).await;
    let sum: i64 = amounts.iter().map(|of| of.1).sum();
    let mut values = vec![
        json!({ "indicator": "COMPANIES", "value": sum.to_string() }),
        json!({ "indicator": "BUDGET", "value": "5000" }),
        json!({ "indicator": "EXECUTED", "state": "ZERO_CONFIRMED" }),
        json!({ "indicator": "RATE", "value": "62.5" }),
    ];
    values.extend(amounts.iter().map(|(region, amount)| {
        json!({ "indicator": "COMPANIES", "region": region, "value": amount.to_string(), "comment": "확인" })
    }));
    for value in &mut values {
        value["comment"] = "확인".into();
    }
    for (who, mutation, more) in [
        (&who, "saveSubmissionDraft", json!({ "values": values })),
        (&who, "submitSubmission", json!({ "attestation": true })),
        (&world.reviewer, "acceptSubmission", json!({})),
    ] {
        let input = world.seen_in(code, PROGRAMME, QUARTER).await.input(more);
        world.done_at(who, now, mutation, input).await;
    }
}

/// A final quarter of these, and indicators that are published.
async fn world(place: &Place, reports: &Reports, indicators: &[&str]) -> World {
    let world = World::before(place, crate::support::now(), QUARTER).await;
    for (code, ..) in reports {
        if !["KIBO", "KOSME", "SEMAS"].contains(code) {
            world.obligation(code, PROGRAMME, "2020-01-01").await;
        }
    }
    world.open(QUARTER).await;
    for (code, _, amounts) in reports {
        report(&world, code, amounts, world.now).await;
    }
    let done = world.freeze(QUARTER, &[]).await;
    assert_eq!(done["errors"], json!([]), "{done:#}");
    for code in indicators {
        let decided = publication(&world, code, true).await;
        world.done(&world.lead, "setIndicatorPublication", decided).await;
    }
    world
}

async fn publication(world: &World, code: &str, is_published: bool) -> Value {
    let list = format!(
        "{{ indicators(where: {{ code: {{ eq: \"{code}\" }}, programme: {{ code: {{ eq: \"{PROGRAMME}\" }} }} }}) {{ nodes {{ id expectedVersion: version }} }} }}"
    );
    let mut input = world.data(&world.lead, &list).await["indicators"]["nodes"][0].clone();
    input["isPublished"] = is_published.into();
    input["idempotencyKey"] = key().into();
    input
}

const CELLS: &str = "origin code publishedOn knownAt firstQuarter lastQuarter cellCount withheldCount contentHash cells(first: 100) { totalCount nodes { \
    indicator { code } quarter table region { code } institutionKind state reason value number institutions } }";

/// A release as somebody reads it: its cells by indicator, table and key.
async fn release(world: &World, who: &Principal, day: &str) -> (Value, BTreeMap<String, Value>) {
    let query = format!("{{ it: statisticsRelease(code: \"{day}\") {{ {CELLS} }} }}");
    let told = world.data(who, &query).await["it"].clone();
    let nodes = told["cells"]["nodes"].as_array().unwrap_or_else(|| panic!("{told:#}"));
    assert_eq!(told["cells"]["totalCount"], json!(nodes.len()), "all on one page");
    let name = |cell: &Value| {
        let key = cell["region"]["code"].as_str().or(cell["institutionKind"].as_str());
        let code = cell["indicator"]["code"].as_str().unwrap();
        format!("{code} {} {}", cell["table"].as_str().unwrap(), key.unwrap_or("-"))
    };
    let cells = nodes.iter().map(|cell| (name(cell), cell.clone())).collect();
    (told, cells)
}

fn says(cells: &BTreeMap<String, Value>, name: &str) -> String {
    let cell = cells.get(name).unwrap_or_else(|| panic!("{name}: {cells:#?}"));
    let text = |field: &str| cell[field].as_str().unwrap_or("-").to_owned();
    let state = text("state");
    assert_eq!(cell["value"].is_null(), state != "SHOWN", "{cell}");
    assert_eq!(cell["institutions"].is_null(), state == "WITHHELD", "{cell}");
    match state.as_str() {
        "SHOWN" => format!("{} of {}", text("value"), cell["institutions"]),
        "WITHHELD" => text("reason"),
        _ => state,
    }
}

async fn figures_are_published_once_a_day_by_who_may(place: Place) {
    let world = world(&place, &reports(), &[]).await;
    let nothing = world.act(&world.reviewer, "publishStatistics", json!({})).await;
    assert_eq!(codes(&nothing), ["NOTHING_TO_PUBLISH"]);
    let decided = publication(&world, "COMPANIES", true).await;
    for who in [&world.kosme, &world.reviewer, &Principal::Anonymous] {
        let denied = world.tried(who, "setIndicatorPublication", decided.clone()).await;
        let code = denied["errors"][0]["extensions"]["code"].as_str().unwrap();
        assert!(["FORBIDDEN", "UNAUTHENTICATED"].contains(&code), "{denied:#}");
    }
    let note = publication(&world, "NOTE", true).await;
    let refused = world.act(&world.lead, "setIndicatorPublication", note).await;
    assert_eq!(codes(&refused), ["NOT_PUBLISHABLE"]);
    world.done(&world.lead, "setIndicatorPublication", decided.clone()).await;
    let mut stale = decided;
    stale["idempotencyKey"] = key().into();
    assert_eq!(
        codes(&world.act(&world.lead, "setIndicatorPublication", stale).await),
        ["CONFLICT"]
    );
    for code in ["EXECUTED", "RATE"] {
        let decided = publication(&world, code, true).await;
        world.done(&world.lead, "setIndicatorPublication", decided).await;
    }
    let denied = world.tried(&world.kosme, "publishStatistics", json!({})).await;
    assert_eq!(denied["errors"][0]["extensions"]["code"], "FORBIDDEN");
    let input = json!({ "note": { "ko": "3분기" }, "idempotencyKey": key() });
    let made = world.done(&world.reviewer, "publishStatistics", input.clone()).await;
    let again = world.done(&world.reviewer, "publishStatistics", input).await;
    assert_eq!(made, again, "the same call tells the same");
    let second = world.act(&world.lead, "publishStatistics", json!({})).await;
    assert_eq!(codes(&second), ["ALREADY_PUBLISHED"]);
    let day = made["statisticsRelease"]["code"].as_str().unwrap();
    let (told, cells) = release(&world, &Principal::Anonymous, day).await;
    assert_eq!((&told["firstQuarter"], &told["lastQuarter"]), (&json!(QUARTER), &json!(QUARTER)));
    let all: i64 = reports().iter().flat_map(|of| &of.2).map(|of| of.1).sum();
    for (name, expected) in [
        ("COMPANIES TOTAL -", format!("{all} of 9")),
        ("COMPANIES REGION KR-26", "CONFIDENTIAL".to_owned()),
        ("COMPANIES REGION KR-28", "NOT_REPORTED".to_owned()),
        ("COMPANIES INSTITUTION_KIND ASSOCIATION", "CONFIDENTIAL".to_owned()),
        ("EXECUTED TOTAL -", "0 of 9".to_owned()),
        ("RATE TOTAL -", "62.5 of 9".to_owned()),
    ] {
        assert_eq!(says(&cells, name), expected, "{name}");
    }
    // One kind is of one institution, so another one stays back with it: else it would be what is left of the total.
    let kinds = ["PUBLIC_AGENCY", "RESEARCH_INSTITUTE"]
        .map(|kind| says(&cells, &format!("COMPANIES INSTITUTION_KIND {kind}")));
    assert_eq!(kinds[1], "CONFIDENTIAL");
    assert!(kinds[0].ends_with(" of 5"), "{kinds:?}");
    let withheld = cells.values().filter(|cell| cell["state"] == "WITHHELD").count();
    assert_eq!(told["withheldCount"], json!(withheld));
    // It is listed as every list, and put on record.
    let list = "{ statisticsReleases(first: 1) { totalCount nodes { code } pageInfo { hasNextPage } } \
        statisticsCells(where: { state: { eq: SHOWN }, table: { eq: TOTAL }, indicator: { code: { eq: \"COMPANIES\" } } }) { nodes { value release { code } } } \
        changes(types: [\"StatisticsRelease\"]) { nodes { kind } } }";
    let listed = world.data(&Principal::Anonymous, list).await;
    assert_eq!(listed["statisticsReleases"]["nodes"], json!([{ "code": day }]));
    assert_eq!(listed["changes"]["nodes"], json!([{ "kind": "CREATED" }]));
    let cell = json!([{ "value": all.to_string(), "release": { "code": day } }]);
    assert_eq!(listed["statisticsCells"]["nodes"], cell);
    // An indicator that is not published any more is in no release to come, and stays in those that are there.
    let decided = publication(&world, "RATE", false).await;
    world.done(&world.lead, "setIndicatorPublication", decided).await;
    let later = world.now + Duration::days(1);
    let next = world.done_at(&world.lead, later, "publishStatistics", json!({})).await;
    let next = next["statisticsRelease"]["code"].as_str().unwrap();
    let (_, later) = release(&world, &Principal::Anonymous, next).await;
    assert!(!later.contains_key("RATE TOTAL -") && cells.contains_key("RATE TOTAL -"));
    for (name, cell) in &later {
        assert_eq!(cell, &cells[name], "what stands is told again");
    }
    assert_eq!(release(&world, &Principal::Anonymous, day).await.0, told);
}

/// Restates what an institution reported.
async fn restate(world: &World, code: &str, amounts: &[(&'static str, i64)], now: DateTime<Utc>) {
    let more = json!({ "reason": "착오", "publicNote": { "ko": "정정" } });
    let input = world.seen_in(code, PROGRAMME, QUARTER).await.input(more);
    world.done_at(&world.lead, now, "restateSubmission", input).await;
    report(world, code, amounts, now).await;
}

/// An unknown of the attacker: what an institution reported for a region, as of one of its reports.
type Unknown = (String, String, i64);

/// Equations over the unknowns, each with its sum; solved and bounded without the server's code.
fn bounds(equations: &[(Vec<Unknown>, f64)], of: &[(Unknown, f64)]) -> (f64, f64) {
    let mut unknowns: Vec<&Unknown> = equations.iter().flat_map(|(terms, _)| terms).collect();
    unknowns.extend(of.iter().map(|(unknown, _)| unknown));
    unknowns.sort();
    unknowns.dedup();
    let last = unknowns.len();
    let row = |terms: &[(Unknown, f64)], target: f64, sum: f64| {
        let mut row = vec![0.0; last + 2];
        for (unknown, by) in terms {
            row[unknowns.binary_search(&unknown).unwrap()] += by;
        }
        (row[last], row[last + 1]) = (target, sum);
        row
    };
    let mut rows: Vec<Vec<f64>> = equations
        .iter()
        .map(|(terms, sum)| {
            let terms: Vec<(Unknown, f64)> = terms.iter().map(|of| (of.clone(), 1.0)).collect();
            row(&terms, 0.0, *sum)
        })
        .collect();
    rows.push(row(of, -1.0, 0.0));
    let mut solved = rows.clone();
    let mut at = 0;
    for column in 0..=last {
        let Some(found) = (at..solved.len()).find(|of| solved[*of][column].abs() > 1e-7) else {
            continue;
        };
        solved.swap(at, found);
        let by = solved[at][column];
        solved[at].iter_mut().for_each(|cell| *cell /= by);
        let chosen = solved[at].clone();
        for other in (0..solved.len()).filter(|of| *of != at) {
            let by = solved[other][column];
            solved[other].iter_mut().zip(&chosen).for_each(|(cell, with)| *cell -= with * by);
        }
        at += 1;
    }
    rows.extend(solved);
    let mut known = vec![(0.0_f64, f64::INFINITY); last + 1];
    known[last].0 = f64::NEG_INFINITY;
    for _ in 0..10 {
        for row in &rows {
            for column in (0..=last).filter(|column| row[*column].abs() > 1e-7) {
                let (mut least, mut most) = (row[last + 1], row[last + 1]);
                for other in (0..=last).filter(|other| *other != column) {
                    let ((low, high), by) = (known[other], row[other]);
                    if by.abs() > 1e-7 {
                        let (a, b) = (by * low, by * high);
                        least -= a.max(b);
                        most -= a.min(b);
                    }
                }
                let (a, b) = (least / row[column], most / row[column]);
                let bound: &mut (f64, f64) = &mut known[column];
                *bound = (bound.0.max(a.min(b)), bound.1.min(a.max(b)));
            }
        }
    }
    known[last]
}

fn number(amount: i64) -> f64 {
    f64::from(i32::try_from(amount).unwrap())
}

/// What the cells of a release say of what was reported when it was cut.
fn told(
    reports: &Reports,
    cells: &BTreeMap<String, Value>,
    knows: &str,
) -> Vec<(Vec<Unknown>, f64)> {
    let mut equations = Vec::new();
    for (name, cell) in cells.iter().filter(|(name, _)| name.starts_with("COMPANIES")) {
        let mut terms = Vec::new();
        let mut own = 0;
        for (code, kind, amounts) in reports {
            for (region, amount) in amounts {
                let key = name.rsplit(' ').next().unwrap();
                if ![*kind, *region, "-"].contains(&key) {
                    continue;
                }
                if *code == knows {
                    own += amount;
                } else {
                    terms.push((code.to_string(), region.to_string(), *amount));
                }
            }
        }
        if let Some(value) = cell["value"].as_str() {
            equations.push((terms, value.parse::<f64>().unwrap() - number(own)));
        }
    }
    equations
}

async fn nobody_is_found_out_over_all_releases(place: Place) {
    let mut reports = reports();
    let world = world(&place, &reports, &["COMPANIES"]).await;
    // Restated one after the other: one, two more in the same region, then one back to what it was.
    let steps: [&[(usize, usize, i64)]; 4] =
        [&[], &[(1, 0, 4007)], &[(4, 1, 3301), (5, 1, 2711)], &[(1, 0, 3989)]];
    let mut releases: Vec<(Reports, String)> = Vec::new();
    let mut now = world.now;
    for step in steps {
        for (of, at, amount) in step {
            reports[*of].2[*at].1 = *amount;
            let (code, _, amounts) = &reports[*of];
            restate(&world, code, amounts, now).await;
        }
        now += Duration::days(1);
        let made = world.done_at(&world.reviewer, now, "publishStatistics", json!({})).await;
        let day = made["statisticsRelease"]["code"].as_str().unwrap().to_owned();
        releases.push((reports.clone(), day));
    }
    let (_, first) = release(&world, &Principal::Anonymous, &releases[0].1).await;
    let (_, second) = release(&world, &Principal::Anonymous, &releases[1].1).await;
    // KOSME alone was restated: whatever it is in stays back.
    for (name, expected) in [
        ("COMPANIES TOTAL -", "RESTATEMENT"),
        ("COMPANIES REGION KR-11", "RESTATEMENT"),
        ("COMPANIES INSTITUTION_KIND PUBLIC_AGENCY", "RESTATEMENT"),
    ] {
        assert!(says(&first, name).contains(" of "), "{name} {}", says(&first, name));
        assert_eq!(says(&second, name), expected, "{name}");
    }
    for (name, cell) in first.iter().filter(|(_, cell)| cell["state"] == "SHOWN") {
        let is_kept = &second[name] == cell;
        assert!(is_kept || second[name]["reason"] == "RESTATEMENT", "{name} {}", second[name]);
    }
    let (_, last) = release(&world, &Principal::Anonymous, &releases[3].1).await;
    assert_eq!(
        last["COMPANIES REGION KR-11"], first["COMPANIES REGION KR-11"],
        "back to what it was"
    );
    let partners = ["", "SBA", "KOSME", "KIBO", "KISED", "STEPI", "KAIA"];
    for knows in partners {
        let who = match knows {
            "" => Principal::Anonymous,
            code => partner(&world, code).await,
        };
        let mut equations = Vec::new();
        for (reports, day) in &releases {
            let (_, cells) = release(&world, &who, day).await;
            for equation in told(reports, &cells, knows) {
                if !equations.contains(&equation) {
                    equations.push(equation);
                }
            }
        }
        for (at, (reports, day)) in releases.iter().enumerate() {
            for (of, (code, _, amounts)) in
                reports.iter().enumerate().filter(|(_, of)| of.0 != knows)
            {
                let unknown =
                    |region: &str, amount: i64| (code.to_string(), region.to_owned(), amount);
                let mut looked: Vec<Vec<(Unknown, f64)>> = amounts
                    .iter()
                    .map(|(region, amount)| vec![(unknown(region, *amount), 1.0)])
                    .collect();
                looked.push(looked.iter().flatten().cloned().collect());
                for of in looked {
                    let has: f64 = of.iter().map(|((.., amount), _)| number(*amount)).sum();
                    let (low, high) = bounds(&equations, &of);
                    assert!(
                        low <= has + 1e-3 && high >= has * 1.149,
                        "{knows:?} sees on {day} that {code} has {low} to {high}: {has}"
                    );
                }
                for (region, amount) in amounts {
                    let before = at.checked_sub(1).map(|at| &releases[at].0[of].2);
                    let was =
                        before.and_then(|of| of.iter().find(|of| of.0 == *region)).map(|of| of.1);
                    if let Some(was) = was.filter(|was| was != amount) {
                        let change =
                            [(unknown(region, *amount), 1.0), (unknown(region, was), -1.0)];
                        let (low, high) = bounds(&equations, &change);
                        assert!(
                            high - low > 1.0,
                            "{knows:?} sees that {code} changed by {low} to {high}"
                        );
                    }
                }
            }
        }
    }
}

async fn what_is_hidden_is_told_nowhere(place: Place) {
    let mut reports = reports();
    let world = world(&place, &reports, &["COMPANIES", "BUDGET"]).await;
    let later = world.now + Duration::days(1);
    world.done_at(&world.reviewer, world.now, "publishStatistics", json!({})).await;
    reports[1].2[0].1 = 4007;
    restate(&world, "KOSME", &reports[1].2, world.now).await;
    world.done_at(&world.reviewer, later, "publishStatistics", json!({})).await;
    let questions = [
        "statisticsReleases { totalCount nodes { id code note { ko } withheldCount contentHash cells(first: 100) { nodes { id state reason value number institutions position } } } }",
        "statisticsCells(first: 100, where: { state: { eq: WITHHELD } }) { totalCount nodes { value number institutions } }",
        "changes(last: 100) { nodes { __typename kind type subjectId } }",
        "changeStatistics { base }",
        "institutionStatistics { base }",
        "search(text: \"3989\") { totalCount nodes { title { ko } } }",
        "search(text: \"정정\") { totalCount nodes { title { ko } } }",
        "indicators(first: 100) { nodes { code publicationDecidedAt targets { nodes { value } } } }",
        "programmes { nodes { code submissions { totalCount nodes { id values { nodes { value } } } } } }",
        "submissions { totalCount nodes { id status } }",
        "submissionRevisions { totalCount nodes { receipt cellCount } }",
        "submissionStatistics { total { expected submitted } }",
        "indicatorSeries(programme: \"T_AI\", indicator: \"COMPANIES\", by: INSTITUTION) { points { key value } }",
        "indicatorSeries(programme: \"T_AI\", indicator: \"COMPANIES\") { points { key value } }",
        "auditEvents { nodes { after } }",
    ];
    let keeps_still = |knows: &str, question: &str, text: &str| {
        for (code, _, amounts) in reports.iter().filter(|of| of.0 != knows) {
            let sum: i64 = amounts.iter().map(|of| of.1).sum();
            let old = if *code == "KOSME" { vec![3989, 3989 + 2909] } else { Vec::new() };
            for amount in amounts.iter().map(|of| of.1).chain([sum]).chain(old) {
                let digits = amount.to_string();
                let is_told = text
                    .split(|of: char| !of.is_ascii_alphanumeric() && of != '-' && of != '_')
                    .any(|word| word == digits);
                assert!(!is_told, "{knows:?} reads {digits} of {code}: {question}\n{text}");
            }
        }
    };
    let routes = world.app.router();
    for knows in ["", "SBA", "STEPI"] {
        let (who, token) = match knows {
            "" => (Principal::Anonymous, None),
            code => {
                let client = world.app.client(code, "program:read results:submit").await;
                (partner(&world, code).await, Some(world.app.token(&client).await))
            }
        };
        for file in ["published", "submissions", "values", "institutions", "changes"] {
            let answer = down(&routes, &format!("/export/{file}.csv"), token.as_deref()).await;
            let text = String::from_utf8_lossy(&answer.body);
            keeps_still(knows, file, &text);
            let may = !knows.is_empty() || !["submissions", "values"].contains(&file);
            assert_eq!(answer.status == 200, may, "{knows:?} {file}: {text}");
        }
        for question in questions {
            let answer = world.ask(&who, &format!("{{ {question} }}")).await;
            keeps_still(knows, question, &answer.to_string());
            // What it may not list it may not count either.
            let is_of_results =
                question.starts_with("submission") || question.starts_with("indicatorSeries");
            if knows.is_empty() && (is_of_results || question.starts_with("audit")) {
                assert!(!answer["errors"].is_null(), "{question}\n{answer:#}");
            }
            if !knows.is_empty() && question.starts_with("submissions") {
                assert_eq!(answer["data"]["submissions"]["totalCount"], 1, "{answer:#}");
            }
        }
    }
}
