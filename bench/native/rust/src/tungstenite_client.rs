use crate::counter::Counter;
use crate::settings::Settings;
use crate::stopwatch::Stopwatch;
use std::io::ErrorKind;
use std::net::TcpStream;
use tungstenite::client::client_with_config;
use tungstenite::protocol::WebSocketConfig;
use tungstenite::{Bytes, Error, Message, WebSocket};

pub fn polling(settings: &Settings) -> Stopwatch {
    let socket = connect(settings);
    socket.get_ref().set_nonblocking(true).expect("a non-blocking socket");
    ping_pong(socket, settings)
}

pub fn waiting(settings: &Settings) -> Stopwatch {
    ping_pong(connect(settings), settings)
}

/// With a read buffer of a quarter MiB: a larger one gains nothing more.
pub fn receiving(settings: &Settings) -> Counter {
    let stream = TcpStream::connect(("127.0.0.1", settings.port)).expect("connecting");
    let config = WebSocketConfig::default().read_buffer_size(256 * 1024);
    let mut socket =
        client_with_config(settings.url.as_str(), stream, Some(config)).expect("the opening handshake").0;
    let mut counter = Counter::new(settings);
    while counter.count(&socket.read().expect("receiving").into_data()) {}
    counter
}

fn connect(settings: &Settings) -> WebSocket<TcpStream> {
    let stream = TcpStream::connect(("127.0.0.1", settings.port)).expect("connecting");
    stream.set_nodelay(true).expect("no delay");
    tungstenite::client(settings.url.as_str(), stream).expect("the opening handshake").0
}

fn ping_pong(mut socket: WebSocket<TcpStream>, settings: &Settings) -> Stopwatch {
    let data = Bytes::from(vec![7; settings.size]);
    let mut stopwatch = Stopwatch::new(settings);
    loop {
        stopwatch.start_round();
        socket.send(Message::Binary(data.clone())).expect("sending");
        while !answered(&mut socket) {}
        if !stopwatch.end_round() {
            return stopwatch;
        }
    }
}

fn answered(socket: &mut WebSocket<TcpStream>) -> bool {
    match socket.read() {
        Ok(message) => message.is_binary(),
        Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => false,
        Err(error) => panic!("receiving: {error}"),
    }
}
