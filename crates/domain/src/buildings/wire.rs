//! What the building check answers and takes (api.md §12).

use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};

use super::{eligible::Refusal, line::LineState};

/// Which building.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Path))]
pub struct BuildingPath {
    /// The building's slug.
    pub slug: String,
}

/// Which endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Path))]
pub struct EndpointPath {
    /// Its number in the operator's list.
    pub id: i64,
}

/// A building in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BuildingSummary {
    /// Its name in addresses.
    pub slug: String,
    /// Its name for people.
    pub name: String,
}

/// A provider that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProviderChoice {
    /// Its name in groups.
    pub slug: String,
    /// Its name for people.
    pub name: String,
}

/// The visitor of a building's page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BuildingVisitor {
    /// The building.
    pub building: BuildingSummary,
    /// 4 or 6: by which family the visitor came.
    pub ip_version: u8,
    /// The visitor's provider, where a table knows it.
    pub isp: Option<String>,
    /// Whether the address may join.
    pub eligible: bool,
    /// Why not.
    pub reason: Option<Refusal>,
    /// Providers of which one must be chosen, since no table knows the address.
    pub choices: Vec<ProviderChoice>,
    /// Whether the household behind the address, or this device, has joined.
    pub registered: bool,
    /// The visitor's own line, where it has joined.
    pub own: Option<OwnLine>,
    /// After so many days without an answer a line is forgotten.
    pub expire_days: u32,
    /// How often a line is asked, in seconds.
    pub cycle_s: u32,
}

/// The visitor's own line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = OwnBuildingLine))]
pub struct OwnLine {
    /// How it is.
    pub state: LineState,
    /// Since when.
    pub since: Option<DateTime<Utc>>,
    /// When it last answered.
    pub last_seen: Option<DateTime<Utc>>,
    /// By what it is asked: `icmp` or `tcp:443`.
    pub method: String,
    /// The provider's name.
    pub isp: String,
    /// The resident named the provider; no table did.
    pub self_declared: bool,
}

/// What of it stands beside the global figures of a host with one building.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Visitor {
    /// The visitor's provider, where a table knows it.
    pub isp: Option<String>,
    /// Whether the address may join.
    pub eligible: bool,
    /// Why not.
    pub reason: Option<Refusal>,
    /// Whether it has joined.
    pub registered: bool,
}

impl From<BuildingVisitor> for Visitor {
    fn from(visitor: BuildingVisitor) -> Self {
        let BuildingVisitor { isp, eligible, reason, registered, .. } = visitor;
        Self { isp, eligible, reason, registered }
    }
}

/// A wish to join.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JoinBuilding {
    /// The resident agrees that the address is kept and asked.
    #[garde(custom(given))]
    pub consent: bool,
    /// The slug of the chosen provider, where no table knows it.
    #[garde(length(max = 60))]
    #[serde(default)]
    pub provider: Option<String>,
    /// A note for the operator (a flat's number); shown to nobody else.
    #[garde(length(chars, max = 40))]
    #[serde(default)]
    pub label: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's signature")]
fn given(consent: &bool, (): &()) -> garde::Result {
    if *consent { Ok(()) } else { Err(garde::Error::new("it must be given")) }
}

/// Path and body of a wish to join.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinInput {
    /// The building's slug.
    pub slug: String,
    /// The wish.
    #[serde(flatten)]
    pub join: JoinBuilding,
}

/// What was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = EndpointsDeleted))]
pub struct Left {
    /// Endpoints that are gone.
    pub deleted: u64,
}

/// How a group of lines is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = BuildingGroupState))]
#[serde(rename_all = "snake_case")]
pub enum GroupState {
    /// No outage, and hardly anybody down.
    Up,
    /// Several households are down, but they were not seen to fall together.
    Degraded,
    /// An outage is open.
    Outage,
    /// Nobody can ask now.
    Unknown,
    /// Fewer than k households beside the viewer's own.
    TooFew,
}

/// A minute of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BuildingMinute {
    /// When it begins.
    pub minute: DateTime<Utc>,
    /// Up, degraded (several households down, no outage), down (an outage), or no data.
    pub state: crate::uplinks::State,
}

/// Why an outage is one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BuildingOutage {
    /// When it opened.
    pub started_at: DateTime<Utc>,
    /// Households that fell.
    pub x: u64,
    /// Of how many that were up before.
    pub n: u64,
    /// The share that falls in ten minutes anyway; null by the operator's fixed share.
    pub rate: Option<f64>,
    /// P(X ≥ x): how likely that is by chance; null by the operator's fixed share.
    pub p: Option<f64>,
}

/// The households of one provider, or of the whole building.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BuildingGroup {
    /// The provider's slug; empty: the whole building.
    pub slug: String,
    /// The provider's name.
    pub isp: String,
    /// How it is.
    pub state: GroupState,
    /// Since when; null where nothing is said.
    pub since: Option<DateTime<Utc>>,
    /// Households whose line answers.
    pub up: Option<u64>,
    /// Households whose line does not.
    pub down: Option<u64>,
    /// Households of which nothing is known.
    pub unknown: Option<u64>,
    /// All of them.
    pub total: Option<u64>,
    /// The outage that is open.
    pub outage: Option<BuildingOutage>,
    /// The last 60 minutes, oldest first; empty where nothing is said.
    pub sparkline: Vec<BuildingMinute>,
    /// Fewer than k households, or held back so that another's figure cannot be computed.
    pub suppressed: bool,
}

/// A building as one viewer may see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BuildingDashboard {
    /// The building.
    pub building: BuildingSummary,
    /// All providers together, where there are several.
    pub whole: Option<BuildingGroup>,
    /// Provider by provider, by name.
    pub providers: Vec<BuildingGroup>,
    /// The fewest households that are spoken of, the viewer's own not counted.
    pub k: u64,
    /// When the last cycle ended; null: none yet.
    pub checked_at: Option<DateTime<Utc>>,
    /// Nobody could ask: this server's own lines are down, or it was away.
    pub blind: bool,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BuildingEventKind {
    /// An outage opened.
    Outage,
    /// It closed.
    Recovery,
}

/// A change of a group's state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BuildingEvent {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub kind: BuildingEventKind,
    /// The provider's name; null: the whole building.
    pub isp: Option<String>,
    /// Households that fell; null below k.
    pub x: Option<u64>,
    /// Of how many; null below k.
    pub n: Option<u64>,
    /// P(X ≥ x); null below k, and by the operator's fixed share.
    pub p: Option<f64>,
    /// How long it lasted, in seconds; of a recovery.
    pub lasted_s: Option<i64>,
}

/// A building as the operator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AdminBuilding {
    /// Its name in addresses.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// Whether `/building` shows it to everybody.
    pub listed: bool,
    /// Providers to choose from where no table knows the address; empty: any that a table knows.
    pub providers: Vec<ProviderChoice>,
    /// Endpoints in it.
    pub endpoints: u64,
}

/// A building to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewBuilding {
    /// Lower-case letters, digits and inner dashes.
    #[garde(custom(fits_slug))]
    pub slug: String,
    /// Its name for people.
    #[garde(length(chars, min = 1, max = 80))]
    pub name: String,
    /// Whether `/building` shows it to everybody.
    #[garde(skip)]
    #[serde(default = "yes")]
    pub listed: bool,
    /// Names of providers that residents may choose from.
    #[garde(length(max = 50), inner(length(chars, min = 1, max = 80)))]
    #[serde(default)]
    pub providers: Vec<String>,
}

const fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's signature")]
fn fits_slug(slug: &str, (): &()) -> garde::Result {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let inner = !slug.starts_with('-') && !slug.ends_with('-');
    if (1..=40).contains(&slug.len()) && slug.bytes().all(fits) && inner {
        return Ok(());
    }
    Err(garde::Error::new("it is 1 to 40 lower-case letters, digits and inner dashes"))
}

/// An endpoint as the operator sees it: the address only where the operator gave it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AdminEndpoint {
    /// Its number.
    pub id: i64,
    /// The building's slug.
    pub building: String,
    /// The provider's name.
    pub isp: String,
    /// The resident named the provider; no table did.
    pub self_declared: bool,
    /// What the resident or the operator noted.
    pub label: Option<String>,
    /// The address; null where a resident joined with it.
    pub address: Option<String>,
    /// By what it is asked.
    pub method: String,
    /// How it is.
    pub state: LineState,
    /// Since when.
    pub since: Option<DateTime<Utc>>,
    /// When it last answered.
    pub last_seen: Option<DateTime<Utc>>,
    /// When it joined.
    pub created_at: DateTime<Utc>,
}

/// An endpoint that the operator adds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewEndpoint {
    /// The building's slug.
    #[garde(length(max = 40))]
    pub building: String,
    /// A public address.
    #[garde(length(max = 45))]
    pub address: String,
    /// The provider's slug or name, where no table knows the address.
    #[garde(length(max = 80))]
    #[serde(default)]
    pub provider: Option<String>,
    /// A note.
    #[garde(length(chars, max = 40))]
    #[serde(default)]
    pub label: Option<String>,
}

/// Counts, and how the last cycle went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BuildingMetrics {
    /// Buildings.
    pub buildings: u64,
    /// Endpoints.
    pub endpoints: u64,
    /// Those that answer.
    pub up: u64,
    /// Those that do not.
    pub down: u64,
    /// Those of which nothing is known.
    pub unknown: u64,
    /// Outages that are open.
    pub open_outages: u64,
    /// The newest cycle; null: none yet.
    pub cycle: Option<CycleFigures>,
}

/// How a cycle went.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CycleFigures {
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When its results were there.
    pub ended_at: DateTime<Utc>,
    /// How long it took, writing included, in ms.
    pub took_ms: u64,
    /// Endpoints that were asked.
    pub asked: u64,
    /// Those that answered.
    pub answered: u64,
    /// Probes that were sent.
    pub probes: u64,
    /// Of the probes to those that answered, how many were lost, in per cent; null: nobody answered.
    pub loss: Option<f64>,
    /// Endpoints that could not be asked (no right, no socket).
    pub broken: u64,
    /// This server's own lines were down meanwhile.
    pub blind: bool,
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::plain("linden-12", true)]
    #[case::empty("", false)]
    #[case::capitals("Linden", false)]
    #[case::a_path("a/b", false)]
    #[case::a_dash_at_its_end("linden-", false)]
    #[case::too_long("a-building-with-a-name-of-41-characters-x", false)]
    fn slugs(#[case] slug: &str, #[case] fits: bool) {
        let new = NewBuilding { slug: slug.into(), name: "Linden".into(), listed: true, providers: vec![] };
        assert_eq!(new.validate().is_ok(), fits);
    }

    #[rstest]
    #[case::without_consent(JoinBuilding::default(), "consent")]
    #[case::a_long_note(JoinBuilding { consent: true, label: Some("x".repeat(41)), provider: None }, "label")]
    #[case::well(JoinBuilding { consent: true, ..JoinBuilding::default() }, "")]
    fn joining(#[case] join: JoinBuilding, #[case] field: &str) {
        let refused = join.validate().err().map_or_else(String::new, |report| report.to_string());
        assert!(refused.is_empty() == field.is_empty() && refused.contains(field), "{refused}");
    }
}
