//! What every handler and job may use, built once at boot (or per test).

use std::{ops::Deref, os::unix::fs::DirBuilderExt, path::Path, sync::Arc};

use anyhow::Context;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    admin::Passwords, bgp, buildings, canary, clock::Clock, config::Config, crypto::ServerKey, db::Db,
    diagnostics, evidence::Evidence, http::Limits, isps::community::Community, live, overlay::Overlays,
    providers, self_health, service::Recorder, speed_tests::Speed,
};

/// Cheap to clone; everything is behind one `Arc`.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

/// The parts of [`AppState`].
pub struct Parts {
    pub config: Config,
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub key: ServerKey,
    pub passwords: Passwords,
    pub speed: Arc<Speed>,
    pub limits: Limits,
    pub metrics: Recorder,
    /// Tells instances apart; new at each start.
    pub instance_id: String,
    pub live: live::Hub,
    pub providers: providers::Providers,
    pub overlay: Overlays,
    pub evidence: Evidence,
    pub health: self_health::Keeper,
    pub community: Community,
    pub buildings: buildings::Check,
    pub diagnostics: diagnostics::Desk,
    pub zone: diagnostics::Zone,
    pub bgp: bgp::Desk,
    pub canary: canary::Desk,
    /// Cancelled when the program is asked to stop.
    pub stop: CancellationToken,
    /// Everything that runs beside a request, waited for at a stop.
    pub tasks: TaskTracker,
}

impl AppState {
    /// Opens the data folder and the database, brings its schema up to date, and makes the rest.
    pub async fn build(config: Config, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        open_folder(&config.data_dir)?;
        let key = ServerKey::load(&config)?;
        let db = open_database(&config).await?;
        let diagnostics = diagnostics::Desk::new(&config.diagnostics)?;
        let providers = providers::Providers::load(&config.providers)?;
        let overlay = Overlays::load(&config.data_dir)?;
        providers.lay_over(overlay.isps().as_deref())?;
        let state = Self(Arc::new(Parts {
            metrics: Recorder::install(),
            instance_id: uuid::Uuid::new_v4().to_string(),
            limits: Limits::new(&config.limits),
            live: live::Hub::new(&config, &db),
            providers,
            overlay,
            evidence: Evidence::default(),
            health: self_health::Keeper::new(&*clock),
            community: Community::default(),
            buildings: buildings::Check::default(),
            diagnostics,
            zone: diagnostics::Zone::new(config.dns.as_ref()),
            bgp: bgp::Desk::new(&config.bgp),
            canary: canary::Desk::default(),
            key,
            passwords: Passwords::default(),
            speed: Arc::new(Speed::new(&config.speed)),
            db,
            clock,
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            config,
        }));
        state.start();
        Ok(state)
    }

    /// What runs beside the requests, until the stop.
    fn start(&self) {
        self.tasks.spawn(live::distribute(self.clone()));
        self.tasks.spawn(live::listen(self.clone()));
        self.tasks.spawn(providers::watch(self.clone()));
        self.tasks.spawn(bgp::watch(self.clone()));
        self.tasks.spawn(canary::watch(self.clone()));
    }
}

/// SQLite belongs to this process alone and is brought up to date here; PostgreSQL may serve several instances, so
/// that `steadyline migrate` does it once, before they start.
async fn open_database(config: &Config) -> anyhow::Result<Db> {
    let db = Db::connect(config).await.context(
        "The database cannot be opened; if its file is damaged, put a backup back with `steadyline restore FILE`, \
         else check database_url (DATABASE_URL)",
    )?;
    if db.is_sqlite() {
        db.migrate().await.context(
            "The database's schema cannot be brought up to date; if its file is damaged, put a backup back with \
             `steadyline restore FILE`",
        )?;
    } else if db.needs_migration().await.context("The database does not answer; check DATABASE_URL")? {
        anyhow::bail!(
            "The database's schema is not up to date; run `steadyline migrate` once, then start again"
        );
    }
    Ok(db)
}

/// Makes the data folder (only for its owner) and makes sure that it can be written.
fn open_folder(path: &Path) -> anyhow::Result<()> {
    let mend = || {
        format!(
            "The data folder {} cannot be written; make it writable for this user or set data_dir \
             (STEADYLINE_DATA_DIR)",
            path.display()
        )
    };
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).with_context(mend)?;
    let probe = path.join(".writable");
    std::fs::write(&probe, b"").with_context(mend)?;
    std::fs::remove_file(probe).with_context(mend)
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
