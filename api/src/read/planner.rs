//! From the selection to a plan: which statement each level needs, which columns it selects, and how
//! its rows become the answer. Nothing is read here.

use apollo_compiler::executable::SelectionSet;
use serde_json::Value;

use super::args;
use super::catalog::Catalog;
use super::check;
use super::context::Reader;
use super::forms;
use super::model::{Args, Column, Field, Guard, Kind, List, Order, Scalar, Source, Type};
use super::page::{self, Page};
use super::plan::{
    Child, ChildKind, EdgePart, FieldPlan, Level, ListPlan, Object, PagePart, Part, ShapeField,
    ShapePlan,
};
use super::scope;
use super::selection::{Document, Selected};
use super::weight;
use crate::domain::principal::Principal;
use crate::error::Error;
use crate::service::change::Places;

/// Most that one query may cost before it is run, in rows: those that it could reach if every page were full,
/// and what [`weight`] adds.
pub const MAX_COST: usize = 1_000_000;
/// Most rows that one query may really read.
pub const MAX_ROWS: usize = 50_000;

/// The list whose cursors a subscription takes and gives.
pub const STREAMED: &str = "Query.changes";

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
    /// Who asks.
    pub principal: &'a Principal,
    /// What callers see of places in the change feed.
    pub places: &'a Places,
    /// What was planned so far costs, in rows.
    pub cost: usize,
    /// Rows read so far.
    pub rows: usize,
}

impl<'a> Planner<'a> {
    /// Plans for the caller; nothing is counted yet.
    pub fn new(reader: &Reader<'a>, document: Document<'a>) -> Self {
        let Reader { catalog, principal, places, .. } = *reader;
        Self { catalog, document, principal, places, cost: 0, rows: 0 }
    }

    fn ty(&self, name: &str) -> Result<&'a Type, Error> {
        self.catalog.declared(name)
    }

    /// Arguments of a selected field.
    ///
    /// # Errors
    /// Input.
    pub fn args(&self, selected: &Selected<'_>) -> Result<Args, Error> {
        let args = self.given(selected)?;
        forms::first(forms::misfits(self.document.schema, selected.field, &args)).map(|()| args)
    }

    /// Arguments of a selected field, whatever forms its scalars have.
    ///
    /// # Errors
    /// Input, if a value cannot be taken at all.
    pub fn given(&self, selected: &Selected<'_>) -> Result<Args, Error> {
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
        self.add_cost(rows.saturating_mul(fields.len() / weight::FIELDS))?;
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
                if matches!(column.source, Source::Expression(_)) {
                    self.add_cost(rows.saturating_mul(weight::EXPRESSION))?;
                }
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
            Kind::Many(list)
                if let Some(denied) =
                    scope::barred(self.principal, self.ty(list.target)?, list.link) =>
            {
                FieldPlan::Barred(denied)
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
            Kind::SubjectId => {
                let column = |name| Column { source: Source::Column(name), scalar: Scalar::Text };
                let type_at = level.select(row, column("subject_type"), Args::new());
                let key_at = level.select(row, column("subject_id"), Args::new());
                FieldPlan::SubjectId { type_at, key_at }
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
                let ty =
                    shape.fields.iter().find(|(field, ..)| *field == name).map(|(_, ty, _)| *ty);
                let row = ty.and_then(|ty| self.catalog.find(ty.trim_end_matches('!')));
                let inner = match (row, ty.and_then(|ty| self.shape(ty, &selected.sets))) {
                    (Some(row), _) => ShapeField::Row(row, selected.sets.clone()),
                    (None, Some(shape)) => ShapeField::Shape(shape),
                    (None, None) => ShapeField::Leaf,
                };
                (written(selected.key), name, inner)
            })
            .collect();
        Some(ShapePlan { shape, fields })
    }

    /// Counts rows that could be reached, or work that takes as long.
    ///
    /// # Errors
    /// Too costly.
    pub fn add_cost(&mut self, rows: usize) -> Result<(), Error> {
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
        let page = Page::from_args(&args, self.document.page, |text| match ty.guard {
            Guard::Feed => page::decode_place(text, seal, self.places),
            _ => Ok(page::decode(text, seal, &scalars)),
        })?;
        let rows = parents.saturating_mul(page.size);
        self.add_cost(rows)?;
        self.add_cost((list.weight)(&args))?;
        let filter = args.get("where").and_then(Value::as_object).cloned();
        if let Some(filter) = &filter {
            self.add_cost(check::filter(self.catalog, ty, filter)?)?;
        }
        let mut level = Level::new(ty, args);
        let id_at = level.key(0);
        let personal_at = level.personal_key();
        let mut wants = Wants::default();
        let connection = self.connection(&mut level, ty, &selected.sets, rows, &mut wants)?;
        if wants.total {
            self.add_cost(match list.link {
                None => weight::TOTAL,
                Some(_) => weight::TOTAL_OF_PARENT.saturating_mul(parents),
            })?;
        }
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
            personal_at,
            filter,
            connection,
            wants_rows: wants.rows,
            wants_total: wants.total,
        })
    }

    /// Plans the edges of a list that are told one at a time: the page is of the full size.
    ///
    /// # Errors
    /// Input; too costly.
    pub fn stream(
        &mut self,
        list: &'a List,
        selected: &Selected<'a>,
        args: Args,
    ) -> Result<(ListPlan<'a>, Vec<(String, EdgePart<'a>)>), Error> {
        let ty = self.ty(list.target)?;
        let (order, spelled) = order(ty, list, &Args::new())?;
        let seal = page::seal(STREAMED, &spelled);
        let page = Page { size: page::MAX_SIZE, backward: false, after: None, before: None };
        self.add_cost(page.size)?;
        let mut level = Level::new(ty, args);
        let id_at = level.key(0);
        let personal_at = level.personal_key();
        let mut wants = Wants { rows: true, ..Wants::default() };
        let edge = self.edges(&mut level, ty, &selected.sets, page.size, &mut wants)?;
        let order_at = order.iter().map(|term| level.select(0, term.column, Args::new())).collect();
        let plan = ListPlan {
            list,
            level,
            page,
            order,
            seal,
            order_at,
            id_at,
            personal_at,
            filter: None,
            connection: Vec::new(),
            wants_rows: true,
            wants_total: false,
        };
        Ok((plan, edge))
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
                    Part::Nodes(self.node(level, ty, &selected.sets, rows)?)
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

    /// Plans the node of a list: the row, or the one that a field of it names.
    fn node(
        &mut self,
        level: &mut Level<'a>,
        ty: &'a Type,
        sets: &[&'a SelectionSet],
        rows: usize,
    ) -> Result<Object<'a>, Error> {
        match ty.node.and_then(|name| ty.find(name)).map(|field| &field.kind) {
            Some(Kind::One { key, target }) => {
                let target = self.ty(target)?;
                let joined = level.join(0, *key, target);
                self.object(level, joined, target, sets, rows)
            }
            _ => self.object(level, 0, ty, sets, rows),
        }
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
                "node" => EdgePart::Node(self.node(level, ty, &selected.sets, rows)?),
                "__typename" => EdgePart::TypeName(name.clone()),
                of => {
                    let field = ty
                        .find(of)
                        .ok_or_else(|| Error::internal(format!("unknown field {name}.{of}")))?;
                    EdgePart::Field(self.field(level, 0, ty, field, &selected, rows)?)
                }
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
                Error::internal(format!("the order {}.{name} is not declared", ty.name))
            })?;
        let descending = term.get("direction").and_then(Value::as_str) == Some("DESC");
        if spelled.contains(&format!("{name} ")) {
            return Err(Error::argument(
                "orderBy",
                format!("`orderBy`에 같은 정렬 기준 `{name}` 항목이 두 번 있습니다."),
                format!("`orderBy` names `{name}` twice."),
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
