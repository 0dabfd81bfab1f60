//! What was selected: fragments spread, `@skip` and `@include` decided, fields of one response key
//! merged, in the order of the query (GraphQL specification, "Field Collection").

use apollo_compiler::Schema;
use apollo_compiler::ast;
use apollo_compiler::executable::{ExecutableDocument, Field, Selection, SelectionSet};

use super::args::Variables;
use super::catalog::Catalog;

/// A validated document with the values of its variables.
#[derive(Clone, Copy)]
pub struct Document<'a> {
    /// The document.
    pub document: &'a ExecutableDocument,
    /// The schema it was validated against.
    pub schema: &'a Schema,
    /// Coerced variables.
    pub variables: &'a Variables,
    /// Most rows of a page.
    pub page: usize,
}

/// A field to be answered.
#[derive(Clone)]
pub struct Selected<'a> {
    /// Key in the answer.
    pub key: &'a str,
    /// The first of the fields with that key; validation made sure that the others agree.
    pub field: &'a Field,
    /// Selections of all fields with that key.
    pub sets: Vec<&'a SelectionSet>,
}

impl<'a> Document<'a> {
    /// The fields selected on an object of the type `name`.
    pub fn collect(
        &self,
        catalog: &Catalog,
        name: &str,
        sets: &[&'a SelectionSet],
    ) -> Vec<Selected<'a>> {
        let mut fields = Vec::new();
        let mut spread = Vec::new();
        for set in sets {
            self.collect_into(catalog, name, set, &mut spread, &mut fields);
        }
        fields
    }

    fn collect_into(
        &self,
        catalog: &Catalog,
        name: &str,
        set: &'a SelectionSet,
        spread: &mut Vec<&'a str>,
        fields: &mut Vec<Selected<'a>>,
    ) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    if !self.included(&field.directives) {
                        continue;
                    }
                    let key = field.response_key().as_str();
                    match fields.iter_mut().find(|known| known.key == key) {
                        Some(known) => known.sets.push(&field.selection_set),
                        None => {
                            fields.push(Selected { key, field, sets: vec![&field.selection_set] })
                        }
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let applies = fragment
                        .type_condition
                        .as_ref()
                        .is_none_or(|condition| catalog.is_a(name, condition.as_str()));
                    if applies && self.included(&fragment.directives) {
                        self.collect_into(catalog, name, &fragment.selection_set, spread, fields);
                    }
                }
                Selection::FragmentSpread(fragment) => {
                    let named = fragment.fragment_name.as_str();
                    if spread.contains(&named) || !self.included(&fragment.directives) {
                        continue;
                    }
                    spread.push(named);
                    if let Some(fragment) = self.document.fragments.get(named)
                        && catalog.is_a(name, fragment.type_condition().as_str())
                    {
                        self.collect_into(catalog, name, &fragment.selection_set, spread, fields);
                    }
                }
            }
        }
    }

    fn included(&self, directives: &ast::DirectiveList) -> bool {
        let condition = |name: &str| {
            let directive = directives.get(name)?;
            match &**directive.specified_argument_by_name("if")? {
                ast::Value::Boolean(truth) => Some(*truth),
                ast::Value::Variable(name) => self.variables.get(name.as_str())?.as_bool(),
                _ => None,
            }
        };
        condition("skip") != Some(true) && condition("include") != Some(false)
    }
}
