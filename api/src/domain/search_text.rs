//! Text as the search compares it: composed Hangul (NFC), lower case, one space between words; and
//! its two-character grams, so that a Korean word of two syllables is found through an index.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

/// Longest search text that is looked at, in characters.
pub const MAX_QUERY: usize = 100;
/// Most words of a search text; all must be found.
pub const MAX_WORDS: usize = 8;

/// The text in the form in which it is stored and compared.
pub fn normalise(text: &str) -> String {
    let composed: String = text.nfc().flat_map(char::to_lowercase).collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Words of a normalised query, without repetition.
pub fn words(query: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in normalise(query).split(' ').filter(|word| !word.is_empty()) {
        if !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    }
    words
}

/// The pairs of neighbouring characters in each word of a normalised text.
pub fn grams(text: &str) -> BTreeSet<String> {
    let mut grams = BTreeSet::new();
    for word in text.split(' ') {
        let mut characters = word.chars().peekable();
        while let (Some(first), Some(second)) = (characters.next(), characters.peek()) {
            grams.insert([first, *second].iter().collect());
        }
    }
    grams
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decomposed_hangul_is_composed() {
        assert_eq!(normalise("\u{1100}\u{1161}나  AI"), "가나 ai");
    }

    #[test]
    fn grams_stay_within_words() {
        let grams: Vec<String> = grams(&normalise("진흥공단 AI")).into_iter().collect();
        assert_eq!(grams, ["ai", "공단", "진흥", "흥공"]);
    }

    #[test]
    fn words_come_once() {
        assert_eq!(words(" 공단  공단 ai "), ["공단", "ai"]);
    }
}
