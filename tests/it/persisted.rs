//! Documents that an operator or a caller names by their hash, and who is told the schema.

use aiplus::app::{App, Progress};
use aiplus::config::{DatabaseSettings, Introspection};
use aiplus::graphql::persisted::hash;
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
            // The hash counts; what stands beside it is not looked at.
            json!({ "query": "{ __typename }", "extensions": named(&hash(COUNT)) }),
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
        database_url: place.empty().await,
        database_read_url: None,
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
    let mutation =
        "mutation { disableApiClient(input: { id: \"x\", version: 1 }) { errors { code } } }";
    let body = json!({ "query": mutation, "extensions": named(&hash(mutation)) });
    assert_eq!(call(&routes, post(None, &body)).await.status, 200);
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
