//! Every endpoint of the contract, one line a slice: a test compares this list with the OpenAPI document both ways.

use crate::endpoint::EndpointInfo;

/// The slices' lists; keep sorted, one line each (a hot spot for parallel work).
pub const ENDPOINTS: &[&[EndpointInfo]] = &[
    crate::buildings::ENDPOINTS,
    crate::diagnostics::ENDPOINTS,
    crate::admin::ENDPOINTS,
    crate::evidence::ENDPOINTS,
    crate::bgp::ENDPOINTS,
    crate::canary::ENDPOINTS,
    crate::history::ENDPOINTS,
    crate::isps::ENDPOINTS,
    crate::live::ENDPOINTS,
    crate::me::ENDPOINTS,
    crate::measurements::ENDPOINTS,
    crate::overlay::ENDPOINTS,
    crate::providers::ENDPOINTS,
    crate::self_health::ENDPOINTS,
    crate::service::ENDPOINTS,
    crate::speed_tests::ENDPOINTS,
    crate::uplinks::ENDPOINTS,
    crate::verdict::ENDPOINTS,
];

/// All endpoints, flat.
pub fn all() -> impl Iterator<Item = EndpointInfo> {
    ENDPOINTS.iter().flat_map(|slice| slice.iter().copied())
}
