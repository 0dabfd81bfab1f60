//! A PostgreSQL server for the tests: the one at `AIPLUS_TEST_POSTGRES_URL`, or one started here from
//! Debian's binaries in a temporary folder, which ends with this process.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use sea_orm::{ConnectOptions, ConnectionTrait, Database};
use tempfile::TempDir;

use super::free_address;

/// Folders in which Debian and others keep the binaries.
const FOLDERS: [&str; 3] =
    ["/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/17/bin", "/usr/lib/postgresql/16/bin"];

/// A server.
pub struct Postgres {
    /// Address without a database.
    base: String,
    started: Option<(Child, TempDir)>,
}

fn binaries() -> Option<PathBuf> {
    FOLDERS.iter().map(PathBuf::from).find(|folder| folder.join("initdb").exists())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.starts_with(b"0\n"))
}

/// A command as a user other than root, which PostgreSQL refuses.
fn command(program: &Path, as_root: bool) -> Command {
    if as_root {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        return command;
    }
    Command::new(program)
}

/// A folder that the user who runs servers may write.
fn folder() -> Result<TempDir, String> {
    let folder = TempDir::new().map_err(|error| error.to_string())?;
    if is_root() {
        let owned = Command::new("chown").arg("postgres").arg(folder.path()).status();
        owned.map_err(|error| error.to_string())?;
    }
    Ok(folder)
}

/// What a program printed.
fn done(program: &str, output: std::io::Result<Output>) -> Result<Vec<u8>, String> {
    let output = output.map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(format!("{program} failed: {}", String::from_utf8_lossy(&output.stderr)))
}

impl Postgres {
    /// The server, or why there is none.
    pub async fn find() -> Result<Self, String> {
        if let Ok(url) = std::env::var("AIPLUS_TEST_POSTGRES_URL") {
            return Ok(Self { base: url.trim_end_matches('/').to_owned(), started: None });
        }
        let binaries = binaries()
            .ok_or("no binaries found (package postgresql-15) and no AIPLUS_TEST_POSTGRES_URL")?;
        Self::start(&binaries).await
    }

    /// A server of its own for one test; none where the binaries are not found.
    pub async fn another() -> Option<Self> {
        Some(Self::start(&binaries()?).await.unwrap())
    }

    async fn start(binaries: &Path) -> Result<Self, String> {
        let folder = folder()?;
        let make = command(&binaries.join("initdb"), is_root())
            .args([
                "--auth=trust",
                "--username=aiplus",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
                "-D",
            ])
            .arg(folder.path().join("data"))
            .output();
        done("initdb", make)?;
        Self::over(binaries, folder).await
    }

    /// A replica of this server.
    pub async fn replica(&self) -> Self {
        let binaries = binaries().unwrap();
        let folder = folder().unwrap();
        let copy = command(&binaries.join("pg_basebackup"), is_root())
            .args([
                "--write-recovery-conf",
                "--checkpoint=fast",
                "--no-sync",
                "--dbname",
                &self.base,
            ])
            .arg("--pgdata")
            .arg(folder.path().join("data"))
            .output();
        done("pg_basebackup", copy).unwrap();
        Self::over(&binaries, folder).await.unwrap()
    }

    /// Fills a database of this server with what stands in another one.
    pub async fn copy(&self, name: &str, from: &str) -> String {
        let url = self.create(name, None).await;
        let binaries = binaries().unwrap();
        let dump = Command::new(binaries.join("pg_dump")).args(["--no-owner", from]).output();
        let dumped = done("pg_dump", dump).unwrap();
        let folder = folder().unwrap();
        let file = folder.path().join("dump.sql");
        std::fs::write(&file, dumped).unwrap();
        let load = Command::new(binaries.join("psql"))
            .args(["-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-d", &url, "-f"])
            .arg(&file)
            .output();
        done("psql", load).unwrap();
        url
    }

    /// The address of a database.
    pub fn url(&self, name: &str) -> String {
        format!("{}/{name}", self.base)
    }

    /// Starts the server of a folder's data.
    async fn over(binaries: &Path, folder: TempDir) -> Result<Self, String> {
        let data = folder.path().join("data");
        let as_root = is_root();
        let port = free_address().port();
        // The shell waits for the end of its input, which ends with this process however that ends, and
        // then stops the server it started, by its id.
        let script = "\"$@\" & server=$!; read -r _; kill -INT $server; wait $server";
        let mut shell = command(Path::new("/bin/sh"), as_root);
        let child = shell
            .args(["-c", script, "sh"])
            .arg(binaries.join("postgres"))
            .arg("-D")
            .arg(&data)
            .args(["-p", &port.to_string(), "-k"])
            .arg(folder.path())
            .args([
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "fsync=off",
                "-c",
                "synchronous_commit=off",
            ])
            .args([
                "-c",
                "full_page_writes=off",
                "-c",
                "max_connections=300",
                "-c",
                "shared_buffers=128MB",
                "-c",
                "max_wal_size=256MB",
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| error.to_string())?;
        let server = Self {
            base: format!("postgres://aiplus@127.0.0.1:{port}"),
            started: Some((child, folder)),
        };
        server.wait().await?;
        Ok(server)
    }

    /// Waits until the server answers; each try waits for the refused connection itself.
    async fn wait(&self) -> Result<(), String> {
        let mut tries = tokio::time::interval(std::time::Duration::from_millis(50));
        for _ in 0..400 {
            tries.tick().await;
            if let Ok(db) = Database::connect(self.options("postgres")).await {
                return db.close().await.map_err(|error| error.to_string());
            }
        }
        Err("the server that was started does not answer".to_owned())
    }

    fn options(&self, database: &str) -> ConnectOptions {
        let mut options = ConnectOptions::new(format!("{}/{database}", self.base));
        options.max_connections(1).sqlx_logging(false);
        options
    }

    /// Creates a database and gives its address.
    pub async fn create(&self, name: &str, template: Option<&str>) -> String {
        let template = template
            .map(|template| format!(" TEMPLATE {template} STRATEGY file_copy"))
            .unwrap_or_default();
        self.create_as(name, &template).await
    }

    /// Creates a database with further words on how, and gives its address.
    pub async fn create_as(&self, name: &str, how: &str) -> String {
        self.run(&[
            format!("DROP DATABASE IF EXISTS {name}"),
            format!("CREATE DATABASE {name}{how}"),
        ])
        .await;
        self.url(name)
    }

    /// Removes the database at an address, whoever is still connected to it.
    pub async fn remove(&self, url: &str) {
        if let Some((_, name)) = url.rsplit_once('/') {
            self.run(&[format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")]).await;
        }
    }

    async fn run(&self, statements: &[String]) {
        let db = Database::connect(self.options("postgres")).await.unwrap();
        for statement in statements {
            db.execute_unprepared(statement).await.unwrap();
        }
        db.close().await.unwrap();
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some((child, _)) = &mut self.started {
            // The shell's input ends here; it stops the server and then ends itself.
            drop(child.stdin.take());
            let _ = child.wait();
        }
    }
}
