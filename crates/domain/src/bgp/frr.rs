//! What FRR's `show bgp summary json` says: address families, each with its neighbours.

use std::collections::BTreeMap;

use serde::{Deserialize, de::IgnoredAny};

use super::{BgpSession, BgpState};

/// The question that [`sessions`] reads the answer of.
pub const QUESTION: &str = "show bgp summary json";

#[derive(Deserialize)]
#[serde(untagged)]
enum Entry {
    Family { peers: BTreeMap<String, Peer> },
    Other(IgnoredAny),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Peer {
    remote_as: Option<u32>,
    state: String,
    pfx_rcd: Option<u64>,
    pfx_snt: Option<u64>,
    desc: Option<String>,
}

/// The sessions of an answer; a neighbour of two families is one.
pub fn sessions(answer: &str) -> Result<Vec<BgpSession>, String> {
    let families: BTreeMap<String, Entry> =
        serde_json::from_str(answer).map_err(|error| format!("it did not answer in JSON ({error})"))?;
    let mut found: BTreeMap<String, BgpSession> = BTreeMap::new();
    for family in families.into_values() {
        let Entry::Family { peers } = family else { continue };
        for (address, peer) in peers {
            let up = peer.state == "Established";
            let (received, sent) = (peer.pfx_rcd.filter(|_| up), peer.pfx_snt.filter(|_| up));
            if let Some(known) = found.get_mut(&address) {
                known.received = sum(known.received, received);
                known.sent = sum(known.sent, sent);
                continue;
            }
            let session = BgpSession {
                name: peer.desc.unwrap_or_else(|| address.clone()),
                neighbor: Some(address.clone()),
                remote_as: peer.remote_as,
                state: BgpState::of(&peer.state),
                word: peer.state,
                since: None,
                received,
                sent,
                last_error: None,
            };
            found.insert(address, session);
        }
    }
    Ok(found.into_values().collect())
}

fn sum(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.saturating_add(b)),
        _ => a.or(b),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// As FRR 8.4 wrote it: a neighbour that is up, one that is not there, one shut down, one of two families.
    const ANSWER: &str = include_str!("fixtures/frr.json");

    #[test]
    fn a_neighbour_is_one_session() {
        let found = sessions(ANSWER).unwrap();
        let states: Vec<_> = found.iter().map(|session| (session.name.as_str(), session.state)).collect();
        assert_eq!(
            states,
            [
                ("to bird", BgpState::Established),
                ("198.18.251.77", BgpState::Connecting),
                ("198.18.251.78", BgpState::Disabled),
                ("2001:db8:fb::1", BgpState::Connecting)
            ]
        );
        assert_eq!((found[0].remote_as, found[0].received, found[0].sent), (Some(64500), Some(2), Some(2)));
        assert_eq!(found[1].received, None, "0 prefixes of a session that is not up are no count");
    }

    #[rstest]
    #[case::no_neighbours("{}", 0)]
    #[case::beside_families(r#"{"warning":"x","ipv4Unicast":{"peers":{}}}"#, 0)]
    fn empty(#[case] answer: &str, #[case] count: usize) {
        assert_eq!(sessions(answer).unwrap().len(), count);
    }

    #[rstest]
    #[case::words("% BGP instance not found")]
    #[case::cut(&ANSWER[..200])]
    #[case::a_list("[1]")]
    fn not_an_answer(#[case] answer: &str) {
        assert!(sessions(answer).unwrap_err().contains("JSON"));
    }
}
