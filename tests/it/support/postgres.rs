//! A PostgreSQL server for the tests: the one at `AIPLUS_TEST_POSTGRES_URL`, or one started here from
//! Debian's binaries in a temporary folder, which ends with this process.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use sea_orm::{ConnectOptions, ConnectionTrait, Database};
use tempfile::TempDir;

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

impl Postgres {
    /// The server, or why there is none.
    pub async fn find() -> Result<Self, String> {
        if let Ok(url) = std::env::var("AIPLUS_TEST_POSTGRES_URL") {
            return Ok(Self { base: url.trim_end_matches('/').to_owned(), started: None });
        }
        let binaries = binaries()
            .ok_or("no binaries found (package postgresql-15) and no AIPLUS_TEST_POSTGRES_URL")?;
        let folder = TempDir::new().map_err(|error| error.to_string())?;
        let data = folder.path().join("data");
        let as_root = is_root();
        if as_root {
            let owned = Command::new("chown").arg("postgres").arg(folder.path()).status();
            owned.map_err(|error| error.to_string())?;
        }
        let made = command(&binaries.join("initdb"), as_root)
            .args([
                "--auth=trust",
                "--username=aiplus",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
                "-D",
            ])
            .arg(&data)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .output()
            .map_err(|error| error.to_string())?;
        if !made.status.success() {
            return Err(format!("initdb failed: {}", String::from_utf8_lossy(&made.stderr)));
        }
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .map_err(|error| error.to_string())?
            .port();
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
        format!("{}/{name}", self.base)
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
