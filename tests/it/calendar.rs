//! Calendars: what a body holds, and what an institution takes part in and has to do, as programs subscribe to them.

use axum::Router;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::exports::down;
use crate::support::results::{PROGRAMME, QUARTER, World, good};
use crate::support::{Place, acting};
use crate::tests;
use crate::wire::{Answer, call, get, with};

tests![
    a_body_has_a_calendar,
    an_institution_has_one_of_what_it_must_do,
    who_signs_in_has_its_own,
    what_there_is_not_is_told,
];

/// Events by their properties, unfolded, in the order of the file.
fn events(answer: &Answer) -> Vec<Vec<(String, String)>> {
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    assert!(
        text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"),
        "{text}"
    );
    assert!(text.lines().all(|line| line.len() <= 75), "{text}");
    let text = text.replace("\r\n ", "");
    let mut events = Vec::new();
    for line in text.split("\r\n") {
        match line {
            "BEGIN:VEVENT" => events.push(Vec::new()),
            _ => {
                let Some((name, value)) = line.split_once(':') else { continue };
                if let Some(event) = events.last_mut() {
                    let event: &mut Vec<(String, String)> = event;
                    event.push((name.to_owned(), value.to_owned()));
                }
            }
        }
    }
    events
}

fn value<'a>(event: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let is = |(key, _): &&(String, String)| key == name || key.split(';').next() == Some(name);
    event.iter().find(is).map(|(_, value)| value.as_str())
}

async fn read(routes: &Router, path: &str, token: Option<&str>) -> Vec<Vec<(String, String)>> {
    let answer = down(routes, path, token).await;
    assert_eq!(answer.status, 200, "{path}");
    assert_eq!(answer.header("content-type"), Some("text/calendar; charset=utf-8"));
    events(&answer)
}

async fn a_body_has_a_calendar(place: Place) {
    let app = place.app().await;
    let desk = app.principal("TIPA", "program:read content:write").await;
    let mut input = json!({
        "heldOn": "2027-05-20", "startsAt": "2027-05-20T14:00:00+09:00",
        "endsAt": "2027-05-20T16:00:00+09:00", "title": { "ko": "쉼표, 쌍반점; 역\\사선", "en": "Commas" },
    });
    let fields = "meeting { id version status }";
    let series = app.data("{ meetingSeriesList { nodes { code body { code } } } }").await;
    let series = series["meetingSeriesList"]["nodes"].as_array().unwrap();
    let one = series.iter().find(|it| it["body"]["code"] == "POLICY_COUNCIL").unwrap();
    input["series"] = one["code"].clone();
    let planned = acting::done(&app, &desk, "planMeeting", fields, input).await["meeting"].clone();
    let routes = app.router();
    let path = "/calendar/bodies/POLICY_COUNCIL.ics?lang=ko";
    let all = read(&routes, path, None).await;
    let listed = app.data("{ meetings(where: { body: { code: { eq: \"POLICY_COUNCIL\" } } }, first: 100) { totalCount } }").await;
    assert_eq!(
        all.len(),
        usize::try_from(listed["meetings"]["totalCount"].as_u64().unwrap()).unwrap()
    );
    let uid = format!("{}@aiplus", planned["id"].as_str().unwrap());
    let of = |all: &[Vec<(String, String)>]| {
        all.iter().find(|event| value(event, "UID") == Some(&uid)).unwrap().clone()
    };
    let event = of(&all);
    assert_eq!(value(&event, "SUMMARY"), Some("쉼표\\, 쌍반점\\; 역\\\\사선"));
    assert_eq!(value(&event, "DTSTART"), Some("20270520T050000Z"));
    assert_eq!(value(&event, "DTEND"), Some("20270520T070000Z"));
    assert_eq!(value(&event, "STATUS"), Some("CONFIRMED"));
    assert_eq!(value(&event, "SEQUENCE"), Some("1"));
    let english = read(&routes, "/calendar/bodies/POLICY_COUNCIL.ics?lang=en", None).await;
    assert_eq!(value(&of(&english), "SUMMARY"), Some("Commas"));
    // Called off, it is the same event with a higher number.
    let input = json!({ "id": planned["id"], "expectedVersion": planned["version"], "reason": { "ko": "사정" } });
    acting::done(&app, &desk, "cancelMeeting", fields, input).await;
    let event = of(&read(&routes, path, None).await);
    assert_eq!(value(&event, "STATUS"), Some("CANCELLED"));
    assert!(value(&event, "SUMMARY").unwrap().starts_with("[취소] "));
    assert_eq!(value(&event, "SEQUENCE"), Some("2"));
    assert_eq!(value(&event, "DESCRIPTION"), Some("사정"));
}

async fn an_institution_has_one_of_what_it_must_do(place: Place) {
    let world = World::new(&place).await;
    let routes = world.app.router();
    let client = world.app.client("KIBO", "program:read").await;
    let own = world.app.token(&client).await;
    let stranger = world.app.token(&world.app.client("KOSME", "program:read").await).await;
    let found = world.find("KIBO", PROGRAMME, QUARTER).await.unwrap();
    let uid = format!("{}@aiplus", found["id"].as_str().unwrap());
    let path = "/calendar/institutions/KIBO.ics?lang=ko";
    let mine = read(&routes, path, Some(&own)).await;
    let due = mine.iter().find(|event| value(event, "UID") == Some(&uid)).unwrap();
    let day = found["dueOn"].as_str().unwrap().replace('-', "");
    assert_eq!(value(due, "DTSTART"), Some(&*day));
    assert!(value(due, "SUMMARY").unwrap().starts_with("실적 제출 기한: "));
    // Others see no more of it than of its results.
    for token in [None, Some(&*stranger)] {
        let told = read(&routes, path, token).await;
        assert!(told.iter().all(|event| value(event, "UID") != Some(&uid)));
    }
    // Handed in, it is done.
    world.save("KIBO", good()).await;
    world.submit("KIBO").await;
    let mine = read(&routes, path, Some(&own)).await;
    assert!(mine.iter().all(|event| value(event, "UID") != Some(&uid)));
}

async fn who_signs_in_has_its_own(place: Place) {
    let world = World::new(&place).await;
    let routes = world.app.router();
    let client = world.app.client("KIBO", "program:read").await;
    let path = "/calendar/mine.ics";
    let answer = down(&routes, path, None).await;
    assert_eq!(answer.status, 401);
    assert!(answer.header("www-authenticate").unwrap().starts_with("Basic "));
    let basic = |secret: &str| {
        let pair = STANDARD.encode(format!("{}:{secret}", client.client_id));
        with(get(path), &[("authorization", &format!("Basic {pair}"))])
    };
    let answer = call(&routes, basic("wrong")).await;
    assert_eq!(answer.status, 401);
    let answer = call(&routes, basic(client.secret.as_deref().unwrap())).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), Some("private"));
    let by_secret = events(&answer);
    let token = world.app.token(&client).await;
    assert_eq!(by_secret, read(&routes, path, Some(&token)).await);
    assert_eq!(by_secret, read(&routes, "/calendar/institutions/KIBO.ics", Some(&token)).await);
    assert!(
        by_secret
            .iter()
            .any(|event| value(event, "URL").is_some_and(|url| url.ends_with("/submit")))
    );
}

async fn what_there_is_not_is_told(place: Place) {
    let app = place.app().await;
    let routes = app.router();
    for path in [
        "/calendar/bodies/NONE.ics",
        "/calendar/bodies/POLICY_COUNCIL",
        "/calendar/POLICY_COUNCIL.ics",
        "/calendar/institutions/%F0%9F%98%80.ics",
        "/calendar/bodies/a/b.ics",
    ] {
        let answer = down(&routes, path, None).await;
        assert_eq!(answer.status, 404, "{path}");
    }
    let answer = down(&routes, "/calendar/bodies/POLICY_COUNCIL.ics?since=2020", None).await;
    assert_eq!(answer.status, 400);
    let body: Value = answer.json();
    assert!(body.to_string().contains("since"), "{body}");
}
