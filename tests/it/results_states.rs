//! States and figures of quarterly results: no state without a way out, what extensions move, what a final quarter
//! allows, and who joins a quarter that is open already.

use aiplus::domain::principal::Principal;
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use crate::support::Place;
use crate::support::results::{PROGRAMME, QUARTER, Seen, World, at, codes, good, key, value};
use crate::tests;

tests![
    a_final_quarter_changes_by_an_accepted_restatement_alone,
    extensions_reach_what_is_to_come_again,
    an_extension_is_asked_for_and_decided,
    a_message_that_advises_is_true,
    what_was_returned_is_not_missing,
    an_obligation_joins_what_is_open,
    an_obligation_that_cannot_join_names_the_next_day,
    what_holds_in_a_final_quarter_stands,
    targets_are_set_once_for_each_call,
    deadlines_that_moved_are_in_no_writes_way,
    a_quarter_closes_early_only_if_that_is_said,
    what_was_handed_in_is_not_made_wrong,
    a_weight_stays_one,
];

const COUNTS: [&str; 9] =
    ["expected", "submitted", "onTime", "late", "accepted", "nil", "draft", "returned", "missing"];

/// Counts of the quarter in the order of [`COUNTS`], as known at an instant.
async fn counts(world: &World, now: DateTime<Utc>, known_at: Option<DateTime<Utc>>) -> Vec<i64> {
    let known =
        known_at.map(|at| format!(", knownAt: \"{}\"", at.to_rfc3339())).unwrap_or_default();
    let query = format!(
        "{{ submissionStatistics(where: {{ programme: {{ code: {{ eq: \"{PROGRAMME}\" }} }}, quarter: {{ eq: \"{QUARTER}\" }} }}{known}) \
           {{ total {{ {} }} }} }}",
        COUNTS.join(" ")
    );
    let answer = world.ask_at(&world.lead, now, &query, Value::Null).await;
    let total = &answer["data"]["submissionStatistics"]["total"];
    COUNTS.iter().map(|name| total[name].as_i64().unwrap_or_else(|| panic!("{answer:#}"))).collect()
}

/// A field of a submission at an instant.
async fn shown(world: &World, institution: &str, now: DateTime<Utc>, fields: &str) -> Value {
    let id = world.seen(institution).await.id;
    let query = format!("{{ node(id: \"{id}\") {{ ... on Submission {{ {fields} }} }} }}");
    let answer = world.ask_at(&world.lead, now, &query, Value::Null).await;
    assert!(answer.get("errors").is_none(), "{answer:#}");
    answer["data"]["node"].clone()
}

async fn number(world: &World, now: DateTime<Utc>, filter: &str) -> i64 {
    let query = format!(
        "{{ submissions(where: {{ programme: {{ code: {{ eq: \"{PROGRAMME}\" }} }}, {filter} }}) {{ totalCount }} }}"
    );
    let answer = world.ask_at(&world.lead, now, &query, Value::Null).await;
    answer["data"]["submissions"]["totalCount"].as_i64().unwrap_or_else(|| panic!("{answer}"))
}

fn back(due_on: &str) -> Value {
    json!({ "comments": [{ "message": "보완" }], "dueOn": due_on })
}

fn note() -> Value {
    json!({ "reason": "뒤늦은 제출", "publicNote": { "ko": "뒤늦게 받았습니다." } })
}

/// A verb by the institution at an instant, on its submission as it is.
async fn act(
    world: &World,
    who: &Principal,
    (institution, now): (&str, DateTime<Utc>),
    mutation: &str,
    more: Value,
) -> Value {
    let input = world.seen(institution).await.input(more);
    world.act_at(who, now, mutation, input).await
}

async fn done(
    world: &World,
    who: &Principal,
    (institution, now): (&str, DateTime<Utc>),
    mutation: &str,
    more: Value,
) -> Value {
    let payload = act(world, who, (institution, now), mutation, more).await;
    assert_eq!(payload["errors"], json!([]), "{mutation} {institution}\n{payload:#}");
    payload
}

async fn remind(world: &World, institution: &str, now: DateTime<Utc>) -> Value {
    let seen = world.seen(institution).await;
    let items = json!([{ "id": seen.id, "expectedVersion": seen.version }]);
    let input = json!({ "items": items, "idempotencyKey": key() });
    world.done_at(&world.reviewer, now, "remindSubmissions", input).await["items"][0].clone()
}

async fn a_final_quarter_changes_by_an_accepted_restatement_alone(place: Place) {
    let world = World::new(&place).await;
    world.accepted("KOSME", good()).await;
    // KIBO saves nothing; SEMAS is handed in and never accepted.
    world.save("SEMAS", good()).await;
    world.submit("SEMAS").await;
    let (kibo, semas) = (world.seen("KIBO").await.id, world.seen("SEMAS").await.id);
    let frozen = world.freeze(QUARTER, &[&kibo, &semas]).await;
    assert_eq!(codes(&frozen), [""; 0], "{frozen:#}");
    let now = world.now + Duration::hours(1);
    let first = counts(&world, now, None).await;
    assert_eq!(first, [3, 2, 0, 2, 1, 0, 0, 0, 1]);
    // No verb works, and each says what does.
    let verbs = [
        ("saveSubmissionDraft", json!({ "values": good() })),
        ("submitSubmission", json!({ "attestation": true })),
        ("reportNilSubmission", json!({ "reason": "없음" })),
        ("recallSubmission", json!({})),
        ("startSubmissionReview", json!({})),
        ("returnSubmission", back("2026-12-20")),
        ("acceptSubmission", json!({})),
        ("reopenSubmission", json!({ "reason": "착오", "dueOn": "2026-12-20" })),
        ("grantExtension", json!({ "reason": "사유", "expiresOn": "2027-10-31" })),
        ("requestExtension", json!({ "reason": "사유", "expiresOn": "2027-10-31" })),
    ];
    for institution in ["KIBO", "KOSME", "SEMAS"] {
        for (mutation, more) in &verbs {
            let who = match *mutation {
                "reopenSubmission" => &world.lead,
                "saveSubmissionDraft"
                | "submitSubmission"
                | "reportNilSubmission"
                | "recallSubmission"
                | "requestExtension" => world.partner(institution),
                _ => &world.reviewer,
            };
            let refused = act(&world, who, (institution, now), mutation, more.clone()).await;
            assert_eq!(codes(&refused), ["PERIOD_FINAL"], "{mutation} {institution}");
        }
        assert_eq!(codes(&remind(&world, institution, now).await), ["PERIOD_FINAL"]);
        let told = shown(&world, institution, now, "waitsFor daysLeft").await;
        assert_eq!(told, json!({ "waitsFor": "NOBODY", "daysLeft": null }), "{institution}");
    }
    assert_eq!(number(&world, now, "isOverdue: true").await, 0);
    assert_eq!(number(&world, now, "waitsFor: NOBODY").await, 3);
    assert_eq!(number(&world, now, "waitsFor: PARTNER").await, 0);
    assert_eq!(counts(&world, now, None).await, first);
    // Late supply of what was never begun, as a nil return; every step before the acceptance moves nothing.
    let accepted_at = now + Duration::days(3);
    let mut standing = first.clone();
    for (institution, outcome) in
        [("KIBO", [3, 3, 0, 3, 2, 1, 0, 0, 0]), ("SEMAS", [3, 3, 0, 3, 3, 1, 0, 0, 0])]
    {
        let partner = world.partner(institution);
        let opens =
            accepted_at - Duration::days(2) + Duration::hours(i64::from(institution == "SEMAS"));
        let accepts = accepted_at + Duration::hours(i64::from(institution == "SEMAS"));
        let completeness = shown(&world, institution, now, "completeness").await;
        let unmoved = async |step: &str, now: DateTime<Utc>| {
            assert_eq!(counts(&world, now, None).await, standing, "{institution} {step}");
            let told = shown(&world, institution, now, "completeness").await;
            assert_eq!(told, completeness, "{institution} {step}");
        };
        let opened =
            done(&world, &world.lead, (institution, opens), "restateSubmission", note()).await;
        let row = &opened["submission"];
        assert_eq!((&row["status"], &row["isRestatement"]), (&json!("DRAFT"), &json!(true)));
        unmoved("opened", opens).await;
        let told = shown(&world, institution, opens, "waitsFor daysLeft").await;
        assert_eq!(told, json!({ "waitsFor": "PARTNER", "daysLeft": null }));
        assert_eq!(number(&world, opens, "isOverdue: true").await, 0, "it has no due date");
        assert_eq!(number(&world, opens, "waitsFor: PARTNER").await, 1);
        for (who, mutation, more, code) in [
            (&world.lead, "restateSubmission", note(), "RESTATEMENT_OPEN"),
            (
                &world.reviewer,
                "grantExtension",
                json!({ "reason": "사유", "expiresOn": "2027-10-31" }),
                "NO_DEADLINE",
            ),
            (
                partner,
                "requestExtension",
                json!({ "reason": "사유", "expiresOn": "2027-10-31" }),
                "NO_DEADLINE",
            ),
            (&world.reviewer, "declineExtension", json!({ "reason": "사유" }), "NO_REQUEST"),
        ] {
            let refused = act(&world, who, (institution, opens), mutation, more).await;
            assert_eq!(codes(&refused), [code], "{mutation}");
        }
        assert_eq!(remind(&world, institution, opens).await["isDone"], true);
        let hand_in = async |now: DateTime<Utc>| {
            if institution == "KIBO" {
                let nil = json!({ "reason": "실적 없음" });
                done(&world, partner, (institution, now), "reportNilSubmission", nil).await
            } else {
                let cells = json!({ "values": [value("COMPANIES", "7")] });
                done(&world, partner, (institution, now), "saveSubmissionDraft", cells).await;
                let vouched = json!({ "attestation": true });
                done(&world, partner, (institution, now), "submitSubmission", vouched).await
            }
        };
        let handed = hand_in(opens).await;
        assert_eq!(handed["revision"]["isOnTime"], false, "{handed:#}");
        assert_eq!(handed["revision"]["restatementReason"], "뒤늦은 제출");
        unmoved("handed in", opens).await;
        done(&world, partner, (institution, opens), "recallSubmission", json!({})).await;
        unmoved("recalled", opens).await;
        hand_in(opens).await;
        done(&world, &world.reviewer, (institution, opens), "startSubmissionReview", json!({}))
            .await;
        done(&world, &world.reviewer, (institution, opens), "returnSubmission", back("2026-12-20"))
            .await;
        unmoved("returned", opens).await;
        assert_eq!(number(&world, at("2026-12-25T03:00:00Z"), "isOverdue: true").await, 1);
        // Long past every date.
        let handed = hand_in(opens).await;
        assert_eq!(handed["revision"]["restatementReason"], "뒤늦은 제출", "not the return's");
        unmoved("handed in again", opens).await;
        let accepted =
            done(&world, &world.reviewer, (institution, accepts), "acceptSubmission", json!({}))
                .await;
        assert_eq!(accepted["submission"]["status"], "FINAL");
        assert_eq!(counts(&world, accepts, None).await, outcome, "{institution}");
        let told = shown(&world, institution, accepts, "completeness").await;
        assert_eq!(told["completeness"], "ACCEPTED");
        assert_eq!(counts(&world, accepts, Some(accepts - Duration::seconds(1))).await, standing);
        assert_eq!(counts(&world, accepts, Some(accepts)).await, outcome);
        standing = outcome.to_vec();
    }
    // The figures too, and both as they were once.
    let query = |known: DateTime<Utc>| {
        format!(
            "{{ indicatorSeries(programme: \"{PROGRAMME}\", indicator: \"COMPANIES\", from: \"{QUARTER}\", to: \"{QUARTER}\", \
               knownAt: \"{}\") {{ points {{ value accepted expected }} }} }}",
            known.to_rfc3339()
        )
    };
    for (known, expected) in [
        (accepted_at - Duration::seconds(1), ("10", 1)),
        (accepted_at, ("10", 2)),
        (accepted_at + Duration::hours(1), ("17", 3)),
    ] {
        let data = world.data(&world.lead, &query(known)).await;
        let point = json!([{ "value": expected.0, "accepted": expected.1, "expected": 3 }]);
        assert_eq!(data["indicatorSeries"]["points"], point, "{known}");
    }
    // Before the quarter was final, and before it opened.
    let early = counts(&world, now, Some(world.now - Duration::seconds(1))).await;
    assert_eq!(early[0], 0, "nobody was expected yet");
    assert_eq!(counts(&world, now, Some(now)).await, first);
}

/// What became of the requests of an institution, newest first.
async fn requests(world: &World, who: &Principal, institution: &str) -> Value {
    let id = world.seen(institution).await.id;
    let query = format!(
        "{{ node(id: \"{id}\") {{ ... on Submission {{ extensionRequests {{ nodes {{ status expiresOn reason requestedBy institution {{ code }} \
           decidedAt decidedBy decidedByInstitution {{ code }} decisionReason }} }} }} }} }}"
    );
    world.data(who, &query).await["node"]["extensionRequests"]["nodes"].clone()
}

async fn an_extension_is_asked_for_and_decided(place: Place) {
    let world = World::new(&place).await;
    let now = world.now;
    let at = |minutes: i64| now + Duration::minutes(minutes);
    let ask = |day: &str| json!({ "reason": "담당자 교체", "expiresOn": day });
    let why = || json!({ "reason": "마감까지 충분합니다" });
    let queue = async |who: &Principal| {
        let query = "{ extensionRequests(where: { status: { eq: OPEN } }) { nodes { expiresOn submission { institution { code } } } } }";
        world.data(who, query).await["extensionRequests"]["nodes"].clone()
    };
    // Whose it is asks; who reviews decides, if there is something to decide on.
    for (who, mutation, more, code) in [
        (&world.kosme, "requestExtension", ask("2026-10-12"), "INVALID_DATE"),
        (&world.kosme, "requestExtension", ask("2028-10-12"), "INVALID_DATE"),
        (&world.reviewer, "declineExtension", why(), "NO_REQUEST"),
    ] {
        let refused = act(&world, who, ("KOSME", now), mutation, more).await;
        assert_eq!(codes(&refused)[0], code, "{mutation} {refused:#}");
    }
    for (who, mutation, more, code) in [
        (&world.kibo, "requestExtension", ask("2026-12-20"), "NOT_FOUND"),
        (&world.lead, "requestExtension", ask("2026-12-20"), "FORBIDDEN"),
        (&world.kosme, "declineExtension", why(), "FORBIDDEN"),
    ] {
        let input = world.seen("KOSME").await.input(more);
        let answer = world.tried(who, mutation, input).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{mutation} {answer:#}");
    }
    assert_eq!(requests(&world, &world.lead, "KOSME").await, json!([]));
    // It moves nothing, and nobody else's deadline.
    let due = shown(&world, "KOSME", now, "dueOn locksOn").await;
    done(&world, &world.kosme, ("KOSME", at(1)), "requestExtension", ask("2026-12-20")).await;
    assert_eq!(shown(&world, "KOSME", now, "dueOn locksOn").await, due);
    let open = json!([{ "expiresOn": "2026-12-20", "submission": { "institution": { "code": "KOSME" } } }]);
    assert_eq!(queue(&world.reviewer).await, open);
    assert_eq!(queue(&world.kosme).await, open);
    assert_eq!(queue(&world.kibo).await, json!([]));
    let can = async |who: &Principal, verb: &str| {
        let id = world.seen("KOSME").await.id;
        let query = format!(
            "{{ node(id: \"{id}\") {{ ... on Submission {{ viewerCan {{ {verb} {{ isAllowed }} }} }} }} }}"
        );
        world.data(who, &query).await["node"]["viewerCan"][verb]["isAllowed"].clone()
    };
    assert_eq!(can(&world.kosme, "requestExtension").await, false);
    assert_eq!(can(&world.reviewer, "declineExtension").await, true);
    // One at a time.
    let second =
        act(&world, &world.kosme, ("KOSME", now), "requestExtension", ask("2026-12-30")).await;
    assert_eq!(codes(&second), ["REQUEST_OPEN"]);
    done(&world, &world.reviewer, ("KOSME", now), "declineExtension", why()).await;
    assert_eq!(can(&world.kosme, "requestExtension").await, true);
    assert_eq!(can(&world.reviewer, "declineExtension").await, false);
    assert_eq!(shown(&world, "KOSME", now, "dueOn locksOn").await, due);
    // Granted for another day than was asked for.
    done(&world, &world.kosme, ("KOSME", at(2)), "requestExtension", ask("2026-12-30")).await;
    let granted = json!({ "reason": "인정", "expiresOn": "2026-12-15" });
    let granted = done(&world, &world.reviewer, ("KOSME", now), "grantExtension", granted).await;
    assert_eq!(granted["submission"]["dueOn"], "2026-12-15");
    // Submitting leaves nothing to decide on.
    done(&world, &world.kosme, ("KOSME", at(3)), "requestExtension", ask("2026-12-30")).await;
    world.save("KOSME", good()).await;
    world.submit("KOSME").await;
    assert_eq!(queue(&world.reviewer).await, json!([]));
    let late =
        act(&world, &world.kosme, ("KOSME", now), "requestExtension", ask("2026-12-30")).await;
    assert_eq!(codes(&late), ["WRONG_STATE"]);
    let told = requests(&world, &world.kosme, "KOSME").await;
    let of = |fields: [&str; 4]| -> Vec<Value> {
        let rows = told.as_array().unwrap().iter();
        rows.map(|row| json!(fields.map(|field| row[field].clone()))).collect()
    };
    assert_eq!(
        of(["status", "expiresOn", "decidedBy", "decisionReason"]),
        [
            json!(["WITHDRAWN", "2026-12-30", null, null]),
            json!(["GRANTED", "2026-12-30", "WITHHELD", "인정"]),
            json!(["DECLINED", "2026-12-20", "WITHHELD", "마감까지 충분합니다"]),
        ]
    );
    let tipa = json!({ "code": "TIPA" });
    assert_eq!(told[1]["decidedByInstitution"], tipa);
    assert_eq!(told[1]["requestedBy"], world.kosme.actor());
    assert!(told.as_array().unwrap().iter().all(|row| !row["decidedAt"].is_null()), "{told:#}");
    let told = requests(&world, &world.lead, "KOSME").await;
    assert_eq!(told[1]["decidedBy"], world.reviewer.actor());
    // What is open when its quarter is made final is declined then.
    done(&world, &world.kibo, ("KIBO", now), "requestExtension", ask("2026-12-30")).await;
    world.review("KOSME", "acceptSubmission").await;
    let (kibo, semas) = (world.seen("KIBO").await.id, world.seen("SEMAS").await.id);
    let frozen = world.freeze(QUARTER, &[&kibo, &semas]).await;
    assert_eq!(codes(&frozen), [""; 0], "{frozen:#}");
    let grant = json!({ "reason": "인정", "expiresOn": "2026-12-30" });
    let refused = act(&world, &world.reviewer, ("KIBO", now), "grantExtension", grant).await;
    assert_eq!(codes(&refused), ["PERIOD_FINAL"]);
    done(&world, &world.reviewer, ("KIBO", now), "declineExtension", why()).await;
    assert_eq!(queue(&world.reviewer).await, json!([]));
}

async fn extensions_reach_what_is_to_come_again(place: Place) {
    let world = World::before(&place, crate::support::now(), QUARTER).await;
    let input = json!({
        "code": "T_SHORT", "name": { "ko": "짧은 사업" }, "operator": "TIPA", "lockDays": 0, "idempotencyKey": key(),
    });
    world.done(&world.lead, "createProgramme", input).await;
    world.indicator("T_SHORT", "COUNT", "INTEGER", json!({})).await;
    for institution in ["KIBO", "KOSME"] {
        world.obligation(institution, "T_SHORT", "2026-01-01").await;
    }
    world.open(QUARTER).await;
    let input = async |institution: &str, more: Value| {
        world.seen_in(institution, "T_SHORT", QUARTER).await.input(more)
    };
    let cells = json!({ "values": [value("COUNT", "1")] });
    let vouched = json!({ "attestation": true });
    let on_time = at("2026-10-12T03:00:00Z");
    for institution in ["KIBO", "KOSME"] {
        let partner = world.partner(institution);
        for (mutation, more) in [("saveSubmissionDraft", &cells), ("submitSubmission", &vouched)] {
            let input = input(institution, more.clone()).await;
            world.done_at(partner, on_time, mutation, input).await;
        }
    }
    // KIBO recalls; KOSME gets it back to come again by the 20th. Neither does in time.
    let recall = input("KIBO", json!({})).await;
    world.done_at(&world.kibo, on_time, "recallSubmission", recall).await;
    let returned = input("KOSME", back("2026-10-20")).await;
    world.done_at(&world.reviewer, on_time, "returnSubmission", returned).await;
    for (institution, locks_on, is_on_time) in
        [("KIBO", "2026-10-12", Value::Null), ("KOSME", "2026-10-20", json!(true))]
    {
        let partner = world.partner(institution);
        let refused = world
            .act(partner, "saveSubmissionDraft", input(institution, cells.clone()).await)
            .await;
        assert_eq!(codes(&refused), ["LOCKED"]);
        let message = refused["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains("Ask for an extension"), "{message}");
        let row = world.find(institution, "T_SHORT", QUARTER).await.unwrap();
        assert_eq!(row["locksOn"], locks_on);
        // It is compared with the closing date.
        let early = json!({ "reason": "사유", "expiresOn": locks_on });
        let refused = world
            .act_at(&world.reviewer, on_time, "grantExtension", input(institution, early).await)
            .await;
        assert_eq!(codes(&refused), ["INVALID_DATE"], "{refused:#}");
        let message = refused["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains("closing date") && message.contains(locks_on), "{message}");
        let extension = json!({ "reason": "사유", "expiresOn": "2026-11-30" });
        let granted = world
            .done(&world.reviewer, "grantExtension", input(institution, extension).await)
            .await;
        let after = &granted["submission"];
        assert_eq!([&after["dueOn"], &after["locksOn"]], ["2026-10-12", "2026-11-30"]);
        assert_eq!(after["isOnTime"], is_on_time);
        // It comes again, and what was late stays late.
        for (mutation, more) in [("saveSubmissionDraft", &cells), ("submitSubmission", &vouched)] {
            world.done(partner, mutation, input(institution, more.clone()).await).await;
        }
        let row = world.find(institution, "T_SHORT", QUARTER).await.unwrap();
        let expected = if institution == "KOSME" { json!(true) } else { json!(false) };
        assert_eq!(
            (&row["status"], &row["isOnTime"]),
            (&json!("SUBMITTED"), &expected),
            "{institution}"
        );
    }
    // Late, recalled, extended: late.
    world.done(&world.kibo, "recallSubmission", input("KIBO", json!({})).await).await;
    let extension = json!({ "reason": "사유", "expiresOn": "2026-12-31" });
    world.done(&world.reviewer, "grantExtension", input("KIBO", extension).await).await;
    world.done(&world.kibo, "submitSubmission", input("KIBO", vouched.clone()).await).await;
    assert_eq!(world.find("KIBO", "T_SHORT", QUARTER).await.unwrap()["isOnTime"], false);
    // What a reviewer holds needs none.
    let extension = json!({ "reason": "사유", "expiresOn": "2027-01-31" });
    let refused =
        world.act(&world.reviewer, "grantExtension", input("KIBO", extension).await).await;
    assert_eq!(codes(&refused), ["WRONG_STATE"]);
}

/// What somebody is told, and whether what it names works.
async fn a_message_that_advises_is_true(place: Place) {
    let world = World::new(&place).await;
    world.save("KOSME", good()).await;
    world.submit("KOSME").await;
    // Past its closing date nothing can be recalled: the reviewer returns it.
    let over = at("2027-04-30T03:00:00Z");
    let refused = act(&world, &world.kosme, ("KOSME", over), "recallSubmission", json!({})).await;
    assert_eq!(codes(&refused), ["LOCKED"]);
    let message = refused["errors"][0]["message"].as_str().unwrap();
    assert!(
        message.contains("Ask the reviewer to return it") && !message.contains("extension"),
        "{message}"
    );
    done(&world, &world.reviewer, ("KOSME", over), "returnSubmission", back("2027-05-10")).await;
    let cells = json!({ "values": [value("COMPANIES", "11")] });
    done(&world, &world.kosme, ("KOSME", over), "saveSubmissionDraft", cells.clone()).await;
    // Its day goes by, and it is extended.
    let later = at("2027-05-11T03:00:00Z");
    let refused =
        act(&world, &world.kosme, ("KOSME", later), "saveSubmissionDraft", cells.clone()).await;
    assert_eq!(codes(&refused), ["LOCKED"]);
    let extension = json!({ "reason": "사유", "expiresOn": "2027-05-20" });
    done(&world, &world.reviewer, ("KOSME", later), "grantExtension", extension.clone()).await;
    done(&world, &world.kosme, ("KOSME", later), "saveSubmissionDraft", cells).await;
    // What the viewer can is told beside it.
    let fields = "viewerCan { extend { isAllowed reason { ko en } } remind { isAllowed } restate { isAllowed reason { ko } } }";
    let told = shown(&world, "KOSME", later, fields).await["viewerCan"].clone();
    assert_eq!(
        (&told["extend"]["isAllowed"], &told["remind"]["isAllowed"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(
        told["restate"]["reason"]["ko"],
        "확정된 분기만 정정할 수 있습니다. 이 분기는 아직 확정되지 않았습니다."
    );
    let vouched = json!({ "attestation": true });
    done(&world, &world.kosme, ("KOSME", later), "submitSubmission", vouched).await;
    let told = shown(&world, "KOSME", later, fields).await["viewerCan"].clone();
    assert_eq!(told["remind"]["isAllowed"], false);
    assert_eq!(
        told["extend"]["reason"],
        json!({ "ko": "제출 상태에서는 기한을 연장할 수 없습니다.", "en": "extend is not allowed while it is SUBMITTED." })
    );
    // Opened in a final quarter, a restatement cannot be opened again, nor is that advised.
    let all =
        [world.seen("KIBO").await.id, world.seen("KOSME").await.id, world.seen("SEMAS").await.id];
    world.freeze(QUARTER, &[&all[0], &all[1], &all[2]]).await;
    let told = shown(&world, "KOSME", later, fields).await["viewerCan"].clone();
    assert!(
        told["extend"]["reason"]["ko"].as_str().unwrap().contains("정정(restateSubmission)"),
        "{told:#}"
    );
    assert_eq!(told["restate"]["isAllowed"], true);
}

async fn listed(world: &World, institution: &str, quarters: [&str; 3]) -> Vec<String> {
    let mut found = Vec::new();
    for quarter in quarters {
        if let Some(row) = world.find(institution, PROGRAMME, quarter).await {
            found.push(format!("{quarter} {}", row["dueOn"].as_str().unwrap()));
        }
    }
    found
}

async fn an_obligation_joins_what_is_open(place: Place) {
    let world = World::before(&place, crate::support::now(), QUARTER).await;
    world.open("2026-Q2").await;
    world.open(QUARTER).await;
    let quarters = ["2026-Q1", "2026-Q2", QUARTER];
    let create = |institution: &str, starts: &str, ends: Option<&str>| {
        json!({
            "institution": institution, "programme": PROGRAMME, "startsOn": starts, "endsOn": ends, "idempotencyKey": key(),
        })
    };
    let expected = async |known: Option<DateTime<Utc>>| {
        counts(&world, world.now + Duration::days(9), known).await[0]
    };
    let later = world.now + Duration::days(1);
    let input = create("KISED", "2026-08-15", None);
    let made = world.done_at(&world.lead, later, "createObligation", input.clone()).await;
    assert_eq!((&made["joinedQuarters"], &made["keptQuarters"]), (&json!([QUARTER]), &json!([])));
    assert_eq!(listed(&world, "KISED", quarters).await, [format!("{QUARTER} 2026-10-12")]);
    let before = world.written().await;
    let again =
        world.done_at(&world.lead, later + Duration::days(1), "createObligation", input).await;
    assert_eq!(again, made, "a repeated call says the same");
    assert_eq!(world.written().await, before);
    assert_eq!(expected(None).await, 4);
    assert_eq!(expected(Some(later - Duration::seconds(1))).await, 3, "it was not expected before");
    // It takes part like all others.
    let kised = world.app.principal("KISED", "program:read results:submit").await;
    let input = world.seen("KISED").await.input(json!({ "values": good() }));
    world.done_at(&kised, later, "saveSubmissionDraft", input).await;
    for (institution, starts, ends, joined) in [
        ("STEPI", "2026-01-01", None, json!(["2026-Q2", QUARTER])),
        ("ETRI", "2026-04-01", Some("2026-09-29"), json!(["2026-Q2"])),
        ("TIPA", "2026-10-01", None, json!([])),
    ] {
        let made =
            world.done(&world.lead, "createObligation", create(institution, starts, ends)).await;
        assert_eq!(made["joinedQuarters"], joined, "{institution}");
    }
    // Ended back in time, the lists stay; prolonged, it joins.
    let end = async |hours: i64, institution: &str, ends_on: &str| {
        let query = format!(
            "{{ obligations(where: {{ institution: {{ code: {{ eq: \"{institution}\" }} }}, programme: {{ code: {{ eq: \"{PROGRAMME}\" }} }} }}) {{ nodes {{ id version }} }} }}"
        );
        let known = world.data(&world.lead, &query).await["obligations"]["nodes"][0].clone();
        let input = json!({
            "id": known["id"], "expectedVersion": known["version"], "endsOn": ends_on, "idempotencyKey": key(),
        });
        let now = world.now + Duration::hours(hours);
        let made = world.done_at(&world.lead, now, "endObligation", input.clone()).await;
        let later = world.now + Duration::days(9);
        let again = world.done_at(&world.lead, later, "endObligation", input).await;
        assert_eq!(
            (&again["joinedQuarters"], &again["keptQuarters"]),
            (&made["joinedQuarters"], &made["keptQuarters"]),
            "{institution} {ends_on}: a repeated call says the same"
        );
        made
    };
    let ended = end(1, "STEPI", "2026-07-31").await;
    assert_eq!((&ended["joinedQuarters"], &ended["keptQuarters"]), (&json!([]), &json!([QUARTER])));
    assert_eq!(listed(&world, "STEPI", quarters).await.len(), 2);
    let longer = end(2, "ETRI", "2026-12-31").await;
    assert_eq!(
        (&longer["joinedQuarters"], &longer["keptQuarters"]),
        (&json!([QUARTER]), &json!([]))
    );
    assert_eq!(listed(&world, "ETRI", quarters).await.len(), 2);
    assert_eq!(
        end(3, "STEPI", "2026-09-30").await["joinedQuarters"],
        json!([QUARTER]),
        "it was there"
    );
    assert_eq!(listed(&world, "STEPI", quarters).await.len(), 2, "once");
}

async fn an_obligation_that_cannot_join_names_the_next_day(place: Place) {
    let world = World::before(&place, crate::support::now(), QUARTER).await;
    world.open("2026-Q1").await;
    world.open("2026-Q2").await;
    world.open(QUARTER).await;
    let mut missing = Vec::new();
    for institution in ["KIBO", "KOSME", "SEMAS"] {
        missing.push(world.seen_in(institution, PROGRAMME, "2026-Q1").await.id);
    }
    let missing: Vec<&str> = missing.iter().map(String::as_str).collect();
    assert_eq!(codes(&world.freeze("2026-Q1", &missing).await), [""; 0]);
    // Q2 was due on 10 July and takes results for 180 days; Q3 until 10 April.
    let closed = at("2027-01-20T03:00:00Z");
    let tried = async |now: DateTime<Utc>, starts: &str, ends: Option<&str>| {
        let input = json!({
            "institution": "KISED", "programme": PROGRAMME, "startsOn": starts, "endsOn": ends, "idempotencyKey": key(),
        });
        let before = world.written().await;
        let payload = world.act_at(&world.lead, now, "createObligation", input).await;
        let errors = payload["errors"].as_array().unwrap().clone();
        if !errors.is_empty() {
            assert_eq!(world.written().await, before);
            assert_eq!(payload["joinedQuarters"], Value::Null);
        }
        (
            codes(&payload).join(" "),
            errors.first().map(|error| error["message"].as_str().unwrap().to_owned()),
        )
    };
    let (code, message) = tried(world.now, "2026-02-01", None).await;
    assert_eq!(code, "QUARTER_FINAL");
    assert!(message.as_ref().unwrap().contains("2026-Q1 is final"), "{message:?}");
    assert!(message.unwrap().contains("2026-04-01"));
    let (code, message) = tried(world.now, "2026-02-01", Some("2026-06-29")).await;
    assert_eq!(code, "QUARTER_FINAL", "{message:?}");
    let (code, message) = tried(closed, "2026-02-01", None).await;
    assert_eq!(code, "QUARTER_CLOSED");
    assert!(message.unwrap().contains("2026-07-01"));
    // One that holds no quarter's last day would expect nothing of anybody.
    for (starts, ends) in [("2026-01-01", "2026-03-30"), ("2026-07-15", "2026-08-15")] {
        let (code, message) = tried(world.now, starts, Some(ends)).await;
        assert_eq!(code, "INVALID_DATE");
        assert!(message.unwrap().contains("no quarter's last day"));
    }
    // One that was over before the final quarter is nobody's affair there.
    assert_eq!(tried(world.now, "2025-12-01", Some("2025-12-31")).await.0, "");
    // The day that was named does.
    assert_eq!(tried(closed, "2026-07-01", None).await.0, "");
    assert!(world.find("KISED", PROGRAMME, QUARTER).await.is_some());
    assert!(world.find("KISED", PROGRAMME, "2026-Q2").await.is_none());
    // Nor is a final quarter reached by a longer end.
    let data = world.data(&world.lead, "{ obligations(where: { institution: { code: { eq: \"KISED\" } }, endsOn: { eq: \"2025-12-31\" } }) { nodes { id version } } }").await;
    let known = &data["obligations"]["nodes"][0];
    let input =
        json!({ "id": known["id"], "expectedVersion": known["version"], "endsOn": "2026-03-31" });
    let refused = world.act(&world.lead, "endObligation", input).await;
    assert_eq!(codes(&refused), ["QUARTER_FINAL"], "{refused:#}");
    assert_eq!(refused["errors"][0]["path"], json!(["input", "endsOn"]));
    let input =
        json!({ "id": known["id"], "expectedVersion": known["version"], "endsOn": "2026-07-02" });
    let refused = world.act(&world.lead, "endObligation", input).await;
    assert_eq!(codes(&refused), ["TAKEN"], "{refused:#}");
}

async fn what_holds_in_a_final_quarter_stands(place: Place) {
    let world = World::new(&place).await;
    world.accepted("KOSME", [good(), vec![value("RATE", "12.5")]].concat()).await;
    world.accepted("KIBO", [good(), vec![value("RATE", "20.0")]].concat()).await;
    let target = |quarter: &str, value: &str| {
        json!({
            "programme": PROGRAMME, "indicator": "RATE", "quarter": quarter, "value": value, "idempotencyKey": key(),
        })
    };
    let set = target(QUARTER, "20");
    world.done(&world.lead, "setTarget", set.clone()).await;
    let made = world
        .done(
            &world.lead,
            "createValidationRule",
            json!({
                "programme": PROGRAMME, "code": "R_LOW", "expression": "RATE >= 0", "indicator": "RATE", "severity": "WARNING",
                "message": { "ko": "확인" }, "validFrom": QUARTER, "idempotencyKey": key(),
            }),
        )
        .await;
    let semas = world.seen("SEMAS").await.id;
    world.freeze(QUARTER, &[&semas]).await;
    let query = format!(
        "{{ indicatorSeries(programme: \"{PROGRAMME}\", indicator: \"RATE\", from: \"{QUARTER}\", to: \"{QUARTER}\") \
           {{ points {{ value target targetRate institutions }} }} }}"
    );
    let figure =
        async || world.data(&world.lead, &query).await["indicatorSeries"]["points"].clone();
    let before = figure().await;
    assert_eq!(
        before,
        json!([{ "value": "16.3", "target": "20", "targetRate": 81.5, "institutions": 2 }])
    );
    // A repeated call of before is told what it was told; another one is refused.
    world.done(&world.lead, "setTarget", set).await;
    let revision = |from: &str| {
        json!({
            "programme": PROGRAMME, "code": "RATE", "name": { "ko": "집행률" }, "unit": "점", "valueType": "DECIMAL",
            "decimals": 3, "aggregation": "SUM", "validFrom": from, "idempotencyKey": key(),
        })
    };
    let rule = |from: &str| {
        json!({
            "programme": PROGRAMME, "code": "R_NEW", "expression": "RATE > 90", "indicator": "RATE", "severity": "ERROR",
            "message": { "ko": "확인" }, "validFrom": from, "idempotencyKey": key(),
        })
    };
    let known = &made["validationRule"];
    let retire =
        |to: &str| json!({ "id": known["id"], "expectedVersion": known["version"], "validTo": to });
    let mut fresh = revision(QUARTER);
    fresh["code"] = json!("ANOTHER");
    for (mutation, input) in [
        ("setTarget", target(QUARTER, "10")),
        ("setTarget", target(QUARTER, "20")),
        ("reviseIndicator", revision(QUARTER)),
        ("createIndicator", fresh),
        ("createValidationRule", rule(QUARTER)),
        ("createValidationRule", rule("2026-Q1")),
        ("retireValidationRule", retire("2026-Q2")),
    ] {
        let refused = world.act(&world.lead, mutation, input).await;
        assert_eq!(codes(&refused), ["QUARTER_FINAL"], "{mutation} {refused:#}");
    }
    // From the next quarter on all of it is possible, and reaches no figure of this one.
    for (mutation, input) in [
        ("reviseIndicator", revision("2026-Q4")),
        ("createValidationRule", rule("2026-Q4")),
        ("retireValidationRule", retire(QUARTER)),
        ("setTarget", target("2026-Q4", "10")),
    ] {
        world.done(&world.lead, mutation, input).await;
    }
    assert_eq!(figure().await, before, "its mean is no sum, whatever the indicator is now");
}

async fn targets_are_set_once_for_each_call(place: Place) {
    let world = World::new(&place).await;
    let target = |value: &str| {
        json!({
            "programme": PROGRAMME, "indicator": "BUDGET", "quarter": QUARTER, "value": value, "idempotencyKey": key(),
        })
    };
    // At once, by calls of their own and by one call made again and again.
    let same = target("500");
    let calls = (0..12).map(|at| {
        let input = if at % 3 == 0 { same.clone() } else { target(&format!("{}00", at + 1)) };
        world.act(&world.lead, "setTarget", input)
    });
    for payload in futures_util::future::join_all(calls).await {
        assert_eq!(codes(&payload), [""; 0], "{payload:#}");
    }
    let stored = async || {
        let data = world.data(&world.lead, "{ targets(where: { indicator: { code: { eq: \"BUDGET\" } }, quarter: { eq: \"2026-Q3\" } }) { nodes { id value version } } }").await;
        data["targets"]["nodes"].as_array().unwrap().clone()
    };
    assert_eq!(stored().await.len(), 1, "{:?}", stored().await);
    // A replay undoes no newer value, and the same value writes nothing.
    let (first, second) = (target("700"), target("800"));
    world.done(&world.lead, "setTarget", first.clone()).await;
    world.done(&world.lead, "setTarget", second.clone()).await;
    let before = world.written().await;
    for input in [&first, &second] {
        let again = world.done(&world.lead, "setTarget", input.clone()).await;
        assert_eq!(again["target"]["value"], "800");
    }
    world.done(&world.lead, "setTarget", target("800")).await;
    assert_eq!(world.written().await, before);
    let mut other = first;
    other["value"] = json!("900");
    assert_eq!(codes(&world.act(&world.lead, "setTarget", other).await), ["KEY_REUSED"]);
    assert_eq!(stored().await.len(), 1);
}

/// What was submitted and not accepted has no figures in a final quarter, and is not missing.
async fn what_was_returned_is_not_missing(place: Place) {
    let world = World::new(&place).await;
    world.save("KOSME", good()).await;
    world.submit("KOSME").await;
    let input = world.seen("KOSME").await.input(back("2026-11-27"));
    world.done(&world.reviewer, "returnSubmission", input).await;
    world.accepted("SEMAS", good()).await;
    let undecided = world.freeze(QUARTER, &[]).await;
    assert_eq!(codes(&undecided), ["UNDECIDED"]);
    let message = undecided["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("returned") && message.contains("no figures"), "{message}");
    let (kibo, kosme) = (world.seen("KIBO").await.id, world.seen("KOSME").await.id);
    let frozen = world.freeze(QUARTER, &[&kibo, &kosme]).await;
    assert_eq!(codes(&frozen), [""; 0], "{frozen:#}");
    let told = counts(&world, world.now, None).await;
    let of = |name: &str| told[COUNTS.iter().position(|known| *known == name).unwrap()];
    assert_eq!((of("missing"), of("returned"), of("accepted")), (1, 1, 1), "{told:?}");
    // So says the record of it.
    let auditor = world.app.principal("MSS", "audit:read").await;
    let query =
        "{ auditEvents(where: { action: { eq: \"finaliseQuarter\" } }) { nodes { after } } }";
    let data = world.data(&auditor, query).await;
    let text = data["auditEvents"]["nodes"].to_string();
    assert!(text.contains("missing") && text.contains("notAccepted"), "{text}");
}

async fn deadlines_that_moved_are_in_no_writes_way(place: Place) {
    let world = World::new(&place).await;
    let first = world.seen("KOSME").await;
    let holiday = json!({
        "observedOn": world.now.date_naive().to_string(), "name": { "ko": "임시공휴일" }, "kind": "TEMPORARY",
        "idempotencyKey": key(),
    });
    let remind = |seen: &Seen| json!({ "items": [{ "id": seen.id, "expectedVersion": seen.version }], "idempotencyKey": key() });
    world.done(&world.reviewer, "remindSubmissions", remind(&first)).await;
    let extended = json!({ "reason": "사유", "expiresOn": "2026-12-30" });
    let input = world.seen("KOSME").await.input(extended);
    world.done(&world.reviewer, "grantExtension", input).await;
    world.done(&world.lead, "createHoliday", holiday).await;
    let saved = |value_: &str| first.input(json!({ "values": [value("COMPANIES", value_)] }));
    world.done(&world.kosme, "saveSubmissionDraft", saved("7")).await;
    // Values that moved are; so are deadlines, for who moves them again.
    let refused = world.act(&world.kosme, "saveSubmissionDraft", saved("8")).await;
    assert_eq!(codes(&refused), ["CONFLICT"]);
    let stale = world.seen("SEMAS").await;
    world.done(&world.reviewer, "remindSubmissions", remind(&stale)).await;
    let again = stale.input(json!({ "reason": "사유", "expiresOn": "2026-12-30" }));
    assert_eq!(codes(&world.act(&world.reviewer, "grantExtension", again).await), ["CONFLICT"]);
    // A version that nobody has seen yet is none.
    let mut early = world.seen("KOSME").await;
    early.version += 1;
    let input = early.input(json!({ "values": [value("COMPANIES", "8")] }));
    assert_eq!(codes(&world.act(&world.kosme, "saveSubmissionDraft", input).await), ["CONFLICT"]);
}

async fn a_quarter_closes_early_only_if_that_is_said(place: Place) {
    let world = World::new(&place).await;
    world.accepted("KOSME", good()).await;
    let (kibo, semas) = (world.seen("KIBO").await.id, world.seen("SEMAS").await.id);
    let version = world.period(QUARTER).await["version"].clone();
    let freeze = |more: Value| {
        let mut input = json!({
            "quarter": QUARTER, "expectedVersion": version, "missing": [kibo, semas], "idempotencyKey": key(),
        });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    for more in [json!({}), json!({ "closesEarly": false })] {
        let refused = world.act(&world.lead, "finaliseQuarter", freeze(more)).await;
        assert_eq!(codes(&refused), ["STILL_OPEN"], "{refused:#}");
        let last = shown(&world, "KIBO", world.now, "locksOn").await["locksOn"].clone();
        let told = refused["errors"][0]["message"].as_str().unwrap();
        assert!(told.contains(last.as_str().unwrap()), "{told}");
    }
    world.done(&world.lead, "finaliseQuarter", freeze(json!({ "closesEarly": true }))).await;
    assert_eq!(world.period(QUARTER).await["state"], "FINAL");
}

async fn what_was_handed_in_is_not_made_wrong(place: Place) {
    let world = World::new(&place).await;
    world.save("KOSME", good()).await;
    world.submit("KOSME").await;
    let indicator = |code: &str, from: &str, required: bool| {
        json!({
            "programme": PROGRAMME, "code": code, "name": { "ko": "늦은 지표" }, "unit": "건",
            "valueType": "INTEGER", "isRequired": required, "validFrom": from, "idempotencyKey": key(),
        })
    };
    let rule = |code: &str, from: &str, severity: &str| {
        json!({
            "programme": PROGRAMME, "code": code, "expression": "COMPANIES <= 1", "indicator": "COMPANIES",
            "severity": severity, "message": { "ko": "확인" }, "validFrom": from, "idempotencyKey": key(),
        })
    };
    for (mutation, input) in [
        ("createIndicator", indicator("LATE", QUARTER, true)),
        ("createIndicator", indicator("LATE", "2026-Q1", true)),
        ("createValidationRule", rule("R_LATE", QUARTER, "ERROR")),
    ] {
        let refused = world.act(&world.lead, mutation, input).await;
        assert_eq!(codes(&refused), ["QUARTER_REPORTED"], "{mutation} {refused:#}");
        assert_eq!(refused["errors"][0]["path"], json!(["input", "validFrom"]));
        assert!(refused["errors"][0]["message"].as_str().unwrap().contains("2026-Q4"));
    }
    // What may be left blank, or is only to be looked at, may come; and from the next quarter on everything.
    for (mutation, input) in [
        ("createIndicator", indicator("SOFT", QUARTER, false)),
        ("createValidationRule", rule("R_SOFT", QUARTER, "WARNING")),
        ("createIndicator", indicator("LATE", "2026-Q4", true)),
        ("createValidationRule", rule("R_LATE", "2026-Q4", "ERROR")),
    ] {
        world.done(&world.lead, mutation, input).await;
    }
    world.review("KOSME", "acceptSubmission").await;
}

async fn a_weight_stays_one(place: Place) {
    let world = World::new(&place).await;
    let more = json!({ "aggregation": "AVERAGE", "weightedBy": "COMPANIES" });
    world.indicator(PROGRAMME, "HAPPY", "PERCENT", more).await;
    let query = format!(
        "{{ indicators(where: {{ code: {{ eq: \"COMPANIES\" }}, programme: {{ code: {{ eq: \"{PROGRAMME}\" }} }} }}) {{ nodes {{ id version }} }} }}"
    );
    let found = world.data(&world.lead, &query).await;
    let found = &found["indicators"]["nodes"][0];
    for range in [json!({ "minimum": "-1000" }), json!({ "maximum": "5" }), json!({})] {
        let input =
            json!({ "id": found["id"], "expectedVersion": found["version"], "range": range });
        let refused = world.act(&world.lead, "setIndicatorRange", input).await;
        assert_eq!(codes(&refused), ["NOT_A_WEIGHT"], "{refused:#}");
        assert!(refused["errors"][0]["message"].as_str().unwrap().contains("HAPPY"));
    }
    let revision = |code: &str, value_type: &str| {
        json!({
            "programme": PROGRAMME, "code": code, "name": { "ko": "개정" }, "unit": "건",
            "valueType": value_type, "validFrom": "2027-Q1", "idempotencyKey": key(),
        })
    };
    for (code, value_type, expected) in [
        ("COMPANIES", "PERCENT", "NOT_A_WEIGHT"),
        ("COMPANIES", "TEXT", "NOT_A_WEIGHT"),
        ("BUDGET", "TEXT", "IN_USE"),
        ("RATE", "BOOLEAN", "IN_USE"),
    ] {
        let refused = world.act(&world.lead, "reviseIndicator", revision(code, value_type)).await;
        assert_eq!(codes(&refused), [expected], "{code} {value_type} {refused:#}");
    }
    // A rule reads the last quarter's total as well.
    world.indicator(PROGRAMME, "OTHER", "INTEGER", json!({ "isRequired": false })).await;
    let rule = json!({
        "programme": PROGRAMME, "code": "R_OTHER", "expression": "prev_OTHER <= 100", "indicator": "COMPANIES",
        "severity": "WARNING", "message": { "ko": "확인" }, "validFrom": QUARTER, "idempotencyKey": key(),
    });
    world.done(&world.lead, "createValidationRule", rule).await;
    let text = world.act(&world.lead, "reviseIndicator", revision("OTHER", "TEXT")).await;
    assert_eq!(codes(&text), ["IN_USE"], "{text:#}");
    // Where no mean is weighted by it any more, it is free.
    let more = json!({ "aggregation": "AVERAGE", "weightedBy": "EXECUTED" });
    world.indicator(PROGRAMME, "MEAN", "PERCENT", more).await;
    let free = revision("EXECUTED", "PERCENT");
    let refused = world.act(&world.lead, "reviseIndicator", free.clone()).await;
    assert_eq!(codes(&refused), ["NOT_A_WEIGHT"], "{refused:#}");
    let mut mean = revision("MEAN", "PERCENT");
    mean["aggregation"] = json!("NONE");
    world.done(&world.lead, "reviseIndicator", mean).await;
    world.done(&world.lead, "reviseIndicator", free).await;
    for (code, value_type) in [("COMPANIES", "KRW"), ("RATE", "INTEGER"), ("NOTE", "BOOLEAN")] {
        world.done(&world.lead, "reviseIndicator", revision(code, value_type)).await;
    }
}
