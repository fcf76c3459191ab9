//! What asks a worker to stop: its supervisor, or signals.

use std::io::BufRead;
use std::thread;

use crate::objective::StopFlag;

use super::RunError;
use super::signals::{Interrupt, Interrupts};

/// Flags that a worker's supervisor raises, or signals do where it has none.
pub(super) struct StopSignals {
    /// Raised to end after the trial at hand.
    pub(super) finish: StopFlag,
    /// Raised to abandon the trial at hand.
    pub(super) abandon: StopFlag,
}

impl StopSignals {
    /// Starts to listen.
    ///
    /// # Errors
    /// [`RunError::Io`] if the system refuses signal handlers.
    pub(super) fn listen(supervised: bool) -> Result<Self, RunError> {
        let stop = Self { finish: StopFlag::default(), abandon: StopFlag::default() };
        let (finish, abandon) = (stop.finish.clone(), stop.abandon.clone());
        if supervised {
            thread::spawn(move || {
                for line in std::io::stdin().lock().lines() {
                    match line {
                        Ok(line) if line.trim() == "finish" => finish.raise(),
                        Ok(_) => {}
                        Err(_) => break,
                    }
                }
                finish.raise();
                abandon.raise();
            });
        } else {
            let interrupts = Interrupts::listen().map_err(|source| RunError::Io {
                what: "cannot listen for signals".into(),
                source,
            })?;
            interrupts.notify(move |asked| {
                if asked >= Interrupt::Finish {
                    finish.raise();
                }
                if asked >= Interrupt::Abandon {
                    abandon.raise();
                }
                true
            });
        }
        Ok(stop)
    }
}
