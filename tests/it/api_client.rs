//! To be written.

use crate::tests;

tests![];
