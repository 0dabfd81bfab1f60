//! Institutions that were put on record twice and merged: what named the one names the other, and its code and id lead there.

use aiplus::domain::principal::Principal;
use aiplus::files::Files;
use futures_util::future::join_all;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use crate::support::acting::{acted, done, expected, number, outcome, told, tried, written};
use crate::support::results::{PROGRAMME, World, good};
use crate::support::{Place, TestApp};
use crate::tests;

tests![
    what_names_the_one_names_the_other,
    what_was_merged_leads_on,
    what_cannot_be_merged_is_refused,
    results_move_only_while_nothing_was_handed_in,
    a_case_shows_no_more_than_its_company_allows,
    two_that_merge_at_once_merge_once,
    two_calls_at_once_close_no_circle,
    what_hangs_in_a_circle_is_found,
];

struct Desk {
    app: TestApp,
    operator: Principal,
}

impl Desk {
    async fn new(place: &Place) -> Self {
        Self::of(place.app().await).await
    }

    async fn of(app: TestApp) -> Self {
        let operator = app.principal("TIPA", "program:read content:write").await;
        Self { app, operator }
    }

    async fn made(&self, mutation: &str, selection: &str, input: Value) -> Value {
        done(&self.app, &self.operator, mutation, selection, input).await
    }

    async fn read(&self, who: &Principal, query: &str) -> Value {
        let answer = self.app.ask(who, query, json!({})).await;
        assert!(answer.get("errors").is_none(), "{query}\n{answer:#}");
        answer["data"].clone()
    }

    /// A firm of that code, with its id and version.
    async fn firm(&self, code: &str, more: Value) -> Value {
        let mut input = json!({
            "code": code, "name": { "ko": format!("기업 {code}") }, "kind": "AI_SUPPLIER", "isDistinct": true,
        });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let made = self.made("createInstitution", "institution { id version }", input).await;
        made["institution"].clone()
    }

    /// The input of a merger of what a code names now.
    async fn input(&self, from: &str, into: &str) -> Value {
        let query = format!("{{ institution(code: \"{from}\") {{ id version }} }}");
        let found = self.read(&self.operator, &query).await["institution"].clone();
        json!({ "id": found["id"], "expectedVersion": found["version"], "into": into })
    }

    /// The database is what its own rules make it.
    async fn is_sound(&self) {
        let files = Files::new(&self.app.settings.files);
        for finding in aiplus::service::integrity::all(&self.app.db, &files, |_| {}).await.unwrap()
        {
            assert_eq!(finding.faults, [""; 0], "{}", finding.what);
        }
    }

    async fn merged(&self, from: &str, into: &str) -> Value {
        let input = self.input(from, into).await;
        self.made("mergeInstitutions", "institution { id code version }", input).await
    }

    async fn refused(&self, from: &str, into: &str) -> Vec<(String, String)> {
        let input = self.input(from, into).await;
        let before = written(&self.app).await;
        let faults = told(&acted(&self.app, &self.operator, "mergeInstitutions", "", input).await);
        assert_eq!(written(&self.app).await, before, "{from} into {into}: {faults:?}");
        faults
    }
}

/// Two firms, and what is on record of the first.
async fn twins(desk: &Desk) -> Value {
    let old = json!({
        "name": { "ko": "㈜한빛 에이아이" }, "names": [{ "name": { "ko": "한빛" }, "kind": "ABBREVIATION" }],
        "identifiers": [
            { "scheme": "BUSINESS_REGISTRATION", "value": "120-81-47521" },
            { "scheme": "CORPORATE_REGISTRATION", "value": "110111-1234567" },
        ],
    });
    let old = desk.firm("T_OLD", old).await;
    let new = json!({ "identifiers": [{ "scheme": "CORPORATE_REGISTRATION", "value": "110111-7654321" }] });
    desk.firm("T_NEW", new).await;
    desk.firm("T_UNIT", json!({ "kind": "DEPARTMENT", "parent": "T_OLD" })).await;
    desk.made("createPerson", "", json!({ "code": "T_PERSON", "name": { "ko": "홍시험" } })).await;
    let post = json!({ "person": "T_PERSON", "institution": "T_OLD", "department": "T_UNIT", "post": { "ko": "대표" } });
    desk.made("recordMembership", "", post).await;
    let bodies = "{ bodies(where: { seats: { isNull: true } }) { nodes { code } } }";
    let body = desk.read(&desk.operator, bodies).await["bodies"]["nodes"][0]["code"].clone();
    desk.made("appoint", "", json!({ "body": body, "institution": "T_OLD", "startsOn": "2030" }))
        .await;
    let desk_line = json!({ "institution": "T_OLD", "kind": "PHONE", "holder": "PUBLIC_DESK", "value": "02-1357-1357" });
    desk.made("addContactPoint", "", desk_line).await;
    old
}

/// What is on record under a code, for everybody.
fn on_record(code: &str) -> String {
    format!(
        "{{ institution(code: \"{code}\") {{ code units {{ nodes {{ code }} }} memberships {{ totalCount }} appointments {{ totalCount }} \
           contactPoints {{ totalCount }} }} \
           institutions(where: {{ code: {{ in: [\"{code}\"] }} }}) {{ nodes {{ code }} }} \
           memberships(where: {{ institution: {{ code: {{ eq: \"{code}\" }} }} }}) {{ totalCount }} }}"
    )
}

async fn what_names_the_one_names_the_other(place: Place) {
    let desk = Desk::new(&place).await;
    let old = twins(&desk).await;
    let anonymous = &Principal::Anonymous;
    let before = desk.read(anonymous, "{ institutions { totalCount } }").await;
    let newest = "{ changes(last: 1) { pageInfo { endCursor } } }";
    let cursor = desk.read(anonymous, newest).await["changes"]["pageInfo"]["endCursor"].clone();
    let input = desk.input("T_OLD", "T_NEW").await;
    let input = {
        let mut keyed = input;
        keyed["idempotencyKey"] = json!("merge-the-twins");
        keyed
    };
    let selection = "institution { id code }";
    let merged = desk.made("mergeInstitutions", selection, input.clone()).await;
    assert_eq!(merged["institution"]["code"], "T_NEW");
    // Once, and told again what came of it.
    let done_once = written(&desk.app).await;
    assert_eq!(desk.made("mergeInstitutions", selection, input.clone()).await, merged);
    assert_eq!(written(&desk.app).await, done_once);
    let mut other = input;
    other["idempotencyKey"] = json!("merge-the-twins-again");
    let again = acted(&desk.app, &desk.operator, "mergeInstitutions", selection, other).await;
    assert_eq!(told(&again), expected(&[("ALREADY_MERGED", "input.id")]));
    // By either code, and by the old id.
    for code in ["T_NEW", "T_OLD", "t_old"] {
        let found = desk.read(anonymous, &on_record(code)).await;
        assert_eq!(
            found,
            json!({
                "institution": {
                    "code": "T_NEW", "units": { "nodes": [{ "code": "T_UNIT" }] }, "memberships": { "totalCount": 1 },
                    "appointments": { "totalCount": 1 }, "contactPoints": { "totalCount": 1 },
                },
                "institutions": { "nodes": [{ "code": "T_NEW" }] }, "memberships": { "totalCount": 1 },
            }),
            "{code}"
        );
    }
    let id = old["id"].as_str().unwrap();
    let query = format!(
        "{{ node(id: \"{id}\") {{ ... on Institution {{ id code }} }} nodes(ids: [\"{id}\"]) {{ id }} }}"
    );
    let found = desk.read(anonymous, &query).await;
    assert_eq!(found["node"], merged["institution"]);
    assert_eq!(found["nodes"][0]["id"], merged["institution"]["id"]);
    let after = desk.read(anonymous, "{ institutions { totalCount } }").await;
    let count = |of: &Value| of["institutions"]["totalCount"].as_i64().unwrap();
    assert_eq!(count(&after), count(&before) - 1, "it is listed no more");
    for listed in ["startsWith: \"T_OLD\"", "ne: \"T_NEW\", startsWith: \"T_\""] {
        let query =
            format!("{{ institutions(where: {{ code: {{ {listed} }} }}) {{ nodes {{ code }} }} }}");
        let found = desk.read(anonymous, &query).await["institutions"]["nodes"].to_string();
        assert!(!found.contains("T_OLD"), "{listed}: {found}");
    }
    // Its names and numbers are the other's.
    let query = "{ institution(code: \"T_NEW\") { names { nodes { name { ko } kind } } identifiers { nodes { scheme value } } } \
        search(text: \"한빛\") { nodes { subject { __typename ... on Institution { code } } } } }";
    let found = desk.read(anonymous, query).await;
    assert_eq!(
        found["institution"],
        json!({
            "names": { "nodes": [
                { "name": { "ko": "한빛" }, "kind": "ABBREVIATION" }, { "name": { "ko": "㈜한빛 에이아이" }, "kind": "ALIAS" },
            ] },
            "identifiers": { "nodes": [
                { "scheme": "BUSINESS_REGISTRATION", "value": "1208147521" }, { "scheme": "CORPORATE_REGISTRATION", "value": "1101111234567" },
                { "scheme": "CORPORATE_REGISTRATION", "value": "1101117654321" },
            ] },
        })
    );
    let text = found["search"].to_string();
    assert!(text.contains("T_NEW") && !text.contains("T_OLD"), "{text}");
    // Each row that moved is told, and that the one is gone.
    let query =
        format!("{{ changes(first: 100, after: {cursor}) {{ nodes {{ type kind subjectId }} }} }}");
    let news = desk.read(anonymous, &query).await["changes"]["nodes"].clone();
    let count_of = |ty: &str, kind: &str| {
        let nodes = news.as_array().unwrap().iter();
        nodes.filter(|node| node["type"] == ty && node["kind"] == kind).count()
    };
    assert_eq!(count_of("Membership", "UPDATED"), 1, "{news:#}");
    assert_eq!(count_of("Appointment", "UPDATED"), 1);
    assert_eq!(count_of("InstitutionName", "UPDATED"), 1);
    // The department below it, and the one that stays.
    assert_eq!(
        (count_of("Institution", "UPDATED"), count_of("Institution", "DELETED")),
        (2, 1),
        "{news:#}"
    );
    // One event says what moved.
    let auditor = desk.app.principal("MSS", "audit:read program:read").await;
    let query = "{ auditEvents(where: { action: { eq: \"mergeInstitutions\" }, outcome: { eq: DONE } }) { nodes { subjectType after } } }";
    let events = desk.read(&auditor, query).await["auditEvents"]["nodes"].clone();
    let tells = |event: &&Value| event["after"]["mergedFrom"] == "T_OLD";
    let event =
        events.as_array().unwrap().iter().find(tells).unwrap_or_else(|| panic!("{events:#}"));
    let moved = &event["after"]["moved"];
    assert_eq!((&moved["Membership"], &moved["Institution"]), (&json!(1), &json!(1)), "{moved:#}");
    assert_eq!(moved["InstitutionIdentifier"], 2, "{moved:#}");
    // What names it by its code from now on reaches the other.
    let post = json!({ "person": "T_PERSON", "institution": "T_OLD", "post": { "ko": "이사" } });
    let made = desk.made("recordMembership", "membership { institution { code } }", post).await;
    assert_eq!(made["membership"]["institution"]["code"], "T_NEW");
    // But nobody gets to act for the other by it, and no other institution gets it.
    let admin = desk.app.principal("TIPA", "access:admin").await;
    let client = json!({ "institution": "T_OLD", "name": "old", "scopes": ["program:read"] });
    let client = acted(&desk.app, &admin, "createApiClient", "", client).await;
    assert_eq!(told(&client), expected(&[("UNKNOWN_INSTITUTION", "input.institution")]));
    let same = json!({ "code": "T_OLD", "name": { "ko": "새 기관" }, "kind": "STARTUP" });
    let same = acted(&desk.app, &desk.operator, "createInstitution", "", same).await;
    assert_eq!(told(&same), expected(&[("TAKEN", "input.code")]));
    desk.is_sound().await;
}

async fn what_was_merged_leads_on(place: Place) {
    let desk = Desk::new(&place).await;
    for code in ["T_A", "T_B", "T_C"] {
        desk.firm(code, json!({})).await;
    }
    let first = desk.input("T_A", "T_B").await;
    desk.merged("T_A", "T_B").await;
    // It is merged for good, and by nobody again.
    let input = json!({ "id": first["id"], "expectedVersion": 2, "into": "T_C" });
    let again = acted(&desk.app, &desk.operator, "mergeInstitutions", "", input).await;
    assert_eq!(told(&again), expected(&[("ALREADY_MERGED", "input.id")]));
    desk.merged("T_B", "T_C").await;
    let query = format!("{{ node(id: {}) {{ ... on Institution {{ code }} }} }}", first["id"]);
    assert_eq!(desk.read(&Principal::Anonymous, &query).await["node"]["code"], "T_C");
    for code in ["T_A", "T_B", "T_C"] {
        let query = format!("{{ institution(code: \"{code}\") {{ code }} }}");
        let found = desk.read(&Principal::Anonymous, &query).await;
        assert_eq!(found["institution"]["code"], "T_C", "{code}");
    }
    // Merged into what leads on, it is merged into where that leads.
    desk.firm("T_D", json!({})).await;
    assert_eq!(desk.merged("T_D", "T_A").await["institution"]["code"], "T_C");
    let names = number(&desk.app, "SELECT count(*) FROM institution_name n JOIN institution i ON i.id = n.institution_id WHERE i.code = 'T_C'").await;
    assert_eq!(names, 3, "each name once");
    // What was hidden leads nobody who does not see where.
    for code in ["T_SECRET", "T_HIDDEN"] {
        desk.firm(code, json!({ "isPublic": false })).await;
    }
    desk.merged("T_SECRET", "T_HIDDEN").await;
    let query = "{ institution(code: \"T_SECRET\") { code } }";
    let hidden = desk.app.ask(&Principal::Anonymous, query, json!({})).await;
    assert_eq!(hidden["errors"][0]["extensions"]["code"], "NOT_FOUND", "{hidden}");
    let query = "{ institutions(where: { code: { eq: \"T_SECRET\" } }) { totalCount } institution(code: \"T_C\") { names { totalCount } viewerCan { amend { isAllowed } merge { isAllowed } } } }";
    let found = desk.read(&Principal::Anonymous, query).await;
    assert_eq!(
        found,
        json!({
            "institutions": { "totalCount": 0 },
            "institution": { "names": { "totalCount": 3 }, "viewerCan": { "amend": { "isAllowed": false }, "merge": { "isAllowed": false } } },
        })
    );
    let found = desk.read(&desk.operator, query).await;
    assert_eq!(found["institutions"]["totalCount"], 1);
    assert_eq!(found["institution"]["viewerCan"]["merge"]["isAllowed"], true);
    desk.is_sound().await;
}

async fn what_cannot_be_merged_is_refused(place: Place) {
    let desk = Desk::new(&place).await;
    desk.firm("T_ONE", json!({})).await;
    desk.firm("T_TWO", json!({ "kind": "DEPARTMENT", "parent": "T_ONE" })).await;
    let of = |code: &str, field: &str| expected(&[(code, &format!("input.{field}"))]);
    assert_eq!(desk.refused("T_ONE", "T_ONE").await, of("SAME", "into"));
    assert_eq!(desk.refused("T_ONE", "NOBODY").await, of("UNKNOWN", "into"));
    // All that is wrong at once.
    let related = expected(&[("CIRCULAR", "input.into"), ("OTHER_DEPARTMENT", "input.into")]);
    assert_eq!(desk.refused("T_ONE", "T_TWO").await, related);
    assert_eq!(desk.refused("T_TWO", "T_ONE").await, related);
    for operator in ["MSS", "TIPA"] {
        let faults = desk.refused(operator, "T_ONE").await;
        assert!(faults.contains(&("RUNS_PROGRAMME".into(), "input.id".into())), "{faults:?}");
    }
    desk.firm("T_SECRET", json!({ "isPublic": false })).await;
    assert_eq!(desk.refused("T_SECRET", "T_ONE").await, of("VISIBILITY_DIFFERS", "into"));
    assert_eq!(desk.refused("T_ONE", "T_SECRET").await, of("VISIBILITY_DIFFERS", "into"));
    desk.firm("T_THREE", json!({})).await;
    desk.firm("T_UNIT", json!({ "kind": "DEPARTMENT", "parent": "T_THREE" })).await;
    assert_eq!(desk.refused("T_TWO", "T_UNIT").await, of("OTHER_DEPARTMENT", "into"));
    desk.app.client("T_ONE", "program:read").await;
    assert_eq!(desk.refused("T_ONE", "T_THREE").await, of("HAS_CLIENTS", "id"));
    // A post and a seat that both hold at one time, a document that both wrote, a round to which both were invited.
    desk.made("createPerson", "", json!({ "code": "T_PERSON", "name": { "ko": "홍시험" } })).await;
    desk.firm("T_FOUR", json!({})).await;
    for (institution, ends_on) in [("T_THREE", "2026-05"), ("T_FOUR", "2026-09")] {
        let post = json!({ "person": "T_PERSON", "institution": institution, "post": { "ko": "대표" }, "startsOn": "2026-01", "endsOn": ends_on });
        desk.made("recordMembership", "", post).await;
        let bodies = "{ bodies(where: { seats: { isNull: true } }) { nodes { code } } }";
        let body = desk.read(&desk.operator, bodies).await["bodies"]["nodes"][0]["code"].clone();
        desk.made(
            "appoint",
            "",
            json!({ "body": body, "institution": institution, "startsOn": "2030" }),
        )
        .await;
    }
    let round = json!({
        "title": { "ko": "의견수렴" }, "question": { "ko": "질의" }, "closesOn": "2031-12-31", "institutions": ["T_THREE", "T_FOUR"],
    });
    desk.made("openOpinionRound", "", round).await;
    let input = desk.input("T_THREE", "T_FOUR").await;
    let before = written(&desk.app).await;
    let twice = acted(&desk.app, &desk.operator, "mergeInstitutions", "", input).await;
    assert_eq!(told(&twice), of("DUPLICATE", "id"));
    let message = twice["errors"][0]["message"].as_str().unwrap();
    for kind in ["OpinionInvitation ", "Membership 대표", "Appointment "] {
        assert!(message.contains(kind), "{kind}: {message}");
    }
    assert_eq!(written(&desk.app).await, before);
    // Who may not changes nothing; a version that was not seen is a conflict.
    let input = desk.input("T_TWO", "T_FOUR").await;
    let partner = desk.app.principal("KOSME", "program:read content:write").await;
    let denied = tried(&desk.app, &partner, "mergeInstitutions", "", input.clone()).await;
    assert_eq!(outcome(&denied), "FORBIDDEN");
    let mut stale = input;
    stale["expectedVersion"] = json!(7);
    let stale = tried(&desk.app, &desk.operator, "mergeInstitutions", "", stale).await;
    assert_eq!(outcome(&stale), "CONFLICT");
}

async fn results_move_only_while_nothing_was_handed_in(place: Place) {
    let world = World::new(&place).await;
    world.save("KIBO", good()).await;
    world.save("KOSME", good()).await;
    world.submit("KOSME").await;
    let World { app, quarter, .. } = world;
    let desk = Desk::of(app).await;
    // Their clients are no subject here.
    let of = "SELECT id FROM institution WHERE code IN ('KOSME', 'KIBO')";
    desk.app
        .sql(&format!("UPDATE api_client SET state = 'DISABLED' WHERE institution_id IN ({of})"))
        .await;
    desk.firm("T_NEW", json!({})).await;
    let of = |code: &str| expected(&[(code, "input.id")]);
    // Nor is what two have handed in, or are to hand in, mixed.
    assert_eq!(desk.refused("KOSME", "T_NEW").await, of("HAS_RESULTS"));
    let input = desk.input("KIBO", "SEMAS").await;
    let twice = acted(&desk.app, &desk.operator, "mergeInstitutions", "", input).await;
    assert_eq!(told(&twice), of("DUPLICATE"));
    let message = twice["errors"][0]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("Obligation ") && message.contains(&quarter), "{message}");
    // What it aims at goes with it.
    let aims = json!({ "programme": PROGRAMME, "indicator": "COMPANIES", "institution": "KIBO", "quarter": quarter, "value": "40" });
    let ministry = desk.app.principal("MSS", "program:read results:review").await;
    done(&desk.app, &ministry, "setTarget", "", aims).await;
    let values = "SELECT count(*) FROM submission_value v JOIN institution i ON i.id = v.institution_id WHERE i.code = ";
    let saved = number(&desk.app, &format!("{values}'KIBO'")).await;
    assert!(saved > 0);
    desk.merged("KIBO", "T_NEW").await;
    // Nobody acts for the other by what was the one's.
    let clients = "SELECT count(*) FROM api_client c JOIN institution i ON i.id = c.institution_id WHERE i.code = 'T_NEW'";
    assert!(number(&desk.app, clients).await > 0);
    let acting = format!("{clients} AND (c.scopes LIKE '%submit%' OR NOT c.secret_by_other)");
    assert_eq!(number(&desk.app, &acting).await, 0);
    assert_eq!(number(&desk.app, &format!("{values}'T_NEW'")).await, saved);
    let lead = desk.app.principal("MSS", "program:read results:review").await;
    let aimed = "{ targets(where: { institution: { code: { eq: \"T_NEW\" } } }) { nodes { value quarter } } }";
    let aimed = desk.read(&lead, aimed).await["targets"]["nodes"].clone();
    assert_eq!(aimed, json!([{ "value": "40", "quarter": quarter }]));
    for code in ["T_NEW", "KIBO"] {
        let query = format!(
            "{{ submissions(where: {{ institution: {{ code: {{ eq: \"{code}\" }} }} }}) {{ nodes {{ status institution {{ code }} }} }}                institution(code: \"{code}\") {{ obligations {{ totalCount }} }} }}"
        );
        let found = desk.read(&lead, &query).await;
        assert_eq!(
            found,
            json!({
                "submissions": { "nodes": [{ "status": "DRAFT", "institution": { "code": "T_NEW" } }] },
                "institution": { "obligations": { "totalCount": 1 } },
            })
        );
    }
    desk.is_sound().await;
}

async fn a_case_shows_no_more_than_its_company_allows(place: Place) {
    let desk = Desk::new(&place).await;
    desk.firm("T_MAKER", json!({ "name": { "ko": "가나다정밀" } })).await;
    desk.firm("T_OTHER", json!({ "name": { "ko": "라마바소프트" } })).await;
    desk.firm("T_TWIN", json!({ "name": { "ko": "가나다 정밀공업" } })).await;
    let partner = desk.app.principal("KOSME", "program:read content:write").await;
    let case = async |more: Value| {
        let mut case = crate::cases_written::exploring();
        case.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let made = done(&desk.app, &partner, "draftCase", "adoptionCase { id code }", case).await;
        made["adoptionCase"].clone()
    };
    case(json!({ "companyName": "가나다정밀", "supplier": "T_OTHER" })).await;
    let own = case(json!({ "company": "T_TWIN" })).await;
    let shown = async || {
        number(&desk.app, "SELECT count(*) FROM adoption_case c JOIN institution i ON i.id = c.shown_supplier_id WHERE i.code = 'T_OTHER'").await
    };
    assert_eq!(shown().await, 1, "the supplier is somebody else");
    // Which case is of an institution is not told by what changes with it.
    let query =
        format!("{{ node(id: {}) {{ ... on AdoptionCase {{ version updatedAt }} }} }}", own["id"]);
    let before = desk.read(&partner, &query).await;
    let told = "SELECT count(*) FROM change WHERE subject_type = 'AdoptionCase'";
    let changes = number(&desk.app, told).await;
    desk.merged("T_TWIN", "T_MAKER").await;
    assert_eq!(desk.read(&partner, &query).await, before);
    assert_eq!(number(&desk.app, told).await, changes);
    let company = "SELECT count(*) FROM adoption_case c JOIN institution i ON i.id = c.company_id WHERE i.code = 'T_MAKER'";
    assert_eq!(number(&desk.app, company).await, 1);
    // Called like the company from now on, the supplier would name it.
    desk.merged("T_MAKER", "T_OTHER").await;
    assert_eq!(shown().await, 0);
    // A supplier that is shown beside its company, and withheld once they are one, would tell who the company is.
    desk.firm("T_OWNER", json!({ "name": { "ko": "사아자정공" } })).await;
    case(json!({ "company": "T_OWNER", "supplier": "T_OTHER" })).await;
    for (from, into) in [("T_OWNER", "T_OTHER"), ("T_OTHER", "T_OWNER")] {
        let faults = desk.refused(from, into).await;
        let shows = expected(&[("SHOWS_COMPANY", "input.into")]);
        assert!(faults.contains(&shows[0]), "{from} into {into}: {faults:?}");
    }
    desk.is_sound().await;
}

async fn two_that_merge_at_once_merge_once(place: Place) {
    let desk = Desk::new(&place).await;
    for code in ["T_A", "T_B"] {
        desk.firm(code, json!({})).await;
    }
    // Into each other, of which one is too late.
    let inputs = [desk.input("T_A", "T_B").await, desk.input("T_B", "T_A").await];
    let calls =
        inputs.map(|input| tried(&desk.app, &desk.operator, "mergeInstitutions", "", input));
    let mut outcomes: Vec<String> = join_all(calls).await.iter().map(outcome).collect();
    outcomes.sort_unstable();
    assert_eq!(outcomes[0], "", "{outcomes:?}");
    assert!(["CONFLICT", "SAME", "NOT_FOUND", "UNKNOWN"].contains(&&*outcomes[1]), "{outcomes:?}");
    let left = "SELECT count(*) FROM institution WHERE code IN ('T_A', 'T_B')";
    assert_eq!(number(&desk.app, left).await, 1);
}

/// Institutions above each other, named at once, and one merged into what is put below the other.
async fn two_calls_at_once_close_no_circle(place: Place) {
    let desk = Desk::new(&place).await;
    for round in 0..6 {
        let codes = ["A", "B", "C"].map(|end| format!("T_{round}_{end}"));
        let mut rows = Vec::new();
        for code in &codes {
            rows.push(desk.firm(code, json!({})).await);
        }
        let below = |at: usize, above: usize| {
            let row: &Value = &rows[at];
            let input = json!({
                "id": row["id"], "expectedVersion": row["version"], "parent": codes[above],
            });
            tried(&desk.app, &desk.operator, "amendInstitution", "", input)
        };
        let calls = join_all([below(0, 1), below(1, 0)]);
        let mut outcomes: Vec<String> = calls.await.iter().map(outcome).collect();
        outcomes.sort_unstable();
        assert_eq!(outcomes, ["", "CIRCULAR"], "round {round}");
        // A and C become one while C goes below whichever of A and B is below.
        let into = desk.input(&codes[2], &codes[0]).await;
        let merger = tried(&desk.app, &desk.operator, "mergeInstitutions", "", into);
        let query = format!("{{ institution(code: \"{}\") {{ parent {{ code }} }} }}", codes[0]);
        let found = desk.read(&desk.operator, &query).await;
        let lower = usize::from(found["institution"]["parent"].is_null());
        let (merged, moved) = futures_util::future::join(merger, below(2, lower)).await;
        let told = [outcome(&merged), outcome(&moved)];
        assert!(told.iter().any(String::is_empty), "round {round}: {told:?}");
    }
    desk.is_sound().await;
}

async fn what_hangs_in_a_circle_is_found(place: Place) {
    let desk = Desk::new(&place).await;
    desk.firm("T_ABOVE", json!({})).await;
    desk.firm("T_BELOW", json!({ "parent": "T_ABOVE" })).await;
    let close = "UPDATE institution SET parent_id = (SELECT id FROM institution WHERE code = 'T_BELOW') WHERE code = 'T_ABOVE'";
    desk.app.db.execute_unprepared(close).await.unwrap();
    let files = Files::new(&desk.app.settings.files);
    let found = aiplus::service::integrity::all(&desk.app.db, &files, |_| {}).await.unwrap();
    let circles = found.iter().find(|finding| finding.what == "rows that hang on their own kind");
    assert_eq!(circles.map(|finding| finding.faults.len()), Some(2), "{circles:?}");
}
