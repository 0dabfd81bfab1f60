//! What a dashboard shows, each tile in one request, compared with figures computed apart from the lists: over
//! random rows, filters and groupings as well, and with sums beyond 64 bits.

use std::collections::{BTreeMap, BTreeSet};

use aiplus::domain::principal::Principal;
use serde_json::{Value, json};

use crate::support::{Place, TestApp};
use crate::tests;

tests![
    statistics_are_what_their_lists_say,
    what_is_left_out_stands_together,
    groups_without_rows_are_added_on_request,
    sums_have_no_limit,
];

/// A source of numbers that is the same in each run.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, below: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % below as u64).unwrap()
    }

    pub fn one_of<T: Copy>(&mut self, some: &[T]) -> T {
        some[self.roll(some.len())]
    }
}

/// A case as its list tells it: the values of each dimension, and its numbers.
#[derive(Debug, Clone)]
struct Case {
    keys: BTreeMap<&'static str, Vec<String>>,
    investment: Option<i128>,
    support: Option<i128>,
}

const DIMENSIONS: [&str; 13] = [
    "REGION",
    "INDUSTRY",
    "INDUSTRY_DIVISION",
    "SIZE",
    "STAGE",
    "TECHNOLOGIES",
    "BARRIER",
    "STARTED_MONTH",
    "STARTED_QUARTER",
    "STARTED_HALF",
    "STARTED_YEAR",
    "PUBLISHED_QUARTER",
    "PUBLISHED_YEAR",
];

const NONE: &str = "-";

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or(NONE).to_owned()
}

fn month_of(date: &Value) -> Option<(String, u32)> {
    let date = date.as_str()?;
    Some((date.get(..4)?.to_owned(), date.get(5..7)?.parse().ok()?))
}

fn periods(name: [&'static str; 4], date: &Value, keys: &mut BTreeMap<&'static str, Vec<String>>) {
    let month = month_of(date);
    let of = |show: &dyn Fn(&str, u32) -> String| {
        vec![month.as_ref().map_or(NONE.to_owned(), |(year, month)| show(year, *month))]
    };
    keys.insert(name[0], of(&|year, month| format!("{year}-{month:02}")));
    keys.insert(name[1], of(&|year, month| format!("{year}-Q{}", month.div_ceil(3))));
    keys.insert(name[2], of(&|year, month| format!("{year}-H{}", month.div_ceil(6))));
    let year = date.as_str().and_then(|date| date.get(..4)).unwrap_or(NONE);
    keys.insert(name[3], vec![year.to_owned()]);
}

fn several(nodes: &Value, name: &str) -> Vec<String> {
    let some: BTreeSet<String> =
        nodes["nodes"].as_array().unwrap().iter().map(|node| text(&node[name])).collect();
    if some.is_empty() { vec![NONE.to_owned()] } else { some.into_iter().collect() }
}

/// All cases of the list that meet a condition, page by page.
async fn cases(app: &TestApp, condition: &str) -> Vec<Case> {
    let mut found = Vec::new();
    let mut after = String::new();
    loop {
        let query = format!(
            "{{ adoptionCases(first: 100, where: {condition}{after}) {{ pageInfo {{ hasNextPage endCursor }} nodes {{
                region {{ code }} industry {{ code parent {{ code }} }} size stage startedOn publishedOn investment publicSupport
                technologies(first: 100) {{ nodes {{ technology }} }} barriers(first: 100) {{ nodes {{ kind }} }} }} }} }}"
        );
        let page = told_all(app, &query).await["adoptionCases"].clone();
        for node in page["nodes"].as_array().unwrap() {
            let mut keys = BTreeMap::new();
            let industry = &node["industry"];
            let section = if industry["parent"].is_null() { industry } else { &industry["parent"] };
            keys.insert("REGION", vec![text(&node["region"]["code"])]);
            keys.insert("INDUSTRY", vec![text(&section["code"])]);
            keys.insert("INDUSTRY_DIVISION", vec![text(&industry["code"])]);
            keys.insert("SIZE", vec![text(&node["size"])]);
            keys.insert("STAGE", vec![text(&node["stage"])]);
            keys.insert("TECHNOLOGIES", several(&node["technologies"], "technology"));
            keys.insert("BARRIER", several(&node["barriers"], "kind"));
            periods(
                ["STARTED_MONTH", "STARTED_QUARTER", "STARTED_HALF", "STARTED_YEAR"],
                &node["startedOn"],
                &mut keys,
            );
            periods(
                ["PUBLISHED_MONTH", "PUBLISHED_QUARTER", "PUBLISHED_HALF", "PUBLISHED_YEAR"],
                &node["publishedOn"],
                &mut keys,
            );
            let number = |name: &str| node[name].as_i64().map(i128::from);
            found.push(Case {
                keys,
                investment: number("investment"),
                support: number("publicSupport"),
            });
        }
        if page["pageInfo"]["hasNextPage"] == false {
            return found;
        }
        after = format!(", after: {}", page["pageInfo"]["endCursor"]);
    }
}

/// A number of hundredths as it is written.
fn hundredths(number: i128) -> String {
    let text = format!("{}.{:02}", number.abs() / 100, number.abs() % 100);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{}{text}", if number < 0 { "-" } else { "" })
}

/// Figures of some numbers, computed with all of them at hand.
fn figures(numbers: impl Iterator<Item = Option<i128>>) -> Value {
    let mut numbers: Vec<i128> = numbers.flatten().collect();
    numbers.sort_unstable();
    let Some(last) = numbers.len().checked_sub(1) else {
        return json!({ "count": 0, "sum": null, "lowerQuartile": null, "median": null, "upperQuartile": null, "min": null, "max": null });
    };
    let quartile = |quarters: usize| {
        let (at, rest) = (last * quarters / 4, (last * quarters % 4) as i128);
        let next = numbers[(at + 1).min(last)];
        hundredths((numbers[at] * (4 - rest) + next * rest) * 25)
    };
    json!({
        "count": numbers.len(),
        "sum": numbers.iter().sum::<i128>().to_string(),
        "lowerQuartile": quartile(1),
        "median": quartile(2),
        "upperQuartile": quartile(3),
        "min": numbers[0].to_string(),
        "max": numbers[last].to_string(),
    })
}

fn row(cases: &[&Case]) -> Value {
    json!({
        "count": cases.len(),
        "investment": figures(cases.iter().map(|case| case.investment)),
        "publicSupport": figures(cases.iter().map(|case| case.support)),
    })
}

/// The combinations of values under which a case counts.
fn combinations(case: &Case, dimensions: &[&str]) -> Vec<Vec<String>> {
    dimensions.iter().fold(vec![Vec::new()], |begun, dimension| {
        let values = &case.keys[dimension];
        let with = |begun: &Vec<String>| {
            let begun = begun.clone();
            values.iter().map(move |value| [&begun[..], std::slice::from_ref(value)].concat())
        };
        begun.iter().flat_map(with).collect()
    })
}

fn grouped<'a>(cases: &'a [Case], dimensions: &[&str]) -> BTreeMap<Vec<String>, Vec<&'a Case>> {
    let mut groups: BTreeMap<Vec<String>, Vec<&Case>> = BTreeMap::new();
    for case in cases {
        for key in combinations(case, dimensions) {
            groups.entry(key).or_default().push(case);
        }
    }
    groups
}

const FIGURES: &str = "count sum lowerQuartile median upperQuartile min max";

/// Asks the statistic of cases.
async fn asked(app: &TestApp, args: &str) -> Value {
    let row = format!("count investment {{ {FIGURES} }} publicSupport {{ {FIGURES} }}");
    let query = format!(
        "{{ adoptionCaseStatistics(includeIllustrative: true, {args}) {{ groupCount isOverlapping base total {{ {row} }} rows {{ keys {{ code }} isOther {row} }} }} }}"
    );
    told_all(app, &query).await["adoptionCaseStatistics"].clone()
}

/// What is told to who may see all, of companies that are not named as well.
async fn told_all(app: &TestApp, query: &str) -> Value {
    let answer = app.ask(&Principal::System, query, Value::Null).await;
    assert!(answer.get("errors").is_none(), "{answer:#}");
    answer["data"].clone()
}

/// The codes of a row, which is left with its figures.
pub fn take_keys(row: &Value) -> (Vec<String>, Value) {
    let keys = row["keys"].as_array().unwrap().iter().map(|key| text(&key["code"])).collect();
    let mut figures = row.clone();
    for name in ["keys", "isOther"] {
        figures.as_object_mut().unwrap().remove(name);
    }
    (keys, figures)
}

/// Gives cases numbers of all sizes, and none; dates of all precisions.
async fn scatter(app: &TestApp, dice: &mut Dice) {
    let codes = app.data("{ a: adoptionCases(first: 100) { nodes { code } } b: adoptionCases(last: 100) { nodes { code } } }").await;
    let codes = ["a", "b"].map(|name| codes[name]["nodes"].as_array().unwrap().clone()).concat();
    for code in codes {
        let number = |dice: &mut Dice| match dice.roll(6) {
            0 => "NULL".to_owned(),
            1 => (i64::MAX - dice.roll(9) as i64).to_string(),
            2 => "0".to_owned(),
            _ => (dice.roll(1000) * 1_000_000 + dice.roll(3)).to_string(),
        };
        let day = |dice: &mut Dice| {
            let (year, month, day) = (2023 + dice.roll(4), 1 + dice.roll(12), 1 + dice.roll(28));
            format!("{year}-{month:02}-{day:02}")
        };
        let started = day(dice);
        let started = &started[..dice.one_of(&[4, 7, 10, 10])];
        let published = match dice.roll(4) {
            0 => "NULL".to_owned(),
            _ => format!("'{}'", day(dice)),
        };
        let (investment, support) = (number(dice), number(dice));
        app.sql(&format!(
            "UPDATE adoption_case SET started_on = '{started}', published_on = {published}, investment = {investment}, public_support = {support} WHERE code = {}",
            code["code"].to_string().replace('"', "'")
        ))
        .await;
    }
}

async fn statistics_are_what_their_lists_say(place: Place) {
    let app = place.app().await;
    let mut dice = Dice(20_261_126);
    scatter(&app, &mut dice).await;
    let conditions = [
        "{}",
        "{ stage: { in: [PILOT, SCALED, PRODUCTION] } }",
        "{ investment: { gte: 100000000 } }",
        "{ barriers: { some: { kind: { eq: COST } } } }",
        "{ or: [{ region: { code: { eq: \"KR-11\" } } }, { publishedOn: { isNull: true } }] }",
        "{ not: { size: { eq: SMALL } }, startedOn: { gte: \"2024\" } }",
        "{ code: { eq: \"none such\" } }",
    ];
    for condition in conditions {
        let cases = cases(&app, condition).await;
        for _ in 0..6 {
            let mut dimensions: Vec<&str> = Vec::new();
            for _ in 0..=dice.roll(3) {
                let next = dice.one_of(&DIMENSIONS);
                if !dimensions.contains(&next) {
                    dimensions.push(next);
                }
            }
            dimensions.truncate(3);
            let args =
                format!("where: {condition}, groupBy: [{}], first: 5000", dimensions.join(", "));
            let found = asked(&app, &args).await;
            let groups = grouped(&cases, &dimensions);
            let rows: BTreeMap<Vec<String>, Value> =
                found["rows"].as_array().unwrap().iter().map(take_keys).collect();
            let expected: BTreeMap<Vec<String>, Value> =
                groups.iter().map(|(key, cases)| (key.clone(), row(cases))).collect();
            assert_eq!(rows, expected, "{args}");
            assert_eq!(found["rows"].as_array().unwrap().len(), expected.len(), "{args}");
            let all: Vec<&Case> = cases.iter().collect();
            assert_eq!(found["total"], row(&all), "{args}");
            assert_eq!(
                (&found["base"], &found["groupCount"]),
                (&json!(cases.len()), &json!(groups.len()))
            );
            let overlaps = dimensions.iter().any(|one| matches!(*one, "BARRIER" | "TECHNOLOGIES"));
            assert_eq!(found["isOverlapping"], overlaps);
        }
    }
}

async fn what_is_left_out_stands_together(place: Place) {
    let app = place.app().await;
    let mut dice = Dice(7);
    scatter(&app, &mut dice).await;
    let cases = cases(&app, "{}").await;
    for (dimension, field) in [
        ("REGION", "COUNT"),
        ("BARRIER", "COUNT"),
        ("STARTED_MONTH", "INVESTMENT_SUM"),
        ("TECHNOLOGIES", "INVESTMENT_MEDIAN"),
        ("INDUSTRY", "PUBLIC_SUPPORT_MAX"),
    ] {
        let groups = grouped(&cases, &[dimension]);
        let found = asked(
            &app,
            &format!(
                "groupBy: {dimension}, first: 3, orderBy: [{{ field: {field}, direction: DESC }}]"
            ),
        )
        .await;
        let rows = found["rows"].as_array().unwrap();
        assert_eq!(rows.len(), 4, "{dimension}");
        assert_eq!(found["groupCount"], groups.len());
        let number = |row: &Value| -> i128 {
            match field {
                "COUNT" => row["count"].as_i64().unwrap().into(),
                "INVESTMENT_SUM" => row["investment"]["sum"].as_str().unwrap().parse().unwrap(),
                "INVESTMENT_MEDIAN" => {
                    let text = row["investment"]["median"].as_str().unwrap();
                    // Halves count as well.
                    let (whole, half) = text.split_once('.').unwrap_or((text, "0"));
                    2 * whole.parse::<i128>().unwrap() + i128::from(half == "5")
                }
                _ => row["publicSupport"]["max"].as_str().unwrap().parse().unwrap(),
            }
        };
        let mut greatest: Vec<i128> = groups.values().map(|cases| number(&row(cases))).collect();
        greatest.sort_unstable_by(|one, other| other.cmp(one));
        let told: Vec<i128> = rows[..3].iter().map(number).collect();
        // Sums beyond 2^53 are put in order as accurately as a double is.
        for (told, greatest) in told.iter().zip(&greatest) {
            assert!((told - greatest).abs() <= greatest / 1_000_000_000, "{dimension} {field}");
        }
        let shown: Vec<Vec<String>> = rows[..3].iter().map(|row| take_keys(row).0).collect();
        let rest: Vec<&Case> = cases
            .iter()
            .filter(|case| combinations(case, &[dimension]).iter().any(|key| !shown.contains(key)))
            .collect();
        // A case that is of several of the others is one of them.
        let (keys, figures) = take_keys(&rows[3]);
        assert_eq!((keys, figures), (vec![NONE.to_owned()], row(&rest)), "{dimension}");
        assert_eq!(rows[3]["isOther"], true);
        let all: Vec<&Case> = cases.iter().collect();
        assert_eq!(found["total"], row(&all));
    }
}

async fn groups_without_rows_are_added_on_request(place: Place) {
    let app = place.app().await;
    app.sql("UPDATE adoption_case SET stage = 'PILOT', size = 'SMALL'").await;
    app.sql("UPDATE adoption_case SET started_on = '2024-02-03'").await;
    app.sql("UPDATE adoption_case SET started_on = '2024-11' WHERE code = 'DEMO-0001'").await;
    let codes = async |args: &str| -> Vec<(String, i64)> {
        let query = format!(
            "{{ adoptionCaseStatistics(includeIllustrative: true, zeroFill: true, {args}) {{ rows {{ keys {{ code label {{ ko }} startsOn endsOn }} count investment {{ count sum }} }} }} }}"
        );
        let data = told_all(&app, &query).await;
        let rows = data["adoptionCaseStatistics"]["rows"].as_array().unwrap().clone();
        rows.iter()
            .map(|row| {
                let keys: Vec<String> =
                    row["keys"].as_array().unwrap().iter().map(|key| text(&key["code"])).collect();
                (keys.join(" "), row["count"].as_i64().unwrap())
            })
            .collect()
    };
    let stages = ["EXPLORING", "POC", "PILOT", "PRODUCTION", "SCALED", "STOPPED"];
    let expected: Vec<(String, i64)> =
        stages.map(|stage| (stage.to_owned(), if stage == "PILOT" { 300 } else { 0 })).to_vec();
    assert_eq!(codes("groupBy: STAGE").await, expected);
    let mut reversed = expected.clone();
    reversed.reverse();
    assert_eq!(codes("groupBy: STAGE, orderBy: [{ field: KEY, direction: DESC }]").await, reversed);
    // By a measure they stand behind those that have rows.
    let first = codes("groupBy: STAGE, orderBy: [{ field: COUNT, direction: DESC }]").await;
    assert_eq!((first[0].0.as_str(), first.len()), ("PILOT", 6));
    let months = codes("groupBy: STARTED_MONTH").await;
    let expected: Vec<(String, i64)> = (2..=11)
        .map(|month| {
            let count = match month {
                2 => 299,
                11 => 1,
                _ => 0,
            };
            (format!("2024-{month:02}"), count)
        })
        .collect();
    assert_eq!(months, expected);
    assert_eq!(codes("groupBy: STARTED_QUARTER").await.len(), 4);
    // Rows without a value stand last in either order.
    app.sql("UPDATE adoption_case SET started_on = '2024' WHERE code = 'DEMO-0002'").await;
    let up = codes("groupBy: STARTED_MONTH").await;
    let down = codes("groupBy: STARTED_MONTH, orderBy: [{ field: KEY, direction: DESC }]").await;
    assert_eq!((up.len(), up.last()), (11, Some(&(NONE.to_owned(), 1))));
    assert_eq!(down.last(), up.last());
    assert!(down[..10].iter().eq(up[..10].iter().rev()), "{down:?}");
    // Divisions that there were, or that there are.
    let divisions = async |args: &str| codes(args).await.len();
    assert_eq!(divisions("groupBy: REGION, where: { stage: { eq: POC } }").await, 18);
    assert_eq!(
        divisions("groupBy: REGION, regionBasis: CURRENT, where: { stage: { eq: POC } }").await,
        16
    );
    assert_eq!(divisions("groupBy: INDUSTRY, where: { stage: { eq: POC } }").await, 21);
    assert_eq!(divisions("groupBy: [REGION, INDUSTRY, STAGE]").await, 18 * 21 * 6);
    // What was cut off is not zero.
    assert_eq!(divisions("groupBy: REGION, first: 2").await, 3);
}

async fn sums_have_no_limit(place: Place) {
    let app = place.app().await;
    app.sql(&format!("UPDATE adoption_case SET investment = {}", i64::MAX)).await;
    app.sql("UPDATE adoption_case SET investment = -1 WHERE code = 'DEMO-0001'").await;
    let query = "{ adoptionCaseStatistics(groupBy: TECHNOLOGY, includeIllustrative: true) { total { investment { unit sum mean median min max } } rows { investment { sum } } } }";
    let data = told_all(&app, query).await;
    let sum = 299 * i128::from(i64::MAX) - 1;
    let total = &data["adoptionCaseStatistics"]["total"]["investment"];
    assert_eq!(total["sum"], sum.to_string());
    assert_eq!((&total["min"], &total["max"]), (&json!("-1"), &json!(i64::MAX.to_string())));
    assert_eq!((&total["unit"], &total["median"]), (&json!("KRW"), &json!(i64::MAX.to_string())));
    let mean: f64 = total["mean"].as_str().unwrap().parse().unwrap();
    assert!((mean / (sum as f64 / 300.0) - 1.0).abs() < 1e-12);
    let rows = data["adoptionCaseStatistics"]["rows"].as_array().unwrap().iter();
    let sums = rows.map(|row| row["investment"]["sum"].as_str().unwrap().parse::<i128>().unwrap());
    assert_eq!(sums.sum::<i128>(), sum);
}
