//! Lists: keyset pages both ways, stable under inserts; filters; search; orders; bounds.

use aiplus::domain::principal::Principal;
use aiplus::graphql::catalog;
use aiplus::read::model::{Guard, Kind, Link};
use sea_orm::{ConnectionTrait, Statement, TransactionTrait};
use serde_json::{Value, json};

use crate::support::{Place, TestApp};
use crate::tests;

tests![
    pages_forwards_and_backwards_hold_every_row_once,
    a_page_is_stable_while_rows_are_added,
    nested_pages_are_each_parents_own,
    mixed_orders_page_as_well,
    filters_join_and_nest,
    partial_dates_compare_at_their_precision,
    search_finds_two_syllables_and_every_name,
    text_filters_take_every_character_as_itself,
    quarters_and_open_recommendations_filter_meetings,
    regions_know_their_dates,
    rosters_know_their_day,
    bills_know_their_stages,
    every_list_and_order_is_backed_by_an_index,
];

async fn codes(app: &TestApp, arguments: &str) -> (Vec<String>, Value) {
    let query = format!(
        "{{ adoptionCases({arguments}) {{ edges {{ cursor node {{ code }} }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
    );
    let data = app.data(&query).await["adoptionCases"].clone();
    let codes = data["edges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|edge| edge["node"]["code"].as_str().unwrap().to_owned());
    (codes.collect(), data["pageInfo"].clone())
}

async fn pages_forwards_and_backwards_hold_every_row_once(place: Place) {
    let app = place.app().await;
    for order in [
        "",
        "orderBy: [{ field: STARTED_ON, direction: DESC }],",
        "orderBy: [{ field: STARTED_ON }, { field: CODE, direction: DESC }],",
    ] {
        let mut forwards = Vec::new();
        let mut after = String::new();
        loop {
            let (page, info) = codes(&app, &format!("{order} first: 70{after}")).await;
            assert_eq!(info["hasPreviousPage"], !after.is_empty());
            forwards.extend(page);
            if info["hasNextPage"] == false {
                break;
            }
            after = format!(", after: {}", info["endCursor"]);
        }
        let mut backwards = Vec::new();
        let mut before = String::new();
        loop {
            let (mut page, info) = codes(&app, &format!("{order} last: 70{before}")).await;
            assert_eq!(info["hasNextPage"], !before.is_empty());
            page.extend(backwards);
            backwards = page;
            if info["hasPreviousPage"] == false {
                break;
            }
            before = format!(", before: {}", info["startCursor"]);
        }
        assert_eq!(forwards.len(), 300, "{order}");
        assert_eq!(forwards, backwards, "{order}");
        let mut distinct = forwards.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), 300);
    }
    let (empty, info) = codes(&app, "first: 0").await;
    assert!(empty.is_empty() && info["startCursor"].is_null());
}

async fn a_page_is_stable_while_rows_are_added(place: Place) {
    let app = place.app().await;
    let (first, info) = codes(&app, "first: 10").await;
    assert_eq!(first.last().unwrap(), "DEMO-0010");
    app.sql("UPDATE adoption_case SET code = 'DEMO-0000' WHERE code = 'DEMO-0300'").await;
    let (next, _) = codes(&app, &format!("first: 2, after: {}", info["endCursor"])).await;
    assert_eq!(next, ["DEMO-0011", "DEMO-0012"], "a row added before the cursor moves no page");
}

async fn nested_pages_are_each_parents_own(place: Place) {
    let app = place.app().await;
    let all = app.data("{ regions(first: 100) { nodes { code adoptionCases(first: 100) { nodes { code } totalCount } } } }").await;
    let page = app
        .data("{ regions(first: 100) { nodes { code adoptionCases(first: 3) { edges { cursor node { code } } pageInfo { hasNextPage endCursor } } last: adoptionCases(last: 2) { nodes { code } pageInfo { hasPreviousPage } } } } }")
        .await;
    let mut several = 0;
    for (all, page) in all["regions"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .zip(page["regions"]["nodes"].as_array().unwrap())
    {
        let every: Vec<&Value> = all["adoptionCases"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| &node["code"])
            .collect();
        let first: Vec<&Value> = page["adoptionCases"]["edges"]
            .as_array()
            .unwrap()
            .iter()
            .map(|edge| &edge["node"]["code"])
            .collect();
        let last: Vec<&Value> =
            page["last"]["nodes"].as_array().unwrap().iter().map(|node| &node["code"]).collect();
        assert_eq!(first, every.iter().take(3).copied().collect::<Vec<_>>());
        assert_eq!(last, every[every.len().saturating_sub(2)..].to_vec());
        assert_eq!(page["adoptionCases"]["pageInfo"]["hasNextPage"], every.len() > 3);
        assert_eq!(all["adoptionCases"]["totalCount"], every.len());
        several += usize::from(every.len() > 3);
    }
    assert!(several > 10);
    // The cursor of one region's list goes on in that list.
    let seoul = &page["regions"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|node| node["code"] == "KR-11")
        .unwrap()["adoptionCases"];
    let next = app.data(&format!("{{ region(code: \"KR-11\") {{ adoptionCases(first: 2, after: {}) {{ nodes {{ code }} pageInfo {{ hasPreviousPage }} }} }} }}", seoul["pageInfo"]["endCursor"])).await;
    assert_eq!(next["region"]["adoptionCases"]["pageInfo"]["hasPreviousPage"], true);
    assert!(
        next["region"]["adoptionCases"]["nodes"][0]["code"].as_str()
            > seoul["edges"][2]["node"]["code"].as_str()
    );
}

async fn mixed_orders_page_as_well(place: Place) {
    let app = place.app().await;
    let order = "orderBy: [{ field: STARTED_ON, direction: DESC }, { field: CODE }]";
    let (all, _) = codes(&app, &format!("{order}, first: 100")).await;
    let (first, info) = codes(&app, &format!("{order}, first: 5")).await;
    let (rest, _) = codes(&app, &format!("{order}, first: 95, after: {}", info["endCursor"])).await;
    assert_eq!([first, rest].concat(), all);
}

async fn filters_join_and_nest(place: Place) {
    let app = place.app().await;
    let count = async |filter: &str| {
        let data =
            app.data(&format!("{{ adoptionCases(where: {{ {filter} }}) {{ totalCount }} }}")).await;
        data["adoptionCases"]["totalCount"].as_i64().unwrap()
    };
    let small = count("size: { eq: SMALL }").await;
    let seoul = count("region: { code: { eq: \"KR-11\" } }").await;
    let both = count("size: { eq: SMALL }, region: { code: { eq: \"KR-11\" } }").await;
    let either =
        count("or: [{ size: { eq: SMALL } }, { region: { code: { eq: \"KR-11\" } } }]").await;
    assert!(both > 0 && small > both && seoul > both);
    assert_eq!(either, small + seoul - both);
    assert_eq!(count("not: { size: { eq: SMALL } }").await, 300 - small);
    assert_eq!(count("size: { ne: SMALL }").await, 300 - small);
    assert_eq!(
        count("size: { in: [SMALL, MEDIUM] }").await
            + count("size: { notIn: [SMALL, MEDIUM] }").await,
        300
    );
    assert_eq!(
        count("and: [{ size: { eq: SMALL } }, { region: { code: { eq: \"KR-11\" } } }]").await,
        both
    );
    assert_eq!(count("outcomes: { some: {} }").await + count("outcomes: { none: {} }").await, 300);
    assert_eq!(count("origin: { eq: ILLUSTRATIVE }").await, 300);
    assert_eq!(count("origin: { eq: SOURCE }").await, 0);
    assert_eq!(count("supplier: {}").await, 0, "no case has a supplier of record");
    assert_eq!(count("district: { isNull: true }").await, 300);
    assert_eq!(count("or: []").await, 0);
    assert_eq!(count("and: []").await, 300);
    let rich = count("investment: { gte: 100000000 }, publicSupport: { gt: 0 }").await;
    assert!(rich > 0 && rich < 300);
    let by_variable = app
        .ask(
            &Principal::Anonymous,
            "query($w: AdoptionCaseFilter) { adoptionCases(where: $w) { totalCount } }",
            json!({ "w": { "size": { "eq": "SMALL" } } }),
        )
        .await;
    assert_eq!(by_variable["data"]["adoptionCases"]["totalCount"], small);
}

async fn partial_dates_compare_at_their_precision(place: Place) {
    let app = place.app().await;
    let meetings = async |filter: &str| {
        let data = app.data(&format!("{{ meetings(where: {{ heldOn: {{ {filter} }} }}, orderBy: [{{ field: HELD_ON }}, {{ field: CODE }}]) {{ nodes {{ heldOn }} }} }}")).await;
        data["meetings"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| node["heldOn"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(meetings("eq: \"2026-07\"").await, ["2026-07-01"]);
    assert_eq!(meetings("eq: \"2023\"").await, ["2023", "2023", "2023", "2023-12-06"]);
    assert_eq!(meetings("gte: \"2024\", lte: \"2025\"").await, ["2024-03-28", "2025-01-23"]);
    assert_eq!(
        app.refusal("{ meetings(where: { heldOn: { eq: \"soon\" } }) { totalCount } }").await,
        "BAD_USER_INPUT"
    );
}

async fn search_finds_two_syllables_and_every_name(place: Place) {
    let app = place.app().await;
    let found = async |text: &str, kind: &str| {
        let data = app.data(&format!("{{ search(text: \"{text}\", types: [{kind}], first: 50) {{ nodes {{ title {{ ko }} }} totalCount }} }}")).await;
        data["search"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| node["title"]["ko"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let mut agencies = found("공단", "INSTITUTION").await;
    agencies.sort();
    assert_eq!(agencies, ["소상공인시장진흥공단", "중소벤처기업진흥공단"]);
    assert_eq!(
        found("\u{110C}\u{116E}\u{11BC}\u{1100}\u{1175}\u{1107}\u{116E}", "INSTITUTION").await,
        ["중소벤처기업부"],
        "a name in decomposed Hangul"
    );
    for title in ["활용·확산 촉진법", "중소기업 AI 활용 촉진법", "가칭"] {
        assert!(!found(title, "LEGISLATIVE_INITIATIVE").await.is_empty(), "{title}");
    }
    assert_eq!(found("없는말", "INSTITUTION").await, Vec::<String>::new());
    let by_list =
        app.data("{ institutions(where: { search: \"진흥 공단\" }) { nodes { code } } }").await;
    assert_eq!(by_list["institutions"]["nodes"], json!([{ "code": "KOSME" }, { "code": "SEMAS" }]));
    let pages = app
        .data("{ search(text: \"AI\", first: 100) { totalCount nodes { subject { id } } } }")
        .await;
    let mut subjects: Vec<&Value> = pages["search"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| &node["subject"]["id"])
        .collect();
    let all = subjects.len();
    subjects.sort_by_key(|id| id.to_string());
    subjects.dedup();
    assert_eq!(subjects.len(), all, "a row is found once");
}

async fn text_filters_take_every_character_as_itself(place: Place) {
    let app = place.app().await;
    let count = async |operator: &str, text: &str| {
        let query = format!(
            "query($t: String) {{ institutions(where: {{ code: {{ {operator}: $t }} }}) {{ totalCount }} }}"
        );
        app.ask(&Principal::Anonymous, &query, json!({ "t": text })).await["data"]["institutions"]["totalCount"].as_i64().unwrap()
    };
    assert_eq!(count("startsWith", "kib").await, 1);
    assert_eq!(count("contains", "IB").await, 1);
    for text in ["%", "_IBO", "\\", "' OR 1=1 --", "TIPA'; DROP TABLE institution; --", "\u{202e}"]
    {
        assert_eq!(count("contains", text).await, 0, "{text}");
    }
    assert_eq!(count("eq", "TIPA").await, 1);
}

async fn quarters_and_open_recommendations_filter_meetings(place: Place) {
    let app = place.app().await;
    let data = app
        .data(
            "{ q: meetings(where: { quarter: \"2026-Q3\" }) { nodes { heldOn quarter } }
               none: meetings(where: { quarter: \"2023-Q1\" }) { totalCount }
               open: meetings(where: { hasOpenRecommendations: true }) { nodes { heldOn } }
               attended: meetings(where: { attendance: { some: { institution: { code: { eq: \"KAIA\" } } } } }) { totalCount } }",
        )
        .await;
    assert_eq!(data["q"]["nodes"], json!([{ "heldOn": "2026-07-01", "quarter": "2026-Q3" }]));
    assert_eq!(data["none"]["totalCount"], 0, "a meeting known to the year belongs to no quarter");
    assert!(
        data["open"]["nodes"].as_array().unwrap().iter().any(|node| node["heldOn"] == "2026-07-01")
    );
    assert_eq!(data["attended"]["totalCount"], 2);
}

async fn regions_know_their_dates(place: Place) {
    let app = place.app().await;
    let data = app
        .data(
            "{ before: regions(asOf: \"2026-06-30\") { totalCount } after: regions(asOf: \"2026-07-01\") { totalCount }
               region(code: \"KR-29\") { successor { code } endsOn codes(where: { scheme: { eq: ADMINISTRATIVE } }) { nodes { code endsOn } } } }",
        )
        .await;
    assert_eq!(
        (&data["before"]["totalCount"], &data["after"]["totalCount"]),
        (&json!(17), &json!(16))
    );
    assert_eq!(data["region"]["successor"]["code"], "JEONNAM_GWANGJU");
    assert_eq!(data["region"]["codes"]["nodes"], json!([{ "code": "29", "endsOn": "2026-06-30" }]));
    assert_eq!(
        app.refusal("{ regions(asOf: \"2026-13-01\") { totalCount } }").await,
        "BAD_USER_INPUT"
    );
}

async fn rosters_know_their_day(place: Place) {
    let app = place.app().await;
    let data = app
        .data(
            "{ body(code: \"ADVISORY_GROUP\") { seats filledSeats expiringSeats(days: 30)
                 before: appointments(asOf: \"2024-12-31\") { totalCount }
                 after: appointments(asOf: \"2025-01-31\") { nodes { headCount role } } }
               council: body(code: \"POLICY_COUNCIL\") {
                 before: appointments(asOf: \"2026-02-28\") { totalCount }
                 after: appointments(asOf: \"2026-03-01\") { totalCount } } }",
        )
        .await;
    // Whose term is not known sits there since the body does.
    assert_eq!(data["council"]["before"]["totalCount"], 0);
    assert_ne!(data["council"]["after"]["totalCount"], 0);
    assert_eq!(data["body"]["before"]["totalCount"], 0);
    assert_eq!(data["body"]["after"]["nodes"], json!([{ "headCount": 11, "role": "ADVISOR" }]));
    assert_eq!((&data["body"]["seats"], &data["body"]["filledSeats"]), (&json!(11), &json!(11)));
}

async fn bills_know_their_stages(place: Place) {
    let app = place.app().await;
    let query = "{ bill(number: \"SME_AI_ACT-1\") { stage stageReachedOn stageReachedOnPrecision daysInStage isStalled(days: 100) isClosed
            early: stageOn(date: \"2024-01-01\") drafting: stageOn(date: \"2025-01-23\") between: stageOn(date: \"2026-06-30\") now: stageOn(date: \"2026-07-01\") }
        reached: bills(where: { reached: COMMITTEE_REVIEW }) { nodes { number } }
        notReached: bills(where: { notReached: COMMITTEE_REVIEW }) { totalCount }
        review: bills(where: { stage: { eq: COMMITTEE_REVIEW } }) { nodes { number } } }";
    let data = app.data(query).await;
    assert_eq!(
        data["bill"],
        json!({ "stage": "COMMITTEE_REVIEW", "stageReachedOn": "2026-07-01", "stageReachedOnPrecision": "BY", "daysInStage": null, "isStalled": null,
                "isClosed": false, "early": null, "drafting": "DRAFTING", "between": "DRAFTING", "now": "COMMITTEE_REVIEW" })
    );
    assert_eq!(data["review"]["nodes"], json!([{ "number": "SME_AI_ACT-1" }]));
    assert!(
        data["reached"]["nodes"].as_array().unwrap().contains(&json!({ "number": "SME_AI_ACT-1" }))
    );
    assert!(data["notReached"]["totalCount"].as_i64().unwrap() >= 1);
}

/// What the database says it would do for the last statement of a query. PostgreSQL would scan tables as
/// small as these, so it is told that scans and sorts are dear.
pub async fn plan(app: &TestApp, principal: &Principal, query: &str) -> String {
    app.statements();
    let answer = app.ask(principal, query, Value::Null).await;
    assert!(answer.get("errors").is_none(), "{query}\n{answer:#}");
    let sql = app.statements().pop().unwrap();
    let transaction = app.db.begin().await.unwrap();
    let (explain, column) = if app.is_postgres() {
        for setting in ["enable_seqscan", "enable_sort", "enable_bitmapscan"] {
            transaction.execute_unprepared(&format!("SET LOCAL {setting} = off")).await.unwrap();
        }
        ("EXPLAIN", 0)
    } else {
        ("EXPLAIN QUERY PLAN", 3)
    };
    // PostgreSQL plans a statement with parameters once it is prepared.
    let parameters = (1..).take_while(|number| sql.contains(&format!("${number}"))).count();
    let explain = if app.is_postgres() && parameters > 0 {
        transaction
            .execute_unprepared("SET LOCAL plan_cache_mode = force_generic_plan")
            .await
            .unwrap();
        // A statement that is prepared outlives its transaction, so each has a name of its own.
        let name = format!("planned_{}", uuid::Uuid::now_v7().simple());
        transaction.execute_unprepared(&format!("PREPARE {name} AS {sql}")).await.unwrap();
        format!("{explain} EXECUTE {name}({})", vec!["NULL"; parameters].join(", "))
    } else {
        format!("{explain} {sql}")
    };
    let explain = Statement::from_string(app.db.get_database_backend(), explain);
    let rows = transaction.query_all_raw(explain).await.unwrap();
    rows.iter()
        .map(|row| row.try_get_by_index::<String>(column).unwrap())
        .collect::<Vec<_>>()
        .join("\n")
}

async fn count(app: &TestApp, table: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {table}");
    let counted = Statement::from_string(app.db.get_database_backend(), sql);
    app.db.query_one_raw(counted).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

async fn every_list_and_order_is_backed_by_an_index(place: Place) {
    let app = place.app().await;
    let (mut lists, mut nested) = (0, 0);
    for ty in catalog().types() {
        let Some(list) = ty.list else { continue };
        // Nobody sees rows that are never published.
        let principal = match ty.guard {
            Guard::Client | Guard::Audit | Guard::Result => Principal::System,
            _ => Principal::Anonymous,
        };
        // SQLite rightly scans a table of a few rows, and sorts the some two hundred cells of the one release that
        // there is; PostgreSQL was told not to.
        let few = if ty.name == "StatisticsCell" { 1_000 } else { 50 };
        let small = !app.is_postgres() && count(&app, ty.table).await < few;
        let mut orders = vec![String::new()];
        orders
            .extend(ty.orders.iter().map(|(name, _)| format!("(orderBy: [{{ field: {name} }}])")));
        for order in orders {
            let plan =
                plan(&app, &principal, &format!("{{ {list}{order} {{ nodes {{ id }} }} }}")).await;
            // An incremental sort only closes equal values of an index by the id.
            let is_sort =
                |line: &str| line.trim_start_matches([' ', '-', '>']).starts_with("Sort  (");
            let sorted = plan.contains("TEMP B-TREE") || plan.lines().any(is_sort);
            assert!(!sorted || small, "{list}{order} is sorted:\n{plan}");
            lists += 1;
        }
        for field in &ty.fields {
            let Kind::Many(many) = &field.kind else { continue };
            // PostgreSQL 15 explains no statement whose values are unknown.
            if !matches!(many.link, Some(Link::Foreign(_))) || app.is_postgres() {
                continue;
            }
            let table = catalog().find(many.target).unwrap().table;
            let query = format!(
                "{{ {list}(first: 2) {{ nodes {{ {}(first: 1) {{ nodes {{ id }} }} }} }} }}",
                field.name
            );
            app.statements();
            app.query(&query).await;
            if app.statements().len() < 2 || count(&app, table).await < 20 {
                continue;
            }
            let plan = plan(&app, &principal, &query).await;
            assert!(plan.contains("SEARCH"), "{}.{} scans {table}:\n{plan}", ty.name, field.name);
            nested += 1;
        }
    }
    assert!(lists > 40 && (nested > 40 || app.is_postgres()), "{lists} lists, {nested} nested");
}
