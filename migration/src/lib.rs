//! The database's history: an ordered list of changes, one file each, never edited after landing.
//!
//! A migration names its tables and codes itself and knows nothing of the entities, so that it
//! keeps its meaning when they move on. To add one: a new file with the next number, its name at
//! the end of [`Migrator::migrations`], and `tests/it/migration.rs` runs it up, down and up again.

// The derive macro of names speaks of this crate so.
extern crate self as sea_orm_migration;

pub use collation::collate;
pub use schema::{MigrationName, MigrationTrait, MigratorTrait, SchemaManager};
pub use sea_orm::{self, DbErr, sea_query};

/// What a migration is written with.
pub mod prelude {
    pub use sea_orm::sea_query::*;
    pub use sea_orm::{ConnectionTrait, DbErr, DeriveMigrationName};

    pub use crate::schema::{MigrationName, MigrationTrait, MigratorTrait, SchemaManager};
}

/// What the derive macro of names calls.
pub mod util {
    pub use crate::schema::get_file_stem;
}

mod collation;
mod m20261122_000001_people;
mod m20261122_000002_documents;
mod m20261122_000003_meetings;
mod m20261122_000004_policy;
mod m20261122_000005_adoption_cases;
mod m20261122_000006_feedback;
mod m20261122_000007_facts;
mod m20261122_000008_ledger;
mod m20261122_000009_search;
mod m20261122_000010_timeline;
mod m20261123_000011_access;
mod m20261124_000012_results;
mod m20261124_000013_client_state;
mod m20261125_000014_tally;
mod m20261125_000015_reporting;
mod m20261125_000016_considerations;
mod m20261125_000017_provenance;
mod m20261125_000018_search_names;
mod m20261125_000019_orders;
mod m20261125_000025_feed;
mod m20261125_000030_audit_rules;
mod m20261125_000031_target_values;
mod m20261125_000032_disabled_by_owner;
mod m20261126_000035_secret_by_other;
mod m20261126_000036_retention;
mod m20261126_000037_feed_secret;
mod m20261126_000040_content_version;
mod m20261126_000050_meeting_changes;
mod m20261126_000051_meeting_records;
mod m20261126_000052_meeting_pack;
mod m20261126_000060_feedback_written;
mod m20261126_000061_opinion_rounds;
mod m20261126_000070_cases_written;
mod m20261126_000071_bills_written;
mod m20261126_000080_statistics;
mod m20261127_000085_withheld_cases;
mod m20261127_000090_webhooks;
mod m20261127_000095_reminders;
mod m20261127_000097_withheld_suppliers;
mod m20261127_000100_document_files;
mod m20261127_000101_extension_requests;
mod m20261128_000103_merged_institutions;
mod m20261128_000104_conflict_resolutions;
mod m20261128_000105_removed_targets;
mod m20261128_000106_task_scope;
mod m20261128_000110_submission_files;
mod schema;
mod table;

/// The ordered list of migrations.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_people::Migration),
            Box::new(m20261122_000002_documents::Migration),
            Box::new(m20261122_000003_meetings::Migration),
            Box::new(m20261122_000004_policy::Migration),
            Box::new(m20261122_000005_adoption_cases::Migration),
            Box::new(m20261122_000006_feedback::Migration),
            Box::new(m20261122_000007_facts::Migration),
            Box::new(m20261122_000008_ledger::Migration),
            Box::new(m20261122_000009_search::Migration),
            Box::new(m20261122_000010_timeline::Migration),
            Box::new(m20261123_000011_access::Migration),
            Box::new(m20261124_000012_results::Migration),
            Box::new(m20261124_000013_client_state::Migration),
            Box::new(m20261125_000014_tally::Migration),
            Box::new(m20261125_000015_reporting::Migration),
            Box::new(m20261125_000016_considerations::Migration),
            Box::new(m20261125_000017_provenance::Migration),
            Box::new(m20261125_000018_search_names::Migration),
            Box::new(m20261125_000019_orders::Migration),
            Box::new(m20261125_000025_feed::Migration),
            Box::new(m20261125_000030_audit_rules::Migration),
            Box::new(m20261125_000031_target_values::Migration),
            Box::new(m20261125_000032_disabled_by_owner::Migration),
            Box::new(m20261126_000035_secret_by_other::Migration),
            Box::new(m20261126_000036_retention::Migration),
            Box::new(m20261126_000037_feed_secret::Migration),
            Box::new(m20261126_000040_content_version::Migration),
            Box::new(m20261126_000050_meeting_changes::Migration),
            Box::new(m20261126_000051_meeting_records::Migration),
            Box::new(m20261126_000052_meeting_pack::Migration),
            Box::new(m20261126_000060_feedback_written::Migration),
            Box::new(m20261126_000061_opinion_rounds::Migration),
            Box::new(m20261126_000070_cases_written::Migration),
            Box::new(m20261126_000071_bills_written::Migration),
            Box::new(m20261126_000080_statistics::Migration),
            Box::new(m20261127_000085_withheld_cases::Migration),
            Box::new(m20261127_000090_webhooks::Migration),
            Box::new(m20261127_000095_reminders::Migration),
            Box::new(m20261127_000097_withheld_suppliers::Migration),
            Box::new(m20261127_000100_document_files::Migration),
            Box::new(m20261127_000101_extension_requests::Migration),
            Box::new(m20261128_000103_merged_institutions::Migration),
            Box::new(m20261128_000104_conflict_resolutions::Migration),
            Box::new(m20261128_000105_removed_targets::Migration),
            Box::new(m20261128_000106_task_scope::Migration),
            Box::new(m20261128_000110_submission_files::Migration),
        ]
    }
}
