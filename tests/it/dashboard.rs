//! Each tile of a dashboard is one request, and says what its lists say, computed here apart.

use std::collections::{BTreeMap, BTreeSet};

use aiplus::domain::principal::Principal;
use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::results_statistics::{listed, shown, told, whole};
use crate::support::{Place, TestApp};
use crate::tests;
use crate::tiles::text;

tests![
    tiles_of_cases,
    tiles_of_results,
    tiles_of_feedback,
    tiles_of_bills,
    tiles_of_bodies_and_meetings,
    tiles_of_what_changed_and_who_there_is,
];

const TODAY: &str = "2026-11-22";

/// A tile: one request with one field, or a few of them.
async fn tile(app: &TestApp, fields: &str) -> Value {
    told(app, &Principal::System, &format!("{{ {fields} }}")).await
}

async fn rows(app: &TestApp, list: &str, fields: &str) -> Vec<Value> {
    listed(app, &Principal::System, list, "{}", fields).await
}

/// Rows by what they count under; null under `-`.
fn by(rows: &[Value], key: impl Fn(&Value) -> Vec<String>) -> BTreeMap<Vec<String>, Vec<&Value>> {
    let mut groups: BTreeMap<_, Vec<&Value>> = BTreeMap::new();
    for row in rows {
        groups.entry(key(row)).or_default().push(row);
    }
    groups
}

/// Groups of an answer by the codes of their keys, or their Korean names.
fn groups(of: &Value, show: impl Fn(&Value) -> Value) -> BTreeMap<Vec<String>, Value> {
    let rows = of["rows"].as_array().unwrap().iter();
    rows.map(|row| {
        let keys = row["keys"].as_array().unwrap().iter().map(|key| text(&key["code"])).collect();
        (keys, show(row))
    })
    .collect()
}

fn counted(groups: &BTreeMap<Vec<String>, Vec<&Value>>) -> BTreeMap<Vec<String>, Value> {
    groups.iter().map(|(key, rows)| (key.clone(), json!(rows.len()))).collect()
}

fn count(row: &Value) -> Value {
    row["count"].clone()
}

fn median(mut some: Vec<f64>) -> Option<f64> {
    some.sort_by(f64::total_cmp);
    let last = some.len().checked_sub(1)?;
    Some((some[last / 2] + some[last.div_ceil(2)]) / 2.0)
}

fn quarter(date: &Value) -> String {
    let Some((year, month)) = date.as_str().and_then(|date| Some((&date[..4], date.get(5..7)?)))
    else {
        return "-".to_owned();
    };
    format!("{year}-Q{}", month.parse::<u32>().unwrap().div_ceil(3))
}

fn day(date: &Value) -> Option<NaiveDate> {
    date.as_str().filter(|date| date.len() == 10)?.parse().ok()
}

/// Days between two dates that are both known to the day.
fn days(from: &Value, to: &Value) -> Option<f64> {
    Some((day(to)? - day(from)?).num_days() as f64)
}

async fn tiles_of_cases(place: Place) {
    let app = place.app().await;
    let cases = rows(&app, "adoptionCases", "region { code } industry { code parent { code } } stage startedOn investment barriers(first: 100) { nodes { kind } }").await;
    let section = |case: &Value| match &case["industry"]["parent"]["code"] {
        Value::Null => text(&case["industry"]["code"]),
        parent => text(parent),
    };
    let all = "includeIllustrative: true";
    let found = tile(&app, &format!("of: adoptionCaseStatistics(groupBy: [REGION, INDUSTRY, STAGE], first: 5000, {all}) {{ rows {{ keys {{ code }} count }} }}")).await;
    let expected =
        by(&cases, |case| vec![text(&case["region"]["code"]), section(case), text(&case["stage"])]);
    assert_eq!(groups(&found["of"], count), counted(&expected));
    let found = tile(&app, &format!("of: adoptionCaseStatistics(groupBy: STARTED_MONTH, {all}) {{ rows {{ keys {{ code }} count }} }}")).await;
    let month = |case: &Value| {
        vec![case["startedOn"].as_str().and_then(|date| date.get(..7)).unwrap_or("-").to_owned()]
    };
    assert_eq!(groups(&found["of"], count), counted(&by(&cases, month)));
    let found = tile(&app, &format!("of: adoptionCaseStatistics(groupBy: REGION, {all}) {{ rows {{ keys {{ code }} investment {{ sum median }} }} }}")).await;
    let expected: BTreeMap<Vec<String>, Value> =
        by(&cases, |case| vec![text(&case["region"]["code"])])
            .into_iter()
            .map(|(key, cases)| {
                let amounts: Vec<i64> =
                    cases.iter().filter_map(|case| case["investment"].as_i64()).collect();
                let sum = (!amounts.is_empty()).then(|| amounts.iter().sum::<i64>().to_string());
                let median = median(amounts.iter().map(|amount| *amount as f64).collect());
                (key, json!({ "sum": sum, "median": median.map(|median| median.to_string()) }))
            })
            .collect();
    assert_eq!(groups(&found["of"], |row| row["investment"].clone()), expected);
    let found = tile(&app, &format!("of: adoptionCaseStatistics(groupBy: BARRIER, orderBy: [{{ field: COUNT, direction: DESC }}], {all}) {{ isOverlapping rows {{ keys {{ code }} count }} }}")).await;
    let mut expected: BTreeMap<Vec<String>, i64> = BTreeMap::new();
    for case in &cases {
        let nodes = case["barriers"]["nodes"].as_array().unwrap();
        let kinds: BTreeSet<String> = nodes.iter().map(|node| text(&node["kind"])).collect();
        let none = kinds.is_empty().then(|| "-".to_owned());
        for kind in kinds.into_iter().chain(none) {
            *expected.entry(vec![kind]).or_default() += 1;
        }
    }
    let ranked: Vec<i64> = found["of"]["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["count"].as_i64().unwrap())
        .collect();
    assert!(ranked.is_sorted_by(|one, other| one >= other), "{ranked:?}");
    let expected = expected.into_iter().map(|(key, count)| (key, json!(count))).collect();
    assert_eq!(groups(&found["of"], count), expected);
    let outcomes = rows(&app, "outcomes", "metric { ko } unit changePercent").await;
    let found = tile(&app, &format!("of: outcomeStatistics(groupBy: [METRIC, UNIT], {all}) {{ rows {{ keys {{ code }} changePercent {{ count median }} }} }}")).await;
    let told = groups(&found["of"], |row| row["changePercent"].clone());
    let expected = by(&outcomes, |one| vec![text(&one["metric"]["ko"]), text(&one["unit"])]);
    assert_eq!(told.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (key, outcomes) in expected {
        let changes: Vec<f64> =
            outcomes.iter().filter_map(|one| one["changePercent"].as_f64()).collect();
        assert_eq!(told[&key]["count"], changes.len());
        match (median(changes), told[&key]["median"].as_f64()) {
            // Each is told to two decimals.
            (Some(median), Some(told)) => assert!((median - told).abs() < 0.02, "{key:?}"),
            (median, told) => assert_eq!(median, told, "{key:?}"),
        }
    }
}

async fn tiles_of_results(place: Place) {
    let app = place.app().await;
    let all = "includeIllustrative: true";
    let submissions =
        rows(&app, "submissions", "id quarter isOnTime institution { code } programme { code }")
            .await;
    let found = tile(&app, &format!("of: submissionStatistics(groupBy: [INSTITUTION, QUARTER], first: 5000, {all}) {{ rows {{ keys {{ code }} submittedRate {{ part base }} }} }}")).await;
    let expected: BTreeMap<Vec<String>, Value> =
        by(&submissions, |one| vec![text(&one["institution"]["code"]), text(&one["quarter"])])
            .into_iter()
            .map(|(key, some)| {
                let submitted = some.iter().filter(|one| !one["isOnTime"].is_null()).count();
                (key, json!({ "part": submitted, "base": some.len() }))
            })
            .collect();
    assert_eq!(groups(&found["of"], |row| row["submittedRate"].clone()), expected, "the heat map");

    // An indicator's totals and parts, as its accepted submissions have them.
    let (programme, indicator) = ("AI_VOUCHER", "COMPANIES_SUPPORTED");
    let mut cells: Vec<Value> = Vec::new();
    for submission in &submissions {
        let query = format!(
            "{{ node(id: {}) {{ ... on Submission {{ revisions(first: 100, where: {{ acceptedAt: {{ isNull: false }} }}) {{ nodes {{ number supersededAt }} }} }} }} }}",
            submission["id"]
        );
        let revisions =
            told(&app, &Principal::System, &query).await["node"]["revisions"]["nodes"].clone();
        let revisions = revisions.as_array().unwrap();
        let Some(revision) = revisions.iter().find(|one| one["supersededAt"].is_null()) else {
            continue;
        };
        let query = format!(
            "{{ node(id: {}) {{ ... on Submission {{ values(first: 100, revision: {}) {{ nodes {{ value region {{ code }} size industry {{ code }} indicator {{ id code aggregation decimals }} }} }} }} }} }}",
            submission["id"], revision["number"]
        );
        let values =
            told(&app, &Principal::System, &query).await["node"]["values"]["nodes"].clone();
        for mut value in values.as_array().unwrap().clone() {
            if value["size"].is_null() && value["industry"].is_null() && !value["value"].is_null() {
                value["submission"] = submission.clone();
                cells.push(value);
            }
        }
    }
    let number = |cell: &Value| whole(cell["value"].as_str().unwrap(), 0);
    let sum =
        |cells: &[&Value]| json!(cells.iter().map(|cell| number(cell)).sum::<i128>().to_string());
    let of = |with_region: bool| -> Vec<Value> {
        let is = |cell: &&Value| {
            cell["indicator"]["code"] == indicator
                && cell["submission"]["programme"]["code"] == programme
                && cell["region"].is_null() != with_region
        };
        cells.iter().filter(is).cloned().collect()
    };
    let when = |cell: &Value| text(&cell["submission"]["quarter"]);
    let condition = format!(
        "indicator: {{ code: {{ eq: \"{indicator}\" }}, programme: {{ code: {{ eq: \"{programme}\" }} }} }}"
    );
    // A series by region of its parts, and its target by region of who is to reach it.
    let found = tile(&app, &format!(
        "series: valueStatistics(where: {{ {condition} }}, groupBy: [QUARTER, REGION], first: 5000, {all}) {{ rows {{ keys {{ code }} value {{ sum }} }} }}
         targets: targetStatistics(where: {{ {condition} }}, groupBy: [QUARTER, INSTITUTION_REGION], first: 5000, {all}) {{ rows {{ keys {{ code }} target {{ sum }} result {{ sum }} targetOfResult {{ sum }} }} }}"
    )).await;
    let parts = of(true);
    let expected: BTreeMap<Vec<String>, Value> =
        by(&parts, |cell| vec![when(cell), text(&cell["region"]["code"])])
            .into_iter()
            .map(|(key, cells)| (key, sum(&cells)))
            .collect();
    assert!(!expected.is_empty());
    assert_eq!(groups(&found["series"], |row| row["value"]["sum"].clone()), expected);
    let targets = rows(
        &app,
        "targets",
        "quarter value institution { region { code } } indicator { code programme { code } }",
    )
    .await;
    let targets: Vec<Value> = targets
        .into_iter()
        .filter(|one| {
            one["indicator"] == json!({ "code": indicator, "programme": { "code": programme } })
                && !one["institution"].is_null()
        })
        .collect();
    let expected: BTreeMap<Vec<String>, Value> = by(&targets, |one| {
        vec![text(&one["quarter"]), text(&one["institution"]["region"]["code"])]
    })
    .into_iter()
    .map(|(key, targets)| (key, sum(&targets)))
    .collect();
    assert_eq!(groups(&found["targets"], |row| row["target"]["sum"].clone()), expected);

    // Two quarters compared: who moved most.
    let found = tile(&app, &format!(
        "of: valueStatistics(where: {{ {condition}, submission: {{ quarter: {{ eq: \"2026-Q2\" }} }} }}, comparedWith: \"2025-Q2\", groupBy: INSTITUTION, orderBy: [{{ field: CHANGE_SUM, direction: DESC }}], first: 3, {all}) {{ groupCount rows {{ keys {{ code }} isOther value {{ sum }} change {{ sum }} }} }}"
    )).await;
    let totals = of(false);
    let at = |quarter: &str| -> BTreeMap<String, i128> {
        let cells = totals.iter().filter(|cell| when(cell) == quarter);
        cells.map(|cell| (text(&cell["submission"]["institution"]["code"]), number(cell))).collect()
    };
    let (now, then) = (at("2026-Q2"), at("2025-Q2"));
    let mut moved: Vec<(i128, String)> = now
        .iter()
        .filter_map(|(code, value)| Some((value - then.get(code)?, code.clone())))
        .collect();
    moved.sort_by(|one, other| (other.0, &one.1).cmp(&(one.0, &other.1)));
    assert!(!moved.is_empty());
    let told: Vec<(i128, String)> = found["of"]["rows"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["isOther"] == false)
        .filter_map(|row| {
            Some((row["change"]["sum"].as_str()?.parse().unwrap(), text(&row["keys"][0]["code"])))
        })
        .collect();
    moved.truncate(3);
    assert_eq!(told, moved, "top movers: {found:#}");

    // What an institution reported, half-year by half-year.
    let found = tile(&app, &format!(
        "of: valueStatistics(where: {{ institution: {{ code: {{ eq: \"KOSME\" }} }} }}, groupBy: [HALF, PROGRAMME, INDICATOR], first: 5000, {all}) {{ rows {{ keys {{ code }} value {{ count sum }} }} }}"
    )).await;
    let own: Vec<Value> = cells
        .iter()
        .filter(|cell| {
            cell["submission"]["institution"]["code"] == "KOSME" && cell["region"].is_null()
        })
        .cloned()
        .collect();
    let half = |cell: &Value| {
        let quarter = when(cell);
        format!("{}-H{}", &quarter[..4], if &quarter[6..] < "3" { 1 } else { 2 })
    };
    // Each revision of an indicator stands by itself, under the same code.
    let mut expected: Vec<String> = by(&own, |cell| {
        vec![
            half(cell),
            text(&cell["submission"]["programme"]["code"]),
            text(&cell["indicator"]["code"]),
            text(&cell["indicator"]["id"]),
        ]
    })
    .into_iter()
    .filter_map(|(key, cells)| {
        let indicator = &cells[0]["indicator"];
        let places = usize::try_from(indicator["decimals"].as_u64().unwrap()).unwrap();
        let numbers = cells.iter().map(|cell| cell["value"].as_str().unwrap());
        // Texts are no numbers.
        let is_number =
            |text: &str| text == "true" || text == "false" || text.parse::<f64>().is_ok();
        let numbers: Vec<i128> =
            numbers.filter(|text| is_number(text)).map(|text| whole(text, places)).collect();
        let sum = (indicator["aggregation"] == "SUM").then(|| shown(numbers.iter().sum(), places));
        (!numbers.is_empty())
            .then(|| format!("{:?} {}", &key[..3], json!({ "count": numbers.len(), "sum": sum })))
    })
    .collect();
    assert!(expected.len() > 3, "{expected:?}");
    let mut told: Vec<String> = found["of"]["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let keys = row["keys"].as_array().unwrap().iter().map(|key| text(&key["code"]));
            format!("{:?} {}", keys.collect::<Vec<_>>(), row["value"])
        })
        .collect();
    expected.sort();
    told.sort();
    assert_eq!(told, expected);
}

async fn tiles_of_feedback(place: Place) {
    let app = place.app().await;
    let key = if app.is_postgres() { "gen_random_uuid()" } else { "randomblob(16)" };
    // Raised on different days, due on others, some of them answered, delivered and with an effect.
    for at in 0..20 {
        let of = format!("(SELECT code FROM recommendation ORDER BY code LIMIT 1 OFFSET {at})");
        let month = 1 + at % 9;
        app.sql(&format!("UPDATE recommendation SET raised_on = '2026-{month:02}-03', due_on = '2026-{:02}-20', status = '{}' WHERE code = {of}", month + 1, ["FORWARDED", "ANSWERED", "DELIVERED", "RAISED"][at % 4])).await;
        if at % 4 == 1 || at % 4 == 2 {
            app.sql(&format!(
                "INSERT INTO recommendation_answer (id, recommendation_id, position, disposition, answered_on, visibility, origin, version, created_at, updated_at)
                 SELECT {key}, r.id, 1, 'ACCEPTED', '2026-{:02}-{:02}', 'PUBLIC', 'REPORTED', 1, r.created_at, r.updated_at FROM recommendation r WHERE r.code = {of}",
                month + 1, 1 + at
            ))
            .await;
        }
    }
    let all = rows(&app, "recommendations", "code status raisedOn dueOn isOverdue addressee { code } answers(first: 100) { nodes { answeredOn } } effects(first: 100) { nodes { id } } relations(first: 100) { nodes { kind other { code } } }").await;
    // Totals whose items are on record count by these.
    let totals: BTreeSet<String> = all
        .iter()
        .flat_map(|one| one["relations"]["nodes"].as_array().unwrap())
        .filter(|relation| relation["kind"] == "PART_OF")
        .map(|relation| text(&relation["other"]["code"]))
        .collect();
    let single: Vec<Value> =
        all.iter().filter(|one| !totals.contains(&text(&one["code"]))).cloned().collect();
    assert!(single.len() < all.len() && !single.is_empty());
    let found = tile(&app, "of: feedbackStatistics(groupBy: [ADDRESSEE, RAISED_QUARTER], first: 5000, includeIllustrative: true) { total { overdue } rows { keys { code } raised answered daysToAnswer { median } delivered withEffect overdue } }").await;
    let overdue = |one: &&&Value| {
        matches!(one["status"].as_str(), Some("RAISED" | "FORWARDED"))
            && one["dueOn"].as_str().is_some_and(|due| due < TODAY)
    };
    let expected: BTreeMap<Vec<String>, Value> = by(&single, |one| {
        vec![text(&one["addressee"]["code"]), quarter(&one["raisedOn"])]
    })
    .into_iter()
    .map(|(key, some)| {
        let answer = |one: &Value| one["answers"]["nodes"][0]["answeredOn"].clone();
        let waited = some.iter().filter_map(|one| days(&one["raisedOn"], &answer(one))).collect();
        let row = json!({
            "raised": some.len(),
            "answered": some.iter().filter(|one| !answer(one).is_null()).count(),
            "daysToAnswer": median(waited),
            "delivered": some.iter().filter(|one| one["status"] == "DELIVERED").count(),
            "withEffect": some.iter().filter(|one| one["effects"]["nodes"][0].is_object()).count(),
            "overdue": some.iter().filter(overdue).count(),
        });
        (key, row.to_string().into())
    })
    .collect();
    let told = groups(&found["of"], |row| {
        json!({
            "raised": row["raised"],
            "answered": row["answered"],
            "daysToAnswer": row["daysToAnswer"]["median"].as_f64(),
            "delivered": row["delivered"],
            "withEffect": row["withEffect"],
            "overdue": row["overdue"],
        })
        .to_string()
        .into()
    });
    // A group of a total alone has nothing that counts.
    let told: BTreeMap<_, _> = told
        .into_iter()
        .filter(|(_, row)| !row.as_str().unwrap().contains("\"raised\":0"))
        .collect();
    assert_eq!(told, expected);
    let late = single.iter().filter(|one| overdue(&one)).count();
    assert!(late > 0);
    assert_eq!(found["of"]["total"]["overdue"], late);
    let data = tile(&app, "recommendations(where: { isOverdue: true }) { totalCount }").await;
    assert_eq!(
        data["recommendations"]["totalCount"],
        all.iter().filter(|one| overdue(&one)).count()
    );
}

async fn tiles_of_bills(place: Place) {
    let app = place.app().await;
    // One bill whose days are known, one of whose stages is known by a later day only.
    let key = if app.is_postgres() { "gen_random_uuid()" } else { "randomblob(16)" };
    app.sql("UPDATE bill SET stage = 'COMMITTEE_REVIEW', stage_since = '2026-03-10', stage_since_precision = 'DAY', is_closed = FALSE WHERE number = (SELECT number FROM bill ORDER BY number LIMIT 1)").await;
    app.sql("DELETE FROM bill_event WHERE bill_id = (SELECT id FROM bill ORDER BY number LIMIT 1)")
        .await;
    for (position, stage, on, known_by) in [
        (1, "RECEIVED", "2026-01-05", "FALSE"),
        (2, "COMMITTEE_RECEIVED", "2026-01-20", "FALSE"),
        (3, "COMMITTEE_RECEIVED", "2026-02-01", "FALSE"),
        (4, "COMMITTEE_REVIEW", "2026-03-10", "FALSE"),
    ] {
        app.sql(&format!(
            "INSERT INTO bill_event (id, bill_id, position, stage, occurred_on, known_by, source, visibility, origin, version, created_at, updated_at)
             SELECT {key}, b.id, {position}, '{stage}', '{on}', {known_by}, 'test', 'PUBLIC', 'REPORTED', 1, b.created_at, b.updated_at FROM bill b ORDER BY b.number LIMIT 1"
        ))
        .await;
    }
    let bills = rows(&app, "bills", "number isClosed isStalled daysInStage stage events(first: 100) { nodes { position stage occurredOn isKnownBy corrects { id } } }").await;
    let found = tile(&app, "bills(first: 100) { nodes { number stages { stage startsOn startsOnPrecision endsOn endsOnPrecision days isCurrent } daysInStage } }").await;
    let mut known = 0;
    for (bill, told) in bills.iter().zip(found["bills"]["nodes"].as_array().unwrap()) {
        assert_eq!(bill["number"], told["number"]);
        let events = bill["events"]["nodes"].as_array().unwrap();
        assert!(events.iter().all(|event| event["corrects"].is_null()));
        let mut entered: Vec<&Value> = Vec::new();
        for event in events {
            if entered.last().is_none_or(|last| last["stage"] != event["stage"]) {
                entered.push(event);
            }
        }
        let exact = |event: &Value| {
            if event["isKnownBy"] == true { json!(null) } else { event["occurredOn"].clone() }
        };
        let expected: Vec<Value> = entered
            .iter()
            .enumerate()
            .map(|(at, event)| {
                let next = entered.get(at + 1);
                let until = match next {
                    Some(next) => exact(next),
                    None if bill["isClosed"] == true => Value::Null,
                    None => TODAY.into(),
                };
                let days = days(&exact(event), &until).map(|days| days as i64);
                json!({ "stage": event["stage"], "startsOn": event["occurredOn"], "endsOn": next.map(|next| &next["occurredOn"]), "days": days, "isCurrent": next.is_none() })
            })
            .collect();
        known += expected.iter().filter(|stage| !stage["days"].is_null()).count();
        let mut stages = told["stages"].clone();
        for stage in stages.as_array_mut().unwrap() {
            for name in ["startsOnPrecision", "endsOnPrecision"] {
                stage.as_object_mut().unwrap().remove(name);
            }
        }
        assert_eq!(stages, json!(expected), "{bill:#}");
    }
    assert!(known >= 3);
    let first = &found["bills"]["nodes"][0];
    assert_eq!(
        first["stages"][0],
        json!({ "stage": "RECEIVED", "startsOn": "2026-01-05", "startsOnPrecision": "DAY", "endsOn": "2026-01-20", "endsOnPrecision": "DAY", "days": 15, "isCurrent": false })
    );
    assert_eq!(first["stages"][2]["days"], first["daysInStage"]);
    // A day that is only implied tells no days, of its stage and of the one before.
    app.sql("UPDATE bill_event SET known_by = TRUE WHERE position = 2 AND bill_id = (SELECT id FROM bill ORDER BY number LIMIT 1)").await;
    let found = tile(
        &app,
        "bills(first: 1) { nodes { stages { startsOnPrecision endsOnPrecision days } } }",
    )
    .await;
    assert_eq!(
        found["bills"]["nodes"][0]["stages"],
        json!([
            { "startsOnPrecision": "DAY", "endsOnPrecision": "BY", "days": null },
            { "startsOnPrecision": "BY", "endsOnPrecision": "DAY", "days": null },
            { "startsOnPrecision": "DAY", "endsOnPrecision": null, "days": 257 },
        ])
    );
    let found = tile(&app, "of: billStatistics(groupBy: STAGE, includeIllustrative: true) { rows { keys { code } count stalled } } bills(where: { isStalled: true }) { totalCount nodes { number } }").await;
    let stalled = |one: &&&Value| one["isStalled"] == true;
    let expected: BTreeMap<Vec<String>, Value> = by(&bills, |one| vec![text(&one["stage"])])
        .into_iter()
        .map(|(key, some)| (key, json!([some.len(), some.iter().filter(stalled).count()])))
        .collect();
    assert_eq!(groups(&found["of"], |row| json!([row["count"], row["stalled"]])), expected);
    assert_eq!(found["bills"]["totalCount"], bills.iter().filter(|one| stalled(&one)).count());
    assert!(found["bills"]["totalCount"].as_i64() > Some(0));
}

async fn tiles_of_bodies_and_meetings(place: Place) {
    let app = place.app().await;
    app.sql("UPDATE meeting SET status = 'PLANNED', held_on = '2026-12-03' WHERE code = (SELECT min(code) FROM meeting)").await;
    let meetings = rows(&app, "meetings", "code status heldOn series { code }").await;
    let found = tile(&app, &format!("meetings(first: 20, where: {{ status: {{ eq: PLANNED }}, heldOn: {{ gte: \"{TODAY}\" }} }}) {{ nodes {{ code }} }}")).await;
    let codes = |rows: &mut dyn Iterator<Item = &Value>| -> BTreeSet<String> {
        rows.map(|row| text(&row["code"])).collect()
    };
    let upcoming = codes(
        &mut meetings
            .iter()
            .filter(|one| one["status"] == "PLANNED" && one["heldOn"].as_str() >= Some(TODAY)),
    );
    assert!(!upcoming.is_empty());
    assert_eq!(codes(&mut found["meetings"]["nodes"].as_array().unwrap().iter()), upcoming);
    let found = tile(&app, "meetingSeries: meetingSeriesList(first: 100) { nodes { code cadence missed(first: 100) { totalCount } record { expected held undated missed notOnRecord meetingsOnRecord } } }").await;
    for series in found["meetingSeries"]["nodes"].as_array().unwrap() {
        let of = |one: &&Value| one["series"]["code"] == series["code"] && one["status"] == "HELD";
        let held: Vec<&Value> = meetings.iter().filter(of).collect();
        let record = &series["record"];
        assert_eq!(record["meetingsOnRecord"], held.len(), "{series:#}");
        let period = |one: &&Value| match series["cadence"].as_str() {
            Some("MONTHLY") => one["heldOn"].as_str()?.get(..7).map(str::to_owned),
            Some("QUARTERLY") => Some(quarter(&one["heldOn"])).filter(|quarter| quarter != "-"),
            // What has no cadence owes nothing.
            _ => None,
        };
        let periods: BTreeSet<String> = held.iter().filter_map(period).collect();
        let number = |name: &str| record[name].as_i64().unwrap();
        assert_eq!(number("held"), periods.len() as i64, "{series:#}");
        assert_eq!(record["missed"], series["missed"]["totalCount"], "{series:#}");
        assert_eq!(
            number("expected"),
            number("held") + number("undated") + number("missed") + number("notOnRecord")
        );
    }
    // The roster as of a day.
    app.sql("UPDATE appointment SET ends_on = '2026-10-31' WHERE id = (SELECT id FROM appointment ORDER BY position, id LIMIT 1)").await;
    let everybody = rows(
        &app,
        "bodies",
        "code appointments(first: 100) { nodes { id startsOn endsOn headCount } }",
    )
    .await;
    for on in ["2026-10-01", TODAY] {
        let found = tile(&app, &format!("bodies(first: 100) {{ nodes {{ code appointments(first: 100, asOf: \"{on}\") {{ nodes {{ id }} }} }} }}")).await;
        for (body, told) in everybody.iter().zip(found["bodies"]["nodes"].as_array().unwrap()) {
            let all = body["appointments"]["nodes"].as_array().unwrap().iter();
            let is_held = |one: &&Value| {
                let until = |date: &str| date <= &on[..date.len()];
                one["startsOn"].as_str().is_none_or(until)
                    && one["endsOn"].as_str().is_none_or(|date| date >= &on[..date.len()])
            };
            let ids = |some: &mut dyn Iterator<Item = &Value>| -> BTreeSet<String> {
                some.map(|one| text(&one["id"])).collect()
            };
            assert_eq!(
                ids(&mut told["appointments"]["nodes"].as_array().unwrap().iter()),
                ids(&mut all.filter(is_held)),
                "{on} {body:#}"
            );
        }
    }
}

async fn tiles_of_what_changed_and_who_there_is(place: Place) {
    let app = place.app().await;
    let institutions = rows(&app, "institutions", "kind").await;
    let found = tile(&app, "of: institutionStatistics(groupBy: KIND, includeIllustrative: true) { rows { keys { code } count } }").await;
    assert_eq!(
        groups(&found["of"], count),
        counted(&by(&institutions, |one| vec![text(&one["kind"])]))
    );
    let types = "{ type: { in: [\"Bill\", \"Meeting\", \"Institution\"] } }";
    let changes = listed(&app, &Principal::System, "changes", types, "type kind occurredAt").await;
    let found = tile(&app, &format!("of: changeStatistics(where: {types}, groupBy: [TYPE, KIND, OCCURRED_MONTH]) {{ rows {{ keys {{ code }} count }} base }} changes(last: 5, where: {types}) {{ nodes {{ type kind occurredAt }} }}")).await;
    let month = |one: &Value| one["occurredAt"].as_str().unwrap()[..7].to_owned();
    let expected = by(&changes, |one| vec![text(&one["type"]), text(&one["kind"]), month(one)]);
    assert_eq!(groups(&found["of"], count), counted(&expected));
    assert_eq!(found["of"]["base"], changes.len());
    assert_eq!(found["changes"]["nodes"].as_array().unwrap()[..], changes[changes.len() - 5..]);
}
