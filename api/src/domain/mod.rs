//! Rules on plain values: no async, no SQL, no GraphQL, no HTTP.
//!
//! To add a rule: a file named after its feature, with a table test beside the code.

pub mod access;
pub mod admit;
pub mod adoption_case;
pub mod api_client;
pub mod bill;
pub mod bill_feed;
pub mod canonical;
pub mod cell;
pub mod codes;
pub mod completeness;
pub mod decimal;
pub mod disclosure;
pub mod due_date;
pub mod feed_key;
pub mod fold;
pub mod form;
pub mod indicator;
pub mod meeting;
pub mod meeting_series;
pub mod namesake;
pub mod observation;
pub mod opinion_round;
pub mod partial_date;
pub mod period;
pub mod principal;
pub mod quarter;
pub mod rate;
pub mod recommendation;
pub mod register_number;
pub mod search_text;
#[cfg(test)]
mod simulation;
pub mod submission;
pub mod suggest;
pub mod term;
pub mod text;
pub mod validation;
pub mod webhook;
