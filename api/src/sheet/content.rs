//! What one cell of a file may hold, and what is made of it.

use super::format::Look;
use super::number::{self, Asked};
use super::problems::Problems;
use super::{Kind, MAX_TEXT, Place, Text, shown};
use crate::domain::fold;

/// What a cell of a file holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    /// A number, and how its format shows it.
    Number(f64, Look),
    /// Text.
    Text(String),
    /// A truth value.
    Truth(bool),
    /// A date, with the time if there is one, as text.
    Date(String),
    /// A time of the day or of hours, as text.
    Time(String),
    /// An error such as `#N/A`.
    Fault(String),
    /// A piece of a number whose comma parted it, or what it shifted; the first of a row is told.
    Torn {
        /// The number as it was meant.
        text: String,
        /// Whether it is the first of its row.
        is_first: bool,
    },
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
    /// Whether it is a text that shows nothing.
    pub(super) fn is_white(&self) -> bool {
        matches!(self, Self::Text(text) if fold::is_blank(text))
    }

    /// The text of a label; nothing where there is none.
    pub(super) fn label(self) -> Option<String> {
        match self {
            Self::Text(text) | Self::Date(text) | Self::Time(text) | Self::Fault(text) => {
                Some(text)
            }
            Self::Number(value, _) => Some(number::text(value)),
            Self::Truth(value) => Some(number::yes_no(value).to_owned()),
            Self::Formula(result) => result.and_then(|result| result.label()),
            Self::Torn { text, .. } => Some(text),
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
            Self::Text(text) if fold::is_blank(&text) => Taken::default(),
            Self::Text(text) => checked(asked, text, place, problems),
            Self::Number(value, _) if number::is_too_long(value) => {
                wrong(number::text(value), too_long())
            }
            Self::Number(value, look) if is_number => {
                shown::of_number(value, look, asked, place, problems)
            }
            Self::Number(value, look) => shown::of_text(value, look, place, problems),
            Self::Truth(value) => {
                Taken { text: number::yes_no(value).to_owned(), is_faulty: false }
            }
            Self::Date(text) | Self::Time(text) if asked.kind == Kind::Text => {
                Taken { text, is_faulty: false }
            }
            Self::Date(text) => {
                let message = not_a_date(&format!("날짜({text})로"), ("a date", &text));
                wrong(text, message)
            }
            Self::Time(text) => {
                let message = not_a_date(&format!("시간({text})으로"), ("a time", &text));
                wrong(text, message)
            }
            Self::Fault(text) => {
                let message = fault(&text);
                wrong(text, message)
            }
            Self::Torn { text, is_first: false } => Taken { text, is_faulty: true },
            Self::Torn { text, .. } => {
                let message = torn(&text);
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

/// A text within its limit; a number that lost digits to an exponent is a problem.
fn checked(
    asked: &Asked<'_>,
    text: String,
    place: &dyn Fn() -> Place,
    problems: &mut Problems,
) -> Taken {
    if number::is_number(asked.kind) && number::has_exponent(&fold::visible(&text)) {
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

fn not_a_date(ko: &str, (en, text): (&str, &str)) -> Text {
    Text::new(
        format!("{ko} 저장된 칸입니다. 칸의 표시 형식을 숫자로 바꾸고 값을 다시 적어 주십시오."),
        format!(
            "The cell holds {en} ({text}). Change its format to a number and enter the value again."
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

fn torn(text: &str) -> Text {
    Text::new(
        format!(
            "쉼표가 든 수({text})가 따옴표로 묶이지 않아 두 칸으로 나뉘었습니다. \"{text}\"처럼 묶거나 쉼표 없이 적어 주십시오."
        ),
        format!(
            "The number {text} has a comma and no quotation marks, so it fell into two cells. Write it as \"{text}\", or without the comma."
        ),
    )
}

fn computed(text: &str) -> Text {
    let text: String = text.chars().take(60).collect();
    Text::new(
        format!("수식이 들어 있어, 저장된 계산 결과({text})를 값으로 받았습니다."),
        format!("The cell holds a formula; its saved result, {text}, was taken."),
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
