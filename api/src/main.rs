//! Hands the arguments to `cli`.

use std::process::ExitCode;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    aiplus::cli::run(aiplus::cli::Cli::parse()).await
}
