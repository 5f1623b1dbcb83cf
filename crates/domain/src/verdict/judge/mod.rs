//! From facts to a verdict: how each group looks, the table of places, and what would change the answer.
//!
//! A group below k is not spoken of at all. A group fails by the statistical rule of rules.md A6, so that a few
//! people who test because their own line is down do not make an outage of their provider.

use super::{
    Confidence, Evidence, EvidenceSource, Place, Side, Verdict,
    facts::{GroupFacts, VerdictFacts},
    own::{Own, look},
    words::{group_evidence, own_evidence, provider_households, sentence},
};

/// The share of households that fail anyway, before there is history (rules.md A6).
const USUAL_SHARE: f64 = 0.01;
/// A group fails when so many failures are less likely than this (rules.md A6).
const UNLIKELY: f64 = 1e-5;
/// The fewest failing households of a failing group (rules.md A6).
const FEWEST_FAILING: u64 = 2;
/// Below this share of failures a group is fine (rules.md B1, ISP community).
const FINE_SHARE: f64 = 0.10;
/// From so many households on a failing group is seen with high confidence.
const MANY_HOUSEHOLDS: u64 = 10;
/// So many own tests of the last hour make a fine line certain.
const MANY_TESTS: u64 = 3;
/// So many failures in a row are an outage of a device (rules.md A5).
const FAILURES_IN_A_ROW: u64 = 2;

/// How a group of households looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    /// Unknown, or fewer than k households.
    TooFew,
    Fine,
    /// Neither fine nor failing.
    Mixed,
    Failing,
}

fn group(facts: Option<&GroupFacts>, k: u64) -> Group {
    let Some(facts) = facts.filter(|g| g.households >= k && g.households > 0) else { return Group::TooFew };
    let failing = facts.failing.min(facts.households);
    let usual =
        facts.usually_failing.filter(|u| u.is_finite()).unwrap_or(USUAL_SHARE).clamp(USUAL_SHARE, 1.0);
    let unlikely = binomial_tail(failing, facts.households, usual) < UNLIKELY;
    if failing >= FEWEST_FAILING.max(k) && unlikely {
        Group::Failing
    } else if (failing as f64) < facts.households as f64 * FINE_SHARE {
        Group::Fine
    } else {
        Group::Mixed
    }
}

/// P(X ≥ x) of a binomial with n trials of chance p, summed in logarithms so that no term overflows.
fn binomial_tail(x: u64, n: u64, p: f64) -> f64 {
    /// Terms so far beyond x no longer change the sum.
    const TERMS: u64 = 4096;
    if x == 0 || p >= 1.0 {
        return 1.0;
    }
    if p <= 0.0 || x > n {
        return 0.0;
    }
    let (ln_p, ln_q) = (p.ln(), (1.0 - p).ln());
    let mut ln_choose = ln_factorial(n) - ln_factorial(x) - ln_factorial(n - x);
    let mut tail = 0.0;
    for i in x..=n.min(x.saturating_add(TERMS)) {
        tail += (ln_choose + i as f64 * ln_p + (n - i) as f64 * ln_q).exp();
        ln_choose += ((n - i) as f64).ln() - (i as f64 + 1.0).ln();
    }
    tail.min(1.0)
}

/// ln n! by its sum, or by Stirling's series where the sum is long (Abramowitz and Stegun 6.1.40).
fn ln_factorial(n: u64) -> f64 {
    if n < 64 {
        return (2..=n).map(|i| (i as f64).ln()).sum();
    }
    let n = n as f64;
    n * n.ln() - n + 0.5 * (std::f64::consts::TAU * n).ln() + 1.0 / (12.0 * n) - 1.0 / (360.0 * n.powi(3))
}

/// What was seen, before it is put into words.
struct Seen {
    own: Own,
    provider: Group,
    others: Group,
    building: Group,
}

/// The verdict for one visitor.
pub fn verdict(facts: &VerdictFacts) -> Verdict {
    let seen = Seen {
        own: look(facts),
        provider: group(facts.provider.as_ref(), facts.k),
        others: group(facts.other_providers.as_ref(), facts.k),
        building: group(facts.building.as_ref(), facts.k),
    };
    let blind = facts.uplinks.is_some_and(|u| u.watched > 0 && u.down == u.watched);
    let (place, confidence) = if blind { (Place::Unknown, Confidence::High) } else { place(&seen, facts) };
    Verdict {
        place,
        confidence,
        sentence: sentence(place, seen.own, facts, seen.provider == Group::Failing),
        since: since(place, &seen, facts),
        evidence: evidence(place, &seen, facts),
        would_change: would_change(place, &seen, facts),
        facts_at: facts.now,
    }
}

/// The table of places.
fn place(seen: &Seen, facts: &VerdictFacts) -> (Place, Confidence) {
    match seen.own {
        Own::Fine { tests, failures, .. } => (
            Place::None,
            if tests >= MANY_TESTS && failures == 0 { Confidence::High } else { Confidence::Medium },
        ),
        // Where a line queues under load is told by the line alone.
        Own::Bloated { .. } => (Place::Line, Confidence::Medium),
        Own::Untested => shared(seen, facts)
            .map_or((Place::Unknown, Confidence::Low), |(place, _)| (place, Confidence::Medium)),
        Own::Failing { .. } | Own::Slow { .. } | Own::Late { .. } => {
            shared(seen, facts).unwrap_or_else(|| alone(seen))
        }
    }
}

/// A fault that others share.
fn shared(seen: &Seen, facts: &VerdictFacts) -> Option<(Place, Confidence)> {
    let households = facts.provider.map_or(0, |g| g.households);
    match (seen.provider, seen.others, seen.building) {
        (Group::Failing, Group::Failing, _) => Some((Place::Wide, Confidence::High)),
        (Group::Failing, Group::Fine, _) if households >= MANY_HOUSEHOLDS => {
            Some((Place::Provider, Confidence::High))
        }
        (Group::Failing, _, _) => Some((Place::Provider, Confidence::Medium)),
        (Group::Fine, _, Group::Failing) => Some((Place::Building, Confidence::Medium)),
        (Group::TooFew | Group::Mixed, Group::Failing, _) => Some((Place::Wide, Confidence::Low)),
        _ => None,
    }
}

/// A fault that nobody is known to share.
fn alone(seen: &Seen) -> (Place, Confidence) {
    match (seen.own, seen.provider) {
        (Own::Failing { in_a_row, .. }, Group::Fine) if in_a_row >= FAILURES_IN_A_ROW => {
            (Place::Line, Confidence::Medium)
        }
        // A single failure is as likely a closed lid.
        (Own::Failing { .. }, _) => (Place::Unknown, Confidence::Low),
        (_, Group::Fine) => (Place::Line, Confidence::Low),
        _ => (Place::Unknown, Confidence::Low),
    }
}

fn since(place: Place, seen: &Seen, facts: &VerdictFacts) -> Option<chrono::DateTime<chrono::Utc>> {
    let own = match seen.own {
        Own::Failing { since, .. } => Some(since),
        _ => None,
    };
    match place {
        Place::Provider | Place::Wide => facts.provider.and_then(|g| g.since).or(own),
        Place::Building => facts.building.and_then(|g| g.since).or(own),
        Place::None => None,
        _ => own,
    }
}

/// For and against, the own tests first.
fn evidence(place: Place, seen: &Seen, facts: &VerdictFacts) -> Vec<Evidence> {
    let own_fault = !matches!(place, Place::None);
    let mut all: Vec<Evidence> = own_evidence(seen.own, own_fault).into_iter().collect();
    // Failing households speak for a shared place and against an own one; fine ones the other way round.
    let side = |group: Group, is_shared: bool| match (group, is_shared) {
        (Group::Failing, true) | (Group::Fine, false) => Some(Side::For),
        (Group::Failing, false) | (Group::Fine, true) | (Group::Mixed, _) => Some(Side::Against),
        (Group::TooFew, _) => None,
    };
    let provider_is_it = matches!(place, Place::Provider | Place::Wide);
    let households = provider_households(facts);
    let groups = [
        (facts.provider, seen.provider, provider_is_it, households.as_str(), EvidenceSource::SameProvider),
        // That others are fine is what tells a provider's fault from a wide one.
        (
            facts.other_providers,
            seen.others,
            place == Place::Wide,
            "households of other providers",
            EvidenceSource::OtherProviders,
        ),
        (
            facts.building,
            seen.building,
            matches!(place, Place::Building | Place::Provider | Place::Wide),
            "neighbours in your building",
            EvidenceSource::Building,
        ),
    ];
    for (group, state, is_shared, who, source) in groups {
        if let (Some(group), Some(side)) = (group, side(state, is_shared)) {
            all.push(group_evidence(&group, who, source, side));
        }
    }
    all.extend(other_evidence(facts));
    all
}

/// What uplinks, routes and feeds add: each speaks against a fault of the visitor's own.
fn other_evidence(facts: &VerdictFacts) -> Vec<Evidence> {
    let mut all = Vec::new();
    if let Some(uplinks) = facts.uplinks.filter(|u| u.watched > 0) {
        let (side, text) = match uplinks.down {
            0 => (Side::For, "This monitor's own links are up.".to_owned()),
            down => (Side::Against, format!("{down} of {} links of this monitor are down.", uplinks.watched)),
        };
        let n = Some(uplinks.watched);
        all.push(Evidence { side, text, source: EvidenceSource::Uplinks, n, at: uplinks.newest_at });
    }
    if let Some(routes) = facts.routes.filter(|r| r.changed > 0) {
        let text = format!("{} routes changed in the last hour.", routes.changed);
        let (n, at) = (Some(routes.changed), routes.newest_at);
        all.push(Evidence { side: Side::Against, text, source: EvidenceSource::Routes, n, at });
    }
    if let Some(feeds) = facts.feeds.as_ref().filter(|f| !f.troubled.is_empty()) {
        let text = format!("Trouble is reported by {}.", feeds.troubled.join(", "));
        let (n, at) = (Some(feeds.troubled.len() as u64), feeds.newest_at);
        all.push(Evidence { side: Side::Against, text, source: EvidenceSource::Feeds, n, at });
    }
    all
}

/// The one thing that would tell first, then what is not known here.
fn would_change(place: Place, seen: &Seen, facts: &VerdictFacts) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    match (place, seen.own) {
        (_, Own::Untested) => all.push("A test of your own: it takes 10 seconds.".into()),
        (_, Own::Failing { in_a_row: 1, .. }) => {
            all.push("One more test: a second failure would count.".into());
        }
        (Place::Line, _) => {
            all.push("A test by cable, or from another device at home: it tells Wi-Fi from the line.".into());
        }
        _ => {}
    }
    if facts.provider_name.is_none() {
        all.push("Your provider's name: it is not known here.".into());
    }
    if seen.provider == Group::TooFew {
        let who = provider_households(facts);
        all.push(format!("Tests of at least {} other {who} in the last 15 minutes.", facts.k));
    }
    if seen.others == Group::TooFew {
        all.push(format!("Tests of at least {} households of other providers.", facts.k));
    }
    let unknown = [
        (facts.building.is_none(), "Neighbours in your building: they are not watched here."),
        (facts.uplinks.is_none(), "This monitor's own links: they are not watched here."),
        (facts.routes.is_none(), "Routes through the internet: they are not traced here."),
        (facts.feeds.is_none(), "Status pages of services: they are not read here."),
    ];
    all.extend(unknown.iter().filter(|(missing, _)| *missing).map(|(_, text)| (*text).to_owned()));
    all
}

#[cfg(test)]
mod tests;
