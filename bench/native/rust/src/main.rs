//! Rust's clients, each as its documentation has it for the lowest latency: one message and its answer, over and
//! over.
//!
//! `peers <contestant>[-waiting] --port=… --size=… --warm-up=ms --duration=ms [--tls]`

mod s9;
mod settings;
mod stopwatch;
mod tungstenite_client;

use settings::Settings;

fn main() {
    let settings = Settings::from_arguments();
    let stopwatch = match settings.contestant.as_str() {
        "s9_websocket" => s9::polling(&settings),
        "s9_websocket-waiting" => s9::waiting(&settings),
        "tungstenite" => tungstenite_client::polling(&settings),
        "tungstenite-waiting" => tungstenite_client::waiting(&settings),
        other => panic!("no such contestant: {other}"),
    };
    println!("{}", stopwatch.finding());
}
