//! The access policy: principal × action × object × state, in one place, denying by default.
//!
//! Reading is decided here as a set of rows ([`rows`]); `read::scope` turns the set into a condition
//! that is part of every statement. Acting is decided by [`may`]; whether the state of the row allows
//! it as well is the feature's own rule (`domain::api_client`). A scope is necessary and never
//! sufficient: the institution decides the rows. To add an object: a variant of [`Object`], a line in
//! each match, and its rows in the table tests below.

use uuid::Uuid;

use super::principal::{Client, Principal, Scope, Standing};

/// What a policy decision is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Object {
    /// Facts, meetings, recommendations, plans and documents.
    Content,
    /// Bills, their events and what belongs to them.
    Legislation,
    /// Adoption cases with their workflow.
    AdoptionCase,
    /// Personal data: phone numbers and mail addresses.
    ContactPoint,
    /// Clients of the API.
    ApiClient,
    /// The audit.
    AuditEvent,
}

impl Object {
    /// Every object.
    pub const ALL: [Self; 6] = [
        Self::Content,
        Self::Legislation,
        Self::AdoptionCase,
        Self::ContactPoint,
        Self::ApiClient,
        Self::AuditEvent,
    ];
}

/// The rows of an object that a principal may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// Every row.
    All,
    /// Rows that are published.
    Published,
    /// Rows that are published, and all that belong to the institution.
    Own(Uuid),
    /// Rows that belong to the institution.
    OnlyOwn(Uuid),
    /// No row.
    None,
}

/// Which rows of `object` the principal may see.
pub fn rows(principal: &Principal, object: Object) -> Rows {
    let client = match principal {
        Principal::System => return Rows::All,
        Principal::Anonymous => return public(object),
        Principal::Client(client) => client,
    };
    if !client.scopes.has(reading(object)) {
        return public(object);
    }
    match (object, client.institution.standing) {
        (
            Object::Content
            | Object::Legislation
            | Object::AdoptionCase
            | Object::ContactPoint
            | Object::ApiClient
            | Object::AuditEvent,
            Standing::Operator,
        ) => Rows::All,
        (Object::Content | Object::Legislation | Object::AdoptionCase, Standing::Partner) => {
            Rows::Own(client.institution.id)
        }
        (Object::ContactPoint | Object::ApiClient | Object::AuditEvent, Standing::Partner) => {
            Rows::OnlyOwn(client.institution.id)
        }
    }
}

/// What everybody sees.
fn public(object: Object) -> Rows {
    match object {
        Object::Content | Object::Legislation | Object::AdoptionCase => Rows::Published,
        Object::ContactPoint | Object::ApiClient | Object::AuditEvent => Rows::None,
    }
}

/// The scope without which a client sees no more than everybody.
fn reading(object: Object) -> Scope {
    match object {
        Object::Content | Object::Legislation | Object::AdoptionCase | Object::ContactPoint => {
            Scope::ProgramRead
        }
        Object::ApiClient => Scope::AccessAdmin,
        Object::AuditEvent => Scope::AuditRead,
    }
}

/// The scope without which a client writes nothing; none where nobody but the system does.
fn writing(object: Object) -> Option<Scope> {
    match object {
        Object::Content | Object::AdoptionCase | Object::ContactPoint => Some(Scope::ContentWrite),
        Object::Legislation => Some(Scope::LegislationWrite),
        Object::ApiClient => Some(Scope::AccessAdmin),
        Object::AuditEvent => None,
    }
}

/// Why somebody may not act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// Nobody has signed in.
    SignedOut,
    /// The token lacks a scope.
    Scope(Scope),
    /// The row belongs to another institution, or the institution does not run the programme.
    Institution,
    /// Nobody but the system may.
    Never,
}

/// Whether the principal may write a row of `object` that belongs to the institution `owner`.
///
/// # Errors
/// Why not.
pub fn may_write(principal: &Principal, object: Object, owner: Option<Uuid>) -> Result<(), Denied> {
    let client = match principal {
        Principal::System => return Ok(()),
        Principal::Anonymous => return Err(Denied::SignedOut),
        Principal::Client(client) => client,
    };
    let scope = writing(object).ok_or(Denied::Never)?;
    if !client.scopes.has(scope) {
        return Err(Denied::Scope(scope));
    }
    let allowed = match (object, client.institution.standing) {
        (
            Object::Content
            | Object::Legislation
            | Object::AdoptionCase
            | Object::ContactPoint
            | Object::ApiClient,
            Standing::Operator,
        ) => true,
        (Object::ApiClient, Standing::Partner) => owns(client, owner),
        (
            Object::Content | Object::Legislation | Object::AdoptionCase | Object::ContactPoint,
            Standing::Partner,
        )
        | (Object::AuditEvent, Standing::Operator | Standing::Partner) => false,
    };
    if allowed { Ok(()) } else { Err(Denied::Institution) }
}

fn owns(client: &Client, owner: Option<Uuid>) -> bool {
    owner == Some(client.institution.id)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::DateTime;
    use entity::api_client::RateTier;

    use super::super::principal::{Institution, Scopes, Token};
    use super::*;

    const OWN: Uuid = Uuid::from_u128(1);
    const OTHER: Uuid = Uuid::from_u128(2);

    fn client(standing: Standing, scopes: Scopes) -> Principal {
        Principal::Client(Arc::new(Client {
            id: None,
            client_id: "c".to_owned(),
            institution: Institution { id: OWN, code: "X".to_owned(), standing },
            scopes,
            tier: RateTier::Standard,
            token: Token {
                issuer: String::new(),
                id: String::new(),
                expires_at: DateTime::UNIX_EPOCH,
                generation: 0,
            },
        }))
    }

    /// One scope at a time, all at once, all but one: each object's answer hangs on its own scope alone.
    fn scope_sets() -> Vec<Scopes> {
        let mut sets = vec![Scopes::NONE, Scopes::all()];
        for one in Scope::ALL {
            sets.push([one].into_iter().collect());
            sets.push(Scope::ALL.into_iter().filter(|scope| *scope != one).collect());
        }
        sets
    }

    #[test]
    fn reading_is_decided_for_every_combination() {
        use Object as O;
        // object, everybody, the scope that counts, operator, partner
        let table = [
            (O::Content, Rows::Published, Scope::ProgramRead, Rows::All, Rows::Own(OWN)),
            (O::Legislation, Rows::Published, Scope::ProgramRead, Rows::All, Rows::Own(OWN)),
            (O::AdoptionCase, Rows::Published, Scope::ProgramRead, Rows::All, Rows::Own(OWN)),
            (O::ContactPoint, Rows::None, Scope::ProgramRead, Rows::All, Rows::OnlyOwn(OWN)),
            (O::ApiClient, Rows::None, Scope::AccessAdmin, Rows::All, Rows::OnlyOwn(OWN)),
            (O::AuditEvent, Rows::None, Scope::AuditRead, Rows::All, Rows::OnlyOwn(OWN)),
        ];
        assert_eq!(table.map(|row| row.0), Object::ALL);
        for (object, everybody, scope, operator, partner) in table {
            assert_eq!(rows(&Principal::Anonymous, object), everybody, "{object:?}");
            assert_eq!(rows(&Principal::System, object), Rows::All, "{object:?}");
            for scopes in scope_sets() {
                for (standing, with) in
                    [(Standing::Operator, operator), (Standing::Partner, partner)]
                {
                    let expected = if scopes.has(scope) { with } else { everybody };
                    let seen = rows(&client(standing, scopes), object);
                    assert_eq!(seen, expected, "{object:?} {standing:?} {scopes}");
                }
            }
        }
    }

    #[test]
    fn writing_is_decided_for_every_combination() {
        use Object as O;
        // object, the scope that counts, operator, partner of its own row, partner of another's
        let table = [
            (O::Content, Some(Scope::ContentWrite), true, false, false),
            (O::Legislation, Some(Scope::LegislationWrite), true, false, false),
            (O::AdoptionCase, Some(Scope::ContentWrite), true, false, false),
            (O::ContactPoint, Some(Scope::ContentWrite), true, false, false),
            (O::ApiClient, Some(Scope::AccessAdmin), true, true, false),
            (O::AuditEvent, None, false, false, false),
        ];
        assert_eq!(table.map(|row| row.0), Object::ALL);
        for (object, scope, operator, own, other) in table {
            for (owner, partner) in [(Some(OWN), own), (Some(OTHER), other), (None, other)] {
                assert_eq!(may_write(&Principal::Anonymous, object, owner), Err(Denied::SignedOut));
                assert_eq!(may_write(&Principal::System, object, owner), Ok(()));
                for scopes in scope_sets() {
                    for (standing, with) in
                        [(Standing::Operator, operator), (Standing::Partner, partner)]
                    {
                        let expected = match scope {
                            None => Err(Denied::Never),
                            Some(scope) if !scopes.has(scope) => Err(Denied::Scope(scope)),
                            Some(_) if with => Ok(()),
                            Some(_) => Err(Denied::Institution),
                        };
                        let decided = may_write(&client(standing, scopes), object, owner);
                        assert_eq!(decided, expected, "{object:?} {standing:?} {scopes}");
                    }
                }
            }
        }
    }
}
