//! What is counted while the server works, in the form that Prometheus reads (OpenMetrics 1.0). Counters and histograms
//! live as long as the process; what can be looked up when it is asked for is gathered then (`http::metrics`).
//!
//! To add one: a field and its line in [`Metrics::new`], a function that counts, and its line in `docs/operators.md`,
//! which a test compares with what is told.

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Upper bounds of histograms, in seconds: from an answer out of memory to the longest query.
const SECONDS: [f64; 12] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Names and values of labels. Values come from lists of our own, so that no caller makes series without end.
pub type Labels = Vec<(&'static str, Cow<'static, str>)>;

type Timed = Family<Labels, Histogram, fn() -> Histogram>;

/// A value that is looked up when it is asked for: name, what it is, and values by their labels.
pub type Gathered = (&'static str, &'static str, Vec<(Labels, f64)>);

/// What is counted.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Labels, Counter>,
    request_seconds: Timed,
    operations: Family<Labels, Counter>,
    operation_seconds: Timed,
    cost: Family<Labels, Counter>,
    refusals: Family<Labels, Counter>,
    statements: Family<Labels, Counter>,
    statement_seconds: Histogram,
    webhooks: Family<Labels, Counter>,
    webhook_seconds: Histogram,
}

/// What this process counts.
pub static METRICS: LazyLock<Metrics> = LazyLock::new(Metrics::new);

fn seconds() -> Histogram {
    Histogram::new(SECONDS)
}

fn labels<const N: usize>(of: [(&'static str, &'static str); N]) -> Labels {
    of.map(|(name, value)| (name, value.into())).into()
}

impl Metrics {
    fn new() -> Self {
        let timed = || Timed::new_with_constructor(seconds);
        let mut all = Self {
            registry: Registry::default(),
            requests: Family::default(),
            request_seconds: timed(),
            operations: Family::default(),
            operation_seconds: timed(),
            cost: Family::default(),
            refusals: Family::default(),
            statements: Family::default(),
            statement_seconds: seconds(),
            webhooks: Family::default(),
            webhook_seconds: seconds(),
        };
        let registry = &mut all.registry;
        registry.register("aiplus_http_requests", "Requests answered", all.requests.clone());
        registry.register(
            "aiplus_http_request_duration_seconds",
            "Time from the head of a request to the head of its answer",
            all.request_seconds.clone(),
        );
        registry.register(
            "aiplus_graphql_operations",
            "GraphQL operations by what became of them: OK, or the code of the first error",
            all.operations.clone(),
        );
        registry.register(
            "aiplus_graphql_operation_duration_seconds",
            "Time of a GraphQL operation with its wait for a turn",
            all.operation_seconds.clone(),
        );
        registry.register(
            "aiplus_graphql_rows",
            "Rows that GraphQL operations were charged for",
            all.cost.clone(),
        );
        registry.register(
            "aiplus_refusals",
            "Calls refused, by action and reason as in the audit",
            all.refusals.clone(),
        );
        registry.register(
            "aiplus_database_statements",
            "Statements sent to the database",
            all.statements.clone(),
        );
        registry.register(
            "aiplus_database_statement_duration_seconds",
            "Time of a statement with the transfer of its rows",
            all.statement_seconds.clone(),
        );
        registry.register(
            "aiplus_webhook_messages",
            "Messages sent to webhooks, by what became of them",
            all.webhooks.clone(),
        );
        // Told from the start.
        drop(all.webhooks.get_or_create(&labels([("outcome", "DELIVERED")])));
        registry.register(
            "aiplus_webhook_message_duration_seconds",
            "Time of a message to a webhook with its answer",
            all.webhook_seconds.clone(),
        );
        all
    }

    /// A request was answered.
    pub fn request(&self, route: &'static str, method: &'static str, status: u16, time: Duration) {
        let mut told = labels([("route", route), ("method", method)]);
        told.push(("status", status.to_string().into()));
        self.requests.get_or_create(&told).inc();
        let route = labels([("route", route)]);
        self.request_seconds.get_or_create(&route).observe(time.as_secs_f64());
    }

    /// An operation has ended, and was charged for so many rows.
    pub fn operation(
        &self,
        kind: &'static str,
        outcome: &'static str,
        rows: usize,
        time: Duration,
    ) {
        let told = labels([("type", kind), ("outcome", outcome)]);
        self.operations.get_or_create(&told).inc();
        let kind = labels([("type", kind)]);
        self.cost.get_or_create(&kind).inc_by(rows as u64);
        self.operation_seconds.get_or_create(&kind).observe(time.as_secs_f64());
    }

    /// A call was refused.
    pub fn refusal(&self, action: &'static str, reason: &str) {
        let mut told = labels([("action", action)]);
        told.push(("reason", reason.to_owned().into()));
        self.refusals.get_or_create(&told).inc();
    }

    /// A statement has ended.
    pub fn statement(&self, has_failed: bool, time: Duration) {
        let told = labels([("outcome", if has_failed { "FAILED" } else { "OK" })]);
        self.statements.get_or_create(&told).inc();
        self.statement_seconds.observe(time.as_secs_f64());
    }

    /// A message was sent to a webhook.
    pub fn webhook(&self, outcome: &'static str, time: Duration) {
        self.webhooks.get_or_create(&labels([("outcome", outcome)])).inc();
        self.webhook_seconds.observe(time.as_secs_f64());
    }

    /// All of them, and what was gathered.
    ///
    /// # Errors
    /// None; the text is made in memory.
    pub fn text(&self, gathered: Vec<Gathered>) -> Result<String, fmt::Error> {
        let mut now = Registry::default();
        for (name, help, values) in gathered {
            let family = Family::<Labels, Gauge<f64, AtomicU64>>::default();
            for (labels, value) in values {
                family.get_or_create(&labels).set(value);
            }
            now.register(name, help, family);
        }
        let mut text = String::new();
        encode_registry(&mut text, &self.registry)?;
        encode_registry(&mut text, &now)?;
        encode_eof(&mut text)?;
        Ok(text)
    }
}
