//! A server that is killed while results are saved, by mutations and by uploads, and handed in: every receipt that it gave is kept, and nothing is
//! half there.
//!
//! The server is this very binary as the command (see `cli`), so that it dies as a process does. To crash
//! something else, e.g. an upload: a task for [`Hammer::strike`], and what must hold afterwards.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aiplus::domain::quarter::{Quarter, seoul};
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use chrono::Utc;
use futures_util::future::{BoxFuture, join_all};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use crate::cli::{Running, Terminal};
use crate::support::Place;
use crate::support::results::{World, document, key, value};
use crate::tests;

tests![every_receipt_outlives_a_crash];

/// Tasks that write at the same time, each on submissions that others write too.
const TASKS: usize = 6;
const SUBMISSIONS: usize = 8;
/// Crashes, each after so many receipts.
const CRASHES: [usize; 3] = [1, 25, 60];

/// A receipt as it was answered.
#[derive(Debug, Clone)]
struct Receipt {
    number: String,
    content_hash: String,
}

/// Why a call has no answer: the server is gone.
#[derive(Debug)]
pub struct Gone;

/// Calls a server that may die at any moment.
#[derive(Clone)]
pub struct Caller {
    pub address: SocketAddr,
    pub token: String,
}

impl Caller {
    /// The answer, unless the server dies before it is complete. Told to come again, as by a server on a slow machine that has
    /// more to do than it can, it does, with the same key.
    pub async fn ask(&self, query: String, variables: Value) -> Result<Value, Gone> {
        loop {
            let answer = self.answer(&query, &variables).await?;
            if answer["errors"][0]["extensions"]["code"] != "UNAVAILABLE" {
                return Ok(answer);
            }
        }
    }

    async fn answer(&self, query: &str, variables: &Value) -> Result<Value, Gone> {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let request = Request::post("/graphql")
            .header(header::HOST, "api.test")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/graphql-response+json")
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .body(Body::from(body))
            .unwrap();
        let stream = TcpStream::connect(self.address).await.map_err(|_| Gone)?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|_| Gone)?;
        tokio::spawn(connection);
        let (_, body) = sender.send_request(request).await.map_err(|_| Gone)?.into_parts();
        let bytes = to_bytes(Body::new(body), 1 << 24).await.map_err(|_| Gone)?;
        serde_json::from_slice(&bytes).map_err(|_| Gone)
    }

    /// Data of a server that is there.
    async fn data(&self, query: &str) -> Value {
        let answer = self.ask(query.to_owned(), json!({})).await.unwrap();
        assert!(answer.get("errors").is_none(), "{query}\n{answer:#}");
        answer["data"].clone()
    }

    /// Saves the totals and parts of a submission by uploading a file; gives its version, none if another was
    /// faster.
    async fn upload(
        &self,
        programme: &str,
        quarter: &str,
        version: i64,
        rows: &str,
    ) -> Result<Option<i64>, Gone> {
        let address =
            format!("/import/submission.csv?programme={programme}&quarter={quarter}&mode=save");
        let request = Request::post(address)
            .header(header::HOST, "api.test")
            .header(header::CONTENT_TYPE, "text/csv")
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::IF_MATCH, format!("\"{version}\""))
            .body(Body::from(format!("지역,규모,업종,COUNT,NOTE\n{rows}")))
            .unwrap();
        let stream = TcpStream::connect(self.address).await.map_err(|_| Gone)?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|_| Gone)?;
        tokio::spawn(connection);
        let (parts, body) = sender.send_request(request).await.map_err(|_| Gone)?.into_parts();
        let bytes = to_bytes(Body::new(body), 1 << 24).await.map_err(|_| Gone)?;
        let answer: Value = serde_json::from_slice(&bytes).map_err(|_| Gone)?;
        match parts.status.as_u16() {
            200 => Ok(answer["submission"]["version"].as_i64()),
            // Another task wrote it, or handed it in, meanwhile; or there is too much to do.
            409 | 412 | 503 => Ok(None),
            other => panic!("{other}: {answer:#}"),
        }
    }

    async fn act(&self, mutation: &str, input: Value) -> Result<Value, Gone> {
        let answer = self.ask(document(mutation), json!({ "input": input })).await?;
        assert!(answer.get("errors").is_none(), "{mutation}: {answer:#}");
        Ok(answer["data"]["payload"].clone())
    }
}

/// A task: as whom, on which submissions, its number, and where it tells of receipts.
type Strike = fn(Caller, Arc<Vec<String>>, usize, mpsc::Sender<Receipt>) -> BoxFuture<'static, ()>;

/// What writes until the server dies.
struct Hammer {
    /// Written until it fails.
    strike: Strike,
}

impl Hammer {
    /// Strikes with several tasks at once, and kills the server as soon as so many receipts were answered.
    /// Gives all receipts that arrived.
    async fn until_killed(
        &self,
        mut server: Running,
        caller: &Caller,
        ids: &Arc<Vec<String>>,
        receipts: usize,
    ) -> Vec<Receipt> {
        let (sender, mut arrive) = mpsc::channel(1000);
        let tasks: Vec<_> = (0..TASKS)
            .map(|number| {
                tokio::spawn((self.strike)(caller.clone(), ids.clone(), number, sender.clone()))
            })
            .collect();
        drop(sender);
        let mut kept = Vec::new();
        while kept.len() < receipts {
            kept.push(arrive.recv().await.expect("the tasks strike until the server dies"));
        }
        // SIGKILL: it can neither finish nor tidy up.
        server.kill();
        while let Some(receipt) = arrive.recv().await {
            kept.push(receipt);
        }
        for task in join_all(tasks).await {
            task.unwrap();
        }
        kept
    }
}

/// Saves, hands in and takes back until the server is gone.
async fn results(caller: Caller, ids: Arc<Vec<String>>, task: usize, told: mpsc::Sender<Receipt>) {
    let turn = AtomicUsize::new(task);
    let work = async || -> Result<(), Gone> {
        loop {
            let turn = turn.fetch_add(1, Ordering::Relaxed);
            let id = &ids[turn * 5 % ids.len()];
            let query = format!(
                "{{ node(id: \"{id}\") {{ ... on Submission {{ status version quarter programme {{ code }} }} }} }}"
            );
            let answer = caller.ask(query, json!({})).await?;
            let seen = &answer["data"]["node"];
            assert!(seen["version"].is_i64(), "{answer}");
            let mut input =
                json!({ "id": id, "expectedVersion": seen["version"], "idempotencyKey": key() });
            if seen["status"] == "SUBMITTED" {
                caller.act("recallSubmission", input).await?;
                continue;
            }
            // Totals and parts, so that a half write would not add up.
            let (one, other) = (turn % 97, turn % 89);
            let part = |region: &str, count: usize| json!({ "indicator": "COUNT", "region": region, "value": count.to_string(), "comment": format!("{turn}번째 값") });
            input["values"] = json!([
                value("COUNT", &(one + other).to_string()),
                part("KR-11", one),
                part("KR-26", other),
                { "indicator": "NOTE", "value": format!("줄 \"{turn}\"\n둘째 줄"), "evidenceNote": "증빙/\\" },
            ]);
            let version = if turn.is_multiple_of(2) {
                let (programme, quarter) =
                    (seen["programme"]["code"].as_str(), seen["quarter"].as_str());
                let rows = format!(
                    ",,,{},{turn}번째 파일\nKR-11,,,{one},\nKR-26,,,{other},\n",
                    one + other
                );
                let version = seen["version"].as_i64().unwrap();
                caller.upload(programme.unwrap(), quarter.unwrap(), version, &rows).await?
            } else {
                let saved = caller.act("saveSubmissionDraft", input).await?;
                saved["submission"]["version"].as_i64()
            };
            let Some(version) = version else { continue };
            let input = json!({
                "id": id, "expectedVersion": version, "attestation": true, "idempotencyKey": key(),
            });
            let handed = caller.act("submitSubmission", input).await?;
            if let Some(number) = handed["revision"]["receipt"].as_str() {
                let content_hash = handed["revision"]["contentHash"].as_str().unwrap().to_owned();
                told.send(Receipt { number: number.to_owned(), content_hash }).await.unwrap();
            }
        }
    };
    let Err(Gone) = work().await else { unreachable!("it works until the server is gone") };
}

/// The hash of values as the API shows them: by the format that `docs/reporting.md` documents.
fn hash(values: &[Value]) -> String {
    let mut lines: Vec<(Vec<&str>, String)> = values
        .iter()
        .map(|value| {
            let parts = value["cell"].as_str().unwrap().split('/').collect();
            let text = |field: &str| value[field].to_string();
            let line =
                ["cell", "state", "value", "reason", "comment", "evidenceNote"].map(text).join(",");
            (parts, format!("[{line}]\n"))
        })
        .collect();
    lines.sort();
    let mut hash = Sha256::new();
    for (_, line) in lines {
        hash.update(line);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Looks whether all that was told is there, and whole.
async fn all_is_whole(caller: &Caller, ids: &[String], receipts: &[Receipt]) -> usize {
    for receipt in receipts {
        let found = caller
            .data(&format!(
                "{{ receipt(number: \"{}\") {{ receipt contentHash }} }}",
                receipt.number
            ))
            .await;
        assert_eq!(found["receipt"]["contentHash"], *receipt.content_hash, "{receipt:?}");
    }
    let mut revisions = 0;
    for id in ids {
        let shown = caller
            .data(&format!(
                "{{ node(id: \"{id}\") {{ ... on Submission {{ status version revision submittedAt cellCount \
                   revisions(first: 100) {{ totalCount nodes {{ number receipt contentHash cellCount submittedAt }} }} \
                   values(first: 100) {{ totalCount }} }} }} }}"
            ))
            .await;
        let node = &shown["node"];
        let last = node["revision"].as_i64().unwrap();
        assert_eq!(node["revisions"]["totalCount"], last, "{node:#}");
        assert_eq!(node["cellCount"], node["values"]["totalCount"], "{node:#}");
        let mut hashes = BTreeMap::new();
        // The newest hundred of them.
        for (at, revision) in node["revisions"]["nodes"].as_array().unwrap().iter().enumerate() {
            let number = revision["number"].as_i64().unwrap();
            assert_eq!(number, last - i64::try_from(at).unwrap(), "{node:#}");
            if at == 0 {
                assert_eq!(revision["submittedAt"], node["submittedAt"]);
            }
            let query = format!(
                "{{ node(id: \"{id}\") {{ ... on Submission {{ values(revision: {number}, first: 100) {{ \
                   nodes {{ cell state value reason comment evidenceNote }} }} }} }} }}"
            );
            let shown = caller.data(&query).await;
            let values = shown["node"]["values"]["nodes"].as_array().unwrap();
            assert_eq!(revision["cellCount"], values.len());
            assert_eq!(revision["contentHash"], hash(values), "revision {number} of {id}");
            hashes.insert(number, hash(values));
            revisions += 1;
        }
        let stands = caller
            .data(&format!(
                "{{ node(id: \"{id}\") {{ ... on Submission {{ values(first: 100) {{ nodes {{ cell state value reason comment evidenceNote }} }} }} }} }}"
            ))
            .await;
        let stands = stands["node"]["values"]["nodes"].as_array().unwrap();
        // A draft is whole as well: its parts add up.
        let number = |cell: &str| {
            let found = stands.iter().find(|value| value["cell"] == cell)?;
            found["value"].as_str().unwrap().parse::<u64>().ok()
        };
        if let Some(total) = number("COUNT") {
            assert_eq!(
                Some(total),
                number("COUNT/KR-11//")
                    .zip(number("COUNT/KR-26//"))
                    .map(|(one, other)| one + other)
            );
        }
        match node["status"].as_str().unwrap() {
            // What is handed in is what the last revision holds.
            "SUBMITTED" => assert_eq!(hashes.get(&last), Some(&hash(stands)), "{node:#}"),
            "NOT_STARTED" => assert_eq!((last, stands.len()), (0, 0), "{node:#}"),
            "DRAFT" => {}
            other => panic!("nobody has made it {other}"),
        }
    }
    revisions
}

async fn every_receipt_outlives_a_crash(place: Place) {
    let now = Utc::now();
    // The server lives by the clock: the quarter that ended last takes results for half a year.
    let quarter = Quarter::of(now.with_timezone(&seoul()).date_naive()).unwrap().previous();
    let quarter = quarter.to_string();
    let world = World::before(&place, now, &quarter).await;
    for number in 0..SUBMISSIONS {
        let code = format!("C_{number}");
        world.programme(&code).await;
        world.indicator(&code, "COUNT", "INTEGER", json!({ "byRegion": true })).await;
        world.indicator(&code, "NOTE", "TEXT", json!({ "position": 2 })).await;
        world.obligation("KOSME", &code, "2020-01-01").await;
    }
    world.open(&quarter).await;
    let mut ids = Vec::new();
    for number in 0..SUBMISSIONS {
        ids.push(world.seen_in("KOSME", &format!("C_{number}"), &quarter).await.id);
    }
    let ids = Arc::new(ids);
    let client = world.app.client("KOSME", "program:read results:submit").await;
    let terminal = Terminal::over(world.app.url.clone());
    let server_name = if world.app.is_postgres() { "postgres" } else { "sqlite" };
    // From now on the database is the server's alone.
    world.app.db.close().await.unwrap();
    let start = async || {
        let server = Running::start_saying(&terminal, "error").await;
        let caller = Caller { address: server.address, token: server.token(&client).await };
        (server, caller)
    };
    let hammer =
        Hammer { strike: |caller, ids, task, told| Box::pin(results(caller, ids, task, told)) };
    let mut receipts: Vec<Receipt> = Vec::new();
    let mut revisions = 0;
    for crash in CRASHES {
        let (server, caller) = start().await;
        receipts.extend(hammer.until_killed(server, &caller, &ids, crash).await);
        let (server, caller) = start().await;
        revisions = all_is_whole(&caller, &ids, &receipts).await;
        server.stop().await;
        let verified = terminal.run(&["audit", "verify"]).await;
        assert_eq!(verified.code, Some(0), "{}", verified.err);
    }
    let mut numbers: Vec<&str> = receipts.iter().map(|receipt| &*receipt.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), receipts.len(), "no receipt was given twice");
    assert!(revisions >= receipts.len());
    println!(
        "{server_name}: {} crashes, {} receipts answered and all kept, {revisions} revisions whole",
        CRASHES.len(),
        receipts.len()
    );
}
