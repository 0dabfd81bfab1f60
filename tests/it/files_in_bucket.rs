//! Files of documents in an S3-compatible store: as in the folder, and what they are when the store is away.

use aiplus::config::FileSettings;
use aiplus::files::Files;
use aiplus::service::document::file;
use aiplus::service::integrity;
use axum::http::{Method, StatusCode, header};
use serde_json::json;
use tempfile::TempDir;

use crate::documents_written::{Desk, PDF};
use crate::support::Place;
use crate::support::bucket::{Fault, SECRET, Store};
use crate::tests;

tests![
    a_bucket_holds_what_a_folder_would,
    an_orphan_of_a_bucket_goes,
    a_store_that_fails_is_an_outage,
    contents_are_copied_out_of_a_bucket_and_back,
];

const OTHER: &[u8] = b"%PDF-1.7 other";

fn name(sha256: &str) -> String {
    format!("aiplus/{}/{}", &sha256[..2], &sha256[2..])
}

fn hash(content: &[u8]) -> String {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, content);
    hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn faults(desk: &Desk) -> Vec<String> {
    let all = integrity::all(&desk.app.db, &desk.files, |_| {}).await.unwrap();
    all.into_iter().flat_map(|finding| finding.faults).collect()
}

async fn a_bucket_holds_what_a_folder_would(place: Place) {
    let store = Store::new().await;
    let desk = Desk::with(&place, store.settings()).await;
    let operator = Some(&*desk.operator);
    let document = desk.document(&desk.operator, json!({})).await;
    let code = document["code"].as_str().unwrap();
    // By the form and by PUT, the same content under one name, sent each time: what is there may not be what it was.
    let input = json!({ "document": code, "file": null, "idempotencyKey": "bucket-0001" });
    let form = desk.form(operator, input, "a.pdf", PDF).await.json();
    let path = form["data"]["attachFile"]["file"]["downloadPath"].as_str().unwrap().to_owned();
    let put = desk.put(&desk.operator, code, "b.pdf", PDF).await;
    assert_eq!(put.status, StatusCode::CREATED, "{}", put.json());
    assert_eq!(store.names(), [name(&hash(PDF))]);
    let asked = store.asked();
    assert_eq!(asked.iter().filter(|line| line.starts_with("PUT")).count(), 2, "{asked:#?}");
    // What is no such file goes nowhere.
    let refused = desk.put(&desk.operator, code, "c.pdf", "no pdf").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(store.asked(), [""; 0]);
    let folder = desk.app.settings.files.files.clone().unwrap();
    assert_eq!(std::fs::read_dir(folder.join("incoming")).unwrap().count(), 0);
    // Whole, in ranges, its head alone.
    let size = PDF.len();
    let whole = desk.get(operator, &path, &[]).await;
    assert_eq!((whole.status, &*whole.bytes), (StatusCode::OK, PDF));
    assert_eq!(whole.header(header::CONTENT_LENGTH), size.to_string());
    assert_eq!(whole.header(header::ETAG), format!("\"{}\"", hash(PDF)));
    assert_eq!(whole.header(header::CACHE_CONTROL), "private, no-cache");
    for (range, status, bytes, told) in [
        ("bytes=0-4", 206, &PDF[..5], format!("bytes 0-4/{size}")),
        ("bytes=5-", 206, &PDF[5..], format!("bytes 5-{}/{size}", size - 1)),
        ("bytes=-3", 206, &PDF[size - 3..], format!("bytes {}-{}/{size}", size - 3, size - 1)),
        ("bytes=0-1,3-4", 200, PDF, String::new()),
        ("bytes=999-", 416, b"", format!("bytes */{size}")),
        ("bytes=x", 416, b"", format!("bytes */{size}")),
        ("lines=1-2", 200, PDF, String::new()),
    ] {
        let answer = desk.get(operator, &path, &[("range", range)]).await;
        assert_eq!((answer.status.as_u16(), &*answer.bytes), (status, bytes), "{range}");
        assert_eq!(answer.header(header::CONTENT_RANGE), told, "{range}");
    }
    store.asked();
    let head = desk.read(Method::HEAD, operator, &path, &[]).await;
    assert_eq!((head.status, &*head.bytes), (StatusCode::OK, &b""[..]));
    assert_eq!(head.header(header::CONTENT_LENGTH), size.to_string());
    let asked = store.asked();
    assert!(asked.len() == 1 && asked[0].starts_with("HEAD"), "{asked:#?}");
    let tag = format!("\"{}\"", hash(PDF));
    let known = desk.get(operator, &path, &[("if-none-match", &tag)]).await;
    assert_eq!(known.status, StatusCode::NOT_MODIFIED);
    // Who may not see the row has nothing asked of the store.
    assert_eq!(desk.get(None, &path, &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(store.asked(), [""; 0]);
    // What is large goes in parts, and comes whole.
    let mut large = PDF.to_vec();
    large.resize(6 * 1024 * 1024, b'x');
    let put = desk.put(&desk.operator, code, "large.pdf", large.clone()).await;
    assert_eq!(put.status, StatusCode::CREATED, "{}", put.json());
    let parts = store.asked().iter().filter(|line| line.contains("partNumber=")).count();
    assert_eq!(parts, 2);
    let path = put.json()["file"]["downloadPath"].as_str().unwrap().to_owned();
    assert!(desk.get(operator, &path, &[]).await.bytes == large);
    let answer = desk.get(operator, &path, &[("range", "bytes=6291455-")]).await;
    assert_eq!((answer.status, &*answer.bytes), (StatusCode::PARTIAL_CONTENT, &b"x"[..]));
    assert_eq!(faults(&desk).await, [""; 0]);
}

async fn an_orphan_of_a_bucket_goes(place: Place) {
    let store = Store::new().await;
    let desk = Desk::with(&place, store.settings()).await;
    let document = desk.document(&desk.operator, json!({})).await;
    let code = document["code"].as_str().unwrap();
    let first = desk.put(&desk.operator, code, "a.pdf", PDF).await.json();
    let path = first["file"]["downloadPath"].as_str().unwrap();
    let (orphan, aside) = (name(&hash(PDF)), format!("aiplus/aside/{}", hash(PDF)));
    let has = |name: &str| store.names().iter().any(|known| known == name);
    let sweep = || file::sweep(&desk.app.db, &desk.files);
    // Named, and old; then by none, and young again.
    store.age(&orphan, 25);
    assert_eq!(sweep().await.unwrap(), 0);
    desk.put(&desk.operator, code, "a.pdf", OTHER).await;
    store.age(&orphan, 23);
    assert_eq!(sweep().await.unwrap(), 0);
    assert!(has(&orphan));
    // Put aside, it comes back if it is named, sent again or not.
    store.age(&orphan, 25);
    assert_eq!(sweep().await.unwrap(), 0);
    assert!(!has(&orphan) && has(&aside));
    assert_eq!(sweep().await.unwrap(), 0);
    assert!(has(&aside), "it has not been there for a day");
    let row = format!(
        "UPDATE document_file SET sha256 = '{}', byte_size = {} WHERE name = 'a.pdf'",
        hash(PDF),
        PDF.len()
    );
    desk.app.sql(&row).await;
    assert_eq!(desk.get(Some(&desk.operator), path, &[]).await.bytes, PDF);
    assert!(has(&orphan));
    assert_eq!(sweep().await.unwrap(), 0);
    assert!(has(&orphan) && !has(&aside));
    desk.put(&desk.operator, code, "a.pdf", OTHER).await;
    store.age(&orphan, 25);
    sweep().await.unwrap();
    store.age(&aside, 25);
    assert_eq!(sweep().await.unwrap(), 1);
    assert!(!has(&orphan) && !has(&aside));
    assert_eq!(desk.get(Some(&desk.operator), path, &[]).await.bytes, OTHER);
    // More of them than are told at a time; what is no content, and all of it to a server of another database, is let be.
    let (ones, twos) = ("ab".repeat(32), "ab".repeat(31) + "cd");
    let (threes, mine) = ("ab".repeat(31) + "ef", "aiplus/ab/mine.txt");
    for name in [name(&ones), name(&twos), name(&threes), mine.to_owned()] {
        store.put(&name, b"orphan");
        store.age(&name, 48);
    }
    store.put("aiplus/owner", b"another");
    sweep().await.unwrap();
    assert!(has(&name(&ones)) && has(&name(&threes)));
    store.remove("aiplus/owner");
    sweep().await.unwrap();
    let left = store.names();
    let left: Vec<&str> =
        left.iter().map(String::as_str).filter(|it| it.starts_with("aiplus/ab/")).collect();
    assert_eq!(left, [mine]);
    assert!(has(&format!("aiplus/aside/{threes}")) && has("aiplus/owner"));
}

async fn a_store_that_fails_is_an_outage(place: Place) {
    let store = Store::new().await;
    let settings = store.settings();
    assert!(!format!("{settings:?}").contains(SECRET));
    let desk = Desk::with(&place, settings.clone()).await;
    assert!(!format!("{:?}", desk.files).contains(SECRET));
    let operator = Some(&*desk.operator);
    let document = desk.document(&desk.operator, json!({})).await;
    let code = document["code"].as_str().unwrap();
    // Busy, twice: it is tried again.
    store.fail([Fault::Busy, Fault::Busy]);
    let file = desk.put(&desk.operator, code, "a.pdf", PDF).await;
    assert_eq!(file.status, StatusCode::CREATED, "{}", file.json());
    let path = file.json()["file"]["downloadPath"].as_str().unwrap().to_owned();
    // Cut off: it goes on where it was.
    store.asked();
    store.fail([Fault::Cut]);
    assert_eq!(desk.get(operator, &path, &[]).await.bytes, PDF);
    assert_eq!(store.asked().len(), 2);
    // Away, or silent: no row names what is not there, and nobody waits for it.
    let mut large = PDF.to_vec();
    large.resize(6 * 1024 * 1024, b'x');
    for fault in [Fault::Busy, Fault::Hang] {
        store.always(Some(fault));
        for content in [OTHER, &large] {
            let answer = desk.put(&desk.operator, code, "b.pdf", content.to_vec()).await;
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.json());
        }
        let input = json!({ "document": code, "file": null, "idempotencyKey": format!("away-{fault:?}-0001") });
        let form = desk.form(operator, input, "b.pdf", OTHER).await;
        assert_eq!(form.status, StatusCode::SERVICE_UNAVAILABLE, "{}", form.json());
        let read = desk.get(operator, &path, &[]).await;
        assert_eq!(read.status, StatusCode::SERVICE_UNAVAILABLE);
        let told = String::from_utf8_lossy(&read.bytes).into_owned();
        assert!(told.contains("UNAVAILABLE") && !told.contains("127.0.0.1"), "{told}");
        assert!(file::sweep(&desk.app.db, &desk.files).await.is_err());
    }
    // One fault, however many contents there are.
    let away = faults(&desk).await;
    assert!(away.len() == 1 && away[0].ends_with("; 0 contents were read"), "{away:?}");
    store.always(None);
    let rows = crate::support::acting::number(&desk.app, "SELECT count(*) FROM document_file");
    assert_eq!(rows.await, 1);
    assert_eq!(desk.get(operator, &path, &[]).await.bytes, PDF);
    // Cut short, gone, or another's.
    store.put(&name(&hash(PDF)), b"%PDF");
    assert_eq!(desk.get(operator, &path, &[]).await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(faults(&desk).await[0].contains("is not what its name says"));
    desk.put(&desk.operator, code, "a.pdf", PDF).await;
    assert_eq!(desk.get(operator, &path, &[]).await.bytes, PDF);
    store.remove(&name(&hash(PDF)));
    assert_eq!(desk.get(operator, &path, &[]).await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(faults(&desk).await[0].contains("cannot be read"));
    // A key that is not the store's opens nothing.
    let mut wrong = settings;
    wrong.store.s3_secret_key = Some("another".parse().unwrap());
    let fault = Files::new(&wrong).fault(&hash(PDF)).await.unwrap();
    assert!(fault.contains("SignatureDoesNotMatch") && !fault.contains("another"), "{fault}");
}

async fn contents_are_copied_out_of_a_bucket_and_back(place: Place) {
    let (store, new) = (Store::new().await, Store::new().await);
    let desk = Desk::with(&place, store.settings()).await;
    let document = desk.document(&desk.operator, json!({})).await;
    let code = document["code"].as_str().unwrap();
    desk.put(&desk.operator, code, "a.pdf", PDF).await;
    desk.put(&desk.operator, code, "b.pdf", OTHER).await;
    let folder = TempDir::new().unwrap();
    let at = |name: &str| Some(folder.path().join(name));
    let beside = Files::new(&FileSettings { files: at("copy"), ..FileSettings::default() });
    let hashes = [hash(PDF), hash(OTHER)];
    desk.files.copy_to(&beside, &hashes).await.unwrap();
    assert_eq!(std::fs::read(beside.path(&hashes[0])).unwrap(), PDF);
    let back = Files::new(&FileSettings { files: at("new"), ..new.settings() });
    beside.copy_to(&back, &hashes).await.unwrap();
    assert_eq!(new.names(), store.names());
    // What is another than its name says is not copied.
    store.put(&name(&hashes[0]), OTHER);
    let wrong = desk.files.copy_to(&beside, &hashes).await.unwrap_err();
    assert!(wrong.for_operator().contains("is not what its name says"));
}
