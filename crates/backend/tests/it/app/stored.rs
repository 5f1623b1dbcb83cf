//! Tests as they arrive at storing, for suites that need data.

use backend::measurements::service::{Idempotency, NewStored, StoredMeasurement, StoredProvider, store};
use chrono::{DateTime, Utc};
use domain::measurements::{Measurement, ResultDetail, Source, is_outage};

use super::{TestApp, Visitor};

/// A good test of 90/20 Mbit/s and 12 ms at an instant.
pub fn good(app: &TestApp, visitor: &Visitor<'_>, at: DateTime<Utc>) -> NewStored {
    NewStored {
        device: visitor.device.map(|id| app.state.key.device(id)),
        household: Some(app.state.key.household(visitor.address)),
        provider: Some(StoredProvider { slug: "example-net".to_owned(), name: "Example Net".to_owned() }),
        time_zone: Some("Europe/Berlin".to_owned()),
        measurement: measurement(at),
        detail: ResultDetail::default(),
        kind: "full".to_owned(),
        failure: None,
        invalid_reason: None,
        duration_ms: 20_000,
        concurrent_tests: 1,
        uplink: None,
        token_id: None,
        idempotency: None,
        samples: Some(br#"{"steps":[]}"#.to_vec()),
    }
}

/// A test of a given download.
pub fn with_download(app: &TestApp, visitor: &Visitor<'_>, at: DateTime<Utc>, mbps: f64) -> NewStored {
    let mut new = good(app, visitor, at);
    new.measurement.download_speed = Some(mbps);
    new.measurement.is_outage = is_outage(false, Some(mbps));
    new
}

/// A test that ended without a result.
pub fn failed(app: &TestApp, visitor: &Visitor<'_>, at: DateTime<Utc>) -> NewStored {
    let mut new = good(app, visitor, at);
    let m = &mut new.measurement;
    (m.download_speed, m.upload_speed, m.ping, m.jitter) = (None, None, None, None);
    m.is_outage = true;
    "failed".clone_into(&mut m.method);
    "failed".clone_into(&mut new.kind);
    new.failure = Some("offline".to_owned());
    new
}

/// The same key with the same body.
pub fn idempotent(mut new: NewStored, key: &str, body: u8) -> NewStored {
    new.idempotency = Some(Idempotency { key: key.to_owned(), body_hash: [body; 32] });
    new
}

impl TestApp {
    /// Stores what must be accepted.
    pub async fn store(&self, new: NewStored) -> StoredMeasurement {
        store(&self.state, new).await.unwrap_or_else(|e| panic!("not stored: {e:?}"))
    }
}

fn measurement(at: DateTime<Utc>) -> Measurement {
    Measurement {
        download_speed: Some(90.0),
        upload_speed: Some(20.0),
        ping: Some(12.0),
        latitude: Some(48.137_154),
        jitter: Some(0.8),
        loaded_ping_down: Some(40.0),
        loaded_ping_up: Some(55.0),
        connections: 3,
        protocol: Some("h2".to_owned()),
        congestion: Some("cubic".to_owned()),
        bytes_used: 120_000_000,
        ip_version: Some(4),
        ..Measurement::unmeasured(at, Source::Browser, "full")
    }
}
