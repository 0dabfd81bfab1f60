//! 통계 공표. Releases of figures of quarterly results, and their cells: `service::statistics` cuts them.

use entity::institution::InstitutionKind;
use entity::statistics_cell::{CellState, StatisticsTable, WithheldReason};
use serde_json::Value;

use super::mutation::{ERRORS, Fields, Mutation, row};
use crate::domain::access::{Needs, Object};
use crate::error::Error;
use crate::mutation;
use crate::read::Reader;
use crate::read::model::{Args, Guard, Type};
use crate::service::indicator::{self, SetIndicatorPublication};
use crate::service::statistics::{self, PublishStatistics};

const INDICATOR: Fields = &[
    ("indicator", "Indicator", "지표. The indicator's revision; null if nothing was done."),
    ERRORS,
];
const RELEASE: Fields = &[
    ("statisticsRelease", "StatisticsRelease", "통계 공표. The release; null if nothing was done."),
    ERRORS,
];

/// The types declared here.
pub fn types() -> Vec<Type> {
    vec![release(), cell()]
}

fn release() -> Type {
    use entity::statistics_release::Column as C;
    Type::fact::<entity::statistics_release::Entity>(
        "StatisticsRelease",
        *b"SL",
        Guard::Public,
        "통계 공표. Figures of quarterly results as they were published on a day, for everybody; a release never changes. What would tell too much of an institution is withheld, in this release and beside all earlier ones.",
    )
    .column("code", C::Code, "공표 코드. The day of its publication, `2026-11-26`.")
    .column("publishedOn", C::PublishedOn, "공표일. Day of its publication in Asia/Seoul; at most one a day.")
    .column("knownAt", C::KnownAt, "기준 시각. Instant as of which results were accepted.")
    .quarter("firstQuarter", C::FirstQuarter, "첫 분기. First quarter in it.")
    .quarter("lastQuarter", C::LastQuarter, "끝 분기. Last quarter in it; all of them are final.")
    .column("cellCount", C::CellCount, "셀 수. Cells in it.")
    .column("withheldCount", C::WithheldCount, "비공개 셀 수. Of these, withheld.")
    .column("contentHash", C::ContentHash, "내용 해시. SHA-256 over its cells; the audit log has it too.")
    .localized("note", C::NoteKo, C::NoteEn, "설명. What its readers should know.")
    .many("cells", entity::statistics_cell::Column::ReleaseId, "StatisticsCell", &["position"], "공표 자료 셀. Cells of its tables, by quarter (newest first), indicator and table.")
    .sorted(&["-published_on"])
    .orderable("PUBLISHED_ON", "published_on")
    .list("statisticsReleases")
    .lookup("statisticsRelease", "code")
    .unfiltered(&["note", "contentHash"])
}

fn cell() -> Type {
    use entity::statistics_cell::Column as C;
    let ty = Type::rows::<entity::statistics_cell::Entity>(
        "StatisticsCell",
        *b"SX",
        Guard::Via { fk: "release_id", parent: "StatisticsRelease" },
        "공표 자료 셀. A figure of a release, or why there is none: zero, not reported and withheld are told apart by `state`.",
    );
    let number = vec![ty.input(C::Value)];
    ty.one("release", C::ReleaseId, "StatisticsRelease", "통계 공표. Release.")
        .one("indicator", C::IndicatorId, "Indicator", "지표. Revision of the indicator in force in the quarter.")
        .quarter("quarter", C::Quarter, "분기. Quarter.")
        .choice("table", C::StatisticsTable, StatisticsTable::CHOICE, "통계표. Table that it is in.")
        .one("region", C::RegionId, "Region", "지역. Region, in the table by region.")
        .choice("institutionKind", C::InstitutionKind, InstitutionKind::CHOICE, "기관 유형. Kind of the reporting institutions, in the table by kind.")
        .choice("state", C::State, CellState::CHOICE, "셀 구분. What the cell says.")
        .choice("reason", C::Reason, WithheldReason::CHOICE, "비공개 사유. Why it is withheld; null if it is not.")
        .column("value", C::Value, "값. Exact figure as text, in the indicator's unit and brought together as it says; null unless `state` is SHOWN.")
        .computed("number", "Float", number, number_of, "수치. The figure as a number, for charts; not exact beyond 2^53.")
        .column("institutions", C::Institutions, "기관 수. Institutions that the figure is of: its base; null if it is withheld.")
        .column("position", C::Position, "순서. Place in the release.")
        .sorted(&["position"])
        .orderable("POSITION", "position")
        .list("statisticsCells")
        .exported("published", &["id", "release.code", "release.origin", "indicator.programme.code", "indicator.code", "indicator.revision", "indicator.name.ko", "indicator.unit", "quarter", "table", "region.code", "region.name.ko", "institutionKind", "state", "reason", "value", "number", "institutions"])
        .unfiltered(&["value", "position"])
}

fn number_of(_: &Reader<'_>, values: &[Value], _: &Args) -> Result<Value, Error> {
    let text = values.first().and_then(Value::as_str);
    Ok(text.and_then(|text| text.parse::<f64>().ok()).into())
}

/// The mutations declared here.
pub fn mutations() -> Vec<Mutation> {
    vec![
        mutation!(
            SetIndicatorPublication,
            Needs::Lead,
            INDICATOR,
            "지표 공표 결정. Decides whether an indicator's figures are in the releases to come.",
            |act, input| row(
                "indicator",
                indicator::set_publication(act.db, act.author, input).await
            )
        ),
        mutation!(
            PublishStatistics,
            Needs::Write(Object::Programme),
            RELEASE,
            "통계 공표. Publishes the figures of final quarters as a release, at most once a day.",
            |act, input| row(
                "statisticsRelease",
                statistics::publish(act.db, act.author, input).await
            )
        ),
    ]
}
