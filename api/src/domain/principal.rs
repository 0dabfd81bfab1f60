//! Who is calling, and with which scopes.
//!
//! A scope is what a client may ask for (RFC 6749 §3.3); which rows it then sees or writes is decided by
//! its institution (`access`). To add a scope: a variant, and its line in [`Scope::ALL`] and
//! [`Scope::code`].

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::api_client::RateTier;
use entity::common::Origin;
use uuid::Uuid;

/// What a client may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Read what concerns the programme beyond what is public.
    ProgramRead,
    /// Hand in results of its own institution.
    ResultsSubmit,
    /// Review the results of other institutions.
    ResultsReview,
    /// Write facts, meetings, recommendations and cases.
    ContentWrite,
    /// Write bills and their events.
    LegislationWrite,
    /// Manage clients.
    AccessAdmin,
    /// Read the audit.
    AuditRead,
}

impl Scope {
    /// Every scope, in the order in which they are shown.
    pub const ALL: [Self; 7] = [
        Self::ProgramRead,
        Self::ResultsSubmit,
        Self::ResultsReview,
        Self::ContentWrite,
        Self::LegislationWrite,
        Self::AccessAdmin,
        Self::AuditRead,
    ];

    /// The scope as tokens and settings spell it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ProgramRead => "program:read",
            Self::ResultsSubmit => "results:submit",
            Self::ResultsReview => "results:review",
            Self::ContentWrite => "content:write",
            Self::LegislationWrite => "legislation:write",
            Self::AccessAdmin => "access:admin",
            Self::AuditRead => "audit:read",
        }
    }

    /// The scope of that spelling.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.code() == code)
    }
}

/// A set of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scopes(u8);

impl Scopes {
    /// No scope.
    pub const NONE: Self = Self(0);

    /// Every scope.
    pub fn all() -> Self {
        Scope::ALL.into_iter().collect()
    }

    /// Whether the scope is in the set.
    pub const fn has(self, scope: Scope) -> bool {
        self.0 & (1 << scope as u8) != 0
    }

    /// Scopes in both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether every scope of this set is in the other.
    pub const fn is_within(self, other: Self) -> bool {
        self.0 & other.0 == self.0
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The scopes of the set, in order.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.has(*scope))
    }

    /// Scopes out of a list parted by spaces; those that are unknown are left out.
    pub fn known(text: &str) -> Self {
        text.split(' ').filter_map(Scope::from_code).collect()
    }

    /// Scopes out of a list parted by spaces.
    ///
    /// # Errors
    /// The first word that is no scope.
    pub fn parse(text: &str) -> Result<Self, &str> {
        text.split(' ')
            .filter(|word| !word.is_empty())
            .map(|word| Scope::from_code(word).ok_or(word))
            .collect()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |set, scope| set | (1 << scope as u8)))
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let codes: Vec<&str> = self.iter().map(Scope::code).collect();
        f.write_str(&codes.join(" "))
    }
}

/// What an institution is to the programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Runs the programme: the ministry 중소벤처기업부 and the secretariat 전담기관.
    Operator,
    /// Takes part in it.
    Partner,
}

/// The institution on whose behalf a client acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Institution {
    /// Key of its row.
    pub id: Uuid,
    /// Code, e.g. `TIPA`.
    pub code: String,
    /// What it is to the programme.
    pub standing: Standing,
    /// Whether it leads the programme: the ministry, which alone opens accepted results again and makes a
    /// quarter final.
    pub leads: bool,
}

/// The token with which a client came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its issuer; our own address, or an outside issuer's.
    pub issuer: String,
    /// Its id (`jti`).
    pub id: String,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// Which of its client's generations of tokens it is of.
    pub generation: i32,
}

/// A program that has shown who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Key of its row; none for a client of an outside issuer.
    pub id: Option<Uuid>,
    /// Name in tokens and in the audit.
    pub client_id: String,
    /// On whose behalf it acts.
    pub institution: Institution,
    /// What it may ask for with this token.
    pub scopes: Scopes,
    /// How much it may ask for.
    pub tier: RateTier,
    /// The token.
    pub token: Token,
    /// Origin of what it writes: REPORTED; ILLUSTRATIVE of one that the demonstration makes up.
    pub writes: Origin,
}

/// The caller of a request or the author of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// Nobody has signed in.
    Anonymous,
    /// The system itself: loading the data set, migrations, commands of the operator.
    System,
    /// A client with its token.
    Client(Arc<Client>),
}

impl Principal {
    /// Name under which the audit keeps the caller; never a secret or personal data.
    pub fn actor(&self) -> &str {
        match self {
            Self::Anonymous => "anonymous",
            Self::System => "system",
            Self::Client(client) => &client.client_id,
        }
    }

    /// The client, if one has signed in.
    pub fn client(&self) -> Option<&Client> {
        match self {
            Self::Client(client) => Some(client),
            Self::Anonymous | Self::System => None,
        }
    }
}

/// Who asks or writes, on whose request, from where.
#[derive(Debug, Clone, Copy)]
pub struct Author<'a> {
    /// The caller.
    pub principal: &'a Principal,
    /// The request's id.
    pub request_id: &'a str,
    /// Address of the caller, if there is a connection.
    pub address: Option<&'a str>,
    /// The present time.
    pub now: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn scopes_are_read_and_written_alike() {
        for scope in Scope::ALL {
            assert_eq!(Scope::from_code(scope.code()), Some(scope));
        }
        assert_eq!(Scopes::parse("program:read everything"), Err("everything"));
        assert_eq!(Scopes::known("program:read everything").to_string(), "program:read");
    }

    proptest! {
        #[test]
        fn a_set_survives_its_text(bits in 0_u8..128) {
            let set = Scopes(bits);
            let text = set.to_string();
            prop_assert_eq!(Scopes::parse(&text), Ok(set));
        }
    }
}
