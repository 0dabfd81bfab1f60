//! Files of documents: each content once, under its SHA-256, in a folder. What arrives is written beside them first and
//! takes its place when it is whole and on the disk, before the row that names it is committed. So no row names what is
//! not there; what no row names is an orphan, and goes a day later ([`crate::service::document::sweep`]).
//!
//! Several servers may share the folder.

pub mod kind;

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_lc_rs::digest::{Context, SHA256};
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;
use uuid::Uuid;

use crate::config::FileSettings;
use crate::domain::canonical::hex;
use crate::error::{Error, Message};
use crate::private;
use kind::Refused;

/// How long content stays that no row names: what writes its row has long ended by then.
const GRACE: Duration = Duration::from_secs(24 * 3600);
/// Where what arrives is written.
const INCOMING: &str = "incoming";
/// Where an orphan waits while it is asked for once more.
const ASIDE: &str = "aside";

/// The folder of the files.
#[derive(Debug, Clone)]
pub struct Files {
    folder: Arc<Path>,
    /// Most bytes of a file.
    pub most: u64,
}

/// A fault of the disk: the operator's business, and one that may pass.
fn broken(error: io::Error) -> Error {
    Error::unavailable(format!("files: {error}"))
}

impl Files {
    /// The folder that is set; nothing is made yet.
    pub fn new(settings: &FileSettings) -> Self {
        let folder = settings.files.clone().unwrap_or_else(|| FileSettings::FOLDER.into());
        Self { folder: folder.into(), most: u64::from(settings.file_size) * 1024 * 1024 }
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

    /// Makes room for a file that is about to arrive.
    ///
    /// # Errors
    /// Unavailable.
    pub async fn receive(&self) -> Result<Incoming, Error> {
        let files = self.clone();
        let made = move || {
            let path = files.folder_for(INCOMING)?.join(Uuid::now_v7().to_string());
            let file = private::options().create_new(true).open(&path)?;
            Ok((files, Held(path), file))
        };
        let (files, held, file) = blocking(made).await?;
        let file = File::from_std(file);
        Ok(Incoming { files, held, file, hash: Context::new(&SHA256), bytes: 0 })
    }

    /// Hashes of content that has been there for a day, of the group of hashes that begin with these two digits.
    ///
    /// # Errors
    /// Unavailable.
    pub async fn old(&self, group: u8) -> Result<Vec<String>, Error> {
        let group = hex(&[group]);
        let folder = self.folder.join(&group);
        blocking(move || {
            let found = named_in(&folder, GRACE)?.into_iter();
            Ok(found.map(|rest| format!("{group}{rest}")).collect())
        })
        .await
    }

    /// Puts content aside that may be an orphan. Who names it meanwhile finds it gone and puts it back
    /// ([`Staged::keep`]), or has named it when it is asked for once more ([`Self::aside`]).
    ///
    /// # Errors
    /// Unavailable.
    pub async fn put_aside(&self, sha256: String) -> Result<(), Error> {
        let files = self.clone();
        blocking(move || {
            let aside = files.folder_for(ASIDE)?.join(&sha256);
            unless_gone(std::fs::rename(files.path(&sha256), aside))
        })
        .await
    }

    /// Hashes of what is aside, also of what a server left there that was killed.
    ///
    /// # Errors
    /// Unavailable.
    pub async fn aside(&self) -> Result<Vec<String>, Error> {
        let folder = self.folder.join(ASIDE);
        blocking(move || named_in(&folder, Duration::ZERO)).await
    }

    /// Takes what is aside away, or puts it back if it is named after all.
    ///
    /// # Errors
    /// Unavailable.
    pub async fn settle(&self, sha256: String, is_named: bool) -> Result<(), Error> {
        let files = self.clone();
        blocking(move || {
            let aside = files.folder.join(ASIDE).join(&sha256);
            unless_gone(if is_named {
                std::fs::rename(aside, files.path(&sha256))
            } else {
                std::fs::remove_file(aside)
            })
        })
        .await
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Copies contents into another folder, unless they are there.
    ///
    /// # Errors
    /// Internal, if one is not here, or cannot be written there.
    pub async fn copy_to(&self, other: &Self, hashes: &[String]) -> Result<(), Error> {
        for sha256 in hashes {
            let (from, to, other) = (self.path(sha256), other.path(sha256), other.clone());
            let shown = from.display().to_string();
            let group = sha256.get(..2).unwrap_or_default().to_owned();
            let copied = blocking(move || {
                let folder = other.folder_for(&group)?;
                if to.try_exists()? {
                    return Ok(());
                }
                let part = other.folder_for(INCOMING)?.join(Uuid::now_v7().to_string());
                let held = Held(part);
                let mut new = private::options().create_new(true).open(&held.0)?;
                io::copy(&mut std::fs::File::open(from)?, &mut new)?;
                new.sync_all()?;
                std::fs::rename(&held.0, to)?;
                std::fs::File::open(folder)?.sync_all()
            });
            copied.await.map_err(|error| {
                Error::internal(format!(
                    "the file {shown} was not copied: {}",
                    error.for_operator()
                ))
            })?;
        }
        Ok(())
    }

    /// What is wrong with the content of a hash, if anything is.
    pub async fn fault(&self, sha256: &str) -> Option<String> {
        let path = self.path(sha256);
        let shown = path.display().to_string();
        let read = blocking(move || {
            let (mut file, mut hash) = (std::fs::File::open(path)?, Context::new(&SHA256));
            let mut piece = vec![0; 256 * 1024];
            loop {
                match io::Read::read(&mut file, &mut piece)? {
                    0 => return Ok(hex(hash.finish().as_ref())),
                    length => hash.update(&piece[..length]),
                }
            }
        });
        match read.await {
            Ok(found) if found == sha256 => None,
            Ok(_) => Some(format!("the file {shown} is not what its name says")),
            Err(error) => Some(format!("the file {shown} cannot be read: {error}")),
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
        let since = entry.metadata()?.modified()?;
        let is_old = SystemTime::now().duration_since(since).is_ok_and(|age| age >= time);
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
    held: Held,
    file: File,
    hash: Context,
    bytes: u64,
}

impl Incoming {
    /// Takes the next piece.
    ///
    /// # Errors
    /// Too large; unavailable.
    pub async fn write(&mut self, piece: &[u8]) -> Result<(), Error> {
        self.bytes += piece.len() as u64;
        let most = self.files.most;
        if self.bytes > most {
            return Err(Error::TooLarge(Message::new(
                format!("파일이 너무 큽니다(한도 {most}바이트)."),
                format!("The file is too large (at most {most} bytes)."),
            )));
        }
        self.hash.update(piece);
        self.file.write_all(piece).await.map_err(broken)
    }

    /// The whole file, called `name`, on the disk.
    ///
    /// # Errors
    /// Unavailable.
    pub async fn finish(mut self, name: String) -> Result<Staged, Error> {
        self.file.flush().await.map_err(broken)?;
        self.file.sync_all().await.map_err(broken)?;
        let Self { files, held, hash, bytes, .. } = self;
        let (path, called) = (held.0.clone(), name.clone());
        let kind = blocking(move || kind::of(&path, &called)).await?;
        let sha256 = hex(hash.finish().as_ref());
        Ok(Staged { files, held, name, bytes, sha256, kind })
    }
}

/// A file that has arrived with a request and waits for the mutation that names it. It is gone with the request, unless it
/// was kept.
#[derive(Debug)]
pub struct Staged {
    files: Files,
    held: Held,
    /// As it is called.
    pub name: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Hash of its content.
    pub sha256: String,
    /// Its media type, or why it is not taken.
    pub kind: Result<&'static str, Refused>,
}

impl Staged {
    /// Puts the content where it is found by its hash: before the row that names it is committed, and once more after
    /// that, in case it was an orphan that left meanwhile.
    ///
    /// # Errors
    /// Unavailable.
    pub async fn keep(&self) -> Result<(), Error> {
        let (files, path) = (self.files.clone(), self.files.path(&self.sha256));
        let (held, group) = (self.held.0.clone(), self.sha256[..2].to_owned());
        blocking(move || {
            let folder = files.folder_for(&group)?;
            match std::fs::hard_link(&held, &path) {
                // It is not old any more.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                    private::options().open(&path)?.set_modified(SystemTime::now())
                }
                linked => linked.and_then(|()| std::fs::File::open(folder)?.sync_all()),
            }
        })
        .await
    }
}
