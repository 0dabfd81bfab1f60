//! Reads the command line and the environment, and gathers everything that is wrong with them, so that it
//! is told at once. What the values mean together is looked at in `check`.

use std::collections::BTreeMap;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, Error as Refused};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, CommandFactory as _, FromArgMatches as _};

use super::Cli;
use crate::domain::codes::nearest;

/// What is wrong with the settings: a line each, and the flag it is of, if it is of one.
#[derive(Debug, Default)]
pub struct Mistakes(Vec<(Option<String>, String)>);

impl Mistakes {
    /// What is wrong with one setting, told by its flag's name.
    pub fn at(&mut self, flag: &str, what: impl std::fmt::Display) {
        let command = Cli::command();
        let arg = command.get_arguments().find(|arg| arg.get_long() == Some(flag));
        let name = arg.map_or_else(|| format!("--{flag}"), label);
        let what = what.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        self.0.push((Some(flag.to_owned()), format!("{name}: {what}")));
    }

    /// Whether something is wrong with a setting.
    pub fn has(&self, flag: &str) -> bool {
        self.0.iter().any(|(known, _)| known.as_deref() == Some(flag))
    }

    /// Adds what was found with the settings that are well written. Where one is not, its default was looked at
    /// in its place; what that came to is nobody's mistake, nor is what hangs on the database.
    pub fn extend(&mut self, found: Self) {
        let of_database = ["database-url", "database-read-url", "operators"];
        let told: Vec<String> = self.0.iter().filter_map(|(flag, _)| flag.clone()).collect();
        let has = |flag: &str| told.iter().any(|known| known == flag);
        self.0.extend(found.0.into_iter().filter(|(flag, _)| {
            flag.as_deref().is_none_or(|flag| {
                !(has(flag) || has("database-url") && of_database.contains(&flag))
            })
        }));
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// For the person at the terminal.
    pub fn text(&self) -> String {
        let head = match self.0.len() {
            1 => "1 setting is wrong".to_owned(),
            count => format!("{count} settings are wrong"),
        };
        let lines: String = self.0.iter().map(|(_, line)| format!("\n  {line}")).collect();
        format!("{head}:{lines}")
    }
}

/// Why a command line is not carried out.
#[derive(Debug)]
pub enum Unread {
    /// Help was asked for, or it is no command line at all.
    Said(Refused),
    /// Settings are wrong, the others are these; perhaps it is no command line either.
    Wrong(Mistakes, Option<Box<Cli>>, Option<Refused>),
}

/// Variables that other programs, the build and the README's commands use.
const OTHERS: [&str; 4] =
    ["AIPLUS_CLIENT_ID", "AIPLUS_CLIENT_SECRET", "AIPLUS_TOKEN", "AIPLUS_WEB"];
/// What our own begin with.
const PREFIX: &str = "AIPLUS_";

/// A setting's names: that of the environment, and the flag.
fn label(arg: &Arg) -> String {
    let flag = arg.get_long().map(|long| format!("--{long}"));
    match (variable(arg), flag) {
        (Some(name), Some(flag)) => format!("{name} ({flag})"),
        (_, Some(flag)) => flag,
        _ => arg.get_id().to_string(),
    }
}

fn variable(arg: &Arg) -> Option<&str> {
    arg.get_env().and_then(|name| name.to_str())
}

/// Reads both. An empty variable counts as none; a flag goes before a variable.
///
/// # Errors
/// Whatever is wrong with them.
pub fn read(
    mut arguments: Vec<OsString>,
    environment: &BTreeMap<OsString, OsString>,
) -> Result<Cli, Unread> {
    let named = Cli::command();
    // The environment is read below, one variable at a time: by itself clap stops at the first that is wrong.
    let command = Cli::command().mut_args(|arg| arg.env(clap::builder::Resettable::Reset));
    let mut mistakes = Mistakes::default();
    let given = loop {
        match command.clone().try_get_matches_from(&arguments) {
            Ok(given) => break Ok(given),
            // The help that names the variables.
            Err(refused) if !refused.use_stderr() => {
                let help = command_shown(named, &arguments);
                let help = help.try_get_matches_from(&arguments).err().unwrap_or(refused);
                return Err(Unread::Said(help));
            }
            Err(refused) => match wrong_value(&refused, &named) {
                Some((flag, line)) if take_out(&mut arguments, &flag) => {
                    mistakes.0.push((Some(flag), line));
                }
                _ => break Err(refused),
            },
        }
    };
    let program = arguments.first().cloned().unwrap_or_else(|| "aiplus".into());
    let mut settings = Vec::new();
    for arg in named.get_arguments() {
        let (Some(name), Some(long)) = (variable(arg), arg.get_long()) else { continue };
        let Some(value) = environment.get(&OsString::from(name)) else { continue };
        if value.is_empty() || given.as_ref().is_ok_and(|given| is_given(given, arg)) {
            continue;
        }
        let mut flag = OsString::from(format!("--{long}="));
        flag.push(value);
        match command.clone().try_get_matches_from([&program, &flag]) {
            Ok(_) => settings.push(flag),
            Err(refused) => {
                let line = wrong_value(&refused, &named).map(|(_, line)| line);
                let unreadable = || format!("{}: it is not readable as text", label(arg));
                mistakes.0.push((Some(long.to_owned()), line.unwrap_or_else(unreadable)));
            }
        }
    }
    unknown_variables(environment, &named, &mut mistakes);
    let rest = arguments.into_iter().skip(1).filter(|_| given.is_ok());
    let all = std::iter::once(program).chain(settings).chain(rest);
    let matches = command.try_get_matches_from(all);
    let cli = matches.and_then(|matches| Cli::from_arg_matches(&matches));
    match (mistakes.is_empty(), given) {
        (true, Ok(_)) => cli.map_err(Unread::Said),
        (true, Err(refused)) => Err(Unread::Said(refused)),
        (false, given) => Err(Unread::Wrong(mistakes, cli.ok().map(Box::new), given.err())),
    }
}

/// Subcommands that work on the database beside a server.
const BESIDE: [&str; 2] = ["import", "export"];

/// The command as its help shows it: beside a server, without the settings of serving.
fn command_shown(named: Command, arguments: &[OsString]) -> Command {
    let is_beside = arguments.iter().any(|it| BESIDE.iter().any(|name| it == name));
    named.mut_args(|arg| {
        let matters = matches!(arg.get_help_heading(), None | Some("Database" | "Log"));
        let is_hidden = arg.is_hide_set() || is_beside && !matters;
        arg.hide(is_hidden)
    })
}

/// Whether the command line gives it, before or after a subcommand.
fn is_given(matches: &ArgMatches, arg: &Arg) -> bool {
    let id = arg.get_id().as_str();
    matches.try_contains_id(id).is_ok()
        && matches.value_source(id) == Some(ValueSource::CommandLine)
        || matches.subcommand().is_some_and(|(_, matches)| is_given(matches, arg))
}

fn text(refused: &Refused, kind: ContextKind) -> Option<String> {
    match refused.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => Some(texts.join(", ")),
        _ => None,
    }
}

/// The flag whose value is wrong, and the line that says so; none, if it is something else that is wrong.
fn wrong_value(refused: &Refused, named: &Command) -> Option<(String, String)> {
    use clap::error::ErrorKind;
    if !matches!(refused.kind(), ErrorKind::InvalidValue | ErrorKind::ValueValidation) {
        return None;
    }
    // "--listen <LISTEN>"
    let told = text(refused, ContextKind::InvalidArg)?;
    let flag = told.split(' ').next()?.strip_prefix("--")?.to_owned();
    let arg = named.get_arguments().find(|arg| arg.get_long() == Some(&flag));
    let cause = match (std::error::Error::source(refused), text(refused, ContextKind::ValidValue)) {
        (Some(cause), _) => cause.to_string(),
        (None, Some(valid)) => format!("write one of {valid}"),
        (None, None) => "it needs a value".to_owned(),
    };
    let name = arg.map_or_else(|| format!("--{flag}"), label);
    let value = text(refused, ContextKind::InvalidValue).unwrap_or_default();
    let is_secret = arg.is_some_and(Arg::is_hide_env_values_set);
    // What is wrong with a database's address is told without quoting it, and names the right form.
    let is_told = flag.starts_with("database");
    let cause = if is_told { cause } else { masked(&cause) };
    let value = masked(&value);
    let line = match is_secret || value.is_empty() {
        true => format!("{name}: {cause}"),
        false => format!("{name}: {value:?}: {cause}"),
    };
    Some((flag, line))
}

/// A text without the name and password of an address in it.
fn masked(text: &str) -> String {
    let Some((before, host)) = text.rsplit_once('@') else { return text.to_owned() };
    let start = before.find("://").map_or(0, |at| at + 3);
    format!("{}…@{host}", &before[..start])
}

/// Takes a flag and its value out of the arguments; false, if it is not there.
fn take_out(arguments: &mut Vec<OsString>, flag: &str) -> bool {
    let (alone, joined) = (format!("--{flag}"), format!("--{flag}="));
    let found = arguments.iter().position(|argument| {
        argument.to_str().is_some_and(|text| text == alone || text.starts_with(&joined))
    });
    let Some(at) = found else { return false };
    let taken = arguments.remove(at);
    if taken.to_str() == Some(&alone) && at < arguments.len() {
        arguments.remove(at);
    }
    true
}

/// Variables that are meant for this program and that it does not know.
fn unknown_variables(
    environment: &BTreeMap<OsString, OsString>,
    named: &Command,
    mistakes: &mut Mistakes,
) {
    let settings: Vec<&str> = named.get_arguments().filter_map(variable).collect();
    for (name, value) in environment {
        let name = name.to_string_lossy();
        let is_ours =
            name.get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX));
        if !is_ours
            || settings.contains(&&*name)
            || OTHERS.contains(&&*name)
            || name.starts_with("AIPLUS_TEST_")
            || is_service_link(&name, &value.to_string_lossy(), environment)
        {
            continue;
        }
        // What all names have in common says nothing about which one is meant.
        let stem = |name: &str| name.to_ascii_uppercase().replace(PREFIX, "");
        let stems: Vec<String> = settings.iter().map(|setting| stem(setting)).collect();
        let near = nearest(&stem(&name), stems.iter().map(String::as_str));
        let meant = settings.iter().zip(&stems).find(|(_, stem)| Some(stem.as_str()) == near);
        let line = match meant {
            Some((setting, _)) => format!("{name}: no setting is called that; {setting} is"),
            None => format!("{name}: no setting is called that; `aiplus --help` lists them"),
        };
        mistakes.0.push((None, line));
    }
}

/// Whether a cluster has set it: Kubernetes tells each program of every service beside it, and one may well
/// be called aiplus.
fn is_service_link(name: &str, value: &str, environment: &BTreeMap<OsString, OsString>) -> bool {
    let service = |end: &str| {
        name.split_once(end).is_some_and(|(service, _)| {
            environment.contains_key(&OsString::from(format!("{service}_SERVICE_HOST")))
        })
    };
    service("_SERVICE_")
        || service("_PORT_")
        || (name.ends_with("_PORT") && value.contains("://") && service("_PORT"))
}
