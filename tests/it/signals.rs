//! What a caller is told who may not ask: that a token is missing, or what the token lacks, wherever it asks and
//! whatever else is wrong; and what the operator's log tells of a request that failed.

use aiplus::graphql::catalog;
use aiplus::read::catalog::RootKind;
use aiplus::read::model::Kind;
use axum::body::Body;
use axum::http::Request;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::audit::send;
use crate::cli::{Running, Terminal};
use crate::socket::Socket;
use crate::support::{Place, settings};
use crate::tests;
use crate::wire::{Server, call, get, post, router, with};

tests![
    every_mutation_needs_a_token_before_its_input_is_judged,
    what_nobody_may_ask_says_so,
    what_may_be_asked_is_answered_beside_what_may_not,
    a_token_without_a_scope_is_told_which,
    sockets_and_streams_say_so_too,
    the_log_names_the_request_of_each_internal_error,
];

/// Fields of the root that nobody without a token is answered, with arguments that they take.
const CLOSED: [(&str, &str); 14] = [
    ("apiClients", ""),
    ("auditEvents", "(first: 5)"),
    ("extensionRequests", ""),
    ("indicatorSeries", "(programme: \"AI_TRAINING\", indicator: \"TRAINEES\")"),
    ("receipt", "(number: \"x\")"),
    ("submissionDiff", "(id: \"x\", from: 1, to: 2)"),
    ("submissionRevisions", ""),
    ("submissionValues", ""),
    ("submissionStatistics", ""),
    ("reminders", ""),
    ("submissions", "(where: { status: { eq: ACCEPTED } })"),
    ("submissionCheck", "(id: \"x\")"),
    ("valueStatistics", ""),
    ("webhooks", ""),
];

/// What is asked for a token is asked in the right words.
fn is_signed_out(error: &Value) {
    assert_eq!(error["extensions"]["code"], "UNAUTHENTICATED", "{error}");
    assert!(error["message"].as_str().unwrap().contains("/oauth/token"), "{error}");
}

async fn every_mutation_needs_a_token_before_its_input_is_judged(place: Place) {
    let app = place.app().await;
    let routes = router(&app, &settings());
    let unscoped = app.token(&app.client("TIPA", "program:read").await).await;
    for root in &catalog().mutations {
        let input = root.args[0].ty.trim_end_matches('!');
        let text = format!(
            "mutation($input: {input}!) {{ payload: {}(input: $input) {{ errors {{ code }} }} }}",
            root.name
        );
        // Nothing, what is no object, and what has no field of the input.
        for variables in [json!({}), json!({ "input": 7 }), json!({ "input": { "x": 1 } })] {
            let body = json!({ "query": text, "variables": variables });
            let new = call(&routes, post(None, &body)).await;
            assert_eq!(new.status, 401, "{}: {}", root.name, new.json());
            assert_eq!(new.header("www-authenticate"), Some("Bearer realm=\"aiplus\""));
            assert_eq!(new.json().get("data"), None);
            is_signed_out(&new.json()["errors"][0]);
            let old =
                call(&routes, with(post(None, &body), &[("accept", "application/json")])).await;
            assert_eq!((old.status, old.header("www-authenticate")), (200, None), "{}", root.name);
            is_signed_out(&old.json()["errors"][0]);
        }
        // What is wrong with the document itself is told to everybody.
        let body = json!({ "query": format!("mutation {{ {}(input: 7) {{ x }} }}", root.name) });
        assert_eq!(call(&routes, post(None, &body)).await.code(), "GRAPHQL_VALIDATION_FAILED");
        // With a token, but none that writes: what it lacks, whatever the input.
        let body = json!({ "query": text, "variables": { "input": 7 } });
        assert_eq!(call(&routes, post(Some(&unscoped), &body)).await.code(), "BAD_USER_INPUT");
    }
    assert!(catalog().mutations.len() >= 28);
}

async fn what_nobody_may_ask_says_so(place: Place) {
    let app = place.app().await;
    let routes = router(&app, &settings());
    for (name, args) in CLOSED {
        for text in [
            format!("{{ {name}{args} {{ __typename }} }}"),
            format!(
                "{{ a: {name}{args} {{ __typename }} ...F }} fragment F on Query {{ b: {name}{args} {{ __typename }} }}"
            ),
        ] {
            let body = json!({ "query": text });
            let new = call(&routes, post(None, &body)).await;
            assert_eq!(new.status, 401, "{text}: {}", new.json());
            assert_eq!(new.header("www-authenticate"), Some("Bearer realm=\"aiplus\""));
            is_signed_out(&new.json()["errors"][0]);
            let old =
                call(&routes, with(post(None, &body), &[("accept", "application/json")])).await;
            assert_eq!((old.status, old.json().get("data")), (200, None), "{text}");
            is_signed_out(&old.json()["errors"][0]);
        }
    }
    // A list that says nothing of itself is answered or refused: none is empty because nobody may ask.
    for root in &catalog().roots {
        let RootKind::List(_) = &root.kind else { continue };
        let asked = root.args.iter().any(|arg| arg.ty.ends_with('!') && arg.default.is_none());
        if asked {
            continue;
        }
        let answer = app.query(&format!("{{ {} {{ totalCount }} }}", root.name)).await;
        let is_closed = CLOSED.iter().any(|(name, _)| *name == root.name);
        assert_eq!(answer["data"][root.name].is_null(), is_closed, "{}: {answer}", root.name);
        assert!(!is_closed || !root.ty.ends_with('!'), "{} must not be null", root.name);
    }
    // Lists below rows that everybody sees.
    let mut below = Vec::new();
    for ty in catalog().types() {
        for field in &ty.fields {
            if matches!(field.kind, Kind::Many(_)) && !field.ty.ends_with('!') {
                below.push(format!("{}.{}", ty.name, field.name));
            }
        }
    }
    below.sort();
    assert_eq!(
        below,
        [
            "Institution.submissions",
            "MeetingPack.submissions",
            "Person.contactPoints",
            "Programme.submissions",
            "ReportingPeriod.submissions"
        ]
    );
}

async fn what_may_be_asked_is_answered_beside_what_may_not(place: Place) {
    let app = place.app().await;
    let routes = router(&app, &settings());
    for (name, args) in CLOSED {
        let body = json!({ "query": format!("{{ viewer {{ kind }} it: {name}{args} {{ __typename }} }}") });
        for accept in ["application/json", "application/graphql-response+json"] {
            let answer = call(&routes, with(post(None, &body), &[("accept", accept)])).await;
            assert_eq!((answer.status, answer.header("www-authenticate")), (200, None), "{name}");
            let answer = answer.json();
            assert_eq!(answer["data"], json!({ "viewer": { "kind": "ANONYMOUS" }, "it": null }));
            assert_eq!(answer["errors"][0]["path"], json!(["it"]), "{name}");
            is_signed_out(&answer["errors"][0]);
        }
    }
    let text = "mutation { __typename it: enableApiClient(input: { id: \"x\", expectedVersion: 1, idempotencyKey: \"inline-0001\" }) { errors { code } } }";
    let answer = call(&routes, post(None, &json!({ "query": text }))).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["data"], json!({ "__typename": "Mutation", "it": null }));
    is_signed_out(&answer.json()["errors"][0]);
    // Below rows, at each place.
    let text = "{ programmes(first: 2, orderBy: [{ field: CODE }]) { edges { node { code all: submissions { totalCount } } } }
        one: institution(code: \"KOSME\") { submissions { nodes { id } } }
        nodes(ids: []) { id } }";
    let answer = app.query(text).await;
    let paths: Vec<&Value> =
        answer["errors"].as_array().unwrap().iter().map(|error| &error["path"]).collect();
    assert_eq!(
        json!(paths),
        json!([
            ["programmes", "edges", 0, "node", "all"],
            ["programmes", "edges", 1, "node", "all"],
            ["one", "submissions"]
        ])
    );
    assert_eq!(answer["data"]["one"], json!({ "submissions": null }));
    assert!(answer["data"]["programmes"]["edges"][1]["node"]["code"].is_string());
    // A page of many names as many places as an answer lists, and no more.
    let many =
        app.query("{ persons(first: 100) { nodes { contactPoints { totalCount } } } }").await;
    assert_eq!(many["errors"].as_array().unwrap().len(), 10);
}

async fn a_token_without_a_scope_is_told_which(place: Place) {
    let app = place.app().await;
    let routes = router(&app, &settings());
    let token = app.token(&app.client("TIPA", "content:write").await).await;
    for (name, args) in CLOSED {
        let body = json!({ "query": format!("{{ it: {name}{args} {{ __typename }} }}") });
        let answer = call(&routes, post(Some(&token), &body)).await;
        assert_eq!(answer.status, 200, "{name}");
        let answer = answer.json();
        assert_eq!(answer["data"], json!({ "it": null }), "{name}");
        let error = &answer["errors"][0];
        assert_eq!(
            (&error["extensions"]["code"], &error["path"]),
            (&json!("FORBIDDEN"), &json!(["it"]))
        );
        let scope = match name {
            "apiClients" | "webhooks" => "access:admin",
            "auditEvents" => "audit:read",
            _ => "program:read",
        };
        assert!(error["message"].as_str().unwrap().contains(scope), "{name}: {error}");
    }
}

async fn sockets_and_streams_say_so_too(place: Place) {
    let app = place.app().await;
    let server = Server::start(app.app.clone(), &settings()).await;
    let mut socket = Socket::open(&server, json!({})).await;
    let write =
        "mutation($x: DisableApiClientInput!) { disableApiClient(input: $x) { errors { code } } }";
    for (id, text) in [("1", "{ apiClients { totalCount } }"), ("2", write)] {
        socket.subscribe(id, text, json!({ "x": 1 })).await;
        let error = socket.message().await;
        assert_eq!((&error["type"], &error["id"]), (&json!("error"), &json!(id)), "{error}");
        is_signed_out(&error["payload"][0]);
        let body = json!({ "query": text, "variables": { "x": 1 } });
        let events = with(post(None, &body), &[("accept", "text/event-stream")]);
        let answer = call(&router(&app, &settings()), events).await;
        assert_eq!(answer.status, 401);
        is_signed_out(&answer.json()["errors"][0]);
    }
    // A query over GET as well.
    let path = "/graphql?query=%7BapiClients%7BtotalCount%7D%7D";
    let answer = call(
        &router(&app, &settings()),
        with(get(path), &[("accept", "application/graphql-response+json")]),
    )
    .await;
    assert_eq!(answer.status, 401);
}

async fn the_log_names_the_request_of_each_internal_error(place: Place) {
    let terminal = Terminal::new(&place).await;
    let scope = "program:read results:submit";
    let made = terminal
        .run(&["client", "create", "--institution", "KOSME", "--name", "a", "--scope", scope])
        .await;
    let made: Value = serde_json::from_str(&made.out).unwrap();
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        made["client_id"].as_str().unwrap(),
        made["client_secret"].as_str().unwrap()
    );
    let server = Running::start_saying(&terminal, "info").await;
    let ask = async |id: &str, request: axum::http::request::Builder, body: String| {
        let request = request.header("host", "api.test").header("x-request-id", id);
        send(server.address, request.body(Body::from(body)).unwrap()).await
    };
    let sign_in = |form: String| {
        let request = Request::post("/oauth/token")
            .header("content-type", "application/x-www-form-urlencoded");
        (request, form)
    };
    let (request, body) = sign_in(form.clone());
    let (_, answer) = ask("log-none", request, body).await;
    let bearer = format!("Bearer {}", answer["access_token"].as_str().unwrap());
    let graphql = |token: Option<&str>| {
        let request = Request::post("/graphql").header("content-type", "application/json");
        token.into_iter().fold(request, |request, token| request.header("authorization", token))
    };
    let db = terminal.database().await;
    let away = async |table: &str| {
        db.execute_unprepared(&format!("ALTER TABLE {table} RENAME TO {table}_away"))
            .await
            .unwrap();
    };
    let back = async |table: &str| {
        db.execute_unprepared(&format!("ALTER TABLE {table}_away RENAME TO {table}"))
            .await
            .unwrap();
    };
    let query = |text: &str| json!({ "query": text }).to_string();
    away("topic").await;
    let (status, answer) =
        ask("log-graphql", graphql(None), query("{ topics { nodes { code } } }")).await;
    assert_eq!(
        (status.as_u16(), &answer["errors"][0]["extensions"]["requestId"]),
        (200, &json!("log-graphql"))
    );
    back("topic").await;
    away("revoked_token").await;
    let (status, _) = ask("log-token", graphql(Some(&bearer)), query("{ __typename }")).await;
    assert_eq!(status.as_u16(), 500);
    back("revoked_token").await;
    away("api_client").await;
    let (request, body) = sign_in(form);
    assert_eq!(ask("log-oauth", request, body).await.0.as_u16(), 500);
    let origin = graphql(None).header("origin", "https://elsewhere.example");
    assert_eq!(ask("log-origin", origin, query("{ __typename }")).await.0.as_u16(), 200);
    back("api_client").await;
    away("submission").await;
    for (id, request) in [
        (
            "log-export",
            Request::get("/export/submission.csv?programme=AI_TRAINING&quarter=2026-Q3"),
        ),
        (
            "log-import",
            Request::post("/import/submission.csv?programme=AI_TRAINING&quarter=2026-Q3"),
        ),
    ] {
        let (status, answer) =
            ask(id, request.header("authorization", &bearer), "x".to_owned()).await;
        assert_eq!(status.as_u16(), 500, "{id}: {answer}");
        assert_eq!(answer["error"]["requestId"], id);
    }
    back("submission").await;
    let log = server.stop().await;
    for (id, said) in [
        ("log-graphql", "graphql.internal_error"),
        ("log-token", "graphql.internal_error"),
        ("log-oauth", "oauth.internal_error"),
        ("log-origin", "cors.unknown"),
        ("log-export", "file.internal_error"),
        ("log-import", "file.internal_error"),
    ] {
        let line = log.lines().find(|line| line.contains(said) && line.contains(id));
        let line = line.unwrap_or_else(|| panic!("no line {said} of {id}:\n{log}"));
        assert!(line.contains("ERROR"), "{line}");
    }
    assert!(!log.contains("log-none"), "{log}");
}
