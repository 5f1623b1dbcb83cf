//! Where the fault is, for one visitor: a pure function of facts.
//!
//! Flow: facts (own tests, other households, …) → place, confidence, sentence, evidence, what would change it.
//! Surprise: it would rather say `unknown` than guess; what it was not told is listed in `would_change`.

mod facts;
mod judge;
mod own;
mod said;
mod words;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::endpoint::{Endpoint, EndpointInfo};

pub use facts::{FeedFacts, GroupFacts, OwnTest, RouteFacts, UplinkFacts, Usual, VerdictFacts};
pub use judge::verdict;
pub use said::{Fact, Finding, Trouble, Who, Wish};

/// The verdict for this device.
pub const GET_VERDICT: Endpoint<(), Verdict> = Endpoint::get("get_verdict", "/api/verdict");

/// All of this slice's endpoints.
pub const ENDPOINTS: &[EndpointInfo] = &[GET_VERDICT.info()];

/// Where the fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// This device or what connects it (Wi-Fi, cable).
    Device,
    /// The line between the home and its provider.
    Line,
    /// The building's network.
    Building,
    /// The provider.
    Provider,
    /// A network between the provider and the rest.
    Transit,
    /// One service.
    Service,
    /// Several providers at once.
    Wide,
    /// Nowhere: all is well.
    None,
    /// Not enough is known.
    Unknown,
}

/// How sure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// A single or contradicted sign.
    Low,
    /// Agreeing signs.
    Medium,
    /// Agreeing signs of many households or many own tests.
    High,
}

/// Which way a piece of evidence points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// For this place.
    For,
    /// Against it.
    Against,
}

/// Where a piece of evidence comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EvidenceSource {
    /// This device's tests.
    OwnTests,
    /// Households of the same provider.
    SameProvider,
    /// Households of other providers.
    OtherProviders,
    /// Neighbours in the building.
    Building,
    /// This server's own uplinks.
    Uplinks,
    /// Routes that changed.
    Routes,
    /// Status pages and outage feeds.
    Feeds,
}

/// One piece of evidence in plain words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Evidence {
    /// For or against.
    pub side: Side,
    /// In plain words.
    pub text: String,
    /// The same without words, for other languages.
    pub fact: Fact,
    /// Where from.
    pub source: EvidenceSource,
    /// How many samples or households.
    pub n: Option<u64>,
    /// When the newest of it was seen.
    pub at: DateTime<Utc>,
}

/// The answer of `GET /api/verdict`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Verdict {
    /// Where.
    pub place: Place,
    /// How sure.
    pub confidence: Confidence,
    /// In a sentence.
    pub sentence: String,
    /// The same without words, for other languages.
    pub finding: Finding,
    /// Since when, where a fault has a beginning.
    pub since: Option<DateTime<Utc>>,
    /// For and against.
    pub evidence: Vec<Evidence>,
    /// What would change it: what is not known, and the one thing that would tell.
    pub would_change: Vec<String>,
    /// The same without words, for other languages.
    pub wishes: Vec<Wish>,
    /// When the facts were taken.
    pub facts_at: DateTime<Utc>,
}
