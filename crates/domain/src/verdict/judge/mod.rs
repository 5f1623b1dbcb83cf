//! From facts to a verdict: how each group looks, the table of places, and what would change the answer.
//!
//! A group below k is not spoken of at all. A group fails by the statistical rule of rules.md A6, so that a few
//! people who test because their own line is down do not make an outage of their provider.

use chrono::{DateTime, Utc};

use super::{
    Confidence, Evidence, EvidenceSource, Fact, Finding, Place, Side, Trouble, Verdict, Who, Wish,
    facts::{GroupFacts, VerdictFacts},
    own::{Own, look},
};
use crate::stats::binomial_tail;

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
    let finding = if blind { Finding::Blind } else { finding(place, &seen, facts) };
    let wishes = wishes(place, &seen, facts);
    Verdict {
        place,
        confidence,
        sentence: finding.english(),
        finding,
        since: since(place, &seen, facts),
        evidence: evidence(place, &seen, facts),
        would_change: wishes.iter().map(Wish::english).collect(),
        wishes,
        facts_at: facts.now,
    }
}

/// The place as a sentence will say it.
fn finding(place: Place, seen: &Seen, facts: &VerdictFacts) -> Finding {
    let tested = seen.own != Own::Untested;
    match (place, seen.own) {
        (Place::Provider, _) => Finding::Provider { tested },
        (Place::Wide, _) => Finding::Wide { tested },
        (Place::Building, _) => Finding::Building,
        (Place::None, Own::Fine { .. }) if seen.provider == Group::Failing => {
            Finding::FineAmongFailing { provider: facts.provider_name.clone() }
        }
        (Place::None, Own::Fine { test, failures, .. }) => {
            Finding::Fine { ping: test.ping, loss: test.loss, failures }
        }
        (Place::Line | Place::Device | Place::Transit | Place::Service, own) => {
            Finding::Own { trouble: trouble(own).unwrap_or(Trouble::Failed) }
        }
        (Place::None | Place::Unknown, own) => Finding::Unknown { trouble: trouble(own) },
    }
}

const fn trouble(own: Own) -> Option<Trouble> {
    match own {
        Own::Failing { in_a_row: 1, .. } => Some(Trouble::FailedOnce),
        Own::Failing { .. } => Some(Trouble::Failed),
        Own::Slow { .. } => Some(Trouble::Slow),
        Own::Late { .. } => Some(Trouble::Late),
        Own::Bloated { .. } => Some(Trouble::Bloated),
        Own::Untested | Own::Fine { .. } => None,
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
        // Neighbours tell that it is not this line alone; whether it is the provider, too few others can tell.
        (Group::TooFew, _, Group::Failing) => Some((Place::Building, Confidence::Low)),
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

fn since(place: Place, seen: &Seen, facts: &VerdictFacts) -> Option<DateTime<Utc>> {
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
    let provider = Who::Provider { name: facts.provider_name.clone() };
    let groups = [
        (facts.provider, seen.provider, provider_is_it, provider, EvidenceSource::SameProvider),
        // That others are fine is what tells a provider's fault from a wide one.
        (
            facts.other_providers,
            seen.others,
            place == Place::Wide,
            Who::Others,
            EvidenceSource::OtherProviders,
        ),
        (
            facts.building,
            seen.building,
            matches!(place, Place::Building | Place::Provider | Place::Wide),
            Who::Building,
            EvidenceSource::Building,
        ),
    ];
    for (group, state, is_shared, who, source) in groups {
        if let (Some(group), Some(side)) = (group, side(state, is_shared)) {
            let (failing, households) = (group.failing, group.households);
            let fact = Fact::Households { who, failing, households };
            all.push(said(side, fact, source, Some(households), group.newest_at));
        }
    }
    all.extend(other_evidence(facts));
    all
}

fn said(side: Side, fact: Fact, source: EvidenceSource, n: Option<u64>, at: DateTime<Utc>) -> Evidence {
    Evidence { side, text: fact.english(), fact, source, n, at }
}

/// What the own tests say; `points_to_fault` when the place is a fault.
fn own_evidence(own: Own, points_to_fault: bool) -> Option<Evidence> {
    let (trouble, well) =
        if points_to_fault { (Side::For, Side::Against) } else { (Side::Against, Side::For) };
    let (side, fact, n, at) = match own {
        Own::Untested => return None,
        Own::Failing { in_a_row, newest, .. } => (trouble, Fact::Failed { in_a_row }, in_a_row, newest),
        Own::Slow { test, usual } => (trouble, Fact::Slow { mbps: test.download, usual }, 1, test.at),
        Own::Late { test, ping, usual } => (trouble, Fact::Late { ms: ping, usual }, 1, test.at),
        Own::Bloated { test, increase } => (trouble, Fact::Bloated { ms: increase }, 1, test.at),
        Own::Fine { test, tests, failures } => (well, Fact::Well { tests, failures }, tests, test.at),
    };
    Some(said(side, fact, EvidenceSource::OwnTests, Some(n), at))
}

/// What uplinks, routes and feeds add: each speaks against a fault of the visitor's own.
fn other_evidence(facts: &VerdictFacts) -> Vec<Evidence> {
    let mut all = Vec::new();
    if let Some(uplinks) = facts.uplinks.filter(|u| u.watched > 0) {
        let (down, watched) = (uplinks.down, uplinks.watched);
        let side = if down == 0 { Side::For } else { Side::Against };
        let fact = Fact::Uplinks { down, watched };
        all.push(said(side, fact, EvidenceSource::Uplinks, Some(watched), uplinks.newest_at));
    }
    if let Some(routes) = facts.routes.filter(|r| r.changed > 0) {
        let (n, fact) = (Some(routes.changed), Fact::Routes { changed: routes.changed });
        all.push(said(Side::Against, fact, EvidenceSource::Routes, n, routes.newest_at));
    }
    if let Some(feeds) = facts.feeds.as_ref().filter(|f| !f.troubled.is_empty()) {
        let n = Some(feeds.troubled.len() as u64);
        let fact = Fact::Feeds { troubled: feeds.troubled.clone() };
        all.push(said(Side::Against, fact, EvidenceSource::Feeds, n, feeds.newest_at));
    }
    all
}

/// The one thing that would tell first, then what is not known here.
fn wishes(place: Place, seen: &Seen, facts: &VerdictFacts) -> Vec<Wish> {
    let first = match (place, seen.own) {
        (_, Own::Untested) => Some(Wish::OwnTest),
        (_, Own::Failing { in_a_row: 1, .. }) => Some(Wish::OneMore),
        (Place::Line, _) => Some(Wish::ByCable),
        _ => None,
    };
    let name = facts.provider_name.clone();
    let unknown = [
        (name.is_none(), Wish::ProviderName),
        (seen.provider == Group::TooFew, Wish::Tests { who: Who::Provider { name }, k: facts.k }),
        (seen.others == Group::TooFew, Wish::Tests { who: Who::Others, k: facts.k }),
        (facts.building.is_none(), Wish::Building),
        (facts.uplinks.is_none(), Wish::Uplinks),
        (facts.routes.is_none(), Wish::Routes),
        (facts.feeds.is_none(), Wish::Feeds),
    ];
    first
        .into_iter()
        .chain(unknown.into_iter().filter(|(missing, _)| *missing).map(|(_, wish)| wish))
        .collect()
}

#[cfg(test)]
mod tests;
