//! The access policy: principal × action × object × state, in one place, denying by default.
//!
//! Reading is decided here as a set of rows ([`rows`]); `read::scope` turns the set into a condition
//! that is part of every statement. Acting is decided by [`may`]; whether the state of the row allows
//! it as well is the feature's own rule (`domain::api_client`). A scope is necessary and never
//! sufficient: the institution decides the rows. To add an object: a variant of [`Object`], a line in
//! each match, and its rows in the table tests below.

use uuid::Uuid;

use super::principal::{Client, Principal, Scope, Scopes, Standing};

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
    /// Contact points of public service desks, printed for the public.
    ServiceDesk,
    /// Clients of the API.
    ApiClient,
    /// The audit.
    AuditEvent,
    /// Programmes with their indicators, rules, obligations and reporting periods.
    Programme,
    /// Submissions with their values, revisions, comments and extensions.
    Result,
    /// Recommendations with all that comes of them, and opinion rounds; read as [`Object::Content`].
    Recommendation,
    /// What an institution says of itself: its profile, names and posts; read as [`Object::Content`].
    Profile,
}

impl Object {
    /// Every object.
    pub const ALL: [Self; 11] = [
        Self::Content,
        Self::Legislation,
        Self::AdoptionCase,
        Self::ContactPoint,
        Self::ServiceDesk,
        Self::ApiClient,
        Self::AuditEvent,
        Self::Programme,
        Self::Result,
        Self::Recommendation,
        Self::Profile,
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
    let standing = client.institution.standing;
    if !reading(object, standing).iter().any(|scope| client.scopes.has(*scope)) {
        return public(object);
    }
    match (object, standing) {
        (
            Object::Content
            | Object::Legislation
            | Object::AdoptionCase
            | Object::ContactPoint
            | Object::ServiceDesk
            | Object::ApiClient
            | Object::AuditEvent
            | Object::Programme
            | Object::Recommendation
            | Object::Profile,
            Standing::Operator,
        ) => Rows::All,
        // Who hands in results only sees its own, whoever it is.
        (Object::Result, Standing::Operator)
            if [Scope::ProgramRead, Scope::ResultsReview]
                .iter()
                .any(|scope| client.scopes.has(*scope)) =>
        {
            Rows::All
        }
        (
            Object::Content
            | Object::Legislation
            | Object::AdoptionCase
            | Object::ServiceDesk
            | Object::Programme
            | Object::Recommendation
            | Object::Profile,
            Standing::Partner,
        ) => Rows::Own(client.institution.id),
        (Object::Result, Standing::Operator)
        | (
            Object::ContactPoint | Object::ApiClient | Object::AuditEvent | Object::Result,
            Standing::Partner,
        ) => Rows::OnlyOwn(client.institution.id),
    }
}

/// What everybody sees.
fn public(object: Object) -> Rows {
    match object {
        Object::Content
        | Object::Legislation
        | Object::AdoptionCase
        | Object::ServiceDesk
        | Object::Programme
        | Object::Recommendation
        | Object::Profile => Rows::Published,
        Object::ContactPoint | Object::ApiClient | Object::AuditEvent | Object::Result => {
            Rows::None
        }
    }
}

/// The scopes without any of which a client sees no more than everybody.
fn reading(object: Object, standing: Standing) -> &'static [Scope] {
    match (object, standing) {
        (
            Object::Content
            | Object::Legislation
            | Object::AdoptionCase
            | Object::ContactPoint
            | Object::ServiceDesk
            | Object::Programme
            | Object::Recommendation
            | Object::Profile,
            Standing::Operator | Standing::Partner,
        ) => &[Scope::ProgramRead],
        (Object::ApiClient, Standing::Operator | Standing::Partner) => &[Scope::AccessAdmin],
        (Object::AuditEvent, Standing::Operator | Standing::Partner) => &[Scope::AuditRead],
        (Object::Result, Standing::Operator) => {
            &[Scope::ProgramRead, Scope::ResultsSubmit, Scope::ResultsReview]
        }
        // Reviewing is the programme's: a partner that may review by mistake gains nothing by it.
        (Object::Result, Standing::Partner) => &[Scope::ProgramRead, Scope::ResultsSubmit],
    }
}

/// The scopes with any of which a client writes; none where nobody but the system does.
fn writing(object: Object) -> &'static [Scope] {
    match object {
        Object::Content
        | Object::AdoptionCase
        | Object::ContactPoint
        | Object::ServiceDesk
        | Object::Recommendation
        | Object::Profile => &[Scope::ContentWrite],
        Object::Legislation => &[Scope::LegislationWrite],
        Object::ApiClient => &[Scope::AccessAdmin],
        Object::Programme => &[Scope::ResultsReview],
        Object::Result => &[Scope::ResultsSubmit, Scope::ResultsReview],
        Object::AuditEvent => &[],
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
    let scopes = writing(object);
    let first = *scopes.first().ok_or(Denied::Never)?;
    if !scopes.iter().any(|scope| client.scopes.has(*scope)) {
        return Err(Denied::Scope(first));
    }
    let allowed = match (object, client.institution.standing) {
        (
            Object::Content
            | Object::Legislation
            | Object::AdoptionCase
            | Object::ContactPoint
            | Object::ServiceDesk
            | Object::ApiClient
            | Object::Programme
            | Object::Recommendation
            | Object::Profile,
            Standing::Operator,
        ) => true,
        // Who of them may do what with a recommendation is decided verb by verb ([`may_take`]).
        (
            Object::ApiClient
            | Object::AdoptionCase
            | Object::Recommendation
            | Object::Profile
            | Object::ContactPoint,
            Standing::Partner,
        ) => owns(client, owner),
        // Its own with the one scope, those of all others with the other; who of them may do what, and
        // that nobody reviews its own, is decided verb by verb (`domain::submission`).
        (Object::Result, standing) => {
            (client.scopes.has(Scope::ResultsSubmit) && owns(client, owner))
                || (client.scopes.has(Scope::ResultsReview) && standing == Standing::Operator)
        }
        (
            Object::Content | Object::Legislation | Object::ServiceDesk | Object::Programme,
            Standing::Partner,
        )
        | (Object::AuditEvent, Standing::Operator | Standing::Partner) => false,
    };
    if allowed { Ok(()) } else { Err(Denied::Institution) }
}

/// What somebody needs for what it sets out to do, before it is known with which row. It is asked ([`may_begin`]) and
/// told ([`Needs::sentence`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// To write a row of an object.
    Write(Object),
    /// To hand in results.
    Submit,
    /// To review results.
    Review,
    /// To do what the ministry alone does with results.
    Lead,
    /// To write a case of one's own institution.
    OwnCase,
    /// To decide on cases of other institutions.
    DecideCase,
    /// To withdraw a case.
    WithdrawCase,
    /// To write what an institution says of itself.
    OwnProfile,
    /// To raise a recommendation.
    Raise,
    /// To do with a recommendation what is a part of the loop.
    Take(Part),
}

/// What an institution is to a recommendation or an opinion round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// It is addressed to it; an operator acts on behalf of one that has no account.
    Addressee,
    /// It has raised it, or recorded it for who has.
    Originator,
    /// It is asked in an opinion round; an operator acts on behalf of one that has no account.
    Invited,
}

impl Needs {
    /// What it needs, as descriptions tell it.
    pub fn sentence(self) -> String {
        let scopes = |object| {
            let codes = writing(object).iter().map(|scope| format!("`{}`", scope.code()));
            codes.collect::<Vec<_>>().join(" or ")
        };
        match self {
            Self::Write(Object::ApiClient) => format!("Requires {}.", scopes(Object::ApiClient)),
            Self::Write(object) => format!("Requires {} of an operator.", scopes(object)),
            Self::Submit => "Requires `results:submit` of the reporting institution.".to_owned(),
            Self::Review => {
                "Requires `results:review` of an operator other than the reporting institution."
                    .to_owned()
            }
            Self::Lead => "Requires `results:review` of the ministry.".to_owned(),
            Self::OwnCase => "Requires `content:write` of the case's institution.".to_owned(),
            Self::DecideCase => {
                "Requires `content:write` of an operator other than the case's institution."
                    .to_owned()
            }
            Self::WithdrawCase => {
                "Requires `content:write` of the case's institution or of an operator.".to_owned()
            }
            Self::OwnProfile => {
                "Requires `content:write` of the institution itself or of an operator.".to_owned()
            }
            Self::Raise => {
                "Requires `content:write`; a partner raises in its own name or from its intake desk."
                    .to_owned()
            }
            Self::Take(Part::Addressee) => {
                "Requires `content:write` of the addressee, or of an operator on its behalf."
                    .to_owned()
            }
            Self::Take(Part::Originator) => {
                "Requires `content:write` of the institution that raised it.".to_owned()
            }
            Self::Take(Part::Invited) => {
                "Requires `content:write` of the invited institution, or of an operator on its behalf."
                    .to_owned()
            }
        }
    }
}

impl From<Object> for Needs {
    fn from(object: Object) -> Self {
        Self::Write(object)
    }
}

/// Why the principal may do it with no row, whichever it is: it shows no token, or one without a scope for it, or of
/// an institution that never may. Asked before anything is read of what it wants.
///
/// # Errors
/// Why not.
pub fn may_begin(principal: &Principal, needs: Needs) -> Result<(), Denied> {
    let client = principal.client();
    // If not with a row of its own, then with none.
    let write = |object| may_write(principal, object, client.map(|client| client.institution.id));
    match needs {
        Needs::Write(object) => write(object),
        Needs::Submit => match client {
            Some(client) if !client.scopes.has(Scope::ResultsSubmit) => {
                Err(Denied::Scope(Scope::ResultsSubmit))
            }
            _ => write(Object::Result),
        },
        Needs::Review => write(Object::Programme),
        Needs::Lead => match client {
            Some(client) if !client.institution.leads => {
                write(Object::Programme).and(Err(Denied::Institution))
            }
            _ => write(Object::Programme),
        },
        Needs::OwnCase | Needs::WithdrawCase => write(Object::AdoptionCase),
        Needs::DecideCase => write(Object::Content),
        Needs::OwnProfile => write(Object::Profile),
        Needs::Raise | Needs::Take(_) => write(Object::Recommendation),
    }
}

/// Whether the principal may act on a recommendation as `part`, which is the institution's.
///
/// # Errors
/// Why not.
pub fn may_take(
    principal: &Principal,
    part: Part,
    institution: Option<Uuid>,
) -> Result<(), Denied> {
    may_write(principal, Object::Recommendation, institution)?;
    match (part, principal.client()) {
        // Nobody rates or withdraws for another.
        (Part::Originator, Some(client)) if !owns(client, institution) => Err(Denied::Institution),
        (Part::Originator | Part::Addressee | Part::Invited, _) => Ok(()),
    }
}

/// Why the principal sees no row of `object`, whichever it is: an empty list would tell it that there are
/// none.
///
/// # Errors
/// Why not.
pub fn may_ask(principal: &Principal, object: Object) -> Result<(), Denied> {
    if rows(principal, object) != Rows::None {
        return Ok(());
    }
    let scopes = principal.client().map(|client| reading(object, client.institution.standing));
    Err(match scopes {
        None => Denied::SignedOut,
        Some(scopes) => scopes.first().map_or(Denied::Never, |scope| Denied::Scope(*scope)),
    })
}

/// Scopes with which a client acts in the name of its institution; the others read.
const ACTING: [Scope; 5] = [
    Scope::ResultsSubmit,
    Scope::ResultsReview,
    Scope::ContentWrite,
    Scope::LegislationWrite,
    Scope::AccessAdmin,
];

/// Whether a client with these scopes acts in the name of its institution.
pub fn acts(scopes: Scopes) -> bool {
    ACTING.into_iter().any(|scope| scopes.has(scope))
}

/// Whether the principal may have a secret made for a client of `owner` with these scopes, or give them to it. Nobody
/// acts in the name of another institution, above all of one that it reviews or is reviewed by; the command line is
/// the machine's own.
pub fn may_act_for(principal: &Principal, owner: Uuid, scopes: Scopes) -> bool {
    match principal {
        Principal::System => true,
        Principal::Anonymous => false,
        Principal::Client(client) => owns(client, Some(owner)) || !acts(scopes),
    }
}

/// Whether the principal is told which clients of other institutions act, and from where: those who run the programme
/// are. A partner learns what was done with what is its own, and on behalf of which institution.
pub fn knows_others(principal: &Principal) -> bool {
    match principal {
        Principal::System => true,
        Principal::Anonymous => false,
        Principal::Client(client) => client.institution.standing == Standing::Operator,
    }
}

fn owns(client: &Client, owner: Option<Uuid>) -> bool {
    owner == Some(client.institution.id)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::DateTime;
    use entity::api_client::RateTier;

    use super::super::principal::{Institution, Token};
    use super::*;

    const OWN: Uuid = Uuid::from_u128(1);
    const OTHER: Uuid = Uuid::from_u128(2);

    fn client(standing: Standing, scopes: Scopes) -> Principal {
        Principal::Client(Arc::new(Client {
            id: None,
            client_id: "c".to_owned(),
            institution: Institution { id: OWN, code: "X".to_owned(), standing, leads: false },
            scopes,
            tier: RateTier::Standard,
            token: Token {
                issuer: String::new(),
                id: String::new(),
                expires_at: DateTime::UNIX_EPOCH,
                generation: 0,
            },
            writes: entity::common::Origin::Reported,
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
        // object, everybody, operator's scopes and rows, partner's scopes and rows
        let table = [
            (O::Content, Rows::Published, vec![Scope::ProgramRead], Rows::Own(OWN)),
            (O::Legislation, Rows::Published, vec![Scope::ProgramRead], Rows::Own(OWN)),
            (O::AdoptionCase, Rows::Published, vec![Scope::ProgramRead], Rows::Own(OWN)),
            (O::ContactPoint, Rows::None, vec![Scope::ProgramRead], Rows::OnlyOwn(OWN)),
            (O::ServiceDesk, Rows::Published, vec![Scope::ProgramRead], Rows::Own(OWN)),
            (O::ApiClient, Rows::None, vec![Scope::AccessAdmin], Rows::OnlyOwn(OWN)),
            (O::AuditEvent, Rows::None, vec![Scope::AuditRead], Rows::OnlyOwn(OWN)),
            (O::Programme, Rows::Published, vec![Scope::ProgramRead], Rows::Own(OWN)),
            (O::Recommendation, Rows::Published, vec![Scope::ProgramRead], Rows::Own(OWN)),
        ];
        for (object, everybody, opens, partner) in table {
            assert_eq!(rows(&Principal::Anonymous, object), everybody, "{object:?}");
            assert_eq!(rows(&Principal::System, object), Rows::All, "{object:?}");
            for scopes in scope_sets() {
                for (standing, with) in
                    [(Standing::Operator, Rows::All), (Standing::Partner, partner)]
                {
                    let open = opens.iter().any(|scope| scopes.has(*scope));
                    let expected = if open { with } else { everybody };
                    let seen = rows(&client(standing, scopes), object);
                    assert_eq!(seen, expected, "{object:?} {standing:?} {scopes}");
                }
            }
        }
    }

    #[test]
    fn results_are_seen_by_who_reviews_and_by_who_handed_them_in() {
        use Scope::{ProgramRead, ResultsReview, ResultsSubmit};
        assert_eq!(rows(&Principal::Anonymous, Object::Result), Rows::None);
        assert_eq!(rows(&Principal::System, Object::Result), Rows::All);
        for scopes in scope_sets() {
            let [read, submit, review] =
                [ProgramRead, ResultsSubmit, ResultsReview].map(|scope| scopes.has(scope));
            let operator = rows(&client(Standing::Operator, scopes), Object::Result);
            let partner = rows(&client(Standing::Partner, scopes), Object::Result);
            let expected = match (read || review, submit) {
                (true, _) => Rows::All,
                (false, true) => Rows::OnlyOwn(OWN),
                (false, false) => Rows::None,
            };
            assert_eq!(operator, expected, "{scopes}");
            let expected = if read || submit { Rows::OnlyOwn(OWN) } else { Rows::None };
            assert_eq!(partner, expected, "{scopes}");
        }
    }

    #[test]
    fn writing_is_decided_for_every_combination() {
        use Object as O;
        // object, the scope that counts, operator, partner of its own row, partner of another's
        let table = [
            (O::Content, Some(Scope::ContentWrite), true, false, false),
            (O::Legislation, Some(Scope::LegislationWrite), true, false, false),
            (O::AdoptionCase, Some(Scope::ContentWrite), true, true, false),
            (O::ContactPoint, Some(Scope::ContentWrite), true, true, false),
            (O::ServiceDesk, Some(Scope::ContentWrite), true, false, false),
            (O::ApiClient, Some(Scope::AccessAdmin), true, true, false),
            (O::AuditEvent, None, false, false, false),
            (O::Programme, Some(Scope::ResultsReview), true, false, false),
            (O::Recommendation, Some(Scope::ContentWrite), true, true, false),
            (O::Profile, Some(Scope::ContentWrite), true, true, false),
        ];
        let all = Object::ALL.into_iter().filter(|object| *object != O::Result);
        assert!(table.iter().map(|row| row.0).eq(all));
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

    #[test]
    fn a_part_in_the_loop_is_taken_by_whose_it_is() {
        let needed = Err(Denied::Scope(Scope::ContentWrite));
        let stranger = Err(Denied::Institution);
        for (institution, own) in [(Some(OWN), true), (Some(OTHER), false), (None, false)] {
            for part in [Part::Addressee, Part::Originator, Part::Invited] {
                let denied = may_take(&Principal::Anonymous, part, institution);
                assert_eq!(denied, Err(Denied::SignedOut));
                for scopes in scope_sets() {
                    for standing in [Standing::Operator, Standing::Partner] {
                        let for_others = part != Part::Originator && standing == Standing::Operator;
                        let expected = match scopes.has(Scope::ContentWrite) {
                            false => needed,
                            true if own || for_others => Ok(()),
                            true => stranger,
                        };
                        let decided = may_take(&client(standing, scopes), part, institution);
                        assert_eq!(decided, expected, "{part:?} {standing:?} {scopes}");
                        let begun = may_begin(&client(standing, scopes), Needs::Take(part));
                        assert_eq!(begun.is_ok(), scopes.has(Scope::ContentWrite));
                    }
                }
            }
        }
    }

    #[test]
    fn nobody_acts_in_the_name_of_another_institution() {
        use Scope as S;
        let table = [
            (S::ProgramRead, true),
            (S::AuditRead, true),
            (S::ResultsSubmit, false),
            (S::ResultsReview, false),
            (S::ContentWrite, false),
            (S::LegislationWrite, false),
            (S::AccessAdmin, false),
        ];
        assert_eq!(table.map(|(scope, _)| scope).len(), S::ALL.len());
        for standing in [Standing::Operator, Standing::Partner] {
            let caller = client(standing, Scopes::all());
            for (scope, reads) in table {
                let with = |scopes: &[Scope]| scopes.iter().copied().collect::<Scopes>();
                for scopes in [with(&[scope]), with(&[scope, S::ProgramRead])] {
                    assert!(may_act_for(&caller, OWN, scopes));
                    assert_eq!(may_act_for(&caller, OTHER, scopes), reads, "{scopes}");
                    assert!(may_act_for(&Principal::System, OTHER, scopes));
                    assert!(!may_act_for(&Principal::Anonymous, OWN, scopes));
                }
            }
        }
    }

    #[test]
    fn results_are_written_by_who_owns_them_and_by_who_reviews() {
        for (owner, own) in [(Some(OWN), true), (Some(OTHER), false), (None, false)] {
            let denied = may_write(&Principal::Anonymous, Object::Result, owner);
            assert_eq!(denied, Err(Denied::SignedOut));
            assert_eq!(may_write(&Principal::System, Object::Result, owner), Ok(()));
            for scopes in scope_sets() {
                let (submit, review) =
                    (scopes.has(Scope::ResultsSubmit), scopes.has(Scope::ResultsReview));
                for standing in [Standing::Operator, Standing::Partner] {
                    let operator = standing == Standing::Operator;
                    let expected = if !submit && !review {
                        Err(Denied::Scope(Scope::ResultsSubmit))
                    } else if (submit && own) || (review && operator) {
                        Ok(())
                    } else {
                        Err(Denied::Institution)
                    };
                    let decided = may_write(&client(standing, scopes), Object::Result, owner);
                    assert_eq!(decided, expected, "{standing:?} {scopes}");
                }
            }
        }
    }
}
