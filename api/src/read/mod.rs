//! The read path: selection → one SQL statement a level → the answer, written in one walk.
//!
//! It knows no single feature. A type is declared once (`declare`), in a few lines of `graphql/*`; from
//! the declaration come the schema (`graphql::registry`), the filters (`check`, `filter`), the paging (`page`),
//! the statements (`planner`, `statement`, `load`) and the answer (`answer`). The caller's scope (`scope`) is part of
//! every statement, joins and filters included. What it promises: as many statements as the selection
//! has levels, whatever the number of rows and callers; keys in query order.

pub mod answer;
pub mod args;
pub mod catalog;
mod check;
pub mod codes;
pub mod context;
pub mod declare;
pub mod error;
pub mod export;
pub mod filter;
pub mod forms;
pub mod global_id;
pub mod load;
pub mod merged;
pub mod model;
pub mod page;
pub mod partial_date;
pub mod plan;
pub mod planner;
pub mod query;
pub mod row;
pub mod scope;
pub mod search;
pub mod selection;
pub mod sql;
pub mod statement;
pub mod statistic;
pub mod stream;
pub mod weight;

pub use context::{Act, Reader};
pub use error::FieldError;
