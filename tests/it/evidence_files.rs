//! Evidence files of submissions: attached to the whole and to values, seen by who sees the values, part of what is handed
//! in and kept with it.

use std::convert::Infallible;
use std::fs::File;
use std::time::{Duration, SystemTime};

use aiplus::config::FileSettings;
use aiplus::domain::principal::Principal;
use aiplus::files::Files as Folder;
use aiplus::service::document::file;
use aiplus::service::integrity;
use axum::body::{Body, Bytes};
use axum::http::{Method, Request, StatusCode, header};
use futures_util::stream;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{mpsc, watch};
use tower::ServiceExt as _;

use crate::results_files::{Answer, Files};
use crate::support::Place;
use crate::support::acting::number;
use crate::support::client::multipart;
use crate::support::results::{PROGRAMME, codes, good, key};
use crate::tests;

tests![
    evidence_is_handed_in_with_what_it_shows,
    evidence_is_seen_by_who_sees_the_values,
    evidence_is_attached_where_values_are_saved,
    what_is_no_evidence_is_refused,
    content_stays_as_long_as_a_revision_has_it,
    an_officer_attaches_with_the_scope_of_results_alone,
    nothing_to_report_has_no_evidence_of_values,
    what_has_evidence_keeps_its_meaning,
    an_institution_sends_so_much_a_day,
    an_institution_has_its_share_of_places,
    what_is_refused_is_kept_nowhere_and_on_record,
];

const PDF: &[u8] = b"%PDF-1.7\nwhat was spent";
const OTHER: &[u8] = b"%PDF-1.7\nwhat was spent, put right";

/// Puts a file to the submission of KIBO; `version` is what is sent as `If-Match`.
async fn put(files: &Files, token: &str, place: &str, version: &str, content: &[u8]) -> Answer {
    let id = files.world.seen("KIBO").await.id;
    let mut request = Request::put(format!("/submissions/{id}/files/{place}"))
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    if !version.is_empty() {
        request = request.header(header::IF_MATCH, version);
    }
    files.send(request.body(Body::from(content.to_vec())).unwrap()).await
}

/// The file that is there then.
async fn attached(files: &Files, place: &str, content: &[u8], status: StatusCode) -> Value {
    let tag = format!("\"{}\"", files.world.seen("KIBO").await.version);
    let answer = put(files, &files.token, place, &tag, content).await;
    assert_eq!(answer.status, status, "{:#}", answer.json());
    answer.json()["file"].clone()
}

async fn get(files: &Files, token: Option<&str>, file: &Value) -> Answer {
    let path = file["downloadPath"].as_str().unwrap();
    let mut request = Request::builder().method(Method::GET).uri(path);
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    files.send(request.body(Body::empty()).unwrap()).await
}

/// What a revision has, or what stands: indicator, name and hash of each file.
async fn held(files: &Files, revision: &str) -> Vec<[String; 3]> {
    let id = files.world.seen("KIBO").await.id;
    let query = format!(
        "{{ node(id: \"{id}\") {{ ... on Submission {{ files{revision} {{ nodes {{ name sha256 indicator {{ code }} }} }} }} }} }}"
    );
    let found = files.world.data(&files.world.reviewer, &query).await;
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let shown =
        |file: &Value| [&file["indicator"]["code"], &file["name"], &file["sha256"]].map(text);
    found["node"]["files"]["nodes"].as_array().unwrap().iter().map(shown).collect()
}

async fn faults(files: &Files) -> Vec<String> {
    let folder = Folder::new(&files.world.app.settings.files);
    let all = integrity::all(&files.world.app.db, &folder, |_| {}).await.unwrap();
    all.into_iter().flat_map(|finding| finding.faults).collect()
}

async fn evidence_is_handed_in_with_what_it_shows(place: Place) {
    let files = Files::new(&place).await;
    let world = &files.world;
    world.save("KIBO", good()).await;
    let plain = world.submit("KIBO").await["revision"]["contentHash"].clone();
    let input = world.seen("KIBO").await.input(json!({}));
    world.done(&world.kibo, "recallSubmission", input).await;
    let whole = attached(&files, "report.pdf", PDF, StatusCode::CREATED).await;
    assert_eq!((&whole["indicator"], &whole["name"]), (&Value::Null, &json!("report.pdf")));
    let budget = attached(&files, "report.pdf?indicator=budget", PDF, StatusCode::CREATED).await;
    assert_eq!(budget["indicator"]["code"], "BUDGET");
    assert_ne!(whole["id"], budget["id"]);
    // What is there already leaves no trace.
    let before = world.written().await;
    let again = attached(&files, "report.pdf", PDF, StatusCode::OK).await;
    assert_eq!(again["id"], whole["id"]);
    assert_eq!(world.written().await, before);
    // At the values of its indicator, and nowhere else.
    let id = world.seen("KIBO").await.id;
    let values = |revision: &str| {
        format!(
            "{{ node(id: \"{id}\") {{ ... on Submission {{ values {{ nodes {{ cell files{revision} {{ nodes {{ id }} }} }} }} }} }} }}"
        )
    };
    let shown = world.data(&world.reviewer, &values("")).await;
    let with = |shown: &Value, cell: &str| {
        let values = shown["node"]["values"]["nodes"].as_array().unwrap();
        values.iter().find(|value| value["cell"] == cell).unwrap()["files"]["nodes"].clone()
    };
    assert_eq!(with(&shown, "BUDGET"), json!([{ "id": budget["id"] }]));
    assert_eq!(with(&shown, "COMPANIES"), json!([]));
    let first = world.submit("KIBO").await["revision"].clone();
    assert_ne!(first["contentHash"], plain, "files are part of it");
    assert_eq!(first["number"], 2);
    let sha256 = |file: &Value| file["sha256"].as_str().unwrap().to_owned();
    let of_first = vec![
        ["-".to_owned(), "report.pdf".to_owned(), sha256(&whole)],
        ["BUDGET".to_owned(), "report.pdf".to_owned(), sha256(&budget)],
    ];
    assert_eq!(held(&files, "").await, of_first);
    // Returned, one is replaced and one taken off.
    let due = world.now + chrono::Duration::days(7);
    let comments = json!({ "comments": [{ "cell": "BUDGET", "message": "증빙이 다릅니다." }], "dueOn": due.date_naive().to_string() });
    let input = world.seen("KIBO").await.input(comments);
    world.done(&world.reviewer, "returnSubmission", input).await;
    let right = attached(&files, "report.pdf?indicator=BUDGET", OTHER, StatusCode::OK).await;
    assert_ne!(right["id"], budget["id"]);
    let input = world.seen("KIBO").await.input(json!({ "file": whole["id"] }));
    let off = world.done(&world.kibo, "removeEvidence", input.clone()).await;
    let again = world.done(&world.kibo, "removeEvidence", input.clone()).await;
    assert_eq!(off, again, "a call made again does nothing more");
    let second = world.submit("KIBO").await["revision"].clone();
    assert_ne!(first["contentHash"], second["contentHash"]);
    assert_eq!(
        held(&files, "").await,
        [["BUDGET".to_owned(), "report.pdf".to_owned(), sha256(&right)]]
    );
    assert_eq!(held(&files, "(revision: 2)").await, of_first);
    assert_eq!(held(&files, "(revision: 1)").await, Vec::<[String; 3]>::new());
    let shown = world.data(&world.reviewer, &values("(revision: 2)")).await;
    assert_eq!(with(&shown, "BUDGET"), json!([{ "id": budget["id"] }]));
    // The difference tells them, and what was handed in is read for good.
    let query = format!(
        "{{ submissionDiff(id: \"{id}\", from: 2, to: 3) {{ changes {{ cell }} files {{ indicator name before {{ id }} after {{ id }} }} }} }}"
    );
    let diff = world.data(&world.kibo, &query).await["submissionDiff"].clone();
    assert_eq!(
        diff,
        json!({ "changes": [], "files": [
            { "indicator": null, "name": "report.pdf", "before": { "id": whole["id"] }, "after": null },
            { "indicator": "BUDGET", "name": "report.pdf", "before": { "id": budget["id"] }, "after": { "id": right["id"] } },
        ] })
    );
    let reviewer = Files::token(world, "TIPA", "program:read results:review").await;
    for (file, content) in [(&whole, PDF), (&budget, PDF), (&right, OTHER)] {
        let answer = get(&files, Some(&reviewer), file).await;
        assert_eq!((answer.status, &*answer.bytes), (StatusCode::OK, content));
    }
    // The audit has what was done, and the check what was handed in.
    let told = "SELECT count(*) FROM audit_event WHERE subject_type = 'Submission' AND action IN ('attachEvidence', 'removeEvidence') AND after LIKE '%report.pdf%'";
    assert_eq!(crate::support::acting::number(&world.app, told).await, 4);
    assert_eq!(faults(&files).await, Vec::<String>::new());
    world.app.sql("UPDATE submission_file SET name = 'other.pdf' WHERE last_revision = 2").await;
    let faults = faults(&files).await;
    assert!(faults.len() == 1 && faults[0].contains("-02-"), "{faults:?}");
}

async fn evidence_is_seen_by_who_sees_the_values(place: Place) {
    let files = Files::new(&place).await;
    let world = &files.world;
    let file = attached(&files, "plan.pdf", PDF, StatusCode::CREATED).await;
    let token = async |institution, scopes| Files::token(world, institution, scopes).await;
    for (name, token, status) in [
        ("its institution", Some(files.token.clone()), StatusCode::OK),
        ("a reviewer", Some(token("TIPA", "program:read results:review").await), StatusCode::OK),
        (
            "another partner",
            Some(token("KOSME", "program:read results:submit").await),
            StatusCode::NOT_FOUND,
        ),
        ("who reports nothing", Some(token("ETRI", "program:read").await), StatusCode::NOT_FOUND),
        ("everybody", None, StatusCode::NOT_FOUND),
    ] {
        assert_eq!(get(&files, token.as_deref(), &file).await.status, status, "{name}");
    }
    let part = Request::get(file["downloadPath"].as_str().unwrap())
        .header(header::AUTHORIZATION, format!("Bearer {}", files.token))
        .header(header::RANGE, "bytes=0-3");
    let part = files.send(part.body(Body::empty()).unwrap()).await;
    assert_eq!((part.status, &*part.bytes), (StatusCode::PARTIAL_CONTENT, &PDF[..4]));
    // Who may not save sends nothing, and what is hidden is not there.
    for (name, token, status) in [
        (
            "a reviewer",
            token("TIPA", "program:read results:submit results:review").await,
            StatusCode::FORBIDDEN,
        ),
        (
            "another partner",
            token("KOSME", "program:read results:submit").await,
            StatusCode::NOT_FOUND,
        ),
        ("its reader", token("KIBO", "program:read").await, StatusCode::FORBIDDEN),
    ] {
        assert_eq!(put(&files, &token, "x.pdf", "*", PDF).await.status, status, "{name}");
    }
    let input = world.seen("KIBO").await.input(json!({ "file": file["id"] }));
    let refused = world.tried(&world.kosme, "removeEvidence", input).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "NOT_FOUND", "{refused:#}");
}

async fn evidence_is_attached_where_values_are_saved(place: Place) {
    let files = Files::new(&place).await;
    let world = &files.world;
    // The first file begins the draft.
    let before = world.seen("KIBO").await;
    let file = json!({ "file": "0", "indicator": "EXECUTED" });
    let input = before.input(file.clone());
    let done = world.done(&world.kibo, "attachEvidence", input.clone()).await;
    assert_eq!(done["submission"]["status"], "DRAFT");
    assert_eq!(done["submission"]["version"], before.version + 1);
    assert_eq!(world.done(&world.kibo, "attachEvidence", input).await, done, "once");
    let stale =
        world.act(&world.kibo, "attachEvidence", before.input(json!({ "file": "0" }))).await;
    assert_eq!(codes(&stale), ["CONFLICT"]);
    let tag = format!("\"{}\"", before.version);
    assert_eq!(
        put(&files, &files.token, "b.pdf", &tag, PDF).await.status,
        StatusCode::PRECONDITION_FAILED
    );
    assert_eq!(
        put(&files, &files.token, "b.pdf", "", PDF).await.status,
        StatusCode::PRECONDITION_REQUIRED
    );
    world.save("KIBO", good()).await;
    world.submit("KIBO").await;
    // Handed in, it stands, by whichever way.
    let written = world.written().await;
    let wanted = world.seen("KIBO").await.input(json!({ "values": good() }));
    let wanted = world.act(&world.kibo, "saveSubmissionDraft", wanted).await;
    let off = json!({ "file": done["file"]["id"] });
    for (mutation, more) in [("attachEvidence", file), ("removeEvidence", off)] {
        let input = world.seen("KIBO").await.input(more);
        let refused = world.act(&world.kibo, mutation, input).await;
        assert_eq!(codes(&refused), codes(&wanted), "{mutation}");
    }
    let refused = put(&files, &files.token, "b.pdf", "*", PDF).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(refused.json()["error"]["code"], codes(&wanted)[0]);
    assert_eq!(world.written().await, written);
    assert_eq!(held(&files, "").await.len(), 1);
}

async fn what_is_no_evidence_is_refused(place: Place) {
    let files = Files::new(&place).await;
    let world = &files.world;
    for (place, content, status, code) in [
        ("run.exe", PDF, StatusCode::UNPROCESSABLE_ENTITY, "UNKNOWN_TYPE"),
        ("a.png", PDF, StatusCode::UNPROCESSABLE_ENTITY, "TYPE_MISMATCH"),
        ("a.pdf", b"", StatusCode::UNPROCESSABLE_ENTITY, "EMPTY"),
        ("a.pdf?indicator=BUGDET", PDF, StatusCode::UNPROCESSABLE_ENTITY, "UNKNOWN"),
        ("a.pdf?quarter=2026-Q1", PDF, StatusCode::BAD_REQUEST, "BAD_REQUEST"),
    ] {
        let answer = put(&files, &files.token, place, "*", content).await;
        assert_eq!(answer.status, status, "{place}");
        let told = answer.json();
        let told = told["error"]["code"].as_str().or(told["errors"][0]["code"].as_str());
        assert_eq!(told, Some(code), "{place}");
    }
    let none = world.seen("KIBO").await.input(json!({ "file": "x", "indicator": "NOTHING" }));
    let query = "mutation($input: AttachEvidenceInput!) { attachEvidence(input: $input) { errors { code } } }";
    let body = json!({ "query": query, "variables": { "input": none } }).to_string();
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {}", files.token));
    let answer = files.send(request.body(Body::from(body)).unwrap()).await.json();
    assert_eq!(codes(&answer["data"]["attachEvidence"]), ["UPLOAD_REQUIRED", "UNKNOWN"]);
    // Fifty at once, and one more takes the place of one.
    for at in 0..50 {
        let input = json!({ "file": "0", "name": format!("{at}.pdf"), "idempotencyKey": key() });
        let input = world.seen("KIBO").await.input(input);
        world.done(&world.kibo, "attachEvidence", input).await;
    }
    let input = world.seen("KIBO").await.input(json!({ "file": "0", "name": "50.pdf" }));
    let refused = world.act(&world.kibo, "attachEvidence", input).await;
    assert_eq!(codes(&refused), ["TOO_MANY"]);
    attached(&files, "49.pdf", OTHER, StatusCode::OK).await;
    // Another's is none of its own.
    let input = json!({ "file": "0", "name": "a.pdf" });
    let input = world.seen("KOSME").await.input(input);
    let other = world.done(&world.kosme, "attachEvidence", input).await["file"]["id"].clone();
    let input = world.seen("KIBO").await.input(json!({ "file": other }));
    assert_eq!(codes(&world.act(&world.kibo, "removeEvidence", input).await), ["UNKNOWN"]);
}

async fn content_stays_as_long_as_a_revision_has_it(place: Place) {
    let mut files = Files::new(&place).await;
    let folder = TempDir::new().unwrap();
    files.world.app.settings.files = FileSettings {
        files: Some(folder.path().join("files")),
        file_size: 1,
        ..FileSettings::default()
    };
    let kept = Folder::new(&files.world.app.settings.files);
    let world = &files.world;
    world.save("KIBO", good()).await;
    let first = attached(&files, "a.pdf", PDF, StatusCode::CREATED).await;
    world.submit("KIBO").await;
    let input = world.seen("KIBO").await.input(json!({}));
    world.done(&world.kibo, "recallSubmission", input).await;
    let second = attached(&files, "a.pdf", OTHER, StatusCode::OK).await;
    let input = world.seen("KIBO").await.input(json!({ "file": second["id"] }));
    world.done(&world.kibo, "removeEvidence", input).await;
    assert_eq!(held(&files, "").await, Vec::<[String; 3]>::new());
    let old = SystemTime::now() - Duration::from_secs(25 * 3600);
    let at = |file: &Value| kept.path(file["sha256"].as_str().unwrap());
    for file in [&first, &second] {
        File::options().write(true).open(at(file)).unwrap().set_modified(old).unwrap();
    }
    file::sweep(&world.app.db, &kept).await.unwrap();
    assert!(at(&first).exists(), "revision 1 has it");
    assert!(!at(&second).exists(), "nothing has it");
    let large = vec![b'a'; (1 << 20) + 1];
    let large = put(&files, &files.token, "large.txt", "*", &large).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(get(&files, Some(&files.token), &first).await.bytes, PDF);
    std::fs::write(at(&first), b"%PDF-1.7 by somebody else").unwrap();
    assert!(faults(&files).await[0].contains("is not what its name says"));
    // It is whole again once the right one comes, also where the other was as long.
    std::fs::write(at(&first), vec![b'x'; PDF.len()]).unwrap();
    attached(&files, "again.pdf", PDF, StatusCode::CREATED).await;
    assert_eq!(faults(&files).await, Vec::<String>::new());
}

const ATTACH: &str = "mutation($input: AttachEvidenceInput!) { attachEvidence(input: $input) { file { name } errors { code } } }";

async fn an_officer_attaches_with_the_scope_of_results_alone(place: Place) {
    let files = Files::new(&place).await;
    let input = files.world.seen("KIBO").await.input(json!({ "file": null }));
    let sent = multipart(Some(&files.token), ATTACH, &input, "a.pdf", PDF);
    let told = files.send(sent).await.json();
    assert_eq!(
        told["data"]["attachEvidence"],
        json!({ "file": { "name": "a.pdf" }, "errors": [] })
    );
}

async fn nothing_to_report_has_no_evidence_of_values(place: Place) {
    let files = Files::new(&place).await;
    let world = &files.world;
    attached(&files, "whole.pdf", PDF, StatusCode::CREATED).await;
    attached(&files, "value.pdf?indicator=BUDGET", PDF, StatusCode::CREATED).await;
    let input = json!({ "reason": "사업을 시작하지 않았습니다." });
    let input = world.seen("KIBO").await.input(input);
    world.done(&world.kibo, "reportNilSubmission", input).await;
    let names: Vec<String> = held(&files, "").await.into_iter().map(|[_, name, _]| name).collect();
    assert_eq!(names, ["whole.pdf"]);
    // What it ended is on record.
    let query =
        "{ auditEvents(where: { action: { eq: \"reportNilSubmission\" } }) { nodes { after } } }";
    let events = world.data(&Principal::System, query).await["auditEvents"]["nodes"].clone();
    let told =
        events.as_array().unwrap().iter().filter_map(|event| event["after"]["files"].as_array());
    let told: Vec<_> = told
        .flatten()
        .map(|file| (&file["indicator"], &file["before"]["name"], &file["after"]))
        .collect();
    assert_eq!(told, [(&json!("BUDGET"), &json!("value.pdf"), &Value::Null)], "{events:#}");
}

async fn what_has_evidence_keeps_its_meaning(place: Place) {
    let files = Files::new(&place).await;
    let world = &files.world;
    let file = attached(&files, "value.pdf?indicator=BUDGET", PDF, StatusCode::CREATED).await;
    let revised = |from: &str| {
        json!({
            "programme": PROGRAMME, "code": "BUDGET", "name": { "ko": "예산(개정)" }, "unit": "원", "valueType": "DECIMAL",
            "validFrom": from, "idempotencyKey": key(),
        })
    };
    let refused = world.act(&world.lead, "reviseIndicator", revised(&files.quarter)).await;
    assert_eq!(codes(&refused), ["QUARTER_REPORTED"], "{refused:#}");
    let input = world.seen("KIBO").await.input(json!({ "file": file["id"] }));
    world.done(&world.kibo, "removeEvidence", input).await;
    world.done(&world.lead, "reviseIndicator", revised(&files.quarter)).await;
}

/// A file to put to an institution's submission, by a server that goes on.
async fn request(files: &Files, institution: &str, name: &str, body: Body) -> Request<Body> {
    let scopes = "program:read results:submit";
    let token = files.world.app.token(&files.world.app.client(institution, scopes).await).await;
    let id = files.world.seen(institution).await.id;
    Request::put(format!("/submissions/{id}/files/{name}"))
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::IF_MATCH, "*")
        .body(body)
        .unwrap()
}

async fn an_institution_sends_so_much_a_day(place: Place) {
    let mut files = Files::new(&place).await;
    let folder = TempDir::new().unwrap();
    files.world.app.settings.files = FileSettings {
        files: Some(folder.path().join("files")),
        files_daily: 1,
        ..FileSettings::default()
    };
    let server = files.world.app.router();
    let kept = Folder::new(&files.world.app.settings.files);
    let send = async |institution: &str, name: &str, content: &[u8]| {
        let body = Body::from(content.to_vec());
        let request = request(&files, institution, name, body).await;
        server.clone().oneshot(request).await.unwrap()
    };
    let content = |letter: u8| vec![letter; 700 * 1024];
    assert_eq!(send("KIBO", "a.txt", &content(b'a')).await.status(), StatusCode::CREATED);
    let most = send("KIBO", "b.txt", &content(b'b')).await;
    assert_eq!(most.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let told = axum::body::to_bytes(most.into_body(), 1 << 16).await.unwrap();
    assert!(String::from_utf8(told.to_vec()).unwrap().contains("1 MiB"));
    let hash = aiplus::domain::canonical::digest(&"b".repeat(700 * 1024));
    assert!(!kept.path(&hash).exists());
    // Another has its own.
    assert_eq!(send("KOSME", "b.txt", &content(b'b')).await.status(), StatusCode::CREATED);
}

async fn an_institution_has_its_share_of_places(place: Place) {
    let files = Files::new(&place).await;
    let server = files.world.app.router();
    // Each tells when it is read, and ends when it is told to.
    let (read, mut reads) = mpsc::unbounded_channel();
    let (end, ended) = watch::channel(false);
    let mut sent = Vec::new();
    for at in 0..5 {
        let (read, mut ended) = (read.clone(), ended.clone());
        let body = stream::once(async move {
            read.send(at).unwrap();
            ended.wait_for(|ended| *ended).await.unwrap();
            Ok::<_, Infallible>(Bytes::from(format!("file {at}")))
        });
        let request = request(&files, "KIBO", &format!("{at}.txt"), Body::from_stream(body)).await;
        sent.push(tokio::spawn(server.clone().oneshot(request)));
    }
    for _ in 0..4 {
        reads.recv().await.unwrap();
    }
    // Four are on their way; another's comes in beside them, and the fifth waits.
    let other = request(&files, "KOSME", "other.txt", Body::from("other")).await;
    assert_eq!(server.clone().oneshot(other).await.unwrap().status(), StatusCode::CREATED);
    assert!(reads.try_recv().is_err(), "the fifth has a place");
    end.send_replace(true);
    let mut done = 0;
    for task in sent {
        let status = task.await.unwrap().unwrap().status();
        // Two that are saved at the same instant are told so.
        assert!(
            [StatusCode::CREATED, StatusCode::CONFLICT, StatusCode::PRECONDITION_FAILED]
                .contains(&status),
            "{status}"
        );
        done += usize::from(status == StatusCode::CREATED);
    }
    assert!(done > 0 && reads.try_recv().is_ok(), "the fifth had its turn");
}

async fn what_is_refused_is_kept_nowhere_and_on_record(place: Place) {
    let files = Files::new(&place).await;
    let world = &files.world;
    let kept = Folder::new(&world.app.settings.files);
    let refusals = async || {
        world.app.app.engine.backlog.flush(&world.app.db).await.unwrap();
        let events = "SELECT count(*) FROM audit_event WHERE action = 'attachEvidence' AND outcome = 'REFUSED'";
        number(&world.app, events).await
    };
    let (before, other) = (refusals().await, world.seen("KOSME").await);
    let stray: &[u8] = b"%PDF-1.7 of nobody";
    let hash = aiplus::domain::canonical::digest("%PDF-1.7 of nobody");
    // Another's, by either way, and one's own with what nobody can have.
    let sent = multipart(
        Some(&files.token),
        ATTACH,
        &other.input(json!({ "file": null })),
        "a.pdf",
        stray,
    );
    assert_eq!(files.send(sent).await.json()["errors"][0]["extensions"]["code"], "NOT_FOUND");
    let request = Request::put(format!("/submissions/{}/files/a.pdf", other.id))
        .header(header::AUTHORIZATION, format!("Bearer {}", files.token))
        .header(header::IF_MATCH, "*");
    let answer = files.send(request.body(Body::from(stray)).unwrap()).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    for (place, version) in [("a.pdf?indicator=NOTHING", "*"), ("a.pdf", "\"77\"")] {
        let answer = put(&files, &files.token, place, version, stray).await;
        assert!(answer.status.is_client_error(), "{place}");
    }
    assert!(!kept.path(&hash).exists());
    assert_eq!(refusals().await, before + 4);
}
