//! What a type is, once it is declared (`declare`): fields, where their values come from, lists, orders,
//! filters, and whose rows are seen.

use std::collections::HashMap;

use entity::Choice;
use serde_json::{Map, Value};

use super::context::Reader;
use super::export::Export;
use super::sql::Sql;
use super::statistic::Statistics;
use super::weight::Weight;
use crate::error::Error;

/// Arguments of a field after coercion: defaults filled in, variables replaced.
pub type Args = Map<String, Value>;

/// Kinds of leaf values.
#[derive(Debug, Clone, Copy)]
pub enum Scalar {
    /// UTF-8 text.
    Text,
    /// 32-bit integer.
    Int,
    /// Double-precision number.
    Float,
    /// Truth value.
    Boolean,
    /// Exact amount of Korean won.
    Krw,
    /// Calendar date.
    Date,
    /// Instant, shown in Asia/Seoul.
    DateTime,
    /// Date known to the year, month or day.
    PartialDate,
    /// Quarter of the calendar year.
    Quarter,
    /// Month, quarter, half or year.
    Period,
    /// JSON of our own making, kept as text; never compared.
    Json,
    /// One code of a list.
    Choice(&'static Choice),
}

impl Scalar {
    /// Name in the schema.
    pub fn type_name(self) -> &'static str {
        match self {
            Self::Text => "String",
            Self::Int => "Int",
            Self::Float => "Float",
            Self::Boolean => "Boolean",
            Self::Krw => "KRW",
            Self::Date => "Date",
            Self::DateTime => "DateTime",
            Self::PartialDate => "PartialDate",
            Self::Quarter => "Quarter",
            Self::Period => "Period",
            Self::Json => "JSON",
            Self::Choice(choice) => choice.name,
        }
    }
}

/// Whose rows are seen: the table's side of the access policy.
#[derive(Debug, Clone, Copy)]
pub enum Guard {
    /// Rows carry their own visibility.
    Public,
    /// Own visibility, and that of the row they belong to.
    Via {
        /// Column naming the row they belong to.
        fk: &'static str,
        /// Its type.
        parent: &'static str,
    },
    /// Links between rows: own visibility, and that of every row they name, by column and type.
    Between(&'static [(&'static str, &'static str)]),
    /// Adoption cases: published ones.
    Case,
    /// Contact points: personal data, where the row's institution decides, and public service desks.
    Personal,
    /// Clients of the API: the row's institution decides.
    Client,
    /// Audit events: the row's institution decides.
    Audit,
    /// Submissions and what belongs to them: the row's institution decides.
    Result,
    /// Changes: as visible as the row named by `subject_type` and `subject_id`, of whatever type.
    Feed,
    /// As visible as the row named by `subject_type` and `subject_id`.
    Subject {
        /// Whether rows carry a visibility of their own as well.
        own: bool,
    },
}

/// An SQL expression over the row named by the alias.
pub type Expression =
    fn(&Reader<'_>, &mut Sql, alias: &str, args: &Args, level: &Args) -> Result<(), Error>;

/// Where a value comes from.
#[derive(Clone, Copy)]
pub enum Source {
    /// A column of the row.
    Column(&'static str),
    /// An expression over the row.
    Expression(Expression),
}

/// A value with its kind.
#[derive(Clone, Copy)]
pub struct Column {
    /// Where it comes from.
    pub source: Source,
    /// What it is.
    pub scalar: Scalar,
}

/// Computes a value from the columns asked for.
pub type Compute = fn(&Reader<'_>, values: &[Value], args: &Args) -> Result<Value, Error>;

/// A link table between two types.
#[derive(Debug, Clone, Copy)]
pub struct Through {
    /// The table.
    pub table: &'static str,
    /// Its column naming the parent.
    pub parent: &'static str,
    /// Its column naming the listed row.
    pub target: &'static str,
}

/// How the rows of a list belong to their parent.
#[derive(Debug, Clone, Copy)]
pub enum Link {
    /// A column of the listed row names the parent.
    Foreign(&'static str),
    /// An expression over the listed row names the parent.
    Reached(Expression),
    /// A link table names both.
    Through(Through),
}

/// One term of an order.
#[derive(Clone, Copy)]
pub struct Order {
    /// What is compared; never null.
    pub column: Column,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// A condition that the arguments of a list add.
pub type Condition = fn(&Reader<'_>, &mut Sql, alias: &str, args: &Args) -> Result<(), Error>;

/// A list of rows.
#[derive(Clone)]
pub struct List {
    /// Type of the rows.
    pub target: &'static str,
    /// How they belong to their parent; none at the root.
    pub link: Option<Link>,
    /// Order when the caller names none.
    pub sorted: Vec<&'static str>,
    /// Condition that the arguments add.
    pub condition: Option<Condition>,
    /// What its rows cost beyond being read in order.
    pub weight: Weight,
}

/// What a field is.
#[derive(Clone)]
pub enum Kind {
    /// The global id.
    Id,
    /// A leaf.
    Leaf(Column),
    /// A text in Korean and English.
    Localized {
        /// Korean column.
        ko: &'static str,
        /// English column.
        en: &'static str,
    },
    /// A row named by a key, joined to the statement.
    One {
        /// The key.
        key: Source,
        /// Type of the row.
        target: &'static str,
    },
    /// The first of several rows that is there, as a member of a union.
    Either(Vec<(&'static str, &'static str)>),
    /// A connection of rows.
    Many(List),
    /// The row named by `subject_type` and `subject_id`.
    Subject,
    /// The global id of that row, whether or not it is still there.
    SubjectId,
    /// A value computed from columns, of a leaf type or a [`Shape`].
    Computed {
        /// What it is computed from.
        inputs: Vec<Column>,
        /// How.
        compute: Compute,
    },
}

/// An argument of a field.
#[derive(Debug, Clone)]
pub struct Arg {
    /// Name.
    pub name: &'static str,
    /// Type as written in the schema.
    pub ty: String,
    /// Default as written in the schema.
    pub default: Option<&'static str>,
    /// Description.
    pub description: String,
}

impl Arg {
    /// An argument without a default.
    pub fn new(name: &'static str, ty: impl Into<String>, description: impl Into<String>) -> Self {
        Self { name, ty: ty.into(), default: None, description: description.into() }
    }
}

/// A field of a type.
#[derive(Clone)]
pub struct Field {
    /// Name.
    pub name: &'static str,
    /// Description: Korean term, then English.
    pub description: String,
    /// Type as written in the schema; empty until the catalogue knows it (to-one, lists).
    pub ty: String,
    /// Arguments.
    pub args: Vec<Arg>,
    /// What it is.
    pub kind: Kind,
    /// Why it is on its way out, and what to read instead.
    pub deprecated: Option<&'static str>,
}

/// A filter that is more than a comparison of a field.
#[derive(Clone)]
pub struct Filter {
    /// Name in the filter input.
    pub name: &'static str,
    /// Type as written in the schema.
    pub ty: &'static str,
    /// Description.
    pub description: &'static str,
    /// The condition; its value arrives as the argument `value`.
    pub condition: Condition,
}

/// A small object computed in one piece: named fields over a JSON object.
#[derive(Debug, Clone)]
pub struct Shape {
    /// Name.
    pub name: &'static str,
    /// Description.
    pub description: &'static str,
    /// Fields: name, type as written in the schema, description.
    pub fields: &'static [(&'static str, &'static str, &'static str)],
}

/// A type of rows.
#[derive(Clone)]
pub struct Type {
    /// Name.
    pub name: &'static str,
    /// Tag in global ids.
    pub tag: [u8; 2],
    /// Table or view.
    pub table: &'static str,
    /// Description: Korean term, then English.
    pub description: &'static str,
    /// Whose rows are seen.
    pub guard: Guard,
    /// Columns that name the institutions a row belongs to.
    pub owners: Vec<&'static str>,
    /// Whether it has an id and belongs to the interface `Node`.
    pub is_node: bool,
    /// The field that is the node of its lists, whose other fields stand on their edges.
    pub node: Option<&'static str>,
    /// Whether it carries provenance and belongs to the interface `Fact`.
    pub is_fact: bool,
    /// Fields in the order of the schema.
    pub fields: Vec<Field>,
    /// Order of its lists where none is named: columns, `-` for descending.
    pub sorted: Vec<&'static str>,
    /// Orders a caller may name: enum value, column.
    pub orders: Vec<(&'static str, Column)>,
    /// Whether its texts are indexed for search.
    pub searchable: bool,
    /// Whether its texts are found as those of the row it belongs to: another name of an institution.
    pub is_alias: bool,
    /// Fields, or paths of them, that lead to the rows by whose names `search` finds a row as well.
    pub searches: Vec<&'static str>,
    /// The code of a row as it is kept, however it is written.
    pub code_of: fn(&str) -> String,
    /// Filters beside the fields.
    pub filters: Vec<Filter>,
    /// Fields that filters do not compare.
    pub unfiltered: Vec<&'static str>,
    /// Table of the rows that are no more and lead to others, by their `id` and `code` and those of the rows to which they
    /// lead, `into_id`.
    pub merged: Option<&'static str>,
    /// Its list at the root.
    pub list: Option<&'static str>,
    /// What is counted of its list.
    pub statistics: Option<Statistics>,
    /// Which of its rows are shown in statistics even if nothing counts under them, where that is asked for.
    pub fills: Option<Condition>,
    /// What of its rows stands in files.
    pub export: Option<Export>,
    /// Its lookup at the root: field and column.
    pub lookup: Option<(&'static str, &'static str)>,
    /// Columns by which a row is named alone, since no two rows share a value.
    pub(super) keys: Vec<&'static str>,
    /// Kinds and nullability of the table's columns.
    pub(crate) columns: HashMap<&'static str, (Scalar, bool)>,
}
