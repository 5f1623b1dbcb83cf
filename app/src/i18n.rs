//! The languages: typed keys made by `build.rs` from `locales/`, and the language of the page being drawn.
//!
//! The language is fixed while a page stands (changing it stores a cookie and reloads), so views read it once by
//! [`lang`] and ask `td_string!(lang(), slice.key)`: no signal behind every word. Texts exist in English and German;
//! plural forms are two keys, which both languages can do without ICU's data in the browser.

#[expect(clippy::pedantic, reason = "made by leptos_i18n_build")]
#[doc(hidden)]
pub mod generated {
    include!(concat!(env!("OUT_DIR"), "/i18n/mod.rs"));
}

pub use generated::i18n::*;

/// The cookie that holds the language (`en`, `de`); set in the browser, read by both sides.
pub const COOKIE: &str = "steadyline_lang";

/// The language of this page.
pub fn lang() -> Locale {
    use_i18n().get_locale_untracked()
}
