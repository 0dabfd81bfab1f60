//! GraphQL over WebSocket: the protocol `graphql-transport-ws`, message by message.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::support::{Place, TestApp};
use crate::tests;

tests![
    a_query_is_answered_and_completed,
    each_fault_closes_with_its_code,
    another_origin_is_refused
];

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Serves the application on a port of its own for as long as the test runs.
async fn serve(app: &TestApp) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = app.router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("ws://{address}/graphql")
}

async fn connect(url: &str, protocol: Option<&str>) -> Socket {
    let mut request = url.into_client_request().unwrap();
    if let Some(protocol) = protocol {
        request.headers_mut().insert("sec-websocket-protocol", protocol.parse().unwrap());
    }
    connect_async(request).await.unwrap().0
}

async fn send(socket: &mut Socket, message: &Value) {
    socket.send(Message::text(message.to_string())).await.unwrap();
}

async fn receive(socket: &mut Socket) -> Value {
    match socket.next().await.unwrap().unwrap() {
        Message::Text(text) => serde_json::from_str(&text).unwrap(),
        other => panic!("{other:?}"),
    }
}

const PROTOCOL: Option<&str> = Some("graphql-transport-ws");

async fn a_query_is_answered_and_completed(place: Place) {
    let app = place.app().await;
    let url = serve(&app).await;
    let mut socket = connect(&url, PROTOCOL).await;
    send(&mut socket, &json!({ "type": "connection_init" })).await;
    assert_eq!(receive(&mut socket).await, json!({ "type": "connection_ack" }));
    send(&mut socket, &json!({ "type": "ping" })).await;
    assert_eq!(receive(&mut socket).await, json!({ "type": "pong" }));
    send(&mut socket, &json!({ "type": "subscribe", "id": "1", "payload": { "query": "{ bodies { totalCount } }" } })).await;
    let next = receive(&mut socket).await;
    assert_eq!((&next["type"], &next["id"]), (&json!("next"), &json!("1")));
    assert_eq!(next["payload"]["data"], json!({ "bodies": { "totalCount": 4 } }));
    assert_eq!(receive(&mut socket).await, json!({ "type": "complete", "id": "1" }));
    send(
        &mut socket,
        &json!({ "type": "subscribe", "id": "2", "payload": { "query": "{ nothing }" } }),
    )
    .await;
    let error = receive(&mut socket).await;
    assert_eq!((&error["type"], &error["id"]), (&json!("error"), &json!("2")));
    assert_eq!(error["payload"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
}

async fn each_fault_closes_with_its_code(place: Place) {
    let app = place.app().await;
    let url = serve(&app).await;
    let init = json!({ "type": "connection_init" });
    let subscribe =
        json!({ "type": "subscribe", "id": "1", "payload": { "query": "{ __typename }" } });
    for (protocol, messages, code) in [
        (None, vec![], 4406),
        (PROTOCOL, vec![subscribe.clone()], 4401),
        (PROTOCOL, vec![json!({ "type": "start" })], 4400),
        (PROTOCOL, vec![json!([])], 4400),
        (
            PROTOCOL,
            vec![init.clone(), json!({ "type": "subscribe", "id": "1", "payload": {} })],
            4400,
        ),
        (PROTOCOL, vec![init.clone(), init], 4429),
        (PROTOCOL, vec![], 4408),
    ] {
        let mut socket = connect(&url, protocol).await;
        for message in &messages {
            send(&mut socket, message).await;
        }
        let closed = loop {
            match socket.next().await {
                Some(Ok(Message::Close(frame))) => break frame.map(|frame| u16::from(frame.code)),
                Some(Ok(_)) => {}
                other => panic!("{messages:?}: {other:?}"),
            }
        };
        assert_eq!(closed, Some(code), "{messages:?}");
    }
}

async fn another_origin_is_refused(place: Place) {
    let app = place.app().await;
    let url = serve(&app).await;
    let mut request = url.as_str().into_client_request().unwrap();
    request.headers_mut().insert("origin", "https://elsewhere.example".parse().unwrap());
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
    let refused = connect_async(request).await.unwrap_err();
    assert!(refused.to_string().contains("403"), "{refused}");
}
