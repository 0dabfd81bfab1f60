//! Bodies of requests: bounded in size and in time.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::StatusCode;

use super::Refusal;
use crate::error::{Error, Message};

/// Time in which a body must arrive.
const TIMEOUT: Duration = Duration::from_secs(8);

/// Reads a body of at most `most` bytes.
///
/// # Errors
/// 413 if it is larger, 408 if it takes too long.
pub async fn read(body: Body, most: usize) -> Result<Bytes, Refusal> {
    read_within(body, most, TIMEOUT).await
}

/// Reads a body of at most `most` bytes that may take so long.
///
/// # Errors
/// As [`read`].
pub async fn read_within(body: Body, most: usize, time: Duration) -> Result<Bytes, Refusal> {
    match tokio::time::timeout(time, to_bytes(body, most)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(too_large(most as u64)),
        Err(_) => Err(Refusal(StatusCode::REQUEST_TIMEOUT, Error::Timeout)),
    }
}

/// 413.
pub fn too_large(most: u64) -> Refusal {
    Refusal(
        StatusCode::PAYLOAD_TOO_LARGE,
        Error::TooLarge(Message::new(
            format!("요청 본문이 너무 큽니다(한도 {most}바이트)."),
            format!("The body is too large (at most {most} bytes)."),
        )),
    )
}
