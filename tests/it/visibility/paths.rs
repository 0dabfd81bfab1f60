//! Every path by which a row can be reached, as pieces of queries made from the catalogue.

use std::collections::{BTreeSet, HashMap};
use std::mem::discriminant;

use aiplus::graphql::catalog;
use aiplus::read::catalog::{Root, RootKind};
use aiplus::read::global_id;
use aiplus::read::model::{Arg, Field, Guard, Kind, Link, List, Scalar, Source, Type};
use serde_json::Value;
use uuid::Uuid;

use super::world::{DATES, Known, Phase, Role, WORDS, World};

/// Arguments that every list takes.
const PAGE_ARGS: [&str; 6] = ["where", "orderBy", "first", "after", "last", "before"];

/// A field of the query's root with all below it.
pub struct Probe {
    /// What it tries, for people.
    pub name: String,
    /// The field, without an alias.
    pub text: String,
    /// Type it starts from; clients and audit events are seen by fewer than facts are.
    pub from: Option<&'static str>,
    /// Whether somebody who sees the hidden rows gets other answers once they are there.
    pub tells: bool,
}

/// What somebody who sees all rows sees of the hidden ones in one phase.
#[derive(Default)]
pub struct Look {
    /// Rows by type and key.
    pub rows: HashMap<(&'static str, Uuid), Value>,
    /// Cursor of the hidden row in each list and order.
    pub cursors: HashMap<String, String>,
}

/// What the probes are made from.
pub struct Paths<'a> {
    pub world: &'a World,
    pub partner: Uuid,
    pub known: Vec<Known>,
    /// Codes of each enum that is an argument.
    pub enums: HashMap<String, Vec<String>>,
    /// The phases A and B.
    pub looks: [Look; 2],
}

pub fn id(ty: &Type, key: Uuid) -> String {
    global_id::encode(ty.tag, key)
}

fn ids(ty: &Type, keys: impl IntoIterator<Item = Uuid>) -> String {
    let ids: Vec<String> = keys.into_iter().map(|key| format!("\"{}\"", id(ty, key))).collect();
    format!("[{}]", ids.join(", "))
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn literal(scalar: Scalar, value: &Value) -> String {
    match (scalar, value) {
        (Scalar::Choice(_), Value::String(code)) => code.clone(),
        (_, value) => value.to_string(),
    }
}

/// Arguments that a field cannot do without.
fn needed(field: &Field) -> String {
    let args: Vec<String> = field
        .args
        .iter()
        .filter(|arg| arg.ty.ends_with('!') && arg.default.is_none())
        .map(|arg| match arg.ty.as_str() {
            "Date!" => format!("{}: \"2026-11-01\"", arg.name),
            _ => panic!("tell this test what to ask {} with: {}", field.name, arg.name),
        })
        .collect();
    if args.is_empty() { String::new() } else { format!("({})", args.join(", ")) }
}

/// Everything of a shape.
fn shape(ty: &str) -> String {
    let name = ty.trim_matches(['[', ']', '!']);
    if let Some(row) = catalog().find(name) {
        return if row.is_node { " { id }" } else { " { __typename }" }.to_owned();
    }
    let Some(found) = catalog().shape(name) else { return String::new() };
    let fields: Vec<String> =
        found.fields.iter().map(|(field, ty, _)| format!("{field}{}", shape(ty))).collect();
    format!(" {{ {} }}", fields.join(" "))
}

const BRIEF: &str =
    "{ totalCount nodes { id } edges { cursor } pageInfo { hasNextPage endCursor } }";

/// Everything of a row, and the first rows of each of its lists.
pub fn portrait(ty: &Type) -> String {
    let one = |target: &str| match catalog().find(target) {
        Some(target) if target.is_node => "{ __typename id }",
        _ => "{ __typename }",
    };
    let fields = ty.fields.iter().map(|field| {
        let (name, args) = (field.name, needed(field));
        match &field.kind {
            Kind::Id | Kind::SubjectId => name.to_owned(),
            Kind::Leaf(_) => format!("{name}{args}"),
            Kind::Localized { .. } => format!("{name} {{ ko en }}"),
            Kind::One { target, .. } => format!("{name} {}", one(target)),
            Kind::Either(options) => {
                let options: Vec<String> =
                    options.iter().map(|(_, ty)| format!("... on {ty} {{ id }}")).collect();
                format!("{name} {{ __typename {} }}", options.join(" "))
            }
            Kind::Many(_) => format!("{name}(first: 50) {BRIEF}"),
            Kind::Subject => format!("{name} {{ __typename id }}"),
            Kind::Computed { .. } => format!("{name}{args}{}", shape(&field.ty)),
        }
    });
    fields.collect::<Vec<_>>().join(" ")
}

/// Rows of a type with everything of them.
pub fn portraits(ty: &Type, keys: &[Uuid]) -> String {
    let keys = ids(ty, keys.iter().copied());
    format!("nodes(ids: {keys}) {{ ... on {} {{ {} }} }}", ty.name, portrait(ty))
}

fn has(root: &Root, arg: &str) -> bool {
    root.args.iter().any(|known| known.name == arg)
}

/// The lists at the root, with the type of their rows.
pub fn lists() -> impl Iterator<Item = (&'static Root, &'static List, &'static Type)> {
    catalog().roots.iter().filter_map(|root| match &root.kind {
        RootKind::List(list) => Some((root, list, catalog().find(list.target)?)),
        _ => None,
    })
}

/// Enums that are arguments of the root's fields.
pub fn enums() -> BTreeSet<&'static str> {
    let args = catalog().roots.iter().flat_map(|root| &root.args);
    let filters = catalog().types().iter().flat_map(|ty| &ty.filters);
    args.filter(|arg| !PAGE_ARGS.contains(&arg.name))
        .map(|arg| arg.ty.as_str())
        .chain(filters.map(|filter| filter.ty))
        .map(|ty| ty.trim_matches(['[', ']', '!']))
        .filter(|ty| !matches!(*ty, "String" | "ID" | "Int" | "Float" | "Boolean" | "Date"))
        .filter(|ty| !matches!(*ty, "DateTime" | "PartialDate" | "KRW" | "Quarter" | "Period"))
        .collect()
}

/// The orders of a list: its own, then each that a caller may name, in both directions.
fn orders(root: &Root, ty: &Type) -> Vec<String> {
    let mut orders = vec![String::new()];
    if has(root, "orderBy") {
        for (order, _) in &ty.orders {
            for direction in ["ASC", "DESC"] {
                orders.push(format!("orderBy: [{{ field: {order}, direction: {direction} }}]"));
            }
        }
    }
    orders
}

fn joined(args: &[&str]) -> String {
    let args: Vec<&str> = args.iter().copied().filter(|arg| !arg.is_empty()).collect();
    if args.is_empty() { String::new() } else { format!("({})", args.join(", ")) }
}

impl<'a> Paths<'a> {
    pub fn new(world: &'a World, partner: Uuid, enums: HashMap<String, Vec<String>>) -> Self {
        let known = world.known();
        Self { world, partner, known, enums, looks: [Look::default(), Look::default()] }
    }

    fn known(&self, ty: &str) -> Option<&Known> {
        self.known.iter().find(|known| known.ty.name == ty)
    }

    /// Keys of the rows of a type that are looked at.
    pub fn keys(&self, known: &Known) -> Vec<Uuid> {
        let mut keys = known.visible.clone();
        keys.extend(known.unseen());
        if known.ty.name == "Institution" {
            keys.push(self.partner);
        }
        keys
    }

    /// Fields that give the cursor of the hidden row of each list in each order: name, field, and the id of
    /// the row.
    pub fn cursors(&self) -> Vec<(String, String, String)> {
        let mut cursors = Vec::new();
        for (root, _, ty) in lists() {
            let Some(known) = self.known(ty.name) else { continue };
            let id = id(ty, known.hidden);
            let found = format!("where: {{ id: {{ eq: \"{id}\" }} }}");
            let found = if has(root, "where") { &*found } else { "" };
            let base = self.base(root).swap_remove(0);
            for order in orders(root, ty) {
                let end = if ty.name == "Change" { "last: 100" } else { "first: 100" };
                let args = joined(&[&base, &order, found, end]);
                let text = format!("{}{args} {{ edges {{ cursor node {{ id }} }} }}", root.name);
                cursors.push((format!("{} {order}", root.name), text, id.clone()));
            }
        }
        cursors
    }

    /// What the hidden row of a type holds in a field, in the phases A and B.
    fn values(&self, ty: &'static str, field: &str) -> Option<[&Value; 2]> {
        let key = (ty, self.known(ty)?.hidden);
        let [a, b] = &self.looks;
        Some([a.rows.get(&key)?.get(field)?, b.rows.get(&key)?.get(field)?])
    }

    /// What can be asked of an argument of the root beside those of every list.
    fn asked(&self, root: &Root, arg: &Arg) -> Vec<String> {
        let code = |ty, role, phase| quoted(&self.world.text(ty, role, phase, "code"));
        let hidden = |ty, phase| code(ty, Role::Hidden, phase);
        match (root.name, arg.name) {
            ("search", "text") => return WORDS.map(quoted).to_vec(),
            ("similarCases", "to") => {
                let shown = |ty| code(ty, Role::First, Phase::A);
                let mut asked =
                    vec![format!("{{ ksic: {}, region: {} }}", shown("Industry"), shown("Region"))];
                for phase in [Phase::A, Phase::B] {
                    asked.push(format!("{{ ksic: {} }}", hidden("Industry", phase)));
                    asked.push(format!("{{ region: {} }}", hidden("Region", phase)));
                }
                return asked;
            }
            // Results of the institutions that take part, for the programme that all see and for hidden ones.
            (_, "institution") => {
                return [Role::First, Role::Second]
                    .map(|role| code("Institution", role, Phase::A))
                    .to_vec();
            }
            ("indicatorSeries", "programme") => {
                return vec![code("Programme", Role::First, Phase::A)];
            }
            ("indicatorSeries", "indicator") => {
                // In the phase A the hidden one is of that programme.
                return vec![
                    code("Indicator", Role::First, Phase::A),
                    hidden("Indicator", Phase::A),
                ];
            }
            (_, "programme") => {
                return [Phase::A, Phase::B].map(|at| hidden("Programme", at)).to_vec();
            }
            ("submissionCheck" | "submissionDiff", "id") => {
                let known = self.known("Submission").unwrap();
                return vec![quoted(&id(known.ty, known.hidden))];
            }
            ("timeline", "bodies") => {
                return [Phase::A, Phase::B].map(|at| format!("[{}]", hidden("Body", at))).to_vec();
            }
            ("changes", "types") => {
                // All types of one kind of guard together: each statement over the feed is a long one.
                let mut kinds = HashMap::new();
                for ty in catalog().fed() {
                    let kind = kinds.entry(discriminant(&ty.guard)).or_insert_with(Vec::new);
                    kind.push(quoted(ty.name));
                }
                let mut asked: Vec<String> =
                    kinds.into_values().map(|kind| format!("[{}]", kind.join(", "))).collect();
                asked.sort();
                return asked;
            }
            _ => {}
        }
        let is_list = arg.ty.starts_with('[');
        let name = arg.ty.trim_matches(['[', ']', '!']);
        let mut asked: Vec<String> = match name {
            "Date" | "PartialDate" => DATES.map(quoted).to_vec(),
            "DateTime" => vec![quoted("2026-11-01T00:00:00Z")],
            "Quarter" => vec![quoted("2026-Q2"), quoted("2026-Q3")],
            "Int" => vec!["1".to_owned()],
            "Boolean" => vec!["true".to_owned(), "false".to_owned()],
            _ => self.enums.get(name).cloned().unwrap_or_default(),
        };
        assert!(!asked.is_empty(), "tell this test what to ask {} with: {}", root.name, arg.name);
        if is_list {
            // Several together: statements over rows of all types are long ones.
            asked = asked.chunks(10).map(|values| format!("[{}]", values.join(", "))).collect();
        }
        asked
    }

    /// Arguments of a field of the root beside those of every list: what it cannot do without, then with
    /// each other argument.
    fn base(&self, root: &Root) -> Vec<String> {
        let mut bases = vec![String::new()];
        let args = || root.args.iter().filter(|arg| !PAGE_ARGS.contains(&arg.name));
        let needed = |arg: &&Arg| arg.ty.ends_with('!') && arg.default.is_none();
        for arg in args().filter(needed) {
            let asked = self.asked(root, arg);
            bases = bases
                .iter()
                .flat_map(|base| {
                    let comma = if base.is_empty() { "" } else { ", " };
                    asked.iter().map(move |value| format!("{base}{comma}{}: {value}", arg.name))
                })
                .collect();
        }
        let first = bases[0].clone();
        for arg in args().filter(|arg| !needed(arg)) {
            for value in self.asked(root, arg) {
                let comma = if first.is_empty() { "" } else { ", " };
                bases.push(format!("{first}{comma}{}: {value}", arg.name));
            }
        }
        bases
    }

    /// Every probe; and the fields of types that have a filter which no list takes.
    pub fn probes(&self) -> Vec<Probe> {
        let mut probes = Vec::new();
        self.by_key(&mut probes);
        self.by_list(&mut probes);
        for ty in catalog().types() {
            self.by_filter(ty, &mut probes);
        }
        self.by_code(&mut probes);
        self.by_statistic(&mut probes);
        probes
    }

    fn by_key(&self, probes: &mut Vec<Probe>) {
        for known in &self.known {
            let (ty, from) = (known.ty, Some(known.ty.name));
            let mut add =
                |name: String, text, tells| probes.push(Probe { name, text, from, tells });
            add(format!("nodes of {}", ty.name), portraits(ty, &self.keys(known)), true);
            for (at, key) in known.visible.iter().enumerate() {
                let text = format!(
                    "node(id: \"{}\") {{ ... on {} {{ {} }} }}",
                    id(ty, *key),
                    ty.name,
                    portrait(ty)
                );
                // Nothing need hang on the second row of a type that no list is below.
                add(format!("node of {} {at}", ty.name), text, at == 0 && named(ty));
            }
        }
        let mut passing: HashMap<&'static str, (&'static Type, Vec<Uuid>)> = HashMap::new();
        for (ty, key) in self.world.passing() {
            passing.entry(ty.name).or_insert_with(|| (ty, Vec::new())).1.push(key);
        }
        for (name, (ty, keys)) in passing {
            for (at, keys) in keys.chunks(100).enumerate() {
                let text =
                    format!("nodes(ids: {}) {{ __typename id }}", ids(ty, keys.iter().copied()));
                let name = format!("passing rows of {name}");
                // Not every row stands in every view.
                probes.push(Probe { name, text, from: Some(ty.name), tells: at == 0 });
            }
        }
        for known in &self.known {
            let ty = known.ty;
            for key in known.unseen() {
                let text = format!("node(id: \"{}\") {{ __typename id }}", id(ty, key));
                let name = format!("node of a hidden {}", ty.name);
                probes.push(Probe { name, text, from: Some(ty.name), tells: true });
            }
        }
    }

    fn by_list(&self, probes: &mut Vec<Probe>) {
        for (root, _, ty) in lists() {
            let mut add = |name: &str, args: &[&str], selection: &str, tells| {
                let args = joined(args);
                let text = format!("{}{args} {{ {selection} }}", root.name);
                let name = format!("{} {name}", root.name);
                probes.push(Probe { name, text, from: Some(ty.name), tells });
            };
            let is_short = ty.is_fact || ty.node.is_some();
            let row = if is_short { "id".to_owned() } else { portrait(ty) };
            let page = format!(
                "totalCount nodes {{ {row} }} edges {{ cursor }} \
                 pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}"
            );
            let rows = if ty.is_node { "edges { cursor node { id } }" } else { "edges { cursor }" };
            let bases = self.base(root);
            for (at, base) in bases.iter().enumerate() {
                // Not every argument lets a hidden row pass.
                let tells = at == 0 && self.known(ty.name).is_some();
                add(&format!("{base} last"), &[base, "last: 100"], &page, tells);
                if at == 0 {
                    add(&format!("{base} first"), &[base, "first: 100"], &page, tells);
                }
            }
            for order in orders(root, ty) {
                let name = format!("{} {order}", root.name);
                let base = &*bases[0];
                if !order.is_empty() {
                    add(&order, &[base, &order, "first: 100"], rows, false);
                    add(&order, &[base, &order, "last: 100"], rows, false);
                }
                for cursor in self.looks.iter().filter_map(|look| look.cursors.get(&name)) {
                    for (end, at) in [("first", "after"), ("last", "before")] {
                        let (end, at) = (format!("{end}: 3"), format!("{at}: \"{cursor}\""));
                        let select = format!("{rows} pageInfo {{ hasNextPage hasPreviousPage }}");
                        let args = [base, &*order, &*end, &*at];
                        add(&format!("{order} {end} by a cursor"), &args, &select, false);
                    }
                }
            }
        }
    }

    /// How a filter of a type comes to a list of the root: the field with its arguments up to the filter,
    /// what closes it, and the list's type.
    fn way(&self, ty: &Type, below: usize) -> Option<(String, String, &'static str)> {
        for (root, _, target) in lists() {
            if target.name == ty.name && has(root, "where") {
                let base = self.base(root).swap_remove(0);
                let comma = if base.is_empty() { "" } else { ", " };
                let head = format!("{}({base}{comma}where: ", root.name);
                return Some((head, ") { totalCount }".to_owned(), target.name));
            }
        }
        if below == 2 {
            return None;
        }
        let known = self.known(ty.name)?;
        let wanted: Vec<String> = known.visible.iter().map(|key| id(ty, *key)).collect();
        // The list of a row that is seen, in which the first row of the type is.
        for wanted in &wanted {
            for parent in &self.known {
                for field in &parent.ty.fields {
                    let Kind::Many(list) = &field.kind else { continue };
                    let holds = |key: &Uuid| {
                        let row = self.looks[0].rows.get(&(parent.ty.name, *key));
                        let nodes = row.and_then(|row| row[field.name]["nodes"].as_array());
                        nodes.is_some_and(|nodes| nodes.iter().any(|node| node["id"] == **wanted))
                    };
                    let mut seen = parent.visible.clone();
                    seen.extend((parent.ty.name == "Institution").then_some(self.partner));
                    if list.target != ty.name || !seen.iter().any(holds) {
                        continue;
                    }
                    if let Some((head, tail, from)) = self.way(parent.ty, below + 1) {
                        let head = format!("{head}{{ {}: {{ some: ", field.name);
                        return Some((head, format!(" }} }}{tail}"), from));
                    }
                }
            }
        }
        None
    }

    fn by_filter(&self, ty: &'static Type, probes: &mut Vec<Probe>) {
        let Some((head, tail, from)) = self.way(ty, 0) else {
            let is_listed = |field: &Field| match &field.kind {
                Kind::Many(list) => list.target == ty.name,
                _ => false,
            };
            let mut types = catalog().types().iter();
            let filtered = types.any(|ty| ty.fields.iter().any(is_listed))
                || lists().any(|(root, _, of)| of.name == ty.name && has(root, "where"));
            assert!(!filtered, "this test finds no way to filter {}", ty.name);
            return;
        };
        let mut add = |name: String, filter: String, tells| {
            let name = format!("where {} {name}", ty.name);
            probes.push(Probe {
                name,
                text: format!("{head}{filter}{tail}"),
                from: Some(from),
                tells,
            });
        };
        if ty.searchable {
            for word in WORDS {
                add(format!("search {word}"), format!("{{ search: \"{word}\" }}"), true);
            }
        }
        for filter in &ty.filters {
            let values = match filter.ty {
                "Boolean" => vec!["true".to_owned(), "false".to_owned()],
                "Quarter" | "Period" => vec!["\"2026-Q3\"".to_owned()],
                "Int" => vec!["1".to_owned()],
                name => self.enums.get(name).cloned().unwrap_or_else(|| codes(name)),
            };
            for value in values {
                let name = format!("{} {value}", filter.name);
                add(name, format!("{{ {}: {value} }}", filter.name), false);
            }
        }
        for field in &ty.fields {
            let name = field.name;
            match &field.kind {
                Kind::Id => {
                    let Some(known) = self.known(ty.name) else { continue };
                    let keys = ids(ty, known.unseen());
                    add(name.to_owned(), format!("{{ id: {{ in: {keys} }} }}"), true);
                    let not = format!("{{ id: {{ notIn: {keys} }} }}");
                    add(format!("{name} not"), not, false);
                }
                Kind::Leaf(_) | Kind::Localized { .. } if ty.unfiltered.contains(&name) => {}
                Kind::Leaf(_) | Kind::Localized { .. } => {
                    let Some(values) = self.values(ty.name, name) else { continue };
                    if let Some(filter) = any_of(field, &values) {
                        // A list in which another row holds the same is as long as before.
                        let direct = head.matches("some").count() == 0;
                        add(name.to_owned(), filter, direct);
                    }
                }
                Kind::One { target, .. } => {
                    let Some(known) = self.known(target) else { continue };
                    let keys = ids(known.ty, known.unseen());
                    let [a, b] = [0, 1].map(|at| self.content(known, at));
                    let filter = format!(
                        "{{ or: [{{ {name}: {{ id: {{ in: {keys} }} }} }}, {{ {name}: {a} }}, \
                         {{ {name}: {b} }}] }}"
                    );
                    add(name.to_owned(), filter, ty.is_fact && may_hide(ty, field));
                    add(format!("{name} not"), format!("{{ not: {{ {name}: {{}} }} }}"), false);
                }
                Kind::Many(list) => {
                    let Some(known) = self.known(list.target) else { continue };
                    let about = match list.link {
                        Some(Link::Foreign("subject_id")) => {
                            self.world.hidden_about(list.target, ty.name)
                        }
                        _ => None,
                    };
                    let keys = ids(known.ty, known.unseen().chain(about));
                    let [a, b] = [0, 1].map(|at| self.content(known, at));
                    let filter = format!(
                        "{{ or: [{{ {name}: {{ some: {{ id: {{ in: {keys} }} }} }} }}, \
                         {{ {name}: {{ some: {a} }} }}, {{ {name}: {{ some: {b} }} }}] }}"
                    );
                    add(name.to_owned(), filter, true);
                    let none = format!("{{ {name}: {{ none: {{ id: {{ in: {keys} }} }} }} }}");
                    add(format!("{name} none"), none, false);
                }
                Kind::Either(_) | Kind::Subject | Kind::SubjectId | Kind::Computed { .. } => {}
            }
        }
    }

    /// A filter that only the hidden row of a type meets.
    fn content(&self, known: &Known, look: usize) -> String {
        let filtered = |field: &&Field| !known.ty.unfiltered.contains(&field.name);
        let fields = known.ty.fields.iter().filter(filtered).filter_map(|field| {
            let value =
                self.looks[look].rows.get(&(known.ty.name, known.hidden))?.get(field.name)?;
            match &field.kind {
                Kind::Leaf(column) if field.args.is_empty() && !value.is_null() => {
                    let value = literal(column.scalar, value);
                    Some(format!("{}: {{ eq: {value} }}", field.name))
                }
                Kind::Localized { .. } => {
                    Some(format!("{}: {{ ko: {{ eq: {} }} }}", field.name, value.get("ko")?))
                }
                _ => None,
            }
        });
        format!("{{ {} }}", fields.take(3).collect::<Vec<_>>().join(", "))
    }

    fn by_code(&self, probes: &mut Vec<Probe>) {
        for root in &catalog().roots {
            let RootKind::Lookup { target, column, arg } = root.kind else { continue };
            let ty = catalog().find(target).unwrap();
            // What shows a row in another light is hidden with it.
            let mut rows = catalog().types().iter().filter(|of| of.is_node && of.table == ty.table);
            let target = if ty.is_node { target } else { rows.next().unwrap().name };
            let shown = if ty.is_node { "id" } else { "__typename meeting { id }" };
            for phase in [Phase::A, Phase::B] {
                let code = quoted(&self.world.text(target, Role::Hidden, phase, column));
                let text = format!("{}({arg}: {code}) {{ {shown} }}", root.name);
                let name = format!("{} {code}", root.name);
                probes.push(Probe { name, text, from: Some(target), tells: true });
            }
        }
    }

    /// What is counted of a list, by each dimension and in each order.
    fn by_group(&self, root: &Root, target: &'static str, probes: &mut Vec<Probe>) {
        let of = catalog().find(target).unwrap().statistics.as_ref().unwrap();
        let switches =
            if has(root, "includeIllustrative") { ", includeIllustrative: true" } else { "" };
        let shape = shape(&root.ty);
        for dimension in &of.dimensions {
            let text = format!(
                "{}(groupBy: {}, zeroFill: true{switches}){shape}",
                root.name, dimension.name
            );
            let name = format!("{} {}", root.name, dimension.name);
            // It is counted in the total of each; the hidden value is no part.
            let is_part = target == "SubmissionValue"
                && matches!(dimension.name, "REGION" | "SIZE" | "INDUSTRY");
            probes.push(Probe { name, text, from: Some(target), tells: !is_part });
        }
        let first = of.dimensions[0].name;
        for order in of
            .measures
            .iter()
            .flat_map(|one| one.orders().iter().map(|(end, _)| format!("{}{end}", one.upper())))
        {
            let text = format!(
                "{}(groupBy: {first}, first: 1, orderBy: [{{ field: {order}, direction: DESC }}]{switches}){shape}",
                root.name
            );
            let name = format!("{} in the order {order}", root.name);
            probes.push(Probe { name, text, from: Some(target), tells: true });
        }
    }

    fn by_statistic(&self, probes: &mut Vec<Probe>) {
        for root in &catalog().roots {
            if let RootKind::Statistics(target) = root.kind {
                self.by_group(root, target, probes);
                continue;
            }
            let (RootKind::Statistic(..) | RootKind::Known(_)) = root.kind else { continue };
            // Codes and switches with one another, everything else by itself.
            let is_needed = |arg: &&Arg| arg.ty.ends_with('!') && arg.default.is_none();
            let (needed, free): (Vec<&Arg>, Vec<&Arg>) = root.args.iter().partition(is_needed);
            let (short, long): (Vec<&Arg>, Vec<&Arg>) = free.into_iter().partition(|arg| {
                matches!(arg.ty.trim_end_matches('!'), "Boolean")
                    || self.enums.contains_key(arg.ty.trim_end_matches('!'))
            });
            let mut bases = vec![String::new()];
            for arg in needed.iter().copied().chain(short) {
                let asked = self.asked(root, arg);
                let with = |base: &String| {
                    let comma = if base.is_empty() { "" } else { ", " };
                    let each = asked.iter().map(move |value| (base.clone(), comma, value));
                    each.map(|(base, comma, value)| format!("{base}{comma}{}: {value}", arg.name))
                        .collect::<Vec<_>>()
                };
                bases = bases.iter().flat_map(with).collect();
            }
            let least: Vec<String> = needed
                .iter()
                .map(|arg| format!("{}: {}", arg.name, self.asked(root, arg).swap_remove(0)))
                .collect();
            for arg in long {
                let with = |value: &String| {
                    let one = [format!("{}: {value}", arg.name)];
                    least.iter().chain(&one).cloned().collect::<Vec<_>>().join(", ")
                };
                bases.extend(self.asked(root, arg).iter().map(with));
            }
            for base in bases {
                let (args, select) = (joined(&[&base]), shape(&root.ty));
                let name = format!("{} {base}", root.name);
                let text = format!("{}{args}{select}", root.name);
                // The hidden figure is a total.
                let parts = ["by: REGION", "by: SIZE", "by: INDUSTRY"];
                let tells = !root.args.is_empty() && !parts.iter().any(|part| base.contains(part));
                probes.push(Probe { name, text, from: None, tells });
            }
        }
    }
}

/// Whether something of the first row of a type changes with the hidden rows.
fn named(ty: &Type) -> bool {
    ty.fields.iter().any(|field| match &field.kind {
        Kind::Many(list) => list.link.is_some(),
        Kind::One { .. } => may_hide(ty, field),
        _ => false,
    })
}

/// Whether a row that is seen may name a hidden one by the field: not its own parent, and not the institution
/// whose clients alone see it.
pub fn may_hide(ty: &Type, field: &Field) -> bool {
    if let (Kind::Either(options), Guard::Between(ends)) = (&field.kind, ty.guard) {
        return options.iter().any(|(fk, _)| ends.iter().all(|(end, _)| end != fk));
    }
    let Kind::One { key: Source::Column(column), .. } = field.kind else { return true };
    match ty.guard {
        Guard::Via { fk, .. } => fk != column,
        Guard::Between(ends) => ends.iter().all(|(fk, _)| *fk != column),
        Guard::Personal | Guard::Client | Guard::Audit => !ty.owners.contains(&column),
        Guard::Result => column != "submission_id" && !ty.owners.contains(&column),
        _ => true,
    }
}

/// A filter that the hidden row meets by one field, in the phase A or in the phase B.
fn any_of(field: &Field, values: &[&Value; 2]) -> Option<String> {
    let name = field.name;
    let list = |scalar, part: &dyn Fn(&Value) -> Value| {
        let values: BTreeSet<String> = values
            .iter()
            .map(|value| part(value))
            .filter(|value| !value.is_null())
            .map(|value| literal(scalar, &value))
            .collect();
        values.into_iter().collect::<Vec<_>>()
    };
    match &field.kind {
        Kind::Leaf(_) if !field.args.is_empty() => None,
        Kind::Leaf(column) => {
            let values = list(column.scalar, &|value| value.clone());
            Some(match (column.scalar, values.first()) {
                (_, None) => format!("{{ {name}: {{ isNull: true }} }}"),
                (Scalar::Boolean, Some(value)) => format!("{{ {name}: {{ eq: {value} }} }}"),
                _ => format!("{{ {name}: {{ in: [{}] }} }}", values.join(", ")),
            })
        }
        Kind::Localized { .. } => {
            let part = |part: &'static str| {
                let values = list(Scalar::Text, &|value| value[part].clone());
                format!("{{ {name}: {{ {part}: {{ in: [{}] }} }} }}", values.join(", "))
            };
            let contains = format!("{{ {name}: {{ contains: \"{}\" }} }}", WORDS[0]);
            Some(format!("{{ or: [{}, {}, {contains}] }}", part("ko"), part("en")))
        }
        _ => None,
    }
}

/// The first, second and last code of a list that some field holds.
fn codes(name: &str) -> Vec<String> {
    let fields = catalog().types().iter().flat_map(|ty| &ty.fields);
    let choice = fields
        .filter_map(|field| match &field.kind {
            Kind::Leaf(column) => match column.scalar {
                Scalar::Choice(choice) => Some(choice),
                _ => None,
            },
            _ => None,
        })
        .find(|choice| choice.name == name)
        .unwrap_or_else(|| panic!("tell this test what a {name} is"));
    let last = choice.values.len() - 1;
    [0, 1, last].map(|at| choice.values[at].code.to_owned()).to_vec()
}
