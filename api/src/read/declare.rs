//! How a type is declared: once, a line a field. Everything else follows from it.
//!
//! ```text
//! Type::fact::<entity::venue::Entity>("Venue", *b"VN", Guard::Via { fk: "meeting_id", parent: "Meeting" }, "장소. …")
//!     .one("meeting", C::MeetingId, "Meeting", "회의. …")          to-one by key, joined
//!     .localized("name", C::NameKo, C::NameEn, "장소명. …")         Korean and English columns
//!     .column("startsAt", C::StartsAt, "시작. …")                   scalar and nullability from the entity
//!     .many("agenda", agenda_item::Column::MeetingId, "AgendaItem", &[asc("position")], "…")
//! ```

use entity::Choice;
use sea_orm::sea_query::ColumnType;
use sea_orm::{ColumnTrait, EntityTrait, IdenStatic, Iterable};
use std::collections::HashMap;

use super::export::Export;
use super::model::{
    Arg, Column, Compute, Condition, Expression, Field, Filter, Guard, Kind, Link, List, Scalar,
    Source, Through, Type,
};
use super::statistic::Statistics;
use crate::domain::fold;

fn scalar_of(column: &ColumnType) -> Scalar {
    match column {
        ColumnType::Integer => Scalar::Int,
        ColumnType::BigInteger => Scalar::Krw,
        ColumnType::Double => Scalar::Float,
        ColumnType::Boolean => Scalar::Boolean,
        ColumnType::Date => Scalar::Date,
        ColumnType::TimestampWithTimeZone => Scalar::DateTime,
        _ => Scalar::Text,
    }
}

impl Type {
    fn bare(
        name: &'static str,
        tag: [u8; 2],
        table: &'static str,
        guard: Guard,
        description: &'static str,
    ) -> Self {
        Self {
            name,
            tag,
            table,
            description,
            guard,
            owners: Vec::new(),
            is_node: true,
            node: None,
            is_fact: false,
            fields: Vec::new(),
            sorted: Vec::new(),
            orders: Vec::new(),
            searchable: false,
            is_alias: false,
            searches: Vec::new(),
            code_of: fold::code,
            filters: Vec::new(),
            unfiltered: Vec::new(),
            merged: None,
            list: None,
            statistics: None,
            fills: None,
            export: None,
            lookup: None,
            keys: Vec::new(),
            columns: HashMap::new(),
        }
        .field("id", "ID!", "식별자. For `node(id:)`.", Kind::Id)
    }

    /// A type over a table of the entity crate, without provenance.
    pub fn rows<E: EntityTrait>(
        name: &'static str,
        tag: [u8; 2],
        guard: Guard,
        description: &'static str,
    ) -> Self
    where
        E::Column: 'static,
    {
        let mut ty = Self::bare(name, tag, E::default().table_name(), guard, description);
        for column in E::Column::iter() {
            let def = column.def();
            ty.columns.insert(column.as_str(), (scalar_of(def.get_column_type()), def.is_null()));
            if def.is_unique() {
                ty.keys.push(column.as_str());
            }
        }
        ty
    }

    /// A type of facts: rows that cite their sources.
    pub fn fact<E: EntityTrait>(
        name: &'static str,
        tag: [u8; 2],
        guard: Guard,
        description: &'static str,
    ) -> Self
    where
        E::Column: 'static,
    {
        let mut ty = Self::rows::<E>(name, tag, guard, description);
        ty.is_fact = true;
        ty
    }

    /// What lists of another type's rows say of each beside the row itself, which the field `node` is.
    pub fn ranked(
        name: &'static str,
        node: &'static str,
        table: &'static str,
        guard: Guard,
        description: &'static str,
    ) -> Self {
        let mut ty = Self::bare(name, *b"--", table, guard, description);
        (ty.is_node, ty.node) = (false, Some(node));
        ty.fields.clear();
        ty
    }

    /// A type over a view.
    pub fn view(
        name: &'static str,
        tag: [u8; 2],
        table: &'static str,
        guard: Guard,
        description: &'static str,
    ) -> Self {
        Self::bare(name, tag, table, guard, description)
    }

    fn field(
        mut self,
        name: &'static str,
        ty: impl Into<String>,
        description: impl Into<String>,
        kind: Kind,
    ) -> Self {
        self.fields.push(Field {
            name,
            description: description.into(),
            ty: ty.into(),
            args: Vec::new(),
            kind,
            deprecated: None,
        });
        self
    }

    /// Scalar and nullability of a column; a name that the entity lacks stops the start, with its name.
    fn described(&self, column: &str) -> (Scalar, bool) {
        match self.columns.get(column) {
            Some(known) => *known,
            // invariant: declarations are built at start, before any request.
            None => unreachable!("{} has no column {column}", self.name),
        }
    }

    fn leaf(
        self,
        name: &'static str,
        column: &'static str,
        scalar: Scalar,
        description: &str,
    ) -> Self {
        let (_, null) = self.described(column);
        let ty = format!("{}{}", scalar.type_name(), if null { "" } else { "!" });
        let kind = Kind::Leaf(Column { source: Source::Column(column), scalar });
        self.field(name, ty, description, kind)
    }

    /// A column; its kind and nullability are the entity's.
    pub fn column<C: ColumnTrait>(self, name: &'static str, column: C, description: &str) -> Self {
        let (scalar, _) = self.described(column.as_str());
        self.leaf(name, column.as_str(), scalar, description)
    }

    /// A column of codes.
    pub fn choice<C: ColumnTrait>(
        self,
        name: &'static str,
        column: C,
        choice: &'static Choice,
        description: &str,
    ) -> Self {
        self.leaf(name, column.as_str(), Scalar::Choice(choice), description)
    }

    /// A column of partial dates.
    pub fn partial_date<C: ColumnTrait>(
        self,
        name: &'static str,
        column: C,
        description: &str,
    ) -> Self {
        self.leaf(name, column.as_str(), Scalar::PartialDate, description)
    }

    /// A column of quarters.
    pub fn quarter<C: ColumnTrait>(self, name: &'static str, column: C, description: &str) -> Self {
        self.leaf(name, column.as_str(), Scalar::Quarter, description)
    }

    /// A column of periods.
    pub fn period<C: ColumnTrait>(self, name: &'static str, column: C, description: &str) -> Self {
        self.leaf(name, column.as_str(), Scalar::Period, description)
    }

    /// A column of amounts in KRW.
    pub fn krw<C: ColumnTrait>(self, name: &'static str, column: C, description: &str) -> Self {
        self.leaf(name, column.as_str(), Scalar::Krw, description)
    }

    /// A text in Korean and English; null where the Korean is.
    pub fn localized<C: ColumnTrait>(
        self,
        name: &'static str,
        ko: C,
        en: C,
        description: &str,
    ) -> Self {
        let (_, null) = self.described(ko.as_str());
        let kind = Kind::Localized { ko: ko.as_str(), en: en.as_str() };
        self.field(name, if null { "LocalizedText" } else { "LocalizedText!" }, description, kind)
    }

    /// The row that a column names.
    pub fn one<C: ColumnTrait>(
        self,
        name: &'static str,
        column: C,
        target: &'static str,
        description: &str,
    ) -> Self {
        let (_, null) = self.described(column.as_str());
        let kind = Kind::One { key: Source::Column(column.as_str()), target };
        self.field(
            name,
            if null { target.to_owned() } else { format!("{target}!") },
            description,
            kind,
        )
    }

    /// The row that an expression names.
    pub fn one_by(
        self,
        name: &'static str,
        key: Source,
        ty: &'static str,
        target: &'static str,
        description: &str,
    ) -> Self {
        self.field(name, ty, description, Kind::One { key, target })
    }

    /// The person or the institution that a row names, as the union `Party`.
    pub fn party<C: ColumnTrait>(
        self,
        name: &'static str,
        person: C,
        institution: C,
        description: &str,
    ) -> Self {
        let options = vec![(person.as_str(), "Person"), (institution.as_str(), "Institution")];
        self.field(name, "Party", description, Kind::Either(options))
    }

    /// The rows whose column names this one.
    pub fn many<C: ColumnTrait>(
        self,
        name: &'static str,
        fk: C,
        target: &'static str,
        sorted: &[&'static str],
        description: &str,
    ) -> Self {
        self.linked(name, Link::Foreign(fk.as_str()), (target, sorted), description)
    }

    /// The rows whose expression names this one.
    pub fn many_by(
        self,
        name: &'static str,
        key: Expression,
        target: &'static str,
        sorted: &[&'static str],
        description: &str,
    ) -> Self {
        self.linked(name, Link::Reached(key), (target, sorted), description)
    }

    fn linked(
        self,
        name: &'static str,
        link: Link,
        (target, sorted): (&'static str, &[&'static str]),
        description: &str,
    ) -> Self {
        let list = List {
            target,
            link: Some(link),
            sorted: sorted.to_vec(),
            condition: None,
            weight: |_| 0,
        };
        self.field(name, "", description, Kind::Many(list))
    }

    /// The rows that a link table ties to this one.
    pub fn through(
        self,
        name: &'static str,
        link: Through,
        target: &'static str,
        sorted: &[&'static str],
        description: &str,
    ) -> Self {
        self.linked(name, Link::Through(link), (target, sorted), description)
    }

    /// A column of a view.
    pub fn plain(
        self,
        name: &'static str,
        column: &'static str,
        scalar: Scalar,
        ty: impl Into<String>,
        description: &str,
    ) -> Self {
        self.field(
            name,
            ty,
            description,
            Kind::Leaf(Column { source: Source::Column(column), scalar }),
        )
    }

    /// A text of a view in Korean and English.
    pub fn plain_localized(
        self,
        name: &'static str,
        ko: &'static str,
        en: &'static str,
        description: &str,
    ) -> Self {
        self.field(name, "LocalizedText!", description, Kind::Localized { ko, en })
    }

    /// Gives the list declared last an argument that narrows it.
    pub fn narrowed(mut self, arg: Arg, condition: Condition) -> Self {
        if let Some(field) = self.fields.last_mut()
            && let Kind::Many(list) = &mut field.kind
        {
            field.args.push(arg);
            list.condition = Some(condition);
        }
        self
    }

    /// A leaf computed by the database.
    pub fn expression(
        self,
        name: &'static str,
        scalar: Scalar,
        ty: impl Into<String>,
        expression: Expression,
        description: &str,
    ) -> Self {
        let kind = Kind::Leaf(Column { source: Source::Expression(expression), scalar });
        self.field(name, ty, description, kind)
    }

    /// A value computed from columns.
    pub fn computed(
        self,
        name: &'static str,
        ty: impl Into<String>,
        inputs: Vec<Column>,
        compute: Compute,
        description: &str,
    ) -> Self {
        self.field(name, ty, description, Kind::Computed { inputs, compute })
    }

    /// Puts the field declared last on its way out; the reason names what to read instead.
    pub fn deprecated(mut self, reason: &'static str) -> Self {
        if let Some(field) = self.fields.last_mut() {
            field.deprecated = Some(reason);
        }
        self
    }

    /// Gives the field declared last an argument.
    pub fn arg(mut self, arg: Arg) -> Self {
        if let Some(field) = self.fields.last_mut() {
            field.args.push(arg);
        }
        self
    }

    /// The row named by `subject_type` and `subject_id`.
    pub fn subject(self, name: &'static str, description: &str) -> Self {
        self.field(name, "Fact!", description, Kind::Subject)
    }

    /// A column as an input of a computed field.
    pub fn input<C: ColumnTrait>(&self, column: C) -> Column {
        let (scalar, _) = self.described(column.as_str());
        Column { source: Source::Column(column.as_str()), scalar }
    }

    /// Institutions that a row belongs to: their own clients see it even if it is not published.
    pub fn owned<C: ColumnTrait>(mut self, columns: &[C]) -> Self {
        self.owners = columns.iter().map(|column| column.as_str()).collect();
        self
    }

    /// The row named by `subject_type` and `subject_id`, null where it is not there any more.
    pub fn any_subject(self, name: &'static str, description: &str) -> Self {
        self.field(name, "Node", description, Kind::Subject)
    }

    /// The id of the row named by `subject_type` and `subject_id`, also where it is not there any more.
    pub fn subject_id(self, name: &'static str, ty: &str, description: &str) -> Self {
        self.field(name, ty, description, Kind::SubjectId)
    }

    /// Order of its lists where the caller names none.
    pub fn sorted(mut self, sorted: &[&'static str]) -> Self {
        self.sorted = sorted.to_vec();
        self
    }

    /// An order the caller may name; an index backs it.
    pub fn orderable(mut self, name: &'static str, column: &'static str) -> Self {
        let (scalar, _) = self.described(column);
        self.orders.push((name, Column { source: Source::Column(column), scalar }));
        self
    }

    /// An order by an expression.
    pub fn orderable_by(mut self, name: &'static str, column: Column) -> Self {
        self.orders.push((name, column));
        self
    }

    /// Its texts are found by `search`.
    pub fn searchable(mut self) -> Self {
        self.searchable = true;
        self
    }

    /// Its texts are found by `search`, and the names of the rows that these fields lead to; `authors.person`
    /// leads over the rows of a list.
    pub fn searchable_by(mut self, paths: &[&'static str]) -> Self {
        self.searches = paths.to_vec();
        self.searchable()
    }

    /// Its texts are found by `search` as those of the row it belongs to.
    pub fn alias(mut self) -> Self {
        self.searchable = true;
        self.is_alias = true;
        self
    }

    /// Its codes have names that are read as codes.
    pub fn codes(mut self, code_of: fn(&str) -> String) -> Self {
        self.code_of = code_of;
        self
    }

    /// Whether the column holds its natural code.
    pub fn is_code(&self, column: &str) -> bool {
        column == "code" || self.lookup.is_some_and(|(_, code)| code == column && code != "quarter")
    }

    /// Fields that filters do not compare: prose and the like, which `search` finds or nobody asks for, and which
    /// no index serves.
    pub fn unfiltered(mut self, names: &[&'static str]) -> Self {
        self.unfiltered.extend(names);
        self
    }

    /// A filter beside those of its fields.
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filters.push(filter);
        self
    }

    /// Ids and codes of rows that were merged into others lead there: a table has them.
    pub fn merged(mut self, table: &'static str) -> Self {
        self.merged = Some(table);
        self
    }

    /// Its list at the root of the query.
    pub fn list(mut self, name: &'static str) -> Self {
        self.list = Some(name);
        self
    }

    /// What is counted of its list.
    pub fn statistics(mut self, statistics: Statistics) -> Self {
        self.statistics = Some(statistics);
        self
    }

    /// Which of its rows stand in statistics even if nothing counts under them, where that is asked for.
    pub fn fills(mut self, condition: Condition) -> Self {
        self.fills = Some(condition);
        self
    }

    /// Its lookup by a natural code at the root of the query.
    pub fn lookup(mut self, name: &'static str, column: &'static str) -> Self {
        self.lookup = Some((name, column));
        self
    }

    /// Its rows are exported under a name: these fields, by their paths, are the columns of the files.
    pub fn exported(mut self, name: &'static str, paths: &'static [&'static str]) -> Self {
        self.export = Some(Export { name, paths });
        self
    }

    /// Columns by which a row is named alone.
    pub fn keys(&self) -> &[&'static str] {
        &self.keys
    }

    /// The field of that name.
    pub fn find(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The column of an order term: a declared order's, or the table's.
    pub fn order_column(&self, column: &'static str) -> Column {
        let named = self
            .orders
            .iter()
            .find(|(_, known)| matches!(known.source, Source::Column(name) if name == column));
        match (named, self.columns.get(column)) {
            (Some((_, known)), _) => *known,
            (None, Some((scalar, _))) => Column { source: Source::Column(column), scalar: *scalar },
            (None, None) => Column { source: Source::Column(column), scalar: Scalar::Text },
        }
    }
}
