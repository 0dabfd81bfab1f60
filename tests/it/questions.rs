//! Questions about the sources, each answered by one query.

use aiplus::domain::principal::Principal;
use serde::Deserialize;
use serde_json::Value;

use crate::support::Place;
use crate::tests;

tests![each_question_is_answered_by_one_query];

#[derive(Deserialize)]
struct Questions {
    question: Vec<Question>,
}

#[derive(Deserialize)]
struct Question {
    id: u32,
    ask: String,
    query: String,
    expect: Vec<String>,
    /// Code of the errors that belong to the answer.
    refused: Option<String>,
}

async fn each_question_is_answered_by_one_query(place: Place) {
    let app = place.app().await;
    let questions: Questions = toml::from_str(include_str!("../questions.toml")).unwrap();
    assert!(questions.question.len() >= 140);
    let mut open = Vec::new();
    for question in &questions.question {
        assert!(!question.expect.is_empty(), "question {} expects nothing", question.id);
        let text = app.text(&Principal::Anonymous, &question.query, Value::Null).await;
        let answer: Value = serde_json::from_str(&text).unwrap();
        let missing: Vec<&String> =
            question.expect.iter().filter(|fact| !text.contains(fact.as_str())).collect();
        let mut codes = answer["errors"].as_array().into_iter().flatten();
        let is_other = |error: &Value| {
            question.refused != error["extensions"]["code"].as_str().map(str::to_owned)
        };
        if codes.any(is_other) || !missing.is_empty() {
            open.push(format!(
                "{}. {}\n   missing {missing:?} {}",
                question.id, question.ask, answer["errors"]
            ));
        }
    }
    assert!(open.is_empty(), "{} questions are not answered:\n{}", open.len(), open.join("\n"));
}
