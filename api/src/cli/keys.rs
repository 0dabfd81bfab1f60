//! `aiplus keys`: the keys that sign access tokens.

use std::path::Path;

use chrono::{DateTime, Duration, SecondsFormat, Utc};
use clap::Subcommand;

use super::print;
use crate::auth::keys::{KeyRing, OVERLAP, rewrite};
use crate::auth::token::{LEEWAY, LIFETIME};
use crate::domain::quarter::seoul;
use crate::error::Error;

/// What is done with keys.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Add a key; running servers take it over, publish it at once and sign with it after five minutes
    Rotate {
        /// Sign with it now and refuse tokens of the other keys from now on: for a key that was stolen
        #[arg(long)]
        now: bool,
    },
    /// List the keys
    List,
}

/// Does it.
///
/// # Errors
/// Internal, if the file cannot be read or written.
pub fn run(file: &Path, command: &Command) -> Result<(), Error> {
    let now = Utc::now();
    let ring = match command {
        Command::List => rewrite_nothing(file)?,
        Command::Rotate { now: at_once } => {
            let (from, until) = if *at_once {
                (now, now)
            } else {
                (now + OVERLAP, now + OVERLAP + LIFETIME + LEEWAY)
            };
            // A little later than the last token could be asked about.
            let until = if *at_once { until } else { until + Duration::seconds(1) };
            rewrite(file, |ring| ring.rotated(from, until, now))?
        }
    };
    tell(&ring, now);
    Ok(())
}

fn rewrite_nothing(file: &Path) -> Result<KeyRing, Error> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Error::internal(format!("cannot read {}: {error}", file.display())))?;
    KeyRing::parse(&text)
}

fn shown(at: Option<DateTime<Utc>>) -> String {
    at.map_or_else(
        || "-".to_owned(),
        |at| at.with_timezone(&seoul()).to_rfc3339_opts(SecondsFormat::Secs, false),
    )
}

fn tell(ring: &KeyRing, now: DateTime<Utc>) {
    let signing = ring.signing(now).map(|key| key.kid.clone()).unwrap_or_default();
    let mut rows = vec![["KEY", "ALGORITHM", "SIGNS FROM", "GOOD UNTIL", ""].map(str::to_owned)];
    for key in &ring.0 {
        rows.push([
            key.kid.clone(),
            format!("{:?}", key.algorithm),
            shown(key.active_from),
            shown(key.retires_at),
            if key.kid == signing { "signs now" } else { "" }.to_owned(),
        ]);
    }
    print(&super::table(&rows));
}
