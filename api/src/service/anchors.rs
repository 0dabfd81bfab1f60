//! Anchors of the audit in a file of its own: the number and hash of the last event, with the time. Whoever cuts off
//! the audit's end or writes it anew cannot write this file too, if it is kept elsewhere.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{SecondsFormat, Utc};
use sea_orm::DatabaseConnection;

use super::audit;
use crate::error::Error;
use crate::private;

/// How often a server looks whether the audit has gone on.
pub const LOOK: Duration = Duration::from_secs(60);

fn failed(file: &Path, cause: &std::io::Error) -> Error {
    Error::internal(format!("{}: {cause}", file.display()))
}

/// Adds the end of the audit to the file, unless it is `last`, and tells its number. It is on the disk then.
///
/// # Errors
/// Internal.
pub async fn add(db: &DatabaseConnection, file: &Path, last: Option<i64>) -> Result<i64, Error> {
    let (seq, hash) = audit::end(db).await?;
    if seq == 0 || last == Some(seq) {
        return Ok(seq);
    }
    let at = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
    let (file, line): (PathBuf, _) = (file.to_owned(), format!("{at} {seq} {hash}\n"));
    let written = tokio::task::spawn_blocking(move || {
        let add = || {
            let mut to = private::options().append(true).create(true).open(&file)?;
            private::tighten(&file);
            to.write_all(line.as_bytes())?;
            to.sync_all()
        };
        add().map_err(|cause| failed(&file, &cause))
    });
    written.await.map_err(Error::internal)??;
    Ok(seq)
}

/// The numbers and hashes of a file.
///
/// # Errors
/// Internal, if it cannot be read; input, if a line is no anchor, or two differ of one event.
pub fn read(file: &Path) -> Result<BTreeMap<i64, String>, Error> {
    let text = fs::read_to_string(file).map_err(|cause| failed(file, &cause))?;
    let mut anchors = BTreeMap::new();
    for (at, line) in (1..).zip(text.lines()) {
        let mut words = line.split(' ').skip(1);
        let anchor = match (words.next(), words.next(), words.next()) {
            (Some(seq), Some(hash), None) => seq.parse().ok().zip(Some(hash.to_owned())),
            _ => None,
        };
        let known = anchor.as_ref().and_then(|(seq, _)| anchors.get(seq));
        let is_new = known.is_none_or(|known| anchor.as_ref().is_some_and(|(_, it)| it == known));
        match anchor.filter(|_| is_new) {
            Some((seq, hash)) => _ = anchors.insert(seq, hash),
            None => {
                return Err(Error::input(
                    format!("{}의 {at}번째 줄은 앵커가 아니거나 앞줄과 다릅니다.", file.display()),
                    format!(
                        "Line {at} of {} is not an anchor (TIME NUMBER HASH), or contradicts one before.",
                        file.display()
                    ),
                ));
            }
        }
    }
    Ok(anchors)
}
