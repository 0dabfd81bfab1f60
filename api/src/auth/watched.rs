//! A file that is read again when it has changed: keys are rotated under running servers.

use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};
use std::time::SystemTime;

use crate::error::Error;

/// What tells two states of a file apart.
type Stamp = (Option<SystemTime>, u64, u64);

/// What was read from a file.
#[derive(Debug)]
pub struct Watched<T> {
    path: PathBuf,
    read: fn(&str) -> Result<T, Error>,
    state: RwLock<(Stamp, Arc<T>)>,
}

fn stamp(path: &Path) -> Result<Stamp, Error> {
    let data = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    #[cfg(unix)]
    let inode = std::os::unix::fs::MetadataExt::ino(&data);
    #[cfg(not(unix))]
    let inode = 0;
    Ok((data.modified().ok(), data.len(), inode))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    Error::internal(format!("cannot read {}: {error}", path.display()))
}

fn load<T>(path: &Path, read: fn(&str) -> Result<T, Error>) -> Result<(Stamp, Arc<T>), Error> {
    // The stamp first: a change while reading is then seen at the next look.
    let stamp = stamp(path)?;
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    let value = read(&text).map_err(|error| match error {
        Error::Internal(cause) => Error::internal(format!("{}: {cause}", path.display())),
        other => other,
    })?;
    Ok((stamp, Arc::new(value)))
}

impl<T> Watched<T> {
    /// Reads the file for the first time.
    ///
    /// # Errors
    /// Internal, if it cannot be read or does not hold what it should.
    pub fn new(path: PathBuf, read: fn(&str) -> Result<T, Error>) -> Result<Self, Error> {
        let state = RwLock::new(load(&path, read)?);
        Ok(Self { path, read, state })
    }

    /// What the file holds now; what it held before, if it cannot be read now.
    pub fn current(&self) -> Arc<T> {
        // A lock is poisoned by a panic while reading the file; what was known before is still good.
        let known = self.state.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        match stamp(&self.path) {
            Ok(now) if now == known.0 => return known.1,
            Ok(_) => {}
            Err(error) => {
                tracing::error!(error.cause = %error, "file.unreadable");
                return known.1;
            }
        }
        match load(&self.path, self.read) {
            Ok(fresh) => {
                let value = fresh.1.clone();
                *self.state.write().unwrap_or_else(std::sync::PoisonError::into_inner) = fresh;
                tracing::info!(file = %self.path.display(), "file.taken_over");
                value
            }
            Err(error) => {
                tracing::error!(error.cause = %error, "file.unreadable");
                known.1
            }
        }
    }
}
