//! The tables: one file each, with the row, its relations and the enums stored in its columns.
//!
//! Every fact carries the same tail of columns (visibility, origin, version, created and updated);
//! link tables (`*_topic`) carry the two keys only. To add a table: a file here, a migration, a
//! declaration in `api/src/graphql`, and its name in `api/src/service/record.rs`.

mod choice;

pub use choice::{Choice, ChoiceValue};

pub mod activity;
pub mod adoption_case;
pub mod agenda_item;
pub mod api_client;
pub mod appointment;
pub mod attendance;
pub mod audit_event;
pub mod barrier;
pub mod bill;
pub mod bill_event;
pub mod body;
pub mod body_topic;
pub mod case_barrier;
pub mod case_requirement;
pub mod case_technology;
pub mod change;
pub mod citation;
pub mod claim;
pub mod common;
pub mod conflict;
pub mod contact_point;
pub mod data_set;
pub mod document;
pub mod document_author;
pub mod document_title;
pub mod document_topic;
pub mod effect;
pub mod idempotency;
pub mod industry;
pub mod initiative_title;
pub mod institution;
pub mod institution_identifier;
pub mod institution_name;
pub mod legislative_initiative;
pub mod meeting;
pub mod meeting_document;
pub mod meeting_series;
pub mod meeting_topic;
pub mod membership;
pub mod milestone;
pub mod minutes;
pub mod observation;
pub mod outcome;
pub mod person;
pub mod policy_plan;
pub mod policy_task;
pub mod provision;
pub mod recommendation;
pub mod recommendation_answer;
pub mod recommendation_assignment;
pub mod recommendation_relation;
pub mod region;
pub mod region_code;
pub mod revoked_token;
pub mod search_document;
pub mod search_gram;
pub mod statement;
pub mod statement_topic;
pub mod topic;
pub mod venue;
