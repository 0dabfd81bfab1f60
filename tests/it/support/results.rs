//! A world of quarterly results, set up through the API's own mutations: a programme of the ministry with
//! indicators of every type, rules and obligations, and a quarter that is open.

use aiplus::domain::principal::{Author, Principal};
use aiplus::graphql::request::Request;
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Map, Value, json};

use super::{Place, TestApp, now, uploads};

/// Code of the programme.
pub const PROGRAMME: &str = "T_AI";
/// The quarter of the world.
pub const QUARTER: &str = "2026-Q3";
/// Institutions that report, in the order of their codes.
pub const PARTNERS: [&str; 3] = ["KIBO", "KOSME", "SEMAS"];

/// What a submission is shown with after a verb.
const SUBMISSION: &str = "submission { id status version revision isNil nilReason cellCount dueOn originalDueOn locksOn \
    returnDueOn isOnTime isRestatement reason remindedAt submittedBy acceptedBy reviewedBy }";
const REVISION: &str = "revision { id number receipt contentHash cellCount isNil nilReason isOnTime submittedAt acceptedAt \
    supersededAt restatementReason publicNote { ko en } }";
const ERRORS: &str = "errors { code path message }";
const PROBLEMS: &str =
    "problems { cell indicator rule severity message { ko en } value isJustified }";

/// A text that no other call uses.
pub fn key() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// An instant.
pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Values of a form in which nothing is wrong.
pub fn good() -> Vec<Value> {
    vec![value("COMPANIES", "10"), value("BUDGET", "1000"), value("EXECUTED", "500")]
}

/// A total.
pub fn value(indicator: &str, value: &str) -> Value {
    json!({ "indicator": indicator, "value": value })
}

/// Gives the input of a mutation a key of its own, unless it has one.
pub fn keyed(input: &mut Value) {
    if let Some(input) = input.as_object_mut() {
        input.entry("idempotencyKey").or_insert_with(|| key().into());
    }
}

/// The codes of a payload's errors.
pub fn codes(payload: &Value) -> Vec<&str> {
    let errors = payload["errors"].as_array().unwrap_or_else(|| panic!("{payload:#}"));
    errors.iter().map(|error| error["code"].as_str().unwrap()).collect()
}

/// The document of a mutation with its payload under one name.
pub fn document(mutation: &str) -> String {
    let input = format!("{}{}", mutation[..1].to_uppercase(), &mutation[1..]);
    let selection = match mutation {
        "createProgramme" => "programme { id code version }".to_owned(),
        "publishStatistics" => {
            "statisticsRelease { id code publishedOn cellCount withheldCount contentHash origin version }".to_owned()
        }
        "setIndicatorPublication" => "indicator { id version publicationDecidedAt }".to_owned(),
        "createIndicator" | "reviseIndicator" | "setIndicatorRange" => "indicator { id code revision validFrom validTo version aggregation minimum maximum rangeSeverity weightedBy }".to_owned(),
        "setTarget" => "target { id value version }".to_owned(),
        "createValidationRule" | "retireValidationRule" => {
            "validationRule { id code validTo version }".to_owned()
        }
        "createObligation" | "endObligation" => {
            "obligation { id endsOn version } joinedQuarters keptQuarters".to_owned()
        }
        "removeTarget" => "indicator { id code }".to_owned(),
        "createHoliday" => "holiday { id observedOn version }".to_owned(),
        "openQuarter" | "finaliseQuarter" => {
            "reportingPeriod { id quarter state version expectedFrozenAt finalisedAt }".to_owned()
        }
        "acceptSubmissions" | "remindSubmissions" => format!("items {{ id isDone {ERRORS} }}"),
        "saveSubmissionDraft" => {
            format!("{SUBMISSION} created updated unchanged cleared {PROBLEMS}")
        }
        "attachEvidence" => {
            format!("{SUBMISSION} file {{ id name sha256 downloadPath indicator {{ code }} }}")
        }
        "removeEvidence" => SUBMISSION.to_owned(),
        _ => format!("{SUBMISSION} {REVISION}"),
    };
    format!(
        "mutation($input: {input}Input!) {{ payload: {mutation}(input: $input) {{ {selection} {ERRORS} }} }}"
    )
}

/// A submission as a caller holds it: what it is, and the version seen.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: i64,
}

impl Seen {
    /// The input of a verb.
    pub fn input(&self, more: Value) -> Value {
        let mut input = json!({
            "id": self.id, "expectedVersion": self.version, "idempotencyKey": key(),
        });
        let Value::Object(more) = more else { panic!("{more} is no object") };
        input.as_object_mut().unwrap().extend(more);
        input
    }
}

/// Callers and what they share.
pub struct World {
    pub app: TestApp,
    /// Of the ministry.
    pub lead: Principal,
    /// Of the secretariat.
    pub reviewer: Principal,
    /// Of institutions that report.
    pub kosme: Principal,
    pub kibo: Principal,
    pub semas: Principal,
    /// The present time unless another is named.
    pub now: DateTime<Utc>,
    /// The quarter that is open.
    pub quarter: String,
}

impl World {
    /// The programme, and its quarter open.
    pub async fn new(place: &Place) -> Self {
        let world = Self::before(place, now(), QUARTER).await;
        world.open(QUARTER).await;
        world
    }

    /// The programme, and no quarter open yet.
    pub async fn before(place: &Place, now: DateTime<Utc>, quarter: &str) -> Self {
        let app = place.app_without_results().await;
        let (operates, reports) = ("program:read results:review", "program:read results:submit");
        let world = Self {
            lead: app.principal("MSS", operates).await,
            reviewer: app.principal("TIPA", operates).await,
            kosme: app.principal("KOSME", reports).await,
            kibo: app.principal("KIBO", reports).await,
            semas: app.principal("SEMAS", reports).await,
            app,
            now,
            quarter: quarter.to_owned(),
        };
        world.programme(PROGRAMME).await;
        for (code, value_type, more) in [
            (
                "COMPANIES",
                "INTEGER",
                json!({ "byRegion": true, "bySize": true, "byIndustry": true }),
            ),
            ("BUDGET", "KRW", json!({})),
            ("EXECUTED", "KRW", json!({})),
            (
                "RATE",
                "PERCENT",
                json!({ "decimals": 1, "aggregation": "AVERAGE", "isRequired": false, "range": { "minimum": "0" } }),
            ),
            ("HAS_PLAN", "BOOLEAN", json!({ "isRequired": false })),
            ("NOTE", "TEXT", json!({ "isRequired": false })),
        ] {
            world.indicator(PROGRAMME, code, value_type, more).await;
        }
        world.rule("R_BUDGET", "EXECUTED <= BUDGET", "EXECUTED", "ERROR").await;
        world.rule("R_RATE", "RATE <= 100", "RATE", "WARNING").await;
        world
            .rule("R_JUMP", "abs(change(COMPANIES, prev_COMPANIES)) <= 50", "COMPANIES", "WARNING")
            .await;
        for institution in PARTNERS {
            world.obligation(institution, PROGRAMME, "2020-01-01").await;
        }
        world
    }

    /// Makes a programme that takes late results for half a year.
    pub async fn programme(&self, code: &str) {
        let input = json!({
            "code": code, "name": { "ko": format!("시험 사업 {code}"), "en": code }, "operator": "TIPA",
            "lockDays": 180, "idempotencyKey": key(),
        });
        self.done(&self.lead, "createProgramme", input).await;
    }

    /// Makes an indicator.
    pub async fn indicator(&self, programme: &str, code: &str, value_type: &str, more: Value) {
        let mut input = json!({
            "programme": programme, "code": code, "name": { "ko": format!("지표 {code}") }, "unit": "건",
            "valueType": value_type, "validFrom": "2020-Q1", "idempotencyKey": key(),
        });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.done(&self.lead, "createIndicator", input).await;
    }

    async fn rule(&self, code: &str, expression: &str, indicator: &str, severity: &str) {
        let input = json!({
            "programme": PROGRAMME, "code": code, "expression": expression, "indicator": indicator,
            "severity": severity, "message": { "ko": format!("{code} 확인"), "en": format!("check {code}") },
            "validFrom": "2020-Q1", "idempotencyKey": key(),
        });
        self.done(&self.lead, "createValidationRule", input).await;
    }

    /// Puts an institution under the obligation to report.
    pub async fn obligation(&self, institution: &str, programme: &str, since: &str) -> Value {
        let input = json!({
            "institution": institution, "programme": programme, "startsOn": since,
            "idempotencyKey": key(),
        });
        self.done(&self.lead, "createObligation", input).await
    }

    /// Opens a quarter.
    pub async fn open(&self, quarter: &str) {
        self.done(&self.lead, "openQuarter", json!({ "quarter": quarter })).await;
    }

    /// Makes a quarter final, with these as missing.
    pub async fn freeze(&self, quarter: &str, missing: &[&str]) -> Value {
        let version = self.period(quarter).await["version"].clone();
        let input = json!({
            "quarter": quarter, "expectedVersion": version, "missing": missing, "closesEarly": true,
            "idempotencyKey": key(),
        });
        self.act(&self.lead, "finaliseQuarter", input).await
    }

    /// A quarter's period.
    pub async fn period(&self, quarter: &str) -> Value {
        let query = format!(
            "{{ period(quarter: \"{quarter}\") {{ id state version opensOn expectedFrozenAt finalisedAt }} }}"
        );
        self.data(&Principal::System, &query).await["period"].clone()
    }

    /// An answer at an instant.
    pub async fn ask_at(
        &self,
        who: &Principal,
        now: DateTime<Utc>,
        query: &str,
        variables: Value,
    ) -> Value {
        let variables = match variables {
            Value::Object(variables) => variables,
            _ => Map::new(),
        };
        let author = Author { principal: who, request_id: "test", address: None, now };
        self.answer(author, query, variables).await
    }

    /// The whole answer to a mutation of an author.
    pub async fn ask_as(&self, author: Author<'_>, mutation: &str, input: Value) -> Value {
        let variables = Map::from_iter([("input".to_owned(), input)]);
        self.answer(author, &document(mutation), variables).await
    }

    async fn answer(
        &self,
        author: Author<'_>,
        query: &str,
        mut variables: Map<String, Value>,
    ) -> Value {
        if let Some(input) = variables.get_mut("input") {
            keyed(input);
        }
        let uploads = uploads(variables.get("input")).await;
        let query = query.to_owned();
        let request = Request { query, variables, uploads, ..Request::default() };
        serde_json::from_str(&self.app.text_as(author, &request).await).unwrap()
    }

    /// An answer.
    pub async fn ask(&self, who: &Principal, query: &str) -> Value {
        self.ask_at(who, self.now, query, Value::Null).await
    }

    /// Data of an answer that holds no error.
    pub async fn data(&self, who: &Principal, query: &str) -> Value {
        let answer = self.ask(who, query).await;
        assert!(answer.get("errors").is_none(), "{query}\n{answer:#}");
        answer["data"].clone()
    }

    /// The code of the error of a query.
    pub async fn refusal(&self, who: &Principal, query: &str) -> String {
        let answer = self.ask(who, query).await;
        let code = &answer["errors"][0]["extensions"]["code"];
        code.as_str().unwrap_or_else(|| panic!("no error for {query}: {answer:#}")).to_owned()
    }

    /// The whole answer to a mutation at an instant.
    pub async fn tried_at(
        &self,
        who: &Principal,
        now: DateTime<Utc>,
        mutation: &str,
        input: Value,
    ) -> Value {
        let input = self.revised(mutation, input).await;
        self.ask_at(who, now, &document(mutation), json!({ "input": input })).await
    }

    /// The input of a revision that names its indicator by its code, for its last revision.
    pub async fn revised(&self, mutation: &str, mut input: Value) -> Value {
        if mutation != "reviseIndicator" || input.get("code").is_none() {
            return input;
        }
        let (programme, code) = (input["programme"].take(), input["code"].take());
        let list = format!(
            "{{ indicators(first: 100, where: {{ code: {{ eq: {code} }}, programme: {{ code: {{ eq: {programme} }} }} }}) {{ nodes {{ id version validTo }} }} }}"
        );
        let found = self.data(&self.lead, &list).await;
        let mut found = found["indicators"]["nodes"].as_array().unwrap().iter();
        let last = found.rfind(|row| row["validTo"].is_null()).unwrap();
        let fields = input.as_object_mut().unwrap();
        fields.retain(|name, _| name != "programme" && name != "code");
        fields.insert("id".to_owned(), last["id"].clone());
        fields.insert("expectedVersion".to_owned(), last["version"].clone());
        input
    }

    /// The whole answer to a mutation.
    pub async fn tried(&self, who: &Principal, mutation: &str, input: Value) -> Value {
        self.tried_at(who, self.now, mutation, input).await
    }

    /// The payload of a mutation, which may hold user errors.
    pub async fn act(&self, who: &Principal, mutation: &str, input: Value) -> Value {
        self.act_at(who, self.now, mutation, input).await
    }

    /// The payload of a mutation at an instant.
    pub async fn act_at(
        &self,
        who: &Principal,
        now: DateTime<Utc>,
        mutation: &str,
        input: Value,
    ) -> Value {
        let answer = self.tried_at(who, now, mutation, input.clone()).await;
        assert!(answer.get("errors").is_none(), "{mutation} {input:#}\n{answer:#}");
        answer["data"]["payload"].clone()
    }

    /// The payload of a mutation that does what it was asked.
    pub async fn done(&self, who: &Principal, mutation: &str, input: Value) -> Value {
        self.done_at(who, self.now, mutation, input).await
    }

    /// The payload of a mutation that does what it was asked at an instant.
    pub async fn done_at(
        &self,
        who: &Principal,
        now: DateTime<Utc>,
        mutation: &str,
        input: Value,
    ) -> Value {
        let payload = self.act_at(who, now, mutation, input.clone()).await;
        assert_eq!(payload["errors"], json!([]), "{mutation} {input:#}\n{payload:#}");
        payload
    }

    /// The submission of an institution in the world's quarter.
    pub async fn seen(&self, institution: &str) -> Seen {
        self.seen_in(institution, PROGRAMME, &self.quarter).await
    }

    /// The submission of an institution for a programme in a quarter.
    pub async fn seen_in(&self, institution: &str, programme: &str, quarter: &str) -> Seen {
        let found = self.find(institution, programme, quarter).await;
        let found = found.unwrap_or_else(|| panic!("{institution} {programme} {quarter}"));
        Seen {
            id: found["id"].as_str().unwrap().to_owned(),
            version: found["version"].as_i64().unwrap(),
        }
    }

    /// A submission, if it is expected.
    pub async fn find(&self, institution: &str, programme: &str, quarter: &str) -> Option<Value> {
        let query = format!(
            "{{ submissions(where: {{ institution: {{ code: {{ eq: \"{institution}\" }} }}, programme: {{ code: {{ eq: \"{programme}\" }} }}, \
               quarter: {{ eq: \"{quarter}\" }} }}) {{ nodes {{ id version status revision dueOn originalDueOn locksOn isOnTime \
               completeness waitsFor daysLeft isNil isRestatement }} }} }}"
        );
        let data = self.data(&Principal::System, &query).await;
        data["submissions"]["nodes"].get(0).cloned()
    }

    /// The caller of an institution that reports.
    pub fn partner(&self, institution: &str) -> &Principal {
        match institution {
            "KOSME" => &self.kosme,
            "KIBO" => &self.kibo,
            "SEMAS" => &self.semas,
            other => panic!("{other} does not report"),
        }
    }

    /// Saves values.
    pub async fn save(&self, institution: &str, values: Vec<Value>) -> Value {
        let input = self.seen(institution).await.input(json!({ "values": values }));
        self.done(self.partner(institution), "saveSubmissionDraft", input).await
    }

    /// Hands in what stands.
    pub async fn submit(&self, institution: &str) -> Value {
        let input = self.seen(institution).await.input(json!({ "attestation": true }));
        self.done(self.partner(institution), "submitSubmission", input).await
    }

    /// A verb without an input of its own, by the reviewer.
    pub async fn review(&self, institution: &str, mutation: &str) -> Value {
        let input = self.seen(institution).await.input(json!({}));
        self.done(&self.reviewer, mutation, input).await
    }

    /// Saves, hands in and accepts.
    pub async fn accepted(&self, institution: &str, values: Vec<Value>) -> Value {
        self.save(institution, values).await;
        self.submit(institution).await;
        self.review(institution, "acceptSubmission").await
    }

    /// What has been written so far: numbers of the feed and of the audit of what was done, and the sum of all versions.
    pub async fn written(&self) -> [i64; 4] {
        let number = async |sql: &str| -> i64 {
            let statement =
                Statement::from_string(self.app.db.get_database_backend(), sql.to_owned());
            let row = self.app.db.query_one_raw(statement).await.unwrap().unwrap();
            row.try_get_by_index(0).unwrap()
        };
        [
            number("SELECT count(*) FROM change").await,
            number("SELECT count(*) FROM audit_event WHERE outcome = 'DONE'").await,
            number("SELECT CAST(coalesce(sum(version), 0) AS bigint) FROM submission").await,
            number("SELECT count(*) FROM submission_value").await,
        ]
    }
}
