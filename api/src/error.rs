//! Every error a caller can meet: a stable code, a sentence in Korean and English, a status.
//!
//! Internal causes are logged with the request's id where the answer is finished; the caller sees a
//! fixed text. To add an error: a variant, its code and its sentences, each in one match below.

use std::fmt;

/// Language of the sentences, from `Accept-Language`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// Korean.
    Korean,
    /// English; also for every other language.
    #[default]
    English,
}

impl Language {
    /// The language a caller prefers: the first of `ko` and `en` in the header's order of quality.
    pub fn from_header(header: Option<&str>) -> Self {
        let mut best = (0.0, Self::English);
        for part in header.unwrap_or_default().split(',') {
            let mut pieces = part.split(';');
            let tag = pieces.next().unwrap_or_default().trim().to_ascii_lowercase();
            let quality = pieces
                .find_map(|piece| piece.trim().strip_prefix("q=")?.parse::<f32>().ok())
                .unwrap_or(1.0);
            let language = match tag.split('-').next() {
                Some("ko") => Self::Korean,
                Some("en") => Self::English,
                _ => continue,
            };
            if quality > best.0 {
                best = (quality, language);
            }
        }
        best.1
    }
}

/// A sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Korean.
    pub ko: String,
    /// English.
    pub en: String,
}

impl Message {
    /// A sentence in both languages.
    pub fn new(ko: impl Into<String>, en: impl Into<String>) -> Self {
        Self { ko: ko.into(), en: en.into() }
    }

    /// The sentence in one language.
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::Korean => &self.ko,
            Language::English => &self.en,
        }
    }
}

/// An error of the product.
#[derive(Debug)]
pub enum Error {
    /// The document is not GraphQL.
    Parse(Message),
    /// The document does not fit the schema.
    Validation(Message),
    /// An argument or variable holds what it may not.
    Input(Message),
    /// The request is larger than any honest one.
    TooLarge(Message),
    /// The answer would be too large.
    TooCostly {
        /// Rows the query may reach.
        cost: usize,
        /// Rows a query may reach.
        limit: usize,
    },
    /// The HTTP request is not a GraphQL request.
    BadRequest(Message),
    /// The caller may not do this.
    Forbidden,
    /// There is nothing, or nothing the caller may see.
    NotFound,
    /// Somebody else wrote first.
    Conflict,
    /// The answer took too long.
    Timeout,
    /// Our fault; the cause goes to the log.
    Internal(String),
}

impl Error {
    /// An [`Error::Input`].
    pub fn input(ko: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Input(Message::new(ko, en))
    }

    /// An [`Error::BadRequest`].
    pub fn bad_request(ko: impl Into<String>, en: impl Into<String>) -> Self {
        Self::BadRequest(Message::new(ko, en))
    }

    /// An [`Error::Input`]: the argument is not a day.
    pub fn not_a_date(name: &str) -> Self {
        Self::input(
            format!("{name}은(는) 2026-07-01 형식의 날짜여야 합니다."),
            format!("{name} must be a date like 2026-07-01."),
        )
    }

    /// An [`Error::Input`]: the argument is not a day, month or year.
    pub fn not_a_partial_date(name: &str) -> Self {
        Self::input(
            format!("{name}은(는) 2026, 2026-07, 2026-07-01 형식이어야 합니다."),
            format!("{name} must be written like 2026, 2026-07 or 2026-07-01."),
        )
    }

    /// An [`Error::Internal`] with its cause.
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::Internal(cause.to_string())
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Parse(_) => "GRAPHQL_PARSE_FAILED",
            Self::Validation(_) => "GRAPHQL_VALIDATION_FAILED",
            Self::Input(_) => "BAD_USER_INPUT",
            Self::TooLarge(_) => "QUERY_TOO_LARGE",
            Self::TooCostly { .. } => "QUERY_TOO_COSTLY",
            Self::BadRequest(_) => "BAD_REQUEST",
            Self::Forbidden => "FORBIDDEN",
            Self::NotFound => "NOT_FOUND",
            Self::Conflict => "CONFLICT",
            Self::Timeout => "TIMEOUT",
            Self::Internal(_) => "INTERNAL_SERVER_ERROR",
        }
    }

    /// The sentence a caller reads.
    pub fn message(&self) -> Message {
        match self {
            Self::Parse(message)
            | Self::Validation(message)
            | Self::Input(message)
            | Self::TooLarge(message)
            | Self::BadRequest(message) => message.clone(),
            Self::TooCostly { cost, limit } => Message::new(
                format!(
                    "한 번에 너무 많은 자료를 요청했습니다({cost}행, 한도 {limit}행). 페이지 크기(first)를 줄여 주십시오."
                ),
                format!(
                    "The query may reach {cost} rows; the limit is {limit}. Ask for smaller pages (first)."
                ),
            ),
            Self::Forbidden => Message::new("허용되지 않은 작업입니다.", "You may not do this."),
            Self::NotFound => Message::new("찾을 수 없습니다.", "Not found."),
            Self::Conflict => Message::new(
                "그사이 다른 사람이 수정했습니다. 다시 불러온 뒤 시도해 주십시오.",
                "Somebody else changed it meanwhile. Load it again and retry.",
            ),
            Self::Timeout => Message::new(
                "처리 시간이 한도를 넘었습니다. 질의를 나누어 주십시오.",
                "The query took too long. Split it up.",
            ),
            Self::Internal(_) => Message::new(
                "서버 내부 오류입니다. 요청 번호(requestId)를 알려 주십시오.",
                "Something went wrong on our side. Quote the request id.",
            ),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Internal(cause) => write!(f, "{}: {cause}", self.code()),
            other => write!(f, "{}: {}", self.code(), other.message().en),
        }
    }
}

impl std::error::Error for Error {}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preferred_language_wins() {
        let table = [
            (None, Language::English),
            (Some("ko-KR,ko;q=0.9,en;q=0.8"), Language::Korean),
            (Some("en;q=0.5, ko;q=0.4"), Language::English),
            (Some("fr, ko;q=0.1"), Language::Korean),
            (Some("fr"), Language::English),
        ];
        for (header, language) in table {
            assert_eq!(Language::from_header(header), language, "{header:?}");
        }
    }
}
