//! Files that their owner alone may read: those of the database and of the signing keys.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Options that make a file, where they make one, for its owner alone, whatever the process's mask says.
pub fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Opens a file, made if it is not there; one that others may read is taken from them.
///
/// # Errors
/// The system's own.
pub fn open(path: &Path) -> io::Result<File> {
    let file = options().create(true).truncate(false).open(path)?;
    tighten(path);
    Ok(file)
}

/// Takes a file from everybody but its owner, and says so; where that fails, the log says that as well.
pub fn tighten(path: &Path) {
    #[cfg(unix)]
    {
        use std::fs::Permissions;
        use std::os::unix::fs::PermissionsExt as _;
        let Ok(data) = std::fs::metadata(path) else { return };
        let mode = data.permissions().mode() & 0o7777;
        if !data.is_file() || mode & 0o077 == 0 {
            return;
        }
        let (file, was) = (path.display(), format!("{mode:04o}"));
        match std::fs::set_permissions(path, Permissions::from_mode(0o600)) {
            Ok(()) => tracing::warn!(%file, was, now = "0600", "file.made_private"),
            Err(error) => {
                tracing::error!(%file, was, error.cause = %error, "file.readable_by_others")
            }
        }
    }
    #[cfg(not(unix))]
    let _ = path;
}
