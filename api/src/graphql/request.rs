//! One GraphQL request, as any transport hands it over, and its answer.

use serde_json::{Map, Value, json};

use crate::error::{Error, Language};
use crate::read::FieldError;

/// A request.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The document.
    pub query: String,
    /// Which of its operations.
    pub operation_name: Option<String>,
    /// Values of its variables.
    pub variables: Map<String, Value>,
}

/// Deepest nesting of variables.
const MAX_VARIABLE_NESTING: usize = 16;

fn nesting(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(nesting).max().unwrap_or(0),
        Value::Object(fields) => 1 + fields.values().map(nesting).max().unwrap_or(0),
        _ => 0,
    }
}

impl Request {
    /// A request from the fields of its JSON object (GraphQL-over-HTTP specification).
    ///
    /// # Errors
    /// Bad request, if a field is missing or of another kind.
    pub fn from_fields(mut fields: Map<String, Value>) -> Result<Self, Error> {
        let query = match fields.remove("query") {
            Some(Value::String(query)) => query,
            _ => {
                return Err(Error::bad_request(
                    "query(문자열)가 필요합니다.",
                    "query, a string, is required.",
                ));
            }
        };
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
        object("extensions")?;
        if variables.values().map(nesting).max().unwrap_or(0) > MAX_VARIABLE_NESTING {
            return Err(Error::bad_request(
                "variables가 너무 깊습니다.",
                "variables are nested too deeply.",
            ));
        }
        Ok(Self { query, operation_name, variables })
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
}

/// Most errors that an answer lists.
const MAX_ERRORS: usize = 10;
/// Longest sentence of an error, in characters.
const MAX_MESSAGE: usize = 300;

impl Response {
    /// An answer to a request that failed before its execution.
    pub fn refused(error: impl Into<GraphQlError>) -> Self {
        Self { data: None, errors: vec![error.into()] }
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
