//! A replica: who has written reads what was written, and who is behind is left out.

use std::time::Duration;

use aiplus::database::reads::Reads;
use sea_orm::{ConnectionTrait, Database};
use serde_json::{Value, json};

use crate::support::{Place, Replicated, TestApp, settings};
use crate::tests;
use crate::wire::{Answer, PATIENCE, Server, get, post, with};

tests![who_has_written_reads_it];

/// A server that reads the replica while it is no further behind than so.
async fn serve(of: &Replicated, lag: Duration) -> Server {
    let settings = settings();
    let longest = settings.limits.query_timeout();
    let replica = of.replica.url("aiplus");
    let replica = Some((&*replica, lag));
    let reads = Reads::open(&of.app.url, replica, 3, &of.app.db, longest).await.unwrap();
    let app = TestApp::made(&of.app.keys, of.app.db.clone(), Some(reads), &settings);
    Server::start(app, &settings).await
}

async fn ready(server: &Server) -> String {
    let answer = server.connect().await.ask(get("/readyz")).await;
    assert_eq!(answer.status, 200);
    String::from_utf8_lossy(&answer.body).into_owned()
}

/// Waits until a server says so of itself.
async fn says(server: &Server, start: &str) {
    let wait = async {
        loop {
            let said = ready(server).await;
            if said.starts_with(start) {
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("never: {start}"));
}

/// A caller of a server.
struct Caller<'a> {
    server: &'a Server,
    token: &'a str,
}

impl Caller<'_> {
    async fn ask(&self, query: &str, variables: Value, least: Option<&str>) -> Answer {
        let request = post(Some(self.token), &json!({ "query": query, "variables": variables }));
        let headers: Vec<_> = least.into_iter().map(|least| ("x-position", least)).collect();
        let answer = self.server.connect().await.ask(with(request, &headers)).await;
        let shown = String::from_utf8_lossy(&answer.body);
        assert_eq!(answer.status, 200, "{shown}");
        assert!(answer.json().get("errors").is_none(), "{shown}");
        answer
    }

    /// The client of KOSME.
    async fn seen(&self, least: Option<&str>) -> Value {
        let clients =
            "{ apiClients(first: 100) { nodes { id name version institution { code } } } }";
        let found = self.ask(clients, Value::Null, least).await.json();
        let nodes = found["data"]["apiClients"]["nodes"].as_array().unwrap().clone();
        nodes.into_iter().find(|it| it["institution"]["code"] == "KOSME").unwrap()
    }

    async fn name(&self, least: Option<&str>) -> String {
        self.seen(least).await["name"].as_str().unwrap().to_owned()
    }

    /// Renames that client; gives where that stands.
    async fn rename(&self, seen: &mut Value, name: &str) -> String {
        let rename = "mutation($input: UpdateApiClientInput!) { updateApiClient(input: $input) { apiClient { version } errors { code } } }";
        let input = json!({ "id": seen["id"], "expectedVersion": seen["version"], "idempotencyKey": uuid::Uuid::now_v7(), "name": name });
        let answer = self.ask(rename, json!({ "input": input }), None).await;
        let told = answer.json();
        seen["version"] = told["data"]["updateApiClient"]["apiClient"]["version"].clone();
        assert!(seen["version"].is_number(), "{told}");
        let position = answer.header("x-position").unwrap().to_owned();
        assert_eq!(told["extensions"]["position"], *position);
        position
    }
}

async fn who_has_written_reads_it(place: Place) {
    let Some(of) = place.replicated().await else { return };
    let standby = Database::connect(of.replica.url("aiplus")).await.unwrap();
    let paused = async |is_paused: bool| {
        let call = if is_paused { "pause" } else { "resume" };
        standby.execute_unprepared(&format!("SELECT pg_wal_replay_{call}()")).await.unwrap();
    };
    let patient = serve(&of, Duration::from_secs(3600)).await;
    let strict = serve(&of, Duration::from_secs(1)).await;
    of.app.client("KOSME", "program:read").await;
    let writer = of.app.token(&of.app.client("TIPA", "access:admin").await).await;
    let other = of.app.token(&of.app.client("TIPA", "access:admin").await).await;
    let writer = Caller { server: &patient, token: &writer };
    let strict_reader = Caller { server: &strict, token: &other };
    let reader = Caller { server: &patient, token: &other };
    // The replica has what was written before the servers were there.
    let arrived = async {
        loop {
            let clients = "{ apiClients(where: { institution: { code: { eq: \"KOSME\" } } }) { totalCount } }";
            let found = reader.ask(clients, Value::Null, None).await.json();
            if found["data"]["apiClients"]["totalCount"] == 1 {
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, arrived).await.unwrap();
    let mut seen = writer.seen(None).await;
    for round in 0..30 {
        let name = format!("이름 {round}");
        writer.rename(&mut seen, &name).await;
        assert_eq!(writer.name(None).await, name);
    }
    let position = writer.rename(&mut seen, "앞").await;
    let reached = async { while reader.name(None).await != "앞" {} };
    tokio::time::timeout(PATIENCE, reached).await.unwrap();
    assert_eq!(reader.name(Some(&position)).await, "앞");

    paused(true).await;
    let position = writer.rename(&mut seen, "뒤").await;
    // Who has written reads it, who asks for that much as well, and everybody else what the replica has.
    assert_eq!(writer.name(None).await, "뒤");
    assert_eq!(reader.name(Some(&position)).await, "뒤");
    assert_eq!(reader.name(None).await, "앞");
    assert_eq!(ready(&patient).await, "ready\n");
    says(&strict, "ready without the replica: the replica is too far behind").await;
    assert_eq!(strict_reader.name(None).await, "뒤");

    paused(false).await;
    says(&strict, "ready\n").await;
    let reached = async { while reader.name(None).await != "뒤" {} };
    tokio::time::timeout(PATIENCE, reached).await.unwrap();

    for wrong in ["", "1", "latest", "1/1/1"] {
        let request = post(Some(reader.token), &json!({ "query": "{ __typename }" }));
        let answer = patient.connect().await.ask(with(request, &[("x-position", wrong)])).await;
        assert_eq!((answer.status, answer.code()), (400, json!("BAD_REQUEST")), "{wrong}");
    }

    standby.close().await.unwrap();
    let Replicated { replica, primary: _primary, app: _app } = of;
    drop(replica);
    says(&patient, "ready without the replica: the database ").await;
    assert_eq!(reader.name(None).await, "뒤");
}
