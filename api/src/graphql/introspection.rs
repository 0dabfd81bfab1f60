//! Introspection: what of the schema is told, and how large the answer would be, known before any of it is
//! made.
//!
//! The schema refers to itself, so a short query can ask for an answer of any size, over lists within lists
//! or by repeating one fragment. The estimate walks the query over the schema and adds up what each field
//! would take; what a selection takes of one element is computed once, and the walk ends where the sum
//! passes [`MAX_BYTES`], so that it costs less than the answer it refuses.

use std::collections::HashMap;
use std::sync::LazyLock;

use apollo_compiler::ast::Value as Literal;
use apollo_compiler::collections::HashMap as Map;
use apollo_compiler::executable::{Field, Operation, Selection, SelectionSet};
use apollo_compiler::response::JsonMap;
use apollo_compiler::schema::{
    DirectiveDefinition, EnumValueDefinition, ExtendedType, FieldDefinition, Implementers,
    InputValueDefinition, Type,
};
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Name, introspection};

use super::engine::validation_schema;
use crate::error::{Error, Message};
use crate::read::query::Introspected;

/// Most bytes of the schema that an operation is told: twice what the longest introspection query of tools
/// asks for.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;
/// Bytes for which an answer costs one point.
pub const BYTES_A_POINT: usize = 1024;
/// What a field takes beside its key and its text.
const FIELD: usize = 24;

/// What an operation is told of the schema.
#[derive(Debug, Default)]
pub struct Told {
    /// Answers of `__schema` and `__type` by response key; empty unless they are asked for.
    pub answers: Introspected,
    /// What it costs, in points.
    pub cost: usize,
}

/// The types behind each interface.
pub fn implementers() -> &'static Map<Name, Implementers> {
    static MAP: LazyLock<Map<Name, Implementers>> =
        LazyLock::new(|| validation_schema().implementers_map());
    &MAP
}

/// Answers `__schema` and `__type`, wherever the operation asks for them.
///
/// # Errors
/// Too large; internal.
pub fn tell(
    document: &Valid<ExecutableDocument>,
    operation: &Operation,
    variables: &Valid<JsonMap>,
) -> Result<Told, Error> {
    let asked = |field: &&apollo_compiler::Node<Field>| {
        matches!(field.name.as_str(), "__schema" | "__type")
    };
    if !operation.root_fields(document).any(|field| asked(&field)) {
        return Ok(Told::default());
    }
    introspection::check_max_depth(document, operation).map_err(|error| {
        Error::TooLarge(Message::new(
            "인트로스펙션 질의가 너무 깊습니다.",
            error.message().to_string(),
        ))
    })?;
    let mut walk = Walk { document, variables, known: HashMap::new() };
    let mut bytes = 0;
    for field in operation.root_fields(document).filter(asked) {
        bytes = within(bytes + walk.root(field)?)?;
    }
    let answer = introspection::partial_execute(
        validation_schema(),
        implementers(),
        document,
        operation,
        variables,
    )
    .map_err(|error| Error::internal(error.message()))?;
    let mut answers = Introspected::default();
    for (key, value) in answer.data.iter().flat_map(|data| data.iter()) {
        // As text: a tree of our own would sort the keys.
        let text = serde_json::to_string(value).map_err(Error::internal)?;
        answers.insert(key.as_str().to_owned(), text);
    }
    Ok(Told { answers, cost: bytes.div_ceil(BYTES_A_POINT) })
}

fn within(bytes: usize) -> Result<usize, Error> {
    if bytes <= MAX_BYTES {
        return Ok(bytes);
    }
    let most = MAX_BYTES / 1024 / 1024;
    Err(Error::TooLarge(Message::new(
        format!("인트로스펙션 응답이 너무 큽니다(한도 {most} MiB)."),
        format!("The query asks for too much of the schema (at most {most} MiB)."),
    )))
}

/// An element of the schema.
#[derive(Clone, Copy)]
enum At<'a> {
    Schema,
    Defined(&'a ExtendedType),
    /// A list or what must not be null.
    Wrapped(&'a Type),
    /// A list by its items: what a list that must not be null is of stands nowhere in the schema.
    ListOf(&'a Type),
    Directive(&'a DirectiveDefinition),
    Field(&'a FieldDefinition),
    EnumValue(&'a EnumValueDefinition),
    Input(&'a InputValueDefinition),
}

impl At<'_> {
    /// Tells elements apart: an element of another kind may begin at the same place.
    fn key(self) -> (u8, usize) {
        fn place<T>(of: &T) -> usize {
            std::ptr::from_ref(of) as usize
        }
        match self {
            Self::Schema => (0, 0),
            Self::Defined(of) => (1, place(of)),
            Self::Wrapped(of) => (2, place(of)),
            Self::Directive(of) => (3, place(of)),
            Self::Field(of) => (4, place(of)),
            Self::EnumValue(of) => (5, place(of)),
            Self::Input(of) => (6, place(of)),
            Self::ListOf(of) => (7, place(of)),
        }
    }
}

/// What a field of an element leads to.
enum Leads<'a> {
    /// A text, a name, nothing.
    Leaf(usize),
    /// Elements, one or a list.
    On(Vec<At<'a>>),
}

struct Walk<'a> {
    document: &'a Valid<ExecutableDocument>,
    variables: &'a JsonMap,
    /// Bytes of a selection of an element.
    known: HashMap<(usize, (u8, usize)), usize>,
}

impl<'a> Walk<'a> {
    fn root(&mut self, field: &'a Field) -> Result<usize, Error> {
        let at = match field.name.as_str() {
            "__schema" => Some(At::Schema),
            _ => self.named(field).map(At::Defined),
        };
        let inner = at.map_or(Ok(0), |at| self.selection(&field.selection_set, at))?;
        Ok(FIELD + field.response_key().len() + inner)
    }

    /// The type that `__type(name:)` names.
    fn named(&self, field: &Field) -> Option<&'static ExtendedType> {
        let name = match &**field.specified_argument_by_name("name")? {
            Literal::String(name) => name.as_str(),
            Literal::Variable(variable) => self.variables.get(variable.as_str())?.as_str()?,
            _ => return None,
        };
        validation_schema().types.get(name)
    }

    fn selection(&mut self, set: &'a SelectionSet, at: At<'a>) -> Result<usize, Error> {
        let key = (std::ptr::from_ref(set) as usize, at.key());
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        let mut bytes = 2;
        for selection in &set.selections {
            bytes += match selection {
                Selection::Field(field) => {
                    let inner = match leads(at, &field.name) {
                        Leads::Leaf(length) => length,
                        Leads::On(elements) => {
                            let mut inner = 0;
                            for element in elements {
                                inner =
                                    within(inner + self.selection(&field.selection_set, element)?)?;
                            }
                            inner
                        }
                    };
                    FIELD + field.response_key().len() + inner
                }
                Selection::InlineFragment(inline) => self.selection(&inline.selection_set, at)?,
                Selection::FragmentSpread(spread) => {
                    match self.document.fragments.get(&spread.fragment_name) {
                        Some(fragment) => self.selection(&fragment.selection_set, at)?,
                        None => 0,
                    }
                }
            };
            within(bytes)?;
        }
        self.known.insert(key, bytes);
        Ok(bytes)
    }
}

fn of_type(ty: &Type) -> Leads<'_> {
    Leads::On(
        match ty {
            Type::Named(name) => validation_schema().types.get(name).map(At::Defined),
            wrapped => Some(At::Wrapped(wrapped)),
        }
        .into_iter()
        .collect(),
    )
}

fn text(of: Option<&str>) -> Leads<'static> {
    Leads::Leaf(of.map_or(0, str::len))
}

fn types<'a>(names: impl Iterator<Item = &'a Name>) -> Leads<'static> {
    Leads::On(
        names.filter_map(|name| validation_schema().types.get(name)).map(At::Defined).collect(),
    )
}

/// Where a field of an element leads; every field of the introspection schema (specification, "Schema
/// Introspection") that is no list and no element is a leaf.
fn leads<'a>(at: At<'a>, field: &str) -> Leads<'a> {
    let schema = validation_schema();
    match (at, field) {
        (At::Schema, "types") => Leads::On(schema.types.values().map(At::Defined).collect()),
        (At::Schema, "directives") => {
            Leads::On(schema.directive_definitions.values().map(|of| At::Directive(of)).collect())
        }
        (At::Schema, "queryType") => {
            types(schema.schema_definition.query.iter().map(|of| &of.name))
        }
        (At::Schema, "mutationType") => {
            types(schema.schema_definition.mutation.iter().map(|of| &of.name))
        }
        (At::Schema, "subscriptionType") => {
            types(schema.schema_definition.subscription.iter().map(|of| &of.name))
        }
        (At::Schema, "description") => text(schema.schema_definition.description.as_deref()),
        (At::Defined(of), "name") => Leads::Leaf(of.name().len()),
        (At::Defined(of), "description") => text(of.description().map(|text| text.as_str())),
        (At::Defined(ExtendedType::Object(of)), "fields") => {
            Leads::On(of.fields.values().map(|of| At::Field(of)).collect())
        }
        (At::Defined(ExtendedType::Interface(of)), "fields") => {
            Leads::On(of.fields.values().map(|of| At::Field(of)).collect())
        }
        (At::Defined(ExtendedType::Object(of)), "interfaces") => {
            types(of.implements_interfaces.iter().map(|of| &of.name))
        }
        (At::Defined(ExtendedType::Interface(of)), "interfaces") => {
            types(of.implements_interfaces.iter().map(|of| &of.name))
        }
        (At::Defined(ExtendedType::Interface(of)), "possibleTypes") => {
            types(implementers().get(&of.name).into_iter().flat_map(|of| &of.objects))
        }
        (At::Defined(ExtendedType::Union(of)), "possibleTypes") => {
            types(of.members.iter().map(|of| &of.name))
        }
        (At::Defined(ExtendedType::Enum(of)), "enumValues") => {
            Leads::On(of.values.values().map(|of| At::EnumValue(of)).collect())
        }
        (At::Defined(ExtendedType::InputObject(of)), "inputFields") => {
            Leads::On(of.fields.values().map(|of| At::Input(of)).collect())
        }
        (At::Wrapped(Type::NonNullList(items)), "ofType") => Leads::On(vec![At::ListOf(items)]),
        (At::Wrapped(Type::List(items)), "ofType") => of_type(items),
        (At::ListOf(items), "ofType") => of_type(items),
        (At::Wrapped(Type::NonNullNamed(name)), "ofType") => types(std::iter::once(name)),
        (At::Directive(of), "name") => Leads::Leaf(of.name.len()),
        (At::Directive(of), "description") => text(of.description.as_deref()),
        (At::Directive(of), "locations") => Leads::Leaf(of.locations.len() * FIELD),
        (At::Directive(of), "args") => {
            Leads::On(of.arguments.iter().map(|of| At::Input(of)).collect())
        }
        (At::Field(of), "name") => Leads::Leaf(of.name.len()),
        (At::Field(of), "description") => text(of.description.as_deref()),
        (At::Field(of), "args") => Leads::On(of.arguments.iter().map(|of| At::Input(of)).collect()),
        (At::Field(of), "type") => of_type(&of.ty),
        (At::EnumValue(of), "name") => Leads::Leaf(of.value.len()),
        (At::EnumValue(of), "description") => text(of.description.as_deref()),
        (At::Input(of), "name") => Leads::Leaf(of.name.len()),
        (At::Input(of), "description") => text(of.description.as_deref()),
        (At::Input(of), "type") => of_type(&of.ty),
        (At::Input(of), "defaultValue") => {
            Leads::Leaf(of.default_value.as_ref().map_or(0, |value| value.to_string().len()))
        }
        _ => Leads::Leaf(0),
    }
}
