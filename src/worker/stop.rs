//! What asks a worker to stop: its supervisor, or signals.

use std::io::BufRead;
use std::thread;

use crate::objective::StopFlag;

use super::RunError;
use super::signals::{Interrupt, Interrupts};

/// What the worker was told to do, by its supervisor or by signals.
pub(super) struct Orders {
    /// Raised to end after the trial at hand.
    pub(super) finish: StopFlag,
    /// Raised to abandon the trial at hand.
    pub(super) abandon: StopFlag,
}

impl Orders {
    pub(super) fn listen(supervised: bool) -> Result<Self, RunError> {
        let orders = Self { finish: StopFlag::default(), abandon: StopFlag::default() };
        let (finish, abandon) = (orders.finish.clone(), orders.abandon.clone());
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
        Ok(orders)
    }
}
