//! Every error a caller can meet: a stable code, a sentence in Korean and English, a status.
//!
//! Internal causes are logged with the request's id where the answer is finished; the caller sees a
//! fixed text. To add an error: a variant, its code and its sentences, each in one match below.

use std::fmt;

use crate::domain::access::Denied;
use crate::domain::text::Text;
use crate::fault::{self, Fault};

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

impl From<Text> for Message {
    fn from(text: Text) -> Self {
        Self { ko: text.ko, en: text.en }
    }
}

/// What a person can put right in what a mutation was given; it stands in the payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserError {
    /// Stable code.
    pub code: &'static str,
    /// Where in the input, from `input` on.
    pub path: Vec<String>,
    /// What to do.
    pub message: Message,
}

impl UserError {
    /// An error at a field of the input; points part the steps to one further down.
    pub fn at(
        field: &str,
        code: &'static str,
        ko: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self {
            code,
            path: std::iter::once("input").chain(field.split('.')).map(str::to_owned).collect(),
            message: Message::new(ko, en),
        }
    }
}

/// Seconds after which a caller may ask again what could not be answered.
const RETRY_AFTER: u64 = 2;

/// An error of the product.
#[derive(Debug)]
pub enum Error {
    /// The document is not GraphQL.
    Parse(Message),
    /// The document does not fit the schema.
    Validation(Message),
    /// An argument or variable holds what it may not.
    Input(Message),
    /// The same, and where.
    Argument {
        /// Stable code: what it holds may not stand there, or names nothing that is there to be shown.
        code: &'static str,
        /// From the argument's or `$variable`'s name on.
        path: Vec<String>,
        /// What to do.
        message: Message,
    },
    /// The request is larger than any honest one.
    TooLarge(Message),
    /// The answer would be too large.
    TooCostly {
        /// What the query costs, in rows.
        cost: usize,
        /// What a query may cost.
        limit: usize,
    },
    /// The HTTP request is not a GraphQL request.
    BadRequest(Message),
    /// The HTTP method is not one for this.
    MethodNotAllowed {
        /// Methods that are.
        allow: &'static str,
    },
    /// The token does not tell who calls; what is wrong with it is nobody's business but the log's.
    Unauthenticated,
    /// Nobody has signed in, and this needs a token.
    SignedOut,
    /// The caller may not do this.
    Forbidden(Denied),
    /// What a person can put right in the input of a mutation.
    User(Vec<UserError>),
    /// The caller has asked for more than its share.
    RateLimited {
        /// Seconds until it may ask again.
        retry_after: u64,
    },
    /// The hash names no document that this server knows; send it with its text.
    PersistedQueryNotFound,
    /// The server answers documents of its list only.
    NotTrusted,
    /// The schema is not told to this caller.
    IntrospectionOff,
    /// The connection has as many subscriptions as it may.
    TooManySubscriptions {
        /// Most subscriptions.
        limit: usize,
    },
    /// The address has as many connections that stay open as it may.
    TooManyConnections {
        /// Most connections.
        limit: u32,
    },
    /// There is nothing, or nothing the caller may see.
    NotFound,
    /// Somebody else wrote first.
    Conflict,
    /// The answer took too long.
    Timeout,
    /// Something that the answer needs cannot serve now: a database, a disk, a queue.
    Unavailable {
        /// Why, for the operator.
        cause: String,
        /// Seconds until it is worth asking again.
        retry_after: u64,
        /// Whether a connection was lost: over another one it may go on at once.
        is_cut: bool,
    },
    /// Our fault; the cause goes to the log.
    Internal(String),
}

impl Error {
    /// Code of what is larger than any honest request, as a whole or at a place.
    pub const TOO_LARGE: &'static str = "QUERY_TOO_LARGE";

    /// An [`Error::Input`].
    pub fn input(ko: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Input(Message::new(ko, en))
    }

    /// An [`Error::Argument`] at the argument of that name.
    pub fn argument(name: &str, ko: impl Into<String>, en: impl Into<String>) -> Self {
        Self::at(vec![name.to_owned()], Message::new(ko, en))
    }

    /// An [`Error::Argument`] at a path.
    pub fn at(path: Vec<String>, message: Message) -> Self {
        Self::Argument { code: "BAD_USER_INPUT", path, message }
    }

    /// The error as one of a thing that is not there.
    #[must_use]
    pub fn absent(mut self) -> Self {
        if let Self::Argument { code, .. } = &mut self {
            *code = Self::NotFound.code();
        }
        self
    }

    /// The error, a step further down than where it was found.
    #[must_use]
    pub fn within(mut self, step: &str) -> Self {
        if let Self::Argument { path, .. } = &mut self {
            path.insert(0, step.to_owned());
        }
        self
    }

    /// An [`Error::BadRequest`].
    pub fn bad_request(ko: impl Into<String>, en: impl Into<String>) -> Self {
        Self::BadRequest(Message::new(ko, en))
    }

    /// An [`Error::Argument`]: not a day.
    pub fn not_a_date(name: &str) -> Self {
        Self::argument(
            name,
            format!("`{name}` 값은 2026-07-01 형식의 날짜여야 합니다."),
            format!("`{name}` must be a date like 2026-07-01."),
        )
    }

    /// An [`Error::Argument`]: not a day, month or year.
    pub fn not_a_partial_date(name: &str) -> Self {
        Self::argument(
            name,
            format!("`{name}` 값은 2026, 2026-07, 2026-07-01 형식이어야 합니다."),
            format!("`{name}` must be written like 2026, 2026-07 or 2026-07-01."),
        )
    }

    /// An [`Error::Argument`]: no quarter.
    pub fn not_a_quarter(name: &str) -> Self {
        Self::argument(
            name,
            format!("`{name}` 값은 2026-Q3 형식의 분기여야 합니다."),
            format!("`{name}` must be a quarter like 2026-Q3."),
        )
    }

    /// An [`Error::Unavailable`] with its cause.
    pub fn unavailable(cause: impl fmt::Display) -> Self {
        Self::Unavailable { cause: cause.to_string(), retry_after: RETRY_AFTER, is_cut: false }
    }

    /// Whether it is our fault, and no refusal of what was asked.
    pub fn is_ours(&self) -> bool {
        matches!(self, Self::Internal(_) | Self::Unavailable { .. })
    }

    /// Seconds until it is worth asking again, where that helps.
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::RateLimited { retry_after } | Self::Unavailable { retry_after, .. } => {
                Some(*retry_after)
            }
            _ => None,
        }
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
            Self::Argument { code, .. } => code,
            Self::TooLarge(_) => Self::TOO_LARGE,
            Self::TooCostly { .. } => "QUERY_TOO_COSTLY",
            Self::BadRequest(_) | Self::MethodNotAllowed { .. } => "BAD_REQUEST",
            Self::Unauthenticated | Self::SignedOut => "UNAUTHENTICATED",
            Self::Forbidden(_) => "FORBIDDEN",
            Self::User(_) => "BAD_USER_INPUT",
            Self::RateLimited { .. } => "RATE_LIMITED",
            Self::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::NotTrusted => "DOCUMENT_NOT_TRUSTED",
            Self::IntrospectionOff => "INTROSPECTION_DISABLED",
            Self::TooManySubscriptions { .. } => "TOO_MANY_SUBSCRIPTIONS",
            Self::TooManyConnections { .. } => "TOO_MANY_CONNECTIONS",
            Self::NotFound => "NOT_FOUND",
            Self::Conflict => "CONFLICT",
            Self::Timeout => "TIMEOUT",
            Self::Unavailable { .. } => "UNAVAILABLE",
            Self::Internal(_) => "INTERNAL_SERVER_ERROR",
        }
    }

    /// The sentence a caller reads.
    pub fn message(&self) -> Message {
        match self {
            Self::Parse(message)
            | Self::Validation(message)
            | Self::Input(message)
            | Self::Argument { message, .. }
            | Self::TooLarge(message)
            | Self::BadRequest(message) => message.clone(),
            Self::TooCostly { cost, limit } => Message::new(
                format!(
                    "한 번에 너무 많은 자료를 요청했습니다({cost}점, 한도 {limit}점). 페이지 크기(first), 합계(totalCount), 조건을 줄여 주십시오."
                ),
                format!(
                    "The query costs {cost} points; the limit is {limit}. Ask for smaller pages (first), fewer totals and conditions."
                ),
            ),
            Self::MethodNotAllowed { allow } => Message::new(
                format!("이 요청에는 {allow} 메서드를 써 주십시오."),
                format!("Use {allow} for this."),
            ),
            Self::Unauthenticated => Message::new(
                "토큰이 올바르지 않습니다. /oauth/token에서 새로 발급받아 주십시오.",
                "The access token is not valid. Get a new one from /oauth/token.",
            ),
            Self::SignedOut => denied_message(Denied::SignedOut),
            Self::Forbidden(denied) => denied_message(*denied),
            Self::User(errors) => errors.first().map_or_else(
                || Message::new("입력이 올바르지 않습니다.", "The input is not valid."),
                |error| error.message.clone(),
            ),
            Self::RateLimited { retry_after } => Message::new(
                format!("요청이 너무 많습니다. {retry_after}초 뒤에 다시 시도해 주십시오."),
                format!("Too many requests. Try again in {retry_after} seconds."),
            ),
            // Clients look for these very words (the protocol of automatic persisted queries).
            Self::PersistedQueryNotFound => {
                Message::new("PersistedQueryNotFound", "PersistedQueryNotFound")
            }
            Self::NotTrusted => Message::new(
                "등록된 질의만 실행할 수 있습니다.",
                "This server runs the documents of its list only.",
            ),
            Self::IntrospectionOff => Message::new(
                "이 호출자에게는 인트로스펙션을 제공하지 않습니다. schema.graphql을 보아 주십시오.",
                "The schema is not told to this caller here; read schema.graphql.",
            ),
            Self::TooManySubscriptions { limit } => Message::new(
                format!("연결당 구독은 {limit}개까지입니다."),
                format!("A connection has at most {limit} subscriptions."),
            ),
            Self::TooManyConnections { limit } => Message::new(
                format!("한 주소에서 동시에 열 수 있는 연결은 {limit}개까지입니다."),
                format!("An address has at most {limit} connections open at a time."),
            ),
            Self::NotFound => Message::new("찾을 수 없습니다.", "Not found."),
            Self::Conflict => Message::new(
                "그사이 내용이 바뀌었습니다. 다시 불러온 뒤 시도해 주십시오.",
                "It was changed meanwhile. Load it again and retry.",
            ),
            Self::Timeout => Message::new(
                "처리 시간이 한도를 넘었습니다. 질의를 나누어 주십시오.",
                "The query took too long. Split it up.",
            ),
            Self::Unavailable { retry_after, .. } => Message::new(
                format!("지금은 처리할 수 없습니다. {retry_after}초 뒤에 다시 시도해 주십시오."),
                format!("This cannot be answered now. Try again in {retry_after} seconds."),
            ),
            Self::Internal(_) => Message::new(
                "서버 내부 오류입니다. 요청 번호(requestId)를 알려 주십시오.",
                "Something went wrong on our side. Quote the request id.",
            ),
        }
    }
}

/// Why somebody may not act, and what would help.
pub fn denied_message(denied: Denied) -> Message {
    match denied {
        Denied::SignedOut => Message::new(
            "토큰이 필요합니다. `/oauth/token`에서 발급받아 `Authorization: Bearer` 헤더로 보내 주십시오.",
            "This needs an access token: get one at `/oauth/token` and send it as `Authorization: Bearer`.",
        ),
        Denied::Scope(scope) => Message::new(
            format!("{} 권한 범위가 필요합니다.", scope.code()),
            format!("This needs the scope {}.", scope.code()),
        ),
        Denied::Institution => Message::new(
            "소속 기관의 권한으로는 할 수 없는 작업입니다.",
            "Your institution may not do this here.",
        ),
        Denied::Never => Message::new("허용되지 않은 작업입니다.", "Nobody may do this."),
    }
}

impl From<Denied> for Error {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::SignedOut => Self::SignedOut,
            denied => Self::Forbidden(denied),
        }
    }
}

impl Error {
    /// What the operator at the terminal is told: the cause itself is what helps.
    pub fn for_operator(self) -> String {
        match self {
            Self::Internal(cause) | Self::Unavailable { cause, .. } => cause,
            Self::User(errors) => {
                errors.into_iter().map(|error| error.message.en).collect::<Vec<_>>().join("\n")
            }
            other => other.message().en,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Internal(cause) | Self::Unavailable { cause, .. } => {
                write!(f, "{}: {cause}", self.code())
            }
            other => write!(f, "{}: {}", self.code(), other.message().en),
        }
    }
}

impl std::error::Error for Error {}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        match fault::of(&error) {
            Fault::Cut(why) => {
                fault::doubt();
                let cause = format!("{why}: {error}");
                Self::Unavailable { cause, retry_after: RETRY_AFTER, is_cut: true }
            }
            Fault::Unavailable(why) | Fault::Settings(why) => {
                Self::unavailable(format!("{why}: {error}"))
            }
            Fault::Timeout => Self::Timeout,
            Fault::Statement => Self::Internal(error.to_string()),
        }
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
