use crate::settings::Settings;
use std::time::{Duration, Instant};

/// Messages between two looks at the clock, while messages are short.
const PER_LOOK: u64 = 1024;

/// Counts messages for a fixed time after a warm-up, and looks at the first and the last byte of each.
pub struct Counter {
    warm_up: Duration,
    duration: Duration,
    size: usize,
    per_look: u64,
    started_at: Instant,
    counted_from: Option<Instant>,
    ended_at: Instant,
    count: u64,
    sum: u64,
}

impl Counter {
    pub fn new(settings: &Settings) -> Self {
        let now = Instant::now();
        Counter {
            warm_up: settings.warm_up,
            duration: settings.duration,
            size: settings.size,
            per_look: (PER_LOOK * 64 / settings.size.max(1) as u64).clamp(1, PER_LOOK),
            started_at: now,
            counted_from: None,
            ended_at: now,
            count: 0,
            sum: 0,
        }
    }

    /// One message more. Answers whether another is wanted.
    pub fn count(&mut self, data: &[u8]) -> bool {
        assert_eq!(data.len(), self.size);
        self.sum += u64::from(data[0]) + u64::from(data[data.len() - 1]);
        self.count += 1;
        self.count % self.per_look != 0 || self.look()
    }

    fn look(&mut self) -> bool {
        let now = Instant::now();
        match self.counted_from {
            None if now - self.started_at < self.warm_up => true,
            None => {
                self.counted_from = Some(now);
                self.count = 0;
                true
            }
            Some(from) => {
                self.ended_at = now;
                now - from < self.duration
            }
        }
    }

    /// What `ask.ts` prints: millions of messages a second, or of bytes where messages are large.
    pub fn finding(self) -> String {
        std::hint::black_box(self.sum);
        let seconds = (self.ended_at - self.counted_from.expect("a run longer than its warm-up")).as_secs_f64();
        let rate = self.count as f64 / seconds / 1e6;
        let value = if self.size > 64 { rate * self.size as f64 } else { rate };
        format!(r#"{{"value":{value:.3}}}"#)
    }
}
