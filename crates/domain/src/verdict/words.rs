//! The sentences of a verdict in the API's English: plain, short, second person (ux.md, Words).

use super::{Fact, Finding, Trouble, Who, Wish};
use crate::{speed_tests::FULL_RUN_S, stats::significant};

impl Finding {
    /// The verdict in one sentence (or two).
    pub fn english(&self) -> String {
        let text = match self {
            Self::Fine { ping, loss, failures } => return fine(*ping, *loss, *failures),
            Self::FineAmongFailing { provider } => {
                return format!(
                    "Your line is fine, but other {} have trouble.",
                    provider_households(provider.as_deref())
                );
            }
            Self::Provider { tested: true } => "It is your provider, not you.",
            Self::Provider { tested: false } => {
                "Your provider seems to be in trouble. Your own line has not been tested in the last hour."
            }
            Self::Wide { tested: true } => "It is not only you: several providers are in trouble at once.",
            Self::Wide { tested: false } => {
                "Several providers are in trouble at once. Your own line has not been tested in the last hour."
            }
            Self::Building => "It is your building's network, not your own line.",
            Self::Own { trouble } => own(*trouble),
            Self::Unknown { trouble: Some(trouble) } => unknown(*trouble),
            Self::Unknown { trouble: None } => {
                return format!(
                    "Not enough is known. Run a {FULL_RUN_S}-second test: it tells whether it is you."
                );
            }
            Self::Blind => "This monitor's own link is down, so it cannot tell.",
        };
        text.to_owned()
    }
}

fn fine(ping: Option<f64>, loss: Option<f64>, failures: u64) -> String {
    let latency = ping.map(|p| format!("{} ms", significant(p)));
    let lost = match (failures, loss) {
        (0, Some(0.0)) => "nothing lost in the last hour".to_owned(),
        (0, Some(loss)) if loss > 0.0 => format!("{} % lost in the last test", significant(loss)),
        (0, _) => "no failed test in the last hour".to_owned(),
        (1, _) => "though one test failed in the last hour".to_owned(),
        (n, _) => format!("though {n} tests failed in the last hour"),
    };
    let opening = if failures == 0 { "All good." } else { "Good again." };
    let details = latency.into_iter().chain([lost]).collect::<Vec<_>>().join(", ");
    let mut letters = details.chars();
    let details =
        letters.next().map(|c| c.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default();
    format!("{opening} {details}.")
}

const fn own(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Slow => {
            "It is on your side: your line is slower than usual, and your provider's others are fine."
        }
        Trouble::Late => "It is on your side: your line answers late, and your provider's others are fine.",
        Trouble::Bloated => "Your line works, but answers late while it is busy.",
        Trouble::FailedOnce | Trouble::Failed => "It is on your side: your line or what connects you to it.",
    }
}

const fn unknown(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::FailedOnce => "Your last test failed. Run one more: a single failure tells little.",
        Trouble::Failed => "Your tests fail, but too few neighbours tested to tell where the fault is.",
        Trouble::Slow => {
            "Your line is slower than usual, but too few neighbours tested to tell where the fault is."
        }
        Trouble::Late | Trouble::Bloated => {
            "Your line answers late, but too few neighbours tested to tell where the fault is."
        }
    }
}

/// The households of the visitor's provider.
fn provider_households(name: Option<&str>) -> String {
    match name {
        Some(name) => format!("{name} households"),
        None => "households of your provider".to_owned(),
    }
}

impl Who {
    fn english(&self) -> String {
        match self {
            Self::Provider { name } => provider_households(name.as_deref()),
            Self::Others => "households of other providers".to_owned(),
            Self::Building => "neighbours in your building".to_owned(),
        }
    }
}

impl Fact {
    /// The evidence in plain words.
    pub fn english(&self) -> String {
        match self {
            Self::Failed { in_a_row: 1 } => "Your last test failed.".to_owned(),
            Self::Failed { in_a_row } => format!("Your last {in_a_row} tests failed."),
            Self::Slow { mbps, usual } => {
                let now = mbps.map_or_else(String::new, significant);
                format!("Your last test downloaded at {now} Mbit/s; usual is {}.", significant(*usual))
            }
            Self::Late { ms, usual } => {
                let (now, usual) = (significant(*ms), significant(*usual));
                format!("Your last test answered in {now} ms; usual is {usual}.")
            }
            Self::Bloated { ms } => format!("Under load your line answers {} ms later.", significant(*ms)),
            Self::Well { tests, failures } => match (tests, failures) {
                (1, _) => "Your last test went well.".to_owned(),
                (n, 0) => format!("All {n} of your tests in the last hour went well."),
                (n, failed) => format!("Your last test went well; {failed} of {n} in the last hour failed."),
            },
            Self::Households { who: Who::Building, failing, households } => match failing {
                0 => format!("All {households} neighbours in your building answer."),
                1 => format!("1 of {households} neighbours in your building does not answer."),
                _ => format!("{failing} of {households} neighbours in your building do not answer."),
            },
            Self::Households { who, failing, households } => {
                let who = who.english();
                match failing {
                    0 => format!("All {households} {who} that tested in the last 15 minutes are fine."),
                    1 => format!("1 of {households} {who} that tested in the last 15 minutes has trouble."),
                    _ => format!(
                        "{failing} of {households} {who} that tested in the last 15 minutes have trouble."
                    ),
                }
            }
            Self::Uplinks { down: 0, .. } => "This monitor's own links are up.".to_owned(),
            Self::Uplinks { down, watched } => format!("{down} of {watched} links of this monitor are down."),
            Self::Routes { changed } => format!("{changed} routes changed in the last hour."),
            Self::Feeds { troubled } => format!("Trouble is reported by {}.", troubled.join(", ")),
        }
    }
}

impl Wish {
    /// What would tell more, in plain words.
    pub fn english(&self) -> String {
        let text = match self {
            Self::OwnTest => return format!("A test of your own: it takes up to {FULL_RUN_S} seconds."),
            Self::OneMore => "One more test: a second failure would count.",
            Self::ByCable => "A test by cable, or from another device at home: it tells Wi-Fi from the line.",
            Self::ProviderName => "Your provider's name: it is not known here.",
            Self::Tests { who: who @ Who::Provider { .. }, k } => {
                return format!("Tests of at least {k} other {} in the last 15 minutes.", who.english());
            }
            Self::Tests { who, k } => return format!("Tests of at least {k} {}.", who.english()),
            Self::Building => "Neighbours in your building: they are not watched here.",
            Self::Uplinks => "This monitor's own links: they are not watched here.",
            Self::Routes => "Routes through the internet: they are not traced here.",
            Self::Feeds => "Status pages of services: they are not read here.",
        };
        text.to_owned()
    }
}
