//! What is written of plans: plans, their tasks and milestones.

use super::mutation::{ERRORS, Fields, Mutation, row, whole};
use crate::domain::access::{Needs, Object};
use crate::mutation;
use crate::service::plan::{
    self, AddTask, AmendMilestone, AmendPlan, AmendTask, CreatePlan, RecordMilestone,
    RemoveMilestone, RemoveTask,
};

const WRITES: Needs = Needs::Write(Object::Content);

const PLAN: Fields =
    &[("policyPlan", "PolicyPlan", "계획. The plan; null if nothing was done."), ERRORS];
const TASK: Fields =
    &[("policyTask", "PolicyTask", "과제. The task; null if nothing was done."), ERRORS];
const MILESTONE: Fields =
    &[("milestone", "Milestone", "이정표. The milestone; null if nothing was done."), ERRORS];
const PLAN_OF: Fields = &[
    (
        "policyPlan",
        "PolicyPlan",
        "계획. The plan to which it belonged; null if nothing was done, or it belonged to none.",
    ),
    ERRORS,
];
const TASK_OF: Fields = &[
    ("policyTask", "PolicyTask", "과제. The task of which it was one; null if nothing was done."),
    ERRORS,
];

/// The mutations declared here.
pub fn mutations() -> Vec<Mutation> {
    vec![
        mutation!(
            CreatePlan,
            WRITES,
            PLAN,
            "계획 등록. Puts a plan on record.",
            |act, input| row("policyPlan", plan::create(act, input).await)
        ),
        mutation!(
            AmendPlan,
            WRITES,
            PLAN,
            "계획 변경. Changes a plan, or its status.",
            |act, input| row("policyPlan", plan::amend(act, input).await)
        ),
        mutation!(
            AddTask,
            WRITES,
            TASK,
            "과제 추가. Puts a task on record; not of a plan that is completed.",
            |act, input| row("policyTask", plan::add_task(act, input).await)
        ),
        mutation!(
            AmendTask,
            WRITES,
            TASK,
            "과제 변경. Changes a task, or its status.",
            |act, input| row("policyTask", plan::amend_task(act, input).await)
        ),
        mutation!(
            RemoveTask,
            WRITES,
            PLAN_OF,
            "과제 삭제. Takes a task off that was recorded by mistake and that nothing names.",
            |act, input| whole("policyPlan", plan::remove_task(act, input).await)
        ),
        mutation!(
            RecordMilestone,
            WRITES,
            MILESTONE,
            "이정표 등록. Records a milestone of a task.",
            |act, input| row("milestone", plan::record_milestone(act, input).await)
        ),
        mutation!(
            AmendMilestone,
            WRITES,
            MILESTONE,
            "이정표 변경. Changes a milestone, or records that it was reached.",
            |act, input| row("milestone", plan::amend_milestone(act, input).await)
        ),
        mutation!(
            RemoveMilestone,
            WRITES,
            TASK_OF,
            "이정표 삭제. Takes a milestone off that was recorded by mistake.",
            |act, input| whole("policyTask", plan::remove_milestone(act, input).await)
        ),
    ]
}
