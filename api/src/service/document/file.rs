//! Files 첨부 파일 of documents: what arrived with a call ([`crate::files`]) becomes one, and orphans go.

use std::collections::HashSet;

use entity::common::Visibility;
use entity::{document, document_file};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{may_change, publisher};
use crate::database::Store;
use crate::domain::access::{self, Needs, Object};
use crate::error::Error;
use crate::files::kind::{self, Refused};
use crate::files::{Files, Staged};
use crate::input;
use crate::input::InputErrors;
use crate::input::types::{FileName, Upload};
use crate::read::Act;
use crate::service::parts::{Columns, made, set};
use crate::service::people::{begin, version_of};
use crate::service::sight;
use crate::service::write::{Removed, Write};

/// Most files of a document.
const MAX_FILES: usize = 50;

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

/// The document of that key, locked, if the caller may change it.
async fn opened(write: &mut Write<'_>, act: &Act<'_>, id: Uuid) -> Result<document::Model, Error> {
    let found = document::Entity::find_by_id(id).lock_exclusive().one(write.reads()).await?;
    let found = found.ok_or(Error::NotFound)?;
    access::may_write(act.author.principal, Object::Profile, publisher(&found))?;
    may_change(act, &found)?;
    write.part_of(publisher(&found));
    Ok(found)
}

/// The file that came with a call; what is wrong with it is told.
fn arrived<'a>(
    act: &Act<'a>,
    upload: Upload,
    name: Option<&FileName>,
    faults: &mut InputErrors,
) -> Result<Option<Arrived<'a>>, Error> {
    let Some(staged) = act.uploads.get(upload.0) else {
        faults.add(
            "file",
            "UPLOAD_REQUIRED",
            "파일을 요청과 함께 multipart/form-data로 보내거나 PUT /documents/{자료 키}/files/{파일 이름}으로 올리십시오.",
            "Send the file with the call as multipart/form-data, or by PUT /documents/{code}/files/{name}.",
        );
        return Ok(None);
    };
    let sent = || input::one::<FileName>("name", staged.name.clone());
    let name = match name {
        Some(name) => name.clone(),
        None => match faults.keep(sent())? {
            Some(name) => name,
            None => return Ok(None),
        },
    };
    let refused = match staged.kind {
        Ok(media_type) => return Ok(Some(Arrived { staged, name: name.into(), media_type })),
        Err(refused) => refused,
    };
    let kinds: Vec<&str> = kind::extensions().collect();
    let kinds = kinds.join(", ");
    match refused {
        Refused::Empty => {
            faults.add("file", "EMPTY", "빈 파일입니다.", "The file is empty.");
        }
        Refused::Unknown => faults.add(
            "file",
            "UNKNOWN_TYPE",
            format!("받을 수 있는 파일은 {kinds}입니다."),
            format!("Files that are taken: {kinds}."),
        ),
        Refused::Mismatch => faults.add(
            "file",
            "TYPE_MISMATCH",
            "파일의 내용이 이름의 확장자와 다릅니다. 알맞은 형식으로 다시 저장하십시오.",
            "The file is not what its extension says; save it in that format.",
        ),
    }
    Ok(None)
}

/// A file that is taken.
struct Arrived<'a> {
    staged: &'a Staged,
    name: String,
    media_type: &'static str,
}

/// Attaches a file to a document, or replaces the one of that name.
///
/// # Errors
/// Forbidden; user errors; unavailable; internal.
pub async fn attach(act: &Act<'_>, input: AttachFile) -> Result<Uuid, Error> {
    use document_file::{Column, Entity};
    let mut write = begin(act, Needs::OwnProfile, &input.call).await?;
    let id = Uuid::now_v7();
    let mut faults = InputErrors::default();
    let code = Some(input.document.as_str());
    let document =
        sight::by_code::<document::Entity>(&write, act, &mut faults, "document", code).await?;
    let document = match document {
        Some(document) => Some(opened(&mut write, act, document).await?.id),
        None => None,
    };
    if let Some(known) = write.repeats::<Entity>(&input.call, id).await? {
        return Ok(known);
    }
    let arrived = arrived(act, input.file, input.name.as_ref(), &mut faults)?;
    let mut known = Vec::new();
    if let Some(document) = document {
        let files = Entity::find().filter(Column::DocumentId.eq(document));
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
    let mut columns = Columns::new();
    set(&mut columns, "media_type", media_type)?;
    set(&mut columns, "byte_size", i32::try_from(staged.bytes).map_err(Error::internal)?)?;
    set(&mut columns, "sha256", &staged.sha256)?;
    let kept = match same {
        Some(same) if same.sha256 == staged.sha256 => {
            write.about(&input.call, same.id).await?;
            same.id
        }
        Some(same) => {
            write.about(&input.call, same.id).await?;
            write.update::<Entity>(same.id, same.version, |row| row.extend(columns)).await?;
            same.id
        }
        None => {
            set(&mut columns, "document_id", document)?;
            set(&mut columns, "name", name)?;
            let position = known.last().map_or(1, |row| row.position.saturating_add(1));
            set(&mut columns, "position", position)?;
            let row = made::<Entity>(id, &act.author, Visibility::Public, columns)?;
            write.add_with::<Entity>("attachFile", id, row).await?;
            id
        }
    };
    staged.keep().await?;
    write.commit().await?;
    staged.keep().await?;
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
    let document = opened(&mut write, act, found.document_id).await?.id;
    if let Some(known) = write.repeats::<document::Entity>(call, document).await? {
        return Ok(Some(known));
    }
    if version_of(&found)? != Some(call.version.into()) {
        return Err(Error::Conflict);
    }
    if write.withdraw_cited::<Entity>(call.id).await? == Removed::Kept {
        return Err(Error::internal("a file that another row names"));
    }
    write.commit().await?;
    Ok(Some(document))
}

/// Hashes of these that rows name.
async fn named(db: &Store, hashes: &[String]) -> Result<HashSet<String>, Error> {
    use document_file::{Column, Entity};
    let mut named = HashSet::new();
    for hashes in hashes.chunks(500) {
        let found = Entity::find().select_only().column(Column::Sha256).distinct();
        let found = found.filter(Column::Sha256.is_in(hashes)).into_tuple::<String>();
        named.extend(found.all(db.writer()).await?);
    }
    Ok(named)
}

/// Takes away content that no row has named for a day, and what arrived and was never whole; how many contents went.
///
/// # Errors
/// Unavailable; internal.
pub async fn sweep(db: &Store, files: &Files) -> Result<usize, Error> {
    files.tidy().await?;
    for group in 0..=u8::MAX {
        let old = files.old(group).await?;
        let named = named(db, &old).await?;
        for orphan in old.into_iter().filter(|hash| !named.contains(hash)) {
            files.put_aside(orphan).await?;
        }
    }
    let aside = files.aside().await?;
    let named = named(db, &aside).await?;
    let gone = aside.iter().filter(|hash| !named.contains(*hash)).count();
    for hash in aside {
        let is_named = named.contains(&hash);
        files.settle(hash, is_named).await?;
    }
    Ok(gone)
}

/// What is wrong with the files that rows name: content that is not there, or is not what its hash says.
///
/// # Errors
/// Internal.
pub async fn faults(db: &Store, files: &Files) -> Result<(usize, Vec<String>), Error> {
    use document_file::{Column, Entity};
    let mut faults = Vec::new();
    let (mut last, mut count) = (String::new(), 0);
    loop {
        let next = Entity::find().select_only().column(Column::Sha256).distinct();
        let next = next.filter(Column::Sha256.gt(&last)).order_by_asc(Column::Sha256).limit(500);
        let hashes: Vec<String> = next.into_tuple().all(db.writer()).await?;
        let Some(end) = hashes.last() else { return Ok((count, faults)) };
        last = end.clone();
        for hash in hashes {
            count += 1;
            faults.extend(files.fault(&hash).await);
        }
    }
}
