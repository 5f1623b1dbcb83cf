//! What an operator lays over the product, from one ZIP: logo, style sheet, legal texts, list of providers.
//!
//! Flow: `unpack` judges every member by `domain::overlay` and unpacks it into memory, each byte counted → `store` writes
//! all of them into a folder of their own and then one small file that names this folder → pages and the provider look-up
//! take up what lies there. It lies in this instance's data folder.
//! Threats: whoever may do this changes how the product looks, so it is for an admin *and* the local network
//! ([`crate::http::DirectLan`]); a member that is not just what it should be refuses the whole, by its name; a bomb ends at
//! its limit, not at the memory's; what is served is an image, a style sheet or text, never a script.

mod api;
mod store;
mod unpack;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use anyhow::Context;
use axum::{
    extract::DefaultBodyLimit,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use domain::overlay::{Face, Kind, LegalText, MOST_PACKED, Overlay, OverlayMember, title};
use http::header;
use sha2::{Digest, Sha256};
use store::Order;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(api::get_overlay, api::import_overlay, api::undo_overlay))
        .routes(routes!(api::get_legal_text))
        .layer(DefaultBodyLimit::max(MOST_PACKED))
}

/// Where its files are served.
const SERVED: &str = "/overlay/";
/// A year: the longest that caches honour; the content's hash is in the address.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

type Members = BTreeMap<Kind, Member>;

struct Member {
    name: String,
    bytes: Bytes,
    /// Where it is served, if it is a file of pages.
    address: Option<String>,
}

impl Member {
    fn new(kind: &Kind, name: String, bytes: Vec<u8>) -> Self {
        let extension = name.rsplit('.').next().unwrap_or_default();
        let hash = hex::encode(&Sha256::digest(&bytes)[..16]);
        let served = matches!(kind, Kind::Logo | Kind::Css);
        let address = served.then(|| format!("{SERVED}{hash}.{extension}"));
        Self { name, bytes: bytes.into(), address }
    }

    /// It was found to be UTF-8 when it was taken.
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    fn media_type(&self) -> &'static str {
        match self.name.rsplit('.').next() {
            Some("svg") => "image/svg+xml",
            Some("png") => "image/png",
            _ => "text/css; charset=utf-8",
        }
    }
}

/// What lies over the product now.
#[derive(Default)]
struct Laid {
    order: Order,
    members: Members,
}

pub struct Overlays {
    folder: PathBuf,
    laid: RwLock<Arc<Laid>>,
    /// One change at a time.
    changing: Mutex<()>,
}

impl Overlays {
    /// Reads what was laid over before.
    pub fn load(data_dir: &Path) -> anyhow::Result<Self> {
        let folder = data_dir.join("overlay");
        let mend = || format!("The overlay cannot be read; remove {} to start without", folder.display());
        let order = store::order(&folder).with_context(mend)?;
        let members = store::read(&folder, order.present).with_context(mend)?;
        store::tidy(&folder, order);
        let laid = RwLock::new(Arc::new(Laid { order, members }));
        Ok(Self { folder, laid, changing: Mutex::default() })
    }

    fn laid(&self) -> Arc<Laid> {
        self.laid.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lays members over: all or nothing, also for a program that is cut off in between.
    fn lay(&self, members: Members) -> anyhow::Result<()> {
        let _one = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.laid().order;
        let next = before.present.max(before.previous).map_or(1, |n| n + 1);
        store::write(&self.folder, next, &members).context("write the overlay")?;
        self.switch(Order { present: Some(next), previous: before.present }, members)
    }

    /// Puts back what lay there before, or nothing.
    fn undo(&self) -> anyhow::Result<()> {
        let _one = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.laid().order;
        if before.present.is_none() {
            return Ok(());
        }
        let members = store::read(&self.folder, before.previous).context("read the overlay before")?;
        self.switch(Order { present: before.previous, previous: None }, members)
    }

    fn switch(&self, order: Order, members: Members) -> anyhow::Result<()> {
        store::switch(&self.folder, order).context("put the overlay in place")?;
        *self.laid.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Laid { order, members });
        store::tidy(&self.folder, order);
        Ok(())
    }

    fn told(&self) -> Overlay {
        let laid = self.laid();
        let member = |m: &Member| OverlayMember { name: m.name.clone(), size: m.bytes.len() as u64 };
        let members = laid.members.values().map(member).collect();
        Overlay { members, has_previous: laid.order.previous.is_some() }
    }

    /// The list of providers.
    pub fn isps(&self) -> Option<String> {
        self.laid().members.get(&Kind::Isps).map(Member::text)
    }

    fn legal(&self, name: &str) -> Option<LegalText> {
        let text = self.laid().members.get(&Kind::Legal(name.to_owned()))?.text();
        Some(LegalText { title: title(&text).unwrap_or(name).to_owned(), text })
    }

    /// What every page shows of it.
    pub fn face(&self) -> Face {
        let laid = self.laid();
        let address = |kind| laid.members.get(&kind)?.address.clone();
        let legal = laid.members.iter().filter_map(|(kind, member)| match kind {
            Kind::Legal(name) => Some((name.clone(), title(&member.text()).unwrap_or(name).to_owned())),
            _ => None,
        });
        Face { logo: address(Kind::Logo), css: address(Kind::Css), legal: legal.collect() }
    }

    /// The file at an address.
    pub fn file(&self, path: &str) -> Option<Response> {
        let laid = self.laid();
        let member = laid.members.values().find(|member| member.address.as_deref() == Some(path))?;
        let head = [(header::CONTENT_TYPE, member.media_type()), (header::CACHE_CONTROL, FOR_EVER)];
        Some((head, member.bytes.clone()).into_response())
    }
}
