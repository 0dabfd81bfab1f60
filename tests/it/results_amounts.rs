//! Amounts as people have them: their units and commas, in files and in calls alike; what is said of them.

use std::io::{Cursor, Read};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};

use crate::support::Place;
use crate::support::results::{PROGRAMME, World, codes, value};
use crate::tests;

use super::results_files::{Files, GOOD, csv, patched};

tests![
    an_amount_in_another_unit_is_never_taken_for_one_in_ours,
    a_cell_that_shows_another_unit_is_refused,
    a_number_that_its_comma_parted_says_so,
    sentences_name_values_as_files_do,
    a_cell_is_cleared_or_set,
    an_error_names_the_argument_that_is_wrong,
    a_parameter_stands_once,
    what_changes_nothing_conflicts_like_any_other,
    counts_add_up,
];

/// A world with an indicator in thousands of won.
async fn files(place: &Place) -> Files {
    let files = Files::new(place).await;
    let more = json!({ "unit": "천원", "isRequired": false });
    files.world.indicator(PROGRAMME, "FUNDS", "KRW", more).await;
    files
}

async fn saved(files: &Files, indicator: &str) -> Option<String> {
    let query = format!(
        "{{ submissions(where: {{ institution: {{ code: {{ eq: \"KIBO\" }} }}, quarter: {{ eq: \"{}\" }} }}) {{ nodes {{ values(first: 50) {{ nodes {{ cell value }} }} }} }} }}",
        files.quarter
    );
    let data = files.world.data(&files.world.kibo, &query).await;
    let values = data["submissions"]["nodes"][0]["values"]["nodes"].as_array().unwrap();
    let found = values.iter().find(|it| it["cell"] == indicator)?;
    found["value"].as_str().map(str::to_owned)
}

async fn save(files: &Files, values: Vec<Value>) -> Value {
    let seen = files.world.seen_in("KIBO", PROGRAMME, &files.quarter).await;
    let input = seen.input(json!({ "values": values }));
    files.world.act(&files.world.kibo, "saveSubmissionDraft", input).await
}

async fn an_amount_in_another_unit_is_never_taken_for_one_in_ours(place: Place) {
    let files = files(&place).await;
    for (indicator, typed, kept) in [
        ("FUNDS", "₩1000", None),
        ("FUNDS", "￦ 1,000", None),
        ("FUNDS", "1,000원", None),
        ("FUNDS", "3백만원", None),
        ("FUNDS", "(1,000원)", None),
        ("BUDGET", "1,234천원", None),
        ("BUDGET", "3억원", None),
        ("BUDGET", "3억", None),
        ("BUDGET", "1,234 천 원", None),
        ("COMPANIES", "2천건", None),
        ("FUNDS", "1,000천원", Some("1000")),
        ("FUNDS", "1,001 천 원", Some("1001")),
        ("FUNDS", "₩1,002천원", Some("1002")),
        ("FUNDS", "1,003", Some("1003")),
        ("BUDGET", "₩1,094", Some("1094")),
        ("BUDGET", "１，０９５원", Some("1095")),
        ("BUDGET", "1,096 원", Some("1096")),
        ("BUDGET", "(1,097)", Some("-1097")),
        ("COMPANIES", "1,098건", Some("1098")),
        ("RATE", "12.5 %", Some("12.5")),
    ] {
        // The same in a file and in a call.
        let long = format!("지표코드,값\n{indicator},\"{typed}\"\n").into_bytes();
        let up = files.up("submission.csv", "", &[("accept-language", "ko")], long).await;
        let told = up.json();
        let problems = told["problems"].as_array().unwrap();
        let at = problems.iter().find(|it| it["cell"] == "B2" && it["rule"] == "INVALID_VALUE");
        assert_eq!(at.is_some(), kept.is_none(), "{indicator} {typed}: {told:#}");
        let payload = save(&files, vec![value(indicator, typed)]).await;
        match kept {
            Some(kept) => {
                assert_eq!(payload["errors"], json!([]), "{indicator} {typed}: {payload:#}");
                assert_eq!(saved(&files, indicator).await.as_deref(), Some(kept), "{typed}");
            }
            None => {
                let message = at.unwrap()["message"].as_str().unwrap();
                assert!(message.contains("단위"), "{typed}: {message}");
                assert_eq!(codes(&payload), ["INVALID_VALUE"], "{indicator} {typed}");
                let error = &payload["errors"][0];
                assert_eq!(error["path"], json!(["input", "values", "0", "value"]));
                assert!(error["message"].as_str().unwrap().contains("Convert it"), "{error}");
            }
        }
    }
}

async fn a_cell_that_shows_another_unit_is_refused(place: Place) {
    let files = files(&place).await;
    let cells =
        [("COMPANIES", "", "30000"), ("BUDGET", "", "2000000"), ("EXECUTED", "", "1000000")];
    let book = files.book(1, &cells);
    for (code, errors, infos) in [
        // Amounts are asked for in won, companies in 건.
        ("#,##0", &[][..], &[][..]),
        ("#,##0&quot;원&quot;", &[], &["G5"]),
        ("&quot;₩&quot;#,##0", &[], &["G5"]),
        ("[$₩-412]#,##0", &[], &["G5"]),
        ("_-[$₩-412]* #,##0_-", &[], &["G5"]),
        ("#,##0,&quot;천원&quot;", &[], &["G5"]),
        ("#,##0&quot;건&quot;", &[], &[]),
        ("#,##0&quot;명&quot;", &[], &["G5", "G6", "G7"]),
        ("#,##0&quot;천원&quot;", &["G6", "G7"], &["G5"]),
        ("#,##0&quot;천&quot;", &["G5", "G6", "G7"], &[]),
        ("#,##0,&quot;원&quot;", &["G6", "G7"], &["G5"]),
        ("#,##0\\백\\만\\원", &["G6", "G7"], &["G5"]),
        ("[$$-409]#,##0", &["G6", "G7"], &["G5"]),
    ] {
        let change = ("xl/styles.xml", "formatCode=\"#,##0\"", &*format!("formatCode=\"{code}\""));
        let told = files.up("submission.xlsx", "", &[], patched(&book, &[change])).await.json();
        for (severity, expected) in [("ERROR", errors), ("INFO", infos)] {
            let problems = told["problems"].as_array().unwrap().iter();
            let found = problems.filter(|it| it["severity"] == severity && it["rule"] == "FILE");
            let found: Vec<&str> = found.map(|it| it["cell"].as_str().unwrap()).collect();
            assert_eq!(found, expected, "{code} {severity}: {told:#}");
        }
    }
    // One in thousands: what says won, or is shown in thousands once more, is not known.
    assert_eq!(save(&files, vec![value("FUNDS", "5000")]).await["errors"], json!([]));
    let down = files.down("submission.xlsx").await.bytes;
    for (code, is_refused) in [
        ("#,##0", false),
        ("#,##0&quot;천원&quot;", false),
        ("&quot;₩&quot;#,##0&quot;천&quot;", false),
        ("#,##0,", true),
        ("&quot;₩&quot;#,##0", true),
        ("#,##0&quot;원&quot;", true),
        ("#,##0,&quot;천원&quot;", true),
        ("#,##0,&quot;백만원&quot;", false),
    ] {
        let change = ("xl/styles.xml", "formatCode=\"#,##0\"", &*format!("formatCode=\"{code}\""));
        let told = files.up("submission.xlsx", "", &[], patched(&down, &[change])).await.json();
        assert_eq!(told["counts"]["rejected"], i32::from(is_refused), "{code}: {told:#}");
        assert_eq!(told["counts"]["unchanged"], i32::from(!is_refused), "{code}: {told:#}");
    }
}

async fn a_number_that_its_comma_parted_says_so(place: Place) {
    let files = Files::new(&place).await;
    let down = String::from_utf8(files.down("submission.csv").await.bytes).unwrap();
    let own = down.replacen("BUDGET,지표 BUDGET,,,,,,", "BUDGET,지표 BUDGET,,,,,1,094,", 1);
    assert_ne!(own, down);
    let long = |rows: &str| format!("지표코드,값,의견\n{rows}").into_bytes();
    for (body, cell, piece) in [
        (own.into_bytes(), "G3", "\"1,094\""),
        (long("COMPANIES,30,\nBUDGET,1,094\n"), "B3", "\"1,094\""),
        (long("COMPANIES,30,\nBUDGET,1,234,567,메모\n"), "B3", "\"1,234,567\""),
        (long("COMPANIES,30,\nBUDGET,-1,094원\n"), "B3", "\"-1,094원\""),
        (csv(&[",,,30,1,094,500,"]), "E2", "\"1,094\""),
        (csv(&[",,,30,5000,2,345,90"]), "F2", "\"2,345\""),
        (csv(&[",,,30,1,094,,"]), "E2", "\"1,094\""),
    ] {
        let shown = String::from_utf8_lossy(&body).into_owned();
        let up = files.up("submission.csv", "", &[], body).await;
        assert_eq!(up.status, StatusCode::OK, "{shown}: {:#}", up.json());
        let told = up.json();
        let problems = told["problems"].as_array().unwrap();
        let torn: Vec<_> = problems.iter().filter(|it| it["rule"] == "FILE").collect();
        assert_eq!(torn.len(), 1, "{shown}: {told:#}");
        assert_eq!((&torn[0]["cell"], &torn[0]["severity"]), (&json!(cell), &json!("ERROR")));
        let message = torn[0]["message"].as_str().unwrap();
        assert!(message.contains("quotation marks") && message.contains(piece), "{message}");
        // Nothing of it is said to be missing beside that.
        let of_budget = |it: &&Value| it["rule"] == "REQUIRED" && it["indicator"] == "BUDGET";
        assert!(!problems.iter().any(|it| of_budget(&it)), "{shown}: {told:#}");
    }
    // What only looks like it.
    for body in [
        csv(&[",,,30,500,345,90"]),
        csv(&[",,,30,\"1,094\",500,"]),
        long("COMPANIES,30,\nBUDGET,5,100%\nEXECUTED,5,12\n"),
        "지표코드;값;의견\nBUDGET;5;100\n".into(),
    ] {
        let shown = String::from_utf8_lossy(&body).into_owned();
        let told = files.up("submission.csv", "", &[], body).await.json();
        if !shown.contains("100%") {
            assert_eq!(told["counts"]["rejected"], 0, "{shown}: {told:#}");
        }
    }
}

/// What a cell of a sheet says, as text.
fn cell(book: &[u8], part: &str, cell: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(book)).unwrap();
    let mut part_of = |name: &str| {
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    let (sheet, shared) = (part_of(part), part_of("xl/sharedStrings.xml"));
    let start = sheet.find(&format!("<c r=\"{cell}\"")).unwrap();
    let body = sheet[start..].split("</c>").next().unwrap();
    let value = body.split("<v>").nth(1).unwrap_or_default().split("</v>").next().unwrap();
    if !body.contains("t=\"s\"") {
        return value.to_owned();
    }
    let texts: Vec<&str> = shared.split("<si>").skip(1).collect();
    let text = texts[value.parse::<usize>().unwrap()];
    text.split('>').nth(1).unwrap().split('<').next().unwrap().to_owned()
}

async fn sentences_name_values_as_files_do(place: Place) {
    let files = Files::new(&place).await;
    let world: &World = &files.world;
    let values = vec![
        value("COMPANIES", "1"),
        value("BUDGET", "1"),
        value("EXECUTED", "1"),
        value("HAS_PLAN", "false"),
        json!({ "indicator": "RATE", "state": "MISSING", "reason": "월말에 확보" }),
    ];
    assert_eq!(save(&files, values).await["errors"], json!([]));
    for (language, said, leaked) in [
        ("ko", ["저장된 값: 아니요", "저장된 값: 미확보"], ["false", "MISSING"]),
        ("en", ["value, no,", "value, MISSING,"], ["false", "아니요"]),
    ] {
        let rows = csv(&[",,,1,1,1,"]);
        let told = files.up("submission.csv", "", &[("accept-language", language)], rows).await;
        let told = told.json();
        let messages: Vec<String> = told["problems"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["message"].as_str().unwrap().to_owned())
            .collect();
        for piece in said {
            assert!(messages.iter().any(|it| it.contains(piece)), "{piece}: {messages:?}");
        }
        for piece in leaked {
            assert!(!messages.iter().any(|it| it.contains(piece)), "{piece}: {messages:?}");
        }
    }
    // The column of the last quarter.
    let quarter: aiplus::domain::quarter::Quarter = files.quarter.parse().unwrap();
    let before = quarter.previous().to_string();
    world.open(&before).await;
    let seen = world.seen_in("KIBO", PROGRAMME, &before).await;
    let input = seen.input(json!({ "values": [
        value("COMPANIES", "1"), value("BUDGET", "1"), value("EXECUTED", "1"), value("HAS_PLAN", "true"),
    ] }));
    world.done(&world.kibo, "saveSubmissionDraft", input).await;
    let seen = world.seen_in("KIBO", PROGRAMME, &before).await;
    world.done(&world.kibo, "submitSubmission", seen.input(json!({ "attestation": true }))).await;
    let seen = world.seen_in("KIBO", PROGRAMME, &before).await;
    world.done(&world.reviewer, "acceptSubmission", seen.input(json!({}))).await;
    let book = files.down("submission.xlsx").await.bytes;
    assert_eq!(cell(&book, "xl/worksheets/sheet2.xml", "E9"), "예");
    assert_eq!(cell(&book, "xl/worksheets/sheet2.xml", "E5"), "1");
}

async fn a_cell_is_cleared_or_set(place: Place) {
    let files = Files::new(&place).await;
    assert_eq!(save(&files, vec![value("BUDGET", "1,094")]).await["errors"], json!([]));
    for more in [
        json!({ "value": "5" }),
        json!({ "state": "ZERO_CONFIRMED" }),
        json!({ "comment": "메모" }),
        json!({ "reason": "까닭" }),
        json!({ "evidenceNote": "a.pdf" }),
    ] {
        let mut both = json!({ "indicator": "BUDGET", "clear": true });
        both.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let payload = save(&files, vec![value("EXECUTED", "1"), both]).await;
        assert_eq!(codes(&payload), ["CLEAR_AND_VALUE"], "{payload:#}");
        assert_eq!(payload["errors"][0]["path"], json!(["input", "values", "1", "clear"]));
        assert_eq!(saved(&files, "BUDGET").await.as_deref(), Some("1094"));
        assert_eq!(saved(&files, "EXECUTED").await, None);
    }
    let cleared = json!({ "indicator": "BUDGET", "clear": true, "value": " ", "comment": null });
    assert_eq!(save(&files, vec![cleared]).await["errors"], json!([]));
    assert_eq!(saved(&files, "BUDGET").await, None);
}

async fn an_error_names_the_argument_that_is_wrong(place: Place) {
    let files = Files::new(&place).await;
    let world = &files.world;
    save(&files, vec![value("BUDGET", "1")]).await;
    for (mutation, more, code, field) in [
        ("submitSubmission", json!({ "attestation": false }), "NOT_ATTESTED", "attestation"),
        ("submitSubmission", json!({ "attestation": true }), "OPEN_ERRORS", "id"),
        ("reportNilSubmission", json!({ "reason": " " }), "NO_REASON", "reason"),
        ("reportNilSubmission", json!({ "reason": "없음" }), "NON_ZERO_VALUE", "id"),
    ] {
        let seen = world.seen_in("KIBO", PROGRAMME, &files.quarter).await;
        let payload = world.act(&world.kibo, mutation, seen.input(more)).await;
        let errors = payload["errors"].as_array().unwrap();
        let error = errors.iter().find(|error| error["code"] == code).unwrap();
        assert_eq!(error["path"], json!(["input", field]), "{payload:#}");
    }
}

async fn a_parameter_stands_once(place: Place) {
    let files = Files::new(&place).await;
    let own = format!("programme={PROGRAMME}&quarter={}", files.quarter);
    for (more, name) in [
        (format!("quarter={}", files.quarter), "quarter"),
        ("programme=OTHER".to_owned(), "programme"),
        ("institution=KIBO&institution=KOSME".to_owned(), "institution"),
        ("mode=dry-run&mode=save".to_owned(), "mode"),
        ("replace=false&replace=true".to_owned(), "replace"),
    ] {
        for (method, route) in [("GET", "export"), ("POST", "import")] {
            let request = Request::builder()
                .method(method)
                .uri(format!("/{route}/submission.csv?{own}&{more}"))
                .header(header::AUTHORIZATION, format!("Bearer {}", files.token))
                .header(header::IF_MATCH, "*")
                .body(Body::from(csv(&GOOD)));
            let answer = files.send(request.unwrap()).await;
            let told = String::from_utf8_lossy(&answer.bytes).into_owned();
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{method} {more}: {told}");
            assert_eq!(answer.json()["errors"][0]["path"], json!([name]), "{told}");
        }
    }
    assert_eq!(files.version().await, 1);
}

async fn what_changes_nothing_conflicts_like_any_other(place: Place) {
    let files = Files::new(&place).await;
    let first =
        files.up("submission.csv", "&mode=save", &[("if-match", "\"1\"")], csv(&GOOD)).await;
    assert_eq!(first.status, StatusCode::OK, "{:#}", first.json());
    // The very call again has been done.
    let again =
        files.up("submission.csv", "&mode=save", &[("if-match", "\"1\"")], csv(&GOOD)).await;
    assert_eq!((again.status, &again.json()["isSaved"]), (StatusCode::OK, &json!(true)));
    // Another that says the same was made from another version.
    let same = [GOOD[2], GOOD[1], GOOD[0]];
    for tag in ["\"1\"", "\"7\""] {
        let stale =
            files.up("submission.csv", "&mode=save", &[("if-match", tag)], csv(&same)).await;
        assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED, "{tag}: {:#}", stale.json());
        assert_eq!(stale.json()["error"]["code"], "CONFLICT");
    }
    for tag in ["\"2\"", "*"] {
        let fresh =
            files.up("submission.csv", "&mode=save", &[("if-match", tag)], csv(&same)).await;
        assert_eq!(fresh.status, StatusCode::OK, "{tag}: {:#}", fresh.json());
        assert_eq!(fresh.json()["counts"]["unchanged"], 6);
    }
    assert_eq!(files.version().await, 2);
}

async fn counts_add_up(place: Place) {
    let files = Files::new(&place).await;
    let saved =
        files.up("submission.csv", "&mode=save", &[("if-match", "\"1\"")], csv(&GOOD)).await;
    assert_eq!(saved.status, StatusCode::OK);
    let stood = 6;
    let number = |counts: &Value, name: &str| counts[name].as_u64().unwrap();
    let (one, two) = (csv(&[",,,30,x,7,88.5", "KR-11,,,20,,,"]), csv(&[",,,30,1000,7,"]));
    for (body, in_file, standing_in_file) in [
        (csv(&GOOD), 6, 6),
        (one, 5, 5),
        (two, 3, 3),
        (csv(&[",,,30,1000,7,", "KR-11,,,열,,,", "KR-28,,,3,,,"]), 5, 4),
        (csv(&[",,,30,1000,7,", "KR-9x,,,3,,,"]), 4, 3),
    ] {
        for more in ["", "&replace=true", "&mode=save", "&mode=save&replace=true"] {
            let shown = String::from_utf8_lossy(&body).into_owned();
            if more.contains("save") && !shown.contains(['x', '열']) {
                continue;
            }
            let up = files.up("submission.csv", more, &[("if-match", "*")], body.clone()).await;
            let told = up.json();
            let counts = &told["counts"];
            let of_file: u64 = ["created", "updated", "unchanged", "rejected", "notSaved"]
                .iter()
                .map(|name| number(counts, name))
                .sum();
            assert_eq!(
                (of_file, number(counts, "cells")),
                (in_file, in_file),
                "{shown}{more}: {told:#}"
            );
            let beside = number(counts, "cleared") + number(counts, "absent");
            assert_eq!(beside, stood - standing_in_file, "{shown}{more}: {told:#}");
            // Nothing is told as done where nothing was.
            if more.contains("save") {
                let done = ["created", "updated", "cleared"].map(|name| number(counts, name));
                assert_eq!(done, [0, 0, 0], "{told:#}");
            }
        }
    }
}
