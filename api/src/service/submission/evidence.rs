//! Evidence files 증빙 파일 of submissions: of the whole, or of the values of an indicator. As values they are parts of their
//! submission, written where values may be saved and kept as ranges of revisions: a file that a revision handed in holds
//! stays, and its content with it.

use entity::{indicator, submission, submission_file};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, sea_query::Expr,
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Columns, Held, Turn, barred, data, file, find, refused, tally, turn};
use crate::database::Store;
use crate::domain::fold;
use crate::domain::form::Evidence;
use crate::domain::submission::Verb;
use crate::error::{Error, UserError};
use crate::input;
use crate::input::types::{FileName, Id, Upload};
use crate::input::{InputErrors, unknown};
use crate::read::Act;
use crate::service::document::file::arrived;
use crate::service::write::{Author, Write};

/// Most files of a submission that stand at once.
pub const MAX_FILES: usize = 50;

input! {
    /// 증빙 첨부. An evidence file; one of the same name on the same is replaced.
    mutation AttachEvidence on submission::Entity {
        /// 지표 코드. Indicator whose values it shows; the whole submission if left out.
        indicator: Option<String>,
        /// 파일. The file, sent with the call.
        file: Upload,
        /// 파일 이름. Name with its extension; that of the file sent if left out.
        name: Option<FileName>,
    }
}

input! {
    /// 증빙 삭제. An evidence file to be taken off.
    mutation RemoveEvidence on submission::Entity {
        /// 증빙 파일. The file.
        file: Id<submission_file::Entity>,
    }
}

/// A file with the indicator that it is about.
pub type Filed = (submission_file::Model, Option<indicator::Model>);

/// The files that stand, by name.
///
/// # Errors
/// Internal.
pub async fn standing(db: &impl ConnectionTrait, submission: Uuid) -> Result<Vec<Filed>, Error> {
    use submission_file::{Column, Entity};
    let standing = Entity::find().filter(Column::SubmissionId.eq(submission));
    let standing = standing.filter(Column::LastRevision.is_null()).order_by_asc(Column::Name);
    Ok(standing.order_by_asc(Column::Id).find_also_related(indicator::Entity).all(db).await?)
}

/// Files as the hash of a revision has them.
pub fn content(files: &[Filed]) -> Evidence {
    let of = |(file, of): &Filed| {
        let of = of.as_ref().map(|of| of.code.clone());
        ((of, file.name.clone()), file.sha256.clone())
    };
    files.iter().map(of).collect()
}

/// Where a file of that name goes: the indicator that it is about, and the file that it replaces.
type Spot = (Option<indicator::Model>, Option<submission_file::Model>);

async fn spot(
    db: &impl ConnectionTrait,
    of: &submission::Model,
    (indicator, name): (Option<&str>, Option<&str>),
    faults: &mut InputErrors,
) -> Result<Spot, Error> {
    let about = match indicator {
        None => None,
        Some(code) => {
            let known = data::indicators(db, of).await?;
            let found = known.iter().find(|one| one.code == fold::code(code)).cloned();
            if found.is_none() {
                let text = (
                    "이 분기 서식에 없는 지표입니다.",
                    "The form of this quarter has no such indicator.",
                );
                let codes = known.iter().map(|one| one.code.as_str());
                faults.0.push(unknown("indicator", text, code, codes));
            }
            found
        }
    };
    let standing = standing(db, of.id).await?;
    let (count, about_id) = (standing.len(), about.as_ref().map(|about| about.id));
    let same = standing
        .into_iter()
        .map(|(file, _)| file)
        .find(|file| file.indicator_id == about_id && name.is_some_and(|name| name == file.name));
    if same.is_none() && count >= MAX_FILES {
        faults.add(
            "id",
            "TOO_MANY",
            format!("제출 한 건에 증빙 파일은 {MAX_FILES}개까지입니다."),
            format!("A submission has at most {MAX_FILES} evidence files."),
        );
    }
    Ok((about, same))
}

/// Whether a submission has no file of that name there yet: told before a file is sent.
///
/// # Errors
/// User errors; internal.
pub async fn is_new(
    db: &Store,
    of: &submission::Model,
    indicator: Option<&str>,
    name: &str,
) -> Result<bool, Error> {
    let mut faults = InputErrors::default();
    let (_, same) = spot(db, of, (indicator, Some(name)), &mut faults).await?;
    faults.settle()?;
    Ok(same.is_none())
}

/// The submission, if the caller may attach files to it now: told before a file is sent.
///
/// # Errors
/// Not found; forbidden; user error; internal.
pub async fn may_attach(
    db: &Store,
    author: &Author<'_>,
    id: Uuid,
) -> Result<submission::Model, Error> {
    let found = find(db, author.principal, id).await?;
    file::may_save(author.principal, &found)?;
    match barred(db, &found, Verb::SaveDraft, author.now).await? {
        Some(why) => Err(refused(&why, author.principal)),
        None => Ok(found),
    }
}

/// Attaches a file, or replaces the one of that name; the submission, and the file unless a call made again finds it gone.
/// What is there already leaves no trace.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; unavailable; internal.
pub async fn attach(act: &Act<'_>, input: AttachEvidence) -> Result<(Uuid, Option<Uuid>), Error> {
    let mut faults = InputErrors::default();
    let arrived = arrived(act, input.file, input.name, &mut faults).await?;
    let indicator = input.indicator.as_deref();
    if let Some(it) = &arrived
        && may_attach(act.db, &act.author, input.call.id).await.is_ok()
    {
        it.staged.keep().await?;
    }
    let mut write = Write::attempt(act.db, act.author, &input.call).await?;
    let (held, columns) = match turn(&write, &act.author, &input.call, Verb::SaveDraft).await? {
        Turn::First(held, status) => (held, Some(Columns::status(status)?)),
        Turn::Again(held) => (held, None),
    };
    let row = &held.submission;
    let name = arrived.as_ref().map(|it| it.name.as_str());
    let (of, same) = spot(write.reads(), row, (indicator, name), &mut faults).await?;
    let same = same.as_ref();
    let is_there =
        same.zip(arrived.as_ref()).is_some_and(|(file, it)| file.sha256 == it.staged.sha256);
    let Some(columns) = columns else {
        return Ok((row.id, same.filter(|_| is_there).map(|file| file.id)));
    };
    let it = faults.sure(arrived)?;
    if let Some(same) = same.filter(|_| is_there) {
        return Ok((row.id, Some(same.id)));
    }
    it.staged.keep().await?;
    let file = submission_file::Model {
        id: Uuid::now_v7(),
        submission_id: row.id,
        institution_id: row.institution_id,
        indicator_id: of.as_ref().map(|of| of.id),
        name: it.name,
        media_type: it.media_type.to_owned(),
        byte_size: i32::try_from(it.staged.bytes).map_err(Error::internal)?,
        sha256: it.staged.sha256.clone(),
        first_revision: row.revision + 1,
        last_revision: None,
        added_by: act.author.principal.actor().to_owned(),
        added_at: act.author.now,
    };
    if let Some(same) = same {
        end(&write, row, same).await?;
    }
    let told = told(vec![change(of.as_ref(), same, Some(&file))]);
    let kept = file.id;
    let new = file.into_active_model().reset_all();
    submission_file::Entity::insert(new).exec_without_returning(write.parts()).await?;
    let action = "submission.attachEvidence";
    keep(&mut write, act, action, &held, columns, told).await?;
    write.commit().await?;
    Ok((held.submission.id, Some(kept)))
}

/// Takes a file off; the submission that it was of. A revision handed in with it holds it still.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn remove(act: &Act<'_>, input: RemoveEvidence) -> Result<Uuid, Error> {
    let mut write = Write::attempt(act.db, act.author, &input.call).await?;
    let (held, columns) = match turn(&write, &act.author, &input.call, Verb::SaveDraft).await? {
        Turn::First(held, status) => (held, Columns::status(status)?),
        Turn::Again(held) => return Ok(held.submission.id),
    };
    let known = standing(write.reads(), held.submission.id).await?;
    let Some((file, of)) = known.iter().find(|(file, _)| file.id == input.file.0) else {
        return Err(Error::User(vec![UserError::at(
            "file",
            "UNKNOWN",
            "지금 이 제출에 붙어 있는 파일이 아닙니다.",
            "It is no file that this submission has now.",
        )]));
    };
    end(&write, &held.submission, file).await?;
    let told = told(vec![change(of.as_ref(), Some(file), None)]);
    keep(&mut write, act, "submission.removeEvidence", &held, columns, told).await?;
    write.commit().await?;
    Ok(held.submission.id)
}

/// Ends a file that stands: it stays with the revisions that hold it, and is gone if none does.
async fn end(
    write: &Write<'_>,
    of: &submission::Model,
    file: &submission_file::Model,
) -> Result<(), Error> {
    use submission_file::{Column, Entity};
    if file.first_revision > of.revision {
        Entity::delete_by_id(file.id).exec(write.parts()).await?;
        return Ok(());
    }
    let ended = Entity::update_many().col_expr(Column::LastRevision, Expr::value(of.revision));
    ended.filter(Column::Id.eq(file.id)).exec(write.parts()).await?;
    Ok(())
}

/// Ends the evidence of values that are no more, of a submission that reports nothing; that of the whole stays. What the
/// audit is told.
pub(super) async fn end_of_values(
    write: &Write<'_>,
    of: &submission::Model,
) -> Result<Map<String, Value>, Error> {
    let mut ended = Vec::new();
    for (file, about) in standing(write.reads(), of.id).await? {
        if about.is_some() {
            end(write, of, &file).await?;
            ended.push(change(about.as_ref(), Some(&file), None));
        }
    }
    Ok(told(ended))
}

/// What the audit is told of a file that came, went, or took the place of another.
fn change(
    of: Option<&indicator::Model>,
    before: Option<&submission_file::Model>,
    after: Option<&submission_file::Model>,
) -> Value {
    let shown = |file: &submission_file::Model| {
        json!({
            "name": file.name, "mediaType": file.media_type, "byteSize": file.byte_size, "sha256": file.sha256,
        })
    };
    let (before, after) = (before.map(shown), after.map(shown));
    json!({ "indicator": of.map(|of| &of.code), "before": before, "after": after })
}

/// What the audit is told of all of them.
fn told(changes: Vec<Value>) -> Map<String, Value> {
    let told = (!changes.is_empty()).then(|| ("files".to_owned(), Value::from(changes)));
    told.into_iter().collect()
}

/// Writes the submission that a file was attached to or taken off.
async fn keep(
    write: &mut Write<'_>,
    act: &Act<'_>,
    action: &'static str,
    held: &Held,
    mut columns: Columns,
    told: Map<String, Value>,
) -> Result<(), Error> {
    if held.submission.started_at.is_none() {
        columns.set("started_at", act.author.now)?;
    }
    tally::update(write, &act.author, action, &held.submission, columns, told).await.map(drop)
}
