//! A workbook that comes back.

use std::collections::{HashMap, HashSet};

use super::book::{Book, Next};
use super::content::Content;
use super::grid::{Expected, Grid, Row, bad_heading, merged_value};
use super::layout::{
    IDENTITY, PARTS_FIRST, PARTS_HEAD_ROW, TOTALS_CODE, TOTALS_COMMENT, TOTALS_EVIDENCE,
    TOTALS_FIRST, TOTALS_HEAD, TOTALS_HEAD_ROW, TOTALS_REASON, TOTALS_STATE, TOTALS_VALUE, Tab,
    place,
};
use super::merged;
use super::number::{self, Asked};
use super::problems::Problems;
use super::words::{self, Lists};
use super::{
    Cell, Form, LAYOUT, MAX_COLUMNS, MAX_PART_ROWS, Placed, Reading, Spots, Text, Unreadable,
};
use crate::domain::codes::{Codes, Family};
use crate::domain::fold;
use crate::domain::quarter::Quarter;

/// Reads a workbook made of `form`, handing on its answers row by row: the totals, blank ones too, then the
/// parts. A code that is not in the form's lists, or a word that is no state, is handed on as it stands, so that
/// the caller can name the nearest valid one. What is a problem of the file is handed on as faulty.
pub fn read_xlsx(
    bytes: &[u8],
    form: &Form,
    each: &mut dyn FnMut(Placed),
) -> Result<Reading, Unreadable> {
    let mut book = Book::open(bytes)?;
    let mut problems = Problems::default();
    let lists = Lists::new(form);
    let version = check_identity(&mut book, form, &mut problems)?;
    read_totals(&mut book, form, &lists, &mut problems, each)?;
    let is_divided = form.indicators.iter().any(|it| it.by_region || it.by_size || it.by_industry);
    if is_divided || book.has(Tab::Parts) {
        read_parts(&mut book, &lists, &mut problems, each)?;
    }
    let lost = problems.lost;
    Ok(Reading { problems: problems.into_found(), lost, version, encoding: None })
}

/// What the hidden sheet says of the form, in the order of [`IDENTITY`].
fn identity(book: &mut Book<'_>) -> Result<[String; IDENTITY.len()], Unreadable> {
    let mut found: [String; IDENTITY.len()] = Default::default();
    book.rows(Tab::Codes, &mut |row, cells| {
        let index = usize::try_from(row).unwrap_or(usize::MAX);
        let (Some(key), Some(value)) = (IDENTITY.get(index), found.get_mut(index)) else {
            return Ok(Next::End);
        };
        let mut texts = cells.into_iter().filter(|(column, _)| *column < 2).map(|(_, held)| held);
        let label = texts.next().and_then(Content::label).unwrap_or_default();
        if fold::clean(&label) != *key {
            let expected = Expected::Heading(key);
            return Err(bad_heading(Tab::Codes.name(), row, 0, &label, expected));
        }
        let text = texts.next().and_then(Content::label).unwrap_or_default();
        *value = fold::clean(&text);
        Ok(Next::Row)
    })?;
    Ok(found)
}

/// Refuses the form of somebody else; warns about one that is not the newest, and tells its version.
fn check_identity(
    book: &mut Book<'_>,
    form: &Form,
    problems: &mut Problems,
) -> Result<Option<i32>, Unreadable> {
    let [institution, programme, quarter, version, layout] = identity(book)?;
    if layout != LAYOUT.to_string() {
        return Err(Unreadable::OtherForm {
            expected: format!("layout {LAYOUT}"),
            found: format!("layout {layout}"),
        });
    }
    check_form(form, [&institution, &programme, &quarter])?;
    check_version(form, &version, problems);
    Ok(version.parse().ok())
}

/// Refuses the form of another institution, programme or quarter.
fn check_form(form: &Form, found: [&str; 3]) -> Result<(), Unreadable> {
    let owner = Owner::new(form);
    if (0..).zip(found).all(|(part, text)| owner.is_own(part, text)) {
        return Ok(());
    }
    Err(Unreadable::OtherForm { expected: owner.own.join(" / "), found: found.join(" / ") })
}

/// Whose form it is: institution, programme, quarter.
pub(super) struct Owner<'a> {
    /// How each is written.
    pub(super) own: [&'a str; 3],
    known: [Codes; 2],
}

impl<'a> Owner<'a> {
    /// Of a form.
    pub(super) fn new(form: &'a Form) -> Self {
        let known = [&form.institution, &form.programme];
        let known =
            known.map(|it| Codes::new(Family::Owner, [(it.code.as_str(), [it.name.as_str()])]));
        Self { own: [&form.institution.code, &form.programme.code, &form.quarter], known }
    }

    /// Whether a text names its own part, by code or name, however it is written.
    pub(super) fn is_own(&self, part: usize, text: &str) -> bool {
        let Some(own) = self.own.get(part) else { return false };
        *own == text
            || match self.known.get(part) {
                Some(codes) => codes.find(text).is_some(),
                None => Quarter::written(text).is_some_and(|quarter| quarter.to_string() == *own),
            }
    }
}

/// Warns about a form that is not the newest.
pub(super) fn check_version(form: &Form, version: &str, problems: &mut Problems) {
    if version != form.version.to_string() {
        let now = form.version;
        problems.warning(Text::new(
            format!(
                "이 파일은 {version}판에서 내려받은 것인데 지금은 {now}판이니, 그 사이에 바뀐 값이 없는지 확인해 주십시오."
            ),
            format!(
                "The file was made of version {version} and this is version {now} now; make sure that nothing has changed in between."
            ),
        ));
    }
}

/// Blank answers where the totals of the form stand that are not in the file, from a row on.
pub(super) fn hand_on_missing(
    form: &Form,
    seen: impl Fn(&str) -> bool,
    mut spots: impl FnMut(&str) -> Spots,
    each: &mut dyn FnMut(Placed),
) {
    for indicator in form.indicators.iter().filter(|it| !seen(&it.code)) {
        each(Placed::blank(&indicator.code, spots(&indicator.code)));
    }
}

/// Where the parts of a total stand.
fn total_spots(row: u32) -> Spots {
    Spots {
        indicator: Some((row, TOTALS_CODE)),
        state: Some(TOTALS_STATE),
        reason: Some(TOTALS_REASON),
        comment: Some(TOTALS_COMMENT),
        evidence_note: Some(TOTALS_EVIDENCE),
        ..Spots::of(Tab::Totals.name(), row, TOTALS_VALUE)
    }
}

fn read_totals(
    book: &mut Book<'_>,
    form: &Form,
    lists: &Lists<'_>,
    problems: &mut Problems,
    each: &mut dyn FnMut(Placed),
) -> Result<(), Unreadable> {
    let sheet = Tab::Totals.name();
    let no_head = || bad_heading(sheet, TOTALS_HEAD_ROW, 0, "", Expected::Heading(TOTALS_HEAD[0]));
    let mut has_head = false;
    let (mut rows, mut next_row) = (0, TOTALS_FIRST);
    let mut answered: HashMap<String, u32> = HashMap::new();
    let mut merged = book.merged(Tab::Totals)?;
    // Rows of merged values that have been told.
    let mut told: HashSet<u32> = HashSet::new();
    book.rows(Tab::Totals, &mut |row, mut cells| {
        let from_above = merged.spread(row, &mut cells);
        if row == TOTALS_HEAD_ROW {
            for (range, content) in from_above {
                merged::put(&mut cells, range.left, Content::clone(&content));
            }
            check_head(cells)?;
            has_head = true;
            return Ok(Next::Row);
        }
        if row < TOTALS_FIRST {
            return Ok(Next::Row);
        }
        if !has_head {
            return Err(no_head());
        }
        rows += 1;
        if rows > MAX_PART_ROWS {
            return Err(Unreadable::TooManyRows { limit: MAX_PART_ROWS });
        }
        next_row = row + 1;
        // A note that is merged over rows is of each that has an answer.
        let is_answer = |column: &u16| matches!(*column, TOTALS_STATE | TOTALS_VALUE);
        let has_answer = cells.iter().any(|(column, held)| is_answer(column) && !held.is_white());
        let mut is_hidden = false;
        for (range, content) in from_above {
            if range.left == TOTALS_VALUE {
                is_hidden = true;
                if told.insert(range.top) {
                    let at = place(sheet, range.top, range.left);
                    problems.error(at, merged_value(range));
                }
            } else if has_answer {
                merged::put(&mut cells, range.left, Content::clone(&content));
            }
        }
        let Some(mut placed) = total(row, cells, lists, problems) else {
            problems.lost += usize::from(is_hidden);
            return Ok(Next::Row);
        };
        // What is wrong with it has been told, at the cell that its value is merged with.
        placed.is_faulty |= is_hidden;
        let code = &placed.cell.indicator;
        if let Some(earlier) = answered.get(code) {
            let earlier = place(sheet, *earlier, TOTALS_VALUE);
            let later = placed.place();
            problems.indicator = Some(code.clone());
            problems.error(
                later.clone(),
                Text::new(
                    format!("지표 ‘{code}’가 {earlier} 칸과 {later} 칸에 두 번 있으니 하나만 남겨 주십시오."),
                    format!("The indicator '{code}' is there twice, in {earlier} and in {later}; keep one."),
                ),
            );
            placed.is_faulty = true;
        } else {
            answered.insert(code.clone(), row);
        }
        problems.indicator = None;
        each(placed);
        Ok(Next::Row)
    })?;
    if !has_head {
        return Err(no_head());
    }
    let spots = |_: &str| {
        next_row = next_row.saturating_add(1);
        total_spots(next_row - 1)
    };
    hand_on_missing(form, |code| answered.contains_key(code), spots, each);
    Ok(())
}

fn check_head(cells: Vec<(u16, Content)>) -> Result<(), Unreadable> {
    let mut found: HashMap<u16, String> =
        cells.into_iter().filter_map(|(column, held)| Some((column, held.label()?))).collect();
    for (column, heading) in (0_u16..).zip(TOTALS_HEAD) {
        let found = found.remove(&column).unwrap_or_default();
        if words::squeezed(&found) != words::squeezed(heading) {
            let expected = Expected::Heading(heading);
            return Err(bad_heading(Tab::Totals.name(), TOTALS_HEAD_ROW, column, &found, expected));
        }
    }
    Ok(())
}

/// The answer in one row of the totals; a blank one only of an indicator of the form.
fn total(
    row: u32,
    cells: Vec<(u16, Content)>,
    lists: &Lists<'_>,
    problems: &mut Problems,
) -> Option<Placed> {
    let label = cells.iter().find(|(column, _)| *column == TOTALS_CODE);
    let code = label.and_then(|(_, held)| held.clone().label()).unwrap_or_default();
    let known = lists.indicator(&code);
    let code = known.map_or(code.trim(), |known| known.code.as_str()).to_owned();
    let asked = lists.asked(&code);
    problems.indicator = (!code.is_empty()).then(|| code.clone());
    let mut cell = Cell { indicator: code, ..Cell::default() };
    let mut is_faulty = false;
    for (column, content) in cells {
        let (field, asked) = match column {
            TOTALS_STATE => (&mut cell.state, Asked::TEXT),
            TOTALS_VALUE => (&mut cell.value, asked),
            TOTALS_REASON => (&mut cell.reason, Asked::TEXT),
            TOTALS_COMMENT => (&mut cell.comment, Asked::TEXT),
            TOTALS_EVIDENCE => (&mut cell.evidence_note, Asked::TEXT),
            // The rest are labels.
            _ => continue,
        };
        let at = || place(Tab::Totals.name(), row, column);
        let taken = content.take(&asked, &at, problems);
        is_faulty |= taken.is_faulty;
        *field = number::tidy(&asked, taken.text);
    }
    problems.indicator = None;
    cell.state = words::state_or_text(&cell.state);
    if !is_faulty && cell.is_blank() {
        return known.map(|known| Placed::blank(&known.code, total_spots(row)));
    }
    if cell.indicator.is_empty() {
        problems.lose(place(Tab::Totals.name(), row, TOTALS_CODE), no_code());
        return None;
    }
    Some(Placed { cell, is_faulty, is_brief: false, spots: total_spots(row) })
}

/// The sentence about an answer without an indicator.
pub(super) fn no_code() -> Text {
    Text::new(
        "지표코드가 비어 있어 어느 지표의 값인지 알 수 없으니 코드를 적거나 행을 지워 주십시오.",
        "The indicator's code is blank, so it is not known what the row is about; enter the code or take the row out.",
    )
}

fn read_parts(
    book: &mut Book<'_>,
    lists: &Lists<'_>,
    problems: &mut Problems,
    each: &mut dyn FnMut(Placed),
) -> Result<(), Unreadable> {
    let sheet = Tab::Parts.name();
    let no_head = || {
        bad_heading(sheet, PARTS_HEAD_ROW, 0, "", Expected::Heading(super::layout::DIMENSIONS[0]))
    };
    let mut grid = None;
    let mut rows = 0;
    let mut merged = book.merged(Tab::Parts)?;
    book.rows(Tab::Parts, &mut |row, mut cells| {
        let from_above = merged.spread(row, &mut cells);
        if row == PARTS_HEAD_ROW {
            for (range, content) in from_above {
                merged::put(&mut cells, range.left, Content::clone(&content));
            }
            let mut headings = Vec::with_capacity(MAX_COLUMNS.min(cells.len()));
            for (column, held) in cells {
                headings.push((column, held.label().unwrap_or_default()));
            }
            grid = Some(Grid::new(lists, sheet, false, row, headings)?);
            return Ok(Next::Row);
        }
        if row < PARTS_FIRST {
            return Ok(Next::Row);
        }
        let grid = grid.as_mut().ok_or_else(no_head)?;
        rows += 1;
        if rows > MAX_PART_ROWS {
            return Err(Unreadable::TooManyRows { limit: MAX_PART_ROWS });
        }
        grid.row(Row { row, cells, from_above }, &merged, problems, each);
        Ok(Next::Row)
    })?;
    if grid.is_some() { Ok(()) } else { Err(no_head()) }
}
