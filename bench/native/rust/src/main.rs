//! Rust's clients, each as its documentation has it for the lowest latency: one message and its answer, over and
//! over; or, with `--receive`, for the most messages a second.
//!
//! `peers <contestant>[-waiting] --port=… --size=… --warm-up=ms --duration=ms [--tls] [--receive]`

mod counter;
mod fastwebsockets_client;

mod s9;
mod settings;
mod stopwatch;
mod tungstenite_client;

use settings::Settings;

fn main() {
    let settings = Settings::from_arguments();
    if settings.receiving {
        let counter = match settings.contestant.as_str() {
            "fastwebsockets" => fastwebsockets_client::receiving(&settings),
            "s9_websocket" => s9::receiving(&settings),
            "tungstenite" => tungstenite_client::receiving(&settings),
            other => panic!("does not receive: {other}"),
        };
        return println!("{}", counter.finding());
    }
    let stopwatch = match settings.contestant.as_str() {
        "s9_websocket" => s9::polling(&settings),
        "s9_websocket-waiting" => s9::waiting(&settings),
        "tungstenite" => tungstenite_client::polling(&settings),
        "tungstenite-waiting" => tungstenite_client::waiting(&settings),
        other => panic!("no such contestant: {other}"),
    };
    println!("{}", stopwatch.finding());
}
