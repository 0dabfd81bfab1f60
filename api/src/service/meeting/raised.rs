//! What was raised in a meeting 건의: recommendations that its closing brings into the feedback loop.

use chrono::NaiveDate;
use entity::common::Visibility;
use entity::recommendation::RecommendationSource;
use entity::{agenda_item, institution, meeting, person, topic};
use uuid::Uuid;

use super::{no_item, one, visibility};
use crate::domain::partial_date::first_day;
use crate::error::Error;
use crate::input;
use crate::input::InputErrors;
use crate::input::types::{Id, Localized, OneLine, Prose, Within, texts};
use crate::read::Act;
use crate::service::recommendation::raise::{NewRecommendation, raise_in};
use crate::service::sight::{Codes, codes};
use crate::service::write::{Author, Write};

input! {
    /// 건의. A recommendation raised in the meeting.
    object MeetingRecommendation {
        /// 제목. Short title.
        title: Localized<OneLine>,
        /// 내용. Content.
        summary: Option<Localized<Prose>>,
        /// 발언 순번. Statement of this call that it arose from, counted from 0; its speaker and item are taken where none is told.
        statement: Option<Within<0, 99>>,
        /// 안건. Item that it arose from.
        agenda_item: Option<Id<agenda_item::Entity>>,
        /// 제기 인물 키. Person who raised it.
        person: Option<String>,
        /// 제기 기관 코드. Institution that raised it.
        institution: Option<String>,
        /// 제기 집단. Group that raised it.
        group: Option<Localized<OneLine>>,
        /// 분야 코드. Topic.
        topic: Option<String>,
        /// 소관 기관 코드. Addressee, assigned at once.
        addressee: Option<String>,
        /// 회신 기한. Answer due; of one that is assigned at once.
        due_on: Option<NaiveDate>,
        /// 공개 여부. Whether everybody sees it; not before its meeting and its statement are seen.
        is_public: bool = "false",
    }
}

/// Whom and what recommendations name.
pub(super) struct Names {
    persons: Codes,
    institutions: Codes,
    topics: Codes,
}

impl Names {
    /// Looks up all that recommendations name, and tells what is wrong with them; `items` are those of the meeting, and
    /// so many statements stand in the call.
    pub(super) async fn read(
        write: &Write<'_>,
        act: &Act<'_>,
        (items, statements): (&[Uuid], usize),
        raised: &[MeetingRecommendation],
        faults: &mut InputErrors,
    ) -> Result<Self, Error> {
        let (mut persons, mut institutions, mut topics) = (Vec::new(), Vec::new(), Vec::new());
        for (at, given) in raised.iter().enumerate() {
            let place = |field: &str| format!("recommendations.{at}.{field}");
            persons.extend(one(&place("person"), given.person.as_ref()));
            institutions.extend(one(&place("institution"), given.institution.as_ref()));
            institutions.extend(one(&place("addressee"), given.addressee.as_ref()));
            topics.extend(one(&place("topic"), given.topic.as_ref()));
            if given.agenda_item.is_some_and(|item| !items.contains(&item.0)) {
                faults.0.push(no_item(&place("agendaItem")));
            }
            let statement = given.statement.and_then(|at| usize::try_from(at.0).ok());
            if statement.is_some_and(|at| at >= statements) {
                faults.add(
                    &place("statement"),
                    "UNKNOWN",
                    format!("이 입력의 발언은 {statements}건입니다. 순번은 0부터입니다."),
                    format!("The call has {statements} statements, counted from 0."),
                );
            }
            let is_named =
                given.person.is_some() || given.institution.is_some() || given.group.is_some();
            if !is_named && given.statement.is_none() {
                faults.add(
                    &place("institution"),
                    "REQUIRED",
                    "제기한 인물·기관·집단이나 발언 가운데 하나는 있어야 합니다.",
                    "Name who raised it, or the statement that it arose from.",
                );
            }
            match (&given.addressee, given.due_on) {
                (Some(_), None) => faults.add(
                    &place("dueOn"),
                    "REQUIRED",
                    "소관 기관을 지정하면 회신 기한이 있어야 합니다.",
                    "An addressee has a day on which the answer is due.",
                ),
                (None, Some(_)) => faults.add(
                    &place("addressee"),
                    "REQUIRED",
                    "회신 기한은 소관 기관과 함께 적습니다.",
                    "An answer is due from an addressee.",
                ),
                (Some(_), Some(day)) if day < write.today() => faults.add(
                    &place("dueOn"),
                    "INVALID_DATE",
                    "회신 기한은 오늘보다 앞설 수 없습니다.",
                    "The answer is due today or later.",
                ),
                _ => {}
            }
        }
        Ok(Self {
            persons: codes::<person::Entity>(write, act, persons, faults).await?,
            institutions: codes::<institution::Entity>(write, act, institutions, faults).await?,
            topics: codes::<topic::Entity>(write, act, topics, faults).await?,
        })
    }

    /// Raises them; `said` are the statements of the call as they were written.
    pub(super) async fn write(
        &self,
        write: &mut Write<'_>,
        author: &Author<'_>,
        held: &meeting::Model,
        said: &[entity::statement::Model],
        raised: Vec<MeetingRecommendation>,
    ) -> Result<(), Error> {
        let day = first_day(&held.held_on).unwrap_or_else(|| write.today());
        for given in raised {
            let statement = given
                .statement
                .and_then(|at| said.get(usize::try_from(at.0).unwrap_or(usize::MAX)));
            let item = given.agenda_item.map(|item| item.0);
            let item = item.or_else(|| statement.and_then(|statement| statement.agenda_item_id));
            let source = match (statement, item) {
                (None, Some(_)) => RecommendationSource::AgendaItem,
                _ => RecommendationSource::Statement,
            };
            let mut new = NewRecommendation::new(given.title.texts(), source, day);
            new.summary = texts(given.summary);
            new.meeting_id = Some(held.id);
            new.statement_id = statement.map(|statement| statement.id);
            new.agenda_item_id = item;
            new.person_id = self.persons.maybe(given.person.as_ref());
            new.institution_id = self.institutions.maybe(given.institution.as_ref());
            new.group = texts(given.group);
            let is_named =
                new.person_id.is_some() || new.institution_id.is_some() || new.group.0.is_some();
            if let Some(said) = statement.filter(|_| !is_named) {
                (new.person_id, new.institution_id) = (said.person_id, said.institution_id);
                new.group = (said.speaker_group_ko.clone(), said.speaker_group_en.clone());
            }
            new.topic_id = self.topics.maybe(given.topic.as_ref());
            new.assigned = self.institutions.maybe(given.addressee.as_ref()).zip(given.due_on);
            let is_seen = held.visibility == Visibility::Public
                && statement.is_none_or(|said| said.visibility == Visibility::Public);
            new.visibility = visibility(given.is_public && is_seen);
            raise_in(write, author, Uuid::now_v7(), new).await?;
        }
        Ok(())
    }
}
