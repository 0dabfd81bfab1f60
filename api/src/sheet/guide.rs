//! The first sheet of the form: whose it is, and how to fill it in.

use super::layout::Tab;
use super::style::{self, Marks, Pen};
use super::{Failed, Form, Indicator, Kind, words};

const LABEL: u16 = 1;
const TEXT: u16 = 2;
/// Width of the text's column.
const TEXT_WIDTH: u32 = 92;

/// Writes the guide.
pub(super) fn write(
    sheet: &mut rust_xlsxwriter::Worksheet,
    form: &Form,
    has_parts: bool,
    marks: &mut Marks,
) -> Result<(), Failed> {
    let mut pen = Pen::new(sheet, Tab::Guide, marks)?;
    pen.sheet
        .set_column_width(0, 2)?
        .set_column_width(LABEL, 16)?
        .set_column_width(TEXT, TEXT_WIDTH)?;
    pen.sheet.set_screen_gridlines(false).set_row_height(0, 34)?;
    pen.text(0, LABEL, &format!("{} 분기 실적 제출 양식", form.quarter), &style::title())?;
    let mut row = facts(&mut pen, form, 2)?;
    row = section(&mut pen, row + 1, "작성 방법")?;
    for (number, text) in (1..).zip(instructions(has_parts)) {
        pen.value(row, LABEL, Kind::Integer, 0, &number.to_string(), &style::centred())?;
        prose(&mut pen, row, &text)?;
        row += 1;
    }
    row = section(&mut pen, row + 1, "구분 칸에 고르는 말")?;
    for (state, meaning) in STATES {
        pen.text(row, LABEL, words::state_word(state), &style::centred())?;
        prose(&mut pen, row, meaning)?;
        row += 1;
    }
    let mut defined = form.indicators.iter().filter_map(|it| Some((it, defined(it)?))).peekable();
    if defined.peek().is_some() {
        row = section(&mut pen, row + 1, "지표 정의")?;
        for (indicator, definition) in defined {
            pen.text(row, LABEL, &indicator.code, &style::centred())?;
            prose(&mut pen, row, &format!("{}: {definition}", indicator.name))?;
            row += 1;
        }
    }
    style::print(pen.sheet, false);
    style::protect(pen.sheet);
    pen.finish()
}

/// What is said of an indicator: what counts, and what its values may be.
fn defined(indicator: &Indicator) -> Option<String> {
    let range = indicator.range.as_ref().map(|range| format!("허용 범위: {}.", range.words()));
    match (&indicator.definition, range) {
        (Some(definition), Some(range)) => Some(format!("{definition} ({range})")),
        (Some(definition), None) => Some(definition.clone()),
        (None, range) => range,
    }
}

/// A text beside its label, in a row of its height.
fn prose(pen: &mut Pen<'_, '_>, row: u32, text: &str) -> Result<(), Failed> {
    pen.sheet.set_row_height(row, style::row_height([(text, TEXT_WIDTH)]))?;
    pen.text(row, TEXT, text, &style::prose())
}

fn facts(pen: &mut Pen<'_, '_>, form: &Form, mut row: u32) -> Result<u32, Failed> {
    let institution = format!("{} ({})", form.institution.name, form.institution.code);
    let programme = format!("{} ({})", form.programme.name, form.programme.code);
    for (label, text, kind) in [
        ("기관", institution.as_str(), Kind::Text),
        ("사업", programme.as_str(), Kind::Text),
        ("분기", form.quarter.as_str(), Kind::Text),
        ("제출 기한", form.due_on.as_str(), Kind::Text),
        ("상태", form.status.as_str(), Kind::Text),
        ("판", form.version.to_string().as_str(), Kind::Integer),
    ] {
        pen.text(row, LABEL, label, &style::head())?;
        pen.value(row, TEXT, kind, 0, text, &style::prose())?;
        pen.sheet.set_row_height(row, 20)?;
        row += 1;
    }
    Ok(row)
}

fn section(pen: &mut Pen<'_, '_>, row: u32, name: &str) -> Result<u32, Failed> {
    pen.sheet.set_row_height(row, 24)?;
    pen.text(row, LABEL, name, &style::section())?;
    Ok(row + 1)
}

/// What each state means, and what it asks for.
const STATES: [(&str, &str); 4] = [
    ("VALUE", "실적이 있습니다. ‘값’ 칸에 적습니다."),
    (
        "ZERO_CONFIRMED",
        "확인해 보니 실적이 0입니다. ‘값’ 칸에 0을 적습니다. 빈칸은 0으로 보지 않습니다.",
    ),
    (
        "NOT_APPLICABLE",
        "이번 분기에는 이 지표가 해당하지 않습니다. ‘값’은 비우고 ‘사유’를 적습니다.",
    ),
    (
        "MISSING",
        "실적은 있으나 아직 자료를 얻지 못했습니다. ‘값’은 비우고 ‘사유’에 언제 확보되는지 적습니다.",
    ),
];

fn instructions(has_parts: bool) -> Vec<String> {
    let mut texts = vec![
        "연노란색 칸만 적습니다. 나머지 칸은 잠겨 있으니 시트 이름, 제목 줄, 지표코드를 바꾸지 마십시오.",
        "‘합계’ 시트: 지표마다 ‘구분’을 목록에서 고르고 ‘값’을 적습니다. ‘필수’에 ●가 있는 지표는 비워 둘 수 없습니다.",
    ];
    if has_parts {
        texts.extend([
            "‘내역’ 시트: 지역·규모·업종을 목록에서 고르고 한 줄에 한 조합씩 값을 적습니다. 나누지 않는 기준은 비워 두고, 같은 조합은 한 번만 적습니다. 값 대신 ‘0 확인’, ‘해당 없음: 사유’, ‘미확보: 사유’라고 적을 수도 있습니다.",
            "‘내역’ 시트에서 한 기준(예: 지역)으로 나눈 값을 모두 더하면 ‘합계’ 시트의 값과 같아야 합니다.",
        ]);
    }
    texts.extend([
        "값은 숫자로 적습니다. 백분율 12.5 %는 12.5로(백분율 형식의 칸이면 12.5%로 보이게), 금액은 지표의 단위로 적습니다.",
        "15자리가 넘는 수는 엑셀이 끝자리를 0으로 바꾸므로 앞에 작은따옴표(')를 붙여 텍스트로 적습니다. 예: '1234567890123456",
        "수식은 저장된 계산 결과를 값으로 받습니다. 계산 결과가 저장되지 않았거나 오류 값이면 그 칸은 오류가 됩니다.",
        "점검에서 경고가 나오면(예: 지난 분기보다 크게 달라짐) 값을 고치거나, 값이 맞으면 ‘의견’ 칸에 까닭을 적습니다. 의견이 있는 경고는 제출을 막지 않습니다.",
        "반려된 제출에는 검토 의견이 해당 칸의 메모와 ‘검토 의견’ 시트에 적혀 있습니다.",
        "‘증빙’ 칸에는 공문 번호, 파일 이름, 주소처럼 근거를 찾을 수 있는 것을 적습니다.",
        "다 적은 파일은 먼저 점검으로 올려 문제를 확인하고, 고친 뒤에 저장하고 제출합니다. 읽을 수 없는 칸이 하나라도 있으면 아무것도 저장되지 않고, 오류가 남아 있으면 제출할 수 없습니다.",
    ]);
    texts.into_iter().map(str::to_owned).collect()
}
