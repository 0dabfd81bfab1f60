//! OAuth 2.0 for programs: client credentials (RFC 6749 §4.4), revocation (RFC 7009), metadata (RFC 8414)
//! and the key set (RFC 7517).

use std::collections::HashMap;

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    ALLOW, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, PRAGMA,
    RETRY_AFTER, WWW_AUTHENTICATE,
};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::Utc;
use entity::api_client::{self, ClientState};
use entity::common::Origin;
use entity::institution;
use serde_json::json;
use uuid::Uuid;

use super::caller::Caller;
use super::{Shared, body};
use crate::auth::keys::CACHED;
use crate::auth::token::{self, LIFETIME, Unchecked, Written};
use crate::domain::admit;
use crate::domain::principal::{Author, Client, Institution, Principal, Scope, Scopes, Token};
use crate::domain::rate::{Who, network};
use crate::error::{Error, Language, Message};
use crate::service::api_client as clients;
use crate::service::ledger::Event;

/// Longest form, in bytes.
const MAX_FORM: usize = 8 * 1024;

/// What is wrong with a request (RFC 6749 §5.2).
struct Fault {
    status: StatusCode,
    code: &'static str,
    text: Message,
    retry_after: Option<u64>,
    /// The client that was named, if there is such a one.
    named: Option<Box<Named>>,
}

/// A client that was named by whoever asks.
struct Named {
    id: Uuid,
    institution_id: Uuid,
    /// The client itself, if it has signed in.
    by: Option<Principal>,
}

impl Named {
    fn new(client: &api_client::Model, by: Option<Principal>) -> Option<Box<Self>> {
        Some(Box::new(Self { id: client.id, institution_id: client.institution_id, by }))
    }
}

impl Fault {
    fn new(code: &'static str, ko: &str, en: &str) -> Self {
        let status = if code == "invalid_client" {
            StatusCode::UNAUTHORIZED
        } else {
            StatusCode::BAD_REQUEST
        };
        let text = Message::new(ko, en);
        Self { status, code, text, retry_after: None, named: None }
    }

    fn invalid_request(ko: &str, en: &str) -> Self {
        Self::new("invalid_request", ko, en)
    }

    /// The same for a client that is not there, one that is shut out and a wrong secret.
    fn invalid_client() -> Self {
        Self::new(
            "invalid_client",
            "클라이언트 ID 또는 비밀키가 올바르지 않습니다.",
            "The client id or the secret is not right.",
        )
    }

    fn wait(seconds: u64) -> Self {
        let mut fault = Self::new(
            "temporarily_unavailable",
            &format!("실패한 시도가 너무 많습니다. {seconds}초 뒤에 다시 시도해 주십시오."),
            &format!("Too many attempts have failed. Try again in {seconds} seconds."),
        );
        fault.status = StatusCode::TOO_MANY_REQUESTS;
        fault.retry_after = Some(seconds);
        fault
    }

    /// The same, of a client that has signed in.
    fn of(mut self, signed_in: &SignedIn) -> Self {
        self.named = Named::new(&signed_in.client, Some(signed_in.principal.clone()));
        self
    }

    /// Puts the refusal on record, without waiting for it. What is our fault is none.
    fn record(&self, shared: &Shared, caller: &Caller, action: &'static str) {
        if self.status.is_server_error() {
            return;
        }
        let reason = if self.status == StatusCode::TOO_MANY_REQUESTS {
            Error::RateLimited { retry_after: 0 }.code()
        } else {
            self.code
        };
        let named = self.named.as_deref();
        let event = Event {
            action,
            subject_type: if named.is_some() { "ApiClient" } else { "" },
            subject_id: named.map(|named| named.id),
            institution_id: named.map(|named| named.institution_id),
            refused: Some(reason.to_owned()),
            ..Event::default()
        };
        let author = caller.author(Utc::now());
        let by = named.and_then(|named| named.by.as_ref());
        let author = Author { principal: by.unwrap_or(author.principal), ..author };
        shared.app.engine.backlog.push(author, event);
    }

    fn show(self, language: Language) -> Response {
        // A description is ASCII (RFC 6749 §5.2); Korean stands beside it.
        let mut shown = json!({ "error": self.code, "error_description": self.text.en });
        if language == Language::Korean {
            shown["message"] = self.text.ko.into();
        }
        let mut response = no_store((self.status, Json(shown)));
        let headers = response.headers_mut();
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Basic realm=\"aiplus\", charset=\"UTF-8\"");
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        if self.status == StatusCode::METHOD_NOT_ALLOWED {
            headers.insert(ALLOW, HeaderValue::from_static("POST"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        if let Error::RateLimited { retry_after } = error {
            return Self::wait(retry_after);
        }
        if let Error::Unavailable { retry_after, ref cause, .. } = error {
            if !cause.is_empty() {
                tracing::warn!(error.cause = %cause, "oauth.unavailable");
            }
            let message = error.message();
            let mut fault = Self::new("temporarily_unavailable", &message.ko, &message.en);
            fault.status = StatusCode::SERVICE_UNAVAILABLE;
            fault.retry_after = Some(retry_after);
            return fault;
        }
        tracing::error!(error.cause = %error, "oauth.internal_error");
        let message = Error::Internal(String::new()).message();
        let mut fault = Self::new("server_error", &message.ko, &message.en);
        fault.status = StatusCode::INTERNAL_SERVER_ERROR;
        fault
    }
}

fn no_store(answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

type Form = HashMap<String, String>;

/// Reads a form in which no parameter stands twice, and one without a value is as good as left out (RFC 6749
/// §3.2).
async fn form(parts: &Parts, content: Body) -> Result<Form, Fault> {
    if parts.method != Method::POST {
        let mut fault = Fault::invalid_request("POST로 요청해 주십시오.", "Use POST.");
        fault.status = StatusCode::METHOD_NOT_ALLOWED;
        return Err(fault);
    }
    let kind = parts.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(Fault::invalid_request(
            "Content-Type은 application/x-www-form-urlencoded여야 합니다.",
            "The content type must be application/x-www-form-urlencoded.",
        ));
    }
    let bytes = body::read(content, MAX_FORM).await.map_err(|refusal| {
        let mut fault =
            Fault::invalid_request("요청 본문을 읽을 수 없습니다.", "The body cannot be read.");
        fault.status = refusal.0;
        fault
    })?;
    let mut form = Form::new();
    for (name, value) in form_urlencoded::parse(&bytes) {
        if !admit::is_text(&value) {
            return Err(Fault::invalid_request(
                "NUL 문자가 있는 매개변수가 있습니다.",
                "A parameter holds the character NUL.",
            ));
        }
        if form.insert(name.into_owned(), value.into_owned()).is_some() {
            return Err(Fault::invalid_request(
                "같은 매개변수가 두 번 있습니다.",
                "A parameter stands twice.",
            ));
        }
    }
    form.retain(|_, value| !value.is_empty());
    Ok(form)
}

/// Name and secret of a client, by HTTP Basic or in the form, not both (RFC 6749 §2.3.1).
fn credentials(headers: &HeaderMap, form: &Form) -> Result<(String, String), Fault> {
    let mut given = headers.get_all(AUTHORIZATION).iter();
    let in_form = form.get("client_secret");
    match (given.next(), given.next(), in_form) {
        (None, _, Some(secret)) => {
            let client_id = form.get("client_id").ok_or_else(Fault::invalid_client)?;
            Ok((client_id.clone(), secret.clone()))
        }
        (Some(basic), None, None) => {
            let pair = basic.to_str().ok().and_then(basic_pair);
            let pair = pair.ok_or_else(Fault::invalid_client)?;
            if form.get("client_id").is_some_and(|named| *named != pair.0) {
                return Err(Fault::invalid_request(
                    "client_id가 인증 정보와 다릅니다.",
                    "client_id is another than the one that signs in.",
                ));
            }
            Ok(pair)
        }
        (None, _, None) => Err(Fault::invalid_client()),
        _ => Err(Fault::invalid_request(
            "인증 방법은 하나만 쓸 수 있습니다.",
            "Use one way to sign in, not several.",
        )),
    }
}

fn basic_pair(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (name, secret) = text.split_once(':')?;
    // Both are form-encoded before they are joined.
    let decoded = |text: &str| {
        form_urlencoded::parse(format!("v={}", text.replace('&', "%26")).as_bytes())
            .next()
            .map(|(_, value)| value.into_owned())
            .filter(|value| admit::is_text(value))
    };
    Some((decoded(name)?, decoded(secret)?))
}

/// A client that has shown who it is.
struct SignedIn {
    client: api_client::Model,
    institution: institution::Model,
    /// The same as whoever acts; without a token yet.
    principal: Principal,
}

impl SignedIn {
    fn new(shared: &Shared, client: api_client::Model, institution: institution::Model) -> Self {
        let standing = shared.app.access.standing(&institution.code);
        let principal = Principal::Client(std::sync::Arc::new(Client {
            id: Some(client.id),
            client_id: client.client_id.clone(),
            institution: Institution {
                id: institution.id,
                leads: shared.app.access.leads(&institution.code),
                code: institution.code.clone(),
                standing,
            },
            scopes: Scopes::NONE,
            tier: client.rate_tier,
            token: Token {
                issuer: String::new(),
                id: String::new(),
                expires_at: Utc::now(),
                generation: client.token_generation,
            },
            writes: Origin::Reported,
        }));
        Self { client, institution, principal }
    }

    /// The client as the author of what it does.
    fn author<'a>(&'a self, caller: &'a Caller) -> Author<'a> {
        Author { principal: &self.principal, ..caller.author(Utc::now()) }
    }
}

/// Who shows a client's id and secret by HTTP Basic: its client, with the rights that it has now.
///
/// # Errors
/// The answer to who does not.
pub async fn by_secret(
    shared: &Shared,
    caller: &Caller,
    headers: &HeaderMap,
) -> Result<Principal, Response> {
    let found = async {
        let signed_in = sign_in(shared, caller, headers, &Form::new()).await?;
        let app = &shared.app;
        let client = app.access.client_of(&app.db, signed_in.client.id, Utc::now()).await?;
        client.ok_or_else(Fault::invalid_client)
    };
    match shared.app.pulse().during(found).await {
        Ok(client) => Ok(Principal::Client(std::sync::Arc::new(client))),
        Err(fault) => {
            fault.record(shared, caller, "token.refuse");
            Err(fault.show(caller.language))
        }
    }
}

async fn sign_in(
    shared: &Shared,
    caller: &Caller,
    headers: &HeaderMap,
    form: &Form,
) -> Result<SignedIn, Fault> {
    let (client_id, secret) = credentials(headers, form)?;
    let now = std::time::Instant::now();
    let wait = shared.limiter.sign_in(&client_id, caller.address, now);
    if wait > 0 {
        return Err(Fault::wait(wait.into()));
    }
    let db = &shared.app.db;
    let found = clients::by_client_id(db, &client_id).await?;
    let hashes = found.as_ref().map_or_else(Vec::new, |(client, _)| {
        let previous = client.previous_secret_hash.clone();
        std::iter::once(client.secret_hash.clone()).chain(previous).collect()
    });
    let who = Who::Address(caller.address.map(network));
    let matches = shared.app.access.secrets.verify(&who, &secret, hashes).await?;
    match found {
        Some((client, institution)) if matches && client.state == ClientState::Active => {
            Ok(SignedIn::new(shared, client, institution))
        }
        found => {
            shared.limiter.failed(&client_id, caller.address, now);
            let mut fault = Fault::invalid_client();
            fault.named = found.and_then(|(client, _)| Named::new(&client, None));
            Err(fault)
        }
    }
}

/// `/oauth/token`.
pub async fn token(State(shared): State<Shared>, request: Request) -> Response {
    let (parts, content) = request.into_parts();
    let caller = Caller::of(&shared, &parts);
    match shared.app.pulse().during(issue(&shared, &caller, &parts, content)).await {
        Ok(response) => response,
        Err(fault) => {
            fault.record(&shared, &caller, "token.issue");
            fault.show(caller.language)
        }
    }
}

async fn issue(
    shared: &Shared,
    caller: &Caller,
    parts: &Parts,
    content: Body,
) -> Result<Response, Fault> {
    let form = form(parts, content).await?;
    match form.get("grant_type").map(String::as_str) {
        Some("client_credentials") => {}
        Some(_) => {
            return Err(Fault::new(
                "unsupported_grant_type",
                "grant_type은 client_credentials만 지원합니다.",
                "Only the grant type client_credentials is supported.",
            ));
        }
        None => {
            return Err(Fault::invalid_request(
                "grant_type이 필요합니다.",
                "grant_type is required.",
            ));
        }
    }
    let signed_in = sign_in(shared, caller, &parts.headers, &form).await?;
    let client = &signed_in.client;
    let granted = Scopes::known(&client.scopes);
    let refused = || {
        let fault = Fault::new(
            "invalid_scope",
            "이 클라이언트에 허용된 권한 범위가 아닙니다.",
            "The scope is not one of this client's.",
        );
        fault.of(&signed_in)
    };
    let scopes = match form.get("scope") {
        None => granted,
        Some(asked) => Scopes::parse(asked).map_err(|_| refused())?,
    };
    if scopes.is_empty() || !scopes.is_within(granted) {
        return Err(refused());
    }
    let access = &shared.app.access;
    let now = Utc::now();
    let claims = Written {
        iss: access.issuer.clone(),
        aud: access.audience.clone(),
        sub: client.client_id.clone(),
        client_id: client.client_id.clone(),
        exp: (now + LIFETIME).timestamp(),
        iat: now.timestamp(),
        nbf: None,
        jti: Uuid::new_v4().to_string(),
        scope: scopes.to_string(),
        institution: signed_in.institution.code.clone(),
        generation: client.token_generation,
    };
    let signed = token::sign(&access.keys.current(), &claims, now)?;
    let event = Event {
        action: "token.issue",
        subject_type: "ApiClient",
        subject_id: Some(client.id),
        after: Some(json!({ "jti": claims.jti, "scope": claims.scope }).to_string()),
        ..Event::default()
    };
    let author = signed_in.author(caller);
    shared.app.engine.backlog.note(&shared.app.db, author, event).await?;
    Ok(no_store(Json(json!({
        "access_token": signed,
        "token_type": "Bearer",
        "expires_in": LIFETIME.num_seconds(),
        "scope": claims.scope,
    }))))
}

/// `/oauth/revoke`.
pub async fn revoke(State(shared): State<Shared>, request: Request) -> Response {
    let (parts, content) = request.into_parts();
    let caller = Caller::of(&shared, &parts);
    match shared.app.pulse().during(end(&shared, &caller, &parts, content)).await {
        Ok(()) => no_store(StatusCode::OK),
        Err(fault) => {
            fault.record(&shared, &caller, "token.revoke");
            fault.show(caller.language)
        }
    }
}

async fn end(shared: &Shared, caller: &Caller, parts: &Parts, content: Body) -> Result<(), Fault> {
    let form = form(parts, content).await?;
    let signed_in = sign_in(shared, caller, &parts.headers, &form).await?;
    let given = form.get("token").ok_or_else(|| {
        Fault::invalid_request("token이 필요합니다.", "token is required.").of(&signed_in)
    })?;
    let access = &shared.app.access;
    let checked = Unchecked::read(given).and_then(|token| {
        token.verify(&access.keys.current(), &access.issuer, &access.audience, Utc::now())
    });
    // A token that is none, or has ended, is as good as revoked (RFC 7009 §2.2).
    let Ok(claims) = checked else { return Ok(()) };
    let client = &signed_in.client;
    if claims.client_id != client.client_id {
        let fault = Fault::new(
            "unauthorized_client",
            "다른 클라이언트의 토큰입니다.",
            "The token is another client's.",
        );
        return Err(fault.of(&signed_in));
    }
    let author = signed_in.author(caller);
    clients::revoke_token(&shared.app.db, author, client, &claims.id, claims.expires_at).await?;
    Ok(())
}

/// `/.well-known/oauth-authorization-server`.
pub async fn metadata(State(shared): State<Shared>) -> Response {
    let issuer = &shared.app.access.issuer;
    let methods = ["client_secret_basic", "client_secret_post"];
    let scopes: Vec<&str> = Scope::ALL.into_iter().map(Scope::code).collect();
    cacheable(json!({
        "issuer": issuer,
        "token_endpoint": format!("{issuer}/oauth/token"),
        "token_endpoint_auth_methods_supported": methods,
        "revocation_endpoint": format!("{issuer}/oauth/revoke"),
        "revocation_endpoint_auth_methods_supported": methods,
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "scopes_supported": scopes,
    }))
}

/// `/.well-known/jwks.json`.
pub async fn key_set(State(shared): State<Shared>) -> Response {
    let keys = shared.app.access.keys.current().published(Utc::now());
    cacheable(json!(keys))
}

fn cacheable(value: serde_json::Value) -> Response {
    let caching: (HeaderName, String) = (CACHE_CONTROL, format!("public, max-age={CACHED}"));
    ([caching], Json(value)).into_response()
}
