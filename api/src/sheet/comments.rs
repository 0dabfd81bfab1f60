//! What reviewers asked to put right: a sheet of its own, which is not read back, and notes at the cells.

use rust_xlsxwriter::Worksheet;

use super::layout::{Tab, cell_name};
use super::plan::Plan;
use super::style::{self, Mark, Marks, Pen};
use super::{Failed, Form, Kind, Severity};

/// Widths of the columns, in digits.
const WIDTHS: [u32; 6] = [7, 7, 30, 80, 24, 13];
/// Row of the headings.
const HEAD_ROW: u32 = 3;

/// Adds notes at the cells whose comments still wait for an answer.
pub(super) fn note(form: &Form, plan: &Plan<'_>, marks: &mut Marks) {
    for comment in form.comments.iter().filter(|it| it.is_open) {
        let Some(target) = comment.cell.as_ref().and_then(|cell| plan.target(cell)) else {
            continue;
        };
        let mark = marks
            .entry(target)
            .or_insert(Mark { severity: Severity::Warning, note: String::new() });
        if !mark.note.is_empty() {
            mark.note.push('\n');
        }
        mark.note.push_str(&format!("[검토 의견 · {}] {}", comment.author, comment.message));
    }
}

/// Writes the sheet.
pub(super) fn write(sheet: &mut Worksheet, form: &Form, plan: &Plan<'_>) -> Result<(), Failed> {
    let mut marks = Marks::new();
    let mut pen = Pen::new(sheet, Tab::Comments, &mut marks)?;
    for (column, width) in (0..).zip(WIDTHS) {
        pen.sheet.set_column_width(column, width)?;
    }
    pen.sheet.set_row_height(0, 30)?;
    pen.text(0, 0, &format!("{} 분기 실적 – 검토 의견", form.quarter), &style::title())?;
    let advice =
        "최근 의견부터 적혀 있습니다. 이 시트는 읽기만 하며, 올린 파일에서는 보지 않습니다.";
    pen.text(1, 0, advice, &style::subtitle())?;
    for (column, heading) in (0..).zip(["번호", "차수", "셀", "의견", "작성 기관", "작성일"])
    {
        pen.text(HEAD_ROW, column, heading, &style::head())?;
    }
    for ((row, number), comment) in (HEAD_ROW + 1..).zip(1..).zip(&form.comments) {
        let middle = style::centred();
        let height = style::row_height([(comment.message.as_str(), WIDTHS[3])]);
        pen.sheet.set_row_height(row, height)?;
        pen.value(row, 0, Kind::Integer, 0, &u32::to_string(&number), &middle)?;
        pen.value(row, 1, Kind::Integer, 0, &comment.revision.to_string(), &middle)?;
        let shown = comment.address.as_deref().unwrap_or("전체");
        match comment.cell.as_ref().and_then(|cell| plan.target(cell)) {
            Some(target) => {
                let place = cell_name(target.1, target.2);
                let shown = format!("{shown} ({} {place})", target.0.name());
                pen.link(row, 2, target, &shown, &style::link())?;
            }
            None => pen.text(row, 2, shown, &middle)?,
        }
        pen.text(row, 3, &comment.message, &style::prose())?;
        pen.text(row, 4, &comment.author, &middle)?;
        pen.text(row, 5, &comment.written_on, &middle)?;
    }
    pen.sheet.set_freeze_panes(HEAD_ROW + 1, 0)?;
    style::print(pen.sheet, true);
    style::protect(pen.sheet);
    pen.finish()
}
