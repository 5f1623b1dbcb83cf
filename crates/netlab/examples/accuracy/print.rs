//! The table.

use netlab::gauge::median;
use netlab::payload_mbit;

use crate::cell::{Cell, Side};

pub fn heading(gauges: bool) {
    println!("link Mbit/s × RTT ms, cubic, queue 100 ms; payload = link × 1448/1514; errors against payload");
    if gauges {
        println!(
            "{:>10} {:>9} {:>9} {:>16} {:>16}",
            "link", "payload", "ICMP ms", "iperf3 down", "iperf3 up"
        );
    }
}

pub fn row(cell: &Cell) {
    let payload = payload_mbit(cell.link_mbit);
    let link = format!("{}x{}", cell.link_mbit, cell.rtt_ms);
    let off = |got: f64| format!("{got:.2} {:+.2} %", (got / payload - 1.0) * 100.0);
    if cell.down.ours_mbit.is_empty() {
        let (down, up) = (off(cell.down.iperf3_mbit), off(cell.up.iperf3_mbit));
        println!("{link:>10} {payload:>9.2} {:>9.2} {down:>16} {up:>16}", cell.idle_icmp_ms);
        return;
    }
    let shown = |values: &[f64]| median(values).map_or("–".to_owned(), |value| format!("{value:.1}"));
    println!(
        "{link}: payload {payload:.2}; idle ours {} ms, ICMP {:.1} ms; line rate estimate {}",
        shown(&cell.ours_ping_ms),
        cell.idle_icmp_ms,
        median(&cell.line_rate_mbit).map_or("–".to_owned(), |rate| format!(
            "{rate:.2} ({:+.1} %)",
            (rate / cell.link_mbit - 1.0) * 100.0
        )),
    );
    for (name, side) in [("down", &cell.down), ("up", &cell.up)] {
        println!(
            "    {name:<4} iperf3 {:<15} ours {:<15} spread {:<13} loaded ours {} ms, ICMP {} ms; {} s",
            off(side.iperf3_mbit),
            median(&side.ours_mbit).map_or("–".to_owned(), off),
            spread(side),
            shown(&side.ours_loaded_ms),
            shown(&side.icmp_loaded_ms),
            shown(&side.seconds),
        );
    }
}

fn spread(side: &Side) -> String {
    let low = side.ours_mbit.iter().copied().fold(f64::INFINITY, f64::min);
    let high = side.ours_mbit.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    format!("{low:.2}–{high:.2}")
}
