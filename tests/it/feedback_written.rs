//! The feedback loop as it is written: raised, assigned, answered, delivered, with what came of it, counted exactly after
//! each step; who may do what in which state; and what is refused changes nothing.

use aiplus::domain::principal::{Author, Principal};
use aiplus::error::Language;
use aiplus::graphql::engine::Call;
use aiplus::graphql::request::Request;
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Map, Value, json};

use crate::support::results::{at, keyed};
use crate::support::{Place, TestApp, now};
use crate::tests;

tests![
    one_recommendation_from_its_raising_to_its_rating,
    the_due_date_that_an_answer_had_to_meet_judges_it,
    each_state_allows_each_verb_to_its_callers,
    what_an_answer_must_say,
    faults_of_one_input_are_told_together,
    what_is_refused_changes_nothing,
    a_partner_raises_in_its_own_name_and_at_its_desk,
    others_speak_with_evidence,
    hidden_ones_are_not_there,
    an_effect_names_what_it_is,
    relations_make_no_circle,
    what_is_withdrawn_answers_nothing,
];

const WRITES: &str = "program:read content:write";

/// Callers: operators, those who raise and are addressed, and one that is neither.
pub struct Loop {
    app: TestApp,
    pub operator: Principal,
    pub reader: Principal,
    pub raiser: Principal,
    pub addressee: Principal,
    pub neither: Principal,
}

/// What a mutation shows.
fn document(mutation: &str) -> String {
    let input = format!("{}{}", mutation[..1].to_uppercase(), &mutation[1..]);
    let added = match mutation {
        "assignRecommendation" => "added: assignment { id position addressee { code } dueOn }",
        "answerRecommendation" | "rateAnswer" | "withdrawRecommendation" => {
            "added: answer { id version position disposition rating ratedOn isOnBehalf dueOn institution { code } originator { code } forwardedTo { code } }"
        }
        "reportDelivery" => {
            "added: delivery { id position light isCompleted institution { code } }"
        }
        "recordEffect" => {
            "added: effect { id position kind bill { number } provision { id } amount endsOn }"
        }
        "relateRecommendations" => "added: relation { id kind other { id } }",
        _ => "",
    };
    format!(
        "mutation($input: {input}Input!) {{ payload: {mutation}(input: $input) {{ \
           recommendation {{ id code version status dueOn delivery consultationStage isOnBehalf isOverdue addressee {{ code }} \
           institution {{ code }} recordedBy {{ code }} visibility }} {added} errors {{ code path message }} }} }}"
    )
}

impl Loop {
    pub async fn new(place: &Place) -> Self {
        let app = place.app_without_results().await;
        Self {
            operator: app.principal("TIPA", WRITES).await,
            reader: app.principal("TIPA", "program:read results:review").await,
            raiser: app.principal("KOSME", WRITES).await,
            addressee: app.principal("KIBO", WRITES).await,
            neither: app.principal("SEMAS", WRITES).await,
            app,
        }
    }

    pub async fn ask(
        &self,
        who: &Principal,
        now: DateTime<Utc>,
        query: &str,
        vars: Value,
    ) -> Value {
        let mut variables = match vars {
            Value::Object(variables) => variables,
            _ => Map::new(),
        };
        if let Some(input) = variables.get_mut("input") {
            keyed(input);
        }
        let request = Request { query: query.to_owned(), variables, ..Request::default() };
        let author = Author { principal: who, request_id: "test", address: None, now };
        let call = Call { author, language: Language::English, allowance: None };
        let mut answered = self.app.app.engine.execute(&request, &call).await;
        answered.cost = None;
        serde_json::from_str(&answered.into_json(Language::English, "test")).unwrap()
    }

    async fn try_at(
        &self,
        who: &Principal,
        now: DateTime<Utc>,
        mutation: &str,
        input: Value,
    ) -> Value {
        self.ask(who, now, &document(mutation), json!({ "input": input })).await
    }

    /// What came of a mutation: `done`, the codes of its errors, or that of the request's.
    async fn outcome(&self, who: &Principal, mutation: &str, input: Value) -> String {
        told(&self.try_at(who, now(), mutation, input).await)
    }

    /// The payload of a mutation that does what it was asked.
    async fn done_at(
        &self,
        who: &Principal,
        now: DateTime<Utc>,
        verb: &str,
        input: Value,
    ) -> Value {
        let answer = self.try_at(who, now, verb, input.clone()).await;
        assert_eq!(told(&answer), "done", "{verb} {input:#}\n{answer:#}");
        answer["data"]["payload"].clone()
    }

    async fn done(&self, who: &Principal, mutation: &str, input: Value) -> Value {
        self.done_at(who, now(), mutation, input).await
    }

    pub async fn data(&self, who: &Principal, query: &str) -> Value {
        let answer = self.ask(who, now(), query, Value::Null).await;
        assert!(answer.get("errors").is_none(), "{query}\n{answer:#}");
        answer["data"].clone()
    }

    /// One that the raiser raises.
    async fn raised(&self) -> Value {
        let input = json!({ "title": { "ko": "데이터 공동 이용" }, "source": "SURVEY" });
        self.done(&self.raiser, "raiseRecommendation", input).await["recommendation"].clone()
    }

    /// One in a state, by the verbs that lead there.
    async fn given(&self, state: &str) -> Value {
        let mut of = self.raised().await;
        let steps: &[(&Principal, &str, Value)] = &[
            (
                &self.operator,
                "assignRecommendation",
                json!({ "addressee": "KIBO", "dueOn": "2026-12-31" }),
            ),
            (&self.addressee, "answerRecommendation", partly()),
            (&self.addressee, "reportDelivery", json!({ "light": "GREEN" })),
            (&self.addressee, "reportDelivery", json!({ "light": "GREEN", "isCompleted": true })),
        ];
        let steps = match state {
            "RAISED" | "WITHDRAWN" => &steps[..0],
            "FORWARDED" | "CLOSED" => &steps[..1],
            "ANSWERED" => &steps[..2],
            "IN_DELIVERY" => &steps[..3],
            _ => steps,
        };
        for (who, verb, more) in steps {
            of = self.done(who, verb, on(&of, more.clone())).await["recommendation"].clone();
        }
        let last = match state {
            "CLOSED" => Some((&self.addressee, "answerRecommendation", refusal())),
            "WITHDRAWN" => {
                let reason = json!({ "reason": { "ko": "해결됨" } });
                Some((&self.raiser, "withdrawRecommendation", reason))
            }
            _ => None,
        };
        if let Some((who, verb, more)) = last {
            of = self.done(who, verb, on(&of, more)).await["recommendation"].clone();
        }
        of
    }

    /// The last answer of a recommendation.
    async fn answer(&self, of: &Value) -> Value {
        let query = format!(
            "{{ node(id: {}) {{ ... on Recommendation {{ answers(last: 1) {{ nodes {{ id version }} }} }} }} }}",
            of["id"]
        );
        self.data(&Principal::System, &query).await["node"]["answers"]["nodes"][0].clone()
    }

    /// A bill with a provision, which no mutation makes here.
    pub async fn bill(&self) -> Value {
        let id = if self.app.is_postgres() { "gen_random_uuid()" } else { "randomblob(16)" };
        self.app
            .sql(&format!(
                "INSERT INTO provision (id, bill_id, position, title_ko, visibility, origin, version, created_at, updated_at) \
                 SELECT {id}, b.id, 1, '공동 이용', 'PUBLIC', 'REPORTED', 1, b.created_at, b.updated_at FROM bill b ORDER BY b.number LIMIT 1"
            ))
            .await;
        let bills = "{ bills(where: { provisions: { some: { position: { eq: 1 } } } }) { nodes { id number provisions { nodes { id } } } } }";
        self.data(&Principal::System, bills).await["bills"]["nodes"][0].clone()
    }

    /// Statistics as an operator sees them.
    pub async fn counts(&self, now: DateTime<Utc>) -> [i64; 8] {
        let query = "{ feedbackStatistics { total { raised items { sum } answered answeredOnTime { part base } delivered withEffect overdue } } }";
        let answer = self.ask(&self.operator, now, query, Value::Null).await;
        let total = &answer["data"]["feedbackStatistics"]["total"];
        [
            "/raised",
            "/items/sum",
            "/answered",
            "/answeredOnTime/part",
            "/answeredOnTime/base",
            "/delivered",
            "/withEffect",
            "/overdue",
        ]
        .map(|at| {
            let value = total.pointer(at).unwrap_or_else(|| panic!("{answer:#}"));
            // Amounts are text.
            let number = value.as_str().map_or(value.as_i64(), |text| text.parse().ok());
            number.unwrap_or_else(|| panic!("{answer:#}"))
        })
    }

    /// What has been written so far: changes, audit events of what was done, and all versions.
    pub async fn written(&self) -> [i64; 3] {
        let number = async |sql: &str| -> i64 {
            let statement = Statement::from_string(self.app.db.get_database_backend(), sql);
            let row = self.app.db.query_one_raw(statement).await.unwrap().unwrap();
            row.try_get_by_index(0).unwrap()
        };
        [
            number("SELECT count(*) FROM change").await,
            number("SELECT count(*) FROM audit_event WHERE outcome = 'DONE'").await,
            number("SELECT CAST(sum(version) AS bigint) FROM (SELECT version FROM recommendation UNION ALL SELECT version FROM recommendation_answer UNION ALL SELECT version FROM opinion_round UNION ALL SELECT version FROM opinion_invitation) v").await,
        ]
    }
}

/// The input of a verb on a row as it was seen.
pub fn on(of: &Value, more: Value) -> Value {
    let mut input = json!({ "id": of["id"], "expectedVersion": of["version"] });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

fn partly() -> Value {
    json!({ "disposition": "PARTIALLY_ACCEPTED", "reason": { "ko": "예산 범위에서 수용" }, "plannedOn": "2027-03" })
}

fn refusal() -> Value {
    json!({ "disposition": "NOT_ACCEPTED", "reason": { "ko": "법령상 불가" } })
}

pub fn told(answer: &Value) -> String {
    if let Some(error) = answer.get("errors") {
        return error[0]["extensions"]["code"].as_str().unwrap().to_owned();
    }
    let errors = answer["data"]["payload"]["errors"].as_array().unwrap();
    let codes: Vec<&str> = errors.iter().map(|error| error["code"].as_str().unwrap()).collect();
    if codes.is_empty() { "done".to_owned() } else { codes.join(" ") }
}

/// Codes with the fields that they are told at.
pub fn places(answer: &Value) -> Vec<String> {
    let errors = answer["data"]["payload"]["errors"].as_array();
    let errors = errors.unwrap_or_else(|| panic!("{answer:#}"));
    let told = |error: &Value| {
        let path: Vec<&str> =
            error["path"].as_array().unwrap().iter().map(|step| step.as_str().unwrap()).collect();
        format!("{} {}", error["code"].as_str().unwrap(), path[1..].join("."))
    };
    errors.iter().map(told).collect()
}

async fn one_recommendation_from_its_raising_to_its_rating(place: Place) {
    let world = Loop::new(&place).await;
    let day = |text: &str| at(&format!("2026-{text}T03:00:00Z"));
    let mut counts = world.counts(now()).await;
    let mut step = async |now: DateTime<Utc>, change: [i64; 8]| {
        for (count, change) in counts.iter_mut().zip(change) {
            *count += change;
        }
        assert_eq!(world.counts(now).await, counts, "{now}");
    };
    let input = json!({ "title": { "ko": "AI 실증 데이터 공동 이용", "en": "Shared data" }, "source": "SURVEY", "topic": "REGULATION", "region": "KR-11" });
    let raised = world.done_at(&world.raiser, day("11-23"), "raiseRecommendation", input).await;
    let of = &raised["recommendation"];
    assert_eq!(
        (&of["status"], &of["isOnBehalf"], &of["visibility"], &of["institution"]["code"]),
        (&json!("RAISED"), &json!(false), &json!("INTERNAL"), &json!("KOSME"))
    );
    step(day("11-23"), [1, 1, 0, 0, 0, 0, 0, 0]).await;

    // Published, everybody counts it.
    let public = "{ feedbackStatistics { total { raised } } }";
    let before = world.data(&Principal::Anonymous, public).await;
    let payload = world.done(&world.operator, "publishRecommendation", on(of, json!({}))).await;
    let after = world.data(&Principal::Anonymous, public).await;
    let raised = |of: &Value| of["feedbackStatistics"]["total"]["raised"].as_i64().unwrap();
    assert_eq!(raised(&after), raised(&before) + 1);

    let assign = json!({ "addressee": "KIBO", "dueOn": "2026-12-10" });
    let assign = on(&payload["recommendation"], assign);
    let payload =
        world.done_at(&world.operator, day("11-24"), "assignRecommendation", assign).await;
    assert_eq!(payload["added"]["addressee"]["code"], "KIBO");
    assert_eq!(payload["recommendation"]["status"], "FORWARDED");
    step(day("12-10"), [0; 8]).await;
    // The day after its due date it is overdue, until it is answered.
    step(day("12-11"), [0, 0, 0, 0, 0, 0, 0, 1]).await;
    step(day("12-10"), [0, 0, 0, 0, 0, 0, 0, -1]).await;

    let answer = on(&payload["recommendation"], partly());
    let payload =
        world.done_at(&world.addressee, day("12-03"), "answerRecommendation", answer).await;
    let answered = &payload["added"];
    assert_eq!(
        (&answered["institution"]["code"], &answered["originator"]["code"], &answered["dueOn"]),
        (&json!("KIBO"), &json!("KOSME"), &json!("2026-12-10"))
    );
    assert_eq!(payload["recommendation"]["status"], "ANSWERED");
    step(day("12-11"), [0, 0, 1, 1, 1, 0, 0, 0]).await;
    let median = "{ feedbackStatistics(groupBy: ADDRESSEE) { rows { keys { code } answered daysToAnswer { median } } } }";
    let rows = world.data(&world.operator, median).await["feedbackStatistics"]["rows"].clone();
    let row = rows.as_array().unwrap().iter().find(|row| row["keys"][0]["code"] == "KIBO").unwrap();
    assert_eq!(row["daysToAnswer"]["median"], 10);

    let report = json!({ "light": "YELLOW", "note": { "ko": "협의 지연" } });
    let report = on(&payload["recommendation"], report);
    let payload = world.done_at(&world.addressee, day("12-20"), "reportDelivery", report).await;
    assert_eq!(
        (&payload["recommendation"]["status"], &payload["recommendation"]["delivery"]),
        (&json!("IN_DELIVERY"), &json!("YELLOW"))
    );
    step(day("12-20"), [0; 8]).await;
    let report = json!({ "light": "GREEN", "isCompleted": true });
    let report = on(&payload["recommendation"], report);
    let payload = world.done_at(&world.addressee, day("12-21"), "reportDelivery", report).await;
    assert_eq!(payload["added"]["position"], 2);
    step(day("12-21"), [0, 0, 0, 0, 0, 1, 0, 0]).await;

    let bill = world.bill().await;
    let effect = json!({
        "kind": "BILL_PROVISION", "title": { "ko": "공동 이용 근거 조문" }, "occurredOn": "2026-12",
        "provision": bill["provisions"]["nodes"][0]["id"], "evidenceNote": "의안 원문",
    });
    let effect = on(&payload["recommendation"], effect);
    let payload = world.done_at(&world.operator, day("12-22"), "recordEffect", effect).await;
    assert_eq!(payload["added"]["bill"]["number"], bill["number"]);
    step(day("12-22"), [0, 0, 0, 0, 0, 0, 1, 0]).await;

    let rating = on(answered, json!({ "rating": 4, "comment": "일부라도 반영됨" }));
    let payload = world.done_at(&world.raiser, day("12-23"), "rateAnswer", rating).await;
    assert_eq!(
        (&payload["added"]["rating"], &payload["added"]["ratedOn"]),
        (&json!(4), &json!("2026-12-23"))
    );
    step(day("12-23"), [0; 8]).await;

    // One query walks it all.
    let walk = format!(
        "{{ recommendation(code: {}) {{ assignments {{ nodes {{ addressee {{ code }} }} }} answers {{ nodes {{ rating }} }} deliveries {{ nodes {{ light }} }} effects {{ nodes {{ kind }} }} }} }}",
        payload["recommendation"]["code"]
    );
    assert_eq!(
        world.data(&Principal::Anonymous, &walk).await["recommendation"],
        json!({
            "assignments": { "nodes": [{ "addressee": { "code": "KIBO" } }] },
            "answers": { "nodes": [{ "rating": 4 }] },
            "deliveries": { "nodes": [{ "light": "YELLOW" }, { "light": "GREEN" }] },
            "effects": { "nodes": [{ "kind": "BILL_PROVISION" }] },
        })
    );
}

async fn the_due_date_that_an_answer_had_to_meet_judges_it(place: Place) {
    let world = Loop::new(&place).await;
    let before = world.counts(now()).await;
    let raised = world.raised().await;
    let assign = on(&raised, json!({ "addressee": "KIBO", "dueOn": "2026-11-25" }));
    let of = world.done(&world.operator, "assignRecommendation", assign).await;
    let forward = json!({
        "disposition": "FORWARDED_AS_POLICY_PROPOSAL", "reason": { "ko": "소관 아님" }, "forwardedTo": "SEMAS",
    });
    // Late, and forwarded.
    let forward = on(&of["recommendation"], forward);
    let late = at("2026-12-01T03:00:00Z");
    let of = world.done_at(&world.addressee, late, "answerRecommendation", forward).await;
    assert_eq!(of["added"]["forwardedTo"]["code"], "SEMAS");
    assert_eq!(of["recommendation"]["status"], "ANSWERED");
    let [.., answered, on_time, due, _, _, _] = world.counts(late).await;
    assert_eq!([answered, on_time, due], [before[2] + 1, before[3], before[4] + 1]);
    // Another addressee with a later date makes the first answer no better.
    let assign =
        json!({ "addressee": "SEMAS", "dueOn": "2027-01-31", "reason": { "ko": "정책건의" } });
    let assign = on(&of["recommendation"], assign);
    let of = world.done_at(&world.operator, late, "assignRecommendation", assign).await;
    assert_eq!(of["added"]["position"], 2);
    let [.., answered, on_time, due, _, _, _] = world.counts(late).await;
    assert_eq!([answered, on_time, due], [before[2] + 1, before[3], before[4] + 1]);
    // The first addressee has answered, and answers no more.
    let again = on(&of["recommendation"], partly());
    assert_eq!(
        world.outcome(&world.addressee, "answerRecommendation", again.clone()).await,
        "NOT_FOUND"
    );
    let of = world.done_at(&world.neither, late, "answerRecommendation", again).await;
    assert_eq!(of["added"]["position"], 2);
    assert_eq!(world.counts(late).await[2], before[2] + 1);
}

async fn each_state_allows_each_verb_to_its_callers(place: Place) {
    let world = Loop::new(&place).await;
    let states =
        ["RAISED", "FORWARDED", "ANSWERED", "IN_DELIVERY", "DELIVERED", "CLOSED", "WITHDRAWN"];
    let yes = "done";
    let (wrong, gone) = ("WRONG_STATE", "WITHDRAWN");
    let other = world.given("RAISED").await["id"].clone();
    let table = [
        ("publishRecommendation", json!({}), [yes, yes, yes, yes, yes, yes, gone]),
        (
            "assignRecommendation",
            json!({ "addressee": "KIBO", "dueOn": "2026-12-31", "reason": { "ko": "이관" } }),
            [yes, yes, yes, yes, wrong, yes, gone],
        ),
        (
            "answerRecommendation",
            json!({ "disposition": "ACCEPTED", "plannedOn": "2027-01-01", "evidenceNote": "공문" }),
            ["NOT_ASSIGNED", yes, yes, yes, wrong, yes, gone],
        ),
        (
            "reportDelivery",
            json!({ "light": "GREEN", "evidenceNote": "공문" }),
            [wrong, wrong, yes, yes, yes, wrong, gone],
        ),
        (
            "recordEffect",
            json!({ "kind": "OTHER", "title": { "ko": "성과" }, "occurredOn": "2026-11-22", "evidenceNote": "보도자료" }),
            [yes, yes, yes, yes, yes, wrong, gone],
        ),
        ("rateAnswer", json!({ "rating": 5 }), ["", "", yes, yes, yes, yes, gone]),
        (
            "relateRecommendations",
            json!({ "other": other, "kind": "REPEATS" }),
            [yes, yes, yes, yes, yes, yes, yes],
        ),
        (
            "withdrawRecommendation",
            json!({ "reason": { "ko": "철회" } }),
            [yes, yes, yes, yes, wrong, wrong, gone],
        ),
    ];
    for (verb, more, by_state) in table {
        for (state, allowed) in states.into_iter().zip(by_state) {
            if allowed.is_empty() {
                continue;
            }
            // An addressee sees it once it is one.
            let is_assigned = !matches!(state, "RAISED" | "WITHDRAWN");
            let denied_to_addressee = if is_assigned { "FORBIDDEN" } else { "NOT_FOUND" };
            let (operator, raiser, addressee, neither) = match verb {
                "answerRecommendation" | "reportDelivery" => (
                    allowed,
                    "FORBIDDEN",
                    if is_assigned { allowed } else { "NOT_FOUND" },
                    "NOT_FOUND",
                ),
                "rateAnswer" | "withdrawRecommendation" => {
                    ("FORBIDDEN", allowed, denied_to_addressee, "NOT_FOUND")
                }
                // The operators' own: no partner learns what is there.
                _ => (allowed, "FORBIDDEN", "FORBIDDEN", "FORBIDDEN"),
            };
            let mut of = world.given(state).await;
            for (name, who, expected) in [
                ("anonymous", &Principal::Anonymous, "UNAUTHENTICATED"),
                ("an operator without the scope", &world.reader, "FORBIDDEN"),
                ("neither", &world.neither, neither),
                ("who raised it", &world.raiser, raiser),
                ("its addressee", &world.addressee, addressee),
                ("an operator", &world.operator, operator),
            ] {
                let row = if verb == "rateAnswer" { world.answer(&of).await } else { of.clone() };
                let before = world.written().await;
                let answer = world.try_at(who, now(), verb, on(&row, more.clone())).await;
                assert_eq!(told(&answer), expected, "{verb} of {state} by {name}: {answer:#}");
                if expected == yes {
                    of = world.given(state).await;
                } else {
                    assert_eq!(world.written().await, before, "{verb} of {state} by {name}");
                }
                if let Some(error) = answer["data"]["payload"]["errors"].get(0) {
                    assert_eq!(error["path"], json!(["input", "id"]), "{verb} of {state}");
                }
            }
        }
    }
}

async fn what_an_answer_must_say(place: Place) {
    let world = Loop::new(&place).await;
    let other = world.given("FORWARDED").await["id"].clone();
    let all = json!({ "reason": { "ko": "사유" }, "plannedOn": "2027-01", "forwardedTo": "SEMAS", "sameAs": other });
    let table: [(&str, &[&str], &[&str]); 8] = [
        ("ACCEPTED", &["plannedOn"], &["forwardedTo", "sameAs"]),
        ("PARTIALLY_ACCEPTED", &["reason"], &["forwardedTo", "sameAs"]),
        ("LONG_TERM_REVIEW", &["reason", "plannedOn"], &["forwardedTo", "sameAs"]),
        ("NOT_ACCEPTED", &["reason"], &["plannedOn", "forwardedTo", "sameAs"]),
        ("GUIDANCE_GIVEN", &["reason"], &["plannedOn", "forwardedTo", "sameAs"]),
        ("FORWARDED_AS_POLICY_PROPOSAL", &["reason", "forwardedTo"], &["plannedOn", "sameAs"]),
        ("DUPLICATE", &["reason", "sameAs"], &["plannedOn", "forwardedTo"]),
        ("WITHDRAWN", &[], &[]),
    ];
    for (disposition, must, never) in table {
        let of = world.given("FORWARDED").await;
        let bare = on(&of, json!({ "disposition": disposition }));
        let answer = world.try_at(&world.addressee, now(), "answerRecommendation", bare).await;
        let expected: Vec<String> = match disposition {
            "WITHDRAWN" => vec!["NOT_AN_ANSWER disposition".to_owned()],
            _ => must.iter().map(|field| format!("REQUIRED {field}")).collect(),
        };
        assert_eq!(places(&answer), expected, "{disposition}");
        if disposition == "WITHDRAWN" {
            continue;
        }
        let mut full = all.clone();
        full["disposition"] = disposition.into();
        let full = on(&of, full);
        let answer = world.try_at(&world.addressee, now(), "answerRecommendation", full).await;
        let expected: Vec<String> =
            never.iter().map(|field| format!("NOT_APPLICABLE {field}")).collect();
        assert_eq!(places(&answer), expected, "{disposition}");
        let mut right = json!({ "disposition": disposition });
        for field in must {
            right[*field] = all[*field].clone();
        }
        let payload = world.done(&world.addressee, "answerRecommendation", on(&of, right)).await;
        let closes = matches!(disposition, "NOT_ACCEPTED" | "GUIDANCE_GIVEN" | "DUPLICATE");
        let status = &payload["recommendation"]["status"];
        assert_eq!(status, if closes { "CLOSED" } else { "ANSWERED" }, "{disposition}");
    }
    // The one that is a duplicate is counted with the other.
    let of = world.given("FORWARDED").await;
    let before = world.counts(now()).await;
    let same = json!({ "disposition": "DUPLICATE", "reason": { "ko": "중복" }, "sameAs": other });
    world.done(&world.addressee, "answerRecommendation", on(&of, same)).await;
    assert_eq!(world.counts(now()).await[0], before[0] - 1);
}

async fn faults_of_one_input_are_told_together(place: Place) {
    let world = Loop::new(&place).await;
    let input = json!({
        "title": { "ko": "" }, "source": "STATEMENT", "raisedOn": "2026-11-23", "topic": "NONE", "region": "KR-99",
        "addressee": "NOBODY", "dueOn": "2026-11-21", "raisedByGroup": { "ko": "현장 기업" },
    });
    let answer = world.try_at(&world.operator, now(), "raiseRecommendation", input).await;
    assert_eq!(
        places(&answer),
        [
            "INVALID_DATE raisedOn",
            "UNKNOWN topic",
            "UNKNOWN region",
            "REQUIRED statement",
            "UNKNOWN addressee",
            "INVALID_DATE dueOn",
            "EVIDENCE_REQUIRED evidenceNote",
            "INVALID_NAME title.ko",
        ]
    );
    let of = world.given("ANSWERED").await;
    let report = json!({ "light": "RED", "isCompleted": true, "reportedOn": "2026-11-21" });
    let answer = world.try_at(&world.operator, now(), "reportDelivery", on(&of, report)).await;
    assert_eq!(
        places(&answer),
        [
            "INVALID_DATE reportedOn",
            "REQUIRED note",
            "NOT_APPLICABLE isCompleted",
            "EVIDENCE_REQUIRED evidenceNote",
        ]
    );
    let answer = json!({
        "disposition": "ACCEPTED", "answeredOn": "2026-11-21", "plannedOn": "2026-10", "forwardedTo": "SEMAS",
    });
    let answer =
        world.try_at(&world.addressee, now(), "answerRecommendation", on(&of, answer)).await;
    assert_eq!(
        places(&answer),
        ["INVALID_DATE answeredOn", "NOT_APPLICABLE forwardedTo", "INVALID_DATE plannedOn",]
    );
}

async fn what_is_refused_changes_nothing(place: Place) {
    let world = Loop::new(&place).await;
    let of = world.given("FORWARDED").await;
    let stale = json!({ "id": of["id"], "expectedVersion": 1, "disposition": "NOT_ACCEPTED" });
    let before = world.written().await;
    let answer = world.try_at(&world.addressee, now(), "answerRecommendation", stale).await;
    assert_eq!(places(&answer), ["CONFLICT expectedVersion"]);
    // A key that is used for another call, and one that is used again.
    let mut input = on(&of, partly());
    input["idempotencyKey"] = "feedback-key-1".into();
    assert_eq!(world.written().await, before);
    let first = world.done(&world.addressee, "answerRecommendation", input.clone()).await;
    let written = world.written().await;
    let again = world.done(&world.addressee, "answerRecommendation", input.clone()).await;
    assert_eq!(again["added"]["id"], first["added"]["id"]);
    let mut other = on(&first["recommendation"], refusal());
    other["idempotencyKey"] = "feedback-key-1".into();
    let answer = world.try_at(&world.addressee, now(), "answerRecommendation", other).await;
    assert_eq!(places(&answer), ["KEY_REUSED idempotencyKey"]);
    assert_eq!(world.written().await, written);
    // An answer of before stands beside its revision, and is rated no more.
    let revised = on(&first["recommendation"], refusal());
    world.done(&world.addressee, "answerRecommendation", revised).await;
    let rate = on(&first["added"], json!({ "rating": 1 }));
    let answer = world.try_at(&world.raiser, now(), "rateAnswer", rate).await;
    assert_eq!(places(&answer), ["ANSWER_REVISED id"]);
    let audit = "SELECT count(*) FROM audit_event WHERE outcome = 'REFUSED' AND action = 'answerRecommendation'";
    let statement = Statement::from_string(world.app.db.get_database_backend(), audit);
    let row = world.app.db.query_one_raw(statement).await.unwrap().unwrap();
    assert_eq!(row.try_get_by_index::<i64>(0).unwrap(), 2);
}

async fn a_partner_raises_in_its_own_name_and_at_its_desk(place: Place) {
    let world = Loop::new(&place).await;
    let raise = |more: Value| {
        let mut input = json!({ "title": { "ko": "건의" }, "source": "SURVEY" });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    for (more, expected) in [
        (json!({ "institution": "KOSME" }), vec![]),
        (json!({ "institution": "KIBO", "evidenceNote": "공문" }), vec!["NOT_YOURS institution"]),
        (
            json!({ "addressee": "KIBO", "dueOn": "2026-12-31", "isPublic": true }),
            vec!["OPERATOR_ONLY addressee", "OPERATOR_ONLY dueOn", "OPERATOR_ONLY isPublic"],
        ),
        (
            json!({ "raisedByGroup": { "ko": "입주 기업" } }),
            vec!["NOT_YOURS institution", "EVIDENCE_REQUIRED evidenceNote"],
        ),
        (json!({ "source": "INTAKE_DESK" }), vec!["REQUIRED raisedByGroup"]),
    ] {
        let answer = world.try_at(&world.raiser, now(), "raiseRecommendation", raise(more)).await;
        assert_eq!(places(&answer), expected);
    }
    // A consultation is the desk's own to answer, and follows the same states.
    let desk = json!({
        "source": "INTAKE_DESK", "raisedByGroup": { "ko": "성수동 제조 소기업" }, "evidenceNote": "방문 상담 기록",
    });
    let of = world.done(&world.raiser, "raiseRecommendation", raise(desk)).await["recommendation"]
        .clone();
    assert_eq!(
        (&of["consultationStage"], &of["isOnBehalf"], &of["addressee"]["code"], &of["institution"]),
        (&json!("DISCOVERY"), &json!(true), &json!("KOSME"), &Value::Null)
    );
    let guidance = json!({ "disposition": "GUIDANCE_GIVEN", "reason": { "ko": "지원사업 안내" } });
    // Nobody dates its own answer back, nor rates it.
    let mut early = on(&of, guidance.clone());
    early["answeredOn"] = "2026-11-01".into();
    let answer = world.try_at(&world.raiser, now(), "answerRecommendation", early).await;
    assert_eq!(places(&answer), ["INVALID_DATE answeredOn"]);
    let payload = world.done(&world.raiser, "answerRecommendation", on(&of, guidance)).await;
    let rate = on(&payload["added"], json!({ "rating": 5 }));
    assert_eq!(world.outcome(&world.raiser, "rateAnswer", rate).await, "OWN_INSTITUTION");
    assert_eq!(payload["added"]["isOnBehalf"], false);
    assert_eq!(payload["recommendation"]["consultationStage"], "FOLLOW_UP");
    // New facts: an operator opens it again.
    let assign =
        json!({ "addressee": "KIBO", "dueOn": "2026-12-31", "reason": { "ko": "재상담" } });
    let assign = on(&payload["recommendation"], assign);
    let payload = world.done(&world.operator, "assignRecommendation", assign).await;
    assert_eq!(payload["recommendation"]["consultationStage"], "RESOLUTION");
}

async fn others_speak_with_evidence(place: Place) {
    let world = Loop::new(&place).await;
    let input = json!({ "title": { "ko": "건의" }, "source": "SURVEY", "institution": "KOVA" });
    let answer = world.try_at(&world.operator, now(), "raiseRecommendation", input.clone()).await;
    assert_eq!(places(&answer), ["EVIDENCE_REQUIRED evidenceNote"]);
    let mut with = input;
    with["evidenceNote"] = "설문 12번 응답".into();
    with["addressee"] = "KIBO".into();
    with["dueOn"] = "2026-12-31".into();
    let of =
        world.done(&world.operator, "raiseRecommendation", with).await["recommendation"].clone();
    assert_eq!(
        (&of["status"], &of["isOnBehalf"], &of["recordedBy"]["code"], &of["institution"]["code"]),
        (&json!("FORWARDED"), &json!(true), &json!("TIPA"), &json!("KOVA"))
    );
    // An operator records the answer of an addressee that has no account.
    let answer =
        world.try_at(&world.operator, now(), "answerRecommendation", on(&of, partly())).await;
    assert_eq!(places(&answer), ["EVIDENCE_REQUIRED evidenceNote"]);
    let mut answer = on(&of, partly());
    answer["evidenceNote"] = "2026-11-20 공문".into();
    let payload = world.done(&world.operator, "answerRecommendation", answer).await;
    assert_eq!(
        (&payload["added"]["isOnBehalf"], &payload["added"]["institution"]["code"]),
        (&json!(true), &json!("KIBO"))
    );
    // Nobody rates for another.
    let rate = on(&payload["added"], json!({ "rating": 5 }));
    assert_eq!(world.outcome(&world.operator, "rateAnswer", rate).await, "FORBIDDEN");
}

async fn hidden_ones_are_not_there(place: Place) {
    let world = Loop::new(&place).await;
    let of = world.given("ANSWERED").await;
    let answer = world.answer(&of).await;
    let before = world.written().await;
    for (verb, row, more) in [
        ("answerRecommendation", &of, partly()),
        ("withdrawRecommendation", &of, json!({ "reason": { "ko": "철회" } })),
        ("rateAnswer", &answer, json!({ "rating": 1 })),
    ] {
        // Faults and versions tell nothing either.
        let mut input = on(row, more);
        assert_eq!(world.outcome(&world.neither, verb, input.clone()).await, "NOT_FOUND", "{verb}");
        input["expectedVersion"] = 99.into();
        assert_eq!(world.outcome(&world.neither, verb, input).await, "NOT_FOUND", "{verb}");
    }
    let own = world.raised().await;
    let input = on(&own, json!({ "reason": { "ko": "철회" }, "id": of["id"] }));
    assert_eq!(world.outcome(&world.neither, "withdrawRecommendation", input).await, "NOT_FOUND");
    let list = format!("{{ node(id: {}) {{ id }} }}", of["id"]);
    let seen = world.ask(&world.neither, now(), &list, Value::Null).await;
    assert_eq!(seen["data"]["node"], Value::Null);
    // A duplicate of what the addressee does not see is unknown to it.
    let same =
        json!({ "disposition": "DUPLICATE", "reason": { "ko": "중복" }, "sameAs": own["id"] });
    let told = world.try_at(&world.addressee, now(), "answerRecommendation", on(&of, same)).await;
    assert_eq!(places(&told), ["UNKNOWN sameAs"]);
    assert_eq!(world.written().await[2], before[2] + 1, "one was raised");
}

async fn an_effect_names_what_it_is(place: Place) {
    let world = Loop::new(&place).await;
    let of = world.given("ANSWERED").await;
    let effect = |kind: &str, more: Value| {
        let mut effect = json!({
            "kind": kind, "title": { "ko": "성과" }, "occurredOn": "2026-11-22", "evidenceNote": "보도자료",
        });
        effect.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        on(&of, effect)
    };
    for (kind, more, expected) in [
        ("POLICY_TASK", json!({}), vec!["REQUIRED policyTask"]),
        (
            "POLICY_PLAN",
            json!({ "amount": 1 }),
            vec!["REQUIRED policyPlan", "NOT_APPLICABLE amount"],
        ),
        ("BILL_PROVISION", json!({}), vec!["REQUIRED provision"]),
        ("ADOPTION_CASE", json!({}), vec!["REQUIRED adoptionCase"]),
        ("BUDGET", json!({}), vec!["REQUIRED amount"]),
        ("SANDBOX_PERMIT", json!({}), vec!["REQUIRED startsOn", "REQUIRED endsOn"]),
        (
            "SANDBOX_PERMIT",
            json!({ "startsOn": "2027-01-02", "endsOn": "2027-01-01" }),
            vec!["INVALID_RANGE endsOn"],
        ),
        ("GUIDELINE", json!({ "occurredOn": "2026-10" }), vec!["INVALID_DATE occurredOn"]),
        ("GUIDELINE", json!({ "occurredOn": "2026-12" }), vec!["INVALID_DATE occurredOn"]),
        (
            "SUBORDINATE_RULE",
            json!({ "evidenceNote": null }),
            vec!["EVIDENCE_REQUIRED evidenceNote"],
        ),
        ("SUPPORT", json!({ "amount": -1 }), vec!["INVALID_VALUE amount"]),
    ] {
        let answer = world.try_at(&world.operator, now(), "recordEffect", effect(kind, more)).await;
        assert_eq!(places(&answer), expected, "{kind}");
    }
    let permit = json!({ "startsOn": "2026-12-01", "endsOn": "2028-11-30" });
    let payload =
        world.done(&world.operator, "recordEffect", effect("SANDBOX_PERMIT", permit)).await;
    assert_eq!(payload["added"]["endsOn"], "2028-11-30");
    let of = &payload["recommendation"];
    let support = json!({
        "kind": "SUPPORT", "title": { "ko": "바우처" }, "occurredOn": "2026", "evidenceNote": "공고",
        "amount": 9_007_199_254_740_993_i64,
    });
    let payload = world.done(&world.operator, "recordEffect", on(of, support)).await;
    assert_eq!(payload["added"]["amount"], json!(9_007_199_254_740_993_i64));
    assert_eq!(payload["added"]["position"], 2);
}

async fn relations_make_no_circle(place: Place) {
    let world = Loop::new(&place).await;
    let mut rows = Vec::new();
    for _ in 0..4 {
        rows.push(world.raised().await);
    }
    let counts = world.counts(now()).await;
    let relate = async |one: usize, other: usize, kind: &str| {
        let query = format!(
            "{{ node(id: {}) {{ ... on Recommendation {{ id version }} }} }}",
            rows[one]["id"]
        );
        let of = world.data(&world.operator, &query).await["node"].clone();
        let input = on(&of, json!({ "other": rows[other]["id"], "kind": kind }));
        world.try_at(&world.operator, now(), "relateRecommendations", input).await
    };
    assert_eq!(places(&relate(0, 0, "SAME_AS").await), ["SELF other"]);
    assert_eq!(told(&relate(0, 1, "SAME_AS").await), "done");
    assert_eq!(world.counts(now()).await[0], counts[0] - 1);
    assert_eq!(places(&relate(0, 1, "REPEATS").await), ["TAKEN other"]);
    assert_eq!(places(&relate(1, 0, "SAME_AS").await), ["CYCLE other"]);
    assert_eq!(told(&relate(1, 2, "REPEATS").await), "done");
    assert_eq!(told(&relate(2, 3, "SAME_AS").await), "done");
    for (one, other) in [(3, 0), (3, 1), (2, 0), (3, 2)] {
        assert_eq!(places(&relate(one, other, "REPEATS").await), ["CYCLE other"], "{one} {other}");
    }
    assert_eq!(places(&relate(3, 0, "PART_OF").await), ["CYCLE other", "NOT_APPLICABLE kind"]);
    // All four are one matter: the same, and raised again.
    assert_eq!(world.counts(now()).await[0], counts[0] - 3);
    // What came first repeats nothing that came later.
    let input = json!({ "title": { "ko": "먼저" }, "source": "SURVEY", "raisedOn": "2026-11-01" });
    let early = world.done(&world.raiser, "raiseRecommendation", input).await;
    let input = on(&early["recommendation"], json!({ "other": rows[0]["id"], "kind": "REPEATS" }));
    let answer = world.try_at(&world.operator, now(), "relateRecommendations", input).await;
    assert_eq!(places(&answer), ["NOT_LATER kind"]);
}

async fn what_is_withdrawn_answers_nothing(place: Place) {
    let world = Loop::new(&place).await;
    let counts = world.counts(now()).await;
    let of = world.given("WITHDRAWN").await;
    assert_eq!(of["status"], "CLOSED");
    let after = world.counts(now()).await;
    assert_eq!([after[0], after[2], after[4]], [counts[0] + 1, counts[2], counts[4]]);
    let overdue = world.counts(at("2027-06-01T03:00:00Z")).await;
    assert_eq!(overdue[7], counts[7]);
}
