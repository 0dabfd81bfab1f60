//! What was said in a meeting.

use chrono::DateTime;
use entity::common::Visibility;
use entity::{agenda_item, institution, meeting, person, statement, statement_topic, topic};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{
    Columns, ORIGIN, Turn, begin, each, items_of, no_item, one, touch, turn_in, visibility,
};
use crate::domain::meeting::Verb;
use crate::error::Error;
use crate::input;
use crate::input::InputErrors;
use crate::input::types::{Id, List, Localized, OneLine, Prose, texts};
use crate::read::Act;
use crate::service::sight::{Codes, codes};
use crate::service::write::Write;

input! {
    /// 발언. What somebody said, in our words.
    object Statement {
        /// 발언자 키. Speaking person.
        person: Option<String>,
        /// 소속 기관 코드. Affiliation at that time, or the institution speaking.
        institution: Option<String>,
        /// 발언 집단. Speaking group, where nobody is named.
        group: Option<Localized<OneLine>>,
        /// 직위. Post title at that time.
        post: Option<Localized<OneLine>>,
        /// 요지. What was said.
        summary: Localized<Prose>,
        /// 안건. Agenda item that it belongs to.
        agenda_item: Option<Id<agenda_item::Entity>>,
        /// 주제 코드. Topics.
        topics: List<String, 0, 20> = "[]",
        /// 공개 여부. Whether everybody may see it.
        is_public: bool = "true",
    }
}

input! {
    /// 발언 기록. A statement made in a meeting, from its day on.
    mutation RecordStatement on meeting::Entity {
        /// 발언. What was said.
        statement: Statement,
    }
}

/// What came of a statement.
#[derive(Debug)]
pub struct Recorded {
    /// The meeting.
    pub meeting: Uuid,
    /// The statement.
    pub statement: Uuid,
}

/// Statements with the places where they stand.
pub(super) type Said<'a> = Vec<(String, &'a Statement)>;

/// Whom and what statements name.
pub(super) struct Names {
    persons: Codes,
    institutions: Codes,
    topics: Codes,
}

impl Names {
    /// Looks up all that statements name, and tells what is wrong with them; `items` are those of the meeting.
    pub(super) async fn read(
        write: &Write<'_>,
        act: &Act<'_>,
        items: &[Uuid],
        said: &Said<'_>,
        faults: &mut InputErrors,
    ) -> Result<Self, Error> {
        let (mut persons, mut institutions, mut topics) = (Vec::new(), Vec::new(), Vec::new());
        for (place, given) in said {
            persons.extend(one(&format!("{place}.person"), given.person.as_ref()));
            institutions.extend(one(&format!("{place}.institution"), given.institution.as_ref()));
            topics.extend(each(&format!("{place}.topics"), &given.topics));
            if given.person.is_none() && given.institution.is_none() && given.group.is_none() {
                faults.add(
                    &format!("{place}.person"),
                    "REQUIRED",
                    "발언자나 기관, 집단 가운데 하나는 있어야 합니다.",
                    "Name the person, institution or group that spoke.",
                );
            }
            if given.person.is_some() && given.group.is_some() {
                faults.add(
                    &format!("{place}.group"),
                    "NOT_BOTH",
                    "발언자와 집단을 함께 적을 수 없습니다.",
                    "A person is no group.",
                );
            }
            if given.agenda_item.is_some_and(|item| !items.contains(&item.0)) {
                faults.0.push(no_item(&format!("{place}.agendaItem")));
            }
        }
        Ok(Self {
            persons: codes::<person::Entity>(write, act, persons, faults).await?,
            institutions: codes::<institution::Entity>(write, act, institutions, faults).await?,
            topics: codes::<topic::Entity>(write, act, topics, faults).await?,
        })
    }

    /// Adds them to those of the meeting; the first under the key that is given.
    pub(super) async fn write(
        &self,
        write: &mut Write<'_>,
        held: &meeting::Model,
        said: Said<'_>,
        mut id: Option<Uuid>,
    ) -> Result<Vec<statement::Model>, Error> {
        let known: Vec<(i32, String)> = statement::Entity::find()
            .select_only()
            .columns([statement::Column::Position, statement::Column::Code])
            .filter(statement::Column::MeetingId.eq(held.id))
            .order_by_asc(statement::Column::Position)
            .into_tuple()
            .all(write.reads())
            .await?;
        let mut last = known.last().map_or(0, |(position, _)| *position);
        let mut written = Vec::with_capacity(said.len());
        for (_, given) in said {
            last += 1;
            let given = given.clone();
            let (speaker_group_ko, speaker_group_en) = texts(given.group);
            let (post_ko, post_en) = texts(given.post);
            let (summary_ko, summary_en) = given.summary.texts();
            let id = id.take().unwrap_or_else(Uuid::now_v7);
            let model = statement::Model {
                id,
                // The key's own end makes it one that no other statement has, whatever was taken out.
                code: format!(
                    "{}_S{last}_{}",
                    held.code,
                    &id.simple().to_string()[28..].to_uppercase()
                ),
                meeting_id: Some(held.id),
                agenda_item_id: given.agenda_item.map(|item| item.0),
                position: last,
                person_id: self.persons.maybe(given.person.as_ref()),
                institution_id: self.institutions.maybe(given.institution.as_ref()),
                speaker_group_ko,
                speaker_group_en,
                post_ko,
                post_en,
                summary_ko,
                summary_en,
                made_on: Some(held.held_on.clone()),
                // One of a hidden meeting would tell of it.
                visibility: visibility(given.is_public && held.visibility == Visibility::Public),
                origin: ORIGIN,
                version: 1,
                created_at: DateTime::UNIX_EPOCH,
                updated_at: DateTime::UNIX_EPOCH,
            };
            write.add_with::<statement::Entity>("create", id, model.clone()).await?;
            written.push(model);
            let topics: Vec<Uuid> =
                given.topics.iter().filter_map(|code| self.topics.get(code)).collect();
            write.link_all::<statement_topic::Entity>(id, &topics).await?;
        }
        Ok(written)
    }
}

/// Records a statement.
///
/// # Errors
/// Forbidden; not found; conflict; user errors; internal.
pub async fn record(act: &Act<'_>, input: RecordStatement) -> Result<Recorded, Error> {
    let RecordStatement { call, statement: given } = input;
    let mut write = begin(act, &call).await?;
    let (id, verb) = (Uuid::now_v7(), Verb::RecordStatement);
    let held = match turn_in::<statement::Entity>(&write, act, &call, verb, id).await? {
        Turn::First(held, _) => held,
        Turn::Again(id) => return Ok(Recorded { meeting: call.id, statement: id }),
    };
    let mut faults = InputErrors::default();
    let said = vec![("statement".to_owned(), &given)];
    let items = items_of(&write, held.id).await?;
    let items: Vec<Uuid> = items.iter().map(|item| item.id).collect();
    let names = Names::read(&write, act, &items, &said, &mut faults).await?;
    faults.settle()?;
    touch(&mut write, &held, Columns::default()).await?;
    names.write(&mut write, &held, said, Some(id)).await?;
    write.commit().await?;
    Ok(Recorded { meeting: held.id, statement: id })
}
