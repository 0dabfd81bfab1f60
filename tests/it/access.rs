//! What an anonymous caller never sees, through no path: hidden rows of every type, rows of hidden
//! parents, contact points, cases before publication, names without consent.

use aiplus::domain::principal::Principal;
use aiplus::graphql::catalog;
use aiplus::read::global_id;
use aiplus::read::model::{Guard, Type};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Place, TestApp};
use crate::tests;

tests![
    a_hidden_row_of_any_type_shows_nowhere,
    what_hangs_on_a_hidden_meeting_is_hidden_with_it,
    contact_points_are_out_of_reach,
    cases_show_once_they_are_published,
    a_name_without_consent_is_withheld,
    the_system_sees_what_callers_do_not,
];

async fn key(app: &TestApp, sql: &str) -> Option<Uuid> {
    let statement = Statement::from_string(app.db.get_database_backend(), sql.to_owned());
    app.db.query_one_raw(statement).await.unwrap().map(|row| row.try_get_by_index(0).unwrap())
}

/// A key as SQL.
fn literal(app: &TestApp, key: Uuid) -> String {
    if app.is_postgres() { format!("'{key}'") } else { format!("x'{}'", key.simple()) }
}

async fn node(app: &TestApp, ty: &Type, key: Uuid) -> Value {
    let id = global_id::encode(ty.tag, key);
    app.query(&format!(
        "{{ node(id: \"{id}\") {{ __typename id }} nodes(ids: [\"{id}\"]) {{ id }} }}"
    ))
    .await
}

async fn total(app: &TestApp, ty: &Type) -> i64 {
    match ty.list {
        None => 0,
        Some(list) => app.data(&format!("{{ {list} {{ totalCount }} }}")).await[list]["totalCount"]
            .as_i64()
            .unwrap(),
    }
}

async fn a_hidden_row_of_any_type_shows_nowhere(place: Place) {
    let app = place.app().await;
    let mut seen = 0;
    for ty in
        catalog().types().iter().filter(|ty| ty.is_fact && !matches!(ty.guard, Guard::Personal))
    {
        let Some(key) =
            key(&app, &format!("SELECT id FROM {} ORDER BY id LIMIT 1", ty.table)).await
        else {
            continue;
        };
        let before = total(&app, ty).await;
        assert_eq!(node(&app, ty, key).await["data"]["node"]["__typename"], ty.name);
        let set = |visibility: &str| {
            format!(
                "UPDATE {} SET visibility = '{visibility}' WHERE id = {}",
                ty.table,
                literal(&app, key)
            )
        };
        app.sql(&set("INTERNAL")).await;
        let answer = node(&app, ty, key).await;
        assert_eq!(answer["data"], json!({ "node": null, "nodes": [null] }), "{}", ty.name);
        assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND", "{}", ty.name);
        if let Some(list) = ty.list {
            assert_eq!(total(&app, ty).await, before - 1, "{list} counts a hidden row");
            let id = global_id::encode(ty.tag, key);
            let filter = format!(
                "{{ {list}(where: {{ id: {{ eq: \"{id}\" }} }}) {{ nodes {{ id }} totalCount }} }}"
            );
            let filtered = app.data(&filter).await;
            assert_eq!(
                filtered[list],
                json!({ "nodes": [], "totalCount": 0 }),
                "{list} finds a hidden row"
            );
        }
        app.sql(&set("PUBLIC")).await;
        seen += 1;
    }
    assert!(seen > 30, "only {seen} types have rows");
}

async fn what_hangs_on_a_hidden_meeting_is_hidden_with_it(place: Place) {
    let app = place.app().await;
    let query = "{
        agendaItems(where: { meeting: { heldOn: { eq: \"2026-07-01\" } } }) { totalCount }
        attendances(where: { meeting: { heldOn: { eq: \"2026-07-01\" } } }) { totalCount }
        search(text: \"정책협의체 간담회\", types: [MEETING]) { totalCount }
        timeline(from: \"2026-07-01\", to: \"2026-07-01\") { nodes { kind } }
        institution(code: \"MSS\") { hostedMeetings(where: { heldOn: { eq: \"2026-07-01\" } }) { totalCount } }
        body(code: \"POLICY_COUNCIL\") { meetings { totalCount } series { nodes { record { held meetingsOnRecord } } } }
        statements(where: { meeting: { heldOn: { eq: \"2026-07-01\" } } }) { totalCount }
        conflicts(where: { field: { eq: \"venues\" } }) { totalCount }
        documents(where: { meetings: { some: { meeting: { heldOn: { eq: \"2026-07-01\" } } } } }) { totalCount }
    }";
    let before = app.data(query).await;
    for (path, least) in [
        ("/agendaItems", 7),
        ("/attendances", 9),
        ("/search", 1),
        ("/statements", 4),
        ("/conflicts", 1),
        ("/documents", 1),
    ] {
        assert!(
            before.pointer(&format!("{path}/totalCount")).unwrap().as_i64().unwrap() >= least,
            "{path}: {before}"
        );
    }
    let item = app.data("{ agendaItems(where: { number: { eq: \"①\" } }) { nodes { id citations { nodes { id } } } } }").await;
    let item = item["agendaItems"]["nodes"][0].clone();
    app.sql("UPDATE meeting SET visibility = 'INTERNAL' WHERE held_on = '2026-07-01'").await;
    let after = app.data(query).await;
    for path in [
        "/agendaItems",
        "/attendances",
        "/search",
        "/conflicts",
        "/documents",
        "/institution/hostedMeetings",
        "/body/meetings",
    ] {
        assert_eq!(after.pointer(&format!("{path}/totalCount")), Some(&json!(0)), "{path}");
    }
    assert_eq!(
        after["timeline"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|entry| entry["kind"] == "MEETING")
            .count(),
        0
    );
    for series in after["body"]["series"]["nodes"].as_array().unwrap() {
        assert_eq!(series["record"], json!({ "held": 0, "meetingsOnRecord": 0 }));
    }
    let citation = &item["citations"]["nodes"][0]["id"];
    for id in [&item["id"], citation] {
        let answer = app.query(&format!("{{ node(id: {id}) {{ id }} }}")).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND", "{id}");
    }
}

async fn contact_points_are_out_of_reach(place: Place) {
    let app = place.app().await;
    let key = key(&app, "SELECT id FROM contact_point WHERE person_id IS NOT NULL LIMIT 1")
        .await
        .expect("contact points are loaded");
    let ty = catalog().find("ContactPoint").unwrap();
    assert_eq!(node(&app, ty, key).await["data"], json!({ "node": null, "nodes": [null] }));
    let answer = app
        .query(
            "{ persons(first: 100) { nodes { contactPoints { totalCount nodes { value } } } }
               institutions(first: 100) { nodes { contactPoints { totalCount nodes { value } } } }
               some: persons(where: { contactPoints: { some: { value: { startsWith: \"0\" } } } }) { totalCount }
               none: persons(where: { contactPoints: { none: {} } }) { totalCount }
               all: persons { totalCount } }",
        )
        .await;
    let data = &answer["data"];
    // A person's are personal data, and an empty list would say that there are none.
    assert!(!data["persons"]["nodes"].as_array().unwrap().is_empty());
    for (at, person) in data["persons"]["nodes"].as_array().unwrap().iter().enumerate() {
        assert_eq!(person["contactPoints"], Value::Null);
        if at < 10 {
            let error = &answer["errors"][at];
            assert_eq!(error["path"], json!(["persons", "nodes", at, "contactPoints"]));
            assert_eq!(error["extensions"]["code"], "UNAUTHENTICATED");
        }
    }
    for holder in data["institutions"]["nodes"].as_array().unwrap() {
        // The number of a public desk is printed for the public.
        let desks = &holder["contactPoints"]["nodes"];
        assert!(*desks == json!([]) || *desks == json!([{ "value": "02-2133-3119" }]), "{holder}");
    }
    assert_eq!(data["some"]["totalCount"], 0);
    assert_eq!(data["none"], data["all"], "a filter tells who has a contact point");
    let text = app
        .text(&Principal::Anonymous, "{ search(text: \"2133\") { totalCount } }", Value::Null)
        .await;
    assert!(text.contains("\"totalCount\":0"), "{text}");
}

async fn cases_show_once_they_are_published(place: Place) {
    let app = place.app().await;
    let query = "{
        adoptionCases { totalCount }
        adoptionCaseStatistics(includeIllustrative: true) { total { count } }
        adoptionCase(code: \"DEMO-0001\") { id outcomes { totalCount } }
        similarCases(to: { region: \"KR-11\" }, first: 100, includeIllustrative: true) { totalCount }
        region(code: \"KR-11\") { adoptionCases { totalCount } }
    }";
    let before = app.data(query).await;
    assert_eq!(before["adoptionCases"]["totalCount"], 300);
    app.sql("UPDATE adoption_case SET status = 'VERIFIED' WHERE code = 'DEMO-0001'").await;
    let after = app.query(query).await;
    let count = |answer: &Value, path: &str| answer.pointer(path).unwrap().as_i64().unwrap();
    assert_eq!(after["data"]["adoptionCase"], Value::Null);
    assert_eq!(after["errors"][0]["extensions"]["code"], "NOT_FOUND");
    for path in [
        "/adoptionCases/totalCount",
        "/adoptionCaseStatistics/total/count",
        "/similarCases/totalCount",
        "/region/adoptionCases/totalCount",
    ] {
        assert_eq!(count(&after["data"], path), count(&before, path) - 1, "{path}");
    }
}

async fn a_name_without_consent_is_withheld(place: Place) {
    let app = place.app().await;
    app.sql("UPDATE adoption_case SET disclosure = 'NAMED', company_name = '비밀상사' WHERE code IN ('DEMO-0001', 'DEMO-0002')").await;
    app.sql(if app.is_postgres() {
        "UPDATE adoption_case SET consent_to_publish = false WHERE code = 'DEMO-0001'"
    } else {
        "UPDATE adoption_case SET consent_to_publish = 0 WHERE code = 'DEMO-0001'"
    })
    .await;
    let data = app
        .data(
            "{ withheld: adoptionCase(code: \"DEMO-0001\") { disclosure companyName }
               named: adoptionCase(code: \"DEMO-0002\") { disclosure companyName }
               found: adoptionCases(where: { companyName: { contains: \"비밀\" } }) { nodes { code } }
               kept: adoptionCases(where: { disclosure: { eq: WITHHELD } }) { nodes { code } } }",
        )
        .await;
    assert_eq!(data["withheld"], json!({ "disclosure": "WITHHELD", "companyName": null }));
    assert_eq!(data["named"], json!({ "disclosure": "NAMED", "companyName": "비밀상사" }));
    assert_eq!(data["found"]["nodes"], json!([{ "code": "DEMO-0002" }]));
    assert_eq!(data["kept"]["nodes"], json!([{ "code": "DEMO-0001" }]));
}

async fn the_system_sees_what_callers_do_not(place: Place) {
    let app = place.app().await;
    let query = "{ institution(code: \"SEOUL\") { id } persons(where: { contactPoints: { some: {} } }) { totalCount } }";
    let answer = app.ask(&Principal::System, query, Value::Null).await;
    assert!(answer["data"]["persons"]["totalCount"].as_i64().unwrap() > 3, "{answer}");
}
