//! What could have been meant by a name or code that does not exist.

use super::text::Text;

/// Longest list of names that is told.
const MAX_LISTED: usize = 1000;
/// Most names that are called near.
const MAX_NEAR: usize = 3;

/// The names nearest to what was given: of other case, begun or ended alike, or with a third of the letters wrong.
pub fn near<'a>(given: &str, names: &[&'a str]) -> Vec<&'a str> {
    let upper = |text: &str| text.trim().chars().take(60).collect::<String>().to_uppercase();
    let wanted = upper(given);
    let mut scored: Vec<(usize, &str)> = names
        .iter()
        .filter_map(|name| {
            let known = upper(name);
            let distance = strsim::osa_distance(&wanted, &known);
            let longest = wanted.chars().count().max(known.chars().count());
            let begins = wanted.chars().count() >= 3
                && (known.starts_with(&wanted) || wanted.starts_with(&known));
            // A section's letter before the number of its division.
            let ends = known.chars().count() >= 2 && wanted.ends_with(&known);
            (begins || ends || distance * 3 <= longest).then_some((distance, *name))
        })
        .collect();
    scored.sort_by_key(|(distance, _)| *distance);
    scored.into_iter().map(|(_, name)| name).take(MAX_NEAR).collect()
}

/// Sentences that name what is near, and all there is if it is not too much; they begin with a space.
pub fn among<'a>(given: &str, names: impl Iterator<Item = &'a str>) -> Text {
    let names: Vec<&str> = names.take(2000).collect();
    let quoted = |names: &[&str]| {
        names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    };
    let near = near(given, &names);
    let mut text = Text::new("", "");
    if !near.is_empty() {
        text.ko = format!(" 비슷한 것: {}.", quoted(&near));
        text.en = format!(" Near: {}.", quoted(&near));
    }
    let all = all(names.iter());
    text.ko.push_str(&all.ko);
    text.en.push_str(&all.en);
    text
}

/// A sentence that names all there is, if it is not too much; it begins with a space.
pub fn all(names: impl Iterator<Item = impl AsRef<str>>) -> Text {
    let mut listed = String::new();
    for name in names {
        let between = if listed.is_empty() { "" } else { ", " };
        listed.push_str(between);
        listed.push_str(name.as_ref());
        if listed.len() > MAX_LISTED {
            return Text::new("", "");
        }
    }
    if listed.is_empty() {
        return Text::new("", "");
    }
    Text::new(format!(" 쓸 수 있는 것: {listed}."), format!(" Valid: {listed}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_near_is_named_and_what_is_not_is_not() {
        let names = ["HELD", "PLANNED", "POSTPONED", "CANCELLED"];
        let table: [(&str, &[&str]); 7] = [
            ("held", &["HELD"]),
            ("HELT", &["HELD"]),
            ("PLAN", &["PLANNED"]),
            ("CANCELED", &["CANCELLED"]),
            ("MEETING_HELD", &["HELD"]),
            ("GONE", &[]),
            ("", &[]),
        ];
        for (given, expected) in table {
            assert_eq!(near(given, &names), expected, "{given}");
        }
        let text = among("HELT", names.into_iter());
        assert_eq!(text.en, " Near: `HELD`. Valid: HELD, PLANNED, POSTPONED, CANCELLED.");
        assert_eq!(among("x", std::iter::empty()), Text::new("", ""));
    }
}
