//! Clients with their secrets and tokens.

use std::pin::Pin;
use std::sync::LazyLock;

use crate::support::clients::{self as api_client, Issued, NewClient};
use aiplus::auth::secret::{Hashing, Secrets};
use aiplus::domain::principal::{Author, Principal};
use aiplus::domain::rate::Who;
use aiplus::error::Error;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use chrono::Utc;
use entity::api_client::RateTier;
use futures_util::FutureExt as _;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::TestApp;

impl TestApp {
    /// A new client of an institution.
    pub async fn client(&self, institution: &str, scopes: &str) -> Issued {
        let author = Author {
            principal: &Principal::System,
            request_id: "test",
            address: None,
            now: Utc::now(),
        };
        let new = NewClient {
            institution: institution.to_owned(),
            name: format!("{institution} 시험"),
            scopes: scopes.split(' ').map(str::to_owned).collect(),
            origins: Vec::new(),
            rate_tier: RateTier::Standard,
        };
        let key = uuid::Uuid::new_v4().to_string();
        api_client::create(&self.db, &Hashing::default(), author, &new, &key).await.unwrap()
    }

    /// An access token, as a client gets it.
    pub async fn token(&self, client: &Issued) -> String {
        let answer = self
            .router()
            .oneshot(form(
                "/oauth/token",
                &format!(
                    "grant_type=client_credentials&client_id={}&client_secret={}",
                    client.client_id,
                    client.secret.as_deref().unwrap()
                ),
            ))
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        json(answer).await["access_token"].as_str().unwrap().to_owned()
    }

    /// A signed-in caller.
    pub async fn principal(&self, institution: &str, scopes: &str) -> Principal {
        let token = self.token(&self.client(institution, scopes).await).await;
        self.app.access.authenticate(&self.db, &token, Utc::now()).await.unwrap()
    }

    /// The answer to a GraphQL request over HTTP, with a token if there is one.
    pub async fn post(&self, token: Option<&str>, body: &Value) -> axum::response::Response {
        let mut request = Request::post("/graphql")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/graphql-response+json");
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        self.router().oneshot(request.body(Body::from(body.to_string())).unwrap()).await.unwrap()
    }
}

/// A hash that somebody waits for.
type Hash<'a> = Pin<Box<dyn Future<Output = Result<bool, Error>> + Send + 'a>>;

/// Lets somebody have every turn at hashing and let it pass, since the futures that are given them are not polled;
/// and these callers have as many waiting as they may.
pub async fn every_turn_taken<'a>(
    secrets: &'a Secrets,
    callers: impl IntoIterator<Item = &'a Who>,
) -> (Vec<Hash<'a>>, Vec<Hash<'a>>) {
    static HOLDER: LazyLock<Who> = LazyLock::new(|| Who::Client("holder".into()));
    let hash = |who: &'a Who| -> Hash<'a> {
        let mut one = Box::pin(secrets.verify(who, "", Vec::new()));
        assert!(one.as_mut().now_or_never().is_none());
        one
    };
    let places = Hashing::at_a_time();
    let mut held: Vec<Hash<'a>> = (0..2 * places).map(|_| hash(&HOLDER)).collect();
    for one in held.drain(..places) {
        one.await.unwrap();
    }
    let each = places..Hashing::most_of_a_caller();
    let waiting = callers.into_iter().flat_map(|who| each.clone().map(move |_| who)).map(hash);
    let waiting = waiting.collect();
    (held, waiting)
}

/// A request as clients of the multipart request specification send it, with one file.
pub fn multipart(
    token: Option<&str>,
    query: &str,
    input: &Value,
    name: &str,
    content: &[u8],
) -> Request<Body> {
    let operations = json!({ "query": query, "variables": { "input": input } });
    let mut body = format!(
        "--XX\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n{operations}\r\n\
         --XX\r\nContent-Disposition: form-data; name=\"map\"\r\n\r\n{{\"0\":[\"variables.input.file\"]}}\r\n\
         --XX\r\nContent-Disposition: form-data; name=\"0\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--XX--\r\n");
    let mut request =
        Request::post("/graphql").header(header::CONTENT_TYPE, "multipart/form-data; boundary=XX");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    request.body(Body::from(body)).unwrap()
}

/// A form to be posted.
pub fn form(path: &str, body: &str) -> Request<Body> {
    Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body.to_owned()))
        .unwrap()
}

/// The body of an answer as JSON.
pub async fn json(answer: axum::response::Response) -> Value {
    let bytes = axum::body::to_bytes(answer.into_body(), 1 << 22).await.unwrap();
    serde_json::from_slice(&bytes).unwrap_or_else(|error| {
        panic!("{error}: {}", String::from_utf8_lossy(&bytes));
    })
}
