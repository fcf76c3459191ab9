//! Reading what a process prints, so that it never waits for its reader.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Longest line kept whole, in bytes; the rest of a longer one is dropped.
pub(crate) const LINE_LIMIT: usize = 64 * 1024;
/// Lines that a tail keeps.
const TAIL_LINES: usize = 20;

/// Calls `each` for every line, without its end, cut at [`LINE_LIMIT`], until it says `false`.
pub(crate) fn for_each_line(source: impl Read, mut each: impl FnMut(&[u8]) -> bool) {
    let mut source = BufReader::new(source);
    let mut line = Vec::new();
    loop {
        line.clear();
        match source.by_ref().take(LINE_LIMIT as u64).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        if line.last() == Some(&b'\n') {
            line.pop();
        } else if skip_rest_of_line(&mut source).is_err() {
            return;
        }
        if !each(&line) {
            return;
        }
    }
}

fn skip_rest_of_line(source: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = source.fill_buf()?;
        let (used, done) = match buffer.iter().position(|&b| b == b'\n') {
            Some(end) => (end + 1, true),
            None => (buffer.len(), buffer.is_empty()),
        };
        source.consume(used);
        if done {
            return Ok(());
        }
    }
}

/// The last lines that came through a pipe, read on a thread of its own.
pub(crate) struct Tail {
    lines: Arc<Mutex<VecDeque<String>>>,
    reader: Option<thread::JoinHandle<()>>,
}

impl Tail {
    /// Reads the pipe until it closes and keeps so many bytes of a line; `each` sees every line, whole.
    pub(crate) fn drain(
        pipe: Option<impl Read + Send + 'static>,
        line_bytes: usize,
        mut each: impl FnMut(&[u8]) + Send + 'static,
    ) -> Self {
        let lines = Arc::new(Mutex::new(VecDeque::new()));
        let shared = Arc::clone(&lines);
        let reader = pipe.map(|pipe| {
            thread::spawn(move || {
                for_each_line(pipe, |line| {
                    each(line);
                    let mut tail = shared.lock().unwrap_or_else(PoisonError::into_inner);
                    if tail.len() == TAIL_LINES {
                        tail.pop_front();
                    }
                    let cut = &line[..line.len().min(line_bytes)];
                    tail.push_back(String::from_utf8_lossy(cut).into_owned());
                    true
                });
            })
        });
        Self { lines, reader }
    }

    /// The last lines of a process that has ended, joined by line breaks; empty if there are none.
    pub(crate) fn text(&self) -> String {
        // Closed pipes end the reader at once; a descendant holding one open must not hold us.
        let deadline = Instant::now() + Duration::from_millis(500);
        while self.reader.as_ref().is_some_and(|r| !r.is_finished()) && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(2));
        }
        let tail = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        tail.iter().map(String::as_str).collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_end_is_cut_and_the_next_one_read() {
        let mut text = vec![b'x'; 3 * LINE_LIMIT];
        text.extend_from_slice(b"\nnext");
        let mut lengths = Vec::new();
        for_each_line(&text[..], |line| {
            lengths.push(line.len());
            true
        });
        assert_eq!(lengths, [LINE_LIMIT, 4]);
    }
}
