//! The address of a value: an indicator's total, or a part of it by region, business size and industry.
//!
//! Written `CODE` for a total and `CODE/REGION/SIZE/INDUSTRY` for a part, empty where it is not broken down:
//! `SUPPORTED/KR-11//C`.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use entity::adoption_case::BusinessSize;
use sea_orm::Iterable;

/// The address of a value, by codes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cell {
    /// Indicator.
    pub indicator: String,
    /// Region of the part.
    pub region: Option<String>,
    /// Business size of the part.
    pub size: Option<BusinessSize>,
    /// Industry of the part: a KSIC section (a letter) or division (two digits).
    pub industry: Option<String>,
}

/// Text that is no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotACell;

/// How finely a value is broken down by industry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IndustryLevel {
    /// By KSIC section.
    Section,
    /// By KSIC division.
    Division,
}

/// By what a value is broken down. The parts of one pattern make up the total; those of two patterns count
/// the same twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pattern {
    /// By region.
    pub region: bool,
    /// By business size.
    pub size: bool,
    /// By industry, and how finely.
    pub industry: Option<IndustryLevel>,
}

impl Cell {
    /// The total of an indicator.
    pub fn total(indicator: impl Into<String>) -> Self {
        Self { indicator: indicator.into(), region: None, size: None, industry: None }
    }

    /// Whether it is a total.
    pub fn is_total(&self) -> bool {
        self.region.is_none() && self.size.is_none() && self.industry.is_none()
    }

    /// By what it is broken down.
    pub fn pattern(&self) -> Pattern {
        Pattern {
            region: self.region.is_some(),
            size: self.size.is_some(),
            industry: self.industry.as_ref().map(|code| match code.len() {
                1 => IndustryLevel::Section,
                _ => IndustryLevel::Division,
            }),
        }
    }

    fn key(&self) -> (&str, Option<&str>, Option<&'static str>, Option<&str>) {
        let size = self.size.map(BusinessSize::code);
        (&self.indicator, self.region.as_deref(), size, self.industry.as_deref())
    }
}

impl Ord for Cell {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for Cell {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.indicator)?;
        if self.is_total() {
            return Ok(());
        }
        let (_, region, size, industry) = self.key();
        for part in [region, size, industry] {
            write!(f, "/{}", part.unwrap_or_default())?;
        }
        Ok(())
    }
}

fn is_code(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 40
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

impl FromStr for Cell {
    type Err = NotACell;

    fn from_str(text: &str) -> Result<Self, NotACell> {
        let parts: Vec<&str> = text.split('/').collect();
        let part = |code: &str| match code {
            "" => Ok(None),
            code if is_code(code) => Ok(Some(code.to_owned())),
            _ => Err(NotACell),
        };
        match parts.as_slice() {
            [indicator] if is_code(indicator) => Ok(Self::total(*indicator)),
            [indicator, region, size, industry] if is_code(indicator) => {
                let size = match *size {
                    "" => None,
                    code => {
                        let known = BusinessSize::iter().find(|known| known.code() == code);
                        Some(known.ok_or(NotACell)?)
                    }
                };
                let indicator = (*indicator).to_owned();
                let cell =
                    Self { indicator, region: part(region)?, size, industry: part(industry)? };
                // A total has one spelling.
                if cell.is_total() { Err(NotACell) } else { Ok(cell) }
            }
            _ => Err(NotACell),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::option;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    #[test]
    fn other_text_is_refused() {
        for text in
            ["", "/", "A/", "A//", "A///", "A/KR-11", "A/KR-11//C/x", "A/KR-11/HUGE/", "A B", "가"]
        {
            assert_eq!(text.parse::<Cell>(), Err(NotACell), "{text}");
        }
        assert_eq!("A/KR-11//".parse::<Cell>().unwrap().region.as_deref(), Some("KR-11"));
    }

    #[test]
    fn sections_and_divisions_are_patterns_apart() {
        let section: Cell = "A///C".parse().unwrap();
        let division: Cell = "A///10".parse().unwrap();
        assert_ne!(section.pattern(), division.pattern());
        assert_eq!(
            Cell::total("A").pattern(),
            Pattern { region: false, size: false, industry: None }
        );
    }

    proptest! {
        #[test]
        fn an_address_survives_its_text(
            indicator in "[A-Z][A-Z0-9_]{0,20}",
            region in option::of("KR-[0-9]{2}"),
            size in option::of(select(BusinessSize::iter().collect::<Vec<_>>())),
            industry in option::of("[A-U]|[0-9]{2}"),
        ) {
            let cell = Cell { indicator, region, size, industry };
            prop_assert_eq!(cell.to_string().parse::<Cell>(), Ok(cell));
        }

        #[test]
        fn any_text_is_read_or_refused(text: String) {
            if let Ok(cell) = text.parse::<Cell>() {
                prop_assert_eq!(cell.to_string(), text);
            }
        }
    }
}
