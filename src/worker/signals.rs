//! Ctrl-C and its kin.

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

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
pub struct Interrupts(Arc<Shared>);

/// Hears what is asked; says whether it wants to hear more.
type Listener = dyn FnMut(Interrupt) -> bool + Send;

struct Shared {
    count: AtomicUsize,
    listeners: Mutex<Vec<Box<Listener>>>,
}

impl Interrupts {
    /// Starts to listen.
    ///
    /// # Errors
    /// If the system refuses the handlers.
    pub fn listen() -> io::Result<Self> {
        let mut signals = Signals::new([SIGINT, SIGTERM])?;
        let interrupts = Self(Arc::new(Shared {
            count: AtomicUsize::new(0),
            listeners: Mutex::new(Vec::new()),
        }));
        let shared = interrupts.clone();
        std::thread::spawn(move || {
            for signal in signals.forever() {
                let more = if signal == SIGINT { 1 } else { 2 };
                if shared.0.count.fetch_add(more, Ordering::AcqRel) >= 2 {
                    std::process::exit(130);
                }
                let mut listeners =
                    shared.0.listeners.lock().unwrap_or_else(PoisonError::into_inner);
                listeners.retain_mut(|listener| listener(shared.get()));
            }
        });
        Ok(interrupts)
    }

    /// What has been asked for so far.
    pub fn get(&self) -> Interrupt {
        match self.0.count.load(Ordering::Acquire) {
            0 => Interrupt::None,
            1 => Interrupt::Finish,
            _ => Interrupt::Abandon,
        }
    }

    /// Tells `listener` what is asked, now and with every signal, until it says `false`. It must not
    /// wait: the next signal waits for it.
    pub(super) fn notify(&self, mut listener: impl FnMut(Interrupt) -> bool + Send + 'static) {
        let mut listeners = self.0.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        if listener(self.get()) {
            listeners.push(Box::new(listener));
        }
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interrupts").field("count", &self.count).finish_non_exhaustive()
    }
}
