//! Relations 관련 건의: what is the same, raised again, or part of another.

use std::collections::BTreeSet;

use entity::common::Visibility;
use entity::recommendation;
use entity::recommendation_relation::{self, Column, RecommendationRelationKind};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{Done, Turn, begin, next_position, turn};
use crate::domain::access::{Needs, Object};
use crate::domain::recommendation::Verb;
use crate::error::Error;
use crate::input;
use crate::input::InputErrors;
use crate::input::types::Id;
use crate::read::sql::Sql;
use crate::read::{Act, row};
use crate::service::programme::ORIGIN;
use crate::service::sight;
use crate::service::write::{Author, Write};

input! {
    /// 건의 관계. How a recommendation relates to another.
    mutation RelateRecommendations on recommendation::Entity {
        /// 상대 건의. The other one: the first of two that are the same, the one that is repeated, the whole of a part.
        other: Id<recommendation::Entity>,
        /// 관계. How they relate.
        kind: RecommendationRelationKind,
    }
}

/// Every recommendation to which relations lead from one, itself included.
async fn reached(write: &Write<'_>, from: Uuid) -> Result<BTreeSet<Uuid>, Error> {
    let mut sql = Sql::new(write.parts().get_database_backend());
    sql.push("WITH RECURSIVE found (id) AS (SELECT id FROM recommendation WHERE id = ").bind(from);
    sql.push(" UNION SELECT r.other_id FROM recommendation_relation r JOIN found f ON f.id = r.recommendation_id) SELECT id FROM found");
    let found = write.parts().query_all_raw(sql.finish()).await?;
    found.iter().filter_map(|found| row::key(found, 0).transpose()).collect()
}

/// Locks a recommendation, and all to which another one leads, in one order for all calls: of two relations that close a
/// circle together, each has the other's first row among these, so that the second sees the first.
///
/// # Errors
/// Internal.
pub(super) async fn lock(write: &Write<'_>, id: Uuid, other: Uuid) -> Result<(), Error> {
    let mut concerned = reached(write, other).await?;
    concerned.insert(id);
    recommendation::Entity::find()
        .select_only()
        .column(recommendation::Column::Id)
        .filter(recommendation::Column::Id.is_in(concerned))
        .order_by_asc(recommendation::Column::Id)
        .lock_exclusive()
        .into_tuple::<Uuid>()
        .all(write.reads())
        .await?;
    Ok(())
}

/// Whether a recommendation can be related to another, both locked: neither to itself nor twice, and never in a circle.
///
/// # Errors
/// Internal.
pub(super) async fn check(
    write: &Write<'_>,
    (id, other): (Uuid, Uuid),
    field: &str,
    faults: &mut InputErrors,
) -> Result<(), Error> {
    if other == id {
        faults.add(
            field,
            "SELF",
            "같은 건의끼리는 연결할 수 없습니다.",
            "A recommendation is not related to itself.",
        );
        return Ok(());
    }
    let known = recommendation_relation::Entity::find()
        .filter(Column::RecommendationId.eq(id))
        .filter(Column::OtherId.eq(other))
        .one(write.reads())
        .await?;
    if known.is_some() {
        faults.add(field, "TAKEN", "이미 연결되어 있습니다.", "They are related already.");
    } else if reached(write, other).await?.contains(&id) {
        faults.add(
            field,
            "CYCLE",
            "상대 건의가 이미 이 건의로 이어집니다. 반대 방향으로는 연결할 수 없습니다.",
            "The other one leads back to this one already; relations make no circle.",
        );
    }
    Ok(())
}

/// Puts a relation on record under this key.
///
/// # Errors
/// Forbidden; internal.
pub(super) async fn record(
    write: &mut Write<'_>,
    author: &Author<'_>,
    key: Uuid,
    (recommendation_id, other_id): (Uuid, Uuid),
    kind: RecommendationRelationKind,
) -> Result<(), Error> {
    let of = (Column::RecommendationId, Column::Position);
    let model = recommendation_relation::Model {
        id: key,
        recommendation_id,
        position: next_position::<recommendation_relation::Entity>(write, of, recommendation_id)
            .await?,
        other_id,
        kind,
        // As visible as the recommendation, and its other as that one.
        visibility: Visibility::Public,
        origin: ORIGIN,
        version: 1,
        created_at: author.now,
        updated_at: author.now,
    };
    write.add_with::<recommendation_relation::Entity>("relateRecommendations", key, model).await
}

/// Relates a recommendation to another.
///
/// # Errors
/// Forbidden; not found; conflict; user errors; internal.
pub async fn relate(act: &Act<'_>, input: RelateRecommendations) -> Result<Done, Error> {
    let RelateRecommendations { call, other, kind } = input;
    let mut write = begin(act, Needs::Write(Object::Content), &call).await?;
    lock(&write, call.id, other.0).await?;
    let id = Uuid::now_v7();
    let verb = (Verb::Relate, None);
    let held = match turn::<recommendation_relation::Entity>(&write, act, &call, verb, id).await? {
        Turn::First(held) => held,
        Turn::Again(known) => return Ok(Done { id: call.id, added: Some(known) }),
    };
    let mut faults = InputErrors::default();
    if sight::by_id(&write, act, &mut faults, "other", Some(other)).await?.is_some() {
        check(&write, (call.id, other.0), "other", &mut faults).await?;
        let whole = recommendation::Entity::find_by_id(other.0).one(write.reads()).await?;
        let whole = whole.ok_or(Error::NotFound)?;
        match kind {
            RecommendationRelationKind::Repeats if held.row.raised_on < whole.raised_on => faults
                .add(
                    "kind",
                    "NOT_LATER",
                    "먼저 제기된 건의는 나중 건의의 반복이 아닙니다. 두 건의를 바꾸어 연결하십시오.",
                    "What was raised first repeats nothing that was raised later; swap the two.",
                ),
            // What stands for one item has no parts that could be counted in its place.
            RecommendationRelationKind::PartOf if whole.item_count < 2 => faults.add(
                "kind",
                "NOT_APPLICABLE",
                "포함(PART_OF)은 여러 건을 합한 건의에만 씁니다.",
                "Only what stands for several items has parts (PART_OF).",
            ),
            RecommendationRelationKind::Repeats
            | RecommendationRelationKind::PartOf
            | RecommendationRelationKind::SameAs => {}
        }
    }
    faults.settle()?;
    record(&mut write, &act.author, id, (call.id, other.0), kind).await?;
    write.update::<recommendation::Entity>(call.id, call.version, |_| {}).await?;
    write.commit().await?;
    Ok(Done { id: call.id, added: Some(id) })
}
