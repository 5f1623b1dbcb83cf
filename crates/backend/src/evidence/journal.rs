//! The newest lines of this program's own log, kept in memory for a bundle.

use std::{
    collections::VecDeque,
    io::{self, Write},
    sync::{Mutex, PoisonError},
};

/// Bytes that are kept; the oldest lines go first.
const KEPT: usize = 256 << 10;

static LINES: Mutex<Ring> = Mutex::new(Ring { lines: VecDeque::new(), bytes: 0 });

struct Ring {
    lines: VecDeque<Box<str>>,
    bytes: usize,
}

/// Where the log writes to, beside standard error. Each write is one line.
#[derive(Clone, Copy, Debug)]
pub struct Journal;

impl Journal {
    /// Everything that is kept, oldest first.
    pub fn text() -> String {
        let ring = LINES.lock().unwrap_or_else(PoisonError::into_inner);
        ring.lines.iter().map(AsRef::as_ref).collect()
    }
}

impl Write for Journal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let line = plain(&String::from_utf8_lossy(bytes));
        let mut ring = LINES.lock().unwrap_or_else(PoisonError::into_inner);
        ring.bytes += line.len();
        ring.lines.push_back(line.into());
        while ring.bytes > KEPT {
            let Some(oldest) = ring.lines.pop_front() else { break };
            ring.bytes -= oldest.len();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A line without the colours of a terminal (ECMA-48: ESC [ … a letter).
fn plain(line: &str) -> String {
    let mut parts = line.split("\u{1b}[");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(part.split_once(|c: char| c.is_ascii_alphabetic()).map_or("", |(_, rest)| rest));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_lines_are_kept_without_colours() {
        let line = format!("\u{1b}[2m2026\u{1b}[0m \u{1b}[32mINFO\u{1b}[0m {}\n", "x".repeat(1000));
        for _ in 0..1000 {
            Journal.write_all(line.as_bytes()).unwrap();
        }
        Journal.write_all(b"the newest\n").unwrap();
        let text = Journal::text();
        assert!(text.len() <= KEPT && text.len() > KEPT - 2000, "{}", text.len());
        assert!(text.starts_with("2026 INFO xxx") && text.ends_with("the newest\n"));
    }
}
