//! What a report says of itself: whether it can be saved and submitted, what its values may be, what blanks keep,
//! and who said what of it.

use axum::http::StatusCode;
use calamine::Reader as _;
use serde_json::{Value, json};

use crate::results_files::{Answer, Files, GOOD, csv};
use crate::support::Place;
use crate::support::results::{PROGRAMME, QUARTER, World, codes, good, key, value};
use crate::tests;

tests![
    nothing_to_report_knows_of_values,
    blanks_keep_what_was_saved_and_say_so,
    reviewers_are_named_and_their_comments_come_down,
    a_file_is_judged_by_the_state_first,
    what_changes_nothing_writes_nothing,
    indicators_know_how_they_become_one,
    values_are_within_their_range,
    a_mean_is_weighted_by_its_base,
];

/// Whether it was saved, whether it can be submitted, how many were written, and the rules.
fn told(answer: &Answer) -> (Value, Value, i64, Vec<String>) {
    let told = answer.json();
    let count = |name: &str| told["counts"][name].as_i64().unwrap();
    let written = count("created") + count("updated") + count("cleared");
    let rules = answer.problems().into_iter().map(|[_, _, rule]| rule).collect();
    (told["isSaved"].clone(), told["isReady"].clone(), written, rules)
}

/// Every content in every mode: what stands, something else, and a cell that cannot be kept.
async fn try_every_content(files: &Files, state: &str, is_open: bool) {
    let same = csv(&GOOD);
    let other =
        csv(&[",,,30,9007199254740993,9007199254740991,87.5", "KR-11,,,20,,,", "KR-26,,,10,,,"]);
    let bad = csv(&[",,,dreißig,1000,500,87.5"]);
    for (content, body) in [("same", &same), ("other", &other), ("bad", &bad)] {
        for mode in ["", "&mode=save", "&replace=true", "&mode=save&replace=true"] {
            let place = format!("{state} {content} {mode}");
            let is_save = mode.contains("save");
            if is_save && is_open && content == "other" {
                continue;
            }
            let before = files.world.written().await;
            let tag = format!("\"{}\"", files.version().await);
            let answer =
                files.up("submission.csv", mode, &[("if-match", &tag)], body.clone()).await;
            assert_eq!(files.world.written().await, before, "{place} wrote something");
            if is_save && !is_open {
                assert_eq!(answer.status, StatusCode::CONFLICT, "{place}: {:#}", answer.json());
                assert!(answer.json()["isSaved"].is_null(), "{place}");
                continue;
            }
            let (is_saved, is_ready, written, rules) = told(&answer);
            let kept = content != "bad";
            assert_eq!(is_ready, is_open && kept, "{place}: {:#}", answer.json());
            assert_eq!(is_saved, is_save && kept, "{place}: {:#}", answer.json());
            let status =
                if is_save && !kept { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
            assert_eq!(answer.status, status, "{place}");
            if content == "same" || is_save {
                assert_eq!(written, 0, "{place}: {:#}", answer.json());
            }
            let is_told =
                rules.iter().any(|rule| ["WRONG_STATE", "PERIOD_FINAL"].contains(&&**rule));
            assert_eq!(is_told, !is_open, "{place}: {rules:?}");
        }
    }
}

async fn a_file_is_judged_by_the_state_first(place: Place) {
    let files = Files::new(&place).await;
    let world = &files.world;
    let seen = async || world.seen_in("KIBO", PROGRAMME, &files.quarter).await;
    // A form that says nothing is saved as nothing, and is not ready.
    let blank = csv(&[",,,,,,"]);
    let before = world.written().await;
    for mode in ["", "&mode=save"] {
        let answer =
            files.up("submission.csv", mode, &[("if-match", "\"1\"")], blank.clone()).await;
        let (_, is_ready, written, _) = told(&answer);
        assert_eq!((is_ready, written), (json!(false), 0), "{mode}: {:#}", answer.json());
    }
    assert_eq!(world.written().await, before, "a blank form began a draft");
    let tag = [("if-match", "\"1\"")];
    let saved = files.up("submission.csv", "&mode=save", &tag, csv(&GOOD)).await;
    assert_eq!(told(&saved), (json!(true), json!(true), 6, vec![]), "{:#}", saved.json());
    try_every_content(&files, "DRAFT", true).await;
    let verb = async |who, mutation: &str, more: Value| {
        let input = seen().await.input(more);
        world.done(who, mutation, input).await
    };
    let attested = json!({ "attestation": true });
    verb(&world.kibo, "submitSubmission", attested.clone()).await;
    try_every_content(&files, "SUBMITTED", false).await;
    let back = json!({ "comments": [{ "message": "보완" }], "dueOn": (world.now + chrono::Duration::days(20)).date_naive() });
    verb(&world.reviewer, "returnSubmission", back).await;
    try_every_content(&files, "RETURNED", true).await;
    verb(&world.kibo, "submitSubmission", attested).await;
    verb(&world.reviewer, "acceptSubmission", json!({})).await;
    try_every_content(&files, "ACCEPTED", false).await;
    // The check of what stands says the same.
    let query =
        format!("{{ submissionCheck(id: \"{}\") {{ errorCount isReady }} }}", seen().await.id);
    let check = world.data(&world.kibo, &query).await["submissionCheck"].clone();
    assert_eq!(check, json!({ "errorCount": 0, "isReady": false }));
    let others = [
        world.seen_in("KOSME", PROGRAMME, &files.quarter).await.id,
        world.seen_in("SEMAS", PROGRAMME, &files.quarter).await.id,
    ];
    world.freeze(&files.quarter, &[&others[0], &others[1]]).await;
    try_every_content(&files, "FINAL", false).await;
}

async fn what_changes_nothing_writes_nothing(place: Place) {
    let world = World::new(&place).await;
    // Taking out what is not there begins no draft.
    let before = world.written().await;
    let seen = world.seen("KOSME").await;
    let clear = json!({ "values": [{ "indicator": "COMPANIES", "clear": true }] });
    let saved = world.done(&world.kosme, "saveSubmissionDraft", seen.input(clear)).await;
    assert_eq!(saved["submission"]["status"], "NOT_STARTED", "{saved:#}");
    assert_eq!(world.written().await, before);
    world.save("KOSME", good()).await;
    let before = world.written().await;
    let input = world.seen("KOSME").await.input(json!({ "values": good() }));
    for _ in 0..2 {
        // Nor does a key make it something.
        let saved = world.done(&world.kosme, "saveSubmissionDraft", input.clone()).await;
        assert_eq!((&saved["unchanged"], &saved["submission"]["version"]), (&json!(3), &json!(2)));
    }
    assert_eq!(world.written().await, before);
    let input = json!({ "values": [value("BUDGET", "1,000"), value("EXECUTED", "400")] });
    let input = world.seen("KOSME").await.input(input);
    let saved = world.done(&world.kosme, "saveSubmissionDraft", input).await;
    assert_eq!((&saved["unchanged"], &saved["updated"]), (&json!(1), &json!(1)));
    assert_eq!(saved["submission"]["version"], 3);
    world.submit("KOSME").await;
    world.review("KOSME", "acceptSubmission").await;
    let before = world.written().await;
    let input = world.seen("KOSME").await.input(json!({ "values": [value("EXECUTED", "400")] }));
    let refused = world.act(&world.kosme, "saveSubmissionDraft", input).await;
    assert_eq!(codes(&refused), ["WRONG_STATE"], "accepted is accepted: {refused:#}");
    // A target that is set again is the same target.
    let target = json!({
        "programme": PROGRAMME, "indicator": "BUDGET", "quarter": QUARTER, "value": "900", "idempotencyKey": key(),
    });
    assert_eq!(world.written().await, before);
    let first = world.done(&world.lead, "setTarget", target.clone()).await;
    let before = world.written().await;
    let mut again = target;
    again["idempotencyKey"] = json!(key());
    assert_eq!(world.done(&world.lead, "setTarget", again).await["target"], first["target"]);
    assert_eq!(world.written().await, before);
}

async fn blanks_keep_what_was_saved_and_say_so(place: Place) {
    let files = Files::new(&place).await;
    let saved =
        files.up("submission.csv", "&mode=save", &[("if-match", "\"1\"")], csv(&GOOD)).await;
    assert_eq!(saved.status, StatusCode::OK);
    // A cell left blank, a row taken out, a form of which nothing is filled in.
    let all = ["BUDGET", "COMPANIES", "COMPANIES/KR-11//", "COMPANIES/KR-26//", "EXECUTED", "RATE"];
    for (body, kept) in [
        (
            csv(&[",,,30,9007199254740993,9007199254740992,", "KR-11,,,20,,,", "KR-26,,,10,,,"]),
            &["RATE"][..],
        ),
        (
            csv(&[",,,30,9007199254740993,9007199254740992,87.5", "KR-11,,,20,,,"]),
            &["COMPANIES/KR-26//"],
        ),
        (csv(&[",,,,,,", "KR-11,,,,,,"]), &all),
    ] {
        for mode in ["", "&mode=save"] {
            let answer =
                files.up("submission.csv", mode, &[("if-match", "\"2\"")], body.clone()).await;
            let told = answer.json();
            assert_eq!(answer.status, StatusCode::OK, "{told:#}");
            let problems = told["problems"].as_array().unwrap();
            let named: Vec<&str> = problems
                .iter()
                .filter(|one| one["rule"] == "KEPT" && one["severity"] == "WARNING")
                .map(|one| one["address"].as_str().unwrap())
                .collect();
            assert_eq!(named, kept, "{mode}: {told:#}");
            assert_eq!(told["counts"]["absent"], kept.len(), "{mode}");
            for one in problems {
                let message = one["message"].as_str().unwrap();
                assert!(message.contains("replace=true"), "{message}");
            }
        }
        let replaced = files.up("submission.csv", "&replace=true", &[], body).await;
        assert!(!replaced.json().to_string().contains("KEPT"), "{:#}", replaced.json());
        assert_eq!(replaced.json()["counts"]["cleared"], kept.len());
    }
    assert_eq!(files.version().await, 2, "nothing was changed");
    // The form as it comes down says of each value that it is one; a value taken out of it is left blank as well.
    let form = String::from_utf8(files.down("submission.csv").await.bytes.to_vec()).unwrap();
    let emptied = form.replacen(",87.5,", ",,", 1);
    assert!(emptied != form && emptied.contains(",값,,"), "{form}");
    for (mode, kept, cleared) in [("", 1, 0), ("&replace=true", 0, 1)] {
        let told = files.up("submission.csv", mode, &[], emptied.clone().into_bytes()).await.json();
        let problems = told["problems"].as_array().unwrap();
        let is_kept = |one: &&Value| one["rule"] == "KEPT" && one["address"] == "RATE";
        assert_eq!(problems.iter().filter(is_kept).count(), kept, "{told:#}");
        assert!(problems.iter().all(|one| one["severity"] != "ERROR"), "{told:#}");
        assert_eq!(told["counts"]["cleared"], cleared, "{told:#}");
    }
    // Notes stay as well where they are left blank, and each is told at its cell.
    let noted = "지표코드,값,의견,증빙\nRATE,87.5,현장 확인,자료 1\n".as_bytes().to_vec();
    let saved = files.up("submission.csv", "&mode=save", &[("if-match", "\"2\"")], noted).await;
    assert_eq!(saved.status, StatusCode::OK, "{:#}", saved.json());
    let blank = "지표코드,값,의견,증빙\nRATE,88,,\n".as_bytes().to_vec();
    let told = files.up("submission.csv", "", &[], blank.clone()).await.json();
    let at = |cell: &str| {
        let problems = told["problems"].as_array().unwrap();
        problems.iter().find(|one| one["rule"] == "KEPT" && one["cell"] == cell).cloned()
    };
    for (cell, note) in [("C2", "현장 확인"), ("D2", "자료 1")] {
        let kept = at(cell).unwrap_or_else(|| panic!("{cell} {told:#}"));
        assert!(kept["message"].as_str().unwrap().contains(note), "{kept:#}");
    }
    let replaced = files.up("submission.csv", "&replace=true", &[], blank).await;
    assert!(!replaced.json().to_string().contains("KEPT"), "{:#}", replaced.json());
}

async fn reviewers_are_named_and_their_comments_come_down(place: Place) {
    let files = Files::new(&place).await;
    let world = &files.world;
    let saved =
        files.up("submission.csv", "&mode=save", &[("if-match", "\"1\"")], csv(&GOOD)).await;
    assert_eq!(saved.status, StatusCode::OK);
    let verb = async |who, mutation: &str, more: Value| {
        let input = world.seen_in("KIBO", PROGRAMME, &files.quarter).await.input(more);
        world.done(who, mutation, input).await
    };
    verb(&world.kibo, "submitSubmission", json!({ "attestation": true })).await;
    verb(&world.reviewer, "startSubmissionReview", json!({})).await;
    let back = json!({
        "dueOn": (world.now + chrono::Duration::days(20)).date_naive(),
        "comments": [
            { "message": "전체를 다시 보아 주십시오." },
            { "cell": "BUDGET", "message": "예산서와 다릅니다." },
            { "cell": "companies/부산//", "message": "=부산 명단을 붙여 주십시오." },
            { "cell": "NOTE", "message": "사유를 적어 주십시오." },
        ],
    });
    verb(&world.reviewer, "returnSubmission", back).await;
    let down = files.down("submission.xlsx").await;
    let mut book = calamine::Xlsx::new(std::io::Cursor::new(down.bytes.clone())).unwrap();
    let range = calamine::Reader::worksheet_range(&mut book, "검토 의견").unwrap();
    let rows: Vec<Vec<String>> =
        range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
    for (cell, message) in [
        ("전체", "전체를 다시 보아 주십시오."),
        ("BUDGET (합계 G6)", "예산서와 다릅니다."),
        ("COMPANIES/KR-26// (내역 D7)", "=부산 명단을 붙여 주십시오."),
        ("NOTE (합계 G10)", "사유를 적어 주십시오."),
    ] {
        let found = rows.iter().find(|row| row[2] == cell).unwrap_or_else(|| panic!("{rows:#?}"));
        assert_eq!((&*found[1], &*found[3]), ("1", message));
        assert_eq!(found[4], "중소기업기술정보진흥원");
    }
    // It goes up again as it came; what the sheet of comments says is not read.
    let up = files.up("submission.xlsx", "", &[], down.bytes).await.json();
    assert_eq!(
        (&up["counts"]["unchanged"], &up["counts"]["rejected"]),
        (&json!(6), &json!(0)),
        "{up:#}"
    );
    verb(&world.kibo, "submitSubmission", json!({ "attestation": true })).await;
    verb(&world.lead, "acceptSubmission", json!({})).await;
    let id = world.seen_in("KIBO", PROGRAMME, &files.quarter).await.id;
    let query = format!(
        "{{ node(id: \"{id}\") {{ ... on Submission {{ submittedByInstitution {{ code }} reviewedByInstitution {{ code }} \
           acceptedByInstitution {{ code }} revisions {{ nodes {{ number submittedByInstitution {{ code }} acceptedByInstitution {{ code }} }} }} \
           comments(first: 1) {{ nodes {{ authorInstitution {{ code }} }} }} }} }} }}"
    );
    for who in [&world.kibo, &world.reviewer] {
        let kibo = json!({ "code": "KIBO" });
        assert_eq!(
            world.data(who, &query).await["node"],
            json!({
                "submittedByInstitution": kibo, "reviewedByInstitution": { "code": "MSS" }, "acceptedByInstitution": { "code": "MSS" },
                "revisions": { "nodes": [
                    { "number": 2, "submittedByInstitution": kibo, "acceptedByInstitution": { "code": "MSS" } },
                    { "number": 1, "submittedByInstitution": kibo, "acceptedByInstitution": null },
                ] },
                "comments": { "nodes": [{ "authorInstitution": { "code": "TIPA" } }] },
            })
        );
    }
}

async fn nothing_to_report_knows_of_values(place: Place) {
    let world = World::new(&place).await;
    let can = async || {
        let id = world.seen("KOSME").await.id;
        let query = format!(
            "{{ node(id: \"{id}\") {{ ... on Submission {{ viewerCan {{ reportNil {{ isAllowed reason {{ ko en }} }} submit {{ isAllowed }} }} }} }} }}"
        );
        world.data(&world.kosme, &query).await["node"]["viewerCan"].clone()
    };
    assert_eq!(can().await["reportNil"], json!({ "isAllowed": true, "reason": null }));
    assert_eq!(can().await["submit"]["isAllowed"], false, "an empty form is not handed in");
    let part = json!({ "indicator": "COMPANIES", "region": "KR-11", "value": "4" });
    let zeros = vec![
        value("BUDGET", "0"),
        json!({ "indicator": "COMPANIES", "state": "ZERO_CONFIRMED" }),
        json!({ "indicator": "EXECUTED", "state": "NOT_APPLICABLE", "reason": "해당 없음" }),
        value("HAS_PLAN", "아니요"),
    ];
    for (more, cells) in [
        (vec![], vec![]),
        (vec![part], vec!["COMPANIES/KR-11//"]),
        (
            vec![value("NOTE", "없음"), value("BUDGET", "7")],
            vec!["BUDGET", "COMPANIES/KR-11//", "NOTE"],
        ),
    ] {
        let mut given = zeros.clone();
        given.retain(|zero| {
            more.iter().all(|one: &Value| {
                one["indicator"] != zero["indicator"] || one["region"].is_string()
            })
        });
        given.extend(more);
        world.save("KOSME", given).await;
        let told = can().await["reportNil"].clone();
        assert_eq!(told["isAllowed"], cells.is_empty(), "{told:#}");
        assert_eq!(can().await["submit"]["isAllowed"], true);
        if cells.is_empty() {
            continue;
        }
        let input = world.seen("KOSME").await.input(json!({ "reason": "실적 없음" }));
        let refused = world.act(&world.kosme, "reportNilSubmission", input).await;
        let errors = refused["errors"].as_array().unwrap();
        assert_eq!(errors[0]["message"], told["reason"]["en"]);
        let named: Vec<&str> =
            errors[1..].iter().map(|error| error["path"][2].as_str().unwrap()).collect();
        assert_eq!(named, cells, "{refused:#}");
        assert!(errors.iter().all(|error| error["code"] == "NON_ZERO_VALUE"), "{refused:#}");
    }
}

/// An indicator to be made.
fn indicator(code: &str, value_type: &str, more: Value) -> Value {
    let mut input = json!({
        "programme": PROGRAMME, "code": code, "name": { "ko": "지표" }, "unit": "건", "valueType": value_type,
        "isRequired": false, "validFrom": "2020-Q1", "idempotencyKey": key(),
    });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

async fn indicators_know_how_they_become_one(place: Place) {
    let world = World::new(&place).await;
    let mut number = 0;
    for (value_type, usual, allowed, minimum, maximum) in [
        ("INTEGER", "SUM", &["SUM", "AVERAGE", "NONE"][..], json!("0"), json!(null)),
        ("KRW", "SUM", &["SUM", "AVERAGE", "NONE"], json!("0"), json!(null)),
        ("DECIMAL", "SUM", &["SUM", "AVERAGE", "NONE"], json!(null), json!(null)),
        ("PERCENT", "AVERAGE", &["AVERAGE", "NONE"], json!("0"), json!("100")),
        ("BOOLEAN", "NONE", &["NONE", "SUM"], json!(null), json!(null)),
        ("TEXT", "NONE", &["NONE"], json!(null), json!(null)),
    ] {
        for aggregation in [None, Some("SUM"), Some("AVERAGE"), Some("NONE")] {
            number += 1;
            let code = format!("IND_{number}");
            let more = match aggregation {
                None => json!({}),
                Some(aggregation) => json!({ "aggregation": aggregation }),
            };
            let made = indicator(&code, value_type, more);
            let made = world.act(&world.lead, "createIndicator", made).await;
            let place = format!("{value_type} {aggregation:?}: {made:#}");
            if aggregation.is_none_or(|wanted| allowed.contains(&wanted)) {
                assert_eq!(codes(&made), [""; 0], "{place}");
                let row = &made["indicator"];
                assert_eq!(row["aggregation"], aggregation.unwrap_or(usual), "{place}");
                assert_eq!((&row["minimum"], &row["maximum"]), (&minimum, &maximum), "{place}");
                assert_eq!(row["rangeSeverity"], "ERROR", "{place}");
            } else {
                assert_eq!(codes(&made), ["INVALID_AGGREGATION"], "{place}");
                assert_eq!(made["errors"][0]["path"], json!(["input", "aggregation"]));
            }
        }
    }
    // What cannot be is refused at its place, in a new revision too.
    let range = |range: Value| json!({ "range": range });
    for (value_type, more, code, path) in [
        ("TEXT", range(json!({ "minimum": "1" })), "INVALID_RANGE", json!(["input", "range"])),
        ("BOOLEAN", range(json!({ "maximum": "1" })), "INVALID_RANGE", json!(["input", "range"])),
        (
            "INTEGER",
            range(json!({ "minimum": "1.5" })),
            "INVALID_VALUE",
            json!(["input", "range", "minimum"]),
        ),
        (
            "PERCENT",
            range(json!({ "maximum": "x" })),
            "INVALID_VALUE",
            json!(["input", "range", "maximum"]),
        ),
        (
            "KRW",
            range(json!({ "minimum": "2", "maximum": "1" })),
            "INVALID_RANGE",
            json!(["input", "range"]),
        ),
        ("PERCENT", json!({ "weightedBy": "NOTHING" }), "UNKNOWN", json!(["input", "weightedBy"])),
        (
            "PERCENT",
            json!({ "weightedBy": "NOTE" }),
            "NOT_A_WEIGHT",
            json!(["input", "weightedBy"]),
        ),
        (
            "PERCENT",
            json!({ "weightedBy": "RATE" }),
            "NOT_A_WEIGHT",
            json!(["input", "weightedBy"]),
        ),
        ("PERCENT", json!({ "weightedBy": "BAD" }), "UNKNOWN", json!(["input", "weightedBy"])),
        (
            "PERCENT",
            json!({ "weightedBy": "IND_9" }),
            "NOT_A_WEIGHT",
            json!(["input", "weightedBy"]),
        ),
        (
            "INTEGER",
            json!({ "weightedBy": "COMPANIES" }),
            "NOT_AVERAGED",
            json!(["input", "weightedBy"]),
        ),
    ] {
        let refused = indicator("BAD", value_type, more.clone());
        let refused = world.act(&world.lead, "createIndicator", refused).await;
        assert_eq!(codes(&refused), [code], "{value_type} {more}: {refused:#}");
        assert_eq!(refused["errors"][0]["path"], path, "{value_type} {more}");
    }
    // A new revision keeps what it leaves out, of the same type; a repeated call is the same.
    let more = json!({
        "aggregation": "AVERAGE", "weightedBy": "COMPANIES", "decimals": 1, "byRegion": true,
        "range": { "minimum": "-100.0", "severity": "WARNING" },
    });
    let first = indicator("GROWTH", "PERCENT", more);
    let made = world.done(&world.lead, "createIndicator", first).await["indicator"].clone();
    assert_eq!((&made["minimum"], &made["maximum"]), (&json!("-100"), &json!(null)));
    let next = indicator("GROWTH", "PERCENT", json!({ "validFrom": "2027-Q1" }));
    let next = world.revised("reviseIndicator", next).await;
    for _ in 0..2 {
        let made = world.done(&world.lead, "reviseIndicator", next.clone()).await;
        let made = &made["indicator"];
        assert_eq!(
            [
                &made["revision"],
                &made["minimum"],
                &made["maximum"],
                &made["rangeSeverity"],
                &made["weightedBy"]
            ],
            [&json!(2), &json!("-100"), &json!(null), &json!("WARNING"), &json!("COMPANIES")],
            "{made:#}"
        );
    }
    let sum =
        indicator("GROWTH", "PERCENT", json!({ "validFrom": "2027-Q2", "aggregation": "SUM" }));
    let refused = world.act(&world.lead, "reviseIndicator", sum).await;
    assert_eq!(codes(&refused), ["INVALID_AGGREGATION"]);
    let other = indicator("GROWTH", "INTEGER", json!({ "validFrom": "2027-Q2" }));
    let made = world.done(&world.lead, "reviseIndicator", other).await["indicator"].clone();
    assert_eq!(
        (&made["aggregation"], &made["minimum"], &made["weightedBy"]),
        (&json!("SUM"), &json!("0"), &json!(null))
    );
}

/// The problems with RANGE of a payload: cell, severity, value, whether justified.
fn out_of_range(payload: &Value) -> Vec<Value> {
    let problems = payload["problems"].as_array().unwrap().iter();
    problems
        .filter(|one| one["rule"] == "RANGE")
        .map(|one| json!([one["cell"], one["severity"], one["value"], one["isJustified"]]))
        .collect()
}

async fn values_are_within_their_range(place: Place) {
    let world = World::new(&place).await;
    for (code, value_type, more) in [
        ("SHARE", "PERCENT", json!({ "decimals": 1, "byRegion": true })),
        ("GROWTH", "PERCENT", json!({ "decimals": 1, "range": {} })),
        (
            "SCORE",
            "DECIMAL",
            json!({ "decimals": 2, "range": { "minimum": "1", "maximum": "5", "severity": "WARNING" } }),
        ),
        ("ANY", "DECIMAL", json!({ "decimals": 2 })),
    ] {
        world.done(&world.lead, "createIndicator", indicator(code, value_type, more)).await;
    }
    let share = |region: &str, value: &str| json!({ "indicator": "SHARE", "region": region, "value": value });
    let saved = world
        .save(
            "KOSME",
            vec![
                value("COMPANIES", "-5"),
                value("BUDGET", "-1"),
                value("EXECUTED", "-1"),
                value("SHARE", "870"),
                share("KR-11", "100"),
                share("KR-26", "100.1"),
                share("KR-41", "-0.1"),
                value("GROWTH", "-870"),
                value("SCORE", "5.01"),
                value("ANY", "-99999.99"),
            ],
        )
        .await;
    assert_eq!(
        out_of_range(&saved),
        [
            json!(["BUDGET", "ERROR", "-1", false]),
            json!(["COMPANIES", "ERROR", "-5", false]),
            json!(["EXECUTED", "ERROR", "-1", false]),
            json!(["SCORE", "WARNING", "5.01", false]),
            json!(["SHARE", "ERROR", "870", false]),
            json!(["SHARE/KR-26//", "ERROR", "100.1", false]),
            json!(["SHARE/KR-41//", "ERROR", "-0.1", false]),
        ],
        "{saved:#}"
    );
    let problems = saved["problems"].as_array().unwrap();
    let share = problems.iter().find(|one| one["cell"] == "SHARE").unwrap();
    assert_eq!(
        share["message"]["ko"],
        "값(870)이 허용 범위를 벗어났습니다. 허용 범위: 0 이상 100 이하."
    );
    assert_eq!(share["message"]["en"], "The value, 870, is out of range: it must be 0 to 100.");
    let input = world.seen("KOSME").await.input(json!({ "attestation": true }));
    let refused = world.act(&world.kosme, "submitSubmission", input).await;
    assert_eq!(codes(&refused)[0], "OPEN_ERRORS");
    // A comment answers a warning, and no error.
    let noted = |indicator: &str, value: &str| json!({ "indicator": indicator, "value": value, "comment": "확인함" });
    let saved = world.save("KOSME", vec![noted("SCORE", "0"), noted("BUDGET", "-1")]).await;
    let told = out_of_range(&saved);
    assert_eq!(told[0], json!(["BUDGET", "ERROR", "-1", false]), "never on errors");
    assert_eq!(told[3], json!(["SCORE", "WARNING", "0", true]));
    // A target beyond is refused; so is one that is no number.
    for target in ["100.1", "-1"] {
        let target = json!({
            "programme": PROGRAMME, "indicator": "SHARE", "quarter": QUARTER, "value": target, "idempotencyKey": key(),
        });
        let refused = world.act(&world.lead, "setTarget", target).await;
        assert_eq!(codes(&refused), ["OUT_OF_RANGE"]);
    }
    // The range is the ministry's to set, at once and for what is checked from now on.
    let query = format!(
        "{{ programme(code: \"{PROGRAMME}\") {{ indicators {{ nodes {{ id code version }} }} }} }}"
    );
    let data = world.data(&world.lead, &query).await;
    let nodes = data["programme"]["indicators"]["nodes"].as_array().unwrap();
    let known = nodes.iter().find(|one| one["code"] == "SHARE").unwrap();
    let mut input = json!({ "id": known["id"], "expectedVersion": known["version"], "range": { "minimum": "-1", "maximum": "900" } });
    let answer = world.tried(&world.kosme, "setIndicatorRange", input.clone()).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
    let set = world.done(&world.lead, "setIndicatorRange", input.clone()).await;
    assert_eq!(
        (&set["indicator"]["minimum"], &set["indicator"]["maximum"]),
        (&json!("-1"), &json!("900"))
    );
    assert_eq!(
        codes(&world.act(&world.lead, "setIndicatorRange", input.clone()).await),
        ["CONFLICT"]
    );
    input["expectedVersion"] = set["indicator"]["version"].clone();
    input["range"] = json!({ "minimum": "5", "maximum": "4" });
    assert_eq!(codes(&world.act(&world.lead, "setIndicatorRange", input).await), ["INVALID_RANGE"]);
    let saved = world.save("KOSME", vec![value("SHARE", "880")]).await;
    assert!(!saved.to_string().contains("\"SHARE"), "{saved:#}");
}

async fn a_mean_is_weighted_by_its_base(place: Place) {
    let world = World::new(&place).await;
    let more = json!({ "decimals": 1, "byRegion": true, "weightedBy": "COMPANIES" });
    world.done(&world.lead, "createIndicator", indicator("SATISFIED", "PERCENT", more)).await;
    world
        .done(
            &world.lead,
            "createIndicator",
            indicator("PLAIN", "PERCENT", json!({ "decimals": 1 })),
        )
        .await;
    let cells = |companies: &str, satisfied: &str| {
        let mut cells = good();
        cells[0] = value("COMPANIES", companies);
        cells.extend([value("SATISFIED", satisfied), value("PLAIN", satisfied)]);
        cells
    };
    let mut kosme = cells("30", "90");
    for (indicator, region, value) in [
        ("COMPANIES", "KR-11", "10"),
        ("COMPANIES", "KR-26", "20"),
        ("SATISFIED", "KR-11", "70"),
        ("SATISFIED", "KR-26", "100"),
    ] {
        kosme.push(json!({ "indicator": indicator, "region": region, "value": value }));
    }
    world.accepted("KOSME", kosme).await;
    let series = async |indicator: &str, by: &str| {
        let query = format!(
            "{{ indicatorSeries(programme: \"{PROGRAMME}\", indicator: \"{indicator}\", by: {by}, from: \"2026-Q3\", to: \"2026-Q3\") {{ points {{ key value base institutions }} }} }}"
        );
        world.data(&world.lead, &query).await["indicatorSeries"]["points"].clone()
    };
    assert_eq!(
        series("SATISFIED", "NONE").await,
        json!([{ "key": null, "value": "90", "base": "30", "institutions": 1 }])
    );
    world.accepted("KIBO", cells("10", "50.1")).await;
    // Nobody counted, nobody asked: it weighs nothing.
    world.accepted("SEMAS", cells("0", "0")).await;
    assert_eq!(
        series("SATISFIED", "NONE").await,
        json!([{ "key": null, "value": "80", "base": "40", "institutions": 2 }]),
        "(90 × 30 + 50.1 × 10) ÷ 40 is 80.025"
    );
    assert_eq!(
        series("PLAIN", "NONE").await,
        json!([{ "key": null, "value": "46.7", "base": null, "institutions": 3 }])
    );
    assert_eq!(
        series("SATISFIED", "REGION").await,
        json!([
            { "key": "KR-11", "value": "70", "base": "10", "institutions": 1 },
            { "key": "KR-26", "value": "100", "base": "20", "institutions": 1 },
        ])
    );
    assert_eq!(
        series("SATISFIED", "INSTITUTION").await,
        json!([
            { "key": "KIBO", "value": "50.1", "base": "10", "institutions": 1 },
            { "key": "KOSME", "value": "90", "base": "30", "institutions": 1 },
            { "key": "SEMAS", "value": "0", "base": "0", "institutions": 1 },
        ])
    );
}
