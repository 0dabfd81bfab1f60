//! Who sees what of quarterly results: its own institution, those who run the programme, and nobody else,
//! by no path. What may not be seen is as if it were not there; what may be seen and not done is forbidden.

use aiplus::domain::principal::Author;
use aiplus::domain::principal::Principal;
use aiplus::error::Language;
use aiplus::graphql::engine::Call;
use aiplus::graphql::request::Request;
use aiplus::read::global_id;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::support::results::{PROGRAMME, QUARTER, World, good, value};
use crate::support::{Place, now};
use crate::tests;

tests![
    nobody_without_a_right_sees_a_result_by_any_path,
    a_partner_sees_its_own_and_nothing_of_others,
    statistics_and_series_are_of_what_the_caller_sees,
    filters_and_orders_tell_nothing,
    what_is_hidden_is_not_found_and_what_is_not_allowed_is_forbidden,
    the_feed_tells_of_what_the_caller_sees,
    the_audit_of_results_is_for_auditors,
];

/// Results of every kind of two institutions, with all that belongs to them.
struct Filled {
    world: World,
    kosme: Ids,
    kibo: Ids,
}

/// Ids of what belongs to a submission.
struct Ids {
    submission: String,
    receipt: String,
    others: Vec<(&'static str, String)>,
}

/// Words in texts of KOSME's results and of no other's.
const SECRET: &str = "비밀문구";

async fn fill(place: &Place) -> Filled {
    let world = World::new(place).await;
    for (institution, word) in [("KOSME", SECRET), ("KIBO", "다른문구")] {
        let partner = world.partner(institution);
        let cells = [
            good(),
            vec![
                json!({ "indicator": "NOTE", "value": word, "comment": word, "evidenceNote": word }),
                json!({ "indicator": "RATE", "state": "MISSING", "reason": word }),
                json!({ "indicator": "COMPANIES", "region": "KR-11", "value": "10" }),
            ],
        ]
        .concat();
        for (who, mutation, more) in [
            (partner, "requestExtension", json!({ "reason": word, "expiresOn": "2026-12-31" })),
            (
                &world.reviewer,
                "grantExtension",
                json!({ "reason": word, "expiresOn": "2026-12-31" }),
            ),
            (partner, "saveSubmissionDraft", json!({ "values": cells })),
            (
                partner,
                "attachEvidence",
                json!({ "indicator": "NOTE", "file": "0", "name": format!("{word}.pdf") }),
            ),
            (partner, "submitSubmission", json!({ "attestation": true })),
            (
                &world.reviewer,
                "returnSubmission",
                json!({ "comments": [{ "cell": "BUDGET", "message": word }], "dueOn": "2026-12-31" }),
            ),
            (partner, "saveSubmissionDraft", json!({ "values": [value("BUDGET", "1200")] })),
            (partner, "submitSubmission", json!({ "attestation": true })),
            (&world.reviewer, "acceptSubmission", json!({})),
        ] {
            let input = world.seen(institution).await.input(more);
            world.done(who, mutation, input).await;
        }
    }
    let kosme = ids(&world, "KOSME").await;
    let kibo = ids(&world, "KIBO").await;
    Filled { world, kosme, kibo }
}

async fn ids(world: &World, institution: &str) -> Ids {
    let submission = world.seen(institution).await.id;
    let query = format!(
        "{{ node(id: \"{submission}\") {{ ... on Submission {{ revisions {{ nodes {{ id receipt }} }} values {{ nodes {{ id }} }} \
           files {{ nodes {{ id }} }} comments {{ nodes {{ id }} }} extensions {{ nodes {{ id }} }} extensionRequests {{ nodes {{ id }} }} }} }} }}"
    );
    let data = world.data(&Principal::System, &query).await;
    let node = &data["node"];
    let mut others = vec![("Submission", submission.clone())];
    for (list, ty) in [
        ("revisions", "SubmissionRevision"),
        ("values", "SubmissionValue"),
        ("files", "SubmissionFile"),
        ("comments", "SubmissionComment"),
        ("extensions", "Extension"),
        ("extensionRequests", "ExtensionRequest"),
    ] {
        let nodes = node[list]["nodes"].as_array().unwrap();
        assert!(!nodes.is_empty(), "{list}");
        others.extend(nodes.iter().map(|row| (ty, row["id"].as_str().unwrap().to_owned())));
    }
    let receipt = node["revisions"]["nodes"][0]["receipt"].as_str().unwrap().to_owned();
    Ids { submission, receipt, others }
}

/// Lists that hold results, below rows that everybody sees and at the root.
const LISTS: &str = "{
    submissions { totalCount nodes { id } edges { cursor } pageInfo { hasNextPage endCursor } }
    submissionRevisions { totalCount nodes { id } }
    submissionValues(includeSuperseded: true) { totalCount nodes { id } }
    extensionRequests { totalCount nodes { id } }
    programmes(where: { code: { eq: \"T_AI\" } }) { nodes { submissions { totalCount nodes { id values { totalCount } } } } }
    programme(code: \"T_AI\") { submissions(first: 100) { totalCount nodes { id } } }
    period(quarter: \"2026-Q3\") { submissions { totalCount nodes { id } } }
    periods { nodes { quarter submissions { totalCount nodes { id } } } }
}";

async fn nobody_without_a_right_sees_a_result_by_any_path(place: Place) {
    let filled = fill(&place).await;
    let world = &filled.world;
    // With the code by which they are told that they may not ask at all.
    let strangers = [
        ("anonymous", Principal::Anonymous, Some("UNAUTHENTICATED")),
        (
            "an operator without scopes for it",
            world.app.principal("TIPA", "content:write audit:read").await,
            Some("FORBIDDEN"),
        ),
        (
            "a partner without scopes for it",
            world.app.principal("KOSME", "content:write").await,
            Some("FORBIDDEN"),
        ),
        (
            "a partner that may review by mistake",
            world.app.principal("KOSME", "results:review").await,
            Some("FORBIDDEN"),
        ),
        (
            "an institution that reports nothing",
            world.app.principal("ETRI", "program:read results:submit results:review").await,
            None,
        ),
    ];
    for (name, who, barred) in &strangers {
        for (ty, id) in filled.kosme.others.iter().chain(&filled.kibo.others) {
            let query =
                format!("{{ node(id: \"{id}\") {{ id }} nodes(ids: [\"{id}\"]) {{ id }} }}");
            let answer = world.ask(who, &query).await;
            assert_eq!(answer["data"], json!({ "node": null, "nodes": [null] }), "{ty} to {name}");
            assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND", "{ty} to {name}");
        }
        let answer = world.ask(who, LISTS).await;
        let (data, errors) = (&answer["data"], answer["errors"].as_array());
        for path in [
            "/submissions",
            "/submissionRevisions",
            "/submissionValues",
            "/extensionRequests",
            "/programmes/nodes/0/submissions",
            "/programme/submissions",
            "/periods/nodes/0/submissions",
            "/period/submissions",
        ] {
            let list = data.pointer(path).unwrap_or_else(|| panic!("{path} {data:#}"));
            if let Some(code) = barred {
                let is_at = |error: &&Value| {
                    let steps = error["path"].as_array().unwrap().iter();
                    let steps = steps.map(|step| step.to_string().replace('"', ""));
                    steps.collect::<Vec<_>>().join("/") == path[1..]
                };
                let error = errors.unwrap().iter().find(is_at);
                let error = error.unwrap_or_else(|| panic!("{path} to {name}: {answer:#}"));
                assert_eq!((list, &error["extensions"]["code"]), (&Value::Null, &json!(code)));
                continue;
            }
            assert_eq!(
                (&list["totalCount"], &list["nodes"]),
                (&json!(0), &json!([])),
                "{path} to {name}"
            );
        }
        for query in [
            format!("{{ receipt(number: \"{}\") {{ id }} }}", filled.kosme.receipt),
            format!("{{ submissionCheck(id: \"{}\") {{ errorCount }} }}", filled.kosme.submission),
            format!(
                "{{ submissionDiff(id: \"{}\", from: 1, to: 2) {{ from }} }}",
                filled.kosme.submission
            ),
        ] {
            let code = barred.unwrap_or("NOT_FOUND");
            assert_eq!(world.refusal(who, &query).await, code, "{query} to {name}");
        }
        let text =
            world.ask(who, &format!("{{ search(text: \"{SECRET}\") {{ totalCount }} }}")).await;
        assert_eq!(text["data"]["search"]["totalCount"], 0);
    }
    // What a programme asks for is public.
    let data = world.data(&Principal::Anonymous, "{ programme(code: \"T_AI\") { indicators { totalCount } validationRules { totalCount } obligations { totalCount } } }").await;
    assert_eq!(
        data["programme"],
        json!({ "indicators": { "totalCount": 6 }, "validationRules": { "totalCount": 3 }, "obligations": { "totalCount": 3 } })
    );
}

async fn a_partner_sees_its_own_and_nothing_of_others(place: Place) {
    let filled = fill(&place).await;
    let world = &filled.world;
    let with_review =
        world.app.principal("KIBO", "program:read results:submit results:review").await;
    let reads = world.app.principal("KIBO", "program:read").await;
    let submits = world.app.principal("KIBO", "results:submit").await;
    for (name, who) in [
        ("KIBO", &world.kibo),
        ("KIBO that may review by mistake", &with_review),
        ("KIBO that reads", &reads),
        ("KIBO that submits", &submits),
    ] {
        for (own, ids) in [(true, &filled.kibo), (false, &filled.kosme)] {
            for (ty, id) in &ids.others {
                let answer = world.ask(who, &format!("{{ node(id: \"{id}\") {{ id }} }}")).await;
                assert_eq!(!answer["data"]["node"].is_null(), own, "{ty} to {name}: {answer}");
            }
        }
        let data = world.data(who, LISTS).await;
        for (path, count) in [
            ("/submissions", 1),
            ("/submissionRevisions", 2),
            ("/programmes/nodes/0/submissions", 1),
            ("/programme/submissions", 1),
            ("/period/submissions", 1),
        ] {
            let list = data.pointer(path).unwrap();
            assert_eq!(list["totalCount"], count, "{path} to {name}");
            assert_eq!(list["nodes"].as_array().unwrap().len(), count, "{path} to {name}");
        }
        assert_eq!(data["submissions"]["nodes"][0]["id"], *filled.kibo.submission, "{name}");
        let text = world.ask(who, "{ submissions { nodes { reason nilReason values(first: 100) { nodes { value reason comment evidenceNote files { nodes { name } } } } files { nodes { name } } comments { nodes { message } } extensions { nodes { reason } } } } submissionValues(first: 100, includeSuperseded: true) { nodes { value reason comment evidenceNote } } }").await;
        let text = text.to_string();
        assert!(text.contains("다른문구") && !text.contains(SECRET), "{name}: {text}");
        // Its neighbour's receipt and checks are none of its business.
        let query = format!("{{ receipt(number: \"{}\") {{ id }} }}", filled.kosme.receipt);
        assert_eq!(world.refusal(who, &query).await, "NOT_FOUND");
    }
    // Who runs the programme sees all.
    for who in [&world.lead, &world.reviewer] {
        let data = world.data(who, LISTS).await;
        assert_eq!(data["submissions"]["totalCount"], 3);
        assert_eq!(data["programme"]["submissions"]["totalCount"], 3);
    }
    // With the scope for handing in alone, an operator sees its own, which is none here.
    let submits = world.app.principal("TIPA", "results:submit").await;
    assert_eq!(world.data(&submits, LISTS).await["submissions"]["totalCount"], 0);
}

async fn statistics_and_series_are_of_what_the_caller_sees(place: Place) {
    let filled = fill(&place).await;
    let world = &filled.world;
    let query = "{ submissionStatistics(groupBy: INSTITUTION, where: { quarter: { eq: \"2026-Q3\" } }) { rows { keys { code } expected accepted } total { expected accepted acceptedRate { percent } } }
        by: submissionStatistics(groupBy: INSTITUTION, where: { institution: { code: { eq: \"KOSME\" } }, quarter: { eq: \"2026-Q3\" } }) { rows { count } total { expected } }
        values: valueStatistics(groupBy: INSTITUTION, where: { indicator: { code: { eq: \"BUDGET\" } } }) { rows { keys { code } value { sum } } total { institutions value { count sum } } }
        indicatorSeries(programme: \"T_AI\", indicator: \"BUDGET\", by: INSTITUTION, from: \"2026-Q3\", to: \"2026-Q3\") { points { key value accepted expected } }
        whole: indicatorSeries(programme: \"T_AI\", indicator: \"BUDGET\", from: \"2026-Q3\", to: \"2026-Q3\") { points { value institutions } }
        region: indicatorSeries(programme: \"T_AI\", indicator: \"COMPANIES\", by: REGION, from: \"2026-Q3\", to: \"2026-Q3\") { points { key value } }
        of: indicatorSeries(programme: \"T_AI\", indicator: \"BUDGET\", institution: \"KOSME\", from: \"2026-Q3\", to: \"2026-Q3\") { points { value } } }";
    // Who may not ask for results is told so; zeros would be figures.
    let nothing = world.ask(&Principal::Anonymous, query).await;
    assert_eq!(nothing.get("data"), None, "{nothing:#}");
    assert_eq!(nothing["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{nothing:#}");
    let mistaken = world.app.principal("SEMAS", "results:review").await;
    let nothing = world.ask(&mistaken, query).await;
    assert!(nothing["data"].as_object().unwrap().values().all(Value::is_null), "{nothing:#}");
    let errors = nothing["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 7);
    assert!(errors.iter().all(|error| error["extensions"]["code"] == "FORBIDDEN"), "{nothing:#}");
    // Targets are public, what was reached is not.
    for institution in ["KIBO", "KOSME", "SEMAS"] {
        let target = json!({ "programme": PROGRAMME, "indicator": "BUDGET", "institution": institution, "quarter": QUARTER, "value": "1000" });
        world.done(&world.lead, "setTarget", target).await;
    }
    let reached = "{ targetStatistics { total { target { count } result { count sum } } } }";
    for (by, result) in [
        (&Principal::Anonymous, json!({ "count": 0, "sum": null })),
        (&mistaken, json!({ "count": 0, "sum": null })),
        (&world.kibo, json!({ "count": 1, "sum": "1200" })),
        (&world.reviewer, json!({ "count": 2, "sum": "2400" })),
    ] {
        let data = world.data(by, reached).await;
        let expected = json!({ "target": { "count": 3 }, "result": result });
        assert_eq!(data["targetStatistics"]["total"], expected);
    }
    let own = world.data(&world.kibo, query).await;
    assert_eq!(
        own["submissionStatistics"],
        json!({ "rows": [{ "keys": [{ "code": "KIBO" }], "expected": 1, "accepted": 1 }], "total": { "expected": 1, "accepted": 1, "acceptedRate": { "percent": 100 } } })
    );
    assert_eq!(own["by"], json!({ "rows": [], "total": { "expected": 0 } }));
    assert_eq!(
        own["values"],
        json!({ "rows": [{ "keys": [{ "code": "KIBO" }], "value": { "sum": "1200" } }], "total": { "institutions": 1, "value": { "count": 1, "sum": "1200" } } })
    );
    assert_eq!(
        own["indicatorSeries"]["points"],
        json!([{ "key": "KIBO", "value": "1200", "accepted": 1, "expected": 1 }])
    );
    assert_eq!(own["whole"]["points"], json!([{ "value": "1200", "institutions": 1 }]));
    assert_eq!(own["region"]["points"], json!([{ "key": "KR-11", "value": "10" }]));
    assert_eq!(own["of"]["points"], json!([]));
    let all = world.data(&world.reviewer, query).await;
    assert_eq!(all["submissionStatistics"]["total"]["expected"], 3);
    assert_eq!(
        all["values"]["total"],
        json!({ "institutions": 2, "value": { "count": 2, "sum": "2400" } })
    );
    assert_eq!(all["whole"]["points"], json!([{ "value": "2400", "institutions": 2 }]));
    assert_eq!(all["region"]["points"], json!([{ "key": "KR-11", "value": "20" }]));
    // A programme that is hidden has no series for others.
    world.app.sql("UPDATE programme SET visibility = 'INTERNAL' WHERE code = 'T_AI'").await;
    let hidden =
        "{ indicatorSeries(programme: \"T_AI\", indicator: \"BUDGET\") { points { value } } }";
    assert_eq!(world.refusal(&world.kosme, hidden).await, "NOT_FOUND");
}

async fn filters_and_orders_tell_nothing(place: Place) {
    let filled = fill(&place).await;
    let world = &filled.world;
    let conditions = [
        "status: { eq: ACCEPTED }",
        "institution: { code: { eq: \"KOSME\" } }",
        "submittedBy: { isNull: false }",
        "values: { some: { cell: { eq: \"BUDGET\" }, value: { eq: \"1200\" } } }",
        "comments: { some: { message: { contains: \"비밀\" } } }",
        "extensions: { some: { reason: { contains: \"비밀\" } } }",
        "extensionRequests: { some: { reason: { contains: \"비밀\" } } }",
        "revisions: { some: { number: { eq: 2 } } }",
        "isOverdue: true",
        "waitsFor: LEAD",
    ];
    for condition in conditions {
        let query = format!(
            "{{ programmes(where: {{ code: {{ eq: \"{PROGRAMME}\" }}, submissions: {{ some: {{ {condition} }} }} }}) {{ totalCount }} \
               none: programmes(where: {{ code: {{ eq: \"{PROGRAMME}\" }}, submissions: {{ none: {{ {condition} }} }} }}) {{ totalCount }} \
               periods(where: {{ quarter: {{ eq: \"{QUARTER}\" }}, submissions: {{ some: {{ {condition} }} }} }}) {{ totalCount }} \
               submissions(where: {{ {condition} }}) {{ totalCount }} \
               not: submissions(where: {{ not: {{ {condition} }} }}) {{ totalCount }} \
               submissionRevisions(where: {{ submission: {{ {condition} }} }}) {{ totalCount }} }}"
        );
        let none = json!({
            "programmes": { "totalCount": 0 }, "none": { "totalCount": 1 }, "periods": { "totalCount": 0 },
            "submissions": null, "not": null, "submissionRevisions": null,
        });
        assert_eq!(world.ask(&Principal::Anonymous, &query).await["data"], none, "{condition}");
        // To a partner it says what holds of its own.
        let data = world.data(&world.semas, &query).await;
        let of_all = data["submissions"]["totalCount"].as_i64().unwrap()
            + data["not"]["totalCount"].as_i64().unwrap();
        assert_eq!(of_all, 1, "{condition}: {data}");
        assert_eq!(data["submissionRevisions"]["totalCount"], 0, "{condition}");
        let has_own = data["submissions"]["totalCount"].as_i64().unwrap();
        assert_eq!(data["programmes"]["totalCount"], has_own, "{condition}");
        let lead = world.data(&world.lead, &query).await;
        assert_eq!(lead["programmes"]["totalCount"], 1, "{condition}: the operator finds it");
    }
    // Cursors of what is hidden lead nowhere.
    let all = world
        .data(
            &world.lead,
            "{ submissions(orderBy: [{ field: DUE_ON }]) { edges { cursor node { id } } } }",
        )
        .await;
    let stranger = world.app.principal("ETRI", "program:read").await;
    for edge in all["submissions"]["edges"].as_array().unwrap() {
        let cursor = edge["cursor"].as_str().unwrap();
        for end in
            [format!("first: 5, after: \"{cursor}\""), format!("last: 5, before: \"{cursor}\"")]
        {
            let query = format!(
                "{{ submissions(orderBy: [{{ field: DUE_ON }}], {end}) {{ nodes {{ id }} }} }}"
            );
            let data = world.data(&stranger, &query).await;
            assert_eq!(data["submissions"]["nodes"], json!([]));
        }
    }
}

async fn what_is_hidden_is_not_found_and_what_is_not_allowed_is_forbidden(place: Place) {
    let filled = fill(&place).await;
    let world = &filled.world;
    let seen = world.seen("KOSME").await;
    let nothing = global_id::encode(*b"SB", uuid::Uuid::now_v7());
    let reader = world.app.principal("KOSME", "program:read").await;
    let operator_reader = world.app.principal("TIPA", "program:read").await;
    for (name, who, hidden, none) in [
        // Who may write no result at all is told so, and learns nothing of what there is.
        ("anonymous", &Principal::Anonymous, "UNAUTHENTICATED", "UNAUTHENTICATED"),
        ("who only reads", &reader, "FORBIDDEN", "FORBIDDEN"),
        ("an operator that only reads", &operator_reader, "FORBIDDEN", "FORBIDDEN"),
        // So is who only reviews, whatever it sees.
        ("the reviewer", &world.reviewer, "FORBIDDEN", "FORBIDDEN"),
        // Others may, but not see this one.
        ("another partner", &world.kibo, "NOT_FOUND", "NOT_FOUND"),
    ] {
        for (id, expected) in [(&seen.id, hidden), (&nothing, none)] {
            let mut input = seen.input(json!({ "values": good() }));
            input["id"] = json!(id);
            let answer = world.tried(who, "saveSubmissionDraft", input).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], expected, "{name}: {answer}");
        }
    }
    // A stranger's answers to what is there and what is not are the same to the letter.
    let tell = async |id: &str| {
        let mut input = seen.input(json!({ "values": good() }));
        input["id"] = json!(id);
        world.tried(&world.kibo, "saveSubmissionDraft", input).await
    };
    assert_eq!(tell(&seen.id).await, tell(&nothing).await);
    // Each refusal is on record, with what it was about.
    let auditor = world.app.principal("MSS", "audit:read").await;
    let query = "{ auditEvents(where: { action: { eq: \"saveSubmissionDraft\" }, outcome: { eq: REFUSED } }) { totalCount nodes { reason subjectType } } }";
    let data = world.data(&auditor, query).await;
    assert_eq!(data["auditEvents"]["totalCount"], 12, "{data:#}");
}

/// Types of the changes that a caller is told of.
async fn told(world: &World, who: &Principal) -> Vec<String> {
    let types = "[\"Submission\", \"SubmissionRevision\", \"SubmissionComment\", \"Extension\", \"ExtensionRequest\"]";
    let query =
        format!("{{ changes(types: {types}, last: 100) {{ nodes {{ type subject {{ id }} }} }} }}");
    let data = world.data(who, &query).await;
    let nodes = data["changes"]["nodes"].as_array().unwrap();
    // Illustrative rows that the world took out left their changes behind.
    let there = nodes.iter().filter(|node| !node["subject"].is_null());
    there.map(|node| node["type"].as_str().unwrap().to_owned()).collect()
}

async fn the_feed_tells_of_what_the_caller_sees(place: Place) {
    let filled = fill(&place).await;
    let world = &filled.world;
    let mistaken = world.app.principal("KOSME", "results:review").await;
    for who in [&Principal::Anonymous, &mistaken] {
        assert_eq!(told(world, who).await, [""; 0], "{}", who.actor());
    }
    let (own, all) = (told(world, &world.kibo).await, told(world, &world.lead).await);
    let count = |told: &[String], ty: &str| told.iter().filter(|found| *found == ty).count();
    // Expected, asked for and extended, saved, shown by a file, handed in, returned, saved, handed in, accepted.
    assert_eq!(count(&own, "Submission"), 10);
    assert_eq!(count(&own, "ExtensionRequest"), 2, "asked for, and granted");
    assert_eq!(count(&all, "Submission"), 21, "two alike, and one that is only expected");
    assert_eq!(count(&own, "SubmissionRevision"), 3, "two, one of them accepted");
    assert_eq!((count(&own, "SubmissionComment"), count(&own, "Extension")), (1, 1));
    assert_eq!(count(&all, "SubmissionComment"), 2);
    // As they happen, too.
    let engine = &world.app.app.engine;
    for (who, hears) in [
        (&Principal::Anonymous, false),
        (&mistaken, false),
        (&world.semas, false),
        (&world.kosme, true),
        (&world.lead, true),
    ] {
        let until = world.written().await[0];
        let query = "subscription { changes(types: [\"SubmissionComment\", \"Extension\"]) { node { type } } }";
        let request = Request { query: query.to_owned(), ..Request::default() };
        let author = Author { principal: who, request_id: "test", address: None, now: now() };
        let call = Call { author, language: Language::English, allowance: None };
        let prepared = engine.prepare(&request, &call).unwrap();
        let events = engine.events(&prepared, &call, until - 40, until).await.unwrap();
        assert_eq!(!events.events.is_empty(), hears, "{}: {:?}", who.actor(), events.events);
    }
}

async fn the_audit_of_results_is_for_auditors(place: Place) {
    let filled = fill(&place).await;
    let world = &filled.world;
    let query = "{ auditEvents(first: 100, where: { subjectType: { eq: \"Submission\" } }) { totalCount nodes { action before after } } }";
    for (who, code) in [
        (&Principal::Anonymous, "UNAUTHENTICATED"),
        (&world.kosme, "FORBIDDEN"),
        (&world.lead, "FORBIDDEN"),
    ] {
        assert_eq!(world.refusal(who, query).await, code, "{}", who.actor());
    }
    let own = world.app.principal("KIBO", "audit:read").await;
    let text = world.data(&own, query).await.to_string();
    assert!(text.contains("다른문구") && !text.contains(SECRET), "{text}");
    let all = world.app.principal("MSS", "audit:read").await;
    let text = world.data(&all, query).await.to_string();
    assert!(text.contains(SECRET), "the values saved stand in the audit");
    // The secret of what was said stands in no event that others see: the number of rows is counted here.
    let statement = Statement::from_string(
        world.app.db.get_database_backend(),
        format!(
            "SELECT count(*) FROM audit_event WHERE after LIKE '%{SECRET}%' OR before LIKE '%{SECRET}%'"
        ),
    );
    let row = world.app.db.query_one_raw(statement).await.unwrap().unwrap();
    assert!(row.try_get_by_index::<i64>(0).unwrap() > 0);
}
