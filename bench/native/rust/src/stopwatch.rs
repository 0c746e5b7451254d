use crate::settings::Settings;
use std::time::Instant;

const MAX_ROUNDS: usize = 1 << 20;

/// The times of all rounds after the warm-up.
pub struct Stopwatch {
    microseconds: Vec<f64>,
    measured_from: Instant,
    end: Instant,
    sent_at: Instant,
}

impl Stopwatch {
    pub fn new(settings: &Settings) -> Self {
        let now = Instant::now();
        let measured_from = now + settings.warm_up;
        Stopwatch {
            microseconds: Vec::with_capacity(MAX_ROUNDS),
            measured_from,
            end: measured_from + settings.duration,
            sent_at: now,
        }
    }

    /// Call right before sending.
    pub fn start_round(&mut self) {
        self.sent_at = Instant::now();
    }

    /// Call when the answer is there. Answers whether another round is wanted.
    pub fn end_round(&mut self) -> bool {
        let now = Instant::now();
        if now > self.measured_from {
            self.microseconds.push((now - self.sent_at).as_secs_f64() * 1e6);
        }
        now < self.end && self.microseconds.len() < MAX_ROUNDS
    }

    /// What `ask.ts` prints.
    pub fn finding(mut self) -> String {
        self.microseconds.sort_by(f64::total_cmp);
        let rounds = self.microseconds.len();
        let quantile = |per_mille: usize| self.microseconds[rounds * per_mille / 1000];
        let max = self.microseconds[rounds - 1];
        let (value, p99, p999) = (quantile(500), quantile(990), quantile(999));
        format!(r#"{{"value":{value:.3},"p99":{p99:.3},"p999":{p999:.3},"max":{max:.3}}}"#)
    }
}
