//! Every type, shape and root field in one place, checked against one another at start.

use std::collections::{HashMap, HashSet};

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::context::{Act, Reader};
use super::model::{Arg, Args, Field, Guard, Kind, Link, List, Shape, Type};
use super::scope;
use super::statistic;
use crate::domain::access::{self, Denied, Needs, Object};
use crate::domain::principal::Principal;
use crate::error::Error;

/// Reads a statistic in one piece. Where its shape has a field of a type of rows, the value is the key of
/// the row.
pub type Statistic = for<'a> fn(&'a Reader<'a>, &'a Args) -> BoxFuture<'a, Result<Value, Error>>;

/// Writes on behalf of a caller, and gives what its payload shows: like a [`Statistic`], keys for rows.
pub type Action = for<'a> fn(&'a Act<'a>, Args) -> BoxFuture<'a, Result<Value, Error>>;

/// What a field of a root is.
#[derive(Clone)]
pub enum RootKind {
    /// A connection.
    List(List),
    /// A row by a natural code.
    Lookup {
        /// Type of the row.
        target: &'static str,
        /// Column of the code.
        column: &'static str,
        /// Argument of the code.
        arg: &'static str,
    },
    /// Any row by its id.
    Node,
    /// Rows by their ids.
    Nodes,
    /// A shape computed in one piece from rows of that kind, with its weight.
    Statistic(Object, usize, Statistic),
    /// What is counted of the list of that type.
    Statistics(&'static str),
    /// A shape that is known without any row, such as who the caller is.
    Known(Statistic),
    /// A payload: what came of a write by a caller who meets that need. At the mutation's root only.
    Action(Needs, Action),
    /// Edges of a list, one at a time as they come to be. At the subscription's root only.
    Stream(List),
}

/// A field of the query's, mutation's or subscription's root.
#[derive(Clone)]
pub struct Root {
    /// Name.
    pub name: &'static str,
    /// Description.
    pub description: String,
    /// Type as written in the schema.
    pub ty: String,
    /// Arguments.
    pub args: Vec<Arg>,
    /// What it is.
    pub kind: RootKind,
}

/// The catalogue of types.
pub struct Catalog {
    types: Vec<Type>,
    names: HashMap<&'static str, usize>,
    tags: HashMap<[u8; 2], usize>,
    /// Shapes by name.
    pub shapes: Vec<Shape>,
    /// Fields of the query's root.
    pub roots: Vec<Root>,
    /// Fields of the mutation's root.
    pub mutations: Vec<Root>,
    /// Fields of the subscription's root.
    pub subscriptions: Vec<Root>,
    /// Arguments of the query's root that name a row by its code, by their path, and the type of the row.
    pub codes: &'static [(&'static str, &'static str)],
}

/// Arguments that every connection takes, described at the lists of the root alone.
pub fn page_args(target: &str, orders: bool) -> Vec<Arg> {
    let mut args = vec![Arg::new("where", format!("{target}Filter"), "조건. Rows to keep.")];
    if orders {
        args.push(Arg::new(
            "orderBy",
            format!("[{target}Order!]"),
            "정렬. By precedence, closed by the id.",
        ));
    }
    let sizes = [
        ("first", "Int", "앞에서부터 행 수. At most 100; 20 if no size is given."),
        ("after", "String", "이 커서 다음부터."),
        ("last", "Int", "뒤에서부터 행 수. At most 100; not with `first`."),
        ("before", "String", "이 커서 앞까지."),
    ];
    args.extend(sizes.map(|(name, ty, text)| Arg::new(name, ty, text)));
    args
}

impl Catalog {
    /// Completes the declarations: provenance of facts, types of lists, nullability by guard.
    pub fn new(types: Vec<Type>, shapes: Vec<Shape>, extra_roots: Vec<Root>) -> Self {
        let names: HashMap<&'static str, usize> =
            types.iter().enumerate().map(|(at, ty)| (ty.name, at)).collect();
        let tags: HashMap<[u8; 2], usize> = types
            .iter()
            .enumerate()
            .filter(|(_, ty)| ty.is_node)
            .map(|(at, ty)| (ty.tag, at))
            .collect();
        let mut catalog = Self {
            types,
            names,
            tags,
            shapes,
            roots: Vec::new(),
            mutations: Vec::new(),
            subscriptions: Vec::new(),
            codes: &[],
        };
        let listed: HashSet<&str> = extra_roots
            .iter()
            .filter_map(|root| match &root.kind {
                RootKind::List(list) => Some(list.target),
                _ => None,
            })
            .collect();
        let completed: Vec<Type> = catalog
            .types
            .iter()
            .map(|ty| catalog.complete(ty.clone(), listed.contains(ty.name)))
            .collect();
        catalog.types = completed;
        let counted = catalog.types.iter().filter_map(|ty| Some((ty, ty.statistics.as_ref()?)));
        let shapes: Vec<Shape> = counted.flat_map(|(ty, of)| statistic::shapes(ty, of)).collect();
        catalog.shapes.extend(shapes);
        catalog.roots = catalog.root_fields(extra_roots);
        catalog
    }

    /// A type with what follows from its declaration; `is_listed` tells that a root list of its own rows is declared
    /// by hand.
    fn complete(&self, mut ty: Type, is_listed: bool) -> Type {
        if ty.is_fact {
            ty = with_provenance(ty);
        }
        if (ty.list.is_some() || is_listed) && ty.find("updatedAt").is_some() {
            ty = ty.orderable("UPDATED_AT", "updated_at");
        }
        let (guard, shown) = (ty.guard, ty.clone());
        for field in &mut ty.fields {
            match &field.kind {
                Kind::Many(list) => {
                    let target = self.find(list.target);
                    let barred = |ty, link| scope::barred(&Principal::Anonymous, ty, link);
                    // What not everybody may ask for can be null; below a row of its own kind it never is.
                    let open = target.is_none_or(|target| barred(target, list.link).is_none())
                        || barred(&shown, None).is_some();
                    let end = if open { "!" } else { "" };
                    field.ty = format!("{}Connection{end}", list.target);
                    let orders = target.is_some_and(|target| !target.orders.is_empty());
                    let mut args = page_args(list.target, orders);
                    args.iter_mut().for_each(|arg| arg.description.clear());
                    args.append(&mut field.args);
                    field.args = args;
                }
                // A row that the caller may not see is absent, so the field can be null; but a row
                // reached only through its parent never lacks it.
                Kind::One { key, .. } => {
                    let own_parent = matches!((guard, key), (Guard::Via { fk, .. }, super::model::Source::Column(name)) if fk == *name);
                    if !own_parent {
                        field.ty = field.ty.trim_end_matches('!').to_owned();
                    }
                }
                _ => {}
            }
        }
        ty
    }

    fn root_fields(&self, extra: Vec<Root>) -> Vec<Root> {
        let mut roots = vec![
            Root {
                name: "node",
                description: "객체 조회. Any object by its global id (Relay). NOT_FOUND if there is none or the caller may not see it.".into(),
                ty: "Node".into(),
                args: vec![Arg::new("id", "ID!", "식별자. Global id.")],
                kind: RootKind::Node,
            },
            Root {
                name: "nodes",
                description: "여러 객체 조회. Objects by their global ids, in the order of the ids; null where there is none.".into(),
                ty: "[Node]!".into(),
                args: vec![Arg::new("ids", "[ID!]!", "식별자 목록. Global ids, at most 100.")],
                kind: RootKind::Nodes,
            },
        ];
        for ty in &self.types {
            if let Some((name, column)) = ty.lookup {
                let (arg, kind, what) = match column {
                    "number" | "receipt" => ("number", "String!", "번호. Natural code."),
                    "quarter" => ("quarter", "Quarter!", "분기. The quarter."),
                    _ => ("code", "String!", "코드. Natural code."),
                };
                roots.push(Root {
                    name,
                    description: format!(
                        "{} By its natural code; NOT_FOUND if there is none.",
                        ty.description
                    ),
                    ty: ty.name.to_owned(),
                    args: vec![Arg::new(arg, kind, what)],
                    kind: RootKind::Lookup { target: ty.name, column, arg },
                });
            }
            if let Some(name) = ty.list {
                let is_open = scope::barred(&Principal::Anonymous, ty, None).is_none();
                let end = if is_open { "!" } else { "" };
                roots.push(Root {
                    name,
                    description: format!("목록. {}", ty.description),
                    ty: format!("{}Connection{end}", ty.name),
                    args: page_args(ty.name, !ty.orders.is_empty()),
                    kind: RootKind::List(List {
                        target: ty.name,
                        link: None,
                        sorted: ty.sorted.clone(),
                        condition: None,
                        weight: |_| 0,
                    }),
                });
            }
        }
        let counted = self.types.iter().filter_map(|ty| Some((ty, ty.statistics.as_ref()?)));
        roots.extend(counted.map(|(ty, of)| statistic::root(ty, of)));
        roots.extend(extra);
        roots.sort_by_key(|root| {
            (!matches!(root.kind, RootKind::Node | RootKind::Nodes), root.name)
        });
        roots
    }

    /// The type of that name.
    pub fn find(&self, name: &str) -> Option<&Type> {
        self.names.get(name).map(|at| &self.types[*at])
    }

    /// The type of that name, which a declaration counts on.
    ///
    /// # Errors
    /// Internal, if it is not declared.
    pub fn declared(&self, name: &str) -> Result<&Type, Error> {
        self.find(name).ok_or_else(|| Error::internal(format!("the type {name} is not declared")))
    }

    /// The type whose ids bear the tag.
    pub fn tagged(&self, tag: [u8; 2]) -> Option<&Type> {
        self.tags.get(&tag).map(|at| &self.types[*at])
    }

    /// Every type.
    pub fn types(&self) -> &[Type] {
        &self.types
    }

    /// Types that citations, conflicts, the search and the timeline may point to. `deep` adds those that
    /// are themselves as visible as what they point to: conflicts and their claims.
    pub fn subjects(&self, deep: bool) -> impl Iterator<Item = &Type> {
        let follows = |ty: &Type| matches!(ty.guard, Guard::Subject { .. });
        self.types.iter().filter(move |ty| {
            let parent = match ty.guard {
                Guard::Via { parent, .. } => self.find(parent),
                _ => None,
            };
            let plain = !follows(ty) && !parent.is_some_and(follows);
            let cited = deep && ty.name != "Citation";
            ty.is_fact && (plain || cited)
        })
    }

    /// Types whose changes stand in the feed: all that the write path writes.
    pub fn fed(&self) -> impl Iterator<Item = &Type> {
        self.types
            .iter()
            .filter(|ty| ty.is_fact || matches!(ty.guard, Guard::Client | Guard::Result))
    }

    /// The shape of that name.
    pub fn shape(&self, name: &str) -> Option<&Shape> {
        self.shapes.iter().find(|shape| shape.name == name)
    }

    /// Adds what can be done, what can be subscribed to, and which arguments are codes.
    #[must_use]
    pub fn with(
        mut self,
        mutations: Vec<Root>,
        subscriptions: Vec<Root>,
        codes: &'static [(&'static str, &'static str)],
    ) -> Self {
        (self.mutations, self.subscriptions, self.codes) = (mutations, subscriptions, codes);
        self
    }

    /// The field of that name at the root `Query`, `Mutation` or `Subscription`.
    pub fn root(&self, of: &str, name: &str) -> Option<&Root> {
        let roots = match of {
            "Mutation" => &self.mutations,
            "Subscription" => &self.subscriptions,
            _ => &self.roots,
        };
        roots.iter().find(|root| root.name == name)
    }

    /// Why the caller is answered nothing at a field of a root, whatever it asks there: its token is missing,
    /// or lacks a scope.
    pub fn barred(&self, principal: &Principal, root: &Root) -> Option<Denied> {
        match &root.kind {
            RootKind::List(List { target, .. })
            | RootKind::Lookup { target, .. }
            | RootKind::Statistics(target) => scope::barred(principal, self.find(target)?, None),
            RootKind::Statistic(object, ..) => access::may_ask(principal, *object).err(),
            RootKind::Action(needs, _) => access::may_begin(principal, *needs).err(),
            // Rows of several kinds: each is decided by itself.
            RootKind::Node | RootKind::Nodes | RootKind::Known(_) | RootKind::Stream(_) => None,
        }
    }

    /// Whether an object of the type `name` meets the condition of a fragment.
    pub fn is_a(&self, name: &str, condition: &str) -> bool {
        name == condition
            || self.find(name).is_some_and(|ty| match condition {
                "Node" => ty.is_node,
                "Fact" => ty.is_fact,
                "Party" => matches!(ty.name, "Person" | "Institution"),
                _ => false,
            })
    }
}

/// The fields of the interface `Fact`.
fn with_provenance(mut ty: Type) -> Type {
    use entity::citation::Column as C;
    ty = ty
        .column("version", C::Version, "판. Counted up by each write.")
        .choice("origin", C::Origin, entity::common::Origin::CHOICE, "출처 구분.")
        .column("createdAt", C::CreatedAt, "생성 시각.")
        .column("updatedAt", C::UpdatedAt, "수정 시각.");
    for (name, target, description) in [
        ("citations", "Citation", "출처. Documents that carry it."),
        ("conflicts", "Conflict", "불일치. Claims that disagree."),
    ] {
        ty.fields.push(Field {
            name,
            description: description.to_owned(),
            ty: String::new(),
            args: Vec::new(),
            kind: Kind::Many(List {
                target,
                link: Some(Link::Foreign("subject_id")),
                sorted: vec!["position"],
                condition: None,
                weight: |_| 0,
            }),
            deprecated: None,
        });
    }
    ty.unfiltered(&["version", "createdAt"])
}
