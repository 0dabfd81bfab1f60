//! Adoption cases as they are written: from the draft to publication, and out of the public's sight again.

use aiplus::domain::principal::Principal;
use serde_json::{Value, json};

use crate::support::acting::{self, expected, outcome, told, written};
use crate::support::results::key;
use crate::support::{Place, TestApp};
use crate::tests;

tests![
    a_case_lives_from_draft_to_withdrawn_consent,
    consent_is_to_what_was_told,
    each_state_allows_each_caller_its_own,
    faults_of_a_case_are_told_together,
    a_stale_call_and_a_repeated_one,
    what_is_required_grows_with_the_stage,
    parts_are_brought_to_what_was_told,
    a_withdrawn_case_begins_anew,
    who_sees_what_is_not_published,
    what_is_withheld_is_nowhere_told,
    from_three_cases_on_their_region_and_size_are_shown,
];

const CASE: &str = "adoptionCase { id code status version verification statusReason publishedOn hasConsent: hasConsentToPublish \
    title { ko } owner { code } origin outcomes { nodes { position unit baseline after change } } \
    barriers { nodes { kind note { ko } } } technologies { nodes { technology } } }";

/// Who acts on cases.
struct Desk {
    app: TestApp,
    kosme: Principal,
    kibo: Principal,
    tipa: Principal,
    mss: Principal,
    reader: Principal,
}

impl Desk {
    async fn new(place: &Place) -> Self {
        let app = place.app().await;
        let writes = "program:read content:write";
        Self {
            kosme: app.principal("KOSME", writes).await,
            kibo: app.principal("KIBO", writes).await,
            tipa: app.principal("TIPA", writes).await,
            mss: app.principal("MSS", writes).await,
            reader: app.principal("MSS", "program:read").await,
            app,
        }
    }

    async fn tried(&self, who: &Principal, mutation: &str, input: Value) -> Value {
        acting::tried(&self.app, who, mutation, CASE, input).await
    }

    async fn acted(&self, who: &Principal, mutation: &str, input: Value) -> Value {
        acting::acted(&self.app, who, mutation, CASE, input).await
    }

    async fn done(&self, who: &Principal, mutation: &str, input: Value) -> Value {
        acting::done(&self.app, who, mutation, CASE, input).await["adoptionCase"].clone()
    }

    /// A verb on a case as it was last seen.
    async fn verb(&self, who: &Principal, mutation: &str, case: &Value, more: Value) -> Value {
        self.done(who, mutation, on(case, more)).await
    }

    async fn shown(&self, who: &Principal, case: &Value, fields: &str) -> Value {
        let query =
            format!("{{ node(id: {}) {{ ... on AdoptionCase {{ {fields} }} }} }}", case["id"]);
        let answer = self.app.ask(who, &query, Value::Null).await;
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answer["data"]["node"].clone()
    }

    /// A case of a caller in a state.
    async fn case(&self, owner: &Principal, operator: &Principal, status: &str) -> Value {
        let mut case = self.done(owner, "draftCase", exploring()).await;
        case = self.verb(owner, "giveCaseConsent", &case, json!({})).await;
        let way: &[(&str, Value)] = match status {
            "DRAFT" => &[],
            "SUBMITTED" => &[("submitCase", json!({}))],
            "RETURNED" => &[("submitCase", json!({})), ("returnCase", json!({ "reason": "보완" }))],
            "VERIFIED" => {
                &[("submitCase", json!({})), ("verifyCase", json!({ "level": "DOCUMENTED" }))]
            }
            "PUBLISHED" => &[
                ("submitCase", json!({})),
                ("verifyCase", json!({ "level": "DOCUMENTED" })),
                ("publishCase", json!({})),
            ],
            "WITHDRAWN" => &[("withdrawCase", json!({}))],
            other => panic!("{other}"),
        };
        for (verb, more) in way {
            let who = if ["submitCase", "withdrawCase"].contains(verb) { owner } else { operator };
            case = self.verb(who, verb, &case, more.clone()).await;
        }
        assert_eq!(case["status"], status);
        case
    }
}

/// The input of a verb.
fn on(case: &Value, more: Value) -> Value {
    let mut input = json!({ "id": case["id"], "expectedVersion": case["version"] });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

/// All that a case must hold while it explores.
pub fn exploring() -> Value {
    json!({
        "title": { "ko": "창원 금속가공업체, 표면 결함을 비전으로 검출" }, "summary": { "ko": "검사 인력을 줄이려는 계획이다." },
        "region": "KR-48", "industry": "25", "size": "SMALL", "technology": "COMPUTER_VISION",
        "application": "DEFECT_DETECTION", "stage": "EXPLORING", "startedOn": "2026-03",
    })
}

fn with(mut input: Value, more: Value) -> Value {
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

/// What everybody is told of cases, but for illustrations where they are apart.
async fn public(desk: &Desk, who: &Principal, case: &Value) -> Value {
    let query = format!(
        "{{ list: adoptionCases(where: {{ origin: {{ eq: REPORTED }} }}) {{ totalCount nodes {{ id }} }}
            found: search(text: \"표면 결함\", types: [ADOPTION_CASE]) {{ totalCount }}
            region(code: \"KR-48\") {{ adoptionCases(where: {{ origin: {{ eq: REPORTED }} }}) {{ totalCount }} }}
            outcomes(where: {{ origin: {{ eq: REPORTED }} }}) {{ totalCount }}
            some: outcomes(where: {{ adoptionCase: {{ code: {{ eq: {} }} }} }}) {{ totalCount }}
            all: adoptionCaseStatistics(includeIllustrative: true) {{ total {{ count }} }}
            reported: adoptionCaseStatistics(groupBy: STAGE) {{ total {{ count }} rows {{ keys {{ code }} count }} }}
            alike: similarCases(to: {{ ksic: \"25\", region: \"KR-48\", size: SMALL }}) {{ totalCount }} }}",
        case["code"]
    );
    let answer = desk.app.ask(who, &query, Value::Null).await;
    assert!(answer.get("errors").is_none(), "{answer:#}");
    answer["data"].clone()
}

/// Changes after a cursor: kind and whether the row is shown; and the last cursor.
async fn feed(desk: &Desk, who: &Principal, after: &str) -> (Vec<(String, String, bool)>, String) {
    let after = if after.is_empty() {
        "last: 1".to_owned()
    } else {
        format!("first: 100, after: \"{after}\"")
    };
    let query = format!(
        "{{ changes({after}, types: [\"AdoptionCase\", \"Outcome\", \"CaseBarrier\", \"CaseTechnology\"]) {{ nodes {{ kind type subject {{ __typename }} }} pageInfo {{ endCursor }} }} }}"
    );
    let answer = desk.app.ask(who, &query, Value::Null).await;
    assert!(answer.get("errors").is_none(), "{answer:#}");
    let changes = &answer["data"]["changes"];
    let nodes = changes["nodes"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (
        nodes.map(|it| (text(&it["kind"]), text(&it["type"]), !it["subject"].is_null())).collect(),
        text(&changes["pageInfo"]["endCursor"]),
    )
}

fn changes(list: &[(&str, &str, bool)]) -> Vec<(String, String, bool)> {
    list.iter().map(|(kind, ty, is)| ((*kind).to_owned(), (*ty).to_owned(), *is)).collect()
}

async fn a_case_lives_from_draft_to_withdrawn_consent(place: Place) {
    let desk = Desk::new(&place).await;
    let anonymous = Principal::Anonymous;
    let nobody = json!({ "code": "NONE" });
    let before = public(&desk, &anonymous, &nobody).await;
    assert_eq!(before["all"]["total"]["count"], 300);
    assert_eq!(before["list"], json!({ "totalCount": 0, "nodes": [] }));
    let (_, start) = feed(&desk, &anonymous, "").await;
    let (_, partner_start) = feed(&desk, &desk.kosme, "").await;

    let made = with(
        exploring(),
        json!({
            "stage": "PRODUCTION", "companyName": "주식회사 가나다", "disclosure": "NAMED", "supplierName": "비전테크", "investment": "120000000",
            "publicSupport": 0, "barriers": [{ "kind": "DATA", "note": { "ko": "불량 표본이 적었다." } }],
        }),
    );
    let case = desk.done(&desk.kosme, "draftCase", made).await;
    assert_eq!(
        (&case["status"], &case["owner"]["code"], &case["origin"], &case["version"]),
        (&json!("DRAFT"), &json!("KOSME"), &json!("REPORTED"), &json!(1))
    );
    // What its stage requires and it lacks is told at its field, and it stays a draft.
    let refused = desk.acted(&desk.kosme, "submitCase", on(&case, json!({}))).await;
    assert_eq!(told(&refused), expected(&[("REQUIRED", "input.outcomes")]));
    let case = desk
        .verb(
            &desk.kosme,
            "amendCase",
            &case,
            json!({ "outcomes": [{ "family": "QUALITY", "metric": { "ko": "불량률" }, "unit": "%", "baseline": 4.2, "after": 1.2, "measuredOn": "2026-10" }] }),
        )
        .await;
    assert_eq!(case["outcomes"]["nodes"][0]["change"], -3.0);
    let case = desk.verb(&desk.kosme, "submitCase", &case, json!({})).await;
    let case = desk
        .verb(&desk.tipa, "returnCase", &case, json!({ "reason": "측정 방법을 적어 주십시오." }))
        .await;
    assert_eq!(
        (&case["status"], &case["statusReason"]),
        (&json!("RETURNED"), &json!("측정 방법을 적어 주십시오."))
    );
    let case = desk
        .verb(
            &desk.kosme,
            "amendCase",
            &case,
            json!({ "lessons": { "ko": "표본을 먼저 모은다." } }),
        )
        .await;
    assert_eq!(case["status"], "RETURNED");
    let case = desk.verb(&desk.kosme, "submitCase", &case, json!({})).await;
    assert_eq!((&case["status"], &case["statusReason"]), (&json!("SUBMITTED"), &Value::Null));
    let case = desk.verb(&desk.tipa, "verifyCase", &case, json!({ "level": "SITE_VISITED" })).await;
    // Nothing of it is public so far.
    assert_eq!(public(&desk, &anonymous, &case).await, before);
    assert_eq!(feed(&desk, &anonymous, &start).await.0, []);
    let refused = desk.acted(&desk.mss, "publishCase", on(&case, json!({}))).await;
    assert_eq!(told(&refused), expected(&[("NO_CONSENT", "input.id")]));
    let message = refused["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("giveCaseConsent"), "{message}");
    let case = desk.verb(&desk.kosme, "giveCaseConsent", &case, json!({})).await;
    let case = desk.verb(&desk.mss, "publishCase", &case, json!({})).await;
    assert_eq!(
        (&case["status"], &case["publishedOn"], &case["verification"]),
        (&json!("PUBLISHED"), &json!("2026-11-22"), &json!("SITE_VISITED"))
    );

    let shown = public(&desk, &anonymous, &case).await;
    assert_eq!(shown["list"], json!({ "totalCount": 1, "nodes": [{ "id": case["id"] }] }));
    for path in [
        "/region/adoptionCases/totalCount",
        "/outcomes/totalCount",
        "/some/totalCount",
        "/alike/totalCount",
    ] {
        assert_eq!(shown.pointer(path), Some(&json!(1)), "{path}");
    }
    assert_eq!(
        shown["found"]["totalCount"].as_i64(),
        before["found"]["totalCount"].as_i64().map(|count| count + 1)
    );
    assert_eq!(shown["all"]["total"]["count"], 301);
    assert_eq!(
        shown["reported"],
        json!({ "total": { "count": 1 }, "rows": [{ "keys": [{ "code": "PRODUCTION" }], "count": 1 }] })
    );
    let reported = &public(&desk, &desk.reader, &case).await["reported"];
    assert_eq!(reported["total"]["count"], 1);
    assert_eq!(
        desk.shown(&anonymous, &case, "companyName disclosure statusReason").await,
        json!({ "companyName": "주식회사 가나다", "disclosure": "NAMED", "statusReason": null })
    );
    let (seen, cursor) = feed(&desk, &anonymous, &start).await;
    assert!(seen.contains(&("UPDATED".to_owned(), "AdoptionCase".to_owned(), true)), "{seen:?}");

    // The consent is taken back: it is nowhere at once, and the feed tells that it is gone.
    let (_, own_cursor) = feed(&desk, &desk.kosme, &partner_start).await;
    let case = desk
        .verb(&desk.kosme, "withdrawCase", &case, json!({ "reason": "기업이 동의를 거두었다." }))
        .await;
    assert_eq!(
        (&case["status"], &case["hasConsent"], &case["publishedOn"]),
        (&json!("WITHDRAWN"), &json!(false), &Value::Null)
    );
    assert_eq!(public(&desk, &anonymous, &case).await, before);
    for who in [&anonymous, &desk.kibo] {
        for query in [
            format!("{{ found: node(id: {}) {{ id }} }}", case["id"]),
            format!("{{ found: adoptionCase(code: {}) {{ id }} }}", case["code"]),
        ] {
            let answer = desk.app.ask(who, &query, Value::Null).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND", "{answer:#}");
            assert_eq!(answer["data"]["found"], Value::Null);
        }
        let (gone, _) = feed(&desk, who, &cursor).await;
        assert_eq!(
            gone,
            changes(&[
                ("DELETED", "AdoptionCase", false),
                ("DELETED", "Outcome", false),
                ("DELETED", "CaseBarrier", false),
                ("DELETED", "CaseTechnology", false),
            ])
        );
        // What was told of it before is told to nobody who does not see it.
        let (all, _) = feed(&desk, who, &start).await;
        assert_eq!(all, gone);
    }
    for who in [&desk.kosme, &desk.reader] {
        let (kept, _) = feed(&desk, who, &own_cursor).await;
        assert_eq!(kept, changes(&[("UPDATED", "AdoptionCase", true)]));
    }
    assert_eq!(
        desk.shown(&desk.kosme, &case, "statusReason").await["statusReason"],
        "기업이 동의를 거두었다."
    );
}

const STATES: [&str; 6] = ["DRAFT", "SUBMITTED", "VERIFIED", "PUBLISHED", "RETURNED", "WITHDRAWN"];

async fn each_state_allows_each_caller_its_own(place: Place) {
    let desk = Desk::new(&place).await;
    let content = json!({ "summary": { "ko": "고쳐 쓴다." } });
    // Verb, its input, and the states that allow it in the order above.
    let verbs = [
        ("amendCase", content, "D   RW"),
        ("giveCaseConsent", json!({}), "cccccw"),
        ("submitCase", json!({}), "D   R "),
        ("returnCase", json!({ "reason": "보완" }), " SVP  "),
        ("verifyCase", json!({ "level": "EVALUATED" }), " SVP  "),
        ("publishCase", json!({}), "  V   "),
        ("withdrawCase", json!({}), "DSVPR "),
    ];
    for (verb, more, allowed) in verbs {
        for (status, allows) in STATES.into_iter().zip(allowed.chars()) {
            let by_state = match allows {
                ' ' | 'w' => "WRONG_STATE",
                'c' => "HAS_CONSENT",
                _ => "",
            };
            let decides = ["returnCase", "verifyCase", "publishCase"].contains(&verb);
            let withdraws = verb == "withdrawCase";
            let case = desk.case(&desk.kosme, &desk.tipa, status).await;
            let own = desk.case(&desk.tipa, &desk.mss, status).await;
            let hidden = if status == "PUBLISHED" { "FORBIDDEN" } else { "NOT_FOUND" };
            // Those who may come last: what they do changes the state.
            let callers = [
                ("anonymous", &Principal::Anonymous, &case, "UNAUTHENTICATED"),
                ("without the scope", &desk.reader, &case, "FORBIDDEN"),
                ("another partner", &desk.kibo, &case, if decides { "FORBIDDEN" } else { hidden }),
                (
                    "an operator",
                    &desk.tipa,
                    &case,
                    if decides || withdraws { by_state } else { "FORBIDDEN" },
                ),
                ("its partner", &desk.kosme, &case, if decides { "FORBIDDEN" } else { by_state }),
                (
                    "the operator whose it is",
                    &desk.tipa,
                    &own,
                    if decides { "OWN_INSTITUTION" } else { by_state },
                ),
            ];
            let mut is_done = false;
            for (name, who, case, expected) in callers {
                // What was done to it is done.
                if is_done && expected.is_empty() && name == "its partner" {
                    continue;
                }
                let before = written(&desk.app).await;
                let answer = desk.tried(who, verb, on(case, more.clone())).await;
                assert_eq!(outcome(&answer), expected, "{verb} {status} by {name}: {answer:#}");
                let after = written(&desk.app).await;
                if expected.is_empty() {
                    is_done = true;
                    assert!(after[0] > before[0] && after[1] > before[1]);
                } else {
                    assert_eq!(after, before, "{verb} {status} by {name} wrote");
                    if !is_done {
                        let now = desk.shown(&desk.tipa, case, "version status").await;
                        assert_eq!(now["version"], case["version"]);
                        assert_eq!(now["status"], status);
                    }
                    if expected == "WRONG_STATE" {
                        let message = answer["data"]["payload"]["errors"][0]["message"].as_str();
                        assert!(message.unwrap().contains("Possible now: "), "{answer:#}");
                    }
                }
            }
        }
    }
}

async fn faults_of_a_case_are_told_together(place: Place) {
    let desk = Desk::new(&place).await;
    let before = written(&desk.app).await;
    let input = with(
        exploring(),
        json!({
            "title": { "ko": "" }, "region": "KR-29", "industry": "ZZ", "company": "NOBODY", "disclosure": "WITHHELD",
            "startedOn": "2027-01", "investment": -1, "publicSupport": "many", "supplier": "NOBODY",
            "barriers": [{ "kind": "COST" }, { "kind": "COST" }],
            "outcomes": [{ "family": "COST", "metric": { "ko": "원가" }, "unit": "원", "baseline": 1, "after": 2, "measuredOn": "2026-13", "document": "NOTHING" }],
            "idempotencyKey": "short",
        }),
    );
    let payload = desk.acted(&desk.kosme, "draftCase", input).await;
    // What makes the call, and what cannot be read at all, is told before anything is looked up.
    assert_eq!(
        told(&payload),
        expected(&[
            ("INVALID_KEY", "input.idempotencyKey"),
            ("INVALID_NAME", "input.title.ko"),
            ("INVALID_VALUE", "input.investment"),
            ("INVALID_VALUE", "input.publicSupport"),
            ("INVALID_DATE", "input.outcomes.0.measuredOn"),
        ])
    );
    let input = with(
        exploring(),
        json!({
            "region": "KR-29", "industry": "ZZ", "company": "NOBODY", "disclosure": "WITHHELD", "title": { "ko": "" },
            "startedOn": "2027-01", "supplier": "NOBODY", "barriers": [{ "kind": "COST" }, { "kind": "COST" }],
            "outcomes": [{ "family": "COST", "metric": { "ko": "원가" }, "unit": "원", "baseline": 1, "after": 2, "measuredOn": "2026-12", "document": "NOTHING" }],
        }),
    );
    let payload = desk.acted(&desk.kosme, "draftCase", input).await;
    assert_eq!(
        told(&payload),
        expected(&[
            ("UNKNOWN", "input.company"),
            ("UNKNOWN", "input.supplier"),
            ("REGION_ENDED", "input.region"),
            ("UNKNOWN", "input.industry"),
            ("INVALID_VALUE", "input.disclosure"),
            ("INVALID_DATE", "input.startedOn"),
            ("UNKNOWN", "input.outcomes.0.document"),
            ("INVALID_DATE", "input.outcomes.0.measuredOn"),
            ("DUPLICATE", "input.barriers.1.kind"),
            ("INVALID_NAME", "input.title.ko"),
        ])
    );
    assert_eq!(written(&desk.app).await, before);
}

async fn a_stale_call_and_a_repeated_one(place: Place) {
    let desk = Desk::new(&place).await;
    let draft = with(exploring(), json!({ "idempotencyKey": key() }));
    let case = desk.done(&desk.kosme, "draftCase", draft.clone()).await;
    let again = desk.done(&desk.kosme, "draftCase", draft.clone()).await;
    assert_eq!(again, case);
    let other = with(draft, json!({ "stage": "POC" }));
    let payload = desk.acted(&desk.kosme, "draftCase", other).await;
    assert_eq!(told(&payload), expected(&[("KEY_REUSED", "input.idempotencyKey")]));
    let amend = on(&case, json!({ "district": "창원시", "idempotencyKey": key() }));
    let amended = desk.done(&desk.kosme, "amendCase", amend.clone()).await;
    assert_eq!(amended["version"], 2);
    let stale = on(&case, json!({ "district": "김해시" }));
    let payload = desk.acted(&desk.kosme, "amendCase", stale).await;
    assert_eq!(told(&payload), expected(&[("CONFLICT", "input.expectedVersion")]));
    let before = written(&desk.app).await;
    assert_eq!(desk.done(&desk.kosme, "amendCase", amend).await, amended);
    assert_eq!(written(&desk.app).await, before);
    // Stale is told before the state.
    let submitted = desk.verb(&desk.kosme, "submitCase", &amended, json!({})).await;
    let payload = desk.acted(&desk.kosme, "amendCase", on(&case, json!({}))).await;
    assert_eq!(told(&payload), expected(&[("CONFLICT", "input.expectedVersion")]));
    let payload = desk.acted(&desk.kosme, "amendCase", on(&submitted, json!({}))).await;
    assert_eq!(told(&payload), expected(&[("WRONG_STATE", "input.id")]));
}

async fn what_is_required_grows_with_the_stage(place: Place) {
    let desk = Desk::new(&place).await;
    let held = [
        ("summary", json!({ "summary": { "ko": "계획" } })),
        ("supplier", json!({ "supplierName": "공급사" })),
        ("investment", json!({ "investment": 0 })),
        ("publicSupport", json!({ "publicSupport": 0 })),
        (
            "outcomes",
            json!({ "outcomes": [{ "family": "SALES", "metric": { "ko": "매출" }, "unit": "원", "baseline": 1, "after": 2 }] }),
        ),
        ("lessons", json!({ "lessons": { "ko": "교훈" } })),
        ("barriers", json!({ "barriers": [{ "kind": "COST" }] })),
    ];
    for (stage, count) in
        [("EXPLORING", 1), ("POC", 2), ("PILOT", 4), ("PRODUCTION", 5), ("SCALED", 6)]
    {
        let input = with(exploring(), json!({ "stage": stage, "summary": null }));
        let mut case = desk.done(&desk.kosme, "draftCase", input).await;
        for at in 0..count {
            let payload = desk.acted(&desk.kosme, "submitCase", on(&case, json!({}))).await;
            let missing: Vec<(String, String)> = held[at..count]
                .iter()
                .map(|(field, _)| ("REQUIRED".to_owned(), format!("input.{field}")))
                .collect();
            assert_eq!(told(&payload), missing, "{stage}");
            case = desk.verb(&desk.kosme, "amendCase", &case, held[at].1.clone()).await;
        }
        let case = desk.verb(&desk.kosme, "submitCase", &case, json!({})).await;
        assert_eq!(case["status"], "SUBMITTED", "{stage}");
    }
    let input = with(exploring(), json!({ "stage": "STOPPED" }));
    let case = desk.done(&desk.kosme, "draftCase", input).await;
    let payload = desk.acted(&desk.kosme, "submitCase", on(&case, json!({}))).await;
    assert_eq!(
        told(&payload),
        expected(&[("REQUIRED", "input.lessons"), ("REQUIRED", "input.barriers")])
    );
    // The requirements are data.
    desk.app.sql("UPDATE case_requirement SET field = 'district' WHERE field = 'summary'").await;
    let case = desk.done(&desk.kosme, "draftCase", exploring()).await;
    let payload = desk.acted(&desk.kosme, "submitCase", on(&case, json!({}))).await;
    assert_eq!(told(&payload), expected(&[("REQUIRED", "input.district")]));
}

async fn parts_are_brought_to_what_was_told(place: Place) {
    let desk = Desk::new(&place).await;
    let outcome = |unit: &str, after: f64| json!({ "family": "COST", "metric": { "ko": "원가" }, "unit": unit, "baseline": 10.0, "after": after });
    let input = with(
        exploring(),
        json!({
            "outcomes": [outcome("원", 9.0), outcome("분", 8.0), outcome("건", 7.0)], "technologies": ["NLP", "NLP"],
            "barriers": [{ "kind": "COST" }, { "kind": "DATA" }],
        }),
    );
    let case = desk.done(&desk.kosme, "draftCase", input).await;
    let list = |case: &Value, part: &str, field: &str| -> Vec<Value> {
        case[part]["nodes"].as_array().unwrap().iter().map(|node| node[field].clone()).collect()
    };
    assert_eq!(list(&case, "outcomes", "unit"), ["원", "분", "건"]);
    assert_eq!(list(&case, "technologies", "technology"), ["COMPUTER_VISION", "NLP"]);
    // Another client of the same institution, and what is left out stays.
    let other = desk.app.principal("KOSME", "program:read content:write").await;
    let before = written(&desk.app).await;
    let case = desk.verb(&other, "amendCase", &case, json!({ "outcomes": [outcome("원", 9.0), outcome("초", 8.0)], "technology": "GENERATIVE" })).await;
    assert_eq!(list(&case, "outcomes", "unit"), ["원", "초"]);
    assert_eq!(list(&case, "barriers", "kind"), ["COST", "DATA"]);
    assert_eq!(list(&case, "technologies", "technology"), ["COMPUTER_VISION", "GENERATIVE", "NLP"]);
    // The case, an outcome changed, one gone, a technology new.
    assert_eq!(written(&desk.app).await[0] - before[0], 4);
    let case = desk.verb(&desk.kosme, "amendCase", &case, json!({ "outcomes": [], "barriers": [{ "kind": "DATA", "note": { "ko": "부족" } }], "technologies": [] })).await;
    assert_eq!(list(&case, "outcomes", "unit"), [Value::Null; 0]);
    assert_eq!(case["barriers"]["nodes"], json!([{ "kind": "DATA", "note": { "ko": "부족" } }]));
    assert_eq!(list(&case, "technologies", "technology"), ["GENERATIVE"]);
    // Null clears.
    let case = desk.verb(&desk.kosme, "amendCase", &case, json!({ "summary": null })).await;
    assert_eq!(
        desk.shown(&desk.kosme, &case, "summary { ko } title { ko }").await["summary"],
        Value::Null
    );
}

async fn a_withdrawn_case_begins_anew(place: Place) {
    let desk = Desk::new(&place).await;
    let case = desk.case(&desk.kosme, &desk.tipa, "PUBLISHED").await;
    // Returned, a published case is hidden as well, and comes back by the whole way.
    let case = desk.verb(&desk.mss, "returnCase", &case, json!({ "reason": "오류" })).await;
    let query = format!("{{ node(id: {}) {{ id }} }}", case["id"]);
    assert_eq!(desk.app.refusal(&query).await, "NOT_FOUND");
    let case = desk.verb(&desk.tipa, "withdrawCase", &case, json!({})).await;
    let case = desk
        .verb(&desk.kosme, "amendCase", &case, json!({ "title": { "ko": "새로 쓴 제목" } }))
        .await;
    assert_eq!(
        (&case["status"], &case["hasConsent"], &case["title"]["ko"]),
        (&json!("DRAFT"), &json!(false), &json!("새로 쓴 제목"))
    );
    let case = desk.verb(&desk.kosme, "submitCase", &case, json!({})).await;
    // What was verified before is not what it says now.
    assert_eq!(case["verification"], "SELF_REPORTED");
    let case = desk.verb(&desk.tipa, "verifyCase", &case, json!({ "level": "DOCUMENTED" })).await;
    let case = desk.verb(&desk.kosme, "giveCaseConsent", &case, json!({})).await;
    let case = desk.verb(&desk.tipa, "publishCase", &case, json!({})).await;
    desk.app.data(&query).await;
    let found = "{ search(text: \"새로 쓴 제목\") { totalCount } }";
    assert_eq!(desk.app.data(found).await["search"]["totalCount"], 1);
    // Once it is seen again, that it was hidden is told to nobody.
    let (all, _) = feed(&desk, &Principal::Anonymous, "").await;
    assert_eq!(all.len(), 1);
    let gone = format!("{{ changes(last: 100) {{ nodes {{ kind type }} }} }} # {}", case["code"]);
    let gone = desk.app.data(&gone).await;
    let gone = gone["changes"]["nodes"].as_array().unwrap();
    assert!(gone.iter().all(|change| change["kind"] != "DELETED"), "{gone:#?}");
}

async fn consent_is_to_what_was_told(place: Place) {
    let desk = Desk::new(&place).await;
    let case = desk.case(&desk.kosme, &desk.tipa, "DRAFT").await;
    let other = json!({ "lessons": { "ko": "표본을 먼저 모은다." } });
    let case = desk.verb(&desk.kosme, "amendCase", &case, other).await;
    assert_eq!(case["hasConsent"], true);
    // Who agreed to be anonymous has not agreed to be named.
    let named = json!({ "disclosure": "NAMED", "companyName": "주식회사 가나다" });
    let case = desk.verb(&desk.kosme, "amendCase", &case, named.clone()).await;
    assert_eq!(case["hasConsent"], false);
    let case = desk.verb(&desk.kosme, "giveCaseConsent", &case, json!({})).await;
    let case = desk.verb(&desk.kosme, "amendCase", &case, named).await;
    assert_eq!(case["hasConsent"], true);
    let renamed = json!({ "companyName": "주식회사 라마바" });
    let case = desk.verb(&desk.kosme, "amendCase", &case, renamed).await;
    assert_eq!(case["hasConsent"], false);
}

async fn who_sees_what_is_not_published(place: Place) {
    let desk = Desk::new(&place).await;
    let input = with(
        exploring(),
        json!({ "supplier": "ETRI", "company": "SEMAS", "companyName": "비밀상사" }),
    );
    let case = desk.done(&desk.kosme, "draftCase", input).await;
    let query =
        format!("{{ node(id: {}) {{ ... on AdoptionCase {{ companyName }} }} }}", case["id"]);
    let mut seen = Vec::new();
    for (institution, scopes) in [
        ("KOSME", "program:read"),
        ("KOSME", "content:write"),
        ("KOSME", "results:submit"),
        ("ETRI", "program:read"),
        ("SEMAS", "program:read"),
        ("KIBO", "program:read content:write"),
        ("TIPA", "program:read"),
        ("TIPA", "content:write"),
        ("TIPA", "results:review"),
    ] {
        let who = desk.app.principal(institution, scopes).await;
        let answer = desk.app.ask(&who, &query, Value::Null).await;
        seen.push(answer["data"]["node"].is_object());
    }
    // Writing shows nothing by itself: what is not published is read with `program:read`.
    assert_eq!(seen, [true, false, false, true, true, false, true, false, false]);
    // Nobody decides on a case that it adopted or supplied: the supplier is an operator here.
    let input = with(exploring(), json!({ "supplier": "TIPA" }));
    let case = desk.done(&desk.kosme, "draftCase", input).await;
    let case = desk.verb(&desk.kosme, "submitCase", &case, json!({})).await;
    let payload =
        desk.acted(&desk.tipa, "verifyCase", on(&case, json!({ "level": "DOCUMENTED" }))).await;
    assert_eq!(told(&payload), expected(&[("OWN_INSTITUTION", "input.id")]));
    // A case that is nobody's is kept by the operators.
    let list = "{ adoptionCases(first: 1) { nodes { id version } } }";
    let found = desk.app.data(list).await["adoptionCases"]["nodes"][0].clone();
    let withdrawn = desk.verb(&desk.tipa, "withdrawCase", &found, json!({})).await;
    let amended = desk.verb(&desk.mss, "amendCase", &withdrawn, json!({})).await;
    assert_eq!(amended["status"], "DRAFT");
}

/// What of a case may be withheld.
const WITHHELD: &str = "withheld region { code } currentRegion { code } district industry { code } industrySection { code } \
    size investment investmentBand publicSupport publicSupportBand owner { code }";

/// A published case whose text tells nothing of its company.
async fn unnamed(desk: &Desk, more: Value) -> Value {
    let input = with(
        exploring(),
        json!({
            "title": { "ko": "제조 기업, 표면 결함을 찾는다" }, "summary": { "ko": "익명의 사례이다." }, "district": "창원시",
            "companyName": "가린갑사", "investment": "123456789", "publicSupport": 0,
        }),
    );
    let case = desk.done(&desk.kosme, "draftCase", with(input, more)).await;
    published(desk, case).await
}

async fn published(desk: &Desk, case: Value) -> Value {
    let case = desk.verb(&desk.kosme, "giveCaseConsent", &case, json!({})).await;
    let case = desk.verb(&desk.kosme, "submitCase", &case, json!({})).await;
    let case = desk.verb(&desk.tipa, "verifyCase", &case, json!({ "level": "DOCUMENTED" })).await;
    desk.verb(&desk.mss, "publishCase", &case, json!({})).await
}

/// Questions whose answers could depend on what is withheld of the reported cases.
fn questions(case: &Value) -> Vec<String> {
    let mut fields =
        vec![format!("node(id: {}) {{ ... on AdoptionCase {{ {WITHHELD} }} }}", case["id"])];
    let mut filters: Vec<String> = [
        "district: { isNull: false }",
        "district: { startsWith: \"창\" }",
        "investment: { isNull: false }",
        "investment: { gte: \"150000000\" }",
        "publicSupport: { eq: \"0\" }",
        "publicSupport: { isNull: true }",
        "investmentBand: { eq: FROM_100M }",
        "owner: { code: { eq: \"KOSME\" } }",
        "company: {}",
        "size: { in: [SMALL, MEDIUM] }",
        "size: { isNull: true }",
        "region: { category: { eq: SPECIAL_CITY } }",
        "not: { region: { code: { eq: \"KR-48\" } } }",
        "search: \"부산\"",
        "search: \"경남\"",
        "search: \"금속\"",
        "search: \"가린갑사\"",
    ]
    .map(str::to_owned)
    .to_vec();
    for (field, codes) in [
        ("region", ["KR-48", "KR-26", "NATIONWIDE"]),
        ("currentRegion", ["KR-48", "KR-26", "NATIONWIDE"]),
        ("industry", ["25", "24", "C"]),
        ("industrySection", ["25", "24", "C"]),
    ] {
        for code in codes {
            filters.push(format!("{field}: {{ code: {{ eq: \"{code}\" }} }}"));
            filters.push(format!("{field}: {{ code: {{ in: [\"{code}\", \"KR-11\"] }} }}"));
        }
    }
    for size in ["SMALL", "MEDIUM", "MID_MARKET"] {
        filters.push(format!("size: {{ eq: {size} }}"));
    }
    for filter in filters {
        let reported = format!("{{ origin: {{ eq: REPORTED }}, {filter} }}");
        fields.push(format!("adoptionCases(where: {reported}) {{ totalCount nodes {{ id }} }}"));
        fields.push(format!("outcomes(where: {{ adoptionCase: {reported} }}) {{ totalCount }}"));
        fields.push(format!("adoptionCaseStatistics(where: {reported}) {{ total {{ count investment {{ sum median }} }} }}"));
    }
    for order in ["INVESTMENT", "PUBLIC_SUPPORT", "CODE"] {
        for direction in ["ASC", "DESC"] {
            fields.push(format!(
                "adoptionCases(where: {{ origin: {{ eq: REPORTED }} }}, orderBy: [{{ field: {order}, direction: {direction} }}]) \
                 {{ edges {{ cursor node {{ id }} }} }}"
            ));
        }
    }
    for group in [
        "REGION",
        "INDUSTRY",
        "INDUSTRY_DIVISION",
        "SIZE",
        "INVESTMENT_BAND",
        "PUBLIC_SUPPORT_BAND",
        "OWNER",
    ] {
        for basis in ["AS_REPORTED", "CURRENT"] {
            fields.push(format!(
                "adoptionCaseStatistics(groupBy: [{group}], regionBasis: {basis}) \
                 {{ total {{ count investment {{ sum }} publicSupport {{ count }} regions }} rows {{ keys {{ code }} count investment {{ sum max }} }} }}"
            ));
        }
    }
    for code in ["KR-48", "KR-26", "NATIONWIDE"] {
        fields.push(format!("region(code: \"{code}\") {{ adoptionCases(where: {{ origin: {{ eq: REPORTED }} }}) {{ totalCount nodes {{ id }} }} }}"));
        for size in ["SMALL", "MEDIUM"] {
            fields.push(format!(
                "similarCases(to: {{ ksic: \"25\", region: \"{code}\", size: {size} }}) {{ totalCount edges {{ score reasons node {{ id }} }} }}"
            ));
        }
    }
    for code in ["25", "24", "C"] {
        fields.push(format!("industry(code: \"{code}\") {{ adoptionCases(where: {{ origin: {{ eq: REPORTED }} }}) {{ totalCount }} }}"));
        fields.push(format!(
            "industries(where: {{ code: {{ eq: \"{code}\" }}, adoptionCases: {{ some: {{ origin: {{ eq: REPORTED }} }} }} }}) {{ totalCount }}"
        ));
    }
    for text in ["부산", "경남", "창원", "금속", "가린갑사"] {
        fields.push(format!(
            "search(text: \"{text}\", types: [ADOPTION_CASE]) {{ totalCount nodes {{ id }} }}"
        ));
    }
    fields
}

/// The answers to all of them, some at a time.
async fn answers(desk: &Desk, who: &Principal, questions: &[String]) -> Vec<Value> {
    let mut answers = Vec::new();
    for some in questions.chunks(20) {
        let lines = some.iter().enumerate().map(|(at, field)| format!(" p{at}: {field}"));
        let answer = asked(desk, who, &format!("{{{} }}", lines.collect::<String>())).await;
        answers.extend((0..some.len()).map(|at| answer[format!("p{at}")].clone()));
    }
    answers
}

async fn what_is_withheld_is_nowhere_told(place: Place) {
    let desk = Desk::new(&place).await;
    let mut case = unnamed(&desk, json!({})).await;
    let strangers = [
        Principal::Anonymous,
        desk.kibo.clone(),
        desk.app.principal("KOSME", "results:submit").await,
        desk.app.principal("MSS", "results:submit").await,
    ];
    let questions = questions(&case);
    let mut told: Vec<Vec<Vec<Value>>> = Vec::new();
    for what in [
        json!({}),
        json!({ "region": "KR-26", "industry": "24", "size": "MEDIUM", "district": "부산진구", "investment": "499999999" }),
    ] {
        case = desk.verb(&desk.kosme, "withdrawCase", &case, json!({})).await;
        case = desk.verb(&desk.kosme, "amendCase", &case, what).await;
        case = published(&desk, case).await;
        let mut each = Vec::new();
        for who in strangers.iter().chain([&desk.kosme, &desk.reader]) {
            each.push(answers(&desk, who, &questions).await);
        }
        told.push(each);
    }
    let [first, second] = told.try_into().unwrap();
    let mut told = first.into_iter().zip(second);
    for (at, (one, other)) in told.by_ref().take(strangers.len()).enumerate() {
        for ((question, one), other) in questions.iter().zip(&one).zip(&other) {
            assert_eq!(one, other, "{at}: {question}");
        }
        assert_eq!(
            one[0],
            json!({
                "withheld": ["COMPANY", "REGION", "DISTRICT", "INDUSTRY", "SIZE", "INVESTMENT", "PUBLIC_SUPPORT"],
                "region": { "code": "NATIONWIDE" }, "currentRegion": { "code": "NATIONWIDE" }, "district": null,
                "industry": { "code": "C" }, "industrySection": { "code": "C" }, "size": null,
                "investment": null, "investmentBand": "FROM_100M", "publicSupport": null, "publicSupportBand": "NONE",
                "owner": { "code": "KOSME" },
            })
        );
    }
    // Who may see it sees what there is, wherever it is asked for.
    for (one, other) in told {
        assert!(one.iter().zip(&other).filter(|(one, other)| one != other).count() > 40);
        assert_eq!((&one[0]["withheld"], &one[0]["region"]["code"]), (&json!([]), &json!("KR-48")));
        assert_eq!(other[0]["investment"], 499_999_999);
    }
    // The company itself is not told as the institution that filed it.
    case = desk.verb(&desk.kosme, "withdrawCase", &case, json!({})).await;
    case = desk.verb(&desk.kosme, "amendCase", &case, json!({ "company": "KOSME" })).await;
    case = published(&desk, case).await;
    let told =
        desk.shown(&Principal::Anonymous, &case, "withheld owner { code } company { code }").await;
    assert_eq!((&told["owner"], &told["company"]), (&Value::Null, &Value::Null));
    assert!(told["withheld"].as_array().unwrap().contains(&json!("OWNER")), "{told}");
    // Nor as its own supplier, by its code or its name.
    for supplier in [
        json!({ "supplier": "KOSME", "supplierName": null }),
        json!({ "supplier": null, "supplierName": "(재) 중소벤처기업진흥공단 자체" }),
    ] {
        case = desk.verb(&desk.kosme, "withdrawCase", &case, json!({})).await;
        case = desk.verb(&desk.kosme, "amendCase", &case, supplier).await;
        case = published(&desk, case).await;
        let fields = "withheld supplierName supplier { code }";
        let told = desk.shown(&Principal::Anonymous, &case, fields).await;
        assert_eq!((&told["supplier"], &told["supplierName"]), (&Value::Null, &Value::Null));
        assert!(told["withheld"].as_array().unwrap().contains(&json!("SUPPLIER")), "{told}");
        let known = desk.shown(&desk.reader, &case, fields).await;
        assert_eq!(known["withheld"], json!([]));
        assert!(known["supplier"]["code"] == "KOSME" || known["supplierName"] != Value::Null);
        let named =
            "{ adoptionCases(where: { supplier: { code: { eq: \"KOSME\" } } }) { totalCount } }";
        assert_eq!(
            asked(&desk, &Principal::Anonymous, named).await["adoptionCases"]["totalCount"],
            0
        );
    }
    // Nor by the record of an institution that is called as the company is.
    case = desk.verb(&desk.kosme, "withdrawCase", &case, json!({})).await;
    let called = json!({ "company": null, "companyName": "중소벤처기업 진흥공단", "supplier": "KOSME", "supplierName": null });
    case = desk.verb(&desk.kosme, "amendCase", &case, called).await;
    case = published(&desk, case).await;
    let told =
        desk.shown(&Principal::Anonymous, &case, "withheld owner { code } supplier { code }").await;
    assert_eq!((&told["owner"], &told["supplier"]), (&Value::Null, &Value::Null), "{told}");
    // Nor by a name that it is given later.
    case = desk.verb(&desk.kosme, "withdrawCase", &case, json!({})).await;
    let other = json!({ "company": "KOSME", "companyName": null, "supplier": null, "supplierName": "별칭공급" });
    case = desk.verb(&desk.kosme, "amendCase", &case, other).await;
    case = published(&desk, case).await;
    let named = "supplierName version";
    assert_eq!(desk.shown(&Principal::Anonymous, &case, named).await["supplierName"], "별칭공급");
    let kosme = asked(&desk, &desk.mss, "{ institution(code: \"KOSME\") { id version } }").await;
    let input = json!({ "id": kosme["institution"]["id"], "expectedVersion": kosme["institution"]["version"], "names": [{ "name": { "ko": "별칭공급" }, "kind": "ABBREVIATION" }] });
    acting::done(&desk.app, &desk.mss, "amendInstitution", "institution { id }", input).await;
    let told = desk.shown(&Principal::Anonymous, &case, named).await;
    assert_eq!(told["supplierName"], Value::Null);
    case["version"] = told["version"].clone();
    // Nor by a name that its owner and its supplier are given later, where the company is on record by its name alone;
    // once they are not called so any more, they are told again.
    case = desk.verb(&desk.kosme, "withdrawCase", &case, json!({})).await;
    let other = json!({ "company": null, "companyName": "㈜뒷날 이름", "supplier": "KOSME", "supplierName": null });
    case = desk.verb(&desk.kosme, "amendCase", &case, other).await;
    case = published(&desk, case).await;
    let parties = "owner { code } supplier { code } version";
    for (names, expected) in [
        (json!([]), json!({ "code": "KOSME" })),
        (json!([{ "name": { "ko": "뒷날이름" }, "kind": "ABBREVIATION" }]), Value::Null),
        (json!([]), json!({ "code": "KOSME" })),
    ] {
        let kosme = "{ institution(code: \"KOSME\") { id version } }";
        let kosme = asked(&desk, &desk.mss, kosme).await["institution"].clone();
        let input =
            json!({ "id": kosme["id"], "expectedVersion": kosme["version"], "names": names });
        acting::done(&desk.app, &desk.mss, "amendInstitution", "institution { id }", input).await;
        let told = desk.shown(&Principal::Anonymous, &case, parties).await;
        assert_eq!((&told["owner"], &told["supplier"]), (&expected, &expected), "{names}");
        case["version"] = told["version"].clone();
    }
    let wrong = acting::number(
        &desk.app,
        &format!(
            "SELECT count(*) FROM ({}) x",
            aiplus::service::withheld::wrong().rsplit_once(" ORDER BY").unwrap().0
        ),
    )
    .await;
    assert_eq!(wrong, 0);
    // Its texts do not name it either.
    case = desk.verb(&desk.kosme, "withdrawCase", &case, json!({})).await;
    let texts = json!({ "company": "KOSME", "companyName": null, "lessons": { "ko": "중소벤처기업 진흥공단의 경험" }, "barriers": [{ "kind": "COST", "note": { "ko": "(주)중소벤처기업진흥공단은 예산이 없었다" } }] });
    case = desk.verb(&desk.kosme, "amendCase", &case, texts).await;
    let refused = desk.acted(&desk.kosme, "submitCase", on(&case, json!({}))).await;
    assert_eq!(
        acting::told(&refused),
        expected(&[("NAMES_COMPANY", "input.lessons"), ("NAMES_COMPANY", "input.barriers")])
    );
    case = desk
        .verb(
            &desk.kosme,
            "amendCase",
            &case,
            json!({ "lessons": { "ko": "경험" }, "barriers": [] }),
        )
        .await;
    case = published(&desk, case).await;
    // Named, it is told whole.
    case = desk.verb(&desk.kosme, "withdrawCase", &case, json!({})).await;
    case = desk.verb(&desk.kosme, "amendCase", &case, json!({ "disclosure": "NAMED" })).await;
    case = published(&desk, case).await;
    let told = desk.shown(&Principal::Anonymous, &case, WITHHELD).await;
    assert_eq!(told, desk.shown(&desk.reader, &case, WITHHELD).await);
    assert_eq!((&told["withheld"], &told["region"]["code"]), (&json!([]), &json!("KR-26")));
}

async fn asked(desk: &Desk, who: &Principal, query: &str) -> Value {
    let answer = desk.app.ask(who, query, Value::Null).await;
    assert!(answer.get("errors").is_none(), "{answer:#}");
    answer["data"].clone()
}

async fn from_three_cases_on_their_region_and_size_are_shown(place: Place) {
    let desk = Desk::new(&place).await;
    let anonymous = Principal::Anonymous;
    let small = json!({});
    let medium = json!({ "size": "MEDIUM", "industry": "24" });
    let mut cases: Vec<Value> = Vec::new();
    let seen = |cases: Vec<Value>| {
        let desk = &desk;
        async move {
            let mut seen = Vec::new();
            for case in &cases {
                let told = desk.shown(&Principal::Anonymous, case, "region { code } size").await;
                seen.push(format!("{} {}", told["region"]["code"], told["size"]).replace('"', ""));
            }
            seen
        }
    };
    let (nowhere, hidden) = ("NATIONWIDE null", "KR-48 null");
    let (is_small, is_medium) = ("KR-48 SMALL", "KR-48 MEDIUM");
    let mut cursor = feed(&desk, &anonymous, "").await.1;
    for (size, expected, others) in [
        (&small, vec![nowhere], 0),
        (&medium, vec![nowhere, nowhere], 0),
        (&small, vec![hidden, hidden, hidden], 2),
        (&small, vec![is_small, hidden, is_small, is_small], 2),
        (&medium, vec![is_small, hidden, is_small, is_small, hidden], 0),
        (&medium, vec![is_small, is_medium, is_small, is_small, is_medium, is_medium], 2),
    ] {
        cases.push(unnamed(&desk, size.clone()).await);
        assert_eq!(seen(cases.clone()).await, expected);
        // Who follows what is public hears of each case that is shown otherwise.
        let (told, next) = feed(&desk, &anonymous, &cursor).await;
        let told =
            told.iter().filter(|(kind, ty, _)| kind == "UPDATED" && ty == "AdoptionCase").count();
        // The new one was written more than once before it was public.
        assert!(told >= others, "{others}");
        cursor = next;
    }
    let count = "{ adoptionCases(where: { origin: { eq: REPORTED }, region: { code: { eq: \"KR-48\" } } }) { totalCount } }";
    assert_eq!(asked(&desk, &anonymous, count).await["adoptionCases"]["totalCount"], 6);
    for (at, expected) in [
        (0, vec![is_medium, hidden, hidden, is_medium, is_medium]),
        (0, vec![hidden, hidden, hidden, hidden]),
        (0, vec![hidden, hidden, hidden]),
        (0, vec![nowhere, nowhere]),
    ] {
        let case = desk.shown(&desk.reader, &cases.remove(at), "id version").await;
        desk.verb(&desk.kosme, "withdrawCase", &case, json!({})).await;
        assert_eq!(seen(cases.clone()).await, expected);
    }
    assert_eq!(asked(&desk, &anonymous, count).await["adoptionCases"]["totalCount"], 0);
    // It was nobody's act: the owner learns nothing of who else wrote.
    let audit = "{ auditEvents(where: { action: { eq: \"derive\" }, subjectType: { eq: \"AdoptionCase\" } }) { nodes { actor } } }";
    let events = asked(&desk, &desk.app.principal("MSS", "audit:read").await, audit).await;
    let actors = events["auditEvents"]["nodes"].as_array().unwrap().clone();
    assert!(!actors.is_empty());
    assert!(
        actors
            .iter()
            .all(|event| event["actor"] == actors[0]["actor"] && event["actor"] == "system"),
        "{actors:?}"
    );
}
