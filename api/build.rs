//! Builds the pages in `web` with Node.js and hands its files to the server, so that the
//! one executable holds everything it serves.
//!
//! The server is useful without the page, so a machine without Node.js still builds it: the list
//! of files is empty then, cargo warns, and `/graphiql` says what to do. `AIPLUS_WEB=require`
//! makes that an error, as CI wants it, and `AIPLUS_WEB=skip` leaves the page out on purpose.

#![allow(
    clippy::print_stdout,
    reason = "cargo reads the directives of a build script from its standard output"
)]

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
};

/// What the page is made of, in `web`. `web/check` only tests it.
const INPUTS: &[&str] = &[
    ".npmrc",
    "app.html",
    "compress.mjs",
    "examples",
    "graphiql.html",
    "package-lock.json",
    "package.json",
    "plugins",
    "public",
    "src",
    "tsconfig.json",
    "vite.config.ts",
];

/// The oldest Node.js that Vite runs on.
const NODE: (u32, u32) = (20, 19);

/// Asking for the page changes the environment, and so makes cargo run this script once more;
/// installing Node.js alone is nothing that cargo would notice.
const RETRY: &str = "then build with AIPLUS_WEB=require";

/// Why there is no page.
struct Problem {
    /// One sentence for the warning and for `/graphiql`; names no path of the building machine.
    sentence: String,
    /// What the failing program or system call said, for whoever builds.
    details: String,
}

impl Problem {
    fn node_is_missing(details: impl ToString) -> Self {
        Self {
            sentence: format!(
                "This build has no pages, because it needs Node.js {}.{} or newer with npm: install them, {RETRY}.",
                NODE.0, NODE.1
            ),
            details: details.to_string(),
        }
    }

    fn failed(what: &str, details: impl ToString) -> Self {
        Self {
            sentence: format!(
                "This build has no pages, because {what} failed: see the build's output for the reason, {RETRY}."
            ),
            details: details.to_string(),
        }
    }
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=AIPLUS_WEB");
    for input in INPUTS {
        println!("cargo::rerun-if-changed=web/{input}");
    }

    let web = directory("CARGO_MANIFEST_DIR")?.join("web");
    let out = directory("OUT_DIR")?;
    let mode = env::var("AIPLUS_WEB").unwrap_or_default();
    let built = match mode.as_str() {
        "" | "require" => build_page(&web, &out),
        "skip" => {
            // Nothing went wrong, so nothing is said while building.
            let sentence = "This build has no pages, because it was made with AIPLUS_WEB=skip.";
            generate(&out, &[], Some(sentence))?;
            return Ok(ExitCode::SUCCESS);
        }
        other => {
            println!("cargo::error=AIPLUS_WEB is {other:?}; use require or skip, or leave it out.");
            return Ok(ExitCode::FAILURE);
        }
    };

    match built {
        Ok(files) => generate(&out, &files, None)?,
        Err(problem) if mode == "require" => {
            println!("cargo::error={}", problem.sentence);
            eprintln!("{}", problem.details);
            return Ok(ExitCode::FAILURE);
        }
        Err(problem) => {
            println!("cargo::warning={}", problem.sentence);
            for line in problem.details.lines().filter(|line| !line.trim().is_empty()) {
                println!("cargo::warning={line}");
            }
            generate(&out, &[], Some(&problem.sentence))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A directory that cargo tells every build script.
fn directory(variable: &str) -> Result<PathBuf, String> {
    env::var_os(variable)
        .map(PathBuf::from)
        .ok_or_else(|| format!("{variable} is not set: cargo has to run this script"))
}

/// Builds the page, unless it is there, and copies it to `OUT_DIR/web`; names its files. The source tree
/// stays as it is.
fn build_page(web: &Path, out: &Path) -> Result<Vec<String>, Problem> {
    let failed = |error: io::Error| Problem::failed("looking for the previous one", error);
    // Beside the profiles' folders: all of them serve the same page, which is made once.
    let shared = out.ancestors().nth(4).unwrap_or(out).join("graphiql");
    fs::create_dir_all(&shared).map_err(failed)?;
    let lock = fs::File::create(shared.join("lock")).map_err(failed)?;
    lock.lock().map_err(failed)?;

    let mut wanted = Vec::new();
    for input in INPUTS {
        content(&web.join(input), input, &mut wanted)
            .map_err(|error| Problem::failed("reading its sources", format!("{input}: {error}")))?;
    }
    let (dist, stamp) = (shared.join("dist"), shared.join("made-from"));
    if !fs::read(&stamp).is_ok_and(|made| made == wanted) {
        // What an earlier build left there must not pass for the result of this one.
        remove(&stamp).and_then(|()| remove(&dist)).map_err(failed)?;
        make(web, &shared.join("src"))?;
        fs::write(&stamp, wanted).map_err(failed)?;
    }

    let served = out.join("web");
    replace(&dist, &served).map_err(|error| Problem::failed("copying it", error))?;
    let mut files = Vec::new();
    list(&served, "", &mut files).map_err(|error| Problem::failed("listing its files", error))?;
    // A directory comes in any order; the executable must not depend on it.
    files.sort();
    if files.iter().any(|file| file == "app.html") {
        Ok(files)
    } else {
        Err(Problem::failed("`npm run build`", "It made no app.html."))
    }
}

/// Makes the page of a copy of its sources, in the folder `dist` beside the copy.
fn make(web: &Path, copy: &Path) -> Result<(), Problem> {
    find_node()?;
    for input in INPUTS {
        replace(&web.join(input), &copy.join(input))
            .map_err(|error| Problem::failed("copying its sources", format!("{input}: {error}")))?;
    }
    install(copy)?;
    npm(copy, &["run", "build", "--", "--outDir", "../dist", "--emptyOutDir"])?;
    run("node", copy, &["compress.mjs", "../dist"])
}

/// Adds names and contents of a file, or of all files of a directory.
fn content(path: &Path, name: &str, all: &mut Vec<u8>) -> io::Result<()> {
    if !path.is_dir() {
        let bytes = fs::read(path)?;
        all.extend(format!("{name} {}\n", bytes.len()).bytes());
        all.extend(bytes);
        return Ok(());
    }
    let mut names: Vec<_> =
        fs::read_dir(path)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<_>>()?;
    names.sort();
    for file in names {
        content(&path.join(&file), &format!("{name}/{}", file.to_string_lossy()), all)?;
    }
    Ok(())
}

fn find_node() -> Result<(), Problem> {
    let output = Command::new("node")
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| Problem::node_is_missing(format!("node: {error}")))?;
    let version = String::from_utf8_lossy(&output.stdout);
    let mut numbers = version.trim().trim_start_matches('v').split('.').map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) if (major, minor) >= NODE => Ok(()),
        _ => Err(Problem::node_is_missing(format!("node --version: {}", version.trim()))),
    }
}

/// Installs the packages of the lockfile, unless they are there already: this takes most of the
/// time, and an example that changes needs none of it.
fn install(copy: &Path) -> Result<(), Problem> {
    let failed = |error: io::Error| Problem::failed("installing its packages", error);
    // In `node_modules`, so that it goes whenever they go; `npm ci` begins with removing them.
    let stamp = copy.join("node_modules/.aiplus-installed");
    let mut wanted = fs::read(copy.join("package.json")).map_err(failed)?;
    wanted.extend(fs::read(copy.join("package-lock.json")).map_err(failed)?);
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    npm(
        copy,
        &[
            "ci",
            // No package needs its scripts, so none gets to run code while installing.
            "--ignore-scripts",
            // Those are for checking types only.
            "--omit=dev",
            // The lockfile's hashes tell whether a cached package is the right one.
            "--prefer-offline",
            // Without a network this gives up after seconds; npm's own pauses add up to a minute.
            "--fetch-retry-mintimeout=1000",
        ],
    )?;
    fs::write(stamp, wanted).map_err(failed)
}

/// Runs npm in `directory`; what it prints is kept for the case that it fails.
fn npm(directory: &Path, arguments: &[&str]) -> Result<(), Problem> {
    run(if cfg!(windows) { "npm.cmd" } else { "npm" }, directory, arguments)
}

/// Runs a program in `directory`; what it prints is kept for the case that it fails.
fn run(program: &str, directory: &Path, arguments: &[&str]) -> Result<(), Problem> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(directory)
        .stdin(Stdio::null())
        .env("NODE_ENV", "production")
        .env("NO_COLOR", "1")
        // Cargo's own (whether to compile debug information) means other things to Node's tools.
        .env_remove("DEBUG")
        .output()
        .map_err(|error| Problem::node_is_missing(format!("{program}: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(Problem::failed(
        &format!("`{program} {}`", arguments[..arguments.len().min(2)].join(" ")),
        format!("{}\n{program}: {}", String::from_utf8_lossy(&said), output.status),
    ))
}

fn replace(from: &Path, to: &Path) -> io::Result<()> {
    remove(to)?;
    copy(from, to)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent)?;
        }
        return fs::copy(from, to).map(drop);
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

fn remove(path: &Path) -> io::Result<()> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Adds the files in `directory` and below it as paths with `/`, which they are in an address.
fn list(directory: &Path, prefix: &str, files: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            list(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.push(name);
        }
    }
    Ok(())
}

/// Writes `OUT_DIR/web_assets.rs`, which the server includes.
fn generate(out: &Path, files: &[String], problem: Option<&str>) -> Result<(), Box<dyn Error>> {
    let mut code = String::from(
        "/// The files of the pages: the path, the content type, the content, and the\n\
         /// same as brotli and gzip make it.\n\
         pub static WEB_ASSETS: &[super::Asset] = &[\n",
    );
    let included = |file: &str| {
        let path = format!("/web/{file}");
        format!("include_bytes!(concat!(env!(\"OUT_DIR\"), {path:?}))")
    };
    let is_compressed = |file: &&String| file.ends_with(".br") || file.ends_with(".gz");
    for file in files.iter().filter(|file| !is_compressed(file)) {
        let [brotli, gzip] = ["br", "gz"].map(|ending| {
            let name = format!("{file}.{ending}");
            if files.contains(&name) { format!("Some({})", included(&name)) } else { "None".into() }
        });
        writeln!(
            code,
            "    ({file:?}, {:?}, {}, {brotli}, {gzip}),",
            content_type(file),
            included(file)
        )?;
    }
    writeln!(
        code,
        "];\n\n/// Why this build has no pages; `None` if it has them.\n\
         pub static WEB_PROBLEM: Option<&str> = {problem:?};"
    )?;
    let path = out.join("web_assets.rs");
    fs::write(&path, code).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// Browsers refuse scripts and styles whose type is wrong, so all types that occur are here.
fn content_type(file: &str) -> &'static str {
    match file.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("txt") => "text/plain; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("ttf") => "font/ttf",
        Some("woff2") => "font/woff2",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}
