//! Overload: what one caller asks for holds up itself, and what cannot be served is refused quickly.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aiplus::auth::secret::Hashing;
use aiplus::domain::rate::Who;
use axum::http::StatusCode;
use futures_util::FutureExt as _;
use serde_json::{Value, json};

use crate::support::client::json as body_of;
use crate::support::{Place, TestApp};
use crate::tests;

tests![
    secrets_are_made_for_who_may_have_them,
    an_operation_makes_so_many_secrets,
    hashes_of_one_caller_do_not_hold_up_another,
];

async fn api_client_id(app: &TestApp, token: &str, client_id: &str) -> String {
    let query =
        "query($name: String!) { apiClients(where: { clientId: { eq: $name } }) { nodes { id } } }";
    let body = json!({ "query": query, "variables": { "name": client_id } });
    let answer = body_of(app.post(Some(token), &body).await).await;
    answer["data"]["apiClients"]["nodes"][0]["id"].as_str().unwrap().to_owned()
}

async fn rotate(app: &TestApp, token: Option<&str>, id: &str, version: i32) -> Value {
    let query = "mutation($input: RotateApiClientSecretInput!) { rotateApiClientSecret(input: $input) { clientSecret errors { code } } }";
    let variables = json!({ "input": { "id": id, "version": version } });
    body_of(app.post(token, &json!({ "query": query, "variables": variables })).await).await
}

async fn secrets_are_made_for_who_may_have_them(place: Place) {
    let app = place.app().await;
    let admin = app.client("TIPA", "program:read access:admin").await;
    let reader = app.client("KOSME", "program:read").await;
    let (admins, readers) = (app.token(&admin).await, app.token(&reader).await);
    let id = api_client_id(&app, &admins, &reader.client_id).await;
    // These callers have as many hashes waiting as they may, so that one more would be refused for that.
    let secrets = &app.app.access.secrets;
    let names = [&admin.client_id, &reader.client_id].map(|name| Who::Client(name.as_str().into()));
    let mut waiting: Vec<_> = [&names[0], &names[1], &Who::Address(None)]
        .into_iter()
        .flat_map(|who| (0..Hashing::most_of_a_caller()).map(move |_| who))
        .map(|who| Box::pin(secrets.verify(who, "", Vec::new())))
        .collect();
    for one in &mut waiting {
        let _ = one.as_mut().now_or_never();
    }
    for (token, version, code) in [
        (None, 1, "UNAUTHENTICATED"),
        (Some(&*readers), 1, "FORBIDDEN"),
        (Some(&*admins), 1, "RATE_LIMITED"),
    ] {
        let answer = rotate(&app, token, &id, version).await;
        let seen = &answer["errors"][0]["extensions"]["code"];
        // Who has shown no token may be told so in either way.
        let is_told = seen == code || (token.is_none() && seen == "FORBIDDEN");
        assert!(is_told, "{code}: {answer}");
    }
    let answer = rotate(&app, Some(&admins), &id, 2).await;
    let errors = &answer["data"]["rotateApiClientSecret"]["errors"];
    assert_eq!(errors[0]["code"], "CONFLICT", "another version needs no hash: {answer}");
    drop(waiting);
    let answer = rotate(&app, Some(&admins), &id, 1).await;
    let made = &answer["data"]["rotateApiClientSecret"];
    assert!(made["clientSecret"].is_string(), "{answer}");
}

async fn an_operation_makes_so_many_secrets(place: Place) {
    let app = place.app().await;
    let token = app.token(&app.client("TIPA", "program:read access:admin").await).await;
    let rotations = |count: usize| {
        let input = "input: { id: \"nobody\", version: 1 }";
        let fields: String = (0..count)
            .map(|at| format!("a{at}: rotateApiClientSecret({input}) {{ errors {{ code }} }} "))
            .collect();
        json!({ "query": format!("mutation {{ ...F }} fragment F on Mutation {{ {fields} }}") })
    };
    let few = app.post(Some(&token), &rotations(10)).await;
    assert_eq!(few.status(), StatusCode::OK);
    assert_eq!(body_of(few).await["data"]["a9"]["errors"][0]["code"], "NOT_AN_ID");
    let many = body_of(app.post(Some(&token), &rotations(11)).await).await;
    assert_eq!(many["errors"][0]["extensions"]["code"], "QUERY_TOO_LARGE", "{many}");
    assert!(many.get("data").is_none());
}

async fn hashes_of_one_caller_do_not_hold_up_another(place: Place) {
    const FLOOD: usize = 50;
    let app = place.app().await;
    let client = app.client("KOSME", "program:read").await;
    let done = Arc::new(AtomicUsize::new(0));
    let flood: Vec<_> = (0..FLOOD)
        .map(|_| {
            let (access, done) = (app.app.access.clone(), done.clone());
            tokio::spawn(async move {
                let who = Who::Client("flood".into());
                let _ = access.secrets.verify(&who, "", Vec::new()).await;
                done.fetch_add(1, Ordering::Relaxed);
            })
        })
        .collect();
    // One of them has been served, so that all of them wait already.
    while done.load(Ordering::Relaxed) == 0 {
        tokio::task::yield_now().await;
    }
    app.token(&client).await;
    let before = done.load(Ordering::Relaxed);
    assert!(before < FLOOD / 2, "a sign-in waited for {before} of another's hashes");
    for one in flood {
        one.abort();
    }
}
