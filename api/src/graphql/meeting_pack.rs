//! What a meeting is prepared with 회의 준비 자료: one read of what its secretariat lays before it.

use crate::error::Error;
use crate::read::Reader;
use crate::read::catalog::{Root, RootKind};
use crate::read::model::{Arg, Args, Guard, Source, Through, Type};
use crate::read::scope;
use crate::read::sql::Sql;

/// The types declared here.
pub fn types() -> Vec<Type> {
    use entity::meeting::Column as C;
    let tied = |table, target| Through { table, parent: "meeting_id", target };
    let mut ty = Type::rows::<entity::meeting::Entity>(
        "MeetingPack",
        *b"MP",
        Guard::Public,
        "회의 준비 자료. What a meeting is prepared with, as it is now.",
    )
    .owned(&[C::HostId])
    .one_by("meeting", Source::Column("id"), "Meeting", "Meeting", "회의. The meeting, with its agenda.")
    .one_by(
        "previous",
        Source::Expression(previous),
        "Meeting",
        "Meeting",
        "직전 회의. Last meeting of its series that was held before it; of its body, if it counts for no series.",
    )
    .through(
        "submissions",
        tied("meeting_pack_submission", "submission_id"),
        "Submission",
        &["quarter"],
        "실적. Results of the quarters of `coversPeriod`, by institution and programme.",
    )
    .through(
        "bills",
        tied("meeting_pack_bill", "bill_id"),
        "Bill",
        &["number"],
        "법률안. Bills that are pending or on its agenda, with stage and days in it.",
    )
    .through(
        "openedRecommendations",
        tied("meeting_pack_opened", "recommendation_id"),
        "Recommendation",
        &["code"],
        "신규 건의. Raised at the previous meeting or since, in this body or outside any meeting.",
    )
    .through(
        "answeredRecommendations",
        tied("meeting_pack_answered", "recommendation_id"),
        "Recommendation",
        &["code"],
        "환류 조치결과. Answered since the previous meeting, whenever they were raised.",
    )
    .through(
        "openRecommendations",
        tied("meeting_pack_open", "recommendation_id"),
        "Recommendation",
        &["code"],
        "미결 과제. Neither delivered nor closed.",
    )
    .through(
        "adoptionCases",
        tied("meeting_pack_case", "adoption_case_id"),
        "AdoptionCase",
        &["code"],
        "발표 사례. Cases on its agenda.",
    );
    // It is the meeting in another light, not another object.
    ty.is_node = false;
    ty.fields.retain(|field| field.name != "id");
    vec![ty]
}

/// The root fields declared here.
pub fn roots() -> Vec<Root> {
    vec![Root {
        name: "meetingPack",
        description: "회의 준비 자료. What a meeting is prepared with: results of the period that it covers, bills, recommendations opened, answered and open, and cases. NOT_FOUND if there is no such meeting.".into(),
        ty: "MeetingPack".into(),
        args: vec![Arg::new("meeting", "String!", "회의 키. Code of the meeting.")],
        kind: RootKind::Lookup { target: "MeetingPack", column: "code", arg: "meeting" },
    }]
}

/// The last meeting before it that the caller may see.
fn previous(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    _: &Args,
    _: &Args,
) -> Result<(), Error> {
    let meeting = reader.catalog.declared("Meeting")?;
    let inner = sql.alias();
    sql.push("(SELECT ").column(&inner, "id").push(" FROM meeting ").push(&inner);
    sql.push(" WHERE ").column(&inner, "status").push(" = 'HELD' AND ");
    sql.column(&inner, "held_on").push(" < ").column(alias, "held_on").push(" AND (");
    sql.column(&inner, "series_id").push(" = ").column(alias, "series_id").push(" OR (");
    sql.column(alias, "series_id").push(" IS NULL AND ").column(&inner, "body_id");
    sql.push(" = ").column(alias, "body_id").push(")) AND ");
    scope::guard(reader, sql, meeting, &inner, None);
    sql.push(" ORDER BY ").column(&inner, "held_on").push(" DESC, ").column(&inner, "id");
    sql.push(" DESC LIMIT 1)");
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_pack_is_no_object_of_its_own() {
        let ty = &super::types()[0];
        assert!(!ty.is_node && ty.fields.iter().all(|field| field.name != "id"));
    }
}
