//! The schema: declarations and translation only, one file a feature.
//!
//! To add a field: the column in `entity` and a migration, then one line in the feature's file here;
//! filter, paging, documentation and the read path follow from it. To add a type: a function like its
//! neighbours, named in `types()`. `aiplus schema > schema.graphql` records the change.

mod adoption_case;
mod api_client;
mod audit_event;
mod barrier;
mod bill;
mod body;
mod case_mutations;
mod change;
mod choices;
mod citation;
mod citation_mutations;
mod consideration;
mod document;
pub mod document_cache;
mod document_mutations;
pub mod engine;
pub mod faults;
mod industry;
mod institution;
pub mod introspection;
mod legislation_mutations;
pub mod limits;
mod meeting;
mod meeting_mutations;
mod meeting_pack;
mod mutation;
mod observation;
mod observation_mutations;
mod opinion_round;
mod people_mutations;
pub mod persisted;
mod person;
mod plan;
mod plan_mutations;
mod programme;
mod programme_mutations;
mod recommendation;
mod recommendation_mutations;
mod recommendation_statistics;
mod region;
mod registry;
mod reminder;
pub mod request;
mod result_statistics;
mod results;
mod rules;
pub mod scan;
mod search;
mod statement;
mod statistics;
mod store;
mod submission;
mod submission_mutations;
mod timeline;
mod topic;
mod values;
mod viewer;
mod webhook;

use std::borrow::Cow;
use std::pin::Pin;
use std::sync::LazyLock;

use async_graphql::registry::Registry;
use async_graphql::{
    ContainerType, Context, ContextSelectionSet, ObjectType, OutputType, Positioned, Schema,
    ServerError, ServerResult, SubscriptionType, Value,
};
use entity::Choice;
use futures_util::Stream;

use crate::input::InputObject;
use crate::read::catalog::{Catalog, Root};
use crate::read::model::{Kind, Scalar, Shape, Type};

/// The text in Korean and English.
const LOCALIZED_TEXT: Shape = Shape {
    name: "LocalizedText",
    description: "다국어 문자열. A text in Korean, and in English where there is one.",
    fields: &[
        ("ko", "String!", "국문. Korean text."),
        ("en", "String", "영문. English text; null where there is none."),
    ],
};

/// Every declared type.
fn types() -> Vec<Type> {
    [
        adoption_case::types(),
        api_client::types(),
        audit_event::types(),
        barrier::types(),
        bill::types(),
        body::types(),
        consideration::types(),
        change::types(),
        citation::types(),
        document::types(),
        industry::types(),
        institution::types(),
        meeting::types(),
        meeting_pack::types(),
        observation::types(),
        opinion_round::types(),
        person::types(),
        plan::types(),
        programme::types(),
        recommendation::types(),
        region::types(),
        search::types(),
        statement::types(),
        statistics::types(),
        submission::types(),
        timeline::types(),
        topic::types(),
        webhook::types(),
        reminder::types(),
    ]
    .concat()
}

fn shapes() -> Vec<Shape> {
    [
        &[LOCALIZED_TEXT, mutation::USER_ERROR],
        api_client::SHAPES,
        bill::SHAPES,
        body::SHAPES,
        institution::SHAPES,
        results::SHAPES,
        crate::read::statistic::SHAPES,
        submission::SHAPES,
        submission_mutations::SHAPES,
        viewer::SHAPES,
    ]
    .concat()
}

fn roots() -> Vec<Root> {
    [
        adoption_case::roots(),
        change::roots(),
        meeting_pack::roots(),
        region::roots(),
        results::roots(),
        search::roots(),
        submission::roots(),
        timeline::roots(),
        viewer::roots(),
    ]
    .concat()
}

fn mutations() -> impl Iterator<Item = mutation::Mutation> {
    [
        api_client::mutations(),
        case_mutations::mutations(),
        citation_mutations::mutations(),
        document_mutations::mutations(),
        meeting_mutations::mutations(),
        legislation_mutations::mutations(),
        observation_mutations::mutations(),
        people_mutations::mutations(),
        plan_mutations::mutations(),
        opinion_round::mutations(),
        programme_mutations::mutations(),
        recommendation_mutations::mutations(),
        statistics::mutations(),
        submission_mutations::mutations(),
        webhook::mutations(),
    ]
    .into_iter()
    .flatten()
}

/// Input objects of mutations, each once.
fn inputs() -> Vec<&'static InputObject> {
    let mut inputs: Vec<&'static InputObject> = mutations().flat_map(|it| it.inputs).collect();
    inputs.sort_by_key(|input| input.name);
    inputs.dedup_by_key(|input| input.name);
    inputs
}

/// The catalogue of types, made once.
pub fn catalog() -> &'static Catalog {
    static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
        let payloads = mutations().map(|it| it.payload);
        Catalog::new(types(), shapes().into_iter().chain(payloads).collect(), roots()).with(
            mutations().map(|it| it.root).collect(),
            change::subscriptions(),
            choices::ARGUMENT_CODES,
        )
    });
    &CATALOG
}

/// Enums of columns and of arguments.
fn enums(catalog: &Catalog) -> Vec<&'static Choice> {
    let mut enums: Vec<&'static Choice> = choices::ARGUMENT_ENUMS.to_vec();
    let mut add = |choice: &'static Choice| {
        if !enums.iter().any(|known| known.name == choice.name) {
            enums.push(choice);
        }
    };
    for ty in catalog.types() {
        for field in &ty.fields {
            if let Kind::Leaf(column) = &field.kind
                && let Scalar::Choice(choice) = column.scalar
            {
                add(choice);
            }
        }
    }
    enums
}

/// What async-graphql asks of a root, for each of the three: their types are the catalogue's, and they are
/// answered by the read path ([`engine`]), so nothing is resolved here.
macro_rules! answered_by_the_engine {
    ($(#[doc = $about:literal] $root:ident;)+) => {$(
        #[doc = $about]
        #[derive(Debug, Clone, Copy)]
        pub struct $root;

        impl OutputType for $root {
            fn type_name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($root))
            }

            fn create_type_info(registry: &mut Registry) -> String {
                register(registry);
                concat!(stringify!($root), "!").to_owned()
            }

            async fn resolve(
                &self,
                _: &ContextSelectionSet<'_>,
                field: &Positioned<async_graphql::parser::types::Field>,
            ) -> ServerResult<Value> {
                Err(ServerError::new(NOT_HERE, Some(field.pos)))
            }
        }

        impl ContainerType for $root {
            async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
                Err(ServerError::new(NOT_HERE, Some(ctx.item.pos)))
            }
        }

        impl ObjectType for $root {}
    )+};
}

answered_by_the_engine! {
    /// The query's root.
    Query;
    /// The mutation's root.
    Mutation;
}

/// The subscription's root.
#[derive(Debug, Clone, Copy)]
pub struct Subscription;

impl SubscriptionType for Subscription {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("Subscription")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        register(registry);
        "Subscription!".to_owned()
    }

    fn create_field_stream<'a>(
        &'a self,
        _: &'a Context<'_>,
    ) -> Option<Pin<Box<dyn Stream<Item = async_graphql::Response> + Send + 'a>>> {
        None
    }
}

const NOT_HERE: &str = "requests are answered by the read path";

fn register(registry: &mut Registry) {
    let catalog = catalog();
    registry::register(registry, catalog, &enums(catalog), &inputs());
}

/// The global id of a submission, for answers that are not GraphQL.
pub fn submission_id(key: uuid::Uuid) -> String {
    crate::read::global_id::encode(submission::TAG, key)
}

/// The schema of async-graphql: what is declared in the catalogue.
pub type ApiSchema = Schema<Query, Mutation, Subscription>;

/// Builds the schema; needs no database.
pub fn schema() -> ApiSchema {
    Schema::build(Query, Mutation, Subscription).finish()
}

/// The schema in the schema definition language, as `aiplus schema` prints it.
pub fn sdl() -> String {
    engine::validation_schema().to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    #[test]
    fn no_two_types_share_the_tag_of_their_ids() {
        let mut seen = HashMap::new();
        for ty in super::catalog().types().iter().filter(|ty| ty.is_node) {
            assert_eq!(seen.insert(ty.tag, ty.name), None, "the tag of {} is taken", ty.name);
        }
    }

    #[test]
    fn what_is_not_filtered_is_a_field() {
        for ty in super::catalog().types() {
            for name in &ty.unfiltered {
                assert!(ty.find(name).is_some(), "{} has no field {name}", ty.name);
            }
        }
    }

    #[test]
    fn each_root_field_is_declared_once() {
        let catalog = super::catalog();
        for roots in [&catalog.roots, &catalog.mutations, &catalog.subscriptions] {
            let mut seen = std::collections::HashSet::new();
            for root in roots {
                assert!(
                    seen.insert(root.name),
                    "{} is declared twice; the first answers",
                    root.name
                );
            }
        }
    }
}
