//! Statistics of submissions, their values and targets, compared with figures computed apart from the lists: over
//! random rows, filters and groupings, as whoever runs the programmes and as one that reports.

use std::collections::{BTreeMap, BTreeSet};

use aiplus::domain::principal::Principal;
use serde_json::{Value, json};

use crate::support::{Place, TestApp};
use crate::tests;
use crate::tiles::{Dice, take_keys, text};

/// A target, what was reached where it is known, and the row.
type Judged<'a> = (i128, Option<i128>, &'a Value);

tests![
    submissions_are_counted_as_their_list_says,
    values_are_figured_as_their_lists_say,
    groups_of_one_code_are_told_apart,
    targets_stand_beside_what_was_reached,
];

pub async fn told(app: &TestApp, by: &Principal, query: &str) -> Value {
    let answer = app.ask(by, query, Value::Null).await;
    assert!(answer.get("errors").is_none(), "{query}\n{answer:#}");
    answer["data"].clone()
}

/// All rows of a list, page by page.
pub async fn listed(
    app: &TestApp,
    by: &Principal,
    list: &str,
    condition: &str,
    fields: &str,
) -> Vec<Value> {
    let (mut rows, mut after) = (Vec::new(), String::new());
    loop {
        let query = format!(
            "{{ list: {list}(first: 100, where: {condition}{after}) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ {fields} }} }} }}"
        );
        let page = told(app, by, &query).await["list"].clone();
        rows.extend(page["nodes"].as_array().unwrap().iter().cloned());
        if page["pageInfo"]["hasNextPage"] == false {
            return rows;
        }
        after = format!(", after: {}", page["pageInfo"]["endCursor"]);
    }
}

const SUBMISSION: &str = "id quarter status completeness isOnTime isNil institution { code region { code } } programme { code } revisions(first: 100) { nodes { number acceptedAt supersededAt } }";

/// What a row counts under.
fn key(row: &Value, dimension: &str) -> String {
    let quarter = row["quarter"].as_str().unwrap();
    match dimension {
        "INSTITUTION" => text(&row["institution"]["code"]),
        "INSTITUTION_REGION" => text(&row["institution"]["region"]["code"]),
        "PROGRAMME" => text(&row["programme"]["code"]),
        "QUARTER" => quarter.to_owned(),
        "HALF" => format!("{}-H{}", &quarter[..4], if &quarter[6..] < "3" { 1 } else { 2 }),
        "YEAR" => quarter[..4].to_owned(),
        _ => text(&row["status"]),
    }
}

fn some_of<'a>(dice: &mut Dice, all: &[&'a str]) -> Vec<&'a str> {
    let mut some: Vec<&str> = Vec::new();
    for _ in 0..=dice.roll(3) {
        let next = dice.one_of(all);
        if !some.contains(&next) {
            some.push(next);
        }
    }
    some.truncate(3);
    some
}

const COUNTS: &str = "expected submitted onTime late accepted nil draft returned missing submittedRate { part base } onTimeRate { part base } acceptedRate { part base }";

fn counts(rows: &[&Value]) -> Value {
    let number = |holds: &dyn Fn(&Value) -> bool| rows.iter().filter(|row| holds(row)).count();
    let judged = |code: &str| number(&|row| row["completeness"] == code);
    let submitted = number(&|row| !row["isOnTime"].is_null());
    let on_time = number(&|row| row["isOnTime"] == true);
    let of = |part: usize| json!({ "part": part, "base": rows.len() });
    json!({
        "expected": rows.len(),
        "submitted": submitted,
        "onTime": on_time,
        "late": submitted - on_time,
        "accepted": judged("ACCEPTED"),
        "nil": number(&|row| row["isNil"] == true),
        "draft": judged("DRAFT"),
        "returned": number(&|row| row["status"] == "RETURNED"),
        "missing": judged("MISSING"),
        "submittedRate": of(submitted),
        "onTimeRate": of(on_time),
        "acceptedRate": of(judged("ACCEPTED")),
    })
}

async fn submissions_are_counted_as_their_list_says(place: Place) {
    let app = place.app().await;
    let mut dice = Dice(13);
    app.sql("UPDATE reporting_period SET state = 'OPEN', finalised_at = NULL WHERE quarter >= '2026-Q1'").await;
    app.sql("UPDATE reporting_period SET opens_on = '2026-12-01' WHERE quarter = '2026-Q2'").await;
    let all = app.principal("TIPA", "program:read results:review").await;
    let own = app.principal("KOSME", "program:read results:submit").await;
    for at in 0..listed(&app, &all, "submissions", "{}", "id").await.len() {
        let status =
            dice.one_of(&["NOT_STARTED", "DRAFT", "SUBMITTED", "RETURNED", "ACCEPTED", "FINAL"]);
        let (on_time, nil) =
            (dice.one_of(&["NULL", "TRUE", "FALSE"]), dice.one_of(&["TRUE", "FALSE"]));
        let due = format!("2026-{}-{:02}", 10 + dice.roll(3), 1 + dice.roll(28));
        app.sql(&format!(
            "UPDATE submission SET status = '{status}', is_on_time = {on_time}, is_nil = {nil}, due_on = '{due}' \
             WHERE id = (SELECT id FROM submission ORDER BY quarter, id LIMIT 1 OFFSET {at})"
        ))
        .await;
    }
    let copied = ["status", "is_on_time", "is_nil", "due_on"]
        .map(|name| {
            format!("{name} = (SELECT s.{name} FROM submission s WHERE s.id = submission_id)")
        })
        .join(", ");
    app.sql(&format!("UPDATE submission_tally SET {copied} WHERE known_to IS NULL")).await;
    let mut seen = BTreeSet::new();
    for condition in [
        "{}",
        "{ quarter: { in: [\"2026-Q1\", \"2026-Q3\"] } }",
        "{ not: { status: { eq: ACCEPTED } }, isNil: { eq: false } }",
        "{ or: [{ programme: { code: { eq: \"AI_TRAINING\" } } }, { isOnTime: { isNull: true } }] }",
        "{ institution: { code: { eq: \"no such\" } } }",
    ] {
        for by in [&all, &own] {
            let rows = listed(&app, by, "submissions", condition, SUBMISSION).await;
            seen.extend(rows.iter().map(|row| text(&row["completeness"])));
            for _ in 0..5 {
                let dimensions = some_of(
                    &mut dice,
                    &[
                        "INSTITUTION",
                        "INSTITUTION_REGION",
                        "PROGRAMME",
                        "QUARTER",
                        "HALF",
                        "YEAR",
                        "STATUS",
                    ],
                );
                let query = format!(
                    "{{ of: submissionStatistics(where: {condition}, groupBy: [{}], includeIllustrative: true) {{ base total {{ {COUNTS} }} rows {{ keys {{ code }} {COUNTS} }} }} }}",
                    dimensions.join(", ")
                );
                let found = told(&app, by, &query).await["of"].clone();
                let mut groups: BTreeMap<Vec<String>, Vec<&Value>> = BTreeMap::new();
                for row in &rows {
                    let of = dimensions.iter().map(|one| key(row, one)).collect();
                    groups.entry(of).or_default().push(row);
                }
                let expected: BTreeMap<Vec<String>, Value> =
                    groups.into_iter().map(|(key, rows)| (key, counts(&rows))).collect();
                let got: BTreeMap<Vec<String>, Value> =
                    found["rows"].as_array().unwrap().iter().map(take_keys).collect();
                assert_eq!(got, expected, "{query}");
                assert_eq!(found["total"], counts(&rows.iter().collect::<Vec<_>>()), "{query}");
                assert_eq!(found["base"], rows.len());
            }
        }
    }
    assert!(seen.len() > 4, "many kinds of completeness were met: {seen:?}");
    // What is asked of is asked of those that the caller may see.
    let none =
        app.ask(&Principal::Anonymous, "{ submissionStatistics { base } }", Value::Null).await;
    assert_eq!(none["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{none}");
}

/// A value that counts: what it counts under, and its number with decimals, aggregation and unit.
#[derive(Debug, Clone)]
struct Counted {
    keys: BTreeMap<&'static str, String>,
    parts: [bool; 3],
    cell: String,
    indicator: String,
    number: i128,
    scale: (usize, String, String),
    change: Option<i128>,
}

const PARTS: [&str; 3] = ["REGION", "SIZE", "INDUSTRY"];

/// A decimal as a whole number at its places.
pub fn whole(text: &str, places: usize) -> i128 {
    match text {
        "true" => return 1,
        "false" => return 0,
        _ => {}
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{fraction:0<places$}").parse().unwrap()
}

/// Values of the accepted revisions of submissions that meet a condition.
async fn accepted(app: &TestApp, by: &Principal, condition: &str) -> Vec<Counted> {
    let mut found = Vec::new();
    for row in listed(app, by, "submissions", condition, SUBMISSION).await {
        let revisions = row["revisions"]["nodes"].as_array().unwrap();
        let counts = |one: &&Value| !one["acceptedAt"].is_null() && one["supersededAt"].is_null();
        let Some(revision) = revisions.iter().find(counts) else { continue };
        let query = format!(
            "{{ node(id: {}) {{ ... on Submission {{ values(first: 100, revision: {}) {{ pageInfo {{ hasNextPage }} nodes {{ cell value indicator {{ id code decimals aggregation unit valueType }} region {{ code }} size industry {{ code parent {{ code }} }} }} }} }} }} }}",
            row["id"], revision["number"]
        );
        let values = told(app, by, &query).await["node"]["values"].clone();
        assert_eq!(values["pageInfo"]["hasNextPage"], false);
        for value in values["nodes"].as_array().unwrap() {
            let indicator = &value["indicator"];
            let Some(number) = value["value"].as_str().filter(|_| indicator["valueType"] != "TEXT")
            else {
                continue;
            };
            let section = match &value["industry"]["parent"]["code"] {
                Value::Null => &value["industry"]["code"],
                section => section,
            };
            let places = usize::try_from(indicator["decimals"].as_u64().unwrap()).unwrap();
            let of = |dimension: &str| key(&row, dimension);
            found.push(Counted {
                keys: BTreeMap::from([
                    ("INSTITUTION", of("INSTITUTION")),
                    ("INSTITUTION_REGION", of("INSTITUTION_REGION")),
                    ("PROGRAMME", of("PROGRAMME")),
                    ("INDICATOR", text(&indicator["code"])),
                    ("QUARTER", of("QUARTER")),
                    ("HALF", of("HALF")),
                    ("YEAR", of("YEAR")),
                    ("REGION", text(&value["region"]["code"])),
                    ("SIZE", text(&value["size"])),
                    ("INDUSTRY", text(section)),
                ]),
                parts: ["region", "size", "industry"].map(|name| !value[name].is_null()),
                cell: text(&value["cell"]),
                indicator: text(&indicator["id"]),
                number: whole(number, places),
                scale: (places, text(&indicator["aggregation"]), text(&indicator["unit"])),
                change: None,
            });
        }
    }
    found
}

fn before(quarter: &str) -> String {
    let (year, number): (i32, i32) = (quarter[..4].parse().unwrap(), quarter[6..].parse().unwrap());
    if number == 1 { format!("{}-Q4", year - 1) } else { format!("{year}-Q{}", number - 1) }
}

/// Adds to each value how far it moved since another quarter.
fn move_from(values: &mut [Counted], all: &[Counted], compared: Option<&str>) {
    let half = i128::from(i64::MAX / 2);
    let fits = |number: i128| (-half - 1..=half).contains(&number);
    for value in values {
        let quarter = compared.map_or_else(|| before(&value.keys["QUARTER"]), str::to_owned);
        let earlier = all.iter().find(|other| {
            ["INSTITUTION", "PROGRAMME"].iter().all(|key| other.keys[key] == value.keys[key])
                && (&other.cell, &other.keys["QUARTER"]) == (&value.cell, &quarter)
                && (other.scale.0, &other.scale.2) == (value.scale.0, &value.scale.2)
        });
        value.change = earlier
            .filter(|earlier| fits(earlier.number) && fits(value.number))
            .map(|earlier| value.number - earlier.number);
    }
}

/// A whole number less its places.
pub fn shown(number: i128, places: usize) -> String {
    let digits = format!("{:0>width$}", number.unsigned_abs(), width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let text = format!("{whole}.{fraction}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{}{text}", if number < 0 { "-" } else { "" })
}

const FIGURES: &str = "unit count sum mean lowerQuartile median upperQuartile min max";

/// Figures of some numbers, computed with all of them at hand.
fn figures(numbers: Vec<(i128, &(usize, String, String))>) -> Value {
    let scales: BTreeSet<_> = numbers.iter().map(|(_, scale)| *scale).collect();
    let mut some: Vec<i128> = numbers.iter().map(|(number, _)| *number).collect();
    some.sort_unstable();
    let (1, Some((places, aggregation, unit)), Some(last)) =
        (scales.len(), scales.first(), some.len().checked_sub(1))
    else {
        return json!({ "unit": "", "count": some.len(), "sum": null, "mean": null, "lowerQuartile": null, "median": null, "upperQuartile": null, "min": null, "max": null });
    };
    let quartile = |quarters: usize| {
        let (at, rest) = (last * quarters / 4, (last * quarters % 4) as i128);
        let next = some[(at + 1).min(last)];
        shown((some[at] * (4 - rest) + next * rest) * 25, places + 2)
    };
    let (sum, count) = (some.iter().sum::<i128>(), some.len() as i128);
    let scaled = sum * 10_000;
    json!({
        "unit": unit,
        "count": some.len(),
        "sum": (aggregation == "SUM").then(|| shown(sum, *places)),
        "mean": shown((2 * scaled + scaled.signum() * count) / (2 * count), places + 4),
        "lowerQuartile": quartile(1),
        "median": quartile(2),
        "upperQuartile": quartile(3),
        "min": shown(some[0], *places),
        "max": shown(some[last], *places),
    })
}

fn row(values: &[&Counted]) -> Value {
    let institutions: BTreeSet<_> = values.iter().map(|value| &value.keys["INSTITUTION"]).collect();
    json!({
        "count": values.len(),
        "institutions": institutions.len(),
        "value": figures(values.iter().map(|value| (value.number, &value.scale)).collect()),
        "change": figures(values.iter().filter_map(|value| Some((value.change?, &value.scale))).collect()),
    })
}

async fn values_are_figured_as_their_lists_say(place: Place) {
    let app = place.app().await;
    let mut dice = Dice(2_026);
    let all = app.principal("TIPA", "program:read results:review").await;
    let own = app.principal("KOSME", "program:read results:submit").await;
    for at in 0..listed(&app, &all, "submissions", "{}", "id").await.len() {
        let number = match dice.roll(8) {
            0 => (i64::MAX - dice.roll(9) as i64).to_string(),
            1 => "0".to_owned(),
            2 => "-5".to_owned(),
            3 | 4 => dice.roll(100).to_string(),
            _ => continue,
        };
        app.sql(&format!(
            "UPDATE submission_value SET scaled = {number}, value = '{number}' WHERE scaled IS NOT NULL \
             AND indicator_id IN (SELECT id FROM indicator WHERE decimals = 0 AND value_type IN ('INTEGER', 'KRW')) \
             AND submission_id = (SELECT id FROM submission ORDER BY quarter, id LIMIT 1 OFFSET {at})"
        ))
        .await;
    }
    let mut had_parts = BTreeSet::new();
    for (condition, compared) in [
        ("{}", None),
        ("{ programme: { code: { eq: \"AI_VOUCHER\" } } }", Some("2025-Q4")),
        ("{ quarter: { gte: \"2026-Q1\" }, institution: { code: { ne: \"KOSME\" } } }", None),
        ("{ quarter: { eq: \"1999-Q1\" } }", None),
    ] {
        for by in [&all, &own] {
            let everything = accepted(&app, by, "{}").await;
            let mut values = accepted(&app, by, condition).await;
            move_from(&mut values, &everything, compared);
            for _ in 0..6 {
                let names: Vec<&'static str> = vec![
                    "INSTITUTION",
                    "INSTITUTION_REGION",
                    "PROGRAMME",
                    "INDICATOR",
                    "INDICATOR",
                    "QUARTER",
                    "HALF",
                    "YEAR",
                    "REGION",
                    "SIZE",
                    "INDUSTRY",
                ];
                let dimensions = some_of(&mut dice, &names);
                let compare =
                    compared.map(|one| format!(", comparedWith: \"{one}\"")).unwrap_or_default();
                let row_of =
                    format!("count institutions value {{ {FIGURES} }} change {{ {FIGURES} }}");
                let query = format!(
                    "{{ of: valueStatistics(where: {{ submission: {condition} }}, groupBy: [{}]{compare}, includeIllustrative: true, first: 5000) {{ base total {{ {row_of} }} rows {{ keys {{ code }} {row_of} }} }} }}",
                    dimensions.join(", ")
                );
                let found = told(&app, by, &query).await["of"].clone();
                // Parts of the kinds that are asked for, and of no other.
                let asked = PARTS.map(|part| dimensions.contains(&part));
                let counted: Vec<&Counted> =
                    values.iter().filter(|value| value.parts == asked).collect();
                if !counted.is_empty() {
                    had_parts.insert(asked);
                }
                let mut groups: BTreeMap<Vec<String>, Vec<&Counted>> = BTreeMap::new();
                for value in &counted {
                    let mut of: Vec<String> =
                        dimensions.iter().map(|one| value.keys[one].clone()).collect();
                    if dimensions.contains(&"INDICATOR") {
                        of.push(value.indicator.clone());
                    }
                    groups.entry(of).or_default().push(value);
                }
                let told =
                    |keys: &[String], row: &Value| format!("{:?} {row}", &keys[..dimensions.len()]);
                let mut expected: Vec<String> =
                    groups.iter().map(|(keys, values)| told(keys, &row(values))).collect();
                let rows = found["rows"].as_array().unwrap().iter().map(take_keys);
                let mut got: Vec<String> = rows.map(|(keys, row)| told(&keys, &row)).collect();
                expected.sort();
                got.sort();
                assert_eq!(got, expected, "{query}");
                assert_eq!(found["total"], row(&counted), "{query}");
                assert_eq!(found["base"], counted.len(), "{query}");
            }
        }
    }
    assert!(had_parts.len() > 1, "totals and parts were met: {had_parts:?}");
}

async fn groups_of_one_code_are_told_apart(place: Place) {
    let app = place.app().await;
    let all = app.principal("TIPA", "program:read results:review").await;
    for root in ["valueStatistics", "targetStatistics"] {
        let query = format!(
            "{{ of: {root}(groupBy: [INDICATOR, YEAR], includeIllustrative: true) {{ rows {{ keys {{ code subjectId revision }} count }} }} }}"
        );
        let rows = told(&app, &all, &query).await["of"]["rows"].as_array().unwrap().clone();
        let keys: Vec<(String, String, Value, String)> = rows
            .iter()
            .map(|row| {
                let (of, year) = (&row["keys"][0], &row["keys"][1]);
                assert!(year["subjectId"].is_null() && year["revision"].is_null(), "{row}");
                (
                    text(&of["code"]),
                    text(&of["subjectId"]),
                    of["revision"].clone(),
                    text(&year["code"]),
                )
            })
            .collect();
        let apart: BTreeSet<_> = keys.iter().map(|(_, id, _, year)| (id, year)).collect();
        assert_eq!(apart.len(), rows.len(), "{root}: {rows:?}");
        let alike: BTreeSet<_> = keys.iter().map(|(code, .., year)| (code, year)).collect();
        assert!(alike.len() < rows.len(), "no two groups of one code were met: {rows:?}");
        // Groups without rows are those of each revision in each period.
        let filled = query.replace("YEAR]", "HALF], zeroFill: true");
        let filled = told(&app, &all, &filled).await["of"]["rows"].as_array().unwrap().clone();
        let of = |at: usize| -> BTreeSet<String> {
            filled.iter().map(|row| row["keys"][at].to_string()).collect()
        };
        let cells: BTreeSet<String> = filled.iter().map(|row| row["keys"].to_string()).collect();
        assert_eq!(cells.len(), filled.len(), "{root}");
        assert_eq!(filled.len(), of(0).len() * of(1).len(), "{root}");
        assert!(of(0).len() == keys.iter().map(|(_, id, ..)| id).collect::<BTreeSet<_>>().len());
        assert!(filled.iter().any(|row| row["count"] == 0), "{root}: nothing was filled");
        for (code, id, revision, _) in &keys {
            let asked =
                format!("{{ node(id: \"{id}\") {{ ... on Indicator {{ code revision }} }} }}");
            let node = told(&app, &all, &asked).await["node"].clone();
            assert_eq!(node, json!({ "code": code, "revision": revision }));
        }
    }
}

async fn targets_stand_beside_what_was_reached(place: Place) {
    let app = place.app().await;
    let all = app.principal("TIPA", "program:read results:review").await;
    let own = app.principal("KOSME", "program:read results:submit").await;
    let fields = "quarter value institution { code region { code } } indicator { id code decimals aggregation direction programme { code } }";
    let targets = listed(&app, &all, "targets", "{}", fields).await;
    for by in [&all, &own] {
        let values = accepted(&app, by, "{}").await;
        for dimension in ["INSTITUTION_REGION", "QUARTER"] {
            let query = format!(
                "{{ of: targetStatistics(groupBy: [{dimension}, INDICATOR], includeIllustrative: true, first: 5000) {{ rows {{ keys {{ code subjectId revision }} target {{ sum count }} result {{ sum count }} targetOfResult {{ sum }} met {{ part base }} achievement {{ max }} }} }} }}"
            );
            let found = told(&app, by, &query).await["of"].clone();
            let mut groups: BTreeMap<(Vec<String>, String), Vec<Judged<'_>>> = BTreeMap::new();
            for target in targets.iter().filter(|target| !target["institution"].is_null()) {
                let indicator = &target["indicator"];
                let places = usize::try_from(indicator["decimals"].as_u64().unwrap()).unwrap();
                let result = values.iter().find(|value| {
                    value.cell == text(&indicator["code"])
                        && value.keys["INSTITUTION"] == text(&target["institution"]["code"])
                        && value.keys["PROGRAMME"] == text(&indicator["programme"]["code"])
                        && value.keys["QUARTER"] == text(&target["quarter"])
                });
                let first = match dimension {
                    "INSTITUTION_REGION" => text(&target["institution"]["region"]["code"]),
                    _ => text(&target["quarter"]),
                };
                // Each revision stands by itself.
                let key = (vec![first, text(&indicator["code"])], text(&indicator["id"]));
                let number = whole(target["value"].as_str().unwrap(), places);
                groups.entry(key).or_default().push((
                    number,
                    result.map(|result| result.number),
                    indicator,
                ));
            }
            let mut expected: Vec<String> = groups
                .iter()
                .map(|((keys, _), rows)| {
                    let places = usize::try_from(rows[0].2["decimals"].as_u64().unwrap()).unwrap();
                    let reached: Vec<_> = rows
                        .iter()
                        .filter_map(|(target, result, of)| Some((*target, (*result)?, of)))
                        .collect();
                    let judged: Vec<_> =
                        reached.iter().filter(|(.., of)| of["direction"] != "NEUTRAL").collect();
                    let met = judged.iter().filter(|(target, result, of)| {
                        if of["direction"] == "LOWER_IS_BETTER" {
                            result <= target
                        } else {
                            result >= target
                        }
                    });
                    let is_summed = rows[0].2["aggregation"] == "SUM";
                    let sum = |some: Vec<i128>| {
                        (is_summed && !some.is_empty()).then(|| shown(some.iter().sum(), places))
                    };
                    format!(
                        "{keys:?} {} {} {} {} {} {} {}",
                        rows.len(),
                        reached.len(),
                        json!(sum(rows.iter().map(|row| row.0).collect())),
                        json!(sum(reached.iter().map(|row| row.1).collect())),
                        json!(sum(reached.iter().map(|row| row.0).collect())),
                        met.count(),
                        judged.len(),
                    )
                })
                .collect();
            let rows = found["rows"].as_array().unwrap();
            let mut got: Vec<String> = rows
                .iter()
                .map(|row| {
                    let keys: Vec<String> = row["keys"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|key| text(&key["code"]))
                        .collect();
                    format!(
                        "{keys:?} {} {} {} {} {} {} {}",
                        row["target"]["count"],
                        row["result"]["count"],
                        row["target"]["sum"],
                        row["result"]["sum"],
                        row["targetOfResult"]["sum"],
                        row["met"]["part"],
                        row["met"]["base"],
                    )
                })
                .collect();
            expected.sort();
            got.sort();
            assert!(!expected.is_empty(), "{targets:?}");
            assert_eq!(got, expected, "{query}");
        }
    }
}
