//! The provider of an address, from tables on this machine: no address is ever sent anywhere.
//!
//! Flow: the operator's own list first (ASN or prefix → name, slug, eligible), then a table of address ranges (TSV as
//! iptoasn publishes it, or MMDB). Both are read again when their files change. A list of the overlay stands in place of
//! the operator's file as long as it lies there. Without any the provider is unknown, and that is said together with
//! what to do.

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
    laid_over: RwLock<Option<Arc<OwnList>>>,
}

/// Whether a text is an operator's list.
pub fn check(list: &str) -> anyhow::Result<()> {
    OwnList::parse(list).map(drop)
}

impl Providers {
    /// Reads the configured files; one that cannot be read is a problem to be told at the start.
    pub fn load(config: &ProvidersConfig) -> anyhow::Result<Self> {
        let (own, table) = (config.own.clone(), config.table.clone());
        let providers = Self { own, table, loaded: RwLock::default(), laid_over: RwLock::default() };
        providers.reload()?;
        Ok(providers)
    }

    /// Who an address belongs to.
    pub fn find(&self, address: IpAddr) -> Option<Provider> {
        let loaded = self.current();
        let address = address.to_canonical();
        let network = loaded.table.find(address);
        let asn = network.as_ref().map(|network| network.asn);
        let laid_over = self.laid_over();
        if let Some(own) = laid_over.as_deref().unwrap_or(&loaded.own).find(address, asn) {
            return Some(Provider { asn: asn.or(own.asn), ..own });
        }
        let network = network?;
        let slug = slug(&network.name);
        let slug = if slug.is_empty() { format!("as{}", network.asn) } else { slug };
        Some(Provider { slug, name: network.name, asn: Some(network.asn), eligible: false })
    }

    /// Whether there is any table at all.
    pub fn is_configured(&self) -> bool {
        self.has_files() || self.laid_over().is_some()
    }

    fn has_files(&self) -> bool {
        self.own.is_some() || self.table.is_some()
    }

    /// Puts the overlay's list in place of `providers.own`; none takes it away again.
    pub fn lay_over(&self, list: Option<&str>) -> anyhow::Result<()> {
        let list = list.map(OwnList::parse).transpose().context("read the overlay's list of providers")?;
        *self.laid_over.write().unwrap_or_else(PoisonError::into_inner) = list.map(Arc::new);
        Ok(())
    }

    fn laid_over(&self) -> Option<Arc<OwnList>> {
        self.laid_over.read().unwrap_or_else(PoisonError::into_inner).clone()
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
    if !state.providers.has_files() {
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
