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

#[cfg(test)]
mod tests {
    use super::key;

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
