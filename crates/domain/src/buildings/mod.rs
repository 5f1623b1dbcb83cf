//! The building check: whether the neighbours' lines answer, provider by provider.
//!
//! Flow: who may join ([`eligibility`]) → what a cycle of pings makes of a line ([`next`]) → outages by rule ([`judge`])
//! → what a viewer may see of it ([`group_view`]). Surprise: while this server's own lines are down every line is UNKNOWN,
//! and what falls silent then never counts as fallen.

mod contract;
mod dashboard;
mod eligible;
mod line;
mod outage;
mod settings;
mod wire;

pub use contract::{
    CREATE_ADMIN_ENDPOINT, CREATE_BUILDING, DELETE_ADMIN_ENDPOINT, DELETE_BUILDING, ENDPOINTS,
    GET_ADMIN_METRICS, GET_ADMIN_SETTINGS, GET_BUILDING_DASHBOARD, GET_BUILDING_STATUS, GET_DASHBOARD,
    JOIN_BUILDING, JOIN_ONLY_BUILDING, LEAVE_BUILDING, LEAVE_ONLY_BUILDING, LIST_ADMIN_BUILDINGS,
    LIST_ADMIN_ENDPOINTS, LIST_BUILDING_EVENTS, LIST_BUILDINGS, LIST_EVENTS, UPDATE_ADMIN_SETTINGS,
};
pub use dashboard::{GroupFacts, MinuteFacts, STRIP_MINUTES, event_view, group_view, minute_state};
pub use eligible::{Asking, Eligibility, Refusal, declared, eligibility};
pub use line::{DOWN_AFTER, Heard, Line, LineState, is_expired, next};
pub use outage::{
    Counts, Evidence, Member, Open, Past, Rule, Step, counts, fallen, is_dead, judge, onset_rate,
};
pub use settings::{BuildingSettings, OutageRule};
pub use wire::{
    AdminBuilding, AdminEndpoint, BuildingDashboard, BuildingEvent, BuildingEventKind, BuildingGroup,
    BuildingMetrics, BuildingMinute, BuildingOutage, BuildingPath, BuildingSummary, BuildingVisitor,
    CycleFigures, EndpointPath, GroupState, JoinBuilding, JoinInput, Left, NewBuilding, NewEndpoint, OwnLine,
    ProviderChoice, Visitor,
};
