//! The sentences of a verdict: plain, short, second person (ux.md, Words).

use super::{
    Evidence, EvidenceSource, Place, Side,
    facts::{GroupFacts, VerdictFacts},
    own::Own,
};
use crate::stats::significant;

/// What the own tests say, as evidence; `points_to_fault` when the place is a fault.
pub(super) fn own_evidence(own: Own, points_to_fault: bool) -> Option<Evidence> {
    let trouble = if points_to_fault { Side::For } else { Side::Against };
    let (side, text, n, at) = match own {
        Own::Untested => return None,
        Own::Failing { in_a_row: 1, newest, .. } => (trouble, "Your last test failed.".to_owned(), 1, newest),
        Own::Failing { in_a_row, newest, .. } => {
            (trouble, format!("Your last {in_a_row} tests failed."), in_a_row, newest)
        }
        Own::Slow { test, usual } => {
            let now = test.download.map_or_else(String::new, significant);
            let text = format!("Your last test downloaded at {now} Mbit/s; usual is {}.", significant(usual));
            (trouble, text, 1, test.at)
        }
        Own::Late { test, ping, usual } => {
            let text = format!(
                "Your last test answered in {} ms; usual is {}.",
                significant(ping),
                significant(usual)
            );
            (trouble, text, 1, test.at)
        }
        Own::Bloated { test, increase } => {
            (trouble, format!("Under load your line answers {} ms later.", significant(increase)), 1, test.at)
        }
        Own::Fine { test, tests, failures } => {
            let side = if points_to_fault { Side::Against } else { Side::For };
            let text = match (tests, failures) {
                (1, _) => "Your last test went well.".to_owned(),
                (n, 0) => format!("All {n} of your tests in the last hour went well."),
                (n, 1) => format!("Your last test went well; 1 of {n} in the last hour failed."),
                (n, failed) => format!("Your last test went well; {failed} of {n} in the last hour failed."),
            };
            (side, text, tests, test.at)
        }
    };
    Some(Evidence { side, text, source: EvidenceSource::OwnTests, n: Some(n), at })
}

/// What a group of households says, as evidence.
pub(super) fn group_evidence(group: &GroupFacts, who: &str, source: EvidenceSource, side: Side) -> Evidence {
    let (failing, households) = (group.failing, group.households);
    let text = match failing {
        0 => format!("All {households} {who} that tested in the last 15 minutes are fine."),
        1 => format!("1 of {households} {who} that tested in the last 15 minutes has trouble."),
        _ => format!("{failing} of {households} {who} that tested in the last 15 minutes have trouble."),
    };
    Evidence { side, text, source, n: Some(households), at: group.newest_at }
}

/// The households of the visitor's provider, in words.
pub(super) fn provider_households(facts: &VerdictFacts) -> String {
    match &facts.provider_name {
        Some(name) => format!("{name} households"),
        None => "households of your provider".to_owned(),
    }
}

/// The verdict in one sentence (or two).
pub(super) fn sentence(place: Place, own: Own, facts: &VerdictFacts, provider_in_trouble: bool) -> String {
    match place {
        Place::None => fine(own, facts, provider_in_trouble),
        Place::Provider if matches!(own, Own::Untested) => {
            "Your provider seems to be in trouble. Your own line has not been tested in the last hour.".into()
        }
        Place::Provider => "It is your provider, not you.".into(),
        Place::Wide if matches!(own, Own::Untested) => {
            "Several providers are in trouble at once. Your own line has not been tested in the last hour."
                .into()
        }
        Place::Wide => "It is not only you: several providers are in trouble at once.".into(),
        Place::Building => "It is your building's network, not your own line.".into(),
        Place::Line | Place::Device | Place::Transit | Place::Service => line(own),
        Place::Unknown => unknown(own, facts),
    }
}

fn fine(own: Own, facts: &VerdictFacts, provider_in_trouble: bool) -> String {
    let Own::Fine { test, failures, .. } = own else {
        return "All good.".to_owned();
    };
    if provider_in_trouble {
        return format!("Your line is fine, but other {} have trouble.", provider_households(facts));
    }
    let latency = test.ping.map(|p| format!("{} ms", significant(p)));
    let lost = match (failures, test.loss) {
        (0, Some(0.0)) => Some("nothing lost in the last hour".to_owned()),
        (0, Some(loss)) if loss > 0.0 => Some(format!("{} % lost in the last test", significant(loss))),
        (0, _) => Some("no failed test in the last hour".to_owned()),
        (1, _) => Some("though one test failed in the last hour".to_owned()),
        (n, _) => Some(format!("though {n} tests failed in the last hour")),
    };
    let facts: Vec<String> = latency.into_iter().chain(lost).collect();
    let opening = if failures == 0 { "All good." } else { "Good again." };
    let details = facts.join(", ");
    let mut letters = details.chars();
    let details =
        letters.next().map(|c| c.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default();
    format!("{opening} {details}.")
}

fn line(own: Own) -> String {
    match own {
        Own::Slow { .. } => {
            "It is on your side: your line is slower than usual, and your provider's others are fine."
        }
        Own::Late { .. } => {
            "It is on your side: your line answers late, and your provider's others are fine."
        }
        Own::Bloated { .. } => "Your line works, but answers late while it is busy.",
        _ => "It is on your side: your line or what connects you to it.",
    }
    .to_owned()
}

fn unknown(own: Own, facts: &VerdictFacts) -> String {
    if facts.uplinks.is_some_and(|u| u.watched > 0 && u.down == u.watched) {
        return "This monitor's own link is down, so it cannot tell.".to_owned();
    }
    match own {
        Own::Failing { in_a_row: 1, .. } => {
            "Your last test failed. Run one more: a single failure tells little."
        }
        Own::Failing { .. } => "Your tests fail, but too few neighbours tested to tell where the fault is.",
        Own::Slow { .. } => {
            "Your line is slower than usual, but too few neighbours tested to tell where the fault is."
        }
        Own::Late { .. } => {
            "Your line answers late, but too few neighbours tested to tell where the fault is."
        }
        _ => "Not enough is known. Run a 10-second test: it tells whether it is you.",
    }
    .to_owned()
}
