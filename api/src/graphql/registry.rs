//! The catalogue as async-graphql's registry sees it: the one place that touches that crate's
//! registry, which is public but hidden from its documentation, so its minor version is pinned.
//!
//! Objects, connections, filters and orders all follow from the declarations; nothing is written here
//! for a single feature.

use std::collections::BTreeMap;

use async_graphql::indexmap::{IndexMap, IndexSet};
use async_graphql::registry::{
    CacheControl, Deprecation, MetaEnumValue, MetaField, MetaInputValue, MetaType, Registry,
};
use entity::Choice;

use super::choices::{INPUTS, ORDER_DIRECTION, SCALARS};
use crate::input::{InputObject, camel};
use crate::read::catalog::Catalog;
use crate::read::model::{Arg, Field, Kind, Scalar, Type};

fn input(
    name: &str,
    ty: impl Into<String>,
    default: Option<&str>,
    description: &str,
) -> MetaInputValue {
    MetaInputValue {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        ty: ty.into(),
        deprecation: Deprecation::NoDeprecated,
        default_value: default.map(str::to_owned),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        is_secret: false,
        directive_invocations: Vec::new(),
    }
}

fn field(name: &str, ty: impl Into<String>, args: &[Arg], description: &str) -> MetaField {
    let args = args
        .iter()
        .map(|arg| (arg.name.to_owned(), input(arg.name, &*arg.ty, arg.default, &arg.description)))
        .collect();
    MetaField {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        args,
        ty: ty.into(),
        deprecation: Deprecation::NoDeprecated,
        cache_control: CacheControl::default(),
        external: false,
        requires: None,
        provides: None,
        visible: None,
        shareable: false,
        inaccessible: false,
        tags: Vec::new(),
        override_from: None,
        compute_complexity: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

type Fields = IndexMap<String, MetaField>;
type Inputs = IndexMap<String, MetaInputValue>;

fn object(name: &str, description: &str, fields: Fields) -> MetaType {
    MetaType::Object {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        fields,
        cache_control: CacheControl::default(),
        extends: false,
        shareable: false,
        resolvable: true,
        inaccessible: false,
        interface_object: false,
        tags: Vec::new(),
        keys: None,
        visible: None,
        is_subscription: false,
        rust_typename: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

fn interface(
    name: &str,
    description: &str,
    fields: Fields,
    possible_types: IndexSet<String>,
) -> MetaType {
    MetaType::Interface {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        fields,
        possible_types,
        extends: false,
        inaccessible: false,
        tags: Vec::new(),
        keys: None,
        visible: None,
        rust_typename: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

fn input_object(name: &str, description: &str, input_fields: Inputs) -> MetaType {
    MetaType::InputObject {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        input_fields,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: None,
        oneof: false,
        directive_invocations: Vec::new(),
    }
}

fn enumeration<'a>(
    name: &str,
    description: &str,
    values: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> MetaType {
    let enum_values = values.into_iter().map(|(code, text)| {
        let value = MetaEnumValue {
            name: code.to_owned(),
            description: Some(text.trim().to_owned()),
            deprecation: Deprecation::NoDeprecated,
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            directive_invocations: Vec::new(),
        };
        (code.to_owned(), value)
    });
    let enum_values: Vec<(String, MetaEnumValue)> = enum_values.collect();
    let values: IndexMap<String, MetaEnumValue> = enum_values.iter().cloned().collect();
    assert_eq!(values.len(), enum_values.len(), "{name} has a value twice");
    MetaType::Enum {
        name: name.to_owned(),
        description: Some(description.trim().to_owned()),
        enum_values: values,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

fn keyed(fields: impl IntoIterator<Item = MetaField>) -> Fields {
    fields.into_iter().map(|field| (field.name.clone(), field)).collect()
}

fn inputs(fields: impl IntoIterator<Item = MetaInputValue>) -> Inputs {
    fields.into_iter().map(|field| (field.name.clone(), field)).collect()
}

/// Registers every type; the query's root is the last.
pub fn register(
    registry: &mut Registry,
    catalog: &Catalog,
    choices: &[&'static Choice],
    objects: &[&'static InputObject],
) {
    let mut types = BTreeMap::new();
    let mut add = |ty: MetaType| {
        let name = ty.name().to_owned();
        // Two declarations of one name would hide each other; the schema test names the culprit.
        assert!(!types.contains_key(&name), "the type {name} is declared twice");
        types.insert(name, ty);
    };
    for (name, description, url) in SCALARS {
        add(MetaType::Scalar {
            name: (*name).to_owned(),
            description: Some((*description).to_owned()),
            is_valid: None,
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            specified_by_url: url.map(str::to_owned),
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        });
    }
    for choice in choices {
        add(enumeration(
            choice.name,
            choice.description,
            choice.values.iter().map(|value| (value.code, value.description)),
        ));
        add(comparison(
            &format!("{}Filter", choice.name),
            choice.name,
            &["eq", "ne", "in", "notIn", "isNull"],
        ));
    }
    add(enumeration(ORDER_DIRECTION.0, ORDER_DIRECTION.1, ORDER_DIRECTION.2.iter().copied()));
    for (name, description, fields) in INPUTS.iter().copied().flatten() {
        let fields = fields.iter().map(|(name, ty, text)| input(name, *ty, None, text));
        add(input_object(name, description, inputs(fields)));
    }
    for of in objects {
        let fields = of.fields().map(|field| {
            let (name, text) = (camel(field.name), field.description.trim());
            input(&name, (field.ty)(), field.default, text)
        });
        add(input_object(of.name, of.description.trim(), inputs(fields)));
    }
    for ty in scalar_filters() {
        add(ty);
    }
    for ty in interfaces(catalog) {
        add(ty);
    }
    for shape in &catalog.shapes {
        let fields = shape.fields.iter().map(|(name, ty, text)| field(name, *ty, &[], text));
        add(object(shape.name, shape.description, keyed(fields)));
    }
    add(page_info());
    for ty in catalog.types() {
        let fields = ty.fields.iter().map(|of| field(of.name, &*of.ty, &of.args, &of.description));
        if ty.node.is_none() {
            add(object(ty.name, ty.description, keyed(fields)));
        }
        for ty in list_types(ty) {
            add(ty);
        }
    }
    for (name, text, roots) in [
        ("Query", "조회. What can be asked.", &catalog.roots),
        ("Mutation", "변경. What can be done.", &catalog.mutations),
        ("Subscription", "구독. What can be followed as it happens.", &catalog.subscriptions),
    ] {
        let fields =
            roots.iter().map(|root| field(root.name, &*root.ty, &root.args, &root.description));
        add(object(name, text, keyed(fields)));
    }
    registry.types.extend(types);
    for ty in catalog.types() {
        if ty.is_node {
            registry.add_implements(ty.name, "Node");
        }
        if ty.is_fact {
            registry.add_implements(ty.name, "Fact");
        }
    }
    registry.add_implements("Fact", "Node");
}

fn interfaces(catalog: &Catalog) -> Vec<MetaType> {
    let names = |facts: bool| -> IndexSet<String> {
        catalog
            .types()
            .iter()
            .filter(|ty| ty.is_node && (!facts || ty.is_fact))
            .map(|ty| ty.name.to_owned())
            .collect()
    };
    let id = field("id", "ID!", &[], "식별자. Opaque global id, for `node(id:)`.");
    let mut fact = vec![id.clone()];
    if let Some(sample) = catalog.types().iter().find(|ty| ty.is_fact) {
        let shared = ["version", "origin", "createdAt", "updatedAt", "citations", "conflicts"];
        fact.extend(
            shared
                .iter()
                .filter_map(|name| sample.find(name))
                .map(|of| field(of.name, &*of.ty, &of.args, &of.description)),
        );
    }
    vec![
        interface("Node", "객체. Anything with a global id (Relay).", keyed([id]), names(false)),
        interface(
            "Fact",
            "사실. A row with its provenance: where it comes from, what carries it, what contradicts it.",
            keyed(fact),
            names(true),
        ),
        MetaType::Union {
            name: "Party".to_owned(),
            description: Some("주체. A person or an institution.".to_owned()),
            possible_types: ["Person".to_owned(), "Institution".to_owned()].into_iter().collect(),
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            rust_typename: None,
            directive_invocations: Vec::new(),
        },
    ]
}

fn page_info() -> MetaType {
    object(
        "PageInfo",
        "쪽 정보. Where a page stands in its list (Relay).",
        keyed([
            field("hasNextPage", "Boolean!", &[], "다음 쪽 유무. Whether rows follow."),
            field("hasPreviousPage", "Boolean!", &[], "이전 쪽 유무. Whether rows precede."),
            field(
                "startCursor",
                "String",
                &[],
                "첫 커서. Cursor of the first row; on an empty page the one that was given as `before`, if any.",
            ),
            field(
                "endCursor",
                "String",
                &[],
                "끝 커서. Cursor of the last row; on an empty page the one that was given as `after`, if any.",
            ),
        ]),
    )
}

/// Connection, edge, filter and order of a type.
fn list_types(ty: &Type) -> Vec<MetaType> {
    let name = ty.name;
    let node = ty.node.and_then(|name| ty.find(name));
    let row = node.map_or(name, |node| node.ty.trim_end_matches('!'));
    let edge = [
        field("cursor", "String!", &[], "커서. Place of the row in this list and order."),
        field("node", format!("{row}!"), &[], "행. The row."),
    ];
    // What the list says of the row itself.
    let said = ty.fields.iter().filter(|of| node.is_some_and(|node| node.name != of.name));
    let said = said.map(|of| field(of.name, &*of.ty, &of.args, &of.description));
    let mut types = vec![
        object(
            &format!("{name}Connection"),
            &format!("{name} 목록. A page of a list of {name} (Relay)."),
            keyed([
                field("edges", format!("[{name}Edge!]!"), &[], "항목. Rows with their cursors."),
                field("nodes", format!("[{row}!]!"), &[], "행. The rows alone."),
                field("pageInfo", "PageInfo!", &[], "쪽 정보. Where the page stands."),
                field(
                    "totalCount",
                    "Int!",
                    &[],
                    "총계. Rows that meet the conditions, over all pages; counted only if selected.",
                ),
            ]),
        ),
        object(
            &format!("{name}Edge"),
            &format!("{name} 항목. A row of a list with its cursor (Relay)."),
            keyed(edge.into_iter().chain(said)),
        ),
        filter_type(ty),
        input_object(
            &format!("{name}ListFilter"),
            &format!("{name} 목록 조건. Condition on a list of {name}."),
            inputs([
                input(
                    "some",
                    format!("{name}Filter"),
                    None,
                    "하나 이상. At least one row meets it.",
                ),
                input("none", format!("{name}Filter"), None, "없음. No row meets it."),
            ]),
        ),
    ];
    if !ty.orders.is_empty() {
        types.push(enumeration(
            &format!("{name}OrderField"),
            &format!("{name} 정렬 기준. What a list of {name} can be sorted by; each is backed by an index."),
            ty.orders.iter().map(|(code, _)| (*code, ORDERED_BY)),
        ));
        types.push(input_object(
            &format!("{name}Order"),
            &format!("{name} 정렬. One term of an order."),
            inputs([
                input("field", format!("{name}OrderField!"), None, "기준. What is compared."),
                input("direction", "OrderDirection!", Some("ASC"), "방향. Direction."),
            ]),
        ));
    }
    types
}

const SEARCH: &str = "검색어. Every word is found in names, titles or summaries, or in a name of what the row hangs on: \
    speaker, institution, venue, author. Two Korean syllables are found anywhere in a word, whatever its \
    spacing; a Latin word, a number or a single syllable where a word begins with it.";

const ORDERED_BY: &str =
    "정렬 기준. By the field of that name; rows without a value count as the least.";

fn filter_type(ty: &Type) -> MetaType {
    let name = format!("{}Filter", ty.name);
    let mut fields = vec![
        input("and", format!("[{name}!]"), None, "모두. All of these hold."),
        input("or", format!("[{name}!]"), None, "하나라도. At least one of these holds."),
        input("not", &*name, None, "아님. This does not hold."),
    ];
    if ty.searchable {
        fields.push(input("search", "String", None, SEARCH));
    }
    for filter in &ty.filters {
        fields.push(input(filter.name, filter.ty, None, filter.description));
    }
    for of in &ty.fields {
        if let Some(kind) = filter_of(of) {
            fields.push(input(of.name, kind, None, &of.description));
        }
    }
    input_object(
        &name,
        &format!("{} 조건. Condition on {}; its fields are joined by and.", ty.name, ty.name),
        inputs(fields),
    )
}

fn filter_of(field: &Field) -> Option<String> {
    Some(match &field.kind {
        Kind::Id => "IDFilter".to_owned(),
        Kind::Leaf(column) if field.args.is_empty() => match column.scalar {
            Scalar::Choice(choice) => format!("{}Filter", choice.name),
            other => format!("{}Filter", other.type_name()),
        },
        Kind::Localized { .. } => "LocalizedTextFilter".to_owned(),
        Kind::One { target, .. } => format!("{target}Filter"),
        Kind::Many(list) => {
            format!("{}ListFilter", list.target)
        }
        _ => return None,
    })
}

fn comparison(name: &str, ty: &str, operators: &[&str]) -> MetaType {
    let fields = operators.iter().map(|operator| {
        let (kind, text) = match *operator {
            "eq" => (ty.to_owned(), "같음. Equal; null matches rows without a value."),
            "ne" => (ty.to_owned(), "다름. Not equal; rows without a value match too."),
            "in" => (format!("[{ty}!]"), "포함. One of these, at most 100."),
            "notIn" => (format!("[{ty}!]"), "제외. None of these, at most 100."),
            "lt" => (ty.to_owned(), "미만. Less than, or before."),
            "lte" => (ty.to_owned(), "이하. At most, or until."),
            "gt" => (ty.to_owned(), "초과. Greater than, or after."),
            "gte" => (ty.to_owned(), "이상. At least, or from."),
            "contains" => {
                ("String".to_owned(), "일부 일치. Contains this text of at most 200 characters; the case of ASCII letters makes no difference.")
            }
            "startsWith" => {
                ("String".to_owned(), "앞부분 일치. Starts with this text, likewise.")
            }
            _ => ("Boolean".to_owned(), "값 없음. Whether there is no value."),
        };
        input(operator, kind, None, text)
    });
    input_object(name, &format!("{ty} 비교. Comparison of a value of {ty}."), inputs(fields))
}

fn scalar_filters() -> Vec<MetaType> {
    const ORDERED: [&str; 9] = ["eq", "ne", "in", "notIn", "lt", "lte", "gt", "gte", "isNull"];
    let mut types = vec![
        comparison("IDFilter", "ID", &["eq", "ne", "in", "notIn"]),
        comparison(
            "StringFilter",
            "String",
            &["eq", "ne", "in", "notIn", "contains", "startsWith", "isNull"],
        ),
        comparison("BooleanFilter", "Boolean", &["eq", "isNull"]),
    ];
    types.push(comparison("PeriodFilter", "Period", &["eq", "ne", "in", "notIn", "isNull"]));
    for scalar in ["Int", "Float", "KRW", "Date", "DateTime", "PartialDate", "Quarter"] {
        types.push(comparison(&format!("{scalar}Filter"), scalar, &ORDERED));
    }
    types.push(input_object(
        "LocalizedTextFilter",
        "다국어 문자열 비교. Comparison of a text in Korean and English.",
        inputs([
            input("ko", "StringFilter", None, "국문. The Korean text."),
            input("en", "StringFilter", None, "영문. The English text."),
            input(
                "contains",
                "String",
                None,
                "일부 일치. Either contains this text of at most 200 characters; the case of ASCII letters makes no difference.",
            ),
        ]),
    ));
    types
}
