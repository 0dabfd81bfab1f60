//! From the selection to a plan: which statement each level needs, which columns it selects, and how
//! its rows become the answer. Nothing is read here.

use apollo_compiler::executable::SelectionSet;
use serde_json::{Map, Value};

use super::args;
use super::catalog::Catalog;
use super::model::{Args, Column, Compute, Field, Kind, List, Order, Scalar, Shape, Source, Type};
use super::page::{self, Page};
use super::selection::{Document, Selected};
use crate::error::Error;

/// Most rows that one query could reach if every page were full: page sizes multiply.
pub const MAX_COST: usize = 1_000_000;
/// Most rows that one query may really read.
pub const MAX_ROWS: usize = 50_000;

/// One statement: a type's rows with what is joined to them.
pub struct Level<'a> {
    /// Type of the rows.
    pub ty: &'a Type,
    /// What is selected, by position.
    pub columns: Vec<Item>,
    /// Rows joined; number n is the alias `j{n}`.
    pub joins: Vec<Join<'a>>,
    /// Levels below.
    pub children: Vec<Child<'a>>,
    /// Arguments of the list, for expressions.
    pub args: Args,
}

/// A selected column or expression.
pub struct Item {
    /// The row it belongs to: 0 is the base, n the n-th join.
    pub row: usize,
    /// What it is.
    pub column: Column,
    /// Arguments of its field.
    pub args: Args,
}

/// A to-one row.
pub struct Join<'a> {
    /// The row that names it.
    pub from: usize,
    /// The key.
    pub key: Source,
    /// Its type.
    pub ty: &'a Type,
}

/// A level below.
pub struct Child<'a> {
    /// Position of the key of the row it hangs on.
    pub key_at: usize,
    /// What it is.
    pub kind: ChildKind<'a>,
}

/// Kinds of levels below.
pub enum ChildKind<'a> {
    /// Rows of a list.
    List(Box<ListPlan<'a>>),
    /// The rows named by type and key; planned once the types are known.
    Subject {
        /// Position of the type's name.
        type_at: usize,
        /// What is selected on them.
        sets: Vec<&'a SelectionSet>,
    },
}

/// A list as asked for.
pub struct ListPlan<'a> {
    /// The declaration.
    pub list: &'a List,
    /// The statement.
    pub level: Level<'a>,
    /// The page.
    pub page: Page,
    /// The order, not yet closed by the id.
    pub order: Vec<Order>,
    /// Seal of its cursors.
    pub seal: u32,
    /// Positions of the order's values, if cursors are asked for.
    pub order_at: Vec<usize>,
    /// Position of the row's own key.
    pub id_at: usize,
    /// The condition, if any.
    pub filter: Option<Map<String, Value>>,
    /// What is answered.
    pub connection: Vec<(String, Part<'a>)>,
    /// Whether rows are asked for.
    pub wants_rows: bool,
    /// Whether the total is asked for.
    pub wants_total: bool,
}

/// A field of a connection.
pub enum Part<'a> {
    /// `__typename`.
    TypeName(String),
    /// `edges`.
    Edges(Vec<(String, EdgePart<'a>)>),
    /// `nodes`.
    Nodes(Object<'a>),
    /// `pageInfo`.
    PageInfo(Vec<(String, PagePart)>),
    /// `totalCount`.
    TotalCount,
}

/// A field of an edge.
pub enum EdgePart<'a> {
    /// `__typename`.
    TypeName(String),
    /// `cursor`.
    Cursor,
    /// `node`.
    Node(Object<'a>),
}

/// A field of the page's account.
#[derive(Debug, Clone, Copy)]
pub enum PagePart {
    /// `__typename`.
    TypeName,
    /// `hasNextPage`.
    HasNext,
    /// `hasPreviousPage`.
    HasPrevious,
    /// `startCursor`.
    Start,
    /// `endCursor`.
    End,
}

/// An object: its fields in the order of the query.
pub struct Object<'a> {
    /// Type.
    pub ty: &'a Type,
    /// Response keys (as JSON, with the colon) and what is written for them.
    pub fields: Vec<(String, FieldPlan<'a>)>,
}

/// How a field is written.
pub enum FieldPlan<'a> {
    /// `__typename`.
    TypeName,
    /// The global id, from the key at a position.
    Id(usize),
    /// A leaf.
    Leaf(usize, Scalar),
    /// A text in two languages; null where the Korean is.
    Localized {
        /// Position of the Korean text.
        ko: usize,
        /// Parts asked for; none is `__typename`.
        parts: Vec<(String, Option<usize>)>,
    },
    /// A joined row, there if its key is.
    One(usize, Object<'a>),
    /// The first joined row that is there.
    Either(Vec<(usize, Object<'a>)>),
    /// A level below.
    Child(usize),
    /// A computed value.
    Computed {
        /// Positions of what it is computed from.
        inputs: Vec<(usize, Scalar)>,
        /// How.
        compute: Compute,
        /// Arguments.
        args: Args,
        /// What is selected on it, if it is a shape.
        shape: Option<ShapePlan<'a>>,
    },
}

/// What is selected on a shape.
pub struct ShapePlan<'a> {
    /// The shape.
    pub shape: &'a Shape,
    /// Response key, field, and what is selected on it.
    pub fields: Vec<(String, &'a str, Option<ShapePlan<'a>>)>,
}

/// A response key as it is written.
pub fn written(key: &str) -> String {
    format!("\"{key}\":")
}

/// Plans one request.
pub struct Planner<'a> {
    /// Every type.
    pub catalog: &'a Catalog,
    /// The document.
    pub document: Document<'a>,
    /// Rows reached so far, by page sizes.
    pub cost: usize,
    /// Rows read so far.
    pub rows: usize,
}

/// Key of a row, selected to tell whether it is there.
const KEY: Column = Column { source: Source::Column("id"), scalar: Scalar::Text };

impl<'a> Level<'a> {
    /// A level without columns.
    pub fn new(ty: &'a Type, args: Args) -> Self {
        Self { ty, columns: Vec::new(), joins: Vec::new(), children: Vec::new(), args }
    }

    /// Position of a column, selecting it if it is not yet.
    pub fn select(&mut self, row: usize, column: Column, args: Args) -> usize {
        if let Source::Column(name) = column.source {
            let known = self.columns.iter().position(|item| {
                item.row == row
                    && matches!(item.column.source, Source::Column(other) if other == name)
            });
            if let Some(at) = known {
                return at;
            }
        }
        self.columns.push(Item { row, column, args });
        self.columns.len() - 1
    }

    /// Position of a row's own key.
    pub fn key(&mut self, row: usize) -> usize {
        self.select(row, KEY, Args::new())
    }

    fn join(&mut self, from: usize, key: Source, ty: &'a Type) -> usize {
        if let Source::Column(name) = key {
            let known = self.joins.iter().position(|join| {
                join.from == from
                    && std::ptr::eq(join.ty, ty)
                    && matches!(join.key, Source::Column(other) if other == name)
            });
            if let Some(at) = known {
                return at + 1;
            }
        }
        self.joins.push(Join { from, key, ty });
        self.joins.len()
    }
}

impl<'a> Planner<'a> {
    fn ty(&self, name: &str) -> Result<&'a Type, Error> {
        self.catalog.declared(name)
    }

    /// Arguments of a selected field.
    ///
    /// # Errors
    /// Input.
    pub fn args(&self, selected: &Selected<'_>) -> Result<Args, Error> {
        args::coerce(self.document.schema, selected.field, self.document.variables)
    }

    /// Plans an object over a row of the level.
    ///
    /// # Errors
    /// Input, if an argument is not what it may be.
    pub fn object(
        &mut self,
        level: &mut Level<'a>,
        row: usize,
        ty: &'a Type,
        sets: &[&'a SelectionSet],
        rows: usize,
    ) -> Result<Object<'a>, Error> {
        let mut fields = Vec::new();
        for selected in self.document.collect(self.catalog, ty.name, sets) {
            let name = selected.field.name.as_str();
            let plan = if name == "__typename" {
                FieldPlan::TypeName
            } else {
                let field = ty
                    .find(name)
                    .ok_or_else(|| Error::internal(format!("unknown field {}.{name}", ty.name)))?;
                self.field(level, row, ty, field, &selected, rows)?
            };
            fields.push((written(selected.key), plan));
        }
        Ok(Object { ty, fields })
    }

    fn field(
        &mut self,
        level: &mut Level<'a>,
        row: usize,
        ty: &'a Type,
        field: &'a Field,
        selected: &Selected<'a>,
        rows: usize,
    ) -> Result<FieldPlan<'a>, Error> {
        Ok(match &field.kind {
            Kind::Id => FieldPlan::Id(level.key(row)),
            Kind::Leaf(column) => {
                let args = if field.args.is_empty() { Args::new() } else { self.args(selected)? };
                FieldPlan::Leaf(level.select(row, *column, args), column.scalar)
            }
            Kind::Localized { ko, en } => {
                let text = |name| Column { source: Source::Column(name), scalar: Scalar::Text };
                let ko = level.select(row, text(ko), Args::new());
                let mut parts = Vec::new();
                for part in self.document.collect(self.catalog, "LocalizedText", &selected.sets) {
                    let at = match part.field.name.as_str() {
                        "ko" => Some(ko),
                        "en" => Some(level.select(row, text(en), Args::new())),
                        _ => None,
                    };
                    parts.push((written(part.key), at));
                }
                FieldPlan::Localized { ko, parts }
            }
            Kind::One { key, target } => {
                let target = self.ty(target)?;
                let joined = level.join(row, *key, target);
                let id = level.key(joined);
                FieldPlan::One(id, self.object(level, joined, target, &selected.sets, rows)?)
            }
            Kind::Either(options) => {
                let mut plans = Vec::with_capacity(options.len());
                for (key, target) in options {
                    let target = self.ty(target)?;
                    let joined = level.join(row, Source::Column(key), target);
                    let id = level.key(joined);
                    plans.push((id, self.object(level, joined, target, &selected.sets, rows)?));
                }
                FieldPlan::Either(plans)
            }
            Kind::Many(list) => {
                let coordinate = format!("{}.{}", ty.name, field.name);
                let plan = self.list(&coordinate, list, selected, rows)?;
                let key_at = level.key(row);
                level.children.push(Child { key_at, kind: ChildKind::List(Box::new(plan)) });
                FieldPlan::Child(level.children.len() - 1)
            }
            Kind::Subject => {
                let column = |name| Column { source: Source::Column(name), scalar: Scalar::Text };
                let type_at = level.select(row, column("subject_type"), Args::new());
                let key_at = level.select(row, column("subject_id"), Args::new());
                self.add_cost(rows)?;
                let kind = ChildKind::Subject { type_at, sets: selected.sets.clone() };
                level.children.push(Child { key_at, kind });
                FieldPlan::Child(level.children.len() - 1)
            }
            Kind::Computed { inputs, compute } => {
                let args = self.args(selected)?;
                let inputs = inputs
                    .iter()
                    .map(|column| (level.select(row, *column, args.clone()), column.scalar))
                    .collect();
                let shape = self.shape(&field.ty, &selected.sets);
                FieldPlan::Computed { inputs, compute: *compute, args, shape }
            }
        })
    }

    /// What is selected on a field of type `ty`, if that is a shape.
    pub fn shape(&self, ty: &str, sets: &[&'a SelectionSet]) -> Option<ShapePlan<'a>> {
        let shape = self.catalog.shape(ty.trim_matches(['[', ']', '!']))?;
        let fields = self
            .document
            .collect(self.catalog, shape.name, sets)
            .into_iter()
            .map(|selected| {
                let name = selected.field.name.as_str();
                let inner = shape
                    .fields
                    .iter()
                    .find(|(field, ..)| *field == name)
                    .and_then(|(_, ty, _)| self.shape(ty, &selected.sets));
                (written(selected.key), name, inner)
            })
            .collect();
        Some(ShapePlan { shape, fields })
    }

    fn add_cost(&mut self, rows: usize) -> Result<(), Error> {
        self.cost = self.cost.saturating_add(rows);
        if self.cost > MAX_COST {
            return Err(Error::TooCostly { cost: self.cost, limit: MAX_COST });
        }
        Ok(())
    }

    /// Counts rows that were read.
    ///
    /// # Errors
    /// Too costly.
    pub fn add_rows(&mut self, rows: usize) -> Result<(), Error> {
        self.rows = self.rows.saturating_add(rows);
        if self.rows > MAX_ROWS {
            return Err(Error::TooCostly { cost: self.rows, limit: MAX_ROWS });
        }
        Ok(())
    }

    /// Plans a list below `parents` rows.
    ///
    /// # Errors
    /// Input; too costly.
    pub fn list(
        &mut self,
        coordinate: &str,
        list: &'a List,
        selected: &Selected<'a>,
        parents: usize,
    ) -> Result<ListPlan<'a>, Error> {
        let ty = self.ty(list.target)?;
        let args = self.args(selected)?;
        let (order, spelled) = order(ty, list, &args)?;
        let seal = page::seal(coordinate, &spelled);
        let scalars: Vec<Scalar> = order.iter().map(|term| term.column.scalar).collect();
        let page = Page::from_args(&args, seal, &scalars)?;
        let rows = parents.saturating_mul(page.size);
        self.add_cost(rows)?;
        let filter = args.get("where").and_then(Value::as_object).cloned();
        let mut level = Level::new(ty, args);
        let id_at = level.key(0);
        let mut wants = Wants::default();
        let connection = self.connection(&mut level, ty, &selected.sets, rows, &mut wants)?;
        let order_at = if wants.cursors {
            order.iter().map(|term| level.select(0, term.column, Args::new())).collect()
        } else {
            Vec::new()
        };
        Ok(ListPlan {
            list,
            level,
            page,
            order,
            seal,
            order_at,
            id_at,
            filter,
            connection,
            wants_rows: wants.rows,
            wants_total: wants.total,
        })
    }

    fn connection(
        &mut self,
        level: &mut Level<'a>,
        ty: &'a Type,
        sets: &[&'a SelectionSet],
        rows: usize,
        wants: &mut Wants,
    ) -> Result<Vec<(String, Part<'a>)>, Error> {
        let name = format!("{}Connection", ty.name);
        let mut parts = Vec::new();
        for selected in self.document.collect(self.catalog, &name, sets) {
            let part = match selected.field.name.as_str() {
                "edges" => {
                    wants.rows = true;
                    Part::Edges(self.edges(level, ty, &selected.sets, rows, wants)?)
                }
                "nodes" => {
                    wants.rows = true;
                    Part::Nodes(self.object(level, 0, ty, &selected.sets, rows)?)
                }
                "pageInfo" => {
                    wants.rows = true;
                    let fields = self.document.collect(self.catalog, "PageInfo", &selected.sets);
                    let parts = fields.iter().map(|field| {
                        let part = match field.field.name.as_str() {
                            "hasNextPage" => PagePart::HasNext,
                            "hasPreviousPage" => PagePart::HasPrevious,
                            "startCursor" => PagePart::Start,
                            "endCursor" => PagePart::End,
                            _ => PagePart::TypeName,
                        };
                        wants.cursors |= matches!(part, PagePart::Start | PagePart::End);
                        (written(field.key), part)
                    });
                    Part::PageInfo(parts.collect())
                }
                "totalCount" => {
                    wants.total = true;
                    Part::TotalCount
                }
                _ => Part::TypeName(name.clone()),
            };
            parts.push((written(selected.key), part));
        }
        Ok(parts)
    }

    fn edges(
        &mut self,
        level: &mut Level<'a>,
        ty: &'a Type,
        sets: &[&'a SelectionSet],
        rows: usize,
        wants: &mut Wants,
    ) -> Result<Vec<(String, EdgePart<'a>)>, Error> {
        let name = format!("{}Edge", ty.name);
        let mut parts = Vec::new();
        for selected in self.document.collect(self.catalog, &name, sets) {
            let part = match selected.field.name.as_str() {
                "cursor" => {
                    wants.cursors = true;
                    EdgePart::Cursor
                }
                "node" => EdgePart::Node(self.object(level, 0, ty, &selected.sets, rows)?),
                _ => EdgePart::TypeName(name.clone()),
            };
            parts.push((written(selected.key), part));
        }
        Ok(parts)
    }
}

/// What a connection needs.
#[derive(Default)]
struct Wants {
    rows: bool,
    total: bool,
    cursors: bool,
}

/// The order asked for, or the list's own; and how it is spelled, for the seal of its cursors.
fn order(ty: &Type, list: &List, args: &Args) -> Result<(Vec<Order>, String), Error> {
    let asked =
        args.get("orderBy").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut order = Vec::new();
    let mut spelled = String::new();
    for term in asked {
        let name = term.get("field").and_then(Value::as_str).unwrap_or_default();
        let (name, column) =
            ty.orders.iter().find(|(known, _)| *known == name).ok_or_else(|| {
                Error::input(
                    format!("정렬 기준 {name}이(가) 없습니다."),
                    format!("There is no order {name}."),
                )
            })?;
        let descending = term.get("direction").and_then(Value::as_str) == Some("DESC");
        if spelled.contains(&format!("{name} ")) {
            return Err(Error::input(
                format!("orderBy에 {name}이(가) 두 번 있습니다."),
                format!("orderBy names {name} twice."),
            ));
        }
        spelled.push_str(&format!("{name} {descending},"));
        order.push(Order { column: *column, descending });
    }
    if asked.is_empty() {
        for term in &list.sorted {
            let column = term.trim_start_matches('-');
            spelled.push_str(term);
            spelled.push(',');
            let named = ty.orders.iter().find(|(name, _)| *name == column);
            let column = named.map_or_else(|| ty.order_column(column), |(_, column)| *column);
            order.push(Order { column, descending: term.starts_with('-') });
        }
    }
    Ok((order, spelled))
}
