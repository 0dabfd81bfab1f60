//! The behaviour of the product, through the API, on every database at hand.
//!
//! One binary with a runner of its own, since each test runs on SQLite and, where PostgreSQL's binaries
//! or an address (`AIPLUS_TEST_POSTGRES_URL`) are found, on PostgreSQL too; the last lines tell how many
//! ran where, and which took longest. With `CI` set, a missing PostgreSQL fails the run. To add a test: an
//! `async fn` that takes a [`support::Place`], named in its module's `tests()`.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "tests fail loudly"
)]

mod access;
mod any_sequence;
mod api_client;
mod asking;
mod attacker;
mod audit;
mod audit_rules;
mod audit_whole;
mod bills_imported;
mod bills_written;
mod calendar;
mod cases_written;
mod cli;
mod collation;
mod costs;
mod dashboard;
mod documents_written;
mod evidence_files;
mod examples;
mod exports;
mod extremes;
mod facts;
mod facts_written;
mod faults;
mod feed;
mod feedback_written;
mod files_in_bucket;
mod filters;
mod history_imported;
mod http;
mod input;
mod institutions_merged;
mod limits;
mod limits_http;
mod limits_reads;
mod lists;
mod meeting_life;
mod meetings_written;
mod migration;
mod mutation_examples;
mod mutations;
mod oauth;
mod once;
mod operations;
mod opinion_rounds;
mod outages;
mod overload;
mod people_written;
mod persisted;
mod plans_written;
mod policy;
mod programme_written;
mod protocol;
mod questions;
mod raw;
mod read_path;
mod reminders;
mod replica;
mod results;
mod results_access;
mod results_amounts;
mod results_crash;
mod results_files;
mod results_frozen;
mod results_load;
mod results_once;
mod results_reports;
mod results_states;
mod results_statistics;
mod retention;
mod schema;
mod search;
mod seed;
mod settings;
mod signals;
mod socket;
mod statistics;
mod subscription;
mod support;
mod tiles;
mod token;
mod unknown;
mod visibility;
mod webhooks;
mod websocket;
mod wire;
mod write;
mod writer;

use std::process::ExitCode;

fn main() -> ExitCode {
    // Tests of the command line start this binary as the command.
    if std::env::var_os(cli::AS_COMMAND).is_some() {
        return aiplus::cli::main();
    }
    let tests = [
        access::tests(),
        any_sequence::tests(),
        api_client::tests(),
        asking::tests(),
        attacker::tests(),
        audit::tests(),
        audit_rules::tests(),
        audit_whole::tests(),
        bills_imported::tests(),
        bills_written::tests(),
        calendar::tests(),
        cases_written::tests(),
        cli::tests(),
        collation::tests(),
        costs::tests(),
        dashboard::tests(),
        documents_written::tests(),
        evidence_files::tests(),
        files_in_bucket::tests(),
        examples::tests(),
        exports::tests(),
        extremes::tests(),
        facts::tests(),
        facts_written::tests(),
        faults::tests(),
        feed::tests(),
        feedback_written::tests(),
        filters::tests(),
        history_imported::tests(),
        http::tests(),
        input::tests(),
        institutions_merged::tests(),
        limits::tests(),
        limits_http::tests(),
        limits_reads::tests(),
        lists::tests(),
        meeting_life::tests(),
        meetings_written::tests(),
        migration::tests(),
        mutation_examples::tests(),
        mutations::tests(),
        oauth::tests(),
        once::tests(),
        operations::tests(),
        opinion_rounds::tests(),
        people_written::tests(),
        outages::tests(),
        overload::tests(),
        persisted::tests(),
        plans_written::tests(),
        policy::tests(),
        programme_written::tests(),
        protocol::tests(),
        questions::tests(),
        raw::tests(),
        read_path::tests(),
        reminders::tests(),
        replica::tests(),
        results::tests(),
        results_access::tests(),
        results_amounts::tests(),
        results_crash::tests(),
        results_files::tests(),
        results_frozen::tests(),
        results_load::tests(),
        results_once::tests(),
        results_reports::tests(),
        results_states::tests(),
        results_statistics::tests(),
        retention::tests(),
        schema::tests(),
        search::tests(),
        seed::tests(),
        settings::tests(),
        signals::tests(),
        socket::tests(),
        statistics::tests(),
        subscription::tests(),
        tiles::tests(),
        token::tests(),
        unknown::tests(),
        visibility::tests(),
        webhooks::tests(),
        websocket::tests(),
        write::tests(),
        writer::tests(),
    ]
    .concat();
    support::run(tests)
}
