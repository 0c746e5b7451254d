use crate::counter::Counter;
use crate::settings::Settings;
use fastwebsockets::{Role, WebSocket};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// On one thread, with the vectored and automatic features as the library sets them by itself.
pub fn receiving(settings: &Settings) -> Counter {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
    runtime.block_on(receive(settings))
}

async fn receive(settings: &Settings) -> Counter {
    let stream = connect(settings).await;
    let mut socket = WebSocket::after_handshake(stream, Role::Client);
    let mut counter = Counter::new(settings);
    loop {
        let frame = socket.read_frame().await.expect("receiving");
        if !counter.count(&frame.payload) {
            return counter;
        }
    }
}

/// The library's own handshake wants an HTTP library; this is what it would send.
async fn connect(settings: &Settings) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", settings.port)).await.expect("connecting");
    let path = settings.url.splitn(4, '/').nth(3).expect("a path");
    let request = format!(
        "GET /{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c2lsdmVyOS1iZW5jaC0tLQ==\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.expect("sending the request");
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(stream.read_u8().await.expect("reading the answer"));
    }
    stream
}
