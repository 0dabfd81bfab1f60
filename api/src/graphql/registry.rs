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
use crate::read::model::{Arg, Column, Field, Kind, Scalar, Type};
use crate::read::statistic;

/// A description; none where the name and what it stands in say all.
fn told(description: &str) -> Option<String> {
    (!description.is_empty()).then(|| description.to_owned())
}

fn input(
    name: &str,
    ty: impl Into<String>,
    default: Option<&str>,
    description: &str,
) -> MetaInputValue {
    MetaInputValue {
        name: name.to_owned(),
        description: told(description),
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
    for ty in comparisons(catalog) {
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
        let fields = ty.fields.iter().map(|of| {
            let mut shown = field(of.name, &*of.ty, &of.args, &of.description);
            if let Some(reason) = of.deprecated {
                shown.deprecation = Deprecation::Deprecated { reason: Some(reason.to_owned()) };
            }
            shown
        });
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

/// The fields of the interface `Fact` beside the id.
const FACT_FIELDS: [(&str, &str); 6] = [
    ("version", "판. Version, counted up by each write; a write names the version it saw."),
    ("origin", "출처 구분. Fact of a source, user entry or illustration."),
    ("createdAt", "생성 시각. Instant of creation."),
    ("updatedAt", "수정 시각. Instant of the last write."),
    (
        "citations",
        "출처. Documents that carry the fact, with what they state and what is inferred, in the order of the row.",
    ),
    ("conflicts", "불일치. Claims about the fact that disagree; all are kept."),
];

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
    let sample = catalog.types().iter().find(|ty| ty.is_fact);
    // On each type of facts they are told in a word, and here in full.
    let shared = FACT_FIELDS.iter().filter_map(|(name, description)| {
        let of = sample?.find(name)?;
        Some(field(of.name, &*of.ty, &of.args, description))
    });
    let fact: Vec<MetaField> = std::iter::once(id.clone()).chain(shared).collect();
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
    let edge =
        [field("cursor", "String!", &[], "커서."), field("node", format!("{row}!"), &[], "행.")];
    // What the list says of the row itself.
    let said = ty.fields.iter().filter(|of| node.is_some_and(|node| node.name != of.name));
    let said = said.map(|of| field(of.name, &*of.ty, &of.args, &of.description));
    let mut types = vec![
        object(
            &format!("{name}Connection"),
            &format!("{name} 목록. A page of a list."),
            keyed([
                field("edges", format!("[{name}Edge!]!"), &[], "항목."),
                field("nodes", format!("[{row}!]!"), &[], "행."),
                field("pageInfo", "PageInfo!", &[], "쪽 정보."),
                field("totalCount", "Int!", &[], "총계. Over all pages; counted only if selected."),
            ]),
        ),
        object(
            &format!("{name}Edge"),
            &format!("{name} 항목. A row in a list."),
            keyed(edge.into_iter().chain(said)),
        ),
        filter_type(ty),
        input_object(
            &format!("{name}ListFilter"),
            &format!(
                "{name} 목록 조건. `some`: at least one row meets it; `none`: no row meets it."
            ),
            inputs(["some", "none"].map(|one| input(one, format!("{name}Filter"), None, ""))),
        ),
    ];
    if let Some(of) = &ty.statistics {
        for (name, text, values) in statistic::enums(ty, of) {
            types.push(enumeration(
                &name,
                &text,
                values.iter().map(|(code, text)| (code.as_str(), text.as_str())),
            ));
        }
        let field = format!("{name}StatisticsOrderField!");
        types.push(input_object(
            &format!("{name}StatisticsOrder"),
            &format!("{name} 통계 정렬. One term of an order of groups."),
            inputs([
                input("field", field, None, "기준."),
                input("direction", "OrderDirection!", Some("ASC"), "방향."),
            ]),
        ));
    }
    if !ty.orders.is_empty() {
        let orders: Vec<(&str, String)> =
            ty.orders.iter().map(|(code, _)| (*code, ordered_by(ty, code))).collect();
        types.push(enumeration(
            &format!("{name}OrderField"),
            &format!("{name} 정렬 기준. Fields to order by."),
            orders.iter().map(|(code, text)| (*code, &**text)),
        ));
        types.push(input_object(
            &format!("{name}Order"),
            &format!("{name} 정렬. One term of an order."),
            inputs([
                input("field", format!("{name}OrderField!"), None, "기준."),
                input("direction", "OrderDirection!", Some("ASC"), "방향."),
            ]),
        ));
    }
    types
}

/// An order by the Korean name of the field that it compares.
fn ordered_by(ty: &Type, code: &str) -> String {
    let is_it = |of: &&Field| of.name.eq_ignore_ascii_case(&code.replace('_', ""));
    let korean = ty.fields.iter().find(is_it).and_then(|of| of.description.split('.').next());
    format!("{} 기준.", korean.unwrap_or("정렬"))
}

/// Its fields go by the names of the type's own, which are described there.
fn filter_type(ty: &Type) -> MetaType {
    let name = format!("{}Filter", ty.name);
    let mut fields = vec![
        input("and", format!("[{name}!]"), None, ""),
        input("or", format!("[{name}!]"), None, ""),
        input("not", &*name, None, ""),
    ];
    if ty.searchable {
        fields.push(input(
            "search",
            "String",
            None,
            "검색어. Words, found as by the query `search`.",
        ));
    }
    for filter in &ty.filters {
        fields.push(input(filter.name, filter.ty, None, filter.description));
    }
    for of in ty.fields.iter().filter(|of| !ty.unfiltered.contains(&of.name)) {
        if let Some(kind) = filter_of(of) {
            fields.push(input(of.name, kind, None, ""));
        }
    }
    input_object(&name, &format!("{} 조건. All of its fields hold.", ty.name), inputs(fields))
}

fn filter_of(field: &Field) -> Option<String> {
    Some(match &field.kind {
        Kind::Id => "IDFilter".to_owned(),
        Kind::Leaf(Column { scalar: Scalar::Json, .. }) => return None,
        Kind::Leaf(column) if field.args.is_empty() => {
            comparison_of(column.scalar.type_name(), field)
        }
        Kind::Localized { .. } => comparison_of("LocalizedText", field),
        Kind::One { target, .. } => format!("{target}Filter"),
        Kind::Many(list) => format!("{}ListFilter", list.target),
        Kind::Leaf(_)
        | Kind::Either(_)
        | Kind::Subject
        | Kind::SubjectId
        | Kind::Computed { .. } => return None,
    })
}

/// The comparison of a value of that type: of one that can be null, another.
fn comparison_of(ty: &str, field: &Field) -> String {
    let nullable = if field.ty.ends_with('!') { "" } else { "Nullable" };
    format!("{nullable}{ty}Filter")
}

/// The operators of each kind of value that a filter compares, told once for each scalar.
fn comparisons(catalog: &Catalog) -> Vec<MetaType> {
    let mut types = BTreeMap::new();
    let mut add = |name: String, ty: &str, operators: &[&str], is_told: bool| {
        types.entry(name.clone()).or_insert_with(|| comparison(&name, ty, operators, is_told));
    };
    add("IDFilter".to_owned(), "ID", &["eq", "ne", "in", "notIn"], true);
    // The parts of a text in two languages.
    for name in ["StringFilter", "NullableStringFilter"] {
        add(name.to_owned(), "String", operators(Scalar::Text), true);
    }
    for field in catalog.types().iter().flat_map(|ty| &ty.fields) {
        let Kind::Leaf(Column { scalar, .. }) = field.kind else { continue };
        let Some(name) = filter_of(field) else { continue };
        let is_told = !matches!(scalar, Scalar::Choice(_));
        let ty = scalar.type_name();
        add(name, ty, operators(scalar), is_told);
    }
    let mut types: Vec<MetaType> = types.into_values().collect();
    for nullable in ["", "Nullable"] {
        types.push(input_object(
            &format!("{nullable}LocalizedTextFilter"),
            "다국어 문자열 비교. Compares a text in Korean and English.",
            inputs([
                input("ko", format!("{nullable}StringFilter"), None, "국문. The Korean text."),
                input("en", "NullableStringFilter", None, "영문. The English text."),
                input(
                    "contains",
                    "String",
                    None,
                    "일부 일치. Either contains this text of at most 200 characters; the case of ASCII letters makes no difference.",
                ),
            ]),
        ));
    }
    types
}

const fn operators(scalar: Scalar) -> &'static [&'static str] {
    match scalar {
        Scalar::Text => &["eq", "ne", "in", "notIn", "contains", "startsWith"],
        Scalar::Boolean => &["eq"],
        Scalar::Json => &[],
        Scalar::Period | Scalar::Choice(_) => &["eq", "ne", "in", "notIn"],
        Scalar::Int
        | Scalar::Float
        | Scalar::Krw
        | Scalar::Date
        | Scalar::DateTime
        | Scalar::PartialDate
        | Scalar::Quarter => &["eq", "ne", "in", "notIn", "lt", "lte", "gt", "gte"],
    }
}

fn comparison(name: &str, ty: &str, operators: &[&str], is_told: bool) -> MetaType {
    let is_nullable = name.starts_with("Nullable");
    let null = is_nullable.then_some("isNull");
    let fields = operators.iter().copied().chain(null).map(|operator| {
        let (kind, text) = match operator {
            "eq" if is_nullable => (ty.to_owned(), "같음. Equal; null matches rows without a value."),
            "eq" => (ty.to_owned(), "같음. Equal."),
            "ne" if is_nullable => (ty.to_owned(), "다름. Not equal; rows without a value match too."),
            "ne" => (ty.to_owned(), "다름. Not equal."),
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
        input(operator, kind, None, if is_told { text } else { "" })
    });
    input_object(
        name,
        &format!("{ty} 비교.{}", if is_told { "" } else { " As in `StringFilter`." }),
        inputs(fields),
    )
}

#[cfg(test)]
mod tests {
    use entity::topic::{Column as C, Entity};

    use super::*;
    use crate::read::model::Guard;

    #[test]
    fn a_field_on_its_way_out_says_what_to_read_instead() {
        let ty = Type::rows::<Entity>("Topic", *b"TP", Guard::Public, "주제.")
            .column("code", C::Code, "코드.")
            .column("key", C::Code, "키.")
            .deprecated("Read `code`.")
            .list("topics");
        let mut registry = Registry::default();
        register(&mut registry, &Catalog::new(vec![ty], Vec::new(), Vec::new()), &[], &[]);
        let Some(MetaType::Object { fields, .. }) = registry.types.get("Topic") else {
            panic!("no object Topic")
        };
        let reason = |field: &str| match &fields[field].deprecation {
            Deprecation::Deprecated { reason } => reason.as_deref(),
            Deprecation::NoDeprecated => None,
        };
        assert_eq!((reason("code"), reason("key")), (None, Some("Read `code`.")));
    }
}
