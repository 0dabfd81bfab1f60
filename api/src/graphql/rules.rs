//! What the validator leaves open: names of input fields that stand twice, and variables inside lists and
//! input objects (GraphQL specification, "Input Object Field Uniqueness" and "All Variable Usages Are
//! Allowed"). Found by comparing with the reference implementation.

use std::collections::BTreeSet;

use apollo_compiler::ast::{self, Type, Value, VariableDefinition};
use apollo_compiler::executable::{Fragment, Operation, Selection, SelectionSet};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{ExecutableDocument, Node, Schema};

use crate::error::{Error, Message};

/// What was found in a document.
#[derive(Debug, Default)]
pub struct Findings {
    /// Faults, each once, in Korean and in English.
    pub faults: BTreeSet<(String, String)>,
    /// Variables that decide a `@skip` or `@include`, which must not be null when it runs.
    pub conditions: BTreeSet<String>,
}

struct Walk<'a> {
    schema: &'a Schema,
    document: &'a ExecutableDocument,
    findings: Findings,
}

/// Looks at every value of a valid document.
pub fn look(schema: &Schema, document: &ExecutableDocument) -> Findings {
    let mut walk = Walk { schema, document, findings: Findings::default() };
    for operation in document.operations.iter() {
        walk.operation(operation);
    }
    walk.findings
}

/// The faults as errors.
pub fn errors(findings: &Findings) -> Vec<Error> {
    findings.faults.iter().map(|(ko, en)| Error::Validation(Message::new(ko, en))).collect()
}

impl<'a> Walk<'a> {
    fn operation(&mut self, operation: &'a Node<Operation>) {
        let variables = &operation.variables;
        for variable in variables {
            if let Some(default) = &variable.default_value {
                self.value(default, &variable.ty, false, variables);
            }
        }
        let mut spread = BTreeSet::new();
        self.selections(&operation.selection_set, variables, &mut spread);
    }

    fn selections(
        &mut self,
        set: &'a SelectionSet,
        variables: &[Node<VariableDefinition>],
        spread: &mut BTreeSet<&'a str>,
    ) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    self.directives(&field.directives);
                    for argument in &field.arguments {
                        let definition = field.definition.argument_by_name(&argument.name);
                        if let Some(definition) = definition {
                            self.value(&argument.value, &definition.ty, false, variables);
                        }
                    }
                    self.selections(&field.selection_set, variables, spread);
                }
                Selection::InlineFragment(fragment) => {
                    self.directives(&fragment.directives);
                    self.selections(&fragment.selection_set, variables, spread);
                }
                Selection::FragmentSpread(named) => {
                    self.directives(&named.directives);
                    let found: Option<&Node<Fragment>> =
                        self.document.fragments.get(&named.fragment_name);
                    if let Some(fragment) = found
                        && spread.insert(fragment.name.as_str())
                    {
                        self.selections(&fragment.selection_set, variables, spread);
                    }
                }
            }
        }
    }

    fn directives(&mut self, directives: &ast::DirectiveList) {
        for directive in directives.iter() {
            if let Some(value) = directive.specified_argument_by_name("if")
                && let Value::Variable(name) = &**value
            {
                self.findings.conditions.insert(name.to_string());
            }
        }
    }

    /// `inside` is whether the value stands in a list or an input object; the validator sees the others.
    fn value(
        &mut self,
        value: &Value,
        ty: &Type,
        inside: bool,
        variables: &[Node<VariableDefinition>],
    ) {
        match value {
            Value::Variable(name) if inside => {
                let known = variables.iter().find(|variable| variable.name == *name);
                if let Some(variable) = known
                    && !allowed(variable, ty, false)
                {
                    self.misplaced(name, &variable.ty, ty);
                }
            }
            Value::List(items) => {
                for item in items {
                    self.value(item, ty.item_type(), true, variables);
                }
            }
            Value::Object(entries) => {
                let schema = self.schema;
                let ExtendedType::InputObject(input) =
                    (match schema.types.get(ty.inner_named_type()) {
                        Some(found) => found,
                        None => return,
                    })
                else {
                    return;
                };
                for (at, (name, value)) in entries.iter().enumerate() {
                    if entries[..at].iter().any(|(other, _)| other == name) {
                        self.findings.faults.insert((
                            format!("입력 항목 `{name}` 값이 두 번 있습니다."),
                            format!("There can be only one input field named `{name}`."),
                        ));
                    }
                    let Some(field) = input.fields.get(name) else { continue };
                    if let Value::Variable(variable) = &**value {
                        let known = variables.iter().find(|known| known.name == *variable);
                        let has_default =
                            field.default_value.as_ref().is_some_and(|default| !default.is_null());
                        if let Some(known) = known
                            && !allowed(known, &field.ty, has_default)
                        {
                            self.misplaced(variable, &known.ty, &field.ty);
                        }
                        continue;
                    }
                    self.value(value, &field.ty, true, variables);
                }
            }
            _ => {}
        }
    }

    fn misplaced(&mut self, variable: &str, ty: &Type, expected: &Type) {
        self.findings.faults.insert((
            format!("`{ty}` 유형의 변수 `${variable}` 값은 `{expected}` 유형의 자리에 쓸 수 없습니다."),
            format!("The variable `${variable}` of type `{ty}` cannot stand where `{expected}` is expected."),
        ));
    }
}

/// Whether a variable may stand where a type is expected (specification, `IsVariableUsageAllowed`).
fn allowed(variable: &VariableDefinition, expected: &Type, has_default: bool) -> bool {
    if expected.is_non_null() && !variable.ty.is_non_null() {
        let given = variable.default_value.as_ref().is_some_and(|default| !default.is_null());
        return (given || has_default)
            && variable.ty.is_assignable_to(&expected.clone().nullable());
    }
    variable.ty.is_assignable_to(expected)
}
