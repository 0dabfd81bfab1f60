//! How large a document is with its fragments spread, each fragment measured once: fragments that double
//! cost nothing here, where validators would walk them again and again.
//!
//! | what | most |
//! | --- | --- |
//! | bytes, tokens, brackets | `engine` looks at the text before it is parsed |
//! | fields of an operation, fragments spread | [`MAX_FIELDS`] |
//! | fields one below the other | [`MAX_DEPTH`] |
//! | aliases, directives of the document | [`MAX_ALIASES`], [`MAX_DIRECTIVES`] |
//! | fragments, operations, variables | [`MAX_FRAGMENTS`], [`MAX_OPERATIONS`], [`MAX_VARIABLES`] |
//! | secrets that are made | [`MAX_SECRETS`] |

use std::collections::HashMap;

use apollo_compiler::ast::{Definition, DirectiveList, Document, Selection};

use crate::error::{Error, Message};

/// Most fields of an operation, its fragments spread.
pub const MAX_FIELDS: usize = 5_000;
/// Most fields one below the other; the introspection query of tools has 13 to 15.
pub const MAX_DEPTH: usize = 16;
/// Most aliases of a document.
pub const MAX_ALIASES: usize = 500;
/// Most directives of a document.
pub const MAX_DIRECTIVES: usize = 500;
/// Most fragments of a document.
pub const MAX_FRAGMENTS: usize = 50;
/// Most operations of a document.
pub const MAX_OPERATIONS: usize = 20;
/// Most variables of an operation.
pub const MAX_VARIABLES: usize = 100;
/// Most secrets that an operation makes.
pub const MAX_SECRETS: usize = 10;

/// Fields of a selection, and the most of them one below the other.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    fields: usize,
    depth: usize,
}

struct Measure<'a> {
    fragments: HashMap<&'a str, &'a [Selection]>,
    known: HashMap<&'a str, Option<Size>>,
}

impl<'a> Measure<'a> {
    /// Size of a selection with its fragments spread; a cycle counts as nothing, validation names it.
    fn size(&mut self, selections: &'a [Selection]) -> Size {
        let mut total = Size::default();
        for selection in selections {
            let inner = match selection {
                Selection::Field(field) => {
                    let inner = self.size(&field.selection_set);
                    Size { fields: inner.fields.saturating_add(1), depth: inner.depth + 1 }
                }
                Selection::InlineFragment(fragment) => self.size(&fragment.selection_set),
                Selection::FragmentSpread(spread) => self.fragment(spread.fragment_name.as_str()),
            };
            total.fields = total.fields.saturating_add(inner.fields);
            total.depth = total.depth.max(inner.depth);
        }
        total
    }

    fn fragment(&mut self, name: &'a str) -> Size {
        match self.known.get(name) {
            Some(Some(size)) => return *size,
            Some(None) => return Size::default(),
            None => {}
        }
        let Some(selections) = self.fragments.get(name).copied() else { return Size::default() };
        self.known.insert(name, None);
        let size = self.size(selections);
        self.known.insert(name, Some(size));
        size
    }
}

/// Aliases and directives as they are written.
#[derive(Default)]
struct Count {
    aliases: usize,
    directives: usize,
}

impl Count {
    fn directives(&mut self, directives: &DirectiveList) {
        self.directives += directives.len();
    }

    fn selections(&mut self, selections: &[Selection]) {
        for selection in selections {
            match selection {
                Selection::Field(field) => {
                    self.aliases += usize::from(field.alias.is_some());
                    self.directives(&field.directives);
                    self.selections(&field.selection_set);
                }
                Selection::InlineFragment(fragment) => {
                    self.directives(&fragment.directives);
                    self.selections(&fragment.selection_set);
                }
                Selection::FragmentSpread(spread) => self.directives(&spread.directives),
            }
        }
    }
}

fn within(count: usize, most: usize, ko: &str, en: &str) -> Result<(), Error> {
    if count <= most {
        return Ok(());
    }
    Err(Error::TooLarge(Message::new(
        format!("질의에 쓸 수 있는 {ko} 수의 한도({most})를 넘었습니다."),
        format!("The document has too many {en} (at most {most})."),
    )))
}

/// Refuses an operation that makes so many secrets.
///
/// # Errors
/// Too large.
pub fn check_secrets(count: usize) -> Result<(), Error> {
    within(count, MAX_SECRETS, "비밀키 발급", "mutations that make secrets")
}

/// Refuses a document that is larger than any honest one.
///
/// # Errors
/// Too large.
pub fn check(document: &Document) -> Result<(), Error> {
    let mut measure = Measure { fragments: HashMap::new(), known: HashMap::new() };
    let mut operations = Vec::new();
    let mut count = Count::default();
    for definition in &document.definitions {
        match definition {
            Definition::FragmentDefinition(fragment) => {
                count.directives(&fragment.directives);
                count.selections(&fragment.selection_set);
                measure.fragments.insert(fragment.name.as_str(), &fragment.selection_set);
            }
            Definition::OperationDefinition(operation) => {
                count.directives(&operation.directives);
                for variable in &operation.variables {
                    count.directives(&variable.directives);
                }
                count.selections(&operation.selection_set);
                within(operation.variables.len(), MAX_VARIABLES, "변수", "variables")?;
                operations.push(&*operation.selection_set);
            }
            _ => {}
        }
    }
    within(measure.fragments.len(), MAX_FRAGMENTS, "조각(fragment)", "fragments")?;
    within(operations.len(), MAX_OPERATIONS, "작업", "operations")?;
    within(count.aliases, MAX_ALIASES, "별칭(alias)", "aliases")?;
    within(count.directives, MAX_DIRECTIVES, "지시어", "directives")?;
    let mut fields = 0_usize;
    for operation in operations {
        let size = measure.size(operation);
        fields = fields.saturating_add(size.fields);
        within(size.depth, MAX_DEPTH, "단계", "levels of fields")?;
    }
    within(fields, MAX_FIELDS, "필드", "fields")
}
