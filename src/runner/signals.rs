//! Ctrl-C and its kin.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// What signals have asked for so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Interrupt {
    /// Nothing.
    None,
    /// End after the current trials.
    Finish,
    /// End now.
    Abandon,
}

/// Counts signals for the rest of the process's life: the first Ctrl-C asks to finish, the second,
/// like SIGTERM, to abandon; one more ends the process. SIGHUP is left alone, so that `nohup` works;
/// where it kills a run, its workers notice and abandon their trials.
#[derive(Clone, Debug)]
pub struct Interrupts(Arc<AtomicUsize>);

impl Interrupts {
    /// Starts to listen.
    ///
    /// # Errors
    /// If the system refuses the handlers.
    pub fn listen() -> io::Result<Self> {
        let mut signals = Signals::new([SIGINT, SIGTERM])?;
        let count = Arc::new(AtomicUsize::new(0));
        let shared = Arc::clone(&count);
        std::thread::spawn(move || {
            for signal in signals.forever() {
                let count =
                    shared.fetch_add(if signal == SIGINT { 1 } else { 2 }, Ordering::AcqRel);
                if count >= 2 {
                    std::process::exit(130);
                }
            }
        });
        Ok(Self(count))
    }

    /// What has been asked for so far.
    pub fn get(&self) -> Interrupt {
        match self.0.load(Ordering::Acquire) {
            0 => Interrupt::None,
            1 => Interrupt::Finish,
            _ => Interrupt::Abandon,
        }
    }
}
