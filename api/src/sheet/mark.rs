//! The uploaded form going back, with its problems marked where they are.

use std::collections::HashMap;

use rust_xlsxwriter::Workbook;

use super::layout::{CSV, Tab, cell_name, position};
use super::plan::{Plan, Target};
use super::style::{self, Mark, Marks, Pen};
use super::words::Lists;
use super::write::write_form;
use super::{Failed, Form, Kind, MAX_COLUMNS, Place, Placed, Problem};

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
pub fn mark_xlsx(
    form: &Form,
    uploaded: &[Placed],
    problems: &[Problem],
) -> Result<Vec<u8>, Failed> {
    let lists = Lists::new(form);
    let answers = uploaded.iter().map(|placed| (&placed.cell, Some(&placed.place)));
    let (plan, targets) = Plan::new(form, &lists, answers);
    let moves = Moves::new(uploaded, &targets);
    let mut marks = Marks::new();
    let mut findings = Vec::with_capacity(problems.len());
    for problem in problems {
        let target = problem.place.as_ref().and_then(|place| moves.target(place));
        let target = target.filter(|target| target.0 != Tab::Parts || plan.has_parts());
        findings.push((problem, target));
        let Some(target) = target else { continue };
        let mark = marks.entry(target).or_insert(Mark { is_error: false, note: String::new() });
        mark.is_error |= problem.is_error;
        if !mark.note.is_empty() {
            mark.note.push('\n');
        }
        mark.note.push_str(if problem.is_error { "[오류] " } else { "[경고] " });
        mark.note.push_str(&problem.message);
    }
    let mut workbook = Workbook::new();
    write_findings(workbook.add_worksheet(), form, &findings)?;
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
    fn new(uploaded: &'a [Placed], targets: &[Target]) -> Self {
        let mut moves =
            Self { cells: HashMap::new(), rows: HashMap::new(), columns: HashMap::new() };
        for (placed, target) in uploaded.iter().zip(targets) {
            moves.cells.insert(&placed.place, *target);
            if let Some((row, column)) = position(&placed.place.cell) {
                let sheet = placed.place.sheet.as_str();
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
    let errors = findings.iter().filter(|(problem, _)| problem.is_error).count();
    let warnings = findings.len() - errors;
    pen.text(2, 0, &summary(errors, warnings), &style::section())?;
    pen.sheet.set_row_height(2, 24)?.set_row_height(4, 24)?;
    for (column, heading) in (0..).zip(["번호", "시트", "셀", "구분", "내용"]) {
        pen.text(4, column, heading, &style::head())?;
    }
    for (index, (problem, target)) in findings.iter().enumerate() {
        let row = u32::try_from(index).unwrap_or(u32::MAX).saturating_add(5);
        write_finding(&mut pen, row, index, problem, *target)?;
    }
    pen.sheet.set_freeze_panes(5, 0)?.set_repeat_rows(4, 4)?.set_active(true);
    style::print(pen.sheet, true);
    pen.finish()
}

fn summary(errors: usize, warnings: usize) -> String {
    match (errors, warnings) {
        (0, 0) => "문제가 없습니다.".into(),
        (0, _) => format!("경고 {warnings}건. 값이 맞으면 ‘의견’ 칸에 까닭을 적어 주십시오."),
        (_, _) => {
            format!("오류 {errors}건, 경고 {warnings}건. 오류를 모두 고쳐야 제출할 수 있습니다.")
        }
    }
}

fn write_finding(
    pen: &mut Pen<'_, '_>,
    row: u32,
    index: usize,
    problem: &Problem,
    target: Option<Target>,
) -> Result<(), Failed> {
    let middle = style::framed().set_align(rust_xlsxwriter::FormatAlign::Center);
    pen.sheet
        .set_row_height(row, style::row_height([(problem.message.as_str(), MESSAGE_WIDTH)]))?;
    pen.value(row, 0, Kind::Integer, &(index + 1).to_string(), &middle)?;
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
    let kind = if problem.is_error { "오류" } else { "경고" };
    pen.text(row, 3, kind, &style::finding(problem.is_error))?;
    pen.text(row, 4, &problem.message, &style::prose())
}
