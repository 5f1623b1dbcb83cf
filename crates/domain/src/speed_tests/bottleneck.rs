//! What limited a download, from the kernel's account of its sockets (measurement.md §1.5).

use super::TcpSummary;
use crate::measurements::Bottleneck;

/// A socket that had nothing to send for more than this share of its life waited for the program, not for the line.
const IDLE_SHARE: f64 = 0.5;
/// From this share of the busy time on, a limit is called the limit (M-Lab's NDT analysis uses the same half).
const LIMITED_SHARE: f64 = 0.5;

/// The limit of a download.
pub fn bottleneck(tcp: &TcpSummary) -> Bottleneck {
    if tcp.span_us == 0 || tcp.busy_us == 0 {
        return Bottleneck::Unknown;
    }
    let busy = tcp.busy_us as f64;
    if tcp.rwnd_limited_us as f64 >= LIMITED_SHARE * busy {
        return Bottleneck::Receiver;
    }
    if tcp.sndbuf_limited_us as f64 >= LIMITED_SHARE * busy || busy < IDLE_SHARE * tcp.span_us as f64 {
        return Bottleneck::Server;
    }
    Bottleneck::Network
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::a_line(10_000, 9_900, 100, 0, Bottleneck::Network)]
    #[case::a_slow_browser(10_000, 9_900, 6_000, 0, Bottleneck::Receiver)]
    #[case::a_small_buffer(10_000, 9_900, 100, 6_000, Bottleneck::Server)]
    #[case::a_starved_socket(10_000, 3_000, 100, 0, Bottleneck::Server)]
    #[case::an_old_kernel(10_000, 0, 0, 0, Bottleneck::Unknown)]
    fn limits(
        #[case] span_us: u64,
        #[case] busy_us: u64,
        #[case] rwnd_limited_us: u64,
        #[case] sndbuf_limited_us: u64,
        #[case] expected: Bottleneck,
    ) {
        let tcp =
            TcpSummary { span_us, busy_us, rwnd_limited_us, sndbuf_limited_us, ..TcpSummary::default() };
        assert_eq!(bottleneck(&tcp), expected);
    }
}
