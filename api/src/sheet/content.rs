//! What one cell of a file may hold, and what is made of it.

use super::format::Look;
use super::number::{self, Asked};
use super::problems::Problems;
use super::{Kind, MAX_TEXT, Place, Text};

/// What a cell of a file holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    /// A number, and how its format shows it.
    Number(f64, Look),
    /// Text.
    Text(String),
    /// A truth value.
    Truth(bool),
    /// A date or time, as text.
    Date(String),
    /// An error such as `#N/A`.
    Fault(String),
    /// A formula and what it came to, if the file says so.
    Formula(Option<Box<Content>>),
}

/// What is handed on of a cell.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Taken {
    /// Its text.
    pub(super) text: String,
    /// Whether it is a problem, which has been told.
    pub(super) is_faulty: bool,
}

impl Content {
    /// Whether it is a text of white space.
    pub(super) fn is_white(&self) -> bool {
        matches!(self, Self::Text(text) if text.trim().is_empty())
    }

    /// The text of a label; nothing where there is none.
    pub(super) fn label(self) -> Option<String> {
        match self {
            Self::Text(text) | Self::Date(text) | Self::Fault(text) => Some(text),
            Self::Number(value, _) => Some(number::text(value)),
            Self::Truth(value) => Some(number::yes_no(value).to_owned()),
            Self::Formula(result) => result.and_then(|result| result.label()),
        }
    }

    /// The text to hand on; what is not a plain value is told as a problem.
    pub(super) fn take(
        self,
        asked: &Asked<'_>,
        place: &dyn Fn() -> Place,
        problems: &mut Problems,
    ) -> Taken {
        let is_number = number::is_number(asked.kind);
        let mut wrong = |text: String, message| {
            problems.error(place(), message);
            Taken { text, is_faulty: true }
        };
        match self {
            Self::Text(text) => checked(asked, text, place, problems),
            Self::Number(value, _) if number::is_too_long(value) => {
                wrong(number::text(value), too_long())
            }
            Self::Number(value, look) if is_number => {
                of_number(value, look, asked, place, problems)
            }
            Self::Number(value, look) => Taken { text: shown(value, look), is_faulty: false },
            Self::Truth(value) => {
                Taken { text: number::yes_no(value).to_owned(), is_faulty: false }
            }
            Self::Date(text) if asked.kind == Kind::Text => Taken { text, is_faulty: false },
            Self::Date(text) => {
                let message = not_a_date(&text);
                wrong(text, message)
            }
            Self::Fault(text) => {
                let message = fault(&text);
                wrong(text, message)
            }
            Self::Formula(None) => wrong(String::new(), uncomputed()),
            Self::Formula(Some(result)) => {
                let taken = result.take(asked, place, problems);
                if !taken.is_faulty {
                    problems.info(place(), computed(&taken.text));
                }
                taken
            }
        }
    }
}

/// A number for an indicator that asks for one.
fn of_number(
    value: f64,
    look: Look,
    asked: &Asked<'_>,
    place: &dyn Fn() -> Place,
    problems: &mut Problems,
) -> Taken {
    let stored = number::text(value);
    if look.percents > 0 && asked.kind != Kind::Percent {
        problems.error(place(), not_a_percentage(&shown(value, look), &stored));
        return Taken { text: stored, is_faulty: true };
    }
    let exact = number::shifted(&stored, 2 * i32::from(look.percents));
    if look.thousands > 0 {
        let steps = -3 * i32::from(look.thousands);
        let seen =
            number::rounded(&number::shifted(&exact, steps), look.places.unwrap_or(0).into());
        if number::shifted(&seen, -steps) != exact {
            problems.info(place(), in_thousands(&seen, &exact));
        }
        return Taken { text: exact, is_faulty: false };
    }
    // A whole number is never rounded: a fraction there means another unit.
    let decimals = usize::try_from(asked.decimals).unwrap_or(usize::MAX);
    let is_fraction = matches!(asked.kind, Kind::Decimal | Kind::Percent);
    match look.places.map(usize::from) {
        Some(places) if is_fraction && number::places(&exact) > decimals && places <= decimals => {
            let seen = number::rounded(&exact, places);
            problems.info(place(), as_shown(&seen, &exact));
            Taken { text: seen, is_faulty: false }
        }
        _ => Taken { text: exact, is_faulty: false },
    }
}

/// A number in a text, as it is seen.
fn shown(value: f64, look: Look) -> String {
    let stored = number::text(value);
    match look.percents {
        0 => stored,
        percents => format!("{}%", number::shifted(&stored, 2 * i32::from(percents))),
    }
}

/// A text within its limit; a number that lost digits to an exponent is a problem.
fn checked(
    asked: &Asked<'_>,
    text: String,
    place: &dyn Fn() -> Place,
    problems: &mut Problems,
) -> Taken {
    if number::is_number(asked.kind) && number::has_exponent(text.trim()) {
        problems.error(place(), exponent(&text));
        return Taken { text, is_faulty: true };
    }
    match text.char_indices().nth(MAX_TEXT) {
        None => Taken { text, is_faulty: false },
        Some((end, _)) => {
            problems.error(place(), too_many_letters(text.chars().count()));
            Taken { text: text[..end].to_owned(), is_faulty: true }
        }
    }
}

fn too_long() -> Text {
    Text::new(
        "15자리가 넘는 수는 스프레드시트가 끝자리를 바꿀 수 있으니, 앞에 작은따옴표(')를 붙여 텍스트로 적어 주십시오.",
        "A spreadsheet may change the last digits of a number of more than 15 digits; write it as text, with an apostrophe (') before it.",
    )
}

fn not_a_date(text: &str) -> Text {
    Text::new(
        format!(
            "날짜({text})로 저장된 칸입니다. 칸의 표시 형식을 숫자로 바꾸고 값을 다시 적어 주십시오."
        ),
        format!(
            "The cell holds a date ({text}). Change its format to a number and enter the value again."
        ),
    )
}

fn fault(text: &str) -> Text {
    Text::new(
        format!("오류 값({text})이 들어 있으니 값을 다시 적어 주십시오."),
        format!("The cell holds the error {text}; enter the value again."),
    )
}

fn uncomputed() -> Text {
    Text::new(
        "계산된 값이 저장되지 않은 수식입니다. 엑셀에서 열어 저장한 뒤 다시 올리거나, 계산된 값(0이면 0)을 직접 적어 주십시오.",
        "The formula has no computed value in the file. Open and save it in a spreadsheet program and send it again, or enter the value itself (0 if it is 0).",
    )
}

fn computed(text: &str) -> Text {
    let text: String = text.chars().take(60).collect();
    Text::new(
        format!("수식이 들어 있어, 저장된 계산 결과({text})를 값으로 받았습니다."),
        format!("The cell holds a formula; its saved result, {text}, was taken."),
    )
}

fn not_a_percentage(seen: &str, stored: &str) -> Text {
    Text::new(
        format!(
            "백분율 형식이라 {seen}로 보이는 칸인데(저장된 값 {stored}), 이 지표는 백분율이 아닙니다. 표시 형식을 숫자로 바꾸고 값을 확인해 주십시오."
        ),
        format!(
            "The cell is formatted as a percentage and shows {seen} (stored: {stored}), but this indicator is no percentage. Change the format to a number and check the value."
        ),
    )
}

fn in_thousands(seen: &str, exact: &str) -> Text {
    Text::new(
        format!("천 단위로 줄여 {seen}(으)로 보이는 칸이라, 저장된 값 {exact}을(를) 받았습니다."),
        format!("The cell is shown in thousands as {seen}; the stored value {exact} was taken."),
    )
}

fn as_shown(seen: &str, exact: &str) -> Text {
    Text::new(
        format!(
            "저장된 값 {exact}의 소수 자릿수가 많아, 칸에 보이는 대로 {seen}을(를) 받았습니다."
        ),
        format!(
            "The stored value {exact} has more decimal places than are asked for; {seen} was taken, as the cell shows it."
        ),
    )
}

fn exponent(text: &str) -> Text {
    Text::new(
        format!("지수로 적힌 수({text})는 자릿수를 잃었을 수 있으니 모든 자리를 적어 주십시오."),
        format!(
            "The number {text} is written with an exponent and may have lost digits; write all of them."
        ),
    )
}

fn too_many_letters(length: usize) -> Text {
    Text::new(
        format!("글자가 {length}자로 너무 기니 {MAX_TEXT}자까지 줄여 주십시오."),
        format!("The text has {length} characters; shorten it to {MAX_TEXT}."),
    )
}
