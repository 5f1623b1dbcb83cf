//! Who waits for which answer. Pure: the forged, late and double answers are turned away here.

use std::{collections::HashMap, net::IpAddr};

use super::{open::Heard, packet::Echo};

/// Random bytes of each echo. Somebody off the path cannot guess 64 bits, and an answer to an earlier echo with the same
/// sequence (it wraps at 65536) does not carry them.
pub(crate) type Token = [u8; 8];

/// The echoes of one socket that wait for their answer; `T` is whom to tell.
#[derive(Debug)]
pub(crate) struct Waiting<T> {
    next: u16,
    entries: HashMap<u16, Entry<T>>,
}

#[derive(Debug)]
struct Entry<T> {
    target: IpAddr,
    token: Token,
    whom: T,
}

impl<T> Waiting<T> {
    /// Nobody waits; the first sequence is `first`.
    pub fn new(first: u16) -> Self {
        Self { next: first, entries: HashMap::new() }
    }

    /// Takes a sequence that nobody waits for; `None` where all 65536 are taken.
    pub fn add(&mut self, target: IpAddr, token: Token, whom: T) -> Option<u16> {
        if self.entries.len() > usize::from(u16::MAX) {
            return None;
        }
        while self.entries.contains_key(&self.next) {
            self.next = self.next.wrapping_add(1);
        }
        let sequence = self.next;
        self.next = sequence.wrapping_add(1);
        self.entries.insert(sequence, Entry { target, token, whom });
        Some(sequence)
    }

    /// Gives an echo up: its answer is late from now on. The token tells it from a later one with its sequence.
    pub fn forget(&mut self, sequence: u16, token: Token) -> Option<T> {
        self.entries.get(&sequence).filter(|entry| entry.token == token)?;
        self.entries.remove(&sequence).map(|entry| entry.whom)
    }

    /// Who waits for this message. It waits no longer.
    pub fn take(&mut self, heard: &Heard<'_>) -> Option<T> {
        match heard.told {
            Some(_) => self.take_error(heard.peer, &heard.echo),
            None => self.take_reply(heard.peer, &heard.echo),
        }
    }

    /// Of a reply sequence, sender and token must fit.
    fn take_reply(&mut self, from: IpAddr, echo: &Echo<'_>) -> Option<T> {
        let entry = self.entries.get(&echo.sequence)?;
        let fits = entry.target == from && echo.payload == entry.token;
        if fits { self.entries.remove(&echo.sequence).map(|entry| entry.whom) } else { None }
    }

    /// Routers may quote the header alone, so of an error only what they quote must fit.
    fn take_error(&mut self, target: IpAddr, quoted: &Echo<'_>) -> Option<T> {
        let entry = self.entries.get(&quoted.sequence)?;
        let shown = quoted.payload.len().min(entry.token.len());
        let fits = entry.target == target && quoted.payload[..shown] == entry.token[..shown];
        if fits { self.entries.remove(&quoted.sequence).map(|entry| entry.whom) } else { None }
    }

    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many wait.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.entries.len()
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const TOKEN: Token = *b"eight by";

    fn target() -> IpAddr {
        [192, 0, 2, 1].into()
    }

    fn one() -> Waiting<&'static str> {
        let mut waiting = Waiting::new(7);
        assert_eq!(waiting.add(target(), TOKEN, "first"), Some(7));
        waiting
    }

    #[rstest]
    #[case::the_true_one([192, 0, 2, 1], 7, &TOKEN, true)]
    #[case::forged_payload([192, 0, 2, 1], 7, b"eight b!", false)]
    #[case::cut_payload([192, 0, 2, 1], 7, b"eight", false)]
    #[case::no_payload([192, 0, 2, 1], 7, b"", false)]
    #[case::longer_payload([192, 0, 2, 1], 7, b"eight by and more", false)]
    #[case::another_sender([192, 0, 2, 2], 7, &TOKEN, false)]
    #[case::another_sequence([192, 0, 2, 1], 8, &TOKEN, false)]
    fn replies(#[case] from: [u8; 4], #[case] sequence: u16, #[case] payload: &[u8], #[case] taken: bool) {
        let mut waiting = one();
        let echo = Echo { id: 0, sequence, payload };
        assert_eq!(waiting.take_reply(from.into(), &echo).is_some(), taken);
        assert_eq!(waiting.len(), usize::from(!taken), "a wrong answer must not end the waiting");
    }

    #[rstest]
    #[case::header_alone([192, 0, 2, 1], b"", true)]
    #[case::half_the_token([192, 0, 2, 1], b"eigh", true)]
    #[case::all_and_padding([192, 0, 2, 1], b"eight by\0\0", true)]
    #[case::forged([192, 0, 2, 1], b"eigX", false)]
    #[case::of_another_target([192, 0, 2, 9], b"", false)]
    fn errors(#[case] target: [u8; 4], #[case] payload: &[u8], #[case] taken: bool) {
        let quoted = Echo { id: 0, sequence: 7, payload };
        assert_eq!(one().take_error(target.into(), &quoted).is_some(), taken);
    }

    #[test]
    fn double_and_late_answers_find_nobody() {
        let mut waiting = one();
        let echo = Echo { id: 0, sequence: 7, payload: &TOKEN };
        assert_eq!(waiting.take_reply(target(), &echo), Some("first"));
        assert_eq!(waiting.take_reply(target(), &echo), None);

        let late = waiting.add(target(), TOKEN, "second").unwrap();
        waiting.forget(late, *b"another!");
        assert_eq!(waiting.len(), 1);
        waiting.forget(late, TOKEN);
        assert_eq!(waiting.take_reply(target(), &Echo { sequence: late, ..echo }), None);
        // The sequence comes again after a wrap, the token does not.
        waiting.next = late;
        assert_eq!(waiting.add(target(), *b"another!", "third"), Some(late));
        assert_eq!(waiting.take_reply(target(), &Echo { sequence: late, ..echo }), None);
    }

    #[test]
    fn a_taken_sequence_is_left_out_and_a_full_table_says_so() {
        let mut waiting = Waiting::new(u16::MAX);
        let first: Vec<_> = (0..3).filter_map(|n| waiting.add(target(), TOKEN, n)).collect();
        assert_eq!(first, [u16::MAX, 0, 1]);
        waiting.next = u16::MAX;
        assert_eq!(waiting.add(target(), TOKEN, 3), Some(2));
        for n in 4..=i32::from(u16::MAX) {
            assert!(waiting.add(target(), TOKEN, n).is_some());
        }
        assert_eq!(waiting.add(target(), TOKEN, 0), None);
    }
}
