//! Every mutation there is, called twelve times at once and again much later, is done once; and so is an upload.

use std::collections::BTreeMap;

use aiplus::domain::principal::Principal;
use axum::http::StatusCode;
use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::results_files::{Files, GOOD, csv};
use crate::results_once::set_ups;
use crate::support::results::{QUARTER, World, good, key};
use crate::support::{Place, TestApp};
use crate::tests;

tests![
    every_mutation_called_twelve_times_is_done_once,
    an_upload_without_a_key,
    a_late_upload_without_a_key_undoes_nothing,
];

const AT_ONCE: usize = 12;

/// Every mutation of the schema, in an order in which each can be done, with whose submission it is about; a new
/// one has its place and its input here.
const CALLS: [(&str, &str); 143] = [
    ("createInstitution", ""),
    ("amendInstitution", ""),
    ("createPerson", ""),
    ("amendPerson", ""),
    ("recordMembership", ""),
    ("amendMembership", ""),
    ("appoint", ""),
    ("amendAppointment", ""),
    ("addContactPoint", ""),
    ("removeContactPoint", ""),
    ("removeAppointment", ""),
    ("removeMembership", ""),
    ("recordDocument", ""),
    ("amendDocument", ""),
    ("attachFile", ""),
    ("removeFile", ""),
    ("createPlan", ""),
    ("amendPlan", ""),
    ("addTask", ""),
    ("removeTask", ""),
    ("addTask", ""),
    ("amendTask", ""),
    ("recordMilestone", ""),
    ("removeMilestone", ""),
    ("recordMilestone", ""),
    ("amendMilestone", ""),
    ("recordObservation", ""),
    ("removeObservation", ""),
    ("recordObservation", ""),
    ("amendObservation", ""),
    ("cite", ""),
    ("removeCitation", ""),
    ("cite", ""),
    ("amendCitation", ""),
    ("recordConflict", ""),
    ("addClaim", ""),
    ("resolveConflict", ""),
    ("reopenConflict", ""),
    ("mergeInstitutions", ""),
    ("planMeeting", "ONCE"),
    ("amendMeeting", "ONCE"),
    ("postponeMeeting", "ONCE"),
    ("planSeries", ""),
    ("cancelMeeting", "ONCE"),
    ("planMeeting", "ONCE_DUE"),
    ("setAgenda", "ONCE_DUE"),
    ("inviteParticipants", "ONCE_DUE"),
    ("recordAttendance", "ONCE_DUE"),
    ("recordStatement", "ONCE_DUE"),
    ("draftMinutes", "ONCE_DUE"),
    ("closeMeeting", "ONCE_DUE"),
    ("reopenMeeting", "ONCE_DUE"),
    ("closeMeeting", "ONCE_DUE"),
    ("approveMinutes", "ONCE_DUE"),
    ("amendMeeting", "AIPLUS_2026_0701"),
    ("reopenMeeting", "AIPLUS_2026_0701"),
    ("recordNotHeld", ""),
    ("createApiClient", ""),
    ("updateApiClient", ""),
    ("rotateApiClientSecret", ""),
    ("disableApiClient", ""),
    ("enableApiClient", ""),
    ("createWebhook", ""),
    ("amendWebhook", ""),
    ("rotateWebhookSecret", ""),
    ("testWebhook", ""),
    ("replayWebhook", ""),
    ("disableWebhook", ""),
    ("enableWebhook", ""),
    ("deleteWebhook", ""),
    ("createInitiative", ""),
    ("addInitiativeTitle", ""),
    ("registerBill", ""),
    ("amendBill", ""),
    ("recordBillEvent", ""),
    ("correctBillEvent", ""),
    ("recordBillChecked", ""),
    ("setProvisions", ""),
    ("endAssemblyTerm", ""),
    ("draftCase", ""),
    ("amendCase", ""),
    ("giveCaseConsent", ""),
    ("submitCase", ""),
    ("verifyCase", ""),
    ("publishCase", ""),
    ("returnCase", ""),
    ("withdrawCase", ""),
    ("raiseRecommendation", ""),
    ("publishRecommendation", ""),
    ("assignRecommendation", ""),
    ("answerRecommendation", ""),
    ("rateAnswer", ""),
    ("reportDelivery", ""),
    ("recordEffect", ""),
    ("raiseRecommendation", ""),
    ("relateRecommendations", ""),
    ("withdrawRecommendation", ""),
    ("answerRecommendation", ""),
    ("openOpinionRound", ""),
    ("respondToOpinionRound", ""),
    ("closeOpinionRound", ""),
    ("createProgramme", ""),
    ("amendProgramme", ""),
    ("endProgramme", ""),
    ("createIndicator", ""),
    ("reviseIndicator", ""),
    ("setIndicatorRange", ""),
    ("setTarget", ""),
    ("createValidationRule", ""),
    ("retireValidationRule", ""),
    ("removeTarget", ""),
    ("createHoliday", ""),
    ("removeHoliday", ""),
    ("createHoliday", ""),
    ("amendHoliday", ""),
    ("createObligation", ""),
    ("endObligation", ""),
    ("openQuarter", ""),
    ("saveSubmissionDraft", "KOSME"),
    ("attachEvidence", "KOSME"),
    ("removeEvidence", "KOSME"),
    ("submitSubmission", "KOSME"),
    ("recallSubmission", "KOSME"),
    ("submitSubmission", "KOSME"),
    ("startSubmissionReview", "KOSME"),
    ("returnSubmission", "KOSME"),
    ("requestExtension", "KOSME"),
    ("declineExtension", "KOSME"),
    ("requestExtension", "KOSME"),
    ("grantExtension", "KOSME"),
    ("submitSubmission", "KOSME"),
    ("acceptSubmission", "KOSME"),
    ("reopenSubmission", "KOSME"),
    ("submitSubmission", "KOSME"),
    ("acceptSubmissions", "KOSME"),
    ("reportNilSubmission", "KIBO"),
    ("acceptSubmission", "KIBO"),
    ("remindSubmissions", "SEMAS"),
    ("finaliseQuarter", ""),
    ("setIndicatorPublication", ""),
    ("publishStatistics", ""),
    ("restateSubmission", "KOSME"),
    ("submitSubmission", "KOSME"),
];

/// A row that the lead sees: its id and version.
async fn row(world: &World, list: &str) -> Value {
    let query = format!("{{ list: {list} {{ nodes {{ id expectedVersion: version }} }} }}");
    world.data(&world.lead, &query).await["list"]["nodes"][0].clone()
}

/// Who calls a mutation, with which input.
async fn call(world: &World, admin: &Principal, mutation: &str, of: &str) -> (Principal, Value) {
    let with = |row: Value, more: Value| {
        let mut input = row;
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    if mutation.ends_with("ApiClient") || mutation == "rotateApiClientSecret" {
        let list = "{ apiClients(where: { name: { startsWith: \"열두 번\" } }) { nodes { id expectedVersion: version } } }";
        let found = world.data(admin, list).await["apiClients"]["nodes"][0].clone();
        let input = match mutation {
            "createApiClient" => {
                json!({ "institution": "TIPA", "name": "열두 번", "scopes": ["program:read"] })
            }
            "updateApiClient" => with(found, json!({ "name": "열두 번째" })),
            _ => found,
        };
        return (admin.clone(), input);
    }
    if mutation.contains("Webhook") {
        let list = "{ webhooks { nodes { id expectedVersion: version } } apiClients(first: 1) { nodes { id } } changes(last: 1) { edges { cursor } } }";
        let found = world.data(admin, list).await;
        let row = found["webhooks"]["nodes"][0].clone();
        let input = match mutation {
            "createWebhook" => json!({
                "client": found["apiClients"]["nodes"][0]["id"], "name": "열두 번", "url": "https://hooks.example.kr/",
            }),
            "replayWebhook" => {
                with(row, json!({ "after": found["changes"]["edges"][0]["cursor"] }))
            }
            _ => row,
        };
        return (admin.clone(), input);
    }
    if let Some(input) = legislation(world, mutation).await {
        return (world.app.principal("MSS", "program:read legislation:write").await, input);
    }
    if mutation.ends_with("Case") || mutation == "giveCaseConsent" {
        let own = world.app.principal("KOSME", "program:read content:write").await;
        let operator = world.app.principal("TIPA", "program:read content:write").await;
        let list = "{ adoptionCases(where: { origin: { eq: REPORTED } }) { nodes { id expectedVersion: version } } }";
        let found = world.data(&operator, list).await["adoptionCases"]["nodes"][0].clone();
        return match mutation {
            "draftCase" => (own, crate::cases_written::exploring()),
            "amendCase" => (own, with(found, json!({ "barriers": [{ "kind": "COST" }] }))),
            "verifyCase" => (operator, with(found, json!({ "level": "DOCUMENTED" }))),
            "publishCase" => (operator, found),
            "returnCase" => (operator, with(found, json!({ "reason": "보완" }))),
            _ => (own, found),
        };
    }
    if let Some(input) = meeting(world, mutation, of).await {
        let secretariat = world.app.principal("TIPA", "program:read content:write").await;
        return (secretariat, input);
    }
    if let Some(made) = feedback(world, mutation).await {
        return made;
    }
    if let Some(input) = facts(world, mutation).await {
        return (world.app.principal("TIPA", "program:read content:write").await, input);
    }
    if let Some(input) = people(world, mutation).await {
        return (world.app.principal("TIPA", "program:read content:write").await, input);
    }
    if let Some((_, input, ..)) = set_ups().into_iter().find(|(name, ..)| *name == mutation) {
        return (world.lead.clone(), world.revised(mutation, input).await);
    }
    let (who, more) = match mutation {
        "setIndicatorRange" => {
            let row = row(world, "indicators(where: { code: { eq: \"ONCE\" } })").await;
            return (world.lead.clone(), with(row, json!({ "range": { "minimum": "0" } })));
        }
        "setIndicatorPublication" => {
            let row = row(world, "indicators(where: { code: { eq: \"BUDGET\" } })").await;
            return (world.lead.clone(), with(row, json!({ "isPublished": true })));
        }
        "publishStatistics" => return (world.reviewer.clone(), json!({})),
        "amendProgramme" | "endProgramme" => {
            let row = row(world, "programmes(where: { code: { eq: \"ONCE\" } })").await;
            let more = match mutation {
                "endProgramme" => json!({ "endsOn": "2027-12-31" }),
                _ => json!({ "dueDays": 12 }),
            };
            return (world.lead.clone(), with(row, more));
        }
        "removeTarget" => {
            let row = row(world, "targets(where: { quarter: { eq: \"2027-Q2\" } })").await;
            return (world.lead.clone(), row);
        }
        "amendHoliday" | "removeHoliday" => {
            let row = row(world, "holidays(where: { observedOn: { eq: \"2027-03-03\" } })").await;
            let more = match mutation {
                "amendHoliday" => json!({ "kind": "STATUTORY" }),
                _ => json!({}),
            };
            return (world.lead.clone(), with(row, more));
        }
        "retireValidationRule" => {
            let row = row(world, "validationRules(where: { code: { eq: \"ONCE\" } })").await;
            return (world.lead.clone(), with(row, json!({ "validTo": "2027-Q4" })));
        }
        "endObligation" => {
            let list = "obligations(where: { institution: { code: { eq: \"ETRI\" } } })";
            let row = row(world, list).await;
            return (world.lead.clone(), with(row, json!({ "endsOn": "2027-12-31" })));
        }
        "finaliseQuarter" => {
            let version = world.period(QUARTER).await["version"].clone();
            let missing = [world.seen("SEMAS").await.id, world.seen("ETRI").await.id];
            let input = json!({ "quarter": QUARTER, "expectedVersion": version, "missing": missing, "closesEarly": true });
            return (world.lead.clone(), input);
        }
        "saveSubmissionDraft" => (world.partner(of), json!({ "values": good() })),
        "attachEvidence" => (world.partner(of), json!({ "indicator": "BUDGET", "file": "0" })),
        "removeEvidence" => {
            let query = format!(
                "{{ node(id: \"{}\") {{ ... on Submission {{ files {{ nodes {{ id }} }} }} }} }}",
                world.seen(of).await.id
            );
            let found = world.data(&world.lead, &query).await;
            (world.partner(of), json!({ "file": found["node"]["files"]["nodes"][0]["id"] }))
        }
        "submitSubmission" => (world.partner(of), json!({ "attestation": true })),
        "reportNilSubmission" => (world.partner(of), json!({ "reason": "실적 없음" })),
        "recallSubmission" => (world.partner(of), json!({})),
        "returnSubmission" => {
            (&world.reviewer, json!({ "comments": [{ "message": "보완" }], "dueOn": "2026-12-01" }))
        }
        "requestExtension" => {
            (world.partner(of), json!({ "reason": "사유", "expiresOn": "2027-06-01" }))
        }
        "declineExtension" => (&world.reviewer, json!({ "reason": "사유" })),
        "grantExtension" => {
            (&world.reviewer, json!({ "reason": "사유", "expiresOn": "2027-06-01" }))
        }
        "reopenSubmission" => (&world.lead, json!({ "reason": "착오", "dueOn": "2026-12-01" })),
        "restateSubmission" => {
            (&world.lead, json!({ "reason": "정정", "publicNote": { "ko": "정정" } }))
        }
        "startSubmissionReview" | "acceptSubmission" => (&world.reviewer, json!({})),
        "acceptSubmissions" | "remindSubmissions" => {
            let seen = world.seen(of).await;
            let items = json!([{ "id": seen.id, "expectedVersion": seen.version }]);
            return (world.reviewer.clone(), json!({ "items": items }));
        }
        new => panic!("{new} has no input here"),
    };
    let seen = world.seen(of).await;
    let row = json!({ "id": seen.id, "expectedVersion": seen.version });
    (who.clone(), with(row, more))
}

/// The input of a mutation of meetings.
async fn meeting(world: &World, mutation: &str, code: &str) -> Option<Value> {
    let reason = json!({ "ko": "사유" });
    let more = match mutation {
        "planMeeting" => {
            let on = if code == "ONCE" { "2026-12-10" } else { "2026-11-20" };
            return Some(
                json!({ "code": code, "body": "POLICY_COUNCIL", "heldOn": on, "title": { "ko": "회의" } }),
            );
        }
        "planSeries" => return Some(json!({ "series": "AIPLUS_MONTHLY", "year": 2027 })),
        "recordNotHeld" => {
            return Some(json!({ "series": "AIPLUS_MONTHLY", "period": "2026-08" }));
        }
        "amendMeeting" if code == "ONCE" => json!({ "title": { "ko": "새 이름" } }),
        "amendMeeting" => json!({ "headcount": 21, "correction": reason }),
        "postponeMeeting" => json!({ "heldOn": "2026-12-20", "reason": reason }),
        "cancelMeeting" | "reopenMeeting" => json!({ "reason": reason }),
        "setAgenda" => {
            json!({ "items": [{ "title": { "ko": "안건" }, "presenters": [{ "institution": "TIPA" }] }] })
        }
        "inviteParticipants" => json!({ "participants": [{ "institution": "KOSME" }] }),
        "recordAttendance" => {
            json!({ "attendance": [{ "participant": { "institution": "KOSME" } }] })
        }
        "recordStatement" => {
            json!({ "statement": { "institution": "KOSME", "summary": { "ko": "의견" } } })
        }
        "draftMinutes" => json!({ "minutes": { "text": { "ko": "회의록" } } }),
        "closeMeeting" => {
            json!({ "statements": [{ "institution": "KIBO", "summary": { "ko": "의견" } }] })
        }
        "approveMinutes" => json!({}),
        _ => return None,
    };
    let mut input = row(world, &format!("meetings(where: {{ code: {{ eq: \"{code}\" }} }})")).await;
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Some(input)
}

/// The input of a mutation of legislation.
async fn legislation(world: &World, mutation: &str) -> Option<Value> {
    let title = json!({ "ko": "열두 번 부른 법률안" });
    let (list, more) = match mutation {
        "createInitiative" => return Some(json!({ "code": "ONCE", "title": title })),
        "registerBill" => return Some(json!({ "number": "ONCE-1", "title": title })),
        "endAssemblyTerm" => return Some(json!({ "endedOn": "2026-11-01" })),
        "addInitiativeTitle" => (
            "legislativeInitiatives(where: { code: { eq: \"ONCE\" } })",
            json!({ "title": { "ko": "다른 명칭" } }),
        ),
        "correctBillEvent" => (
            "billEvents(where: { bill: { number: { eq: \"ONCE-1\" } } })",
            json!({ "stage": "RECEIVED", "occurredOn": "2026-01-06" }),
        ),
        "amendBill" | "recordBillEvent" | "recordBillChecked" | "setProvisions" => (
            "bills(where: { number: { eq: \"ONCE-1\" } })",
            match mutation {
                "amendBill" => json!({ "committee": { "ko": "위원회" } }),
                "recordBillEvent" => json!({ "stage": "RECEIVED", "occurredOn": "2026-01-05" }),
                "setProvisions" => json!({ "provisions": [{ "title": { "ko": "목적" } }] }),
                _ => json!({}),
            },
        ),
        _ => return None,
    };
    let mut input = row(world, list).await;
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Some(input)
}

/// The input of a mutation of institutions and people.
async fn people(world: &World, mutation: &str) -> Option<Value> {
    let name = json!({ "ko": "열두 번" });
    let (list, more) = match mutation {
        "createInstitution" => {
            return Some(json!({ "code": "ONCE_12", "name": name, "kind": "STARTUP" }));
        }
        "createPerson" => return Some(json!({ "code": "ONCE_12", "name": name })),
        "recordMembership" => {
            return Some(json!({ "person": "ONCE_12", "institution": "ONCE_12", "post": name }));
        }
        "appoint" => {
            return Some(
                json!({ "body": "POLICY_COUNCIL", "institution": "ONCE_12", "startsOn": "2031" }),
            );
        }
        "addContactPoint" => {
            return Some(
                json!({ "institution": "ONCE_12", "kind": "PHONE", "holder": "PUBLIC_DESK", "value": "02-1357-1357" }),
            );
        }
        "createPlan" => {
            return Some(json!({ "code": "ONCE_12", "title": name, "kind": "MEASURE" }));
        }
        "addTask" => {
            return Some(
                json!({ "code": "ONCE_12", "plan": "ONCE_12", "title": name, "kind": "TASK" }),
            );
        }
        "recordMilestone" => return Some(json!({ "task": "ONCE_12", "title": name })),
        "amendPlan" => {
            ("policyPlans(where: { code: { eq: \"ONCE_12\" } })", json!({ "status": "ANNOUNCED" }))
        }
        "amendTask" | "removeTask" => (
            "policyTasks(where: { code: { eq: \"ONCE_12\" } })",
            if mutation == "amendTask" { json!({ "dueOn": "2027" }) } else { json!({}) },
        ),
        "amendMilestone" | "removeMilestone" => {
            let query = "{ policyTask(code: \"ONCE_12\") { milestones { nodes { id expectedVersion: version } } } }";
            let found = world.data(&world.lead, query).await;
            let mut input = found["policyTask"]["milestones"]["nodes"][0].clone();
            if mutation == "amendMilestone" {
                input["reachedOn"] = json!("2026-11");
            }
            return Some(input);
        }
        "recordDocument" => {
            return Some(
                json!({ "code": "ONCE_12", "title": name, "kind": "EVIDENCE", "publishedOn": "2026" }),
            );
        }
        "attachFile" => return Some(json!({ "document": "ONCE_12", "file": "0" })),
        "amendDocument" => {
            ("documents(where: { code: { eq: \"ONCE_12\" } })", json!({ "pageCount": 12 }))
        }
        "removeFile" => {
            let query = "{ document(code: \"ONCE_12\") { files { nodes { id expectedVersion: version } } } }";
            let found = world.data(&world.lead, query).await;
            return Some(found["document"]["files"]["nodes"][0].clone());
        }
        "amendInstitution" => (
            "institutions(where: { code: { eq: \"ONCE_12\" } })",
            json!({ "names": [{ "name": { "ko": "한 다스" }, "kind": "ALIAS" }] }),
        ),
        "mergeInstitutions" => {
            // None that another call is about, which would not find it when it comes again.
            ("institutions(where: { code: { eq: \"KAIA\" } })", json!({ "into": "KEIT" }))
        }
        "amendPerson" => (
            "persons(where: { code: { eq: \"ONCE_12\" } })",
            json!({ "name": { "ko": "한 다스" } }),
        ),
        "amendMembership" => (
            "memberships(where: { institution: { code: { eq: \"ONCE_12\" } } })",
            json!({ "endsOn": "2026-10" }),
        ),
        "removeMembership" => {
            ("memberships(where: { institution: { code: { ne: \"ONCE_12\" } } })", json!({}))
        }
        "removeAppointment" => {
            ("appointments(where: { institution: { code: { ne: \"ONCE_12\" } } })", json!({}))
        }
        "amendAppointment" => (
            "appointments(where: { institution: { code: { eq: \"ONCE_12\" } } })",
            json!({ "endsOn": "2032" }),
        ),
        "removeContactPoint" => {
            let query = "{ institution(code: \"ONCE_12\") { contactPoints { nodes { id expectedVersion: version } } } }";
            let found = world.data(&world.lead, query).await;
            return Some(found["institution"]["contactPoints"]["nodes"][0].clone());
        }
        _ => return None,
    };
    let mut input = row(world, list).await;
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Some(input)
}

/// The input of a mutation of what stands beside facts: of a figure and of an institution that were recorded here.
async fn facts(world: &World, mutation: &str) -> Option<Value> {
    let found = "{ observations(where: { code: { eq: \"ONCE_12\" } }) { nodes { id version citations { nodes { id version } } } } institution(code: \"ONCE_12\") { id conflicts { nodes { id version } } } }";
    let claim = |value: &str| json!({ "value": { "ko": value }, "document": "ONCE_12" });
    let more = match mutation {
        "recordObservation" => {
            json!({ "code": "ONCE_12", "title": { "ko": "열두 번" }, "kind": "ACTUAL", "valueText": "12번", "unit": { "ko": "번" } })
        }
        "amendObservation" => json!({ "value": 12.0 }),
        "cite" => json!({ "document": "ONCE_12" }),
        "amendCitation" => json!({ "field": "value" }),
        "recordConflict" => {
            json!({ "field": "name", "summary": { "ko": "다름" }, "claims": [claim("열두 번"), claim("한 다스")] })
        }
        "addClaim" => json!({ "claim": claim("12") }),
        "resolveConflict" => json!({ "reason": { "ko": "확인" } }),
        "removeCitation" | "removeObservation" | "reopenConflict" => json!({}),
        _ => return None,
    };
    let found = world.data(&world.lead, found).await;
    let figure = &found["observations"]["nodes"][0];
    let row = match mutation {
        "recordObservation" => &Value::Null,
        "amendCitation" | "removeCitation" => &figure["citations"]["nodes"][0],
        "addClaim" | "resolveConflict" | "reopenConflict" => {
            &found["institution"]["conflicts"]["nodes"][0]
        }
        _ => figure,
    };
    let mut input = more;
    match mutation {
        "recordObservation" => {}
        "cite" => input["subject"] = row["id"].clone(),
        "recordConflict" => input["subject"] = found["institution"]["id"].clone(),
        _ => {
            input["id"] = row["id"].clone();
            input["expectedVersion"] = row["version"].clone();
        }
    }
    Some(input)
}

/// A verb of the feedback loop: of the first recommendation that was raised, or of the second.
async fn feedback(world: &World, mutation: &str) -> Option<(Principal, Value)> {
    let scopes = "program:read content:write";
    let who = match mutation {
        "raiseRecommendation"
        | "rateAnswer"
        | "withdrawRecommendation"
        | "respondToOpinionRound" => "KOSME",
        "answerRecommendation" | "reportDelivery" => "KIBO",
        "publishRecommendation"
        | "assignRecommendation"
        | "recordEffect"
        | "relateRecommendations"
        | "openOpinionRound"
        | "closeOpinionRound" => "TIPA",
        _ => return None,
    };
    let who = world.app.principal(who, scopes).await;
    let rounds = "{ opinionRounds { nodes { id expectedVersion: version invitations { nodes { id expectedVersion: version } } } } }";
    let round = world.data(&Principal::System, rounds).await["opinionRounds"]["nodes"][0].clone();
    let list = "{ recommendations(orderBy: [{ field: UPDATED_AT }], where: { title: { contains: \"열두 번\" } }) { nodes { id version status answers { nodes { id version } } } } }";
    let found = world.data(&Principal::System, list).await["recommendations"]["nodes"].clone();
    let raised = |status: &str| {
        let found = found.as_array().unwrap().iter().find(|row| row["status"] == status);
        let found = found.unwrap_or_else(|| panic!("{mutation}: none is {status}: {found:?}"));
        json!({ "id": found["id"], "expectedVersion": found["version"] })
    };
    let (mut input, more) = match mutation {
        "raiseRecommendation" => {
            let input = json!({ "title": { "ko": "열두 번" }, "source": "SURVEY" });
            return Some((who, input));
        }
        "openOpinionRound" => {
            let input = json!({
                "title": { "ko": "의견수렴" }, "question": { "ko": "질의" }, "closesOn": "2026-12-31", "institutions": ["KOSME"],
            });
            return Some((who, input));
        }
        "respondToOpinionRound" => (
            round["invitations"]["nodes"][0].clone(),
            json!({ "opinions": [{ "stance": "AGREE", "raises": { "ko": "수렴 건의" } }] }),
        ),
        "closeOpinionRound" => (
            json!({ "id": round["id"], "expectedVersion": round["expectedVersion"] }),
            json!({ "result": { "ko": "종료" }, "closesEarly": true, "publishesResponses": true }),
        ),
        "publishRecommendation" => (raised("RAISED"), json!({})),
        "assignRecommendation" => {
            (raised("RAISED"), json!({ "addressee": "KIBO", "dueOn": "2026-12-31" }))
        }
        "answerRecommendation" => {
            let answer = json!({ "disposition": "ACCEPTED", "plannedOn": "2027" });
            let waits = found.as_array().unwrap().iter().any(|row| row["status"] == "FORWARDED");
            (raised(if waits { "FORWARDED" } else { "IN_DELIVERY" }), answer)
        }
        "rateAnswer" => {
            let answered = found.as_array().unwrap().iter().find(|row| row["status"] == "ANSWERED");
            let answer = &answered.unwrap()["answers"]["nodes"][0];
            let answer = json!({ "id": answer["id"], "expectedVersion": answer["version"] });
            (answer, json!({ "rating": 4 }))
        }
        "reportDelivery" => (raised("ANSWERED"), json!({ "light": "GREEN" })),
        "recordEffect" => {
            let effect = json!({
                "kind": "GUIDELINE", "title": { "ko": "안내서" }, "occurredOn": "2026-11-22", "evidenceNote": "게시",
            });
            (raised("IN_DELIVERY"), effect)
        }
        "relateRecommendations" => {
            let other = raised("IN_DELIVERY")["id"].clone();
            (raised("RAISED"), json!({ "other": other, "kind": "REPEATS" }))
        }
        _ => (raised("RAISED"), json!({ "reason": { "ko": "해결됨" } })),
    };
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Some((who, input))
}

/// How many changes there are after a number, how many rows they are of, and the number of the last one.
async fn changes(app: &TestApp, after: i64) -> [i64; 3] {
    let sql = format!(
        "SELECT count(*), count(DISTINCT subject_id), (SELECT change_seq FROM ledger) FROM change WHERE seq > {after}"
    );
    let counted = Statement::from_string(app.db.get_database_backend(), sql);
    let counted = app.db.query_one_raw(counted).await.unwrap().unwrap();
    [0, 1, 2].map(|at| counted.try_get_by_index(at).unwrap())
}

async fn every_mutation_called_twelve_times_is_done_once(place: Place) {
    let world = World::new(&place).await;
    let admin = world.app.principal("TIPA", "program:read access:admin").await;
    let schema =
        "{ __schema { mutationType { fields { name args { type { ofType { name } } } } } } }";
    let schema = world.app.data(schema).await;
    let fields = schema["__schema"]["mutationType"]["fields"].as_array().unwrap();
    let inputs: BTreeMap<&str, &Value> = fields
        .iter()
        .map(|field| (field["name"].as_str().unwrap(), &field["args"][0]["type"]["ofType"]))
        .collect();
    for name in inputs.keys() {
        assert!(CALLS.iter().any(|(known, _)| known == name), "{name} is not called twelve times");
    }
    let (mut done, mut wrong) = (Vec::new(), Vec::new());
    for (mutation, of) in CALLS {
        let (who, mut input) = call(&world, &admin, mutation, of).await;
        let ty = inputs[mutation];
        input["idempotencyKey"] = key().into();
        let document = format!(
            "mutation($input: {}!) {{ payload: {mutation}(input: $input) {{ errors {{ code }} }} }}",
            ty["name"].as_str().unwrap()
        );
        let [.., before] = changes(&world.app, 0).await;
        let variables = json!({ "input": input });
        let calls =
            (0..AT_ONCE).map(|_| world.ask_at(&who, world.now, &document, variables.clone()));
        let answers = join_all(calls).await;
        let is_done = |answer: &Value| answer["data"]["payload"]["errors"] == json!([]);
        let count = answers.iter().filter(|answer| is_done(answer)).count();
        if count != AT_ONCE {
            wrong.push(format!("{mutation} of {of} was done {count} times: {answers:#?}"));
        }
        let [written, rows, _] = changes(&world.app, before).await;
        // A period is made, and then opened; a case that was public is returned, and gone for the public.
        let twice = i64::from(["openQuarter", "returnCase"].contains(&mutation));
        if written != rows + twice || (rows == 0 && mutation != "remindSubmissions") {
            wrong.push(format!("{mutation} of {of}: {written} changes of {rows} rows"));
        }
        done.push((mutation, who, document, variables));
    }
    // What comes again when all is over undoes nothing of what came after it.
    let [.., before] = changes(&world.app, 0).await;
    for (mutation, who, document, variables) in done {
        let answer = world.ask_at(&who, world.now, &document, variables.clone()).await;
        let is_done = answer["data"]["payload"]["errors"] == json!([]);
        let [written, ..] = changes(&world.app, before).await;
        if !is_done || written != 0 {
            wrong.push(format!("{mutation}, repeated late: {written} changes, {answer:#}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn an_upload_without_a_key(place: Place) {
    let files = Files::new(&place).await;
    let version = files.version().await;
    let tag = format!("\"{version}\"");
    let headers = [("if-match", &*tag)];
    let [.., before] = changes(&files.world.app, 0).await;
    let uploads =
        (0..AT_ONCE).map(|_| files.up("submission.csv", "&mode=save", &headers, csv(&GOOD)));
    for answer in join_all(uploads).await {
        let told = answer.json();
        assert_eq!(answer.status, StatusCode::OK, "{told:#}");
        assert_eq!(
            (&told["isSaved"], &told["submission"]["version"]),
            (&json!(true), &json!(version + 1))
        );
    }
    let [written, rows, _] = changes(&files.world.app, before).await;
    assert_eq!(written, rows);
    assert_eq!(files.version().await, version + 1);
}

async fn a_late_upload_without_a_key_undoes_nothing(place: Place) {
    let files = Files::new(&place).await;
    let tag = format!("\"{}\"", files.version().await);
    let headers = [("if-match", &*tag)];
    let first = csv(&GOOD);
    let saved = files.up("submission.csv", "&mode=save", &headers, first.clone()).await;
    assert_eq!(saved.status, StatusCode::OK);
    let newer = saved.headers["etag"].to_str().unwrap().to_owned();
    let other = csv(&[",,,31,9007199254740993,9007199254740992,87.5"]);
    let saved = files.up("submission.csv", "&mode=save", &[("if-match", &*newer)], other).await;
    assert_eq!(saved.status, StatusCode::OK, "{:#}", saved.json());
    let stands = files.down("submission.csv").await.bytes;
    let again = files.up("submission.csv", "&mode=save", &headers, first).await;
    assert!(
        matches!(again.status, StatusCode::OK | StatusCode::PRECONDITION_FAILED),
        "{}",
        again.status
    );
    assert_eq!(files.down("submission.csv").await.bytes, stands, "{:#}", again.json());
}
