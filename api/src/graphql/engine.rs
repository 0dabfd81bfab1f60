//! From a request to its answer: bounds, parsing, validation, variables, then the read path for queries.
//!
//! Documents are validated by apollo-compiler, which checks every rule of the specification (the
//! validator of async-graphql leaves seven open); its verdict is kept by the document's text. Mutations
//! and subscriptions run in async-graphql.

use std::sync::{Arc, LazyLock};

use apollo_compiler::collections::HashMap;
use apollo_compiler::executable::{Operation, OperationMap};
use apollo_compiler::parser::Parser;
use apollo_compiler::response::JsonMap;
use apollo_compiler::schema::Implementers;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Name, Schema, introspection, request as coercion};
use chrono::{DateTime, Utc};
use sea_orm::DatabaseConnection;
use serde_json::{Map, Value};

use super::document_cache::{Checked, Document, DocumentCache};
use super::request::{GraphQlError, Request, Response};
use super::rules;
use crate::domain::principal::Principal;
use crate::error::{Error, Message};
use crate::read::Reader;
use crate::read::args::Variables;
use crate::read::selection;

/// Longest document, in bytes.
pub const MAX_DOCUMENT: usize = 64 * 1024;
/// Deepest nesting of brackets in a document.
pub const MAX_NESTING: usize = 40;
/// Most tokens of a document.
const MAX_TOKENS: usize = 6_000;
/// Most fields of an operation, its fragments spread.
const MAX_FIELDS: usize = 5_000;

/// The schema as documents are validated against it.
pub fn validation_schema() -> &'static Valid<Schema> {
    static SCHEMA: LazyLock<Valid<Schema>> = LazyLock::new(|| {
        let sdl = super::schema().sdl();
        // The specification's own directives are written out by async-graphql, without descriptions.
        let parsed = Parser::new().parse_ast(sdl, "schema.graphql").map(|mut document| {
            document
                .definitions
                .retain(|definition| definition.as_directive_definition().is_none());
            document
        });
        let schema = match parsed {
            Ok(document) => document.to_schema_validate().map_err(|broken| broken.errors),
            Err(broken) => Err(broken.errors),
        };
        match schema {
            Ok(schema) => schema,
            // invariant: a test builds the schema; a fault in a declaration never leaves the workshop.
            Err(broken) => unreachable!("the schema is invalid:\n{broken}"),
        }
    });
    &SCHEMA
}

fn implementers() -> &'static HashMap<Name, Implementers> {
    static MAP: LazyLock<HashMap<Name, Implementers>> =
        LazyLock::new(|| validation_schema().implementers_map());
    &MAP
}

/// Answers GraphQL requests.
#[derive(Debug)]
pub struct Engine {
    db: DatabaseConnection,
    documents: DocumentCache,
}

impl Engine {
    /// An engine over a database.
    pub fn new(db: DatabaseConnection) -> Self {
        // The schema is built at the start, not by the first caller.
        validation_schema();
        implementers();
        Self { db, documents: DocumentCache::default() }
    }

    /// Answers one request.
    pub async fn execute(
        &self,
        request: &Request,
        principal: &Principal,
        now: DateTime<Utc>,
    ) -> Response {
        let document = match self.document(&request.query) {
            Ok(document) => document,
            Err(errors) => return Response { data: None, errors },
        };
        let operation = match operation(&document.executable.operations, request) {
            Ok(operation) => operation,
            Err(error) => return Response::refused(error),
        };
        let (coerced, variables) = match variables(operation, &request.variables) {
            Ok(variables) => variables,
            Err(error) => return Response::refused(error),
        };
        if let Some(name) =
            document.conditions.iter().find(|name| variables.get(*name).is_some_and(Value::is_null))
        {
            return Response::refused(Error::input(
                format!("변수 ${name}은(는) @skip 또는 @include에 쓰이므로 null일 수 없습니다."),
                format!("The variable ${name} decides a @skip or @include and must not be null."),
            ));
        }
        let introspected = match introspected(&document.executable, operation, &coerced) {
            Ok(introspected) => introspected,
            Err(error) => return Response::refused(error),
        };
        let reader = Reader { db: &self.db, catalog: super::catalog(), principal, now };
        let selected = selection::Document {
            document: &document.executable,
            schema: validation_schema(),
            variables: &variables,
        };
        let (data, errors) =
            crate::read::query::answer(&reader, selected, &operation.selection_set, &introspected)
                .await;
        Response { data: Some(data), errors: errors.into_iter().map(GraphQlError::from).collect() }
    }

    /// Parses and validates a document, once for each text.
    ///
    /// # Errors
    /// Those of the document.
    pub fn document(&self, text: &str) -> Result<Document, Vec<GraphQlError>> {
        if let Some(known) = self.documents.find(text) {
            return Ok(known);
        }
        bounds(text).map_err(|error| vec![error.into()])?;
        // The validator's parser goes on after a fault; this one refuses it.
        async_graphql::parser::parse_query(text).map_err(|broken| vec![parse_error(&broken)])?;
        let parsed = Parser::new()
            .recursion_limit(MAX_NESTING + 20)
            .token_limit(MAX_TOKENS)
            .parse_ast(text, "request.graphql")
            .map_err(|broken| parse_errors(&broken.errors))?;
        super::limits::check(&parsed, MAX_FIELDS).map_err(|error| vec![error.into()])?;
        let executable = parsed
            .to_executable_validate(validation_schema())
            .map_err(|errors| validation_errors(&errors.errors))?;
        let findings = rules::look(validation_schema(), &executable);
        if !findings.faults.is_empty() {
            return Err(rules::errors(&findings).into_iter().map(GraphQlError::from).collect());
        }
        let document = Arc::new(Checked { executable, conditions: findings.conditions });
        self.documents.keep(text, &document);
        Ok(document)
    }
}

/// A linear look at the text, before any parser descends into it.
fn bounds(text: &str) -> Result<(), Error> {
    if text.len() > MAX_DOCUMENT {
        return Err(Error::TooLarge(Message::new(
            format!("질의가 너무 깁니다(한도 {MAX_DOCUMENT}바이트)."),
            format!("The document is too long (at most {MAX_DOCUMENT} bytes)."),
        )));
    }
    let (mut depth, mut deepest) = (0_usize, 0_usize);
    for byte in text.bytes() {
        match byte {
            b'{' | b'[' | b'(' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    if deepest > MAX_NESTING {
        return Err(Error::TooLarge(Message::new(
            format!("질의가 너무 깊습니다(한도 {MAX_NESTING}단계)."),
            format!("The document is nested too deeply (at most {MAX_NESTING} levels)."),
        )));
    }
    if text.contains('\0') {
        return Err(Error::Parse(Message::new(
            "질의에 NUL 문자가 있습니다.",
            "The document holds a NUL character.",
        )));
    }
    Ok(())
}

fn located(
    diagnostics: &apollo_compiler::validation::DiagnosticList,
    make: impl Fn(String) -> Error,
) -> Vec<GraphQlError> {
    diagnostics
        .iter()
        .take(10)
        .map(|diagnostic| {
            let json = diagnostic.to_json();
            GraphQlError {
                error: make(json.message),
                path: Vec::new(),
                locations: json.locations.iter().map(|at| (at.line, at.column)).collect(),
            }
        })
        .collect()
}

fn parse_error(broken: &async_graphql::parser::Error) -> GraphQlError {
    let locations = broken.positions().map(|at| (at.line, at.column)).collect();
    GraphQlError { error: Error::Parse(not_graphql()), path: Vec::new(), locations }
}

/// A parser's own words quote the text, which may be long; the place says enough.
fn not_graphql() -> Message {
    Message::new("GraphQL 문법 오류입니다.", "The document is not valid GraphQL syntax.")
}

fn parse_errors(diagnostics: &apollo_compiler::validation::DiagnosticList) -> Vec<GraphQlError> {
    located(diagnostics, |_| Error::Parse(not_graphql()))
}

fn validation_errors(
    diagnostics: &apollo_compiler::validation::DiagnosticList,
) -> Vec<GraphQlError> {
    located(diagnostics, |text| {
        Error::Validation(Message::new(format!("질의가 스키마와 맞지 않습니다: {text}"), text))
    })
}

fn operation<'a>(operations: &'a OperationMap, request: &Request) -> Result<&'a Operation, Error> {
    let found = operations.get(request.operation_name.as_deref()).map_err(|_| {
        Error::Validation(match &request.operation_name {
            Some(_) => Message::new(
                "operationName의 작업이 질의에 없습니다.",
                "The document has no operation of that operationName.",
            ),
            None => Message::new(
                "작업이 여러 개이면 operationName이 필요합니다.",
                "A document of several operations needs an operationName.",
            ),
        })
    })?;
    if found.is_query() {
        return Ok(found);
    }
    Err(Error::Validation(Message::new(
        "지원하지 않는 작업입니다.",
        "This kind of operation is not supported here.",
    )))
}

/// Coerced variables, for the validator's crate and for the read path.
fn variables(
    operation: &Operation,
    given: &Map<String, Value>,
) -> Result<(Valid<JsonMap>, Variables), Error> {
    let given: JsonMap =
        given.iter().map(|(name, value)| (name.as_str().into(), value.clone().into())).collect();
    let coerced = coercion::coerce_variable_values(validation_schema(), operation, &given)
        .map_err(|error| {
            let text = error.message().to_string();
            Error::Input(Message::new(format!("변수 값이 올바르지 않습니다: {text}"), text))
        })?;
    let mut variables = Variables::new();
    for (name, value) in coerced.iter() {
        let value = serde_json::to_value(value).map_err(Error::internal)?;
        variables.insert(name.as_str().to_owned(), value);
    }
    Ok((coerced, variables))
}

/// Answers of `__schema` and `__type` by response key; empty unless they are asked for.
fn introspected(
    document: &Valid<ExecutableDocument>,
    operation: &Operation,
    variables: &Valid<JsonMap>,
) -> Result<HashMap<String, String>, Error> {
    let asked = operation
        .root_fields(document)
        .any(|field| matches!(field.name.as_str(), "__schema" | "__type"));
    if !asked {
        return Ok(HashMap::default());
    }
    introspection::check_max_depth(document, operation).map_err(|error| {
        Error::TooLarge(Message::new(
            "인트로스펙션 질의가 너무 깊습니다.",
            error.message().to_string(),
        ))
    })?;
    let answer = introspection::partial_execute(
        validation_schema(),
        implementers(),
        document,
        operation,
        variables,
    )
    .map_err(|error| Error::internal(error.message()))?;
    let mut answers = HashMap::default();
    for (key, value) in answer.data.iter().flat_map(|data| data.iter()) {
        // As text: a tree of our own would sort the keys.
        let text = serde_json::to_string(value).map_err(Error::internal)?;
        answers.insert(key.as_str().to_owned(), text);
    }
    Ok(answers)
}
