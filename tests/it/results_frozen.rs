//! What is final stands: random rows of all mutations, and after each of them every figure of the final quarters is
//! what it was, unless a restatement was accepted; then the figures as known before are the old ones. So do what else
//! must hold: verbs are offered as they are accepted, one revision counts, receipts stay, no rate passes 100 %, no
//! due date is a day off, what was known at an instant stays known so, merged regions add up to their parts.
//! `domain::simulation` does the same with the rules alone, for ten years and a thousand seeds.

use std::collections::BTreeSet;

use aiplus::domain::due_date::is_day_off;
use aiplus::domain::principal::Principal;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde_json::{Value, json};

use crate::support::Place;
use crate::support::results::{PROGRAMME, QUARTER, World, good, key, value};
use crate::tests;

tests![figures_of_final_quarters_move_by_accepted_restatements_alone];

/// Seeds that are run; one that failed stays here.
const SEEDS: [u64; 3] = [1, 2, 7];
const STEPS: usize = 70;
const BEFORE: &str = "2026-Q2";
/// The division that two became after [`BEFORE`].
const MERGED: &str = "JEONNAM_GWANGJU";
/// Why a verb is refused that was not offered.
const BARRED: [&str; 10] = [
    "WRONG_STATE",
    "NOT_OPEN",
    "LOCKED",
    "REVIEW_BEGAN",
    "PERIOD_FINAL",
    "NOT_FINAL",
    "RESTATEMENT_OPEN",
    "NO_DEADLINE",
    "OWN_INSTITUTION",
    "OWN_SUBMISSION",
];

/// Numbers of a seed (SplitMix64).
pub struct Numbers(pub u64);

impl Numbers {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % bound as u64).unwrap()
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// Every figure of a quarter, now or as known at an instant.
async fn figures(
    world: &World,
    now: DateTime<Utc>,
    quarter: &str,
    known_at: Option<DateTime<Utc>>,
) -> Value {
    let known =
        known_at.map(|at| format!(", knownAt: \"{}\"", at.to_rfc3339())).unwrap_or_default();
    let span = format!("programme: \"{PROGRAMME}\", from: \"{quarter}\", to: \"{quarter}\"{known}");
    let condition = format!(
        "programme: {{ code: {{ eq: \"{PROGRAMME}\" }} }}, quarter: {{ eq: \"{quarter}\" }}"
    );
    let counts = "expected submitted onTime late accepted nil draft returned missing submittedRate { percent } onTimeRate { percent } acceptedRate { percent }";
    let series = |name: &str, indicator: &str, by: &str| {
        format!(
            "{name}: indicatorSeries(indicator: \"{indicator}\", by: {by}, {span}) \
               {{ points {{ quarter key value institutions accepted expected target targetRate }} }} "
        )
    };
    let statistics = |name: &str, by: &str| {
        format!(
            "{name}: submissionStatistics(groupBy: {by}, where: {{ {condition} }}{known}) {{ rows {{ keys {{ code }} {counts} }} total {{ {counts} }} }} "
        )
    };
    let query = format!(
        "{{ {}{}{}{}{}{}{} values: valueStatistics(groupBy: [INDICATOR, INSTITUTION], where: {{ submission: {{ {condition} }} }}{known}) {{ rows {{ keys {{ code }} value {{ sum median }} }} }} }}",
        statistics("period", "QUARTER"),
        statistics("institution", "INSTITUTION"),
        series("companies", "COMPANIES", "NONE"),
        series("regions", "COMPANIES", "REGION"),
        series("current", "COMPANIES", "REGION, regionBasis: CURRENT"),
        series("each", "COMPANIES", "INSTITUTION"),
        series("rate", "RATE", "NONE"),
    );
    let answer = world.ask_at(&world.lead, now, &query, Value::Null).await;
    assert!(answer.get("errors").is_none(), "{answer:#}");
    answer["data"].clone()
}

/// What a quarter's rows say of themselves.
async fn standing(world: &World, now: DateTime<Utc>, quarter: &str) -> Value {
    let query = format!(
        "{{ period(quarter: \"{quarter}\") {{ state finalisedAt expectedFrozenAt submissions(first: 100) {{ nodes {{ id completeness dueOn }} }} }} }}"
    );
    let answer = world.ask_at(&world.lead, now, &query, Value::Null).await;
    assert!(answer.get("errors").is_none(), "{answer:#}");
    answer["data"]["period"].clone()
}

/// What must hold of all submissions at any time.
async fn holds(
    world: &World,
    now: DateTime<Utc>,
    receipts: &mut BTreeSet<String>,
    told: &[String],
) {
    let query = format!(
        "{{ submissions(first: 100, where: {{ programme: {{ code: {{ eq: \"{PROGRAMME}\" }} }} }}) {{ nodes {{ quarter dueOn locksOn returnDueOn \
           period {{ state }} institution {{ code }} revisions(first: 100) {{ nodes {{ receipt acceptedAt supersededAt }} }} }} }} \
           holidays(first: 100) {{ nodes {{ observedOn }} }} \
           submissionStatistics(where: {{ programme: {{ code: {{ eq: \"{PROGRAMME}\" }} }} }}, groupBy: QUARTER) {{ rows {{ submittedRate {{ percent }} onTimeRate {{ percent }} acceptedRate {{ percent }} }} }} }}"
    );
    let answer = world.ask_at(&world.lead, now, &query, Value::Null).await;
    assert!(answer.get("errors").is_none(), "{answer:#}");
    let data = &answer["data"];
    let rows = |value: &Value| value["nodes"].as_array().unwrap().clone();
    let off: BTreeSet<NaiveDate> = rows(&data["holidays"])
        .iter()
        .map(|row| row["observedOn"].as_str().unwrap().parse().unwrap())
        .collect();
    let (mut seen, mut keys) = (BTreeSet::new(), BTreeSet::new());
    for row in rows(&data["submissions"]) {
        assert!(
            keys.insert((row["institution"].to_string(), row["quarter"].to_string())),
            "{row:#}"
        );
        let revisions = rows(&row["revisions"]);
        let counts = |it: &&Value| !it["acceptedAt"].is_null() && it["supersededAt"].is_null();
        assert!(revisions.iter().filter(counts).count() <= 1, "{row:#}\n{told:#?}");
        seen.extend(revisions.iter().map(|it| it["receipt"].as_str().unwrap().to_owned()));
        for field in ["dueOn", "locksOn", "returnDueOn"] {
            let Some(day) = row[field].as_str().filter(|_| row["period"]["state"] == "OPEN") else {
                continue;
            };
            assert!(!is_day_off(day.parse().unwrap(), &off), "{field} of {row:#}\n{told:#?}");
        }
    }
    assert!(seen.is_superset(receipts), "a receipt vanished\n{told:#?}");
    *receipts = seen;
    for row in data["submissionStatistics"]["rows"].as_array().unwrap() {
        for rate in row.as_object().unwrap().values() {
            assert!(rate["percent"].as_f64().is_none_or(|rate| rate <= 100.0), "{row}\n{told:#?}");
        }
    }
}

/// Whether merged regions add up to what was reported of their parts.
fn regions_add_up(figures: &Value, told: &[String]) {
    let points = |name: &str| figures[name]["points"].as_array().unwrap().clone();
    let sum = |name: &str| -> i64 {
        points(name).iter().filter_map(|it| it["value"].as_str()?.parse::<i64>().ok()).sum()
    };
    assert_eq!(sum("regions"), sum("current"), "{figures:#}\n{told:#?}");
    let gone = points("current").iter().any(|it| it["key"] == "KR-29" || it["key"] == "KR-46");
    assert!(!gone, "{figures:#}");
}

struct Run {
    world: World,
    numbers: Numbers,
    now: DateTime<Utc>,
    rules: Vec<Value>,
    /// What was done, for whoever looks into a failure.
    told: Vec<String>,
    accepted: usize,
    refused: usize,
    receipts: BTreeSet<String>,
    /// Figures of a quarter at an instant, which stay known so.
    known: Vec<(DateTime<Utc>, &'static str, Value)>,
}

impl Run {
    async fn call(&mut self, who: &Principal, mutation: &str, input: Value) -> Value {
        let answer = self.world.tried_at(who, self.now, mutation, input.clone()).await;
        let code = &answer["errors"][0]["extensions"]["code"];
        assert!(
            code.is_null() || code == "FORBIDDEN" || code == "NOT_FOUND",
            "{mutation} {input}: {answer:#}"
        );
        let payload = answer["data"]["payload"].clone();
        let wrong =
            payload["errors"][0]["code"].as_str().or(code.as_str()).unwrap_or("done").to_owned();
        if wrong.contains("FINAL") {
            self.refused += 1;
        }
        self.told.push(format!("{} {mutation} {input}: {wrong}", self.now));
        payload
    }

    async fn submissions(&self) -> Vec<Value> {
        let query = format!(
            "{{ submissions(first: 100, where: {{ programme: {{ code: {{ eq: \"{PROGRAMME}\" }} }} }}) \
               {{ nodes {{ id version status quarter isRestatement locksOn institution {{ code }} period {{ state version }} }} }} }}"
        );
        let data = self.world.data(&self.world.lead, &query).await;
        data["submissions"]["nodes"].as_array().unwrap().clone()
    }

    /// A verb on a submission; tells whether a restatement was accepted by it.
    async fn verb(&mut self) -> bool {
        let all = self.submissions().await;
        // What is on its way out of a final quarter is more often dealt with than others.
        let open: Vec<Value> =
            all.iter().filter(|row| row["isRestatement"] == true).cloned().collect();
        let from = if open.is_empty() || self.numbers.below(2) == 0 { &all } else { &open };
        let row = self.numbers.pick(from).clone();
        let day = self.now.date_naive() + Duration::days(1 + self.numbers.below(40) as i64);
        let code = row["institution"]["code"].as_str().unwrap();
        let partner = match code {
            "KOSME" | "KIBO" | "SEMAS" => self.world.partner(code).clone(),
            other => self.world.app.principal(other, "program:read results:submit").await,
        };
        let (reviewer, lead) = (self.world.reviewer.clone(), self.world.lead.clone());
        let mut cells = good();
        cells[0]["value"] = json!((10 + self.numbers.below(5)).to_string());
        cells[0]["comment"] = json!("확인");
        // Whole, since its decimals change.
        cells.push(value("RATE", &self.numbers.below(90).to_string()));
        let total: usize = cells[0]["value"].as_str().unwrap().parse().unwrap();
        let parts = match row["quarter"].as_str().unwrap() <= BEFORE {
            true => vec![("KR-29", total / 3), ("KR-46", total - total / 3)],
            false => vec![(MERGED, total)],
        };
        for (region, part) in parts {
            cells.push(
                json!({ "indicator": "COMPANIES", "region": region, "value": part.to_string() }),
            );
        }
        let restate = (
            &lead,
            "restateSubmission",
            json!({ "reason": "착오", "publicNote": { "ko": "바로잡음" } }),
        );
        let submit = (&partner, "submitSubmission", json!({ "attestation": true }));
        let accept = (&reviewer, "acceptSubmission", json!({}));
        let verbs = [
            (&partner, "saveSubmissionDraft", json!({ "values": cells.clone() })),
            (&partner, "saveSubmissionDraft", json!({ "values": cells })),
            submit.clone(),
            submit,
            (&partner, "reportNilSubmission", json!({ "reason": "없음" })),
            (&partner, "recallSubmission", json!({})),
            (&reviewer, "startSubmissionReview", json!({})),
            (
                &reviewer,
                "returnSubmission",
                json!({ "comments": [{ "message": "보완" }], "dueOn": day }),
            ),
            accept.clone(),
            accept,
            (&lead, "reopenSubmission", json!({ "reason": "착오", "dueOn": day })),
            (
                &reviewer,
                "grantExtension",
                json!({ "reason": "사유", "expiresOn": day + Duration::days(150) }),
            ),
            restate.clone(),
            restate,
        ];
        // Most are what their state waits for, or nothing would come to its end.
        let awaited: &[&str] = match (row["status"].as_str().unwrap(), row["isRestatement"] == true)
        {
            _ if self.numbers.below(4) == 0 => &[],
            ("DRAFT" | "RETURNED", true) => {
                &["saveSubmissionDraft", "submitSubmission", "reportNilSubmission"]
            }
            ("SUBMITTED", true) => &["acceptSubmission", "acceptSubmission", "returnSubmission"],
            (_, false) if row["period"]["state"] == "FINAL" => &["restateSubmission"],
            _ => &[],
        };
        let fit: Vec<_> = verbs.iter().filter(|(_, verb, _)| awaited.contains(verb)).collect();
        let (who, mutation, more) = match fit.as_slice() {
            [] => self.numbers.pick(&verbs).clone(),
            fit => (*self.numbers.pick(fit)).clone(),
        };
        let mut input = json!({
            "id": row["id"], "expectedVersion": row["version"], "idempotencyKey": key(),
        });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let offered = self.offered(who, &row, mutation).await;
        let payload = if mutation == "acceptSubmission" && self.numbers.below(3) == 0 {
            let item = json!({ "id": row["id"], "expectedVersion": row["version"] });
            let many = json!({ "items": [item], "idempotencyKey": key() });
            self.call(who, "acceptSubmissions", many).await["items"][0].clone()
        } else {
            self.call(who, mutation, input).await
        };
        // What is offered is not refused for who asks, or for the state; what is not offered is never done.
        let code = payload["errors"][0]["code"].as_str().unwrap_or("done");
        let is_barred = payload.is_null() || BARRED.contains(&code);
        let is_done = payload["errors"] == json!([]);
        let place = || format!("{mutation}: {payload:#} of {row:#}\n{:#?}", self.told);
        assert!(!(offered && is_barred), "{}", place());
        assert!(offered || !is_done, "{}", place());
        mutation == "acceptSubmission"
            && payload["errors"] == json!([])
            && row["period"]["state"] == "FINAL"
            && row["isRestatement"] == true
    }

    /// Whether a caller is told that it can do this.
    async fn offered(&self, who: &Principal, row: &Value, mutation: &str) -> bool {
        let name = match mutation {
            "saveSubmissionDraft" => "saveDraft".to_owned(),
            "startSubmissionReview" => "startReview".to_owned(),
            "grantExtension" => "extend".to_owned(),
            verb => verb.trim_end_matches("Submission").to_owned(),
        };
        let id = &row["id"];
        let query = format!(
            "{{ node(id: {id}) {{ ... on Submission {{ viewerCan {{ {name} {{ isAllowed }} }} }} }} }}"
        );
        let answer = self.world.ask_at(who, self.now, &query, Value::Null).await;
        answer["data"]["node"]["viewerCan"][name]["isAllowed"] == true
    }

    /// Looks at what must hold, and notes now and then what is known.
    async fn look(&mut self, quarters: &[&'static str]) {
        holds(&self.world, self.now, &mut self.receipts, &self.told).await;
        if self.numbers.below(5) == 0 {
            let quarter = *self.numbers.pick(quarters);
            let now = figures(&self.world, self.now, quarter, Some(self.now)).await;
            self.known.push((self.now, quarter, now));
        }
        if !self.known.is_empty() {
            let (at, quarter, then) = self.numbers.pick(&self.known).clone();
            let told = figures(&self.world, self.now, quarter, Some(at)).await;
            assert_eq!(told, then, "{quarter} as known at {at}\n{:#?}", self.told);
            if quarter == BEFORE {
                regions_add_up(&told, &self.told);
            }
        }
    }

    /// What those who run the programme set up.
    async fn set_up(&mut self) {
        let (lead, reviewer) = (self.world.lead.clone(), self.world.reviewer.clone());
        let quarters = ["2026-Q1", BEFORE, QUARTER, "2026-Q4", "2027-Q1"];
        let quarter = *self.numbers.pick(&quarters);
        let institution = *self.numbers.pick(&["KOSME", "KIBO", "SEMAS", "KISED", "STEPI", "ETRI"]);
        let day = *self.numbers.pick(&[
            "2026-01-01",
            "2026-05-15",
            "2026-06-30",
            "2026-07-10",
            "2026-09-30",
            "2026-10-12",
            "2027-02-01",
        ]);
        match self.numbers.below(9) {
            0 | 1 => {
                let of = *self.numbers.pick(&[None, Some("KOSME"), Some("KIBO")]);
                let indicator = *self.numbers.pick(&["COMPANIES", "RATE"]);
                let value = (1 + self.numbers.below(90)).to_string();
                let input = json!({
                    "programme": PROGRAMME, "indicator": indicator, "institution": of, "quarter": quarter, "value": value,
                    "idempotencyKey": key(),
                });
                self.call(&lead, "setTarget", input).await;
            }
            2 => {
                let (code, unit) = *self.numbers.pick(&[("COMPANIES", "개사"), ("RATE", "%")]);
                let aggregation = *self.numbers.pick(&["SUM", "AVERAGE", "NONE"]);
                let decimals = self.numbers.below(4);
                let input = json!({
                    "programme": PROGRAMME, "code": code, "name": { "ko": "개정" }, "unit": unit, "valueType": "DECIMAL",
                    "decimals": decimals, "aggregation": aggregation, "isRequired": false, "byRegion": true,
                    "validFrom": quarter, "idempotencyKey": key(),
                });
                self.call(&reviewer, "reviseIndicator", input).await;
            }
            3 => {
                let code = format!("R_{}", self.told.len());
                let input = json!({
                    "programme": PROGRAMME, "code": code, "expression": "COMPANIES <= 5", "indicator": "COMPANIES",
                    "severity": "WARNING", "message": { "ko": "확인" }, "validFrom": quarter, "idempotencyKey": key(),
                });
                let made = self.call(&lead, "createValidationRule", input).await;
                self.rules.extend(
                    made["validationRule"].is_object().then(|| made["validationRule"].clone()),
                );
            }
            4 => {
                let Some(rule) = self.rules.pop() else { return };
                let input = json!({ "id": rule["id"], "expectedVersion": rule["version"], "validTo": quarter });
                self.call(&lead, "retireValidationRule", input).await;
            }
            5 => {
                let ends =
                    *self.numbers.pick(&[None, None, Some("2026-08-01"), Some("2026-12-31")]);
                let input = json!({
                    "institution": institution, "programme": PROGRAMME, "startsOn": day, "endsOn": ends, "idempotencyKey": key(),
                });
                self.call(&lead, "createObligation", input).await;
            }
            6 => {
                let query = format!(
                    "{{ obligations(first: 100, where: {{ programme: {{ code: {{ eq: \"{PROGRAMME}\" }} }} }}) {{ nodes {{ id version }} }} }}"
                );
                let data = self.world.data(&lead, &query).await;
                let known =
                    self.numbers.pick(data["obligations"]["nodes"].as_array().unwrap()).clone();
                let input = json!({ "id": known["id"], "expectedVersion": known["version"], "endsOn": day });
                self.call(&lead, "endObligation", input).await;
            }
            7 => {
                let input = json!({
                    "observedOn": day, "name": { "ko": "임시공휴일" }, "kind": "TEMPORARY", "idempotencyKey": key(),
                });
                self.call(&lead, "createHoliday", input).await;
            }
            _ => {
                self.call(&lead, "openQuarter", json!({ "quarter": quarter })).await;
            }
        }
    }

    async fn freeze(&mut self, quarter: &str) {
        let rows = self.submissions().await;
        let of: Vec<&Value> = rows.iter().filter(|row| row["quarter"] == quarter).collect();
        let missing: Vec<Value> = of
            .iter()
            .filter(|row| row["status"] != "ACCEPTED")
            .map(|row| row["id"].clone())
            .collect();
        let version = self.world.period(quarter).await["version"].clone();
        let input = json!({ "quarter": quarter, "expectedVersion": version, "missing": missing, "closesEarly": true, "idempotencyKey": key() });
        let lead = self.world.lead.clone();
        self.call(&lead, "finaliseQuarter", input).await;
    }
}

async fn one(place: &Place, seed: u64) -> (usize, usize) {
    let world = World::before(place, crate::support::now(), BEFORE).await;
    world.open(BEFORE).await;
    world.open(QUARTER).await;
    world.accepted("KOSME", [good(), vec![value("RATE", "12.5")]].concat()).await;
    world.save("KIBO", good()).await;
    world.submit("KIBO").await;
    let now = world.now;
    let mut run = Run {
        world,
        numbers: Numbers(seed),
        now,
        rules: Vec::new(),
        told: Vec::new(),
        accepted: 0,
        refused: 0,
        receipts: BTreeSet::new(),
        known: Vec::new(),
    };
    run.freeze(BEFORE).await;
    let mut finals = vec![BEFORE];
    let mut known = vec![(
        figures(&run.world, run.now, BEFORE, None).await,
        standing(&run.world, run.now, BEFORE).await,
    )];
    for step in 0..STEPS {
        run.now += Duration::minutes(7 + run.numbers.below(3000) as i64);
        let is_restated = if step == STEPS / 3 {
            run.freeze(QUARTER).await;
            finals.push(QUARTER);
            known.push((
                figures(&run.world, run.now, QUARTER, None).await,
                standing(&run.world, run.now, QUARTER).await,
            ));
            false
        } else if run.numbers.below(3) == 0 {
            run.set_up().await;
            false
        } else {
            run.verb().await
        };
        run.accepted += usize::from(is_restated);
        run.look(&[BEFORE, QUARTER]).await;
        for (quarter, (before, stood)) in finals.iter().zip(&mut known) {
            let after = figures(&run.world, run.now, quarter, None).await;
            let stands = standing(&run.world, run.now, quarter).await;
            if is_restated {
                let then = Some(run.now - Duration::seconds(1));
                let told = figures(&run.world, run.now, quarter, then).await;
                assert_eq!(told, *before, "seed {seed}: as known before\n{:#?}", run.told);
                let told = figures(&run.world, run.now, quarter, Some(run.now)).await;
                assert_eq!(told, after, "seed {seed}: as known now\n{:#?}", run.told);
            } else {
                assert_eq!(after, *before, "seed {seed} {quarter}: moved\n{:#?}", run.told);
                assert_eq!(stands, *stood, "seed {seed} {quarter}: moved\n{:#?}", run.told);
            }
            (*before, *stood) = (after, stands);
        }
    }
    (run.accepted, run.refused)
}

async fn figures_of_final_quarters_move_by_accepted_restatements_alone(place: Place) {
    let (mut accepted, mut refused) = (0, 0);
    for seed in SEEDS {
        let (one, other) = one(&place, seed).await;
        accepted += one;
        refused += other;
    }
    // It proves nothing if nothing happens.
    assert!(accepted >= 4 && refused >= 10, "{accepted} accepted, {refused} refused");
}
