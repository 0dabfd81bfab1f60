//! Use cases: ask access, load, ask the domain, write.
//!
//! Every write goes through `write`; `record` says for each table what the write path must know of it.

pub mod adoption_case;
pub mod anchors;
pub mod api_client;
pub mod audit;
pub mod bill;
pub mod bill_import;
mod chain;
pub mod change;
pub mod citation;
pub mod conflict;
pub mod document;
pub mod history;
pub mod indicator;
pub mod integrity;
pub mod ledger;
pub mod legislation;
pub mod meeting;
mod named;
pub mod obligation;
pub mod observation;
pub mod opinion_round;
mod parts;
pub mod people;
pub mod plan;
pub mod programme;
pub mod proof;
pub mod recommendation;
pub mod record;
pub mod reminder;
pub mod results;
pub mod retention;
pub mod search_index;
mod sight;
pub mod statistics;
mod subject;
pub mod submission;
pub mod target;
mod target_history;
pub mod webhook;
pub mod withheld;
pub mod write;
