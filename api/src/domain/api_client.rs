//! Clients of the API: what their state allows, and what their fields may hold.

use entity::api_client::{ClientState, RateTier};

use uuid::Uuid;

use super::access::may_act_for;
use super::principal::{Client, Principal, Scopes, Standing};

/// What can be done with a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientAction {
    /// Change its name, scopes, origins or tier.
    Update,
    /// Give it a new secret beside the last one.
    RotateSecret,
    /// Shut it out.
    Disable,
    /// Let it in again.
    Enable,
}

impl ClientAction {
    /// Every action.
    pub const ALL: [Self; 4] = [Self::Update, Self::RotateSecret, Self::Disable, Self::Enable];
}

/// What decides what may be done with a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Whether it may sign in.
    pub state: ClientState,
    /// Whether an operator disabled it.
    pub disabled_by_operator: bool,
    /// Whether its own institution did.
    pub disabled_by_owner: bool,
    /// Scopes that it may ask for.
    pub scopes: Scopes,
    /// Its institution.
    pub owner: Uuid,
}

/// Whether the caller is of an institution that runs the programme, or the machine's own.
pub fn is_operator(principal: &Principal) -> bool {
    match principal {
        Principal::System => true,
        Principal::Anonymous => false,
        Principal::Client(client) => client.institution.standing == Standing::Operator,
    }
}

/// Whether the state of a client allows the action. An operator disables also what its owner has disabled, which
/// then cannot enable it.
pub fn allows(client: &Facts, principal: &Principal, action: ClientAction) -> bool {
    match (client.state, action) {
        (ClientState::Disabled, ClientAction::Disable) => {
            is_operator(principal) && !client.disabled_by_operator
        }
        (
            ClientState::Active,
            ClientAction::Update | ClientAction::RotateSecret | ClientAction::Disable,
        )
        | (ClientState::Disabled, ClientAction::Update | ClientAction::Enable) => true,
        (ClientState::Active, ClientAction::Enable)
        | (ClientState::Disabled, ClientAction::RotateSecret) => false,
    }
}

/// Whether a client may hand out these scopes: one that runs the programme any, a partner's only its own,
/// so that nobody rises by making a client.
pub fn may_grant(grantor: &Client, scopes: Scopes) -> bool {
    match grantor.institution.standing {
        Standing::Operator => true,
        Standing::Partner => scopes.is_within(grantor.scopes),
    }
}

/// Whether a client may give another this tier: more than the usual is for those who run the programme to
/// give, or a partner would set its own limits.
pub fn may_grant_tier(grantor: &Client, tier: RateTier) -> bool {
    match (grantor.institution.standing, tier) {
        (Standing::Operator, RateTier::Standard | RateTier::Elevated)
        | (Standing::Partner, RateTier::Standard) => true,
        (Standing::Partner, RateTier::Elevated) => false,
    }
}

/// Why a caller may not act on a client that its state would let it act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Barred {
    /// The client has scopes that are not the caller's to grant: whoever signs in with it would have them.
    Scopes,
    /// An operator disabled the client.
    ByOperator,
    /// Its own institution disabled it, and no operator.
    ByOwner,
    /// With its secret the caller would act in the name of another institution.
    Separation,
}

/// Whether a caller is barred from an action on a client.
pub fn barred(principal: &Principal, client: &Facts, action: ClientAction) -> Option<Barred> {
    let Principal::Client(caller) = principal else { return None };
    let is_own = caller.institution.id == client.owner;
    match action {
        ClientAction::Enable if !is_operator(principal) && client.disabled_by_operator => {
            Some(Barred::ByOperator)
        }
        ClientAction::Enable if !is_own && !client.disabled_by_operator => Some(Barred::ByOwner),
        ClientAction::Enable | ClientAction::RotateSecret if !may_grant(caller, client.scopes) => {
            Some(Barred::Scopes)
        }
        ClientAction::RotateSecret if !may_act_for(principal, client.owner, client.scopes) => {
            Some(Barred::Separation)
        }
        ClientAction::Enable
        | ClientAction::RotateSecret
        | ClientAction::Update
        | ClientAction::Disable => None,
    }
}

/// Longest name, in characters.
pub const MAX_NAME: usize = 100;
/// Most origins of a client.
pub const MAX_ORIGINS: usize = 10;

/// Whether a name can be shown in a list: some text on one line.
pub fn is_name(name: &str) -> bool {
    !name.trim().is_empty()
        && name.chars().count() <= MAX_NAME
        && !name.chars().any(char::is_control)
}

/// Whether a text is an origin as browsers send it (RFC 6454 §6.2): scheme, host, port unless it is the
/// scheme's own, nothing else.
pub fn is_origin(text: &str) -> bool {
    let Some((scheme, place)) = text.split_once("://") else { return false };
    let own = match scheme {
        "http" => "80",
        "https" => "443",
        _ => return false,
    };
    // The colons of an IPv6 address stand in brackets.
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (place, None),
    };
    let is_port = |port: &str| {
        port != own
            && !port.starts_with('0')
            && !port.starts_with('+')
            && port.parse::<u16>().is_ok()
    };
    is_host(host) && port.is_none_or(is_port)
}

/// Whether a text is a name, an IPv4 address, or an IPv6 address in brackets, in small letters.
fn is_host(text: &str) -> bool {
    if let Some(address) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        return address.parse::<std::net::Ipv6Addr>().is_ok_and(|read| read.to_string() == address);
    }
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    text.len() <= 200 && text.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_answers_every_action() {
        use ClientAction as A;
        // state, by an operator, by its owner, what is allowed to others and to operators
        let table = [
            (ClientState::Active, false, false, [true, true, true, false], true),
            (ClientState::Disabled, false, true, [true, false, false, true], true),
            (ClientState::Disabled, true, false, [true, false, false, true], false),
            (ClientState::Disabled, true, true, [true, false, false, true], false),
        ];
        for (state, disabled_by_operator, disabled_by_owner, answers, operator_disables) in table {
            let facts = Facts {
                state,
                disabled_by_operator,
                disabled_by_owner,
                scopes: Scopes::NONE,
                owner: Uuid::nil(),
            };
            let seen = |principal| {
                [A::Update, A::RotateSecret, A::Disable, A::Enable]
                    .map(|action| allows(&facts, principal, action))
            };
            assert_eq!(seen(&Principal::Anonymous), answers, "{facts:?}");
            let mut operator = answers;
            operator[2] = operator_disables;
            assert_eq!(seen(&Principal::System), operator, "{facts:?}");
        }
        assert_eq!(A::ALL.len(), 4);
    }

    #[test]
    fn names_and_origins() {
        for (name, fits) in [
            ("통계 대시보드", true),
            ("", false),
            ("  ", false),
            ("a\nb", false),
            (&"가".repeat(100), true),
            (&"가".repeat(101), false),
        ] {
            assert_eq!(is_name(name), fits, "{name}");
        }
        for (origin, fits) in [
            ("https://dash.example.kr", true),
            ("http://localhost:3000", true),
            ("http://[::1]:3000", true),
            ("https://dash.example.kr/", false),
            ("https://Dash.example.kr", false),
            ("https://", false),
            ("*", false),
            ("null", false),
            ("ftp://dash.example.kr", false),
            ("https://a b", false),
            ("https://dash.example.kr:8443", true),
            ("https://10.0.0.1", true),
            ("http://[2001:db8::1]", true),
            ("https://dash.example.kr:443", false),
            ("http://dash.example.kr:443", true),
            ("https://dash.example.kr:", false),
            ("https://dash.example.kr:port", false),
            ("https://dash.example.kr:70000", false),
            ("https://dash..example.kr", false),
            ("https://-dash.example.kr", false),
            ("https://:::", false),
            ("http://[::1", false),
            ("http://[::1]x", false),
            ("https://한글.kr", false),
        ] {
            assert_eq!(is_origin(origin), fits, "{origin}");
        }
    }
}
