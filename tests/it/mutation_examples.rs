//! The examples of docs/mutations.md, played from top to bottom by the callers and on the days that they name.

use std::collections::{BTreeMap, BTreeSet};

use aiplus::domain::principal::{Author, Principal};
use aiplus::graphql::request::Request;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use crate::support::results::at;
use crate::support::{Place, TestApp, now, uploads};
use crate::tests;

tests![mutations_are_shown_and_run];

/// Who has called what so far.
struct Play {
    app: TestApp,
    today: DateTime<Utc>,
    callers: BTreeMap<String, Principal>,
    answers: BTreeMap<String, Value>,
}

impl Play {
    /// The answer's data, at the time of the play.
    async fn ask(&self, who: &Principal, query: &str, variables: Map<String, Value>) -> Value {
        let author = Author { principal: who, request_id: "test", address: None, now: self.today };
        let has_file = query.contains(": Upload!");
        let uploads = uploads(has_file.then(|| json!({ "file": "0" })).as_ref()).await;
        let request = Request { query: query.to_owned(), variables, uploads, ..Request::default() };
        let answer: Value =
            serde_json::from_str(&self.app.text_as(author, &request).await).unwrap();
        assert!(answer.get("errors").is_none(), "{query}\n{answer:#}");
        answer["data"].clone()
    }

    /// The caller of a line `# by TIPA with content:write on 2026-11-23`, which may set the day.
    async fn caller(&mut self, line: &str) -> Principal {
        let by = line.strip_prefix("# by ").unwrap_or_else(|| panic!("{line} names no caller"));
        let (by, day) = by.split_once(" on ").map_or((by, None), |(by, day)| (by, Some(day)));
        if let Some(day) = day {
            let day = at(&format!("{day}T10:00:00+09:00"));
            assert!(day >= self.today, "{line}: time goes back");
            self.today = day;
        }
        if !self.callers.contains_key(by) {
            let (institution, scope) = by.split_once(" with ").unwrap();
            let scopes = format!("program:read {scope}");
            let caller = self.app.principal(institution, &scopes).await;
            self.callers.insert(by.to_owned(), caller);
        }
        self.callers[by].clone()
    }

    /// Variables of a line `# $id, $version: planMeeting.meeting`, or `…: { meeting(code: "A") { id version } }`.
    async fn variables(&self, who: &Principal, line: &str) -> Vec<(String, Value)> {
        let (names, from) = line.strip_prefix("# ").unwrap().split_once(": ").unwrap();
        let found = match from.starts_with('{') {
            true => self.ask(who, from, Map::new()).await,
            false => {
                let (mutation, path) = from.split_once('.').unwrap();
                let answer = self.answers.get(mutation);
                let answer = answer.unwrap_or_else(|| panic!("{line}: no call above"));
                answer.pointer(&format!("/{}", path.replace('.', "/"))).unwrap().clone()
            }
        };
        let value = |name: &str| (name.to_owned(), named(&found, name).clone());
        names.split(", ").map(|name| value(name.strip_prefix('$').unwrap())).collect()
    }
}

/// The field of a name in the one object of an answer, the first of a list; or the one value that there is.
fn named<'a>(found: &'a Value, name: &str) -> &'a Value {
    match found {
        Value::Object(fields) if fields.get(name).is_some_and(|field| !field.is_object()) => {
            &fields[name]
        }
        Value::Object(fields) if fields.len() == 1 => named(fields.values().next().unwrap(), name),
        Value::Array(rows) => named(rows.first().unwrap_or_else(|| panic!("no {name}")), name),
        Value::Object(_) | Value::Null => panic!("no {name} in {found}"),
        leaf => leaf,
    }
}

/// Each mutation of the schema with its Korean term.
async fn terms(app: &TestApp) -> BTreeMap<String, String> {
    let schema = app.data("{ __schema { mutationType { fields { name description } } } }").await;
    let fields = schema["__schema"]["mutationType"]["fields"].as_array().unwrap();
    let term = |field: &Value| {
        let text = |key: &str| field[key].as_str().unwrap().to_owned();
        (text("name"), text("description").split_once(". ").unwrap().0.to_owned())
    };
    fields.iter().map(term).collect()
}

async fn mutations_are_shown_and_run(place: Place) {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/mutations.md");
    let page = std::fs::read_to_string(page).unwrap();
    let app = place.localised_app().await;
    let terms = terms(&app).await;
    let mut play = Play { app, today: now(), callers: BTreeMap::new(), answers: BTreeMap::new() };
    let (mut shown, mut ran) = (BTreeSet::new(), 0);
    // Chapters stand behind the head, which shows no call.
    for chapter in page.split("\n## ").skip(1).filter(|chapter| chapter.contains("\n### ")) {
        let mut entries = chapter.split("\n### ");
        let heading = entries.next().unwrap();
        let is_korean =
            heading.lines().next().unwrap().contains(|char| ('가'..='힣').contains(&char));
        assert!(is_korean, "{heading} has a Korean word");
        for entry in entries {
            let (heading, text) = entry.split_once('\n').unwrap();
            let (mutation, term) = heading.split_once(' ').unwrap();
            assert_eq!(terms.get(mutation).map(String::as_str), Some(term), "{heading}");
            assert!(shown.insert(mutation), "{mutation} has two headings");
            assert!(text.contains(&format!(" {mutation}(input: {{")), "{mutation} has no example");
            for block in text.split("```graphql\n").skip(1) {
                let document = block.split("```").next().unwrap();
                let lines: Vec<&str> =
                    document.lines().take_while(|line| line.starts_with("# ")).collect();
                let who = play.caller(lines[0]).await;
                let mut variables = Map::new();
                for line in &lines[1..] {
                    variables.extend(play.variables(&who, line).await);
                }
                if document.contains("$file: Upload!") {
                    variables.insert("file".to_owned(), "0".into());
                }
                let data = play.ask(&who, document, variables).await;
                for (called, payload) in data.as_object().unwrap() {
                    assert_eq!(payload["errors"], json!([]), "{document}\n{data:#}");
                    play.answers.insert(called.clone(), payload.clone());
                }
                ran += 1;
            }
        }
    }
    let missing: Vec<&String> = terms.keys().filter(|name| !shown.contains(&***name)).collect();
    assert!(missing.is_empty(), "docs/mutations.md does not show {missing:?}");
    assert_eq!(ran, page.matches("```graphql").count(), "examples ran and shown");
}
