//! What conditions and nested lists read of a large table, told by the databases themselves.

use aiplus::domain::principal::Principal;
use aiplus::graphql::catalog;
use entity::adoption_case::Column;
use sea_orm::sea_query::ArrayType;
use sea_orm::{ConnectionTrait, IdenStatic, Iterable, Statement, TransactionTrait};
use serde_json::{Value, json};

use crate::support::{Place, TestApp};
use crate::tests;

tests![
    a_row_that_is_named_leaves_the_index_to_its_cases,
    named_rows_keep_what_a_search_for_them_keeps,
    nested_lists_read_no_more_than_they_show,
    columns_that_name_a_row_are_unique_in_the_database,
];

/// 5,000 cases, of which one in a hundred is of Jeju and of section A, all others of Seoul and section C.
async fn fill(app: &TestApp) {
    let (numbers, key) = if app.is_postgres() {
        ("SELECT generate_series(1, 5000) AS n", "gen_random_uuid()")
    } else {
        (
            "SELECT value AS n FROM (WITH RECURSIVE s(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM s WHERE value < 5000) SELECT value FROM s)",
            "randomblob(16)",
        )
    };
    let of = |table: &str, rare: &str, other: &str| {
        format!(
            "(SELECT id FROM {table} WHERE code = CASE WHEN n % 100 = 0 THEN '{rare}' ELSE '{other}' END)"
        )
    };
    let columns: Vec<&str> = Column::iter().map(|column| column.as_str()).collect();
    let values = Column::iter().map(|column| match column {
        Column::Id => key.to_owned(),
        Column::Code => "'GEN-' || (10000 + n)".to_owned(),
        Column::RegionId | Column::ShownRegionId => of("region", "KR-49", "KR-11"),
        Column::IndustryId | Column::SectionId | Column::ShownIndustryId => {
            of("industry", "A", "C")
        }
        Column::StartedOn => "'20' || (10 + n % 15)".to_owned(),
        column => format!("t.{}", column.as_str()),
    });
    app.sql(&format!(
        "INSERT INTO adoption_case ({}) SELECT {} FROM ({numbers}) g CROSS JOIN (SELECT * FROM adoption_case WHERE status = 'PUBLISHED' AND visibility = 'PUBLIC' ORDER BY code LIMIT 1) t",
        columns.join(", "),
        values.collect::<Vec<_>>().join(", ")
    ))
    .await;
    app.sql("ANALYZE").await;
}

/// The last statement over cases that a query comes to.
async fn statement(app: &TestApp, query: &str) -> Statement {
    app.bound_statements();
    let answer = app.ask(&Principal::Anonymous, query, Value::Null).await;
    assert!(answer.get("errors").is_none(), "{query}\n{answer:#}");
    let statements = app.bound_statements();
    statements.into_iter().rfind(|it| it.sql.contains("adoption_case")).unwrap()
}

/// What SQLite says it would do.
async fn plan(app: &TestApp, statement: &Statement) -> String {
    let explain = format!("EXPLAIN QUERY PLAN {}", statement.sql);
    let explain = Statement::from_string(app.db.get_database_backend(), explain);
    let rows = app.db.query_all_raw(explain).await.unwrap();
    let lines = rows.iter().map(|row| row.try_get_by_index::<String>(3).unwrap());
    lines.collect::<Vec<_>>().join("\n")
}

/// Rows of cases that PostgreSQL reads, where it plans for the values and where it plans for any.
async fn rows_read(app: &TestApp, statement: &Statement) -> [u64; 2] {
    let backend = app.db.get_database_backend();
    let values: Vec<String> = statement
        .values
        .iter()
        .flat_map(|values| &values.0)
        .map(|value| {
            let text = Statement::from_sql_and_values(backend, "$1", [value.clone()]).to_string();
            match value {
                sea_orm::Value::Array(ArrayType::Uuid, _) => format!("{text}::uuid[]"),
                sea_orm::Value::Array(ArrayType::String, _) => format!("{text}::text[]"),
                _ => text,
            }
        })
        .collect();
    let values = if values.is_empty() { String::new() } else { format!("({})", values.join(", ")) };
    let mut read = [0, 0];
    for (at, mode) in ["force_custom_plan", "force_generic_plan"].into_iter().enumerate() {
        let transaction = app.db.begin().await.unwrap();
        let run = async |sql: String| transaction.execute_unprepared(&sql).await.unwrap();
        run(format!("SET LOCAL plan_cache_mode = {mode}")).await;
        run(format!("PREPARE asked AS {}", statement.sql)).await;
        let explain = format!("EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE asked{values}");
        let explain = Statement::from_string(backend, explain);
        let row = transaction.query_one_raw(explain).await.unwrap().unwrap();
        let plan: Value = row.try_get_by_index(0).unwrap();
        run("DEALLOCATE asked".to_owned()).await;
        read[at] = rows_of(&plan[0]["Plan"]);
    }
    read
}

fn rows_of(node: &Value) -> u64 {
    let number = |name: &str| node[name].as_f64().unwrap_or(0.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts")]
    let own = if node["Relation Name"] == "adoption_case"
        || node["Index Name"].as_str().is_some_and(|name| name.contains("adoption_case"))
    {
        ((number("Actual Rows") + number("Rows Removed by Filter")) * number("Actual Loops")) as u64
    } else {
        0
    };
    own + node["Plans"].as_array().into_iter().flatten().map(rows_of).sum::<u64>()
}

async fn a_row_that_is_named_leaves_the_index_to_its_cases(place: Place) {
    let app = place.app().await;
    fill(&app).await;
    let jeju = app.data("{ region(code: \"KR-49\") { id } }").await["region"]["id"].clone();
    let order = |field: &str, direction: &str| {
        format!("orderBy: [{{ field: {field}, direction: {direction} }}],")
    };
    // What is shown has indexes of its own.
    let (code, started) = (
        "ix_adoption_case_shown_region_industry_code",
        "ix_adoption_case_shown_region_industry_started_on",
    );
    for (order, index) in [
        (String::new(), code),
        (order("CODE", "DESC"), code),
        (order("STARTED_ON", "ASC"), started),
        (order("STARTED_ON", "DESC"), started),
    ] {
        for (region, industry) in [
            ("{ code: { eq: \"KR-49\" } }".to_owned(), "{ code: { eq: \"A\" } }"),
            ("{ code: { in: [\"KR-49\"] } }".to_owned(), "{ and: [{ code: { eq: \"A\" } }] }"),
            (format!("{{ id: {{ eq: {jeju} }} }}"), "{ or: [{ code: { eq: \"A\" } }] }"),
            (
                "{ code: { eq: \"KR-49\" }, category: { notIn: [NATIONWIDE] } }".to_owned(),
                "{ code: { eq: \"A\" } }",
            ),
        ] {
            let query = format!(
                "{{ adoptionCases({order} first: 20, where: {{ region: {region}, industry: {industry} }}) {{ nodes {{ code region {{ code }} industry {{ code }} }} }} }}"
            );
            let statement = statement(&app, &query).await;
            if app.is_postgres() {
                for read in rows_read(&app, &statement).await {
                    assert!(read <= 21, "{read} rows for {query}\n{}", statement.sql);
                }
            } else {
                let plan = plan(&app, &statement).await;
                assert!(plan.contains(index), "{query}\n{plan}");
                assert!(!plan.contains("TEMP B-TREE"), "{query}\n{plan}");
            }
        }
    }
    // Several that are named: their own cases and no others, of 5,000.
    let query = "{ adoptionCases(where: { region: { code: { in: [\"KR-49\", \"KR-36\"] } }, industry: { code: { eq: \"A\" } } }) { nodes { code } } }";
    let statement = statement(&app, query).await;
    if app.is_postgres() {
        for read in rows_read(&app, &statement).await {
            assert!(read < 300, "{read} rows for {query}\n{}", statement.sql);
        }
    }
}

async fn named_rows_keep_what_a_search_for_them_keeps(place: Place) {
    let app = place.app().await;
    let count = async |condition: &str| {
        let query = format!("{{ adoptionCases(where: {{ {condition} }}) {{ totalCount }} }}");
        app.data(&query).await["adoptionCases"]["totalCount"].as_i64().unwrap()
    };
    // A code by its beginning and its end cannot be told to be one row's.
    for (named, searched) in [
        ("eq: \"KR-11\"", "startsWith: \"KR-11\""),
        ("in: [\"KR-11\"]", "startsWith: \"KR-11\""),
        ("in: [\"KR-11\", \"KR-26\", \"KR-11\"]", "in: [\"KR-11\", \"KR-26\"], startsWith: \"KR\""),
        ("eq: \"GONE\"", "startsWith: \"GONE\""),
        ("in: []", "startsWith: \"GONE\""),
        ("in: [\"GONE\", \"KR-11\"]", "startsWith: \"KR-11\""),
        ("eq: \"KR-11\", ne: \"KR-11\"", "startsWith: \"GONE\""),
    ] {
        for (begin, end) in [("", ""), ("not: { ", " }"), ("not: { not: { ", " } }")] {
            let of = |region: &str| format!("{begin}region: {{ code: {{ {region} }} }}{end}");
            let (one, other) = (count(&of(named)).await, count(&of(searched)).await);
            assert_eq!(one, other, "{begin}{named}");
        }
    }
    let both = "region: { or: [{ code: { eq: \"KR-11\" } }, { code: { in: [\"KR-26\"] } }] }";
    assert_eq!(
        count(both).await,
        count("region: { code: { eq: \"KR-11\" } }").await
            + count("region: { code: { eq: \"KR-26\" } }").await
    );
    // A row that the caller may not see is named in vain, and its cases are no region's.
    let all = count("").await;
    let before = count("region: { code: { eq: \"KR-11\" } }").await;
    assert!(before > 0);
    app.sql("UPDATE region SET visibility = 'INTERNAL' WHERE code = 'KR-11'").await;
    assert_eq!(count("region: { code: { eq: \"KR-11\" } }").await, 0);
    assert_eq!(count("region: { code: { in: [\"KR-11\", \"GONE\"] } }").await, 0);
    assert_eq!(count("not: { region: { code: { eq: \"KR-11\" } } }").await, all);
    assert_eq!(count("region: {}").await, all - before);
}

async fn nested_lists_read_no_more_than_they_show(place: Place) {
    let app = place.app().await;
    fill(&app).await;
    let list = |args: &str| {
        format!(
            "{{ regions(first: 100) {{ nodes {{ code adoptionCases{args} {{ edges {{ cursor node {{ code industry {{ code }} }} }} pageInfo {{ hasNextPage hasPreviousPage }} totalCount }} }} }} }}"
        )
    };
    for args in [
        "(first: 2)",
        "(last: 2)",
        "(first: 2, orderBy: [{ field: CODE, direction: DESC }])",
        "(first: 2, where: { size: { eq: SMALL } })",
    ] {
        let query = list(args);
        app.bound_statements();
        let together = app.data(&query).await;
        let statements = app.bound_statements();
        assert_eq!(statements.len(), 3, "a list, its lists and their totals");
        let rows = statements
            .iter()
            .find(|it| it.sql.contains("ORDER BY") && it.sql.contains("adoption_case"))
            .unwrap();
        if app.is_postgres() {
            for read in rows_read(&app, rows).await {
                // Two rows and the one beyond of each region; those of other sizes are passed over as well.
                assert!(
                    args.contains("size") || read <= 20 * 3,
                    "{read} rows for {args}\n{}",
                    rows.sql
                );
            }
        }
        // Each parent's list is what it is when asked for alone.
        for region in together["regions"]["nodes"].as_array().unwrap() {
            let alone = app.data(&format!("{{ regions(where: {{ code: {{ eq: {} }} }}) {{ nodes {{ code adoptionCases{args} {{ edges {{ cursor node {{ code industry {{ code }} }} }} pageInfo {{ hasNextPage hasPreviousPage }} totalCount }} }} }} }}", region["code"])).await;
            assert_eq!(alone["regions"]["nodes"][0], *region, "{args}");
        }
    }
    // Through a link table as well, and onwards from a cursor of a list below.
    let statement_topics = "{ statements(first: 50) { nodes { code topics(first: 1) { edges { cursor node { code } } pageInfo { hasNextPage } } } } }";
    let data = app.data(statement_topics).await;
    let several = data["statements"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["topics"]["pageInfo"]["hasNextPage"] == json!(true))
        .unwrap()
        .clone();
    let cursor = &several["topics"]["edges"][0]["cursor"];
    let rest = app.data(&format!("{{ statements(first: 50) {{ nodes {{ code topics(after: {cursor}) {{ nodes {{ code }} }} all: topics {{ nodes {{ code }} }} }} }} }}")).await;
    for statement in rest["statements"]["nodes"].as_array().unwrap() {
        let codes = |name: &str| -> Vec<String> {
            let nodes = statement[name]["nodes"].as_array().unwrap().iter();
            nodes.map(|node| node["code"].as_str().unwrap().to_owned()).collect()
        };
        let after = several["topics"]["edges"][0]["node"]["code"].as_str().unwrap();
        let expected: Vec<String> =
            codes("all").into_iter().filter(|code| code.as_str() > after).collect();
        assert_eq!(codes("topics"), expected);
    }
}

async fn columns_that_name_a_row_are_unique_in_the_database(place: Place) {
    let app = place.app().await;
    let mut keys = 0;
    for ty in catalog().types() {
        for column in ty.keys() {
            let sql = if app.is_postgres() {
                format!(
                    "SELECT count(*) FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] \
                     WHERE i.indrelid = '{}'::regclass AND i.indisunique AND i.indnatts = 1 AND i.indpred IS NULL AND a.attname = '{column}'",
                    ty.table
                )
            } else {
                format!(
                    "SELECT count(*) FROM pragma_index_list('{}') l WHERE l.\"unique\" AND NOT l.partial \
                     AND (SELECT count(*) FROM pragma_index_info(l.name)) = 1 AND (SELECT name FROM pragma_index_info(l.name)) = '{column}'",
                    ty.table
                )
            };
            let counted = Statement::from_string(app.db.get_database_backend(), sql);
            let row = app.db.query_one_raw(counted).await.unwrap().unwrap();
            assert_eq!(row.try_get_by_index::<i64>(0).unwrap(), 1, "{}.{column}", ty.table);
            keys += 1;
        }
    }
    assert!(keys >= 20, "{keys} columns name rows");
}
