//! Files 첨부 파일 of documents: what arrived with a call ([`crate::files`]) becomes one, and orphans go. Evidence of
//! submissions arrives and goes as they do ([`crate::service::submission::evidence`]).

use std::collections::HashSet;

use entity::common::Visibility;
use entity::{document, document_file};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement,
};
use uuid::Uuid;

use super::{may_change, publisher};
use crate::database::Store;
use crate::domain::access::{self, Needs, Object};
use crate::domain::principal::Principal;
use crate::domain::{canonical, fold};
use crate::error::{Error, UserError};
use crate::files::kind::{self, Refused};
use crate::files::{Files, Staged};
use crate::input;
use crate::input::InputErrors;
use crate::input::types::{FileName, Upload};
use crate::read::Act;
use crate::read::sql::Sql;
use crate::service::parts::{Columns, made, set};
use crate::service::people::{begin, version_of};
use crate::service::sight;
use crate::service::write::{Removed, Write};

/// Most files of a document.
const MAX_FILES: usize = 50;

/// Tables whose rows name contents by their hashes: what no row names is an orphan.
pub const NAMING: [&str; 2] = ["document_file", "submission_file"];

input! {
    /// 파일 첨부. A file of a document; one of the same name is replaced.
    mutation AttachFile {
        /// 자료 키. Document.
        document: String,
        /// 파일. The file, sent with the call.
        file: Upload,
        /// 파일 이름. Name with its extension; that of the file sent if left out.
        name: Option<FileName>,
    }
}

input! {
    /// 파일 삭제. A file to be taken off its document.
    mutation RemoveFile on document_file::Entity {}
}

/// The document of that key, locked, if the caller may write it.
async fn opened(write: &mut Write<'_>, act: &Act<'_>, id: Uuid) -> Result<document::Model, Error> {
    let found = document::Entity::find_by_id(id).lock_exclusive().one(write.reads()).await?;
    let found = found.ok_or(Error::NotFound)?;
    access::may_write(act.author.principal, Object::Profile, publisher(&found))?;
    write.part_of(publisher(&found));
    Ok(found)
}

/// Whether the caller may attach files to a document that it sees: told before a file is sent.
///
/// # Errors
/// Not found; forbidden; internal.
pub async fn may_attach(db: &Store, principal: &Principal, code: &str) -> Result<(), Error> {
    let found = document::Entity::find().filter(document::Column::Code.eq(fold::code(code)));
    let found = found.one(db).await?.ok_or(Error::NotFound)?;
    access::may_write(principal, Object::Profile, publisher(&found))?;
    may_change(principal, &found)
}

/// A name that a file can have, of a kind that is taken.
///
/// # Errors
/// User error.
pub fn name_of(name: &str) -> Result<FileName, Error> {
    let read: FileName = input::one("name", name.to_owned())?;
    let is_known = kind::is_known(&read);
    if is_known { Ok(read) } else { Err(Error::User(vec![not_taken("name", Refused::Unknown)])) }
}

/// What to say of a file that is not taken.
fn not_taken(field: &str, refused: Refused) -> UserError {
    match refused {
        Refused::Empty => UserError::at(field, "EMPTY", "빈 파일입니다.", "The file is empty."),
        Refused::Unknown => {
            let kinds = kind::extensions().collect::<Vec<_>>().join(", ");
            UserError::at(
                field,
                "UNKNOWN_TYPE",
                format!("받을 수 있는 형식: {kinds}."),
                format!("Kinds of files that are taken: {kinds}."),
            )
        }
        Refused::Mismatch => UserError::at(
            field,
            "TYPE_MISMATCH",
            "파일의 내용이 이름의 확장자와 다릅니다. 알맞은 형식으로 다시 저장하십시오.",
            "The file is not what its extension says; save it in that format.",
        ),
    }
}

/// A file that is taken.
pub(in crate::service) struct Arrived<'a> {
    /// The file as it came.
    pub staged: &'a Staged,
    /// Name that it has from now on.
    pub name: String,
    /// What it is.
    pub media_type: &'static str,
}

/// The file that came with a call; what is wrong with it is told. To be kept before its row is written, and before the
/// write begins if the caller may: what takes its time on the disk keeps no other write waiting. A content that no row comes
/// to name is an orphan.
pub(in crate::service) async fn arrived<'a>(
    act: &Act<'a>,
    upload: Upload,
    name: Option<FileName>,
    faults: &mut InputErrors,
) -> Result<Option<Arrived<'a>>, Error> {
    let Some(staged) = act.uploads.get(upload.0) else {
        faults.add(
            "file",
            "UPLOAD_REQUIRED",
            "파일을 요청과 함께 multipart/form-data로 보내거나 PUT(/documents/{자료 키}/files/{파일 이름}, /submissions/{제출 id}/files/{파일 이름})으로 올리십시오.",
            "Send the file with the call as multipart/form-data, or by PUT (/documents/{code}/files/{name}, /submissions/{id}/files/{name}).",
        );
        return Ok(None);
    };
    let name = match name {
        Some(name) => Some(name),
        None => faults.keep(input::one::<FileName>("name", staged.name.clone()))?,
    };
    let Some(name) = name else { return Ok(None) };
    match staged.kind(&name).await? {
        Ok(media_type) => Ok(Some(Arrived { staged, name: name.into(), media_type })),
        Err(refused) => {
            faults.keep(Err::<(), _>(Error::User(vec![not_taken("file", refused)])))?;
            Ok(None)
        }
    }
}

/// Attaches a file to a document, or replaces the one of that name.
///
/// # Errors
/// Forbidden; user errors; unavailable; internal.
pub async fn attach(act: &Act<'_>, input: AttachFile) -> Result<Uuid, Error> {
    use document_file::{Column, Entity};
    let mut faults = InputErrors::default();
    let arrived = arrived(act, input.file, input.name, &mut faults).await?;
    if let Some(it) = &arrived
        && may_attach(act.db, act.author.principal, &input.document).await.is_ok()
    {
        it.staged.keep().await?;
    }
    let mut write = begin(act, Needs::OwnProfile, &input.call).await?;
    let id = Uuid::now_v7();
    let code = Some(input.document.as_str());
    let document =
        sight::by_code::<document::Entity>(&write, act, &mut faults, "document", code).await?;
    let document = match document {
        Some(document) => Some(opened(&mut write, act, document).await?),
        None => None,
    };
    if let Some(known) = write.repeats::<Entity>(&input.call, id).await? {
        return Ok(known);
    }
    let mut known = Vec::new();
    if let Some(document) = &document {
        may_change(act.author.principal, document)?;
        let files = Entity::find().filter(Column::DocumentId.eq(document.id));
        known = files.order_by_asc(Column::Position).all(write.reads()).await?;
    }
    let same = known.iter().find(|row| arrived.as_ref().is_some_and(|it| it.name == row.name));
    if same.is_none() && known.len() >= MAX_FILES {
        faults.add(
            "document",
            "TOO_MANY",
            format!("자료 한 건에 파일은 {MAX_FILES}개까지입니다."),
            format!("A document has at most {MAX_FILES} files."),
        );
    }
    faults.settle()?;
    let (Some(document), Some(Arrived { staged, name, media_type })) = (document, arrived) else {
        return Err(Error::internal("a file without a fault that did not arrive"));
    };
    staged.keep().await?;
    let mut columns = Columns::new();
    set(&mut columns, "media_type", media_type)?;
    set(&mut columns, "byte_size", i32::try_from(staged.bytes).map_err(Error::internal)?)?;
    set(&mut columns, "sha256", &staged.sha256)?;
    let kept = match same {
        Some(same) => {
            write.about(&input.call, same.id).await?;
            if same.sha256 != staged.sha256 {
                write.update::<Entity>(same.id, same.version, |row| row.extend(columns)).await?;
            }
            same.id
        }
        None => {
            set(&mut columns, "document_id", document.id)?;
            set(&mut columns, "name", name)?;
            let position = known.last().map_or(1, |row| row.position.saturating_add(1));
            set(&mut columns, "position", position)?;
            let row = made::<Entity>(id, &act.author, Visibility::Public, columns)?;
            write.add_with::<Entity>("attachFile", id, row).await?;
            id
        }
    };
    write.commit().await?;
    Ok(kept)
}

/// Takes a file off; the document that it was of. Its content goes a day later, unless another file has it as well.
///
/// # Errors
/// Not found; forbidden; conflict; user errors; internal.
pub async fn remove(act: &Act<'_>, input: RemoveFile) -> Result<Option<Uuid>, Error> {
    use document_file::Entity;
    let call = &input.call;
    let mut write = begin(act, Needs::OwnProfile, call).await?;
    let found = Entity::find_by_id(call.id).lock_exclusive().one(write.reads()).await?;
    let Some(found) = found else {
        // It is gone: by this call when it was made first, or for good.
        let known = write.repeats::<document::Entity>(call, call.id).await?;
        return known.map(|id| (id != call.id).then_some(id)).ok_or(Error::NotFound);
    };
    if !sight::sees::<Entity>(&write, act, call.id).await? {
        return Err(Error::NotFound);
    }
    let document = opened(&mut write, act, found.document_id).await?;
    if let Some(known) = write.repeats::<document::Entity>(call, document.id).await? {
        return Ok(Some(known));
    }
    may_change(act.author.principal, &document)?;
    if version_of(&found)? != Some(call.version.into()) {
        return Err(Error::Conflict);
    }
    // Those are told of it who saw the document.
    if write.remove_part::<Entity>(call.id, document.visibility).await? == Removed::Kept {
        return Err(Error::User(vec![UserError::at(
            "id",
            "IN_USE",
            "다른 자료가 가리키는 항목은 뺄 수 없습니다.",
            "What another row names cannot be taken off.",
        )]));
    }
    write.commit().await?;
    Ok(Some(document.id))
}

/// Hashes of these that rows name.
async fn named(db: &Store, hashes: &[String]) -> Result<HashSet<String>, Error> {
    let mut named = HashSet::new();
    for hashes in hashes.chunks(500) {
        let mut sql = Sql::new(db.get_database_backend());
        for (at, table) in NAMING.iter().enumerate() {
            sql.push(if at > 0 { " UNION " } else { "" });
            sql.push("SELECT sha256 FROM ").push(table).push(" WHERE sha256 IN (");
            for (at, hash) in hashes.iter().enumerate() {
                sql.push(if at > 0 { ", " } else { "" }).bind(hash.as_str());
            }
            sql.push(")");
        }
        for row in db.query_all_raw(sql.finish()).await? {
            named.insert(row.try_get_by_index(0)?);
        }
    }
    Ok(named)
}

/// Takes away content that no row has named for a day, and what arrived and was never whole; how many contents went.
/// Nothing goes from a folder of another database.
///
/// # Errors
/// Unavailable; internal.
pub async fn sweep(db: &Store, files: &Files) -> Result<usize, Error> {
    if !files.is_of(own_name(db).await?).await? {
        tracing::error!(folder = %files.shown(), "files.of_another_database");
        return Ok(0);
    }
    // What came to be named since it was put aside is missed meanwhile: it comes first.
    let [aside, old] = files.aside().await?;
    let known = named(db, &aside).await?;
    let mut gone = 0;
    for hash in aside {
        let is_named = known.contains(&hash);
        if is_named || old.contains(&hash) {
            gone += usize::from(!is_named);
            files.settle(hash, is_named).await?;
        }
    }
    files.tidy().await?;
    for group in 0..=u8::MAX {
        let old = files.old(group).await?;
        let named = named(db, &old).await?;
        for orphan in old.into_iter().filter(|hash| !named.contains(hash)) {
            files.put_aside(orphan).await?;
        }
    }
    Ok(gone)
}

/// What the folder knows a database by: made from its secret, of which it tells nothing.
async fn own_name(db: &Store) -> Result<String, Error> {
    let asked = "SELECT feed_secret FROM ledger WHERE id = 1";
    let asked = Statement::from_string(db.get_database_backend(), asked);
    let secret = db.query_one_raw(asked).await?;
    let secret: String = secret.map_or(Ok(String::new()), |row| row.try_get_by_index(0))?;
    Ok(canonical::digest(&format!("files of {secret}")))
}

/// What is wrong with the files that rows name: content that is not there, or is not what its hash says.
///
/// # Errors
/// Internal.
pub async fn faults(db: &Store, files: &Files) -> Result<(usize, Vec<String>), Error> {
    let mut faults = Vec::new();
    let (mut last, mut count) = (String::new(), 0);
    loop {
        let mut sql = Sql::new(db.get_database_backend());
        // Each by its index, so that a page costs what it holds.
        for (at, table) in NAMING.iter().enumerate() {
            sql.push(if at > 0 { " UNION " } else { "" });
            sql.push("SELECT sha256 FROM (SELECT DISTINCT sha256 FROM ").push(table);
            sql.push(" WHERE sha256 > ").bind(last.as_str());
            sql.push(" ORDER BY sha256 LIMIT 500) ").push(table);
        }
        sql.push(" ORDER BY sha256 LIMIT 500");
        let rows = db.query_all_raw(sql.finish()).await?;
        let hashes = rows.iter().map(|row| row.try_get_by_index(0));
        let hashes = hashes.collect::<Result<Vec<String>, _>>()?;
        let Some(end) = hashes.last() else { return Ok((count, faults)) };
        last = end.clone();
        for hash in hashes {
            count += 1;
            let Some(fault) = files.fault(&hash).await else { continue };
            if let Err(away) = files.answers().await {
                // An outage is one fault, and nothing is known of what was not read.
                let read = count - 1;
                faults.push(format!("{}; {read} contents were read", away.for_operator()));
                return Ok((read, faults));
            }
            faults.push(fault);
        }
    }
}
