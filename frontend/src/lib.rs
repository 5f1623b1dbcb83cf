//! The browser's entry: takes over the page that the server drew.

use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the page's module script; ready once the room of this page is loaded and taken over.
#[wasm_bindgen]
pub async fn hydrate() {
    console_error_panic_hook::set_once();
    let Some(body) = leptos::prelude::document().body() else { return };
    leptos::mount::hydrate_from_async(body, app::App).await.forget();
}
