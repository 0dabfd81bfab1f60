//! What is wrong with a call, with its status.

use axum::http::StatusCode;

use crate::error::{Error, Message};

/// What is wrong with a call, with its status.
#[derive(Debug)]
pub struct Refusal(pub StatusCode, pub Error);

impl Refusal {
    /// The status of an error before execution.
    pub fn status_of(error: &Error) -> StatusCode {
        match error {
            Error::Unauthenticated => StatusCode::UNAUTHORIZED,
            Error::Forbidden(_) | Error::IntrospectionOff | Error::NotTrusted => {
                StatusCode::FORBIDDEN
            }
            Error::NotFound => StatusCode::NOT_FOUND,
            Error::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
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
