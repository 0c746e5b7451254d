use std::time::Duration;

pub struct Settings {
    pub contestant: String,
    pub url: String,
    pub port: u16,
    pub size: usize,
    pub warm_up: Duration,
    pub duration: Duration,
}

impl Settings {
    pub fn from_arguments() -> Self {
        let arguments: Vec<String> = std::env::args().collect();
        let number = |name: &str| -> u64 {
            let found = arguments.iter().find_map(|argument| argument.strip_prefix(name));
            found.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("{name} is missing"))
        };
        let contestant = arguments.get(1).expect("which contestant?").clone();
        let port = number("--port=") as u16;
        let size = number("--size=") as usize;
        let scheme = if arguments.iter().any(|argument| argument == "--tls") { "wss" } else { "ws" };
        // The server sleeps when the client does.
        let spin = if contestant.ends_with("-waiting") { "" } else { "&spin" };
        Settings {
            contestant,
            url: format!("{scheme}://127.0.0.1:{port}/echo?size={size}{spin}"),
            port,
            size,
            warm_up: Duration::from_millis(number("--warm-up=")),
            duration: Duration::from_millis(number("--duration=")),
        }
    }
}
