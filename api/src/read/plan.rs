//! What a plan is: the statement of each level, and how its rows become the answer.

use apollo_compiler::executable::SelectionSet;
use serde_json::{Map, Value};

use super::context::Reader;
use super::model::{Args, Column, Compute, Guard, List, Order, Scalar, Shape, Source, Type};
use super::page::Page;
use super::scope;
use super::sql::Sql;
use crate::domain::access::Denied;
use crate::error::Error;

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
    /// Position of the row's key where it is personal data, for types that can be.
    pub personal_at: Option<usize>,
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
    /// What the list says of the row.
    Field(FieldPlan<'a>),
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
    /// The global id of a row of any type, from its type and key at positions.
    SubjectId {
        /// Position of the type's name.
        type_at: usize,
        /// Position of the key.
        key_at: usize,
    },
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
    /// A list that the caller may not ask for: null, and why.
    Barred(Denied),
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
    pub fields: Vec<(String, &'a str, ShapeField<'a>)>,
}

/// Key of a row, selected to tell whether it is there.
const KEY: Column = Column { source: Source::Column("id"), scalar: Scalar::Text };

/// Key of a row if it is personal data.
const PERSONAL_KEY: Column =
    Column { source: Source::Expression(personal_key), scalar: Scalar::Text };

fn personal_key(
    _: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    _: &Args,
    _: &Args,
) -> Result<(), Error> {
    sql.push("CASE WHEN ");
    scope::personal(sql, alias);
    sql.push(" THEN ").column(alias, "id").push(" END");
    Ok(())
}

/// A field of a shape.
pub enum ShapeField<'a> {
    /// A leaf.
    Leaf,
    /// A shape.
    Shape(ShapePlan<'a>),
    /// A row of a type, named by its key.
    Row(&'a Type, Vec<&'a SelectionSet>),
}

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

    /// Position of a row's own key where the row is personal data; none for types that never are.
    pub fn personal_key(&mut self) -> Option<usize> {
        matches!(self.ty.guard, Guard::Personal).then(|| self.select(0, PERSONAL_KEY, Args::new()))
    }

    /// Number of the row joined by a key, joining it if it is not yet.
    pub fn join(&mut self, from: usize, key: Source, ty: &'a Type) -> usize {
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
