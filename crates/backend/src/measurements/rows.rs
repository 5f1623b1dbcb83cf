//! From rows to what travels.

use domain::measurements::{Measurement, MeasurementResult, ResultDetail, Source};

use crate::{
    db::time::from_ms,
    entities::{measurement, provider},
};

/// Row 0 of `providers` stands for "unknown": that is null on the wire.
pub const UNKNOWN_PROVIDER: i64 = 0;

/// A stored test as M.
pub fn measurement(row: &measurement::Model, provider: Option<&provider::Model>) -> Measurement {
    Measurement {
        id: row.id,
        timestamp: from_ms(row.started_at),
        download_speed: row.download_mbps,
        upload_speed: row.upload_mbps,
        ping: row.ping_ms,
        isp: provider.filter(|p| p.id != UNKNOWN_PROVIDER).map(|p| p.name.clone()),
        location: row.location.clone(),
        latitude: row.latitude,
        longitude: row.longitude,
        is_outage: row.is_outage,
        jitter: row.jitter_ms,
        loaded_ping_down: row.loaded_ping_down_ms,
        loaded_ping_up: row.loaded_ping_up_ms,
        loss: row.loss,
        retransmitted_share: row.retransmitted_share,
        connections: u32::try_from(row.connections).unwrap_or_default(),
        protocol: row.protocol.clone(),
        congestion: row.congestion.clone(),
        source: Source::parse(&row.source).unwrap_or(Source::Browser),
        method: row.method.clone(),
        valid: row.valid,
        bytes_used: u64::try_from(row.bytes_used).unwrap_or_default(),
        ip_version: row.ip_version.and_then(|v| u8::try_from(v).ok()),
    }
}

/// A stored test with everything that its page shows.
pub fn result(row: &measurement::Model, provider: Option<&provider::Model>) -> MeasurementResult {
    let detail = row.detail.as_deref().and_then(|text| serde_json::from_str::<ResultDetail>(text).ok());
    MeasurementResult {
        measurement: measurement(row, provider),
        detail: detail.unwrap_or_default(),
        share_id: row.share_id.clone(),
    }
}
