//! Media types of answers, chosen by the `Accept` header.

use axum::http::header::{self, HeaderMap, HeaderValue};

/// Media types of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// `application/graphql-response+json`: the status tells of the request.
    GraphQl,
    /// `application/json`: 200 for whatever was well formed.
    Json,
    /// `text/event-stream`: one event for each answer.
    EventStream,
}

impl Media {
    /// The header of an answer.
    pub fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::GraphQl => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
            Self::EventStream => "text/event-stream; charset=utf-8",
        })
    }

    /// The media type of an answer that is no stream.
    #[must_use]
    pub fn of_refusal(self) -> Self {
        match self {
            Self::EventStream => Self::GraphQl,
            other => other,
        }
    }

    /// The best by the quality the caller gives them, the first named of those it likes as well; none if it
    /// takes none of them. Of several ranges that hold a type the most specific counts (RFC 9110 §12.5.1).
    pub fn choose(headers: &HeaderMap) -> Option<Self> {
        let accepts = headers.get_all(header::ACCEPT).iter();
        let ranges: Vec<(String, f32)> = accepts
            .flat_map(|accept| accept.to_str().unwrap_or_default().split(','))
            .map(range)
            .filter(|(name, _)| !name.is_empty())
            .collect();
        if ranges.is_empty() {
            return Some(Self::Json);
        }
        let mut best: Option<(f32, usize, Self)> = None;
        for media in [Self::Json, Self::GraphQl, Self::EventStream] {
            let named = |name: &&str| ranges.iter().position(|(range, _)| range == name);
            let Some(at) = media.ranges().iter().find_map(named) else { continue };
            let quality = ranges[at].1;
            let is_better = best.is_none_or(|(known, place, _)| {
                quality > known || (quality == known && at < place)
            });
            if quality > 0.0 && is_better {
                best = Some((quality, at, media));
            }
        }
        best.map(|(.., media)| media)
    }

    /// Ranges that hold it, the most specific first. A stream is for those alone who ask for one by its name.
    fn ranges(self) -> &'static [&'static str] {
        match self {
            Self::GraphQl => &["application/graphql-response+json", "application/*", "*/*"],
            Self::Json => &["application/json", "application/*", "*/*"],
            Self::EventStream => &["text/event-stream"],
        }
    }
}

/// A range of an `Accept` header, with its quality.
fn range(part: &str) -> (String, f32) {
    let mut pieces = part.split(';').map(str::trim);
    let name = pieces.next().unwrap_or_default().to_ascii_lowercase();
    let quality = pieces.find_map(|piece| {
        let (name, value) = piece.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then(|| value.trim().parse().unwrap_or(1.0))
    });
    (name, quality.unwrap_or(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_of_what_is_accepted_is_chosen() {
        use Media::{EventStream, GraphQl, Json};
        const NEW: &str = "application/graphql-response+json";
        for (accept, expected) in [
            ("", Some(Json)),
            ("*/*", Some(Json)),
            ("application/*", Some(Json)),
            ("application/json, application/graphql-response+json", Some(Json)),
            ("application/graphql-response+json, application/json", Some(GraphQl)),
            ("application/json;q=0.5, application/graphql-response+json", Some(GraphQl)),
            ("application/graphql-response+json; charset=utf-8; Q=0.9, */*;q=0.1", Some(GraphQl)),
            ("application/json;q=0", None),
            ("application/json;q=0.0, text/html", None),
            ("*/*, application/json;q=0", Some(GraphQl)),
            ("application/json;q=0, */*", Some(GraphQl)),
            ("application/*;q=0, */*", None),
            ("application/*;q=0, application/json;q=0.001", Some(Json)),
            ("*/*;q=0, application/graphql-response+json;q=0.3", Some(GraphQl)),
            ("*/*;q=0", None),
            ("text/event-stream", Some(EventStream)),
            ("text/event-stream;q=0, */*;q=0.1", Some(Json)),
            ("text/event-stream, application/json", Some(EventStream)),
            ("text/html, application/xhtml+xml, */*;q=0.8", Some(Json)),
            ("text/html", None),
            (NEW, Some(GraphQl)),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            assert_eq!(Media::choose(&headers), expected, "{accept}");
        }
        assert_eq!(Media::choose(&HeaderMap::new()), Some(Json));
    }
}
