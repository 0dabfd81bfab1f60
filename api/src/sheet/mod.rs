//! Stub until the module arrives.
/// A cell.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Cell {
    pub indicator: String,
    pub region: String,
    pub size: String,
    pub industry: String,
    pub state: String,
    pub value: String,
    pub reason: String,
    pub comment: String,
    pub evidence: String,
}
