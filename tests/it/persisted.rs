//! Documents that an operator or a caller names by their hash, and who is told the schema.

use aiplus::app::{App, Progress};
use aiplus::config::{DatabaseSettings, Introspection};
use aiplus::graphql::persisted::{Persisted, hash};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Place, access_settings, settings};
use crate::tests;
use crate::wire::{call, form_urlencoded, get, post, query, router, with};

tests![
    the_schema_is_told_to_whom_it_may,
    trusted_documents_alone_are_answered,
    a_wrong_list_of_documents_is_refused_at_start,
    a_document_is_kept_for_its_hash,
    a_hash_is_given_by_the_protocol,
    long_documents_are_not_kept,
    lists_of_documents_are_read_in_every_form,
    all_that_is_wrong_with_a_list_is_told,
    who_registers_much_pushes_out_nobody,
    what_is_not_valid_is_not_kept,
];

const EVENTS: (&str, &str) = ("accept", "text/event-stream");

async fn the_schema_is_told_to_whom_it_may(place: Place) {
    for (introspection, anonymous, signed_in) in [
        (Introspection::Everyone, true, true),
        (Introspection::SignedIn, false, true),
        (Introspection::Nobody, false, false),
    ] {
        let mut settings = settings();
        settings.limits.introspection = introspection;
        let app = place.app_with(&settings).await;
        let routes = app.router();
        let token = app.token(&app.client("TIPA", "program:read").await).await;
        for (token, told) in [(None, anonymous), (Some(token.as_str()), signed_in)] {
            for text in [
                "{ __schema { queryType { name } } }",
                "{ __type(name: \"Meeting\") { name } }",
                "{ __typename x: __schema { queryType { name } } }",
                "{ ...F } fragment F on Query { ... { t: __type(name: \"Meeting\") { name } } }",
                "query($no: Boolean = true) { __schema @include(if: $no) { queryType { name } } }",
            ] {
                let body = json!({ "query": text });
                let plain = call(&routes, post(token, &body)).await;
                let events = call(&routes, with(post(token, &body), &[EVENTS])).await;
                if told {
                    assert_eq!((plain.status, plain.json().get("errors")), (200, None), "{text}");
                    assert_eq!(events.status, 200, "{text}");
                } else {
                    for refused in [plain, events] {
                        assert_eq!(refused.status, 403, "{introspection:?} {text}");
                        assert_eq!(refused.code(), "INTROSPECTION_DISABLED", "{text}");
                        assert_eq!(refused.json().get("data"), None, "{text}");
                    }
                }
            }
            // What a type is called where it stands is no secret; what else there is must not be let out.
            let named = "{ __typename bodies { __typename nodes { __typename } } }";
            let answer = call(&routes, post(token, &json!({ "query": named }))).await;
            assert_eq!((answer.status, answer.json().get("errors")), (200, None));
            let guess =
                call(&routes, post(token, &json!({ "query": "{ meetingz { nodez } }" }))).await;
            assert_eq!(guess.code(), "GRAPHQL_VALIDATION_FAILED");
            assert_eq!(guess.json().to_string().contains("meetings"), told, "{}", guess.json());
        }
    }
}

const COUNT: &str = "query Count { bodies { totalCount } }";
const DAYS: &str = "query Days($n: Int!) { meetings(first: $n) { nodes { heldOn } } }";

fn named(hash: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } })
}

/// The address of a GET that names a document by its hash.
fn path(hash: &str, more: &str) -> String {
    format!("/graphql?extensions={}{more}", form_urlencoded(&named(hash).to_string()))
}

async fn trusted_documents_alone_are_answered(place: Place) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("documents.json");
    let list = json!({ hash(COUNT): COUNT, hash(DAYS): DAYS });
    std::fs::write(&file, list.to_string()).unwrap();
    let mut settings = settings();
    settings.limits.trusted_documents = Some(file);
    let app = place.app_with(&settings).await;
    let routes = app.router();
    let token = app.token(&app.client("MSS", "program:read").await).await;
    let count = json!({ "bodies": { "totalCount": 4 } });
    for token in [None, Some(token.as_str())] {
        for body in [
            json!({ "extensions": named(&hash(COUNT)) }),
            json!({ "query": COUNT }),
            json!({ "query": COUNT, "extensions": named(&hash(COUNT)) }),
        ] {
            let answer = call(&routes, post(token, &body)).await;
            assert_eq!((answer.status, &answer.json()["data"]), (200, &count), "{body}");
        }
        let days = json!({ "extensions": named(&hash(DAYS)), "variables": { "n": 1 } });
        let answer = call(&routes, post(token, &days)).await;
        assert_eq!(answer.json()["data"]["meetings"]["nodes"], json!([{ "heldOn": "2026-07-01" }]));
        for body in [
            json!({ "query": "{ __typename }" }),
            json!({ "query": "{ __schema { queryType { name } } }" }),
            json!({ "query": format!("{COUNT} ") }),
            json!({ "query": format!("{COUNT} query B {{ __typename }}"), "operationName": "Count" }),
            json!({ "query": "{" }),
            // A trusted hash with another text.
            json!({ "query": "{ __typename }", "extensions": named(&hash(COUNT)) }),
            json!({ "query": DAYS, "documentId": hash(COUNT) }),
            json!({ "extensions": named(&hash("{ __typename }")) }),
            // Nobody adds to the list.
            json!({ "query": "{ __typename }", "extensions": named(&hash("{ __typename }")) }),
            json!({ "extensions": named(&hash("{ __typename }")) }),
        ] {
            for request in [post(token, &body), with(post(token, &body), &[EVENTS])] {
                let answer = call(&routes, request).await;
                assert_eq!(
                    (answer.status, answer.code()),
                    (403, json!("DOCUMENT_NOT_TRUSTED")),
                    "{body}"
                );
            }
        }
    }
    let answer = call(&routes, get(&path(&hash(DAYS), "&variables=%7B%22n%22%3A1%7D"))).await;
    assert_eq!(answer.json()["data"]["meetings"]["nodes"].as_array().unwrap().len(), 1);
    let answer = call(&routes, get("/graphql?query=%7B__typename%7D")).await;
    assert_eq!(answer.code(), "DOCUMENT_NOT_TRUSTED");
}

/// Nobody looks.
struct Quiet;

impl Progress for Quiet {
    fn step(&mut self, _: &str) {}
}

async fn a_wrong_list_of_documents_is_refused_at_start(place: Place) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("documents.json");
    let wrong = hash(DAYS);
    let database = DatabaseSettings {
        sqlite_synchronous: aiplus::database::Synchronous::Full,
        database_url: place.empty().await,
        database_read_url: None,
        database_read_lag: 10,
        database_connections: 2,
    };
    let mut settings = settings();
    settings.limits.trusted_documents = Some(file.clone());
    let mut access = access_settings();
    access.signing_key_file = Some(folder.path().join("keys.pem"));
    for (text, told) in [
        (None, "documents.json"),
        (Some(json!({ hash(COUNT): COUNT, wrong.clone(): COUNT }).to_string()), wrong.as_str()),
        (Some(json!({ hash(COUNT).to_uppercase(): COUNT }).to_string()), "SHA-256"),
        (Some(json!({ hash(COUNT): 1 }).to_string()), "documents.json"),
        (Some(json!([COUNT]).to_string()), "documents.json"),
        (Some("{".to_owned()), "documents.json"),
    ] {
        if let Some(text) = &text {
            std::fs::write(&file, text).unwrap();
        }
        let started = App::start(&database, &access, &settings, &mut Quiet).await;
        let refused = started.err().unwrap_or_else(|| panic!("started with {text:?}")).to_string();
        assert!(
            refused.contains(told) && refused.contains("documents.json"),
            "{text:?}: {refused}"
        );
    }
}

async fn a_document_is_kept_for_its_hash(place: Place) {
    let app = place.app().await;
    let routes = router(&app, &settings());
    let by_hash = json!({ "extensions": named(&hash(DAYS)), "variables": { "n": 1 } });
    // Clients read the code, and some take 200 alone for an answer to read.
    for accept in ["application/json", "application/graphql-response+json", "text/event-stream"] {
        let unknown = call(&routes, with(post(None, &by_hash), &[("accept", accept)])).await;
        assert_eq!((unknown.status, unknown.code()), (200, json!("PERSISTED_QUERY_NOT_FOUND")));
        assert_eq!(unknown.json()["errors"][0]["message"], "PersistedQueryNotFound");
        assert_eq!(unknown.json().get("data"), None);
    }
    let unknown = call(&routes, get(&path(&hash(DAYS), ""))).await;
    assert_eq!(unknown.code(), "PERSISTED_QUERY_NOT_FOUND");
    let mut with_text = by_hash.clone();
    with_text["query"] = DAYS.into();
    let expected = json!({ "meetings": { "nodes": [{ "heldOn": "2026-07-01" }] } });
    for body in [&with_text, &by_hash, &with_text, &by_hash] {
        let answer = call(&routes, post(None, body)).await;
        assert_eq!((answer.status, &answer.json()["data"]), (200, &expected));
    }
    let variables = "&variables=%7B%22n%22%3A1%7D";
    let answer = call(&routes, get(&path(&hash(DAYS), variables))).await;
    assert_eq!((answer.status, &answer.json()["data"]), (200, &expected));
    let answer = call(&routes, with(post(None, &by_hash), &[EVENTS])).await;
    assert!(answer.body.starts_with(b"event: next\ndata: {\"data\":{\"meetings\""));
    // A mutation is one, whatever it is named by.
    let mutation = "mutation { disableApiClient(input: { id: \"x\", expectedVersion: 1, idempotencyKey: \"inline-0002\" }) { errors { code } } }";
    let body = json!({ "query": mutation, "extensions": named(&hash(mutation)) });
    assert_eq!(call(&routes, post(None, &body)).await.status, 401);
    let answer = call(&routes, get(&path(&hash(mutation), ""))).await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")));
}

async fn a_hash_is_given_by_the_protocol(place: Place) {
    let app = place.app().await;
    let routes = router(&app, &settings());
    let good = hash(COUNT);
    for persisted in [
        json!({ "version": 1, "sha256Hash": hash(DAYS) }),
        json!({ "version": 2, "sha256Hash": good }),
        json!({ "version": "1", "sha256Hash": good }),
        json!({ "version": 1.5, "sha256Hash": good }),
        json!({ "sha256Hash": good }),
        json!({ "version": 1 }),
        json!({ "version": 1, "sha256Hash": good.to_uppercase() }),
        json!({ "version": 1, "sha256Hash": &good[1..] }),
        json!({ "version": 1, "sha256Hash": format!("{good}0") }),
        json!({ "version": 1, "sha256Hash": 7 }),
        json!({}),
        json!("x"),
    ] {
        let body = json!({ "query": COUNT, "extensions": { "persistedQuery": persisted } });
        let answer = call(&routes, post(None, &body)).await;
        assert_eq!((answer.status, answer.code()), (400, json!("BAD_REQUEST")), "{body}");
    }
    for hash in [hash(COUNT), hash(DAYS)] {
        let answer = call(&routes, post(None, &json!({ "extensions": named(&hash) }))).await;
        assert_eq!(answer.code(), "PERSISTED_QUERY_NOT_FOUND", "what was refused is not kept");
    }
    // Other extensions are none of ours.
    let body = json!({ "query": COUNT, "extensions": { "tracing": true } });
    assert_eq!(call(&routes, post(None, &body)).await.status, 200);
    assert_eq!(call(&routes, query(COUNT)).await.status, 200);
}

async fn long_documents_are_not_kept(place: Place) {
    let app = place.app().await;
    let routes = router(&app, &settings());
    for (length, kept) in [(16 * 1024, true), (16 * 1024 + 1, false)] {
        let text = format!("{COUNT}#{}", "x".repeat(length - COUNT.len() - 1));
        let extensions = named(&hash(&text));
        let body = json!({ "query": text, "extensions": extensions });
        let answer = call(&routes, post(None, &body)).await;
        assert_eq!((answer.status, answer.json().get("errors")), (200, None));
        let again = call(&routes, post(None, &json!({ "extensions": extensions }))).await;
        assert_eq!(again.json().get("errors").is_none(), kept, "{length} bytes");
    }
}

async fn lists_of_documents_are_read_in_every_form(place: Place) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("documents.json");
    let mut settings = settings();
    settings.limits.trusted_documents = Some(file.clone());
    let md5 = "31f1d2a5b6f5a1b1d5c3f1b2a4c6e8f0";
    let sha1_of_count =
        aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, COUNT.as_bytes());
    let sha1_of_count: String =
        sha1_of_count.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    let sha256 = hash(COUNT);
    let prefixed = format!("sha256:{sha256}");
    let apollo = |id: &str| {
        json!({
            "format": "apollo-persisted-query-manifest",
            "version": 1,
            "operations": [
                { "id": id, "name": "Count", "type": "query", "body": COUNT },
                { "id": hash(DAYS), "name": "Days", "type": "query", "body": DAYS, "clientName": null },
            ],
        })
    };
    for (form, list, id) in [
        ("a map of SHA-256", json!({ sha256.clone(): COUNT }), &*sha256),
        ("a map with the kind of hash", json!({ prefixed.clone(): COUNT }), &*prefixed),
        ("Relay's map of MD5", json!({ md5: COUNT, hash(DAYS): DAYS }), md5),
        ("a map of SHA-1", json!({ sha1_of_count.clone(): COUNT }), &*sha1_of_count),
        ("Apollo's manifest", apollo(&sha256), &*sha256),
        ("a manifest with names of its own", apollo("count-of-bodies"), "count-of-bodies"),
    ] {
        std::fs::write(&file, list.to_string()).unwrap();
        let app = place.app_with(&settings).await;
        let routes = app.router();
        let count = json!({ "bodies": { "totalCount": 4 } });
        for body in [
            json!({ "documentId": id }),
            json!({ "doc_id": id }),
            json!({ "id": id, "variables": {} }),
            json!({ "documentId": id, "query": COUNT }),
            // By what it is, whatever it is named in the list.
            json!({ "documentId": prefixed }),
            json!({ "extensions": named(&sha256) }),
            json!({ "extensions": named(&prefixed) }),
            json!({ "query": COUNT }),
        ] {
            let answer = call(&routes, post(None, &body)).await;
            assert_eq!((answer.status, &answer.json()["data"]), (200, &count), "{form}: {body}");
        }
        for name in ["documentId", "doc_id", "id"] {
            let path = format!("/graphql?{name}={}", form_urlencoded(id));
            assert_eq!(call(&routes, get(&path)).await.json()["data"], count, "{form}: {path}");
        }
        for (body, status, code) in [
            (json!({ "documentId": id, "query": "{ __typename }" }), 403, "DOCUMENT_NOT_TRUSTED"),
            (json!({ "documentId": hash("{ __typename }") }), 403, "DOCUMENT_NOT_TRUSTED"),
            (json!({ "documentId": id, "doc_id": "another" }), 400, "BAD_REQUEST"),
            (json!({ "documentId": 7 }), 400, "BAD_REQUEST"),
            (json!({ "documentId": "" }), 400, "BAD_REQUEST"),
            (json!({ "documentId": null }), 400, "BAD_REQUEST"),
        ] {
            let answer = call(&routes, post(None, &body)).await;
            assert_eq!((answer.status, answer.code()), (status, json!(code)), "{form}: {body}");
        }
    }
}

async fn all_that_is_wrong_with_a_list_is_told(_: Place) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("documents.json");
    let twice = format!("{{{0}: {1}, {0}: {2}}}", json!("0".repeat(32)), json!(COUNT), json!(DAYS));
    for (text, faults) in [
        (
            json!({ hash("x"): COUNT, "1".repeat(40): DAYS, "short": COUNT, hash(COUNT): 7 }).to_string(),
            &["SHA-256", "SHA-1", "short is no hash", "has no text"][..],
        ),
        (twice, &["names two documents"]),
        (
            json!({ "format": "another", "version": 1, "operations": [{ "body": COUNT }, { "id": hash("x"), "body": COUNT }, { "id": "a" }] }).to_string(),
            &["apollo-persisted-query-manifest", "operations[0] has no id", "SHA-256", "a has no text"],
        ),
        (json!({ "format": "apollo-persisted-query-manifest", "version": 1 }).to_string(), &["list of operations"]),
        ("{}".to_owned(), &["names no document"]),
        (json!({ "format": "apollo-persisted-query-manifest", "version": 1, "operations": [] }).to_string(), &["names no document"]),
    ] {
        std::fs::write(&file, &text).unwrap();
        let told = Persisted::read(Some(&file)).unwrap_err().for_operator();
        for fault in faults {
            assert!(told.contains(fault), "{text}: {told}");
        }
    }
    let many: serde_json::Map<String, Value> =
        (0..100).map(|number| (format!("{number:064}"), json!(COUNT))).collect();
    std::fs::write(&file, Value::Object(many).to_string()).unwrap();
    let told = Persisted::read(Some(&file)).unwrap_err().for_operator();
    assert!(told.matches("SHA-256").count() == 20 && told.ends_with("and 80 more"), "{told}");
}

async fn who_registers_much_pushes_out_nobody(place: Place) {
    let app = place.app().await;
    let routes = router(&app, &settings());
    let token = app.token(&app.client("TIPA", "program:read").await).await;
    let register = async |token: Option<&str>, text: &str| {
        let body = json!({ "query": text, "extensions": named(&hash(text)) });
        assert_eq!(call(&routes, post(token, &body)).await.status, 200, "{text}");
    };
    let is_known = async |text: &str| {
        let body = json!({ "extensions": named(&hash(text)), "variables": { "n": 1 } });
        call(&routes, post(None, &body)).await.json().get("errors").is_none()
    };
    register(Some(&token), COUNT).await;
    let text = |number: usize| format!("{{ __typename }} # {number}");
    for number in 0..1_100 {
        register(None, &text(number)).await;
    }
    assert!(is_known(COUNT).await, "a client's document was pushed out by others'");
    assert!(is_known(&text(1_099)).await && !is_known(&text(0)).await, "the oldest goes");
}

async fn what_is_not_valid_is_not_kept(place: Place) {
    let app = place.app().await;
    let routes = router(&app, &settings());
    for text in ["{ nothing }", "{", "{ __typename } fragment F on Query { __typename }"] {
        let mut body = json!({ "query": text, "extensions": named(&hash(text)) });
        assert_eq!(call(&routes, post(None, &body)).await.status, 400, "{text}");
        body.as_object_mut().unwrap().remove("query");
        assert_eq!(call(&routes, post(None, &body)).await.code(), "PERSISTED_QUERY_NOT_FOUND");
    }
    // Named in the other ways as well.
    let id = format!("sha256:{}", hash(COUNT));
    let unknown = call(&routes, post(None, &json!({ "documentId": id }))).await;
    assert_eq!(unknown.code(), "PERSISTED_QUERY_NOT_FOUND");
    let other = call(&routes, post(None, &json!({ "documentId": id, "query": DAYS }))).await;
    assert_eq!((other.status, other.code()), (400, json!("BAD_REQUEST")));
    for body in [json!({ "documentId": id, "query": COUNT }), json!({ "doc_id": hash(COUNT) })] {
        let answer = call(&routes, post(None, &body)).await;
        assert_eq!(answer.json()["data"]["bodies"]["totalCount"], 4, "{body}");
    }
}
