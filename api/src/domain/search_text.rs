//! Texts as the search compares them, and what is asked of them.
//!
//! A text is kept as its words, each with a space before it; a word ends at anything but a letter or digit,
//! and where writing changes between Korean and Latin. Spaces inside Korean text do not count: a Korean word
//! is found inside another, and over several from the beginning of the first (데이터허브 in 데이터 허브, but not
//! 사회 in 행사 회의). A Latin word or number is found from its beginning. An index holds each word's first
//! character, the pairs of characters of Korean text, and the first pair of Latin words.

use std::collections::BTreeSet;
use std::iter;

use super::fold;

/// Raised whenever [`line`] or [`grams`] give something else for any text, or another column counts as a name; the index
/// is then made anew.
pub const VERSION: u32 = 4;
/// Longest search text that is looked at, in characters.
pub const MAX_QUERY: usize = 100;
/// Most words of a search text; all must be found.
pub const MAX_WORDS: usize = 8;
/// Longest Korean word whose spacing is looked at; over a longer one, no two words meet by chance.
const MAX_SPACED: usize = 4;
/// Longest Latin word that is looked for in two as well.
const MAX_JOINED: usize = 16;

fn is_korean(c: char) -> bool {
    matches!(c,
        '\u{1100}'..='\u{11FF}' | '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{318C}' | '\u{31F0}'..='\u{31FF}'
        | '\u{3400}'..='\u{9FFF}' | '\u{A960}'..='\u{A97F}' | '\u{AC00}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

fn is_korean_word(word: &str) -> bool {
    word.chars().next().is_some_and(is_korean)
}

/// The words of a text, in order.
fn split(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last = None;
    let folded = fold::bare(text);
    let mut rest = folded.chars().peekable();
    while let Some(c) = rest.next() {
        let groups_digits = c == ','
            && last.is_some_and(|last: char| last.is_ascii_digit())
            && rest.peek().is_some_and(char::is_ascii_digit);
        if groups_digits {
            continue;
        }
        if !c.is_alphanumeric() || c == '\u{318D}' {
            last = None;
            continue;
        }
        match words.last_mut() {
            Some(word) if last.is_some_and(|last| is_korean(last) == is_korean(c)) => word.push(c),
            _ => words.push(c.to_string()),
        }
        last = Some(c);
    }
    words
}

/// A text as it is kept: a line of words.
pub fn line(text: &str) -> String {
    split(text).iter().flat_map(|word| [" ", word]).collect()
}

/// What the index holds of a text of lines.
pub fn grams(text: &str) -> BTreeSet<String> {
    let mut grams = BTreeSet::new();
    for line in text.lines() {
        let mut before = None;
        for word in line.split(' ').filter(|word| !word.is_empty()) {
            let is_korean = is_korean_word(word);
            let mut characters = word.chars();
            let first = characters.next();
            grams.extend(first.map(String::from));
            if is_korean {
                let mut last = before.take();
                for c in word.chars() {
                    grams.extend(last.map(|last: char| String::from_iter([last, c])));
                    last = Some(c);
                }
                before = last;
            } else {
                before = None;
                grams.extend(first.zip(characters.next()).map(|(a, b)| String::from_iter([a, b])));
            }
        }
    }
    grams
}

/// A piece of text that is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// Whether it is looked for in the text without its spaces.
    pub is_squeezed: bool,
}

/// A word of a query. What was typed without a space is one: `제1차` is found where 제, 1 and 차 follow
/// each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word(Vec<String>);

impl Word {
    /// It in one with the word before, if people write such words both ways: Latin ones, and a syllable after a
    /// Korean word.
    fn joined(&self, before: &Self) -> Option<Self> {
        let ([first], [second]) = (&*before.0, &*self.0) else { return None };
        let is_latin = |word: &str| word.chars().all(|c| c.is_alphabetic() && !is_korean(c));
        let is_one = is_latin(first) && is_latin(second)
            || is_korean_word(first) && is_korean_word(second) && second.chars().count() == 1;
        is_one.then(|| Self(vec![format!("{first}{second}")]))
    }

    /// Pairs or characters that the index holds of every text in which the word is found, one or two.
    pub fn grams(&self) -> Vec<String> {
        let korean = self.0.iter().filter(|part| is_korean_word(part));
        let longest = korean.max_by_key(|part| part.chars().count());
        let pairs: Vec<char> = longest.map(|part| part.chars().collect()).unwrap_or_default();
        if let (Some(first), Some(last)) = (pairs.first_chunk::<2>(), pairs.last_chunk::<2>()) {
            let mut grams = vec![String::from_iter(first), String::from_iter(last)];
            grams.dedup();
            return grams;
        }
        let latin = self.0.iter().filter(|part| !is_korean_word(part));
        let word = latin.max_by_key(|part| part.chars().count()).or(self.0.first());
        word.map(|word| word.chars().take(2).collect()).into_iter().collect()
    }

    /// What a text must hold: of each group one piece.
    pub fn pieces(&self) -> Vec<Vec<Piece>> {
        let plain = |text: String| Piece { text, is_squeezed: false };
        let squeezed = |text: String| Piece { text, is_squeezed: true };
        let [word] = &*self.0 else {
            let mut groups = vec![vec![squeezed(self.0.concat())]];
            let begins = self.0.first().filter(|part| !is_korean_word(part));
            groups.extend(begins.map(|part| vec![plain(format!(" {part}"))]));
            return groups;
        };
        let letters: Vec<char> = word.chars().collect();
        if !is_korean_word(word) || letters.len() == 1 {
            // startup is start-up as well: letters, from the beginning of one word into the next.
            let is_joined = letters.len() <= MAX_JOINED && word.chars().all(char::is_alphabetic);
            let cuts = if is_joined { 2..letters.len().max(3) - 1 } else { 0..0 };
            let both = |cut: usize| {
                let (one, other) = letters.split_at(cut);
                plain(format!(" {} {}", String::from_iter(one), String::from_iter(other)))
            };
            return vec![iter::once(plain(format!(" {word}"))).chain(cuts.map(both)).collect()];
        }
        if letters.len() > MAX_SPACED {
            return vec![vec![squeezed(word.clone())]];
        }
        // In one word, or from the beginning of one over all ways in which it may be spaced.
        let mut pieces = vec![plain(word.clone())];
        for spaces in 1..1_u32 << (letters.len() - 1) {
            let mut text = String::from(" ");
            for (at, letter) in letters.iter().enumerate() {
                if at > 0 && spaces >> (at - 1) & 1 == 1 {
                    text.push(' ');
                }
                text.push(*letter);
            }
            pieces.push(plain(text));
        }
        vec![pieces]
    }
}

/// What a text must hold for one of these words to be found in it: of each group one piece.
pub fn any_of(words: &[Word]) -> Vec<Vec<Piece>> {
    match words {
        [word] => word.pieces(),
        // Words that may be written in one are of one group each.
        _ => vec![words.iter().flat_map(Word::pieces).flatten().collect()],
    }
}

/// What is searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Words that must all be found, none twice; each as it was typed and, where that may be meant, in one with
    /// the word before it (round table as roundtable, 기본 법 as 기본법).
    pub words: Vec<Vec<Word>>,
    /// All of it without spaces.
    pub whole: String,
}

impl Query {
    /// Reads a search text; none if it has no word, or more of them or of characters than are looked at.
    pub fn read(text: &str) -> Option<Self> {
        if text.chars().count() > MAX_QUERY || text.contains('\0') {
            return None;
        }
        let mut words: Vec<Vec<Word>> = Vec::new();
        let mut before = None;
        let mut whole = String::new();
        for typed in fold::clean(text).split(' ') {
            let mut parts: Vec<String> = Vec::new();
            for part in split(typed) {
                match parts.last_mut() {
                    // 중소·벤처 is 중소벤처.
                    Some(last) if is_korean_word(last) && is_korean_word(&part) => {
                        last.push_str(&part)
                    }
                    _ => parts.push(part),
                }
            }
            whole.push_str(&parts.concat());
            let word = Word(parts);
            if word.0.is_empty() {
                continue;
            }
            let joined = before.as_ref().and_then(|before| word.joined(before));
            if !words.iter().any(|ways| ways.contains(&word)) {
                words.push(iter::once(word.clone()).chain(joined).collect());
            }
            before = Some(word);
        }
        (1..=MAX_WORDS).contains(&words.len()).then_some(Self { words, whole })
    }

    /// What a text of lines must hold, without its spaces, for one of its lines to be the query and nothing
    /// else.
    pub fn exact(&self) -> Piece {
        Piece { text: format!("\n{}\n", self.whole), is_squeezed: true }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::fold::tests::noisy;
    use super::*;

    /// Whether the search finds the text, as the database would.
    fn finds(query: &str, text: &str) -> bool {
        let kept = format!("\n{}\n", line(text));
        let squeezed = kept.replace(' ', "");
        let grams = grams(&kept);
        let holds =
            |piece: &Piece| if piece.is_squeezed { &squeezed } else { &kept }.contains(&piece.text);
        let query = Query::read(query).unwrap_or_else(|| panic!("{query:?} asks for nothing"));
        let is_found = |word: &Word| {
            let is_found = word.pieces().iter().all(|group| group.iter().any(holds));
            let is_indexed = word.grams().iter().all(|gram| grams.contains(gram));
            assert!(is_indexed || !is_found, "{word:?} of {kept:?} is not found by the index");
            is_found
        };
        query.words.iter().all(|ways| ways.iter().any(is_found))
    }

    #[test]
    fn words_end_at_what_is_no_letter_and_where_writing_changes() {
        assert_eq!(
            line("(가칭)중소기업 AI 활용·확산 촉진법"),
            " 가칭 중소기업 ai 활용 확산 촉진법"
        );
        assert_eq!(line("제1차 회의, 2026-07-01"), " 제 1 차 회의 2026 07 01");
        assert_eq!(line("2,200조 원 (48.79%)"), " 2200 조 원 48 79");
        assert_eq!(line("「AI」·‘데이터’"), " ai 데이터");
        assert_eq!(line("···"), "");
        let held: Vec<String> = grams(" 진흥 공단 whats\n a").into_iter().collect();
        assert_eq!(held, ["a", "w", "wh", "공", "공단", "진", "진흥", "흥공"]);
    }

    #[test]
    fn it_is_found_as_one_types_it() {
        for (query, text) in [
            ("데이터허브", "AX 데이터 허브 구축"),
            ("데이터 허브", "AX 데이터허브 구축"),
            ("AX데이터허브", "AX 데이터 허브 구축"),
            ("활용촉진법", "중소기업 AI 활용 촉진법"),
            ("활용 촉진법", "중소기업 AI 활용촉진법"),
            ("중소기업AI", "(가칭)중소기업 AI 활용·확산 촉진법"),
            ("중소기업 ai 활용 확산", "(가칭)중소기업 AI 활용·확산 촉진법"),
            ("활용ㆍ확산", "(가칭)중소기업 AI 활용·확산 촉진법"),
            ("활용・확산촉진법", "(가칭)중소기업 AI 활용‧확산 촉진법"),
            ("활용･확산", "중소기업 AI 활용 • 확산"),
            ("중소·벤처", "중소벤처 AI 대전환"),
            ("“지역기업 AI”", "지역기업 AI 활용 촉진 방안"),
            ("「지역기업」", "‘지역기업’ AI 활용 촉진 방안"),
            ("산,학,연", "산·학·연 협력"),
            ("2200조", "2,200조 원"),
            ("2,200", "2200조 원"),
            ("ＴＩＰＡ", "중소기업기술정보진흥원(TIPA)"),
            ("Whats", "Whatssub(왓섭)"),
            ("㈜왓섭", "(주) 왓섭"),
            ("진흥", "중소벤처기업진흥공단"),
            ("진흥 공단", "중소벤처기업진흥공단"),
            ("진흥공단", "중소벤처기업 진흥 공단"),
            ("제1차", "정책협의체 제 1차 회의"),
            ("48.79%", "부정 응답 48.79 %"),
            ("2026-07-01", "회의(2026.07.01)"),
            ("café", "Cafe 운영"),
            ("회의", "행사 회의"),
            ("및기관", "기업 및 기관"),
            ("법", "이 법은"),
            ("A", "AI 활용"),
            ("startup", "Start-up 지원"),
            ("start-up", "startup 지원"),
            ("start up", "startup 지원"),
            ("round table", "Roundtable"),
            ("roundtable", "round table"),
            ("oh youngjoo", "Oh Young-joo"),
            ("young joo oh", "Oh Youngjoo"),
            ("스타트 업", "스타트업 지원"),
            ("AI 기본 법", "AI기본법 시행"),
            ("이 법", "이 법은"),
        ] {
            assert!(finds(query, text), "{query} in {text}");
        }
    }

    #[test]
    fn what_is_not_meant_is_not_found() {
        for (query, text) in [
            ("AI", "said Kai, fair"),
            ("ssub", "Whatssub"),
            ("사회", "행사 회의"),
            ("의정", "회의 정책"),
            ("용촉진", "활용 촉진법"),
            ("1", "11월"),
            ("11", "KR-2011"),
            ("2026-07-01", "2026-08-01"),
            ("허브 구축", "데이터 허브"),
            ("중소벤처", "중소기업과 벤처"),
            ("법", "촉진법"),
            ("table", "roundtable"),
            ("up start", "startup"),
            ("업 스타트", "스타트업"),
            ("art up", "start-up"),
        ] {
            let is_prefix = query == "1";
            assert_eq!(finds(query, text), is_prefix, "{query} in {text}");
        }
        for nothing in [
            "",
            " ",
            "···",
            "+",
            "\u{200B}",
            &"가".repeat(MAX_QUERY + 1),
            "a b c d e f g h i",
            "a\0",
        ] {
            assert_eq!(Query::read(nothing), None, "{nothing:?}");
        }
        let whole = Query::read("중소기업  ‘AI’ 활용촉진법").unwrap().exact();
        assert!(
            format!("\n{}\n", line("중소기업 AI 활용 촉진법"))
                .replace(' ', "")
                .contains(&whole.text)
        );
    }

    proptest! {
        #[test]
        fn a_text_is_found_by_itself_however_it_is_written(
            text in "(([가-힣]{1,6}|[A-Za-z]{1,6}|[0-9]{1,4})( |·|, |ㆍ|-)){1,6}",
            seed in prop::collection::vec(any::<u8>(), 1..20)
        ) {
            let written = noisy(&text, &seed);
            prop_assert_eq!(line(&written), line(&text));
            if Query::read(&written).is_some() {
                prop_assert!(finds(&written, &text), "{} in {}", written, text);
            }
        }

        #[test]
        fn spaces_inside_korean_do_not_count(
            words in prop::collection::vec("[가-힣]{2,4}", 1..4), cut in 0_usize..16
        ) {
            let joined = words.concat();
            if joined.chars().count() <= MAX_QUERY {
                prop_assert!(finds(&joined, &words.join(" ")));
                prop_assert!(finds(&words.join(" "), &joined));
            }
            // From the beginning of any word on.
            let from = cut % words.len();
            let text = words.join(" ");
            let (start, _) = text.match_indices(&words[from]).next().unwrap();
            let query: String = text[start..].chars().filter(|c| *c != ' ').take(2 + cut).collect();
            prop_assert!(finds(&query, &text), "{} in {}", query, text);
        }

        #[test]
        fn any_text_can_be_asked_for(query in "\\PC{0,40}", text in "\\PC{0,40}") {
            if Query::read(&query).is_some() {
                finds(&query, &text);
            }
        }
    }
}
