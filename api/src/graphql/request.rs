//! One GraphQL request, as any transport hands it over, and its answer.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::persisted::plain;
use crate::database::position::Position;
use crate::domain::rate::Allowance;
use crate::error::{Error, Language, Message};
use crate::files::Staged;
use crate::read::FieldError;
use crate::read::planner::MAX_COST;

/// A request.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The document.
    pub query: String,
    /// Which of its operations.
    pub operation_name: Option<String>,
    /// Values of its variables.
    pub variables: Map<String, Value>,
    /// The document's name, if the caller gives one: its SHA-256 in hexadecimal, or a name of the list of trusted
    /// documents.
    pub document_id: Option<String>,
    /// How many values the variables hold, lists and objects counted with what they hold.
    pub values: usize,
    /// Whether it came in a way by which nothing may be changed.
    pub is_safe: bool,
    /// What it must find at least, where a replica may be behind.
    pub least: Position,
    /// Files that came with it.
    pub uploads: Arc<[Staged]>,
}

/// Deepest nesting of variables.
pub const MAX_VARIABLE_NESTING: usize = 16;
/// Most values in the variables, lists and objects counted with what they hold.
pub const MAX_VARIABLE_VALUES: usize = 20_000;

fn nesting(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(nesting).max().unwrap_or(0),
        Value::Object(fields) => 1 + fields.values().map(nesting).max().unwrap_or(0),
        _ => 0,
    }
}

fn count(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(count).sum::<usize>(),
        Value::Object(fields) => 1 + fields.values().map(count).sum::<usize>(),
        _ => 1,
    }
}

/// Longest name of a document, in bytes.
const MAX_ID: usize = 256;

/// The name under which the caller knows the document, in whatever way it tells it: by the protocol of automatic
/// persisted queries, as `documentId` (GraphQL over HTTP) or as Relay's `doc_id` and `id`.
fn document_id(
    fields: &mut Map<String, Value>,
    extensions: &Map<String, Value>,
) -> Result<Option<String>, Error> {
    let mut id = persisted(extensions)?;
    for name in ["documentId", "doc_id", "id"] {
        let given = match fields.remove(name) {
            None | Some(Value::Null) => continue,
            Some(Value::String(given)) if (1..=MAX_ID).contains(&given.len()) => given,
            Some(_) => {
                return Err(Error::bad_request(
                    format!("{name}는 문서의 이름(문자열, 최대 {MAX_ID}바이트)이어야 합니다."),
                    format!(
                        "{name} must be the name of a document, a string of at most {MAX_ID} bytes."
                    ),
                ));
            }
        };
        let given = plain(&given).to_owned();
        if id.as_ref().is_some_and(|id| *id != given) {
            return Err(Error::bad_request(
                "요청이 서로 다른 문서를 가리킵니다.",
                "The request names two documents.",
            ));
        }
        id = Some(given);
    }
    Ok(id)
}

/// The hash by the protocol of automatic persisted queries.
fn persisted(extensions: &Map<String, Value>) -> Result<Option<String>, Error> {
    let Some(persisted) = extensions.get("persistedQuery") else { return Ok(None) };
    let hash = persisted.get("sha256Hash").and_then(Value::as_str).map(plain).filter(|hash| {
        hash.len() == 64 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    });
    match (persisted.get("version").and_then(Value::as_i64), hash) {
        (Some(1), Some(hash)) => Ok(Some(hash.to_owned())),
        _ => Err(Error::bad_request(
            "persistedQuery에는 version 1과 sha256Hash(소문자 16진수)가 필요합니다.",
            "persistedQuery needs version 1 and sha256Hash in lower-case hexadecimal.",
        )),
    }
}

impl Request {
    /// A request from the fields of its JSON object (GraphQL-over-HTTP specification).
    ///
    /// # Errors
    /// Bad request, if a field is missing or of another kind.
    pub fn from_fields(mut fields: Map<String, Value>) -> Result<Self, Error> {
        let operation_name = match fields.remove("operationName") {
            None | Some(Value::Null) => None,
            Some(Value::String(name)) => Some(name),
            Some(_) => {
                return Err(Error::bad_request(
                    "operationName은 문자열이어야 합니다.",
                    "operationName must be a string.",
                ));
            }
        };
        let mut object = |name: &str| match fields.remove(name) {
            None | Some(Value::Null) => Ok(Map::new()),
            Some(Value::Object(object)) => Ok(object),
            Some(_) => Err(Error::bad_request(
                "variables와 extensions는 객체여야 합니다.",
                "variables and extensions must be objects.",
            )),
        };
        let variables = object("variables")?;
        let extensions = object("extensions")?;
        let document_id = document_id(&mut fields, &extensions)?;
        let query = match fields.remove("query") {
            Some(Value::String(query)) => query,
            // The name alone stands for the document.
            None | Some(Value::Null) if document_id.is_some() => String::new(),
            _ => {
                return Err(Error::bad_request(
                    "query(문자열)가 필요합니다.",
                    "query, a string, is required.",
                ));
            }
        };
        if variables.values().map(nesting).max().unwrap_or(0) > MAX_VARIABLE_NESTING {
            return Err(Error::bad_request(
                "variables가 너무 깊습니다.",
                "variables are nested too deeply.",
            ));
        }
        let values: usize = variables.values().map(count).sum();
        if values > MAX_VARIABLE_VALUES {
            return Err(Error::TooLarge(Message::new(
                format!("variables의 값이 너무 많습니다(한도 {MAX_VARIABLE_VALUES}개)."),
                format!("The variables hold too many values (at most {MAX_VARIABLE_VALUES})."),
            )));
        }
        Ok(Self {
            query,
            operation_name,
            variables,
            document_id,
            values,
            is_safe: false,
            least: Position::default(),
            uploads: Arc::default(),
        })
    }
}

/// An error as it stands in an answer.
#[derive(Debug)]
pub struct GraphQlError {
    /// What went wrong.
    pub error: Error,
    /// Where in the answer.
    pub path: Vec<Value>,
    /// Where in the document: line, column.
    pub locations: Vec<(usize, usize)>,
}

impl From<Error> for GraphQlError {
    fn from(error: Error) -> Self {
        Self { error, path: Vec::new(), locations: Vec::new() }
    }
}

impl From<FieldError> for GraphQlError {
    fn from(field: FieldError) -> Self {
        Self { error: field.error, path: field.path, locations: Vec::new() }
    }
}

/// An answer: data as JSON text, and errors.
#[derive(Debug, Default)]
pub struct Response {
    /// The data; none if the request failed before its execution.
    pub data: Option<String>,
    /// What went wrong.
    pub errors: Vec<GraphQlError>,
    /// What it cost, if it was executed.
    pub cost: Option<Cost>,
    /// What the caller may still ask for, if that is limited.
    pub allowance: Option<Allowance>,
    /// What it includes, where a replica may be behind.
    pub position: Option<Position>,
}

/// What a request costs, in rows.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cost {
    /// What it could have cost, known before it was run: rows that could have been reached, where page sizes
    /// multiply, and the weight of totals, conditions, searches and statistics ([`crate::read::weight`]).
    pub requested: usize,
    /// Rows that were read.
    pub actual: usize,
}

/// Most errors that an answer lists.
const MAX_ERRORS: usize = 10;
/// Longest sentence of an error, in characters.
const MAX_MESSAGE: usize = 1500;

impl Response {
    /// An answer to a request that failed before its execution.
    pub fn refused(error: impl Into<GraphQlError>) -> Self {
        Self { errors: vec![error.into()], ..Self::default() }
    }

    /// The answer as JSON text. Internal causes go to the log with the request's id.
    pub fn into_json(self, language: Language, request_id: &str) -> String {
        let mut out = String::with_capacity(self.data.as_ref().map_or(0, String::len) + 64);
        out.push('{');
        if let Some(data) = &self.data {
            out.push_str("\"data\":");
            out.push_str(data);
        }
        if !self.errors.is_empty() {
            if self.data.is_some() {
                out.push(',');
            }
            let errors: Vec<Value> = self
                .errors
                .iter()
                .take(MAX_ERRORS)
                .map(|error| error.show(language, request_id))
                .collect();
            out.push_str("\"errors\":");
            out.push_str(&Value::Array(errors).to_string());
        }
        if let Some(cost) = self.cost {
            let _ = write!(
                out,
                ",\"extensions\":{{\"cost\":{{\"requested\":{},\"actual\":{},\"limit\":{MAX_COST}",
                cost.requested, cost.actual
            );
            if let Some(Allowance { limit, remaining, reset, .. }) = self.allowance {
                let _ = write!(
                    out,
                    ",\"allowance\":{{\"limit\":{limit},\"remaining\":{remaining},\"reset\":{reset}}}"
                );
            }
            out.push('}');
            if let Some(position) = self.position {
                let _ = write!(out, ",\"position\":\"{position}\"");
            }
            out.push('}');
        }
        out.push('}');
        out
    }
}

impl GraphQlError {
    fn show(&self, language: Language, request_id: &str) -> Value {
        let mut extensions = json!({ "code": self.error.code() });
        if let Error::Internal(cause) = &self.error {
            tracing::error!(request.id = request_id, error.cause = %cause, error.path = ?self.path, "graphql.internal_error");
            extensions["requestId"] = request_id.into();
        }
        // Callers whose turn did not come have no cause.
        if let Error::Unavailable { cause, .. } = &self.error
            && !cause.is_empty()
        {
            tracing::warn!(request.id = request_id, error.cause = %cause, error.path = ?self.path, "graphql.unavailable");
        }
        if let Error::Argument { path, .. } = &self.error {
            extensions["path"] = path.clone().into();
        }
        let message = self.error.message();
        let text: String = message.text(language).chars().take(MAX_MESSAGE).collect();
        let mut shown = json!({ "message": text, "extensions": extensions });
        if !self.path.is_empty() {
            shown["path"] = self.path.clone().into();
        }
        if !self.locations.is_empty() {
            shown["locations"] = self
                .locations
                .iter()
                .map(|(line, column)| json!({ "line": line, "column": column }))
                .collect();
        }
        shown
    }
}
