use crate::counter::Counter;
use crate::settings::Settings;
use crate::stopwatch::Stopwatch;
use s9_websocket::{
    BlockingOptions, NonBlockingOptions, S9BlockingWebSocketClient, S9NonBlockingWebSocketClient,
    S9WebSocketClientHandler,
};

struct PingPong {
    data: Vec<u8>,
    stopwatch: Stopwatch,
}

/// The trait is implemented for each client alike; its methods have the same names on both.
macro_rules! ping_pong_with {
    ($client:ty) => {
        impl S9WebSocketClientHandler<$client> for PingPong {
            fn on_activated(&mut self, client: &mut $client) {
                self.stopwatch.start_round();
                client.send_binary_message(self.data.clone()).expect("sending");
            }

            fn on_binary_message(&mut self, client: &mut $client, _data: &[u8]) {
                if !self.stopwatch.end_round() {
                    return client.force_quit();
                }
                self.stopwatch.start_round();
                client.send_binary_message(self.data.clone()).expect("sending");
            }

            fn on_connection_closed(&mut self, _client: &mut $client, reason: Option<String>) {
                panic!("closed: {reason:?}");
            }

            fn on_error(&mut self, _client: &mut $client, error: String) {
                panic!("failed: {error}");
            }
        }
    };
}

ping_pong_with!(S9NonBlockingWebSocketClient);
ping_pong_with!(S9BlockingWebSocketClient);

/// No spin wait: the default, and the fastest.
pub fn polling(settings: &Settings) -> Stopwatch {
    let options = NonBlockingOptions::new().nodelay(true);
    let mut client = S9NonBlockingWebSocketClient::connect(&settings.url, options).expect("connecting");
    let mut handler = handler(settings);
    client.run(&mut handler);
    handler.stopwatch
}

/// No timeout: asleep in the kernel.
pub fn waiting(settings: &Settings) -> Stopwatch {
    let options = BlockingOptions::new().nodelay(true);
    let mut client = S9BlockingWebSocketClient::connect(&settings.url, options).expect("connecting");
    let mut handler = handler(settings);
    client.run(&mut handler);
    handler.stopwatch
}

fn handler(settings: &Settings) -> PingPong {
    PingPong { data: vec![7; settings.size], stopwatch: Stopwatch::new(settings) }
}

struct Receiving {
    counter: Counter,
}

impl S9WebSocketClientHandler<S9BlockingWebSocketClient> for Receiving {
    fn on_binary_message(&mut self, client: &mut S9BlockingWebSocketClient, data: &[u8]) {
        if !self.counter.count(data) {
            client.force_quit();
        }
    }

    fn on_connection_closed(&mut self, _client: &mut S9BlockingWebSocketClient, reason: Option<String>) {
        panic!("closed: {reason:?}");
    }

    fn on_error(&mut self, _client: &mut S9BlockingWebSocketClient, error: String) {
        panic!("failed: {error}");
    }
}

pub fn receiving(settings: &Settings) -> Counter {
    let mut client =
        S9BlockingWebSocketClient::connect(&settings.url, BlockingOptions::new()).expect("connecting");
    let mut handler = Receiving { counter: Counter::new(settings) };
    client.run(&mut handler);
    handler.counter
}
