//! The evidence bundle: what this server knows of itself and of its lines, in one signed ZIP.
//!
//! Flow: `gather` asks for one part after the other → `bundle` packs, hashes and signs while the client reads, so that no
//! bundle is ever whole in memory → `verify` checks one, on any machine.
//! Threats: it holds everything, so it is for an admin *and* the local network ([`crate::http::DirectLan`]); secrets are
//! left out of the configuration and of unit files; one is made at a time.

mod api;
mod bundle;
mod gather;
mod journal;
mod verify;

use std::sync::{Arc, OnceLock};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use domain::evidence::{ALGORITHM, EvidenceKey};
use tokio::sync::Semaphore;
use utoipa_axum::{router::OpenApiRouter, routes};

pub use journal::Journal;
pub use verify::verify;

use crate::{AppState, crypto::ServerKey};

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(api::get_evidence)).routes(routes!(api::get_evidence_key))
}

/// Tells every built file by its name and bytes.
pub type Assets = Box<dyn Fn(&mut dyn FnMut(&str, &[u8])) + Send + Sync>;

/// What bundles need beside the state.
pub struct Evidence {
    /// One bundle at a time.
    place: Arc<Semaphore>,
    /// The built front end, which the program around this crate holds.
    pub assets: OnceLock<Assets>,
}

impl Default for Evidence {
    fn default() -> Self {
        Self { place: Arc::new(Semaphore::new(1)), assets: OnceLock::new() }
    }
}

/// The signing key: derived from the server's, so that there is no other secret to lose.
fn signer(key: &ServerKey) -> Ed25519KeyPair {
    let seed = key.sign("evidence ed25519", b"");
    Ed25519KeyPair::from_seed_unchecked(&seed).expect("any 32 bytes are a seed")
}

fn public_key(signer: &Ed25519KeyPair) -> EvidenceKey {
    EvidenceKey { algorithm: ALGORITHM.to_owned(), public_key: hex::encode(signer.public_key().as_ref()) }
}
