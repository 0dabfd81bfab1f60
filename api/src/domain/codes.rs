//! Codes as people have them: whatever a spreadsheet, a keyboard or a habit made of a code or a name, the one
//! code it stands for. Nothing is guessed: a text that could stand for two codes stands for none, and what
//! is merely alike is a hint at most.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::fold;

/// Kinds of codes: a text is read within one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Indicators of a programme.
    Indicator,
    /// First-level divisions.
    Region,
    /// Business sizes.
    Size,
    /// Sections and divisions of KSIC.
    Industry,
    /// Kinds of value.
    State,
    /// Whose form it is: institutions, programmes.
    Owner,
}

/// Longest text that is read as a code or name, in bytes.
const MAX_WRITTEN: usize = 2_000;

/// The list of one family, to be asked what a text stands for.
#[derive(Debug, Clone)]
pub struct Codes {
    family: Family,
    codes: Vec<String>,
    places: HashMap<String, usize>,
    /// Places by what writings have in common; none where two codes share it.
    keys: HashMap<String, Option<usize>>,
}

const REGION_FILE: &str = include_str!("../../data/codes/10_regions.toml");
const INDUSTRY_FILE: &str = include_str!("../../data/codes/20_industries.toml");
const ALIAS_FILE: &str = include_str!("../../data/codes/aliases.toml");

/// The codes of a table of the data set, each with its names.
fn rows(table: &str, file: &str) -> Vec<(String, Vec<String>)> {
    // invariant: the file is part of the build, and tests read it.
    let file: toml::Table = toml::from_str(file).unwrap_or_default();
    let rows = file.get(table).and_then(toml::Value::as_array).map(Vec::as_slice);
    let text = |value: Option<&toml::Value>| value.and_then(toml::Value::as_str).map(str::to_owned);
    let row = |row: &toml::Value| {
        let names =
            ["ko", "en"].map(|language| text(row.get("name").and_then(|name| name.get(language))));
        Some((
            text(row.get("code"))?,
            names.into_iter().chain([text(row.get("short_name"))]).flatten().collect(),
        ))
    };
    rows.unwrap_or_default().iter().filter_map(row).collect()
}

type Aliases = HashMap<String, HashMap<String, Vec<String>>>;

/// Other ways of writing the codes of a family: its aliases, and the names of regions.
fn aliases(family: Family, code: &str) -> &'static [String] {
    static ALIASES: LazyLock<Aliases> = LazyLock::new(|| {
        let mut aliases: Aliases = toml::from_str(ALIAS_FILE).unwrap_or_default();
        let regions = aliases.entry("region".to_owned()).or_default();
        for (code, names) in rows("region", REGION_FILE) {
            regions.entry(code).or_default().extend(names);
        }
        aliases
    });
    let list = match family {
        Family::Region => "region",
        Family::Size => "size",
        Family::Indicator | Family::Industry | Family::State | Family::Owner => return &[],
    };
    ALIASES.get(list).and_then(|list| list.get(code)).map(Vec::as_slice).unwrap_or_default()
}

/// Other names of the region with a code: former ones, and those in daily use.
pub fn region_names(code: &str) -> &'static [String] {
    aliases(Family::Region, code)
}

impl Codes {
    /// A list of codes, each with its names.
    pub fn new<'a, N>(family: Family, entries: impl IntoIterator<Item = (&'a str, N)>) -> Self
    where
        N: IntoIterator<Item = &'a str>,
    {
        let mut list =
            Self { family, codes: Vec::new(), places: HashMap::new(), keys: HashMap::new() };
        let mut names: Vec<(String, usize)> = Vec::new();
        for (code, of_code) in entries {
            let place = list.codes.len();
            if list.places.contains_key(code) {
                continue;
            }
            list.codes.push(code.to_owned());
            list.places.insert(code.to_owned(), place);
            for name in of_code {
                names.push((format!("{code} {name}"), place));
                names.push((format!("{name} ({code})"), place));
                names.push((name.to_owned(), place));
            }
        }
        let codes = list.codes.iter().cloned().zip(0..).collect();
        // What a better way of writing means, a worse one cannot change.
        list.learn(codes);
        list.learn(names);
        let places = list.codes.iter().zip(0..);
        let others = places.flat_map(|(code, place)| {
            let known = aliases(family, code).iter();
            let mut others: Vec<(String, usize)> =
                known.map(|alias| (alias.clone(), place)).collect();
            if family == Family::Industry && code.starts_with('0') {
                // A spreadsheet takes 01 for a number.
                others.push((code.trim_start_matches('0').to_owned(), place));
            }
            others
        });
        let others = others.collect();
        list.learn(others);
        list
    }

    fn learn(&mut self, ways: Vec<(String, usize)>) {
        let mut keys: HashMap<String, Option<usize>> = HashMap::new();
        for (way, place) in ways {
            let found = keys.entry(fold::key(&way)).or_insert(Some(place));
            if *found != Some(place) {
                *found = None;
            }
        }
        for (key, place) in keys {
            if !key.is_empty() {
                self.keys.entry(key).or_insert(place);
            }
        }
    }

    /// The code that a text stands for.
    pub fn find(&self, text: &str) -> Option<&str> {
        // Nothing that long names a code.
        if text.len() > MAX_WRITTEN {
            return None;
        }
        let exact = self.places.get(text.trim()).copied();
        let place = exact.or_else(|| self.keys.get(&fold::key(text)).copied().flatten());
        place.and_then(|place| self.codes.get(place)).map(String::as_str)
    }

    /// A code that may have been meant by a text that stands for none. A region is never hinted at: names of
    /// regions are alike.
    pub fn hint(&self, text: &str) -> Option<&str> {
        match self.family {
            Family::Region => None,
            // `C10` names the section as well, which must be that of the division.
            Family::Industry => {
                let cut = fold::code(text);
                let division = cut.strip_prefix(|c: char| c.is_ascii_uppercase())?.get(..2)?;
                let is_its = SECTIONS.get(division).is_some_and(|section| cut.starts_with(section));
                let known = self.places.get_key_value(division).filter(|_| is_its);
                known.map(|(code, _)| code.as_str())
            }
            Family::Indicator | Family::Size | Family::State | Family::Owner => {
                nearest(text, self.codes.iter().map(String::as_str))
            }
        }
    }
}

/// The code nearest to what was written, if one is near: a third of its letters may be wrong.
pub fn nearest<'a>(text: &str, codes: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = fold::code(&text.chars().take(60).collect::<String>());
    let scored = codes.map(|code| (strsim::osa_distance(&wanted, &code.to_uppercase()), code));
    let (distance, code) = scored.min_by_key(|(distance, _)| *distance)?;
    let longest = wanted.chars().count().max(code.chars().count());
    (distance * 3 <= longest).then_some(code)
}

fn listed(family: Family, table: &str, file: &str) -> Codes {
    let rows = rows(table, file);
    let names = rows.iter().map(|(code, names)| (code.as_str(), names.iter().map(String::as_str)));
    Codes::new(family, names)
}

/// The regions of the data set, past ones included.
pub static REGIONS: LazyLock<Codes> =
    LazyLock::new(|| listed(Family::Region, "region", REGION_FILE));

/// The industries of the data set.
pub static INDUSTRIES: LazyLock<Codes> =
    LazyLock::new(|| listed(Family::Industry, "industry", INDUSTRY_FILE));

/// The section of each division.
static SECTIONS: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    // invariant: the file is part of the build, and tests read it.
    let file: toml::Table = toml::from_str(INDUSTRY_FILE).unwrap_or_default();
    let rows = file.get("industry").and_then(toml::Value::as_array).map(Vec::as_slice);
    let text = |row: &toml::Value, name| row.get(name)?.as_str().map(str::to_owned);
    let section = |row| Some((text(row, "code")?, text(row, "parent")?));
    rows.unwrap_or_default().iter().filter_map(section).collect()
});

/// The code of a region as it is kept, however it is written.
pub fn region(text: &str) -> String {
    REGIONS.find(text).map_or_else(|| fold::code(text), str::to_owned)
}

/// The code of an industry as it is kept, however it is written.
pub fn industry(text: &str) -> String {
    INDUSTRIES.find(text).map_or_else(|| fold::code(text), str::to_owned)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::fold::tests::noisy;
    use super::*;

    /// Every way of writing a region that there is, with its code.
    fn ways() -> Vec<(String, String)> {
        let mut ways = Vec::new();
        for (code, _) in rows("region", REGION_FILE) {
            let names = aliases(Family::Region, &code).iter().cloned().chain([code.clone()]);
            ways.extend(names.map(|way| (way, code.clone())));
        }
        ways
    }

    #[test]
    fn every_way_of_writing_a_region_means_it_and_no_other() {
        let ways = ways();
        assert!(ways.len() > 120);
        for (way, code) in &ways {
            assert_eq!(REGIONS.find(way), Some(code.as_str()), "{way}");
        }
        let file: Aliases = toml::from_str(ALIAS_FILE).unwrap();
        assert!(file["region"].keys().all(|code| REGIONS.codes.contains(code)), "a stray alias");
        assert_eq!(INDUSTRIES.codes.len(), 21 + 77);
        // A list in which some regions are not, since they have ended or not begun, gives no other for them.
        for gone in [&["KR-29", "KR-46"][..], &["JEONNAM_GWANGJU"], &["KR-42"]] {
            let left: Vec<&str> = REGIONS.codes.iter().map(String::as_str).collect();
            let left = left.into_iter().filter(|code| !gone.contains(code));
            let left = Codes::new(Family::Region, left.map(|code| (code, [])));
            for (way, code) in &ways {
                let found = left.find(way);
                assert!(found.is_none_or(|found| found == code), "{way}: {found:?}");
                assert_eq!(left.hint(way), None);
            }
        }
    }

    #[test]
    fn codes_are_read_as_people_have_them() {
        for (text, code) in [
            ("서울", Some("KR-11")),
            ("강원도", Some("KR-42")),
            ("전라북도", Some("KR-45")),
            ("전북", Some("KR-45")),
            ("제주도", Some("KR-49")),
            ("seoul", Some("KR-11")),
            ("GYEONGGI-DO", Some("KR-41")),
            ("kr11", Some("KR-11")),
            ("KR-11 서울특별시", Some("KR-11")),
            ("서울특별시 (KR-11)", Some("KR-11")),
            ("서울 특별시", Some("KR-11")),
            ("광주", Some("KR-29")),
            ("전남광주통합특별시", Some("JEONNAM_GWANGJU")),
            ("11", None),
            ("광주시", None),
            ("경북남도", None),
            ("한국", None),
            ("", None),
            ("-", None),
        ] {
            assert_eq!(REGIONS.find(text), code, "{text}");
        }
        for (text, code) in [
            ("1", Some("01")),
            ("１", Some("01")),
            ("8", Some("08")),
            ("01", Some("01")),
            ("c", Some("C")),
            ("10", Some("10")),
            ("제조업", Some("C")),
            ("C 제조업", Some("C")),
            ("농업 임업 및 어업", Some("A")),
            // Section and division of one name.
            ("건설업", Some("F")),
            ("부동산업", None),
            ("4", None),
            ("1.0", None),
            ("001", None),
            ("c10", None),
        ] {
            assert_eq!(INDUSTRIES.find(text), code, "{text}");
        }
        assert_eq!(INDUSTRIES.hint("c10"), Some("10"));
        assert_eq!(
            (INDUSTRIES.hint("C2611"), INDUSTRIES.hint("4"), INDUSTRIES.hint("X")),
            (Some("26"), None, None)
        );
        assert_eq!((region("부산"), region(" us–1 ")), ("KR-26".to_owned(), "US-1".to_owned()));
        assert_eq!((industry("3"), industry("zz")), ("03".to_owned(), "ZZ".to_owned()));
    }

    #[test]
    fn two_meanings_are_none_and_a_better_way_wins() {
        let list =
            Codes::new(Family::Indicator, [("A_B", ["같음"]), ("AB", ["같음"]), ("C", ["AB"])]);
        assert_eq!(list.find("A_B"), Some("A_B"));
        assert_eq!(list.find("ab"), None);
        assert_eq!(list.find("같음"), None);
        assert_eq!(list.find("A_B 같음"), None, "with the code of another it is no better");
        assert_eq!(list.find("C"), Some("C"));
    }

    #[test]
    fn the_nearest_code_is_near_or_none() {
        let codes = ["SUPPORTED", "EXECUTED", "ALLOCATED", "KR-11", "C"];
        for (text, expected) in [
            ("SUPPORTED", Some("SUPPORTED")),
            ("supported", Some("SUPPORTED")),
            ("SUPORTED", Some("SUPPORTED")),
            ("EXCEUTED", Some("EXECUTED")),
            ("ＥＸＥＣＵＴＥ", Some("EXECUTED")),
            ("서울", None),
            ("", None),
            ("X", None),
            ("ZZZZZZZZZ", None),
        ] {
            assert_eq!(nearest(text, codes.into_iter()), expected, "{text}");
        }
        assert_eq!(nearest("A", std::iter::empty()), None);
        assert_eq!(nearest(&"A".repeat(1_000_000), codes.into_iter()), None);
    }

    proptest! {
        #[test]
        fn noise_around_a_region_changes_nothing(
            at in any::<prop::sample::Index>(), seed in prop::collection::vec(any::<u8>(), 1..20)
        ) {
            let ways = ways();
            let (way, code) = at.get(&ways);
            let written = noisy(way, &seed);
            prop_assert_eq!(REGIONS.find(&written), Some(code.as_str()), "{:?}", written);
            prop_assert_eq!(REGIONS.find(&format!("  {written}\u{3000}")), Some(code.as_str()));
        }

        #[test]
        fn a_text_means_a_region_only_if_it_is_one_of_its_names(text in "\\PC{0,8}") {
            let known = ways().iter().any(|(way, _)| fold::key(way) == fold::key(&text));
            prop_assert!(known || REGIONS.find(&text).is_none_or(|code| text.contains(code)), "{}", text);
        }
    }
}
