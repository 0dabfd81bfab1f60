//! What the secretariat has from before comes in, and goes out in the same shape. A record becomes calls of the mutations'
//! own services, one after the other, as a secretariat would make them; all records are one transaction.
//!
//! To add a kind: its file with what a record may say ([`Kind::inputs`]), what is on record, and which calls bring it
//! there; columns, headings, reading, writing and comparing follow. A list of which each item is a row of its own is an
//! input as well ([`Kind::lists`]).

mod appointments;
pub mod cases;
pub mod file;
mod institutions;
mod items;
pub mod meetings;
mod people;
mod recommendations;
pub mod shape;
mod told;

use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use self::file::{CODE, Entry, Read, Writer};
use self::shape::{Field, Inputs, columns, fields, input_fields};
use self::told::Known;
use super::record::Record;
use crate::database::Store;
use crate::error::{Error, UserError};
use crate::input::{self, Input, InputField, InputObject, MutationInput, Tagged};
use crate::read::{Act, global_id};
use crate::sheet::rows::Format;

/// Most faults that are told.
const MAX_FAULTS: usize = 1_000;
/// Most items of a list that are told to differ.
const MAX_APART: usize = 10;
/// Longest value that is told with a fault, in characters.
const MAX_SHOWN: usize = 100;

/// A kind of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum History {
    /// Institutions with their other names and register numbers.
    Institutions,
    /// People with their posts in institutions.
    People,
    /// Bodies with the seats that were given in them.
    Appointments,
    /// Adoption cases with their outcomes and barriers.
    Cases,
    /// Meetings with agenda, attendance and minutes.
    Meetings,
    /// Recommendations with assignments, answers, deliveries and effects.
    Recommendations,
}

/// Does something with the kind.
macro_rules! of_kind {
    ($history:expr, $call:ident $args:tt $($wait:tt)*) => {
        match $history {
            History::Institutions => $call::<institutions::Institutions>$args$($wait)*,
            History::People => $call::<people::People>$args$($wait)*,
            History::Appointments => $call::<appointments::Appointments>$args$($wait)*,
            History::Cases => $call::<cases::Cases>$args$($wait)*,
            History::Meetings => $call::<meetings::Meetings>$args$($wait)*,
            History::Recommendations => $call::<recommendations::Recommendations>$args$($wait)*,
        }
    };
}

/// What an import did, or would do.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Whether it was written.
    pub is_applied: bool,
    /// Records that are new.
    pub created: usize,
    /// Records that were brought to what the file says.
    pub updated: usize,
    /// Records that were so already.
    pub unchanged: usize,
    /// Records with faults; one of them, and nothing is written.
    pub refused: usize,
    /// What is wrong, the first thousand.
    pub faults: Vec<Fault>,
}

/// What is wrong at a cell of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Row of the sheet, or line of JSON.
    pub row: u32,
    /// Heading of the column.
    pub column: String,
    /// Place in the record, as JSON has it: `names.1.kind`.
    pub path: String,
    /// Stable code.
    pub code: String,
    /// What stands there.
    pub value: String,
    /// What to do.
    pub message: Sentence,
}

/// A sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sentence {
    /// Korean.
    pub ko: String,
    /// English.
    pub en: String,
}

impl Fault {
    fn new(row: u32, column: String, value: &str, error: UserError) -> Self {
        Self {
            row,
            column,
            path: error.path.into_iter().skip(1).collect::<Vec<_>>().join("."),
            code: error.code.to_owned(),
            value: value.chars().take(MAX_SHOWN).collect(),
            message: Sentence { ko: error.message.ko, en: error.message.en },
        }
    }
}

/// What of a kind is known to all that reads and writes it.
trait Kind {
    /// Its rows.
    type Row: Record;
    /// Lists whose order says something.
    const ORDERED: &'static [&'static str] = &[];
    /// Fields that tell how to write a record and are not on record.
    const MARKS: &'static [&'static str] = &[];
    /// Fields that are left to the rules where they say nothing.
    const LOOSE: &'static [&'static str] = &[];
    /// Fields of its inputs that it has not, since it says them otherwise.
    const WITHOUT: &'static [&'static str] = &[];

    /// Fields by which an item of a list that stays is found again, tried one after the other.
    const KEYS: &'static [&'static [&'static str]] = &[];

    /// The inputs whose fields a record has.
    fn inputs() -> Inputs;

    /// Lists of what calls of their own bring there.
    fn lists() -> Vec<Field> {
        Vec::new()
    }

    /// Whether a field may change once it is on record.
    fn amends(name: &str) -> bool;

    /// Adds what a record says without saying it.
    fn complete(_: &mut Map<String, Value>) {}

    /// What is on record under a code.
    async fn known(db: &Store, code: &str) -> Result<Option<Known>, Error>;

    /// Puts a record there.
    async fn create(act: &Act<'_>, given: Map<String, Value>) -> Result<(), Error>;

    /// Brings what is there to what differs.
    async fn amend(act: &Act<'_>, known: &Known, given: Map<String, Value>) -> Result<(), Error>;
}

fn fields_of<K: Kind>() -> Vec<Field> {
    [fields(&K::inputs(), K::WITHOUT), K::lists()].concat()
}

/// Imports the records of a file: all of them, or with a fault none.
///
/// # Errors
/// Input, if it is no such file; unavailable; internal.
pub async fn import(
    act: &Act<'_>,
    history: History,
    (bytes, format): (&[u8], Option<Format>),
    is_applied: bool,
) -> Result<Report, Error> {
    let fields = of_kind!(history, fields_of());
    let read = file::read(bytes, format, &fields)?;
    of_kind!(history, bring(act, &fields, read, is_applied).await)
}

/// What became of a record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Created,
    Updated,
    Unchanged,
}

async fn bring<K: Kind>(
    act: &Act<'_>,
    fields: &[Field],
    read: Read,
    is_applied: bool,
) -> Result<Report, Error> {
    let mut report = Report { faults: read.faults, ..Report::default() };
    report.refused = read.lost;
    let whole = act.db.together().await?;
    let mut entries = read.entries;
    entries.iter_mut().for_each(|entry| K::complete(&mut entry.given));
    let mut open: Vec<&Entry> = entries.iter().collect();
    // What a record names, or what makes room for it, may stand below it: it is asked again as long as others come in, from
    // the other end, so that a chain of names takes no more turns than it has changes of direction.
    let mut refused = Vec::new();
    loop {
        let (mut is_on, mut rejected) = (false, Vec::new());
        for entry in open {
            let part = whole.together().await?;
            match one::<K>(&Act { db: &part, ..*act }, fields, entry).await {
                Ok(_) if !entry.faults.is_empty() => {
                    part.undo().await?;
                    rejected.push((entry, Vec::new()));
                }
                Ok(outcome) => {
                    part.keep().await?;
                    is_on |= outcome != Outcome::Unchanged;
                    match outcome {
                        Outcome::Created => report.created += 1,
                        Outcome::Updated => report.updated += 1,
                        Outcome::Unchanged => report.unchanged += 1,
                    }
                }
                Err(Error::User(errors)) => {
                    part.undo().await?;
                    rejected.push((entry, errors));
                }
                Err(error) => return Err(error),
            }
        }
        let waits = |it: &UserError| matches!(it.code, "UNKNOWN" | "TAKEN");
        let (waiting, told): (Vec<_>, Vec<_>) =
            rejected.into_iter().partition(|(_, errors)| errors.iter().any(waits));
        refused.extend(told);
        if !is_on || waiting.is_empty() {
            refused.extend(waiting);
            let columns = columns(fields);
            report.refused += refused.len();
            for (entry, errors) in refused {
                // What cannot be read was tried as if it were empty.
                let is_told = |of: &Fault| {
                    entry.faults.iter().any(|it| (it.row, &it.column) == (of.row, &of.column))
                };
                let more = errors.into_iter().map(|error| entry.fault(&columns, error));
                report.faults.extend(entry.faults.iter().cloned());
                report.faults.extend(more.filter(|fault| !is_told(fault)));
            }
            break;
        }
        open = waiting.into_iter().map(|(entry, _)| entry).rev().collect();
    }
    report.is_applied = is_applied && report.refused == 0;
    match report.is_applied {
        true => whole.keep().await?,
        false => whole.undo().await?,
    }
    report.faults.sort_by_key(|fault| fault.row);
    report.faults.truncate(MAX_FAULTS);
    Ok(report)
}

/// Fields of which a record says something else than is on record.
fn differing<'f, K: Kind>(
    fields: &'f [Field],
    given: &Map<String, Value>,
    known: &Known,
) -> Vec<&'f Field> {
    let differs = |field: &&Field| {
        let Some(value) = given.get(&field.name) else { return false };
        let name = field.name.as_str();
        let is_told = !K::MARKS.contains(&name) && (!value.is_null() || !K::LOOSE.contains(&name));
        is_told && !apart::<K>(field, value, known).is_empty()
    };
    fields.iter().filter(differs).collect()
}

fn apart<K: Kind>(field: &Field, given: &Value, known: &Known) -> Vec<(Option<usize>, Value)> {
    let name = field.name.as_str();
    field.apart(given, known.said.get(name).unwrap_or(&Value::Null), K::ORDERED.contains(&name))
}

/// What is wrong with a field that does not become what a record says: of a list, at the items that do not.
fn not_as_given<K: Kind>(field: &Field, given: &Value, known: &Known) -> Vec<UserError> {
    let told = apart::<K>(field, given, known).into_iter().take(MAX_APART).map(|(at, said)| {
        let place = at.map_or_else(String::new, |at| format!(".{at}"));
        let said: String = said.to_string().chars().take(MAX_SHOWN).collect();
        let (ko, en) = match at {
            // What a record leaves out of a list.
            None if given.is_array() => ("빠진 항목", "it leaves out"),
            _ => ("기록될 값", "on record would be"),
        };
        UserError::at(
            &format!("{}{place}", field.name),
            "NOT_AS_GIVEN",
            format!("규칙에 따르면 이 값이 되지 않습니다. {ko}: {said}"),
            format!("By the rules it does not become this; {en}: {said}"),
        )
    });
    told.collect()
}

/// Says what is on record where an object leaves a member out: what is not told stays.
fn fill(given: &mut Value, known: &Value) {
    if let (Value::Object(given), Value::Object(known)) = (given, known) {
        for (name, said) in known {
            fill(given.entry(name.clone()).or_insert_with(|| said.clone()), said);
        }
    }
}

async fn one<K: Kind>(act: &Act<'_>, fields: &[Field], entry: &Entry) -> Result<Outcome, Error> {
    let mut given = entry.given.clone();
    let (outcome, written) = match K::known(act.db, &entry.code).await? {
        None => (Outcome::Created, K::create(act, given.clone()).await),
        Some(known) => {
            for (name, value) in &mut given {
                let said = known.said.get(name).unwrap_or(&Value::Null);
                let field = fields.iter().find(|field| field.stays && field.name == *name);
                match field {
                    Some(field) => items::fill(field, K::KEYS, value, said),
                    None => fill(value, said),
                }
            }
            let differing = differing::<K>(fields, &given, &known);
            if differing.is_empty() {
                return Ok(Outcome::Unchanged);
            }
            (Outcome::Updated, change::<K>(act, &differing, &given, &known).await)
        }
    };
    written.map_err(|error| match error {
        Error::Conflict => Error::User(vec![UserError::at(
            CODE,
            "CONFLICT",
            "다른 기록과 겹칩니다.",
            "It collides with what is on record.",
        )]),
        error => error,
    })?;
    let known = K::known(act.db, &entry.code).await?.ok_or_else(|| Error::internal("not there"))?;
    let left = differing::<K>(fields, &given, &known);
    if left.is_empty() {
        return Ok(outcome);
    }
    let told = left.into_iter().map(|field| not_as_given::<K>(field, &given[&field.name], &known));
    Err(Error::User(told.flatten().collect()))
}

async fn change<K: Kind>(
    act: &Act<'_>,
    differing: &[&Field],
    all: &Map<String, Value>,
    known: &Known,
) -> Result<(), Error> {
    let mut faults = input::InputErrors::default();
    let mut given = Map::new();
    for field in differing {
        let value = all.get(&field.name).cloned().unwrap_or_default();
        if !K::amends(&field.name) {
            faults.add(
                &field.name,
                "CANNOT_CHANGE",
                "기록된 뒤에는 바꿀 수 없는 항목입니다.",
                "This cannot change once it is on record.",
            );
        } else if value.is_null() && field.is_required {
            faults.add(&field.name, "REQUIRED", "필수 항목입니다.", "This is required.");
        }
        given.insert(field.name.clone(), value);
    }
    for mark in K::MARKS {
        let value = all.get(*mark).filter(|value| !value.is_null());
        given.extend(value.map(|value| ((*mark).to_owned(), value.clone())));
    }
    faults.settle()?;
    K::amend(act, known, given).await
}

/// Makes a call of a mutation, about the row of a key if there is one; every fault of its input is told with those of its
/// rule.
async fn call<R: Record + Tagged, I: MutationInput, T>(
    act: &Act<'_>,
    on: Option<Uuid>,
    mut given: Map<String, Value>,
    done: impl AsyncFnOnce(I) -> Result<T, Error>,
) -> Result<T, Error> {
    given.insert("idempotencyKey".to_owned(), format!("import:{}", Uuid::now_v7()).into());
    if let Some(id) = on {
        given.insert("id".to_owned(), global_id::encode(R::TAG, id).into());
        given.insert("expectedVersion".to_owned(), told::version::<R>(act.db, id).await?.into());
    }
    let mut read = input::read::<I>(Value::Object(given))?;
    let faults = read.call().faults.clone();
    sound(done(read).await, faults)
}

/// What was done, unless something was wrong before.
fn sound<T>(done: Result<T, Error>, faults: Vec<UserError>) -> Result<T, Error> {
    match done {
        Ok(done) if faults.is_empty() => Ok(done),
        Ok(_) => Err(Error::User(faults)),
        Err(Error::User(found)) => {
            // What could not be read was asked as if it were empty.
            let is_told = |it: &UserError| faults.iter().any(|of| it.path.starts_with(&of.path));
            let found = found.into_iter().filter(|it| !is_told(it)).collect::<Vec<_>>();
            Err(Error::User([found, faults].concat()))
        }
        Err(error) => Err(error),
    }
}

/// A call whose input names rows by their ids, where a record names those to which a row of `Of` leads by their codes;
/// `others` are the tables of what it does not tell.
async fn call_naming<Of: Record, R: Record + Tagged, I: MutationInput, T>(
    act: &Act<'_>,
    on: Option<Uuid>,
    mut given: Map<String, Value>,
    others: &[(&str, &str)],
    done: impl AsyncFnOnce(I) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut faults = input::InputErrors::default();
    for field in I::OBJECT.fields().filter(|it| it.name != "id" && (it.ty)().starts_with("ID")) {
        let name = input::camel(field.name);
        let Some(code) = given.get(&name).and_then(Value::as_str) else { continue };
        let other = others.iter().find(|(name, _)| *name == field.name);
        let id = format!("{}_id", field.name);
        let table = other.or_else(|| Of::REFERENCES.iter().find(|(name, _)| *name == id));
        let ty =
            table.and_then(|(_, table)| act.catalog.types().iter().find(|it| it.table == *table));
        let ty = ty.ok_or_else(|| Error::internal(format!("{name} names no table")))?;
        match told::named(act.db, ty.table, code).await? {
            Some(id) => _ = given.insert(name, global_id::encode(ty.tag, id).into()),
            None => {
                faults.add(&name, "UNKNOWN", "그런 항목이 없습니다.", "There is no such row.");
                given.remove(&name);
            }
        }
    }
    sound(call::<R, I, T>(act, on, given, done).await, faults.0)
}

/// The fields of an object.
fn fields_in<T: Input>() -> Vec<&'static InputField> {
    input_fields(&shape::inputs(&[T::objects]), &[]).collect()
}

/// Whether an input has a field.
fn has(object: &InputObject, name: &str) -> bool {
    object.fields().any(|field| input::camel(field.name) == name)
}

/// Writes all that is on record of a kind, a step at a time.
///
/// # Errors
/// Those of the writing; internal.
pub async fn export(
    db: &Store,
    history: History,
    format: Format,
    out: &mut impl FnMut(&[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    of_kind!(history, all(db, format, out).await)
}

async fn all<K: Kind>(
    db: &Store,
    format: Format,
    out: &mut impl FnMut(&[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut writer = Writer::new(K::Row::TYPE, format, &fields_of::<K>())?;
    let mut after = String::new();
    loop {
        let codes = told::codes::<K::Row>(db, &after).await?;
        for code in &codes {
            if let Some(known) = K::known(db, code).await? {
                out(&writer.add(&known.said)?)?;
            }
        }
        match codes.into_iter().next_back() {
            Some(last) => after = last,
            None => break,
        }
    }
    out(&writer.finish()?)
}
