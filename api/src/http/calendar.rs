//! Calendars (RFC 5545) to subscribe to: `GET /calendar/bodies/{code}.ics` with a body's meetings,
//! `/calendar/institutions/{code}.ics` with what an institution takes part in and has to do, as far as the caller sees it, and
//! `/calendar/mine.ics` with the same for the institution of who signs in: with a token, or as calendar programs do, with the
//! client's id and secret by HTTP Basic.
//!
//! What stands in them is asked by a query as any caller could; each row is one event, under its own id. To add a kind: a
//! list in [`INSTITUTION`] and its events in [`duties`].

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header::{self, HeaderMap};
use axum::http::request::Parts;
use axum::http::{Method, Response as HttpResponse};
use axum::response::Response;
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc};
use icalendar::{Calendar, Component, Event, EventLike, EventStatus};
use serde_json::{Map, Value};

use super::Shared;
use super::caller::Caller;
use super::export::{only_data, prepare, sign_in};
use super::export_address::{parameters, speak, unknown};
use super::files::{self, Fault};
use super::graphql::answer_in_time;
use super::oauth;
use crate::domain::access::{self, Object};
use crate::domain::principal::Principal;
use crate::error::{Error, Language};

/// Rows of each list: the newest, or those that were changed last.
const ROWS: usize = 200;

const BODY: &str = "query($code: String!, $rows: Int!) {
  of: body(code: $code) { name { ko en } }
  meetings(where: { body: { code: { eq: $code } } }, orderBy: [{ field: HELD_ON, direction: DESC }], first: $rows) { nodes { ...M } }
}";

const INSTITUTION: &str = "query($code: String!, $rows: Int!, $results: Boolean!) {
  of: institution(code: $code) { name { ko en } }
  meetings(where: { or: [
    { host: { code: { eq: $code } } },
    { body: { appointments: { some: { institution: { code: { eq: $code } } } } } },
    { attendance: { some: { institution: { code: { eq: $code } } } } }
  ] }, orderBy: [{ field: HELD_ON, direction: DESC }], first: $rows) { nodes { ...M } }
  submissions(where: { institution: { code: { eq: $code } }, waitsFor: PARTNER }, orderBy: [{ field: DUE_ON, direction: DESC }], first: $rows) @include(if: $results) {
    nodes { id version updatedAt quarter dueOn returnDueOn programme { name { ko en } } } }
  recommendations(where: { addressee: { code: { eq: $code } }, status: { in: [RAISED, FORWARDED] }, dueOn: { isNull: false } }, orderBy: [{ field: UPDATED_AT, direction: DESC }], first: $rows) {
    nodes { id version updatedAt code dueOn title { ko en } } }
  opinionRounds(where: { status: { eq: OPEN }, invitations: { some: { institution: { code: { eq: $code } }, respondedOn: { isNull: true } } } }, orderBy: [{ field: UPDATED_AT, direction: DESC }], first: $rows) {
    nodes { id version updatedAt closesOn title { ko en } } }
  policyTasks(where: { owner: { code: { eq: $code } }, status: { ne: COMPLETED }, dueOn: { isNull: false } }, orderBy: [{ field: UPDATED_AT, direction: DESC }], first: $rows) {
    nodes { id version updatedAt dueOn title { ko en } } }
  appointments(where: { institution: { code: { eq: $code } }, endsOn: { isNull: false } }, orderBy: [{ field: UPDATED_AT, direction: DESC }], first: $rows) {
    nodes { id version updatedAt endsOn body { name { ko en } } person { name { ko en } } } }
}";

const MEETING: &str = "fragment M on Meeting {
  id version updatedAt code status heldOn startsAt endsAt title { ko en } note { ko en }
  venues(first: 5) { nodes { name { ko en } room { ko en } } }
}";

/// `GET /calendar/{path}`.
pub async fn endpoint(
    State(shared): State<Shared>,
    Path(path): Path<String>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let mut caller = Caller::of(&shared, &parts);
    let is_basic = is_basic(&parts.headers);
    if is_basic || path == "mine.ics" && !parts.headers.contains_key(header::AUTHORIZATION) {
        // Without credentials it tells how they are shown.
        match oauth::by_secret(&shared, &caller, &parts.headers).await {
            Ok(principal) => caller.principal = principal,
            Err(response) => return response,
        }
    }
    let sent = shared.app.pulse().during(send(&shared, &mut caller, &parts, (&path, is_basic)));
    let sent = sent.await;
    files::finish(&caller, sent)
}

fn is_basic(headers: &HeaderMap) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    given.is_some_and(|value| {
        value.split(' ').next().is_some_and(|scheme| scheme.eq_ignore_ascii_case("basic"))
    })
}

async fn send(
    shared: &Shared,
    caller: &mut Caller,
    parts: &Parts,
    (path, is_basic): (&str, bool),
) -> Result<Response, Fault> {
    if is_basic {
        files::only(parts, &[Method::GET, Method::HEAD], "GET, HEAD")?;
        caller.may_ask(shared)?;
    } else {
        sign_in(shared, caller, parts).await?;
    }
    let mut language = None;
    for (name, text) in parameters(parts)? {
        match name.as_str() {
            "lang" => speak(&mut language, text)?,
            _ => return Err(unknown(&name, ["lang"].into_iter()).into()),
        }
    }
    let is_korean = match language.as_deref() {
        None => caller.language == Language::Korean,
        Some(language) => language == "ko",
    };
    let path = path.strip_suffix(".ics").ok_or(Error::NotFound)?;
    let (document, code) = match (path.split_once('/'), caller.principal.client()) {
        (Some(("bodies", code)), _) => (BODY, code.to_owned()),
        (Some(("institutions", code)), _) => (INSTITUTION, code.to_owned()),
        (None, Some(client)) if path == "mine" => (INSTITUTION, client.institution.code.clone()),
        _ => return Err(Error::NotFound.into()),
    };
    let mut args = Map::new();
    args.insert("code".to_owned(), code.into());
    args.insert("rows".to_owned(), ROWS.into());
    if document == INSTITUTION {
        let sees = access::may_ask(&caller.principal, Object::Result).is_ok();
        args.insert("results".to_owned(), sees.into());
    }
    let asked = (format!("{document}\n{MEETING}"), args, ROWS);
    let prepared = prepare(shared, caller, parts, asked).await?;
    let (data, _) = only_data(answer_in_time(shared, caller, &prepared).await?)?;
    let words = Words { is_korean };
    let name = words.of(&data["of"]["name"]);
    let name = name.ok_or(Error::NotFound)?;
    let public_url = shared.settings.public_url();
    let mut calendar = Calendar::empty();
    calendar
        .append_property(("VERSION", "2.0"))
        .append_property(("PRODID", concat!("-//aiplus//", env!("CARGO_PKG_VERSION"), "//KO")))
        .append_property(("CALSCALE", "GREGORIAN"))
        .append_property(("METHOD", "PUBLISH"))
        // How often to look again.
        .append_property(("REFRESH-INTERVAL;VALUE=DURATION", "PT1H"))
        .append_property(("X-PUBLISHED-TTL", "PT1H"))
        .name(&name);
    for node in nodes(&data, "meetings") {
        calendar.push(meeting(node, &words, &public_url)?);
    }
    duties(&data, &words, &public_url, &mut calendar)?;
    let text = calendar.to_string();
    let body = if parts.method == Method::HEAD { Body::empty() } else { Body::from(text) };
    let cache =
        if caller.principal == Principal::Anonymous { "public, max-age=300" } else { "private" };
    Ok(HttpResponse::builder()
        .header(header::CONTENT_TYPE, "text/calendar; charset=utf-8")
        .header(header::CACHE_CONTROL, cache)
        .header(header::VARY, "Authorization, Accept-Language")
        .body(body)
        .map_err(Error::internal)?)
}

fn nodes<'a>(data: &'a Value, list: &str) -> impl Iterator<Item = &'a Value> {
    data[list]["nodes"].as_array().into_iter().flatten()
}

/// In which language texts are told.
struct Words {
    is_korean: bool,
}

impl Words {
    /// A text, in the other language where it is not there in this one.
    fn of(&self, text: &Value) -> Option<String> {
        let order = if self.is_korean { ["ko", "en"] } else { ["en", "ko"] };
        order.iter().find_map(|key| text[key].as_str()).map(str::to_owned)
    }

    fn pick(&self, ko: &str, en: &str) -> String {
        (if self.is_korean { ko } else { en }).to_owned()
    }
}

/// First day, and the day after the last, of a date known to the day or month. What is known to the year has no place in a
/// calendar.
fn days(date: &str) -> Option<(NaiveDate, NaiveDate)> {
    if let Ok(day) = date.parse::<NaiveDate>() {
        return Some((day, day.checked_add_days(Days::new(1))?));
    }
    let first: NaiveDate = format!("{date}-01").parse().ok()?;
    Some((first, first.checked_add_months(Months::new(1))?))
}

fn instant(value: &Value) -> Option<DateTime<Utc>> {
    value.as_str()?.parse().ok()
}

/// An event of a row: what programs know it again by, and by what they see that it has changed.
fn event(node: &Value, title: &str) -> Result<Event, Error> {
    let missing = || Error::internal("a row without an id or an instant");
    let id = node["id"].as_str().ok_or_else(missing)?;
    let changed = instant(&node["updatedAt"]).ok_or_else(missing)?;
    let mut event = Event::new();
    event.uid(&format!("{id}@aiplus")).summary(title).timestamp(changed).last_modified(changed);
    let version = node["version"].as_u64().and_then(|version| u32::try_from(version).ok());
    event.sequence(version.unwrap_or_default());
    Ok(event)
}

fn meeting(node: &Value, words: &Words, public_url: &str) -> Result<Event, Error> {
    let title = words.of(&node["title"]).unwrap_or_default();
    let (mark, status) = match node["status"].as_str() {
        Some("CANCELLED") => (words.pick("[취소] ", "[Cancelled] "), EventStatus::Cancelled),
        // Its new day is not known yet.
        Some("POSTPONED") => (words.pick("[연기] ", "[Postponed] "), EventStatus::Cancelled),
        _ => (String::new(), EventStatus::Confirmed),
    };
    let mut event = event(node, &format!("{mark}{title}"))?;
    let held_on = node["heldOn"].as_str().unwrap_or_default();
    let is_day = held_on.parse::<NaiveDate>().is_ok();
    match (instant(&node["startsAt"]), instant(&node["endsAt"]), days(held_on)) {
        (Some(start), end, _) => {
            event.starts(start);
            if let Some(end) = end.filter(|end| *end > start) {
                event.ends(end);
            }
        }
        (None, _, Some((from, to))) => {
            event.starts(from).ends(to);
        }
        // Known to the year: the first day stands for it.
        (None, _, None) => {
            let year = held_on.get(..4).and_then(|year| year.parse().ok());
            let first = year.and_then(|year| NaiveDate::from_ymd_opt(year, 1, 1));
            event.all_day(first.ok_or_else(|| Error::internal("a meeting without a date"))?);
        }
    }
    let is_open = is_day || node["startsAt"].is_string();
    event.status(if is_open || status == EventStatus::Cancelled {
        status
    } else {
        EventStatus::Tentative
    });
    if !is_open {
        event.add_property("TRANSP", "TRANSPARENT");
    }
    let places: Vec<String> = nodes(node, "venues")
        .filter_map(|venue| {
            let parts = [words.of(&venue["name"]), words.of(&venue["room"])];
            let place = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
            (!place.is_empty()).then_some(place)
        })
        .collect();
    if !places.is_empty() {
        event.location(&places.join(" / "));
    }
    if let Some(note) = words.of(&node["note"]) {
        event.description(&note);
    }
    if let Some(code) = node["code"].as_str() {
        event.url(&format!("{public_url}/meetings/{code}"));
    }
    Ok(event)
}

/// What has to be done by a day.
fn due(
    node: &Value,
    (title, field): (String, &str),
    page: Option<String>,
) -> Result<Option<Event>, Error> {
    let Some((from, to)) = node[field].as_str().and_then(days) else { return Ok(None) };
    // Due in a month is due at its end.
    let last = to.pred_opt().filter(|last| last.month() == from.month()).unwrap_or(from);
    let mut event = event(node, &title)?;
    event.all_day(last).add_property("TRANSP", "TRANSPARENT");
    if let Some(page) = page {
        event.url(&page);
    }
    Ok(Some(event))
}

fn duties(
    data: &Value,
    words: &Words,
    public_url: &str,
    calendar: &mut Calendar,
) -> Result<(), Error> {
    let title = |node: &Value| words.of(&node["title"]).unwrap_or_default();
    for node in nodes(data, "submissions") {
        let field = if node["returnDueOn"].is_string() { "returnDueOn" } else { "dueOn" };
        let programme = words.of(&node["programme"]["name"]).unwrap_or_default();
        let what = words.pick("실적 제출 기한", "Results due");
        let quarter = node["quarter"].as_str().unwrap_or_default();
        let told = format!("{what}: {programme} {quarter}");
        calendar.extend(due(node, (told, field), Some(format!("{public_url}/submit")))?);
    }
    for node in nodes(data, "recommendations") {
        let told = format!("{}: {}", words.pick("건의 회신 기한", "Answer due"), title(node));
        let page = node["code"].as_str().map(|code| format!("{public_url}/recommendations/{code}"));
        calendar.extend(due(node, (told, "dueOn"), page)?);
    }
    for node in nodes(data, "opinionRounds") {
        let told = format!("{}: {}", words.pick("의견 제출 마감", "Opinions due"), title(node));
        calendar.extend(due(node, (told, "closesOn"), None)?);
    }
    for node in nodes(data, "policyTasks") {
        let told = format!("{}: {}", words.pick("과제 기한", "Task due"), title(node));
        calendar.extend(due(node, (told, "dueOn"), None)?);
    }
    for node in nodes(data, "appointments") {
        let body = words.of(&node["body"]["name"]).unwrap_or_default();
        let person = words.of(&node["person"]["name"]).unwrap_or_default();
        let told = format!("{}: {body} {person}", words.pick("위촉 만료", "Term ends"));
        calendar.extend(due(node, (told.trim_end().to_owned(), "endsOn"), None)?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_date_is_the_days_that_it_may_be() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        for (date, from, to) in [
            ("2026-02-28", "2026-02-28", "2026-03-01"),
            ("2028-02", "2028-02-01", "2028-03-01"),
            ("2026-12", "2026-12-01", "2027-01-01"),
        ] {
            assert_eq!(days(date), Some((day(from), day(to))), "{date}");
        }
        for date in ["2026", "", "2026-13", "later"] {
            assert_eq!(days(date), None, "{date}");
        }
        let row = json!({ "id": "A", "updatedAt": "2026-01-01T00:00:00Z", "dueOn": "2026-02" });
        let event = due(&row, ("t".to_owned(), "dueOn"), None).unwrap().unwrap();
        assert_eq!(event.property_value("DTSTART"), Some("20260228"));
    }
}
