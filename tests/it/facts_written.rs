//! What stands beside facts, as it is written: citations, conflicts with their claims, and figures.

use aiplus::domain::principal::Principal;
use serde_json::{Value, json};

use crate::support::acting::{acted, done, expected, number, outcome, told, tried, written};
use crate::support::{Place, TestApp};
use crate::tests;

tests![
    a_fact_is_cited_and_its_citation_changed_and_taken_off,
    sources_that_disagree_are_kept_and_resolved,
    a_figure_is_recorded_changed_and_taken_off,
    a_figure_is_true_to_its_unit_and_its_time,
    faults_are_told_together,
    what_goes_takes_its_citations_with_it,
    what_is_about_a_hidden_fact_is_hidden,
    who_may_not_changes_nothing,
];

const NOBODY: &Principal = &Principal::Anonymous;
const MEETING: &str = "AIPLUS_2026_0701";

struct Desk {
    app: TestApp,
    operator: Principal,
}

impl Desk {
    async fn new(place: &Place) -> Self {
        let app = place.app().await;
        let operator = app.principal("TIPA", "program:read content:write").await;
        Self { app, operator }
    }

    async fn made(&self, mutation: &str, selection: &str, input: Value) -> Value {
        done(&self.app, &self.operator, mutation, selection, input).await
    }

    async fn faults(&self, mutation: &str, input: Value) -> Vec<(String, String)> {
        let before = written(&self.app).await;
        let faults = told(&acted(&self.app, &self.operator, mutation, "", input).await);
        assert_eq!(written(&self.app).await, before, "{mutation}: {faults:?}");
        faults
    }

    async fn read(&self, who: &Principal, query: &str) -> Value {
        let answer = self.app.ask(who, query, json!({})).await;
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answer["data"].clone()
    }

    async fn meeting(&self) -> Value {
        let query = format!("{{ meeting(code: \"{MEETING}\") {{ id }} }}");
        self.read(NOBODY, &query).await["meeting"]["id"].clone()
    }

    /// The last place in the feed.
    async fn end(&self) -> Value {
        let query = "{ changes(last: 1) { pageInfo { endCursor } } }";
        self.read(NOBODY, query).await["changes"]["pageInfo"]["endCursor"].clone()
    }

    /// What the feed tells somebody after a place: type and kind, sorted.
    async fn news(&self, who: &Principal, after: &Value) -> Vec<String> {
        let query =
            format!("{{ changes(first: 100, after: {after}) {{ nodes {{ type kind }} }} }}");
        let found = self.read(who, &query).await["changes"]["nodes"].clone();
        let nodes = found.as_array().unwrap().iter();
        let mut told: Vec<String> = nodes
            .map(|node| {
                format!("{} {}", node["type"].as_str().unwrap(), node["kind"].as_str().unwrap())
            })
            .collect();
        told.sort();
        told
    }
}

fn with(row: &Value, more: Value) -> Value {
    let mut input = json!({ "id": row["id"], "expectedVersion": row["version"] });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

async fn a_fact_is_cited_and_its_citation_changed_and_taken_off(place: Place) {
    let desk = Desk::new(&place).await;
    let meeting = desk.meeting().await;
    let end = desk.end().await;
    let input = json!({
        "subject": meeting, "field": "title.en", "document": "s4", "locator": { "ko": "붙임 2", "en": "Annex 2" },
        "basis": "INFERRED", "note": { "ko": "국문 제목을 옮김" }, "idempotencyKey": "cite-0001",
    });
    let selection = "citation { id version subject { id } position document { code } field locator { ko en } basis note { ko en } origin }";
    let made = desk.made("cite", selection, input.clone()).await["citation"].clone();
    let position = made["position"].as_i64().unwrap();
    assert!(position > 1, "it comes after those of the source: {made:#}");
    let mut kept = json!({
        "id": made["id"], "version": 1, "subject": { "id": meeting }, "position": position, "document": { "code": "S4" },
        "field": "title.en", "locator": { "ko": "붙임 2", "en": "Annex 2" }, "basis": "INFERRED",
        "note": { "ko": "국문 제목을 옮김", "en": null }, "origin": "REPORTED",
    });
    assert_eq!(made, kept);
    assert_eq!(desk.news(NOBODY, &end).await, ["Citation CREATED"]);
    // The same call again makes nothing, and another one with its key is refused.
    assert_eq!(desk.made("cite", selection, input.clone()).await["citation"], kept);
    let mut other = input.clone();
    other["field"] = json!("heldOn");
    let reused = expected(&[("KEY_REUSED", "input.idempotencyKey")]);
    assert_eq!(desk.faults("cite", other.clone()).await, reused);
    // The same place of the document for the same field.
    let mut again = input;
    again.as_object_mut().unwrap().remove("idempotencyKey");
    let taken = expected(&[("TAKEN", "input.locator")]);
    assert_eq!(desk.faults("cite", again).await, taken);
    // It is stated after all, of another field.
    let change = json!({ "field": "heldOn", "basis": "STATED", "note": null, "locator": null });
    let changed = desk.made("amendCitation", selection, with(&kept, change)).await;
    for (name, value) in [
        ("version", json!(2)),
        ("field", json!("heldOn")),
        ("basis", json!("STATED")),
        ("note", json!(null)),
        ("locator", json!(null)),
    ] {
        kept[name] = value;
    }
    assert_eq!(changed["citation"], kept);
    let stale = expected(&[("CONFLICT", "input.expectedVersion")]);
    assert_eq!(desk.faults("amendCitation", with(&made, json!({}))).await, stale);
    let inferred = with(&kept, json!({ "basis": "INFERRED", "field": "venue" }));
    let faults = expected(&[("UNKNOWN", "input.field"), ("REQUIRED", "input.note")]);
    assert_eq!(desk.faults("amendCitation", inferred).await, faults);
    // Of the whole.
    let whole = with(&kept, json!({ "field": null, "locator": { "ko": "전체" } }));
    let whole = desk.made("amendCitation", selection, whole).await["citation"].clone();
    assert_eq!(whole["field"], json!(null));
    assert_eq!(desk.faults("removeCitation", with(&made, json!({}))).await, stale);
    let end = desk.end().await;
    let gone = with(&whole, json!({ "idempotencyKey": "remove-0001" }));
    for _ in 0..2 {
        let payload = desk.made("removeCitation", "document { code }", gone.clone()).await;
        assert_eq!(payload["document"]["code"], "S4");
    }
    assert_eq!(desk.news(NOBODY, &end).await, ["Citation DELETED"]);
    let answer =
        tried(&desk.app, &desk.operator, "removeCitation", "", with(&whole, json!({}))).await;
    assert_eq!(outcome(&answer), "NOT_FOUND", "{answer:#}");
}

async fn sources_that_disagree_are_kept_and_resolved(place: Place) {
    let desk = Desk::new(&place).await;
    let claim = |value: &str, document: &str| json!({ "value": { "ko": value }, "document": document, "locator": { "ko": "본문" } });
    let input = json!({
        "subject": desk.meeting().await, "field": "endsAt", "summary": { "ko": "마친 시각이 다르다.", "en": "The end differs." },
        "claims": [claim("16시", "S4"), claim("17시", "S1")],
    });
    let end = desk.end().await;
    let selection = "conflict { id version status field position summary { ko en } resolution { ko en } resolvedAt claims { nodes { id position value { ko } document { code } locator { ko } isUpheld } } }";
    let made = desk.made("recordConflict", selection, input.clone()).await["conflict"].clone();
    assert_eq!((&made["status"], &made["field"]), (&json!("OPEN"), &json!("endsAt")));
    assert_eq!((&made["resolution"], &made["resolvedAt"]), (&json!(null), &json!(null)));
    let claims = made["claims"]["nodes"].clone();
    assert_eq!(claims[1]["position"], 2, "{claims:#}");
    assert_eq!(claims[1]["value"]["ko"], "17시");
    assert_eq!(claims[1]["document"]["code"], "S1");
    assert_eq!(claims[1]["isUpheld"], json!(null));
    let news = desk.news(NOBODY, &end).await;
    assert_eq!(news, ["Claim CREATED", "Claim CREATED", "Conflict CREATED"]);
    // A second one about the field is the same one.
    let taken = expected(&[("TAKEN", "input.field")]);
    assert_eq!(desk.faults("recordConflict", input.clone()).await, taken);
    let third = with(&made, json!({ "claim": claim("17시", "S2") }));
    let made = desk.made("addClaim", selection, third).await["conflict"].clone();
    assert_eq!(made["claims"]["nodes"].as_array().unwrap().len(), 3);
    assert_eq!((&made["version"], &made["claims"]["nodes"][2]["position"]), (&json!(2), &json!(3)));
    // Two of three hold; every one stays.
    let elsewhere =
        desk.read(NOBODY, "{ conflicts(first: 1) { nodes { claims { nodes { id } } } } }").await;
    let stranger = elsewhere["conflicts"]["nodes"][0]["claims"]["nodes"][0]["id"].clone();
    let [first, second, last] = [0, 1, 2].map(|at| made["claims"]["nodes"][at]["id"].clone());
    let reason = json!({ "ko": "회의록으로 확인", "en": "By the minutes." });
    let wrong = with(&made, json!({ "reason": reason, "upheld": [second, stranger] }));
    let unknown = expected(&[("UNKNOWN", "input.upheld.1")]);
    assert_eq!(desk.faults("resolveConflict", wrong).await, unknown);
    let state = expected(&[("WRONG_STATE", "input.id")]);
    assert_eq!(desk.faults("reopenConflict", with(&made, json!({}))).await, state);
    let resolve = with(&made, json!({ "reason": reason, "upheld": [second, last] }));
    let resolved = desk.made("resolveConflict", selection, resolve).await["conflict"].clone();
    assert_eq!((&resolved["status"], &resolved["resolution"]), (&json!("RESOLVED"), &reason));
    assert!(resolved["resolvedAt"].is_string(), "{resolved:#}");
    let holds = |conflict: &Value| {
        let nodes = conflict["claims"]["nodes"].as_array().unwrap().iter();
        nodes.map(|node| (node["id"].clone(), node["isUpheld"].clone())).collect::<Vec<_>>()
    };
    let found = [(first.clone(), false), (second.clone(), true), (last.clone(), true)];
    assert_eq!(holds(&resolved), found.map(|(id, holds)| (id, json!(holds))));
    // What is resolved takes no more of either.
    let again = with(&resolved, json!({ "reason": reason }));
    assert_eq!(desk.faults("resolveConflict", again).await, state);
    let more = with(&resolved, json!({ "claim": claim("18시", "S3") }));
    assert_eq!(desk.faults("addClaim", more).await, state);
    let stale = expected(&[("CONFLICT", "input.expectedVersion")]);
    assert_eq!(desk.faults("reopenConflict", with(&made, json!({}))).await, stale);
    // It was wrong: as it was before.
    let open = desk.made("reopenConflict", selection, with(&resolved, json!({}))).await["conflict"]
        .clone();
    let mut before = made.clone();
    before["version"] = open["version"].clone();
    assert_eq!(open, before);
    // None of them holds; another may be opened then, and this one not again beside it.
    let resolve = with(&open, json!({ "reason": { "ko": "모두 아님" } }));
    let resolved = desk.made("resolveConflict", selection, resolve).await["conflict"].clone();
    assert!(holds(&resolved).iter().all(|(_, holds)| *holds == json!(false)));
    desk.made("recordConflict", "", input).await;
    let taken = expected(&[("TAKEN", "input.id")]);
    assert_eq!(desk.faults("reopenConflict", with(&resolved, json!({}))).await, taken);
}

const FIGURE: &str = "observation { id version code title { ko en } kind value amount valueText unit { ko en } periodStartsOn periodEndsOn population { ko } sourceName { ko } note { ko } institution { code } body { code } meeting { code } topic { code } region { code } plan { code } task { code } origin }";

async fn a_figure_is_recorded_changed_and_taken_off(place: Place) {
    let desk = Desk::new(&place).await;
    let names = "{ topics(first: 1) { nodes { code } } policyPlans(first: 1) { nodes { code } } policyTasks(first: 1) { nodes { code } } bodies(first: 1) { nodes { code } } }";
    let names = desk.read(NOBODY, names).await;
    let [topic, plan, task, body] = ["topics", "policyPlans", "policyTasks", "bodies"]
        .map(|list| names[list]["nodes"][0]["code"].clone());
    let input = json!({
        "code": "T_BUDGET", "title": { "ko": "예산", "en": "Budget" }, "kind": "ACTUAL", "amount": 150_000_000, "valueText": "1.5억 원",
        "unit": { "ko": "억원", "en": "100 million KRW" }, "periodStartsOn": "2025", "periodEndsOn": "2025-06", "population": { "ko": "전국" },
        "sourceName": { "ko": "국회예산정책처" }, "note": { "ko": "본예산" }, "institution": "kosme", "body": body, "meeting": MEETING,
        "topic": topic, "region": "KR-11", "plan": plan, "task": task,
    });
    let end = desk.end().await;
    let made = desk.made("recordObservation", FIGURE, input.clone()).await["observation"].clone();
    let mut kept = input.clone();
    for name in ["institution", "body", "meeting", "topic", "region", "plan", "task"] {
        kept[name] = json!({ "code": input[name] });
    }
    for (name, value) in [
        ("id", made["id"].clone()),
        ("version", json!(1)),
        ("origin", json!("REPORTED")),
        ("value", json!(1.5)),
        ("amount", json!(150_000_000)),
        ("institution", json!({ "code": "KOSME" })),
    ] {
        kept[name] = value;
    }
    assert_eq!(made, kept);
    assert_eq!(desk.news(NOBODY, &end).await, ["Observation CREATED"]);
    let found = desk
        .read(NOBODY, "{ search(text: \"국회예산정책처\", first: 1) { nodes { subject { id } } } }")
        .await;
    assert_eq!(found["search"]["nodes"][0]["subject"]["id"], made["id"], "{found:#}");
    let taken = expected(&[("TAKEN", "input.code")]);
    assert_eq!(desk.faults("recordObservation", input).await, taken);
    // Its number is that of its new amount; what is cleared is gone.
    let change = json!({ "amount": "200000000", "valueText": "2억 원", "note": null, "task": null, "topic": null, "periodEndsOn": "2025-12-31" });
    let changed =
        desk.made("amendObservation", FIGURE, with(&made, change)).await["observation"].clone();
    for (name, value) in [
        ("version", json!(2)),
        ("value", json!(2)),
        ("amount", json!(200_000_000)),
        ("valueText", json!("2억 원")),
        ("periodEndsOn", json!("2025-12-31")),
        ("note", json!(null)),
        ("task", json!(null)),
        ("topic", json!(null)),
    ] {
        kept[name] = value;
    }
    assert_eq!(changed, kept);
    let stale = expected(&[("CONFLICT", "input.expectedVersion")]);
    assert_eq!(desk.faults("amendObservation", with(&made, json!({}))).await, stale);
    // What is wrong only beside what is there.
    let wrong = with(
        &changed,
        json!({ "unit": { "ko": "명" }, "periodStartsOn": "2026-01-01", "plan": "NOWHERE" }),
    );
    let faults = expected(&[
        ("UNKNOWN", "input.plan"),
        ("INVALID_DATE", "input.periodEndsOn"),
        ("NOT_MONEY", "input.amount"),
    ]);
    assert_eq!(desk.faults("amendObservation", wrong).await, faults);
    // With its citations it goes, not with a conflict about it.
    let cite = json!({ "subject": made["id"], "document": "S1", "field": "value" });
    desk.made("cite", "", cite).await;
    assert_eq!(desk.faults("removeObservation", with(&made, json!({}))).await, stale);
    let end = desk.end().await;
    let gone = with(&changed, json!({ "idempotencyKey": "remove-0001" }));
    for _ in 0..2 {
        let payload = desk.made("removeObservation", "deletedId", gone.clone()).await;
        assert_eq!(payload["deletedId"], made["id"]);
    }
    assert_eq!(desk.news(NOBODY, &end).await, ["Citation DELETED", "Observation DELETED"]);
    let left = desk.app.ask(NOBODY, "{ observation(code: \"T_BUDGET\") { id } }", json!({})).await;
    assert_eq!(left["errors"][0]["extensions"]["code"], "NOT_FOUND");
    let disputed = "{ observation(code: \"RELAY_ITEMS\") { id version } }";
    let disputed = desk.read(NOBODY, disputed).await["observation"].clone();
    let claims = json!([{ "value": { "ko": "43" }, "document": "S1" }, { "value": { "ko": "44" }, "document": "S2" }]);
    let input = json!({ "subject": disputed["id"], "field": "value", "summary": { "ko": "다름" }, "claims": claims });
    desk.made("recordConflict", "", input).await;
    let in_use = expected(&[("IN_USE", "input.id")]);
    assert_eq!(desk.faults("removeObservation", with(&disputed, json!({}))).await, in_use);
}

async fn a_figure_is_true_to_its_unit_and_its_time(place: Place) {
    let desk = Desk::new(&place).await;
    for (more, faults) in [
        (json!({ "unit": { "ko": "명" }, "amount": 7 }), vec![("NOT_MONEY", "input.amount")]),
        (json!({ "unit": { "ko": "원" }, "value": 7.0 }), vec![("REQUIRED", "input.amount")]),
        (
            json!({ "unit": { "ko": "억 원" }, "value": 1.0, "amount": 7 }),
            vec![("MISMATCH", "input.amount")],
        ),
        (
            json!({ "periodStartsOn": "2026", "periodEndsOn": "2025-12" }),
            vec![("INVALID_DATE", "input.periodEndsOn")],
        ),
        (json!({ "periodStartsOn": "2999" }), vec![("INVALID_DATE", "input.periodStartsOn")]),
        (json!({ "periodEndsOn": "2999-01" }), vec![("INVALID_DATE", "input.periodEndsOn")]),
        (json!({ "kind": "FORECAST", "periodStartsOn": "2999" }), vec![]),
        (json!({ "unit": { "ko": "원" } }), vec![]),
        (json!({ "periodStartsOn": "2026-06", "periodEndsOn": "2026" }), vec![]),
    ] {
        let mut input = json!({ "title": { "ko": "수치" }, "kind": "ACTUAL", "valueText": "일곱", "unit": { "ko": "개" } });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        if faults.is_empty() {
            let made = desk.made("recordObservation", "observation { code }", input).await;
            assert!(made["observation"]["code"].as_str().unwrap().starts_with("O_"), "{made:#}");
        } else {
            assert_eq!(desk.faults("recordObservation", input).await, expected(&faults), "{more}");
        }
    }
}

async fn faults_are_told_together(place: Place) {
    let desk = Desk::new(&place).await;
    let meeting = desk.meeting().await;
    let gone = json!("TUUBogrqXSVxXoZq4Py5oF63");
    let cite =
        json!({ "subject": gone, "field": "nonsense", "document": "NOWHERE", "basis": "INFERRED" });
    let faults = expected(&[
        ("UNKNOWN", "input.subject"),
        ("UNKNOWN", "input.field"),
        ("UNKNOWN", "input.document"),
        ("REQUIRED", "input.note"),
    ]);
    assert_eq!(desk.faults("cite", cite).await, faults);
    // What is no fact, or no id; fields of the row itself, and a language of what has none.
    let submission =
        desk.read(&Principal::System, "{ submissions(first: 1) { nodes { id } } }").await;
    let submission = submission["submissions"]["nodes"][0]["id"].clone();
    let citation = desk
        .read(NOBODY, "{ meetings(first: 1) { nodes { citations(first: 1) { nodes { id } } } } }")
        .await;
    let citation = citation["meetings"]["nodes"][0]["citations"]["nodes"][0]["id"].clone();
    let (no_fact, no_field) = (("NOT_A_FACT", "input.subject"), ("UNKNOWN", "input.field"));
    for (subject, field, fault) in [
        (submission, json!(null), no_fact),
        (citation, json!(null), no_fact),
        (json!("nonsense"), json!(null), ("NOT_AN_ID", "input.subject")),
        (meeting.clone(), json!("version"), no_field),
        (meeting.clone(), json!("citations"), no_field),
        (meeting.clone(), json!("title.fr"), no_field),
        (meeting.clone(), json!("heldOn.en"), no_field),
        (meeting.clone(), json!("held_on"), no_field),
    ] {
        let cite = json!({ "subject": subject, "field": field, "document": "S1" });
        assert_eq!(desk.faults("cite", cite).await, expected(&[fault]), "{subject} {field}");
    }
    for field in ["title.ko", "venues", "attendance", "agenda", "coversPeriod"] {
        desk.made("cite", "", json!({ "subject": meeting, "field": field, "document": "S1" }))
            .await;
    }
    let claim = json!({ "value": { "ko": "같다" }, "document": "NOWHERE" });
    let conflict = json!({ "subject": gone, "field": "nonsense", "summary": { "ko": "다름" }, "claims": [claim, claim] });
    let faults = expected(&[
        ("UNKNOWN", "input.subject"),
        ("UNKNOWN", "input.field"),
        ("UNKNOWN", "input.claims.0.document"),
        ("UNKNOWN", "input.claims.1.document"),
        ("SAME_VALUE", "input.claims"),
    ]);
    let mut told = desk.faults("recordConflict", conflict).await;
    // Where they stand in the input; the order is that of the rule.
    let mut faults = faults;
    told.sort();
    faults.sort();
    assert_eq!(told, faults);
    let one = json!({ "subject": meeting, "field": "title", "summary": { "ko": "다름" }, "claims": [claim] });
    let faults = desk.faults("recordConflict", one).await;
    assert_eq!(faults, expected(&[("WRONG_NUMBER", "input.claims")]));
    // A conflict is cited, and is nothing to disagree about.
    let conflict = desk.read(NOBODY, "{ conflicts(first: 1) { nodes { id } } }").await;
    let conflict = conflict["conflicts"]["nodes"][0]["id"].clone();
    desk.made("cite", "", json!({ "subject": conflict, "document": "S1", "field": "summary" }))
        .await;
    let claim = |value: &str| json!({ "value": { "ko": value }, "document": "S1" });
    let about = json!({ "subject": conflict, "field": "summary", "summary": { "ko": "다름" }, "claims": [claim("가"), claim("나")] });
    assert_eq!(desk.faults("recordConflict", about).await, expected(&[no_fact]));
}

async fn what_goes_takes_its_citations_with_it(place: Place) {
    let desk = Desk::new(&place).await;
    let firm = json!({ "code": "T_FIRM", "name": { "ko": "시험기업" }, "kind": "STARTUP", "names": [{ "name": { "ko": "시험사" }, "kind": "ALIAS" }] });
    let selection = "institution { id version names { nodes { id } } }";
    let firm = desk.made("createInstitution", selection, firm).await["institution"].clone();
    let name = firm["names"]["nodes"][0]["id"].clone();
    desk.made("cite", "", json!({ "subject": name, "document": "S1", "field": "name" })).await;
    let end = desk.end().await;
    desk.made("amendInstitution", "", with(&firm, json!({ "names": [] }))).await;
    let news = desk.news(NOBODY, &end).await;
    assert!(news.contains(&"Citation DELETED".to_owned()), "{news:?}");
    let left = "SELECT count(*) FROM citation WHERE subject_type = 'InstitutionName' AND subject_id NOT IN (SELECT id FROM institution_name)";
    assert_eq!(number(&desk.app, left).await, 0);
    // The citations of the document are read to the last.
    desk.read(
        &desk.operator,
        "{ document(code: \"S1\") { citedBy(first: 100) { nodes { subject { id } } } } }",
    )
    .await;
}

async fn what_is_about_a_hidden_fact_is_hidden(place: Place) {
    let desk = Desk::new(&place).await;
    let document = json!({ "code": "T_HIDDEN", "title": { "ko": "감춘 자료" }, "kind": "EVIDENCE", "publishedOn": "2026" });
    let hidden =
        desk.made("recordDocument", "document { id }", document).await["document"]["id"].clone();
    let end = desk.end().await;
    let about = json!({ "subject": hidden, "document": "S1", "field": "title" });
    let cited =
        desk.made("cite", "citation { id version }", about.clone()).await["citation"].clone();
    let claim =
        |value: &str, document: &str| json!({ "value": { "ko": value }, "document": document });
    let disputed = json!({ "subject": hidden, "field": "title", "summary": { "ko": "감춘 다툼" }, "claims": [claim("가", "S1"), claim("나", "S2")] });
    let disputed =
        desk.made("recordConflict", "conflict { id version }", disputed).await["conflict"].clone();
    // A hidden document makes what is told of it hidden as well.
    let meeting = desk.meeting().await;
    let by_hidden =
        json!({ "subject": meeting, "document": "T_HIDDEN", "note": { "ko": "감춘 말" } });
    let by_hidden = desk.made("cite", "citation { id }", by_hidden).await["citation"]["id"].clone();
    let own = json!({ "subject": meeting, "document": "S1", "locator": { "ko": "감춘 곳" }, "isPublic": false });
    let own = desk.made("cite", "citation { id }", own).await["citation"]["id"].clone();
    let blind = desk.app.principal("TIPA", "content:write").await;
    for id in [&cited["id"], &disputed["id"], &by_hidden, &own] {
        let query = format!("{{ node(id: {id}) {{ id }} }}");
        desk.read(&desk.operator, &query).await;
        for who in [NOBODY, &blind] {
            let answer = desk.app.ask(who, &query, json!({})).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND", "{answer:#}");
        }
    }
    assert_eq!(desk.news(NOBODY, &end).await, Vec::<String>::new());
    // To who does not see it, it is as unknown as what was never there, in the same words.
    let gone = json!("RE8Bogrqc39yGq8VvW3nUcnS");
    let mut answers = Vec::new();
    for subject in [&hidden, &gone] {
        let input = json!({ "subject": subject, "document": "S1" });
        answers.push(acted(&desk.app, &blind, "cite", "", input).await);
    }
    assert_eq!(told(&answers[0]), expected(&[("UNKNOWN", "input.subject")]));
    assert_eq!(answers[0], answers[1]);
    for (mutation, row, more) in [
        ("amendCitation", &cited, json!({})),
        ("removeCitation", &cited, json!({})),
        ("resolveConflict", &disputed, json!({ "reason": { "ko": "사유" } })),
        ("addClaim", &disputed, json!({ "claim": claim("다", "S1") })),
        ("reopenConflict", &disputed, json!({})),
    ] {
        let answer = tried(&desk.app, &blind, mutation, "", with(row, more)).await;
        assert_eq!(outcome(&answer), "NOT_FOUND", "{mutation}: {answer:#}");
    }
    // Gone, it is told to those who saw it.
    desk.made("removeCitation", "", with(&cited, json!({}))).await;
    assert_eq!(desk.news(NOBODY, &end).await, Vec::<String>::new());
    let news = desk.news(&desk.operator, &end).await;
    assert!(news.contains(&"Citation DELETED".to_owned()), "{news:?}");
    // A figure that is hidden goes with its citations for those who saw them.
    let figure = json!({ "code": "T_FIGURE", "title": { "ko": "수치" }, "kind": "ACTUAL", "valueText": "7", "value": 7.0, "unit": { "ko": "개" } });
    let selection = "observation { id version }";
    let figure = desk.made("recordObservation", selection, figure).await["observation"].clone();
    desk.made("cite", "", json!({ "subject": figure["id"], "document": "S1" })).await;
    let (mut figure, mut end) = (figure, desk.end().await);
    for (is_public, kind) in [(false, "DELETED"), (true, "UPDATED")] {
        let change = with(&figure, json!({ "isPublic": is_public }));
        figure = desk.made("amendObservation", selection, change).await["observation"].clone();
        let news = desk.news(NOBODY, &end).await;
        assert_eq!(news, [format!("Citation {kind}"), format!("Observation {kind}")]);
        end = desk.end().await;
    }
}

async fn who_may_not_changes_nothing(place: Place) {
    let desk = Desk::new(&place).await;
    let meeting = desk.meeting().await;
    let rows = "{ conflicts(first: 1) { nodes { id version } } observations(first: 1) { nodes { id version } } meetings(first: 1) { nodes { citations(first: 1) { nodes { id version } } } } }";
    let rows = desk.read(NOBODY, rows).await;
    let conflict = &rows["conflicts"]["nodes"][0];
    let figure = &rows["observations"]["nodes"][0];
    let citation = &rows["meetings"]["nodes"][0]["citations"]["nodes"][0];
    let claim = |value: &str| json!({ "value": { "ko": value }, "document": "S1" });
    let calls = [
        ("cite", json!({ "subject": meeting, "document": "S1" })),
        ("amendCitation", with(citation, json!({ "field": null }))),
        ("removeCitation", with(citation, json!({}))),
        (
            "recordConflict",
            json!({ "subject": meeting, "field": "title", "summary": { "ko": "다름" }, "claims": [claim("가"), claim("나")] }),
        ),
        ("addClaim", with(conflict, json!({ "claim": claim("다") }))),
        ("resolveConflict", with(conflict, json!({ "reason": { "ko": "사유" } }))),
        ("reopenConflict", with(conflict, json!({}))),
        (
            "recordObservation",
            json!({ "title": { "ko": "수치" }, "kind": "ACTUAL", "valueText": "7", "unit": { "ko": "개" } }),
        ),
        ("amendObservation", with(figure, json!({ "valueText": "8" }))),
        ("removeObservation", with(figure, json!({}))),
    ];
    let partner = desk.app.principal("KOSME", "program:read content:write").await;
    let reader = desk.app.principal("TIPA", "program:read").await;
    let before = written(&desk.app).await;
    for (who, code) in
        [(NOBODY, "UNAUTHENTICATED"), (&reader, "FORBIDDEN"), (&partner, "FORBIDDEN")]
    {
        for (mutation, input) in &calls {
            let answer = tried(&desk.app, who, mutation, "", input.clone()).await;
            assert_eq!(outcome(&answer), code, "{mutation}: {answer:#}");
        }
    }
    assert_eq!(written(&desk.app).await, before);
}
