//! The audit: what stands in it and who reads it, that nobody rewrites it unnoticed, and that no secret
//! and no contact data reaches it.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use crate::support::clients::Issued;
use aiplus::config::Introspection;
use aiplus::database::{self, Store};
use aiplus::domain::principal::{
    Author, Client, Institution, Principal, Scopes, Standing, Token as Claims,
};
use aiplus::domain::rate::Who;
use aiplus::error::Language;
use aiplus::graphql::catalog;
use aiplus::graphql::engine::Call;
use aiplus::graphql::request;
use aiplus::read::global_id;
use aiplus::service::audit::{self, Backlog, Fault, verify};
use aiplus::service::ledger::{Event, chain_hash, key_of_number};
use aiplus::service::write::Write;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderValue, Request, StatusCode};
use chrono::{Duration, Utc};
use entity::api_client::RateTier;
use entity::audit_event::{self, AuditOutcome, Column};
use entity::{api_client, contact_point, institution, topic};
use futures_util::future::{join_all, join3};
use futures_util::{FutureExt, SinkExt, StreamExt};
use hyper_util::rt::TokioIo;
use migration::{Migrator, MigratorTrait};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseConnection, DatabaseTransaction,
    DbBackend, EntityTrait, IdenStatic, IntoActiveModel, Iterable, ModelTrait, PaginatorTrait,
    QueryFilter, QueryOrder, Statement, TransactionTrait,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use uuid::Uuid;

use crate::support::client::every_turn_taken;
use crate::support::results::keyed;
use crate::support::{Place, TestApp, now, settings};
use crate::tests;

tests![
    a_write_stands_with_before_and_after,
    a_token_issued_and_refused_stands,
    a_refused_scope_stands,
    a_revocation_stands_with_its_client,
    a_bad_bearer_token_stands_on_every_way_in,
    a_refused_mutation_stands,
    what_a_person_can_put_right_stands_as_well,
    each_refusal_of_a_sign_in_stands,
    a_refused_document_stands,
    a_refused_connection_stands,
    a_refused_mutation_names_its_subject,
    an_event_shows_its_subject,
    an_exceeded_rate_stands,
    a_throttled_sign_in_stands,
    a_look_at_personal_data_stands,
    a_row_that_is_not_shown_is_not_noted,
    nothing_leaves_that_cannot_be_recorded,
    the_address_is_the_callers,
    the_audit_is_for_auditors,
    a_partner_audits_its_own,
    the_database_keeps_events_as_they_are,
    the_database_lets_no_event_be_replaced,
    a_change_of_any_column_is_found,
    each_forgery_is_found,
    only_an_anchor_finds_a_perfect_forgery,
    the_list_of_faults_is_bounded,
    an_honest_audit_passes_while_servers_write,
    events_from_before_still_verify,
    a_flood_adds_a_row_a_minute,
    groups_of_refusals_are_bounded,
    the_backlog_is_bounded,
    what_could_not_be_written_is_counted,
    a_flush_waits_for_the_one_before,
    a_flush_that_is_given_up_loses_nothing,
    secrets_and_contact_data_are_in_no_event,
];

// A server with real connections.

/// The application on a port of its own, until it is dropped.
pub struct Server {
    pub address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub async fn serve(app: &TestApp) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (app, settings) = (app.app.clone(), app.settings.clone());
    let task = tokio::spawn(async move {
        aiplus::http::serve(listener, app, &settings).await.unwrap();
    });
    Server { address, task }
}

/// Sends a request to a server over a connection of its own.
pub async fn send(address: SocketAddr, mut request: Request<Body>) -> (StatusCode, Value) {
    request.headers_mut().entry("host").or_insert(HeaderValue::from_static("api.test"));
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let (parts, body) = sender.send_request(request).await.unwrap().into_parts();
    let bytes = to_bytes(Body::new(body), 1 << 24).await.unwrap();
    (parts.status, serde_json::from_slice(&bytes).unwrap_or_default())
}

impl Server {
    /// Sends a request over a connection of its own.
    pub async fn send(&self, request: Request<Body>) -> (StatusCode, Value) {
        send(self.address, request).await
    }

    /// A GraphQL request with an id by which its events are found.
    async fn graphql(&self, id: &str, token: Option<&str>, query: &str, input: Value) -> Value {
        let mut input = input;
        keyed(&mut input);
        let body = json!({ "query": query, "variables": { "input": input } });
        let mut request = Request::post("/graphql")
            .header("host", "api.test")
            .header("content-type", "application/json")
            .header("accept", "application/graphql-response+json")
            .header("x-request-id", id);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        self.send(request.body(Body::from(body.to_string())).unwrap()).await.1
    }

    /// A form to one of the OAuth endpoints.
    async fn form(&self, id: &str, path: &str, body: &str) -> (StatusCode, Value) {
        let request = Request::post(path)
            .header("host", "api.test")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-request-id", id);
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }
}

fn sign_in(client_id: &str, secret: &str) -> String {
    format!("grant_type=client_credentials&client_id={client_id}&client_secret={secret}")
}

fn secret(client: &Issued) -> &str {
    client.secret.as_deref().unwrap()
}

// Events, as an auditor sees them and as they are stored.

async fn an_auditor(app: &TestApp) -> Principal {
    app.principal("MSS", "audit:read access:admin").await
}

/// The events of a request, the oldest first.
async fn events(app: &TestApp, auditor: &Principal, id: &str) -> Vec<Value> {
    let query = "query($id: String!) {
        auditEvents(where: { requestId: { eq: $id } }, orderBy: [{ field: NUMBER }]) {
          nodes { number occurredAt actor client { clientId } institution { code } address action outcome reason subjectType before after requestId }
        } }";
    let answer = app.ask(auditor, query, json!({ "id": id })).await;
    assert!(answer.get("errors").is_none(), "{answer:#}");
    answer["data"]["auditEvents"]["nodes"].as_array().unwrap().clone()
}

/// The one event of a request.
async fn event(app: &TestApp, auditor: &Principal, id: &str) -> Value {
    let mut found = events(app, auditor, id).await;
    assert_eq!(found.len(), 1, "events of {id}: {found:#?}");
    found.remove(0)
}

fn assert_holds(event: &Value, expected: Value) {
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&event[name], value, "{name} of {event:#}");
    }
}

/// Keys of the objects of a request's events.
async fn subjects(app: &TestApp, id: &str) -> Vec<Option<Uuid>> {
    let found = audit_event::Entity::find()
        .filter(Column::RequestId.eq(id))
        .order_by_asc(Column::Seq)
        .all(&app.db)
        .await
        .unwrap();
    found.into_iter().map(|event| event.subject_id).collect()
}

async fn stored(db: &DatabaseConnection) -> Vec<audit_event::Model> {
    audit_event::Entity::find().order_by_asc(Column::Seq).all(db).await.unwrap()
}

async fn faults(db: &DatabaseConnection) -> Vec<Fault> {
    verify(db, None).await.unwrap().faults
}

const CREATE: &str = "mutation($input: CreateApiClientInput!) { createApiClient(input: $input) { apiClient { id version } clientSecret errors { code } } }";
const UPDATE: &str = "mutation($input: UpdateApiClientInput!) { updateApiClient(input: $input) { apiClient { id version } errors { code } } }";
const ROTATE: &str = "mutation($input: RotateApiClientSecretInput!) { rotateApiClientSecret(input: $input) { apiClient { id version } clientSecret errors { code } } }";
const DISABLE: &str = "mutation($input: DisableApiClientInput!) { disableApiClient(input: $input) { apiClient { id version } errors { code } } }";
const ENABLE: &str = "mutation($input: EnableApiClientInput!) { enableApiClient(input: $input) { apiClient { id version } errors { code } } }";

/// What stands for a row in the API.
fn global_of(ty: &str, key: Uuid) -> String {
    global_id::encode(catalog().find(ty).unwrap().tag, key)
}

/// What stands for a client in the API.
fn global(key: Uuid) -> String {
    global_of("ApiClient", key)
}

async fn a_write_stands_with_before_and_after(place: Place) {
    let app = place.app().await;
    let server = serve(&app).await;
    let auditor = an_auditor(&app).await;
    let admin = app.client("TIPA", "access:admin").await;
    let token = app.token(&admin).await;
    let new = json!({ "institution": "KOSME", "name": "첫 이름", "scopes": ["program:read"], "idempotencyKey": "audit-key-1" });
    let made = server.graphql("write-create", Some(&token), CREATE, new).await;
    let id = made["data"]["createApiClient"]["apiClient"]["id"].as_str().unwrap().to_owned();
    let change = |version: i32| json!({ "id": id, "expectedVersion": version });
    let mut renamed = change(1);
    renamed["name"] = "둘째 이름".into();
    let mut shut = change(3);
    shut["reason"] = "점검".into();
    for (request, query, input) in [
        ("write-update", UPDATE, renamed),
        ("write-rotate", ROTATE, change(2)),
        ("write-disable", DISABLE, shut),
        ("write-enable", ENABLE, change(4)),
    ] {
        let answer = server.graphql(request, Some(&token), query, input).await;
        let payload = answer["data"].as_object().unwrap().values().next().unwrap();
        assert_eq!(payload["errors"], json!([]), "{request}: {answer:#}");
    }
    let row = |event: &Value, side: &str| -> Value { event[side].clone() };
    let mut row_now = serde_json::Map::new();
    for (request, action, column, value) in [
        ("write-create", "createApiClient", "name", json!("첫 이름")),
        ("write-update", "updateApiClient", "name", json!("둘째 이름")),
        ("write-rotate", "rotateApiClientSecret", "previous_secret_hash", json!("[redacted]")),
        ("write-disable", "disableApiClient", "disabled_reason", json!("점검")),
        ("write-enable", "enableApiClient", "state", json!("ACTIVE")),
    ] {
        let event = event(&app, &auditor, request).await;
        assert_holds(
            &event,
            json!({
                "actor": admin.client_id,
                "client": { "clientId": admin.client_id },
                // The institution concerned is the one whose client it is.
                "institution": { "code": "KOSME" },
                "address": "127.0.0.1",
                "action": action,
                "outcome": "DONE",
                "reason": null,
                "subjectType": "ApiClient",
                "requestId": request,
            }),
        );
        let (_, key) = global_id::decode(&id).unwrap();
        assert_eq!(subjects(&app, request).await, [Some(key)], "{request}");
        // Of a creation the row as a whole, of an update what it changed: each begins where the last write ended.
        let (before, after) = (row(&event, "before"), row(&event, "after"));
        assert_eq!(before.is_null(), action == "createApiClient", "{request}");
        for (name, was) in before.as_object().into_iter().flatten() {
            assert_eq!(
                row_now[name], *was,
                "{name} of {request} begins where the last write ended"
            );
        }
        row_now.extend(after.as_object().unwrap().clone());
        assert_eq!(after[column], value, "{request}: {after:#}");
        assert!(!after.to_string().contains("$argon2"), "{request}");
    }
    assert_eq!(faults(&app.db).await, []);
}

async fn a_token_issued_and_refused_stands(place: Place) {
    let app = place.app().await;
    let server = serve(&app).await;
    let auditor = an_auditor(&app).await;
    let client = app.client("KOSME", "program:read results:submit").await;
    let shut = app.client("KOSME", "program:read").await;
    app.sql(&format!(
        "UPDATE api_client SET state = 'DISABLED' WHERE client_id = '{}'",
        shut.client_id
    ))
    .await;

    let asked = format!("{}&scope=program:read", sign_in(&client.client_id, secret(&client)));
    let (status, answer) = server.form("token-issued", "/oauth/token", &asked).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let issued = event(&app, &auditor, "token-issued").await;
    assert_holds(
        &issued,
        json!({
            "actor": client.client_id,
            "client": { "clientId": client.client_id },
            "institution": { "code": "KOSME" },
            "address": "127.0.0.1",
            "action": "token.issue",
            "outcome": "DONE",
            "reason": null,
            "subjectType": "ApiClient",
            "before": null,
        }),
    );
    let after = issued["after"].clone();
    assert_eq!(after["scope"], "program:read");
    let claims = answer["access_token"].as_str().unwrap().split('.').nth(1).unwrap();
    let claims = base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, claims).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(after["jti"], claims["jti"], "the token is known by its id");
    assert_eq!(subjects(&app, "token-issued").await, [Some(client.id)]);

    // The same for a wrong secret, a client that is shut out and one that is not there; the audit tells
    // them apart by the client concerned.
    let concerned = |client: &Issued| (Some(client.id), "ApiClient", json!({ "code": "KOSME" }));
    for (request, client_id, given, (subject, kind, institution)) in [
        ("token-wrong-secret", &*client.client_id, secret(&shut), concerned(&client)),
        ("token-shut-out", &*shut.client_id, secret(&shut), concerned(&shut)),
        ("token-nobody", "kosme-0000000000000000", secret(&shut), (None, "", Value::Null)),
    ] {
        let (status, _) = server.form(request, "/oauth/token", &sign_in(client_id, given)).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{request}");
        let refused = event(&app, &auditor, request).await;
        assert_holds(
            &refused,
            json!({
                "actor": "anonymous",
                "client": null,
                "institution": institution,
                "address": "127.0.0.1",
                "action": "token.issue",
                "outcome": "REFUSED",
                "reason": "invalid_client",
                "subjectType": kind,
                "before": null,
                "after": null,
            }),
        );
        assert_eq!(subjects(&app, request).await, [subject], "{request}");
    }
}

async fn a_refused_scope_stands(place: Place) {
    let app = place.app().await;
    let server = serve(&app).await;
    let auditor = an_auditor(&app).await;
    let client = app.client("KOSME", "program:read").await;
    for (request, scope) in [("scope-not-its-own", "access:admin"), ("scope-unknown", "everything")]
    {
        let asked = format!("{}&scope={scope}", sign_in(&client.client_id, secret(&client)));
        let (status, answer) = server.form(request, "/oauth/token", &asked).await;
        assert_eq!((status, &answer["error"]), (StatusCode::BAD_REQUEST, &json!("invalid_scope")));
        let refused = event(&app, &auditor, request).await;
        assert_holds(
            &refused,
            json!({
                "institution": { "code": "KOSME" },
                "action": "token.issue",
                "outcome": "REFUSED",
                "reason": "invalid_scope",
                "subjectType": "ApiClient",
            }),
        );
        assert_eq!(subjects(&app, request).await, [Some(client.id)]);
    }
}

async fn a_revocation_stands_with_its_client(place: Place) {
    let app = place.app().await;
    let server = serve(&app).await;
    let auditor = an_auditor(&app).await;
    let client = app.client("KOSME", "program:read").await;
    let token = app.token(&client).await;
    let form = format!("{}&token={token}", sign_in(&client.client_id, secret(&client)));
    let (status, _) = server.form("token-revoked", "/oauth/revoke", &form).await;
    assert_eq!(status, StatusCode::OK);
    let event = event(&app, &auditor, "token-revoked").await;
    assert_holds(
        &event,
        json!({
            "institution": { "code": "KOSME" },
            "address": "127.0.0.1",
            "action": "token.revoke",
            "outcome": "DONE",
            "subjectType": "ApiClient",
        }),
    );
    assert_eq!(subjects(&app, "token-revoked").await, [Some(client.id)]);
    // It has signed in with its secret to revoke.
    assert_holds(
        &event,
        json!({ "actor": client.client_id, "client": { "clientId": client.client_id } }),
    );
}

async fn a_bad_bearer_token_stands_on_every_way_in(place: Place) {
    let app = place.app().await;
    let server = serve(&app).await;
    let auditor = an_auditor(&app).await;
    let good = app.token(&app.client("KOSME", "program:read").await).await;
    let forged = format!("{}AAAA", &good[..good.len() - 4]);
    let query = "{ __typename }";
    server.graphql("bearer-forged", Some(&forged), query, Value::Null).await;
    server.graphql("bearer-nonsense", Some("nonsense"), query, Value::Null).await;
    for (request, path, authorization) in [
        ("bearer-basic", "/graphql", Some("Basic a29zbWU6c2VjcmV0")),
        ("bearer-in-query", "/graphql?access_token=abc", None),
    ] {
        let mut sent = Request::post(path)
            .header("host", "api.test")
            .header("content-type", "application/json")
            .header("x-request-id", request);
        if let Some(authorization) = authorization {
            sent = sent.header("authorization", authorization);
        }
        let body = Body::from(json!({ "query": query }).to_string());
        let (status, _) = server.send(sent.body(body).unwrap()).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{request}");
    }
    let url = format!("ws://{}/graphql", server.address);
    let mut upgrade = url.into_client_request().unwrap();
    for (name, value) in
        [("sec-websocket-protocol", "graphql-transport-ws"), ("x-request-id", "bearer-socket")]
    {
        upgrade.headers_mut().insert(name, value.parse().unwrap());
    }
    let (mut socket, _) = connect_async(upgrade).await.unwrap();
    let init = json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {forged}") } });
    socket.send(Message::text(init.to_string())).await.unwrap();
    let closed = loop {
        match socket.next().await.unwrap().unwrap() {
            Message::Close(frame) => break frame.map(|frame| u16::from(frame.code)),
            Message::Text(text) => panic!("let in: {text}"),
            _ => {}
        }
    };
    assert_eq!(closed, Some(4403));
    // The first by itself, the others of the same network by their number.
    let refused = event(&app, &auditor, "bearer-forged").await;
    app.app.engine.backlog.finish(&app.db).await.unwrap();
    let mut told = events(&app, &auditor, "audit").await;
    let told = told.pop().unwrap();
    let after = told["after"].clone();
    assert_eq!((&after["refusals"], &told["address"]), (&json!(4), &json!("127.0.0.0/24")));
    for refused in [refused, told] {
        assert_holds(
            &refused,
            json!({
                "actor": "anonymous",
                "client": null,
                "institution": null,
                "action": "token.refuse",
                "outcome": "REFUSED",
                "reason": "UNAUTHENTICATED",
            }),
        );
    }
}

/// Mutations on a client that somebody may not act on.
fn on(client: &Issued) -> [(&'static str, &'static str, Value); 4] {
    let input = json!({ "id": global(client.id), "expectedVersion": 1 });
    [
        ("updateApiClient", UPDATE, input.clone()),
        ("rotateApiClientSecret", ROTATE, input.clone()),
        ("disableApiClient", DISABLE, input.clone()),
        ("enableApiClient", ENABLE, input),
    ]
}

async fn a_refused_mutation_stands(place: Place) {
    let app = place.app().await;
    let server = serve(&app).await;
    let auditor = an_auditor(&app).await;
    let other = app.client("TIPA", "program:read").await;
    let unscoped = app.client("TIPA", "program:read").await;
    let partner = app.client("KOSME", "access:admin").await;
    let new = json!({ "institution": "TIPA", "name": "이름", "scopes": ["program:read"], "idempotencyKey": "refused-key" });
    for (name, client, code) in [
        ("nobody", None, "UNAUTHENTICATED"),
        ("unscoped", Some(&unscoped), "FORBIDDEN"),
        ("partner", Some(&partner), "NOT_FOUND"),
    ] {
        let token = match client {
            Some(client) => Some(app.token(client).await),
            None => None,
        };
        let of_created = if client.is_some() { "FORBIDDEN" } else { code };
        let created = ("createApiClient", CREATE, new.clone(), of_created);
        let acted = on(&other).map(|(mutation, query, input)| (mutation, query, input, code));
        for (mutation, query, input, code) in std::iter::once(created).chain(acted) {
            let request = format!("refused-{name}-{mutation}");
            let answer = server.graphql(&request, token.as_deref(), query, input).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{request}: {answer:#}");
            let institution = client.map(|client| {
                json!({ "code": if client.client_id == partner.client_id { "KOSME" } else { "TIPA" } })
            });
            assert_holds(
                &event(&app, &auditor, &request).await,
                json!({
                    "actor": client.map_or("anonymous", |client| &client.client_id),
                    "client": client.map(|client| json!({ "clientId": client.client_id })),
                    "institution": institution,
                    "address": "127.0.0.1",
                    "action": mutation,
                    "outcome": "REFUSED",
                    "reason": code,
                    "before": null,
                    "after": null,
                    "requestId": request,
                }),
            );
        }
    }
    // An event for each refused field of one request, and for the field that was done.
    let token = app.token(&app.client("KOSME", "access:admin").await).await;
    let id = global(other.id);
    let query = format!(
        "mutation {{
           a: disableApiClient(input: {{ id: \"{id}\", expectedVersion: 1, idempotencyKey: \"inline-0107\" }}) {{ errors {{ code }} }}
           b: createApiClient(input: {{ institution: \"KOSME\", name: \"이름\", scopes: [\"access:admin\"], idempotencyKey: \"refused-2\" }}) {{ errors {{ code }} }}
           c: enableApiClient(input: {{ id: \"{id}\", expectedVersion: 1, idempotencyKey: \"inline-0108\" }}) {{ errors {{ code }} }}
         }}"
    );
    server.graphql("refused-of-several", Some(&token), &query, Value::Null).await;
    let seen: Vec<Value> = events(&app, &auditor, "refused-of-several")
        .await
        .iter()
        .map(|event| json!([event["action"], event["outcome"], event["reason"]]))
        .collect();
    assert_eq!(
        seen,
        [
            json!(["disableApiClient", "REFUSED", "NOT_FOUND"]),
            json!(["createApiClient", "DONE", null]),
            json!(["enableApiClient", "REFUSED", "NOT_FOUND"]),
        ]
    );
}

/// Words that stand in inputs below and must stand nowhere else.
const PRIVATE: &str = "비밀스러운 이름";

async fn what_a_person_can_put_right_stands_as_well(place: Place) {
    let app = place.app().await;
    let server = serve(&app).await;
    let auditor = an_auditor(&app).await;
    let partner = app.client("KOSME", "access:admin").await;
    let token = app.token(&partner).await;
    let own = app.client("KOSME", "access:admin").await;
    let wide = app.client("KOSME", "access:admin program:read").await;
    let of = |client: &Issued, rest: Value| {
        let mut input = json!({ "id": global(client.id), "expectedVersion": 1 });
        input.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        input
    };
    let new = |scope: &str| json!({ "institution": "KOSME", "name": PRIVATE, "scopes": [scope], "idempotencyKey": "refused-key" });
    for (request, action, query, input, code, subject) in [
        ("user-scope", "createApiClient", CREATE, new("audit:read"), "SCOPE_NOT_GRANTABLE", None),
        ("user-word", "createApiClient", CREATE, new("everything"), "UNKNOWN_SCOPE", None),
        ("user-state", "enableApiClient", ENABLE, of(&own, json!({})), "WRONG_STATE", Some(own.id)),
        (
            "user-rotate",
            "rotateApiClientSecret",
            ROTATE,
            of(&wide, json!({})),
            "SCOPE_NOT_GRANTABLE",
            Some(wide.id),
        ),
        (
            "user-tier",
            "updateApiClient",
            UPDATE,
            of(&own, json!({ "rateTier": "ELEVATED" })),
            "RATE_TIER_NOT_GRANTABLE",
            Some(own.id),
        ),
        // The first of several.
        (
            "user-several",
            "updateApiClient",
            UPDATE,
            of(&own, json!({ "name": "", "scopes": ["audit:read"], "rateTier": "ELEVATED" })),
            "SCOPE_NOT_GRANTABLE",
            Some(own.id),
        ),
        (
            "user-version",
            "updateApiClient",
            UPDATE,
            of(&own, json!({ "expectedVersion": 7, "name": PRIVATE })),
            "CONFLICT",
            Some(own.id),
        ),
        (
            "user-no-id",
            "disableApiClient",
            DISABLE,
            json!({ "id": PRIVATE, "expectedVersion": 1 }),
            "NOT_AN_ID",
            None,
        ),
    ] {
        let answer = server.graphql(request, Some(&token), query, input).await;
        assert_eq!(answer["data"][action]["errors"][0]["code"], code, "{request}: {answer:#}");
        let stands = event(&app, &auditor, request).await;
        assert_holds(
            &stands,
            json!({
                "actor": partner.client_id,
                "institution": { "code": "KOSME" },
                "address": "127.0.0.1",
                "action": action,
                "outcome": "REFUSED",
                "reason": code,
                "before": null,
                "after": null,
            }),
        );
        assert!(!stands.to_string().contains(PRIVATE), "{stands:#}");
        assert_eq!(subjects(&app, request).await, [subject], "{request}");
    }
    assert_eq!(faults(&app.db).await, []);
}

async fn each_refusal_of_a_sign_in_stands(place: Place) {
    let app = place.app().await;
    let server = serve(&app).await;
    let auditor = an_auditor(&app).await;
    let client = app.client("KOSME", "program:read").await;
    let other = app.token(&app.client("KOSME", "program:read").await).await;
    let own = sign_in(&client.client_id, secret(&client));
    let anonymous = (json!("anonymous"), Value::Null);
    let itself = (json!(client.client_id), json!({ "code": "KOSME" }));
    for (request, path, body, reason, (actor, institution)) in [
        (
            "oauth-grant",
            "/oauth/token",
            own.replace("client_credentials", "password"),
            "unsupported_grant_type",
            &anonymous,
        ),
        (
            "oauth-none",
            "/oauth/token",
            "grant_type=client_credentials".to_owned(),
            "invalid_client",
            &anonymous,
        ),
        ("oauth-empty", "/oauth/token", String::new(), "invalid_request", &anonymous),
        (
            "oauth-twice",
            "/oauth/revoke",
            format!("{own}&token=a&token=b"),
            "invalid_request",
            &anonymous,
        ),
        (
            "oauth-revoke",
            "/oauth/revoke",
            sign_in(&client.client_id, "aiplus_wrong") + "&token=a",
            "invalid_client",
            &(json!("anonymous"), json!({ "code": "KOSME" })),
        ),
        (
            "oauth-other",
            "/oauth/revoke",
            format!("{own}&token={other}"),
            "unauthorized_client",
            &itself,
        ),
        ("oauth-token", "/oauth/revoke", own.clone(), "invalid_request", &itself),
        (
            "oauth-scope",
            "/oauth/token",
            format!("{own}&scope=audit:read"),
            "invalid_scope",
            &itself,
        ),
    ] {
        let (_, answer) = server.form(request, path, &body).await;
        assert_eq!(answer["error"], reason, "{request}: {answer}");
        let action = if path == "/oauth/token" { "token.issue" } else { "token.revoke" };
        let stands = event(&app, &auditor, request).await;
        assert_holds(
            &stands,
            json!({ "actor": actor, "institution": institution, "action": action, "outcome": "REFUSED", "reason": reason, "before": null, "after": null }),
        );
    }
    // So many compare their secrets that one more is turned away.
    let (secrets, nobody) = (&app.app.access.secrets, Who::Address(Some([127, 0, 0, 1].into())));
    let (held, waiting) = every_turn_taken(secrets, [&nobody]).await;
    let (status, _) = server.form("oauth-busy", "/oauth/token", &own).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    drop((held, waiting));
    assert_holds(
        &event(&app, &auditor, "oauth-busy").await,
        json!({ "action": "token.issue", "outcome": "REFUSED", "reason": "RATE_LIMITED" }),
    );
    let (status, _) = server.form("oauth-free", "/oauth/token", &own).await;
    assert_eq!(status, StatusCode::OK);
}

async fn a_refused_document_stands(place: Place) {
    let mut strict = settings();
    strict.limits.introspection = Introspection::Nobody;
    let app = place.app_with(&strict).await;
    let server = serve(&app).await;
    let auditor = an_auditor(&app).await;
    let client = app.client("KOSME", "program:read").await;
    let token = app.token(&client).await;
    let asks = "{ __schema { queryType { name } } }";
    for (request, token, actor) in
        [("schema-client", Some(&*token), &*client.client_id), ("schema-nobody", None, "anonymous")]
    {
        server.graphql(request, token, asks, Value::Null).await;
        assert_holds(
            &event(&app, &auditor, request).await,
            json!({ "actor": actor, "action": "document.refuse", "outcome": "REFUSED", "reason": "INTROSPECTION_DISABLED" }),
        );
    }
    // A document that is merely wrong is nobody's business.
    server.graphql("schema-wrong", Some(&token), "{ nothing }", Value::Null).await;
    assert_eq!(events(&app, &auditor, "schema-wrong").await, Vec::<Value>::new());

    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("trusted.json");
    let known = json!([{ "id": "viewer", "body": "{ viewer { clientId } }" }]);
    let list =
        json!({ "format": "apollo-persisted-query-manifest", "version": 1, "operations": known });
    std::fs::write(&file, list.to_string()).unwrap();
    let mut strict = settings();
    strict.limits.trusted_documents = Some(file);
    let trusting = place.app_with(&strict).await;
    let server = serve(&trusting).await;
    let client = trusting.client("KOSME", "program:read").await;
    let token = trusting.token(&client).await;
    let answer = server.graphql("untrusted", Some(&token), "{ __typename }", Value::Null).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "DOCUMENT_NOT_TRUSTED");
    trusting.app.engine.backlog.flush(&trusting.db).await.unwrap();
    let events = stored(&trusting.db).await;
    let stands = events.iter().find(|event| event.request_id == "untrusted").unwrap();
    assert_eq!(stands.actor, client.client_id);
    assert_eq!(stands.reason.as_deref(), Some("DOCUMENT_NOT_TRUSTED"));
}

async fn a_refused_connection_stands(place: Place) {
    let mut strict = settings();
    strict.limits.sockets_per_address = 1;
    let app = place.app_with(&strict).await;
    let server = serve(&app).await;
    let auditor = an_auditor(&app).await;
    let client = app.client("KOSME", "program:read").await;
    let token = app.token(&client).await;
    let upgrade = |id: &str, origin: Option<&str>| {
        let mut request = format!("ws://{}/graphql", server.address).into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
        headers.insert("x-request-id", id.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert("origin", origin.parse().unwrap());
        }
        request
    };
    assert!(
        connect_async(upgrade("socket-origin", Some("https://elsewhere.example"))).await.is_err()
    );
    let (mut socket, _) = connect_async(upgrade("socket-open", None)).await.unwrap();
    assert!(connect_async(upgrade("socket-second", None)).await.is_err());
    let subscription = json!({ "query": "subscription { changes { cursor } }" });
    let stream = Request::post("/graphql")
        .header("host", "api.test")
        .header("content-type", "application/json")
        .header("accept", "text/event-stream")
        .header("authorization", format!("Bearer {token}"))
        .header("x-request-id", "stream-second")
        .body(Body::from(subscription.to_string()))
        .unwrap();
    assert_eq!(server.send(stream).await.0, StatusCode::TOO_MANY_REQUESTS);
    // One operation too many, of a client that has signed in.
    let say = |message: Value| Message::text(message.to_string());
    let init = json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {token}") } });
    socket.send(say(init)).await.unwrap();
    for id in 0..21 {
        let message = json!({ "type": "subscribe", "id": id.to_string(), "payload": subscription });
        socket.send(say(message)).await.unwrap();
    }
    loop {
        let Message::Text(text) = socket.next().await.unwrap().unwrap() else { continue };
        let message: Value = serde_json::from_str(&text).unwrap();
        if message["type"] == "error" {
            assert_eq!(message["id"], "20", "{message}");
            break;
        }
    }
    for (request, actor, reason) in [
        ("socket-origin", "anonymous", "ORIGIN_NOT_ALLOWED"),
        ("socket-second", "anonymous", "TOO_MANY_CONNECTIONS"),
        ("stream-second", &*client.client_id, "TOO_MANY_CONNECTIONS"),
        ("socket-open", &*client.client_id, "TOO_MANY_SUBSCRIPTIONS"),
    ] {
        assert_holds(
            &event(&app, &auditor, request).await,
            json!({ "actor": actor, "address": "127.0.0.1", "action": "connection.refuse", "outcome": "REFUSED", "reason": reason }),
        );
    }
}

async fn a_refused_mutation_names_its_subject(place: Place) {
    let app = place.app().await;
    let server = serve(&app).await;
    let auditor = an_auditor(&app).await;
    let other = app.client("TIPA", "program:read").await;
    let partner = app.token(&app.client("KOSME", "access:admin").await).await;
    for (mutation, query, input) in on(&other) {
        for (who, token) in [("nobody", None), ("partner", Some(&*partner))] {
            let request = format!("subject-{who}-{mutation}");
            server.graphql(&request, token, query, input.clone()).await;
            let refused = event(&app, &auditor, &request).await;
            assert_eq!(refused["subjectType"], "ApiClient", "{refused:#}");
            assert_eq!(subjects(&app, &request).await, [Some(other.id)], "{request}");
        }
    }
}

async fn an_event_shows_its_subject(place: Place) {
    let app = place.app().await;
    let auditor = an_auditor(&app).await;
    let client = app.client("TIPA", "program:read").await;
    let query = "query($id: ID!) {
        auditEvents(last: 1, where: { subjectType: { eq: \"ApiClient\" }, action: { eq: \"createApiClient\" } }, orderBy: [{ field: NUMBER }]) {
          nodes { after subject { id ... on ApiClient { clientId } } }
        }
        node(id: $id) { id } }";
    let answer = app.ask(&auditor, query, json!({ "id": global(client.id) })).await;
    assert!(answer.get("errors").is_none(), "{answer:#}");
    assert_eq!(
        answer["data"]["auditEvents"]["nodes"][0]["subject"],
        json!({ "id": global(client.id), "clientId": client.client_id })
    );
}

async fn an_exceeded_rate_stands(place: Place) {
    let mut strict = settings();
    strict.limits.client_rate = 1;
    let app = place.app_with(&strict).await;
    let auditor = an_auditor(&app).await;
    let client = app.client("KOSME", "program:read").await;
    let token = app.token(&client).await;
    let server = serve(&app).await;
    server.graphql("rate-client-1", Some(&token), "{ __typename }", Value::Null).await;
    let answer = server.graphql("rate-client-2", Some(&token), "{ __typename }", Value::Null).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "RATE_LIMITED", "{answer:#}");
    assert_eq!(events(&app, &auditor, "rate-client-1").await, Vec::<Value>::new());
    let mut expected = json!({
        "actor": client.client_id,
        "client": { "clientId": client.client_id },
        "institution": { "code": "KOSME" },
        "address": "127.0.0.1",
        "action": "rate.limit",
        "outcome": "REFUSED",
        "reason": "RATE_LIMITED",
    });
    assert_holds(&event(&app, &auditor, "rate-client-2").await, expected.clone());

    let mut strict = settings();
    strict.limits.address_rate = 1;
    strict.limits.rate_loopback = true;
    let app = place.app_with(&strict).await;
    let auditor = an_auditor(&app).await;
    let server = serve(&app).await;
    server.graphql("rate-address-1", None, "{ __typename }", Value::Null).await;
    // Who asks too much is told so before anything is looked up, its token included.
    let answer =
        server.graphql("rate-address-2", Some("nonsense"), "{ __typename }", Value::Null).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "RATE_LIMITED", "{answer:#}");
    for (name, value) in
        [("actor", json!("anonymous")), ("client", Value::Null), ("institution", Value::Null)]
    {
        expected[name] = value;
    }
    assert_holds(&event(&app, &auditor, "rate-address-2").await, expected.clone());
    let (status, _) = server.form("rate-address-3", "/oauth/token", "grant_type=x").await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    // One more of the same is counted.
    assert_eq!(events(&app, &auditor, "rate-address-3").await, Vec::<Value>::new());
    app.app.engine.backlog.finish(&app.db).await.unwrap();
    expected["address"] = "127.0.0.0/24".into();
    assert_holds(&event(&app, &auditor, "audit").await, expected);
}

async fn a_throttled_sign_in_stands(place: Place) {
    let app = place.app().await;
    let server = serve(&app).await;
    let auditor = an_auditor(&app).await;
    let client = app.client("KOSME", "program:read").await;
    let wrong = sign_in(&client.client_id, "aiplus_wrong");
    // Ten a minute: where ten take long, some more are let in meanwhile.
    let mut attempt = 0;
    let too_many = loop {
        attempt += 1;
        assert!(attempt < 100, "it is never too many");
        let request = format!("attempt-{attempt}");
        let (status, _) = server.form(&request, "/oauth/token", &wrong).await;
        if status == StatusCode::TOO_MANY_REQUESTS {
            break request;
        }
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{request}");
    };
    assert!(attempt > 10, "{too_many}");
    assert_holds(
        &event(&app, &auditor, &too_many).await,
        json!({ "address": "127.0.0.1", "outcome": "REFUSED", "reason": "RATE_LIMITED" }),
    );
}

// Personal data.

/// A mail address of a person, written as any write is.
const MAIL: &str = "hong.gildong@example.kr";

/// Contact points of an institution and of a person, of the data set and written here.
struct Contacts {
    /// The number of SEOUL_BSC.
    phone: contact_point::Model,
    /// The address written here, of the same institution.
    mail: contact_point::Model,
}

async fn contacts(app: &TestApp) -> Contacts {
    // Here every contact point is personal data, the desk's as well.
    app.sql("UPDATE contact_point SET holder = 'PERSONAL'").await;
    let phone = contact_point::Entity::find()
        .filter(contact_point::Column::InstitutionId.is_not_null())
        .one(&app.db)
        .await
        .unwrap()
        .unwrap();
    let mut mail: Value = serde_json::to_value(&phone).unwrap();
    mail["kind"] = "EMAIL".into();
    mail["value"] = MAIL.into();
    mail["position"] = 9.into();
    let author = Author {
        principal: &Principal::System,
        request_id: "contact",
        address: None,
        now: Utc::now(),
    };
    let mut write = Write::begin(&app.db, author).await.unwrap();
    let mail = serde_json::from_value(mail).unwrap();
    let id = write.create::<contact_point::Entity>(mail, "contact-1").await.unwrap().id();
    write.commit().await.unwrap();
    let mail = contact_point::Entity::find_by_id(id).one(&app.db).await.unwrap().unwrap();
    Contacts { phone, mail }
}

/// Keys that an event of reading names, in order.
fn read_keys(event: &Value) -> Vec<Uuid> {
    let after = event["after"].clone();
    serde_json::from_value(after["ids"].clone()).unwrap()
}

async fn a_look_at_personal_data_stands(place: Place) {
    let app = place.app().await;
    let server = serve(&app).await;
    let auditor = an_auditor(&app).await;
    let Contacts { phone, mail } = contacts(&app).await;
    let id = |model: &contact_point::Model| global_of("ContactPoint", model.id);
    let (first, second) = (id(&phone), id(&mail));
    let reader = app.client("TIPA", "program:read access:admin").await;
    let token = app.token(&reader).await;
    let all: Vec<Uuid> = {
        let found = contact_point::Entity::find().all(&app.db).await.unwrap();
        let mut keys: Vec<Uuid> = found.into_iter().map(|row| row.id).collect();
        keys.sort_unstable();
        keys
    };
    let mut both = vec![phone.id, mail.id];
    both.sort_unstable();
    let of_persons: Vec<Uuid> = all.iter().copied().filter(|key| !both.contains(key)).collect();
    // Who the change feed brings the contact points to, sees what they hold.
    let feed = app.data("{ changes(last: 1) { edges { cursor } } }").await;
    let cursor = feed["changes"]["edges"][0]["cursor"].as_str().unwrap().to_owned();
    let bsc = "institution(code: \"SEOUL_BSC\")";
    for (name, query, shown) in [
        ("node", format!("{{ node(id: \"{first}\") {{ ... on ContactPoint {{ value }} }} }}"), vec![phone.id]),
        ("nodes", format!("{{ nodes(ids: [\"{first}\", \"{second}\"]) {{ id ... on ContactPoint {{ value }} }} }}"), both.clone()),
        ("id-alone", format!("{{ node(id: \"{first}\") {{ id }} }}"), vec![phone.id]),
        ("list", format!("{{ {bsc} {{ contactPoints {{ nodes {{ value }} }} }} }}"), both.clone()),
        ("edges", format!("{{ {bsc} {{ contactPoints {{ edges {{ node {{ value }} }} }} }} }}"), both.clone()),
        ("nested", "{ persons(first: 100) { nodes { contactPoints { nodes { value } } } } }".to_owned(), of_persons),
        ("deeper", "{ institutions(where: { code: { eq: \"SEOUL_BSC\" } }) { nodes { contactPoints { nodes { value } } } } }".to_owned(), both.clone()),
        ("total", format!("{{ {bsc} {{ contactPoints {{ totalCount }} }} }}"), vec![]),
        ("some", "{ persons(where: { contactPoints: { some: { value: { startsWith: \"044\" } } } }) { totalCount } }".to_owned(), vec![]),
        ("none", "{ institutions(where: { contactPoints: { none: {} } }) { totalCount } }".to_owned(), vec![]),
        ("not", "{ institutions(where: { not: { contactPoints: { some: { kind: { eq: EMAIL } } } } }) { nodes { code } } }".to_owned(), vec![]),
        ("through", "{ memberships(where: { person: { contactPoints: { some: { value: { contains: \"7250\" } } } } }) { totalCount } }".to_owned(), vec![]),
        ("twice", format!("{{ a: node(id: \"{first}\") {{ ... on ContactPoint {{ value }} }} b: node(id: \"{first}\") {{ ... on ContactPoint {{ value }} }} }}"), vec![phone.id]),
    ] {
        let request = format!("personal-{name}");
        let answer = server.graphql(&request, Some(&token), &query, Value::Null).await;
        assert!(answer.get("errors").is_none(), "{name}: {answer:#}");
        let event = event(&app, &auditor, &request).await;
        assert_holds(
            &event,
            json!({
                "actor": reader.client_id,
                "client": { "clientId": reader.client_id },
                "institution": { "code": "TIPA" },
                "address": "127.0.0.1",
                "action": "personal.read",
                "outcome": "DONE",
                "subjectType": "ContactPoint",
                "before": null,
            }),
        );
        assert_eq!(read_keys(&event), shown, "{name}: {answer:#}");
        assert!(!event.to_string().contains(MAIL), "{event}");
    }

    // What a mutation's payload leads to is a reading as well.
    let id = global(app.client("SEOUL_BSC", "program:read").await.id);
    let query = "mutation($input: UpdateApiClientInput!) { updateApiClient(input: $input) { apiClient { institution { contactPoints { nodes { value } } } } errors { code } } }";
    let input = json!({ "id": id, "expectedVersion": 1, "name": "새 이름" });
    let answer = server.graphql("personal-payload", Some(&token), query, input).await;
    assert!(answer.to_string().contains(MAIL), "{answer:#}");
    let found = events(&app, &auditor, "personal-payload").await;
    let actions: Vec<&Value> = found.iter().map(|event| &event["action"]).collect();
    assert_eq!(actions, ["updateApiClient", "personal.read"]);
    assert_eq!(read_keys(&found[1]), both);

    // And so is what a subscription brings.
    let mail_id = mail.id;
    let author = |principal| Author {
        principal,
        request_id: "personal-feed",
        address: None,
        now: Utc::now(),
    };
    let mut write = Write::begin(&app.db, author(&Principal::System)).await.unwrap();
    let renamed = |row: &mut serde_json::Map<String, Value>| {
        row.insert("position".to_owned(), 10.into());
    };
    write.update::<contact_point::Entity>(mail_id, 1, renamed).await.unwrap();
    write.commit().await.unwrap();
    let principal = app.principal("TIPA", "program:read").await;
    let call = Call { author: author(&principal), language: Language::English, allowance: None };
    let query = format!(
        "subscription {{ changes(after: \"{cursor}\", types: [\"ContactPoint\"]) {{ node {{ subject {{ ... on ContactPoint {{ value }} }} }} }} }}"
    );
    let request = request::Request { query, ..request::Request::default() };
    let engine = &app.app.engine;
    let prepared = engine.prepare(&request, &call).unwrap();
    let since = engine.subscribe(&prepared, &call).await.unwrap();
    let found = engine.events(&prepared, &call, since, i64::MAX).await.unwrap();
    let told: String = found.events.iter().map(|event| event.data.as_str()).collect();
    assert!(told.contains(MAIL), "{told}");
    let found = events(&app, &auditor, "personal-feed").await;
    assert_eq!(found.len(), 2, "the update and its reading: {found:#?}");
    assert_eq!(read_keys(&found[1]), [mail_id]);

    // Who is shown nothing and told nothing has taken no look.
    let partner = app.token(&app.client("KOSME", "program:read").await).await;
    let unscoped = app.token(&app.client("TIPA", "audit:read").await).await;
    let query = format!(
        "{{ persons(where: {{ contactPoints: {{ some: {{}} }} }}) {{ totalCount }} {bsc} {{ contactPoints {{ totalCount nodes {{ value }} }} }} }}"
    );
    for (request, token) in [("personal-nobody", None), ("personal-unscoped", Some(&*unscoped))] {
        let answer = server.graphql(request, token, &query, Value::Null).await;
        assert_eq!(answer["data"]["persons"]["totalCount"], 0, "{answer:#}");
        assert_eq!(events(&app, &auditor, request).await, Vec::<Value>::new(), "{request}");
    }
    // A partner might have been shown its own, so its looks stand even where there was nothing to see.
    server.graphql("personal-partner", Some(&partner), &query, Value::Null).await;
    assert_eq!(read_keys(&event(&app, &auditor, "personal-partner").await), Vec::<Uuid>::new());
    // Queries that go nowhere near it leave nothing.
    let query = "{ persons(first: 3) { nodes { name { ko } } } }";
    server.graphql("personal-nothing", Some(&token), query, Value::Null).await;
    assert_eq!(events(&app, &auditor, "personal-nothing").await, Vec::<Value>::new());
}

async fn a_row_that_is_not_shown_is_not_noted(place: Place) {
    let app = place.app().await;
    let server = serve(&app).await;
    let auditor = an_auditor(&app).await;
    let Contacts { phone, .. } = contacts(&app).await;
    let token = app.token(&app.client("TIPA", "program:read").await).await;
    // Of two contact points a page of one shows the first.
    let query = "{ institution(code: \"SEOUL_BSC\") { contactPoints(first: 1) { nodes { value } pageInfo { hasNextPage } } } }";
    let answer = server.graphql("personal-page", Some(&token), query, Value::Null).await;
    let page = &answer["data"]["institution"]["contactPoints"];
    assert_eq!(page["nodes"], json!([{ "value": phone.value }]), "{answer:#}");
    assert_eq!(page["pageInfo"]["hasNextPage"], true);
    assert_eq!(read_keys(&event(&app, &auditor, "personal-page").await), [phone.id]);
}

async fn nothing_leaves_that_cannot_be_recorded(place: Place) {
    let app = place.app().await;
    let server = serve(&app).await;
    let Contacts { phone, .. } = contacts(&app).await;
    let client = app.client("TIPA", "program:read access:admin").await;
    let token = app.token(&client).await;
    app.app.engine.backlog.flush(&app.db).await.unwrap();
    // Without its one row the ledger gives no numbers, so nothing can be put on record.
    app.sql("DELETE FROM ledger").await;
    let query = "{ institution(code: \"SEOUL_BSC\") { contactPoints { nodes { value } } } }";
    let answer = server.graphql("broken-read", Some(&token), query, Value::Null).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "INTERNAL_SERVER_ERROR", "{answer:#}");
    assert!(!answer.to_string().contains(&phone.value), "{answer:#}");
    // A token is issued for half a minute before its event must be written; no longer.
    let now = Utc::now() - Duration::seconds(31);
    let author = Author { principal: &Principal::System, request_id: "waits", address: None, now };
    let issued = Event { action: "token.issue", ..Event::default() };
    app.app.engine.backlog.note(&app.db, author, issued).await.unwrap();
    let asked = sign_in(&client.client_id, secret(&client));
    let (status, answer) = server.form("broken-token", "/oauth/token", &asked).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(answer.get("access_token").is_none(), "{answer:#}");
    let input = json!({ "institution": "TIPA", "name": "이름", "scopes": ["program:read"], "idempotencyKey": "broken-key" });
    let clients = api_client::Entity::find().count(&app.db).await.unwrap();
    let answer = server.graphql("broken-write", Some(&token), CREATE, input).await;
    assert_eq!(answer["data"]["createApiClient"], Value::Null, "{answer:#}");
    assert_eq!(api_client::Entity::find().count(&app.db).await.unwrap(), clients);
    // What is public is still told.
    let answer =
        server.graphql("broken-public", None, "{ bodies { totalCount } }", Value::Null).await;
    assert_eq!(answer["data"]["bodies"]["totalCount"], 4, "{answer:#}");
}

// Where a caller is.

async fn the_address_is_the_callers(place: Place) {
    let plain = place.app().await;
    let mut behind = settings();
    behind.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap(), "10.0.0.0/8".parse().unwrap()];
    let proxied = place.app_with(&behind).await;
    let spoofed: &[&str] = &["203.0.113.9"];
    for (name, app, forwarded, address) in [
        ("alone", &plain, &[][..], "127.0.0.1"),
        // Without a proxy that is trusted, the header is the caller's own invention.
        ("untrusted", &plain, spoofed, "127.0.0.1"),
        ("proxied", &proxied, &["203.0.113.9"], "203.0.113.9"),
        // The caller wrote the first, the proxy the last.
        ("invented", &proxied, &["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
        ("two-proxies", &proxied, &["198.51.100.1, 203.0.113.9, 10.1.2.3"], "203.0.113.9"),
        ("two-headers", &proxied, &["198.51.100.1", "203.0.113.9"], "203.0.113.9"),
        ("network-6", &proxied, &["2001:db8::7"], "2001:db8::7"),
        ("mapped", &proxied, &["::ffff:203.0.113.9"], "203.0.113.9"),
        ("nonsense", &proxied, &["unknown"], "127.0.0.1"),
        ("no-header", &proxied, &[], "127.0.0.1"),
    ] {
        let server = serve(app).await;
        let auditor = an_auditor(app).await;
        let (refused, issued) = (format!("address-refused-{name}"), format!("address-{name}"));
        let client = app.client("KOSME", "program:read").await;
        let token = app.token(&client).await;
        for (request, path, body) in [
            (&refused, "/graphql", json!({ "query": CREATE, "variables": { "input": { "institution": "TIPA", "name": "이름", "scopes": [], "idempotencyKey": "address-key" } } }).to_string()),
            (&issued, "/oauth/token", sign_in(&client.client_id, secret(&client))),
        ] {
            let kind = if path == "/graphql" {
                "application/json"
            } else {
                "application/x-www-form-urlencoded"
            };
            let mut sent = Request::post(path)
                .header("host", "api.test")
                .header("content-type", kind)
                .header("x-request-id", request);
            for value in forwarded {
                sent = sent.header("x-forwarded-for", *value);
            }
            if path == "/graphql" {
                sent = sent.header("authorization", format!("Bearer {token}"));
            }
            server.send(sent.body(Body::from(body)).unwrap()).await;
            assert_eq!(event(app, &auditor, request).await["address"], address, "{request}");
        }
    }
}

// Who reads the audit.

async fn total(app: &TestApp, principal: &Principal, condition: &str) -> i64 {
    let query = format!("{{ auditEvents{condition} {{ totalCount }} }}");
    let answer = app.ask(principal, &query, Value::Null).await;
    answer["data"]["auditEvents"]["totalCount"].as_i64().unwrap_or_else(|| panic!("{answer:#}"))
}

async fn the_audit_is_for_auditors(place: Place) {
    let app = place.app().await;
    let every_other =
        "program:read results:submit results:review content:write legislation:write access:admin";
    let operator = app.principal("TIPA", every_other).await;
    let partner = app.principal("KOSME", every_other).await;
    let id = global_of("AuditEvent", key_of_number(1));
    let query = format!(
        "{{ auditEvents {{ totalCount nodes {{ hash }} edges {{ cursor }} pageInfo {{ hasNextPage }} }}
            node(id: \"{id}\") {{ id }} }}"
    );
    for principal in [&Principal::Anonymous, &operator, &partner] {
        let answer = app.ask(principal, &query, Value::Null).await;
        assert_eq!(answer["data"], json!({ "auditEvents": null, "node": null }), "{principal:?}");
        let code = if principal.client().is_some() { "FORBIDDEN" } else { "UNAUTHENTICATED" };
        let codes: Vec<_> = [0, 1].map(|at| &answer["errors"][at]["extensions"]["code"]).into();
        assert_eq!(codes, [code, "NOT_FOUND"], "{principal:?}");
    }
    let auditor = app.principal("TIPA", "audit:read").await;
    let seen = total(&app, &auditor, "").await;
    let count = audit_event::Entity::find().count(&app.db).await.unwrap();
    assert_eq!(seen, i64::try_from(count).unwrap());
    let answer = app
        .ask(
            &auditor,
            &format!(
                "{{ node(id: \"{id}\") {{ ... on AuditEvent {{ number actor previousHash }} }} }}"
            ),
            Value::Null,
        )
        .await;
    assert_eq!(
        answer["data"]["node"],
        json!({ "number": 1, "actor": "system", "previousHash": "" })
    );
}

async fn a_partner_audits_its_own(place: Place) {
    let app = place.app().await;
    let server = serve(&app).await;
    // Events of several institutions, done and refused.
    let mut clients = Vec::new();
    for code in ["KOSME", "SEOUL", "TIPA"] {
        let client = app.client(code, "program:read").await;
        let token = app.token(&client).await;
        let query = "{ persons(where: { contactPoints: { some: {} } }) { totalCount } }";
        server.graphql("partner-read", Some(&token), query, Value::Null).await;
        server.form("partner-wrong", "/oauth/token", &sign_in(&client.client_id, "wrong")).await;
        clients.push(client);
    }
    let partner = app.principal("KOSME", "audit:read access:admin").await;
    let own = institution::Entity::find()
        .filter(institution::Column::Code.eq("KOSME"))
        .one(&app.db)
        .await
        .unwrap()
        .unwrap();
    let all = an_auditor(&app).await;
    let seen = total(&app, &partner, "").await;
    let stored = audit_event::Entity::find()
        .filter(Column::InstitutionId.eq(own.id))
        .count(&app.db)
        .await
        .unwrap();
    assert_eq!(seen, i64::try_from(stored).unwrap());
    assert_eq!(
        seen,
        total(&app, &all, "(where: { institution: { code: { eq: \"KOSME\" } } })").await
    );
    assert!(total(&app, &all, "").await > seen + 1000, "an operator sees all");
    for condition in [
        "(where: { institution: { code: { ne: \"KOSME\" } } })",
        "(where: { action: { eq: \"token.issue\" }, actor: { startsWith: \"tipa\" } })",
        "(where: { actor: { eq: \"system\" }, subjectType: { eq: \"Meeting\" } })",
    ] {
        assert_eq!(total(&app, &partner, condition).await, 0, "{condition}");
        assert!(condition.contains("ne:") || total(&app, &all, condition).await > 0, "{condition}");
    }
    let query = "{ auditEvents(first: 100) { nodes { institution { code } action actor subjectType reason after } } }";
    let answer = app.ask(&partner, query, Value::Null).await;
    let nodes = answer["data"]["auditEvents"]["nodes"].as_array().unwrap();
    assert!(nodes.iter().all(|node| node["institution"]["code"] == "KOSME"), "{answer:#}");
    for (action, reason) in [
        ("createApiClient", Value::Null),
        ("token.issue", Value::Null),
        ("token.issue", json!("invalid_client")),
        ("personal.read", Value::Null),
    ] {
        assert!(
            nodes.iter().any(|node| node["action"] == action && node["reason"] == reason),
            "{action} {reason}: {answer:#}"
        );
    }
    // Another's events are not there for it by any way.
    let others = audit_event::Entity::find()
        .filter(Column::SubjectId.eq(clients[2].id))
        .all(&app.db)
        .await
        .unwrap();
    assert!(!others.is_empty());
    for event in others {
        let id = global_of("AuditEvent", event.id);
        let answer =
            app.ask(&partner, &format!("{{ node(id: \"{id}\") {{ id }} }}"), Value::Null).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND", "{answer:#}");
    }
}

// What the database itself refuses.

async fn the_database_keeps_events_as_they_are(place: Place) {
    let app = place.app().await;
    let before = verify(&app.db, None).await.unwrap();
    assert_eq!(before.faults, []);
    let mut statements = vec![
        "UPDATE audit_event SET actor = 'nobody'",
        "UPDATE audit_event SET actor = 'nobody' WHERE seq = 1",
        "UPDATE audit_event SET hash = hash WHERE seq = 1",
        "DELETE FROM audit_event",
        "DELETE FROM audit_event WHERE seq = 1",
        "INSERT INTO audit_event SELECT * FROM audit_event WHERE seq = 1 ON CONFLICT (seq) DO UPDATE SET actor = 'nobody'",
    ];
    if app.is_postgres() {
        statements.push("TRUNCATE audit_event");
    }
    for sql in statements {
        let refused = app.db.execute_unprepared(sql).await;
        let refused = refused.expect_err(&format!("the database took: {sql}")).to_string();
        assert!(refused.contains("the audit is append-only"), "{sql}: {refused}");
    }
    assert_eq!(verify(&app.db, None).await.unwrap(), before);
}

async fn the_database_lets_no_event_be_replaced(place: Place) {
    let app = place.app().await;
    if app.is_postgres() {
        // PostgreSQL has no such statement; its `ON CONFLICT` is an update, which is refused.
        let refused = app.db.execute_unprepared("REPLACE INTO audit_event DEFAULT VALUES").await;
        assert!(refused.is_err());
        return;
    }
    let before = verify(&app.db, None).await.unwrap();
    let columns: Vec<String> =
        Column::iter().map(|column| format!("\"{}\"", column.as_str())).collect();
    let names = columns.join(", ");
    let values = names.replace("\"actor\"", "'nobody'");
    for verb in ["REPLACE", "INSERT OR REPLACE"] {
        let sql = format!(
            "{verb} INTO audit_event ({names}) SELECT {values} FROM audit_event WHERE seq = 1"
        );
        assert!(app.db.execute_unprepared(&sql).await.is_err(), "the database took: {sql}");
    }
    assert_eq!(verify(&app.db, None).await.unwrap(), before);
}

// What verification finds. A short chain of its own keeps each look fast.

/// Events of the short chain.
const LENGTH: i64 = 6;

/// A caller whose events fill every column.
fn somebody() -> Principal {
    Principal::Client(Arc::new(Client {
        id: Some(Uuid::from_u128(7)),
        client_id: "kosme-7".to_owned(),
        institution: Institution {
            id: Uuid::from_u128(8),
            code: "KOSME".to_owned(),
            standing: Standing::Partner,
            leads: false,
        },
        scopes: Scopes::NONE,
        tier: RateTier::Standard,
        token: Claims {
            issuer: String::new(),
            id: String::new(),
            expires_at: now(),
            generation: 0,
        },
        writes: entity::common::Origin::Reported,
    }))
}

fn full_event() -> Event {
    Event {
        action: "update",
        subject_type: "Topic",
        subject_id: Some(Uuid::from_u128(9)),
        institution_id: None,
        before: Some("{\"a\":1}".to_owned()),
        after: Some("{\"a\":2}".to_owned()),
        refused: Some("CONFLICT".to_owned()),
    }
}

/// A migrated database with a short audit: events of every column and of few in turn.
async fn short_audit(place: &Place) -> Store {
    let db = database::connect(&place.empty().await, 4).await.unwrap();
    database::migrate(&db).await.unwrap();
    let somebody = somebody();
    for turn in 0..LENGTH {
        let author = Author {
            principal: if turn % 2 == 0 { &Principal::System } else { &somebody },
            request_id: "test-request",
            address: (turn % 2 == 1).then_some("192.0.2.1"),
            now: now() + Duration::seconds(turn),
        };
        let event = if turn % 2 == 0 {
            Event { action: "migrate", ..Event::default() }
        } else {
            full_event()
        };
        audit::record(&db, author, vec![event]).await.unwrap();
    }
    assert_eq!(faults(&db).await, []);
    unlock(&db).await;
    db
}

/// Takes the lock off, as whoever owns the database could.
async fn unlock(db: &DatabaseConnection) {
    let triggers: &[&str] = if db.get_database_backend() == DbBackend::Postgres {
        &["audit_event_append_only ON audit_event"]
    } else {
        &["audit_event_no_update", "audit_event_no_delete"]
    };
    for trigger in triggers {
        db.execute_unprepared(&format!("DROP TRIGGER {trigger}")).await.unwrap();
    }
}

async fn set(db: &DatabaseConnection, seq: i64, column: Column, value: sea_orm::Value) {
    let done = audit_event::Entity::update_many()
        .col_expr(column, Expr::value(value))
        .filter(Column::Seq.eq(seq))
        .exec(db)
        .await
        .unwrap();
    assert_eq!(done.rows_affected, 1);
}

/// Takes out all events and puts these in.
async fn put(db: &DatabaseConnection, events: Vec<audit_event::Model>) {
    audit_event::Entity::delete_many().exec(db).await.unwrap();
    for event in events {
        let active = event.into_active_model().reset_all();
        audit_event::Entity::insert(active).exec_without_returning(db).await.unwrap();
    }
}

/// Gives every event the hashes it would have had from the first on.
fn rehash(events: &mut [audit_event::Model]) {
    let mut previous = String::new();
    for event in events {
        event.previous_hash = std::mem::take(&mut previous);
        event.hash = chain_hash(event).unwrap();
        previous.clone_from(&event.hash);
    }
}

/// Gives events the numbers from 1 on.
fn renumber(events: &mut [audit_event::Model]) {
    for (seq, event) in (1..).zip(events) {
        event.seq = seq;
        event.id = key_of_number(seq);
    }
}

/// Makes the ledger end where the events end.
async fn settle(db: &DatabaseConnection, events: &[audit_event::Model]) {
    let (seq, hash) = events.last().map_or((0, ""), |event| (event.seq, &event.hash));
    db.execute_unprepared(&format!("UPDATE ledger SET audit_seq = {seq}, audit_hash = '{hash}'"))
        .await
        .unwrap();
}

/// Values that differ from what a column of an event holds.
fn others(event: &audit_event::Model, column: Column) -> Vec<sea_orm::Value> {
    let no_text: sea_orm::Value = None::<String>.into();
    let no_key: sea_orm::Value = None::<Uuid>.into();
    let texts = |held: &Option<String>| -> Vec<sea_orm::Value> {
        match held {
            Some(held) => vec![format!("{held} ").into(), "".into(), no_text.clone()],
            None => vec!["".into(), "null".into()],
        }
    };
    let keys = |held: Option<Uuid>| -> Vec<sea_orm::Value> {
        match held {
            Some(_) => vec![Uuid::from_u128(99).into(), no_key.clone()],
            None => vec![Uuid::nil().into()],
        }
    };
    match column {
        Column::Seq => vec![(event.seq + 100).into(), (-event.seq).into(), 0_i64.into()],
        Column::Id => vec![key_of_number(event.seq + 100).into()],
        Column::At => vec![(event.at + Duration::microseconds(1)).into()],
        Column::Actor => vec!["nobody".into(), "".into()],
        Column::ClientId => keys(event.client_id),
        Column::InstitutionId => keys(event.institution_id),
        Column::Address => texts(&event.address),
        Column::Outcome => vec![
            match event.outcome {
                Some(AuditOutcome::Done) => "REFUSED".into(),
                _ => "DONE".into(),
            },
            no_text.clone(),
        ],
        Column::Reason => texts(&event.reason),
        Column::Action => vec!["create".into()],
        Column::SubjectType => vec!["Meeting".into(), " ".into()],
        Column::SubjectId => keys(event.subject_id),
        Column::Before => texts(&event.before),
        Column::After => texts(&event.after),
        Column::RequestId => vec!["another-request".into()],
        Column::PreviousHash => vec![event.hash.clone().into(), "0".into()],
        Column::ActingInstitutionId => keys(event.acting_institution_id),
        Column::HashVersion => vec![1.into(), 3.into(), 0.into()],
        Column::Hash => vec!["0".into(), event.previous_hash.clone().into()],
    }
}

async fn a_change_of_any_column_is_found(place: Place) {
    let db = short_audit(&place).await;
    let events = stored(&db).await;
    // The first, the last, and one of either kind between them.
    for event in [&events[0], &events[2], &events[3], &events[5]] {
        for column in Column::iter() {
            let kept = event.get(column);
            for other in others(event, column) {
                if other == kept {
                    continue;
                }
                set(&db, event.seq, column, other.clone()).await;
                let found = faults(&db).await;
                let seq = event.seq;
                let is_named = found.iter().any(|fault| match fault {
                    Fault::Changed(at) | Fault::Broken(at) => *at == seq,
                    Fault::Missing(from, to) => (*from..=*to).contains(&seq),
                    // Of the last event nothing is left but what the ledger knows.
                    Fault::End => seq == LENGTH,
                    Fault::Anchor(_) | Fault::Submitted(_) => false,
                });
                assert!(is_named, "{column:?} of {seq} became {other:?}: {found:?}");
                let moved = if matches!(column, Column::Seq) {
                    match other {
                        sea_orm::Value::BigInt(Some(to)) => to,
                        other => panic!("{other:?}"),
                    }
                } else {
                    seq
                };
                set(&db, moved, column, kept.clone()).await;
                assert_eq!(faults(&db).await, [], "{column:?} of {seq} was put back");
            }
        }
    }
}

async fn each_forgery_is_found(place: Place) {
    let db = short_audit(&place).await;
    let honest = stored(&db).await;
    let at = |number: usize| honest[number - 1].clone();

    // Each is what somebody would do who does not know of the hashes, then who does.
    let mut without_middle = honest.clone();
    without_middle.remove(2);
    let mut closed_up = without_middle.clone();
    renumber(&mut closed_up);
    let mut relinked = closed_up.clone();
    rehash(&mut relinked);
    let mut put_in = honest.clone();
    put_in.insert(3, audit_event::Model { actor: "nobody".to_owned(), ..at(3) });
    renumber(&mut put_in);
    let mut put_in_and_relinked = put_in.clone();
    rehash(&mut put_in_and_relinked);
    let mut appended = honest.clone();
    appended.push(audit_event::Model { actor: "nobody".to_owned(), ..at(6) });
    renumber(&mut appended);
    rehash(&mut appended);
    let mut before_the_first = honest.clone();
    before_the_first.insert(0, audit_event::Model { seq: 0, id: key_of_number(0), ..at(1) });
    let mut exchanged = honest.clone();
    exchanged.swap(2, 3);
    renumber(&mut exchanged);
    let mut exchanged_and_hashed = exchanged.clone();
    for event in &mut exchanged_and_hashed[2..4] {
        event.hash = chain_hash(event).unwrap();
    }
    let mut contents = honest.clone();
    (contents[2].actor, contents[3].actor) = (at(4).actor, at(3).actor);
    let tail_cut = honest[..4].to_vec();
    let head_cut = honest[2..].to_vec();
    let mut head_cut_and_numbered = head_cut.clone();
    renumber(&mut head_cut_and_numbered);
    let mut head_cut_and_hashed = head_cut_and_numbered.clone();
    rehash(&mut head_cut_and_hashed);
    let mut tail_rewritten = honest.clone();
    tail_rewritten[4].actor = "nobody".to_owned();
    rehash(&mut tail_rewritten);
    let mut one_rehashed = honest.clone();
    one_rehashed[2].actor = "nobody".to_owned();
    one_rehashed[2].hash = chain_hash(&one_rehashed[2]).unwrap();

    for (name, events, expected) in [
        ("one taken out", without_middle, vec![Fault::Missing(3, 3)]),
        (
            "one taken out, the rest numbered anew",
            closed_up,
            vec![
                Fault::Broken(3),
                Fault::Changed(3),
                Fault::Changed(4),
                Fault::Changed(5),
                Fault::End,
            ],
        ),
        ("one taken out, the rest hashed anew", relinked, vec![Fault::End]),
        (
            "one put in",
            put_in,
            vec![
                Fault::Broken(4),
                Fault::Changed(4),
                Fault::Changed(5),
                Fault::Changed(6),
                Fault::Changed(7),
                Fault::End,
            ],
        ),
        ("one put in, the rest hashed anew", put_in_and_relinked, vec![Fault::End]),
        ("one put at the end", appended, vec![Fault::End]),
        (
            "two exchanged",
            exchanged,
            vec![
                Fault::Broken(3),
                Fault::Changed(3),
                Fault::Broken(4),
                Fault::Changed(4),
                Fault::Broken(5),
            ],
        ),
        (
            "two exchanged and hashed",
            exchanged_and_hashed,
            vec![Fault::Broken(3), Fault::Broken(4), Fault::Broken(5)],
        ),
        ("the contents of two exchanged", contents, vec![Fault::Changed(3), Fault::Changed(4)]),
        ("the tail cut off", tail_cut, vec![Fault::End]),
        ("the head cut off", head_cut, vec![Fault::Missing(1, 2)]),
        (
            "the head cut off, the rest numbered anew",
            head_cut_and_numbered,
            vec![
                Fault::Broken(1),
                Fault::Changed(1),
                Fault::Changed(2),
                Fault::Changed(3),
                Fault::Changed(4),
                Fault::End,
            ],
        ),
        ("the head cut off, the rest hashed anew", head_cut_and_hashed, vec![Fault::End]),
        ("the tail rewritten", tail_rewritten, vec![Fault::End]),
        ("one hashed anew", one_rehashed, vec![Fault::Broken(4)]),
        ("all taken out", vec![], vec![Fault::End]),
    ] {
        put(&db, events).await;
        assert_eq!(faults(&db).await, expected, "{name}");
    }
    // The number before the first cannot be told as missing numbers are; what counts is that it is told.
    put(&db, before_the_first).await;
    assert_ne!(faults(&db).await, [], "an event before the first");
    put(&db, honest).await;
    let verdict = verify(&db, None).await.unwrap();
    assert_eq!((verdict.events, verdict.last, verdict.faults), (LENGTH, LENGTH, vec![]));
    // The ledger moved on without an event: as if the end had been cut off.
    db.execute_unprepared("UPDATE ledger SET audit_seq = audit_seq + 1").await.unwrap();
    assert_eq!(faults(&db).await, [Fault::End]);
}

async fn only_an_anchor_finds_a_perfect_forgery(place: Place) {
    let db = short_audit(&place).await;
    let honest = stored(&db).await;
    let anchor = |number: usize| Some((honest[number - 1].seq, honest[number - 1].hash.clone()));
    for number in 1..=6 {
        let verdict = verify(&db, anchor(number)).await.unwrap();
        assert_eq!(verdict.faults, [], "an honest audit with the anchor {number}");
    }
    let mut rewritten = honest.clone();
    rewritten[3].actor = "nobody".to_owned();
    rehash(&mut rewritten);
    put(&db, rewritten.clone()).await;
    settle(&db, &rewritten).await;
    assert_eq!(faults(&db).await, [], "nothing here knows of the one before");
    for (number, expected) in [
        // What stands before the change is as it was.
        (3, vec![]),
        (4, vec![Fault::Anchor(4)]),
        (6, vec![Fault::Anchor(6)]),
    ] {
        assert_eq!(verify(&db, anchor(number)).await.unwrap().faults, expected, "{number}");
    }
    // A tail cut off together with what the ledger knows of it.
    put(&db, honest[..4].to_vec()).await;
    settle(&db, &honest[..4]).await;
    assert_eq!(faults(&db).await, []);
    assert_eq!(verify(&db, anchor(4)).await.unwrap().faults, []);
    assert_eq!(verify(&db, anchor(5)).await.unwrap().faults, [Fault::Anchor(5)]);
    // A head cut off, numbered and hashed anew.
    let mut moved = honest[2..].to_vec();
    renumber(&mut moved);
    rehash(&mut moved);
    put(&db, moved.clone()).await;
    settle(&db, &moved).await;
    assert_eq!(faults(&db).await, []);
    assert_eq!(verify(&db, anchor(2)).await.unwrap().faults, [Fault::Anchor(2)]);
    assert_eq!(verify(&db, anchor(6)).await.unwrap().faults, [Fault::Anchor(6)]);
    // An anchor holds while the audit grows.
    put(&db, honest.clone()).await;
    settle(&db, &honest).await;
    let author =
        Author { principal: &Principal::System, request_id: "later", address: None, now: now() };
    audit::record(&db, author, vec![full_event()]).await.unwrap();
    let verdict = verify(&db, anchor(6)).await.unwrap();
    assert_eq!((verdict.last, verdict.faults), (7, vec![]));
}

async fn the_list_of_faults_is_bounded(place: Place) {
    let db = short_audit(&place).await;
    let author =
        Author { principal: &Principal::System, request_id: "many", address: None, now: now() };
    audit::record(&db, author, vec![full_event(); 60]).await.unwrap();
    db.execute_unprepared("UPDATE audit_event SET actor = 'nobody'").await.unwrap();
    let found = faults(&db).await;
    assert_eq!(found.len(), audit::MOST_FAULTS);
    assert_eq!(found[0], Fault::Changed(1));
}

async fn an_honest_audit_passes_while_servers_write(place: Place) {
    let url = place.empty().await;
    let first = database::connect(&url, 4).await.unwrap();
    database::migrate(&first).await.unwrap();
    let mut pools = vec![first];
    for _ in 1..4 {
        pools.push(database::connect(&url, 4).await.unwrap());
    }
    let topic = |code: String| -> topic::Model {
        serde_json::from_value(json!({
            "id": Uuid::nil(), "code": code, "name_ko": "시험", "kind": "THEME", "visibility": "PUBLIC",
            "origin": "REPORTED", "version": 0, "created_at": now(), "updated_at": now(),
        }))
        .unwrap()
    };
    let mut tasks = Vec::new();
    for (server, db) in pools.iter().enumerate() {
        // Each server writes, refuses at once and refuses in batches, all at the same time.
        for writer in 0..3 {
            let db = db.clone();
            tasks.push(tokio::spawn(async move {
                for turn in 0..6 {
                    let author = Author {
                        principal: &Principal::System,
                        request_id: "honest",
                        address: None,
                        now: Utc::now(),
                    };
                    let code = format!("T_{server}_{writer}_{turn}");
                    let mut write = Write::begin(&db, author).await.unwrap();
                    write.create::<topic::Entity>(topic(code.clone()), &code).await.unwrap();
                    write.commit().await.unwrap();
                }
            }));
        }
        let refusing = db.clone();
        tasks.push(tokio::spawn(async move {
            let somebody = somebody();
            for _ in 0..6 {
                let author = Author {
                    principal: &somebody,
                    request_id: "honest",
                    address: Some("192.0.2.1"),
                    now: Utc::now(),
                };
                audit::record(&refusing, author, vec![full_event(), full_event()]).await.unwrap();
            }
        }));
        let flushing = db.clone();
        tasks.push(tokio::spawn(async move {
            let (backlog, somebody) = (Backlog::default(), somebody());
            for _ in 0..4 {
                for _ in 0..5 {
                    let author = Author {
                        principal: &somebody,
                        request_id: "honest",
                        address: Some("192.0.2.1"),
                        now: Utc::now(),
                    };
                    backlog.push(author, full_event());
                }
                backlog.flush(&flushing).await.unwrap();
            }
        }));
        let looking = db.clone();
        tasks.push(tokio::spawn(async move {
            for _ in 0..6 {
                // A look in the midst of it sees a whole audit, however far it has come.
                assert_eq!(faults(&looking).await, []);
            }
        }));
    }
    for task in join_all(tasks).await {
        task.unwrap();
    }
    // 4 servers: 18 writes, 12 refusals at once, 20 in batches each.
    let expected = 4 * (18 + 12 + 20);
    for db in &pools {
        let verdict = verify(db, None).await.unwrap();
        assert_eq!((verdict.events, verdict.last, verdict.faults), (expected, expected, vec![]));
    }
}

async fn events_from_before_still_verify(place: Place) {
    let db = database::connect(&place.empty().await, 4).await.unwrap();
    let last = Migrator::migrations()
        .iter()
        .position(|migration| migration.name() == "m20261122_000010_timeline")
        .unwrap();
    Migrator::up(&db, Some(u32::try_from(last).unwrap() + 1)).await.unwrap();
    // What the version before wrote: the JSON of its columns, by name, the instant in microseconds.
    let (at, micros) = (now() + Duration::microseconds(250), now().timestamp_micros() + 250);
    let key = Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0009);
    let mut previous = String::new();
    for seq in 1_i64..=3 {
        let (subject, before, after) = match seq {
            1 => (None, None, None),
            2 => (Some(key), None, Some("{\"name_ko\":\"새 \\\"이름\\\"\"}")),
            _ => (Some(key), Some("{\"a\":1}"), Some("{\"a\":2}")),
        };
        let shown = |text: Option<&str>| json!(text).to_string();
        let text = format!(
            "{{\"action\":\"update\",\"actor\":\"system\",\"after\":{},\"at\":{micros},\"before\":{},\"previous_hash\":\"{previous}\",\"request_id\":\"seed\",\"seq\":{seq},\"subject_id\":{},\"subject_type\":\"Topic\"}}",
            shown(after),
            shown(before),
            shown(subject.map(|key| key.to_string()).as_deref()),
        );
        let hash: String =
            Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        let insert = Statement::from_sql_and_values(
            db.get_database_backend(),
            "INSERT INTO audit_event (seq, at, actor, action, subject_type, subject_id, \"before\", \"after\", request_id, previous_hash, hash) \
             VALUES ($1, $2, 'system', 'update', 'Topic', $3, $4, $5, 'seed', $6, $7)",
            [
                seq.into(),
                at.into(),
                subject.into(),
                before.map(str::to_owned).into(),
                after.map(str::to_owned).into(),
                previous.clone().into(),
                hash.clone().into(),
            ],
        );
        db.execute_raw(insert).await.unwrap();
        previous = hash;
    }
    db.execute_unprepared(&format!("UPDATE ledger SET audit_seq = 3, audit_hash = '{previous}'"))
        .await
        .unwrap();

    database::migrate(&db).await.unwrap();
    let verdict = verify(&db, None).await.unwrap();
    assert_eq!((verdict.events, verdict.faults), (3, vec![]));
    assert_eq!(verdict.hash, previous);
    let old = stored(&db).await;
    assert!(old.iter().all(|event| event.outcome.is_none() && event.client_id.is_none()));
    assert_eq!(old[2].id, key_of_number(3));

    // What is written now follows them, and what is added to them is found.
    let somebody = somebody();
    let author = Author {
        principal: &somebody,
        request_id: "after",
        address: Some("192.0.2.1"),
        now: Utc::now(),
    };
    audit::record(&db, author, vec![full_event()]).await.unwrap();
    assert_eq!(verify(&db, Some((3, previous))).await.unwrap().faults, []);
    unlock(&db).await;
    for (column, value) in [
        (Column::Outcome, sea_orm::Value::from("DONE")),
        (Column::Reason, "".into()),
        (Column::Address, "".into()),
        (Column::ClientId, Uuid::nil().into()),
        (Column::InstitutionId, Uuid::nil().into()),
    ] {
        set(&db, 2, column, value).await;
        assert_eq!(faults(&db).await, [Fault::Changed(2)], "{column:?}");
        set(&db, 2, column, old[1].get(column)).await;
    }
    assert_eq!(faults(&db).await, []);
}

// The backlog.

/// Somebody of an address at an instant.
fn anonymous_at<'a>(request_id: &'a str, address: &'a str, seconds: i64) -> Author<'a> {
    Author {
        principal: &Principal::Anonymous,
        request_id,
        address: Some(address),
        now: now() + Duration::seconds(seconds),
    }
}

fn refusal(action: &'static str, reason: &str) -> Event {
    Event { action, refused: Some(reason.to_owned()), ..Event::default() }
}

async fn a_flood_adds_a_row_a_minute(place: Place) {
    let db = database::connect(&place.empty().await, 4).await.unwrap();
    database::migrate(&db).await.unwrap();
    let backlog = Backlog::default();
    let flood = |from: i64, count: usize| {
        for number in 0..count {
            let (id, address) = (format!("flood-{number}"), format!("192.0.2.{}", number % 256));
            backlog.push(
                anonymous_at(&id, &address, from),
                refusal("token.refuse", "UNAUTHENTICATED"),
            );
        }
    };
    // Each minute's look, and the rows that stand then.
    let rows = async |seconds: i64| {
        backlog.flush_at(&db, now() + Duration::seconds(seconds)).await.unwrap();
        let rows: Vec<Value> = stored(&db)
            .await
            .iter()
            .map(|row| {
                let after: Value = row
                    .after
                    .as_deref()
                    .map_or(Value::Null, |text| serde_json::from_str(text).unwrap());
                json!([row.request_id, row.address, row.reason, after["refusals"]])
            })
            .collect();
        rows
    };
    let first = json!(["flood-0", "192.0.2.0", "UNAUTHENTICATED", null]);
    let told = |count: usize| json!(["audit", "192.0.2.0/24", "UNAUTHENTICATED", count]);
    flood(0, 500);
    assert_eq!(rows(0).await, std::slice::from_ref(&first));
    flood(30, 100);
    assert_eq!(rows(59).await, std::slice::from_ref(&first));
    assert_eq!(rows(60).await, [first.clone(), told(599)]);
    // It goes on: one row for each minute, and not one more.
    flood(61, 70);
    flood(119, 7);
    assert_eq!(rows(119).await.len(), 2);
    assert_eq!(rows(120).await, [first.clone(), told(599), told(77)]);
    // After a quiet minute the next one stands by itself again.
    assert_eq!(rows(180).await.len(), 3);
    flood(181, 1);
    assert_eq!(rows(181).await, [first.clone(), told(599), told(77), first.clone()]);
    // Others are told apart: by what was refused, why, where from and whom it concerns.
    let of_client = |key: u128| Event {
        subject_type: "ApiClient",
        subject_id: Some(Uuid::from_u128(key)),
        institution_id: Some(Uuid::from_u128(8)),
        ..refusal("token.issue", "invalid_client")
    };
    for _ in 0..2 {
        backlog.push(
            anonymous_at("other", "198.51.100.1", 182),
            refusal("token.refuse", "UNAUTHENTICATED"),
        );
        backlog
            .push(anonymous_at("other", "192.0.2.1", 182), refusal("rate.limit", "RATE_LIMITED"));
        backlog.push(anonymous_at("other", "192.0.2.1", 182), of_client(1));
        backlog.push(anonymous_at("other", "192.0.2.1", 182), of_client(2));
        backlog.push(
            anonymous_at("other", "2001:db8:0:1::1", 182),
            refusal("rate.limit", "RATE_LIMITED"),
        );
    }
    // What a caller merely names tells nothing apart, or it would fill the audit by naming.
    for key in 0..50 {
        let named = Event {
            subject_id: Some(Uuid::from_u128(key)),
            ..refusal("enableApiClient", "FORBIDDEN")
        };
        backlog.push(anonymous_at("other", "2001:db8:0:2::1", 182), named);
    }
    assert_eq!(rows(183).await.len(), 4 + 6);
    let seen = rows(300).await;
    assert_eq!(seen.len(), 4 + 6 + 6);
    assert!(seen.contains(&json!(["audit", "2001:db8::/48", "FORBIDDEN", 49])), "{seen:#?}");
    // A client that has signed in answers for each of its own, but for asking too often.
    let somebody = somebody();
    for _ in 0..5 {
        let author = Author { principal: &somebody, ..anonymous_at("own", "192.0.2.1", 301) };
        backlog.push(author, refusal("document.refuse", "DOCUMENT_NOT_TRUSTED"));
        backlog.push(author, refusal("rate.limit", "RATE_LIMITED"));
    }
    assert_eq!(rows(302).await.len(), 16 + 6);
    // A server that stops tells what it has.
    backlog.finish(&db).await.unwrap();
    assert_eq!(stored(&db).await.len(), 16 + 6 + 1);
    assert_eq!(faults(&db).await, []);
}

async fn groups_of_refusals_are_bounded(place: Place) {
    let db = database::connect(&place.empty().await, 4).await.unwrap();
    database::migrate(&db).await.unwrap();
    let backlog = Backlog::default();
    let flood = |from: i64| {
        for number in 0..300 {
            let address = format!("10.{}.{}.1", number / 256, number % 256);
            backlog.push(
                anonymous_at("many", &address, from),
                refusal("token.refuse", "UNAUTHENTICATED"),
            );
        }
    };
    let left_out = async |seconds: i64| {
        backlog.flush_at(&db, now() + Duration::seconds(seconds)).await.unwrap();
        let events = stored(&db).await;
        let told = events.iter().filter(|event| event.action == "audit.left_out");
        let told: Vec<String> = told.map(|event| event.after.clone().unwrap()).collect();
        (events.len() - told.len(), told)
    };
    flood(0);
    let hundred = "{\"refusals\":100}".to_owned();
    assert_eq!(left_out(0).await, (200, vec![hundred.clone()]));
    flood(1);
    assert_eq!(left_out(59).await, (200, vec![hundred.clone()]), "told once a minute");
    assert_eq!(left_out(60).await, (400, vec![hundred.clone(), hundred.clone()]));
    // Those who are quiet make room for others.
    assert_eq!(left_out(120).await.0, 400);
    flood(121);
    assert_eq!(left_out(121).await.0, 600);
    assert_eq!(faults(&db).await, []);
}

async fn the_backlog_is_bounded(place: Place) {
    let db = database::connect(&place.empty().await, 4).await.unwrap();
    database::migrate(&db).await.unwrap();
    let (backlog, somebody) = (Backlog::default(), somebody());
    for number in 0..1_500 {
        let request_id = format!("refusal-{number}");
        let author = Author {
            principal: &somebody,
            request_id: &request_id,
            address: Some("192.0.2.1"),
            now: now(),
        };
        backlog.push(
            author,
            Event {
                action: "token.refuse",
                refused: Some("UNAUTHENTICATED".to_owned()),
                ..Event::default()
            },
        );
    }
    backlog.flush(&db).await.unwrap();
    let events = stored(&db).await;
    assert_eq!(events.len(), 1_001);
    for (number, event) in events[..1_000].iter().enumerate() {
        assert_eq!(event.request_id, format!("refusal-{number}"), "in the order they came");
        assert_eq!(
            (&*event.action, event.outcome, event.address.as_deref()),
            ("token.refuse", Some(AuditOutcome::Refused), Some("192.0.2.1"))
        );
    }
    let rest = &events[1_000];
    assert_eq!((&*rest.action, &*rest.actor), ("audit.left_out", "system"));
    let after: Value = serde_json::from_str(rest.after.as_deref().unwrap()).unwrap();
    assert_eq!(after, json!({ "refusals": 500 }));
    assert_eq!(faults(&db).await, []);
    // It is empty now, and nothing is told twice.
    backlog.flush(&db).await.unwrap();
    assert_eq!(stored(&db).await.len(), 1_001);
}

async fn what_could_not_be_written_is_counted(place: Place) {
    let db = database::connect(&place.empty().await, 4).await.unwrap();
    database::migrate(&db).await.unwrap();
    let (backlog, somebody) = (Backlog::default(), somebody());
    let author = Author { principal: &somebody, request_id: "lost", address: None, now: now() };
    let push = |count: usize| {
        for _ in 0..count {
            let refused = Some("UNAUTHENTICATED".to_owned());
            backlog.push(author, Event { action: "token.refuse", refused, ..Event::default() });
        }
    };
    push(7);
    db.execute_unprepared("ALTER TABLE ledger RENAME TO ledger_away").await.unwrap();
    assert!(backlog.flush(&db).await.is_err());
    db.execute_unprepared("ALTER TABLE ledger_away RENAME TO ledger").await.unwrap();
    push(2);
    backlog.flush(&db).await.unwrap();
    let events = stored(&db).await;
    let actions: Vec<&str> = events.iter().map(|event| &*event.action).collect();
    assert_eq!(actions, ["token.refuse", "token.refuse", "audit.left_out"]);
    assert_eq!(events[2].after.as_deref(), Some("{\"refusals\":7}"));
    assert_eq!(faults(&db).await, []);
}

/// A backlog of refusals over an empty audit.
async fn seven_refusals(place: &Place) -> (Store, Backlog) {
    let db = database::connect(&place.empty().await, 4).await.unwrap();
    database::migrate(&db).await.unwrap();
    let (backlog, somebody) = (Backlog::default(), somebody());
    for _ in 0..7 {
        let author =
            Author { principal: &somebody, request_id: "seven", address: None, now: now() };
        backlog.push(author, Event { action: "token.refuse", ..Event::default() });
    }
    (db, backlog)
}

/// Keeps every other writer waiting until it is rolled back.
async fn locked(db: &DatabaseConnection) -> DatabaseTransaction {
    let lock = db.begin().await.unwrap();
    lock.execute_unprepared("UPDATE ledger SET id = id").await.unwrap();
    lock
}

async fn a_flush_waits_for_the_one_before(place: Place) {
    let (db, backlog) = seven_refusals(&place).await;
    let lock = locked(&db).await;
    // The server's own writer has begun; who asks for the audit now must see what it is writing.
    let mut writer = pin!(backlog.flush(&db));
    assert!(writer.as_mut().now_or_never().is_none());
    let mut asking = pin!(async {
        backlog.flush(&db).await.unwrap();
        stored(&db).await.len()
    });
    assert!(asking.as_mut().now_or_never().is_none());
    let (unlocked, written, seen) = join3(lock.rollback(), writer, asking).await;
    unlocked.unwrap();
    written.unwrap();
    assert_eq!(seen, 7, "a flush was over before what it should wait for was written");
}

async fn a_flush_that_is_given_up_loses_nothing(place: Place) {
    let (db, backlog) = seven_refusals(&place).await;
    let lock = locked(&db).await;
    {
        // As a server that stops gives up its writer.
        let mut writer = pin!(backlog.flush(&db));
        assert!(writer.as_mut().now_or_never().is_none());
    }
    lock.rollback().await.unwrap();
    backlog.flush(&db).await.unwrap();
    let refusals: i64 = stored(&db)
        .await
        .iter()
        .map(|event| match (&*event.action, &event.after) {
            ("audit.left_out", Some(after)) => {
                let after: Value = serde_json::from_str(after).unwrap();
                after["refusals"].as_i64().unwrap()
            }
            _ => 1,
        })
        .sum();
    assert_eq!(refusals, 7, "each is written, or at least counted");
    assert_eq!(faults(&db).await, []);
}

// What is in no event.

async fn secrets_and_contact_data_are_in_no_event(place: Place) {
    let app = place.app().await;
    let server = serve(&app).await;
    let auditor = an_auditor(&app).await;
    let Contacts { phone, mail } = contacts(&app).await;
    let mut kept_apart = vec![phone.value.clone(), mail.value.clone()];
    let hashes = async || {
        let clients = api_client::Entity::find().all(&app.db).await.unwrap();
        clients
            .into_iter()
            .flat_map(|client| [Some(client.secret_hash), client.previous_secret_hash])
            .flatten()
            .collect::<Vec<String>>()
    };
    let admin = app.client("TIPA", "access:admin program:read content:write").await;
    let token = app.token(&admin).await;
    kept_apart.extend([secret(&admin).to_owned(), token.clone()]);

    let new = json!({ "institution": "KOSME", "name": "이름", "scopes": ["program:read"], "idempotencyKey": "secret-key-1" });
    let made = server.graphql("secret-create", Some(&token), CREATE, new).await;
    let made = &made["data"]["createApiClient"];
    let id = made["apiClient"]["id"].as_str().unwrap();
    kept_apart.push(made["clientSecret"].as_str().unwrap().to_owned());
    kept_apart.extend(hashes().await);
    for (version, drop_others) in [(1, false), (2, false), (3, true)] {
        let input = json!({ "id": id, "expectedVersion": version, "dropOthers": drop_others });
        let answer = server.graphql("secret-rotate", Some(&token), ROTATE, input).await;
        let made = answer["data"]["rotateApiClientSecret"]["clientSecret"].as_str().unwrap();
        kept_apart.push(made.to_owned());
        kept_apart.extend(hashes().await);
    }
    // Every way in which they come near the audit: shown, searched for, refused, wrong, revoked.
    let query = "{ persons(first: 100) { nodes { contactPoints { nodes { value } } } } institutions(first: 100) { nodes { contactPoints { nodes { value } } } } }";
    let answer = server.graphql("secret-read", Some(&token), query, Value::Null).await;
    assert!(answer.to_string().contains(MAIL) && answer.to_string().contains(&phone.value));
    let query = format!(
        "{{ institutions(where: {{ contactPoints: {{ some: {{ value: {{ eq: \"{MAIL}\" }} }} }} }}) {{ nodes {{ code }} }} }}"
    );
    let answer = server.graphql("secret-filter", Some(&token), &query, Value::Null).await;
    assert_eq!(answer["data"]["institutions"]["nodes"], json!([{ "code": "SEOUL_BSC" }]));
    let wrong = format!("{}x", secret(&admin));
    server.form("secret-wrong", "/oauth/token", &sign_in(&admin.client_id, &wrong)).await;
    let forged = format!("{token}x");
    server.graphql("secret-forged", Some(&forged), "{ __typename }", Value::Null).await;
    server.form("secret-in-place", "/oauth/token", &sign_in(secret(&admin), "x")).await;
    let form = format!("{}&token={token}", sign_in(&admin.client_id, secret(&admin)));
    let (status, _) = server.form("secret-revoked", "/oauth/revoke", &form).await;
    assert_eq!(status, StatusCode::OK);
    // Written and changed once more, so that both sides of an event hold what is redacted.
    let author = Author {
        principal: &Principal::System,
        request_id: "secret-change",
        address: None,
        now: Utc::now(),
    };
    let mut write = Write::begin(&app.db, author).await.unwrap();
    let moved = |row: &mut serde_json::Map<String, Value>| {
        row.insert("value".to_owned(), "kim.chulsu@example.kr".into());
    };
    write.update::<contact_point::Entity>(mail.id, 1, moved).await.unwrap();
    write.commit().await.unwrap();
    kept_apart.push("kim.chulsu@example.kr".to_owned());

    assert!(!events(&app, &auditor, "secret-wrong").await.is_empty());
    let people = contact_point::Entity::find().all(&app.db).await.unwrap();
    kept_apart.extend(people.into_iter().map(|row| row.value));
    kept_apart.sort();
    kept_apart.dedup();
    assert!(kept_apart.len() > 18, "{kept_apart:?}");
    for event in stored(&app.db).await {
        let text = format!("{event:?}");
        for kept in &kept_apart {
            // Debug escapes what JSON escapes; none of these holds such a sign.
            assert!(!text.contains(kept.as_str()), "{kept} stands in {text}");
        }
    }
    let answer = app
        .ask(&auditor, "{ auditEvents(where: { requestId: { eq: \"secret-change\" } }) { nodes { before after } } }", Value::Null)
        .await;
    let changed = &answer["data"]["auditEvents"]["nodes"][0];
    for side in ["before", "after"] {
        let row = changed[side].clone();
        assert_eq!(row["value"], "[redacted]", "{changed:#}");
    }
}
