//! `aiplus check`, `aiplus backup` and `aiplus restore`: whether the data is sound, and copies of it.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use migration::{Migrator, MigratorTrait as _};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};

use super::{Terminal, print};
use crate::app::Progress as _;
use crate::config::{DatabaseSettings, FileSettings};
use crate::database::{self, sqlite_file};
use crate::error::Error;
use crate::files::Files;
use crate::private;
use crate::service::document::file;
use crate::service::{audit, integrity};

/// A copy of the database.
#[derive(Debug, Args)]
pub struct Copy {
    /// File of the copy
    file: PathBuf,
}

/// Looks the whole database over and tells what it finds.
///
/// # Errors
/// Internal, if anything is wrong with it, or it cannot be read.
pub async fn check(settings: &DatabaseSettings, files: &FileSettings) -> Result<(), Error> {
    database::present(&settings.database_url)?;
    let started = Instant::now();
    let db = database::connect(&settings.database_url, settings.database_connections).await?;
    let mut terminal = Terminal::new();
    if !Migrator::pending(db.writer()).await.is_empty() {
        return Err(Error::internal(
            "the tables are of an older release: run `aiplus migrate` first",
        ));
    }
    let files = Files::new(files);
    let findings = integrity::all(&db, &files, |step| terminal.step(step)).await?;
    terminal.clear();
    db.close().await?;
    let mut wrong = Vec::new();
    for finding in findings {
        let verdict = if finding.faults.is_empty() { "sound" } else { "wrong" };
        print(&format!("{verdict}  {}\n", finding.what));
        wrong.extend(finding.faults);
    }
    if wrong.is_empty() {
        print(&format!("nothing is wrong ({:.1} s)\n", started.elapsed().as_secs_f64()));
        return Ok(());
    }
    Err(Error::internal(format!("the database is not sound:\n  {}", wrong.join("\n  "))))
}

/// The file of a database on SQLite.
fn file_of(settings: &DatabaseSettings, tool: &str) -> Result<PathBuf, Error> {
    sqlite_file(&settings.database_url).ok_or_else(|| {
        Error::internal(format!(
            "this command copies SQLite; of PostgreSQL a copy is made and brought back by its own {tool} (see docs/operators.md)"
        ))
    })
}

fn told(path: &Path, error: &io::Error) -> Error {
    Error::internal(format!("{}: {error}", path.display()))
}

/// The name under which a copy is made until it is whole.
fn part(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

fn is_new(path: &Path) -> Result<(), Error> {
    match path.try_exists() {
        Ok(false) => Ok(()),
        Ok(true) => Err(Error::internal(format!(
            "{} is there already, and is left as it is",
            path.display()
        ))),
        Err(error) => Err(told(path, &error)),
    }
}

/// Gives a whole copy its name, once the disk has it.
fn put(part: &Path, path: &Path) -> Result<(), Error> {
    let done = || {
        File::open(part)?.sync_all()?;
        std::fs::rename(part, path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    };
    done().map_err(|error| told(path, &error))
}

/// Where the files of documents and submissions stand beside a copy.
fn files_of(copy: &Path) -> Files {
    let mut name = copy.as_os_str().to_owned();
    name.push(".files");
    Files::new(&FileSettings { files: Some(name.into()), ..FileSettings::default() })
}

/// Hashes of the files that a copy names.
async fn named(copy: &Path) -> Result<Vec<String>, Error> {
    let db = database::connect(&format!("sqlite://{}", copy.display()), 1).await?;
    let asked = format!(
        "{} ORDER BY sha256",
        file::NAMING.map(|it| format!("SELECT sha256 FROM {it}")).join(" UNION ")
    );
    let asked = Statement::from_string(DbBackend::Sqlite, asked);
    let rows = db.query_all_raw(asked).await?;
    db.close().await?;
    rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
}

/// Makes a copy of the database as it is at one instant, also while servers write it, and of the files it names.
///
/// # Errors
/// Internal, if there is such a file already, or it cannot be written; then there is none.
pub async fn backup(
    settings: &DatabaseSettings,
    files: &FileSettings,
    copy: &Copy,
) -> Result<(), Error> {
    file_of(settings, "pg_dump")?;
    database::present(&settings.database_url)?;
    is_new(&copy.file)?;
    let beside = files_of(&copy.file);
    is_new(beside.folder())?;
    let part = part(&copy.file);
    // What is left of a copy that was cut short.
    let _ = std::fs::remove_file(&part);
    // For its owner alone, before anything stands in it.
    private::open(&part).map_err(|error| told(&part, &error))?;
    let made = async {
        let end = copied(settings, &part).await?;
        let hashes = named(&part).await?;
        Files::new(files).copy_to(&beside, &hashes).await?;
        put(&part, &copy.file)?;
        Ok::<_, Error>((end, hashes.len()))
    };
    let ((number, hash), count) = made.await.inspect_err(|_| {
        drop(std::fs::remove_file(&part));
        drop(std::fs::remove_dir_all(beside.folder()));
    })?;
    let bytes = std::fs::metadata(&copy.file).map_err(|error| told(&copy.file, &error))?.len();
    print(&format!(
        "{} holds the database up to event {number} of the audit ({bytes} bytes)\nkeep with it the file of signing keys\n",
        copy.file.display()
    ));
    if count > 0 {
        let folder = beside.folder().display();
        let files = if count == 1 { "file" } else { "files" };
        print(&format!("{folder} holds {count} {files} of its documents and submissions\n"));
    }
    if number > 0 {
        print(&format!("note this anchor elsewhere: {number}:{hash}\n"));
    }
    Ok(())
}

async fn copied(settings: &DatabaseSettings, part: &Path) -> Result<(i64, String), Error> {
    let db = database::connect(&settings.database_url, 1).await?;
    let name = part.to_str().ok_or_else(|| Error::internal("the file's name is no text"))?;
    let copy = Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO $1", [name.into()]);
    db.execute_raw(copy).await?;
    db.close().await?;
    end_of(part).await
}

/// The end of the audit of a copy, whose file is sound.
async fn end_of(file: &Path) -> Result<(i64, String), Error> {
    let db = database::connect(&format!("sqlite://{}", file.display()), 1).await?;
    let is_ours = Statement::from_string(
        DbBackend::Sqlite,
        "SELECT count(*) FROM sqlite_master WHERE name IN ('ledger', 'audit_event', 'seaql_migrations')",
    );
    let tables = db.query_one_raw(is_ours).await?;
    let tables: i64 = tables.map_or(Ok(0), |row| row.try_get_by_index(0))?;
    if tables != 3 {
        return Err(Error::internal(format!("{} is no database of aiplus", file.display())));
    }
    let sound = integrity::pages(&db).await?.faults;
    let end = audit::end(db.writer()).await;
    db.close().await?;
    match sound.first() {
        None => end,
        Some(fault) => Err(Error::internal(format!("{} is broken: {fault}", file.display()))),
    }
}

/// Brings a copy back to where no database is.
///
/// # Errors
/// Internal, if a database is there, or the copy is none; then nothing is there.
pub async fn restore(
    settings: &DatabaseSettings,
    files: &FileSettings,
    copy: &Copy,
) -> Result<(), Error> {
    let file = file_of(settings, "pg_restore")?;
    is_new(&file)?;
    for suffix in ["-wal", "-journal"] {
        // It would be taken for this database's own.
        let mut name = file.clone().into_os_string();
        name.push(suffix);
        is_new(Path::new(&name))?;
    }
    let part = part(&file);
    let _ = std::fs::remove_file(&part);
    let mut from = File::open(&copy.file).map_err(|error| told(&copy.file, &error))?;
    let brought = async {
        let mut to = private::open(&part).map_err(|error| told(&part, &error))?;
        io::copy(&mut from, &mut to).map_err(|error| told(&part, &error))?;
        drop(to);
        let end = end_of(&part).await?;
        // Files are of their hashes: what is there already is the same.
        files_of(&copy.file).copy_to(&Files::new(files), &named(&part).await?).await?;
        put(&part, &file).map(|()| end)
    };
    let brought = brought.await;
    let (number, hash) = brought.inspect_err(|_| drop(std::fs::remove_file(&part)))?;
    print(&format!(
        "{} is back, up to event {number} of the audit {hash}\n\
         look all of it over: aiplus check; compare it with your anchors: aiplus audit verify --anchors FILE\n",
        file.display()
    ));
    Ok(())
}
