//! GraphQL over WebSocket, sub-protocol `graphql-transport-ws`: queries today, subscriptions as the
//! schema gains them. The ready-made socket of async-graphql-axum closes with other codes than the
//! protocol's, so the loop is our own; the name of the sub-protocol is that crate's.

use std::time::Duration;

use async_graphql::http::ALL_WEBSOCKET_PROTOCOLS;
use axum::extract::WebSocketUpgrade;
use axum::extract::ws::{CloseFrame, Message as Frame, WebSocket};
use axum::http::StatusCode;
use axum::http::header::{HOST, HeaderMap, ORIGIN};
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use serde_json::{Map, Value, json};

use super::Shared;
use crate::domain::principal::Principal;
use crate::error::Language;
use crate::graphql::request;

/// The sub-protocol that is spoken; the legacy one is not.
const PROTOCOL: &str = "graphql-transport-ws";
/// Longest message, in bytes.
const MAX_MESSAGE: usize = 64 * 1024;
/// Time in which a connection must be initialised.
const INIT_TIMEOUT: Duration = Duration::from_secs(5);

/// Takes over a connection; pages of another origin may not.
pub fn upgrade(
    shared: Shared,
    upgrade: WebSocketUpgrade,
    headers: &HeaderMap,
    language: Language,
) -> Response {
    debug_assert!(ALL_WEBSOCKET_PROTOCOLS.contains(&PROTOCOL));
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let origin = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok());
    let own = origin.is_none_or(|origin| origin.split("://").nth(1) == host);
    if !own {
        return (StatusCode::FORBIDDEN, "a page of another origin may not connect\n")
            .into_response();
    }
    upgrade
        .protocols([PROTOCOL])
        .max_message_size(MAX_MESSAGE)
        .max_frame_size(MAX_MESSAGE)
        .on_upgrade(
            move |socket| async move { Connection { shared, socket, language }.run().await },
        )
}

struct Connection {
    shared: Shared,
    socket: WebSocket,
    language: Language,
}

/// Why a connection ends: code and reason of the protocol.
struct Close(u16, &'static str);

impl Connection {
    async fn run(mut self) {
        let Close(code, reason) = match self.talk().await {
            Ok(()) => return,
            Err(close) => close,
        };
        let frame = CloseFrame { code, reason: reason.into() };
        let _ = self.socket.send(Frame::Close(Some(frame))).await;
        // The closing handshake is the peer's to finish; a peer that never does is left after a while.
        let _ = tokio::time::timeout(INIT_TIMEOUT, async {
            while let Some(Ok(_)) = self.socket.recv().await {}
        })
        .await;
    }

    /// Speaks the protocol until the peer leaves.
    async fn talk(&mut self) -> Result<(), Close> {
        if self.socket.protocol().is_none_or(|name| name.as_bytes() != PROTOCOL.as_bytes()) {
            return Err(Close(4406, "Subprotocol not acceptable"));
        }
        let mut initialised = false;
        let mut stopping = self.shared.stopping.clone();
        let deadline = tokio::time::Instant::now() + INIT_TIMEOUT;
        loop {
            let frame = tokio::select! {
                frame = self.socket.recv() => frame,
                () = tokio::time::sleep_until(deadline), if !initialised => {
                    return Err(Close(4408, "Connection initialisation timeout"));
                }
                Ok(_) = stopping.wait_for(|stopping| *stopping) => return Err(Close(1001, "Server stopping")),
            };
            let text = match frame {
                None | Some(Err(_) | Ok(Frame::Close(_))) => return Ok(()),
                Some(Ok(Frame::Text(text))) => text,
                Some(Ok(Frame::Ping(_) | Frame::Pong(_))) => continue,
                Some(Ok(Frame::Binary(_))) => return Err(Close(4400, "Invalid message received")),
            };
            let Ok(Value::Object(mut message)) = serde_json::from_str(&text) else {
                return Err(Close(4400, "Invalid message received"));
            };
            let kind = message.remove("type");
            let id = message.remove("id").and_then(|id| id.as_str().map(str::to_owned));
            match (kind.as_ref().and_then(Value::as_str), id) {
                (Some("connection_init"), _) if initialised => {
                    return Err(Close(4429, "Too many initialisation requests"));
                }
                (Some("connection_init"), _) => {
                    initialised = true;
                    self.send(&json!({ "type": "connection_ack" })).await?;
                }
                (Some("ping"), _) => self.send(&json!({ "type": "pong" })).await?,
                (Some("pong"), _) => {}
                (Some("subscribe"), Some(_)) if !initialised => {
                    return Err(Close(4401, "Unauthorized"));
                }
                (Some("subscribe"), Some(id)) => {
                    self.operation(&id, message.remove("payload")).await?;
                }
                // Operations end before the next message is read, so there is nothing to complete.
                (Some("complete"), Some(_)) => {}
                _ => return Err(Close(4400, "Invalid message received")),
            }
        }
    }

    async fn operation(&mut self, id: &str, payload: Option<Value>) -> Result<(), Close> {
        let fields = match payload {
            Some(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        let response = match request::Request::from_fields(fields) {
            Err(_) => return Err(Close(4400, "Invalid message received")),
            Ok(request) => {
                let run =
                    self.shared.app.engine.execute(&request, &Principal::Anonymous, Utc::now());
                match tokio::time::timeout(self.shared.query_timeout, run).await {
                    Ok(response) => response,
                    Err(_) => request::Response::refused(crate::error::Error::Timeout),
                }
            }
        };
        let request_id = uuid::Uuid::now_v7().to_string();
        let failed = response.data.is_none();
        let shown = response.into_json(self.language, &request_id);
        let payload: Value = serde_json::from_str(&shown).unwrap_or_default();
        if failed {
            return self
                .send(&json!({ "type": "error", "id": id, "payload": payload["errors"] }))
                .await;
        }
        self.send(&json!({ "type": "next", "id": id, "payload": payload })).await?;
        self.send(&json!({ "type": "complete", "id": id })).await
    }

    async fn send(&mut self, message: &Value) -> Result<(), Close> {
        // A peer that cannot be reached is gone; the loop ends with the next read.
        let _ = self.socket.send(Frame::Text(message.to_string().into())).await;
        Ok(())
    }
}
