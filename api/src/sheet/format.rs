//! How a number's format shows it: as a percentage, in thousands, rounded, or as a date.

/// What a format makes of a number, as far as it changes what people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Look {
    /// Signs of a percentage, each of which shows a hundred times the number.
    pub(super) percents: u8,
    /// Steps by which it is shown in thousands.
    pub(super) thousands: u8,
    /// Decimal places to which it is rounded; none where it is not.
    pub(super) places: Option<u8>,
    /// Whether it is a day or a time.
    pub(super) is_date: bool,
}

/// A number format.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct NumberFormat {
    sections: Vec<Section>,
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Section {
    condition: Option<(Order, f64)>,
    look: Look,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Order {
    Less,
    AtMost,
    Equal,
    Other,
    AtLeast,
    More,
}

/// Sections that a format may have.
const MAX_SECTIONS: usize = 4;

impl NumberFormat {
    /// The format of a built-in number (ECMA-376 part 1, 18.8.30), as far as a look goes.
    pub(super) fn built_in(id: u32) -> Self {
        Self::parse(match id {
            1 | 3 | 37 | 38 | 41 | 42 => "0",
            2 | 4 | 39 | 40 | 43 | 44 => "0.00",
            9 => "0%",
            10 => "0.00%",
            14..=22 | 27..=36 | 45..=47 | 50..=58 => "yyyy",
            _ => "General",
        })
    }

    /// Reads a format's code.
    pub(super) fn parse(code: &str) -> Self {
        let mut sections = Vec::new();
        let mut rest = code;
        while sections.len() < MAX_SECTIONS {
            let (section, after) = section(rest);
            sections.push(section);
            match after {
                Some(after) => rest = after,
                None => break,
            }
        }
        Self { sections }
    }

    /// How a number looks in this format.
    pub(super) fn look(&self, number: f64) -> Look {
        let fits = |section: &&Section| {
            section.condition.is_some_and(|(order, limit)| match order {
                Order::Less => number < limit,
                Order::AtMost => number <= limit,
                Order::Equal => number == limit,
                Order::Other => number != limit,
                Order::AtLeast => number >= limit,
                Order::More => number > limit,
            })
        };
        let sections = &self.sections;
        let found = if sections.iter().any(|section| section.condition.is_some()) {
            let plain = || sections.iter().rev().find(|section| section.condition.is_none());
            sections.iter().find(fits).or_else(plain)
        } else {
            let index = match sections.len() {
                0 | 1 => 0,
                _ if number < 0.0 => 1,
                2 => 0,
                _ => {
                    if number == 0.0 {
                        2
                    } else {
                        0
                    }
                }
            };
            sections.get(index)
        };
        found.map(|section| section.look).unwrap_or_default()
    }
}

/// What has been seen of a section.
#[derive(Default)]
struct Seen {
    digits: bool,
    point: bool,
    places: u8,
    /// Commas since the last digit: after the last one of all, they stand for thousands.
    commas: u8,
    /// Whether it is no plain decimal: a fraction or an exponent.
    is_odd: bool,
    is_general: bool,
}

/// One section of a format, and what follows its semicolon.
fn section(code: &str) -> (Section, Option<&str>) {
    let mut section = Section::default();
    let mut seen = Seen::default();
    let look = &mut section.look;
    let mut rest = code;
    let mut after = None;
    while let Some(letter) = rest.chars().next() {
        let tail = &rest[letter.len_utf8()..];
        let skip = |text: &'_ str| text.chars().next().map_or(0, char::len_utf8);
        rest = match letter {
            ';' => {
                after = Some(tail);
                break;
            }
            '"' => tail.find('"').map_or("", |end| &tail[end + 1..]),
            // The next letter is shown as it is, or only as a gap.
            '\\' | '_' | '*' => &tail[skip(tail)..],
            '[' => {
                let (inside, tail) = tail.split_once(']').unwrap_or((tail, ""));
                section.condition = section.condition.or_else(|| condition(inside));
                let is_time = !inside.is_empty()
                    && inside.chars().all(|it| matches!(it.to_ascii_lowercase(), 'h' | 'm' | 's'));
                look.is_date |= is_time;
                tail
            }
            'g' | 'G' if starts_with(rest, "general") => {
                seen.is_general = true;
                &rest["general".len()..]
            }
            'e' | 'E' if tail.starts_with(['+', '-']) => {
                seen.is_odd = true;
                tail
            }
            '%' => {
                look.percents = look.percents.saturating_add(1);
                tail
            }
            '0' | '#' | '?' => {
                seen.digits = true;
                if seen.point {
                    seen.places = seen.places.saturating_add(1);
                } else {
                    seen.commas = 0;
                }
                tail
            }
            ',' => {
                seen.commas = seen.commas.saturating_add(u8::from(seen.digits));
                tail
            }
            '.' => {
                look.thousands = look.thousands.saturating_add(std::mem::take(&mut seen.commas));
                seen.point = true;
                tail
            }
            '/' => {
                seen.is_odd = true;
                tail
            }
            _ if matches!(
                letter.to_ascii_lowercase(),
                'y' | 'm' | 'd' | 'h' | 's' | 'e' | 'g' | 'b'
            ) =>
            {
                look.is_date = true;
                tail
            }
            'a' | 'A' if starts_with(rest, "am/pm") || starts_with(rest, "a/p") => {
                look.is_date = true;
                tail
            }
            _ => tail,
        };
    }
    look.thousands = look.thousands.saturating_add(seen.commas);
    look.places = (seen.digits && !seen.is_odd && !seen.is_general).then_some(seen.places);
    (section, after)
}

fn starts_with(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
}

/// The condition in brackets: `>=100`.
fn condition(text: &str) -> Option<(Order, f64)> {
    let orders = [
        ("<=", Order::AtMost),
        (">=", Order::AtLeast),
        ("<>", Order::Other),
        ("<", Order::Less),
        (">", Order::More),
        ("=", Order::Equal),
    ];
    orders.into_iter().find_map(|(sign, order)| {
        Some((order, text.trim().strip_prefix(sign)?.trim().parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn look(code: &str, number: f64) -> Look {
        NumberFormat::parse(code).look(number)
    }

    #[test]
    fn a_percentage_is_known_by_its_sign_outside_of_quotes() {
        for (code, number, percents) in [
            ("0%", 0.9, 1),
            ("0.0%", 0.9, 1),
            ("#,##0.00 %", 0.9, 1),
            ("0%%", 0.9, 2),
            ("0\"%\"", 90.0, 0),
            ("0\\%", 90.0, 0),
            ("0_%", 90.0, 0),
            ("0*%", 90.0, 0),
            ("[$%-412]0", 90.0, 0),
            ("\"달성률 \"0%", 0.9, 1),
            ("General", 0.9, 0),
            ("General\" %\"", 0.9, 0),
            ("0%;-0%;\"-\"", 0.9, 1),
            ("0;0%", 0.9, 0),
            ("0;0%", -0.9, 1),
            ("0.0;-0.0;0%", 0.0, 1),
            ("[>=1]0%;0.0", 1.5, 1),
            ("[>=1]0%;0.0", 0.5, 0),
            ("[<1]0%;[>=1]0;@", 0.5, 1),
            ("[Red][<0.5]0%;0", 0.4, 1),
            ("_-* #,##0%_-;-* #,##0%_-;_-* \"-\"_-;_-@_-", 0.4, 1),
            ("", 1.0, 0),
            ("\"%", 1.0, 0),
        ] {
            assert_eq!(look(code, number).percents, percents, "{code} {number}");
        }
        for (id, percents, is_date) in [
            (0, 0, false),
            (9, 1, false),
            (10, 1, false),
            (14, 0, true),
            (31, 0, true),
            (49, 0, false),
        ] {
            let look = NumberFormat::built_in(id).look(1.0);
            assert_eq!((look.percents, look.is_date), (percents, is_date), "{id}");
        }
    }

    #[test]
    fn places_thousands_and_dates_are_seen() {
        for (code, places, thousands, is_date) in [
            ("0", Some(0), 0, false),
            ("#,##0.00", Some(2), 0, false),
            ("#,##0.0##", Some(3), 0, false),
            ("#,##0,", Some(0), 1, false),
            ("#,##0,,\"백만\"", Some(0), 2, false),
            ("#,##0,.0", Some(1), 1, false),
            ("0.0,", Some(1), 1, false),
            ("_-* #,##0_-", Some(0), 0, false),
            ("(#,##0)", Some(0), 0, false),
            ("General", None, 0, false),
            ("0.00E+00", None, 0, false),
            ("# ?/?", None, 0, false),
            ("@", None, 0, false),
            ("yyyy-mm-dd", None, 0, true),
            ("[$-412]yyyy\"년\" m\"월\" d\"일\";@", None, 0, true),
            ("[h]:mm", None, 0, true),
            ("AM/PM h:mm", None, 0, true),
            ("[Red]#,##0", Some(0), 0, false),
            ("\"dym\"0", Some(0), 0, false),
            ("0\"명\"", Some(0), 0, false),
        ] {
            let found = look(code, 1.0);
            assert_eq!(
                (found.places, found.thousands, found.is_date),
                (places, thousands, is_date),
                "{code}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_code_is_read(code in "(0|#|,|[.]|%|;|\"|\\\\|_|[*]|\\[|\\]|>|<|=|1|General|E[+]|y|한|.){0,40}", number: f64) {
            let _ = look(&code, number);
        }
    }
}
