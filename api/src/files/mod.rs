//! Files of documents and submissions: each content once, under its SHA-256, in a folder or in a [`bucket`]. What arrives is written beside
//! them first and takes its place when it is whole and on the disk, before the row that names it is written. So no row names
//! what is not there. What no row names is an orphan: it is put aside, comes back if a row names it after all, and goes a day
//! later ([`crate::service::document::file::sweep`]).
//!
//! Several servers of one database may share the folder or the bucket; it says whose it is, and those of another leave it
//! alone.

pub mod bucket;
pub mod kind;

use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_lc_rs::digest::{Context, SHA256};
use axum::body::Bytes;
use chrono::{Datelike as _, Utc};
use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use uuid::Uuid;

use crate::config::FileSettings;
use crate::domain::admit;
use crate::domain::canonical::hex;
use crate::domain::quarter::seoul;
use crate::error::{Error, Message};
use crate::private;
use bucket::Bucket;
use kind::Refused;

/// How long content rests before it is put aside, and aside before it goes: what writes its row has long ended by then.
const GRACE: Duration = Duration::from_secs(24 * 3600);
/// Where what arrives is written.
const INCOMING: &str = "incoming";
/// Where an orphan waits for its end, or to be named after all.
const ASIDE: &str = "aside";
/// The file that says whose the folder is.
const OWNER: &str = "owner";
const MEBI: u64 = 1024 * 1024;
/// Digits of a hash.
const DIGITS: usize = 64;

/// The folder of the files, or their bucket and the folder of what arrives.
#[derive(Debug, Clone)]
pub struct Files {
    folder: Arc<Path>,
    bucket: Result<Option<Bucket>, Arc<str>>,
    /// Most bytes of a file.
    pub most: u64,
    daily: Arc<Daily>,
}

/// Bytes that came of each institution today, in Seoul, of as many as may: what nobody comes to name stays for a day or two.
#[derive(Debug)]
struct Daily {
    most: u64,
    came: Mutex<(i64, HashMap<Uuid, u64>)>,
}

impl Daily {
    fn add(&self, of: Uuid, bytes: u64) -> Result<(), Error> {
        let today = i64::from(Utc::now().with_timezone(&seoul()).date_naive().num_days_from_ce());
        let mut came = self.came.lock().unwrap_or_else(PoisonError::into_inner);
        if came.0 != today {
            *came = (today, HashMap::new());
        }
        let sum = came.1.entry(of).or_default();
        *sum = sum.saturating_add(bytes);
        if *sum <= self.most {
            return Ok(());
        }
        let most = self.most / MEBI;
        Err(Error::TooLarge(Message::new(
            format!(
                "이 기관이 오늘 올린 파일이 한도 {most}MiB를 넘었습니다. 내일(서울 시각) 다시 올리거나 운영 기관에 문의하십시오."
            ),
            format!(
                "Your institution has sent more than {most} MiB of files today, which is the most; send it tomorrow (in Seoul), or ask the operators."
            ),
        )))
    }
}

/// A fault of the disk: the operator's business, and one that may pass.
fn broken(error: io::Error) -> Error {
    Error::unavailable(format!("files: {error}"))
}

impl Files {
    /// The folder that is set; nothing is made yet.
    pub fn new(settings: &FileSettings) -> Self {
        let folder = settings.files.clone().unwrap_or_else(|| FileSettings::FOLDER.into());
        let bucket = Bucket::new(&settings.store).map_err(|error| error.for_operator().into());
        let [most, daily] =
            [settings.file_size, settings.files_daily].map(|it| u64::from(it) * MEBI);
        let daily = Arc::new(Daily { most: daily, came: Mutex::default() });
        Self { folder: folder.into(), bucket, most, daily }
    }

    /// The bucket, where one is set in place of the folder.
    ///
    /// # Errors
    /// Unavailable, if this machine cannot reach any such.
    pub fn bucket(&self) -> Result<Option<&Bucket>, Error> {
        self.bucket.as_ref().map(Option::as_ref).map_err(Error::unavailable)
    }

    /// What an operator knows the place of contents by.
    pub fn shown(&self) -> String {
        let folder = || self.folder.display().to_string();
        let bucket = self.bucket.as_ref().ok().and_then(Option::as_ref);
        bucket.map_or_else(folder, |bucket| bucket.shown().to_owned())
    }

    /// Where the content of a hash is.
    pub fn path(&self, sha256: &str) -> PathBuf {
        let (group, rest) = sha256.split_at_checked(2).unwrap_or_default();
        self.folder.join(group).join(rest)
    }

    fn folder_for(&self, name: &str) -> io::Result<PathBuf> {
        let folder = self.folder.join(name);
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.recursive(true).create(&folder)?;
        Ok(folder)
    }

    /// Makes room for a file that is about to arrive, of an institution.
    ///
    /// # Errors
    /// Unavailable.
    pub async fn receive(&self, of: Option<Uuid>) -> Result<Incoming, Error> {
        let files = self.clone();
        let made = move || {
            let path = files.folder_for(INCOMING)?.join(Uuid::now_v7().to_string());
            let file = private::options().create_new(true).open(&path)?;
            Ok((files, Held(path), file))
        };
        let (files, held, file) = blocking(made).await?;
        let file = File::from_std(file);
        Ok(Incoming { files, of, held, file, hash: Context::new(&SHA256), bytes: 0 })
    }

    /// Where the content of a hash is, of a row that names it: an orphan that was put aside is none any more.
    fn found(&self, sha256: &str) -> PathBuf {
        let path = self.path(sha256);
        if !path.exists() {
            let _ = std::fs::rename(self.folder.join(ASIDE).join(sha256), &path);
        }
        path
    }

    /// Where a content of this size is that a row names, in the folder.
    ///
    /// # Errors
    /// Unavailable, if it is not there, or is not what it was.
    pub async fn whole(&self, sha256: &str, bytes: u64) -> Result<PathBuf, Error> {
        let (files, sha256) = (self.clone(), sha256.to_owned());
        blocking(move || {
            let path = files.found(&sha256);
            let told = |cause: String| io::Error::other(format!("{}: {cause}", path.display()));
            let length = std::fs::metadata(&path).map_err(|error| told(error.to_string()))?.len();
            if length != bytes {
                return Err(told(format!("{length} bytes where there were {bytes}")));
            }
            Ok(path)
        })
        .await
    }

    /// Whether the folder is of this database; one that is nobody's is from now on.
    ///
    /// # Errors
    /// Unavailable.
    pub async fn is_of(&self, database: String) -> Result<bool, Error> {
        if let Some(bucket) = self.bucket()? {
            return bucket.is_of(&database).await;
        }
        let files = self.clone();
        blocking(move || {
            let path = files.folder_for("")?.join(OWNER);
            match private::options().create_new(true).open(&path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                    Ok(std::fs::read_to_string(&path)?.trim() == database)
                }
                made => {
                    io::Write::write_all(&mut made?, database.as_bytes())?;
                    Ok(true)
                }
            }
        })
        .await
    }

    /// Hashes of content that has been there for a day, of the group of hashes that begin with these two digits.
    ///
    /// # Errors
    /// Unavailable.
    pub async fn old(&self, group: u8) -> Result<Vec<String>, Error> {
        let group = hex(&[group]);
        if let Some(bucket) = self.bucket()? {
            return bucket.old(&group).await;
        }
        let folder = self.folder.join(&group);
        blocking(move || {
            let found = named_in(&folder, GRACE)?.into_iter().map(|rest| format!("{group}{rest}"));
            Ok(found.filter(|name| is_hash(name)).collect())
        })
        .await
    }

    /// Puts content aside that no row names.
    ///
    /// # Errors
    /// Unavailable.
    pub async fn put_aside(&self, sha256: String) -> Result<(), Error> {
        if let Some(bucket) = self.bucket()? {
            return bucket.put_aside(&sha256).await;
        }
        let files = self.clone();
        blocking(move || {
            let (path, aside) = (files.path(&sha256), files.folder_for(ASIDE)?.join(&sha256));
            // From now on it waits.
            let touched = private::options().open(&path);
            let touched = touched.and_then(|file| file.set_modified(SystemTime::now()));
            unless_gone(touched.and_then(|()| std::fs::rename(path, aside)))
        })
        .await
    }

    /// Hashes of what is aside, and of them those that have been there for a day.
    ///
    /// # Errors
    /// Unavailable.
    pub async fn aside(&self) -> Result<[Vec<String>; 2], Error> {
        if let Some(bucket) = self.bucket()? {
            return bucket.aside().await;
        }
        let folder = self.folder.join(ASIDE);
        let all = blocking(move || Ok([Duration::ZERO, GRACE].map(|time| named_in(&folder, time))));
        let [all, old] = all.await?;
        let hashes = |found: io::Result<Vec<String>>| -> Result<Vec<String>, Error> {
            let found = found.map_err(broken)?.into_iter();
            Ok(found.filter(|name| is_hash(name)).collect())
        };
        Ok([hashes(all)?, hashes(old)?])
    }

    /// Takes what is aside away, or puts it back.
    ///
    /// # Errors
    /// Unavailable.
    pub async fn settle(&self, sha256: String, is_named: bool) -> Result<(), Error> {
        if let Some(bucket) = self.bucket()? {
            return bucket.settle(&sha256, is_named).await;
        }
        let files = self.clone();
        blocking(move || {
            let aside = files.folder.join(ASIDE).join(&sha256);
            unless_gone(match is_named {
                true => std::fs::rename(aside, files.path(&sha256)),
                false => std::fs::remove_file(aside),
            })
        })
        .await
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Copies contents to another place, unless they are there.
    ///
    /// # Errors
    /// Internal, if one is not here, is not what it was, or cannot be written there.
    pub async fn copy_to(&self, other: &Self, hashes: &[String]) -> Result<(), Error> {
        let told = |error: Error| Error::internal(error.for_operator());
        let bucket = self.bucket().map_err(told)?;
        for sha256 in hashes {
            if bucket.is_some() {
                // It is hashed as it comes, and never larger than what was once taken.
                let mut coming = Self { most: u64::MAX, ..other.clone() }.receive(None).await?;
                let mut pieces = self.read(sha256).await.map_err(told)?;
                while let Some(piece) = pieces.next().await {
                    let taken = async { coming.take(&piece?).await };
                    taken.await.map_err(|error| told(broken(error)))?;
                }
                let staged = coming.staged("").await.map_err(told)?;
                if staged.sha256 != *sha256 {
                    return Err(Error::internal(self.is_other(sha256)));
                }
                staged.keep().await.map_err(told)?;
                continue;
            }
            if let Some(fault) = self.fault(sha256).await {
                return Err(Error::internal(fault));
            }
            other.put(&self.path(sha256), sha256).await.map_err(told)?;
        }
        Ok(())
    }

    /// Lets the content of a file on the disk be found by its hash.
    async fn put(&self, from: &Path, sha256: &str) -> Result<(), Error> {
        if let Some(bucket) = self.bucket()? {
            return bucket.put(from, sha256).await;
        }
        let (files, from, sha256) = (self.clone(), from.to_owned(), sha256.to_owned());
        blocking(move || files.place(&from, &sha256)).await
    }

    /// The same, in the folder.
    fn place(&self, from: &Path, sha256: &str) -> io::Result<()> {
        let folder = self.folder_for(sha256.get(..2).unwrap_or_default())?;
        let path = self.path(sha256);
        // Where there is one already it may be old, or not what it was.
        std::fs::hard_link(from, &path).or_else(|_| self.copy(from, &path))?;
        std::fs::File::open(folder)?.sync_all()?;
        std::fs::File::open(&self.folder)?.sync_all()
    }

    /// Copies a file to where no other can be linked.
    fn copy(&self, from: &Path, to: &Path) -> io::Result<()> {
        let part = Held(self.folder_for(INCOMING)?.join(Uuid::now_v7().to_string()));
        let mut new = private::options().create_new(true).open(&part.0)?;
        io::copy(&mut std::fs::File::open(from)?, &mut new)?;
        new.sync_all()?;
        std::fs::rename(&part.0, to)
    }

    /// All of a content that a row names, piece by piece.
    async fn read(&self, sha256: &str) -> Result<BoxStream<'static, io::Result<Bytes>>, Error> {
        if let Some(bucket) = self.bucket()? {
            return bucket.read(sha256).await;
        }
        let (files, hash) = (self.clone(), sha256.to_owned());
        let file = blocking(move || std::fs::File::open(files.found(&hash))).await?;
        let pieces = stream::try_unfold(File::from_std(file), async |mut file| {
            let mut piece = vec![0; 256 * 1024];
            let length = file.read(&mut piece).await?;
            piece.truncate(length);
            Ok((length > 0).then(|| (Bytes::from(piece), file)))
        });
        Ok(pieces.boxed())
    }

    fn is_other(&self, sha256: &str) -> String {
        format!("the file {} is not what its name says", self.shown_at(sha256))
    }

    fn shown_at(&self, sha256: &str) -> String {
        let (group, rest) = sha256.split_at_checked(2).unwrap_or_default();
        format!("{}/{group}/{rest}", self.shown())
    }

    /// Whether a bucket answers; a folder is asked at each content.
    ///
    /// # Errors
    /// Unavailable.
    pub async fn answers(&self) -> Result<(), Error> {
        match self.bucket()? {
            Some(bucket) => bucket.answers().await,
            None => Ok(()),
        }
    }

    /// What is wrong with the content of a hash that a row names, if anything is.
    pub async fn fault(&self, sha256: &str) -> Option<String> {
        let hashed = async {
            let (mut hash, mut pieces) = (Context::new(&SHA256), self.read(sha256).await?);
            while let Some(piece) = pieces.next().await {
                hash.update(&piece.map_err(broken)?);
            }
            Ok::<_, Error>(hash.finish())
        };
        match hashed.await {
            Ok(hash) if hex(hash.as_ref()) == sha256 => None,
            Ok(_) => Some(self.is_other(sha256)),
            Err(error) => Some(format!(
                "the file {} cannot be read: {}",
                self.shown_at(sha256),
                error.for_operator()
            )),
        }
    }

    /// Removes what arrived and was never whole, as a server that was killed leaves it.
    ///
    /// # Errors
    /// Unavailable.
    pub async fn tidy(&self) -> Result<(), Error> {
        let folder = self.folder.join(INCOMING);
        blocking(move || {
            let found = named_in(&folder, GRACE)?;
            found.iter().try_for_each(|name| unless_gone(std::fs::remove_file(folder.join(name))))
        })
        .await
    }
}

fn is_hash(name: &str) -> bool {
    name.len() == DIGITS && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// What was to be done; another server may have done it.
fn unless_gone(done: io::Result<()>) -> io::Result<()> {
    done.or_else(|error| if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) })
}

/// Names of files that have been in a folder for so long.
fn named_in(folder: &Path, time: Duration) -> io::Result<Vec<String>> {
    let listed = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        listed => listed?,
    };
    let mut found = Vec::new();
    for entry in listed {
        let entry = entry?;
        let data = entry.metadata()?;
        let since = data.modified()?;
        let is_old =
            data.is_file() && SystemTime::now().duration_since(since).is_ok_and(|age| age >= time);
        if is_old && let Ok(name) = entry.file_name().into_string() {
            found.push(name);
        }
    }
    Ok(found)
}

/// Work on the disk, off the threads that serve.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?.map_err(broken)
}

/// A file that goes when it is not held any more.
#[derive(Debug)]
struct Held(PathBuf);

impl Drop for Held {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A file that arrives.
#[expect(missing_debug_implementations, reason = "a hash in the making shows nothing")]
pub struct Incoming {
    files: Files,
    of: Option<Uuid>,
    held: Held,
    file: File,
    hash: Context,
    bytes: u64,
}

impl Incoming {
    /// Takes the next piece.
    ///
    /// # Errors
    /// Too large, or too much today; unavailable.
    pub async fn write(&mut self, piece: &[u8]) -> Result<(), Error> {
        let length = piece.len() as u64;
        self.bytes += length;
        self.of.map_or(Ok(()), |of| self.files.daily.add(of, length))?;
        let most = self.files.most;
        if self.bytes > most {
            return Err(Error::TooLarge(Message::new(
                format!("파일이 너무 큽니다(한도 {most}바이트)."),
                format!("The file is too large (at most {most} bytes)."),
            )));
        }
        self.take(piece).await.map_err(broken)
    }

    async fn take(&mut self, piece: &[u8]) -> io::Result<()> {
        self.hash.update(piece);
        self.file.write_all(piece).await
    }

    /// The same, of what is to be named by a call that is known to be allowed. Where there is a bucket it is sent there at
    /// once if it is what its name says: the call has less time.
    ///
    /// # Errors
    /// Unavailable.
    pub async fn finish(self, name: &str) -> Result<Staged, Error> {
        let staged = self.staged(name).await?;
        if staged.files.bucket()?.is_some() && staged.kind(&staged.name).await?.is_ok() {
            staged.keep().await?;
        }
        Ok(staged)
    }

    /// The whole file, called `name`, on the disk.
    ///
    /// # Errors
    /// Unavailable.
    pub async fn staged(mut self, name: &str) -> Result<Staged, Error> {
        self.file.flush().await.map_err(broken)?;
        self.file.sync_all().await.map_err(broken)?;
        let Self { files, held, hash, bytes, .. } = self;
        // As people on other systems write it.
        let name = admit::composed(name.trim()).into_owned();
        let sha256 = hex(hash.finish().as_ref());
        Ok(Staged { files, held, is_kept: AtomicBool::new(false), name, bytes, sha256 })
    }
}

/// A file that has arrived with a request and waits for the mutation that names it. It is gone with the request, unless it
/// was kept.
#[derive(Debug)]
pub struct Staged {
    files: Files,
    held: Held,
    /// Whether it is found by its hash already.
    is_kept: AtomicBool,
    /// As it is called where it comes from.
    pub name: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Hash of its content.
    pub sha256: String,
}

impl Staged {
    /// Its media type under a name, or why it is not taken.
    ///
    /// # Errors
    /// Unavailable.
    pub async fn kind(&self, name: &str) -> Result<Result<&'static str, Refused>, Error> {
        let (path, name) = (self.held.0.clone(), name.to_owned());
        blocking(move || kind::of(&path, &name)).await
    }

    /// Puts the content where it is found by its hash, before a row names it.
    ///
    /// # Errors
    /// Unavailable.
    pub async fn keep(&self) -> Result<(), Error> {
        if !self.is_kept.load(Ordering::Relaxed) {
            self.files.put(&self.held.0, &self.sha256).await?;
            self.is_kept.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}
