//! The form as a workbook.

use rust_xlsxwriter::{
    DataValidation, DocProperties, ExcelDateTime, Formula, IgnoreError, Workbook, Worksheet,
};

use super::layout::{
    DIMENSIONS, IDENTITY, LISTS, PARTS_FIRST, PARTS_HEAD_ROW, PARTS_NAME_ROW, PARTS_SPARE,
    PARTS_VALUES, TOTALS_COMMENT, TOTALS_EVIDENCE, TOTALS_FIRST, TOTALS_HEAD, TOTALS_HEAD_ROW,
    TOTALS_PREVIOUS, TOTALS_REASON, TOTALS_STATE, TOTALS_VALUE, Tab, cell_name, column_name,
};
use super::plan::{Plan, Total};
use super::style::{self, Marks, Pen};
use super::words::{self, Lists};
use super::{Cell, Failed, Form, Indicator, Kind, LAYOUT, Named, Range, number};

/// Writes the form with the answers it has, ready to be filled in.
pub fn write_xlsx(form: &Form) -> Result<Vec<u8>, Failed> {
    let lists = Lists::new(form);
    let (plan, _) = Plan::new(form, &lists, form.cells.iter().map(|cell| (cell, None)));
    let mut workbook = Workbook::new();
    write_form(&mut workbook, form, &lists, &plan, &mut Marks::new())?;
    Ok(workbook.save_to_buffer()?)
}

/// Adds the sheets of the form to a workbook.
pub(super) fn write_form(
    workbook: &mut Workbook,
    form: &Form,
    lists: &Lists<'_>,
    plan: &Plan<'_>,
    marks: &mut Marks,
) -> Result<(), Failed> {
    // A form of the same content is the same file, whenever it is made.
    let made = form.quarter.get(..4).and_then(|year| year.parse().ok()).unwrap_or(2026);
    let made = ExcelDateTime::from_ymd(made, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    super::comments::note(form, plan, marks);
    super::guide::write(workbook.add_worksheet(), form, plan.has_parts(), marks)?;
    if !form.comments.is_empty() {
        super::comments::write(workbook.add_worksheet(), form, plan)?;
    }
    write_totals(workbook.add_worksheet(), form, plan, marks)?;
    if plan.has_parts() {
        write_parts(workbook.add_worksheet(), form, lists, plan, marks)?;
    }
    write_codes(workbook.add_worksheet(), form, marks)
}

/// Title and the line below it.
fn headline(pen: &mut Pen<'_, '_>, form: &Form, name: &str, advice: &str) -> Result<(), Failed> {
    pen.sheet.set_row_height(0, 30)?;
    pen.text(0, 0, &format!("{} 분기 실적 – {name}", form.quarter), &style::title())?;
    let whose =
        format!("{} · {} · 제출 기한 {}", form.institution.name, form.programme.name, form.due_on);
    pen.text(1, 0, &whose, &style::subtitle())?;
    pen.text(2, 0, advice, &style::subtitle())
}

/// Widths of the columns of the totals, in digits.
const TOTALS_WIDTHS: [u32; TOTALS_HEAD.len()] = [13, 27, 10, 6, 17, 11, 22, 22, 22, 20];

fn write_totals(
    sheet: &mut Worksheet,
    form: &Form,
    plan: &Plan<'_>,
    marks: &mut Marks,
) -> Result<(), Failed> {
    let mut pen = Pen::new(sheet, Tab::Totals, marks)?;
    for (column, width) in (0..).zip(TOTALS_WIDTHS) {
        pen.sheet.set_column_width(column, width)?;
    }
    headline(
        &mut pen,
        form,
        "합계",
        "연노란색 칸만 적습니다. 작성 방법은 ‘안내’ 시트에 있습니다.",
    )?;
    pen.sheet.set_row_height(TOTALS_HEAD_ROW, 24)?;
    for (column, heading) in (0..).zip(TOTALS_HEAD) {
        pen.text(TOTALS_HEAD_ROW, column, heading, &style::head())?;
    }
    let mut row = TOTALS_FIRST;
    for total in &plan.totals {
        write_total(&mut pen, row, total)?;
        row += 1;
    }
    if row > TOTALS_FIRST {
        let states = list_validation(LISTS[0], words::STATES.len(), "구분", true)?;
        pen.sheet.add_data_validation(
            TOTALS_FIRST,
            TOTALS_STATE,
            row - 1,
            TOTALS_STATE,
            &states,
        )?;
        pen.sheet.ignore_error_range(
            TOTALS_FIRST,
            TOTALS_PREVIOUS,
            row - 1,
            TOTALS_EVIDENCE,
            IgnoreError::NumberStoredAsText,
        )?;
    }
    pen.sheet
        .set_freeze_panes(TOTALS_FIRST, 2)?
        .set_repeat_rows(TOTALS_HEAD_ROW, TOTALS_HEAD_ROW)?
        .set_selection(TOTALS_FIRST, TOTALS_STATE, TOTALS_FIRST, TOTALS_STATE)?;
    style::print(pen.sheet, true);
    style::protect(pen.sheet);
    pen.finish()
}

fn write_total(pen: &mut Pen<'_, '_>, row: u32, total: &Total<'_>) -> Result<(), Failed> {
    let blank = Cell::default();
    let cell = total.cell.unwrap_or(&blank);
    let (kind, decimals) = total.indicator.map_or((Kind::Text, 0), |it| (it.kind, it.decimals));
    let (name, unit, required, previous) =
        total.indicator.map_or(("(양식에 없는 지표)", "", "", None), |it| {
            (&it.name, &it.unit, if it.is_required { "●" } else { "" }, it.previous.as_deref())
        });
    pen.text(row, 0, total.code, &style::label())?;
    pen.text(row, 1, name, &style::label())?;
    pen.text(row, 2, unit, &style::centred())?;
    pen.text(row, 3, required, &style::centred())?;
    let format = style::previous(kind, decimals);
    let previous = previous.unwrap_or_default();
    pen.value(row, TOTALS_PREVIOUS, kind, decimals, previous, &format)?;
    // Numbers do not wrap.
    let wrapped = |text| if number::is_number(kind) { "" } else { text };
    let texts = [
        total.code,
        name,
        unit,
        "",
        wrapped(previous),
        "",
        wrapped(cell.value.as_str()),
        &cell.reason,
        &cell.comment,
        &cell.evidence_note,
    ];
    pen.sheet.set_row_height(row, style::row_height(texts.into_iter().zip(TOTALS_WIDTHS)))?;
    let state = style::value(Kind::Boolean, 0);
    pen.text(row, TOTALS_STATE, words::state_word(&cell.state), &state)?;
    pen.value(row, TOTALS_VALUE, kind, decimals, &cell.value, &style::value(kind, decimals))?;
    for (column, text) in [
        (TOTALS_REASON, &cell.reason),
        (TOTALS_COMMENT, &cell.comment),
        (TOTALS_EVIDENCE, &cell.evidence_note),
    ] {
        pen.text(row, column, text, &style::input())?;
    }
    let range = total.indicator.and_then(|it| it.range.as_ref());
    if let Some(validation) = value_validation(kind, range, &cell_name(row, TOTALS_VALUE), false)? {
        pen.sheet.add_data_validation(row, TOTALS_VALUE, row, TOTALS_VALUE, &validation)?;
    }
    Ok(())
}

fn write_parts(
    sheet: &mut Worksheet,
    form: &Form,
    lists: &Lists<'_>,
    plan: &Plan<'_>,
    marks: &mut Marks,
) -> Result<(), Failed> {
    let mut pen = Pen::new(sheet, Tab::Parts, marks)?;
    headline(
        &mut pen,
        form,
        "내역",
        "한 줄에 한 조합을 적고, 나누지 않는 기준은 비워 둡니다. 한 기준으로 나눈 값의 합은 ‘합계’ 시트의 값과 같아야 합니다.",
    )?;
    pen.sheet.set_default_row_height(18);
    write_part_heads(&mut pen, plan)?;
    let end = plan.parts_end() + PARTS_SPARE;
    let formats: Vec<_> = plan
        .columns
        .iter()
        .map(|column| {
            let (kind, decimals) =
                column.indicator.map_or((Kind::Text, 0), |it| (it.kind, it.decimals));
            (kind, decimals, style::value(kind, decimals))
        })
        .collect();
    let choice = style::choice();
    for row in PARTS_FIRST..end {
        let part = plan.parts.get(&row);
        for (column, list) in (0_u16..).zip(&lists.dimensions) {
            let code = part.map_or("", |part| part.dimensions[usize::from(column)]);
            pen.text(row, column, list.shown(code), &choice)?;
        }
        for (index, (kind, decimals, format)) in formats.iter().enumerate() {
            let column = PARTS_VALUES.saturating_add(u16::try_from(index).unwrap_or(u16::MAX));
            let cell = part.and_then(|part| part.cells[index]);
            let text = cell.map(|cell| words::part_text(&cell.state, &cell.value, &cell.reason));
            pen.value(row, column, *kind, *decimals, &text.unwrap_or_default(), format)?;
        }
    }
    validate_parts(&mut pen, form, plan, end - 1)?;
    pen.sheet
        .set_freeze_panes(PARTS_FIRST, PARTS_VALUES)?
        .set_repeat_rows(PARTS_HEAD_ROW, PARTS_NAME_ROW)?
        .set_selection(PARTS_FIRST, 0, PARTS_FIRST, 0)?;
    // Of the empty rows, a page or so is enough on paper.
    let last = PARTS_VALUES - 1 + u16::try_from(plan.columns.len()).unwrap_or(u16::MAX);
    pen.sheet.set_print_area(0, 0, plan.parts_end() + 20, last)?;
    style::print(pen.sheet, true);
    style::protect(pen.sheet);
    pen.finish()
}

fn write_part_heads(pen: &mut Pen<'_, '_>, plan: &Plan<'_>) -> Result<(), Failed> {
    let head = style::head();
    pen.sheet.set_row_height(PARTS_HEAD_ROW, 20)?.set_row_height(PARTS_NAME_ROW, 34)?;
    for (column, (heading, width)) in (0..).zip(DIMENSIONS.into_iter().zip([26, 20, 30])) {
        pen.sheet.set_column_width(column, width)?;
        pen.sheet.merge_range(PARTS_HEAD_ROW, column, PARTS_NAME_ROW, column, heading, &head)?;
    }
    for (column, it) in (PARTS_VALUES..).zip(&plan.columns) {
        pen.sheet.set_column_width(column, 20)?;
        pen.text(PARTS_HEAD_ROW, column, it.code, &head)?;
        let name = it.indicator.map_or("(양식에 없는 지표)".to_owned(), heading);
        pen.text(PARTS_NAME_ROW, column, &name, &head)?;
    }
    Ok(())
}

fn heading(indicator: &Indicator) -> String {
    match indicator.unit.is_empty() {
        true => indicator.name.clone(),
        false => format!("{} ({})", indicator.name, indicator.unit),
    }
}

fn validate_parts(
    pen: &mut Pen<'_, '_>,
    form: &Form,
    plan: &Plan<'_>,
    last: u32,
) -> Result<(), Failed> {
    let lists = [&form.regions, &form.sizes, &form.industries];
    for (column, (entries, name)) in (0_u16..).zip(lists.into_iter().zip(DIMENSIONS)) {
        if !entries.is_empty() {
            let list = LISTS[usize::from(column) + 1];
            let validation = list_validation(list, entries.len(), name, false)?;
            pen.sheet.add_data_validation(PARTS_FIRST, column, last, column, &validation)?;
        }
    }
    for (column, it) in (PARTS_VALUES..).zip(&plan.columns) {
        let kind = it.indicator.map_or(Kind::Text, |it| it.kind);
        let range = it.indicator.and_then(|it| it.range.as_ref());
        let first = cell_name(PARTS_FIRST, column);
        if let Some(validation) = value_validation(kind, range, &first, true)? {
            pen.sheet.add_data_validation(PARTS_FIRST, column, last, column, &validation)?;
        }
    }
    let last_column = PARTS_VALUES - 1 + u16::try_from(plan.columns.len()).unwrap_or_default();
    pen.sheet.ignore_error_range(
        PARTS_FIRST,
        0,
        last,
        last_column,
        IgnoreError::NumberStoredAsText,
    )?;
    Ok(())
}

/// A drop-down of a list in the hidden sheet; strict where only its words will do.
fn list_validation(
    column: u16,
    length: usize,
    name: &str,
    is_strict: bool,
) -> Result<DataValidation, Failed> {
    let style = match is_strict {
        true => rust_xlsxwriter::DataValidationErrorStyle::Stop,
        false => rust_xlsxwriter::DataValidationErrorStyle::Warning,
    };
    Ok(DataValidation::new()
        .allow_list_formula(Formula::new(list_range(column, length)))
        .set_error_style(style)
        .set_error_title(format!("{name} 확인"))?
        .set_error_message(format!("{name}은(는) 목록에서 골라 주십시오."))?)
}

/// The cells of a list in the hidden sheet.
fn list_range(column: u16, length: usize) -> String {
    let column = column_name(column);
    format!("='{}'!${column}$2:${column}${}", Tab::Codes.name(), length.max(1) + 1)
}

/// What a value may be; a number that is too long for a spreadsheet may be text.
fn value_validation(
    kind: Kind,
    range: Option<&Range>,
    cell: &str,
    is_part: bool,
) -> Result<Option<DataValidation>, Failed> {
    let (condition, advice) = match kind {
        Kind::Text => return Ok(None),
        Kind::Boolean => {
            let words = [number::yes_no(true), number::yes_no(false), "해당 없음", "미확보"];
            let words = if is_part { &words[..] } else { &words[..2] };
            return Ok(Some(
                DataValidation::new()
                    .allow_list_strings(words)?
                    .set_error_title("값 확인")?
                    .set_error_message("목록에서 골라 주십시오.")?,
            ));
        }
        Kind::Integer | Kind::Krw => (
            format!("AND(ISNUMBER({cell}),IFERROR({cell}=INT({cell}),FALSE))"),
            "소수점 없는 숫자만 적어 주십시오. 쉼표나 단위는 붙이지 않습니다. 15자리가 넘으면 앞에 작은따옴표(')를 붙입니다.",
        ),
        Kind::Decimal => (
            format!("ISNUMBER({cell})"),
            "숫자만 적어 주십시오. 쉼표나 단위는 붙이지 않습니다. 15자리가 넘으면 앞에 작은따옴표(')를 붙입니다.",
        ),
        Kind::Percent => (
            format!("ISNUMBER({cell})"),
            "% 기호 없이 숫자만 적어 주십시오. 12.5 %는 12.5로 적습니다.",
        ),
    };
    let bound = |bound: Option<&String>, sign: &str| {
        // What a spreadsheet cannot hold exactly it cannot compare either.
        let bound = bound.filter(|it| number::exact(it).is_some());
        bound.map(|it| format!(",{cell}{sign}{it}")).unwrap_or_default()
    };
    let least = bound(range.and_then(|it| it.minimum.as_ref()), ">=");
    let most = bound(range.and_then(|it| it.maximum.as_ref()), "<=");
    let condition = format!("AND({condition}{least}{most})");
    let advice = match range {
        Some(range) => format!("{advice} 허용 범위: {}.", range.words()),
        None => advice.to_owned(),
    };
    let is_soft = range.is_some_and(|range| range.is_soft);
    let long = format!("AND(ISTEXT({cell}),ISNUMBER(VALUE({cell})))");
    let word = match is_part {
        true => {
            let words = list_range(LISTS[0], words::STATES.len());
            format!(",COUNTIF({},{cell})>0", words.trim_start_matches('='))
        }
        false => String::new(),
    };
    Ok(Some(
        DataValidation::new()
            .allow_custom(Formula::new(format!("=OR({condition},{long}{word})")))
            .set_error_style(match is_soft {
                true => rust_xlsxwriter::DataValidationErrorStyle::Warning,
                false => rust_xlsxwriter::DataValidationErrorStyle::Stop,
            })
            .set_error_title("값 확인")?
            .set_error_message(advice)?,
    ))
}

fn write_codes(sheet: &mut Worksheet, form: &Form, marks: &mut Marks) -> Result<(), Failed> {
    let mut pen = Pen::new(sheet, Tab::Codes, marks)?;
    let text = style::text();
    let identity = [
        form.institution.code.clone(),
        form.programme.code.clone(),
        form.quarter.clone(),
        form.version.to_string(),
        LAYOUT.to_string(),
    ];
    for (row, (key, value)) in (0..).zip(IDENTITY.into_iter().zip(identity)) {
        pen.text(row, 0, key, &text)?;
        pen.text(row, 1, &value, &text)?;
    }
    let entries = |list: &[Named]| list.iter().map(words::entry).collect::<Vec<_>>();
    let lists = [
        ("구분", words::STATES.iter().map(|(_, word)| (*word).to_owned()).collect()),
        (DIMENSIONS[0], entries(&form.regions)),
        (DIMENSIONS[1], entries(&form.sizes)),
        (DIMENSIONS[2], entries(&form.industries)),
    ];
    for (column, (name, entries)) in LISTS.into_iter().zip(lists) {
        pen.text(0, column, name, &text)?;
        for (row, entry) in (1..).zip(entries) {
            pen.text(row, column, &entry, &text)?;
        }
    }
    pen.sheet.set_hidden(true);
    style::protect(pen.sheet);
    pen.finish()
}
