//! How codes and texts are written in a file, and read back.

use std::collections::HashMap;

use super::number::Asked;
use super::{Form, Indicator, MAX_TEXT, Named, number};
use crate::domain::codes::{Codes, Family};
use crate::domain::fold;

/// States of an answer: the code and the Korean word.
pub(super) const STATES: [(&str, &str); 4] = [
    (VALUE, "값"),
    ("ZERO_CONFIRMED", "0 확인"),
    ("NOT_APPLICABLE", "해당 없음"),
    ("MISSING", "미확보"),
];
/// State of a plain value.
pub(super) const VALUE: &str = "VALUE";

/// The word of a state; a text that is no state stays as it is.
pub(super) fn state_word(state: &str) -> &str {
    STATES.iter().find(|(code, _)| *code == state).map_or(state, |(_, word)| word)
}

/// The state that a text names, by code or by word, spaces aside.
pub(super) fn state_code(text: &str) -> Option<&'static str> {
    let text = squeezed(text);
    STATES
        .iter()
        .find(|(code, word)| *code == text || squeezed(word) == text)
        .map(|(code, _)| *code)
}

/// The state that a text names; a text that names none, trimmed.
pub(super) fn state_or_text(text: &str) -> String {
    state_code(text).unwrap_or(text.trim()).to_owned()
}

/// State, value and reason of a part.
pub(super) type Answer = (&'static str, String, String);

/// What stands in the one cell of a part: its value, or the word of a state without a value, with the reason
/// after a colon.
pub(super) fn part_text(state: &str, value: &str, reason: &str) -> String {
    match state_code(state) {
        Some(VALUE) | None if is_like_word(value) => format!("'{value}"),
        Some(VALUE) | None => value.to_owned(),
        Some(_) if reason.is_empty() => state_word(state).to_owned(),
        Some(_) => format!("{}: {reason}", state_word(state)),
    }
}

/// State, value and reason of a part from the text of its one cell.
pub(super) fn part_answer(asked: &Asked<'_>, text: String) -> Answer {
    if let Some(quoted) = text.strip_prefix('\'').filter(|rest| is_like_word(rest)) {
        return (VALUE, number::tidy(asked, quoted.to_owned()), String::new());
    }
    match word_and_reason(&text) {
        Some(("ZERO_CONFIRMED", reason)) => ("ZERO_CONFIRMED", "0".into(), reason.to_owned()),
        Some((state, reason)) => (state, String::new(), reason.to_owned()),
        None => (VALUE, number::tidy(asked, text), String::new()),
    }
}

/// The state other than a value that a text names, and the reason after its colon.
fn word_and_reason(text: &str) -> Option<(&'static str, &str)> {
    let of = |word: &str| state_code(word).filter(|state| *state != VALUE);
    of(text).map(|state| (state, "")).or_else(|| {
        let (word, reason) = text.split_once([':', '：'])?;
        Some((of(word)?, reason.strip_prefix(' ').unwrap_or(reason)))
    })
}

/// Whether a text, but for apostrophes before it, would be read as a state of a part.
fn is_like_word(text: &str) -> bool {
    word_and_reason(text.trim_start_matches('\'')).is_some()
}

/// A text for CSV, so that no spreadsheet takes it for a formula: an apostrophe goes before it.
pub fn defused(text: &str) -> String {
    if needs_apostrophe(text) { format!("'{text}") } else { text.to_owned() }
}

/// The text that [`defused`] made this of. What programs write as `="007"`, so that a spreadsheet keeps the
/// zeros, is the text in it.
pub(super) fn restored(text: &str) -> &str {
    if let Some(inside) = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'))
        && !inside.contains('"')
    {
        return inside;
    }
    text.strip_prefix('\'').filter(|rest| needs_apostrophe(rest)).unwrap_or(text)
}

/// Whether a text may run as a formula, or starts with an apostrophe, so that taking one off is
/// always the reverse of putting one on.
fn needs_apostrophe(text: &str) -> bool {
    // Signs of full width are signs to Korean input methods and to spreadsheets that fold them; what shows nothing
    // before a sign hides it from people alone.
    let is_blank = |letter: char| {
        letter.is_whitespace()
            || letter.is_control()
            || matches!(letter, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}')
    };
    let signs = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    text.starts_with(['\'', '\t', '\r', '\n'])
        || (text.trim_start_matches(is_blank).starts_with(signs) && !number::is_plain(text))
}

/// A list entry as it is shown: `KR-11 서울특별시`.
pub(super) fn entry(named: &Named) -> String {
    format!("{} {}", named.code, named.name).trim_end().to_owned()
}

/// One code list, to be found by code, by name, or by both, however they are written.
#[derive(Debug)]
pub(super) struct CodeList<'a> {
    codes: Codes,
    shown: HashMap<&'a str, String>,
}

impl<'a> CodeList<'a> {
    /// The list of some entries.
    pub(super) fn new(family: Family, entries: &'a [Named]) -> Self {
        let named = entries.iter().map(|named| (named.code.as_str(), [named.name.as_str()]));
        let shown = entries.iter().map(|named| (named.code.as_str(), entry(named)));
        Self { codes: Codes::new(family, named), shown: shown.collect() }
    }

    /// The code that a text names; a text that names none, trimmed.
    pub(super) fn code(&self, text: &str) -> String {
        self.codes.find(text).unwrap_or(text.trim()).to_owned()
    }

    /// Whether it is a code of the list.
    pub(super) fn has(&self, code: &str) -> bool {
        self.shown.contains_key(code)
    }

    /// How a code is shown; a text that is no code of the list stays as it is.
    pub(super) fn shown<'t>(&'t self, code: &'t str) -> &'t str {
        self.shown.get(code).map_or(code, String::as_str)
    }
}

/// The code lists of a form.
#[derive(Debug)]
pub(super) struct Lists<'a> {
    /// Regions, sizes, industries, in the order of the columns.
    pub(super) dimensions: [CodeList<'a>; 3],
    codes: Codes,
    indicators: HashMap<&'a str, &'a Indicator>,
}

impl<'a> Lists<'a> {
    /// The lists of a form.
    pub(super) fn new(form: &'a Form) -> Self {
        Self {
            dimensions: [
                CodeList::new(Family::Region, &form.regions),
                CodeList::new(Family::Size, &form.sizes),
                CodeList::new(Family::Industry, &form.industries),
            ],
            codes: Codes::new(
                Family::Indicator,
                form.indicators.iter().map(|each| (each.code.as_str(), [each.name.as_str()])),
            ),
            indicators: form.indicators.iter().map(|each| (each.code.as_str(), each)).collect(),
        }
    }

    /// The indicator that a text names, by its code or its name.
    pub(super) fn indicator(&self, text: &str) -> Option<&'a Indicator> {
        let found = self.indicators.get(text);
        found.or_else(|| self.indicators.get(self.codes.find(text)?)).copied()
    }

    /// What the indicator with a code asks for; what is no indicator holds text.
    pub(super) fn asked(&self, code: &str) -> Asked<'a> {
        self.indicator(code).map_or(Asked::TEXT, Asked::from)
    }
}

/// A text as it looks, without white space; of a text longer than any cell, its beginning.
pub(super) fn squeezed(text: &str) -> String {
    let beginning: String = text.chars().take(MAX_TEXT).collect();
    fold::clean(&beginning).split_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn named(code: &str, name: &str) -> Named {
        Named { code: code.into(), name: name.into() }
    }

    #[test]
    fn states_are_known_by_code_and_by_word() {
        for (text, code) in [
            ("값", Some("VALUE")),
            (" 0확인", Some("ZERO_CONFIRMED")),
            ("해당없음 ", Some("NOT_APPLICABLE")),
            ("미확보", Some("MISSING")),
            ("MISSING", Some("MISSING")),
            ("missing", None),
            ("모름", None),
            ("", None),
        ] {
            assert_eq!(state_code(text), code, "{text}");
        }
    }

    #[test]
    fn an_entry_is_found_by_code_name_or_both() {
        let entries = [
            named("KR-11", "서울특별시"),
            named("KR-26", "부산 광역시"),
            named("X", "같음"),
            named("Z", ""),
            named("Y", "같음"),
        ];
        let list = CodeList::new(Family::Region, &entries);
        for (text, code) in [
            ("KR-11", "KR-11"),
            ("서울특별시", "KR-11"),
            (" KR-11  서울특별시 ", "KR-11"),
            ("부산광역시", "KR-26"),
            ("KR-26부산 광역시", "KR-26"),
            ("서울", "KR-11"),
            ("ｋｒ11", "KR-11"),
            ("부산시\u{200B}", "KR-26"),
            ("한양", "한양"),
            ("같음", "같음"),
            ("X 같음", "X"),
            ("", ""),
        ] {
            assert_eq!(list.code(text), code, "{text}");
        }
        assert_eq!(list.shown("KR-11"), "KR-11 서울특별시");
        assert_eq!(list.shown("한양"), "한양");
    }

    #[test]
    fn a_text_that_could_run_is_defused() {
        for (text, written) in [
            ("=1+1", "'=1+1"),
            ("+82-2", "'+82-2"),
            ("-값", "'-값"),
            ("@SUM(A1)", "'@SUM(A1)"),
            (" =1", "' =1"),
            ("\t=1", "'\t=1"),
            ("'quoted", "''quoted"),
            ("-12.5", "-12.5"),
            ("plain", "plain"),
            ("", ""),
        ] {
            assert_eq!(defused(text), written);
            assert_eq!(restored(written), text);
        }
        assert_eq!(restored("'quoted"), "'quoted", "an apostrophe that a person typed stays");
    }

    proptest! {
        #[test]
        fn defusing_is_undone(text in "('|=|-|\\t|[0-9]|한|.){0,8}") {
            let written = defused(&text);
            prop_assert_eq!(restored(&written), text);
        }

        #[test]
        fn a_text_part_comes_back(text in "('|해당 없음|값|미확보|: |:|=| |한|a){1,5}", reason in "(:| |한|'){0,4}") {
            let answer = part_answer(&Asked::TEXT, part_text(VALUE, &text, ""));
            prop_assert_eq!(answer, (VALUE, text, String::new()));
            let answer = part_answer(&Asked::TEXT, part_text("MISSING", "", &reason));
            prop_assert_eq!(answer, ("MISSING", String::new(), reason));
        }
    }
}
