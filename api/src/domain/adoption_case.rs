//! Adoption cases: what is required at a stage, and how alike two cases are.

use entity::adoption_case::AdoptionStage;

/// Stages whose requirements hold at `stage`. Requirements grow with the stage; a case can stop at any
/// stage, so a stopped one owes the first stage's and its own.
pub fn required_from(stage: AdoptionStage) -> Vec<AdoptionStage> {
    use AdoptionStage as S;
    match stage {
        S::Exploring => vec![S::Exploring],
        S::Poc => vec![S::Exploring, S::Poc],
        S::Pilot => vec![S::Exploring, S::Poc, S::Pilot],
        S::Production => vec![S::Exploring, S::Poc, S::Pilot, S::Production],
        S::Scaled => vec![S::Exploring, S::Poc, S::Pilot, S::Production, S::Scaled],
        S::Stopped => vec![S::Exploring, S::Stopped],
    }
}

/// Points that make two cases alike; the ranking of `similarCases` adds them up.
pub mod points {
    /// Same KSIC code.
    pub const SAME_INDUSTRY: u8 = 50;
    /// Same KSIC section only.
    pub const SAME_SECTION: u8 = 25;
    /// Same size of business.
    pub const SAME_SIZE: u8 = 30;
    /// Same region.
    pub const SAME_REGION: u8 = 15;
    /// Shown by documents or more.
    pub const VERIFIED: u8 = 5;
}
