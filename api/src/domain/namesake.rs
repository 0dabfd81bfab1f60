//! Names that may mean the same: what is asked before an institution or a person is put on record once more. The same
//! rule twice, for a text that is given and for a column of the database; both drop the words declared here.

use super::fold;

/// What a name is written with or without: legal forms of companies and foundations, and spaces.
const DROPPED: [&str; 12] = [
    " ",
    "주식회사",
    "(주)",
    "㈜",
    "재단법인",
    "(재)",
    "사단법인",
    "(사)",
    "유한회사",
    "·",
    "-",
    ".",
];

/// A name as it is compared.
pub fn key(name: &str) -> String {
    let mut key = fold::clean(name).to_lowercase();
    for word in DROPPED {
        key = key.replace(word, "");
    }
    key
}

/// The same of a column, as SQL.
pub fn key_of(column: &str) -> String {
    let dropped =
        DROPPED.iter().fold(column.to_owned(), |sql, word| format!("replace({sql}, '{word}', '')"));
    format!("lower({dropped})")
}

/// Whether a text holds a name. A name of two letters is many a word as well: it counts with its legal form alone.
pub fn holds(text: &str, name: &str) -> bool {
    let name = key(name);
    let letters = name.chars().count();
    if letters >= if name.is_ascii() { 4 } else { 3 } {
        return key(text).contains(&name);
    }
    let text: String = fold::clean(text).to_lowercase().split_whitespace().collect();
    let mut forms = DROPPED.iter().filter(|form| form.chars().any(char::is_alphabetic));
    letters > 0
        && forms.any(|form| {
            text.contains(&format!("{form}{name}")) || text.contains(&format!("{name}{form}"))
        })
}

#[cfg(test)]
mod tests {
    use super::{holds, key};

    #[test]
    fn a_text_holds_a_name_however_it_is_written_and_no_word_that_looks_like_one() {
        for (text, name, expected) in [
            ("가린 갑사의 경험", "(주)가린갑사", true),
            ("에이아이 솔루션(주) 도입", "에이아이솔루션", true),
            ("대한민국 AI 도입", "주식회사 대한", false),
            ("도입 과정", "(주)도입", false),
            ("㈜ 대한에서 썼다", "주식회사 대한", true),
            ("대한 주식회사의 공장", "대한", true),
            ("an AI maker", "AI", false),
            ("Acme Corp. grew", "acme corp", true),
            ("무엇이든", "(주)", false),
        ] {
            assert_eq!(holds(text, name), expected, "{text} / {name}");
        }
    }

    #[test]
    fn names_that_mean_the_same_have_one_key() {
        for (one, other) in [
            ("㈜ 에이아이 솔루션", "에이아이솔루션 주식회사"),
            ("재단법인 서울테크노파크", "서울 테크노파크"),
            ("AI Solutions Co.", "ai solutions co"),
            ("한국·인공지능협회", "한국인공지능협회"),
        ] {
            assert_eq!(key(one), key(other));
        }
        assert_ne!(key("서울테크노파크"), key("경기테크노파크"));
    }
}
