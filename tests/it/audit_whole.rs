//! The audit is whole: refused uploads, refused items of many and inputs that cannot be read stand in it; partners are
//! not told who of other institutions acted and from where; what was submitted is looked over, and an end cut off is
//! found by its anchors.

use aiplus::domain::principal::Principal;
use aiplus::service::anchors;
use aiplus::service::audit::{Fault, verify, verify_against};
use aiplus::service::proof::Wrong;
use aiplus::service::write::Author;
use axum::http::StatusCode;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::results_files::{Files, GOOD, csv};
use crate::support::Place;
use crate::support::results::{PROGRAMME, QUARTER, World, codes, good, key, value};
use crate::tests;

tests![
    refused_uploads_stand_by_their_reason,
    refused_items_of_many_stand_one_by_one,
    inputs_that_cannot_be_read_stand,
    partners_are_not_told_who_reviews,
    what_was_submitted_is_looked_over,
    an_end_that_was_cut_off_is_found_by_its_anchors,
];

/// Reasons of refusals of an action, the oldest first, with whether the object is named.
async fn reasons(world: &World, action: &str) -> Vec<(String, bool)> {
    let auditor = world.app.principal("MSS", "program:read audit:read").await;
    let query = format!(
        "{{ auditEvents(first: 100, where: {{ action: {{ eq: \"{action}\" }}, outcome: {{ eq: REFUSED }} }}, orderBy: [{{ field: NUMBER }}]) {{ nodes {{ reason subjectType }} }} }}"
    );
    let answer = world.app.ask(&auditor, &query, Value::Null).await;
    let nodes = answer["data"]["auditEvents"]["nodes"].as_array();
    let nodes = nodes.unwrap_or_else(|| panic!("{answer:#}"));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    nodes
        .iter()
        .map(|node| (text(&node["reason"]), !text(&node["subjectType"]).is_empty()))
        .collect()
}

async fn refused_uploads_stand_by_their_reason(place: Place) {
    let mut files = Files::new(&place).await;
    let save = "&mode=save";
    let first: (&str, &str) = ("if-match", "\"1\"");
    let mut expected = Vec::new();
    for (file, more, headers, body, reason, named) in [
        ("submission.pdf", save, vec![first], csv(&GOOD), "NOT_FOUND", false),
        ("submission.csv", "&mode=maybe", vec![first], csv(&GOOD), "BAD_REQUEST", false),
        ("submission.csv", save, vec![("if-match", "1")], csv(&GOOD), "BAD_REQUEST", false),
        (
            "submission.csv",
            "&institution=KOSME&mode=save",
            vec![first],
            csv(&GOOD),
            "NOT_FOUND",
            false,
        ),
        ("submission.csv", save, vec![], csv(&GOOD), "VERSION_REQUIRED", true),
        ("submission.csv", save, vec![("if-match", "\"9\"")], csv(&GOOD), "CONFLICT", true),
        ("submission.xlsx", save, vec![first], csv(&GOOD), "NOT_A_WORKBOOK", true),
        ("submission.csv", save, vec![first], csv(&[",,,많음,1,1,"]), "CELLS_REJECTED", true),
    ] {
        let answer = files.up(file, more, &headers, body).await;
        assert!(answer.status.is_client_error(), "{reason}: {}", answer.status);
        expected.push((reason.to_owned(), named));
    }
    // A reviewer may not; a dry run refuses nothing.
    let own = std::mem::take(&mut files.token);
    files.token = Files::token(&files.world, "TIPA", "program:read results:review").await;
    let answer =
        files.up("submission.csv", "&institution=KIBO&mode=save", &[first], csv(&GOOD)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    expected.push(("FORBIDDEN".to_owned(), false));
    files.token = own;
    let answer = files.up("submission.csv", "", &[], csv(&[",,,많음,1,1,"])).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(reasons(&files.world, "submission.upload").await, expected);
    let done = files.up("submission.csv", save, &[first], csv(&GOOD)).await;
    assert_eq!(done.status, StatusCode::OK, "{:#}", done.json());
    assert_eq!(reasons(&files.world, "submission.upload").await, expected);
    assert_eq!(verify(&files.world.app.db, None).await.unwrap().faults, []);
}

async fn refused_items_of_many_stand_one_by_one(place: Place) {
    let world = World::new(&place).await;
    world.save("KOSME", good()).await;
    world.submit("KOSME").await;
    let mut items = Vec::new();
    for (institution, wrong) in [("KIBO", 0), ("KOSME", 0), ("SEMAS", 7)] {
        let seen = world.seen(institution).await;
        items.push(json!({ "id": seen.id, "expectedVersion": seen.version + wrong }));
    }
    let input = json!({ "items": items, "idempotencyKey": key() });
    let payload = world.act(&world.reviewer, "acceptSubmissions", input).await;
    let done: Vec<&Value> =
        payload["items"].as_array().unwrap().iter().map(|item| &item["isDone"]).collect();
    assert_eq!(done, [false, true, false]);
    assert_eq!(
        reasons(&world, "acceptSubmissions").await,
        [("WRONG_STATE".to_owned(), true), ("CONFLICT".to_owned(), true)]
    );
}

async fn inputs_that_cannot_be_read_stand(place: Place) {
    let world = World::new(&place).await;
    let set =
        |target: &str| format!("mutation {{ setTarget(input: {target}) {{ errors {{ code }} }} }}");
    let by_variable =
        "mutation($input: SetTargetInput!) { setTarget(input: $input) { errors { code } } }";
    let whole = json!({ "programme": PROGRAMME, "indicator": "COMPANIES", "quarter": QUARTER, "value": "1", "idempotencyKey": key() });
    let without = |field: &str| {
        let mut input = whole.clone();
        input.as_object_mut().unwrap().remove(field);
        json!({ "input": input })
    };
    let with = |field: &str, value: Value| {
        let mut input = whole.clone();
        input[field] = value;
        json!({ "input": input })
    };
    let mut told = 0;
    for (query, variables) in [
        (set("{ programme: 1 }"), Value::Null),
        (set("{ nothing: true }"), Value::Null),
        (by_variable.to_owned(), without("value")),
        (by_variable.to_owned(), with("value", json!({ "a": 1 }))),
        (by_variable.to_owned(), with("beyond", json!(1))),
        (by_variable.to_owned(), Value::Null),
    ] {
        let answer = world.ask_at(&world.lead, world.now, &query, variables).await;
        assert!(answer.get("errors").is_some(), "{query}: {answer:#}");
        told += 1;
        let found = reasons(&world, "setTarget").await;
        assert_eq!(found.len(), told, "{query}: {found:?}");
        assert!(found.iter().all(|(reason, _)| !reason.is_empty()));
    }
    // What is no mutation is nobody's business.
    world.ask(&world.lead, "{ topics(first: \"many\") { totalCount } }").await;
    assert_eq!(reasons(&world, "document.refuse").await, []);
}

async fn partners_are_not_told_who_reviews(place: Place) {
    let world = World::new(&place).await;
    let reviewer = world.reviewer.actor().to_owned();
    let from = "198.51.100.7";
    world.save("KOSME", good()).await;
    world.submit("KOSME").await;
    // The reviewer returns it from an address, and grants more time; it comes again, and is accepted.
    let verb = async |who: &Principal, mutation: &str, more: Value| {
        let input = world.seen("KOSME").await.input(more);
        let author =
            Author { principal: who, request_id: "review", address: Some(from), now: world.now };
        let done = world.ask_as(author, mutation, input).await;
        assert_eq!(codes(&done["data"]["payload"]), [""; 0], "{mutation}: {done:#}");
    };
    let comments = json!([{ "message": "보완" }]);
    verb(
        &world.reviewer,
        "returnSubmission",
        json!({ "comments": comments, "dueOn": "2026-12-01" }),
    )
    .await;
    verb(&world.reviewer, "grantExtension", json!({ "reason": "사유", "expiresOn": "2027-06-01" }))
        .await;
    world.submit("KOSME").await;
    verb(&world.reviewer, "acceptSubmission", json!({})).await;

    let partner = world.app.principal("KOSME", "program:read audit:read").await;
    let operator = world.app.principal("MSS", "program:read audit:read").await;
    let query = "{ auditEvents(first: 100) { nodes { actor address before after client { clientId } actingInstitution { code } action } }
        submissions(first: 100) { nodes { reviewedBy acceptedBy submittedBy comments { nodes { author authorInstitution { code } } }
          extensions { nodes { approvedBy } } revisions { nodes { acceptedBy submittedBy } } } } }";
    let answer = world.app.ask(&partner, query, Value::Null).await;
    assert!(answer.get("errors").is_none(), "{answer:#}");
    let text = answer.to_string();
    assert!(!text.contains(&reviewer) && !text.contains(from), "{answer:#}");
    // What was done, and by whose institution, it is told; and all of its own.
    assert!(text.contains("WITHHELD") && text.contains("\"code\":\"TIPA\""), "{answer:#}");
    assert!(text.contains(world.kosme.actor()), "{answer:#}");
    // Neither can it be found out by a filter.
    for filter in
        [format!("actor: {{ eq: \"{reviewer}\" }}"), format!("address: {{ eq: \"{from}\" }}")]
    {
        let query = format!("{{ auditEvents(where: {{ {filter} }}) {{ totalCount }} }}");
        let found = |answer: Value| answer["data"]["auditEvents"]["totalCount"].clone();
        assert_eq!(found(world.app.ask(&partner, &query, Value::Null).await), 0, "{filter}");
        let seen = found(world.app.ask(&operator, &query, Value::Null).await);
        assert!(seen.as_i64().unwrap() > 0, "{filter}");
    }
    let seen = world.app.ask(&operator, query, Value::Null).await.to_string();
    assert!(seen.contains(&reviewer) && seen.contains(from));
}

async fn what_was_submitted_is_looked_over(place: Place) {
    let world = World::new(&place).await;
    let mut cells = good();
    cells.push(json!({ "indicator": "COMPANIES", "region": "KR-11", "value": "10" }));
    cells.push(value("NOTE", "처음"));
    world.accepted("KOSME", cells).await;
    world.save("KIBO", good()).await;
    world.submit("KIBO").await;
    let db = &world.app.db;
    let look = async || verify(db, None).await.unwrap().faults;
    assert_eq!(look().await, []);
    let receipt = async |institution: &str| -> String {
        let query = format!(
            "{{ submissionRevisions(where: {{ submission: {{ institution: {{ code: {{ eq: \"{institution}\" }} }}, quarter: {{ eq: \"{QUARTER}\" }}, programme: {{ code: {{ eq: \"{PROGRAMME}\" }} }} }} }}) {{ nodes {{ receipt }} }} }}"
        );
        let data = world.data(&world.lead, &query).await;
        data["submissionRevisions"]["nodes"][0]["receipt"].as_str().unwrap().to_owned()
    };
    let (kosme, kibo) = (receipt("KOSME").await, receipt("KIBO").await);
    let of = "submission_id = (SELECT submission_id FROM submission_revision WHERE receipt = ";
    let (own, other) = (kosme.clone(), kibo.clone());
    let at = |cell: &str| Wrong::Value(own.clone(), cell.to_owned());
    let values = || Wrong::Values(own.clone());
    let revision = |receipt: &str| Wrong::Revision(receipt.to_owned());
    // What is tampered with, how it is put back, and what is found.
    for (change, back, expected) in [
        (
            format!(
                "UPDATE submission_value SET value = '9999' WHERE cell = 'BUDGET' AND {of}'{own}')"
            ),
            format!(
                "UPDATE submission_value SET value = '1000' WHERE cell = 'BUDGET' AND {of}'{own}')"
            ),
            vec![at("BUDGET"), values()],
        ),
        (
            // The figure alone, which statistics count.
            format!(
                "UPDATE submission_value SET scaled = 9999 WHERE cell = 'BUDGET' AND {of}'{own}')"
            ),
            format!(
                "UPDATE submission_value SET scaled = 1000 WHERE cell = 'BUDGET' AND {of}'{own}')"
            ),
            vec![at("BUDGET")],
        ),
        (
            format!(
                "UPDATE submission_value SET region_id = (SELECT id FROM region WHERE code = 'KR-26') WHERE cell = 'COMPANIES/KR-11//' AND {of}'{own}')"
            ),
            format!(
                "UPDATE submission_value SET region_id = (SELECT id FROM region WHERE code = 'KR-11') WHERE cell = 'COMPANIES/KR-11//' AND {of}'{own}')"
            ),
            vec![at("COMPANIES/KR-11//")],
        ),
        (
            format!(
                "UPDATE submission_value SET comment = '다른 것' WHERE cell = 'NOTE' AND {of}'{own}')"
            ),
            format!(
                "UPDATE submission_value SET comment = NULL WHERE cell = 'NOTE' AND {of}'{own}')"
            ),
            vec![values()],
        ),
        (
            format!(
                "UPDATE submission_value SET first_revision = 2 WHERE cell = 'NOTE' AND {of}'{own}')"
            ),
            format!(
                "UPDATE submission_value SET first_revision = 1 WHERE cell = 'NOTE' AND {of}'{own}')"
            ),
            vec![values()],
        ),
        (
            format!("UPDATE submission_revision SET content_hash = 'ff' WHERE receipt = '{other}'"),
            String::new(),
            vec![revision(&other), Wrong::Values(other.clone())],
        ),
        (
            format!("UPDATE submission_revision SET accepted_at = NULL WHERE receipt = '{own}'"),
            String::new(),
            vec![revision(&own)],
        ),
        (
            format!(
                "UPDATE submission_revision SET accepted_at = submitted_at, accepted_by = 'x' WHERE receipt = '{other}'"
            ),
            String::new(),
            vec![revision(&other)],
        ),
    ] {
        world.app.sql("CREATE TABLE kept AS SELECT * FROM submission_revision").await;
        world.app.sql(&change).await;
        let found: Vec<Wrong> = look()
            .await
            .into_iter()
            .map(|fault| match fault {
                Fault::Submitted(wrong) => wrong,
                other => panic!("{change}: {other:?}"),
            })
            .collect();
        assert_eq!(found, expected, "{change}");
        if back.is_empty() {
            for column in ["content_hash", "accepted_at", "accepted_by"] {
                world.app.sql(&format!("UPDATE submission_revision SET {column} = (SELECT k.{column} FROM kept k WHERE k.id = submission_revision.id)")).await;
            }
        } else {
            world.app.sql(&back).await;
        }
        world.app.sql("DROP TABLE kept").await;
        assert_eq!(look().await, [], "{change} was put back");
    }
    // A receipt that is gone.
    world.app.sql(&format!("DELETE FROM submission_value WHERE {of}'{other}')")).await;
    world.app.sql(&format!("DELETE FROM submission_revision WHERE receipt = '{other}'")).await;
    assert_eq!(look().await, [Fault::Submitted(Wrong::Gone(other))]);
}

async fn an_end_that_was_cut_off_is_found_by_its_anchors(place: Place) {
    let world = World::new(&place).await;
    let db = &world.app.db;
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("anchors");
    let first = anchors::add(db, &file, None).await.unwrap();
    // What has not gone on is not noted again.
    assert_eq!(anchors::add(db, &file, Some(first)).await.unwrap(), first);
    world.save("KOSME", good()).await;
    let last = anchors::add(db, &file, Some(first)).await.unwrap();
    assert!(last > first);
    let noted = anchors::read(&file).unwrap();
    assert_eq!(noted.keys().copied().collect::<Vec<_>>(), [first, last]);
    let lines = std::fs::read_to_string(&file).unwrap();
    assert_eq!(lines.lines().count(), 2, "{lines}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(verify_against(db, noted.clone()).await.unwrap().faults, []);
    // The end is cut off, and the ledger set back to fit.
    world.app.unlock_audit().await;
    world.app.sql(&format!("DELETE FROM audit_event WHERE seq > {first}")).await;
    world
        .app
        .sql(&format!("UPDATE ledger SET audit_seq = {first}, audit_hash = '{}'", noted[&first]))
        .await;
    assert_eq!(verify(db, None).await.unwrap().faults, [], "by itself it looks whole");
    let found = verify_against(db, noted).await.unwrap().faults;
    assert_eq!(found, [Fault::Anchor(last)]);
    for bad in [
        "what\n",
        "2026-11-25T00:00:00Z x y\n",
        "2026-11-25T00:00:00Z 1 a\n2026-11-25T00:00:00Z 1 b\n",
    ] {
        std::fs::write(&file, bad).unwrap();
        assert!(anchors::read(&file).is_err(), "{bad}");
    }
}
