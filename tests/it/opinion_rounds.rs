//! Opinion rounds: opened on a bill, a plan or a question, responded to by those who are invited, closed with what came of it.

use aiplus::domain::principal::Principal;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::feedback_written::{Loop, on, places, told};
use crate::support::results::at;
use crate::support::{Place, now};
use crate::tests;

tests![
    one_round_from_its_opening_to_its_closing,
    each_state_allows_each_verb_to_its_callers,
    faults_are_told_at_their_places,
    a_response_is_seen_by_whom_it_concerns,
];

const DOCUMENTS: [(&str, &str); 3] = [
    (
        "openOpinionRound",
        "mutation($input: OpenOpinionRoundInput!) { payload: openOpinionRound(input: $input) { round: opinionRound { id code version status closesOn host { code } invitations { nodes { id version revision institution { code } } } } errors { code path message } } }",
    ),
    (
        "respondToOpinionRound",
        "mutation($input: RespondToOpinionRoundInput!) { payload: respondToOpinionRound(input: $input) { round: opinionRound { id version } invitation { id version revision respondedOn } errors { code path message } } }",
    ),
    (
        "closeOpinionRound",
        "mutation($input: CloseOpinionRoundInput!) { payload: closeOpinionRound(input: $input) { round: opinionRound { id version status closedOn result { ko } } errors { code path message } } }",
    ),
];

async fn try_at(
    world: &Loop,
    who: &Principal,
    now: DateTime<Utc>,
    mutation: &str,
    input: Value,
) -> Value {
    let (_, document) = DOCUMENTS.into_iter().find(|(name, _)| *name == mutation).unwrap();
    world.ask(who, now, document, json!({ "input": input })).await
}

async fn done(world: &Loop, who: &Principal, mutation: &str, input: Value) -> Value {
    let answer = try_at(world, who, now(), mutation, input.clone()).await;
    assert_eq!(told(&answer), "done", "{mutation} {input:#}\n{answer:#}");
    answer["data"]["payload"].clone()
}

/// A round that asks the two until 10 December.
async fn opened(world: &Loop) -> Value {
    let input = json!({
        "title": { "ko": "활용 촉진법안 의견수렴" }, "question": { "ko": "조문별 의견을 주십시오." },
        "closesOn": "2026-12-10", "institutions": ["KOSME", "KIBO"],
    });
    done(world, &world.operator, "openOpinionRound", input).await["round"].clone()
}

fn agrees() -> Value {
    json!({ "opinions": [{ "stance": "AGREE" }] })
}

async fn responses(world: &Loop, who: &Principal, round: &Value) -> Vec<Value> {
    let query = format!(
        "{{ node(id: {}) {{ ... on OpinionRound {{ responses {{ totalCount nodes {{ clause stance revision institution {{ code }} recommendation {{ code source summary {{ ko }} institution {{ code }} }} }} }} }} }} }}",
        round["id"]
    );
    let found = world.data(who, &query).await["node"]["responses"].clone();
    let nodes = found["nodes"].as_array().unwrap().clone();
    assert_eq!(found["totalCount"], nodes.len());
    nodes
}

async fn one_round_from_its_opening_to_its_closing(place: Place) {
    let world = Loop::new(&place).await;
    let bill = world.bill().await;
    let provision = &bill["provisions"]["nodes"][0]["id"];
    let input = json!({
        "title": { "ko": "법안 의견수렴" }, "question": { "ko": "조문별 의견" }, "bill": bill["id"],
        "closesOn": "2026-12-10", "institutions": ["KOSME", "kibo"],
    });
    let round = done(&world, &world.operator, "openOpinionRound", input).await["round"].clone();
    assert_eq!((&round["status"], &round["host"]["code"]), (&json!("OPEN"), &json!("TIPA")));
    let invited = &round["invitations"]["nodes"];
    assert_eq!(
        [&invited[0]["institution"]["code"], &invited[1]["institution"]["code"]],
        ["KOSME", "KIBO"]
    );
    let before = world.counts(now()).await;
    let opinions = json!({ "opinions": [
        { "clause": "제5조", "provision": provision, "stance": "AGREE_WITH_CHANGES", "opinion": { "ko": "지원 대상 확대" },
          "proposedText": "소상공인을 포함한다.", "raises": { "ko": "소상공인 포함" } },
        { "stance": "AGREE" },
    ] });
    let payload =
        done(&world, &world.raiser, "respondToOpinionRound", on(&invited[0], opinions)).await;
    assert_eq!(
        (&payload["invitation"]["revision"], &payload["invitation"]["respondedOn"]),
        (&json!(1), &json!("2026-11-22"))
    );
    // Another response stands beside the first.
    done(&world, &world.raiser, "respondToOpinionRound", on(&payload["invitation"], agrees()))
        .await;
    let seen = responses(&world, &world.raiser, &round).await;
    assert_eq!(seen.iter().filter(|row| row["revision"] == 1).count(), 2);
    assert_eq!(seen.iter().filter(|row| row["revision"] == 2).count(), 1);
    let raised = seen.iter().find(|row| row["clause"] == "제5조").unwrap();
    assert_eq!(raised["recommendation"]["source"], "OPINION_ROUND");
    assert_eq!(raised["recommendation"]["summary"]["ko"], "지원 대상 확대");
    assert_eq!(raised["recommendation"]["institution"]["code"], "KOSME");
    assert_eq!(world.counts(now()).await[0], before[0] + 1);
    // Closed with what came of it; those who asked for it see what was said from then on.
    assert_eq!(responses(&world, &Principal::Anonymous, &round).await.len(), 0);
    let result = json!({ "result": { "ko": "제5조에 반영" }, "closesEarly": true, "publishesResponses": true });
    let payload = done(&world, &world.operator, "closeOpinionRound", on(&round, result)).await;
    assert_eq!(
        (&payload["round"]["status"], &payload["round"]["closedOn"]),
        (&json!("CLOSED"), &json!("2026-11-22"))
    );
    assert_eq!(responses(&world, &Principal::Anonymous, &round).await.len(), 3);
    let list = "{ opinionRounds(where: { status: { eq: CLOSED } }) { nodes { result { ko } } } }";
    let listed = world.data(&Principal::Anonymous, list).await;
    assert_eq!(listed["opinionRounds"]["nodes"][0]["result"]["ko"], "제5조에 반영");
}

async fn each_state_allows_each_verb_to_its_callers(place: Place) {
    let world = Loop::new(&place).await;
    let (yes, until, after) = ("done", now(), at("2026-12-11T03:00:00Z"));
    let close = json!({ "result": { "ko": "종료" } });
    let mut on_behalf = agrees();
    on_behalf["evidenceNote"] = "공문".into();
    for (state, day, respond, record, closes) in [
        ("OPEN", until, yes, yes, "NOT_DUE"),
        ("OPEN", after, "PAST_CLOSING_DATE", yes, yes),
        ("CLOSED", until, "ROUND_CLOSED", "ROUND_CLOSED", "ROUND_CLOSED"),
    ] {
        for (verb, more, invited, operator) in [
            ("respondToOpinionRound", on_behalf.clone(), respond, record),
            ("closeOpinionRound", close.clone(), "FORBIDDEN", closes),
        ] {
            for (name, who, expected) in [
                ("anonymous", &Principal::Anonymous, "UNAUTHENTICATED"),
                ("an operator without the scope", &world.reader, "FORBIDDEN"),
                ("neither", &world.neither, "FORBIDDEN"),
                ("another that is invited", &world.addressee, "FORBIDDEN"),
                ("who is invited", &world.raiser, invited),
                ("an operator", &world.operator, operator),
            ] {
                let mut round = opened(&world).await;
                let invitation = round["invitations"]["nodes"][0].clone();
                if state == "CLOSED" {
                    let mut early = close.clone();
                    early["closesEarly"] = true.into();
                    round = done(&world, &world.operator, "closeOpinionRound", on(&round, early))
                        .await["round"]
                        .clone();
                }
                let row = if verb == "closeOpinionRound" { &round } else { &invitation };
                let before = world.written().await;
                let answer = try_at(&world, who, day, verb, on(row, more.clone())).await;
                assert_eq!(told(&answer), expected, "{verb} of {state} by {name}: {answer:#}");
                if expected != yes {
                    assert_eq!(world.written().await, before, "{verb} of {state} by {name}");
                }
            }
        }
    }
}

async fn faults_are_told_at_their_places(place: Place) {
    let world = Loop::new(&place).await;
    let input = json!({
        "title": { "ko": "" }, "question": { "ko": "질의" }, "closesOn": "2026-11-21",
        "institutions": ["KOSME", "NOBODY", "kosme"],
    });
    let answer = try_at(&world, &world.operator, now(), "openOpinionRound", input).await;
    assert_eq!(
        places(&answer),
        [
            "INVALID_DATE closesOn",
            "UNKNOWN institutions.1",
            "DUPLICATE institutions.2",
            "INVALID_NAME title.ko",
        ]
    );
    let round = opened(&world).await;
    let invitation = &round["invitations"]["nodes"][0];
    let opinions = json!({ "opinions": [
        { "clause": "제1조", "stance": "DISAGREE" },
        { "clause": "제1조", "stance": "NO_OPINION", "raises": { "ko": "건의" } },
    ] });
    let input = on(invitation, opinions.clone());
    let answer = try_at(&world, &world.operator, now(), "respondToOpinionRound", input).await;
    assert_eq!(
        places(&answer),
        [
            "EVIDENCE_REQUIRED evidenceNote",
            "REQUIRED opinions.0.opinion",
            "DUPLICATE opinions.1.clause",
            "NOT_APPLICABLE opinions.1.raises",
        ]
    );
    let mut stale = on(invitation, agrees());
    stale["expectedVersion"] = 9.into();
    let answer = try_at(&world, &world.raiser, now(), "respondToOpinionRound", stale).await;
    assert_eq!(places(&answer), ["CONFLICT expectedVersion"]);
}

async fn a_response_is_seen_by_whom_it_concerns(place: Place) {
    let world = Loop::new(&place).await;
    let round = opened(&world).await;
    let invitation = &round["invitations"]["nodes"][0];
    done(&world, &world.raiser, "respondToOpinionRound", on(invitation, agrees())).await;
    for (who, count) in [
        (&Principal::Anonymous, 0),
        (&world.addressee, 0),
        (&world.neither, 0),
        (&world.raiser, 1),
        (&world.operator, 1),
    ] {
        assert_eq!(responses(&world, who, &round).await.len(), count);
    }
}
