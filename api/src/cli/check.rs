//! What settings that are each well written mean together and on this machine: files, folders, the port.
//! Nothing is written here.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use sea_orm::DatabaseConnection;

use super::settings::Mistakes;
use crate::auth::issuer::Issuers;
use crate::auth::keys::KeyRing;
use crate::auth::webhook_key::WebhookKey;
use crate::config::{AccessSettings, DatabaseSettings, ServeSettings};
use crate::database::{self, is_sqlite, sqlite_file};
use crate::domain::codes::nearest;
use crate::error::Error;
use crate::files::Files;
use crate::graphql::engine;
use crate::graphql::persisted::Persisted;
use crate::seed;

/// Looks at all of them.
pub async fn settings(
    database: &DatabaseSettings,
    access: &AccessSettings,
    serve: &ServeSettings,
) -> Mistakes {
    let mut mistakes = Mistakes::default();
    let file = sqlite_file(&database.database_url);
    if let Some(cause) = file.as_deref().and_then(no_place) {
        mistakes.at("database-url", cause);
    }
    read_database(database, &mut mistakes);
    let keys = access.key_file(database);
    match no_place(&keys) {
        // The default stands beside the database, of which it is said already.
        Some(cause) if access.signing_key_file.is_some() => mistakes.at("signing-key-file", cause),
        Some(_) => {}
        None if keys.exists() => content("signing-key-file", &keys, &mut mistakes, |path| {
            let text = std::fs::read_to_string(path)
                .map_err(|error| Error::internal(told(path, &error)))?;
            let parsed = KeyRing::parse(&text).map(drop);
            parsed.map_err(|cause| {
                Error::internal(format!("{}: {}", path.display(), cause.for_operator()))
            })
        }),
        None => {}
    }
    let is_on = !serve.webhooks.addresses().is_off();
    let webhooks = is_on.then(|| serve.webhooks.key_file(&keys));
    if let Some(path) = &webhooks {
        match no_place(path) {
            Some(cause) => mistakes.at("webhook-key-file", cause),
            None if path.exists() => {
                content("webhook-key-file", path, &mut mistakes, |path| {
                    WebhookKey::open(path).map(drop)
                });
            }
            None => {}
        }
    }
    if let Some(path) = &access.issuers_file {
        content("issuers-file", path, &mut mistakes, |path| Issuers::read(Some(path)).map(drop));
    }
    if let Some(path) = &serve.limits.trusted_documents {
        content("trusted-documents", path, &mut mistakes, |path| {
            let faults = Persisted::read(Some(path))?.faults(engine::fault);
            faults.map_or(Ok(()), |faults| Err(Error::internal(faults)))
        });
    }
    if let Some(path) = &serve.audit_anchor_file {
        let unwritable = no_place(path).or_else(|| unwritable(path));
        if let Some(cause) = unwritable {
            mistakes.at("audit-anchor-file", cause);
        }
    }
    let folder = serve.files.files.as_deref();
    if let Some(cause) = folder.filter(|folder| !folder.exists()).and_then(no_place) {
        mistakes.at("files", cause);
    } else if let Some(path) = folder.filter(|folder| folder.exists() && !folder.is_dir()) {
        mistakes.at("files", format!("{} is no folder", path.display()));
    }
    for flag in serve.files.store.missing() {
        mistakes.at(flag, "a store of files needs it as well");
    }
    if let Err(error) = Files::new(&serve.files).bucket() {
        mistakes.at("s3-endpoint", error.for_operator());
    }
    let files = [
        ("database-url", file),
        ("signing-key-file", Some(keys.clone())),
        ("webhook-key-file", webhooks),
        ("issuers-file", access.issuers_file.clone()),
        ("trusted-documents", serve.limits.trusted_documents.clone()),
        ("audit-anchor-file", serve.audit_anchor_file.clone()),
    ];
    one_file_each(&files, &mut mistakes);
    not_institutions(not_yet_known(database, &access.operators).await, &mut mistakes);
    mistakes
}

/// Whether operators are institutions of a database that is ready.
pub async fn operators(db: &DatabaseConnection, access: &AccessSettings) -> Mistakes {
    let mut mistakes = Mistakes::default();
    if let Some(unknown) = database::unknown_institutions(db, &access.operators).await {
        not_institutions(unknown, &mut mistakes);
    }
    mistakes
}

/// The addresses to listen on, if they are free; a port of 0 has become one that is.
pub fn port(serve: &mut ServeSettings, mistakes: &mut Mistakes) {
    match TcpListener::bind(serve.listen).and_then(|listener| listener.local_addr()) {
        Ok(free) => serve.listen = free,
        Err(error) => mistakes.at("listen", cannot_listen(serve.listen, &error)),
    }
    let figures = serve.metrics_listen;
    if let Some((address, Err(error))) = figures.map(|at| (at, TcpListener::bind(at))) {
        mistakes.at("metrics-listen", cannot_listen(address, &error));
    }
}

/// Why an address cannot be listened on.
pub fn cannot_listen(address: SocketAddr, error: &std::io::Error) -> String {
    let cause = match error.kind() {
        ErrorKind::AddrInUse => {
            "another program listens there; stop it, or choose another port".to_owned()
        }
        ErrorKind::AddrNotAvailable => "this machine has no such address".to_owned(),
        ErrorKind::PermissionDenied => {
            "this user may not use that port; choose one from 1024 on".to_owned()
        }
        _ => error.to_string(),
    };
    format!("cannot listen on {address}: {cause}")
}

/// Codes that no institution has as far as can be told before the database is ready: it knows best; on the
/// first start those of the starting data set are all there will be.
async fn not_yet_known(
    database: &DatabaseSettings,
    operators: &[String],
) -> Vec<(String, Option<String>)> {
    let set = seed::starting_set().map(|set| set.rows).unwrap_or_default();
    let built_in =
        || set.iter().filter(|row| row.table == "institution").map(|row| row.key.as_str());
    let new: Vec<String> =
        operators.iter().filter(|code| !built_in().any(|known| known == *code)).cloned().collect();
    if new.is_empty() {
        return Vec::new();
    }
    if let Some(unknown) = database::unknown_institutions_at(&database.database_url, &new).await {
        return unknown;
    }
    let is_first = sqlite_file(&database.database_url).is_some_and(|file| !file.exists());
    let near = |code: &str| nearest(code, built_in()).map(str::to_owned);
    let unknown = new.into_iter().filter(|_| is_first).map(|code| (code.clone(), near(&code)));
    unknown.collect()
}

fn not_institutions(unknown: Vec<(String, Option<String>)>, mistakes: &mut Mistakes) {
    for (code, near) in unknown {
        let hint = near.map_or_else(String::new, |near| format!("; {near} has"));
        mistakes.at("operators", format!("no institution has the code {code}{hint}"));
    }
}

fn read_database(database: &DatabaseSettings, mistakes: &mut Mistakes) {
    let Some(read) = &database.database_read_url else { return };
    const FLAG: &str = "database-read-url";
    match (is_sqlite(&database.database_url), is_sqlite(read)) {
        (true, false) => mistakes.at(FLAG, "it is PostgreSQL, while the database is SQLite"),
        (false, true) => mistakes.at(FLAG, "it is SQLite, while the database is PostgreSQL"),
        (true, true) => match sqlite_file(read) {
            None => mistakes.at(FLAG, "a database in memory is nobody's replica"),
            // The database's own file may be made by this start.
            file if file == sqlite_file(&database.database_url) => {}
            Some(file) if !file.is_file() => {
                mistakes.at(FLAG, format!("there is no file {}", file.display()));
            }
            Some(_) => {}
        },
        (false, false) => {}
    }
}

/// Why a file cannot be, or be made, at a path.
fn no_place(path: &Path) -> Option<String> {
    if path.is_dir() {
        return Some(format!("{} is a folder, not a file", path.display()));
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    match std::fs::metadata(folder) {
        Ok(data) if data.is_dir() => None,
        Ok(_) => Some(format!("{} is a file, not a folder", folder.display())),
        Err(error) => Some(told(folder, &error)),
    }
}

/// Why lines cannot be added to a file, which is not made here.
fn unwritable(path: &Path) -> Option<String> {
    let opened = std::fs::OpenOptions::new().append(true).open(path).map(drop);
    opened.err().filter(|error| error.kind() != ErrorKind::NotFound).map(|error| told(path, &error))
}

fn told(path: &Path, error: &std::io::Error) -> String {
    let path = path.display();
    match error.kind() {
        ErrorKind::NotFound => format!("{path} does not exist"),
        ErrorKind::PermissionDenied => format!("this user may not use {path}"),
        _ => format!("{path}: {error}"),
    }
}

/// Reads a file that must be there, and tells what is wrong with it.
fn content(
    flag: &str,
    path: &Path,
    mistakes: &mut Mistakes,
    read: impl Fn(&Path) -> Result<(), Error>,
) {
    match std::fs::File::open(path) {
        Err(error) => mistakes.at(flag, told(path, &error)),
        Ok(_) if path.is_dir() => {
            mistakes.at(flag, format!("{} is a folder, not a file", path.display()))
        }
        Ok(_) => match read(path) {
            Ok(()) => {}
            Err(cause) => mistakes.at(flag, cause.for_operator()),
        },
    }
}

/// No two settings name one file.
fn one_file_each(files: &[(&str, Option<PathBuf>)], mistakes: &mut Mistakes) {
    let place = |path: &PathBuf| {
        path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.clone())
    };
    for (at, (flag, path)) in files.iter().enumerate() {
        let Some(path) = path else { continue };
        let before =
            files[..at].iter().find(|(_, other)| other.as_ref().map(place) == Some(place(path)));
        if let Some((other, _)) = before {
            mistakes.at(flag, format!("it is the file of --{other} as well: {}", path.display()));
        }
    }
}
