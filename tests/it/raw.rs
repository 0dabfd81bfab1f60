//! The wire byte by byte: frames of a WebSocket (RFC 6455), heads of requests (RFC 9112), methods of routes.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Place, settings};
use crate::tests;
use crate::wire::{PATIENCE, Server, call, form_urlencoded, get, post, query, router, with};

tests![
    a_close_is_answered_at_once,
    frames_that_are_none_close_with_their_code,
    a_request_names_its_host_once,
    bodies_are_coded_as_is_known,
    every_route_tells_its_methods,
    what_is_asked_by_its_head_has_no_body,
    a_quality_of_zero_is_no,
    characters_beyond_the_first_plane_are_escaped_in_pairs,
];

/// A connection of bytes.
struct Raw(TcpStream);

impl Raw {
    async fn connect(server: &Server) -> Self {
        Self(TcpStream::connect(server.address).await.unwrap())
    }

    /// A WebSocket.
    async fn socket(server: &Server) -> Self {
        let mut raw = Self::connect(server).await;
        raw.write(
            b"GET /graphql HTTP/1.1\r\nhost: api.test\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
              sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
              sec-websocket-protocol: graphql-transport-ws\r\n\r\n",
        )
        .await;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(raw.read(1).await[0]);
        }
        assert!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
        raw
    }

    async fn write(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
    }

    async fn read(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        let read = tokio::time::timeout(PATIENCE, self.0.read_exact(&mut bytes)).await;
        read.expect("nothing came").unwrap();
        bytes
    }

    /// A frame: its first byte and what it holds.
    async fn frame(&mut self) -> (u8, Vec<u8>) {
        let head = self.read(2).await;
        let length = match head[1] {
            126 => u16::from_be_bytes(self.read(2).await.try_into().unwrap()).into(),
            127 => panic!("a frame of that length is none of ours"),
            length => usize::from(length),
        };
        (head[0], self.read(length).await)
    }

    /// The code of the close that comes next.
    async fn closed(&mut self) -> u16 {
        let (first, content) = self.frame().await;
        assert_eq!(first, 0x88, "{}", String::from_utf8_lossy(&content));
        u16::from_be_bytes([content[0], content[1]])
    }

    /// All that comes until the other end closes.
    async fn rest(&mut self) -> String {
        let mut bytes = Vec::new();
        let read = tokio::time::timeout(PATIENCE, self.0.read_to_end(&mut bytes)).await;
        // What was still on its way to a connection that is closed may reset it.
        let _ = read.expect("the connection stays open");
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// A frame as clients send it, masked.
fn frame(first: u8, content: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match content.len() {
        0..126 => frame.push(0x80 | content.len() as u8),
        126..65_536 => {
            frame.push(0x80 | 126);
            frame.extend((content.len() as u16).to_be_bytes());
        }
        _ => {
            frame.push(0x80 | 127);
            frame.extend((content.len() as u64).to_be_bytes());
        }
    }
    let mask = [1, 2, 3, 4];
    frame.extend(mask);
    frame.extend(content.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

const TEXT: u8 = 0x81;
const CLOSE: u8 = 0x88;

async fn a_close_is_answered_at_once(place: Place) {
    let app = place.app().await;
    let server = Server::start(app.app.clone(), &settings()).await;
    let init = frame(TEXT, json!({ "type": "connection_init" }).to_string().as_bytes());
    let subscribe = json!({ "type": "subscribe", "id": "1", "payload": { "query": "subscription { changes { cursor } }" } });
    let subscribe = frame(TEXT, subscribe.to_string().as_bytes());
    for said in [vec![], vec![&init], vec![&init, &subscribe]] {
        for (content, code) in [
            (&[0x03, 0xe8][..], Some(1000)),
            (b"\x03\xe9going away", Some(1001)),
            (b"\x11\x30", Some(4400)),
            (b"", None),
        ] {
            let mut raw = Raw::socket(&server).await;
            for frame in &said {
                raw.write(frame).await;
            }
            raw.write(&frame(CLOSE, content)).await;
            let (first, answer) = loop {
                let (first, content) = raw.frame().await;
                if first != TEXT {
                    break (first, content);
                }
            };
            assert_eq!(first, CLOSE, "{content:?}");
            assert_eq!(answer.get(..2).map(|code| u16::from_be_bytes([code[0], code[1]])), code);
            // The server ends the connection (RFC 6455 §7.1.1).
            assert_eq!(raw.rest().await, "");
        }
    }
}

async fn frames_that_are_none_close_with_their_code(place: Place) {
    const MOST: usize = 64 * 1024;
    let app = place.app().await;
    let server = Server::start(app.app.clone(), &settings()).await;
    let unmasked = [&[TEXT, 2][..], b"{}"].concat();
    let endless = [&[TEXT, 0xff][..], &[0x7f; 8], &[1, 2, 3, 4]].concat();
    let long = vec![b' '; MOST + 1];
    let parts = [frame(0x01, &long[..40_000]), frame(0x80, &long[40_000..])].concat();
    for (name, bytes, code) in [
        ("bytes that are no UTF-8", frame(TEXT, b"{\"type\":\"\xff\"}"), 1007),
        (
            "a character cut in two frames",
            [frame(0x01, b"\xe2\x82"), frame(0x80, b"\x28")].concat(),
            1007,
        ),
        ("a reason that is no UTF-8", frame(CLOSE, b"\x03\xe8\xff\xfe"), 1007),
        ("a long message", frame(TEXT, &long), 1009),
        ("a long message in parts", parts, 1009),
        ("a length without end", endless, 1009),
        ("a frame without a mask", unmasked, 1002),
        ("a reserved bit", frame(0xc1, b"{}"), 1002),
        ("a reserved kind", frame(0x83, b"{}"), 1002),
        ("a reserved kind of control", frame(0x8b, b""), 1002),
        ("a ping in parts", frame(0x09, b""), 1002),
        ("a long ping", frame(0x89, &[b' '; 126]), 1002),
        ("a part of nothing", frame(0x80, b"{}"), 1002),
        ("a message within another", [frame(0x01, b"{"), frame(TEXT, b"{}")].concat(), 1002),
        ("a close of one byte", frame(CLOSE, b"\x03"), 1002),
        ("a close with a code of nobody's", frame(CLOSE, b"\x03\xed"), 1002),
    ] {
        let mut raw = Raw::socket(&server).await;
        raw.write(&bytes).await;
        assert_eq!(raw.closed().await, code, "{name}");
        raw.rest().await;
    }
    // The server lives.
    let mut raw = Raw::socket(&server).await;
    raw.write(&frame(TEXT, b"{\"type\":\"connection_init\"}")).await;
    assert_eq!(raw.frame().await.1, b"{\"type\":\"connection_ack\"}");
}

async fn a_request_names_its_host_once(place: Place) {
    let app = place.app().await;
    let server = Server::start(app.app.clone(), &settings()).await;
    for (head, status) in [
        ("GET /healthz HTTP/1.1\r\n\r\n", "400"),
        ("GET /healthz HTTP/1.1\r\nhost: a.test\r\nhost: a.test\r\n\r\n", "400"),
        ("GET /healthz HTTP/1.1\r\nhost: a.test\r\nhost: b.test\r\n\r\n", "400"),
        ("GET /healthz HTTP/1.1\r\nhost: a b\r\n\r\n", "400"),
        ("GET /healthz HTTP/1.1\r\nhost: who@a.test\r\n\r\n", "400"),
        ("GET /healthz HTTP/1.1\r\nhost: a.test/x\r\n\r\n", "400"),
        ("GET /healthz HTTP/1.1\r\nhost: a.test\r\nconnection: close\r\n\r\n", "200"),
        ("GET /healthz HTTP/1.1\r\nhost: [::1]:8080\r\nconnection: close\r\n\r\n", "200"),
        // Of an address without a host (RFC 9112 §3.2).
        ("GET /healthz HTTP/1.1\r\nhost:\r\nconnection: close\r\n\r\n", "200"),
        ("GET /healthz HTTP/1.0\r\n\r\n", "200"),
        ("GET http://a.test/healthz HTTP/1.1\r\nhost: a.test\r\nconnection: close\r\n\r\n", "200"),
    ] {
        let mut raw = Raw::connect(&server).await;
        raw.write(head.as_bytes()).await;
        let answer = raw.rest().await;
        assert_eq!(answer.split(' ').nth(1), Some(status), "{head}{answer}");
        assert_eq!(answer.matches("HTTP/1.").count(), 1, "{answer}");
        if status == "400" {
            assert!(
                answer.contains("connection: close") && answer.contains("BAD_REQUEST"),
                "{answer}"
            );
        }
    }
}

async fn bodies_are_coded_as_is_known(place: Place) {
    let app = place.app().await;
    let server = Server::start(app.app.clone(), &settings()).await;
    let body = json!({ "query": "{ __typename }" }).to_string();
    let chunked = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    let length = format!("content-length: {}\r\n", body.len());
    let hidden = "GET /healthz HTTP/1.1\r\nhost: a.test\r\n\r\n";
    for (headers, content, statuses) in [
        ("transfer-encoding: gzip\r\n", &chunked, &["400", "501"][..]),
        ("transfer-encoding: gzip, chunked\r\n", &chunked, &["501"]),
        ("transfer-encoding: chunked, chunked\r\n", &chunked, &["400", "501"]),
        ("transfer-encoding: identity\r\n", &chunked, &["400", "501"]),
        ("transfer-encoding: xchunked\r\n", &chunked, &["400", "501"]),
        ("transfer-encoding: gzip\r\ntransfer-encoding: chunked\r\n", &chunked, &["501"]),
        ("transfer-encoding: chunked\r\n", &chunked, &["200"]),
        ("transfer-encoding: Chunked\r\n", &chunked, &["200"]),
        (&format!("{length}transfer-encoding: chunked\r\n"), &chunked, &["400", "200"]),
        (&format!("transfer-encoding: chunked\r\n{length}"), &chunked, &["400", "200"]),
        (&format!("{length}content-length: 1\r\n"), &body, &["400"]),
        ("content-length: +5\r\n", &body, &["400"]),
        ("content-length: 5, 5\r\n", &body, &["400"]),
        ("content-length: -1\r\n", &body, &["400"]),
    ] {
        let mut raw = Raw::connect(&server).await;
        let head = format!(
            "POST /graphql HTTP/1.1\r\nhost: a.test\r\ncontent-type: application/json\r\n{headers}\r\n"
        );
        // What follows is never taken for a request of its own.
        raw.write(format!("{head}{content}{hidden}").as_bytes()).await;
        let answer = raw.rest().await;
        let status = answer.split(' ').nth(1).unwrap_or_default();
        assert!(statuses.contains(&status), "{headers}{answer}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{headers}{answer}");
    }
}

async fn every_route_tells_its_methods(place: Place) {
    let app = place.app().await;
    let routes = router(&app, &settings());
    for (path, methods) in [
        ("/", "GET,HEAD"),
        ("/graphiql", "GET,HEAD"),
        ("/assets/x.js", "GET,HEAD"),
        ("/meetings/x", "GET,HEAD"),
        ("/licences", "GET,HEAD"),
        ("/healthz", "GET,HEAD"),
        ("/readyz", "GET,HEAD"),
        ("/.well-known/jwks.json", "GET,HEAD"),
        ("/.well-known/oauth-authorization-server", "GET,HEAD"),
        ("/graphql", "GET,HEAD,POST"),
        ("/oauth/token", "POST"),
        ("/oauth/revoke", "POST"),
        ("/export/submission.xlsx", "GET,HEAD"),
        ("/export/submission.csv", "GET,HEAD"),
        ("/import/submission.xlsx", "POST"),
        ("/import/submission.csv", "POST"),
    ] {
        let spelled = |allow: Option<&str>| allow.unwrap_or_default().replace(' ', "");
        for method in
            ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "QUERY"]
        {
            let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
            let answer = call(&routes, request).await;
            let allowed = methods.split(',').any(|known| known == method);
            assert_eq!(answer.status != 405, allowed, "{method} {path}: {}", answer.status);
            if !allowed {
                assert_eq!(spelled(answer.header("allow")), methods, "{method} {path}");
            }
        }
        let request = Request::options(path).body(Body::empty()).unwrap();
        let answer = call(&routes, request).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(spelled(answer.header("allow")), format!("{methods},OPTIONS"), "{path}");
    }
}

async fn what_is_asked_by_its_head_has_no_body(place: Place) {
    let app = place.app().await;
    let server = Server::start(app.app.clone(), &settings()).await;
    for (path, status) in [
        ("/graphql?query=%7B__typename%7D", "200"),
        ("/graphql?query=%7Bnothing%7D", "200"),
        ("/graphql?query=mutation%7B__typename%7D", "405"),
        ("/healthz", "200"),
        ("/readyz", "200"),
        ("/export/submission.csv", "401"),
        ("/nothing", "404"),
    ] {
        let mut raw = Raw::connect(&server).await;
        let head = format!("HEAD {path} HTTP/1.1\r\nhost: a.test\r\nconnection: close\r\n\r\n");
        raw.write(head.as_bytes()).await;
        let answer = raw.rest().await;
        assert_eq!(answer.split(' ').nth(1), Some(status), "{path}: {answer}");
        assert!(answer.ends_with("\r\n\r\n"), "{path}: {answer}");
    }
}

async fn a_quality_of_zero_is_no(place: Place) {
    let app = place.app().await;
    let routes = router(&app, &settings());
    for (accept, kind) in [
        ("application/json;q=0", None),
        ("*/*;q=0", None),
        ("*/*, application/json;q=0", Some("application/graphql-response+json; charset=utf-8")),
        ("application/*;q=0, application/json", Some("application/json; charset=utf-8")),
    ] {
        for request in [query("{ __typename }"), get("/graphql?query=%7B__typename%7D")] {
            let answer = call(&routes, with(request, &[("accept", accept)])).await;
            match kind {
                None => assert_eq!(answer.status, 406, "{accept}"),
                Some(kind) => assert_eq!(
                    (answer.status, answer.header("content-type")),
                    (200, Some(kind)),
                    "{accept}"
                ),
            }
        }
    }
}

async fn characters_beyond_the_first_plane_are_escaped_in_pairs(place: Place) {
    let app = place.app().await;
    let routes = router(&app, &settings());
    app.sql("UPDATE topic SET name_ko = '웃음 😀' WHERE code = (SELECT min(code) FROM topic)")
        .await;
    let document = |written: &str| {
        format!(
            "{{ topics(where: {{ name: {{ ko: {{ contains: {written} }} }} }}) {{ totalCount }} }}"
        )
    };
    let ask = async |written: &str| {
        call(&routes, post(None, &json!({ "query": document(written) }))).await
    };
    for written in [
        "\"😀\"",
        r#""\uD83D\uDE00""#,
        r#""\ud83d\ude00""#,
        r#""\u{1F600}""#,
        r#""\u{01f600}""#,
        r#""\uC6C3\uC74C \uD83D\uDE00""#,
        "\"\"\"😀\"\"\"",
    ] {
        let answer = ask(written).await;
        assert_eq!(
            answer.json()["data"]["topics"]["totalCount"],
            1,
            "{written}: {}",
            answer.json()
        );
    }
    for written in [
        r#""\uD83D""#,
        r#""\uDE00""#,
        r#""\uDE00\uD83D""#,
        r#""a\uD83D\u0041""#,
        r#""\uD83D\n""#,
        r#""\u{D83D}""#,
        r#""\u{110000}""#,
        r#""\u{}""#,
        r#""\u{1F600""#,
        r#""\u12""#,
    ] {
        let answer = ask(written).await;
        assert_eq!(
            (answer.status, answer.code()),
            (400, json!("GRAPHQL_PARSE_FAILED")),
            "{written}"
        );
        // Where the escape stands.
        let column = document(written).find('\\').unwrap() + 1;
        let location = &answer.json()["errors"][0]["locations"][0];
        assert_eq!(*location, json!({ "line": 1, "column": column }), "{written}");
    }
    // In a variable JSON says what it is; in a GET as well.
    let text =
        "query($t: String) { topics(where: { name: { ko: { contains: $t } } }) { totalCount } }";
    let body = format!(r#"{{"query":{},"variables":{{"t":"\uD83D\uDE00"}}}}"#, json!(text));
    let answer = call(&routes, crate::wire::with_body(None, body.into())).await;
    assert_eq!(answer.json()["data"]["topics"]["totalCount"], 1);
    let text =
        r#"{ topics(where: { name: { ko: { contains: "\uD83D\uDE00" } } }) { totalCount } }"#;
    let answer = call(&routes, get(&format!("/graphql?query={}", form_urlencoded(text)))).await;
    assert_eq!(answer.json()["data"]["topics"]["totalCount"], 1);
    // A comment and a block of text say what they say.
    let told: Value = app.query(r##"{ __type(name: """\uD83D""") { name } } # "\uD83D""##).await;
    assert_eq!(told["data"], json!({ "__type": null }), "{told}");
}
