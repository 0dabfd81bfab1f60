//! Plans, tasks and milestones as operators write them: on record once, changed as seen, and nothing planned anew of a plan
//! that is completed.

use aiplus::domain::principal::Principal;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::acting::{acted, done, expected, outcome, told, tried, written};
use crate::support::results::key;
use crate::support::{Place, TestApp};
use crate::tests;

tests![
    a_plan_lives_from_its_making_to_its_end,
    what_is_wrong_with_a_plan_is_told_together,
    a_plan_that_is_completed_is_not_planned_anew,
    a_task_that_something_names_stays,
    what_was_called_is_done_once,
    two_calls_at_once_close_no_circle,
    who_may_not_changes_nothing,
];

const PLAN: &str = "policyPlan { id version code title { ko en } isTentative kind status summary { ko } owner { code } mandate { code } \
    mandateInstitution { code } mandateNote { ko } startsOn endsOn topics { nodes { code } } }";
const TASK: &str = "policyTask { id version code plan { code } kind title { ko } summary { ko } status owner { code } topic { code } dueOn \
    supportCeiling topics { nodes { code } } regions { nodes { code } } industries { nodes { code } } }";
const MILESTONE: &str =
    "milestone { id version position title { ko } dueOn reachedOn isOverdue task { code } }";

struct Desk {
    app: TestApp,
    operator: Principal,
    topics: Vec<Value>,
}

impl Desk {
    async fn new(place: &Place) -> Self {
        let app = place.app().await;
        let operator = app.principal("TIPA", "program:read content:write").await;
        let found = app.data("{ topics(first: 2) { nodes { code } } }").await;
        let topics = found["topics"]["nodes"].as_array().unwrap().iter();
        let topics = topics.map(|topic| topic["code"].clone()).collect();
        Self { app, operator, topics }
    }

    async fn made(&self, mutation: &str, selection: &str, input: Value) -> Value {
        let payload = done(&self.app, &self.operator, mutation, selection, input).await;
        let made = payload.as_object().unwrap().iter().find(|(name, _)| *name != "errors");
        made.map(|(_, made)| made.clone()).unwrap_or_default()
    }

    async fn faults(&self, mutation: &str, input: Value) -> Vec<(String, String)> {
        let before = written(&self.app).await;
        let faults = told(&acted(&self.app, &self.operator, mutation, "", input).await);
        assert_eq!(written(&self.app).await, before, "{mutation}: {faults:?}");
        faults
    }

    fn plan(&self) -> Value {
        json!({
            "code": "T_PLAN", "title": { "ko": "지역기업 AI 활용 촉진 방안", "en": "AI in regional firms" }, "isTentative": true,
            "kind": "MEASURE", "summary": { "ko": "내용" }, "owner": "MSS", "mandateInstitution": "NAISC",
            "mandateNote": { "ko": "권고" }, "startsOn": "2026-07", "endsOn": "2028", "topics": self.topics,
        })
    }

    fn task(&self) -> Value {
        json!({
            "code": "T_HUB", "plan": "T_PLAN", "kind": "INFRASTRUCTURE", "title": { "ko": "지역별·산업별 AX 데이터 허브" },
            "owner": "TIPA", "topic": self.topics[0], "dueOn": "2027-06", "topics": [self.topics[1]],
            "regions": ["KR-11", "KR-26"], "industries": ["C", "10"], "supportCeiling": "100000000",
        })
    }
}

fn with(row: &Value, more: Value) -> Value {
    let mut input = json!({ "id": row["id"], "expectedVersion": row["version"] });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

fn codes(rows: &Value) -> Vec<&str> {
    let rows = rows["nodes"].as_array().unwrap().iter();
    rows.map(|row| row["code"].as_str().unwrap()).collect()
}

async fn a_plan_lives_from_its_making_to_its_end(place: Place) {
    let desk = Desk::new(&place).await;
    let made = desk.made("createPlan", PLAN, desk.plan()).await;
    assert_eq!(
        (
            &made["status"],
            &made["owner"]["code"],
            &made["mandateInstitution"]["code"],
            &made["endsOn"]
        ),
        (&json!("PREPARING"), &json!("MSS"), &json!("NAISC"), &json!("2028"))
    );
    assert_eq!(codes(&made["topics"]).len(), 2);
    // What is left out stays, null clears, a list replaces.
    let change = json!({
        "status": "ANNOUNCED", "isTentative": false, "title": { "ko": "지역기업 AI 활용 방안" }, "summary": null, "endsOn": null,
        "topics": [],
    });
    let made = desk.made("amendPlan", PLAN, with(&made, change)).await;
    assert_eq!(
        made,
        json!({
            "id": made["id"], "version": 2, "code": "T_PLAN", "title": { "ko": "지역기업 AI 활용 방안", "en": null },
            "isTentative": false, "kind": "MEASURE", "status": "ANNOUNCED", "summary": null, "owner": { "code": "MSS" },
            "mandate": null, "mandateInstitution": { "code": "NAISC" }, "mandateNote": { "ko": "권고" },
            "startsOn": "2026-07", "endsOn": null, "topics": { "nodes": [] },
        })
    );
    let task = desk.made("addTask", TASK, desk.task()).await;
    assert_eq!(codes(&task["regions"]), ["KR-11", "KR-26"]);
    assert_eq!(codes(&task["industries"]), ["10", "C"]);
    assert_eq!(
        (&task["supportCeiling"], &task["status"]),
        (&json!(100_000_000), &json!("PREPARING"))
    );
    let change = json!({ "status": "IN_PROGRESS", "dueOn": "2027-12", "regions": ["KR-11"], "supportCeiling": null });
    let task = desk.made("amendTask", TASK, with(&task, change)).await;
    assert_eq!(
        (codes(&task["regions"]), codes(&task["industries"])),
        (vec!["KR-11"], vec!["10", "C"])
    );
    assert_eq!(
        (&task["dueOn"], &task["supportCeiling"], &task["plan"]["code"]),
        (&json!("2027-12"), &Value::Null, &json!("T_PLAN"))
    );
    let milestone = |title: &str, more: Value| {
        let mut input = json!({ "task": "T_HUB", "title": { "ko": title } });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let first = desk
        .made("recordMilestone", MILESTONE, milestone("공고", json!({ "dueOn": "2026-10" })))
        .await;
    assert_eq!(
        (&first["position"], &first["isOverdue"], &first["task"]["code"]),
        (&json!(1), &json!(true), &json!("T_HUB"))
    );
    let second = milestone("구축", json!({ "dueOn": "2027-03" }));
    let second = desk.made("recordMilestone", MILESTONE, second).await;
    assert_eq!(second["position"], 2);
    let reached = with(&first, json!({ "reachedOn": "2026-11-20" }));
    let first = desk.made("amendMilestone", MILESTONE, reached).await;
    assert_eq!((&first["reachedOn"], &first["isOverdue"]), (&json!("2026-11-20"), &json!(false)));
    let last = with(&first, json!({ "position": 9, "title": { "ko": "모집 공고" } }));
    desk.made("amendMilestone", MILESTONE, last).await;
    // Everybody reads what is on record, in its order.
    let query = "{ policyPlan(code: \"T_PLAN\") { tasks { nodes { code milestones { nodes { title { ko } } } } } } \
        policyTasks(where: { regions: { some: { code: { eq: \"KR-11\" } } } }) { nodes { code } } search(text: \"데이터 허브\", first: 5) { nodes { __typename } } }";
    let found = desk.app.ask(&Principal::Anonymous, query, json!({})).await["data"].clone();
    assert_eq!(
        found["policyPlan"]["tasks"]["nodes"],
        json!([{ "code": "T_HUB", "milestones": { "nodes": [{ "title": { "ko": "구축" } }, { "title": { "ko": "모집 공고" } }] } }]),
        "{found:#}"
    );
    assert_eq!(codes(&found["policyTasks"]), ["T_HUB"]);
    // What was recorded by mistake goes.
    let gone = desk.made("removeMilestone", "policyTask { code }", with(&second, json!({}))).await;
    assert_eq!(gone["code"], "T_HUB");
    let answer =
        tried(&desk.app, &desk.operator, "removeMilestone", "", with(&second, json!({}))).await;
    assert_eq!(outcome(&answer), "NOT_FOUND");
}

async fn what_is_wrong_with_a_plan_is_told_together(place: Place) {
    let desk = Desk::new(&place).await;
    let made = desk.made("createPlan", PLAN, desk.plan()).await;
    let mut wrong = desk.plan();
    wrong["owner"] = json!("NOBODY");
    wrong["endsOn"] = json!("2026-06");
    wrong["topics"] = json!([desk.topics[0], desk.topics[0], "NO_TOPIC"]);
    assert_eq!(
        desk.faults("createPlan", wrong).await,
        expected(&[
            ("TAKEN", "input.code"),
            ("UNKNOWN", "input.owner"),
            ("INVALID_DATE", "input.endsOn"),
            ("UNKNOWN", "input.topics.2"),
            ("DUPLICATE", "input.topics.1"),
        ])
    );
    for (change, faults) in [
        (json!({ "mandate": "T_PLAN" }), vec![("CIRCULAR", "input.mandate")]),
        (json!({ "startsOn": "2029" }), vec![("INVALID_DATE", "input.endsOn")]),
        (
            json!({ "title": { "ko": "" }, "endsOn": "2026-06-30", "owner": "NOBODY" }),
            vec![
                ("UNKNOWN", "input.owner"),
                ("INVALID_DATE", "input.endsOn"),
                ("INVALID_NAME", "input.title.ko"),
            ],
        ),
    ] {
        assert_eq!(desk.faults("amendPlan", with(&made, change)).await, expected(&faults));
    }
    // One that follows this one is not what this one follows.
    let mut next = desk.plan();
    next["code"] = json!("T_NEXT");
    next["mandate"] = json!("T_PLAN");
    assert_eq!(desk.made("createPlan", PLAN, next).await["mandate"]["code"], "T_PLAN");
    assert_eq!(
        desk.faults("amendPlan", with(&made, json!({ "mandate": "T_NEXT" }))).await,
        expected(&[("CIRCULAR", "input.mandate")])
    );
    let task = desk.made("addTask", TASK, desk.task()).await;
    let mut wrong = desk.task();
    wrong["plan"] = json!("NO_PLAN");
    wrong["regions"] = json!(["KR-99"]);
    wrong["industries"] = json!(["C", "ZZ"]);
    assert_eq!(
        desk.faults("addTask", wrong).await,
        expected(&[
            ("TAKEN", "input.code"),
            ("UNKNOWN", "input.plan"),
            ("UNKNOWN", "input.regions.0"),
            ("UNKNOWN", "input.industries.1"),
        ])
    );
    let wrong = json!({ "supportCeiling": -1, "dueOn": "2026-13" });
    assert_eq!(
        desk.faults("amendTask", with(&task, wrong)).await,
        expected(&[("INVALID_DATE", "input.dueOn"), ("INVALID_VALUE", "input.supportCeiling")])
    );
    let wrong =
        json!({ "task": "NO_TASK", "title": { "ko": " " }, "reachedOn": "2027", "position": 0 });
    assert_eq!(
        desk.faults("recordMilestone", wrong).await,
        expected(&[
            ("UNKNOWN", "input.task"),
            ("INVALID_DATE", "input.reachedOn"),
            ("INVALID_NAME", "input.title.ko"),
            ("OUT_OF_RANGE", "input.position"),
        ])
    );
    let milestone = json!({ "task": "T_HUB", "title": { "ko": "공고" } });
    let milestone = desk.made("recordMilestone", MILESTONE, milestone).await;
    assert_eq!(
        desk.faults("amendMilestone", with(&milestone, json!({ "reachedOn": "2026-12-01" }))).await,
        expected(&[("INVALID_DATE", "input.reachedOn")])
    );
    // The version is that which was seen.
    for (mutation, row) in [
        ("amendPlan", &made),
        ("amendTask", &task),
        ("removeTask", &task),
        ("amendMilestone", &milestone),
        ("removeMilestone", &milestone),
    ] {
        let mut stale = with(row, json!({}));
        stale["expectedVersion"] = json!(7);
        assert_eq!(
            desk.faults(mutation, stale).await,
            expected(&[("CONFLICT", "input.expectedVersion")]),
            "{mutation}"
        );
    }
}

async fn a_plan_that_is_completed_is_not_planned_anew(place: Place) {
    let desk = Desk::new(&place).await;
    let plan = desk.made("createPlan", PLAN, desk.plan()).await;
    let task = desk.made("addTask", TASK, desk.task()).await;
    let milestone = json!({ "task": "T_HUB", "title": { "ko": "공고" }, "dueOn": "2026-12" });
    let milestone = desk.made("recordMilestone", MILESTONE, milestone).await;
    let plan = desk.made("amendPlan", PLAN, with(&plan, json!({ "status": "COMPLETED" }))).await;
    let mut other = desk.task();
    other["code"] = json!("T_OTHER");
    assert_eq!(
        desk.faults("addTask", other.clone()).await,
        expected(&[("PLAN_ENDED", "input.plan")])
    );
    let anew = json!({ "status": "IN_PROGRESS", "dueOn": "2028" });
    assert_eq!(
        desk.faults("amendTask", with(&task, anew.clone())).await,
        expected(&[("PLAN_ENDED", "input.status"), ("PLAN_ENDED", "input.dueOn")])
    );
    let next = json!({ "task": "T_HUB", "title": { "ko": "다음" }, "dueOn": "2028" });
    assert_eq!(
        desk.faults("recordMilestone", next).await,
        expected(&[("PLAN_ENDED", "input.task")])
    );
    assert_eq!(
        desk.faults("amendMilestone", with(&milestone, json!({ "dueOn": "2028" }))).await,
        expected(&[("PLAN_ENDED", "input.dueOn")])
    );
    // No task of it leaves it, and none of another plan comes to it.
    assert_eq!(
        desk.faults("amendTask", with(&task, json!({ "plan": null, "dueOn": "2028" }))).await,
        expected(&[("PLAN_ENDED", "input.plan")])
    );
    other["plan"] = Value::Null;
    let free = desk.made("addTask", TASK, other).await;
    assert_eq!(
        desk.faults("amendTask", with(&free, json!({ "plan": "T_PLAN" }))).await,
        expected(&[("PLAN_ENDED", "input.plan")])
    );
    // What has come of it is recorded all the same.
    let reached = with(&milestone, json!({ "reachedOn": "2026-11" }));
    desk.made("amendMilestone", MILESTONE, reached).await;
    let late = json!({ "task": "T_HUB", "title": { "ko": "결과" }, "reachedOn": "2026-11-01" });
    desk.made("recordMilestone", MILESTONE, late).await;
    let done = json!({ "status": "COMPLETED", "summary": { "ko": "마침" } });
    let task = desk.made("amendTask", TASK, with(&task, done)).await;
    assert_eq!(task["status"], "COMPLETED");
    // Under way again, it is planned again.
    desk.made("amendPlan", PLAN, with(&plan, json!({ "status": "IN_PROGRESS" }))).await;
    let task = desk.made("amendTask", TASK, with(&task, anew)).await;
    assert_eq!((&task["status"], &task["dueOn"]), (&json!("IN_PROGRESS"), &json!("2028")));
}

async fn a_task_that_something_names_stays(place: Place) {
    let desk = Desk::new(&place).await;
    desk.made("createPlan", PLAN, desk.plan()).await;
    let task = desk.made("addTask", TASK, desk.task()).await;
    let milestone = json!({ "task": "T_HUB", "title": { "ko": "공고" } });
    let milestone = desk.made("recordMilestone", MILESTONE, milestone).await;
    let remove = with(&task, json!({}));
    assert_eq!(
        desk.faults("removeTask", remove.clone()).await,
        expected(&[("IN_USE", "input.id")])
    );
    desk.made("removeMilestone", "policyTask { code }", with(&milestone, json!({}))).await;
    let gone = desk.made("removeTask", "policyPlan { code tasks { totalCount } }", remove).await;
    assert_eq!(gone, json!({ "code": "T_PLAN", "tasks": { "totalCount": 0 } }));
    // Its code is free again.
    desk.made("addTask", TASK, desk.task()).await;
}

async fn what_was_called_is_done_once(place: Place) {
    let desk = Desk::new(&place).await;
    let mut input = desk.plan();
    input["idempotencyKey"] = json!(key());
    let made = desk.made("createPlan", PLAN, input.clone()).await;
    let before = written(&desk.app).await;
    assert_eq!(desk.made("createPlan", PLAN, input.clone()).await, made);
    assert_eq!(written(&desk.app).await, before);
    input["kind"] = json!("ACTION_PLAN");
    assert_eq!(
        desk.faults("createPlan", input).await,
        expected(&[("KEY_REUSED", "input.idempotencyKey")])
    );
    let task = desk.made("addTask", TASK, desk.task()).await;
    let remove = with(&task, json!({ "idempotencyKey": key() }));
    let gone = desk.made("removeTask", "policyPlan { code }", remove.clone()).await;
    let before = written(&desk.app).await;
    assert_eq!(desk.made("removeTask", "policyPlan { code }", remove).await, gone);
    assert_eq!(written(&desk.app).await, before);
}

/// Plans that mandate each other, named at once, in several rounds.
async fn two_calls_at_once_close_no_circle(place: Place) {
    let desk = Desk::new(&place).await;
    for round in 0..6 {
        let codes = ["A", "B"].map(|end| format!("T_{round}_{end}"));
        let mut rows = Vec::new();
        for code in &codes {
            let mut plan = desk.plan();
            plan["code"] = json!(code);
            rows.push(desk.made("createPlan", PLAN, plan).await);
        }
        let calls = [0, 1].map(|at| {
            let input = with(&rows[at], json!({ "mandate": codes[1 - at] }));
            tried(&desk.app, &desk.operator, "amendPlan", "", input)
        });
        let mut outcomes: Vec<String> = join_all(calls).await.iter().map(outcome).collect();
        outcomes.sort_unstable();
        assert_eq!(outcomes, ["", "CIRCULAR"], "round {round}");
    }
}

async fn who_may_not_changes_nothing(place: Place) {
    let desk = Desk::new(&place).await;
    let plan = desk.made("createPlan", PLAN, desk.plan()).await;
    let task = desk.made("addTask", TASK, desk.task()).await;
    let milestone = json!({ "task": "T_HUB", "title": { "ko": "공고" } });
    let milestone = desk.made("recordMilestone", MILESTONE, milestone.clone()).await;
    let partner = desk.app.principal("KOSME", "program:read content:write").await;
    let reader = desk.app.principal("TIPA", "program:read").await;
    let mut other = desk.task();
    other["code"] = json!("T_OTHER");
    let mut another = desk.plan();
    another["code"] = json!("T_ANOTHER");
    let before = written(&desk.app).await;
    for (mutation, input) in [
        ("createPlan", another),
        ("amendPlan", with(&plan, json!({ "status": "COMPLETED" }))),
        ("addTask", other),
        ("amendTask", with(&task, json!({ "status": "COMPLETED" }))),
        ("removeTask", with(&task, json!({}))),
        ("recordMilestone", json!({ "task": "T_HUB", "title": { "ko": "공고" } })),
        ("amendMilestone", with(&milestone, json!({ "dueOn": "2027" }))),
        ("removeMilestone", with(&milestone, json!({}))),
    ] {
        for (who, code) in [
            (&partner, "FORBIDDEN"),
            (&reader, "FORBIDDEN"),
            (&Principal::Anonymous, "UNAUTHENTICATED"),
        ] {
            let answer = tried(&desk.app, who, mutation, "", input.clone()).await;
            assert_eq!(outcome(&answer), code, "{mutation}");
        }
    }
    assert_eq!(written(&desk.app).await, before);
}
