//! How a number's format shows it: as a percentage, in thousands, rounded, as a fraction, or as a date.

use std::rc::Rc;

use super::unit;

/// What a format makes of a number, as far as it changes what people read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Look {
    /// Signs of a percentage, each of which shows a hundred times the number.
    pub(super) percents: u8,
    /// Steps by which it is shown in thousands.
    pub(super) thousands: u8,
    /// How its digits are shown.
    pub(super) digits: Digits,
    /// Whether a number below zero is shown without anything that says so.
    pub(super) drops_sign: bool,
    /// The unit that is shown with it.
    pub(super) unit: Option<Rc<str>>,
}

/// How the digits of a number are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Digits {
    /// As many as there are.
    #[default]
    All,
    /// To so many decimal places.
    Places(u8),
    /// With an exponent: digits before the point at most, and decimal places.
    Exponent { whole: u8, places: u8 },
    /// As a fraction of this denominator, or of one at most that large.
    Fraction { denominator: u32, is_fixed: bool },
    /// Not at all.
    None,
    /// As a day, with a time or without.
    Date,
    /// As a time of the day, or as hours in all.
    Clock { is_elapsed: bool },
}

/// A number format.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct NumberFormat {
    sections: Vec<Section>,
}

#[derive(Debug, Clone, PartialEq, Default)]
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
            1 | 3 | 37 | 38 | 41 => "0",
            2 | 4 | 39 | 40 | 43 => "0.00",
            // Money of the country.
            5 | 6 | 42 => "₩0",
            7 | 8 | 44 => "₩0.00",
            9 => "0%",
            10 => "0.00%",
            11 => "0.00E+00",
            12 => "# ?/?",
            13 => "# ??/??",
            18..=21 | 32 | 33 | 45 | 47 => "h:mm",
            46 => "[h]:mm",
            48 => "##0.0E+0",
            14..=17 | 22 | 27..=36 | 50..=58 => "yyyy",
            _ => "General",
        })
    }

    /// Reads a format's code.
    pub(super) fn parse(code: &str) -> Self {
        let mut sections = Vec::new();
        let mut rest = if code.trim().is_empty() { "General" } else { code };
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
        let look = found.map(|section| section.look.clone()).unwrap_or_default();
        // A format of one section puts the sign before the number by itself.
        let drops_sign = look.drops_sign && sections.len() > 1 && number < 0.0;
        Look { drops_sign, ..look }
    }
}

/// What has been seen of a section.
#[derive(Default)]
struct Seen {
    /// Places for digits before the point, behind it, and behind a stroke.
    whole: u8,
    places: u8,
    below: u32,
    point: bool,
    stroke: bool,
    exponent: bool,
    /// The denominator that is written out.
    denominator: u32,
    /// Commas since the last digit: after the last one of all, they stand for thousands.
    commas: u8,
    is_general: bool,
    /// Whether anything says that a number is below zero.
    has_sign: bool,
    has_day: bool,
    has_clock: bool,
    has_month: bool,
    is_elapsed: bool,
    /// Literal texts before the digits and behind them.
    before: String,
    after: String,
}

impl Seen {
    /// Notes a text that is shown as it stands.
    fn literal(&mut self, text: &str) {
        self.has_sign |= text.contains(['-', '(', '\u{2212}', '△', '▲', '▽', '▼']);
        let is_behind = self.whole > 0 || self.places > 0 || self.is_general;
        if is_behind { &mut self.after } else { &mut self.before }.push_str(text);
    }

    fn digits(&self) -> Digits {
        let has_digits = self.whole > 0 || self.places > 0;
        match self {
            Self { has_day: true, .. } => Digits::Date,
            Self { has_clock: true, is_elapsed, .. } => Digits::Clock { is_elapsed: *is_elapsed },
            Self { has_month: true, .. } => Digits::Date,
            Self { is_general: true, .. } => Digits::All,
            Self { exponent: true, whole, places, .. } => {
                Digits::Exponent { whole: *whole, places: *places }
            }
            Self { stroke: true, denominator, .. } if *denominator > 0 => {
                Digits::Fraction { denominator: *denominator, is_fixed: true }
            }
            Self { stroke: true, below, .. } if *below > 0 => {
                Digits::Fraction { denominator: 10_u32.pow((*below).min(4)) - 1, is_fixed: false }
            }
            _ if has_digits => Digits::Places(self.places),
            _ => Digits::None,
        }
    }
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
            '"' => {
                let (literal, tail) = tail.split_once('"').unwrap_or((tail, ""));
                seen.literal(literal);
                tail
            }
            '\\' => {
                let (literal, tail) = tail.split_at(skip(tail));
                seen.literal(literal);
                tail
            }
            // The next letter is only a gap, or fills one.
            '_' | '*' => &tail[skip(tail)..],
            '[' => {
                let (inside, tail) = tail.split_once(']').unwrap_or((tail, ""));
                section.condition = section.condition.or_else(|| condition(inside));
                if let Some(money) = inside.strip_prefix('$') {
                    seen.literal(money.split('-').next().unwrap_or_default());
                }
                let is_time = !inside.is_empty()
                    && inside.chars().all(|it| matches!(it.to_ascii_lowercase(), 'h' | 'm' | 's'));
                seen.has_clock |= is_time;
                seen.is_elapsed |= is_time;
                tail
            }
            'g' | 'G' if starts_with(rest, "general") => {
                seen.is_general = true;
                &rest["general".len()..]
            }
            '@' => {
                seen.is_general = true;
                tail
            }
            'e' | 'E' if tail.starts_with(['+', '-']) => {
                seen.exponent = true;
                &tail[1..]
            }
            '%' => {
                look.percents = look.percents.saturating_add(1);
                tail
            }
            '0' | '#' | '?' => {
                if seen.stroke {
                    seen.below = seen.below.saturating_add(1);
                    // A written denominator may end in zeros: `?/100`.
                    seen.denominator = seen.denominator.saturating_mul(10);
                } else if seen.exponent {
                    // Digits of the exponent.
                } else if seen.point {
                    seen.places = seen.places.saturating_add(1);
                } else {
                    seen.whole = seen.whole.saturating_add(1);
                    seen.commas = 0;
                }
                tail
            }
            '1'..='9' if seen.stroke => {
                let digit = letter.to_digit(10).unwrap_or_default();
                seen.denominator = seen.denominator.saturating_mul(10).saturating_add(digit);
                tail
            }
            ',' => {
                let has_digits = seen.whole > 0 || seen.places > 0;
                seen.commas = seen.commas.saturating_add(u8::from(has_digits));
                tail
            }
            '.' => {
                look.thousands = look.thousands.saturating_add(std::mem::take(&mut seen.commas));
                seen.point = true;
                tail
            }
            '/' => {
                seen.stroke = true;
                tail
            }
            'a' | 'A' if starts_with(rest, "am/pm") => {
                seen.has_clock = true;
                &rest["am/pm".len()..]
            }
            'a' | 'A' if starts_with(rest, "a/p") => {
                seen.has_clock = true;
                &rest["a/p".len()..]
            }
            _ => {
                match letter.to_ascii_lowercase() {
                    'y' | 'd' | 'e' | 'g' | 'b' => seen.has_day = true,
                    'h' | 's' => seen.has_clock = true,
                    'm' => seen.has_month = true,
                    _ => seen.literal(&rest[..letter.len_utf8()]),
                }
                tail
            }
        };
    }
    look.thousands = look.thousands.saturating_add(seen.commas);
    look.digits = seen.digits();
    look.drops_sign = !seen.has_sign;
    look.unit = unit::of_format(&seen.before, &seen.after).map(Rc::from);
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
        for (id, percents, digits) in [
            (0, 0, Digits::All),
            (9, 1, Digits::Places(0)),
            (10, 1, Digits::Places(2)),
            (11, 0, Digits::Exponent { whole: 1, places: 2 }),
            (12, 0, Digits::Fraction { denominator: 9, is_fixed: false }),
            (14, 0, Digits::Date),
            (20, 0, Digits::Clock { is_elapsed: false }),
            (22, 0, Digits::Date),
            (31, 0, Digits::Date),
            (46, 0, Digits::Clock { is_elapsed: true }),
            (49, 0, Digits::All),
        ] {
            let look = NumberFormat::built_in(id).look(1.0);
            assert_eq!((look.percents, look.digits), (percents, digits), "{id}");
        }
    }

    #[test]
    fn digits_thousands_and_dates_are_seen() {
        let places = Digits::Places;
        let clock = |is_elapsed| Digits::Clock { is_elapsed };
        let fraction = |denominator, is_fixed| Digits::Fraction { denominator, is_fixed };
        for (code, digits, thousands) in [
            ("0", places(0), 0),
            ("#,##0.00", places(2), 0),
            ("#,##0.0##", places(3), 0),
            ("#,##0,", places(0), 1),
            ("#,##0,,\"백만\"", places(0), 2),
            ("#,##0,.0", places(1), 1),
            ("0.0,", places(1), 1),
            ("_-* #,##0_-", places(0), 0),
            ("(#,##0)", places(0), 0),
            ("General", Digits::All, 0),
            ("@", Digits::All, 0),
            ("", Digits::All, 0),
            (";;;", Digits::None, 0),
            ("\"-\"", Digits::None, 0),
            ("0.00E+00", Digits::Exponent { whole: 1, places: 2 }, 0),
            ("##0.0E+0", Digits::Exponent { whole: 3, places: 1 }, 0),
            ("# ?/?", fraction(9, false), 0),
            ("# ???/???", fraction(999, false), 0),
            ("# ?/8", fraction(8, true), 0),
            ("# ??/100", fraction(100, true), 0),
            ("yyyy-mm-dd", Digits::Date, 0),
            ("yyyy/mm/dd h:mm", Digits::Date, 0),
            ("mmmm", Digits::Date, 0),
            ("[$-412]yyyy\"년\" m\"월\" d\"일\";@", Digits::Date, 0),
            ("[h]:mm", clock(true), 0),
            ("h:mm", clock(false), 0),
            ("mm:ss.0", clock(false), 0),
            ("AM/PM h:mm", clock(false), 0),
            ("h\"시\" mm\"분\"", clock(false), 0),
            ("[Red]#,##0", places(0), 0),
            ("\"dym\"0", places(0), 0),
            ("0\"명\"", places(0), 0),
        ] {
            let found = look(code, 1.0);
            assert_eq!((found.digits, found.thousands), (digits, thousands), "{code}");
        }
        for (code, number, drops_sign) in [
            ("0", -1.0, false),
            ("0;-0", -1.0, false),
            ("0;[Red]0", -1.0, true),
            ("0;(0)", -1.0, false),
            ("0;\"△\"0", -1.0, false),
            ("0_);\\-0_)", -1.0, false),
            ("0;[Red]0", 1.0, false),
        ] {
            assert_eq!(look(code, number).drops_sign, drops_sign, "{code}");
        }
    }

    proptest! {
        #[test]
        fn any_code_is_read(code in "(0|#|,|[.]|%|;|\"|\\\\|_|[*]|\\[|\\]|>|<|=|1|General|E[+]|y|한|.){0,40}", number: f64) {
            let _ = look(&code, number);
        }
    }
}
