//! What a link's values mean for `tc` and `nft`: pure, so that the arithmetic is tested without root.

/// An Ethernet frame as `tbf` counts it: 14 bytes of header and the MTU of 1500.
const FRAME_BYTES: f64 = 1514.0;
/// TCP payload of such a frame: 1500 less 20 IPv4, 20 TCP and 12 bytes of the time-stamp option.
const PAYLOAD_BYTES: f64 = 1448.0;
/// Time whose bytes may leave at once. Timers of a busy two-core machine fire up to a few ms late; what `tbf` may not
/// catch up after that would be lost capacity (below 1 ms: 2 % too slow under load).
const BURST_MS: f64 = 4.0;

/// The TCP payload that a link of this rate can carry, in the link's unit.
pub fn payload_mbit(link_mbit: f64) -> f64 {
    link_mbit * PAYLOAD_BYTES / FRAME_BYTES
}

/// Arguments of `tc qdisc add dev DEV root …` for a rate and a queue.
pub(crate) fn tbf(mbit: f64, queue_ms: f64) -> Vec<String> {
    let bytes_per_ms = mbit * 1e6 / 8.0 / 1e3;
    let burst = (bytes_per_ms * BURST_MS).max(2.0 * FRAME_BYTES).round();
    let limit = (bytes_per_ms * queue_ms).max(2.0 * FRAME_BYTES).round() + burst;
    [
        "tbf".into(),
        "rate".into(),
        format!("{:.0}bit", mbit * 1e6),
        "burst".into(),
        format!("{burst}"),
        "limit".into(),
        format!("{limit}"),
    ]
    .into()
}

/// The nftables rules that lose `percent` of what leaves through `device`.
pub(crate) fn loss_rules(device: &str, percent: f64) -> String {
    let of_million = (percent * 1e4).round();
    [
        "table inet netlab {".to_owned(),
        format!("chain {device} {{"),
        "type filter hook forward priority 0;".to_owned(),
        format!("oifname \"{device}\" numgen random mod 1000000 < {of_million} counter drop"),
        "}\n}\n".to_owned(),
    ]
    .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_of_100_ms_at_25_mbit_holds_312_kilobytes_and_the_burst() {
        assert_eq!(tbf(25.0, 100.0).join(" "), "tbf rate 25000000bit burst 12500 limit 325000");
    }

    #[test]
    fn a_slow_link_still_lets_a_frame_pass() {
        assert_eq!(tbf(0.5, 1.0).join(" "), "tbf rate 500000bit burst 3028 limit 6056");
    }

    #[test]
    fn the_payload_of_a_link_is_what_ethernet_leaves() {
        assert!((payload_mbit(25.0) - 23.910).abs() < 0.001);
    }
}
