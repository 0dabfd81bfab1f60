//! GraphiQL out of the binary: nothing is fetched from elsewhere.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::Shared;

mod assets {
    include!(concat!(env!("OUT_DIR"), "/web_assets.rs"));
}

fn find(path: &str) -> Option<Response> {
    let (_, kind, bytes) = assets::WEB_ASSETS.iter().find(|(name, ..)| *name == path)?;
    // Names below `assets/` hold a hash of the content.
    let caching = if path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    Some(
        ([(header::CONTENT_TYPE, *kind), (header::CACHE_CONTROL, caching)], *bytes).into_response(),
    )
}

fn off() -> Response {
    (StatusCode::NOT_FOUND, "GraphiQL is switched off (AIPLUS_GRAPHIQL).\n").into_response()
}

/// The page.
pub async fn page(State(shared): State<Shared>) -> Response {
    if !shared.settings.graphiql {
        return off();
    }
    find("index.html").unwrap_or_else(|| {
        let problem = assets::WEB_PROBLEM.unwrap_or("The page was left out of this build (AIPLUS_WEB=skip).");
        let page = format!(
            "<!doctype html><html lang=\"ko\"><meta charset=\"utf-8\"><title>GraphiQL</title><body>\
             <h1>GraphiQL이 포함되지 않은 빌드입니다</h1><p lang=\"en\">{problem}</p>\
             <p>API는 <code>/graphql</code>에서 그대로 동작합니다. <span lang=\"en\">The API works at /graphql all the same.</span></p>"
        );
        (StatusCode::NOT_FOUND, Html(page)).into_response()
    })
}

/// A script, style or worker of the page.
pub async fn asset(State(shared): State<Shared>, Path(path): Path<String>) -> Response {
    if !shared.settings.graphiql {
        return off();
    }
    find(&path).unwrap_or_else(|| (StatusCode::NOT_FOUND, "not found\n").into_response())
}
