//! The uploaded form going back, with its problems marked where they are.

use std::collections::HashMap;

use rust_xlsxwriter::Workbook;

use super::layout::{CSV, Tab, cell_name, position};
use super::plan::{Plan, Target};
use super::style::{self, Mark, Marks, Pen};
use super::words::Lists;
use super::write::write_form;
use super::{Failed, Form, Kind, MAX_COLUMNS, Place, Placed, Problem, Severity, Text};

/// Links that a sheet may have by the format; problems after these are listed without one.
const MAX_LINKS: usize = 60_000;
/// Last row that can be marked without an answer in it.
const LAST_ROW: u32 = 200_000;
/// Width of the column of messages.
const MESSAGE_WIDTH: u32 = 96;

/// Writes the form with the uploaded answers as they were given, errors in red and warnings in
/// amber, each with a note, and a first sheet that lists them. It can be corrected and uploaded
/// again. A cell keeps its row; one of a CSV file, or of a column that stood elsewhere, is moved to
/// where the form has it.
///
/// What is said of them is in the reader's language, which `pick` chooses; the form itself is Korean.
pub fn mark_xlsx(
    form: &Form,
    uploaded: &[Placed],
    problems: &[Problem],
    pick: fn(&Text) -> &str,
) -> Result<Vec<u8>, Failed> {
    let lists = Lists::new(form);
    let places: Vec<Place> = uploaded.iter().map(Placed::place).collect();
    let answers = uploaded.iter().zip(&places).map(|(placed, place)| (&placed.cell, Some(place)));
    let (plan, targets) = Plan::new(form, &lists, answers);
    let moves = Moves::new(&places, &targets);
    let mut marks = Marks::new();
    let mut findings = Vec::with_capacity(problems.len());
    for problem in problems {
        let target = problem.place.as_ref().and_then(|place| moves.target(place));
        let target = target.filter(|target| target.0 != Tab::Parts || plan.has_parts());
        findings.push((problem, target));
        let Some(target) = target else { continue };
        let mark =
            marks.entry(target).or_insert(Mark { severity: problem.severity, note: String::new() });
        mark.severity = mark.severity.min(problem.severity);
        if !mark.note.is_empty() {
            mark.note.push('\n');
        }
        let word = kind_word(problem);
        mark.note.push_str(&format!("[{}] {}", pick(&word), pick(&problem.message)));
    }
    let mut workbook = Workbook::new();
    write_findings(workbook.add_worksheet(), form, &findings, pick)?;
    write_form(&mut workbook, form, &lists, &plan, &mut marks)?;
    Ok(workbook.save_to_buffer()?)
}

/// Where the cells of an uploaded file stand in the workbook that goes back.
struct Moves<'a> {
    cells: HashMap<&'a Place, Target>,
    rows: HashMap<(&'a str, u32), Target>,
    columns: HashMap<(&'a str, u16), u16>,
}

impl<'a> Moves<'a> {
    fn new(places: &'a [Place], targets: &[Target]) -> Self {
        let mut moves =
            Self { cells: HashMap::new(), rows: HashMap::new(), columns: HashMap::new() };
        for (place, target) in places.iter().zip(targets) {
            moves.cells.insert(place, *target);
            if let Some((row, column)) = position(&place.cell) {
                let sheet = place.sheet.as_str();
                moves.rows.entry((sheet, row)).or_insert(*target);
                moves.columns.entry((sheet, column)).or_insert(target.2);
            }
        }
        moves
    }

    fn target(&self, place: &Place) -> Option<Target> {
        if let Some(target) = self.cells.get(place) {
            return Some(*target);
        }
        let (row, column) = position(&place.cell)?;
        let sheet = place.sheet.as_str();
        let moved_row = self.rows.get(&(sheet, row)).copied();
        if sheet == CSV {
            // Another column of a row that has an answer: the answer is what can be marked.
            return moved_row;
        }
        let tab = Tab::of_answers(sheet)?;
        let column = self.columns.get(&(sheet, column)).copied().unwrap_or(column);
        let row = moved_row.map_or(row, |(_, row, _)| row);
        (row < LAST_ROW && usize::from(column) < MAX_COLUMNS).then_some((tab, row, column))
    }
}

fn write_findings(
    sheet: &mut rust_xlsxwriter::Worksheet,
    form: &Form,
    findings: &[(&Problem, Option<Target>)],
    pick: fn(&Text) -> &str,
) -> Result<(), Failed> {
    let mut marks = Marks::new();
    let mut pen = Pen::new(sheet, Tab::Findings, &mut marks)?;
    pen.sheet.set_screen_gridlines(false).set_row_height(0, 34)?;
    for (column, width) in (0..).zip([7, 12, 10, 10, MESSAGE_WIDTH]) {
        pen.sheet.set_column_width(column, width)?;
    }
    pen.text(0, 0, &format!("{} 분기 실적 – 점검 결과", form.quarter), &style::title())?;
    let whose = format!("{} · {}", form.institution.name, form.programme.name);
    pen.text(1, 0, &whose, &style::subtitle())?;
    let count = |severity, is_justified| {
        let is_it = |it: &Problem| it.severity == severity && it.is_justified == is_justified;
        findings.iter().filter(|(it, _)| is_it(it)).count()
    };
    let [open, answered] = [false, true].map(|answered| count(Severity::Warning, answered));
    let summary = summary(count(Severity::Error, false), open, answered);
    pen.text(2, 0, pick(&summary), &style::section())?;
    pen.sheet.set_row_height(2, 24)?.set_row_height(4, 24)?;
    for (column, heading) in (0..).zip(HEADINGS) {
        let heading = Text::new(heading.0, heading.1);
        pen.text(4, column, pick(&heading), &style::head())?;
    }
    for (index, (problem, target)) in findings.iter().enumerate() {
        let row = u32::try_from(index).unwrap_or(u32::MAX).saturating_add(5);
        write_finding(&mut pen, row, index, (problem, *target), pick)?;
    }
    pen.sheet.set_freeze_panes(5, 0)?.set_repeat_rows(4, 4)?.set_active(true);
    style::print(pen.sheet, true);
    pen.finish()
}

/// Headings of the list, in Korean and in English.
const HEADINGS: [(&str, &str); 5] =
    [("번호", "No."), ("시트", "Sheet"), ("셀", "Cell"), ("구분", "Kind"), ("내용", "What")];

fn kind_word(problem: &Problem) -> Text {
    match problem.severity {
        Severity::Error => Text::new("오류", "Error"),
        Severity::Warning if problem.is_justified => {
            Text::new("경고(사유 있음)", "Warning, explained")
        }
        Severity::Warning => Text::new("경고", "Warning"),
        Severity::Info => Text::new("안내", "Note"),
    }
}

/// Errors, warnings that ask for a comment, and those that have it.
fn summary(errors: usize, open: usize, answered: usize) -> Text {
    let warnings = open + answered;
    match (errors, open, answered) {
        (0, 0, 0) => Text::new("문제가 없습니다.", "Nothing is wrong."),
        (0, 0, _) => Text::new(
            format!("경고 {warnings}건. 모두 ‘의견’ 칸에 까닭이 적혀 있습니다."),
            format!("Warnings: {warnings}. The comment (의견) of each says why."),
        ),
        (0, ..) => Text::new(
            format!("경고 {warnings}건. 값이 맞으면 ‘의견’ 칸에 까닭을 적어 주십시오."),
            format!("Warnings: {warnings}. If a value is right, say why in its comment (의견)."),
        ),
        (..) => Text::new(
            format!("오류 {errors}건, 경고 {warnings}건. 오류를 모두 고쳐야 제출할 수 있습니다."),
            format!(
                "Errors: {errors}, warnings: {warnings}. It can be handed in once there is no error."
            ),
        ),
    }
}

fn write_finding(
    pen: &mut Pen<'_, '_>,
    row: u32,
    index: usize,
    (problem, target): (&Problem, Option<Target>),
    pick: fn(&Text) -> &str,
) -> Result<(), Failed> {
    let message = pick(&problem.message);
    let middle = style::framed().set_align(rust_xlsxwriter::FormatAlign::Center);
    pen.sheet.set_row_height(row, style::row_height([(message, MESSAGE_WIDTH)]))?;
    pen.value(row, 0, Kind::Integer, 0, &(index + 1).to_string(), &middle)?;
    // A cell of this workbook is named as it is here; one of a CSV file as it was there.
    let (sheet, cell) = match (&problem.place, target) {
        (Some(place), _) if place.sheet == CSV => (CSV.to_owned(), place.cell.clone()),
        (Some(_), Some((tab, row, column))) => (tab.name().to_owned(), cell_name(row, column)),
        (Some(place), None) => (place.sheet.clone(), place.cell.clone()),
        (None, _) => ("-".to_owned(), String::new()),
    };
    pen.text(row, 1, &sheet, &middle)?;
    match target.filter(|_| index < MAX_LINKS) {
        Some(target) => pen.link(row, 2, target, &cell, &style::link())?,
        None => pen.text(row, 2, &cell, &middle)?,
    }
    let word = kind_word(problem);
    pen.text(row, 3, pick(&word), &style::finding(problem.severity))?;
    pen.text(row, 4, message, &style::prose())
}
