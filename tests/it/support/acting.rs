//! Mutations called and told, for tests of what is written by hand.

use aiplus::domain::principal::Principal;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use super::TestApp;
use super::results::keyed;

/// The whole answer to a mutation, with its payload under one name.
pub async fn tried(
    app: &TestApp,
    who: &Principal,
    mutation: &str,
    selection: &str,
    mut input: Value,
) -> Value {
    keyed(&mut input);
    let ty = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    let document = format!(
        "mutation($input: {ty}!) {{ payload: {mutation}(input: $input) {{ {selection} errors {{ code path message }} }} }}"
    );
    app.ask(who, &document, json!({ "input": input })).await
}

/// The payload of a mutation, which may hold user errors.
pub async fn acted(
    app: &TestApp,
    who: &Principal,
    mutation: &str,
    selection: &str,
    input: Value,
) -> Value {
    let answer = tried(app, who, mutation, selection, input.clone()).await;
    assert!(answer.get("errors").is_none(), "{mutation} {input:#}\n{answer:#}");
    answer["data"]["payload"].clone()
}

/// The payload of a mutation that does what it was asked.
pub async fn done(
    app: &TestApp,
    who: &Principal,
    mutation: &str,
    selection: &str,
    input: Value,
) -> Value {
    let payload = acted(app, who, mutation, selection, input.clone()).await;
    assert_eq!(payload["errors"], json!([]), "{mutation} {input:#}\n{payload:#}");
    payload
}

/// What came of a mutation, in one word: empty if it was done, else the code of its first error.
pub fn outcome(answer: &Value) -> String {
    let code = [
        &answer["errors"][0]["extensions"]["code"],
        &answer["data"]["payload"]["errors"][0]["code"],
    ];
    let code = code.into_iter().find_map(Value::as_str);
    code.unwrap_or_default().to_owned()
}

/// Code and path of each error of a payload.
pub fn told(payload: &Value) -> Vec<(String, String)> {
    let errors = payload["errors"].as_array().unwrap_or_else(|| panic!("{payload:#}"));
    errors
        .iter()
        .map(|error| {
            let path = error["path"].as_array().unwrap().iter().map(|step| step.as_str().unwrap());
            (error["code"].as_str().unwrap().to_owned(), path.collect::<Vec<_>>().join("."))
        })
        .collect()
}

/// The same as it is expected.
pub fn expected(errors: &[(&str, &str)]) -> Vec<(String, String)> {
    errors.iter().map(|(code, path)| ((*code).to_owned(), (*path).to_owned())).collect()
}

/// A number that a statement gives.
pub async fn number(app: &TestApp, sql: &str) -> i64 {
    let statement = Statement::from_string(app.db.get_database_backend(), sql.to_owned());
    let row = app.db.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// What has been written so far: changes, and audit events of what was done.
pub async fn written(app: &TestApp) -> [i64; 2] {
    [
        number(app, "SELECT count(*) FROM change").await,
        number(app, "SELECT count(*) FROM audit_event WHERE outcome = 'DONE'").await,
    ]
}
