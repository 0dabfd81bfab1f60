//! How large a document is with its fragments spread, each fragment measured once: fragments that double
//! cost nothing here, where validators would walk them again and again.

use std::collections::HashMap;

use apollo_compiler::ast::{Definition, Document, Selection};

use crate::error::{Error, Message};

/// Most fragments of a document.
const MAX_FRAGMENTS: usize = 50;
/// Most operations of a document.
const MAX_OPERATIONS: usize = 20;

struct Measure<'a> {
    fragments: HashMap<&'a str, &'a [Selection]>,
    known: HashMap<&'a str, Option<usize>>,
}

impl<'a> Measure<'a> {
    /// Fields of a selection with its fragments spread; a cycle counts as nothing, validation names it.
    fn fields(&mut self, selections: &'a [Selection]) -> usize {
        let mut fields = 0_usize;
        for selection in selections {
            let inner = match selection {
                Selection::Field(field) => self.fields(&field.selection_set) + 1,
                Selection::InlineFragment(fragment) => self.fields(&fragment.selection_set),
                Selection::FragmentSpread(spread) => self.fragment(spread.fragment_name.as_str()),
            };
            fields = fields.saturating_add(inner);
        }
        fields
    }

    fn fragment(&mut self, name: &'a str) -> usize {
        match self.known.get(name) {
            Some(Some(fields)) => return *fields,
            Some(None) => return 0,
            None => {}
        }
        let Some(selections) = self.fragments.get(name).copied() else { return 0 };
        self.known.insert(name, None);
        let fields = self.fields(selections);
        self.known.insert(name, Some(fields));
        fields
    }
}

/// Refuses a document that is larger than any honest one.
///
/// # Errors
/// Too large.
pub fn check(document: &Document, max_fields: usize) -> Result<(), Error> {
    let mut measure = Measure { fragments: HashMap::new(), known: HashMap::new() };
    let mut operations = Vec::new();
    for definition in &document.definitions {
        match definition {
            Definition::FragmentDefinition(fragment) => {
                measure.fragments.insert(fragment.name.as_str(), &fragment.selection_set);
            }
            Definition::OperationDefinition(operation) => {
                operations.push(&*operation.selection_set)
            }
            _ => {}
        }
    }
    let too_large = |ko: &str, en: &str| Err(Error::TooLarge(Message::new(ko, en)));
    if measure.fragments.len() > MAX_FRAGMENTS || operations.len() > MAX_OPERATIONS {
        return too_large(
            "질의의 조각(fragment) 또는 작업이 너무 많습니다.",
            "The document has too many fragments or operations.",
        );
    }
    let mut fields = 0_usize;
    for operation in operations {
        fields = fields.saturating_add(measure.fields(operation));
    }
    if fields > max_fields {
        return too_large("질의의 필드가 너무 많습니다.", "The document selects too many fields.");
    }
    Ok(())
}
