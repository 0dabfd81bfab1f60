//! Which web pages of other origins may call the API: those that the operator lists, and those that an
//! active client lists. Credentials of the browser (cookies) are used nowhere, so none are allowed.

use std::time::Duration;

use axum::http::header::{
    ACCEPT, ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_TYPE, ETAG,
    HeaderName, HeaderValue, IF_MATCH, IF_NONE_MATCH, IF_RANGE, LOCATION, RANGE, RETRY_AFTER,
};
use axum::http::{Method, request};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::Shared;
use super::headers::{POSITION, REQUEST_ID};
use crate::error::Error;
use crate::service::api_client;

/// Whether pages of the origin may call.
pub async fn allows(shared: &Shared, origin: &HeaderValue) -> bool {
    let Ok(origin) = origin.to_str() else { return false };
    if shared.settings.cors_origins.iter().any(|allowed| allowed == origin) {
        return true;
    }
    let app = &shared.app;
    match app.pulse().during(api_client::allows_origin(&app.db, origin)).await {
        Ok(allowed) => allowed,
        Err(Error::Unavailable { .. }) => false,
        Err(error) => {
            tracing::error!(error.cause = %error, "cors.unknown");
            false
        }
    }
}

/// Answers preflights and marks the answers to pages that are allowed.
pub fn layer(shared: Shared) -> CorsLayer {
    let allowed = AllowOrigin::async_predicate(move |origin: HeaderValue, _: &request::Parts| {
        let shared = shared.clone();
        async move { allows(&shared, &origin).await }
    });
    CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::GET, Method::POST, Method::PUT])
        .allow_headers([
            AUTHORIZATION,
            CONTENT_TYPE,
            ACCEPT,
            ACCEPT_LANGUAGE,
            IF_MATCH,
            IF_NONE_MATCH,
            IF_RANGE,
            RANGE,
            HeaderName::from_static("idempotency-key"),
            REQUEST_ID,
            POSITION,
        ])
        .expose_headers([
            CONTENT_DISPOSITION,
            CONTENT_RANGE,
            ETAG,
            LOCATION,
            REQUEST_ID,
            POSITION,
            RETRY_AFTER,
            HeaderName::from_static("ratelimit"),
            HeaderName::from_static("ratelimit-policy"),
        ])
        .max_age(Duration::from_secs(600))
}
