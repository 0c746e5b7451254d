use std::time::Duration;

pub struct Settings {
    pub contestant: String,
    /// Whether messages are only received, as fast as they come; else one at a time is sent and answered.
    pub receiving: bool,
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
        let receiving = arguments.iter().any(|argument| argument == "--receive");
        // The server sleeps when the client does.
        let spin = if contestant.ends_with("-waiting") { "" } else { "&spin" };
        let path = if receiving { format!("blast?size={size}") } else { format!("echo?size={size}{spin}") };
        Settings {
            contestant,
            receiving,
            url: format!("{scheme}://127.0.0.1:{port}/{path}"),
            port,
            size,
            warm_up: Duration::from_millis(number("--warm-up=")),
            duration: Duration::from_millis(number("--duration=")),
        }
    }
}
