//! aiplus: the system of record and the one GraphQL API of Korea's SME AI-adoption programme.
//!
//! Arrows point one way: `main → cli → app → http → graphql → { read, service } → { domain, entity }`.
//! The word in the schema is the name of the file in every layer.

pub mod app;
pub mod auth;
pub mod cli;
pub mod config;
pub mod database;
pub mod domain;
pub mod error;
pub mod fault;
pub mod files;
pub mod graphql;
pub mod http;
pub mod input;
pub mod metrics;
mod private;
pub mod read;
pub mod seed;
pub mod service;
pub mod sheet;
pub mod telemetry;
mod turns;
