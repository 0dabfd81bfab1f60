//! Who is invited to a meeting, and who came.

use std::collections::HashSet;

use chrono::DateTime;
use entity::attendance::{self, AttendanceRole, AttendanceStatus, AttendanceVisibility};
use entity::common::Sector;
use entity::{institution, meeting, person};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{Columns, ORIGIN, Turn, one, touch, turn};
use crate::domain::meeting::Verb;
use crate::error::Error;
use crate::input;
use crate::input::InputErrors;
use crate::input::types::{List, Localized, OneLine, Within, texts};
use crate::read::Act;
use crate::service::sight::{Codes, codes};
use crate::service::write::Write;

input! {
    /// 참석자. A person, an institution, or a group whose names are unknown.
    object Participant {
        /// 인물 키. Person.
        person: Option<String>,
        /// 기관 코드. Institution, or that of the person.
        institution: Option<String>,
        /// 대표 기관 코드. Institution represented.
        on_behalf_of: Option<String>,
        /// 집단. Group, where no person and no institution is named.
        group: Option<Localized<OneLine>>,
        /// 인원. Heads; not of a person.
        head_count: Option<Within<1, 100_000>>,
        /// 직위. Post title.
        post: Option<Localized<OneLine>>,
        /// 구분. Part in the meeting; PARTICIPANT if it is not known.
        role: Option<AttendanceRole>,
        /// 산·학·연·관. Side represented.
        sector: Option<Sector>,
        /// 공개 범위. Who may see it; if it is not known, COUNTS_ONLY for persons and PUBLIC for all others.
        visibility: Option<AttendanceVisibility>,
    }
}

input! {
    /// 참석. Whether a participant came. What an invitation told already stays where it is left out.
    object Attended {
        /// 참석자. Participant, invited or not.
        participant: Participant,
        /// 참석 여부. Whether they came.
        has_attended: bool = "true",
    }
}

input! {
    /// 초청. Participants to be invited to a meeting.
    mutation InviteParticipants on meeting::Entity {
        /// 참석자. 1 to 200.
        participants: List<Participant, 1, 200>,
    }
}

input! {
    /// 참석 기록. Who came to a meeting and who did not, from its day on.
    mutation RecordAttendance on meeting::Entity {
        /// 참석. 1 to 500.
        attendance: List<Attended, 1, 500>,
    }
}

/// Who somebody is in a meeting: a person whatever it speaks for, an institution, a group.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Who {
    Person(Uuid),
    Institution(Uuid, Option<Uuid>),
    Group(Option<Uuid>, String),
}

fn who_is(
    person: Option<Uuid>,
    institution: Option<Uuid>,
    behalf: Option<Uuid>,
    group: Option<&str>,
) -> Option<Who> {
    match (person, group, institution) {
        (Some(person), ..) => Some(Who::Person(person)),
        (None, Some(group), of) => Some(Who::Group(of, group.to_owned())),
        (None, None, Some(institution)) => Some(Who::Institution(institution, behalf)),
        (None, None, None) => None,
    }
}

/// The rows of a meeting, and whom an input names.
pub(super) struct Roll {
    known: Vec<attendance::Model>,
    persons: Codes,
    institutions: Codes,
}

/// Participants with the places where they stand, and whether they came.
pub(super) type Listed<'a> = Vec<(String, &'a Participant, AttendanceStatus)>;

impl Roll {
    /// Looks up all that participants name, and tells what is wrong with them.
    pub(super) async fn read(
        write: &Write<'_>,
        act: &Act<'_>,
        held: &meeting::Model,
        listed: &Listed<'_>,
        faults: &mut InputErrors,
    ) -> Result<Self, Error> {
        let (mut persons, mut institutions) = (Vec::new(), Vec::new());
        for (place, given, _) in listed {
            persons.extend(one(&format!("{place}.person"), given.person.as_ref()));
            institutions.extend(one(&format!("{place}.institution"), given.institution.as_ref()));
            institutions.extend(one(&format!("{place}.onBehalfOf"), given.on_behalf_of.as_ref()));
        }
        let persons = codes::<person::Entity>(write, act, persons, faults).await?;
        let institutions = codes::<institution::Entity>(write, act, institutions, faults).await?;
        let known = attendance::Entity::find()
            .filter(attendance::Column::MeetingId.eq(held.id))
            .order_by_asc(attendance::Column::Position)
            .all(write.reads())
            .await?;
        let roll = Self { known, persons, institutions };
        roll.check(listed, faults);
        Ok(roll)
    }

    fn who(&self, given: &Participant) -> Option<Who> {
        who_is(
            self.persons.maybe(given.person.as_ref()),
            self.institutions.maybe(given.institution.as_ref()),
            self.institutions.maybe(given.on_behalf_of.as_ref()),
            given.group.as_ref().map(|group| &*group.ko),
        )
    }

    fn find(&self, who: &Who) -> Option<&attendance::Model> {
        self.known.iter().find(|row| {
            let group = row.group_label_ko.as_deref();
            who_is(row.person_id, row.institution_id, row.on_behalf_of_id, group).as_ref()
                == Some(who)
        })
    }

    fn check(&self, listed: &Listed<'_>, faults: &mut InputErrors) {
        let mut seen = HashSet::new();
        for (place, given, status) in listed {
            let is_named = given.person.is_some() || given.institution.is_some();
            match (&given.person, &given.group) {
                (None, None) if !is_named => faults.add(
                    &format!("{place}.person"),
                    "REQUIRED",
                    "인물, 기관, 집단 가운데 하나는 있어야 합니다.",
                    "Name a person, an institution or a group.",
                ),
                (Some(_), Some(_)) => faults.add(
                    &format!("{place}.group"),
                    "NOT_BOTH",
                    "인물과 집단을 함께 적을 수 없습니다.",
                    "A person is no group.",
                ),
                _ => {}
            }
            if given.person.is_some() && given.head_count.is_some_and(|count| count.0 != 1) {
                faults.add(
                    &format!("{place}.headCount"),
                    "NOT_BOTH",
                    "인물 한 명의 인원은 적지 않습니다.",
                    "A person is one head.",
                );
            }
            let Some(who) = self.who(given) else { continue };
            let is_known = self.find(&who).is_some();
            if !seen.insert(who) {
                faults.add(
                    place,
                    "TWICE",
                    "같은 참석자가 목록에 두 번 있습니다.",
                    "The participant stands in the list twice.",
                );
            } else if is_known && *status == AttendanceStatus::Invited {
                faults.add(
                    place,
                    "TAKEN",
                    "이미 이 회의의 참석자입니다.",
                    "The participant is on the meeting's list already.",
                );
            }
        }
    }

    /// Writes them: those on the list already as they are now, the others at its end.
    pub(super) async fn write(
        &self,
        write: &mut Write<'_>,
        held: &meeting::Model,
        listed: Listed<'_>,
    ) -> Result<(), Error> {
        let mut last = self.known.last().map_or(0, |row| row.position);
        for (_, given, status) in listed {
            let known = self.who(given).and_then(|who| self.find(&who));
            let given = given.clone();
            if let Some(known) = known {
                self.update(write, known, given, status).await?;
                continue;
            }
            last += 1;
            let by_kind = if given.person.is_some() {
                AttendanceVisibility::CountsOnly
            } else {
                AttendanceVisibility::Public
            };
            let (group_label_ko, group_label_en) = texts(given.group);
            let (post_ko, post_en) = texts(given.post);
            let model = attendance::Model {
                id: Uuid::nil(),
                meeting_id: held.id,
                position: last,
                person_id: self.persons.maybe(given.person.as_ref()),
                institution_id: self.institutions.maybe(given.institution.as_ref()),
                on_behalf_of_id: self.institutions.maybe(given.on_behalf_of.as_ref()),
                group_label_ko,
                group_label_en,
                head_count: given.head_count.map(|count| count.0),
                post_ko,
                post_en,
                role: given.role.unwrap_or(AttendanceRole::Participant),
                status,
                sector: given.sector,
                visibility: given.visibility.unwrap_or(by_kind),
                origin: ORIGIN,
                version: 1,
                created_at: DateTime::UNIX_EPOCH,
                updated_at: DateTime::UNIX_EPOCH,
            };
            write.add::<attendance::Entity>("create", model).await?;
        }
        Ok(())
    }

    async fn update(
        &self,
        write: &mut Write<'_>,
        known: &attendance::Model,
        given: Participant,
        status: AttendanceStatus,
    ) -> Result<(), Error> {
        let mut columns = Columns::default();
        columns.set("status", status)?;
        if let Some(id) = self.institutions.maybe(given.institution.as_ref()) {
            columns.set("institution_id", id)?;
        }
        if let Some(id) = self.institutions.maybe(given.on_behalf_of.as_ref()) {
            columns.set("on_behalf_of_id", id)?;
        }
        if let Some(count) = given.head_count {
            columns.set("head_count", count.0)?;
        }
        if given.post.is_some() {
            columns.texts("post", texts(given.post))?;
        }
        if let Some(role) = given.role {
            columns.set("role", role)?;
        }
        if let Some(sector) = given.sector {
            columns.set("sector", sector)?;
        }
        if let Some(visibility) = given.visibility {
            columns.set("visibility", visibility)?;
        }
        columns.update::<attendance::Entity>(write, known).await
    }
}

/// Participants that are invited.
fn invited(participants: &[Participant]) -> Listed<'_> {
    let at = |(at, given)| (format!("participants.{at}"), given, AttendanceStatus::Invited);
    participants.iter().enumerate().map(at).collect()
}

/// Participants that came or did not.
pub(super) fn attended(attendance: &[Attended]) -> Listed<'_> {
    let at = |(at, given): (usize, &'_ Attended)| {
        let came = given.has_attended;
        let status = if came { AttendanceStatus::Attended } else { AttendanceStatus::Absent };
        (format!("attendance.{at}.participant"), status)
    };
    let listed = attendance.iter().enumerate();
    listed
        .map(|(index, given)| {
            let (place, status) = at((index, given));
            (place, &given.participant, status)
        })
        .collect()
}

/// Invites participants.
///
/// # Errors
/// Forbidden; not found; conflict; user errors; internal.
pub async fn invite(act: &Act<'_>, input: InviteParticipants) -> Result<Uuid, Error> {
    let (write, turn) = turn(act, &input.call, Verb::Invite).await?;
    list(write, act, turn, invited(&input.participants)).await
}

/// Records who came.
///
/// # Errors
/// As [`invite`].
pub async fn record(act: &Act<'_>, input: RecordAttendance) -> Result<Uuid, Error> {
    let (write, turn) = turn(act, &input.call, Verb::RecordAttendance).await?;
    list(write, act, turn, attended(&input.attendance)).await
}

async fn list(
    mut write: Write<'_>,
    act: &Act<'_>,
    turn: Turn,
    listed: Listed<'_>,
) -> Result<Uuid, Error> {
    let held = match turn {
        Turn::First(held, _) => held,
        Turn::Again(id) => return Ok(id),
    };
    let mut faults = InputErrors::default();
    let roll = Roll::read(&write, act, &held, &listed, &mut faults).await?;
    faults.settle()?;
    touch(&mut write, &held, Columns::default()).await?;
    roll.write(&mut write, &held, listed).await?;
    write.commit().await?;
    Ok(held.id)
}
