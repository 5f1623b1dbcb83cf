//! What a verdict says, with its figures but without words: each language has its own (`words.rs` has the API's).

use serde::{Deserialize, Serialize};

/// The finding of a verdict: its sentence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// The line is well.
    Fine {
        /// Idle latency of the last test in ms.
        ping: Option<f64>,
        /// Its measured loss in per cent.
        loss: Option<f64>,
        /// Failed tests of the last hour.
        failures: u64,
    },
    /// The line is well while others have trouble.
    FineAmongFailing {
        /// The visitor's provider, where it is known.
        provider: Option<String>,
    },
    /// The provider.
    Provider {
        /// The visitor's own line was tested too.
        tested: bool,
    },
    /// Several providers at once.
    Wide {
        /// The visitor's own line was tested too.
        tested: bool,
    },
    /// The building's network.
    Building,
    /// The visitor's own side.
    Own {
        /// How its tests look.
        trouble: Trouble,
    },
    /// Trouble, but nobody to compare with; without trouble nothing is known at all.
    Unknown {
        /// How the visitor's tests look.
        trouble: Option<Trouble>,
    },
    /// This server's own links are down.
    Blind,
}

/// How the visitor's own tests look when they are not well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// The last test failed, the one before did not.
    FailedOnce,
    /// The last tests failed.
    Failed,
    /// Far slower than usual.
    Slow,
    /// Answers far later than usual.
    Late,
    /// Answers late while it is busy.
    Bloated,
}

/// What one piece of evidence says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// The last so many own tests failed.
    Failed {
        /// How many in a row.
        in_a_row: u64,
    },
    /// The last test was slow.
    Slow {
        /// Its download in Mbit/s.
        mbps: Option<f64>,
        /// The usual one.
        usual: f64,
    },
    /// The last test answered late.
    Late {
        /// Its latency in ms.
        ms: f64,
        /// The usual one.
        usual: f64,
    },
    /// Latency under load.
    Bloated {
        /// By how many ms it grows.
        ms: f64,
    },
    /// The last test went well.
    Well {
        /// Tests of the last hour.
        tests: u64,
        /// Those of them that failed.
        failures: u64,
    },
    /// Households that tested in the last 15 minutes.
    Households {
        /// Which ones.
        who: Who,
        /// How many have trouble.
        failing: u64,
        /// Of how many.
        households: u64,
    },
    /// This server's own links.
    Uplinks {
        /// How many are down.
        down: u64,
        /// Of how many.
        watched: u64,
    },
    /// Routes that changed in the last hour.
    Routes {
        /// How many.
        changed: u64,
    },
    /// Services that report trouble.
    Feeds {
        /// Their names.
        troubled: Vec<String>,
    },
}

/// A group of households.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Of the visitor's provider.
    Provider {
        /// Its name, where it is known.
        name: Option<String>,
    },
    /// Of other providers.
    Others,
    /// In the visitor's building.
    Building,
}

/// What would change a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// A test of the visitor's own.
    OwnTest,
    /// One more of them.
    OneMore,
    /// One by cable or from another device.
    ByCable,
    /// The name of the provider.
    ProviderName,
    /// Tests of other households.
    Tests {
        /// Whose.
        who: Who,
        /// Of how many at least.
        k: u64,
    },
    /// Neighbours in the building, who are not watched.
    Building,
    /// This server's own links, which are not watched.
    Uplinks,
    /// Routes, which are not traced.
    Routes,
    /// Status pages, which are not read.
    Feeds,
}
