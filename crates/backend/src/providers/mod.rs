//! The provider of an address, from tables on this machine: no address is ever sent anywhere.
//!
//! Flow: the operator's own list first (ASN or prefix → name, slug, eligible), then a table of address ranges (TSV as
//! iptoasn publishes it, or MMDB). Both are read again when their files change. Without either the provider is
//! unknown, and that is said together with what to do.

mod api;
mod own;
mod table;
mod update;

use std::{
    net::IpAddr,
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, SystemTime},
};

use anyhow::Context;
use domain::providers::{Provider, slug};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{AppState, config::ProvidersConfig};
use own::OwnList;
use table::Table;

pub use update::update;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(api::get_my_connection))
}

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// All tables, swapped as one.
#[derive(Default)]
struct Loaded {
    own: OwnList,
    table: Table,
    seen: Stamps,
}

/// The files' times of change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Stamps {
    own: Option<SystemTime>,
    table: Option<SystemTime>,
}

/// Finds providers.
pub struct Providers {
    own: Option<PathBuf>,
    table: Option<PathBuf>,
    loaded: RwLock<Arc<Loaded>>,
}

impl Providers {
    /// Reads the configured files; one that cannot be read is a problem to be told at the start.
    pub fn load(config: &ProvidersConfig) -> anyhow::Result<Self> {
        let providers =
            Self { own: config.own.clone(), table: config.table.clone(), loaded: RwLock::default() };
        providers.reload()?;
        Ok(providers)
    }

    /// Who an address belongs to.
    pub fn find(&self, address: IpAddr) -> Option<Provider> {
        let loaded = self.current();
        let address = address.to_canonical();
        let network = loaded.table.find(address);
        let asn = network.as_ref().map(|network| network.asn);
        if let Some(own) = loaded.own.find(address, asn) {
            return Some(Provider { asn: asn.or(own.asn), ..own });
        }
        let network = network?;
        let slug = slug(&network.name);
        let slug = if slug.is_empty() { format!("as{}", network.asn) } else { slug };
        Some(Provider { slug, name: network.name, asn: Some(network.asn), eligible: false })
    }

    /// Whether there is any table at all.
    pub fn is_configured(&self) -> bool {
        self.own.is_some() || self.table.is_some()
    }

    fn current(&self) -> Arc<Loaded> {
        self.loaded.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn stamps(&self) -> Stamps {
        let changed = |path: &Option<PathBuf>| std::fs::metadata(path.as_ref()?).ok()?.modified().ok();
        Stamps { own: changed(&self.own), table: changed(&self.table) }
    }

    fn reload(&self) -> anyhow::Result<()> {
        let seen = self.stamps();
        let own = match &self.own {
            Some(path) => {
                OwnList::read(path).with_context(|| format!("read providers.own {}", path.display()))?
            }
            None => OwnList::default(),
        };
        let table = match &self.table {
            // The table may come later, by `steadyline providers update`.
            Some(path) if !path.exists() => {
                tracing::warn!("providers.table is not there yet: run `steadyline providers update`");
                Table::default()
            }
            Some(path) => {
                Table::read(path).with_context(|| format!("read providers.table {}", path.display()))?
            }
            None => Table::default(),
        };
        *self.loaded.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Loaded { own, table, seen });
        Ok(())
    }

    /// Reads changed files again; a damaged one leaves the tables as they were.
    fn refresh(&self) {
        if self.stamps() == self.current().seen {
            return;
        }
        match self.reload() {
            Ok(()) => tracing::info!("the provider tables were read again"),
            Err(error) => {
                tracing::warn!(error = format!("{error:#}"), "the provider tables stay as they were");
            }
        }
    }
}

/// Watches the files until the program stops.
pub async fn watch(state: AppState) {
    if !state.providers.is_configured() {
        return;
    }
    let mut look = tokio::time::interval(LOOK_EVERY);
    loop {
        tokio::select! {
            () = state.stop.cancelled() => return,
            _ = look.tick() => {}
        }
        let state = state.clone();
        // A table of the whole internet takes half a second to parse.
        let _ = tokio::task::spawn_blocking(move || state.providers.refresh()).await;
    }
}

#[cfg(test)]
mod tests;
