//! Positions in PostgreSQL's log of writes: what a replica has replayed, and what somebody has written.

use std::fmt;
use std::str::FromStr;

/// A position, as PostgreSQL writes it: two hexadecimal numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Position(pub u64);

impl Position {
    /// This, unless nobody has asked for it yet.
    pub fn known(self) -> Option<Self> {
        (self != Self::default()).then_some(self)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:X}/{:X}", self.0 >> 32, self.0 & 0xffff_ffff)
    }
}

impl FromStr for Position {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (high, low) = text.split_once('/').ok_or(())?;
        let part = |text: &str| match text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            true => u32::from_str_radix(text, 16).map_err(drop),
            false => Err(()),
        };
        Ok(Self(u64::from(part(high)?) << 32 | u64::from(part(low)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_reads_as_it_is_written() {
        for text in ["0/0", "16/B374D848", "FFFFFFFF/FFFFFFFF", "0/16B3748"] {
            assert_eq!(text.parse::<Position>().map(|it| it.to_string()).as_deref(), Ok(text));
        }
        for text in ["", "/", "1", "1/", "/1", "+1/1", "1/1/1", "1/100000000", "G/0", " 1/1"] {
            assert_eq!(text.parse::<Position>(), Err(()), "{text}");
        }
    }
}
