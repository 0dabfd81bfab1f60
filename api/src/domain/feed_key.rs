//! Places in the change feed as callers see them: under a secret of the database, so that two of them tell
//! neither how many changes lie between, nor which is the later.

use sha2::{Digest, Sha256};

/// Rounds of the network; with four nobody tells it from a permutation made by chance.
const ROUNDS: u8 = 6;
/// One half of a key.
const HALF: u128 = u64::MAX as u128;

/// The secret.
#[derive(Clone, Copy)]
pub struct FeedKey([u8; 32]);

impl std::fmt::Debug for FeedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FeedKey")
    }
}

impl FeedKey {
    /// The secret as the database keeps it: whatever the text, all of it counts.
    pub fn new(text: &str) -> Self {
        Self(Sha256::digest(text).into())
    }

    fn mix(self, round: u8, half: u128) -> u128 {
        let mut hash = Sha256::new();
        hash.update(self.0);
        hash.update([round]);
        hash.update(half.to_be_bytes());
        hash.finalize().iter().take(8).fold(0, |mixed, byte| (mixed << 8) | u128::from(*byte))
    }

    /// A key as callers see it: a Feistel network over its halves.
    pub fn hide(self, key: u128) -> u128 {
        let (mut left, mut right) = (key >> 64, key & HALF);
        for round in 0..ROUNDS {
            (left, right) = (right, left ^ self.mix(round, right));
        }
        (left << 64) | right
    }

    /// The key that callers see so.
    pub fn show(self, hidden: u128) -> u128 {
        let (mut left, mut right) = (hidden >> 64, hidden & HALF);
        for round in (0..ROUNDS).rev() {
            (left, right) = (right ^ self.mix(round, left), left);
        }
        (left << 64) | right
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_hidden_is_shown_by_its_own_secret_alone(key: u128, text in ".{1,20}") {
            let own = FeedKey::new(&text);
            prop_assert_eq!(own.show(own.hide(key)), key);
            prop_assert_ne!(FeedKey::new("another secret than those").show(own.hide(key)), key);
        }
    }

    #[test]
    fn the_rule_stays() {
        // Cursors are kept by callers over releases.
        let hidden = FeedKey::new("secret").hide(1);
        assert_eq!(format!("{hidden:032x}"), "e65bcdb1b9aa41bba8fde192db5d5884");
    }
}
