//! Pages out of the binary, GraphiQL among them: nothing is fetched from elsewhere.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::Shared;

mod assets {
    include!(concat!(env!("OUT_DIR"), "/web_assets.rs"));
}

/// A file: its path, its type, its content, and the same as brotli and gzip make it.
type Asset =
    (&'static str, &'static str, &'static [u8], Option<&'static [u8]>, Option<&'static [u8]>);

/// Whether a caller takes a coding of content (RFC 9110 §12.5.3); a weight of zero means that it does not.
fn takes(headers: &HeaderMap, coding: &str) -> bool {
    let mut any = false;
    for value in headers.get_all(header::ACCEPT_ENCODING) {
        for piece in value.to_str().unwrap_or_default().split(',') {
            let mut parts = piece.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default();
            let weight = parts.find_map(|part| part.strip_prefix("q="));
            let wanted = weight.is_none_or(|weight| weight.parse::<f32>().is_ok_and(|q| q > 0.0));
            if name.eq_ignore_ascii_case(coding) {
                return wanted;
            }
            any |= name == "*" && wanted;
        }
    }
    any
}

fn find(path: &str, headers: &HeaderMap) -> Option<Response> {
    let file = assets::WEB_ASSETS.iter().find(|(name, ..)| *name == path)?;
    Some(show(file, headers))
}

fn show((path, kind, bytes, brotli, gzip): &Asset, headers: &HeaderMap) -> Response {
    // Names below `assets/` hold a hash of the content.
    let caching = if path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let told = [(header::CONTENT_TYPE, *kind), (header::CACHE_CONTROL, caching)];
    let made = [("br", brotli), ("gzip", gzip)];
    let taken = made.into_iter().find_map(|(coding, made)| {
        made.filter(|_| takes(headers, coding)).map(|bytes| (coding, bytes))
    });
    let mut response = match taken {
        Some((coding, bytes)) => {
            (told, [(header::CONTENT_ENCODING, coding)], bytes).into_response()
        }
        None => (told, *bytes).into_response(),
    };
    if brotli.is_some() || gzip.is_some() {
        let vary = HeaderValue::from_static("accept-encoding");
        response.headers_mut().append(header::VARY, vary);
    }
    response
}

/// Paths that show a page of the site; its script looks at the path (`web/src/app/routes.ts`).
pub const PAGES: [&str; 23] = [
    "/bodies",
    "/bodies/{code}",
    "/meetings",
    "/meetings/{code}",
    "/meetings/{code}/pack",
    "/institutions",
    "/institutions/{code}",
    "/bills",
    "/bills/{code}",
    "/recommendations",
    "/recommendations/{code}",
    "/cases",
    "/cases/{code}",
    "/programmes",
    "/programmes/{code}",
    "/persons",
    "/persons/{code}",
    "/plans",
    "/plans/{code}",
    "/documents",
    "/documents/{code}",
    "/search",
    "/submit",
];

/// Policy of the site's pages, stricter than GraphiQL's: no style but those of its files.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The site's document.
pub async fn site(headers: HeaderMap) -> Response {
    document(find("app.html", &headers))
}

fn document(found: Option<Response>) -> Response {
    let Some(mut page) = found else {
        // Its style stands in it, which the policy of other pages allows and that of the site does not.
        return (StatusCode::NOT_FOUND, Html(include_str!("home.html"))).into_response();
    };
    page.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    page
}

/// What this server offers, for who asks `/` with anything but a browser.
const OFFERS: &str = "{\"name\":\"aiplus\",\"title\":\"중소·벤처 AI 대전환 사업의 기록 시스템과 GraphQL API\",\
     \"graphql\":\"/graphql\",\"graphiql\":\"/graphiql\",\"token\":\"/oauth/token\",\"health\":\"/readyz\",\
     \"licences\":\"/licences\"}\n";

/// `/`: the dashboard for a browser; addresses for a program. A build without pages says so and names them, too.
pub async fn home(headers: HeaderMap) -> Response {
    let is_browser = headers
        .get_all(header::ACCEPT)
        .iter()
        .any(|accept| accept.to_str().is_ok_and(|accept| accept.contains("text/html")));
    let mut response = if is_browser {
        let mut page = site(headers).await;
        *page.status_mut() = StatusCode::OK;
        page
    } else {
        ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], OFFERS).into_response()
    };
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept"));
    response
}

/// GraphiQL.
pub async fn graphiql(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    if !shared.settings.graphiql {
        return (StatusCode::NOT_FOUND, "GraphiQL is switched off (AIPLUS_GRAPHIQL).\n")
            .into_response();
    }
    find("graphiql.html", &headers).unwrap_or_else(|| {
        let problem = assets::WEB_PROBLEM.unwrap_or("The pages were left out of this build (AIPLUS_WEB=skip).");
        let page = format!(
            "<!doctype html><html lang=\"ko\"><meta charset=\"utf-8\"><title>GraphiQL</title><body>\
             <h1>GraphiQL이 포함되지 않은 빌드입니다</h1><p lang=\"en\">{problem}</p>\
             <p>API는 <code>/graphql</code>에서 그대로 동작합니다. <span lang=\"en\">The API works at /graphql all the same.</span></p>"
        );
        (StatusCode::NOT_FOUND, Html(page)).into_response()
    })
}

fn file(path: &str, headers: &HeaderMap) -> Response {
    find(path, headers).unwrap_or_else(|| (StatusCode::NOT_FOUND, "not found\n").into_response())
}

/// A script, style, font or worker of a page.
pub async fn asset(Path(path): Path<String>, headers: HeaderMap) -> Response {
    file(&format!("assets/{path}"), &headers)
}

/// The icon, which browsers ask for at `/favicon.ico` whatever a page says.
pub async fn icon(headers: HeaderMap) -> Response {
    file("favicon.svg", &headers)
}

/// Notices of what others made of the pages.
pub async fn licences(headers: HeaderMap) -> Response {
    file("licences.txt", &headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_policy_forbids_what_its_page_holds() {
        let policy = |page: &Response| page.headers().get(header::CONTENT_SECURITY_POLICY).cloned();
        let site = document(Some(Html("<p>").into_response()));
        assert!(policy(&site).is_some_and(|told| told == POLICY && !POLICY.contains("unsafe")));
        // A build without pages: the general policy, which is added where there is none, lets its style in.
        let home = document(None);
        assert_eq!((policy(&home), home.status()), (None, StatusCode::NOT_FOUND));
    }

    #[test]
    fn a_file_comes_as_its_caller_takes_it() {
        let file: Asset = ("assets/a-1.js", "text/javascript", b"plain", Some(b"br"), Some(b"gz"));
        for (accepted, body) in [
            (&["br, gzip"][..], "br"),
            (&["gzip, deflate, br"], "br"),
            (&["gzip"], "gz"),
            (&["GZIP;q=0.5"], "gz"),
            (&["br;q=0, gzip"], "gz"),
            (&["gzip;q=0.0", "br; q=0"], "plain"),
            (&["*"], "br"),
            (&["*;q=0, gzip"], "gz"),
            (&["identity"], "plain"),
            (&["deflate"], "plain"),
            (&[], "plain"),
        ] {
            let mut headers = HeaderMap::new();
            for value in accepted {
                headers.append(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
            }
            let shown = show(&file, &headers);
            let coding = shown.headers().get(header::CONTENT_ENCODING);
            let coding = coding.map(|coding| coding.to_str().unwrap());
            let expected = match body {
                "br" => Some("br"),
                "gz" => Some("gzip"),
                _ => None,
            };
            assert_eq!(coding, expected);
            assert_eq!(shown.headers()[header::VARY], "accept-encoding");
            assert_eq!(
                shown.headers()[header::CACHE_CONTROL],
                "public, max-age=31536000, immutable"
            );
        }
    }
}
