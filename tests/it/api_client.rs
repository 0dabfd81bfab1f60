//! Clients through the API: made, changed, given new secrets, shut out and let in again; who may, what is
//! told of it, and that a refusal leaves nothing behind. The caller's own view and the change feed.

use std::sync::Arc;

use crate::support::clients::{self as service, Issued};
use aiplus::domain::principal::{Author, Principal};
use aiplus::graphql::catalog;
use aiplus::read::global_id;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use entity::{api_client, audit_event, change, idempotency};
use futures_util::future::join_all;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, Statement,
};
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;

use crate::audit::serve;
use crate::support::client::{form, json as body_of};
use crate::support::results::keyed;
use crate::support::{Place, TestApp, settings};
use crate::tests;

tests![
    a_client_is_made_and_its_secret_shown_once,
    a_key_makes_one_client,
    a_key_makes_one_client_for_many_at_once,
    each_user_error_has_its_code_path_and_languages,
    several_errors_are_told_at_once,
    a_key_is_counted_in_characters,
    any_other_version_is_a_conflict,
    what_a_mutation_does_holds_at_once,
    whom_one_document_shuts_out_is_out_on_every_server,
    nobody_acts_without_the_scope,
    nobody_learns_which_clients_there_are,
    a_partner_keeps_to_its_own,
    nobody_acts_in_the_name_of_another_institution,
    a_secret_that_another_institution_made_gets_no_scope_to_act,
    owner_and_operator_disable_apart_from_each_other,
    a_partner_does_not_raise_its_limits,
    who_was_shut_out_by_an_operator_stays_out,
    who_is_let_in_again_has_no_more_than_the_caller,
    the_caller_is_told_what_it_can_do,
    the_viewer_is_the_caller,
    an_anonymous_viewer_knows_its_allowance,
    clients_are_listed_filtered_and_ordered,
    the_last_use_is_the_last_token,
    mutations_run_in_order_and_fail_alone,
    each_write_stands_in_the_feed_once,
    the_feed_tells_what_its_reader_may_see,
    a_type_that_is_none_is_refused,
];

/// Every scope there is.
const ALL: &str = "program:read results:submit results:review content:write legislation:write access:admin audit:read";

const CREATE: &str = "mutation($input: CreateApiClientInput!) { payload: createApiClient(input: $input) { apiClient { id clientId name scopes origins rateTier state version } clientSecret errors { code path message } } }";
const UPDATE: &str = "mutation($input: UpdateApiClientInput!) { payload: updateApiClient(input: $input) { apiClient { id name scopes origins rateTier version } errors { code path message } } }";
const ROTATE: &str = "mutation($input: RotateApiClientSecretInput!) { payload: rotateApiClientSecret(input: $input) { apiClient { id version secretCreatedAt previousSecretCreatedAt } clientSecret errors { code path message } } }";
const DISABLE: &str = "mutation($input: DisableApiClientInput!) { payload: disableApiClient(input: $input) { apiClient { id state disabledAt disabledReason version } errors { code path message } } }";
const ENABLE: &str = "mutation($input: EnableApiClientInput!) { payload: enableApiClient(input: $input) { apiClient { id state disabledAt disabledReason version } errors { code path message } } }";

/// The answer to a request over HTTP in a language.
async fn ask_in(
    app: &TestApp,
    language: &str,
    token: Option<&str>,
    query: &str,
    variables: Value,
) -> Value {
    let mut request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/graphql-response+json")
        .header(header::ACCEPT_LANGUAGE, language);
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let mut variables = variables;
    keyed(&mut variables["input"]);
    let body = json!({ "query": query, "variables": variables }).to_string();
    let answer = app.router().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
    body_of(answer).await
}

async fn ask(app: &TestApp, token: &str, query: &str, variables: Value) -> Value {
    ask_in(app, "en", Some(token), query, variables).await
}

/// Data of an answer that must hold no error.
async fn data(app: &TestApp, token: &str, query: &str) -> Value {
    let answer = ask(app, token, query, Value::Null).await;
    assert!(answer.get("errors").is_none(), "{query}\n{answer:#}");
    answer["data"].clone()
}

/// The payload of a mutation.
async fn act(app: &TestApp, token: &str, query: &str, input: Value) -> Value {
    let answer = ask(app, token, query, json!({ "input": input })).await;
    assert!(answer.get("errors").is_none(), "{query}\n{answer:#}");
    answer["data"]["payload"].clone()
}

/// The payload of a mutation that does what it was asked.
async fn done(app: &TestApp, token: &str, query: &str, input: Value) -> Value {
    let payload = act(app, token, query, input).await;
    assert_eq!(payload["errors"], json!([]), "{payload:#}");
    payload
}

async fn admin(app: &TestApp, institution: &str) -> String {
    app.token(&app.client(institution, "access:admin").await).await
}

/// A client to be made.
fn new(institution: &str, key: &str) -> Value {
    json!({ "institution": institution, "name": "통계 화면", "scopes": ["program:read"], "idempotencyKey": key })
}

/// `input` with other values.
fn with(mut input: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        input[name] = value.clone();
    }
    input
}

fn global(key: Uuid) -> String {
    global_id::encode(catalog().find("ApiClient").unwrap().tag, key)
}

/// An access token's answer, with a scope asked for if one is given.
async fn sign_in(app: &TestApp, client_id: &str, secret: &str, scope: &str) -> (StatusCode, Value) {
    let scope = if scope.is_empty() { String::new() } else { format!("&scope={scope}") };
    let body = format!(
        "grant_type=client_credentials&client_id={client_id}&client_secret={secret}{scope}"
    );
    let answer = app.router().oneshot(form("/oauth/token", &body)).await.unwrap();
    (answer.status(), body_of(answer).await)
}

/// Everything that a write would leave behind.
#[derive(Debug, PartialEq)]
struct Trace {
    clients: Vec<api_client::Model>,
    changes: u64,
    keys: u64,
    last_change: i64,
}

async fn trace(app: &TestApp) -> Trace {
    let ledger = Statement::from_string(
        app.db.get_database_backend(),
        "SELECT change_seq FROM ledger".to_owned(),
    );
    Trace {
        clients: api_client::Entity::find()
            .order_by_asc(api_client::Column::Id)
            .all(&app.db)
            .await
            .unwrap(),
        changes: change::Entity::find().count(&app.db).await.unwrap(),
        keys: idempotency::Entity::find().count(&app.db).await.unwrap(),
        last_change: app
            .db
            .query_one_raw(ledger)
            .await
            .unwrap()
            .unwrap()
            .try_get_by_index(0)
            .unwrap(),
    }
}

fn is_korean(text: &str) -> bool {
    text.chars().any(|letter| ('가'..='힣').contains(&letter))
}

async fn a_client_is_made_and_its_secret_shown_once(place: Place) {
    let app = place.app().await;
    let token = admin(&app, "TIPA").await;
    let input = with(
        new("KOSME", "made-once-1"),
        json!({
            "name": "  통계 화면  ",
            "scopes": ["audit:read", "program:read", "program:read"],
            "origins": ["https://dash.example.kr", "http://localhost:3000"],
            "rateTier": "ELEVATED",
        }),
    );
    let payload = done(&app, &token, CREATE, input).await;
    let secret = payload["clientSecret"].as_str().unwrap();
    let client = &payload["apiClient"];
    let client_id = client["clientId"].as_str().unwrap();
    assert!(secret.starts_with("aiplus_") && secret.len() == 7 + 43, "{secret}");
    assert!(client_id.starts_with("kosme-"), "{client_id}");
    assert_eq!(
        client,
        &json!({
            "id": client["id"],
            "clientId": client_id,
            "name": "통계 화면",
            "scopes": ["program:read", "audit:read"],
            "origins": ["https://dash.example.kr", "http://localhost:3000"],
            "rateTier": "ELEVATED",
            "state": "ACTIVE",
            "version": 1,
        })
    );
    let (status, answer) = sign_in(&app, client_id, secret, "").await;
    assert_eq!((status, &answer["scope"]), (StatusCode::OK, &json!("program:read audit:read")));

    // What is left out has its default.
    let payload = done(&app, &token, CREATE, new("KOSME", "made-once-2")).await;
    assert_eq!(payload["apiClient"]["origins"], json!([]));
    assert_eq!(payload["apiClient"]["rateTier"], "STANDARD");

    // No field of the type shows it, and none holds it.
    let auditing = app.token(&app.client("TIPA", "access:admin audit:read").await).await;
    let fields = data(
        &app,
        &auditing,
        "{ __type(name: \"ApiClient\") { fields { name type { kind ofType { kind } } } } }",
    )
    .await;
    let fields = fields["__type"]["fields"].as_array().unwrap();
    let named: Vec<&str> = fields.iter().filter_map(|field| field["name"].as_str()).collect();
    let of_secrets: Vec<&&str> =
        named.iter().filter(|name| name.to_lowercase().contains("secret")).collect();
    assert_eq!(of_secrets, [&"secretCreatedAt", &"previousSecretCreatedAt"]);
    let plain: Vec<&str> = named
        .iter()
        .copied()
        .filter(|name| !matches!(*name, "institution" | "viewerCan"))
        .collect();
    let query = format!(
        "{{ apiClients(first: 100) {{ nodes {{ {} }} }} changes(last: 10) {{ nodes {{ subject {{ ... on ApiClient {{ {} }} }} }} }}
            auditEvents(first: 100, where: {{ subjectType: {{ eq: \"ApiClient\" }} }}) {{ nodes {{ before after }} }} }}",
        plain.join(" "),
        plain.join(" "),
    );
    let all = data(&app, &auditing, &query).await;
    assert!(all["apiClients"].to_string().contains(client_id), "{all:#}");
    assert!(all["auditEvents"].to_string().contains(client_id), "{all:#}");
    let stored = api_client::Entity::find()
        .filter(api_client::Column::ClientId.eq(client_id))
        .one(&app.db)
        .await
        .unwrap()
        .unwrap();
    assert!(stored.secret_hash.starts_with("$argon2id$"));
    for kept in [secret, &stored.secret_hash] {
        assert!(!all.to_string().contains(kept), "{kept} stands in {all:#}");
    }
}

async fn a_key_makes_one_client(place: Place) {
    let app = place.app().await;
    let token = admin(&app, "TIPA").await;
    let first = done(&app, &token, CREATE, new("KOSME", "one-client")).await;
    assert!(first["clientSecret"].is_string());
    let made = trace(&app).await;
    let again = with(new("KOSME", "one-client"), json!({ "origins": [], "rateTier": "STANDARD" }));
    for input in [new("KOSME", "one-client"), again] {
        let known = done(&app, &token, CREATE, input).await;
        assert_eq!(known["apiClient"], first["apiClient"]);
        assert_eq!(known["clientSecret"], Value::Null, "the secret was shown before");
    }
    for other in [
        json!({ "name": "다른 이름" }),
        json!({ "institution": "TIPA" }),
        json!({ "scopes": ["program:read", "audit:read"] }),
        json!({ "origins": ["https://dash.example.kr"] }),
        json!({ "rateTier": "ELEVATED" }),
    ] {
        let payload =
            act(&app, &token, CREATE, with(new("KOSME", "one-client"), other.clone())).await;
        assert_eq!(payload["errors"][0]["code"], "KEY_REUSED", "{other}");
        assert_eq!(payload["apiClient"], Value::Null, "{other}");
        assert_eq!(payload["clientSecret"], Value::Null, "{other}");
    }
    assert_eq!(trace(&app).await, made);
    // What has been written since is no other content of the call.
    let id = &first["apiClient"]["id"];
    done(&app, &token, UPDATE, json!({ "id": id, "expectedVersion": 1, "name": "새 이름" })).await;
    let known = done(&app, &token, CREATE, new("KOSME", "one-client")).await;
    assert_eq!((&known["apiClient"]["id"], &known["apiClient"]["version"]), (id, &json!(2)));
    assert_eq!(known["clientSecret"], Value::Null);
    // A key is its caller's own.
    let other = done(&app, &admin(&app, "MSS").await, CREATE, new("KOSME", "one-client")).await;
    assert!(other["clientSecret"].is_string() && other["apiClient"]["id"] != *id);
}

async fn a_key_makes_one_client_for_many_at_once(place: Place) {
    let app = Arc::new(place.app().await);
    let token = admin(&app, "TIPA").await;
    let before = trace(&app).await;
    let call = |input: Value| {
        let (app, token) = (app.clone(), token.clone());
        tokio::spawn(async move { act(&app, &token, CREATE, input).await })
    };
    let answers = join_all((0..16).map(|_| call(new("KOSME", "sixteen-at-once")))).await;
    let answers: Vec<Value> = answers.into_iter().map(Result::unwrap).collect();
    let id = &answers[0]["apiClient"]["id"];
    assert!(id.is_string());
    for answer in &answers {
        assert_eq!((&answer["errors"], &answer["apiClient"]["id"]), (&json!([]), id), "{answer:#}");
    }
    let secrets: Vec<&str> =
        answers.iter().filter_map(|answer| answer["clientSecret"].as_str()).collect();
    assert_eq!(secrets.len(), 1, "one call has made it and shows its secret");
    let client_id = answers[0]["apiClient"]["clientId"].as_str().unwrap();
    assert_eq!(sign_in(&app, client_id, secrets[0], "").await.0, StatusCode::OK);
    let after = trace(&app).await;
    assert_eq!(after.clients.len(), before.clients.len() + 1);
    assert_eq!((after.changes, after.keys), (before.changes + 1, before.keys + 1));

    // Two contents under one key: whichever came first made its client, the other made none.
    let inputs = (0..16).map(|turn| {
        let name = if turn % 2 == 0 { "짝수" } else { "홀수" };
        with(new("KOSME", "two-contents"), json!({ "name": name }))
    });
    let answers = join_all(inputs.map(call)).await;
    let answers: Vec<Value> = answers.into_iter().map(Result::unwrap).collect();
    let (made, refused): (Vec<&Value>, Vec<&Value>) =
        answers.iter().partition(|answer| answer["errors"] == json!([]));
    assert_eq!((made.len(), refused.len()), (8, 8), "{answers:#?}");
    assert!(made.iter().all(|answer| answer["apiClient"] == made[0]["apiClient"]));
    assert!(refused.iter().all(|answer| answer["errors"][0]["code"] == "KEY_REUSED"));
    assert_eq!(trace(&app).await.clients.len(), before.clients.len() + 2);
}

async fn each_user_error_has_its_code_path_and_languages(place: Place) {
    let app = place.app().await;
    let token = admin(&app, "TIPA").await;
    let partner = admin(&app, "KOSME").await;
    let id = global(app.client("KOSME", "program:read").await.id);
    let disabled = global(app.client("KOSME", "access:admin").await.id);
    done(&app, &token, DISABLE, json!({ "id": disabled, "expectedVersion": 1 })).await;
    done(&app, &token, CREATE, new("KOSME", "user-errors")).await;
    let tipa = data(&app, &token, "{ institution(code: \"TIPA\") { id } }").await;
    let seen = json!({ "id": id, "expectedVersion": 1 });
    let create = |changes: Value| with(new("KOSME", "user-errors-2"), changes);
    let update = |changes: Value| with(seen.clone(), changes);
    let eleven: Vec<String> = (0..11).map(|at| format!("https://a{at}.example.kr")).collect();
    let mut table: Vec<(&str, Value, &str, &str)> = vec![
        (CREATE, create(json!({ "name": "" })), "INVALID_NAME", "name"),
        (CREATE, create(json!({ "name": " \u{3000} " })), "INVALID_NAME", "name"),
        (CREATE, create(json!({ "name": "두\n줄" })), "INVALID_NAME", "name"),
        (CREATE, create(json!({ "name": "가".repeat(101) })), "INVALID_NAME", "name"),
        (UPDATE, update(json!({ "name": "" })), "INVALID_NAME", "name"),
        (CREATE, create(json!({ "scopes": ["program:write"] })), "UNKNOWN_SCOPE", "scopes"),
        (
            CREATE,
            create(json!({ "scopes": ["program:read audit:read"] })),
            "UNKNOWN_SCOPE",
            "scopes",
        ),
        (UPDATE, update(json!({ "scopes": [""] })), "UNKNOWN_SCOPE", "scopes"),
        (CREATE, create(json!({ "scopes": [] })), "NO_SCOPE", "scopes"),
        (UPDATE, update(json!({ "scopes": [] })), "NO_SCOPE", "scopes"),
        (CREATE, create(json!({ "origins": ["*"] })), "INVALID_ORIGIN", "origins"),
        (CREATE, create(json!({ "origins": ["null"] })), "INVALID_ORIGIN", "origins"),
        (
            CREATE,
            create(json!({ "origins": ["https://a.example.kr https://b.example.kr"] })),
            "INVALID_ORIGIN",
            "origins",
        ),
        (
            CREATE,
            create(json!({ "origins": ["https://dash.example.kr/path"] })),
            "INVALID_ORIGIN",
            "origins",
        ),
        (
            UPDATE,
            update(json!({ "origins": ["https://%.example.kr"] })),
            "INVALID_ORIGIN",
            "origins",
        ),
        (CREATE, create(json!({ "origins": eleven })), "TOO_MANY_ORIGINS", "origins"),
        (UPDATE, update(json!({ "origins": eleven })), "TOO_MANY_ORIGINS", "origins"),
        (CREATE, create(json!({ "institution": "NOWHERE" })), "UNKNOWN_INSTITUTION", "institution"),
        (CREATE, create(json!({ "institution": "" })), "UNKNOWN_INSTITUTION", "institution"),
        (ENABLE, seen.clone(), "WRONG_STATE", "id"),
        (DISABLE, json!({ "id": disabled, "expectedVersion": 2 }), "WRONG_STATE", "id"),
        (ROTATE, json!({ "id": disabled, "expectedVersion": 2 }), "WRONG_STATE", "id"),
        (
            CREATE,
            with(new("KOSME", "user-errors"), json!({ "name": "다름" })),
            "KEY_REUSED",
            "idempotencyKey",
        ),
    ];
    for key in ["", "short-7", &"k".repeat(101), "with\ncontrol"] {
        table.push((CREATE, new("KOSME", key), "INVALID_KEY", "idempotencyKey"));
    }
    for query in [UPDATE, ROTATE, DISABLE, ENABLE] {
        let state = if query == ENABLE { &disabled } else { &id };
        table.push((
            query,
            json!({ "id": state, "expectedVersion": 9 }),
            "CONFLICT",
            "expectedVersion",
        ));
        for wrong in [json!("1"), json!(""), tipa["institution"]["id"].clone()] {
            table.push((query, json!({ "id": wrong, "expectedVersion": 1 }), "NOT_AN_ID", "id"));
        }
    }
    let table =
        table.into_iter().map(|(query, input, code, path)| (&token, query, input, code, path));
    let by_a_partner = [
        (&partner, CREATE, create(json!({})), "SCOPE_NOT_GRANTABLE", "scopes"),
        (
            &partner,
            UPDATE,
            update(json!({ "scopes": ["access:admin", "program:read"] })),
            "SCOPE_NOT_GRANTABLE",
            "scopes",
        ),
    ];
    let before = trace(&app).await;
    let mut codes = Vec::new();
    for (token, query, input, code, path) in table.chain(by_a_partner) {
        let mut messages = Vec::new();
        for language in ["ko-KR", "en"] {
            let variables = json!({ "input": input });
            let answer = ask_in(&app, language, Some(token), query, variables).await;
            assert!(answer.get("errors").is_none(), "{input}: {answer:#}");
            let payload = &answer["data"]["payload"];
            let shown = payload["errors"].as_array().unwrap();
            assert_eq!(shown.len(), 1, "{input}: {payload:#}");
            assert_eq!(
                (&shown[0]["code"], &shown[0]["path"]),
                (&json!(code), &json!(["input", path])),
                "{input}"
            );
            assert_eq!(payload["apiClient"], Value::Null, "{input}");
            assert!(payload["clientSecret"].is_null(), "{input}");
            messages.push(shown[0]["message"].as_str().unwrap().to_owned());
        }
        assert!(is_korean(&messages[0]), "{code}: {}", messages[0]);
        assert!(!messages[1].is_empty() && !is_korean(&messages[1]), "{code}: {}", messages[1]);
        codes.push(code);
    }
    assert_eq!(trace(&app).await, before, "what was refused left something behind");
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(
        codes,
        [
            "CONFLICT",
            "INVALID_KEY",
            "INVALID_NAME",
            "INVALID_ORIGIN",
            "KEY_REUSED",
            "NOT_AN_ID",
            "NO_SCOPE",
            "SCOPE_NOT_GRANTABLE",
            "TOO_MANY_ORIGINS",
            "UNKNOWN_INSTITUTION",
            "UNKNOWN_SCOPE",
            "WRONG_STATE",
        ]
    );
    // The bounds themselves are within.
    let ten: Vec<String> = (0..10).map(|at| format!("https://a{at}.example.kr")).collect();
    let widest = json!({ "name": "가".repeat(100), "origins": ten, "scopes": ALL.split(' ').collect::<Vec<_>>() });
    for key in ["eight-by", &"k".repeat(100)] {
        done(&app, &token, CREATE, with(new("TIPA", key), widest.clone())).await;
    }
}

async fn several_errors_are_told_at_once(place: Place) {
    let app = place.app().await;
    let token = admin(&app, "TIPA").await;
    let codes = async |query: &str, input: Value| -> Vec<Value> {
        let payload = act(&app, &token, query, input).await;
        payload["errors"].as_array().unwrap().iter().map(|error| error["code"].clone()).collect()
    };
    let input = with(
        new("NOWHERE", "several-errors"),
        json!({ "name": "", "scopes": ["one", "program:read", "two"], "origins": ["*"] }),
    );
    assert_eq!(
        codes(CREATE, input).await,
        ["UNKNOWN_SCOPE", "UNKNOWN_SCOPE", "INVALID_ORIGIN", "UNKNOWN_INSTITUTION", "INVALID_NAME"]
    );
    // That no scope is given is told beside what else is wrong, not after that was put right.
    let input = with(new("KOSME", "several-errors"), json!({ "name": "", "scopes": [] }));
    assert_eq!(codes(CREATE, input).await, ["NO_SCOPE", "INVALID_NAME"]);
}

async fn a_key_is_counted_in_characters(place: Place) {
    let app = place.app().await;
    let token = admin(&app, "TIPA").await;
    for (key, fits) in [
        ("가".repeat(7), false),
        ("가".repeat(8), true),
        ("가".repeat(100), true),
        ("가".repeat(101), false),
    ] {
        let payload = act(&app, &token, CREATE, new("KOSME", &key)).await;
        let length = key.chars().count();
        let expected = if fits { Value::Null } else { json!("INVALID_KEY") };
        assert_eq!(payload["errors"][0]["code"], expected, "a key of {length} characters");
    }
}

async fn any_other_version_is_a_conflict(place: Place) {
    let app = Arc::new(place.app().await);
    let token = admin(&app, "TIPA").await;
    let id = global(app.client("KOSME", "program:read").await.id);
    let before = trace(&app).await;
    for version in [0, 2, -1, i32::MIN, i32::MAX - 1, i32::MAX] {
        let input = json!({ "id": id, "expectedVersion": version, "name": "새 이름" });
        let (app, token) = (app.clone(), token.clone());
        // In a task of its own: a fault shows as such.
        let acting = tokio::spawn(async move { act(&app, &token, UPDATE, input).await });
        let payload = acting.await.unwrap_or_else(|fault| panic!("version {version}: {fault}"));
        assert_eq!(payload["errors"][0]["code"], "CONFLICT", "version {version}: {payload:#}");
    }
    assert_eq!(trace(&app).await, before);
    // Of several who saw the same version one writes.
    let writers = (0..8).map(|turn| {
        let input = json!({ "id": id, "expectedVersion": 1, "name": format!("이름 {turn}") });
        let (app, token) = (app.clone(), token.clone());
        tokio::spawn(async move { act(&app, &token, UPDATE, input).await })
    });
    let payloads: Vec<Value> = join_all(writers).await.into_iter().map(Result::unwrap).collect();
    let written: Vec<&Value> =
        payloads.iter().filter(|payload| payload["errors"] == json!([])).collect();
    assert_eq!(written.len(), 1, "{payloads:#?}");
    assert!(
        payloads
            .iter()
            .all(|payload| payload["errors"] == json!([])
                || payload["errors"][0]["code"] == "CONFLICT"),
        "{payloads:#?}"
    );
    let now = data(
        &app,
        &token,
        &format!("{{ node(id: \"{id}\") {{ ... on ApiClient {{ name version }} }} }}"),
    )
    .await;
    assert_eq!(now["node"]["version"], 2);
    assert_eq!(now["node"]["name"], written[0]["apiClient"]["name"]);
}

async fn what_a_mutation_does_holds_at_once(place: Place) {
    let app = place.app().await;
    let token = admin(&app, "TIPA").await;
    let made = done(
        &app,
        &token,
        CREATE,
        with(new("KOSME", "holds-at-once"), json!({ "scopes": ["program:read"] })),
    )
    .await;
    let first = made["clientSecret"].as_str().unwrap().to_owned();
    let client_id = made["apiClient"]["clientId"].as_str().unwrap();
    let id = made["apiClient"]["id"].as_str().unwrap();
    let seen =
        |version: i32, rest: Value| with(json!({ "id": id, "expectedVersion": version }), rest);
    let works = async |secret: &str| sign_in(&app, client_id, secret, "").await.0 == StatusCode::OK;
    let (_, answer) = sign_in(&app, client_id, &first, "").await;
    let bearer = answer["access_token"].as_str().unwrap().to_owned();
    let viewer_of = async |bearer: &str| {
        let answer = ask(&app, bearer, "{ viewer { scopes rateTier } }", Value::Null).await;
        answer["data"]["viewer"].clone()
    };
    let viewer = async || viewer_of(&bearer).await;

    // Updated: what is left out stays, what is taken away is gone from tokens that are out.
    let changes = json!({ "scopes": ["program:read", "audit:read"], "rateTier": "ELEVATED" });
    let updated = done(&app, &token, UPDATE, seen(1, changes)).await["apiClient"].clone();
    assert_eq!(
        updated,
        json!({ "id": id, "name": "통계 화면", "scopes": ["program:read", "audit:read"], "origins": [], "rateTier": "ELEVATED", "version": 2 })
    );
    assert_eq!(viewer().await, json!({ "scopes": ["program:read"], "rateTier": "ELEVATED" }));
    let changes =
        json!({ "name": " 새 이름 ", "origins": ["https://a.example.kr"], "scopes": null });
    let updated = done(&app, &token, UPDATE, seen(2, changes)).await["apiClient"].clone();
    assert_eq!(
        updated,
        json!({ "id": id, "name": "새 이름", "scopes": ["program:read", "audit:read"], "origins": ["https://a.example.kr"], "rateTier": "ELEVATED", "version": 3 })
    );
    let changes = json!({ "origins": [] });
    assert_eq!(
        done(&app, &token, UPDATE, seen(3, changes)).await["apiClient"]["origins"],
        json!([])
    );

    // Rotated: two secrets at a time, the older one goes; tokens that are out stay good, unless the others
    // are dropped with what was got by them.
    let rotated = done(&app, &token, ROTATE, seen(4, json!({}))).await;
    let second = rotated["clientSecret"].as_str().unwrap().to_owned();
    assert_eq!(rotated["apiClient"]["version"], 5);
    assert!(rotated["apiClient"]["previousSecretCreatedAt"].is_string());
    assert!(works(&first).await && works(&second).await);
    let rotated = done(&app, &token, ROTATE, seen(5, json!({ "dropOthers": false }))).await;
    let third = rotated["clientSecret"].as_str().unwrap().to_owned();
    assert!(!works(&first).await && works(&second).await && works(&third).await);
    assert_eq!(viewer().await["rateTier"], "ELEVATED");
    let rotated = done(&app, &token, ROTATE, seen(6, json!({ "dropOthers": true }))).await;
    let fourth = rotated["clientSecret"].as_str().unwrap().to_owned();
    assert_eq!(rotated["apiClient"]["previousSecretCreatedAt"], Value::Null);
    assert!(!works(&second).await && !works(&third).await && works(&fourth).await);
    assert_eq!(viewer().await, Value::Null);
    let (_, answer) = sign_in(&app, client_id, &fourth, "").await;
    let bearer = answer["access_token"].as_str().unwrap().to_owned();
    assert_eq!(viewer_of(&bearer).await["rateTier"], "ELEVATED");
    let mut secrets = vec![first, second, third, fourth.clone()];
    secrets.dedup();
    assert_eq!(secrets.len(), 4);

    // Shut out: neither secret nor token; let in again: the secret, and new tokens alone.
    let shut = done(&app, &token, DISABLE, seen(7, json!({ "reason": "점검" }))).await["apiClient"]
        .clone();
    assert_eq!((&shut["state"], &shut["disabledReason"]), (&json!("DISABLED"), &json!("점검")));
    assert!(shut["disabledAt"].is_string());
    assert!(!works(&fourth).await);
    let refused = ask(&app, &bearer, "{ __typename }", Value::Null).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{refused:#}");
    // What is shut out may still be put right.
    done(&app, &token, UPDATE, seen(8, json!({ "name": "고친 이름" }))).await;
    let open = done(&app, &token, ENABLE, seen(9, json!({}))).await["apiClient"].clone();
    assert_eq!(
        open,
        json!({ "id": id, "state": "ACTIVE", "disabledAt": null, "disabledReason": null, "version": 10 })
    );
    assert!(works(&fourth).await);
    assert_eq!(viewer_of(&bearer).await, Value::Null);
    let (_, answer) = sign_in(&app, client_id, &fourth, "").await;
    let bearer = answer["access_token"].as_str().unwrap();
    assert_eq!(viewer_of(bearer).await["scopes"], json!(["program:read", "audit:read"]));
}

async fn whom_one_document_shuts_out_is_out_on_every_server(place: Place) {
    let app = place.app().await;
    let other = app.another().await;
    let token = admin(&app, "TIPA").await;
    let (mut fields, mut tokens) = (String::new(), Vec::new());
    for at in 0..3 {
        let client = app.client("KOSME", "program:read").await;
        tokens.push(app.token(&client).await);
        let id = global(client.id);
        fields.push_str(&format!(
            "c{at}: disableApiClient(input: {{ id: \"{id}\", expectedVersion: 1, idempotencyKey: \"shut-out-{at}\" }}) {{ apiClient {{ state }} errors {{ code }} }} "
        ));
    }
    let document = format!("mutation {{ {fields} }}");
    // What another server has just seen to be good, it does not look up again for a while.
    for token in &tokens {
        assert_eq!(data(&other, token, "{ viewer { kind } }").await["viewer"]["kind"], "CLIENT");
    }
    for _ in 0..2 {
        let shut = data(&app, &token, &document).await;
        for at in 0..3 {
            let expected = json!({ "apiClient": { "state": "DISABLED" }, "errors": [] });
            assert_eq!(shut[format!("c{at}")], expected);
        }
        for token in &tokens {
            let refused = ask(&other, token, "{ __typename }", Value::Null).await;
            assert_eq!(
                refused["errors"][0]["extensions"]["code"], "UNAUTHENTICATED",
                "{refused:#}"
            );
        }
    }
}

/// Every mutation on a client, each with the input that would be done.
fn on(client: &Issued) -> [(&'static str, Value); 4] {
    let input = json!({ "id": global(client.id), "expectedVersion": 1 });
    [UPDATE, ROTATE, DISABLE, ENABLE].map(|query| (query, input.clone()))
}

async fn nobody_acts_without_the_scope(place: Place) {
    let app = place.app().await;
    let client = app.client("TIPA", "program:read").await;
    let every_other =
        "program:read results:submit results:review content:write legislation:write audit:read";
    let operator = app.token(&app.client("TIPA", every_other).await).await;
    let partner = app.token(&app.client("KOSME", every_other).await).await;
    let admin = app.client("TIPA", ALL).await;
    let (_, narrowed) =
        sign_in(&app, &admin.client_id, admin.secret.as_deref().unwrap(), "program:read").await;
    let narrowed = narrowed["access_token"].as_str().unwrap().to_owned();
    let before = trace(&app).await;
    let backlog = &app.app.engine.backlog;
    backlog.flush(&app.db).await.unwrap();
    let audited = audit_event::Entity::find().count(&app.db).await.unwrap();
    let mut refused = 0;
    let created = (CREATE, new("TIPA", "without-scope"));
    for (query, input) in std::iter::once(created).chain(on(&client)) {
        for (who, token) in [
            ("nobody", None),
            ("operator", Some(&operator)),
            ("partner", Some(&partner)),
            ("narrowed", Some(&narrowed)),
        ] {
            for language in ["ko", "en"] {
                let variables = json!({ "input": input });
                let token = token.map(String::as_str);
                let answer = ask_in(&app, language, token, query, variables).await;
                // Of what needs a token nothing is done and nothing answered.
                let (code, data, path) = match token {
                    Some(_) => ("FORBIDDEN", json!({ "payload": null }), json!(["payload"])),
                    None => ("UNAUTHENTICATED", Value::Null, Value::Null),
                };
                assert_eq!(answer["data"], data, "{who}: {answer:#}");
                let error = &answer["errors"][0];
                assert_eq!(error["extensions"]["code"], code, "{who}: {answer:#}");
                assert_eq!(error["path"], path, "{who}: {answer:#}");
                let message = error["message"].as_str().unwrap();
                assert_eq!(is_korean(message), language == "ko", "{message}");
                // A caller with a token is told what it lacks.
                assert_eq!(message.contains("access:admin"), token.is_some(), "{who}: {message}");
                refused += u64::from(token.is_some());
            }
        }
    }
    assert_eq!(trace(&app).await, before);
    // Each refusal of a client stands in the audit once, those of nobody by their mutations: the first, and the number
    // of the others.
    backlog.flush(&app.db).await.unwrap();
    let now = audit_event::Entity::find().count(&app.db).await.unwrap();
    assert_eq!(now, audited + refused + 5);
    backlog.finish(&app.db).await.unwrap();
    let all = audit_event::Entity::find().count(&app.db).await.unwrap();
    assert_eq!(all, now + 5);
}

async fn nobody_learns_which_clients_there_are(place: Place) {
    let app = place.app().await;
    let theirs = app.client("TIPA", "program:read").await;
    let nowhere = Issued { id: Uuid::now_v7(), client_id: String::new(), secret: None };
    let unscoped = app.token(&app.client("KOSME", "program:read").await).await;
    let partner = admin(&app, "KOSME").await;
    for token in [None, Some(&*unscoped), Some(&*partner)] {
        for ((query, there), (_, not_there)) in on(&theirs).into_iter().zip(on(&nowhere)) {
            let answer = async |input: Value| {
                let answer = ask_in(&app, "en", token, query, json!({ "input": input })).await;
                answer["errors"].clone()
            };
            assert_eq!(
                answer(there).await,
                answer(not_there).await,
                "a client that is there is told from one that is not, by {query}"
            );
        }
    }
}

async fn a_partner_keeps_to_its_own(place: Place) {
    let app = place.app().await;
    let partner = app.token(&app.client("KOSME", "access:admin program:read").await).await;
    let before = trace(&app).await;
    // None for another institution, one that is not there included: it learns nothing of codes.
    for institution in ["TIPA", "MSS", "SEOUL", "NOWHERE"] {
        let variables = json!({ "input": new(institution, "partner-key-1") });
        let answer = ask(&app, &partner, CREATE, variables).await;
        assert_eq!(answer["data"], json!({ "payload": null }), "{answer:#}");
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "FORBIDDEN",
            "{institution}: {answer:#}"
        );
    }
    assert_eq!(trace(&app).await, before);
    // Another's clients are not there for it.
    for owner in ["TIPA", "SEOUL"] {
        let theirs = app.client(owner, "program:read").await;
        let before = trace(&app).await;
        for (query, input) in on(&theirs) {
            let answer = ask(&app, &partner, query, json!({ "input": input })).await;
            assert_eq!(answer["data"], json!({ "payload": null }), "{answer:#}");
            assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND", "{answer:#}");
        }
        let query = format!(
            "{{ node(id: \"{0}\") {{ id }} apiClients(where: {{ id: {{ eq: \"{0}\" }} }}) {{ totalCount nodes {{ id }} }} }}",
            global(theirs.id)
        );
        let answer = ask(&app, &partner, &query, Value::Null).await;
        assert_eq!(
            answer["data"],
            json!({ "node": null, "apiClients": { "totalCount": 0, "nodes": [] } })
        );
        assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND");
        assert_eq!(trace(&app).await, before);
    }
    // Its own it makes and keeps, with no scope that it lacks.
    let made = done(&app, &partner, CREATE, new("KOSME", "partner-key-2")).await;
    let id = made["apiClient"]["id"].as_str().unwrap();
    let raised =
        with(new("KOSME", "partner-key-3"), json!({ "scopes": ["program:read", "audit:read"] }));
    let payload = act(&app, &partner, CREATE, raised).await;
    assert_eq!(payload["errors"][0]["code"], "SCOPE_NOT_GRANTABLE");
    let seen = |version: i32| json!({ "id": id, "expectedVersion": version });
    let raised = with(seen(1), json!({ "scopes": ["content:write"] }));
    let payload = act(&app, &partner, UPDATE, raised).await;
    assert_eq!(payload["errors"][0]["code"], "SCOPE_NOT_GRANTABLE");
    done(
        &app,
        &partner,
        UPDATE,
        with(seen(1), json!({ "scopes": ["program:read", "access:admin"] })),
    )
    .await;
    done(&app, &partner, ROTATE, seen(2)).await;
    done(&app, &partner, DISABLE, seen(3)).await;
    done(&app, &partner, ENABLE, seen(4)).await;
    let listed =
        data(&app, &partner, "{ apiClients { totalCount nodes { institution { code } } } }").await;
    assert_eq!(listed["apiClients"]["totalCount"], 2);
    for node in listed["apiClients"]["nodes"].as_array().unwrap() {
        assert_eq!(node["institution"]["code"], "KOSME");
    }
    // What the token was narrowed to counts, not what the client could have.
    let wide = app.client("KOSME", "access:admin program:read").await;
    let (_, narrowed) =
        sign_in(&app, &wide.client_id, wide.secret.as_deref().unwrap(), "access:admin").await;
    let narrowed = narrowed["access_token"].as_str().unwrap();
    let payload = act(&app, narrowed, CREATE, new("KOSME", "partner-key-4")).await;
    assert_eq!(payload["errors"][0]["code"], "SCOPE_NOT_GRANTABLE");
    // Who runs the programme hands out any scope, for its own institution.
    let operator = admin(&app, "MSS").await;
    let all = json!({ "scopes": ALL.split(' ').collect::<Vec<_>>() });
    done(&app, &operator, CREATE, with(new("MSS", "operator-key"), all)).await;
}

/// Scopes with which a client acts in its institution's name.
const ACTING: [&str; 5] =
    ["results:submit", "results:review", "content:write", "legislation:write", "access:admin"];

async fn nobody_acts_in_the_name_of_another_institution(place: Place) {
    let app = place.app().await;
    let code = |payload: &Value| payload["errors"][0]["code"].clone();
    for (caller, others) in
        [("TIPA", ["MSS", "KOSME", "STEPI"]), ("MSS", ["TIPA", "KOSME", "STEPI"])]
    {
        let token = admin(&app, caller).await;
        for other in others {
            let name = |what: &str| format!("{caller}-{other}-{what}");
            for scope in ACTING {
                let wanted =
                    with(new(other, &name(scope)), json!({ "scopes": ["program:read", scope] }));
                let before = trace(&app).await;
                let refused = act(&app, &token, CREATE, wanted).await;
                assert_eq!(code(&refused), "SEPARATION_OF_DUTIES", "{other} {scope}");
                assert_eq!(refused["errors"][0]["path"], json!(["input", "scopes"]));
                assert_eq!(trace(&app).await, before);
                // One that the command line made gets no new secret from it, and none that reads is widened.
                let acting = app.client(other, scope).await;
                let seen = json!({ "id": global(acting.id), "expectedVersion": 1 });
                assert_eq!(code(&act(&app, &token, ROTATE, seen).await), "SEPARATION_OF_DUTIES");
                let reading = app.client(other, "program:read").await;
                let wider = json!({ "id": global(reading.id), "expectedVersion": 1, "scopes": ["program:read", scope] });
                assert_eq!(code(&act(&app, &token, UPDATE, wider).await), "SEPARATION_OF_DUTIES");
                let can = format!(
                    "{{ node(id: \"{}\") {{ ... on ApiClient {{ viewerCan {{ rotateSecret {{ isAllowed }} disable {{ isAllowed }} }} }} }} }}",
                    global(acting.id)
                );
                assert_eq!(
                    data(&app, &token, &can).await["node"]["viewerCan"],
                    json!({ "rotateSecret": { "isAllowed": false }, "disable": { "isAllowed": true } })
                );
            }
            // What reads is no duty; what acts may be narrowed and disabled.
            let wanted = with(
                new(other, &name("reads")),
                json!({ "scopes": ["program:read", "audit:read"] }),
            );
            let made = done(&app, &token, CREATE, wanted).await["apiClient"].clone();
            done(&app, &token, ROTATE, json!({ "id": made["id"], "expectedVersion": 1 })).await;
            let wide = app.client(other, &ACTING.join(" ")).await;
            let narrow = json!({ "id": global(wide.id), "expectedVersion": 1, "scopes": ["results:review"] });
            done(&app, &token, UPDATE, narrow).await;
            done(&app, &token, DISABLE, json!({ "id": global(wide.id), "expectedVersion": 2 }))
                .await;
        }
        // Its own institution's are its own to make.
        let all = json!({ "scopes": ALL.split(' ').collect::<Vec<_>>() });
        let made =
            done(&app, &token, CREATE, with(new(caller, &format!("{caller}-all-scopes")), all))
                .await;
        done(&app, &token, ROTATE, json!({ "id": made["apiClient"]["id"], "expectedVersion": 1 }))
            .await;
    }
}

async fn a_secret_that_another_institution_made_gets_no_scope_to_act(place: Place) {
    let app = place.app().await;
    let owner = app.token(&app.client("KOSME", "program:read access:admin").await).await;
    let other = admin(&app, "TIPA").await;
    let code = |payload: &Value| payload["errors"][0]["code"].clone();
    let all = json!({ "scopes": ["program:read", "access:admin"] });
    let made = done(&app, &other, CREATE, new("KOSME", "made-by-another")).await;
    // Narrowed, one that acts is given a new secret by another as well.
    let acting = app.client("KOSME", "program:read access:admin").await;
    let id = global(acting.id);
    let narrow = json!({ "id": id, "expectedVersion": 1, "scopes": ["program:read"] });
    done(&app, &other, UPDATE, narrow).await;
    let theirs = done(&app, &other, ROTATE, json!({ "id": id, "expectedVersion": 2 })).await;
    let client_id = made["apiClient"]["clientId"].as_str().unwrap();
    for (id, version, secret, client_id) in [
        (made["apiClient"]["id"].clone(), 1, &made["clientSecret"], client_id),
        (json!(id), 3, &theirs["clientSecret"], &acting.client_id),
    ] {
        let secret = secret.as_str().unwrap();
        let seen = |version: i32| json!({ "id": id, "expectedVersion": version });
        let refused = act(&app, &owner, UPDATE, with(seen(version), all.clone())).await;
        assert_eq!(code(&refused), "SEPARATION_OF_DUTIES");
        let works = async || sign_in(&app, client_id, secret, "").await.0 == StatusCode::OK;
        assert!(works().await);
        // A new secret of its own institution ends the other's, and then it may act.
        done(&app, &owner, ROTATE, seen(version)).await;
        assert!(!works().await);
        done(&app, &owner, UPDATE, with(seen(version + 1), all.clone())).await;
    }
    // What its own institution made is widened as before.
    let made = done(&app, &owner, CREATE, new("KOSME", "made-by-itself")).await;
    let seen = json!({ "id": made["apiClient"]["id"], "expectedVersion": 1 });
    done(&app, &owner, UPDATE, with(seen, all)).await;
}

async fn owner_and_operator_disable_apart_from_each_other(place: Place) {
    let app = place.app().await;
    let (owner, operator) = (admin(&app, "KOSME").await, admin(&app, "TIPA").await);
    let client = app.client("KOSME", "access:admin").await;
    let id = global(client.id);
    let seen = |version: i32| json!({ "id": id, "expectedVersion": version });
    let shown = async || {
        let query = format!(
            "{{ node(id: \"{id}\") {{ ... on ApiClient {{ state isDisabledByOwner isDisabledByOperator version }} }} }}"
        );
        let node = data(&app, &operator, &query).await["node"].clone();
        (
            node["state"].clone(),
            node["isDisabledByOwner"] == true,
            node["isDisabledByOperator"] == true,
        )
    };
    let code = async |token: &str, query: &str, version: i32| {
        act(&app, token, query, seen(version)).await["errors"][0]["code"].clone()
    };
    let (active, disabled) = (json!("ACTIVE"), json!("DISABLED"));
    done(&app, &owner, DISABLE, seen(1)).await;
    assert_eq!(shown().await, (disabled.clone(), true, false));
    assert_eq!(code(&owner, DISABLE, 2).await, "WRONG_STATE");
    assert_eq!(code(&operator, ENABLE, 2).await, "DISABLED_BY_OWNER");
    // On top of it, and no second time.
    done(&app, &operator, DISABLE, seen(2)).await;
    assert_eq!(shown().await, (disabled.clone(), true, true));
    assert_eq!(code(&operator, DISABLE, 3).await, "WRONG_STATE");
    assert_eq!(code(&owner, ENABLE, 3).await, "SHUT_OUT_BY_OPERATOR");
    // Each lets go of its own; it is active once both have.
    done(&app, &operator, ENABLE, seen(3)).await;
    assert_eq!(shown().await, (disabled, true, false));
    assert_eq!(
        sign_in(&app, &client.client_id, client.secret.as_deref().unwrap(), "").await.0,
        StatusCode::UNAUTHORIZED
    );
    done(&app, &owner, ENABLE, seen(4)).await;
    assert_eq!(shown().await, (active, false, false));
    assert_eq!(
        sign_in(&app, &client.client_id, client.secret.as_deref().unwrap(), "").await.0,
        StatusCode::OK
    );
}

async fn a_partner_does_not_raise_its_limits(place: Place) {
    let app = place.app().await;
    let itself = app.client("KOSME", "access:admin program:read").await;
    let partner = app.token(&itself).await;
    let operator = admin(&app, "TIPA").await;
    let elevated = json!({ "rateTier": "ELEVATED" });
    let refused = json!([{
        "code": "RATE_TIER_NOT_GRANTABLE",
        "path": ["input", "rateTier"],
        "message": "Only the institutions that run the programme grant this tier.",
    }]);
    let before = trace(&app).await;
    let payload =
        act(&app, &partner, CREATE, with(new("KOSME", "tier-key-1"), elevated.clone())).await;
    assert_eq!((&payload["errors"], &payload["apiClient"]), (&refused, &Value::Null));
    let itself = |version: i32| json!({ "id": global(itself.id), "expectedVersion": version });
    let payload = act(&app, &partner, UPDATE, with(itself(1), elevated.clone())).await;
    assert_eq!((&payload["errors"], &payload["apiClient"]), (&refused, &Value::Null));
    assert_eq!(trace(&app).await, before);
    // Who runs the programme may, and what it gave stays through the partner's own changes.
    let payload = done(&app, &operator, UPDATE, with(itself(1), elevated.clone())).await;
    assert_eq!(payload["apiClient"]["rateTier"], "ELEVATED");
    let renamed = with(itself(2), json!({ "name": "새 이름" }));
    assert_eq!(done(&app, &partner, UPDATE, renamed).await["apiClient"]["rateTier"], "ELEVATED");
    let kept = with(itself(3), elevated.clone());
    assert_eq!(done(&app, &partner, UPDATE, kept).await["apiClient"]["rateTier"], "ELEVATED");
    let given_up = with(itself(4), json!({ "rateTier": "STANDARD" }));
    assert_eq!(done(&app, &partner, UPDATE, given_up).await["apiClient"]["rateTier"], "STANDARD");
    let payload = act(&app, &partner, UPDATE, with(itself(5), elevated.clone())).await;
    assert_eq!(payload["errors"], refused);
    let made =
        done(&app, &operator, CREATE, with(new("SEOUL", "tier-key-2"), elevated.clone())).await;
    assert_eq!(made["apiClient"]["rateTier"], "ELEVATED");
}

async fn who_was_shut_out_by_an_operator_stays_out(place: Place) {
    let app = place.app().await;
    let partner = admin(&app, "KOSME").await;
    let operator = admin(&app, "TIPA").await;
    let client = app.client("KOSME", "access:admin").await;
    let seen = |version: i32| json!({ "id": global(client.id), "expectedVersion": version });
    let barred = json!([{
        "code": "SHUT_OUT_BY_OPERATOR",
        "path": ["input", "id"],
        "message": "An operator disabled this client; only an operator can enable it.",
    }]);
    done(&app, &operator, DISABLE, seen(1)).await;
    let before = trace(&app).await;
    assert_eq!(act(&app, &partner, ENABLE, seen(2)).await["errors"], barred);
    assert_eq!(trace(&app).await, before);
    let can = format!(
        "{{ node(id: \"{}\") {{ ... on ApiClient {{ isDisabledByOperator viewerCan {{ enable {{ isAllowed reason {{ en }} }} update {{ isAllowed }} }} }} }} }}",
        global(client.id)
    );
    let shown = data(&app, &partner, &can).await["node"].clone();
    assert_eq!(shown["isDisabledByOperator"], true);
    assert_eq!(
        shown["viewerCan"],
        json!({ "enable": { "isAllowed": false, "reason": { "en": barred[0]["message"] } }, "update": { "isAllowed": true } })
    );
    assert_eq!(data(&app, &operator, &can).await["node"]["viewerCan"]["enable"]["isAllowed"], true);
    // The operator lets it in again; from then on the partner shuts it out and in as it likes.
    done(&app, &operator, ENABLE, seen(2)).await;
    assert_eq!(data(&app, &partner, &can).await["node"]["isDisabledByOperator"], false);
    done(&app, &partner, DISABLE, seen(3)).await;
    done(&app, &partner, ENABLE, seen(4)).await;
    // Commands on the server are an operator's.
    let system = Author {
        principal: &Principal::System,
        request_id: "test",
        address: None,
        now: chrono::Utc::now(),
    };
    service::disable(&app.db, system, client.id, 5, None).await.unwrap();
    assert_eq!(act(&app, &partner, ENABLE, seen(6)).await["errors"], barred);
}

async fn who_is_let_in_again_has_no_more_than_the_caller(place: Place) {
    let app = place.app().await;
    let partner = admin(&app, "KOSME").await;
    let client = app.client("KOSME", "access:admin program:read").await;
    let seen = |version: i32| json!({ "id": global(client.id), "expectedVersion": version });
    done(&app, &partner, DISABLE, seen(1)).await;
    let can = format!(
        "{{ node(id: \"{}\") {{ ... on ApiClient {{ viewerCan {{ enable {{ isAllowed }} rotateSecret {{ isAllowed }} disable {{ isAllowed }} }} }} }} }}",
        global(client.id)
    );
    let may = async |token: &str, action: &str| {
        data(&app, token, &can).await["node"]["viewerCan"][action]["isAllowed"].clone()
    };
    let payload = act(&app, &partner, ENABLE, seen(2)).await;
    assert_eq!(payload["errors"][0]["code"], "SCOPE_NOT_GRANTABLE", "{payload:#}");
    assert_eq!(may(&partner, "enable").await, false);
    let wide = app.token(&app.client("KOSME", "access:admin program:read").await).await;
    assert_eq!(may(&wide, "enable").await, true);
    done(&app, &wide, ENABLE, seen(2)).await;
    // The same for its secret, as it has been refused all along.
    assert_eq!(
        (may(&partner, "rotateSecret").await, may(&wide, "rotateSecret").await),
        (json!(false), json!(true))
    );
    let payload = act(&app, &partner, ROTATE, seen(3)).await;
    assert_eq!(payload["errors"][0]["code"], "SCOPE_NOT_GRANTABLE", "{payload:#}");
    assert_eq!(may(&partner, "disable").await, true);
}

async fn the_caller_is_told_what_it_can_do(place: Place) {
    let app = place.app().await;
    let operator = admin(&app, "TIPA").await;
    let partner = app.token(&app.client("KOSME", "access:admin program:read").await).await;
    let unscoped = app.token(&app.client("TIPA", "program:read").await).await;
    let mut clients = Vec::new();
    for owner in ["TIPA", "KOSME"] {
        let active = app.client(owner, "program:read").await;
        let disabled = app.client(owner, "program:read").await;
        let by = if owner == "KOSME" { &partner } else { &operator };
        done(&app, by, DISABLE, json!({ "id": global(disabled.id), "expectedVersion": 1 })).await;
        clients.push((owner, true, active));
        clients.push((owner, false, disabled));
    }
    let may = json!({ "isAllowed": true, "reason": null });
    let not = |ko: &str, en: &str| json!({ "isAllowed": false, "reason": { "ko": ko, "en": en } });
    let is_active = not("사용 중인 클라이언트입니다.", "The client is active.");
    let is_disabled = not("사용 중지된 클라이언트입니다.", "The client is disabled.");
    let expected = |active: bool| {
        if active {
            json!({ "update": may, "rotateSecret": may, "disable": may, "enable": is_active })
        } else {
            json!({ "update": may, "rotateSecret": is_disabled, "disable": is_disabled, "enable": may })
        }
    };
    let can = "viewerCan { update { isAllowed reason { ko en } } rotateSecret { isAllowed reason { ko en } } disable { isAllowed reason { ko en } } enable { isAllowed reason { ko en } } }";
    for (owner, active, client) in &clients {
        let query =
            format!("{{ node(id: \"{}\") {{ ... on ApiClient {{ {can} }} }} }}", global(client.id));
        for (who, token, sees) in [
            ("operator", Some(&operator), true),
            ("partner", Some(&partner), *owner == "KOSME"),
            ("operator without the scope", Some(&unscoped), false),
            ("nobody", None, false),
        ] {
            let token = token.map(String::as_str);
            let answer = ask_in(&app, "en", token, &query, Value::Null).await;
            let shown = &answer["data"]["node"]["viewerCan"];
            let mut expected = if sees { expected(*active) } else { Value::Null };
            if sees && who == "operator" && *owner == "KOSME" && !active {
                // What its institution disabled an operator disables as well, and does not enable.
                expected["disable"] = may.clone();
                expected["enable"] = not(
                    "소속 기관이 사용을 중지한 클라이언트이므로 그 기관만 다시 사용하게 할 수 있습니다.",
                    "Its own institution disabled this client; only that institution can enable it.",
                );
            }
            assert_eq!(shown, &expected, "{who}, {owner}, active: {active}");
        }
    }
    // The answer of a mutation tells it as it is after the mutation.
    let (_, _, client) = &clients[2];
    let query = format!(
        "mutation($input: DisableApiClientInput!) {{ payload: disableApiClient(input: $input) {{ apiClient {{ {can} }} errors {{ code }} }} }}"
    );
    let payload =
        done(&app, &partner, &query, json!({ "id": global(client.id), "expectedVersion": 1 }))
            .await;
    assert_eq!(payload["apiClient"]["viewerCan"], expected(false));
    // What it is told is what happens.
    for (_, active, client) in &clients[..2] {
        let version = if *active { 1 } else { 2 };
        let refused_first = if *active { [ENABLE, ROTATE] } else { [ROTATE, ENABLE] };
        for (query, allowed) in refused_first.into_iter().zip([false, true]) {
            let input = json!({ "id": global(client.id), "expectedVersion": version });
            let payload = act(&app, &operator, query, input).await;
            let expected = if allowed { Value::Null } else { json!("WRONG_STATE") };
            assert_eq!(payload["errors"][0]["code"], expected, "{query}");
        }
    }
}

async fn the_viewer_is_the_caller(place: Place) {
    let app = place.app().await;
    let query = "{ viewer { kind clientId institution { code } standing scopes issuer tokenExpiresAt rateTier allowance { limit remaining reset } } }";
    let nobody = ask_in(&app, "en", None, query, Value::Null).await;
    assert_eq!(
        nobody["data"]["viewer"],
        json!({
            "kind": "ANONYMOUS", "clientId": null, "institution": null, "standing": null, "scopes": [],
            "issuer": null, "tokenExpiresAt": null, "rateTier": null, "allowance": null,
        })
    );
    let elevated = service::NewClient {
        institution: "KOSME".to_owned(),
        name: "확대".to_owned(),
        scopes: ALL.split(' ').map(str::to_owned).collect(),
        origins: Vec::new(),
        rate_tier: entity::api_client::RateTier::Elevated,
    };
    let system = Author {
        principal: &Principal::System,
        request_id: "test",
        address: None,
        now: chrono::Utc::now(),
    };
    let elevated = service::create(
        &app.db,
        &aiplus::auth::secret::Hashing::default(),
        system,
        &elevated,
        "viewer-elevated",
    )
    .await
    .unwrap();
    let operator = app.client("MSS", "audit:read program:read").await;
    for (client_id, secret, scope, expected) in [
        (
            &*operator.client_id,
            operator.secret.as_deref().unwrap(),
            "",
            json!({ "institution": { "code": "MSS" }, "standing": "OPERATOR", "scopes": ["program:read", "audit:read"], "rateTier": "STANDARD" }),
        ),
        (
            &operator.client_id,
            operator.secret.as_deref().unwrap(),
            "audit:read",
            json!({ "institution": { "code": "MSS" }, "standing": "OPERATOR", "scopes": ["audit:read"], "rateTier": "STANDARD" }),
        ),
        (
            &*elevated.client_id,
            elevated.secret.as_deref().unwrap(),
            "results:submit+program:read",
            json!({ "institution": { "code": "KOSME" }, "standing": "PARTNER", "scopes": ["program:read", "results:submit"], "rateTier": "ELEVATED" }),
        ),
        (
            &*elevated.client_id,
            elevated.secret.as_deref().unwrap(),
            "",
            json!({ "institution": { "code": "KOSME" }, "standing": "PARTNER", "scopes": ALL.split(' ').collect::<Vec<_>>(), "rateTier": "ELEVATED" }),
        ),
    ] {
        let (status, answer) = sign_in(&app, client_id, secret, scope).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let bearer = answer["access_token"].as_str().unwrap();
        let viewer = data(&app, bearer, query).await["viewer"].clone();
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(&viewer[name], value, "{name} of {viewer:#}");
        }
        assert_eq!(viewer["kind"], "CLIENT");
        assert_eq!(viewer["clientId"], client_id);
        assert_eq!(viewer["issuer"], "http://api.test");
        let payload = bearer.split('.').nth(1).unwrap();
        let payload = base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, payload);
        let claims: Value = serde_json::from_slice(&payload.unwrap()).unwrap();
        let expires: chrono::DateTime<chrono::Utc> =
            viewer["tokenExpiresAt"].as_str().unwrap().parse().unwrap();
        assert_eq!(json!(expires.timestamp()), claims["exp"]);
        assert!(viewer["tokenExpiresAt"].as_str().unwrap().ends_with("+09:00"), "{viewer:#}");
        // One point for the request itself; what comes back in a moment is all that is missing.
        let limit = if expected["rateTier"] == "ELEVATED" { 600_000 } else { 60_000 };
        assert_eq!(
            viewer["allowance"],
            json!({ "limit": limit, "remaining": limit - 1, "reset": 1 })
        );
    }
    // Without a limit there is none to tell.
    let mut free = settings();
    free.limits.client_rate = 0;
    let app = place.app_with(&free).await;
    let token = admin(&app, "TIPA").await;
    assert_eq!(data(&app, &token, query).await["viewer"]["allowance"], Value::Null);
}

async fn an_anonymous_viewer_knows_its_allowance(place: Place) {
    let mut limited = settings();
    limited.limits.rate_loopback = true;
    limited.limits.address_cost = 100;
    let app = place.app_with(&limited).await;
    let server = serve(&app).await;
    let body = json!({ "query": "{ viewer { kind allowance { limit remaining } } }" }).to_string();
    let request = Request::post("/graphql")
        .header("host", "api.test")
        .header("content-type", "application/json")
        .body(Body::from(body))
        .unwrap();
    let (status, answer) = server.send(request).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        answer["data"]["viewer"],
        json!({ "kind": "ANONYMOUS", "allowance": { "limit": 100, "remaining": 99 } })
    );
}

async fn clients_are_listed_filtered_and_ordered(place: Place) {
    let app = place.app().await;
    let token = admin(&app, "TIPA").await;
    for (at, (institution, name, scopes, tier)) in [
        ("KOSME", "나 화면", vec!["program:read"], "STANDARD"),
        ("SEOUL", "가 화면", vec!["program:read", "audit:read"], "ELEVATED"),
        ("KOSME", "다 화면", vec!["audit:read"], "ELEVATED"),
        ("SEOUL", "나 화면", vec!["program:read"], "STANDARD"),
    ]
    .into_iter()
    .enumerate()
    {
        let input = json!({ "institution": institution, "name": name, "scopes": scopes, "rateTier": tier, "idempotencyKey": format!("listed-{at}") });
        let made = done(&app, &token, CREATE, input).await;
        if name.starts_with('다') {
            let id = &made["apiClient"]["id"];
            done(&app, &token, DISABLE, json!({ "id": id, "expectedVersion": 1, "reason": "끝" }))
                .await;
        }
    }
    let names = async |arguments: &str| -> Vec<String> {
        let query = format!(
            "{{ apiClients({arguments}) {{ totalCount nodes {{ name institution {{ code }} }} }} }}"
        );
        let found = data(&app, &token, &query).await["apiClients"].clone();
        let nodes = found["nodes"].as_array().unwrap();
        assert_eq!(found["totalCount"], nodes.len(), "{arguments}");
        nodes
            .iter()
            .map(|node| {
                format!(
                    "{} {}",
                    node["name"].as_str().unwrap(),
                    node["institution"]["code"].as_str().unwrap()
                )
            })
            .collect()
    };
    let screens = "name: { contains: \"화면\" }";
    let listed = names(&format!("where: {{ {screens} }}")).await;
    assert_eq!(listed.len(), 4);
    assert_eq!((&*listed[0], &*listed[3]), ("가 화면 SEOUL", "다 화면 KOSME"), "by name");
    let turned =
        names(&format!("where: {{ {screens} }}, orderBy: [{{ field: NAME, direction: DESC }}]"))
            .await;
    assert_eq!((&*turned[0], &*turned[3]), ("다 화면 KOSME", "가 화면 SEOUL"));
    for (condition, expected) in [
        ("state: { eq: DISABLED }", vec!["다 화면 KOSME"]),
        ("disabledReason: { eq: \"끝\" }", vec!["다 화면 KOSME"]),
        ("rateTier: { eq: ELEVATED }", vec!["가 화면 SEOUL", "다 화면 KOSME"]),
        ("institution: { code: { eq: \"SEOUL\" } }", vec!["가 화면 SEOUL", "나 화면 SEOUL"]),
        ("version: { gt: 1 }", vec!["다 화면 KOSME"]),
        (
            "clientId: { startsWith: \"seoul-\" }, name: { startsWith: \"나\" }",
            vec!["나 화면 SEOUL"],
        ),
        (
            "not: { clientId: { startsWith: \"seoul-\" } }, state: { eq: ACTIVE }, name: { contains: \"화면\" }",
            vec!["나 화면 KOSME"],
        ),
        ("lastUsedAt: { isNull: false }, name: { contains: \"화면\" }", vec![]),
    ] {
        assert_eq!(names(&format!("where: {{ {condition} }}")).await, expected, "{condition}");
    }
    // Pages, with a name that two have at the edge between them.
    let mut walked = Vec::new();
    let mut after = String::new();
    loop {
        let query = format!(
            "{{ apiClients(first: 2, where: {{ {screens} }}{after}) {{ edges {{ node {{ id }} }} pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let page = data(&app, &token, &query).await["apiClients"].clone();
        walked.extend(
            page["edges"].as_array().unwrap().iter().map(|edge| edge["node"]["id"].to_string()),
        );
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = format!(", after: {}", page["pageInfo"]["endCursor"]);
    }
    let all = data(
        &app,
        &token,
        &format!("{{ apiClients(where: {{ {screens} }}) {{ nodes {{ id }} }} }}"),
    )
    .await;
    let all: Vec<String> = all["apiClients"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["id"].to_string())
        .collect();
    assert_eq!(walked, all);
    // Others see no list.
    let unscoped = app.token(&app.client("TIPA", "program:read audit:read").await).await;
    let query = "{ apiClients { totalCount nodes { id } } }";
    assert_eq!(app.refusal(query).await, "UNAUTHENTICATED");
    let refused = ask(&app, &unscoped, query, Value::Null).await;
    assert_eq!(refused["data"], json!({ "apiClients": null }));
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
}

async fn the_last_use_is_the_last_token(place: Place) {
    let app = place.app().await;
    let token = app.token(&app.client("TIPA", "access:admin audit:read").await).await;
    let client = app.client("KOSME", "program:read").await;
    let secret = client.secret.as_deref().unwrap();
    let id = global(client.id);
    let query = format!("{{ node(id: \"{id}\") {{ ... on ApiClient {{ lastUsedAt }} }} }}");
    let last_use = async || {
        // Within moments, as a server that runs writes it.
        app.app.engine.backlog.flush(&app.db).await.unwrap();
        data(&app, &token, &query).await["node"]["lastUsedAt"].clone()
    };
    let last_token = async || {
        let query = format!(
            "{{ auditEvents(first: 1, where: {{ action: {{ eq: \"token.issue\" }}, actor: {{ eq: \"{}\" }} }}) {{ nodes {{ occurredAt }} }} }}",
            client.client_id
        );
        data(&app, &token, &query).await["auditEvents"]["nodes"][0]["occurredAt"].clone()
    };
    assert_eq!(last_use().await, Value::Null);
    // To be refused is no use.
    sign_in(&app, &client.client_id, "wrong", "").await;
    assert_eq!(last_use().await, Value::Null);
    sign_in(&app, &client.client_id, secret, "").await;
    let first = last_use().await;
    assert!(first.is_string());
    assert_eq!(first, last_token().await);
    sign_in(&app, &client.client_id, secret, "").await;
    let second = last_use().await;
    assert_eq!(second, last_token().await);
    let instant =
        |at: &Value| at.as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    assert!(instant(&second) > instant(&first), "{first} {second}");
    // It filters like any other instant.
    for (condition, count) in [("gte", 1), ("gt", 0)] {
        let query = format!(
            "{{ apiClients(where: {{ id: {{ eq: \"{id}\" }}, lastUsedAt: {{ {condition}: {second} }} }}) {{ totalCount }} }}"
        );
        assert_eq!(
            data(&app, &token, &query).await["apiClients"]["totalCount"],
            count,
            "{condition}"
        );
    }
}

async fn mutations_run_in_order_and_fail_alone(place: Place) {
    let app = place.app().await;
    let token = app.token(&app.client("KOSME", "access:admin program:read").await).await;
    let own = global(app.client("KOSME", "program:read").await.id);
    let other = global(app.client("TIPA", "program:read").await.id);
    // Each needs the version that the one before left; names would run in another order if sorted.
    let query = format!(
        "mutation {{
           z: updateApiClient(input: {{ id: \"{own}\", expectedVersion: 1, idempotencyKey: \"inline-0100\", name: \"첫째\" }}) {{ apiClient {{ name version }} errors {{ code }} }}
           y: updateApiClient(input: {{ id: \"{own}\", expectedVersion: 2, idempotencyKey: \"inline-0101\", name: \"둘째\" }}) {{ apiClient {{ name version }} errors {{ code }} }}
           x: disableApiClient(input: {{ id: \"{other}\", expectedVersion: 1, idempotencyKey: \"inline-0102\" }}) {{ apiClient {{ version }} errors {{ code }} }}
           w: disableApiClient(input: {{ id: \"{own}\", expectedVersion: 3, idempotencyKey: \"inline-0103\" }}) {{ apiClient {{ state version }} errors {{ code }} }}
           v: rotateApiClientSecret(input: {{ id: \"{own}\", expectedVersion: 4, idempotencyKey: \"inline-0104\" }}) {{ apiClient {{ version }} clientSecret errors {{ code }} }}
           ... on Mutation {{ u: createApiClient(input: {{ institution: \"SEOUL\", name: \"이름\", scopes: [\"access:admin\"], idempotencyKey: \"in-order\" }}) {{ clientSecret errors {{ code }} }} }}
           t: enableApiClient(input: {{ id: \"{own}\", expectedVersion: 4, idempotencyKey: \"inline-0105\" }}) {{ apiClient {{ name state version }} errors {{ code }} }}
         }}"
    );
    let answer = app.post(Some(&token), &json!({ "query": query })).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let bytes = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        answer["data"],
        json!({
            "z": { "apiClient": { "name": "첫째", "version": 2 }, "errors": [] },
            "y": { "apiClient": { "name": "둘째", "version": 3 }, "errors": [] },
            "x": null,
            "w": { "apiClient": { "state": "DISABLED", "version": 4 }, "errors": [] },
            "v": { "apiClient": null, "clientSecret": null, "errors": [{ "code": "WRONG_STATE" }] },
            "u": null,
            "t": { "apiClient": { "name": "둘째", "state": "ACTIVE", "version": 5 }, "errors": [] },
        })
    );
    let errors: Vec<Value> = answer["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| json!([error["path"], error["extensions"]["code"]]))
        .collect();
    assert_eq!(errors, [json!([["x"], "NOT_FOUND"]), json!([["u"], "FORBIDDEN"])]);
    // The keys of the answer stand in the order of the document.
    let places: Vec<usize> = ["\"z\":", "\"y\":", "\"x\":", "\"w\":", "\"v\":", "\"u\":", "\"t\":"]
        .iter()
        .map(|key| text.find(key).unwrap())
        .collect();
    assert!(places.is_sorted(), "{text}");
    // A field that is skipped does nothing.
    let query = format!(
        "mutation($no: Boolean!) {{ a: disableApiClient(input: {{ id: \"{own}\", expectedVersion: 5, idempotencyKey: \"inline-0106\" }}) @include(if: $no) {{ errors {{ code }} }} b: __typename }}"
    );
    let answer = ask(&app, &token, &query, json!({ "no": false })).await;
    assert_eq!(answer["data"], json!({ "b": "Mutation" }));
    let state = data(
        &app,
        &token,
        &format!("{{ node(id: \"{own}\") {{ ... on ApiClient {{ state version }} }} }}"),
    )
    .await;
    assert_eq!(state["node"], json!({ "state": "ACTIVE", "version": 5 }));
}

/// Cursor of the last change of the feed.
async fn end_of_feed(app: &TestApp, token: &str) -> String {
    let feed = data(app, token, "{ changes(last: 1) { edges { cursor } } }").await;
    feed["changes"]["edges"][0]["cursor"].as_str().unwrap().to_owned()
}

const CHANGE: &str = "cursor node { kind type version subject { id } }";

async fn each_write_stands_in_the_feed_once(place: Place) {
    let app = place.app().await;
    let token = admin(&app, "TIPA").await;
    let start = end_of_feed(&app, &token).await;
    let made = done(&app, &token, CREATE, new("KOSME", "feed-key-1")).await;
    let id = &made["apiClient"]["id"];
    let seen = |version: i32| json!({ "id": id, "expectedVersion": version });
    done(&app, &token, UPDATE, with(seen(1), json!({ "name": "둘째" }))).await;
    // Neither a key that was used, nor an error, nor a refusal, nor a token is a change.
    done(&app, &token, CREATE, new("KOSME", "feed-key-1")).await;
    act(&app, &token, UPDATE, with(seen(1), json!({ "name": "옛것" }))).await;
    ask_in(&app, "en", None, DISABLE, json!({ "input": seen(2) })).await;
    done(&app, &token, ROTATE, seen(2)).await;
    let second = done(&app, &token, CREATE, new("SEOUL", "feed-key-2")).await;
    let other = &second["apiClient"]["id"];
    done(&app, &token, DISABLE, seen(3)).await;
    done(&app, &token, ENABLE, seen(4)).await;
    let change = |id: &Value, kind: &str, version: i32| json!({ "kind": kind, "type": "ApiClient", "version": version, "subject": { "id": id } });
    let expected = vec![
        change(id, "CREATED", 1),
        change(id, "UPDATED", 2),
        change(id, "UPDATED", 3),
        change(other, "CREATED", 1),
        change(id, "UPDATED", 4),
        change(id, "UPDATED", 5),
    ];
    let page = async |arguments: &str| {
        let query = format!(
            "{{ changes({arguments}) {{ edges {{ {CHANGE} }} pageInfo {{ hasNextPage hasPreviousPage endCursor }} }} }}"
        );
        data(&app, &token, &query).await["changes"].clone()
    };
    let nodes = |page: &Value| -> Vec<Value> {
        page["edges"].as_array().unwrap().iter().map(|edge| edge["node"].clone()).collect()
    };
    let all = page(&format!("after: \"{start}\"")).await;
    assert_eq!(nodes(&all), expected);
    assert_eq!(all["pageInfo"]["hasNextPage"], false);
    // Page by page after the last cursor seen, each once.
    for size in [1, 2, 4] {
        let (mut walked, mut after) = (Vec::new(), start.clone());
        loop {
            let found = page(&format!("first: {size}, after: \"{after}\"")).await;
            walked.extend(nodes(&found));
            let Some(end) = found["pageInfo"]["endCursor"].as_str() else { break };
            after = end.to_owned();
            if found["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        assert_eq!(walked, expected, "pages of {size}");
        // Who has seen everything is told nothing, until something is new.
        assert_eq!(nodes(&page(&format!("after: \"{after}\"")).await), Vec::<Value>::new());
    }
    let end = end_of_feed(&app, &token).await;
    done(&app, &token, UPDATE, with(seen(5), json!({ "name": "셋째" }))).await;
    let later = page(&format!("after: \"{end}\"")).await;
    assert_eq!(nodes(&later), [change(id, "UPDATED", 6)]);
    // By type.
    for (types, expected) in [
        ("[\"ApiClient\"]", 7),
        ("[\"Meeting\", \"ApiClient\"]", 7),
        ("[\"Meeting\"]", 0),
        ("[]", 0),
    ] {
        let found = page(&format!("after: \"{start}\", types: {types}")).await;
        assert_eq!(nodes(&found).len(), expected, "{types}");
    }
    let meetings = page("types: [\"Meeting\"], first: 100").await;
    let meetings = nodes(&meetings);
    assert!(!meetings.is_empty());
    assert!(meetings.iter().all(|node| node["type"] == "Meeting" && node["kind"] == "CREATED"));
    // The feed begins with the first change there is.
    let first = page("first: 1").await;
    assert_eq!(first["pageInfo"]["hasPreviousPage"], false);
}

async fn the_feed_tells_what_its_reader_may_see(place: Place) {
    let app = place.app().await;
    let operator = admin(&app, "TIPA").await;
    let partner = admin(&app, "KOSME").await;
    let unscoped = app.token(&app.client("KOSME", "program:read").await).await;
    let start = end_of_feed(&app, &operator).await;
    let own = done(&app, &operator, CREATE, new("KOSME", "feed-own")).await;
    let other = done(&app, &operator, CREATE, new("SEOUL", "feed-other")).await;
    let [own, other] = [own, other].map(|payload| payload["apiClient"]["id"].clone());
    let query = format!(
        "{{ changes(after: \"{start}\", types: [\"ApiClient\"]) {{ nodes {{ subject {{ id }} }} }} total: changes(types: [\"ApiClient\"]) {{ totalCount }} }}"
    );
    // Five clients were made, three of them the partner's.
    for (who, token, told, total) in [
        ("operator", Some(&operator), vec![&own, &other], 5),
        ("partner", Some(&partner), vec![&own], 3),
        ("unscoped", Some(&unscoped), vec![], 0),
        ("nobody", None, vec![], 0),
    ] {
        let token = token.map(String::as_str);
        let answer = ask_in(&app, "en", token, &query, Value::Null).await;
        let told: Vec<Value> = told.iter().map(|id| json!({ "subject": { "id": id } })).collect();
        assert_eq!(answer["data"]["changes"]["nodes"], json!(told), "{who}: {answer:#}");
        assert_eq!(answer["data"]["total"]["totalCount"], total, "{who}");
    }
}

async fn a_type_that_is_none_is_refused(place: Place) {
    let app = place.app().await;
    let token = admin(&app, "TIPA").await;
    for types in ["[\"Nothing\"]", "[\"Meeting\", \"meeting\"]", "[\"AuditEvent\"]", "[\"\"]"] {
        let query = format!("{{ changes(types: {types}) {{ totalCount }} }}");
        for language in ["ko", "en"] {
            let answer = ask_in(&app, language, Some(&token), &query, Value::Null).await;
            let error = &answer["errors"][0];
            assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT", "{types}: {answer:#}");
            assert_eq!(is_korean(error["message"].as_str().unwrap()), language == "ko");
        }
    }
}
