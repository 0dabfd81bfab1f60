//! A statement being written: text and bound values. Every value is bound; only names of our own
//! tables and validated integers (page sizes) become text.

use sea_orm::{DbBackend, Statement, Value};

/// SQL text with its bound values.
#[derive(Debug, Clone)]
pub struct Sql {
    backend: DbBackend,
    text: String,
    values: Vec<Value>,
    aliases: usize,
    conditions: usize,
    terms: usize,
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
        self.text.push('$');
        self.text.push_str(&self.values.len().to_string());
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
    pub fn keys(&mut self, keys: &[uuid::Uuid]) -> &mut Self {
        let keys: Vec<Value> = keys.iter().map(|key| Value::from(*key)).collect();
        self.bind(Value::Array(sea_orm::sea_query::ArrayType::Uuid, Some(Box::new(keys))))
    }

    /// Adds `= ANY($n)` or `IN ($n, …)`: the keys of the level above. The list is filled up to a
    /// power of two with its last key, so that few statement texts serve every number of parents.
    pub fn in_keys(&mut self, keys: &[uuid::Uuid]) -> &mut Self {
        if self.is_postgres() {
            return self.push(" = ANY(").keys(keys).push(")");
        }
        let Some(last) = keys.last() else { return self.push(" IN (NULL)") };
        self.push(" IN (");
        for at in 0..keys.len().next_power_of_two() {
            if at > 0 {
                self.push(", ");
            }
            self.bind(*keys.get(at).unwrap_or(last));
        }
        self.push(")")
    }

    /// The finished statement.
    pub fn finish(self) -> Statement {
        Statement::from_sql_and_values(self.backend, self.text, self.values)
    }
}
