//! What people write, in one form: the one place that decides which differences of writing do not count,
//! for codes (uploads, arguments, filters) and for the search (`search_text`) alike.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::decompose_compatible;

/// Whether a character shows nothing: of no width, a mark of the byte order or of the writing direction, a
/// place where a word may be broken, a filler, a control character.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}'
        | '\u{E0000}'..='\u{E0FFF}')
        || (c.is_control() && !c.is_whitespace())
}

/// Whether a text shows nothing.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_invisible(c))
}

/// A text without what shows nothing, and without spaces around it. Unlike [`clean`] it leaves signs as they are, so
/// that 1² is not 12.
pub fn visible(text: &str) -> String {
    let seen: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    seen.trim().to_owned()
}

/// A text as it looks: Hangul composed, letters and digits of one width, nothing invisible, one space
/// between words and none around them.
pub fn clean(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !is_invisible(*c)) {
        match c {
            // A letter of Hangul by itself would become part of a syllable.
            '\u{3131}'..='\u{318E}' => plain.push(c),
            c => decompose_compatible(c, |part| plain.push(part)),
        }
    }
    let composed: String = plain.nfc().collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A code as codes are kept: clean, in capital letters, without spaces, each dash a hyphen.
pub fn code(text: &str) -> String {
    let upper = clean(text).to_uppercase();
    upper.chars().filter(|c| !c.is_whitespace()).map(|c| if is_dash(c) { '-' } else { c }).collect()
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2E3A}' | '\u{2E3B}' | '\u{30FC}')
}

/// Letters and digits alone, of one case: what two writings of a code or name have in common. A point or comma
/// behind a digit stays, so that 1.0 is not 10.
pub fn key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    for c in bare(text).chars() {
        let is_in_number = matches!(c, '.' | ',') && key.ends_with(|c: char| c.is_numeric());
        if is_in_number || (c.is_alphanumeric() && c != '\u{318D}') {
            key.push(c);
        }
    }
    key
}

/// Clean, in small letters without accents.
pub(super) fn bare(text: &str) -> String {
    let small = clean(text);
    let small = small.chars().flat_map(char::to_lowercase);
    small.nfd().filter(|c| !matches!(c, '\u{300}'..='\u{36F}')).nfc().collect()
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same text as other keyboards, systems and spreadsheets write it.
    pub fn noisy(text: &str, seed: &[u8]) -> String {
        let mut noisy = String::new();
        for (at, c) in text.chars().enumerate() {
            let seed = seed.get(at % seed.len().max(1)).copied().unwrap_or(0);
            match seed % 6 {
                0 => noisy.push(c),
                1 => noisy.extend(c.nfd()),
                2 => noisy.extend([c, '\u{200B}']),
                3 => noisy.extend(['\u{FEFF}', c]),
                4 => noisy.extend([c, '\u{AD}', '\u{2060}']),
                _ => noisy.push(match c {
                    ' ' => '\u{A0}',
                    '!'..='~' => char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c),
                    c => c,
                }),
            }
        }
        noisy
    }

    #[test]
    fn what_looks_alike_is_alike() {
        for (written, seen) in [
            ("\u{FEFF}KR-11", "KR-11"),
            ("ＫＲ－１１", "KR-11"),
            ("\u{1100}\u{1161}나  AI", "가나 AI"),
            ("\u{A0}서울\u{200B}특별시\u{3000}", "서울특별시"),
            ("소\u{AD}기업", "소기업"),
            ("㈜왓섭", "(주)왓섭"),
            ("\u{FFA1}\u{FFC2}", "가"),
            ("ㄱㅏ", "ㄱㅏ"),
            ("a\0b\u{7}", "ab"),
            (" \u{200D}\u{2060} ", ""),
        ] {
            assert_eq!(clean(written), seen, "{written:?}");
        }
    }

    #[test]
    fn codes_have_one_form() {
        for (written, kept) in [
            (" kr–11 ", "KR-11"),
            ("ｔｉｐａ", "TIPA"),
            ("KR - 11", "KR-11"),
            ("budget_executed", "BUDGET_EXECUTED"),
            ("\u{FEFF}C", "C"),
        ] {
            assert_eq!(code(written), kept, "{written:?}");
        }
        assert_eq!(key("KR-11 서울특별시"), key("kr11서울특별시"));
        assert_eq!(key("Jeonnam–Gwangju"), key("JEONNAM_GWANGJU"));
        assert_eq!(key("중소·벤처"), key("중소ㆍ벤처"));
    }

    #[test]
    fn what_shows_nothing_is_taken_out_and_signs_stay() {
        for (written, seen) in
            [("12\u{200B}", "12"), ("\u{FEFF} 1\u{AD}2² \u{2060}", "12²"), ("\u{200B}", "")]
        {
            assert_eq!(visible(written), seen, "{written:?}");
            assert_eq!(is_blank(written), seen.is_empty(), "{written:?}");
        }
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,12}|[\u{0}-\u{2FFFF}]{0,12}") {
            prop_assert_eq!(clean(&clean(&text)), clean(&text));
            prop_assert_eq!(key(&key(&text)), key(&text));
        }

        #[test]
        fn noise_makes_no_difference(
            text in "[A-Za-z0-9 _가-힣-]{0,16}", seed in prop::collection::vec(any::<u8>(), 1..16)
        ) {
            let noisy = noisy(&text, &seed);
            prop_assert_eq!(clean(&noisy), clean(&text), "{:?}", noisy);
            prop_assert_eq!(code(&noisy), code(&text));
            prop_assert_eq!(key(&noisy), key(&text));
        }
    }
}
