//! Probes over real routers: namespaces in a row, made by netlab. Root only, else skipped.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad;
mod echo;
mod path;

use netlab::{Chain, LabError};

/// Builds the chain, or says why the test is skipped.
fn chain(routers: usize) -> Option<Chain> {
    match Chain::build(routers) {
        Ok(chain) => Some(chain),
        Err(error @ LabError::NotRoot) => {
            eprintln!("{error}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// Runs a future within `here`, on a runtime of that thread alone.
fn here<T: Send + 'static, F: Future<Output = T>>(
    chain: &Chain,
    work: impl FnOnce() -> F + Send + 'static,
) -> T {
    let run = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { work().await })
    };
    chain.on("here", run).unwrap()
}

/// Lets a router treat what it forwards by one nftables rule, in place of the one before.
fn filter(chain: &Chain, router: &str, rule: &str) {
    let rules = format!(
        "flush ruleset; table inet f {{ chain c {{ type filter hook forward priority 0; {rule}; }}; }};"
    );
    chain.exec(router, &["nft", &rules]).unwrap();
}
