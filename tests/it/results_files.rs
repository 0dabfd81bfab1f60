//! Results as files over HTTP: the form down, the upload checked cell by cell, saved as a whole or not at all.

use std::io::{Cursor, Read, Write};

use aiplus::domain::quarter::{Quarter, seoul};
use aiplus::sheet::{self, Cell, Form, Indicator, Kind, Named};
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use chrono::Utc;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::Place;
use crate::support::results::{PROGRAMME, World};
use crate::tests;

tests![
    a_form_comes_down_and_goes_up_unchanged,
    codes_are_kept_in_one_form_whatever_was_typed,
    mistakes_are_named_by_cell_and_nothing_is_saved,
    a_workbook_comes_back_marked,
    a_file_of_another_version_overwrites_nothing,
    what_a_file_is_called_does_not_matter,
    an_export_has_a_head_and_a_token_comes_first,
    what_is_no_form_is_refused,
    only_the_institution_uploads,
    what_is_not_in_the_file_stays_unless_it_is_to_be_replaced,
    numbers_count_as_people_see_them,
    a_cell_that_shows_another_number_is_told,
    a_problem_names_the_cell_that_is_wrong,
    an_address_that_names_nothing_says_which_part,
    a_csv_knows_whose_form_it_is,
    whose_form_it_is_is_known_as_people_write_it,
    a_row_of_another_form_is_told_by_its_cells,
    a_number_that_is_shown_scaled_is_told,
    a_merged_value_is_told_once,
    a_workbook_that_is_not_read_is_told_why,
    what_has_its_reason_is_asked_for_none,
    a_quarter_runs_with_files_that_other_programs_saved,
    notes_that_a_file_has_no_room_for_stay,
];

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const CSV: &str = "text/csv";

/// The routes of files, as an officer of KIBO calls them.
pub struct Files {
    pub world: World,
    pub token: String,
    pub quarter: String,
}

/// What a route answers.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&self.bytes)))
    }

    /// Sheet, cell and rule of each problem.
    pub fn problems(&self) -> Vec<[String; 3]> {
        let told = self.json();
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let problems = told["problems"].as_array().unwrap_or_else(|| panic!("{told:#}"));
        problems
            .iter()
            .map(|one| [text(&one["sheet"]), text(&one["cell"]), text(&one["rule"])])
            .collect()
    }
}

impl Files {
    pub async fn new(place: &Place) -> Self {
        // The routes live by the clock.
        let now = Utc::now();
        let quarter = Quarter::of(now.with_timezone(&seoul()).date_naive()).unwrap().previous();
        let quarter = quarter.to_string();
        let world = World::before(place, now, &quarter).await;
        world.open(&quarter).await;
        let token = Self::token(&world, "KIBO", "program:read results:submit").await;
        Self { world, token, quarter }
    }

    pub async fn token(world: &World, institution: &str, scopes: &str) -> String {
        world.app.token(&world.app.client(institution, scopes).await).await
    }

    pub fn address(&self, route: &str, more: &str) -> String {
        format!("/{route}?programme={PROGRAMME}&quarter={}{more}", self.quarter)
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.world.app.router().oneshot(request).await.unwrap().into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 26).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    pub async fn down(&self, file: &str) -> Answer {
        let request = Request::get(self.address(&format!("export/{file}"), ""))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub async fn up(
        &self,
        file: &str,
        more: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Answer {
        let mut request = Request::post(self.address(&format!("import/{file}"), more))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, if file.ends_with("csv") { CSV } else { XLSX });
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    pub async fn version(&self) -> i64 {
        self.world.seen_in("KIBO", PROGRAMME, &self.quarter).await.version
    }

    /// A workbook as an officer fills it in.
    pub fn book(&self, version: i32, cells: &[(&str, &str, &str)]) -> Vec<u8> {
        let named = |code: &str, name: &str| Named { code: code.to_owned(), name: name.to_owned() };
        let indicator = |code: &str, kind, decimals, parts| Indicator {
            code: code.to_owned(),
            name: format!("지표 {code}"),
            definition: None,
            unit: "건".to_owned(),
            kind,
            decimals,
            range: None,
            is_required: false,
            by_region: parts,
            by_size: parts,
            by_industry: parts,
            previous: None,
        };
        let cells = cells.iter().map(|(code, region, value)| Cell {
            indicator: (*code).to_owned(),
            region: (*region).to_owned(),
            value: (*value).to_owned(),
            ..Cell::default()
        });
        let form = Form {
            institution: named("KIBO", "기술보증기금"),
            programme: named(PROGRAMME, "시험"),
            quarter: self.quarter.clone(),
            due_on: String::new(),
            status: String::new(),
            version,
            indicators: vec![
                indicator("COMPANIES", Kind::Integer, 0, true),
                indicator("BUDGET", Kind::Krw, 0, false),
                indicator("EXECUTED", Kind::Krw, 0, false),
                indicator("RATE", Kind::Percent, 1, false),
                indicator("HAS_PLAN", Kind::Boolean, 0, false),
                indicator("NOTE", Kind::Text, 0, false),
            ],
            regions: vec![named("KR-11", "서울특별시"), named("KR-26", "부산광역시")],
            sizes: vec![named("SMALL", "소기업")],
            industries: vec![named("C", "제조업")],
            cells: cells.collect(),
            comments: Vec::new(),
        };
        sheet::write_xlsx(&form).unwrap()
    }
}

pub fn csv(rows: &[&str]) -> Vec<u8> {
    format!("\u{feff}지역,규모,업종,COMPANIES,BUDGET,EXECUTED,RATE\r\n{}\r\n", rows.join("\r\n"))
        .into_bytes()
}

/// The same as people have it: names, other widths, what cannot be seen.
const AS_TYPED: [&str; 5] = [
    ",,,30,9007199254740993,9007199254740992,87.5",
    "서울\u{200B},,,20,,,",
    "\u{A0}ｋｒ－２６,,,10,,,",
    ",중견 기업,,29,,,",
    ",Micro-enterprise,,1,,,",
];

const KEPT: [&str; 5] = [GOOD[0], GOOD[1], GOOD[2], ",MID_MARKET,,29,,,", ",SMALL_MERCHANT,,1,,,"];

pub const GOOD: [&str; 3] =
    [",,,30,9007199254740993,9007199254740992,87.5", "KR-11,,,20,,,", "KR-26,,,10,,,"];

async fn a_form_comes_down_and_goes_up_unchanged(place: Place) {
    let files = Files::new(&place).await;
    let tag = files.down("submission.csv").await.headers[header::ETAG].to_str().unwrap().to_owned();
    assert_eq!(tag, "\"1\"");
    let headers = [("if-match", &*tag)];
    let saved = files.up("submission.csv", "&mode=save", &headers, csv(&GOOD)).await;
    assert_eq!(saved.status, StatusCode::OK, "{:#}", saved.json());
    let told = saved.json();
    assert_eq!((&told["isSaved"], &told["isReady"]), (&json!(true), &json!(true)), "{told:#}");
    assert_eq!(told["counts"]["created"], 6);
    assert_eq!(saved.headers[header::ETAG], "\"2\"");
    // What comes down goes up again, and nothing changes: exact beyond 2^53, in both kinds of files.
    for (file, kind) in [("submission.csv", "text/csv; charset=utf-8"), ("submission.xlsx", XLSX)] {
        let down = files.down(file).await;
        assert_eq!(down.headers[header::CONTENT_TYPE], kind);
        let disposition = down.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
        assert!(disposition.starts_with("attachment; filename=\"KIBO_T_AI_"), "{disposition}");
        let up = files.up(file, "", &[], down.bytes).await.json();
        assert_eq!(
            up["counts"],
            json!({ "cells": 6, "created": 0, "updated": 0, "unchanged": 6, "rejected": 0, "notSaved": 0, "cleared": 0, "absent": 0 }),
            "{file}: {up:#}"
        );
        assert_eq!((&up["mode"], &up["isSaved"]), (&json!("dry-run"), &json!(false)));
    }
    assert_eq!(files.version().await, 2);
}

async fn codes_are_kept_in_one_form_whatever_was_typed(place: Place) {
    let files = Files::new(&place).await;
    let headers = [("if-match", "\"1\"")];
    let saved = files.up("submission.csv", "&mode=save", &headers, csv(&AS_TYPED)).await;
    assert_eq!(saved.status, StatusCode::OK, "{:#}", saved.json());
    let again = files.up("submission.csv", "", &[], csv(&KEPT)).await.json();
    assert_eq!(again["counts"]["unchanged"], 8, "{again:#}");
    // Two ways of writing one region are one cell.
    let twice = [GOOD[0], "서울,,,20,,,", "KR-11,,,10,,,"];
    let told = files.up("submission.csv", "", &[], csv(&twice)).await;
    assert_ne!(told.json()["counts"]["rejected"], 0, "{:#}", told.json());
}

async fn mistakes_are_named_by_cell_and_nothing_is_saved(place: Place) {
    let files = Files::new(&place).await;
    let bad = csv(&[",,,30,1000,2000,87.55", "KR-11,,,20,,,", "KR-29x,,,10,,,"]);
    for (more, status) in [("", StatusCode::OK), ("&mode=save", StatusCode::UNPROCESSABLE_ENTITY)] {
        let up = files.up("submission.csv", more, &[("if-match", "\"1\"")], bad.clone()).await;
        assert_eq!(up.status, status);
        let expected = [
            ["CSV", "G2", "INVALID_VALUE"],
            ["CSV", "A4", "UNKNOWN_REGION"],
            ["CSV", "F2", "R_BUDGET"],
        ];
        assert_eq!(up.problems(), expected.map(|one| one.map(str::to_owned)), "{:#}", up.json());
        let told = up.json();
        assert!(told["problems"][1]["nearest"].is_null(), "a hint names no region: {told:#}");
        assert_eq!(told["counts"]["rejected"], 2);
    }
    assert_eq!(files.version().await, 1);
    let korean = [("accept-language", "ko")];
    let told = files.up("submission.csv", "", &korean, bad).await.json();
    let message = told["problems"][1]["message"].as_str().unwrap();
    assert!(message.contains("이 분기에 없는 지역입니다"), "{message}");
}

async fn a_workbook_comes_back_marked(place: Place) {
    let files = Files::new(&place).await;
    let book = files.book(
        1,
        &[
            ("COMPANIES", "", "30"),
            ("BUDGET", "", "1000"),
            ("EXECUTED", "", "2000"),
            ("COMPANIES", "KR-11", "20"),
        ],
    );
    let checked = files.up("submission.xlsx", "", &[], book.clone()).await;
    // Totals begin in row 5; values stand in G.
    let expected = [["합계", "G5", "SUM"], ["합계", "G7", "R_BUDGET"]];
    assert_eq!(
        checked.problems(),
        expected.map(|one| one.map(str::to_owned)),
        "{:#}",
        checked.json()
    );
    let marked = files.up("submission.xlsx", "", &[("accept", XLSX)], book).await;
    assert_eq!(
        (marked.status, &marked.headers[header::CONTENT_TYPE]),
        (StatusCode::OK, &XLSX.parse().unwrap())
    );
    // It can be put right and sent again as it is.
    let again = files.up("submission.xlsx", "", &[], marked.bytes).await;
    assert_eq!(again.problems(), expected.map(|one| one.map(str::to_owned)), "{:#}", again.json());
}

async fn a_file_of_another_version_overwrites_nothing(place: Place) {
    let files = Files::new(&place).await;
    let first = files.up("submission.csv", "&mode=save", &[], csv(&GOOD)).await;
    assert_eq!(first.status, StatusCode::PRECONDITION_REQUIRED);
    assert_eq!(first.json()["error"]["code"], "VERSION_REQUIRED");
    let book = files.book(1, &[("BUDGET", "", "5"), ("EXECUTED", "", "5"), ("COMPANIES", "", "5")]);
    let saved = files.up("submission.xlsx", "&mode=save", &[], book.clone()).await;
    assert_eq!(saved.status, StatusCode::OK, "a workbook knows its version: {:#}", saved.json());
    // The same again is the same; another one of that version is in conflict.
    let again = files.up("submission.xlsx", "&mode=save", &[], book).await;
    assert_eq!(again.status, StatusCode::OK, "{:#}", again.json());
    let other = files.book(1, &[("BUDGET", "", "6")]);
    for headers in [&[][..], &[("if-match", "\"1\"")]] {
        let late = files.up("submission.xlsx", "&mode=save", headers, other.clone()).await;
        assert_eq!(late.status, StatusCode::PRECONDITION_FAILED, "{:#}", late.json());
    }
    for (tag, status) in [
        ("1", StatusCode::BAD_REQUEST),
        ("\"1", StatusCode::BAD_REQUEST),
        ("", StatusCode::BAD_REQUEST),
        ("\"2\" \"3\"", StatusCode::BAD_REQUEST),
        ("\"2\"x", StatusCode::BAD_REQUEST),
        ("\"2 \"", StatusCode::BAD_REQUEST),
        ("\"a,2\"", StatusCode::PRECONDITION_FAILED),
        ("\"x\"", StatusCode::PRECONDITION_FAILED),
        ("W/\"1\"", StatusCode::PRECONDITION_FAILED),
        ("\"1\", \"7\"", StatusCode::PRECONDITION_FAILED),
    ] {
        let bad =
            files.up("submission.xlsx", "&mode=save", &[("if-match", tag)], other.clone()).await;
        assert_eq!(bad.status, status, "{tag}: {:#}", bad.json());
    }
    assert_eq!(files.version().await, 2);
    // What names the version that there is, is taken, as RFC 9110 writes it and as proxies rewrite it.
    let tags = [
        "W/\"2\"",
        "\"1\", W/\"3\"",
        "*",
        "\"5-gzip\"",
        " \"1\" ,, \"6\" ",
        "\"a,b\", W/\",\" , \"7\"",
    ];
    for (at, tag) in (7..).zip(tags) {
        let next = files.book(1, &[("BUDGET", "", &at.to_string())]);
        let saved = files.up("submission.xlsx", "&mode=save", &[("if-match", tag)], next).await;
        assert_eq!(saved.status, StatusCode::OK, "{tag}: {:#}", saved.json());
    }
    let split = [("if-match", "\"1\""), ("if-match", "\"8\"")];
    let next = files.book(1, &[("BUDGET", "", "20")]);
    let saved = files.up("submission.xlsx", "&mode=save", &split, next).await;
    assert_eq!(saved.status, StatusCode::OK, "{:#}", saved.json());
}

/// The address says what it is; what browsers, Windows and proxies call it does not matter.
async fn what_a_file_is_called_does_not_matter(place: Place) {
    let files = Files::new(&place).await;
    let book = files.book(1, &[("BUDGET", "", "5")]);
    for (file, body) in [("submission.csv", csv(&GOOD)), ("submission.xlsx", book)] {
        let post = |kind: Option<&str>| {
            let mut request = Request::post(files.address(&format!("import/{file}"), ""))
                .header(header::AUTHORIZATION, format!("Bearer {}", files.token));
            if let Some(kind) = kind {
                request = request.header(header::CONTENT_TYPE, kind);
            }
            request
        };
        for kind in [
            None,
            Some("text/csv;charset=euc-kr"),
            Some("application/vnd.ms-excel"),
            Some("application/octet-stream"),
            Some("text/plain"),
            Some("application/x-www-form-urlencoded"),
            Some(XLSX),
            Some("nonsense"),
        ] {
            let answer = files.send(post(kind).body(Body::from(body.clone())).unwrap()).await;
            assert_eq!(answer.status, StatusCode::OK, "{file} {kind:?}");
        }
        for (request, piece) in [
            (post(Some("Multipart/Form-Data; boundary=x")), "--data-binary"),
            (post(None).header(header::CONTENT_ENCODING, "gzip"), "Content-Encoding"),
        ] {
            let answer = files.send(request.body(Body::from(body.clone())).unwrap()).await;
            assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
            let told = answer.json();
            assert!(told["error"]["message"].as_str().unwrap().contains(piece), "{told:#}");
        }
    }
}

/// HEAD tells what GET would; without a token nothing else is judged.
async fn an_export_has_a_head_and_a_token_comes_first(place: Place) {
    let files = Files::new(&place).await;
    for file in ["submission.xlsx", "submission.csv"] {
        let got = files.down(file).await;
        let head = Request::head(files.address(&format!("export/{file}"), ""))
            .header(header::AUTHORIZATION, format!("Bearer {}", files.token));
        let head = files.send(head.body(Body::empty()).unwrap()).await;
        assert_eq!((head.status, head.bytes.len()), (StatusCode::OK, 0));
        for name in [header::CONTENT_TYPE, header::CONTENT_DISPOSITION, header::ETAG] {
            assert_eq!(head.headers[&name], got.headers[&name], "{name}");
        }
        assert_eq!(head.headers[header::CONTENT_LENGTH], got.bytes.len().to_string());
    }
    for (method, path) in [
        ("GET", "/export/submission.xlsx"),
        ("HEAD", "/export/submission.csv"),
        ("GET", "/export/submission.csv?quarter=x"),
        ("GET", "/export/nothing"),
        ("GET", "/export/values.csv?bogus=1"),
        ("HEAD", "/export/values.xlsx?fields=bogus"),
        ("GET", "/export/submissions.csv?where=x"),
        ("GET", "/export/submissions.json?quarter=x"),
        ("GET", "/export/statistics/submissionStatistics.csv?bogus=1"),
        ("POST", "/import/submission.csv?mode=maybe"),
        ("POST", "/import/submission.pdf"),
    ] {
        let request = Request::builder().method(method).uri(path);
        let answer = files.send(request.body(Body::from("x")).unwrap()).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
        let challenge = answer.headers[header::WWW_AUTHENTICATE].to_str().unwrap();
        assert!(challenge.starts_with("Bearer") && !challenge.contains("error"), "{challenge}");
        if method != "HEAD" {
            assert_eq!(answer.json()["error"]["code"], "UNAUTHENTICATED");
        }
    }
    // How to ask is told before who may.
    let get = Request::get(files.address("import/submission.csv", ""));
    let answer = files.send(get.body(Body::empty()).unwrap()).await;
    assert_eq!(
        (answer.status, &answer.headers[header::ALLOW]),
        (StatusCode::METHOD_NOT_ALLOWED, &"POST".parse().unwrap())
    );
    let put = Request::put(files.address("export/submission.csv", ""))
        .header(header::AUTHORIZATION, format!("Bearer {}", files.token));
    let answer = files.send(put.body(Body::empty()).unwrap()).await;
    assert_eq!(
        (answer.status, &answer.headers[header::ALLOW]),
        (StatusCode::METHOD_NOT_ALLOWED, &"GET, HEAD".parse().unwrap())
    );
}

async fn what_is_no_form_is_refused(place: Place) {
    let files = Files::new(&place).await;
    let other = files.book(1, &[]);
    let png = b"\x89PNG\r\n\x1a\n0000".to_vec();
    for (file, body, code) in [
        ("submission.xlsx", png, "NOT_A_WORKBOOK"),
        ("submission.xlsx", Vec::new(), "NOT_A_WORKBOOK"),
        ("submission.xlsx", other[..other.len() / 2].to_vec(), "NOT_A_WORKBOOK"),
        ("submission.csv", b"COMPANIES,\xff\r\n".to_vec(), "ENCODING"),
        ("submission.csv", other.clone(), "NOT_TEXT"),
        ("submission.xlsx", csv(&GOOD), "NOT_A_WORKBOOK"),
        ("submission.csv", "지표,구분,값\r\nCOMPANIES,값,1\r\n".into(), "BAD_HEADER"),
        ("submission.csv", b"a,b,c\r\n1,2,3\r\n".to_vec(), "BAD_HEADER"),
    ] {
        let up = files.up(file, "", &[], body).await;
        assert_eq!(up.status, StatusCode::UNPROCESSABLE_ENTITY, "{code}: {:#}", up.json());
        assert_eq!(up.json()["error"]["code"], code);
    }
    let most = usize::try_from(sheet::MAX_UPLOAD).unwrap();
    let large = files.up("submission.csv", "", &[], vec![b'a'; most + 1]).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    let fits = files.up("submission.csv", "", &[], vec![b'a'; most]).await;
    assert_eq!(fits.status, StatusCode::UNPROCESSABLE_ENTITY);
    // What a web page could send unasked is no upload, and neither is a wrong address or method.
    let post = |address: String, kind: &str| {
        Request::post(address)
            .header(header::AUTHORIZATION, format!("Bearer {}", files.token))
            .header(header::CONTENT_TYPE, kind)
            .body(Body::from(csv(&GOOD)))
            .unwrap()
    };
    let address = files.address("import/submission.csv", "");
    for (request, status) in [
        (post(address, "multipart/form-data"), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (post(files.address("import/submission.pdf", ""), CSV), StatusCode::NOT_FOUND),
        (post(files.address("import/submission.csv", "&mode=maybe"), CSV), StatusCode::BAD_REQUEST),
        (post("/import/submission.csv?quarter=2026-Q3".to_owned(), CSV), StatusCode::BAD_REQUEST),
        (post(files.address("export/submission.csv", ""), CSV), StatusCode::METHOD_NOT_ALLOWED),
    ] {
        let shown = format!("{request:?}");
        assert_eq!(files.send(request).await.status, status, "{shown}");
    }
    assert_eq!(files.version().await, 1);
}

async fn only_the_institution_uploads(place: Place) {
    let mut files = Files::new(&place).await;
    let own = files.token.clone();
    for (institution, scopes, down, up) in [
        ("KOSME", "program:read results:submit", 404, 404),
        ("KIBO", "program:read", 200, 403),
        ("TIPA", "program:read results:review", 200, 403),
        ("TIPA", "results:submit", 404, 404),
        ("KOSME", "results:review", 404, 404),
    ] {
        files.token = Files::token(&files.world, institution, scopes).await;
        let address = files.address("export/submission.xlsx", "&institution=KIBO");
        let request =
            Request::get(address).header(header::AUTHORIZATION, format!("Bearer {}", files.token));
        let answer = files.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status.as_u16(), down, "{institution} {scopes} downloads");
        let more = "&institution=KIBO&mode=save";
        let answer = files.up("submission.csv", more, &[("if-match", "\"1\"")], csv(&GOOD)).await;
        assert_eq!(answer.status.as_u16(), up, "{institution} {scopes} uploads");
    }
    for (token, expected) in [(None, 401), (Some("nonsense"), 401)] {
        let mut request = Request::get(files.address("export/submission.csv", "&institution=KIBO"));
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let answer = files.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status.as_u16(), expected);
    }
    files.token = own;
    assert_eq!(files.version().await, 1);
    // What was handed in is closed: a dry run says so, and nothing is saved.
    let saved =
        files.up("submission.csv", "&mode=save", &[("if-match", "\"1\"")], csv(&GOOD)).await;
    assert_eq!(saved.status, StatusCode::OK);
    let submit = files.world.seen_in("KIBO", PROGRAMME, &files.quarter).await;
    let input = submit.input(json!({ "attestation": true }));
    files.world.done(files.world.partner("KIBO"), "submitSubmission", input).await;
    let closed = files.up("submission.csv", "", &[], csv(&GOOD)).await;
    assert_eq!(closed.problems()[0], ["-", "-", "WRONG_STATE"].map(str::to_owned));
    let late = files.up("submission.csv", "&mode=save", &[("if-match", "\"3\"")], csv(&GOOD)).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{:#}", late.json());
}

/// A workbook with some texts of its parts replaced.
pub fn patched(book: &[u8], changes: &[(&str, &str, &str)]) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(book)).unwrap();
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        for (_, from, to) in changes.iter().filter(|(part, ..)| *part == name) {
            assert!(text.contains(from), "{name} {from}");
            text = text.replace(from, to);
        }
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

async fn numbers_count_as_people_see_them(place: Place) {
    let files = Files::new(&place).await;
    let (totals, styles) = ("xl/worksheets/sheet2.xml", "xl/styles.xml");
    let cells = [
        ("COMPANIES", "", "30"),
        ("BUDGET", "", "1000"),
        ("EXECUTED", "", "500"),
        ("RATE", "", "0.9"),
    ];
    let book = files.book(1, &cells);
    let percent = (styles, "#,##0.0##############", "0.0%");
    let computed = (totals, "<v>1000</v>", "<f>500*2</f><v>999.99999999999989</v>");
    let seen = patched(&book, &[percent, computed]);
    let saved = files.up("submission.xlsx", "&mode=save", &[], seen).await;
    let told = saved.json();
    assert_eq!(saved.status, StatusCode::OK, "{told:#}");
    assert_eq!(saved.problems(), [["합계", "G6", "FILE"].map(str::to_owned)], "{told:#}");
    assert_eq!((&told["isReady"], &told["infoCount"]), (&json!(true), &json!(1)));
    assert_eq!(told["problems"][0]["severity"], "INFO");
    assert!(told["problems"][0]["message"].as_str().unwrap().contains("formula"), "{told:#}");
    let down = String::from_utf8(files.down("submission.csv").await.bytes).unwrap();
    for (code, value) in [("BUDGET", "1000"), ("RATE", "90")] {
        let row = down.lines().find(|line| line.starts_with(code)).unwrap();
        assert_eq!(row.split(',').nth(6), Some(value), "{row}");
    }
    // A formula without its value, and a percentage of won: these alone are told.
    let book = files.book(2, &cells);
    let blank = (totals, "<v>1000</v>", "<f>500*2</f>");
    let wrong = (styles, "formatCode=\"#,##0\"", "formatCode=\"0%\"");
    for (change, cells) in [(blank, &["G6"][..]), (wrong, &["G5", "G6", "G7"])] {
        let book = patched(&book, &[percent, change]);
        let up = files.up("submission.xlsx", "&mode=save", &[("if-match", "*")], book).await;
        assert_eq!(up.status, StatusCode::UNPROCESSABLE_ENTITY);
        let expected: Vec<_> =
            cells.iter().map(|cell| ["합계", cell, "FILE"].map(str::to_owned)).collect();
        assert_eq!(up.problems(), expected, "{:#}", up.json());
    }
    // CSV of Korean Excel.
    let rows = [",,,30,\"1,000\",500,90%", "KR-11,,,20,,,", "KR-26,,,10,,,"];
    let text = String::from_utf8(csv(&rows)).unwrap();
    let (cp949, _, _) = encoding_rs::EUC_KR.encode(text.trim_start_matches('\u{feff}'));
    let told = files.up("submission.csv", "", &[], cp949.into_owned()).await.json();
    assert_eq!(told["encoding"], "CP949", "{told:#}");
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let told = files.up("submission.csv", "", &[], wide).await.json();
    assert_eq!((&told["encoding"], &told["counts"]["rejected"]), (&json!("UTF-16LE"), &json!(0)));
    assert_eq!(told["counts"]["unchanged"], 4, "{told:#}");
}

async fn a_cell_that_shows_another_number_is_told(place: Place) {
    let files = Files::new(&place).await;
    let styles = "xl/styles.xml";
    // Where a cell shows another number than is stored, it is told there; what is no whole number is taken as shown.
    let rounded = [
        ("COMPANIES", "", "30004"),
        ("COMPANIES", "KR-11", "20004"),
        ("COMPANIES", "KR-26", "9006"),
        ("BUDGET", "", "1000"),
        ("EXECUTED", "", "500005"),
        ("RATE", "", "0.905"),
    ];
    // A form never holds such numbers where whole ones are asked for: a person enters them.
    let (totals, parts) = ("xl/worksheets/sheet2.xml", "xl/worksheets/sheet3.xml");
    let entered = [
        (totals, "<v>30004</v>", "<v>30.4</v>"),
        (parts, "<v>20004</v>", "<v>20.4</v>"),
        (parts, "<v>9006</v>", "<v>9.6</v>"),
        (totals, "<v>500005</v>", "<v>500.5</v>"),
        (styles, "#,##0.0##############", "0%"),
    ];
    let book = patched(&files.book(1, &rounded), &entered);
    let saved = files.up("submission.xlsx", "&mode=save", &[], book).await;
    let told = saved.json();
    assert_eq!(saved.status, StatusCode::OK, "{told:#}");
    assert_eq!((&told["isReady"], &told["infoCount"]), (&json!(true), &json!(5)), "{told:#}");
    let mut cells: Vec<String> =
        saved.problems().into_iter().map(|[sheet, cell, _]| format!("{sheet} {cell}")).collect();
    cells.sort();
    cells.dedup();
    assert_eq!(cells.len(), 5, "{told:#}");
    let rate = told["problems"].as_array().unwrap().iter().find(|it| it["indicator"] == "RATE");
    let message = rate.unwrap()["message"].as_str().unwrap();
    assert!(message.contains("shows 91%; the stored value 90.5% was taken"), "{message}");
    let down = String::from_utf8(files.down("submission.csv").await.bytes).unwrap();
    for (row, value) in [
        ("COMPANIES,지표 COMPANIES,,", "30"),
        ("COMPANIES,지표 COMPANIES,KR-11,", "20"),
        ("COMPANIES,지표 COMPANIES,KR-26,", "10"),
        ("EXECUTED,", "501"),
        ("RATE,", "90.5"),
    ] {
        let row = down.lines().find(|line| line.starts_with(row)).unwrap();
        assert_eq!(row.split(',').nth(6), Some(value), "{row}");
    }
}

async fn a_problem_names_the_cell_that_is_wrong(place: Place) {
    let files = Files::new(&place).await;
    let text = |rows: &str| rows.as_bytes().to_vec();
    let long = "지표코드,구분,값,사유\nCOMPANIES,모름,30,\nBUDGET,,열둘,\nRATE,미확보,,\n";
    let book = files.book(1, &[("COMPANIES", "", "30")]);
    let twice = csv(&[",,,30,1,1,", "KR-11,,,10,,,", "서울특별시,,,10,,,"]);
    for (file, body, expected) in [
        // One problem, however many values the region spoils.
        (
            "submission.csv",
            csv(&[",,,30,1,1,", "KR-29x,,,10,5,5,"]),
            &[["CSV", "A3", "UNKNOWN_REGION"]][..],
        ),
        ("submission.csv", csv(&[",,,30,1,1,", ",HUGE,,10,,,"]), &[["CSV", "B3", "UNKNOWN_SIZE"]]),
        (
            "submission.csv",
            csv(&[",,,30,1,1,", ",,QQ,10,,,"]),
            &[["CSV", "C3", "UNKNOWN_INDUSTRY"]],
        ),
        // All that is wrong with a row.
        (
            "submission.csv",
            csv(&[",,,30,1,1,", "서우,ZZ,,x,,,"]),
            &[
                ["CSV", "A3", "UNKNOWN_REGION"],
                ["CSV", "B3", "UNKNOWN_SIZE"],
                ["CSV", "D3", "INVALID_VALUE"],
            ],
        ),
        // What is required stands where it would, and not beside what keeps it from being read.
        (
            "submission.csv",
            csv(&[",,,30,,x,"]),
            &[["CSV", "F2", "INVALID_VALUE"], ["CSV", "E2", "REQUIRED"]],
        ),
        (
            "submission.csv",
            text(long),
            &[
                ["CSV", "B2", "UNKNOWN_STATE"],
                ["CSV", "C3", "INVALID_VALUE"],
                // It has no row in the file.
                ["-", "-", "REQUIRED"],
                ["CSV", "D4", "REASON"],
            ],
        ),
        // A row that holds one value is wrong by its region; where a row holds more, the value is in the wrong row.
        (
            "submission.csv",
            text("지표코드,지역,값\nBUDGET,,5\nBUDGET,KR-11,5\nEXECUTED,,5\n"),
            &[["CSV", "B3", "BREAKDOWN"], ["-", "-", "REQUIRED"]],
        ),
        (
            "submission.csv",
            text("지표코드,규모,업종,값\nBUDGET,,,5\nBUDGET,,C,5\nEXECUTED,,,5\n"),
            &[["CSV", "C3", "BREAKDOWN"], ["-", "-", "REQUIRED"]],
        ),
        ("submission.csv", csv(&[",,,30,5,5,", "KR-11,,,30,5,,"]), &[["CSV", "E3", "BREAKDOWN"]]),
        (
            "submission.csv",
            text("지표코드,값\nCOMPANY,1\n"),
            &[
                // It is COMPANIES most likely, which is not told to be missing beside that.
                ["CSV", "A2", "UNKNOWN_INDICATOR"],
                ["-", "-", "REQUIRED"],
                ["-", "-", "REQUIRED"],
            ],
        ),
        ("submission.csv", twice, &[["CSV", "D4", "FILE"]]),
        (
            "submission.xlsx",
            book.clone(),
            &[["합계", "G6", "REQUIRED"], ["합계", "G7", "REQUIRED"]],
        ),
    ] {
        let up = files.up(file, "", &[], body).await;
        let mut problems = up.problems();
        let mut expected: Vec<_> = expected.iter().map(|one| one.map(str::to_owned)).collect();
        problems.sort();
        expected.sort();
        assert_eq!(problems, expected, "{:#}", up.json());
    }
    // In the caller's language, all of them; in the marked workbook too.
    let broken = patched(&book, &[("xl/worksheets/sheet2.xml", "<v>30</v>", "<f>1</f>")]);
    let is_korean = |text: &str| text.contains(|letter| matches!(letter, '가'..='힣'));
    for (language, korean) in [("ko", true), ("en", false)] {
        let headers = [("accept-language", language)];
        let told = files.up("submission.xlsx", "", &headers, broken.clone()).await.json();
        let messages = told["problems"].as_array().unwrap();
        assert_eq!(messages.len(), 3, "{told:#}");
        for one in messages {
            assert_eq!(is_korean(one["message"].as_str().unwrap()), korean, "{told:#}");
        }
        let headers = [("accept-language", language), ("accept", XLSX)];
        let marked = files.up("submission.xlsx", "", &headers, broken.clone()).await.bytes;
        let mut archive = zip::ZipArchive::new(Cursor::new(marked)).unwrap();
        let mut notes = String::new();
        archive.by_name("xl/comments1.xml").unwrap().read_to_string(&mut notes).unwrap();
        assert_eq!(notes.contains("[오류]"), korean, "{notes}");
        assert_eq!(is_korean(&notes.replace("맑은 고딕", "")), korean, "{notes}");
        for cell in ["G5", "G6", "G7"] {
            assert!(notes.contains(&format!("ref=\"{cell}\"")), "{notes}");
        }
    }
}

/// Parameters that name nothing say so, with what could be meant.
async fn an_address_that_names_nothing_says_which_part(place: Place) {
    let files = Files::new(&place).await;
    for (query, status, code, path, piece) in [
        ("programme=T_AI&quarter=2026-Q5", 400, "BAD_USER_INPUT", "quarter", "like 2026-Q3"),
        ("programme=T_AI&quarter=", 400, "BAD_USER_INPUT", "quarter", "like 2026-Q3"),
        ("programme=T_AI&quarter=2031-Q1", 404, "NOT_FOUND", "quarter", "in 2031-Q1"),
        ("programme=T_AIX&quarter=2026-Q3", 404, "NOT_FOUND", "programme", "`T_AI`"),
        (
            "programme=T_AI&quarter=2026-Q3&institution=KIBBO",
            404,
            "NOT_FOUND",
            "institution",
            "`KIBO`",
        ),
        // Another's is told as one that is not there.
        (
            "programme=T_AI&quarter=2026-Q3&institution=TIPA",
            404,
            "NOT_FOUND",
            "quarter",
            "no submission",
        ),
    ] {
        for (method, route) in [("GET", "export"), ("POST", "import")] {
            let request = Request::builder()
                .method(method)
                .uri(format!("/{route}/submission.csv?{query}"))
                .header(header::AUTHORIZATION, format!("Bearer {}", files.token))
                .body(Body::from("x"));
            let answer = files.send(request.unwrap()).await;
            let told = answer.json();
            assert_eq!(answer.status.as_u16(), status, "{method} {query}: {told:#}");
            assert_eq!(told["error"]["code"], code, "{method} {query}: {told:#}");
            assert_eq!(told["errors"][0]["path"], json!([path]), "{method} {query}: {told:#}");
            assert!(told["error"]["message"].as_str().unwrap().contains(piece), "{told:#}");
        }
    }
}

async fn a_csv_knows_whose_form_it_is(place: Place) {
    let files = Files::new(&place).await;
    let down = String::from_utf8(files.down("submission.csv").await.bytes).unwrap();
    let own = format!("KIBO,{PROGRAMME},{},1", files.quarter);
    assert_eq!(down.matches(&own).count(), 6, "{down}");
    let filled = down.replacen(",,,,,,", ",,,,,30,", 1);
    for (from, to) in [
        (format!(",{},1", files.quarter), ",2019-Q1,1".to_owned()),
        ("KIBO,".to_owned(), "KOSME,".to_owned()),
        (PROGRAMME.to_owned(), "OTHER".to_owned()),
    ] {
        let other = filled.replace(&from, &to).into_bytes();
        let up = files.up("submission.csv", "", &[], other).await;
        assert_eq!(up.json()["error"]["code"], "OTHER_FORM", "{to}");
    }
    // A quotation mark that is never closed makes no comment of all that follows.
    let open = filled.replacen(",,,,,30,", ",,,,,30,\"확인함", 1);
    assert_ne!(open, filled);
    let up = files.up("submission.csv", "&mode=save", &[], open.into_bytes()).await;
    assert_eq!(up.json()["error"]["code"], "OPEN_QUOTE");
    // It knows its version, as a workbook does.
    let saved = files.up("submission.csv", "&mode=save", &[], filled.clone().into_bytes()).await;
    assert_eq!(saved.status, StatusCode::OK, "{:#}", saved.json());
    let changed = filled.replacen("30", "31", 1).into_bytes();
    let told = files.up("submission.csv", "", &[], changed.clone()).await.json();
    assert_eq!(told["problems"][0]["severity"], "WARNING", "{told:#}");
    let late = files.up("submission.csv", "&mode=save", &[], changed).await;
    assert_eq!(late.status, StatusCode::PRECONDITION_FAILED, "{:#}", late.json());
}

/// A form as it comes down, with a value in its first row.
async fn filled(files: &Files) -> String {
    let down = String::from_utf8(files.down("submission.csv").await.bytes).unwrap();
    down.replacen(",,,,,,", ",,,,,30,", 1)
}

async fn whose_form_it_is_is_known_as_people_write_it(place: Place) {
    let files = Files::new(&place).await;
    let filled = filled(&files).await;
    let (year, number) = files.quarter.split_once("-Q").unwrap();
    let wide = |text: &str| -> String {
        let wide = |letter: char| match letter {
            '!'..='~' => char::from_u32(u32::from(letter) + 0xFEE0).unwrap(),
            other => other,
        };
        text.chars().map(wide).collect()
    };
    let quarter = &files.quarter;
    for (from, to) in [
        (",KIBO,", ",ＫＩＢＯ,".to_owned()),
        (",KIBO,", ",kibo,".to_owned()),
        (",KIBO,", ",K\u{200B}IBO\u{FEFF},".to_owned()),
        (",KIBO,", ",기술 보증기금,".to_owned()),
        (",KIBO,", ",KIBO 기술보증기금,".to_owned()),
        (",T_AI,", ",ｔ_ai\u{200B},".to_owned()),
        (quarter.as_str(), format!("{year}Q{number}")),
        (quarter.as_str(), format!("{year}-q{number}")),
        (quarter.as_str(), wide(quarter)),
        (quarter.as_str(), format!("{}-Q{number}\u{200B}", wide(year))),
        (quarter.as_str(), format!("{year}년 {number}분기")),
        // What shows nothing is no part of a number, a code or a blank.
        (",,,,,30,", ",,,,,30\u{200B},".to_owned()),
        (",,,,,30,", ",\u{200B},,\u{FEFF},값\u{200B},\u{2060}30\u{FEFF},\u{200B}".to_owned()),
        ("COMPANIES", "COMP\u{200B}ANIES".to_owned()),
    ] {
        assert!(filled.contains(from), "{from}: {filled}");
        let up = files.up("submission.csv", "", &[], filled.replace(from, &to).into()).await;
        let told = up.json();
        assert_eq!(up.status, StatusCode::OK, "{to:?}: {told:#}");
        let counts = &told["counts"];
        assert_eq!(
            (&counts["created"], &counts["rejected"]),
            (&json!(1), &json!(0)),
            "{to:?}: {told:#}"
        );
        assert_eq!(told["errorCount"], 2, "{to:?}: {told:#}");
    }
    // So it is in the address, and in a workbook.
    for quarter in [format!("{year}q{number}"), format!("{year}Q{number}%E2%80%8B")] {
        let request =
            Request::get(format!("/export/submission.csv?programme=t_ai&quarter={quarter}"))
                .header(header::AUTHORIZATION, format!("Bearer {}", files.token));
        let answer = files.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK, "{quarter}");
        let name = answer.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
        assert!(name.contains(&files.quarter), "{name}");
    }
    let book = files.book(1, &[("COMPANIES", "", "30")]);
    let strings = "xl/sharedStrings.xml";
    let wide = [
        (strings, ">KIBO<", ">ｋｉｂｏ\u{200B}<"),
        (strings, quarter, &format!("{year}q{number}")),
    ];
    let up = files.up("submission.xlsx", "", &[], patched(&book, &wide)).await;
    assert_eq!(up.json()["counts"]["created"], 1, "{:#}", up.json());
}

async fn a_row_of_another_form_is_told_by_its_cells(place: Place) {
    let files = Files::new(&place).await;
    let filled = filled(&files).await;
    let lines: Vec<&str> = filled.lines().collect();
    let one = |from: &str, to: &str| {
        let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        lines[2] = lines[2].replace(from, to);
        lines.join("\r\n").into_bytes()
    };
    for (from, to, cells) in [
        (files.quarter.as_str(), "2019-Q1", &["M3"][..]),
        (",KIBO,", ",KOSME,", &["K3"]),
        (",T_AI,", ",OTHER,", &["L3"]),
        (",KIBO,T_AI,", ",KOSME,OTHER,", &["K3", "L3"]),
    ] {
        for (more, status) in
            [("", StatusCode::OK), ("&mode=save", StatusCode::UNPROCESSABLE_ENTITY)]
        {
            let up = files.up("submission.csv", more, &[], one(from, to)).await;
            let told = up.json();
            assert_eq!(up.status, status, "{to}: {told:#}");
            let expected: Vec<_> =
                cells.iter().map(|cell| ["CSV", cell, "FILE"].map(str::to_owned)).collect();
            assert_eq!(up.problems()[..cells.len()], expected, "{to}: {told:#}");
            let message = told["problems"][0]["message"].as_str().unwrap();
            assert!(message.contains(to.trim_matches(',').split(',').next().unwrap()), "{message}");
            assert_eq!(told["counts"]["rejected"], 1, "{told:#}");
        }
    }
    // In the wide shape too; a row that does not say whose it is belongs to the rest.
    let wide = format!(
        "지역,COMPANIES,BUDGET,EXECUTED,분기\n,30,5,5,{0}\nKR-11,20,,,\nKR-26,10,,,2019-Q1\n",
        files.quarter
    );
    let up = files.up("submission.csv", "", &[], wide.clone().into()).await;
    assert_eq!(up.problems()[0], ["CSV", "E4", "FILE"].map(str::to_owned), "{:#}", up.json());
    // All of another is another form, as before.
    for other in
        [filled.replace(&files.quarter, "2019-Q1"), wide.replace(&files.quarter, "2019-Q1")]
    {
        let up = files.up("submission.csv", "", &[], other.into()).await;
        assert_eq!(up.json()["error"]["code"], "OTHER_FORM", "{:#}", up.json());
    }
    assert_eq!(files.version().await, 1);
}

async fn a_number_that_is_shown_scaled_is_told(place: Place) {
    let files = Files::new(&place).await;
    let (totals, styles) = ("xl/worksheets/sheet2.xml", "xl/styles.xml");
    let cells = [("COMPANIES", "", "30"), ("BUDGET", "", "3300000000"), ("EXECUTED", "", "500")];
    let book = files.book(1, &cells);
    let computed = (totals, "<v>3300000000</v>", "<f>33*100000000</f><v>3300000000</v>");
    // What says so itself is the number.
    let plain = (styles, "formatCode=\"#,##0\"", "formatCode=\"#,##0.0,,&quot;백만&quot;\"");
    let told = files.up("submission.xlsx", "", &[], patched(&book, &[plain])).await.json();
    let cells = told["problems"].as_array().unwrap().iter().map(|it| it["cell"].as_str().unwrap());
    assert_eq!(cells.filter(|cell| *cell == "G6").count(), 0, "{told:#}");
    for (format, seen, severity) in [
        ("#,##0,", "3300000", "WARNING"),
        ("0.0,", "3300000", "WARNING"),
        ("#,##0,,", "3300", "WARNING"),
    ] {
        let format = format!("formatCode=\"{format}\"");
        let scaled = (styles, "formatCode=\"#,##0\"", &*format);
        for (changes, remarks) in [(&[scaled][..], 1), (&[scaled, computed], 2)] {
            let up = files.up("submission.xlsx", "", &[], patched(&book, changes)).await;
            let told = up.json();
            let problems = told["problems"].as_array().unwrap();
            let of: Vec<&Value> = problems.iter().filter(|it| it["cell"] == "G6").collect();
            assert_eq!(of.len(), remarks, "{format}: {told:#}");
            let message = of[0]["message"].as_str().unwrap();
            assert!(message.contains(&format!("as {seen};")), "{message}");
            assert!(message.contains("3300000000 was taken"), "{message}");
            assert_eq!(of[0]["severity"], severity, "{told:#}");
            assert_eq!(
                (&told["isReady"], &told["errorCount"]),
                (&json!(true), &json!(0)),
                "{told:#}"
            );
        }
    }
}

async fn a_merged_value_is_told_once(place: Place) {
    let files = Files::new(&place).await;
    let (totals, parts) = ("xl/worksheets/sheet2.xml", "xl/worksheets/sheet3.xml");
    let cells = [
        ("COMPANIES", "", "30"),
        ("BUDGET", "", "5"),
        ("EXECUTED", "", "5"),
        ("COMPANIES", "KR-11", "10"),
        ("COMPANIES", "KR-26", "10"),
        ("COMPANIES", "KR-27", "10"),
    ];
    let book = files.book(1, &cells);
    for (part, range, cell) in
        [(totals, "G5:G6", ["합계", "G5", "FILE"]), (parts, "D6:D8", ["내역", "D6", "FILE"])]
    {
        let merged = format!("</sheetData><mergeCells><mergeCell ref=\"{range}\"/></mergeCells>");
        let book = patched(&book, &[(part, "</sheetData>", &merged)]);
        let up = files.up("submission.xlsx", "", &[], book).await;
        assert_eq!(up.problems(), [cell.map(str::to_owned)], "{:#}", up.json());
    }
}

async fn a_workbook_that_is_not_read_is_told_why(place: Place) {
    let files = Files::new(&place).await;
    let book = files.book(1, &[("BUDGET", "", "5")]);
    // The method by which a part is packed stands in its own head and in the directory.
    let packed = |method: u8| {
        let mut book = patched(&book, &[]);
        for (sign, at) in [(b"PK\x03\x04", 8), (b"PK\x01\x02", 10)] {
            let heads: Vec<usize> =
                (0..book.len() - 4).filter(|start| &book[*start..start + 4] == sign).collect();
            heads.into_iter().for_each(|start| book[start + at] = method);
        }
        book
    };
    let declared = [("xl/workbook.xml", "<workbook ", "<!DOCTYPE workbook><workbook ")];
    for (body, word) in [
        (packed(12), "compressed by a method"),
        (packed(14), "compressed by a method"),
        (packed(9), "compressed by a method"),
        (patched(&book, &declared), "DOCTYPE"),
    ] {
        let up = files.up("submission.xlsx", "", &[], body).await;
        let told = up.json();
        assert_eq!(told["error"]["code"], "NOT_A_WORKBOOK", "{told:#}");
        let message = told["error"]["message"].as_str().unwrap();
        assert!(message.contains(word) && !message.contains("damaged"), "{message}");
    }
}

/// In the marked workbook a warning that has its comment says so, and asks for nothing.
async fn what_has_its_reason_is_asked_for_none(place: Place) {
    let files = Files::new(&place).await;
    let rows = "지표코드,값,의견\nCOMPANIES,30,\nBUDGET,5,\nEXECUTED,5,\nRATE,100.5,이월분 포함\n";
    let told = files.up("submission.csv", "&mode=save", &[("if-match", "*")], rows.into()).await;
    assert_eq!(told.json()["isReady"], true, "{:#}", told.json());
    let down = files.down("submission.xlsx").await.bytes;
    for (language, kind, reason, asked) in [
        ("ko", "[경고(사유 있음)]", "의견에 사유가 적혀 있습니다.", "적어 주십시오"),
        ("en", "[Warning, explained]", "The comment says why.", "say why in"),
    ] {
        let headers = [("accept-language", language), ("accept", XLSX)];
        let marked = files.up("submission.xlsx", "", &headers, down.clone()).await.bytes;
        let mut archive = zip::ZipArchive::new(Cursor::new(marked)).unwrap();
        let mut part = |name: &str| {
            let mut text = String::new();
            archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
            text
        };
        let notes = part("xl/comments1.xml");
        assert!(notes.contains(kind) && notes.contains(reason), "{notes}");
        assert!(!notes.contains(asked), "{notes}");
        let strings = part("xl/sharedStrings.xml");
        let summary =
            if language == "ko" { "경고 1건. 모두" } else { "Warnings: 1. The comment" };
        assert!(strings.contains(summary), "{strings}");
    }
}

/// A form as LibreOffice saves it again: its texts in runs, strings where numbers were, a rate formatted as a
/// percentage, a formula. Made of the demonstration's AI_TRAINING; the test writes its own codes into it.
const RESAVED: &[u8] = include_bytes!("../fixtures/form_resaved.xlsx");

async fn a_quarter_runs_with_files_that_other_programs_saved(place: Place) {
    let files = Files::new(&place).await;
    // CSV as Korean Excel saves it.
    let filled = filled(&files).await;
    let (cp949, _, is_lossy) = encoding_rs::EUC_KR.encode(filled.trim_start_matches('\u{feff}'));
    assert!(!is_lossy);
    let saved = files.up("submission.csv", "&mode=save", &[], cp949.into_owned()).await;
    let told = saved.json();
    assert_eq!((&told["encoding"], &told["isSaved"]), (&json!("CP949"), &json!(true)), "{told:#}");
    let strings = "xl/sharedStrings.xml";
    let quarter = format!(">{}<", files.quarter);
    let own = [
        (strings, ">KOSME<", ">KIBO<"),
        (strings, ">AI_TRAINING<", ">T_AI<"),
        (strings, ">2026-Q3<", &*quarter),
        (strings, ">TRAINEES<", ">COMPANIES<"),
        (strings, ">SESSIONS<", ">BUDGET<"),
        (strings, ">TRAINING_COST<", ">EXECUTED<"),
        (strings, ">COMPLETION_RATE<", ">RATE<"),
        (strings, ">REMARKS<", ">NOTE<"),
        ("xl/worksheets/sheet2.xml", "28*10000000</f><v>280000000<", "4*5</f><v>20<"),
    ];
    let saved = files.up("submission.xlsx", "&mode=save", &[], patched(RESAVED, &own)).await;
    let told = saved.json();
    assert_eq!(saved.status, StatusCode::OK, "{told:#}");
    assert_eq!((&told["isSaved"], &told["isReady"]), (&json!(true), &json!(true)), "{told:#}");
    assert_eq!(saved.problems(), [["합계", "G8", "FILE"].map(str::to_owned)], "{told:#}");
    let down = String::from_utf8(files.down("submission.csv").await.bytes).unwrap();
    for (row, value) in [
        ("COMPANIES,지표 COMPANIES,,", "680"),
        ("COMPANIES,지표 COMPANIES,KR-11,", "480"),
        ("COMPANIES,지표 COMPANIES,KR-26,", "200"),
        ("BUDGET,", "30"),
        ("EXECUTED,", "20"),
        ("RATE,", "88.5"),
    ] {
        let row = down.lines().find(|line| line.starts_with(row)).unwrap();
        assert_eq!(row.split(',').nth(6), Some(value), "{row}");
    }
    // It is handed in and accepted as any other.
    let world = &files.world;
    let input = async |more: Value| {
        let seen = world.seen_in("KIBO", PROGRAMME, &files.quarter).await;
        seen.input(more)
    };
    let submit = input(json!({ "attestation": true })).await;
    world.done(world.partner("KIBO"), "submitSubmission", submit).await;
    let accepted = world.done(&world.reviewer, "acceptSubmission", input(json!({})).await).await;
    assert_eq!(accepted["submission"]["status"], "ACCEPTED", "{accepted:#}");
}

async fn notes_that_a_file_has_no_room_for_stay(place: Place) {
    let files = Files::new(&place).await;
    let long = "지표코드,지역,구분,값,사유,의견\nCOMPANIES,,값,30,,확인\nCOMPANIES,KR-11,미확보,,월말에 확보,메모\n\
        COMPANIES,KR-26,값,10,,메모\nBUDGET,,값,5,,\nEXECUTED,,값,5,,\n";
    let up = files.up("submission.csv", "&mode=save", &[("if-match", "\"1\"")], long.into()).await;
    assert_eq!(up.json()["isSaved"], true, "{:#}", up.json());
    let wide = csv(&[",,,30,5,5,", "KR-11,,,미확보,,,", "KR-26,,,10,,,"]);
    for (file, body) in
        [("submission.xlsx", files.down("submission.xlsx").await.bytes), ("submission.csv", wide)]
    {
        let told = files.up(file, "", &[], body).await.json();
        let counts = &told["counts"];
        assert_eq!((&counts["unchanged"], &counts["updated"]), (&json!(5), &json!(0)), "{told:#}");
    }
}

async fn what_is_not_in_the_file_stays_unless_it_is_to_be_replaced(place: Place) {
    let files = Files::new(&place).await;
    files.up("submission.csv", "&mode=save", &[("if-match", "\"1\"")], csv(&GOOD)).await;
    let less = csv(&[",,,30,9007199254740993,9007199254740992,"]);
    let kept =
        files.up("submission.csv", "&mode=save", &[("if-match", "\"2\"")], less.clone()).await;
    let counts = kept.json()["counts"].clone();
    assert_eq!(
        (&counts["absent"], &counts["cleared"], &counts["unchanged"]),
        (&json!(3), &json!(0), &json!(3))
    );
    let more = "&mode=save&replace=true";
    let replaced = files.up("submission.csv", more, &[("if-match", "\"2\"")], less).await;
    assert_eq!(replaced.status, StatusCode::OK, "{:#}", replaced.json());
    let counts = replaced.json()["counts"].clone();
    assert_eq!((&counts["cleared"], &counts["absent"]), (&json!(3), &json!(0)));
    let down = String::from_utf8(files.down("submission.csv").await.bytes).unwrap();
    assert!(!down.contains("KR-11") && down.contains("9007199254740993"), "{down}");
}
