//! The document around every page.
//!
//! The module script and its preloads are written here and not by leptos' `HydrationScripts`: that puts the CSP
//! nonce into `crossorigin` of the wasm preload, on which Firefox aborts hydration (leptos 4843, crates.md risk 2).

use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::MetaTags;

use crate::{App, admin::is_operator, i18n::provide_lang, layout::Theme};

/// The addresses of the built front end, with the hash of their content in the name.
#[derive(Clone, Debug)]
pub struct Assets {
    pub js: String,
    pub wasm: String,
    pub css: String,
}

/// The whole document. `Assets` must be in context.
pub fn shell() -> impl IntoView {
    let assets = use_context::<Assets>();
    let head = assets.map(|Assets { js, wasm, css }| {
        let start = format!(
            "import init, {{ hydrate }} from '{js}'; \
             init({{ module_or_path: '{wasm}' }}).then(() => hydrate()).then(() => {{ document.documentElement.dataset.hydrated = ''; }}); \
             navigator.serviceWorker?.register('/sw.js').catch(() => {{}});"
        );
        view! {
            <link rel="stylesheet" href=css />
            <link rel="modulepreload" href=js />
            <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous" />
            <script type="module" nonce=use_nonce()>{start}</script>
        }
    });
    // After ours, so that it has the last word.
    #[cfg(feature = "ssr")]
    let own_style = use_context::<domain::overlay::Face>()
        .and_then(|face| face.css)
        .map(|css| view! { <link rel="stylesheet" href=css /> });
    #[cfg(not(feature = "ssr"))]
    let own_style = ();
    // A route whose head depends on data has it before anything is drawn: a tag inside of a suspended view would
    // break hydration.
    #[cfg(feature = "ssr")]
    let preview = use_context::<crate::preview::Preview>().map(crate::preview::Preview::tags);
    #[cfg(not(feature = "ssr"))]
    let preview = ();
    view! {
        <!DOCTYPE html>
        <html lang=provide_lang().tag() data-theme=Theme::current().name() data-device=has_device().then_some("") data-operator=is_operator().then_some("")>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
                <meta name="color-scheme" content="light dark" />
                <link rel="manifest" href="/manifest.webmanifest" />
                <link rel="icon" href="/icons/icon.svg" type="image/svg+xml" />
                <link rel="apple-touch-icon" href="/icons/icon-180.png" />
                {head}
                {own_style}
                {preview}
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// Whether the browser has a device; the page's own scripts cannot see its cookie (`api::browser`).
fn has_device() -> bool {
    #[cfg(feature = "ssr")]
    return crate::layout::cookie(domain::error::DEVICE_COOKIE)
        .is_some_and(|id| id.parse::<uuid::Uuid>().is_ok());
    #[cfg(not(feature = "ssr"))]
    false
}
