//! Examples that people copy: those of GraphiQL and of the README, run as they are written.

use aiplus::domain::principal::Principal;
use serde_json::{Value, json};

use crate::support::Place;
use crate::tests;

tests![graphiql_examples_run, readme_queries_run];

async fn graphiql_examples_run(place: Place) {
    let app = place.app().await;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../api/web/examples");
    let mut examples: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "graphql"))
        .collect();
    examples.sort();
    assert_eq!(examples.len(), 11);
    let writer = app.principal("KOSME", "program:read content:write").await;
    for example in examples {
        let query = std::fs::read_to_string(&example).unwrap();
        assert!(query.starts_with('#'), "{} says what it shows", example.display());
        let variables = std::fs::read_to_string(example.with_extension("variables.json"))
            .map_or(Value::Null, |text| serde_json::from_str(&text).unwrap());
        let who = if query.contains("\nmutation ") { &writer } else { &Principal::Anonymous };
        // A subscription goes on without an end: the check of GraphiQL in a browser runs it.
        if query.contains("\nsubscription ") {
            continue;
        }
        let answer = app.ask(who, &query, variables).await;
        assert!(answer.get("errors").is_none(), "{}: {answer:#}", example.display());
        if *who == writer {
            assert_eq!(answer["data"]["raiseRecommendation"]["errors"], json!([]), "{answer:#}");
        }
        let text = answer["data"].to_string();
        assert!(text.len() > 300, "{} shows little: {text}", example.display());
    }
}

async fn readme_queries_run(place: Place) {
    let app = place.app().await;
    let readme = concat!(
        include_str!("../../README.md"),
        include_str!("../../docs/asking.md"),
        include_str!("../../docs/reporting.md"),
    );
    let mut ran = 0;
    for block in readme.split("```graphql\n").skip(1) {
        let query = block.split("```").next().unwrap();
        let is_signed = query.starts_with("# with a token\n");
        let who = if is_signed { Principal::System } else { Principal::Anonymous };
        let answer = app.ask(&who, query, Value::Null).await;
        assert!(answer.get("errors").is_none(), "{query}\n{answer:#}");
        // An answer printed below its query is the answer.
        let rest = block.split_once("```").unwrap().1.trim_start();
        if let Some(printed) = rest.strip_prefix("```json\n") {
            let printed: Value =
                serde_json::from_str(printed.split("```").next().unwrap()).unwrap();
            assert_eq!(answer, printed, "{query}");
        }
        ran += 1;
    }
    assert!(ran >= 2, "the README shows {ran} queries");
}
