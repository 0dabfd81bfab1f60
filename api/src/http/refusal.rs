//! What is wrong with a call, with its status.

use axum::http::StatusCode;
use axum::http::header::{self, HeaderValue};
use axum::response::Response;

use crate::error::{Error, Message};

/// What is wrong with a call, with its status.
#[derive(Debug)]
pub struct Refusal(pub StatusCode, pub Error);

/// What is asked of who has shown no token (RFC 6750 §3): no error, since there was none.
const UNSIGNED: &str = "Bearer realm=\"aiplus\"";
/// What a caller with a bad token is told.
const CHALLENGE: &str = "Bearer realm=\"aiplus\", error=\"invalid_token\"";

/// Headers that belong to an error.
#[derive(Debug, Default)]
pub struct Signs {
    challenge: Option<&'static str>,
    allow: Option<&'static str>,
    retry_after: Option<u64>,
}

impl Signs {
    /// The headers of an error.
    pub fn of(error: &Error) -> Self {
        let (challenge, allow) = match error {
            Error::SignedOut => (Some(UNSIGNED), None),
            Error::Unauthenticated => (Some(CHALLENGE), None),
            Error::MethodNotAllowed { allow } => (None, Some(*allow)),
            _ => (None, None),
        };
        Self { challenge, allow, retry_after: error.retry_after() }
    }

    /// Whether they ask for a token where none was shown.
    pub fn ask_for_token(&self) -> bool {
        self.challenge == Some(UNSIGNED)
    }

    /// Puts them on the answer.
    pub fn put(&self, response: &mut Response) {
        let status = response.status();
        let headers = response.headers_mut();
        if let Some(challenge) = self.challenge.filter(|_| status == StatusCode::UNAUTHORIZED) {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(allow) = self.allow {
            headers.insert(header::ALLOW, HeaderValue::from_static(allow));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if matches!(status, StatusCode::PAYLOAD_TOO_LARGE | StatusCode::REQUEST_TIMEOUT) {
            // What is left of the body is not read, so nothing else can follow on this connection.
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
    }
}

impl Refusal {
    /// The status of an error before execution.
    pub fn status_of(error: &Error) -> StatusCode {
        match error {
            Error::Unauthenticated | Error::SignedOut => StatusCode::UNAUTHORIZED,
            Error::Forbidden(_) | Error::IntrospectionOff | Error::NotTrusted => {
                StatusCode::FORBIDDEN
            }
            Error::NotFound => StatusCode::NOT_FOUND,
            Error::Argument { code, .. } if *code == Error::NotFound.code() => {
                StatusCode::NOT_FOUND
            }
            Error::TooLarge(_) | Error::Argument { code: Error::TOO_LARGE, .. } => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            Error::RateLimited { .. }
            | Error::TooManySubscriptions { .. }
            | Error::TooManyConnections { .. } => StatusCode::TOO_MANY_REQUESTS,
            Error::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Error::Timeout => StatusCode::GATEWAY_TIMEOUT,
            Error::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
            // Clients of automatic persisted queries read the answer's code, and take 200 alone for one.
            Error::PersistedQueryNotFound => StatusCode::OK,
            Error::Parse(_)
            | Error::Validation(_)
            | Error::Input(_)
            | Error::Argument { .. }
            | Error::TooCostly { .. }
            | Error::BadRequest(_)
            | Error::User(_)
            | Error::Conflict => StatusCode::BAD_REQUEST,
        }
    }

    /// 406.
    pub fn not_acceptable() -> Self {
        Self(
            StatusCode::NOT_ACCEPTABLE,
            Error::BadRequest(Message::new(
                "application/graphql-response+json, application/json, text/event-stream만 제공합니다.",
                "Only application/graphql-response+json, application/json and text/event-stream are offered.",
            )),
        )
    }

    /// 405.
    pub fn method_not_allowed(allow: &'static str) -> Self {
        Error::MethodNotAllowed { allow }.into()
    }

    /// 415.
    pub fn unsupported() -> Self {
        Self(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Error::BadRequest(Message::new(
                "Content-Type은 application/json이어야 합니다.",
                "The content type must be application/json.",
            )),
        )
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self(Self::status_of(&error), error)
    }
}
