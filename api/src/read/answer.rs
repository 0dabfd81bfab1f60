//! Rows to JSON in one walk over the plan, keys in query order, without a tree of values in between.

use std::fmt::Write as _;

use serde_json::Value;
use uuid::Uuid;

use super::context::Reader;
use super::error::FieldError;
use super::global_id;
use super::load::{self, Loaded, LoadedChild, LoadedList};
use super::model::{Guard, Type};
use super::page;
use super::plan::{
    EdgePart, FieldPlan, Level, ListPlan, Object, PagePart, Part, ShapeField, ShapePlan,
};
use super::row;
use crate::domain::access::Denied;
use crate::error::Error;
use crate::service::ledger;

/// Writes answers for one request.
pub struct Writer<'a> {
    /// What the request reads.
    pub reader: &'a Reader<'a>,
    /// The answer so far.
    pub out: String,
    /// Lists that the caller may not ask for: where each stands, from there outwards, and why.
    pub barred: Vec<(Vec<Value>, Denied)>,
}

/// Most places at which it is told that the caller may not ask.
const MAX_BARRED: usize = 20;

/// A response key out of how it is written.
pub fn plain(key: &str) -> Value {
    key.trim_end_matches(':').trim_matches('"').into()
}

/// Writes the entries of an object with commas between them.
fn separated(out: &mut String, at: usize, key: &str) {
    if at > 0 {
        out.push(',');
    }
    out.push_str(key);
}

impl<'a> Writer<'a> {
    /// A writer with nothing written.
    pub fn new(reader: &'a Reader<'a>, out: String) -> Self {
        Self { reader, out, barred: Vec::new() }
    }

    /// Adds a step to the places found since there were `before`.
    fn within(&mut self, before: usize, step: impl Fn() -> Value) {
        for (path, _) in &mut self.barred[before..] {
            path.push(step());
        }
    }

    /// The places at which the caller may not ask, below the field of that key.
    pub fn errors(&mut self, key: &str) -> Vec<FieldError> {
        let found = std::mem::take(&mut self.barred).into_iter();
        found
            .map(|(mut path, denied)| {
                path.push(key.into());
                path.reverse();
                FieldError { path, error: denied.into() }
            })
            .collect()
    }

    /// Writes the object of one row.
    ///
    /// # Errors
    /// Internal, if a row does not hold what its declaration says.
    pub fn object(
        &mut self,
        object: &Object<'_>,
        level: &Level<'_>,
        loaded: &Loaded<'_>,
        at: usize,
    ) -> Result<(), Error> {
        self.out.push('{');
        for (index, (key, field)) in object.fields.iter().enumerate() {
            separated(&mut self.out, index, key);
            let before = self.barred.len();
            self.field(object.ty, field, level, loaded, at)?;
            self.within(before, || plain(key));
        }
        self.out.push('}');
        Ok(())
    }

    fn field(
        &mut self,
        ty: &Type,
        field: &FieldPlan<'_>,
        level: &Level<'_>,
        loaded: &Loaded<'_>,
        at: usize,
    ) -> Result<(), Error> {
        let found = &loaded.rows[at];
        match field {
            FieldPlan::TypeName => self.name(ty.name),
            FieldPlan::Id(key_at) => {
                let mut key = row::key(found, *key_at)?
                    .ok_or_else(|| Error::internal("a row without a key"))?;
                if matches!(ty.guard, Guard::Feed) {
                    key = self.reader.places.hide(key)?;
                }
                self.out.push('"');
                global_id::write(ty.tag, key.as_bytes(), &mut self.out);
                self.out.push('"');
            }
            FieldPlan::SubjectId { type_at, key_at } => {
                let ty = row::text(found, *type_at)?;
                let ty = ty.and_then(|name| self.reader.catalog.find(name));
                match ty.zip(row::key(found, *key_at)?) {
                    Some((ty, key)) => {
                        self.out.push('"');
                        global_id::write(ty.tag, key.as_bytes(), &mut self.out);
                        self.out.push('"');
                    }
                    None => self.out.push_str("null"),
                }
            }
            FieldPlan::Leaf(column_at, scalar) => {
                row::write(found, *column_at, *scalar, &mut self.out)?
            }
            FieldPlan::Localized { ko, parts } => {
                if row::text(found, *ko)?.is_none() {
                    self.out.push_str("null");
                    return Ok(());
                }
                self.out.push('{');
                for (index, (key, part)) in parts.iter().enumerate() {
                    separated(&mut self.out, index, key);
                    match part {
                        None => self.name("LocalizedText"),
                        Some(part_at) => match row::text(found, *part_at)? {
                            Some(text) => row::write_text(text, &mut self.out),
                            None => self.out.push_str("null"),
                        },
                    }
                }
                self.out.push('}');
            }
            FieldPlan::One(key_at, joined) => {
                if row::key(found, *key_at)?.is_some() {
                    self.object(joined, level, loaded, at)?;
                } else {
                    self.out.push_str("null");
                }
            }
            FieldPlan::Either(options) => {
                for (key_at, joined) in options {
                    if row::key(found, *key_at)?.is_some() {
                        return self.object(joined, level, loaded, at);
                    }
                }
                self.out.push_str("null");
            }
            FieldPlan::Child(number) => self.child(level, loaded, *number, at)?,
            FieldPlan::Barred(denied) => {
                if self.barred.len() < MAX_BARRED {
                    self.barred.push((Vec::new(), *denied));
                }
                self.out.push_str("null");
            }
            FieldPlan::Computed { inputs, compute, args, shape } => {
                let values = inputs
                    .iter()
                    .map(|(column_at, scalar)| row::value(found, *column_at, *scalar))
                    .collect::<Result<Vec<_>, _>>()?;
                let value = compute(self.reader, &values, args)?;
                self.value(&value, shape.as_ref());
            }
        }
        Ok(())
    }

    fn name(&mut self, name: &str) {
        self.out.push('"');
        self.out.push_str(name);
        self.out.push('"');
    }

    fn child(
        &mut self,
        level: &Level<'_>,
        loaded: &Loaded<'_>,
        number: usize,
        at: usize,
    ) -> Result<(), Error> {
        let child = &level.children[number];
        let found = &loaded.rows[at];
        let key = row::key(found, child.key_at)?;
        match (&child.kind, &loaded.children[number]) {
            (super::plan::ChildKind::List(plan), LoadedChild::List(list)) => {
                self.connection(plan, list, key.unwrap_or(load::ROOT))
            }
            (super::plan::ChildKind::Subject { type_at, .. }, LoadedChild::Subject(kinds)) => {
                let subject = row::text(found, *type_at)?
                    .and_then(|name| kinds.get(name))
                    .and_then(|kind| key.and_then(|key| kind.at.get(&key)).map(|at| (kind, *at)));
                match subject {
                    Some((kind, at)) => self.kind(kind, at),
                    // Feed, audit and reminders tell of rows that have gone since, or that the caller may not see.
                    None if !matches!(level.ty.guard, Guard::Subject { .. }) => {
                        self.out.push_str("null");
                        Ok(())
                    }
                    None => Err(Error::internal("a subject that its own guard let pass is gone")),
                }
            }
            _ => Err(Error::internal("rows that are not of their plan")),
        }
    }

    /// Writes a row loaded by its key.
    ///
    /// # Errors
    /// Internal.
    pub fn kind(&mut self, kind: &load::LoadedKind<'_>, at: usize) -> Result<(), Error> {
        self.object(&kind.object, &kind.level, &kind.loaded, at)
    }

    /// Writes a row loaded by its key that stands at a step of what is around it.
    ///
    /// # Errors
    /// Internal.
    pub fn item(
        &mut self,
        kind: &load::LoadedKind<'_>,
        at: usize,
        step: impl Into<Value> + Clone,
    ) -> Result<(), Error> {
        let before = self.barred.len();
        self.kind(kind, at)?;
        self.within(before, || step.clone().into());
        Ok(())
    }

    /// Writes the connection of one parent.
    ///
    /// # Errors
    /// Internal.
    pub fn connection(
        &mut self,
        plan: &ListPlan<'_>,
        list: &LoadedList<'_>,
        parent: Uuid,
    ) -> Result<(), Error> {
        let group = list.groups.get(&parent).cloned().unwrap_or(0..0);
        let more = group.len() > plan.page.size;
        let kept = group.start..group.start + group.len().min(plan.page.size);
        let mut rows: Vec<usize> = kept.collect();
        if plan.page.backward {
            rows.reverse();
        }
        self.out.push('{');
        for (index, (key, part)) in plan.connection.iter().enumerate() {
            separated(&mut self.out, index, key);
            let before = self.barred.len();
            match part {
                Part::TypeName(name) => self.name(name),
                Part::TotalCount => {
                    let total = list.totals.get(&parent).copied().unwrap_or(0);
                    self.out.push_str(&total.to_string());
                }
                Part::Nodes(object) => {
                    self.out.push('[');
                    for (index, at) in rows.iter().enumerate() {
                        separated(&mut self.out, index, "");
                        let before = self.barred.len();
                        self.object(object, &plan.level, &list.loaded, *at)?;
                        self.within(before, || index.into());
                    }
                    self.out.push(']');
                }
                Part::Edges(edge) => {
                    self.out.push('[');
                    for (index, at) in rows.iter().enumerate() {
                        separated(&mut self.out, index, "");
                        let before = self.barred.len();
                        self.edge(edge, plan, list, *at)?;
                        self.within(before, || index.into());
                    }
                    self.out.push(']');
                }
                Part::PageInfo(parts) => self.page_info(parts, plan, list, &rows, more)?,
            }
            self.within(before, || plain(key));
        }
        self.out.push('}');
        Ok(())
    }

    /// Writes one edge.
    ///
    /// # Errors
    /// Internal.
    pub fn edge(
        &mut self,
        edge: &[(String, EdgePart<'_>)],
        plan: &ListPlan<'_>,
        list: &LoadedList<'_>,
        at: usize,
    ) -> Result<(), Error> {
        self.out.push('{');
        for (index, (key, part)) in edge.iter().enumerate() {
            separated(&mut self.out, index, key);
            match part {
                EdgePart::TypeName(name) => self.name(name),
                EdgePart::Cursor => self.cursor(plan, list, at)?,
                EdgePart::Field(field) => {
                    self.field(plan.level.ty, field, &plan.level, &list.loaded, at)?;
                }
                EdgePart::Node(object) => {
                    let before = self.barred.len();
                    self.object(object, &plan.level, &list.loaded, at)?;
                    self.within(before, || plain(key));
                }
            }
        }
        self.out.push('}');
        Ok(())
    }

    fn cursor(
        &mut self,
        plan: &ListPlan<'_>,
        list: &LoadedList<'_>,
        at: usize,
    ) -> Result<(), Error> {
        let found = &list.loaded.rows[at];
        let key = row::key(found, plan.id_at)?.unwrap_or_default();
        self.place(plan, &load::cursor_values(plan, found)?, key)
    }

    fn place(&mut self, plan: &ListPlan<'_>, values: &[Value], key: Uuid) -> Result<(), Error> {
        let cursor = match plan.level.ty.guard {
            Guard::Feed => page::encode_place(plan.seal, key, self.reader.places)?,
            _ => page::encode(plan.seal, values, key),
        };
        self.name(&cursor);
        Ok(())
    }

    /// Writes a cursor as it was given.
    fn given(&mut self, plan: &ListPlan<'_>, cursor: &[Value]) -> Result<(), Error> {
        let key = cursor.last().and_then(Value::as_str).and_then(|key| Uuid::parse_str(key).ok());
        match (key, cursor.split_last()) {
            (Some(key), Some((_, values))) => self.place(plan, values, key),
            _ => Err(Error::internal("a cursor that was read before cannot be written")),
        }
    }

    fn page_info(
        &mut self,
        parts: &[(String, PagePart)],
        plan: &ListPlan<'_>,
        list: &LoadedList<'_>,
        rows: &[usize],
        more: bool,
    ) -> Result<(), Error> {
        // A cursor stands for a row of the list, so there is something on its other side.
        let (next, previous) = if plan.page.backward {
            (plan.page.before.is_some(), more)
        } else {
            (more, plan.page.after.is_some())
        };
        self.out.push('{');
        for (index, (key, part)) in parts.iter().enumerate() {
            separated(&mut self.out, index, key);
            let end = match part {
                PagePart::TypeName => {
                    self.name("PageInfo");
                    continue;
                }
                PagePart::HasNext => {
                    self.out.push_str(if next { "true" } else { "false" });
                    continue;
                }
                PagePart::HasPrevious => {
                    self.out.push_str(if previous { "true" } else { "false" });
                    continue;
                }
                PagePart::Start => rows.first().ok_or(&plan.page.before),
                PagePart::End => rows.last().ok_or(&plan.page.after),
            };
            match end {
                Ok(at) => self.cursor(plan, list, *at)?,
                // Who asks for what is new goes on from where it was.
                Err(Some(given)) => self.given(plan, given)?,
                Err(None) if matches!(plan.level.ty.guard, Guard::Feed) => {
                    self.place(plan, &[], ledger::key_of_number(0))?;
                }
                Err(None) => self.out.push_str("null"),
            }
        }
        self.out.push('}');
        Ok(())
    }

    /// Writes a computed value, narrowed to what is selected on its shape.
    pub fn value(&mut self, value: &Value, shape: Option<&ShapePlan<'_>>) {
        match (value, shape) {
            (Value::Array(items), shape) => {
                self.out.push('[');
                for (index, item) in items.iter().enumerate() {
                    separated(&mut self.out, index, "");
                    self.value(item, shape);
                }
                self.out.push(']');
            }
            (Value::Object(fields), Some(plan)) => {
                self.out.push('{');
                for (index, (key, name, inner)) in plan.fields.iter().enumerate() {
                    separated(&mut self.out, index, key);
                    match (*name, fields.get(*name)) {
                        ("__typename", _) => self.name(plan.shape.name),
                        (_, Some(value)) => match inner {
                            ShapeField::Shape(inner) => self.value(value, Some(inner)),
                            ShapeField::Leaf => self.value(value, None),
                            // Rows of a payload are loaded before it is written.
                            ShapeField::Row(..) => self.out.push_str("null"),
                        },
                        (_, None) => self.out.push_str("null"),
                    }
                }
                self.out.push('}');
            }
            (Value::String(text), _) => row::write_text(text, &mut self.out),
            // As columns are written: 19, not 19.0.
            (Value::Number(number), _) if number.is_f64() => {
                let _ = write!(self.out, "{}", number.as_f64().unwrap_or_default());
            }
            (other, _) => self.out.push_str(&other.to_string()),
        }
    }
}
