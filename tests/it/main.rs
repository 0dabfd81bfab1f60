//! The behaviour of the product, through the API, on every database at hand.
//!
//! One binary with a runner of its own, since each test runs on SQLite and, where PostgreSQL's binaries
//! or an address (`AIPLUS_TEST_POSTGRES_URL`) are found, on PostgreSQL too; the last line tells how many
//! ran where. With `CI` set, a missing PostgreSQL fails the run. To add a test: an `async fn` that takes
//! a [`support::Place`], named in its module's `tests()`.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "tests fail loudly"
)]

mod access;
mod api_client;
mod audit;
mod examples;
mod http;
mod input;
mod limits;
mod lists;
mod migration;
mod oauth;
mod questions;
mod read_path;
mod schema;
mod seed;
mod statistics;
mod support;
mod token;
mod visibility;
mod websocket;
mod write;

use std::process::ExitCode;

fn main() -> ExitCode {
    let tests = [
        access::tests(),
        api_client::tests(),
        audit::tests(),
        examples::tests(),
        http::tests(),
        input::tests(),
        limits::tests(),
        lists::tests(),
        migration::tests(),
        oauth::tests(),
        questions::tests(),
        read_path::tests(),
        schema::tests(),
        seed::tests(),
        statistics::tests(),
        token::tests(),
        visibility::tests(),
        websocket::tests(),
        write::tests(),
    ]
    .concat();
    support::run(tests)
}
