//! From a request to its answer: bounds, parsing, validation, variables, then the read path for queries.
//!
//! Documents are validated by apollo-compiler, which checks every rule of the specification (the
//! validator of async-graphql leaves seven open); its verdict is kept by the document's text. Queries,
//! mutations and the events of subscriptions are all answered by the read path; what a mutation writes goes
//! through the services.

use std::net::IpAddr;
use std::sync::{Arc, LazyLock};

use apollo_compiler::ast::{OperationType, Value as Literal};
use apollo_compiler::executable::{Field, Operation, OperationMap};
use apollo_compiler::parser::Parser;
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use apollo_compiler::{Schema, request as coercion};
use async_graphql::SDLExportOptions;
use sea_orm::{DatabaseConnection, DatabaseExecutor};
use serde_json::{Map, Value};

use super::api_client::MAKE_SECRETS;
use super::document_cache::{Checked, Document, DocumentCache};
use super::faults::Told;
use super::persisted::Persisted;
use super::request::{Cost, GraphQlError, Request, Response};
use super::{faults, introspection, limits, mutation, rules, scan, values};
use crate::auth::secret::Hashing;
use crate::config::Introspection;
use crate::database::Store;
use crate::database::position::Position;
use crate::database::reads::{Read, Reads};
use crate::domain::access::Denied;
use crate::domain::principal::{Author, Principal};
use crate::domain::rate::Allowance;
use crate::error::{Error, Language, Message};
use crate::files::Staged;
use crate::read::args::Variables;
use crate::read::context::Marks;
use crate::read::page;
use crate::read::query::{self, Answer, Introspected};
use crate::read::stream::{self, Events};
use crate::read::{Act, Reader, selection};
use crate::service::audit::{self, Backlog};
use crate::service::change::{self, Feed, Places};
use crate::service::ledger::Event;
use crate::service::webhook::Webhooks;
use crate::turns::{Bounds, Turns};

/// Longest document that is parsed in next to no time, in bytes.
const SHORT: usize = 2 * 1024;
/// Most values in the variables that are looked at in next to no time.
const FEW_VALUES: usize = 1_000;

/// The schema as documents are validated against it.
pub fn validation_schema() -> &'static Valid<Schema> {
    static SCHEMA: LazyLock<Valid<Schema>> = LazyLock::new(|| {
        let options = SDLExportOptions::new().include_specified_by();
        let sdl = super::schema().sdl_with_options(options);
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

/// Fields of the query's root that may tell of places in the change feed.
const TELL_PLACES: [&str; 3] = ["changes", "node", "nodes"];

/// Who asks, and how.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The caller with its request.
    pub author: Author<'a>,
    /// Language of sentences.
    pub language: Language,
    /// What the caller may still ask for, if that is limited.
    pub allowance: Option<Allowance>,
}

impl Call<'_> {
    /// For whom what a call leaves behind is kept: the client, or the network of who shows no token.
    fn owner(&self) -> String {
        let Author { principal, address, .. } = self.author;
        let network = address.filter(|_| principal.client().is_none()).and_then(|address| {
            match address.parse::<IpAddr>().ok()?.to_canonical() {
                // One caller has all of a network.
                IpAddr::V6(address) => Some(format!("{:x?}", &address.segments()[..4])),
                IpAddr::V4(address) => Some(address.to_string()),
            }
        });
        network.unwrap_or_else(|| principal.actor().to_owned())
    }
}

/// What an operator sets.
#[derive(Debug)]
pub struct EngineSettings {
    /// Who is told the schema.
    pub introspection: Introspection,
    /// Documents known by their hash.
    pub persisted: Persisted,
    /// Webhooks; none where they are off.
    pub webhooks: Option<Webhooks>,
}

/// What it takes to find out whether a request is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// Next to nothing: the document was found good before.
    None,
    /// A short document is parsed and validated.
    Little,
    /// A long document is, or many values are looked at.
    Much,
}

/// A request that was found good, before it is executed.
#[derive(Debug)]
pub struct Prepared {
    document: Document,
    operation_name: Option<String>,
    coerced: Valid<JsonMap>,
    variables: Variables,
    /// What it must find at least.
    least: Position,
    /// Most rows of a page.
    page: usize,
    /// What kind of operation it is.
    pub kind: OperationType,
    /// Files that came with it.
    pub uploads: Arc<[Staged]>,
}

impl Prepared {
    fn operation(&self) -> Result<&Operation, Error> {
        operation(&self.document.executable.operations, self.operation_name.as_deref())
    }

    fn selected(&self) -> selection::Document<'_> {
        selection::Document {
            document: &self.document.executable,
            schema: validation_schema(),
            variables: &self.variables,
            page: self.page,
        }
    }

    /// Asks for what follows a cursor next.
    pub fn go_on(&mut self, after: Value) {
        self.variables.insert("after".to_owned(), after);
    }

    /// The operation's name, where it has one.
    pub fn name(&self) -> Option<&str> {
        Some(self.operation().ok()?.name.as_ref()?.as_str())
    }

    fn asks_for(&self, name: &str) -> bool {
        self.operation().is_ok_and(|operation| {
            operation.root_fields(&self.document.executable).any(|field| field.name == name)
        })
    }
}

/// What is asked of a database.
#[derive(Clone, Copy)]
struct Asked<'a> {
    prepared: &'a Prepared,
    author: &'a Author<'a>,
    allowance: Option<Allowance>,
    introspected: &'a Introspected,
}

/// Answers GraphQL requests.
#[derive(Debug)]
pub struct Engine {
    /// Connections that queries read by.
    pub reads: Reads,
    /// The database that is written.
    db: Store,
    documents: DocumentCache,
    settings: EngineSettings,
    /// Turns at hashing.
    pub hashing: Hashing,
    /// Turns at finding out whether requests are good.
    pub parsing: Turns,
    /// Codes of the institutions that run the programme.
    pub operators: Vec<String>,
    /// What waits to be written to the audit.
    pub backlog: Arc<Backlog>,
    /// The change feed.
    pub feed: Arc<Feed>,
    /// What callers see of places in it.
    places: Places,
}

impl Engine {
    /// An engine over a database, and the connections that queries read by if they are others.
    pub fn new(db: Store, reads: Option<Reads>, settings: EngineSettings) -> Self {
        // The schema is built at the start, not by the first caller.
        validation_schema();
        introspection::implementers();
        let reads = reads.unwrap_or_else(|| Reads::pool((*db).clone()));
        let feed = Feed::new(reads.clone());
        // Two at least, since those without a token have half of them.
        let places = std::thread::available_parallelism().map_or(2, |cores| cores.get().max(2));
        let bounds = Bounds { waiting: 512, waiting_each: 64, ..Bounds::shared(places, 50) };
        Self {
            reads,
            db,
            documents: DocumentCache::default(),
            settings,
            hashing: Hashing::default(),
            parsing: Turns::new(bounds),
            operators: Vec::new(),
            backlog: Arc::default(),
            feed,
            places: Places::default(),
        }
    }

    /// What is set of webhooks; none where they are off.
    pub fn webhooks(&self) -> Option<&Webhooks> {
        self.settings.webhooks.as_ref()
    }

    /// What it takes to prepare a request.
    pub fn effort(&self, request: &Request) -> Effort {
        if request.values > FEW_VALUES || request.query.len() > scan::MAX_DOCUMENT {
            return Effort::Much;
        }
        // What names no text is refused at once.
        let Ok(text) = self.settings.persisted.text(request) else { return Effort::None };
        if self.documents.find(&text).is_some() {
            Effort::None
        } else if text.len() > SHORT || text.contains("fragment") {
            // Few fragments spread make many fields.
            Effort::Much
        } else {
            Effort::Little
        }
    }

    /// Parses and validates a request and its variables.
    ///
    /// # Errors
    /// The answer to a request that is not good.
    pub fn prepare(&self, request: &Request, call: &Call<'_>) -> Result<Prepared, Response> {
        let refused = |error| {
            self.refuse(call, &error);
            Response::refused(error)
        };
        let hints = self.tells_schema(call.author.principal);
        let told = Told { schema: validation_schema(), hints };
        let text = self.settings.persisted.text(request).map_err(refused)?;
        let document = self.document(&text, told, call).map_err(|errors| {
            // A refused mutation stands in the audit by its name, for which it is parsed once more; a query need not be.
            if let Some(error) = errors.first()
                && matches!(error.error, Error::Validation(_))
                && text.contains("mutation")
            {
                let mut parser = Parser::new()
                    .recursion_limit(scan::MAX_NESTING + 20)
                    .token_limit(scan::MAX_DOCUMENT);
                let parsed = parser.parse_ast(&*text, "request.graphql").ok();
                self.unread(call, parsed.as_ref().and_then(mutation_of), &error.error);
            }
            Response { errors, ..Response::default() }
        })?;
        if request.document_id.is_some() {
            self.settings.persisted.keep(&call.owner(), request);
        }
        let name = request.operation_name.as_deref();
        let operation =
            operation(&document.executable.operations, name).map_err(Response::refused)?;
        if request.is_safe && operation.operation_type == OperationType::Mutation {
            return Err(Response::refused(Error::MethodNotAllowed { allow: "POST" }));
        }
        self.admit(call, &document, operation, &request.variables).map_err(Response::refused)?;
        let (coerced, variables) =
            variables(operation, &request.variables, told).map_err(|error| {
                let field = (operation.operation_type == OperationType::Mutation)
                    .then(|| operation.root_fields(&document.executable).next())
                    .flatten();
                self.unread(call, field.map(|field| field.name.as_str()), &error);
                Response::refused(error)
            })?;
        values::check(&document.executable, operation, &variables).map_err(Response::refused)?;
        if let Some(name) =
            document.conditions.iter().find(|name| variables.get(*name).is_some_and(Value::is_null))
        {
            return Err(Response::refused(Error::argument(
                &format!("${name}"),
                format!("변수 `${name}` 값은 @skip 또는 @include에 쓰이므로 null일 수 없습니다."),
                format!("The variable `${name}` decides a @skip or @include and must not be null."),
            )));
        }
        limits::check_secrets(
            operation
                .root_fields(&document.executable)
                .filter(|field| MAKE_SECRETS.contains(&field.name.as_str()))
                .count(),
        )
        .map_err(Response::refused)?;
        let kind = operation.operation_type;
        let prepared = Prepared {
            operation_name: request.operation_name.clone(),
            coerced,
            variables,
            least: request.least,
            page: page::MAX_SIZE,
            kind,
            uploads: request.uploads.clone(),
            document,
        };
        if !hints && (prepared.asks_for("__schema") || prepared.asks_for("__type")) {
            return Err(refused(Error::IntrospectionOff));
        }
        Ok(prepared)
    }

    /// Whether a caller is told what the schema holds.
    pub fn tells_schema(&self, principal: &Principal) -> bool {
        match self.settings.introspection {
            Introspection::Everyone => true,
            Introspection::SignedIn => !matches!(principal, Principal::Anonymous),
            Introspection::Nobody => false,
        }
    }

    /// Prepares a query of the server's own, with values that a caller gives: all that holds of a caller's document
    /// but that it must be a trusted one, and pages of so many rows.
    ///
    /// # Errors
    /// Signed out; input; too large; internal.
    pub fn prepare_own(
        &self,
        text: &str,
        given: &Map<String, Value>,
        (page, least): (usize, Position),
        call: &Call<'_>,
    ) -> Result<Prepared, Error> {
        let told =
            Told { schema: validation_schema(), hints: self.tells_schema(call.author.principal) };
        let document = self.document(text, told, call).map_err(|mut errors| {
            let first = errors.drain(..).next();
            first.map_or_else(|| Error::internal("a document of our own is refused"), |it| it.error)
        })?;
        let operation = operation(&document.executable.operations, None)?;
        self.admit(call, &document, operation, given)?;
        let (coerced, variables) = variables(operation, given, told)?;
        values::check(&document.executable, operation, &variables)?;
        let kind = operation.operation_type;
        let uploads = Arc::default();
        let operation_name = None;
        Ok(Prepared { document, operation_name, coerced, variables, least, page, kind, uploads })
    }

    /// Refuses who shows no token and asks for nothing but what needs one, before the variables are looked at.
    fn admit(
        &self,
        call: &Call<'_>,
        document: &Checked,
        operation: &Operation,
        given: &Map<String, Value>,
    ) -> Result<(), Error> {
        let principal = call.author.principal;
        let (of, writes) = match operation.operation_type {
            OperationType::Query => ("Query", false),
            OperationType::Mutation => ("Mutation", true),
            OperationType::Subscription => return Ok(()),
        };
        let catalog = super::catalog();
        let mut refused = Vec::new();
        for field in operation.root_fields(&document.executable) {
            match catalog.root(of, field.name.as_str()) {
                Some(root) if catalog.barred(principal, root) == Some(Denied::SignedOut) => {
                    let subject = mutation::subject(catalog, named_by(field, given));
                    refused.push((root.name, subject));
                }
                _ => return Ok(()),
            }
        }
        for (action, subject) in refused.into_iter().filter(|_| writes) {
            let event = mutation::refusal(action, subject, Error::SignedOut.code());
            self.backlog.push(call.author, event);
        }
        Err(Error::SignedOut)
    }

    /// Puts on record that the input of a mutation could not be read.
    fn unread(&self, call: &Call<'_>, mutation: Option<&str>, error: &Error) {
        let Some(name) = mutation else { return };
        let action =
            super::catalog().root("Mutation", name).map_or("document.refuse", |it| it.name);
        let refused = Some(error.code().to_owned());
        self.backlog.push(call.author, Event { action, refused, ..Event::default() });
    }

    /// Puts on record that a document was refused for what it is; other faults of it are nobody's business.
    fn refuse(&self, call: &Call<'_>, error: &Error) {
        if matches!(error, Error::NotTrusted | Error::IntrospectionOff) {
            let refused = Some(error.code().to_owned());
            let event = Event { action: "document.refuse", refused, ..Event::default() };
            self.backlog.push(call.author, event);
        }
    }

    /// Answers one request.
    pub async fn execute(&self, request: &Request, call: &Call<'_>) -> Response {
        match self.prepare(request, call) {
            Ok(prepared) => self.answer(&prepared, call).await.unwrap_or_else(Response::refused),
            Err(refused) => refused,
        }
    }

    /// Answers a query or a mutation.
    ///
    /// # Errors
    /// Those of the request; what kept everything from being answered and may pass.
    pub async fn answer(&self, prepared: &Prepared, call: &Call<'_>) -> Result<Response, Error> {
        let operation = prepared.operation()?;
        if prepared.kind == OperationType::Subscription {
            return Err(Error::Validation(Message::new(
                "구독은 WebSocket 또는 text/event-stream으로 요청해 주십시오.",
                "Subscribe over WebSocket or with Accept: text/event-stream.",
            )));
        }
        let executable = &prepared.document.executable;
        let told = introspection::tell(executable, operation, &prepared.coerced)?;
        let audit = super::catalog().root("Query", "auditEvents");
        let may_audit = audit
            .is_some_and(|root| super::catalog().barred(call.author.principal, root).is_none());
        if may_audit && prepared.asks_for("auditEvents") {
            self.backlog.flush(&self.db).await?;
        }
        let Call { author, language, allowance } = *call;
        let asked = Asked { prepared, author: &author, allowance, introspected: &told.answers };
        let (answer, marks, position) = if prepared.kind == OperationType::Mutation {
            let holding = self.db.holding();
            let act = Act {
                db: &holding,
                hashing: &self.hashing,
                backlog: &self.backlog,
                catalog: super::catalog(),
                places: &self.places,
                webhooks: self.webhooks(),
                operators: &self.operators,
                uploads: &prepared.uploads,
                author,
                language,
            };
            // Once: what was written might stand twice. And read where it was written: a replica may not have it yet.
            let asked = self.ask(&self.db, asked, Some(&act)).await;
            holding.settle().await;
            let (answer, marks) = asked?;
            (answer, marks, self.wrote(author.principal).await)
        } else {
            let read = self.reads.take(author.principal.actor(), prepared.least).await?;
            let is_of_replica = read.replica().is_some();
            let found = self.read(read, asked).await;
            let errors = match &found {
                Ok((answer, ..)) => answer.errors.iter().map(|told| &told.error).collect(),
                Err(error) => vec![error],
            };
            // Another connection may not be cut, and the database be there where its replica is not.
            let again = |error: &Error| matches!(error, Error::Unavailable { is_cut, .. } if *is_cut || is_of_replica);
            if errors.into_iter().any(again) {
                self.read(self.reads.take_home().await?, asked).await?
            } else {
                found?
            }
        };
        self.account(&author, &marks).await?;
        Ok(Response {
            data: Some(answer.data),
            errors: answer.errors.into_iter().map(GraphQlError::from).collect(),
            cost: Some(Cost {
                requested: answer.requested + told.cost,
                actual: answer.actual + told.cost,
            }),
            allowance,
            position,
        })
    }

    /// Notes that the caller has written; tells where what it wrote stands, if that can be told.
    pub async fn wrote(&self, principal: &Principal) -> Option<Position> {
        let told = self.reads.wrote(principal.actor(), &self.db).await;
        told.unwrap_or_else(|error| {
            tracing::warn!(error.cause = %error, "position.unknown");
            None
        })
    }

    /// Reads by a connection, unless it is one to a replica that is away or goes away meanwhile.
    async fn read(
        &self,
        read: Read,
        asked: Asked<'_>,
    ) -> Result<(Answer, Marks, Option<Position>), Error> {
        let (replica, position) = (read.replica(), read.position);
        let reading = async {
            let found = self.ask(&read, asked, None).await;
            read.done();
            found.map(|(answer, marks)| (answer, marks, position))
        };
        match replica {
            Some(replica) => replica.during(reading).await,
            None => reading.await,
        }
    }

    /// Asks a database once; with `act` it may write.
    async fn ask(
        &self,
        db: &DatabaseConnection,
        asked: Asked<'_>,
        act: Option<&Act<'_>>,
    ) -> Result<(Answer, Marks), Error> {
        let Asked { prepared, author, allowance, introspected } = asked;
        let marks = Marks::new(allowance);
        let executor = DatabaseExecutor::from(db);
        let reader = self.reader(&executor, author, &marks);
        if TELL_PLACES.iter().any(|name| prepared.asks_for(name)) {
            self.places.open(&executor).await?;
        }
        let selected = &prepared.operation()?.selection_set;
        let answer =
            query::answer(&reader, prepared.selected(), selected, introspected, act).await?;
        Ok((answer, marks))
    }

    fn reader<'a>(
        &'a self,
        db: &'a DatabaseExecutor<'a>,
        author: &Author<'a>,
        marks: &'a Marks,
    ) -> Reader<'a> {
        let catalog = super::catalog();
        let places = &self.places;
        Reader { db, catalog, principal: author.principal, now: author.now, marks, places }
    }

    /// Puts on record that personal data was looked at, before anything of it leaves.
    async fn account(&self, author: &Author<'_>, marks: &Marks) -> Result<(), Error> {
        let Some(keys) = marks.personal() else { return Ok(()) };
        if *author.principal == Principal::System {
            return Ok(());
        }
        let event = Event {
            action: "personal.read",
            subject_type: "ContactPoint",
            after: Some(serde_json::json!({ "ids": keys }).to_string()),
            ..Event::default()
        };
        audit::record(&self.db, *author, vec![event]).await
    }

    /// Begins a subscription; gives the number of the change after which it tells.
    ///
    /// # Errors
    /// Input; internal.
    pub async fn subscribe(&self, prepared: &Prepared, call: &Call<'_>) -> Result<i64, Error> {
        let marks = Marks::default();
        let read = self.reads.take_home().await?;
        let db = DatabaseExecutor::from(&*read);
        let reader = self.reader(&db, &call.author, &marks);
        self.places.open(&db).await?;
        let operation = prepared.operation()?;
        let after = stream::start(&reader, prepared.selected(), &operation.selection_set)?;
        let after = match after {
            Some(after) => change::check_kept(&*read, after).await.map(|()| after),
            None => change::last(&*read).await,
        };
        read.done();
        after
    }

    /// The events of a subscription after the change `since` and up to `until`.
    ///
    /// # Errors
    /// Input; too costly; internal.
    pub async fn events(
        &self,
        prepared: &Prepared,
        call: &Call<'_>,
        since: i64,
        until: i64,
    ) -> Result<Events, Error> {
        let marks = Marks::default();
        let read = self.reads.take_home().await?;
        let db = DatabaseExecutor::from(&*read);
        let reader = self.reader(&db, &call.author, &marks);
        self.places.open(&db).await?;
        let operation = prepared.operation()?;
        let document = prepared.selected();
        let events =
            stream::events(&reader, document, &operation.selection_set, since, until).await;
        read.done();
        let events = events?;
        self.account(&call.author, &marks).await?;
        Ok(events)
    }

    /// Parses and validates a document, once for each text.
    ///
    /// # Errors
    /// Those of the document.
    fn document(
        &self,
        text: &str,
        told: Told<'_>,
        call: &Call<'_>,
    ) -> Result<Document, Vec<GraphQlError>> {
        if let Some(known) = self.documents.find(text) {
            return Ok(known);
        }
        let document = Arc::new(checked(text, told)?);
        self.documents.keep(&call.owner(), text, &document);
        Ok(document)
    }
}

/// Parses and validates a document.
///
/// # Errors
/// Those of the document.
fn checked(text: &str, told: Told<'_>) -> Result<Checked, Vec<GraphQlError>> {
    scan::check(text).map_err(|error| vec![error.into()])?;
    // The validator's parser goes on after a fault; this one refuses it.
    let covered = scan::covered(text).map_err(|at| vec![unreadable(text, at)])?;
    async_graphql::parser::parse_query(covered).map_err(|broken| vec![parse_error(&broken)])?;
    let parsed = Parser::new()
        .recursion_limit(scan::MAX_NESTING + 20)
        // It counts white space and comments; tokens were counted above.
        .token_limit(scan::MAX_DOCUMENT)
        .parse_ast(text, "request.graphql")
        .map_err(|broken| parse_errors(&broken.errors))?;
    limits::check(&parsed).map_err(|error| vec![error.into()])?;
    let executable = parsed
        .to_executable_validate(validation_schema())
        .map_err(|errors| validation_errors(&errors.errors, told))?;
    let findings = rules::look(validation_schema(), &executable);
    if !findings.faults.is_empty() {
        return Err(rules::errors(&findings).into_iter().map(GraphQlError::from).collect());
    }
    Ok(Checked { executable, conditions: findings.conditions })
}

/// What an operator is told of a document that nobody could ask.
pub fn fault(text: &str) -> Option<String> {
    let errors = checked(text, Told { schema: validation_schema(), hints: true }).err()?;
    errors.first().map(|error| error.error.message().text(Language::English).to_owned())
}

/// Faults over which the validator leaves something out.
const CUTS: [&str; 5] = [
    "SubselectionOnEnumType",
    "SubselectionOnScalarType",
    "UndefinedField",
    "UndefinedTypeInInlineFragmentTypeCondition",
    "UndefinedTypeInNamedFragmentTypeCondition",
];
/// Faults that are none where something was left out.
const FOLLOWS: [&str; 4] =
    ["MissingSubselection", "UndefinedFragment", "UnusedFragment", "UnusedVariable"];

fn located(
    diagnostics: &apollo_compiler::validation::DiagnosticList,
    make: impl Fn(Option<&str>, String) -> Error,
) -> Vec<GraphQlError> {
    let kinds = || diagnostics.iter().map(|diagnostic| diagnostic.error.unstable_error_name());
    // What does not exist is left out by the validator: what it stood in is then empty, and what stood in it not used.
    let is_cut = kinds().flatten().any(|kind| CUTS.contains(&kind));
    diagnostics
        .iter()
        .zip(kinds())
        .filter(|(_, kind)| !is_cut || !kind.is_some_and(|kind| FOLLOWS.contains(&kind)))
        .take(10)
        .map(|(diagnostic, kind)| {
            let json = diagnostic.to_json();
            GraphQlError {
                error: make(kind, json.message),
                path: Vec::new(),
                locations: json.locations.iter().map(|at| (at.line, at.column)).collect(),
            }
        })
        .collect()
}

fn parse_error(broken: &async_graphql::parser::Error) -> GraphQlError {
    use async_graphql::parser::Error as Broken;
    let locations = broken.positions().map(|at| (at.line, at.column)).collect();
    // What the parser refuses beyond syntax are rules of validation.
    let error = match broken {
        Broken::MultipleOperations { .. } => Error::Validation(Message::new(
            "이름 없는 작업이 있으면 문서에 다른 작업이 없어야 합니다.",
            "An operation without a name must be the only one of its document.",
        )),
        Broken::OperationDuplicated { operation: name, .. } => Error::Validation(Message::new(
            format!("작업 이름이 두 번 쓰였습니다: `{name}`."),
            format!("There are two operations named `{name}`."),
        )),
        Broken::FragmentDuplicated { fragment: name, .. } => Error::Validation(Message::new(
            format!("프래그먼트 이름이 두 번 쓰였습니다: `{name}`."),
            format!("There are two fragments named `{name}`."),
        )),
        _ => Error::Parse(not_graphql()),
    };
    GraphQlError { error, path: Vec::new(), locations }
}

/// The error of a text that cannot be read at that byte.
fn unreadable(text: &str, at: usize) -> GraphQlError {
    let before = text.get(..at).unwrap_or(text);
    let (lines, last) = (before.matches('\n').count(), before.rsplit('\n').next());
    let column = last.unwrap_or_default().chars().count();
    let locations = vec![(lines + 1, column + 1)];
    GraphQlError { error: Error::Parse(not_graphql()), path: Vec::new(), locations }
}

/// A parser's own words quote the text, which may be long; the place says enough.
fn not_graphql() -> Message {
    Message::new("GraphQL 문법 오류입니다.", "The document is not valid GraphQL syntax.")
}

fn parse_errors(diagnostics: &apollo_compiler::validation::DiagnosticList) -> Vec<GraphQlError> {
    located(diagnostics, |_, _| Error::Parse(not_graphql()))
}

fn validation_errors(
    diagnostics: &apollo_compiler::validation::DiagnosticList,
    told: Told<'_>,
) -> Vec<GraphQlError> {
    located(diagnostics, |kind, text| Error::Validation(faults::message(told, kind, &text)))
}

/// The first mutation that a document asks for, whatever else is wrong with it.
fn mutation_of(document: &apollo_compiler::ast::Document) -> Option<&str> {
    let operations = document.definitions.iter().filter_map(|it| it.as_operation_definition());
    let mut wished = operations.filter(|it| it.operation_type == OperationType::Mutation);
    wished.next()?.selection_set.first()?.as_field().map(|field| field.name.as_str())
}

fn operation<'a>(operations: &'a OperationMap, name: Option<&str>) -> Result<&'a Operation, Error> {
    let found = operations.get(name).map_err(|_| {
        Error::Validation(match name {
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
    Ok(found)
}

/// The id of the row that the input of a mutation names, before anything of it is looked at.
fn named_by<'a>(field: &'a Field, given: &'a Map<String, Value>) -> Option<&'a str> {
    let input = field.specified_argument_by_name("input")?;
    match &**input {
        Literal::Variable(name) => given.get(name.as_str())?.get("id")?.as_str(),
        Literal::Object(fields) => match &*fields.iter().find(|(name, _)| name == "id")?.1 {
            Literal::Variable(name) => given.get(name.as_str())?.as_str(),
            id => id.as_str(),
        },
        _ => None,
    }
}

/// Coerced variables, for the validator's crate and for the read path.
fn variables(
    operation: &Operation,
    given: &Map<String, Value>,
    told: Told<'_>,
) -> Result<(Valid<JsonMap>, Variables), Error> {
    for variable in &operation.variables {
        let name = variable.name.as_str();
        match given.get(name) {
            Some(value) => faults::variable(told, name, &variable.ty, value)?,
            None if variable.ty.is_non_null() && variable.default_value.is_none() => {
                return Err(faults::missing_variable(name, &variable.ty));
            }
            None => {}
        }
    }
    // Others that are given are nobody's.
    let names = operation.variables.iter().map(|variable| variable.name.as_str());
    let given: JsonMap =
        names.filter_map(|name| Some((name.into(), given.get(name)?.clone().into()))).collect();
    let coerced = coercion::coerce_variable_values(validation_schema(), operation, &given)
        .map_err(|error| {
            Error::input(
                "변수 값이 올바르지 않습니다.",
                faults::sentence(&error.message().to_string()),
            )
        })?;
    let mut variables = Variables::new();
    for (name, value) in coerced.iter() {
        let value = serde_json::to_value(value).map_err(Error::internal)?;
        variables.insert(name.as_str().to_owned(), value);
    }
    Ok((coerced, variables))
}
