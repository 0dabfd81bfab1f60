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

    /// The best by the quality the caller gives them; none if it takes none of them.
    pub fn choose(headers: &HeaderMap) -> Option<Self> {
        let mut accepts = headers.get_all(header::ACCEPT).iter().peekable();
        if accepts.peek().is_none() {
            return Some(Self::Json);
        }
        let mut best: Option<(f32, Self)> = None;
        for accept in accepts {
            for part in accept.to_str().unwrap_or_default().split(',') {
                let mut pieces = part.split(';').map(str::trim);
                let media = match pieces.next().unwrap_or_default().to_ascii_lowercase().as_str() {
                    "application/graphql-response+json" => Self::GraphQl,
                    "application/json" | "application/*" | "*/*" => Self::Json,
                    "text/event-stream" => Self::EventStream,
                    _ => continue,
                };
                let quality = pieces
                    .find_map(|piece| piece.strip_prefix("q=")?.parse::<f32>().ok())
                    .unwrap_or(1.0);
                if quality > 0.0 && best.is_none_or(|(known, _)| quality > known) {
                    best = Some((quality, media));
                }
            }
        }
        best.map(|(_, media)| media)
    }
}
