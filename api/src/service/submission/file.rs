//! A submission as a file: its form to download with what is in it so far, and an upload that is checked,
//! told cell by cell what is wrong, and saved as a whole or not at all.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Arc, LazyLock};

use entity::adoption_case::BusinessSize;
use entity::indicator::ValueType;
use entity::submission::SubmissionStatus;
use entity::validation_rule::Severity as RuleSeverity;
use entity::{institution, submission};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::data::FormData;
use super::table::{self, Fault};
use super::values::{Counts, Edits, Standing};
use super::{Turn, actor, barred, by_codes, draft, refused, turn};
use crate::database::Store;
use crate::domain::canonical::hex;
use crate::domain::cell::Cell;
use crate::domain::form::{self, Cells, Entry, Problem};
use crate::domain::principal::Principal;
use crate::domain::quarter::seoul;
use crate::domain::submission::{Refused, Verb, status_ko};
use crate::domain::text::Text;
use crate::error::{Error, Language};
use crate::input::Call;
use crate::service::write::{Author, Write};
use crate::sheet::{self, Named, Place, Placed, Reading, Severity, Unreadable};

/// The action of an upload, as the audit names it.
pub const UPLOAD: &str = "submission.upload";
/// Most comments of reviewers shown.
const MAX_COMMENTS: u64 = 1000;
/// Most problems told.
const MAX_PROBLEMS: usize = 1000;

/// Which submission a file is of, by codes.
#[derive(Debug, Clone)]
pub struct Target {
    /// Institution.
    pub institution: String,
    /// Programme.
    pub programme: String,
    /// Quarter.
    pub quarter: String,
}

/// Kinds of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Excel workbook.
    Xlsx,
    /// Comma-separated values, UTF-8 with a byte-order mark.
    Csv,
}

/// A file to be sent.
#[derive(Debug)]
pub struct Sent {
    /// What it holds.
    pub bytes: Vec<u8>,
    /// Version of the submission that it shows.
    pub version: i32,
}

/// The version that a caller says it saw.
#[derive(Debug, Clone)]
pub enum Seen {
    /// Whichever there is.
    Any,
    /// One of these.
    OneOf(Vec<i32>),
}

impl Seen {
    /// The version to be judged by, where there is this one now.
    pub fn version(&self, now: i32) -> i32 {
        match self {
            Self::Any => now,
            Self::OneOf(versions) if versions.contains(&now) => now,
            Self::OneOf(versions) => versions.first().copied().unwrap_or_default(),
        }
    }
}

/// An upload.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Its kind.
    pub format: Format,
    /// What it holds.
    pub bytes: Vec<u8>,
    /// Version that the caller says it saw; a file may know its own.
    pub seen: Option<Seen>,
    /// Idempotency key; made of the content if none is given.
    pub key: Option<String>,
    /// Whether to save; else it is a dry run.
    pub save: bool,
    /// Whether cells that are not in the file are taken out.
    pub replace: bool,
    /// Whether a marked workbook is wanted back.
    pub mark: bool,
}

/// Something that is wrong, at a cell of the file where there is one.
#[derive(Debug, Clone)]
pub struct Found {
    /// Where in the file.
    pub place: Option<Place>,
    /// Address of the cell, as `SubmissionValue.cell` has it.
    pub address: Option<String>,
    /// Indicator.
    pub indicator: Option<String>,
    /// Rule or code.
    pub rule: String,
    /// What it means.
    pub severity: Severity,
    /// Whether it is a warning whose cell has a comment, which answers it.
    pub is_justified: bool,
    /// What was given.
    pub value: Option<String>,
    /// The nearest valid code.
    pub nearest: Option<String>,
    /// What to put right.
    pub message: Text,
}

/// What was done with an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was checked only.
    Checked,
    /// Cells that cannot be kept as they are: nothing was saved.
    Rejected,
    /// It was saved.
    Saved,
    /// What it says stands already: nothing was written.
    Unchanged,
    /// It was saved by an earlier call with this key, and values have changed since: nothing was written.
    Repeated,
}

impl Outcome {
    /// Whether what the file says has been saved, by this call or before.
    pub const fn is_saved(self) -> bool {
        matches!(self, Self::Saved | Self::Unchanged | Self::Repeated)
    }
}

/// What came of an upload.
#[derive(Debug)]
pub struct Report {
    /// The submission as it is now.
    pub submission: submission::Model,
    /// What was done.
    pub outcome: Outcome,
    /// Whether its state keeps it from being saved now; only a check gets that far.
    pub closed: bool,
    /// What became of the cells; of a check, what would.
    pub counts: Counts,
    /// Cells that cannot be kept as they are.
    pub rejected: usize,
    /// Cells that the file fills in, whatever became of them.
    pub cells: usize,
    /// Cells that stand, are not in the file and stay.
    pub absent: usize,
    /// What is to be said of the file, by place.
    pub problems: Vec<Found>,
    /// Encoding of its text; none of a workbook.
    pub encoding: Option<&'static str>,
    /// Whether nothing keeps the values from being handed in.
    pub is_ready: bool,
    /// The marked workbook, if one was wanted.
    pub marked: Option<Vec<u8>>,
}

/// Why an upload was not even checked.
#[derive(Debug)]
pub enum Failure {
    /// An error of the request.
    Error(Error),
    /// It cannot be read.
    Unreadable(Unreadable),
    /// To save it one must say which version it was made from.
    NoVersion,
}

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

fn named(code: &str, name: &str) -> Named {
    Named { code: code.to_owned(), name: name.to_owned() }
}

/// The due date, and of what was returned the day by which it must come again.
fn deadline_of(submission: &submission::Model) -> String {
    let again =
        submission.return_due_on.filter(|_| submission.status == SubmissionStatus::Returned);
    match again {
        Some(again) => format!("{} (보완 기한 {again})", submission.due_on),
        None => submission.due_on.to_string(),
    }
}

/// The form as a file shows it, without answers.
fn form_of(data: &FormData, submission: &submission::Model) -> sheet::Form {
    let indicators =
        data.indicators.iter().zip(&data.definitions).map(|(row, known)| sheet::Indicator {
            code: row.code.clone(),
            name: row.name_ko.clone(),
            definition: row.definition_ko.clone(),
            unit: row.unit.clone(),
            kind: table::kind(row.value_type),
            decimals: known.decimals,
            range: range_of(row),
            is_required: row.is_required,
            by_region: row.by_region,
            by_size: row.by_size,
            by_industry: row.by_industry,
            previous: data.previous(&row.code),
        });
    sheet::Form {
        institution: named(&data.institution.code, &data.institution.name_ko),
        programme: named(&data.programme.code, &data.programme.name_ko),
        quarter: submission.quarter.clone(),
        due_on: deadline_of(submission),
        status: status_ko(submission.status).to_owned(),
        version: submission.version,
        indicators: indicators.collect(),
        regions: data.regions.iter().map(|row| named(&row.code, &row.name_ko)).collect(),
        sizes: BusinessSize::CHOICE
            .values
            .iter()
            .map(|value| named(value.code, value.korean()))
            .collect(),
        industries: data.industries.iter().map(|row| named(&row.code, &row.name_ko)).collect(),
        cells: Vec::new(),
        comments: Vec::new(),
    }
}

/// What reviewers asked to put right, newest first, each on behalf of its institution.
async fn comments(
    db: &DatabaseConnection,
    submission: &submission::Model,
) -> Result<Vec<sheet::Comment>, Error> {
    use entity::submission_comment::{Column, Entity};
    let rows = Entity::find()
        .filter(Column::SubmissionId.eq(submission.id))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(MAX_COMMENTS)
        .all(db)
        .await?;
    let authors: BTreeSet<_> = rows.iter().filter_map(|row| row.author_institution_id).collect();
    let authors: BTreeMap<_, _> = institution::Entity::find()
        .filter(institution::Column::Id.is_in(authors))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, row.name_ko))
        .collect();
    let is_returned = submission.status == SubmissionStatus::Returned;
    let codes = |cell: Cell| {
        let size = cell.size.map(BusinessSize::code).unwrap_or_default();
        [
            cell.indicator,
            cell.region.unwrap_or_default(),
            size.to_owned(),
            cell.industry.unwrap_or_default(),
        ]
    };
    let shown = rows.into_iter().map(|row| sheet::Comment {
        cell: row.cell.as_deref().and_then(|cell| cell.parse().ok()).map(codes),
        address: row.cell,
        revision: row.revision,
        message: row.message,
        author: row
            .author_institution_id
            .and_then(|id| authors.get(&id).cloned())
            .unwrap_or_else(|| "-".to_owned()),
        written_on: row.created_at.with_timezone(&seoul()).date_naive().to_string(),
        is_open: is_returned && row.revision == submission.revision,
    });
    Ok(shown.collect())
}

fn range_of(row: &entity::indicator::Model) -> Option<sheet::Range> {
    let (minimum, maximum) = (row.minimum.clone(), row.maximum.clone());
    let is_soft = row.range_severity == RuleSeverity::Warning;
    (minimum.is_some() || maximum.is_some()).then_some(sheet::Range { minimum, maximum, is_soft })
}

fn written(data: &FormData, cell: &Cell, entry: &Entry) -> sheet::Cell {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let is_truth =
        data.indicator(&cell.indicator).is_some_and(|known| known.value_type == ValueType::Boolean);
    let value = match is_truth {
        true => entry.truth().map(form::yes_no).unwrap_or_default().to_owned(),
        false => text(&entry.value),
    };
    sheet::Cell {
        indicator: cell.indicator.clone(),
        region: text(&cell.region),
        size: cell.size.map(BusinessSize::code).unwrap_or_default().to_owned(),
        industry: text(&cell.industry),
        state: entry.state.code().to_owned(),
        value,
        reason: text(&entry.reason),
        comment: text(&entry.comment),
        evidence_note: text(&entry.evidence_note),
    }
}

/// Files read or written at a time.
static READERS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(2)));

/// Runs what takes long beside the tasks that must not wait. Its place is taken until it ends, also when
/// nobody waits for it any more.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let place = READERS.clone().acquire_owned().await.map_err(Error::internal)?;
    let placed = move || {
        let _place = place;
        work()
    };
    tokio::task::spawn_blocking(placed).await.map_err(Error::internal)
}

/// The form of a submission with what is in it so far.
///
/// # Errors
/// Not found, if there is none or the caller may not see it; internal.
pub async fn download(
    db: &DatabaseConnection,
    principal: &Principal,
    target: &Target,
    format: Format,
) -> Result<Sent, Error> {
    let found =
        by_codes(db, principal, &target.institution, &target.programme, &target.quarter).await?;
    let data = FormData::load(db, &found).await?;
    let standing = Standing::load(db, &found).await?;
    let mut form = form_of(&data, &found);
    form.comments = comments(db, &found).await?;
    form.cells = standing.cells.iter().map(|(cell, entry)| written(&data, cell, entry)).collect();
    let made = apart(move || match format {
        Format::Xlsx => sheet::write_xlsx(&form),
        Format::Csv => sheet::write_csv(&form),
    });
    Ok(Sent { bytes: made.await?.map_err(Error::internal)?, version: found.version })
}

/// What a file says.
#[derive(Debug, Default)]
struct Read {
    edits: Edits,
    /// Cells that stand in the file without room for notes.
    brief: BTreeSet<Cell>,
    found: Vec<Found>,
    rejected: usize,
    /// Addresses of those, as far as they are known.
    spoilt: BTreeSet<Cell>,
    /// Cells that cannot even be told apart.
    lost: usize,
    /// Indicators of which something was rejected, so that what they lack follows.
    faulty: BTreeSet<String>,
    version: Option<i32>,
    encoding: Option<&'static str>,
}

impl Read {
    /// Takes what stands at a place, or notes what is wrong with it: one problem, however many cells it spoils.
    fn take(&mut self, data: &FormData, placed: &Placed, told: &mut HashSet<Place>) {
        let faults = match table::cell(data, &placed.cell) {
            _ if placed.is_faulty => Vec::new(),
            Ok((_, None)) => return,
            Ok((cell, Some(entry))) => {
                if placed.is_brief {
                    self.brief.insert(cell.clone());
                }
                if self.edits.insert(cell, Some(entry)).is_none() {
                    return;
                }
                vec![Fault {
                    field: "value",
                    code: "DUPLICATE",
                    message: Text::new(
                        "같은 지표·지역·규모·업종의 값이 파일에 두 번 있으니 하나만 남겨 주십시오.",
                        "The same indicator, region, size and industry is in the file twice; keep one.",
                    ),
                    value: placed.cell.value.clone(),
                    nearest: None,
                }]
            }
            Err(faults) => faults,
        };
        self.rejected += 1;
        self.spoilt.extend(table::address(data, &placed.cell));
        self.faulty.insert(meant(data, placed, &faults));
        for fault in faults {
            // What is handed on without standing in the file says nothing that could be wrong.
            let Some(place) = placed.at(fault.field) else { continue };
            if self.found.len() < MAX_PROBLEMS && told.insert(place.clone()) {
                self.found.push(faulty(placed, place, fault));
            }
        }
    }
}

/// The indicator that a rejected cell is of, or was most likely meant to be.
fn meant(data: &FormData, placed: &Placed, faults: &[Fault]) -> String {
    let near = faults.iter().find(|fault| fault.field == "indicator");
    near.and_then(|fault| fault.nearest.clone())
        .or_else(|| data.lists.indicators.find(&placed.cell.indicator).map(str::to_owned))
        .unwrap_or_else(|| placed.cell.indicator.clone())
}

fn each(
    upload: &Upload,
    form: &sheet::Form,
    take: &mut dyn FnMut(Placed),
) -> Result<Reading, Unreadable> {
    match upload.format {
        Format::Xlsx => sheet::read_xlsx(&upload.bytes, form, take),
        Format::Csv => sheet::read_csv(&upload.bytes, form, take),
    }
}

/// Reads a file cell by cell; of those that cannot be kept it notes where they stand.
fn read(upload: &Upload, data: &FormData, form: &sheet::Form) -> Result<Read, Unreadable> {
    let mut read = Read::default();
    let mut told = HashSet::new();
    let reading = each(upload, form, &mut |placed| read.take(data, &placed, &mut told))?;
    read.rejected += reading.lost;
    read.lost = reading.lost;
    read.version = reading.version;
    read.encoding = reading.encoding;
    read.found.extend(reading.problems.into_iter().map(of_sheet));
    Ok(read)
}

fn of_sheet(problem: sheet::Problem) -> Found {
    Found {
        place: problem.place,
        address: None,
        indicator: problem.indicator,
        rule: "FILE".to_owned(),
        severity: problem.severity,
        is_justified: false,
        value: None,
        nearest: None,
        message: problem.message,
    }
}

fn faulty(placed: &Placed, place: Place, fault: Fault) -> Found {
    // Of what spoils a whole row it is not told which of its indicators.
    let is_of_row = matches!(fault.field, "region" | "size" | "industry");
    Found {
        address: None,
        indicator: (!is_of_row).then(|| placed.cell.indicator.clone()),
        place: Some(place),
        rule: fault.code.to_owned(),
        severity: Severity::Error,
        is_justified: false,
        value: Some(fault.value),
        nearest: fault.nearest,
        message: fault.message,
    }
}

fn of_rule(problem: &Problem, data: &FormData, places: &BTreeMap<Cell, Placed>) -> Found {
    let place = |placed: &Placed| match problem.rule.as_str() {
        // Who is asked for a reason looks for its cell.
        "REASON" => placed.at("reason"),
        "BREAKDOWN" => {
            let known = data.indicator(&problem.cell.indicator);
            placed.at_own(known.and_then(|it| it.undivided(&problem.cell)).unwrap_or("value"))
        }
        _ => placed.at("value"),
    };
    Found {
        place: places.get(&problem.cell).and_then(place),
        address: Some(problem.cell.to_string()),
        indicator: Some(problem.cell.indicator.clone()),
        rule: problem.rule.clone(),
        severity: match problem.severity {
            RuleSeverity::Error => Severity::Error,
            RuleSeverity::Warning => Severity::Warning,
        },
        is_justified: problem.is_justified,
        value: problem.value.clone(),
        nearest: None,
        message: problem.message.clone(),
    }
}

/// Where the cells of problems stand: the file is read once more rather than every place kept.
fn places(
    upload: &Upload,
    data: &FormData,
    form: &sheet::Form,
    wanted: &BTreeSet<Cell>,
) -> Result<BTreeMap<Cell, Placed>, Unreadable> {
    let mut places = BTreeMap::new();
    if wanted.is_empty() {
        return Ok(places);
    }
    each(upload, form, &mut |placed| {
        if let Ok(cell) = table::address(data, &placed.cell)
            && wanted.contains(&cell)
        {
            places.entry(cell).or_insert(placed);
        }
    })?;
    Ok(places)
}

/// The workbook sent back: what was uploaded, with the problems marked in place.
fn marked(
    upload: &Upload,
    form: &sheet::Form,
    problems: &[Found],
    language: Language,
) -> Result<Result<Vec<u8>, Unreadable>, Error> {
    let mut uploaded = Vec::new();
    if let Err(unreadable) = each(upload, form, &mut |placed| uploaded.push(placed)) {
        return Ok(Err(unreadable));
    }
    let told: Vec<sheet::Problem> = problems
        .iter()
        .map(|found| sheet::Problem {
            place: found.place.clone(),
            indicator: found.indicator.clone(),
            message: match &found.indicator {
                Some(indicator) if found.place.is_none() => Text::new(
                    format!("{indicator}: {}", found.message.ko),
                    format!("{indicator}: {}", found.message.en),
                ),
                _ => found.message.clone(),
            },
            severity: found.severity,
            is_justified: found.is_justified,
        })
        .collect();
    let pick: fn(&Text) -> &str = match language {
        Language::Korean => |text| &text.ko,
        Language::English => |text| &text.en,
    };
    Ok(Ok(sheet::mark_xlsx(form, &uploaded, &told, pick).map_err(Error::internal)?))
}

/// What a file leaves blank, and what stays there.
struct Kept {
    cell: Cell,
    /// `value`, `reason`, `comment` or `evidence`.
    field: &'static str,
    said: Text,
}

/// Leaves the notes that a file has no room for or leaves blank as they stand, as long as the state is the same;
/// tells of those it left blank.
fn keep_notes(read: &mut Read, standing: &Standing, replace: bool) -> Vec<Kept> {
    let mut kept = Vec::new();
    for (cell, entry) in &mut read.edits {
        let (Some(entry), Some(before)) = (entry, standing.cells.get(cell)) else { continue };
        let is_brief = read.brief.contains(cell);
        if entry.state != before.state || (replace && !is_brief) {
            continue;
        }
        for (field, now, was) in [
            ("reason", &mut entry.reason, &before.reason),
            ("comment", &mut entry.comment, &before.comment),
            ("evidenceNote", &mut entry.evidence_note, &before.evidence_note),
        ] {
            let (None, Some(said)) = (&*now, was) else { continue };
            if !is_brief && kept.len() < MAX_PROBLEMS {
                let said = Text::new(said, said);
                kept.push(Kept { cell: cell.clone(), field, said });
            }
            *now = Some(said.clone());
        }
    }
    kept
}

/// What came of the cells, or would.
struct Done {
    outcome: Outcome,
    counts: Counts,
    /// All values as they are then.
    cells: Cells,
    now: submission::Model,
}

/// What would become of cells that stand.
fn foreseen(standing: &Cells, edits: &Edits) -> Counts {
    let mut counts = Counts::default();
    for (cell, wanted) in edits {
        match (standing.get(cell), wanted) {
            (None, None) => {}
            (Some(before), Some(after)) if before == after => counts.unchanged += 1,
            (None, Some(_)) => counts.created += 1,
            (Some(_), Some(_)) => counts.updated += 1,
            (Some(_), None) => counts.cleared += 1,
        }
    }
    counts
}

/// The cells after the edits.
fn edited(mut cells: Cells, edits: Edits) -> Cells {
    for (cell, wanted) in edits {
        match wanted {
            None => cells.remove(&cell),
            Some(entry) => cells.insert(cell, entry),
        };
    }
    cells
}

/// The submission, if the caller may save values in it.
///
/// # Errors
/// Not found; forbidden; internal.
pub async fn may_upload(
    db: &DatabaseConnection,
    principal: &Principal,
    target: &Target,
) -> Result<submission::Model, Error> {
    if *principal == Principal::Anonymous {
        return Err(crate::domain::access::Denied::SignedOut.into());
    }
    let found =
        by_codes(db, principal, &target.institution, &target.programme, &target.quarter).await?;
    may_save(principal, &found)?;
    Ok(found)
}

/// Whether it is the caller's to save, whatever its state.
pub(super) fn may_save(principal: &Principal, found: &submission::Model) -> Result<(), Error> {
    let who = actor(principal, found.institution_id, found.submitted_by.as_deref());
    if who.is_own && who.can_submit { Ok(()) } else { Err(refused(&Refused::NotYours, principal)) }
}

/// Checks an upload and, if wished, saves it: as a whole, or not at all.
///
/// # Errors
/// See [`Failure`].
pub async fn upload(
    db: &Store,
    author: Author<'_>,
    target: &Target,
    upload: Upload,
    language: Language,
) -> Result<Report, Failure> {
    let mut found = may_upload(db, author.principal, target).await?;
    // What stands, and the version that it is of: others save meanwhile.
    let standing = loop {
        let standing = Standing::load(db, &found).await?;
        let before = found.version;
        found = super::find(db, author.principal, found.id).await?;
        if found.version == before {
            break standing;
        }
    };
    // The state comes first: what cannot be saved now is refused whatever the file says, and a check says so.
    let closed = barred(db, &found, Verb::SaveDraft, author.now).await?;
    if let Some(why) = closed.as_ref().filter(|_| upload.save) {
        return Err(refused(why, author.principal).into());
    }
    let data = Arc::new(FormData::load(db, &found).await?);
    let mut form = form_of(&data, &found);
    if upload.mark {
        form.comments = comments(db, &found).await?;
    }
    let form = Arc::new(form);
    let upload = Arc::new(upload);

    let (one, two, three) = (upload.clone(), data.clone(), form.clone());
    let mut read = apart(move || read(&one, &two, &three)).await?.map_err(Failure::Unreadable)?;
    let mut kept = keep_notes(&mut read, &standing, upload.replace);
    let said = upload.seen.as_ref().map(|seen| seen.version(found.version)).or(read.version);
    let is_in_file = |cell: &Cell| read.edits.contains_key(cell) || read.spoilt.contains(cell);
    let absent: Vec<Cell> =
        standing.cells.keys().filter(|cell| !is_in_file(cell)).cloned().collect();
    let absent_count = absent.len();
    let cells_count = read.edits.len() + read.rejected;
    // What a file leaves blank stays unless it is to be replaced; told of indicators each of whose cells can be read.
    if !upload.replace && closed.is_none() && read.lost == 0 {
        let stands = |cell: &Cell| {
            let entry = standing.cells.get(cell)?;
            let known = data.indicator(&cell.indicator);
            let said = entry.said(known.map(|known| known.value_type));
            Some(Kept { cell: cell.clone(), field: "value", said })
        };
        let is_read = |cell: &&Cell| !read.faulty.contains(&cell.indicator);
        kept.extend(absent.iter().filter(is_read).take(MAX_PROBLEMS).filter_map(stands));
    }
    if upload.replace {
        read.edits.extend(absent.into_iter().map(|cell| (cell, None)));
    }
    let Read { edits, found: mut problems, rejected, faulty, encoding, lost, .. } = read;

    let read_anew: BTreeSet<Cell> =
        edits.keys().filter(|cell| faulty.contains(&cell.indicator)).cloned().collect();
    let counts = foreseen(&standing.cells, &edits);
    let outcome = match (upload.save, rejected) {
        (false, _) => Outcome::Checked,
        (true, 0) if counts.is_nothing() => Outcome::Unchanged,
        (true, 0) => Outcome::Saved,
        (true, _) => Outcome::Rejected,
    };
    let version = match outcome {
        Outcome::Checked | Outcome::Rejected => None,
        // What changes nothing needs its version too: whether one must be named does not hang on the values.
        _ => Some(said.ok_or(Failure::NoVersion)?),
    };
    let done = match version {
        // What changes nothing writes nothing, and conflicts like any other where somebody else wrote first.
        Some(version) => {
            // It is read again under the lock.
            drop(standing);
            let content = json!([found.id, hex(&Sha256::digest(&upload.bytes)), upload.replace]);
            let key = key_of(&upload, found.id, version);
            let call = Call::made(UPLOAD, (found.id, version), key, &content);
            save(db, author, &call, &data, &upload, edits).await?
        }
        None => {
            let counts = match outcome {
                Outcome::Rejected => Counts { unchanged: counts.unchanged, ..Counts::default() },
                _ => counts,
            };
            Done { outcome, counts, cells: edited(standing.cells, edits), now: found }
        }
    };
    let Done { outcome, counts, cells, now } = done;
    let two = data.clone();
    let (checked, is_ready) = apart(move || {
        let checked = two.check(&cells);
        let is_ready = form::is_ready(&cells, &checked);
        (checked, is_ready)
    })
    .await?;

    let mut wanted: BTreeSet<Cell> = checked.iter().map(|problem| problem.cell.clone()).collect();
    wanted.extend(kept.iter().map(|kept| kept.cell.clone()));
    let (one, two, three) = (upload.clone(), data.clone(), form.clone());
    let places =
        apart(move || places(&one, &two, &three, &wanted)).await?.map_err(Failure::Unreadable)?;
    // A cell of which nobody can tell the indicator may be any that is missing.
    let is_any_lost = lost > 0 || faulty.iter().any(|code| data.indicator(code).is_none());
    // Of a cell that was rejected it is known what is wrong; what is said of the value that stands there instead
    // would be of another file.
    let checked: Vec<Problem> = checked
        .into_iter()
        .filter(|problem| {
            let is_faulty = faulty.contains(&problem.cell.indicator);
            let rule = data.rules.iter().find(|rule| rule.code == problem.rule);
            match (rule, problem.rule.as_str()) {
                (Some(rule), _) => !rule.reads(&faulty),
                // These read more than their own cell.
                (None, "REQUIRED") if is_any_lost => false,
                (None, "REQUIRED" | "SUM" | "OUTLIER") => !is_faulty,
                (None, _) => !is_faulty || read_anew.contains(&problem.cell),
            }
        })
        .collect();
    let is_ready = is_ready && rejected == 0 && closed.is_none();
    problems.extend(checked.iter().map(|problem| of_rule(problem, &data, &places)));
    // Last, so that no error is cut off for their sake.
    problems.extend(kept.iter().map(|kept| of_kept(kept, &places)));
    if let Some(why) = &closed {
        problems.insert(0, of_state(why));
    }
    // What was only made of cells is told last, and cut first.
    problems.sort_by_key(|found| found.severity == Severity::Info);
    problems.truncate(MAX_PROBLEMS);
    let mut report = Report {
        submission: now,
        outcome,
        closed: closed.is_some(),
        counts,
        rejected,
        cells: cells_count,
        absent: absent_count.saturating_sub(counts.cleared),
        problems,
        encoding,
        is_ready,
        marked: None,
    };
    if upload.mark && upload.format == Format::Xlsx {
        let told = report.problems.clone();
        let book = apart(move || marked(&upload, &form, &told, language)).await??;
        report.marked = Some(book.map_err(Failure::Unreadable)?);
    }
    Ok(report)
}

/// A cell that the file leaves blank, and that keeps what it says.
fn of_kept(kept: &Kept, places: &BTreeMap<Cell, Placed>) -> Found {
    let Kept { cell, field, said } = kept;
    let short = |text: &str| text.chars().take(60).collect::<String>();
    let (said_ko, said_en) = (short(&said.ko), short(&said.en));
    let (ko, en) = match *field {
        "reason" => ("빈칸이어서 저장된 사유", "Blank, so the saved reason"),
        "comment" => ("빈칸이어서 저장된 의견", "Blank, so the saved comment"),
        "evidenceNote" => ("빈칸이어서 저장된 증빙", "Blank, so the saved evidence"),
        _ => ("빈칸이거나 파일에 없어 저장된 값", "Blank or not in the file, so the saved value"),
    };
    Found {
        place: places.get(cell).and_then(|placed| placed.at(field)),
        address: Some(cell.to_string()),
        indicator: Some(cell.indicator.clone()),
        rule: "KEPT".to_owned(),
        severity: Severity::Warning,
        is_justified: false,
        value: None,
        nearest: None,
        message: Text::new(
            format!("{ko}: {said_ko} – 그대로 남습니다. 지우려면 replace=true로 올려 주십시오."),
            format!("{en}, {said_en}, stays. To clear it, upload with replace=true."),
        ),
    }
}

/// Why it could not be saved now, as a dry run tells it.
fn of_state(why: &Refused) -> Found {
    Found {
        place: None,
        address: None,
        indicator: None,
        rule: why.code().to_owned(),
        severity: Severity::Error,
        is_justified: false,
        value: None,
        nearest: None,
        message: why.message(),
    }
}

/// The caller's key, or one that the same file for the same version of the same submission has again.
fn key_of(upload: &Upload, id: Uuid, version: i32) -> String {
    upload.key.clone().unwrap_or_else(|| {
        let hash = hex(&Sha256::digest(&upload.bytes));
        format!("upload:{id}:{version}:{}:{}", upload.replace, &hash[..40])
    })
}

async fn save(
    db: &Store,
    author: Author<'_>,
    call: &Call,
    data: &FormData,
    upload: &Upload,
    edits: Edits,
) -> Result<Done, Error> {
    let write = Write::attempt(db, author, call).await?;
    let held = match turn(&write, &author, call, Verb::SaveDraft).await? {
        Turn::First(held, _) => held,
        Turn::Again(held) => {
            let cells = Standing::load(write.reads(), &held.submission).await?.cells;
            let counts = foreseen(&cells, &edits);
            // The same file was saved before, and others have written since: only a key of the caller's
            // own says that this is that very call.
            let outcome = match counts.is_nothing() {
                true => Outcome::Unchanged,
                false if upload.key.is_some() => Outcome::Repeated,
                false => return Err(Error::Conflict),
            };
            let counts = Counts { unchanged: counts.unchanged, ..Counts::default() };
            return Ok(Done { outcome, counts, cells, now: held.submission });
        }
    };
    let (counts, cells, now) = draft::keep(write, &author, held, data, edits).await?;
    let outcome = if counts.is_nothing() { Outcome::Unchanged } else { Outcome::Saved };
    Ok(Done { outcome, counts, cells, now })
}
