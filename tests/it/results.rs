//! Quarterly results through the API: the whole round of a quarter, every verb in every state by every
//! caller, what is counted, and what is never lost or changed afterwards.

use aiplus::domain::principal::Principal;
use serde_json::{Value, json};

use crate::support::Place;
use crate::support::results::{PROGRAMME, QUARTER, Seen, World, at, codes, good, key, value};
use crate::tests;

tests![
    the_whole_round_of_a_quarter,
    every_verb_by_every_caller_in_every_state,
    nobody_acts_for_another,
    nobody_reviews_its_own_institution,
    nothing_to_report_is_a_report,
    what_was_handed_in_is_taken_back_before_its_review,
    an_extension_moves_the_due_date,
    an_accepted_one_is_opened_again,
    many_are_accepted_and_reminded_each_on_its_own,
    a_thousand_cells_are_saved_at_once,
    any_other_version_is_a_conflict,
    a_repeated_call_writes_nothing_more,
    a_key_is_for_one_submission_and_one_content,
    revisions_never_change,
    two_revisions_are_compared,
    money_is_exact,
    parts_make_up_their_total,
    warnings_ask_for_a_comment,
    every_fault_is_told_at_its_place,
    a_temporary_holiday_moves_due_dates,
    the_list_of_those_expected_is_frozen,
    rates_are_bounded_by_what_is_expected,
    reminders_fall_on_their_day,
    an_indicator_changes_with_a_quarter,
    rules_are_refused_with_a_reason,
    the_number_of_statements_is_fixed,
];

/// Figures of an indicator by quarter, as of an instant.
async fn figure(world: &World, indicator: &str, known_at: Option<&str>) -> Value {
    let known = known_at.map(|at| format!(", knownAt: \"{at}\"")).unwrap_or_default();
    let query = format!(
        "{{ indicatorSeries(programme: \"{PROGRAMME}\", indicator: \"{indicator}\", from: \"2026-Q3\", to: \"2026-Q3\"{known}) {{ \
           points {{ quarter key value number institutions accepted expected target targetRate }} knownAt }} }}"
    );
    world.data(&world.lead, &query).await["indicatorSeries"]["points"].clone()
}

async fn revisions(world: &World, id: &str) -> Value {
    let query = format!(
        "{{ node(id: \"{id}\") {{ ... on Submission {{ revisions {{ nodes {{ number receipt contentHash cellCount isNil \
           submittedBy acceptedAt supersededAt restatementReason publicNote {{ ko }} }} }} }} }} }}"
    );
    world.data(&world.lead, &query).await["node"]["revisions"]["nodes"].clone()
}

async fn values(world: &World, id: &str, revision: Option<i32>) -> Value {
    let of = revision.map(|number| format!("revision: {number}, ")).unwrap_or_default();
    let query = format!(
        "{{ node(id: \"{id}\") {{ ... on Submission {{ values({of}first: 100) {{ nodes {{ cell state value comment }} }} }} }} }}"
    );
    world.data(&world.lead, &query).await["node"]["values"]["nodes"].clone()
}

async fn check(world: &World, who: &Principal, id: &str) -> Value {
    let query = format!(
        "{{ submissionCheck(id: \"{id}\") {{ errorCount warningCount isReady \
           problems {{ cell rule severity value isJustified message {{ ko en }} }} }} }}"
    );
    world.data(who, &query).await["submissionCheck"].clone()
}

async fn the_whole_round_of_a_quarter(place: Place) {
    let world = World::new(&place).await;
    let target = json!({
        "programme": PROGRAMME, "indicator": "EXECUTED", "quarter": QUARTER, "value": "2,000",
        "idempotencyKey": key(),
    });
    world.done(&world.lead, "setTarget", target).await;
    // 1. KOSME saves, with a mistake, and is told of it wherever it asks.
    let wrong =
        vec![value("COMPANIES", "10"), value("BUDGET", "1000"), value("EXECUTED", "1,500천원")];
    let seen = world.seen("KOSME").await;
    let input = seen.input(json!({ "values": wrong }));
    let refused = world.act(&world.kosme, "saveSubmissionDraft", input).await;
    assert_eq!(codes(&refused), ["INVALID_VALUE"], "{refused:#}");
    assert_eq!(refused["errors"][0]["path"], json!(["input", "values", "2", "value"]));
    assert_eq!(refused["submission"], Value::Null);
    let more = vec![value("COMPANIES", "10"), value("BUDGET", "1000"), value("EXECUTED", "1,500")];
    let saved = world.save("KOSME", more).await;
    assert_eq!((&saved["created"], &saved["updated"]), (&json!(3), &json!(0)));
    assert_eq!(saved["problems"][0]["rule"], "R_BUDGET", "{saved:#}");
    assert_eq!(saved["problems"].as_array().unwrap().len(), 1);
    assert_eq!(saved["submission"]["status"], "DRAFT");
    let id = seen.id.clone();
    let told = check(&world, &world.kosme, &id).await;
    assert_eq!((&told["errorCount"], &told["isReady"]), (&json!(1), &json!(false)), "{told:#}");
    assert_eq!(told["problems"][0]["value"], "1500");
    // 2. It cannot be handed in so.
    let input = world.seen("KOSME").await.input(json!({ "attestation": true }));
    let before = world.written().await;
    let refused = world.act(&world.kosme, "submitSubmission", input).await;
    assert_eq!(codes(&refused), ["OPEN_ERRORS", "RULE_BROKEN"], "{refused:#}");
    assert_eq!(refused["errors"][1]["path"], json!(["input", "id", "EXECUTED"]));
    assert_eq!(world.written().await, before, "a refusal writes nothing");
    // 3. Put right, but nobody vouches for it; then handed in with a receipt.
    let saved = world.save("KOSME", vec![value("EXECUTED", "500")]).await;
    assert_eq!((&saved["updated"], &saved["problems"]), (&json!(1), &json!([])));
    let input = world.seen("KOSME").await.input(json!({ "attestation": false }));
    assert_eq!(codes(&world.act(&world.kosme, "submitSubmission", input).await), ["NOT_ATTESTED"]);
    let handed = world.submit("KOSME").await;
    let receipt = handed["revision"]["receipt"].as_str().unwrap().to_owned();
    assert!(receipt.starts_with("2026Q3-T_AI-KOSME-01-"), "{receipt}");
    assert_eq!(handed["submission"]["status"], "SUBMITTED");
    assert_eq!(handed["submission"]["isOnTime"], false, "it was due on 2026-10-12");
    let query = format!(
        "{{ receipt(number: \"{receipt}\") {{ number contentHash submission {{ id }} }} }}"
    );
    let found = world.data(&world.kosme, &query).await;
    assert_eq!(found["receipt"]["submission"]["id"], *id);
    assert_eq!(found["receipt"]["contentHash"], handed["revision"]["contentHash"]);
    // 4. Reviewed and returned, with a reason for each cell.
    let started = world.review("KOSME", "startSubmissionReview").await;
    assert_eq!(started["submission"]["status"], "SUBMITTED");
    let input = world.seen("KOSME").await.input(json!({
        "dueOn": "2026-12-01",
        "comments": [
            { "cell": "EXECUTED", "message": "집행액 증빙을 붙여 주십시오." },
            { "message": "전체를 다시 보아 주십시오." },
        ],
    }));
    let returned = world.done(&world.reviewer, "returnSubmission", input).await;
    assert_eq!(returned["submission"]["status"], "RETURNED");
    assert_eq!(returned["submission"]["returnDueOn"], "2026-12-01");
    assert_eq!(returned["submission"]["reason"], "전체를 다시 보아 주십시오.");
    let query = format!(
        "{{ node(id: \"{id}\") {{ ... on Submission {{ waitsFor daysLeft comments {{ nodes {{ cell message revision indicator {{ code }} }} }} }} }} }}"
    );
    let told = world.data(&world.kosme, &query).await["node"].clone();
    assert_eq!((&told["waitsFor"], &told["daysLeft"]), (&json!("PARTNER"), &json!(9)));
    let comments = told["comments"]["nodes"].as_array().unwrap();
    assert_eq!(comments.len(), 2);
    let of_cell = comments.iter().find(|comment| comment["cell"] == "EXECUTED").unwrap();
    assert_eq!(of_cell["indicator"]["code"], "EXECUTED");
    assert_eq!(of_cell["revision"], 1);
    // 5. Put right and handed in again; accepted by the other side.
    world
        .save(
            "KOSME",
            vec![
                json!({ "indicator": "EXECUTED", "value": "600", "evidenceNote": "집행내역.pdf" }),
            ],
        )
        .await;
    let again = world.submit("KOSME").await;
    assert_eq!(again["revision"]["number"], 2);
    assert_ne!(again["revision"]["contentHash"], handed["revision"]["contentHash"]);
    assert_eq!(figure(&world, "EXECUTED", None).await, json!([]), "only what is accepted counts");
    let accepted = world.review("KOSME", "acceptSubmission").await;
    assert_eq!(accepted["submission"]["status"], "ACCEPTED");
    assert_eq!(accepted["submission"]["returnDueOn"], Value::Null);
    let point = figure(&world, "EXECUTED", None).await;
    assert_eq!(
        point,
        json!([{ "quarter": "2026-Q3", "key": null, "value": "600", "number": 600, "institutions": 1, "accepted": 1,
                 "expected": 3, "target": "2000", "targetRate": 30 }])
    );
    // 6. The quarter is made final once all is decided.
    let undecided = world.freeze(QUARTER, &[]).await;
    assert_eq!(codes(&undecided), ["UNDECIDED"]);
    let (kibo, semas) = (world.seen("KIBO").await.id, world.seen("SEMAS").await.id);
    let stray = world.freeze(QUARTER, &[&kibo, &semas, &id]).await;
    assert_eq!(codes(&stray), ["NOT_MISSING"], "{stray:#}");
    let frozen = world.freeze(QUARTER, &[&kibo, &semas]).await;
    assert_eq!((&frozen["reportingPeriod"]["state"], codes(&frozen)), (&json!("FINAL"), vec![]));
    let known = world.find("KOSME", PROGRAMME, QUARTER).await.unwrap();
    assert_eq!((&known["status"], &known["waitsFor"]), (&json!("FINAL"), &json!("NOBODY")));
    // 7. Final figures are restated, a day later; the old ones count until the new ones are accepted.
    let restated_at = at("2026-11-23T03:00:00Z");
    let input = world.seen("KOSME").await.input(json!({
        "reason": "집행액 착오", "publicNote": { "ko": "집행액을 바로잡았습니다.", "en": "Put right." },
    }));
    let opened = world.done_at(&world.lead, restated_at, "restateSubmission", input).await;
    assert_eq!(opened["submission"]["status"], "DRAFT");
    assert_eq!(opened["submission"]["isRestatement"], true);
    assert_eq!(figure(&world, "EXECUTED", None).await[0]["value"], "600");
    let input = world.seen("KOSME").await.input(json!({ "values": [value("EXECUTED", "650")] }));
    world.done_at(&world.kosme, restated_at, "saveSubmissionDraft", input).await;
    let input = world.seen("KOSME").await.input(json!({ "attestation": true }));
    let handed = world.done_at(&world.kosme, restated_at, "submitSubmission", input).await;
    assert_eq!(handed["revision"]["number"], 3);
    assert_eq!(handed["revision"]["restatementReason"], "집행액 착오");
    assert_eq!(handed["revision"]["publicNote"]["ko"], "집행액을 바로잡았습니다.");
    assert_eq!(figure(&world, "EXECUTED", None).await[0]["value"], "600");
    let counted_at = at("2026-11-24T03:00:00Z");
    let input = world.seen("KOSME").await.input(json!({}));
    let accepted = world.done_at(&world.reviewer, counted_at, "acceptSubmission", input).await;
    assert_eq!(accepted["submission"]["status"], "FINAL", "what was final is final again");
    assert_eq!(accepted["submission"]["isRestatement"], false);
    // 8. Each day's figures can be had again.
    for (known_at, expected) in [
        ("2026-11-22T02:59:59Z", json!([])),
        ("2026-11-22T03:00:00Z", json!(["600"])),
        ("2026-11-24T02:59:59Z", json!(["600"])),
        ("2026-11-24T03:00:00Z", json!(["650"])),
        ("2027-01-01T00:00:00Z", json!(["650"])),
    ] {
        let points = figure(&world, "EXECUTED", Some(known_at)).await;
        let told: Vec<Value> =
            points.as_array().unwrap().iter().map(|point| point["value"].clone()).collect();
        assert_eq!(Value::from(told), expected, "{known_at}");
    }
    let all = revisions(&world, &id).await;
    let numbers: Vec<&Value> =
        all.as_array().unwrap().iter().map(|revision| &revision["number"]).collect();
    assert_eq!(numbers, [3, 2, 1]);
    assert_eq!(all[1]["supersededAt"], all[0]["acceptedAt"]);
    assert_eq!(all[2]["acceptedAt"], Value::Null);
}

/// What is tried of each verb: its name among what a viewer can, the mutation, an input that its state
/// allows and that is refused for another reason, and that reason; none where nothing else can be wrong.
fn verbs() -> [(&'static str, &'static str, Value, Option<&'static str>); 12] {
    [
        (
            "saveDraft",
            "saveSubmissionDraft",
            json!({ "values": [value("NOTHING", "1")] }),
            Some("UNKNOWN_INDICATOR"),
        ),
        ("submit", "submitSubmission", json!({ "attestation": false }), Some("NOT_ATTESTED")),
        ("reportNil", "reportNilSubmission", json!({ "reason": " " }), Some("NO_REASON")),
        ("recall", "recallSubmission", json!({}), None),
        ("startReview", "startSubmissionReview", json!({}), None),
        (
            "return",
            "returnSubmission",
            json!({ "comments": [], "dueOn": "2026-12-01" }),
            Some("WRONG_NUMBER"),
        ),
        ("accept", "acceptSubmission", json!({}), None),
        (
            "reopen",
            "reopenSubmission",
            json!({ "reason": " ", "dueOn": "2026-12-01" }),
            Some("INVALID_TEXT"),
        ),
        (
            "extend",
            "grantExtension",
            json!({ "reason": " ", "expiresOn": "2027-06-30" }),
            Some("INVALID_TEXT"),
        ),
        (
            "requestExtension",
            "requestExtension",
            json!({ "reason": " ", "expiresOn": "2027-06-30" }),
            Some("INVALID_TEXT"),
        ),
        ("declineExtension", "declineExtension", json!({ "reason": " " }), Some("INVALID_TEXT")),
        (
            "restate",
            "restateSubmission",
            json!({ "reason": " ", "publicNote": { "ko": "설명" } }),
            Some("INVALID_TEXT"),
        ),
    ]
}

/// What a caller is told that it can do, and what of it is so.
async fn try_every_verb(world: &World, who: (&str, &Principal), state: &str) -> Vec<&'static str> {
    let (name, principal) = who;
    let seen = world.seen("KOSME").await;
    let asked: Vec<String> = verbs()
        .iter()
        .map(|(verb, ..)| format!("{verb} {{ isAllowed reason {{ en }} }}"))
        .collect();
    let query = format!(
        "{{ node(id: \"{}\") {{ ... on Submission {{ viewerCan {{ {} }} }} }} }}",
        seen.id,
        asked.join(" ")
    );
    let can = world.data(principal, &query).await["node"]["viewerCan"].clone();
    let mut allowed = Vec::new();
    for (verb, mutation, more, otherwise) in verbs() {
        let told = &can[verb];
        let is_allowed = told["isAllowed"] == true;
        if is_allowed {
            allowed.push(verb);
        }
        if is_allowed && otherwise.is_none() {
            continue;
        }
        let before = world.written().await;
        let answer = world.tried(principal, mutation, seen.input(more)).await;
        let place = format!("{name} {verb} {state}: {told} {answer:#}");
        if let Some(error) = answer.get("errors") {
            assert_eq!(error[0]["extensions"]["code"], "FORBIDDEN", "{place}");
            assert!(!is_allowed, "{place}");
        } else {
            let errors = answer["data"]["payload"]["errors"].as_array().unwrap();
            let found: Vec<&Value> = errors.iter().map(|error| &error["code"]).collect();
            match otherwise {
                Some(code) if is_allowed => {
                    assert!(found.contains(&&json!(code)), "{place}");
                }
                _ => assert_eq!(errors[0]["message"], told["reason"]["en"], "{place}"),
            }
            assert_eq!(answer["data"]["payload"]["submission"], Value::Null, "{place}");
        }
        assert_eq!(world.written().await, before, "{place}");
    }
    assert_eq!(world.seen("KOSME").await.version, seen.version);
    allowed
}

async fn every_verb_by_every_caller_in_every_state(place: Place) {
    let world = World::new(&place).await;
    let look = async |state: &str, partner: &[&str], reviewer: &[&str], lead: &[&str]| {
        for (who, expected) in [
            (("partner", &world.kosme), partner),
            (("reviewer", &world.reviewer), reviewer),
            (("lead", &world.lead), lead),
        ] {
            assert_eq!(try_every_verb(&world, who, state).await, expected, "{} {state}", who.0);
        }
    };
    let begins = ["saveDraft", "reportNil", "requestExtension"];
    look("NOT_STARTED", &begins, &["extend"], &["extend"]).await;
    world.save("KOSME", good()).await;
    // Values that are not zero are no report of nothing.
    let edits = ["saveDraft", "submit"];
    let asks = ["saveDraft", "submit", "requestExtension"];
    look("DRAFT", &asks, &["extend"], &["extend"]).await;
    let later = json!({ "reason": "담당자 교체", "expiresOn": "2027-06-30" });
    let input = world.seen("KOSME").await.input(later);
    world.done(&world.kosme, "requestExtension", input).await;
    let answers = ["extend", "declineExtension"];
    look("REQUESTED", &edits, &answers, &answers).await;
    world.submit("KOSME").await;
    let decides = ["startReview", "return", "accept"];
    look("SUBMITTED", &["recall"], &decides, &decides).await;
    world.review("KOSME", "startSubmissionReview").await;
    look("REVIEW", &[], &decides, &decides).await;
    let back = json!({ "comments": [{ "message": "보완" }], "dueOn": "2026-12-01" });
    let input = world.seen("KOSME").await.input(back);
    world.done(&world.reviewer, "returnSubmission", input).await;
    look("RETURNED", &asks, &["extend"], &["extend"]).await;
    world.submit("KOSME").await;
    world.review("KOSME", "acceptSubmission").await;
    look("ACCEPTED", &[], &[], &["reopen"]).await;
    let others = [world.seen("KIBO").await.id, world.seen("SEMAS").await.id];
    let frozen = world.freeze(QUARTER, &[&others[0], &others[1]]).await;
    assert_eq!(codes(&frozen), [""; 0]);
    look("FINAL", &[], &[], &["restate"]).await;
    let input = world.seen("KOSME").await.input(json!({
        "reason": "착오", "publicNote": { "ko": "바로잡음" },
    }));
    world.done(&world.lead, "restateSubmission", input).await;
    look("RESTATED", &edits, &[], &[]).await;
    // Others of a quarter that is final can only be looked at.
    let input = world.seen("KIBO").await.input(json!({ "values": good() }));
    let refused = world.act(&world.kibo, "saveSubmissionDraft", input).await;
    assert_eq!(codes(&refused), ["PERIOD_FINAL"]);
}

async fn nobody_acts_for_another(place: Place) {
    let world = World::new(&place).await;
    world.save("KOSME", good()).await;
    world.submit("KOSME").await;
    let reader = world.app.principal("KOSME", "program:read").await;
    let misled = world.app.principal("KIBO", "program:read results:review").await;
    let blind = world.app.principal("TIPA", "content:write").await;
    let (seen, before) = (world.seen("KOSME").await, world.written().await);
    let mut tried = 0;
    for (who, principal, partner_verb, reviewer_verb, lead_verb) in [
        (
            "anonymous",
            &Principal::Anonymous,
            "UNAUTHENTICATED",
            "UNAUTHENTICATED",
            "UNAUTHENTICATED",
        ),
        ("another partner", &world.kibo, "NOT_FOUND", "FORBIDDEN", "FORBIDDEN"),
        ("a partner that may review", &misled, "FORBIDDEN", "FORBIDDEN", "FORBIDDEN"),
        ("the partner without the scope", &reader, "FORBIDDEN", "FORBIDDEN", "FORBIDDEN"),
        ("an operator without the scope", &blind, "FORBIDDEN", "FORBIDDEN", "FORBIDDEN"),
        ("the partner", &world.kosme, "", "FORBIDDEN", "FORBIDDEN"),
        ("the reviewer", &world.reviewer, "FORBIDDEN", "", "FORBIDDEN"),
        ("the lead", &world.lead, "FORBIDDEN", "", ""),
    ] {
        for (verb, mutation, more, _) in verbs() {
            let expected = match verb {
                "saveDraft" | "submit" | "reportNil" | "recall" | "requestExtension" => {
                    partner_verb
                }
                "startReview" | "return" | "accept" | "extend" | "declineExtension" => {
                    reviewer_verb
                }
                _ => lead_verb,
            };
            if expected.is_empty() {
                continue;
            }
            tried += 1;
            let answer = world.tried(principal, mutation, seen.input(more)).await;
            let code = &answer["errors"][0]["extensions"]["code"];
            assert_eq!(code, expected, "{who} {verb}: {answer:#}");
            assert_eq!(answer["data"]["payload"], Value::Null, "{who} {verb}");
        }
    }
    assert!(tried > 50, "only {tried} were tried");
    // What is set up is those who run the programme's.
    let input = json!({ "quarter": "2026-Q2" });
    for (who, expected) in [
        (&Principal::Anonymous, "UNAUTHENTICATED"),
        (&world.kosme, "FORBIDDEN"),
        (&misled, "FORBIDDEN"),
        (&world.reviewer, "FORBIDDEN"),
    ] {
        let answer = world.tried(who, "openQuarter", input.clone()).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], expected, "{}", who.actor());
        let freeze = json!({ "quarter": QUARTER, "expectedVersion": 2, "idempotencyKey": key() });
        let answer = world.tried(who, "finaliseQuarter", freeze).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], expected, "{}", who.actor());
    }
    for who in [&Principal::Anonymous, &world.kosme, &misled, &blind] {
        let holiday = json!({
            "observedOn": "2026-12-30", "name": { "ko": "임시공휴일" }, "kind": "TEMPORARY", "idempotencyKey": key(),
        });
        let answer = world.tried(who, "createHoliday", holiday).await;
        let code = if who.client().is_some() { "FORBIDDEN" } else { "UNAUTHENTICATED" };
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{}", who.actor());
    }
    assert_eq!(world.written().await, before, "refusals write nothing");
}

async fn nobody_reviews_its_own_institution(place: Place) {
    let world = World::before(&place, crate::support::now(), QUARTER).await;
    world.obligation("TIPA", PROGRAMME, "2026-01-01").await;
    world.open(QUARTER).await;
    let both = world.app.principal("TIPA", "program:read results:submit results:review").await;
    let input = world.seen("TIPA").await.input(json!({ "values": good() }));
    world.done(&both, "saveSubmissionDraft", input).await;
    let extension = json!({ "reason": "사유", "expiresOn": "2026-12-31" });
    let input = world.seen("TIPA").await.input(extension);
    assert_eq!(codes(&world.act(&both, "grantExtension", input).await), ["OWN_INSTITUTION"]);
    let input = world.seen("TIPA").await.input(json!({ "attestation": true }));
    world.done(&both, "submitSubmission", input).await;
    let back = json!({ "comments": [{ "message": "보완" }], "dueOn": "2026-12-01" });
    for who in [&both, &world.reviewer] {
        for (mutation, more) in [
            ("startSubmissionReview", json!({})),
            ("returnSubmission", back.clone()),
            ("acceptSubmission", json!({})),
        ] {
            let input = world.seen("TIPA").await.input(more);
            let refused = world.act(who, mutation, input).await;
            assert_eq!(codes(&refused), ["OWN_INSTITUTION"], "{mutation}");
        }
    }
    let seen = world.seen("TIPA").await;
    let accepted = world.done(&world.lead, "acceptSubmission", seen.input(json!({}))).await;
    assert_eq!(accepted["submission"]["status"], "ACCEPTED");
    assert_ne!(accepted["submission"]["acceptedBy"], accepted["submission"]["submittedBy"]);
}

async fn nothing_to_report_is_a_report(place: Place) {
    let world = World::new(&place).await;
    world.save("KIBO", vec![value("COMPANIES", "3"), value("BUDGET", "0")]).await;
    let nil = json!({ "reason": "이번 분기에 지원한 기업이 없습니다." });
    let input = world.seen("KIBO").await.input(nil.clone());
    let refused = world.act(&world.kibo, "reportNilSubmission", input).await;
    assert_eq!(codes(&refused), ["NON_ZERO_VALUE", "NON_ZERO_VALUE"]);
    assert_eq!(refused["errors"][1]["path"], json!(["input", "id", "COMPANIES"]));
    let zero = json!({ "indicator": "COMPANIES", "state": "ZERO_CONFIRMED" });
    world.save("KIBO", vec![zero]).await;
    let input = world.seen("KIBO").await.input(nil.clone());
    let handed = world.done(&world.kibo, "reportNilSubmission", input.clone()).await;
    assert_eq!(handed["submission"]["isNil"], true);
    assert_eq!(handed["submission"]["nilReason"], nil["reason"]);
    assert_eq!(handed["submission"]["cellCount"], 0, "zeros said before say nothing any more");
    assert_eq!(
        handed["revision"]["contentHash"],
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "SHA-256 of nothing"
    );
    let repeated = world.done(&world.kibo, "reportNilSubmission", input).await;
    assert_eq!(repeated["revision"]["receipt"], handed["revision"]["receipt"]);
    let accepted = world.review("KIBO", "acceptSubmission").await;
    assert_eq!(accepted["submission"]["status"], "ACCEPTED");
    let data = world.data(&world.lead, "{ submissionStatistics(where: { programme: { code: { eq: \"T_AI\" } }, quarter: { eq: \"2026-Q3\" } }) { total { expected submitted accepted nil missing } } }").await;
    assert_eq!(
        data["submissionStatistics"]["total"],
        json!({ "expected": 3, "submitted": 1, "accepted": 1, "nil": 1, "missing": 2 })
    );
    assert_eq!(figure(&world, "COMPANIES", None).await, json!([]), "no value, but no zero either");
    // Without anything saved before, too.
    let input = world.seen("SEMAS").await.input(nil);
    let handed = world.done(&world.semas, "reportNilSubmission", input).await;
    assert_eq!(handed["revision"]["number"], 1);
}

async fn what_was_handed_in_is_taken_back_before_its_review(place: Place) {
    let world = World::new(&place).await;
    world.save("KOSME", good()).await;
    let first = world.submit("KOSME").await;
    let seen = world.seen("KOSME").await;
    let input = seen.input(json!({}));
    let back = world.done(&world.kosme, "recallSubmission", input.clone()).await;
    assert_eq!(back["submission"]["status"], "DRAFT");
    let again = world.done(&world.kosme, "recallSubmission", input).await;
    assert_eq!(again["submission"]["version"], back["submission"]["version"]);
    // It counts as not submitted, everywhere alike, until it is submitted again.
    let counted = async |when: &str| {
        let query = format!(
            "{{ submissionStatistics(where: {{ programme: {{ code: {{ eq: \"{PROGRAMME}\" }} }}, institution: {{ code: {{ eq: \"KOSME\" }} }}, quarter: {{ eq: \"{QUARTER}\" }} }}) {{
                total {{ submitted onTime late draft missing submittedRate {{ percent }} }} }}
               submissions(where: {{ quarter: {{ eq: \"{QUARTER}\" }}, institution: {{ code: {{ eq: \"KOSME\" }} }} }}) {{ nodes {{ completeness isOnTime }} }} }}"
        );
        let data = world.ask_at(&world.lead, at(when), &query, Value::Null).await["data"].clone();
        json!([data["submissionStatistics"]["total"], data["submissions"]["nodes"][0]])
    };
    let total = |submitted: i64, late: i64, draft: i64, missing: i64, rate: i64| json!({ "submitted": submitted, "onTime": 0, "late": late, "draft": draft, "missing": missing, "submittedRate": { "percent": rate } });
    let missing = json!([total(0, 0, 0, 1, 0), { "completeness": "MISSING", "isOnTime": null }]);
    assert_eq!(counted("2026-11-22T03:00:00Z").await, missing);
    let draft = json!([total(0, 0, 1, 0, 0), { "completeness": "DRAFT", "isOnTime": null }]);
    assert_eq!(counted("2026-10-05T03:00:00Z").await, draft);
    let second = world.submit("KOSME").await;
    assert_eq!(second["revision"]["number"], 2);
    assert_eq!(
        second["revision"]["contentHash"], first["revision"]["contentHash"],
        "the same content"
    );
    let late = json!([total(1, 1, 0, 0, 100), { "completeness": "LATE", "isOnTime": false }]);
    assert_eq!(counted("2026-11-22T03:00:00Z").await, late);
    assert_ne!(second["revision"]["receipt"], first["revision"]["receipt"]);
    world.review("KOSME", "startSubmissionReview").await;
    let input = world.seen("KOSME").await.input(json!({}));
    assert_eq!(codes(&world.act(&world.kosme, "recallSubmission", input).await), ["REVIEW_BEGAN"]);
}

async fn an_extension_moves_the_due_date(place: Place) {
    let world = World::before(&place, crate::support::now(), QUARTER).await;
    // This programme locks half a year after the due date; the one below on the day itself.
    let input = json!({
        "code": "T_SHORT", "name": { "ko": "짧은 사업" }, "operator": "TIPA", "lockDays": 0, "idempotencyKey": key(),
    });
    world.done(&world.lead, "createProgramme", input).await;
    world.indicator("T_SHORT", "COUNT", "INTEGER", json!({})).await;
    world.obligation("KOSME", "T_SHORT", "2026-01-01").await;
    world.open(QUARTER).await;
    let seen = world.seen_in("KOSME", "T_SHORT", QUARTER).await;
    let save = |seen: &Seen| seen.input(json!({ "values": [value("COUNT", "1")] }));
    let early = at("2026-09-30T14:59:59Z");
    let refused = world.act_at(&world.kosme, early, "saveSubmissionDraft", save(&seen)).await;
    assert_eq!(codes(&refused), ["NOT_OPEN"], "it opens with 1 October in Seoul");
    let refused = world.act(&world.kosme, "saveSubmissionDraft", save(&seen)).await;
    assert_eq!(codes(&refused), ["LOCKED"]);
    for (reason, day, expected) in [
        (" ", "2026-12-01", vec!["INVALID_TEXT"]),
        ("사유", "2026-10-12", vec!["INVALID_DATE", "INVALID_DATE"]),
        ("사유", "2028-01-01", vec!["INVALID_DATE"]),
    ] {
        let input = seen.input(json!({ "reason": reason, "expiresOn": day }));
        let refused = world.act(&world.reviewer, "grantExtension", input).await;
        assert_eq!(codes(&refused), expected, "{reason} {day}");
    }
    let input = seen.input(json!({ "reason": "전산 장애", "expiresOn": "2026-11-25" }));
    let granted = world.done(&world.reviewer, "grantExtension", input.clone()).await;
    let row = &granted["submission"];
    assert_eq!(
        [&row["dueOn"], &row["originalDueOn"], &row["locksOn"]],
        ["2026-11-25", "2026-10-12", "2026-11-25"]
    );
    let again = world.done(&world.reviewer, "grantExtension", input).await;
    assert_eq!(again["submission"]["version"], row["version"]);
    let query = format!(
        "{{ node(id: \"{}\") {{ ... on Submission {{ extensions {{ nodes {{ expiresOn reason approvedBy }} }} }} }} }}",
        seen.id
    );
    let told = world.data(&world.kosme, &query).await;
    assert_eq!(told["node"]["extensions"]["nodes"].as_array().unwrap().len(), 1);
    // It holds to the end of its day in Seoul, and what comes by then is on time.
    let last = at("2026-11-25T14:59:59Z");
    let seen = world.seen_in("KOSME", "T_SHORT", QUARTER).await;
    world.done_at(&world.kosme, last, "saveSubmissionDraft", save(&seen)).await;
    let seen = world.seen_in("KOSME", "T_SHORT", QUARTER).await;
    let over = at("2026-11-25T15:00:00Z");
    let input = seen.input(json!({ "attestation": true }));
    assert_eq!(
        codes(&world.act_at(&world.kosme, over, "submitSubmission", input).await),
        ["LOCKED"]
    );
    let input = seen.input(json!({ "attestation": true }));
    let handed = world.done_at(&world.kosme, last, "submitSubmission", input).await;
    assert_eq!(handed["submission"]["isOnTime"], true);
    let seen = world.seen_in("KOSME", "T_SHORT", QUARTER).await;
    let input = seen.input(json!({ "reason": "사유", "expiresOn": "2026-12-31" }));
    assert_eq!(codes(&world.act(&world.reviewer, "grantExtension", input).await), ["WRONG_STATE"]);
}

async fn an_accepted_one_is_opened_again(place: Place) {
    let world = World::new(&place).await;
    world.accepted("KOSME", good()).await;
    assert_eq!(figure(&world, "COMPANIES", None).await[0]["value"], "10");
    let reopened_at = at("2026-11-23T03:00:00Z");
    let input = world.seen("KOSME").await.input(json!({ "reason": "착오", "dueOn": "2026-12-05" }));
    let opened = world.done_at(&world.lead, reopened_at, "reopenSubmission", input).await;
    assert_eq!(opened["submission"]["status"], "RETURNED");
    assert_eq!(opened["submission"]["reason"], "착오");
    let later = Some("2026-12-01T00:00:00Z");
    assert_eq!(figure(&world, "COMPANIES", later).await, json!([]), "it ceases to count");
    assert_eq!(figure(&world, "COMPANIES", None).await[0]["value"], "10", "until then it counts");
    world.save("KOSME", vec![value("COMPANIES", "12")]).await;
    world.submit("KOSME").await;
    world.review("KOSME", "acceptSubmission").await;
    let all = revisions(&world, &world.seen("KOSME").await.id).await;
    assert_eq!(all.as_array().unwrap().len(), 2);
    assert!(all[0]["supersededAt"].is_null() && !all[1]["supersededAt"].is_null(), "{all:#}");
}

async fn many_are_accepted_and_reminded_each_on_its_own(place: Place) {
    let world = World::new(&place).await;
    for institution in ["KOSME", "KIBO"] {
        world.save(institution, good()).await;
        world.submit(institution).await;
    }
    let seen = [world.seen("KOSME").await, world.seen("KIBO").await, world.seen("SEMAS").await];
    let item = |seen: &Seen| json!({ "id": seen.id, "expectedVersion": seen.version });
    let stale = json!({ "id": seen[1].id, "expectedVersion": 1 });
    // The longest key there may be.
    let long = format!("{}{}", key(), "가".repeat(64));
    let input = json!({ "items": [item(&seen[0]), stale, item(&seen[2])], "idempotencyKey": long });
    let payload = world.done(&world.reviewer, "acceptSubmissions", input.clone()).await;
    let told = |payload: &Value| -> Vec<(bool, Vec<String>)> {
        let items = payload["items"].as_array().unwrap();
        items
            .iter()
            .map(|item| {
                let found = codes(item).into_iter().map(str::to_owned).collect();
                (item["isDone"] == true, found)
            })
            .collect()
    };
    let expected = [
        (true, vec![]),
        (false, vec!["CONFLICT".to_owned()]),
        (false, vec!["WRONG_STATE".to_owned()]),
    ];
    assert_eq!(told(&payload), expected, "{payload:#}");
    assert_eq!(payload["items"][0]["id"], *seen[0].id);
    let before = world.written().await;
    let again = world.done(&world.reviewer, "acceptSubmissions", input).await;
    assert_eq!(told(&again), expected, "what was done stays done");
    assert_eq!(world.written().await, before);
    // Those who have not reported are reminded; who has, need not be.
    let items: Vec<Value> =
        [world.seen("KIBO").await, world.seen("SEMAS").await].iter().map(item).collect();
    let input = json!({ "items": items, "idempotencyKey": key() });
    let payload = world.done(&world.reviewer, "remindSubmissions", input).await;
    assert_eq!(
        told(&payload),
        [(false, vec!["WRONG_STATE".to_owned()]), (true, vec![])],
        "{payload:#}"
    );
    let reminded =
        format!("{{ node(id: \"{}\") {{ ... on Submission {{ remindedAt }} }} }}", seen[2].id);
    let told = world.data(&world.semas, &reminded).await;
    assert_eq!(told["node"]["remindedAt"], "2026-11-22T12:00:00+09:00");
    for (items, code) in [(0, "WRONG_NUMBER"), (101, "WRONG_NUMBER")] {
        let items: Vec<Value> = (0..items).map(|_| item(&seen[2])).collect();
        let input = json!({ "items": items, "idempotencyKey": key() });
        assert_eq!(codes(&world.act(&world.reviewer, "remindSubmissions", input).await), [code]);
    }
    // Who may do it with none is refused as a whole, and that is on record.
    for mutation in ["acceptSubmissions", "remindSubmissions"] {
        for who in [&Principal::Anonymous, &world.semas] {
            let input = json!({ "items": [item(&seen[2])], "idempotencyKey": key() });
            let answer = world.tried(who, mutation, input).await;
            let code = if who.client().is_some() { "FORBIDDEN" } else { "UNAUTHENTICATED" };
            assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{answer:#}");
        }
    }
}

async fn a_thousand_cells_are_saved_at_once(place: Place) {
    let world = World::new(&place).await;
    let regions = world.data(&Principal::Anonymous, "{ regions(first: 100, where: { code: { startsWith: \"KR-\" } }) { nodes { code endsOn } } }").await;
    let regions: Vec<&str> = regions["regions"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|region| region["endsOn"].is_null())
        .map(|region| region["code"].as_str().unwrap())
        .collect();
    let industries =
        world.data(&Principal::Anonymous, "{ industries(first: 100) { nodes { code } } }").await;
    let industries: Vec<&str> = industries["industries"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|industry| industry["code"].as_str().unwrap())
        .collect();
    let sizes = ["SMALL_MERCHANT", "SMALL", "MEDIUM", "MID_MARKET"];
    let mut cells = Vec::new();
    for region in &regions {
        for size in sizes {
            for industry in &industries {
                cells.push(json!({
                    "indicator": "COMPANIES", "region": region, "size": size, "industry": industry, "value": "1",
                }));
            }
        }
    }
    assert!(cells.len() > 1000, "only {} cells", cells.len());
    let input = world.seen("KOSME").await.input(json!({ "values": cells[..1001] }));
    let refused = world.act(&world.kosme, "saveSubmissionDraft", input).await;
    assert_eq!(codes(&refused), ["WRONG_NUMBER"]);
    let input = world.seen("KOSME").await.input(json!({ "values": [] }));
    let refused = world.act(&world.kosme, "saveSubmissionDraft", input).await;
    assert_eq!(codes(&refused), ["WRONG_NUMBER"]);
    let saved = world.save("KOSME", cells[..1000].to_vec()).await;
    assert_eq!(saved["created"], 1000);
    assert_eq!(saved["submission"]["cellCount"], 1000);
    // One write of one submission, whatever the number of cells.
    let seen = world.seen("KOSME").await;
    assert_eq!(seen.version, 2);
    let mut mixed = cells[..998].to_vec();
    mixed.push(json!({ "indicator": "COMPANIES", "region": regions[0], "size": sizes[0], "industry": industries[0], "clear": true }));
    mixed.remove(0);
    mixed.push(json!({ "indicator": "BUDGET", "value": "7" }));
    mixed[0]["value"] = json!("2");
    let saved = world.save("KOSME", mixed).await;
    let counts =
        ["created", "updated", "unchanged", "cleared"].map(|name| saved[name].as_i64().unwrap());
    assert_eq!(counts, [1, 1, 996, 1]);
    assert_eq!(saved["submission"]["cellCount"], 1000);
}

async fn any_other_version_is_a_conflict(place: Place) {
    let world = World::new(&place).await;
    world.save("KOSME", good()).await;
    world.submit("KOSME").await;
    let seen = world.seen("KOSME").await;
    let before = world.written().await;
    for version in [0, 1, seen.version - 1, seen.version + 1, i64::from(i32::MAX)] {
        let stale = Seen { version, ..seen.clone() };
        for (who, mutation, more) in [
            (&world.kosme, "recallSubmission", json!({})),
            (&world.kosme, "saveSubmissionDraft", json!({ "values": good() })),
            (&world.kosme, "submitSubmission", json!({ "attestation": true })),
            (&world.reviewer, "startSubmissionReview", json!({})),
            (&world.reviewer, "acceptSubmission", json!({})),
            (
                &world.reviewer,
                "returnSubmission",
                json!({ "comments": [{ "message": "보완" }], "dueOn": "2026-12-01" }),
            ),
            (&world.lead, "reopenSubmission", json!({ "reason": "착오", "dueOn": "2026-12-01" })),
            (
                &world.reviewer,
                "grantExtension",
                json!({ "reason": "사유", "expiresOn": "2026-12-31" }),
            ),
        ] {
            let refused = world.act(who, mutation, stale.input(more)).await;
            assert_eq!(codes(&refused), ["CONFLICT"], "{mutation} {version}");
        }
    }
    let freeze = json!({ "quarter": QUARTER, "expectedVersion": 1, "idempotencyKey": key() });
    assert_eq!(codes(&world.act(&world.lead, "finaliseQuarter", freeze).await), ["CONFLICT"]);
    assert_eq!(world.written().await, before);
}

async fn a_repeated_call_writes_nothing_more(place: Place) {
    let world = World::new(&place).await;
    let mut calls: Vec<(&Principal, &str, Value, Value)> = Vec::new();
    let back = json!({ "comments": [{ "message": "보완" }], "dueOn": "2026-12-01" });
    for (who, mutation, more) in [
        (&world.reviewer, "grantExtension", json!({ "reason": "사유", "expiresOn": "2026-12-31" })),
        (&world.kosme, "saveSubmissionDraft", json!({ "values": good() })),
        (&world.kosme, "submitSubmission", json!({ "attestation": true })),
        (&world.kosme, "recallSubmission", json!({})),
        (&world.kosme, "submitSubmission", json!({ "attestation": true })),
        (&world.reviewer, "startSubmissionReview", json!({})),
        (&world.reviewer, "returnSubmission", back),
        (&world.kosme, "saveSubmissionDraft", json!({ "values": [value("BUDGET", "900")] })),
        (&world.kosme, "submitSubmission", json!({ "attestation": true })),
        (&world.reviewer, "acceptSubmission", json!({})),
        (&world.lead, "reopenSubmission", json!({ "reason": "착오", "dueOn": "2026-12-01" })),
    ] {
        let input = world.seen("KOSME").await.input(more);
        let payload = world.done(who, mutation, input.clone()).await;
        calls.push((who, mutation, input, payload));
        // Each call is repeated at once and, with all the others, ever after.
        let before = world.written().await;
        for (who, mutation, input, first) in &calls {
            let again = world.done(who, mutation, input.clone()).await;
            if mutation.starts_with("submit") {
                assert_eq!(again["revision"], {
                    let mut revision = first["revision"].clone();
                    // It may have been decided on meanwhile.
                    for field in ["acceptedAt", "supersededAt"] {
                        revision[field] = again["revision"][field].clone();
                    }
                    revision
                });
            }
        }
        assert_eq!(world.written().await, before, "{mutation}");
    }
    assert_eq!(world.seen("KOSME").await.version, 12);
}

async fn a_key_is_for_one_submission_and_one_content(place: Place) {
    let world = World::before(&place, crate::support::now(), QUARTER).await;
    world.programme("T_OTHER").await;
    world.indicator("T_OTHER", "COUNT", "INTEGER", json!({})).await;
    world.obligation("KOSME", "T_OTHER", "2026-01-01").await;
    world.open(QUARTER).await;
    world.save("KOSME", good()).await;
    let other = world.seen_in("KOSME", "T_OTHER", QUARTER).await;
    let input = other.input(json!({ "values": [value("COUNT", "1")] }));
    world.done(&world.kosme, "saveSubmissionDraft", input).await;
    let key = key();
    let mut first = world.seen("KOSME").await.input(json!({ "attestation": true }));
    first["idempotencyKey"] = json!(key);
    let handed = world.done(&world.kosme, "submitSubmission", first).await;
    // The same call for another submission is another call.
    let mut second =
        world.seen_in("KOSME", "T_OTHER", QUARTER).await.input(json!({ "attestation": true }));
    second["idempotencyKey"] = json!(key);
    let before = world.written().await;
    let refused = world.act(&world.kosme, "submitSubmission", second).await;
    assert_eq!(codes(&refused), ["KEY_REUSED"], "{refused:#}");
    assert_eq!(refused["errors"][0]["path"], json!(["input", "idempotencyKey"]));
    // So is another verb, and another content.
    for (mutation, more) in [
        ("recallSubmission", json!({})),
        ("submitSubmission", json!({ "attestation": false })),
        ("saveSubmissionDraft", json!({ "values": good() })),
        ("reportNilSubmission", json!({ "reason": "없음" })),
    ] {
        let mut input = world.seen("KOSME").await.input(more);
        input["idempotencyKey"] = json!(key);
        let refused = world.act(&world.kosme, mutation, input).await;
        assert_eq!(codes(&refused), ["KEY_REUSED"], "{mutation}");
    }
    // Another client's keys are its own.
    world.save("KIBO", good()).await;
    let mut input = world.seen("KIBO").await.input(json!({ "attestation": true }));
    input["idempotencyKey"] = json!(key);
    let others = world.done(&world.kibo, "submitSubmission", input).await;
    assert_ne!(others["revision"]["receipt"], handed["revision"]["receipt"]);
    for bad in ["short", &"x".repeat(101)] {
        let mut input = world.seen("KOSME").await.input(json!({}));
        input["idempotencyKey"] = json!(bad);
        let refused = world.act(&world.kosme, "recallSubmission", input).await;
        assert_eq!(codes(&refused), ["INVALID_KEY"]);
    }
    assert_eq!(
        before[1] + 3,
        world.written().await[1],
        "KIBO has saved, and handed in with a revision"
    );
}

async fn revisions_never_change(place: Place) {
    let world = World::new(&place).await;
    let id = world.seen("KOSME").await.id;
    let mut kept = Vec::new();
    for turn in 0..4 {
        let mut cells = good();
        cells[0]["value"] = json!((10 + turn % 2).to_string());
        cells[0]["comment"] = json!("확인");
        match turn {
            1 => cells.push(value("RATE", "12.5")),
            2 => cells.push(json!({ "indicator": "RATE", "clear": true })),
            3 => cells.push(value("NOTE", "다시")),
            _ => {}
        }
        world.save("KOSME", cells).await;
        let handed = world.submit("KOSME").await;
        assert_eq!(handed["revision"]["number"], turn + 1);
        kept.push((handed["revision"].clone(), values(&world, &id, Some(turn + 1)).await));
        assert_eq!(values(&world, &id, None).await, kept.last().unwrap().1);
        let input = world.seen("KOSME").await.input(json!({}));
        world.done(&world.kosme, "recallSubmission", input).await;
    }
    // Drafts over drafts: replaced, cleared, given again.
    world.save("KOSME", vec![value("COMPANIES", "99"), value("RATE", "1")]).await;
    world.save("KOSME", vec![value("COMPANIES", "98")]).await;
    world.save("KOSME", vec![json!({ "indicator": "COMPANIES", "clear": true })]).await;
    world.save("KOSME", vec![json!({ "indicator": "BUDGET", "clear": true })]).await;
    let shown = revisions(&world, &id).await;
    for (at, (revision, values_then)) in kept.iter().enumerate() {
        let number = i32::try_from(at).unwrap() + 1;
        assert_eq!(values(&world, &id, Some(number)).await, *values_then, "revision {number}");
        let now = &shown[kept.len() - 1 - at];
        for field in ["number", "receipt", "contentHash", "cellCount"] {
            assert_eq!(now[field], revision[field], "{field} of revision {number}");
        }
    }
    // No revision is none, not what stands now.
    for number in [i32::try_from(kept.len()).unwrap() + 1, 99, 0, -1] {
        assert_eq!(values(&world, &id, Some(number)).await, json!([]), "revision {number}");
    }
    let cells = |values: &Value| -> Vec<String> {
        let nodes = values.as_array().unwrap().iter();
        nodes
            .map(|node| {
                format!("{}={}", node["cell"].as_str().unwrap(), node["value"].as_str().unwrap())
            })
            .collect()
    };
    assert_eq!(cells(&kept[0].1), ["BUDGET=1000", "COMPANIES=10", "EXECUTED=500"]);
    assert_eq!(cells(&kept[1].1), ["BUDGET=1000", "COMPANIES=11", "EXECUTED=500", "RATE=12.5"]);
    assert_eq!(cells(&kept[2].1), cells(&kept[0].1));
    assert_eq!(cells(&values(&world, &id, None).await), ["EXECUTED=500", "NOTE=다시", "RATE=1"]);
}

async fn two_revisions_are_compared(place: Place) {
    let world = World::new(&place).await;
    let id = world.seen("KOSME").await.id;
    for cells in [
        good(),
        vec![
            value("COMPANIES", "11"),
            value("RATE", "5"),
            json!({ "indicator": "BUDGET", "value": "1000", "comment": "증액" }),
        ],
        vec![
            value("COMPANIES", "10"),
            json!({ "indicator": "RATE", "clear": true }),
            value("BUDGET", "1000"),
        ],
    ] {
        world.save("KOSME", cells).await;
        world.submit("KOSME").await;
        let input = world.seen("KOSME").await.input(json!({}));
        world.done(&world.kosme, "recallSubmission", input).await;
    }
    let diff = async |from: i32, to: i32| {
        let query = format!(
            "{{ submissionDiff(id: \"{id}\", from: {from}, to: {to}) {{ from to isTruncated \
               changes {{ cell before {{ state value comment }} after {{ state value comment }} }} }} }}"
        );
        world.data(&world.kosme, &query).await["submissionDiff"].clone()
    };
    let said = |value: &str, comment: Value| json!({ "state": "VALUE", "value": value, "comment": comment });
    let one = diff(1, 2).await;
    assert_eq!(
        one["changes"],
        json!([
            { "cell": "BUDGET", "before": said("1000", Value::Null), "after": said("1000", json!("증액")) },
            { "cell": "COMPANIES", "before": said("10", Value::Null), "after": said("11", Value::Null) },
            { "cell": "RATE", "before": null, "after": said("5", Value::Null) },
        ])
    );
    assert_eq!(one["isTruncated"], false);
    let back = diff(2, 1).await;
    for (there, here) in
        one["changes"].as_array().unwrap().iter().zip(back["changes"].as_array().unwrap())
    {
        assert_eq!((&there["before"], &there["after"]), (&here["after"], &here["before"]));
    }
    assert_eq!(diff(1, 3).await["changes"], json!([]), "what was put back differs in nothing");
    assert_eq!(diff(2, 2).await["changes"], json!([]));
    for (from, to) in [(0, 1), (1, 4), (-1, 2)] {
        let query =
            format!("{{ submissionDiff(id: \"{id}\", from: {from}, to: {to}) {{ from }} }}");
        assert_eq!(world.refusal(&world.kosme, &query).await, "NOT_FOUND", "{from} {to}");
    }
}

async fn money_is_exact(place: Place) {
    let world = World::new(&place).await;
    let most = i64::MAX.to_string();
    // 2^53 + 1 is no double.
    let odd = "9007199254740993";
    for (institution, amount) in [("KOSME", odd), ("KIBO", "9,007,199,254,740,994")] {
        let cells =
            vec![value("COMPANIES", "1"), value("BUDGET", amount), value("EXECUTED", amount)];
        world.accepted(institution, cells).await;
    }
    let stands = values(&world, &world.seen("KOSME").await.id, None).await;
    assert!(stands.to_string().contains(odd), "{stands}");
    assert_eq!(figure(&world, "BUDGET", None).await[0]["value"], "18014398509481987");
    // What is beyond 64 bits is no failure.
    let cells = vec![value("COMPANIES", "1"), value("BUDGET", &most), value("EXECUTED", &most)];
    world.accepted("SEMAS", cells).await;
    let points = figure(&world, "BUDGET", None).await;
    assert_eq!((&points[0]["value"], &points[0]["institutions"]), (&Value::Null, &json!(3)));
    let query = format!(
        "{{ indicatorSeries(programme: \"{PROGRAMME}\", indicator: \"BUDGET\", by: INSTITUTION, from: \"2026-Q3\") \
           {{ points {{ key value }} }} }}"
    );
    let data = world.data(&world.lead, &query).await;
    let points = data["indicatorSeries"]["points"].as_array().unwrap();
    let semas = points.iter().find(|point| point["key"] == "SEMAS").unwrap();
    assert_eq!(semas["value"], most);
    let beyond = "9223372036854775808";
    let input = world.seen("KOSME").await;
    let input = Seen { version: 1, ..input }.input(json!({ "values": [value("BUDGET", beyond)] }));
    let refused = world.act(&world.kosme, "saveSubmissionDraft", input).await;
    assert!(["CONFLICT", "WRONG_STATE"].contains(&codes(&refused)[0]), "{refused:#}");
}

async fn parts_make_up_their_total(place: Place) {
    let world = World::new(&place).await;
    let part = |region: &str, value: &str| json!({ "indicator": "COMPANIES", "region": region, "value": value });
    let saved = world.save("KOSME", good()).await;
    assert_eq!(saved["problems"], json!([]));
    let saved = world.save("KOSME", vec![part("KR-11", "4"), part("KR-26", "5")]).await;
    assert_eq!(saved["problems"][0]["rule"], "SUM", "{saved:#}");
    assert_eq!(saved["problems"][0]["cell"], "COMPANIES");
    let input = world.seen("KOSME").await.input(json!({ "attestation": true }));
    let refused = world.act(&world.kosme, "submitSubmission", input).await;
    assert_eq!(codes(&refused), ["OPEN_ERRORS", "RULE_BROKEN"]);
    let saved = world.save("KOSME", vec![part("KR-26", "6")]).await;
    assert_eq!(saved["problems"], json!([]));
    // Another pattern counts the same companies once more.
    let size =
        |size: &str, value: &str| json!({ "indicator": "COMPANIES", "size": size, "value": value });
    let saved = world.save("KOSME", vec![size("SMALL", "10"), size("MEDIUM", "0")]).await;
    assert_eq!(saved["problems"], json!([]));
    let saved = world.save("KOSME", vec![size("MEDIUM", "1")]).await;
    assert_eq!(saved["problems"][0]["rule"], "SUM");
    world.save("KOSME", vec![size("MEDIUM", "0")]).await;
    // What is not to be broken down is not.
    let stray = json!({ "indicator": "BUDGET", "region": "KR-11", "value": "1000" });
    let saved = world.save("KOSME", vec![stray]).await;
    assert_eq!(saved["problems"][0]["rule"], "BREAKDOWN");
    let clear = json!({ "indicator": "BUDGET", "region": "KR-11", "clear": true });
    assert_eq!(world.save("KOSME", vec![clear]).await["problems"], json!([]));
    world.submit("KOSME").await;
    world.review("KOSME", "acceptSubmission").await;
    let query = format!(
        "{{ region: indicatorSeries(programme: \"{PROGRAMME}\", indicator: \"COMPANIES\", by: REGION, from: \"2026-Q3\") {{ points {{ key value }} }} \
           size: indicatorSeries(programme: \"{PROGRAMME}\", indicator: \"COMPANIES\", by: SIZE, from: \"2026-Q3\") {{ points {{ key value }} }} \
           all: indicatorSeries(programme: \"{PROGRAMME}\", indicator: \"COMPANIES\", from: \"2026-Q3\") {{ points {{ key value }} }} }}"
    );
    let data = world.data(&world.lead, &query).await;
    assert_eq!(
        data,
        json!({
            "region": { "points": [{ "key": "KR-11", "value": "4" }, { "key": "KR-26", "value": "6" }] },
            "size": { "points": [{ "key": "MEDIUM", "value": "0" }, { "key": "SMALL", "value": "10" }] },
            "all": { "points": [{ "key": null, "value": "10" }] },
        })
    );
}

async fn warnings_ask_for_a_comment(place: Place) {
    let world = World::new(&place).await;
    let mut cells = good();
    cells.push(value("RATE", "100.5"));
    let saved = world.save("KOSME", cells).await;
    let problem = &saved["problems"][0];
    assert_eq!(
        [&problem["rule"], &problem["severity"], &problem["isJustified"]],
        [&json!("R_RATE"), &json!("WARNING"), &json!(false)]
    );
    assert_eq!(problem["message"], json!({ "ko": "R_RATE 확인", "en": "check R_RATE" }));
    let input = world.seen("KOSME").await.input(json!({ "attestation": true }));
    let refused = world.act(&world.kosme, "submitSubmission", input).await;
    assert_eq!(codes(&refused), ["UNJUSTIFIED_WARNINGS", "COMMENT_NEEDED"], "{refused:#}");
    assert_eq!(refused["errors"][1]["path"], json!(["input", "id", "RATE"]));
    let told = check(&world, &world.kosme, &world.seen("KOSME").await.id).await;
    assert_eq!(
        [&told["errorCount"], &told["warningCount"], &told["isReady"]],
        [&json!(0), &json!(1), &json!(false)]
    );
    let justified = json!({ "indicator": "RATE", "value": "100.5", "comment": "이월분 포함" });
    let saved = world.save("KOSME", vec![justified]).await;
    assert_eq!(saved["problems"][0]["isJustified"], true);
    let told = check(&world, &world.kosme, &world.seen("KOSME").await.id).await;
    assert_eq!(told["isReady"], true);
    world.submit("KOSME").await;
}

async fn every_fault_is_told_at_its_place(place: Place) {
    let world = World::new(&place).await;
    let seen = world.seen("KOSME").await;
    let cells = json!([
        { "indicator": "COMPANES", "value": "1" },
        { "indicator": "COMPANIES", "region": "KR-111", "value": "1" },
        { "indicator": "COMPANIES", "region": "KR-29", "value": "1" },
        { "indicator": "COMPANIES", "industry": "ZZ", "value": "1" },
        { "indicator": "COMPANIES", "value": "1.5" },
        { "indicator": "BUDGET", "value": "1e99" },
        { "indicator": "HAS_PLAN", "value": "글쎄" },
        { "indicator": "RATE", "value": "12.55" },
        { "indicator": "EXECUTED" },
        { "indicator": "NOTE", "state": "ZERO_CONFIRMED" },
        { "indicator": "NOTE", "value": "한 줄" },
        { "indicator": "NOTE", "value": "두 줄" },
        { "indicator": "EXECUTED", "state": "MISSING", "value": "3" },
    ]);
    let before = world.written().await;
    let refused = world
        .act(&world.kosme, "saveSubmissionDraft", seen.input(json!({ "values": cells })))
        .await;
    let told: Vec<(String, String)> = refused["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| {
            let path: Vec<&str> = error["path"]
                .as_array()
                .unwrap()
                .iter()
                .map(|part| part.as_str().unwrap())
                .collect();
            (path[2..].join("."), error["code"].as_str().unwrap().to_owned())
        })
        .collect();
    let expected = [
        ("0.indicator", "UNKNOWN_INDICATOR"),
        ("1.region", "UNKNOWN_REGION"),
        ("2.region", "UNKNOWN_REGION"),
        ("3.industry", "UNKNOWN_INDUSTRY"),
        ("4.value", "INVALID_VALUE"),
        ("5.value", "INVALID_VALUE"),
        ("6.value", "INVALID_VALUE"),
        ("7.value", "INVALID_VALUE"),
        ("8.value", "EMPTY"),
        ("9.value", "INVALID_VALUE"),
        ("11.indicator", "TWICE"),
        ("12.value", "INVALID_VALUE"),
    ];
    assert_eq!(told, expected.map(|(path, code)| (path.to_owned(), code.to_owned())));
    let message = |at: usize| refused["errors"][at]["message"].as_str().unwrap();
    assert!(message(0).contains("Did you mean COMPANIES?"), "{}", message(0));
    assert!(!message(1).contains("Did you mean"), "a hint names no other region: {}", message(1));
    assert_eq!(world.written().await, before, "all or nothing");
    assert_eq!(world.seen("KOSME").await.version, 1);
    // A return names its cells, and each of its mistakes at its place.
    world.save("KOSME", good()).await;
    world.submit("KOSME").await;
    let input = world.seen("KOSME").await.input(json!({
        "dueOn": "2026-11-21",
        "comments": [{ "message": "보완" }, { "cell": "NOTHING", "message": "보완" }, { "cell": "BUDGET", "message": " " }],
    }));
    let refused = world.act(&world.reviewer, "returnSubmission", input).await;
    let told: Vec<(&Value, &Value)> = refused["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (&error["code"], &error["path"]))
        .collect();
    assert_eq!(
        told,
        [
            (&json!("INVALID_DATE"), &json!(["input", "dueOn"])),
            (&json!("UNKNOWN_CELL"), &json!(["input", "comments", "1", "cell"])),
            (&json!("INVALID_TEXT"), &json!(["input", "comments", "2", "message"])),
        ]
    );
}

async fn a_temporary_holiday_moves_due_dates(place: Place) {
    let world = World::new(&place).await;
    let dates = async |institution: &str| {
        let row = world.find(institution, PROGRAMME, QUARTER).await.unwrap();
        [row["dueOn"].clone(), row["originalDueOn"].clone(), row["version"].clone()]
    };
    assert_eq!(dates("KIBO").await[0], "2026-10-12", "list 8: a Saturday moves to Monday");
    // KOSME has reported; KIBO has an extension; SEMAS has begun.
    let early = at("2026-10-05T03:00:00Z");
    let input = world.seen("KOSME").await.input(json!({ "values": good() }));
    world.done_at(&world.kosme, early, "saveSubmissionDraft", input).await;
    let input = world.seen("KOSME").await.input(json!({ "attestation": true }));
    let handed = world.done_at(&world.kosme, early, "submitSubmission", input).await;
    assert_eq!(handed["submission"]["isOnTime"], true);
    let input =
        world.seen("KIBO").await.input(json!({ "reason": "사유", "expiresOn": "2026-10-20" }));
    world.done_at(&world.reviewer, early, "grantExtension", input).await;
    let input = world.seen("SEMAS").await.input(json!({ "values": good() }));
    world.done_at(&world.semas, early, "saveSubmissionDraft", input).await;
    let before = [dates("KOSME").await, dates("KIBO").await, dates("SEMAS").await];
    let holiday = json!({
        "observedOn": "2026-10-12", "name": { "ko": "임시공휴일", "en": "Temporary holiday" }, "kind": "TEMPORARY",
        "idempotencyKey": key(),
    });
    let made = world.done_at(&world.reviewer, early, "createHoliday", holiday.clone()).await;
    let kosme = dates("KOSME").await;
    assert_eq!(kosme[..2], [json!("2026-10-13"), json!("2026-10-13")], "the law is one for all");
    let kibo = dates("KIBO").await;
    assert_eq!(kibo[..2], [json!("2026-10-20"), json!("2026-10-13")], "the extension is longer");
    let semas = dates("SEMAS").await;
    assert_eq!(semas[..2], [json!("2026-10-13"), json!("2026-10-13")]);
    assert_eq!(semas[2].as_i64(), before[2][2].as_i64().map(|version| version + 1));
    let again = world.done_at(&world.reviewer, early, "createHoliday", holiday.clone()).await;
    assert_eq!(again["holiday"], made["holiday"]);
    let mut second = holiday;
    second["idempotencyKey"] = json!(key());
    let refused = world.act_at(&world.reviewer, early, "createHoliday", second).await;
    assert_eq!(codes(&refused), ["TAKEN"]);
    assert_eq!(dates("SEMAS").await, semas);
    // On the 13th it is still on time.
    let input = world.seen("SEMAS").await.input(json!({ "attestation": true }));
    let on_the_day = at("2026-10-13T14:59:00Z");
    let handed = world.done_at(&world.semas, on_the_day, "submitSubmission", input).await;
    assert_eq!(handed["submission"]["isOnTime"], true);
}

async fn the_list_of_those_expected_is_frozen(place: Place) {
    let world = World::before(&place, crate::support::now(), QUARTER).await;
    let over = json!({ "quarter": "2026-Q4" });
    let refused = world.act(&world.lead, "openQuarter", over).await;
    assert_eq!(codes(&refused), ["NOT_OVER"]);
    // One ended before the quarter's last day, one on it, one begins on it, one the day after.
    let end = async |institution: &str, starts: &str, ends: &str| {
        let input = json!({
            "institution": institution, "programme": PROGRAMME, "startsOn": starts, "endsOn": ends,
            "idempotencyKey": key(),
        });
        world.done(&world.lead, "createObligation", input).await;
    };
    end("KISED", "2026-01-01", "2026-09-29").await;
    end("STEPI", "2026-01-01", "2026-09-30").await;
    world.obligation("ETRI", PROGRAMME, "2026-09-30").await;
    world.obligation("TIPA", PROGRAMME, "2026-10-01").await;
    world.open(QUARTER).await;
    let expected = async || {
        let data = world.data(&world.lead, "{ submissions(first: 100, where: { programme: { code: { eq: \"T_AI\" } } }) { totalCount nodes { institution { code } } } }").await;
        let mut found: Vec<String> = data["submissions"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| node["institution"]["code"].as_str().unwrap().to_owned())
            .collect();
        found.sort();
        found
    };
    let frozen = ["ETRI", "KIBO", "KOSME", "SEMAS", "STEPI"];
    assert_eq!(expected().await, frozen);
    // Opening it once more changes nothing.
    let version = world.period(QUARTER).await["version"].clone();
    world.open(QUARTER).await;
    assert_eq!(world.period(QUARTER).await["version"], version, "it is open already");
    assert_eq!(expected().await, frozen);
    let data = world.data(&world.lead, "{ obligations(where: { institution: { code: { eq: \"KOSME\" } } }) { nodes { id version } } }").await;
    let known = &data["obligations"]["nodes"][0];
    let input =
        json!({ "id": known["id"], "expectedVersion": known["version"], "endsOn": "2026-09-01" });
    world.done(&world.lead, "endObligation", input).await;
    assert_eq!(expected().await, frozen, "who was expected stays so");
    let overlapping = json!({
        "institution": "SEMAS", "programme": PROGRAMME, "startsOn": "2026-05-01", "idempotencyKey": key(),
    });
    let refused = world.act(&world.lead, "createObligation", overlapping).await;
    assert_eq!(codes(&refused), ["TAKEN"]);
    // Figures of who is not expected cannot be given.
    assert!(world.find("KISED", PROGRAMME, QUARTER).await.is_none());
}

async fn rates_are_bounded_by_what_is_expected(place: Place) {
    let world = World::new(&place).await;
    let statistics = async |at_instant: &str, group: &str| {
        let query = format!(
            "{{ submissionStatistics(groupBy: {group}, where: {{ programme: {{ code: {{ eq: \"T_AI\" }} }}, quarter: {{ eq: \"2026-Q3\" }} }}) {{ \
               rows {{ keys {{ code }} expected submitted missing }} \
               total {{ expected submitted onTime late accepted nil draft returned missing submittedRate {{ percent }} onTimeRate {{ part base percent }} }} \
               dataVersion computedAt }} }}"
        );
        let answer = world.ask_at(&world.lead, at(at_instant), &query, Value::Null).await;
        answer["data"]["submissionStatistics"].clone()
    };
    let (open, due, late) =
        ("2026-10-05T03:00:00Z", "2026-10-12T14:59:59Z", "2026-10-12T15:00:00Z");
    let counted = |told: &Value| -> Vec<i64> {
        ["expected", "submitted", "onTime", "late", "accepted", "draft", "returned", "missing"]
            .iter()
            .map(|name| told["total"][name].as_i64().unwrap())
            .collect()
    };
    let told = statistics(open, "QUARTER").await;
    assert_eq!(counted(&told), [3, 0, 0, 0, 0, 0, 0, 0], "{told:#}");
    assert_eq!(told["total"]["submittedRate"]["percent"], 0.0);
    let shown = async |institution: &str, at_instant: &str| {
        let id = world.seen(institution).await.id;
        let query = format!(
            "{{ node(id: \"{id}\") {{ ... on Submission {{ completeness daysLeft clocks {{ daysToSubmit daysToReview }} }} }} }}"
        );
        let answer = world.ask_at(&world.lead, at(at_instant), &query, Value::Null).await;
        answer["data"]["node"].clone()
    };
    assert_eq!(shown("KIBO", "2026-09-30T03:00:00Z").await["completeness"], "NOT_DUE");
    assert_eq!(shown("KIBO", open).await["completeness"], "OPEN");
    assert_eq!(shown("KIBO", open).await["daysLeft"], 7);
    assert_eq!(shown("KIBO", late).await["completeness"], "MISSING");
    let input = world.seen("KOSME").await.input(json!({ "values": good() }));
    world.done_at(&world.kosme, at(open), "saveSubmissionDraft", input).await;
    assert_eq!(shown("KOSME", open).await["completeness"], "DRAFT");
    assert_eq!(shown("KOSME", late).await["completeness"], "MISSING");
    let input = world.seen("KOSME").await.input(json!({ "attestation": true }));
    world.done_at(&world.kosme, at(due), "submitSubmission", input).await;
    let input = world.seen("SEMAS").await.input(json!({ "values": good() }));
    world.done_at(&world.semas, at(late), "saveSubmissionDraft", input).await;
    let input = world.seen("SEMAS").await.input(json!({ "attestation": true }));
    world.done_at(&world.semas, at(late), "submitSubmission", input).await;
    assert_eq!(shown("KOSME", late).await["completeness"], "SUBMITTED");
    assert_eq!(shown("SEMAS", late).await["completeness"], "LATE");
    let told = statistics(late, "QUARTER").await;
    assert_eq!(counted(&told), [3, 2, 1, 1, 0, 0, 0, 1]);
    assert_eq!(told["total"]["submittedRate"]["percent"], 66.7);
    assert_eq!(told["total"]["onTimeRate"], json!({ "part": 1, "base": 3, "percent": 33.3 }));
    // Handing in again and again counts once; what was once on time stays so.
    for _ in 0..2 {
        let back = json!({ "comments": [{ "message": "보완" }], "dueOn": "2026-12-01" });
        let input = world.seen("KOSME").await.input(back);
        world.done(&world.reviewer, "returnSubmission", input).await;
        assert_eq!(counted(&statistics(late, "QUARTER").await), [3, 2, 1, 1, 0, 0, 1, 1]);
        world.submit("KOSME").await;
    }
    world.review("KOSME", "acceptSubmission").await;
    let told = statistics(late, "INSTITUTION").await;
    assert_eq!(counted(&told), [3, 2, 1, 1, 1, 0, 0, 1]);
    assert_eq!(
        told["rows"],
        json!([
            { "keys": [{ "code": "KIBO" }], "expected": 1, "submitted": 0, "missing": 1 },
            { "keys": [{ "code": "KOSME" }], "expected": 1, "submitted": 1, "missing": 0 },
            { "keys": [{ "code": "SEMAS" }], "expected": 1, "submitted": 1, "missing": 0 },
        ])
    );
    let none = world.data(&world.lead, "{ submissionStatistics(where: { quarter: { in: [\"2025-Q1\", \"2025-Q2\"] } }) { rows { count } total { expected submittedRate { part base percent } } } }").await;
    assert_eq!(
        none["submissionStatistics"],
        json!({ "rows": [], "total": { "expected": 0, "submittedRate": { "part": 0, "base": 0, "percent": null } } }),
        "no rate without a base"
    );
}

async fn reminders_fall_on_their_day(place: Place) {
    let world = World::new(&place).await;
    let early = at("2026-10-02T03:00:00Z");
    let input = world.seen("KOSME").await.input(json!({ "values": good() }));
    world.done_at(&world.kosme, early, "saveSubmissionDraft", input).await;
    let input = world.seen("KOSME").await.input(json!({ "attestation": true }));
    world.done_at(&world.kosme, early, "submitSubmission", input).await;
    let count = async |instant: &str, filter: &str| {
        let query = format!(
            "{{ submissions(where: {{ programme: {{ code: {{ eq: \"T_AI\" }} }}, {filter} }}) {{ totalCount }} }}"
        );
        let answer = world.ask_at(&world.lead, at(instant), &query, Value::Null).await;
        answer["data"]["submissions"]["totalCount"].as_i64().unwrap_or_else(|| panic!("{answer}"))
    };
    // Noon in Seoul, and the first and last second of a day there.
    for (kind, day) in [
        ("T_MINUS_14", "2026-09-28T03:00:00Z"),
        ("T_MINUS_7", "2026-10-05T03:00:00Z"),
        ("T_MINUS_1", "2026-10-10T15:00:00Z"),
        ("T_MINUS_1", "2026-10-11T14:59:59Z"),
        ("T_PLUS_1", "2026-10-13T03:00:00Z"),
    ] {
        for other in ["T_MINUS_14", "T_MINUS_7", "T_MINUS_1", "T_PLUS_1"] {
            let found = count(day, &format!("reminderDue: {other}")).await;
            assert_eq!(found, if other == kind { 2 } else { 0 }, "{other} on {day}");
        }
    }
    assert_eq!(count("2026-10-12T03:00:00Z", "reminderDue: T_PLUS_1").await, 0);
    for (instant, overdue) in [("2026-10-12T14:59:59Z", 0), ("2026-10-12T15:00:00Z", 2)] {
        assert_eq!(count(instant, "isOverdue: true").await, overdue, "{instant}");
        assert_eq!(count(instant, "isOverdue: false").await, 3 - overdue, "{instant}");
    }
    let now = "2026-11-22T03:00:00Z";
    for (who, expected) in [("PARTNER", 2), ("REVIEWER", 1), ("LEAD", 0), ("NOBODY", 0)] {
        assert_eq!(count(now, &format!("waitsFor: {who}")).await, expected, "{who}");
    }
    // What was returned is overdue by its own day.
    let back = json!({ "comments": [{ "message": "보완" }], "dueOn": "2026-11-30" });
    let input = world.seen("KOSME").await.input(back);
    world.done(&world.reviewer, "returnSubmission", input).await;
    assert_eq!(count(now, "isOverdue: true").await, 2);
    assert_eq!(count("2026-12-01T03:00:00Z", "isOverdue: true").await, 3);
    assert_eq!(count(now, "waitsFor: PARTNER").await, 3);
    world.submit("KOSME").await;
    world.review("KOSME", "acceptSubmission").await;
    assert_eq!(count(now, "waitsFor: LEAD").await, 1);
}

async fn an_indicator_changes_with_a_quarter(place: Place) {
    let world = World::before(&place, at("2027-01-20T03:00:00Z"), QUARTER).await;
    world.open(QUARTER).await;
    world.accepted("KOSME", [good(), vec![value("RATE", "12.5")]].concat()).await;
    let revised = json!({
        "programme": PROGRAMME, "code": "RATE", "name": { "ko": "집행률" }, "unit": "%", "valueType": "PERCENT",
        "decimals": 3, "aggregation": "AVERAGE", "isRequired": true, "validFrom": "2026-Q4", "idempotencyKey": key(),
    });
    let taken = world.act(&world.reviewer, "createIndicator", revised.clone()).await;
    assert_eq!(codes(&taken), ["TAKEN"]);
    let mut earlier = revised.clone();
    earlier["idempotencyKey"] = json!(key());
    let revised = world.revised("reviseIndicator", revised).await;
    let made = world.done(&world.reviewer, "reviseIndicator", revised.clone()).await;
    assert_eq!(made["indicator"]["revision"], 2);
    let again = world.done(&world.reviewer, "reviseIndicator", revised.clone()).await;
    assert_eq!(again["indicator"], made["indicator"]);
    let refused = world.act(&world.reviewer, "reviseIndicator", earlier).await;
    assert_eq!(codes(&refused), ["NOT_LATER"]);
    let mut old = revised;
    old["idempotencyKey"] = json!(key());
    old["expectedVersion"] = json!(2);
    old["validFrom"] = json!("2027-Q1");
    let refused = world.act(&world.reviewer, "reviseIndicator", old).await;
    assert_eq!(codes(&refused), ["NOT_LAST_REVISION"]);
    let valid = async |quarter: &str| {
        let query = format!(
            "{{ indicators(where: {{ validIn: \"{quarter}\", code: {{ eq: \"RATE\" }}, programme: {{ code: {{ eq: \"T_AI\" }} }} }}) {{ nodes {{ revision decimals validFrom validTo }} }} }}"
        );
        world.data(&Principal::Anonymous, &query).await["indicators"]["nodes"].clone()
    };
    assert_eq!(
        valid(QUARTER).await,
        json!([{ "revision": 1, "decimals": 1, "validFrom": "2020-Q1", "validTo": "2026-Q3" }])
    );
    assert_eq!(
        valid("2026-Q4").await,
        json!([{ "revision": 2, "decimals": 3, "validFrom": "2026-Q4", "validTo": null }])
    );
    // The quarter before is judged by the old one, the next by the new.
    assert_eq!(check(&world, &world.kosme, &world.seen("KOSME").await.id).await["errorCount"], 0);
    world.open("2026-Q4").await;
    let next = world.seen_in("KOSME", PROGRAMME, "2026-Q4").await;
    let mut cells = good();
    let input = next.input(json!({ "values": cells }));
    let saved = world.done(&world.kosme, "saveSubmissionDraft", input).await;
    assert_eq!(saved["problems"][0]["rule"], "REQUIRED", "{saved:#}");
    cells.push(value("RATE", "12.125"));
    let next = world.seen_in("KOSME", PROGRAMME, "2026-Q4").await;
    let input = next.input(json!({ "values": cells }));
    let saved = world.done(&world.kosme, "saveSubmissionDraft", input).await;
    assert_eq!(saved["problems"], json!([]));
    for (mutation, who, more) in [
        ("submitSubmission", &world.kosme, json!({ "attestation": true })),
        ("acceptSubmission", &world.reviewer, json!({})),
    ] {
        let input = world.seen_in("KOSME", PROGRAMME, "2026-Q4").await.input(more);
        world.done(who, mutation, input).await;
    }
    let query = format!(
        "{{ indicatorSeries(programme: \"{PROGRAMME}\", indicator: \"RATE\", from: \"2026-Q3\", to: \"2026-Q4\") {{ indicator {{ revision }} points {{ quarter value }} }} }}"
    );
    let series = world.data(&world.lead, &query).await["indicatorSeries"].clone();
    assert_eq!(series["indicator"]["revision"], 2);
    assert_eq!(
        series["points"],
        json!([{ "quarter": "2026-Q3", "value": "12.5" }, { "quarter": "2026-Q4", "value": "12.125" }])
    );
    // A revision cannot change the meaning of what was reported under the last one.
    let late = json!({
        "programme": PROGRAMME, "code": "COMPANIES", "name": { "ko": "기업" }, "unit": "개사", "valueType": "DECIMAL",
        "decimals": 2, "validFrom": QUARTER, "idempotencyKey": key(),
    });
    let refused = world.act(&world.reviewer, "reviseIndicator", late).await;
    assert_eq!(codes(&refused), ["QUARTER_REPORTED"], "{refused:#}");
}

async fn rules_are_refused_with_a_reason(place: Place) {
    let world = World::new(&place).await;
    let rule = |code: &str, expression: &str, indicator: &str| {
        json!({
            "programme": PROGRAMME, "code": code, "expression": expression, "indicator": indicator, "severity": "ERROR",
            "message": { "ko": "확인" }, "validFrom": "2026-Q3", "idempotencyKey": key(),
        })
    };
    for (expression, hint) in [
        ("", "1 to 500"),
        ("EXECUTED <= ALOCATED", "ALOCATED is no indicator"),
        ("EXECUTED + 1", "this is no condition"),
        ("EXECUTED <=", "this is no condition"),
        ("EXECUTED; BUDGET", "Character 9, ;,"),
        ("while (true) {}", "while is no indicator"),
        ("eval(\"1\") == BUDGET", "eval is no indicator"),
        ("1 == 1", "names no indicator"),
        ("EXECUTED = 3", "Character 10, =,"),
    ] {
        let refused = world
            .act(&world.lead, "createValidationRule", rule("R_X", expression, "EXECUTED"))
            .await;
        assert_eq!(codes(&refused), ["BAD_EXPRESSION"], "{expression}");
        assert_eq!(refused["errors"][0]["path"], json!(["input", "expression"]));
        let message = refused["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains(hint), "{expression}: {message}");
    }
    let refused =
        world.act(&world.lead, "createValidationRule", rule("R_X", "BUDGET > 0", "NOTHING")).await;
    assert_eq!(codes(&refused), ["BAD_EXPRESSION"]);
    assert_eq!(refused["errors"][0]["path"], json!(["input", "indicator"]));
    assert!(refused["errors"][0]["message"].as_str().unwrap().contains("BUDGET"), "{refused:#}");
    let taken = rule("R_BUDGET", "BUDGET > 0", "BUDGET");
    assert_eq!(codes(&world.act(&world.lead, "createValidationRule", taken).await), ["TAKEN"]);
    // A rule of the quarter holds from now on, and not once it is retired.
    world
        .save("KOSME", vec![value("COMPANIES", "10"), value("BUDGET", "0"), value("EXECUTED", "0")])
        .await;
    let seen = world.seen("KOSME").await;
    assert_eq!(check(&world, &world.kosme, &seen.id).await["errorCount"], 0);
    let made =
        world.done(&world.lead, "createValidationRule", rule("R_X", "BUDGET > 0", "BUDGET")).await;
    assert_eq!(check(&world, &world.kosme, &seen.id).await["problems"][0]["rule"], "R_X");
    let known = &made["validationRule"];
    let stale = json!({ "id": known["id"], "expectedVersion": 7, "validTo": "2026-Q2" });
    assert_eq!(codes(&world.act(&world.lead, "retireValidationRule", stale).await), ["CONFLICT"]);
    let input =
        json!({ "id": known["id"], "expectedVersion": known["version"], "validTo": "2026-Q2" });
    world.done(&world.lead, "retireValidationRule", input).await;
    assert_eq!(check(&world, &world.kosme, &seen.id).await["errorCount"], 0);
    // Its code can be used again, from a later quarter on.
    let again = rule("R_X", "BUDGET >= 1", "BUDGET");
    assert_eq!(
        codes(&world.act(&world.lead, "createValidationRule", again.clone()).await),
        ["TAKEN"]
    );
    let mut later = again;
    later["validFrom"] = json!("2026-Q4");
    later["idempotencyKey"] = json!(key());
    world.done(&world.lead, "createValidationRule", later).await;
    assert_eq!(check(&world, &world.kosme, &seen.id).await["errorCount"], 0);
}

async fn the_number_of_statements_is_fixed(place: Place) {
    let world = World::before(&place, crate::support::now(), QUARTER).await;
    world.open("2026-Q2").await;
    world.open(QUARTER).await;
    let queries = [
        "{ submissionStatistics(groupBy: [INSTITUTION, QUARTER]) { rows { keys { code label { ko } } expected submitted } total { expected } dataVersion } }",
        "{ valueStatistics(groupBy: [INDICATOR, QUARTER]) { rows { keys { code } value { unit sum median } change { sum } } } }",
        "{ indicatorSeries(programme: \"T_AI\", indicator: \"COMPANIES\", by: INSTITUTION) { indicator { code } points { quarter key value target } } }",
        "{ indicatorSeries(programme: \"T_AI\", indicator: \"COMPANIES\", by: REGION, regionBasis: CURRENT) { points { quarter key value } } }",
        "{ submissions(first: 50) { nodes { status completeness waitsFor daysLeft viewerCan { submit { isAllowed } accept { isAllowed } } \
           institution { code } programme { code } period { quarter state } \
           values(first: 20) { nodes { cell value indicator { code unit } region { code } } } \
           revisions { nodes { number receipt } } comments { nodes { message } } extensions { nodes { reason } } } } }",
    ];
    let counts = async || {
        let mut counts = Vec::new();
        for query in queries {
            world.app.statements();
            world.data(&world.lead, query).await;
            counts.push(world.app.statements().len());
        }
        counts
    };
    let part = json!({ "indicator": "COMPANIES", "region": "KR-11", "value": "10" });
    let fill = async |institution: &str, quarter: &str| {
        let cells = [good(), vec![part.clone(), value("NOTE", "말")]].concat();
        let later = json!({ "reason": "사유", "expiresOn": "2026-12-31" });
        let back = json!({ "comments": [{ "message": "보완" }], "dueOn": "2026-12-01" });
        let partner = world.partner(institution);
        for (who, mutation, more) in [
            (&world.reviewer, "grantExtension", later),
            (partner, "saveSubmissionDraft", json!({ "values": cells })),
            (partner, "submitSubmission", json!({ "attestation": true })),
            (&world.reviewer, "returnSubmission", back),
            (partner, "submitSubmission", json!({ "attestation": true })),
            (&world.reviewer, "acceptSubmission", json!({})),
        ] {
            let input = world.seen_in(institution, PROGRAMME, quarter).await.input(more);
            world.done(who, mutation, input).await;
        }
    };
    fill("KOSME", QUARTER).await;
    // What is asked once a server is known afterwards.
    counts().await;
    let one = counts().await;
    for institution in ["KIBO", "SEMAS"] {
        fill(institution, QUARTER).await;
    }
    for institution in ["KOSME", "KIBO", "SEMAS"] {
        fill(institution, "2026-Q2").await;
    }
    assert_eq!(counts().await, one, "of one and of many");
    assert!(one[0] <= 2 && one[2] <= 8 && one[4] <= 6, "{one:?}");
}
