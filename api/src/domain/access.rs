//! The access policy: principal × action × object, in one place, denying by default.
//!
//! Reading is decided here as a set of rows ([`rows`]); `read::scope` turns the set into a condition
//! that is part of every statement. Writing is decided by [`may_write`]. To add an object: a variant
//! of [`Object`], a line in each match, and a row in the table test below.

use super::principal::Principal;

/// What a policy decision is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Object {
    /// Facts, meetings, recommendations, plans, bills and documents.
    Content,
    /// Adoption cases with their workflow.
    AdoptionCase,
    /// Personal data: phone numbers and mail addresses.
    ContactPoint,
}

/// The rows of an object that a principal may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// Every row.
    All,
    /// Rows that are published.
    Published,
    /// No row.
    None,
}

/// Which rows of `object` the principal may see.
pub fn rows(principal: &Principal, object: Object) -> Rows {
    match (principal, object) {
        (Principal::System, Object::Content | Object::AdoptionCase | Object::ContactPoint) => {
            Rows::All
        }
        (Principal::Anonymous, Object::Content | Object::AdoptionCase) => Rows::Published,
        (Principal::Anonymous, Object::ContactPoint) => Rows::None,
    }
}

/// Whether the principal may write rows of `object`.
pub fn may_write(principal: &Principal, object: Object) -> bool {
    match (principal, object) {
        (Principal::System, Object::Content | Object::AdoptionCase | Object::ContactPoint) => true,
        (Principal::Anonymous, Object::Content | Object::AdoptionCase | Object::ContactPoint) => {
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_combination_is_decided() {
        let table = [
            (Principal::Anonymous, Object::Content, Rows::Published, false),
            (Principal::Anonymous, Object::AdoptionCase, Rows::Published, false),
            (Principal::Anonymous, Object::ContactPoint, Rows::None, false),
            (Principal::System, Object::Content, Rows::All, true),
            (Principal::System, Object::AdoptionCase, Rows::All, true),
            (Principal::System, Object::ContactPoint, Rows::All, true),
        ];
        for (principal, object, seen, writes) in table {
            assert_eq!(rows(&principal, object), seen, "{principal:?} {object:?}");
            assert_eq!(may_write(&principal, object), writes, "{principal:?} {object:?}");
        }
    }
}
