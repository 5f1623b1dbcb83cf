//! The control protocol of BIRD 1.6 to 3: each line bears a code, as in FTP; what begins with a space continues.
//!
//! The protocol and not `birdc`, which is no more than a terminal for it: one socket, no program to find.

use super::{BgpSession, BgpState};

/// The question that [`sessions`] reads the answer of.
pub const QUESTION: &str = "show protocols all\n";

/// A line of `show protocols`: a protocol by its name, kind, table, state.
const PROTOCOL: &str = "1002";

/// Whether an answer is whole: it ends with a code of success (0000) or refusal (8xxx, 9xxx) and a space.
pub fn is_whole(answer: &str) -> bool {
    let last = answer.strip_suffix('\n').and_then(|lines| lines.lines().last());
    last.is_some_and(|line| line.starts_with("0000 ") || refusal(line).is_some())
}

/// The BGP sessions of an answer to [`QUESTION`]; an error is BIRD's own words.
pub fn sessions(answer: &str) -> Result<Vec<BgpSession>, String> {
    let mut found: Vec<BgpSession> = Vec::new();
    // The protocol that the lines are of; none for one that is not BGP.
    let mut is_bgp = false;
    for line in answer.lines() {
        if let Some(why) = refusal(line) {
            return Err(why.to_owned());
        }
        let (code, text) = match line.strip_prefix(' ') {
            Some(text) => ("", text),
            None => line.split_at_checked(5).unwrap_or((line, "")),
        };
        if code.starts_with(PROTOCOL) {
            let mut words = text.split_whitespace();
            let (name, kind) = (words.next().unwrap_or_default(), words.next());
            is_bgp = kind == Some("BGP");
            if is_bgp {
                found.push(nameless(name));
            }
        } else if let Some(session) = found.last_mut().filter(|_| is_bgp) {
            read(session, text.trim());
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

fn refusal(line: &str) -> Option<&str> {
    let (code, text) = line.split_at_checked(5)?;
    let refused =
        code.starts_with(['8', '9']) && code.ends_with(' ') && code[1..4].bytes().all(|b| b.is_ascii_digit());
    refused.then_some(text)
}

fn nameless(name: &str) -> BgpSession {
    BgpSession {
        name: name.to_owned(),
        neighbor: None,
        remote_as: None,
        state: BgpState::Idle,
        word: String::new(),
        since: None,
        received: None,
        sent: None,
        last_error: None,
    }
}

/// One line of a session's details.
fn read(session: &mut BgpSession, line: &str) {
    let Some((what, value)) = line.split_once(':') else { return };
    let value = value.trim();
    match what {
        "BGP state" => {
            session.state = BgpState::of(value);
            value.clone_into(&mut session.word);
        }
        "Neighbor address" => session.neighbor = Some(value.to_owned()),
        "Neighbor AS" => session.remote_as = value.parse().ok(),
        "Last error" => session.last_error = Some(value.to_owned()),
        // One a channel (address family): they add up.
        "Routes" => {
            for part in value.split(',') {
                match part.trim().split_once(' ') {
                    Some((count, "imported")) => add(&mut session.received, count),
                    Some((count, "exported")) => add(&mut session.sent, count),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

fn add(sum: &mut Option<u64>, count: &str) {
    if let Ok(count) = count.parse::<u64>() {
        *sum = Some(sum.unwrap_or(0).saturating_add(count));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    /// As BIRD 2.0.12 wrote it to its socket, with a BIRD and an FRR for neighbours and one that is not there.
    const ANSWER: &str = include_str!("fixtures/bird.txt");

    #[test]
    fn sessions_and_nothing_else_are_read() {
        let found = sessions(ANSWER).unwrap();
        let names: Vec<_> = found.iter().map(|session| (session.name.as_str(), session.state)).collect();
        assert_eq!(
            names,
            [
                ("backup", BgpState::Connecting),
                ("frr4", BgpState::Established),
                ("frr6", BgpState::Established),
                ("transit", BgpState::Established)
            ]
        );
        let transit = &found[3];
        assert_eq!((transit.neighbor.as_deref(), transit.remote_as), (Some("198.18.250.2"), Some(64501)));
        assert_eq!((transit.received, transit.sent), (Some(1), Some(1)));
        assert_eq!((found[0].word.as_str(), found[0].received), ("Active", None));
        assert_eq!(found[0].last_error.as_deref(), Some("Socket: No route to host"));
    }

    #[test]
    fn a_session_that_is_switched_off_is_disabled() {
        let found = sessions(include_str!("fixtures/bird_disabled.txt")).unwrap();
        assert_eq!((found[0].state, found[0].word.as_str()), (BgpState::Disabled, "Down"));
    }

    #[test]
    fn families_add_up() {
        let two = "1002-x BGP --- up 1 2\n1006-  BGP state: Established\n     Routes: 3 imported, 1 filtered, 2 exported, 3 preferred\n     \
                   Routes: 4 imported, 0 exported\n0000 \n";
        let found = sessions(two).unwrap();
        assert_eq!((found[0].received, found[0].sent), (Some(7), Some(2)));
    }

    #[rstest]
    #[case::whole(ANSWER, true)]
    #[case::refused("0001 BIRD 2.0.12 ready.\n9001 syntax error\n", true)]
    #[case::greeting("0001 BIRD 2.0.12 ready.\n", false)]
    #[case::within("1002-x BGP\n", false)]
    #[case::cut_in_the_last_line("0001 x\n0000 ", false)]
    #[case::nothing("", false)]
    fn wholeness(#[case] answer: &str, #[case] whole: bool) {
        assert_eq!(is_whole(answer), whole);
    }

    #[test]
    fn a_refusal_is_told_in_its_words() {
        let refused = sessions("0001 BIRD 2.0.12 ready.\n8007 Access denied\n");
        assert_eq!(refused, Err("Access denied".to_owned()));
    }

    proptest! {
        #[test]
        fn nothing_panics(answer in "(?s)([0-9]{0,4}[- ]?.{0,12}\n?){0,8}") {
            let _ = (is_whole(&answer), sessions(&answer));
        }
    }
}
