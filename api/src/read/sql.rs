//! A statement being written: text and bound values. Every value is bound; only names of our own
//! tables and validated integers (page sizes) become text. Values that are many are bound as one: a
//! statement has as many parameters as its conditions have terms, whatever the callers send and the tables
//! hold, so that it stays far below what either database takes (65,535 on PostgreSQL, 32,766 on SQLite).

use sea_orm::sea_query::ArrayType;
use sea_orm::{DbBackend, Statement, Value};
use uuid::Uuid;

/// Most combinations of values by which PostgreSQL may look into one index: it tries them one by one.
const MAX_PROBES: usize = 1_000;

/// SQL text with its bound values.
#[derive(Debug, Clone)]
pub struct Sql {
    backend: DbBackend,
    text: String,
    values: Vec<Value>,
    aliases: usize,
    conditions: usize,
    terms: usize,
    /// Columns compared with several values so far, by which an index may be looked into, with the number of
    /// values.
    probed: Vec<(String, String, usize)>,
    /// The institution asked for in scopes, and the number of its parameter.
    own: Option<(Uuid, usize)>,
}

impl Sql {
    /// An empty statement.
    pub fn new(backend: DbBackend) -> Self {
        Self {
            backend,
            text: String::with_capacity(512),
            values: Vec::new(),
            aliases: 0,
            conditions: 0,
            terms: 0,
            probed: Vec::new(),
            own: None,
        }
    }

    /// Whether the statement is for PostgreSQL (else SQLite).
    pub fn is_postgres(&self) -> bool {
        self.backend == DbBackend::Postgres
    }

    /// Adds text.
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Adds a bound value.
    pub fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        self.parameter(self.values.len());
        self
    }

    /// Adds a parameter by its number. SQLite takes `$1` for a name, and looks at all names for each.
    fn parameter(&mut self, number: usize) {
        self.text.push(if self.is_postgres() { '$' } else { '?' });
        self.text.push_str(&number.to_string());
    }

    /// Adds the key of the caller's institution, bound once however often a scope names it.
    pub fn own(&mut self, key: Uuid) -> &mut Self {
        match self.own {
            Some((known, number)) if known == key => self.parameter(number),
            _ => {
                self.bind(key);
                self.own = Some((key, self.values.len()));
            }
        }
        self
    }

    /// Adds a validated integer as text. A bound limit would keep PostgreSQL from its generic plan.
    pub fn literal(&mut self, number: usize) -> &mut Self {
        self.text.push_str(&number.to_string());
        self
    }

    /// Adds `alias.column`.
    pub fn column(&mut self, alias: &str, column: &str) -> &mut Self {
        self.push(alias).push(".").push(column)
    }

    /// Adds a key as text of 32 hexadecimal digits or more, which a computed field can read.
    pub fn key_as_text(&mut self, alias: &str, column: &str) -> &mut Self {
        if self.is_postgres() {
            self.push("CAST(").column(alias, column).push(" AS text)")
        } else {
            self.push("lower(hex(").column(alias, column).push("))")
        }
    }

    /// A table alias not used before in this statement.
    pub fn alias(&mut self) -> String {
        self.aliases += 1;
        format!("t{}", self.aliases)
    }

    /// Counts a term of a condition; tells how many there are.
    pub fn count_term(&mut self) -> usize {
        self.terms += 1;
        self.terms
    }

    /// Conditions on rows of other types so far.
    pub fn conditions(&self) -> usize {
        self.conditions
    }

    /// Counts a condition on rows of another type; tells how many there are.
    pub fn count_condition(&mut self) -> usize {
        self.conditions += 1;
        self.conditions
    }

    /// Adds keys as one bound array, which only PostgreSQL has.
    pub fn keys(&mut self, keys: &[Uuid]) -> &mut Self {
        let keys: Vec<Value> = keys.iter().map(|key| Value::from(*key)).collect();
        self.bind(Value::Array(ArrayType::Uuid, Some(Box::new(keys))))
    }

    /// Adds the condition that `alias.column` holds one of the values, which are of one kind: one bound
    /// array, or as JSON on SQLite. False if there are none.
    ///
    /// PostgreSQL looks into an index once for each value, and for several such conditions once for each
    /// combination, without heed of a time-out. So a column is looked for by one of them at a time, and a row
    /// by few combinations; the others filter what was found.
    pub fn holds(&mut self, alias: &str, column: &str, values: Vec<Value>) -> &mut Self {
        if values.is_empty() {
            return self.push("FALSE");
        }
        let is_probed = self.probes(alias, column, values.len());
        self.push(if is_probed { "" } else { "(" }).column(alias, column).among(values);
        self.push(if is_probed { "" } else { ") IS TRUE" })
    }

    /// The same of keys.
    pub fn holds_key(&mut self, alias: &str, column: &str, keys: &[Uuid]) -> &mut Self {
        self.holds(alias, column, keys.iter().map(|key| Value::from(*key)).collect())
    }

    /// Whether an index may be looked into for so many values of the column, beside what it is looked into for
    /// already.
    pub fn probes(&mut self, alias: &str, column: &str, values: usize) -> bool {
        let of_row = self.probed.iter().filter(|(of, ..)| of == alias);
        let probes = of_row.clone().fold(values, |all, (.., some)| all.saturating_mul(*some));
        if probes > MAX_PROBES.max(values) || of_row.clone().any(|(_, of, _)| of == column) {
            return false;
        }
        self.probed.push((alias.to_owned(), column.to_owned(), values));
        true
    }

    /// Adds the comparison of what was added last with any of the values.
    pub fn among(&mut self, values: Vec<Value>) -> &mut Self {
        let array = match values.first() {
            None => return self.push(" IN (NULL)"),
            Some(Value::String(_)) => Some(ArrayType::String),
            Some(Value::BigInt(_)) => Some(ArrayType::BigInt),
            Some(Value::Uuid(_)) => Some(ArrayType::Uuid),
            // Few; their form on SQLite is the driver's business.
            Some(_) => None,
        };
        match array {
            Some(array) if self.is_postgres() => {
                self.push(" = ANY(").bind(Value::Array(array, Some(Box::new(values)))).push(")")
            }
            Some(array) => {
                let (items, item) = json(&values, &array);
                self.push(" IN (SELECT ").push(item).push(" FROM json_each(").bind(items).push("))")
            }
            None => {
                self.push(" IN (");
                for (at, value) in values.into_iter().enumerate() {
                    self.push(if at > 0 { ", " } else { "" }).bind(value);
                }
                self.push(")")
            }
        }
    }

    /// The finished statement.
    pub fn finish(self) -> Statement {
        Statement::from_sql_and_values(self.backend, self.text, self.values)
    }
}

/// Values as a JSON array, and how SQLite reads one of them.
fn json(values: &[Value], array: &ArrayType) -> (String, &'static str) {
    let items = values.iter().map(|value| match value {
        Value::String(Some(text)) => serde_json::Value::from(text.as_str()),
        Value::BigInt(number) => (*number).into(),
        Value::Uuid(Some(key)) => key.simple().to_string().into(),
        _ => serde_json::Value::Null,
    });
    let items: serde_json::Value = items.collect();
    let item = if *array == ArrayType::Uuid { "unhex(value)" } else { "value" };
    (items.to_string(), item)
}
