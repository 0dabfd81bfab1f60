//! Institutions with their names, register numbers and activities (Popolo organization).

use entity::activity::ActivityKind;
use entity::common::Sector;
use entity::institution::InstitutionKind;
use entity::institution_identifier::IdentifierScheme;
use entity::institution_name::NameKind;

use serde_json::{Value, json};

use super::api_client::permission;
use crate::domain::access::{self, Object};
use crate::error::{Error, denied_message};
use crate::read::Reader;
use crate::read::model::{Args, Column, Guard, Scalar, Shape, Source, Type};
use crate::read::sql::Sql;
use crate::read::statistic::{Statistics, Unit};

/// The types declared here.
pub fn types() -> Vec<Type> {
    vec![institution(), institution_name(), institution_identifier(), activity()]
}

/// The shapes declared here.
pub const SHAPES: &[Shape] = &[Shape {
    name: "InstitutionActions",
    description: "기관 작업. What the caller may do with an institution.",
    fields: &[
        ("amend", "Permission!", "변경. Change what is on record of it."),
        ("merge", "Permission!", "통합. Merge it into another."),
    ],
}];

/// Its key as text, which a computed field can read.
fn key(_: &Reader<'_>, sql: &mut Sql, alias: &str, _: &Args, _: &Args) -> Result<(), Error> {
    sql.key_as_text(alias, "id");
    Ok(())
}

fn viewer_can(reader: &Reader<'_>, values: &[Value], _: &Args) -> Result<Value, Error> {
    let own = values.first().and_then(Value::as_str).and_then(|key| key.parse().ok());
    let may = |object, owner| {
        permission(access::may_write(reader.principal, object, owner).err().map(denied_message))
    };
    Ok(json!({ "amend": may(Object::Profile, own), "merge": may(Object::Content, None) }))
}

fn institution() -> Type {
    use entity::institution::Column as C;
    let own = vec![Column { source: Source::Expression(key), scalar: Scalar::Text }];
    Type::fact::<entity::institution::Entity>("Institution", *b"IN", Guard::Public, "기관. Ministry, agency, association, university, institute or company; one row however many sources name it.")
        .owned(&[C::Id])
        .column("code", C::Code, "기관 코드. Stable abbreviation, e.g. `TIPA`, `KOSME`.")
        .localized("name", C::NameKo, C::NameEn, "기관명. Current official name.")
        .choice("kind", C::Kind, InstitutionKind::CHOICE, "기관 유형. Kind of institution.")
        .choice("sector", C::Sector, Sector::CHOICE, "산·학·연·관. Side it belongs to.")
        .one("region", C::RegionId, "Region", "소재지. Region of its seat.")
        .one("parent", C::ParentId, "Institution", "상위 기관. Institution it belongs to.")
        .partial_date("foundedOn", C::Founded, "설립·출범. Founded or opened, as precisely as the source says.")
        .column("website", C::Website, "누리집. Website.")
        .localized("summary", C::SummaryKo, C::SummaryEn, "설명. What it is, in our words.")
        .many("names", entity::institution_name::Column::InstitutionId, "InstitutionName", &["kind", "name_ko"], "다른 명칭. Former names, abbreviations and aliases.")
        .many("identifiers", entity::institution_identifier::Column::InstitutionId, "InstitutionIdentifier", &["scheme", "value"], "식별번호. Numbers in public registers.")
        .many("units", entity::institution::Column::ParentId, "Institution", &["code"], "하위 기관·부서. Institutions and departments that belong to it.")
        .many("memberships", entity::membership::Column::InstitutionId, "Membership", &["position"], "소속 인물. Persons and their posts.")
        .many("staff", entity::membership::Column::DepartmentId, "Membership", &["position"], "부서원. Posts in it, where it is a department; `isHead` marks its head.")
        .many("considerations", entity::consideration::Column::InstitutionId, "Consideration", &["position"], "논의 이력. Laws in the making, plans and tasks that it dealt with or presented.")
        .many("presentations", entity::agenda_presenter::Column::InstitutionId, "AgendaPresenter", &["position"], "발표 안건. Agenda items that it presented.")
        .many("appointments", entity::appointment::Column::InstitutionId, "Appointment", &["position"], "협의체 참여. Seats it holds in bodies.")
        .many("attendances", entity::attendance::Column::InstitutionId, "Attendance", &["position"], "회의 참석. Meetings it took part in.")
        .many("statements", entity::statement::Column::InstitutionId, "Statement", &["position"], "발언. Statements made by or for it.")
        .many("activities", entity::activity::Column::InstitutionId, "Activity", &["position"], "활동. Awards, services and efforts.")
        .many("barriers", entity::barrier::Column::InstitutionId, "Barrier", &["position"], "제기한 애로. Barriers it raised.")
        .many("hostedBodies", entity::body::Column::HostId, "Body", &["code"], "주관 협의체. Bodies it hosts.")
        .many("hostedMeetings", entity::meeting::Column::HostId, "Meeting", &["-held_on"], "주최 회의. Meetings it hosted.")
        .many("documents", entity::document::Column::PublisherId, "Document", &["-published_on"], "발간 자료. Documents it published.")
        .many("observations", entity::observation::Column::InstitutionId, "Observation", &["code"], "관련 수치. Published figures about it.")
        .many("addressedRecommendations", entity::recommendation::Column::AddresseeId, "Recommendation", &["code"], "받은 건의. Recommendations addressed to it.")
        .many("raisedRecommendations", entity::recommendation::Column::InstitutionId, "Recommendation", &["code"], "제기한 건의. Recommendations it raised.")
        .many("ownedTasks", entity::policy_task::Column::OwnerId, "PolicyTask", &["code"], "담당 과제. Policy tasks it owns.")
        .many("obligations", entity::obligation::Column::InstitutionId, "Obligation", &["starts_on"], "제출 의무. What it must report.")
        .many("submissions", entity::submission::Column::InstitutionId, "Submission", &["-quarter"], "제출. Quarterly results it handed in or is expected to; what the caller may see of them.")
        .computed("viewerCan", "InstitutionActions!", own, viewer_can, "가능한 작업. What the caller may do with it now, and if not, why.")
        .many("contactPoints", entity::contact_point::Column::InstitutionId, "ContactPoint", &["position"], "연락처. Contact points: those of public service desks for everybody, all others as personal data.")
        .sorted(&["code"])
        .orderable("CODE", "code")
        .orderable("NAME", "name_ko")
        .searchable()
        .list("institutions")
        .exported("institutions", &["id", "code", "name.ko", "name.en", "kind", "sector", "region.code", "region.name.ko", "parent.code", "foundedOn", "website", "summary.ko", "origin", "version", "updatedAt"])
        .lookup("institution", "code")
        .merged("merged_institution")
        .statistics(
            Statistics::of("institutionStatistics", "기관 통계. Institutions by kind, side and region.")
                .by("KIND", "kind", "기관 유형. Kind of institution.")
                .by("SECTOR", "sector", "산·학·연·관. Side it belongs to.")
                .by_region("REGION", "region", "소재지. Region of its seat.")
                .by("PARENT", "parent", "상위 기관. Institution it belongs to.")
                .by_period("FOUNDED_YEAR", "foundedOn", Unit::Year, "설립 연도. Year founded.")
                .distinct_regions("regions", "region", "지역 수. Different regions, as reported or as they are now (`regionBasis`)."),
        )
        .unfiltered(&["summary", "website"])
}

fn institution_name() -> Type {
    use entity::institution_name::Column as C;
    Type::fact::<entity::institution_name::Entity>(
        "InstitutionName",
        *b"NM",
        Guard::Via { fk: "institution_id", parent: "Institution" },
        "기관의 다른 명칭. Another name of an institution and when it was in use.",
    )
    .owned(&[C::InstitutionId])
    .one("institution", C::InstitutionId, "Institution", "기관. Institution it names.")
    .localized("name", C::NameKo, C::NameEn, "명칭. The name.")
    .choice("kind", C::Kind, NameKind::CHOICE, "구분. Kind of name.")
    .partial_date("startsOn", C::ValidFrom, "사용 시작. First use.")
    .partial_date("endsOn", C::ValidTo, "사용 종료. Last use.")
    .sorted(&["kind", "name_ko"])
    .alias()
}

fn institution_identifier() -> Type {
    use entity::institution_identifier::Column as C;
    Type::fact::<entity::institution_identifier::Entity>(
        "InstitutionIdentifier",
        *b"II",
        Guard::Via { fk: "institution_id", parent: "Institution" },
        "기관 식별번호. Number of an institution in a public register.",
    )
    .owned(&[C::InstitutionId])
    .one("institution", C::InstitutionId, "Institution", "기관. Institution it identifies.")
    .choice("scheme", C::Scheme, IdentifierScheme::CHOICE, "체계. Register.")
    .column("value", C::Value, "값. The number, digits only.")
    .sorted(&["scheme", "value"])
}

fn activity() -> Type {
    use entity::activity::Column as C;
    Type::fact::<entity::activity::Entity>(
        "Activity",
        *b"AC",
        Guard::Public,
        "기관 활동. Something an institution did or offers: award, service, effort for its sector.",
    )
    .owned(&[C::InstitutionId])
    .one("institution", C::InstitutionId, "Institution", "기관. Institution.")
    .column("position", C::Position, "순서. Order within the institution.")
    .choice("kind", C::Kind, ActivityKind::CHOICE, "종류. Kind of activity.")
    .localized("title", C::TitleKo, C::TitleEn, "제목. Short title.")
    .localized("summary", C::SummaryKo, C::SummaryEn, "내용. Content in our words.")
    .one("topic", C::TopicId, "Topic", "주제. Topic.")
    .localized("partner", C::PartnerKo, C::PartnerEn, "협력 상대. Whom it is done with, as named.")
    .partial_date("startsOn", C::StartsOn, "시작. Start or date.")
    .partial_date("endsOn", C::EndsOn, "종료. End.")
    .sorted(&["position"])
    .orderable("POSITION", "position")
    .searchable_by(&["institution"])
    .list("activities")
    .unfiltered(&["summary", "partner"])
}
