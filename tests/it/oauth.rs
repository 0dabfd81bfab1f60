//! OAuth for programs: tokens and their claims, secrets, revocation, metadata, keys and their
//! rotation, and issuers beside ourselves.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use crate::support::clients::{self, Issued};
use aiplus::app::App;
use aiplus::auth::Access;
use aiplus::auth::keys::{Key, KeyRing, KeyStore, OVERLAP, rewrite};
use aiplus::auth::known::LEASE;
use aiplus::auth::secret::Hashing;
use aiplus::auth::token::{LEEWAY, LIFETIME, Refusal, Unchecked, Written, sign};
use aiplus::config::{AccessSettings, Introspection};
use aiplus::domain::principal::{Author, Client, Principal, Standing};
use aiplus::error::Error;
use aiplus::graphql::engine::EngineSettings;
use aiplus::graphql::persisted::Persisted;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, Utc};
use entity::api_client::{self, RateTier};
use futures_util::future::join_all;
use hyper_util::rt::TokioIo;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Validation, crypto};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tower::ServiceExt;

use crate::support::client::form;
use crate::support::{Place, TestApp, access_settings};
use crate::tests;

tests![
    a_token_is_got_by_basic_and_by_form,
    its_claims_are_those_of_an_access_token,
    one_way_to_sign_in_is_used_not_two,
    basic_credentials_are_form_encoded,
    credentials_in_the_address_are_none,
    a_narrower_scope_can_be_asked_for,
    scopes_beyond_the_client_s_are_refused,
    faulty_requests_have_their_errors,
    only_a_small_form_that_is_posted_is_read,
    each_failed_sign_in_is_answered_alike,
    ten_failures_make_a_client_wait,
    a_burst_of_failures_is_paid_for,
    an_address_that_guesses_shuts_nobody_else_out,
    two_secrets_are_good_after_a_rotation,
    a_secret_that_leaked_is_dropped_at_once,
    a_disabled_client_comes_back,
    tokens_from_before_do_not_come_back,
    servers_of_a_cluster_refuse_at_once,
    a_client_revokes_its_own_token,
    another_client_s_token_is_not_revoked,
    there_is_nothing_wrong_with_revoking_what_is_no_token,
    revoking_needs_a_client,
    the_metadata_lead_to_every_endpoint,
    the_key_set_verifies_tokens_elsewhere,
    keys_overlap_so_that_no_token_is_refused,
    a_rotation_reaches_the_running_server,
    a_key_file_of_ecdsa_keys_is_taken,
    key_files_are_their_owner_s_alone,
    a_rotation_leaves_the_file_to_its_owner,
    an_outside_token_is_taken_as_configured,
    an_outside_client_calls_the_api,
    outside_claims_have_their_names_and_bounds,
    faulty_outside_tokens_are_refused,
    an_issuer_s_keys_count_for_its_own_tokens,
    faulty_issuer_files_are_refused,
    a_replaced_key_set_is_taken_over,
    a_key_set_is_fetched_once,
    an_unknown_key_is_looked_for_again,
    keys_stay_known_when_their_server_is_gone,
    a_server_that_fails_is_not_asked_each_time,
    a_key_set_is_bounded_and_stays_at_its_address,
];

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    fn token(&self) -> String {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        self.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// An error after RFC 6749 §5.2.
    fn is_error(&self, status: u16, code: &str, shown: &str) {
        assert_eq!(self.status.as_u16(), status, "{shown} {}", self.body);
        let body = self.json();
        assert_eq!(body["error"], code, "{shown} {body}");
        let text = body["error_description"].as_str().unwrap();
        let allowed = |byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
        assert!(!text.is_empty() && text.bytes().all(allowed), "{shown} {text}");
        assert!(body.get("access_token").is_none(), "{shown} {body}");
        self.is_never_stored(shown);
        let challenge = self.headers.get(header::WWW_AUTHENTICATE);
        if status == 401 {
            let challenge = challenge.unwrap().to_str().unwrap();
            assert!(challenge.starts_with("Basic realm=\"aiplus\""), "{shown} {challenge}");
        } else {
            assert_eq!(challenge, None, "{shown}");
        }
    }

    fn is_never_stored(&self, shown: &str) {
        assert_eq!(self.headers[header::CACHE_CONTROL], "no-store", "{shown}");
        assert_eq!(self.headers[header::PRAGMA], "no-cache", "{shown}");
    }
}

async fn read(response: axum::response::Response) -> Answer {
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 1 << 20).await.unwrap();
    let body = String::from_utf8(bytes.to_vec()).unwrap();
    Answer { status: parts.status, headers: parts.headers, body }
}

async fn send(router: &Router, request: Request<Body>) -> Answer {
    read(router.clone().oneshot(request).await.unwrap()).await
}

async fn get_json(router: &Router, path: &str) -> Answer {
    send(router, Request::get(path).body(Body::empty()).unwrap()).await
}

fn secret(client: &Issued) -> &str {
    client.secret.as_deref().unwrap()
}

fn basic_of(name: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{name}:{secret}")))
}

fn basic(client: &Issued) -> String {
    basic_of(&client.client_id, secret(client))
}

fn fields(client: &Issued) -> String {
    format!("client_id={}&client_secret={}", client.client_id, secret(client))
}

/// A form with credentials in the header.
fn signed_form(path: &str, authorization: &str, body: &str) -> Request<Body> {
    let mut request = form(path, body);
    request.headers_mut().append(header::AUTHORIZATION, authorization.parse().unwrap());
    request
}

const GRANT: &str = "grant_type=client_credentials";

fn wanted(authorization: &str, rest: &str) -> Request<Body> {
    signed_form("/oauth/token", authorization, &format!("{GRANT}{rest}"))
}

async fn ask(router: &Router, client: &Issued) -> Answer {
    send(router, wanted(&basic(client), "")).await
}

fn decoded(token: &str, part: usize) -> Value {
    let text = URL_SAFE_NO_PAD.decode(token.split('.').nth(part).unwrap()).unwrap();
    serde_json::from_slice(&text).unwrap()
}

/// Who the API takes the token's bearer for; none if it refuses the token.
async fn viewer(router: &Router, token: &str) -> Option<Value> {
    let query = "{ viewer { kind clientId institution { code } scopes issuer standing } }";
    let mut request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(Body::from(json!({ "query": query }).to_string()))
        .unwrap();
    request.headers_mut().insert(header::ACCEPT, "application/json".parse().unwrap());
    let answer = send(router, request).await;
    match answer.status {
        StatusCode::OK => {
            let body = answer.json();
            assert!(body.get("errors").is_none(), "{body}");
            Some(body["data"]["viewer"].clone())
        }
        StatusCode::UNAUTHORIZED => None,
        other => panic!("{other} {}", answer.body),
    }
}

static SYSTEM: Principal = Principal::System;

fn system() -> Author<'static> {
    Author { principal: &SYSTEM, request_id: "test", address: None, now: Utc::now() }
}

async fn version(app: &TestApp, client: &Issued) -> i32 {
    let found = api_client::Entity::find_by_id(client.id).one(&app.db).await.unwrap();
    found.unwrap().version
}

async fn new_secret(app: &TestApp, client: &Issued, drop_others: bool) -> Issued {
    let version = version(app, client).await;
    clients::rotate_secret(&app.db, &Hashing::default(), system(), client.id, version, drop_others)
        .await
        .unwrap()
}

async fn a_token_is_got_by_basic_and_by_form(place: Place) {
    let app = place.app().await;
    let client = app.client("TIPA", "program:read results:submit").await;
    let router = app.router();
    let in_form = form("/oauth/token", &format!("{GRANT}&{}", fields(&client)));
    let named = wanted(&basic(&client), &format!("&client_id={}", client.client_id));
    let scheme = wanted(&basic(&client).replace("Basic", "bAsIc"), "");
    for (way, request) in [
        ("form", in_form),
        ("basic", wanted(&basic(&client), "")),
        ("basic in other case", scheme),
        ("basic, and the client named in the form", named),
    ] {
        let answer = send(&router, request).await;
        let token = answer.token();
        let expected = json!({
            "access_token": token, "token_type": "Bearer", "expires_in": 900,
            "scope": "program:read results:submit",
        });
        assert_eq!(answer.json(), expected, "{way}");
        assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json", "{way}");
        answer.is_never_stored(way);
        let viewer = viewer(&router, &token).await.unwrap();
        assert_eq!(viewer["clientId"], *client.client_id, "{way}");
    }
}

async fn its_claims_are_those_of_an_access_token(place: Place) {
    let app = place.app().await;
    let client = app.client("MSS", "results:submit program:read").await;
    let router = app.router();
    let before = Utc::now().timestamp();
    let (first, second) =
        (ask(&router, &client).await.token(), ask(&router, &client).await.token());
    let after = Utc::now().timestamp();
    let head = decoded(&first, 0);
    let kid = &KeyRing::parse(&std::fs::read_to_string(app.key_file()).unwrap()).unwrap().0[0].kid;
    assert_eq!(head, json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": kid }));
    let claims = decoded(&first, 1);
    let iat = claims["iat"].as_i64().unwrap();
    assert!((before..=after).contains(&iat), "{claims}");
    let jti = claims["jti"].as_str().unwrap();
    assert!(uuid::Uuid::parse_str(jti).is_ok(), "{jti}");
    let expected = json!({
        "iss": "http://api.test",
        "aud": "http://api.test/graphql",
        "sub": client.client_id,
        "client_id": client.client_id,
        "iat": iat,
        "exp": iat + 900,
        "jti": jti,
        "scope": "program:read results:submit",
        "institution": "MSS",
    });
    assert_eq!(claims, expected);
    assert_ne!(decoded(&second, 1)["jti"], jti, "each token has a name of its own");
}

async fn one_way_to_sign_in_is_used_not_two(place: Place) {
    let app = place.app().await;
    let client = app.client("TIPA", "program:read").await;
    let other = app.client("TIPA", "program:read").await;
    let router = app.router();
    let both = wanted(&basic(&client), &format!("&{}", fields(&client)));
    let secret_as_well = wanted(&basic(&client), &format!("&client_secret={}", secret(&client)));
    let other_named = wanted(&basic(&client), &format!("&client_id={}", other.client_id));
    let mut twice = wanted(&basic(&client), "");
    twice.headers_mut().append(header::AUTHORIZATION, basic(&client).parse().unwrap());
    let mut in_front = wanted(&basic(&other), "");
    in_front.headers_mut().append(header::AUTHORIZATION, basic(&client).parse().unwrap());
    for (way, request) in [
        ("both", both),
        ("the secret in the form as well", secret_as_well),
        ("another client named", other_named),
        ("two headers", twice),
        ("two headers of two clients", in_front),
    ] {
        send(&router, request).await.is_error(400, "invalid_request", way);
    }
    // A parameter without a value is as good as left out (RFC 6749 §3.2).
    let empty = wanted(&basic(&client), "&client_secret=");
    assert_eq!(send(&router, empty).await.status, StatusCode::OK);
    // No way at all, and ways that are none.
    let unsigned = form("/oauth/token", GRANT);
    let name_alone = form("/oauth/token", &format!("{GRANT}&client_id={}", client.client_id));
    let secret_alone = form("/oauth/token", &format!("{GRANT}&client_secret={}", secret(&client)));
    let token = app.token(&client).await;
    for (way, request) in [
        ("nothing", unsigned),
        ("name alone", name_alone),
        ("secret alone", secret_alone),
        ("a token", wanted(&format!("Bearer {token}"), "")),
        ("no base64", wanted("Basic ???", "")),
        ("no colon", wanted(&format!("Basic {}", STANDARD.encode("abc")), "")),
        ("no credentials", wanted("Basic ", "")),
        ("scheme alone", wanted("Basic", "")),
        ("not UTF-8", wanted(&format!("Basic {}", STANDARD.encode(b"\xff:\xff")), "")),
    ] {
        send(&router, request).await.is_error(401, "invalid_client", way);
    }
}

async fn basic_credentials_are_form_encoded(place: Place) {
    let app = place.app().await;
    let client = app.client("TIPA", "program:read").await;
    let router = app.router();
    let escaped = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let both = basic_of(&escaped(&client.client_id), &escaped(secret(&client)));
    send(&router, wanted(&both, "")).await.token();
    let lower = basic_of(&client.client_id.replace('-', "%2d"), &escaped(secret(&client)));
    send(&router, wanted(&lower, "")).await.token();
    // Escaped twice is another name; a colon that is escaped parts nothing.
    let twice = basic_of(&escaped(&escaped(&client.client_id)), secret(&client));
    send(&router, wanted(&twice, "")).await.is_error(401, "invalid_client", "twice");
    let joined = format!("{}%3A{}", client.client_id, secret(&client));
    let joined = format!("Basic {}", STANDARD.encode(joined));
    send(&router, wanted(&joined, "")).await.is_error(401, "invalid_client", "joined");
    // What stands behind an ampersand belongs to the secret.
    let longer = basic_of(&client.client_id, &format!("{}&x=y", secret(&client)));
    send(&router, wanted(&longer, "")).await.is_error(401, "invalid_client", "longer");
}

async fn credentials_in_the_address_are_none(place: Place) {
    let app = place.app().await;
    let client = app.client("TIPA", "program:read").await;
    let router = app.router();
    let path = format!("/oauth/token?{}", fields(&client));
    send(&router, form(&path, GRANT)).await.is_error(401, "invalid_client", "credentials");
    let request = signed_form(&format!("/oauth/token?{GRANT}"), &basic(&client), "");
    send(&router, request).await.is_error(400, "invalid_request", "grant");
    let request = signed_form("/oauth/token?scope=audit:read", &basic(&client), GRANT);
    assert_eq!(send(&router, request).await.json()["scope"], "program:read");
}

async fn a_narrower_scope_can_be_asked_for(place: Place) {
    let app = place.app().await;
    let client = app.client("MSS", "audit:read program:read results:review").await;
    let router = app.router();
    for (asked, granted) in [
        ("", "program:read results:review audit:read"),
        // Without a value it is as good as left out (RFC 6749 §3.2).
        ("&scope=", "program:read results:review audit:read"),
        ("&scope=program:read", "program:read"),
        ("&scope=program%3Aread", "program:read"),
        ("&scope=audit:read+program:read", "program:read audit:read"),
        ("&scope=audit:read%20audit:read", "audit:read"),
        ("&scope=program:read&audience=x&unknown=y", "program:read"),
    ] {
        let answer = send(&router, wanted(&basic(&client), asked)).await;
        let token = answer.token();
        assert_eq!(answer.json()["scope"], granted, "{asked}");
        assert_eq!(decoded(&token, 1)["scope"], granted, "{asked}");
        let scopes: Vec<&str> = granted.split(' ').collect();
        assert_eq!(viewer(&router, &token).await.unwrap()["scopes"], json!(scopes), "{asked}");
    }
}

async fn scopes_beyond_the_client_s_are_refused(place: Place) {
    let app = place.app().await;
    let client = app.client("TIPA", "program:read results:submit").await;
    let router = app.router();
    for asked in [
        "access:admin",
        "program:read+access:admin",
        "everything",
        "program:read+everything",
        "PROGRAM:READ",
        "program:read,results:submit",
        "program:read%09results:submit",
        "%20",
        "*",
    ] {
        let answer = send(&router, wanted(&basic(&client), &format!("&scope={asked}"))).await;
        answer.is_error(400, "invalid_scope", asked);
    }
    // Who is not known learns nothing about scopes.
    let stranger = basic_of(&client.client_id, "aiplus_wrong");
    let answer = send(&router, wanted(&stranger, "&scope=access:admin")).await;
    answer.is_error(401, "invalid_client", "stranger");
}

async fn faulty_requests_have_their_errors(place: Place) {
    let app = place.app().await;
    let client = app.client("TIPA", "program:read").await;
    let router = app.router();
    let (known, keys) = (fields(&client), "grant_type=client_credentials");
    for (body, code) in [
        (known.clone(), "invalid_request"),
        (String::new(), "invalid_request"),
        (format!("grant_type=&{known}"), "invalid_request"),
        (format!("grant_type=password&username=a&password=b&{known}"), "unsupported_grant_type"),
        (format!("grant_type=refresh_token&refresh_token=a&{known}"), "unsupported_grant_type"),
        (format!("grant_type=authorization_code&code=a&{known}"), "unsupported_grant_type"),
        (format!("grant_type=Client_Credentials&{known}"), "unsupported_grant_type"),
        (format!("{keys}&{keys}&{known}"), "invalid_request"),
        (format!("{keys}&grant_type=password&{known}"), "invalid_request"),
        (format!("{keys}&scope=program:read&scope=program:read&{known}"), "invalid_request"),
        (format!("{keys}&{known}&client_secret={}", secret(&client)), "invalid_request"),
        (format!("{keys}&{known}&client_id={}", client.client_id), "invalid_request"),
    ] {
        send(&router, form("/oauth/token", &body)).await.is_error(400, code, &body);
    }
    // A description is ASCII in every language; the sentence for people stands beside it.
    let mut request = form("/oauth/token", "");
    request.headers_mut().insert(header::ACCEPT_LANGUAGE, "ko".parse().unwrap());
    let answer = send(&router, request).await;
    answer.is_error(400, "invalid_request", "ko");
    assert!(answer.json()["message"].as_str().unwrap().contains("필요"), "{}", answer.body);
}

async fn only_a_small_form_that_is_posted_is_read(place: Place) {
    let app = place.app().await;
    let client = app.client("TIPA", "program:read").await;
    let token = app.token(&client).await;
    let router = app.router();
    let body = format!("{GRANT}&{}&token={token}", fields(&client));
    let request = |path: &str, method: &str, kind: Option<&str>, body: &str| {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        request.body(Body::from(body.to_owned())).unwrap()
    };
    const FORM: &str = "application/x-www-form-urlencoded";
    for path in ["/oauth/token", "/oauth/revoke"] {
        for method in ["GET", "PUT", "PATCH", "DELETE"] {
            let shown = format!("{method} {path}");
            for target in [path.to_owned(), format!("{path}?{body}")] {
                let answer = send(&router, request(&target, method, Some(FORM), &body)).await;
                answer.is_error(405, "invalid_request", &shown);
                // RFC 9110 §15.5.6.
                let allow = answer.headers.get(header::ALLOW).map(|allow| allow.to_str().unwrap());
                assert_eq!(allow, Some("POST"), "{shown}");
            }
        }
        let in_json = json!({
            "grant_type": "client_credentials", "token": token,
            "client_id": client.client_id, "client_secret": client.secret,
        });
        for (kind, body) in [
            (None, &body),
            (Some(""), &body),
            (Some("text/plain"), &body),
            (Some("application/json"), &in_json.to_string()),
            (Some("multipart/form-data; boundary=x"), &body),
            (Some("application/x-www-form-urlencoded-not"), &body),
        ] {
            let answer = send(&router, request(path, "POST", kind, body)).await;
            answer.is_error(400, "invalid_request", &format!("{path} {kind:?}"));
        }
        let large = format!("{body}&padding={}", "x".repeat(8 * 1024));
        let answer = send(&router, request(path, "POST", Some(FORM), &large)).await;
        answer.is_error(413, "invalid_request", "too large");
    }
    // None of these has revoked it.
    assert!(viewer(&router, &token).await.is_some());
    for kind in [FORM, "Application/X-WWW-Form-URLEncoded; charset=UTF-8"] {
        send(&router, request("/oauth/token", "POST", Some(kind), &body)).await.token();
    }
}

async fn each_failed_sign_in_is_answered_alike(place: Place) {
    let app = place.app().await;
    let client = app.client("TIPA", "program:read").await;
    let disabled = app.client("TIPA", "program:read").await;
    clients::disable(&app.db, system(), disabled.id, 1, None).await.unwrap();
    let longer = format!("{}x", secret(&client));
    let cut = &secret(&client)[..secret(&client).len() - 1];
    let mut seen = Vec::new();
    for (name, given) in [
        (client.client_id.as_str(), "aiplus_wrong"),
        (&client.client_id, ""),
        (&client.client_id, &longer),
        (&client.client_id, cut),
        (&client.client_id, &"s".repeat(3000)),
        ("nobody", "aiplus_wrong"),
        ("nobody", secret(&client)),
        ("", ""),
        ("' OR '1'='1", "x"),
        (&client.client_id.to_uppercase(), secret(&client)),
        (&disabled.client_id, secret(&disabled)),
        (&disabled.client_id, "aiplus_wrong"),
        (&disabled.client_id, secret(&client)),
    ] {
        for path in ["/oauth/token", "/oauth/revoke"] {
            let request = signed_form(path, &basic_of(name, given), &format!("{GRANT}&token=x"));
            // A router of its own, so that nobody has failed too often yet.
            let mut answer = send(&app.router(), request).await;
            answer.is_error(401, "invalid_client", &format!("{path} {name} {given}"));
            // The id is the request's own.
            answer.headers.remove("x-request-id").unwrap();
            seen.push((answer.headers, answer.body));
        }
    }
    for one in &seen {
        assert_eq!(*one, seen[0]);
    }
}

async fn ten_failures_make_a_client_wait(place: Place) {
    let app = place.app().await;
    let client = app.client("TIPA", "program:read").await;
    let other = app.client("TIPA", "program:read").await;
    let router = app.router();
    // Who signs in with success may do so as often as it likes.
    for _ in 0..12 {
        ask(&router, &client).await.token();
    }
    let mut failures = 0;
    let turned_away = loop {
        let answer = send(&router, wanted(&basic_of(&client.client_id, "wrong"), "")).await;
        if answer.status != StatusCode::UNAUTHORIZED {
            break answer;
        }
        failures += 1;
        // One more every six seconds: a slow machine may see a few more than ten.
        assert!(failures < 30, "nobody is made to wait");
    };
    assert!(failures >= 10, "{failures}");
    assert_eq!(turned_away.status, StatusCode::TOO_MANY_REQUESTS, "{}", turned_away.body);
    let wait: u32 = turned_away.headers[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert!((1..=6).contains(&wait), "{wait}");
    assert!(turned_away.json()["error"].is_string(), "{}", turned_away.body);
    turned_away.is_never_stored("429");
    ask(&router, &other).await.token();
}

async fn a_burst_of_failures_is_paid_for(place: Place) {
    let app = place.app().await;
    let client = app.client("TIPA", "program:read").await;
    let other = app.client("TIPA", "program:read").await;
    let router = app.router();
    let wrong = basic_of(&client.client_id, "wrong");
    let burst = join_all((0..30).map(|_| send(&router, wanted(&wrong, "")))).await;
    assert!(burst.iter().all(|answer| answer.status != StatusCode::OK));
    // Now the right secret must wait too, or a guess would be told by its answer.
    let answer = ask(&router, &client).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{}", answer.body);
    assert!(answer.headers.contains_key(header::RETRY_AFTER));
    let request = signed_form("/oauth/revoke", &basic(&client), "token=x");
    assert_eq!(send(&router, request).await.status, StatusCode::TOO_MANY_REQUESTS);
    ask(&router, &other).await.token();
}

/// Serves the application as the binary does, so that callers have addresses.
async fn serve(app: &TestApp) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (served, settings) = (app.app.clone(), app.settings.clone());
    let serving = tokio::spawn(async move {
        aiplus::http::serve(listener, served, &settings).await.unwrap();
    });
    (address, serving)
}

/// Asks a server for a token, through a proxy that says where the call comes from.
async fn ask_from(server: SocketAddr, from: &str, authorization: &str) -> Answer {
    let stream = TcpStream::connect(server).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let mut request = wanted(authorization, "");
    let headers = request.headers_mut();
    headers.insert(header::HOST, "api.test".parse().unwrap());
    headers.insert("x-forwarded-for", from.parse().unwrap());
    let response = sender.send_request(request).await.unwrap();
    read(response.map(Body::new)).await
}

async fn an_address_that_guesses_shuts_nobody_else_out(place: Place) {
    let mut settings = crate::support::settings();
    settings.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    let app = place.app_with(&settings).await;
    let client = app.client("TIPA", "program:read").await;
    let other = app.client("TIPA", "program:read").await;
    let (server, serving) = serve(&app).await;
    let (guesser, owner) = ("192.0.2.1", "192.0.2.2");
    let wrong = basic_of(&client.client_id, "wrong");
    join_all((0..30).map(|_| ask_from(server, guesser, &wrong))).await;
    let answer = ask_from(server, guesser, &basic(&client)).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{}", answer.body);
    // The client itself, elsewhere, and another client behind the same address.
    ask_from(server, owner, &basic(&client)).await.token();
    ask_from(server, guesser, &basic(&other)).await.token();
    serving.abort();
}

async fn two_secrets_are_good_after_a_rotation(place: Place) {
    let app = place.app().await;
    let first = app.client("TIPA", "program:read").await;
    let router = app.router();
    let token = ask(&router, &first).await.token();
    let second = new_secret(&app, &first, false).await;
    assert_eq!(second.client_id, first.client_id);
    assert_ne!(second.secret, first.secret);
    for secret in [&first, &second] {
        ask(&router, secret).await.token();
    }
    let third = new_secret(&app, &first, false).await;
    ask(&router, &first).await.is_error(401, "invalid_client", "the first secret");
    for secret in [&second, &third] {
        ask(&router, secret).await.token();
    }
    // A secret is for signing in; the tokens it got end by themselves.
    assert!(viewer(&router, &token).await.is_some());
}

async fn a_secret_that_leaked_is_dropped_at_once(place: Place) {
    let app = place.app().await;
    let first = app.client("TIPA", "program:read").await;
    let router = app.router();
    let second = new_secret(&app, &first, false).await;
    let third = new_secret(&app, &first, true).await;
    for (name, secret) in [("first", &first), ("second", &second)] {
        ask(&router, secret).await.is_error(401, "invalid_client", name);
    }
    ask(&router, &third).await.token();
    // And it does not come back as the secret before.
    let fourth = new_secret(&app, &first, false).await;
    for (name, secret) in [("first", &first), ("second", &second)] {
        ask(&router, secret).await.is_error(401, "invalid_client", name);
    }
    for secret in [&third, &fourth] {
        ask(&router, secret).await.token();
    }
}

async fn a_disabled_client_comes_back(place: Place) {
    let app = place.app().await;
    let client = app.client("TIPA", "program:read").await;
    let router = app.router();
    let token = ask(&router, &client).await.token();
    clients::disable(&app.db, system(), client.id, 1, Some("점검".into())).await.unwrap();
    ask(&router, &client).await.is_error(401, "invalid_client", "disabled");
    assert_eq!(viewer(&router, &token).await, None);
    let request = signed_form("/oauth/revoke", &basic(&client), &format!("token={token}"));
    send(&router, request).await.is_error(401, "invalid_client", "disabled");
    clients::enable(&app.db, system(), client.id, 2).await.unwrap();
    let token = ask(&router, &client).await.token();
    assert_eq!(viewer(&router, &token).await.unwrap()["clientId"], *client.client_id);
}

async fn tokens_from_before_do_not_come_back(place: Place) {
    let app = place.app().await;
    let client = app.client("TIPA", "program:read").await;
    let router = app.router();
    let before = ask(&router, &client).await.token();
    let principal = app.app.access.authenticate(&app.db, &before, Utc::now()).await.unwrap();
    // A sign-in that began before the client was shut out, and is answered after.
    let unfinished = app.app.access.keys.current();
    let mut claims = claims_at(Utc::now());
    (claims.sub, claims.client_id) = (client.client_id.clone(), client.client_id.clone());
    clients::disable(&app.db, system(), client.id, 1, None).await.unwrap();
    clients::enable(&app.db, system(), client.id, 2).await.unwrap();
    let late = sign(&unfinished, &claims, Utc::now()).unwrap();
    // All in one second, and the next token is good at once.
    let after = ask(&router, &client).await.token();
    assert_eq!(viewer(&router, &before).await, None, "from before the client was shut out");
    assert_eq!(viewer(&router, &late).await, None, "of a sign-in from before");
    assert!(viewer(&router, &after).await.is_some());
    // Connections that stayed open are no better.
    assert!(app.app.access.renew(&app.db, &principal, Utc::now()).await.is_err());
    // A secret is rotated without ending anything, unless it leaked.
    new_secret(&app, &client, false).await;
    assert!(viewer(&router, &after).await.is_some());
    let fresh = new_secret(&app, &client, true).await;
    assert_eq!(viewer(&router, &after).await, None, "got by the secret that leaked");
    let last = ask(&router, &fresh).await.token();
    assert!(viewer(&router, &last).await.is_some());
    assert_eq!(decoded(&last, 1)["generation"], 2);
}

async fn servers_of_a_cluster_refuse_at_once(place: Place) {
    let here = place.app().await;
    let there = here.another().await;
    let (router, other) = (here.router(), there.router());
    let client = here.client("TIPA", "program:read").await;
    let token = async || ask(&router, &client).await.token();
    // What one issues the other takes, for one statement.
    let (first, second) = (token().await, token().await);
    let statements = async |bearer: &str| {
        there.statements();
        let principal = there.app.access.authenticate(&there.db, bearer, Utc::now()).await;
        (principal.is_ok(), there.statements().len())
    };
    for bearer in [&first, &second] {
        assert_eq!(statements(bearer).await, (true, 1));
        assert!(viewer(&other, bearer).await.is_some());
    }
    // However often it is asked, a client is looked up once in a while; nobody never is.
    let named = async |bearer: Option<&str>| {
        let begun = Instant::now();
        there.statements();
        for _ in 0..100 {
            let answer = there.post(bearer, &json!({ "query": "{ __typename }" })).await;
            assert_eq!(answer.status(), StatusCode::OK);
        }
        let leases = begun.elapsed().as_millis() / LEASE.as_millis();
        (there.statements().len(), leases as usize + 1)
    };
    assert_eq!(named(None).await.0, 0);
    let (asked, most) = named(Some(&first)).await;
    assert!(asked <= most, "{asked} statements, {most} at most");
    // Revoked here, refused there, though it was good there until just now.
    let asking = async {
        loop {
            viewer(&other, &first).await;
        }
    };
    let answer = tokio::select! {
        answer = send(&router, revocation(&client, &format!("token={first}"))) => answer,
        () = asking => unreachable!(),
    };
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(statements(&first).await, (false, 1));
    assert_eq!(viewer(&other, &first).await, None);
    assert!(viewer(&other, &second).await.is_some(), "another token of the client");
    // Disabled there, refused here; let in again here, the new token alone is good there.
    assert!(viewer(&router, &second).await.is_some());
    clients::disable(&there.db, system(), client.id, 1, None).await.unwrap();
    assert_eq!(viewer(&router, &second).await, None);
    assert_eq!(statements(&second).await, (false, 1));
    ask(&router, &client).await.is_error(401, "invalid_client", "disabled on the other server");
    clients::enable(&here.db, system(), client.id, 2).await.unwrap();
    let third = token().await;
    assert!(viewer(&other, &third).await.is_some());
    assert_eq!(viewer(&other, &second).await, None);
}

fn revocation(client: &Issued, rest: &str) -> Request<Body> {
    signed_form("/oauth/revoke", &basic(client), rest)
}

async fn a_client_revokes_its_own_token(place: Place) {
    let app = place.app().await;
    let client = app.client("TIPA", "program:read").await;
    let router = app.router();
    for (hint, in_form) in [
        ("", false),
        ("", true),
        ("&token_type_hint=access_token", false),
        ("&token_type_hint=refresh_token", false),
        ("&token_type_hint=hello", false),
    ] {
        let (token, kept) =
            (ask(&router, &client).await.token(), ask(&router, &client).await.token());
        assert!(viewer(&router, &token).await.is_some());
        let rest = format!("token={token}{hint}");
        // The second time it has been revoked already.
        for _ in 0..2 {
            let request = if in_form {
                form("/oauth/revoke", &format!("{}&{rest}", fields(&client)))
            } else {
                revocation(&client, &rest)
            };
            let answer = send(&router, request).await;
            assert_eq!(answer.status, StatusCode::OK, "{hint} {}", answer.body);
            assert_eq!(answer.body, "", "{hint}");
            answer.is_never_stored(hint);
            // On every server of the cluster: a router has no memory of its own to ask.
            assert_eq!(viewer(&router, &token).await, None, "{hint}");
            assert_eq!(viewer(&app.router(), &token).await, None, "{hint}");
        }
        assert!(viewer(&router, &kept).await.is_some(), "{hint}");
    }
}

async fn another_client_s_token_is_not_revoked(place: Place) {
    let app = place.app().await;
    let client = app.client("TIPA", "program:read access:admin").await;
    let other = app.client("TIPA", "program:read").await;
    let router = app.router();
    let token = ask(&router, &other).await.token();
    let answer = send(&router, revocation(&client, &format!("token={token}"))).await;
    answer.is_error(400, "unauthorized_client", "another client's");
    assert!(viewer(&router, &token).await.is_some());
}

async fn there_is_nothing_wrong_with_revoking_what_is_no_token(place: Place) {
    let app = place.app().await;
    let client = app.client("TIPA", "program:read").await;
    let router = app.router();
    let token = ask(&router, &client).await.token();
    let (rest, _) = token.rsplit_once('.').unwrap();
    let long = "x".repeat(6000);
    for text in ["hello", "a.b.c", rest, &format!("{rest}."), &long] {
        let answer = send(&router, revocation(&client, &format!("token={text}"))).await;
        assert_eq!(answer.status, StatusCode::OK, "{text} {}", answer.body);
    }
    // The character NUL is in no parameter (RFC 6749 appendix A).
    let answer = send(&router, revocation(&client, "token=%00")).await;
    answer.is_error(400, "invalid_request", "NUL");
    // A payload without its signature names a token, but revokes none.
    assert!(viewer(&router, &token).await.is_some());
    for rest in ["", "token_type_hint=access_token"] {
        let answer = send(&router, revocation(&client, rest)).await;
        answer.is_error(400, "invalid_request", rest);
    }
    let twice = format!("token={token}&token={token}");
    send(&router, revocation(&client, &twice)).await.is_error(400, "invalid_request", "twice");
    assert!(viewer(&router, &token).await.is_some());
}

async fn revoking_needs_a_client(place: Place) {
    let app = place.app().await;
    let client = app.client("TIPA", "program:read").await;
    let router = app.router();
    let token = ask(&router, &client).await.token();
    let rest = format!("token={token}");
    let wrong = basic_of(&client.client_id, "wrong");
    for (way, request) in [
        ("nothing", form("/oauth/revoke", &rest)),
        ("name", form("/oauth/revoke", &format!("{rest}&client_id={}", client.client_id))),
        ("wrong", signed_form("/oauth/revoke", &wrong, &rest)),
        ("the token itself", signed_form("/oauth/revoke", &format!("Bearer {token}"), &rest)),
    ] {
        send(&router, request).await.is_error(401, "invalid_client", way);
    }
    let both =
        signed_form("/oauth/revoke", &basic(&client), &format!("{rest}&{}", fields(&client)));
    send(&router, both).await.is_error(400, "invalid_request", "both");
    assert!(viewer(&router, &token).await.is_some());
}

async fn the_metadata_lead_to_every_endpoint(place: Place) {
    let app = place.app().await;
    let client = app.client("TIPA", "program:read").await;
    let router = app.router();
    let answer = get_json(&router, "/.well-known/oauth-authorization-server").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json");
    let metadata = answer.json();
    let methods = json!(["client_secret_basic", "client_secret_post"]);
    for (name, expected) in [
        ("issuer", json!("http://api.test")),
        ("grant_types_supported", json!(["client_credentials"])),
        ("token_endpoint_auth_methods_supported", methods.clone()),
        ("revocation_endpoint_auth_methods_supported", methods),
        // Required by RFC 8414 §2; there is no authorization endpoint.
        ("response_types_supported", json!([])),
        (
            "scopes_supported",
            json!([
                "program:read",
                "results:submit",
                "results:review",
                "content:write",
                "legislation:write",
                "access:admin",
                "audit:read"
            ]),
        ),
    ] {
        assert_eq!(metadata[name], expected, "{name}");
    }
    assert!(metadata.get("authorization_endpoint").is_none(), "{metadata}");
    // Every address is one of this server's, and answers.
    let path = |name: &str| {
        let address = metadata[name].as_str().unwrap();
        address.strip_prefix("http://api.test").unwrap().to_owned()
    };
    let request = signed_form(&path("token_endpoint"), &basic(&client), GRANT);
    let token = send(&router, request).await.token();
    assert_eq!(decoded(&token, 1)["iss"], metadata["issuer"]);
    let request =
        signed_form(&path("revocation_endpoint"), &basic(&client), &format!("token={token}"));
    assert_eq!(send(&router, request).await.status, StatusCode::OK);
    assert_eq!(viewer(&router, &token).await, None);
    assert!(get_json(&router, &path("jwks_uri")).await.json()["keys"].is_array());
}

async fn keys_of(router: &Router) -> JwkSet {
    let answer = get_json(router, "/.well-known/jwks.json").await;
    assert_eq!(answer.status, StatusCode::OK);
    serde_json::from_value(answer.json()).unwrap()
}

/// The claims of a token, as another server reads them that knows the key set alone.
fn verified(keys: &JwkSet, token: &str) -> Value {
    let head = jsonwebtoken::decode_header(token).unwrap();
    let jwk = keys.find(&head.kid.unwrap()).unwrap();
    let key = DecodingKey::from_jwk(jwk).unwrap();
    assert_eq!(jwk.common.key_algorithm.unwrap().to_string(), json!(head.alg).as_str().unwrap());
    let mut validation = Validation::new(head.alg);
    validation.set_audience(&["http://api.test/graphql"]);
    validation.set_issuer(&["http://api.test"]);
    validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
    jsonwebtoken::decode::<Value>(token, &key, &validation).unwrap().claims
}

fn has_public_members_alone(keys: &Value) {
    for key in keys["keys"].as_array().unwrap() {
        let names: Vec<&str> = key.as_object().unwrap().keys().map(String::as_str).collect();
        let public = ["kty", "use", "alg", "kid", "crv", "x", "y"];
        assert!(names.iter().all(|name| public.contains(name)), "{names:?}");
        assert_eq!(key["use"], "sig");
    }
}

async fn the_key_set_verifies_tokens_elsewhere(place: Place) {
    let app = place.app().await;
    let client = app.client("TIPA", "program:read").await;
    let router = app.router();
    let token = ask(&router, &client).await.token();
    let answer = get_json(&router, "/.well-known/jwks.json").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json");
    assert_eq!(answer.headers[header::CACHE_CONTROL], "public, max-age=300");
    let published = answer.json();
    has_public_members_alone(&published);
    assert_eq!(published["keys"].as_array().unwrap().len(), 1);
    let key = &published["keys"][0];
    assert_eq!(
        (&key["kty"], &key["crv"], &key["alg"]),
        (&json!("OKP"), &json!("Ed25519"), &json!("EdDSA"))
    );
    assert_eq!(key["kid"], decoded(&token, 0)["kid"]);
    let keys: JwkSet = serde_json::from_value(published.clone()).unwrap();
    assert_eq!(verified(&keys, &token)["client_id"], *client.client_id);
    // The file says more: nothing of what it alone holds is in the answer.
    let file = std::fs::read_to_string(app.key_file()).unwrap();
    let private = pem::parse(&file.as_bytes()[file.find("-----BEGIN").unwrap()..]).unwrap();
    let seed = &private.contents()[private.contents().len() - 32..];
    assert!(!answer.body.contains(&URL_SAFE_NO_PAD.encode(seed)));
}

/// Claims of a token of our own made at an instant.
fn claims_at(at: DateTime<Utc>) -> Written {
    Written {
        iss: "http://api.test".to_owned(),
        aud: "http://api.test/graphql".to_owned(),
        sub: "tipa-1".to_owned(),
        client_id: "tipa-1".to_owned(),
        exp: (at + LIFETIME).timestamp(),
        iat: at.timestamp(),
        nbf: None,
        jti: "1".to_owned(),
        scope: "program:read".to_owned(),
        institution: "TIPA".to_owned(),
        generation: 0,
    }
}

fn verified_at(ring: &KeyRing, token: &str, at: DateTime<Utc>) -> Result<(), Refusal> {
    let claims =
        Unchecked::read(token)?.verify(ring, "http://api.test", "http://api.test/graphql", at)?;
    assert_eq!(claims.client_id, "tipa-1");
    Ok(())
}

async fn keys_overlap_so_that_no_token_is_refused(_: Place) {
    let start: DateTime<Utc> = "2026-11-23T00:00:00Z".parse().unwrap();
    let second = Duration::seconds(1);
    let old = Key::generate(start).unwrap().kid;
    let ring = KeyRing(vec![Key::generate(start).unwrap()]);
    assert_ne!(ring.0[0].kid, old, "keys are made anew");
    let old = ring.0[0].kid.clone();
    // As `aiplus keys rotate` does, a day later.
    let rotated = start + Duration::days(1);
    let from = rotated + OVERLAP;
    let until = from + LIFETIME + LEEWAY + second;
    let before = sign(&ring, &claims_at(rotated - second), rotated - second).unwrap();
    let ring = ring.rotated(from, until, rotated).unwrap();
    let kids = |at| -> Vec<String> {
        let keys = ring.published(at).keys;
        keys.into_iter().map(|key| key.common.key_id.unwrap()).collect()
    };
    let new = kids(rotated)[1].clone();
    assert_eq!(kids(rotated), [old.clone(), new.clone()], "published at once");
    for (at, signing) in [(rotated, &old), (from - second, &old), (from, &new), (until, &new)] {
        assert_eq!(&ring.signing(at).unwrap().kid, signing, "{at}");
        let token = sign(&ring, &claims_at(at), at).unwrap();
        assert_eq!(decoded(&token, 0)["kid"], **signing, "{at}");
    }
    assert_eq!(verified_at(&ring, &before, rotated), Ok(()));
    // The last token of the old key is good to its own end, leeway and all.
    let last = sign(&ring, &claims_at(from - second), from - second).unwrap();
    let end = from - second + LIFETIME;
    assert_eq!(verified_at(&ring, &last, from), Ok(()));
    assert_eq!(verified_at(&ring, &last, end + LEEWAY - second), Ok(()));
    assert_eq!(verified_at(&ring, &last, end + LEEWAY), Err(Refusal::Expired));
    assert_eq!(kids(until - second).len(), 2);
    assert_eq!(kids(until), std::slice::from_ref(&new), "then the old key is gone");
    assert_eq!(verified_at(&ring, &last, until), Err(Refusal::Key));
    // Two rotations in a row put nothing off: the first key still retires when it was to.
    let (from, later) = (rotated + OVERLAP * 2, until + OVERLAP);
    let ring = ring.rotated(from, later, rotated + OVERLAP).unwrap();
    assert_eq!(ring.0.len(), 3);
    assert_eq!(ring.published(until).keys.len(), 2);
    assert_eq!(ring.published(later).keys.len(), 1);
}

async fn a_rotation_reaches_the_running_server(place: Place) {
    let app = place.app().await;
    let client = app.client("TIPA", "program:read").await;
    let router = app.router();
    let kid = |token: &str| decoded(token, 0)["kid"].as_str().unwrap().to_owned();
    let first = ask(&router, &client).await.token();
    let old = kid(&first);
    let now = Utc::now();
    let until = now + OVERLAP + LIFETIME + LEEWAY;
    rewrite(&app.key_file(), |ring| ring.rotated(now + OVERLAP, until, now)).unwrap();
    // Published at once, while the old key still signs.
    let keys = keys_of(&router).await;
    assert_eq!(keys.keys.len(), 2);
    has_public_members_alone(&serde_json::to_value(&keys).unwrap());
    let new = keys.keys[1].common.key_id.clone().unwrap();
    assert!(keys.find(&old).is_some() && new != old);
    let second = ask(&router, &client).await.token();
    assert_eq!(kid(&second), old);
    // Its time has come.
    rewrite(&app.key_file(), |mut ring| {
        ring.0[1].active_from = Some(now);
        Ok(ring)
    })
    .unwrap();
    let third = ask(&router, &client).await.token();
    assert_eq!(kid(&third), new);
    let keys = keys_of(&router).await;
    for token in [&first, &second, &third] {
        assert!(viewer(&router, token).await.is_some());
        assert_eq!(verified(&keys, token)["client_id"], *client.client_id);
    }
    // The old key has retired.
    rewrite(&app.key_file(), |mut ring| {
        ring.0[0].retires_at = Some(Utc::now());
        Ok(ring)
    })
    .unwrap();
    let keys = keys_of(&router).await;
    assert_eq!(keys.keys.len(), 1);
    assert!(keys.find(&new).is_some());
    for (token, good) in [(&first, false), (&second, false), (&third, true)] {
        assert_eq!(viewer(&router, token).await.is_some(), good);
    }
}

/// A new ECDSA P-256 key in PKCS#8.
fn p256() -> Vec<u8> {
    let random = SystemRandom::new();
    let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    made.as_ref().to_vec()
}

async fn a_key_file_of_ecdsa_keys_is_taken(place: Place) {
    let app = place.app().await;
    let client = app.client("TIPA", "program:read").await;
    let router = app.router();
    let ours = ask(&router, &client).await.token();
    let file = std::fs::read_to_string(app.key_file()).unwrap();
    let added = pem::encode(&pem::Pem::new("PRIVATE KEY", p256()));
    std::fs::write(app.key_file(), format!("{file}{added}")).unwrap();
    let token = ask(&router, &client).await.token();
    assert_eq!(decoded(&token, 0)["alg"], "ES256");
    let keys = keys_of(&router).await;
    has_public_members_alone(&serde_json::to_value(&keys).unwrap());
    for token in [&ours, &token] {
        assert_eq!(verified(&keys, token)["client_id"], *client.client_id);
        assert!(viewer(&router, token).await.is_some());
    }
    // Each key checks its own algorithm: one key's signature under the other's name is none.
    let head = json!({ "typ": "at+jwt", "alg": "ES256", "kid": decoded(&ours, 0)["kid"] });
    let ring = KeyRing::parse(&std::fs::read_to_string(app.key_file()).unwrap()).unwrap();
    let crossed = signed(&ring.0[1].private, Algorithm::ES256, &head, &decoded(&token, 1));
    assert_eq!(viewer(&router, &crossed).await, None);
}

#[cfg(unix)]
async fn a_rotation_leaves_the_file_to_its_owner(place: Place) {
    use std::os::unix::fs::{MetadataExt as _, chown};
    let app = place.app().await;
    // Another owner is the administrator's to make; everybody else has nothing to lose here.
    if chown(app.key_file(), Some(65_534), Some(65_534)).is_err() {
        return;
    }
    let now = Utc::now();
    rewrite(&app.key_file(), |ring| ring.rotated(now, now + OVERLAP, now)).unwrap();
    let kept = std::fs::metadata(app.key_file()).unwrap();
    assert_eq!((kept.uid(), kept.gid(), kept.mode() & 0o777), (65_534, 65_534, 0o600));
    assert_eq!(
        KeyRing::parse(&std::fs::read_to_string(app.key_file()).unwrap()).unwrap().0.len(),
        2
    );
    assert_eq!(beside(&app), Vec::<String>::new(), "nothing is left beside it");
}

/// Files in the folder of the keys but the two key files themselves.
fn beside(app: &TestApp) -> Vec<String> {
    let names = std::fs::read_dir(app.keys.path()).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let own = app.key_file();
    let known = [own.file_name().unwrap().to_str().unwrap(), "aiplus-webhooks.key"];
    names.filter(|name| !known.contains(&name.as_str())).collect()
}

async fn key_files_are_their_owner_s_alone(place: Place) {
    use std::os::unix::fs::PermissionsExt as _;
    let app = place.app().await;
    let mode = || std::fs::metadata(app.key_file()).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(), 0o600);
    let now = Utc::now();
    rewrite(&app.key_file(), |ring| ring.rotated(now, now, now)).unwrap();
    assert_eq!(mode(), 0o600);
    // Nothing is left lying beside it.
    assert_eq!(beside(&app), Vec::<String>::new());
}

fn signed(key: &EncodingKey, algorithm: Algorithm, head: &Value, claims: &Value) -> String {
    let encoded = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let message = format!("{}.{}", encoded(head), encoded(claims));
    let signature = crypto::sign(message.as_bytes(), key, algorithm).unwrap();
    format!("{message}.{signature}")
}

const LOGIN: &str = "https://login.agency.test";

/// An agency with an identity provider of its own.
struct Agency {
    issuer: &'static str,
    key: EncodingKey,
    jwk: Value,
}

impl Agency {
    fn new(kid: &str) -> Self {
        let key = EncodingKey::from_ec_der(&p256());
        let mut jwk = json!(Jwk::from_encoding_key(&key, Algorithm::ES256).unwrap());
        jwk["kid"] = json!(kid);
        Self { issuer: LOGIN, key, jwk }
    }

    fn keys(&self) -> Value {
        json!({ "keys": [self.jwk] })
    }

    fn head(&self) -> Value {
        json!({ "typ": "at+jwt", "alg": "ES256", "kid": self.jwk["kid"] })
    }

    fn claims(&self, now: DateTime<Utc>) -> Value {
        json!({
            "iss": self.issuer,
            "aud": "http://api.test/graphql",
            "sub": "service-7",
            "client_id": "dashboard",
            "org": "1371000",
            "scope": "program:read access:admin profile",
            "iat": now.timestamp(),
            "exp": now.timestamp() + 600,
            "jti": uuid::Uuid::new_v4(),
        })
    }

    fn token_at(&self, now: DateTime<Utc>) -> String {
        signed(&self.key, Algorithm::ES256, &self.head(), &self.claims(now))
    }

    /// A token with another header or other claims.
    fn token(&self, edit: impl FnOnce(&mut Value, &mut Value)) -> String {
        let (mut head, mut claims) = (self.head(), self.claims(Utc::now()));
        edit(&mut head, &mut claims);
        signed(&self.key, Algorithm::ES256, &head, &claims)
    }

    /// What an operator writes about it; `keys` says where its keys are.
    fn entry(&self, keys: &str, more: &str) -> String {
        format!(
            "[[issuer]]\nissuer = \"{}\"\naudience = \"http://api.test/graphql\"\n{keys}\n\
             algorithms = [\"ES256\"]\ninstitution_claim = \"org\"\n\
             scopes = \"program:read results:submit\"\n{more}\n",
            self.issuer
        )
    }
}

const IN_FILE: &str = "jwks_file = \"keys.json\"";
const MAPPED: &str = "[issuer.institutions]\n\"1371000\" = \"TIPA\"\n\"9999999\" = \"NOBODY\"";

/// Access as an operator with these issuers has it.
fn access(app: &TestApp, folder: &Path, issuers: &str) -> Result<Access, Error> {
    let file = folder.join("issuers.toml");
    std::fs::write(&file, issuers).unwrap();
    let settings = AccessSettings { issuers_file: Some(file), ..access_settings() };
    let keys = KeyStore::open(app.key_file(), Utc::now())?;
    Access::new(&settings, keys, "http://api.test")
}

/// Access with one agency whose keys are in a file.
fn access_to(app: &TestApp, folder: &TempDir, agency: &Agency, more: &str) -> Access {
    std::fs::write(folder.path().join("keys.json"), agency.keys().to_string()).unwrap();
    access(app, folder.path(), &agency.entry(IN_FILE, more)).unwrap()
}

/// The client that a token stands for; none if it is refused. Nothing else may go wrong.
async fn client_at(
    app: &TestApp,
    access: &Access,
    token: &str,
    now: DateTime<Utc>,
) -> Option<Arc<Client>> {
    match access.authenticate(&app.db, token, now).await {
        Ok(Principal::Client(client)) => Some(client),
        Err(Error::Unauthenticated) => None,
        other => panic!("{other:?}"),
    }
}

async fn client_of(app: &TestApp, access: &Access, token: &str) -> Option<Arc<Client>> {
    client_at(app, access, token, Utc::now()).await
}

async fn an_outside_token_is_taken_as_configured(place: Place) {
    let (app, folder, agency) = (place.app().await, TempDir::new().unwrap(), Agency::new("k1"));
    let access = access_to(&app, &folder, &agency, MAPPED);
    let now = Utc::now();
    let token = agency.token_at(now);
    let client = client_of(&app, &access, &token).await.unwrap();
    assert_eq!(client.institution.code, "TIPA");
    assert_eq!(client.client_id, format!("{LOGIN}#dashboard"));
    assert_eq!(client.id, None);
    // No more than the operator allows, whatever the token says.
    assert_eq!(client.scopes.to_string(), "program:read");
    assert_eq!(client.tier, RateTier::Standard);
    assert_eq!(client.token.issuer, LOGIN);
    assert_eq!(client.token.expires_at.timestamp(), now.timestamp() + 600);
    assert!(client.token.id.starts_with(&format!("{LOGIN}#")), "{}", client.token.id);
    // Our own tokens are good beside it, and nobody else's.
    let own = app.token(&app.client("TIPA", "program:read").await).await;
    assert!(client_of(&app, &access, &own).await.is_some());
    assert!(client_of(&app, &app.app.access, &token).await.is_none());
}

async fn an_outside_client_calls_the_api(place: Place) {
    let (app, folder, agency) = (place.app().await, TempDir::new().unwrap(), Agency::new("k1"));
    let settings = EngineSettings {
        introspection: Introspection::Everyone,
        persisted: Persisted::read(None).unwrap(),
        webhooks: None,
    };
    let access = access_to(&app, &folder, &agency, MAPPED);
    let served = App::new(app.db.clone(), None, access, settings);
    let (_, stopping) = tokio::sync::watch::channel(false);
    let router = aiplus::http::router(served, &app.settings, stopping);
    let expected = json!({
        "kind": "CLIENT", "clientId": format!("{LOGIN}#dashboard"),
        "institution": { "code": "TIPA" }, "scopes": ["program:read"], "issuer": LOGIN,
        "standing": "OPERATOR",
    });
    let token = agency.token(|_, _| {});
    assert_eq!(viewer(&router, &token).await, Some(expected.clone()));
    let late = agency.token(|_, claims| {
        claims["exp"] = json!(Utc::now().timestamp() - 60);
        claims["iat"] = json!(Utc::now().timestamp() - 600);
    });
    assert_eq!(viewer(&router, &late).await, None);
    // A client of ours cannot end another issuer's token.
    let client = app.client("TIPA", "program:read").await;
    let answer = send(&router, revocation(&client, &format!("token={token}"))).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(viewer(&router, &token).await, Some(expected));
}

async fn outside_claims_have_their_names_and_bounds(place: Place) {
    let (app, folder, agency) = (place.app().await, TempDir::new().unwrap(), Agency::new("k1"));
    let access = access_to(&app, &folder, &agency, MAPPED);
    let scopes = async |access: &Access, scope: Value| {
        let token = agency.token(|_, claims| claims["scope"] = scope);
        client_of(&app, access, &token).await.unwrap().scopes.to_string()
    };
    assert_eq!(
        scopes(&access, json!("results:submit program:read")).await,
        "program:read results:submit"
    );
    assert_eq!(scopes(&access, json!(["program:read", "audit:read", 7])).await, "program:read");
    assert_eq!(scopes(&access, json!("access:admin audit:read")).await, "");
    assert_eq!(scopes(&access, json!("")).await, "");
    assert_eq!(scopes(&access, json!(7)).await, "");
    // A list of audiences is one that names us; a client without a name is its subject.
    let token = agency.token(|_, claims| {
        claims["aud"] = json!(["https://elsewhere.test", "http://api.test/graphql"]);
        claims.as_object_mut().unwrap().remove("client_id");
        claims.as_object_mut().unwrap().remove("scope");
        claims["nbf"] = json!(Utc::now().timestamp());
    });
    let client = client_of(&app, &access, &token).await.unwrap();
    assert_eq!(client.client_id, format!("{LOGIN}#service-7"));
    assert!(client.scopes.is_empty());
    // Without a table of institutions the claim is the code itself.
    let named = access_to(&app, &folder, &agency, "");
    let claimed = |code: &str| agency.token(|_, claims| claims["org"] = json!(code));
    let client = client_of(&app, &named, &claimed("KOSME")).await.unwrap();
    assert_eq!(client.institution.code, "KOSME");
    assert_eq!(client.institution.standing, Standing::Partner);
    // One that runs the programme is the operator's to name, not the issuer's.
    for code in ["MSS", "TIPA"] {
        assert!(client_of(&app, &named, &claimed(code)).await.is_none(), "{code} was claimed");
    }
    let mapped = "[issuer.institutions]\n\"MSS\" = \"MSS\"";
    let mapped = access_to(&app, &folder, &agency, mapped);
    let client = client_of(&app, &mapped, &claimed("MSS")).await.unwrap();
    assert_eq!(client.institution.standing, Standing::Operator);
    assert!(client_of(&app, &mapped, &claimed("TIPA")).await.is_none());
    // Names, type and lifetime of providers from before RFC 9068.
    let older = "scope_claim = \"scp\"\nclient_claim = \"azp\"\ntyp = \"JWT\"\n\
                 max_lifetime_seconds = 60";
    let older = access_to(&app, &folder, &agency, older);
    let with = |typ: &str, seconds: i64| {
        agency.token(|head, claims| {
            head["typ"] = json!(typ);
            claims["scp"] = json!(["results:submit"]);
            claims["azp"] = json!("batch");
            claims["org"] = json!("KOSME");
            claims["exp"] = json!(claims["iat"].as_i64().unwrap() + seconds);
        })
    };
    let client = client_of(&app, &older, &with("JWT", 60)).await.unwrap();
    assert_eq!(client.scopes.to_string(), "results:submit");
    assert_eq!(client.client_id, format!("{LOGIN}#batch"));
    assert!(client_of(&app, &older, &with("JWT", 61)).await.is_none(), "lives too long");
    assert!(client_of(&app, &older, &with("at+jwt", 60)).await.is_none(), "another type");
}

type Edit = fn(&mut Value, &mut Value);

/// What may be wrong with an outside token whose signature is right.
const FAULTS: &[(&str, Edit)] = &[
    ("audience", |_, claims| claims["aud"] = json!("https://elsewhere.test")),
    ("audience of others", |_, claims| claims["aud"] = json!(["https://elsewhere.test"])),
    ("no audience", |_, claims| claims["aud"] = json!([])),
    ("audience missing", |_, claims| claims["aud"] = Value::Null),
    ("issuer", |_, claims| claims["iss"] = json!("https://login.other.test")),
    ("issuer with a slash", |_, claims| claims["iss"] = json!("https://login.agency.test/")),
    ("our own issuer", |_, claims| claims["iss"] = json!("http://api.test")),
    ("issuer missing", |_, claims| claims["iss"] = Value::Null),
    ("institution not in the table", |_, claims| claims["org"] = json!("TIPA")),
    ("institution that is not there", |_, claims| claims["org"] = json!("9999999")),
    ("institution missing", |_, claims| claims["org"] = Value::Null),
    ("institution list", |_, claims| claims["org"] = json!(["1371000"])),
    ("jti missing", |_, claims| claims["jti"] = Value::Null),
    ("no client and no subject", |_, claims| {
        claims["client_id"] = Value::Null;
        claims["sub"] = Value::Null;
    }),
    ("expired", |_, claims| {
        claims["iat"] = json!(claims["iat"].as_i64().unwrap() - 600);
        claims["exp"] = json!(claims["iat"].as_i64().unwrap() + 500);
    }),
    ("lives too long", |_, claims| {
        claims["exp"] = json!(claims["iat"].as_i64().unwrap() + 3601);
    }),
    ("made in the future", |_, claims| {
        claims["iat"] = json!(claims["iat"].as_i64().unwrap() + 300);
    }),
    ("not yet", |_, claims| claims["nbf"] = json!(claims["iat"].as_i64().unwrap() + 300)),
    ("nbf text", |_, claims| claims["nbf"] = json!("0")),
    ("exp text", |_, claims| claims["exp"] = json!(claims["exp"].to_string())),
    ("exp fraction", |_, claims| claims["exp"] = json!(claims["exp"].as_f64().unwrap() + 0.5)),
    ("exp missing", |_, claims| claims["exp"] = Value::Null),
    ("exp huge", |_, claims| claims["exp"] = json!(i64::MAX)),
    ("exp at the last instant", |_, claims| {
        claims["exp"] = json!(DateTime::<Utc>::MAX_UTC.timestamp());
    }),
    ("iat missing", |_, claims| claims["iat"] = Value::Null),
    ("type JWT", |head, _| head["typ"] = json!("JWT")),
    ("type missing", |head, _| head["typ"] = Value::Null),
    ("kid unknown", |head, _| head["kid"] = json!("k2")),
    ("kid missing", |head, _| head["kid"] = Value::Null),
    ("kid number", |head, _| head["kid"] = json!(1)),
    ("alg none", |head, _| head["alg"] = json!("none")),
    ("alg missing", |head, _| head["alg"] = Value::Null),
    ("alg ES384", |head, _| head["alg"] = json!("ES384")),
    ("alg EdDSA", |head, _| head["alg"] = json!("EdDSA")),
    ("jku", |head, _| head["jku"] = json!("https://login.agency.test/jwks.json")),
    ("x5u", |head, _| head["x5u"] = json!("https://login.agency.test/chain")),
    ("jwk", |head, _| head["jwk"] = json!({})),
    ("x5c", |head, _| head["x5c"] = json!([])),
    ("crit", |head, _| head["crit"] = json!(["exp"])),
    ("b64", |head, _| head["b64"] = json!(true)),
];

async fn faulty_outside_tokens_are_refused(place: Place) {
    let (app, folder, agency) = (place.app().await, TempDir::new().unwrap(), Agency::new("k1"));
    let access = access_to(&app, &folder, &agency, MAPPED);
    assert!(client_of(&app, &access, &agency.token(|_, _| {})).await.is_some());
    for (fault, edit) in FAULTS {
        let token = agency.token(edit);
        assert!(client_of(&app, &access, &token).await.is_none(), "{fault}");
    }
    // The published key as a secret, and signatures that are none of the agency's.
    let claims = agency.claims(Utc::now());
    let raw = |name: &str| URL_SAFE_NO_PAD.decode(agency.jwk[name].as_str().unwrap()).unwrap();
    let point = [&[4][..], &raw("x"), &raw("y")].concat();
    let texts = [agency.jwk.to_string(), agency.keys().to_string(), String::new()];
    for secret in texts.iter().map(String::as_bytes).chain([&point[..]]) {
        let mut head = agency.head();
        head["alg"] = json!("HS256");
        let key = EncodingKey::from_secret(secret);
        let token = signed(&key, Algorithm::HS256, &head, &claims);
        assert!(client_of(&app, &access, &token).await.is_none(), "HS256");
    }
    let stranger = Agency::new("k1");
    assert!(client_of(&app, &access, &stranger.token(|_, _| {})).await.is_none());
    let good = agency.token(|_, _| {});
    let (rest, _) = good.rsplit_once('.').unwrap();
    for signature in ["", &URL_SAFE_NO_PAD.encode([0; 64]), "AAAA"] {
        let token = format!("{rest}.{signature}");
        assert!(client_of(&app, &access, &token).await.is_none(), "{signature}");
    }
    // Another algorithm that the operator allows still has to be the key's own.
    let mut entry = agency.entry(IN_FILE, MAPPED);
    entry = entry.replace("[\"ES256\"]", "[\"EdDSA\", \"ES256\", \"RS256\"]");
    let wider = self::access(&app, folder.path(), &entry).unwrap();
    assert!(client_of(&app, &wider, &good).await.is_some());
    let own = Key::generate(Utc::now()).unwrap();
    let mut head = agency.head();
    head["alg"] = json!("EdDSA");
    let token = signed(&own.private, Algorithm::EdDSA, &head, &claims);
    assert!(client_of(&app, &wider, &token).await.is_none());
    for algorithm in ["EdDSA", "RS256"] {
        let token = agency.token(|head, _| head["alg"] = json!(algorithm));
        assert!(client_of(&app, &wider, &token).await.is_none(), "{algorithm}");
    }
}

async fn an_issuer_s_keys_count_for_its_own_tokens(place: Place) {
    let (app, folder) = (place.app().await, TempDir::new().unwrap());
    let first = Agency::new("k1");
    let second = Agency { issuer: "https://login.other.test", ..Agency::new("k2") };
    for (name, agency) in [("keys.json", &first), ("others.json", &second)] {
        std::fs::write(folder.path().join(name), agency.keys().to_string()).unwrap();
    }
    let issuers = format!(
        "{}\n{}",
        first.entry(IN_FILE, MAPPED),
        second.entry("jwks_file = \"others.json\"", "")
    );
    let access = access(&app, folder.path(), &issuers).unwrap();
    let in_other = second.token(|_, claims| claims["org"] = json!("KOSME"));
    assert_eq!(
        client_of(&app, &access, &first.token(|_, _| {})).await.unwrap().institution.code,
        "TIPA"
    );
    assert_eq!(client_of(&app, &access, &in_other).await.unwrap().institution.code, "KOSME");
    // Signed by one, said to be of the other, with either name of the key.
    for kid in ["k1", "k2"] {
        let token = second.token(|head, claims| {
            head["kid"] = json!(kid);
            claims["iss"] = json!(LOGIN);
        });
        assert!(client_of(&app, &access, &token).await.is_none(), "{kid}");
    }
    // Our own key signs for no other issuer, and theirs not for us.
    let ring = KeyRing::parse(&std::fs::read_to_string(app.key_file()).unwrap()).unwrap();
    let ours = &ring.0[0];
    let head = json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": ours.kid });
    let token = signed(&ours.private, Algorithm::EdDSA, &head, &first.claims(Utc::now()));
    assert!(client_of(&app, &access, &token).await.is_none());
    let client = app.client("TIPA", "program:read").await;
    for kid in ["k1", ours.kid.as_str()] {
        let token = first.token(|head, claims| {
            head["kid"] = json!(kid);
            claims["iss"] = json!("http://api.test");
            claims["sub"] = json!(client.client_id);
            claims["client_id"] = json!(client.client_id);
            claims["institution"] = json!("TIPA");
        });
        assert!(client_of(&app, &access, &token).await.is_none(), "{kid}");
    }
}

async fn faulty_issuer_files_are_refused(place: Place) {
    let (app, folder, agency) = (place.app().await, TempDir::new().unwrap(), Agency::new("k1"));
    std::fs::write(folder.path().join("keys.json"), agency.keys().to_string()).unwrap();
    std::fs::write(folder.path().join("broken.json"), "hello").unwrap();
    let good = agency.entry(IN_FILE, MAPPED);
    assert!(access(&app, folder.path(), &good).is_ok());
    for (fault, from, to) in [
        ("HS256", "[\"ES256\"]", "[\"HS256\"]"),
        ("HS512 beside a good one", "[\"ES256\"]", "[\"ES256\", \"HS512\"]"),
        ("none", "[\"ES256\"]", "[\"none\"]"),
        ("no algorithm", "[\"ES256\"]", "[]"),
        ("an unknown scope", "results:submit", "results:everything"),
        ("an unknown setting", "algorithms", "algoritms"),
        ("no keys", IN_FILE, ""),
        ("keys twice", IN_FILE, "jwks_file = \"keys.json\"\njwks_url = \"http://127.0.0.1/\""),
        ("a key file that is not there", "keys.json", "nothing.json"),
        ("a key file that is none", "keys.json", "broken.json"),
        ("no audience", "audience = \"http://api.test/graphql\"\n", ""),
        ("no institution claim", "institution_claim = \"org\"\n", ""),
        ("no scopes", "scopes = ", "typ = "),
        ("no TOML", "[[issuer]]", "[[issuer"),
    ] {
        let text = good.replace(from, to);
        assert_ne!(text, good, "{fault}");
        assert!(access(&app, folder.path(), &text).is_err(), "{fault}");
    }
    let settings = AccessSettings {
        issuers_file: Some(folder.path().join("no-file.toml")),
        ..access_settings()
    };
    let keys = KeyStore::open(app.key_file(), Utc::now()).unwrap();
    assert!(Access::new(&settings, keys, "http://api.test").is_err());
}

async fn a_replaced_key_set_is_taken_over(place: Place) {
    let (app, folder, old) = (place.app().await, TempDir::new().unwrap(), Agency::new("k1"));
    let access = access_to(&app, &folder, &old, MAPPED);
    let new = Agency::new("a key with a longer name");
    let (by_old, by_new) = (old.token(|_, _| {}), new.token(|_, _| {}));
    assert!(client_of(&app, &access, &by_old).await.is_some());
    assert!(client_of(&app, &access, &by_new).await.is_none());
    let file = folder.path().join("keys.json");
    // Keys for other uses and of other kinds stand in many providers' sets.
    let other = json!({ "kty": "XYZ", "kid": "x" });
    let encryption = json!({
        "kty": "RSA", "use": "enc", "alg": "RSA-OAEP", "kid": "e", "n": "AQAB", "e": "AQAB",
    });
    let keys = json!({ "keys": [other, encryption, new.jwk] });
    std::fs::write(&file, keys.to_string()).unwrap();
    assert!(client_of(&app, &access, &by_new).await.is_some());
    assert!(client_of(&app, &access, &by_old).await.is_none());
    // A file that cannot be read leaves what was known.
    for broken in ["", "hello", "{\"keys\":1}"] {
        std::fs::write(&file, broken).unwrap();
        assert!(client_of(&app, &access, &by_new).await.is_some(), "{broken}");
    }
    std::fs::remove_file(&file).unwrap();
    assert!(client_of(&app, &access, &by_new).await.is_some());
}

/// A server of key sets that counts how often it is asked.
struct KeyServer {
    url: String,
    asked: Arc<AtomicUsize>,
    serving: JoinHandle<()>,
}

impl KeyServer {
    /// Each answer is the next of these, the last one again and again.
    async fn start(answers: Vec<(StatusCode, HeaderMap, String)>) -> Self {
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = asked.clone();
        let handler = move || {
            let at = counted.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
            let (status, mut headers, body) = answers[at].clone();
            // A connection that were kept open would outlive the server.
            headers.insert(header::CONNECTION, "close".parse().unwrap());
            async move { (status, headers, body).into_response() }
        };
        let elsewhere = asked.clone();
        let router = Router::new().route("/jwks.json", get(handler)).fallback(move || async move {
            elsewhere.fetch_add(1000, Ordering::SeqCst);
            StatusCode::NOT_FOUND
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, asked, serving }
    }

    async fn of(sets: &[Value]) -> Self {
        let good = |set: &Value| (StatusCode::OK, HeaderMap::new(), set.to_string());
        Self::start(sets.iter().map(good).collect()).await
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn access(&self, app: &TestApp, agency: &Agency) -> Access {
        let folder = TempDir::new().unwrap();
        let keys = format!("jwks_url = \"{}\"", self.url);
        access(app, folder.path(), &agency.entry(&keys, MAPPED)).unwrap()
    }

    async fn stop(self) {
        self.serving.abort();
        // The listener is closed once the task is gone.
        assert!(self.serving.await.unwrap_err().is_cancelled());
    }
}

async fn a_key_set_is_fetched_once(place: Place) {
    let (app, agency) = (place.app().await, Agency::new("k1"));
    let server = KeyServer::of(&[agency.keys()]).await;
    let access = server.access(&app, &agency);
    assert_eq!(server.asked(), 0, "not before it is needed");
    // Many at once, then one after the other.
    let tokens: Vec<String> = (0..20).map(|_| agency.token(|_, _| {})).collect();
    let taken = join_all(tokens.iter().map(|token| client_of(&app, &access, token))).await;
    assert!(taken.iter().all(Option::is_some));
    for token in &tokens {
        assert!(client_of(&app, &access, token).await.is_some());
    }
    assert_eq!(server.asked(), 1);
    // Names that nobody knows are no way to make us ask again and again.
    let unknown: Vec<String> =
        (0..20).map(|at| agency.token(|head, _| head["kid"] = json!(format!("x{at}")))).collect();
    let taken = join_all(unknown.iter().map(|token| client_of(&app, &access, token))).await;
    assert!(taken.iter().all(Option::is_none));
    assert_eq!(server.asked(), 1);
    assert!(client_of(&app, &access, &tokens[0]).await.is_some());
    // Neither are tokens of nobody, or with a fault that shows before the key is needed.
    for (fault, edit) in FAULTS.iter().filter(|(fault, _)| fault.starts_with("alg")) {
        assert!(client_of(&app, &access, &agency.token(edit)).await.is_none(), "{fault}");
    }
    assert_eq!(server.asked(), 1);
}

async fn an_unknown_key_is_looked_for_again(place: Place) {
    let (app, old, new) = (place.app().await, Agency::new("k1"), Agency::new("k2"));
    let both = json!({ "keys": [old.jwk, new.jwk] });
    let server = KeyServer::of(&[old.keys(), both, new.keys()]).await;
    let access = server.access(&app, &old);
    let now = Utc::now();
    assert!(client_at(&app, &access, &old.token_at(now), now).await.is_some());
    assert_eq!(server.asked(), 1);
    // Too soon after the last look; then found, with one more fetch for all who ask.
    let soon = now + Duration::seconds(29);
    assert!(client_at(&app, &access, &new.token_at(soon), soon).await.is_none());
    assert_eq!(server.asked(), 1);
    let later = now + Duration::seconds(31);
    let tokens: Vec<String> = (0..10).map(|_| new.token_at(later)).collect();
    let taken = join_all(tokens.iter().map(|token| client_at(&app, &access, token, later))).await;
    assert!(taken.iter().all(Option::is_some));
    assert!(client_at(&app, &access, &old.token_at(later), later).await.is_some());
    assert_eq!(server.asked(), 2);
    // A key that was taken away is noticed when the set is fetched again for its age.
    let still = later + Duration::seconds(599);
    assert!(client_at(&app, &access, &old.token_at(still), still).await.is_some());
    assert_eq!(server.asked(), 2);
    let old_by_then = later + Duration::seconds(601);
    assert!(client_at(&app, &access, &old.token_at(old_by_then), old_by_then).await.is_none());
    assert!(client_at(&app, &access, &new.token_at(old_by_then), old_by_then).await.is_some());
    assert_eq!(server.asked(), 3);
}

async fn keys_stay_known_when_their_server_is_gone(place: Place) {
    let (app, agency) = (place.app().await, Agency::new("k1"));
    let server = KeyServer::of(&[agency.keys()]).await;
    let access = server.access(&app, &agency);
    let now = Utc::now();
    assert!(client_at(&app, &access, &agency.token_at(now), now).await.is_some());
    server.stop().await;
    assert!(client_at(&app, &access, &agency.token_at(now), now).await.is_some());
    // Past the age at which the set would be fetched again, too.
    let later = now + Duration::minutes(11);
    assert!(client_at(&app, &access, &agency.token_at(later), later).await.is_some());
    let unknown = Agency::new("k2").token_at(later);
    assert!(client_at(&app, &access, &unknown, later).await.is_none());
    assert!(client_at(&app, &access, &agency.token_at(later), later).await.is_some());
}

async fn a_server_that_fails_is_not_asked_each_time(place: Place) {
    let (app, agency) = (place.app().await, Agency::new("k1"));
    let failing = (StatusCode::INTERNAL_SERVER_ERROR, HeaderMap::new(), agency.keys().to_string());
    let no_keys = (StatusCode::OK, HeaderMap::new(), "hello".to_owned());
    let good = (StatusCode::OK, HeaderMap::new(), agency.keys().to_string());
    let server = KeyServer::start(vec![failing, no_keys, good]).await;
    let access = server.access(&app, &agency);
    let now = Utc::now();
    for (seconds, taken, asked) in
        [(0, false, 1), (1, false, 1), (31, false, 2), (32, false, 2), (62, true, 3), (63, true, 3)]
    {
        let at = now + Duration::seconds(seconds);
        let client = client_at(&app, &access, &agency.token_at(at), at).await;
        assert_eq!((client.is_some(), server.asked()), (taken, asked), "after {seconds} s");
    }
    // Nobody there at all: refused, as any token whose key is not known.
    let gone = KeyServer::of(&[agency.keys()]).await;
    let access = gone.access(&app, &agency);
    gone.stop().await;
    assert!(client_of(&app, &access, &agency.token(|_, _| {})).await.is_none());
    // Our own tokens do not depend on it.
    let own = app.token(&app.client("TIPA", "program:read").await).await;
    assert!(client_of(&app, &access, &own).await.is_some());
}

async fn a_key_set_is_bounded_and_stays_at_its_address(place: Place) {
    let (app, agency) = (place.app().await, Agency::new("k1"));
    let mut large = agency.keys();
    large["padding"] = json!("x".repeat(256 * 1024));
    let server = KeyServer::of(&[large]).await;
    let access = server.access(&app, &agency);
    assert!(client_of(&app, &access, &agency.token(|_, _| {})).await.is_none());
    assert_eq!(server.asked(), 1);
    // An address that leads on to another would let whoever holds it choose keys for us, and
    // what is asked for within our network.
    let good = KeyServer::of(&[agency.keys()]).await;
    let headers = HeaderMap::from_iter([(header::LOCATION, good.url.parse().unwrap())]);
    let server = KeyServer::start(vec![(StatusCode::FOUND, headers, String::new())]).await;
    let access = server.access(&app, &agency);
    assert!(client_of(&app, &access, &agency.token(|_, _| {})).await.is_none());
    assert_eq!((server.asked(), good.asked()), (1, 0));
}
