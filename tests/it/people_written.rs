//! Institutions and people as they are written: on record once, changed by whom they concern, seats never more than there are.

use aiplus::domain::principal::Principal;
use serde_json::{Value, json};

use crate::support::acting::{acted, done, expected, outcome, told, tried, written};
use crate::support::{Place, TestApp};
use crate::tests;

tests![
    an_institution_is_put_on_record_once,
    a_partner_writes_its_own_profile,
    a_renamed_institution_is_found_by_its_old_name,
    faults_of_an_institution_are_told_together,
    people_hold_posts_for_a_time,
    seats_are_never_more_than_there_are,
    posts_and_seats_are_hidden_with_whose_they_are,
    what_was_recorded_by_mistake_is_taken_off,
    names_of_sources_stay,
    contact_points_are_shown_to_whom_they_are_for,
    who_may_not_changes_nothing,
];

struct Desk {
    app: TestApp,
    operator: Principal,
    partner: Principal,
}

impl Desk {
    async fn new(place: &Place) -> Self {
        let app = place.app().await;
        let operator = app.principal("TIPA", "program:read content:write").await;
        let partner = app.principal("KOSME", "program:read content:write").await;
        Self { app, operator, partner }
    }

    async fn made(&self, mutation: &str, selection: &str, input: Value) -> Value {
        done(&self.app, &self.operator, mutation, selection, input).await
    }

    async fn faults(&self, who: &Principal, mutation: &str, input: Value) -> Vec<(String, String)> {
        let before = written(&self.app).await;
        let faults = told(&acted(&self.app, who, mutation, "", input).await);
        assert_eq!(written(&self.app).await, before, "{mutation}: {faults:?}");
        faults
    }

    async fn read(&self, who: &Principal, query: &str) -> Value {
        let answer = self.app.ask(who, query, json!({})).await;
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answer["data"].clone()
    }
}

fn with(row: &Value, more: Value) -> Value {
    let mut input = json!({ "id": row["id"], "expectedVersion": row["version"] });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

fn company() -> Value {
    json!({
        "code": "AI_HANBIT", "name": { "ko": "㈜한빛 에이아이", "en": "Hanbit AI" }, "kind": "AI_SUPPLIER", "sector": "INDUSTRY",
        "foundedOn": "2019-03", "website": "https://hanbit.example/ko?x=1", "summary": { "ko": "제조 AI 공급기업" },
        "names": [{ "name": { "ko": "한빛" }, "kind": "ABBREVIATION" }],
        "identifiers": [{ "scheme": "BUSINESS_REGISTRATION", "value": "120-81-47521" }],
    })
}

async fn an_institution_is_put_on_record_once(place: Place) {
    let desk = Desk::new(&place).await;
    let selection = "institution { id version code name { ko } kind foundedOn website names { nodes { name { ko } kind } } identifiers { nodes { scheme value } } origin { kind } }"
        .replace(" origin { kind }", "");
    let made = desk.made("createInstitution", &selection, company()).await["institution"].clone();
    assert_eq!(
        (&made["foundedOn"], &made["names"]["nodes"], &made["identifiers"]["nodes"]),
        (
            &json!("2019-03"),
            &json!([{ "name": { "ko": "한빛" }, "kind": "ABBREVIATION" }]),
            &json!([{ "scheme": "BUSINESS_REGISTRATION", "value": "1208147521" }])
        )
    );
    // The same name however it is written, the same number, the same code.
    let mut again = company();
    again["name"] = json!({ "ko": "한빛에이아이 주식회사" });
    again["names"] = json!([]);
    let faults = desk.faults(&desk.operator, "createInstitution", again.clone()).await;
    assert_eq!(
        faults,
        expected(&[
            ("TAKEN", "input.identifiers.0.value"),
            ("POSSIBLE_DUPLICATE", "input.name.ko"),
            ("TAKEN", "input.code")
        ])
    );
    again["code"] = json!("AI_HANBIT_2");
    again["identifiers"] = json!([]);
    let answer = acted(&desk.app, &desk.operator, "createInstitution", "", again.clone()).await;
    let message = answer["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("AI_HANBIT") && message.contains("isDistinct"), "{message}");
    // One of the sources by another of its names.
    let name = json!({ "code": "T_OTHER", "name": { "ko": "한 빛" }, "kind": "STARTUP" });
    let faults = desk.faults(&desk.operator, "createInstitution", name).await;
    assert_eq!(faults, expected(&[("POSSIBLE_DUPLICATE", "input.name.ko")]));
    again["isDistinct"] = json!(true);
    desk.made("createInstitution", "", again).await;
    let found = "{ search(text: \"한빛\", first: 10) { nodes { __typename } } institutions(where: { code: { startsWith: \"AI_HANBIT\" } }) { totalCount } }";
    let found = desk.read(&Principal::Anonymous, found).await;
    assert_eq!(found["institutions"]["totalCount"], 2);
    assert!(found["search"]["nodes"].as_array().unwrap().len() >= 2, "{found:#}");
    // What is not public is hidden, and is no duplicate to whom it is hidden.
    let hidden = json!({ "code": "T_HIDDEN", "name": { "ko": "숨은연구소" }, "kind": "RESEARCH_INSTITUTE", "isPublic": false });
    let hidden =
        desk.made("createInstitution", "institution { id version }", hidden).await["institution"]
            .clone();
    let seen = "{ institutions(where: { code: { eq: \"T_HIDDEN\" } }) { totalCount } }";
    assert_eq!(desk.read(&Principal::Anonymous, seen).await["institutions"]["totalCount"], 0);
    let blind = desk.app.principal("TIPA", "content:write").await;
    let same =
        json!({ "code": "T_BLIND", "name": { "ko": "숨은 연구소" }, "kind": "RESEARCH_INSTITUTE" });
    done(&desk.app, &blind, "createInstitution", "", same).await;
    let shown = desk
        .made(
            "amendInstitution",
            "institution { version }",
            with(&hidden, json!({ "isPublic": true })),
        )
        .await;
    assert_eq!(shown["institution"]["version"], 2);
    assert_eq!(desk.read(&Principal::Anonymous, seen).await["institutions"]["totalCount"], 1);
}

async fn a_partner_writes_its_own_profile(place: Place) {
    let desk = Desk::new(&place).await;
    let ask = "{ institution(code: \"KOSME\") { id version summary { ko } website kind names { nodes { name { ko } kind } } } other: institution(code: \"KIBO\") { id version } }";
    let before = desk.read(&desk.partner, ask).await;
    let own = &before["institution"];
    let change =
        json!({ "summary": { "ko": "중소기업을 돕는다" }, "website": "https://kosme.example" });
    done(&desk.app, &desk.partner, "amendInstitution", "", with(own, change)).await;
    let after = desk.read(&Principal::Anonymous, ask).await;
    assert_eq!(
        (
            &after["institution"]["summary"]["ko"],
            &after["institution"]["website"],
            &after["institution"]["names"]
        ),
        (&json!("중소기업을 돕는다"), &json!("https://kosme.example"), &own["names"])
    );
    let own = &after["institution"];
    let change =
        json!({ "kind": "STARTUP", "parent": "MSS", "identifiers": [], "isPublic": false });
    assert_eq!(
        desk.faults(&desk.partner, "amendInstitution", with(own, change)).await,
        expected(&[
            ("OPERATOR_ONLY", "input.kind"),
            ("OPERATOR_ONLY", "input.parent"),
            ("OPERATOR_ONLY", "input.identifiers"),
            ("OPERATOR_ONLY", "input.isPublic")
        ])
    );
    let other = with(&after["other"], json!({ "website": "https://x.example" }));
    let answer = tried(&desk.app, &desk.partner, "amendInstitution", "", other).await;
    assert_eq!(outcome(&answer), "FORBIDDEN", "{answer:#}");
    let stale = with(&before["institution"], json!({ "website": null }));
    let answer = tried(&desk.app, &desk.partner, "amendInstitution", "", stale).await;
    assert_eq!(outcome(&answer), "CONFLICT", "{answer:#}");
}

async fn a_renamed_institution_is_found_by_its_old_name(place: Place) {
    let desk = Desk::new(&place).await;
    let made = desk.made("createInstitution", "institution { id version }", company()).await["institution"].clone();
    let renamed = json!({ "name": { "ko": "새벽인공지능" }, "renamedOn": "2026-05" });
    let selection = "institution { id version name { ko } names { nodes { name { ko en } kind startsOn endsOn } } }";
    let made =
        desk.made("amendInstitution", selection, with(&made, renamed)).await["institution"].clone();
    assert_eq!(made["name"]["ko"], "새벽인공지능");
    assert_eq!(
        made["names"]["nodes"],
        json!([
            { "name": { "ko": "한빛", "en": null }, "kind": "ABBREVIATION", "startsOn": null, "endsOn": null },
            { "name": { "ko": "㈜한빛 에이아이", "en": "Hanbit AI" }, "kind": "FORMER", "startsOn": null, "endsOn": "2026-05" },
        ])
    );
    // A name that was misspelt leaves nothing behind, and a list replaces the one there.
    let change = json!({ "name": { "ko": "새벽 인공지능" }, "names": [{ "name": { "ko": "새벽" }, "kind": "ALIAS" }] });
    let made =
        desk.made("amendInstitution", selection, with(&made, change)).await["institution"].clone();
    assert_eq!(made["names"]["nodes"].as_array().unwrap().len(), 1, "{made:#}");
    let lone = with(&made, json!({ "renamedOn": "2026-05" }));
    assert_eq!(
        desk.faults(&desk.operator, "amendInstitution", lone).await,
        expected(&[("REQUIRED", "input.name.ko")])
    );
}

async fn faults_of_an_institution_are_told_together(place: Place) {
    let desk = Desk::new(&place).await;
    let wrong = json!({
        "code": "T_WRONG", "name": { "ko": "틀린 기관" }, "kind": "DEPARTMENT", "region": "NOWHERE",
        "names": [
            { "name": { "ko": "하나" }, "kind": "ALIAS", "startsOn": "2026", "endsOn": "2025-12" },
            { "name": { "ko": "하나" }, "kind": "ALIAS" },
        ],
        "identifiers": [{ "scheme": "BUSINESS_REGISTRATION", "value": "1208147522" }, { "scheme": "CORPORATE_REGISTRATION", "value": "12" }],
    });
    assert_eq!(
        desk.faults(&desk.operator, "createInstitution", wrong).await,
        expected(&[
            ("UNKNOWN", "input.region"),
            ("REQUIRED", "input.parent"),
            ("INVALID_DATE", "input.names.0.endsOn"),
            ("DUPLICATE", "input.names.1"),
            ("INVALID_NUMBER", "input.identifiers.0.value"),
            ("INVALID_NUMBER", "input.identifiers.1.value"),
        ])
    );
    for website in [
        "ftp://x.example",
        "https://",
        "https://nowhere",
        "https://x.example/ y",
        "javascript:alert(1)",
    ] {
        let mut input = company();
        input["website"] = json!(website);
        assert_eq!(
            desk.faults(&desk.operator, "createInstitution", input).await,
            expected(&[("INVALID_ADDRESS", "input.website")]),
            "{website}"
        );
    }
    // Nothing belongs to what belongs to it.
    let unit = json!({ "code": "T_UNIT", "name": { "ko": "시험부서" }, "kind": "DEPARTMENT", "parent": "KOSME" });
    desk.made("createInstitution", "", unit).await;
    let own = desk.read(&desk.operator, "{ institution(code: \"KOSME\") { id version } }").await["institution"].clone();
    for parent in ["T_UNIT", "KOSME"] {
        assert_eq!(
            desk.faults(
                &desk.operator,
                "amendInstitution",
                with(&own, json!({ "parent": parent }))
            )
            .await,
            expected(&[("CIRCULAR", "input.parent")])
        );
    }
}

async fn people_hold_posts_for_a_time(place: Place) {
    let desk = Desk::new(&place).await;
    let person = json!({ "name": { "ko": "한결", "en": "Han Gyeol" } });
    let made = desk
        .made("createPerson", "person { id version code name { ko } }", person.clone())
        .await["person"]
        .clone();
    let code = made["code"].as_str().unwrap();
    assert_eq!(
        desk.faults(&desk.operator, "createPerson", json!({ "name": { "ko": "한 결" } })).await,
        expected(&[("POSSIBLE_DUPLICATE", "input.name.ko")])
    );
    desk.made(
        "createPerson",
        "",
        json!({ "name": { "ko": "한결" }, "code": "HAN_2", "isDistinct": true }),
    )
    .await;
    desk.made(
        "amendPerson",
        "",
        with(&made, json!({ "name": { "ko": "한결", "en": "Gyeol Han" } })),
    )
    .await;
    let unit = json!({ "code": "T_UNIT", "name": { "ko": "시험부서" }, "kind": "DEPARTMENT", "parent": "KOSME" });
    desk.made("createInstitution", "", unit).await;
    // A partner records posts of its own institution, and no other's.
    let post = |institution: &str, more: Value| {
        let mut input = json!({ "person": code, "institution": institution, "post": { "ko": "팀장" }, "startsOn": "2026-01" });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let head = post("KOSME", json!({ "department": "T_UNIT", "isHead": true }));
    let selection = "membership { id version isHead isActing startsOn endsOn department { code } person { name { en } } }";
    let made = done(&desk.app, &desk.partner, "recordMembership", selection, head.clone()).await["membership"].clone();
    assert_eq!(
        (&made["isHead"], &made["department"]["code"], &made["person"]["name"]["en"]),
        (&json!(true), &json!("T_UNIT"), &json!("Gyeol Han"))
    );
    let answer =
        tried(&desk.app, &desk.partner, "recordMembership", "", post("KIBO", json!({}))).await;
    assert_eq!(outcome(&answer), "FORBIDDEN", "{answer:#}");
    assert_eq!(
        desk.faults(&desk.partner, "recordMembership", head.clone()).await,
        expected(&[("TAKEN", "input.post.ko"), ("TAKEN", "input.isHead")])
    );
    let wrong =
        json!({ "person": "NOBODY_X", "department": "TIPA", "isHead": true, "endsOn": "2025" });
    assert_eq!(
        desk.faults(&desk.partner, "recordMembership", post("KOSME", wrong)).await,
        expected(&[
            ("UNKNOWN", "input.person"),
            ("INVALID_DATE", "input.endsOn"),
            ("MISMATCH", "input.department")
        ])
    );
    let lone = post("KOSME", json!({ "isHead": true, "post": { "ko": "부장" } }));
    assert_eq!(
        desk.faults(&desk.partner, "recordMembership", lone).await,
        expected(&[("REQUIRED", "input.department")])
    );
    // Ended, another follows.
    let made = done(
        &desk.app,
        &desk.partner,
        "amendMembership",
        selection,
        with(&made, json!({ "endsOn": "2026-06-30" })),
    )
    .await["membership"]
        .clone();
    assert_eq!((&made["endsOn"], &made["version"]), (&json!("2026-06-30"), &json!(2)));
    let next =
        json!({ "department": "T_UNIT", "isHead": true, "startsOn": "2026-07", "isActing": true });
    done(&desk.app, &desk.partner, "recordMembership", selection, post("KOSME", next)).await;
    assert_eq!(
        desk.faults(&desk.partner, "amendMembership", with(&made, json!({ "endsOn": null }))).await,
        expected(&[("TAKEN", "input.post.ko"), ("TAKEN", "input.endsOn")])
    );
}

async fn seats_are_never_more_than_there_are(place: Place) {
    let desk = Desk::new(&place).await;
    let roster = "{ bodies(where: { seats: { gt: 0 } }) { nodes { code seats filledSeats } } }";
    let body = desk.read(&desk.operator, roster).await["bodies"]["nodes"][0].clone();
    let (code, seats, filled) =
        (&body["code"], body["seats"].as_i64().unwrap(), body["filledSeats"].as_i64().unwrap());
    let group = |count: i64| json!({ "body": code, "group": { "ko": "새 위원" }, "headCount": count, "startsOn": "2026-12-01", "role": "ADVISOR" });
    assert_eq!(
        desk.faults(&desk.operator, "appoint", group(seats - filled + 1)).await,
        expected(&[("SEATS_FULL", "input.body")])
    );
    let selection = "appointment { id version role headCount endsOn body { filledSeats } }";
    if seats > filled {
        let made = desk.made("appoint", selection, group(1)).await["appointment"].clone();
        let more = |count: i64| with(&made, json!({ "headCount": count }));
        assert_eq!(
            desk.faults(&desk.operator, "amendAppointment", more(seats - filled + 1)).await,
            expected(&[("SEATS_FULL", "input.body")])
        );
        let made = desk.made("amendAppointment", selection, more(seats - filled)).await;
        assert_eq!(made["appointment"]["headCount"], seats - filled);
        assert_eq!(
            desk.faults(&desk.operator, "appoint", group(1)).await,
            expected(&[("SEATS_FULL", "input.body")])
        );
    }
    let other = desk
        .read(&desk.operator, "{ bodies(where: { seats: { isNull: true } }) { nodes { code } } }")
        .await;
    let code = &other["bodies"]["nodes"][0]["code"];
    let wrong = json!({ "body": code, "person": "NOBODY_X", "group": { "ko": "모임" }, "startsOn": "2026-12", "endsOn": "2026-11" });
    assert_eq!(
        desk.faults(&desk.operator, "appoint", wrong).await,
        expected(&[
            ("UNKNOWN", "input.person"),
            ("NOT_BOTH", "input.group"),
            ("INVALID_DATE", "input.endsOn")
        ])
    );
    assert_eq!(
        desk.faults(&desk.operator, "appoint", json!({ "body": code })).await,
        expected(&[("REQUIRED", "input.person")])
    );
    let many = json!({ "body": code, "institution": "ETRI", "headCount": 2, "startsOn": "2030" });
    assert_eq!(
        desk.faults(&desk.operator, "appoint", many).await,
        expected(&[("NOT_APPLICABLE", "input.headCount")])
    );
    // One chair at a time, one seat each at a time.
    let chair = json!({ "body": code, "institution": "ETRI", "role": "CHAIR", "startsOn": "2030-01-01", "endsOn": "2031-12-31" });
    let made = desk.made("appoint", selection, chair.clone()).await["appointment"].clone();
    assert_eq!(
        desk.faults(&desk.operator, "appoint", chair.clone()).await,
        expected(&[("TAKEN", "input.institution"), ("TAKEN", "input.role")])
    );
    let mut next = chair;
    next["startsOn"] = json!("2031-06-01");
    next["endsOn"] = json!(null);
    desk.faults(&desk.operator, "appoint", next.clone()).await;
    desk.made("amendAppointment", "", with(&made, json!({ "endsOn": "2031-05" }))).await;
    desk.made("appoint", "", next).await;
    let stale = tried(
        &desk.app,
        &desk.operator,
        "amendAppointment",
        "",
        with(&made, json!({ "endsOn": "2031" })),
    )
    .await;
    assert_eq!(outcome(&stale), "CONFLICT");
}

/// What anonymous callers see of a person's and an institution's part in things.
async fn roles(desk: &Desk) -> (Value, Value) {
    let query = "{ memberships(where: { person: { code: { eq: \"T_PERSON\" } } }) { totalCount } appointments(where: { institution: { code: { eq: \"T_FIRM\" } } }) { totalCount } all: memberships(where: { post: { ko: { eq: \"시험 대표\" } } }) { totalCount } seats: appointments(where: { post: { ko: { eq: \"시험 위원\" } } }) { totalCount } }";
    let found = desk.read(&Principal::Anonymous, query).await;
    assert_eq!(found["memberships"], found["all"], "{found:#}");
    assert_eq!(found["appointments"], found["seats"], "{found:#}");
    (found["all"]["totalCount"].clone(), found["seats"]["totalCount"].clone())
}

/// What the feed tells everybody after a cursor: subject and kind, sorted.
async fn news(desk: &Desk, after: &mut Value) -> Vec<(String, String)> {
    let query = format!(
        "{{ changes(first: 100, after: {after}) {{ nodes {{ subjectId type kind }} pageInfo {{ endCursor }} }} }}"
    );
    let found = desk.read(&Principal::Anonymous, &query).await["changes"].clone();
    *after = found["pageInfo"]["endCursor"].clone();
    let text = |node: &Value, name: &str| node[name].as_str().unwrap_or_default().to_owned();
    let nodes = found["nodes"].as_array().unwrap();
    let mut told: Vec<_> =
        nodes.iter().map(|node| (text(node, "type"), text(node, "kind"))).collect();
    told.sort();
    told
}

async fn posts_and_seats_are_hidden_with_whose_they_are(place: Place) {
    let desk = Desk::new(&place).await;
    let firm = json!({ "code": "T_FIRM", "name": { "ko": "시험기업" }, "kind": "AI_SUPPLIER", "names": [{ "name": { "ko": "시험사" }, "kind": "ALIAS" }] });
    let firm = desk.made("createInstitution", "institution { id version }", firm).await;
    let person = json!({ "code": "T_PERSON", "name": { "ko": "홍시험" } });
    let person = desk.made("createPerson", "person { id version }", person).await["person"].clone();
    let post =
        json!({ "person": "T_PERSON", "institution": "T_FIRM", "post": { "ko": "시험 대표" } });
    desk.made("recordMembership", "", post).await;
    let bodies = "{ bodies(where: { seats: { isNull: true } }) { nodes { code } } }";
    let body = desk.read(&desk.operator, bodies).await["bodies"]["nodes"][0]["code"].clone();
    let seat = json!({ "body": body, "institution": "T_FIRM", "person": "T_PERSON", "post": { "ko": "시험 위원" }, "startsOn": "2030" });
    desk.made("appoint", "", seat).await;
    assert_eq!(roles(&desk).await, (json!(1), json!(1)));
    let newest = "{ changes(last: 1) { pageInfo { endCursor } } }";
    let mut cursor =
        desk.read(&Principal::Anonymous, newest).await["changes"]["pageInfo"]["endCursor"].clone();
    let told = |kind: &str, types: &[&str]| {
        types.iter().map(|ty| ((*ty).to_owned(), kind.to_owned())).collect::<Vec<_>>()
    };
    // The person is hidden: so are the post and the seat, and everybody is told.
    let mut row = person;
    for (is_public, kind) in [(false, "DELETED"), (true, "UPDATED")] {
        let change = with(&row, json!({ "isPublic": is_public }));
        row = desk.made("amendPerson", "person { id version }", change).await["person"].clone();
        let count = json!(i32::from(is_public));
        assert_eq!(roles(&desk).await, (count.clone(), count));
        let types = ["Appointment", "Membership", "Person"];
        assert_eq!(news(&desk, &mut cursor).await, told(kind, &types), "{is_public}");
    }
    let mut row = firm["institution"].clone();
    for (is_public, kind) in [(false, "DELETED"), (true, "UPDATED")] {
        let change = with(&row, json!({ "isPublic": is_public }));
        row = desk.made("amendInstitution", "institution { id version }", change).await["institution"]
            .clone();
        let count = json!(i32::from(is_public));
        assert_eq!(roles(&desk).await, (count.clone(), count));
        let types = ["Appointment", "Institution", "InstitutionName", "Membership"];
        assert_eq!(news(&desk, &mut cursor).await, told(kind, &types), "{is_public}");
    }
}

async fn what_was_recorded_by_mistake_is_taken_off(place: Place) {
    let desk = Desk::new(&place).await;
    desk.made("createPerson", "", json!({ "code": "T_PERSON", "name": { "ko": "홍시험" } })).await;
    let post = json!({ "person": "T_PERSON", "institution": "KOSME", "post": { "ko": "시험 팀장" }, "startsOn": "2020", "endsOn": "2026-07" });
    let selection = "membership { id version }";
    let made = done(&desk.app, &desk.partner, "recordMembership", selection, post.clone()).await;
    // Known to the month only, the next one begins when the last one ended.
    let mut next = post;
    next["startsOn"] = json!("2026-07");
    next["endsOn"] = json!(null);
    done(&desk.app, &desk.partner, "recordMembership", selection, next).await;
    let input = with(&made["membership"], json!({}));
    let other = desk.app.principal("KIBO", "program:read content:write").await;
    let answer = tried(&desk.app, &other, "removeMembership", "", input.clone()).await;
    assert_eq!(outcome(&answer), "FORBIDDEN", "{answer:#}");
    let gone =
        done(&desk.app, &desk.partner, "removeMembership", "institution { code }", input.clone())
            .await;
    assert_eq!(gone["institution"]["code"], "KOSME");
    let again = tried(&desk.app, &desk.partner, "removeMembership", "", input).await;
    assert_eq!(outcome(&again), "NOT_FOUND", "{again:#}");
    let left = "{ memberships(where: { person: { code: { eq: \"T_PERSON\" } } }) { totalCount } }";
    assert_eq!(desk.read(&Principal::Anonymous, left).await["memberships"]["totalCount"], 1);
    // A seat, by operators; and what a source cites for it goes with it.
    let cited = "{ appointments(first: 1) { nodes { id version body { code } citations { totalCount } } } }";
    let seat = desk.read(&desk.operator, cited).await["appointments"]["nodes"][0].clone();
    assert_ne!(seat["citations"]["totalCount"], 0, "{seat:#}");
    let answer =
        tried(&desk.app, &desk.partner, "removeAppointment", "", with(&seat, json!({}))).await;
    assert_eq!(outcome(&answer), "FORBIDDEN", "{answer:#}");
    let gone = desk.made("removeAppointment", "body { code }", with(&seat, json!({}))).await;
    assert_eq!(gone["body"], seat["body"]);
    let input = with(&seat, json!({}));
    let again = tried(&desk.app, &desk.operator, "removeAppointment", "", input).await;
    assert_eq!(outcome(&again), "NOT_FOUND", "{again:#}");
}

async fn names_of_sources_stay(place: Place) {
    let desk = Desk::new(&place).await;
    let all = "{ institutions(first: 100, where: { names: { some: { kind: { in: [ABBREVIATION, ALIAS, FORMER] } } } }) { nodes { id version code name { ko } names { nodes { name { ko } kind } } } } }";
    let row = desk.read(&desk.operator, all).await["institutions"]["nodes"][0].clone();
    let before = row["names"]["nodes"].as_array().unwrap().clone();
    let selection = "institution { id version names { nodes { name { ko } kind } } }";
    let own = json!({ "names": [{ "name": { "ko": "우리 별칭" }, "kind": "ALIAS" }] });
    let done =
        desk.made("amendInstitution", selection, with(&row, own)).await["institution"].clone();
    assert_eq!(done["names"]["nodes"].as_array().unwrap().len(), before.len() + 1, "{done:#}");
    let none = with(&done, json!({ "names": [] }));
    let done = desk.made("amendInstitution", selection, none).await["institution"].clone();
    assert_eq!(done["names"]["nodes"].as_array().unwrap().len(), before.len(), "{done:#}");
    // A name that somebody else has is compared as a new row's is.
    let taken = "{ institution(code: \"TIPA\") { name { ko } } }";
    let taken = desk.read(&desk.operator, taken).await["institution"]["name"]["ko"].clone();
    let same = with(&done, json!({ "name": { "ko": taken } }));
    assert_eq!(
        desk.faults(&desk.operator, "amendInstitution", same).await,
        expected(&[("POSSIBLE_DUPLICATE", "input.name.ko")])
    );
}

async fn contact_points_are_shown_to_whom_they_are_for(place: Place) {
    let desk = Desk::new(&place).await;
    let public = json!({ "institution": "KOSME", "kind": "PHONE", "holder": "PUBLIC_DESK", "value": "02-1357-0000", "note": { "ko": "상담" } });
    let selection = "contactPoint { id version value holder }";
    let made = done(&desk.app, &desk.partner, "addContactPoint", selection, public.clone()).await["contactPoint"].clone();
    assert_eq!(made["value"], "02-1357-0000");
    assert_eq!(
        desk.faults(&desk.partner, "addContactPoint", public).await,
        expected(&[("TAKEN", "input.value")])
    );
    let ask = "{ institution(code: \"KOSME\") { contactPoints(last: 3) { nodes { value } } } }";
    let seen = async |who: &Principal, value: &str| {
        desk.read(who, ask).await["institution"]["contactPoints"].to_string().contains(value)
    };
    assert!(seen(&Principal::Anonymous, "02-1357-0000").await);
    let person = desk.read(&desk.operator, "{ persons { nodes { code } } }").await["persons"]["nodes"][0]["code"].clone();
    let own = json!({ "institution": "KOSME", "person": person, "kind": "EMAIL", "holder": "PERSONAL", "value": "han@kosme.example" });
    let own =
        done(&desk.app, &desk.partner, "addContactPoint", selection, own).await["contactPoint"]
            .clone();
    assert!(
        seen(&desk.partner, "han@kosme.example").await
            && !seen(&Principal::Anonymous, "han@kosme.example").await
    );
    let other = desk.app.principal("KIBO", "program:read content:write").await;
    assert!(!seen(&other, "han@kosme.example").await);
    let answer = tried(&desk.app, &other, "removeContactPoint", "", with(&own, json!({}))).await;
    assert_eq!(outcome(&answer), "NOT_FOUND", "{answer:#}");
    for (kind, value) in [
        ("EMAIL", "han"),
        ("EMAIL", "a@b"),
        ("EMAIL", "a b@c.kr"),
        ("EMAIL", "<a@c.kr>"),
        ("PHONE", "12345"),
        ("PHONE", "전화 없음 0212345678"),
        ("FAX", "1234567890123456"),
    ] {
        let wrong = json!({ "institution": "KOSME", "kind": kind, "holder": "PUBLIC_DESK", "value": value });
        assert_eq!(
            desk.faults(&desk.partner, "addContactPoint", wrong).await,
            expected(&[("INVALID_VALUE", "input.value")]),
            "{value}"
        );
    }
    let both = json!({ "institution": "KOSME", "person": person, "kind": "PHONE", "holder": "PUBLIC_DESK", "value": "02-1357-0001" });
    assert_eq!(
        desk.faults(&desk.partner, "addContactPoint", both).await,
        expected(&[("NOT_BOTH", "input.holder")])
    );
    let gone = done(
        &desk.app,
        &desk.partner,
        "removeContactPoint",
        "institution { code }",
        with(&own, json!({})),
    )
    .await;
    assert_eq!(gone["institution"]["code"], "KOSME");
    assert!(!seen(&desk.partner, "han@kosme.example").await);
}

async fn who_may_not_changes_nothing(place: Place) {
    let desk = Desk::new(&place).await;
    let reader = desk.app.principal("TIPA", "program:read").await;
    let post = desk.read(&desk.operator, "{ memberships { nodes { id version } } appointments { nodes { id version } } persons { nodes { id version code } } }").await;
    let calls = [
        ("createInstitution", company(), true),
        ("createPerson", json!({ "name": { "ko": "아무개" } }), true),
        (
            "amendPerson",
            with(&post["persons"]["nodes"][0], json!({ "name": { "ko": "아무개" } })),
            true,
        ),
        ("appoint", json!({ "body": "POLICY_COUNCIL", "institution": "ETRI" }), true),
        (
            "amendAppointment",
            with(&post["appointments"]["nodes"][0], json!({ "endsOn": "2026" })),
            true,
        ),
        (
            "recordMembership",
            json!({ "person": post["persons"]["nodes"][0]["code"], "institution": "TIPA", "post": { "ko": "팀장" } }),
            true,
        ),
        (
            "addContactPoint",
            json!({ "institution": "TIPA", "kind": "PHONE", "holder": "PUBLIC_DESK", "value": "02-000-0000" }),
            true,
        ),
    ];
    let before = written(&desk.app).await;
    for (mutation, input, is_operators) in calls {
        let anonymous = tried(&desk.app, &Principal::Anonymous, mutation, "", input.clone()).await;
        assert_eq!(outcome(&anonymous), "UNAUTHENTICATED", "{mutation}: {anonymous:#}");
        let answer = tried(&desk.app, &reader, mutation, "", input.clone()).await;
        assert_eq!(outcome(&answer), "FORBIDDEN", "{mutation}: {answer:#}");
        let answer = tried(&desk.app, &desk.partner, mutation, "", input).await;
        assert_eq!(outcome(&answer) == "FORBIDDEN", is_operators, "{mutation}: {answer:#}");
    }
    assert_eq!(written(&desk.app).await, before);
}
