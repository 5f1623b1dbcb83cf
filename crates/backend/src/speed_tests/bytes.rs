//! The bytes that tests are made of: one preallocated, incompressible buffer, given out without a copy.

use std::{
    pin::Pin,
    sync::LazyLock,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, header};
use http_body::{Body, Frame};
use rand::RngExt;

/// Small enough to stay in a core's cache (loopback carries a third less from 16 MiB), larger than the windows of
/// gzip (32 KiB) and of brotli's and zstd's usual levels' first matches, should a proxy compress after all.
const BUFFER: usize = 1 << 20;
/// One frame: hyper asks for the next when its own queue (400 KiB) has room, so larger ones only add memory in the queue.
pub const CHUNK: usize = 256 << 10;

static NOISE: LazyLock<Bytes> = LazyLock::new(|| {
    let mut noise = vec![0u8; BUFFER];
    rand::rng().fill(&mut noise[..]);
    noise.into()
});

/// `length` bytes (at most 1 MiB) of the buffer, not copied.
pub fn noise(length: usize) -> Bytes {
    NOISE.slice(..length.min(BUFFER))
}

/// The buffer's piece number `n`, counted around.
pub fn chunk(n: usize) -> Bytes {
    let at = n % (BUFFER / CHUNK) * CHUNK;
    NOISE.slice(at..at + CHUNK)
}

/// What every answer of bytes says: never stored, never transformed (compressed, buffered) on the way.
pub const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-cache, no-transform, max-age=0")),
    (header::PRAGMA, HeaderValue::from_static("no-cache")),
    // Says "as it is", and keeps compression layers off.
    (header::CONTENT_ENCODING, HeaderValue::from_static("identity")),
    // nginx: do not buffer this answer.
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
];

/// Decides over each piece of a [`Pump`] before it goes out.
pub trait Gauge: Send + Unpin + 'static {
    /// How many of the next `wanted` bytes may go; 0 ends the body.
    fn allow(&mut self, wanted: u64) -> u64;
}

/// A response body of noise for as long as its gauge allows.
pub struct Pump<G> {
    gauge: G,
    n: usize,
}

impl<G: Gauge> Pump<G> {
    pub fn new(gauge: G) -> Self {
        Self { gauge, n: 0 }
    }
}

impl<G: Gauge> Body for Pump<G> {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = self.get_mut();
        let allowed = this.gauge.allow(CHUNK as u64).min(CHUNK as u64) as usize;
        if allowed == 0 {
            return Poll::Ready(None);
        }
        let mut piece = chunk(this.n);
        piece.truncate(allowed);
        this.n = this.n.wrapping_add(1);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    struct AtMost(u64);

    impl Gauge for AtMost {
        fn allow(&mut self, wanted: u64) -> u64 {
            let now = wanted.min(self.0);
            self.0 -= now;
            now
        }
    }

    #[tokio::test]
    async fn a_pump_gives_exactly_what_its_gauge_allows() {
        for length in [0, 1, CHUNK as u64, 3 * CHUNK as u64 + 17] {
            let all = Pump::new(AtMost(length)).collect().await.unwrap().to_bytes();
            assert_eq!(all.len() as u64, length);
        }
    }

    #[test]
    fn the_noise_is_not_copied_and_does_not_repeat_within_itself() {
        assert_eq!(noise(10).as_ptr(), noise(usize::MAX).as_ptr());
        assert_eq!(chunk(0).as_ptr(), chunk(BUFFER / CHUNK).as_ptr());
        let all = noise(BUFFER);
        let mut counts = [0u32; 256];
        all.iter().for_each(|&byte| counts[byte as usize] += 1);
        let entropy: f64 = counts
            .iter()
            .map(|&count| f64::from(count) / BUFFER as f64)
            .map(|share| -share * share.log2())
            .sum();
        assert!(entropy > 7.99, "{entropy} bits a byte");
    }
}
