//! Who calls, from where, in which language, under which request id.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, HeaderName};
use axum::http::request::Parts;
use chrono::{DateTime, SubsecRound as _, Utc};
use ipnet::IpNet;
use uuid::Uuid;

use super::headers::{RequestId, language};
use super::unsent::Unsent;
use super::{Shared, limiter};
use crate::domain::principal::{Author, Principal};
use crate::domain::rate::{Allowance, Who};
use crate::error::{Error, Language};
use crate::graphql::engine::Call;
use crate::service::audit::RATE_LIMIT;
use crate::service::ledger::Event;
use crate::service::submission::file::UPLOAD;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The other end of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// A caller.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who it is.
    pub principal: Principal,
    /// Where it calls from.
    pub address: Option<IpAddr>,
    /// The address as text.
    shown_address: Option<String>,
    /// Id of the request.
    pub request_id: String,
    /// Language of sentences.
    pub language: Language,
    /// Its connection, if there is one.
    pub connection: Option<Arc<Unsent>>,
    /// What it may still ask for, once it has asked, if that is limited: the client, or the address of who has
    /// not signed in.
    pub allowance: Option<Allowance>,
}

impl Caller {
    /// The caller of a request, before it has shown who it is.
    pub fn of(shared: &Shared, parts: &Parts) -> Self {
        let address = address(shared, parts);
        let request_id = parts.extensions.get::<RequestId>();
        Self {
            principal: Principal::Anonymous,
            address,
            shown_address: address.map(|address| address.to_string()),
            request_id: request_id.map(|id| id.0.clone()).unwrap_or_default(),
            language: language(&parts.headers),
            connection: parts.extensions.get::<Arc<Unsent>>().cloned(),
            allowance: None,
        }
    }

    /// The caller as the author of what it does at this moment.
    pub fn author(&self, now: DateTime<Utc>) -> Author<'_> {
        Author {
            principal: &self.principal,
            request_id: &self.request_id,
            address: self.shown_address.as_deref(),
            // Databases keep microseconds; what is put on record must be what they keep.
            now: now.trunc_subsecs(6),
        }
    }

    /// The caller's call of the engine.
    pub fn call(&self, now: DateTime<Utc>) -> Call<'_> {
        Call { author: self.author(now), language: self.language, allowance: self.allowance }
    }

    /// Lets the caller show who it is by its headers, and asks whether it may call now.
    ///
    /// # Errors
    /// Unauthenticated; rate limited; internal.
    pub async fn sign_in(&mut self, shared: &Shared, parts: &Parts) -> Result<(), Error> {
        let token = match bearer(&parts.headers) {
            // A token in an address ends up in logs and histories, so it is no token here.
            _ if asks_in_query(parts.uri.query()) => Err(Error::Unauthenticated),
            given => given,
        };
        self.take_token(shared, token).await
    }

    /// Takes the token of a header or of a message.
    ///
    /// # Errors
    /// Unauthenticated; rate limited; internal.
    pub async fn take_token(
        &mut self,
        shared: &Shared,
        token: Result<Option<&str>, Error>,
    ) -> Result<(), Error> {
        let now = Utc::now();
        let signed_in = match token {
            Ok(None) => return Ok(()),
            Ok(Some(token)) => {
                let app = &shared.app;
                app.pulse().during(app.access.authenticate(&app.db, token, now)).await
            }
            Err(error) => Err(error),
        };
        match signed_in {
            Ok(principal) => {
                tracing::Span::current().record("client", principal.actor());
                self.principal = principal;
                self.allowance = None;
            }
            Err(error) => {
                if matches!(error, Error::Unauthenticated) {
                    self.refuse(shared, "token.refuse", &error);
                }
                return Err(error);
            }
        }
        self.may_ask(shared)
    }

    /// The caller as it is counted.
    pub fn who(&self) -> Who {
        Who::of(&self.principal, self.address)
    }

    /// Its institution, if it has signed in for one.
    pub fn institution(&self) -> Option<Uuid> {
        self.principal.client().map(|client| client.institution.id)
    }

    /// Draws one request from the client's bucket, or from that of the address of who has not signed in.
    ///
    /// # Errors
    /// Rate limited.
    pub fn may_ask(&mut self, shared: &Shared) -> Result<(), Error> {
        self.allowance = shared.limiter.ask(&self.principal, self.address, Instant::now());
        match self.allowance {
            Some(Allowance { retry_after, .. }) if retry_after > 0 => {
                let error = Error::RateLimited { retry_after: retry_after.into() };
                self.refuse(shared, RATE_LIMIT, &error);
                Err(error)
            }
            _ => Ok(()),
        }
    }

    /// Tells it what it may still ask for.
    pub fn tell(&self, headers: &mut HeaderMap) {
        let policy = if self.principal.client().is_some() { "client" } else { "address-cost" };
        if let Some(allowance) = &self.allowance {
            limiter::tell(headers, policy, allowance);
        }
    }

    /// Puts a refusal on record, without waiting for it.
    pub fn refuse(&self, shared: &Shared, action: &'static str, error: &Error) {
        self.refuse_for(shared, action, error.code());
    }

    /// Puts on record why an upload was refused, and of which submission of which institution, if it got so far.
    pub fn refuse_upload(&self, shared: &Shared, reason: &str, of: Option<(Uuid, Uuid)>) {
        let event = Event {
            action: UPLOAD,
            subject_type: of.map_or("", |_| "Submission"),
            subject_id: of.map(|(id, _)| id),
            institution_id: of.map(|(_, institution)| institution),
            refused: Some(reason.to_owned()),
            ..Event::default()
        };
        shared.app.engine.backlog.push(self.author(Utc::now()), event);
    }

    /// Puts a refusal on record that has a reason of its own.
    pub fn refuse_for(&self, shared: &Shared, action: &'static str, reason: &str) {
        let event = Event { action, refused: Some(reason.to_owned()), ..Event::default() };
        shared.app.engine.backlog.push(self.author(Utc::now()), event);
    }
}

/// The bearer token of a request; none if it brings no credentials.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Error> {
    let mut given = headers.get_all(AUTHORIZATION).iter();
    match (given.next(), given.next()) {
        (None, _) => Ok(None),
        (Some(one), None) => {
            one.to_str().ok().and_then(token_of).map(Some).ok_or(Error::Unauthenticated)
        }
        // Which of two counts is a matter of taste, and tastes differ between proxies and servers.
        (Some(_), Some(_)) => Err(Error::Unauthenticated),
    }
}

/// The token of `Bearer TOKEN` (RFC 6750 §2.1).
pub fn token_of(credentials: &str) -> Option<&str> {
    let (scheme, token) = credentials.split_once(' ')?;
    let token = token.trim_start_matches(' ');
    let is_token = !token.is_empty()
        && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte));
    (scheme.eq_ignore_ascii_case("bearer") && is_token).then_some(token)
}

fn asks_in_query(query: Option<&str>) -> bool {
    form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .any(|(name, _)| matches!(&*name, "access_token" | "token" | "authorization"))
}

/// Where a request comes from: the peer, or what a proxy that is trusted says of it. Each proxy adds the
/// address it sees at the end, so the last one that is no trusted proxy counts.
fn address(shared: &Shared, parts: &Parts) -> Option<IpAddr> {
    let Peer(peer) = parts.extensions.get::<Peer>()?;
    let peer = peer.ip().to_canonical();
    let trusted = &shared.settings.trusted_proxies;
    if !is_in(trusted, peer) {
        return Some(peer);
    }
    let forwarded: Vec<&str> = parts
        .headers
        .get_all(FORWARDED_FOR)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    let mut seen = peer;
    for hop in forwarded.iter().rev() {
        let Ok(address) = hop.trim().parse::<IpAddr>() else { break };
        seen = address.to_canonical();
        if !is_in(trusted, seen) {
            break;
        }
    }
    Some(seen)
}

/// Whether an address is in one of the networks.
pub fn is_in(networks: &[IpNet], address: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(&address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_bearer_token_is_a_token() {
        for (given, expected) in [
            ("Bearer abc", Some("abc")),
            ("bearer  a.b-c_d", Some("a.b-c_d")),
            ("Bearer", None),
            ("Bearer ", None),
            ("Bearer a b", None),
            ("Bearer a,b", None),
            ("Basic abc", None),
            ("abc", None),
            ("Bearer ü", None),
        ] {
            assert_eq!(token_of(given), expected, "{given}");
        }
    }
}
