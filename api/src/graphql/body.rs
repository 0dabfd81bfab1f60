//! Bodies, their rosters and their series of meetings (OParl organization).

use entity::appointment::AppointmentRole;
use entity::body::BodyKind;
use entity::common::Sector;
use entity::meeting_series::Cadence;

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::domain::meeting_series::{self, PeriodStatus};
use crate::domain::partial_date;
use crate::error::Error;
use crate::read::Reader;
use crate::read::model::{Arg, Args, Column, Guard, Scalar, Shape, Source, Through, Type};
use crate::read::partial_date::is_past;
use crate::read::scope;
use crate::read::sql::Sql;

/// The types declared here.
pub fn types() -> Vec<Type> {
    vec![body(), appointment(), meeting_series(), missed_meeting()]
}

fn body() -> Type {
    use entity::body::Column as C;
    Type::fact::<entity::body::Entity>(
        "Body",
        *b"BD",
        Guard::Public,
        "협의체. Policy council, advisory group, series of round tables or pool of experts.",
    )
    .owned(&[C::HostId, C::SecretariatId])
    .column("code", C::Code, "협의체 코드. Stable code.")
    .localized("name", C::NameKo, C::NameEn, "명칭. Official name.")
    .choice("kind", C::Kind, BodyKind::CHOICE, "유형. Kind of body.")
    .one("host", C::HostId, "Institution", "주관 기관. Institution that hosts it.")
    .one(
        "secretariat",
        C::SecretariatId,
        "Institution",
        "전담 기관. Institution that runs its affairs.",
    )
    .partial_date("startedOn", C::OperatingSince, "운영 시작. In operation since.")
    .localized("remit", C::RemitKo, C::RemitEn, "목적·기능. What it is for, in our words.")
    .column("seats", C::Seats, "정원. Number of seats, where fixed.")
    .many(
        "series",
        entity::meeting_series::Column::BodyId,
        "MeetingSeries",
        &["code"],
        "회의 계열. Series of meetings and their cadence.",
    )
    .many("meetings", entity::meeting::Column::BodyId, "Meeting", &["-held_on"], "회의. Meetings.")
    .many(
        "appointments",
        entity::appointment::Column::BodyId,
        "Appointment",
        &["position"],
        "구성. Members; `asOf` gives the roster of a day.",
    )
    .narrowed(
        Arg::new(
            "asOf",
            "Date",
            "기준일. Only seats held on this day; a seat without dates counts as held.",
        ),
        held_on,
    )
    .expression(
        "filledSeats",
        Scalar::Int,
        "Int!",
        filled_seats,
        "위촉 인원. Seats filled today, groups counted by their heads.",
    )
    .expression(
        "expiringSeats",
        Scalar::Int,
        "Int!",
        expiring_seats,
        "만료 예정 인원. Seats whose term ends within `days` days.",
    )
    .arg(Arg {
        name: "days",
        ty: "Int!".into(),
        default: Some("90"),
        description: "일수. Days from today.".into(),
    })
    .many(
        "observations",
        entity::observation::Column::BodyId,
        "Observation",
        &["code"],
        "관련 수치. Published figures about it, such as totals over all meetings.",
    )
    .many(
        "considerations",
        entity::consideration::Column::BodyId,
        "Consideration",
        &["position"],
        "논의 이력. Laws in the making, plans and tasks that it dealt with or works on.",
    )
    .through(
        "topics",
        Through { table: "body_topic", parent: "body_id", target: "topic_id" },
        "Topic",
        &["code"],
        "주제. Topics it deals with.",
    )
    .sorted(&["code"])
    .orderable("CODE", "code")
    .searchable_by(&["host", "secretariat"])
    .list("bodies")
    .lookup("body", "code")
    .unfiltered(&["remit"])
}

/// A seat tells of its body and of whoever holds it.
const SEAT: Guard = Guard::Between(&[
    ("body_id", "Body"),
    ("person_id", "Person"),
    ("institution_id", "Institution"),
]);

fn appointment() -> Type {
    use entity::appointment::Column as C;
    Type::fact::<entity::appointment::Entity>("Appointment", *b"AP", SEAT, "위촉·참여. A seat in a body held by a person, an institution or a group known by number only. Seen by who sees all of them.")
        .owned(&[C::InstitutionId])
        .one("body", C::BodyId, "Body", "협의체. Body.")
        .column("position", C::Position, "순서. Order in the roster.")
        .one("person", C::PersonId, "Person", "인물. Person holding the seat.")
        .one("institution", C::InstitutionId, "Institution", "기관. Institution holding the seat.")
        .localized("groupLabel", C::GroupLabelKo, C::GroupLabelEn, "집단. Group where the source gives no names.")
        .column("headCount", C::HeadCount, "인원. Number of seats this row stands for.")
        .party("holder", C::PersonId, C::InstitutionId, "참여 주체. Person or institution holding the seat.")
        .choice("role", C::Role, AppointmentRole::CHOICE, "역할. Role in the body.")
        .choice("sector", C::Sector, Sector::CHOICE, "산·학·연·관. Side represented.")
        .localized("post", C::PostKo, C::PostEn, "직위. Post title at the time.")
        .localized("expertise", C::ExpertiseKo, C::ExpertiseEn, "전문분야. Field of expertise.")
        .partial_date("startsOn", C::StartsOn, "임기 시작. Start of the term.")
        .partial_date("endsOn", C::EndsOn, "임기 종료. End of the term.")
        .column("letterOn", C::LetterOn, "위촉장 수여일. Date of the letter of appointment.")
        .sorted(&["position"])
        .orderable("POSITION", "position")
        .searchable_by(&["body", "person", "institution"])
        .list("appointments")
        .unfiltered(&["expertise"])
}

fn meeting_series() -> Type {
    use entity::meeting_series::Column as C;
    let ty = Type::fact::<entity::meeting_series::Entity>(
        "MeetingSeries",
        *b"MS",
        Guard::Public,
        "회의 계열. A rhythm in which a body meets; knows what was expected and what is on record of it.",
    )
    .one("body", C::BodyId, "Body", "협의체. Body that meets.")
    .column("code", C::Code, "계열 코드. Stable code.")
    .localized("name", C::NameKo, C::NameEn, "명칭. Name.")
    .choice("cadence", C::Cadence, Cadence::CHOICE, "주기. How often it is due.")
    .localized("format", C::FormatKo, C::FormatEn, "방식. Form of the meetings.")
    .partial_date("startsOn", C::StartsOn, "시작. First period in which a meeting is due.")
    .partial_date("endsOn", C::EndsOn, "종료. Last period.")
    .many(
        "meetings",
        entity::meeting::Column::SeriesId,
        "Meeting",
        &["-held_on"],
        "회의. Meetings of the series.",
    )
    .many(
        "missed",
        entity::missed_meeting::Column::SeriesId,
        "MissedMeeting",
        &["period"],
        "미개최 기록. Periods for which it is on record that no meeting was held.",
    )
    .sorted(&["code"])
    .orderable("CODE", "code")
    .searchable_by(&["body"])
    .list("meetingSeriesList")
    .lookup("meetingSeries", "code")
    .unfiltered(&["format"]);
    let inputs = vec![
        Column { source: Source::Column("cadence"), scalar: Scalar::Choice(Cadence::CHOICE) },
        ty.input(C::StartsOn),
        ty.input(C::EndsOn),
        Column { source: Source::Expression(held_dates), scalar: Scalar::Text },
        Column { source: Source::Expression(cancelled_dates), scalar: Scalar::Text },
        Column { source: Source::Expression(missed_periods), scalar: Scalar::Text },
    ];
    ty.computed(
        "record",
        "SeriesRecord!",
        inputs,
        record,
        "개최 실적. What was expected and what is on record of it, period by period.",
    )
    .arg(Arg::new("until", "Date", "기준일. Periods up to this day, as seen on it; today if left out. What lies ahead of today is due."))
}

fn missed_meeting() -> Type {
    use entity::missed_meeting::Column as C;
    Type::fact::<entity::missed_meeting::Entity>(
        "MissedMeeting",
        *b"MM",
        Guard::Via { fk: "series_id", parent: "MeetingSeries" },
        "미개최 기록. A period of a series for which it is on record that no meeting was held.",
    )
    .one("series", C::SeriesId, "MeetingSeries", "회의 계열. Series.")
    .period("period", C::Period, "기간. Period of the series, in its cadence.")
    .localized("reason", C::ReasonKo, C::ReasonEn, "사유. Why none was held, where it is known.")
    .sorted(&["period"])
    .unfiltered(&["reason"])
}

/// Adds what the caller may see of a column of the series' rows in a table, joined by commas.
fn joined(
    reader: &Reader<'_>,
    sql: &mut Sql,
    series: &str,
    (ty, column): (&str, &str),
    status: Option<&str>,
) -> Result<(), Error> {
    let ty = reader.catalog.declared(ty)?;
    let inner = sql.alias();
    let joined = if sql.is_postgres() { "string_agg" } else { "group_concat" };
    sql.push("(SELECT ").push(joined).push("(").column(&inner, column).push(", ',') FROM ");
    sql.push(ty.table).push(" ").push(&inner).push(" WHERE ").column(&inner, "series_id");
    sql.push(" = ").column(series, "id");
    if let Some(status) = status {
        sql.push(" AND ").column(&inner, "status").push(" = ").bind(status);
    }
    sql.push(" AND ");
    scope::guard(reader, sql, ty, &inner, Some("series_id"));
    sql.push(")");
    Ok(())
}

fn held_dates(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    _: &Args,
    _: &Args,
) -> Result<(), Error> {
    joined(reader, sql, alias, ("Meeting", "held_on"), Some("HELD"))
}

fn cancelled_dates(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    _: &Args,
    _: &Args,
) -> Result<(), Error> {
    joined(reader, sql, alias, ("Meeting", "held_on"), Some("CANCELLED"))
}

fn missed_periods(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    _: &Args,
    _: &Args,
) -> Result<(), Error> {
    joined(reader, sql, alias, ("MissedMeeting", "period"), None)
}

fn record(reader: &Reader<'_>, values: &[Value], args: &Args) -> Result<Value, Error> {
    let [cadence, starts_on, ends_on, held, cancelled, missed] = values else {
        return Err(Error::internal("series inputs"));
    };
    let cadence: Cadence = serde_json::from_value(cadence.clone()).map_err(Error::internal)?;
    let until = match args.get("until").and_then(Value::as_str) {
        None => reader.today(),
        Some(text) => text.parse().map_err(|_| Error::not_a_date("until"))?,
    };
    let [held, cancelled, missed] = [held, cancelled, missed].map(|value| -> Vec<&str> {
        value.as_str().map(|text| text.split(',').collect()).unwrap_or_default()
    });
    let on_record = meeting_series::Record { held: &held, cancelled: &cancelled, missed: &missed };
    let periods = match starts_on.as_str() {
        Some(starts_on) => {
            let span = (starts_on, ends_on.as_str());
            meeting_series::periods(cadence, span, until, reader.today(), on_record)
        }
        None => Vec::new(),
    };
    let count = |status| periods.iter().filter(|period| period.status == status).count();
    let shown: Vec<Value> = periods
        .iter()
        .map(|of| {
            json!({
                "period": of.period.label,
                "startsOn": of.period.from.to_string(),
                "endsOn": of.period.to.to_string(),
                "held": of.held,
                "status": of.status.code(),
            })
        })
        .collect();
    Ok(json!({
        "expected": periods.len() - count(PeriodStatus::Due),
        "held": count(PeriodStatus::Held),
        "undated": count(PeriodStatus::Undated),
        "notOnRecord": count(PeriodStatus::NotOnRecord),
        "missed": count(PeriodStatus::Missed),
        "due": count(PeriodStatus::Due),
        "meetingsOnRecord": held.len(),
        "periods": shown,
    }))
}

/// Adds the condition that a seat was held on the day `asOf`.
fn held_on(_: &Reader<'_>, sql: &mut Sql, alias: &str, args: &Args) -> Result<(), Error> {
    let Some(day) = args.get("asOf").and_then(Value::as_str) else {
        sql.push("TRUE");
        return Ok(());
    };
    if day.len() != 10 || !partial_date::is_partial_date(day) {
        return Err(Error::not_a_date("asOf"));
    }
    // No seat is older than its body. A term known to the month holds for the whole month.
    let body = sql.alias();
    let since = |sql: &mut Sql| {
        sql.push("coalesce(").column(alias, "starts_on").push(", (SELECT ");
        sql.column(&body, "operating_since").push(" FROM body ").push(&body).push(" WHERE ");
        sql.column(&body, "id").push(" = ").column(alias, "body_id").push("))");
    };
    sql.push("(");
    since(sql);
    sql.push(" IS NULL OR ");
    since(sql);
    sql.push(" <= substr(").bind(day).push(", 1, length(");
    since(sql);
    sql.push("))) AND (");
    sql.column(alias, "ends_on").push(" IS NULL OR ").column(alias, "ends_on");
    sql.push(" >= substr(").bind(day).push(", 1, length(").column(alias, "ends_on").push(")))");
    Ok(())
}

fn seats(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    ends_before: Option<NaiveDate>,
) -> Result<(), Error> {
    let appointment = reader.catalog.declared("Appointment")?;
    let inner = sql.alias();
    let mut today = Args::new();
    today.insert("asOf".to_owned(), reader.today().to_string().into());
    sql.push("(SELECT coalesce(sum(")
        .column(&inner, "head_count")
        .push("), 0) FROM appointment ")
        .push(&inner);
    sql.push(" WHERE ").column(&inner, "body_id").push(" = ").column(alias, "id").push(" AND ");
    held_on(reader, sql, &inner, &today)?;
    if let Some(day) = ends_before {
        sql.push(" AND ");
        is_past(sql, &inner, "ends_on", day);
    }
    sql.push(" AND ");
    scope::guard(reader, sql, appointment, &inner, Some("body_id"));
    sql.push(")");
    Ok(())
}

fn filled_seats(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    _: &Args,
    _: &Args,
) -> Result<(), Error> {
    seats(reader, sql, alias, None)
}

fn expiring_seats(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    args: &Args,
    _: &Args,
) -> Result<(), Error> {
    let days =
        args.get("days").and_then(Value::as_u64).filter(|days| *days <= 3660).ok_or_else(|| {
            Error::argument(
                "days",
                "`days` 값은 0 이상 3660 이하여야 합니다.",
                "`days` must be between 0 and 3660.",
            )
        })?;
    let after = reader.today() + chrono::Days::new(days + 1);
    seats(reader, sql, alias, Some(after))
}

/// The record of a series.
pub const SHAPES: &[Shape] = &[
    Shape {
        name: "SeriesRecord",
        description: "개최 실적. What a series owed and what was held, as far as it is on record.",
        fields: &[
            (
                "expected",
                "Int!",
                "도래 회차. Periods that are over, held or recorded as missed, each with one meeting expected: the sum of the four counts below.",
            ),
            ("held", "Int!", "개최 회차. Periods in which a meeting was held."),
            (
                "undated",
                "Int!",
                "날짜 미상 회차. Periods that are over and may hold a meeting whose date is not known well enough.",
            ),
            (
                "notOnRecord",
                "Int!",
                "기록 없는 회차. Periods that are over and of which it is not known whether a meeting was held.",
            ),
            (
                "missed",
                "Int!",
                "미개최 회차. Periods for which it is on record that none was held.",
            ),
            ("due", "Int!", "예정 회차. Periods that are not over and without a meeting so far."),
            (
                "meetingsOnRecord",
                "Int!",
                "기록된 회의 수. Held meetings of the series, dated or not.",
            ),
            ("periods", "[SeriesPeriod!]!", "회차 목록. Every period from the start, at most 240."),
        ],
    },
    Shape {
        name: "SeriesPeriod",
        description: "회차. One month, quarter or year of a series.",
        fields: &[
            ("period", "Period!", "기간. `2026-07`, `2026-Q3` or `2026`."),
            ("startsOn", "Date!", "첫날. First day."),
            ("endsOn", "Date!", "마지막 날. Last day."),
            (
                "held",
                "Int!",
                "개최 수. Meetings held in it; one dated to the year alone counts for no month or quarter.",
            ),
            ("status", "SeriesPeriodStatus!", "상태. How it went."),
        ],
    },
];
