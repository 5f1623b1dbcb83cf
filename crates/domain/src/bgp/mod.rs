//! BGP sessions of this server's routing daemon: shown beside the uplinks and never mixed into their state, since a
//! session that stands says nothing of traffic that flows.
//!
//! Flow: what BIRD or FRR tell → [`bird::sessions`], [`frr::sessions`] → [`keep_since`] (daemons tell times of day, or
//! none; so this program notes when it first saw a state).

pub mod bird;
pub mod frr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::endpoint::{Endpoint, EndpointInfo};

/// Each configured routing daemon with its sessions.
pub const LIST_BGP_DAEMONS: Endpoint<(), Vec<BgpDaemon>> = Endpoint::get("list_bgp_daemons", "/api/bgp");

/// All of this slice's endpoints.
pub const ENDPOINTS: &[EndpointInfo] = &[LIST_BGP_DAEMONS.info()];

/// Who speaks BGP here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DaemonKind {
    /// BIRD, asked by its control socket.
    Bird,
    /// FRRouting, asked by vtysh.
    Frr,
}

impl DaemonKind {
    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bird => "BIRD",
            Self::Frr => "FRR",
        }
    }
}

/// A routing daemon as it answered last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BgpDaemon {
    /// Which one.
    pub kind: DaemonKind,
    /// When it was asked last; null before the first time.
    pub asked_at: Option<DateTime<Utc>>,
    /// Why it tells nothing, where it does not.
    pub problem: Option<String>,
    /// Its sessions, by name; empty where there is a problem.
    pub sessions: Vec<BgpSession>,
}

/// How a session is (RFC 4271 §8.2.2, its three states of setting up taken together).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BgpState {
    /// Routes are exchanged.
    Established,
    /// It tries to connect.
    Connecting,
    /// It does not even try, for now.
    Idle,
    /// The operator has switched it off.
    Disabled,
}

impl BgpState {
    /// Reads a word of the standard, as both daemons write it.
    fn of(word: &str) -> Self {
        match word {
            "Established" => Self::Established,
            "Connect" | "Active" | "OpenSent" | "OpenConfirm" => Self::Connecting,
            "Down" | "Idle (Admin)" => Self::Disabled,
            _ => Self::Idle,
        }
    }
}

/// One session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BgpSession {
    /// The operator's name for it, else the neighbour's address.
    pub name: String,
    /// The neighbour's address.
    pub neighbor: Option<String>,
    /// The neighbour's autonomous system.
    pub remote_as: Option<u32>,
    /// How it is.
    pub state: BgpState,
    /// The daemon's own word for that.
    pub word: String,
    /// Since when this program has seen that state.
    pub since: Option<DateTime<Utc>>,
    /// Prefixes received; null while none can be.
    pub received: Option<u64>,
    /// Prefixes sent.
    pub sent: Option<u64>,
    /// What went wrong last, as the daemon says.
    pub last_error: Option<String>,
}

/// Notes since when each session is as it is: what was so before stays.
pub fn keep_since(
    before: &[BgpSession],
    mut sessions: Vec<BgpSession>,
    now: DateTime<Utc>,
) -> Vec<BgpSession> {
    for session in &mut sessions {
        let same = before.iter().find(|old| old.name == session.name && old.state == session.state);
        session.since = same.and_then(|old| old.since).or(Some(now));
    }
    sessions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_lasts_until_it_changes() {
        let at = |minute: u32| format!("2026-11-23T10:{minute:02}:00Z").parse::<DateTime<Utc>>().unwrap();
        let up = bird::sessions(include_str!("fixtures/bird.txt")).unwrap();
        let first = keep_since(&[], up.clone(), at(0));
        let second = keep_since(&first, up, at(1));
        assert!(second.iter().all(|session| session.since == Some(at(0))));
        let off = bird::sessions(include_str!("fixtures/bird_disabled.txt")).unwrap();
        let third = keep_since(&second, off, at(2));
        assert_eq!((third[0].state, third[0].since), (BgpState::Disabled, Some(at(2))));
    }
}
