//! The change feed as it is asked for: its cursors and ids tell nothing of what the caller does not see.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::subscription::{code, write};
use crate::support::{Place, TestApp};
use crate::tests;

tests![places_tell_nothing_of_what_is_hidden];

const EDGES: &str = "edges { cursor node { id subject { ... on Topic { code } } } } \
                     pageInfo { startCursor endCursor }";

async fn changes(app: &TestApp, arguments: &str) -> Value {
    app.data(&format!("{{ changes({arguments}) {{ {EDGES} }} }}")).await["changes"].clone()
}

fn codes(page: &Value) -> Vec<String> {
    let edges = page["edges"].as_array().unwrap().iter();
    edges.map(|edge| edge["node"]["subject"]["code"].as_str().unwrap_or("-").to_owned()).collect()
}

fn bytes(text: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text.as_str().unwrap()).unwrap()
}

async fn places_tell_nothing_of_what_is_hidden(place: Place) {
    let app = place.app().await;
    let version = "{ feedbackStatistics { dataVersion } }";
    write(&app, 0..1, "PUBLIC").await;
    let before = app.data(version).await;
    write(&app, 1..41, "INTERNAL").await;
    assert_eq!(app.data(version).await, before, "it counts what is hidden");
    write(&app, 41..43, "PUBLIC").await;
    assert_ne!(app.data(version).await, before);

    let page = changes(&app, "last: 3").await;
    assert_eq!(codes(&page), [code(0), code(41), code(42)]);
    // Of numbers that follow one another, nine digits in ten would be alike.
    let alike =
        |one: Vec<u8>, other: Vec<u8>| one.iter().zip(&other).filter(|(a, b)| a == b).count();
    for (one, other) in [(0, 1), (1, 2), (0, 2)] {
        let [one, other] = [one, other].map(|at| &page["edges"][at]);
        let [a, b] = [one, other].map(|edge| bytes(&edge["node"]["id"]));
        assert!(alike(a[2..].to_vec(), b[2..].to_vec()) < 6, "{one} {other}");
        let [a, b] = [one, other].map(|edge| {
            let cursor: Value = serde_json::from_slice(&bytes(&edge["cursor"])).unwrap();
            assert_eq!(cursor.as_array().unwrap().len(), 2, "{cursor}");
            cursor[1].as_str().unwrap().parse::<Uuid>().unwrap().as_bytes().to_vec()
        });
        assert!(alike(a, b) < 6, "{one} {other}");
    }

    // They lead on all the same, both ways, on another server as well, and an id names its change.
    let another = app.another().await;
    let cursor = |at: usize| page["edges"][at]["cursor"].clone();
    for app in [&app, &another] {
        for (arguments, expected) in [
            (format!("after: {}", cursor(0)), vec![code(41), code(42)]),
            (format!("after: {}, before: {}", cursor(0), cursor(2)), vec![code(41)]),
            (format!("last: 1, before: {}", cursor(1)), vec![code(0)]),
            (format!("after: {}", page["pageInfo"]["endCursor"]), vec![]),
        ] {
            assert_eq!(codes(&changes(app, &arguments).await), expected, "{arguments}");
        }
        let id = &page["edges"][1]["node"]["id"];
        let named =
            app.data(&format!("{{ node(id: {id}) {{ id ... on Change {{ type }} }} }}")).await;
        assert_eq!(named["node"], json!({ "id": id, "type": "Topic" }));
    }
    let empty = changes(&app, &format!("after: {}", cursor(2))).await;
    assert_eq!(empty["pageInfo"]["endCursor"], cursor(2));
    let start = changes(&app, "first: 0").await["pageInfo"]["endCursor"].clone();
    let first = changes(&app, &format!("first: 1, after: {start}")).await;
    assert_eq!(first["edges"], changes(&app, "first: 1").await["edges"]);

    // Numbers and keys that are guessed, as cursors and ids once were, are refused, in a subscription too.
    let seal: Value = serde_json::from_slice(&bytes(&cursor(0))).unwrap();
    let key = Uuid::from_u128(0x8000_8000_0000_0000_0000 | 7);
    for plain in [json!([seal[0], 7, key.simple().to_string()]), json!([seal[0], key])] {
        let plain = URL_SAFE_NO_PAD.encode(plain.to_string());
        for query in [
            format!("{{ changes(after: \"{plain}\") {{ totalCount }} }}"),
            format!("{{ changes(last: 1, before: \"{plain}\") {{ totalCount }} }}"),
        ] {
            assert_eq!(app.refusal(&query).await, "BAD_USER_INPUT", "{query}");
        }
    }
    let id = URL_SAFE_NO_PAD.encode([b"CH", &key.as_bytes()[..]].concat());
    assert_eq!(app.refusal(&format!("{{ node(id: \"{id}\") {{ id }} }}")).await, "BAD_USER_INPUT");
}
