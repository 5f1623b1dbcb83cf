//! `cargo xtask lab`: the program on a machine whose internet owns 1.1.1.1 and 8.8.8.8, for trying faults by hand. It runs
//! until Ctrl-C; then all of it is gone.
#![expect(clippy::print_stdout, reason = "it tells what can be done")]

use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use anyhow::Context;
use netlab::Watched;

/// The rules of each fault live in a table of their own, so that it can be taken away by name.
const FAULT: &str = "chain c { type filter hook forward priority 0; ";

fn main() -> anyhow::Result<()> {
    let port = std::env::args().nth(1).map_or(Ok(0), |word| word.parse()).context("the port")?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).context("listen for browsers")?;
    let url = format!("http://localhost:{}/", listener.local_addr()?.port());
    let public = ("STEADYLINE_HTTP__PUBLIC_URL".to_owned(), url.trim_end_matches('/').to_owned());
    let machine = Watched::build(3, &[public])?;
    machine.forward(listener);
    let appeared = machine.wait("up", Duration::from_mins(1))?;
    println!("{url} shows the machine's own line, {:.1} s after the start.", appeared.as_secs_f64());
    println!("here ── r1 (home router) ── r2 (provider) ── r3 (transit) ── there (1.1.1.1, 8.8.8.8)\n");
    for (what, line) in commands(&machine) {
        println!("{what}:\n  {line}");
    }
    println!("\nCtrl-C ends it.");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(tokio::signal::ctrl_c()).context("wait for Ctrl-C")
}

/// What can be tried, as lines for a shell.
fn commands(machine: &Watched) -> Vec<(&'static str, String)> {
    let inside = |host: &str| format!("sudo ip netns exec {}", machine.chain().unique_name(host));
    let (home, provider) = (inside("r1"), inside("r2"));
    let rules =
        |table: &str, rule: &str| format!("{provider} nft 'add table inet {table} {{ {FAULT}{rule} }}; }}'");
    let slow = if machine.chain().exec("r3", &["tc", "qdisc", "add", "dev", "right", "root", "netem"]).is_ok()
    {
        "netem delay 400ms"
    } else {
        // Not every kernel has netem; a narrow line is late as well.
        "tbf rate 12kbit burst 1600 latency 3s"
    };
    vec![
        ("Cut the provider", rules("cut", "policy drop;")),
        ("  heal", format!("{provider} nft delete table inet cut")),
        ("Lose every third echo", rules("lossy", "icmp type echo-request numgen inc mod 3 == 0 drop;")),
        ("  heal", format!("{provider} nft delete table inet lossy")),
        ("Intercept HTTPS", rules("web", "tcp dport 443 drop;")),
        ("  heal", format!("{provider} nft delete table inet web")),
        ("Make it late", format!("{provider} tc qdisc replace dev right root {slow}")),
        ("  heal", format!("{provider} tc qdisc del dev right root")),
        ("Pull the cable", format!("{home} ip link set left down")),
        ("  heal", format!("{home} ip link set left up")),
        ("Ask as the program does", format!("{} ping -c 3 1.1.1.1", inside("here"))),
    ]
}
