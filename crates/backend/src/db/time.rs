//! Instants as they are stored: Unix milliseconds.

use chrono::{DateTime, Utc};

pub fn to_ms(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

/// What the year 10^5 or a damaged row would be is shown as the epoch rather than as a panic.
pub fn from_ms(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or_default()
}

/// The length of a rollup's bucket. 15 minutes: every zone's offset today is a multiple of it.
pub const BUCKET_MS: i64 = 15 * 60 * 1000;

/// The bucket that an instant falls into.
pub fn bucket_of(ms: i64) -> i64 {
    ms.div_euclid(BUCKET_MS)
}
