//! Documents as they are written, and their files: attached by GraphQL's form and by PUT, read with ranges, seen as the
//! document is, gone when no row names them.

use std::fs::File;
use std::time::{Duration, SystemTime};

use aiplus::config::FileSettings;
use aiplus::files::Files;
use aiplus::service::document::file;
use aiplus::service::integrity;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;
use unicode_normalization::UnicodeNormalization;

use crate::support::acting;
use crate::support::client::multipart;
use crate::support::{Place, TestApp, settings};
use crate::tests;

tests![
    a_document_is_recorded_and_amended,
    a_file_comes_by_form_and_by_put_and_is_read_in_ranges,
    a_file_is_seen_as_its_document_is,
    a_partner_writes_its_own_until_it_is_public,
    what_is_no_document_is_refused,
    a_call_made_again_attaches_once,
    content_that_nothing_names_goes,
    content_that_is_lost_is_told,
];

/// A server with a folder of its own, an operator and a partner.
pub struct Desk {
    pub app: TestApp,
    pub files: Files,
    _folder: TempDir,
    pub operator: String,
    partner: String,
}

pub struct Answer {
    pub status: StatusCode,
    headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|_| panic!("{} {}", self.status, String::from_utf8_lossy(&self.bytes)))
    }

    pub fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

const SCOPES: &str = "program:read content:write";

impl Desk {
    async fn new(place: &Place) -> Self {
        Self::with(place, FileSettings { file_size: 1, ..FileSettings::default() }).await
    }

    pub async fn with(place: &Place, files: FileSettings) -> Self {
        let folder = TempDir::new().unwrap();
        let mut settings = settings();
        settings.files = FileSettings { files: Some(folder.path().join("files")), ..files };
        let files = Files::new(&settings.files);
        let app = place.app_with(&settings).await;
        let operator = app.token(&app.client("MSS", SCOPES).await).await;
        let partner = app.token(&app.client("KOSME", SCOPES).await).await;
        Self { app, files, _folder: folder, operator, partner }
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.app.router().oneshot(request).await.unwrap().into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 26).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    async fn call(&self, token: &str, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let request = Request::post("/graphql")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        self.send(request.body(Body::from(body)).unwrap()).await.json()
    }

    /// What a mutation gives: its payload.
    pub async fn act(&self, token: &str, field: &str, fields: &str, input: Value) -> Value {
        let mut type_name = format!("{field}Input");
        type_name[..1].make_ascii_uppercase();
        let query = format!(
            "mutation($input: {type_name}!) {{ {field}(input: $input) {{ {fields} errors {{ code path }} }} }}"
        );
        let mut input = input;
        if input.get("idempotencyKey").is_none() {
            input["idempotencyKey"] = uuid::Uuid::now_v7().to_string().into();
        }
        let answer = self.call(token, &query, json!({ "input": input })).await;
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answer["data"][field].clone()
    }

    /// A document of the operator's, or the partner's.
    pub async fn document(&self, token: &str, more: Value) -> Value {
        let mut input = json!({ "title": { "ko": "제3차 회의록" }, "kind": "MINUTES", "publishedOn": "2026-11-20" });
        for (name, value) in more.as_object().unwrap() {
            input[name] = value.clone();
        }
        let made = self.act(token, "recordDocument", "document { id version code }", input).await;
        assert_eq!(made["errors"], json!([]), "{made:#}");
        made["document"].clone()
    }

    pub async fn put(
        &self,
        token: &str,
        code: &str,
        name: &str,
        content: impl Into<Body>,
    ) -> Answer {
        let name: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
        let name = name.replace('+', "%20");
        let request = Request::put(format!("/documents/{code}/files/{name}"))
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        self.send(request.body(content.into()).unwrap()).await
    }

    pub async fn get(&self, token: Option<&str>, path: &str, more: &[(&str, &str)]) -> Answer {
        self.read(Method::GET, token, path, more).await
    }

    pub async fn read(
        &self,
        method: Method,
        token: Option<&str>,
        path: &str,
        more: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// A request as clients of the multipart request specification send it, with one file.
    pub async fn form(
        &self,
        token: Option<&str>,
        input: Value,
        name: &str,
        content: &[u8],
    ) -> Answer {
        let query = "mutation($input: AttachFileInput!) { attachFile(input: $input) { file { name mediaType byteSize downloadPath } errors { code path } } }";
        self.send(multipart(token, query, &input, name, content)).await
    }
}

pub const PDF: &[u8] = b"%PDF-1.7\nminutes of the third meeting";

async fn a_document_is_recorded_and_amended(place: Place) {
    let desk = Desk::new(&place).await;
    let input = json!({
        "code": "MINUTES-2026-3", "title": { "ko": "제3차 협의회 회의록", "en": "Minutes of the third meeting" },
        "kind": "MINUTES", "publisher": "MSS", "unit": { "ko": "인공지능확산추진단" }, "publishedOn": "2026-11",
        "identifier": "2026-0311", "language": "ko en", "licence": "KOGL_1", "series": { "ko": "회의록" },
        "pageCount": 12, "summary": { "ko": "의결 사항" }, "isPublic": true,
    });
    let fields = "document { code title { ko en } kind publisher { code } unit { ko } publishedOn identifier language licence series { ko } pageCount summary { ko } origin }";
    let made = desk.act(&desk.operator, "recordDocument", fields, input.clone()).await;
    let mut expected = input.clone();
    for (name, value) in [("publisher", json!({ "code": "MSS" })), ("origin", json!("REPORTED"))] {
        expected[name] = value;
    }
    expected.as_object_mut().unwrap().remove("isPublic");
    assert_eq!(made, json!({ "document": expected, "errors": [] }));
    // Everybody sees it, and finds it.
    let found = desk.app.data("{ document(code: \"MINUTES-2026-3\") { id version } search(text: \"제3차 협의회 회의록\", first: 1) { nodes { title { ko } } } }").await;
    assert_eq!(found["search"]["nodes"][0]["title"]["ko"], "제3차 협의회 회의록");
    let on = |version: i64, more: Value| {
        let mut input = json!({ "id": found["document"]["id"], "expectedVersion": version });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let change = json!({ "pageCount": null, "publishedOn": "2026-11-20", "publisher": null, "summary": { "ko": "새 내용" } });
    let told =
        "document { version pageCount publishedOn publisher { code } unit { ko } summary { ko } }";
    let changed = desk.act(&desk.operator, "amendDocument", told, on(1, change)).await;
    assert_eq!(
        changed["document"],
        json!({ "version": 2, "pageCount": null, "publishedOn": "2026-11-20", "publisher": null, "unit": { "ko": "인공지능확산추진단" }, "summary": { "ko": "새 내용" } })
    );
    let stale = desk.act(&desk.operator, "amendDocument", told, on(1, json!({}))).await;
    assert_eq!(
        stale["errors"],
        json!([{ "code": "CONFLICT", "path": ["input", "expectedVersion"] }])
    );
    // Hidden, it is nobody's who has not signed in.
    desk.act(&desk.operator, "amendDocument", told, on(2, json!({ "isPublic": false }))).await;
    let listed = "{ documents(where: { code: { eq: \"MINUTES-2026-3\" } }) { totalCount } }";
    assert_eq!(desk.app.data(listed).await["documents"]["totalCount"], 0);
    // Faults are told all at once.
    let wrong = json!({
        "code": "MINUTES-2026-3", "title": { "ko": " " }, "kind": "LAW", "publisher": "NOBODY", "publishedOn": "2026-13",
        "language": "Korean!", "pageCount": 0,
    });
    let refused = desk.act(&desk.operator, "recordDocument", "document { id }", wrong).await;
    let mut codes: Vec<_> = refused["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["path"][1].as_str().unwrap())
        .collect();
    codes.sort_unstable();
    assert_eq!(codes, ["language", "pageCount", "publishedOn", "title"], "{refused:#}");
    let wrong = json!({ "code": "MINUTES-2026-3", "title": { "ko": "둘째" }, "kind": "LAW", "publisher": "NOBODY", "publishedOn": "2026" });
    let refused = desk.act(&desk.operator, "recordDocument", "document { id }", wrong).await;
    assert_eq!(
        refused["errors"],
        json!([{ "code": "UNKNOWN", "path": ["input", "publisher"] }, { "code": "TAKEN", "path": ["input", "code"] }])
    );
}

async fn a_file_comes_by_form_and_by_put_and_is_read_in_ranges(place: Place) {
    let desk = Desk::new(&place).await;
    let document = desk.document(&desk.operator, json!({ "isPublic": true })).await;
    let code = document["code"].as_str().unwrap();
    let input = json!({ "document": code, "file": null, "idempotencyKey": "form-0001" });
    let sent = desk.form(Some(&desk.operator), input, "회의록.pdf", PDF).await;
    let file = sent.json()["data"]["attachFile"]["file"].clone();
    assert_eq!(file["name"], "회의록.pdf", "{}", sent.json());
    assert_eq!(
        (&file["mediaType"], &file["byteSize"]),
        (&json!("application/pdf"), &json!(PDF.len()))
    );
    // By PUT, and whole again: the same name is the same file.
    let put = desk.put(&desk.operator, code, "붙임 1.csv", "기관,값\n").await;
    assert_eq!(put.status, StatusCode::CREATED, "{}", put.json());
    let again = desk.put(&desk.operator, code, "붙임 1.csv", "기관,값\n").await;
    assert_eq!((again.status, &again.json()["file"]["version"]), (StatusCode::OK, &json!(1)));
    // Another system writes the same name in other letters.
    let apart: String = "붙임 1.csv".nfd().collect();
    assert_ne!(apart, "붙임 1.csv");
    let again = desk.put(&desk.operator, code, &apart, "기관,값\n").await;
    assert_eq!(again.json()["file"]["id"], put.json()["file"]["id"]);
    let other = desk.put(&desk.operator, code, "붙임 1.csv", "기관,값\n가,1\n").await;
    assert_eq!((other.status, &other.json()["file"]["version"]), (StatusCode::OK, &json!(2)));
    assert_eq!(other.json()["file"]["id"], put.json()["file"]["id"]);
    let listed = desk.app.data(&format!("{{ document(code: \"{code}\") {{ files {{ nodes {{ name byteSize sha256 downloadPath }} }} }} }}")).await;
    let names: Vec<_> = listed["document"]["files"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["name"].clone())
        .collect();
    assert_eq!(names, [json!("회의록.pdf"), json!("붙임 1.csv")]);
    // Read by anybody: whole, a range, not again.
    let path = file["downloadPath"].as_str().unwrap();
    let whole = desk.get(None, path, &[]).await;
    assert_eq!((whole.status, whole.bytes.as_slice()), (StatusCode::OK, PDF));
    assert_eq!(whole.header(header::CONTENT_TYPE), "application/pdf");
    assert_eq!(
        whole.header(header::CONTENT_DISPOSITION),
        "attachment; filename=\"___.pdf\"; filename*=UTF-8''%ED%9A%8C%EC%9D%98%EB%A1%9D.pdf"
    );
    let tag = whole.header(header::ETAG).to_owned();
    assert_eq!(
        tag,
        format!("\"{}\"", listed["document"]["files"]["nodes"][0]["sha256"].as_str().unwrap())
    );
    let part = desk.get(None, path, &[("range", "bytes=0-7"), ("accept-encoding", "gzip")]).await;
    assert_eq!(
        (part.status, part.bytes.as_slice()),
        (StatusCode::PARTIAL_CONTENT, b"%PDF-1.7".as_slice())
    );
    assert_eq!(part.header(header::CONTENT_RANGE), format!("bytes 0-7/{}", PDF.len()));
    let rest = desk.get(None, path, &[("range", "bytes=8-"), ("if-range", &tag)]).await;
    assert_eq!([part.bytes, rest.bytes].concat(), PDF);
    let changed = desk.get(None, path, &[("range", "bytes=8-"), ("if-range", "\"another\"")]).await;
    assert_eq!((changed.status, changed.bytes.as_slice()), (StatusCode::OK, PDF));
    let beyond = desk.get(None, path, &[("range", "bytes=9999-")]).await;
    assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(beyond.header(header::CONTENT_RANGE), format!("bytes */{}", PDF.len()));
    // What may be passed over is: units that are not known, and several ranges at once.
    for range in ["lines=0-2", "bytes=0-1,4-5"] {
        let whole = desk.get(None, path, &[("range", range)]).await;
        assert_eq!((whole.status, whole.bytes.as_slice()), (StatusCode::OK, PDF), "{range}");
    }
    assert_eq!(desk.get(None, path, &[("if-match", &tag)]).await.bytes, PDF);
    let other = desk.get(None, path, &[("if-match", "\"another\"")]).await;
    assert_eq!(other.status, StatusCode::PRECONDITION_FAILED);
    for known in [tag.clone(), format!("\"x\", W/{tag}"), "*".to_owned()] {
        let known = desk.get(None, path, &[("if-none-match", &known)]).await;
        assert_eq!((known.status, known.bytes.len()), (StatusCode::NOT_MODIFIED, 0));
    }
    // An instant of the disk says nothing of the content.
    let since =
        desk.get(None, path, &[("if-modified-since", "Fri, 01 Jan 2100 00:00:00 GMT")]).await;
    assert_eq!(
        (since.status, since.headers.contains_key(header::LAST_MODIFIED)),
        (StatusCode::OK, false)
    );
    let head = desk.read(Method::HEAD, None, path, &[]).await;
    assert_eq!((head.status, head.bytes.len()), (StatusCode::OK, 0));
    assert_eq!(head.header(header::CONTENT_LENGTH), PDF.len().to_string());
    // Removed, it is not there any more; the other stays.
    let id = desk
        .app
        .data(&format!("{{ document(code: \"{code}\") {{ files {{ nodes {{ id version }} }} }} }}"))
        .await;
    let first = id["document"]["files"]["nodes"][0].clone();
    let input = json!({ "id": first["id"], "expectedVersion": first["version"] });
    let removed = desk
        .act(&desk.operator, "removeFile", "document { code files { nodes { name } } }", input)
        .await;
    assert_eq!(
        removed,
        json!({ "document": { "code": code, "files": { "nodes": [{ "name": "붙임 1.csv" }] } }, "errors": [] })
    );
    assert_eq!(desk.get(None, path, &[]).await.status, StatusCode::NOT_FOUND);
    // The name that is kept says what it is, not the one it was sent under.
    for (name, kept, expected) in [
        ("blob", "진짜.pdf", json!([])),
        ("a.pdf", "evil.exe", json!([{ "code": "UNKNOWN_TYPE", "path": ["input", "file"] }])),
        ("a.pdf", "a.png", json!([{ "code": "TYPE_MISMATCH", "path": ["input", "file"] }])),
    ] {
        let input = json!({ "document": code, "file": null, "name": kept, "idempotencyKey": format!("named-{kept}") });
        let sent = desk.form(Some(&desk.operator), input, name, PDF).await.json();
        assert_eq!(sent["data"]["attachFile"]["errors"], expected, "{name} {kept}: {sent}");
    }
}

async fn a_file_is_seen_as_its_document_is(place: Place) {
    let desk = Desk::new(&place).await;
    let document = desk.document(&desk.operator, json!({})).await;
    let code = document["code"].as_str().unwrap();
    let put = desk.put(&desk.operator, code, "draft.pdf", PDF).await.json();
    let path = put["file"]["downloadPath"].as_str().unwrap();
    // Without the right it is not there; with it, it is.
    for token in [None, Some(desk.partner.as_str())] {
        assert_eq!(desk.get(token, path, &[]).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(desk.get(Some(&desk.operator), path, &[]).await.bytes, PDF);
    // Its publisher is one of those who see it.
    let own = desk.document(&desk.operator, json!({ "publisher": "KOSME" })).await;
    let own = desk.put(&desk.operator, own["code"].as_str().unwrap(), "own.pdf", PDF).await.json();
    let own = own["file"]["downloadPath"].as_str().unwrap();
    assert_eq!(desk.get(Some(&desk.partner), own, &[]).await.bytes, PDF);
    assert_eq!(desk.get(None, own, &[]).await.status, StatusCode::NOT_FOUND);
    let tag = format!("\"{}\"", put["file"]["sha256"].as_str().unwrap());
    let guessed = desk.get(None, path, &[("if-none-match", &tag)]).await;
    assert_eq!(
        guessed.status,
        StatusCode::NOT_FOUND,
        "who may not see it does not learn that it is unchanged"
    );
    assert_eq!(desk.get(Some("no token"), path, &[]).await.status, StatusCode::UNAUTHORIZED);
    // Content that somebody else's hidden file has is not to be had by its hash.
    let input = json!({ "document": code, "file": format!("0:{}:x.pdf", put["file"]["sha256"].as_str().unwrap()) });
    let taken = desk.act(&desk.operator, "attachFile", "file { id }", input).await;
    assert_eq!(taken["errors"], json!([{ "code": "UPLOAD_REQUIRED", "path": ["input", "file"] }]));
    // Nobody else is told of its going.
    let feed = "{ changes(types: [\"DocumentFile\"]) { totalCount } }";
    let told = desk.app.data(feed).await["changes"]["totalCount"].clone();
    let extra = desk.put(&desk.operator, code, "extra.pdf", PDF).await.json()["file"].clone();
    let input = json!({ "id": extra["id"], "expectedVersion": 1 });
    desk.act(&desk.operator, "removeFile", "document { id }", input).await;
    assert_eq!(desk.app.data(feed).await["changes"]["totalCount"], told);
    // Made public, everybody reads it; hidden, nobody does.
    for (is_public, status) in [(true, StatusCode::OK), (false, StatusCode::NOT_FOUND)] {
        let now = desk
            .call(
                &desk.operator,
                "query($c: String!) { document(code: $c) { id version } }",
                json!({ "c": code }),
            )
            .await;
        let input = json!({ "id": now["data"]["document"]["id"], "expectedVersion": now["data"]["document"]["version"], "isPublic": is_public });
        desk.act(&desk.operator, "amendDocument", "document { id }", input).await;
        assert_eq!(desk.get(None, path, &[]).await.status, status);
    }
    for path in ["/files/", "/files/x", "/files/..%2F..%2Fetc%2Fpasswd"] {
        assert_eq!(desk.get(None, path, &[]).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

async fn a_partner_writes_its_own_until_it_is_public(place: Place) {
    let desk = Desk::new(&place).await;
    let document = desk.document(&desk.partner, json!({ "kind": "EVIDENCE" })).await;
    let code = document["code"].as_str().unwrap();
    assert_eq!(
        desk.put(&desk.partner, code, "evidence.pdf", PDF).await.status,
        StatusCode::CREATED
    );
    // Only operators make it public, or somebody else's.
    let on =
        json!({ "id": document["id"], "expectedVersion": 1, "isPublic": true, "publisher": "MSS" });
    let refused = desk.act(&desk.partner, "amendDocument", "document { id }", on.clone()).await;
    assert_eq!(
        refused["errors"],
        json!([{ "code": "OPERATOR_ONLY", "path": ["input", "publisher"] }, { "code": "OPERATOR_ONLY", "path": ["input", "isPublic"] }])
    );
    let on = json!({ "id": document["id"], "expectedVersion": 1, "isPublic": true });
    desk.act(&desk.operator, "amendDocument", "document { id }", on).await;
    // From then on it is the operators'.
    assert_eq!(desk.put(&desk.partner, code, "more.pdf", PDF).await.status, StatusCode::FORBIDDEN);
    let other = desk.document(&desk.operator, json!({ "publisher": "MSS" })).await;
    let put = desk.put(&desk.partner, other["code"].as_str().unwrap(), "x.pdf", PDF).await;
    assert_eq!(put.status, StatusCode::NOT_FOUND);
    // Nor in another's name.
    let query = "mutation($input: RecordDocumentInput!) { recordDocument(input: $input) { errors { code } } }";
    let input = json!({ "title": { "ko": "남의 것" }, "kind": "LAW", "publishedOn": "2026", "publisher": "MSS", "idempotencyKey": "partner-1" });
    let refused = desk.call(&desk.partner, query, json!({ "input": input })).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
}

async fn what_is_no_document_is_refused(place: Place) {
    let desk = Desk::new(&place).await;
    let code = desk.document(&desk.operator, json!({})).await;
    let code = code["code"].as_str().unwrap();
    for (name, content, expected) in [
        ("page.html", b"<script>".as_slice(), ("UNKNOWN_TYPE", "name")),
        ("report.pdf", b"MZ".as_slice(), ("TYPE_MISMATCH", "file")),
        ("report.pdf", b"".as_slice(), ("EMPTY", "file")),
        (".pdf", PDF, ("INVALID_NAME", "name")),
        ("a\u{202e}fdp.pdf", PDF, ("INVALID_NAME", "name")),
        ("../../x.pdf", PDF, ("INVALID_NAME", "name")),
    ] {
        let put = desk.put(&desk.operator, code, name, Body::from(content)).await;
        let told = put.json();
        assert_eq!(put.status, StatusCode::UNPROCESSABLE_ENTITY, "{name} {told}");
        assert_eq!(
            told["errors"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| (it["code"].as_str().unwrap(), it["path"][1].as_str().unwrap()))
                .collect::<Vec<_>>(),
            [expected],
            "{name}"
        );
    }
    let large = vec![b'a'; (1 << 20) + 1];
    assert_eq!(
        desk.put(&desk.operator, code, "large.txt", large).await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    assert_eq!(
        desk.put(&desk.operator, "NOBODY", "x.pdf", PDF).await.status,
        StatusCode::NOT_FOUND
    );
    let reader = desk.app.token(&desk.app.client("MSS", "program:read").await).await;
    assert_eq!(desk.put(&reader, code, "x.pdf", PDF).await.status, StatusCode::FORBIDDEN);
    // A form is read of those alone who may attach something.
    let input = json!({ "document": code, "file": null, "idempotencyKey": "form-0001" });
    for (token, status) in
        [(None, StatusCode::UNAUTHORIZED), (Some(reader.as_str()), StatusCode::FORBIDDEN)]
    {
        assert_eq!(desk.form(token, input.clone(), "x.pdf", PDF).await.status, status);
    }
    // What a form may hold is bounded as any other request is, and a file comes under one name.
    let part = |name: &str, more: &str, text: &str| {
        format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{text}\r\n")
    };
    let operations = json!({ "query": "mutation($input: AttachFileInput!) { attachFile(input: $input) { errors { code } } }", "variables": { "input": { "document": code, "file": null, "idempotencyKey": "form-0002" } } }).to_string();
    let map = "{\"0\":[\"variables.input.file\"]}";
    let (begin, map, file) = (
        part("operations", "", &operations),
        part("map", "", map),
        part("0", "; filename=\"a.pdf\"", "%PDF-1.7"),
    );
    let mapped = |path: &str| part("map", "", &json!({ "0": [path] }).to_string());
    let many = format!(
        "{{\"query\":\"{{__typename}}\",\"variables\":{{\"x\":[{}1]}}}}",
        "1,".repeat(600_000)
    );
    let batch = part("operations", "", &format!("[{operations}]"));
    let large = part("0", "; filename=\"a.txt\"", &"a".repeat((1 << 20) + 1));
    for (body, status) in [
        ([&*begin, &map, &file].concat(), StatusCode::OK),
        ([&*begin, &map].concat(), StatusCode::BAD_REQUEST),
        ([&*map, &begin, &file].concat(), StatusCode::BAD_REQUEST),
        ([&*begin, &begin, &map, &file].concat(), StatusCode::BAD_REQUEST),
        ([&*batch, &map, &file].concat(), StatusCode::BAD_REQUEST),
        ([&*begin, &mapped("variables.input.code"), &file].concat(), StatusCode::BAD_REQUEST),
        ([&*begin, &mapped("query"), &file].concat(), StatusCode::BAD_REQUEST),
        (
            [&*begin, &map, &file, &part("1", "; filename=\"b.pdf\"", "%PDF-")].concat(),
            StatusCode::BAD_REQUEST,
        ),
        (part("operations", "", &many), StatusCode::PAYLOAD_TOO_LARGE),
        ([&*begin, &map, &large].concat(), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let request = Request::post("/graphql")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=XX")
            .header(header::AUTHORIZATION, format!("Bearer {}", desk.operator));
        let shown: String = body.chars().take(900).collect();
        let answer = desk.send(request.body(Body::from(body + "--XX--\r\n")).unwrap()).await;
        assert_eq!(answer.status, status, "{shown} {}", answer.json());
    }
    let broken = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=XX")
        .header(header::AUTHORIZATION, format!("Bearer {}", desk.operator));
    let broken = desk.send(broken.body(Body::from("--XX\r\nno form")).unwrap()).await;
    assert_eq!(broken.status, StatusCode::BAD_REQUEST, "{}", broken.json());
    // Without a file in the call there is none.
    let alone = desk
        .act(
            &desk.operator,
            "attachFile",
            "file { id }",
            json!({ "document": "NOBODY", "file": "x" }),
        )
        .await;
    assert_eq!(
        alone["errors"],
        json!([{ "code": "UPLOAD_REQUIRED", "path": ["input", "file"] }, { "code": "UNKNOWN", "path": ["input", "document"] }])
    );
    // Nothing of all that is left on the disk.
    let folder = desk.app.settings.files.files.clone().unwrap();
    let left = std::fs::read_dir(folder.join("incoming")).unwrap().count();
    assert_eq!(left, 0);
}

async fn a_call_made_again_attaches_once(place: Place) {
    let desk = Desk::new(&place).await;
    let code = desk.document(&desk.operator, json!({})).await;
    let code = code["code"].as_str().unwrap();
    let input = json!({ "document": code, "file": null, "idempotencyKey": "form-0001" });
    let first = desk.form(Some(&desk.operator), input.clone(), "a.pdf", PDF).await.json();
    let again = desk.form(Some(&desk.operator), input.clone(), "a.pdf", PDF).await.json();
    assert_eq!(first, again);
    // With another content it is another call.
    let other = desk.form(Some(&desk.operator), input, "a.pdf", b"%PDF-1.7 other").await.json();
    assert_eq!(
        other["data"]["attachFile"]["errors"],
        json!([{ "code": "KEY_REUSED", "path": ["input", "idempotencyKey"] }])
    );
    let files = format!("query {{ document(code: \"{code}\") {{ files {{ totalCount }} }} }}");
    let files = desk.call(&desk.operator, &files, json!({})).await;
    assert_eq!(files["data"]["document"]["files"]["totalCount"], 1);
    let audit = acting::number(
        &desk.app,
        "SELECT count(*) FROM audit_event WHERE action = 'attachFile' AND after IS NOT NULL",
    )
    .await;
    assert_eq!(audit, 1);
}

async fn content_that_nothing_names_goes(place: Place) {
    let desk = Desk::new(&place).await;
    let code = desk.document(&desk.operator, json!({})).await;
    let code = code["code"].as_str().unwrap();
    let first = desk.put(&desk.operator, code, "a.pdf", PDF).await.json();
    let path = first["file"]["downloadPath"].as_str().unwrap().to_owned();
    desk.put(&desk.operator, code, "b.pdf", PDF).await;
    let place = desk.files.path(first["file"]["sha256"].as_str().unwrap());
    let age = || {
        let old = SystemTime::now() - Duration::from_secs(25 * 3600);
        File::options().write(true).open(&place).unwrap().set_modified(old).unwrap();
    };
    let sweep = || file::sweep(&desk.app.db, &desk.files);
    // Named by two, by one; and by none while it is young.
    age();
    assert_eq!(sweep().await.unwrap(), 0);
    desk.put(&desk.operator, code, "a.pdf", "%PDF-1.7 other").await;
    assert_eq!(sweep().await.unwrap(), 0);
    assert!(place.exists());
    desk.put(&desk.operator, code, "b.pdf", "%PDF-1.7 other").await;
    let young = SystemTime::now();
    File::options().write(true).open(&place).unwrap().set_modified(young).unwrap();
    assert_eq!(sweep().await.unwrap(), 0);
    assert!(place.exists());
    // Put aside, it is there for a day more, and comes back when it is named, sent again or not.
    let sha256 = first["file"]["sha256"].as_str().unwrap();
    let aside = desk.app.settings.files.files.clone().unwrap().join("aside").join(sha256);
    age();
    assert_eq!(sweep().await.unwrap(), 0);
    assert!(!place.exists() && aside.exists());
    assert_eq!(sweep().await.unwrap(), 0);
    assert!(aside.exists(), "it has not been there for a day");
    let row = "UPDATE document_file SET sha256 = $1, byte_size = $2 WHERE name = 'a.pdf'";
    let row = row.replace("$1", &format!("'{sha256}'")).replace("$2", &PDF.len().to_string());
    desk.app.sql(&row).await;
    assert_eq!(desk.get(Some(&desk.operator), &path, &[]).await.bytes, PDF);
    assert!(place.exists() && !aside.exists());
    age();
    desk.put(&desk.operator, code, "a.pdf", "%PDF-1.7 other").await;
    sweep().await.unwrap();
    let old = SystemTime::now() - Duration::from_secs(25 * 3600);
    File::options().write(true).open(&aside).unwrap().set_modified(old).unwrap();
    assert_eq!(sweep().await.unwrap(), 1);
    assert!(!place.exists() && !aside.exists());
    assert_eq!(desk.get(Some(&desk.operator), &path, &[]).await.bytes, b"%PDF-1.7 other");
    // What is in the folder and is no content is left alone, and so is all of it by a server of another database.
    let folder = desk.app.settings.files.files.clone().unwrap();
    std::fs::create_dir_all(folder.join("ab").join("notes")).unwrap();
    std::fs::write(folder.join("ab").join("mine.txt"), "mine").unwrap();
    let old = SystemTime::now() - Duration::from_secs(48 * 3600);
    File::options()
        .write(true)
        .open(folder.join("ab").join("mine.txt"))
        .unwrap()
        .set_modified(old)
        .unwrap();
    sweep().await.unwrap();
    assert!(folder.join("ab").join("mine.txt").exists());
    std::fs::write(folder.join("owner"), "another").unwrap();
    let other = desk.files.path(&"ab".repeat(32));
    std::fs::write(&other, "orphan").unwrap();
    File::options().write(true).open(&other).unwrap().set_modified(old).unwrap();
    assert_eq!(sweep().await.unwrap(), 0);
    assert!(other.exists());
}

async fn content_that_is_lost_is_told(place: Place) {
    let desk = Desk::new(&place).await;
    let code = desk.document(&desk.operator, json!({})).await;
    let code = code["code"].as_str().unwrap();
    let file = desk.put(&desk.operator, code, "a.pdf", PDF).await.json();
    let read = async || {
        desk.get(Some(&desk.operator), file["file"]["downloadPath"].as_str().unwrap(), &[]).await
    };
    let place = desk.files.path(file["file"]["sha256"].as_str().unwrap());
    let faults = || async {
        let all = integrity::all(&desk.app.db, &desk.files, |_| {}).await.unwrap();
        all.into_iter().flat_map(|finding| finding.faults).collect::<Vec<_>>()
    };
    assert_eq!(faults().await, Vec::<String>::new());
    std::fs::write(&place, b"%PDF-1.7 written by somebody else").unwrap();
    assert!(faults().await[0].contains("is not what its name says"));
    // Cut, it is not read as if it were whole, and is mended by who sends it again.
    std::fs::write(&place, b"").unwrap();
    assert_eq!(read().await.status, StatusCode::SERVICE_UNAVAILABLE);
    desk.put(&desk.operator, code, "a.pdf", PDF).await;
    assert_eq!(read().await.bytes, PDF);
    std::fs::remove_file(&place).unwrap();
    assert!(faults().await[0].contains("cannot be read"));
    // An outage, not a file that is not there: the row says that it is.
    let path = file["file"]["downloadPath"].as_str().unwrap();
    let lost = desk.get(Some(&desk.operator), path, &[]).await;
    assert_eq!(lost.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        !String::from_utf8_lossy(&lost.bytes).contains("files/"),
        "no path of the disk is told"
    );
}
