//! How many values the arguments of an operation hold, however they are written: each use of a variable
//! brings all it holds once more, and a fragment all it says wherever it is spread. Looked at before anything
//! is planned, since each value is compared, bound and sent.
//!
//! What a mutation is given to write is no question and not counted here: it has the bounds of variables and
//! of its own fields.

use std::collections::HashMap;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::ast::{OperationType, Value as Literal};
use apollo_compiler::executable::{Operation, Selection, SelectionSet};
use serde_json::Value;

use crate::error::{Error, Message};
use crate::read::args::Variables;

/// Most values of an operation's arguments. A long text counts as several, an empty list or object as one.
pub const MAX_VALUES: usize = 1_000;
/// Bytes of text that count as one value.
const BYTES: usize = 1_000;

struct Count<'a> {
    document: &'a ExecutableDocument,
    variables: HashMap<&'a str, usize>,
    values: usize,
}

/// Refuses an operation whose arguments hold too many values.
///
/// # Errors
/// Too large, with the path of the argument at which it became so.
pub fn check(
    document: &ExecutableDocument,
    operation: &Operation,
    variables: &Variables,
) -> Result<(), Error> {
    let sizes = variables.iter().map(|(name, value)| (name.as_str(), size(value))).collect();
    let mut count = Count { document, variables: sizes, values: 0 };
    let writes = operation.operation_type == OperationType::Mutation;
    count.selections(&operation.selection_set, writes)
}

fn size(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(size).sum::<usize>().max(1),
        Value::Object(fields) => fields.values().map(size).sum::<usize>().max(1),
        Value::String(text) => 1 + text.len() / BYTES,
        _ => 1,
    }
}

impl Count<'_> {
    fn selections(&mut self, set: &SelectionSet, are_written: bool) -> Result<(), Error> {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    for argument in field.arguments.iter().filter(|_| !are_written) {
                        self.literal(&argument.value)
                            .map_err(|error| error.within(&argument.name))?;
                    }
                    self.selections(&field.selection_set, false)?;
                }
                Selection::InlineFragment(fragment) => {
                    self.selections(&fragment.selection_set, are_written)?;
                }
                Selection::FragmentSpread(spread) => {
                    let document = self.document;
                    if let Some(fragment) = document.fragments.get(&spread.fragment_name) {
                        self.selections(&fragment.selection_set, are_written)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn literal(&mut self, value: &Literal) -> Result<(), Error> {
        match value {
            Literal::List(items) if !items.is_empty() => {
                for (at, item) in items.iter().enumerate() {
                    self.literal(item).map_err(|error| error.within(&at.to_string()))?;
                }
                Ok(())
            }
            Literal::Object(entries) if !entries.is_empty() => {
                for (name, value) in entries {
                    self.literal(value).map_err(|error| error.within(name))?;
                }
                Ok(())
            }
            Literal::Variable(name) => {
                let size = self.variables.get(name.as_str()).copied().unwrap_or(1);
                self.add(size)
            }
            Literal::String(text) => self.add(1 + text.len() / BYTES),
            _ => self.add(1),
        }
    }

    fn add(&mut self, values: usize) -> Result<(), Error> {
        self.values = self.values.saturating_add(values);
        if self.values <= MAX_VALUES {
            return Ok(());
        }
        Err(Error::Argument {
            code: Error::TOO_LARGE,
            path: Vec::new(),
            message: Message::new(
                format!(
                    "인자의 값이 너무 많습니다(질의 하나에 {MAX_VALUES}개까지, 변수는 쓰일 때마다 셉니다). 질의를 나누어 주십시오."
                ),
                format!(
                    "The arguments hold too many values (at most {MAX_VALUES} in a document, those of a variable counted at each use). Split it up."
                ),
            ),
        })
    }
}
