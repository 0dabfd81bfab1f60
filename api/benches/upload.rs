//! What an upload of the largest form takes in time and memory: every region, size and industry there is, by
//! 40 indicators, checked and then saved.
//!
//! ```sh
//! cargo bench --profile dist -p aiplus --bench upload
//! ```
//!
//! Prints seconds and the greatest resident memory of the process (Linux). It fails if a cell was lost.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark fails loudly")]

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

use aiplus::database::Store;
use aiplus::domain::principal::{Author, Client, Institution, Principal, Scope, Standing, Token};
use aiplus::error::Language;
use aiplus::input::read;
use aiplus::service::submission::file::{self, Format, Seen, Target, Upload};
use aiplus::service::submission::quarter;
use aiplus::service::{indicator, obligation, programme};
use aiplus::{database, seed};
use chrono::{DateTime, Utc};
use entity::api_client::RateTier;
use entity::common::Origin;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};
use serde_json::json;

const INDICATORS: usize = 40;
const SIZES: [&str; 4] = ["SMALL_MERCHANT", "SMALL", "MEDIUM", "MID_MARKET"];

fn now() -> DateTime<Utc> {
    "2026-07-05T01:00:00Z".parse().unwrap()
}

fn author(principal: &Principal) -> Author<'_> {
    Author { principal, request_id: "bench", address: None, now: now() }
}

/// The greatest resident memory so far, in MiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

async fn set_up(db: &Store) {
    database::migrate(db).await.unwrap();
    seed::load(db, &seed::starting_set().unwrap(), now(), |_, _| {}).await.unwrap();
    let system = author(&Principal::System);
    let new = read(json!({
        "code": "BENCH", "name": { "ko": "측정" }, "operator": "TIPA", "idempotencyKey": "bench-programme",
    }));
    programme::create(db, system, new.unwrap()).await.unwrap();
    for at in 1..=INDICATORS {
        let new = read(json!({
            "programme": "BENCH", "code": format!("IND{at:02}"), "position": at,
            "name": { "ko": format!("지표 {at}") }, "unit": "원", "valueType": "KRW", "byRegion": true, "bySize": true,
            "byIndustry": true, "validFrom": "2026-Q1", "idempotencyKey": format!("bench-indicator-{at}"),
        }));
        indicator::create(db, system, new.unwrap()).await.unwrap();
    }
    let new = read(json!({
        "institution": "KIBO", "programme": "BENCH", "startsOn": "2026-01-01", "idempotencyKey": "bench-obligation",
    }));
    obligation::create(db, system, new.unwrap()).await.unwrap();
    let quarter = "2026-Q2".parse().unwrap();
    quarter::open(db, system, quarter, Origin::Reported, None).await.unwrap();
}

async fn officer(db: &DatabaseConnection) -> Principal {
    let found = entity::institution::Entity::find()
        .filter(entity::institution::Column::Code.eq("KIBO"))
        .one(db)
        .await
        .unwrap()
        .unwrap();
    let token =
        Token { issuer: String::new(), id: String::new(), expires_at: now(), generation: 0 };
    let institution =
        Institution { id: found.id, code: found.code, standing: Standing::Partner, leads: false };
    Principal::Client(Arc::new(Client {
        id: None,
        client_id: "bench".to_owned(),
        institution,
        scopes: [Scope::ResultsSubmit].into_iter().collect(),
        tier: RateTier::Standard,
        token,
        writes: entity::common::Origin::Reported,
    }))
}

/// Every part there is in 2026-Q2, as CSV of the wide shape; tells how many rows it has.
async fn parts(db: &DatabaseConnection) -> (Vec<u8>, usize) {
    let quarter: aiplus::domain::quarter::Quarter = "2026-Q2".parse().unwrap();
    let mut regions = vec![String::new()];
    for row in entity::region::Entity::find().all(db).await.unwrap() {
        let is_there = row.valid_from.is_none_or(|from| from <= quarter.last_day())
            && row.valid_to.is_none_or(|to| to >= quarter.first_day());
        if is_there && row.code != "NATIONWIDE" {
            regions.push(row.code);
        }
    }
    let mut industries = vec![String::new()];
    let known = entity::industry::Entity::find().all(db).await.unwrap();
    industries.extend(known.into_iter().map(|row| row.code));
    let mut text = "\u{feff}지역,규모,업종".to_owned();
    for at in 1..=INDICATORS {
        write!(text, ",IND{at:02}").unwrap();
    }
    text.push_str("\r\n");
    let mut rows = 0;
    for region in &regions {
        for size in [""].iter().chain(&SIZES) {
            for industry in &industries {
                write!(text, "{region},{size},{industry}").unwrap();
                for at in 1..=INDICATORS {
                    write!(text, ",{}", 1_000_000 + rows * 37 + at).unwrap();
                }
                text.push_str("\r\n");
                rows += 1;
            }
        }
    }
    (text.into_bytes(), rows)
}

#[tokio::main]
async fn main() {
    let folder = tempfile::TempDir::new().unwrap();
    let url = std::env::var("DATABASE_URL")
        .unwrap_or_else(|_| format!("sqlite://{}/bench.db", folder.path().display()));
    let db = database::connect(&url, 4).await.unwrap();
    set_up(&db).await;
    let officer = officer(&db).await;
    let (bytes, rows) = parts(&db).await;
    println!(
        "{rows} rows by {INDICATORS} indicators: {} cells, {} bytes of CSV",
        rows * INDICATORS,
        bytes.len()
    );
    println!("before: peak {} MiB", peak());
    let target = Target {
        institution: "KIBO".to_owned(),
        programme: "BENCH".to_owned(),
        quarter: "2026-Q2".to_owned(),
    };
    for (what, save) in [("dry run", false), ("saved", true), ("the same again", true)] {
        let upload = Upload {
            format: Format::Csv,
            bytes: bytes.clone(),
            seen: Some(Seen::OneOf(vec![if what == "the same again" { 2 } else { 1 }])),
            key: None,
            save,
            replace: false,
            mark: false,
        };
        let started = Instant::now();
        let report = file::upload(&db, author(&officer), &target, upload, Language::English)
            .await
            .ok()
            .unwrap();
        let counts = report.counts;
        assert_eq!(report.rejected, 0);
        assert_eq!(counts.created + counts.updated + counts.unchanged, rows * INDICATORS);
        println!(
            "{what}: {:.1} s, peak {} MiB, {counts:?}",
            started.elapsed().as_secs_f64(),
            peak()
        );
    }
    let row = aiplus::service::submission::by_codes(&db, &officer, "KIBO", "BENCH", "2026-Q2")
        .await
        .unwrap();
    assert_eq!(usize::try_from(row.cell_count).unwrap(), rows * INDICATORS);
}
