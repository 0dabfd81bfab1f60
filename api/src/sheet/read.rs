//! A workbook that comes back.

use std::collections::HashMap;

use super::book::{Book, Next};
use super::grid::{Content, Grid, bad_heading};
use super::layout::{
    IDENTITY, PARTS_FIRST, PARTS_HEAD_ROW, TOTALS_CODE, TOTALS_COMMENT, TOTALS_EVIDENCE,
    TOTALS_FIRST, TOTALS_HEAD, TOTALS_HEAD_ROW, TOTALS_REASON, TOTALS_STATE, TOTALS_VALUE, Tab,
    place,
};
use super::problems::Problems;
use super::words::{self, Lists};
use super::{
    Cell, Form, Kind, LAYOUT, MAX_COLUMNS, MAX_PART_ROWS, Placed, Problem, Unreadable, guard,
    number,
};

/// Reads a workbook made of `form`, handing on its answers row by row: the totals, then the parts.
/// Blank cells are not handed on. A code that is not in the form's lists, or a word that is no
/// state, is handed on as it stands, so that the caller can name the nearest valid one. Of a cell
/// that is a problem its text is handed on too, but for a formula.
pub fn read_xlsx(
    bytes: &[u8],
    form: &Form,
    each: &mut dyn FnMut(Placed),
) -> Result<Vec<Problem>, Unreadable> {
    guard::check(bytes)?;
    let mut book = Book::open(bytes)?;
    let mut problems = Problems::default();
    let lists = Lists::new(form);
    check_identity(&mut book, form, &mut problems)?;
    read_totals(&mut book, &lists, &mut problems, each)?;
    let is_divided = form.indicators.iter().any(|it| it.by_region || it.by_size || it.by_industry);
    if is_divided || book.has(Tab::Parts) {
        read_parts(&mut book, &lists, &mut problems, each)?;
    }
    Ok(problems.into_found())
}

/// The version of the submission that a workbook was made of; nothing where it gives no number.
pub fn version(bytes: &[u8]) -> Result<Option<i32>, Unreadable> {
    guard::check(bytes)?;
    let [_, _, _, version, _] = identity(&mut Book::open(bytes)?)?;
    Ok(version.parse().ok())
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
        let label = texts.next().and_then(plain);
        if label.as_deref() != Some(*key) {
            return Err(bad_heading(Tab::Codes.name(), row, 0, &label.unwrap_or_default()));
        }
        *value = texts.next().and_then(plain).unwrap_or_default();
        Ok(Next::Row)
    })?;
    Ok(found)
}

/// Refuses the form of somebody else; warns about one that is not the newest.
fn check_identity(
    book: &mut Book<'_>,
    form: &Form,
    problems: &mut Problems,
) -> Result<(), Unreadable> {
    let [institution, programme, quarter, version, layout] = identity(book)?;
    if layout != LAYOUT.to_string() {
        return Err(Unreadable::OtherForm {
            expected: format!("layout {LAYOUT}"),
            found: format!("layout {layout}"),
        });
    }
    if (institution.as_str(), programme.as_str(), quarter.as_str())
        != (form.institution.code.as_str(), form.programme.code.as_str(), form.quarter.as_str())
    {
        return Err(Unreadable::OtherForm {
            expected: format!(
                "{} / {} / {}",
                form.institution.code, form.programme.code, form.quarter
            ),
            found: format!("{institution} / {programme} / {quarter}"),
        });
    }
    if version != form.version.to_string() {
        problems.warning(format!(
            "이 파일은 {version}판에서 내려받은 것인데 지금은 {}판이니, 그 사이에 바뀐 값이 없는지 확인해 주십시오.",
            form.version
        ));
    }
    Ok(())
}

/// The text of a label; nothing where there is none.
fn plain(content: Content) -> Option<String> {
    match content {
        Content::Text(text) => Some(text),
        Content::Number(value) => Some(number::text(value)),
        Content::Truth(value) => Some(number::yes_no(value).to_owned()),
        Content::Date(text) | Content::Fault(text) => Some(text),
        Content::Formula => None,
    }
}

fn read_totals(
    book: &mut Book<'_>,
    lists: &Lists<'_>,
    problems: &mut Problems,
    each: &mut dyn FnMut(Placed),
) -> Result<(), Unreadable> {
    let mut has_head = false;
    let mut rows = 0;
    let mut answered: HashMap<String, u32> = HashMap::new();
    book.rows(Tab::Totals, &mut |row, cells| {
        if row == TOTALS_HEAD_ROW {
            check_head(cells)?;
            has_head = true;
            return Ok(Next::Row);
        }
        if row < TOTALS_FIRST {
            return Ok(Next::Row);
        }
        if !has_head {
            return Err(bad_heading(Tab::Totals.name(), TOTALS_HEAD_ROW, 0, ""));
        }
        rows += 1;
        if rows > MAX_PART_ROWS {
            return Err(Unreadable::TooManyRows { limit: MAX_PART_ROWS });
        }
        if let Some(placed) = total(row, cells, lists, problems) {
            if let Some(earlier) = answered.insert(placed.cell.indicator.clone(), row) {
                let earlier = place(Tab::Totals.name(), earlier, TOTALS_VALUE);
                let message = format!(
                    "지표 ‘{}’가 {earlier} 칸과 {} 칸에 두 번 있으니 하나만 남겨 주십시오.",
                    placed.cell.indicator, placed.place
                );
                problems.error(placed.place.clone(), message);
            }
            each(placed);
        }
        Ok(Next::Row)
    })?;
    if has_head { Ok(()) } else { Err(bad_heading(Tab::Totals.name(), TOTALS_HEAD_ROW, 0, "")) }
}

fn check_head(cells: Vec<(u16, Content)>) -> Result<(), Unreadable> {
    let mut found: HashMap<u16, String> =
        cells.into_iter().filter_map(|(column, held)| Some((column, plain(held)?))).collect();
    for (column, heading) in (0_u16..).zip(TOTALS_HEAD) {
        let found = found.remove(&column).unwrap_or_default();
        if found.trim() != heading {
            return Err(bad_heading(Tab::Totals.name(), TOTALS_HEAD_ROW, column, &found));
        }
    }
    Ok(())
}

/// The answer in one row of the totals, if there is one.
fn total(
    row: u32,
    cells: Vec<(u16, Content)>,
    lists: &Lists<'_>,
    problems: &mut Problems,
) -> Option<Placed> {
    let label = cells.iter().find(|(column, _)| *column == TOTALS_CODE);
    let code = label.and_then(|(_, held)| plain(held.clone())).unwrap_or_default();
    let code = lists.code(&code);
    let kind = lists.kind(&code);
    let mut cell = Cell { indicator: code, ..Cell::default() };
    for (column, content) in cells {
        let (field, kind) = match column {
            TOTALS_STATE => (&mut cell.state, Kind::Text),
            TOTALS_VALUE => (&mut cell.value, kind),
            TOTALS_REASON => (&mut cell.reason, Kind::Text),
            TOTALS_COMMENT => (&mut cell.comment, Kind::Text),
            TOTALS_EVIDENCE => (&mut cell.evidence, Kind::Text),
            _ => {
                // Labels may be anything but a formula, which could spill into the answers.
                let is_label = usize::from(column) < TOTALS_HEAD.len();
                if is_label && content == Content::Formula {
                    let at = || place(Tab::Totals.name(), row, column);
                    content.into_text(Kind::Text, at, problems);
                }
                continue;
            }
        };
        let at = || place(Tab::Totals.name(), row, column);
        if let Some(text) = content.into_text(kind, at, problems) {
            *field = number::tidy(kind, text);
        }
    }
    cell.state = words::state_or_text(&cell.state);
    let is_blank = [&cell.state, &cell.value, &cell.reason, &cell.comment, &cell.evidence]
        .into_iter()
        .all(String::is_empty);
    if is_blank {
        return None;
    }
    if cell.indicator.is_empty() {
        problems.error(
            place(Tab::Totals.name(), row, TOTALS_CODE),
            "지표코드가 비어 있어 어느 지표의 값인지 알 수 없으니 코드를 적거나 행을 지워 주십시오.",
        );
        return None;
    }
    Some(Placed { place: place(Tab::Totals.name(), row, TOTALS_VALUE), cell })
}

fn read_parts(
    book: &mut Book<'_>,
    lists: &Lists<'_>,
    problems: &mut Problems,
    each: &mut dyn FnMut(Placed),
) -> Result<(), Unreadable> {
    let sheet = Tab::Parts.name();
    let mut grid = None;
    let mut rows = 0;
    book.rows(Tab::Parts, &mut |row, cells| {
        if row == PARTS_HEAD_ROW {
            let mut headings = Vec::with_capacity(MAX_COLUMNS.min(cells.len()));
            for (column, held) in cells {
                let heading = plain(held).ok_or_else(|| bad_heading(sheet, row, column, ""))?;
                headings.push((column, heading));
            }
            grid = Some(Grid::new(lists, sheet, false, row, headings)?);
            return Ok(Next::Row);
        }
        if row < PARTS_FIRST {
            return Ok(Next::Row);
        }
        let grid = grid.as_mut().ok_or_else(|| bad_heading(sheet, PARTS_HEAD_ROW, 0, ""))?;
        rows += 1;
        if rows > MAX_PART_ROWS {
            return Err(Unreadable::TooManyRows { limit: MAX_PART_ROWS });
        }
        grid.row(row, cells, problems, each);
        Ok(Next::Row)
    })?;
    if grid.is_some() { Ok(()) } else { Err(bad_heading(sheet, PARTS_HEAD_ROW, 0, "")) }
}
