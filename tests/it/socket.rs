//! A WebSocket as callers have it, and its bounds: messages, operations, connections, rates.

use std::net::SocketAddr;

use axum::body::Body;
use axum::http::Request;
use futures_util::{SinkExt, StreamExt};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::support::{Place, settings};
use crate::tests;
use crate::wire::{PATIENCE, Server};

tests![
    messages_have_a_bound,
    operations_have_a_bound,
    connections_of_an_address_have_a_bound,
    event_streams_are_connections_as_well,
    a_broken_database_is_no_bad_token,
    operations_count_as_requests,
    pages_of_listed_origins_connect,
];

/// A connection to `/graphql`.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// What a connection brings.
#[derive(Debug, PartialEq)]
pub enum Heard {
    /// A message.
    Message(Value),
    /// Its end, with code and reason.
    Closed(u16, String),
    /// Its end, without a word.
    Lost,
}

impl Socket {
    /// A connection, or the status of the answer that refuses it.
    pub async fn try_connect(server: &Server, origin: Option<&str>) -> Result<Self, u16> {
        Self::connect_to(server.address, origin).await.map_err(|refused| match refused {
            Error::Http(refused) => refused.status().as_u16(),
            other => panic!("{other}"),
        })
    }

    async fn connect_to(address: SocketAddr, origin: Option<&str>) -> Result<Self, Error> {
        let url = format!("ws://{address}/graphql");
        let mut request = url.into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
        if let Some(origin) = origin {
            headers.insert("origin", origin.parse().unwrap());
        }
        connect_async(request).await.map(|(socket, _)| Self(socket))
    }

    /// A connection to a server that may be gone: initialised, and subscribed; none if it is.
    pub async fn follow(
        address: SocketAddr,
        token: &str,
        query: &str,
        after: &str,
    ) -> Option<Self> {
        let mut socket = Self::connect_to(address, None).await.ok()?;
        let payload = json!({ "authorization": format!("Bearer {token}") });
        let init = json!({ "type": "connection_init", "payload": payload });
        let payload = json!({ "query": query, "variables": { "after": after } });
        let subscribe = json!({ "type": "subscribe", "id": "a", "payload": payload });
        for message in [init, subscribe] {
            socket.0.send(Message::text(message.to_string())).await.ok()?;
        }
        let Heard::Message(acknowledged) = socket.hear().await else { return None };
        assert_eq!(acknowledged, json!({ "type": "connection_ack" }));
        Some(socket)
    }

    pub async fn connect(server: &Server) -> Self {
        Self::try_connect(server, None).await.unwrap()
    }

    /// A connection that has been initialised.
    pub async fn open(server: &Server, payload: Value) -> Self {
        let mut socket = Self::connect(server).await;
        socket.send(&json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(socket.message().await, json!({ "type": "connection_ack" }));
        socket
    }

    pub async fn send(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    pub async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.send(&json!({ "type": "subscribe", "id": id, "payload": payload })).await;
    }

    pub async fn hear(&mut self) -> Heard {
        loop {
            let frame = tokio::time::timeout(PATIENCE, self.0.next()).await.expect("silence");
            return match frame {
                Some(Ok(Message::Text(text))) => {
                    Heard::Message(serde_json::from_str(&text).unwrap())
                }
                Some(Ok(Message::Close(Some(frame)))) => {
                    Heard::Closed(frame.code.into(), frame.reason.to_string())
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                _ => Heard::Lost,
            };
        }
    }

    pub async fn message(&mut self) -> Value {
        match self.hear().await {
            Heard::Message(message) => message,
            other => panic!("{other:?}"),
        }
    }

    /// The next answer to an operation.
    pub async fn answer(&mut self, id: &str) -> Value {
        let mut message = self.message().await;
        assert_eq!((&message["type"], &message["id"]), (&json!("next"), &json!(id)), "{message}");
        message["payload"].take()
    }

    /// Code and reason of the end, whatever is said before.
    pub async fn closed(&mut self) -> (u16, String) {
        loop {
            match self.hear().await {
                Heard::Message(_) => {}
                Heard::Closed(code, reason) => return (code, reason),
                Heard::Lost => panic!("the connection ended without a word"),
            }
        }
    }
}

async fn messages_have_a_bound(place: Place) {
    const MOST: usize = 64 * 1024;
    let app = place.app().await;
    let server = Server::start(app.app.clone(), &settings()).await;
    let ping = |length: usize| {
        let mut text = json!({ "type": "ping" }).to_string();
        text.push_str(&" ".repeat(length - text.len()));
        text
    };
    let pong = Heard::Message(json!({ "type": "pong" }));
    for length in [MOST, MOST + 1] {
        let mut whole = Socket::open(&server, json!({})).await;
        whole.0.send(Message::text(ping(length))).await.unwrap();
        // A message in two frames is as long as both.
        let mut parted = Socket::open(&server, json!({})).await;
        let text = ping(length).into_bytes();
        let (start, rest) = text.split_at(40_000);
        for (part, kind, is_last) in [(start, Data::Text, false), (rest, Data::Continue, true)] {
            let frame = Frame::message(part.to_vec(), OpCode::Data(kind), is_last);
            parted.0.send(Message::Frame(frame)).await.unwrap();
        }
        for (name, mut socket) in [("whole", whole), ("parted", parted)] {
            let heard = socket.hear().await;
            assert_eq!(heard == pong, length == MOST, "{name}, {length} bytes: {heard:?}");
            if length == MOST {
                socket.send(&json!({ "type": "ping" })).await;
                assert_eq!(socket.hear().await, pong);
            }
        }
    }
}

const CHANGES: &str = "subscription { changes { cursor } }";

async fn operations_have_a_bound(place: Place) {
    let app = place.app().await;
    let server = Server::start(app.app.clone(), &settings()).await;
    let mut socket = Socket::open(&server, json!({})).await;
    for id in 0..20 {
        socket.subscribe(&id.to_string(), CHANGES, Value::Null).await;
    }
    let refused = async |socket: &mut Socket, id: &str, query: &str| {
        socket.subscribe(id, query, Value::Null).await;
        let error = socket.message().await;
        assert_eq!((&error["type"], &error["id"]), (&json!("error"), &json!(id)), "{error}");
        assert_eq!(error["payload"][0]["extensions"]["code"], "TOO_MANY_SUBSCRIPTIONS");
    };
    refused(&mut socket, "21st", CHANGES).await;
    // A query is an operation as well.
    refused(&mut socket, "22nd", "{ __typename }").await;
    socket.send(&json!({ "type": "complete", "id": "7" })).await;
    socket.subscribe("23rd", "{ __typename }", Value::Null).await;
    assert_eq!(socket.answer("23rd").await["data"], json!({ "__typename": "Query" }));
    assert_eq!(socket.message().await, json!({ "type": "complete", "id": "23rd" }));
    // One that has ended gives its place back by itself.
    socket.subscribe("24th", CHANGES, Value::Null).await;
    refused(&mut socket, "25th", CHANGES).await;
    // Each connection has its own.
    let mut other = Socket::open(&server, json!({})).await;
    other.subscribe("1", "{ __typename }", Value::Null).await;
    assert_eq!(other.answer("1").await["data"], json!({ "__typename": "Query" }));
}

async fn connections_of_an_address_have_a_bound(place: Place) {
    let app = place.app().await;
    let mut settings = settings();
    settings.limits.sockets_per_address = 2;
    settings.trusted_proxies = vec!["192.0.2.0/24".parse().unwrap()];
    let server = Server::start(app.app.clone(), &settings).await;
    let mut first = Socket::open(&server, json!({})).await;
    // One that is not initialised is a connection as well.
    let mut second = Socket::connect(&server).await;
    assert_eq!(Socket::try_connect(&server, None).await.err(), Some(429));
    first.0.close(None).await.unwrap();
    while first.hear().await != Heard::Lost {}
    // The place is free once the server has seen the end.
    let third = async {
        loop {
            if let Ok(socket) = Socket::try_connect(&server, None).await {
                return socket;
            }
        }
    };
    let _third = tokio::time::timeout(PATIENCE, third).await.expect("the place is never free");
    assert_eq!(Socket::try_connect(&server, None).await.err(), Some(429));
    // One that the server ends is free as well.
    second.send(&json!({ "type": "nothing" })).await;
    assert_eq!(second.closed().await.0, 4400);
    drop(second);
    let fourth = async { while Socket::try_connect(&server, None).await.is_err() {} };
    tokio::time::timeout(PATIENCE, fourth).await.expect("the place is never free");
}

/// A stream of events over a connection of its own, or the status and the answer that refuse it.
async fn stream(server: &Server) -> Result<Incoming, (u16, Value)> {
    let connection = TcpStream::connect(server.address).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(connection)).await.unwrap();
    tokio::spawn(connection);
    let request = Request::post("/graphql")
        .header("host", "api.test")
        .header("content-type", "application/json")
        .header("accept", "text/event-stream")
        .body(Body::from(json!({ "query": CHANGES }).to_string()))
        .unwrap();
    let response = sender.send_request(request).await.unwrap();
    let status = response.status().as_u16();
    if status == 200 {
        return Ok(response.into_body());
    }
    let bytes = axum::body::to_bytes(Body::new(response.into_body()), 1 << 16).await.unwrap();
    Err((status, serde_json::from_slice(&bytes).unwrap()))
}

async fn event_streams_are_connections_as_well(place: Place) {
    let app = place.app().await;
    let mut settings = settings();
    settings.limits.sockets_per_address = 2;
    let server = Server::start(app.app.clone(), &settings).await;
    let first = stream(&server).await.unwrap();
    let _second = Socket::open(&server, json!({})).await;
    let (status, refused) = stream(&server).await.unwrap_err();
    assert_eq!(
        (status, &refused["errors"][0]["extensions"]["code"]),
        (429, &json!("TOO_MANY_CONNECTIONS"))
    );
    assert_eq!(Socket::try_connect(&server, None).await.err(), Some(429));
    // Its place is free once its reader has gone.
    drop(first);
    let third = async { while stream(&server).await.is_err() {} };
    tokio::time::timeout(PATIENCE, third).await.expect("the place is never free");
}

async fn a_broken_database_is_no_bad_token(place: Place) {
    let app = place.app().await;
    let server = Server::start(app.app.clone(), &settings()).await;
    let token = app.token(&app.client("TIPA", "program:read").await).await;
    app.sql("ALTER TABLE revoked_token RENAME TO lost").await;
    let init = json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {token}") } });
    let mut socket = Socket::connect(&server).await;
    socket.send(&init).await;
    assert_eq!(socket.closed().await.0, 1011);
    app.sql("ALTER TABLE lost RENAME TO revoked_token").await;
    Socket::open(&server, init["payload"].clone()).await;
}

async fn operations_count_as_requests(place: Place) {
    let app = place.app().await;
    let code = |message: &Value| message["payload"][0]["extensions"]["code"].clone();
    // By address: the upgrade itself, and two operations.
    let mut settings = settings();
    (settings.limits.address_rate, settings.limits.rate_loopback) = (3, true);
    let server = Server::start(app.app.clone(), &settings).await;
    let mut socket = Socket::open(&server, json!({})).await;
    for id in ["1", "2"] {
        socket.subscribe(id, "{ __typename }", Value::Null).await;
        assert_eq!(socket.answer(id).await["data"], json!({ "__typename": "Query" }));
        assert_eq!(socket.message().await["type"], "complete");
    }
    socket.subscribe("3", "{ __typename }", Value::Null).await;
    let error = socket.message().await;
    assert_eq!((&error["type"], code(&error)), (&json!("error"), json!("RATE_LIMITED")));
    // By client: signing in and each operation, and the rows they read.
    settings.limits.address_rate = 0;
    settings.limits.client_rate = 50;
    let server = Server::start(app.app.clone(), &settings).await;
    let token = app.token(&app.client("TIPA", "program:read").await).await;
    let payload = json!({ "authorization": format!("Bearer {token}") });
    let mut socket = Socket::open(&server, payload.clone()).await;
    socket.subscribe("1", "{ changes(first: 100) { nodes { id } } }", Value::Null).await;
    let cost = &socket.answer("1").await["extensions"]["cost"];
    assert_eq!((&cost["actual"], &cost["allowance"]["remaining"]), (&json!(101), &json!(0)));
    assert_eq!(socket.message().await["type"], "complete");
    socket.subscribe("2", "{ __typename }", Value::Null).await;
    assert_eq!(code(&socket.message().await), "RATE_LIMITED");
    let mut other = Socket::open(&server, json!({})).await;
    other.subscribe("1", "{ __typename }", Value::Null).await;
    assert_eq!(other.answer("1").await["data"], json!({ "__typename": "Query" }));
}

async fn pages_of_listed_origins_connect(place: Place) {
    let app = place.app().await;
    let mut settings = settings();
    settings.cors_origins = vec!["https://portal.example".to_owned()];
    let server = Server::start(app.app.clone(), &settings).await;
    let own = format!("http://{}", server.address);
    for (origin, refused) in [
        ("https://portal.example", None),
        (own.as_str(), None),
        ("https://elsewhere.example", Some(403)),
        ("https://portal.example.evil.example", Some(403)),
        ("null", Some(403)),
    ] {
        assert_eq!(Socket::try_connect(&server, Some(origin)).await.err(), refused, "{origin}");
    }
}
