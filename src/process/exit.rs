//! How a process ends.

use std::io;
use std::process::{Child, ExitStatus};
use std::thread;

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

/// Calls `ended` on a thread of its own when the child has ended. The child stays a zombie until its
/// owner waits for it, so its pid names nobody else meanwhile.
///
/// # Errors
/// If the system gives no thread.
pub(crate) fn when_ended(
    child: &Child,
    ended: impl FnOnce() + Send + 'static,
) -> io::Result<thread::JoinHandle<()>> {
    let pid = Pid::from_child(child);
    thread::Builder::new().name("wait".into()).spawn(move || {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while matches!(waitid(WaitId::Pid(pid), options), Err(rustix::io::Errno::INTR)) {}
        ended();
    })
}

/// An unsuccessful end of a process in words.
pub fn describe_exit(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(9)) => "killed by signal 9 (is memory short?)".to_owned(),
        (None, Some(signal)) => format!("killed by signal {signal}"),
        (None, None) => status.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_end_of_a_child_is_told_and_its_status_left_to_its_owner() {
        let mut child = Command::new("sh").args(["-c", "exit 3"]).spawn().unwrap();
        let (sender, told) = mpsc::channel();
        when_ended(&child, move || sender.send(()).unwrap()).unwrap();
        told.recv_timeout(Duration::from_secs(30)).unwrap();
        assert_eq!(describe_exit(child.wait().unwrap()), "exit code 3");
    }

    #[test]
    fn a_child_that_was_waited_for_already_counts_as_ended() {
        let mut child = Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        let (sender, told) = mpsc::channel();
        when_ended(&child, move || sender.send(()).unwrap()).unwrap();
        told.recv_timeout(Duration::from_secs(30)).unwrap();
    }
}
